//! How many targets all services may have together: each is a station that takes memory in every replication that is simulated, and
//! numbers that are fine each multiply.

use super::event::{Change, Event};
use super::fields::Sink;
use super::path;
use super::tree::Node;
use super::types::{AxisValue, Saturation, Sweep};
use crate::aws::system::System;

/// Targets of a point, with those that deployments bring: 0.3 GB a replication behind an NLB, which takes the most.
const MOST: u64 = 1_000_000;
const HINT: &str = "fewer `targets`, a lower `max` of `autoscaling`, or fewer services";

/// Holds the scenario's numbers of services against what its targets leave room for. A range of services that nobody stated ends there.
pub(super) fn check(
    root: &Node,
    sink: &Sink,
    (system, events): (&System, &[Event]),
    sweep: &mut Sweep,
    saturation: Option<&mut Saturation>,
) {
    let generations = 1 + events.iter().filter(|event| matches!(event.change, Change::Deploy(_))).count() as u64;
    let most = most_services(system, generations);
    let stated = |name: &str| path::find(root, name).map(|node| &node.place);
    let complain = |name: &str, services: u64| {
        let place = stated(name).unwrap_or(&root.place);
        let deployed = if generations > 1 { ", with those that deployments bring" } else { "" };
        let message = format!(
            "{services} {} more than 1,000,000 targets together{deployed}, which is the most that is simulated",
            if services == 1 { "service has" } else { "services have" }
        );
        sink.add(place.issue(message).hint(HINT));
    };
    let services = system.services.count;
    if u64::from(services) > most {
        let names = ["services.autoscaling.max", "services.targets", "services.count", "service"];
        return complain(names.into_iter().find(|name| stated(name).is_some()).unwrap_or("event"), services.into());
    }
    let last = sweep.services.last().map_or(0, |last| u64::from(*last));
    if last > most {
        if stated("sweep.services").is_some() {
            complain("sweep.services", last);
        }
        sweep.services.retain(|number| u64::from(*number) <= most);
    }
    if let Some(search) = saturation.filter(|search| search.vary == "services" && search.to.number > most as f64) {
        match stated("saturation.to") {
            None if search.from.number < most as f64 => {
                search.to = AxisValue { toml: most.to_string(), number: most as f64, unit: String::new() };
            }
            Some(_) => complain("saturation.to", search.to.number as u64),
            None => complain("saturation.from", search.to.number as u64),
        }
    }
}

/// The most services whose targets are few enough; those that are listed come first.
fn most_services(system: &System, generations: u64) -> u64 {
    let mut left = MOST / generations;
    for (number, listed) in (0..).zip(&system.listed) {
        let own = u64::from(system.most_targets_of(Some(listed)));
        if own > left {
            return number;
        }
        left -= own;
    }
    system.listed.len() as u64 + left / u64::from(system.most_targets_of(None).max(1))
}
