//! `sweep` and `merge`: whole, as a list of work, or a share of it; with what is kept so that nothing is simulated twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gatecap::experiment::shards::{self, Header, Journal, Plan, Refused, Shard, Share, Store};
use gatecap::experiment::{Control, Source, survey};
use gatecap::issue::{Issue, Issues};
use gatecap::report::terminal;
use gatecap::results::{Results, directory, json};
use gatecap::scenario::Document;
use rayon::prelude::*;

use super::End;
use super::args::{self, Flags, Simulating};
use super::bucket::{self, Place, Put};
use super::input::{self, Input};
use super::output::{self, print, remark};
use super::progress::with_progress;
use super::submit;
use super::verbs::{Work, fault_of, on_threads, simulated};
use super::work;

/// `gatecap` alone.
pub fn built_in(flags: &Flags) -> Result<End, Issues> {
    if !flags.quiet {
        remark("sweeping the built-in scenario: five options on AWS default quotas; see gatecap --help");
    }
    let input = args::Scenario { scenario: None, overlay: Vec::new(), quotas: Vec::new(), prices: None };
    let simulating = Simulating { input, flags: flags.clone() };
    sweep(&args::Sweep { simulating, plan: false, shard: None, after: Vec::new(), histograms: None })
}

/// `sweep`.
pub fn sweep(wanted: &args::Sweep) -> Result<End, Issues> {
    let flags = &wanted.simulating.flags;
    let input = input::read(&wanted.simulating.input, input::overrides(flags)?)?;
    let header = input.header(flags)?;
    if !wanted.after.is_empty() && !wanted.plan && wanted.shard.is_none() {
        let issue = Issue::new("`--after` is given, but neither `--plan` nor `--shard`, which go on from shards");
        return Err(vec![issue.hint("`gatecap merge FILES` puts shards together")]);
    }
    if wanted.shard.is_none() && !wanted.plan {
        bucket::takes_no_results(flags.out.as_deref())?;
    }
    let fetched = bucket::local(&wanted.after)?;
    let after = |of: Option<u32>| {
        read_shards(&fetched.paths, flags.threads)
            .map(|found| if let Some(of) = of { shards::before_open_round(found, of) } else { found })
            .and_then(|found| shards::whole(&found, Some(&header)).map(|last| (found, last)))
            .map_err(|issues| fetched.named(issues))
    };
    if wanted.plan {
        let (found, _) = after(None)?;
        return list(&input, flags, found);
    }
    if let Some(share) = wanted.shard {
        let (shard, of) = which(share)?;
        let (found, last) = after(Some(of))?;
        let share = Share { round: last + 1, shard, of, ..Share::default() };
        return share_of(&input, flags, (found, &fetched.paths), Header { share: Some(share), ..header });
    }
    let dir = flags.out.clone().unwrap_or_else(|| Path::new("output").join(&input.stem));
    whole(&input, flags, Store::new(), (&dir, header), wanted.histograms.as_deref())
}

/// `merge`.
pub fn merge(wanted: &args::Merge) -> Result<End, Issues> {
    bucket::takes_no_results(wanted.out.as_deref())?;
    let fetched = bucket::local(&wanted.files)?;
    let found = read_shards(&fetched.paths, wanted.threads).map_err(|issues| fetched.named(issues))?;
    shards::whole(&found, None).map_err(|issues| fetched.named(issues))?;
    let Some(first) = found.first().map(|shard| shard.header().clone()) else { return Ok(End::Done) };
    let flags = Flags {
        out: wanted.out.clone(),
        threads: wanted.threads,
        json: wanted.json,
        quiet: wanted.quiet,
        copies: first.copies,
        date: first.date.clone(),
        ..Flags::default()
    };
    let document = Document::parse(first.text.clone(), &first.name, Path::new(&first.folder))?;
    let input = Input {
        source: Source::from(document),
        file: first.file.clone(),
        stem: first.name.clone(),
        quotas_read: first.quotas_read.clone(),
    };
    if wanted.plan_next {
        return list(&input, &flags, found);
    }
    let dir = flags.out.clone().unwrap_or_else(|| Path::new("output").join(&input.stem));
    let header = Header { share: None, ..first };
    whole(&input, &flags, shards::store(found), (&dir, header), wanted.histograms.as_deref())
}

/// The sweep from its start to its results, with what `store` has and what a journal of an earlier start has.
fn whole(
    input: &Input,
    flags: &Flags,
    store: Store,
    (dir, header): (&Path, Header),
    histograms: Option<&str>,
) -> Result<End, Issues> {
    directory::check(dir).map_err(|issue| vec![issue])?;
    work::fits(&input.source.scenario(&[])?, flags, histograms)?;
    let store = Arc::new(with_journal(store, dir, header, flags)?);
    let control = Control::default().with_store(Arc::clone(&store));
    let control = if histograms == Some("operating") { control.with_few_histograms() } else { control };
    let work = Work { whole_sweep: true, detail: flags.copies, ..Work::default() };
    let (computed, seconds) = simulated(input, flags, work, control).inspect_err(|_| {
        store.take_journal().map(Journal::leave);
    })?;
    let lost = store.lost();
    let written = if computed.results.points.is_empty() {
        Ok(Ok(()))
    } else {
        on_threads(flags.threads, || output::write(dir, &computed).map_err(after_run))
    };
    let is_written = matches!(written, Ok(Ok(())));
    if let Some(journal) = store.take_journal() {
        let path = journal.path().display().to_string();
        if is_written && !computed.stopped {
            journal.remove();
        } else if journal.leave() && !flags.quiet {
            remark(&format!("what was simulated is kept in `{path}`: the same command goes on from it"));
        }
    }
    if let Some(lost) = lost.filter(|_| !flags.quiet) {
        remark(&format!("{lost}; what was simulated after that is not kept, so a sweep that is stopped does it again"));
    }
    written??;
    if computed.results.points.is_empty() {
        return Ok(End::Interrupted);
    }
    if !flags.quiet {
        let (points, all) = (computed.results.points.len(), computed.simulated as f64 / 1e6);
        let (units, requests) = store.reused();
        let simulated = all - requests as f64 / 1e6;
        remark(&format!("{points} points, {simulated:.1} million requests simulated, {seconds:.1} s"));
        if units > 0 {
            remark(&format!("{units} runs reused: {:.1} million requests", requests as f64 / 1e6));
        }
    }
    show(&computed.results, dir, flags.json)?;
    Ok(if computed.stopped { End::Interrupted } else { End::Done })
}

/// Shows results that stand in `dir`.
pub(super) fn show(results: &Results, dir: &Path, as_json: bool) -> Result<(), Issues> {
    if as_json {
        print(&json::pretty(results))
    } else {
        print(&terminal::sweep(results, Some(&dir.display().to_string()), output::colour()))
    }
}

/// `store` with the journal of `dir`; without one, which is said, where it cannot be written.
fn with_journal(store: Store, dir: &Path, header: Header, flags: &Flags) -> Result<Store, Issues> {
    match Journal::open(&shards::journal_of(dir), header) {
        Ok(journal) => {
            say_found(&journal, flags);
            Ok(store.and_journal(journal))
        }
        Err(Refused::Wrong(issue)) => Err(vec![issue]),
        Err(Refused::Unwritable(issue)) => {
            if !flags.quiet {
                remark(&format!("{}: without it a sweep that is stopped begins anew", issue.message));
            }
            Ok(store)
        }
    }
}

fn say_found(journal: &Journal, flags: &Flags) {
    let (found, dropped) = journal.found();
    if found > 0 && !flags.quiet {
        let torn = if dropped > 0 {
            format!("; {dropped} bytes behind them are not whole and dropped")
        } else {
            String::new()
        };
        remark(&format!("going on from `{}`: {found} runs are there{torn}", journal.path().display()));
    }
}

/// The share that is asked for, or that the engine which started this task numbers.
fn which(share: args::Share) -> Result<(u32, u32), Issues> {
    match share {
        args::Share::Stated(shard, of) => Ok((shard, of)),
        args::Share::OfTask(of) => {
            #[allow(clippy::disallowed_methods)] // Which part of the work is done here: no number depends on it.
            let variable = |name: &str| std::env::var(name).ok();
            submit::shard_of_task(of, variable).map_err(|issue| vec![issue])
        }
    }
}

/// Every shard that is named, or is in a folder that is named, or everything that is wrong with them.
fn read_shards(paths: &[PathBuf], threads: Option<u16>) -> Result<Vec<Shard>, Issues> {
    let mut issues = Issues::new();
    let mut found = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            match shards::in_folder(path) {
                Ok(inside) => files.extend(inside),
                Err(issue) => issues.push(issue),
            }
        } else {
            files.push(path.clone());
        }
    }
    for read in on_threads(threads, || files.par_iter().map(|path| shards::read(path)).collect::<Vec<_>>())? {
        match read {
            Ok(shard) => found.push(shard),
            Err(issue) => issues.push(issue),
        }
    }
    if issues.is_empty() { Ok(found) } else { Err(issues) }
}

/// Prints what is left to be simulated once these shards are there.
fn list(input: &Input, flags: &Flags, found: Vec<Shard>) -> Result<End, Issues> {
    let plan = planned(input, flags, found)?;
    let text = if flags.json { work::json(&plan) } else { work::table(&plan) };
    print(&text)?;
    Ok(End::Done)
}

/// What is left to be simulated once these shards are there.
fn planned(input: &Input, flags: &Flags, found: Vec<Shard>) -> Result<Plan, Issues> {
    let store = shards::store(found).only(&[]);
    let control = Control::default().with_store(Arc::new(store));
    on_threads(flags.threads, || survey(&input.source, flags.copies, &control))?.map_err(fault_of)
}

/// One share of what is left once the shards `after` are there, as a file.
fn share_of(
    input: &Input,
    flags: &Flags,
    (found, after): (Vec<Shard>, &[PathBuf]),
    mut header: Header,
) -> Result<End, Issues> {
    let (place, dir) = home(flags.out.as_deref(), &input.stem)?;
    directory::check(&dir).map_err(|issue| vec![issue])?;
    let Some(share) = header.share.as_mut() else { return Ok(End::Done) };
    let plan = planned(input, flags, found)?;
    let units = plan.share(share.shard, share.of);
    share.plan = plan.fingerprint();
    share.units = units.iter().map(|unit| unit.number).collect();
    let (shard, of, path) = (share.shard, share.of, shards::shard_of(&dir, share));
    if plan.units.is_empty() && share.round > 1 {
        if !flags.quiet {
            remark("nothing is left to be simulated: `gatecap merge` puts the shards together");
        }
        return Ok(End::Done);
    }
    let there_already = |what: String| {
        if !flags.quiet {
            remark(&format!("`{what}` is there already, whole: shard {shard} of {of}"));
        }
    };
    if let Some(place) = &place
        && is_there(place, &path, &header)?
    {
        there_already(place.of(&name_of(&path)));
        return Ok(End::Done);
    }
    if path.exists() && shards::read(&path).is_ok_and(|there| *there.header() == header) {
        there_already(path.display().to_string());
        return hand_over(place.as_ref(), &path, flags.quiet);
    }
    let journal = Journal::open(&shards::unfinished(&path), header).map_err(|refused| match refused {
        Refused::Wrong(issue) | Refused::Unwritable(issue) => vec![issue],
    })?;
    say_found(&journal, flags);
    let runs = units.iter().map(|unit| u64::from(unit.to - unit.from)).sum();
    let store = Arc::new(shards::store(read_shards(after, flags.threads)?).only(&units).and_journal(journal));
    let control = Control::default().with_store(Arc::clone(&store));
    control.expect(runs);
    let ((done, stopped, simulated), seconds) = with_progress(flags.quiet, control, |control| {
        let done = on_threads(flags.threads, || survey(&input.source, flags.copies, control));
        (done, control.stopped(), control.requests().saturating_sub(control.reused().1))
    });
    done?.map_err(fault_of)?;
    let lost = store.lost();
    let Some(journal) = store.take_journal() else { return Ok(End::Done) };
    if let Some(lost) = lost {
        journal.leave();
        let hint = "make room and run the same command again: it goes on where it was";
        return Err(vec![Issue::new(lost).hint(hint).late()]);
    }
    if stopped {
        if journal.leave() && !flags.quiet {
            remark("interrupted: what was finished is kept; the same command goes on from it");
        }
        return Ok(End::Interrupted);
    }
    let bytes = journal.into_shard(&path).map_err(|issue| vec![issue.late()])?;
    if !flags.quiet {
        let (units, millions, size) = (units.len(), simulated as f64 / 1e6, bytes as f64 / 1e6);
        let work = format!("{units} units, {millions:.1} million requests simulated, {seconds:.1} s");
        remark(&format!("shard {shard} of {of}: {work}\nwrote `{}`, {size:.1} MB", path.display()));
    }
    hand_over(place.as_ref(), &path, flags.quiet)
}

/// The bucket that a shard goes to, if it goes to one, and the folder in which it is made.
fn home(out: Option<&Path>, stem: &str) -> Result<(Option<Place>, PathBuf), Issues> {
    let place = out.filter(|dir| bucket::is_place(dir)).map(Place::parse).transpose().map_err(|issue| vec![issue])?;
    let folder = out.filter(|_| place.is_none()).map(Path::to_path_buf);
    Ok((place, folder.unwrap_or_else(|| Path::new("output").join(format!("{stem}-shards")))))
}

/// Whether a bucket has the shard of this header already; a shard of another sweep under its name is refused.
fn is_there(place: &Place, path: &Path, header: &Header) -> Result<bool, Issues> {
    let (name, copy) = (name_of(path), path.with_extension("gatecap-fetched"));
    let is_there = bucket::get(place, &name, &copy).map_err(|issue| vec![issue])?;
    let same = is_there && shards::read(&copy).is_ok_and(|there| there.header() == header);
    if is_there {
        // A copy that stays is written over by the next.
        let _ = std::fs::remove_file(&copy);
    }
    if is_there && !same {
        let issue = Issue::new(format!("`{}` is there already, of another sweep or not whole", place.of(&name)));
        return Err(vec![issue.hint("give another prefix, or remove it")]);
    }
    Ok(same)
}

/// Puts a finished shard where it was wanted, and removes it here.
fn hand_over(place: Option<&Place>, path: &Path, quiet: bool) -> Result<End, Issues> {
    let Some(place) = place else { return Ok(End::Done) };
    let name = name_of(path);
    let put = bucket::put(place, &name, path).map_err(|issue| {
        let kept = format!("the shard is whole in `{}`: the same command puts it there", path.display());
        vec![issue.note(kept).late()]
    })?;
    let _ = std::fs::remove_file(path);
    if !quiet {
        remark(&match put {
            Put::Done => format!("put into `{}`", place.of(&name)),
            Put::WasThere => format!("`{}` was put there by another meanwhile, which stays", place.of(&name)),
        });
    }
    Ok(End::Done)
}

/// The same issues, found when something had been run.
pub(super) fn after_run(issues: Issues) -> Issues {
    issues.into_iter().map(Issue::late).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
