//! The chart `latency-p99`: what callers feel as services are added.

use std::collections::BTreeMap;

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Canvas, Dash, Stroke, Tie, Type};
use super::label::{Entry, HEADING, Lanes, WIDTH, legend, legend_height, over, push_apart};
use super::select::{Curve, Shown, Sweep, objective, shown, sweep};
use super::style::Paint;
use super::text::{self, bold, latency, measured};
use super::{Chart, Face, runs};
use crate::results::Results;

const METRIC: &str = "latency.p99";
const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 24.0;
const TOP: f64 = HEADING + 44.0;
const BOTTOM: f64 = TOP + 262.0;
/// Distance of crosses above each other.
const CROSS: f64 = 10.0;

/// p99 against services for every option: bands, dashes beyond today's quotas, ceilings, objective and the reader's own number.
/// `None` only without any point.
#[must_use]
pub fn latency_p99(results: &Results) -> Option<Chart> {
    if results.points.is_empty() {
        return None;
    }
    let sweep = sweep(results);
    let beyond = sweep.curves.iter().any(|c| c.points.iter().any(|(_, p)| !p.fits_quotas));
    let subtitle = format!("p99, {}{}", runs(results), if beyond { "; dashed beyond today's quotas" } else { "" });
    let face = Face {
        name: "latency-p99",
        title: match sweep.axis.as_str() {
            "services" => "What callers feel as services are added".into(),
            _ => "What callers feel as the load changes".into(),
        },
        subtitle,
        description: describe(results, &sweep),
    };
    let Some((x, y)) = axes(results, &sweep) else {
        return Some(face.empty("no point has a steady state and enough samples for a p99"));
    };
    let marks = marks(&sweep);
    let height = BOTTOM + 52.0 + legend_height(sweep.curves.len()) + if marks.is_empty() { 0.0 } else { 22.0 };
    Some(face.chart((WIDTH, height), |canvas| {
        frame(canvas, x, y, &sweep.words(results));
        ceilings(canvas, results, &sweep, x);
        if let Some(bound) = objective(results, METRIC).filter(|b| y.holds(*b)) {
            let at = y.at(bound);
            canvas.line(&[(LEFT, at), (RIGHT, at)], Stroke(Paint::Limit, 1.5, Dash::Dashed));
        }
        for curve in &sweep.curves {
            band(canvas, curve, x, y);
        }
        for curve in &sweep.curves {
            line(canvas, curve, x, y);
        }
        crosses(canvas, &sweep, x);
        ends(canvas, &sweep, x, y);
        if let Some(bound) = objective(results, METRIC).filter(|b| y.holds(*b)) {
            let words = format!("objective {}", latency(bound));
            canvas.boxed((LEFT + 6.0, y.at(bound) - 10.0), &words, Tie::Left, Type::bold(11.0, Paint::Limit));
        }
        values(canvas, results, &sweep);
        if !marks.is_empty() {
            let at = (2.0, BOTTOM + 56.0 + legend_height(sweep.curves.len()));
            canvas.text(at, marks, Tie::Left, Type::plain(11.0, Paint::Muted));
        }
    }))
}

/// Axes around everything that is drawn; `None` where there is no value to draw.
fn axes(results: &Results, sweep: &Sweep) -> Option<(Axis, Axis)> {
    let mut xs: Vec<f64> = sweep.curves.iter().flat_map(|c| c.points.iter().map(|p| p.0)).collect();
    xs.extend(wanted(results, sweep));
    let mut ys = Vec::new();
    for (_, point) in sweep.curves.iter().flat_map(|c| &c.points) {
        match shown(point, METRIC) {
            Shown::Value(value, None) | Shown::Withheld(value) => ys.push(value),
            Shown::Value(value, Some((low, high))) => ys.extend([value, low.max(value / 10.0), high.min(value * 10.0)]),
            Shown::Missing => {}
        }
    }
    ys.retain(|v| *v > 0.0);
    if ys.is_empty() {
        return None;
    }
    ys.extend(objective(results, METRIC));
    let ends = |values: &[f64]| {
        (values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (low, high)) = (ends(&xs), ends(&ys));
    let x = if left > 0.0 && right / left > 30.0 {
        Axis::new(Scale::Log, Unit::Number, (left, right), (LEFT, RIGHT))
    } else {
        let from = if left >= 0.0 && left < 0.6 * right { 0.0 } else { left };
        Axis::new(Scale::Linear, Unit::Number, (from, right), (LEFT, RIGHT))
    };
    // At least a factor of four, so that noise does not look like a slope.
    let middle = (low * high).sqrt();
    let range = ((low / 1.15).min(middle / 2.0), (high * 1.15).max(middle * 2.0));
    Some((x, Axis::new(Scale::Log, Unit::Latency, range, (BOTTOM, TOP + strip(sweep)))))
}

fn wanted(results: &Results, sweep: &Sweep) -> Option<f64> {
    results.wanted.services.filter(|_| sweep.axis == "services").map(f64::from).filter(|w| *w > 0.0)
}

/// The interval around a curve, in one piece for each run of points that have one.
fn band(canvas: &Canvas, curve: &Curve, x: Axis, y: Axis) {
    let (mut lower, mut upper): (Vec<At>, Vec<At>) = (Vec::new(), Vec::new());
    let close = |lower: &mut Vec<At>, upper: &mut Vec<At>| {
        upper.extend(lower.drain(..).rev());
        canvas.polygon(upper, Paint::Series(curve.index), 0.18);
        upper.clear();
    };
    for (value, point) in &curve.points {
        if let Shown::Value(_, Some((low, high))) = shown(point, METRIC) {
            lower.push((x.at(*value), y.within(low)));
            upper.push((x.at(*value), y.within(high)));
        } else {
            close(&mut lower, &mut upper);
        }
    }
    close(&mut lower, &mut upper);
}

/// The curve, dashed where its right end does not fit the quotas, broken where nothing may be shown.
fn line(canvas: &Canvas, curve: &Curve, x: Axis, y: Axis) {
    let paint = Paint::Series(curve.index);
    let mut run: Vec<At> = Vec::new();
    let mut dash = Dash::Solid;
    let mut lonely = false;
    for (value, point) in &curve.points {
        let at = match shown(point, METRIC) {
            Shown::Value(v, _) => (x.at(*value), y.within(v)),
            other => {
                finish_run(canvas, &mut run, Stroke(paint, 2.0, dash), lonely);
                lonely = false;
                // A missing point has its cross in the strip above.
                if let Shown::Withheld(v) = other {
                    ring(canvas, (x.at(*value), y.within(v)), paint);
                }
                continue;
            }
        };
        let next = if point.fits_quotas { Dash::Solid } else { Dash::Dashed };
        match run.last().copied() {
            None => lonely = true,
            Some(last) if next != dash => {
                canvas.line(&run, Stroke(paint, 2.0, dash));
                run = vec![last];
                lonely = false;
            }
            Some(_) => lonely = false,
        }
        dash = next;
        run.push(at);
    }
    finish_run(canvas, &mut run, Stroke(paint, 2.0, dash), lonely);
}

fn finish_run(canvas: &Canvas, run: &mut Vec<At>, stroke: Stroke, lonely: bool) {
    canvas.line(run, stroke);
    if let (true, Some(at)) = (lonely, run.last()) {
        canvas.dot(*at, 3.0, stroke.0);
    }
    run.clear();
}

fn ring(canvas: &Canvas, at: At, paint: Paint) {
    canvas.dot(at, 4.0, paint);
    canvas.dot(at, 2.4, Paint::Page);
}

/// Height of the strip above the curves that holds the crosses of points without a steady state.
fn strip(sweep: &Sweep) -> f64 {
    let most = missing(sweep).values().map(Vec::len).max().unwrap_or(0);
    if most == 0 { 0.0 } else { CROSS * most.min(8) as f64 + 6.0 }
}

/// The options without a value to show, by the place on the axis (as ordered bits).
fn missing(sweep: &Sweep) -> BTreeMap<u64, Vec<u8>> {
    let mut out: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for curve in &sweep.curves {
        for (value, _) in curve.points.iter().filter(|(_, p)| shown(p, METRIC) == Shown::Missing) {
            out.entry(value.to_bits()).or_default().push(curve.index);
        }
    }
    out
}

fn crosses(canvas: &Canvas, sweep: &Sweep, x: Axis) {
    let missing = missing(sweep);
    let Some(first) = missing.keys().next() else { return };
    // Left of the first cross, or at the right of the strip where that is too near the axis.
    let (at, tie) = match x.at(f64::from_bits(*first)) {
        at if at > LEFT + 200.0 => (at - 12.0, Tie::Right),
        _ => (LEFT + 6.0, Tie::Left),
    };
    let words = "no steady state, or no answer";
    canvas.boxed((at, TOP + 5.0), words, tie, Type::plain(11.0, Paint::Muted));
    for (value, options) in missing {
        for (i, index) in options.iter().take(8).enumerate() {
            let at = (x.at(f64::from_bits(value)), TOP + 5.0 + CROSS * i as f64);
            canvas.cross(at, 3.0, Paint::Series(*index));
        }
    }
}

/// Option numbers at the right ends of the curves.
fn ends(canvas: &Canvas, sweep: &Sweep, x: Axis, y: Axis) {
    let last = |c: &Curve| {
        c.points.iter().rev().find_map(|(v, p)| match shown(p, METRIC) {
            Shown::Value(value, _) => Some((x.at(*v), y.within(value))),
            _ => None,
        })
    };
    let tips: Vec<(&Curve, At)> = sweep.curves.iter().filter_map(|c| last(c).map(|at| (c, at))).collect();
    let mut heights: Vec<f64> = tips.iter().map(|(_, at)| at.1).collect();
    push_apart(&mut heights, 12.0, TOP + strip(sweep) + 4.0, BOTTOM - 4.0);
    for ((curve, at), height) in tips.iter().zip(heights) {
        canvas.boxed((at.0 + 7.0, height), &curve.number, Tie::Left, Type::bold(11.0, Paint::Series(curve.index)));
    }
}

/// Where quotas stop the options, and where the reader wants to be, as labelled verticals.
fn ceilings(canvas: &Canvas, results: &Results, sweep: &Sweep, x: Axis) {
    let mut lanes = Lanes::new(3, 2.0, WIDTH - 2.0);
    if let Some(own) = wanted(results, sweep) {
        let at = x.at(own);
        canvas.line(&[(at, TOP - 6.0), (at, BOTTOM)], Stroke(Paint::Ink, 1.6, Dash::Solid));
        let words = format!("your {} services", text::count(own));
        over(canvas, &mut lanes, at, TOP - 13.0, (&words, ""), Paint::Ink);
    }
    if sweep.axis != "services" {
        return;
    }
    let mut stops: BTreeMap<(u32, bool), Vec<String>> = BTreeMap::new();
    for curve in &sweep.curves {
        let Some(option) = results.options.get(usize::from(curve.index)) else { continue };
        for (kind, traffic) in [("structure", false), ("traffic", true)] {
            let mine = results.ceilings.iter().filter(|c| c.option == option.name && c.kind == kind);
            if let Some(first) = mine.map(|c| c.services).min() {
                stops.entry((first, traffic)).or_default().push(curve.number.clone());
            }
        }
    }
    for ((services, traffic), numbers) in stops {
        if !x.holds(f64::from(services)) {
            continue;
        }
        let at = x.at(f64::from(services));
        canvas.line(&[(at, TOP - 6.0), (at, BOTTOM)], Stroke(Paint::Muted, 1.1, Dash::Dotted));
        let who = match numbers.len() {
            n if n == sweep.curves.len() && n > 1 => "all".to_string(),
            1 => format!("option {}", numbers[0]),
            _ => format!("options {}", numbers.join(", ")),
        };
        let words = if traffic { format!("traffic, {who}") } else { who };
        over(canvas, &mut lanes, at, TOP - 13.0, (&text::count(f64::from(services)), &words), Paint::Muted);
    }
}

/// The legend: every option's p99 at the reader's own number of services.
fn values(canvas: &Canvas, results: &Results, sweep: &Sweep) {
    let own = wanted(results, sweep);
    let entry = |curve: &Curve| {
        let at = |v: f64| curve.points.iter().find(|(x, _)| (x - v).abs() < 0.5);
        let point = own.and_then(at).or(if own.is_none() { curve.points.last() } else { None });
        let (value, interval) = match point.map(|(_, p)| shown(p, METRIC)) {
            Some(Shown::Value(v, Some((low, high)))) => {
                (bold(&measured(v)), format!("{} – {}", text::figure(low), text::figure(high)))
            }
            Some(Shown::Value(v, None)) => (bold(&measured(v)), String::new()),
            Some(Shown::Withheld(_)) => ("withheld".into(), "too few samples".into()),
            Some(Shown::Missing) => ("none".into(), "no steady state".into()),
            None => ("not simulated".into(), String::new()),
        };
        let paint = Paint::Series(curve.index);
        Entry { paint, number: curve.number.clone(), title: curve.title.clone(), values: vec![value, interval] }
    };
    let entries: Vec<Entry> = sweep.curves.iter().map(entry).collect();
    let place = match own {
        Some(own) => format!("p99 at {}", text::count(own)),
        None => "p99 at the right".into(),
    };
    let interval = format!("{:.0} %, ms", results.confidence * 100.0);
    legend(canvas, BOTTOM + 52.0, &[&place, &interval], &entries);
}

/// What rings mean, where there are any.
fn marks(sweep: &Sweep) -> &'static str {
    let mut points = sweep.curves.iter().flat_map(|c| &c.points);
    let withheld = points.any(|(_, p)| matches!(shown(p, METRIC), Shown::Withheld(_)));
    if withheld { "○ too few samples for a p99: not joined to the curve" } else { "" }
}

fn describe(results: &Results, sweep: &Sweep) -> String {
    let own = wanted(results, sweep);
    let value = |curve: &Curve| {
        let (_, point) = curve.points.iter().find(|(x, _)| own.is_none_or(|w| (x - w).abs() < 0.5))?;
        let Shown::Value(v, _) = shown(point, METRIC) else { return None };
        let who = if curve.number.is_empty() { "the system".into() } else { format!("option {}", curve.number) };
        Some(format!("{} for {who}", measured(v)))
    };
    let values: Vec<String> = sweep.curves.iter().filter_map(value).collect();
    let what = format!("The 99th percentile of latency against {}, on a log scale", label_of(&sweep.axis));
    match (own, values.is_empty()) {
        (Some(own), false) => format!("{what}; at {own} services it is {}.", text::list(&values)),
        _ => format!("{what}."),
    }
}

fn label_of(axis: &str) -> &str {
    if axis == "services" { "the number of services" } else { axis }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::results::Point;

    fn draw(change: impl Fn(&mut Point)) -> String {
        let mut results = fixture::five_options();
        results.wanted.services = None;
        results.wanted.objectives.clear();
        results.ceilings.clear();
        results.points.retain(|p| p.option.as_deref() == Some("http-fan-out"));
        results.points.iter_mut().for_each(change);
        latency_p99(&results).unwrap().svg
    }

    fn lines(svg: &str, what: &str) -> usize {
        svg.lines()
            .filter(|l| l.starts_with("<polyline") && l.contains("#0072B2\" stroke-width=\"20\"") && l.contains(what))
            .count()
    }

    #[test]
    fn a_curve_is_dashed_beyond_the_quotas() {
        let svg = draw(|_| {});
        assert_eq!((lines(&svg, "points"), lines(&svg, "dasharray")), (2, 1));
        assert!(svg.contains("dashed beyond") && !svg.contains("no steady state"));
        let svg = draw(|p| p.fits_quotas = true);
        assert_eq!((lines(&svg, "points"), lines(&svg, "dasharray")), (1, 0));
    }

    #[test]
    fn an_unstable_point_breaks_the_curve_and_its_band() {
        let svg = draw(|p| {
            p.fits_quotas = true;
            p.stable = p.services != Some(60);
        });
        assert_eq!(lines(&svg, "points"), 2);
        assert_eq!(svg.matches("<polygon").count(), 2);
        assert!(svg.contains("no steady state"));
    }

    #[test]
    fn the_legend_tells_the_value_at_the_wanted_services() {
        let chart = latency_p99(&fixture::five_options()).unwrap();
        assert!(chart.svg.contains("p99 at 60") && chart.svg.contains("your 60 services"));
        assert!(chart.description.contains("at 60 services it is 99.1 ms for option 1"), "{}", chart.description);
    }
}
