//! Waits for one's turn to deploy: each unit that changes hold is a station with one server, simulated by the engine that
//! simulates requests.

use rayon::prelude::*;

use super::changes;
use super::control::Control;
use super::point::{PointError, PointSpec};
use crate::aws::deployments::{Deployments, Held, fact, held};
use crate::aws::system::System;
use crate::random::Distribution;
use crate::results::{Assumption, DeploymentWait, Estimate, Point};
use crate::scenario::{
    Arrivals, Client, Hop, Length, Load, Model, Popularity, Retries, Run, Scenario, Sensitivity, Station, Stations,
    Sweep, Warmup, Workload,
};
use crate::theory::mg1_mean_wait;
use crate::units::{Duration, Rate};

/// Measured changes of a replication: a p90 over 2,000 changes beyond it.
const CHANGES: u64 = 20_000;
const REPLICATIONS: u32 = 10;
/// For how long a change holds the simulated unit. Waits of constant holds are in proportion to them, so that every unit is simulated
/// with the same one, which keeps the rarest changes within the clock's range.
const HOLD_MS: f64 = 1.0;
/// A quantile below this share of a hold is 0: the recorder cannot tell it from none.
const RESOLUTION: f64 = 0.002;

/// A unit at an option and a number of services.
struct Asked<'a> {
    option: &'a str,
    services: u32,
    held: Held,
    /// Changes a day.
    changes: f64,
    /// Time held over the time in which changes are made.
    utilisation: f64,
}

/// The waits of every option and kind of change at the operating point and, with `whole_sweep`, at the sweep's numbers of services;
/// empty where the scenario does not say how often services change. Units of one utilisation are simulated once, and all on
/// the same draws.
///
/// # Errors
/// A fault of the engine. Waits that a stop left out are missing.
pub(super) fn waits(
    scenario: &Scenario,
    whole_sweep: bool,
    control: &Control,
) -> Result<Vec<DeploymentWait>, PointError> {
    let Model::Options(system) = &scenario.model else { return Ok(Vec::new()) };
    let Some(deployments) = &system.deployments else { return Ok(Vec::new()) };
    let asked = asked(system, deployments, &services(scenario, system, whole_sweep));
    let mut loads: Vec<f64> = asked.iter().map(|asked| asked.utilisation).filter(|load| waits_at(*load)).collect();
    loads.sort_by(f64::total_cmp);
    loads.dedup();
    control.plan(loads.len() as u64 * u64::from(REPLICATIONS));
    let simulate = |&load: &f64| match simulated(scenario, load, control) {
        Ok(point) => Ok(Some((load, point))),
        Err(PointError::Stopped | PointError::Elsewhere) => Ok(None),
        Err(fault) => Err(fault),
    };
    let points: Vec<Option<(f64, Point)>> = loads.par_iter().map(simulate).collect::<Result<_, PointError>>()?;
    let points: Vec<(f64, Point)> = points.into_iter().flatten().collect();
    Ok(asked.iter().filter_map(|asked| wait(asked, &points)).collect())
}

/// The inputs of the waits with their evidence; what the scenario states in the place of a default is the user's own.
pub(super) fn assumptions(deployments: &Deployments) -> Vec<Assumption> {
    let default = Deployments::default();
    let minutes = |hold: Duration| hold.seconds() / 60.0;
    let inputs = [
        ("per-service-per-day", (deployments.per_service_per_day, default.per_service_per_day)),
        ("hours-per-day", (deployments.hours_per_day, default.hours_per_day)),
        ("hold-code", (minutes(deployments.code), minutes(default.code))),
        ("hold-traffic-shift", (deployments.traffic_shift.map_or(f64::NAN, minutes), f64::NAN)),
        ("hold-routes", (minutes(deployments.routes), minutes(default.routes))),
    ];
    let assumption = |(id, (value, default)): (&str, (f64, f64))| {
        let fact = fact(id)?;
        Some(changes::assumption(fact, if value == default { fact.value } else { value }, Vec::new()))
    };
    inputs.into_iter().filter_map(assumption).collect()
}

/// Whether there is something to simulate: somebody waits, and everybody's turn comes.
fn waits_at(utilisation: f64) -> bool {
    utilisation > 0.0 && utilisation < 1.0
}

fn services(scenario: &Scenario, system: &System, whole_sweep: bool) -> Vec<u32> {
    let mut services = if whole_sweep { scenario.sweep.services.clone() } else { Vec::new() };
    services.push(system.services.count);
    services.sort_unstable();
    services.dedup();
    services
}

fn asked<'a>(system: &'a System, deployments: &Deployments, services: &[u32]) -> Vec<Asked<'a>> {
    let mut all = Vec::new();
    for option in &system.options {
        for &services in services {
            for held in held(option, services, system, deployments) {
                let changes = deployments.per_service_per_day * f64::from(held.services);
                let utilisation = changes * held.hold.seconds() / (deployments.hours_per_day * 3600.0);
                all.push(Asked { option: &option.name, services, held, changes, utilisation });
            }
        }
    }
    all
}

fn wait(asked: &Asked<'_>, points: &[(f64, Point)]) -> Option<DeploymentWait> {
    let hold_min = asked.held.hold.seconds() / 60.0;
    let none = Estimate { value: Some(0.0), low: Some(0.0), high: Some(0.0) };
    let (stable, mean, p90) = if asked.utilisation >= 1.0 {
        (false, Estimate::default(), Estimate::default())
    } else if asked.utilisation == 0.0 {
        (true, none, none)
    } else {
        let (_, point) = points.iter().find(|(load, _)| *load == asked.utilisation)?;
        let (mean, p90) = (("latency.mean", 0.0), ("latency.p90", RESOLUTION));
        // Too near to full for the length of the runs: nothing simulated is said, the formula stands.
        match point.warnings.iter().any(|warning| warning.kind == "warmup_not_reached") {
            true => (point.stable, Estimate::default(), Estimate::default()),
            false => (point.stable, beyond_hold(point, mean, hold_min), beyond_hold(point, p90, hold_min)),
        }
    };
    let in_s = |minutes: f64| minutes * 60.0;
    let theory = mg1_mean_wait(asked.utilisation / in_s(hold_min), in_s(hold_min), 0.0).map(|seconds| seconds / 60.0);
    Some(DeploymentWait {
        option: asked.option.to_string(),
        services: asked.services,
        change: asked.held.change.text().into(),
        unit: asked.held.unit.into(),
        shared_by: asked.held.services,
        changes_per_day: asked.changes,
        hold_min,
        utilisation: asked.utilisation,
        stable,
        wait_mean_min: mean,
        wait_p90_min: p90,
        theory_mean_min: if asked.utilisation == 0.0 { Some(0.0) } else { theory },
    })
}

/// What a metric of the simulated unit has beyond the hold itself, in minutes of the real one; 0 below a share `least` of it.
fn beyond_hold(point: &Point, (metric, least): (&str, f64), hold_min: f64) -> Estimate {
    let estimate = point.metrics.get(metric).copied().unwrap_or_default();
    let scaled = |ms: f64| {
        let holds = ms / HOLD_MS - 1.0;
        if holds < least { 0.0 } else { holds * hold_min }
    };
    Estimate { value: estimate.value.map(scaled), low: estimate.low.map(scaled), high: estimate.high.map(scaled) }
}

/// A unit that is held for so large a share of the time, as a point: changes come as a Poisson process and wait in order.
fn simulated(scenario: &Scenario, utilisation: f64, control: &Control) -> Result<Point, PointError> {
    let unit = unit(scenario, utilisation);
    let spec = PointSpec { scenario: &unit, option: 0, services: 1, detail: false };
    spec.run(control).map(|outcome| outcome.point)
}

fn unit(scenario: &Scenario, utilisation: f64) -> Scenario {
    let station = Station {
        time: Distribution::constant(HOLD_MS * 1e6),
        servers: Some(1),
        queue: None,
        patience: None,
        failure: 0.0,
    };
    Scenario {
        name: "unit".into(),
        title: String::new(),
        seed: scenario.seed,
        workload: Workload {
            load: Rate::new(utilisation * 1e3 / HOLD_MS).map_or(Load::FromArrivals, Load::Total),
            arrivals: Arrivals::Poisson,
            popularity: Popularity::Uniform,
            profile: Vec::new(),
        },
        client: Client { timeout: None, retries: Retries::None },
        run: Run {
            length: Length::Requests(CHANGES),
            warmup: Warmup::Auto,
            replications: REPLICATIONS,
            precision: None,
            samplers: scenario.run.samplers,
            confidence: scenario.run.confidence,
            observe_at: Vec::new(),
            windows: None,
        },
        events: Vec::new(),
        objectives: Vec::new(),
        saturation: None,
        sensitivity: Sensitivity::default(),
        sweep: Sweep::default(),
        trigger: None,
        expect: None,
        services: 1,
        model: Model::Hops(vec![Hop { name: "unit".into(), bucket: None, stations: Stations::One(station) }]),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::Document;

    fn waits_of(text: &str) -> Vec<DeploymentWait> {
        let scenario = Document::parse(text, "teams", Path::new(".")).unwrap().resolve(&[]).unwrap();
        waits(&scenario, false, &Control::default()).unwrap()
    }

    fn of<'a>(all: &'a [DeploymentWait], option: &str, change: &str) -> &'a DeploymentWait {
        all.iter().find(|wait| wait.option == option && wait.change == change).unwrap()
    }

    #[test]
    fn a_shared_listener_is_an_m_d_1_queue() {
        // 60 services in two VPCs, 30 an NLB: 60 changes a day of 15 min hold it for 900 of 1,440 min. Pollaczek and Khinchine:
        // 0.625 x 15 / (2 x 0.375) = 12.5 min. One API: 120 changes of 5 min are 0.4167, 0.4167 x 5 / (2 x 0.5833) = 1.786 min.
        let all = waits_of(
            "[services]\ncount = 60\n[deployments]\nper_service_per_day = 2\nhold = { traffic_shift = \"15min\" }\n",
        );
        let shift = of(&all, "rest-shared-nlb", "traffic_shift");
        assert_eq!((shift.shared_by, shift.changes_per_day, shift.utilisation), (30, 60.0, 0.625));
        assert!((shift.theory_mean_min.unwrap() - 12.5).abs() < 1e-9);
        let within = |wait: &DeploymentWait, exact: f64| {
            let mean = wait.wait_mean_min;
            let half = (mean.high.unwrap() - mean.low.unwrap()) / 2.0;
            // Twice the half-width at 95 % is missed once in 10,000 seeds; the seed is fixed.
            assert!((mean.value.unwrap() - exact).abs() < 2.0 * half && half < 0.1 * exact, "{mean:?} for {exact}");
        };
        within(shift, 12.5);
        within(of(&all, "rest-shared-nlb", "routes"), 5.0 / 12.0 * 5.0 / (2.0 * 7.0 / 12.0));
        // The wait that one in ten exceeds lies above twice the mean of an M/D/1 queue and below that of M/M/1 with the same mean hold.
        let p90 = shift.wait_p90_min.value.unwrap();
        let as_exponential = 15.0 / 0.375 * libm::log(0.625 / 0.1);
        assert!(p90 > 25.0 && p90 < as_exponential, "{p90}");
        // Nobody shares its own ALB, but waits for its own change before: 2 changes of 15 min a day.
        let own = of(&all, "http-fan-out", "traffic_shift");
        assert_eq!((own.shared_by, own.wait_p90_min.value), (1, Some(0.0)));
        within(own, 1.0 / 48.0 * 15.0 / (2.0 * 47.0 / 48.0));
        let code = of(&all, "rest-shared-nlb", "code");
        assert_eq!((code.utilisation, code.wait_mean_min.value), (0.0, Some(0.0)));
    }

    #[test]
    fn a_unit_that_is_asked_for_more_than_it_has_gives_no_wait() {
        let all = waits_of("[services]\ncount = 60\n[deployments]\nper_service_per_day = 2\nhours_per_day = 8\n");
        let shift = of(&all, "rest-shared-nlb", "traffic_shift");
        assert_eq!((shift.stable, shift.utilisation), (false, 1.875));
        assert_eq!((shift.wait_mean_min, shift.theory_mean_min), (Estimate::default(), None));
    }

    #[test]
    fn nothing_is_said_where_the_scenario_says_nothing() {
        assert!(waits_of("").is_empty());
        assert_eq!(waits_of("[deployments]\nper_service_per_day = 0\n").len(), 15);
    }
}
