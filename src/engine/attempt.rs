//! An attempt as it walks its route, where it is kept while it waits, and how it chooses by weight.

use super::ahead::{NOT_CHOSEN, NOT_DRAWN};
use super::tally::Outcome;
use crate::random::AttemptKey;

/// What every attempt carries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walker {
    pub key: AttemptKey,
    /// The request's arrival, ns.
    pub arrived: u64,
    /// Service time at the first station of its route, ns, where it was drawn ahead.
    pub demand: u64,
    /// Which of those stations, where that was drawn ahead.
    pub choice: u32,
    pub class: u32,
    /// Index of its next operation.
    pub step: u32,
    pub measured: bool,
    /// The client knows the outcome; only the work goes on.
    pub decided: bool,
}

impl Walker {
    /// The service time that was drawn ahead, if it was; both it and the choice that was are used up.
    #[inline(always)]
    pub(super) fn take_demand(&mut self) -> Option<u64> {
        let demand = Some(self.demand).filter(|&demand| demand != NOT_DRAWN);
        (self.demand, self.choice) = (NOT_DRAWN, NOT_CHOSEN);
        demand
    }
}

/// What only matters where somebody waits for the attempt's end, or where it holds a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    pub request: u64,
    /// The attempt's start, ns.
    pub started: u64,
    /// When someone answers in the place of what is still at work, ns; `u64::MAX`: never.
    pub deadline: u64,
    /// Time spent on opening its connection, ns.
    pub set_up: u64,
    /// When its connection became idle before this attempt took it, ns; `u64::MAX` for one of its own.
    pub idle_since: u64,
    /// 0 is the first attempt.
    pub number: u32,
    /// Station (within the class's group) that its connection leads to.
    pub target: u32,
    /// Index into its connection pools plus 1; 0: none is held.
    pub pool: u32,
    /// Status of the answer at the deadline; 0: the client's own timeout.
    pub deadline_status: u16,
    /// How the attempt before this one ended; `Ok` for the first.
    pub last_failure: Outcome,
    /// How this one ended, while it waits for its `End` event.
    pub outcome: Outcome,
}

impl Errand {
    /// Of attempt `number` of `request`, which starts at `started`.
    pub(super) fn new(request: u64, number: u32, started: u64, last_failure: Outcome) -> Errand {
        Errand {
            request,
            started,
            deadline: u64::MAX,
            set_up: 0,
            idle_since: u64::MAX,
            number,
            target: 0,
            pool: 0,
            deadline_status: 0,
            last_failure,
            outcome: Outcome::Ok,
        }
    }
}

/// One attempt of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub walker: Walker,
    pub errand: Errand,
}

/// The attempts that wait for an event, by the slot that the event names. With `OPEN` their errands say nothing and are
/// not kept.
#[derive(Debug, Default)]
pub(super) struct Waiting<const OPEN: bool> {
    walkers: Vec<Walker>,
    errands: Vec<Errand>,
    free: Vec<u32>,
}

impl<const OPEN: bool> Waiting<OPEN> {
    /// Keeps an attempt; its slot.
    #[inline]
    pub(super) fn keep(&mut self, attempt: &Attempt) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.put(slot, attempt);
            return slot;
        }
        self.walkers.push(attempt.walker);
        if !OPEN {
            self.errands.push(attempt.errand);
        }
        (self.walkers.len() - 1) as u32
    }

    /// Puts an attempt into a slot that it has, or that is free.
    #[inline]
    pub(super) fn put(&mut self, slot: u32, attempt: &Attempt) {
        self.walkers[slot as usize] = attempt.walker;
        if !OPEN {
            self.errands[slot as usize] = attempt.errand;
        }
    }

    /// The attempt in a slot.
    #[inline]
    pub(super) fn get(&self, slot: u32) -> Attempt {
        let errand = if OPEN { Errand::new(0, 0, 0, Outcome::Ok) } else { self.errands[slot as usize] };
        Attempt { walker: self.walkers[slot as usize], errand }
    }

    /// The slot may be used again.
    #[inline]
    pub(super) fn free(&mut self, slot: u32) {
        self.free.push(slot);
    }
}

/// Cumulative thresholds over 2^64 of relative weights; empty where they are all equal.
pub(super) fn cumulative(weights: impl Iterator<Item = f64> + Clone) -> Vec<u64> {
    let total: f64 = weights.clone().sum();
    let first = weights.clone().next().unwrap_or(1.0);
    if weights.clone().all(|weight| weight == first) {
        return Vec::new();
    }
    let mut sum = 0.0;
    weights
        .map(|weight| {
            sum += weight;
            (sum / total * 18_446_744_073_709_551_616.0) as u64
        })
        .collect()
}

/// Whoever of `among` has the fewest `outstanding`; of those that have as few, each as likely, by 64 uniform bits.
#[inline]
pub(super) fn fewest(
    among: impl Iterator<Item = u32> + Clone,
    bits: u64,
    mut outstanding: impl FnMut(u32) -> usize,
) -> u32 {
    let (mut fewest, mut first, mut tied) = (usize::MAX, 0, 0);
    for one in among.clone() {
        let number = outstanding(one);
        if number < fewest {
            (fewest, first, tied) = (number, one, 1);
        } else if number == fewest {
            tied += 1;
        }
    }
    if tied < 2 {
        return first;
    }
    let place = choose(bits, &[], tied) as usize;
    among.filter(|&one| outstanding(one) == fewest).nth(place).unwrap_or(first)
}

/// The index that 64 uniform bits choose: by cumulative thresholds, or evenly among `n` where there are none.
#[inline]
pub(super) fn choose(bits: u64, thresholds: &[u64], n: usize) -> u32 {
    if thresholds.is_empty() {
        ((u128::from(bits) * n as u128) >> 64) as u32
    } else {
        thresholds.partition_point(|&threshold| threshold <= bits).min(n - 1) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_are_found_and_ties_are_even() {
        let chosen = |outstanding: [usize; 5], bits: u64| fewest(0..5, bits, |one| outstanding[one as usize]);
        assert_eq!(chosen([2, 1, 3, 4, 2], u64::MAX), 1);
        // Of three that have as few, each has a third of the 64 bits.
        let third = u64::MAX / 3;
        for (bits, one) in [(0, 1), (third, 1), (third + 1, 2), (2 * third, 2), (2 * third + 1, 4), (u64::MAX, 4)] {
            assert_eq!(chosen([1, 0, 0, 5, 0], bits), one, "{bits}");
        }
    }
}
