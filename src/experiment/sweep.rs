//! The grid: services x options x further axes, and where each option saturates on it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::control::Control;
use super::judge::{self, Judged, Standing, with_throttled};
use super::point::{Outcome, PointError, PointSpec};
use super::settle::settle;
use super::shards::{copies, name};
use super::source::AxisValues;
use super::warmup::{self, Cut};
use crate::aws::ceilings::{self, Kind, Rung};
use crate::results::SaturationPoint;
use crate::scenario::{Model, Scenario};
use crate::stats::Recorder;

/// Points added between the last that passed and the first that failed, for each option at most.
const REFINING_POINTS: usize = 4;
/// Ends of brackets that are settled one after the other, for each option at most.
const SETTLED_ENDS: usize = 4;
/// Rounds of replications after which an end that no interval decides is left undecided.
const SETTLING_ROUNDS: u32 = 5;

/// One combination of axis values: its scenario and the ladders of its options.
#[derive(Debug)]
pub struct Combination {
    /// The values.
    pub axes: AxisValues,
    /// The scenario with them.
    pub scenario: Scenario,
    /// Ladder of every option; empty for hops.
    pub ladders: Vec<Vec<Rung>>,
}

/// A simulated point with its place in the grid.
#[derive(Debug)]
pub struct Cell {
    /// Index of the combination.
    pub combination: usize,
    /// Index of the option.
    pub option: usize,
    /// Services.
    pub services: u32,
    /// What was simulated.
    pub outcome: Outcome,
}

impl Combination {
    /// Computes the ladders.
    #[must_use]
    pub fn new(axes: AxisValues, scenario: Scenario) -> Combination {
        let ladders = match &scenario.model {
            Model::Options(system) => {
                system.options.par_iter().map(|option| ceilings::ladder(option, system)).collect()
            }
            Model::Hops(_) => Vec::new(),
        };
        Combination { axes, scenario, ladders }
    }

    fn options(&self) -> usize {
        self.ladders.len().max(1)
    }

    /// The most services that the structure quotas of an option allow, and the quota.
    #[must_use]
    pub fn structure(&self, option: usize) -> Option<&Rung> {
        self.ladders.get(option)?.iter().find(|rung| rung.kind == Kind::Structure && rung.binding)
    }

    /// The numbers of services to simulate: the sweep's, the operating point, and both sides of the first traffic rung where a
    /// refined sweep passes it.
    fn services(&self, option: usize, whole_sweep: bool) -> Vec<u32> {
        let mut services = if whole_sweep { self.scenario.sweep.services.clone() } else { Vec::new() };
        let last = services.last().copied().unwrap_or(0);
        if self.scenario.sweep.refine && whole_sweep {
            let rung = self.ladders.get(option).and_then(|ladder| {
                ladder.iter().find(|rung| rung.kind == Kind::Traffic && rung.binding).map(|rung| rung.services)
            });
            services.extend(rung.into_iter().flat_map(|n| [n, n + 1]).filter(|n| (1..=last).contains(n)));
        }
        if services.is_empty() || matches!(self.scenario.model, Model::Options(_)) {
            services.push(super::operating_services(&self.scenario));
        }
        services.sort_unstable();
        services.dedup();
        services
    }
}

impl Cell {
    /// Whether it is at the operating point of its combination.
    #[must_use]
    pub fn is_operating(&self, combinations: &[Combination]) -> bool {
        self.services == super::operating_services(&combinations[self.combination].scenario)
    }
}

/// Simulates the grid, or only the operating point of each combination. Points are finished in any order and returned in
/// the grid's; what was finished before a stop is kept.
///
/// # Errors
/// Only [`PointError::Engine`].
pub fn grid(
    combinations: &[Combination],
    whole_sweep: bool,
    detail: bool,
    control: &Control,
) -> Result<Vec<Cell>, PointError> {
    let mut places = places(combinations, whole_sweep);
    // The operating point first: whoever stops a sweep early still has the answer to the question.
    places.sort_by_key(|&(index, _, services)| services != super::operating_services(&combinations[index].scenario));
    let mut cells = simulate(combinations, &places, detail, false, control)?;
    if whole_sweep {
        let lacking = lacks(&places, &cells);
        refine(combinations, &mut cells, &lacking, detail, control)?;
    }
    cells.sort_by_key(|cell| (cell.combination, cell.option, cell.services));
    Ok(cells)
}

/// The points that are known to be simulated before any is.
fn places(combinations: &[Combination], whole_sweep: bool) -> Vec<Place> {
    let mut places = Vec::new();
    for (index, combination) in combinations.iter().enumerate() {
        for option in 0..combination.options() {
            places.extend(
                combination.services(option, whole_sweep).into_iter().map(|services| (index, option, services)),
            );
        }
    }
    places
}

/// The points that a whole sweep has at most, those known beforehand and those that refinement adds; with `detail` the copies in them
/// too, as if refinement added none.
#[must_use]
pub fn points(combinations: &[Combination], detail: bool) -> (usize, f64) {
    let refined = |combination: &Combination| if combination.scenario.sweep.refine { REFINING_POINTS } else { 0 };
    let added: usize = combinations.iter().map(|combination| combination.options() * refined(combination)).sum();
    let places = places(combinations, true);
    let copies = |&(index, _, services): &Place| copies(&combinations[index].scenario, services);
    (places.len() + added, if detail { places.iter().map(copies).sum() } else { 0.0 })
}

/// A point of the grid: combination, option, services.
type Place = (usize, usize, u32);

/// Halves the brackets in which options of refined sweeps saturate, then settles their ends with more replications.
fn refine(
    combinations: &[Combination],
    cells: &mut Vec<Cell>,
    lacking: &BTreeSet<(usize, usize)>,
    detail: bool,
    control: &Control,
) -> Result<(), PointError> {
    let refined = || combinations.iter().enumerate().filter(|(_, combination)| combination.scenario.sweep.refine);
    let mut options: Vec<(usize, usize)> = refined()
        .flat_map(|(index, combination)| (0..combination.options()).map(move |option| (index, option)))
        .collect();
    options.retain(|option| !lacking.contains(option));
    for _ in 0..REFINING_POINTS {
        let middle = |&(index, option): &(usize, usize)| between(combinations, cells, index, option);
        let places: Vec<Place> = options.iter().filter_map(middle).collect();
        if places.is_empty() || control.stopped() {
            break;
        }
        let fresh = simulate(combinations, &places, detail, false, control)?;
        options.retain(|option| !lacks(&places, &fresh).contains(option));
        cells.extend(fresh);
    }
    let mut settled: Vec<Place> = Vec::new();
    for _ in 0..SETTLED_ENDS {
        let ends = |&(index, option): &(usize, usize)| undecided_end(combinations, cells, index, option, &settled);
        let places: Vec<Place> = options.iter().filter_map(ends).collect();
        if places.is_empty() || control.stopped() {
            break;
        }
        let fresh = simulate(combinations, &places, detail, true, control)?;
        options.retain(|option| !lacks(&places, &fresh).contains(option));
        for fresh in fresh {
            let same = |cell: &&mut Cell| place(cell) == place(&fresh);
            if let Some(cell) = cells.iter_mut().find(same) {
                *cell = fresh;
            }
        }
        settled.extend(places);
    }
    Ok(())
}

/// The combinations and options of places that have no cell: what follows from them is not known yet.
fn lacks(places: &[Place], cells: &[Cell]) -> BTreeSet<(usize, usize)> {
    let there: BTreeSet<Place> = cells.iter().map(place).collect();
    places.iter().filter(|at| !there.contains(at)).map(|&(index, option, _)| (index, option)).collect()
}

fn place(cell: &Cell) -> Place {
    (cell.combination, cell.option, cell.services)
}

/// Simulates points; with `settling` in rounds until intervals decide what is asked of them.
fn simulate(
    combinations: &[Combination],
    places: &[Place],
    detail: bool,
    settling: bool,
    control: &Control,
) -> Result<Vec<Cell>, PointError> {
    let replications = |&(index, _, _): &Place| u64::from(combinations[index].scenario.run.replications);
    let places = &here(combinations, places, control)[..];
    if !settling {
        control.plan(places.iter().map(replications).sum());
    }
    let Some(cuts) = warmups(combinations, places, control)? else { return Ok(Vec::new()) };
    let run = |&(combination, option, services): &Place| {
        let scenario = &combinations[combination].scenario;
        let spec = PointSpec { scenario, option, services, detail };
        let cut = &cuts[&(combination, services)];
        let outcome = if settling {
            let most = scenario.run.replications.saturating_mul(SETTLING_ROUNDS);
            settle(&spec, cut, &with_throttled(&scenario.objectives), scenario.run.confidence, most, control)
        } else {
            spec.run_from(cut, control)
        };
        match outcome {
            Ok(outcome) => Ok(Some(Cell { combination, option, services, outcome })),
            Err(PointError::Stopped | PointError::Elsewhere) => Ok(None),
            Err(fault) => Err(fault),
        }
    };
    let cells: Vec<Option<Cell>> = places.par_iter().map(run).collect::<Result<_, _>>()?;
    let mut cells: Vec<Cell> = cells.into_iter().flatten().collect();
    for cell in &mut cells {
        let combination = &combinations[cell.combination];
        cell.outcome.point.axes = combination.axes.clone();
        cell.outcome.point.fits_quotas =
            combination.structure(cell.option).is_none_or(|rung| cell.services <= rung.services);
        if control.has_few_histograms() && !cell.is_operating(combinations) {
            cell.outcome.latency = Recorder::new(3);
        }
    }
    Ok(cells)
}

/// Those of the places at which there is something to do: a share of the work is mostly elsewhere, and to find that out there would cost
/// more than a small share takes.
fn here(combinations: &[Combination], places: &[Place], control: &Control) -> Vec<Place> {
    let Some(store) = control.store().filter(|store| store.is_partial()) else { return places.to_vec() };
    let all: BTreeSet<(usize, u32)> = places.iter().map(|&(index, _, services)| (index, services)).collect();
    let is_here = |&(index, services): &(usize, u32)| {
        !store.is_elsewhere(name::of_place(&combinations[index].scenario, services))
    };
    let here: BTreeSet<(usize, u32)> = all.into_par_iter().filter(is_here).collect();
    places.iter().copied().filter(|&(index, _, services)| here.contains(&(index, services))).collect()
}

/// The warm-up of each combination and number of services.
type Warmups = BTreeMap<(usize, u32), Cut>;

/// The warm-up at each place, which its options share; `None` where `control` stopped the pilots.
fn warmups(combinations: &[Combination], places: &[Place], control: &Control) -> Result<Option<Warmups>, PointError> {
    let shared: BTreeSet<(usize, u32)> = places.iter().map(|&(index, _, services)| (index, services)).collect();
    let cuts: Result<_, _> = shared
        .into_par_iter()
        .map(|place| Ok((place, warmup::cut(&combinations[place.0].scenario, place.1, control)?)))
        .collect();
    match cuts {
        Err(PointError::Stopped) => Ok(None),
        cuts => cuts.map(Some),
    }
}

/// An option's points by rising services, each judged.
fn judged(combinations: &[Combination], cells: &[Cell], index: usize, option: usize) -> Vec<(f64, Judged)> {
    let objectives = &combinations[index].scenario.objectives;
    let ours = cells.iter().filter(|cell| cell.combination == index && cell.option == option);
    let mut points: Vec<(f64, Judged)> =
        ours.map(|cell| (f64::from(cell.services), judge::point(&cell.outcome, objectives))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}

/// The number of services that halves an option's bracket, if it is not closed.
fn between(combinations: &[Combination], cells: &[Cell], index: usize, option: usize) -> Option<Place> {
    let end = judge::bracket(&judged(combinations, cells, index, option));
    let (low, high) = (end.value? as u32, end.fails_at? as u32);
    (high - low > 1).then(|| (index, option, low + (high - low) / 2))
}

/// An end of an option's bracket that only a point estimate decides and that is not settled yet: the failing one first.
fn undecided_end(
    combinations: &[Combination],
    cells: &[Cell],
    index: usize,
    option: usize,
    settled: &[Place],
) -> Option<Place> {
    let points = judged(combinations, cells, index, option);
    let end = judge::bracket(&points);
    [end.fails_at, end.value].into_iter().flatten().find_map(|at| {
        let place = (index, option, at as u32);
        let (_, judged) = points.iter().find(|(value, _)| *value == at)?;
        let open = judged.open.is_some() && judged.standing != Standing::Unknown;
        (open && !settled.contains(&place)).then_some(place)
    })
}

/// Where every option saturates: first with quotas counted, then (where a quota comes first) by traffic alone.
#[must_use]
pub fn saturation(combinations: &[Combination], cells: &[Cell]) -> Vec<SaturationPoint> {
    let mut all = Vec::new();
    for (index, combination) in combinations.iter().enumerate() {
        let swept = combination.scenario.sweep.services.len() > 1;
        for option in (0..combination.options()).filter(|_| swept) {
            let name = match &combination.scenario.model {
                Model::Options(system) => Some(system.options[option].name.clone()),
                Model::Hops(_) => None,
            };
            let simulated = SaturationPoint {
                option: name.clone(),
                vary: "services".into(),
                axes: combination.axes.clone(),
                ..judge::bracket(&judged(combinations, cells, index, option))
            };
            let quota = combination
                .structure(option)
                .filter(|rung| simulated.fails_at.is_none_or(|fails_at| f64::from(rung.services) < fails_at));
            if let Some(rung) = quota {
                let holds = (rung.services > 0).then(|| f64::from(rung.services));
                all.push(SaturationPoint {
                    value: holds,
                    low: holds,
                    fails_at: Some(f64::from(rung.services) + 1.0),
                    high: Some(f64::from(rung.services) + 1.0),
                    decided: true,
                    criterion: "quota".into(),
                    by: rung.code.clone().unwrap_or_else(|| rung.quota.clone()),
                    reason: rung.name.clone(),
                    ..simulated.clone()
                });
                all.push(SaturationPoint { ignoring_quotas: true, ..simulated });
            } else {
                all.push(simulated);
            }
        }
    }
    all
}
