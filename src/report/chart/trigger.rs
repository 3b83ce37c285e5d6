//! The chart `trigger`: the share of seeds that come back against the length of what happens to them.

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Dash, Stroke, Tie};
use super::label::{Entry, HEADING, WIDTH, legend, legend_height};
use super::select::title_of;
use super::style::Paint;
use super::text::{self, bold, clean, latency, list};
use super::timeline::place;
use super::tips::{Taken, Tip, tips};
use super::{Chart, Face};
use crate::results::{Results, TriggerSearch};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 40.0;
const TOP: f64 = HEADING + 26.0;
const BOTTOM: f64 = TOP + 200.0;

struct Line<'a> {
    index: u8,
    number: String,
    title: String,
    search: &'a TriggerSearch,
}

/// The share of seeds that recover at every length tried, with its interval, for every option. `None` where nothing was searched.
#[must_use]
pub fn trigger(results: &Results) -> Option<Chart> {
    let lines: Vec<Line> = results
        .triggers
        .iter()
        .map(|search| {
            let (index, number) = place(results, search.option.as_deref());
            Line { index, number, title: title_of(results, search.option.as_deref()), search }
        })
        .collect();
    let first = lines.first()?.search;
    let face = Face {
        name: "trigger",
        title: "How long may it last?".into(),
        subtitle: format!(
            "{}; {} seeds at each length; bands are {:.0} % intervals",
            clean(&first.name),
            first.seeds,
            100.0 * results.confidence
        ),
        description: describe(&lines),
    };
    let lengths = || lines.iter().flat_map(|line| &line.search.tried).map(|tried| 1e3 * tried.seconds);
    let (least, most) = (lengths().fold(f64::INFINITY, f64::min), lengths().fold(0.0, f64::max));
    if most <= 0.0 {
        return Some(face.empty("no length was tried"));
    }
    let scale = if most / least > 8.0 { Scale::Log } else { Scale::Linear };
    let x = Axis::new(scale, Unit::Latency, (least, most), (LEFT, RIGHT));
    let y = Axis::new(Scale::Linear, Unit::Percent, (0.0, 1.0), (BOTTOM, TOP));
    Some(face.chart((WIDTH, BOTTOM + 52.0 + legend_height(lines.len())), |canvas| {
        frame(canvas, x, y, "length of the event");
        canvas.text((LEFT - 50.0, TOP - 13.0), "seeds that recover", Tie::Left, super::axis::TICK);
        let mut ends = Vec::new();
        for line in &lines {
            let paint = Paint::Series(line.index);
            let of = |pick: fn(&crate::results::Estimate) -> Option<f64>| -> Vec<At> {
                let tried = line.search.tried.iter();
                tried.filter_map(|t| Some((x.at(1e3 * t.seconds), y.within(pick(&t.recovered)?)))).collect()
            };
            let (mut band, middle) = (of(|e| e.high), of(|e| e.value));
            band.extend(of(|e| e.low).into_iter().rev());
            canvas.polygon(&band, paint, 0.18);
            canvas.line(&middle, Stroke(paint, 1.8, Dash::Solid));
            middle.iter().for_each(|&at| canvas.dot(at, 2.4, paint));
            ends.extend(middle.last().map(|&at| Tip { at, index: line.index, number: line.number.clone() }));
        }
        tips(canvas, ends, &Taken::default(), (TOP + 4.0, BOTTOM - 4.0));
        let entries: Vec<Entry> = lines.iter().map(entry).collect();
        legend(canvas, BOTTOM + 52.0, &["all recover up to", "none from"], &entries);
    }))
}

fn span(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".into(), |seconds| latency(1e3 * seconds))
}

fn entry(line: &Line) -> Entry {
    Entry {
        paint: Paint::Series(line.index),
        number: line.number.clone(),
        title: line.title.clone(),
        values: vec![bold(&span(line.search.all_recover_s)), bold(&span(line.search.none_recovers_s))],
    }
}

fn describe(lines: &[Line]) -> String {
    let one = |line: &Line| {
        let who = if line.number.is_empty() { "the system".into() } else { format!("option {}", line.number) };
        let all = line.search.all_recover_s.map_or("at no length".into(), |s| format!("up to {}", latency(1e3 * s)));
        let none =
            line.search.none_recovers_s.map_or("at no length".into(), |s| format!("from {} on", latency(1e3 * s)));
        format!("of {who} all recover {all} and none {none}")
    };
    let all: Vec<String> = lines.iter().map(one).collect();
    format!("Share of seeds that recover against the length of the event; {}.", text::one_line(&list(&all)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::results::fixture::storm;

    #[test]
    fn the_ends_are_named() {
        assert_eq!(trigger(&Results::default()), None);
        let chart = trigger(&storm()).unwrap();
        assert!(chart.description.contains("all recover up to 200 ms and none from 3 s on"), "{}", chart.description);
        assert!(chart.svg.contains("length of the event") && chart.svg.contains("100 %"));
        let mut empty = storm();
        empty.triggers[0].tried.clear();
        assert!(trigger(&empty).unwrap().svg.contains("Nothing to show: no length was tried"));
    }
}
