//! Option numbers at the right ends of curves, clear of other marks; curves that end together share a label. Knows no results.

use super::canvas::{At, Canvas, Part, Tie, Type, span};
use super::label::push_apart;
use super::style::Paint;

/// The right end of a curve.
pub struct Tip {
    /// Where it ends, in pixels.
    pub at: At,
    /// Place among the options, which gives number and colour.
    pub index: u8,
    /// The option's number; a curve without one gets no label.
    pub number: String,
}

/// What labels must not cover.
#[derive(Default)]
pub struct Taken {
    /// Pixels of vertical lines.
    pub verticals: Vec<f64>,
    /// Middles of rings.
    pub rings: Vec<At>,
}

const LOOK: Type = Type::bold(11.0, Paint::Ink);
const GAP: f64 = 12.0;
/// Ends nearer than this cannot be told apart.
const SAME: At = (2.0, 3.0);

/// Writes the numbers right of the tips, between the heights `top` and `bottom`.
pub fn tips(canvas: &Canvas, tips: Vec<Tip>, taken: &Taken, (top, bottom): (f64, f64)) {
    let groups = together(tips.into_iter().filter(|t| !t.number.is_empty()).collect());
    let mut heights: Vec<f64> = groups.iter().map(|g| g.iter().map(|t| t.at.1).sum::<f64>() / g.len() as f64).collect();
    push_apart(&mut heights, GAP, top, bottom);
    for (group, height) in groups.iter().zip(heights) {
        let words = shared(group);
        let paint = if let [one] = &group[..] { Paint::Series(one.index) } else { Paint::Ink };
        let x = free(taken, (group[0].at.0 + 7.0, height), &words);
        let write = || canvas.boxed((x, height), &words, Tie::Left, Type { paint, ..LOOK });
        match &group[..] {
            [one] => canvas.part(Part::Option(one.index), write),
            _ => write(),
        }
    }
}

/// Tips that lie on each other, each group in order of its options.
fn together(mut tips: Vec<Tip>) -> Vec<Vec<Tip>> {
    tips.sort_by(|a, b| a.at.1.total_cmp(&b.at.1).then(a.index.cmp(&b.index)));
    let mut groups: Vec<Vec<Tip>> = Vec::new();
    for tip in tips {
        let near = |g: &&mut Vec<Tip>| {
            let last = g[g.len() - 1].at;
            (last.0 - tip.at.0).abs() <= SAME.0 && (last.1 - tip.at.1).abs() <= SAME.1
        };
        match groups.iter_mut().find(near) {
            Some(group) => group.push(tip),
            None => groups.push(vec![tip]),
        }
    }
    groups.iter_mut().for_each(|g| g.sort_by_key(|t| t.index));
    groups
}

/// `2, 3`, or `1, 3–5` where three or more follow each other.
fn shared(group: &[Tip]) -> String {
    let mut out = String::new();
    let mut rest = group;
    while let Some(first) = rest.first() {
        let run =
            (1..rest.len()).take_while(|&i| usize::from(rest[i].index) == usize::from(first.index) + i).count() + 1;
        let run = if run < 3 { 1 } else { run };
        out += if out.is_empty() { "" } else { ", " };
        out += &first.number;
        if run > 1 {
            out = format!("{out}–{}", rest[run - 1].number);
        }
        rest = &rest[run..];
    }
    out
}

/// The first place from `at` to the right where the words cover no vertical and no ring.
fn free(taken: &Taken, (x, y): At, words: &str) -> f64 {
    let mut x = x;
    // Each step passes at least one mark, of which there are finitely many.
    loop {
        let (from, to) = span(x, words, Tie::Left, LOOK);
        let line = taken.verticals.iter().copied().filter(|v| (from - 3.0..to + 3.0).contains(v));
        let ring = taken.rings.iter().filter(|r| r.0 + 6.0 > from && r.0 - 6.0 < to && (r.1 - y).abs() < 10.0);
        let past = line.map(|v| v + 3.5).chain(ring.map(|r| r.0 + 6.5)).fold(f64::NEG_INFINITY, f64::max);
        if past <= x {
            return x;
        }
        x = past;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(index: u8, x: f64, y: f64) -> Tip {
        Tip { at: (x, y), index, number: (index + 1).to_string() }
    }

    #[test]
    fn ends_on_each_other_share_a_label() {
        let groups = together(vec![tip(0, 50.0, 10.0), tip(2, 50.0, 30.5), tip(1, 50.0, 30.0), tip(3, 90.0, 30.0)]);
        let words: Vec<String> = groups.iter().map(|g| shared(g)).collect();
        assert_eq!(words, ["1", "2, 3", "4"]);
        let all: Vec<Tip> = [0, 2, 3, 4].map(|i| tip(i, 0.0, 0.0)).into();
        assert_eq!(shared(&all), "1, 3–5");
    }

    #[test]
    fn a_label_steps_over_lines_and_rings() {
        let taken = Taken { verticals: vec![60.0], rings: vec![(70.0, 100.0), (90.0, 200.0)] };
        let x = free(&taken, (57.0, 101.0), "2");
        assert!((76.0..80.0).contains(&x), "{x}");
        assert_eq!(free(&Taken::default(), (57.0, 101.0), "2"), 57.0);
    }
}
