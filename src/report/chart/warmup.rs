//! The chart `warmup`: how the operating point fills from an empty start in pilots, and where measuring begins.

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Canvas, Dash, Stroke};
use super::label::{Entry, HEADING, Lanes, WIDTH, legend, legend_height, over};
use super::select::title_of;
use super::style::Paint;
use super::text::{bold, clean, latency, number};
use super::{Chart, Face};
use crate::results::{PilotCurve, Pilots, Results};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 12.0;
/// Room above the plot for the labels of the marks.
const TOP: f64 = HEADING + 36.0;
const BOTTOM: f64 = TOP + 220.0;

/// The mean over the pilots of each option on a logarithmic axis of time since the start, where MSER-5 cuts each, the floor and
/// the cut in force. `None` where the results hold no pilots: they do only where they were asked for.
#[must_use]
pub fn warmup(results: &Results) -> Option<Chart> {
    let pilots = results.warmup.as_ref()?;
    let cut = latency(1e3 * pilots.cut_s);
    let face = Face {
        name: "warmup",
        title: "Where measuring begins".into(),
        subtitle: format!("{}, mean over {} pilots started empty", pilots.watched, number(f64::from(pilots.number))),
        description: describe(results, pilots, &cut),
    };
    let drawn: Vec<(Paint, &PilotCurve)> =
        pilots.curves.iter().map(|curve| (paint(results, curve), curve)).filter(|(_, c)| !c.mean.is_empty()).collect();
    if drawn.is_empty() {
        return Some(face.empty("no option needs pilots: the warm-up is given, or theory decides the point"));
    }
    let first = drawn.iter().map(|(_, curve)| curve.step_s).fold(f64::INFINITY, f64::min);
    let last = drawn.iter().map(|(_, curve)| curve.step_s * curve.mean.len() as f64).fold(pilots.cut_s, f64::max);
    let highest = drawn.iter().flat_map(|(_, curve)| &curve.mean).copied().fold(0.0, f64::max);
    let x = Axis::new(Scale::Log, Unit::Latency, (1e3 * first, 1.1e3 * last), (LEFT, RIGHT));
    let y = Axis::new(Scale::Linear, Unit::Number, (0.0, 1.1 * highest), (BOTTOM, TOP));
    let height = BOTTOM + 52.0 + legend_height(drawn.len());
    Some(face.chart((WIDTH, height), |canvas| {
        frame(canvas, x, y, "time since the empty start");
        for (paint, curve) in &drawn {
            let place = |(i, level): (usize, &f64)| (x.at(1e3 * curve.step_s * (i + 1) as f64), y.at(*level));
            let line: Vec<At> = curve.mean.iter().enumerate().map(place).collect();
            canvas.line(&line, Stroke(*paint, 1.4, Dash::Solid));
        }
        marks(canvas, pilots, x);
        for (paint, curve) in &drawn {
            settled(canvas, curve, *paint, x, y);
        }
        let entries: Vec<Entry> = drawn.iter().map(|(paint, curve)| entry(results, curve, *paint)).collect();
        legend(canvas, BOTTOM + 52.0, &["MSER-5 cut"], &entries);
    }))
}

/// The floor and the cut in force as vertical lines; one where they are the same.
fn marks(canvas: &Canvas, pilots: &Pilots, x: Axis) {
    let mut lanes = Lanes::new(2, LEFT, RIGHT);
    let mut mark = |seconds: f64, words: &str, paint: Paint, dash: Dash| {
        let at = x.within(1e3 * seconds);
        canvas.line(&[(at, TOP - 4.0), (at, BOTTOM)], Stroke(paint, 1.6, dash));
        over(canvas, &mut lanes, at, TOP - 12.0, (&latency(1e3 * seconds), words), paint);
    };
    let floor = pilots.floor_s.filter(|floor| *floor < pilots.cut_s);
    mark(
        pilots.cut_s,
        if floor.is_some() { "measured from here" } else { "floor: measured from here" },
        Paint::Limit,
        Dash::Solid,
    );
    if let Some(floor) = floor.filter(|floor| *floor > 0.0) {
        mark(floor, "floor", Paint::Muted, Dash::Dashed);
    }
}

/// A diamond where MSER-5 cuts a curve; at its start where it cuts nothing away.
fn settled(canvas: &Canvas, curve: &PilotCurve, paint: Paint, x: Axis, y: Axis) {
    let Some(seconds) = curve.settled_s else { return };
    let index = ((seconds / curve.step_s).round() as usize).clamp(1, curve.mean.len()) - 1;
    canvas.diamond((x.within(1e3 * seconds), y.at(curve.mean[index])), 5.0, paint);
}

fn paint(results: &Results, curve: &PilotCurve) -> Paint {
    let index = results.options.iter().position(|option| Some(&option.name) == curve.option.as_ref());
    Paint::Series(index.and_then(|index| u8::try_from(index).ok()).unwrap_or(0))
}

fn entry(results: &Results, curve: &PilotCurve, paint: Paint) -> Entry {
    let index = results.options.iter().position(|option| Some(&option.name) == curve.option.as_ref());
    Entry {
        paint,
        number: index.map_or_else(String::new, |index| (index + 1).to_string()),
        title: title_of(results, curve.option.as_deref()),
        values: vec![bold(&cut_words(curve))],
    }
}

fn cut_words(curve: &PilotCurve) -> String {
    curve.settled_s.map_or_else(|| "none found".into(), |seconds| latency(1e3 * seconds))
}

fn describe(results: &Results, pilots: &Pilots, cut: &str) -> String {
    let each = pilots
        .curves
        .iter()
        .map(|curve| format!("{}: {}", clean(&title_of(results, curve.option.as_deref())), cut_words(curve)));
    let each: Vec<String> = each.collect();
    format!("Measuring begins {cut} after the empty start; where MSER-5 cuts the pilots: {}.", each.join(", "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn results(floor_s: Option<f64>, settled_s: Option<f64>) -> Results {
        let mut results = fixture::five_options();
        let mean = (1..=200).map(|i| 16.0 * (1.0 - (-f64::from(i) / 8.0).exp())).collect();
        let option = Some(results.options[1].name.clone());
        let curves = vec![PilotCurve { option, step_s: 0.025, mean, settled_s }];
        results.warmup =
            Some(Pilots { watched: "requests in the system".into(), number: 10, cut_s: 0.5, floor_s, curves });
        results
    }

    #[test]
    fn the_floor_and_the_cut_are_marked() {
        assert_eq!(warmup(&fixture::five_options()), None);
        let both = warmup(&results(Some(0.25), Some(0.5))).unwrap();
        assert!(both.svg.contains("measured from here") && both.svg.contains("</tspan> floor"));
        assert!(both.description.starts_with("Measuring begins 500 ms after"), "{}", both.description);
        let one = warmup(&results(Some(0.5), Some(0.125))).unwrap();
        assert!(one.svg.contains("floor: measured from here"));
        let closed = warmup(&results(None, None)).unwrap();
        assert!(closed.svg.contains("none found") && !closed.svg.contains("NaN"));
    }

    #[test]
    fn no_pilots_are_said() {
        let mut results = results(Some(0.5), None);
        results.warmup.as_mut().unwrap().curves.clear();
        assert!(warmup(&results).unwrap().svg.contains("Nothing to show: no option needs pilots"));
    }
}
