//! The verdict in words: which options are out and why, which one to build, until when, and what is not settled.
//!
//! Order: meets all today, then after a raise, then undecided, then misses something; of those that miss, fewer misses first. Among
//! equals an option that no other is clearly faster than (by the paired difference of p99) goes before; then no part that AWS advises
//! against; then the lower known cost of a month (an unknown one last); then fewer parts to run; then file order.

use super::asks::{distinct, wants};
use super::judge::{Judgement, Outcome, judge, monthly};
use super::number::{self, counted};
use crate::results::{Ceiling, Comparison, Results};

mod open;
mod reasons;
mod until;

pub use until::Until;

/// The metric that ties are decided by.
const TIE_METRIC: &str = "latency.p99";

/// What to build and why.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// Every option against the question, in order.
    pub options: Vec<Judgement<'a>>,
    /// Index of the chosen option; none where none meets the question.
    pub chosen: Option<usize>,
    /// The verdict, sentence by sentence, each as words to stress (may be empty) and the rest with its own punctuation: the choice and why,
    /// what speaks against it, what holds until then, where traffic ends. Where every option holds the wanted services, how far each
    /// goes is said first: the choice matters less then.
    pub sentences: Vec<(String, String)>,
    /// How long the chosen option is good for, or that the best one does not hold what is asked today.
    pub until: Until,
    /// What the numbers cannot decide, each in a sentence; empty where all is settled.
    pub not_settled: Vec<String>,
    /// What to ask AWS for, for the chosen option; empty where nothing has to be asked.
    pub ask: Vec<&'a Ceiling>,
    /// For each option a label (`Choose`, `Out`, `Fall-back`, `Not chosen`, `Undecided`) and the one reason.
    pub reasons: Vec<(String, String)>,
}

/// Reaches the verdict; none for results without options.
#[must_use]
pub fn verdict(results: &Results) -> Option<Verdict<'_>> {
    if results.options.is_empty() {
        return None;
    }
    let options = judge(results);
    let best = choose(results, &options);
    let chosen = (options[best].rank() <= 1).then_some(best);
    let ask = if chosen.is_some() { distinct(&options[best].raises) } else { Vec::new() };
    Some(Verdict {
        chosen,
        sentences: sentences(results, &options, best, chosen),
        until: until::until(results, &options[best]),
        not_settled: open::not_settled(results, &options, best),
        ask,
        reasons: reasons::each(results, &options, chosen),
        options,
    })
}

impl Verdict<'_> {
    /// The whole verdict as one paragraph.
    #[must_use]
    pub fn paragraph(&self) -> String {
        self.sentences.iter().map(|(stressed, rest)| format!("{stressed}{rest}")).collect::<Vec<_>>().join(" ")
    }
}

fn sentences(results: &Results, options: &[Judgement], best: usize, chosen: Option<usize>) -> Vec<(String, String)> {
    let choice = first_sentence(results, options, best);
    let caveat = chosen.map_or(String::new(), |chosen| reasons::caveat(results, options, chosen));
    let plain = |text: String| (String::new(), text);
    let (reach, traffic) = (reasons::reach(results, options, chosen), plain(reasons::traffic(options)));
    // How far all go is the news only where all do what is asked; where one fails, the failure is.
    let all = if options.len() > 1 && reasons::all_hold(options) && !reach.0.is_empty() {
        vec![reach, traffic, choice, plain(caveat)]
    } else {
        vec![choice, plain(caveat), reach, traffic]
    };
    all.into_iter().filter(|(stressed, rest)| !stressed.is_empty() || !rest.is_empty()).collect()
}

fn choose(results: &Results, options: &[Judgement]) -> usize {
    let standing = |i: usize| (options[i].rank(), options[i].misses().len());
    let best = (0..options.len()).map(standing).min();
    let candidates: Vec<usize> = (0..options.len()).filter(|&i| Some(standing(i)) == best).collect();
    let unbeaten: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|&i| !candidates.iter().any(|&j| clearly_faster(results, &options[j], &options[i])))
        .collect();
    // Intervals of three options may beat each other in a circle.
    let field = if unbeaten.is_empty() { candidates } else { unbeaten };
    // A link that AWS advises against is a reason by itself; then the month's known cost, then how much there is to run.
    let legacy = |i: &usize| options[*i].option.legacy.is_some();
    let month = |i: &usize| monthly(results, &options[*i].option.name).unwrap_or(f64::INFINITY);
    let parts = |i: &usize| options[*i].option.parts_total;
    field
        .into_iter()
        .min_by(|a, b| {
            let by_cost = month(a).total_cmp(&month(b));
            legacy(a).cmp(&legacy(b)).then(by_cost).then(parts(a).total_cmp(&parts(b))).then(a.cmp(b))
        })
        .unwrap_or(0)
}

/// Whether `a` has the lower p99 beyond doubt: by the paired difference where there is one, else by intervals that do not meet.
fn clearly_faster(results: &Results, a: &Judgement, b: &Judgement) -> bool {
    match difference(results, a, b) {
        Some((_, _, high)) => high < 0.0,
        None => match (a.metric(TIE_METRIC).high, b.metric(TIE_METRIC).low) {
            (Some(high), Some(low)) => high < low,
            _ => false,
        },
    }
}

/// The paired difference of p99, `a` minus `b`, at the wanted services: value, and the ends of the interval that holds for all pairs at
/// once, since the choice looks at all of them.
fn difference(results: &Results, a: &Judgement, b: &Judgement) -> Option<(f64, f64, f64)> {
    let (a, b) = (&a.option.name, &b.option.name);
    let here = |c: &&Comparison| c.metric == TIE_METRIC && c.services == results.wanted.services;
    results.comparisons.iter().filter(here).find_map(|c| {
        let (value, low, high) = (c.difference.value?, c.joint.low?, c.joint.high?);
        if c.a == *a && c.b == *b {
            Some((value, low, high))
        } else if c.a == *b && c.b == *a {
            Some((-value, -high, -low))
        } else {
            None
        }
    })
}

fn first_sentence(results: &Results, options: &[Judgement], best: usize) -> (String, String) {
    let option = &options[best];
    let asked = option.checks.len();
    let all = match asked {
        0 | 1 => "what is asked".to_string(),
        2 => "both conditions".to_string(),
        more => format!("all {} conditions", in_words(more)),
    };
    match option.standing() {
        Outcome::Met | Outcome::AfterRaise => {
            let wants = wants(option);
            let when = if wants.is_empty() {
                format!("it meets {all} on today's quotas")
            } else {
                format!("after {wants} it meets {all}")
            };
            (
                format!("Choose option {}", option.number),
                format!(", {}: {when}{}.", option.option.title, p99(results, option)),
            )
        }
        Outcome::Unsettled(_) => (
            "No option is settled".to_string(),
            format!(
                "; option {}, {}, comes nearest: {}.",
                option.number,
                option.option.title,
                option.unsettled().join("; ")
            ),
        ),
        Outcome::Missed(_) => (
            "No option meets what is asked".to_string(),
            format!(
                "; option {}, {}, comes nearest: {}.",
                option.number,
                option.option.title,
                option.misses().join("; ")
            ),
        ),
    }
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

fn in_words(count: usize) -> String {
    counted(count, "", "").trim().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn an_option_that_holds_today_goes_before_a_faster_one_after_a_raise() {
        let results = fixture::orders();
        let verdict = verdict(&results).unwrap();
        assert_eq!(verdict.chosen, Some(2));
        assert_eq!(verdict.reasons[0].0, "Out");
        assert!(verdict.reasons[0].1.contains("no WAF"));
    }

    #[test]
    fn ties_go_by_a_clear_p99_then_by_parts() {
        let mut results = fixture::orders();
        results.wanted.services = Some(60);
        results.options[2].lacks = results.wanted.needs.clone();
        let chosen = verdict(&results).unwrap();
        assert_eq!(chosen.chosen, Some(4), "4 and 5 are not clearly apart; 5 has fewer parts");
        assert!(chosen.paragraph().contains("after one quota request"), "{}", chosen.paragraph());
        assert_eq!(chosen.ask.len(), 1);
        assert!(chosen.not_settled.iter().any(|s| s.contains("5") && s.contains("4")), "{:?}", chosen.not_settled);
    }

    #[test]
    fn when_all_hold_the_verdict_says_how_far_each_goes() {
        let results = fixture::four();
        let verdict = verdict(&results).unwrap();
        assert_eq!(verdict.chosen, Some(0));
        assert_eq!(verdict.sentences[0].0, "All five options hold the 4 services wanted");
        let text = verdict.paragraph();
        assert!(text.contains("option 2 ends at 20 services (VPC links V1)"), "{text}");
        assert!(text.contains("options 1, 4 and 5 at 50 (ALBs per Region)"), "{text}");
        assert!(text.contains("Traffic stops them all at 100 services"), "{text}");
        assert!(verdict.not_settled.iter().any(|s| s.contains("1.25")), "{:?}", verdict.not_settled);
    }

    #[test]
    fn no_option_is_said_to_be_good_when_all_miss() {
        let mut results = fixture::orders();
        results.wanted.objectives[0].bound = 50.0;
        let verdict = verdict(&results).unwrap();
        assert_eq!((verdict.chosen, verdict.sentences[0].0.as_str()), (None, "No option meets what is asked"));
        assert!(verdict.ask.is_empty() && verdict.reasons.iter().all(|(label, _)| label == "Out"));
    }

    #[test]
    fn a_gain_after_a_raise_is_told_with_its_saving() {
        let mut results = fixture::orders();
        for line in results.costs.iter_mut().filter(|line| line.option == "rest-alb-direct" && line.monthly.is_some()) {
            line.monthly = Some(8_240.0);
        }
        let text = verdict(&results).unwrap().paragraph();
        let told = "After one quota request, option 5 answers 19.2 ms sooner at p99 and costs $11,177 a month less.";
        assert!(text.contains(told), "{text}");
    }

    #[test]
    fn two_options_are_both() {
        let mut results = fixture::four();
        results.options.truncate(2);
        let text = verdict(&results).unwrap().paragraph();
        assert!(text.starts_with("Both options hold the 4 services wanted; "), "{text}");
        assert!(text.contains("Traffic stops both at 100 services"), "{text}");
    }

    #[test]
    fn the_same_path_is_no_open_question() {
        let mut results = fixture::four();
        results.costs.clear();
        for pair in results.comparisons.iter_mut().filter(|c| c.a == "http-fan-out" && c.b == "rest-alb-direct") {
            pair.difference = fixture::estimate(0.0, 0.0, 0.0);
            pair.joint = pair.difference;
        }
        let verdict = verdict(&results).unwrap();
        assert_eq!((verdict.chosen, verdict.reasons[4].1.as_str()), (Some(0), "same path, same latency"));
        assert!(!verdict.not_settled.iter().any(|s| s.contains("1 against 5 on p99")), "{:?}", verdict.not_settled);
    }
}
