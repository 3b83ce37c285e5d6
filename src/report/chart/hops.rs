//! The chart `hops`: where the time goes, hop by hop, at the operating point.

use super::axis::{Axis, Scale, Unit, tick_row};
use super::canvas::{Canvas, Dash, Stroke, Tie, Type};
use super::label::{HEADING, WIDTH, key, name};
use super::percentiles::place;
use super::select::{Row, rows};
use super::style::Paint;
use super::text::{self, clean, cut, figure, list, measured};
use super::{Chart, Face};
use crate::results::{HopInfo, Results};

const LEFT: f64 = 2.0;
const RIGHT: f64 = WIDTH - 78.0;
const TOP: f64 = HEADING + 4.0;
const BAR: f64 = 22.0;
const ROW: f64 = 48.0;

/// Mean latency by hop, stacked, for every option at the wanted services; hops whose default is an assumption (evidence grade D)
/// are hatched. `None` only without any point.
#[must_use]
pub fn hops(results: &Results) -> Option<Chart> {
    if results.points.is_empty() {
        return None;
    }
    let rows: Vec<Row> = rows(results);
    let face = Face {
        name: "hops",
        title: "Where the time goes".into(),
        subtitle: format!("mean ms of each hop{}; hatched: assumed, not measured (grade D)", place(&rows)),
        description: describe(&rows),
    };
    let rows: Vec<Row> = rows.into_iter().filter(|r| total(r) > 0.0).collect();
    let most = rows.iter().map(total).fold(0.0, f64::max);
    if most <= 0.0 {
        return Some(face.empty("no point has a steady state and a mean for its hops"));
    }
    let titles = titles(&rows);
    let x = Axis::new(Scale::Linear, Unit::Number, (0.0, most), (LEFT, RIGHT));
    let bottom = TOP + ROW * rows.len() as f64;
    let words: Vec<String> = titles.iter().map(|t| clean(t)).collect();
    let lines = key_lines(&words);
    let assumed = |t: &str| rows.iter().flat_map(drawn).any(|h| title(h) == t && h.grade == "D");
    Some(face.chart((WIDTH, bottom + 34.0 + 17.0 * lines as f64), |canvas| {
        let ticks = x.ticks();
        for tick in &ticks {
            let at = x.at(tick.value);
            canvas.line(&[(at, TOP), (at, bottom)], Stroke(Paint::Faint, 1.0, Dash::Solid));
        }
        tick_row(canvas, x, &ticks, bottom + 8.0);
        canvas.text((RIGHT + 14.0, bottom + 8.0), "ms", Tie::Left, super::axis::TICK);
        for (i, row) in rows.iter().enumerate() {
            bar(canvas, row, x, TOP + ROW * i as f64, &titles);
        }
        key(canvas, bottom + 32.0, WIDTH, &words, |i, x, y| {
            canvas.rect((x, y - 5.0), (16.0, 10.0), paint(colour(i), assumed(titles[i])), 1.0);
        });
    }))
}

/// The lines that the key will take: the same wrapping as [`key`], without drawing.
fn key_lines(words: &[String]) -> usize {
    let (mut x, mut lines) = (2.0, 1);
    for word in words {
        let wide = 22.0 + text::width(&cut(word, 11.0, false, WIDTH - 30.0), 11.0, false);
        if x > 2.0 && x + wide > WIDTH {
            (x, lines) = (2.0, lines + 1);
        }
        x += wide + 16.0;
    }
    lines
}

fn paint(index: u8, assumed: bool) -> Paint {
    if assumed { Paint::HopHatch(index) } else { Paint::Hop(index) }
}

fn colour(index: usize) -> u8 {
    (index % usize::from(u8::MAX)) as u8
}

/// The hops that can be drawn.
fn drawn<'a>(row: &Row<'a>) -> impl Iterator<Item = &'a HopInfo> {
    let stable = row.point.stable;
    row.point.hops.iter().filter(move |h| stable && h.mean_ms.is_finite() && h.mean_ms > 0.0)
}

fn total(row: &Row) -> f64 {
    drawn(row).map(|h| h.mean_ms).sum()
}

fn title(hop: &HopInfo) -> &str {
    if hop.title.is_empty() { &hop.name } else { &hop.title }
}

/// Titles of all hops by first appearance, so that a hop has one colour in every row.
fn titles<'a>(rows: &[Row<'a>]) -> Vec<&'a str> {
    let mut titles = Vec::new();
    for hop in rows.iter().flat_map(drawn) {
        if !titles.contains(&title(hop)) {
            titles.push(title(hop));
        }
    }
    titles
}

fn bar(canvas: &Canvas, row: &Row, x: Axis, top: f64, titles: &[&str]) {
    let number = (row.number.as_str(), Paint::Series(row.index));
    name(canvas, (LEFT, top + 8.0), number, &row.title, (12.0, WIDTH - 2.0));
    let top = top + 17.0;
    let mut sum = 0.0;
    for hop in drawn(row) {
        let (from, to) = (x.at(sum), x.at(sum + hop.mean_ms));
        sum += hop.mean_ms;
        let index = colour(titles.iter().position(|t| *t == title(hop)).unwrap_or(0));
        let assumed = hop.grade == "D";
        // A hair of page between neighbours, but never more than the segment itself.
        let gap = 1.0_f64.min((to - from) / 3.0);
        canvas.rect((from, top), (to - from - gap, BAR), paint(index, assumed), 1.0);
        let (words, middle) = (figure(hop.mean_ms), ((from + to - gap) / 2.0, top + BAR / 2.0));
        if text::width(&words, 11.0, false) + 8.0 > to - from {
            continue;
        }
        if assumed {
            canvas.boxed(middle, &words, Tie::Middle, Type::plain(11.0, Paint::Ink));
        } else {
            canvas.text(middle, &words, Tie::Middle, Type::plain(11.0, Paint::Hop(index).text_on()));
        }
    }
    canvas.text((x.at(sum) + 7.0, top + BAR / 2.0), &measured(sum), Tie::Left, Type::bold(12.0, Paint::Ink));
}

fn describe(rows: &[Row]) -> String {
    let one = |row: &Row| {
        let largest = drawn(row).max_by(|a, b| a.mean_ms.total_cmp(&b.mean_ms))?;
        Some(format!("{} {}, most of it in {}", clean(&row.title), measured(total(row)), clean(title(largest))))
    };
    let each: Vec<String> = rows.iter().filter_map(one).collect();
    format!("Mean latency by hop{}: {}.", place(rows), list(&each))
}
