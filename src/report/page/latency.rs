//! Latency at the operating point, where it goes, where it saturates, and which differences are clear.

use serde::Serialize;

use crate::report::ends::{self, End};
use crate::report::judge::{operating_point, rejects};
use crate::report::number::{self, fixed};
use crate::results::{Point, Results};

/// Quantiles by option.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Grid {
    /// Names of the quantiles.
    pub heads: Vec<String>,
    /// A row for each option or point.
    pub rows: Vec<GridRow>,
}

/// Quantiles of one option or point.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct GridRow {
    /// Number of the option; 0 where there are none.
    pub number: usize,
    /// Title of the option or place of the point.
    pub name: String,
    /// Value and interval of each quantile.
    pub cells: Vec<(String, String)>,
}

/// A metric of a hops scenario.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Metric {
    /// Metric name.
    pub name: String,
    /// Point estimate.
    pub value: String,
    /// Its ends.
    pub interval: String,
}

/// A hop of the path of an option.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Hop {
    /// Number on the first hop of an option, else 0.
    pub first: usize,
    /// Its point; empty where there is a single one, or one for each option.
    pub point: String,
    /// For people.
    pub title: String,
    /// Contribution to the mean latency, ms.
    pub mean: String,
    /// Share of the mean latency.
    pub share: String,
    /// Utilisation.
    pub busy: String,
    /// Share rejected; empty where no hop rejects any.
    pub rejected: String,
    /// Mean waiting, ms.
    pub wait: String,
    /// Its 99th percentile, ms.
    pub wait_p99: String,
    /// Evidence grade.
    pub grade: String,
    /// Grade D.
    pub assumed: bool,
}

/// Where something ends.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Saturation {
    /// Number of the option; 0 where there are none.
    pub option: usize,
    /// The axis, with the values of the further ones.
    pub vary: String,
    /// Largest value that passed.
    pub holds: String,
    /// Smallest value that failed.
    pub fails: String,
    /// The ends that intervals show, where the values beside do not decide.
    pub range: String,
    /// What decided.
    pub criterion: String,
    /// In words.
    pub reason: String,
}

/// A paired difference.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Pair {
    /// Number of the first option.
    pub a: String,
    /// Number of the second.
    pub b: String,
    /// Metric name.
    pub metric: String,
    /// At so many.
    pub services: String,
    /// First minus second.
    pub difference: String,
    /// Ends that hold for all pairs of the metric at once.
    pub interval: String,
    /// Which is better, or `cannot be told apart`.
    pub verdict: String,
    /// The interval leaves 0 out, or there is no difference at all.
    pub clear: bool,
    /// How much variance the pairing saved.
    pub gain: String,
}

const SHOWN: [(&str, &str); 6] = [
    ("latency.mean", "mean"),
    ("latency.p50", "p50"),
    ("latency.p90", "p90"),
    ("latency.p95", "p95"),
    ("latency.p99", "p99"),
    ("latency.p99_9", "p99.9"),
];

/// Points of a hops scenario whose hops are listed.
const POINTS_WITH_HOPS: usize = 8;

/// The operating points in the order of the options; of a hops scenario all its points.
fn points(results: &Results) -> Vec<(usize, &Point)> {
    if results.options.is_empty() {
        return results.points.iter().map(|point| (0, point)).collect();
    }
    let of = |(i, name): (usize, &str)| operating_point(results, Some(name)).map(|point| (i + 1, point));
    results.options.iter().map(|option| option.name.as_str()).enumerate().filter_map(of).collect()
}

fn label(results: &Results, number: usize, point: &Point) -> String {
    if number > 0 {
        return results.options[number - 1].title.clone();
    }
    let mut parts: Vec<String> = point.services.map(number::counted_services).into_iter().collect();
    parts.extend(point.axes.iter().map(|(axis, value)| format!("{axis} {}", number::plain(*value))));
    if parts.is_empty() { "all requests".to_string() } else { parts.join(", ") }
}

/// The point of a row of a table that lists the hops of several points; empty where there is nothing to tell apart.
pub(super) fn place(results: &Results, number: usize, point: &Point) -> String {
    if number > 0 || results.points.len() < 2 { String::new() } else { label(results, number, point) }
}

pub(super) fn percentiles(results: &Results) -> Grid {
    let points = points(results);
    let known =
        |metric: &str| points.iter().any(|(_, point)| point.metrics.get(metric).is_some_and(|m| m.value.is_some()));
    let shown: Vec<&(&str, &str)> = SHOWN.iter().filter(|(metric, _)| known(metric)).collect();
    if shown.is_empty() {
        return Grid::default();
    }
    let cells = |point: &Point| {
        let cell = |(metric, _): &&(&str, &str)| {
            let estimate = point.metrics.get(*metric).copied().unwrap_or_default();
            (number::value(&estimate), number::interval(&estimate, " – ").unwrap_or_default())
        };
        shown.iter().map(cell).collect()
    };
    let rows = points
        .iter()
        .map(|(number, point)| GridRow { number: *number, name: label(results, *number, point), cells: cells(point) })
        .collect();
    Grid { heads: shown.iter().map(|(_, head)| (*head).to_string()).collect(), rows }
}

/// All metrics that are not of hops, where there is a single point and no option.
pub(super) fn metrics(results: &Results) -> Vec<Metric> {
    let [point] = results.points.as_slice() else { return Vec::new() };
    if !results.options.is_empty() {
        return Vec::new();
    }
    let own = point.metrics.iter().filter(|(name, metric)| !name.starts_with("hop.") && metric.value.is_some());
    let metric = |(name, estimate): (&String, &crate::results::Estimate)| Metric {
        name: name.clone(),
        value: number::value(estimate),
        interval: number::interval(estimate, " – ").unwrap_or_default(),
    };
    own.map(metric).collect()
}

pub(super) fn hops(results: &Results) -> Vec<Hop> {
    let mut rows: Vec<Hop> = Vec::new();
    if results.options.is_empty() && results.points.len() > POINTS_WITH_HOPS {
        return rows;
    }
    let rejects = points(results).iter().any(|(_, point)| rejects(point));
    for (number, point) in points(results) {
        for (k, hop) in point.hops.iter().enumerate() {
            let metric =
                |leaf: &str| point.metrics.get(&format!("hop.{}.{leaf}", hop.name)).copied().unwrap_or_default();
            let name = if hop.title.is_empty() { &hop.name } else { &hop.title };
            rows.push(Hop {
                first: if k == 0 { number } else { 0 },
                point: place(results, number, point),
                title: name.clone(),
                mean: if point.stable { number::significant(hop.mean_ms) } else { "–".into() },
                share: if point.stable { format!("{} %", fixed(hop.share * 100.0, 1)) } else { "–".into() },
                busy: metric("utilisation").value.map_or("–".into(), number::percent),
                rejected: if rejects {
                    metric("rejected").value.map_or("–".into(), number::percent)
                } else {
                    String::new()
                },
                wait: metric("wait.mean").value.map_or("–".into(), number::significant),
                wait_p99: metric("wait.p99").value.map_or("–".into(), number::significant),
                grade: hop.grade.clone(),
                assumed: hop.grade == "D",
            });
        }
    }
    rows
}

pub(super) fn saturation(results: &Results) -> Vec<Saturation> {
    let number_of = |name: &Option<String>| {
        name.as_ref()
            .and_then(|name| results.options.iter().position(|option| option.name == *name))
            .map_or(0, |i| i + 1)
    };
    let row = |end: &crate::results::SaturationPoint| Saturation {
        option: number_of(&end.option),
        vary: ends::place(end),
        holds: match End::of(end) {
            Some(End::Open(holds)) if end.decided => format!("at least {}", ends::at(end, holds)),
            Some(end_at) if !end.decided && end.value.is_some() => format!("about {}", ends::at(end, end_at.holds())),
            _ => end.value.map_or("none".into(), |value| ends::at(end, value)),
        },
        fails: match end.fails_at {
            Some(fails) if !end.decided && end.value.is_some() => format!("about {}", ends::at(end, fails)),
            Some(fails) => ends::at(end, fails),
            None => ends::last_tried(end).trim_start_matches("the ").into(),
        },
        range: ends::range(end).filter(|_| !end.decided).unwrap_or_default(),
        criterion: if end.ignoring_quotas {
            format!("{}, once quotas are raised", end.criterion)
        } else {
            end.criterion.clone()
        },
        reason: if end.reason.is_empty() { end.by.clone() } else { end.reason.clone() },
    };
    results.saturation.iter().map(row).collect()
}

/// What `Range` is, where a row needs it.
pub(super) fn unsure(results: &Results) -> String {
    if results.saturation.iter().all(|end| end.decided || ends::range(end).is_none()) {
        return String::new();
    }
    let level = number::percent(results.confidence);
    format!("Where a value is only about right, the end lies in the range beside it with a confidence of {level}.")
}

pub(in crate::report) fn comparisons(results: &Results) -> Vec<Pair> {
    let number_of = |name: &str| {
        results
            .options
            .iter()
            .position(|option| option.name == name)
            .map_or_else(|| name.to_string(), |i| (i + 1).to_string())
    };
    let here =
        |c: &&crate::results::Comparison| results.wanted.services.is_none() || c.services == results.wanted.services;
    let pair = |c: &crate::results::Comparison| {
        let (a, b) = (number_of(&c.a), number_of(&c.b));
        let (low, high) = (c.joint.low, c.joint.high);
        let clear = matches!((low, high), (Some(low), Some(high)) if low > 0.0 || high < 0.0);
        let less = if c.difference.value.unwrap_or(0.0) < 0.0 { &a } else { &b };
        let latency = c.metric.contains("latency") || c.metric.contains("sojourn") || c.metric.contains("wait");
        let same = (low, high) == (Some(0.0), Some(0.0));
        let verdict = match (clear, latency) {
            _ if same => "same path, same latency".to_string(),
            (false, _) => "cannot be told apart".to_string(),
            (true, true) => format!("{less} is faster"),
            (true, false) => format!("{less} has less"),
        };
        Pair {
            a,
            b,
            metric: c.metric.clone(),
            services: c.services.map(number::count).unwrap_or_default(),
            difference: c.joint.value.map_or("-".into(), number::significant),
            interval: number::outward(&c.joint, " – ").unwrap_or_else(|| "withheld".into()),
            verdict,
            clear: clear || same,
            gain: c.variance_ratio.map_or("–".into(), |ratio| format!("{}×", number::significant(ratio))),
        }
    };
    results.comparisons.iter().filter(here).map(pair).collect()
}
