//! Where traffic ends an option, as exactly as the ladder and the simulation know it. Not what ends its structure.

use super::judge::Judgement;
use super::number;
use crate::results::{Results, SaturationPoint};

/// Where something ends on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// Holds so many and not one more.
    At(f64),
    /// Holds the first and fails at the second; nothing between was tried.
    Between(f64, f64),
    /// Fails at the smallest value that was tried.
    Below(f64),
    /// Held to the end of the sweep.
    Open(f64),
}

impl End {
    /// What a search found, on an axis of whole numbers; none where it tried nothing.
    #[must_use]
    pub fn of(found: &SaturationPoint) -> Option<End> {
        match (found.value, found.fails_at) {
            (Some(holds), Some(fails)) if found.vary == "services" && fails - holds <= 1.0 => Some(End::At(holds)),
            (Some(holds), Some(fails)) => Some(End::Between(holds, fails)),
            (None, Some(fails)) => Some(End::Below(fails)),
            (Some(holds), None) => Some(End::Open(holds)),
            (None, None) => None,
        }
    }

    /// The largest value known to hold; 0 where none is.
    #[must_use]
    pub fn holds(self) -> f64 {
        match self {
            End::At(holds) | End::Between(holds, _) | End::Open(holds) => holds,
            End::Below(_) => 0.0,
        }
    }

    /// `200`, `195-202`, `below 5`, `at least 30`, each number multiplied by `scale` and rounded to whole ones where that is not 1.
    #[must_use]
    pub fn text(self, scale: f64) -> String {
        let scaled = |value: f64| number::plain(if scale == 1.0 { value } else { (value * scale).round() });
        match self {
            End::At(holds) => scaled(holds),
            End::Between(holds, fails) => format!("{}-{}", scaled(holds), scaled(fails)),
            End::Below(fails) => format!("below {}", scaled(fails)),
            End::Open(holds) => format!("at least {}", scaled(holds)),
        }
    }
}

/// What a search over services found for an option on the wanted axes, quotas left aside.
fn searches<'a>(results: &'a Results, option: &'a str) -> impl Iterator<Item = &'a SaturationPoint> {
    results.saturation.iter().filter(move |end| {
        end.option.as_deref() == Some(option)
            && end.vary == "services"
            && end.axes == results.wanted.axes
            && end.criterion != "quota"
    })
}

/// Where the simulation saw an option end for another reason than a quota; none where it was not asked or did not end. The end of a
/// sweep is no end of the option.
#[must_use]
pub fn simulated_end<'a>(results: &'a Results, option: &'a str) -> Option<&'a SaturationPoint> {
    searches(results, option).find(|end| end.criterion != "none" && end.fails_at.is_some())
}

/// Services at which traffic ends an option. A rung of the ladder is exact and goes before what the simulation bracketed, but where
/// a station is overloaded sooner. A latency condition is not traffic. `Open` where nothing ended it within the sweep; none where
/// nothing is known.
#[must_use]
pub fn traffic_end(results: &Results, option: &Judgement) -> Option<End> {
    let rung = option.traffic.map(|rung| f64::from(rung.services));
    let name = &option.option.name;
    let found = simulated_end(results, name).filter(|end| matches!(end.criterion.as_str(), "throttled" | "stability"));
    match (rung, found) {
        (Some(rung), Some(end)) if end.criterion == "stability" => {
            let simulated = End::of(end).filter(|end| end.holds() < rung);
            Some(simulated.unwrap_or(End::At(rung)))
        }
        (Some(rung), _) => Some(End::At(rung)),
        (None, Some(end)) => End::of(end),
        (None, None) if simulated_end(results, name).is_some() => None,
        (None, None) => searches(results, name).find(|end| end.criterion == "none").and_then(End::of),
    }
}

/// A value of the axis with its unit: `294/s`.
#[must_use]
pub fn at(end: &SaturationPoint, value: f64) -> String {
    number::plain(value) + &end.unit
}

/// How far was tried: `the end of this sweep`, or of the range of a search.
#[must_use]
pub fn last_tried(end: &SaturationPoint) -> &'static str {
    // Documents of earlier versions do not say; a sweep brackets services alone.
    if end.searched || end.vary != "services" { "the end of the range" } else { "the end of this sweep" }
}

/// The ends that are shown, between which it saturates: `288 to 299/s`, `above 288/s`, `below 299/s`; none where neither is.
#[must_use]
pub fn range(end: &SaturationPoint) -> Option<String> {
    match (end.low, end.high) {
        (Some(low), Some(high)) => Some(format!("{} to {}", number::plain(low), at(end, high))),
        (Some(low), None) => Some(format!("above {}", at(end, low))),
        (None, Some(high)) => Some(format!("below {}", at(end, high))),
        (None, None) => None,
    }
}

/// What was found, in a sentence: `services 195 holds, 202 does not (throttled: ...)`, or where intervals do not decide that
/// `workload.rate: about 294/s (95 %: 288 to 299/s), decided by p99 ≤ 150ms`.
#[must_use]
pub fn sentence(end: &SaturationPoint, confidence: f64) -> String {
    let axis = place(end);
    let why = number::condition(if end.reason.is_empty() { &end.by } else { &end.reason });
    let about = |value: f64| {
        let by = why.split("; not decided").next().unwrap_or_default();
        let range =
            range(end).map_or("not decided".into(), |range| format!("{}: {range}", number::percent(confidence)));
        format!("{axis}: about {} ({range}), decided by {by}", at(end, value))
    };
    match End::of(end) {
        None if why.is_empty() => format!("{axis}: nothing was tried"),
        None => format!("{axis}: {why}"),
        Some(End::Open(holds)) if end.decided => format!("{axis}: at least {}, {}", at(end, holds), last_tried(end)),
        Some(End::Open(holds)) => format!("{axis}: perhaps {} and more ({why})", at(end, holds)),
        Some(End::Below(fails)) if !end.decided => {
            format!("{axis}: {} does not hold ({}: {why})", at(end, fails), end.criterion)
        }
        Some(End::Below(fails)) => {
            format!("{axis}: not even {}, the smallest tried ({}: {why})", at(end, fails), end.criterion)
        }
        Some(End::At(holds) | End::Between(holds, _)) if !end.decided => about(holds),
        Some(End::At(holds) | End::Between(holds, _)) => {
            let fails = end.fails_at.unwrap_or(holds);
            format!("{axis} {} holds, {} does not ({}: {why})", at(end, holds), at(end, fails), end.criterion)
        }
    }
}

/// The axis of a search with the values of the further ones: `services at workload.rate 40`.
#[must_use]
pub fn place(end: &SaturationPoint) -> String {
    let others: Vec<String> =
        end.axes.iter().map(|(axis, value)| format!("{axis} {}", number::plain(*value))).collect();
    if others.is_empty() { end.vary.clone() } else { format!("{} at {}", end.vary, number::list(&others)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::judge::judge;

    #[test]
    fn a_rung_is_exact_and_a_latency_condition_is_not_traffic() {
        let mut results = fixture::orders();
        assert_eq!(traffic_end(&results, &judge(&results)[0]), Some(End::At(200.0)));
        let end = &mut results.saturation[0];
        (end.criterion, end.value, end.fails_at) = ("throttled".into(), Some(195.0), Some(202.0));
        assert_eq!(traffic_end(&results, &judge(&results)[0]), Some(End::At(200.0)));
        results.saturation[0].criterion = "stability".into();
        let end = traffic_end(&results, &judge(&results)[0]).unwrap();
        assert_eq!((end.text(1.0).as_str(), end.text(50.0).as_str()), ("195-202", "9,750-10,100"));
    }

    #[test]
    fn the_end_of_a_sweep_is_not_the_end_of_the_option() {
        let mut results = fixture::orders();
        results.ceilings.retain(|rung| rung.kind != "traffic");
        let end = &mut results.saturation[0];
        (end.criterion, end.value, end.fails_at) = ("none".into(), Some(30.0), None);
        assert!(simulated_end(&results, "http-fan-out").is_none());
        assert_eq!(traffic_end(&results, &judge(&results)[0]).unwrap().text(1.0), "at least 30");
        assert_eq!(sentence(&results.saturation[0], 0.95), "services: at least 30, the end of this sweep");
    }

    #[test]
    fn an_end_that_no_interval_decides_is_about_there_with_its_range() {
        let mut end = fixture::orders().saturation.remove(0);
        (end.decided, end.searched, end.vary, end.unit) = (false, true, "workload.rate".into(), "/s".into());
        (end.low, end.high) = (Some(150.0), Some(190.0));
        end.reason = "latency.p99 <= 250ms; not decided: the interval covers the bound".into();
        let said = "workload.rate: about 172/s (95 %: 150 to 190/s), decided by p99 ≤ 250ms";
        assert_eq!(sentence(&end, 0.95), said);
        (end.low, end.value, end.reason) = (None, None, "not decided: too few samples".into());
        assert_eq!(
            sentence(&end, 0.95),
            "workload.rate: 173/s does not hold (condition: not decided: too few samples)"
        );
        (end.value, end.fails_at, end.decided) = (Some(900.0), None, true);
        assert_eq!(sentence(&end, 0.95), "workload.rate: at least 900/s, the end of the range");
        (end.value, end.reason) = (None, "not decided: too few samples".into());
        assert_eq!(sentence(&end, 0.95), "workload.rate: not decided: too few samples");
    }

    #[test]
    fn searches_on_other_axes_do_not_count() {
        let mut results = fixture::orders();
        assert!(simulated_end(&results, "http-fan-out").is_some());
        results.saturation[0].axes.insert("services.targets".into(), 2.0);
        assert!(simulated_end(&results, "http-fan-out").is_none());
        results.wanted.axes.insert("services.targets".into(), 2.0);
        assert!(simulated_end(&results, "http-fan-out").is_some());
    }
}
