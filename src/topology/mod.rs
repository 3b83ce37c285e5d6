//! From a checked scenario to a network that the engine runs, and back to names: the only place that knows both sides.
//!
//! One function a kind of scenario: `hops` spells out what the file says, `options` turns a path of AWS parts into steps. What
//! they share (arrivals, client, events) is in files of its own. Nothing here simulates.

mod arrivals;
mod builder;
mod capacity;
mod gates;
mod hops;
mod legend;
mod members;
mod opinion;
mod opinions;
mod options;
mod rollout;
mod rotation;
mod route;
mod stops;
mod streams;
mod tails;
mod targets;
mod throttles;
mod timeline;

pub use arrivals::{mean_rate, offered_rate};
pub use legend::{Legend, Load, LoadKind};
pub use opinion::{Expected, Opinion};
pub use opinions::opinions;
pub use options::hop_names;

use crate::engine::Network;
use crate::scenario::{Model, Scenario};

/// What is built: which option, how many services, and when the warm-up ends.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The checked scenario.
    pub scenario: &'a Scenario,
    /// Index into the scenario's options; ignored for hops.
    pub option: usize,
    /// Services, 1 or more; hops scenarios use it for `copies = "services"` and rates per service.
    pub services: u32,
    /// End of the warm-up, ns: times of events and profiles count from here.
    pub warmup_ns: u64,
    /// Whether buckets that start "auto" start empty where more than their rate is offered.
    pub auto_warmup: bool,
    /// Keep quantile recorders for every copy, branch or service.
    pub detail: bool,
}

/// The network of a request and what its parts mean.
#[must_use]
pub fn build(request: Request<'_>) -> (Network, Legend) {
    match &request.scenario.model {
        Model::Hops(hops) => hops::build(request, hops),
        Model::Options(system) => options::build(request, system),
    }
}
