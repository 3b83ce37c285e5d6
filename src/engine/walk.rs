//! An attempt's walk along its route: delays are added up, shared steps are taken at their instant, the rest is scheduled.

use super::ahead::NOT_CHOSEN;
use super::attempt::{Attempt, Walker, choose, fewest};
use super::calendar::Kind;
use super::network::{Balancing, Coin, Steps};
use super::observer::{Observer, Passes};
use super::program::Op;
use super::run::Run;
use super::station::Admission;
use super::tally::Outcome;

/// How a step left the attempt.
pub(super) enum Next {
    /// Goes on at this instant.
    On(u64),
    /// Its work is over at this instant.
    Over(Outcome, u64),
}

fn factor(ns: u64, factors: &Steps<f64>, at: u64) -> u64 {
    if factors.is_empty() { ns } else { (ns as f64 * factors.at(at, false).unwrap_or(1.0)).round() as u64 }
}

#[inline]
fn fails(walker: &Walker, coin: &Coin, changes: &Steps<f64>, at: u64) -> bool {
    let changed = if changes.is_empty() { None } else { changes.at(at, false) };
    let threshold = changed.map_or(coin.threshold, super::network::threshold);
    threshold.is_some_and(|threshold| walker.key.bits(coin.stream) < threshold)
}

impl<const OPEN: bool, O: Observer> Run<'_, OPEN, O> {
    /// Walks on at `at` until the attempt must wait for its turn in the calendar, or its work is over. `slot` is where it was
    /// kept until now, `place` where its delays were drawn ahead, if it was and if they were.
    #[inline(always)]
    pub(super) fn walk(&mut self, mut attempt: Attempt, mut at: u64, slot: Option<u32>, mut place: Option<usize>) {
        let program = self.program;
        loop {
            let op = &program.ops[attempt.walker.step as usize];
            let next = match op {
                &Op::Delays { first, count } => Next::On(self.delays(&attempt.walker, at, first, count, place)),
                &Op::Deadline { after, changes, status } => {
                    let after = changes.at(at, true).unwrap_or(after);
                    // Opening the connection is part of the integration, though it was paid for earlier.
                    let deadline = (at - attempt.errand.set_up).saturating_add(after);
                    if !OPEN && deadline < attempt.errand.deadline {
                        attempt.errand.deadline = deadline;
                        attempt.errand.deadline_status = status;
                    }
                    Next::On(at)
                }
                Op::Delay { .. } => self.delay(&attempt.walker, at, op),
                Op::Gate { .. } => self.gate(&mut attempt, at, op),
                Op::Answer => Next::Over(Outcome::Ok, at),
                _ if at > self.now => {
                    self.schedule(attempt, at, slot);
                    return;
                }
                &Op::Serve { hop, group, by_class, enters } => {
                    // Nothing was drawn beyond the first station.
                    place = None;
                    let group = group + if by_class { attempt.walker.class } else { 0 };
                    let connected = if OPEN || attempt.errand.pool == 0 { None } else { Some(attempt.errand.target) };
                    self.serve(&mut attempt.walker, connected, at, hop, group, enters)
                }
                &Op::ServeChanging { hop, group, by_class, enters } => {
                    place = None;
                    let group = group + if by_class { attempt.walker.class } else { 0 };
                    let connected = if OPEN || attempt.errand.pool == 0 { None } else { Some(attempt.errand.target) };
                    self.serve_changing(&mut attempt, connected, at, (hop, group, enters))
                }
                op @ Op::Limit { .. } => self.limit(&attempt.walker, at, op),
                &Op::Connect { hop, pool } if !OPEN => self.connect(&mut attempt, at, hop, pool),
                Op::Connect { .. } | Op::Turn => Next::On(at),
            };
            match next {
                Next::On(later) => at = later,
                Next::Over(outcome, end) => {
                    if let Some(slot) = slot {
                        self.waiting.free(slot);
                    }
                    self.over(attempt, outcome, end);
                    return;
                }
            }
            attempt.walker.step += 1;
        }
    }

    #[inline(always)]
    fn schedule(&mut self, mut attempt: Attempt, at: u64, slot: Option<u32>) {
        self.pass_deadline(&mut attempt, at);
        let slot = match slot {
            Some(slot) => {
                self.waiting.put(slot, &attempt);
                slot
            }
            None => self.waiting.keep(&attempt),
        };
        self.calendar.push(at, Kind::Move, slot);
    }

    /// Plain delays, one after the other; when they are over.
    #[inline(always)]
    fn delays(&mut self, walker: &Walker, at: u64, first: u32, count: u32, place: Option<usize>) -> u64 {
        let program = self.program;
        if let Some(place) = place
            && program.ahead.delays.contains(&(first as usize))
        {
            self.ahead.take(place, first, walker.measured);
            return at.saturating_add(self.ahead.delay(place, first));
        }
        program.delays[first as usize..][..count as usize].iter().fold(at, |at, delay| {
            let ns = delay.time.sample(walker.key.bits(delay.stream));
            if walker.measured {
                self.meters[usize::from(delay.hop)].sojourn.record(ns);
            }
            at.saturating_add(ns)
        })
    }

    /// A delay that may fail or change.
    fn delay(&mut self, walker: &Walker, at: u64, op: &Op<'_>) -> Next {
        let &Op::Delay { hop, enters, time, stream, failure, time_factors, failure_changes } = op else {
            return Next::On(at);
        };
        let ns = factor(time.sample(walker.key.bits(stream)), time_factors, at);
        let end = at.saturating_add(ns);
        let failed = fails(walker, failure, failure_changes, end);
        if walker.measured {
            let meter = &mut self.meters[usize::from(hop)];
            meter.sojourn.record(ns);
            meter.inside += u64::from(!enters);
            meter.counts.failed += u64::from(failed);
        }
        self.observer.passes(walker.key, Passes { hop, at, start: at, end, station: None });
        if failed { Next::Over(Outcome::Failed(0), end) } else { Next::On(end) }
    }

    #[inline]
    pub(super) fn limit(&mut self, walker: &Walker, at: u64, op: &Op<'_>) -> Next {
        let &Op::Limit { hop, limiter, by_class, enters, refund, refused } = op else { return Next::On(at) };
        let index = |(limiter, by_class): (u32, bool)| (limiter + if by_class { walker.class } else { 0 }) as usize;
        let granted = self.limiters[index((limiter, by_class))].take(at);
        if !granted {
            for &earlier in refund {
                self.limiters[index(earlier)].give_back();
            }
        }
        if walker.measured {
            let counts = &mut self.meters[usize::from(hop)].counts;
            counts.arrivals += u64::from(enters);
            counts.throttled += u64::from(!granted);
        }
        if granted {
            return Next::On(at);
        }
        self.observer.stops(walker.key, Passes { hop, at, start: at, end: at, station: None });
        Next::Over(refused, at)
    }

    /// A way of which a part leads nowhere.
    #[cold]
    fn gate(&mut self, attempt: &mut Attempt, at: u64, op: &Op<'_>) -> Next {
        let &Op::Gate { hop, share, stream, after, status, warm_pass } = op else { return Next::On(at) };
        let Attempt { walker, errand } = attempt;
        let now = share.at(at, true);
        if warm_pass && errand.pool > 0 && errand.idle_since < at && share.at(errand.idle_since, true) == now {
            return Next::On(at);
        }
        let lost = now.and_then(super::network::threshold);
        if lost.is_none_or(|threshold| walker.key.bits(stream) >= threshold) {
            return Next::On(at);
        }
        if walker.measured {
            let counts = &mut self.meters[usize::from(hop)].counts;
            counts.arrivals += 1;
            counts.lost += 1;
        }
        if warm_pass {
            // Nobody will use its connection again.
            errand.pool = 0;
        }
        Next::Over(Outcome::Failed(status), at.saturating_add(after))
    }

    /// The station of `group` that the attempt takes, `connected` to one of them or not; whether others ask how many are
    /// outstanding there.
    #[inline(always)]
    fn station_of(&mut self, walker: &Walker, connected: Option<u32>, at: u64, group: u32) -> (u32, bool) {
        let spec = &self.net.groups[group as usize];
        if spec.count == 1 {
            return (spec.first, false);
        }
        let count = spec.count as usize;
        let station = match (&spec.balancing, connected) {
            (Balancing::Random(_), _) if walker.choice != NOT_CHOSEN => walker.choice,
            (Balancing::Random(stream), _) => choose(walker.key.bits(*stream), &[], count),
            (Balancing::Weighted(stream, thresholds), None) => choose(walker.key.bits(*stream), thresholds, count),
            (Balancing::ByConnection | Balancing::Weighted(..), connected) => connected.unwrap_or(0),
            (Balancing::RoundRobin, _) => {
                let turn = &mut self.turns[group as usize];
                let station = *turn;
                *turn = if *turn + 1 == spec.count { 0 } else { *turn + 1 };
                station
            }
            (Balancing::LeastOutstanding(stream), _) => {
                let bits = walker.key.bits(*stream);
                return (self.least_outstanding(spec.first, spec.count, bits, at), true);
            }
        };
        (spec.first + station, false)
    }

    /// Out of the way of those that need no count: within the loop it costs every network some hundredths.
    #[inline(never)]
    fn least_outstanding(&mut self, first: u32, count: u32, bits: u64, at: u64) -> u32 {
        first + fewest(0..count, bits, |station| self.stations.outstanding(first + station, at))
    }

    #[inline(always)]
    pub(super) fn serve(
        &mut self,
        walker: &mut Walker,
        connected: Option<u32>,
        at: u64,
        hop: u16,
        group: u32,
        enters: bool,
    ) -> Next {
        let (station, counted) = self.station_of(walker, connected, at, group);
        let demand = walker.take_demand();
        let admission = self.stations.arrive(station, at, walker.key, demand, counted);
        self.served(walker, at, (hop, station, enters), admission)
    }

    /// What a station did with an attempt that came at `at`.
    #[inline(always)]
    pub(super) fn served(
        &mut self,
        walker: &Walker,
        at: u64,
        (hop, station, enters): (u16, u32, bool),
        admission: Admission,
    ) -> Next {
        let (start, end) = match admission {
            Admission::Served { start, end } => (start, end),
            Admission::Abandons(leaves) => (leaves, leaves),
            Admission::Rejected | Admission::Lost { .. } => (at, at),
        };
        self.observer.passes(walker.key, Passes { hop, at, start, end, station: Some(station) });
        let meter = &mut self.meters[usize::from(hop)];
        let line = meter.line_of(station, walker.class);
        if walker.measured && !enters {
            meter.inside += 1;
        }
        let Admission::Served { start, end } = admission else {
            if walker.measured {
                meter.turned(line, at, admission);
            }
            return match admission {
                Admission::Abandons(leaves) => Next::Over(Outcome::Abandoned, leaves),
                _ => Next::Over(Outcome::Rejected, at),
            };
        };
        meter.served(line, walker.measured, start - at, end - at);
        let kind = self.stations.kind(station);
        if fails(walker, &kind.failure, &kind.failure_changes, end) {
            if walker.measured {
                meter.turned(line, at, admission);
            }
            return Next::Over(Outcome::Failed(0), end);
        }
        Next::On(end)
    }
}
