//! What a pipeline asks: does every option pass, by the conditions that gate it. Its forms for machines and pull requests are beside.
//!
//! An option passes where every feature that the scenario needs is there, every quota in force holds what is wanted, and every
//! objective holds by its whole interval. Whether the rate is carried by the simulation is shown but does not gate: which losses
//! are allowed is for the objectives to say.

mod github;
mod junit;
mod markdown;

pub use github::{Place, annotations};
pub use junit::junit;
pub use markdown::markdown;

use super::judge::{Check, Outcome, judge, objective_outcome, operating_point};
use super::number;
use crate::results::{Objective, Point, Results};

/// How a condition, an option or the whole stands; the greatest of several decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Holds.
    Pass,
    /// Not decided at this precision.
    Undecided,
    /// Does not hold on what is in force today.
    Fail,
}

/// One condition of one option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// As the scenario says it, or in words: `latency.p99 <= 250ms`, `60 services`.
    pub condition: String,
    /// How it stands.
    pub standing: Standing,
    /// Why it stands so; empty where it holds.
    pub why: String,
    /// What was measured, with its interval; empty where nothing was.
    pub measured: String,
    /// `feature table`, `quota ladder` or `simulation`.
    pub decided_by: &'static str,
}

/// An option, or the system of a hops scenario, and the conditions that gate it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Option name; the title of a hops scenario.
    pub name: String,
    /// In the order of the screen of `check`.
    pub cases: Vec<Case>,
}

impl Suite {
    /// How the option stands; passes where nothing is asked.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.cases.iter().map(|case| case.standing).max().unwrap_or(Standing::Pass)
    }

    fn count(&self, standing: Standing) -> usize {
        self.cases.iter().filter(|case| case.standing == standing).count()
    }
}

/// Every option with the conditions that gate it, in the order of the results.
#[must_use]
pub fn suites(results: &Results) -> Vec<Suite> {
    let objectives = &results.wanted.objectives;
    let objective_of = |check: &Check| objectives.iter().find(|objective| objective.text == check.text);
    let mut suites: Vec<Suite> = Vec::new();
    for option in judge(results) {
        let gates = |check: &&Check| check.decided_by != "simulation" || objective_of(check).is_some();
        let cases = option.checks.iter().filter(gates).map(|check| case(check, objective_of(check), option.point));
        suites.push(Suite { name: option.option.name.clone(), cases: cases.collect() });
    }
    if results.options.is_empty() {
        let point = operating_point(results, None);
        let one = |objective: &Objective| {
            let outcome = objective_outcome(objective, point, false);
            let check = Check { text: objective.text.clone(), decided_by: "simulation", outcome };
            case(&check, Some(objective), point)
        };
        suites.push(Suite { name: results.title.clone(), cases: objectives.iter().map(one).collect() });
    }
    suites
}

/// How the whole stands: every option must pass, and one that fails goes before one that is not decided.
#[must_use]
pub fn standing(suites: &[Suite]) -> Standing {
    suites.iter().map(Suite::standing).max().unwrap_or(Standing::Pass)
}

fn case(check: &Check, objective: Option<&Objective>, point: Option<&Point>) -> Case {
    let (standing, why) = match &check.outcome {
        Outcome::Met => (Standing::Pass, String::new()),
        Outcome::AfterRaise => (Standing::Fail, "today's quotas are below it: raise one first".to_string()),
        Outcome::Unsettled(why) => (Standing::Undecided, why.clone()),
        Outcome::Missed(why) => (Standing::Fail, why.clone()),
    };
    let estimate = objective.zip(point).and_then(|(objective, point)| point.metrics.get(&objective.metric));
    let measured = estimate.filter(|estimate| estimate.value.is_some()).map_or(String::new(), |estimate| {
        let interval = number::interval(estimate, "-").map_or(String::new(), |interval| format!(" ({interval})"));
        format!("{}{interval}", number::value(estimate))
    });
    Case { condition: check.text.clone(), standing, why, measured, decided_by: check.decided_by }
}

/// The outcome of the whole in a sentence that names the options which do not pass.
#[must_use]
pub fn sentence(suites: &[Suite]) -> String {
    let names = |standing| {
        let of = suites.iter().filter(|suite| suite.standing() == standing);
        of.map(|suite| suite.name.clone()).collect::<Vec<String>>()
    };
    let (failed, open) = (names(Standing::Fail), names(Standing::Undecided));
    if suites.len() == 1 {
        return match standing(suites) {
            Standing::Pass => "Every condition holds.".into(),
            Standing::Undecided => "Undecided at this precision: more requests or replications would tell.".into(),
            Standing::Fail => "At least one condition does not hold.".into(),
        };
    }
    let mut said = Vec::new();
    if !failed.is_empty() {
        said.push(format!("{} of {} options do not pass: {}.", failed.len(), suites.len(), number::list(&failed)));
    }
    if !open.is_empty() {
        said.push(format!("{} of {} options are undecided: {}.", open.len(), suites.len(), number::list(&open)));
    }
    if said.is_empty() { format!("All {} options pass.", suites.len()) } else { said.join(" ") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn an_option_that_lacks_a_feature_or_a_quota_fails_with_its_reason() {
        let suites = suites(&fixture::orders());
        let found: Vec<Standing> = suites.iter().map(Suite::standing).collect();
        // Option 1 has no WAF; 2, 4 and 5 need a quota raised; 3 holds today.
        assert_eq!(found, [Standing::Fail, Standing::Fail, Standing::Pass, Standing::Fail, Standing::Fail]);
        let why =
            |suite: &Suite| suite.cases.iter().find(|case| case.standing == Standing::Fail).map(|c| c.why.clone());
        assert_eq!(why(&suites[0]).as_deref(), Some("no WAF on the API"));
        assert!(why(&suites[1]).unwrap().contains("raise one first"));
        assert_eq!(standing(&suites), Standing::Fail);
        assert!(sentence(&suites).starts_with("4 of 5 options do not pass: "), "{}", sentence(&suites));
    }

    #[test]
    fn what_is_not_decided_passes_nothing_and_fails_nothing() {
        let mut results = fixture::orders();
        results.options.drain(..2);
        results.options.truncate(1);
        results.wanted.objectives[0].bound = results.points[2].metrics["latency.p99"].value.unwrap();
        let suites = suites(&results);
        assert_eq!(standing(&suites), Standing::Undecided);
        assert!(
            suites[0].cases.iter().any(|case| case.why.contains("within the interval") && !case.measured.is_empty())
        );
        results.wanted.objectives.clear();
        assert_eq!(standing(&super::suites(&results)), Standing::Pass);
    }

    /// A lost share that no objective forbids is on the screen, but no reason to stop a pipeline.
    #[test]
    fn a_loss_that_no_objective_forbids_does_not_gate() {
        let mut results = fixture::orders();
        results.points[2].metrics.insert("outcome.ok".into(), fixture::estimate(0.98, 0.979, 0.981));
        assert_eq!(suites(&results)[2].standing(), Standing::Pass);
    }
}
