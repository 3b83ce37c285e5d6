//! What the numbers cannot decide, and which assumption a ranking rests on.

use super::super::judge::Judgement;
use super::super::number::{self, list};
use super::super::sensitivity;
use super::{TIE_METRIC, difference, in_words};
use crate::results::{Best, Estimate, HopInfo, Results};

/// Sentences about rankings that an input turns, at most; the page has them all.
const MOST_TURNS: usize = 3;

/// Sentences about the chosen option against those that stand as well as it does.
pub(super) fn not_settled(results: &Results, options: &[Judgement], best: usize) -> Vec<String> {
    let chosen = &options[best];
    let mut sentences: Vec<String> = chosen.unsettled();
    let rivals = || options.iter().filter(|other| other.number != chosen.number && other.rank() == chosen.rank());
    for rival in rivals() {
        sentences.extend(close_call(results, chosen, rival));
    }
    if results.sensitivity.is_some() {
        sentences.extend(sensitivity::sentences(results, Some(chosen.number), MOST_TURNS));
    } else {
        sentences.extend(api_ratio(options));
        sentences.extend(assumed_hops(chosen, &rivals().collect::<Vec<_>>()));
    }
    sentences
}

/// Two options whose p99 cannot be told apart, where the statement on which is best has not said so of both. A difference of exactly
/// 0 is no close call: the paths are the same.
fn close_call(results: &Results, a: &Judgement, b: &Judgement) -> Option<String> {
    let said = |best: &&Best| {
        best.metric == TIE_METRIC && [a, b].iter().all(|option| best.inseparable.contains(&option.option.name))
    };
    if results.best.iter().any(|best| said(&best)) {
        return None;
    }
    let (value, low, high) = difference(results, a, b)?;
    (low <= 0.0 && high >= 0.0 && (low, high) != (0.0, 0.0)).then(|| {
        let joint = Estimate { value: Some(value), low: Some(low), high: Some(high) };
        let range = number::outward(&joint, " to ").unwrap_or_default();
        format!("Option {} against {} on p99: the interval of the difference, {range} ms, covers 0", a.number, b.number)
    })
}

/// Where no study of inputs was made: HTTP APIs are believed to add less than REST APIs by a ratio that nobody has published. Says below which ratio the ranking of mean
/// added latency turns: 1 + (what else the HTTP path adds - what else the REST path adds) / HTTP API overhead.
fn api_ratio(options: &[Judgement]) -> Option<String> {
    let overhead = |option: &Judgement, api: &str| -> Option<f64> {
        let hop = option.point?.hops.iter().find(|hop| hop.name == api)?;
        weak(hop).then_some(hop.mean_ms)
    };
    let (http, http_ms) = options.iter().find_map(|o| Some((o, overhead(o, "http-api")?)))?;
    let mut turning: Vec<(f64, Vec<usize>)> = Vec::new();
    for rest in options {
        let Some(rest_ms) = overhead(rest, "rest-api") else { continue };
        let (rest_of_http, rest_of_rest) = (http.option.added_mean_ms - http_ms, rest.option.added_mean_ms - rest_ms);
        let ratio = 1.0 + (rest_of_http - rest_of_rest) / http_ms;
        if ratio <= 1.005 || ratio.is_nan() {
            continue;
        }
        match turning.iter_mut().find(|(other, _)| (other - ratio).abs() < 0.005) {
            Some((_, numbers)) => numbers.push(rest.number),
            None => turning.push((ratio, vec![rest.number])),
        }
    }
    let (ratio, numbers) = turning.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    Some(format!(
        "Option {} against {} on mean added latency rests on the ratio of REST to HTTP API overhead, inferred (grade C): below {} it turns",
        http.number,
        list(&numbers),
        number::fixed(ratio, 2)
    ))
}

/// The overhead of an API that no measurement supports: claimed, inferred or assumed.
fn weak(hop: &HopInfo) -> bool {
    matches!(hop.grade.as_str(), "B" | "C" | "D")
}

/// Hops whose delay is assumed and that only one side of a comparison has.
fn assumed_hops(chosen: &Judgement, rivals: &[&Judgement]) -> Option<String> {
    let hops = |option: &Judgement| option.point.map(|point| point.hops.clone()).unwrap_or_default();
    let own = hops(chosen);
    let mut titles: Vec<String> = Vec::new();
    let mut numbers: Vec<String> = Vec::new();
    for rival in rivals {
        let theirs = hops(rival);
        let lacks = |side: &[HopInfo], hop: &HopInfo| !side.iter().any(|other| other.name == hop.name);
        let differing =
            own.iter().filter(|hop| lacks(&theirs, hop)).chain(theirs.iter().filter(|hop| lacks(&own, hop)));
        let assumed: Vec<&HopInfo> = differing.filter(|hop| hop.grade == "D").collect();
        if assumed.is_empty() {
            continue;
        }
        numbers.push(rival.number.to_string());
        for hop in assumed {
            if !titles.contains(&hop.title) {
                titles.push(hop.title.clone());
            }
        }
    }
    let delays = if titles.len() == 1 { "delay" } else { "delays" };
    (!titles.is_empty()).then(|| {
        format!(
            "Option {} against {} on latency also rests on {} assumed {delays}: {}",
            chosen.number,
            list(&numbers),
            in_words(titles.len()),
            list(&titles)
        )
    })
}
