//! What an option needs for so many services while they are being deployed, in every account, VPC and unit. Counting only:
//! what the counts mean for quotas is in `uses`, and how many services fit in `ceilings`.

use std::collections::BTreeMap;

use super::demand::Demand;
use super::option::ArchitectureOption;
use super::part::Part;
use super::place::{self, Lot};
use super::pool::{Pool, Tally};
use super::quotas;
use super::system::{AccountTopology, System};
use super::{central, http_api, rest_api};

/// Counts of one account or of all, of one environment or of all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// HTTP APIs.
    pub http_apis: f64,
    /// REST APIs.
    pub rest_apis: f64,
    /// Routes of HTTP APIs.
    pub routes: f64,
    /// Resources of REST APIs, the roots included.
    pub resources: f64,
    /// Integrations of HTTP APIs: one per listener.
    pub integrations: f64,
    /// VPC links V1.
    pub links_v1: f64,
    /// VPC links V2.
    pub links_v2: f64,
    /// Network Load Balancers.
    pub nlbs: f64,
    /// Application Load Balancers.
    pub albs: f64,
    /// Listeners of load balancers.
    pub listeners: f64,
    /// Rules of ALBs.
    pub rules: f64,
    /// Target groups of load balancers.
    pub target_groups: f64,
    /// Targets, old and new.
    pub targets: f64,
    /// Cloud Map namespaces.
    pub namespaces: f64,
    /// Interface endpoints (a central API only).
    pub endpoints: f64,
    /// Network interfaces, at least: one per zone for each link, load balancer and endpoint.
    pub interfaces: f64,
    /// VPCs.
    pub vpcs: f64,
}

impl Counts {
    /// Adds `times` of another's counts.
    pub fn add(&mut self, other: &Counts, times: f64) {
        let theirs = other.clone().fields().map(|field| *field);
        for (mine, theirs) in self.fields().into_iter().zip(theirs) {
            *mine += theirs * times;
        }
    }

    fn fields(&mut self) -> [&mut f64; 17] {
        let Counts { http_apis, rest_apis, routes, resources, integrations, links_v1, links_v2, nlbs, albs, .. } = self;
        let Counts { listeners, rules, target_groups, targets, namespaces, endpoints, interfaces, vpcs, .. } = self;
        [
            http_apis,
            rest_apis,
            routes,
            resources,
            integrations,
            links_v1,
            links_v2,
            nlbs,
            albs,
            listeners,
            rules,
            target_groups,
            targets,
            namespaces,
            endpoints,
            interfaces,
            vpcs,
        ]
    }

    /// APIs of both kinds; each has one stage.
    #[must_use]
    pub fn apis(&self) -> f64 {
        self.http_apis + self.rest_apis
    }
}

/// What one VPC of one environment holds, of all accounts that are in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VpcCounts {
    /// VPC links V2.
    pub links_v2: f64,
    /// Network Load Balancers.
    pub nlbs: f64,
    /// Application Load Balancers.
    pub albs: f64,
    /// Interface endpoints.
    pub endpoints: f64,
    /// Targets, old and new.
    pub targets: f64,
    /// Services.
    pub services: f64,
}

/// The inventory of an option at so many services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// Services.
    pub services: u32,
    /// Copies of the system in each account.
    pub environments: u32,
    /// One environment of each account, in order; with a central API its own account comes first.
    pub accounts: Vec<Counts>,
    /// Services of each account, in the same order.
    pub account_services: Vec<u32>,
    /// Each VPC of one environment.
    pub vpcs: Vec<VpcCounts>,
    /// What the fullest unit holds of each per-unit quota, by quota id.
    pub peaks: BTreeMap<&'static str, f64>,
    /// The most services behind one ALB; 0 without ALBs.
    pub services_per_alb: u32,
    /// The most services behind one NLB; 0 without NLBs.
    pub services_per_nlb: u32,
    /// The most ALBs behind one NLB; 0 without both.
    pub albs_per_nlb: u32,
    /// The most services in one API.
    pub services_per_api: u32,
}

impl Inventory {
    /// Everything, over all accounts and environments.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for account in &self.accounts {
            total.add(account, f64::from(self.environments));
        }
        total
    }

    /// Raises the peak of a per-unit quota.
    pub(super) fn raise(&mut self, id: &'static str, value: f64) {
        let peak = self.peaks.entry(id).or_insert(0.0);
        *peak = peak.max(value);
    }
}

/// What one account's APIs have to hold.
#[derive(Clone, Copy, Debug, Default)]
struct ApiNeeds {
    http_services: u32,
    rest_services: u32,
    http_entries: f64,
}

impl ApiNeeds {
    fn and(self, other: ApiNeeds) -> ApiNeeds {
        ApiNeeds {
            http_services: self.http_services + other.http_services,
            rest_services: self.rest_services + other.rest_services,
            http_entries: self.http_entries + other.http_entries,
        }
    }
}

/// What `option` needs for `services` services, whose listed ones may go by other options of the system. Pools that several
/// options draw on are counted once.
#[must_use]
pub fn inventory(option: &ArchitectureOption, services: u32, system: &System) -> Inventory {
    let lots = place::lots(option, services, system);
    let service_accounts = place::service_accounts(system);
    let mut inventory =
        Inventory { services, environments: system.account.environments.max(1), ..Inventory::default() };
    inventory.accounts = vec![Counts::default(); service_accounts as usize];
    inventory.account_services = vec![0; service_accounts as usize];
    let mut apis = vec![ApiNeeds::default(); service_accounts as usize];
    let mut vpcs: BTreeMap<(u32, u32), VpcCounts> = BTreeMap::new();
    for ((account, vpc), lots) in by_place(&lots) {
        let counts = &mut inventory.accounts[account as usize];
        let in_vpc = vpcs.entry(vpc_key(system, account, vpc)).or_default();
        for lot in &lots {
            let demand = Demand::of(system, lot.listed);
            let count = f64::from(lot.count);
            counts.targets += demand.targets * count;
            in_vpc.targets += demand.targets * count;
            in_vpc.services += count;
            inventory.account_services[account as usize] += lot.count;
        }
        for (tally, api, count) in tallies(&lots, system) {
            let needs = &mut apis[account as usize];
            needs.http_services += if api == Part::HttpApi { count } else { 0 };
            needs.rest_services += if api == Part::RestApi { count } else { 0 };
            needs.http_entries += if api == Part::HttpApi { tally.entries } else { 0.0 };
            count_units(counts, in_vpc, &tally);
            for (id, peak) in &tally.peaks {
                raise(&mut inventory.peaks, id, *peak);
            }
            inventory.services_per_alb = inventory.services_per_alb.max(tally.services_per_alb);
            inventory.services_per_nlb = inventory.services_per_nlb.max(tally.services_per_nlb);
            inventory.albs_per_nlb = inventory.albs_per_nlb.max(tally.albs_per_nlb);
        }
        share_v2_link(counts, in_vpc, &lots);
    }
    for &(account, _) in vpcs.keys() {
        inventory.accounts[account as usize].vpcs += 1.0;
    }
    inventory.vpcs = vpcs.into_values().collect();
    if system.account.topology == AccountTopology::Central {
        central::add_account(&mut inventory, option, system);
        apis = vec![apis.into_iter().fold(ApiNeeds::default(), ApiNeeds::and)];
    }
    for (account, needs) in apis.into_iter().enumerate() {
        count_apis(&mut inventory, account, needs, system);
    }
    count_interfaces(&mut inventory, system);
    inventory
}

/// The VPC that services of an account go to: with shared subnets all accounts are in the first one's VPCs.
fn vpc_key(system: &System, account: u32, vpc: u32) -> (u32, u32) {
    if system.account.topology == AccountTopology::SharedVpc { (0, vpc) } else { (account, vpc) }
}

fn by_place<'a>(lots: &[Lot<'a>]) -> BTreeMap<(u32, u32), Vec<Lot<'a>>> {
    let mut places: BTreeMap<(u32, u32), Vec<Lot<'a>>> = BTreeMap::new();
    for lot in lots {
        places.entry((lot.account, lot.vpc)).or_default().push(*lot);
    }
    places
}

/// The pools of one place, each with the API in front and the services that go through it. Services of two APIs may share a
/// pool: then the pool's units count once, with the first API, and its entries once with each.
fn tallies<'a>(lots: &[Lot<'a>], system: &System) -> Vec<(Tally, Part, u32)> {
    let mut pools: Vec<(Pool<'a>, Vec<(Part, u32)>)> = Vec::new();
    for lot in lots {
        let index = match pools.iter().position(|(pool, _)| pool.takes(lot.option)) {
            Some(index) => index,
            None => {
                pools.push((Pool::new(lot.option, system), Vec::new()));
                pools.len() - 1
            }
        };
        let (pool, apis) = &mut pools[index];
        pool.add(lot, system);
        let api = lot.option.api();
        match apis.iter_mut().find(|(known, _)| *known == api) {
            Some((_, count)) => *count += lot.count,
            None => apis.push((api, lot.count)),
        }
    }
    let mut tallies = Vec::new();
    for (pool, apis) in pools {
        let tally = pool.tally(system);
        let entries = tally.entries;
        for (index, (api, count)) in apis.into_iter().enumerate() {
            let own = if index == 0 { tally.clone() } else { Tally { entries, ..Tally::default() } };
            tallies.push((own, api, count));
        }
    }
    tallies
}

fn count_units(counts: &mut Counts, in_vpc: &mut VpcCounts, tally: &Tally) {
    let (nlbs, albs) = (f64::from(tally.nlbs), f64::from(tally.albs));
    counts.nlbs += nlbs;
    counts.albs += albs;
    in_vpc.nlbs += nlbs;
    in_vpc.albs += albs;
    counts.links_v1 += f64::from(tally.links_v1);
    // The first V2 link of a VPC is shared by all that go through it and counted by `share_v2_link`.
    let more_links = f64::from(tally.links_v2.saturating_sub(1));
    counts.links_v2 += more_links;
    in_vpc.links_v2 += more_links;
    counts.listeners += tally.listeners;
    counts.rules += tally.rules;
    counts.namespaces += f64::from(tally.namespaces);
    counts.target_groups += tally.target_groups;
}

fn share_v2_link(counts: &mut Counts, in_vpc: &mut VpcCounts, lots: &[Lot<'_>]) {
    if lots.iter().any(|lot| lot.option.has(Part::VpcLinkV2)) {
        counts.links_v2 += 1.0;
        in_vpc.links_v2 += 1.0;
    }
}

/// APIs of one account: a full API is followed by another.
fn count_apis(inventory: &mut Inventory, account: usize, needs: ApiNeeds, system: &System) {
    let routes = f64::from(system.services.routes);
    let integrations = quotas::limit(system, "apigateway.integrations-per-api").max(1.0);
    let (http, rest) = (f64::from(needs.http_services), f64::from(needs.rest_services));
    let (per_http, per_rest) =
        (http_api::services_per_api(system).max(1.0), rest_api::services_per_api(system).max(1.0));
    let http_apis = (http / per_http).ceil().max((needs.http_entries / integrations).ceil());
    let rest_apis = (rest / per_rest).ceil();
    let counts = &mut inventory.accounts[account];
    (counts.http_apis, counts.rest_apis) = (http_apis, rest_apis);
    counts.routes = http * routes;
    counts.resources = rest * routes + rest_apis * rest_api::ROOT_RESOURCES;
    counts.integrations = needs.http_entries;
    let fullest = http.min(per_http).max(rest.min(per_rest));
    inventory.services_per_api = inventory.services_per_api.max(fullest as u32);
    if http > 0.0 {
        inventory.raise("apigateway.routes-per-api", http.min(per_http) * routes);
        inventory.raise("apigateway.integrations-per-api", needs.http_entries.min(integrations));
    }
    if rest > 0.0 {
        inventory.raise("apigateway.resources-per-api", rest.min(per_rest) * routes + rest_api::ROOT_RESOURCES);
    }
}

/// Interfaces that a link, load balancer or endpoint takes: one per zone, which is a floor (4 to 6 per ALB over three zones have
/// been seen in the field). Targets have their own only where the scenario says so.
fn count_interfaces(inventory: &mut Inventory, system: &System) {
    let zones = f64::from(system.network.zones);
    for counts in &mut inventory.accounts {
        let units = counts.links_v2 + counts.nlbs + counts.albs + counts.endpoints;
        let of_targets = if system.services.interface_per_target { counts.targets } else { 0.0 };
        counts.interfaces = zones * units + of_targets;
    }
}

fn raise(peaks: &mut BTreeMap<&'static str, f64>, id: &'static str, value: f64) {
    let peak = peaks.entry(id).or_insert(0.0);
    *peak = peak.max(value);
}
