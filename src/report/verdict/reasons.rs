//! Sentences of the verdict about ends: how far each option goes, what ends it, and why it is not the chosen one.

use super::super::as_built;
use super::super::asks::wants;
use super::super::judge::{Judgement, Outcome, monthly};
use super::super::number::{self, list};
use super::{TIE_METRIC, difference, in_words};
use crate::results::{Estimate, Results};

/// Whether every option does what is asked on today's quotas.
pub(super) fn all_hold(options: &[Judgement]) -> bool {
    options.iter().all(|option| option.standing() == Outcome::Met)
}

/// How far the options go, or which of them carry the load until AWS grants what the chosen one needs: words to stress, and the rest.
pub(super) fn reach(results: &Results, options: &[Judgement], chosen: Option<usize>) -> (String, String) {
    let Some(services) = results.wanted.services else { return Default::default() };
    let wanted = number::counted_services(services);
    let today: Vec<&Judgement> = options.iter().filter(|option| option.fits_today()).collect();
    let needs_raise = chosen.is_some_and(|i| !options[i].raises.is_empty());
    if today.len() == options.len() {
        let (all, holds) = match options.len() {
            1 => ("the option".to_string(), "holds"),
            2 => ("both options".to_string(), "hold"),
            many => (format!("all {} options", in_words(many)), "hold"),
        };
        if !all_hold(options) {
            return (String::new(), format!("Quotas alone would let {all} hold {wanted}: {}.", ends(options)));
        }
        let (first, rest) = all.split_at(1);
        let all = format!("{}{rest} {holds}", first.to_uppercase());
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
    let is_short = |option: &&Judgement| option.structure.is_some_and(|rung| rung.services < services);
    let short: Vec<Judgement> = options.iter().filter(is_short).cloned().collect();
    if short.is_empty() {
        return Default::default();
    }
    (String::new(), format!("Short of the {wanted} on today's quotas: {}.", ends(&short)))
}

/// `option 2 ends at 20 services (VPC links V1), options 1, 4 and 5 at 50 (ALBs per Region)`, soonest first.
fn ends(options: &[Judgement]) -> String {
    let mut groups: Vec<(u32, &str, Vec<String>)> = Vec::new();
    let mut endless: Vec<String> = Vec::new();
    for option in options {
        let Some(rung) = option.first_rung() else {
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

/// That latency rules no option out, where every option is beyond doubt within what is allowed; else empty.
pub(super) fn latency(results: &Results, options: &[Judgement]) -> String {
    let Some(objective) = results.wanted.objectives.iter().find(|o| o.metric == TIE_METRIC) else {
        return String::new();
    };
    let within = |option: &Judgement| option.metric(TIE_METRIC).high.is_some_and(|high| high < objective.bound);
    if options.len() < 2 || !objective.relation.starts_with('<') || !options.iter().all(within) {
        return String::new();
    }
    let values = || options.iter().filter_map(|option| option.metric(TIE_METRIC).value);
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max));
    let (least, most) = (number::significant(least), number::significant(most));
    let range = if least == most { least } else { format!("{least} to {most}") };
    format!("Latency rules no option out: p99 is {range} ms over all of them.")
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
    let gain = after_a_raise(results, options, option);
    sentences.extend(gain.is_none().then(|| without_legacy(results, options, option)).flatten());
    sentences.extend(gain);
    sentences.join(" ")
}

/// Where the chosen option has a part that AWS advises against, which one does without it after a raise, and what that costs.
fn without_legacy(results: &Results, options: &[Judgement], chosen: &Judgement) -> Option<String> {
    chosen.option.legacy.as_ref()?;
    let month = |option: &Judgement| monthly(results, &option.option.name);
    let current = options.iter().filter(|other| other.rank() == 1 && other.option.legacy.is_none());
    let other = current.min_by(|a, b| {
        let price = |option: &Judgement| month(option).unwrap_or(f64::INFINITY);
        price(a).total_cmp(&price(b))
    })?;
    let more = month(other).zip(month(chosen)).map(|(theirs, ours)| theirs - ours).filter(|more| *more >= 0.5);
    let price = more.map_or(String::new(), |more| format!(" for {} a month more", number::dollars(more)));
    Some(format!("After {}, option {} does it without a legacy link{price}.", wants(other), other.number))
}

/// What another option would gain once AWS grants what it needs: the one that answers soonest, or where none is clearly faster the one
/// that saves most.
fn after_a_raise(results: &Results, options: &[Judgement], chosen: &Judgement) -> Option<String> {
    let saving = |other: &Judgement| {
        let month = |option: &Judgement| monthly(results, &option.option.name);
        month(chosen).zip(month(other)).map_or(0.0, |(ours, theirs)| ours - theirs)
    };
    let gain = |other: &Judgement| {
        let (value, _, high) = difference(results, other, chosen)?;
        (high < 0.0).then_some(-value)
    };
    let others = || options.iter().filter(|other| other.rank() == 1 && chosen.rank() == 0);
    let faster = others().filter_map(|other| Some((other, gain(other)?))).max_by(|a, b| a.1.total_cmp(&b.1));
    // Less than half a dollar is no saving.
    let month = |dollars: f64| match dollars {
        less if less >= 0.5 => Some(format!("costs {} a month less", number::dollars(less))),
        more if more <= -0.5 => Some(format!("costs {} a month more", number::dollars(-more))),
        _ => None,
    };
    if let Some((other, gain)) = faster {
        let cost = month(saving(other)).map_or(String::new(), |words| format!(" and {words}"));
        let gain = number::significant(gain);
        return Some(format!("After {}, option {} answers {gain} ms sooner at p99{cost}.", wants(other), other.number));
    }
    let cheaper = others().max_by(|a, b| saving(a).total_cmp(&saving(b))).filter(|other| saving(other) >= 0.5)?;
    Some(format!("After {}, option {} {}.", wants(cheaper), cheaper.number, month(saving(cheaper))?))
}

/// Where traffic ends the options: in one sentence where it is the same for all.
pub(super) fn traffic(results: &Results, options: &[Judgement]) -> String {
    let rungs: Vec<_> = options.iter().filter_map(|option| option.traffic).collect();
    let (Some(first), true) = (rungs.iter().min_by_key(|rung| rung.services), rungs.len() == options.len()) else {
        return String::new();
    };
    let same = rungs.iter().all(|rung| rung.services == first.services && rung.quota == first.quota);
    let raised = if first.adjustable { "" } else { ", which is never raised" };
    let whom = match (same, options.len()) {
        (_, 1) => "it",
        (true, 2) => "both",
        (true, _) => "them all",
        (false, _) => "the first of them",
    };
    let assumed = as_built::assumed_traffic(results);
    let at = assumed.map(|rate| format!(", at the assumed {rate}")).unwrap_or_default();
    format!(
        "Traffic stops {whom} at {} ({} {}/s{raised}{at}).",
        number::counted_services(first.services),
        first.name,
        number::plain(first.limit)
    )
}

/// A label and the one reason for each option.
pub(super) fn each(results: &Results, options: &[Judgement], chosen: Option<usize>) -> Vec<(String, String)> {
    let reason = |(i, option): (usize, &Judgement)| {
        if Some(i) == chosen {
            let label = if option.option.as_built { "Keep" } else { "Choose" };
            return (label.to_string(), choice(option));
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
    let wants = wants(option);
    if wants.is_empty() { "all met today".to_string() } else { format!("all met, {wants}") }
}

/// Why an option that meets the question is not the chosen one: the first rule of the order that parts them.
fn against(results: &Results, option: &Judgement, best: &Judgement) -> String {
    if option.rank() > best.rank() {
        return format!("needs {}", wants(option));
    }
    if best.option.as_built
        && let Some(gain) = gain(results, option, best)
    {
        return format!("{gain}; what is built does all that is asked");
    }
    let legacy = if option.option.legacy.is_some() && best.option.legacy.is_none() { ", legacy link" } else { "" };
    let month = |option: &Judgement| monthly(results, &option.option.name).unwrap_or(f64::INFINITY);
    let more = month(option) - month(best);
    match difference(results, option, best) {
        Some((value, low, high)) if low > 0.0 => {
            let ends = Estimate { value: Some(value), low: Some(low), high: Some(high) };
            let range = number::outward(&ends, "-").unwrap_or_default();
            format!("p99 {} ms slower ({range}){legacy}", number::significant(value))
        }
        _ if !legacy.is_empty() => "a link that AWS advises against".to_string(),
        _ if more == f64::INFINITY => "its month has no known price".to_string(),
        _ if more >= 0.5 => format!("{} a month more", number::dollars(more)),
        Some((_, 0.0, 0.0)) if option.option.parts_total > best.option.parts_total => {
            format!("same path, same latency; {} for {}", parts(option), number::plain(best.option.parts_total))
        }
        Some((_, 0.0, 0.0)) => "same path, same latency".to_string(),
        _ if option.option.parts_total > best.option.parts_total => {
            format!("{} for {}", parts(option), number::plain(best.option.parts_total))
        }
        _ => "no better, and later in the list".to_string(),
    }
}

/// What moving away from what is built would gain; none where nothing.
fn gain(results: &Results, option: &Judgement, built: &Judgement) -> Option<String> {
    let mut gains: Vec<String> = Vec::new();
    if let Some((value, _, high)) = difference(results, option, built)
        && high < 0.0
    {
        gains.push(format!("p99 {} ms faster", number::significant(-value)));
    }
    let month = |option: &Judgement| monthly(results, &option.option.name);
    match month(built).zip(month(option)).map_or(0.0, |(ours, theirs)| ours - theirs) {
        less if less >= 0.5 => gains.push(format!("{} a month less", number::dollars(less))),
        more if more <= -0.5 => gains.push(format!("{} a month more", number::dollars(-more))),
        _ => {}
    }
    if built.option.legacy.is_some() && option.option.legacy.is_none() {
        gains.push("no legacy link".into());
    }
    let gained = gains.iter().any(|gain| !gain.ends_with("more"));
    gained.then(|| gains.join(", "))
}

fn parts(option: &Judgement) -> String {
    format!("{} parts", number::plain(option.option.parts_total))
}
