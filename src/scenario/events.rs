//! `[[event]]`: what changes while a run lasts.

use super::fields::{Field, Fields, listing};
use super::hop::{Hop, Stations};
use super::not_yet;
use super::types::{Arrivals, Change, Event, Load, Workload};
use crate::issue::nearest;
use crate::units::Duration;

/// Keys of events on AWS parts, in options scenarios.
const AWS_KEYS: [&str; 8] = ["az", "service", "targets_lost", "deploy", "batch", "slow_start", "quota", "value"];

/// Every change of every event, in file order.
pub(super) fn events(
    top: &Fields<'_>,
    hops: Option<&[Hop]>,
    is_hops: bool,
    workload: Option<&Workload>,
) -> Option<Vec<Event>> {
    let Some(list) = top.get("event") else { return Some(Vec::new()) };
    let read: Vec<Option<Vec<Event>>> =
        list.list()?.iter().map(|field| event(field, hops, is_hops, workload)).collect();
    Some(read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
}

fn event(field: &Field<'_>, hops: Option<&[Hop]>, is_hops: bool, workload: Option<&Workload>) -> Option<Vec<Event>> {
    let fields = Fields::new(field.sink, field.node, "`[[event]]`")?;
    let span = span(&fields);
    let hop_field = fields.get("hop");
    let mut fine = aws_keys(&fields, is_hops);
    if let (Some(hop), false) = (&hop_field, is_hops) {
        fine &= not_yet::allows("hop events in options", hop, "hop");
    }
    let hop = match &hop_field {
        Some(field) if is_hops => Some(known_hop(field, hops)),
        _ => None,
    };
    let changes = changes(&fields);
    fields.finish();
    if !fine {
        return None;
    }
    let (hop, changes, (at, until)) = (hop.map_or(Some(None), |hop| hop.map(Some))?, changes?, span?);
    if changes.is_empty() {
        let issue = fields.place.issue("this event changes nothing");
        field.sink.add(issue.hint("add `servers`, `time_factor`, `rate_factor` or `failure`"));
        return None;
    }
    for (key_field, change) in &changes {
        fits(key_field, *change, hop, workload)?;
    }
    let event = |change| Event { at, until, hop: hop.map(|hop| hop.name.clone()), change };
    Some(changes.into_iter().map(|(_, change)| event(change)).collect())
}

fn span(fields: &Fields<'_>) -> Option<(Duration, Option<Duration>)> {
    let at = fields.require("at", "an instant from the end of warm-up, as `\"60s\"`").and_then(|f| f.duration());
    let until = fields.get("until");
    let end = until.as_ref().map(|f| f.duration());
    let at = at?;
    let Some(end) = end else { return Some((at, None)) };
    let end = end?;
    if end <= at {
        return until?.refuse(format!("it must be after `at`, which is `{at}`"));
    }
    Some((at, Some(end)))
}

/// Whether the event has no key of AWS parts; those of options scenarios are not simulated yet, those of hops unknown.
fn aws_keys(fields: &Fields<'_>, is_hops: bool) -> bool {
    let given: Vec<Field<'_>> = AWS_KEYS.into_iter().filter_map(|key| fields.get(key)).collect();
    for field in &given {
        if is_hops {
            let issue =
                field.key_place.issue(format!("`{}` changes an AWS part, but this scenario has hops", field.name));
            field.sink.add(issue.hint("events on hops change `servers`, `time_factor`, `rate_factor` or `failure`"));
        } else {
            not_yet::allows("AWS events", field, &field.name);
        }
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

/// Whether the hop has what changes.
fn fits(field: &Field<'_>, change: Change, hop: Option<&Hop>, workload: Option<&Workload>) -> Option<()> {
    let complain = |message: &str, hint: &str| {
        field.sink.add(field.key_place.issue(message).hint(hint));
        None
    };
    match (change, hop) {
        (Change::RateFactor(_), None) => match workload {
            Some(Workload { load: Load::Closed { .. }, .. }) => {
                complain("`rate_factor` changes an arrival rate, but `clients` are closed", "leave the event out")
            }
            Some(Workload { arrivals: Arrivals::Trace(_), .. }) => complain(
                "`rate_factor` changes an arrival rate, but a trace is replayed as it is",
                "leave the event out",
            ),
            _ => Some(()),
        },
        (_, None) => complain(
            &format!("`{}` changes a hop, but the event names none", field.name),
            "add `hop = \"...\"`; `rate_factor` alone changes the arrivals",
        ),
        (Change::RateFactor(_), Some(hop)) if hop.bucket.is_none() => complain(
            &format!("`rate_factor` changes a bucket, but hop `{}` has none", hop.name),
            "leave `hop` out to change the arrival rate",
        ),
        (Change::Servers(_), Some(hop)) if !has_servers(hop) => complain(
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
