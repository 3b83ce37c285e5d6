//! What a change to one service holds that others need too: the units that three kinds of change hold, how many services share
//! each, for how long, and what a load balancer adds to a deployment. Counting only; waits are simulated in `experiment`.

use std::sync::OnceLock;

use super::compare::shared_configuration;
use super::facts::{Fact, Facts};
use super::inventory::{Inventory, inventory};
use super::option::ArchitectureOption;
use super::part::Part;
use super::system::{Deployment, System};
use super::table;
use crate::units::Duration;

/// `[deployments]`: how often services change, and how long a change holds what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployments {
    /// Changes of each kind that each service makes a day; 0 or more.
    pub per_service_per_day: f64,
    /// Hours of a day in which changes are made, above 0, at most 24. Waits count these hours only: a unit that is held when they
    /// end is held on when they begin again.
    pub hours_per_day: f64,
    /// For how long new code holds the service itself.
    pub code: Duration,
    /// For how long a traffic shift holds its listener or rule; `None`: the default, and what the load balancer adds to it.
    pub traffic_shift: Option<Duration>,
    /// For how long a change of routes holds its API.
    pub routes: Duration,
}

fn table() -> &'static Facts {
    static TABLE: OnceLock<Facts> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("deployments.toml", include_str!("data/deployments.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// The fact of this id.
#[must_use]
pub fn fact(id: &str) -> Option<&'static Fact> {
    table().find(id)
}

fn value(id: &str) -> f64 {
    table().value(id)
}

fn minutes(value: f64) -> Duration {
    Duration::from_millis(value * 60_000.0)
}

impl Default for Deployments {
    /// `[deployments]` where nothing is stated.
    fn default() -> Deployments {
        Deployments {
            per_service_per_day: value("per-service-per-day"),
            hours_per_day: value("hours-per-day"),
            code: minutes(value("hold-code")),
            traffic_shift: None,
            routes: minutes(value("hold-routes")),
        }
    }
}

/// What a change changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The service's code.
    Code,
    /// Which of its versions a listener or rule sends traffic to.
    TrafficShift,
    /// Its routes in the API, whose deployment publishes everybody's edits.
    Routes,
}

impl Change {
    /// As the scenario and results have it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Change::Code => "code",
            Change::TrafficShift => "traffic_shift",
            Change::Routes => "routes",
        }
    }
}

/// The fullest unit that a kind of change holds: one change at a time, the others wait for their turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The kind of change.
    pub change: Change,
    /// The unit in words: "listeners of one NLB".
    pub unit: &'static str,
    /// Services that share it, at most.
    pub services: u32,
    /// For how long a change holds it.
    pub hold: Duration,
}

/// What each kind of change holds at so many services: code the service itself, a traffic shift the configuration of its load
/// balancer, routes the deployment of its API.
#[must_use]
pub fn held(option: &ArchitectureOption, services: u32, system: &System, deployments: &Deployments) -> [Held; 3] {
    let inventory = inventory(option, services, system);
    let listener = match option.last_balancer() {
        Some(Part::Nlb) => "listeners of one NLB",
        Some(_) => "rules of one ALB",
        None => "the service's own Cloud Map entry",
    };
    let added = added_minutes(option, system).unwrap_or(0.0);
    let shift = deployments.traffic_shift.unwrap_or_else(|| minutes(value("hold-traffic-shift") + added));
    let held = |change, unit, services, hold| Held { change, unit, services, hold };
    [
        held(Change::Code, "the service itself", 1, deployments.code),
        held(Change::TrafficShift, listener, shared_configuration(&inventory), shift),
        held(Change::Routes, "deployment of one API", inventory.services_per_api.max(1), deployments.routes),
    ]
}

/// Minutes that the load balancer adds to each deployment of a service, beside what its own start takes: ECS waits in blue/green
/// deployments behind an NLB; nothing is added behind an ALB, nor where no traffic is shifted. `None` where nothing is known:
/// blue/green behind Cloud Map.
#[must_use]
pub fn added_minutes(option: &ArchitectureOption, system: &System) -> Option<f64> {
    let waits = option.last_balancer() == Some(Part::Nlb) || option.also == Some(Part::Nlb);
    match system.services.deployment {
        Deployment::Rolling | Deployment::InPlace => Some(0.0),
        Deployment::BlueGreen if waits => Some(value("nlb-blue-green")),
        Deployment::BlueGreen => option.last_balancer().map(|_| 0.0),
    }
}

/// The most services that share the fate of one NLB: with cross-zone off a zone serves only while every target group of the NLB has a
/// healthy target in it, so that one service can take the zone from all. 1 where no NLB is shared, or with cross-zone on.
///
/// Source: AWS, Network Load Balancers user guide, "Availability Zone DNS affinity and health of target groups".
#[must_use]
pub fn shared_fate(inventory: &Inventory, system: &System) -> u32 {
    if system.network.nlb_cross_zone { 1 } else { inventory.services_per_nlb.max(1) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::tests::options;

    #[test]
    fn every_fact_has_a_source_and_the_defaults_are_there() {
        table().check();
        let deployments = Deployments::default();
        assert!(deployments.per_service_per_day > 0.0 && deployments.hours_per_day > 0.0);
        assert!(value("hold-traffic-shift") > 0.0 && value("nlb-blue-green") > 0.0);
        assert!(updated().starts_with("20"));
    }

    #[test]
    fn sixty_services_share_what_their_paths_say() {
        let system = System::aws_defaults(options::all());
        let shared = |name: &str| held(&options::named(name), 60, &system, &Deployments::default());
        // Two VPCs: 30 listeners an NLB; one REST API, whose 300 resources would hold 149 services.
        let [code, shift, routes] = shared("rest-shared-nlb");
        assert_eq!((code.services, shift.services, routes.services), (1, 30, 60));
        assert_eq!((shift.unit, shift.hold), ("listeners of one NLB", minutes(15.0)));
        let [_, shift, _] = shared("rest-nlb-alb");
        assert_eq!((shift.services, shift.unit), (1, "rules of one ALB"));
    }

    #[test]
    fn only_an_nlb_that_chooses_targets_delays_blue_green() {
        let mut system = System::aws_defaults(options::all());
        let added = |name: &str, system: &System| added_minutes(&options::named(name), system);
        assert_eq!(added("rest-shared-nlb", &system), Some(0.0), "rolling");
        system.services.deployment = Deployment::BlueGreen;
        assert_eq!(added("rest-shared-nlb", &system), Some(20.0));
        assert_eq!(added("rest-nlb-alb", &system), Some(0.0), "the service is behind the ALB");
        assert_eq!(added("http-fan-out", &system), Some(0.0));
        let cloud_map =
            options::of("map", &[Part::HttpApi, Part::VpcLinkV2, Part::CloudMap], crate::aws::option::Share::Max);
        assert_eq!(added_minutes(&cloud_map, &system), None);
        let [_, shift, _] = held(&options::named("rest-link-per-service"), 4, &system, &Deployments::default());
        assert_eq!(shift.hold, minutes(35.0), "the shift lasts as long as ECS waits");
        let stated = Deployments { traffic_shift: Some(minutes(5.0)), ..Deployments::default() };
        assert_eq!(held(&options::named("rest-link-per-service"), 4, &system, &stated)[1].hold, minutes(5.0));
    }

    #[test]
    fn services_share_the_fate_of_an_nlb_without_cross_zone() {
        let mut system = System::aws_defaults(options::all());
        let fate = |name: &str, system: &System| shared_fate(&inventory(&options::named(name), 60, system), system);
        assert_eq!((fate("rest-shared-nlb", &system), fate("rest-nlb-alb", &system)), (30, 10));
        assert_eq!((fate("rest-link-per-service", &system), fate("http-fan-out", &system)), (1, 1));
        system.network.nlb_cross_zone = true;
        assert_eq!(fate("rest-shared-nlb", &system), 1);
    }
}
