//! The decision in two sentences: what to build, why and at what price; until when it is good, and what to switch to then.

use super::super::asks::wants;
use super::super::growth;
use super::super::judge::{Judgement, Outcome, monthly};
use super::super::month;
use super::super::number::{self, counted};
use super::until::{Stop, stops, until};
use super::{TIE_METRIC, in_words};
use crate::results::Results;

/// Both sentences, each as words to stress and the rest with its own punctuation.
pub(super) fn decide(
    results: &Results,
    options: &[Judgement],
    best: usize,
    chosen: Option<usize>,
) -> Vec<(String, String)> {
    let first = match options[best].standing() {
        Outcome::Met | Outcome::AfterRaise => choice(results, options, best),
        Outcome::Unsettled(_) => nearest("No option is settled", &options[best], &options[best].unsettled()),
        Outcome::Missed(_) => nearest("No option meets what is asked", &options[best], &options[best].misses()),
    };
    let second = match chosen {
        Some(chosen) => good_until(results, options, chosen),
        // Why not has been said.
        None => (String::new(), format!("It {}.", until(results, &options[best]).strong)),
    };
    vec![first, second]
}

fn nearest(lead: &str, option: &Judgement, why: &[String]) -> (String, String) {
    (lead.into(), format!("; option {}, {}, comes nearest: {}.", option.number, option.option.title, why.join("; ")))
}

fn choice(results: &Results, options: &[Judgement], best: usize) -> (String, String) {
    let option = &options[best];
    let all = match option.checks.len() {
        0 | 1 => "what is asked".to_string(),
        2 => "both conditions".to_string(),
        more => format!("all {} conditions", in_words(more)),
    };
    let wants = wants(option);
    let when = if wants.is_empty() {
        format!("it meets {all} on today's quotas")
    } else {
        format!("after {wants} it meets {all}")
    };
    (
        format!("Choose option {}", option.number),
        format!(", {}: {when}{}{}.", option.option.title, price(results, options, best), p99(results, option)),
    )
}

/// The month, and that it is the least of all that do as well, where it is.
fn price(results: &Results, options: &[Judgement], best: usize) -> String {
    let name = &options[best].option.name;
    let Some(month) = month::month(results, name) else { return String::new() };
    let rivals = || options.iter().filter(|other| other.number != best + 1 && other.rank() <= options[best].rank());
    let dearer =
        |other: &Judgement| monthly(results, &other.option.name).is_some_and(|theirs| theirs >= month.expected + 0.5);
    let least = if rivals().next().is_some() && rivals().all(dearer) { ", the least of all that do" } else { "" };
    let without = if month.without.is_empty() { "" } else { "at least " };
    format!(" for {without}{} a month{least}", number::dollars(month.expected))
}

/// The p99 of the option with its interval and what is allowed.
fn p99(results: &Results, option: &Judgement) -> String {
    let estimate = option.metric(TIE_METRIC);
    let Some(interval) = number::interval(&estimate, "-") else { return String::new() };
    let level = number::percent(results.confidence);
    let objective = results.wanted.objectives.iter().find(|o| o.metric == TIE_METRIC && o.relation.starts_with('<'));
    let allowed = objective.map_or(String::new(), |o| format!(", under the {} ms allowed", number::plain(o.bound)));
    format!(", and its p99 is {} ms ({level} interval {interval}){allowed}", number::value(&estimate))
}

/// Until when, by what, and what then.
fn good_until(results: &Results, options: &[Judgement], chosen: usize) -> (String, String) {
    let option = &options[chosen];
    let until = until(results, option);
    let ends = stops(results, option);
    let Some(first) = ends.first() else { return (String::new(), until.sentence()) };
    let day = growth::find(results, &option.option.name, &first.quota).map(growth::when);
    let day = day.map_or(String::new(), |when| format!(", {when}"));
    (
        format!("{} {}", until.label, until.strong),
        format!("{day}: {}. {}.", until.rest, then(results, options, option, first)),
    )
}

/// What to switch to where the chosen option ends: the one that goes furthest beyond, of those that do what is asked today or else
/// after a raise.
fn then(results: &Results, options: &[Judgement], chosen: &Judgement, first: &Stop) -> String {
    let reach = |other: &Judgement| stops(results, other).first().map_or(f64::INFINITY, |stop| stop.end.holds());
    let further = options
        .iter()
        .filter(|other| other.number != chosen.number && other.rank() <= 1)
        .filter(|other| reach(other) > first.end.holds())
        // Of those that go equally far the one that is listed first.
        .min_by(|a, b| a.rank().cmp(&b.rank()).then(reach(b).total_cmp(&reach(a))).then(a.number.cmp(&b.number)));
    let Some(other) = further else { return "No other option goes further".into() };
    let how = if first.adjustable { "Without the raise" } else { "Then" };
    let after = if other.rank() == 0 { String::new() } else { format!(", after {}", wants(other)) };
    let end = match stops(results, other).first() {
        Some(stop) => format!("good until {} ({})", stop.end.text(1.0), stop.by),
        None => "which nothing ends".into(),
    };
    format!("{how} switch to option {}{after}, {end}", other.number)
}

/// `two` for 2.
pub(super) fn words(count: usize) -> String {
    counted(count, "", "").trim().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::report::fixture;
    use crate::report::verdict::verdict;

    #[test]
    fn two_sentences_say_what_why_until_when_and_what_then() {
        let results = fixture::four();
        let decision = verdict(&results).unwrap().decision;
        assert_eq!(decision.len(), 2);
        assert_eq!(decision[0].0, "Choose option 1");
        assert!(decision[0].1.contains("on today's quotas for at least $"), "{}", decision[0].1);
        assert!(decision[0].1.contains("a month, the least of all that do, and its p99 is"), "{}", decision[0].1);
        assert_eq!(decision[1].0, "Good until 50 services");
        assert!(decision[1].1.contains("Without the raise switch to option 3, good until 100"), "{}", decision[1].1);
    }

    #[test]
    fn growth_gives_the_end_a_day() {
        let mut results = fixture::four();
        results.growth.push(crate::results::GrowthRung {
            option: "http-fan-out".into(),
            quota: results.ceilings.iter().find(|rung| rung.services == 50).unwrap().quota.clone(),
            months: Some(6.5),
            date: Some("2027-06-13".into()),
            ..Default::default()
        });
        let decision = verdict(&results).unwrap().decision;
        assert!(decision[1].1.starts_with(", 2027-06-13, in 6.5 months: ALBs per Region"), "{}", decision[1].1);
    }
}
