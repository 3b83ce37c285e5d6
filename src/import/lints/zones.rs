//! Lints of zones: load balancers or all targets in one, services of one target, and targets in fewer zones than their load balancer.

use std::collections::BTreeSet;

use super::{View, at};
use crate::aws::lints::{self, Lint};
use crate::import::estate::{Balancer, BalancerKind, Id, Reference, TargetGroup, TargetKind};

impl View<'_> {
    /// Load balancers in one zone, services of one target, and target groups all of whose targets are in one zone.
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
        let several = |group: &&TargetGroup| group.targets.len() > 1 && !alone(group);
        let together = self.estate.target_groups.iter().filter(several).filter_map(|group| {
            let zone = group.zones.first().filter(|_| group.zones.len() == 1)?;
            let what = format!("all targets of `{}` are in one zone (`{zone}`)", group.identity.name);
            lints::lint("single-zone", at(&group.identity), what)
        });
        in_one.chain(single).chain(together).collect()
    }

    /// Target groups with cross-zone off whose targets are in fewer zones than a load balancer of theirs: its nodes elsewhere have
    /// none to call. Where a group says nothing, its NLB does, and where that does not, cross-zone is off, the default; at an ALB it
    /// is then on.
    pub(super) fn zones_without_targets(&self) -> Vec<Lint> {
        let mut said: BTreeSet<&Id> = BTreeSet::new();
        let mut found = Vec::new();
        for balancer in &self.estate.balancers {
            let (word, default) = match balancer.kind {
                BalancerKind::Nlb => ("NLB", balancer.cross_zone.unwrap_or(false)),
                BalancerKind::Alb => ("ALB", true),
                BalancerKind::Other => continue,
            };
            let Some(number) = zones_of(balancer) else { continue };
            let off = |group: &&TargetGroup| !group.cross_zone.unwrap_or(default) && group.targets.len() > 1;
            for group in self.groups(balancer).into_iter().filter(off) {
                let fewer = !group.zones.is_empty() && group.zones.len() < number as usize;
                if fewer && said.insert(&group.identity.id) {
                    let zones: Vec<String> = group.zones.iter().map(|zone| format!("`{zone}`")).collect();
                    let inside = if zones.len() == 1 { "one zone".into() } else { format!("{} zones", zones.len()) };
                    let (name, other, zones) = (&group.identity.name, &balancer.identity.name, zones.join(", "));
                    let what = format!(
                        "all targets of `{name}` are in {inside} ({zones}), and {word} `{other}` is in {number} with cross-zone off"
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
