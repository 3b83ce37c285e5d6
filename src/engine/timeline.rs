//! Windows over time: what came, was tried and ended in each of them, in constant memory however many requests there are.
//!
//! The first window begins at [`Slicing::from`]; each holds the instants from its beginning to below its end, so that what is in the
//! system at the end of one is what was there at the end of the one before, plus its arrivals, less its ends.

use super::tally::{Outcome, Outcomes};
use crate::stats::Recorder;

/// Into which windows time is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slicing {
    /// Where the first window begins, ns.
    pub from: u64,
    /// Length of a window, ns, 1 or more; the last one ends with `end`.
    pub length: u64,
    /// Where the last window ends, ns. Every request that arrives before must be measured or of the warm-up.
    pub end: u64,
}

impl Slicing {
    /// Number of windows; 0 where the end is not after the beginning.
    #[must_use]
    pub fn number(&self) -> usize {
        usize::try_from(self.end.saturating_sub(self.from).div_ceil(self.length.max(1))).unwrap_or(usize::MAX)
    }

    /// How many windows have ended by the instant `at` or at it: the index of the window that holds it, 0 before the first.
    #[inline]
    fn passed(&self, at: u64) -> usize {
        if at >= self.end {
            return self.number();
        }
        (at.saturating_sub(self.from) / self.length.max(1)) as usize
    }

    /// Beginning and end of a window, ns.
    #[must_use]
    pub fn span(&self, index: usize) -> (u64, u64) {
        let from = self.from.saturating_add(self.length.saturating_mul(index as u64)).min(self.end);
        (from, from.saturating_add(self.length).min(self.end))
    }
}

/// One window of one replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Requests that arrived in it.
    pub arrivals: u64,
    /// How they ended, whenever that was.
    pub outcomes: Outcomes,
    /// Attempts that began in it, whosever: first ones and retries.
    pub attempts: u64,
    /// Requests that ended in it, whenever they came and however they ended.
    pub ended: u64,
    /// Those of them that were answered.
    pub answered: u64,
    /// Requests in the system just before its end.
    pub in_system: u64,
    /// Latency of the requests that arrived in it and were answered, ns; 2 digits.
    pub latency: Recorder,
}

impl Slice {
    fn empty() -> Slice {
        Slice {
            arrivals: 0,
            outcomes: Outcomes::default(),
            attempts: 0,
            ended: 0,
            answered: 0,
            in_system: 0,
            latency: Recorder::new(2),
        }
    }
}

/// The windows of a replication while it runs.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    slicing: Option<Slicing>,
    slices: Vec<Slice>,
}

impl Timeline {
    pub(super) fn new(slicing: Option<Slicing>) -> Timeline {
        let number = slicing.map_or(0, |slicing| slicing.number());
        Timeline { slicing, slices: vec![Slice::empty(); number] }
    }

    /// Where the windows end, ns.
    pub(super) fn ends(&self) -> Vec<u64> {
        let end = |index| self.slicing.map(|slicing| slicing.span(index).1);
        (0..self.slices.len()).filter_map(end).collect()
    }

    /// Whether there are windows.
    pub(super) fn is_on(&self) -> bool {
        !self.slices.is_empty()
    }

    /// The windows that hold `from` and `to`, the latter clear of the last for what comes after it.
    fn places(&self, from: u64, to: u64) -> (usize, usize) {
        self.slicing.map_or((0, 0), |slicing| (slicing.passed(from), slicing.passed(to)))
    }

    /// The window that holds an instant.
    fn holding(&mut self, at: u64) -> Option<&mut Slice> {
        let slicing = self.slicing.filter(|slicing| at >= slicing.from)?;
        self.slices.get_mut(slicing.passed(at))
    }

    /// A retry sets out at `at`.
    pub(super) fn retried(&mut self, at: u64) {
        if let Some(slice) = self.holding(at) {
            slice.attempts += 1;
        }
    }

    /// A request that arrived at `from` ended at `end`.
    pub(super) fn ended(&mut self, from: u64, end: u64, outcome: Outcome) {
        self.stayed(from, end);
        let ok = outcome == Outcome::Ok;
        if let Some(slice) = self.holding(from) {
            slice.outcomes.count(outcome);
            if ok {
                slice.latency.record(end - from);
            }
        }
        if let Some(slice) = self.holding(end) {
            slice.ended += 1;
            slice.answered += u64::from(ok);
        }
    }

    /// A request was in the system from `from` on until `end`: a step up at the first end of a window inside, a step down behind the
    /// last (added up in [`Timeline::finish`]).
    pub(super) fn stayed(&mut self, from: u64, end: u64) {
        let (first, after) = self.places(from, end);
        if let Some(slice) = self.holding(from) {
            slice.arrivals += 1;
        }
        if first < after {
            self.slices[first].in_system = self.slices[first].in_system.wrapping_add(1);
            if let Some(slice) = self.slices.get_mut(after) {
                slice.in_system = slice.in_system.wrapping_sub(1);
            }
        }
    }

    /// The windows as they are counted.
    pub(super) fn finish(mut self) -> Vec<Slice> {
        let mut present = 0_u64;
        for slice in &mut self.slices {
            present = present.wrapping_add(slice.in_system);
            slice.in_system = present;
            slice.attempts += slice.arrivals;
        }
        self.slices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_their_beginning_and_not_their_end() {
        let slicing = Slicing { from: 100, length: 30, end: 200 };
        assert_eq!((slicing.number(), slicing.span(0), slicing.span(3)), (4, (100, 130), (190, 200)));
        let mut timeline = Timeline::new(Some(slicing));
        // Before all, into the second window; from one end to the next; beyond the last; after all.
        for (from, end, outcome) in
            [(20, 135, Outcome::Ok), (130, 160, Outcome::Ok), (195, 999, Outcome::TimedOut), (200, 201, Outcome::Ok)]
        {
            timeline.ended(from, end, outcome);
        }
        timeline.stayed(150, u64::MAX);
        timeline.retried(189);
        timeline.retried(200);
        let slices = timeline.finish();
        let of = |f: fn(&Slice) -> u64| slices.iter().map(f).collect::<Vec<u64>>();
        assert_eq!(of(|s| s.arrivals), [0, 2, 0, 1]);
        assert_eq!(of(|s| s.attempts), [0, 2, 1, 1]);
        assert_eq!(of(|s| s.ended), [0, 1, 1, 0]);
        assert_eq!(of(|s| s.in_system), [1, 2, 1, 2], "one that ends at an end is there just before");
        assert_eq!(of(|s| s.outcomes.total()), [0, 1, 0, 1]);
        assert_eq!((slices[1].latency.max(), slices[3].outcomes.timed_out), (30, 1));
    }

    #[test]
    fn no_windows_are_none() {
        let mut none = Timeline::new(None);
        none.ended(1, 2, Outcome::Ok);
        none.retried(2);
        assert!(!none.is_on() && none.finish().is_empty());
        assert_eq!(Slicing { from: 5, length: 1, end: 5 }.number(), 0);
    }
}
