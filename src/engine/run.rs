//! One replication: its state, the event loop, the window's ends and the closing of the books.

use std::sync::atomic::{AtomicBool, Ordering};

use super::ahead::{Ahead, NOT_CHOSEN, NOT_DRAWN};
use super::attempt::{Attempt, Errand, Waiting, Walker};
use super::calendar::{Calendar, Event, Kind};
use super::client::Retrying;
use super::idle::Idle;
use super::limiter::Limiter;
use super::meter::HopMeter;
use super::network::{Arrivals, Network, Window};
use super::observer::Observer;
use super::path::Underway;
use super::program::Program;
use super::rotation::Rotations;
use super::scaling::Controller;
use super::simulate::EngineError;
use super::source::Source;
use super::station::Stations;
use super::tally::{Audit, Dispersion, HopTally, Outcome, Outcomes, Tally};
use super::timeline::Timeline;
use super::window::{Gate, InSystem, Phase};
use crate::random::{AttemptKey, RunKey};
use crate::stats::Recorder;

/// Steps of the event loop between two looks at the flag that stops it and at the clock.
const STEPS_BETWEEN_LOOKS: u32 = 1 << 16;
/// Looks in a row at a clock that has not moved after which it is taken to stand still.
const MOST_LOOKS: u32 = 1 << 9;

/// Answers that are recorded at a time.
pub(super) const TOGETHER: usize = 64;

/// All state of a replication. `OPEN`: the network is an open loop (see `program`), so that attempts have no errand. `O`: who
/// looks on.
pub(super) struct Run<'a, const OPEN: bool, O = ()> {
    pub net: &'a Network,
    pub program: &'a Program<'a>,
    pub ahead: Ahead<'a>,
    pub key: RunKey,
    pub lead: u64,
    pub now: u64,
    pub calendar: Calendar,
    pub waiting: Waiting<OPEN>,
    /// Those that wait where the network is gone through as a path.
    pub going: Underway,
    pub limiters: Vec<Limiter>,
    pub stations: Stations<'a>,
    pub rotations: Rotations<'a>,
    pub controllers: Vec<Controller<'a>>,
    /// Next station of each group's turn.
    pub turns: Vec<u32>,
    /// Idle connections of each pool and class.
    pub idle: Vec<Idle>,
    pub meters: Vec<HopMeter>,
    pub tally: Tally,
    pub retrying: Retrying,
    /// Whether the retry policy must act at the very instant of an end.
    pub ends_are_events: bool,
    pub gate: Gate,
    pub in_system: InSystem,
    pub observe: Vec<u64>,
    pub timeline: Timeline,
    /// Whether anybody asks when a request was in the system.
    pub watched: bool,
    /// Latencies of measured answers that are not recorded yet, ns.
    pub answers: Vec<u64>,
    /// Measured requests whose outcome is known.
    pub settled: u64,
    /// Requests sent by each closed client.
    pub sent: Vec<u64>,
    pub observer: O,
}

/// What arrives next.
#[derive(Clone, Copy)]
pub(super) enum Coming {
    /// The request at this place of those drawn ahead.
    Request(usize),
    /// A trace has no more rows: one mean gap after the last it is at its end.
    EndOfTrace(u64),
    Nothing,
}

impl<'a, const OPEN: bool, O: Observer> Run<'a, OPEN, O> {
    pub(super) fn new(
        net: &'a Network,
        program: &'a Program<'a>,
        window: &Window,
        key: RunKey,
        observer: O,
    ) -> Run<'a, OPEN, O> {
        let (observed, timeline) = (window.observe.len(), Timeline::new(window.slices));
        let retrying = Retrying::new(&net.client.retry);
        Run {
            net,
            program,
            ahead: Ahead::new(program, Source::new(&net.arrivals, &net.profile, key)),
            key,
            lead: net.lead(),
            now: 0,
            calendar: Calendar::with_capacity(256),
            waiting: Waiting::default(),
            going: Underway::default(),
            limiters: net.limiters.iter().map(Limiter::new).collect(),
            stations: Stations::new(net),
            rotations: Rotations::new(net),
            controllers: Controller::all(net),
            turns: vec![0; net.groups.len()],
            idle: vec![Idle::default(); net.pools.len() * net.classes.len()],
            meters: net.hops.iter().map(HopMeter::new).collect(),
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
                // None has begun.
                dispersion: [1, 10, 60].map(|seconds| Dispersion::new(seconds, u64::MAX)),
                hops: net.hops.iter().map(HopTally::new).collect(),
                scalings: Vec::new(),
                slices: Vec::new(),
                audit: Audit::default(),
            },
            ends_are_events: retrying.acts_in_turn(),
            retrying,
            gate: Gate::new(window),
            in_system: InSystem::default(),
            observe: window.observe.clone(),
            watched: observed > 0 || timeline.is_on(),
            timeline,
            answers: Vec::with_capacity(TOGETHER),
            settled: 0,
            sent: Vec::new(),
            observer,
        }
    }

    /// The event loop: until the window is closed, every measured request has ended and the last instant is observed, or
    /// nothing is left to happen.
    pub(super) fn go(&mut self, stop: &AtomicBool) -> Result<(), EngineError> {
        if let Arrivals::Closed { clients, .. } = self.net.arrivals {
            self.sent = vec![0; clients as usize];
            for client in 0..clients {
                self.calendar.push(self.lead, Kind::Start, client);
            }
        }
        self.start_controllers();
        let mut next = self.after(None);
        self.go_by(stop, |run| run.turn(&mut next))
    }

    /// As [`Run::go`], by `turn`, which lets happen what is next and says whether there was anything.
    pub(super) fn go_by(
        &mut self,
        stop: &AtomicBool,
        mut turn: impl FnMut(&mut Self) -> bool,
    ) -> Result<(), EngineError> {
        let mut stood = 0;
        loop {
            let before = self.now;
            for _ in 0..STEPS_BETWEEN_LOOKS {
                if self.is_over() || !turn(self) {
                    return Ok(());
                }
            }
            if stop.load(Ordering::Relaxed) {
                return Err(EngineError::Stopped);
            }
            stood = if self.now == before { stood + 1 } else { 0 };
            if stood > MOST_LOOKS {
                return Err(EngineError::Stuck(self.now));
            }
        }
    }

    /// Whether the window is closed, every measured request has ended and the last instant is observed.
    #[inline(always)]
    pub(super) fn is_over(&self) -> bool {
        self.gate.phase == Phase::Closed
            && self.settled == self.gate.measured()
            && self.now > self.observe.last().copied().unwrap_or(0)
    }

    /// Lets happen what is next; whether there was anything. `next` comes after events of its instant that are of an
    /// earlier kind.
    #[inline]
    fn turn(&mut self, next: &mut (u128, Coming)) -> bool {
        if self.calendar.first() < next.0 {
            self.event();
            return true;
        }
        match next.1 {
            Coming::Request(place) => {
                let at = self.ahead.at(place);
                self.now = at.saturating_add(self.lead);
                let (number, key, class) = self.ahead.request(place);
                let (demand, choice) = self.ahead.first_station(place);
                let walker = Walker { demand, choice, ..self.arrival(key, at, class) };
                if walker.measured {
                    self.ahead.measure(place);
                }
                self.begin(Attempt { walker, errand: Errand::new(number, 0, at, Outcome::Ok) }, at, Some(place));
                *next = self.after(Some(place));
            }
            _ => return self.no_more(next),
        }
        true
    }

    /// No request comes: a trace is at its end, or nothing is left to happen, which is false.
    #[cold]
    pub(super) fn no_more(&mut self, next: &mut (u128, Coming)) -> bool {
        let Coming::EndOfTrace(at) = next.1 else { return false };
        *next = (u128::MAX, Coming::Nothing);
        self.now = at.saturating_add(self.lead);
        if self.gate.phase != Phase::Closed {
            self.gate.close(at);
            self.close_window(at);
        }
        true
    }

    /// What arrives after the request at `place`, and where that stands in the order of things that happen.
    #[inline]
    pub(super) fn after(&mut self, place: Option<usize>) -> (u128, Coming) {
        let lead = self.lead;
        let order = |at: u64| Calendar::order(at.saturating_add(lead), Kind::Start);
        let next = self.ahead.after(place).or_else(|| {
            self.ahead.count(&mut self.meters, &mut self.tally.dispersion);
            self.ahead.fill();
            self.ahead.after(None)
        });
        match (next, &self.net.arrivals) {
            (Some(place), _) => (order(self.ahead.at(place)), Coming::Request(place)),
            (None, Arrivals::Trace { length, stretch, .. }) => {
                let end = ((*length as f64 * stretch).round() as u64).max(self.ahead.last());
                (order(end), Coming::EndOfTrace(end))
            }
            (None, _) => (u128::MAX, Coming::Nothing),
        }
    }

    #[inline]
    fn event(&mut self) {
        let Some(event) = self.calendar.pop() else { return };
        self.now = event.at;
        if event.kind == Kind::Move {
            let attempt = self.waiting.get(event.slot);
            self.walk(attempt, event.at, Some(event.slot), None);
        } else {
            self.rarer_event(event);
        }
    }

    #[inline(never)]
    fn rarer_event(&mut self, event: Event) {
        if event.kind == Kind::Change {
            self.control(event.slot, event.at);
            return;
        }
        if event.kind == Kind::Start {
            let clients = self.sent.len() as u64;
            let sent = &mut self.sent[event.slot as usize];
            let number = *sent * clients + u64::from(event.slot);
            *sent += 1;
            let (key, at) = (self.key.attempt(number, 0), event.at - self.lead);
            let walker = self.arrival(key, at, self.program.class_of(key));
            if walker.measured {
                self.tally.dispersion.iter_mut().for_each(|dispersion| dispersion.arrive(at));
            }
            self.begin(Attempt { walker, errand: Errand::new(number, 0, at, Outcome::Ok) }, at, None);
            return;
        }
        let attempt = self.waiting.get(event.slot);
        self.waiting.free(event.slot);
        if event.kind == Kind::End {
            self.conclude(attempt, attempt.errand.outcome, event.at);
        } else {
            self.tally.audit.begun += 1;
            self.timeline.retried(attempt.errand.started);
            self.tally.attempts += u64::from(attempt.walker.measured);
            self.begin(attempt, attempt.errand.started, None);
        }
    }

    /// A request comes: its first attempt.
    #[inline(always)]
    pub(super) fn arrival(&mut self, key: AttemptKey, at: u64, class: u32) -> Walker {
        if !self.gate.is_quiet(at) {
            self.pass_gate(at);
        }
        self.walker(key, at, class, self.gate.phase == Phase::Open)
    }

    /// A first attempt that sets out at `at`.
    #[inline(always)]
    pub(super) fn walker(&self, key: AttemptKey, at: u64, class: u32, measured: bool) -> Walker {
        let step = self.program.entry(class);
        Walker { key, arrived: at, demand: NOT_DRAWN, choice: NOT_CHOSEN, class, step, measured, decided: false }
    }
}
