//! How many services an option holds today and what ends that: one answer for the report, its Markdown, the terminal and the live page.

use super::answers::{cause, found, holds};
use super::ends::End;
use super::judge::{Judgement, Outcome};
use super::number;
use crate::results::{Ceiling, Results, SaturationPoint};

/// How many services an option holds today, as every page and table says it, and what ends that in a word or two.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Today {
    /// `50`, `about 52`, `at least 3,000`, `none`, `no limit`.
    pub holds: String,
    /// `ALBs per Region`; empty where nothing does.
    pub by: String,
    /// Whether it is fewer than are wanted, beyond doubt.
    pub is_short: bool,
}

impl Today {
    /// Whether it holds the wanted services: what the ladder of quotas says, unless the simulation saw fewer.
    pub(super) fn outcome(&self, option: &Judgement) -> Option<Outcome> {
        let check = option.checks.iter().find(|check| check.decided_by == "quota ladder")?;
        let short = self.is_short && check.outcome == Outcome::Met;
        Some(if short { Outcome::Missed(self.by.clone()) } else { check.outcome.clone() })
    }
}

/// What the sweep found with every condition, and where it looked for nothing what quotas on parts and on traffic allow.
pub(super) fn today(results: &Results, option: &Judgement) -> Today {
    let wanted = results.wanted.services.map_or(0.0, f64::from);
    let rung = option.first_rung();
    let counted = |rung: &Ceiling| Today {
        holds: number::count(rung.services),
        by: rung.name.clone(),
        is_short: f64::from(rung.services) < wanted,
    };
    // What is counted goes before what was simulated beyond it.
    let parts = option.structure.map_or(f64::INFINITY, |rung| f64::from(rung.services));
    let within = |end: &&SaturationPoint| End::of(end).is_some_and(|end| end.holds() <= parts);
    match found(results, Some(&option.option.name)).0.filter(within) {
        // The quota itself says it in the words of the ladder.
        Some(end) => match rung.filter(|rung| end.value == Some(f64::from(rung.services))) {
            Some(rung) => counted(rung),
            None => Today {
                holds: holds(end),
                by: if end.fails_at.is_some() { cause(end).0 } else { String::new() },
                is_short: end.decided && end.fails_at.is_some_and(|fails| fails <= wanted),
            },
        },
        None => rung.map_or_else(|| Today { holds: "no limit".into(), ..Today::default() }, counted),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::answers::answers;
    use crate::report::fixture;
    use crate::report::judge::judge;

    #[test]
    fn the_report_and_the_live_page_say_the_same() {
        let mut results = fixture::orders();
        // Parts would do for 1,000, but traffic ends it at 200.
        let option = results.options[2].name.clone();
        results.saturation.retain(|end| end.option.as_ref() != Some(&option));
        let end = SaturationPoint {
            option: Some(option.clone()),
            vary: "services".into(),
            value: Some(200.0),
            fails_at: Some(201.0),
            criterion: "throttled".into(),
            reason: "account throttle is offered 1.01 of its rate".into(),
            decided: true,
            ..SaturationPoint::default()
        };
        results.saturation.push(end);
        let judged = judge(&results);
        let said = today(&results, &judged[2]);
        assert_eq!((said.holds.as_str(), said.is_short), ("200", false));
        let live = answers(&results).options.into_iter().find(|answer| answer.name == option).unwrap();
        assert_eq!(live.holds, said.holds);
        assert!(live.sentence.0.starts_with("Option 3 holds 200 services"), "{:?}", live.sentence);
        assert_eq!(judged[2].structure.map(|rung| rung.services), Some(1_000));
    }

    #[test]
    fn without_a_sweep_the_first_quota_of_all_ends_it() {
        let mut results = fixture::orders();
        results.saturation.clear();
        let judged = judge(&results);
        let of = |i: usize| today(&results, &judged[i]);
        assert_eq!((of(0).holds.as_str(), of(0).by.as_str(), of(0).is_short), ("50", "ALBs per Region", true));
        assert_eq!(of(2).holds, number::count(judged[2].traffic.unwrap().services));
        let mut free = judged[0].clone();
        (free.structure, free.traffic) = (None, None);
        assert_eq!(today(&results, &free).holds, "no limit");
    }

    #[test]
    fn fewer_than_wanted_is_no_tick() {
        let mut results = fixture::four();
        for end in &mut results.saturation {
            (end.value, end.fails_at, end.decided) = (Some(2.0), Some(3.0), true);
        }
        let judged = judge(&results);
        let option = judged.iter().find(|o| results.saturation[0].option.as_deref() == Some(&o.option.name)).unwrap();
        let said = today(&results, option);
        assert_eq!((said.holds.as_str(), said.is_short), ("2", true));
        assert!(matches!(said.outcome(option), Some(Outcome::Missed(_))));
    }
}
