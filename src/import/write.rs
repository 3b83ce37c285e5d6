//! The scenario text of an import: what a person reads, corrects and runs. Every value stands beside the place that it came from, and
//! what could not be known is listed at the top.

mod account;
mod gateway;
mod names;
mod notes;
mod tables;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::estate::{Note, NoteKind};
use super::services::{Imported, Service, Unit, option_words};
use crate::aws::option::Share;
use crate::aws::part::Part;
use crate::aws::sharing::check_sharing;
use crate::aws::system::{Listed, System};
use account::Network;
use names::Names;

pub use names::clean;
pub use notes::{Merged, merged};

/// Most services of a scenario.
const MOST_SERVICES: usize = 100_000;

/// Most notes of one kind that the text lists.
const MOST_NOTES: usize = 1_000;

/// The options that are compared with what is built: the five.
const FIVE: [&str; 5] = ["http-fan-out", "rest-link-per-service", "rest-shared-nlb", "rest-nlb-alb", "rest-alb-direct"];

/// Those of them whose services are behind ALBs.
const OVER_ALBS: [&str; 3] = ["http-fan-out", "rest-nlb-alb", "rest-alb-direct"];

/// A service as the scenario has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name, or what its copies' names begin with.
    pub name: String,
    /// What the files call it, where that is something else.
    pub title: Option<String>,
    /// The group whose load balancer it is behind, where a sharing rule is by group.
    pub group: Option<String>,
    /// Targets, where they are not those of `[services]` or something must be said of them.
    pub targets: Option<u32>,
    /// Features that its APIs have and not all services' do.
    pub needs: Vec<&'static str>,
}

/// A scenario and what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The text; always a valid scenario.
    pub text: String,
    /// The services as they are named there, in the order of `Imported::services`.
    pub services: Vec<Named>,
}

/// What the text is made of.
struct Draft<'a> {
    imported: &'a Imported,
    files: &'a [String],
    services: Vec<Named>,
    /// Targets of `[services]`, and whose they are.
    targets: Option<(u32, String)>,
    /// Features that all services have.
    needs: Vec<&'static str>,
    network: Network,
    /// How ALBs are shared today, for options that do not tell it themselves.
    shared: Option<Shared>,
    system: System,
}

/// A sharing rule that other options take over.
#[derive(Clone, Debug, PartialEq)]
struct Shared {
    /// The option that it is of, in words.
    from: String,
    /// Services per ALB.
    rule: Share,
    /// Names of the options that take it over.
    options: Vec<&'static str>,
}

/// Writes the scenario of an import of `files`.
#[must_use]
pub fn scenario(imported: &Imported, files: &[String]) -> Written {
    let mut imported = imported.clone();
    cut(&mut imported);
    let network = account::network(&imported);
    let (services, targets, needs) = named(&imported);
    let mut system = account::system(&imported, &listed(&imported, &services), &network);
    system.services.targets = targets.as_ref().map_or(system.services.targets, |(targets, _)| *targets);
    let (values, _) = account::quota_values(&imported.estate);
    for (quota, value, from) in values {
        let value = crate::aws::system::QuotaValue { value, from };
        system.quotas.insert(quota.id.clone(), value);
    }
    keep_to_quotas(&mut imported, &mut system);
    let shared = shared(&imported);
    let draft = Draft { imported: &imported, files, services, targets, needs, network, shared, system };
    let text = tables::text(&draft);
    Written { text, services: draft.services }
}

/// The rule by which most services behind ALBs share them, where it is not one each, and the built-in options with ALBs that say nothing
/// against it: those that no service goes by, or a single one, for which any rule is as it is.
fn shared(imported: &Imported) -> Option<Shared> {
    let count = |at: usize| {
        let of = imported.services.iter().filter(|service| service.option == at);
        of.fold(0_u32, |sum, service| sum.saturating_add(service.copies))
    };
    let over_albs = |at: &usize| imported.options[*at].option.path.last() == Some(&Part::Alb);
    let most = (0..imported.options.len()).rev().filter(over_albs).max_by_key(|at| count(*at))?;
    let rule = imported.options[most].option.share.services_per_alb;
    let silent = |name: &&'static str| {
        let used = imported.options.iter().position(|one| one.option.name == *name);
        used.is_none_or(|at| count(at) == 1 && at != most)
    };
    let options: Vec<&'static str> = OVER_ALBS.into_iter().filter(silent).collect();
    let from = option_words(&imported.options[most]);
    (rule != Share::Count(1)).then_some(Shared { from, rule, options })
}

/// A scenario holds so many services and no more; those beyond are noted.
fn cut(imported: &mut Imported) {
    let mut room = MOST_SERVICES as u64;
    let before = imported.services.len();
    imported.services.retain(|service| {
        let fits = u64::from(service.copies) <= room;
        room -= if fits { u64::from(service.copies) } else { 0 };
        fits
    });
    let left = before - imported.services.len();
    if left > 0
        && let Some(service) = imported.services.first()
    {
        let text = format!("{left} services are left out: a scenario holds {MOST_SERVICES}");
        let origin = service.origin.clone();
        imported.estate.notes.push(Note { kind: NoteKind::Unresolved, text, origin });
    }
}

/// The number of targets that more services have than any other, the higher of two alike, and how many have it; none where the files
/// do not tell those of all.
fn usual_targets(imported: &Imported) -> Option<(u32, String)> {
    let mut counts: BTreeMap<u32, (u32, &str)> = BTreeMap::new();
    let mut all = 0_u32;
    for service in &imported.services {
        let targets = service.targets?.min(MOST_SERVICES as u32);
        let known = counts.entry(targets).or_insert((0, &service.label));
        known.0 = known.0.saturating_add(service.copies);
        all = all.saturating_add(service.copies);
    }
    let (targets, (count, first)) = counts.into_iter().max_by_key(|(_, (count, _))| *count)?;
    let why = match count {
        _ if u64::from(count) * 2 > u64::from(all) => "as most services have".to_string(),
        1 => format!("as `{}` has; no number is that of most services", clean(first)),
        _ => format!("as {count} of {all} services have; no number is that of most"),
    };
    Some((targets, why))
}

/// Names, titles, groups, targets and needs; the targets of `[services]`, and the needs that all have.
fn named(imported: &Imported) -> (Vec<Named>, Option<(u32, String)>, Vec<&'static str>) {
    let needs: Vec<Vec<&'static str>> = imported.services.iter().map(|service| needs(imported, service)).collect();
    let first = needs.first().cloned().unwrap_or_default();
    let common: Vec<&'static str> =
        first.into_iter().filter(|need| needs.iter().all(|needs| needs.contains(need))).collect();
    let targets = usual_targets(imported);
    let usual = targets.as_ref().map(|(targets, _)| *targets);
    let (mut taken, mut groups_taken) = (Names::default(), Names::default());
    let mut groups: BTreeMap<Unit, String> = BTreeMap::new();
    let mut named = Vec::new();
    for (service, mut needs) in imported.services.iter().zip(needs) {
        needs.retain(|need| !common.contains(need));
        let room = if service.copies > 1 { service.copies.to_string().len() + 1 } else { 0 };
        let name = taken.take(&service.label, room);
        let title = Some(clean(&service.label)).filter(|title| *title != name && !title.trim().is_empty());
        let unit = imported.options[service.option].grouped_by.and_then(|at| service.units.get(at));
        let group = unit.map(|unit| {
            let label = unit_label(imported, unit);
            groups.entry(unit.clone()).or_insert_with(|| groups_taken.take(&label, 0)).clone()
        });
        let own = service.targets.map(|count| count.min(MOST_SERVICES as u32));
        let own = own.filter(|count| Some(*count) != usual || service.targets_why.is_some());
        named.push(Named { name, title, group, targets: own, needs });
    }
    (named, targets, common)
}

fn unit_label(imported: &Imported, unit: &Unit) -> String {
    match unit {
        Unit::Known(at) => imported.estate.balancers[*at].identity.name.clone(),
        Unit::Named(name) => name.clone(),
    }
}

/// Features that the APIs of a service have, by their ids, in the order of the ids.
fn needs(imported: &Imported, service: &Service) -> Vec<&'static str> {
    use super::estate::{ApiKind, Endpoint};
    let apis: Vec<_> = service.apis.iter().map(|at| &imported.estate.apis[*at]).collect();
    let rest = |api: &&&super::estate::Api| api.kind != Some(ApiKind::Http);
    let has = [
        ("endpoint-private", apis.iter().filter(rest).any(|api| api.endpoint == Some(Endpoint::Private))),
        ("lambda-auth", apis.iter().any(|api| api.authorizer)),
        ("usage-plans", apis.iter().filter(rest).any(|api| api.usage_plan)),
        ("waf-before-gateway", apis.iter().filter(rest).any(|api| api.waf)),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(need, _)| need).collect()
}

/// The services as the rest of the program will see them.
fn listed(imported: &Imported, services: &[Named]) -> Vec<Listed> {
    let mut listed = Vec::new();
    for (service, named) in imported.services.iter().zip(services) {
        let one = Listed {
            name: named.name.clone(),
            group: named.group.clone(),
            option: Some(imported.options[service.option].option.name.clone()),
            targets: service.targets,
            ..Listed::default()
        };
        listed.extend(std::iter::repeat_n(one, service.copies as usize));
    }
    listed
}

/// Where a sharing number is more than a quota in force allows, AWS has raised a quota that no file states: `max` takes its place.
fn keep_to_quotas(imported: &mut Imported, system: &mut System) {
    for (at, recognised) in imported.options.iter_mut().enumerate() {
        let Err(error) = check_sharing(&recognised.option, system) else { continue };
        let share = &mut recognised.option.share;
        for (key, rule) in [
            ("services_per_alb", &mut share.services_per_alb),
            ("services_per_nlb", &mut share.services_per_nlb),
            ("albs_per_nlb", &mut share.albs_per_nlb),
        ] {
            if matches!(rule, Share::Count(_)) {
                *rule = Share::Max;
                recognised.stated.retain(|(stated, _)| *stated != key);
                recognised.stated.push((key, Share::Max));
            }
        }
        system.options[at] = recognised.option.clone();
        let text = format!("{}: a quota must have been raised, and `max` is written instead", error.message);
        let origin =
            imported.services.iter().find(|service| service.option == at).map(|service| service.origin.clone());
        imported.estate.notes.extend(origin.map(|origin| Note { kind: NoteKind::Inferred, text, origin }));
    }
}

/// "option 4 (rest-nlb-alb) 3, a path of its own (rest-v2-nlb) 1": services by option.
#[must_use]
pub fn by_option(imported: &Imported) -> String {
    let count = |at: usize| {
        let of = imported.services.iter().filter(|service| service.option == at);
        of.fold(0_u32, |sum, service| sum.saturating_add(service.copies))
    };
    let each = imported.options.iter().enumerate().map(|(at, one)| format!("{} {}", option_words(one), count(at)));
    each.collect::<Vec<_>>().join(", ")
}
