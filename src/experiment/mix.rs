//! Mixes as results have them.

use crate::aws::mix::{self, Division, Score};
use crate::aws::option::ArchitectureOption;
use crate::aws::system::System;
use crate::aws::{features, quotas::LeadTime};
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

/// That a mix was asked for and none is possible.
#[must_use]
pub fn none_found(system: &System) -> Option<Warning> {
    let found = system.options.iter().any(|option| !option.mix.is_empty());
    let open =
        system.listed.len() < system.services.count as usize || system.listed.iter().any(|one| one.option.is_none());
    (mix::asked(system) && open && !found).then(|| Warning {
        kind: "no_mix".into(),
        about: mix::NAME.into(),
        message: "no mix was found: some services need what no compared option has".into(),
    })
}
