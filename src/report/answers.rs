//! The one question of a live page, answered for each option in a line: how many services it holds, what ends that, and what more
//! would come of a raised quota.

use serde::Serialize;

use super::ends::{self, End};
use super::judge::{Judgement, Outcome, operating_point};
use super::number;
use super::verdict::verdict;
use crate::results::{Estimate, Objective, Results, SaturationPoint};

/// Everything that a page shows before its charts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answers {
    /// The scenario's title.
    pub title: String,
    /// The conditions to hold in words: `p99 is at most 200 ms`.
    pub conditions: Vec<String>,
    /// Services at the operating point; null where the scenario has no such number.
    pub services: Option<u32>,
    /// A row for each option in order; one for the whole system where it is spelled out as hops.
    pub options: Vec<Answer>,
    /// The decision and what else to know: words to stress (may be empty), and the rest.
    pub verdict: Vec<(String, String)>,
    /// Why the results are not whole, or what is to be known of them; empty where nothing is.
    pub remarks: Vec<String>,
}

/// How far one option goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answer {
    /// Place among the options, from 1; 0 for a system of hops.
    pub number: usize,
    /// Option name; empty for a system of hops.
    pub name: String,
    /// For people.
    pub title: String,
    /// The largest number of services that holds everything asked: `50`, `about 52`, `at least 3,000`, `none`; empty where it was not
    /// looked for.
    pub holds: String,
    /// The same as a number; null for `none` and where it was not looked for.
    pub value: Option<f64>,
    /// What ends it, in a few words.
    pub why: String,
    /// All of it in a sentence: words to stress, and the rest.
    pub sentence: (String, String),
    /// The same once quotas that count parts are raised; empty where quotas end nothing.
    pub raised_holds: String,
    /// What ends it then.
    pub raised_why: String,
    /// 99th percentile at the operating point, ms, with its interval where there is one; `-` where it was not simulated.
    pub p99: String,
    /// `met`, `raise` (once a quota is raised), `open` (not settled) or `missed`, at the operating point.
    pub standing: &'static str,
    /// Why it stands so, or the label and the reason of the verdict.
    pub reason: String,
    /// US$ a month, as far as prices are known; empty where none is.
    pub monthly: String,
}

/// The answers of a sweep.
#[must_use]
pub fn answers(results: &Results) -> Answers {
    let wanted = &results.wanted;
    let mut answers = Answers {
        title: number::cut(&results.title, 120),
        conditions: wanted.objectives.iter().map(in_words).collect(),
        services: wanted.services,
        remarks: results.warnings.iter().filter(|w| w.kind == "interrupted").map(|w| w.message.clone()).collect(),
        ..Answers::default()
    };
    match verdict(results) {
        Some(verdict) => {
            for (option, (label, reason)) in verdict.options.iter().zip(&verdict.reasons) {
                let name = &option.option.name;
                let far = if results.points.is_empty() { counted(option) } else { far(results, Some(name)) };
                answers.options.push(Answer {
                    number: option.number,
                    name: name.clone(),
                    title: number::cut(&option.option.title, 120),
                    p99: latency(&option.metric("latency.p99"), option.point.is_some_and(|point| !point.stable)),
                    standing: standing(&option.standing()),
                    reason: format!("{label}: {reason}"),
                    monthly: super::judge::monthly(results, name).map_or(String::new(), number::dollars),
                    ..far
                });
            }
            answers.verdict = verdict.decision.iter().chain(&verdict.more).cloned().collect();
        }
        None => answers.options.push(system(results)),
    }
    let with =
        if answers.conditions.is_empty() { String::new() } else { format!(" with {}", with(&answers.conditions)) };
    for answer in &mut answers.options {
        answer.sentence = sentence(answer, &with);
    }
    answers
}

/// `p99 at most 200 ms and at least 99.9 % of requests answered well`.
fn with(conditions: &[String]) -> String {
    let without_verb =
        |said: &String| said.replacen(" is at most ", " at most ", 1).replacen(" are answered", " answered", 1);
    number::list(&conditions.iter().map(without_verb).collect::<Vec<_>>())
}

/// `Option 5 holds 50 services` and ` with p99 at most 200 ms. At 51: too many ALBs per Region for today's AWS quota. ...`
fn sentence(answer: &Answer, with: &str) -> (String, String) {
    let who = if answer.number > 0 { format!("Option {}", answer.number) } else { "This system".to_string() };
    let (plural, one) = if answer.number > 0 { (" services", " service") } else { ("", "") };
    let stressed = match answer.holds.as_str() {
        "" => return (String::new(), format!("How far {} goes was not looked for.", who.to_lowercase())),
        "none" => format!("{who} holds no{}", if one.is_empty() { " load" } else { one }),
        "perhaps none" => format!("{who} holds perhaps no{}", if one.is_empty() { " load" } else { one }),
        "not known" => {
            return (format!("How far {} goes is not known", who.to_lowercase()), format!("{with}: {}.", answer.why));
        }
        "1" => format!("{who} holds 1{one}"),
        many => format!("{who} holds {many}{plural}"),
    };
    let end = |why: &str| if why.is_empty() { String::new() } else { format!(" {}.", number::capital(why)) };
    let raised = match answer.raised_holds.as_str() {
        "" => String::new(),
        raised => format!(" Once AWS raises that quota: {raised}; {}.", answer.raised_why),
    };
    (stressed, format!("{with}.{}{raised}", end(&answer.why)))
}

/// A condition as it is said, or as it is written where it has no such words.
fn in_words(condition: &Objective) -> String {
    let Objective { text, metric, relation, bound } = condition;
    let at_most = relation.starts_with('<');
    match metric.strip_prefix("latency.") {
        Some(of) if at_most && metric != "latency.max" => {
            let of = of.replace('_', ".");
            let of = if of == "mean" { "mean latency" } else { &of };
            format!("{of} is at most {} ms", number::plain(*bound))
        }
        _ if metric == "outcome.ok" && !at_most => {
            // As many digits as the condition has.
            format!("at least {} % of requests are answered well", (bound * 1e8).round() / 1e6)
        }
        _ => number::condition(text),
    }
}

/// The row of a system that is spelled out as hops.
fn system(results: &Results) -> Answer {
    let point = operating_point(results, None).or(results.points.first());
    let p99 = point.and_then(|point| point.metrics.get("latency.p99")).copied().unwrap_or_default();
    Answer {
        title: number::cut(&results.title, 120),
        p99: latency(&p99, point.is_some_and(|point| !point.stable)),
        standing: "open",
        ..far(results, None)
    }
}

fn standing(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::AfterRaise => "raise",
        Outcome::Unsettled(_) => "open",
        Outcome::Missed(_) => "missed",
    }
}

fn latency(estimate: &Estimate, is_overloaded: bool) -> String {
    match (estimate.value, number::interval(estimate, "-")) {
        (None, _) if is_overloaded => "overloaded".into(),
        (None, _) => "-".into(),
        (Some(_), Some(interval)) => format!("{} ms ({interval})", number::value(estimate)),
        (Some(value), None) => format!("{} ms, no interval", number::significant(value)),
    }
}

/// What quotas alone allow, before anything is simulated: no option holds more, it may hold less.
fn counted(option: &Judgement) -> Answer {
    option.first_rung().map_or_else(Answer::default, |rung| Answer {
        holds: format!("at most {}", number::count(rung.services)),
        value: Some(f64::from(rung.services)),
        why: format!("quota: {}; the simulation may find less", rung.name),
        ..Answer::default()
    })
}

/// What was found of an option (of a system of hops where there is none) on today's quotas, and on raised ones.
pub(super) fn found<'a>(
    results: &'a Results,
    option: Option<&str>,
) -> (Option<&'a SaturationPoint>, Option<&'a SaturationPoint>) {
    let mine = |end: &&SaturationPoint| {
        end.option.as_deref() == option
            && (option.is_none() || end.vary == "services")
            && end.axes == results.wanted.axes
    };
    let find = |ignoring: bool| results.saturation.iter().filter(mine).find(|end| end.ignoring_quotas == ignoring);
    match (find(false), find(true)) {
        // A quota beyond what was simulated says nothing of what callers see there.
        (Some(quota), Some(seen)) if quota.value.zip(seen.value).is_some_and(|(quota, seen)| quota > seen) => {
            (Some(seen), None)
        }
        both => both,
    }
}

/// How far the option goes on today's quotas, and on raised ones.
fn far(results: &Results, option: Option<&str>) -> Answer {
    let (today, raised) = found(results, option);
    let mut answer = Answer::default();
    if let Some(end) = today {
        (answer.holds, answer.why) = (holds(end), why(end, results.confidence));
        answer.value = end.value;
    }
    if let Some(end) = raised {
        (answer.raised_holds, answer.raised_why) = (holds(end), why(end, results.confidence));
    }
    answer
}

pub(super) fn holds(end: &SaturationPoint) -> String {
    let about = if end.decided { "" } else { "about " };
    match End::of(end) {
        None => "not known".into(),
        Some(End::Below(_)) if end.decided => "none".into(),
        Some(End::Below(_)) => "perhaps none".into(),
        Some(End::Open(holds)) if end.decided => format!("at least {}", ends::at(end, holds)),
        Some(End::Open(holds)) => format!("perhaps {}", ends::at(end, holds)),
        Some(End::At(holds) | End::Between(holds, _)) => format!("{about}{}", ends::at(end, holds)),
    }
}

/// What ends it, and whether that is not decided.
pub(super) fn cause(end: &SaturationPoint) -> (String, bool) {
    let reason = if end.reason.is_empty() { &end.by } else { &end.reason };
    let (reason, open) =
        reason.split_once("; not decided").map_or((reason.as_str(), false), |(reason, _)| (reason, true));
    (number::condition(reason), open)
}

fn why(end: &SaturationPoint, confidence: f64) -> String {
    let (reason, open) = cause(end);
    let fails = end.fails_at.map_or(String::new(), |fails| format!("at {}: ", ends::at(end, fails)));
    let why = match end.criterion.as_str() {
        "quota" => format!("{fails}too many {reason} for today's AWS quota"),
        "throttled" => format!("{fails}requests are throttled ({reason})"),
        "stability" => format!("{fails}overloaded ({reason})"),
        "condition" => format!("{fails}{reason} does not hold any more"),
        _ if end.fails_at.is_none() => return format!("nothing ends it before {}", ends::last_tried(end)),
        _ => format!("{fails}{reason}"),
    };
    if end.decided && !open {
        return why;
    }
    let level = number::percent(confidence);
    match ends::range(end) {
        Some(range) => format!("{why}; not sure: {level} interval {range}, more requests narrow it"),
        None => format!("{why}; not sure, more requests would tell"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_option_has_its_number_and_what_ends_it() {
        let mut results = fixture::orders();
        results.saturation.truncate(1);
        let end = &mut results.saturation[0];
        let name = end.option.clone().unwrap_or_default();
        (end.value, end.fails_at, end.criterion, end.reason) =
            (Some(50.0), Some(51.0), "quota".into(), "ALBs per Region".into());
        end.decided = true;
        let raised = SaturationPoint {
            value: Some(1_000.0),
            fails_at: Some(1_100.0),
            criterion: "condition".into(),
            reason: "latency.p99 <= 250ms; not decided: the interval covers the bound".into(),
            decided: false,
            low: Some(800.0),
            high: None,
            ignoring_quotas: true,
            ..end.clone()
        };
        results.saturation.push(raised);
        let seen = SaturationPoint {
            value: Some(40.0),
            fails_at: None,
            criterion: "none".into(),
            ..results.saturation[1].clone()
        };
        let mut short = results.clone();
        short.saturation[1] = SaturationPoint { decided: true, reason: String::new(), ..seen };
        let held = answers(&short).options.into_iter().find(|answer| answer.name == name);
        assert_eq!(held.map(|held| (held.holds, held.raised_holds)), Some(("at least 40".into(), String::new())));
        let answers = answers(&results);
        assert_eq!(answers.options.len(), results.options.len());
        let Some(first) = answers.options.iter().find(|answer| answer.name == name) else { panic!("{name}") };
        assert_eq!((first.holds.as_str(), first.value), ("50", Some(50.0)));
        assert_eq!(first.why, "at 51: too many ALBs per Region for today's AWS quota");
        assert_eq!(first.raised_holds, "about 1,000");
        assert!(
            first.raised_why.contains("p99 ≤ 250ms does not hold any more; not sure: 95 % interval above 800"),
            "{first:?}"
        );
        assert!(answers.options.iter().filter(|answer| answer.name != name).all(|answer| answer.holds.is_empty()));
        let ok = Objective { text: String::new(), metric: "outcome.ok".into(), relation: ">=".into(), bound: 0.999 };
        assert_eq!(in_words(&ok), "at least 99.9 % of requests are answered well");
        assert!(!answers.verdict.is_empty() && answers.conditions.contains(&"p99 is at most 250 ms".to_string()));
    }

    #[test]
    fn before_the_first_point_quotas_say_how_far_it_goes_at_most() {
        let mut results = fixture::orders();
        results.points.clear();
        let answers = answers(&results);
        assert_eq!(answers.options[0].holds, "at most 50");
        assert!(answers.options[0].why.starts_with("quota: ALBs per Region;"), "{:?}", answers.options[0]);
    }

    #[test]
    fn a_system_of_hops_has_one_row_and_nothing_is_made_up() {
        let answers = answers(&fixture::queue());
        assert_eq!((answers.options.len(), answers.options[0].number), (1, 0));
        assert!(super::answers(&Results::default()).options[0].holds.is_empty());
    }

    #[test]
    fn ends_in_words() {
        let end = |value, fails_at: Option<f64>, decided| SaturationPoint {
            vary: "services".into(),
            criterion: if fails_at.is_some() { "condition".into() } else { "none".into() },
            reason: "latency.p99 <= 80ms".into(),
            value,
            fails_at,
            decided,
            searched: true,
            ..SaturationPoint::default()
        };
        for (found, expected) in [
            (end(None, Some(1.0), true), ("none", "at 1: p99 ≤ 80ms does not hold any more")),
            (end(Some(3_000.0), None, true), ("at least 3,000", "nothing ends it before the end of the range")),
            (
                end(None, Some(1.0), false),
                ("perhaps none", "at 1: p99 ≤ 80ms does not hold any more; not sure, more requests would tell"),
            ),
            (end(None, None, true), ("not known", "nothing ends it before the end of the range")),
        ] {
            assert_eq!((holds(&found).as_str(), why(&found, 0.95).as_str()), expected);
        }
    }
}
