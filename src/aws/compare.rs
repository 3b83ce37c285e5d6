//! What an option means for those who run it: counts for people, who shares whose configuration, and how services are apart.

use super::inventory::{Inventory, VpcCounts, inventory};
use super::option::ArchitectureOption;
use super::part::Part;
use super::system::{AccountTopology, System};
use super::{quotas, uses};

/// The counts of an inventory over all accounts and environments, in the order of the path; kinds that the option has none of
/// are left out.
#[must_use]
pub fn parts(inventory: &Inventory) -> Vec<(String, f64)> {
    let total = inventory.total();
    let all = [
        ("REST APIs", total.rest_apis),
        ("HTTP APIs", total.http_apis),
        ("VPC links V1", total.links_v1),
        ("VPC links V2", total.links_v2),
        ("NLBs", total.nlbs),
        ("ALBs", total.albs),
        ("Cloud Map namespaces", total.namespaces),
        ("interface endpoints", total.endpoints),
        ("listeners", total.listeners),
        ("rules", total.rules),
        ("target groups", total.target_groups),
        ("targets", total.targets),
        ("network interfaces", total.interfaces),
        ("VPCs", total.vpcs),
    ];
    all.into_iter().filter(|(_, count)| *count > 0.0).map(|(name, count)| (name.to_string(), count)).collect()
}

/// What one runs: APIs, links, load balancers, namespaces and endpoints over all accounts and environments.
#[must_use]
pub fn parts_total(inventory: &Inventory) -> f64 {
    let total = inventory.total();
    total.apis() + total.links_v1 + total.links_v2 + total.nlbs + total.albs + total.namespaces + total.endpoints
}

/// The most services that share the configuration of one load balancer: rules of the last ALB, listeners of the last NLB; 1 where
/// each has its own, or where Cloud Map takes the place of one.
#[must_use]
pub fn shared_configuration(inventory: &Inventory) -> u32 {
    let of_nlb = if inventory.albs_per_nlb > 0 { 0 } else { inventory.services_per_nlb };
    inventory.services_per_alb.max(of_nlb).max(1)
}

/// Whether services can be deployed without touching what others depend on, in words.
#[must_use]
pub fn independence(option: &ArchitectureOption, inventory: &Inventory) -> String {
    let shared = shared_configuration(inventory);
    let what = match option.last_balancer() {
        Some(Part::Nlb) => "the listeners of one NLB",
        Some(_) => "the rules of one ALB",
        None => "one namespace",
    };
    let mut words = if shared > 1 {
        format!("up to {shared} services share {what}")
    } else {
        "each service has its own load-balancer configuration".to_string()
    };
    if option.last_balancer().is_none() {
        words = "each service has its own entry in Cloud Map".into();
    }
    if option.balancers().next() == Some(Part::Nlb) && inventory.services_per_nlb > 1 {
        words.push_str(&format!("; {} share the zone health of one NLB", inventory.services_per_nlb));
    }
    words
}

/// How services are apart, in words: VPCs and accounts.
#[must_use]
pub fn isolation(option: &ArchitectureOption, services: u32, system: &System) -> String {
    let vpcs = system.network.vpcs.min(services.max(1));
    let vpcs = if vpcs == 1 { "1 VPC".to_string() } else { format!("{vpcs} VPCs") };
    let accounts = system.account.accounts;
    let where_ = match system.account.topology {
        AccountTopology::Single => format!("{vpcs} in one account"),
        AccountTopology::Federated => format!("{accounts} accounts, an API in each, {vpcs} each at most"),
        AccountTopology::Central => format!("{accounts} accounts behind one API over PrivateLink, {vpcs} each at most"),
        AccountTopology::SharedVpc => format!("{accounts} accounts in {vpcs} that they share"),
    };
    let environments = match system.account.environments {
        0 | 1 => String::new(),
        copies => format!(", {copies} environments with VPCs of their own in each"),
    };
    let links = if option.has(Part::VpcLinkV2) { "a V2 link reaches one VPC" } else { "a V1 link reaches one NLB" };
    format!("{where_}{environments}; {links}")
}

/// Addresses of the fullest subnet; `None` without a VPC.
fn subnet(inventory: &Inventory, system: &System) -> Option<Subnet> {
    let most =
        |count: fn(&VpcCounts, &System) -> f64| inventory.vpcs.iter().map(|vpc| count(vpc, system)).reduce(f64::max);
    let quota = quotas::find(quotas::SUBNET_ADDRESSES)?;
    let others = quotas::used(system, quota);
    Some(Subnet {
        usable: quotas::in_force(system, quota).0,
        used: others + most(uses::addresses)?,
        advised: others + most(uses::advised_addresses)?,
    })
}

/// All of it at so many services.
#[must_use]
pub fn at(option: &ArchitectureOption, services: u32, system: &System) -> Comparison {
    let inventory = inventory(option, services, system);
    Comparison {
        parts: parts(&inventory),
        parts_total: parts_total(&inventory),
        shared_configuration: shared_configuration(&inventory),
        independence: independence(option, &inventory),
        isolation: isolation(option, services, system),
        addresses: subnet(&inventory, system),
    }
}

/// What results say of an option besides latency.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Counts by name, in the order of the path.
    pub parts: Vec<(String, f64)>,
    /// What one runs, in all.
    pub parts_total: f64,
    /// The most services that share one load-balancer configuration.
    pub shared_configuration: u32,
    /// Independence of deployments in words.
    pub independence: String,
    /// Isolation in words.
    pub isolation: String,
    /// The fullest subnet; `None` without a VPC.
    pub addresses: Option<Subnet>,
}

/// Addresses of a subnet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subnet {
    /// Those that AWS does not keep for itself.
    pub usable: f64,
    /// Those in use while services are being deployed, with the ones that must stay free.
    pub used: f64,
    /// The same with free ones for every ALB.
    pub advised: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::tests::options;

    #[test]
    fn sixty_services_need_what_the_paths_say() {
        let system = System::aws_defaults(options::all());
        let total = |name: &str| at(&options::named(name), 60, &system).parts_total;
        // An API, two links and 60 ALBs; an API, two NLBs with a link each; the third, and 6 NLBs with links before 60 ALBs.
        assert_eq!((total("http-fan-out"), total("rest-shared-nlb"), total("rest-nlb-alb")), (63.0, 5.0, 73.0));
        let shared = at(&options::named("rest-shared-nlb"), 60, &system);
        assert_eq!(shared.shared_configuration, 30);
        assert!(shared.independence.starts_with("up to 30 services share the listeners of one NLB"));
        assert_eq!(at(&options::named("rest-nlb-alb"), 60, &system).shared_configuration, 1);
    }
}
