//! From what files say of an account to services: each final target group or Cloud Map service that a private route reaches is one,
//! with the way by which requests come to it.

pub(super) mod address;
mod forward;
mod index;
mod left;
mod paths;
mod patterns;
mod recognise;
mod stages;
mod targets;
mod walk;

#[cfg(test)]
mod action_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::Account;

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{Estate, IntegrationKind, Note, NoteKind, Route};
use super::node::Origin;
use crate::aws::lints::Lint;
use crate::aws::part::{self, Part};
use index::Index;
use walk::{Walker, Way};

pub use recognise::{Recognised, option_words};
pub use walk::{End, Unit};

/// One service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// What the files call it.
    pub label: String,
    /// Where that stands.
    pub origin: Origin,
    /// The first route that leads to it, as `GET /orders`, and where it stands.
    pub route: (String, Origin),
    /// Parts in the order in which a request meets them.
    pub path: Vec<Part>,
    /// The load balancers among them.
    pub units: Vec<Unit>,
    /// Its VPC link, by place in the estate.
    pub link: Option<usize>,
    /// Routes (HTTP API) or paths (REST API) that lead to it, 1 or more.
    pub routes: u32,
    /// Targets, where the files tell.
    pub targets: Option<u32>,
    /// What must be said of them, where they are not simply all that there are.
    pub targets_why: Option<String>,
    /// How many of it there are, where a file says `count` without telling them apart.
    pub copies: u32,
    /// APIs that lead to it, by place in the estate.
    pub apis: BTreeSet<usize>,
    /// Integration timeouts of its routes, in milliseconds; `None` for those that state none.
    pub timeouts: Vec<Option<f64>>,
    /// The option by which it goes, by place in `Imported::options`.
    pub option: usize,
}

/// What was made of all files together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// What the files say, each thing once.
    pub estate: Estate,
    /// Services, those of one option and of one load balancer together.
    pub services: Vec<Service>,
    /// The options that they go by, in the order of the built-in ones, then paths of their own.
    pub options: Vec<Recognised>,
    /// Settings of the files that work against each other.
    pub lints: Vec<Lint>,
}

/// What is gathered of one end while routes are walked.
struct Draft {
    ways: Vec<(Way, u32)>,
    route: (String, Origin),
    paths: BTreeSet<String>,
    routes: u32,
    apis: BTreeSet<usize>,
    timeouts: Vec<Option<f64>>,
}

/// Reads services out of an estate.
#[must_use]
pub fn services(mut estate: Estate) -> Imported {
    index::unify(&mut estate);
    stages::resolve(&mut estate);
    left::endpoints(&mut estate);
    let index = Index::of(&estate);
    let mut walker = Walker::new(&index);
    let mut drafts: Vec<(End, Draft)> = Vec::new();
    let mut places: BTreeMap<End, usize> = BTreeMap::new();
    let mut seen: BTreeSet<(String, &str, &str)> = BTreeSet::new();
    for route in estate.routes.iter().filter(|route| route.integration.kind == IntegrationKind::Private) {
        let api = index.apis.one(&route.api);
        let key = api.map_or_else(|| format!("{:?}", route.api), |at| at.to_string());
        if !seen.insert((key, &route.method, &route.path)) {
            continue;
        }
        for way in walker.ways(route) {
            let at = *places.entry(way.end.clone()).or_insert_with(|| {
                drafts.push((way.end.clone(), Draft::new(route)));
                drafts.len() - 1
            });
            drafts[at].1.add(way, route, api);
        }
    }
    let Walker { mut notes, reached, weights, .. } = walker;
    by_host(&mut drafts, &estate, &mut notes);
    let mut services: Vec<Service> =
        drafts.into_iter().filter_map(|(end, draft)| draft.service(&end, &estate, &weights, &mut notes)).collect();
    let options = recognise::options(&mut services, &index, &mut notes);
    notes.extend(left::notes(&index, &reached));
    drop(index);
    estate.notes.extend(notes);
    let lints = super::lints::lints(&estate);
    Imported { estate, services, options, lints }
}

/// Where routes call several hosts at one target group behind an NLB, each is a service: something behind tells them apart. Otherwise
/// the host says nothing.
fn by_host(drafts: &mut [(End, Draft)], estate: &Estate, notes: &mut Vec<Note>) {
    let mut hosts: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
    for (end, _) in drafts.iter() {
        if let End::Groups(groups, _) = end {
            *hosts.entry(groups.clone()).or_insert(0) += 1;
        }
    }
    for (end, _) in drafts.iter_mut() {
        if let End::Groups(groups, host) = end
            && hosts.get(groups).is_none_or(|count| *count == 1)
        {
            *host = None;
        }
    }
    for (groups, count) in hosts.into_iter().filter(|(_, count)| *count > 1) {
        let Some(group) = groups.first().and_then(|at| estate.target_groups.get(*at)) else { continue };
        let text = format!("`{}` is called by {count} hosts, and each is taken as a service", group.identity.name);
        notes.push(Note { kind: NoteKind::Inferred, text, origin: group.identity.origin.clone() });
    }
}

impl Draft {
    fn new(route: &Route) -> Draft {
        let words =
            if route.method.is_empty() { route.path.clone() } else { format!("{} {}", route.method, route.path) };
        Draft {
            ways: Vec::new(),
            route: (words, route.origin.clone()),
            paths: BTreeSet::new(),
            routes: 0,
            apis: BTreeSet::new(),
            timeouts: Vec::new(),
        }
    }

    fn add(&mut self, way: Way, route: &Route, api: Option<usize>) {
        match self.ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, count)) => *count += 1,
            None => self.ways.push((way, 1)),
        }
        self.routes += 1;
        self.paths.insert(route.path.clone());
        self.apis.extend(api);
        self.timeouts.push(route.integration.timeout_ms);
    }

    /// The service at `end`; `None`, with a note, where its way is none that AWS has.
    fn service(
        self,
        end: &End,
        estate: &Estate,
        weights: &BTreeMap<Vec<usize>, Vec<u32>>,
        notes: &mut Vec<Note>,
    ) -> Option<Service> {
        let Draft { ways, route, paths, routes, apis, timeouts } = self;
        let (label, origin, copies) = named(end, estate, &route.1);
        let most = ways.iter().map(|(_, count)| *count).max()?;
        let (way, _) = ways.iter().find(|(_, count)| *count == most)?;
        if let Err(error) = part::check_path(&way.path) {
            let text = format!("`{label}` is left out, because its way is none that AWS has: {}", error.message);
            notes.push(Note { kind: NoteKind::Unresolved, text, origin });
            return None;
        }
        for (other, count) in ways.iter().filter(|(other, _)| other.path != way.path) {
            let text = format!(
                "`{label}` is also reached by {} ({}); the way of most routes counts",
                words(&other.path),
                counted(*count, "route")
            );
            notes.push(Note { kind: NoteKind::Inferred, text, origin: origin.clone() });
        }
        let is_http = way.path.first() == Some(&Part::HttpApi);
        let routes = if is_http { routes } else { paths.len() as u32 };
        let weights = if let End::Groups(groups, _) = end { weights.get(groups) } else { None };
        let (targets, targets_why) = targets::targets(end, estate, weights.map_or(&[], Vec::as_slice));
        let Way { path, units, link, .. } = way.clone();
        Some(Service {
            label,
            origin,
            route,
            path,
            units,
            link,
            routes,
            targets,
            targets_why,
            copies,
            apis,
            timeouts,
            option: 0,
        })
    }
}

/// What the files call an end, where, and how many of it there are.
fn named(end: &End, estate: &Estate, route: &Origin) -> (String, Origin, u32) {
    match end {
        End::Groups(groups, host) => {
            let all = || groups.iter().filter_map(|at| estate.target_groups.get(*at));
            let Some(first) = all().find(|one| one.service.is_some()).or_else(|| all().next()) else {
                return (String::new(), route.clone(), 1);
            };
            let name = first.service.clone().unwrap_or_else(|| first.identity.name.clone());
            let name = host.as_ref().map_or(name.clone(), |host| format!("{name} {host}"));
            (name, first.identity.origin.clone(), first.identity.copies.max(1))
        }
        End::Discovery(at) => {
            let one = &estate.discoveries[*at];
            let name = one.service.clone().unwrap_or_else(|| one.identity.name.clone());
            (name, one.identity.origin.clone(), one.identity.copies.max(1))
        }
        End::Named(name, place) if place.is_empty() || place.contains(name) => (name.clone(), route.clone(), 1),
        End::Named(name, place) => (format!("{name} {place}"), route.clone(), 1),
    }
}

/// "REST API, VPC link V1, NLB".
#[must_use]
pub fn words(path: &[Part]) -> String {
    path.iter().map(|part| part.title()).collect::<Vec<_>>().join(", ")
}

/// "1 route", "3 routes".
#[must_use]
pub fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
