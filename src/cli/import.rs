//! `import`: files in, a scenario out, and what was made of the files on stderr.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use gatecap::import::kind::Kind;
use gatecap::import::{Source, read, services, summary, syntax, write};
use gatecap::issue::{Issue, Issues};

use super::End;
use super::apart;
use super::args::Import;
use super::output::{check_file, print, remark, write_text};

/// Reads the files, writes the scenario.
pub fn import(asked: &Import) -> Result<End, Issues> {
    let Some(kind) = Kind::from_word(&asked.kind) else { return Err(vec![Issue::new("no such kind of file")]) };
    let parameters = parameters(&asked.parameter)?;
    if let Some(path) = &asked.out {
        apart::check(&asked.files, [("--out", path.clone())])?;
        check_file(path, "--out")?;
    }
    let sources = sources(asked)?;
    let estate = read(kind, &sources, &parameters)?;
    drop(sources);
    let imported = services::services(estate);
    let files: Vec<String> = asked.files.iter().map(|path| shown(path)).collect();
    let written = write::scenario(&imported, &files);
    if !asked.quiet {
        remark(&summary::listing(&imported));
    }
    if asked.json {
        print(&summary::json(&imported, &written))?;
    }
    match &asked.out {
        Some(path) => write_text(path, "--out", written.text)?,
        None if asked.json => {}
        None => print(&written.text)?,
    }
    Ok(End::Done)
}

/// All files, or all that cannot be read.
fn sources(asked: &Import) -> Result<Vec<Source>, Issues> {
    let mut sources = Vec::new();
    let mut issues = Issues::new();
    if asked.files.iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(vec![Issue::new("`-` is given twice, but there is one stdin")]);
    }
    for path in &asked.files {
        match bytes(path, &asked.kind) {
            Ok(bytes) => sources.push(Source { name: shown(path), bytes }),
            Err(issue) => issues.push(issue),
        }
    }
    if issues.is_empty() { Ok(sources) } else { Err(issues) }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn shown(path: &Path) -> String {
    if is_stdin(path) { "stdin".into() } else { path.display().to_string() }
}

/// The bytes of a file, one more than the most that are read where it has more.
fn bytes(path: &Path, kind: &str) -> Result<Vec<u8>, Issue> {
    let unreadable = |error: std::io::Error| Issue::new(format!("cannot read `{}`: {error}", shown(path)));
    if path.is_dir() {
        let issue = Issue::new(format!("`{}` is a folder, but files are read", path.display()));
        return Err(issue.hint(format!("name its files: gatecap import {kind} {}", path.join("*").display())));
    }
    let most = syntax::MOST_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if is_stdin(path) {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    }
    Ok(bytes)
}

/// `--parameter NAME=VALUE`.
fn parameters(texts: &[String]) -> Result<BTreeMap<String, String>, Issues> {
    let one = |text: &String| {
        text.split_once('=').map(|(name, value)| (name.to_string(), value.to_string())).ok_or_else(|| {
            let issue = Issue::new(format!("`--parameter {text}` has no `=`"));
            vec![issue.hint("write --parameter NAME=VALUE, as --parameter VpcId=vpc-1a2b")]
        })
    };
    texts.iter().map(one).collect()
}
