//! Counts of durations at the resolution of the log that states them, in bounded memory, as the intervals that the counts stand for.

/// Values below this many ticks are counted one by one; above, in buckets of at most 1/512 of their value.
pub const EXACT: u64 = 1024;
/// Buckets of each doubling above [`EXACT`].
const SUB: u64 = 512;
/// The longest time that is told apart, in ticks: 19 hours of microseconds, 2 years of milliseconds. Longer ones count as it.
pub const LONGEST: u64 = (1 << 36) - 1;
/// Counters of a page: a histogram holds only pages that count something.
const PAGE: usize = 64;

/// How a log turns a time into a whole number of ticks: a value `x` stands for `[x + shift, x + shift + 1)` ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Length of a tick in microseconds: 1,000 for logs in milliseconds.
    pub tick_us: u32,
    /// -0.5 where the log rounds to the nearest tick (or the value is a difference of two that were cut off), 0 where it cuts off.
    pub shift: f64,
    /// How many errors of rounding, each even over a tick and 0 on average, lie between the time and that interval: 1 for the difference
    /// of two rounded times, 0 for a time that is logged itself.
    pub blurs: u8,
}

impl Scale {
    /// The scale of a value that a log states.
    #[must_use]
    pub fn stated(tick_us: u32, shift: f64) -> Scale {
        Scale { tick_us, shift, blurs: 0 }
    }
}

/// Counts of times. At most 14,336 counters (112 KiB); only pages of 64 that are in use take memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    scale: Scale,
    pages: Vec<Option<Box<[u64; PAGE]>>>,
    n: u64,
    sum: u128,
    min: u64,
    max: u64,
}

/// How many times lie in `[low_ms, high_ms)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Lower end in milliseconds, at least 0.
    pub low_ms: f64,
    /// Upper end in milliseconds.
    pub high_ms: f64,
    /// How many, at least 1.
    pub count: u64,
}

/// The bucket of a value.
fn bucket(ticks: u64) -> usize {
    if ticks < EXACT {
        return ticks as usize;
    }
    let ticks = ticks.min(LONGEST);
    let exponent = u64::from(63 - ticks.leading_zeros());
    (EXACT + (exponent - 10) * SUB + (ticks >> (exponent - 9)) - SUB) as usize
}

/// Least value of a bucket, and how many values it holds.
fn values(bucket: usize) -> (u64, u64) {
    let bucket = bucket as u64;
    if bucket < EXACT {
        return (bucket, 1);
    }
    let (doubling, sub) = ((bucket - EXACT) / SUB, (bucket - EXACT) % SUB);
    ((SUB + sub) << (doubling + 1), 1 << (doubling + 1))
}

impl Times {
    /// No times yet.
    #[must_use]
    pub fn new(scale: Scale) -> Times {
        Times { scale, pages: Vec::new(), n: 0, sum: 0, min: u64::MAX, max: 0 }
    }

    /// Takes over how `scale` blurs where that is more: times of a part may be differences of two, and of three where a row has more.
    pub fn blurred(&mut self, scale: Scale) {
        if scale.blurs > self.scale.blurs {
            self.scale = scale;
        }
    }

    /// Counts a time of so many ticks.
    pub fn record(&mut self, ticks: u64) {
        self.add(bucket(ticks), 1);
        self.n += 1;
        self.sum += u128::from(ticks);
        self.min = self.min.min(ticks);
        self.max = self.max.max(ticks);
    }

    fn add(&mut self, bucket: usize, count: u64) {
        let page = bucket / PAGE;
        if page >= self.pages.len() {
            self.pages.resize(page + 1, None);
        }
        let page = self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]));
        page[bucket % PAGE] += count;
    }

    /// Adds the counts of another histogram of the same ticks.
    pub fn merge(&mut self, other: &Times) {
        debug_assert!(self.scale.tick_us == other.scale.tick_us, "histograms of different ticks");
        self.blurred(other.scale);
        for (page, counters) in other.pages.iter().enumerate() {
            let Some(counters) = counters else { continue };
            for (at, count) in counters.iter().enumerate().filter(|(_, count)| **count > 0) {
                self.add(page * PAGE + at, *count);
            }
        }
        self.n += other.n;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How ticks are read.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// How many times were counted.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// A tick in milliseconds.
    #[must_use]
    pub fn resolution_ms(&self) -> f64 {
        f64::from(self.scale.tick_us) / 1e3
    }

    /// Sum of the values as the log states them, in ticks; exact.
    #[must_use]
    pub fn sum_ticks(&self) -> u128 {
        self.sum
    }

    /// Least and greatest value as the log states them, in ticks; `None` where there is none.
    #[must_use]
    pub fn range_ticks(&self) -> Option<(u64, u64)> {
        (self.n > 0).then_some((self.min, self.max))
    }

    /// Mean in milliseconds, with the middle of a tick where the log cuts off; exact but for that. `None` where there is none.
    #[must_use]
    pub fn mean_ms(&self) -> Option<f64> {
        let middle = self.scale.shift + 0.5;
        (self.n > 0).then(|| (self.sum as f64 / self.n as f64 + middle) * self.resolution_ms())
    }

    /// The intervals that hold times, in rising order; neighbours touch but never overlap, and none reaches beyond the intervals of
    /// the least and the greatest value.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        let (tick, shift) = (self.resolution_ms(), self.scale.shift);
        let (min, max) = (self.min.min(LONGEST), self.max.min(LONGEST));
        let counters = self.pages.iter().enumerate().filter_map(|(page, counters)| Some((page, counters.as_ref()?)));
        counters.flat_map(move |(page, counters)| {
            let counted = counters.iter().enumerate().filter(|(_, count)| **count > 0);
            counted.map(move |(at, count)| {
                let (least, held) = values(page * PAGE + at);
                let end = |ticks: u64| ((ticks as f64 + shift) * tick).max(0.0);
                Cell { low_ms: end(least.max(min)), high_ms: end((least + held).min(max + 1)), count: *count }
            })
        })
    }

    /// Quantile in milliseconds by the nearest rank, spread evenly over its interval; `None` where there are no times.
    ///
    /// `q` is clamped to 0 to 1.
    #[must_use]
    pub fn quantile_ms(&self, q: f64) -> Option<f64> {
        let rank = q.clamp(0.0, 1.0) * self.n as f64;
        let mut below = 0.0;
        let mut last = None;
        for cell in self.cells() {
            let share = ((rank - below) / cell.count as f64).clamp(0.0, 1.0);
            last = Some(cell.low_ms + share * (cell.high_ms - cell.low_ms));
            below += cell.count as f64;
            if below >= rank {
                break;
            }
        }
        last
    }
}
