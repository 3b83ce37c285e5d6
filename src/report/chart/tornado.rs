//! The chart `tornado`: what each input's low and high end does to the p99 of the chosen option, largest first.

use super::axis::{Axis, Scale, Unit, tick_row};
use super::canvas::{At, Canvas, Dash, Stroke, Tie, Type};
use super::label::{HEADING, WIDTH, key, name};
use super::plot::Spot;
use super::select::title_of;
use super::style::Paint;
use super::text::{clean, cut, list, number, width};
use super::{Chart, Face};
use crate::report::number::value;
use crate::report::sensitivity::{effect, is_clear, signed};
use crate::report::verdict::verdict;
use crate::results::{Effect, Estimate, Flip, InputEnd, Results, VariedInput};

const METRIC: &str = "latency.p99";
const TOP: f64 = HEADING + 6.0;
/// Height of a row: a line for the input and a half bar for each end.
const ROW: f64 = 46.0;
const HALF: f64 = 11.0;
/// Room beside the longest bars for the words at their ends.
const WORDS: f64 = 150.0;
/// A bar longer than so many times the third longest is cut, so that the others can be seen.
const CUT: f64 = 3.0;
const LOW: Paint = Paint::Series(0);
const HIGH: Paint = Paint::Series(3);
/// Half the width of the mark of a turn.
const TURN: f64 = 5.0;
const SMALL: Type = Type::plain(10.5, Paint::Ink);

/// An input with what its ends do.
struct Row<'a> {
    input: &'a VariedInput,
    low: &'a Effect,
    high: &'a Effect,
    /// The larger of both effects, ms.
    size: f64,
    /// Where orders turn in which the option takes part.
    turns: Vec<&'a Flip>,
}

/// A tornado of the p99 of the chosen option (the first one where none is chosen). `None` where no inputs were varied.
#[must_use]
pub fn tornado(results: &Results) -> Option<Chart> {
    let found = results.sensitivity.as_ref()?;
    let chosen = verdict(results).map(|verdict| verdict.chosen.unwrap_or(0));
    let option = chosen.map(|index| results.options[index].name.as_str());
    let title = clean(&title_of(results, option));
    let (rows, still) = rows(found.inputs.iter().collect(), option);
    let whose = chosen.map_or_else(String::new, |index| format!(" of option {}", index + 1));
    let standing = rows.first().and_then(|row| Some(row.low.at_end.value? - row.low.difference.value?));
    let standing = standing.map_or_else(String::new, |ms| format!("; now {} ms", number(ms)));
    let face = Face {
        name: "tornado",
        title: "What would change the answer".into(),
        subtitle: format!("p99{whose}: change with each input at its ends, ms{standing}"),
        description: describe(&rows, &format!("p99{whose}, {title}")),
    };
    if rows.is_empty() {
        return Some(face.empty("no input changes the p99 by more than its interval"));
    }
    let mut sizes: Vec<f64> = rows.iter().map(|row| row.size).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let most = sizes.get(2).map_or(sizes[0], |third| sizes[0].min(CUT * third));
    let least = |row: &Row<'_>| row.low.difference.value.unwrap_or(0.0).min(row.high.difference.value.unwrap_or(0.0));
    let lowest = rows.iter().map(least).fold(0.0, f64::min).max(-most);
    let ends = (if lowest < 0.0 { WORDS } else { 14.0 }, WIDTH - WORDS);
    let x = Axis::new(Scale::Linear, Unit::Number, (lowest, most), ends);
    let bottom = TOP + ROW * rows.len() as f64;
    let note = if still.is_empty() { String::new() } else { format!("no effect is shown of: {}", list(&still)) };
    let mut words = vec!["low end".to_string(), "high end".to_string(), "its interval".to_string()];
    if let (true, Some(index)) = (rows.iter().any(|row| !row.turns.is_empty()), chosen) {
        words.push(format!("an order of option {} and others turns", index + 1));
    }
    let lines = wrapped(&note, WIDTH - 4.0);
    Some(face.chart((WIDTH, bottom + 48.0 + 15.0 * lines.len() as f64), |canvas| {
        let ticks = x.ticks();
        for tick in &ticks {
            let paint = if tick.value == 0.0 { Paint::Muted } else { Paint::Faint };
            canvas.line(&[(x.at(tick.value), TOP), (x.at(tick.value), bottom)], Stroke(paint, 1.0, Dash::Solid));
        }
        tick_row(canvas, x, &ticks, bottom + 9.0);
        canvas.text((WIDTH - 2.0, bottom + 9.0), "ms", Tie::Right, super::axis::TICK);
        for (i, row) in rows.iter().enumerate() {
            draw(canvas, row, x, TOP + ROW * i as f64);
        }
        key(canvas, bottom + 31.0, WIDTH, &words, |i, left, y| match i {
            0 | 1 => canvas.rect((left, y - 5.0), (16.0, 10.0), if i == 0 { LOW } else { HIGH }, 1.0),
            2 => whisker(canvas, (left, left + 16.0), y),
            _ => canvas.diamond((left + 8.0, y), TURN, Paint::Limit),
        });
        for (i, line) in lines.iter().enumerate() {
            canvas.text((2.0, bottom + 48.0 + 15.0 * i as f64), line, Tie::Left, Type::plain(11.0, Paint::Muted));
        }
    }))
}

/// The inputs with an effect that is shown or that turn an order, largest first, and the titles of the others.
fn rows<'a>(inputs: Vec<&'a VariedInput>, option: Option<&str>) -> (Vec<Row<'a>>, Vec<String>) {
    let (mut rows, mut still) = (Vec::new(), Vec::new());
    for input in inputs {
        let effects = effect(&input.low, METRIC, option).zip(effect(&input.high, METRIC, option));
        let own = |flip: &&Flip| [&flip.faster, &flip.slower].iter().any(|name| Some(name.as_str()) == option);
        let turns: Vec<&Flip> = input.flips.iter().filter(own).filter(|flip| flip.way.is_some()).collect();
        match effects.filter(|(low, high)| is_clear(low) || is_clear(high) || !turns.is_empty()) {
            Some((low, high)) => {
                let size = |effect: &Effect| effect.difference.value.unwrap_or(0.0).abs();
                rows.push(Row { input, low, high, size: size(low).max(size(high)), turns });
            }
            None => still.push(clean(&input.title)),
        }
    }
    rows.sort_by(|a, b| b.size.total_cmp(&a.size));
    (rows, still)
}

fn draw(canvas: &Canvas, row: &Row<'_>, x: Axis, top: f64) {
    let grade = format!("{} (evidence {})", clean(&row.input.title), row.input.grade);
    let standing = row.input.number.filter(|_| row.input.grade != "yours").map(|own| in_unit(row.input, own));
    let standing = standing.unwrap_or_else(|| clean(&row.input.value));
    let nearest = row.turns.iter().min_by(|a, b| a.way.unwrap_or(1.0).total_cmp(&b.way.unwrap_or(1.0)));
    let turn = nearest.and_then(|flip| flip.at.value).map(|at| format!(", turns at {}", in_unit(row.input, at)));
    let right = format!("now {standing}{}", turn.unwrap_or_default());
    let room = WIDTH - 14.0 - width(&right, 11.0, false);
    name(canvas, (2.0, top + 8.0), ("", Paint::Ink), &grade, (12.0, room));
    canvas.boxed((WIDTH - 2.0, top + 8.0), &right, Tie::Right, Type::plain(11.0, Paint::Muted));
    bar(canvas, row, (&row.input.low, "low", row.low, LOW), x, top + 17.0);
    bar(canvas, row, (&row.input.high, "high", row.high, HIGH), x, top + 17.0 + HALF);
}

/// One end: the bar from 0, its interval, where an order turns on the way, and the input's value with the effect in words.
fn bar(
    canvas: &Canvas,
    row: &Row<'_>,
    (end, side, effect, paint): (&InputEnd, &str, &Effect, Paint),
    x: Axis,
    top: f64,
) {
    let middle = top + HALF / 2.0;
    let words =
        |effect: &str| format!("{}: {effect}", end.number.map_or_else(|| clean(&end.value), |n| in_unit(row.input, n)));
    let Some(size) = effect.difference.value else {
        canvas.text((x.at(0.0) + 5.0, middle), &words("no steady state"), Tie::Left, SMALL);
        return;
    };
    let (from, to) = (x.at(0.0), x.within(size));
    canvas.rect((from.min(to), top + 0.5), ((to - from).abs(), HALF - 1.0), paint, 1.0);
    let mut outer = to;
    if x.holds(size) {
        if let (Some(low), Some(high)) = (effect.difference.low, effect.difference.high) {
            let (low, high) = (x.within(low), x.within(high));
            whisker(canvas, (low, high), middle);
            outer = if size < 0.0 { low.min(to) } else { high.max(to) };
        }
    } else {
        broken(canvas, to, size, (top, middle));
    }
    for way in row.turns.iter().filter(|flip| flip.end == side).filter_map(|flip| flip.way) {
        let at = from + way * (to - from);
        canvas.diamond((at, middle), TURN, Paint::Limit);
        outer = if size < 0.0 { outer.min(at - TURN) } else { outer.max(at + TURN) };
    }
    let label = words(&signed(&effect.difference));
    let Estimate { low, high, .. } = effect.difference;
    let around = low.zip(high).map(|(low, high)| format!(" ({} to {})", number(low), number(high)));
    let said = format!("{}, {side} end {label}{}", clean(&row.input.title), around.unwrap_or_default());
    canvas.spot(Spot::new((from.min(to), top), ((to - from).abs().max(2.0), HALF), None, &said));
    let (tie, at) = if size < 0.0 { (Tie::Right, outer - 5.0) } else { (Tie::Left, outer + 5.0) };
    let label = cut(&label, SMALL.size, false, if size < 0.0 { at - 2.0 } else { WIDTH - 2.0 - at });
    canvas.boxed((at, middle), &label, tie, SMALL);
}

/// Two strokes of page across the end of a bar that is longer than the axis.
fn broken(canvas: &Canvas, to: f64, size: f64, (top, middle): At) {
    let inwards = if size < 0.0 { 1.0 } else { -1.0 };
    for offset in [8.0, 13.0] {
        let at = to + inwards * offset;
        canvas.line(&[(at - 2.0, middle + HALF / 2.0), (at + 2.0, top)], Stroke(Paint::Page, 2.0, Dash::Solid));
    }
}

fn whisker(canvas: &Canvas, (from, to): (f64, f64), y: f64) {
    canvas.line(&[(from, y), (to, y)], Stroke(Paint::Ink, 1.0, Dash::Solid));
    for at in [from, to] {
        canvas.line(&[(at, y - 2.5), (at, y + 2.5)], Stroke(Paint::Ink, 1.0, Dash::Solid));
    }
}

/// A number of an input: `mean 4.10 ms`, `0.95`, `100/s`.
fn in_unit(input: &VariedInput, number: f64) -> String {
    let bare = value(&Estimate { value: Some(number), low: None, high: None });
    let short = match bare.contains('.') {
        true => bare.trim_end_matches('0').trim_end_matches('.'),
        false => bare.as_str(),
    };
    match (input.unit.as_str(), input.grade.as_str()) {
        ("", _) => short.to_string(),
        ("ms", grade) if grade != "yours" => format!("mean {short} ms"),
        (unit, _) if unit.starts_with('/') => format!("{short}{unit}"),
        (unit, _) => format!("{short} {unit}"),
    }
}

/// `text` in lines that fit; none for an empty one.
fn wrapped(text: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), 11.0, false) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

fn describe(rows: &[Row<'_>], what: &str) -> String {
    let one = |row: &Row<'_>| {
        let (low, high) = (signed(&row.low.difference), signed(&row.high.difference));
        format!("{} {low} ms at its low and {high} ms at its high end", clean(&row.input.title))
    };
    let each: Vec<String> = rows.iter().map(one).collect();
    format!("Changes of the {}, largest first: {}.", clean(what), list(&each))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn bars_are_sorted_cut_and_marked() {
        assert_eq!(tornado(&fixture::four()), None);
        let results = fixture::studied();
        let chart = tornado(&results).unwrap();
        let at = |words: &str| chart.svg.find(words).unwrap_or_else(|| panic!("no `{words}`"));
        assert!(at("client round trip (evidence D)") < at("Application Load Balancer (evidence C)"));
        assert!(chart.svg.contains("no effect is shown of: Network Load Balancer"), "{}", chart.svg);
        // An input that the option does not have stays where an order of the option turns with it.
        assert!(at("turns at 1.25") > at("Application Load Balancer"));
        assert!(chart.description.contains("client round trip -19 ms at its low and +130 ms"), "{}", chart.description);
    }

    #[test]
    fn nothing_to_show_is_said() {
        let mut results = fixture::studied();
        results.sensitivity.as_mut().unwrap().inputs.clear();
        assert!(tornado(&results).unwrap().svg.contains("Nothing to show: no input changes the p99"));
    }
}
