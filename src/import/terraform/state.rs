//! Resources of a state: the file that Terraform keeps (version 4), and the values that `terraform show -json` prints of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::address::{self, Step};
use super::item::{Item, canonical, marked};
use crate::import::estate::{Estate, NoteKind};
use crate::import::node::{Node, Origin, Value};

/// Modules inside one another that are read; Terraform itself has no bound, people stay below ten.
const DEEPEST_MODULES: usize = 64;

/// Adds the resources of a state file.
pub(super) fn raw<'a>(document: usize, file: &Origin, root: &'a Node, items: &mut Vec<Item<'a>>, estate: &mut Estate) {
    let resources = root.get("resources").and_then(Node::list).unwrap_or_default();
    let mut odd = 0_u32;
    for resource in resources {
        let text = |key: &str| resource.get(key).and_then(Node::text).unwrap_or_default();
        let (module, kind, name) = (text("module"), text("type"), text("name"));
        let Some(instances) = resource.get("instances").and_then(Node::list).filter(|_| !kind.is_empty()) else {
            odd += 1;
            continue;
        };
        let data = text("mode") == "data";
        let dot = if module.is_empty() { "" } else { "." };
        let plain = format!("{module}{dot}{}{kind}.{name}", if data { "data." } else { "" });
        for instance in instances {
            let address = format!("{plain}{}", address::index(instance.get("index_key")));
            if let Some(deposed) = instance.get("deposed").and_then(Node::text) {
                let text = format!("`{address}` left an object behind that waits to be destroyed (`{deposed}`)");
                estate.note(NoteKind::PassedOver, text, &file.at(&address, instance.line));
                continue;
            }
            items.push(Item {
                document,
                address,
                modules: address::modules(module),
                kind: canonical(kind),
                name: name.to_string(),
                key: instance.get("index_key").and_then(Node::text).map(String::from),
                data,
                values: attributes(instance),
                unknown: None,
                open: false,
                config: None,
                sensitive: sensitive(instance),
                depends: depends(instance, &["dependencies", "depends_on"]),
            });
        }
    }
    if odd > 0 {
        let text = format!("{odd} entries of `resources` have no type or no list of instances");
        estate.note(NoteKind::PassedOver, text, &file.at("resources", None));
    }
}

/// The attributes of an instance; those of a provider that still writes flat keys are made a tree again.
fn attributes(instance: &Node) -> Cow<'_, Node> {
    match (instance.get("attributes"), instance.get("attributes_flat").and_then(Node::table)) {
        (None, Some(pairs)) => Cow::Owned(unflatten(pairs, 0)),
        (Some(node), _) => Cow::Borrowed(node),
        (None, None) => Cow::Owned(Node::made(Value::Table(Vec::new()))),
    }
}

/// A tree of pairs such as `subnets.# = 2`, `subnets.0 = a`. A table with a `#` in it is a list.
fn unflatten(pairs: &[(String, Node)], depth: usize) -> Node {
    let mut groups: Vec<(String, Vec<(String, Node)>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for (key, node) in pairs {
        let (first, rest) = key.split_once('.').unwrap_or((key, ""));
        let place = *places.entry(first).or_insert_with(|| {
            groups.push((first.to_string(), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push((rest.to_string(), node.clone()));
    }
    let list = groups.iter().any(|(key, _)| key == "#");
    let entries = groups.into_iter().filter(|(key, _)| key != "#" && key != "%").map(|(key, mut below)| {
        let leaf = below.iter().position(|(rest, _)| rest.is_empty());
        let node = match leaf {
            Some(leaf) => below.swap_remove(leaf).1,
            None if depth >= DEEPEST_MODULES => Node::made(Value::Null),
            None => unflatten(&below, depth + 1),
        };
        (key, node)
    });
    Node::made(if list {
        Value::List(entries.map(|(_, node)| node).collect())
    } else {
        Value::Table(entries.collect())
    })
}

/// Attributes that an instance marks as sensitive: paths whose first step is their name.
fn sensitive(instance: &Node) -> BTreeSet<String> {
    let paths = instance.get("sensitive_attributes").and_then(Node::list).unwrap_or_default();
    let first = |path: &Node| path.list()?.first()?.get("value")?.text().map(String::from);
    paths.iter().filter_map(first).collect()
}

fn depends(node: &Node, keys: &[&str]) -> Vec<String> {
    let lists = keys.iter().filter_map(|key| node.get(key)?.list());
    lists.flatten().filter_map(|entry| entry.text().map(String::from)).collect()
}

/// Adds the resources of `values` or `planned_values` (its `root_module`), with those of the modules below.
pub(super) fn values<'a>(
    document: usize,
    file: &Origin,
    module: &'a Node,
    items: &mut Vec<Item<'a>>,
    estate: &mut Estate,
) {
    walk(document, file, module, &[], (items, estate));
}

fn walk<'a>(
    document: usize,
    file: &Origin,
    module: &'a Node,
    modules: &[Step],
    (items, estate): (&mut Vec<Item<'a>>, &mut Estate),
) {
    for resource in module.get("resources").and_then(Node::list).unwrap_or_default() {
        match shown(document, resource, modules) {
            Some(item) => items.push(item),
            None => {
                estate.note(NoteKind::PassedOver, "a resource without a type", &file.at("resources", resource.line))
            }
        }
    }
    for child in module.get("child_modules").and_then(Node::list).unwrap_or_default() {
        let address = child.get("address").and_then(Node::text).unwrap_or_default();
        if modules.len() >= DEEPEST_MODULES {
            let text = format!("modules below `{address}`: {DEEPEST_MODULES} of them inside one another are read");
            estate.note(NoteKind::Unresolved, text, file);
            continue;
        }
        let mut inside = address::modules(address);
        if inside.len() != modules.len() + 1 {
            // An address that does not fit the tree: the tree counts.
            inside = [modules, &[Step { name: address.to_string(), key: None }]].concat();
        }
        walk(document, file, child, &inside, (items, estate));
    }
}

/// A resource as `terraform show -json` prints it; `None` where it has no type.
pub(super) fn shown<'a>(document: usize, resource: &'a Node, modules: &[Step]) -> Option<Item<'a>> {
    let text = |key: &str| resource.get(key).and_then(Node::text);
    let kind = text("type").filter(|kind| !kind.is_empty())?;
    let name = text("name").unwrap_or_default();
    let data = text("mode") == Some("data");
    let made = || {
        let modules: String = modules.iter().map(|step| format!("module.{}.", step.name)).collect();
        let index = address::index(resource.get("index"));
        format!("{modules}{}{kind}.{name}{index}", if data { "data." } else { "" })
    };
    let empty = || Cow::Owned(Node::made(Value::Table(Vec::new())));
    Some(Item {
        document,
        address: text("address").map_or_else(made, String::from),
        modules: modules.to_vec(),
        kind: canonical(kind),
        name: name.to_string(),
        key: resource.get("index").and_then(Node::text).map(String::from),
        data,
        values: resource.get("values").map_or_else(empty, Cow::Borrowed),
        unknown: None,
        open: false,
        config: None,
        sensitive: marked(resource.get("sensitive_values")),
        depends: depends(resource, &["depends_on"]),
    })
}
