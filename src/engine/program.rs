//! A network compiled for running: routes as one list of operations, in which chains of plain delays are one, or, for the
//! reference, in which every step waits for its turn.

use std::ops::Range;

use super::attempt::{choose, cumulative};
use super::network::{Arrivals, Balancing, Class, Coin, Group, Network, Retry, Step, Steps};
use super::rotation::changes;
use super::tally::Outcome;
use crate::random::{AttemptKey, Sampler, StreamId};

const POPULARITY: StreamId = StreamId::new("services", "popularity");

/// One operation of a route; `hop` is where it is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op<'a> {
    /// Delays from `first` on that nothing can interrupt, fail or change: one after the other, at once.
    Delays { first: u32, count: u32 },
    /// A delay that may fail or change.
    Delay {
        hop: u16,
        enters: bool,
        time: &'a Sampler,
        stream: StreamId,
        failure: &'a Coin,
        time_factors: &'a Steps<f64>,
        failure_changes: &'a Steps<f64>,
    },
    /// A token bucket.
    Limit { hop: u16, limiter: u32, by_class: bool, enters: bool, refund: &'a [(u32, bool)], refused: Outcome },
    /// A way of which a part leads nowhere.
    Gate { hop: u16, share: &'a Steps<f64>, stream: StreamId, after: u64, status: u16, warm_pass: bool },
    /// A connection.
    Connect { hop: u16, pool: u16 },
    /// A deadline of the server side.
    Deadline { after: u64, changes: &'a Steps<u64>, status: u16 },
    /// A station of a group.
    Serve { hop: u16, group: u32, by_class: bool, enters: bool },
    /// A station of a group that changes.
    ServeChanging { hop: u16, group: u32, by_class: bool, enters: bool },
    /// The answer.
    Answer,
    /// Its turn in the calendar, where what follows could be taken ahead of the clock.
    Turn,
}

/// A delay of a chain.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainDelay<'a> {
    pub hop: u16,
    pub time: &'a Sampler,
    pub stream: StreamId,
    /// The delay before it, if there is one, is not of its chain.
    pub begins_chain: bool,
}

/// What can be drawn for a request before it comes.
#[derive(Clone, Debug, Default)]
pub(super) struct AheadOfTime<'a> {
    /// Its plain delays before the first station.
    pub delays: Range<usize>,
    /// Service time there, if all stations that it may be are alike.
    pub demand: Option<(&'a Sampler, StreamId)>,
    /// Which of its stations is taken, where one of so many is chosen evenly at random.
    pub choice: Option<(StreamId, usize)>,
}

/// The routes of a network.
#[derive(Clone, Debug)]
pub(super) struct Program<'a> {
    pub ops: Vec<Op<'a>>,
    pub delays: Vec<PlainDelay<'a>>,
    /// Where the route of each class begins.
    entries: Vec<u32>,
    /// Cumulative shares of the classes over 2^64; empty: uniform.
    popularity: Vec<u64>,
    /// Nothing where classes have different routes.
    pub ahead: AheadOfTime<'a>,
}

impl<'a> Program<'a> {
    /// Compiled for speed: chains of delays, and draws ahead of time.
    pub(super) fn new(net: &'a Network) -> Program<'a> {
        Program::compiled(net, |program, route| program.route(net, route))
    }

    /// Compiled for an event at each step: before it and before the answer the attempt takes its turn in the calendar.
    pub(super) fn step_by_step(net: &'a Network) -> Program<'a> {
        Program::compiled(net, |program, route| {
            let entry = program.ops.len() as u32;
            program
                .ops
                .extend(route.iter().map(|step| op(net, step)).chain([Op::Answer]).flat_map(|op| [Op::Turn, op]));
            (entry, AheadOfTime::default())
        })
    }

    fn compiled(
        net: &'a Network,
        compile: impl Fn(&mut Program<'a>, &'a [Step]) -> (u32, AheadOfTime<'a>),
    ) -> Program<'a> {
        let mut program = Program {
            ops: Vec::new(),
            delays: Vec::new(),
            entries: Vec::new(),
            popularity: cumulative(net.classes.iter().map(|class| class.weight)),
            ahead: AheadOfTime::default(),
        };
        let routes: Vec<(u32, AheadOfTime<'a>)> = net.routes.iter().map(|route| compile(&mut program, route)).collect();
        let route_of = |class: &Class| usize::from(class.route);
        program.entries = net.classes.iter().map(|class| routes[route_of(class)].0).collect();
        if let Some(first) = net.classes.first()
            && net.classes.iter().all(|class| class.route == first.route)
        {
            program.ahead = routes[route_of(first)].1.clone();
        }
        program
    }

    /// Number of classes.
    #[inline]
    pub(super) fn classes(&self) -> usize {
        self.entries.len()
    }

    /// The class of a request.
    #[inline]
    pub(super) fn class_of(&self, key: AttemptKey) -> u32 {
        choose(key.bits(POPULARITY), &self.popularity, self.entries.len())
    }

    /// Where the route of a class begins among the operations.
    #[inline]
    pub(super) fn entry(&self, class: u32) -> u32 {
        self.entries[class as usize]
    }

    /// Compiles a route: where it begins, and what can be drawn ahead on it.
    fn route(&mut self, net: &'a Network, steps: &'a [Step]) -> (u32, AheadOfTime<'a>) {
        let (entry, first) = (self.ops.len() as u32, self.delays.len());
        let mut ahead = None;
        for step in steps {
            match plain(step) {
                Some(delay) => self.chain(delay, entry),
                None => self.ops.push(op(net, step)),
            }
            if let Step::Serve { group, by_class, .. } = step {
                let end = self.delays.len();
                ahead = ahead.or_else(|| Some((end, demand(net, *group, *by_class), choice(net, *group, *by_class))));
            }
        }
        self.ops.push(Op::Answer);
        let (end, demand, choice) = ahead.unwrap_or((self.delays.len(), None, None));
        (entry, AheadOfTime { delays: first..end, demand, choice })
    }

    /// Adds a delay to the chain that ends here, or begins one.
    fn chain(&mut self, delay: PlainDelay<'a>, entry: u32) {
        let inside = self.ops.len() as u32 > entry;
        if let Some(Op::Delays { count, .. }) = self.ops.last_mut().filter(|_| inside) {
            *count += 1;
            self.delays.push(delay);
        } else {
            self.ops.push(Op::Delays { first: self.delays.len() as u32, count: 1 });
            self.delays.push(PlainDelay { begins_chain: true, ..delay });
        }
    }
}

/// A group, or those of all classes from it on.
fn groups(net: &Network, group: u32, by_class: bool) -> &[Group] {
    let number = if by_class { net.classes.len() } else { 1 };
    net.groups.get(group as usize..).and_then(|groups| groups.get(..number)).unwrap_or_default()
}

/// The service time of the stations of a group, or of all classes' groups from it on, if they are all of one kind.
fn demand(net: &Network, group: u32, by_class: bool) -> Option<(&Sampler, StreamId)> {
    let mut stations = groups(net, group, by_class).iter().flat_map(|group| group.first..group.first + group.count);
    let number = *net.stations.get(stations.next()? as usize)?;
    let kind = &net.kinds[usize::from(number)];
    stations.all(|station| net.stations[station as usize] == number).then_some((&kind.time, kind.time_stream))
}

/// The draw that chooses a station of a group evenly at random, and how many there are.
fn choice(net: &Network, group: u32, by_class: bool) -> Option<(StreamId, usize)> {
    let group = net.groups.get(group as usize).filter(|group| !by_class && group.count > 1 && !changes(net, group))?;
    match group.balancing {
        Balancing::Random(stream) => Some((stream, group.count as usize)),
        _ => None,
    }
}

/// The delay of a step that is nothing but one.
fn plain(step: &Step) -> Option<PlainDelay<'_>> {
    match step {
        Step::Delay { hop, time, stream, failure, time_factors, failure_changes, enters: true }
            if failure.threshold.is_none() && time_factors.is_empty() && failure_changes.is_empty() =>
        {
            Some(PlainDelay { hop: *hop, time, stream: *stream, begins_chain: false })
        }
        _ => None,
    }
}

fn op<'a>(net: &Network, step: &'a Step) -> Op<'a> {
    match *step {
        Step::Delay { hop, ref time, stream, ref failure, ref time_factors, ref failure_changes, enters } => {
            Op::Delay { hop, enters, time, stream, failure, time_factors, failure_changes }
        }
        Step::Limit { hop, limiter, by_class, enters, ref refund, refused } => {
            Op::Limit { hop, limiter, by_class, enters, refund, refused }
        }
        Step::Gate { hop, ref share, stream, after, status, warm_pass } => {
            Op::Gate { hop, share, stream, after, status, warm_pass }
        }
        Step::Connect { hop, pool } => Op::Connect { hop, pool },
        Step::Deadline { after, ref changes, status } => Op::Deadline { after, changes, status },
        Step::Serve { hop, group, by_class, enters }
            if groups(net, group, by_class).iter().any(|g| changes(net, g)) =>
        {
            Op::ServeChanging { hop, group, by_class, enters }
        }
        Step::Serve { hop, group, by_class, enters } => Op::Serve { hop, group, by_class, enters },
    }
}

/// Whether an attempt is all of its request, and its end nobody's business but its own: no timeout, retry, closed client,
/// connection or deadline.
pub(super) fn is_open_loop(net: &Network) -> bool {
    let alone = |step: &Step| !matches!(step, Step::Connect { .. } | Step::Deadline { .. });
    net.client.timeout.is_none()
        && matches!(net.client.retry, Retry::None)
        && !matches!(net.arrivals, Arrivals::Closed { .. })
        && net.routes.iter().flatten().all(alone)
}
