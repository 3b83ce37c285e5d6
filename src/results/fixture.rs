//! A retry storm over time, with invented numbers: what stays after its trigger, and how long that may last. Tests only.

use super::{Estimate, Point, Recovery, Results, Timeline, TimelineEvent, TriggerChange, TriggerLength, TriggerSearch};

fn about(value: f64) -> Estimate {
    Estimate { value: Some(value), low: Some(0.98 * value), high: Some(1.02 * value) }
}

fn share(value: f64) -> Estimate {
    Estimate { value: Some(value), low: Some((value - 0.02).max(0.0)), high: Some((value + 0.02).min(1.0)) }
}

const NAME: &str = "service takes 4 times as long";

/// Seven lengths of the event, and three changes at the one that fails.
fn search(name: &str) -> TriggerSearch {
    let length = |seconds: f64, recovered: f64| TriggerLength {
        seconds,
        recovered: share(recovered),
        metastable: share(1.0 - recovered),
        recovery_s: if recovered > 0.0 { about(1.0) } else { Estimate::default() },
    };
    let change = |name: &str, set: &str, recovered: f64| TriggerChange {
        name: name.into(),
        set: set.into(),
        recovered: share(recovered),
        recovery_s: if recovered > 0.0 { about(1.0) } else { Estimate::default() },
    };
    TriggerSearch {
        event: 1,
        name: name.into(),
        seeds: 200,
        resolution_s: 0.05,
        tried: [(0.1, 1.0), (0.2, 1.0), (0.6, 0.8), (1.2, 0.3), (2.0, 0.05), (3.0, 0.0), (5.0, 0.0)]
            .map(|(seconds, recovered)| length(seconds, recovered))
            .into(),
        all_recover_s: Some(0.2),
        none_recovers_s: Some(3.0),
        changed_at_s: Some(3.0),
        changes: vec![
            change("a retry budget as the AWS SDK's quota", "client.retries.budget = { tokens = 500, cost = 14 }", 1.0),
            change("one attempt less", "client.retries.max = 2", 0.1),
            change("no retries", "client.retries.max = 0", 1.0),
        ],
        ..TriggerSearch::default()
    }
}

/// Thirty windows of a second; service slows down in the eleventh, and clients keep the system busy from then on.
pub(crate) fn storm() -> Results {
    let windows = 30;
    let series = |f: &dyn Fn(usize) -> Estimate| (0..windows).map(f).collect::<Vec<Estimate>>();
    let before = |i: usize| i < 10;
    let metrics = [
        ("rate.offered", series(&|_| about(50.0))),
        ("rate.attempts", series(&|i| about(if before(i) { 50.0 } else { 199.0 }))),
        ("rate.goodput", series(&|i| about(if before(i) { 50.0 } else { 0.0 }))),
        ("in_system", series(&|i| about(if before(i) { 1.0 } else { 40.0 }))),
        ("amplification", series(&|i| about(if before(i) { 1.0 } else { [3.0, 3.5, 4.0][(i - 10).min(2)] }))),
        ("outcome.ok", series(&|i| share(if before(i) { 1.0 } else { 0.0 }))),
        ("outcome.timed_out", series(&|i| share(if before(i) { 0.0 } else { 1.0 }))),
        ("latency.p50", series(&|i| if before(i) { about(25.0) } else { Estimate::default() })),
        ("latency.p99", series(&|i| if before(i) { about(31.0) } else { Estimate::default() })),
    ];
    let totals = [
        ("requests", 1_500.0),
        ("lost", 990.0),
        ("timed_out", 990.0),
        ("throttled", 0.0),
        ("rejected", 0.0),
        ("abandoned", 0.0),
        ("failed", 0.0),
        ("retries", 2_900.0),
        ("lost_by_events", 990.0),
    ];
    let timeline = Timeline {
        replications: 200,
        window_s: 1.0,
        from_s: (0..windows).map(|i| i as f64).collect(),
        end_s: windows as f64,
        events: vec![TimelineEvent { name: NAME.into(), from_s: 10.0, until_s: Some(11.0) }],
        in_force: (0..windows).map(|i| if i == 10 { vec![0] } else { Vec::new() }).collect(),
        metrics: metrics.into_iter().map(|(name, series)| (name.to_string(), series)).collect(),
        totals: totals.into_iter().map(|(name, total)| (name.to_string(), about(total))).collect(),
        recovery: Some(Recovery {
            after_s: 11.0,
            recovered: share(0.0),
            metastable: share(1.0),
            most_in_system: 6.0,
            amplification_stuck: Some(3.99),
            ..Recovery::default()
        }),
        ..Timeline::default()
    };
    let point = Point { requests: 300_000, replications: 200, ..Point::default() };
    Results {
        title: "A retry storm".into(),
        confidence: 0.95,
        points: vec![point],
        timeline: vec![timeline],
        triggers: vec![search(NAME)],
        ..Results::default()
    }
}
