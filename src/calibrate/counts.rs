//! When requests arrived: counts per second, or per longer bin where a log spans too many seconds to keep them.

use std::collections::BTreeMap;

/// Lengths of bins in seconds; each divides the next.
const BINS: [u32; 6] = [1, 10, 60, 600, 3600, 86_400];
/// Bins of a block, the unit of memory: an hour of seconds.
const BLOCK: i64 = 3600;
/// Most blocks: 42 days of seconds that hold arrivals, 15 MB. Beyond, bins grow to 10 s, 60 s, ...
const BLOCKS: usize = 1024;

/// Most stretches without arrivals that are looked at: the longest.
const GAPS: usize = 64;
/// How many times the longest gap that chance gives a stretch must last to be told as one, and the least length in seconds.
const GAP: (f64, i64) = (10.0, 60);
/// Most gaps that are taken for missing files.
const MISSING: usize = 8;
/// Arrivals below which nothing is said of gaps.
const FEW: u64 = 100;

/// Counts of arrivals. Rows may come in any order: what is kept depends on what was counted alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrivals {
    level: usize,
    blocks: BTreeMap<i64, Box<[u32]>>,
    total: u64,
    range: Option<(i64, i64)>,
}

impl Arrivals {
    /// Counts an arrival `at_us` microseconds after 1970 began (UTC).
    pub fn record(&mut self, at_us: i64) {
        self.total += 1;
        let (first, last) = self.range.unwrap_or((at_us, at_us));
        self.range = Some((first.min(at_us), last.max(at_us)));
        self.put(at_us.div_euclid(1_000_000), 1);
        self.shrink();
    }

    fn put(&mut self, second: i64, count: u32) {
        let bin = second.div_euclid(i64::from(self.bin_s()));
        let block = self.blocks.entry(bin.div_euclid(BLOCK)).or_insert_with(|| vec![0; BLOCK as usize].into());
        let counter = &mut block[bin.rem_euclid(BLOCK) as usize];
        *counter = counter.saturating_add(count);
    }

    /// Lengthens the bins until they fit.
    fn shrink(&mut self) {
        while self.blocks.len() > BLOCKS && self.level + 1 < BINS.len() {
            self.coarsen();
        }
    }

    /// The next longer bins.
    fn coarsen(&mut self) {
        let before = i64::from(self.bin_s());
        self.level += 1;
        let finer = std::mem::take(&mut self.blocks);
        self.put_all(&finer, before);
    }

    fn put_all(&mut self, blocks: &BTreeMap<i64, Box<[u32]>>, bin_s: i64) {
        for (block, counters) in blocks {
            for (at, count) in counters.iter().enumerate().filter(|(_, count)| **count > 0) {
                self.put((block * BLOCK + at as i64) * bin_s, *count);
            }
        }
    }

    /// Adds the counts of another log.
    pub fn merge(&mut self, other: &Arrivals) {
        while self.level < other.level {
            self.coarsen();
        }
        self.total += other.total;
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.put_all(&other.blocks, i64::from(other.bin_s()));
        self.shrink();
    }

    /// Length of the bins that are kept, in seconds: 1, 10, 60, 600, 3,600 or 86,400.
    #[must_use]
    pub fn bin_s(&self) -> u32 {
        BINS[self.level]
    }

    /// How many arrivals were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// First and last arrival in microseconds since 1970 (UTC); `None` where there is none.
    #[must_use]
    pub fn range_us(&self) -> Option<(i64, i64)> {
        self.range
    }

    /// Bins that hold arrivals, as (second since 1970 at which the bin starts, count), in rising order; all others hold none. Bins
    /// are [`Arrivals::bin_s`] long and start at multiples of their length. At most 3,686,400.
    pub fn bins(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        let length = i64::from(self.bin_s());
        self.blocks.iter().flat_map(move |(block, counters)| {
            let counted = counters.iter().enumerate().filter(|(_, count)| **count > 0);
            counted.map(move |(at, count)| ((block * BLOCK + at as i64) * length, u64::from(*count)))
        })
    }

    /// The same in longer bins of `length_s` seconds, which start at multiples of `length_s`; `None` unless it is a multiple of
    /// [`Arrivals::bin_s`].
    #[must_use]
    pub fn counts(&self, length_s: u32) -> Option<Vec<(i64, u64)>> {
        if length_s == 0 || !length_s.is_multiple_of(self.bin_s()) {
            return None;
        }
        let length = i64::from(length_s);
        let mut counts: Vec<(i64, u64)> = Vec::new();
        for (start, count) in self.bins() {
            let start = start.div_euclid(length) * length;
            match counts.last_mut() {
                Some(last) if last.0 == start => last.1 += count,
                _ => counts.push((start, count)),
            }
        }
        Some(counts)
    }

    /// Stretches without arrivals that last over 10 times as long as the longest that chance would give at the rate of the rest, and a
    /// minute at least, as (first second, second after the last), the longest first; at most 64. None below 100 arrivals.
    ///
    /// Of `n` arrivals at random the longest gap is about (ln n + 1) mean ones (the greatest of n exponential times).
    #[must_use]
    pub fn gaps(&self) -> Vec<(i64, i64)> {
        let length = i64::from(self.bin_s());
        let mut gaps: Vec<(i64, i64)> = Vec::new();
        let (mut first, mut end) = (None, i64::MAX);
        for (start, _) in self.bins() {
            first.get_or_insert(start);
            if start - end.min(start) >= GAP.1 {
                gaps.push((end, start));
            }
            if gaps.len() >= 2 * GAPS {
                keep_longest(&mut gaps);
            }
            end = start + length;
        }
        keep_longest(&mut gaps);
        let Some(first) = first.filter(|_| self.total >= FEW) else { return Vec::new() };
        let n = self.total as f64;
        let mut covered = end - first;
        let told = gaps.iter().take_while(|gap| {
            covered -= gap.1 - gap.0;
            (gap.1 - gap.0) as f64 > GAP.0 * (libm::log(n) + 1.0) * covered as f64 / n
        });
        told.copied().collect()
    }

    /// The gaps that are taken for missing files of a log, as [`Arrivals::gaps`]: all, or none where there are more than 8. So many are
    /// how the traffic is.
    #[must_use]
    pub fn missing(&self) -> Vec<(i64, i64)> {
        let gaps = self.gaps();
        if gaps.len() > MISSING { Vec::new() } else { gaps }
    }
}

/// The longest stretches, longest first, the earlier of equals.
fn keep_longest(gaps: &mut Vec<(i64, i64)>) {
    gaps.sort_by_key(|(from, to)| (from - to, *from));
    gaps.truncate(GAPS);
}
