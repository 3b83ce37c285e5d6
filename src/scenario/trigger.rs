//! `[trigger]`: how long may an event last before the system does not come back from it?

use super::fields::{Field, Fields};
use super::path;
use super::tree::{Node, Value};
use super::types::{Length, Run};
use crate::units::{Duration, parse_duration};

/// Windows after the last change without which nobody can see whether a system is back: three good ones in a row begin a recovery.
pub const CERTAIN_WINDOWS: u64 = 3;
/// Least time of a length and between two of them: shorter ones look alike where they are written in seconds.
const LEAST: Duration = Duration(1_000);
/// Seeds of each length where the file does not say.
const SEEDS: u32 = 200;
/// The range over the resolution, where the file does not state one.
const STEPS: u64 = 64;
/// Seeds of each length at most.
const MOST_SEEDS: u64 = 10_000;

/// `[trigger]`: a search for how long an event may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Which `[[event]]`, from 1 in file order.
    pub event: u32,
    /// When it begins, from the end of warm-up.
    pub at: Duration,
    /// Shortest length tried.
    pub from: Duration,
    /// Longest length tried, above `from`.
    pub to: Duration,
    /// Replications of each length, 2 or more.
    pub seeds: u32,
    /// How near the ends of the range between are brought together.
    pub resolution: Duration,
}

/// `[trigger]`; absent: nothing is searched.
pub(super) fn trigger(top: &Fields<'_>, root: &Node, run: Option<&Run>) -> Option<Option<Trigger>> {
    let Some(field) = top.get("trigger") else { return Some(None) };
    let fields = Fields::new(field.sink, field.node, "`[trigger]`")?;
    let events = match path::find(root, "event").map(|node| &node.value) {
        Some(Value::List(events)) => events.len() as u64,
        _ => 0,
    };
    let event_field = fields.get("event");
    let event = event_field.as_ref().map_or(Some(1), |f| f.count(1..=u64::from(u32::MAX)));
    let length = |key: &'static str, hint| fields.require(key, hint).and_then(|f| long_enough(&f).map(|d| (f, d)));
    let from = length("from", "the shortest length tried, as `\"100ms\"`");
    let to = length("to", "the longest length tried, as `\"5s\"`");
    let seeds = fields.get("seeds").map_or(Some(u64::from(SEEDS)), |f| f.count(2..=MOST_SEEDS));
    let resolution = fields.get("resolution").map(|f| long_enough(&f));
    fields.finish();
    let (event, (_, from), (to_field, to), seeds) = (event?, from?, to?, u32::try_from(seeds?).ok()?);
    if event > events {
        let place = event_field.map_or(field.key_place.clone(), |f| f.node.place.clone());
        let issue = place.issue(format!("there is no event {event}: the scenario has {events} `[[event]]`"));
        field.sink.add(issue.hint("events count from 1, in the order of the file"));
        return None;
    }
    let ends_itself = |key: &&str| path::find(root, &format!("event.{}.{key}", event - 1)).is_some();
    if let Some(key) = ["deploy", "link_idle"].into_iter().find(ends_itself) {
        let place = event_field.map_or(field.key_place.clone(), |f| f.node.place.clone());
        let issue =
            place.issue(format!("event {event} is a `{key}`, which ends by itself: it has no length to search"));
        field.sink.add(issue.hint("search the length of an event that may have `until`"));
        return None;
    }
    if to <= from {
        return to_field.refuse(format!("it must be above `from`, which is `{from}`"));
    }
    let at = instant(root, event - 1, "at")?;
    let Run { length: Length::Time(whole), windows: Some(window), .. } = run? else {
        let issue = field.key_place.issue("`[trigger]` looks at windows over time, but the scenario has none");
        field.sink.add(issue.hint("state `duration` and `windows` in `[run]`"));
        return None;
    };
    // The last full window's beginning that leaves enough of them.
    let windows = whole.0.div_ceil(window.0);
    let latest = Duration(window.0.saturating_mul(windows.saturating_sub(CERTAIN_WINDOWS)));
    let own = at.0.saturating_add(to.0).saturating_add(ramp(root, event - 1));
    if own > latest.0 {
        let issue = to_field.refusal(format!(
            "the event starts at `{at}` and must be over by `{latest}`: to see that the system is back takes {CERTAIN_WINDOWS} windows \
             of `{window}` before the `duration`, `{whole}`, is over"
        ));
        to_field.sink.add(issue.hint("lengthen `duration` in `[run]`, shorten `windows`, or try shorter lengths"));
        return None;
    }
    let others = (0..events).filter(|other| *other != event - 1);
    if let Some(late) = others.into_iter().find(|other| end(root, *other) > latest.0) {
        let place = field.key_place;
        let issue = place.issue(format!(
            "event {} is over too late to see that the system is back: that takes {CERTAIN_WINDOWS} windows of `{window}` from `{latest}` \
             on, before the `duration`, `{whole}`, is over",
            late + 1
        ));
        field.sink.add(issue.hint("lengthen `duration` in `[run]`, or let the event be over earlier"));
        return None;
    }
    let resolution = match resolution {
        Some(resolution) => resolution?,
        None => Duration(((to.0 - from.0) / STEPS).max(LEAST.0)),
    };
    Some(Some(Trigger { event: u32::try_from(event).ok()?, at, from, to, seeds, resolution }))
}

/// A length that can be told from another.
fn long_enough(field: &Field<'_>) -> Option<Duration> {
    let length = field.duration()?;
    if length < LEAST { field.refuse(format!("it must be `{LEAST}` or more")) } else { Some(length) }
}

/// A time of an event as the file states it; `None` where it does not, or wrongly, which has been said.
fn instant(root: &Node, event: u64, key: &str) -> Option<Duration> {
    match &path::find(root, &format!("event.{event}.{key}"))?.value {
        Value::Text(text) => parse_duration(text).ok(),
        _ => None,
    }
}

/// Time over which an event's rate falls after its end, ns.
fn ramp(root: &Node, event: u64) -> u64 {
    instant(root, event, "ramp").map_or(0, |ramp| ramp.0)
}

/// When the last change of an event is over, ns: its `until`, or its `at` where it lasts or ends by itself.
fn end(root: &Node, event: u64) -> u64 {
    let last = instant(root, event, "until").or_else(|| instant(root, event, "at"));
    last.map_or(0, |last| last.0.saturating_add(ramp(root, event)))
}
