//! The chart `timeline`: what came, was tried and was answered over time, and how long answers took.

use super::axis::{Axis, Scale, Unit, frame};
use super::canvas::{At, Canvas, Dash, Stroke, Tie, Type};
use super::label::{Entry, HEADING, Lanes, WIDTH, key, legend, legend_height};
use super::select::title_of;
use super::style::Paint;
use super::text::{self, bold, clean, figure, list, measured};
use super::tips::{Taken, Tip, tips};
use super::{Chart, Face};
use crate::report::over_time::not_back;
use crate::results::{Estimate, Results, Timeline};

const LEFT: f64 = 58.0;
const RIGHT: f64 = WIDTH - 40.0;
/// The names of events stand above the plots, in two rows.
const TOP: f64 = HEADING + 46.0;
const BOTTOM: f64 = TOP + 190.0;
const LOWER_TOP: f64 = BOTTOM + 52.0;
const LOWER_BOTTOM: f64 = LOWER_TOP + 130.0;
const KEY: f64 = LOWER_BOTTOM + 48.0;
/// The third plot, where a number of targets follows the load.
const TARGETS_TOP: f64 = LOWER_BOTTOM + 52.0;
const TARGETS_BOTTOM: f64 = TARGETS_TOP + 80.0;

/// One option's line.
struct Line<'a> {
    index: u8,
    number: String,
    title: String,
    timeline: &'a Timeline,
}

impl Line<'_> {
    fn series(&self, metric: &str) -> impl Iterator<Item = (f64, Estimate)> + '_ {
        let timeline = self.timeline;
        let ends = timeline.from_s.iter().skip(1).copied().chain([timeline.end_s]);
        let middles = timeline.from_s.iter().zip(ends).map(|(from, to)| 1e3 * (from + to) / 2.0);
        middles.zip(timeline.metrics.get(metric).into_iter().flatten().copied())
    }

    fn values(&self, metric: &str) -> impl Iterator<Item = f64> + '_ {
        self.series(metric).filter_map(|(_, estimate)| estimate.value).filter(|value| value.is_finite())
    }
}

/// Rates of offered requests, attempts and answers above, p99 of the answers below, and where targets follow the load their number,
/// over the windows of every option at the operating point, with the time of events shaded. `None` without windows.
#[must_use]
pub fn timeline(results: &Results) -> Option<Chart> {
    let lines = lines(results);
    let first = lines.first()?.timeline;
    let face = Face {
        name: "timeline",
        title: "What happens over time".into(),
        subtitle: format!(
            "windows of {}, mean of {}; bands are {:.0} % intervals",
            text::latency(1e3 * first.window_s),
            if first.replications == 1 {
                "one replication".into()
            } else {
                format!("{} replications", first.replications)
            },
            100.0 * results.confidence
        ),
        description: describe(&lines),
    };
    let most = lines.iter().flat_map(|line| {
        line.values("rate.attempts").chain(line.values("rate.goodput")).chain(line.values("rate.offered"))
    });
    let most = most.fold(0.0, f64::max);
    if most <= 0.0 {
        return Some(face.empty("no request came in any window"));
    }
    let times = || lines.iter().flat_map(|line| line.values("latency.p99")).filter(|ms| *ms > 0.0);
    let (least, longest) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let x = Axis::new(Scale::Linear, Unit::Latency, (0.0, 1e3 * first.end_s), (LEFT, RIGHT));
    let y = Axis::new(Scale::Linear, Unit::Number, (0.0, 1.08 * most), (BOTTOM, TOP));
    let lower = Axis::new(Scale::Log, Unit::Latency, (least / 1.2, longest * 1.3), (LOWER_BOTTOM, LOWER_TOP));
    let words = ["offered".to_string(), "attempts, retries among them".into(), "answered".into(), "an event".into()];
    let targets = lines.iter().flat_map(|line| line.values("targets")).reduce(f64::max);
    let under = if targets.is_some() { TARGETS_BOTTOM - LOWER_BOTTOM + 52.0 } else { 0.0 };
    Some(face.chart((WIDTH, KEY + under + 44.0 + legend_height(lines.len())), |canvas| {
        shade(canvas, first, x, targets.is_some());
        frame(canvas, x, y, "time since the warm-up");
        canvas.text((LEFT - 50.0, TOP - 11.0), "per second", Tie::Left, super::axis::TICK);
        curve(canvas, lines[0].series("rate.offered"), (x, y), Stroke(Paint::Muted, 1.4, Dash::Dashed));
        for line in &lines {
            let paint = Paint::Series(line.index);
            curve(canvas, line.series("rate.attempts"), (x, y), Stroke(paint, 1.4, Dash::Dotted));
            band(canvas, line.series("rate.goodput"), (x, y), paint);
            curve(canvas, line.series("rate.goodput"), (x, y), Stroke(paint, 2.0, Dash::Solid));
        }
        ends(canvas, &lines, "rate.goodput", (x, y), (TOP, BOTTOM));
        below(canvas, &lines, x, (longest > 0.0).then_some(lower));
        if let Some(most) = targets {
            running(canvas, &lines, x, most);
        }
        let at = KEY + under;
        key(canvas, at, WIDTH, &words, |word, at, height| swatch(canvas, word, lines[0].index, (at, height)));
        let entries: Vec<Entry> = lines.iter().map(entry).collect();
        legend(canvas, at + 30.0, &["ok at worst", "attempts/request", "back after"], &entries);
    }))
}

fn lines(results: &Results) -> Vec<Line<'_>> {
    let own = results.timeline.iter().filter(|timeline| timeline.axes == results.wanted.axes);
    own.filter(|timeline| !timeline.from_s.is_empty())
        .map(|timeline| {
            let (index, number) = place(results, timeline.option.as_deref());
            Line { index, number, title: title_of(results, timeline.option.as_deref()), timeline }
        })
        .collect()
}

/// Place of an option among the options, and its number; 0 and none for a hops scenario.
pub(super) fn place(results: &Results, option: Option<&str>) -> (u8, String) {
    let index = results.options.iter().position(|known| Some(known.name.as_str()) == option);
    let number = index.map_or_else(String::new, |index| (index + 1).to_string());
    (index.and_then(|index| u8::try_from(index).ok()).unwrap_or(0), number)
}

/// The time of each event as a patch behind the plots, its name above, as far as there is room.
fn shade(canvas: &Canvas, timeline: &Timeline, x: Axis, targets: bool) {
    let mut lanes = Lanes::new(2, LEFT, WIDTH - 2.0);
    let look = Type::plain(11.0, Paint::Ink);
    for event in &timeline.events {
        let (from, to) = (x.within(1e3 * event.from_s), x.within(1e3 * event.until_s.unwrap_or(timeline.end_s)));
        let wide = (to - from).max(1.5);
        let plots = [(TOP, BOTTOM), (LOWER_TOP, LOWER_BOTTOM), (TARGETS_TOP, TARGETS_BOTTOM)];
        for &(top, bottom) in &plots[..if targets { 3 } else { 2 }] {
            canvas.rect((from, top), (wide, bottom - top), Paint::Limit, 0.13);
        }
        let words = text::cut(&clean(&event.name), look.size, false, WIDTH - LEFT - 8.0);
        let room = text::width(&words, look.size, false);
        let left = from.min(WIDTH - 2.0 - room).max(LEFT);
        if let Some(lane) = lanes.take((left, left + room)) {
            canvas.text((left, TOP - 12.0 - 14.0 * lane as f64), &words, Tie::Left, look);
        }
    }
}

/// A line through the windows that have a value; where one has none it is broken.
fn curve(canvas: &Canvas, series: impl Iterator<Item = (f64, Estimate)>, (x, y): (Axis, Axis), stroke: Stroke) {
    let mut run: Vec<At> = Vec::new();
    let finish = |run: &mut Vec<At>| {
        if let [only] = run[..] {
            canvas.dot(only, stroke.1 / 1.6, stroke.0);
        }
        canvas.line(run, stroke);
        run.clear();
    };
    for (at, estimate) in series {
        match estimate.value.filter(|value| value.is_finite()) {
            Some(value) => run.push((x.at(at), y.within(value))),
            None => finish(&mut run),
        }
    }
    finish(&mut run);
}

/// The intervals of consecutive windows as a band.
fn band(canvas: &Canvas, series: impl Iterator<Item = (f64, Estimate)>, (x, y): (Axis, Axis), paint: Paint) {
    let (mut above, mut under): (Vec<At>, Vec<At>) = (Vec::new(), Vec::new());
    let finish = |above: &mut Vec<At>, under: &mut Vec<At>| {
        let lower: Vec<At> = under.drain(..).rev().collect();
        above.extend(lower);
        canvas.polygon(above, paint, 0.18);
        above.clear();
    };
    for (at, estimate) in series {
        match (estimate.low, estimate.high) {
            (Some(low), Some(high)) if low.is_finite() && high.is_finite() => {
                above.push((x.at(at), y.within(high)));
                under.push((x.at(at), y.within(low)));
            }
            _ => finish(&mut above, &mut under),
        }
    }
    finish(&mut above, &mut under);
}

/// The plot of p99, or why there is none.
fn below(canvas: &Canvas, lines: &[Line], x: Axis, y: Option<Axis>) {
    let Some(y) = y else {
        let middle = ((LEFT + RIGHT) / 2.0, (LOWER_TOP + LOWER_BOTTOM) / 2.0);
        canvas.text(middle, "no request was answered in any window", Tie::Middle, Type::plain(12.0, Paint::Muted));
        return;
    };
    frame(canvas, x, y, "time since the warm-up");
    canvas.text((LEFT - 50.0, LOWER_TOP - 11.0), "p99 of what was answered", Tie::Left, super::axis::TICK);
    for line in lines {
        band(canvas, line.series("latency.p99"), (x, y), Paint::Series(line.index));
        curve(canvas, line.series("latency.p99"), (x, y), Stroke(Paint::Series(line.index), 1.8, Dash::Solid));
    }
    ends(canvas, lines, "latency.p99", (x, y), (LOWER_TOP, LOWER_BOTTOM));
}

/// The plot of how many targets run, `most` of them at once.
fn running(canvas: &Canvas, lines: &[Line], x: Axis, most: f64) {
    let y = Axis::new(Scale::Linear, Unit::Number, (0.0, 1.15 * most.max(1.0)), (TARGETS_BOTTOM, TARGETS_TOP));
    frame(canvas, x, y, "time since the warm-up");
    canvas.text((LEFT - 50.0, TARGETS_TOP - 11.0), "targets that take requests", Tie::Left, super::axis::TICK);
    for line in lines {
        band(canvas, line.series("targets"), (x, y), Paint::Series(line.index));
        curve(canvas, line.series("targets"), (x, y), Stroke(Paint::Series(line.index), 1.8, Dash::Solid));
    }
    ends(canvas, lines, "targets", (x, y), (TARGETS_TOP, TARGETS_BOTTOM));
}

/// Numbers of options at the ends of their lines.
fn ends(canvas: &Canvas, lines: &[Line], metric: &str, (x, y): (Axis, Axis), (top, bottom): (f64, f64)) {
    let tip = |line: &Line| {
        let (at, value) = line
            .series(metric)
            .filter_map(|(at, estimate)| Some((at, estimate.value.filter(|value| value.is_finite())?)))
            .last()?;
        Some(Tip { at: (x.at(at), y.within(value)), index: line.index, number: line.number.clone() })
    };
    tips(canvas, lines.iter().filter_map(tip).collect(), &Taken::default(), (top + 4.0, bottom - 4.0));
}

fn swatch(canvas: &Canvas, word: usize, index: u8, (x, y): At) {
    let paint = Paint::Series(index);
    match word {
        0 => canvas.line(&[(x, y), (x + 16.0, y)], Stroke(Paint::Muted, 1.4, Dash::Dashed)),
        1 => canvas.line(&[(x, y), (x + 16.0, y)], Stroke(paint, 1.6, Dash::Dotted)),
        2 => canvas.line(&[(x, y), (x + 16.0, y)], Stroke(paint, 2.2, Dash::Solid)),
        _ => canvas.rect((x, y - 5.0), (16.0, 10.0), Paint::Limit, 0.13),
    }
}

fn back(line: &Line) -> String {
    let Some(recovery) = &line.timeline.recovery else { return "–".into() };
    match (recovery.recovered.value, recovery.seconds.value) {
        _ if not_back(line.timeline).is_some() => not_back(line.timeline).unwrap_or_default(),
        (Some(share), Some(seconds)) if share >= 1.0 => measured(1e3 * seconds),
        (Some(share), Some(seconds)) => format!("{} of {}", measured(1e3 * seconds), text::percent(share)),
        _ => "–".into(),
    }
}

/// When it is back, as the end of a sentence; empty where nobody looked.
fn and_back(line: &Line) -> String {
    match (&line.timeline.recovery, not_back(line.timeline)) {
        (None, _) => String::new(),
        (_, None) => format!(" and is back after {}", back(line).replace([text::BOLD, text::PLAIN], "")),
        (Some(recovery), Some(_)) if recovery.recovered.value.is_none() => " and ends before it could be back".into(),
        (_, Some(when)) if when == "never" => " and is never back".into(),
        (_, Some(when)) => format!(" and is {}", when.replacen("not", "not back", 1)),
    }
}

fn entry(line: &Line) -> Entry {
    let ok = line.values("outcome.ok").fold(f64::INFINITY, f64::min);
    let most = line.values("amplification").fold(0.0, f64::max);
    Entry {
        paint: Paint::Series(line.index),
        number: line.number.clone(),
        title: line.title.clone(),
        values: vec![
            if ok.is_finite() { format!("{} %", figure(100.0 * ok)) } else { "–".into() },
            figure(most),
            bold(&back(line)),
        ],
    }
}

fn describe(lines: &[Line]) -> String {
    let one = |line: &Line| {
        let entry = entry(line);
        let who = if line.number.is_empty() { "the system".into() } else { format!("option {}", line.number) };
        let plain = |text: &str| text.replace([text::BOLD, text::PLAIN], "");
        format!(
            "{who} answers {} of a window's requests at worst, makes {} attempts a request at most{}",
            plain(&entry.values[0]),
            plain(&entry.values[1]),
            and_back(line)
        )
    };
    let events: Vec<String> =
        lines.first().into_iter().flat_map(|line| &line.timeline.events).map(|event| clean(&event.name)).collect();
    let during = if events.is_empty() { String::new() } else { format!(" while this changes: {}", list(&events)) };
    let all: Vec<String> = lines.iter().map(one).collect();
    format!(
        "Requests offered, attempts and answers per second, and p99 of the answers, over time{during}; {}.",
        list(&all)
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::results::fixture::storm;

    #[test]
    fn a_storm_is_drawn_with_its_event_and_said() {
        assert_eq!(timeline(&Results::default()), None);
        let chart = timeline(&storm()).unwrap();
        for part in
            ["service takes 4 times as long", "p99 of what was answered", "never", "attempts, retries among them"]
        {
            assert!(chart.svg.contains(part), "{part}");
        }
        let said = &chart.description;
        assert!(said.contains("answers 0.00 % of a window's requests at worst"), "{said}");
        assert!(said.contains("makes 4.00 attempts a request at most and is never back"), "{said}");
        assert!(!chart.svg.contains("NaN") && !chart.svg.contains("targets that take requests"));
    }

    #[test]
    fn targets_that_follow_the_load_have_a_plot() {
        let mut results = storm();
        let number = |value| Estimate { value: Some(value), low: Some(value), high: Some(value) };
        let windows = results.timeline[0].from_s.len();
        results.timeline[0].metrics.insert("targets".into(), (0..windows).map(|w| number(2.0 + w as f64)).collect());
        let svg = timeline(&results).unwrap().svg;
        assert!(svg.contains("targets that take requests") && !svg.contains("NaN"));
    }

    #[test]
    fn windows_without_requests_or_answers_are_said() {
        let mut results = storm();
        results.timeline[0].metrics.remove("latency.p99");
        assert!(timeline(&results).unwrap().svg.contains("no request was answered"));
        results.timeline[0].metrics.clear();
        assert!(timeline(&results).unwrap().svg.contains("Nothing to show: no request came"));
    }
}
