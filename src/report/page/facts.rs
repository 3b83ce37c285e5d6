//! The top of the page: what system, and four facts.

use serde::Serialize;

use crate::report::asks;
use crate::report::judge::{monthly, operating_point};
use crate::report::month;
use crate::report::number::{self, cut};
use crate::report::verdict::Verdict;
use crate::results::Results;

/// One of the four facts under the verdict.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Fact {
    /// What it is about.
    pub label: &'static str,
    /// What to stress.
    pub strong: String,
    /// What follows.
    pub rest: String,
    /// What stands between both: a comma, or nothing where the sentence runs on.
    pub joint: &'static str,
    /// `raise`, `open` or empty.
    pub class: &'static str,
}

pub(super) fn heading(results: &Results) -> String {
    let title = if results.title.is_empty() { "Untitled scenario" } else { &results.title };
    match (results.options.is_empty(), results.wanted.services) {
        (false, Some(services)) => {
            format!("{}: how to put {} behind API Gateway", cut(title, 120), number::counted_services(services))
        }
        _ => cut(title, 160),
    }
}

/// The question in one line.
pub(super) fn subtitle(results: &Results) -> String {
    let wanted = &results.wanted;
    let mut parts: Vec<String> = Vec::new();
    match (wanted.services, wanted.rate_per_service, wanted.rate) {
        (Some(n), Some(each), Some(all)) => {
            let (n, each, all) = (number::counted_services(n), number::plain(each), number::plain(all));
            parts.push(format!("{n} × {each} requests/s = {all}/s"));
        }
        (_, _, Some(all)) => parts.push(format!("{} requests/s", number::plain(all))),
        _ => {}
    }
    if !wanted.arrivals.is_empty() {
        parts.push(wanted.arrivals.clone());
    }
    if !results.options.is_empty() {
        let counted = |count: u32, one: &str, many: &str| number::numbered(count as usize, one, many);
        let (vpcs, zones) = (counted(wanted.vpcs, "VPC", "VPCs"), counted(wanted.zones, "zone", "zones"));
        parts.push(format!("{vpcs}, {zones}, {} a service", counted(wanted.targets, "target", "targets")));
    }
    if !wanted.needs.is_empty() {
        parts.push(format!("needs {}", number::list(&wanted.needs)));
    }
    parts.extend(wanted.objectives.iter().map(|objective| number::condition(&objective.text)));
    if !wanted.region.is_empty() {
        let own =
            results.ceilings.iter().any(|rung| rung.code.is_some() && !rung.value_from.starts_with("AWS default"));
        parts.push(format!("{}, {}", wanted.region, if own { "own quotas where given" } else { "default quotas" }));
    }
    parts.join(" · ")
}

/// Opening of a report without options: what was measured.
pub(super) fn without_options(results: &Results) -> (String, String) {
    let Some(point) = operating_point(results, None) else {
        let answers = results.validations.len();
        let lead = match (answers, results.points.len()) {
            (0, 0) => "Nothing was simulated".to_string(),
            (0, points) => {
                let points = number::numbered(points, "point", "points");
                format!("{points} simulated, the operating point not among them")
            }
            (answers, _) => format!("{} compared", number::numbered(answers, "known answer", "known answers")),
        };
        return (lead, ".".into());
    };
    if !point.stable {
        let by = point.bottleneck.as_deref().unwrap_or("a station");
        return ("No steady state".into(), format!(": {by} is offered more than it can serve."));
    }
    let text = |name: &str| {
        let estimate = point.metrics.get(name).copied().unwrap_or_default();
        let interval = number::interval(&estimate, "–").map_or(String::new(), |ends| format!(" ({ends})"));
        format!("{} ms{interval}", number::value(&estimate))
    };
    let level = number::percent(results.confidence);
    (
        format!("Mean latency {}", text("latency.mean")),
        format!(
            ", p99 {}; intervals at {level}, {} requests.",
            text("latency.p99"),
            number::fixed(point.requests as f64, 0)
        ),
    )
}

/// Good until, costs, not settled, do now.
pub(super) fn facts(results: &Results, verdict: &Verdict) -> Vec<Fact> {
    let until = &verdict.until;
    let joint = if until.label == "How far" { ":" } else { "," };
    let until = Fact { label: until.label, strong: until.strong.clone(), rest: until.rest.clone(), joint, class: "" };
    vec![until, costs(results, verdict), not_settled(verdict), do_now(results, verdict)]
}

fn costs(results: &Results, verdict: &Verdict) -> Fact {
    let mut fact = Fact { label: "Costs", strong: "not counted".into(), joint: ",", ..Fact::default() };
    let Some(chosen) = verdict.chosen else {
        let sums = || verdict.options.iter().filter_map(|option| monthly(results, &option.option.name));
        if let (Some(least), Some(most)) = (sums().min_by(f64::total_cmp), sums().max_by(f64::total_cmp)) {
            let (least, most) = (number::dollars(least), number::dollars(most));
            fact.strong = if least == most { least } else { format!("{least} to {most}") } + " a month";
            fact.rest = "depending on the option".into();
        }
        return fact;
    };
    let name = &verdict.options[chosen].option.name;
    if let Some(sum) = monthly(results, name) {
        let lines = || month::lines(results, name);
        fact.strong = format!("{} a month", number::dollars(sum));
        let largest =
            lines().filter_map(|line| Some((line.item.as_str(), line.monthly?))).max_by(|a, b| a.1.total_cmp(&b.1));
        let mut rest: Vec<String> = Vec::new();
        if let Some((item, monthly)) = largest.filter(|_| sum > 0.0) {
            rest.push(format!("{} % {item}", number::fixed(100.0 * monthly / sum, 0)));
        }
        let unknown: Vec<String> =
            lines().filter(|line| line.monthly.is_none()).map(|line| line.item.clone()).collect();
        if !unknown.is_empty() {
            rest.push(format!("{} unknown", number::list(&unknown)));
        }
        fact.rest = rest.join("; ");
    }
    fact
}

fn not_settled(verdict: &Verdict) -> Fact {
    let label = "Not settled";
    match verdict.not_settled.first() {
        None => Fact { label, strong: "nothing".into(), rest: "that decides the choice".into(), joint: "", class: "" },
        // Half of the sentence in bold: what it is about.
        Some(sentence) => match sentence.split_once(" rests on ") {
            Some((about, rest)) => {
                Fact { label, strong: about.into(), rest: format!("rests on {rest}"), joint: "", class: "open" }
            }
            None => {
                let (about, rest) = sentence.split_once(": ").unwrap_or((sentence, ""));
                Fact { label, strong: about.into(), rest: rest.into(), joint: ":", class: "open" }
            }
        },
    }
}

fn do_now(results: &Results, verdict: &Verdict) -> Fact {
    let label = "Do now";
    // Larger subnets are planned, not asked for, so they come last.
    let mut ask = verdict.ask.clone();
    ask.sort_by_key(|rung| asks::is_subnet(rung));
    match ask.as_slice() {
        [] if verdict.chosen.is_some() => {
            Fact { label, strong: "Build it".into(), rest: asks::nothing(results), joint: ",", class: "" }
        }
        [] => Fact {
            label,
            strong: "Change the question".into(),
            rest: "or add an option of your own".into(),
            joint: ",",
            class: "raise",
        },
        [rung, ..] if asks::is_subnet(rung) => Fact {
            label,
            strong: "Plan larger subnets".into(),
            rest: format!("{} are too few", rung.name),
            joint: ",",
            class: "open",
        },
        [rung, more @ ..] => {
            let further = if more.is_empty() { String::new() } else { format!("; {} more below", more.len()) };
            Fact {
                label,
                strong: format!("Ask for more {}", rung.name),
                rest: format!("you have {}{further}", number::plain(rung.limit)),
                joint: ",",
                class: "raise",
            }
        }
    }
}
