//! From a private route to what answers it: API, link, load balancer, listener, rules, target group, and through an ALB behind an
//! NLB to the target groups of that.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::address::Address;
use super::index::{Found, Index};
use super::paths::Paths;
use crate::aws::part::Part;
use crate::import::estate::{ApiKind, BalancerKind, Generation, Note, NoteKind, Reference, Route};
use crate::import::node::Origin;

/// Most ends of one route; what a route reaches beyond them is said to be left out.
pub(super) const MOST_ENDS: usize = 1_000;

/// A load balancer on the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// One of the estate.
    Known(usize),
    /// One that is in none of the files, by what names it.
    Named(String),
}

/// Where a way ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// At target groups of one action; behind an NLB, with the host that the route calls where it is not the NLB's own: what stands
    /// behind may tell hosts apart.
    Groups(Vec<usize>, Option<String>),
    /// At a Cloud Map service.
    Discovery(usize),
    /// Where the files end: what names it, and the host and port that are called there.
    Named(String, String),
}

/// One way from an API to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Parts in the order in which a request meets them.
    pub path: Vec<Part>,
    /// The load balancers among them.
    pub units: Vec<Unit>,
    /// The link, where it is in the files.
    pub link: Option<usize>,
    /// Where it ends.
    pub end: End,
}

/// The part of a way behind the link.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub parts: Vec<Part>,
    pub units: Vec<Unit>,
    pub end: End,
}

/// Target groups that one action forwards to, by place in the estate or by name, with their weights.
pub(super) type Action = Vec<(Found, u32)>;

/// What a listener does with the requests of a route.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    /// What it may forward them to, in the order of its rules.
    pub forwards: Vec<Action>,
    /// Whether a rule on paths takes some of them.
    pub by_path: bool,
    /// Whether it answers some of them itself, by a redirect or a fixed response.
    pub answers: bool,
}

/// Walks routes and gathers what must be said about them.
pub struct Walker<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) notes: Vec<Note>,
    told: BTreeSet<String>,
    /// Target groups that routes lead to or through.
    pub(super) reached: BTreeSet<usize>,
    /// Weights of target groups that share an action, by their places in the estate, in order.
    pub(super) weights: BTreeMap<Vec<usize>, Vec<u32>>,
    pub(super) checks: usize,
    /// What a listener does with requests, by listener, path pattern and host.
    pub(super) memory: BTreeMap<(usize, String, Option<String>), Rc<Reached>>,
}

/// What is known of a route while it is walked.
pub(super) struct Call<'a> {
    pub route: &'a Route,
    pub kind: ApiKind,
    pub address: Address,
    /// The paths that are called.
    pub paths: Paths,
}

impl<'a> Walker<'a> {
    pub fn new(index: &'a Index<'a>) -> Walker<'a> {
        Walker {
            index,
            notes: Vec::new(),
            told: BTreeSet::new(),
            reached: BTreeSet::new(),
            weights: BTreeMap::new(),
            checks: 0,
            memory: BTreeMap::new(),
        }
    }

    pub(super) fn note(&mut self, kind: NoteKind, text: String, at: &Origin) {
        if self.told.insert(text.clone()) {
            self.notes.push(Note { kind, text, origin: at.clone() });
        }
    }

    /// The ways that the requests of a private route may go; none where a listener answers them all itself.
    pub fn ways(&mut self, route: &Route) -> Vec<Way> {
        let address = Address::of(route.integration.uri.as_deref().unwrap_or(""));
        let kind = self.kind(route);
        let api = self.index.apis.one(&route.api).map(|at| &self.index.estate.apis[at]);
        let paths = Paths::of(route, kind, &address, api);
        let call = Call { route, kind, address, paths };
        let (link, generation) = self.link(&call);
        let mut tails = self.tails(&call, link, generation);
        if tails.len() > MOST_ENDS {
            tails.truncate(MOST_ENDS);
            let text =
                format!("`{} {}` may reach over {MOST_ENDS} targets; the rest is left out", route.method, route.path);
            self.note(NoteKind::Unresolved, text, &route.origin);
        }
        let api = if kind == ApiKind::Http { Part::HttpApi } else { Part::RestApi };
        let via = if generation == Generation::V1 { Part::VpcLinkV1 } else { Part::VpcLinkV2 };
        let way = |tail: Tail| {
            let path = [&[api, via], tail.parts.as_slice()].concat();
            Way { path, units: tail.units, link, end: tail.end }
        };
        tails.into_iter().map(way).collect()
    }

    /// REST or HTTP; where no file says it, by what the integration names.
    fn kind(&mut self, route: &Route) -> ApiKind {
        let known = self.index.apis.one(&route.api).and_then(|at| self.index.estate.apis[at].kind);
        if let Some(kind) = known {
            return kind;
        }
        let integration = &route.integration;
        let http = integration.target.is_some() && integration.uri.as_deref().is_none_or(|uri| !is_http(uri));
        let (kind, word) = if http { (ApiKind::Http, "an HTTP API") } else { (ApiKind::Rest, "a REST API") };
        let text = format!("the API of `{} {}` is taken as {word}: no file says its kind", route.method, route.path);
        self.note(NoteKind::Inferred, text, &route.origin);
        kind
    }

    fn link(&mut self, call: &Call<'_>) -> (Option<usize>, Generation) {
        let Call { route, kind, .. } = call;
        let by_kind =
            if *kind == ApiKind::Http || route.integration.target.is_some() { Generation::V2 } else { Generation::V1 };
        let what = match route.integration.link.as_ref().map(|link| self.index.links.find(link)) {
            Some(Found::One(at)) => return (Some(at), self.index.estate.links[at].generation),
            Some(Found::Missing(name)) => format!("VPC link `{}` is in none of the files", short(&name)),
            Some(Found::Unknown(why)) => {
                format!("which VPC link `{} {}` takes is not known: {why}", route.method, route.path)
            }
            None => return (None, by_kind),
        };
        let word = if by_kind == Generation::V1 { "V1, because the integration names no target" } else { "V2" };
        // A stage variable has been noted where it was read.
        let kind = if what.contains("${stageVariables.") { NoteKind::Inferred } else { NoteKind::Unresolved };
        self.note(kind, format!("{what}; taken as {word}"), &route.origin);
        (None, by_kind)
    }

    /// What stands behind the link.
    fn tails(&mut self, call: &Call<'_>, link: Option<usize>, generation: Generation) -> Vec<Tail> {
        if let Some(target) = &call.route.integration.target {
            return self.at_target(call, target);
        }
        let by_link =
            link.and_then(|at| self.index.estate.links[at].targets.first().map(|nlb| self.index.balancers.find(nlb)));
        if let Some(Found::One(at)) = by_link {
            return self.at_balancer(call, at, 0);
        }
        let by_host = call.address.host.as_deref().and_then(|host| self.index.balancers.named(host));
        if let Some(at) = by_host {
            return self.at_balancer(call, at, 0);
        }
        let part = if generation == Generation::V1 { Part::Nlb } else { Part::Alb };
        let name = match by_link {
            Some(Found::Missing(name)) => {
                let text = format!("load balancer `{}` of a VPC link is in none of the files", short(&name));
                self.note(NoteKind::Unresolved, text, &call.route.origin);
                name
            }
            Some(Found::Unknown(why)) => {
                self.note(
                    NoteKind::Unresolved,
                    format!("the load balancer of a VPC link is not known: {why}"),
                    &call.route.origin,
                );
                self.link_text(call, link)
            }
            _ => self.link_text(call, link),
        };
        let end = End::Named(name.clone(), call.address.place());
        vec![Tail { parts: vec![part], units: vec![Unit::Named(name)], end }]
    }

    fn link_text(&self, call: &Call<'_>, link: Option<usize>) -> String {
        if let Some(at) = link {
            return self.index.estate.links[at].identity.name.clone();
        }
        match &call.route.integration.link {
            Some(Reference::Named(name)) => name.clone(),
            Some(Reference::To(id)) => id.0.clone(),
            _ => call.address.host.clone().unwrap_or_else(|| call.route.path.clone()),
        }
    }

    /// From what the integration itself names: a listener, a load balancer, a Cloud Map service.
    fn at_target(&mut self, call: &Call<'_>, target: &Reference) -> Vec<Tail> {
        if let Some(at) = self.index.listeners.one(target) {
            let balancer = self.index.balancers.find(&self.index.estate.listeners[at].balancer);
            return self.at_listener(call, at, balancer, 0);
        }
        if let Some(at) = self.index.balancers.one(target) {
            return self.at_balancer(call, at, 0);
        }
        if let Some(at) = self.index.discoveries.one(target) {
            return vec![Tail { parts: vec![Part::CloudMap], units: Vec::new(), end: End::Discovery(at) }];
        }
        let route = call.route;
        let name = match self.index.listeners.find(target) {
            Found::Unknown(why) => {
                let text = format!("what `{} {}` leads to is not known: {why}", route.method, route.path);
                self.note(NoteKind::Unresolved, text, &route.origin);
                let uri = route.integration.uri.clone().filter(|uri| !uri.is_empty());
                uri.unwrap_or_else(|| format!("{} {}", route.method, route.path))
            }
            Found::Missing(name) => {
                let text = format!("`{}`, which a route leads to, is in none of the files", short(&name));
                self.note(NoteKind::Unresolved, text, &route.origin);
                name
            }
            Found::One(_) => String::new(),
        };
        let part = self.part_of(&name, call);
        if part == Part::CloudMap {
            return vec![Tail { parts: vec![part], units: Vec::new(), end: End::Named(name, String::new()) }];
        }
        let end = End::Named(name.clone(), call.address.place());
        vec![Tail { parts: vec![part], units: vec![Unit::Named(balancer_of(&name))], end }]
    }

    /// The part that an ARN or name stands for.
    pub(super) fn part_of(&mut self, name: &str, call: &Call<'_>) -> Part {
        if name.contains(":servicediscovery:") && call.kind == ApiKind::Http {
            return Part::CloudMap;
        }
        if name.contains("/net/") {
            return Part::Nlb;
        }
        if !name.contains("/app/") {
            let text = format!("`{}` is taken as an ALB: nothing says what it is", short(name));
            self.note(NoteKind::Inferred, text, &call.route.origin);
        }
        Part::Alb
    }

    /// From a load balancer by the port of the address.
    pub(super) fn at_balancer(&mut self, call: &Call<'_>, at: usize, depth: u32) -> Vec<Tail> {
        let index = self.index;
        let balancer = &index.estate.balancers[at];
        let listeners = index.listeners_of(at);
        let port = if depth == 0 { call.address.port } else { None };
        let has_port = |listener: &&usize| port.is_some() && index.estate.listeners[**listener].port == port;
        let chosen = listeners.iter().find(has_port).or(if listeners.len() == 1 { listeners.first() } else { None });
        let name = &balancer.identity.name;
        if let Some(&listener) = chosen {
            let stated = index.estate.listeners[listener].port;
            if let (Some(port), Some(stated)) = (port, stated)
                && port != stated
            {
                let text = format!("`{name}` has no listener on port {port}; its only one, on port {stated}, is taken");
                self.note(NoteKind::Unresolved, text, &call.route.origin);
            }
            return self.at_listener(call, listener, Found::One(at), depth);
        }
        let (part, place) = (part(balancer.kind), call.address.place());
        if depth > 0 && !listeners.is_empty() {
            let all = listeners.iter().flat_map(|listener| self.at_listener(call, *listener, Found::One(at), depth));
            return all.collect();
        }
        let why = match (listeners.is_empty(), port) {
            (true, _) => format!("no file has a listener of `{name}`"),
            (false, Some(port)) => format!("`{name}` has no listener on port {port}"),
            (false, None) => format!("which listener of `{name}` is called is not known: `{place}` tells no port"),
        };
        self.note(NoteKind::Unresolved, why, &call.route.origin);
        let end = End::Named(name.clone(), place);
        vec![Tail { parts: vec![part], units: vec![Unit::Known(at)], end }]
    }
}

pub(super) fn part(kind: BalancerKind) -> Part {
    if kind == BalancerKind::Nlb { Part::Nlb } else { Part::Alb }
}

/// What names the load balancer of a listener's ARN: the listener's own part left out.
fn balancer_of(name: &str) -> String {
    match (name.contains(":listener/"), name.rsplit_once('/')) {
        (true, Some((balancer, _))) => balancer.to_string(),
        _ => name.to_string(),
    }
}

/// Whether a URI has the scheme of HTTP or HTTPS, in whatever case.
fn is_http(uri: &str) -> bool {
    uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}

/// At most 120 characters of a text.
pub(super) fn short(text: &str) -> String {
    text.chars().take(120).collect()
}
