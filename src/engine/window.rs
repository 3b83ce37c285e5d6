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

/// Decides which arrivals are measured.
#[derive(Clone, Debug)]
pub struct Gate {
    window: Window,
    /// Where the clock stands.
    pub phase: Phase,
    /// First measured arrival, ns.
    pub opened: u64,
    /// Arrival after the last measured one, ns.
    pub closed: u64,
    /// Measured so far.
    pub measured: u64,
    seen: u64,
}

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
        Gate { window: window.clone(), phase: Phase::Before, opened: 0, closed: 0, measured: 0, seen: 0 }
    }

    /// An arrival at `at`: what it does to the window, and whether it is measured.
    #[inline]
    pub(super) fn pass(&mut self, at: u64) -> (Passage, bool) {
        let mut passage = Passage::Nothing;
        if self.phase == Phase::Before && self.seen >= self.window.warmup_requests && at >= self.window.warmup_ns {
            self.phase = Phase::Open;
            self.opened = at;
            passage = Passage::Opens;
        }
        self.seen += 1;
        if self.phase == Phase::Open && (self.measured >= self.window.requests || at >= self.window.until_ns) {
            self.close(at);
            passage = Passage::Closes;
        }
        let measured = self.phase == Phase::Open;
        self.measured += u64::from(measured);
        (passage, measured)
    }

    pub(super) fn close(&mut self, at: u64) {
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
    #[inline]
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

    #[inline]
    fn keep(&mut self, end: u64, now: u64) {
        if end <= now {
            return;
        }
        if self.ahead.len() >= self.room {
            self.ahead.retain(|&end| end > now);
            self.room = 2 * self.ahead.len() + 256;
        }
        self.ahead.push(end);
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
