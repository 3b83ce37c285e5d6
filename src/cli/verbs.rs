//! One function a verb.

use std::path::Path;

use gatecap::engine::EngineError;
use gatecap::experiment::logs::{self, Emitted};
use gatecap::experiment::{Computed, Control, ExperimentError, PointError, add_pilots, limits as limits_of, simulate};
use gatecap::issue::{Issue, Issues};
use gatecap::report::{chart, terminal};
use gatecap::results::{directory, json, set_today};
use gatecap::scenario::Warmup;

use super::End;
use super::apart;
use super::args::{self, Flags, Simulating};
use super::input::{self, Input};
use super::output::{self, print, remark};
use super::progress::with_progress;

/// A fault of the engine as an issue.
pub(super) fn fault(error: PointError) -> Issues {
    match error {
        PointError::Stopped | PointError::Elsewhere => Vec::new(),
        PointError::Engine(error @ EngineError::Audit(_)) => {
            vec![Issue::new(error.to_string()).hint("this is a bug of gatecap: please report it with the scenario")]
        }
        PointError::Engine(error) => vec![Issue::new(error.to_string())],
    }
}

/// What went wrong with an experiment as issues.
pub(super) fn fault_of(error: ExperimentError) -> Issues {
    match error {
        ExperimentError::Issues(issues) => issues,
        ExperimentError::Fault(error) => fault(error),
    }
}

/// `work` on a pool of `threads` threads (none: one for each core).
pub(super) fn on_threads<T: Send>(threads: Option<u16>, work: impl FnOnce() -> T + Send) -> Result<T, Issues> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.map_or(0, usize::from)).build();
    let pool = pool.map_err(|error| vec![Issue::new(format!("cannot start threads: {error}"))])?;
    Ok(pool.install(work))
}

/// What a verb simulates.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work<'a> {
    /// The grid, not only the operating point.
    pub whole_sweep: bool,
    /// Every copy, branch or service.
    pub detail: bool,
    /// Keep what the pilots of the warm-up showed.
    pub pilots: bool,
    /// Write access logs into this directory.
    pub logs: Option<&'a Path>,
}

/// Simulates with a bar on a terminal; with the seconds that it took.
pub(super) fn simulated(
    input: &Input,
    flags: &Flags,
    work: Work<'_>,
    control: Control,
) -> Result<(Computed, f64), Issues> {
    let (computed, seconds) = with_progress(flags.quiet, control, |control: &Control| {
        on_threads(flags.threads, || {
            let mut computed = simulate(&input.source, &input.file, work.whole_sweep, work.detail, control)?;
            if work.pilots && !computed.stopped {
                match add_pilots(&mut computed.results, &input.source, control) {
                    Err(ExperimentError::Fault(PointError::Stopped)) => computed.stopped = true,
                    added => added?,
                }
            }
            let mut emitted = Vec::new();
            if let Some(dir) = work.logs.filter(|_| !computed.stopped) {
                match logs::emit(&input.source, dir, control) {
                    Err(ExperimentError::Fault(PointError::Stopped)) => computed.stopped = true,
                    lines => emitted = lines?,
                }
            }
            Ok((computed, emitted))
        })
    });
    let (mut computed, emitted) = computed?.map_err(fault_of)?;
    computed.results.quotas_read.clone_from(&input.quotas_read);
    set_today(&mut computed.results, &flags.date);
    if computed.stopped && !flags.quiet {
        remark("interrupted: what was finished is kept");
    }
    if !flags.quiet {
        emitted.iter().for_each(|logs| remark(&lines_of(logs)));
    }
    Ok((computed, seconds))
}

/// What was written of one option, in a line.
fn lines_of(logs: &Emitted) -> String {
    let alb = logs.alb.map_or_else(String::new, |lines| format!(", {lines} lines of {}", logs::ALB));
    let without = match logs.unfinished {
        0 => String::new(),
        n => format!("; {n} attempts that clients had given up on were not answered by the end"),
    };
    format!("logs of {}: {} lines of {}{alb}{without}", logs.option, logs.gateway, logs::GATEWAY)
}

/// `run`.
pub fn run(args::Run { simulating, warmup_chart, emit_logs }: &args::Run) -> Result<End, Issues> {
    let Simulating { input, flags } = simulating;
    let read = input.scenario.iter().chain(&input.overlay).chain(&input.quotas).chain(&input.prices);
    if let Some(dir) = emit_logs {
        apart::check_below(read.clone(), ("--emit-logs", dir, &[logs::GATEWAY, logs::ALB]))?;
    }
    apart::check(read, warmup_chart.iter().map(|path| ("--warmup-chart", path.clone())))?;
    let input = input::read(input, input::overrides(flags)?)?;
    let picture = warmup_chart.as_deref().map(output::picture).transpose()?;
    if picture.is_some() && input.source.scenario(&[])?.run.warmup != Warmup::Auto {
        let issue = Issue::new("`--warmup-chart` draws pilots, but the scenario states its warm-up and needs none");
        return Err(vec![issue.hint("--set run.warmup=auto leaves it to the program")]);
    }
    if let Some(dir) = emit_logs {
        logs::check(&input.source.scenario(&[])?)?;
        let hint = "give another directory with `--emit-logs`";
        directory::check(dir).map_err(|issue| vec![issue.hint(hint)])?;
    }
    if let Some(dir) = &flags.out {
        directory::check(dir).map_err(|issue| vec![issue.hint("give another directory with `--out`")])?;
    }
    let work = Work { whole_sweep: false, detail: true, pilots: picture.is_some(), logs: emit_logs.as_deref() };
    let (computed, _) = simulated(&input, flags, work, Control::default())?;
    if computed.results.points.is_empty() {
        return Ok(End::Interrupted);
    }
    let text =
        if flags.json { json::pretty(&computed.results) } else { terminal::run(&computed.results, output::colour()) };
    print(&text)?;
    if let Some(dir) = &flags.out {
        output::write(dir, &computed)?;
        if !flags.quiet {
            remark(&format!("tables, charts and the review are in `{}`", dir.display()));
        }
    }
    if let (Some(path), Some(picture), Some(chart)) = (warmup_chart, picture, chart::warmup(&computed.results)) {
        output::write_chart(path, picture, &chart)?;
    }
    Ok(if computed.stopped { End::Interrupted } else { End::Done })
}

/// `limits`.
pub fn limits(shown: &args::Limits) -> Result<End, Issues> {
    let input = input::read(&shown.input, input::set(&shown.set)?)?;
    let mut results = limits_of(&input.source, &input.file)?;
    results.quotas_read.clone_from(&input.quotas_read);
    set_today(&mut results, &shown.date);
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

/// `completions`.
pub fn completions(shell: clap_complete::Shell) -> Result<End, Issues> {
    let mut command = <args::Cli as clap::CommandFactory>::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "gatecap", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(End::Done)
}
