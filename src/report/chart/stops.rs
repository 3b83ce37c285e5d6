//! What stops the options along the axis of the latency chart: the reader's own place, ceilings, and where requests are throttled.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::canvas::{At, Canvas, Dash, Stroke, Tie, Type};
use super::label::{Lanes, WIDTH, over};
use super::plot::{Along, Plot, Reference, Series};
use super::select::Sweep;
use super::style::Paint;
use super::text;
use crate::results::{Point, Results};

/// Share of refused requests above which a point counts as throttled; below it bursts are meant to be caught.
const THROTTLED: f64 = 0.001;

/// The reader's own place on the axis.
#[must_use]
pub fn wanted(results: &Results, sweep: &Sweep) -> Option<f64> {
    let own = match sweep.axis.as_str() {
        "services" => results.wanted.services.map(f64::from),
        field => results.wanted.axes.get(field).copied(),
    };
    own.filter(|w| w.is_finite() && *w > 0.0)
}

/// Whether the account's or a stage's throttle refuses a share of the requests there that counts.
#[must_use]
pub fn throttled(point: &Point) -> bool {
    point.metrics.get("outcome.throttled").and_then(|e| e.value).is_some_and(|share| share > THROTTLED)
}

/// Whether the point lies beyond today's quotas, of structure or of traffic.
#[must_use]
pub fn beyond(point: &Point) -> bool {
    !point.fits_quotas || throttled(point)
}

/// Draws where quotas stop the options and where the reader wants to be, as labelled verticals between two heights; gives their
/// pixels.
pub fn verticals(canvas: &Canvas, results: &Results, sweep: &Sweep, x: Axis, (top, bottom): At) -> Vec<f64> {
    let mut lanes = Lanes::new(3, 2.0, WIDTH - 2.0);
    let mut drawn = Vec::new();
    if let Some(own) = wanted(results, sweep).filter(|w| x.holds(*w)) {
        let at = x.at(own);
        canvas.line(&[(at, top - 6.0), (at, bottom)], Stroke(Paint::Ink, 1.6, Dash::Solid));
        let words = match (sweep.axis.as_str(), own) {
            ("services", 1.0) => "your 1 service".into(),
            ("services", _) => format!("your {} services", text::count(own)),
            _ => format!("yours: {}", text::number(own)),
        };
        over(canvas, &mut lanes, at, top - 13.0, (&words, ""), Paint::Ink);
        drawn.push(at);
    }
    if sweep.axis != "services" {
        return drawn;
    }
    for ((services, traffic), numbers) in stops(results, sweep) {
        if !x.holds(f64::from(services)) {
            continue;
        }
        let at = x.at(f64::from(services));
        canvas.line(&[(at, top - 6.0), (at, bottom)], Stroke(Paint::Muted, 1.1, Dash::Dotted));
        let who = match numbers.len() {
            n if n == sweep.curves.len() && n > 1 => "all".to_string(),
            1 => format!("option {}", numbers[0]),
            _ => format!("options {}", numbers.join(", ")),
        };
        let words = if traffic { format!("traffic, {who}") } else { who };
        over(canvas, &mut lanes, at, top - 13.0, (&text::count(f64::from(services)), &words), Paint::Muted);
        drawn.push(at);
    }
    drawn
}

/// The p99 of a sweep as data: the curves, where quotas stop options, the reader's own place and the objective in ms.
#[must_use]
pub fn explored(results: &Results, sweep: &Sweep, (x, y): (Axis, Axis), bound: Option<f64>) -> Plot {
    let limit = |at| Reference { axis: "y", at, text: format!("objective {}", text::latency(at)), kind: "limit" };
    Plot {
        x: Some(Along::new(x, &sweep.words(results), true)),
        y: Some(Along::new(y, "p99", false)),
        series: sweep
            .curves
            .iter()
            .map(|c| Series { dashed: "beyond", ..Series::named(c.index, "places", "p99") })
            .collect(),
        lines: references(results, sweep).into_iter().chain(bound.map(limit)).collect(),
        ..Plot::default()
    }
}

/// The same verticals as data.
fn references(results: &Results, sweep: &Sweep) -> Vec<Reference> {
    let own = wanted(results, sweep).map(|at| Reference { axis: "x", at, text: "yours".into(), kind: "own" });
    let stops = if sweep.axis == "services" { stops(results, sweep) } else { BTreeMap::new() };
    let stop = |((services, traffic), numbers): ((u32, bool), Vec<String>)| {
        let (what, who) = (if traffic { "traffic " } else { "" }, numbers.join(", "));
        Reference { axis: "x", at: f64::from(services), text: format!("{what}{who}"), kind: "stop" }
    };
    own.into_iter().chain(stops.into_iter().map(stop)).collect()
}

/// The options' numbers by the services at which their first quota stops them, structure and traffic apart. Ceilings of traffic
/// hold at the reader's own rate, hence not for another combination of axes.
fn stops(results: &Results, sweep: &Sweep) -> BTreeMap<(u32, bool), Vec<String>> {
    let mut stops: BTreeMap<(u32, bool), Vec<String>> = BTreeMap::new();
    for curve in &sweep.curves {
        let Some(option) = results.options.get(usize::from(curve.index)) else { continue };
        for (kind, traffic) in [("structure", false), ("traffic", true)] {
            if traffic && !sweep.other.is_empty() {
                continue;
            }
            let mine = results.ceilings.iter().filter(|c| c.option == option.name && c.kind == kind);
            if let Some(first) = mine.map(|c| c.services).min() {
                stops.entry((first, traffic)).or_default().push(curve.number.clone());
            }
        }
    }
    stops
}

/// Says, where requests are throttled, that the curves show the answered ones only: refusals are quick and relieve the services,
/// so that a curve may fall there. `marks` are the pixels of the curves and `objective` a height, which the words avoid.
pub fn throttle_note(canvas: &Canvas, sweep: &Sweep, x: Axis, marks: &[At], objective: Option<f64>, (top, bottom): At) {
    const LINES: [&str; 3] = ["beyond: throttled,", "only the answered", "ones are shown"];
    const HIGH: f64 = 14.0;
    let points = sweep.curves.iter().flat_map(|c| &c.points).filter(|(_, p)| throttled(p));
    let Some(first) = points.map(|(v, _)| *v).min_by(f64::total_cmp) else { return };
    let look = Type::plain(11.0, Paint::Muted);
    let wide = LINES.map(|l| text::width(l, look.size, false)).into_iter().fold(0.0, f64::max);
    // Right of where it begins, or as far right as there is room.
    let from = (x.at(first) + 7.0).min(x.ends().1 - wide - 4.0);
    let free = |height: f64| {
        let near = |y: f64| (y - (height + HIGH)).abs() < HIGH * 1.9;
        let under = |at: f64| (from - 8.0..from + wide + 8.0).contains(&at);
        objective.is_none_or(|y| !near(y)) && marks.iter().all(|(at, y)| !under(*at) || !near(*y))
    };
    let places = || (0..).map(|i| top + 10.0 + 4.0 * f64::from(i)).take_while(|y| *y < bottom - 38.0);
    let height = places().find(|y| free(*y)).unwrap_or(top + 10.0);
    for (i, line) in LINES.iter().enumerate() {
        canvas.boxed((from, height + HIGH * i as f64), line, Tie::Left, look);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::super::select::sweep;
    use super::*;
    use crate::results::Estimate;

    #[test]
    fn a_point_may_be_beyond_by_structure_or_by_traffic() {
        let mut point = Point { fits_quotas: true, ..Point::default() };
        assert!(!beyond(&point));
        for (share, over) in [(0.0, false), (0.001, false), (0.002, true)] {
            let estimate = Estimate { value: Some(share), low: None, high: None };
            point.metrics.insert("outcome.throttled".into(), estimate);
            assert_eq!(beyond(&point), over);
        }
        assert!(beyond(&Point::default()));
    }

    #[test]
    fn stops_gather_the_options_and_know_their_rate() {
        let mut results = fixture::five_options();
        let of = |results: &Results| stops(results, &sweep(results));
        let here = of(&results);
        assert_eq!(here[&(50, false)], ["1", "4", "5"]);
        assert_eq!(here[&(200, true)].len(), 5);
        results.wanted.axes.clear();
        assert!(!of(&results).keys().any(|(_, traffic)| *traffic));
    }
}
