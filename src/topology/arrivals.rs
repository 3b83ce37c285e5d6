//! Workload to arrivals: rates, gaps, phases, traces, closed clients.

use super::builder;
use crate::engine::network::Arrivals as EngineArrivals;
use crate::random::{Distribution, Sampler};
use crate::scenario::{Arrivals, Load, Scenario};

/// Requests per second that the workload offers with `services` services; `None` for closed clients.
#[must_use]
pub fn offered_rate(scenario: &Scenario, services: u32) -> Option<f64> {
    match &scenario.workload.load {
        Load::Total(rate) => Some(rate.per_second()),
        Load::PerService(rate) => Some(rate.per_second() * f64::from(services)),
        Load::FromArrivals => Some(mean_rate(&scenario.workload.arrivals)),
        Load::Closed { .. } => None,
    }
}

/// Arrivals per second of a pattern whose rate follows from itself; 0 for one whose rate is stated elsewhere.
#[must_use]
pub fn mean_rate(arrivals: &Arrivals) -> f64 {
    match arrivals {
        Arrivals::Hyperexponential(gap) => 1e9 / gap.mean_ns(),
        Arrivals::Mmpp { rate, sojourn } => {
            let time: f64 = sojourn.iter().map(|s| s.seconds()).sum();
            rate.iter().zip(sojourn).map(|(rate, s)| rate * s.seconds()).sum::<f64>() / time
        }
        Arrivals::Trace(trace) => trace.at.len() as f64 * 1e9 / trace.length.max(1) as f64,
        Arrivals::Poisson | Arrivals::Constant | Arrivals::Gamma { .. } => 0.0,
    }
}

/// The engine's arrivals with `services` services.
pub(super) fn build(scenario: &Scenario, services: u32) -> EngineArrivals {
    let sampler = |law: &Distribution| builder::sampler(scenario.run.samplers, law);
    if let Load::Closed { clients, think } = &scenario.workload.load {
        return EngineArrivals::Closed { clients: *clients, think: sampler(think) };
    }
    let rate = offered_rate(scenario, services).unwrap_or(0.0);
    let own = mean_rate(&scenario.workload.arrivals);
    // A stated rate beside a pattern that has one of its own rescales the pattern's time.
    let stretch = if own > 0.0 && matches!(scenario.workload.load, Load::Total(_) | Load::PerService(_)) {
        own / rate
    } else {
        1.0
    };
    let renewal = |gap: Result<Distribution, _>| match gap {
        Ok(gap) => EngineArrivals::Renewal { gap: sampler(&gap) },
        Err(crate::random::distribution::LawError { .. }) => EngineArrivals::Constant { rate },
    };
    match &scenario.workload.arrivals {
        Arrivals::Poisson => renewal(Distribution::exponential(1e9 / rate)),
        Arrivals::Constant => EngineArrivals::Constant { rate },
        Arrivals::Gamma { shape } => renewal(Distribution::gamma(1e9 / rate, *shape)),
        Arrivals::Hyperexponential(gap) => {
            let gap = if stretch == 1.0 { gap.clone() } else { gap.scaled(stretch) };
            EngineArrivals::Renewal { gap: sampler(&gap) }
        }
        Arrivals::Mmpp { rate, sojourn } => EngineArrivals::Mmpp {
            rate: rate.iter().map(|r| r / stretch).collect(),
            sojourn: sojourn.iter().map(|s| s.0 as f64 * stretch).collect(),
            unit: Distribution::exponential(1e9).map_or(Sampler::Constant(0), |unit| sampler(&unit)),
        },
        Arrivals::Trace(trace) => EngineArrivals::Trace {
            at: std::sync::Arc::clone(&trace.at),
            length: trace.length,
            repeat: trace.repeat,
            // A stated rate has rescaled the instants already, when the trace was read.
            stretch: 1.0,
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::scenario::Document;

    #[test]
    fn the_table_of_a_rate_is_built_once() {
        let text = "[workload]\nrate = \"123.5/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = \"1ms\" }\n";
        let scenario = Document::parse(text, "test", Path::new(".")).unwrap().resolve(&[]).unwrap();
        let table = || match build(&scenario, 1) {
            EngineArrivals::Renewal { gap: Sampler::Table(table) } => table,
            other => panic!("{other:?}"),
        };
        assert!(Arc::ptr_eq(&table(), &table()));
    }
}
