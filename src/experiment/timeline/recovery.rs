//! Whether and when a replication is back after the last event, and whether a failure stays although its trigger is gone.
//!
//! The yardstick is the same scenario without its events, on the same draws: the most requests that it has in the system at the end of
//! a window, and the largest share of a window's requests that it loses, over all windows and replications. A window is good where
//! neither is exceeded, the first neither at its beginning nor at its end. A replication is *back* at the beginning of the first window, of those that begin when the last event is over
//! or later, from which on every window is good; [`CERTAIN`] of them at least, so that a last good window by chance is no recovery.
//! Where events leave no trace, both runs are the same ones, and no window is bad by chance; what comes after a change of the rate is
//! drawn anew, and one replication in about as many as there are exceeds what all together have shown.
//!
//! A replication is *stuck* where it is not back and does not come back: the share that is lost is not less by a tenth in the second
//! half of the time after the events than in the first, and the service still to give (what timeouts leave behind included) is not less
//! by a tenth in its last quarter than in its first. A backlog that is worked off falls, though clients that give up meanwhile may lose
//! everything until it is gone; a failure that its own consequences sustain does not. That is a metastable failure: the trigger is gone,
//! the load is one that the system carries (the yardstick does), and the failure stays. Source: Bronson, Aghayev, Charapko and Zhu,
//! "Metastable failures in distributed systems", HotOS '21, 221-227, doi:10.1145/3458336.3465286.

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
/// Instants at which the engine looks at the work in a window of given length.
const SAMPLES: u64 = 20;

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

/// What judging a replication takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::experiment) struct History {
    /// Its windows.
    pub windows: Vec<Brief>,
    /// Service still to give, ns over all stations, at [`SAMPLES`] equally spaced instants from the first window's beginning on.
    work: Vec<u128>,
}

/// The histories of replications.
pub(in crate::experiment) fn histories(tallies: &[Tally]) -> Vec<History> {
    let one =
        |tally: &Tally| History { windows: tally.slices.iter().map(Brief::of).collect(), work: tally.work.clone() };
    tallies.iter().map(one).collect()
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
        let each: Vec<Vec<Brief>> = histories(tallies).into_iter().map(|history| history.windows).collect();
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
        self.has_room_for(brief) && brief.lost_share() <= self.most_lost
    }

    /// Whether no more are in the system at the end of a window than usual.
    fn has_room_for(&self, brief: &Brief) -> bool {
        brief.in_system <= self.most_in_system
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
    /// Back for good so many ns after the event.
    Back(u64),
    /// Not back by the end, but on the way.
    Late,
    /// Not back, and not coming back.
    Stuck,
}

/// The fate of each replication.
pub(in crate::experiment) fn fates(each: &[History], usual: &Yardstick, after: After) -> Vec<Fate> {
    each.iter().map(|history| fate(history, usual, after)).collect()
}

fn fate(history: &History, usual: &Yardstick, after: After) -> Fate {
    let left = history.windows.get(after.first..).unwrap_or_default();
    let begins_well =
        |index: usize| index.checked_sub(1).is_none_or(|before| usual.has_room_for(&history.windows[before]));
    let is_good = |&index: &usize| usual.holds(&history.windows[index]) && begins_well(index);
    let good = (after.first..history.windows.len()).rev().take_while(is_good).count();
    if good >= CERTAIN.min(left.len()).max(1) {
        return Fate::Back((after.first + left.len() - good) as u64 * after.length - after.over);
    }
    let (first, second) = left.split_at(left.len() / 2);
    let mean = |of: &[Brief]| of.iter().map(Brief::lost_share).sum::<f64>() / of.len().max(1) as f64;
    let stays = mean(second) >= (1.0 - FALLS) * mean(first) && !first.is_empty();
    if usual.carried && stays && work_stays(history, after) { Fate::Stuck } else { Fate::Late }
}

/// Whether the service still to give does not fall from the first to the last quarter of the time after the events.
fn work_stays(history: &History, after: After) -> bool {
    let whole = after.length.saturating_mul(history.windows.len() as u64).max(1);
    let begins = (u128::from(after.over) * u128::from(SAMPLES)).div_ceil(u128::from(whole)) as usize;
    let left = history.work.get(begins..).unwrap_or_default();
    let quarter = left.len().div_ceil(4);
    let mean = |of: &[u128]| of.iter().map(|&ns| ns as f64).sum::<f64>() / of.len().max(1) as f64;
    mean(&left[left.len() - quarter..]) >= (1.0 - FALLS) * mean(&left[..quarter])
}

/// Shares of the replications that are back and stuck, and the mean time of those that are back, s.
pub(in crate::experiment) fn shares(fates: &[Fate], confidence: f64) -> (Estimate, Estimate, Estimate) {
    let n = fates.len() as u32;
    let times = times(fates);
    let stuck = fates.iter().filter(|fate| **fate == Fate::Stuck).count() as u32;
    let seconds = |ns: Option<f64>| ns.map(|ns| ns / 1e9);
    let mean = match mean_interval(&times, confidence) {
        _ if times.is_empty() => Estimate::default(),
        ns => Estimate { value: seconds(Some(ns.value)), low: seconds(ns.low), high: seconds(ns.high) },
    };
    let share = |hits: u32| share_interval(hits, n, confidence).into();
    (share(times.len() as u32), share(stuck), mean)
}

/// Times of those that are back, ns: whole numbers, whose mean has no error where they are all one.
fn times(fates: &[Fate]) -> Vec<f64> {
    let ns = |fate: &Fate| if let Fate::Back(ns) = fate { Some(*ns as f64) } else { None };
    fates.iter().filter_map(ns).collect()
}

/// What became of all replications.
pub(super) fn summed_up(each: &[History], usual: &Yardstick, after: After, confidence: f64) -> Recovery {
    let fates = fates(each, usual, after);
    let (recovered, metastable, seconds) = shares(&fates, confidence);
    let longest = times(&fates).into_iter().max_by(f64::total_cmp).map(|ns| ns / 1e9);
    let stuck = each.iter().zip(&fates).filter(|(_, fate)| !matches!(fate, Fate::Back(_)));
    let last = |(history, _): (&History, &Fate)| {
        let left = history.windows.get(after.first..).unwrap_or_default();
        let half = &left[left.len() / 2..];
        (half.iter().map(|b| b.attempts).sum::<u64>(), half.iter().map(|b| b.arrivals).sum::<u64>())
    };
    let (attempts, requests) = stuck.map(last).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
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

    /// A history of windows (in the system, lost of 10), whose work goes from 100 to `last`.
    fn history(levels: &[(u64, u64)], last: i128) -> History {
        let brief = |&(in_system, lost): &(u64, u64)| Brief { arrivals: 10, lost, attempts: 10 + lost, in_system };
        let work = (0..20).map(|i| (100 + (last - 100) * i / 19) as u128).collect();
        History { windows: levels.iter().map(brief).collect(), work }
    }

    /// Windows of 2 s; the event is over at 3 s, so that the first that counts begins at 4 s.
    fn after() -> After {
        After::new(Duration(3_000_000_000), Slicing { from: 0, length: 2_000_000_000, end: 20_000_000_000 })
    }

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn back_is_where_nothing_bad_follows() {
        let of = |levels: &[(u64, u64)]| fate(&history(levels, 0), &usual(), after());
        let bad = (9, 0);
        assert_eq!(of(&[bad, (5, 0), (5, 0), (5, 0), (1, 0), (1, 0)]), Fate::Back(SECOND));
        assert_eq!(of(&[bad, bad, (5, 0), (5, 0), (5, 0), (5, 0)]), Fate::Back(3 * SECOND), "it begins badly");
        assert_eq!(of(&[bad, (5, 0), (5, 1), (5, 0), (5, 0), (5, 0)]), Fate::Back(3 * SECOND), "requests are lost");
        assert_eq!(of(&[bad, bad, (20, 0), (9, 0), (5, 0), (5, 0)]), Fate::Late, "two good windows may be chance");
        assert_eq!(of(&[bad, (5, 0), (5, 0)]), Fate::Back(SECOND), "but where no more are left");
        assert_eq!(of(&[bad, bad]), Fate::Late, "nothing is left to tell");
    }

    #[test]
    fn stuck_is_what_does_not_fall() {
        let of = |levels: &[(u64, u64)], work, usual: &Yardstick| fate(&history(levels, work), usual, after());
        let storm = [(9, 0), (40, 10), (40, 10), (41, 10), (39, 9), (40, 10), (41, 10), (40, 10)];
        assert_eq!(of(&storm, 300, &usual()), Fate::Stuck);
        assert_eq!(of(&storm, 100, &usual()), Fate::Stuck, "a full waiting room stays as full");
        assert_eq!(of(&storm, 20, &usual()), Fate::Late, "clients give up, but the backlog is worked off");
        assert_eq!(
            of(&storm, 300, &Yardstick { carried: false, ..usual() }),
            Fate::Late,
            "overloaded without events too"
        );
        let eases = [(9, 0), (90, 9), (80, 9), (70, 9), (60, 5), (50, 4), (40, 3), (30, 1)];
        assert_eq!(of(&eases, 100, &usual()), Fate::Late, "less and less is lost");
    }

    #[test]
    fn the_shares_count_replications() {
        let (back, stuck, mean) =
            shares(&[Fate::Back(2 * SECOND), Fate::Back(4 * SECOND), Fate::Stuck, Fate::Late], 0.95);
        assert_eq!((back.value, stuck.value, mean.value), (Some(0.5), Some(0.25), Some(3.0)));
        assert_eq!(shares(&[Fate::Stuck], 0.95).2, Estimate::default());
    }
}
