//! The load balancers, links and namespaces of one VPC and one account that services with the same rule share.

use std::collections::BTreeMap;

use super::demand::Demand;
use super::option::{ArchitectureOption, Share};
use super::packing::Shelf;
use super::part::Part;
use super::place::{Group, Lot};
use super::system::System;
use super::{alb, cloud_map, nlb, vpc_link_v2};

/// What stands in one VPC for the services that go one way behind the API.
#[derive(Clone, Debug)]
pub(super) struct Pool<'a> {
    option: &'a ArchitectureOption,
    sides: Vec<Side<'a>>,
    /// The side that the next service takes, where services alternate.
    turn: u32,
}

/// Units of the last part of a path: one shelf for all, and one for each group where groups are kept apart.
#[derive(Clone, Debug)]
struct Side<'a> {
    part: Part,
    share: Share,
    /// Groups are kept apart.
    apart: bool,
    ungrouped: Shelf,
    groups: BTreeMap<Group<'a>, Shelf>,
    services: u32,
    /// Target groups of services, where the part has any.
    target_groups: f64,
    /// Targets of the fullest target group or Cloud Map service.
    fullest_group: f64,
}

/// What a pool counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub nlbs: u32,
    pub albs: u32,
    pub namespaces: u32,
    pub links_v1: u32,
    pub links_v2: u32,
    pub listeners: f64,
    pub rules: f64,
    /// Of services, and of the ALBs behind NLBs.
    pub target_groups: f64,
    /// Listeners (or Cloud Map services) that the API has an integration for.
    pub entries: f64,
    /// Load by load of the fullest unit, by quota id.
    pub peaks: Vec<(&'static str, f64)>,
    /// The most services behind one ALB, one NLB and one link; 0 where there is none.
    pub services_per_alb: u32,
    pub services_per_nlb: u32,
    /// The most ALBs behind one NLB.
    pub albs_per_nlb: u32,
}

impl<'a> Pool<'a> {
    pub fn new(option: &'a ArchitectureOption, system: &System) -> Pool<'a> {
        let last = option.last_balancer().unwrap_or(Part::CloudMap);
        let sides = std::iter::once(last).chain(option.also).map(|part| Side::new(part, option, system)).collect();
        Pool { option, sides, turn: 0 }
    }

    /// Whether services of `option` share this pool: the same parts behind the API, shared by the same rule.
    pub fn takes(&self, option: &ArchitectureOption) -> bool {
        self.option.path.get(1..) == option.path.get(1..)
            && self.option.share == option.share
            && self.option.also == option.also
    }

    pub fn add(&mut self, lot: &Lot<'a>, system: &System) {
        let demand = Demand::of(system, lot.listed);
        let sides = self.sides.len() as u32;
        for (index, side) in (0..).zip(&mut self.sides) {
            // Every `sides`-th of the lot's services, beginning with the side whose turn it is.
            let behind = (index + sides - self.turn) % sides;
            let count = (lot.count + sides - 1 - behind) / sides;
            side.add(&demand, lot.group, count, system);
        }
        self.turn = (self.turn + lot.count % sides) % sides;
    }

    pub fn tally(&self, system: &System) -> Tally {
        let mut tally = Tally::default();
        for side in &self.sides {
            let nested = side.part == Part::Alb && self.option.balancers().count() > 1;
            side.count_into(&mut tally, nested.then_some(self.option.share.albs_per_nlb), system);
        }
        match self.option.path.get(1) {
            Some(Part::VpcLinkV1) => tally.links_v1 = tally.nlbs,
            _ => tally.links_v2 = vpc_link_v2::links(tally.nlbs, self.option.share.nlbs_per_link),
        }
        tally
    }
}

impl<'a> Side<'a> {
    fn new(part: Part, option: &ArchitectureOption, system: &System) -> Side<'a> {
        let share = match part {
            Part::Alb => option.share.services_per_alb,
            Part::Nlb => option.share.services_per_nlb,
            _ => Share::Max,
        };
        let nested = option.balancers().count() > 1;
        let apart = share == Share::Group || (nested && option.share.albs_per_nlb == Share::Group);
        let most = match share {
            Share::Count(most) => Some(most),
            Share::Max => None,
            Share::Group => Some(1),
        };
        let ungrouped = Shelf::new(limits(part, system), most);
        let groups = BTreeMap::new();
        Side { part, share, apart, ungrouped, groups, services: 0, target_groups: 0.0, fullest_group: 0.0 }
    }

    fn add(&mut self, demand: &Demand, group: Option<Group<'a>>, count: u32, system: &System) {
        let load = match self.part {
            Part::Alb => alb::service_load(system, demand),
            Part::Nlb => nlb::service_load(system, demand),
            _ => cloud_map::service_load(demand),
        };
        let most = if let Share::Count(most) = self.share { Some(most) } else { None };
        let shelf = match group {
            Some(group) if self.apart => {
                self.groups.entry(group).or_insert_with(|| Shelf::new(limits(self.part, system), most))
            }
            _ => &mut self.ungrouped,
        };
        shelf.add(load, count);
        self.services += count;
        if count > 0 {
            let (groups, fullest) =
                if self.part.is_balancer() { (demand.groups, demand.targets_per_group) } else { (0.0, demand.targets) };
            self.target_groups += groups * f64::from(count);
            self.fullest_group = self.fullest_group.max(fullest);
        }
    }

    /// Adds the units to `tally`; `albs_per_nlb` is given where NLBs stand before ALBs.
    fn count_into(&self, tally: &mut Tally, albs_per_nlb: Option<Share>, system: &System) {
        let mut all = self.ungrouped.clone();
        self.groups.values().for_each(|group| all.join(group));
        let services = f64::from(self.services);
        tally.target_groups += self.target_groups;
        let group = if self.part.is_balancer() { "elb.targets-per-target-group" } else { cloud_map::PER_SERVICE };
        tally.peaks.push((group, self.fullest_group));
        match self.part {
            Part::Alb => {
                tally.albs += all.units;
                tally.listeners += f64::from(all.units) * alb::listeners(system);
                tally.rules += services * alb::listeners(system);
                tally.entries += f64::from(all.units);
                tally.services_per_alb = tally.services_per_alb.max(all.peak_held);
                tally.peaks.extend(alb::PER_ALB.into_iter().zip(all.peak));
                tally.peaks.push(("elb.listeners-per-alb", alb::listeners(system)));
                if let Some(share) = albs_per_nlb {
                    self.count_nlbs(tally, share, system);
                }
            }
            Part::Nlb => {
                tally.nlbs += all.units;
                tally.listeners += services;
                tally.entries += services;
                tally.services_per_nlb = tally.services_per_nlb.max(all.peak_held);
                tally.peaks.extend(nlb::PER_NLB.into_iter().zip(all.peak));
            }
            _ => {
                tally.namespaces += all.units;
                tally.entries += services;
                tally.peaks.push((cloud_map::PER_NAMESPACE, all.peak[0]));
            }
        }
    }

    fn count_nlbs(&self, tally: &mut Tally, albs_per_nlb: Share, system: &System) {
        let load = nlb::alb_load(system);
        let shelf = |most| Shelf::new(nlb::limits(system), most);
        let mut nlbs = match albs_per_nlb {
            Share::Count(most) => shelf(Some(most)),
            Share::Max => shelf(None),
            Share::Group => shelf(Some(1)),
        };
        nlbs.add(load, self.ungrouped.units);
        for group in self.groups.values() {
            if albs_per_nlb == Share::Group {
                let mut own = shelf(None);
                own.add(load, group.units);
                nlbs.join(&own);
            } else {
                nlbs.add(load, group.units);
            }
        }
        tally.nlbs += nlbs.units;
        // Behind an NLB each ALB has a listener and a target group of its own.
        tally.listeners += f64::from(tally.albs);
        tally.target_groups += f64::from(tally.albs);
        tally.albs_per_nlb = tally.albs_per_nlb.max(nlbs.peak_held);
        tally.services_per_nlb = nlbs.peak_held.saturating_mul(tally.services_per_alb).min(self.services);
        tally.peaks.extend(nlb::PER_NLB.into_iter().zip(nlbs.peak));
    }
}

fn limits(part: Part, system: &System) -> [f64; 3] {
    match part {
        Part::Alb => alb::limits(system),
        Part::Nlb => nlb::limits(system),
        _ => cloud_map::limits(system),
    }
}
