//! Single values in the text of a scenario: found, read as the form shows them, and put in place of what stands there.

use gatecap::units::{parse_duration, parse_rate};
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::fields::Kind;

/// A condition of `[objectives]` that the form shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `latency.p99`.
    pub metric: String,
    /// The bound as the form shows it.
    pub bound: String,
    relation: String,
}

/// The item of a dotted name.
pub fn find<'a>(root: &'a dyn TableLike, path: &str) -> Option<&'a Item> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let item = root.get(first)?;
    rest.map_or(Some(item), |rest| find(item.as_table_like()?, rest))
}

/// Whether the scenario says in another way what this name would: by another law of times, a rate of the whole system, a list of numbers.
pub fn is_otherwise(root: &dyn TableLike, path: &str) -> bool {
    let has = |path: &str| find(root, path).is_some();
    match path {
        "workload.rate_per_service" => {
            has("workload.rate")
                || has("workload.clients")
                || has("workload.arrivals.mmpp")
                || has("workload.arrivals.trace")
        }
        "services.time.lognormal.median" | "services.time.lognormal.p99" => has("services.time"),
        "run.requests" => has("run.duration"),
        path if path.starts_with("sweep.services.") => {
            find(root, "sweep.services").is_some_and(|item| !item.is_table_like())
        }
        _ => false,
    }
}

/// The value of an item as the form shows it; none where it is written in a way that the form has not.
pub fn shown(item: &Item, kind: Kind) -> Option<String> {
    match kind {
        Kind::Count => item.as_integer().map(|number| number.to_string()),
        Kind::Most => item.as_integer().map(|number| number.to_string()).or_else(|| item.as_str().map(str::to_string)),
        Kind::Time => parse_duration(item.as_str()?).ok().map(|time| plain(time.millis())),
        Kind::Rate => parse_rate(item.as_str()?).ok().map(|rate| plain(rate.per_second())),
        Kind::LatencyBound | Kind::LatencyMetric | Kind::OkBound => None,
    }
}

/// What was typed as a value of a scenario.
///
/// # Errors
/// It is no number of the kind.
pub fn written(typed: &str, kind: Kind) -> Result<Value, String> {
    let count = || typed.replace(['_', ','], "").parse::<i64>().map_err(|_| "write a whole number".to_string());
    match kind {
        Kind::Most if typed == "max" => Ok(Value::from("max")),
        Kind::Most => count().map(Value::from).map_err(|_| "write a whole number, or max".to_string()),
        Kind::Time => number(typed).map(|ms| Value::from(format!("{ms}ms"))),
        Kind::Rate => number(typed).map(|rate| Value::from(format!("{rate}/s"))),
        _ => count().map(Value::from),
    }
}

/// Puts `value` where `path` is, with the white space and comments of what it replaces; makes tables that are missing.
///
/// # Errors
/// Something that is no table stands on the way.
pub fn set(document: &mut DocumentMut, path: &str, value: Value) -> Result<(), String> {
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().unwrap_or(path);
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for (depth, part) in parts.iter().enumerate() {
        let is_section = depth == 0 || (depth == 1 && parts[0] == "option");
        let missing = || {
            if is_section {
                Item::Table(section(depth, parts.len()))
            } else {
                Item::Value(Value::InlineTable(Default::default()))
            }
        };
        let blocked = || format!("`{part}` is written in a way that the form does not change: edit the text");
        table = table.entry(part).or_insert_with(missing).as_table_like_mut().ok_or_else(blocked)?;
    }
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            let decor = old.decor().clone();
            *old = value;
            *old.decor_mut() = decor;
        }
        Some(_) => return Err(format!("`{last}` is written in a way that the form does not change: edit the text")),
        None => {
            table.insert(last, Item::Value(value));
        }
    }
    Ok(())
}

/// A new section; one that only leads to another has no header of its own.
fn section(depth: usize, of: usize) -> Table {
    let mut table = Table::new();
    table.set_implicit(depth + 1 < of);
    table
}

/// The condition that the form shows, and its place in the list.
pub fn condition(root: &dyn TableLike, kind: Kind) -> Option<(usize, Condition)> {
    let list = find(root, "objectives.hold")?.as_array()?;
    list.iter().enumerate().find_map(|(at, text)| Some((at, parsed(text.as_str()?, kind)?)))
}

fn parsed(text: &str, kind: Kind) -> Option<Condition> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [metric, relation, bound] = parts.as_slice() else { return None };
    let bound = match kind {
        Kind::OkBound if *metric == "outcome.ok" && relation.starts_with('>') => (*bound).to_string(),
        Kind::LatencyBound | Kind::LatencyMetric if metric.starts_with("latency.") && relation.starts_with('<') => {
            plain(parse_duration(bound).ok()?.millis())
        }
        _ => return None,
    };
    Some(Condition { metric: (*metric).to_string(), bound, relation: (*relation).to_string() })
}

/// Changes the condition that the form shows, or adds it.
///
/// # Errors
/// What was typed is no number, or the objectives are no list.
pub fn set_condition(document: &mut DocumentMut, kind: Kind, typed: &str) -> Result<(), String> {
    let found = condition(document.as_table(), kind);
    let at = found.as_ref().map(|(at, _)| *at);
    let was = found.map(|(_, condition)| condition);
    let relation = was.as_ref().map_or(if kind == Kind::OkBound { ">=" } else { "<=" }, |was| &was.relation);
    let text = match kind {
        Kind::OkBound => format!("outcome.ok {relation} {}", number(typed)?),
        Kind::LatencyMetric => {
            format!("{typed} {relation} {}ms", was.as_ref().map_or("250", |was| &was.bound))
        }
        _ => format!("{} {relation} {}ms", was.as_ref().map_or("latency.p99", |was| &was.metric), number(typed)?),
    };
    if find(document.as_table(), "objectives.hold").is_none() {
        // What holds without `[objectives]` goes on to hold.
        let other = if kind == Kind::OkBound { "latency.p99 <= 250ms" } else { "outcome.ok >= 0.999" };
        let both = if kind == Kind::OkBound { [other, &text] } else { [&text, other] };
        let list: Array = both.into_iter().collect();
        return set(document, "objectives.hold", list.into());
    }
    let list = document["objectives"]["hold"].as_array_mut().ok_or("the objectives are no list: edit the text")?;
    match at {
        Some(at) => {
            list.replace(at, text);
        }
        None => list.insert(0, text),
    }
    Ok(())
}

/// What was typed as a number of a scenario.
fn number(typed: &str) -> Result<String, String> {
    let bare = typed.replace([',', '_'], "");
    match bare.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(plain(number)),
        _ => Err("write a number".into()),
    }
}

fn plain(number: f64) -> String {
    // The shortest decimal that reads back as the same number.
    format!("{number}")
}
