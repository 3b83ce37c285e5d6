//! Experiments: what is run, on how many threads, and how replications become results.
//!
//! ```text
//! source (document, overrides, quotas) -> combinations of axes -> grid of points -> replications -> estimates -> document
//! ```

mod as_built;
mod assemble;
pub mod best;
mod changes;
pub mod control;
pub mod costs;
mod deployments;
mod growth;
pub mod hops;
pub mod judge;
pub mod known;
pub mod logs;
mod map;
pub mod metrics;
mod mix;
pub mod pilots;
pub mod point;
mod precision;
mod rounds;
pub mod saturate;
pub mod sensitivity;
mod settle;
pub mod shards;
pub mod source;
pub mod sweep;
mod timeline;
mod traffic;
mod trigger;
pub mod validate;
pub mod warmup;

pub use control::Control;
pub use point::{Outcome, PointError, PointSpec};
pub use source::Source;

use rayon::prelude::*;

use crate::issue::Issues;
use crate::results::{PilotCurve, Pilots, Point, Results, hgrm};
use crate::scenario::{Arrivals, Copies, Hop, Load, Model, Scenario, Stations, resolved};
use crate::stats::Recorder;

/// Whether a hops scenario depends on the number of services.
#[must_use]
pub fn uses_services(scenario: &Scenario, hops: &[Hop]) -> bool {
    matches!(scenario.workload.load, Load::PerService(_))
        || hops.iter().any(|hop| matches!(hop.stations, Stations::Copies { number: Copies::Services, .. }))
}

/// The number of services at the scenario's operating point; 1 where it has no such number.
#[must_use]
pub fn operating_services(scenario: &Scenario) -> u32 {
    match &scenario.model {
        Model::Options(system) => system.services.count,
        Model::Hops(_) => scenario.services,
    }
}

/// What an experiment computed: the document, and what stands beside it in a directory.
#[derive(Debug)]
pub struct Computed {
    /// The document.
    pub results: Results,
    /// Latency of successful answers of each point, by file name, merged.
    pub histograms: Vec<(String, Recorder)>,
    /// The resolved scenario as TOML.
    pub scenario: String,
    /// Requests simulated, with those of warm-ups and pilots.
    pub simulated: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// Why an experiment has no result.
#[derive(Debug)]
pub enum ExperimentError {
    /// The scenario is wrong.
    Issues(Issues),
    /// A fault of the engine.
    Fault(PointError),
}

impl From<PointError> for ExperimentError {
    fn from(error: PointError) -> ExperimentError {
        ExperimentError::Fault(error)
    }
}

impl From<saturate::SearchError> for ExperimentError {
    fn from(error: saturate::SearchError) -> ExperimentError {
        match error {
            saturate::SearchError::Issues(issues) => ExperimentError::Issues(issues),
            saturate::SearchError::Point(error) => ExperimentError::Fault(error),
        }
    }
}

/// The head of the document, without simulating: ladders, costs, assumptions.
///
/// # Errors
/// Everything that is wrong with the scenario.
pub fn limits(source: &Source, file: &str) -> Result<Results, Issues> {
    let scenario = source.scenario(&[])?;
    let mut results = assemble::head(&scenario, file, &hash(&scenario, source));
    results.warnings.extend(traffic::remark(source, &scenario, &results.ceilings));
    Ok(results)
}

/// Whether two scenarios describe the same system and load, whatever they sweep over.
fn same_system(a: &Scenario, b: &Scenario) -> bool {
    let bare = |scenario: &Scenario| Scenario { sweep: crate::scenario::Sweep::default(), ..scenario.clone() };
    bare(a) == bare(b)
}

fn hash(scenario: &Scenario, source: &Source) -> String {
    blake3::hash(resolved::toml(scenario, &base(source)).as_bytes()).to_hex()[..16].to_string()
}

/// The folder of the scenario's file.
fn base(source: &Source) -> std::path::PathBuf {
    source.document.path().parent().map(std::path::Path::to_path_buf).unwrap_or_default()
}

/// The combinations of the scenario's axes (one without `whole_sweep`), and which of them is the user's own operating point: it is
/// simulated whether or not the axes pass through it.
fn combinations(
    source: &Source,
    scenario: &Scenario,
    whole_sweep: bool,
) -> Result<(Vec<sweep::Combination>, usize), ExperimentError> {
    let axes = if whole_sweep { scenario.sweep.axes.clone() } else { Vec::new() };
    let mut all = source.combinations(&axes).map_err(ExperimentError::Issues)?;
    let own = all.iter().position(|(_, combined)| same_system(combined, scenario));
    if own.is_none() {
        all.push((source::AxisValues::new(), scenario.clone()));
    }
    let own = own.unwrap_or(all.len() - 1);
    // What is swept besides is no part of a combination, and would make a long axis cost its square.
    let bare = |mut scenario: Scenario| {
        scenario.sweep.axes = Vec::new();
        scenario
    };
    // Ladders of quotas are counted for each.
    Ok((all.into_par_iter().map(|(axes, one)| sweep::Combination::new(axes, bare(one))).collect(), own))
}

/// What a sweep needs that the store of `control` has not and may not simulate, as a list of work. Everything that it may simulate is
/// simulated and kept.
///
/// # Errors
/// As [`simulate`].
pub fn survey(source: &Source, detail: bool, control: &Control) -> Result<shards::Plan, ExperimentError> {
    let stage = |name: &'static str| control.store().map_or((), |store| store.stage(name));
    let scenario = source.scenario(&[]).map_err(ExperimentError::Issues)?;
    let (combinations, own) = combinations(source, &scenario, true)?;
    stage(shards::plan::GRID);
    let cells = sweep::grid(&combinations, true, detail, control)?;
    stage("timeline");
    timeline::study(&combinations, &cells, control)?;
    stage("map");
    // Only for what it asks for.
    let _ = map::cells(&combinations, own, &cells, control);
    stage("saturation");
    match saturate::search(source, &scenario, control) {
        Err(saturate::SearchError::Point(PointError::Stopped | PointError::Elsewhere)) => {}
        found => drop(found?),
    }
    stage("trigger");
    trigger::search(source, &scenario, control)?;
    stage("deployments");
    deployments::waits(&scenario, true, control)?;
    stage("sensitivity");
    sensitivity::study(source, &scenario, control)?;
    let asked = control.store().map(shards::Store::asked).unwrap_or_default();
    let (points, copies) = sweep::points(&combinations, detail);
    let replications = combinations.iter().map(|one| shards::replication_bytes(&one.scenario)).fold(0.0, f64::max);
    Ok(shards::Plan::new(asked, shards::Held { points, copies, replications }))
}

/// Of which sweep a file of its tallies is; `date` is the day of `--date`, or empty.
///
/// # Errors
/// Everything that is wrong with the scenario.
pub fn header(source: &Source, file: &str, copies: bool, date: &str) -> Result<shards::Header, Issues> {
    let scenario = source.scenario(&[])?;
    let base = base(source);
    let traced = matches!(scenario.workload.arrivals, Arrivals::Trace(_));
    Ok(shards::Header {
        scenario: hash(&scenario, source),
        seed: scenario.seed,
        file: file.into(),
        name: scenario.name.clone(),
        folder: if traced { base.display().to_string() } else { String::new() },
        copies,
        date: date.into(),
        text: resolved::toml(&scenario, &base),
        ..shards::Header::of_this_program()
    })
}

/// Simulates the operating point of every option (`whole_sweep` false) or the whole grid.
///
/// # Errors
/// Everything that is wrong with the scenario, or a fault of the engine.
pub fn simulate(
    source: &Source,
    file: &str,
    whole_sweep: bool,
    detail: bool,
    control: &Control,
) -> Result<Computed, ExperimentError> {
    let scenario = source.scenario(&[]).map_err(ExperimentError::Issues)?;
    let (combinations, own) = combinations(source, &scenario, whole_sweep)?;
    let cells = sweep::grid(&combinations, whole_sweep, detail, control).map_err(ExperimentError::Fault)?;
    let mut head = assemble::head(&scenario, file, &hash(&scenario, source));
    let remark = traffic::remark(source, &scenario, &head.ceilings);
    head.warnings.extend(remark.filter(|warning| warning.kind == crate::results::ASSUMED_TRAFFIC));
    let mut results = assemble::document(head, &combinations, own, &cells, whole_sweep, control);
    assemble::added_means(&mut results);
    match saturate::search(source, &scenario, control) {
        Ok(found) => saturate::replace(&mut results, found),
        // What was finished before the stop is kept.
        Err(saturate::SearchError::Point(PointError::Stopped)) => {}
        Err(error) => return Err(error.into()),
    }
    results.timeline = timeline::study(&combinations, &cells, control)?;
    results.triggers = trigger::search(source, &scenario, control)?;
    growth::add_simulated(&mut results, &scenario);
    results.moves = as_built::moves(&results);
    results.deployments = deployments::waits(&scenario, whole_sweep, control).map_err(ExperimentError::Fault)?;
    if whole_sweep {
        results.sensitivity = sensitivity::study(source, &scenario, control)?;
    }
    if control.stopped() {
        let (done, planned) = (control.done(), control.planned());
        results.warnings.insert(0, assemble::interrupted(done, planned));
    }
    let kept = |cell: &sweep::Cell| !control.has_few_histograms() || cell.is_operating(&combinations);
    let histogram = |cell: sweep::Cell| {
        let point = &cell.outcome.point;
        (hgrm::file_name(point.option.as_deref(), point.services, &point.axes), cell.outcome.latency)
    };
    let histograms = cells.into_iter().filter(kept).map(histogram).collect();
    let text = resolved::toml(&scenario, &base(source));
    Ok(Computed { results, histograms, scenario: text, simulated: control.requests(), stopped: control.stopped() })
}

/// Adds to a document of [`simulate`] what the pilots of its operating point showed; the same ones are run again.
///
/// # Errors
/// As [`simulate`].
pub fn add_pilots(results: &mut Results, source: &Source, control: &Control) -> Result<(), ExperimentError> {
    let scenario = source.scenario(&[]).map_err(ExperimentError::Issues)?;
    let services = operating_services(&scenario);
    let cut = warmup::cut(&scenario, services, control).map_err(ExperimentError::Fault)?;
    let here = |point: &&Point| point.services.is_none_or(|n| n == services) && point.axes == results.wanted.axes;
    let cut_s = results.points.iter().find(here).map_or(cut.ns as f64 / 1e9, |point| point.warmup_s);
    let closed = matches!(scenario.workload.load, Load::Closed { .. });
    let curve = |pilot: &pilots::Pilot| PilotCurve {
        option: match &scenario.model {
            Model::Options(system) => system.options.get(pilot.option).map(|option| option.name.clone()),
            Model::Hops(_) => None,
        },
        step_s: pilot.step_ns as f64 / 1e9,
        mean: pilot.mean.clone(),
        settled_s: pilot.settled_ns.map(|ns| ns as f64 / 1e9),
    };
    results.warmup = Some(Pilots {
        watched: if closed { "completions" } else { "requests in the system" }.into(),
        number: pilots::PILOTS,
        cut_s,
        floor_s: (!closed).then_some(cut.floor_ns as f64 / 1e9),
        curves: cut.pilots.iter().map(curve).collect(),
    });
    Ok(())
}
