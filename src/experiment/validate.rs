//! Known answers: a scenario's `[expect]` against what is measured. The expected values are read after the measurement.

use rayon::prelude::*;

use super::control::Control;
use super::point::{Outcome, PointSpec};
use super::saturate::{SearchError, search};
use super::source::Source;
use crate::results::{Validation, resolution};
use crate::scenario::Expected;

/// Multiple of the standard error that a correct simulator may miss by: 5, and 7 for p99.9.
fn allowed_errors(metric: &str) -> f64 {
    if metric.ends_with("p99_9") { 7.0 } else { 5.0 }
}

/// The metric that stands for the answer of `[saturation]`.
const SATURATION: &str = "saturation";

/// Simulates a scenario at its operating point, searches its saturation, and compares every expected value; none where it has
/// no `[expect]`. `file` names the rows.
///
/// # Errors
/// As [`search`].
pub fn validate(source: &Source, file: &str, control: &Control) -> Result<Vec<Validation>, SearchError> {
    let mut scenario = source.scenario(&[]).map_err(SearchError::Issues)?;
    // Nothing is expected of windows.
    scenario.run.windows = None;
    let Some(expect) = &scenario.expect else { return Ok(Vec::new()) };
    let (searched, measured): (Vec<&Expected>, Vec<&Expected>) =
        expect.values.iter().partition(|expected| expected.metric == SATURATION);
    let mut rows = Vec::new();
    if !measured.is_empty() {
        let services = super::operating_services(&scenario);
        let spec = PointSpec { scenario: &scenario, option: 0, services, detail: true };
        control.plan(u64::from(scenario.run.replications));
        let outcome = spec.run(control).map_err(SearchError::Point)?;
        rows.extend(measured.into_iter().map(|expected| compare(expected, &outcome, file)));
    }
    if !searched.is_empty() {
        let found = search(source, &scenario, control)?;
        let value = found.first().and_then(|point| point.value);
        rows.extend(searched.into_iter().map(|expected| compare_search(expected, value, file)));
    }
    Ok(rows)
}

/// [`validate`] for several files, each with its name: all rows, in the order of the files.
///
/// # Errors
/// As [`validate`]; of the first file that has one.
pub fn validate_all(files: &[(String, Source)], control: &Control) -> Result<Vec<Validation>, SearchError> {
    let all: Vec<_> = files.par_iter().map(|(file, source)| validate(source, file, control)).collect();
    Ok(all.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

fn compare_search(expected: &Expected, measured: Option<f64>, file: &str) -> Validation {
    verdict(expected, measured, 0.0, expected.value.abs() * expected.within, file)
}

fn compare(expected: &Expected, outcome: &Outcome, file: &str) -> Validation {
    let measured = outcome.measured.estimate(&expected.metric, 0.95).map(|interval| interval.value);
    let error = expected.value.abs() * expected.sigma * libm::sqrt(1e6 / outcome.point.requests.max(1) as f64);
    let slack = expected.value.abs() * (expected.within + resolution(&expected.metric));
    verdict(expected, measured, error, slack, file)
}

/// Whether what was measured is within so many standard errors and some slack of what was expected.
fn verdict(expected: &Expected, measured: Option<f64>, error: f64, slack: f64, file: &str) -> Validation {
    let off = measured.map(|value| value - expected.value);
    let tolerance = allowed_errors(&expected.metric) * error + slack + 1e-9;
    Validation {
        file: file.into(),
        metric: expected.metric.clone(),
        expected: expected.value,
        measured,
        tolerance,
        z: off.filter(|_| error > 0.0).map(|off| off / error),
        pass: off.is_some_and(|off| off.abs() <= tolerance),
    }
}
