//! The chart `goodput`: what comes out of what goes in.

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Canvas, Dash, Part, Stroke, Tie};
use super::label::{Entry, HEADING, Lanes, WIDTH, legend, legend_height, over};
use super::plot::{Along, Plot, Reference, Series};
use super::select::{Shown, Sweep, shown, sweep};
use super::style::Paint;
use super::text::{self, bold};
use super::tips::{Taken, Tip, tips};
use super::{Chart, Face, runs};
use crate::results::{Point, Results};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 52.0;
const TOP: f64 = HEADING + 26.0;
const BOTTOM: f64 = TOP + 250.0;

const OFFERED: &str = "offered requests/s";
const SUCCESSFUL: &str = "successful requests/s";

struct Line {
    index: u8,
    number: String,
    title: String,
    /// In rising order of what is offered.
    points: Vec<Rates>,
}

/// Offered, successful, and the interval of the latter.
type Rates = (f64, f64, Option<(f64, f64)>);

/// Successful against offered requests per second for every option, with the diagonal on which nothing is lost and the account
/// throttle. `None` only without any point.
#[must_use]
pub fn goodput(results: &Results) -> Option<Chart> {
    if results.points.is_empty() {
        return None;
    }
    let sweep = sweep(results);
    let other = if sweep.other.is_empty() { String::new() } else { format!(" at {}", sweep.other) };
    let lines = lines(sweep);
    let throttle = throttle(results);
    let face = Face {
        name: "goodput",
        title: "What comes out of what goes in".into(),
        subtitle: format!("successful against offered requests per second{other}; {}", runs(results)),
        description: describe(&lines, throttle),
    };
    let most = lines.iter().flat_map(|l| l.points.iter().map(|p| p.0.max(p.1))).fold(0.0, f64::max);
    if most <= 0.0 {
        return Some(face.empty("no point has both an offered and a successful rate"));
    }
    let (x, y) = axes(&lines, most);
    Some(face.chart((WIDTH, BOTTOM + 52.0 + legend_height(lines.len())), |canvas| {
        canvas.part(Part::Plot, || inside(canvas, &lines, throttle, x, y));
        let limit = throttle.map(|at| Reference { axis: "x", at, text: "account throttle".into(), kind: "limit" });
        canvas.plot(Plot {
            x: Some(Along::new(x, OFFERED, false)),
            y: Some(Along::new(y, SUCCESSFUL, false)),
            series: lines.iter().map(|line| Series::named(line.index, "offered", "goodput")).collect(),
            lines: limit.into_iter().collect(),
            ..Plot::default()
        });
        let entries: Vec<Entry> = lines.iter().map(entry).collect();
        legend(canvas, BOTTOM + 52.0, &["most offered", "comes out", "share"], &entries);
    }))
}

fn inside(canvas: &Canvas, lines: &[Line], throttle: Option<f64>, x: Axis, y: Axis) {
    frame(canvas, x, y, OFFERED);
    canvas.text((LEFT - 50.0, TOP - 13.0), SUCCESSFUL, Tie::Left, super::axis::TICK);
    diagonal(canvas, x, y);
    if let Some(limit) = throttle.filter(|l| x.holds(*l)) {
        let at = x.at(limit);
        canvas.line(&[(at, TOP - 6.0), (at, BOTTOM)], Stroke(Paint::Limit, 1.3, Dash::Dashed));
        let mut lanes = Lanes::new(1, 150.0, WIDTH - 2.0);
        over(canvas, &mut lanes, at, TOP - 13.0, (&text::count(limit), "account throttle"), Paint::Limit);
    }
    for (i, line) in lines.iter().enumerate() {
        canvas.part(Part::Option(line.index), || curve(canvas, line, lines.len() - 1 - i, x, y));
    }
    ends(canvas, lines, x, y);
}

/// Linear from 0, since what matters happens at the top; logarithmic where so little comes out that a line would lie on the axis.
fn axes(lines: &[Line], most: f64) -> (Axis, Axis) {
    let good = lines.iter().flat_map(|l| l.points.iter().map(|p| p.1)).fold(0.0, f64::max);
    if good > 0.0 && most / good > 15.0 {
        let least = |of: fn(&Rates) -> f64| {
            let values = lines.iter().flat_map(|l| l.points.iter().map(of)).filter(|v| *v > 0.0);
            values.fold(f64::INFINITY, f64::min)
        };
        let x = Axis::new(Scale::Log, Unit::Number, (least(|p| p.0), most), (LEFT, RIGHT));
        return (x, Axis::new(Scale::Log, Unit::Number, (least(|p| p.1) / 1.2, good * 1.5), (BOTTOM, TOP)));
    }
    let x = Axis::new(Scale::Linear, Unit::Number, (0.0, most * 1.02), (LEFT, RIGHT));
    (x, Axis::new(Scale::Linear, Unit::Number, (0.0, if good > 0.0 { good * 1.12 } else { most }), (BOTTOM, TOP)))
}

/// Where all that is offered succeeds, as far as both axes reach.
fn diagonal(canvas: &Canvas, x: Axis, y: Axis) {
    let (low, high) = (x.range().0.max(y.range().0), x.range().1.min(y.range().1));
    if low < high {
        let stroke = Stroke(Paint::Muted, 1.3, Dash::Dotted);
        canvas.line(&[(x.at(low), y.at(low)), (x.at(high), y.at(high))], stroke);
    }
}

fn rates(point: &Point) -> Option<Rates> {
    // An unstable point still has honest rates: what came in and what went out in the window.
    let value = |metric: &str| point.metrics.get(metric).and_then(|e| e.value).filter(|v| v.is_finite() && *v >= 0.0);
    let interval = match shown(point, "rate.goodput") {
        Shown::Value(_, interval) => interval,
        _ => None,
    };
    Some((value("rate.offered")?, value("rate.goodput")?, interval))
}

fn lines(sweep: Sweep) -> Vec<Line> {
    let curves = sweep.curves.into_iter().map(|c| {
        let mut points: Vec<_> = c.points.iter().filter_map(|(_, p)| rates(p)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Line { index: c.index, number: c.number, title: c.title, points }
    });
    curves.filter(|l| !l.points.is_empty()).collect()
}

/// The account's throttle in requests per second, where the ladder has it.
fn throttle(results: &Results) -> Option<f64> {
    let rungs = results.ceilings.iter().filter(|c| c.kind == "traffic" && c.quota.ends_with("throttle-rate"));
    rungs.map(|c| c.limit).filter(|l| l.is_finite() && *l > 0.0).min_by(f64::total_cmp)
}

/// `later` lines will be drawn over this one: it is the wider, so that lines on top of each other show as stripes.
fn curve(canvas: &Canvas, line: &Line, later: usize, x: Axis, y: Axis) {
    let paint = Paint::Series(line.index);
    let banded = || line.points.iter().filter_map(|(offered, _, i)| i.map(|(low, high)| (*offered, low, high)));
    let mut band: Vec<At> = banded().map(|(offered, _, high)| (x.at(offered), y.within(high))).collect();
    let lower: Vec<At> = banded().map(|(offered, low, _)| (x.at(offered), y.within(low))).collect();
    band.extend(lower.into_iter().rev());
    canvas.polygon(&band, paint, 0.18);
    let points: Vec<At> = line.points.iter().map(|(offered, good, _)| (x.at(*offered), y.within(*good))).collect();
    canvas.line(&points, Stroke(paint, 1.8 + 1.1 * later.min(4) as f64, Dash::Solid));
    if let [only] = points[..] {
        canvas.dot(only, 3.0, paint);
    }
}

fn ends(canvas: &Canvas, lines: &[Line], x: Axis, y: Axis) {
    let tip = |line: &Line| {
        let (offered, good, _) = line.points.last()?;
        Some(Tip { at: (x.at(*offered), y.within(*good)), index: line.index, number: line.number.clone() })
    };
    tips(canvas, lines.iter().filter_map(tip).collect(), &Taken::default(), (TOP + 4.0, BOTTOM - 4.0));
}

fn entry(line: &Line) -> Entry {
    let (offered, good, _) = line.points.last().copied().unwrap_or_default();
    let share = if offered > 0.0 { format!("{:.1} %", 100.0 * good / offered) } else { "–".into() };
    Entry {
        paint: Paint::Series(line.index),
        number: line.number.clone(),
        title: line.title.clone(),
        values: vec![format!("{}/s", text::number(offered)), bold(&format!("{}/s", text::number(good))), share],
    }
}

fn describe(lines: &[Line], throttle: Option<f64>) -> String {
    let value = |line: &Line| {
        let (offered, good, _) = line.points.last()?;
        let who = if line.number.is_empty() { "the system".into() } else { format!("option {}", line.number) };
        Some(format!("{who} answers {} of {}", text::number(*good), text::number(*offered)))
    };
    let values: Vec<String> = lines.iter().filter_map(value).collect();
    let limit = throttle.map_or_else(String::new, |t| format!(" The account throttle is {}/s.", text::count(t)));
    format!(
        "Successful against offered requests per second; at the largest load offered to it, {}.{limit}",
        text::list(&values)
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn the_throttle_is_the_lowest_rate_and_no_other_limit() {
        let mut results = fixture::five_options();
        assert_eq!(throttle(&results), Some(10_000.0));
        results.ceilings.retain(|c| c.kind == "structure");
        assert_eq!(throttle(&results), None);
    }

    #[test]
    fn an_overload_that_drowns_the_goodput_is_drawn_on_logarithms() {
        let line = |most| Line {
            index: 0,
            number: String::new(),
            title: String::new(),
            points: vec![(50.0, 50.0, None), (most, 9_000.0, None)],
        };
        assert_eq!(axes(&[line(10_000.0)], 10_000.0).0.range().0, 0.0);
        assert_eq!(axes(&[line(150_000.0)], 150_000.0).0.range().0, 50.0);
    }

    #[test]
    fn unstable_points_still_have_rates() {
        let results = fixture::five_options();
        let all = lines(sweep(&results));
        assert!(all.iter().all(|l| l.points.len() == 12));
    }
}
