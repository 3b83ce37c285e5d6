//! How far rare events reach: the longest service times, waiting rooms that hardly ever fill, and how long a queue remembers.

use crate::random::Distribution;
use crate::theory::Queue;

/// A share of the attempts that is never seen.
const NEVER: f64 = 1e-6;
/// Steps of the integral over a tail, in logarithms of the probability; and how many.
const STEP: f64 = 0.5;
const STEPS: u32 = 80;

/// Share of E[S^2] that the longest service times bring, those exceeded with probability `q`; 1 where the variance is infinite.
/// The mean wait of M/G/1 goes with E[S^2], so a run that has seen few of them knows its waits no better than this.
///
/// The integral of the squared quantile over (0, q), by the trapezoidal rule in ln q.
pub(super) fn tail_share(law: &Distribution, q: f64) -> f64 {
    let mean = law.mean_ns();
    let square = law.variance() + mean * mean;
    if !square.is_finite() {
        return 1.0;
    }
    let at = |step: u32| {
        let beyond = q * libm::exp(-STEP * f64::from(step));
        let value = law.quantile_upper_ns(beyond);
        let weight = if step == 0 { 0.5 } else { 1.0 };
        weight * value * value * beyond
    };
    ((0..STEPS).map(at).sum::<f64>() * STEP / square).min(1.0)
}

/// Whether a waiting room of `places` is so large that unlimited room makes no difference: neither the usual fluctuations fill
/// it (the queue's heavy-traffic tail, exp(-2 (1 - rho) K / (ca^2 + cs^2)); Kingman, "On queues in heavy traffic", 1962) nor
/// the arrivals during one long service (of which lambda^2 E[S^2; S > K / lambda] / K is at least the share turned away).
pub(super) fn never_fills(queue: &Queue, places: u32, law: &Distribution) -> bool {
    let (places, service) = (f64::from(places), queue.service);
    let rho = queue.arrivals * service.mean / f64::from(queue.servers);
    let spread = queue.gaps.scv() + service.scv;
    if !(rho < 1.0 && places > 0.0 && spread.is_finite()) {
        return false;
    }
    let load = queue.arrivals * service.mean;
    let long = load * load * (1.0 + service.scv) / places;
    let exceeded = || law.survival(places / queue.arrivals * 1e9);
    libm::exp(-2.0 * (1.0 - rho) * places / spread) < NEVER
        && (long < NEVER || long * tail_share(law, exceeded()) < NEVER)
}

/// Time in which a station forgets where it began, s.
///
/// With unlimited room the relaxation time of M/M/c, longer by how much more the queue varies; with limited room at most that of
/// a walk between two walls (see the automatic warm-up).
pub(super) fn settling_seconds(queue: &Queue) -> f64 {
    let capacity = f64::from(queue.servers) / queue.service.mean;
    let gap = libm::sqrt(capacity) - libm::sqrt(queue.arrivals);
    let relaxation = ((queue.gaps.scv() + queue.service.scv) / 2.0).max(1.0) / (gap * gap);
    let Some(waiting) = queue.waiting else { return relaxation };
    let places = f64::from(waiting) + f64::from(queue.servers);
    let pi = std::f64::consts::PI;
    (2.0 * places * places / (pi * pi * (queue.arrivals + capacity))).min(relaxation)
}

/// Mean wait of those who wait, s, roughly: exact for M/M/c and M/G/1, at most a full room where it is limited.
pub(super) fn typical_wait(queue: &Queue) -> f64 {
    let each = queue.service.mean / f64::from(queue.servers);
    let rho = queue.arrivals * each;
    let unlimited =
        if rho < 1.0 { each * ((1.0 + queue.service.scv) / 2.0).max(1.0) / (1.0 - rho) } else { f64::INFINITY };
    queue.waiting.map_or(unlimited, |waiting| unlimited.min(each * (f64::from(waiting) + 1.0)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::theory::{Gaps, Service};

    #[test]
    fn the_longest_service_times_bring_their_share() {
        // Exponential: q (ln^2 q - 2 ln q + 2) / 2. Lognormal: the normal tail, 2 sigma further in.
        let exponential = tail_share(&Distribution::exponential(1e7).unwrap(), 1e-4);
        let log = libm::log(1e-4);
        assert!((exponential / (1e-4 * (log * log - 2.0 * log + 2.0) / 2.0) - 1.0).abs() < 0.02, "{exponential}");
        let lognormal = tail_share(&Distribution::lognormal(1e7, 1.068).unwrap(), 1e-4);
        assert!((lognormal - 0.0567).abs() < 0.002, "{lognormal}");
        assert!((tail_share(&Distribution::constant(1e7), 0.01) - 0.01).abs() < 0.001);
        assert_eq!(tail_share(&Distribution::pareto(1e6, 1.5).unwrap(), 1e-4), 1.0);
        assert!(tail_share(&Distribution::lognormal(1e7, 2.0).unwrap(), 1e-4) > 0.5);
    }

    #[test]
    fn a_room_is_large_by_fluctuations_and_by_long_services() {
        let law = |sigma| Distribution::lognormal(5e6, sigma).unwrap();
        let queue = |law: &Distribution, arrivals| Queue {
            arrivals,
            gaps: Gaps::Exponential,
            service: Service { mean: law.mean_ns() * 1e-9, scv: law.scv(), exponential: false, usual: true },
            servers: 1,
            waiting: None,
        };
        let usual = law(1.068);
        assert!(never_fills(&queue(&usual, 33.0), 128, &usual));
        assert!(!never_fills(&queue(&usual, 33.0), 5, &usual) && !never_fills(&queue(&usual, 110.0), 128, &usual));
        let heavy = law(2.2);
        assert!(!never_fills(&queue(&heavy, 5.0), 128, &heavy));
    }
}
