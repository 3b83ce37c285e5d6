//! Rankings that an end of an input turns, and the value at which they do.

use super::inputs::{Input, Setting};
use super::{METRICS, State, Study, effects};
use crate::experiment::ExperimentError;
use crate::experiment::best;
use crate::experiment::point::Outcome;
use crate::results::{Estimate, Flip};
use crate::stats::Interval;
use crate::stats::selection::joint_confidence;

/// Values that a search tries at most.
const STEPS: usize = 6;
/// Runs of a study after which no further value is searched for.
const MOST_RUNS: u32 = 300;
/// Share of the way between two values whose difference gives a slope: nearer ones differ by noise.
const APART: f64 = 0.05;

/// Two options on a metric, the first of which is faster as the scenario stands.
#[derive(Clone, Copy)]
struct Pair {
    metric: &'static str,
    faster: usize,
    slower: usize,
}

impl Study<'_> {
    /// Every pair of options of which the faster one is not shown to be faster at an end too.
    pub(super) fn flips(&mut self, input: &Input, low: &State, high: &State) -> Result<Vec<Flip>, ExperimentError> {
        let names: Vec<String> = effects::names(&self.standing).into_iter().map(Option::unwrap_or_default).collect();
        let mut flips = Vec::new();
        for metric in METRICS {
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
                    if verdict == "turns" {
                        (flip.at, flip.way) = self.turning(input, setting, pair, difference)?;
                    }
                    flips.push(flip);
                }
            }
        }
        Ok(flips)
    }

    /// The number of the input at which the pair's difference passes 0 on the way to `end`, where it is `last`: by false position
    /// (Illinois) on the paired difference, which the same draws make a smooth function of the input. Its range is that of the
    /// difference's interval over the slope there.
    fn turning(
        &mut self,
        input: &Input,
        end: &Setting,
        pair: Pair,
        last: Interval,
    ) -> Result<(Estimate, Option<f64>), ExperimentError> {
        let nothing = (Estimate::default(), None);
        let Some(first) = difference(&self.standing, pair) else { return Ok(nothing) };
        // Of each tried share of the way the difference; the ends with weights that the method changes.
        let mut tried = vec![(0.0, first), (1.0, last)];
        let (mut from, mut to) = ((0.0, first.value), (1.0, last.value));
        for _ in 0..STEPS {
            let share = from.0 - from.1 * (to.0 - from.0) / (to.1 - from.1);
            let Some(setting) = input.towards(end, share) else { return Ok(nothing) };
            let seen = tried.iter().any(|(other, _)| {
                (other - share).abs() < 1e-3
                    || input.towards(end, *other).and_then(|known| known.number()) == setting.number()
            });
            if seen || self.runs.made() > MOST_RUNS {
                break;
            }
            let scenario = self.with(&[&setting])?;
            let state = self.runs.states(vec![scenario])?.remove(0);
            let Some(found) = difference(&state, pair) else { return Ok(nothing) };
            tried.push((share, found));
            let small = found.value.abs() <= found.half_width().unwrap_or(0.0) / 10.0;
            if found.value < 0.0 {
                // An end that stays twice counts half, or the method creeps.
                to.1 /= if tried.len() > 3 && previous_sign(&tried) < 0.0 { 2.0 } else { 1.0 };
                from = (share, found.value);
            } else {
                from.1 /= if tried.len() > 3 && previous_sign(&tried) > 0.0 { 2.0 } else { 1.0 };
                to = (share, found.value);
            }
            if small {
                break;
            }
        }
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(located(&tried, |share| input.towards(end, share)?.number()).unwrap_or(nothing))
    }
}

/// The sign of the difference at the value tried before the last one.
fn previous_sign(tried: &[(f64, Interval)]) -> f64 {
    tried.get(tried.len().wrapping_sub(2)).map_or(0.0, |(_, difference)| difference.value)
}

/// Where the differences at rising shares of the way pass 0, as a number of the input with its range, and as a share.
fn located(tried: &[(f64, Interval)], number: impl Fn(f64) -> Option<f64>) -> Option<(Estimate, Option<f64>)> {
    let above = tried.iter().position(|(_, difference)| difference.value >= 0.0)?;
    let (before, after) = (tried[above.checked_sub(1)?], tried[above]);
    let share = before.0 - before.1.value * (after.0 - before.0) / (after.1.value - before.1.value);
    let near = if share - before.0 < after.0 - share { before } else { after };
    let far_below = tried.iter().rev().find(|(at, _)| *at <= share - APART).unwrap_or(&tried[0]);
    let far_above = tried.iter().find(|(at, _)| *at >= share + APART).or(tried.last())?;
    let slope = (far_above.1.value - far_below.1.value) / (far_above.0 - far_below.0);
    let half = near.1.half_width().map(|half| half / slope);
    let end = |share: f64| number(share.clamp(0.0, 1.0));
    let ends = half.and_then(|half| Some((end(share - half)?, end(share + half)?)));
    let estimate =
        Estimate { value: Some(end(share)?), low: ends.map(|(a, b)| a.min(b)), high: ends.map(|(a, b)| a.max(b)) };
    Some((estimate, Some(share)))
}

/// The pairs of which one option is faster as the scenario stands, by intervals that hold for all pairs at once.
fn decided(standing: &State, metric: &'static str) -> Vec<Pair> {
    let options = standing.outcomes.len();
    let mut pairs = Vec::new();
    for faster in 0..options {
        for slower in (0..options).filter(|slower| *slower != faster) {
            let pair = Pair { metric, faster, slower };
            if difference(standing, pair).and_then(|difference| difference.high).is_some_and(|high| high < 0.0) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

/// Whether the order of a pair turns at an end or is undecided there; none where it stays, and where both are equal.
fn verdict(end: &State, pair: Pair) -> Option<(&'static str, Interval)> {
    let difference = difference(end, pair)?;
    let (low, high) = (difference.low?, difference.high?);
    let verdict = if low > 0.0 {
        "turns"
    } else if high < 0.0 || (low, high) == (0.0, 0.0) {
        return None;
    } else {
        "undecided"
    };
    Some((verdict, difference))
}

/// The faster one less the slower one, with an interval that holds for all pairs at once; none without a steady state or samples.
fn difference(state: &State, pair: Pair) -> Option<Interval> {
    let entrant = |option: usize| {
        let outcome: &Outcome = state.outcomes.get(option)?;
        let series = outcome.series(pair.metric).filter(|series| series.supported && outcome.point.stable)?;
        Some((outcome, series))
    };
    let measured = (0..state.outcomes.len()).filter(|option| entrant(*option).is_some()).count();
    let joint = joint_confidence(state.scenario.run.confidence, measured);
    Some(best::difference(entrant(pair.faster)?, entrant(pair.slower)?, pair.metric, joint).difference)
}
