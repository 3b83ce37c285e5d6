//! `[[service]]`: services that differ from the rest, one by one or several alike in one table.

use super::changing;
use super::decode::Context;
use super::fields::{Field, Fields, grouped, listing};
use super::laws::distribution;
use super::names::{name, unique};
use super::requirements;
use super::tree::Place;
use crate::aws::system::Listed;
use crate::issue::nearest;

/// A hair more than 1, so that shares such as 0.7, 0.2 and 0.1 may add up to it.
const WHOLE: f64 = 1.0 + ROUNDING;
/// How far shares that are written with few digits may be off.
const ROUNDING: f64 = 1e-6;

/// The services of all tables, in file order; those of a table with `count` stand one after the other.
pub(super) fn listed(top: &Fields<'_>, options: &[String], services: u32, context: &Context<'_>) -> Vec<Listed> {
    let Some(list) = top.get("service") else { return Vec::new() };
    let Some(items) = list.list() else { return Vec::new() };
    let mut taken = Vec::new();
    let all: Vec<Listed> = items.iter().flat_map(|item| table(item, options, &mut taken, context)).collect();
    if all.len() as u64 > u64::from(services) {
        let number = grouped(all.len() as u64);
        let message = format!("{number} services are listed, but `[services]` counts {}", grouped(services.into()));
        let hint = format!("write `count = {}` or more", all.len());
        top.sink.add(at_fault(top, &list, &items, context).issue(message).hint(hint));
    }
    let shares: f64 = all.iter().filter_map(|one| one.share).sum();
    if shares > WHOLE {
        let shares = (shares * 1e6).round() / 1e6;
        let message = format!("the shares of the services add up to {shares}, but all traffic together is 1");
        top.sink.add(list.key_place.issue(message).hint("lower them, or write `weight`, which is relative"));
    } else if shares > 0.0 {
        let without = u64::from(services).saturating_sub(all.iter().filter(|one| one.share.is_some()).count() as u64);
        let rest = 1.0 - shares;
        let message = match (without, rest) {
            (0, rest) if rest > ROUNDING => {
                let shares = (shares * 1e6).round() / 1e6;
                format!("the shares of all services add up to {shares}: no service is left for the rest")
            }
            (1.., rest) if rest < ROUNDING => {
                format!("the shares of the services add up to 1: nothing is left for the other {}", grouped(without))
            }
            _ => return all,
        };
        let hint = "shares are of the whole traffic; write `weight` for what is relative";
        top.sink.add(list.key_place.issue(message).hint(hint));
    }
    all
}

/// Where the list and the count come apart: at the count or at the service that a file on top of the scenario states, where one does.
fn at_fault<'a>(top: &Fields<'a>, list: &Field<'a>, items: &[Field<'a>], context: &Context<'_>) -> &'a Place {
    let above = |place: &Place| place.source.path != context.file;
    let count = top.get("services").and_then(|f| f.node.table()).and_then(|table| table.get("count"));
    let count = count.map(|entry| &entry.node.place);
    let service = items.iter().map(|item| &item.node.place);
    count.into_iter().chain(service).find(|place| above(place)).unwrap_or(list.key_place)
}

/// The services of one table: one of its name or, with `count`, so many called NAME-1, NAME-2 and so on.
fn table(item: &Field<'_>, options: &[String], taken: &mut Vec<String>, context: &Context<'_>) -> Vec<Listed> {
    let Some(fields) = Fields::new(item.sink, item.node, "`[[service]]`") else { return Vec::new() };
    let before = item.sink.count();
    let count = fields.get("count");
    let number = count.as_ref().and_then(|f| f.small(1)).unwrap_or(1);
    let names = fields.require("name", "services are referred to by name").and_then(|f| match count {
        None => unique(&f, taken).map(|name| vec![name]),
        Some(_) => numbered(&f, number, taken),
    });
    let share = fields.get("share");
    let weight = fields.get("weight");
    if let (Some(share), Some(_)) = (&share, &weight) {
        let issue = share.key_place.issue("`share` and `weight` stand in one table, but traffic is stated one way");
        item.sink.add(issue.hint("`share` is of the whole traffic, `weight` relative to a service of weight 1"));
    }
    let allowed = "it must be a number above 0, at most 1";
    let share = share.and_then(|f| f.number(|share| share > 0.0 && share <= 1.0, allowed));
    let one = Listed {
        name: String::new(),
        title: fields.get("title").and_then(|f| f.prose()),
        group: fields.get("group").and_then(|f| name(&f)),
        option: fields.get("option").and_then(|f| option(&f, options)),
        targets: fields.get("targets").and_then(|f| f.small(1)),
        autoscaling: fields.get("autoscaling").and_then(|f| changing::autoscaling(&f)),
        concurrency: fields.get("concurrency").and_then(|f| f.small(1)),
        queue: fields.get("queue").and_then(|f| f.small(0)),
        time: fields.get("time").and_then(|f| distribution(&f, context.base)),
        weight: weight.and_then(|f| f.number(|w| (0.0..=1e12).contains(&w), "it must be a number of 0 or more")),
        share: share.map(|share| share / f64::from(number)),
        needs: fields.get("needs").and_then(|f| requirements::list(&f)).map(sorted).unwrap_or_default(),
    };
    fields.finish();
    let names = names.filter(|_| item.sink.count() == before).unwrap_or_default();
    names.into_iter().map(|name| Listed { name, ..one.clone() }).collect()
}

fn sorted(mut needs: Vec<String>) -> Vec<String> {
    needs.sort();
    needs
}

/// NAME-1 to NAME-`number`; an issue where one of them is taken already.
fn numbered(field: &Field<'_>, number: u32, taken: &mut Vec<String>) -> Option<Vec<String>> {
    let prefix = name(field)?;
    if prefix.len() + 1 + number.to_string().len() > 64 {
        return field.refuse("with its number a name has at most 64 characters");
    }
    let names: Vec<String> = (1..=number).map(|index| format!("{prefix}-{index}")).collect();
    if let Some(twice) = names.iter().find(|name| taken.contains(name)) {
        return field.refuse(format!("another service is called `{twice}` already"));
    }
    taken.extend(names.iter().cloned());
    Some(names)
}

/// The name of a compared option.
fn option(field: &Field<'_>, options: &[String]) -> Option<String> {
    let text = field.text()?;
    let names = || options.iter().map(String::as_str);
    if names().any(|name| name == text) {
        return Some(text.to_string());
    }
    let issue = field.refusal(format!("it must be one of the `options`: {}", listing(names())));
    field.sink.add(match nearest(text, names()) {
        Some(name) => issue.hint(format!("did you mean `{name}`?")),
        None => issue,
    });
    None
}
