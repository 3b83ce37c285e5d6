//! What stands between a VPC link and a service's target: load balancers, and with a central API the way to another account.

use crate::aws::part::Part;
use crate::aws::system::{AccountTopology, System};

/// The interface endpoint of a central API: name of its hop and of its default time.
pub(super) const ENDPOINT: &str = "endpoint";

/// A load balancer or an endpoint that every attempt of a route passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// Name of the hop.
    pub hop: &'static str,
    /// Name of the default time.
    pub time: &'static str,
    /// For people; empty: the title of the default time.
    pub title: &'static str,
    /// Whose draws the zone leg towards it has.
    pub leg: String,
    /// Whether whoever sends to it balances over all zones.
    pub crosses: bool,
}

/// The stops before a target in order. `balancers` are those of the option's path. A central API adds an NLB in its own account and an
/// interface endpoint, and, where the path does not begin with one, the NLB that alone can stand behind an endpoint (AWS blog, "Building
/// private cross-account APIs using Amazon API Gateway and AWS PrivateLink"). PrivateLink keeps a flow in the zone of its endpoint.
pub(super) fn stops(system: &System, balancers: &[Part]) -> Vec<Stop> {
    let nlb = Part::Nlb.id();
    let mut stops: Vec<Stop> = Vec::new();
    let mut add = |hop, time, title, leg| {
        let crosses = crosses(system, stops.last());
        stops.push(Stop { hop, time, title, leg, crosses });
    };
    if system.account.topology == AccountTopology::Central {
        add("central-nlb", nlb, "Network Load Balancer of the API's account", "leg-central-nlb".into());
        add(ENDPOINT, ENDPOINT, "", "leg-endpoint".into());
        if balancers.first() != Some(&Part::Nlb) {
            add("provider-nlb", nlb, "Network Load Balancer behind the endpoint", "leg-provider-nlb".into());
        }
    }
    for (index, part) in balancers.iter().enumerate() {
        add(part.id(), part.id(), "", format!("leg-{}", index + 1));
    }
    stops
}

/// Whether what follows `last` may be in another zone: behind a link, an ALB or Cloud Map always, behind an NLB with cross-zone on, behind an
/// endpoint never.
pub(super) fn crosses(system: &System, last: Option<&Stop>) -> bool {
    match last.map(|stop| stop.time) {
        Some(ENDPOINT) => false,
        Some(time) if time == Part::Nlb.id() => system.network.nlb_cross_zone,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_central_api_adds_an_nlb_an_endpoint_and_an_nlb_where_there_is_none() {
        let mut system = crate::aws::system::System::aws_defaults(Vec::new());
        let names = |system: &System, balancers: &[Part]| -> Vec<(&'static str, bool)> {
            stops(system, balancers).iter().map(|stop| (stop.hop, stop.crosses)).collect()
        };
        assert_eq!(names(&system, &[Part::Nlb, Part::Alb]), [("nlb", true), ("alb", false)]);
        system.account.topology = AccountTopology::Central;
        assert_eq!(
            names(&system, &[Part::Alb]),
            [("central-nlb", true), ("endpoint", false), ("provider-nlb", false), ("alb", false)]
        );
        system.network.nlb_cross_zone = true;
        assert_eq!(names(&system, &[Part::Nlb]), [("central-nlb", true), ("endpoint", true), ("nlb", false)]);
    }
}
