//! Measured times as counts in intervals: what a fit sees of a log, and what the counts say by themselves.

use super::kernel::Blur;
use crate::calibrate::times::{Cell, Times};

/// Nanoseconds in a millisecond: logs speak in the latter, laws in the former.
pub(super) const MS: f64 = 1e6;
/// Most cells that a likelihood is computed over; more are joined, which loses nothing that shows at a relative width of a percent.
const MOST_CELLS: usize = 384;
/// Relative width below which neighbours are joined first; doubled until they are few enough.
const FIRST_WIDTH: f64 = 0.002;

/// Share of the times beyond a quantile that must have been seen to their end.
const SEEN: f64 = 0.25;

/// How many times lie in an interval; ends in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bin {
    pub low: f64,
    pub high: f64,
    /// As counted: what a likelihood sees.
    pub count: f64,
    /// With its share of the times that are only known to be longer than something below: what the measured curve sees.
    pub mass: f64,
}

/// Times that are only known to be longer than `than` nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Longer {
    pub than: f64,
    pub count: f64,
}

/// Counts in disjoint intervals in rising order, none of them empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub bins: Vec<Bin>,
    /// Times in the bins.
    pub n: u64,
    /// Times that were cut off, in rising order.
    pub longer: Vec<Longer>,
    /// How many of them.
    pub cut_off: u64,
    /// What rounding did to the times.
    pub blur: Blur,
}

impl Sample {
    /// From the cells of a log. Cells without counts, or that are no intervals, are left out; what lies at or below 0 is counted in the
    /// next cell.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Sample {
        let (mut n, mut below) = (0_u64, 0_u64);
        let mut bins = Vec::new();
        for cell in cells {
            let (low, high) = (cell.low_ms.max(0.0) * MS, cell.high_ms * MS);
            if cell.count > 0 && high > low && high.is_finite() {
                n += cell.count;
                bins.push(Bin { low, high, count: cell.count as f64, mass: cell.count as f64 });
            } else if high <= 0.0 {
                below += cell.count;
            }
        }
        bins.sort_by(|a: &Bin, b| a.low.total_cmp(&b.low));
        if let Some(first) = bins.first_mut().filter(|_| below > 0) {
            *first = Bin { low: 0.0, count: first.count + below as f64, mass: first.mass + below as f64, ..*first };
            n += below;
        }
        Sample { bins, n, longer: Vec::new(), cut_off: 0, blur: Blur::default() }
    }

    /// The times of a part of the path, and those of which it is only known that they were longer.
    pub fn of(times: &Times, longer: Option<&Times>) -> Sample {
        let scale = times.scale();
        let mut sample = Sample::new(times.cells());
        sample.blur = Blur { errors: scale.blurs, tick: f64::from(scale.tick_us) * 1e3 };
        let cut_off = longer.into_iter().flat_map(Times::cells);
        sample.longer = cut_off.map(|cell| Longer { than: cell.low_ms * MS, count: cell.count as f64 }).collect();
        sample.cut_off = longer.map_or(0, Times::n);
        sample.spread_cut_off();
        sample
    }

    /// Gives the times that were cut off to the bins beyond, in proportion to what these hold: the estimate of Kaplan and Meier,
    /// "Nonparametric estimation from incomplete observations", J. Am. Stat. Assoc. 53 (1958). What was cut off beyond all bins is
    /// given to none.
    fn spread_cut_off(&mut self) {
        if self.longer.is_empty() {
            return;
        }
        let all = self.all();
        let (mut at_risk, mut surviving) = (all, 1.0);
        let mut longer = self.longer.iter().peekable();
        for bin in &mut self.bins {
            while let Some(gone) = longer.next_if(|longer| longer.than <= (bin.low + bin.high) / 2.0) {
                at_risk -= gone.count;
            }
            let ends = (bin.count / at_risk).min(1.0);
            bin.mass = all * surviving * ends;
            surviving *= 1.0 - ends;
            at_risk -= bin.count;
        }
    }

    /// All times, those that were cut off among them.
    pub fn all(&self) -> f64 {
        (self.n + self.cut_off) as f64
    }

    /// The share of the times that were cut off beyond all others, so that nothing tells how long they would have been.
    pub fn beyond(&self) -> f64 {
        if self.longer.is_empty() { 0.0 } else { 1.0 - self.bins.iter().map(|bin| bin.mass).sum::<f64>() / self.all() }
    }

    /// The greatest time that is known of: the end of the last bin, or what the last time that was cut off had reached.
    pub fn end(&self) -> f64 {
        let bins = self.bins.last().map_or(0.0, |bin| bin.high);
        self.longer.last().map_or(bins, |longer| bins.max(longer.than))
    }

    /// The same with at most `most` cells: neighbours are joined, the closest in relative terms first.
    pub fn joined(&self, most: usize) -> Sample {
        let bins = joined(&self.bins, most, |last, bin, width| {
            let near = bin.high - last.low <= width * bin.high;
            near.then_some(Bin {
                low: last.low,
                high: bin.high,
                count: last.count + bin.count,
                mass: last.mass + bin.mass,
            })
        });
        // At the mean of their logarithms nearly, which neighbours share.
        let longer = joined(&self.longer, most, |last, next, width| {
            let count = last.count + next.count;
            let than = (last.than * last.count + next.than * next.count) / count;
            (next.than - last.than <= width * next.than).then_some(Longer { than, count })
        });
        Sample { bins, longer, ..self.clone() }
    }

    /// As many cells as a likelihood needs.
    pub fn for_likelihood(&self) -> Sample {
        self.joined(MOST_CELLS)
    }

    /// The measured quantile, and the interval that holds it: counts spread evenly over their cell. `None` without counts, and where
    /// only times that were cut off lie beyond it.
    pub fn quantile(&self, q: f64) -> Option<(f64, Bin)> {
        let rank = q.clamp(0.0, 1.0) * self.all();
        let mut below = 0.0;
        for (index, bin) in self.bins.iter().enumerate() {
            let last = index + 1 == self.bins.len() && self.longer.is_empty();
            if below + bin.mass >= rank || last {
                let share = ((rank - below) / bin.mass).clamp(0.0, 1.0);
                return Some((bin.low + share * (bin.high - bin.low), *bin));
            }
            below += bin.mass;
        }
        None
    }

    /// Whether the times tell a quantile: where some were cut off, a quarter at least of what should lie beyond it must have been seen to
    /// its end. The few that end where most are cut off stand for all of them, and say little.
    pub fn tells(&self, q: f64) -> bool {
        if self.longer.is_empty() {
            return true;
        }
        let Some((value, _)) = self.quantile(q) else { return false };
        // Of the cell that holds the quantile what lies beyond it: a timeout or a fixed pause may be in one cell all of it.
        let share = |bin: &Bin| ((bin.high - value) / (bin.high - bin.low)).clamp(0.0, 1.0);
        let seen: f64 = self.bins.iter().map(|bin| bin.count * share(bin)).sum();
        seen >= SEEN * (1.0 - q) * self.all()
    }

    /// Mean and variance with every count at the middle of its cell; what lies beyond all cells at their end.
    pub fn moments(&self) -> (f64, f64) {
        let n = self.all().max(1.0);
        let middle = |bin: &Bin| (bin.low + bin.high) / 2.0;
        let beyond = (self.end(), self.beyond() * n);
        let mean = (self.bins.iter().map(|bin| bin.mass * middle(bin)).sum::<f64>() + beyond.0 * beyond.1) / n;
        let square = self.bins.iter().map(|bin| bin.mass * (middle(bin) - mean).powi(2)).sum::<f64>();
        (mean, (square + beyond.1 * (beyond.0 - mean).powi(2)) / (n - 1.0).max(1.0))
    }
}

/// `all` with neighbours joined where `join` gives one for them at a relative width; the width grows until at most `most` are left.
fn joined<T: Copy>(all: &[T], most: usize, join: impl Fn(&T, &T, f64) -> Option<T>) -> Vec<T> {
    let (mut width, mut fewer) = (FIRST_WIDTH, all.to_vec());
    while fewer.len() > most.max(1) {
        let mut kept: Vec<T> = Vec::new();
        for one in all {
            match kept.last().and_then(|last| join(last, one, width)) {
                Some(both) => {
                    if let Some(last) = kept.last_mut() {
                        *last = both;
                    }
                }
                None => kept.push(*one),
            }
        }
        fewer = kept;
        width *= 1.5;
    }
    fewer
}
