//! An options scenario as the rest of the program sees it: services, network, account and gateway, checked and in plain types.

use std::collections::BTreeMap;

use super::changes::{Autoscaling, Health, LoadBalancers};
use super::deployments::Deployments;
use super::growth::Growth;
use crate::random::Distribution;
use crate::units::{Bytes, Duration, Rate};

/// A system of microservices behind API Gateway, with everything that an option's inventory, cost and network depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Every microservice that is not listed in `listed`, and the number of services at the operating point.
    pub services: Services,
    /// Services that differ, in file order; they are the first of the `services.count` services.
    pub listed: Vec<Listed>,
    /// Zones, VPCs and addresses.
    pub network: Network,
    /// Region, environments, account topology.
    pub account: Account,
    /// Timeouts, WAF, authorizer and throttles of the API.
    pub gateway: Gateway,
    /// What finds out that targets are lost.
    pub health: Health,
    /// Whether the capacity of load balancers follows load.
    pub load_balancers: LoadBalancers,
    /// What callers send.
    pub traffic: Traffic,
    /// Quotas in force where they differ from the AWS default: by quota id or L-code, with where the value came from.
    pub quotas: BTreeMap<String, QuotaValue>,
    /// What everything else in the account uses of a quota, by quota id or L-code.
    pub used: BTreeMap<String, f64>,
    /// How often services change and what a change holds, where the scenario says so.
    pub deployments: Option<Deployments>,
    /// How services and traffic grow, where the scenario says so.
    pub growth: Option<Growth>,
    /// The latency of a hop, by the hop's name (a part's id, or one of the fixed hop names), where the scenario states it.
    pub hop_times: BTreeMap<String, Distribution>,
    /// Prices in force where they are not those of the Region's table, by price id.
    pub prices: BTreeMap<String, super::prices::Price>,
    /// Ids of the features that every service needs (`[requirements]`), in the order of the file.
    pub needs: Vec<String>,
    /// Whether the ways that services state are how they go today. Then only an option that is as built follows them; under every
    /// other one all services are moved there.
    pub as_built: bool,
    /// The options to compare, in order, each with the scenario's `[option.ID]` already applied.
    pub options: Vec<super::option::ArchitectureOption>,
}

/// `[services]`: every microservice.
#[derive(Clone, Debug, PartialEq)]
pub struct Services {
    /// Services at the operating point, 1 to 100,000.
    pub count: u32,
    /// Targets per service.
    pub targets: u32,
    /// Requests that one target serves at once.
    pub concurrency: u32,
    /// Requests that may wait per target.
    pub queue: u32,
    /// Service time of a request.
    pub time: Distribution,
    /// Whether `time` already holds the zone leg from the last load balancer to the target.
    pub time_includes_zone_leg: bool,
    /// Whether `time` is the built-in default and not the user's.
    pub time_is_default: bool,
    /// What the last balancer does.
    pub balancing: Balancing,
    /// How a new version is brought in.
    pub deployment: Deployment,
    /// Targets during a rolling deployment, over targets; 1 or more.
    pub surge: f64,
    /// Routes (HTTP API) or resources (REST API) that a service takes.
    pub routes: u32,
    /// Each target has a network interface of its own.
    pub interface_per_target: bool,
    /// Domains over which the services that name no group divide in turn: service i (from 0) is of domain i modulo this. `None`:
    /// a service without a group is a group of its own.
    pub groups: Option<u32>,
    /// How the number of a service's targets follows load; `None`: it stays.
    pub autoscaling: Option<Autoscaling>,
}

/// `[[service]]`: one service that differs. `None` means as in `[services]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Listed {
    /// Unique name.
    pub name: String,
    /// Free text for reports.
    pub title: Option<String>,
    /// Team or domain that may share load balancers.
    pub group: Option<String>,
    /// The option this service takes whatever the compared option is (a mix), or with `as_built` the one that it takes today.
    pub option: Option<String>,
    /// Targets of this service.
    pub targets: Option<u32>,
    /// How their number follows load.
    pub autoscaling: Option<Autoscaling>,
    /// Requests that one target serves at once.
    pub concurrency: Option<u32>,
    /// Requests that may wait per target.
    pub queue: Option<u32>,
    /// Service time.
    pub time: Option<Distribution>,
    /// Share of the traffic relative to a service of weight 1; `None` is 1.
    pub weight: Option<f64>,
    /// Share of the whole traffic, above 0 and at most 1, whatever the weights of the others; `None`: by weight.
    pub share: Option<f64>,
    /// Ids of the features that this service needs beside those that every service does, sorted, each once.
    pub needs: Vec<String>,
}

/// How the last balancer chooses a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balancing {
    /// What the part does: an NLB by flow hash per connection, an ALB round robin per request, Cloud Map at random.
    Inherit,
    /// In turn, per request.
    RoundRobin,
    /// The target with the fewest requests waiting or in service; ties to the first.
    LeastOutstanding,
    /// Evenly at random, per request.
    Random,
}

/// How a service's new version replaces the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// One target group; targets x surge while it lasts.
    Rolling,
    /// Two target groups, twice the targets.
    BlueGreen,
    /// Neither.
    InPlace,
}

/// `[network]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Availability Zones in use, 1 to 6.
    pub zones: u32,
    /// VPCs over which the services divide evenly; fewer where there are fewer services.
    pub vpcs: u32,
    /// Prefix length of the subnet in each zone and VPC, 16 to 28.
    pub subnet_prefix: u32,
    /// NLB cross-zone balancing.
    pub nlb_cross_zone: bool,
    /// Probability that an attempt takes an idle warm connection, if there is one.
    pub connection_reuse: f64,
    /// Probability that a zone leg of a sender which balances over all zones crosses them; `None`: (k - 1) / k for k zones.
    pub zone_share: Option<f64>,
}

/// `[account]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// AWS Region name.
    pub region: String,
    /// Copies of the system in the account.
    pub environments: u32,
    /// How accounts share the work.
    pub topology: AccountTopology,
    /// Accounts, 1 for `Single`.
    pub accounts: u32,
}

/// Account topologies of model.md 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountTopology {
    /// One account holds everything.
    Single,
    /// An API per account: each account has its own pools.
    Federated,
    /// One API over PrivateLink.
    Central,
    /// Subnets shared with other accounts.
    SharedVpc,
}

/// `[gateway]`. Nothing of it is there by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gateway {
    /// Stated integration timeout; `None` is the type's own maximum (29 s REST, 30 s HTTP API).
    pub integration_timeout: Option<Duration>,
    /// AWS WAF before a REST API.
    pub waf: bool,
    /// Give tokens of earlier throttles back when a later one refuses.
    pub refund_tokens: bool,
    /// Authorizer latency, if there is one.
    pub authorizer: Option<Distribution>,
    /// Stage throttle.
    pub stage_throttle: Option<Throttle>,
    /// Throttle of each service's route or method.
    pub route_throttle: Option<Throttle>,
}

/// A token bucket of API Gateway.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// Tokens per second.
    pub rate: Rate,
    /// Bucket capacity.
    pub burst: u32,
}

/// What callers send, as far as ceilings and cost depend on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Peak requests per second, by service or for the whole system.
    pub rate: TrafficRate,
    /// Peak over mean rate; months are billed at the mean.
    pub peak_to_mean: f64,
    /// Bytes of a request on the wire; `None` where nobody says.
    pub request: Option<Bytes>,
    /// Bytes of a response on the wire; `None` where nobody says.
    pub response: Option<Bytes>,
    /// The arrivals in words, for traffic rungs: "Poisson", "constant", "MMPP", ...
    pub arrivals: String,
}

/// Peak request rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TrafficRate {
    /// Grows with the services.
    PerService(Rate),
    /// Whole system, whatever the services.
    Total(Rate),
    /// Closed clients: no rate of their own.
    Closed,
}

/// A quota value in force that is not the AWS default.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotaValue {
    /// The value.
    pub value: f64,
    /// Where it came from, for reports: "scenario", or the quotas file's name.
    pub from: String,
}

impl System {
    /// Requests per second at the peak with `services` services; `None` for closed clients.
    #[must_use]
    pub fn rate(&self, services: u32) -> Option<f64> {
        match self.traffic.rate {
            TrafficRate::PerService(rate) => Some(rate.per_second() * f64::from(services)),
            TrafficRate::Total(rate) => Some(rate.per_second()),
            TrafficRate::Closed => None,
        }
    }

    /// Ids of the features that every service needs, then those of listed ones, as often as they are listed.
    pub fn all_needs(&self) -> impl Iterator<Item = &str> {
        let listed = self.listed.iter().flat_map(|one| &one.needs);
        self.needs.iter().chain(listed).map(String::as_str)
    }

    /// What of the traffic goes to each listed service among the first `services`, in order, and to every other one, relative to
    /// their sum, which comes last. By weight; what `share` states is of the whole.
    #[must_use]
    pub fn traffic(&self, services: u32) -> (Vec<f64>, f64, f64) {
        let listed = &self.listed[..self.listed.len().min(services as usize)];
        let others = f64::from(services) - listed.len() as f64;
        let stated: Vec<Option<f64>> = listed.iter().map(|one| one.share).chain([None]).collect();
        let mut parts: Vec<f64> = listed.iter().map(|one| one.weight.unwrap_or(1.0)).chain([others]).collect();
        hold_shares(&mut parts, &stated);
        let total = parts.iter().sum();
        let rest = parts.pop().unwrap_or(0.0);
        (parts, if others > 0.0 { rest / others } else { 0.0 }, total)
    }
}

/// Changes weights so that those with a stated share have it of the whole, and the others what is left, in their proportions.
/// Where only stated ones have a weight, they keep their proportions. Without a stated share nothing changes.
pub fn hold_shares(weights: &mut [f64], stated: &[Option<f64>]) {
    let all: f64 = stated.iter().flatten().sum();
    if all <= 0.0 {
        return;
    }
    let rest: f64 = weights.iter().zip(stated).filter(|(_, stated)| stated.is_none()).map(|(weight, _)| weight).sum();
    let left = if rest > 0.0 { (1.0 - all).max(0.0) / rest } else { 0.0 };
    for (weight, stated) in weights.iter_mut().zip(stated) {
        *weight = stated.unwrap_or(*weight * left);
    }
}

impl Traffic {
    /// Bytes of a request and its response together; `None` where either is not stated.
    #[must_use]
    pub fn bytes(&self) -> Option<f64> {
        Some((self.request?.0 + self.response?.0) as f64)
    }

    /// The larger of both directions in bytes; `None` where either is not stated.
    #[must_use]
    pub fn larger(&self) -> Option<f64> {
        Some(self.request?.0.max(self.response?.0) as f64)
    }
}

impl Default for Services {
    /// `[services]` where nothing is stated; the service time is that of the latency table.
    fn default() -> Services {
        let time = super::latency::hop_default("service").map(|hop| hop.distribution.clone());
        Services {
            count: 4,
            targets: 3,
            concurrency: 1,
            queue: 128,
            time: time.unwrap_or_else(|| Distribution::constant(0.0)),
            time_includes_zone_leg: true,
            time_is_default: true,
            balancing: Balancing::Inherit,
            deployment: Deployment::Rolling,
            surge: 2.0,
            routes: 2,
            interface_per_target: false,
            groups: None,
            autoscaling: None,
        }
    }
}

impl Network {
    /// Probabilities that a zone leg of a sender which balances over all zones crosses them, and that it does not.
    #[must_use]
    pub fn crossing(&self) -> (f64, f64) {
        let zones = f64::from(self.zones);
        match self.zone_share.filter(|_| self.zones > 1) {
            Some(share) => (share, 1.0 - share),
            None => ((zones - 1.0) / zones, 1.0 / zones),
        }
    }
}

impl Default for Network {
    /// `[network]` where nothing is stated.
    fn default() -> Network {
        Network {
            zones: 3,
            vpcs: 2,
            subnet_prefix: 20,
            nlb_cross_zone: false,
            connection_reuse: 0.95,
            zone_share: None,
        }
    }
}

impl Default for Account {
    /// `[account]` where nothing is stated.
    fn default() -> Account {
        Account { region: "us-east-1".into(), environments: 1, topology: AccountTopology::Single, accounts: 1 }
    }
}

impl System {
    /// The built-in system: AWS's and the format's defaults, comparing `options`.
    #[must_use]
    pub fn aws_defaults(options: Vec<super::option::ArchitectureOption>) -> System {
        System {
            services: Services::default(),
            listed: Vec::new(),
            network: Network::default(),
            account: Account::default(),
            gateway: Gateway::default(),
            health: Health::default(),
            load_balancers: LoadBalancers::default(),
            traffic: Traffic {
                rate: Rate::new(100.0).map_or(TrafficRate::Closed, TrafficRate::PerService),
                peak_to_mean: 1.0,
                request: Some(Bytes(2048)),
                response: Some(Bytes(8192)),
                arrivals: "Poisson".into(),
            },
            quotas: BTreeMap::new(),
            used: BTreeMap::new(),
            deployments: None,
            growth: None,
            hop_times: BTreeMap::new(),
            prices: BTreeMap::new(),
            needs: Vec::new(),
            as_built: false,
            options,
        }
    }
}
