//! `[saturation]`: the largest value of one axis at which all conditions hold, by bisection that intervals decide.

use super::control::Control;
use super::judge::{self, Judged, Miss, Standing, bracket, with_throttled};
use super::point::{PointError, PointSpec};
use super::settle::settle;
use super::source::{AxisValues, Source};
use super::sweep::Combination;
use super::warmup;
use crate::issue::Issues;
use crate::results::{Results, SaturationPoint};
use crate::scenario::{Condition, Model, Override, Saturation, Scenario};

/// Where a probe stops adding rounds.
const MOST_REPLICATIONS: u32 = 200;
/// Relative width to which the bracket of a continuous axis is narrowed.
const BRACKET: f64 = 0.005;
/// Relative distance of a sure end from the values that no interval decides beyond which a probe is set between them.
const APART: f64 = 0.02;
/// Such probes, at most.
const TIGHTENINGS: u32 = 6;

/// Why a search has no answer.
#[derive(Debug)]
pub enum SearchError {
    /// A value of the axis makes no scenario.
    Issues(Issues),
    /// The simulation stopped or is at fault.
    Point(PointError),
}

/// The scenario's search, for every option; empty where it has no `[saturation]`.
///
/// # Errors
/// A value that makes no scenario, a stop, a fault of the engine.
pub fn search(source: &Source, scenario: &Scenario, control: &Control) -> Result<Vec<SaturationPoint>, SearchError> {
    let Some(wanted) = &scenario.saturation else { return Ok(Vec::new()) };
    let options = match &scenario.model {
        Model::Options(system) => system.options.len(),
        Model::Hops(_) => 1,
    };
    let find = |option: usize| Search { source, wanted, scenario, option, control }.find();
    if control.is_partial() {
        // Each option's next probe is to be asked for, whatever becomes of the others.
        let found: Vec<Result<SaturationPoint, SearchError>> = (0..options).map(find).collect();
        return found.into_iter().collect();
    }
    (0..options).map(find).collect()
}

/// Puts what a search found before what the sweep bracketed. Where both vary the services of an option at the operating point, the
/// search is the better answer and takes the place of the sweep's; how far traffic alone would go stays beside the end by a quota.
pub fn replace(results: &mut Results, found: Vec<SaturationPoint>) {
    let (axes, mut all) = (&results.wanted.axes, found);
    for end in all.iter_mut().filter(|end| end.vary == "services") {
        end.axes.clone_from(axes);
    }
    let known = |swept: &SaturationPoint, end: &SaturationPoint| {
        (&swept.vary, &swept.option, &swept.axes) == (&end.vary, &end.option, &end.axes)
            && end.value.or(end.fails_at).is_some()
            && !(end.criterion == "quota" && swept.ignoring_quotas)
    };
    let swept = std::mem::take(&mut results.saturation);
    let kept: Vec<SaturationPoint> =
        swept.into_iter().filter(|swept| !all.iter().any(|end| known(swept, end))).collect();
    all.extend(kept);
    results.saturation = all;
}

struct Search<'a> {
    source: &'a Source,
    wanted: &'a Saturation,
    /// The scenario itself, whatever the axis.
    scenario: &'a Scenario,
    option: usize,
    control: &'a Control,
}

impl Search<'_> {
    fn find(&self) -> Result<SaturationPoint, SearchError> {
        let (mut passed, mut failed) = (self.wanted.from.number, self.wanted.to.number);
        let whole = self.is_whole(passed);
        // Near 0 no relative width is ever reached: a hundredth of the range counts as the least value there.
        let least = (failed - passed) / 100.0;
        let finest = |passed: f64| if whole { 1.0 } else { BRACKET * passed.abs().max(least) };
        let confidence = probe_confidence(self.scenario.run.confidence, (failed - passed) / finest(passed));
        let (first, last) = (self.probe(passed, confidence), self.probe(failed, confidence));
        let (first, last) = (first?, last?);
        let rising = first.standing == Standing::Holds;
        let mut probes = vec![(passed, first), (failed, last)];
        if !rising && probes[1].1.standing == Standing::Holds {
            // The axis runs the other way, as servers do: the largest value at which all hold is its end.
            probes.remove(0);
        } else if !rising {
            probes.pop();
        }
        let bracketed =
            matches!(probes.last(), Some((at, Judged { standing: Standing::Misses(_), .. })) if *at > passed);
        while bracketed && failed - passed > finest(passed) {
            let middle = if whole { ((passed + failed) / 2.0).floor() } else { (passed + failed) / 2.0 };
            let judged = self.probe(middle, confidence)?;
            match judged.standing {
                Standing::Holds => passed = middle,
                Standing::Misses(_) => failed = middle,
                Standing::Unknown => {}
            }
            let unknown = judged.standing == Standing::Unknown;
            probes.push((middle, judged));
            if unknown {
                break;
            }
        }
        for _ in 0..TIGHTENINGS {
            probes.sort_by(|a, b| a.0.total_cmp(&b.0));
            let Some(loose) = loose_middle(&probes, whole) else { break };
            probes.push((loose, self.probe(loose, confidence)?));
        }
        probes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let option = match &self.scenario.model {
            Model::Options(system) => system.options.get(self.option).map(|option| option.name.clone()),
            Model::Hops(_) => None,
        };
        Ok(SaturationPoint {
            option,
            vary: self.wanted.vary.clone(),
            unit: self.wanted.from.unit.clone(),
            searched: true,
            ..bracket(&probes)
        })
    }

    /// Whether the axis takes whole numbers only: a half makes no scenario.
    fn is_whole(&self, from: f64) -> bool {
        let half = Override::set(self.field(), (from.floor() + 0.5).to_string());
        self.wanted.from.unit.is_empty() && self.source.scenario(&[half]).is_err()
    }

    fn field(&self) -> &str {
        if self.wanted.vary == "services" { "services.count" } else { &self.wanted.vary }
    }

    /// Judges one value, simulated until every condition is decided at `confidence`; what quotas or loads refuse is not simulated.
    fn probe(&self, value: f64, confidence: f64) -> Result<Judged, SearchError> {
        let unit = &self.wanted.from.unit;
        let toml = if unit.is_empty() { value.to_string() } else { format!("\"{value}{unit}\"") };
        let mut scenario = self.source.scenario(&[Override::set(self.field(), toml)]).map_err(SearchError::Issues)?;
        let own = std::mem::replace(&mut scenario.run.confidence, confidence);
        scenario.run.windows = None;
        let services = super::operating_services(&scenario);
        let spec = PointSpec { scenario: &scenario, option: self.option, services, detail: false };
        if let Some(missed) = self.exact_miss(&spec) {
            return Ok(Judged::surely(missed));
        }
        let cut = warmup::cut(&scenario, services, self.control).map_err(SearchError::Point)?;
        let conditions = self.conditions(&scenario);
        let settled = settle(&spec, &cut, &conditions, own, MOST_REPLICATIONS, self.control);
        Ok(judge::conditions(&settled.map_err(SearchError::Point)?, &conditions))
    }

    /// The conditions that intervals decide: those stated, or the objectives and the throttled share.
    fn conditions(&self, scenario: &Scenario) -> Vec<Condition> {
        if self.wanted.hold.is_empty() { with_throttled(&scenario.objectives) } else { self.wanted.hold.clone() }
    }

    /// What needs no simulation: quotas, and (where no conditions are stated) stability and buckets offered more than their rate.
    fn exact_miss(&self, spec: &PointSpec<'_>) -> Option<Miss> {
        let combination = Combination::new(AxisValues::new(), spec.scenario.clone());
        if let Some(rung) = combination.structure(self.option).filter(|rung| spec.services > rung.services) {
            let by = rung.code.clone().unwrap_or_else(|| rung.quota.clone());
            return Some(Miss { criterion: "quota", by, reason: rung.name.clone() });
        }
        if !self.wanted.hold.is_empty() {
            return None;
        }
        let legend = spec.legend();
        let load = legend.unstable().or_else(|| legend.overrun())?;
        let reason = format!("hop {} is offered {:.3} of its limit", load.hop, load.load);
        Some(Miss { criterion: "stability", by: load.hop.clone(), reason })
    }
}

/// Where a probe would bring a sure end nearer to the values that no interval decides; none where both ends are near.
fn loose_middle(probes: &[(f64, Judged)], whole: bool) -> Option<f64> {
    let SaturationPoint { low, high, .. } = bracket(probes);
    let between = |at: f64| low.is_none_or(|low| at > low) && high.is_none_or(|high| at < high);
    let mut open = probes.iter().filter(|(at, judged)| judged.open.is_some() && between(*at)).map(|(at, _)| *at);
    let first = open.next()?;
    let last = open.next_back().unwrap_or(first);
    let middle = |near: f64, sure: Option<f64>| {
        let middle = (near + sure?) / 2.0;
        let middle = if whole { middle.floor() } else { middle };
        let apart = (sure? - near).abs() > APART * near.abs();
        (apart && middle != near && Some(middle) != sure).then_some(middle)
    };
    middle(first, low).or_else(|| middle(last, high))
}

/// The confidence of each probe that makes all of a search hold at once with `confidence`: Bonferroni over both ends, the halvings
/// that narrow the range to one of its `steps` smallest parts, and those that bring the sure ends nearer.
fn probe_confidence(confidence: f64, steps: f64) -> f64 {
    let probes = 2.0 + f64::from(TIGHTENINGS) + libm::ceil(libm::log2(steps.max(1.0)));
    1.0 - (1.0 - confidence) / probes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_over_services_takes_the_place_of_the_sweeps_own_end() {
        let swept = |option: &str, rate: f64, ignoring_quotas| SaturationPoint {
            option: Some(option.into()),
            vary: "services".into(),
            axes: [("workload.rate".to_string(), rate)].into(),
            value: Some(80.0),
            ignoring_quotas,
            ..SaturationPoint::default()
        };
        let all = vec![swept("a", 1.0, false), swept("a", 1.0, true), swept("a", 2.0, false), swept("b", 1.0, false)];
        let mut results = Results { saturation: all.clone(), ..Results::default() };
        results.wanted.axes = all[0].axes.clone();
        let found = |criterion: &str| SaturationPoint {
            axes: Default::default(),
            searched: true,
            criterion: criterion.into(),
            ..all[0].clone()
        };
        let left = |criterion: &str| {
            let mut results = results.clone();
            replace(&mut results, vec![found(criterion)]);
            assert!(results.saturation[0].searched && results.saturation[0].axes == all[0].axes);
            results.saturation.split_off(1)
        };
        assert_eq!(left("condition"), all[2..]);
        assert_eq!(left("quota"), all[1..], "how far traffic alone would go is another question");
    }
}
