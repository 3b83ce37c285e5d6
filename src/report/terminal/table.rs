//! Columns of text that are made to fit the screen. Knows no meaning but marks.

use super::{Paint, WIDTH, clean};
use crate::report::number::cut;

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
    /// Left, and cut where the table is too wide.
    Cut,
    /// A single mark, in its colour.
    Mark,
}

/// A table under construction.
pub(super) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(columns: &[(&'static str, Align)]) -> Table {
        Table { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; missing cells are empty.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.into_iter().map(|cell| clean(&cell)).collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Head, rule, rows, rule.
    pub(super) fn text(&self, paint: Paint) -> String {
        let widths = self.widths();
        let head: Vec<String> = self.columns.iter().map(|(head, _)| (*head).to_string()).collect();
        let mut out = paint.bold(self.line(&head, &widths, Paint { colour: false }).trim_end());
        out.push('\n');
        let rule = paint.dim(&super::rule());
        out.push_str(&format!("{rule}\n"));
        for row in &self.rows {
            let line = self.line(row, &widths, paint);
            out.push_str(if paint.colour { &line } else { line.trim_end() });
            out.push('\n');
        }
        out.push_str(&format!("{rule}\n"));
        out
    }

    fn line(&self, cells: &[String], widths: &[usize], paint: Paint) -> String {
        let mut line = String::new();
        for (i, ((_, align), width)) in self.columns.iter().zip(widths).enumerate() {
            if i > 0 {
                line.push(' ');
            }
            let cell = cells.get(i).map(String::as_str).unwrap_or_default();
            let cell = cut(cell, *width);
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            match align {
                Align::Right => line.push_str(&format!("{pad}{cell}")),
                Align::Mark => line.push_str(&format!("{}{pad}", paint.mark(&cell))),
                Align::Left | Align::Cut => line.push_str(&format!("{cell}{pad}")),
            }
        }
        line
    }

    /// Natural widths; what is too much is taken from the widest column that may be cut, again and again, then from any.
    fn widths(&self) -> Vec<usize> {
        let natural = |i: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count());
            cells.max().unwrap_or(0).max(self.columns[i].0.chars().count())
        };
        let mut widths: Vec<usize> = (0..self.columns.len()).map(natural).collect();
        let room = WIDTH - self.columns.len();
        while widths.iter().sum::<usize>() > room {
            let cuttable = |i: &usize| self.columns[*i].1 == Align::Cut && widths[*i] > 12;
            let widest = (0..widths.len()).filter(cuttable).max_by_key(|&i| widths[i]);
            let Some(i) = widest.or_else(|| (0..widths.len()).max_by_key(|&i| widths[i])) else { break };
            widths[i] -= 1;
        }
        widths
    }
}
