//! One server with unlimited waiting room: M/M/1 and M/G/1.

/// Mean wait of M/G/1 in seconds: rho (1 + cs^2) m / (2 (1 - rho)), with the mean service time m in
/// seconds and its squared coefficient of variation (0 for constant service).
///
/// Source: Pollaczek (1930), Khinchine (1932); Kleinrock, *Queueing Systems* I, 5.6.
#[must_use]
pub fn mg1_mean_wait(arrivals: f64, mean_service: f64, service_scv: f64) -> Option<f64> {
    let rho = arrivals * mean_service;
    (rho > 0.0 && rho < 1.0).then(|| rho * (1.0 + service_scv) * mean_service / (2.0 * (1.0 - rho)))
}

/// Sojourn time that is exceeded with probability 1 - `p` in M/M/1, FIFO, in seconds: exponential at rate mu - lambda.
/// `p` in [0, 1).
///
/// Source: Kleinrock, *Queueing Systems* I, 3.2 and 5.7.
#[must_use]
pub fn mm1_sojourn_quantile(arrivals: f64, service: f64, p: f64) -> Option<f64> {
    (arrivals > 0.0 && arrivals < service && (0.0..1.0).contains(&p)).then(|| -libm::log1p(-p) / (service - arrivals))
}

/// Most arrivals per second for which the `p` quantile of M/M/1's sojourn stays within `limit` seconds: mu + ln(1 - p)
/// / limit. None where even a lone request would take longer.
#[must_use]
pub fn mm1_rate_at(service: f64, p: f64, limit: f64) -> Option<f64> {
    let rate = service + libm::log1p(-p) / limit;
    (rate > 0.0 && limit > 0.0).then_some(rate)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn waits_by_variability() {
        // M/M/1, M/D/1, M/lognormal/1, M/gamma/1 and M/H2/1 with a mean service of 10 ms.
        for (arrivals, scv, ms) in [
            (80.0, 1.0, 40.0),
            (70.0, 0.0, 11.666_666_67),
            (70.0, 1.0, 23.333_333_33),
            (60.0, 0.5, 11.25),
            (60.0, 4.0, 37.5),
        ] {
            let wait = mg1_mean_wait(arrivals, 0.01, scv).unwrap();
            assert!((wait * 1e3 / ms - 1.0).abs() < 1e-9, "{arrivals} {scv}: {wait}");
        }
        assert_eq!(mg1_mean_wait(100.0, 0.01, 1.0), None);
    }

    #[test]
    fn quantiles_and_their_inverse() {
        for (p, ms) in [(0.5, 34.657_359_03), (0.9, 115.129_254_6), (0.99, 230.258_509_3), (0.999, 345.387_763_9)] {
            let quantile = mm1_sojourn_quantile(80.0, 100.0, p).unwrap();
            assert!((quantile * 1e3 / ms - 1.0).abs() < 1e-9);
            assert!((mm1_rate_at(100.0, p, quantile).unwrap() - 80.0).abs() < 1e-9);
        }
        assert!((mm1_rate_at(100.0, 0.99, 0.25).unwrap() - 81.579_319_256).abs() < 1e-8);
        assert_eq!(mm1_rate_at(100.0, 0.99, 0.01), None);
    }
}
