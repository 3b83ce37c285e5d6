//! Counts of arrivals in equal bins from the first to the last, and in windows of several bins.

use crate::calibrate::counts;

/// Most windows that are looked at: 46 days of seconds.
const MOST_WINDOWS: u64 = 4_000_000;

/// Bins of which nothing is known: a file of the log is missing there.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Gap {
    /// First bin, which the log leaves in its midst, and the one after the last, in whose midst it comes back.
    bins: (u64, u64),
    /// What came in these two.
    arrivals: (u64, u64),
}

/// Counts in bins of equal length; bins that are not listed hold none.
///
/// A log begins and ends within a bin: those two hold only a part of what came in them, so that windows leave them out, while rates
/// count their arrivals over the exact time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Length of a bin in seconds, at least 1.
    pub bin_s: u32,
    /// Second at which the first whole bin starts, on the clock of whoever counted.
    pub start_s: i64,
    /// Whole bins.
    pub length: u64,
    /// Number of the whole bin from 0 and its count, in rising order.
    bins: Vec<(u64, u64)>,
    /// All arrivals, those of the partial bins too.
    pub total: u64,
    /// Arrivals in the partial bins before and after the whole ones.
    partial: (u64, u64),
    /// Seconds at which observation begins and ends.
    observed: (f64, f64),
    /// Whether it begins or ends at an arrival, which then says nothing of the rate.
    at_an_arrival: bool,
    /// What lies between and is not observed, in rising order.
    gaps: Vec<Gap>,
}

impl Series {
    /// From (second at which a bin starts, count), rising, all multiples of `bin_s` apart; all of these bins are whole. Bins without
    /// arrivals may be left out; those before the first and after the last that holds some do not count as observed.
    #[must_use]
    pub fn new(bin_s: u32, counts: impl IntoIterator<Item = (i64, u64)>) -> Series {
        let bin = i64::from(bin_s.max(1));
        let mut series = Series {
            bin_s: bin_s.max(1),
            start_s: 0,
            length: 0,
            bins: Vec::new(),
            total: 0,
            partial: (0, 0),
            observed: (0.0, 0.0),
            at_an_arrival: false,
            gaps: Vec::new(),
        };
        for (second, count) in counts {
            if count == 0 {
                continue;
            }
            if series.bins.is_empty() {
                series.start_s = second;
            }
            let index = ((second - series.start_s) / bin).max(0) as u64;
            match series.bins.last_mut() {
                Some(last) if last.0 >= index => last.1 += count,
                _ => series.bins.push((index, count)),
            }
            series.total += count;
        }
        series.length = series.bins.last().map_or(0, |last| last.0 + 1);
        series.observed = (series.start_s as f64, series.end_s() as f64);
        series
    }

    /// The arrivals of a log: the bins in which it begins and ends are partial, and where files are missing nothing is observed.
    #[must_use]
    pub fn of(arrivals: &counts::Arrivals) -> Series {
        let all = Series::new(arrivals.bin_s(), arrivals.bins());
        let Some((first_us, last_us)) = arrivals.range_us() else { return all };
        let first = all.bins.first().map_or(0, |bin| bin.1);
        let last = if all.length > 1 { all.bins.last().map_or(0, |bin| bin.1) } else { 0 };
        let length = all.length.saturating_sub(2);
        let inner = all.bins.iter().filter(|bin| bin.0 > 0 && bin.0 <= length).map(|bin| (bin.0 - 1, bin.1));
        let whole = Series {
            start_s: all.start_s + i64::from(all.bin_s),
            length,
            bins: inner.collect(),
            partial: (first, last),
            observed: (first_us as f64 / 1e6, last_us as f64 / 1e6),
            at_an_arrival: true,
            ..all
        };
        whole.without(arrivals.missing())
    }

    /// The same without what lies between the ends of `gaps`, in seconds, and without the bins that they begin and end in.
    fn without(mut self, mut gaps: Vec<(i64, i64)>) -> Series {
        gaps.sort_unstable();
        let bin = i64::from(self.bin_s);
        for (from, to) in gaps {
            let first = ((from - self.start_s).div_euclid(bin) - 1).max(0) as u64;
            let first = first.max(self.gaps.last().map_or(0, |gap| gap.bins.1));
            let end = (((to - self.start_s).div_euclid(bin) + 1).max(0) as u64).min(self.length);
            if end <= first {
                continue;
            }
            let inside = |bin: &(u64, u64)| (first..end).contains(&bin.0);
            let middle = self.at(first) + bin;
            let before: u64 = self.bins.iter().filter(|b| inside(b) && self.at(b.0) < middle).map(|b| b.1).sum();
            let all: u64 = self.bins.iter().filter(|b| inside(b)).map(|b| b.1).sum();
            self.bins.retain(|bin| !inside(bin));
            self.gaps.push(Gap { bins: (first, end), arrivals: (before, all - before) });
        }
        self
    }

    /// Second at which the last whole bin ends.
    fn end_s(&self) -> i64 {
        self.at(self.length)
    }

    /// Second at which whole bin `index` begins.
    fn at(&self, index: u64) -> i64 {
        self.start_s + index as i64 * i64::from(self.bin_s)
    }

    /// What lies before second `cut`, and the rest; bins are not parted, so that the cut is moved to the next border of them.
    #[must_use]
    pub fn split(&self, cut: i64) -> (Series, Series) {
        let bin = i64::from(self.bin_s);
        let whole = (cut - self.start_s + bin - 1).div_euclid(bin);
        // Before the first whole bin lies the partial one; a cut beyond all of them leaves nothing behind it.
        let all_before = whole > self.length as i64;
        let number = whole.clamp(0, self.length as i64) as u64;
        let border = self.at(number);
        let count = |bins: &[(u64, u64)]| bins.iter().map(|bin| bin.1).sum::<u64>();
        let parted = self.bins.partition_point(|bin| bin.0 < number);
        let (before, after) = self.bins.split_at(parted);
        let (gaps_before, gaps_after) = parted_gaps(&self.gaps, number);
        let in_gaps = |gaps: &[Gap]| gaps.iter().map(|gap| gap.arrivals.0 + gap.arrivals.1).sum::<u64>();
        let none_before = whole < 0;
        let first = if none_before { 0 } else { self.partial.0 };
        let last = if all_before { self.partial.1 } else { 0 };
        let head = first + count(before) + in_gaps(&gaps_before) + last;
        let tail = self.total - head;
        // Where everything lies on one side, the other one has no length.
        let edge = match (none_before, all_before) {
            (true, _) => self.observed.0,
            (_, true) => self.observed.1,
            _ => border as f64,
        };
        let before = Series {
            length: number,
            bins: before.to_vec(),
            total: head,
            partial: (first, last),
            observed: (self.observed.0, edge),
            gaps: gaps_before,
            ..self.clone()
        };
        let after = Series {
            start_s: border,
            length: self.length - number,
            bins: after.iter().map(|bin| (bin.0 - number, bin.1)).collect(),
            total: tail,
            partial: (self.partial.0 - first, self.partial.1 - last),
            observed: (edge, self.observed.1),
            gaps: gaps_after,
            ..self.clone()
        };
        (before, after)
    }

    /// Observed time in seconds: from the first to the last arrival of a log without what is missing in between, or that of all bins.
    #[must_use]
    pub fn span_s(&self) -> f64 {
        let missing: u64 = self.gaps.iter().map(|gap| gap.bins.1 - gap.bins.0).sum();
        (self.observed.1 - self.observed.0 - missing as f64 * f64::from(self.bin_s)).max(0.0)
    }

    /// Arrivals per second over the observed time; where that has no length over the bins that hold them, and 0 where there are none.
    #[must_use]
    pub fn mean_rate(&self) -> f64 {
        let at_gaps: u64 = self.gaps.iter().map(|gap| gap.arrivals.0 + gap.arrivals.1).sum();
        let counted = self.total.saturating_sub(at_gaps + u64::from(self.at_an_arrival));
        match self.total {
            0 => 0.0,
            _ if counted > 0 && self.span_s() > 0.0 => counted as f64 / self.span_s(),
            total => total as f64 / f64::from(self.bin_s),
        }
    }

    /// Counts of the whole windows of `seconds` each, from the first whole bin on and anew behind everything that is missing; `None` where
    /// that is no multiple of the bins, or there are more than 4,000,000 windows.
    #[must_use]
    pub fn windows(&self, seconds: u32) -> Option<Vec<f64>> {
        Some(self.pieces(seconds)?.concat())
    }

    /// The same by pieces: a list for each stretch without anything missing in it.
    pub(super) fn pieces(&self, seconds: u32) -> Option<Vec<Vec<f64>>> {
        let begins = std::iter::once(0).chain(self.gaps.iter().map(|gap| gap.bins.1));
        let ends = self.gaps.iter().map(|gap| gap.bins.0).chain([self.length]);
        begins.zip(ends).map(|(begin, end)| self.counts(seconds, begin, end)).collect()
    }

    /// Counts of whole windows one after the other from the first whole bin on, without those in which something is missing.
    pub(super) fn places(&self, seconds: u32) -> Option<Vec<Option<f64>>> {
        let each = u64::from(seconds / self.bin_s.max(1));
        let missing = |at: u64| self.gaps.iter().any(|gap| gap.bins.0 < (at + 1) * each && gap.bins.1 > at * each);
        let counts = self.counts(seconds, 0, self.length)?;
        Some(counts.iter().zip(0..).map(|(count, at)| (!missing(at)).then_some(*count)).collect())
    }

    /// Counts of the whole windows between two bins.
    fn counts(&self, seconds: u32, begin: u64, end: u64) -> Option<Vec<f64>> {
        if seconds == 0 || !seconds.is_multiple_of(self.bin_s) {
            return None;
        }
        let each = u64::from(seconds / self.bin_s);
        let number = end.saturating_sub(begin) / each;
        if number > MOST_WINDOWS {
            return None;
        }
        let mut windows = vec![0.0; number as usize];
        let from = self.bins.partition_point(|bin| bin.0 < begin);
        for (index, count) in &self.bins[from..] {
            if let Some(window) = windows.get_mut(((index - begin) / each) as usize) {
                *window += *count as f64;
            }
        }
        Some(windows)
    }
}

/// What is missing before bin `number`, and behind it, where bins count from 0.
fn parted_gaps(gaps: &[Gap], number: u64) -> (Vec<Gap>, Vec<Gap>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for gap in gaps {
        let (from, to) = gap.bins;
        let (first, last) = gap.arrivals;
        if to <= number {
            before.push(*gap);
        } else if from >= number {
            after.push(Gap { bins: (from - number, to - number), ..*gap });
        } else {
            before.push(Gap { bins: (from, number), arrivals: (first, 0) });
            after.push(Gap { bins: (0, to - number), arrivals: (0, last) });
        }
    }
    (before, after)
}
