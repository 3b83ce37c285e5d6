//! What an end does: to each metric, to the order of the options, to ceilings and conditions.

use super::{ADDED, METRICS, RANKED, State};
use crate::aws::ceilings::{Rung, ladder};
use crate::experiment::best;
use crate::experiment::judge::{self, Verdict};
use crate::experiment::metrics::Series;
use crate::experiment::point::Outcome;
use crate::results::{Effect, Estimate, InputEnd, MovedCeiling, MovedCondition, Ranking};
use crate::scenario::Model;

/// The effects of the end's state beside the standing one; `moves_quotas` says whether ceilings can differ at all. Value and number
/// are left for the caller.
pub(super) fn end(standing: &State, end: &State, moves_quotas: bool) -> InputEnd {
    let confidence = standing.scenario.run.confidence;
    let pairs = || standing.outcomes.iter().zip(&end.outcomes);
    let effect = |metric: &str, (before, after): (&Outcome, &Outcome)| Effect {
        metric: metric.into(),
        option: before.point.option.clone(),
        at_end: after.point.metrics.get(metric).copied().unwrap_or_default(),
        difference: difference(after, before, metric, confidence),
    };
    let mut effects = Vec::new();
    for metric in METRICS {
        let named = names(standing).into_iter().zip(pairs());
        effects.extend(named.map(|(option, (before, after))| Effect { option, ..effect(metric, (before, after)) }));
    }
    InputEnd {
        effects,
        rankings: rankings(end),
        ceilings: if moves_quotas { ceilings(standing, end) } else { Vec::new() },
        conditions: conditions(standing, end),
        ..InputEnd::default()
    }
}

/// The names of a state's options: outcomes that options share have the name of one of them.
pub(super) fn names(state: &State) -> Vec<Option<String>> {
    match &state.scenario.model {
        Model::Options(system) => system.options.iter().map(|option| Some(option.name.clone())).collect(),
        Model::Hops(_) => vec![None],
    }
}

/// `a` less `b`, paired: without an interval where a quantile has too few samples, without a value where one has no steady state.
fn difference(a: &Outcome, b: &Outcome, metric: &str, confidence: f64) -> Estimate {
    if !(a.point.stable && b.point.stable) {
        return Estimate::default();
    }
    // The same run, since the systems are alike: 0 for certain, however few samples there are.
    if std::ptr::eq(a, b) {
        return Estimate { value: Some(0.0), low: Some(0.0), high: Some(0.0) };
    }
    let (Some(first), Some(second)) = (series(a, metric), series(b, metric)) else { return Estimate::default() };
    let estimate: Estimate = best::difference((a, &first), (b, &second), metric, confidence).difference.into();
    let sure = first.supported && second.supported;
    if sure { estimate } else { Estimate { value: estimate.value, ..Estimate::default() } }
}

/// The values of a metric in the replications; none without a steady state.
pub(super) fn series(outcome: &Outcome, metric: &str) -> Option<Series> {
    let all = outcome.series(metric);
    let found = if metric == ADDED { added(outcome) } else { all.cloned() };
    found.filter(|_| outcome.point.stable)
}

/// What the hops but the client's round trip and the service add to a request, in each replication.
fn added(outcome: &Outcome) -> Option<Series> {
    let offered = outcome.series("rate.offered")?;
    let mut values = vec![0.0; offered.values.len()];
    for hop in outcome.point.hops.iter().filter(|hop| !matches!(hop.name.as_str(), "client" | "service")) {
        let of = |leaf: &str| outcome.series(&format!("hop.{}.{leaf}", hop.name));
        let Some((sojourn, visits)) = of("sojourn.mean").zip(of("arrivals")) else { continue };
        for (index, value) in values.iter_mut().enumerate() {
            *value += sojourn.values[index] * visits.values[index] / offered.values[index];
        }
    }
    Some(Series { values, merged: None, merged_first: Vec::new(), supported: outcome.point.option.is_some() })
}

/// The options by each metric, best first.
pub(super) fn rankings(state: &State) -> Vec<Ranking> {
    let ranking = |metric: &&str| {
        let value = |outcome: &Outcome| series(outcome, metric).map(|series| best::value(&series));
        let named = names(state).into_iter().zip(&state.outcomes);
        let mut values: Vec<(String, f64)> =
            named.filter_map(|(name, outcome)| Some((name?, value(outcome)?))).collect();
        values.sort_by(|a, b| a.1.total_cmp(&b.1));
        Ranking { metric: (*metric).into(), options: values.into_iter().map(|(name, _)| name).collect() }
    };
    RANKED.iter().map(ranking).filter(|ranking| !ranking.options.is_empty()).collect()
}

/// The binding rungs that are not at the same number of services, by option and kind.
fn ceilings(standing: &State, end: &State) -> Vec<MovedCeiling> {
    let (Model::Options(before), Model::Options(after)) = (&standing.scenario.model, &end.scenario.model) else {
        return Vec::new();
    };
    let mut moved = Vec::new();
    for (old, new) in before.options.iter().zip(&after.options) {
        let (from, to) = (binding(ladder(old, before)), binding(ladder(new, after)));
        for rung in from {
            if let Some(now) = to.iter().find(|now| now.kind == rung.kind && now.services != rung.services) {
                moved.push(MovedCeiling {
                    option: old.name.clone(),
                    kind: rung.kind.text().into(),
                    from: rung.services,
                    to: now.services,
                    by: now.name.clone(),
                });
            }
        }
    }
    moved
}

/// The first binding rung of each kind.
fn binding(ladder: Vec<Rung>) -> Vec<Rung> {
    let mut first: Vec<Rung> = Vec::new();
    for rung in ladder.into_iter().filter(|rung| rung.binding) {
        if !first.iter().any(|known| known.kind == rung.kind) {
            first.push(rung);
        }
    }
    first
}

/// The objectives that the end decides otherwise.
fn conditions(standing: &State, end: &State) -> Vec<MovedCondition> {
    let mut moved = Vec::new();
    let pairs = names(standing).into_iter().zip(standing.outcomes.iter().zip(&end.outcomes));
    for (option, (before, after)) in pairs {
        for condition in &standing.scenario.objectives {
            let (from, to) = (word(judge::condition(before, condition)), word(judge::condition(after, condition)));
            if from != to {
                let (option, condition) = (option.clone(), condition.text.clone());
                moved.push(MovedCondition { option, condition, from: from.into(), to: to.into() });
            }
        }
    }
    moved
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "holds",
        Verdict::Fail => "fails",
        Verdict::Undecided { .. } | Verdict::Withheld => "undecided",
    }
}
