//! Which option a service goes by: one of the five, a variant of them, or a path of its own; and how services share what stands on
//! the way, as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::{Service, Unit, words};
use crate::aws::option::{ArchitectureOption, Share, Sharing};
use crate::aws::part::Part;
use crate::import::estate::{Note, NoteKind};

/// An option that services go by.
#[derive(Clone, Debug, PartialEq)]
pub struct Recognised {
    /// The option with its sharing as it is.
    pub option: ArchitectureOption,
    /// 1 to 5, whose path or whose family it is; `None` for a path of its own.
    pub number: Option<u8>,
    /// Whether gatecap has it built in; otherwise a scenario must spell it out.
    pub built_in: bool,
    /// Keys of `[share]` that differ from the built-in option, or all that apply where it is not built in.
    pub stated: Vec<(&'static str, Share)>,
    /// The load balancer, by place in `Service::units`, whose services make a group; `None` where no rule is by group.
    pub grouped_by: Option<usize>,
}

/// A path that has a name.
struct Named {
    name: &'static str,
    number: Option<u8>,
    built_in: bool,
    /// Order in a scenario.
    rank: u8,
}

/// The name of a path; `shared` tells whether its NLBs serve more than one service or listener.
fn name_of(path: &[Part], shared: bool) -> Named {
    use Part::{Alb, CloudMap, HttpApi, Nlb, RestApi, VpcLinkV1, VpcLinkV2};
    let built_in = |name, number| Named { name, number: Some(number), built_in: true, rank: number };
    let own = |name, number, rank| Named { name, number, built_in: false, rank };
    match (path, shared) {
        ([HttpApi, VpcLinkV2, Alb], _) => built_in("http-fan-out", 1),
        ([RestApi, VpcLinkV1, Nlb], false) => built_in("rest-link-per-service", 2),
        ([RestApi, VpcLinkV1, Nlb], true) => built_in("rest-shared-nlb", 3),
        ([RestApi, VpcLinkV1, Nlb, Alb], _) => built_in("rest-nlb-alb", 4),
        ([RestApi, VpcLinkV2, Alb], _) => built_in("rest-alb-direct", 5),
        ([HttpApi, VpcLinkV2, Nlb], _) => own("http-fan-out-nlb", Some(1), 6),
        ([HttpApi, VpcLinkV2, CloudMap], _) => own("http-fan-out-cloud-map", Some(1), 7),
        ([HttpApi, VpcLinkV2, Nlb, Alb], _) => own("http-nlb-alb", None, 8),
        ([RestApi, VpcLinkV2, Nlb], false) => own("rest-v2-nlb", None, 9),
        ([RestApi, VpcLinkV2, Nlb], true) => own("rest-v2-nlb-shared", None, 10),
        ([RestApi, VpcLinkV2, Nlb, Alb], _) => own("rest-v2-nlb-alb", None, 11),
        _ => own("other-path", None, 12),
    }
}

/// "option 1 (http-fan-out), over an NLB": how people who know the five call it.
#[must_use]
pub fn option_words(recognised: &Recognised) -> String {
    let name = &recognised.option.name;
    match (recognised.number, recognised.built_in, recognised.option.path.last()) {
        (Some(number), true, _) => format!("option {number} ({name})"),
        (Some(number), false, Some(Part::CloudMap)) => format!("option {number} (http-fan-out), over Cloud Map"),
        (Some(number), false, _) => format!("option {number} (http-fan-out), over an NLB"),
        (None, ..) => format!("a path of its own ({name})"),
    }
}

/// The options that the services go by; sorts the services by option and load balancer and tells each its option.
pub fn options(services: &mut [Service], index: &Index<'_>, notes: &mut Vec<Note>) -> Vec<Recognised> {
    let shared = shared_nlbs(services, index);
    let is_shared = |service: &Service| service.units.first().is_some_and(|unit| shared.contains(unit));
    let rank = |service: &Service| name_of(&service.path, is_shared(service)).rank;
    // Units in the order of their first service, so that the order of the files stays.
    let mut order: BTreeMap<Vec<Unit>, usize> = BTreeMap::new();
    for service in services.iter() {
        for depth in 1..=service.units.len() {
            let next = order.len();
            order.entry(service.units[..depth].to_vec()).or_insert(next);
        }
    }
    let place = |service: &Service| -> Vec<usize> {
        (1..=service.units.len()).filter_map(|depth| order.get(&service.units[..depth]).copied()).collect()
    };
    services.sort_by_key(|service| (rank(service), place(service)));
    let mut options: Vec<Recognised> = Vec::new();
    for service in services.iter_mut() {
        let named = name_of(&service.path, is_shared(service));
        let known = options.iter().position(|one| one.option.name == named.name);
        service.option = known.unwrap_or_else(|| {
            options.push(recognised(&named, &service.path));
            options.len() - 1
        });
    }
    for (at, option) in options.iter_mut().enumerate() {
        let of: Vec<&Service> = services.iter().filter(|service| service.option == at).collect();
        share(option, &of, notes);
    }
    options
}

/// NLBs of V1 links, or of V2 links without an ALB behind, that serve more than one service or have more than one listener.
fn shared_nlbs(services: &[Service], index: &Index<'_>) -> BTreeSet<Unit> {
    let mut counts: BTreeMap<&Unit, u32> = BTreeMap::new();
    for service in services.iter().filter(|service| service.path.last() == Some(&Part::Nlb)) {
        if let Some(unit) = service.units.first() {
            *counts.entry(unit).or_insert(0) += service.copies;
        }
    }
    let forwards = |unit: &Unit| match unit {
        Unit::Known(at) => {
            let listeners = index.listeners_of(*at).iter().map(|at| &index.estate.listeners[*at]);
            listeners.filter(|listener| !listener.forwards.is_empty()).count()
        }
        Unit::Named(_) => 0,
    };
    counts.into_iter().filter(|(unit, count)| *count > 1 || forwards(unit) > 1).map(|(unit, _)| unit.clone()).collect()
}

fn recognised(named: &Named, path: &[Part]) -> Recognised {
    let share = Sharing {
        services_per_alb: Share::Count(1),
        services_per_nlb: if named.name.contains("shared") { Share::Max } else { Share::Count(1) },
        albs_per_nlb: Share::Max,
        nlbs_per_link: if path.contains(&Part::VpcLinkV2) { Share::Max } else { Share::Count(1) },
    };
    let (name, path) = (named.name.to_string(), path.to_vec());
    let option =
        ArchitectureOption { title: words(&path), name, path, share, also: None, mix: Vec::new(), as_built: false };
    Recognised { option, number: named.number, built_in: named.built_in, stated: Vec::new(), grouped_by: None }
}

/// Sets the sharing rules to what the services have.
fn share(recognised: &mut Recognised, services: &[&Service], notes: &mut Vec<Note>) {
    let Some(depth) = services.first().map(|service| service.units.len()).filter(|depth| *depth > 0) else { return };
    let last_key =
        if recognised.option.path.last() == Some(&Part::Alb) { "services_per_alb" } else { "services_per_nlb" };
    let mut per_last: BTreeMap<&[Unit], u32> = BTreeMap::new();
    let mut per_nlb: BTreeMap<&Unit, BTreeSet<&Unit>> = BTreeMap::new();
    for service in services {
        *per_last.entry(&service.units[depth - 1..]).or_insert(0) += service.copies;
        if depth > 1 {
            per_nlb.entry(&service.units[0]).or_default().insert(&service.units[1]);
        }
    }
    let last = rule(per_last.values().copied());
    let nested = (depth > 1).then(|| rule(per_nlb.values().map(|albs| albs.len() as u32)));
    let (last, nested) = match (last, nested) {
        (Some(Share::Group), Some(Some(Share::Group))) => {
            let text =
                "services per ALB and ALBs per NLB both differ from one to the next; groups are by ALB, and NLBs are \
                        filled as the quotas allow"
                    .to_string();
            let origin = services[0].origin.clone();
            notes.push(Note { kind: NoteKind::Inferred, text, origin });
            (Some(Share::Group), Some(Some(Share::Max)))
        }
        rules => rules,
    };
    recognised.grouped_by = match (last, nested) {
        (Some(Share::Group), _) => Some(depth - 1),
        (_, Some(Some(Share::Group))) => Some(0),
        _ => None,
    };
    let usual = recognised.option.share;
    let sharing = &mut recognised.option.share;
    let rules = [
        (
            "services_per_alb",
            usual.services_per_alb,
            &mut sharing.services_per_alb,
            (last_key == "services_per_alb").then_some(last),
        ),
        (
            "services_per_nlb",
            usual.services_per_nlb,
            &mut sharing.services_per_nlb,
            (last_key == "services_per_nlb").then_some(last),
        ),
        ("albs_per_nlb", usual.albs_per_nlb, &mut sharing.albs_per_nlb, nested),
    ];
    for (key, usual, rule, found) in rules {
        let Some(found) = found else { continue };
        let found = found.unwrap_or(usual);
        *rule = found;
        if found != usual || !recognised.built_in {
            recognised.stated.push((key, found));
        }
    }
}

/// The rule that numbers follow: all in one unit, the same number in each, or none. A single unit that holds one says nothing
/// against the option's own rule: `None`.
fn rule(counts: impl Iterator<Item = u32> + Clone) -> Option<Share> {
    let (units, first) = (counts.clone().count(), counts.clone().next().unwrap_or(1));
    match units {
        0 | 1 if first == 1 => None,
        0 | 1 => Some(Share::Max),
        _ if counts.clone().all(|count| count == first) => Some(Share::Count(first)),
        _ => Some(Share::Group),
    }
}
