//! Resources of a plan as `terraform show -json PLAN` prints it: what will be there after apply, with what is not yet known, and
//! the configuration that says where unknown values come from.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::address::{self, plain};
use super::item::{Item, canonical, marked};
use super::state;
use crate::import::estate::{Estate, NoteKind};
use crate::import::node::{Node, Origin};

/// Calls of modules inside one another that are followed.
const DEEPEST_CALLS: usize = 64;
/// Addresses that a note names before it counts the rest.
const NAMED: usize = 5;

/// Resources and modules of a configuration by the path of module names and, for resources, `type.name` or `data.type.name`.
#[derive(Debug, Default)]
pub(super) struct Configuration<'a> {
    resources: BTreeMap<(Vec<String>, String), &'a Node>,
    modules: BTreeMap<Vec<String>, &'a Node>,
    /// Values of the root module's variables.
    pub variables: Option<&'a Node>,
}

impl<'a> Configuration<'a> {
    /// Of a plan; empty for a plan without one.
    pub fn of(plan: &'a Node) -> Configuration<'a> {
        let mut configuration = Configuration { variables: plan.get("variables"), ..Configuration::default() };
        if let Some(root) = plan.find(&["configuration", "root_module"]) {
            configuration.add(root, &mut Vec::new());
        }
        configuration
    }

    fn add(&mut self, module: &'a Node, path: &mut Vec<String>) {
        self.modules.insert(path.clone(), module);
        for resource in module.get("resources").and_then(Node::list).unwrap_or_default() {
            let text = |key: &str| resource.get(key).and_then(Node::text).unwrap_or_default();
            let data = if text("mode") == "data" { "data." } else { "" };
            let name = format!("{data}{}.{}", canonical(text("type")), text("name"));
            self.resources.insert((path.clone(), name), resource);
        }
        for (name, call) in module.get("module_calls").and_then(Node::table).unwrap_or_default() {
            if let Some(module) = call.get("module").filter(|_| path.len() < DEEPEST_CALLS) {
                path.push(name.clone());
                self.add(module, path);
                path.pop();
            }
        }
    }

    /// The module at a path of names.
    pub fn module(&self, path: &[String]) -> Option<&'a Node> {
        self.modules.get(path).copied()
    }

    /// The call that makes the module at a path; none for the root.
    pub fn call(&self, path: &[String]) -> Option<&'a Node> {
        let (name, parent) = path.split_last()?;
        self.modules.get(parent)?.find(&["module_calls", name])
    }

    /// The resource at a path.
    pub fn resource(&self, path: &[String], name: &str) -> Option<&'a Node> {
        self.resources.get(&(path.to_vec(), name.to_string())).copied()
    }
}

/// Adds the resources of a plan.
pub(super) fn read<'a>(
    document: usize,
    file: &Origin,
    plan: &'a Node,
    configuration: &Configuration<'a>,
    items: &mut Vec<Item<'a>>,
    estate: &mut Estate,
) {
    let begin = items.len();
    if let Some(root) = plan.find(&["planned_values", "root_module"]) {
        state::values(document, file, root, items, estate);
    }
    let mut known: BTreeSet<String> = items[begin..].iter().map(|item| item.address.clone()).collect();
    if let Some(root) = plan.find(&["prior_state", "values", "root_module"]) {
        let mut prior = Vec::new();
        state::values(document, file, root, &mut prior, estate);
        items.extend(prior.into_iter().filter(|item| item.data && known.insert(item.address.clone())));
    }
    let changes = changes(document, file, plan, &mut known, items, estate);
    for item in &mut items[begin..] {
        item.config = configuration.resource(&plain(&item.modules), &item.resource());
        if let Some(change) = changes.get(item.address.as_str()) {
            item.unknown = change.get("after_unknown");
            item.sensitive.extend(marked(change.get("after_sensitive")));
        } else {
            item.open = true;
        }
    }
}

/// Changes by address. Resources that only a change tells of are added; deletions are noted.
fn changes<'a>(
    document: usize,
    file: &Origin,
    plan: &'a Node,
    known: &mut BTreeSet<String>,
    items: &mut Vec<Item<'a>>,
    estate: &mut Estate,
) -> BTreeMap<&'a str, &'a Node> {
    let mut changes = BTreeMap::new();
    let mut deleted = Vec::new();
    for entry in plan.get("resource_changes").and_then(Node::list).unwrap_or_default() {
        let text = |key: &str| entry.get(key).and_then(Node::text);
        let (Some(address), Some(change)) = (text("address"), entry.get("change")) else { continue };
        let actions = change.get("actions").and_then(Node::list).unwrap_or_default();
        let does = |action: &str| actions.iter().any(|entry| entry.text() == Some(action));
        let (deletes, forgets) = (does("delete") && !does("create"), does("forget"));
        if deletes || entry.get("deposed").is_some() {
            deleted.push(address);
            continue;
        }
        let modules = address::modules(text("module_address").unwrap_or_default());
        let values = change.get(if forgets { "before" } else { "after" }).filter(|values| values.table().is_some());
        if let (Some(values), false) = (values, known.contains(address))
            && let Some(mut item) = state::shown(document, entry, &modules)
        {
            item.values = Cow::Borrowed(values);
            known.insert(address.to_string());
            items.push(item);
        }
        if forgets {
            let text = format!("`{address}` leaves the state but stays in the account, so it is read");
            estate.note(NoteKind::Inferred, text, &file.at(address, entry.line));
        }
        changes.insert(address, change);
    }
    if !deleted.is_empty() {
        let text = format!("{} to be destroyed, left out: {}", count(deleted.len(), "resource"), named(&deleted));
        estate.note(NoteKind::PassedOver, text, &file.at("resource_changes", None));
    }
    changes
}

/// A number with its noun: `1 resource`, `3 resources`.
pub(super) fn count(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The first of some addresses, and how many more there are.
pub(super) fn named(addresses: &[&str]) -> String {
    let first: Vec<String> = addresses.iter().take(NAMED).map(|address| format!("`{address}`")).collect();
    let more = addresses.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", first.join(", "))
}
