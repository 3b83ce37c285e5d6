//! Putting words where they do not cover each other: line ends, crowded rows, heading and legend. Knows no results.

use super::canvas::{At, Canvas, Dash, Part, Stroke, Tie, Type, span};
use super::style::Paint;
use super::text::{self, bold, cut};

/// Width of a chart in pixels.
pub const WIDTH: f64 = 560.0;
/// Height that [`heading`] takes.
pub const HEADING: f64 = 46.0;

/// Title and subtitle at the top, cut to the width.
pub fn heading(canvas: &Canvas, title: &str, subtitle: &str, width: f64) {
    let room = width - 4.0;
    canvas.text((2.0, 11.0), &cut(&text::one_line(title), 15.0, true, room), Tie::Left, Type::bold(15.0, Paint::Ink));
    let small = Type::plain(11.0, Paint::Muted);
    canvas.text((2.0, 30.0), &cut(&text::one_line(subtitle), small.size, false, room), Tie::Left, small);
}

/// An option's number in its colour and its name behind it, cut to end before `right`; the name alone where there is no number.
pub fn name(canvas: &Canvas, at: At, (number, paint): (&str, Paint), title: &str, (size, right): (f64, f64)) {
    let from = at.0 + name_indent(number, size);
    canvas.text(at, number, Tie::Left, Type::bold(size, paint));
    let title = cut(title, size, false, right - from);
    canvas.boxed((from, at.1), &title, Tie::Left, Type::plain(size, Paint::Ink));
}

/// What a number takes before its name; none for no number.
#[must_use]
pub fn name_indent(number: &str, size: f64) -> f64 {
    if number.is_empty() { 0.0 } else { text::width(number, size, true) + 7.0 }
}

/// Moves places apart until they are `gap` from each other, as little as possible, and inside `low..high` while there is room.
pub fn push_apart(places: &mut [f64], gap: f64, low: f64, high: f64) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|&a, &b| places[a].total_cmp(&places[b]));
    let mut least = low;
    for &i in &order {
        places[i] = places[i].max(least);
        least = places[i] + gap;
    }
    let mut most = high;
    for &i in order.iter().rev() {
        places[i] = places[i].min(most);
        most = places[i] - gap;
    }
}

/// Rows of text of which each takes what still fits.
#[derive(Debug)]
pub struct Lanes {
    taken: Vec<Vec<(f64, f64)>>,
    left: f64,
    right: f64,
}

impl Lanes {
    /// So many empty rows between two pixels.
    #[must_use]
    pub fn new(rows: usize, left: f64, right: f64) -> Lanes {
        Lanes { taken: vec![Vec::new(); rows], left, right }
    }

    /// Takes the place between `from` and `to` in one row, if it is inside and free.
    pub fn take_in(&mut self, row: usize, (from, to): (f64, f64)) -> bool {
        const GAP: f64 = 7.0;
        let free = |row: &Vec<(f64, f64)>| row.iter().all(|&(a, b)| to + GAP <= a || b + GAP <= from);
        let taken = from >= self.left && to <= self.right && self.taken.get(row).is_some_and(free);
        if taken {
            self.taken[row].push((from, to));
        }
        taken
    }

    /// The first row in which nothing lies between `from` and `to`, which then is taken; `None` where there is none.
    pub fn take(&mut self, (from, to): (f64, f64)) -> Option<usize> {
        (0..self.taken.len()).find(|row| self.take_in(*row, (from, to)))
    }
}

/// A line of the legend below a plot.
pub struct Entry {
    /// Colour of the swatch and the number.
    pub paint: Paint,
    /// The option's number; empty for none.
    pub number: String,
    /// Its name.
    pub title: String,
    /// Values, one for each column, bold runs allowed.
    pub values: Vec<String>,
}

/// Height of a legend with so many entries and a head line.
#[must_use]
pub fn legend_height(entries: usize) -> f64 {
    17.0 * (entries as f64 + 1.0)
}

/// A table below a plot: swatch, number, name, and right-aligned columns 100 pixels wide under their heads. Swatches are lines.
pub fn legend(canvas: &Canvas, top: f64, heads: &[&str], entries: &[Entry]) {
    legend_with(canvas, top, heads, entries, |row, y| {
        canvas.line(&[(2.0, y), (22.0, y)], Stroke(entries[row].paint, 2.6, Dash::Solid));
    });
}

/// The same, where values are those of one place of the page's slider and give way to those of another.
pub fn legend_of_place(canvas: &Canvas, top: f64, heads: &[&str], entries: &[Entry]) {
    let names: Vec<Entry> = entries
        .iter()
        .map(|entry| Entry { values: Vec::new(), number: entry.number.clone(), title: entry.title.clone(), ..*entry })
        .collect();
    legend(canvas, top, heads, &names);
    canvas.part(Part::Plot, || {
        for (row, entry) in entries.iter().enumerate() {
            let write = || {
                for (at, value) in legend_columns(heads.len(), top, row).zip(&entry.values) {
                    canvas.text(at, value, Tie::Right, Type::plain(11.0, Paint::Ink));
                }
            };
            match entry.paint {
                Paint::Series(index) => canvas.part(Part::Option(index), write),
                _ => write(),
            }
        }
    });
}

/// Width of a column of values in a legend.
const COLUMN: f64 = 100.0;

/// The right ends of a row's values in a legend with so many columns.
pub fn legend_columns(columns: usize, top: f64, row: usize) -> impl Iterator<Item = At> {
    let y = top + 17.0 * (row as f64 + 1.0);
    (1..=columns).map(move |i| (WIDTH - 2.0 - COLUMN * (columns - i) as f64, y))
}

/// The same with swatches drawn by `swatch` (20 pixels wide from 2 on) for a row at a height.
pub fn legend_with(canvas: &Canvas, top: f64, heads: &[&str], entries: &[Entry], swatch: impl Fn(usize, f64)) {
    let small = Type::plain(11.0, Paint::Muted);
    for ((right, _), head) in legend_columns(heads.len(), top, 0).zip(heads) {
        canvas.text((right, top), head, Tie::Right, small);
    }
    let room = WIDTH - 32.0 - COLUMN * heads.len() as f64;
    for (row, entry) in entries.iter().enumerate() {
        let write = || {
            let y = top + 17.0 * (row as f64 + 1.0);
            swatch(row, y);
            name(canvas, (30.0, y), (&entry.number, entry.paint), &entry.title, (11.0, room));
            for (at, value) in legend_columns(heads.len(), top, row).zip(&entry.values) {
                canvas.text(at, value, Tie::Right, Type::plain(11.0, Paint::Ink));
            }
        };
        match entry.paint {
            Paint::Series(index) => canvas.part(Part::Option(index), write),
            _ => write(),
        }
    }
}

/// A key below a plot: swatches drawn by `swatch` (16 pixels wide at a place) with words, wrapped into lines 17 pixels high.
/// Returns the height taken.
pub fn key(canvas: &Canvas, top: f64, width: f64, words: &[String], swatch: impl Fn(usize, f64, f64)) -> f64 {
    let (mut x, mut y) = (2.0, top);
    for (i, word) in words.iter().enumerate() {
        let word = cut(word, 11.0, false, width - 30.0);
        let wide = 22.0 + text::width(&word, 11.0, false);
        if x > 2.0 && x + wide > width {
            (x, y) = (2.0, y + 17.0);
        }
        swatch(i, x, y);
        canvas.text((x + 22.0, y), &word, Tie::Left, Type::plain(11.0, Paint::Muted));
        x += wide + 16.0;
    }
    y - top + 17.0
}

/// A label over a vertical mark: bold number and words, kept inside the chart, in the first lane with room. Nothing is drawn
/// where all lanes are taken; the mark itself still stands.
pub fn over(canvas: &Canvas, lanes: &mut Lanes, x: f64, bottom: f64, (number, words): (&str, &str), paint: Paint) {
    let label = if words.is_empty() { bold(number) } else { format!("{} {words}", bold(number)) };
    let look = Type::plain(11.0, paint);
    let wide = text::width(&label, look.size, false);
    let middle = x.clamp(lanes.left + wide / 2.0, (lanes.right - wide / 2.0).max(lanes.left + wide / 2.0));
    if let Some(lane) = lanes.take(span(middle, &label, Tie::Middle, look)) {
        canvas.boxed((middle, bottom - 14.0 * lane as f64), &label, Tie::Middle, look);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_apart_and_inside() {
        let mut places = [50.0, 51.0, 52.0, 99.0];
        push_apart(&mut places, 10.0, 0.0, 100.0);
        assert_eq!(places, [50.0, 60.0, 70.0, 99.0]);
        let mut crowded = [100.0, 100.0, 100.0];
        push_apart(&mut crowded, 10.0, 0.0, 100.0);
        let mut sorted = crowded;
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, [80.0, 90.0, 100.0]);
        push_apart(&mut [], 10.0, 0.0, 1.0);
    }

    #[test]
    fn a_lane_is_taken_once() {
        let mut lanes = Lanes::new(2, 0.0, 100.0);
        assert_eq!(lanes.take((10.0, 50.0)), Some(0));
        assert_eq!(lanes.take((40.0, 60.0)), Some(1));
        assert_eq!(lanes.take((45.0, 58.0)), None);
        assert_eq!(lanes.take((70.0, 99.0)), Some(0));
        assert_eq!(lanes.take((90.0, 120.0)), None);
    }
}
