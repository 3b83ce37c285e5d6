//! Who is who over all files: things by id and by the further names that others call them.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::estate::{Estate, Identity, NoteKind, Reference};

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// To this one, by its place in the estate's list.
    One(usize),
    /// To nothing in the files; the name.
    Missing(String),
    /// The files do not say; why.
    Unknown(String),
}

/// The things of one kind by their names.
#[derive(Clone, Debug, Default)]
pub struct Names<'a>(BTreeMap<&'a str, Option<usize>>);

impl<'a> Names<'a> {
    /// Of `identities`, in order. A name that two of them have leads to neither, unless one has it as its id.
    pub fn of(identities: impl Iterator<Item = &'a Identity> + Clone) -> Names<'a> {
        let mut names: BTreeMap<&'a str, Option<usize>> = BTreeMap::new();
        for (at, identity) in identities.clone().enumerate() {
            for name in identity.aliases.iter().map(String::as_str).chain([identity.name.as_str()]) {
                names.entry(name).and_modify(|known| *known = known.filter(|known| *known == at)).or_insert(Some(at));
            }
        }
        names.extend(identities.enumerate().map(|(at, identity)| (identity.id.0.as_str(), Some(at))));
        Names(names)
    }

    /// The one that has this name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.0.get(name).copied().flatten()
    }

    /// Where a reference leads.
    pub fn find(&self, reference: &Reference) -> Found {
        match reference {
            Reference::To(id) => self.named(&id.0).map_or_else(|| Found::Missing(id.0.clone()), Found::One),
            Reference::Named(name) => self.named(name).map_or_else(|| Found::Missing(name.clone()), Found::One),
            Reference::Unknown(why) => Found::Unknown(why.clone()),
        }
    }

    /// The place where a reference leads, where it leads anywhere.
    pub fn one(&self, reference: &Reference) -> Option<usize> {
        if let Found::One(at) = self.find(reference) { Some(at) } else { None }
    }
}

/// All things by name, and what hangs on what.
#[derive(Clone, Debug)]
pub struct Index<'a> {
    pub estate: &'a Estate,
    pub apis: Names<'a>,
    pub links: Names<'a>,
    pub balancers: Names<'a>,
    pub listeners: Names<'a>,
    pub target_groups: Names<'a>,
    pub discoveries: Names<'a>,
    /// Listeners of each balancer.
    pub listeners_of: BTreeMap<usize, Vec<usize>>,
    /// Rules of each listener, by priority.
    pub rules_of: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Index<'a> {
    /// Of an estate whose things each stand once.
    pub fn of(estate: &'a Estate) -> Index<'a> {
        let mut index = Index {
            estate,
            apis: Names::of(estate.apis.iter().map(|one| &one.identity)),
            links: Names::of(estate.links.iter().map(|one| &one.identity)),
            balancers: Names::of(estate.balancers.iter().map(|one| &one.identity)),
            listeners: Names::of(estate.listeners.iter().map(|one| &one.identity)),
            target_groups: Names::of(estate.target_groups.iter().map(|one| &one.identity)),
            discoveries: Names::of(estate.discoveries.iter().map(|one| &one.identity)),
            listeners_of: BTreeMap::new(),
            rules_of: BTreeMap::new(),
        };
        for (at, listener) in estate.listeners.iter().enumerate() {
            if let Some(balancer) = index.balancers.one(&listener.balancer) {
                index.listeners_of.entry(balancer).or_default().push(at);
            }
        }
        for (at, rule) in estate.rules.iter().enumerate() {
            if let Some(listener) = index.listeners.one(&rule.listener) {
                index.rules_of.entry(listener).or_default().push(at);
            }
        }
        for rules in index.rules_of.values_mut() {
            rules.sort_by_key(|at| estate.rules[*at].priority.unwrap_or(u32::MAX));
        }
        index
    }

    /// The listeners of a balancer, in the order of the files.
    pub fn listeners_of(&self, balancer: usize) -> &[usize] {
        self.listeners_of.get(&balancer).map_or(&[], Vec::as_slice)
    }

    /// The rules of a listener, by priority.
    pub fn rules_of(&self, listener: usize) -> &[usize] {
        self.rules_of.get(&listener).map_or(&[], Vec::as_slice)
    }
}

/// Drops what a second file describes again: a thing with the id or the ARN of an earlier one. Each is noted.
pub fn unify(estate: &mut Estate) {
    let mut repeated = Vec::new();
    once(&mut estate.apis, |one| &one.identity, &mut repeated);
    once(&mut estate.links, |one| &one.identity, &mut repeated);
    once(&mut estate.balancers, |one| &one.identity, &mut repeated);
    once(&mut estate.listeners, |one| &one.identity, &mut repeated);
    once(&mut estate.rules, |one| &one.identity, &mut repeated);
    once(&mut estate.target_groups, |one| &one.identity, &mut repeated);
    once(&mut estate.discoveries, |one| &one.identity, &mut repeated);
    for identity in repeated {
        let text = format!("`{}` is described a second time; the first counts", identity.name);
        estate.note(NoteKind::PassedOver, text, &identity.origin);
    }
}

fn once<T>(things: &mut Vec<T>, identity: fn(&T) -> &Identity, repeated: &mut Vec<Identity>) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    things.retain(|thing| {
        let identity = identity(thing);
        let arns = identity.aliases.iter().filter(|alias| alias.starts_with("arn:") && !alias.contains("${"));
        let keys: Vec<&String> = arns.chain([&identity.id.0]).collect();
        let known = keys.iter().any(|key| seen.contains(*key));
        if known {
            repeated.push(identity.clone());
        } else {
            seen.extend(keys.into_iter().cloned());
        }
        !known
    });
}
