//! Which of several systems is best, from paired differences that hold all at once. Less is better. Not which systems may be
//! compared at all: that is for the caller.

use super::estimate::Interval;

/// What can be said of the systems, all of it true at once with the confidence of the differences together.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Indices of the systems of which each may be the best, in order; a single one is the best.
    pub set: Vec<usize>,
    /// Each of them is at least so far below every other system; none where there is no other, or where that is not shown.
    pub lead: Option<f64>,
    /// They differ by at most so much; 0 for a single one.
    pub spread: f64,
}

/// The confidence of each paired difference that makes all pairs of `systems` hold at once with `confidence`: Bonferroni over the
/// k(k-1)/2 pairs.
///
/// All pairs, and not only the k-1 against the best, because which system is best is read off the same data: a bound on how
/// far it leads must hold for whichever system that turns out to be. Source: Law, *Simulation Modeling and Analysis*, 5th ed.,
/// 10.3.
#[must_use]
pub fn joint_confidence(confidence: f64, systems: usize) -> f64 {
    let pairs = (systems * systems.saturating_sub(1) / 2).max(1);
    1.0 - (1.0 - confidence) / pairs as f64
}

/// Selects among systems with point estimates `values` by `difference(i, j)`, the interval of system i minus system j at
/// [`joint_confidence`]. None where there is no system, or where a difference has no interval.
#[must_use]
pub fn select(values: &[f64], difference: impl Fn(usize, usize) -> Interval) -> Option<Selection> {
    let systems = 0..values.len();
    let least = systems.clone().min_by(|&i, &j| values[i].total_cmp(&values[j]))?;
    let ends = |i: usize, j: usize| {
        let interval = difference(i, j);
        interval.low.zip(interval.high)
    };
    let mut set = Vec::new();
    for i in systems.clone() {
        if i == least || ends(i, least)?.0 <= 0.0 {
            set.push(i);
        }
    }
    let (mut lead, mut spread) = (f64::INFINITY, 0.0_f64);
    for &i in &set {
        for j in systems.clone().filter(|&j| j != i) {
            let (low, high) = ends(j, i)?;
            if set.contains(&j) {
                spread = spread.max(high).max(-low);
            } else {
                lead = lead.min(low);
            }
        }
    }
    Some(Selection { set, lead: (lead > 0.0 && lead.is_finite()).then_some(lead), spread })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::stats::estimate::paired;
    use crate::stats::noise::uniform;

    /// Selection among systems of which every pair differs by the difference of `values` give or take `half`.
    fn selected(values: &[f64], half: f64) -> Selection {
        let difference = |i: usize, j: usize| {
            let value = values[i] - values[j];
            let half = if values[i] == values[j] { 0.0 } else { half };
            Interval { value, low: Some(value - half), high: Some(value + half) }
        };
        select(values, difference).unwrap()
    }

    #[test]
    fn the_best_and_how_far_it_leads() {
        assert_eq!(selected(&[7.0, 5.0, 9.0], 0.5), Selection { set: vec![1], lead: Some(1.5), spread: 0.0 });
        assert_eq!(selected(&[7.0], 0.5), Selection { set: vec![0], lead: None, spread: 0.0 });
    }

    #[test]
    fn what_cannot_be_told_apart_and_how_far_it_may_differ() {
        assert_eq!(selected(&[5.25, 5.0, 9.0], 0.5), Selection { set: vec![0, 1], lead: Some(3.25), spread: 0.75 });
        // 5.25 is not told from 5.0, nor 5.625 from 5.25: no lead over 5.75 is shown for both.
        assert_eq!(selected(&[5.0, 5.25, 5.625], 0.5), Selection { set: vec![0, 1], lead: None, spread: 0.75 });
        assert_eq!(selected(&[5.0, 5.0, 6.0], 0.5), Selection { set: vec![0, 1], lead: Some(0.5), spread: 0.0 });
    }

    #[test]
    fn nothing_is_said_without_intervals() {
        assert_eq!(select(&[1.0, 2.0], |_, _| Interval::bare(1.0)), None);
        assert_eq!(select(&[], |_, _| Interval::bare(0.0)), None);
        assert_eq!(joint_confidence(0.95, 1), 0.95);
        assert!((joint_confidence(0.95, 5) - 0.995).abs() < 1e-12);
    }

    /// Five systems that are all the same: whichever is called best, it is wrong. At most 5 of 100 times, whatever the correlation.
    #[test]
    fn a_best_among_equals_is_rare() {
        for common in [0.0, 0.9] {
            let wrong = (0..400_u64)
                .filter(|&experiment| {
                    let noise = |system: u64, r: u64| {
                        (0..12).map(|i| uniform(experiment * 8 + system, r * 12 + i)).sum::<f64>() - 6.0
                    };
                    let value = |system: u64, r: u64| common * noise(7, r) + (1.0 - common) * noise(system, r);
                    let each: Vec<Vec<f64>> = (0..5).map(|s| (0..10).map(|r| value(s, r)).collect()).collect();
                    let means: Vec<f64> = each.iter().map(|values| values.iter().sum::<f64>() / 10.0).collect();
                    let level = joint_confidence(0.95, 5);
                    select(&means, |i, j| paired(&each[i], &each[j], level).difference).unwrap().set.len() == 1
                })
                .count();
            // 0.1 % limit of Binomial(400, 0.05).
            assert!(wrong <= 35, "{wrong} of 400");
        }
    }
}
