//! Running a scenario from its text and reading its metrics, for the tests that compare them with something.

use std::path::Path;

use gatecap::engine::{Network, Tally, Window, simulate};
use gatecap::experiment::{Control, Outcome, PointSpec};
use gatecap::random::RunKey;
use gatecap::scenario::{Document, Scenario};
use gatecap::topology::{Request, build};

/// The checked scenario of a text that has nothing wrong.
pub fn scenario(text: &str) -> Scenario {
    let document = Document::parse(text, "test", Path::new(".")).unwrap_or_else(|issues| panic!("{issues:?}\n{text}"));
    document.resolve(&[]).unwrap_or_else(|issues| panic!("{issues:?}\n{text}"))
}

/// The scenario's operating point, simulated as it says.
pub fn outcome(scenario: &Scenario) -> Outcome {
    let services = gatecap::experiment::operating_services(scenario);
    PointSpec { scenario, option: 0, services, detail: false }.run(&Control::default()).unwrap()
}

/// The point estimate of a metric.
pub fn value(outcome: &Outcome, metric: &str) -> f64 {
    let found = outcome.measured.estimate(metric, 0.95);
    found.unwrap_or_else(|| panic!("{metric} is not one of {:?}", outcome.measured.series.keys())).value
}

/// The engine's network of a hops scenario whose warm-up is none.
pub fn network(scenario: &Scenario) -> Network {
    network_of(scenario, 1)
}

/// The network of a scenario's first option with so many services, which starts empty.
pub fn network_of(scenario: &Scenario, services: u32) -> Network {
    let request = Request { scenario, option: 0, services, warmup_ns: 0, auto_warmup: false, detail: false };
    build(request).0
}

/// A window of `requests` measured requests after the first `skipped` ones.
pub fn window(skipped: u64, requests: u64) -> Window {
    Window { warmup_ns: 0, warmup_requests: skipped, requests, until_ns: u64::MAX, observe: Vec::new(), slices: None }
}

/// One replication's tally.
pub fn tally(network: &Network, window: &Window, seed: u64, replication: u32) -> Tally {
    simulate(network, window, RunKey::new(seed, replication)).unwrap()
}
