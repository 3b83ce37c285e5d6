//! Options against each other at one number of services: paired differences on common random numbers, and which option is best.

use super::metrics::Series;
use super::point::Outcome;
use super::sweep::{Cell, Combination};
use crate::aws::features;
use crate::aws::option::ArchitectureOption;
use crate::results::{Best, Comparison, LeftOut, resolution};
use crate::scenario::{Model, Scenario};
use crate::stats::estimate::{Paired, paired, paired_quantile};
use crate::stats::selection::{Selection, joint_confidence, select};

/// Metrics whose differences between options are estimated; less is better.
const COMPARED: [&str; 2] = ["latency.mean", "latency.p99"];

/// Named outcomes that share their random numbers.
pub type Options<'a> = [(&'a str, &'a Outcome)];

/// All pairs of options at the operating point of combination `own`, and a statement for each metric compared.
#[must_use]
pub fn at_operating_point(combinations: &[Combination], own: usize, cells: &[Cell]) -> (Vec<Comparison>, Vec<Best>) {
    let Some(first) = combinations.get(own) else { return (Vec::new(), Vec::new()) };
    let services = super::operating_services(&first.scenario);
    let ours = cells.iter().filter(|cell| cell.combination == own && cell.services == services);
    let options: Vec<(&str, &Outcome)> =
        ours.filter_map(|cell| Some((cell.outcome.point.option.as_deref()?, &cell.outcome))).collect();
    let confidence = first.scenario.run.confidence;
    let pairs = COMPARED.iter().flat_map(|metric| pairs(&options, Some(services), metric, confidence)).collect();
    let lacks = lacks(&first.scenario);
    let lacks_of = |name: &str| lacks.iter().find(|(option, _)| *option == name).map(|(_, words)| words.clone());
    let (out, entrants): (Vec<_>, Vec<_>) = options.iter().copied().partition(|(name, _)| lacks_of(name).is_some());
    let excluded = || {
        let reason = |(name, _): &(&str, &Outcome)| Some(LeftOut { option: (*name).into(), reason: lacks_of(name)? });
        out.iter().filter_map(reason).collect()
    };
    let statement = |metric: &&str| best_of(&entrants, excluded(), Some(services), metric, confidence);
    (pairs, COMPARED.iter().filter_map(statement).collect())
}

/// The options that lack a needed feature, and which, in words: they answer another question.
pub(super) fn lacks(scenario: &Scenario) -> Vec<(&str, String)> {
    let Model::Options(system) = &scenario.model else { return Vec::new() };
    let one = |option: &'_ ArchitectureOption| {
        let lacking: Vec<String> =
            features::lacking(option, &system.needs).into_iter().map(|lack| lack.title).collect();
        (!lacking.is_empty()).then(|| format!("lacks {}", lacking.join(" and ")))
    };
    system.options.iter().filter_map(|option| Some((option.name.as_str(), one(option)?))).collect()
}

/// The differences of all pairs on a metric. Each `difference` holds with `confidence` by itself, the `joint` ones together.
/// Outcomes with unlike numbers of replications are compared on the first ones, which both have.
#[must_use]
pub fn pairs(options: &Options<'_>, services: Option<u32>, metric: &str, confidence: f64) -> Vec<Comparison> {
    let measured = measured(options, metric);
    let joint = joint_confidence(confidence, measured.len());
    let mut pairs = Vec::new();
    for (index, &(a, first)) in measured.iter().enumerate() {
        for &(b, second) in &measured[index + 1..] {
            let alone = difference(first, second, metric, confidence);
            pairs.push(Comparison {
                a: a.into(),
                b: b.into(),
                services,
                metric: metric.into(),
                difference: alone.difference.into(),
                joint: difference(first, second, metric, joint).difference.into(),
                variance_ratio: Some(alone.variance_ratio).filter(|ratio| ratio.is_finite()),
            });
        }
    }
    pairs
}

/// Which option is best on a metric of which less is better; none of fewer than two options. All of it follows from the `joint`
/// intervals of [`pairs`], so that it is wrong in any part with a probability of at most 1 - `confidence`.
#[must_use]
pub fn best(options: &Options<'_>, services: Option<u32>, metric: &str, confidence: f64) -> Option<Best> {
    best_of(options, Vec::new(), services, metric, confidence)
}

/// The same, which also says why those that are no entrants were left out.
fn best_of(
    options: &Options<'_>,
    mut left_out: Vec<LeftOut>,
    services: Option<u32>,
    metric: &str,
    confidence: f64,
) -> Option<Best> {
    if options.len() < 2 {
        return None;
    }
    left_out.extend(options.iter().filter_map(|(name, outcome)| {
        Some(LeftOut { option: (*name).into(), reason: obstacle(outcome, metric)?.into() })
    }));
    let joint = joint_confidence(confidence, measured(options, metric).len());
    let entrants: Vec<(&str, &Outcome)> =
        options.iter().copied().filter(|(_, outcome)| obstacle(outcome, metric).is_none()).collect();
    let entrants = measured(&entrants, metric);
    let values: Vec<f64> = entrants.iter().map(|(_, entrant)| value(entrant.1)).collect();
    let between = |i: usize, j: usize| difference(entrants[i].1, entrants[j].1, metric, joint).difference;
    let selection = select(&values, between).filter(|_| entrants.len() > 1);
    let replications = entrants.iter().map(|(_, entrant)| entrant.1.values.len()).min().unwrap_or(0);
    let mut best = Best {
        metric: metric.into(),
        services,
        error_probability: 1.0 - confidence,
        replications: replications as u32,
        left_out,
        ..Best::default()
    };
    if let Some(Selection { set, lead, spread }) = selection {
        let names: Vec<String> = set.iter().map(|&i| entrants[i].0.to_string()).collect();
        best.lead = lead;
        match <[String; 1]>::try_from(names) {
            Ok([only]) => best.best = Some(only),
            Err(names) => (best.inseparable, best.spread) = (names, Some(spread)),
        }
    }
    best.words = words(&best, entrants.len());
    Some(best)
}

/// An option's outcome, and its series of the metric in question.
pub(super) type Entrant<'a> = (&'a Outcome, &'a Series);

/// Those with a steady state and samples enough.
fn measured<'a>(options: &Options<'a>, metric: &str) -> Vec<(&'a str, Entrant<'a>)> {
    let stable = options.iter().filter(|(_, outcome)| outcome.point.stable);
    stable
        .filter_map(|&(name, outcome)| {
            Some((name, (outcome, outcome.series(metric).filter(|series| series.supported)?)))
        })
        .collect()
}

/// Why an option cannot take part.
fn obstacle(outcome: &Outcome, metric: &str) -> Option<&'static str> {
    let point = &outcome.point;
    let interval = point.metrics.get(metric).is_some_and(|estimate| estimate.low.is_some());
    match outcome.series(metric) {
        _ if !point.stable => Some("no steady state"),
        _ if !point.fits_quotas => Some("does not fit today's quotas"),
        None => Some("nothing measured"),
        Some(series) if !series.supported => Some("too few samples for an interval"),
        Some(_) if !interval => Some("no interval"),
        Some(_) => None,
    }
}

/// The point estimate behind a series.
pub(super) fn value(series: &Series) -> f64 {
    series.merged.unwrap_or_else(|| series.values.iter().sum::<f64>() / series.values.len() as f64)
}

/// The first less the second over the replications that both have.
pub(super) fn difference((one, a): Entrant<'_>, (other, b): Entrant<'_>, metric: &str, confidence: f64) -> Paired {
    let same = one.latency == other.latency;
    let common = a.values.len().min(b.values.len());
    let (first, second) = (&a.values[..common], &b.values[..common]);
    let merged = |series: &Series| series.merged_first.get(common.wrapping_sub(1)).copied();
    match (merged(a), merged(b)) {
        (Some(a), Some(b)) => paired_quantile((a, b), first, second, resolution(metric), same, confidence),
        _ => paired(first, second, confidence),
    }
}

/// The statement in words. Bounds are rounded to the side on which they stay true.
fn words(best: &Best, compared: usize) -> String {
    let place = best.services.map_or(String::new(), |services| match services {
        1 => " at 1 service".into(),
        more => format!(" at {more} services"),
    });
    let level = format!("{} %", rounded((1.0 - best.error_probability) * 100.0, libm::floor));
    let lead = |whom: &str| {
        best.lead.map_or(String::new(), |lead| format!(", at least {} ms below {whom}", rounded(lead, libm::floor)))
    };
    let all = compared == best.inseparable.len();
    let said = match (&best.best, best.spread) {
        (Some(only), _) => format!("{only} is best ({level}){}", lead("every other")),
        (None, Some(0.0)) if all => format!("{} are equal in every replication", list(&best.inseparable)),
        (None, Some(0.0)) => {
            format!(
                "{} are equal in every replication and best ({level}){}",
                list(&best.inseparable),
                lead("every other")
            )
        }
        (None, Some(spread)) => {
            let rest = if all { "" } else { "; every other is slower than the best of them" };
            let (names, most) = (list(&best.inseparable), rounded(spread, libm::ceil));
            format!("{names} cannot be told apart ({level}): they differ by at most {most} ms{rest}")
        }
        (None, None) => "fewer than two options can be compared".into(),
    };
    let out = |left: &LeftOut| format!("{} ({})", left.option, left.reason);
    let left: Vec<String> = best.left_out.iter().map(out).collect();
    let left = if left.is_empty() { String::new() } else { format!("; left out: {}", left.join(", ")) };
    format!("{}{place}: {said}{left}", best.metric)
}

/// Three significant digits, rounded by `to` (up or down).
fn rounded(value: f64, to: fn(f64) -> f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let decimals = (2.0 - libm::floor(libm::log10(value.abs()))).max(0.0);
    let scale = libm::pow(10.0, decimals);
    // A billionth less or more keeps 95 from becoming 94.9.
    (to(libm::round(value * scale * 1e6) / 1e6) / scale).to_string()
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
