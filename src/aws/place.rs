//! Where services go: which account and which VPC each takes, and by which option.

use std::collections::BTreeMap;

use super::mix;
use super::option::{ArchitectureOption, Share};
use super::system::{AccountTopology, Listed, System};

/// Equal services in one place that go by one option.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lot<'a> {
    pub account: u32,
    pub vpc: u32,
    pub option: &'a ArchitectureOption,
    /// The listed service, where the lot is one of those.
    pub listed: Option<&'a Listed>,
    pub count: u32,
    /// The domain that they belong to; `None`: each is a group of its own, or groups do not matter here.
    pub group: Option<Group<'a>>,
}

/// A team or domain whose services may share load balancers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group<'a> {
    /// Named by its services.
    Named(&'a str),
    /// One of the `groups` of `[services]`, from 0.
    Numbered(u32),
}

impl<'a> Group<'a> {
    /// Of service number `index`, from 0.
    fn of(index: u64, listed: &'a Listed, system: &System) -> Option<Group<'a>> {
        let numbered = || system.services.groups.map(|groups| Group::Numbered((index % u64::from(groups)) as u32));
        listed.group.as_deref().map(Group::Named).or_else(numbered)
    }
}

/// Accounts that hold services. With a central API the first account holds the API alone.
pub(super) fn service_accounts(system: &System) -> u32 {
    match system.account.topology {
        AccountTopology::Single => 1,
        AccountTopology::Federated | AccountTopology::SharedVpc => system.account.accounts.max(1),
        AccountTopology::Central => system.account.accounts.saturating_sub(1).max(1),
    }
}

/// The first `services` services, listed ones first, then the rest place by place. Service i goes to the i-th place in turn, so
/// that VPCs and accounts fill evenly, the first ones take the remainder, and no service moves when another is added. Where the
/// option shares by group, a group's services all go where its first one went.
pub(super) fn lots<'a>(option: &'a ArchitectureOption, services: u32, system: &'a System) -> Vec<Lot<'a>> {
    let accounts = service_accounts(system);
    let places = u64::from(accounts) * u64::from(system.network.vpcs.max(1));
    let lot = |place: u64, option, listed, count, group| {
        let vpc = (place / u64::from(accounts)) as u32;
        Lot { account: (place % u64::from(accounts)) as u32, vpc, option, listed, count, group }
    };
    let mut first_of_group = BTreeMap::new();
    let mut lots = Vec::new();
    for (index, listed) in (0u64..).zip(system.listed.iter().take(services as usize)) {
        let goes_by = mix::way(option, Some(listed), system);
        let group = Group::of(index, listed, system);
        let index = match group {
            Some(Group::Named(name)) if shares_by_group(goes_by) => *first_of_group.entry(name).or_insert(index),
            Some(Group::Numbered(number)) if shares_by_group(goes_by) => u64::from(number),
            _ => index,
        };
        lots.push(lot(index % places, goes_by, Some(listed), 1, group));
    }
    let goes_by = mix::way(option, None, system);
    let (from, to) = (system.listed.len() as u64, u64::from(services));
    let groups = turns(goes_by, system).map(u64::from);
    let turns = groups.unwrap_or(places);
    for turn in 0..turns.min(to) {
        // Numbers below x that leave the remainder `turn`: (x + turns - 1 - turn) / turns.
        let below = |x: u64| (x + turns - 1 - turn) / turns;
        let count = below(to).saturating_sub(below(from)) as u32;
        if count > 0 {
            let group = groups.map(|_| Group::Numbered(turn as u32));
            lots.push(lot(turn % places, goes_by, None, count, group));
        }
    }
    lots
}

/// Account and VPC in one number, and the group where one matters, of each of the first `services` services in order.
pub(super) fn places<'a>(
    option: &ArchitectureOption,
    services: u32,
    system: &'a System,
) -> Vec<(u32, Option<Group<'a>>)> {
    let places = u64::from(service_accounts(system)) * u64::from(system.network.vpcs.max(1));
    let listed = lots(option, services, system).into_iter().filter(|lot| lot.listed.is_some());
    // The groups of lots borrow from the option's lifetime; those of the system are the same.
    let of_listed = (0u64..).zip(&system.listed).map(|(index, one)| Group::of(index, one, system));
    let accounts = service_accounts(system);
    let mut all: Vec<_> = listed.zip(of_listed).map(|(lot, group)| (lot.vpc * accounts + lot.account, group)).collect();
    let turns = turns(mix::way(option, None, system), system).map(u64::from);
    all.extend((all.len() as u64..u64::from(services)).map(|index| {
        let turn = turns.map_or(index, |groups| index % groups);
        ((turn % places) as u32, turns.map(|_| Group::Numbered(turn as u32)))
    }));
    all
}

/// The groups over which services that are not listed divide in turn where `option` shares by group.
fn turns(option: &ArchitectureOption, system: &System) -> Option<u32> {
    system.services.groups.filter(|_| shares_by_group(option))
}

/// The account whose API serves each of the first `services` services, from 0: that of the service, but with a central API the one
/// account that holds it.
#[must_use]
pub fn accounts_of_apis(option: &ArchitectureOption, services: u32, system: &System) -> Vec<u32> {
    let accounts = if system.account.topology == AccountTopology::Central { 1 } else { service_accounts(system) };
    let listed = lots(option, services, system).into_iter().filter(|lot| lot.listed.is_some());
    let mut all: Vec<u32> = listed.map(|lot| lot.account % accounts).collect();
    let turns = turns(mix::way(option, None, system), system);
    all.extend((all.len() as u32..services).map(|index| turns.map_or(index, |groups| index % groups) % accounts));
    all
}

/// Whether any unit of the option is shared by group.
pub(super) fn shares_by_group(option: &ArchitectureOption) -> bool {
    let share = &option.share;
    match option.last_balancer() {
        Some(super::part::Part::Alb) => share.services_per_alb == Share::Group || share.albs_per_nlb == Share::Group,
        Some(_) => share.services_per_nlb == Share::Group,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::tests::options;

    #[test]
    fn services_divide_evenly_and_the_first_vpcs_take_the_remainder() {
        let option = options::named("http-fan-out");
        let mut system = System::aws_defaults(vec![option.clone()]);
        system.network.vpcs = 3;
        let counts = |n| lots(&option, n, &system).iter().map(|lot| lot.count).collect::<Vec<_>>();
        assert_eq!(counts(8), [3, 3, 2]);
        assert_eq!(counts(2), [1, 1]);
        system.listed = vec![Listed::default(), Listed::default()];
        let lots = lots(&option, 8, &system);
        let in_first: u32 = lots.iter().filter(|lot| lot.vpc == 0).map(|lot| lot.count).sum();
        assert_eq!((lots.len(), in_first), (5, 3));
    }

    #[test]
    fn each_account_has_an_api_but_for_a_central_one() {
        let option = options::named("http-fan-out");
        let mut system = System::aws_defaults(vec![option.clone()]);
        system.account = super::super::system::Account { accounts: 3, ..system.account };
        let mut accounts = |topology, n| {
            system.account.topology = topology;
            accounts_of_apis(&option, n, &system)
        };
        assert_eq!(accounts(AccountTopology::Federated, 5), [0, 1, 2, 0, 1]);
        assert_eq!(accounts(AccountTopology::SharedVpc, 2), [0, 1]);
        assert_eq!(accounts(AccountTopology::Central, 3), [0, 0, 0]);
    }

    #[test]
    fn a_group_stays_together_where_load_balancers_are_shared_by_group() {
        let mut option = options::named("rest-alb-direct");
        let of_shop = || Listed { group: Some("shop".into()), ..Listed::default() };
        let mut system = System::aws_defaults(vec![option.clone()]);
        system.listed = vec![of_shop(), of_shop(), of_shop()];
        let vpcs = |option: &ArchitectureOption| lots(option, 3, &system).iter().map(|lot| lot.vpc).collect::<Vec<_>>();
        assert_eq!(vpcs(&option), [0, 1, 0]);
        option.share.services_per_alb = Share::Group;
        assert_eq!(vpcs(&option), [0, 0, 0]);
    }
}
