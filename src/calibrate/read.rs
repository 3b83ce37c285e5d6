//! From files to a tally: each file as a stream, files beside each other on all threads, and the judgement whether a file is what
//! it should be.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::apigateway::{Format, Reader};
use super::kind::Kind;
use super::lines::Lines;
use super::row::{Refusal, Rounding};
use super::stream::{Control, Sound, text};
use super::summary::grouped;
use super::tally::Tally;
use super::{alb, elb_classic, nlb};
use crate::issue::{Issue, Issues};

/// Rows of which none is usable before a file is given up.
const PATIENCE: u64 = 10_000;

/// How logs are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Which logs.
    pub kind: Kind,
    /// How they round.
    pub rounding: Rounding,
    /// The format of an API Gateway stage, where it is given.
    pub format: Option<Format>,
}

/// Reads files (`-`: standard input), and adds up what they hold. The result depends neither on their order nor on the number of
/// threads.
///
/// # Errors
/// All files that cannot be read or are no log of this kind, in their order. Empty where `control` stopped it.
pub fn files(paths: &[PathBuf], reading: &Reading, control: &Control) -> Result<Tally, Issues> {
    let one = |(at, path): (usize, &PathBuf)| match file(path, reading, control) {
        Ok(tally) => (tally, Vec::new()),
        Err(issue) => (Tally::default(), vec![(at, issue)]),
    };
    let both = |mut a: (Tally, Vec<(usize, Issue)>), b: (Tally, Vec<(usize, Issue)>)| {
        a.0.merge(b.0);
        a.1.extend(b.1);
        a
    };
    let (tally, mut issues) = paths.par_iter().enumerate().map(one).reduce(Default::default, both);
    if control.stopped() {
        return Err(Issues::new());
    }
    issues.sort_by_key(|(at, _)| *at);
    if issues.is_empty() && tally.used == 0 {
        issues.push((0, nothing(paths, reading.kind, &tally)));
    }
    if issues.is_empty() { Ok(tally) } else { Err(issues.into_iter().map(|(_, issue)| issue).collect()) }
}

fn nothing(paths: &[PathBuf], kind: Kind, tally: &Tally) -> Issue {
    let names: Vec<String> = paths.iter().take(3).map(|path| format!("`{}`", shown(path))).collect();
    let more = if paths.len() > 3 { format!(" and {} more files", paths.len() - 3) } else { String::new() };
    let issue = Issue::new(format!("no rows in {}{more}, but {} has one a request", names.join(", "), kind.name()));
    if let Some(damage) = tally.remarks.iter().find(|remark| remark.contains("is damaged gzip")) {
        let hint = "give an undamaged copy; what `gzip -dc` still gives of this one may be wrong anywhere";
        return issue.note(damage.as_str()).hint(hint);
    }
    match kind {
        Kind::Nlb => issue.hint("only TLS listeners of an NLB write access logs; for TCP listeners there are none"),
        _ => issue.hint("give files in which requests were logged"),
    }
}

/// A file's name for people.
#[must_use]
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") { "stdin".into() } else { path.display().to_string() }
}

/// Opens a file, or standard input for `-`.
///
/// # Errors
/// That it cannot be read.
pub fn open(path: &Path) -> Result<Box<dyn Read + Send>, Issue> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    if path.is_dir() {
        let issue = Issue::new(format!("`{}` is a folder, but files are read", path.display()));
        return Err(issue.hint(format!("name its files, as {}", path.join("*").display())));
    }
    let file = File::open(path).map_err(|error| Issue::new(format!("cannot read `{}`: {error}", path.display())))?;
    Ok(Box::new(file))
}

fn file(path: &Path, reading: &Reading, control: &Control) -> Result<Tally, Issue> {
    if control.stopped() {
        return Ok(Tally::default());
    }
    stream(open(path)?, &shown(path), reading, control)
}

/// What the rows of one file turned out to be.
struct Judge<'a> {
    name: &'a str,
    kind: Kind,
    found: Found,
}

/// Rows that were counted, and those among them that belong to other kinds of files.
#[derive(Default)]
struct Found {
    tally: Tally,
    foreign: u64,
    of_kinds: BTreeMap<&'static str, u64>,
}

impl Found {
    fn merge(&mut self, other: Found) {
        self.tally.merge(other.tally);
        self.foreign += other.foreign;
        other.of_kinds.into_iter().for_each(|(why, n)| *self.of_kinds.entry(why).or_insert(0) += n);
    }
}

/// Reads one log from a stream; `name` is its name for people.
///
/// # Errors
/// That it cannot be read, or is no log of this kind.
pub fn stream(stream: impl Read, name: &str, reading: &Reading, control: &Control) -> Result<Tally, Issue> {
    let unreadable = |error: &io::Error| Issue::new(format!("cannot read `{name}`: {error}"));
    let text = text(stream, control).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            Issue::new(format!("`{name}` begins as gzip, but holds nothing that can be unpacked: {error}"))
        }
        _ => unreadable(&error),
    })?;
    if let Some(what) = text.foreign {
        let issue = Issue::new(format!("`{name}` is {what}, but {} is text, plain or in gzip", reading.kind.name()));
        return Err(issue.hint("unpack or convert it first, or leave it out"));
    }
    if [&b"\"MetricDataResults\""[..], b"\"Datapoints\""]
        .iter()
        .any(|key| memchr::memmem::find(&text.head, key).is_some())
    {
        let issue =
            Issue::new(format!("`{name}` holds metrics of CloudWatch, but {} is expected", reading.kind.name()));
        return Err(issue.hint(format!("`gatecap calibrate cloudwatch {name}` reads them")));
    }
    let (gzip, empty) = (text.gzip, text.head.is_empty());
    let mut lines = Lines::new(text.stream, &text.head);
    let mut judge = Judge { name, kind: reading.kind, found: Found::default() };
    let mut unproven = Found::default();
    let fault = rows(&mut lines, &text.sound, reading, &mut judge, &mut unproven).err();
    let remark = match fault {
        Some(error) if !gzip => return Err(unreadable(&error)),
        Some(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            judge.found.merge(unproven);
            Some(format!("`{name}` is gzip that is cut off: what lies before the cut counts"))
        }
        Some(error) => Some(damaged(name, &error, &unproven.tally)),
        None => {
            judge.found.merge(unproven);
            empty.then(|| format!("`{name}` is empty"))
        }
    };
    judge.found.tally.remarks.extend(remark);
    judge.verdict().map_or(Ok(judge.found.tally), Err)
}

/// What is said of gzip whose checksum or structure is wrong.
fn damaged(name: &str, error: &io::Error, unproven: &Tally) -> String {
    let left = match unproven.rows {
        0 => "all rows lie before the damage and count".to_string(),
        1 => "1 row since the last right checksum is left out".to_string(),
        n => format!("{} rows since the last right checksum are left out", grouped(n)),
    };
    format!("`{name}` is damaged gzip ({error}): {left}")
}

/// Counts the rows of a file: those that are known to be what was written in `judge`, others in `unproven` until they are. The place of
/// a fault cannot be told from where it shows, so what a wrong checksum covers counts for nothing.
fn rows<R: Read>(
    lines: &mut Lines<R>,
    sound: &Sound,
    reading: &Reading,
    judge: &mut Judge<'_>,
    unproven: &mut Found,
) -> io::Result<()> {
    let name: Arc<str> = judge.name.into();
    let mut gateway = Reader::new(reading.format.clone());
    loop {
        let before = lines.position();
        let line = lines.line();
        // Reading on may have proven all lines so far, even where it ends in a fault.
        if unproven.tally.rows > 0 && before <= sound.bytes() {
            judge.found.merge(std::mem::take(unproven));
        }
        let Some(line) = line? else { return Ok(()) };
        let row = line.bytes.trim_ascii();
        // Logs of other services, and of Windows' tools, open with comments.
        if !line.too_long && (row.is_empty() || row.starts_with(b"#")) {
            continue;
        }
        let known = judge.found.tally.used + unproven.tally.used;
        let found = if line.end <= sound.bytes() { &mut judge.found } else { &mut *unproven };
        let tally = &mut found.tally;
        tally.rows += 1;
        let counted = match reading.kind {
            _ if line.too_long => Err(Refusal::damaged("line of over 1 MiB")),
            Kind::Alb => alb::count(row, reading.rounding, tally),
            Kind::ApiGateway => gateway.count(row, reading.rounding, tally),
            Kind::ClassicElb => elb_classic::count(row, reading.rounding, tally),
            Kind::Nlb => nlb::count(row, reading.rounding, tally),
        };
        match counted {
            Ok(()) => {
                tally.used += 1;
                tally.meets(&name, line.number);
            }
            Err(_) if line.unended && known > 0 => {
                tally.refuse("last row of a file, cut off", &name, line.number);
            }
            Err(refusal) => {
                found.foreign += u64::from(refusal.foreign);
                if refusal.foreign {
                    *found.of_kinds.entry(refusal.why).or_insert(0) += 1;
                }
                tally.refuse(refusal.why, &name, line.number);
            }
        }
        let (proven, unproven) = (&judge.found.tally, &unproven.tally);
        if proven.used + unproven.used == 0 && proven.rows + unproven.rows >= PATIENCE {
            return Ok(());
        }
    }
}

impl Judge<'_> {
    /// What is wrong with the file as a whole: most of it is something else, or nothing of it is usable.
    fn verdict(&self) -> Option<Issue> {
        let Judge { name, kind, found: Found { tally, foreign, of_kinds } } = self;
        if tally.rows == 0 || (tally.used > 0 && foreign * 2 <= tally.rows) {
            return None;
        }
        let (word, argument) = (kind.word(), if *name == "stdin" { "-" } else { name });
        let most = of_kinds.iter().max_by_key(|(_, count)| **count);
        let other = most.and_then(|(why, _)| Kind::ALL.into_iter().find(|kind| kind.foreign() == *why));
        if let Some(other) = other.filter(|other| other != kind && foreign * 2 > tally.rows) {
            let found = format!("`{name}` looks like {}, but `calibrate {word}` reads {}", other.name(), kind.name());
            return Some(Issue::new(found).hint(format!("`gatecap calibrate {} {argument}` reads it", other.word())));
        }
        let (why, refused) = tally.refused.iter().max_by_key(|(_, refused)| refused.count)?;
        let line = refused.first.first().map_or(1, |place| place.line);
        let (used, rows) = (tally.used, tally.rows);
        let found = format!(
            "`{name}` is no {word} log: {used} of {rows} rows are usable; first {name}:{line}: {why}",
            word = plain(*kind)
        );
        let hint = match kind {
            Kind::ApiGateway => {
                "for rows that are not JSON, or whose keys have names of your own, paste the stage's format: --format '...'"
            }
            _ => "give the files as AWS delivers them; `gatecap calibrate --help` lists the kinds of logs",
        };
        Some(Issue::new(found).hint(hint))
    }
}

/// A kind as an adjective.
fn plain(kind: Kind) -> &'static str {
    match kind {
        Kind::Alb => "ALB access",
        Kind::ApiGateway => "API Gateway access",
        Kind::ClassicElb => "Classic Load Balancer access",
        Kind::Nlb => "NLB access",
    }
}
