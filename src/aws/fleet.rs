//! Which load balancers each service stands behind, one by one, by the same rules as the inventory counts them: what shares a load
//! balancer shares its capacity and its zones.

use std::collections::BTreeMap;

use super::demand::Demand;
use super::mix;
use super::option::{ArchitectureOption, Share};
use super::packing::room;
use super::part::Part;
use super::place::{self, Group};
use super::system::System;
use super::{alb, nlb};

/// The load balancers of one service, by numbers that are unique among those of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Its ALB, if it stands behind one.
    pub alb: Option<u32>,
    /// Its NLB, or that of its ALB.
    pub nlb: Option<u32>,
}

/// A unit that still takes services or ALBs.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    unit: u32,
    held: u32,
    fill: [f64; 3],
}

/// Units of one kind, opened one after the other in each pool.
#[derive(Default)]
struct Units<Key> {
    open: BTreeMap<Key, Open>,
    opened: u32,
}

impl<Key: Ord> Units<Key> {
    /// The unit that takes `load`, and whether it was opened for it.
    fn take(&mut self, key: Key, load: [f64; 3], limits: [f64; 3], most: Option<u32>) -> (u32, bool) {
        let fits = |open: &Open| match most {
            Some(most) => open.held < most,
            None => room(limits, open.fill, load).0 > 0,
        };
        let opened = &mut self.opened;
        let fresh = |opened: &mut u32| {
            *opened += 1;
            Open { unit: *opened - 1, ..Open::default() }
        };
        let before = *opened;
        let open = self.open.entry(key).or_insert_with(|| fresh(opened));
        if open.held > 0 && !fits(open) {
            *open = fresh(opened);
        }
        open.held += 1;
        open.fill.iter_mut().zip(load).for_each(|(fill, one)| *fill += one);
        (open.unit, *opened > before)
    }
}

/// Where a service goes: account and VPC, the number of its way among those that share no pool, its group.
type Place<'a> = (u32, usize, Option<Group<'a>>);

/// The load balancers of each of the first `services` services, in order. With a second kind of last balancer every other service
/// takes that one.
#[must_use]
pub fn fleet(option: &ArchitectureOption, services: u32, system: &System) -> Vec<Behind> {
    let mut albs: Units<(Place<'_>, Option<u32>)> = Units::default();
    let mut nlbs: Units<(Place<'_>, Option<u32>)> = Units::default();
    // The NLB of each ALB behind one.
    let mut nlb_of: BTreeMap<u32, u32> = BTreeMap::new();
    let mut ways: Vec<&ArchitectureOption> = Vec::new();
    let alone = |share: Share, group: &Option<Group<'_>>, index: u32| {
        (share == Share::Group && group.is_none()).then_some(index)
    };
    let mut all = Vec::new();
    for (index, (vpc, group)) in (0..services).zip(place::places(option, services, system)) {
        let listed = system.listed.get(index as usize);
        let way = mix::way(option, listed, system);
        let same = |known: &&ArchitectureOption| known.path.get(1..) == way.path.get(1..) && known.share == way.share;
        let number = ways.iter().position(same).unwrap_or_else(|| {
            ways.push(way);
            ways.len() - 1
        });
        let demand = Demand::of(system, listed);
        let last = match way.also {
            Some(other) if index % 2 == 1 => other,
            _ => way.last_balancer().unwrap_or(Part::CloudMap),
        };
        let nested = way.balancers().count() > 1;
        let apart =
            |share: Share| group.filter(|_| share == Share::Group || nested && way.share.albs_per_nlb == Share::Group);
        let behind = match last {
            Part::Alb => {
                let share = way.share.services_per_alb;
                let key = ((vpc, number, apart(share)), alone(share, &group, index));
                let load = alb::service_load(system, &demand);
                let (unit, opened) = albs.take(key, load, alb::limits(system), count(share));
                if nested && opened {
                    let share = way.share.albs_per_nlb;
                    let key = ((vpc, number, group.filter(|_| share == Share::Group)), alone(share, &group, unit));
                    let (nlb, _) = nlbs.take(key, nlb::alb_load(system), nlb::limits(system), count(share));
                    nlb_of.insert(unit, nlb);
                }
                Behind { alb: Some(unit), nlb: nlb_of.get(&unit).copied() }
            }
            Part::Nlb => {
                let share = way.share.services_per_nlb;
                let key = ((vpc, number, apart(share)), alone(share, &group, index));
                let load = nlb::service_load(system, &demand);
                Behind { alb: None, nlb: Some(nlbs.take(key, load, nlb::limits(system), count(share)).0) }
            }
            _ => Behind::default(),
        };
        all.push(behind);
    }
    all
}

fn count(share: Share) -> Option<u32> {
    if let Share::Count(most) = share { Some(most) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::inventory::inventory;
    use crate::aws::system::Listed;
    use crate::aws::tests::options;

    /// Different numbers of ALBs and NLBs.
    fn counts(fleet: &[Behind]) -> (usize, usize) {
        let distinct = |pick: fn(&Behind) -> Option<u32>| {
            fleet.iter().filter_map(pick).collect::<std::collections::BTreeSet<u32>>().len()
        };
        (distinct(|behind| behind.alb), distinct(|behind| behind.nlb))
    }

    #[test]
    fn as_many_load_balancers_as_the_inventory_counts() {
        for name in ["http-fan-out", "rest-link-per-service", "rest-shared-nlb", "rest-nlb-alb", "rest-alb-direct"] {
            let option = options::named(name);
            let mut system = System::aws_defaults(vec![option.clone()]);
            for groups in [None, Some(7)] {
                system.services.groups = groups;
                for services in [1, 2, 5, 64, 333] {
                    let total = inventory(&option, services, &system).total();
                    let fleet = fleet(&option, services, &system);
                    let (albs, nlbs) = counts(&fleet);
                    assert_eq!((albs as f64, nlbs as f64), (total.albs, total.nlbs), "{name} {services} {groups:?}");
                }
            }
        }
    }

    #[test]
    fn groups_share_and_those_without_one_stand_alone() {
        let mut option = options::named("rest-alb-direct");
        option.share.services_per_alb = Share::Group;
        let mut system = System::aws_defaults(vec![option.clone()]);
        let of = |group: &str| Listed { group: Some(group.into()), ..Listed::default() };
        system.listed = vec![of("a"), of("b"), of("a"), Listed::default()];
        let albs: Vec<_> = fleet(&option, 5, &system).iter().filter_map(|behind| behind.alb).collect();
        assert_eq!(albs, [0, 1, 0, 2, 3]);
    }
}
