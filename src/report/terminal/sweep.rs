//! The screen of `sweep`: an option a row, the verdict, what to ask for, what is not settled.

use super::as_built;
use super::excluded::excluded;
use super::over_time::over_time;
use super::table::{Align, Table};
use super::{Paint, WIDTH, command, differences, mix, option_label, outcome_mark, proof, run, stopped, wrapped};
use crate::report::asks;
use crate::report::ends::{self, traffic_end};
use crate::report::judge::{Judgement, monthly};
use crate::report::month;
use crate::report::number::{self, cut};
use crate::report::precision;
use crate::report::today::today;
use crate::report::verdict::{Verdict, verdict};
use crate::report::warnings::lints;
use crate::results::{Results, SaturationPoint};

/// The table, the verdict and its footnotes; `directory` is where the report was written. Hops scenarios get the table of `run`
/// and where they saturate.
#[must_use]
pub fn sweep(results: &Results, directory: Option<&str>, colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = match verdict(results) {
        Some(verdict) => with_options(results, &verdict, paint),
        None => return run::points(results, colour) + &written(results, directory),
    };
    if let Some(sentence) = precision::sentence(results) {
        out.push_str(&wrapped(&sentence, ""));
    }
    // Where the sweep itself saw services end is in the table.
    for end in results.saturation.iter().filter(|end| end.searched || end.vary != "services") {
        out.push_str(&saturates(results, end));
    }
    out + &written(results, directory)
}

/// Where the report was written and what work stands behind it; empty where nothing was written.
fn written(results: &Results, directory: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(directory) = directory {
        let requests: u64 = results.points.iter().map(|point| point.requests).sum();
        let work = format!(
            "{}, {} requests, seed {}",
            number::numbered(results.points.len(), "point", "points"),
            number::fixed(requests as f64, 0),
            results.seed
        );
        let line = format!("report  {}/report.html   {work}", super::clean(directory));
        let broken = format!("report  {}/report.html\n        {work}", super::clean(directory));
        out.push_str(if line.chars().count() <= WIDTH { &line } else { &broken });
        out.push('\n');
        out.push_str(&proof(results));
    }
    out
}

fn with_options(results: &Results, verdict: &Verdict, paint: Paint) -> String {
    let mut out = stopped(results, paint);
    out.push_str(&paint.bold(wrapped(&question(results), "").trim_end()));
    out.push_str("\n\n");
    out.push_str(&options_table(results, verdict).text(paint));
    if let Some(footnote) = month::footnote(results) {
        out.push_str(&wrapped(&footnote, "  "));
    }
    for (option, (label, reason)) in verdict.options.iter().zip(&verdict.reasons) {
        // Needs have a line of their own, with the source.
        if label == "Out" && option.misses().len() == option.option.exclusions.len() {
            continue;
        }
        if matches!(label.as_str(), "Out" | "Fall-back" | "Undecided") {
            let mark = if label == "Undecided" { "?" } else { "x" };
            let line = wrapped(&format!("{} {label}: {reason}", option.number), "   ");
            out.push_str(&format!(" {} {line}", paint.mark(mark)));
        }
    }
    out.push_str(&excluded(results, paint));
    out.push_str(&over_time(results, paint));
    for sentence in &verdict.not_settled {
        out.push_str(&format!(" {} {}", paint.mark("?"), wrapped(&format!("not settled: {sentence}"), "   ")));
    }
    out.push_str(&mix(results));
    for lint in lints(results) {
        out.push_str(&format!(" {} {}", paint.mark("?"), wrapped(&lint, "   ")));
    }
    out.push_str(&as_built::moves(results, paint));
    out.push('\n');
    out.push_str(&differences::best(results));
    if !results.best.is_empty() {
        out.push('\n');
    }
    out.push_str(&wrapped(&verdict.paragraph(), ""));
    out.push('\n');
    for (i, ask) in asks::asks(results, |option| Some(option) == verdict.chosen).iter().enumerate() {
        let remark = format!("{}, now {}", cut(&ask.rung.name, 30), number::plain(ask.rung.limit));
        out.push_str(&command(if i == 0 { "ask" } else { "" }, ask.line, &remark));
    }
    out
}

/// `Orders platform: 60 services, 3,000 requests/s, needs WAF, latency.p99 <= 250ms`.
pub(super) fn question(results: &Results) -> String {
    let wanted = &results.wanted;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(wanted.services.map(number::counted_services));
    parts.extend(wanted.rate.map(|rate| format!("{} requests/s", number::plain(rate))));
    if !wanted.needs.is_empty() {
        parts.push(format!("needs {}", number::list(&wanted.needs)));
    }
    parts.extend(wanted.objectives.iter().map(|objective| objective.text.clone()));
    let title = if results.title.is_empty() { "untitled scenario" } else { &results.title };
    if parts.is_empty() { cut(title, 90) } else { format!("{}: {}", cut(title, 60), parts.join(", ")) }
}

fn options_table(results: &Results, verdict: &Verdict) -> Table {
    let level =
        if results.confidence > 0.0 && (results.confidence - 0.95).abs() > 1e-9 { "p99 ms" } else { "p99 ms (95 %)" };
    let mut table = Table::new(&[
        ("", Align::Mark),
        ("option", Align::Cut),
        ("holds", Align::Right),
        ("", Align::Mark),
        ("stopped by", Align::Cut),
        ("traffic", Align::Right),
        (level, Align::Left),
        ("shared", Align::Right),
        ("parts", Align::Right),
        ("$/month", Align::Right),
    ]);
    for (i, option) in verdict.options.iter().enumerate() {
        let today = today(results, option);
        let mark = if verdict.chosen == Some(i) { ">" } else { outcome_mark(&option.standing()) };
        table.row(vec![
            mark.to_string(),
            option_label(option),
            today.holds.clone(),
            today.outcome(option).map_or("", |outcome| outcome_mark(&outcome)).to_string(),
            // Of `account throttle, requests per second` what it is, not what it counts.
            today.by.split(", ").next().unwrap_or_default().to_string(),
            traffic(results, option),
            with_interval(option),
            if option.option.shared_configuration > 1 {
                number::count(option.option.shared_configuration)
            } else {
                "-".into()
            },
            number::plain(option.option.parts_total),
            monthly(results, &option.option.name).map_or("-".into(), |monthly| number::fixed(monthly, 0)),
        ]);
    }
    table
}

fn with_interval(option: &Judgement) -> String {
    let estimate = option.metric("latency.p99");
    match number::interval(&estimate, "-") {
        Some(interval) => format!("{} ({interval})", number::value(&estimate)),
        None if option.point.is_some_and(|point| !point.stable) => "overloaded".to_string(),
        None => number::value(&estimate),
    }
}

/// Requests per second at which traffic ends the option.
fn traffic(results: &Results, option: &Judgement) -> String {
    match (traffic_end(results, option), results.wanted.rate_per_service) {
        (Some(end), Some(rate)) => format!("{}/s", end.text(rate)),
        _ => "-".to_string(),
    }
}

/// Where a search saw an option, or a hops scenario, saturate.
pub(super) fn saturates(results: &Results, end: &SaturationPoint) -> String {
    let place = end.option.as_ref().and_then(|name| results.options.iter().position(|option| option.name == *name));
    let option = place.map_or(String::new(), |i| format!("option {}, ", i + 1));
    let raised = if end.ignoring_quotas { ", once quotas are raised" } else { "" };
    wrapped(&format!("saturates: {option}{}{raised}", ends::sentence(end, results.confidence)), "  ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_table_shows_marks_intervals_and_the_verdict() {
        let screen = sweep(&fixture::orders(), Some("output/orders"), false);
        assert!(
            screen.starts_with("Orders platform: 60 services, 3,000 requests/s, needs WAF on the API, latency.p99"),
            "{screen}"
        );
        assert!(
            screen.lines().any(|l| l.starts_with("x 1 http-fan-out")
                && l.contains("50 ^ ALBs per Region")
                && l.contains("116 (115-117)")),
            "{screen}"
        );
        assert!(screen.lines().any(|l| l.starts_with("> 3 rest-shared-nlb") && l.contains("123 +")), "{screen}");
        assert!(screen.contains("Choose option 3"), "{screen}");
    }

    #[test]
    fn the_ask_line_is_for_the_chosen_option() {
        let mut results = fixture::orders();
        results.options[2].lacks = results.wanted.needs.clone();
        let screen = sweep(&results, None, false);
        assert!(
            screen.contains("--quota-code L-53DA6B97 --desired-value 60\n        # ALBs per Region, now 50"),
            "{screen}"
        );
        assert_eq!(screen.matches("request-service-quota-increase").count(), 1);
    }
}
