//! What is built today against what could be: the use of quotas now, and what every other option would change. Reads the document
//! that is being made, so that it cannot say other numbers.

use crate::aws::lints::{self, Caller};
use crate::aws::system::System;
use crate::aws::today;
use crate::results::{Ceiling, CostLine, Lint, Move, OptionInfo, QuotaUse, Results};
use crate::scenario::{Condition, Relation, Retries, Scenario};
use crate::units::Duration;

/// The use of every quota by the system as built and by others, fullest first; empty where the scenario does not say what is built.
pub(super) fn today(system: &System) -> Vec<QuotaUse> {
    let built = system.options.iter().find(|option| option.as_built);
    let row = |used: today::Use| QuotaUse {
        share: used.share(),
        headroom: used.limit - used.system - used.others,
        quota: used.quota,
        code: used.code,
        name: used.name,
        kind: used.kind.text().into(),
        system: used.system,
        others: used.others,
        limit: used.limit,
        adjustable: used.adjustable,
        lead_time: used.lead_time.into(),
        scope: used.scope,
        value_from: used.value_from,
        source: used.source,
        date: used.date,
    };
    built.map(|option| today::uses(option, system).into_iter().map(row).collect()).unwrap_or_default()
}

/// What the scenario's settings do against each other.
pub(super) fn lints(scenario: &Scenario, system: &System) -> Vec<Lint> {
    let lint = |found: lints::Lint| Lint {
        id: found.id.into(),
        severity: found.severity.text().into(),
        subject: found.subject,
        what: found.what,
        why: found.why.into(),
        source: found.source,
        change: found.change.into(),
    };
    lints::lints(system, &caller(scenario)).into_iter().map(lint).collect()
}

fn caller(scenario: &Scenario) -> Caller {
    let (attempts, pauses) = match &scenario.client.retries {
        Retries::None => (1, 0.0),
        Retries::Backoff { max, backoff, .. } => (max.saturating_add(1), f64::from(*max) * backoff.mean_ns()),
        // Pause i is a share of the base doubled i times, evenly distributed, and of the cap at most.
        Retries::AwsSdkStandard(sdk) => {
            let pause = |index: u32| (sdk.base.0 as f64 * libm::exp2(f64::from(index))).min(sdk.cap.0 as f64) / 2.0;
            (sdk.attempts, (0..sdk.attempts.saturating_sub(1)).map(pause).sum())
        }
    };
    let allows = |condition: &&Condition| {
        condition.metric.starts_with("latency.") && matches!(condition.relation, Relation::AtMost | Relation::Below)
    };
    let slowest = scenario.objectives.iter().filter(allows).max_by(|a, b| a.bound.total_cmp(&b.bound));
    Caller {
        timeout: scenario.client.timeout,
        attempts,
        pauses: Duration(pauses as u64),
        accepts: slowest.map(|condition| (Duration::from_millis(condition.bound), condition.text.clone())),
    }
}

/// What moving all services to each other option would change, in the order of the options; empty where nothing is said to be built.
/// With latencies where the operating points were simulated.
pub(super) fn moves(results: &Results) -> Vec<Move> {
    let Some(built) = results.options.iter().find(|option| option.as_built) else { return Vec::new() };
    let others = results.options.iter().filter(|option| !option.as_built);
    others.map(|option| to(results, built, option)).collect()
}

fn to(results: &Results, built: &OptionInfo, option: &OptionInfo) -> Move {
    let rungs = || results.ceilings.iter().filter(|rung| rung.option == option.name);
    let first = rungs().min_by_key(|rung| rung.services);
    let tied: Vec<&str> =
        rungs().filter(|rung| first.is_some_and(|f| f.services == rung.services)).map(|r| r.name.as_str()).collect();
    let wanted = results.wanted.services.unwrap_or(0);
    let short: Vec<&Ceiling> = rungs().filter(|rung| rung.services < wanted).collect();
    let slowness =
        |rung: &&&Ceiling| ["routine", "case by case", "never"].iter().position(|time| *time == rung.lead_time);
    let (theirs, ours) = (month(results, &option.name), month(results, &built.name));
    let simulated = |option: &OptionInfo| {
        let here = |p: &&crate::results::Point| p.services == results.wanted.services && p.axes == results.wanted.axes;
        results.points.iter().filter(here).any(|point| point.option.as_deref() == Some(&option.name) && point.stable)
    };
    Move {
        option: option.name.clone(),
        services: first.map(|rung| rung.services),
        stopped_by: tied.join(" and "),
        raises: short.len() as u32,
        lead_time: short.iter().max_by_key(slowness).map(|rung| rung.lead_time.clone()),
        parts_more: parts_more(built, option),
        monthly_more: theirs.0.zip(ours.0).map(|(theirs, ours)| theirs - ours),
        without: union(theirs.1, ours.1),
        added_mean_ms_more: (simulated(option) && simulated(built))
            .then_some(option.added_mean_ms - built.added_mean_ms),
        lacks: option.lacks.clone(),
    }
}

/// More of each kind, in the order of the option's kinds, then what only the built system has.
fn parts_more(built: &OptionInfo, option: &OptionInfo) -> Vec<(String, f64)> {
    let of = |option: &OptionInfo, name: &str| {
        option.parts.iter().find(|(known, _)| known == name).map_or(0.0, |part| part.1)
    };
    let gone = built.parts.iter().filter(|(name, _)| option.parts.iter().all(|(known, _)| known != name));
    let names = option.parts.iter().chain(gone).map(|(name, _)| name);
    let more = names.map(|name| (name.clone(), of(option, name) - of(built, name)));
    more.filter(|(_, more)| *more != 0.0).collect()
}

/// US$ of the priced lines of an option at the operating point, and what has no price.
fn month(results: &Results, option: &str) -> (Option<f64>, Vec<String>) {
    let here = |line: &&CostLine| {
        line.option == option && line.services == results.wanted.services && line.axes == results.wanted.axes
    };
    let lines = || results.costs.iter().filter(here);
    let priced: Vec<f64> = lines().filter_map(|line| line.monthly).collect();
    let without = lines().filter(|line| line.monthly.is_none()).map(|line| line.item.clone()).collect();
    ((!priced.is_empty()).then(|| priced.iter().sum()), without)
}

fn union(mut a: Vec<String>, b: Vec<String>) -> Vec<String> {
    for one in b {
        if !a.contains(&one) {
            a.push(one);
        }
    }
    a
}
