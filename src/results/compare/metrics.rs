//! What is known of a metric by its name: which direction is better, how fine its recorder is, whether it is compared unasked.

/// Which way a metric gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Less is better: latencies, waits, losses, retries.
    Lower,
    /// More is better: requests that succeed.
    Higher,
    /// Neither: loads, and whatever depends on them.
    Neither,
}

/// Metrics of the whole system that are compared where none is asked for.
const COMPARED: [&str; 16] = [
    "latency.mean",
    "latency.p50",
    "latency.p90",
    "latency.p95",
    "latency.p99",
    "latency.p99_9",
    "outcome.ok",
    "outcome.throttled",
    "outcome.rejected",
    "outcome.abandoned",
    "outcome.timed_out",
    "outcome.failed",
    "rate.offered",
    "rate.goodput",
    "attempts.mean",
    "in_system.mean",
];

/// Last parts of names of which less is better: shares of attempts lost and shares that waited.
const LESS: [&str; 8] =
    ["throttled", "rejected", "abandoned", "timed_out", "failed", "probability", "offered_probability", "all_mean"];

/// Whether a metric is compared where none is asked for: those of the whole system, and how busy each hop is.
#[must_use]
pub fn is_compared(metric: &str) -> bool {
    let of_a_hop = metric.strip_prefix("hop.").and_then(|rest| rest.split_once('.'));
    COMPARED.contains(&metric) || of_a_hop.is_some_and(|(_, rest)| rest == "utilisation")
}

/// Which way `metric` gets better.
#[must_use]
pub fn better(metric: &str) -> Better {
    let mut parts = metric.rsplit('.');
    let last = parts.next().unwrap_or_default();
    let of_time = parts.next().is_some_and(|part| matches!(part, "latency" | "wait" | "sojourn"));
    let by_status = metric.starts_with("outcome.failed.");
    match metric {
        "outcome.ok" | "rate.goodput" => Better::Higher,
        "attempts.mean" => Better::Lower,
        _ if of_time || by_status || LESS.contains(&last) => Better::Lower,
        _ => Better::Neither,
    }
}

/// Relative resolution of the recorder behind a metric: 3 digits for `latency.*` quantiles, 2 for hop quantiles, exact else.
#[must_use]
pub fn resolution(metric: &str) -> f64 {
    let quantile = metric.rsplit('.').next().is_some_and(|last| {
        last == "max" || last.strip_prefix('p').is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))
    });
    match (quantile, metric.starts_with("hop.")) {
        (true, true) => 0.01,
        (true, false) => 0.001,
        (false, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_follow_the_names() {
        for lower in [
            "latency.p99_9",
            "client.latency.mean",
            "hop.alb.wait.p99",
            "hop.service.3.sojourn.mean",
            "hop.alb.wait.probability",
            "outcome.failed.504",
            "outcome.timed_out",
            "hop.api.throttled",
        ] {
            assert_eq!(better(lower), Better::Lower, "{lower}");
        }
        assert_eq!((better("outcome.ok"), better("rate.goodput")), (Better::Higher, Better::Higher));
        for neither in ["hop.alb.utilisation", "rate.offered", "in_system.mean", "in_system@10s", "hop.alb.arrivals"] {
            assert_eq!(better(neither), Better::Neither, "{neither}");
        }
        assert!(is_compared("hop.alb.utilisation") && !is_compared("hop.service.copies.max.utilisation"));
    }
}
