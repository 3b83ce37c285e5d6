//! Known answers: a scenario's `[expect]` against what is measured. The expected values are read after the measurement.

use super::control::Control;
use super::point::{Outcome, PointError, PointSpec};
use crate::results::Validation;
use crate::scenario::{Expected, Scenario};

/// Multiple of the standard error that a correct simulator may miss by: 5, and 7 for p99.9.
fn allowed_errors(metric: &str) -> f64 {
    if metric.ends_with("p99_9") { 7.0 } else { 5.0 }
}

/// Relative resolution of the recorder behind a metric: 3 digits for `latency.*` quantiles, 2 for hop quantiles, exact else.
fn resolution(metric: &str) -> f64 {
    let quantile = metric.rsplit('.').next().is_some_and(|last| {
        last == "max" || last.strip_prefix('p').is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))
    });
    match (quantile, metric.starts_with("hop.")) {
        (true, true) => 0.01,
        (true, false) => 0.001,
        (false, _) => 0.0,
    }
}

/// Simulates a scenario at its operating point and compares every expected value; none where it has no `[expect]`.
/// `file` names the rows.
///
/// # Errors
/// As [`PointSpec::run`].
pub fn validate(scenario: &Scenario, file: &str, control: &Control) -> Result<Vec<Validation>, PointError> {
    let Some(expect) = &scenario.expect else { return Ok(Vec::new()) };
    let services = super::operating_services(scenario);
    let outcome = PointSpec { scenario, option: 0, services, detail: true }.run(control)?;
    Ok(expect.values.iter().map(|expected| compare(expected, &outcome, file)).collect())
}

fn compare(expected: &Expected, outcome: &Outcome, file: &str) -> Validation {
    let measured = outcome.measured.estimate(&expected.metric, 0.95).map(|interval| interval.value);
    // A metric that nothing ever contributed to is a count of zero, not a missing one.
    let error = expected.value.abs() * expected.sigma * libm::sqrt(1e6 / outcome.point.requests.max(1) as f64);
    let slack = expected.value.abs() * (expected.within + resolution(&expected.metric));
    let tolerance = allowed_errors(&expected.metric) * error + slack + 1e-9;
    Validation {
        file: file.into(),
        metric: expected.metric.clone(),
        expected: expected.value,
        measured,
        tolerance,
        z: measured.filter(|_| error > 0.0).map(|value| (value - expected.value) / error),
        pass: measured.is_some_and(|value| (value - expected.value).abs() <= tolerance),
    }
}
