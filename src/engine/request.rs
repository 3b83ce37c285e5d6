//! The life of a request: its attempts begin, their ends become known, it is tried again or ends.

use super::attempt::Attempt;
use super::calendar::Kind;
use super::network::Arrivals;
use super::run::Run;
use super::tally::Outcome;
use crate::random::StreamId;

const THINK: StreamId = StreamId::new("client", "think");

impl Run<'_> {
    /// The attempt's start: its deadline runs from here.
    pub(super) fn begin(&mut self, mut attempt: Attempt) {
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
    pub(super) fn conclude(&mut self, attempt: Attempt, outcome: Outcome, end: u64) {
        if outcome == Outcome::Ok {
            if self.ends_are_events {
                self.retrying.succeeded(&self.net.client.retry, attempt.request, attempt.attempt, attempt.last_failure);
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
                last_failure: outcome,
                outcome: Outcome::Ok,
                set_up: 0,
                ..attempt
            });
            self.calendar.push(started.saturating_add(self.lead).max(self.now), Kind::Retry, slot);
            return;
        }
        self.end_request(&attempt, outcome, end);
    }

    pub(super) fn end_request(&mut self, attempt: &Attempt, outcome: Outcome, end: u64) {
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
    pub(super) fn observed(&mut self, from: u64, end: u64) {
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
}
