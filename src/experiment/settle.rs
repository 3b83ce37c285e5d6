//! One point, simulated until intervals decide what is asked of it.

use super::control::Control;
use super::judge::{Verdict, condition};
use super::point::{Outcome, PointError, PointSpec, Rounds};
use super::warmup::Cut;
use crate::scenario::Condition;

/// Relative half-width below which more replications are not worth while: the point estimate may decide.
const INDIFFERENT: f64 = 0.02;

/// Adds rounds of the scenario's replications, measured from `cut` on, until every condition is decided by its interval (at the scenario's confidence) or
/// indifferent (its half-width at `confidence` is small), or until one round more would pass `most` replications.
///
/// # Errors
/// As [`PointSpec::run`].
pub fn settle(
    spec: &PointSpec<'_>,
    cut: &Cut,
    conditions: &[Condition],
    confidence: f64,
    most: u32,
    control: &Control,
) -> Result<Outcome, PointError> {
    let round = spec.scenario.run.replications;
    let mut rounds = Rounds::new(spec, cut);
    loop {
        control.plan(u64::from(round));
        rounds.add(round, control)?;
        let outcome = rounds.sum_up();
        let room = rounds.replications() + round <= most;
        if !(room && conditions.iter().any(|wanted| undecided(&outcome, wanted, confidence))) {
            return Ok(outcome);
        }
    }
}

/// Whether more replications could decide a condition: its interval covers the bound and is not narrow yet.
fn undecided(outcome: &Outcome, wanted: &Condition, confidence: f64) -> bool {
    let relative = || outcome.measured.estimate(&wanted.metric, confidence)?.relative_half_width();
    matches!(condition(outcome, wanted), Verdict::Undecided { .. })
        && relative().is_none_or(|half| half.is_nan() || half >= INDIFFERENT)
}
