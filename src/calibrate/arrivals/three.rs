//! Three phases in turn: a process with two relaxation times, for bursts that come in bursts. One pair of phases has one relaxation, so its
//! index of dispersion rises over one decade of windows; recorded traffic often rises over two and more.
//!
//! With phases in a cycle, left at rates a1, a2, a3, the relaxations are the roots of x^2 - (a1 + a2 + a3) x + (a1 a2 + a1 a3 + a2 a3), and
//! the covariance of the rate over a time u is c1 exp(-r1 u) + c2 exp(-r2 u): c1 + c2 is its variance, and -(r1 c1 + r2 c2) its slope at 0.
//! The index of counts follows from it as for two phases, one term each (Fischer and Meier-Hellstern 1993, section 2).

use super::mmpp::{Mmpp, Phase, shown};

/// Steps of the search from one start.
const STEPS: usize = 500;
/// Weight of the skewness against that of the indices: it chooses among processes that have the same ones.
const SKEWNESS: f64 = 0.02;
/// Sojourns are longer than this share of the shortest window, and shorter than so many seconds.
const SHORTEST: f64 = 0.05;
const LONGEST_S: f64 = 7_200.0;

/// What the rate over time looks like, over the mean rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spectrum {
    relaxation: [f64; 2],
    /// Share of the variance with each relaxation; one of them may be below 0.
    covariance: [f64; 2],
    skewness: f64,
}

impl Spectrum {
    /// Of three phases whose mean rate is 1; `None` where the process swings, so that its relaxations are no real numbers.
    pub fn of(phases: [Phase; 3]) -> Option<Spectrum> {
        let leave = phases.map(|phase| 1.0 / phase.sojourn_s);
        let time: f64 = phases.iter().map(|phase| phase.sojourn_s).sum();
        let share = phases.map(|phase| phase.sojourn_s / time);
        let sum: f64 = leave.iter().sum();
        let pairs = leave[0] * leave[1] + leave[0] * leave[2] + leave[1] * leave[2];
        let root = (sum * sum - 4.0 * pairs).sqrt();
        // Two equal roots have another covariance.
        if !root.is_finite() || root <= 1e-6 * sum {
            return None;
        }
        let relaxation = [(sum + root) / 2.0, (sum - root) / 2.0];
        let moment = |power: i32| (0..3).map(|i| share[i] * (phases[i].factor - 1.0).powi(power)).sum::<f64>();
        let slope: f64 = (0..3)
            .map(|i| share[i] * phases[i].factor * leave[i] * (phases[(i + 1) % 3].factor - phases[i].factor))
            .sum();
        let variance = moment(2);
        let fast = (-slope - relaxation[1] * variance) / root;
        let skewness = moment(3) / variance.max(1e-300).powf(1.5);
        Some(Spectrum { relaxation, covariance: [fast, variance - fast], skewness })
    }

    /// The index of dispersion of counts over `t` seconds at mean rate `rate` per second.
    pub fn index(&self, rate: f64, t: f64) -> f64 {
        let term = |i: usize| self.covariance[i] / self.relaxation[i] * shown(self.relaxation[i] * t);
        1.0 + 2.0 * rate * (term(0) + term(1))
    }
}

/// Phases of a point of the search (logarithms of sojourns and rates), with mean rate 1.
fn phases(at: &[f64]) -> [Phase; 3] {
    let phase = |i: usize| Phase { factor: libm::exp(at[3 + i]), sojourn_s: libm::exp(at[i]) };
    let raw = [phase(0), phase(1), phase(2)];
    let time: f64 = raw.iter().map(|phase| phase.sojourn_s).sum();
    let mean = raw.iter().map(|phase| phase.factor * phase.sojourn_s).sum::<f64>() / time;
    raw.map(|phase| Phase { factor: phase.factor / mean, ..phase })
}

/// The process of three phases nearest to `measured`, (window in seconds, index, weight), at mean rate `rate` per second, and of those that
/// are alike the one whose rate is about as skewed as `skewness`. The search begins around `two`, the best of two phases.
pub(super) fn nearest(measured: &[(f64, f64, f64)], rate: f64, two: &Mmpp, skewness: f64) -> Option<Mmpp> {
    let weights: f64 = measured.iter().map(|one| one.2).sum();
    let shortest = SHORTEST * measured.first()?.0;
    let cost = |at: &[f64]| {
        let phases = phases(at);
        let legal = phases.iter().all(|p| (shortest..=LONGEST_S).contains(&p.sojourn_s) && p.factor < 1e6);
        let Some(spectrum) = Spectrum::of(phases).filter(|_| legal) else { return f64::INFINITY };
        let off = |(t, index, weight): &(f64, f64, f64)| {
            let own = spectrum.index(rate, *t);
            if own > 0.0 { weight * libm::log(own / index.max(1e-12)).powi(2) } else { f64::INFINITY }
        };
        let skewed = (spectrum.skewness - skewness) / (1.0 + skewness.abs());
        measured.iter().map(off).sum::<f64>() + SKEWNESS * weights / measured.len() as f64 * skewed * skewed
    };
    let relaxed = 1.0 / two.phases.iter().map(|phase| 1.0 / phase.sojourn_s).sum::<f64>();
    let busiest = two.phases.iter().map(|phase| phase.factor).fold(1.0, f64::max);
    let orders = [[0, 1, 2], [0, 2, 1]];
    let starts = orders.iter().flat_map(|order| {
        (0..3).map(|turn| {
            let sojourns = [0.5 * relaxed, 5.0 * relaxed, 30.0 * relaxed].map(libm::log);
            let factors = [1.5 * busiest, 1.0, 0.3].map(libm::log);
            let factor = |i: usize| factors[order[(i + turn) % 3]];
            vec![sojourns[0], sojourns[1], sojourns[2], factor(0), factor(1), factor(2)]
        })
    });
    let found = starts.map(|start| descend(&cost, start)).min_by(|a, b| a.1.total_cmp(&b.1))?;
    found.1.is_finite().then(|| Mmpp { phases: phases(&found.0).to_vec() })
}

/// Where `cost` is least from `start` on, and how much it is: the simplex of Nelder and Mead (Computer Journal 7, 1965).
fn descend(cost: &impl Fn(&[f64]) -> f64, start: Vec<f64>) -> (Vec<f64>, f64) {
    let n = start.len();
    let with_cost = |at: Vec<f64>| {
        let own = cost(&at);
        (at, own)
    };
    let mut simplex = vec![with_cost(start.clone())];
    for i in 0..n {
        let mut corner = start.clone();
        corner[i] += 0.7;
        simplex.push(with_cost(corner));
    }
    for _ in 0..STEPS {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        let center: Vec<f64> =
            (0..n).map(|j| simplex[..n].iter().map(|one| one.0[j]).sum::<f64>() / n as f64).collect();
        // From the worst corner through the centre of the others, by so much of the way.
        let moved = |by: f64| with_cost((0..n).map(|j| center[j] + by * (center[j] - simplex[n].0[j])).collect());
        let mirrored = moved(1.0);
        let next = if mirrored.1 < simplex[0].1 {
            let further = moved(2.0);
            if further.1 < mirrored.1 { further } else { mirrored }
        } else if mirrored.1 < simplex[n - 1].1 {
            mirrored
        } else {
            moved(-0.5)
        };
        if next.1 < simplex[n].1 {
            simplex[n] = next;
            continue;
        }
        let best = simplex[0].0.clone();
        for corner in &mut simplex[1..] {
            *corner = with_cost(corner.0.iter().zip(&best).map(|(x, best)| 0.5 * (x + best)).collect());
        }
    }
    simplex.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((start, f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(factor: f64, sojourn_s: f64) -> Phase {
        Phase { factor, sojourn_s }
    }

    /// Two equal rates one after the other of which one is left at once are a pair of phases, whose index has a closed form of its own.
    #[test]
    fn a_phase_that_is_left_at_once_leaves_two() {
        let (busy, quiet) = (phase(3.0, 2.0), phase(0.5, 8.0));
        let two = Mmpp { phases: vec![busy, quiet] };
        let three = Spectrum::of([busy, phase(0.5, 1e-9), quiet]).expect("real relaxations");
        for t in [0.5, 2.0, 10.0, 100.0] {
            let (a, b) = (two.index(20.0, t), three.index(20.0, t));
            assert!((a / b - 1.0).abs() < 1e-6, "{t}: {a} {b}");
        }
        // Of equal sojourns the cycle swings.
        assert!(Spectrum::of([phase(1.0, 3.0); 3]).is_none());
    }

    /// A process of two scales, a second and a minute and a half, is found again at every window.
    #[test]
    fn two_scales_are_found_again() {
        let truth = phases(&[1.0, 60.0, 300.0, 20.0, 2.0, 0.4].map(libm::log));
        let spectrum = Spectrum::of(truth).expect("real relaxations");
        let windows = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0];
        let measured = windows.map(|t| (t, spectrum.index(5.0, t), 400.0));
        let two = Mmpp { phases: vec![phase(8.0, 5.0), phase(0.4, 60.0)] };
        let found = nearest(&measured, 5.0, &two, spectrum.skewness).expect("a process");
        for (t, index, _) in measured {
            assert!(
                (found.index(5.0, t) / index - 1.0).abs() < 0.02,
                "{t}: {} for {index}, {found:?}",
                found.index(5.0, t)
            );
        }
    }
}
