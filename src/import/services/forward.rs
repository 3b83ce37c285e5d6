//! Behind a listener: which rules take the requests of a route, which target groups they go to, and the ALB that stands behind one.

use std::rc::Rc;

use super::index::Found;
use super::patterns::{self, Meets};
use super::walk::{Action, Call, End, MOST_ENDS, Reached, Tail, Unit, Walker, part, short};
use crate::aws::part::Part;
use crate::import::estate::{ApiKind, Forward, NoteKind, Rule, TargetKind};

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

/// Those of an action's target groups that the files have, with their weights.
fn known(action: &Action) -> Vec<(usize, u32)> {
    action
        .iter()
        .filter_map(|(found, weight)| if let Found::One(at) = found { Some((*at, *weight)) } else { None })
        .collect()
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
                "listener `{name}` answers `{} {}`{} itself, by a redirect or a fixed response: no service",
                call.route.method,
                call.route.path,
                call.paths.arriving(call.route)
            );
            self.note(NoteKind::PassedOver, text, &call.route.origin);
            return Vec::new();
        }
        if reached.forwards.is_empty() {
            let arriving = call.paths.arriving(call.route);
            let text =
                format!("listener `{name}` forwards `{} {}`{arriving} nowhere", call.route.method, call.route.path);
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

    /// What a listener may do with the requests of a route, for each of the paths that they may have.
    fn reached(&mut self, call: &Call<'_>, listener: usize) -> Rc<Reached> {
        let mut all: Vec<Rc<Reached>> =
            call.paths.patterns.iter().map(|path| self.taken(call, listener, path)).collect();
        let index = self.index;
        let on_paths = || index.rules_of(listener).iter().any(|rule| !index.estate.rules[*rule].paths.is_empty());
        if let Some(staged) = call.paths.staged.as_ref().filter(|_| on_paths()) {
            let api = index.apis.one(&call.route.api).map(|at| index.estate.apis[at].identity.name.as_str());
            let text = format!(
                "no file tells the stage of `{}`, which stands before the paths that listener `{}` sees unless it is `$default`: \
                 where no rule on paths takes a path without a stage, any name is held against them",
                api.unwrap_or("an API"),
                index.estate.listeners[listener].identity.name
            );
            self.note(NoteKind::Unresolved, text, &call.route.origin);
            // A rule that takes the plain path speaks for `$default`.
            if !all.iter().any(|one| one.by_path) {
                all.push(self.taken(call, listener, staged));
            }
        }
        if let [only] = all.as_slice() {
            return Rc::clone(only);
        }
        let mut reached = Reached::default();
        for one in all {
            reached.answers |= one.answers;
            reached.by_path |= one.by_path;
            let new = one.forwards.iter().filter(|action| !reached.forwards.contains(action)).cloned();
            let new: Vec<Action> = new.collect();
            reached.forwards.extend(new);
        }
        Rc::new(reached)
    }

    /// What a listener may do with requests for a path (a pattern), in the order of its rules.
    fn taken(&mut self, call: &Call<'_>, listener: usize, path: &str) -> Rc<Reached> {
        let host = call.address.host.clone().filter(|host| call.kind == ApiKind::Rest && !host.contains("${"));
        let key = (listener, path.to_string(), host.clone());
        if let Some(known) = self.memory.get(&key) {
            return Rc::clone(known);
        }
        let index = self.index;
        let groups = |forwards: &[Forward]| {
            forwards.iter().map(|one| (index.target_groups.find(&one.group), one.weight)).collect()
        };
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
            let meets = meets(rule, path, host.as_deref());
            if meets != Meets::Never && !rule.forwards.is_empty() {
                reached.forwards.push(groups(&rule.forwards));
            }
            reached.answers |= meets != Meets::Never && rule.answers;
            reached.by_path |= meets != Meets::Never && !rule.paths.is_empty();
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
    fn at_forward(&mut self, call: &Call<'_>, action: &Action, before: Part, depth: u32) -> Vec<Tail> {
        let all = known(action);
        self.reached.extend(all.iter().map(|(at, _)| at));
        let taking = self.taking(action, call);
        let known = known(&taking);
        if known.is_empty() {
            let (name, text) = match taking.first() {
                Some((Found::Missing(name), _)) => {
                    (name.clone(), format!("target group `{}` is in none of the files", short(name)))
                }
                Some((Found::Unknown(why), _)) => (why.clone(), format!("a target group is not known: {why}")),
                _ => return Vec::new(),
            };
            self.note(NoteKind::Unresolved, text, &call.route.origin);
            return vec![Tail { parts: Vec::new(), units: Vec::new(), end: End::Named(name, String::new()) }];
        }
        let (mut tails, mut groups) = (Vec::new(), Vec::new());
        for (at, weight) in known {
            let group = &self.index.estate.target_groups[at];
            match group.kind {
                TargetKind::Alb if before == Part::Nlb && depth == 0 => tails.extend(self.behind(call, at)),
                TargetKind::Lambda => {
                    let name = &group.identity.name;
                    let text = format!(
                        "target group `{name}` leads to a Lambda function, which runs as many copies as it needs: `targets` and \
                         `concurrency` of its service are not in any file, state what it may run at a time"
                    );
                    self.note(NoteKind::Inferred, text, &group.identity.origin);
                    groups.push((at, weight));
                }
                _ => groups.push((at, weight)),
            }
        }
        if !groups.is_empty() {
            let host = if before == Part::Nlb && depth == 0 { self.other_host(call) } else { None };
            let end = End::Groups(self.together(groups), host);
            tails.push(Tail { parts: Vec::new(), units: Vec::new(), end });
        }
        tails
    }

    /// The target groups of an action that requests go to: all but those of weight 0, or all where none has another weight.
    fn taking(&mut self, action: &Action, call: &Call<'_>) -> Action {
        let (taking, idle): (Action, Action) = action.iter().cloned().partition(|(_, weight)| *weight > 0);
        let identity = |at: usize| &self.index.estate.target_groups[at].identity;
        let name = |one: &(Found, u32)| match &one.0 {
            Found::One(at) => identity(*at).name.clone(),
            Found::Missing(name) | Found::Unknown(name) => short(name),
        };
        let mut notes = Vec::new();
        for one in &idle {
            let origin = if let Found::One(at) = one.0 { &identity(at).origin } else { &call.route.origin };
            notes.push(if taking.is_empty() {
                let text = format!(
                    "target group `{}` has weight 0, as all of its action, so that it takes no requests; it is taken as if it did",
                    name(one)
                );
                (NoteKind::Unresolved, text, origin.clone())
            } else {
                let text = format!("target group `{}` has weight 0 beside others, and takes no requests there", name(one));
                (NoteKind::PassedOver, text, origin.clone())
            });
        }
        for (kind, text, origin) in notes {
            self.note(kind, text, &origin);
        }
        if taking.is_empty() { idle.into_iter().map(|(found, _)| (found, 1)).collect() } else { taking }
    }

    /// Target groups of one action as one service, in the order of the files; their weights are kept.
    fn together(&mut self, mut groups: Vec<(usize, u32)>) -> Vec<usize> {
        let identity = |at: usize| &self.index.estate.target_groups[at].identity;
        let names: Vec<String> = groups.iter().map(|(at, _)| format!("`{}`", identity(*at).name)).collect();
        let (names, origin) = (names.join(" and "), identity(groups[0].0).origin.clone());
        groups.sort_unstable();
        groups.dedup_by_key(|(at, _)| *at);
        let (places, weights): (Vec<usize>, Vec<u32>) = groups.into_iter().unzip();
        if places.len() > 1 {
            self.note(NoteKind::Inferred, format!("{names} share an action and are taken as one service"), &origin);
            let known = self.weights.entry(places.clone()).or_insert_with(|| weights.clone());
            if *known != weights {
                let text = format!("{names} have other weights in another action; those of the first count");
                self.note(NoteKind::Inferred, text, &origin);
            }
        }
        places
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
