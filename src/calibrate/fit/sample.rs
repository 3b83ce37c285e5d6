//! Measured times as counts in intervals: what a fit sees of a log, and what the counts say by themselves.

use crate::calibrate::times::Cell;

/// Nanoseconds in a millisecond: logs speak in the latter, laws in the former.
pub(super) const MS: f64 = 1e6;
/// Most cells that a likelihood is computed over; more are joined, which loses nothing that shows at a relative width of a percent.
const MOST_CELLS: usize = 384;
/// Relative width below which neighbours are joined first; doubled until they are few enough.
const FIRST_WIDTH: f64 = 0.002;

/// How many times lie in an interval; ends in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bin {
    pub low: f64,
    pub high: f64,
    pub count: f64,
}

/// Counts in disjoint intervals in rising order, none of them empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub bins: Vec<Bin>,
    pub n: u64,
}

impl Sample {
    /// From the cells of a log. Cells without counts, or that are no intervals, are left out.
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Sample {
        let mut n = 0_u64;
        let mut bins = Vec::new();
        for cell in cells {
            let (low, high) = (cell.low_ms.max(0.0) * MS, cell.high_ms * MS);
            if cell.count > 0 && high > low && high.is_finite() {
                n += cell.count;
                bins.push(Bin { low, high, count: cell.count as f64 });
            }
        }
        bins.sort_by(|a, b| a.low.total_cmp(&b.low));
        Sample { bins, n }
    }

    /// The same with at most `most` cells: neighbours are joined, the closest in relative terms first.
    pub fn joined(&self, most: usize) -> Sample {
        let (mut width, mut bins) = (FIRST_WIDTH, self.bins.clone());
        while bins.len() > most.max(1) {
            let mut joined: Vec<Bin> = Vec::new();
            for bin in &self.bins {
                match joined.last_mut() {
                    Some(last) if bin.high - last.low <= width * bin.high => {
                        last.high = bin.high;
                        last.count += bin.count;
                    }
                    _ => joined.push(*bin),
                }
            }
            bins = joined;
            width *= 1.5;
        }
        Sample { bins, n: self.n }
    }

    /// As many cells as a likelihood needs.
    pub fn for_likelihood(&self) -> Sample {
        self.joined(MOST_CELLS)
    }

    /// The measured quantile, and the interval that holds it: counts spread evenly over their cell. `None` without counts.
    pub fn quantile(&self, q: f64) -> Option<(f64, Bin)> {
        let rank = q.clamp(0.0, 1.0) * self.n as f64;
        let mut below = 0.0;
        for (index, bin) in self.bins.iter().enumerate() {
            let last = index + 1 == self.bins.len();
            if below + bin.count >= rank || last {
                let share = ((rank - below) / bin.count).clamp(0.0, 1.0);
                return Some((bin.low + share * (bin.high - bin.low), *bin));
            }
            below += bin.count;
        }
        None
    }

    /// Mean and variance with every count at the middle of its cell.
    pub fn moments(&self) -> (f64, f64) {
        let n = (self.n as f64).max(1.0);
        let middle = |bin: &Bin| (bin.low + bin.high) / 2.0;
        let mean = self.bins.iter().map(|bin| bin.count * middle(bin)).sum::<f64>() / n;
        let square = self.bins.iter().map(|bin| bin.count * (middle(bin) - mean).powi(2)).sum::<f64>();
        (mean, square / (n - 1.0).max(1.0))
    }
}
