//! points.csv and hops.csv: tables whose columns are the union over points, so that every row has the same.

use std::collections::{BTreeMap, BTreeSet};

use super::super::types::{Estimate, Point, Results};
use super::{columns, number, optional, table, theory, three};

/// One row a point: option, services, axes, every metric that is not of a hop, then what is known of the point.
#[must_use]
pub fn points(results: &Results) -> String {
    let axes = axes(results);
    let mut metrics: Vec<&str> = results
        .points
        .iter()
        .flat_map(|p| p.metrics.keys().map(String::as_str))
        .filter(|name| !name.starts_with("hop."))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    columns::sort(&mut metrics);

    let mut header = place_header(&axes);
    header.extend(metrics.iter().flat_map(|m| with_ends(&columns::name(m))));
    let last = [
        "requests",
        "replications",
        "stopped_by",
        "warmup_s",
        "stable",
        "fits_quotas",
        "bottleneck",
        "bottleneck_load",
        "warnings",
    ];
    header.extend(last.map(String::from));
    let rows = results.points.iter().map(|point| {
        let mut row = place(point, &axes);
        row.extend(metrics.iter().flat_map(|m| three(&point.metrics.get(*m).copied().unwrap_or_default())));
        row.push(point.requests.to_string());
        row.push(point.replications.to_string());
        row.push(point.stopped_by.clone().unwrap_or_default());
        row.push(number(point.warmup_s));
        row.push(point.stable.to_string());
        row.push(point.fits_quotas.to_string());
        row.push(point.bottleneck.clone().unwrap_or_default());
        row.push(optional(point.bottleneck_load));
        let kinds: BTreeSet<&str> = point.warnings.iter().map(|w| w.kind.as_str()).collect();
        row.push(kinds.into_iter().collect::<Vec<_>>().join("; "));
        row
    });
    table(&header, rows)
}

/// One row a point and hop: its part of the mean latency, what theory says, then its metrics. A branch or copy is a row of its own, `HOP.BRANCH`.
#[must_use]
pub fn hops(results: &Results) -> String {
    let axes = axes(results);
    let by_point: Vec<Vec<HopRow>> = results.points.iter().map(hop_rows).collect();
    let mut metrics: Vec<&str> = by_point
        .iter()
        .flatten()
        .flat_map(|row| row.metrics.keys().copied())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    columns::sort_hop(&mut metrics);

    let mut header = place_header(&axes);
    header.extend(["hop", "title", "grade", "mean_ms", "share"].map(String::from));
    header.extend(theory::HEADER.map(String::from));
    header.extend(metrics.iter().flat_map(|m| with_ends(&columns::name(m))));
    let rows = results.points.iter().zip(&by_point).flat_map(|(point, hops)| {
        let (axes, metrics) = (&axes, &metrics);
        hops.iter().map(move |hop| {
            let mut row = place(point, axes);
            row.push(hop.name.clone());
            let info = point.hops.iter().find(|info| info.name == hop.name);
            row.push(info.map(|i| i.title.clone()).unwrap_or_default());
            row.push(info.map(|i| i.grade.clone()).unwrap_or_default());
            row.push(optional(info.map(|i| i.mean_ms)));
            row.push(optional(info.map(|i| i.share)));
            row.extend(theory::cells(info.and_then(|i| i.theory.as_ref())));
            row.extend(metrics.iter().flat_map(|m| three(&hop.metrics.get(m).copied().unwrap_or_default())));
            row
        })
    });
    table(&header, rows)
}

struct HopRow<'a> {
    name: String,
    metrics: BTreeMap<&'a str, Estimate>,
}

/// The hops of a point in path order, each followed by its branches or copies; hops that the path does not list follow by name.
fn hop_rows(point: &Point) -> Vec<HopRow<'_>> {
    let mut found: BTreeMap<String, BTreeMap<&str, Estimate>> = BTreeMap::new();
    for hop in &point.hops {
        found.entry(hop.name.clone()).or_default();
    }
    for (metric, estimate) in &point.metrics {
        let Some(rest) = metric.strip_prefix("hop.") else { continue };
        let (hop, leaf) = split(point, rest);
        found.entry(hop).or_default().insert(leaf, *estimate);
    }
    let position = |name: &str| {
        let own = |hop: &str| name == hop || name.strip_prefix(hop).is_some_and(|rest| rest.starts_with('.'));
        point.hops.iter().position(|hop| own(&hop.name)).unwrap_or(point.hops.len())
    };
    let mut rows: Vec<HopRow> = found.into_iter().map(|(name, metrics)| HopRow { name, metrics }).collect();
    rows.sort_by_cached_key(|row| (position(&row.name), row.name.len(), row.name.clone()));
    rows
}

/// `alb.wait.mean` as (`alb`, `wait.mean`), `alb.3.wait.mean` as (`alb.3`, `wait.mean`), `alb.copies.max.wait.mean` as
/// (`alb`, `copies.max.wait.mean`). A hop's name may hold dots where the point lists it.
fn split<'a>(point: &Point, metric: &'a str) -> (String, &'a str) {
    let listed = point.hops.iter().map(|hop| hop.name.len()).filter(|&length| {
        metric.get(length..).is_some_and(|rest| rest.starts_with('.'))
            && point.hops.iter().any(|h| h.name == metric[..length])
    });
    let Some(mut end) = listed.max().or_else(|| metric.find('.')) else { return (metric.to_string(), "") };
    let known =
        |rest: &str| rest.starts_with("copies.") || columns::HOP_ORDER.iter().any(|leaf| rest.starts_with(leaf));
    if !known(&metric[end + 1..])
        && let Some(branch) = metric[end + 1..].find('.')
    {
        end += 1 + branch;
    }
    (metric[..end].to_string(), &metric[end + 1..])
}

fn axes(results: &Results) -> Vec<&str> {
    let all: BTreeSet<&str> = results.points.iter().flat_map(|p| p.axes.keys().map(String::as_str)).collect();
    all.into_iter().collect()
}

fn place_header(axes: &[&str]) -> Vec<String> {
    let mut header = vec!["option".to_string(), "services".to_string()];
    header.extend(axes.iter().map(|axis| axis.replace('.', "_")));
    header
}

fn place(point: &Point, axes: &[&str]) -> Vec<String> {
    let mut row =
        vec![point.option.clone().unwrap_or_default(), point.services.map(|n| n.to_string()).unwrap_or_default()];
    row.extend(axes.iter().map(|axis| optional(point.axes.get(*axis).copied())));
    row
}

fn with_ends(column: &str) -> [String; 3] {
    [column.to_string(), format!("{column}_low"), format!("{column}_high")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::HopInfo;

    fn estimate(value: f64) -> Estimate {
        Estimate { value: Some(value), low: None, high: Some(value + 1.0) }
    }

    #[test]
    fn columns_are_the_union_and_missing_values_are_empty() {
        let mut first = Point { option: Some("a".into()), services: Some(4), ..Point::default() };
        first.metrics.insert("latency.p99".into(), estimate(1.5));
        first.metrics.insert("hop.alb.utilisation".into(), estimate(0.5));
        let mut second = Point { option: Some("b".into()), ..Point::default() };
        second.axes.insert("workload.rate".into(), 40.0);
        second.metrics.insert("latency.mean".into(), estimate(2.0));
        let text = points(&Results { points: vec![first, second], ..Results::default() });
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with(
            "option,services,workload_rate,latency_mean_ms,latency_mean_ms_low,latency_mean_ms_high,latency_p99_ms,"
        ));
        assert!(lines[1].starts_with("a,4,,,,,1.5,,2.5,0,0,"), "{}", lines[1]);
        assert!(lines[2].starts_with("b,,40,2,,3,,,,0,"), "{}", lines[2]);
        assert!(!lines[0].contains("hop"));
    }

    #[test]
    fn branches_and_copies_find_their_hop() {
        let hop = |name: &str| HopInfo { name: name.into(), mean_ms: 1.0, share: 0.5, ..HopInfo::default() };
        let mut point = Point { hops: vec![hop("svc"), hop("alb")], ..Point::default() };
        for metric in
            ["hop.alb.wait.mean", "hop.svc.10.wait.mean", "hop.svc.9.wait.mean", "hop.svc.copies.max.utilisation"]
        {
            point.metrics.insert(metric.into(), estimate(1.0));
        }
        let text = hops(&Results { points: vec![point], ..Results::default() });
        let names: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').nth(2)).collect();
        assert_eq!(names, ["svc", "svc.9", "svc.10", "alb"]);
        assert!(
            text.lines()
                .next()
                .is_some_and(|h| h.contains("wait_mean_ms,") && h.ends_with("copies_max_utilisation_high"))
        );
    }
}
