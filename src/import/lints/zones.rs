//! Lints of zones: load balancers in one, services of one target, and targets in fewer zones than their load balancer.

use std::collections::BTreeSet;

use super::{View, at};
use crate::aws::lints::{self, Lint};
use crate::import::estate::{Balancer, BalancerKind, Id, Reference, TargetGroup, TargetKind};

impl View<'_> {
    /// Load balancers in one zone, and services of one target.
    pub(super) fn zones(&self) -> Vec<Lint> {
        let single = |balancer: &&Balancer| {
            balancer.kind != BalancerKind::Other
                && balancer.zones.map_or_else(|| is_one_subnet(&balancer.subnets), |zones| zones == 1)
        };
        let in_one = self.estate.balancers.iter().filter(single).filter_map(|balancer| {
            let what = format!("load balancer `{}` is in one zone", balancer.identity.name);
            lints::lint("single-zone", at(&balancer.identity), what)
        });
        let alone = |group: &&TargetGroup| {
            matches!(group.kind, TargetKind::Instance | TargetKind::Ip)
                && group.desired.map_or(group.targets.len() == 1 && group.service.is_none(), |targets| targets == 1)
        };
        let of_groups = self.estate.target_groups.iter().filter(alone).map(|group| &group.identity);
        let of_discovery = self.estate.discoveries.iter().filter(|one| one.desired == Some(1)).map(|one| &one.identity);
        let single = of_groups.chain(of_discovery).filter_map(|identity| {
            let what = format!("`{}` has a single target, and so one zone", identity.name);
            lints::lint("single-target-zone", at(identity), what)
        });
        in_one.chain(single).collect()
    }

    /// Target groups of NLBs in several zones without cross-zone, all of whose targets are in one. Where a group says nothing, the NLB
    /// does, and where that does not, cross-zone is off, the default.
    pub(super) fn zones_without_targets(&self) -> Vec<Lint> {
        let mut said: BTreeSet<&Id> = BTreeSet::new();
        let mut found = Vec::new();
        for nlb in self.estate.balancers.iter().filter(|balancer| balancer.kind == BalancerKind::Nlb) {
            let several = zones_of(nlb).filter(|zones| *zones > 1);
            let off = |group: &&TargetGroup| !group.cross_zone.or(nlb.cross_zone).unwrap_or(false);
            let Some(number) = several else { continue };
            for group in self.groups(nlb).into_iter().filter(off).filter(|group| group.targets.len() > 1) {
                let Some(zone) = group.zones.first().filter(|_| group.zones.len() == 1) else { continue };
                if said.insert(&group.identity.id) {
                    let (name, nlb) = (&group.identity.name, &nlb.identity.name);
                    let what = format!(
                        "all targets of `{name}` are in one zone (`{zone}`), and NLB `{nlb}` is in {number} with cross-zone off"
                    );
                    found.extend(lints::lint("zones-without-target", at(&group.identity), what));
                }
            }
        }
        found
    }
}

/// In how many zones a load balancer is, where that is known: it has at most one subnet in each.
fn zones_of(balancer: &Balancer) -> Option<u32> {
    let known = |subnet: &Reference| !matches!(subnet, Reference::Unknown(_));
    let subnets = Some(&balancer.subnets).filter(|subnets| subnets.iter().all(known));
    balancer.zones.or_else(|| subnets.map(|subnets| subnets.len() as u32))
}

/// Whether a list of subnets is one subnet for certain: a single reference may be a list that a template is given.
fn is_one_subnet(subnets: &[Reference]) -> bool {
    match subnets {
        [Reference::To(_)] => true,
        [Reference::Named(name)] => name.starts_with("subnet-") && !name.contains(','),
        _ => false,
    }
}
