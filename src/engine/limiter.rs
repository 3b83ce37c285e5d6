//! Token buckets in integer arithmetic: no drift, exact ties.

use super::steps::Steps;

/// How tokens come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// Continuously.
    Continuous,
    /// One whole token every 1/rate, on a clock that runs from time 0.
    Tick,
}

/// A token bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct LimiterSpec {
    /// Tokens per second, above 0.
    pub rate: f64,
    /// Capacity in tokens, 1 or more.
    pub burst: u32,
    /// How tokens come back.
    pub refill: Refill,
    /// Full or empty at time 0.
    pub starts_full: bool,
    /// Later rates.
    pub rate_changes: Steps<f64>,
    /// Later capacities, 1 or more; tokens beyond a smaller one are gone.
    pub burst_changes: Steps<u32>,
}

/// Units of a bucket's level that make one token: 10^24. A rate of 1 token a second is 10^15 units a nanosecond.
const TOKEN: i128 = 1_000_000_000_000_000_000_000_000;

/// A token bucket.
///
/// Instants are whole nanoseconds, rounded down, so a request may really come up to 1 ns later than its stamp: a bucket that
/// holds a whole token within that nanosecond grants it and carries the difference as debt. So constant arrivals at exactly
/// the refill rate are all granted, whatever the rate, and nothing is gained in the long run.
#[derive(Clone, Debug)]
pub struct Limiter {
    /// Where the numbers allow it, and then the only one in use.
    narrow: Option<Narrow>,
    level: i128,
    capacity: i128,
    rate: i128,
    last: u64,
    ticks: bool,
    rates: Steps<f64>,
    bursts: Steps<u32>,
}

/// A bucket that refills continuously at a rate that never changes, in the largest units of which its rate and a token are whole
/// numbers, if 64 bits hold what can come: so for whole numbers of tokens a second. Its answers are those of the wide one.
#[derive(Clone, Copy, Debug)]
struct Narrow {
    level: i64,
    capacity: i64,
    token: i64,
    /// Units a nanosecond.
    rate: i64,
    last: u64,
    /// Nanoseconds in which any bucket fills.
    fills: u64,
}

impl Narrow {
    fn new(level: i128, capacity: i128, rate: i128) -> Option<Narrow> {
        let unit = greatest_common_divisor(rate, TOKEN);
        let small = |number: i128| i64::try_from(number / unit).ok().filter(|&number| number < i64::MAX / 4);
        let (level, capacity, token, rate) = (small(level)?, small(capacity)?, small(TOKEN)?, small(rate)?);
        (rate > 0).then(|| Narrow { level, capacity, token, rate, last: 0, fills: (capacity / rate) as u64 + 1 })
    }

    #[inline(always)]
    fn take(&mut self, at: u64) -> bool {
        let passed = at.saturating_sub(self.last).min(self.fills);
        self.last = self.last.max(at);
        self.level = (self.level + passed as i64 * self.rate).min(self.capacity);
        let granted = self.level + self.rate >= self.token;
        self.level -= if granted { self.token } else { 0 };
        granted
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn units_per_ns(per_second: f64) -> i128 {
    (per_second * 1e15).round() as i128
}

impl Limiter {
    /// A bucket as specified, at time 0.
    #[must_use]
    pub fn new(spec: &LimiterSpec) -> Limiter {
        let capacity = i128::from(spec.burst) * TOKEN;
        let (level, rate) = (if spec.starts_full { capacity } else { 0 }, units_per_ns(spec.rate));
        let steady = spec.rate_changes.is_empty() && spec.burst_changes.is_empty();
        let plain = spec.refill == Refill::Continuous && steady;
        Limiter {
            narrow: if plain { Narrow::new(level, capacity, rate) } else { None },
            level,
            capacity,
            rate,
            last: 0,
            ticks: spec.refill == Refill::Tick,
            rates: spec.rate_changes.clone(),
            bursts: spec.burst_changes.clone(),
        }
    }

    /// Units that come between the start and `at`, of a bucket that refills tick by tick.
    fn ticked(&self, at: u64) -> i128 {
        ((i128::from(at) + 1).saturating_mul(self.rate) - 1) / TOKEN * TOKEN
    }

    fn refill(&mut self, until: u64) {
        if until <= self.last {
            return;
        }
        let gained = if self.ticks {
            self.ticked(until) - if self.last == 0 { 0 } else { self.ticked(self.last) }
        } else {
            i128::from(until - self.last).saturating_mul(self.rate)
        };
        self.level = self.level.saturating_add(gained).min(self.capacity);
        self.last = until;
    }

    /// Refills up to `at`, with the rates that change on the way.
    fn come_to(&mut self, at: u64) {
        while let Some((change, rate)) = self.rates.next_before(at) {
            self.refill(change);
            self.rate = units_per_ns(rate);
        }
        self.refill(at);
    }

    /// Takes a token at `at` (not before the last call's instant) and says whether there was one.
    #[inline(always)]
    pub fn take(&mut self, at: u64) -> bool {
        match &mut self.narrow {
            Some(narrow) => narrow.take(at),
            None => self.take_wide(at),
        }
    }

    #[inline(never)]
    fn take_wide(&mut self, at: u64) -> bool {
        while let Some((change, burst)) = self.bursts.next_before(at) {
            self.come_to(change);
            self.capacity = i128::from(burst) * TOKEN;
            self.level = self.level.min(self.capacity);
        }
        self.come_to(at);
        let within_this_ns = if self.ticks { 0 } else { self.rate };
        let granted = self.level + within_this_ns >= TOKEN;
        if granted {
            self.level -= TOKEN;
        }
        granted
    }

    /// Gives one token back.
    pub fn give_back(&mut self) {
        if let Some(narrow) = &mut self.narrow {
            narrow.level = (narrow.level + narrow.token).min(narrow.capacity);
        }
        self.level = (self.level + TOKEN).min(self.capacity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(rate: f64, burst: u32, refill: Refill, full: bool) -> Limiter {
        let (rate_changes, burst_changes) = (Steps::default(), Steps::default());
        Limiter::new(&LimiterSpec { rate, burst, refill, starts_full: full, rate_changes, burst_changes })
    }

    #[test]
    fn a_capacity_that_changes_spills_and_fills() {
        let second = 1_000_000_000;
        let (rate_changes, refill) = (Steps::default(), Refill::Continuous);
        let burst_changes = Steps::new(vec![(10 * second, 2), (20 * second, 4)]);
        let spec = LimiterSpec { rate: 1.0, burst: 5, refill, starts_full: true, rate_changes, burst_changes };
        let mut bucket = Limiter::new(&spec);
        let grants = |bucket: &mut Limiter, at: u64| (0..9).filter(|_| bucket.take(at * second)).count();
        assert_eq!(grants(&mut bucket, 11), 2, "three of five are gone");
        assert_eq!(grants(&mut bucket, 30), 4, "full at 13 s with two, then two more by 22 s");
    }

    /// Requests granted of so many that come equally spaced at `rate`, stamped with whole nanoseconds rounded down.
    fn granted(limiter: &mut Limiter, rate: f64, requests: u64) -> u64 {
        let micro = (rate * 1e6).round() as u128;
        (0..requests).filter(|&k| limiter.take((u128::from(k) * 1_000_000_000_000_000 / micro) as u64)).count() as u64
    }

    #[test]
    fn constant_arrivals_at_twice_the_rate_to_the_integer() {
        assert_eq!(granted(&mut limiter(100.0, 10, Refill::Continuous, true), 200.0, 2_000), 1_009);
    }

    #[test]
    fn arrivals_at_exactly_the_rate_are_all_granted() {
        for rate in [10.0, 3.0, 7.0, 997.0, 0.3] {
            assert_eq!(granted(&mut limiter(rate, 1, Refill::Continuous, true), rate, 1_000), 1_000, "{rate}/s");
            assert_eq!(granted(&mut limiter(rate, 1, Refill::Tick, true), rate, 1_000), 1_000, "ticks, {rate}/s");
        }
    }

    #[test]
    fn narrow_and_wide_answer_alike() {
        let mut narrow_ones = 0;
        for (case, rate) in [1.0, 3.0, 997.0, 2_500.0, 10_000.0, 0.3, 123.456, 1e6].into_iter().enumerate() {
            let mut narrow = limiter(rate, 1 + 7 * case as u32, Refill::Continuous, case % 2 == 0);
            let mut wide = Limiter { narrow: None, ..narrow.clone() };
            narrow_ones += u32::from(narrow.narrow.is_some());
            let (mut at, mut granted) = (0_u64, 0);
            for k in 0..20_000_u64 {
                // Bursts, gaps near one token's time, and long silences.
                let gap = k.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
                at += (gap as f64 / rate * if k % 1_000 == 0 { 1e6 } else { 80.0 }) as u64;
                let answers = (narrow.take(at), wide.take(at));
                assert_eq!(answers.0, answers.1, "{rate}/s, request {k} at {at}");
                granted += u32::from(answers.0);
                if k % 97 == 0 {
                    narrow.give_back();
                    wide.give_back();
                }
            }
            assert!((2_000..20_000).contains(&granted), "{rate}/s: {granted}");
        }
        assert!(narrow_ones >= 6, "{narrow_ones}");
    }

    #[test]
    fn ticks_come_whole_and_on_their_own_clock() {
        let mut bucket = limiter(10.0, 5, Refill::Tick, false);
        assert!(!bucket.take(99_999_998), "the first token comes at 100 ms");
        assert!(bucket.take(100_000_000) && !bucket.take(199_000_000) && bucket.take(200_000_000));
    }

    #[test]
    fn never_above_the_burst_and_a_token_given_back_counts() {
        let mut bucket = limiter(1.0, 3, Refill::Continuous, true);
        let hour = 3_600_000_000_000;
        assert_eq!((0..5).filter(|_| bucket.take(hour)).count(), 3);
        bucket.give_back();
        assert!(bucket.take(hour) && !bucket.take(hour));
    }

    #[test]
    fn an_empty_bucket_offered_more_than_its_rate_grants_the_rate() {
        let mut bucket = limiter(100.0, 50, Refill::Continuous, false);
        let granted = granted(&mut bucket, 1_000.0, 100_000);
        assert!((9_999..=10_001).contains(&granted), "{granted} of 10,000 tokens in 100 s");
    }
}
