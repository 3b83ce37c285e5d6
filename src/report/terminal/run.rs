//! The screen of `run`: the operating point of each option, or the metrics and hops of a hops scenario.

use super::as_built;
use super::excluded::excluded;
use super::over_time::over_time;
use super::table::{Align, Table};
use super::{Paint, differences, mix, proof, stopped, sweep, wrapped};
use crate::report::judge::rejects;
use crate::report::month;
use crate::report::number;
use crate::report::overload;
use crate::report::precision;
use crate::report::theory;
use crate::report::warnings::warnings;
use crate::results::{Estimate, Point, Results};

/// Points of a hops scenario that are shown in full; a sweep may have hundreds.
const FULL_POINTS: usize = 4;
/// Metrics of the whole system, in order, with their unit.
const METRICS: [(&str, &str); 21] = [
    ("latency.mean", "ms"),
    ("latency.p50", "ms"),
    ("latency.p90", "ms"),
    ("latency.p95", "ms"),
    ("latency.p99", "ms"),
    ("latency.p99_9", "ms"),
    ("latency.max", "ms"),
    ("client.latency.mean", "ms"),
    ("rate.offered", "/s"),
    ("rate.attempts", "/s"),
    ("rate.goodput", "/s"),
    ("rate.ended", "/s"),
    ("in_system.growth", "/s"),
    ("attempts.mean", ""),
    ("outcome.ok", "%"),
    ("outcome.throttled", "%"),
    ("outcome.rejected", "%"),
    ("outcome.abandoned", "%"),
    ("outcome.timed_out", "%"),
    ("outcome.failed", "%"),
    ("in_system.mean", ""),
];

/// The table of every simulated point, its hops, where it saturates where that was asked, warnings, and the proof.
#[must_use]
pub fn run(results: &Results, colour: bool) -> String {
    points(results, colour) + &how(results) + &proof(results)
}

/// How much was simulated, and what intervals are.
fn how(results: &Results) -> String {
    let Some(point) = results.points.first() else { return String::new() };
    let same = |f: &dyn Fn(&Point) -> u64| results.points.iter().all(|other| f(other) == f(point));
    let replications = u64::from(point.replications);
    let each = point.requests / replications.max(1);
    let size = if same(&|p| u64::from(p.replications)) && same(&|p| p.requests) {
        format!("{replications} x {} requests", number::plain(each as f64))
    } else {
        let all: u64 = results.points.iter().map(|p| p.requests).sum();
        format!("{} requests in all", number::plain(all as f64))
    };
    let warmup = if results.points.len() == 1 {
        format!(" after {} s", number::significant(point.warmup_s))
    } else {
        String::new()
    };
    let level = number::percent(results.confidence);
    let said = format!("{size}{warmup}, seed {}; intervals are of {level}", results.seed);
    format!("size    {}", wrapped(&said, "        "))
}

pub(super) fn points(results: &Results, colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = stopped(results, paint);
    out.push_str(&paint.bold(wrapped(&sweep::question(results), "").trim_end()));
    out.push_str("\n\n");
    if results.points.is_empty() {
        out.push_str("nothing was simulated\n");
        return out;
    }
    if results.options.is_empty() && results.points.len() <= FULL_POINTS {
        for point in &results.points {
            let place = place(point);
            if !place.is_empty() {
                out.push_str(&wrapped(&place, ""));
            }
            out.push_str(&metric_table(point).text(paint));
        }
    } else {
        out.push_str(&point_table(results).text(paint));
    }
    if let Some(footnote) = month::footnote(results) {
        out.push_str(&wrapped(&footnote, "  "));
    }
    out.push_str(&excluded(results, paint));
    let hops = hop_table(results);
    if !hops.is_empty() {
        out.push('\n');
        out.push_str(&hops.text(paint));
    }
    out.push_str(&over_time(results, paint));
    for sentence in overload::sentences(results) {
        out.push_str(&format!("{} {}", paint.mark("x"), wrapped(&sentence, "  ")));
    }
    out.push_str(&mix(results));
    out.push_str(&as_built::moves(results, paint));
    out.push_str(&differences::table(results, paint));
    out.push_str(&differences::best(results));
    out.push_str(&second_opinion(results));
    for end in &results.saturation {
        out.push_str(&sweep::saturates(results, end));
    }
    if let Some(sentence) = precision::sentence(results) {
        out.push_str(&wrapped(&sentence, ""));
    }
    for warning in warnings(results) {
        out.push_str(&format!("{} {}", paint.mark("?"), wrapped(&warning, "  ")));
    }
    out
}

/// What queueing theory says: a line for each hop of a single system, one in all for many.
fn second_opinion(results: &Results) -> String {
    let hops = theory::hops(results);
    if results.points.len() == 1 {
        return hops
            .iter()
            .map(|(_, _, hop, said)| format!("theory  {}", wrapped(&theory::line(hop, said), "        ")))
            .collect();
    }
    let all = theory::agreement(results);
    if all.is_empty() { String::new() } else { format!("theory  {}", wrapped(&all, "        ")) }
}

/// `60 services, workload.rate 40` where a hops scenario has axes.
fn place(point: &Point) -> String {
    let mut parts: Vec<String> = point.services.map(number::counted_services).into_iter().collect();
    parts.extend(point.axes.iter().map(|(axis, value)| format!("{axis} {}", number::plain(*value))));
    parts.join(", ")
}

fn metric_table(point: &Point) -> Table {
    let head = [("metric", Align::Cut), ("value", Align::Right), ("interval", Align::Right), ("unit", Align::Left)];
    let mut table = Table::new(&head);
    let mut add = |name: &str, unit: &str, estimate: &Estimate| {
        let scale = if unit == "%" { 100.0 } else { 1.0 };
        let scaled = |value: Option<f64>| value.map(|v| v * scale);
        let shown = Estimate { value: scaled(estimate.value), low: scaled(estimate.low), high: scaled(estimate.high) };
        let interval = number::interval(&shown, "-").unwrap_or_else(|| "-".into());
        table.row(vec![name.to_string(), number::value(&shown), interval, unit.to_string()]);
    };
    for (name, unit) in METRICS {
        let zero = |e: &&Estimate| e.value == Some(0.0) && name.starts_with("outcome.");
        if let Some(estimate) = point.metrics.get(name).filter(|e| !zero(e)) {
            add(name, unit, estimate);
        }
    }
    let rest = |name: &str| !name.starts_with("hop.") && METRICS.iter().all(|(known, _)| *known != name);
    let mut others: Vec<(&String, &Estimate)> = point.metrics.iter().filter(|(name, _)| rest(name)).collect();
    others.sort_by(|a, b| by_instant(a.0).partial_cmp(&by_instant(b.0)).unwrap_or(std::cmp::Ordering::Equal));
    for (name, estimate) in others {
        add(name, "", estimate);
    }
    table
}

/// What a metric is sorted by: `completions@5s-10s` by its name, then 5 s.
fn by_instant(name: &str) -> (&str, f64) {
    let (stem, at) = name.split_once('@').unwrap_or((name, ""));
    let end = at.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(at.len());
    let unit = at[end..].split('-').next().unwrap_or("");
    let seconds = match unit {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        _ => 1.0,
    };
    (stem, at[..end].parse::<f64>().unwrap_or(0.0) * seconds)
}

/// One row a point; for many points of a sweep too.
fn point_table(results: &Results) -> Table {
    let mut columns = vec![
        ("", Align::Mark),
        ("point", Align::Left),
        ("mean ms", Align::Right),
        ("p50 ms", Align::Right),
        ("p99 ms", Align::Right),
        ("", Align::Left),
        ("ok", Align::Right),
        ("goodput", Align::Right),
    ];
    if !results.options.is_empty() {
        columns.push(("$/month", Align::Right));
    }
    columns.push(("nearest limit", Align::Wrap));
    let mut table = Table::new(&columns);
    // What the question says already.
    let alike = results.points.windows(2).all(|pair| place(&pair[0]) == place(&pair[1]));
    let hop = |name: &str| name.strip_prefix("hop.").unwrap_or(name).to_string();
    for point in &results.points {
        let metric = |name: &str| point.metrics.get(name).copied().unwrap_or_default();
        let p99 = metric("latency.p99");
        let number_of = |name: &str| results.options.iter().position(|option| option.name == name).map_or(0, |i| i + 1);
        let name = match &point.option {
            Some(option) if alike => format!("{} {option}", number_of(option)),
            Some(option) => format!("{} {option}, {}", number_of(option), place(point)),
            None => place(point),
        };
        let near = match (&point.bottleneck, point.bottleneck_load) {
            (Some(name), Some(load)) => format!("{} {}", hop(name), number::percent(load)),
            (Some(name), None) => hop(name),
            _ => "-".to_string(),
        };
        let mut row = vec![
            if point.stable { String::new() } else { "x".into() },
            name,
            number::value(&metric("latency.mean")),
            number::value(&metric("latency.p50")),
            if point.stable { number::value(&p99) } else { "overloaded".into() },
            number::interval(&p99, "-").map_or(String::new(), |interval| format!("({interval})")),
            metric("outcome.ok").value.map_or("-".into(), number::percent),
            metric("rate.goodput").value.map_or("-".into(), |rate| format!("{}/s", number::significant(rate))),
        ];
        if let Some(option) = &point.option {
            row.push(
                month::of_point(results, option, point).map_or("-".into(), |month| number::fixed(month.expected, 0)),
            );
        }
        row.push(near);
        table.row(row);
    }
    table
}

/// Utilisation and waiting of every hop; of options only what makes up their latency at the operating point.
fn hop_table(results: &Results) -> Table {
    let here = |point: &&Point| point.option.is_none() || point.services == results.wanted.services;
    let rejects = results.points.iter().filter(here).any(rejects);
    let mut columns = vec![
        ("point", Align::Cut),
        ("hop", Align::Cut),
        ("mean ms", Align::Right),
        ("share", Align::Right),
        ("busy", Align::Right),
        ("wait ms", Align::Right),
        ("wait p99", Align::Right),
        ("throttled", Align::Right),
    ];
    if rejects {
        columns.push(("rejected", Align::Right));
    }
    columns.push(("evidence", Align::Left));
    let mut table = Table::new(&columns);
    if results.options.is_empty() && results.points.len() > FULL_POINTS {
        return table;
    }
    for point in results.points.iter().filter(here) {
        for (i, hop) in point.hops.iter().enumerate() {
            let metric =
                |leaf: &str| point.metrics.get(&format!("hop.{}.{leaf}", hop.name)).copied().unwrap_or_default();
            let share = |e: Estimate| e.value.map_or("-".to_string(), number::percent);
            let label = point.option.clone().unwrap_or_else(|| place(point));
            let mut row = vec![
                if i == 0 { label } else { String::new() },
                if hop.title.is_empty() { hop.name.clone() } else { hop.title.clone() },
                if point.stable { number::significant(hop.mean_ms) } else { "-".into() },
                if point.stable { number::percent(hop.share) } else { "-".into() },
                share(metric("utilisation")),
                number::value(&metric("wait.mean")),
                number::value(&metric("wait.p99")),
                share(metric("throttled")),
            ];
            if rejects {
                row.push(share(metric("rejected")));
            }
            row.push(if hop.grade == "D" { "D, assumption".into() } else { hop.grade.clone() });
            table.row(row);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_queue_shows_metrics_with_intervals_and_its_hops() {
        let screen = run(&fixture::queue(), false);
        let line = screen.lines().find(|line| line.starts_with("latency.mean")).unwrap_or_default();
        assert_eq!(
            line.split_whitespace().collect::<Vec<_>>(),
            ["latency.mean", "5.00", "4.98-5.02", "ms"],
            "{screen}"
        );
        let hop = screen.lines().find(|line| line.contains("server ")).unwrap_or_default();
        assert!(hop.contains("80 %") && hop.contains("4.00") && hop.contains("100 %"), "{hop}");
    }

    #[test]
    fn an_overloaded_point_shows_no_latency() {
        let mut results = fixture::orders();
        results.points[1].stable = false;
        let screen = run(&results, false);
        assert!(
            screen.lines().any(|line| line.starts_with("x 2 rest-link") && line.contains("overloaded")),
            "{screen}"
        );
    }

    #[test]
    fn rejections_and_saturation_are_shown() {
        let mut results = fixture::queue();
        assert!(!run(&results, false).contains("rejected"));
        results.points[0].metrics.insert("hop.server.rejected".into(), fixture::estimate(0.02, 0.019, 0.021));
        results.saturation.push(crate::results::SaturationPoint {
            vary: "workload.rate".into(),
            unit: "/s".into(),
            searched: true,
            decided: true,
            value: Some(900.0),
            fails_at: Some(950.0),
            criterion: "condition".into(),
            reason: "latency.p99 <= 60ms".into(),
            ..Default::default()
        });
        let screen = run(&results, false);
        assert!(screen.contains("rejected") && screen.contains("2 %"), "{screen}");
        assert!(
            screen.contains("saturates: workload.rate 900/s holds, 950/s does not (condition: p99 ≤ 60ms)"),
            "{screen}"
        );
    }
}
