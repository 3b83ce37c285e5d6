//! One replication: the event loop, and the life of a request from its arrival to its known outcome.

use std::fmt;

use super::attempt::{Attempt, choose, cumulative};
use super::calendar::{Calendar, Kind};
use super::client::Retrying;
use super::limiter::Limiter;
use super::network::{Arrivals, Network, Retry, Window};
use super::source::Source;
use super::station::Station;
use super::tally::{Audit, Dispersion, HopTally, Outcome, Outcomes, Tally};
use super::window::{Gate, InSystem, Passage, Phase};
use crate::random::{RunKey, StreamId};
use crate::stats::Recorder;

const POPULARITY: StreamId = StreamId::new("services", "popularity");
const THINK: StreamId = StreamId::new("client", "think");

/// The books of a replication do not balance: a fault of the engine, never of its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditError(pub Audit);

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the conservation audit failed: {:?}", self.0)
    }
}

/// All state of a replication.
pub(super) struct Run<'a> {
    pub net: &'a Network,
    pub key: RunKey,
    pub lead: u64,
    pub now: u64,
    pub calendar: Calendar,
    pub slots: Vec<Attempt>,
    pub free_slots: Vec<u32>,
    pub limiters: Vec<Limiter>,
    pub stations: Vec<Station>,
    /// Next station of each group's turn.
    pub turns: Vec<u32>,
    /// Idle connections (closed at, target) of each pool and class, in order of when they became idle.
    pub idle: Vec<Vec<(u64, u32)>>,
    pub tally: Tally,
    retrying: Retrying,
    /// Whether the retry policy must act at the very instant of an end.
    ends_are_events: bool,
    gate: Gate,
    in_system: InSystem,
    observe: Vec<u64>,
    /// Cumulative shares of the classes over 2^64; empty: uniform.
    popularity: Vec<u64>,
    /// Measured requests without a known outcome.
    open: u64,
    /// Requests sent by each closed client.
    sent: Vec<u64>,
}

/// Simulates one replication: warm-up, the window, and the drain until every measured request has ended.
///
/// # Errors
/// [`AuditError`] where the books do not balance: a fault of the engine.
pub fn simulate(net: &Network, window: &Window, key: RunKey) -> Result<Tally, AuditError> {
    let mut run = Run::new(net, window, key);
    let mut source = Source::new(&net.arrivals, &net.profile, key);
    if let Arrivals::Closed { clients, .. } = net.arrivals {
        run.sent = vec![0; clients as usize];
        for client in 0..clients {
            run.calendar.push(run.lead, Kind::Start, client);
        }
    }
    run.go(&mut source);
    run.finish()
}

impl<'a> Run<'a> {
    fn new(net: &'a Network, window: &Window, key: RunKey) -> Run<'a> {
        let seconds = |s: u64| Dispersion::new(s * 1_000_000_000);
        let observed = window.observe.len();
        Run {
            net,
            key,
            lead: net.lead(),
            now: 0,
            calendar: Calendar::with_capacity(256),
            slots: Vec::new(),
            free_slots: Vec::new(),
            limiters: net.limiters.iter().map(Limiter::new).collect(),
            stations: net.stations.iter().map(|&kind| Station::new(&net.kinds[usize::from(kind)])).collect(),
            turns: vec![0; net.groups.len()],
            idle: vec![Vec::new(); net.pools.len() * net.classes.len()],
            tally: Tally {
                opened: 0,
                closed: 0,
                requests: 0,
                outcomes: Outcomes::default(),
                attempts: 0,
                latency: Recorder::new(3),
                client_latency: 0,
                in_system: 0,
                observed: vec![0; observed],
                completions: vec![0; observed.saturating_sub(1)],
                dispersion: [seconds(1), seconds(10), seconds(60)],
                hops: net.hops.iter().map(|hop| HopTally::new(hop, net)).collect(),
                audit: Audit::default(),
            },
            retrying: Retrying::new(&net.client.retry),
            ends_are_events: matches!(net.client.retry, Retry::Sdk(_)),
            gate: Gate::new(window),
            in_system: InSystem::default(),
            observe: window.observe.clone(),
            popularity: cumulative(net.classes.iter().map(|class| class.weight)),
            open: 0,
            sent: Vec::new(),
        }
    }

    /// The event loop: until the window is closed and every measured request has ended, or nothing is left to happen.
    fn go(&mut self, source: &mut Source) {
        let mut next = source.next_arrival();
        while self.gate.phase != Phase::Closed || self.open > 0 {
            let due = next.map(|(_, at)| at.saturating_add(self.lead));
            let top = self.calendar.peek();
            let event_first = match (due, top) {
                (Some(due), Some((at, kind))) => at < due || (at == due && kind < Kind::Start),
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if event_first {
                self.event();
            } else if let (Some((number, at)), Some(due)) = (next, due) {
                self.now = due;
                self.arrival(number, at);
                next = source.next_arrival();
                if next.is_none() {
                    self.end_of_trace(at);
                }
            } else {
                break;
            }
        }
    }

    fn event(&mut self) {
        let Some(event) = self.calendar.pop() else { return };
        self.now = event.at;
        match event.kind {
            Kind::Move => {
                let attempt = self.slots[event.slot as usize];
                self.walk(attempt, event.at, Some(event.slot));
            }
            Kind::Retry => {
                let attempt = self.release_slot(event.slot);
                self.begin(attempt);
            }
            Kind::End => {
                let attempt = self.release_slot(event.slot);
                self.conclude(attempt, attempt.outcome, event.at);
            }
            Kind::Start => {
                let clients = self.sent.len() as u64;
                let sent = &mut self.sent[event.slot as usize];
                let number = *sent * clients + u64::from(event.slot);
                *sent += 1;
                self.arrival(number, event.at - self.lead);
            }
        }
    }

    /// Request `number` arrives at `at`.
    fn arrival(&mut self, number: u64, at: u64) {
        let (passage, measured) = self.gate.pass(at);
        match passage {
            Passage::Opens => self.open_window(at),
            Passage::Closes => self.close_window(at),
            Passage::Nothing => {}
        }
        if measured {
            self.open += 1;
            for dispersion in &mut self.tally.dispersion {
                dispersion.arrive(at);
            }
        }
        self.tally.audit.arrived += 1;
        let key = self.key.attempt(number, 0);
        let class = if self.net.classes.len() == 1 {
            0
        } else {
            choose(key.bits(POPULARITY), &self.popularity, self.net.classes.len())
        };
        self.begin(Attempt {
            request: number,
            arrived: at,
            started: at,
            deadline: u64::MAX,
            key,
            class,
            attempt: 0,
            target: 0,
            pool: 0,
            step: 0,
            route: self.net.classes[class as usize].route,
            deadline_status: 0,
            measured,
            decided: false,
            outcome: Outcome::Ok,
        });
    }

    /// The trace has no more rows: the window closes one mean gap after the last.
    fn end_of_trace(&mut self, last: u64) {
        if let Arrivals::Trace { length, stretch, .. } = &self.net.arrivals
            && self.gate.phase != Phase::Closed
        {
            let end = ((*length as f64) * stretch).round() as u64;
            self.gate.close(end.max(last));
            self.close_window(end.max(last));
        }
    }

    /// Stations are cut one lead later than requests, so that their window covers the same requests.
    fn open_window(&mut self, at: u64) {
        self.in_system.open(at);
        for station in &mut self.stations {
            station.busy = station.backlog(at + self.lead);
        }
        for dispersion in &mut self.tally.dispersion {
            dispersion.open(at);
        }
    }

    fn close_window(&mut self, at: u64) {
        self.in_system.close(at);
        for dispersion in &mut self.tally.dispersion {
            dispersion.pass(at);
        }
        let cut = at.saturating_add(self.lead);
        for (hop, tally) in self.net.hops.iter().zip(&mut self.tally.hops) {
            let (first, count) = hop.stations;
            let busy = |station: u32| {
                let station = &self.stations[station as usize];
                station.busy - station.backlog(cut)
            };
            tally.busy = (first..first + count).map(busy).sum();
            let mut station = first;
            for (index, member) in tally.members.iter_mut().enumerate().filter(|_| count > 0) {
                let stations = hop.member_stations.get(index).copied().unwrap_or(1);
                member.busy = (station..station + stations).map(busy).sum();
                station += stations;
            }
        }
    }

    /// The attempt's start: its deadline runs from here.
    fn begin(&mut self, mut attempt: Attempt) {
        self.tally.audit.begun += 1;
        self.tally.attempts += u64::from(attempt.measured);
        if let Some(timeout) = self.net.client.timeout {
            attempt.deadline = attempt.started.saturating_add(timeout);
        }
        let at = attempt.started;
        self.walk(attempt, at, None);
    }

    /// The client will know at `end` that the attempt ended with `outcome`.
    pub(super) fn decide(&mut self, attempt: &mut Attempt, outcome: Outcome, end: u64) {
        attempt.decided = true;
        if self.ends_are_events && end > self.now {
            let slot = self.keep(Attempt { outcome, ..*attempt });
            self.calendar.push(end, Kind::End, slot);
        } else {
            self.conclude(*attempt, outcome, end);
        }
    }

    /// The attempt's end is known: the request ends with it, or is tried again.
    fn conclude(&mut self, attempt: Attempt, outcome: Outcome, end: u64) {
        if outcome == Outcome::Ok {
            if self.ends_are_events {
                self.retrying.succeeded(&self.net.client.retry, attempt.request, attempt.attempt, attempt.outcome);
            }
        } else if let Some(pause) =
            self.retrying.pause(&self.net.client.retry, self.key, attempt.request, attempt.attempt, outcome)
        {
            let started = end.saturating_add(pause);
            let number = attempt.attempt + 1;
            let slot = self.keep(Attempt {
                attempt: number,
                key: self.key.attempt(attempt.request, number),
                started,
                deadline: u64::MAX,
                deadline_status: 0,
                target: 0,
                pool: 0,
                step: 0,
                decided: false,
                outcome,
                ..attempt
            });
            self.calendar.push(started.saturating_add(self.lead).max(self.now), Kind::Retry, slot);
            return;
        }
        self.end_request(&attempt, outcome, end);
    }

    fn end_request(&mut self, attempt: &Attempt, outcome: Outcome, end: u64) {
        self.tally.audit.ended += 1;
        self.in_system.ends(attempt.arrived, end, self.now.saturating_sub(self.lead), &self.gate);
        if !self.observe.is_empty() {
            self.observed(attempt.arrived, end);
        }
        if attempt.measured {
            self.open -= 1;
            let latency = end - attempt.arrived;
            self.tally.outcomes.count(outcome);
            self.tally.client_latency += u128::from(latency);
            if outcome == Outcome::Ok {
                self.tally.latency.record(latency);
            }
        }
        if let Arrivals::Closed { clients, think } = &self.net.arrivals {
            let client = (attempt.request % u64::from(*clients)) as u32;
            let pause = think.sample(self.key.attempt(attempt.request, 0).bits(THINK));
            self.calendar.push(end.saturating_add(pause).saturating_add(self.lead), Kind::Start, client);
        }
    }

    /// Counts a request that was in the system from `from` until `end` at the observed instants.
    fn observed(&mut self, from: u64, end: u64) {
        for (i, &instant) in self.observe.iter().enumerate() {
            self.tally.observed[i] += u64::from(from <= instant && end > instant);
            if i > 0 {
                self.tally.completions[i - 1] += u64::from(end > self.observe[i - 1] && end <= instant);
            }
        }
    }

    pub(super) fn keep(&mut self, attempt: Attempt) -> u32 {
        if let Some(slot) = self.free_slots.pop() {
            self.slots[slot as usize] = attempt;
            slot
        } else {
            self.slots.push(attempt);
            (self.slots.len() - 1) as u32
        }
    }

    pub(super) fn release_slot(&mut self, slot: u32) -> Attempt {
        self.free_slots.push(slot);
        self.slots[slot as usize]
    }

    /// Closes the books.
    fn finish(mut self) -> Result<Tally, AuditError> {
        while let Some(event) = self.calendar.pop() {
            if event.kind == Kind::Start {
                continue;
            }
            let attempt = self.slots[event.slot as usize];
            self.tally.audit.at_work += u64::from(event.kind == Kind::Move);
            if event.kind != Kind::Move || !attempt.decided {
                self.tally.audit.in_system += 1;
                self.observed(attempt.arrived, u64::MAX);
            }
        }
        self.tally.opened = self.gate.opened;
        self.tally.closed = if self.gate.phase == Phase::Closed { self.gate.closed } else { self.gate.opened };
        self.tally.requests = self.gate.measured;
        self.tally.in_system = self.in_system.total;
        if self.tally.audit.balances() { Ok(self.tally) } else { Err(AuditError(self.tally.audit)) }
    }
}
