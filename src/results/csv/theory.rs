//! The columns of hops.csv that hold what queueing theory says; measured values have columns of their own.

use super::super::theory::Theory;
use super::number;

/// Columns: model, formula, whether it is exact, its values, the errors of those that can have one, whether simulation agrees
/// (empty: not compared), and why not.
pub(super) const HEADER: [&str; 13] = [
    "theory_model",
    "theory_formula",
    "theory_exact",
    "theory_throttled",
    "theory_rejected",
    "theory_utilisation",
    "theory_wait_probability",
    "theory_wait_probability_error",
    "theory_wait_mean_ms",
    "theory_wait_mean_ms_error",
    "theory_wait_p99_ms",
    "theory_agrees",
    "theory_note",
];

/// The cells of a hop; empty where nothing is said.
pub(super) fn cells(theory: Option<&Theory>) -> [String; HEADER.len()] {
    let Some(theory) = theory else { return [const { String::new() }; HEADER.len()] };
    let value = |metric: &str| theory.values.iter().find(|value| value.metric == metric);
    let computed = |metric: &str| value(metric).map_or(String::new(), |value| number(value.computed));
    let error = |metric: &str| value(metric).map_or(String::new(), |value| number(value.error));
    [
        theory.model.clone(),
        theory.formula.clone(),
        if theory.values.is_empty() { String::new() } else { theory.exact.to_string() },
        computed("throttled"),
        computed("rejected"),
        computed("utilisation"),
        computed("wait.probability"),
        error("wait.probability"),
        computed("wait.mean"),
        error("wait.mean"),
        computed("wait.p99"),
        theory.agrees.map_or(String::new(), |agrees| agrees.to_string()),
        theory.note.clone(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::TheoryValue;

    #[test]
    fn what_is_not_said_is_empty() {
        assert!(cells(None).iter().all(String::is_empty));
        let none = Theory { note: "retries".into(), ..Theory::default() };
        assert_eq!(cells(Some(&none)).concat(), "retries");
        let wait = TheoryValue { metric: "wait.mean".into(), computed: 7.5, error: 0.25, ..TheoryValue::default() };
        let theory = Theory { model: "M/G/4".into(), values: vec![wait], agrees: Some(true), ..Theory::default() };
        assert_eq!(cells(Some(&theory)).join(","), "M/G/4,,false,,,,,,7.5,0.25,,true,");
    }
}
