//! How long an option is good for, or that it does not even hold what is asked today. Not which option to choose.

use super::super::ends::{End, simulated_end};
use super::super::judge::{Judgement, Outcome};
use super::super::number;
use crate::results::{Results, SaturationPoint};

/// How long an option is good for, in three parts that make a sentence or a fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Until {
    /// `Good until`, `Once granted, good until`, `How far` where it is not good now, `Limit` where there is none.
    pub label: &'static str,
    /// What to stress: `908 services`, `does not hold 60 services today`.
    pub strong: String,
    /// What stops it then, or why it does not hold; may be empty.
    pub rest: String,
}

impl Until {
    /// The whole as a sentence.
    pub(super) fn sentence(&self) -> String {
        let why = if self.rest.is_empty() { String::new() } else { format!(": {}", self.rest) };
        match self.label {
            NOT_NOW => format!("It {}{why}.", self.strong),
            NO_LIMIT => "No limit was found.".to_string(),
            label => format!("{label} {}{why}.", self.strong),
        }
    }
}

/// The label where an option is not good even now.
const NOT_NOW: &str = "How far";
/// The label where nothing ends it.
const NO_LIMIT: &str = "Limit";

/// How long an option is good for: the nearest of structure, traffic and what the simulation found, and the next of them. An option
/// that misses a condition at the wanted services is good for nothing, and one that is not settled there is not said to be.
pub(super) fn until(results: &Results, option: &Judgement) -> Until {
    let services = results.wanted.services.map_or("what is asked".to_string(), number::counted_services);
    let failing = |strong: String, why: Vec<String>| Until { label: NOT_NOW, strong, rest: why.join("; ") };
    let label = match option.standing() {
        Outcome::Missed(_) => return failing(format!("does not hold {services} today"), option.misses()),
        Outcome::Unsettled(_) => return failing(format!("is not shown to hold {services}"), option.unsettled()),
        Outcome::AfterRaise => "Once granted, good until",
        Outcome::Met => "Good until",
    };
    let stops = stops(results, option);
    let Some(first) = stops.first() else {
        return Until { label: NO_LIMIT, strong: "none was found".into(), rest: String::new() };
    };
    let next = stops.iter().find(|later| first.adjustable && later.end.holds() > first.end.holds());
    let then = next.map_or(String::new(), |later| format!("; raised, {}: {}", later.end.text(1.0), later.by));
    let noun = if first.end == End::At(1.0) { "service" } else { "services" };
    Until { label, strong: format!("{} {noun}", first.end.text(1.0)), rest: format!("{}{then}", first.by) }
}

/// What stops an option.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    /// Services at which it does.
    pub end: End,
    /// What it is, in words.
    pub by: String,
    /// Whether it can be raised.
    pub adjustable: bool,
}

/// What stops an option from the wanted services on, nearest first.
pub(super) fn stops(results: &Results, option: &Judgement) -> Vec<Stop> {
    let wanted = results.wanted.services.unwrap_or(0);
    let name = &option.option.name;
    let mut stops: Vec<Stop> = Vec::new();
    for rung in results.ceilings.iter().filter(|rung| rung.option == *name && rung.services >= wanted) {
        stops.push(Stop { end: End::At(f64::from(rung.services)), by: rung.name.clone(), adjustable: rung.adjustable });
    }
    // A throttle that the ladder knows exactly is not said a second time with a bracket.
    let known = |found: &&SaturationPoint| !(found.criterion == "throttled" && option.traffic.is_some());
    if let Some(found) = simulated_end(results, name).filter(known)
        && let Some(end) = End::of(found)
        && end.holds() >= f64::from(wanted)
    {
        stops.push(Stop { end, by: words(found), adjustable: false });
    }
    stops.sort_by(|a, b| a.end.holds().total_cmp(&b.end.holds()));
    // What ends it at the same number is one stop, which can be raised only where all of it can.
    let mut kept: Vec<Stop> = Vec::new();
    for stop in stops {
        match kept.last_mut() {
            Some(last) if last.end == stop.end => {
                last.by = format!("{} and {}", last.by, stop.by);
                last.adjustable &= stop.adjustable;
            }
            _ => kept.push(stop),
        }
    }
    kept
}

/// What ended the simulated search, in words that can follow a number of services.
fn words(end: &SaturationPoint) -> String {
    let what = number::condition(if end.reason.is_empty() { &end.by } else { &end.reason });
    match end.criterion.as_str() {
        "condition" if what.contains(['≤', '≥', '<', '>']) => format!("then misses {what}"),
        "stability" => format!("then overload: {what}"),
        "throttled" => format!("then throttled: {what}"),
        _ => what,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::verdict::verdict;

    /// Of the chosen option, or of the first where none is.
    fn of(results: &Results) -> Until {
        let verdict = verdict(results).unwrap();
        until(results, &verdict.options[verdict.chosen.unwrap_or(0)])
    }

    #[test]
    fn an_option_that_fails_now_is_good_for_nothing() {
        let mut results = fixture::four();
        let until = of(&results);
        assert_eq!((until.label, until.strong.as_str()), ("Good until", "50 services"));
        for point in &mut results.points {
            (point.stable, point.bottleneck) = (false, Some("service".into()));
        }
        let verdict = verdict(&results).unwrap();
        assert_eq!(of(&results).sentence(), "It does not hold 4 services today: overloaded: service.");
        assert!(verdict.paragraph().starts_with("No option meets"), "{}", verdict.paragraph());
        assert!(!verdict.paragraph().contains("All five"), "{}", verdict.paragraph());
    }

    #[test]
    fn a_bracket_is_printed_as_one() {
        let mut results = fixture::orders();
        for end in &mut results.saturation {
            (end.value, end.fails_at) = (Some(195.0), Some(202.0));
        }
        results.ceilings.retain(|rung| rung.services > 1_000);
        let until = of(&results);
        assert_eq!(until.strong, "195-202 services");
    }
}
