//! What would change the answer: each input at both ends of its plausible range, one at a time, at the operating point.
//!
//! Everything runs on the draws of the default, so that an effect is a paired difference, and what an input does not touch differs by
//! exactly 0. Intervals of effects hold one by one; the order of options at an end rests on intervals that hold for all pairs of that
//! end at once, as [`super::best`] has them, and not for all inputs together.

mod effects;
mod flips;
mod inputs;
mod runs;

use std::sync::Arc;

use inputs::{Input, Setting};
use runs::Runs;

use super::ExperimentError;
use super::control::Control;
use super::point::{Outcome, PointError};
use super::source::Source;
use crate::results;
use crate::scenario::{Length, Model, Scenario};

/// Metrics that effects are about: those that options are compared by.
const METRICS: [&str; 2] = ["latency.p99", "latency.mean"];
/// The mean time that a path adds to the client's round trip and the service: what is left of an order when queues are left out.
const ADDED: &str = "latency.added";
/// Metrics that options are ranked by.
const RANKED: [&str; 3] = ["latency.p99", "latency.mean", ADDED];
/// Measured requests of a replication where the scenario does not say: enough for a p99 with an interval, and some that fail.
const REQUESTS: u64 = 10_500;

/// The study of the scenario's operating point; none where it is switched off, does not apply, or where `control` stopped it.
///
/// # Errors
/// An input's value that makes no scenario, or a fault of the engine.
pub fn study(
    source: &Source,
    scenario: &Scenario,
    control: &Control,
) -> Result<Option<results::Sensitivity>, ExperimentError> {
    if !applies(scenario) {
        return Ok(None);
    }
    match Study::new(source, scenario, control).and_then(|mut study| study.whole()) {
        Err(ExperimentError::Fault(PointError::Stopped | PointError::Elsewhere)) => Ok(None),
        found => found.map(Some),
    }
}

/// Whether a sweep of this scenario varies its inputs: as it says; else where options are compared or inputs named, in a steady state.
fn applies(scenario: &Scenario) -> bool {
    let asked = matches!(scenario.model, Model::Options(_)) || !scenario.sensitivity.inputs.is_empty();
    scenario.sensitivity.enabled.unwrap_or(asked && is_steady(scenario))
}

/// Whether any stretch of a run is as good as another.
fn is_steady(scenario: &Scenario) -> bool {
    scenario.events.is_empty() && scenario.workload.profile.is_empty() && scenario.run.length != Length::Trace
}

/// The scenario as the runs of a study have it: shorter where it is in a steady state, and of no precision.
fn shortened(scenario: &Scenario) -> Scenario {
    let mut short = scenario.clone();
    short.run.precision = None;
    short.run.windows = None;
    let wanted = scenario.sensitivity.requests;
    short.run.length = match scenario.run.length {
        Length::Requests(requests) if is_steady(scenario) => Length::Requests(wanted.unwrap_or(REQUESTS.min(requests))),
        Length::Time(_) if is_steady(scenario) => Length::Requests(wanted.unwrap_or(REQUESTS)),
        length => wanted.map_or(length, Length::Requests),
    };
    short
}

/// A scenario with the outcomes of its options at the operating point.
struct State {
    scenario: Scenario,
    outcomes: Vec<Arc<Outcome>>,
}

/// A study under way.
struct Study<'a> {
    source: &'a Source,
    /// The scenario as it stands, shortened.
    standing: State,
    inputs: Vec<Input>,
    /// Both ends of each input, in its order.
    ends: Vec<State>,
    runs: Runs<'a>,
}

impl<'a> Study<'a> {
    fn new(source: &'a Source, scenario: &Scenario, control: &'a Control) -> Result<Study<'a>, ExperimentError> {
        let scenario = shortened(scenario);
        let mut runs = Runs::new(&scenario, control)?;
        let inputs = inputs::all(source, &scenario);
        let settings = inputs.iter().flat_map(|input| [&input.low, &input.high]);
        let end = |setting| inputs::with(source, &scenario, &[setting]).map_err(ExperimentError::Issues);
        let ends = settings.map(end).collect::<Result<Vec<_>, _>>()?;
        // Together: none of them waits for another.
        let mut ends = runs.states([vec![scenario], ends].concat())?;
        let standing = ends.remove(0);
        Ok(Study { source, standing, inputs, ends, runs })
    }

    fn whole(&mut self) -> Result<results::Sensitivity, ExperimentError> {
        let (inputs, ends) = (std::mem::take(&mut self.inputs), std::mem::take(&mut self.ends));
        let mut found = Vec::new();
        for (input, ends) in inputs.iter().zip(ends.chunks_exact(2)) {
            let moves = input.low.moves_quotas();
            let [low, high] = [&ends[0], &ends[1]].map(|end| effects::end(&self.standing, end, moves));
            let flips = self.flips(input, &ends[0], &ends[1])?;
            found.push(input.result(low, high, flips));
        }
        let together = self.together(&inputs, &found)?;
        let scenario = &self.standing.scenario;
        Ok(results::Sensitivity {
            services: self.standing.outcomes.first().and_then(|outcome| outcome.point.services),
            requests: match scenario.run.length {
                Length::Requests(requests) => requests,
                Length::Time(_) | Length::Trace => 0,
            },
            replications: scenario.run.replications,
            runs: self.runs.made(),
            simulated: self.runs.simulated(),
            rankings: effects::rankings(&self.standing),
            inputs: found,
            together,
        })
    }

    /// The scenario with `settings` in place.
    fn with(&self, settings: &[&Setting]) -> Result<Scenario, ExperimentError> {
        inputs::with(self.source, &self.standing.scenario, settings).map_err(ExperimentError::Issues)
    }

    /// All inputs at once: each at the end of the less mean latency over the options, and each at the other.
    fn together(
        &mut self,
        inputs: &[Input],
        found: &[results::VariedInput],
    ) -> Result<Vec<results::InputEnd>, ExperimentError> {
        if inputs.len() < 2 {
            return Ok(Vec::new());
        }
        let mean = |end: &results::InputEnd| -> f64 {
            let of_means = end.effects.iter().filter(|effect| effect.metric == "latency.mean");
            of_means.filter_map(|effect| effect.difference.value).sum()
        };
        let fast_low = |found: &results::VariedInput| mean(&found.low) <= mean(&found.high);
        let side = |fast: bool| -> Vec<&Setting> {
            let pairs = inputs.iter().zip(found);
            pairs.map(|(input, found)| if fast_low(found) == fast { &input.low } else { &input.high }).collect()
        };
        let moves = inputs.iter().any(|input| input.low.moves_quotas());
        // Values that are right one by one may exclude each other.
        let (Ok(fast), Ok(slow)) = (self.with(&side(true)), self.with(&side(false))) else { return Ok(Vec::new()) };
        let words = ["every input at its faster end", "every input at its slower end"];
        let ends = self.runs.states(vec![fast, slow])?;
        let result = |(end, words): (&State, &str)| results::InputEnd {
            value: words.into(),
            ..effects::end(&self.standing, end, moves)
        };
        Ok(ends.iter().zip(words).map(result).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
