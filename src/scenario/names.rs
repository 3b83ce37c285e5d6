//! Names that a scenario gives: what is legal, and titles where none is given.

use super::fields::Field;
use crate::aws::names::METRIC_WORDS;

/// What forbids a name, ready to follow "`x` is ..., but"; `None` for a legal one.
fn fault(text: &str) -> Option<&'static str> {
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return Some("a name is made of letters, digits, `-` and `_`");
    }
    if text.len() > 64 {
        return Some("a name has at most 64 characters");
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some("a name is not made of digits alone");
    }
    METRIC_WORDS.contains(&text).then_some("that is a word of metric names")
}

/// Whether a scenario lets a hop, branch or service be called so: letters, digits, `-` and `_`, at most 64 of them, not digits alone, no
/// word of a metric's name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    fault(text).is_none()
}

/// The name that `field` holds: letters, digits, `-` and `_`, at most 64 of them, not digits alone, no word of a metric's name.
pub(super) fn name(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    match fault(text) {
        Some(fault) => field.refuse(fault),
        None => Some(text.to_string()),
    }
}

/// The name, and an issue if it is among those `taken` already.
pub(super) fn unique(field: &Field<'_>, taken: &mut Vec<String>) -> Option<String> {
    let name = name(field)?;
    if taken.contains(&name) {
        return field.refuse("another one has that name already");
    }
    taken.push(name.clone());
    Some(name)
}

/// What a scenario without a title is called.
pub(super) fn default_title(name: &str) -> String {
    if name == "default" { "Built-in example".into() } else { name.into() }
}
