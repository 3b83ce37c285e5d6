//! Whether and when a replication is back after the last change, and whether a failure stays although its trigger is gone.
//!
//! The yardstick is the same scenario without its events, on the same draws: of the requests that it has in the system at the end of a
//! window, and of the share of a window's requests that it loses, the 99 % quantile over all windows and replications. More
//! replications bring it nearer to its value and do not raise it as they do a maximum; of less than a hundred windows it is the maximum.
//! A window is good where neither is more than that, or than in the same window of the same replication without events, the first
//! neither at its beginning nor at its end: where events leave no trace, both runs are the same ones, and no window is bad by chance.
//! What comes after a change of the rate is drawn anew, and about a window in a hundred is bad without any reason. So a replication is
//! *back* at the beginning of the first window, of those that begin at the last change or later, that begins [`CERTAIN`] good ones in a
//! row and from which on no more than one in [`SPARED`] is bad.
//!
//! A replication is *stuck* where it is not back and does not come back: the share that is lost is not less by a tenth in the second
//! half of the time after the events than in the first, the service still to give (what timeouts leave behind included) is not less
//! by a tenth in its last quarter than in its first, and in the second half attempts per request exceed those without events by
//! [`AMPLIFIES`]. A backlog that is worked off falls, though clients that give up meanwhile may lose everything until it is gone, and one
//! that nobody adds to sustains nothing; a failure that its own consequences sustain does. That is a metastable failure: every trigger
//! is gone, the load is one that the system carries (the yardstick does), and the failure stays. Source: Bronson, Aghayev, Charapko and
//! Zhu, "Metastable failures in distributed systems", HotOS '21, 221-227, doi:10.1145/3458336.3465286.

use std::cmp::Ordering;

use crate::engine::Tally;
use crate::engine::network::Slicing;
use crate::engine::timeline::Slice;
use crate::results::{Estimate, Recovery};
use crate::scenario::{CERTAIN_WINDOWS, Change, Event};
use crate::stats::estimate::mean_interval;
use crate::stats::share::share_interval;

/// Good windows in a row that begin a recovery; where fewer are left after the last change nobody can see whether there is one.
const CERTAIN: usize = CERTAIN_WINDOWS as usize;
/// Of so many windows from then on one may be bad: ten times as many as are by chance, since bad ones come together.
const SPARED: usize = 10;
/// What is usual is exceeded in less than one of so many windows without events.
const USUAL: usize = 100;
/// Attempts per request, over those without events, from which on retries sustain a failure.
const AMPLIFIES: f64 = 1.05;
/// A failure stays where it falls by less than this share.
const FALLS: f64 = 0.1;
/// Instants at which the engine looks at the work in a window of given length.
const SAMPLES: u64 = 20;
/// Such instants after the last change without which nothing is said of the work that stays.
const TELLING: usize = 3;

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
    usual_in_system: u64,
    usual_lost: f64,
    /// Requests lost in each replication.
    pub lost: Vec<u64>,
    /// Whether it is a state that lasts: less than half of the requests of its last windows are lost.
    carried: bool,
    /// The windows of each replication.
    each: Vec<Vec<Brief>>,
}

/// The value that a share of one in [`USUAL`] exceeds at most, by the nearest rank; the largest of less than so many.
fn level<T: Copy>(mut values: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Option<T> {
    values.sort_unstable_by(order);
    let rank = (values.len() - values.len() / USUAL).checked_sub(1)?;
    values.get(rank).copied()
}

impl Yardstick {
    pub fn of(tallies: &[Tally]) -> Yardstick {
        Yardstick::of_windows(histories(tallies).into_iter().map(|history| history.windows).collect())
    }

    fn of_windows(each: Vec<Vec<Brief>>) -> Yardstick {
        let all = || each.iter().flatten();
        let last = || each.iter().flat_map(|windows| &windows[windows.len() / 2..]);
        let (lost, came) = (last().map(|b| b.lost).sum::<u64>(), last().map(|b| b.arrivals).sum::<u64>());
        let usual_lost = level(all().map(Brief::lost_share).collect(), f64::total_cmp).unwrap_or(0.0);
        // A share of windows that fail by themselves is no reason to call a window that fails a good one.
        let rarely = 10 * all().map(|b| b.lost).sum::<u64>() < all().map(|b| b.arrivals).sum::<u64>();
        Yardstick {
            usual_in_system: level(all().map(|brief| brief.in_system).collect(), u64::cmp).unwrap_or(0),
            usual_lost: if rarely { usual_lost.min(0.5) } else { usual_lost },
            lost: each.iter().map(|windows| windows.iter().map(|brief| brief.lost).sum()).collect(),
            carried: 2 * lost < came.max(1),
            each,
        }
    }

    /// The windows of a replication without events; empty where it has none.
    fn paired(&self, replication: usize) -> &[Brief] {
        self.each.get(replication).map_or(&[], Vec::as_slice)
    }

    fn holds(&self, brief: &Brief, paired: Option<&Brief>) -> bool {
        let lost = paired.map_or(0.0, Brief::lost_share).max(self.usual_lost);
        self.has_room_for(brief, paired) && brief.lost_share() <= lost
    }

    /// Whether no more are in the system at the end of a window than usual.
    fn has_room_for(&self, brief: &Brief, paired: Option<&Brief>) -> bool {
        brief.in_system <= paired.map_or(0, |paired| paired.in_system).max(self.usual_in_system)
    }
}

/// The time after the last change.
#[derive(Clone, Copy, Debug)]
pub(in crate::experiment) struct After {
    /// When that is, ns from the end of the warm-up.
    over: u64,
    /// Whether every event is over, so that no trigger is left.
    ended: bool,
    length: u64,
    /// The first window that begins then or later.
    first: usize,
}

impl After {
    /// After the last change of events: each is over with its `until`; one that lasts or ends by itself counts from its `at`, and a rate
    /// that rises or falls until it has. None where nothing changes, and where the arrival rate changes for good: runs without events
    /// are no yardstick for another load.
    pub fn new(events: &[Event], slicing: Slicing) -> Option<After> {
        let for_good = |event: &Event| {
            event.until.is_none() && event.hop.is_none() && matches!(event.change, Change::RateFactor(_))
        };
        if events.iter().any(for_good) {
            return None;
        }
        let last = |event: &Event| event.until.unwrap_or(event.at).0.saturating_add(event.ramp.0);
        let over = events.iter().map(last).max()?;
        let length = slicing.length.max(1);
        let first = usize::try_from(over.div_ceil(length)).unwrap_or(usize::MAX);
        Some(After { over, ended: events.iter().all(|event| event.until.is_some()), length, first })
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
    each.iter().enumerate().map(|(r, history)| fate(history, usual, usual.paired(r), after)).collect()
}

/// The fate of a replication, whose windows without events are `paired`.
fn fate(history: &History, usual: &Yardstick, paired: &[Brief], after: After) -> Fate {
    let left = history.windows.get(after.first..).unwrap_or_default();
    let is_good = |index: usize| {
        let before = index.checked_sub(1);
        usual.holds(&history.windows[index], paired.get(index))
            && before.is_none_or(|before| usual.has_room_for(&history.windows[before], paired.get(before)))
    };
    let good: Vec<bool> = (after.first..history.windows.len()).map(is_good).collect();
    if let Some(windows) = back(&good) {
        return Fate::Back((after.first + windows) as u64 * after.length - after.over);
    }
    let (first, second) = left.split_at(left.len() / 2);
    let mean = |of: &[Brief]| of.iter().map(Brief::lost_share).sum::<f64>() / of.len().max(1) as f64;
    let stays = mean(second) >= (1.0 - FALLS) * mean(first) && !first.is_empty();
    let without = paired.get(history.windows.len() - second.len()..).unwrap_or_default();
    let sustained = amplification(second) >= AMPLIFIES * amplification(without).max(1.0);
    let gone = after.ended && usual.carried;
    if gone && stays && sustained && work_stays(history, after) { Fate::Stuck } else { Fate::Late }
}

/// The first window that begins a recovery, of those after the last change.
fn back(good: &[bool]) -> Option<usize> {
    let lasts = |&index: &usize| {
        let rest = &good[index..];
        rest[..CERTAIN].iter().all(|good| *good) && rest.iter().filter(|good| !**good).count() * SPARED <= rest.len()
    };
    (0..(good.len() + 1).saturating_sub(CERTAIN)).find(lasts)
}

/// Attempts per request; 0 where there is none.
fn amplification(windows: &[Brief]) -> f64 {
    let arrivals = windows.iter().map(|brief| brief.arrivals).sum::<u64>();
    windows.iter().map(|brief| brief.attempts).sum::<u64>() as f64 / arrivals.max(1) as f64
}

/// Whether the service still to give does not fall from the first to the last quarter of the time after the events; not where that is
/// too short to tell.
fn work_stays(history: &History, after: After) -> bool {
    let whole = after.length.saturating_mul(history.windows.len() as u64).max(1);
    let begins = (u128::from(after.over) * u128::from(SAMPLES)).div_ceil(u128::from(whole)) as usize;
    let left = history.work.get(begins..).unwrap_or_default();
    if left.len() < TELLING {
        return false;
    }
    let quarter = left.len().div_ceil(4);
    let mean = |of: &[u128]| of.iter().map(|&ns| ns as f64).sum::<f64>() / of.len() as f64;
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

/// What became of all replications; nothing but the yardstick where too little follows the last change.
pub(super) fn summed_up(each: &[History], usual: &Yardstick, after: After, confidence: f64) -> Recovery {
    let unjudged = Recovery {
        after_s: after.over as f64 / 1e9,
        most_in_system: usual.usual_in_system as f64,
        most_lost: usual.usual_lost,
        ..Recovery::default()
    };
    let enough = after.first.saturating_add(CERTAIN);
    if each.iter().any(|history| history.windows.len() < enough) {
        return unjudged;
    }
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
        recovered,
        seconds,
        longest_s: longest,
        // While something stays changed, its trigger is not gone.
        metastable: if after.ended { metastable } else { Estimate::default() },
        amplification_stuck: (requests > 0).then(|| attempts as f64 / requests as f64),
        ..unjudged
    }
}

#[cfg(test)]
mod tests;
