//! Behind a listener: which rules take the requests of a route, which target groups they go to, and the ALB that stands behind one.

use std::rc::Rc;

use super::index::Found;
use super::patterns::{self, Meets};
use super::walk::{Call, End, Forward, MOST_ENDS, Reached, Tail, Unit, Walker, part, short};
use crate::aws::part::Part;
use crate::import::estate::{ApiKind, NoteKind, Reference, Rule, TargetKind};

/// Most rules that are held against routes; beyond them listeners answer by their default action alone.
const MOST_CHECKS: usize = 5_000_000;

/// How requests for a path (a pattern) at a host meet the conditions of a rule.
fn meets(rule: &Rule, path: &str, host: Option<&str>) -> Meets {
    let by_path = patterns::meets(path, &rule.paths);
    let by_host = match host {
        _ if rule.hosts.is_empty() => Meets::Always,
        Some(host) => patterns::meets(&host.to_lowercase(), &rule.hosts),
        None => Meets::Perhaps,
    };
    // A rule without any has conditions that no file tells.
    let other = rule.other_conditions || (rule.paths.is_empty() && rule.hosts.is_empty());
    by_path.min(by_host).min(if other { Meets::Perhaps } else { Meets::Always })
}

impl Walker<'_> {
    pub(super) fn at_listener(&mut self, call: &Call<'_>, listener: usize, balancer: Found, depth: u32) -> Vec<Tail> {
        let (part, unit) = match balancer {
            Found::One(at) => (part(self.index.estate.balancers[at].kind), Unit::Known(at)),
            Found::Missing(name) => (self.part_of(&name, call), Unit::Named(name)),
            Found::Unknown(_) => {
                let name = self.index.estate.listeners[listener].identity.id.0.clone();
                (self.part_of(&name, call), Unit::Named(name))
            }
        };
        let reached = self.reached(call, listener);
        let name = self.index.estate.listeners[listener].identity.name.clone();
        if reached.forwards.is_empty() && reached.answers {
            let text = format!(
                "listener `{name}` answers `{} {}` itself, by a redirect or a fixed response: no service",
                call.route.method, call.route.path
            );
            self.note(NoteKind::PassedOver, text, &call.route.origin);
            return Vec::new();
        }
        if reached.forwards.is_empty() {
            let text = format!("listener `{name}` forwards `{} {}` nowhere", call.route.method, call.route.path);
            self.note(NoteKind::Unresolved, text, &call.route.origin);
            return vec![Tail { parts: vec![part], units: vec![unit], end: End::Named(name, String::new()) }];
        }
        let mut tails = Vec::new();
        for forward in reached.forwards.iter().take(MOST_ENDS + 1) {
            for mut tail in self.at_forward(call, forward, part, depth) {
                tail.parts.insert(0, part);
                tail.units.insert(0, unit.clone());
                tails.push(tail);
            }
        }
        tails
    }

    /// What a listener may do with the requests of a route, in the order of its rules.
    fn reached(&mut self, call: &Call<'_>, listener: usize) -> Rc<Reached> {
        let host = call.address.host.clone().filter(|host| call.kind == ApiKind::Rest && !host.contains("${"));
        let key = (listener, call.pattern.clone(), host.clone());
        if let Some(known) = self.memory.get(&key) {
            return Rc::clone(known);
        }
        let index = self.index;
        let groups = |references: &[Reference]| references.iter().map(|one| index.target_groups.find(one)).collect();
        let mut reached = Reached::default();
        let mut surely = false;
        for &rule in index.rules_of(listener) {
            let rule = &index.estate.rules[rule];
            self.checks += 1;
            if self.checks > MOST_CHECKS {
                let text = format!("over {MOST_CHECKS} rules were held against routes; the rest is not looked at");
                self.note(NoteKind::Unresolved, text, &rule.identity.origin);
                break;
            }
            let meets = meets(rule, &call.pattern, host.as_deref());
            if meets != Meets::Never && !rule.forwards.is_empty() {
                reached.forwards.push(groups(&rule.forwards));
            }
            reached.answers |= meets != Meets::Never && rule.answers;
            if meets != Meets::Never && rule.other_conditions {
                let name = &rule.identity.name;
                let text = format!(
                    "rule `{name}` has conditions on more than path and host; what it leads to and what follows it both count"
                );
                self.note(NoteKind::Inferred, text, &rule.identity.origin);
            }
            if meets == Meets::Always {
                surely = true;
                break;
            }
        }
        let listener = &index.estate.listeners[listener];
        if !surely && !listener.forwards.is_empty() {
            reached.forwards.push(groups(&listener.forwards));
        }
        reached.answers |= !surely && listener.answers;
        reached.forwards.dedup();
        let reached = Rc::new(reached);
        self.memory.insert(key, Rc::clone(&reached));
        reached
    }

    /// What stands behind the target groups of one action of a load balancer of this kind.
    fn at_forward(&mut self, call: &Call<'_>, forward: &Forward, before: Part, depth: u32) -> Vec<Tail> {
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
            Some((Found::One(alb), _)) => return self.at_balancer(call, alb, 1),
            Some((_, Some(listener))) => {
                let alb = self.index.balancers.find(&self.index.estate.listeners[listener].balancer);
                return self.at_listener(call, listener, alb, 1);
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
