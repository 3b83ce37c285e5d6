//! Counts of arrivals in equal bins from the first to the last, and in windows of several bins.

use crate::calibrate::counts;

/// Most windows that are looked at: 46 days of seconds.
const MOST_WINDOWS: u64 = 4_000_000;

/// Counts in bins of equal length; bins that are not listed hold none.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Length of a bin in seconds, at least 1.
    pub bin_s: u32,
    /// Second at which the first bin starts, on the clock of whoever counted.
    pub start_s: i64,
    /// Bins from the first that holds arrivals to the last.
    pub length: u64,
    /// Number of the bin from 0 and its count, in rising order.
    bins: Vec<(u64, u64)>,
    /// All arrivals.
    pub total: u64,
}

impl Series {
    /// From (second at which a bin starts, count), rising, all multiples of `bin_s` apart. Bins without arrivals may be left out;
    /// those before the first and after the last that holds some do not count as observed.
    #[must_use]
    pub fn new(bin_s: u32, counts: impl IntoIterator<Item = (i64, u64)>) -> Series {
        let bin = i64::from(bin_s.max(1));
        let mut series = Series { bin_s: bin_s.max(1), start_s: 0, length: 0, bins: Vec::new(), total: 0 };
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
        series
    }

    /// The arrivals of a log.
    #[must_use]
    pub fn of(arrivals: &counts::Arrivals) -> Series {
        Series::new(arrivals.bin_s(), arrivals.bins())
    }

    /// The bins that start before second `cut`, and the others.
    #[must_use]
    pub fn split(&self, cut: i64) -> (Series, Series) {
        let at = |index: u64| self.start_s + index as i64 * i64::from(self.bin_s);
        let before = self.bins.iter().filter(|bin| at(bin.0) < cut).map(|bin| (at(bin.0), bin.1));
        let after = self.bins.iter().filter(|bin| at(bin.0) >= cut).map(|bin| (at(bin.0), bin.1));
        (Series::new(self.bin_s, before), Series::new(self.bin_s, after))
    }

    /// Observed time in seconds.
    #[must_use]
    pub fn span_s(&self) -> f64 {
        self.length as f64 * f64::from(self.bin_s)
    }

    /// Arrivals per second; 0 where there are none.
    #[must_use]
    pub fn mean_rate(&self) -> f64 {
        if self.length == 0 { 0.0 } else { self.total as f64 / self.span_s() }
    }

    /// Counts of the whole windows of `seconds` each from the first bin on; `None` where that is no multiple of the bins, or there
    /// are more than 4,000,000 windows.
    #[must_use]
    pub fn windows(&self, seconds: u32) -> Option<Vec<f64>> {
        if seconds == 0 || !seconds.is_multiple_of(self.bin_s) {
            return None;
        }
        let each = u64::from(seconds / self.bin_s);
        let number = self.length / each;
        if number > MOST_WINDOWS {
            return None;
        }
        let mut windows = vec![0.0; number as usize];
        for (index, count) in &self.bins {
            if let Some(window) = windows.get_mut((index / each) as usize) {
                *window += *count as f64;
            }
        }
        Some(windows)
    }
}
