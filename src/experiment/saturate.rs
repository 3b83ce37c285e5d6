//! `[saturation]`: the largest value of one axis at which all conditions hold, by bisection that intervals decide.

use super::control::Control;
use super::judge::{Verdict, condition, throttled};
use super::point::{Outcome, PointError, PointSpec, Rounds};
use super::source::{AxisValues, Source};
use super::sweep::Combination;
use super::warmup;
use crate::issue::Issues;
use crate::results::SaturationPoint;
use crate::scenario::{Condition, Model, Override, Saturation, Scenario};

/// Where a probe stops adding rounds.
const MOST_REPLICATIONS: u32 = 200;
/// Relative half-width below which a metric's point estimate decides.
const INDIFFERENT: f64 = 0.02;
/// Relative width to which the bracket of a continuous axis is narrowed.
const BRACKET: f64 = 0.005;

/// Why a search has no answer.
#[derive(Debug)]
pub enum SearchError {
    /// A value of the axis makes no scenario.
    Issues(Issues),
    /// The simulation stopped or is at fault.
    Point(PointError),
}

/// What a probe missed: criterion, by what, in words.
type Missed = (&'static str, String, String);

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
    (0..options).map(|option| Search { source, wanted, option, control }.find()).collect()
}

struct Search<'a> {
    source: &'a Source,
    wanted: &'a Saturation,
    option: usize,
    control: &'a Control,
}

impl Search<'_> {
    fn find(&self) -> Result<SaturationPoint, SearchError> {
        let (from, to) = (self.wanted.from.number, self.wanted.to.number);
        let whole = self.is_whole(from);
        if let Some(missed) = self.probe(from)? {
            return self.answer(None, Some((from, missed)));
        }
        let Some(mut missed) = self.probe(to)? else { return self.answer(Some(to), None) };
        let (mut passed, mut failed) = (from, to);
        // Near 0 no relative width is ever reached: a hundredth of the range counts as the least value there.
        let least = (to - from).abs() / 100.0;
        while if whole { failed - passed > 1.0 } else { failed - passed > BRACKET * passed.abs().max(least) } {
            let middle = if whole { ((passed + failed) / 2.0).floor() } else { (passed + failed) / 2.0 };
            match self.probe(middle)? {
                None => passed = middle,
                Some(miss) => (failed, missed) = (middle, miss),
            }
        }
        self.answer(Some(passed), Some((failed, missed)))
    }

    /// Whether the axis takes whole numbers only: a half makes no scenario.
    fn is_whole(&self, from: f64) -> bool {
        let half = Override::set(self.field(), (from.floor() + 0.5).to_string());
        self.wanted.from.unit.is_empty() && self.source.scenario(&[half]).is_err()
    }

    fn field(&self) -> &str {
        if self.wanted.vary == "services" { "services.count" } else { &self.wanted.vary }
    }

    fn answer(&self, passed: Option<f64>, failed: Option<(f64, Missed)>) -> Result<SaturationPoint, SearchError> {
        let scenario = self.source.scenario(&[]).map_err(SearchError::Issues)?;
        let option = match &scenario.model {
            Model::Options(system) => system.options.get(self.option).map(|option| option.name.clone()),
            Model::Hops(_) => None,
        };
        let (fails_at, (criterion, by, reason)) = match failed {
            Some((value, missed)) => (Some(value), missed),
            None => (None, ("none", String::new(), "all hold up to the end of the range".to_string())),
        };
        Ok(SaturationPoint {
            option,
            vary: self.wanted.vary.clone(),
            value: passed,
            fails_at,
            criterion: criterion.into(),
            by,
            reason,
            ..SaturationPoint::default()
        })
    }

    /// Simulates one value until every condition is decided; what it missed first, if anything.
    fn probe(&self, value: f64) -> Result<Option<Missed>, SearchError> {
        let unit = &self.wanted.from.unit;
        let toml = if unit.is_empty() { value.to_string() } else { format!("\"{value}{unit}\"") };
        let scenario = self.source.scenario(&[Override::set(self.field(), toml)]).map_err(SearchError::Issues)?;
        let services = super::operating_services(&scenario);
        let spec = PointSpec { scenario: &scenario, option: self.option, services, detail: false };
        if let Some(missed) = self.exact_miss(&spec) {
            return Ok(Some(missed));
        }
        let round = scenario.run.replications;
        let cut = warmup::cut(&scenario, services, self.control).map_err(SearchError::Point)?;
        let mut rounds = Rounds::new(&spec, &cut);
        let conditions = self.conditions(&scenario);
        loop {
            self.control.plan(u64::from(round));
            rounds.add(round, self.control).map_err(SearchError::Point)?;
            let outcome = rounds.sum_up();
            let room = rounds.replications() + round <= MOST_REPLICATIONS;
            if !(room && conditions.iter().any(|wanted| undecided(&outcome, wanted))) {
                return Ok(first_missed(&outcome, &conditions));
            }
        }
    }

    /// The conditions that intervals decide: those stated, or the objectives and the throttled share.
    fn conditions(&self, scenario: &Scenario) -> Vec<Condition> {
        if self.wanted.hold.is_empty() {
            std::iter::once(throttled()).chain(scenario.objectives.iter().cloned()).collect()
        } else {
            self.wanted.hold.clone()
        }
    }

    /// What needs no simulation: quotas, and (where no conditions are stated) stability and buckets offered more than their rate.
    fn exact_miss(&self, spec: &PointSpec<'_>) -> Option<Missed> {
        let combination = Combination::new(AxisValues::new(), spec.scenario.clone());
        if let Some(rung) = combination.structure(self.option).filter(|rung| spec.services > rung.services) {
            let by = rung.code.clone().unwrap_or_else(|| rung.quota.clone());
            return Some(("quota", by, rung.name.clone()));
        }
        if !self.wanted.hold.is_empty() {
            return None;
        }
        let legend = spec.legend();
        let load = legend.unstable().or_else(|| legend.overrun())?;
        let reason = format!("hop {} is offered {:.3} of its limit", load.hop, load.load);
        Some(("stability", load.hop.clone(), reason))
    }
}

fn first_missed(outcome: &Outcome, conditions: &[Condition]) -> Option<Missed> {
    let misses =
        |wanted: &&Condition| matches!(condition(outcome, wanted), Verdict::Fail | Verdict::Undecided { meets: false });
    conditions.iter().find(misses).map(|wanted| {
        let criterion = if wanted.metric == "outcome.throttled" { "throttled" } else { "condition" };
        (criterion, wanted.text.clone(), wanted.text.clone())
    })
}

/// Whether more replications could decide a condition: its interval covers the bound and is not narrow yet.
fn undecided(outcome: &Outcome, wanted: &Condition) -> bool {
    if !matches!(condition(outcome, wanted), Verdict::Undecided { .. }) {
        return false;
    }
    let relative = outcome.point.metrics.get(&wanted.metric).and_then(|estimate| {
        let half = (estimate.high? - estimate.low?) / 2.0;
        Some(half / estimate.value?.abs())
    });
    relative.is_none_or(|relative| relative.is_nan() || relative >= INDIFFERENT)
}
