//! Stub of the latency defaults.

use std::sync::OnceLock;

use crate::random::Distribution;

/// The default time of one hop.
pub struct HopDefault {
    /// Of request and response together.
    pub distribution: Distribution,
}

/// The default of a hop.
pub fn hop_default(name: &str) -> Option<&'static HopDefault> {
    static SERVICE: OnceLock<HopDefault> = OnceLock::new();
    let service = SERVICE.get_or_init(|| HopDefault {
        distribution: Distribution::lognormal_p99(5e6, 60e6).unwrap_or_else(|_| Distribution::constant(5e6)),
    });
    (name == "service").then_some(service)
}
