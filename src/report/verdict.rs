//! The verdict in words: which options are out and why, which one to build, until when, and what is not settled.
//!
//! Order: meets all today, then after a raise, then undecided, then misses something; of those that miss, fewer misses first. Among
//! equals an option that no other is clearly faster than (by the paired difference of p99) goes before; then no part that AWS advises
//! against; then the lower known cost of a month (an unknown one last); then fewer parts to run; then file order. What is built is kept
//! where no other option stands better: a move needs a reason. What the best other one would gain is said beside.

use super::as_built;
use super::asks::distinct;
use super::judge::{Judgement, judge, monthly};
use super::number::counted;
use crate::results::{Ceiling, Comparison, Results};

mod decision;
mod open;
mod pareto;
mod reasons;
mod until;

/// The metric that ties are decided by.
const TIE_METRIC: &str = "latency.p99";

/// What to build and why.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    /// Every option against the question, in order.
    pub options: Vec<Judgement<'a>>,
    /// Index of the chosen option; none where none meets the question.
    pub chosen: Option<usize>,
    /// The decision: what to build, why and at what price; until when it is good and what to switch to. Each as words to stress (may
    /// be empty) and the rest with its own punctuation.
    pub decision: Vec<(String, String)>,
    /// What else to know, in the same form: whether latency decides, what speaks against the choice, what holds until then, where traffic ends.
    pub more: Vec<(String, String)>,
    /// What the numbers cannot decide, each in a sentence; empty where all is settled.
    pub not_settled: Vec<String>,
    /// What to ask AWS for, for the chosen option; empty where nothing has to be asked.
    pub ask: Vec<&'a Ceiling>,
    /// For each option the numbers of those that beat it in everything that the comparison weighs.
    pub beaten: Vec<Vec<usize>>,
    /// For each option a label (`Choose`, of what is built `Keep`, `Out`, `Fall-back`, `Not chosen`, `Undecided`) and the one reason.
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
        decision: decision::decide(results, &options, best, chosen),
        more: more(results, &options, chosen),
        not_settled: open::not_settled(results, &options, best),
        ask,
        beaten: pareto::beaten(results, &options),
        reasons: reasons::each(results, &options, chosen),
        options,
    })
}

impl Verdict<'_> {
    /// The whole verdict as one paragraph.
    #[must_use]
    pub fn paragraph(&self) -> String {
        let sentences = self.decision.iter().chain(&self.more);
        sentences.map(|(stressed, rest)| format!("{stressed}{rest}")).collect::<Vec<_>>().join(" ")
    }
}

fn more(results: &Results, options: &[Judgement], chosen: Option<usize>) -> Vec<(String, String)> {
    let caveat = chosen.map_or(String::new(), |chosen| reasons::caveat(results, options, chosen));
    let plain = |text: String| (String::new(), text);
    let latency = chosen.map_or(String::new(), |_| reasons::latency(results, options));
    let reach = reasons::reach(results, options, chosen);
    let all = [
        built(results, options, chosen),
        plain(latency),
        plain(caveat),
        reach,
        plain(reasons::traffic(results, options)),
    ];
    all.into_iter().filter(|(stressed, rest)| !stressed.is_empty() || !rest.is_empty()).collect()
}

/// What is built, what ends it, and what a move would change: to the chosen option, or to the best of those that stand as well as what
/// is built. Empty where nothing is.
fn built(results: &Results, options: &[Judgement], chosen: Option<usize>) -> (String, String) {
    let to = match chosen {
        Some(chosen) if !options[chosen].option.as_built => Some(chosen),
        _ => {
            let others: Vec<usize> = (0..options.len()).filter(|&i| !options[i].option.as_built).collect();
            let standing = |i: &usize| (options[*i].rank(), options[*i].misses().len());
            let best = others.iter().map(standing).min();
            let candidates: Vec<usize> = others.into_iter().filter(|i| Some(standing(i)) == best).collect();
            (!candidates.is_empty()).then(|| best_of(results, options, candidates))
        }
    };
    as_built::sentence(results, to.map(|to| options[to].number))
}

fn choose(results: &Results, options: &[Judgement]) -> usize {
    let standing = |i: usize| (options[i].rank(), options[i].misses().len());
    let best = (0..options.len()).map(standing).min();
    let candidates: Vec<usize> = (0..options.len()).filter(|&i| Some(standing(i)) == best).collect();
    let kept = candidates.iter().copied().find(|&i| options[i].option.as_built && options[i].rank() <= 1);
    kept.unwrap_or_else(|| best_of(results, options, candidates))
}

/// The best of options that stand equally well.
fn best_of(results: &Results, options: &[Judgement], candidates: Vec<usize>) -> usize {
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

/// `two` for 2.
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
        assert_eq!(verdict.more[0].0, "All five options hold the 4 services wanted");
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
        assert_eq!((verdict.chosen, verdict.decision[0].0.as_str()), (None, "No option meets what is asked"));
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
        assert!(text.contains("Both options hold the 4 services wanted; "), "{text}");
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
