//! Which hop of a network is which part of AWS, and what the logs say of each service: names, addresses, identifiers.

use crate::aws::part::Part;
use crate::engine::Network;
use crate::engine::network::Step;
use crate::random::{RunKey, StreamId};
use crate::scenario::{Model, Scenario};
use crate::topology::hop_names;

/// What a hop is to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Client,
    Connection,
    Api,
    Waf,
    Authorizer,
    Alb,
    Service,
    /// On the way, without a log of its own.
    Other,
}

/// A class of requests.
#[derive(Clone, Debug)]
pub(super) struct Service {
    /// As in its path and its target group: its name, or `service-` and its number.
    pub name: String,
    pub api: Part,
    /// The integration's timeout, ns, and the API's status when it passes.
    pub timeout: (u64, u16),
    /// The API's status for a throttled request.
    pub throttled: u16,
    pub target_group: String,
}

/// A network as its logs see it.
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub roles: Vec<Role>,
    pub services: Vec<Service>,
    /// Every ALB of the option logs under one name.
    pub balancer: String,
    pub certificate: String,
    /// Bytes of a request and of an answer.
    pub bytes: (u64, u64),
}

/// An account that AWS's own documentation uses for examples.
const ACCOUNT: &str = "123456789012";

/// Sixteen hex digits that follow from a name alone.
fn identifier(kind: &str, name: &str) -> String {
    format!("{:016x}", RunKey::new(0, 0).attempt(0, 0).bits(StreamId::new(name, kind)))
}

impl Map {
    pub(super) fn new(scenario: &Scenario, network: &Network, option: usize) -> Map {
        let system = match &scenario.model {
            Model::Options(system) => Some(system),
            Model::Hops(_) => None,
        };
        let region = system.map_or("", |system| &system.account.region);
        let partition = if region.starts_with("cn-") { "aws-cn" } else { "aws" };
        let arn = |service: &str, rest: String| format!("arn:{partition}:{service}:{region}:{ACCOUNT}:{rest}");
        let name = system.and_then(|system| system.options.get(option)).map_or("", |option| &option.name);
        let listed =
            |index: usize| system.and_then(|system| system.listed.get(index)).map(|listed| listed.name.clone());
        let services = network.classes.iter().enumerate().map(|(index, class)| {
            let route = &network.routes[usize::from(class.route)];
            let name = listed(index).unwrap_or_else(|| format!("service-{index}"));
            let api = if passes(network, route, Part::HttpApi.id()) { Part::HttpApi } else { Part::RestApi };
            let deadline = route.iter().find_map(|step| match step {
                &Step::Deadline { after, status, .. } => Some((after, status)),
                _ => None,
            });
            let group = format!("targetgroup/{name}/{}", identifier("target-group", &name));
            Service {
                api,
                timeout: deadline.unwrap_or((u64::MAX, 0)),
                throttled: api.answers().map_or(0, |answers| answers.throttled),
                target_group: arn("elasticloadbalancing", group),
                name,
            }
        });
        let of = |bytes: Option<crate::units::Bytes>| bytes.map_or(0, |bytes| bytes.0);
        Map {
            roles: network.hops.iter().map(|hop| role(&hop.name)).collect(),
            services: services.collect(),
            balancer: format!("app/{name}/{}", identifier("alb", name)),
            certificate: arn("acm", "certificate/00000000-0000-4000-8000-000000000000".into()),
            bytes: system.map_or((0, 0), |system| (of(system.traffic.request), of(system.traffic.response))),
        }
    }

    /// Whether any route passes an ALB.
    pub(super) fn has_alb(&self) -> bool {
        self.roles.contains(&Role::Alb)
    }
}

fn role(hop: &str) -> Role {
    match hop {
        hop_names::CLIENT => Role::Client,
        hop_names::CONNECTION => Role::Connection,
        hop_names::SERVICE => Role::Service,
        "waf" => Role::Waf,
        "authorizer" => Role::Authorizer,
        hop if hop == Part::Alb.id() => Role::Alb,
        hop if hop == Part::RestApi.id() || hop == Part::HttpApi.id() => Role::Api,
        _ => Role::Other,
    }
}

fn passes(network: &Network, route: &[Step], name: &str) -> bool {
    let named = |hop: u16| network.hops.get(usize::from(hop)).is_some_and(|hop| hop.name == name);
    route.iter().any(|step| matches!(step, Step::Delay { hop, .. } if named(*hop)))
}
