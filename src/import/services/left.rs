//! What no service was made of although the files have it: routes that lead elsewhere, target groups that no route reaches, rules of
//! listeners that the files do not have, and things of several Regions counted together. And what is taken as AWS has it by default.

use std::collections::{BTreeMap, BTreeSet};

use super::counted;
use super::index::{Found, Index};
use crate::import::estate::{Api, ApiKind, Endpoint, Estate, Identity, IntegrationKind, Note, NoteKind, Route};
use crate::import::node::Origin;

/// Names that a note lists.
const NAMED: usize = 10;

/// Notes of everything that is left; `reached` are the target groups that routes lead to or through, by place in the estate.
pub(super) fn notes(index: &Index<'_>, reached: &BTreeSet<usize>) -> Vec<Note> {
    let estate = index.estate;
    let mut notes = routes(estate);
    let of_none = |listener: &_| matches!(index.listeners.find(listener), Found::Missing(_));
    let rules: Vec<&Identity> =
        estate.rules.iter().filter(|rule| of_none(&rule.listener)).map(|rule| &rule.identity).collect();
    if let Some(first) = rules.first() {
        let verb = if rules.len() == 1 { "is of a listener" } else { "are of listeners" };
        let text = format!("{} {verb} in none of the files: {}", counted(rules.len() as u32, "rule"), listed(&rules));
        notes.push(Note { kind: NoteKind::PassedOver, text, origin: first.origin.clone() });
    }
    let groups = estate.target_groups.iter().enumerate().filter(|(at, _)| !reached.contains(at));
    let groups: Vec<&Identity> = groups.map(|(_, group)| &group.identity).collect();
    if let Some(first) = groups.first() {
        let verb = if groups.len() == 1 { "is" } else { "are" };
        let count = counted(groups.len() as u32, "target group");
        let text = format!("{count} {verb} reached by no private route: {}", listed(&groups));
        notes.push(Note { kind: NoteKind::PassedOver, text, origin: first.origin.clone() });
    }
    notes.extend(regions(estate));
    notes
}

/// Makes REST APIs of which no file says where they are reached edge-optimized, as AWS makes them, with one note.
pub(super) fn endpoints(estate: &mut Estate) {
    let silent = |api: &&mut Api| api.kind == Some(ApiKind::Rest) && api.endpoint.is_none();
    let mut found: Vec<Identity> = Vec::new();
    for api in estate.apis.iter_mut().filter(silent) {
        api.endpoint = Some(Endpoint::Edge);
        found.push(api.identity.clone());
    }
    let found: Vec<&Identity> = found.iter().collect();
    if let Some(first) = found.first() {
        let verb = if found.len() == 1 { "states no endpoint type and is" } else { "state no endpoint type and are" };
        let count = counted(found.len() as u32, "REST API");
        let text = format!("{count} {verb} taken as edge-optimized, which is AWS's default: {}", listed(&found));
        estate.note(NoteKind::Inferred, text, &first.origin);
    }
}

/// "`a`, `b` and 3 more": each name once.
fn listed(things: &[&Identity]) -> String {
    let names: BTreeSet<&str> = things.iter().map(|identity| identity.name.as_str()).collect();
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// One note for each kind of route that is no service's.
fn routes(estate: &Estate) -> Vec<Note> {
    let kinds = [
        (IntegrationKind::Lambda, "to Lambda functions"),
        (IntegrationKind::Public, "to addresses on the internet"),
        (IntegrationKind::Service, "to AWS services"),
        (IntegrationKind::Mock, "to no backend (mock)"),
        (IntegrationKind::None, "nowhere that a file tells"),
    ];
    let mut notes = Vec::new();
    for (kind, whither) in kinds {
        let routes: Vec<&Route> = estate.routes.iter().filter(|route| route.integration.kind == kind).collect();
        let Some(first) = routes.first() else { continue };
        let count = counted(routes.len() as u32, "route");
        let verb = if routes.len() == 1 { "leads" } else { "lead" };
        let text = format!("{count} {verb} {whither}: no service behind a VPC link");
        notes.push(Note { kind: NoteKind::PassedOver, text, origin: first.origin.clone() });
    }
    notes
}

/// Quotas are of one Region: where ARNs name several, counts of all of them together are of none.
fn regions(estate: &Estate) -> Option<Note> {
    let things = (estate.apis.iter().map(|one| &one.identity))
        .chain(estate.links.iter().map(|one| &one.identity))
        .chain(estate.balancers.iter().map(|one| &one.identity))
        .chain(estate.listeners.iter().map(|one| &one.identity))
        .chain(estate.target_groups.iter().map(|one| &one.identity))
        .chain(estate.discoveries.iter().map(|one| &one.identity));
    let mut regions: BTreeMap<&str, &Origin> = BTreeMap::new();
    for identity in things {
        for region in std::iter::once(&identity.id.0).chain(&identity.aliases).filter_map(|name| region(name)) {
            regions.entry(region).or_insert(&identity.origin);
        }
    }
    let origin = (*regions.values().nth(1)?).clone();
    let names: Vec<String> = regions.keys().take(NAMED).map(|region| format!("`{region}`")).collect();
    let text = format!(
        "the files are of {} Regions ({}), and quotas are of one: counts are of all together; import each by itself",
        regions.len(),
        names.join(", ")
    );
    Some(Note { kind: NoteKind::Unresolved, text, origin })
}

/// The Region of an ARN, which has it after the third colon (AWS, "Amazon Resource Names"); `None` where it has none or a parameter.
fn region(arn: &str) -> Option<&str> {
    let region = arn.strip_prefix("arn:")?.split(':').nth(2)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (region.contains('-') && region.chars().all(plain)).then_some(region)
}
