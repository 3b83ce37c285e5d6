//! What the parts of a network mean: loads against limits before anything is simulated.

use crate::random::Distribution;

/// What limits a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadKind {
    /// A station: load is its utilisation rho.
    Station {
        /// Unlimited queue, no patience: at rho 1 and above there is no steady state under open arrivals.
        unbounded: bool,
        /// Servers.
        servers: u32,
        /// Waiting places; `None`: unlimited, or left before it fills (patience).
        queue: Option<u32>,
    },
    /// A token bucket: load is the offered rate over its own.
    Limiter,
}

/// A load against its limit, computed from means.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// The hop.
    pub hop: String,
    /// Load over limit; 1 is full.
    pub load: f64,
    /// Attempts per second that arrive at it (at one station of it).
    pub rate: f64,
    /// Mean service time, s; 0 for a bucket.
    pub service_s: f64,
    /// What limits.
    pub kind: LoadKind,
}

/// Names and loads of a built network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Legend {
    /// Highest load of each station hop and each bucket hop, in path order.
    pub loads: Vec<Load>,
    /// Hops of the path in order: name, title for people, evidence grade (empty: stated by the scenario).
    pub hops: Vec<(String, String, String)>,
    /// The law of service of each kind of station, in the network's order.
    pub laws: Vec<Distribution>,
    /// Whether arrivals are open (a rate that does not wait for answers).
    pub open: bool,
}

impl Legend {
    /// The entity nearest to its limit.
    #[must_use]
    pub fn bottleneck(&self) -> Option<&Load> {
        self.loads.iter().max_by(|a, b| a.load.total_cmp(&b.load))
    }

    /// The first station that has no steady state: open arrivals, unlimited queue, no patience, rho >= 1.
    #[must_use]
    pub fn unstable(&self) -> Option<&Load> {
        let hopeless =
            |load: &&Load| load.load >= 1.0 && matches!(load.kind, LoadKind::Station { unbounded: true, .. });
        self.open.then(|| self.loads.iter().find(hopeless)).flatten()
    }

    /// Whether a station whose queue is not bounded is offered all that it can serve or more, whatever changes meanwhile.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let full = |load: &Load| load.load >= 1.0 && matches!(load.kind, LoadKind::Station { queue: None, .. });
        self.open && self.loads.iter().any(full)
    }

    /// The first bucket that is offered more than its rate.
    #[must_use]
    pub fn overrun(&self) -> Option<&Load> {
        self.loads.iter().find(|load| load.load > 1.0 && load.kind == LoadKind::Limiter)
    }
}
