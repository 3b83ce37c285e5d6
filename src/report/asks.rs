//! What to ask AWS for: one line for each quota, large enough for all that need it. Whether to ask is for the verdict.

use super::judge::Judgement;
use super::number::{self, counted};
use crate::results::{Ceiling, OptionInfo, Results};

/// A request for one quota.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// The rung whose line asks for the most.
    pub rung: &'a Ceiling,
    /// The line.
    pub line: &'a str,
    /// Numbers of the options that need it, from 1, ascending.
    pub options: Vec<usize>,
}

/// Requests for the rungs below the wanted services of those options whose index `takes` accepts, a quota once, in the order of the
/// options and their ladders. No quota helps an option that lacks what is needed.
#[must_use]
pub fn asks<'a>(results: &'a Results, takes: impl Fn(usize) -> bool) -> Vec<Ask<'a>> {
    let mut asks: Vec<Ask<'a>> = Vec::new();
    let asked = |(i, option): &(usize, &OptionInfo)| takes(*i) && option.lacks.is_empty();
    for (i, option) in results.options.iter().enumerate().filter(asked) {
        for rung in results.ceilings.iter().filter(|rung| rung.option == option.name && is_short(results, rung)) {
            let Some(line) = rung.ask.as_deref() else { continue };
            match asks.iter_mut().find(|ask| same_quota(ask.rung, rung)) {
                Some(ask) => {
                    if desired(rung) > desired(ask.rung) {
                        (ask.rung, ask.line) = (rung, line);
                    }
                    if !ask.options.contains(&(i + 1)) {
                        ask.options.push(i + 1);
                    }
                }
                None => asks.push(Ask { rung, line, options: vec![i + 1] }),
            }
        }
    }
    for ask in &mut asks {
        // Growth may need more of the same.
        let name = |number: &usize| &results.options[number - 1].name;
        let grown = results.growth.iter().filter(|grown| grown.ask_now && grown.quota == ask.rung.quota);
        let grown = grown.filter(|grown| ask.options.iter().any(|number| *name(number) == grown.option));
        let most = grown.max_by(|a, b| a.needed.unwrap_or(0.0).total_cmp(&b.needed.unwrap_or(0.0)));
        if let Some((line, needed)) = most.and_then(|grown| Some((grown.ask.as_deref()?, grown.needed?)))
            && needed > desired(ask.rung)
        {
            ask.line = line;
        }
    }
    asks
}

/// Whether a rung lies below the wanted services.
#[must_use]
pub fn is_short(results: &Results, rung: &Ceiling) -> bool {
    rung.services < results.wanted.services.unwrap_or(0)
}

/// The value that a rung's line asks for; 0 where it has no line.
#[must_use]
pub fn desired(rung: &Ceiling) -> f64 {
    rung.ask.as_deref().map_or(0.0, asked)
}

/// The value that a line asks for; 0 where it names none.
#[must_use]
pub fn asked(line: &str) -> f64 {
    let value = line.split("--desired-value ").nth(1);
    value.and_then(|text| text.split_whitespace().next()).and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

/// What is said where nothing can be asked for: `no quota request is needed for 4 services`, or that what is short is not asked for.
#[must_use]
pub fn nothing(results: &Results) -> String {
    let services = number::counted_services(results.wanted.services.unwrap_or(0));
    if results.ceilings.iter().any(|rung| is_short(results, rung)) {
        format!("no quota request makes room for {services}")
    } else {
        format!("no quota request is needed for {services}")
    }
}

/// Rungs, each quota once: the one whose line asks for the most.
#[must_use]
pub fn distinct<'a>(rungs: &[&'a Ceiling]) -> Vec<&'a Ceiling> {
    let mut kept: Vec<&Ceiling> = Vec::new();
    for &rung in rungs {
        match kept.iter_mut().find(|other| same_quota(other, rung)) {
            Some(other) if desired(rung) > desired(other) => *other = rung,
            Some(_) => {}
            None => kept.push(rung),
        }
    }
    kept
}

/// What has to be done before an option fits: `one quota request`, `two quota requests and larger subnets`; empty where nothing.
#[must_use]
pub fn wants(option: &Judgement) -> String {
    let (subnets, requests): (Vec<&Ceiling>, Vec<&Ceiling>) =
        distinct(&option.raises).into_iter().partition(|rung| is_subnet(rung));
    let mut parts: Vec<String> = Vec::new();
    if !requests.is_empty() {
        parts.push(counted(requests.len(), "quota request", "quota requests"));
    }
    if !subnets.is_empty() {
        parts.push("larger subnets".into());
    }
    number::list(&parts)
}

/// Whether a rung counts addresses of a subnet: AWS has no quota to raise there, one plans larger subnets.
#[must_use]
pub fn is_subnet(rung: &Ceiling) -> bool {
    rung.code.is_none() && rung.quota.contains("addresses")
}

fn same_quota(a: &Ceiling, b: &Ceiling) -> bool {
    match (&a.code, &b.code) {
        (Some(a), Some(b)) => a == b,
        _ => a.quota == b.quota,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_quota_is_asked_for_once_with_the_largest_value() {
        let mut results = fixture::orders();
        for rung in results.ceilings.iter_mut().filter(|rung| rung.option == "rest-alb-direct") {
            rung.ask = rung.ask.as_ref().map(|ask| ask.replace("--desired-value 60", "--desired-value 75"));
        }
        let asks = asks(&results, |_| true);
        let codes: Vec<&str> = asks.iter().filter_map(|ask| ask.rung.code.as_deref()).collect();
        // Option 1 lacks a need, which no quota mends.
        assert_eq!(codes, ["L-A4C7274F", "L-69A177A2", "L-53DA6B97"]);
        assert!(asks[2].line.ends_with("--desired-value 75") && asks[2].options == [4, 5], "{:?}", asks[2]);
    }

    #[test]
    fn nothing_is_asked_for_where_all_fits() {
        let results = fixture::four();
        assert!(asks(&results, |_| true).is_empty());
        assert_eq!(nothing(&results), "no quota request is needed for 4 services");
    }
}
