//! `[[event]]`: what changes while a run lasts. What events of hops and of AWS parts share, and hops scenarios; those of AWS parts are
//! in a file of their own.

mod aws;
mod written;

use super::event::{Affected, Change, Event};
use super::fields::{Field, Fields, listing};
use super::hop::{Hop, Stations};
use super::types::{Arrivals, Length, Load, Workload};
use crate::aws::system::{Services, System};
use crate::issue::nearest;
use crate::units::Duration;

pub(super) use written::write;

/// Keys of events on AWS parts, in options scenarios.
const AWS_KEYS: [&str; 15] = [
    "az",
    "service",
    "targets_lost",
    "black_hole",
    "targets",
    "deploy",
    "kind",
    "batch",
    "every",
    "slow_start",
    "cold_factor",
    "quota",
    "value",
    "link_idle",
    "wake",
];

/// What events are held against; `None` for what could not be read, which has been said.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub is_hops: bool,
    pub hops: Option<&'a [Hop]>,
    pub workload: Option<&'a Workload>,
    /// Of an options scenario; its `services` are those below.
    pub system: Option<&'a System>,
    pub services: Option<&'a Services>,
    pub length: Option<Length>,
}

/// Every change of every event, in file order.
pub(super) fn events(top: &Fields<'_>, around: Around<'_>) -> Option<Vec<Event>> {
    let Some(list) = top.get("event") else { return Some(Vec::new()) };
    let read: Vec<Option<Vec<Event>>> = list.list()?.iter().map(|field| event(field, around)).collect();
    Some(read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The fewest services of a system that has every service that an event is about.
pub(super) fn least_services(events: &[Event]) -> u32 {
    let number = |event: &Event| match event.change.service() {
        Some(Affected::One(index)) => index.saturating_add(1),
        _ => 1,
    };
    events.iter().map(number).max().unwrap_or(1)
}

fn event(field: &Field<'_>, around: Around<'_>) -> Option<Vec<Event>> {
    let fields = Fields::new(field.sink, field.node, "`[[event]]`")?;
    if around.is_hops { hop_event(field, &fields, around) } else { aws::event(&fields, around) }
}

fn hop_event(field: &Field<'_>, fields: &Fields<'_>, around: Around<'_>) -> Option<Vec<Event>> {
    let span = span(fields, around);
    let fine = no_aws_keys(fields);
    let hop = fields.get("hop").map(|field| known_hop(&field, around.hops));
    let ramp = ramp(fields, hop.is_none());
    let changes = changes(fields);
    fields.finish();
    if !fine {
        return None;
    }
    let (hop, changes, (at, until), ramp) = (hop.map_or(Some(None), |hop| hop.map(Some))?, changes?, span?, ramp?);
    if changes.is_empty() {
        let issue = fields.place.issue("this event changes nothing");
        field.sink.add(issue.hint("add `servers`, `time_factor`, `rate_factor` or `failure`"));
        return None;
    }
    for (key_field, change) in &changes {
        fits(key_field, *change, hop, around.workload)?;
    }
    let event = |change| Event { at, until, ramp, hop: hop.map(|hop| hop.name.clone()), change };
    Some(changes.into_iter().map(|(_, change)| event(change)).collect())
}

/// When it begins and ends. What begins when the run is over asks what the run cannot answer.
fn span(fields: &Fields<'_>, around: Around<'_>) -> Option<(Duration, Option<Duration>)> {
    let at_field = fields.require("at", "an instant from the end of warm-up, as `\"60s\"`");
    let until = fields.get("until");
    let at = at_field.as_ref().and_then(|f| f.duration());
    if let (Some(field), Some(at), Some(Length::Time(whole))) = (&at_field, at, around.length)
        && at >= whole
    {
        let issue = field.refusal(format!("the run ends after its `duration`, `{whole}`, before this event begins"));
        field.sink.add(issue.hint("lengthen `duration` in `[run]`, or let the event begin earlier"));
        return None;
    }
    let end = until.as_ref().map(|f| f.duration());
    let at = at?;
    let Some(end) = end else { return Some((at, None)) };
    let end = end?;
    if end <= at {
        return until?.refuse(format!("it must be after `at`, which is `{at}`"));
    }
    Some((at, Some(end)))
}

/// `ramp`, 0 where it is absent: only an arrival rate rises over time.
fn ramp(fields: &Fields<'_>, of_arrivals: bool) -> Option<Duration> {
    let rate = fields.get("rate_factor").is_some() && of_arrivals;
    let Some(field) = fields.get("ramp") else { return Some(Duration(0)) };
    if !rate {
        let issue = field.key_place.issue("`ramp` is how an arrival rate rises, but this event does not change one");
        field.sink.add(issue.hint("add `rate_factor`, and leave `hop` out"));
        return None;
    }
    field.duration()
}

/// Whether the event has no key of AWS parts.
fn no_aws_keys(fields: &Fields<'_>) -> bool {
    let given: Vec<Field<'_>> = AWS_KEYS.into_iter().filter_map(|key| fields.get(key)).collect();
    for field in &given {
        let issue = field.key_place.issue(format!("`{}` changes an AWS part, but this scenario has hops", field.name));
        field.sink.add(issue.hint("events on hops change `servers`, `time_factor`, `rate_factor` or `failure`"));
    }
    given.is_empty()
}

fn known_hop<'h>(field: &Field<'_>, hops: Option<&'h [Hop]>) -> Option<&'h Hop> {
    let name = field.text()?;
    let hops = hops?;
    if let Some(hop) = hops.iter().find(|hop| hop.name == name) {
        return Some(hop);
    }
    let names = || hops.iter().map(|hop| hop.name.as_str());
    let issue = field.issue(format!("there is no hop `{}`", super::tree::shorten(name)));
    field.sink.add(match nearest(name, names()) {
        Some(near) => issue.hint(format!("did you mean `{near}`?")),
        None => issue.hint(format!("hops are {}", listing(names()))),
    });
    None
}

fn changes<'a>(fields: &Fields<'a>) -> Option<Vec<(Field<'a>, Change)>> {
    let mut changes = Vec::new();
    let mut add = |field: Option<Field<'a>>, read: &dyn Fn(&Field<'a>) -> Option<Change>| -> bool {
        let Some(field) = field else { return true };
        match read(&field) {
            Some(change) => {
                changes.push((field, change));
                true
            }
            None => false,
        }
    };
    let fine = [
        add(fields.get("servers"), &|f| f.small(1).map(Change::Servers)),
        add(fields.get("time_factor"), &|f| f.factor().map(Change::TimeFactor)),
        add(fields.get("rate_factor"), &|f| f.factor().map(Change::RateFactor)),
        add(fields.get("failure"), &|f| f.probability().map(Change::Failure)),
    ];
    fine.iter().all(|fine| *fine).then_some(changes)
}

fn complain<T>(field: &Field<'_>, message: &str, hint: &str) -> Option<T> {
    field.sink.add(field.key_place.issue(message).hint(hint));
    None
}

/// Whether there is an arrival rate to change.
fn has_rate(field: &Field<'_>, workload: Option<&Workload>) -> Option<()> {
    match workload {
        Some(Workload { load: Load::Closed { .. }, .. }) => {
            complain(field, "`rate_factor` changes an arrival rate, but `clients` are closed", "leave the event out")
        }
        Some(Workload { arrivals: Arrivals::Trace(_), .. }) => complain(
            field,
            "`rate_factor` changes an arrival rate, but a trace is replayed as it is",
            "leave the event out",
        ),
        _ => Some(()),
    }
}

/// Whether the hop has what changes.
fn fits(field: &Field<'_>, change: Change, hop: Option<&Hop>, workload: Option<&Workload>) -> Option<()> {
    match (change, hop) {
        (Change::RateFactor(_), None) => has_rate(field, workload),
        (_, None) => complain(
            field,
            &format!("`{}` changes a hop, but the event names none", field.name),
            "add `hop = \"...\"`; `rate_factor` alone changes the arrivals",
        ),
        (Change::RateFactor(_), Some(hop)) if hop.bucket.is_none() => complain(
            field,
            &format!("`rate_factor` changes a bucket, but hop `{}` has none", hop.name),
            "leave `hop` out to change the arrival rate",
        ),
        (Change::Servers(_), Some(hop)) if !has_servers(hop) => complain(
            field,
            &format!("`servers` of hop `{}` change, but it is a pure delay", hop.name),
            "give the hop `servers`",
        ),
        _ => Some(()),
    }
}

fn has_servers(hop: &Hop) -> bool {
    match &hop.stations {
        Stations::One(station) | Stations::Copies { station, .. } => station.servers.is_some(),
        Stations::Branches(branches) => branches.iter().any(|(_, _, station)| station.servers.is_some()),
    }
}
