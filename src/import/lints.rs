//! What an account's own resources show of settings that work against each other. Only what the files say is judged: where a reference
//! leads out of them, nothing is said.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{
    Api, ApiKind, Balancer, BalancerKind, Estate, Generation, Id, Identity, IntegrationKind, Link, Listener, Reference,
    Route, TargetGroup, TargetKind,
};
use super::services::address::Address;
use crate::aws::lints::{self, Lint};
use crate::aws::{http_api, quotas, rest_api};

/// Names that a lint about many things lists.
const NAMED: usize = 3;

/// Everything that is found, worst first, and within that in the order of the files.
#[must_use]
pub fn lints(estate: &Estate) -> Vec<Lint> {
    let view = View::new(estate);
    let mut found: Vec<Lint> = Vec::new();
    found.extend(view.albs_behind_many_nlbs());
    found.extend(view.listeners_without_targets());
    found.extend(view.ports_without_listener());
    found.extend(view.other_vpcs());
    found.extend(view.timeouts());
    found.extend(view.cross_zone());
    found.extend(view.zones());
    found.extend(view.zones_without_targets());
    found.extend(view.old_links());
    found.sort_by_key(|lint| lint.severity);
    found
}

/// The estate with its references followed.
struct View<'a> {
    estate: &'a Estate,
    apis: Names<'a, Api>,
    links: Names<'a, Link>,
    balancers: Names<'a, Balancer>,
    listeners: Names<'a, Listener>,
    target_groups: Names<'a, TargetGroup>,
    /// What each load balancer forwards to, listener by listener, by its id.
    forwards: BTreeMap<&'a Id, Vec<(&'a Listener, Vec<&'a Reference>)>>,
    /// NLBs with the ALBs behind each, by the id of the NLB.
    behind: BTreeMap<&'a Id, (&'a Balancer, Vec<&'a Balancer>)>,
}

/// Things by their ids and aliases; of things of one name the first.
struct Names<'a, T>(BTreeMap<&'a str, &'a T>);

impl<'a, T> Names<'a, T> {
    fn new(things: &'a [T], of: fn(&T) -> &Identity) -> Names<'a, T> {
        let mut names = BTreeMap::new();
        for thing in things {
            let identity = of(thing);
            for name in std::iter::once(&identity.id.0).chain(&identity.aliases) {
                names.entry(name.as_str()).or_insert(thing);
            }
        }
        Names(names)
    }

    fn find(&self, reference: &Reference) -> Option<&'a T> {
        match reference {
            Reference::To(Id(name)) | Reference::Named(name) => self.0.get(name.as_str()).copied(),
            Reference::Unknown(_) => None,
        }
    }
}

/// Whether two references name different things beyond doubt.
fn differ(a: Option<&Reference>, b: Option<&Reference>) -> bool {
    match (a, b) {
        (Some(Reference::To(a)), Some(Reference::To(b))) => a != b,
        (Some(Reference::Named(a)), Some(Reference::Named(b))) => a != b,
        _ => false,
    }
}

/// A thing with its place: `web at template.yaml:12 (Resources.Web)`.
fn at(identity: &Identity) -> String {
    format!("{} at {}", identity.name, identity.origin)
}

impl<'a> View<'a> {
    fn new(estate: &'a Estate) -> View<'a> {
        let listeners = Names::new(&estate.listeners, |listener| &listener.identity);
        let balancers = Names::new(&estate.balancers, |balancer: &Balancer| &balancer.identity);
        let mut of_rules: BTreeMap<&Id, Vec<&Reference>> = BTreeMap::new();
        for rule in &estate.rules {
            if let Some(listener) = listeners.find(&rule.listener) {
                of_rules.entry(&listener.identity.id).or_default().extend(rule.forwards.iter().map(|one| &one.group));
            }
        }
        let mut forwards: BTreeMap<&Id, Vec<(&Listener, Vec<&Reference>)>> = BTreeMap::new();
        for listener in &estate.listeners {
            let Some(balancer) = balancers.find(&listener.balancer) else { continue };
            let rules = of_rules.get(&listener.identity.id).into_iter().flatten().copied();
            let all = listener.forwards.iter().map(|one| &one.group).chain(rules).collect();
            forwards.entry(&balancer.identity.id).or_default().push((listener, all));
        }
        let mut view = View {
            estate,
            apis: Names::new(&estate.apis, |api| &api.identity),
            links: Names::new(&estate.links, |link| &link.identity),
            balancers,
            listeners,
            target_groups: Names::new(&estate.target_groups, |group| &group.identity),
            forwards,
            behind: BTreeMap::new(),
        };
        let nlbs = estate.balancers.iter().filter(|balancer| balancer.kind == BalancerKind::Nlb);
        view.behind = nlbs.map(|nlb| (&nlb.identity.id, (nlb, view.albs_of(nlb)))).collect();
        view
    }

    fn link(&self, route: &Route) -> Option<&'a Link> {
        self.links.find(route.integration.link.as_ref()?)
    }

    /// Target groups that a load balancer forwards to, as far as they are in the files.
    fn groups(&self, balancer: &Balancer) -> Vec<&'a TargetGroup> {
        let of_listeners = self.forwards.get(&balancer.identity.id).into_iter().flatten().flat_map(|(_, all)| all);
        of_listeners.filter_map(|reference| self.target_groups.find(reference)).collect()
    }

    /// ALBs that stand behind an NLB.
    fn albs_of(&self, nlb: &Balancer) -> Vec<&'a Balancer> {
        let groups = self.groups(nlb).into_iter().filter(|group| group.kind == TargetKind::Alb);
        let mut albs: Vec<&'a Balancer> = Vec::new();
        for alb in groups.flat_map(|group| &group.targets).filter_map(|target| self.balancers.find(target)) {
            if !albs.iter().any(|known| std::ptr::eq(*known, alb)) {
                albs.push(alb);
            }
        }
        albs
    }

    /// NLBs with the ALBs behind each.
    fn nested(&self) -> impl Iterator<Item = (&'a Balancer, &'a Balancer)> + '_ {
        self.behind.values().flat_map(|(nlb, albs)| albs.iter().map(move |alb| (*nlb, *alb)))
    }

    /// Load balancers that a private route reaches first.
    fn entries(&self, route: &Route) -> Vec<&'a Balancer> {
        let target = route.integration.target.as_ref();
        let listener = target.and_then(|target| self.listeners.find(target));
        let named = target.and_then(|target| self.balancers.find(target));
        let direct = named.or_else(|| listener.and_then(|listener| self.balancers.find(&listener.balancer)));
        if let Some(balancer) = direct {
            return vec![balancer];
        }
        let of_link = |link: &'a Link| link.targets.iter().filter_map(|target| self.balancers.find(target)).collect();
        self.link(route).map(of_link).unwrap_or_default()
    }

    fn private_routes(&self) -> impl Iterator<Item = &'a Route> {
        self.estate.routes.iter().filter(|route| route.integration.kind == IntegrationKind::Private)
    }

    fn albs_behind_many_nlbs(&self) -> Vec<Lint> {
        let mut nlbs: BTreeMap<&Id, (&Balancer, BTreeSet<&Id>)> = BTreeMap::new();
        for (nlb, alb) in self.nested() {
            nlbs.entry(&alb.identity.id).or_insert((alb, BTreeSet::new())).1.insert(&nlb.identity.id);
        }
        let most = lints::nlbs_per_alb();
        let many = nlbs.into_values().filter(|(_, nlbs)| nlbs.len() as f64 > most);
        let found = many.filter_map(|(alb, nlbs)| {
            let what = format!("ALB `{}` stands behind {} NLBs, and may behind {most}", alb.identity.name, nlbs.len());
            lints::lint("alb-behind-many-nlbs", at(&alb.identity), what)
        });
        found.collect()
    }

    /// Listeners all of whose target groups are in the files and have no target there, where the files tell targets: by the health of
    /// the very group, or by others of its kind that are written one by one as templates may. Addresses register themselves, and what
    /// is running (its id is an ARN) registers its targets elsewhere: of those, none listed is not none.
    fn listeners_without_targets(&self) -> Vec<Lint> {
        let written = |group: &TargetGroup| group.kind != TargetKind::Ip && !group.identity.id.0.starts_with("arn:");
        let told: Vec<TargetKind> = (self.estate.target_groups.iter())
            .filter(|group| written(group) && !group.targets.is_empty())
            .map(|group| group.kind)
            .collect();
        let kinds = [TargetKind::Instance, TargetKind::Lambda, TargetKind::Alb];
        let told: Vec<TargetKind> = kinds.into_iter().filter(|kind| told.contains(kind)).collect();
        let known = |group: &&TargetGroup| group.listed || (written(group) && told.contains(&group.kind));
        let found = self.forwards.values().flatten().filter_map(|(listener, forwards)| {
            let groups: Option<Vec<&TargetGroup>> =
                forwards.iter().map(|reference| self.target_groups.find(reference)).collect();
            let groups = groups
                .filter(|groups| !groups.is_empty() && groups.iter().all(|group| is_empty(group) && known(group)))?;
            let names: BTreeSet<&str> = groups.iter().map(|group| group.identity.name.as_str()).collect();
            let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
            let (name, groups) = (&listener.identity.name, names.join(", "));
            let what =
                format!("listener `{name}` leads to {groups}, for which the files name no target that gets requests");
            lints::lint("listener-without-targets", at(&listener.identity), what)
        });
        found.collect()
    }

    /// Ports that routes call at a load balancer whose listeners are in the files with their ports, none of which is that one.
    fn ports_without_listener(&self) -> Vec<Lint> {
        let mut said: BTreeSet<(&Id, u32)> = BTreeSet::new();
        let mut found = Vec::new();
        for route in self.private_routes() {
            let target = route.integration.target.as_ref().and_then(|target| self.listeners.find(target));
            let address = Address::of(route.integration.uri.as_deref().unwrap_or_default());
            let (None, Some(port)) = (target, address.port) else { continue };
            for balancer in self.entries(route) {
                let listeners = self.forwards.get(&balancer.identity.id).into_iter().flatten();
                let ports: Option<BTreeSet<u32>> = listeners.map(|(listener, _)| listener.port).collect();
                let Some(ports) = ports.filter(|ports| !ports.is_empty() && !ports.contains(&port)) else { continue };
                if said.insert((&balancer.identity.id, port)) {
                    let ports: Vec<String> = ports.iter().take(NAMED).map(u32::to_string).collect();
                    let name = &balancer.identity.name;
                    let ports = ports.join(", ");
                    let what = format!(
                        "`{} {}` calls port {port} of `{name}`, which listens on {ports}",
                        route.method, route.path
                    );
                    found.extend(lints::lint("port-without-listener", at(&balancer.identity), what));
                }
            }
        }
        found
    }

    /// Load balancers that are not in the VPC of the link before them, or ALBs not in that of their NLB.
    fn other_vpcs(&self) -> Vec<Lint> {
        let mut found: Vec<Lint> = Vec::new();
        let mut said: BTreeSet<(&Id, &Id)> = BTreeSet::new();
        let vpcs: BTreeMap<&Id, Option<&Reference>> =
            self.estate.links.iter().map(|link| (&link.identity.id, self.vpc_of(link))).collect();
        for route in self.private_routes() {
            let Some(link) = self.link(route).filter(|link| link.generation == Generation::V2) else { continue };
            let vpc = vpcs.get(&link.identity.id).copied().flatten();
            for balancer in self.entries(route).into_iter().filter(|one| differ(vpc, one.vpc.as_ref())) {
                if said.insert((&link.identity.id, &balancer.identity.id)) {
                    let (link, name) = (&link.identity.name, &balancer.identity.name);
                    let what = format!("load balancer `{name}` is in another VPC than its link `{link}`");
                    found.extend(lints::lint("balancer-in-other-vpc", at(&balancer.identity), what));
                }
            }
        }
        for (nlb, alb) in self.nested().filter(|(nlb, alb)| differ(nlb.vpc.as_ref(), alb.vpc.as_ref())) {
            let what = format!("ALB `{}` is in another VPC than its NLB `{}`", alb.identity.name, nlb.identity.name);
            found.extend(lints::lint("balancer-in-other-vpc", at(&alb.identity), what));
        }
        found
    }

    /// The VPC of a link, which is told by load balancers in one of its subnets; none where they tell nothing.
    fn vpc_of(&self, link: &Link) -> Option<&'a Reference> {
        let shares = |balancer: &&Balancer| balancer.subnets.iter().any(|subnet| link.subnets.contains(subnet));
        let known = |subnet: &Reference| !matches!(subnet, Reference::Unknown(_));
        if !link.subnets.iter().all(known) {
            return None;
        }
        self.estate.balancers.iter().filter(shares).find_map(|balancer| balancer.vpc.as_ref())
    }

    /// Gateways that wait longer than an ALB behind them, the longest for each ALB.
    fn timeouts(&self) -> Vec<Lint> {
        let mut longest: BTreeMap<&Id, (&Balancer, f64)> = BTreeMap::new();
        for route in self.private_routes() {
            let Some(waits) = self.waits_s(route) else { continue };
            let first = self.entries(route);
            let nlbs = first.iter().filter_map(|balancer| self.behind.get(&balancer.identity.id));
            let behind: Vec<&Balancer> = nlbs.flat_map(|(_, albs)| albs).copied().collect();
            for alb in first.into_iter().chain(behind).filter(|balancer| balancer.kind == BalancerKind::Alb) {
                let known = longest.entry(&alb.identity.id).or_insert((alb, waits));
                known.1 = known.1.max(waits);
            }
        }
        let found = longest.into_values().filter_map(|(alb, waits)| {
            let idle = alb.idle_timeout_s.unwrap_or_else(lints::alb_idle_timeout_s);
            let name = &alb.identity.name;
            let what =
                format!("the gateway waits {waits} s for an answer, but ALB `{name}` has an idle timeout of {idle} s");
            (waits > idle).then(|| lints::lint("balancer-leaves-first", at(&alb.identity), what)).flatten()
        });
        found.collect()
    }

    /// Seconds that the gateway of a route waits: as stated, or what the kind of API has where nothing is.
    fn waits_s(&self, route: &Route) -> Option<f64> {
        let kind = || self.apis.find(&route.api)?.kind;
        let default = || match kind()? {
            ApiKind::Rest => quotas::find(rest_api::TIMEOUT_QUOTA),
            ApiKind::Http => quotas::find(http_api::TIMEOUT_QUOTA),
            ApiKind::WebSocket => None,
        };
        route.integration.timeout_ms.or_else(|| default().map(|quota| quota.default)).map(|ms| ms / 1_000.0)
    }

    /// NLBs and the target groups of ALBs behind them whose settings differ. An ALB itself is always cross-zone; its target groups may
    /// not be. An NLB is not unless it says so, which AWS recommends before ALBs, so only what a target group states can differ.
    fn cross_zone(&self) -> Vec<Lint> {
        let found = self.nested().filter_map(|(nlb, alb)| {
            let on = nlb.cross_zone.unwrap_or(false);
            let group = self.groups(alb).into_iter().find(|group| group.cross_zone == Some(!on))?;
            let word = |on: bool| if on { "on" } else { "off" };
            let what = format!(
                "cross-zone is {} at NLB `{}`, but {} at target group `{}` of its ALB `{}`",
                word(on),
                nlb.identity.name,
                word(!on),
                group.identity.name,
                alb.identity.name
            );
            lints::lint("cross-zone-differs", at(&nlb.identity), what)
        });
        found.collect()
    }

    /// Links of the first generation, all in one.
    fn old_links(&self) -> Option<Lint> {
        let old: Vec<&Identity> = self
            .estate
            .links
            .iter()
            .filter(|link| link.generation == Generation::V1)
            .map(|link| &link.identity)
            .collect();
        let number: u64 = old.iter().map(|identity| u64::from(identity.copies.max(1))).sum();
        let all: BTreeSet<&str> = old.iter().map(|identity| identity.name.as_str()).collect();
        let names: Vec<&str> = all.iter().copied().take(NAMED).collect();
        let more = all.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let what = if number == 1 { "1 VPC link is V1".to_string() } else { format!("{number} VPC links are V1") };
        (number > 0).then(|| lints::lint("link-v1", format!("{}{more}", names.join(", ")), what)).flatten()
    }
}

/// Whether the files name no target of a group: none is listed, no service registers any, and no number of them is wanted.
fn is_empty(group: &TargetGroup) -> bool {
    group.targets.is_empty() && group.service.is_none() && group.desired.unwrap_or(0) == 0
}

mod zones;

#[cfg(test)]
mod tests;
