//! The decision in two sentences: what to build, why and at what price; until when it is good, and what to switch to then.

use super::super::asks::wants;
use super::super::growth;
use super::super::judge::{Judgement, Outcome, monthly};
use super::super::month;
use super::super::number;
use super::until::{Stop, stops, until};
use super::{TIE_METRIC, in_words};
use crate::results::{GrowthRung, Results};

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
    let (lead, number) = if option.option.as_built {
        ("Keep what is built".to_string(), format!(", option {}", option.number))
    } else {
        (format!("Choose option {}", option.number), String::new())
    };
    let title = option.option.title.strip_prefix("As built: ").unwrap_or(&option.option.title);
    (lead, format!("{number}, {title}: {when}{}{}.", price(results, options, best), p99(results, option)))
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
    let peak = results.wanted.mean_rate.is_some() && results.wanted.mean_rate == results.wanted.rate;
    let peak = if peak { " at the peak rate" } else { "" };
    format!(" for {without}{} a month{peak}{least}", number::dollars(month.expected))
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
    if let Some(by_growth) = good_until_day(results, options, chosen) {
        return by_growth;
    }
    let option = &options[chosen];
    let until = until(results, option);
    let ends = stops(results, option);
    let Some(first) = ends.first() else { return (String::new(), until.sentence()) };
    let then = then(results, options, option, first);
    (format!("{} {}", until.label, until.strong), format!(": {}. {then}.", until.rest))
}

/// The same where the scenario says how it grows: services and traffic meet limits at the same time. None without growth.
fn good_until_day(results: &Results, options: &[Judgement], chosen: usize) -> Option<(String, String)> {
    let asked = results.growth_asked.as_ref()?;
    let first = |option: &Judgement| growth::first(results, &option.option.name);
    let months = |option: &Judgement| first(option).and_then(|rung| rung.months).unwrap_or(f64::INFINITY);
    let Some(rung) = first(&options[chosen]) else {
        return Some(("Good for ten years of growth".into(), ": no limit is met sooner.".into()));
    };
    let at =
        |rung: &GrowthRung| rung.services.map_or(String::new(), |n| format!(", at {}", number::counted_services(n)));
    let later = options
        .iter()
        .filter(|other| other.number != chosen + 1 && other.rank() == 0 && months(other) > months(&options[chosen]))
        .min_by(|a, b| months(b).total_cmp(&months(a)).then(a.number.cmp(&b.number)));
    let then = match later {
        None => "No other option that does today what is asked lasts longer".to_string(),
        Some(other) => {
            let end = first(other).map_or("which nothing ends for ten years".into(), |rung| {
                format!("good {} ({})", growth::until(rung), rung.name)
            });
            format!("Option {} lasts longer, {end}{}", other.number, legacy(other))
        }
    };
    let to_do = growth::to_do(rung, asked);
    let name = number::condition(&rung.name);
    Some((format!("Good {}", growth::until(rung)), format!(": {name} full{}; {to_do}. {then}.", at(rung))))
}

fn legacy(option: &Judgement) -> &'static str {
    if option.option.legacy.is_some() { ", with a legacy link" } else { "" }
}

/// What to switch to where the chosen option ends: the one that goes furthest beyond, of those that do what is asked today; where no
/// raise helps the chosen one, also of those that do it after one.
fn then(results: &Results, options: &[Judgement], chosen: &Judgement, first: &Stop) -> String {
    let reach = |other: &Judgement| stops(results, other).first().map_or(f64::INFINITY, |stop| stop.end.holds());
    let further = options
        .iter()
        .filter(|other| other.number != chosen.number && other.rank() <= u8::from(!first.adjustable))
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
    format!("{how} switch to option {}{after}, {end}{}", other.number, legacy(other))
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
    fn what_is_built_is_kept_where_nothing_asks_for_a_move() {
        let mut results = fixture::built();
        let kept = verdict(&results).unwrap();
        assert_eq!((kept.chosen, kept.decision[0].0.as_str()), (Some(1), "Keep what is built"));
        let text = kept.paragraph();
        assert!(
            text.contains("option 2, REST API, VPC link V1, NLB: it meets both conditions on today's quotas"),
            "{text}"
        );
        assert_eq!(kept.reasons[1].0, "Keep");
        // Option 1 is faster and cheaper, which is said and no reason to move by itself.
        assert!(
            kept.reasons[0].1.contains(" faster") && kept.reasons[0].1.contains("a month less"),
            "{:?}",
            kept.reasons
        );
        // Where what is built does not hold what is asked, another option is chosen, and what moving there changes is said.
        results.options[1].lacks = vec!["WAF".into()];
        results.wanted.needs = vec!["WAF".into()];
        results.moves[0].option = "http-fan-out".into();
        let moved = verdict(&results).unwrap();
        assert_eq!(moved.decision[0].0, "Choose option 1");
        assert!(moved.paragraph().contains("; moving to option 1 would hold 50, run "), "{}", moved.paragraph());
    }

    #[test]
    fn growth_gives_the_end_a_day() {
        let mut results = fixture::four();
        let rung = |option: &str, months: f64| crate::results::GrowthRung {
            option: option.into(),
            name: "account throttle".into(),
            kind: "traffic".into(),
            adjustable: true,
            months: Some(months),
            services: Some(70),
            ..Default::default()
        };
        results.growth = vec![rung("http-fan-out", 20.8), rung("http-fan-out", 30.0), rung("rest-shared-nlb", 25.0)];
        results.growth_asked = Some(crate::results::GrowthAsked { horizon_months: 36.0, ..Default::default() });
        let decision = verdict(&results).unwrap().decision;
        assert_eq!(decision[1].0, "Good for 20.8 months");
        assert!(decision[1].1.starts_with(": account throttle full, at 70 services"), "{}", decision[1].1);
    }
}
