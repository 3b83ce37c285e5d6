//! From a private route to what answers it: API, link, load balancer, listener, rules, target group, and through an ALB behind an
//! NLB to the target groups of that.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::address::Address;
use super::index::{Found, Index};
use super::patterns::{self, Meets};
use crate::aws::part::Part;
use crate::import::estate::{ApiKind, BalancerKind, Generation, Note, NoteKind, Reference, Route, TargetKind};
use crate::import::node::Origin;

/// Most ends of one route; what a route reaches beyond them is said to be left out.
const MOST_ENDS: usize = 1_000;

/// Most rules that are held against routes; beyond them listeners answer by their default action alone.
const MOST_CHECKS: usize = 5_000_000;

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
struct Tail {
    parts: Vec<Part>,
    units: Vec<Unit>,
    end: End,
}

/// Target groups that one action forwards to, by place in the estate or by name.
type Forward = Vec<Found>;

/// Walks routes and gathers what must be said about them.
pub struct Walker<'a> {
    index: &'a Index<'a>,
    notes: Vec<Note>,
    told: BTreeSet<String>,
    checks: usize,
    /// What a listener does with requests, by listener, path pattern and host.
    memory: BTreeMap<(usize, String, Option<String>), Rc<Vec<Forward>>>,
}

/// What is known of a route while it is walked.
struct Call<'a> {
    route: &'a Route,
    kind: ApiKind,
    address: Address,
    pattern: String,
}

impl<'a> Walker<'a> {
    pub fn new(index: &'a Index<'a>) -> Walker<'a> {
        Walker { index, notes: Vec::new(), told: BTreeSet::new(), checks: 0, memory: BTreeMap::new() }
    }

    /// What was noted.
    pub fn into_notes(self) -> Vec<Note> {
        self.notes
    }

    fn note(&mut self, kind: NoteKind, text: String, at: &Origin) {
        if self.told.insert(text.clone()) {
            self.notes.push(Note { kind, text, origin: at.clone() });
        }
    }

    /// The ways that the requests of a private route may go; at least one.
    pub fn ways(&mut self, route: &Route) -> Vec<Way> {
        let address = Address::of(route.integration.uri.as_deref().unwrap_or(""));
        let kind = self.kind(route);
        let path = if kind == ApiKind::Http || address.host.is_none() { &route.path } else { &address.path };
        let pattern = if path == "$default" { "*".to_string() } else { patterns::pattern(path) };
        let call = Call { route, kind, address, pattern };
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
        let http =
            integration.target.is_some() && integration.uri.as_deref().is_none_or(|uri| !uri.starts_with("http"));
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
            return self.from_target(call, target);
        }
        let by_link =
            link.and_then(|at| self.index.estate.links[at].targets.first().map(|nlb| self.index.balancers.find(nlb)));
        if let Some(Found::One(at)) = by_link {
            return self.from_balancer(call, at, 0);
        }
        let by_host = call.address.host.as_deref().and_then(|host| self.index.balancers.named(host));
        if let Some(at) = by_host {
            return self.from_balancer(call, at, 0);
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
    fn from_target(&mut self, call: &Call<'_>, target: &Reference) -> Vec<Tail> {
        if let Some(at) = self.index.listeners.one(target) {
            let balancer = self.index.balancers.find(&self.index.estate.listeners[at].balancer);
            return self.from_listener(call, at, balancer, 0);
        }
        if let Some(at) = self.index.balancers.one(target) {
            return self.from_balancer(call, at, 0);
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
    fn part_of(&mut self, name: &str, call: &Call<'_>) -> Part {
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
    fn from_balancer(&mut self, call: &Call<'_>, at: usize, depth: u32) -> Vec<Tail> {
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
                self.note(NoteKind::Inferred, text, &call.route.origin);
            }
            return self.from_listener(call, listener, Found::One(at), depth);
        }
        let (part, place) = (part(balancer.kind), call.address.place());
        if depth > 0 && !listeners.is_empty() {
            let all = listeners.iter().flat_map(|listener| self.from_listener(call, *listener, Found::One(at), depth));
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

    fn from_listener(&mut self, call: &Call<'_>, listener: usize, balancer: Found, depth: u32) -> Vec<Tail> {
        let (part, unit) = match balancer {
            Found::One(at) => (part(self.index.estate.balancers[at].kind), Unit::Known(at)),
            Found::Missing(name) => (self.part_of(&name, call), Unit::Named(name)),
            Found::Unknown(_) => {
                let name = self.index.estate.listeners[listener].identity.id.0.clone();
                (self.part_of(&name, call), Unit::Named(name))
            }
        };
        let forwards = self.forwards(call, listener);
        let name = self.index.estate.listeners[listener].identity.name.clone();
        if forwards.is_empty() {
            let text = format!("listener `{name}` forwards `{} {}` nowhere", call.route.method, call.route.path);
            self.note(NoteKind::Unresolved, text, &call.route.origin);
            return vec![Tail { parts: vec![part], units: vec![unit], end: End::Named(name, String::new()) }];
        }
        let mut tails = Vec::new();
        for forward in forwards.iter().take(MOST_ENDS + 1) {
            for mut tail in self.from_forward(call, forward, part, depth) {
                tail.parts.insert(0, part);
                tail.units.insert(0, unit.clone());
                tails.push(tail);
            }
        }
        tails
    }

    /// What a listener may do with the requests of a route, in the order of its rules.
    fn forwards(&mut self, call: &Call<'_>, listener: usize) -> Rc<Vec<Forward>> {
        let host = call.address.host.clone().filter(|host| call.kind == ApiKind::Rest && !host.contains("${"));
        let key = (listener, call.pattern.clone(), host.clone());
        if let Some(known) = self.memory.get(&key) {
            return Rc::clone(known);
        }
        let index = self.index;
        let groups = |references: &[Reference]| references.iter().map(|one| index.target_groups.find(one)).collect();
        let mut forwards: Vec<Forward> = Vec::new();
        let mut surely = false;
        for &rule in index.rules_of(listener) {
            let rule = &index.estate.rules[rule];
            self.checks += 1;
            if self.checks > MOST_CHECKS {
                let text = format!("over {MOST_CHECKS} rules were held against routes; the rest is not looked at");
                self.note(NoteKind::Unresolved, text, &rule.identity.origin);
                break;
            }
            let by_path = patterns::meets(&call.pattern, &rule.paths);
            let by_host = match &host {
                _ if rule.hosts.is_empty() => Meets::Always,
                Some(host) => patterns::meets(&host.to_lowercase(), &rule.hosts),
                None => Meets::Perhaps,
            };
            // A rule without either has conditions of another kind.
            let other = if rule.paths.is_empty() && rule.hosts.is_empty() { Meets::Perhaps } else { Meets::Always };
            let meets = by_path.min(by_host).min(other);
            if meets != Meets::Never && !rule.forwards.is_empty() {
                forwards.push(groups(&rule.forwards));
            }
            if meets == Meets::Always {
                surely = true;
                break;
            }
        }
        let listener = &index.estate.listeners[listener];
        if !surely && !listener.forwards.is_empty() {
            forwards.push(groups(&listener.forwards));
        }
        forwards.dedup();
        let forwards = Rc::new(forwards);
        self.memory.insert(key, Rc::clone(&forwards));
        forwards
    }

    /// What stands behind the target groups of one action of a load balancer of this kind.
    fn from_forward(&mut self, call: &Call<'_>, forward: &Forward, before: Part, depth: u32) -> Vec<Tail> {
        let end = |end: End| vec![Tail { parts: Vec::new(), units: Vec::new(), end }];
        let known: Vec<usize> =
            forward.iter().filter_map(|one| if let Found::One(at) = one { Some(*at) } else { None }).collect();
        let Some(&first) = known.first() else {
            let (name, text) = match forward.first() {
                Some(Found::Missing(name)) => {
                    (name.clone(), format!("target group `{}` is in none of the files", short(name)))
                }
                Some(Found::Unknown(why)) => (why.clone(), format!("a target group is not known: {why}")),
                _ => return Vec::new(),
            };
            self.note(NoteKind::Unresolved, text, &call.route.origin);
            return end(End::Named(name, String::new()));
        };
        let group = &self.index.estate.target_groups[first];
        if group.kind == TargetKind::Alb && before == Part::Nlb && depth == 0 {
            return self.behind(call, first);
        }
        if known.len() > 1 {
            let names: Vec<String> =
                known.iter().map(|at| format!("`{}`", self.index.estate.target_groups[*at].identity.name)).collect();
            let text = format!("{} share an action and are taken as one service", names.join(" and "));
            self.note(NoteKind::Inferred, text, &group.identity.origin);
        }
        let mut known = known;
        known.sort_unstable();
        known.dedup();
        let host = if before == Part::Nlb && depth == 0 { self.other_host(call) } else { None };
        end(End::Groups(known, host))
    }

    /// The host that a REST API calls, or the unknown text that it is in, where it is no load balancer of the files.
    fn other_host(&self, call: &Call<'_>) -> Option<String> {
        let uri = call.route.integration.uri.as_deref().filter(|_| call.kind == ApiKind::Rest)?;
        let host = call.address.host.clone().or_else(|| uri.split('/').next().map(str::to_string))?;
        (!host.is_empty() && self.index.balancers.named(&host).is_none()).then_some(host)
    }

    /// Behind a target group of an NLB whose target is an ALB.
    fn behind(&mut self, call: &Call<'_>, group: usize) -> Vec<Tail> {
        let group = &self.index.estate.target_groups[group];
        let (name, origin) = (group.identity.name.clone(), group.identity.origin.clone());
        let found =
            group.targets.first().map(|target| (self.index.balancers.find(target), self.index.listeners.one(target)));
        let (why, alb) = match found {
            Some((Found::One(alb), _)) => return self.from_balancer(call, alb, 1),
            Some((_, Some(listener))) => {
                let alb = self.index.balancers.find(&self.index.estate.listeners[listener].balancer);
                return self.from_listener(call, listener, alb, 1);
            }
            Some((Found::Missing(alb), _)) => {
                (format!("ALB `{}` behind `{name}` is in none of the files", short(&alb)), alb)
            }
            Some((Found::Unknown(why), _)) => (format!("the ALB behind `{name}` is not known: {why}"), name.clone()),
            None => (format!("no file says which ALB is behind `{name}`"), name.clone()),
        };
        self.note(NoteKind::Unresolved, why, &origin);
        vec![Tail { parts: vec![Part::Alb], units: vec![Unit::Named(alb)], end: End::Named(name, String::new()) }]
    }
}

fn part(kind: BalancerKind) -> Part {
    if kind == BalancerKind::Nlb { Part::Nlb } else { Part::Alb }
}

/// What names the load balancer of a listener's ARN: the listener's own part left out.
fn balancer_of(name: &str) -> String {
    match (name.contains(":listener/"), name.rsplit_once('/')) {
        (true, Some((balancer, _))) => balancer.to_string(),
        _ => name.to_string(),
    }
}

/// At most 120 characters of a text.
fn short(text: &str) -> String {
    text.chars().take(120).collect()
}
