//! Sequential stopping: rounds of whole replications until the interval of one metric is narrow enough.

use super::control::Control;
use super::metrics::{is_share, settles};
use super::point::{Outcome, PointError, Rounds};
use crate::results::Warning;
use crate::scenario::{Precision, Run};

/// Replications before which no interval is narrow enough: with fewer, a spread that is small by chance stops too early.
const LEAST: u32 = 5;
/// Half-width that is enough for a share whatever its value: a relative one is never reached near 0.
const SHARE_FLOOR: f64 = 1e-4;

/// How narrow the watched interval is.
enum Width {
    /// Narrow enough.
    Enough,
    /// Half of it over the value; infinite where one replication says nothing about spread.
    Relative(f64),
    /// There is none, and more replications would not bring one.
    Withheld,
}

/// Adds rounds, after the first, until half-width over value is at most g / (1 + g), g being the relative precision wanted, or
/// `max_replications` are done, and says in the point which of the two ended it. A metric that has no interval however many
/// there are (too few samples in a replication, no steady state) ends it at once. Decided after whole rounds only, in the order
/// of replications, so that no thread's speed has a say.
///
/// Source: Law, *Simulation Modeling and Analysis*, 5th ed., 9.4.1: dividing by 1 + g makes the error relative to the unknown
/// true value rather than to its estimate.
///
/// # Errors
/// A fault of the engine. A stop keeps the rounds that were done.
pub(super) fn reach(
    rounds: &mut Rounds<'_>,
    wanted: &Precision,
    run: &Run,
    control: &Control,
) -> Result<Outcome, PointError> {
    loop {
        let mut outcome = rounds.sum_up();
        let done = rounds.replications();
        let width = width(&outcome, wanted, run.confidence);
        let ended = match width {
            Width::Withheld => "withheld",
            Width::Enough if done >= LEAST => "precision",
            _ if done >= wanted.max_replications => "max_replications",
            _ => {
                let more = run.replications.min(wanted.max_replications - done);
                control.plan(u64::from(more));
                match rounds.add(more, control) {
                    Ok(()) => continue,
                    Err(PointError::Stopped) => "interrupted",
                    Err(fault) => return Err(fault),
                }
            }
        };
        outcome.point.stopped_by = Some(ended.into());
        outcome.point.warnings.extend(missed(wanted, &width, done));
        return Ok(outcome);
    }
}

fn width(outcome: &Outcome, wanted: &Precision, confidence: f64) -> Width {
    let metric = &wanted.metric;
    let supported = outcome.series(metric).is_some_and(|series| series.supported);
    let steady = outcome.point.stable || !settles(metric);
    let Some(interval) = outcome.measured.estimate(metric, confidence).filter(|_| supported && steady) else {
        return Width::Withheld;
    };
    let half = interval.half_width().unwrap_or(f64::INFINITY);
    let enough = wanted.relative / (1.0 + wanted.relative) * interval.value.abs();
    let enough = if is_share(metric) { enough.max(SHARE_FLOOR) } else { enough };
    if half <= enough { Width::Enough } else { Width::Relative(half / interval.value.abs()) }
}

/// The warning of a precision that was not reached.
fn missed(wanted: &Precision, width: &Width, done: u32) -> Option<Warning> {
    let (metric, asked) = (&wanted.metric, 100.0 * wanted.relative);
    let message = match width {
        Width::Enough => return None,
        Width::Relative(reached) => {
            format!(
                "{metric} is known to {:.2} % after {done} replications, not to the {asked} % asked for",
                100.0 * reached
            )
        }
        Width::Withheld => {
            format!("{metric} has no interval, and more replications would not bring one: {asked} % cannot be reached")
        }
    };
    Some(Warning { kind: "precision_not_reached".into(), about: metric.clone(), message })
}
