//! The token bucket under Poisson arrivals, exactly: it refuses whom M/D/1/b refuses.
//!
//! With `b` tokens of room refilled continuously at rate r, the missing tokens are the unfinished work of a server that
//! needs 1/r for each accepted request, and a request is refused just when that work exceeds b - 1 requests, that is
//! when b are in the system.

/// A term of the Poisson tail below this share of the whole is left out.
const NEGLIGIBLE: f64 = 1e-18;
/// Where unnormalised probabilities are scaled back.
const HUGE: f64 = 1e200;

/// Tail P(A > n), n = 0, 1, ..., of a Poisson variable with this mean, until it is negligible; summed from the far end,
/// so that no digits are lost.
fn poisson_tails(mean: f64) -> Vec<f64> {
    let last = (mean + 12.0 * libm::sqrt(mean) + 40.0) as usize;
    let mut tails = vec![0.0; last + 1];
    let mut sum = 0.0;
    for n in (0..=last).rev() {
        tails[n] = sum;
        sum += libm::exp(n as f64 * libm::log(mean) - mean - libm::lgamma(n as f64 + 1.0));
    }
    let kept = tails.iter().position(|&tail| tail < NEGLIGIBLE).unwrap_or(tails.len());
    tails.truncate(kept.max(1));
    tails
}

/// Share of Poisson arrivals that a token bucket refuses: `arrivals` per second, refilled with `rate` tokens per
/// second, at most `burst` tokens, one for each request; the loss of M/D/1/K with K = `burst`. Defined at any load:
/// near 1 - rate / arrivals far above it. 1 for a burst of 0; none unless both rates are above 0 and finite.
///
/// The chain of numbers left behind at departures, solved by flow across the cut between states j and j + 1 (all terms
/// positive, so stable for any burst, unlike the alternating closed form); then loss = 1 - 1 / (pi_0 + rho).
/// Source: Gross and Harris, *Fundamentals of Queueing Theory*, chapter 5 (M/G/1/K); Takács, *Introduction to the
/// Theory of Queues* (1962).
#[must_use]
pub fn md1_loss(arrivals: f64, rate: f64, burst: u32) -> Option<f64> {
    let rho = arrivals / rate;
    if !(arrivals > 0.0 && rate > 0.0 && rho.is_finite() && rho > 0.0) {
        return None;
    }
    // Beyond this load a service time without an arrival (e^-40) is below the last digit: the server never rests.
    if burst == 0 || rho > 40.0 {
        return Some(if burst == 0 { 1.0 } else { 1.0 - 1.0 / rho });
    }
    let tails = poisson_tails(rho);
    let none = libm::exp(-rho);
    let tail = |n: usize| tails.get(n).copied().unwrap_or(0.0);
    // States 0 to burst - 1 at departures, unnormalised.
    let mut states = vec![1.0_f64];
    let mut total = 1.0;
    for j in 0..burst.saturating_sub(1) as usize {
        // From 0 the next departure leaves A behind, from i >= 1 it leaves i - 1 + A; only near states reach beyond j.
        let nearest = (j + 2).saturating_sub(tails.len()).max(1);
        let up = states[0] * tail(j)
            + states.iter().enumerate().skip(nearest).map(|(i, state)| state * tail(j + 1 - i)).sum::<f64>();
        let next = up / none;
        states.push(next);
        total += next;
        if next > HUGE {
            states.iter_mut().for_each(|state| *state /= HUGE);
            total /= HUGE;
        }
    }
    let empty = states[0] / total;
    // 1 - 1 / (pi_0 + rho), written so that a tiny loss below saturation keeps what digits it has.
    Some(((empty + rho - 1.0) / (empty + rho)).max(0.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_a_second_with_a_burst_of_ten() {
        assert!((md1_loss(100.0, 100.0, 10).unwrap() / 0.050_847_457_630_7 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_burst_of_one_is_a_dead_time() {
        // M/D/1/1: rho / (1 + rho).
        for rho in [0.01, 0.5, 1.0, 3.0] {
            assert!((md1_loss(rho, 1.0, 1).unwrap() - rho / (1.0 + rho)).abs() < 1e-14, "{rho}");
        }
        // M/D/1/2: pi_0 = e^-rho.
        let empty = libm::exp(-0.7);
        assert!((md1_loss(0.7, 1.0, 2).unwrap() - (1.0 - 1.0 / (empty + 0.7))).abs() < 1e-14);
    }

    #[test]
    fn an_account_sized_burst() {
        // Above the rate the excess is refused, below it nothing, at it about 1 / (2 burst).
        assert!((md1_loss(12_000.0, 10_000.0, 5_000).unwrap() - 1.0 / 6.0).abs() < 1e-12);
        assert!(md1_loss(9_000.0, 10_000.0, 5_000).unwrap() < 1e-14);
        assert!((md1_loss(10_000.0, 10_000.0, 5_000).unwrap() * 10_000.0 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn more_burst_never_refuses_more() {
        let losses: Vec<f64> = (0..60).map(|burst| md1_loss(0.95, 1.0, burst).unwrap()).collect();
        assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
        assert_eq!(md1_loss(0.0, 1.0, 5), None);
        assert_eq!(md1_loss(1e4, 1.0, 5), Some(1.0 - 1e-4));
    }
}
