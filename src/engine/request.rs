//! The life of a request: its attempts begin, their ends become known, it is tried again or ends.

use super::ahead::{NOT_CHOSEN, NOT_DRAWN};
use super::attempt::{Attempt, Errand, Walker};
use super::calendar::Kind;
use super::network::Arrivals;
use super::observer::{Begins, Observer};
use super::run::{Run, TOGETHER};
use super::tally::Outcome;
use crate::random::StreamId;

const THINK: StreamId = StreamId::new("client", "think");

impl<const OPEN: bool, O: Observer> Run<'_, OPEN, O> {
    /// The attempt's start: the client's deadline runs from here. `place`: where
    /// its delays were drawn ahead, if they were.
    #[inline(always)]
    pub(super) fn begin(&mut self, mut attempt: Attempt, at: u64, place: Option<usize>) {
        if !OPEN && let Some(timeout) = self.net.client.timeout {
            attempt.errand.deadline = at.saturating_add(timeout);
        }
        let (Walker { key, class, measured, .. }, Errand { request, number, .. }) = (attempt.walker, attempt.errand);
        self.observer.begins(key, Begins { request, number, class, at, measured });
        self.walk(attempt, at, None, place);
    }

    /// Whoever waits for the attempt gives up before `at`: the outcome is known now.
    #[inline]
    pub(super) fn pass_deadline(&mut self, attempt: &mut Attempt, at: u64) {
        if !OPEN && at > attempt.errand.deadline && !attempt.walker.decided {
            let Errand { deadline, deadline_status, .. } = attempt.errand;
            let outcome = if deadline_status == 0 { Outcome::TimedOut } else { Outcome::Failed(deadline_status) };
            self.decide(attempt, outcome, deadline);
        }
    }

    /// The attempt's work is over at `end`.
    #[inline(always)]
    pub(super) fn over(&mut self, mut attempt: Attempt, outcome: Outcome, end: u64) {
        self.tally.audit.over += 1;
        if OPEN {
            self.end_request(&attempt.walker, attempt.errand.request, outcome, end);
            return;
        }
        if attempt.errand.pool > 0 {
            self.release_connection(attempt.errand.pool - 1, end, attempt.errand.target);
        }
        self.observer.leaves(attempt.walker.key, outcome, end);
        self.pass_deadline(&mut attempt, end);
        if !attempt.walker.decided {
            self.decide(&mut attempt, outcome, end);
        }
    }

    /// The client will know at `end` that the attempt ended with `outcome`.
    fn decide(&mut self, attempt: &mut Attempt, outcome: Outcome, end: u64) {
        attempt.walker.decided = true;
        if self.ends_are_events && end > self.now {
            let errand = Errand { outcome, ..attempt.errand };
            let slot = self.waiting.keep(&Attempt { errand, ..*attempt });
            self.calendar.push(end, Kind::End, slot);
        } else {
            self.conclude(*attempt, outcome, end);
        }
    }

    /// The attempt's end is known: the request ends with it, or is tried again.
    #[inline]
    pub(super) fn conclude(&mut self, attempt: Attempt, outcome: Outcome, end: u64) {
        let Errand { request, number, last_failure, .. } = attempt.errand;
        self.observer.ends(attempt.walker.key, outcome, end);
        if outcome == Outcome::Ok {
            if self.ends_are_events {
                self.retrying.succeeded(request, number, last_failure);
            }
        } else if let Some(pause) = self.retrying.pause(&self.net.client.retry, self.key, request, number, outcome) {
            self.try_again(&attempt, end.saturating_add(pause), outcome);
            return;
        }
        self.end_request(&attempt.walker, attempt.errand.request, outcome, end);
    }

    /// Schedules the attempt after this one, which failed with `outcome`.
    fn try_again(&mut self, attempt: &Attempt, started: u64, outcome: Outcome) {
        let (request, number) = (attempt.errand.request, attempt.errand.number + 1);
        let walker = Walker {
            key: self.key.attempt(request, number),
            demand: NOT_DRAWN,
            choice: NOT_CHOSEN,
            step: self.program.entry(attempt.walker.class),
            decided: false,
            ..attempt.walker
        };
        let slot = self.waiting.keep(&Attempt { walker, errand: Errand::new(request, number, started, outcome) });
        self.calendar.push(started.saturating_add(self.lead).max(self.now), Kind::Retry, slot);
    }

    #[inline(always)]
    pub(super) fn end_request(&mut self, walker: &Walker, request: u64, outcome: Outcome, end: u64) {
        let &Walker { arrived, measured, .. } = walker;
        self.tally.audit.ended += 1;
        self.in_system.ends(arrived, end, self.now.saturating_sub(self.lead), &self.gate);
        if self.watched {
            self.observed(arrived, end);
            self.timeline.ended(arrived, end, outcome);
        }
        if measured {
            self.settled += 1;
            let latency = end - arrived;
            if outcome == Outcome::Ok {
                self.answers.push(latency);
                if self.answers.len() == TOGETHER {
                    self.settle_answers();
                }
            } else {
                self.tally.client_latency += u128::from(latency);
                self.tally.outcomes.count(outcome);
            }
        }
        if !OPEN && let Arrivals::Closed { clients, think } = &self.net.arrivals {
            let client = (request % u64::from(*clients)) as u32;
            let pause = think.sample(self.key.attempt(request, 0).bits(THINK));
            self.calendar.push(end.saturating_add(pause).saturating_add(self.lead), Kind::Start, client);
        }
    }

    /// Records the answers that are not recorded yet.
    #[inline(never)]
    pub(super) fn settle_answers(&mut self) {
        self.tally.latency.record_each(self.answers.drain(..));
    }

    /// Counts a request that was in the system from `from` until `end` at the observed instants, as a step up at the first and
    /// a step down after the last of them (added up in `finish`).
    pub(super) fn observed(&mut self, from: u64, end: u64) {
        let before = |instant: u64| self.observe.partition_point(|&at| at < instant);
        let (first, after) = (before(from), before(end));
        let counts = &mut self.tally.observed;
        if first < after {
            counts[first] = counts[first].wrapping_add(1);
            if let Some(count) = counts.get_mut(after) {
                *count = count.wrapping_sub(1);
            }
        }
        if (1..self.observe.len()).contains(&after) {
            self.tally.completions[after - 1] += 1;
        }
    }
}
