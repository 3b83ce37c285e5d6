//! `[trigger]`: how long an event may last, by bisection over its length, and which change would have prevented that the failure stays.
//!
//! Each length is simulated by the same seeds; whether a seed recovers is decided as everywhere (`timeline::recovery`). Two searches
//! halve the range from `from` to `to` on a grid of the resolution: one for the longest length from which all seeds recover, one for
//! the shortest from which none does. Both believe that longer is worse; what is said afterwards holds for every length that was tried,
//! whatever is true of it.

mod changes;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::control::Control;
use super::point::PointError;
use super::source::Source;
use super::timeline::{After, Fate, Yardstick, fates, shares, simulated, without_events, yardstick};
use super::{ExperimentError, operating_services, uses_services};
use crate::engine::network::Slicing;
use crate::results::{TriggerChange, TriggerLength, TriggerSearch};
use crate::scenario::{Event, Model, Override, Scenario, Trigger, event_words};
use crate::units::Duration;

/// Lengths between the two ends that are tried so that the shares between show.
const BETWEEN: u64 = 6;

/// The search of every option; empty where none is asked for. What was stopped or is left to others is left out.
///
/// # Errors
/// A length or a change that makes no scenario, or a fault of the engine.
pub(super) fn search(
    source: &Source,
    scenario: &Scenario,
    control: &Control,
) -> Result<Vec<TriggerSearch>, ExperimentError> {
    let Some(wanted) = scenario.trigger else { return Ok(Vec::new()) };
    let options = match &scenario.model {
        Model::Options(system) => system.options.len(),
        Model::Hops(_) => 1,
    };
    let mut found = Vec::new();
    for option in 0..options {
        match (Search { source, wanted, option, control }).find(scenario) {
            Ok(search) => found.push(search),
            Err(ExperimentError::Fault(PointError::Stopped | PointError::Elsewhere)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

struct Search<'a> {
    source: &'a Source,
    wanted: Trigger,
    option: usize,
    control: &'a Control,
}

/// What is known of the lengths tried, by their place on the grid.
type Tried = BTreeMap<u64, Vec<Fate>>;

fn all_back(fates: &[Fate]) -> bool {
    fates.iter().all(|fate| matches!(fate, Fate::Back(_)))
}

fn none_back(fates: &[Fate]) -> bool {
    !fates.iter().any(|fate| matches!(fate, Fate::Back(_)))
}

impl Search<'_> {
    fn find(&self, scenario: &Scenario) -> Result<TriggerSearch, ExperimentError> {
        let usual = self.yardstick(scenario)?;
        let mut tried = Tried::new();
        let last = (self.wanted.to.0 - self.wanted.from.0).div_ceil(self.wanted.resolution.0);
        for end in [0, last] {
            self.try_length(end, &usual, &mut tried)?;
        }
        self.bisect((0, last), &usual, &mut tried, all_back)?;
        self.bisect((0, last), &usual, &mut tried, |fates| !none_back(fates))?;
        let (all, none) = ends(&tried);
        let (low, high) = (all.unwrap_or(0), none.unwrap_or(last));
        for step in 1..BETWEEN {
            self.try_length(low + (high - low) * step / BETWEEN, &usual, &mut tried)?;
        }
        let (all, none) = ends(&tried);
        let worst = none.or_else(|| tried.iter().rev().find(|(_, fates)| !all_back(fates)).map(|(at, _)| *at));
        let confidence = scenario.run.confidence;
        let length = |(at, fates): (&u64, &Vec<Fate>)| {
            let (recovered, metastable, recovery_s) = shares(fates, confidence);
            TriggerLength { seconds: self.length(*at).seconds(), recovered, metastable, recovery_s }
        };
        Ok(TriggerSearch {
            option: match &scenario.model {
                Model::Options(system) => system.options.get(self.option).map(|option| option.name.clone()),
                Model::Hops(_) => None,
            },
            services: match &scenario.model {
                Model::Hops(hops) if !uses_services(scenario, hops) => None,
                _ => Some(operating_services(scenario)),
            },
            event: self.wanted.event,
            name: self.ours()?.iter().map(event_words).collect::<Vec<String>>().join(", "),
            seeds: self.wanted.seeds,
            resolution_s: self.wanted.resolution.seconds(),
            all_recover_s: all.map(|at| self.length(at).seconds()),
            none_recovers_s: none.map(|at| self.length(at).seconds()),
            changed_at_s: worst.map(|at| self.length(at).seconds()),
            changes: match worst {
                Some(at) => self.changes(at, scenario)?,
                None => Vec::new(),
            },
            tried: tried.iter().map(length).collect(),
        })
    }

    /// The length at a place of the grid.
    fn length(&self, at: u64) -> Duration {
        let Trigger { from, to, resolution, .. } = self.wanted;
        Duration(from.0.saturating_add(resolution.0.saturating_mul(at)).min(to.0))
    }

    /// Narrows the places between which `holds` turns from true to false, unless it does not.
    fn bisect(
        &self,
        (mut low, mut high): (u64, u64),
        usual: &Yardstick,
        tried: &mut Tried,
        holds: fn(&[Fate]) -> bool,
    ) -> Result<(), ExperimentError> {
        let known = |tried: &Tried, at: u64| tried.get(&at).is_some_and(|fates| holds(fates));
        if !known(tried, low) || known(tried, high) {
            return Ok(());
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            self.try_length(middle, usual, tried)?;
            if known(tried, middle) { low = middle } else { high = middle }
        }
        Ok(())
    }

    fn try_length(&self, at: u64, usual: &Yardstick, tried: &mut Tried) -> Result<(), ExperimentError> {
        if let Entry::Vacant(place) = tried.entry(at) {
            place.insert(self.fates(at, &[], usual)?);
        }
        Ok(())
    }

    /// The scenario with an event of this length, and changes.
    fn scenario(&self, at: u64, changes: &[Override]) -> Result<Scenario, ExperimentError> {
        let field = format!("event.{}.until", self.wanted.event - 1);
        let until = Duration(self.wanted.at.0.saturating_add(self.length(at).0));
        let event = Override::set(field, format!("\"{}ns\"", until.0));
        self.source.scenario(&[&[event], changes].concat()).map_err(ExperimentError::Issues)
    }

    fn fates(&self, at: u64, changes: &[Override], usual: &Yardstick) -> Result<Vec<Fate>, ExperimentError> {
        let scenario = self.scenario(at, changes)?;
        let place = (self.option, operating_services(&scenario));
        let each = simulated(&scenario, place, self.wanted.seeds, self.control)?;
        let slicing = Slicing { from: 0, length: scenario.run.windows.map_or(1, |window| window.0), end: u64::MAX };
        // A scenario with a search has the event that is searched.
        Ok(After::new(&scenario.events, slicing).map_or_else(Vec::new, |after| fates(&each, usual, after)))
    }

    fn yardstick(&self, scenario: &Scenario) -> Result<Yardstick, ExperimentError> {
        let place = (self.option, operating_services(scenario));
        Ok(yardstick(&without_events(scenario), place, self.wanted.seeds, self.control)?)
    }

    /// How many seeds recover from the length at a place of the grid with each change, measured against what is usual with it.
    fn changes(&self, at: u64, scenario: &Scenario) -> Result<Vec<TriggerChange>, ExperimentError> {
        let mut tried = Vec::new();
        let ours = self.ours()?;
        for change in changes::candidates(scenario, &ours) {
            // Values that are right one by one may exclude each other: such a change is none.
            let Ok(changed) = self.scenario(at, &change.overrides) else { continue };
            let usual = self.yardstick(&changed)?;
            let (recovered, _, recovery_s) =
                shares(&self.fates(at, &change.overrides, &usual)?, scenario.run.confidence);
            let set = |change: &Override| format!("{} = {}", change.field, change.toml);
            tried.push(TriggerChange {
                name: change.name,
                set: change.overrides.iter().map(set).collect::<Vec<String>>().join("; "),
                recovered,
                recovery_s,
            });
        }
        Ok(tried)
    }

    /// What the event changes: one `[[event]]` may change several things, and others may begin with it, but only it ends with its length.
    fn ours(&self) -> Result<Vec<Event>, ExperimentError> {
        let (short, long) = (self.scenario(0, &[])?, self.scenario(u64::MAX, &[])?);
        let varies = |(short, long): &(Event, Event)| short.until != long.until;
        Ok(short.events.into_iter().zip(long.events).filter(varies).map(|(event, _)| event).collect())
    }
}

/// The last place up to which all recover at every place tried, and the first from which on none does.
fn ends(tried: &Tried) -> (Option<u64>, Option<u64>) {
    let all = tried.iter().take_while(|(_, fates)| all_back(fates)).last();
    let none = tried.iter().rev().take_while(|(_, fates)| none_back(fates)).last();
    (all.map(|(at, _)| *at), none.map(|(at, _)| *at))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scenario::Document;

    /// Three events that begin at once, the last two of two and one changes.
    const AT_ONCE: &str = "[workload]\nrate = \"50/s\"\n[client]\ntimeout = \"200ms\"\n[run]\nduration = \"20s\"\nwindows = \"1s\"\n\
        [[event]]\nat = \"5s\"\nuntil = \"9s\"\nhop = \"a\"\ntime_factor = 2.0\n\
        [[event]]\nat = \"5s\"\nuntil = \"6s\"\nhop = \"b\"\ntime_factor = 4.0\nfailure = 0.5\n\
        [[event]]\nat = \"5s\"\nuntil = \"6s\"\nrate_factor = 2.0\n\
        [trigger]\nevent = 2\nfrom = \"1s\"\nto = \"3s\"\nseeds = 2\n\
        [[hop]]\nname = \"a\"\nservers = 4\ntime = { constant = \"25ms\" }\n\
        [[hop]]\nname = \"b\"\nservers = 4\ntime = { constant = \"25ms\" }\n";

    #[test]
    fn the_event_is_found_by_its_number_among_those_that_begin_with_it() {
        let ours = |event: u32| {
            let text = AT_ONCE.replace("event = 2", &format!("event = {event}"));
            let source = Source::from(Document::parse(&text, "at once", std::path::Path::new(".")).unwrap());
            let wanted = source.scenario(&[]).unwrap().trigger.unwrap();
            let control = Control::default();
            let ours = Search { source: &source, wanted, option: 0, control: &control }.ours().unwrap();
            ours.into_iter().map(|event| event.hop).collect::<Vec<Option<String>>>()
        };
        let hop = |name: &str| Some(name.to_string());
        assert_eq!((ours(1), ours(2), ours(3)), (vec![hop("a")], vec![hop("b"), hop("b")], vec![None]));
    }
}
