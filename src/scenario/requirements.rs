//! `[requirements]`: features that every service needs, by the ids of the feature table.

use super::fields::{Field, Fields, listing};
use super::tree::shorten;
use crate::aws::features;
use crate::issue::nearest;

/// The need that asks for AWS WAF at the API's own stage, and so for its time on the path.
pub(super) const WAF_BEFORE_GATEWAY: &str = "waf-before-gateway";

/// Ids of the needed features, in file order; empty where the table is not there or wrong.
pub(super) fn needs(top: &Fields<'_>) -> Vec<String> {
    let Some(field) = top.get("requirements") else { return Vec::new() };
    let Some(fields) = Fields::new(field.sink, field.node, "`[requirements]`") else { return Vec::new() };
    let needs = fields.get("needs").and_then(|field| list(&field)).unwrap_or_default();
    fields.finish();
    needs
}

/// Feature ids, each of them once.
pub(super) fn list(field: &Field<'_>) -> Option<Vec<String>> {
    let needs = field.list_of(|need| feature(need))?;
    let twice = needs.iter().enumerate().find(|(i, need)| needs[..*i].contains(need));
    if let Some((i, need)) = twice {
        let items = field.list()?;
        items[i].sink.add(items[i].issue(format!("`{need}` is needed twice")).hint("name it once"));
        return None;
    }
    Some(needs)
}

fn feature(need: &Field<'_>) -> Option<String> {
    let text = need.text()?;
    if features::find(text).is_some() {
        return Some(text.to_string());
    }
    let issue = need.issue(format!("`{}` is not a feature", shorten(text)));
    // Tables of AWS's own documents join words otherwise.
    let hyphens = text.replace('_', "-").to_lowercase();
    need.sink.add(match features::find(&hyphens).map(|f| f.id.as_str()).or_else(|| nearest(text, features::ids())) {
        Some(name) => issue.hint(format!("did you mean `{name}`?")),
        None => issue.hint(format!("features are {}", listing(features::ids()))),
    });
    None
}
