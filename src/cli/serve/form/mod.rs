//! The form of a page: read from the text of a scenario, and written back into it value by value, so that comments and order stay.

mod fields;
mod text;

use std::ops::Range;

use gatecap::aws::option::Share;
use gatecap::scenario::built_in_option;
use serde_json::{Value, json};
use toml_edit::{Array, Document, DocumentMut, Item};

use fields::{FIELDS, Field, Kind, METRICS, OPTIONS, SHARING};

/// Whether the time of services has the leg between zones in it; the default time has.
const ZONE_LEG: &str = "services.time_includes_zone_leg";

/// A wish of the form: the input's name, and what was typed.
pub type Change = (String, String);

/// What the text says, input by input; none where it is no TOML.
pub fn read(text: &str) -> Option<Value> {
    let document: DocumentMut = text.parse().ok()?;
    let is_hops = document.contains_key("hop");
    let shown = FIELDS.iter().filter(|field| field.of_hops || !is_hops).map(|field| input(&document, field));
    let sharing = if is_hops { Vec::new() } else { sharing(&document) };
    Some(json!({
        "inputs": shown.chain(sharing).collect::<Vec<Value>>(),
        "options": if is_hops { Value::Null } else { options(&document) },
    }))
}

/// The text with what the form wants. What is no number is not written, and said.
///
/// # Errors
/// The input and what is wrong with it.
pub fn write(text: &str, changes: &[Change]) -> Result<String, (String, String)> {
    let whole =
        |error: toml_edit::TomlError| ("text".to_string(), format!("the scenario is no TOML: {}", error.message()));
    let mut document: DocumentMut = text.parse().map_err(whole)?;
    for (id, typed) in changes {
        let typed = typed.trim();
        let done = if id == "options" { choose(&mut document, typed) } else { change(&mut document, id, typed) };
        done.map_err(|why| (id.clone(), why))?;
    }
    Ok(document.to_string())
}

/// The input whose value these bytes of the text are in.
pub fn input_at(text: &str, bytes: &Range<usize>) -> Option<&'static str> {
    let document = Document::parse(text).ok()?;
    let inside = |item: &Item| item.span().is_some_and(|span| span.start <= bytes.start && bytes.end <= span.end);
    let of = |field: &&Field| match field.kind {
        Kind::LatencyBound | Kind::OkBound => {
            let place = text::condition(document.as_table(), field.kind);
            let held = document.get("objectives").and_then(|table| table.get("hold")).and_then(Item::as_array);
            let span = place.and_then(|(at, _)| held?.get(at)?.span());
            span.is_some_and(|span| span.start <= bytes.start && bytes.end <= span.end)
        }
        Kind::LatencyMetric => false,
        _ => text::find(document.as_table(), field.path).is_some_and(inside),
    };
    FIELDS.iter().find(of).map(|field| field.id)
}

fn input(document: &DocumentMut, field: &Field) -> Value {
    let (value, state) = match field.kind {
        Kind::LatencyBound | Kind::OkBound | Kind::LatencyMetric => {
            match text::condition(document.as_table(), field.kind) {
                Some((_, condition)) if field.kind == Kind::LatencyMetric => (condition.metric, "stated"),
                Some((_, condition)) => (condition.bound, "stated"),
                None if document.get("objectives").is_some() => (String::new(), "none"),
                None => (field.default.to_string(), "default"),
            }
        }
        kind => match text::find(document.as_table(), field.path) {
            Some(item) => match text::shown(item, kind) {
                Some(value) => (value, "stated"),
                None => (String::new(), "other"),
            },
            None if text::is_otherwise(document.as_table(), field.path) => (String::new(), "other"),
            None => (field.default.to_string(), "default"),
        },
    };
    let choices: Vec<Value> = match field.kind {
        Kind::LatencyMetric => METRICS.iter().map(|(name, title)| json!([name, title])).collect(),
        _ => Vec::new(),
    };
    json!({
        "id": field.id, "label": field.label, "unit": field.unit, "help": field.help, "group": field.group,
        "choices": choices, "value": value, "state": state, "whole": matches!(field.kind, Kind::Count),
    })
}

/// Every option that can be compared, whether it is, and which entries of the text are others.
fn options(document: &DocumentMut) -> Value {
    let listed = text::find(document.as_table(), "options").and_then(Item::as_array);
    let name = |entry: &toml_edit::Value| entry.as_str().map(str::to_string);
    let entries: Option<Vec<Option<String>>> = listed.map(|list| list.iter().map(name).collect());
    let is_listed = |name: &str| entries.as_ref().is_none_or(|all| all.iter().flatten().any(|entry| entry == name));
    let known = |name: &Option<String>| name.as_deref().is_some_and(|name| OPTIONS.contains(&name));
    let others: Vec<String> = entries
        .iter()
        .flatten()
        .filter(|name| !known(name))
        .map(|name| name.clone().unwrap_or_else(|| "an option of the scenario itself".into()))
        .collect();
    let title = |name: &str| built_in_option(name).map_or_else(|| name.to_string(), |option| option.title);
    let all: Vec<Value> =
        OPTIONS.iter().map(|name| json!({ "name": name, "title": title(name), "on": is_listed(name) })).collect();
    json!({ "all": all, "others": others, "stated": entries.is_some() })
}

/// The sharing rule of each built-in option that has one.
fn sharing(document: &DocumentMut) -> Vec<Value> {
    let of = |(number, name): (usize, &&str)| {
        let option = built_in_option(name)?;
        let (path, per, default) = shared(name, &option.title)?;
        let value = text::find(document.as_table(), &path).and_then(|item| text::shown(item, Kind::Most));
        let state = if value.is_some() { "stated" } else { "default" };
        Some(json!({
            "id": format!("share:{name}"), "label": format!("{} {}: services on one {per}", number + 1, option.title),
            "unit": "", "help": "a number, or max: as many as quotas allow", "group": SHARING, "choices": [],
            "value": value.unwrap_or(default), "state": state, "whole": false,
        }))
    };
    OPTIONS.iter().enumerate().filter_map(of).collect()
}

/// Where the sharing rule of a built-in option stands, what it counts per, and what it is by itself.
fn shared(name: &str, title: &str) -> Option<(String, &'static str, String)> {
    let option = built_in_option(name)?;
    let has_alb = title.contains("ALB");
    let (key, per, share) = if has_alb {
        ("services_per_alb", "ALB", option.share.services_per_alb)
    } else {
        ("services_per_nlb", "NLB", option.share.services_per_nlb)
    };
    let default = match share {
        Share::Count(count) => count.to_string(),
        _ => "max".into(),
    };
    Some((format!("option.{name}.{key}"), per, default))
}

fn change(document: &mut DocumentMut, id: &str, typed: &str) -> Result<(), String> {
    if let Some(name) = id.strip_prefix("share:") {
        let title = built_in_option(name).map(|option| option.title).ok_or("there is no such option")?;
        let (path, _, _) = shared(name, &title).ok_or("there is no such option")?;
        return text::set(document, &path, text::written(typed, Kind::Most)?);
    }
    let field = FIELDS.iter().find(|field| field.id == id).ok_or("there is no such input")?;
    match field.kind {
        Kind::LatencyMetric if !METRICS.iter().any(|(name, _)| *name == typed) => {
            Err("there is no such latency".into())
        }
        Kind::LatencyMetric | Kind::LatencyBound | Kind::OkBound => text::set_condition(document, field.kind, typed),
        kind => {
            let value = text::written(typed, kind)?;
            beside(document, field)?;
            text::set(document, field.path, value)
        }
    }
}

/// Writes what must stand beside a value that is not there yet, as it is without being stated: half of a law of times is none, and
/// the default time has the leg between zones in it.
fn beside(document: &mut DocumentMut, field: &Field) -> Result<(), String> {
    let Some((parent, _)) = field.path.rsplit_once('.').filter(|(parent, _)| parent.contains('.')) else {
        return Ok(());
    };
    if text::find(document.as_table(), parent).is_some() || text::is_otherwise(document.as_table(), field.path) {
        return Ok(());
    }
    let within = |other: &&Field| other.path.rsplit_once('.').is_some_and(|(above, _)| above == parent);
    for other in FIELDS.iter().filter(within) {
        text::set(document, other.path, text::written(other.default, other.kind)?)?;
    }
    if parent.starts_with("services.time") && text::find(document.as_table(), ZONE_LEG).is_none() {
        text::set(document, ZONE_LEG, true.into())?;
    }
    Ok(())
}

/// Compares the built-in options that `names` lists, with a space between, and all others of the text.
fn choose(document: &mut DocumentMut, names: &str) -> Result<(), String> {
    let wanted: Vec<&str> = names.split_whitespace().collect();
    if let Some(unknown) = wanted.iter().find(|name| !OPTIONS.contains(name)) {
        return Err(format!("`{unknown}` is no built-in option"));
    }
    let listed = text::find(document.as_table(), "options").and_then(Item::as_array).cloned().unwrap_or_default();
    let is_known = |entry: &toml_edit::Value| entry.as_str().is_some_and(|name| OPTIONS.contains(&name));
    let others: Vec<toml_edit::Value> = listed.iter().filter(|entry| !is_known(entry)).cloned().collect();
    if wanted.is_empty() && others.is_empty() {
        return Err("at least one option is compared".into());
    }
    let mut list = Array::new();
    OPTIONS.iter().filter(|name| wanted.contains(name)).for_each(|name| list.push(*name));
    for mut entry in others {
        entry.decor_mut().clear();
        list.push(entry);
    }
    list.decor_mut().clone_from(listed.decor());
    text::set(document, "options", list.into())
}

#[cfg(test)]
mod tests;
