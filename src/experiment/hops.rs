//! What a point says of each hop: its part of the latency, and a second opinion from queueing theory.

use super::metrics::Measured;
use crate::engine::{Network, Tally};
use crate::results::{HopInfo, Theory, TheoryValue, Warning};
use crate::topology::{Expected, Legend, Opinion};

/// Confidence of the intervals that decide whether theory and simulation agree. A sweep compares some 2,000 values, so one
/// such sweep in fifty raises a false alarm where a formula is exact and the intervals are what they say.
const LEVEL: f64 = 1.0 - 1e-5;
/// Attempts out of the ordinary that a mean must rest on before it is held against a formula: so much may be missing or over.
const EVENTS: f64 = 100.0;
/// Settling times that a run must last to show the steady state of a hop.
const SETTLED: f64 = 10.0;
/// Relative width of a recorder's bucket at 2 digits: no quantile of a hop is known better.
const RESOLUTION: f64 = 0.01;

/// What the replications say as a whole, as far as opinions depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// Whether the point has a steady state.
    pub stable: bool,
    /// Mean length of a replication, s.
    pub seconds: f64,
    /// Confidence of the intervals that are shown.
    pub confidence: f64,
}

/// The hops in path order; what each adds to the mean latency of a measured request is its sojourns over all requests. Opinions
/// are by number of hop. With the warnings of hops that theory contradicts.
#[must_use]
pub fn infos(
    network: &Network,
    legend: &Legend,
    tallies: &[Tally],
    measured: &Measured,
    opinions: &std::collections::BTreeMap<u16, Opinion>,
    steady: Steady,
) -> (Vec<HopInfo>, Vec<Warning>) {
    let requests: u64 = tallies.iter().map(|tally| tally.requests).sum();
    let means: Vec<f64> = (0..network.hops.len())
        .map(|index| {
            let sojourn: u128 = tallies.iter().map(|tally| tally.hops[index].counts.sojourn).sum();
            sojourn as f64 / 1e6 / requests.max(1) as f64
        })
        .collect();
    let total: f64 = means.iter().sum();
    let mut warnings = Vec::new();
    let mut info = |(index, ((name, title, grade), mean_ms)): (usize, (&(String, String, String), f64))| {
        let attempts: u64 = tallies.iter().map(|tally| tally.hops[index].counts.arrivals).sum();
        let theory = opinions.get(&(index as u16)).map(|opinion| compared(opinion, name, measured, attempts, steady));
        warnings.extend(theory.as_ref().and_then(|theory| contradiction(name, theory)));
        HopInfo {
            name: name.clone(),
            title: title.clone(),
            grade: grade.clone(),
            mean_ms,
            share: if total > 0.0 { mean_ms / total } else { 0.0 },
            theory,
        }
    };
    let infos = legend.hops.iter().zip(means).enumerate().map(&mut info).collect();
    (infos, warnings)
}

/// The opinion on a hop beside what was measured there over `attempts`.
fn compared(opinion: &Opinion, hop: &str, measured: &Measured, attempts: u64, steady: Steady) -> Theory {
    let joined = |words: &mut dyn Iterator<Item = &str>| words.collect::<Vec<&str>>().join(", ");
    let doubt = if opinion.expected.is_empty() {
        None
    } else if !steady.stable {
        Some("not compared: the point has no steady state".to_string())
    } else if steady.seconds < SETTLED * opinion.settles_s {
        let needed = SETTLED * opinion.settles_s;
        Some(format!(
            "not compared: a run of {:.3} s does not show a steady state that takes {needed:.3} s",
            steady.seconds
        ))
    } else {
        None
    };
    let value = |expected: &Expected| {
        let name = format!("hop.{hop}.{}", expected.metric);
        let mut value = judged(expected, &name, measured, attempts, steady);
        if doubt.is_some() {
            (value.tolerance, value.agrees) = (None, None);
        }
        value
    };
    let values: Vec<TheoryValue> = opinion.expected.iter().map(value).collect();
    let verdicts: Vec<bool> = values.iter().filter_map(|value| value.agrees).collect();
    let notes = [opinion.none.clone(), doubt.unwrap_or_default()];
    Theory {
        model: joined(&mut opinion.models.iter().map(String::as_str)),
        formula: joined(&mut opinion.formulas.iter().copied()),
        exact: opinion.exact,
        agrees: (!verdicts.is_empty()).then(|| verdicts.iter().all(|&agrees| agrees)),
        values,
        note: notes.into_iter().filter(|note| !note.is_empty()).collect::<Vec<String>>().join("; "),
    }
}

/// A computed value against the measured one. They may differ by the half-width of its interval at [`LEVEL`], the error of the
/// formula, what service times bring that are too rare to be seen, and what [`EVENTS`] single attempts bring: where fewer than
/// that are expected, intervals say little.
fn judged(expected: &Expected, name: &str, measured: &Measured, attempts: u64, steady: Steady) -> TheoryValue {
    let estimate = measured.possible(name, steady.confidence).filter(|_| steady.stable).unwrap_or_default();
    let resolution = if expected.metric.ends_with("p99") { RESOLUTION } else { 0.0 };
    let slack = (resolution + expected.unseen) * expected.computed.value;
    let half = measured.estimate(name, LEVEL).and_then(|interval| interval.half_width());
    let few = expected.event * EVENTS / attempts.max(1) as f64;
    let tolerance = half.map(|half| half + expected.computed.error + few + slack);
    let differs = estimate.value.map(|value| (value - expected.computed.value).abs());
    TheoryValue {
        metric: expected.metric.into(),
        computed: expected.computed.value,
        error: expected.computed.error,
        measured: estimate,
        tolerance,
        agrees: tolerance.zip(differs).map(|(tolerance, differs)| differs <= tolerance),
    }
}

/// The warning of a hop whose measured values theory contradicts, by the first that it does.
fn contradiction(hop: &str, theory: &Theory) -> Option<Warning> {
    let value = theory.values.iter().find(|value| value.agrees == Some(false))?;
    let unit = if matches!(value.metric.as_str(), "wait.mean" | "wait.p99") { " ms" } else { "" };
    Some(Warning {
        kind: "theory_disagrees".into(),
        about: format!("hop.{hop}"),
        message: format!(
            "hop {hop}: {} is {:.4}{unit} as measured, but {:.4}{unit} by {} ({}), and they should differ by at most {:.4}: \
             the warm-up may be too short, or too few requests were measured",
            value.metric, value.measured.value?, value.computed, theory.model, theory.formula, value.tolerance?,
        ),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::experiment::metrics::Series;
    use crate::theory::Computed;

    const STEADY: Steady = Steady { stable: true, seconds: 100.0, confidence: 0.95 };

    /// Ten replications around a mean wait of 7.46 ms, half a percent apart.
    fn measured() -> Measured {
        let values = (0..10).map(|r| 7.46 + 0.04 * f64::from(r % 3 - 1)).collect();
        let mut measured = Measured::default();
        measured.series.insert(
            "hop.db.wait.mean".into(),
            Series { values, merged: None, merged_first: Vec::new(), supported: true },
        );
        measured
    }

    fn opinion(value: f64, error: f64) -> Opinion {
        let expected = Expected { metric: "wait.mean", computed: Computed { value, error }, event: 10.0, unseen: 0.0 };
        let mut opinion =
            Opinion { exact: error == 0.0, expected: vec![expected], settles_s: 1.0, ..Opinion::default() };
        opinion.models.insert("M/M/4".into());
        opinion.formulas.insert("Erlang C");
        opinion
    }

    #[test]
    fn a_wrong_value_is_called_out_and_a_right_one_is_not() {
        let compare = |value, error| compared(&opinion(value, error), "db", &measured(), 1_000_000, STEADY);
        let right = compare(7.4554, 0.0);
        assert_eq!((right.agrees, contradiction("db", &right)), (Some(true), None));
        let wrong = compare(8.0, 0.0);
        let warning = contradiction("db", &wrong).unwrap();
        assert_eq!(
            (wrong.agrees, warning.kind.as_str(), warning.about.as_str()),
            (Some(false), "theory_disagrees", "hop.db")
        );
        assert!(
            warning.message.contains("7.4560 ms as measured, but 8.0000 ms by M/M/4 (Erlang C)"),
            "{}",
            warning.message
        );
        // An approximation that far off is no contradiction.
        assert_eq!(compare(8.0, 0.6).agrees, Some(true));
    }

    #[test]
    fn what_cannot_be_compared_is_not() {
        let compare = |steady| compared(&opinion(8.0, 0.0), "db", &measured(), 1_000_000, steady);
        for (steady, why) in [
            (Steady { stable: false, ..STEADY }, "no steady state"),
            (Steady { seconds: 9.0, ..STEADY }, "a run of 9.000 s"),
        ] {
            let theory = compare(steady);
            assert!(theory.agrees.is_none() && theory.note.contains(why), "{theory:?}");
        }
        let one = Series { values: vec![7.46], merged: None, merged_first: Vec::new(), supported: true };
        let mut single = Measured::default();
        single.series.insert("hop.db.wait.mean".into(), one);
        let theory = compared(&opinion(8.0, 0.0), "db", &single, 1_000_000, STEADY);
        assert_eq!((theory.agrees, theory.values[0].tolerance), (None, None));
    }

    #[test]
    fn rare_events_need_a_hundred_attempts() {
        // No refusal among 100,000 attempts, where 50 are expected, contradicts nothing; where 500 are, it does.
        let mut none = Measured::default();
        none.series.insert(
            "hop.db.rejected".into(),
            Series { values: vec![0.0; 10], merged: None, merged_first: Vec::new(), supported: true },
        );
        let agrees = |value| {
            let expected = Expected { metric: "rejected", computed: Computed::exact(value), event: 1.0, unseen: 0.0 };
            judged(&expected, "hop.db.rejected", &none, 100_000, STEADY).agrees
        };
        assert_eq!((agrees(0.0005), agrees(0.005)), (Some(true), Some(false)));
    }
}
