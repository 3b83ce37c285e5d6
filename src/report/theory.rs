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
pub(super) fn measured(value: &TheoryValue, dash: &str) -> (String, String) {
    let times = value.metric.starts_with("wait.") && !value.metric.ends_with("probability");
    let scale = if times { 1.0 } else { 100.0 };
    let scaled = |number: Option<f64>| number.map(|number| number * scale);
    let Estimate { value: point, low, high } = value.measured;
    let estimate = Estimate { value: scaled(point), low: scaled(low), high: scaled(high) };
    let text = point.map_or("–".into(), |point| shown(&value.metric, point));
    // An interval of no length, all replications alike, says no more than the value.
    let wide = low != high;
    (text, number::interval(&estimate, dash).filter(|_| wide).unwrap_or_default())
}

/// How many comparisons, one a hop and point, agree, in a sentence without its full stop; empty where there is none.
pub(super) fn agreement(results: &Results) -> String {
    let verdicts = |point: &Point| -> Vec<bool> {
        point.hops.iter().filter_map(|hop| hop.theory.as_ref().and_then(|theory| theory.agrees)).collect()
    };
    let by_point: Vec<Vec<bool>> = results.points.iter().map(verdicts).collect();
    let all: Vec<bool> = by_point.concat();
    let (compared, agree) = (all.len(), all.iter().filter(|&&agrees| agrees).count());
    let which = match (agree == compared, compared) {
        (_, 0) => return String::new(),
        (true, 1) => "The one comparison agrees".to_string(),
        (true, 2) => "Both comparisons agree".to_string(),
        (true, _) => format!("All {} comparisons agree", number::plain(compared as f64)),
        (false, _) => format!("{agree} of {} comparisons agree", number::plain(compared as f64)),
    };
    let (points, with) = (results.points.len(), by_point.iter().filter(|verdicts| !verdicts.is_empty()).count());
    match points {
        1 => which,
        _ if with == points => format!("{which}, at {points} points"),
        _ => format!("{which}, at {with} of {points} points; the others have none"),
    }
}

/// The values that are shown: not what an unlimited queue rejects, which is nothing however it is looked at.
pub(super) fn values(theory: &Theory) -> impl Iterator<Item = &TheoryValue> {
    let nothing = |value: &TheoryValue| value.computed.max(value.measured.value.unwrap_or_default()) < NOTHING;
    theory.values.iter().filter(move |value| value.metric != "rejected" || !nothing(value))
}

/// The value that a single line shows: one that does not agree, else the first of what people ask for, if possible one compared.
fn telling(theory: &Theory) -> Option<&TheoryValue> {
    const ORDER: [&str; 5] = ["wait.mean", "wait.probability", "throttled", "rejected", "utilisation"];
    let first = |compared: bool| {
        let named =
            |metric| values(theory).find(|value| value.metric == metric && (value.agrees.is_some() || !compared));
        ORDER.into_iter().find_map(named)
    };
    values(theory).find(|value| value.agrees == Some(false)).or_else(|| first(true)).or_else(|| first(false))
}

/// Why a hop has no values: `no closed form: ...`, or `not compared: ...` where there would be one.
pub(super) fn without(note: &str) -> String {
    if note.starts_with("not compared") { note.to_string() } else { format!("no closed form: {note}") }
}

/// One line for a hop: `service is M/M/4 (Erlang C, exact): wait 7.46 ms, simulated 7.42 (7.30-7.54), allowed ± 0.310: agrees`.
pub(super) fn line(hop: &HopInfo, theory: &Theory) -> String {
    let name = title(hop);
    let Some(value) = telling(theory) else { return format!("{name}: {}", without(&theory.note)) };
    let (what, unit) = match value.metric.as_str() {
        "wait.mean" => ("wait", " ms"),
        "wait.p99" => ("p99 of the wait", " ms"),
        "wait.probability" => ("waits", ""),
        "utilisation" => ("busy", ""),
        metric => (metric, ""),
    };
    let verdict = match theory.agrees {
        Some(true) => "agrees",
        Some(false) => "does not agree",
        None if theory.note.is_empty() => "not compared: a single replication",
        None => &theory.note,
    };
    let (simulated, interval) = measured(value, "-");
    let interval = if interval.is_empty() { interval } else { format!(" ({interval})") };
    let allowed = value.tolerance.map(|allowed| format!(", allowed ± {}", shown(&value.metric, allowed)));
    format!(
        "{name} is {} ({}): {what} {}{unit}, simulated {simulated}{interval}{}: {verdict}",
        theory.model,
        formula(theory),
        computed(value),
        allowed.unwrap_or_default()
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
        let agrees =
            "server is M/M/1 (Erlang C, exact): wait 4.00 ms, simulated 4.01 (3.99-4.03), allowed ± 0.0800: agrees";
        assert_eq!(line(hop, &theory), agrees);
        let screen = terminal::run(&results, false).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(screen.contains(&format!("theory {agrees}")), "{screen}");
        (theory.exact, theory.agrees, theory.values[1].error) = (false, Some(false), 0.5);
        assert_eq!(
            line(hop, &theory),
            "server is M/M/1 (Erlang C, approximate): wait 4.00 ± 0.500 ms, simulated 4.01 (3.99-4.03), allowed ± 0.0800: does \
             not agree"
        );
        let none = Theory { note: "retries come back to the queues".into(), ..Theory::default() };
        assert_eq!(line(hop, &none), "server: no closed form: retries come back to the queues");
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
    fn an_unlimited_queue_is_not_told_by_what_it_rejects() {
        let value = |metric: &str, computed, agrees| TheoryValue {
            metric: metric.into(),
            computed,
            agrees,
            measured: fixture::estimate(computed, computed, computed),
            ..TheoryValue::default()
        };
        let rejected = value("rejected", 0.0, Some(true));
        let of = |values: &[&TheoryValue]| Theory {
            values: values.iter().map(|v| (*v).clone()).collect(),
            ..Theory::default()
        };
        let told = |theory: &Theory| telling(theory).map(|value| value.metric.clone()).unwrap_or_default();
        let (busy, waits) = (value("utilisation", 0.7, Some(true)), value("wait.probability", 0.4, Some(true)));
        assert_eq!(told(&of(&[&busy, &waits, &rejected])), "wait.probability");
        assert_eq!(told(&of(&[&busy, &rejected])), "utilisation");
        assert_eq!(told(&of(&[&busy, &value("rejected", 0.01, Some(true))])), "rejected");
        assert_eq!(told(&of(&[&waits, &value("utilisation", 0.8, Some(false))])), "utilisation");
        assert_eq!(
            without("not compared: offered more than it can serve"),
            "not compared: offered more than it can serve"
        );
    }

    #[test]
    fn rows_of_several_points_say_which_and_comparisons_are_counted() {
        let mut results = fixture::queue();
        results.points.push(results.points[0].clone());
        results.points.push(results.points[0].clone());
        for (point, rate) in results.points.iter_mut().zip([40.0, 80.0, 120.0]) {
            point.axes.insert("workload.rate".into(), rate);
        }
        let note = "not compared: offered more than it can serve".to_string();
        results.points[2].hops[0].theory = Some(Theory { note, ..Theory::default() });
        let page = html::html(&results, &[], "").unwrap_or_default();
        let text = markdown::markdown(&results, &[]).unwrap_or_default();
        assert_eq!(page.matches("<td>workload.rate 80</td>").count(), 2, "hop by hop and the opinion");
        for part in [
            "| workload.rate 80 | server | M/M/1",
            "Both comparisons agree, at 2 of 3 points; the others have none.",
            "server at workload.rate 120, not compared: offered more than it can serve",
            "99.999 %",
        ] {
            assert!(text.contains(part) && (part.starts_with('|') || page.contains(part)), "{part}\n{text}");
        }
    }

    #[test]
    fn rounding_of_a_computation_is_not_shown() {
        let value = TheoryValue { metric: "throttled".into(), computed: 2.2e-16, ..TheoryValue::default() };
        assert_eq!((computed(&value), measured(&value, "-").0), ("0 %".to_string(), "–".to_string()));
    }
}
