//! When growth meets the limits of each option, as the result document has it: quotas, and the ends that a sweep found.

use crate::aws::growth::{self, Met};
use crate::aws::system::System;
use crate::results::{GrowthAsked, GrowthRung, Results, SaturationPoint};
use crate::scenario::{Model, Scenario};

/// What was asked, and every limit on units and traffic; nothing where the scenario does not say how it grows.
pub(super) fn of(system: &System) -> (Option<GrowthAsked>, Vec<GrowthRung>) {
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
    let rungs = system
        .options
        .iter()
        .flat_map(|option| growth::met(option, system, growth).into_iter().map(|met| rung(&option.name, met)));
    (Some(asked), rungs.collect())
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
        let at = months.map(|months| growth.services(system.services.count, months));
        Some(GrowthRung {
            option: end.option.clone()?,
            kind: "simulated".into(),
            quota: end.criterion.clone(),
            name: if end.by.is_empty() { end.reason.clone() } else { end.by.clone() },
            months,
            services: at.map(|services| services as u32),
            rate: months.zip(at).and_then(|(months, at)| Some(system.rate(at as u32)? * growth.traffic(months))),
            ..GrowthRung::default()
        })
    };
    let ends: Vec<GrowthRung> = results.saturation.iter().filter(here).filter_map(rung).collect();
    results.growth.extend(ends);
    let place = |rung: &GrowthRung| system.options.iter().position(|option| option.name == rung.option);
    let when = |rung: &GrowthRung| rung.months.unwrap_or(f64::INFINITY);
    results.growth.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| when(a).total_cmp(&when(b))));
}
