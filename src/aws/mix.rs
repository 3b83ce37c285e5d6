//! Mixes: the way that services of each kind go, and the search for the best one. Counting and pricing only, no simulation.
//!
//! Services with the same needs go the same way. What may be chosen for them: every compared option whose path has what they need,
//! with its sharing rule as it stands and with load balancers for each service, for each group, or (only where the scenario knows no
//! groups) as full as quotas allow. Groups are a border: where there are any, no load balancer serves two of them. Candidates are
//! compared in this order: what fits the quotas in force, then what needs routine raises, then raises that AWS decides case by case,
//! then what a quota that is never raised forbids; no part that AWS advises against; the known cost of a month, to the cent; the
//! number of raises; fewer parts to run; the order of the options. The verdict of the report orders its equals in the same way.
//!
//! Where no service needs what others do not, and no groups are stated, no mix is searched: what is cheapest for one service is
//! cheapest for all, since prices by tiers and units that are shared favour one way over two. What two ways have ahead of one is that
//! they draw on two pools of quotas; an option with `also` says that.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::as_built;
use super::ceilings;
use super::compare;
use super::cost;
use super::features;
use super::inventory::inventory;
use super::option::{ArchitectureOption, Share};
use super::part::Part;
use super::prices;
use super::quotas::LeadTime;
use super::system::{Listed, System};

#[cfg(test)]
mod tests;
mod words;

pub use words::{Division, Other, divisions, lacks, needs, path, sharing};

/// The name of the option that [`add`] adds; no option of a scenario may have it.
pub const NAME: &str = "best-mix";

/// Combinations that are all tried; where there are more, single kinds of services are changed until no change is better.
const ALL_TRIED: usize = 2_048;

/// The way that one kind of services goes in a mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// What these services need beside what every service needs: ids of features, sorted.
    pub needs: Vec<String>,
    /// A path and a sharing rule, under the name of the compared option that has the path.
    pub option: ArchitectureOption,
}

/// The option by which a service goes where `compared` is looked at: the one that the scenario states for it, or the mix's way for
/// its needs, or `compared` itself. Where the stated ways are how the system is built, only the option that is as built follows them,
/// and services without one go as most do.
#[must_use]
pub fn way<'a>(
    compared: &'a ArchitectureOption,
    listed: Option<&'a Listed>,
    system: &'a System,
) -> &'a ArchitectureOption {
    if compared.as_built {
        let stated = listed.and_then(|listed| listed.option.as_ref());
        let own = compared.mix.iter().find(|way| stated == Some(&way.option.name));
        return own.or(compared.mix.first()).map_or(compared, |way| &way.option);
    }
    let stated = listed.and_then(|listed| fixed(listed, system));
    if let Some(own) = stated.and_then(|name| system.options.iter().find(|other| other.name == *name)) {
        return own;
    }
    let needs = listed.map_or(&[][..], |listed| &listed.needs);
    compared.mix.iter().find(|way| way.needs == needs).map_or(compared, |way| &way.option)
}

/// The way that a service takes whatever the compared option is; none where stated ways are what is built.
fn fixed<'a>(listed: &'a Listed, system: &System) -> Option<&'a String> {
    listed.option.as_ref().filter(|_| !system.as_built)
}

/// Whether an option of the system is one that a scenario lists: neither the mix that is found nor the system as built.
fn is_listed(option: &ArchitectureOption) -> bool {
    option.name != NAME && option.name != as_built::NAME
}

/// Whether the scenario asks for a mix: some services need what others do not, or there are groups.
#[must_use]
pub fn asked(system: &System) -> bool {
    system.services.groups.is_some() || system.listed.iter().any(|one| one.group.is_some() || !one.needs.is_empty())
}

/// Adds the best mix of `base`, at its number of services, to the options of `system` under the name [`NAME`]; where it is one of
/// the options as it stands, that one is marked instead: its `mix` is then not empty. Nothing where no option has what some
/// services need.
pub fn add(system: &mut System, base: &System) {
    let Some(best) = best(base) else { return };
    let pure =
        |option: &ArchitectureOption| same(option, &best) && best.mix.iter().all(|way| same(&way.option, option));
    match system.options.iter_mut().find(|option| is_listed(option) && pure(option)) {
        Some(option) => option.mix = best.mix,
        None => system.options.push(best),
    }
}

/// The best mix; `None` where no option has what some services need.
#[must_use]
pub fn best(system: &System) -> Option<ArchitectureOption> {
    let kinds = kinds(system);
    if kinds.is_empty() || kinds.iter().any(|kind| kind.candidates.is_empty()) {
        return None;
    }
    let sizes: Vec<usize> = kinds.iter().map(|kind| kind.candidates.len()).collect();
    let all = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
    let search = Search { system, kinds: &kinds };
    let chosen = match all {
        Some(all) if all <= ALL_TRIED => search.best_of((0..all).map(|number| digits(number, &sizes))),
        _ => search.by_single_changes(&sizes),
    };
    chosen.map(|(_, chosen)| search.option(&chosen))
}

/// Services with the same needs that go no stated way.
struct Kind {
    needs: Vec<String>,
    services: u32,
    candidates: Vec<ArchitectureOption>,
}

/// The kinds of services, those with fewest needs first.
fn kinds(system: &System) -> Vec<Kind> {
    let services = system.services.count;
    let listed = system.listed.iter().take(services as usize);
    let others = services.saturating_sub(system.listed.len() as u32);
    let mut numbers: BTreeMap<&[String], u32> = BTreeMap::new();
    if others > 0 {
        numbers.insert(&[], others);
    }
    for one in listed.filter(|one| fixed(one, system).is_none()) {
        *numbers.entry(&one.needs).or_insert(0) += 1;
    }
    let kind = |(needs, services): (&[String], u32)| Kind {
        needs: needs.to_vec(),
        services,
        candidates: candidates(needs, system),
    };
    let mut kinds: Vec<Kind> = numbers.into_iter().map(kind).collect();
    kinds.sort_by_key(|kind| kind.needs.len());
    kinds
}

/// What may be chosen for services with these needs, in the order of the options.
fn candidates(needs: &[String], system: &System) -> Vec<ArchitectureOption> {
    let all: Vec<String> = system.needs.iter().chain(needs).cloned().collect();
    let groups = has_groups(system);
    let mut found: Vec<ArchitectureOption> = Vec::new();
    let pure = system.options.iter().filter(|option| is_listed(option));
    for option in pure.filter(|option| features::lacking(option, &all).is_empty()) {
        for candidate in variants(option, groups) {
            if (!groups || keeps_groups_apart(&candidate)) && !found.iter().any(|known| same(known, &candidate)) {
                found.push(candidate);
            }
        }
    }
    found
}

fn has_groups(system: &System) -> bool {
    system.services.groups.is_some() || system.listed.iter().any(|one| one.group.is_some())
}

/// The option as it stands, and with other rules of sharing.
fn variants(option: &ArchitectureOption, groups: bool) -> Vec<ArchitectureOption> {
    let wide = if groups { Share::Group } else { Share::Max };
    let nested = option.balancers().count() > 1;
    let ends_in = |part| option.last_balancer() == Some(part) || option.also == Some(part);
    let with = |share| {
        let mut sharing = option.share;
        if ends_in(Part::Alb) {
            sharing.services_per_alb = share;
        }
        if ends_in(Part::Nlb) {
            sharing.services_per_nlb = share;
        }
        if nested && groups {
            sharing.albs_per_nlb = Share::Group;
        }
        sharing
    };
    let variant = |share| ArchitectureOption { share, mix: Vec::new(), as_built: false, ..option.clone() };
    let mut shares = vec![option.share, with(Share::Count(1)), with(wide)];
    // The first rules of an ALB are free of capacity units; a number of services is no border of groups.
    let free = prices::row("lcu.alb-free-rules").and_then(|row| row.tiers.first()).map(|tier| tier.price as u32);
    shares.extend(free.filter(|_| !groups && ends_in(Part::Alb)).map(|free| with(Share::Count(free))));
    shares.into_iter().map(variant).collect()
}

/// Whether no load balancer of the option serves services of two groups.
fn keeps_groups_apart(option: &ArchitectureOption) -> bool {
    let apart = |share: Share| matches!(share, Share::Group | Share::Count(1));
    let share = &option.share;
    if option.balancers().count() > 1 {
        return share.albs_per_nlb == Share::Group
            || (apart(share.services_per_alb) && share.albs_per_nlb == Share::Count(1));
    }
    let has = |part| option.last_balancer() == Some(part) || option.also == Some(part);
    (!has(Part::Alb) || apart(share.services_per_alb)) && (!has(Part::Nlb) || apart(share.services_per_nlb))
}

/// Whether two options are the same architecture, whatever their names.
pub(super) fn same(a: &ArchitectureOption, b: &ArchitectureOption) -> bool {
    a.path == b.path && a.share == b.share && a.also == b.also
}

/// How good a way of dividing the services is; less is better, field by field.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The longest lead time among the raises that it needs; `None` where it fits the quotas in force.
    pub lead_time: Option<LeadTime>,
    /// It has a part that AWS advises against.
    pub legacy: bool,
    /// Lines of the month without a price: what is not known is not less than what is.
    pub unpriced: usize,
    /// US$ of what has a price, a month, as expected without simulating, to the cent.
    pub month: f64,
    /// Quotas to be raised.
    pub raises: usize,
    /// What one runs.
    pub parts: f64,
}

impl Score {
    /// Of an option, pure or a mix, at the system's number of services.
    #[must_use]
    pub fn of(option: &ArchitectureOption, system: &System) -> Score {
        let services = system.services.count;
        let counted = inventory(option, services, system);
        let exceeded = ceilings::exceeded(&counted, system);
        let lines = cost::cost(option, services, system, None);
        let cents = lines.iter().filter_map(|line| line.monthly).map(|month| month.expected * 100.0).sum::<f64>();
        Score {
            lead_time: exceeded.iter().map(|quota| quota.lead_time).max_by_key(|time| rank(*time)),
            legacy: option.legacy().is_some(),
            unpriced: lines.iter().filter(|line| line.monthly.is_none()).count(),
            month: cents.round() / 100.0,
            raises: exceeded.len(),
            parts: compare::parts_total(&counted),
        }
    }

    /// The order of the module's description.
    #[must_use]
    pub fn order(&self, other: &Score) -> Ordering {
        let lead = |score: &Score| score.lead_time.map_or(0, rank);
        lead(self)
            .cmp(&lead(other))
            .then(self.legacy.cmp(&other.legacy))
            .then(self.unpriced.cmp(&other.unpriced))
            .then(self.month.total_cmp(&other.month))
            .then(self.raises.cmp(&other.raises))
            .then(self.parts.total_cmp(&other.parts))
    }
}

fn rank(time: LeadTime) -> u8 {
    match time {
        LeadTime::Routine => 1,
        LeadTime::CaseByCase => 2,
        LeadTime::Never => 3,
    }
}

struct Search<'a> {
    system: &'a System,
    kinds: &'a [Kind],
}

/// A score with the index of each kind's candidate.
type Found = (Score, Vec<usize>);

impl Search<'_> {
    /// The option of these candidates, one for each kind. Its path and rule are those that most services go by.
    fn option(&self, chosen: &[usize]) -> ArchitectureOption {
        let ways = || self.kinds.iter().zip(chosen).map(|(kind, index)| (kind, &kind.candidates[*index]));
        let most = ways().max_by_key(|(kind, _)| kind.services).map(|(_, option)| option.clone());
        let mix = ways().map(|(kind, option)| Way { needs: kind.needs.clone(), option: option.clone() }).collect();
        let mut numbers: Vec<(u32, &ArchitectureOption)> =
            ways().map(|(kind, option)| (kind.services, option)).collect();
        numbers.reverse();
        let title = words::title(&numbers);
        let main = most.unwrap_or_else(|| self.system.options[0].clone());
        ArchitectureOption { name: NAME.into(), title, mix, ..main }
    }

    fn score(&self, chosen: &[usize]) -> Score {
        Score::of(&self.option(chosen), self.system)
    }

    /// The best of some combinations, of equal ones the first.
    fn best_of(&self, all: impl Iterator<Item = Vec<usize>>) -> Option<Found> {
        all.map(|chosen| (self.score(&chosen), chosen)).reduce(better)
    }

    /// The best that single changes lead to, from every start in which all kinds take the same candidate where they can.
    fn by_single_changes(&self, sizes: &[usize]) -> Option<Found> {
        let starts = (0..self.kinds.len()).flat_map(|kind| (0..sizes[kind]).map(move |index| (kind, index)));
        let alike = starts.map(|(kind, index)| {
            let wanted = &self.kinds[kind].candidates[index];
            let of = |other: &Kind| other.candidates.iter().position(|known| same(known, wanted)).unwrap_or(0);
            self.kinds.iter().map(of).collect()
        });
        let mut best = self.best_of(alike)?;
        loop {
            let changed = (0..self.kinds.len()).flat_map(|kind| (0..sizes[kind]).map(move |index| (kind, index)));
            let from = best.1.clone();
            let next = self.best_of(changed.map(|(kind, index)| {
                let mut chosen = from.clone();
                chosen[kind] = index;
                chosen
            }))?;
            if next.0.order(&best.0) != Ordering::Less {
                return Some(best);
            }
            best = next;
        }
    }
}

/// Of two the better, of equal ones the first.
fn better(a: Found, b: Found) -> Found {
    if b.0.order(&a.0) == Ordering::Less { b } else { a }
}

/// The digits of `number` where each has a base of its own, the last running fastest.
fn digits(mut number: usize, bases: &[usize]) -> Vec<usize> {
    let mut digits: Vec<usize> = bases
        .iter()
        .rev()
        .map(|base| {
            let digit = number % base;
            number /= base;
            digit
        })
        .collect();
    digits.reverse();
    digits
}
