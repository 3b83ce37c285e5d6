//! A recorder of latencies with HdrHistogram's buckets and a record of about a nanosecond. Exact sums and counts;
//! quantiles are as good as the buckets. Merging is exact in any order. Formats are not its work: see
//! [`Recorder::to_hdr`].
//!
//! With `d` significant digits a bucket is at most 10^-d of its value wide: values below 2 x `half` have a bucket each,
//! every doubling above has `half` buckets, where `half` is 10^d rounded up to a power of two (as in HdrHistogram).

use hdrhistogram::Histogram;

/// Values from 2^63 ns (292 years) on are counted in the last bucket and as overflowed.
const TOP_BITS: u32 = 63;
/// The largest value that has a bucket of its own size, ns.
pub const LARGEST: u64 = (1 << TOP_BITS) - 1;

/// Counts of values (nanoseconds) in log-linear buckets, with their exact count, sum and maximum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorder {
    digits: u8,
    /// log2 of the buckets in a doubling.
    half_bits: u32,
    /// Low 16 bits of the counts, over the doublings from the least value to the greatest: 108 KiB at 3 digits and 14 KiB at 2
    /// when all are used, and some KiB for times of one kind, so that the recorders of hundreds of stations stay in the cache.
    low: Vec<u16>,
    /// Bucket of the first count: the first of its doubling, 0 where nothing was recorded.
    first: usize,
    /// The rest, in units of 2^16, of the few counts that have one: (index, rest), by rising index.
    high: Vec<(u32, u64)>,
    sum: u128,
    max: u64,
    overflowed: u64,
}

/// A bucket that holds something: values `low..=high` ns, recorded `count` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Least value of the bucket, ns.
    pub low: u64,
    /// Greatest value of the bucket, ns.
    pub high: u64,
    /// How many values fell into it, 1 or more.
    pub count: u64,
}

impl Bucket {
    /// The middle of the bucket, ns; the value itself where the bucket has only one.
    #[must_use]
    pub fn middle(&self) -> u64 {
        self.low + (self.high - self.low).div_ceil(2)
    }
}

impl Recorder {
    /// Empty, keeping `digits` significant digits (clamped to 1 to 5; 2 for a hop and 3 end to end are sensible).
    #[must_use]
    pub fn new(digits: u8) -> Recorder {
        let digits = digits.clamp(1, 5);
        let half_bits = 10_u32.pow(u32::from(digits)).next_power_of_two().ilog2();
        Recorder { digits, half_bits, low: Vec::new(), first: 0, high: Vec::new(), sum: 0, max: 0, overflowed: 0 }
    }

    /// The bucket of `value`: `value` itself below 2 x half, then `half` buckets for each doubling.
    #[inline]
    fn index(&self, value: u64) -> usize {
        let shift = (value >> self.half_bits | 1).ilog2();
        ((shift as usize) << self.half_bits) + (value >> shift) as usize
    }

    /// Least and greatest value of bucket `index`.
    fn bounds(&self, index: usize) -> (u64, u64) {
        let octave = (index >> self.half_bits).saturating_sub(1) as u32;
        let step = (index - ((octave as usize) << self.half_bits)) as u64;
        (step << octave, ((step + 1) << octave) - 1)
    }

    /// Counts `value` (ns) once.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.sum += u128::from(value);
        self.place(value);
    }

    /// As [`Recorder::record`], but leaves the sum to the caller, who has it anyway and hands it in with
    /// [`Recorder::add_sum`].
    #[inline]
    pub fn place(&mut self, value: u64) {
        if value > self.max {
            self.max = value;
        }
        let index = self.index(value);
        match self.low.get_mut(index.wrapping_sub(self.first)) {
            Some(count) if *count < u16::MAX => *count += 1,
            _ => self.add(value, 1),
        }
    }

    /// Counts each of `values` (ns) once: [`Recorder::record`] for many, which do not wait for one another.
    #[inline]
    pub fn record_each(&mut self, values: impl Iterator<Item = u64>) {
        let mut sum = 0_u128;
        for value in values {
            sum += u128::from(value);
            self.place(value);
        }
        self.sum += sum;
    }

    /// Counts `value` (ns) `times` times, as [`Recorder::place`] does.
    pub fn place_times(&mut self, value: u64, times: u64) {
        if times > 0 {
            self.max = self.max.max(value);
            self.add(value, times);
        }
    }

    /// Adds to the sum what was placed without it, ns.
    pub fn add_sum(&mut self, sum: u128) {
        self.sum += sum;
    }

    /// The rare half of recording: grows the arrays, carries into the high halves, counts overflow.
    #[cold]
    fn add(&mut self, value: u64, times: u64) {
        self.overflowed += if value > LARGEST { times } else { 0 };
        self.add_at(self.index(value.min(LARGEST)), times);
    }

    /// Counts `times` more in a bucket.
    fn add_at(&mut self, index: usize, times: u64) {
        self.reach(index, index + 1);
        let count = &mut self.low[index - self.first];
        let total = u64::from(*count) + times;
        *count = total as u16;
        if total >> 16 != 0 {
            self.carry(index, total >> 16);
        }
    }

    /// Makes room for buckets `from` to below `to`, in whole doublings, so that growing stays rare. That of the largest values
    /// ends with them, so those above come here each time.
    #[cold]
    fn reach(&mut self, from: usize, to: usize) {
        let doubling = |index: usize| index >> self.half_bits << self.half_bits;
        let (from, to) = (doubling(from), doubling(to - 1) + (1 << self.half_bits));
        if self.low.is_empty() {
            self.first = from;
        } else if from < self.first {
            self.low.splice(..0, std::iter::repeat_n(0, self.first - from));
            self.first = from;
        }
        if to > self.first + self.low.len() {
            self.low.resize(to - self.first, 0);
        }
    }

    /// All counts with their bucket, by rising index.
    fn counts(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let mut high = self.high.iter().peekable();
        (self.first..).zip(&self.low).map(move |(index, &low)| {
            let rest = high.next_if(|entry| entry.0 as usize == index).map_or(0, |entry| entry.1);
            (index, u64::from(low) + (rest << 16))
        })
    }

    /// Adds all that `other` has recorded, as if it had been recorded here. Exact where both have the same digits;
    /// otherwise `other`'s buckets count at their middles.
    pub fn merge(&mut self, other: &Recorder) {
        self.merge_places(other);
        self.sum += other.sum;
    }

    /// As [`Recorder::merge`], but leaves the sum to the caller, as [`Recorder::place`] does.
    pub fn merge_places(&mut self, other: &Recorder) {
        if self.digits == other.digits {
            self.merge_alike(other);
        } else {
            other.buckets().for_each(|bucket| self.add(bucket.middle(), bucket.count));
        }
        self.max = self.max.max(other.max);
        self.overflowed += other.overflowed;
    }

    /// Adds the counts of a recorder that has the same buckets, a doubling at a time: most of them are empty.
    fn merge_alike(&mut self, other: &Recorder) {
        if !other.low.is_empty() {
            self.reach(other.first, other.first + other.low.len());
        }
        let half = 1 << self.half_bits;
        for (number, theirs) in other.low.chunks(half).enumerate().filter(|(_, theirs)| has_any(theirs)) {
            for (index, &count) in (other.first + number * half..).zip(theirs) {
                let mine = &mut self.low[index - self.first];
                let (sum, carried) = mine.overflowing_add(count);
                *mine = sum;
                if carried {
                    self.carry(index, 1);
                }
            }
        }
        for &(index, rest) in &other.high {
            self.carry(index as usize, rest);
        }
    }

    /// Adds `rest` times 2^16 to the count of a bucket.
    fn carry(&mut self, index: usize, rest: u64) {
        match self.high.binary_search_by_key(&(index as u32), |entry| entry.0) {
            Ok(found) => self.high[found].1 += rest,
            Err(place) => self.high.insert(place, (index as u32, rest)),
        }
    }

    /// The numbers of the buckets that hold something, each with its count, rising: with digits, sum, maximum and overflow all that
    /// there is to keep.
    pub fn places(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.counts().filter(|(_, count)| *count > 0).map(|(index, count)| (index as u32, count))
    }

    /// A recorder to be filled with [`Recorder::restore`] again; none where it could not be one: digits other than 1 to 5.
    #[must_use]
    pub fn restored(digits: u8, sum: u128, max: u64, overflowed: u64) -> Option<Recorder> {
        (1..=5).contains(&digits).then(|| Recorder { sum, max, overflowed, ..Recorder::new(digits) })
    }

    /// Puts back what [`Recorder::places`] gave; none where there is no such bucket.
    pub fn restore(&mut self, place: u32, count: u64) -> Option<()> {
        self.bytes_at(place)?;
        self.add_at(place as usize, count);
        Some(())
    }

    /// The memory of the counts once a bucket of this number is used, bytes; none where there is no such bucket.
    #[must_use]
    pub fn bytes_at(&self, place: u32) -> Option<usize> {
        let place = place as usize;
        (place <= self.index(LARGEST)).then(|| (((place >> self.half_bits) + 1) << self.half_bits) * size_of::<u16>())
    }

    /// The buckets that hold something, by rising value.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.counts().filter(|&(_, count)| count > 0).map(|(index, count)| {
            let (low, high) = self.bounds(index);
            Bucket { low, high, count }
        })
    }

    /// The middle of the bucket of the smallest value that at least a share `q` (clamped to 0 to 1) of all values do
    /// not exceed, ns, and never above the maximum; none where nothing was recorded. Rank ceil(q n), as HdrHistogram
    /// has it, which however answers the top of the bucket and so overstates by up to a whole bucket.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<u64> {
        self.quantile_of(q, self.count())
    }

    /// As [`Recorder::quantile`], where the caller knows `count`, which is [`Recorder::count`].
    #[must_use]
    pub fn quantile_of(&self, q: f64, count: u64) -> Option<u64> {
        if count == 0 {
            return None;
        }
        let mut left = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).clamp(1, count);
        // Doublings that lie below it as a whole, then its own.
        let half = 1 << self.half_bits;
        let mut high = &self.high[..];
        for (number, counts) in self.low.chunks(half).enumerate() {
            let from = self.first + number * half;
            let (own, beyond) = high.split_at(high.partition_point(|entry| (entry.0 as usize) < from + half));
            high = beyond;
            let all = sum(counts) + (own.iter().map(|entry| entry.1).sum::<u64>() << 16);
            if all < left {
                left -= all;
                continue;
            }
            for (index, &low) in (from..).zip(counts) {
                let rest = own.iter().find(|entry| entry.0 as usize == index).map_or(0, |entry| entry.1);
                let here = u64::from(low) + (rest << 16);
                if here >= left {
                    let (low, high) = self.bounds(index);
                    return Some(Bucket { low, high, count: here }.middle().min(self.max));
                }
                left -= here;
            }
        }
        None
    }

    /// Mean in ns from the exact sum; none where nothing was recorded.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum as f64 / count as f64)
    }

    /// How many values were recorded: the buckets are added up.
    #[must_use]
    pub fn count(&self) -> u64 {
        sum(&self.low) + (self.high.iter().map(|entry| entry.1).sum::<u64>() << 16)
    }

    /// Exact sum of the values, ns.
    #[must_use]
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The greatest value, ns, exact; 0 where nothing was recorded.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// How many values were above [`LARGEST`]; quantiles that fall on them are understated.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflowed
    }

    /// Significant digits, 1 to 5.
    #[must_use]
    pub fn digits(&self) -> u8 {
        self.digits
    }

    /// The same buckets and counts as an HdrHistogram (1 ns to [`LARGEST`]); values above saturate in its last bucket.
    #[must_use]
    pub fn to_hdr(&self) -> Histogram<u64> {
        let mut histogram = match Histogram::new_with_bounds(1, LARGEST, self.digits) {
            Ok(histogram) => histogram,
            Err(error) => unreachable!("1 to 5 digits of 1 to 2^63 is a valid range: {error}"),
        };
        for bucket in self.buckets() {
            histogram.saturating_record_n(bucket.low, bucket.count);
        }
        histogram
    }
}

/// Counts of neighbouring buckets added up.
fn sum(counts: &[u16]) -> u64 {
    // 2^16 counts of 16 bits fit 32: sums of such runs take half as long as those of 64 bits.
    counts.chunks(1 << 16).map(|run| u64::from(run.iter().map(|&count| u32::from(count)).sum::<u32>())).sum()
}

/// Whether a count is not 0.
fn has_any(counts: &[u16]) -> bool {
    counts.iter().fold(0, |all, &count| all | count) != 0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
