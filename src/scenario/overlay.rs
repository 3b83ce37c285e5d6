//! One scenario laid over another: what the upper one states takes the place of what the lower one states, the rest stays.
//!
//! Tables that are sections (`[workload]`, `[services]`, `[hops.alb]`) are joined key by key; values, inline tables and plain lists are
//! replaced whole, because half of a distribution is none. Lists of tables with names (`[[service]]`, `[[hop]]`) are joined by name.
//! Every key and value keeps the file that it stands in, so that messages point there.

use super::tree::{Node, Table, Value};
use crate::issue::{Issue, Issues, nearest};

/// Sections whose tables are sections themselves, as `[hops.alb]`.
const OF_SECTIONS: [&str; 2] = ["hops", "option"];

/// Keys of a section that say the same thing in several ways: stating one takes away the others of the lower scenario.
const INSTEAD: [(&str, &[&str]); 3] = [
    ("workload", &["rate", "rate_per_service", "clients"]),
    ("workload", &["arrivals", "clients"]),
    ("service", &["weight", "share"]),
];

/// Arrivals that bring their own rate: none may be stated beside them.
const WITH_A_RATE: [&str; 3] = ["mmpp", "hyperexponential", "trace"];

/// Lays `upper`, the tree of a whole file, over `lower`. Services of `upper` that `lower` does not list, although it lists some, are left
/// out and returned as issues: they are misspelt far more often than new, and a service more changes every share.
pub(super) fn lay(lower: &mut Node, upper: &Node) -> Issues {
    let mut unmatched = Issues::new();
    let (Value::Table(lower), Value::Table(upper)) = (&mut lower.value, &upper.value) else { return unmatched };
    for entry in &upper.entries {
        let key = entry.key.as_str();
        match (lower.get_mut(key).map(|below| &mut below.node.value), &entry.node.value) {
            (Some(Value::Table(below)), Value::Table(above)) if OF_SECTIONS.contains(&key) => sections(below, above),
            (Some(Value::Table(below)), Value::Table(above)) => section(key, below, above),
            (Some(Value::List(below)), Value::List(above)) if all_named(below) && all_named(above) => {
                let strangers = if key == "service" { strangers(below, above) } else { Vec::new() };
                let known: Vec<Node> = above
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !strangers.contains(at))
                    .map(|(_, node)| node.clone())
                    .collect();
                unmatched.extend(strangers.iter().filter_map(|at| stranger(below, &above[*at])));
                by_name(key, below, &known);
            }
            _ => lower.set(entry.clone()),
        }
    }
    unmatched
}

/// Places in `upper` of the services that `lower` does not list, where it lists some.
fn strangers(lower: &[Node], upper: &[Node]) -> Vec<usize> {
    let known = |node: &Node| lower.iter().any(|below| name_of(below) == name_of(node));
    (0..upper.len()).filter(|at| !lower.is_empty() && !known(&upper[*at])).collect()
}

/// That the scenario lists no service of this name.
fn stranger(lower: &[Node], service: &Node) -> Option<Issue> {
    let name = service.table()?.get("name")?;
    let given = name_of(service)?;
    let names = || lower.iter().filter_map(name_of);
    let file = lower.first().map_or_else(String::new, |first| first.place.source.path.display().to_string());
    let (listed, s) = (lower.len(), if lower.len() == 1 { "" } else { "s" });
    let message = format!("service `{given}` is none of the {listed} service{s} that `{file}` lists");
    let issue = name.node.place.issue(message);
    Some(match nearest_name(given, names().collect()) {
        Some(near) => issue.hint(format!("did you mean `{near}`? A new service belongs into the scenario itself")),
        None => issue.hint("give it the name of one of them, or list it in the scenario itself"),
    })
}

/// The listed name that is meant: the nearest one, else one that the given name only dresses up (`OrdersSvc`, `tg-orders`).
fn nearest_name<'a>(given: &str, names: Vec<&'a str>) -> Option<&'a str> {
    if let Some(near) = nearest(given, names.iter().copied()) {
        return Some(near);
    }
    let low = given.to_ascii_lowercase();
    let within = |name: &&&str| name.len() >= 3 && low.contains(&name.to_ascii_lowercase());
    names.iter().filter(within).max_by_key(|name| name.len()).copied()
}

/// A table of sections: those of the same key are joined.
fn sections(lower: &mut Table, upper: &Table) {
    for entry in &upper.entries {
        match (lower.get_mut(&entry.key).map(|below| &mut below.node.value), &entry.node.value) {
            (Some(Value::Table(below)), Value::Table(above)) => section("", below, above),
            _ => lower.set(entry.clone()),
        }
    }
}

/// A section: what `upper` states is replaced, and what would contradict it is taken away.
fn section(name: &str, lower: &mut Table, upper: &Table) {
    for (_, alike) in INSTEAD.iter().filter(|(of, _)| *of == name) {
        if alike.iter().any(|key| upper.get(key).is_some()) {
            lower.entries.retain(|below| !alike.contains(&below.key.as_str()));
        }
    }
    if name == "workload" {
        clear_workload(lower, upper);
    }
    for entry in &upper.entries {
        lower.set(entry.clone());
    }
}

/// What `[workload]` of the upper scenario leaves no room for: a rate beside arrivals that bring one, arrivals and a profile beside
/// closed clients, a pause where there are no clients any more.
fn clear_workload(lower: &mut Table, upper: &Table) {
    let tag = |tags: &[&str]| {
        let table = upper.get("arrivals").and_then(|entry| entry.node.table());
        table.is_some_and(|table| tags.iter().any(|tag| table.get(tag).is_some()))
    };
    let mut gone: Vec<&str> = Vec::new();
    if tag(&WITH_A_RATE) {
        gone.extend(["rate", "rate_per_service"]);
    }
    if tag(&["trace"]) {
        gone.push("profile");
    }
    if upper.get("clients").is_some() {
        gone.extend(["arrivals", "profile"]);
    } else if ["rate", "rate_per_service", "arrivals"].iter().any(|key| upper.get(key).is_some()) {
        gone.push("think");
    }
    lower.entries.retain(|below| !gone.contains(&below.key.as_str()));
}

/// Elements of the same name are joined, new ones follow in their order.
fn by_name(list: &str, lower: &mut Vec<Node>, upper: &[Node]) {
    for node in upper {
        let same = lower.iter_mut().find(|below| name_of(below) == name_of(node));
        match (same.map(|below| &mut below.value), &node.value) {
            (Some(Value::Table(below)), Value::Table(above)) => section(list, below, above),
            _ => lower.push(node.clone()),
        }
    }
}

fn all_named(items: &[Node]) -> bool {
    items.iter().all(|item| name_of(item).is_some())
}

fn name_of(node: &Node) -> Option<&str> {
    match &node.table()?.get("name")?.node.value {
        Value::Text(name) => Some(name),
        _ => None,
    }
}
