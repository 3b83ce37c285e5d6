//! Events as checked: what changes while a run lasts, when and where.

use crate::aws::system::Deployment;
use crate::units::Duration;

/// `[[event]]`: one change of a hop, of the arrival rate or of AWS parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// From the end of warm-up.
    pub at: Duration,
    /// Until; `None`: it stays.
    pub until: Option<Duration>,
    /// Time over which an arrival rate rises from `at` on, and falls from `until` on; 0 for everything else.
    pub ramp: Duration,
    /// The hop's name; `None` where the whole arrival rate or AWS parts change.
    pub hop: Option<String>,
    /// What changes.
    pub change: Change,
}

/// What an event changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// Number of servers.
    Servers(u32),
    /// Service times times this.
    TimeFactor(f64),
    /// The bucket's rate (with a hop) or the arrival rate (without) times this.
    RateFactor(f64),
    /// Failure probability.
    Failure(f64),
    /// An Availability Zone is lost: its targets, and its nodes of load balancers.
    ZoneLost {
        /// From 0.
        zone: u32,
    },
    /// The first so many targets of services are lost.
    TargetsLost {
        /// Whose.
        service: Affected,
        /// 1 or more.
        targets: u32,
        /// They are silent; else they refuse connections.
        black_hole: bool,
    },
    /// Targets of services are slow.
    TargetsSlow {
        /// Whose.
        service: Affected,
        /// Service times times this.
        factor: f64,
        /// The first so many; `None`: all.
        targets: Option<u32>,
    },
    /// Targets are replaced.
    Deploy(Deploy),
    /// A quota has another value.
    Quota {
        /// The quota's id.
        id: &'static str,
        /// Its value, in the quota's unit.
        value: f64,
    },
    /// The V2 links are idle at `at`, and the first request wakes them.
    LinkIdle {
        /// How long that takes; requests fail until then.
        wake: Duration,
    },
}

impl Change {
    /// The services whose targets change; `None` for what is not about targets of services.
    #[must_use]
    pub fn service(self) -> Option<Affected> {
        match self {
            Change::TargetsLost { service, .. } | Change::TargetsSlow { service, .. } => Some(service),
            Change::Deploy(deploy) => Some(deploy.service),
            _ => None,
        }
    }
}

/// Which services an event changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affected {
    /// Every one.
    All,
    /// The one of this number, from 0. Where there are fewer services, nobody.
    One(u32),
}

impl Affected {
    /// Whether it changes the service of this number, from 0.
    #[must_use]
    pub fn has(self, service: u32) -> bool {
        match self {
            Affected::All => true,
            Affected::One(number) => number == service,
        }
    }
}

/// A deployment: every target of a service is replaced by a new one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deploy {
    /// Whose targets.
    pub service: Affected,
    /// Whether new targets come first (`Rolling`), old ones go first (`InPlace`), or all new ones come and traffic then shifts.
    pub kind: Deployment,
    /// Share of the targets (or with blue/green of the traffic) at once, above 0 and at most 1.
    pub batch: f64,
    /// Time from one batch to the next.
    pub every: Duration,
    /// Time over which a new target gets its full share behind an ALB, and is slow by `cold_factor`.
    pub slow_start: Duration,
    /// Service times of a new target times this while it starts slowly.
    pub cold_factor: f64,
}
