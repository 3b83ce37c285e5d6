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
    /// Left, and broken between words into further lines where the table is too wide.
    Wrap,
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
            for cells in self.broken(row, &widths) {
                let line = self.line(&cells, &widths, paint);
                out.push_str(if paint.colour { &line } else { line.trim_end() });
                out.push('\n');
            }
        }
        out.push_str(&format!("{rule}\n"));
        out
    }

    /// A row as the lines it takes: only cells that wrap take more than one.
    fn broken(&self, row: &[String], widths: &[usize]) -> Vec<Vec<String>> {
        let lines: Vec<Vec<String>> = (0..row.len())
            .map(|i| if self.columns[i].1 == Align::Wrap { words(&row[i], widths[i]) } else { vec![row[i].clone()] })
            .collect();
        let tallest = lines.iter().map(Vec::len).max().unwrap_or(0);
        let cell = |lines: &Vec<String>, k: usize| lines.get(k).cloned().unwrap_or_default();
        (0..tallest).map(|k| lines.iter().map(|lines| cell(lines, k)).collect()).collect()
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
                Align::Left | Align::Cut | Align::Wrap => line.push_str(&format!("{cell}{pad}")),
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
            let cuttable = |i: &usize| matches!(self.columns[*i].1, Align::Cut | Align::Wrap) && widths[*i] > 12;
            let widest = (0..widths.len()).filter(cuttable).max_by_key(|&i| widths[i]);
            let Some(i) = widest.or_else(|| (0..widths.len()).max_by_key(|&i| widths[i])) else { break };
            widths[i] -= 1;
        }
        widths
    }
}

/// `text` in lines of at most `width` characters, broken between words; a word that is longer stands alone and is cut.
fn words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let length = lines[last].chars().count();
        if length == 0 {
            lines[last].push_str(word);
        } else if length + 1 + word.chars().count() <= width {
            lines[last].push_str(&format!(" {word}"));
        } else {
            lines.push(word.to_string());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_wrap_keep_their_words() {
        let mut table = Table::new(&[("a", Align::Right), ("b", Align::Wrap)]);
        table.row(vec!["1".into(), "condition ".repeat(12)]);
        let text = table.text(Paint { colour: false });
        assert_eq!(text.matches("condition").count(), 12, "{text}");
        assert_eq!(text.lines().count(), 5, "{text}");
    }
}
