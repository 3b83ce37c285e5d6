//! The memory that a sweep is likely to take: what is kept of its points, and what the replications take that run.

use crate::scenario::{Change, Model, Scenario};

/// What a target takes in a replication that is simulated, bytes. Measured with 300,000 of them and more: 50 behind an ALB, 170 where their
/// number follows load, 310 behind an NLB.
const TARGET_BYTES: f64 = 320.0;
/// Targets for which the memory of a sweep without points has room, as the built-in one has them.
const FEW_TARGETS: f64 = 10_000.0;
/// What the memory of a point that was simulated is until the sweep ends, bytes: its estimates, and its histogram. Measured as what 700
/// more points of the built-in options take, 145 kB and 27 kB, with a quarter added.
const POINT_BYTES: f64 = 180_000.0;
const HISTOGRAM_BYTES: f64 = 35_000.0;
/// The memory of a sweep without points, bytes, measured in the same way.
const BASE_BYTES: f64 = 60e6;

/// Memory that a sweep of so many points takes at most, bytes, and what of it histograms take; predicted.
pub(super) fn memory(points: usize, replications: f64) -> (u64, u64) {
    let histograms = points as f64 * HISTOGRAM_BYTES;
    ((BASE_BYTES + points as f64 * POINT_BYTES + histograms + replications) as u64, histograms as u64)
}

/// What the targets of the largest replication take, bytes; predicted.
pub(in crate::experiment) fn replication_bytes(scenario: &Scenario) -> f64 {
    let Model::Options(system) = &scenario.model else { return 0.0 };
    let operating = crate::experiment::operating_services(scenario);
    let services = scenario.sweep.services.iter().copied().fold(operating, u32::max);
    let listed = system.listed.iter().take(services as usize);
    let others = f64::from(services) - listed.len() as f64;
    let targets: f64 = listed.map(|one| f64::from(system.most_targets_of(Some(one)))).sum();
    let targets = targets + others * f64::from(system.most_targets_of(None));
    let deployments = scenario.events.iter().filter(|event| matches!(event.change, Change::Deploy(_))).count();
    (targets * (1 + deployments) as f64 - FEW_TARGETS).max(0.0) * TARGET_BYTES
}

/// As a plan has it, of a sweep's scenario, without listing its work; so many replications run beside each other.
#[must_use]
pub fn predicted_memory(scenario: &Scenario, beside: usize) -> (u64, u64) {
    let options = match &scenario.model {
        Model::Options(system) => system.options.len(),
        Model::Hops(_) => 1,
    };
    let combined = scenario.sweep.axes.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul);
    // Beside the stated numbers of services: the operating point, both sides of a rung, and what refinement adds.
    let services = scenario.sweep.services.len() + if scenario.sweep.refine { 7 } else { 1 };
    let points = combined.saturating_mul(options).saturating_mul(services);
    memory(points, replication_bytes(scenario) * beside as f64)
}
