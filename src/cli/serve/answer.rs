//! What a page is told of a sweep: its answers, its charts by name, and what came of it against the sweep before.

use std::collections::BTreeMap;

use gatecap::report::number;
use gatecap::results::Results;
use gatecap::results::compare::{self, Change, Chosen, Compared, Verdict};
use serde_json::{Value, json};

use super::issues;
use super::runs::{Finished, Found, Runs};

/// Metrics that are compared with the sweep before.
const COMPARED: [(&str, &str); 3] =
    [("latency.p99", "p99, ms"), ("latency.mean", "mean latency, ms"), ("outcome.ok", "answered well")];
/// Fields of the scenario that are shown of those that differ.
const MOST_CHANGES: usize = 20;

/// A sweep that ended.
pub fn finished(finished: &Finished, runs: &Runs) -> Value {
    let mut value = json!({ "id": finished.id, "name": finished.name, "seconds": finished.seconds });
    match &finished.ended {
        super::runs::Ended::With(found) => {
            let results = &found.computed.results;
            let charts: Vec<Value> = found
                .charts
                .iter()
                .map(|chart| json!({ "name": chart.name, "title": chart.title, "description": chart.description }))
                .collect();
            value["answers"] = json!(gatecap::report::answers::answers(results));
            value["charts"] = json!(charts);
            value["points"] = json!(results.points.len());
            value["requests"] = json!(found.computed.simulated);
            value["stopped"] = json!(found.computed.stopped);
            let before = runs.before(finished.id);
            value["before"] = before.as_deref().and_then(|before| difference(before, found)).unwrap_or(Value::Null);
        }
        super::runs::Ended::Stopped => value["stopped"] = json!(true),
        super::runs::Ended::Wrong(wrong) => value["issues"] = issues::json(wrong),
    }
    value
}

/// What changed from one sweep to the next: inputs, how far each option goes, and its latency where both were simulated.
fn difference(before: &Finished, after: &Found) -> Option<Value> {
    let (earlier, later) = (&before.found()?.computed, &after.computed);
    let changes = compare::changes(&earlier.scenario, &later.scenario).unwrap_or_default();
    let shown: Vec<Value> = changes.iter().take(MOST_CHANGES).map(change).collect();
    let (a, b) = (&earlier.results, &later.results);
    let services = common_services(a, b);
    let compared = services.and_then(|services| {
        let chosen =
            Chosen { metrics: COMPARED.iter().map(|(name, _)| (*name).to_string()).collect(), ..Chosen::default() };
        compare::compare(&at(a, services), &at(b, services), &chosen, None).ok()
    });
    Some(json!({
        "id": before.id,
        "changes": shown,
        "more": changes.len().saturating_sub(MOST_CHANGES),
        "identical": a.scenario == b.scenario && a.seed == b.seed,
        "services": services,
        "options": options(a, b, compared.as_ref()),
    }))
}

fn change(change: &Change) -> Value {
    let cut = |value: &Option<String>| value.as_ref().map(|value| number::cut(value, 120));
    json!({ "key": number::cut(&change.key, 120), "a": cut(&change.a), "b": cut(&change.b) })
}

/// The number of services at which two sweeps are compared: where the later one operates, else where the earlier one did, else the
/// largest that both have.
fn common_services(a: &Results, b: &Results) -> Option<Option<u32>> {
    let has = |results: &Results, services: Option<u32>| results.points.iter().any(|point| point.services == services);
    let both = |services: &Option<u32>| has(a, *services) && has(b, *services);
    let all = b.points.iter().map(|point| point.services).filter(both).max();
    [b.wanted.services, a.wanted.services].into_iter().find(both).or(all)
}

/// The results with the points of so many services on the axes of their operating point.
fn at(results: &Results, services: Option<u32>) -> Results {
    let here = |point: &&gatecap::results::Point| point.services == services && point.axes == results.wanted.axes;
    Results {
        points: results.points.iter().filter(here).cloned().collect(),
        options: results.options.clone(),
        saturation: results.saturation.clone(),
        confidence: results.confidence,
        seed: results.seed,
        gatecap: results.gatecap.clone(),
        scenario: results.scenario.clone(),
        ..Results::default()
    }
}

/// Each option that both have: how far it went and goes, and its metrics before and after with what is to be made of them.
fn options(a: &Results, b: &Results, compared: Option<&Compared>) -> BTreeMap<String, Value> {
    let (earlier, later) = (gatecap::report::answers::answers(a), gatecap::report::answers::answers(b));
    let both =
        later.options.iter().filter_map(|now| Some((now, earlier.options.iter().find(|was| was.name == now.name)?)));
    both.map(|(now, was)| {
        let of = |at: &compare::At| at.option.as_deref().unwrap_or("") == now.name;
        let end = compared.and_then(|compared| {
            compared.exact.iter().find(|change| of(&change.at) && change.what == "saturation.services")
        });
        let moved = if was.holds == now.holds { "same" } else { end.map_or("changed", |end| words(end.verdict)) };
        let metrics: Vec<Value> = COMPARED
            .iter()
            .filter_map(|(name, title)| {
                let change = compared?.metrics.iter().find(|change| of(&change.at) && change.metric == *name)?;
                Some(json!({
                    "title": title,
                    "a": number::value(&change.a),
                    "b": number::value(&change.b),
                    "difference": change.difference.value.map(number::significant),
                    "interval": number::outward(&change.difference, " to "),
                    "verdict": words(change.verdict),
                }))
            })
            .collect();
        (now.name.clone(), json!({ "was": was.holds, "now": now.holds, "moved": moved, "metrics": metrics }))
    })
    .collect()
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Worse => "worse",
        Verdict::Better => "better",
        Verdict::Higher => "higher",
        Verdict::Lower => "lower",
        Verdict::NotToldApart => "cannot be told apart",
        Verdict::Withheld => "no interval, so nothing is said",
    }
}
