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
    level: i128,
    capacity: i128,
    rate: i128,
    last: u64,
    ticks: bool,
    rates: Steps<f64>,
    bursts: Steps<u32>,
}

fn units_per_ns(per_second: f64) -> i128 {
    (per_second * 1e15).round() as i128
}

impl Limiter {
    /// A bucket as specified, at time 0.
    #[must_use]
    pub fn new(spec: &LimiterSpec) -> Limiter {
        let capacity = i128::from(spec.burst) * TOKEN;
        Limiter {
            level: if spec.starts_full { capacity } else { 0 },
            capacity,
            rate: units_per_ns(spec.rate),
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
        } else if let Ok(rate) = u64::try_from(self.rate) {
            // Rates up to 18,446 a second: one multiplication that cannot overflow, compared with what there is room for.
            let gained = u128::from(until - self.last) * u128::from(rate);
            let room = (self.capacity - self.level) as u128;
            if gained < room { gained as i128 } else { room as i128 }
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
    pub fn take(&mut self, at: u64) -> bool {
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
        let mut bucket = limiter(1.0, 5, Refill::Continuous, true);
        let second = 1_000_000_000;
        bucket.bursts = Steps::new(vec![(10 * second, 2), (20 * second, 4)]);
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
