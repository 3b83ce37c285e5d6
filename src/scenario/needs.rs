//! Features that a system needs: `[requirements]` for every service, `needs` of a `[[service]]` for some.

use super::fields::{Field, Fields, listing};
use super::tree::shorten;
use crate::aws::features;
use crate::issue::nearest;

/// `[requirements] needs`: what every service needs; empty where nothing is stated.
pub(super) fn required(top: &Fields<'_>) -> Vec<String> {
    let Some(field) = top.get("requirements") else { return Vec::new() };
    let Some(fields) = Fields::new(field.sink, field.node, "`[requirements]`") else { return Vec::new() };
    let found = fields.get("needs").and_then(|f| needs(&f)).unwrap_or_default();
    fields.finish();
    found
}

/// A list of ids of features, in the order of the file, each once; an issue at each that is none.
pub(super) fn needs(field: &Field<'_>) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for id in field.list_of(need)? {
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Some(found)
}

fn need(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if let Some(id) = features::ids().find(|id| *id == text) {
        return Some(id.to_string());
    }
    let issue = field.issue(format!("`{}` is not a feature", shorten(text)));
    field.sink.add(match nearest(text, features::ids()) {
        Some(name) => issue.hint(format!("did you mean `{name}`?")),
        None => issue.hint(format!("features are {}", listing(features::ids()))),
    });
    None
}
