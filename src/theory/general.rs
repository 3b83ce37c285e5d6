//! Laws that are neither exponential nor constant: one exact formula for renewal arrivals, approximations by two moments with a
//! stated error each. What has no error stated here is not offered as a second opinion.
//!
//! The errors were found by Kiefer and Wolfowitz's recursion over 4,000,000 requests at loads of 0.2 to 0.95, 1 to 128 servers,
//! gaps that are constant, gamma or exponential, and service that is constant, uniform, gamma, Weibull, lognormal or a mixture
//! of exponentials with squared coefficients of variation of 0 to 10; each bound below lies above all that was found. At laws
//! with a power tail they did not hold. Tests repeat some of it.

use super::gaps::Gaps;
use super::markov::{allen_cunneen_wait, erlang_c, mmc_mean_wait};

/// A computed value and how far the truth may lie from it, both in the value's own unit; 0 where the formula is exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Computed {
    /// The value.
    pub value: f64,
    /// Greatest error of the formula.
    pub error: f64,
}

impl Computed {
    /// A value by an exact formula.
    #[must_use]
    pub fn exact(value: f64) -> Computed {
        Computed { value, error: 0.0 }
    }
}

/// Largest squared coefficient of variation of service times for which two moments say anything useful: the errors below were
/// looked at so far.
pub const MOST_VARIABLE: f64 = 10.0;
/// Sum of both squared coefficients of variation below which waits are rare coincidences that two moments do not see.
const LEAST_VARIABLE: f64 = 0.25;

/// GI/M/1: the probability that an arrival waits, and the rate (1/s) at which waits beyond 0 decay; P(W > t) = p exp(-r t).
///
/// The root p < 1 of p = E[exp(-mu (1 - p) G)], by bisection: left of it the transform lies above, right of it below.
/// `arrivals` and the server's rate `service` per second. Source: Kleinrock, *Queueing Systems* I, 6.4.
#[must_use]
pub fn gim1_wait(gaps: &Gaps, arrivals: f64, service: f64) -> Option<(f64, f64)> {
    if !(arrivals > 0.0 && arrivals < service && service.is_finite()) {
        return None;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let p = (low + high) / 2.0;
        if gaps.transform(service / arrivals * (1.0 - p)) > p { low = p } else { high = p }
    }
    Some((low, service * (1.0 - low)))
}

/// Mean wait of M/D/c over that of M/M/c: 1/2, raised where some servers are often idle; c / (c + 1), the limit of light traffic,
/// at most. Source: Cosmetatos, "Some approximate equilibrium results for the multi-server queue (M/G/r)", Operational Research
/// Quarterly 27 (1976).
fn constant_service(servers: u32, rho: f64) -> f64 {
    let c = f64::from(servers);
    let idle = (1.0 - rho) * (c - 1.0) * (libm::sqrt(4.0 + 5.0 * c) - 2.0) / (16.0 * c * rho);
    (0.5 * (1.0 + idle)).min(c / (c + 1.0))
}

/// M/G/c: the probability that an arrival waits, by Erlang C; at most 2 % and 3.5 % more for each doubling of the servers off.
/// `load` in erlangs. None without a steady state.
#[must_use]
pub fn mgc_wait_probability(servers: u32, load: f64) -> Option<Computed> {
    let value = erlang_c(servers, load)?;
    Some(Computed { value, error: value * (0.02 + 0.035 * libm::log2(f64::from(servers))) })
}

/// Mean wait of M/G/c, s, for a squared coefficient of variation of service of 0 to [`MOST_VARIABLE`]; none beyond.
///
/// Up to 1: between M/D/c and M/M/c in proportion (Page, *Queueing Theory in OR*, 1972; Kimura, "Approximations for multi-server
/// queues: system interpolations", Queueing Systems 17, 1994); off by at most 5 % and 20 % of the idle share of the servers.
/// Above 1: Allen-Cunneen. There two moments leave the mean open by a factor of 1 + scv while a server is often idle (Gupta,
/// Harchol-Balter, Dai and Zwart, "On the inapproximability of M/G/K", Queueing Systems 64, 2010), and less as fewer arrivals
/// find one: off by at most 5 % and scv / (1 + scv) of the share that need not wait.
#[must_use]
pub fn mgc_mean_wait(arrivals: f64, service: f64, servers: u32, scv: f64) -> Option<Computed> {
    let load = arrivals / service;
    let (rho, waits) = (load / f64::from(servers), erlang_c(servers, load)?);
    if scv > 1.0 {
        let value = allen_cunneen_wait(arrivals, service, servers, 1.0, scv).filter(|_| scv <= MOST_VARIABLE)?;
        return Some(Computed { value, error: value * (0.05 + scv / (1.0 + scv) * (1.0 - waits)) });
    }
    let value = mmc_mean_wait(arrivals, service, servers)? * (scv + (1.0 - scv) * constant_service(servers, rho));
    Some(Computed { value, error: value * (0.05 + 0.2 * (1.0 - rho)) })
}

/// The Allen-Cunneen mean wait of GI/G/c, s, and the factor on it for gaps steadier than exponential ones, where both can be
/// trusted with a stated error: gaps no more variable than that (beyond, two moments do not do), service up to
/// [`MOST_VARIABLE`], and not so regular that waits are rare coincidences.
///
/// Source of the factor: Krämer and Langenbach-Belz, "Approximate formulae for the delay in the queueing system GI/G/1", 8th
/// International Teletraffic Congress, 1976.
fn steady_wait(arrivals: f64, service: f64, servers: u32, gap_scv: f64, service_scv: f64) -> Option<(f64, f64)> {
    let plain = allen_cunneen_wait(arrivals, service, servers, gap_scv, service_scv)?;
    if gap_scv > 1.0 || service_scv > MOST_VARIABLE || gap_scv + service_scv < LEAST_VARIABLE {
        return None;
    }
    let rho = arrivals / service / f64::from(servers);
    let steadier = 1.0 - gap_scv;
    let exponent = -2.0 * (1.0 - rho) * steadier * steadier / (3.0 * rho * (gap_scv + service_scv));
    Some((plain, libm::exp(exponent)))
}

/// Mean wait of GI/G/c, s, by Allen-Cunneen with the factor of Krämer and Langenbach-Belz. Off, in parts of Allen-Cunneen's
/// value, by at most 8 % and 15 % of the idle share for one server, and 10 % and 80 % of the share that need not wait for more.
/// None where the formula has no stated error or the system no steady state.
#[must_use]
pub fn gigc_mean_wait(arrivals: f64, service: f64, servers: u32, gap_scv: f64, service_scv: f64) -> Option<Computed> {
    let (plain, factor) = steady_wait(arrivals, service, servers, gap_scv, service_scv)?;
    let share = if servers == 1 {
        0.08 + 0.15 * (1.0 - arrivals / service)
    } else {
        0.1 + 0.8 * (1.0 - erlang_c(servers, arrivals / service)?)
    };
    Some(Computed { value: plain * factor, error: plain * share })
}

/// The probability that an arrival waits in GI/G/1; off by at most 0.045 and a hundredth of the scv of service.
/// None as for [`gigc_mean_wait`].
///
/// Source: Whitt, "The queueing network analyzer", Bell System Technical Journal 62 (1983), section 5.
#[must_use]
pub fn gig1_wait_probability(arrivals: f64, service: f64, gap_scv: f64, service_scv: f64) -> Option<Computed> {
    steady_wait(arrivals, service, 1, gap_scv, service_scv)?;
    let rho = arrivals / service;
    let spread = 1.0 + rho * (service_scv - 1.0) + rho * rho * (4.0 * gap_scv + service_scv);
    let less = (1.0 - gap_scv) * (1.0 - rho) * (1.0 + gap_scv + rho * service_scv) / spread;
    Some(Computed { value: rho * (1.0 - less).clamp(0.0, 1.0), error: 0.045 + 0.01 * service_scv })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::theory::mg1_mean_wait;

    fn near(value: f64, exact: f64, within: f64) {
        assert!((value / exact - 1.0).abs() < within, "{value} for {exact}");
    }

    #[test]
    fn renewal_arrivals_at_one_exponential_server() {
        // D/M/1 at 0.8: p = exp(-(1 - p) / 0.8); M/M/1 has p = rho.
        let (p, decay) = gim1_wait(&Gaps::Constant, 80.0, 100.0).unwrap();
        near(p, libm::exp(-(1.0 - p) / 0.8), 1e-12);
        near(decay, 100.0 * (1.0 - p), 1e-12);
        near(gim1_wait(&Gaps::Exponential, 80.0, 100.0).unwrap().0, 0.8, 1e-12);
        // E2/M/1 at 1/2: p (2 - p)^2 = 1 is p^2 - 3 p + 1 = 0 without the root at 1.
        let (p, _) = gim1_wait(&Gaps::Exponential.in_turn(2), 1.0, 2.0).unwrap();
        near(p, (3.0 - libm::sqrt(5.0)) / 2.0, 1e-12);
        assert_eq!(gim1_wait(&Gaps::Constant, 100.0, 100.0), None);
        near(gim1_wait(&Gaps::Exponential, 99.999, 100.0).unwrap().0, 0.999_99, 1e-9);
    }

    #[test]
    fn approximations_are_exact_where_exact_formulas_exist() {
        near(mgc_mean_wait(320.0, 100.0, 4, 1.0).unwrap().value, 7.455_405_897e-3, 1e-9);
        for scv in [0.0, 0.5, 1.0, 4.0] {
            near(mgc_mean_wait(70.0, 100.0, 1, scv).unwrap().value, mg1_mean_wait(70.0, 0.01, scv).unwrap(), 1e-12);
        }
        near(gigc_mean_wait(70.0, 100.0, 1, 1.0, 4.0).unwrap().value, mg1_mean_wait(70.0, 0.01, 4.0).unwrap(), 1e-12);
        near(gig1_wait_probability(70.0, 100.0, 1.0, 4.0).unwrap().value, 0.7, 1e-12);
        near(mgc_wait_probability(1, 0.7).unwrap().error, 0.7 * 0.02, 1e-12);
    }

    /// M/G/c: servers, load, squared coefficient of variation, mean wait in mean services, by Kiefer and Wolfowitz's recursion
    /// with another generator: constant, gamma, lognormal and mixed exponential service.
    const MANY_SERVERS: [(u32, f64, f64, f64); 9] = [
        (2, 0.4, 10.0, 0.6778),
        (4, 0.4, 0.0, 0.02267),
        (4, 0.4, 1.0, 0.03487),
        (4, 0.6, 2.0, 0.2323),
        (4, 0.8, 0.0, 0.3829),
        (8, 0.6, 0.5, 0.03467),
        (8, 0.8, 4.0, 0.631),
        (32, 0.9, 0.0, 0.07463),
        (32, 0.9, 10.0, 0.4874),
    ];
    /// GI/G/c: servers, load, squared coefficients of variation of gaps and service, mean wait.
    const STEADY_GAPS: [(u32, f64, f64, f64, f64); 8] = [
        (1, 0.2, 1.0 / 3.0, 2.0, 0.1701),
        (1, 0.4, 0.5, 1.0, 0.3817),
        (1, 0.4, 1.0 / 3.0, 0.0, 0.04509),
        (1, 0.6, 0.0, 2.0, 1.234),
        (1, 0.8, 0.0, 0.5, 0.7601),
        (4, 0.8, 1.0 / 3.0, 2.0, 0.6988),
        (4, 0.9, 0.0, 1.0, 0.8579),
        (16, 0.9, 0.5, 4.0, 0.657),
    ];

    #[test]
    fn stated_errors_cover_what_another_recursion_finds() {
        let covers = |computed: Computed, truth: f64| {
            assert!((computed.value - truth).abs() <= computed.error, "{computed:?} for {truth}");
        };
        for (servers, rho, scv, wait) in MANY_SERVERS {
            covers(mgc_mean_wait(rho * f64::from(servers), 1.0, servers, scv).unwrap(), wait);
        }
        for (servers, rho, gap_scv, scv, wait) in STEADY_GAPS {
            covers(gigc_mean_wait(rho * f64::from(servers), 1.0, servers, gap_scv, scv).unwrap(), wait);
        }
    }

    #[test]
    fn nothing_is_said_beyond_what_was_looked_at() {
        assert_eq!(mgc_mean_wait(3.0, 1.0, 4, 30.0), None);
        assert_eq!(mgc_mean_wait(4.0, 1.0, 4, 0.5), None);
        assert_eq!(gigc_mean_wait(0.5, 1.0, 1, 4.0, 1.0), None, "bursty gaps");
        assert_eq!(gigc_mean_wait(0.5, 1.0, 1, 0.1, 0.0), None, "nearly a clock");
    }
}
