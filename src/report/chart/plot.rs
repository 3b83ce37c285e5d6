//! What a chart tells a page's script of itself, so that it can be explored: axes, curves, and places with words. No drawing.
//!
//! The script knows no chart by name: a chart is explorable by what it hands to [`super::canvas::Canvas::plot`] and
//! [`super::canvas::Canvas::spot`], and by the parts that it draws inside [`super::canvas::Canvas::part`].

use serde::Serialize;

use super::axis::{Axis, Scale, Unit};
use super::canvas::At;
use super::follow::Follow;
use super::select::{Curve, Shown, shown};
use super::text;

/// A chart as data. Without curves its axes only say where a number of services is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plot {
    /// The horizontal axis; none where nothing can be placed along it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<Along>,
    /// The vertical axis; none where it has no values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<Along>,
    /// Curves; empty for charts of bars and cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<Series>,
    /// Reference lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Reference>,
    /// Whether a value may be read between two points of a curve.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub between: bool,
    /// What it shows at other places of the slider than the one it is drawn at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
    /// Places with words, in reading order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spots: Vec<Spot>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Along {
    /// `linear`, `log` or `nines`.
    pub scale: &'static str,
    /// `number`, `latency` (ms) or `percent` (of a share).
    pub unit: &'static str,
    /// Value at the first end.
    pub low: f64,
    /// Value at the second end.
    pub high: f64,
    /// Pixel of the first end.
    pub from: f64,
    /// Pixel of the second end.
    pub to: f64,
    /// What it measures, in words.
    pub words: String,
    /// Whether its values are those of the page's slider.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub slider: bool,
}

/// Values of a curve: a column of the page's table of points by its name, or values of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Column {
    /// A column of the table, with its interval.
    Named(&'static str),
    /// Own values, null where there is none.
    Values(Vec<Option<f64>>),
}

/// A curve.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Place among the options, from 0, which gives colour and switch.
    pub option: u8,
    /// Name for people; empty: that of the option.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Along the axis, rising.
    pub x: Column,
    /// Heights.
    pub y: Column,
    /// The column of the table that says where the curve is dashed; empty: nowhere.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub dashed: &'static str,
    /// Lower ends of intervals; empty where the column is a named one or nothing has an interval.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub low: Vec<Option<f64>>,
    /// Upper ends.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub high: Vec<Option<f64>>,
}

/// A reference line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reference {
    /// `x` or `y`: the axis whose value it stands at.
    pub axis: &'static str,
    /// That value.
    pub at: f64,
    /// What it says.
    pub text: String,
    /// `limit`, `own` or `stop`.
    pub kind: &'static str,
}

/// A place with words, in pixels of the chart; written as a list, since a map has hundreds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "(i32, i32, i32, i32, Option<u8>, Option<u32>, String)")]
pub struct Spot {
    /// Left, top, width, height.
    pub at: [i32; 4],
    /// The option that it belongs to, from 0; the page names it.
    pub option: Option<u8>,
    /// The value of the slider that it belongs to; the page names it.
    pub services: Option<u32>,
    /// What is there, beside option and services.
    pub text: String,
}

impl From<Spot> for (i32, i32, i32, i32, Option<u8>, Option<u32>, String) {
    fn from(Spot { at: [left, top, width, height], option, services, text }: Spot) -> Self {
        (left, top, width, height, option, services, text)
    }
}

impl Spot {
    /// A rectangle from its upper left corner; `text` is cleaned.
    #[must_use]
    pub fn new(at: At, size: At, option: Option<u8>, text: &str) -> Spot {
        let whole = |v: f64| v.clamp(-1e6, 1e6).round() as i32;
        Spot { at: [at.0, at.1, size.0, size.1].map(whole), option, services: None, text: text::one_line(text) }
    }
}

impl Along {
    /// An axis as data; `slider` where its values are numbers of services (or of whatever else the page sweeps).
    #[must_use]
    pub fn new(axis: Axis, words: &str, slider: bool) -> Along {
        let ((low, high), (from, to)) = (axis.range(), axis.ends());
        let (scale, unit) = axis.kind();
        let scale = match scale {
            Scale::Linear => "linear",
            Scale::Log => "log",
            Scale::Nines => "nines",
        };
        let unit = match unit {
            Unit::Number => "number",
            Unit::Latency => "latency",
            Unit::Percent => "percent",
        };
        Along { scale, unit, low: rounded(low), high: rounded(high), from, to, words: text::one_line(words), slider }
    }
}

impl Series {
    /// A curve of two columns of the table of points.
    #[must_use]
    pub fn named(option: u8, x: &'static str, y: &'static str) -> Series {
        Series { x: Column::Named(x), y: Column::Named(y), ..Series::values(option, &[]) }
    }

    /// A curve of points of its own.
    #[must_use]
    pub fn values(option: u8, points: &[(f64, f64)]) -> Series {
        let column =
            |of: fn(&(f64, f64)) -> f64| Column::Values(points.iter().map(|p| Some(precise(of(p), 7))).collect());
        Series {
            option,
            name: String::new(),
            x: column(|p| p.0),
            y: column(|p| p.1),
            dashed: "",
            low: vec![],
            high: vec![],
        }
    }
}

/// Value, lower and upper end of a metric along a curve to so many digits, null where it must not be shown.
#[must_use]
pub fn estimates(curve: &Curve, metric: &str, digits: usize) -> [Vec<Option<f64>>; 3] {
    let one = |(_, point): &(f64, &crate::results::Point)| match shown(point, metric) {
        Shown::Value(value, Some((low, high))) => [Some(value), Some(low), Some(high)],
        Shown::Value(value, None) => [Some(value), None, None],
        Shown::Withheld(_) | Shown::Missing => [None; 3],
    };
    let all: Vec<[Option<f64>; 3]> = curve.points.iter().map(one).collect();
    [0, 1, 2].map(|i| all.iter().map(|values| values[i].map(|value| precise(value, digits))).collect())
}

/// A metric of a point; nothing where it has none.
#[must_use]
pub fn estimate(point: &crate::results::Point, metric: &str) -> crate::results::Estimate {
    point.metrics.get(metric).copied().unwrap_or_default()
}

/// Five digits, which no picture and no tooltip shows the end of.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    precise(value, 5)
}

/// A value to so many digits.
pub fn precise(value: f64, digits: usize) -> f64 {
    if value.is_finite() { format!("{value:.*e}", digits - 1).parse().unwrap_or(value) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_digits_and_no_more() {
        assert_eq!([rounded(120.456_789), rounded(1e-9), rounded(0.0), rounded(f64::NAN)], [120.46, 1e-9, 0.0, 0.0]);
        let line = Series::values(2, &[(0.999_99, 7.0)]);
        assert_eq!(serde_json::to_string(&line).unwrap_or_default(), "{\"option\":2,\"x\":[0.99999],\"y\":[7.0]}");
    }
}
