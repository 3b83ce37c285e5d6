//! Whether and when a replication is back after the last event, and whether a failure stays although its trigger is gone.
//!
//! The yardstick is the same scenario without its events, on the same draws: the most requests that it has in the system at the end of
//! a window, and the largest share of a window's requests that it loses, over all windows and replications. A window is good where
//! neither is exceeded. A replication is *back* at the beginning of the first window, of those that begin when the last event is over
//! or later, from which on every window is good; [`CERTAIN`] of them at least, so that a last good window by chance is no recovery.
//! Where events leave no trace, both runs are the same ones, and no window is bad by chance; what comes after a change of the rate is
//! drawn anew, and one replication in about as many as there are exceeds what all together have shown.
//!
//! A replication is *stuck* where it is not back and does not come back: neither the requests in the system nor the share that is lost
//! are less by a tenth in the second half of the time after the events than in the first. A backlog that is worked off falls; a failure
//! that its own consequences sustain does not. That is a metastable failure: the trigger is gone, the load is one that the system
//! carries (the yardstick does), and the failure stays. Source: Bronson, Aghayev, Charapko and Zhu, "Metastable failures in distributed
//! systems", HotOS '21, 221-227, doi:10.1145/3458336.3465286.

use crate::engine::Tally;
use crate::engine::network::Slicing;
use crate::engine::timeline::Slice;
use crate::results::{Estimate, Recovery};
use crate::stats::estimate::mean_interval;
use crate::stats::share::share_interval;
use crate::units::Duration;

/// Good windows at the end that make a recovery; fewer where fewer are left.
const CERTAIN: usize = 3;
/// A failure stays where it falls by less than this share.
const FALLS: f64 = 0.1;

/// A window of a replication in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::experiment) struct Brief {
    /// Requests that arrived in it.
    pub arrivals: u64,
    /// Those of them that were not answered in the end.
    pub lost: u64,
    /// Attempts begun in it.
    pub attempts: u64,
    /// Requests in the system just before its end.
    pub in_system: u64,
}

impl Brief {
    fn of(slice: &Slice) -> Brief {
        let &Slice { arrivals, attempts, in_system, .. } = slice;
        Brief { arrivals, lost: arrivals - slice.outcomes.ok, attempts, in_system }
    }

    fn lost_share(&self) -> f64 {
        if self.arrivals == 0 { 0.0 } else { self.lost as f64 / self.arrivals as f64 }
    }
}

/// The windows of each replication in short.
pub(in crate::experiment) fn briefs(tallies: &[Tally]) -> Vec<Vec<Brief>> {
    tallies.iter().map(|tally| tally.slices.iter().map(Brief::of).collect()).collect()
}

/// What is usual without events.
#[derive(Clone, Debug, Default)]
pub(in crate::experiment) struct Yardstick {
    most_in_system: u64,
    most_lost: f64,
    /// Requests lost in each replication.
    pub lost: Vec<u64>,
    /// Whether it is a state that lasts: less than half of the requests of its last windows are lost.
    carried: bool,
}

impl Yardstick {
    pub fn of(tallies: &[Tally]) -> Yardstick {
        let each = briefs(tallies);
        let all = || each.iter().flatten();
        let last = || each.iter().flat_map(|windows| &windows[windows.len() / 2..]);
        let (lost, came) = (last().map(|b| b.lost).sum::<u64>(), last().map(|b| b.arrivals).sum::<u64>());
        Yardstick {
            most_in_system: all().map(|brief| brief.in_system).max().unwrap_or(0),
            most_lost: all().map(Brief::lost_share).fold(0.0, f64::max),
            lost: each.iter().map(|windows| windows.iter().map(|brief| brief.lost).sum()).collect(),
            carried: 2 * lost < came.max(1),
        }
    }

    fn holds(&self, brief: &Brief) -> bool {
        brief.in_system <= self.most_in_system && brief.lost_share() <= self.most_lost
    }
}

/// The time after the last event.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiment) struct After {
    /// When the last event is over, ns from the end of the warm-up.
    over: u64,
    length: u64,
    /// The first window that begins then or later.
    first: usize,
}

impl After {
    pub fn new(over: Duration, slicing: Slicing) -> After {
        let length = slicing.length.max(1);
        After { over: over.0, length, first: usize::try_from(over.0.div_ceil(length)).unwrap_or(usize::MAX) }
    }
}

/// What becomes of a replication after the last event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::experiment) enum Fate {
    /// Back for good so many seconds after the event.
    Back(f64),
    /// Not back by the end, but on the way.
    Late,
    /// Not back, and not coming back.
    Stuck,
}

/// The fate of each replication.
pub(in crate::experiment) fn fates(each: &[Vec<Brief>], usual: &Yardstick, after: After) -> Vec<Fate> {
    each.iter().map(|windows| fate(windows, usual, after)).collect()
}

fn fate(windows: &[Brief], usual: &Yardstick, after: After) -> Fate {
    let left = windows.get(after.first..).unwrap_or_default();
    let good = left.iter().rev().take_while(|brief| usual.holds(brief)).count();
    if good >= CERTAIN.min(left.len()).max(1) {
        let from = (after.first + left.len() - good) as u64 * after.length;
        return Fate::Back((from - after.over) as f64 / 1e9);
    }
    let (first, second) = left.split_at(left.len() / 2);
    let mean = |of: &[Brief], f: fn(&Brief) -> f64| of.iter().map(f).sum::<f64>() / of.len().max(1) as f64;
    let stays = |f: fn(&Brief) -> f64| mean(second, f) >= (1.0 - FALLS) * mean(first, f);
    let stuck = usual.carried && !first.is_empty() && stays(|b| b.in_system as f64) && stays(Brief::lost_share);
    if stuck { Fate::Stuck } else { Fate::Late }
}

/// Shares of the replications that are back and stuck, and the mean time of those that are back, s.
pub(in crate::experiment) fn shares(fates: &[Fate], confidence: f64) -> (Estimate, Estimate, Estimate) {
    let n = fates.len() as u32;
    let times = times(fates);
    let stuck = fates.iter().filter(|fate| **fate == Fate::Stuck).count() as u32;
    let mean = if times.is_empty() { Estimate::default() } else { mean_interval(&times, confidence).into() };
    let share = |hits: u32| share_interval(hits, n, confidence).into();
    (share(times.len() as u32), share(stuck), mean)
}

fn times(fates: &[Fate]) -> Vec<f64> {
    let seconds = |fate: &Fate| if let Fate::Back(seconds) = fate { Some(*seconds) } else { None };
    fates.iter().filter_map(seconds).collect()
}

/// What became of all replications.
pub(super) fn summed_up(each: &[Vec<Brief>], usual: &Yardstick, after: After, confidence: f64) -> Recovery {
    let fates = fates(each, usual, after);
    let (recovered, metastable, seconds) = shares(&fates, confidence);
    let longest = times(&fates).into_iter().max_by(f64::total_cmp);
    let stuck =
        || each.iter().zip(&fates).filter(|(_, fate)| !matches!(fate, Fate::Back(_))).map(|(windows, _)| windows);
    let last = |windows: &Vec<Brief>| {
        let left = windows.get(after.first..).unwrap_or_default();
        let half = &left[left.len() / 2..];
        (half.iter().map(|b| b.attempts).sum::<u64>(), half.iter().map(|b| b.arrivals).sum::<u64>())
    };
    let (attempts, requests) = stuck().map(last).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    Recovery {
        after_s: after.over as f64 / 1e9,
        recovered,
        seconds,
        longest_s: longest,
        metastable,
        most_in_system: usual.most_in_system as f64,
        most_lost: usual.most_lost,
        amplification_stuck: (requests > 0).then(|| attempts as f64 / requests as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Yardstick {
        Yardstick { most_in_system: 5, most_lost: 0.0, lost: Vec::new(), carried: true }
    }

    fn windows(levels: &[(u64, u64)]) -> Vec<Brief> {
        levels.iter().map(|&(in_system, lost)| Brief { arrivals: 10, lost, attempts: 10 + lost, in_system }).collect()
    }

    /// Windows of 2 s; the event is over at 3 s, so that the first that counts begins at 4 s.
    fn after() -> After {
        After::new(Duration(3_000_000_000), Slicing { from: 0, length: 2_000_000_000, end: 20_000_000_000 })
    }

    #[test]
    fn back_is_where_nothing_bad_follows() {
        let of = |levels: &[(u64, u64)]| fate(&windows(levels), &usual(), after());
        let bad = (9, 0);
        assert_eq!(of(&[bad, bad, (5, 0), (5, 0), (1, 0), (1, 0)]), Fate::Back(1.0));
        assert_eq!(of(&[bad, bad, bad, (5, 0), (5, 0), (5, 0)]), Fate::Back(3.0));
        assert_eq!(of(&[bad, bad, (5, 1), (5, 0), (5, 0), (5, 0)]), Fate::Back(3.0), "requests are lost");
        assert_eq!(of(&[bad, bad, (20, 0), (9, 0), (5, 0), (5, 0)]), Fate::Late, "two good windows may be chance");
        assert_eq!(of(&[bad, bad, (5, 0)]), Fate::Back(1.0), "but where no more are left");
        assert_eq!(of(&[bad, bad]), Fate::Late, "nothing is left to tell");
    }

    #[test]
    fn stuck_is_what_does_not_fall() {
        let of = |levels: &[(u64, u64)], usual: &Yardstick| fate(&windows(levels), usual, after());
        let storm = [(9, 0), (40, 10), (40, 10), (41, 10), (39, 9), (40, 10), (41, 10), (40, 10)];
        assert_eq!(of(&storm, &usual()), Fate::Stuck);
        assert_eq!(
            of(&storm, &Yardstick { carried: false, ..usual() }),
            Fate::Late,
            "it is overloaded without events too"
        );
        let drains = [(9, 0), (90, 0), (80, 0), (70, 0), (60, 0), (50, 0), (40, 0), (30, 0)];
        assert_eq!(of(&drains, &usual()), Fate::Late);
    }

    #[test]
    fn the_shares_count_replications() {
        let (back, stuck, mean) = shares(&[Fate::Back(2.0), Fate::Back(4.0), Fate::Stuck, Fate::Late], 0.95);
        assert_eq!((back.value, stuck.value, mean.value), (Some(0.5), Some(0.25), Some(3.0)));
        assert_eq!(shares(&[Fate::Stuck], 0.95).2, Estimate::default());
    }
}
