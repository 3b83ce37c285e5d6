//! Who is back, who is late and who is stuck, of histories written by hand.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::scenario::Change;
use crate::units::Duration;

fn usual() -> Yardstick {
    Yardstick { usual_in_system: 5, carried: true, ..Yardstick::default() }
}

fn brief(&(in_system, lost): &(u64, u64)) -> Brief {
    Brief { arrivals: 10, lost, attempts: 10 + lost, in_system }
}

/// A history of windows (in the system, lost of 10), whose work goes from 100 to `last`.
fn history(levels: &[(u64, u64)], last: i128) -> History {
    let work = (0..20).map(|i| (100 + (last - 100) * i / 19) as u128).collect();
    History { windows: levels.iter().map(brief).collect(), work }
}

/// More requests for a while, or a slow hop for good.
fn event(at: u64, until: Option<u64>, ramp: u64) -> Event {
    let (hop, change) = match until {
        Some(_) => (None, Change::RateFactor(2.0)),
        None => (Some("a".to_string()), Change::TimeFactor(2.0)),
    };
    let [at, ramp] = [at, ramp].map(|seconds| Duration(seconds * SECOND));
    let until = until.map(|seconds| Duration(seconds * SECOND));
    Event { at, until, ramp, hop, change }
}

/// Windows of 2 s after the last change of events.
fn after_all(events: &[Event]) -> After {
    After::new(events, Slicing { from: 0, length: 2 * SECOND, end: 20 * SECOND }).unwrap()
}

/// The event is over at 3 s, so that the first window that counts begins at 4 s.
fn after() -> After {
    after_all(&[event(1, Some(3), 0)])
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn back_is_where_nothing_bad_follows() {
    let of = |levels: &[(u64, u64)]| fate(&history(levels, 0), &usual(), &[], after());
    let bad = (9, 0);
    assert_eq!(of(&[bad, (5, 0), (5, 0), (5, 0), (1, 0), (1, 0)]), Fate::Back(SECOND));
    assert_eq!(of(&[bad, bad, (5, 0), (5, 0), (5, 0), (5, 0)]), Fate::Back(3 * SECOND), "it begins badly");
    assert_eq!(of(&[bad, (5, 0), (5, 1), (5, 0), (5, 0), (5, 0)]), Fate::Back(3 * SECOND), "requests are lost");
    assert_eq!(of(&[bad, bad, (20, 0), (9, 0), (5, 0), (5, 0)]), Fate::Late, "two good windows may be chance");
    assert_eq!(of(&[bad, bad, (5, 0), (5, 0)]), Fate::Late, "and no third is left");
    assert_eq!(of(&[bad, bad]), Fate::Late, "nothing is left to tell");
}

#[test]
fn stuck_is_what_does_not_fall() {
    let of = |levels: &[(u64, u64)], work, usual: &Yardstick| fate(&history(levels, work), usual, &[], after());
    let storm = [(9, 0), (40, 10), (40, 10), (41, 10), (39, 9), (40, 10), (41, 10), (40, 10)];
    assert_eq!(of(&storm, 300, &usual()), Fate::Stuck);
    assert_eq!(of(&storm, 100, &usual()), Fate::Stuck, "a full waiting room stays as full");
    assert_eq!(of(&storm, 20, &usual()), Fate::Late, "clients give up, but the backlog is worked off");
    assert_eq!(of(&storm, 300, &Yardstick { carried: false, ..usual() }), Fate::Late, "overloaded without events too");
    let eases = [(9, 0), (90, 9), (80, 9), (70, 9), (60, 5), (50, 4), (40, 3), (30, 1)];
    assert_eq!(of(&eases, 100, &usual()), Fate::Late, "less and less is lost");
}

#[test]
fn a_window_that_is_no_worse_without_events_is_good_and_one_in_ten_is_spared() {
    let levels = |bad: &[usize], n: usize| -> Vec<(u64, u64)> {
        (0..n).map(|index| if bad.contains(&index) { (9, 1) } else { (1, 0) }).collect()
    };
    let of = |with: &[usize], without: &[usize], n: usize| {
        let paired: Vec<Brief> = levels(without, n).iter().map(brief).collect();
        fate(&history(&levels(with, n), 0), &usual(), &paired, after())
    };
    assert_eq!(of(&[4, 5, 9], &[4, 5, 9], 10), Fate::Back(SECOND), "the same without events");
    assert_eq!(of(&[4, 9], &[4], 10), Fate::Late, "the last one is not");
    // From window 2 on there are 40, of which the one that begins where a bad one ends is bad, too.
    assert_eq!(of(&[20], &[], 42), Fate::Back(SECOND));
    assert_eq!(
        of(&[20, 30, 36], &[], 42),
        Fate::Back(73 * SECOND),
        "six of 40, four of 20 and two of 10 are more than that"
    );
}

#[test]
fn what_is_usual_does_not_grow_with_replications() {
    let calm = |replications: usize, rare: (u64, u64)| {
        let windows: Vec<Brief> =
            (0..50).map(|index| if index == 7 { rare } else { (3, 0) }).map(|level| brief(&level)).collect();
        let mut each = vec![vec![brief(&(3, 0)); 50]; replications];
        each[0] = windows;
        Yardstick::of_windows(each)
    };
    let of = |yardstick: Yardstick| (yardstick.usual_in_system, yardstick.usual_lost);
    assert_eq!(of(calm(1, (40, 4))), (40, 0.4), "the maximum of fifty");
    assert_eq!(of(calm(1, (40, 10))), (40, 0.5), "a window of which more than half is lost is never a good one");
    assert_eq!(of(calm(2, (40, 4))), (3, 0.0), "one of a hundred is above");
    assert_eq!(of(calm(100, (40, 4))), (3, 0.0));
    let overloaded = Yardstick::of_windows(vec![vec![brief(&(40, 8)); 50]; 2]);
    assert_eq!((overloaded.usual_lost, overloaded.carried), (0.8, false), "most are lost without events");
}

#[test]
fn nothing_is_stuck_that_nothing_sustains() {
    let storm = [(9, 0), (40, 10), (40, 10), (41, 10), (39, 9), (40, 10), (41, 10), (40, 10)];
    let plain = history(&storm, 300);
    let of = |history: &History, paired: &[Brief], after| fate(history, &usual(), paired, after);
    assert_eq!(of(&plain, &[], after()), Fate::Stuck);
    let attempts = |factor: u64| Brief { arrivals: 100, lost: 0, attempts: factor, in_system: 1 };
    assert_eq!(of(&plain, &[attempts(180); 8], after()), Fate::Stuck, "two attempts a request instead of 1.8");
    assert_eq!(of(&plain, &[attempts(195); 8], after()), Fate::Late, "nearly as many attempts without events");
    let mut backlog = plain.clone();
    backlog.windows.iter_mut().for_each(|brief| brief.attempts = brief.arrivals);
    assert_eq!(of(&backlog, &[], after()), Fate::Late, "nobody tries again");
    let short = History { work: plain.work[..5].to_vec(), ..plain.clone() };
    // 20 instants in 16 s: of the first five, only the one at 3.2 s comes after the event.
    assert_eq!(of(&short, &[], after()), Fate::Late, "one instant tells nothing");
    assert_eq!(of(&plain, &[], after_all(&[event(1, Some(3), 0), event(2, None, 0)])), Fate::Late, "one lasts");
}

#[test]
fn time_counts_from_the_last_change() {
    let of = |events: &[Event]| (after_all(events).over / SECOND, after_all(events).ended);
    assert_eq!(of(&[event(1, Some(3), 0), event(2, Some(5), 0)]), (5, true));
    assert_eq!(of(&[event(1, Some(3), 0), event(7, None, 0)]), (7, false), "from its beginning");
    assert_eq!(of(&[event(1, Some(3), 0), event(2, None, 0)]), (3, false));
    assert_eq!(of(&[event(1, Some(3), 4)]), (7, true), "a rate falls from 3 s to 7 s");
    let for_good = Event { until: None, ..event(1, Some(3), 0) };
    assert!(After::new(&[for_good], Slicing { from: 0, length: SECOND, end: 20 * SECOND }).is_none());
    let slicing = Slicing { from: 0, length: 2 * SECOND, end: 20 * SECOND };
    assert!(After::new(&[], slicing).is_none(), "nothing changes");
    let lasting = summed_up(&[history(&[(9, 0); 8], 0)], &usual(), after_all(&[event(1, None, 0)]), 0.95);
    assert_eq!((lasting.recovered.value, lasting.metastable), (Some(0.0), Estimate::default()));
}

#[test]
fn the_shares_count_replications() {
    let (back, stuck, mean) = shares(&[Fate::Back(2 * SECOND), Fate::Back(4 * SECOND), Fate::Stuck, Fate::Late], 0.95);
    assert_eq!((back.value, stuck.value, mean.value), (Some(0.5), Some(0.25), Some(3.0)));
    assert_eq!(shares(&[Fate::Stuck], 0.95).2, Estimate::default());
}

#[test]
fn nothing_is_said_where_too_little_follows() {
    let of = |windows: usize| summed_up(&[history(&vec![(5, 0); windows], 0)], &usual(), after(), 0.95);
    let seen = of(5);
    assert_eq!((seen.recovered.value, seen.seconds.value), (Some(1.0), Some(1.0)), "three windows follow 4 s");
    for windows in [0, 2, 4] {
        let unseen = of(windows);
        assert_eq!((unseen.recovered, unseen.metastable), (Estimate::default(), Estimate::default()), "{windows}");
        assert_eq!((unseen.after_s, unseen.most_in_system, unseen.longest_s), (3.0, 5.0, None));
    }
}
