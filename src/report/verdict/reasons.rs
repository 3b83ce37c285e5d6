//! Sentences of the verdict about ends: how far each option goes, what ends it, and why it is not the chosen one.

use super::super::judge::{Judgement, Outcome, simulated_end};
use super::super::number::{self, counted, list};
use super::{difference, distinct, in_words, known_cost};
use crate::results::{Results, SaturationPoint};

/// How far the options go, or which of them carry the load until AWS grants what the chosen one needs: words to stress, and the rest.
pub(super) fn reach(results: &Results, options: &[Judgement], chosen: Option<usize>) -> (String, String) {
    let Some(services) = results.wanted.services else { return Default::default() };
    let wanted = number::counted_services(services);
    let today: Vec<&Judgement> = options.iter().filter(|option| option.fits_today()).collect();
    let needs_raise = chosen.is_some_and(|i| !options[i].raises.is_empty());
    if today.len() == options.len() {
        let all = match options.len() {
            1 => "The option holds".to_string(),
            many => format!("All {} options hold", in_words(many)),
        };
        return (format!("{all} the {wanted} wanted"), format!("; on today's quotas {}.", ends(options)));
    }
    if needs_raise {
        let numbers: Vec<String> = today.iter().map(|option| option.number.to_string()).collect();
        if numbers.is_empty() {
            return ("Until AWS grants it, no option".into(), format!(" holds {wanted}: {}.", ends(options)));
        }
        let (who, verb) = if numbers.len() == 1 { ("option", "holds") } else { ("options", "hold") };
        let but: Vec<String> = today.iter().flat_map(|option| option.misses()).take(2).collect();
        let but = if but.is_empty() { String::new() } else { format!(", with {}", list(&but)) };
        let only = format!("Until AWS grants it, only {who} {}", list(&numbers));
        return (only, format!(" {verb} {wanted}{but}."));
    }
    let short: Vec<Judgement> = options.iter().filter(|option| !option.fits_today()).cloned().collect();
    (String::new(), format!("Short of the {wanted} on today's quotas: {}.", ends(&short)))
}

/// What ended the simulated search, in words that can follow a number of services.
fn end_words(end: &SaturationPoint) -> String {
    let what = number::condition(if end.reason.is_empty() { &end.by } else { &end.reason });
    match end.criterion.as_str() {
        "condition" if what.contains(['≤', '≥', '<', '>']) => format!("then misses {what}"),
        "stability" => format!("then overload: {what}"),
        "throttled" => format!("then throttled: {what}"),
        _ => what,
    }
}

/// `option 2 ends at 20 services (VPC links V1), options 1, 4 and 5 at 50 (ALBs per Region)`, soonest first.
fn ends(options: &[Judgement]) -> String {
    let mut groups: Vec<(u32, &str, Vec<String>)> = Vec::new();
    let mut endless: Vec<String> = Vec::new();
    for option in options {
        let Some(rung) = option.structure else {
            endless.push(option.number.to_string());
            continue;
        };
        match groups.iter_mut().find(|(services, name, _)| (*services, *name) == (rung.services, rung.name.as_str())) {
            Some((_, _, numbers)) => numbers.push(option.number.to_string()),
            None => groups.push((rung.services, &rung.name, vec![option.number.to_string()])),
        }
    }
    groups.sort_by_key(|(services, _, _)| *services);
    let mut parts: Vec<String> = Vec::new();
    for (i, (services, name, numbers)) in groups.iter().enumerate() {
        let (who, verb) = if numbers.len() == 1 { ("option", "ends") } else { ("options", "end") };
        let verb = if i == 0 { format!(" {verb}") } else { String::new() };
        let at = if i == 0 { number::counted_services(*services) } else { number::count(*services) };
        parts.push(format!("{who} {}{verb} at {at} ({name})", list(numbers)));
    }
    if !endless.is_empty() {
        parts.push(format!("no quota ends {}", list(&endless)));
    }
    parts.join(", ")
}

/// What speaks against the chosen option although it goes before the others.
pub(super) fn caveat(results: &Results, options: &[Judgement], chosen: usize) -> String {
    let option = &options[chosen];
    let mut against: Vec<String> = Vec::new();
    against.extend(option.option.legacy.clone());
    if option.option.shared_configuration > 1 {
        let services = number::counted_services(option.option.shared_configuration);
        against.push(format!("up to {services} share one load-balancer configuration"));
    }
    let mut sentences: Vec<String> = Vec::new();
    if !against.is_empty() {
        sentences.push(format!("Against it: {}.", list(&against)));
    }
    let faster = options.iter().filter(|other| other.rank() == 1 && option.rank() == 0).filter_map(|other| {
        let (value, _, high) = difference(results, other, option)?;
        (high < 0.0).then_some((other, -value))
    });
    if let Some((other, gain)) = faster.max_by(|a, b| a.1.total_cmp(&b.1)) {
        let requests = counted(distinct(&other.raises).len(), "quota request", "quota requests");
        let gain = number::significant(gain);
        sentences.push(format!("After {requests}, option {} answers {gain} ms sooner at p99.", other.number));
    }
    sentences.join(" ")
}

/// Where traffic ends the options: in one sentence where it is the same for all.
pub(super) fn traffic(options: &[Judgement]) -> String {
    let rungs: Vec<_> = options.iter().filter_map(|option| option.traffic).collect();
    let (Some(first), true) = (rungs.iter().min_by_key(|rung| rung.services), rungs.len() == options.len()) else {
        return String::new();
    };
    let same = rungs.iter().all(|rung| rung.services == first.services && rung.quota == first.quota);
    let raised = if first.adjustable { "" } else { ", which is never raised" };
    let whom = if same { "them all" } else { "the first of them" };
    format!(
        "Traffic stops {whom} at {} ({} {}/s{raised}).",
        number::counted_services(first.services),
        first.name,
        number::plain(first.limit)
    )
}

/// How long an option is good for: the nearest of structure, traffic and what the simulation found, and the next of them.
pub(super) fn until(results: &Results, option: &Judgement) -> String {
    let wanted = results.wanted.services.unwrap_or(0);
    let mut stops: Vec<(f64, String, bool)> = Vec::new();
    for rung in results.ceilings.iter().filter(|rung| rung.option == option.option.name && rung.services >= wanted) {
        stops.push((f64::from(rung.services), rung.name.clone(), rung.adjustable));
    }
    if let Some(end) = simulated_end(results, &option.option.name) {
        stops.extend(end.value.map(|value| (value, end_words(end), false)));
    }
    stops.sort_by(|a, b| a.0.total_cmp(&b.0));
    match stops.as_slice() {
        [] => "No limit was found".to_string(),
        [(services, by, adjustable), rest @ ..] => {
            let next = rest.iter().find(|(later, _, _)| *adjustable && later > services);
            let then =
                next.map_or(String::new(), |(later, by, _)| format!("; raised, {}: {by}", number::plain(*later)));
            format!("{} services: {by}{then}", number::plain(*services))
        }
    }
}

/// A label and the one reason for each option.
pub(super) fn each(results: &Results, options: &[Judgement], chosen: Option<usize>) -> Vec<(String, String)> {
    let reason = |(i, option): (usize, &Judgement)| {
        if Some(i) == chosen {
            return ("Choose".to_string(), choice(option));
        }
        match (option.standing(), chosen) {
            (Outcome::Missed(_), _) if option.fits_today() && chosen.is_some_and(|c| !options[c].raises.is_empty()) => {
                ("Fall-back".to_string(), format!("fits today, but {}", option.misses().join(", ")))
            }
            (Outcome::Missed(_), _) => ("Out".to_string(), option.misses().join(", ")),
            (Outcome::Unsettled(_), _) => ("Undecided".to_string(), option.unsettled().join(", ")),
            (_, Some(best)) => ("Not chosen".to_string(), against(results, option, &options[best])),
            (_, None) => ("Not chosen".to_string(), String::new()),
        }
    };
    options.iter().enumerate().map(reason).collect()
}

fn choice(option: &Judgement) -> String {
    match distinct(&option.raises).len() {
        0 => "all met today".to_string(),
        raises => format!("all met, {}", counted(raises, "quota request", "quota requests")),
    }
}

/// Why an option that meets the question is not the chosen one: the first rule of the order that parts them.
fn against(results: &Results, option: &Judgement, best: &Judgement) -> String {
    let raises = distinct(&option.raises).len();
    if option.rank() > best.rank() {
        return format!("needs {}", counted(raises, "quota request", "quota requests"));
    }
    let legacy = if option.option.legacy.is_some() && best.option.legacy.is_none() { ", legacy link" } else { "" };
    match difference(results, option, best) {
        Some((value, low, high)) if low > 0.0 => {
            let range = format!("{}-{}", number::significant(low), number::significant(high));
            format!("p99 {} ms slower ({range}){legacy}", number::significant(value))
        }
        _ if !legacy.is_empty() => "a link that AWS advises against".to_string(),
        _ if known_cost(results, &option.option.name) > known_cost(results, &best.option.name) => {
            let more = known_cost(results, &option.option.name) - known_cost(results, &best.option.name);
            format!("{} a month more", number::dollars(more))
        }
        _ if option.option.parts_total > best.option.parts_total => {
            format!("{} parts for {}", number::plain(option.option.parts_total), number::plain(best.option.parts_total))
        }
        _ => "no better, and later in the list".to_string(),
    }
}
