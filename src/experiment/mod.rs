//! Experiments: what is run, on how many threads, and how replications become results.

pub mod control;
pub mod metrics;
pub mod point;
pub mod validate;
pub mod warmup;

pub use control::Control;
pub use point::{Outcome, PointError, PointSpec};

use crate::scenario::{Copies, Hop, Load, Model, Scenario, Stations};

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
