//! The chart `percentiles`: how slow the slow requests are, at the operating point.

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Canvas, Dash, Part, Stroke, Tie, Type};
use super::follow::{self, Follow};
use super::label::{Entry, HEADING, WIDTH, legend, legend_columns, legend_height, legend_of_place};
use super::plot::{Along, Plot, Reference, Series};
use super::select::{Row, objective, rows};
use super::style::Paint;
use super::text::{bold, clean, latency, measured, percent};
use super::tips::{Taken, Tip, tips};
use super::{Chart, Face};
use crate::results::{Point, Results};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 52.0;
const TOP: f64 = HEADING + 10.0;
const BOTTOM: f64 = TOP + 240.0;
/// From the axis to the heads of the legend.
const LEGEND: f64 = 52.0;
/// Quantiles beyond this (and the maximum, which is quantile 1) lie off the axis.
const LAST: f64 = 0.999_999;
/// The axis starts here: below the median a request is not slow, and the fastest one would stretch the other axis for nothing.
const FIRST: f64 = 0.5;
/// An objective further than this above the slowest is said in words, so that the curves are not pressed flat.
const FAR: f64 = 4.0;
/// What the horizontal axis measures.
const WORDS: &str = "share of requests answered in this time or less";
/// The quantiles that the legend names.
const NAMED: [f64; 3] = [0.5, 0.99, 0.999];

/// Those at which curves are told to the page's slider.
const FOLLOWED: [f64; 15] =
    [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 0.99995, 0.99999];

/// Latency by percentile on an axis by nines, with objectives as horizontal marks. `None` only without any point.
#[must_use]
pub fn percentiles(results: &Results) -> Option<Chart> {
    if results.points.is_empty() {
        return None;
    }
    let (rows, other) = rows(results);
    let place = place(&rows, &other);
    let face = Face {
        name: "percentiles",
        title: "How slow the slow ones are".into(),
        subtitle: format!("latency by percentile, every nine as wide as the last{place}"),
        description: describe(&rows, &place),
    };
    let curves: Vec<(&Row, Vec<(f64, f64)>)> =
        rows.iter().map(|r| (r, curve(r.point))).filter(|(_, points)| !points.is_empty()).collect();
    let values: Vec<f64> = curves.iter().flat_map(|(_, p)| p.iter().map(|(_, ms)| *ms)).collect();
    if values.is_empty() {
        return Some(face.empty("no point has a steady state and a distribution of latencies"));
    }
    let last = curves.iter().flat_map(|(_, p)| p.iter().map(|(q, _)| *q)).fold(0.9, f64::max);
    let bound = objective(results, "latency.p99");
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let slowest = values.iter().copied().fold(0.0, f64::max);
    let high = bound.filter(|b| *b <= slowest * FAR).map_or(slowest, |b| b.max(slowest));
    let x = Axis::new(Scale::Nines, Unit::Percent, (FIRST, last), (LEFT, RIGHT));
    let y = Axis::new(Scale::Log, Unit::Latency, (low / 1.15, (high * 1.15).max(low * 4.0)), (BOTTOM, TOP));
    let height = BOTTOM + LEGEND + legend_height(curves.len());
    let follow = followed(results, &place, &curves);
    Some(face.chart((WIDTH, height), |canvas| {
        canvas.part(Part::Plot, || inside(canvas, &curves, bound, x, y));
        let limit = bound.map(|at| Reference { axis: "y", at, text: "objective for p99".into(), kind: "limit" });
        canvas.plot(Plot {
            x: Some(Along::new(x, WORDS, false)),
            y: Some(Along::new(y, "latency", false)),
            series: curves.iter().map(|(row, points)| Series::values(row.index, points)).collect(),
            lines: limit.into_iter().collect(),
            between: true,
            follow: follow.clone(),
            ..Plot::default()
        });
        let entries: Vec<Entry> = curves.iter().map(|(row, points)| entry(row, points)).collect();
        let heads: Vec<String> = NAMED.iter().map(|q| format!("p{}", percent(*q).trim_end_matches(" %"))).collect();
        let write = if follow.is_some() { legend_of_place } else { legend };
        write(canvas, BOTTOM + LEGEND, &heads.iter().map(String::as_str).collect::<Vec<_>>(), &entries);
    }))
}

/// The curves at every place of the slider, of the options that have one here.
fn followed(results: &Results, place: &str, curves: &[(&Row, Vec<(f64, f64)>)]) -> Option<Follow> {
    let (sweep, places) = follow::followed(results)?;
    let heights = |point: Option<&Point>| {
        let points = point.map_or_else(Vec::new, curve);
        if points.is_empty() { Vec::new() } else { follow::heights(FOLLOWED.iter().map(|q| at(&points, *q))) }
    };
    let told = curves.iter().enumerate().map(|(i, (row, _))| follow::Curve {
        option: row.index,
        y: follow::points(&sweep, &places, row.index).into_iter().map(heights).collect(),
        written: legend_columns(NAMED.len(), BOTTOM + LEGEND, i).zip(NAMED).map(|((x, y), q)| (q, x, y)).collect(),
    });
    Some(Follow {
        place: place.to_string(),
        x: FOLLOWED.to_vec(),
        known: vec![(0.5, "p50"), (0.99, "p99")],
        curves: told.collect(),
        ..Follow::default()
    })
}

fn inside(canvas: &Canvas, curves: &[(&Row, Vec<(f64, f64)>)], bound: Option<f64>, x: Axis, y: Axis) {
    frame(canvas, x, y, WORDS);
    for (row, points) in curves {
        let line: Vec<At> = points.iter().map(|(q, ms)| (x.at(*q), y.at(*ms))).collect();
        canvas.part(Part::Option(row.index), || {
            canvas.line(&line, Stroke(Paint::Series(row.index), 2.0, Dash::Solid));
            if let [only] = line[..] {
                canvas.dot(only, 3.0, Paint::Series(row.index));
            }
        });
    }
    if let Some(bound) = bound {
        let words = format!("objective: p99 within {}", latency(bound));
        match y.at(bound) {
            at if y.holds(bound) => mark(canvas, x, at, &words),
            at if at < TOP => objective_beyond(canvas, TOP + 10.0, &format!("{words}, above this chart")),
            _ => objective_beyond(canvas, BOTTOM - 10.0, &format!("{words}, below this chart")),
        }
    }
    ends(canvas, curves, x, y);
}

/// The part of a point's percentiles from the median on, in rising order.
fn curve(point: &Point) -> Vec<(f64, f64)> {
    if !point.stable {
        return Vec::new();
    }
    let drawn = |&(q, ms): &(f64, f64)| (0.0..=LAST).contains(&q) && ms.is_finite() && ms > 0.0;
    let mut points: Vec<(f64, f64)> = point.percentiles.iter().copied().filter(drawn).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let median = at(&points, FIRST);
    points.retain(|(q, _)| *q > FIRST);
    median.into_iter().map(|ms| (FIRST, ms)).chain(points).collect()
}

/// The objective: a line up to its percentile, where it must not be crossed.
fn mark(canvas: &Canvas, x: Axis, height: f64, words: &str) {
    let at = x.within(0.99);
    canvas.line(&[(LEFT, height), (at, height)], Stroke(Paint::Limit, 1.5, Dash::Dashed));
    canvas.line(&[(at, height - 5.0), (at, height + 5.0)], Stroke(Paint::Limit, 1.8, Dash::Solid));
    canvas.boxed((LEFT + 6.0, height - 10.0), words, Tie::Left, Type::bold(11.0, Paint::Limit));
}

fn objective_beyond(canvas: &Canvas, height: f64, words: &str) {
    canvas.boxed((LEFT + 6.0, height), words, Tie::Left, Type::bold(11.0, Paint::Limit));
}

fn ends(canvas: &Canvas, curves: &[(&Row, Vec<(f64, f64)>)], x: Axis, y: Axis) {
    let tip = |(row, points): &(&Row, Vec<(f64, f64)>)| {
        let (q, ms) = points.last()?;
        Some(Tip { at: (x.at(*q), y.at(*ms)), index: row.index, number: row.number.clone() })
    };
    tips(canvas, curves.iter().filter_map(tip).collect(), &Taken::default(), (TOP + 4.0, BOTTOM - 4.0));
}

/// The latency at a quantile, straight between the points around it; none outside the curve.
fn at(points: &[(f64, f64)], quantile: f64) -> Option<f64> {
    let after = points.iter().position(|(q, _)| *q >= quantile)?;
    let (q1, high) = points[after];
    if (q1 - quantile).abs() < 1e-12 {
        return Some(high);
    }
    let (q0, low) = *points.get(after.checked_sub(1)?)?;
    Some(low + (high - low) * (quantile - q0) / (q1 - q0))
}

fn entry(row: &Row, points: &[(f64, f64)]) -> Entry {
    let value =
        |q: f64| at(points, q).map_or("–".into(), |ms| if q == 0.99 { bold(&measured(ms)) } else { measured(ms) });
    Entry {
        paint: Paint::Series(row.index),
        number: row.number.clone(),
        title: row.title.clone(),
        values: NAMED.map(value).to_vec(),
    }
}

/// `, at 60 services` where all rows agree on it, and the combination of axes where it is not the reader's own.
pub(super) fn place(rows: &[Row], other: &str) -> String {
    let first = rows.first().and_then(|r| r.point.services);
    let services = match first {
        Some(1) if rows.iter().all(|r| r.point.services == Some(1)) => ", at 1 service".into(),
        Some(n) if rows.iter().all(|r| r.point.services == Some(n)) => format!(", at {n} services"),
        Some(_) => ", at the services nearest to yours".into(),
        None => String::new(),
    };
    if other.is_empty() { services } else { format!("{services}, {other}") }
}

fn describe(rows: &[Row], place: &str) -> String {
    let value = |row: &Row| at(&curve(row.point), 0.99).map(|ms| format!("{} for {}", measured(ms), clean(&row.title)));
    let values: Vec<String> = rows.iter().filter_map(value).collect();
    match super::text::list(&values).as_str() {
        "" => format!("Latency by percentile{place}."),
        list => format!("Latency by percentile{place}; 99 in 100 requests are answered within {list}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_starts_at_the_median() {
        let points = vec![(0.0, 1e-4), (0.4, 8.0), (0.6, 12.0), (0.99, 90.0), (1.0, 500.0)];
        let point = crate::results::Point { stable: true, percentiles: points, ..Default::default() };
        let drawn = curve(&point);
        assert_eq!(drawn.len(), 3);
        assert!(drawn[0].0 == FIRST && (drawn[0].1 - 10.0).abs() < 1e-9, "{drawn:?}");
    }

    #[test]
    fn latency_between_points() {
        let points = [(0.5, 10.0), (0.9, 50.0)];
        assert_eq!(
            (at(&points, 0.5), at(&points, 0.95), at(&points, 0.4), at(&[], 0.5)),
            (Some(10.0), None, None, None)
        );
        assert!((at(&points, 0.7).unwrap_or(0.0) - 30.0).abs() < 1e-9);
    }
}
