//! `[trigger]`: how long may an event last before the system does not come back from it?

use super::fields::Fields;
use super::path;
use super::tree::{Node, Value};
use super::types::{Length, Run};
use crate::units::{Duration, parse_duration};

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
    let length =
        |key: &'static str, hint| fields.require(key, hint).and_then(|f| f.positive_duration().map(|d| (f, d)));
    let from = length("from", "the shortest length tried, as `\"100ms\"`");
    let to = length("to", "the longest length tried, as `\"5s\"`");
    let seeds = fields.get("seeds").map_or(Some(u64::from(SEEDS)), |f| f.count(2..=MOST_SEEDS));
    let resolution = fields.get("resolution").map(|f| f.positive_duration());
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
    let at = path::find(root, &format!("event.{}.at", event - 1)).and_then(|node| match &node.value {
        Value::Text(text) => parse_duration(text).ok(),
        _ => None,
    })?;
    let Run { length, windows, .. } = run?;
    match (length, windows) {
        (Length::Time(whole), Some(_)) if at.0.saturating_add(to.0) < whole.0 => {}
        (Length::Time(whole), Some(_)) => {
            return to_field
                .refuse(format!("the event starts at `{at}` and must end before the `duration`, `{whole}`"));
        }
        _ => {
            let issue = field.key_place.issue("`[trigger]` looks at windows over time, but the scenario has none");
            field.sink.add(issue.hint("state `duration` and `windows` in `[run]`"));
            return None;
        }
    }
    let resolution = match resolution {
        Some(resolution) => resolution?,
        None => Duration(((to.0 - from.0) / STEPS).max(1)),
    };
    Some(Some(Trigger { event: u32::try_from(event).ok()?, at, from, to, seeds, resolution }))
}
