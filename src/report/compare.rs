//! A comparison of two results in words: rows for tables, sentences around them, and both as Markdown for a pull request.

use super::markdown::escaped;
use super::number;
use crate::results::Estimate;
use crate::results::compare::{At, Compared, ExactChange, MetricChange, Verdict};

/// Rows and lines that are shown of many.
const SHOWN: usize = 40;
/// Units of what is compared.
pub(super) const UNITS: &str = "B minus A; latencies in ms, rates per second, shares of 1.";

/// One row of the table of what was compared.
pub(super) struct Row {
    pub verdict: Verdict,
    /// Option, services, axes.
    pub point: String,
    /// The metric, or what is compared exactly in words.
    pub what: String,
    pub a: String,
    pub b: String,
    /// With its interval; empty where there is none.
    pub difference: String,
}

/// What changed, the worst first, and how many rows are left out; with `all` every row.
pub(super) fn rows(compared: &Compared, all: bool) -> (Vec<Row>, usize) {
    let told = |verdict: Verdict| all || !matches!(verdict, Verdict::NotToldApart | Verdict::Withheld);
    let exact = compared.exact.iter().map(exact_row);
    let mut rows: Vec<Row> =
        exact.chain(compared.metrics.iter().filter(|change| told(change.verdict)).map(metric_row)).collect();
    rows.sort_by_key(|row| row.verdict);
    let left_out = if all { 0 } else { rows.len().saturating_sub(SHOWN) };
    rows.truncate(rows.len() - left_out);
    (rows, left_out)
}

pub(super) fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => "worse",
        Verdict::Better => "better",
        Verdict::Higher => "higher",
        Verdict::Lower => "lower",
        Verdict::NotToldApart => "not told apart",
        Verdict::Withheld => "withheld",
    }
}

/// What is compared with what, and what came out, as a line.
pub(super) fn outcome(compared: &Compared) -> String {
    let title =
        |side: &crate::results::compare::Side| format!("{} (seed {}, gatecap {})", side.title, side.seed, side.gatecap);
    let (a, b) = (title(&compared.a), title(&compared.b));
    let result = match (compared.count(Verdict::Worse), compared.count(Verdict::Better)) {
        (0, 0) => "nothing got worse or better".to_string(),
        (0, better) => format!("{better} better, nothing got worse"),
        (worse, better) => format!("{worse} worse, {better} better"),
    };
    format!("A {a} against B {b}: {result}")
}

/// What the table does not say, a sentence each.
pub(super) fn sentences(compared: &Compared) -> Vec<String> {
    let mut said = Vec::new();
    let level = number::percent(compared.confidence);
    let open = compared.metrics.iter().filter(|change| change.verdict == Verdict::NotToldApart).count();
    if compared.identical {
        said.push("Scenario, seed and version are the same, and so is every simulated number.".to_string());
    } else if compared.tested > 0 {
        said.push(format!(
            "{open} of {} differences of simulated metrics cannot be told apart; all are stated at once at {level}.",
            compared.tested
        ));
        if compared.common_random_numbers {
            said.push(format!(
                "Both ran with seed {} and gatecap {}, so on common random numbers: the intervals take the runs as \
                 independent and are wider than need be.",
                compared.a.seed, compared.a.gatecap
            ));
        }
    }
    said.extend(withheld(compared));
    said.extend(listed("Only in A", &compared.only_a));
    said.extend(listed("Only in B", &compared.only_b));
    if compared.changes.is_none() && compared.a.scenario != compared.b.scenario {
        said.push("The scenarios differ, but not both have their `scenario.toml` beside them to say in what.".into());
    }
    said
}

/// Fields of the scenario that differ, as `key: a -> b`.
pub(super) fn changes(compared: &Compared) -> Vec<String> {
    let changes = compared.changes.as_deref().unwrap_or_default();
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not stated".into());
    let mut lines: Vec<String> = changes
        .iter()
        .take(SHOWN)
        .map(|change| number::cut(&format!("{}: {} -> {}", change.key, value(&change.a), value(&change.b)), 240))
        .collect();
    if changes.len() > SHOWN {
        lines.push(format!("and {} more fields", changes.len() - SHOWN));
    }
    lines
}

/// The comparison as Markdown: heading, table of what changed, sentences, fields of the scenario that differ.
#[must_use]
pub fn markdown(compared: &Compared) -> String {
    let heading = if compared.is_worse() { "something got worse" } else { "nothing got worse" };
    let mut out = format!("### gatecap compare: {heading}\n\n{}.\n", escaped(&outcome(compared)));
    let (rows, left_out) = rows(compared, false);
    if !rows.is_empty() {
        out.push_str("\n| outcome | point | what | A | B | B minus A |\n|---|---|---|---:|---:|---|\n");
    }
    for row in &rows {
        let cells = [words(row.verdict), &row.point, &row.what, &row.a, &row.b, &row.difference].map(escaped);
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    if left_out > 0 {
        out.push_str(&format!("{left_out} more rows are left out. "));
    }
    if !rows.is_empty() {
        out.push_str(&format!("{UNITS} "));
    }
    out.push_str(&format!("{}\n", escaped(&sentences(compared).join(" "))));
    let changes = changes(compared);
    if !changes.is_empty() {
        out.push_str("\nThe scenarios differ in:\n\n");
        out.extend(changes.iter().map(|line| format!("* {}\n", escaped(line))));
    }
    out
}

fn point(at: &At) -> String {
    let mut parts: Vec<String> = at.option.iter().cloned().collect();
    parts.extend(at.services.map(number::counted_services));
    parts.extend(at.axes.iter().map(|(axis, value)| format!("{axis} = {}", number::plain(*value))));
    if parts.is_empty() { "-".into() } else { parts.join(", ") }
}

fn metric_row(change: &MetricChange) -> Row {
    let difference = &change.difference;
    let interval = number::outward(difference, "-").map_or(String::new(), |interval| format!(" ({interval})"));
    Row {
        verdict: change.verdict,
        point: point(&change.at),
        what: change.metric.clone(),
        a: value(&change.a),
        b: value(&change.b),
        difference: difference.value.map_or(String::new(), |value| format!("{}{interval}", number::significant(value))),
    }
}

/// A value to three significant digits, or as many as a share needs not to look whole.
fn value(estimate: &Estimate) -> String {
    estimate.value.map_or_else(
        || "-".into(),
        |value| if value > 0.99 && value < 1.0 { number::fixed(value, 5) } else { number::significant(value) },
    )
}

fn exact_row(change: &ExactChange) -> Row {
    let yes_or_no = |value: Option<f64>| if value == Some(1.0) { "yes" } else { "no" }.to_string();
    let money = |value: Option<f64>| value.map_or("-".into(), number::dollars);
    let count = |value: Option<f64>| value.map_or("no limit".into(), number::plain);
    let (what, shown): (String, &dyn Fn(Option<f64>) -> String) = match change.what.as_str() {
        "stable" => ("steady state".into(), &yes_or_no),
        "fits_quotas" => ("fits the quotas in force".into(), &yes_or_no),
        "ceiling.structure" => ("services by structure".into(), &count),
        "ceiling.traffic" => ("services by traffic".into(), &count),
        "cost.monthly" => ("US$ a month".into(), &money),
        end => (end.replace("saturation.", "saturation of "), &|value| value.map_or("none".into(), number::plain)),
    };
    let reason = match (change.by_a.as_str(), change.by_b.as_str()) {
        (a, b) if a == b => a.to_string(),
        ("", b) => b.to_string(),
        (a, "") => a.to_string(),
        (a, b) => format!("{a}; {b}"),
    };
    Row {
        verdict: change.verdict,
        point: point(&change.at),
        what,
        a: shown(change.a),
        b: shown(change.b),
        difference: reason,
    }
}

/// Metrics without an interval on a side, each with the number of its points.
fn withheld(compared: &Compared) -> Option<String> {
    let mut metrics: Vec<(&str, usize)> = Vec::new();
    for change in compared.metrics.iter().filter(|change| change.verdict == Verdict::Withheld) {
        match metrics.iter_mut().find(|(known, _)| *known == change.metric) {
            Some((_, points)) => *points += 1,
            None => metrics.push((&change.metric, 1)),
        }
    }
    let one = |(metric, points): &(&str, usize)| match points {
        1 => (*metric).to_string(),
        points => format!("{metric} ({points} points)"),
    };
    let names: Vec<String> = metrics.iter().map(one).collect();
    let (shown, more) = names.split_at(names.len().min(SHOWN));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let said = format!("Withheld, because a side has no interval: {}{more}.", shown.join(", "));
    (!names.is_empty()).then_some(said)
}

fn listed(head: &str, points: &[At]) -> Option<String> {
    let shown: Vec<String> = points.iter().take(5).map(point).collect();
    let more = if points.len() > 5 { format!("; and {} more", points.len() - 5) } else { String::new() };
    (!points.is_empty()).then(|| format!("{head}: {}{more}.", shown.join("; ")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::compare::{Change, Chosen, compare};

    /// The mock-up against one whose p99 and ladder got worse.
    pub(in crate::report) fn slower() -> Compared {
        let (a, mut b) = (fixture::orders(), fixture::orders());
        b.scenario = "other".into();
        for point in &mut b.points {
            point.metrics.insert("latency.p99".into(), fixture::estimate(400.0, 398.0, 402.0));
            point.metrics.insert("outcome.ok".into(), Estimate { value: Some(0.9), low: None, high: None });
        }
        b.points.push(crate::results::Point { services: Some(61), ..b.points[0].clone() });
        for rung in b.ceilings.iter_mut().filter(|rung| rung.kind == "structure") {
            rung.services -= 5;
        }
        let change = Change { key: "services.time".into(), a: Some("\"1|ms\"".into()), b: None };
        compare(&a, &b, &Chosen::default(), Some(vec![change])).unwrap()
    }

    #[test]
    fn what_changed_is_said_and_cells_stay_cells() {
        let compared = slower();
        let text = markdown(&compared);
        assert!(text.starts_with("### gatecap compare: something got worse\n"), "{text}");
        assert!(text.contains("| worse | rest-nlb-alb, 60 services | latency.p99 |"), "{text}");
        assert!(
            text.contains("services by structure") && text.contains("Only in B: http-fan-out, 61 services."),
            "{text}"
        );
        assert!(text.contains("common random numbers") && text.contains("outcome.ok (5 points)"), "{text}");
        assert!(text.contains("* services.time: \"1\\|ms\" -&gt; not stated"), "{text}");
        for line in text.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 7, "{line}");
        }
    }

    #[test]
    fn a_result_against_itself_has_no_rows() {
        let compared = compare(&fixture::four(), &fixture::four(), &Chosen::default(), None).unwrap();
        assert!(rows(&compared, false).0.is_empty() && !compared.is_worse());
        assert!(markdown(&compared).contains("so is every simulated number"));
    }
}
