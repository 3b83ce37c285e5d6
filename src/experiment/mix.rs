//! Mixes as results have them.

use crate::aws::as_built;
use crate::aws::mix::{self, Division, Score};
use crate::aws::option::ArchitectureOption;
use crate::aws::system::System;
use crate::aws::{features, prices, quotas::LeadTime};
use crate::results::{MixOther, MixOut, MixPart, Warning};

/// Where the services of an option go, kind by kind; empty where it is no mix.
#[must_use]
pub fn parts(option: &ArchitectureOption, system: &System) -> Vec<MixPart> {
    if option.mix.is_empty() {
        return Vec::new();
    }
    let best = Score::of(option, system);
    mix::divisions(option, system).into_iter().map(|division| part(division, &best)).collect()
}

fn part(division: Division, best: &Score) -> MixPart {
    let title = |id: &String| features::find(id).map_or_else(|| id.clone(), |feature| feature.title.clone());
    let other = |other: &mix::Other| MixOther {
        path: mix::path(&other.option),
        sharing: mix::sharing(&other.option),
        monthly_more: other.score.month - best.month,
        raises: other.score.raises as u32,
        lead_time: other.score.lead_time.map(LeadTime::text).map(str::to_string),
        legacy: other.score.legacy,
        parts_more: other.score.parts - best.parts,
    };
    MixPart {
        option: division.option.name.clone(),
        path: mix::path(&division.option),
        sharing: mix::sharing(&division.option),
        services: division.services,
        traffic: division.traffic,
        needs: division.needs.iter().map(title).collect(),
        stated: division.stated,
        others: division.others.iter().map(other).collect(),
        out: division
            .out
            .into_iter()
            .map(|(option, lack)| {
                let source = format!("{} ({})", lack.source, lack.date);
                MixOut { option, reason: lack.reason, source }
            })
            .collect(),
    }
}

/// What a reader should know of the mix that was asked for: that none is possible, or that it was chosen without the largest bill.
#[must_use]
pub fn warnings(system: &System) -> Option<Warning> {
    let count = system.services.count;
    let unstated = system.listed.iter().any(|one| one.option.is_none());
    let open = system.as_built || system.listed.len() < count as usize || unstated;
    if !mix::asked(system) || !open {
        return None;
    }
    let warning = |kind: &str, message: &str| {
        Some(Warning { kind: kind.into(), about: mix::NAME.into(), message: message.into() })
    };
    let found = |option: &ArchitectureOption| option.name != as_built::NAME && !option.mix.is_empty();
    if !system.options.iter().any(found) {
        return warning("no_mix", "no mix was found: some services need what no compared option has");
    }
    let unpriced = |id| prices::in_force(system, id).is_none();
    let unknown = system.rate(count).is_none() || unpriced("api.rest") || unpriced("api.http");
    let message = "the mix was chosen without the bill of API requests, which is not known";
    if unknown { warning("mix_without_requests", message) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Source;
    use crate::scenario::{Document, Model};

    /// The kind of warning about the mix of a scenario.
    fn said(text: &str) -> Option<String> {
        let document = Document::parse(text, "mix", std::path::Path::new(".")).ok()?;
        let scenario = Source::from(document).scenario(&[]).ok()?;
        let Model::Options(system) = scenario.model else { return None };
        warnings(&system).map(|warning| warning.kind)
    }

    #[test]
    fn a_mix_that_is_missing_or_chosen_without_the_bill_is_said_to_be() {
        assert_eq!(said("[services]\ngroups = 2\n"), None);
        assert_eq!(said("[[service]]\nname = \"a\"\nneeds = [\"websocket\"]\n").as_deref(), Some("no_mix"));
        let closed = "[workload]\nclients = 3\nthink = { constant = \"1s\" }\n[services]\ngroups = 2\n";
        assert_eq!(said(closed).as_deref(), Some("mix_without_requests"));
        let elsewhere = "[services]\ngroups = 2\n[account]\nregion = \"eu-west-1\"\n";
        assert_eq!(said(elsewhere).as_deref(), Some("mix_without_requests"));
        // Where the scenario states every way, nothing is searched.
        let stated = "[services]\ncount = 1\n[[service]]\nname = \"a\"\ngroup = \"g\"\noption = \"rest-nlb-alb\"\n";
        assert_eq!(said(stated), None);
    }
}
