//! Tests of whole scenarios: every rule's message, round trips, overrides, option files and traces.
#![allow(clippy::unwrap_used)]

mod files;
mod messages;
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
