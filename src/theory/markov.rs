//! Several servers, Poisson arrivals, exponential service: Erlang's formulas and M/M/c with unlimited waiting room, and
//! the usual correction for other laws. Limited waiting room is in `finite`.

/// Probability that an arrival finds all `servers` busy where none may wait (M/M/c/c, and M/G/c/c): Erlang B.
///
/// `load` = arrival rate x mean service time, in erlangs, 0 or more; defined at every load. 1 without servers. By the
/// recursion B(c) = a B(c-1) / (c + a B(c-1)), which loses no digits. Source: Erlang (1917); Jagerman, BSTJ 53 (1974).
#[must_use]
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, c| load * blocked / (f64::from(c) + load * blocked))
}

/// Probability that an arrival must wait (M/M/c): Erlang C, from Erlang B as B / (1 - rho (1 - B)).
///
/// `load` in erlangs, below `servers`; otherwise none. Source: Erlang (1917); Cooper, *Introduction to Queueing
/// Theory*, 2nd ed., chapter 3.
#[must_use]
pub fn erlang_c(servers: u32, load: f64) -> Option<f64> {
    let rho = load / f64::from(servers);
    if !(load >= 0.0 && rho < 1.0) {
        return None;
    }
    let blocked = erlang_b(servers, load);
    Some(blocked / (1.0 - rho * (1.0 - blocked)))
}

/// Probability of waiting, and the rate cμ - λ at which waits beyond 0 decay.
fn waiting(arrivals: f64, service: f64, servers: u32) -> Option<(f64, f64)> {
    if !(arrivals > 0.0 && service > 0.0) {
        return None;
    }
    let waits = erlang_c(servers, arrivals / service)?;
    Some((waits, f64::from(servers) * service - arrivals))
}

/// Mean wait of M/M/c in seconds: C / (c mu - lambda). `service` is one server's rate.
#[must_use]
pub fn mmc_mean_wait(arrivals: f64, service: f64, servers: u32) -> Option<f64> {
    let (waits, decay) = waiting(arrivals, service, servers)?;
    Some(waits / decay)
}

/// Wait that is exceeded with probability 1 - `p` in M/M/c, FIFO, in seconds; 0 where more than `p` do not wait at all.
/// P(W > t) = C exp(-(c mu - lambda) t). Source: Cooper, chapter 3.
#[must_use]
pub fn mmc_wait_quantile(arrivals: f64, service: f64, servers: u32, p: f64) -> Option<f64> {
    let (waits, decay) = waiting(arrivals, service, servers)?;
    (0.0..1.0).contains(&p).then(|| (libm::log(waits / (1.0 - p)) / decay).max(0.0))
}

/// P(sojourn > t) of M/M/c: service plus, with probability C, an exponential wait at rate d = c mu - lambda.
///
/// e^{-mu t} (1 + C mu (1 - e^{-(d - mu) t}) / (d - mu)), whose limit at d = mu is e^{-mu t} (1 + C mu t).
fn sojourn_tail(waits: f64, decay: f64, service: f64, t: f64) -> f64 {
    let gap = decay - service;
    let waited = if (gap * t).abs() < 1e-12 { t } else { -libm::expm1(-gap * t) / gap };
    libm::exp(-service * t) * (1.0 + waits * service * waited)
}

/// Sojourn time (wait and service) that is exceeded with probability 1 - `p` in M/M/c, FIFO, in seconds; `p` in [0, 1).
///
/// The tail of an independent sum, solved by bisection to 1e-14. Source: Gross and Harris, *Fundamentals of Queueing
/// Theory*, 2.3.
#[must_use]
pub fn mmc_sojourn_quantile(arrivals: f64, service: f64, servers: u32, p: f64) -> Option<f64> {
    let (waits, decay) = waiting(arrivals, service, servers)?;
    if !(0.0..1.0).contains(&p) {
        return None;
    }
    let tail = |t| sojourn_tail(waits, decay, service, t);
    let (mut low, mut high) = (0.0, 1.0 / service);
    while tail(high) > 1.0 - p {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..100 {
        let middle = low + (high - low) / 2.0;
        if tail(middle) > 1.0 - p { low = middle } else { high = middle }
    }
    Some(high)
}

/// Mean wait of G/G/c in seconds, approximately: that of M/M/c times (ca^2 + cs^2) / 2, with the squared coefficients
/// of variation of the gaps between arrivals and of service times. Exact for M/M/c and M/G/1; elsewhere 10 % is common
/// and light load worse.
///
/// Source: Allen, *Probability, Statistics and Queueing Theory* (1978), the Allen-Cunneen formula.
#[must_use]
pub fn allen_cunneen_wait(arrivals: f64, service: f64, servers: u32, gap_scv: f64, service_scv: f64) -> Option<f64> {
    Some(mmc_mean_wait(arrivals, service, servers)? * (gap_scv + service_scv) / 2.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn near(value: Option<f64>, exact: f64) {
        assert!((value.unwrap() / exact - 1.0).abs() < 1e-8, "{value:?} for {exact}");
    }

    #[test]
    fn mm4_at_four_fifths() {
        near(erlang_c(4, 3.2), 0.596_432_471_787);
        near(mmc_mean_wait(320.0, 100.0, 4), 7.455_405_897e-3);
        for (p, ms) in [(0.5, 13.461_990_54), (0.9, 37.759_602_5), (0.99, 68.932_037_49), (0.999, 98.796_669_02)] {
            near(mmc_sojourn_quantile(320.0, 100.0, 4, p), ms / 1e3);
        }
    }

    #[test]
    fn one_server_is_exponential() {
        near(mmc_sojourn_quantile(80.0, 100.0, 1, 0.99), 0.230_258_509_3);
        near(mmc_wait_quantile(80.0, 100.0, 1, 0.99), libm::log(80.0) / 20.0);
        assert_eq!(mmc_wait_quantile(10.0, 100.0, 1, 0.5), Some(0.0));
    }

    #[test]
    fn the_degenerate_rate_has_its_limit() {
        // Two servers at half load: waits decay at the service rate, c mu - lambda = mu.
        let (at, beside) =
            (mmc_sojourn_quantile(100.0, 100.0, 2, 0.9), mmc_sojourn_quantile(100.000_01, 100.0, 2, 0.9));
        assert!((at.unwrap() - beside.unwrap()).abs() < 1e-8);
    }

    #[test]
    fn the_load_of_a_twentieth_of_second_slots() {
        // 20 slots of 50 ms lose 1 % at 240.612291898/s.
        assert!((erlang_b(20, 240.612_291_898 * 0.05) - 0.01).abs() < 1e-10);
        // 350.090343729/s is the most that four servers carry with 99 % within 100 ms.
        near(mmc_sojourn_quantile(350.090_343_729, 100.0, 4, 0.99), 0.1);
    }

    #[test]
    fn edges() {
        assert_eq!((erlang_b(0, 3.0), erlang_b(5, 0.0), erlang_c(4, 0.0)), (1.0, 0.0, Some(0.0)));
        assert_eq!((erlang_c(4, 4.0), mmc_mean_wait(400.0, 100.0, 4), erlang_c(0, 0.0)), (None, None, None));
        assert!(erlang_b(100_000, 99_000.0) > 0.0);
        near(allen_cunneen_wait(320.0, 100.0, 4, 1.0, 1.0), 7.455_405_897e-3);
    }
}
