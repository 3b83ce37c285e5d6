//! What the files say of the account beside its services: its Region, zones and VPCs, quotas, and how much of them everything else
//! uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::aws::as_built;
use crate::aws::inventory::{Counts, inventory};
use crate::aws::part::Part;
use crate::aws::quotas::{self, Quota};
use crate::aws::regions;
use crate::aws::system::{Listed, System};
use crate::import::estate::{ApiKind, Balancer, BalancerKind, Endpoint, Estate, Generation, Identity, Reference};
use crate::import::services::{Imported, Unit};

/// `[network]` as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Zones of the load balancers on the way; the most where they differ.
    pub zones: Option<u32>,
    /// Whether they differ.
    pub zones_differ: bool,
    /// Whether the files tell of an ALB in a single zone, which counts as two.
    pub zones_raised: bool,
    /// VPCs of the load balancers on the way.
    pub vpcs: Option<u32>,
    /// Cross-zone balancing of the NLBs on the way.
    pub cross_zone: CrossZone,
}

/// Names of NLBs by what they state of cross-zone balancing, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossZone {
    /// It is on.
    pub on: Vec<String>,
    /// It is off.
    pub off: Vec<String>,
    /// Nothing is stated.
    pub silent: Vec<String>,
}

/// `[network]` by the load balancers on the way to the services.
pub fn network(imported: &Imported) -> Network {
    let known: BTreeSet<usize> =
        imported.services.iter().flat_map(|service| &service.units).filter_map(known).collect();
    let balancers: Vec<&Balancer> = known.iter().map(|at| &imported.estate.balancers[*at]).collect();
    let of = |one: &Balancer| one.zones.or_else(|| u32::try_from(one.subnets.len()).ok()).filter(|zones| *zones > 0);
    // AWS makes no ALB in fewer than two zones of a Region.
    let raised = |one: &Balancer| one.kind == BalancerKind::Alb && of(one) == Some(1);
    let counted = |one: &&Balancer| if raised(one) { Some(2) } else { of(one) };
    let zones: BTreeSet<u32> = balancers.iter().filter_map(counted).map(|zones| zones.min(6)).collect();
    let vpc = |one: &&Balancer| match &one.vpc {
        Some(Reference::To(id)) => Some(id.0.clone()),
        Some(Reference::Named(name)) => Some(name.clone()),
        _ => None,
    };
    let vpcs: BTreeSet<String> = balancers.iter().filter_map(vpc).collect();
    let mut cross_zone = CrossZone::default();
    for nlb in balancers.iter().filter(|one| one.kind == BalancerKind::Nlb) {
        let names = match nlb.cross_zone {
            Some(true) => &mut cross_zone.on,
            Some(false) => &mut cross_zone.off,
            None => &mut cross_zone.silent,
        };
        names.push(nlb.identity.name.clone());
    }
    Network {
        zones: zones.last().copied(),
        zones_differ: zones.len() > 1,
        zones_raised: balancers.iter().any(|one| raised(one)),
        vpcs: u32::try_from(vpcs.len()).ok().filter(|count| *count > 0),
        cross_zone,
    }
}

fn known(unit: &Unit) -> Option<usize> {
    if let Unit::Known(at) = unit { Some(*at) } else { None }
}

/// The Region that all ARNs of the files name; `None` where they name none, several, or one that gatecap has no quotas of.
pub fn region(estate: &Estate) -> Option<String> {
    let mut identities: Vec<&Identity> = Vec::new();
    identities.extend(estate.apis.iter().map(|one| &one.identity));
    identities.extend(estate.links.iter().map(|one| &one.identity));
    identities.extend(estate.balancers.iter().map(|one| &one.identity));
    identities.extend(estate.listeners.iter().map(|one| &one.identity));
    identities.extend(estate.target_groups.iter().map(|one| &one.identity));
    let texts = identities.iter().flat_map(|one| one.aliases.iter().chain([&one.id.0]));
    let named = estate.routes.iter().filter_map(|route| match &route.integration.target {
        Some(Reference::Named(name)) => Some(name),
        _ => None,
    });
    let region = |text: &String| text.strip_prefix("arn:aws")?.split(':').nth(2).map(str::to_string);
    let found: BTreeSet<String> = texts.chain(named).filter_map(region).filter(|one| !one.is_empty()).collect();
    found.first().filter(|one| found.len() == 1 && regions::find(one).is_some()).cloned()
}

/// What the services are to gatecap: the system whose inventory is what it counts for them. `listed` are the services as they are
/// written.
pub fn system(imported: &Imported, listed: &[Listed], network: &Network) -> System {
    let options = imported.options.iter().map(|one| one.option.clone()).collect();
    let mut system = System::aws_defaults(options);
    system.as_built = true;
    system.services.count = u32::try_from(listed.len()).unwrap_or(u32::MAX).max(1);
    system.listed = listed.to_vec();
    system.network.zones = network.zones.unwrap_or(system.network.zones);
    system.network.vpcs = network.vpcs.unwrap_or(1);
    system
}

/// What the files hold of each pool of the account beyond what gatecap counts for the services, by quota, with how many there are.
pub fn used(imported: &Imported, system: &System) -> Vec<(&'static Quota, f64, f64)> {
    let mut system = system.clone();
    as_built::add(&mut system);
    let counted = match (system.options.iter().find(|option| option.as_built), system.listed.len()) {
        (Some(option), count) if count > 0 => inventory(option, count as u32, &system).total(),
        _ => Counts::default(),
    };
    let held = held(&imported.estate);
    let ours: BTreeMap<&str, f64> = BTreeMap::from([
        ("apigateway.regional-apis", counted.apis()),
        ("apigateway.vpc-links-v1", counted.links_v1),
        ("apigateway.vpc-links-v2", counted.links_v2),
        ("elb.alb-per-region", counted.albs),
        ("elb.nlb-per-region", counted.nlbs),
        ("elb.target-groups-per-region", counted.target_groups),
    ]);
    let row = |(id, held): (&'static str, f64)| {
        let beyond = held - ours.get(id).copied().unwrap_or(0.0);
        quotas::find(id).filter(|_| beyond > 0.0).map(|quota| (quota, beyond, held))
    };
    held.into_iter().filter_map(row).collect()
}

/// What the files hold of each pool, by quota id.
fn held(estate: &Estate) -> Vec<(&'static str, f64)> {
    let mut sums = [0.0; 8];
    for api in estate.apis.iter().filter(|api| api.kind.is_some()) {
        let place = match (api.kind, api.endpoint) {
            (Some(ApiKind::Rest), Some(Endpoint::Edge)) => 1,
            (Some(ApiKind::Rest), Some(Endpoint::Private)) => 2,
            _ => 0,
        };
        sums[place] += f64::from(api.identity.copies.max(1));
    }
    for link in &estate.links {
        sums[if link.generation == Generation::V1 { 3 } else { 4 }] += f64::from(link.identity.copies.max(1));
    }
    for balancer in &estate.balancers {
        let place = match balancer.kind {
            BalancerKind::Alb => 5,
            BalancerKind::Nlb => 6,
            BalancerKind::Other => continue,
        };
        sums[place] += f64::from(balancer.identity.copies.max(1));
    }
    sums[7] = estate.target_groups.iter().map(|one| f64::from(one.identity.copies.max(1))).sum();
    let ids = [
        "apigateway.regional-apis",
        "apigateway.edge-apis",
        "apigateway.private-apis",
        "apigateway.vpc-links-v1",
        "apigateway.vpc-links-v2",
        "elb.alb-per-region",
        "elb.nlb-per-region",
        "elb.target-groups-per-region",
    ];
    ids.into_iter().zip(sums).collect()
}

/// Stated quota values that gatecap knows, each once, by quota; and how many rows it does not know.
pub fn quota_values(estate: &Estate) -> (Vec<(&'static Quota, f64, String)>, u32) {
    let mut values: Vec<(&'static Quota, f64, String)> = Vec::new();
    let mut unknown = 0;
    for stated in &estate.quotas {
        let code = LIMIT_NAMES.iter().find(|(name, _)| *name == stated.code).map_or(stated.code.as_str(), |(_, id)| id);
        match quotas::find(code).filter(|_| (0.0..=1e12).contains(&stated.value)) {
            Some(quota) if values.iter().all(|(known, _, _)| known.id != quota.id) => {
                values.push((quota, stated.value, stated.origin.to_string()));
            }
            Some(_) => {}
            None => unknown += 1,
        }
    }
    (values, unknown)
}

/// Names of `aws elbv2 describe-account-limits` (AWS, Elastic Load Balancing API reference, type Limit) and the quotas they are.
const LIMIT_NAMES: [(&str, &str); 15] = [
    ("application-load-balancers", "elb.alb-per-region"),
    ("listeners-per-application-load-balancer", "elb.listeners-per-alb"),
    ("rules-per-application-load-balancer", "elb.rules-per-alb"),
    ("targets-per-application-load-balancer", "elb.targets-per-alb"),
    ("target-groups-per-application-load-balancer", "elb.target-groups-per-alb"),
    ("target-groups-per-action-on-application-load-balancer", "elb.target-groups-per-action-alb"),
    ("condition-values-per-alb-rule", "elb.condition-values-per-rule"),
    ("condition-wildcards-per-alb-rule", "elb.condition-wildcards-per-rule"),
    ("network-load-balancers", "elb.nlb-per-region"),
    ("listeners-per-network-load-balancer", "elb.listeners-per-nlb"),
    ("targets-per-network-load-balancer", "elb.targets-per-nlb"),
    ("targets-per-availability-zone-per-network-load-balancer", "elb.targets-per-zone-per-nlb"),
    ("target-groups-per-action-on-network-load-balancer", "elb.target-groups-per-action-nlb"),
    ("target-groups", "elb.target-groups-per-region"),
    ("targets-per-target-group", "elb.targets-per-target-group"),
];

/// `[gateway] integration_timeout` in milliseconds where all routes state the same and it is not the API's own maximum, and the
/// quota that it takes where it is longer; otherwise the timeouts that are stated, for a comment.
pub fn timeout(imported: &Imported) -> Result<Option<f64>, Vec<f64>> {
    let all: Vec<Option<f64>> = imported.services.iter().flat_map(|service| service.timeouts.iter().copied()).collect();
    let mut stated: Vec<f64> = all.iter().flatten().copied().filter(|timeout| timeout.is_finite()).collect();
    stated.sort_by(f64::total_cmp);
    stated.dedup();
    let usual =
        |part: Part| part.integration_timeout(&System::aws_defaults(Vec::new())).map(|(usual, _)| usual.millis());
    let apis: BTreeSet<Part> = imported.services.iter().filter_map(|service| service.path.first().copied()).collect();
    let usual: BTreeSet<u64> = apis.into_iter().filter_map(usual).map(|timeout| timeout as u64).collect();
    let is_usual = |timeout: &f64| usual.len() == 1 && usual.contains(&(*timeout as u64));
    match stated.as_slice() {
        [] => Ok(None),
        [one] if is_usual(one) => Ok(None),
        [one] if all.iter().all(Option::is_some) => Ok(Some(*one)),
        _ => Err(stated),
    }
}
