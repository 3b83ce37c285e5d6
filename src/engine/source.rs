//! Arrivals: the instants at which requests come, each a function of its own number. Closed clients are the engine's own.

use super::network::Arrivals;
use crate::random::{AttemptKey, RunKey, Sampler, StreamId};

const GAP: StreamId = StreamId::new("arrivals", "gap");
const PHASE: StreamId = StreamId::new("arrivals", "phase");

/// Produces arrival instants in rising order, without end but for a trace that is not repeated.
#[derive(Clone, Debug)]
pub struct Source {
    pattern: Pattern,
    run: RunKey,
    /// Number of the next request.
    next: u64,
    /// Instant of the last arrival on the clock of the unit rate factor, ns.
    operational: u64,
    /// The same on the clock, ns.
    last: u64,
    profile: Profile,
}

#[derive(Clone, Debug)]
enum Pattern {
    Renewal(Sampler),
    Constant { rate: f64 },
    Mmpp { rate: Vec<f64>, sojourn: Vec<f64>, phase: usize, left: f64, phases: u64, unit: Sampler, now: f64 },
    Trace { at: std::sync::Arc<Vec<u64>>, length: u64, repeat: bool, stretch: f64 },
    None,
}

fn nano(sampler: &Sampler, key: AttemptKey, stream: StreamId) -> f64 {
    sampler.sample(key.bits(stream)) as f64 * 1e-9
}

impl Source {
    /// A source at time 0.
    #[must_use]
    pub fn new(arrivals: &Arrivals, profile: &[(u64, f64)], run: RunKey) -> Source {
        let pattern = match arrivals {
            Arrivals::Renewal { gap } => Pattern::Renewal(gap.clone()),
            Arrivals::Constant { rate } => Pattern::Constant { rate: *rate },
            Arrivals::Mmpp { rate, sojourn, unit } => Pattern::mmpp(rate, sojourn, unit.clone(), run),
            Arrivals::Trace { at, length, repeat, stretch } => {
                Pattern::Trace { at: at.clone(), length: *length, repeat: *repeat, stretch: *stretch }
            }
            Arrivals::Closed { .. } => Pattern::None,
        };
        Source { pattern, run, next: 0, operational: 0, last: 0, profile: Profile::new(profile) }
    }

    /// Fills `at` with the instants (ns) of the next requests and `keys` with the keys of their first attempts; how many
    /// there are, fewer than places where there are no more.
    pub fn fill(&mut self, at: &mut [u64], keys: &mut [AttemptKey]) -> usize {
        for (key, number) in keys.iter_mut().zip(self.next..) {
            *key = self.run.attempt(number, 0);
        }
        let Pattern::Renewal(gap) = &self.pattern else {
            return at.iter_mut().map_while(|at| self.next_arrival().map(|instant| *at = instant)).count();
        };
        gap.sample_each(keys, GAP, at);
        for at in at.iter_mut() {
            self.operational = self.operational.saturating_add(*at);
            self.last = self.profile.real(self.operational);
            *at = self.last;
        }
        self.next += at.len() as u64;
        at.len()
    }

    /// The instant of the next request, ns; `None` when there are no more, and for renewal arrivals, which come in blocks only.
    fn next_arrival(&mut self) -> Option<u64> {
        let number = self.next;
        let operational = match &mut self.pattern {
            Pattern::Constant { rate } => equally_spaced(number, *rate),
            Pattern::Mmpp { .. } => self.pattern.next_mmpp(number, self.run),
            Pattern::Trace { at, length, repeat, stretch } => {
                let rows = at.len() as u64;
                if rows == 0 || (number >= rows && !*repeat) {
                    return None;
                }
                let recorded = at[(number % rows) as usize].saturating_add((number / rows).saturating_mul(*length));
                if *stretch == 1.0 { recorded } else { (recorded as f64 * *stretch).round() as u64 }
            }
            Pattern::Renewal(_) | Pattern::None => return None,
        };
        self.next += 1;
        self.operational = operational;
        self.last = self.profile.real(operational);
        Some(self.last)
    }

    /// Instant of the last arrival, ns.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }
}

/// Instant of arrival `number` of equally spaced ones, rounded down: by integers, so that it never drifts. The rate is taken in
/// the units of the token buckets (10^-15 a second), so that a bucket of the same rate ties exactly.
fn equally_spaced(number: u64, rate: f64) -> u64 {
    const UNITS: f64 = 1e15;
    let per_second = (rate * UNITS).round().max(1.0) as u128;
    let at = u128::from(number).saturating_mul(1_000_000_000_000_000_000_000_000) / per_second;
    u64::try_from(at).unwrap_or(u64::MAX)
}

impl Pattern {
    fn mmpp(rate: &[f64], sojourn: &[f64], unit: Sampler, run: RunKey) -> Pattern {
        // Phases come in turn, so the share of time in each is its sojourn's share of a round.
        let total: f64 = sojourn.iter().sum();
        let mut at = run.attempt(u64::MAX, 0).uniform(PHASE) * total;
        let mut phase = 0;
        while phase + 1 < sojourn.len() && at >= sojourn[phase] {
            at -= sojourn[phase];
            phase += 1;
        }
        let left = nano(&unit, run.attempt(0, 0), PHASE) * sojourn[phase];
        Pattern::Mmpp { rate: rate.to_vec(), sojourn: sojourn.to_vec(), phase, left, phases: 1, unit, now: 0.0 }
    }

    /// Adds up rate x time over phases until it reaches the request's own unit exponential.
    fn next_mmpp(&mut self, number: u64, run: RunKey) -> u64 {
        let Pattern::Mmpp { rate, sojourn, phase, left, phases, unit, now } = self else { return u64::MAX };
        let mut need = nano(unit, run.attempt(number, 0), GAP);
        loop {
            let per_ns = rate[*phase] * 1e-9;
            if per_ns > 0.0 && need <= per_ns * *left {
                let step = need / per_ns;
                *left -= step;
                *now += step;
                return now.round() as u64;
            }
            need -= per_ns * *left;
            *now += *left;
            *phase = (*phase + 1) % rate.len();
            *left = nano(unit, run.attempt(*phases, 0), PHASE) * sojourn[*phase];
            *phases += 1;
        }
    }
}

/// Maps the clock on which the rate factor is 1 to real time: the inverse of the factor's integral.
#[derive(Clone, Debug)]
struct Profile {
    points: Vec<(u64, f64)>,
    segment: usize,
    /// Operational and real time at the start of the segment.
    start: (f64, f64),
}

impl Profile {
    fn new(points: &[(u64, f64)]) -> Profile {
        Profile { points: points.to_vec(), segment: 0, start: (0.0, 0.0) }
    }

    /// Length, first and last factor of the current segment; the last one never ends.
    fn current(&self) -> (f64, f64, f64) {
        let before = self.segment.checked_sub(1).map(|i| self.points[i]);
        match (before, self.points.get(self.segment)) {
            (None, Some(&(at, factor))) => (at as f64, factor, factor),
            (Some((from, first)), Some(&(to, last))) => ((to - from) as f64, first, last),
            (Some((_, factor)), None) => (f64::INFINITY, factor, factor),
            (None, None) => (f64::INFINITY, 1.0, 1.0),
        }
    }

    #[inline]
    fn real(&mut self, operational: u64) -> u64 {
        if self.points.is_empty() { operational } else { self.inverse(operational) }
    }

    fn inverse(&mut self, operational: u64) -> u64 {
        loop {
            let (length, first, last) = self.current();
            let need = operational as f64 - self.start.0;
            let mass = if length.is_finite() { length * (first + last) / 2.0 } else { f64::INFINITY };
            if need <= mass && (first > 0.0 || last > 0.0) {
                return (self.start.1 + within(need, length, first, last)).round() as u64;
            }
            if !length.is_finite() {
                return u64::MAX;
            }
            self.start = (self.start.0 + mass, self.start.1 + length);
            self.segment += 1;
        }
    }
}

/// Time after which a factor that runs linearly from `first` to `last` over `length` has added up to `need`.
fn within(need: f64, length: f64, first: f64, last: f64) -> f64 {
    let slope = if length.is_finite() && length > 0.0 { (last - first) / length } else { 0.0 };
    if slope.abs() < 1e-300 {
        return need / first;
    }
    // The root of first t + slope t^2 / 2 = need in the form that does not cancel.
    2.0 * need / (first + libm::sqrt((first * first + 2.0 * slope * need).max(0.0)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn arrivals(pattern: &Arrivals, profile: &[(u64, f64)], seconds: u64) -> usize {
        let mut source = Source::new(pattern, profile, RunKey::new(7, 0));
        std::iter::from_fn(|| source.next_arrival()).take_while(|&at| at < seconds * 1_000_000_000).count()
    }

    #[test]
    fn constant_arrivals_never_drift() {
        assert_eq!(equally_spaced(3, 3.0), 1_000_000_000);
        assert_eq!(equally_spaced(3_000_000, 3.0), 1_000_000_000_000_000);
        assert_eq!(arrivals(&Arrivals::Constant { rate: 3.0 }, &[], 100), 300);
    }

    #[test]
    fn a_profile_multiplies_the_rate_piecewise_linearly() {
        let second = 1_000_000_000;
        let constant = Arrivals::Constant { rate: 100.0 };
        // 1 until 10 s, rising to 3 at 20 s, 3 from then on: 10 + 20 + 30 seconds' worth until 30 s.
        let profile = [(10 * second, 1.0), (20 * second, 3.0)];
        assert_eq!(arrivals(&constant, &profile, 30), 6_000);
        assert_eq!(arrivals(&constant, &[(0, 0.0), (10 * second, 2.0)], 10), 1_000);
    }

    #[test]
    fn mmpp_has_the_mean_rate_of_its_phases() {
        let unit = Sampler::new(&crate::random::Distribution::exponential(1e9).unwrap());
        let pattern = Arrivals::Mmpp { rate: vec![140.0, 40.0], sojourn: vec![0.2e9, 0.2e9], unit };
        let n = arrivals(&pattern, &[], 10_000) as f64;
        assert!((n / 900_000.0 - 1.0).abs() < 0.01, "{n}");
    }

    #[test]
    fn a_trace_is_replayed_and_goes_round_on_request() {
        let at = std::sync::Arc::new(vec![0, 5, 5, 9]);
        let replay = |repeat, stretch| {
            let pattern = Arrivals::Trace { at: at.clone(), length: 12, repeat, stretch };
            let mut source = Source::new(&pattern, &[], RunKey::new(1, 0));
            std::iter::from_fn(|| source.next_arrival()).take(6).collect::<Vec<_>>()
        };
        assert_eq!(replay(false, 1.0), [0, 5, 5, 9]);
        assert_eq!(replay(true, 2.0), [0, 10, 10, 18, 24, 34]);
    }
}
