//! What the stated traffic uses of the limits that count requests, connections and bytes: the second kind of rung.

use super::inventory::Inventory;
use super::option::ArchitectureOption;
use super::part::Part;
use super::system::{AccountTopology, System, TrafficRate};
use super::uses::Uses;

/// The id of the user's own stage throttle, which is no quota of AWS.
pub(super) const STAGE_THROTTLE: &str = "gateway.stage-throttle";

/// The use of every limit on traffic at the peak rate; empty for closed clients. Every service counts as one of weight 1, and
/// other environments have no traffic (it belongs under `[used]`).
pub(super) fn traffic(inventory: &Inventory, option: &ArchitectureOption, system: &System) -> Uses {
    let mut uses = Uses::new();
    let Some(total) = system.rate(inventory.services) else { return uses };
    let services = f64::from(inventory.services.max(1));
    let each = total / services;
    let fullest_account = inventory.account_services.iter().copied().max().unwrap_or(0);
    uses.insert("apigateway.throttle-rate", each * f64::from(fullest_account));
    if system.gateway.stage_throttle.is_some() {
        uses.insert(STAGE_THROTTLE, each * f64::from(inventory.services_per_api));
    }
    let flows = option.ways().filter_map(|way| new_flows(inventory, way, system, each)).reduce(f64::max);
    if let Some(flows) = flows {
        uses.insert("elb.nlb-new-flows", flows);
    }
    let central = system.account.topology == AccountTopology::Central;
    if let (true, Some(bytes)) = (central || option.has(Part::VpcLinkV1), system.traffic.larger()) {
        // The larger direction, spread over the zones of the endpoint, which leads to one NLB or stands before one ALB.
        let services = inventory.services_per_nlb.max(if central { inventory.services_per_alb.max(1) } else { 0 });
        let bits = bytes * 8.0 * each * f64::from(services);
        uses.insert("vpc.endpoint-bandwidth", bits / 1e9 / f64::from(system.network.zones));
    }
    uses
}

/// New flows a minute from one NLB node to one target (AWS, NLB user guide: about 55,000 a minute for each, always so where
/// PrivateLink hides the client). A node sends to the targets of its own zone, or of all zones with cross-zone on. Behind an
/// NLB an ALB counts as one target a zone, which is an assumption on the safe side.
fn new_flows(inventory: &Inventory, option: &ArchitectureOption, system: &System, each: f64) -> Option<f64> {
    let central = system.account.topology == AccountTopology::Central;
    if !option.has(Part::Nlb) && !central {
        return None;
    }
    let zones = f64::from(system.network.zones);
    let (services, targets) = if central {
        // A central API's NLB has a listener for each service, which leads to the interfaces of an endpoint, one a zone.
        (1.0, zones)
    } else if option.balancers().count() > 1 {
        (f64::from(inventory.services_per_alb), zones)
    } else {
        (1.0, f64::from(system.most_targets_of(None)))
    };
    let opened = each * services * (1.0 - system.network.connection_reuse) * 60.0;
    let targets_of_node = if system.network.nlb_cross_zone { targets } else { (targets / zones).max(1.0) };
    Some(opened / zones.min(targets) / targets_of_node)
}

/// The traffic in words, for what presses on a rung: "100/s a service, Poisson arrivals".
pub(super) fn words(system: &System) -> String {
    let arrivals = &system.traffic.arrivals;
    match system.traffic.rate {
        TrafficRate::PerService(rate) => format!("{rate} a service, {arrivals} arrivals"),
        TrafficRate::Total(rate) => format!("{rate} in all, {arrivals} arrivals"),
        TrafficRate::Closed => "closed clients".into(),
    }
}
