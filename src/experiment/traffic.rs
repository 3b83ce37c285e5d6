//! What a reader of the ladders should know of the traffic: that nobody stated it, or that services do not add to it.

use super::Source;
use crate::aws::system::TrafficRate;
use crate::results::{ASSUMED_TRAFFIC, Ceiling, Warning};
use crate::scenario::{Model, Scenario};

/// Fields that state how much arrives.
const STATED: [&str; 4] = ["workload.rate", "workload.rate_per_service", "workload.clients", "workload.arrivals"];

/// The remark on the traffic of `scenario`, where there is one.
pub(super) fn remark(source: &Source, scenario: &Scenario, ceilings: &[Ceiling]) -> Option<Warning> {
    let Model::Options(system) = &scenario.model else { return None };
    let warning = |kind: &str, about: String, message: String| Some(Warning { kind: kind.into(), about, message });
    let set = |field: &&str| source.overrides.iter().any(|set| set.field.starts_with(*field));
    let stated = STATED.iter().any(|field| source.document.has(field) || set(field));
    match system.traffic.rate {
        TrafficRate::PerService(rate) if system.as_built && !stated => {
            let about = format!("{}/s a service", rate.per_second());
            let message = format!(
                "no traffic is stated: what rests on it is counted at {about}, the default; state `[workload] rate_per_service` or `rate`"
            );
            warning(ASSUMED_TRAFFIC, about, message)
        }
        TrafficRate::Total(_) if ceilings.iter().all(|rung| rung.kind != "traffic") => {
            let message = "traffic is a total (`[workload] rate`), so that services do not add to it: no ladder has a rung of traffic";
            warning("total_traffic", "ladders".into(), message.into())
        }
        _ => None,
    }
}
