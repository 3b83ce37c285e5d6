//! One replication: the event loop, and the life of a request from its arrival to its known outcome.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// Why a replication has no tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineError {
    /// The books do not balance: a fault of the engine, never of its input.
    Audit(Audit),
    /// The clock stands still at this instant (ns): closed clients whose requests take no time at all.
    Stuck(u64),
    /// The caller asked to stop.
    Stopped,
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EngineError::Audit(audit) => write!(f, "the conservation audit failed: {audit:?}"),
            EngineError::Stuck(at) => write!(
                f,
                "the simulated clock stands still at {} s: closed clients whose requests and thinking take no time",
                *at as f64 / 1e9
            ),
            EngineError::Stopped => f.write_str("stopped"),
        }
    }
}

/// Steps of the event loop between two looks at the flag that stops it.
const STEPS_BETWEEN_LOOKS: u64 = 1 << 16;
/// Steps at one instant after which the clock is taken to stand still.
const MOST_STEPS_AT_ONCE: u64 = 1 << 25;

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
    pub retrying: Retrying,
    /// Whether the retry policy must act at the very instant of an end.
    pub ends_are_events: bool,
    pub gate: Gate,
    pub in_system: InSystem,
    pub observe: Vec<u64>,
    /// Cumulative shares of the classes over 2^64; empty: uniform.
    pub popularity: Vec<u64>,
    /// Measured requests without a known outcome.
    pub open: u64,
    /// Requests sent by each closed client.
    pub sent: Vec<u64>,
}

/// Simulates one replication: warm-up, the window, and the drain until every measured request has ended.
///
/// # Errors
/// [`EngineError`]: a clock that stands still, or books that do not balance.
pub fn simulate(net: &Network, window: &Window, key: RunKey) -> Result<Tally, EngineError> {
    simulate_until(net, window, key, &AtomicBool::new(false))
}

/// As [`simulate`], but ends early once `stop` is set.
///
/// # Errors
/// As [`simulate`], and [`EngineError::Stopped`].
pub fn simulate_until(net: &Network, window: &Window, key: RunKey, stop: &AtomicBool) -> Result<Tally, EngineError> {
    let mut run = Run::new(net, window, key);
    let mut source = Source::new(&net.arrivals, &net.profile, key);
    if let Arrivals::Closed { clients, .. } = net.arrivals {
        run.sent = vec![0; clients as usize];
        for client in 0..clients {
            run.calendar.push(run.lead, Kind::Start, client);
        }
    }
    run.go(&mut source, stop)?;
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
                backlog: Vec::new(),
                work: Vec::new(),
                observed: vec![0; observed],
                completions: vec![0; observed.saturating_sub(1)],
                dispersion: [seconds(1), seconds(10), seconds(60)],
                hops: net.hops.iter().map(HopTally::new).collect(),
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

    /// The event loop: until the window is closed, every measured request has ended and the last instant is observed, or
    /// nothing is left to happen.
    fn go(&mut self, source: &mut Source, stop: &AtomicBool) -> Result<(), EngineError> {
        let observe_until = self.observe.last().copied().unwrap_or(0);
        let mut next = self.next_arrival(source);
        let (mut steps, mut stood) = (0_u64, 0_u64);
        while self.gate.phase != Phase::Closed || self.open > 0 || self.now <= observe_until {
            steps += 1;
            if steps.is_multiple_of(STEPS_BETWEEN_LOOKS) && stop.load(Ordering::Relaxed) {
                return Err(EngineError::Stopped);
            }
            let before = self.now;
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
                match number {
                    Some(number) => self.arrival(number, at),
                    None => self.end_of_trace(at),
                }
                next = if number.is_some() { self.next_arrival(source) } else { None };
            } else {
                break;
            }
            stood = if self.now == before { stood + 1 } else { 0 };
            if stood > MOST_STEPS_AT_ONCE {
                return Err(EngineError::Stuck(self.now));
            }
        }
        Ok(())
    }

    /// The next arrival, or (without a number) the end of a trace that has no more rows: one mean gap after the last.
    fn next_arrival(&self, source: &mut Source) -> Option<(Option<u64>, u64)> {
        if let Some((number, at)) = source.next_arrival() {
            return Some((Some(number), at));
        }
        match &self.net.arrivals {
            Arrivals::Trace { length, stretch, .. } => {
                Some((None, ((*length as f64 * stretch).round() as u64).max(self.now.saturating_sub(self.lead))))
            }
            _ => None,
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
            if self.gate.samples_now(at) {
                let ahead = self.in_system.ahead_of(self.now.saturating_sub(self.lead));
                let now = self.now;
                self.tally.work.push(self.stations.iter().map(|station| station.backlog(now)).sum());
                self.tally.backlog.push(self.tally.audit.arrived - self.tally.audit.ended + ahead);
            }
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
            last_failure: Outcome::Ok,
            outcome: Outcome::Ok,
            set_up: 0,
        });
    }

    /// The trace is at its end: the window closes.
    fn end_of_trace(&mut self, at: u64) {
        if self.gate.phase != Phase::Closed {
            self.gate.close(at);
            self.close_window(at);
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
            let capacity = |station: u32| {
                let kind = &self.net.kinds[usize::from(self.net.stations[station as usize])];
                kind.server_changes.integral(kind.servers, self.gate.opened + self.lead, cut)
            };
            tally.busy = (first..first + count).map(busy).sum();
            tally.capacity = (first..first + count).map(capacity).sum();
            let mut station = first;
            for (index, member) in tally.members.iter_mut().enumerate().filter(|_| count > 0) {
                let stations = hop.member_stations.get(index).copied().unwrap_or(1);
                member.busy = (station..station + stations).map(busy).sum();
                member.capacity = (station..station + stations).map(capacity).sum();
                station += stations;
            }
        }
    }

    /// Closes the books.
    fn finish(mut self) -> Result<Tally, EngineError> {
        while let Some(event) = self.calendar.pop() {
            if event.kind == Kind::Start {
                continue;
            }
            let attempt = self.slots[event.slot as usize];
            self.tally.audit.at_work += u64::from(event.kind == Kind::Move);
            if event.kind != Kind::Move || !attempt.decided {
                self.tally.audit.in_system += 1;
                // Its end is unknown, but lies beyond all that is measured.
                self.in_system.ends(attempt.arrived, u64::MAX, self.now, &self.gate);
                self.observed(attempt.arrived, u64::MAX);
            }
        }
        self.tally.opened = self.gate.opened;
        self.tally.closed = if self.gate.phase == Phase::Closed { self.gate.closed } else { self.gate.opened };
        self.tally.requests = self.gate.measured;
        self.tally.in_system = self.in_system.total;
        if self.tally.audit.balances() { Ok(self.tally) } else { Err(EngineError::Audit(self.tally.audit)) }
    }
}
