//! A mix in words and numbers: its title, and for each kind of services where it goes and what that was chosen over.

use std::cmp::Ordering;

use super::{Score, Search, Way, fixed, is_listed, kinds, same, way};
use crate::aws::as_built;
use crate::aws::features::{self, Lack};
use crate::aws::option::{ArchitectureOption, Share};
use crate::aws::part::Part;
use crate::aws::system::{Listed, System};

/// Where one kind of services goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// The way.
    pub option: ArchitectureOption,
    /// Services of the kind.
    pub services: u32,
    /// Their share of the traffic, 0 to 1.
    pub traffic: f64,
    /// Ids of what they need beside what every service needs.
    pub needs: Vec<String>,
    /// The scenario states the way; then nothing was chosen.
    pub stated: bool,
    /// Compared options that do not have what the services need, and the first thing that each lacks.
    pub out: Vec<(String, Lack)>,
    /// The best of every other way, best first, while the other kinds stay where they are.
    pub others: Vec<Other>,
}

/// Another way that a kind of services could go.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// The way.
    pub option: ArchitectureOption,
    /// How good the mix would then be.
    pub score: Score,
}

/// Where the services of a mix go, kind by kind: those with most needs first, stated ones last. Empty for an option that is no mix.
#[must_use]
pub fn divisions(mix: &ArchitectureOption, system: &System) -> Vec<Division> {
    if mix.mix.is_empty() {
        return Vec::new();
    }
    if mix.as_built && mix.name == as_built::NAME {
        return built(mix, system);
    }
    let kinds = kinds(system);
    let search = Search { system, kinds: &kinds };
    let place = |index: usize| {
        let goes = mix.mix.iter().find(|way| way.needs == kinds[index].needs).map_or(mix, |way| &way.option);
        kinds[index].candidates.iter().position(|known| same(known, goes)).unwrap_or(0)
    };
    let chosen: Vec<usize> = (0..kinds.len()).map(place).collect();
    let mut all: Vec<Division> = kinds
        .iter()
        .enumerate()
        .rev()
        .map(|(index, kind)| {
            let of_kind = |listed: Option<&Listed>| {
                listed.is_none_or(|one| fixed(one, system).is_none())
                    && listed.map_or(&[][..], |one| &one.needs) == kind.needs
            };
            Division {
                option: kind.candidates[chosen[index]].clone(),
                services: kind.services,
                traffic: traffic(system, of_kind),
                needs: kind.needs.clone(),
                stated: false,
                out: out(&kind.needs, system),
                others: others(&search, &chosen, index),
            }
        })
        .collect();
    all.extend(stated(system));
    all
}

/// Services whose way the scenario states, by option.
fn stated(system: &System) -> Vec<Division> {
    let goes = |option: &ArchitectureOption| {
        let ours = |listed: Option<&Listed>| {
            listed.and_then(|one| fixed(one, system)).is_some_and(|name| *name == option.name)
        };
        stated_division(option, system, ours)
    };
    system.options.iter().filter_map(goes).collect()
}

/// Services of the system as built, by the way that they go, most first.
fn built(mix: &ArchitectureOption, system: &System) -> Vec<Division> {
    let goes = |one: &Way| {
        let ours = |listed: Option<&Listed>| way(mix, listed, system).name == one.option.name;
        stated_division(&one.option, system, ours)
    };
    mix.mix.iter().filter_map(goes).collect()
}

/// The services that `ours` takes as a division that nobody chose; none where there are none.
fn stated_division(
    option: &ArchitectureOption,
    system: &System,
    ours: impl Fn(Option<&Listed>) -> bool,
) -> Option<Division> {
    let listed = system.listed.iter().take(system.services.count as usize);
    let unlisted = system.services.count.saturating_sub(system.listed.len() as u32);
    let others = if ours(None) { unlisted } else { 0 };
    let services = listed.filter(|one| ours(Some(one))).count() as u32 + others;
    (services > 0).then(|| Division {
        option: option.clone(),
        services,
        traffic: traffic(system, ours),
        needs: Vec::new(),
        stated: true,
        out: Vec::new(),
        others: Vec::new(),
    })
}

/// The share of the traffic of the services that `ours` takes, `None` being one that is not listed.
fn traffic(system: &System, ours: impl Fn(Option<&Listed>) -> bool) -> f64 {
    let (listed, other, total) = system.traffic(system.services.count);
    let rest = f64::from(system.services.count) - listed.len() as f64;
    let mut sum = if ours(None) { other * rest } else { 0.0 };
    sum += system.listed.iter().zip(listed).filter(|(one, _)| ours(Some(one))).map(|(_, part)| part).sum::<f64>();
    if total > 0.0 { sum / total } else { 0.0 }
}

fn out(needs: &[String], system: &System) -> Vec<(String, Lack)> {
    let needs: Vec<String> = needs.iter().chain(&system.needs).cloned().collect();
    let lack = |option: &ArchitectureOption| {
        Some((option.name.clone(), features::lacking(option, &needs).into_iter().next()?))
    };
    system.options.iter().filter(|option| is_listed(option)).filter_map(lack).collect()
}

/// The best candidate of every other path, and of the same path with another rule of sharing.
fn others(search: &Search<'_>, chosen: &[usize], kind: usize) -> Vec<Other> {
    let candidates = &search.kinds[kind].candidates;
    let mut found: Vec<Other> = Vec::new();
    for index in (0..candidates.len()).filter(|index| *index != chosen[kind]) {
        let mut changed = chosen.to_vec();
        changed[kind] = index;
        let other = Other { option: candidates[index].clone(), score: search.score(&changed) };
        let path = |known: &Other| known.option.path == other.option.path && known.option.also == other.option.also;
        match found.iter_mut().find(|known| path(known)) {
            Some(known) if other.score.order(&known.score) == Ordering::Less => *known = other,
            Some(_) => {}
            None => found.push(other),
        }
    }
    found.sort_by(|a, b| a.score.order(&b.score));
    found
}

/// The title of a mix: how many services go which way, and how they share load balancers. Ways in the order of `ways`.
pub(super) fn title(ways: &[(u32, &ArchitectureOption)]) -> String {
    let mut merged: Vec<(u32, &ArchitectureOption)> = Vec::new();
    for (services, option) in ways {
        match merged.iter_mut().find(|(_, known)| same(known, option)) {
            Some((sum, _)) => *sum += services,
            None => merged.push((*services, option)),
        }
    }
    let Some((_, first)) = merged.first() else { return String::new() };
    if merged.len() == 1 {
        return format!("{}, {}", path(first), sharing(first));
    }
    let alike = merged.iter().all(|(_, one)| one.path.get(1..) == first.path.get(1..) && one.share == first.share);
    let name = |option: &ArchitectureOption| if alike { option.api().title().to_string() } else { path(option) };
    let each: Vec<String> =
        merged.iter().map(|(services, option)| format!("{} for {services}", name(option))).collect();
    let (between, after) = if alike { (", ", format!(", {}", sharing(first))) } else { ("; ", String::new()) };
    format!("Mix: {}{after}", each.join(between))
}

/// The parts of an option's path for people: "HTTP API, VPC link V2, ALB".
#[must_use]
pub fn path(option: &ArchitectureOption) -> String {
    let short = |part: &Part| if part.is_balancer() { part.id().to_uppercase() } else { part.title().to_string() };
    let mut parts: Vec<String> = option.path.iter().map(short).collect();
    if let (Some(last), Some(also)) = (parts.last_mut(), &option.also) {
        *last = format!("{last} and {}", short(also));
    }
    parts.join(", ")
}

/// How services share the load balancers, shorter than the sharing rule in words: "an ALB per group".
#[must_use]
pub fn sharing(option: &ArchitectureOption) -> String {
    let (last, share) = (option.last_balancer(), &option.share);
    let mut words = Vec::new();
    if last == Some(Part::Alb) || option.also == Some(Part::Alb) {
        words.push(units(share.services_per_alb, "service", "ALB"));
    }
    if last == Some(Part::Nlb) || option.also == Some(Part::Nlb) {
        words.push(units(share.services_per_nlb, "service", "NLB"));
    }
    if option.balancers().count() > 1 {
        words.push(units(share.albs_per_nlb, "ALB", "NLB"));
    }
    if words.is_empty() { "no load balancers".into() } else { words.join(", ") }
}

fn units(share: Share, what: &str, unit: &str) -> String {
    match share {
        Share::Count(1) => format!("an {unit} per {what}"),
        Share::Count(count) => format!("{count} {what}s per {unit}"),
        Share::Group => format!("an {unit} per group"),
        Share::Max => format!("as many {what}s per {unit} as fit"),
    }
}

/// What the scenario's services need, in words, each need once: what every service needs, then what some of them do.
#[must_use]
pub fn needs(system: &System) -> Vec<String> {
    questions(system).into_iter().map(|(_, words, _)| words).collect()
}

/// Which of [`needs`] services do not have where `compared` is looked at, each with its reason; the titles are the words of [`needs`].
#[must_use]
pub fn lacks(compared: &ArchitectureOption, system: &System) -> Vec<Lack> {
    let services = system.services.count as usize;
    let unlisted = (system.listed.len() < services).then_some(None);
    let everyone = || system.listed.iter().take(services).map(Some).chain(unlisted);
    let lack = |(need, words, of_all): (String, String, bool)| {
        let found = everyone()
            .filter(|listed| of_all || listed.is_some_and(|one| one.needs.contains(&need)))
            .find_map(|listed| {
                features::lacking(way(compared, listed, system), std::slice::from_ref(&need)).into_iter().next()
            })?;
        Some(Lack { title: words, ..found })
    };
    questions(system).into_iter().filter_map(lack).collect()
}

/// Id of each need, its words, and whether every service has it.
fn questions(system: &System) -> Vec<(String, String, bool)> {
    let title = |need: &str| features::find(need).map_or_else(|| need.to_string(), |feature| feature.title.clone());
    let mut all: Vec<(String, String, bool)> =
        system.needs.iter().map(|need| (need.clone(), title(need), true)).collect();
    let listed = || system.listed.iter().take(system.services.count as usize);
    for need in listed().flat_map(|one| &one.needs) {
        if all.iter().any(|(known, ..)| known == need) {
            continue;
        }
        let who = match listed().filter(|one| one.needs.contains(need)).count() {
            1 => "1 service".to_string(),
            many => format!("{many} services"),
        };
        all.push((need.clone(), format!("{} for {who}", title(need)), false));
    }
    all
}
