//! Rankings that an end of an input turns, and the value at which they do.

use super::inputs::{Input, Setting};
use super::{RANKED, State, Study, effects};
use crate::experiment::ExperimentError;
use crate::experiment::best;
use crate::experiment::point::Outcome;
use crate::results::{Estimate, Flip};
use crate::stats::Interval;
use crate::stats::selection::joint_confidence;

/// Values that a search tries at most.
const STEPS: usize = 6;
/// Systems of a study after which no further value is searched for.
const MOST_SYSTEMS: u32 = 300;
/// A difference within this share of its interval is as good as 0.
const ENOUGH: f64 = 0.5;
/// Share of the way between two values whose difference gives a slope: nearer ones differ by noise.
const APART: f64 = 0.05;

/// Two options on a metric, the first of which is faster as the scenario stands.
#[derive(Clone, Copy)]
struct Pair {
    metric: &'static str,
    faster: usize,
    slower: usize,
}

/// Shares of the way to an end, each with the difference there.
type Tried = Vec<(f64, Interval)>;

impl Study<'_> {
    /// Every pair of options whose order is another one at an end.
    pub(super) fn flips(&mut self, input: &Input, low: &State, high: &State) -> Result<Vec<Flip>, ExperimentError> {
        let names: Vec<String> = effects::names(&self.standing).into_iter().map(Option::unwrap_or_default).collect();
        let mut flips = Vec::new();
        for metric in RANKED {
            for pair in decided(&self.standing, metric) {
                for (name, end, setting) in [("low", low, &input.low), ("high", high, &input.high)] {
                    let Some((verdict, difference)) = verdict(end, pair) else { continue };
                    let mut flip = Flip {
                        metric: metric.into(),
                        faster: names[pair.faster].clone(),
                        slower: names[pair.slower].clone(),
                        end: name.into(),
                        verdict: verdict.into(),
                        ..Flip::default()
                    };
                    if let Some(tried) = self.search(input, setting, pair, difference, verdict == "turns")? {
                        (flip.at, flip.way) = located(&tried, |share| input.towards(setting, share)?.number());
                    }
                    flips.push(flip);
                }
            }
        }
        Ok(flips)
    }

    /// Differences of the pair between the scenario as it stands and `end`, where it is `last`, until one is as good as 0: false
    /// position on the paired difference, which the same draws make a smooth function of the input. None where nothing is `wanted`,
    /// or numbers lead no way to the end.
    fn search(
        &mut self,
        input: &Input,
        end: &Setting,
        pair: Pair,
        last: Interval,
        wanted: bool,
    ) -> Result<Option<Tried>, ExperimentError> {
        let Some(first) = difference_in(&self.standing, pair).filter(|_| wanted) else { return Ok(None) };
        let mut tried = vec![(0.0, first), (1.0, last)];
        let mut bracket = Bracket { below: (0.0, first.value), above: (1.0, last.value), side: 0.0 };
        let number = |share: f64| input.towards(end, share).and_then(|setting| setting.number());
        for _ in 0..STEPS {
            let share = bracket.middle();
            let Some(setting) = input.towards(end, share) else { return Ok(None) };
            // A whole number can be tried once only.
            let seen = tried.iter().any(|(other, _)| number(*other) == setting.number());
            if seen || self.runs.made() > MOST_SYSTEMS {
                break;
            }
            // A value between two that are right may be wrong by itself: then the bracket stays as wide as it is.
            let Ok(scenario) = self.with(&[&setting]) else { break };
            let outcomes = self.runs.outcomes(&scenario, &[pair.faster, pair.slower])?;
            let joint = joint(&self.standing, pair.metric);
            let Some(found) = difference(&outcomes[0], &outcomes[1], pair.metric, joint) else { break };
            tried.push((share, found));
            bracket.take(share, found.value);
            if found.value.abs() <= ENOUGH * found.half_width().unwrap_or(0.0) {
                break;
            }
        }
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(Some(tried))
    }
}

/// False position: a place below 0 and one above. The value of an end that stays twice counts half, without which the other creeps
/// (the Illinois rule; Dowell and Jarratt, BIT 11, 1971).
#[derive(Clone, Copy, Debug)]
struct Bracket {
    below: (f64, f64),
    above: (f64, f64),
    /// Sign of the value taken last.
    side: f64,
}

impl Bracket {
    /// Where a straight line through both ends passes 0.
    fn middle(&self) -> f64 {
        self.below.0 - self.below.1 * (self.above.0 - self.below.0) / (self.above.1 - self.below.1)
    }

    fn take(&mut self, at: f64, value: f64) {
        let (side, again) = (value.signum(), value.signum() == self.side);
        if value < 0.0 {
            self.below = (at, value);
            self.above.1 /= if again { 2.0 } else { 1.0 };
        } else {
            self.above = (at, value);
            self.below.1 /= if again { 2.0 } else { 1.0 };
        }
        self.side = side;
    }
}

/// Where the differences at rising shares of the way pass 0: as a number of the input, with the range that their interval over
/// their slope gives, and as a share.
fn located(tried: &[(f64, Interval)], number: impl Fn(f64) -> Option<f64>) -> (Estimate, Option<f64>) {
    let nothing = (Estimate::default(), None);
    let above = tried.iter().position(|(_, difference)| difference.value >= 0.0);
    let Some(above) = above.filter(|above| *above > 0) else { return nothing };
    let (before, after) = (tried[above - 1], tried[above]);
    let share = before.0 - before.1.value * (after.0 - before.0) / (after.1.value - before.1.value);
    let near = if share - before.0 < after.0 - share { before } else { after };
    let (first, last) = (tried[0], tried[tried.len() - 1]);
    let lower = tried.iter().rev().find(|(at, _)| *at <= share - APART).copied().unwrap_or(first);
    let upper = tried.iter().find(|(at, _)| *at >= share + APART).copied().unwrap_or(last);
    let slope = (upper.1.value - lower.1.value) / (upper.0 - lower.0);
    let end = |share: f64| number(share.clamp(0.0, 1.0));
    let half = near.1.half_width().map(|half| half / slope);
    let ends = half.and_then(|half| Some((end(share - half)?, end(share + half)?)));
    let Some(value) = end(share) else { return nothing };
    let range = (ends.map(|(a, b)| a.min(b)), ends.map(|(a, b)| a.max(b)));
    (Estimate { value: Some(value), low: range.0, high: range.1 }, Some(share))
}

/// The pairs of which one option is faster as the scenario stands, by intervals that hold for all pairs at once.
fn decided(standing: &State, metric: &'static str) -> Vec<Pair> {
    let options = standing.outcomes.len();
    let pairs = (0..options).flat_map(|faster| (0..options).map(move |slower| Pair { metric, faster, slower }));
    let is_faster = |pair: &Pair| difference_in(standing, *pair)?.high.map(|high| high < 0.0);
    pairs.filter(|pair| pair.faster != pair.slower && is_faster(pair) == Some(true)).collect()
}

/// Whether the order of a pair turns at an end, or seems to without its interval showing it; none where it stays.
fn verdict(end: &State, pair: Pair) -> Option<(&'static str, Interval)> {
    let difference = difference_in(end, pair).filter(|difference| difference.value > 0.0)?;
    Some((if difference.low? > 0.0 { "turns" } else { "undecided" }, difference))
}

/// The faster one less the slower one in a state, with an interval that holds for all pairs of it at once.
fn difference_in(state: &State, pair: Pair) -> Option<Interval> {
    let (faster, slower) = (state.outcomes.get(pair.faster)?, state.outcomes.get(pair.slower)?);
    difference(faster, slower, pair.metric, joint(state, pair.metric))
}

/// The confidence of each pair that makes all hold at once.
fn joint(state: &State, metric: &str) -> f64 {
    let measured = state.outcomes.iter().filter(|outcome| effects::series(outcome, metric).is_some()).count();
    joint_confidence(state.scenario.run.confidence, measured)
}

/// One less the other; none without a steady state or samples enough.
fn difference(one: &Outcome, other: &Outcome, metric: &str, confidence: f64) -> Option<Interval> {
    let (a, b) = (effects::series(one, metric)?, effects::series(other, metric)?);
    (a.supported && b.supported).then(|| best::difference((one, &a), (other, &b), metric, confidence).difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The root of `f`, which falls below 0 at 0 and above it at 1, after so many steps.
    fn found(f: impl Fn(f64) -> f64, steps: usize) -> f64 {
        let mut bracket = Bracket { below: (0.0, f(0.0)), above: (1.0, f(1.0)), side: 0.0 };
        for _ in 0..steps {
            let at = bracket.middle();
            bracket.take(at, f(at));
        }
        bracket.middle()
    }

    #[test]
    fn a_straight_line_takes_one_step_and_a_bent_one_few() {
        assert!((found(|x| 4.0 * x - 1.0, 1) - 0.25).abs() < 1e-15);
        // Roots of x^8 - 0.01 and of its mirror image: without the halving the first would still be below 0.2 after six steps.
        let root = libm::pow(0.01, 0.125);
        assert!((found(|x| libm::pow(x, 8.0) - 0.01, 12) - root).abs() < 1e-2);
        assert!((found(|x| 0.01 - libm::pow(1.0 - x, 8.0), 12) - (1.0 - root)).abs() < 1e-2);
    }

    #[test]
    fn the_range_is_the_interval_over_the_slope() {
        let at = |share: f64| {
            (share, Interval { value: 8.0 * share - 2.0, low: Some(8.0 * share - 2.4), high: Some(8.0 * share - 1.6) })
        };
        let (estimate, way) = located(&[at(0.0), at(0.24), at(0.26), at(1.0)], |share| Some(10.0 + 100.0 * share));
        // The half-width 0.4 over the slope 8 is a twentieth of the way.
        let near = |found: Option<f64>, value: f64| found.is_some_and(|found| (found - value).abs() < 1e-9);
        assert!(near(estimate.value, 35.0) && near(way, 0.25), "{estimate:?}");
        assert!(near(estimate.low, 30.0) && near(estimate.high, 40.0), "{estimate:?}");
        assert_eq!(located(&[at(0.0), at(0.2)], Some), (Estimate::default(), None), "nothing passes 0");
    }
}
