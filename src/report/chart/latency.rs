//! The chart `latency-p99`: what callers feel as services are added.

use std::collections::BTreeMap;

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Canvas, Dash, Part, Stroke, Tie, Type};
use super::label::{Entry, HEADING, WIDTH, legend, legend_height};
use super::select::{Curve, Shown, Sweep, objective, shown, sweep};
use super::stops::{beyond, explored, throttle_note, verticals, wanted};
use super::style::Paint;
use super::text::{self, bold, latency, measured};
use super::tips::{Taken, Tip, tips};
use super::{Chart, Face, runs};
use crate::results::{Point, Results};

const METRIC: &str = "latency.p99";
const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 52.0;
const TOP: f64 = HEADING + 44.0;
const BOTTOM: f64 = TOP + 262.0;
/// Distance of crosses above each other.
const CROSS: f64 = 10.0;

/// p99 against services (or against another axis where services do not vary) for every option: bands, dashes beyond today's
/// quotas, ceilings, objective and the reader's own number. `None` with fewer than two places on the axis.
#[must_use]
pub fn latency_p99(results: &Results) -> Option<Chart> {
    let sweep = sweep(results);
    let mut places = sweep.curves.iter().flat_map(|c| c.points.iter().map(|p| p.0));
    let first = places.next()?;
    if places.all(|v| v == first) {
        return None;
    }
    let face = face(results, &sweep);
    let Some((x, y)) = axes(results, &sweep) else {
        return Some(face.empty("no point has a steady state and enough samples for a p99"));
    };
    let marks = marks(&sweep);
    let height = BOTTOM + 52.0 + legend_height(sweep.curves.len()) + if marks.is_empty() { 0.0 } else { 22.0 };
    Some(face.chart((WIDTH, height), |canvas| {
        canvas.part(Part::Plot, || inside(canvas, results, &sweep, x, y));
        canvas.plot(explored(results, &sweep, (x, y), objective(results, METRIC)));
        values(canvas, results, &sweep);
        if !marks.is_empty() {
            let at = (2.0, BOTTOM + 56.0 + legend_height(sweep.curves.len()));
            canvas.text(at, marks, Tie::Left, Type::plain(11.0, Paint::Muted));
        }
    }))
}

fn inside(canvas: &Canvas, results: &Results, sweep: &Sweep, x: Axis, y: Axis) {
    frame(canvas, x, y, &sweep.words(results));
    let verticals = verticals(canvas, results, sweep, x, (TOP, BOTTOM));
    let bound = objective(results, METRIC).filter(|b| y.holds(*b));
    if let Some(at) = bound.map(|b| y.at(b)) {
        canvas.line(&[(LEFT, at), (RIGHT, at)], Stroke(Paint::Limit, 1.5, Dash::Dashed));
    }
    for paint in [band, line] {
        for curve in &sweep.curves {
            canvas.part(Part::Option(curve.index), || paint(canvas, curve, x, y));
        }
    }
    crosses(canvas, sweep, x);
    ends(canvas, sweep, x, y, verticals);
    if let Some(bound) = bound {
        let words = format!("objective {}", latency(bound));
        canvas.boxed((LEFT + 6.0, y.at(bound) - 10.0), &words, Tie::Left, Type::bold(11.0, Paint::Limit));
    }
    let (inside, height) = ((TOP + strip(sweep), BOTTOM), bound.map(|b| y.at(b)));
    throttle_note(canvas, sweep, x, &places_drawn(sweep, x, y), height, inside);
}

fn face(results: &Results, sweep: &Sweep) -> Face {
    let outside = sweep.curves.iter().any(|c| c.points.iter().any(|(_, p)| beyond(p)));
    let at = if sweep.other.is_empty() { String::new() } else { format!(" at {}", sweep.other) };
    let dashed = if outside { "; dashed beyond today's quotas" } else { "" };
    let what = match sweep.axis.as_str() {
        "services" => "services are added".into(),
        field => format!("{} changes", text::clean(field.rsplit('.').next().unwrap_or(field)).replace('_', " ")),
    };
    Face {
        name: "latency-p99",
        title: format!("What callers feel as {what}"),
        subtitle: format!("p99{at}{dashed}; {}", runs(results)),
        description: describe(results, sweep),
    }
}

/// The pixels of all values, and of some places on the lines between them.
fn places_drawn(sweep: &Sweep, x: Axis, y: Axis) -> Vec<At> {
    let mut out: Vec<At> = Vec::new();
    for curve in &sweep.curves {
        let mut last: Option<At> = None;
        for (value, point) in &curve.points {
            let (Shown::Value(v, _) | Shown::Withheld(v)) = shown(point, METRIC) else { continue };
            let at = (x.at(*value), y.within(v));
            if let Some((a, b)) = last {
                out.extend([0.25, 0.5, 0.75].map(|t| (a + (at.0 - a) * t, b + (at.1 - b) * t)));
            }
            out.push(at);
            last = Some(at);
        }
    }
    out
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
        let next = if beyond(point) { Dash::Dashed } else { Dash::Solid };
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

/// Option numbers right of the last line or ring of the curves.
fn ends(canvas: &Canvas, sweep: &Sweep, x: Axis, y: Axis, verticals: Vec<f64>) {
    let value = |point: &Point| match shown(point, METRIC) {
        Shown::Value(v, _) | Shown::Withheld(v) => Some(v),
        Shown::Missing => None,
    };
    let last = |c: &Curve| {
        let (at, v) = c.points.iter().rev().find_map(|(at, p)| value(p).map(|v| (*at, v)))?;
        Some(Tip { at: (x.at(at), y.within(v)), index: c.index, number: c.number.clone() })
    };
    let points = sweep.curves.iter().flat_map(|c| &c.points);
    let ring = |(at, p): &(f64, &Point)| match shown(p, METRIC) {
        Shown::Withheld(v) => Some((x.at(*at), y.within(v))),
        _ => None,
    };
    let taken = Taken { verticals, rings: points.filter_map(ring).collect() };
    let between = (TOP + strip(sweep) + 4.0, BOTTOM - 4.0);
    tips(canvas, sweep.curves.iter().filter_map(last).collect(), &taken, between);
}

/// The legend: every option's p99 at the reader's own number of services.
fn values(canvas: &Canvas, results: &Results, sweep: &Sweep) {
    let own = wanted(results, sweep);
    let entry = |curve: &Curve| {
        let at = |v: f64| curve.points.iter().find(|(x, _)| same(*x, v));
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
        Some(own) => format!("p99 at {}", text::number(own)),
        None => "p99 at the right".into(),
    };
    let interval = format!("{:.0} %, ms", results.confidence * 100.0);
    legend(canvas, BOTTOM + 52.0, &[&place, &interval], &entries);
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
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
        let (_, point) = curve.points.iter().find(|(x, _)| own.is_none_or(|w| same(*x, w)))?;
        let Shown::Value(v, _) = shown(point, METRIC) else { return None };
        let who = if curve.number.is_empty() { "the system".into() } else { format!("option {}", curve.number) };
        Some(format!("{} for {who}", measured(v)))
    };
    let values: Vec<String> = sweep.curves.iter().filter_map(value).collect();
    let what = format!("The 99th percentile of latency against {}, on a log scale", label_of(&sweep.axis));
    match (own, values.is_empty()) {
        (Some(own), false) => {
            let unit = if sweep.axis == "services" { " services" } else { "" };
            format!("{what}; at {}{unit} it is {}.", text::number(own), text::list(&values))
        }
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
    use crate::results::Estimate;

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
        assert!(!svg.contains("throttled"));
        let svg = draw(|p| {
            p.fits_quotas = true;
            let share = if p.services > Some(60) { 0.2 } else { 0.0 };
            p.metrics.insert("outcome.throttled".into(), Estimate { value: Some(share), low: None, high: None });
        });
        assert_eq!((lines(&svg, "points"), lines(&svg, "dasharray")), (2, 1));
        assert!(svg.contains("dashed beyond") && svg.contains("only the answered"));
    }

    #[test]
    fn one_place_on_the_axis_is_no_chart() {
        let mut results = fixture::five_options();
        results.points.retain(|p| p.services == Some(60) && p.axes["workload.rate_per_service"] == 50.0);
        assert_eq!(latency_p99(&results), None);
    }

    #[test]
    fn only_an_axis_of_services_is_called_so() {
        let chart = latency_p99(&fixture::hops()).unwrap();
        assert_eq!(chart.title, "What callers feel as rate changes");
        assert!(!chart.svg.contains("services"));
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
