//! What the files say of the account beside its services: its Region, zones and VPCs, quotas, and how much of them everything else
//! uses.

use std::collections::BTreeSet;

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

/// What the files hold of a pool of the account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Used {
    /// The pool's quota.
    pub quota: &'static Quota,
    /// How much of it is beyond what gatecap counts for the services.
    pub beyond: f64,
    /// How much there is.
    pub held: f64,
    /// Whether the rest is counted with the services.
    pub counted: Counted,
}

/// What gatecap counts for the services of what a pool holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Nothing: no service uses it.
    No,
    /// Some.
    Partly,
    /// Edge-optimized or private APIs, as Regional ones: those of the options are Regional.
    AsRegional,
    /// Nothing, although services use it: the options have fewer.
    Beside,
}

/// What the files hold of each pool of the account beyond what gatecap counts for the services, by quota. A pool of which everything is
/// counted has a row only where that is in another pool.
pub fn used(imported: &Imported, system: &System) -> Vec<Used> {
    let mut system = system.clone();
    as_built::add(&mut system);
    let counted = match (system.options.iter().find(|option| option.as_built), system.listed.len()) {
        (Some(option), count) if count > 0 => inventory(option, count as u32, &system).total(),
        _ => Counts::default(),
    };
    let mut rows = apis(imported, counted.apis());
    let ours = [counted.links_v1, counted.links_v2, counted.albs, counted.nlbs, counted.target_groups];
    for ((id, held), ours) in held(&imported.estate).into_iter().zip(ours) {
        rows.push((id, held - ours, held, if ours > 0.0 { Counted::Partly } else { Counted::No }));
    }
    let row = |(id, beyond, held, counted): (&'static str, f64, f64, Counted)| {
        let tells = beyond > 0.0 || (held > 0.0 && counted == Counted::AsRegional);
        quotas::find(id).filter(|_| tells).map(|quota| Used { quota, beyond: beyond.max(0.0), held, counted })
    };
    rows.into_iter().filter_map(row).collect()
}

/// Pools of APIs: what is beyond the `ours` that gatecap counts for the services, and what is held. The APIs of the services are the ones
/// that are counted, wherever they are reached, so that each is counted once.
fn apis(imported: &Imported, ours: f64) -> Vec<(&'static str, f64, f64, Counted)> {
    let of_services: BTreeSet<usize> = imported.services.iter().flat_map(|one| one.apis.iter().copied()).collect();
    let (mut held, mut own) = ([0.0; 3], [0.0_f64; 3]);
    for (at, api) in imported.estate.apis.iter().enumerate().filter(|(_, api)| api.kind.is_some()) {
        let pool = match (api.kind, api.endpoint) {
            (Some(ApiKind::Rest), Some(Endpoint::Edge)) => 1,
            (Some(ApiKind::Rest), Some(Endpoint::Private)) => 2,
            _ => 0,
        };
        let copies = f64::from(api.identity.copies.max(1));
        held[pool] += copies;
        own[pool] += if of_services.contains(&at) { copies } else { 0.0 };
    }
    let mut left = ours;
    let mut taken = own.map(|own| {
        let taken = own.min(left);
        left -= taken;
        taken
    });
    // More than the services have is what the options need: other Regional APIs stand for it.
    taken[0] += left;
    let ids = ["apigateway.regional-apis", "apigateway.edge-apis", "apigateway.private-apis"];
    let rows = ids.into_iter().enumerate().map(|(pool, id)| {
        let counted = match (taken[pool] > 0.0, own[pool] > 0.0) {
            (true, _) if pool > 0 => Counted::AsRegional,
            (true, _) => Counted::Partly,
            (false, true) => Counted::Beside,
            (false, false) => Counted::No,
        };
        (id, held[pool] - taken[pool], held[pool], counted)
    });
    rows.collect()
}

/// What the files hold of each pool but those of APIs, by quota id.
fn held(estate: &Estate) -> [(&'static str, f64); 5] {
    let mut sums = [0.0; 5];
    for link in &estate.links {
        sums[if link.generation == Generation::V1 { 0 } else { 1 }] += f64::from(link.identity.copies.max(1));
    }
    for balancer in &estate.balancers {
        let place = match balancer.kind {
            BalancerKind::Alb => 2,
            BalancerKind::Nlb => 3,
            BalancerKind::Other => continue,
        };
        sums[place] += f64::from(balancer.identity.copies.max(1));
    }
    sums[4] = estate.target_groups.iter().map(|one| f64::from(one.identity.copies.max(1))).sum();
    let [links_v1, links_v2, albs, nlbs, target_groups] = sums;
    [
        ("apigateway.vpc-links-v1", links_v1),
        ("apigateway.vpc-links-v2", links_v2),
        ("elb.alb-per-region", albs),
        ("elb.nlb-per-region", nlbs),
        ("elb.target-groups-per-region", target_groups),
    ]
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
