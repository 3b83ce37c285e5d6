//! The measured window: what opens and closes it, and the time integral of the number in the system inside it.

use super::network::Window;

/// Where the clock stands relative to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Warming up.
    Before,
    /// Measuring.
    Open,
    /// The arrival after the last measured one has come.
    Closed,
}

/// Decides which arrivals are measured. Most arrivals change nothing: two comparisons say so.
#[derive(Clone, Debug)]
pub struct Gate {
    window: Window,
    /// Where the clock stands.
    pub phase: Phase,
    /// First measured arrival, ns.
    pub opened: u64,
    /// Arrival after the last measured one, ns.
    pub closed: u64,
    /// Arrivals so far.
    pub seen: u64,
    /// Arrivals before the first measured one.
    unmeasured: u64,
    /// Measured in all, once closed.
    measured: u64,
    /// The next measured request (1, 2, ...) or time in the window at which the backlog is sampled.
    next_sample: u64,
    /// Nothing happens before so many arrivals ...
    next_seen: u64,
    /// ... and this instant.
    next_at: u64,
}

/// Samples of the backlog over the window.
const SAMPLES: u64 = 20;

/// What an arrival does to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It is the first measured one.
    Opens,
    /// It is the one after the last.
    Closes,
    /// Neither.
    Nothing,
}

impl Gate {
    pub(super) fn new(window: &Window) -> Gate {
        Gate {
            window: window.clone(),
            phase: Phase::Before,
            opened: 0,
            closed: 0,
            seen: 0,
            unmeasured: 0,
            measured: 0,
            next_sample: 0,
            next_seen: 0,
            next_at: 0,
        }
    }

    /// Whether the arrival at `at` is one for [`Gate::pass`]; if not, it is counted.
    #[inline]
    pub(super) fn is_quiet(&mut self, at: u64) -> bool {
        let quiet = self.seen < self.next_seen && at < self.next_at;
        self.seen += u64::from(quiet);
        quiet
    }

    /// How many of the next arrivals, at `instants` (ns, not falling), change nothing; 0 once the window is closed, when each
    /// may be the last.
    #[inline]
    pub(super) fn quiet(&self, instants: &[u64]) -> usize {
        if self.phase == Phase::Closed {
            return 0;
        }
        let room = self.next_seen.saturating_sub(self.seen).min(instants.len() as u64) as usize;
        match instants[..room].last() {
            Some(&last) if last >= self.next_at => instants[..room].partition_point(|&at| at < self.next_at),
            _ => room,
        }
    }

    /// An arrival at `at`: what it does to the window, and whether the backlog is sampled at it.
    pub(super) fn pass(&mut self, at: u64) -> (Passage, bool) {
        let mut passage = Passage::Nothing;
        if self.phase == Phase::Before && self.seen >= self.window.warmup_requests && at >= self.window.warmup_ns {
            self.phase = Phase::Open;
            self.opened = at;
            self.unmeasured = self.seen;
            passage = Passage::Opens;
        }
        if self.phase == Phase::Open && (self.measured() >= self.window.requests || at >= self.window.until_ns) {
            self.close(at);
            passage = Passage::Closes;
        }
        self.seen += 1;
        let sampled = self.samples_now(at);
        self.look_ahead(at);
        (passage, sampled)
    }

    /// Measured requests so far.
    #[inline]
    pub(super) fn measured(&self) -> u64 {
        if self.phase == Phase::Open { self.seen - self.unmeasured } else { self.measured }
    }

    /// Whether the arrival at `at`, which has just been counted, is one at which the backlog is sampled.
    fn samples_now(&mut self, at: u64) -> bool {
        if self.phase != Phase::Open {
            return false;
        }
        let (place, step) = if self.window.requests < u64::MAX {
            (self.measured(), self.window.requests / SAMPLES)
        } else if self.window.until_ns < u64::MAX {
            (at - self.opened, (self.window.until_ns - self.opened) / SAMPLES)
        } else {
            return false;
        };
        if place < self.next_sample {
            return false;
        }
        self.next_sample += step.max(1);
        true
    }

    /// Sets how long nothing happens.
    fn look_ahead(&mut self, at: u64) {
        (self.next_seen, self.next_at) = match self.phase {
            Phase::Before => {
                let later = |limit, now| if now < limit { limit } else { u64::MAX };
                let (requests, ns) = (self.window.warmup_requests, self.window.warmup_ns);
                if self.seen >= requests && at >= ns { (0, 0) } else { (later(requests, self.seen), later(ns, at)) }
            }
            Phase::Open => {
                let last = self.unmeasured.saturating_add(self.window.requests);
                let until = self.window.until_ns;
                // A sample is taken at the arrival that makes the number of measured ones reach it.
                let sample = self.unmeasured + self.next_sample.saturating_sub(1);
                let counted = self.window.requests < u64::MAX;
                if counted { (last.min(sample), until) } else { (last, until.min(self.opened + self.next_sample)) }
            }
            Phase::Closed => (u64::MAX, u64::MAX),
        };
    }

    pub(super) fn close(&mut self, at: u64) {
        self.measured = self.measured();
        self.phase = Phase::Closed;
        self.closed = at;
    }
}

/// Requests in the system x ns inside the window, from arrivals and ends that become known ahead of the clock.
#[derive(Clone, Debug, Default)]
pub struct InSystem {
    /// The integral so far, not yet cut at the window's ends.
    pub total: u128,
    /// Ends that lie ahead of the clock, of requests already counted.
    ahead: Vec<u64>,
    room: usize,
}

impl InSystem {
    /// A request that arrived at `from` is known, at clock `now`, to end at `end`.
    #[inline(always)]
    pub(super) fn ends(&mut self, from: u64, end: u64, now: u64, gate: &Gate) {
        match gate.phase {
            Phase::Before => self.keep(end, now),
            Phase::Open => {
                self.total += u128::from(end.saturating_sub(from.max(gate.opened)));
                self.keep(end, now);
            }
            Phase::Closed if from < gate.closed => {
                self.total += u128::from(end.min(gate.closed).saturating_sub(from.max(gate.opened)));
            }
            Phase::Closed => {}
        }
    }

    /// As [`InSystem::ends`] for many, `(from, end)` each, while the window is not closed.
    pub(super) fn end_each(&mut self, lives: impl Iterator<Item = (u64, u64)> + Clone, now: u64, gate: &Gate) {
        if gate.phase == Phase::Open {
            let inside = |(from, end): (u64, u64)| u128::from(end.saturating_sub(from.max(gate.opened)));
            self.total += lives.clone().map(inside).sum::<u128>();
        }
        self.make_room(now);
        self.ahead.extend(lives.map(|(_, end)| end).filter(|&end| end > now));
    }

    #[inline]
    fn keep(&mut self, end: u64, now: u64) {
        if end > now {
            self.make_room(now);
            self.ahead.push(end);
        }
    }

    /// Forgets what has passed, once that may be as much as the rest.
    #[inline]
    fn make_room(&mut self, now: u64) {
        if self.ahead.len() >= self.room {
            self.ahead.retain(|&end| end > now);
            self.room = 2 * self.ahead.len() + 256;
        }
    }

    /// Requests whose end is known and lies after `now`.
    pub(super) fn ahead_of(&self, now: u64) -> u64 {
        self.ahead.iter().filter(|&&end| end > now).count() as u64
    }

    /// The window opens at `at`: what is known to end later is inside it from here on.
    pub(super) fn open(&mut self, at: u64) {
        self.total = self.ahead.iter().map(|&end| u128::from(end.saturating_sub(at))).sum();
    }

    /// The window closes at `at`: what ends later is cut.
    pub(super) fn close(&mut self, at: u64) {
        let beyond: u128 = self.ahead.iter().map(|&end| u128::from(end.saturating_sub(at))).sum();
        self.total -= beyond;
        self.ahead = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_as_long_as_arrivals_are_quiet() {
        let counted = Window {
            warmup_ns: 700,
            warmup_requests: 90,
            requests: 500,
            until_ns: u64::MAX,
            observe: Vec::new(),
            slices: None,
        };
        let timed = Window {
            warmup_ns: 0,
            warmup_requests: 90,
            requests: u64::MAX,
            until_ns: 9_000,
            observe: Vec::new(),
            slices: None,
        };
        for window in [counted, timed] {
            let instants: Vec<u64> = (0..1_000).map(|i| 13 * i / 3 * 3).collect();
            let mut gate = Gate::new(&window);
            let (mut next, mut stretches) = (0, 0);
            while gate.phase != Phase::Closed {
                let quiet = gate.quiet(&instants[next..]);
                for &at in &instants[next..next + quiet] {
                    assert!(gate.is_quiet(at));
                }
                next += quiet;
                assert!(!gate.is_quiet(instants[next]), "{next}");
                let _ = gate.pass(instants[next]);
                next += 1;
                stretches += usize::from(quiet > 0);
            }
            assert!(stretches > 15, "{stretches}");
            assert_eq!(gate.quiet(&instants[next..]), 0);
        }
    }
}
