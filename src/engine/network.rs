//! A queueing network as data: what the engine runs. Built by others, never changed while it runs.

pub use super::changes::{Loss, Rotation, Scaling, ScalingMetric};
pub use super::client::{Client, Retry, RetryBudget, SdkRetry};
pub use super::connection::{FlowLimits, Pool};
pub use super::limiter::{LimiterSpec, Refill};
pub use super::steps::Steps;
use super::tally::Outcome;
pub use super::timeline::Slicing;
use crate::random::{Sampler, StreamId};

/// What a station is like; shared by all stations that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct StationKind {
    /// Service time.
    pub time: Sampler,
    /// Draws of the service time.
    pub time_stream: StreamId,
    /// Servers, 1 or more.
    pub servers: u32,
    /// Waiting places; `u32::MAX`: unlimited.
    pub queue: u32,
    /// Longest wait of an attempt and its draws.
    pub patience: Option<(Sampler, StreamId)>,
    /// Probability that an attempt fails when its service ends, and its draws.
    pub failure: Coin,
    /// Later numbers of servers; a removed server finishes its work first. 0 allowed.
    pub server_changes: Steps<u32>,
    /// Later factors on the service time, by the instant at which service starts.
    pub time_factors: Steps<f64>,
    /// Later failure probabilities, by the instant at which service ends.
    pub failure_changes: Steps<f64>,
    /// When stations of this kind are lost and come back: work at hand is gone at a loss, and after it the station is empty and
    /// idle. A loss comes after the departures of its instant and before its arrivals.
    pub losses: Steps<Loss>,
}

/// A biased coin with its own draws; the threshold is compared with 64 uniform bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coin {
    /// Heads below this; `None`: never.
    pub threshold: Option<u64>,
    /// Draws.
    pub stream: StreamId,
}

impl Coin {
    /// Heads with probability `p`.
    #[must_use]
    pub fn new(p: f64, stream: StreamId) -> Coin {
        Coin { threshold: threshold(p), stream }
    }
}

/// The threshold below which 64 uniform bits fall with probability `p`; `None` for 0.
#[must_use]
pub fn threshold(p: f64) -> Option<u64> {
    if p <= 0.0 {
        return None;
    }
    Some(if p >= 1.0 { u64::MAX } else { (p * 18_446_744_073_709_551_616.0) as u64 })
}

/// Parallel stations among which an attempt chooses one.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Index of the first station.
    pub first: u32,
    /// Number of stations, 1 or more.
    pub count: u32,
    /// How one is chosen.
    pub balancing: Balancing,
    /// Which take new attempts: from that instant on (before its arrivals) the rotation of this index; before the first and where
    /// there is none, all of them, as `balancing` has it.
    pub rotations: Steps<u32>,
    /// What sets the number of those that take attempts, an index into [`Network::scalings`]; `None`: nothing does.
    pub scaling: Option<u32>,
}

/// How an attempt chooses among the stations of a group.
#[derive(Clone, Debug, PartialEq)]
pub enum Balancing {
    /// Evenly at random.
    Random(StreamId),
    /// At random by cumulative weights over 2^64.
    Weighted(StreamId, std::sync::Arc<Vec<u64>>),
    /// In turn.
    RoundRobin,
    /// Fewest waiting or in service; evenly at random among those with as few.
    LeastOutstanding(StreamId),
    /// The station that the attempt's connection was opened to.
    ByConnection,
}

/// One step of a route.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A pure delay at a hop.
    Delay {
        /// The hop it is counted at.
        hop: u16,
        /// Time.
        time: Sampler,
        /// Draws.
        stream: StreamId,
        /// Failure when it ends.
        failure: Coin,
        /// Later factors on the time, by the instant at which it starts.
        time_factors: Steps<f64>,
        /// Later failure probabilities.
        failure_changes: Steps<f64>,
        /// Whether the attempt reaches the hop here (and not already at its bucket).
        enters: bool,
    },
    /// A token bucket.
    Limit {
        /// The hop it is counted at.
        hop: u16,
        /// The limiter; with `by_class` the class number is added.
        limiter: u32,
        /// One limiter for each class.
        by_class: bool,
        /// Whether the hop is entered here.
        enters: bool,
        /// Limiters that give their token back when this one refuses.
        refund: Vec<(u32, bool)>,
        /// How an attempt ends that is refused: throttled, or failed where it is capacity that is exhausted.
        refused: Outcome,
    },
    /// Where attempts are lost by chance, on a way of which a part leads nowhere. It counts only those that it loses, so it stands
    /// before the step at which its hop is entered.
    Gate {
        /// The hop they are counted at.
        hop: u16,
        /// Probability that an attempt is lost, from that instant on (before its arrivals); 0 before the first.
        share: Steps<f64>,
        /// Draws.
        stream: StreamId,
        /// They fail so much later, ns, unless somebody gave up on them before; `u64::MAX`: never.
        after: u64,
        /// Status with which they fail.
        status: u16,
        /// Whether warm connections are known to lead somewhere: an attempt on one passes where the share is still what it was
        /// when the connection was last in use.
        warm_pass: bool,
    },
    /// Takes a connection from the class's pool and pays for a new one.
    Connect {
        /// The hop it is counted at.
        hop: u16,
        /// The pool's description.
        pool: u16,
    },
    /// A deadline from here to the end: the server side answers for the attempt when it passes.
    Deadline {
        /// ns from this step.
        after: u64,
        /// Later ones, by the instant at which an attempt comes here.
        changes: Steps<u64>,
        /// Status of the answer.
        status: u16,
    },
    /// A station of a group.
    Serve {
        /// The hop it is counted at.
        hop: u16,
        /// The group; with `by_class` the class number is added.
        group: u32,
        /// One group for each class.
        by_class: bool,
        /// Whether the hop is entered here.
        enters: bool,
    },
}

/// A class of requests: a microservice, or the only one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// Relative share of requests.
    pub weight: f64,
    /// Its route.
    pub route: u16,
}

/// A place at which statistics are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// Unique name.
    pub name: String,
    /// Stations of the hop: first index and number; (0, 0) for a pure delay.
    pub stations: (u32, u32),
    /// Names of its members, where statistics are kept for each: copies, branches or services.
    pub members: Vec<String>,
    /// Stations of each member (their number); members are consecutive. Empty: one station each.
    pub member_stations: Vec<u32>,
    /// Whether members keep quantile recorders too.
    pub member_quantiles: bool,
}

impl Hop {
    /// The stations of each member in turn; all of them at once where members are not kept, nothing without stations.
    pub(super) fn lines(&self) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        let (first, count) = self.stations;
        let members = if self.members.is_empty() { count.min(1) as usize } else { self.members.len() };
        let members = if count == 0 { 0 } else { members };
        let mut next = first;
        (0..members).map(move |index| {
            let all = if self.members.is_empty() { count } else { 1 };
            let stations = self.member_stations.get(index).copied().unwrap_or(all);
            next += stations;
            next - stations..next
        })
    }
}

/// How requests arrive; the engine's view of arrivals.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Independent gaps (Poisson: exponential ones); the first request comes after a full gap.
    Renewal {
        /// Gap.
        gap: Sampler,
    },
    /// Equally spaced, the first at 0.
    Constant {
        /// Per second.
        rate: f64,
    },
    /// Markov-modulated Poisson, phases in turn, begun in its stationary phase.
    Mmpp {
        /// Per second, of each phase.
        rate: Vec<f64>,
        /// Mean time in each phase, ns.
        sojourn: Vec<f64>,
        /// Exponential of mean 1 s, which gaps and phases are multiples of.
        unit: Sampler,
    },
    /// Recorded instants, replayed.
    Trace {
        /// Rising, ns.
        at: std::sync::Arc<Vec<u64>>,
        /// Length of a round, ns.
        length: u64,
        /// Go round.
        repeat: bool,
        /// Factor on time (1 as recorded).
        stretch: f64,
    },
    /// Closed clients.
    Closed {
        /// Number.
        clients: u32,
        /// Time from an answer to the next request.
        think: Sampler,
    },
}

/// What is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Requests that arrive before this instant (ns) are not measured ...
    pub warmup_ns: u64,
    /// ... nor are the first so many.
    pub warmup_requests: u64,
    /// So many requests are measured ...
    pub requests: u64,
    /// ... or all that arrive before this instant (ns).
    pub until_ns: u64,
    /// Instants (ns, absolute) at which the number in the system is observed, rising.
    pub observe: Vec<u64>,
    /// Windows over time in which requests are counted, where they are asked for.
    pub slices: Option<Slicing>,
}

/// A network, ready to run. Equal ones give equal tallies for the same window and key.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Arrivals.
    pub arrivals: Arrivals,
    /// Rate factor over time: (instant ns, factor), piecewise linear, level outside; empty: 1.
    pub profile: Vec<(u64, f64)>,
    /// Client.
    pub client: Client,
    /// Classes, at least one.
    pub classes: Vec<Class>,
    /// Routes, at least one.
    pub routes: Vec<Vec<Step>>,
    /// Limiters.
    pub limiters: Vec<LimiterSpec>,
    /// Pools.
    pub pools: Vec<Pool>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Kinds of stations.
    pub kinds: Vec<StationKind>,
    /// The kind of each station.
    pub stations: Vec<u16>,
    /// Hops.
    pub hops: Vec<Hop>,
    /// What the groups' rotations are chosen from.
    pub rotations: Vec<Rotation>,
    /// What sets the number of stations of groups in rotation; one group each.
    pub scalings: Vec<Scaling>,
}

impl Network {
    /// The delay with which every route begins, where it is one constant for all: attempts can enter the calendar that much
    /// later, so that what stands behind it needs no event of its own. 0 where routes differ.
    #[must_use]
    pub fn lead(&self) -> u64 {
        let lead_of = |route: &Vec<Step>| {
            let mut lead = 0;
            for step in route {
                match step {
                    Step::Delay { time: Sampler::Constant(ns), failure, time_factors, failure_changes, .. }
                        if failure.threshold.is_none() && time_factors.is_empty() && failure_changes.is_empty() =>
                    {
                        lead += ns;
                    }
                    _ => break,
                }
            }
            lead
        };
        let mut leads = self.classes.iter().map(|class| lead_of(&self.routes[usize::from(class.route)]));
        let first = leads.next().unwrap_or(0);
        if leads.all(|lead| lead == first) { first } else { 0 }
    }
}
