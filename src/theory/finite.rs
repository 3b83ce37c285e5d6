//! M/M/c/K: exponential servers with limited waiting room. Always has a steady state, at any load.

/// Where unnormalised weights are scaled back.
const HUGE: f64 = 1e200;

/// Steady state of M/M/c/K.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiniteQueue {
    /// Share of arrivals that find it full and are lost.
    pub lost: f64,
    /// Probability that an accepted arrival must wait.
    pub waits: f64,
    /// Mean wait of accepted arrivals, seconds.
    pub mean_wait: f64,
    /// Mean number in the system, waiting or served.
    pub mean_number: f64,
    /// Share of the servers that is busy.
    pub utilisation: f64,
}

/// M/M/c/K with `arrivals` per second, `servers` of rate `service` per second each, and `waiting` places besides (K =
/// servers + waiting). None without servers or where a rate is not above 0 and finite.
///
/// Birth-death balance from the empty state up, rescaled on the way so that no load overflows.
/// Source: Kleinrock, *Queueing Systems* I, 3.5 to 3.7; Gross and Harris, 2.4.
#[must_use]
pub fn finite_queue(arrivals: f64, service: f64, servers: u32, waiting: u32) -> Option<FiniteQueue> {
    let load = arrivals / service;
    if !(servers > 0 && arrivals > 0.0 && service > 0.0 && load.is_finite() && load > 0.0) {
        return None;
    }
    let c = u64::from(servers);
    let places = c + u64::from(waiting);
    // Sums over the states so far, relative to the weight `here` of state n.
    let (mut here, mut total, mut number, mut busy, mut queue, mut delayed) = (1.0, 1.0, 0.0, 0.0, 0.0, 0.0);
    for n in 1..=places {
        // From state n - 1 to state n the unit grows by this ratio, so the sums shrink by it.
        let shrink = n.min(c) as f64 / load;
        let all_busy_before = if n > c { here } else { 0.0 };
        delayed = (delayed + all_busy_before) * shrink;
        total = total * shrink + here;
        number = number * shrink + here * n as f64;
        busy = busy * shrink + here * n.min(c) as f64;
        queue = queue * shrink + here * n.saturating_sub(c) as f64;
        if total > HUGE {
            for sum in [&mut here, &mut total, &mut number, &mut busy, &mut queue, &mut delayed] {
                *sum /= HUGE;
            }
        }
    }
    let lost = here / total;
    let accepted = arrivals * (1.0 - lost);
    Some(FiniteQueue {
        lost,
        // States c to K - 1: those that an accepted arrival finds with every server busy.
        waits: delayed / (total - here),
        mean_wait: queue / total / accepted,
        mean_number: number / total,
        utilisation: busy / total / c as f64,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::theory::erlang_b;

    #[test]
    fn three_servers_ten_places() {
        let queue = finite_queue(240.0, 100.0, 3, 7).unwrap();
        for (value, exact) in [
            (queue.lost, 0.030_451_614_025_7),
            (queue.utilisation, 0.775_638_708_779),
            (queue.waits, 0.591_785_817_921),
            (queue.mean_wait, 6.198_825_688e-3),
            (queue.mean_number, 3.769_330_872_05),
        ] {
            assert!((value / exact - 1.0).abs() < 1e-9, "{value} for {exact}");
        }
    }

    #[test]
    fn without_waiting_places_it_is_erlang_b() {
        for load in [0.1, 3.0, 12.0, 500.0] {
            let queue = finite_queue(load * 20.0, 20.0, 20, 0).unwrap();
            assert!((queue.lost / erlang_b(20, load) - 1.0).abs() < 1e-12);
            assert_eq!((queue.mean_wait, queue.waits), (0.0, 0.0));
        }
    }

    #[test]
    fn heavy_overload_loses_the_excess() {
        let queue = finite_queue(1e6, 1.0, 2, 10_000).unwrap();
        assert!((queue.lost - (1.0 - 2e-6)).abs() < 1e-12 && (queue.utilisation - 1.0).abs() < 1e-9);
        assert!(finite_queue(1.0, 1.0, 0, 5).is_none() && finite_queue(0.0, 1.0, 1, 5).is_none());
    }

    #[test]
    fn light_load_does_not_overflow() {
        let queue = finite_queue(1e-3, 1e3, 500, 500).unwrap();
        assert!(queue.lost >= 0.0 && queue.lost < 1e-300 && queue.mean_wait.is_finite());
    }
}
