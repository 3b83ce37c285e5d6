//! The map of services x rate: which limit is met first, computed from loads and ladders, with the conditions of one simulated
//! row a rate.
//!
//! Below the throttle, services do not share stations: what a service's callers feel depends on its rate, not on how many
//! services there are. So one simulated point a rate, with few services, says at which rates a condition fails by itself.

use rayon::prelude::*;

use super::control::Control;
use super::judge::{Verdict, condition};
use super::point::PointSpec;
use super::sweep::{Cell, Combination};
use super::warmup;
use crate::aws::system::{System, TrafficRate};
use crate::results::MapCell;
use crate::scenario::{Length, Load, Model, Scenario};
use crate::topology::LoadKind;
use crate::units::Rate;

/// Rates of the map's rows, over the scenario's own.
const RATES: [f64; 7] = [0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0];
/// Columns: services.
const SERVICES: [u32; 11] = [1, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 3_000];
/// Services of the simulated row: enough that no single one rules, far from every throttle.
const ROW_SERVICES: u32 = 4;
/// Measured requests and replications of a simulated row: a p99 over 100 samples beyond it in each replication.
const ROW_REQUESTS: u64 = 20_000;
const ROW_REPLICATIONS: u32 = 5;

/// The map of all options; empty where the rate does not grow with the services, or where `control` stopped it.
#[must_use]
pub fn cells(combinations: &[Combination], own: usize, simulated: &[Cell], control: &Control) -> Vec<MapCell> {
    let Some(first) = combinations.get(own) else { return Vec::new() };
    let Model::Options(system) = &first.scenario.model else { return Vec::new() };
    let TrafficRate::PerService(rate) = system.traffic.rate else { return Vec::new() };
    if (simulated.is_empty() && !control.is_partial()) || first.scenario.sweep.services.len() < 2 {
        return Vec::new();
    }
    let rows: Vec<(usize, f64)> = (0..system.options.len())
        .flat_map(|option| RATES.iter().map(move |factor| (option, factor * rate.per_second())))
        .collect();
    control.plan(rows.len() as u64 * u64::from(ROW_REPLICATIONS));
    let cells = rows.par_iter().flat_map_iter(|&(option, rate)| row(first, system, option, rate, control)).collect();
    if control.stopped() { Vec::new() } else { cells }
}

/// One option at one rate per service, for every number of services.
fn row(combination: &Combination, system: &System, option: usize, rate: f64, control: &Control) -> Vec<MapCell> {
    if control.stopped() {
        return Vec::new();
    }
    let Some(scenario) = at_rate(&combination.scenario, rate) else { return Vec::new() };
    let missed = missed_condition(&scenario, option, control);
    if control.is_partial() {
        return Vec::new();
    }
    let structure = combination.structure(option);
    let mut columns = SERVICES.to_vec();
    columns.push(super::operating_services(&scenario));
    columns.sort_unstable();
    columns.dedup();
    columns
        .into_iter()
        .map(|services| {
            let spec = PointSpec { scenario: &scenario, option, services, detail: false };
            let loads = spec.legend().loads;
            let highest = |limiter: bool| {
                loads
                    .iter()
                    .filter(|load| (load.kind == LoadKind::Limiter) == limiter)
                    .max_by(|a, b| a.load.total_cmp(&b.load))
            };
            let (throttle, station) = (highest(true), highest(false));
            let throttled = throttle.filter(|load| load.load > 1.0);
            let load = throttle.map_or(0.0, |load| load.load).max(station.map_or(0.0, |load| load.load));
            let (stopped_by, by) = match (structure.filter(|rung| services > rung.services), throttled, &missed) {
                (Some(rung), _, _) => ("quota", rung.name.clone()),
                (None, Some(load), _) => ("throttle", load.hop.replace('-', " ")),
                (None, None, Some(condition)) => ("service", condition.clone()),
                (None, None, None) if station.is_some_and(|load| load.load >= 1.0) => ("service", "full".into()),
                (None, None, None) => ("ok", station.map_or_else(String::new, |load| load.hop.clone())),
            };
            MapCell {
                option: system.options[option].name.clone(),
                services,
                rate_per_service: rate,
                load,
                stopped_by: stopped_by.into(),
                by,
            }
        })
        .collect()
}

/// The scenario at another rate per service, as short as a row needs.
fn at_rate(scenario: &Scenario, per_second: f64) -> Option<Scenario> {
    let mut scenario = scenario.clone();
    let rate = Rate::new(per_second)?;
    scenario.workload.load = Load::PerService(rate);
    scenario.run.length = Length::Requests(ROW_REQUESTS);
    scenario.run.replications = ROW_REPLICATIONS;
    scenario.run.precision = None;
    if let Model::Options(system) = &mut scenario.model {
        system.traffic.rate = TrafficRate::PerService(rate);
    }
    Some(scenario)
}

/// The first condition that the option's services miss at the scenario's rate, whatever the throttle.
fn missed_condition(scenario: &Scenario, option: usize, control: &Control) -> Option<String> {
    let spec = PointSpec { scenario, option, services: ROW_SERVICES, detail: false };
    // Pilots would cost more than the row itself.
    let outcome = spec.run_from(&warmup::floor(scenario, ROW_SERVICES), control).ok()?;
    let misses = |verdict| matches!(verdict, Verdict::Fail | Verdict::Undecided { meets: false });
    scenario.objectives.iter().find(|wanted| misses(condition(&outcome, wanted))).map(|wanted| wanted.text.clone())
}
