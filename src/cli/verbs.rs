//! One function a verb.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatecap::engine::EngineError;
use gatecap::experiment::saturate::SearchError;
use gatecap::experiment::{
    Computed, Control, ExperimentError, PointError, Source, add_pilots, limits as limits_of, simulate,
    validate as known,
};
use gatecap::issue::{Issue, Issues};
use gatecap::report::{chart, terminal};
use gatecap::results::{Results, directory, json};
use gatecap::scenario::{Document, Warmup};

use super::End;
use super::args::{self, Flags, Simulating};
use super::input::{self, Input};
use super::output::{self, print, remark};
use super::progress::with_progress;

/// A fault of the engine as an issue.
fn fault(error: PointError) -> Issues {
    match error {
        PointError::Stopped => Vec::new(),
        PointError::Engine(error @ EngineError::Audit(_)) => {
            vec![Issue::new(error.to_string()).hint("this is a bug of gatecap: please report it with the scenario")]
        }
        PointError::Engine(error) => vec![Issue::new(error.to_string())],
    }
}

/// `work` on a pool of `threads` threads (none: one for each core).
fn on_threads<T: Send>(threads: Option<u16>, work: impl FnOnce() -> T + Send) -> Result<T, Issues> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).build();
    let pool = pool.map_err(|error| vec![Issue::new(format!("cannot start threads: {error}"))])?;
    Ok(pool.install(work))
}

/// What a verb simulates.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// The grid, not only the operating point.
    whole_sweep: bool,
    /// Every copy, branch or service.
    detail: bool,
    /// Keep what the pilots of the warm-up showed.
    pilots: bool,
}

fn simulated(input: &Input, flags: &Flags, work: Work) -> Result<(Computed, f64), Issues> {
    let (computed, seconds) = with_progress(flags.quiet, |control: &Control| {
        on_threads(flags.threads, || {
            let mut computed = simulate(&input.source, &input.file, work.whole_sweep, work.detail, control)?;
            if work.pilots && !computed.stopped {
                match add_pilots(&mut computed.results, &input.source, control) {
                    Err(ExperimentError::Fault(PointError::Stopped)) => computed.stopped = true,
                    added => added?,
                }
            }
            Ok(computed)
        })
    });
    let mut computed = computed?.map_err(|error| match error {
        ExperimentError::Issues(issues) => issues,
        ExperimentError::Fault(error) => fault(error),
    })?;
    computed.results.quotas_read.clone_from(&input.quotas_read);
    if computed.stopped && !flags.quiet {
        remark("interrupted: what was finished is kept");
    }
    Ok((computed, seconds))
}

/// `gatecap` alone.
pub fn built_in_sweep(flags: &Flags) -> Result<End, Issues> {
    if !flags.quiet {
        remark("sweeping the built-in scenario: five options on AWS default quotas; see gatecap --help");
    }
    let input = args::Scenario { scenario: None, quotas: Vec::new() };
    sweep(&Simulating { input, flags: flags.clone() })
}

/// `sweep`.
pub fn sweep(Simulating { input, flags }: &Simulating) -> Result<End, Issues> {
    let input = input::read(input, input::overrides(flags)?)?;
    let dir = flags.out.clone().unwrap_or_else(|| Path::new("output").join(&input.stem));
    directory::check(&dir).map_err(|issue| vec![issue])?;
    let (computed, seconds) =
        simulated(&input, flags, Work { whole_sweep: true, detail: flags.copies, pilots: false })?;
    if computed.results.points.is_empty() {
        return Ok(End::Interrupted);
    }
    on_threads(flags.threads, || output::write(&dir, &computed))??;
    if !flags.quiet {
        let (points, millions) = (computed.results.points.len(), computed.simulated as f64 / 1e6);
        remark(&format!("{points} points, {millions:.1} million requests simulated, {seconds:.1} s"));
    }
    if flags.json {
        print(&json::pretty(&computed.results))?;
    } else {
        print(&terminal::sweep(&computed.results, Some(&dir.display().to_string()), output::colour()))?;
    }
    Ok(if computed.stopped { End::Interrupted } else { End::Done })
}

/// `run`.
pub fn run(args::Run { simulating, warmup_chart }: &args::Run) -> Result<End, Issues> {
    let Simulating { input, flags } = simulating;
    let input = input::read(input, input::overrides(flags)?)?;
    let picture = warmup_chart.as_deref().map(output::picture).transpose()?;
    if picture.is_some() && input.source.scenario(&[])?.run.warmup != Warmup::Auto {
        let issue = Issue::new("`--warmup-chart` draws pilots, but the scenario states its warm-up and needs none");
        return Err(vec![issue.hint("--set run.warmup=auto leaves it to the program")]);
    }
    let (computed, _) = simulated(&input, flags, Work { whole_sweep: false, detail: true, pilots: picture.is_some() })?;
    if computed.results.points.is_empty() {
        return Ok(End::Interrupted);
    }
    let text =
        if flags.json { json::pretty(&computed.results) } else { terminal::run(&computed.results, output::colour()) };
    print(&text)?;
    if let (Some(path), Some(picture), Some(chart)) = (warmup_chart, picture, chart::warmup(&computed.results)) {
        output::write_chart(path, picture, &chart)?;
    }
    Ok(if computed.stopped { End::Interrupted } else { End::Done })
}

/// `check`.
pub fn check(Simulating { input, flags }: &Simulating) -> Result<End, Issues> {
    let input = input::read(input, input::overrides(flags)?)?;
    if input.source.scenario(&[])?.objectives.is_empty() {
        let issue = Issue::new("the scenario has no `[objectives]`, so there is nothing to check");
        return Err(vec![issue.hint("write [objectives] hold = [\"latency.p99 <= 250ms\"]")]);
    }
    let (computed, _) = simulated(&input, flags, Work { detail: true, ..Work::default() })?;
    if computed.stopped {
        return Ok(End::Interrupted);
    }
    let text =
        if flags.json { json::pretty(&computed.results) } else { terminal::check(&computed.results, output::colour()) };
    print(&text)?;
    Ok(match computed.objectives_met {
        Some(true) => End::Done,
        Some(false) => End::Missed,
        None => End::Undecided,
    })
}

/// `limits`.
pub fn limits(shown: &args::Limits) -> Result<End, Issues> {
    let input = input::read(&shown.input, input::set(&shown.set)?)?;
    let mut results = limits_of(&input.source, &input.file)?;
    results.quotas_read.clone_from(&input.quotas_read);
    if results.options.is_empty() {
        let issue = Issue::new("the scenario spells hops out, which no AWS quota bounds");
        return Err(vec![issue.hint("`gatecap limits` takes a scenario with options; `gatecap init` prints one")]);
    }
    let text = match shown {
        args::Limits { json: true, .. } => json::pretty(&results),
        args::Limits { ask: true, .. } => terminal::asks(&results),
        args::Limits { all, .. } => terminal::limits(&results, *all, output::colour()),
    };
    print(&text)?;
    Ok(End::Done)
}

/// `report`.
pub fn report(dir: &Path) -> Result<End, Issues> {
    let path = dir.join("results.json");
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let issue = Issue::new(format!("cannot read `{}`: {error}", path.display()));
        vec![issue.hint("give a directory that `gatecap sweep` wrote")]
    })?;
    let results = json::from_json(&text).map_err(|issue| vec![issue])?;
    let files = output::pages(&results)?;
    directory::write_pages(dir, &files).map_err(|issue| vec![issue])?;
    print(&dir.join("report.html").display().to_string())?;
    Ok(End::Done)
}

/// The scenario files that paths name: files themselves, and the `.toml` files of directories, by name.
fn scenario_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Issues> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let unreadable = |error| vec![Issue::new(format!("cannot read the folder `{}`: {error}", path.display()))];
        let mut inside: Vec<PathBuf> = std::fs::read_dir(path)
            .map_err(unreadable)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
            .collect();
        inside.sort();
        if inside.is_empty() {
            return Err(vec![Issue::new(format!("no `.toml` file in the folder `{}`", path.display()))]);
        }
        files.extend(inside);
    }
    Ok(files)
}

/// `validate`.
pub fn validate(args::Validate { paths, json, quiet, threads }: &args::Validate) -> Result<End, Issues> {
    let mut sources = Vec::new();
    let mut issues = Issues::new();
    for file in scenario_files(paths)? {
        let read = Document::read(&file).and_then(|document| {
            let source = Source { document, overrides: Vec::new(), quotas: BTreeMap::new() };
            source.scenario(&[]).map(|_| source)
        });
        match read {
            Ok(source) => sources.push((file.display().to_string(), source)),
            Err(more) => issues.extend(more),
        }
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    let (validations, _) = with_progress(*quiet, |control: &Control| {
        on_threads(*threads, || {
            let one = |(file, source): &(String, Source)| known::validate(source, file, control);
            sources.iter().map(one).collect::<Result<Vec<_>, _>>()
        })
    });
    let validations = match validations? {
        Ok(rows) => rows.into_iter().flatten().collect(),
        Err(SearchError::Point(PointError::Stopped)) => return Ok(End::Interrupted),
        Err(SearchError::Point(error)) => return Err(fault(error)),
        Err(SearchError::Issues(issues)) => return Err(issues),
    };
    let results = Results {
        gatecap: env!("CARGO_PKG_VERSION").into(),
        format: gatecap::results::FORMAT,
        title: "Known answers".into(),
        validations,
        ..Results::default()
    };
    print(&if *json { json::pretty(&results) } else { terminal::validate(&results, output::colour()) })?;
    Ok(if results.validations.iter().all(|validation| validation.pass) { End::Done } else { End::Missed })
}

/// `completions`.
pub fn completions(shell: clap_complete::Shell) -> Result<End, Issues> {
    let mut command = <args::Cli as clap::CommandFactory>::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "gatecap", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(End::Done)
}
