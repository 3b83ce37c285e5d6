//! Warnings for people: each once, those of many points and many metrics merged into few lines. Not which of them there are.

use std::collections::{BTreeMap, BTreeSet};

use crate::results::{Lint, Results, Warning};

/// Kind of the warning that a sweep was stopped before its end.
const INTERRUPTED: &str = "interrupted";
/// Kind of the warning that a quantile has too few samples for an interval.
pub(super) const FEW: &str = "too_few_samples";

/// What is missing because the work was stopped before its end; none where it was not. Shown before everything else.
#[must_use]
pub fn interrupted(results: &Results) -> Option<&str> {
    results.warnings.iter().find(|warning| warning.kind == INTERRUPTED).map(|warning| warning.message.as_str())
}

/// Kind of the warning that a precision was not reached, whose sentence tells the one that was.
const WIDE: &str = "precision_not_reached";

/// Settings that work against each other, each with why, what to change and the source; where some services have them, which.
#[must_use]
pub fn lints(results: &Results) -> Vec<String> {
    let line = |lint: &Lint| {
        let Lint { severity, what, why, change, source, .. } = lint;
        let which = which(lint);
        format!("{severity}: {what}{which}: {why}; {change}; see {source}")
    };
    results.lints.iter().map(line).collect()
}

/// ` (orders, users, carts and 2 more)`, where a lint is about some of the services and names them.
fn which(lint: &Lint) -> String {
    let of_some = lint.what.starts_with(|c: char| c.is_ascii_digit()) && lint.what.contains(" services ");
    if of_some && lint.subject != "services" { format!(" ({})", lint.subject) } else { String::new() }
}

/// Lints, then warnings about the whole and about points: each sentence once, in order, with the number of points where there are several.
/// Quantiles without an interval get one line a metric, and one for those of all hops. Without the one of [`interrupted`].
#[must_use]
pub fn warnings(results: &Results) -> Vec<String> {
    let mut seen: Vec<(&str, usize)> = Vec::new();
    let mut few: Vec<(&str, usize)> = Vec::new();
    let mut needed: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut hop_metrics, mut hop_points) = (BTreeSet::new(), 0);
    let count = |list: &mut Vec<_>, key| match list.iter_mut().find(|(other, _)| *other == key) {
        Some((_, times)) => *times += 1,
        None => list.push((key, 1)),
    };
    for warning in results.warnings.iter().filter(|warning| warning.kind != INTERRUPTED) {
        count(&mut seen, &warning.message);
    }
    for point in &results.points {
        let of_hop = |warning: &&Warning| warning.kind == FEW && warning.about.starts_with("hop.");
        let here: Vec<&Warning> = point.warnings.iter().filter(of_hop).collect();
        hop_points += usize::from(!here.is_empty());
        hop_metrics.extend(here.iter().map(|warning| warning.about.as_str()));
        for warning in point.warnings.iter().filter(|warning| !of_hop(warning)) {
            let (list, key) = match warning.kind.as_str() {
                FEW => {
                    // `latency.p99_9 has no interval: 20000 samples in a replication, 100000 would do`
                    needed.insert(&warning.about, warning.message.rsplit(", ").next().unwrap_or(""));
                    (&mut few, warning.about.as_str())
                }
                // In the sentence about the precision, where there are many.
                WIDE if results.points.len() > 1 => continue,
                _ => (&mut seen, warning.message.as_str()),
            };
            count(list, key);
        }
    }
    let mut lines: Vec<String> = lints(results);
    lines.extend(
        seen.into_iter().map(
            |(message, times)| {
                if times > 1 { format!("{message} ({times} points)") } else { message.to_string() }
            },
        ),
    );
    lines.extend(few.into_iter().map(|(metric, times)| {
        let needed = needed.get(metric).unwrap_or(&"");
        format!("{metric} has no interval at {}: too few samples in a replication, {needed}", points(times))
    }));
    if hop_points > 0 {
        let metrics = if hop_metrics.len() == 1 { "one quantile" } else { "quantiles" };
        let which = format!("{metrics} of hops without an interval ({} metrics)", hop_metrics.len());
        lines.push(format!("{which} at {}: too few samples in a replication", points(hop_points)));
    }
    lines
}

/// `1 point`, `12 points`.
fn points(number: usize) -> String {
    super::number::numbered(number, "point", "points")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_lint_about_some_services_names_them() {
        let mut results = fixture::orders();
        let lint = |subject: &str, what: &str| Lint { subject: subject.into(), what: what.into(), ..Lint::default() };
        results.lints = vec![
            lint("orders, users and 4 more", "6 of 9 services have a single target"),
            lint("services", "6 of 9 services have a single target"),
            lint("orders", "every service has a single target"),
            lint("callers", "callers leave"),
        ];
        let told: Vec<String> =
            lints(&results).into_iter().map(|line| line[2..].split(": ;").next().unwrap_or("").to_string()).collect();
        assert_eq!(
            told,
            [
                "6 of 9 services have a single target (orders, users and 4 more)",
                "6 of 9 services have a single target",
                "every service has a single target",
                "callers leave"
            ]
        );
    }

    #[test]
    fn quantiles_without_an_interval_are_merged() {
        let mut results = fixture::orders();
        for (i, point) in results.points.iter_mut().enumerate() {
            for about in ["latency.p99_9", "hop.alb.sojourn.p99", "hop.nlb.sojourn.p99"] {
                let message = format!("{about} has no interval: {i} samples in a replication, 20 would do");
                point.warnings.push(Warning { kind: FEW.into(), about: about.into(), message });
            }
        }
        let stopped = Warning { kind: INTERRUPTED.into(), message: "3 of 5 points".into(), ..Warning::default() };
        results.warnings.push(stopped);
        assert_eq!(interrupted(&results), Some("3 of 5 points"));
        assert_eq!(
            warnings(&results),
            [
                "latency.p99_9 has no interval at 5 points: too few samples in a replication, 20 would do",
                "quantiles of hops without an interval (2 metrics) at 5 points: too few samples in a replication"
            ]
        );
    }
}
