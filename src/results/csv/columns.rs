//! Names and order of metric columns. Which points have which metric is not known here.

/// Metrics in the order of the results format; what begins with an earlier entry comes earlier.
const ORDER: [&str; 13] = [
    "latency.mean",
    "latency.p",
    "latency.max",
    "latency.",
    "client.latency.",
    "rate.",
    "attempts.",
    "outcome.ok",
    "outcome.",
    "in_system.mean",
    "in_system@",
    "completions@",
    "arrivals.",
];
/// The same for the part of a hop's metric that follows the hop's name; what begins otherwise is a branch or a copy.
pub(super) const HOP_ORDER: [&str; 8] =
    ["arrivals", "throttled", "rejected", "abandoned", "failed", "utilisation", "wait.", "sojourn."];
/// Order within a prefix, by ending; the rest follows by length and name (so that `@10s` precedes `@100s`).
const ENDINGS: [&str; 18] = [
    ".mean",
    ".p50",
    ".p90",
    ".p95",
    ".p99",
    ".p99_9",
    ".max",
    ".offered",
    ".attempts",
    ".goodput",
    ".ok",
    ".throttled",
    ".rejected",
    ".abandoned",
    ".timed_out",
    ".failed",
    ".rate",
    ".probability",
];

/// Sorting key of a metric's name in a list of prefixes.
fn key<'a>(name: &'a str, prefixes: &[&str]) -> (usize, usize, usize, &'a str) {
    let prefix = prefixes.iter().position(|p| name.starts_with(p)).unwrap_or(prefixes.len());
    let ending = ENDINGS.iter().position(|e| name.ends_with(e)).unwrap_or(ENDINGS.len());
    (prefix, ending, name.len(), name)
}

/// Sorts metrics of a point.
pub(super) fn sort(names: &mut [&str]) {
    names.sort_by_key(|name| key(name, &ORDER));
}

/// Sorts metrics of a hop, without the hop's name; those of copies follow.
pub(super) fn sort_hop(names: &mut [&str]) {
    names.sort_by(|a, b| key(a, &HOP_ORDER).cmp(&key(b, &HOP_ORDER)));
}

/// The column of a metric: dots become underscores, then the unit.
pub(super) fn name(metric: &str) -> String {
    let column = metric.replace('.', "_");
    match unit(metric) {
        "" => column,
        unit => format!("{column}_{unit}"),
    }
}

/// `ms`, `per_s`, or nothing for shares and numbers. Works on whole names and on those of hops without the hop.
fn unit(metric: &str) -> &'static str {
    let has = |word: &str| metric.split('.').any(|part| part == word);
    let share = metric.ends_with("probability");
    if !share && (has("latency") || has("wait") || has("sojourn")) {
        "ms"
    } else if metric.starts_with("rate.") || metric.ends_with("arrivals.rate") || metric.ends_with("arrivals") {
        "per_s"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_follow_the_order_and_naming_of_the_format() {
        let mut names = vec![
            "outcome.throttled",
            "in_system@100s",
            "rate.goodput",
            "latency.p99_9",
            "outcome.failed.504",
            "latency.p99",
            "in_system@10s",
            "in_system.mean",
            "client.latency.mean",
            "latency.max",
            "latency.mean",
            "rate.offered",
            "attempts.mean",
            "outcome.ok",
            "latency.p50",
        ];
        sort(&mut names);
        let columns: Vec<String> = names.iter().map(|n| name(n)).collect();
        let expected = [
            "latency_mean_ms",
            "latency_p50_ms",
            "latency_p99_ms",
            "latency_p99_9_ms",
            "latency_max_ms",
            "client_latency_mean_ms",
            "rate_offered_per_s",
            "rate_goodput_per_s",
            "attempts_mean",
            "outcome_ok",
            "outcome_throttled",
            "outcome_failed_504",
            "in_system_mean",
            "in_system@10s",
            "in_system@100s",
        ];
        assert_eq!(columns, expected);
    }

    #[test]
    fn waiting_has_a_unit_and_its_probability_none() {
        assert_eq!(name("wait.all_mean"), "wait_all_mean_ms");
        assert_eq!(name("wait.offered_probability"), "wait_offered_probability");
        assert_eq!(name("arrivals"), "arrivals_per_s");
        assert_eq!(name("arrivals.idc@1s"), "arrivals_idc@1s");
    }
}
