//! The memory that a sweep is likely to take: what is kept of its points, and what the replications take that run.

use super::plan::waiting;
use crate::scenario::{Change, Copies, Hop, Model, Scenario, Stations};

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

/// What the metrics of one copy, branch or service take at a point, bytes. Measured as what `--copies` adds to quickstart.toml of up to 300
/// services with 10,000 and 50,000 requests, 9 to 13 kB for each; less where most copies answer nobody.
const COPY_BYTES: f64 = 13_000.0;
/// What a request that waits takes, bytes.
const WAITING_BYTES: f64 = 64.0;

/// What a sweep holds at a time.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiment) struct Held {
    /// Points of the grid.
    pub points: usize,
    /// Copies of all points whose metrics are kept.
    pub copies: f64,
    /// Bytes of the replications that run.
    pub replications: f64,
}

impl Held {
    /// Memory, bytes, at most, and what of it histograms take; predicted.
    pub fn memory(self) -> (u64, u64) {
        let histograms = self.points as f64 * HISTOGRAM_BYTES;
        let kept = BASE_BYTES + self.points as f64 * POINT_BYTES + histograms + self.copies * COPY_BYTES;
        ((kept + self.replications) as u64, histograms as u64)
    }
}

/// Copies, branches or services of which a point of so many services has metrics of their own.
pub(in crate::experiment) fn copies(scenario: &Scenario, services: u32) -> f64 {
    let of_hop = |hop: &Hop| match &hop.stations {
        Stations::One(_) => 0.0,
        Stations::Copies { number: Copies::Number(copies), .. } => f64::from(*copies),
        Stations::Copies { number: Copies::Services, .. } => f64::from(services),
        Stations::Branches(branches) => branches.len() as f64,
    };
    match &scenario.model {
        Model::Options(_) => f64::from(services),
        Model::Hops(hops) => hops.iter().map(of_hop).sum(),
    }
}

/// What the largest replication takes, bytes: its targets, and the requests that wait at the worst of times; predicted.
pub(in crate::experiment) fn replication_bytes(scenario: &Scenario) -> f64 {
    target_bytes(scenario) + waiting_bytes(waiting(scenario), 1)
}

/// What the targets of the largest replication take, bytes; predicted.
fn target_bytes(scenario: &Scenario) -> f64 {
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

/// The memory that a sweep takes at most, bytes; predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// All of it.
    pub bytes: u64,
    /// What of it histograms take.
    pub histograms: u64,
    /// What of it requests take that wait, in all replications that run beside each other.
    pub waiting: u64,
}

/// As a plan has it, of a sweep's scenario, without listing its work: with metrics of copies or without; so many replications run beside
/// each other. The requests that wait are those of the scenario as it stands, not of the values of further axes.
#[must_use]
pub fn predicted_memory(scenario: &Scenario, detail: bool, beside: usize) -> Predicted {
    let options = match &scenario.model {
        Model::Options(system) => system.options.len(),
        Model::Hops(_) => 1,
    };
    let combined = scenario.sweep.axes.iter().map(|axis| axis.values.len()).fold(1, usize::saturating_mul);
    let replicated = combined.saturating_mul(options);
    // Beside the stated numbers of services: the operating point, both sides of a rung, and what refinement adds.
    let services = scenario.sweep.services.len() + if scenario.sweep.refine { 7 } else { 1 };
    let operating = crate::experiment::operating_services(scenario);
    let all = scenario.sweep.services.iter().copied().chain([operating]);
    let copies: f64 = if detail { all.map(|services| copies(scenario, services)).sum() } else { 0.0 };
    let waiting = waiting_bytes(waiting(scenario), beside);
    let replications = target_bytes(scenario) * beside as f64 + waiting;
    let held = Held { points: replicated.saturating_mul(services), copies: copies * replicated as f64, replications };
    let (bytes, histograms) = held.memory();
    Predicted { bytes, histograms, waiting: waiting as u64 }
}

/// What so many requests take that wait in each of the replications that run beside each other, bytes.
#[must_use]
pub fn waiting_bytes(waiting: f64, beside: usize) -> f64 {
    waiting * WAITING_BYTES * beside as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scenario::Document;

    fn megabytes(text: &str, detail: bool) -> f64 {
        let document = Document::parse(text.to_string(), "a.toml", std::path::Path::new(".")).unwrap();
        predicted_memory(&document.resolve(&[]).unwrap(), detail, 1).bytes as f64 / 1e6
    }

    #[test]
    fn what_waits_and_what_is_told_of_copies_is_predicted() {
        let queue = |requests: u32| {
            format!(
                "[workload]\nrate = \"300/s\"\n[run]\nrequests = {requests}\n[[hop]]\nname = \"a\"\nservers = 2\n\
                 time = {{ exponential = {{ mean = \"10ms\" }} }}\n"
            )
        };
        // Half of what arrives beyond 200 a second waits at the end; all of it is counted on.
        let (few, many) = (megabytes(&queue(10_000), false), megabytes(&queue(4_000_000), false));
        assert!(few < 70.0 && many > few + 4.0 * 64.0, "{few} {many}");
        let copies = "[sweep]\nservices = [100, 300]\n[services]\ncount = 4\n";
        let (bare, detailed) = (megabytes(copies, false), megabytes(copies, true));
        assert!((detailed - bare - 5.0 * 404.0 * 13e-3).abs() < 1.0, "{bare} {detailed}");
    }
}
