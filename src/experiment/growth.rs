//! When growth meets the limits of each option, as the result document has it: quotas, and the ends that a sweep found.

use super::point::PointSpec;
use crate::aws::growth::{self, Growth, Met};
use crate::aws::system::System;
use crate::results::{GrowthAsked, GrowthRung, Results, SaturationPoint};
use crate::scenario::{Model, Scenario};
use crate::topology::LoadKind;

/// The id of the limit that a service's own targets are, which is no quota.
const TARGETS: &str = "service.targets";

/// What was asked, every limit on units and traffic, and when targets are busy all the time; nothing where the scenario does not say how
/// it grows.
pub(super) fn of(scenario: &Scenario, system: &System) -> (Option<GrowthAsked>, Vec<GrowthRung>) {
    let Some(growth) = &system.growth else { return (None, Vec::new()) };
    let services = growth.services(system.services.count, growth.horizon_months);
    let asked = GrowthAsked {
        services_per_month: growth.services_per_month,
        traffic_per_year: growth.traffic_per_year,
        horizon_months: growth.horizon_months,
        margin_months: growth.margin_months,
        services: services as u32,
        rate: system.rate(services as u32).map(|rate| rate * growth.traffic(growth.horizon_months)),
        today: None,
    };
    let mut rungs = Vec::new();
    for (index, option) in system.options.iter().enumerate() {
        rungs.extend(growth::met(option, system, growth).into_iter().map(|met| rung(&option.name, met)));
        rungs.extend(targets(scenario, system, growth, index));
    }
    sort(&mut rungs, system);
    (Some(asked), rungs)
}

/// When the busiest target of an option's services has no time left, from the load that is computed before anything is simulated.
fn targets(scenario: &Scenario, system: &System, growth: &Growth, option: usize) -> Option<GrowthRung> {
    let legend = PointSpec { scenario, option, services: system.services.count, detail: false }.legend();
    let stations = legend.loads.iter().filter(|load| load.kind != LoadKind::Limiter).map(|load| load.load);
    let load = stations.max_by(f64::total_cmp).filter(|_| legend.open)?;
    let months = growth::months_until_busy(load, system, growth);
    Some(GrowthRung {
        option: system.options.get(option)?.name.clone(),
        kind: "traffic".into(),
        quota: TARGETS.into(),
        name: "targets of the busiest service".into(),
        adjustable: true,
        ..at(months, system, growth)
    })
}

/// A rung with the services and the rate of its time.
fn at(months: Option<f64>, system: &System, growth: &Growth) -> GrowthRung {
    let services = months.map(|months| growth.services(system.services.count, months) as u32);
    let rate = |(months, services): (f64, u32)| Some(system.rate(services)? * growth.traffic(months));
    GrowthRung { months, services, rate: months.zip(services).and_then(rate), ..GrowthRung::default() }
}

/// Option by option, each in order of time.
fn sort(rungs: &mut [GrowthRung], system: &System) {
    let place = |rung: &GrowthRung| system.options.iter().position(|option| option.name == rung.option);
    let when = |rung: &GrowthRung| rung.months.unwrap_or(f64::INFINITY);
    rungs.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| when(a).total_cmp(&when(b))));
}

fn rung(option: &str, met: Met) -> GrowthRung {
    GrowthRung {
        option: option.to_string(),
        kind: met.kind.text().into(),
        quota: met.quota,
        code: met.code,
        name: met.name,
        limit: Some(met.limit),
        adjustable: met.adjustable,
        lead_time: met.lead_time,
        months: met.months,
        date: None,
        services: met.services,
        rate: met.rate,
        needed: met.needed,
        ask: met.ask,
        ask_now: met.ask_now,
        accounts: met.accounts,
    }
}

/// Adds where growth meets the ends that were simulated over services at the operating point's other values: conditions that fail and
/// stations without a steady state. Quotas and throttles have their own rungs. An end is met when the system offers what it offered
/// there; of an end that no interval decides, the services that surely hold.
pub(super) fn add_simulated(results: &mut Results, scenario: &Scenario) {
    let Model::Options(system) = &scenario.model else { return };
    let Some(growth) = &system.growth else { return };
    let here = |end: &&SaturationPoint| {
        end.vary == "services"
            && end.axes == results.wanted.axes
            && matches!(end.criterion.as_str(), "condition" | "stability")
    };
    let rung = |end: &SaturationPoint| {
        let services = if end.decided { end.value } else { end.low.or(end.value) }?;
        let months = growth::months_until_load(services, system, growth);
        Some(GrowthRung {
            option: end.option.clone()?,
            kind: "simulated".into(),
            quota: end.criterion.clone(),
            name: if end.by.is_empty() { end.reason.clone() } else { end.by.clone() },
            ..at(months, system, growth)
        })
    };
    let ends: Vec<GrowthRung> = results.saturation.iter().filter(here).filter_map(rung).collect();
    results.growth.extend(ends);
    sort(&mut results.growth, system);
}
