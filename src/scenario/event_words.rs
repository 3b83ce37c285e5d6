//! Events in words, for charts and tables.

use super::types::{Change, Event};

/// What an event changes: `service takes 4 times as long`.
#[must_use]
pub fn event_words(event: &Event) -> String {
    let hop = event.hop.as_deref().unwrap_or_default();
    match event.change {
        Change::Servers(1) => format!("{hop} has 1 server"),
        Change::Servers(servers) => format!("{hop} has {servers} servers"),
        Change::TimeFactor(factor) => format!("{hop} takes {factor} times as long"),
        Change::RateFactor(factor) if event.hop.is_none() => format!("{factor} times the requests"),
        Change::RateFactor(factor) => format!("bucket of {hop} at {factor} times its rate"),
        Change::Failure(p) => format!("{hop} fails with probability {p}"),
    }
}
