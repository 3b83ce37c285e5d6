//! `run.windows`: into which windows the measured time is cut, so that what changes over time can be seen.

use super::fields::Field;
use super::path;
use super::tree::{Node, Value};
use super::types::{Length, Run};
use crate::units::Duration;

/// Windows that a run may have.
const MOST: u64 = 1_000;
/// Windows that it has at least where their length is not stated.
const ENOUGH: u64 = 40;

/// ms.
const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
/// Round lengths, ms; each at most 2.5 times the one before, so that the longest that gives enough windows gives 40 to 99.
const ROUND: [u64; 27] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
];

/// `windows`: a length, or `"none"`.
pub(super) fn windows(field: &Field<'_>, length: Length) -> Option<Option<Duration>> {
    if matches!(&field.node.value, Value::Text(text) if text == "none") {
        return Some(None);
    }
    let Length::Time(whole) = length else {
        let issue = field.key_place.issue("`windows` cut the measured time, but how long is measured is not stated");
        field.sink.add(issue.hint("state `duration = \"60s\"` in the place of `requests`"));
        return None;
    };
    let window = field.positive_duration()?;
    let number = whole.0.div_ceil(window.0);
    if window > whole {
        return field.refuse(format!("it may be at most the `duration`, which is `{whole}`"));
    }
    if number > MOST {
        let issue = field.refusal(format!("`duration` would have {number} windows, and {MOST} are the most"));
        field.sink.add(issue.hint("longer windows show less noise: 30 to 120 are a good number"));
        return None;
    }
    Some(Some(window))
}

/// The windows of a run in which something changes, where the file does not say: of a round length, 40 to 99 of them; fewer where
/// even a millisecond is too long.
pub(super) fn default(root: &Node, run: &mut Run, changes: bool) {
    if let (Length::Time(whole), true) = (run.length, changes)
        && path::find(root, "run.windows").is_none()
    {
        run.windows = Some(round(whole));
    }
}

fn round(whole: Duration) -> Duration {
    let enough = |ms: &&u64| whole.0 / (**ms * 1_000_000) >= ENOUGH;
    let longest = ROUND.iter().take_while(enough).last().copied();
    let days = whole.0 / (ENOUGH * 24 * HOUR * 1_000_000);
    longest.map_or(whole, |ms| Duration(ms * 1_000_000 * if ms == 24 * HOUR { days.max(1) } else { 1 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_nobody_states_is_round_and_gives_forty_to_a_hundred() {
        let second = |s: u64| Duration(s * 1_000_000_000);
        for (whole, window) in [(60, 1), (40, 1), (600, 15), (86_400, 1_800), (3_600, 60), (100 * 86_400, 2 * 86_400)] {
            assert_eq!(round(second(whole)), second(window), "{whole} s");
        }
        for whole in (1..40_000).map(|i| Duration(40_000_000 * i * i)) {
            let number = whole.0.div_ceil(round(whole).0);
            assert!((40..=100).contains(&number), "{whole}: {number}");
        }
        assert_eq!(round(Duration(39_000_000)), Duration(39_000_000), "too short for any");
    }
}
