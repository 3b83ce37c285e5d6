//! Targets as `describe-target-health` lists them: which of them get requests, and in which zones those are.

use std::collections::{BTreeMap, BTreeSet};

use super::balancers::text;
use super::owners::Names;
use super::pages::Page;
use crate::import::estate::{Estate, NoteKind, Reference};
use crate::import::node::{Node, Origin};

/// Targets of all target groups, by the group's place in the estate.
#[derive(Debug, Default)]
pub(super) struct Registered<'p>(BTreeMap<usize, Group<'p>>);

/// Targets of one target group, in the order of the files.
#[derive(Debug)]
struct Group<'p> {
    /// Where the first list of them stands.
    origin: Origin,
    targets: Vec<Target<'p>>,
    /// Ids and ports: an instance may be several targets, each on a port of its own.
    seen: BTreeSet<(&'p str, Option<&'p str>)>,
    /// Entries without an id.
    nameless: usize,
}

/// One target.
#[derive(Clone, Copy, Debug)]
struct Target<'p> {
    id: &'p str,
    /// `None` where it is not told, or `all`, as targets outside the VPC have it.
    zone: Option<&'p str>,
    state: Option<&'p str>,
}

/// What a state means for new requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// It gets them: healthy, about to be, or never checked.
    Yes,
    /// Only while no target is healthy.
    Unhealthy,
    /// None, because it leaves or is not in use.
    No,
}

impl Target<'_> {
    fn takes(&self) -> Takes {
        match self.state {
            Some("draining" | "unused") => Takes::No,
            Some("unhealthy" | "unhealthy.draining") => Takes::Unhealthy,
            _ => Takes::Yes,
        }
    }
}

impl<'p> Registered<'p> {
    /// Takes the targets of one listing.
    pub(super) fn add(&mut self, page: &Page<'p>, groups: &mut Names<'p>, estate: &mut Estate) {
        let Some((index, why)) = groups.find(page) else {
            let text = "the listing does not say which target group these targets are of: name the file so, as \
                        `describe-target-health-NAME.json`";
            return estate.note(NoteKind::Unresolved, text, &page.origin);
        };
        let group = self.0.entry(index).or_insert_with(|| Group {
            origin: page.origin.clone(),
            targets: Vec::new(),
            seen: BTreeSet::new(),
            nameless: 0,
        });
        page.entries.iter().for_each(|(_, entry)| group.add(entry));
        let text =
            format!("the targets are of the target group `{}`, {why}", estate.target_groups[index].identity.name);
        estate.note(NoteKind::Inferred, text, &page.origin);
    }

    /// Writes the targets that get requests into their groups, with notes of the others.
    pub(super) fn settle(self, estate: &mut Estate) {
        for (index, listed) in self.0 {
            let name = estate.target_groups[index].identity.name.clone();
            let counted = listed.counted(&name, estate);
            let group = &mut estate.target_groups[index];
            group.listed = true;
            group.targets = counted.iter().map(|target| Reference::Named(target.id.to_string())).collect();
            group.zones = zones(&counted);
        }
    }
}

impl<'p> Group<'p> {
    fn add(&mut self, entry: &'p Node) {
        let told = |key: &str| entry.get("Target").and_then(|target| text(target, key));
        let Some(id) = told("Id") else {
            self.nameless += 1;
            return;
        };
        if self.seen.insert((id, told("Port"))) {
            let zone = told("AvailabilityZone").filter(|zone| *zone != "all");
            let state = entry.get("TargetHealth").and_then(|health| text(health, "State"));
            self.targets.push(Target { id, zone, state });
        }
    }

    /// The targets that get requests. Where none is healthy a load balancer fails open: those that are not get them.
    fn counted(&self, name: &str, estate: &mut Estate) -> Vec<Target<'p>> {
        let of = |takes: Takes| self.targets.iter().copied().filter(move |target| target.takes() == takes);
        let mut counted: Vec<Target<'p>> = of(Takes::Yes).collect();
        let initial = counted.iter().filter(|target| target.state == Some("initial")).count();
        if initial > 0 {
            let text = format!("targets of `{name}` that are in their first health checks are counted: {initial}");
            estate.note(NoteKind::Inferred, text, &self.origin);
        }
        if counted.is_empty() {
            counted = of(Takes::Unhealthy).collect();
            if !counted.is_empty() {
                let text = format!(
                    "no target of `{name}` is healthy, so that a load balancer calls those that are not: {} counted",
                    counted.len()
                );
                estate.note(NoteKind::Inferred, text, &self.origin);
            }
        }
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        let taken = counted.first().map(Target::takes);
        for target in self.targets.iter().filter(|target| Some(target.takes()) != taken) {
            *left.entry(target.state.unwrap_or_default()).or_default() += 1;
        }
        if !left.is_empty() {
            let states: Vec<String> = left.iter().map(|(state, number)| format!("{number} {state}")).collect();
            let text = format!("targets of `{name}` that get no new requests are not counted: {}", states.join(", "));
            estate.note(NoteKind::PassedOver, text, &self.origin);
        }
        if self.nameless > 0 {
            let text = format!("targets of `{name}` without an id: {}", self.nameless);
            estate.note(NoteKind::PassedOver, text, &self.origin);
        }
        counted
    }
}

/// The zones that targets are in; none where it is not known of all. The ports of one instance are in one zone, whose name is then that
/// it is the instance's.
fn zones(targets: &[Target<'_>]) -> BTreeSet<String> {
    if let Some(told) = targets.iter().map(|target| target.zone.map(String::from)).collect() {
        return told;
    }
    let ids: BTreeSet<&str> = targets.iter().map(|target| target.id).collect();
    ids.first().filter(|_| ids.len() == 1).map(|id| format!("that of {id}")).into_iter().collect()
}
