//! Tests of whole scenarios: every rule's message, round trips, overrides, option files and traces.
#![allow(clippy::unwrap_used)]

mod files;
mod messages;
mod messages_of_events;
mod messages_of_models;
mod overlays;
mod overrides;
mod round_trip;

use std::path::Path;

use super::{Document, Override, Scenario};
use crate::issue::render;

/// The scenario, or the rendered issues.
fn resolve(text: &str, overrides: &[Override]) -> Result<Scenario, String> {
    Document::parse(text, "bad", Path::new("."))
        .and_then(|document| document.resolve(overrides))
        .map_err(|issues| render(&issues, false))
}

/// Everything that is wrong with `text`, a line each: `line:column message = note ? hint`.
fn complaints(text: &str) -> String {
    let issues = match Document::parse(text, "bad", Path::new(".")).and_then(|document| document.resolve(&[])) {
        Ok(_) => return "nothing".into(),
        Err(issues) => issues,
    };
    let line = |issue: &crate::issue::Issue| {
        let source = issue.source.as_ref().unwrap();
        let before = &source.text[..issue.span.start];
        let line = before.matches('\n').count() + 1;
        let column = before[before.rfind('\n').map_or(0, |at| at + 1)..].chars().count() + 1;
        let note = issue.note.as_ref().map(|note| format!(" = {note}")).unwrap_or_default();
        let hint = issue.hint.as_ref().map(|hint| format!(" ? {hint}")).unwrap_or_default();
        format!("{line}:{column} {}{note}{hint}", issue.message)
    };
    issues.iter().map(line).collect::<Vec<_>>().join("\n")
}
