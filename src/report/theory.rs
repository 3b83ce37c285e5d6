//! Second opinions in words and numbers for people: which formula a hop has, what it gives, what was simulated.

use super::judge::operating_point;
use super::number::{self, percent, significant};
use crate::results::{Estimate, HopInfo, Point, Results, Theory, TheoryValue};

/// A share below this is rounding of the computation.
const NOTHING: f64 = 1e-9;
/// Points of a hops scenario whose opinions are listed.
const LISTED_POINTS: usize = 8;

/// The hops of the points that a reader looks at: the operating point of each option (with its number), or the few points of a
/// hops scenario (number 0).
pub(super) fn hops(results: &Results) -> Vec<(usize, &Point, &HopInfo, &Theory)> {
    let points: Vec<(usize, &Point)> = if !results.options.is_empty() {
        let of = |(i, name): (usize, &str)| operating_point(results, Some(name)).map(|point| (i + 1, point));
        results.options.iter().map(|option| option.name.as_str()).enumerate().filter_map(of).collect()
    } else if results.points.len() <= LISTED_POINTS {
        results.points.iter().map(|point| (0, point)).collect()
    } else {
        Vec::new()
    };

    points
        .into_iter()
        .flat_map(|(number, point)| point.hops.iter().map(move |hop| (number, point, hop)))
        .filter_map(|(number, point, hop)| Some((number, point, hop, hop.theory.as_ref()?)))
        .collect()
}

/// The hop for people.
pub(super) fn title(hop: &HopInfo) -> &str {
    if hop.title.is_empty() { &hop.name } else { &hop.title }
}

/// `Erlang C, exact`.
pub(super) fn formula(theory: &Theory) -> String {
    format!("{}, {}", theory.formula, if theory.exact { "exact" } else { "approximate" })
}

/// A value in the unit of its metric: a percentage, or ms without the unit.
fn shown(metric: &str, value: f64) -> String {
    match metric {
        "wait.mean" | "wait.p99" if value.abs() < NOTHING => "0".into(),
        "wait.mean" | "wait.p99" => significant(value),
        _ if value.abs() < NOTHING => "0 %".into(),
        _ => percent(value),
    }
}

/// The computed value, with its error where the formula has one: `3.16 ± 1.01`.
pub(super) fn computed(value: &TheoryValue) -> String {
    let text = shown(&value.metric, value.computed);
    if value.error > NOTHING { format!("{text} ± {}", shown(&value.metric, value.error)) } else { text }
}

/// The simulated value, and its interval where it has one.
pub(super) fn measured(value: &TheoryValue) -> (String, String) {
    let times = value.metric.starts_with("wait.") && !value.metric.ends_with("probability");
    let scale = if times { 1.0 } else { 100.0 };
    let scaled = |number: Option<f64>| number.map(|number| number * scale);
    let Estimate { value: point, low, high } = value.measured;
    let estimate = Estimate { value: scaled(point), low: scaled(low), high: scaled(high) };
    let text = point.map_or("–".into(), |point| shown(&value.metric, point));
    // An interval of no length, all replications alike, says no more than the value.
    let wide = low != high;
    (text, number::interval(&estimate, " – ").filter(|_| wide).unwrap_or_default())
}

/// How many hops of all points agree with theory, and how many were compared.
pub(super) fn agreement(results: &Results) -> (usize, usize) {
    let verdicts: Vec<bool> = results
        .points
        .iter()
        .flat_map(|point| &point.hops)
        .filter_map(|hop| hop.theory.as_ref().and_then(|theory| theory.agrees))
        .collect();
    (verdicts.iter().filter(|&&agrees| agrees).count(), verdicts.len())
}

/// The value that a single line shows: the mean wait, or what is refused.
fn telling(theory: &Theory) -> Option<&TheoryValue> {
    let named = |metric: &str| theory.values.iter().find(|value| value.metric == metric);
    named("wait.mean").or_else(|| named("throttled")).or_else(|| named("rejected"))
}

/// One line for a hop: `service is M/M/4 (Erlang C, exact): wait 7.46 ms, simulated 7.42: agrees`.
pub(super) fn line(hop: &HopInfo, theory: &Theory) -> String {
    let name = title(hop);
    let Some(value) = telling(theory) else { return format!("{name}: no closed form, {}", theory.note) };
    let (what, unit) = match value.metric.as_str() {
        "wait.mean" => ("wait", " ms"),
        metric => (metric, ""),
    };
    let verdict = match theory.agrees {
        Some(true) => "agrees",
        Some(false) => "does not agree",
        None if theory.note.is_empty() => "not compared: a single replication",
        None => &theory.note,
    };
    format!(
        "{name} is {} ({}): {what} {}{unit}, simulated {}: {verdict}",
        theory.model,
        formula(theory),
        computed(value),
        measured(value).0
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{fixture, html, markdown, terminal};

    #[test]
    fn a_hop_is_told_in_a_line() {
        let results = fixture::queue();
        let hop = &results.points[0].hops[0];
        let mut theory = hop.theory.clone().unwrap_or_default();
        let agrees = "server is M/M/1 (Erlang C, exact): wait 4.00 ms, simulated 4.01: agrees";
        assert_eq!(line(hop, &theory), agrees);
        assert!(terminal::run(&results, false).contains(&format!("theory  {agrees}")));
        (theory.exact, theory.agrees, theory.values[1].error) = (false, Some(false), 0.5);
        assert_eq!(
            line(hop, &theory),
            "server is M/M/1 (Erlang C, approximate): wait 4.00 ± 0.500 ms, simulated 4.01: does not agree"
        );
        let none = Theory { note: "retries come back to the queues".into(), ..Theory::default() };
        assert_eq!(line(hop, &none), "server: no closed form, retries come back to the queues");
    }

    #[test]
    fn pages_show_computed_beside_simulated() {
        let mut results = fixture::queue();
        let page = html::html(&results, &[], "").unwrap_or_default();
        for text in
            ["A second opinion from queueing theory", "<b>4.00</b><small>4.01 (3.99 – 4.03)</small>", "✓ agrees"]
        {
            assert!(page.contains(text), "{text}");
        }
        let text = markdown::markdown(&results, &[]).unwrap_or_default();
        assert!(text.contains("M/M/1") && text.contains("✓ agrees"), "{text}");
        results.points[0].hops[0].theory = None;
        assert!(!html::html(&results, &[], "").unwrap_or_default().contains("second opinion"));
    }

    #[test]
    fn rounding_of_a_computation_is_not_shown() {
        let value = TheoryValue { metric: "throttled".into(), computed: 2.2e-16, ..TheoryValue::default() };
        assert_eq!((computed(&value), measured(&value).0), ("0 %".to_string(), "–".to_string()));
    }
}
