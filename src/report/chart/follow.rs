//! What a chart that is drawn at one place of a sweep shows at every other one: data for the page's slider, no drawing.

use serde::Serialize;

use super::plot::{estimate, precise};
use super::select::{Sweep, places, sweep};
use crate::results::{Estimate, Point, Results};

/// Digits of what follows: a bar of five hundred pixels shows no more.
const DIGITS: usize = 4;

/// What gives way to the values of another place, and these values. The chart draws what gives way inside `Part::Plot`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Follow {
    /// Words of the picture that name its place; those of the slider's take their place.
    pub place: String,
    /// Abscissas of the curves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub x: Vec<f64>,
    /// Abscissas at which a column of the page's table of points has the interval.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<(f64, &'static str)>,
    /// Curves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    /// Rows of stacked bars.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<Bar>,
}

/// A curve of an option.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Curve {
    /// Place among the options, from 0.
    pub option: u8,
    /// Heights over the abscissas at every place; empty where there is no curve, null beyond its ends.
    pub y: Vec<Vec<Option<f64>>>,
    /// Where values are written below the plot: the abscissa, and the right end of the text.
    pub written: Vec<(f64, f64, f64)>,
}

/// A bar of an option.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bar {
    /// Place among the options, from 0.
    pub option: u8,
    /// Upper edge.
    pub top: f64,
    /// From there to the lower one.
    pub height: f64,
    /// What is stacked, from left to right.
    pub segments: Vec<Segment>,
}

/// A part of a bar.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Segment {
    /// For people.
    pub name: String,
    /// Fill of it, and of the number in it.
    pub fill: String,
    /// See there.
    pub ink: String,
    /// Value, lower and upper end at every place, null where there is none; empty ends where there is nowhere one.
    pub mean: [Vec<Option<f64>>; 3],
}

/// The points of an option at every place of the slider; none where nothing is swept over or no option is.
pub fn followed(results: &Results) -> Option<(Sweep<'_>, Vec<f64>)> {
    let sweep = sweep(results);
    let places = places(&sweep);
    (places.len() > 1 && !results.options.is_empty()).then_some((sweep, places))
}

/// The point of an option at every place, none where it has none.
pub fn points<'a>(sweep: &Sweep<'a>, places: &[f64], index: u8) -> Vec<Option<&'a Point>> {
    let curve = sweep.curves.iter().find(|curve| curve.index == index);
    let at = |place: &f64| curve?.points.iter().find(|(value, _)| value == place).map(|(_, point)| *point);
    places.iter().map(at).collect()
}

/// Heights as they are written.
pub fn heights(values: impl Iterator<Item = Option<f64>>) -> Vec<Option<f64>> {
    values.map(|value| value.filter(|v| v.is_finite()).map(|v| precise(v, DIGITS))).collect()
}

/// Means with their ends; no ends at all where nothing has any.
pub fn with_ends(means: &[Option<Estimate>]) -> [Vec<Option<f64>>; 3] {
    let of = |end: fn(&Estimate) -> Option<f64>| heights(means.iter().map(|mean| mean.as_ref().and_then(end)));
    let ends = [
        of(|mean| mean.value),
        of(|mean| mean.low.filter(|_| mean.low != mean.high)),
        of(|mean| mean.high.filter(|_| mean.low != mean.high)),
    ];
    ends.map(|values| if values.iter().all(Option::is_none) { Vec::new() } else { values })
}

/// What a hop adds to the mean of a point, with the interval of the time in it where every request that is counted went through it once.
pub fn mean_of(point: &Point, hop: &str, mean_ms: f64) -> Estimate {
    let measured = estimate(point, &format!("hop.{hop}.sojourn.mean"));
    match measured.value {
        Some(value) if (value - mean_ms).abs() <= 1e-9 * mean_ms.abs() => Estimate { value: Some(mean_ms), ..measured },
        _ => Estimate { value: Some(mean_ms), low: None, high: None },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{fixture, hops, percentiles};
    use super::*;

    fn follow(plot: &str) -> serde_json::Value {
        serde_json::from_str::<serde_json::Value>(plot).unwrap()["follow"].clone()
    }

    #[test]
    fn every_place_has_its_curves_and_bars() {
        let results = fixture::five_options();
        let (sweep, places) = followed(&results).unwrap();
        let (curves, bars) = (percentiles(&results).unwrap().plot, hops(&results).unwrap().plot);
        let (curves, bars) = (follow(&curves), follow(&bars));
        assert_eq!(
            (curves["place"].as_str(), bars["place"].as_str()),
            (Some(", at 60 services"), Some(", at 60 services"))
        );
        assert_eq!((curves["curves"].as_array().unwrap().len(), bars["bars"].as_array().unwrap().len()), (5, 5));
        for (k, point) in points(&sweep, &places, 1).into_iter().enumerate() {
            let Some(point) = point.filter(|point| point.stable) else { continue };
            let segments = bars["bars"][1]["segments"].as_array().unwrap();
            let sum: f64 = segments.iter().filter_map(|s| s["mean"][0][k].as_f64()).sum();
            let exact: f64 = point.hops.iter().map(|hop| hop.mean_ms).sum();
            assert!((sum / exact - 1.0).abs() < 1e-3, "{sum} for {exact}");
            assert_eq!(curves["curves"][1]["y"][k].as_array().unwrap().is_empty(), point.percentiles.is_empty());
        }
    }

    #[test]
    fn a_single_place_follows_nothing() {
        let mut results = fixture::five_options();
        results.points.retain(|point| point.services == Some(60) && point.axes["workload.rate_per_service"] == 50.0);
        assert!(followed(&results).is_none() && follow(&hops(&results).unwrap().plot).is_null());
        assert!(followed(&fixture::hops()).is_none());
    }

    #[test]
    fn a_mean_over_others_than_those_measured_has_no_interval() {
        let mut point = Point::default();
        let measured = Estimate { value: Some(4.0), low: Some(3.0), high: Some(5.0) };
        point.metrics.insert("hop.alb.sojourn.mean".into(), measured);
        assert_eq!(mean_of(&point, "alb", 4.0), measured);
        assert_eq!(mean_of(&point, "alb", 3.5).low, None);
    }
}
