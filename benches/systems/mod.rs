//! The systems that several benches simulate.
#![allow(dead_code)] // No bench simulates all of them.

use std::path::Path;

use gatecap::engine::{Network, Window};
use gatecap::scenario::{Document, Scenario};
use gatecap::topology::{Request, build};

/// M/M/1 at rho 0.8.
pub const ONE_SERVER: &str = "[workload]\nrate = \"0.8/s\"\n[[hop]]\nname = \"service\"\n\
                          time = { exponential = { mean = \"1s\" } }\nservers = 1\n";
/// M/M/8 at rho 0.85.
pub const EIGHT_SERVERS: &str = "[workload]\nrate = \"6.8/s\"\n[[hop]]\nname = \"service\"\n\
                             time = { exponential = { mean = \"1s\" } }\nservers = 8\n";
/// Four lognormal delays, then one of 100 stations of 4 servers at rho 0.7.
pub const FIVE_HOPS: &str = "[workload]\nrate = \"2000/s\"\n\
    [[hop]]\nname = \"gateway\"\ntime = { lognormal = { median = \"15ms\", log_sigma = 0.5 } }\n\
    [[hop]]\nname = \"link\"\ntime = { lognormal = { median = \"2ms\", log_sigma = 0.4 } }\n\
    [[hop]]\nname = \"nlb\"\ntime = { lognormal = { median = \"800us\", log_sigma = 0.3 } }\n\
    [[hop]]\nname = \"alb\"\ntime = { lognormal = { median = \"3ms\", log_sigma = 0.4 } }\n\
    [[hop]]\nname = \"service\"\ntime = { lognormal = { mean = \"140ms\", scv = 1 } }\nservers = 4\ncopies = 100\n";
/// Option 4 of the comparison with 64 services of 3 targets: throttle, connections, gateway, link, NLB, ALB, zone legs.
pub const OPTION: &str = "options = [\"rest-nlb-alb\"]\n[services]\ncount = 64\n";

/// The scenario of a text that has nothing wrong.
pub fn scenario(text: &str) -> Scenario {
    let document = Document::parse(text, "bench", Path::new("."));
    document.and_then(|document| document.resolve(&[])).unwrap_or_else(|issues| panic!("{issues:?}"))
}

/// The engine's network of its first option, or of its hops.
pub fn network_of(scenario: &Scenario, services: u32) -> Network {
    build(Request { scenario, option: 0, services, warmup_ns: 0, auto_warmup: false, detail: false }).0
}

/// Both at once.
pub fn network(text: &str, services: u32) -> Network {
    network_of(&scenario(text), services)
}

/// The first `requests` requests.
pub fn window(requests: u64) -> Window {
    Window { warmup_ns: 0, warmup_requests: 0, requests, until_ns: u64::MAX, observe: Vec::new(), slices: None }
}
