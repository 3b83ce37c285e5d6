//! Events in words, for charts and tables.

use super::event::{Affected, Change, Event};
use crate::aws::system::Deployment;

/// What an event changes: `service takes 4 times as long`.
#[must_use]
pub fn event_words(event: &Event) -> String {
    let hop = event.hop.as_deref().unwrap_or_default();
    match event.change {
        Change::Servers(1) => format!("{hop} has 1 server"),
        Change::Servers(servers) => format!("{hop} has {servers} servers"),
        Change::TimeFactor(factor) => format!("{hop} takes {factor} times as long"),
        Change::RateFactor(factor) if event.hop.is_none() && event.ramp.0 > 0 => {
            format!("{factor} times the requests, within {}", event.ramp)
        }
        Change::RateFactor(factor) if event.hop.is_none() => format!("{factor} times the requests"),
        Change::RateFactor(factor) => format!("bucket of {hop} at {factor} times its rate"),
        Change::Failure(p) => format!("{hop} fails with probability {p}"),
        Change::ZoneLost { zone } => format!("zone {} is lost", zone + 1),
        Change::TargetsLost { service, targets, black_hole } => {
            let how = if black_hole { "silent" } else { "lost" };
            format!("{} of {} {how}", counted(targets), whose(service))
        }
        Change::TargetsSlow { service, factor, targets } => {
            let which = targets.map_or_else(|| "targets".to_string(), counted);
            format!("{which} of {} {factor} times as slow", whose(service))
        }
        Change::Deploy(deploy) => {
            let kind = match deploy.kind {
                Deployment::Rolling => "rolling",
                Deployment::BlueGreen => "blue/green",
                Deployment::InPlace => "in-place",
            };
            format!("{kind} deployment of {}", whose(deploy.service))
        }
        Change::Quota { id, value } => format!("quota {id} is {value}"),
        Change::LinkIdle { wake } => format!("V2 links are idle and wake within {wake}"),
    }
}

fn counted(targets: u32) -> String {
    if targets == 1 { "1 target".into() } else { format!("{targets} targets") }
}

/// By number, as services are counted in events.
fn whose(service: Affected) -> String {
    match service {
        Affected::All => "every service".into(),
        Affected::One(index) => format!("service {}", index + 1),
    }
}
