//! Names that a scenario gives: what is legal, and titles where none is given.

use super::fields::Field;
use crate::aws::names::METRIC_WORDS;

/// The name that `field` holds: letters, digits, `-` and `_`, at most 64 of them, not digits alone, no word of a metric's name.
pub(super) fn name(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
        return field.refuse("a name is made of letters, digits, `-` and `_`");
    }
    if text.len() > 64 {
        return field.refuse("a name has at most 64 characters");
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return field.refuse("a name is not made of digits alone");
    }
    if METRIC_WORDS.contains(&text) {
        return field.refuse("that is a word of metric names");
    }
    Some(text.to_string())
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
