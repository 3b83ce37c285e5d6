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

/// What a search found, in a sentence: `services 195 holds, 202 does not (throttled: ...)`.
#[must_use]
pub fn sentence(end: &SaturationPoint) -> String {
    let axis = place(end);
    let why = number::condition(if end.reason.is_empty() { &end.by } else { &end.reason });
    match End::of(end) {
        None if why.is_empty() => format!("{axis}: nothing was tried"),
        None => format!("{axis}: {why}"),
        Some(End::Open(holds)) if end.decided => {
            format!("{axis}: at least {}, the end of this sweep", number::plain(holds))
        }
        Some(End::Open(holds)) => format!("{axis}: perhaps {} and more ({why})", number::plain(holds)),
        Some(End::Below(fails)) if !end.decided => {
            format!("{axis}: {} does not hold ({}: {why})", number::plain(fails), end.criterion)
        }
        Some(End::Below(fails)) => {
            format!("{axis}: not even {}, the smallest tried ({}: {why})", number::plain(fails), end.criterion)
        }
        Some(End::At(_) | End::Between(..)) => {
            let at = |value: Option<f64>| value.map_or("-".to_string(), number::plain);
            let surely = match (end.low, end.high) {
                (Some(low), Some(high)) if !end.decided => {
                    format!(", surely between {} and {}", number::plain(low), number::plain(high))
                }
                _ => String::new(),
            };
            format!("{axis} {} holds, {} does not ({}: {why}{surely})", at(end.value), at(end.fails_at), end.criterion)
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
        assert_eq!(sentence(&results.saturation[0]), "services: at least 30, the end of this sweep");
    }

    #[test]
    fn an_end_that_no_interval_decides_says_between_which_it_surely_lies() {
        let mut end = fixture::orders().saturation.remove(0);
        end.decided = false;
        (end.low, end.high) = (Some(150.0), Some(190.0));
        assert!(sentence(&end).ends_with("passes 250ms, surely between 150 and 190)"), "{}", sentence(&end));
        (end.value, end.reason) = (None, "not decided: too few samples".into());
        assert_eq!(sentence(&end), "services: 173 does not hold (condition: not decided: too few samples)");
        end.fails_at = None;
        assert_eq!(sentence(&end), "services: not decided: too few samples");
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
