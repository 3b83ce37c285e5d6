//! The way through a path of AWS parts: buckets, a connection, delays, a deadline, then one station, and a client who never tries
//! again. The loop does what `walk` does, without looking up what to do, and what waits for its station is a few words.

use std::sync::atomic::AtomicBool;

use super::attempt::Walker;
use super::calendar::Kind;
use super::network::{Arrivals, Network, Retry};
use super::program::{Op, Program};
use super::run::{Coming, Run};
use super::simulate::EngineError;
use super::steps::Steps;
use super::tally::Outcome;
use super::walk::Next;
use crate::random::{AttemptKey, Sampler};

/// A route that all classes take.
#[derive(Clone, Debug)]
pub(super) struct Path<'a> {
    /// First delay of the chain with which it begins, if there is one: nothing but the lead.
    lead: Option<u32>,
    /// Its buckets, as operations.
    buckets: Vec<Op<'a>>,
    /// Hop and pool of the connection.
    connection: (u16, u16),
    /// First delays of the chains before the deadline, and of those after it.
    before: Vec<u32>,
    after: Vec<u32>,
    /// Time from the end of `before` to the deadline, ns, and its later values.
    deadline: u64,
    deadline_changes: Option<&'a Steps<u64>>,
    /// Status of the answer then; 0: the client's own timeout.
    status: u16,
    hop: u16,
    group: u32,
    by_class: bool,
    enters: bool,
}

/// An attempt on its way to its station.
#[derive(Clone, Copy, Debug)]
struct Going {
    key: AttemptKey,
    /// ns.
    arrived: u64,
    /// Service time, ns, where it was drawn ahead.
    demand: u64,
    /// ns.
    deadline: u64,
    /// Station of the group, where it was drawn ahead.
    choice: u32,
    class: u32,
    /// Station, within the group, that its connection leads to.
    target: u32,
    measured: bool,
    /// The deadline has passed; only the work goes on.
    decided: bool,
}

/// Attempts that wait for their turn at their station, by the slot that the calendar names.
#[derive(Debug, Default)]
pub(super) struct Underway {
    going: Vec<Going>,
    free: Vec<u32>,
}

impl Underway {
    /// Whether none has ever waited.
    pub(super) fn is_unused(&self) -> bool {
        self.going.is_empty()
    }

    /// The attempt in a slot.
    pub(super) fn walker(&self, slot: u32) -> Walker {
        self.going[slot as usize].walker()
    }

    #[inline]
    fn keep(&mut self, going: Going) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.going[slot as usize] = going;
            return slot;
        }
        self.going.push(going);
        (self.going.len() - 1) as u32
    }

    #[inline]
    fn take(&mut self, slot: u32) -> Going {
        self.free.push(slot);
        self.going[slot as usize]
    }
}

impl<'a> Path<'a> {
    /// The one route of a network, if it has this form and every attempt is all of its request.
    pub(super) fn of(net: &Network, program: &Program<'a>) -> Option<Path<'a>> {
        let alone = net.client.timeout.is_none() && matches!(net.client.retry, Retry::None);
        if !alone || matches!(net.arrivals, Arrivals::Closed { .. }) || net.routes.len() != 1 {
            return None;
        }
        let mut ops = program.ops.iter().copied().peekable();
        let chain = |op: &Op<'_>| if let Op::Delays { first, .. } = *op { Some(first) } else { None };
        let lead = ops.next_if(|op| chain(op).is_some()).and_then(|op| chain(&op));
        if lead.is_some_and(|_| !leads(net, program)) {
            return None;
        }
        let mut buckets = Vec::new();
        while let Some(bucket) = ops.next_if(|op| matches!(op, Op::Limit { .. })) {
            buckets.push(bucket);
        }
        let Some(Op::Connect { hop, pool }) = ops.next() else { return None };
        let mut chains = || {
            let mut found = Vec::new();
            while let Some(first) = ops.peek().and_then(&chain) {
                found.push(first);
                ops.next();
            }
            found
        };
        let before = chains();
        let (mut deadline, mut deadline_changes, mut status) = (u64::MAX, None, 0);
        let mut after = Vec::new();
        if let Some(&Op::Deadline { after: ns, changes, status: answer }) = ops.peek() {
            (deadline, deadline_changes, status) = (ns, Some(changes), answer);
            ops.next();
            while let Some(first) = ops.peek().and_then(chain) {
                after.push(first);
                ops.next();
            }
        }
        match (ops.next(), ops.next(), ops.next()) {
            (Some(Op::Serve { hop: station, group, by_class, enters }), Some(Op::Answer), None) => Some(Path {
                lead,
                buckets,
                connection: (hop, pool),
                before,
                after,
                deadline,
                deadline_changes: deadline_changes.filter(|changes| !changes.is_empty()),
                status,
                hop: station,
                group,
                by_class,
                enters,
            }),
            _ => None,
        }
    }
}

/// Whether the first chain of delays is the constant one that is the network's lead.
fn leads(net: &Network, program: &Program<'_>) -> bool {
    let Some(&Op::Delays { first, count }) = program.ops.first() else { return false };
    let constant = |time: &Sampler| matches!(time, Sampler::Constant(_));
    program.delays[first as usize..][..count as usize].iter().all(|delay| constant(delay.time)) && net.lead() > 0
}

impl Run<'_, false> {
    /// The event loop.
    pub(super) fn go_path(&mut self, path: &Path<'_>, stop: &AtomicBool) -> Result<(), EngineError> {
        let mut next = self.after(None);
        self.go_by(stop, |run| {
            if run.calendar.first() < next.0 {
                run.land(path);
            } else if let Coming::Request(place) = next.1 {
                run.set_out(path, place);
                next = run.after(Some(place));
            } else {
                return run.no_more(&mut next);
            }
            true
        })
    }

    /// The next attempt reaches its station.
    #[inline(always)]
    fn land(&mut self, path: &Path<'_>) {
        let Some(event) = self.calendar.pop() else { return };
        self.now = event.at;
        let going = self.going.take(event.slot);
        self.reach(path, going, event.at);
    }

    /// The request at a place comes: its buckets, its connection, its delays.
    #[inline(always)]
    fn set_out(&mut self, path: &Path<'_>, place: usize) {
        let arrived = self.ahead.at(place);
        let at = arrived.saturating_add(self.lead);
        self.now = at;
        let (_, key, class) = self.ahead.request(place);
        let (demand, choice) = self.ahead.first_station(place);
        let walker = Walker { demand, choice, ..self.arrival(key, arrived, class) };
        let measured = walker.measured;
        if measured {
            self.ahead.measure(place);
        }
        if let Some(first) = path.lead {
            self.ahead.take(place, first, measured);
        }
        for bucket in &path.buckets {
            if let Next::Over(refused, at) = self.limit(&walker, at, bucket) {
                return self.turned_away(&walker, refused, at);
            }
        }
        let (hop, pool) = path.connection;
        let Some((target, connected, _)) = self.connection(&walker, at, hop, pool) else {
            return self.turned_away(&walker, Outcome::Failed(self.net.pools[usize::from(pool)].refused), at);
        };
        let mut chain = |at: u64, &first: &u32| {
            self.ahead.take(place, first, measured);
            at.saturating_add(self.ahead.delay(place, first))
        };
        let asked = path.before.iter().fold(connected, &mut chain);
        let reached = path.after.iter().fold(asked, chain);
        // Opening the connection is part of the integration, though it was paid for earlier.
        let after = path.deadline_changes.and_then(|changes| changes.at(asked, true)).unwrap_or(path.deadline);
        let deadline = (asked - (connected - at)).saturating_add(after);
        let mut going = Going { key, arrived, demand, deadline, choice, class, target, measured, decided: false };
        if reached > at {
            self.pass_path_deadline(path, &mut going, reached);
            let slot = self.going.keep(going);
            self.calendar.push(reached, Kind::Move, slot);
        } else {
            self.reach(path, going, reached);
        }
    }

    #[cold]
    fn turned_away(&mut self, walker: &Walker, outcome: Outcome, at: u64) {
        self.tally.audit.over += 1;
        self.end_request(walker, 0, outcome, at);
    }

    /// The gateway gives up on the attempt before `at`: the outcome is known now.
    #[inline(always)]
    fn pass_path_deadline(&mut self, path: &Path<'_>, going: &mut Going, at: u64) {
        if at > going.deadline && !going.decided {
            going.decided = true;
            let outcome = if path.status == 0 { Outcome::TimedOut } else { Outcome::Failed(path.status) };
            self.end_request(&going.walker(), 0, outcome, going.deadline);
        }
    }

    /// The attempt reaches its station at `at`.
    #[inline(always)]
    fn reach(&mut self, path: &Path<'_>, mut going: Going, at: u64) {
        let &Path { hop, group, by_class, enters, .. } = path;
        let group = group + if by_class { going.class } else { 0 };
        let mut walker = going.walker();
        let (outcome, end) = match self.serve(&mut walker, Some(going.target), at, hop, group, enters) {
            Next::On(end) => (Outcome::Ok, end),
            Next::Over(outcome, end) => (outcome, end),
        };
        self.tally.audit.over += 1;
        let pool = usize::from(path.connection.1) * self.net.classes.len() + going.class as usize;
        self.release_connection(pool as u32, end, going.target);
        self.pass_path_deadline(path, &mut going, end);
        if !going.decided {
            self.end_request(&walker, 0, outcome, end);
        }
    }
}

impl Going {
    #[inline(always)]
    fn walker(&self) -> Walker {
        let &Going { key, arrived, demand, choice, class, measured, decided, .. } = self;
        Walker { key, arrived, demand, choice, class, step: 0, measured, decided }
    }
}
