//! The chart `fit`: measured times of a part of the path and the law that stands for them, by quantile.

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Dash, Stroke, Tie, Type};
use super::label::{Entry, HEADING, WIDTH, legend_height, legend_with};
use super::style::Paint;
use super::text::{measured, one_line, percent, width};
use super::{Chart, Face};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = HEADING + 10.0;
const BOTTOM: f64 = TOP + 260.0;
/// Where the axis of quantiles begins.
const FIRST: f64 = 0.02;
/// The quantiles that the legend names.
const NAMED: [f64; 4] = [0.5, 0.9, 0.99, 0.999];
/// Height of a line of the law's words.
const LINE: f64 = 16.0;

/// Type of the law's words.
const LAW: Type = Type::plain(11.0, Paint::Muted);

/// What the chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FitChart {
    /// The part of the path.
    pub part: String,
    /// The law in a few words.
    pub law: String,
    /// What it rests on, in a few words: number of times, resolution.
    pub basis: String,
    /// (quantile, milliseconds measured, milliseconds of the law), rising.
    pub points: Vec<(f64, f64, f64)>,
}

/// Measured quantiles as dots and the law as a line, on an axis by nines and a logarithmic one of times. Points without a time above 0
/// are left out.
#[must_use]
pub fn fit(shown: &FitChart) -> Chart {
    let drawn = |(q, seen, law): &&(f64, f64, f64)| *q >= FIRST && *seen > 0.0 && *law > 0.0 && law.is_finite();
    let points: Vec<(f64, f64, f64)> = shown.points.iter().filter(drawn).copied().collect();
    let face = Face {
        name: "fit",
        title: format!("{}: measured times and their law", shown.part),
        subtitle: format!("times by quantile; {}", shown.basis),
        description: describe(shown, &points),
    };
    if points.is_empty() {
        return face.empty("no time above 0 was measured");
    }
    let all = || points.iter().flat_map(|(_, seen, law)| [*seen, *law]);
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    let last = points.last().map_or(0.9, |point| point.0);
    let x = Axis::new(Scale::Nines, Unit::Percent, (FIRST, last), (LEFT, RIGHT));
    let y = Axis::new(Scale::Log, Unit::Latency, (low / 1.15, (high * 1.15).max(low * 4.0)), (BOTTOM, TOP));
    let words = wrapped(&format!("Law: {}", shown.law));
    let height = BOTTOM + 52.0 + legend_height(2) + LINE * words.len() as f64;
    face.chart((WIDTH, height), |canvas| {
        frame(canvas, x, y, "share of times that are this or less");
        let line: Vec<At> = points.iter().map(|(q, _, law)| (x.at(*q), y.at(*law))).collect();
        canvas.line(&line, Stroke(Paint::Series(0), 2.0, Dash::Solid));
        for (q, seen, _) in &points {
            canvas.dot((x.at(*q), y.at(*seen)), 2.2, Paint::Ink);
        }
        let entry = |paint: Paint, title: &str, pick: fn(&(f64, f64, f64)) -> f64| Entry {
            paint,
            number: String::new(),
            title: title.into(),
            values: NAMED.map(|q| at(&points, q).map_or("–".into(), |point| measured(pick(&point)))).to_vec(),
        };
        let entries = [entry(Paint::Ink, "measured", |p| p.1), entry(Paint::Series(0), "law", |p| p.2)];
        let heads = NAMED.map(|q| format!("p{}", percent(q).trim_end_matches(" %")));
        legend_with(canvas, BOTTOM + 52.0, &heads.each_ref().map(String::as_str), &entries, |row, y| match row {
            0 => canvas.dot((12.0, y), 2.2, Paint::Ink),
            _ => canvas.line(&[(2.0, y), (22.0, y)], Stroke(Paint::Series(0), 2.0, Dash::Solid)),
        });
        for (row, words) in words.iter().enumerate() {
            let y = BOTTOM + 54.0 + legend_height(2) + LINE * row as f64;
            canvas.text((2.0, y), words, Tie::Left, LAW);
        }
    })
}

/// The law's words in lines that fit.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in one_line(text).split(' ') {
        let last = lines.last().map_or("", String::as_str);
        let longer = if last.is_empty() { word.to_string() } else { format!("{last} {word}") };
        if !last.is_empty() && width(&longer, LAW.size, false) > WIDTH - 4.0 {
            lines.push(word.to_string());
        } else if let Some(last) = lines.last_mut() {
            *last = longer;
        }
    }
    lines
}

fn at(points: &[(f64, f64, f64)], quantile: f64) -> Option<(f64, f64, f64)> {
    points.iter().find(|(q, ..)| (q - quantile).abs() < 1e-9).copied()
}

fn describe(shown: &FitChart, points: &[(f64, f64, f64)]) -> String {
    let named = NAMED.iter().filter_map(|q| at(points, *q));
    let words: Vec<String> = named
        .map(|(q, seen, law)| {
            format!("p{} {} for {}", percent(q).trim_end_matches(" %"), measured(law), measured(seen))
        })
        .collect();
    format!("{} for {}; law for measured: {}.", shown.law, shown.part, words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chart of a law of these words.
    fn shown(law: &str) -> FitChart {
        let point = |q: f64| (q, 10.0 * q, 11.0 * q);
        let points = (0..100).map(|i| point(f64::from(i) / 100.0)).chain([point(0.999)]).collect();
        FitChart { part: "service".into(), law: law.into(), basis: "6,102 times".into(), points }
    }

    #[test]
    fn a_long_law_stands_whole_and_the_axis_ends_at_a_named_quantile() {
        let law = "mixture of 0.445 x (lognormal, median 4.28 ms, p99 13.3 ms), 0.3 x (lognormal, median 6.07 ms, p99 16.2 ms) and \
                   0.255 x (lognormal, median 60.7 ms, p99 161 ms)";
        let long = fit(&shown(law)).svg;
        for word in ["mixture", "0.445", "161", "p99.9"] {
            assert!(long.contains(word), "{word}: {long}");
        }
        assert!(!long.contains('…'), "{long}");
        assert!(wrapped(law).len() > 1 && wrapped(law).join(" ") == law);
        assert!(wrapped(law).iter().all(|line| width(line, LAW.size, false) <= WIDTH));
    }

    #[test]
    fn dots_and_a_line_or_the_reason_for_none() {
        let points = (0..100).map(|i| (f64::from(i) / 100.0, 1.0 + f64::from(i), 1.1 + f64::from(i))).collect();
        let shown = FitChart { part: "service <a>".into(), law: "lognormal".into(), basis: "100 times".into(), points };
        let chart = fit(&shown);
        assert_eq!(chart.svg.matches("<circle").count(), 99, "from the second percent on, and one of the legend");
        assert!(chart.description.contains("p50 51.1 ms for 51.0 ms"), "{}", chart.description);
        assert!(chart.svg.contains("service &lt;a&gt;") && !chart.svg.contains("<a>"));
        let none = fit(&FitChart { points: vec![(0.5, 0.0, 0.0)], ..shown });
        assert!(none.description.starts_with("Nothing to show"), "{}", none.description);
    }
}
