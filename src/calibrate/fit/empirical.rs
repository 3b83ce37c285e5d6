//! The measured quantile curve with few knots: what stands in for a law where none fits.

use super::sample::Sample;
use crate::random::Distribution;

/// Greatest relative error of the curve against the measured one, where the knots suffice.
const TOLERANCE: f64 = 0.004;
/// Most knots; more make the tolerance grow until they do.
const MOST_KNOTS: usize = 160;
/// Cells that the curve is drawn through.
const CELLS: usize = 4096;
/// Decimals of a knot's probability: that of one time in ten billion.
const DECIMALS: f64 = 1e10;

/// The curve, from the lower end of the first cell to the upper end of the last, or to the greatest time that was cut off: nothing is
/// claimed of longer times. `None` without times.
pub(super) fn curve(sample: &Sample) -> Option<Distribution> {
    let points = points(&sample.joined(CELLS));
    let mut tolerance = TOLERANCE;
    loop {
        let knots = simplified(&points, tolerance);
        if knots.len() <= MOST_KNOTS {
            return Distribution::quantiles(knots).ok();
        }
        tolerance *= 1.5;
    }
}

/// Every corner of the measured quantile function: straight inside a cell, steep between cells that do not touch.
fn points(sample: &Sample) -> Vec<(f64, f64)> {
    let n = sample.all();
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut below = 0.0;
    for bin in &sample.bins {
        let p = (below / n * DECIMALS).round() / DECIMALS;
        match points.last() {
            None => points.push((0.0, bin.low)),
            // The way up between two cells takes the smallest step of probability that is written.
            Some(&(last, value)) if bin.low > value => points.push((p.max(last) + 1.0 / DECIMALS, bin.low)),
            Some(_) => {}
        }
        below += bin.mass;
        let p = (below / n * DECIMALS).round() / DECIMALS;
        if points.last().is_some_and(|(last, _)| p > *last) {
            points.push((p.min(1.0), bin.high));
        }
    }
    // What was cut off beyond all cells lasted at least so long.
    if sample.beyond() > 0.0
        && let Some(&(last, value)) = points.last()
        && last < 1.0
    {
        points.push(((last + 1.0 / DECIMALS).min(1.0), sample.end().max(value)));
        points.push((1.0, sample.end().max(value)));
        points.dedup_by(|next, kept| next.0 <= kept.0);
    }
    points
}

/// As few of `points` as keep every straight line between two kept ones within `tolerance` of those between, greedily.
fn simplified(points: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let Some(&first) = points.first() else { return Vec::new() };
    let mut kept = vec![first];
    let mut from = 0;
    while from + 1 < points.len() {
        let mut to = from + 1;
        // Slopes from the knot that stay within the tolerance of every point passed.
        let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
        for next in from + 1..points.len() {
            let (width, rise) = (points[next].0 - points[from].0, points[next].1 - points[from].1);
            let slope = rise / width;
            if slope >= least && slope <= most {
                to = next;
            }
            let slack = tolerance * points[next].1 / width;
            (least, most) = (least.max(slope - slack), most.min(slope + slack));
            if least > most {
                break;
            }
        }
        kept.push(points[to]);
        from = to;
    }
    kept
}
