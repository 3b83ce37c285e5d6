//! The top of the page: what system, in one line.

use crate::report::as_built;
use crate::report::growth;
use crate::report::judge::operating_point;
use crate::report::number::{self, cut};
use crate::results::Results;

pub(super) fn heading(results: &Results) -> String {
    let title = if results.title.is_empty() { "Untitled scenario" } else { &results.title };
    match (results.options.is_empty(), results.wanted.services) {
        (false, Some(services)) => {
            let (title, services) = (cut(title, 120), number::counted_services(services));
            match as_built::built(results) {
                Some(_) => {
                    let them = if results.wanted.services == Some(1) { "it" } else { "them" };
                    format!("{title}: {services} as built, and what moving {them} would change")
                }
                None => format!("{title}: how to put {services} behind API Gateway"),
            }
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
    if let Some(mean) = wanted.mean_rate.filter(|mean| wanted.rate.is_some_and(|peak| *mean < peak)) {
        parts.push(format!("mean {}/s", number::plain(mean)));
    }
    if !wanted.arrivals.is_empty() {
        parts.push(wanted.arrivals.clone());
    }
    parts.extend(growth::rate(results));
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
    parts.extend(data_of(results));
    parts.join(" · ")
}

/// `AWS data of 2026-11-22`: when the tables were last gone through; none where the document names none.
fn data_of(results: &Results) -> Option<String> {
    let (first, last) = (results.data.values().min()?, results.data.values().max()?);
    let days = if first == last { first.clone() } else { format!("{first} to {last}") };
    (!results.options.is_empty()).then(|| format!("AWS data of {days}"))
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
