//! Growth in words: when each limit is met, and what to do about it. For the page and the screen.

use super::number;
use crate::results::{GrowthAsked, GrowthRung, Results};

/// `in 8.0 months`, with the day where it is known: `2027-07-29, in 8.0 months`; `today`; `not within ten years`.
#[must_use]
pub fn when(rung: &GrowthRung) -> String {
    match (rung.months, &rung.date) {
        (None, _) => "not within ten years".into(),
        (Some(0.0), _) => "today".into(),
        (Some(months), None) => format!("in {} months", number::fixed(months, 1)),
        (Some(months), Some(date)) => format!("{date}, in {} months", number::fixed(months, 1)),
    }
}

/// `until 2027-07-29, in 8.0 months`; `for 8.0 months` where today is not known.
#[must_use]
pub fn until(rung: &GrowthRung) -> String {
    match (&rung.date, rung.months) {
        (None, Some(months)) if months > 0.0 => format!("for {} months", number::fixed(months, 1)),
        _ => format!("until {}", when(rung)),
    }
}

/// The limit of an option that growth meets first; none where none is met within ten years.
#[must_use]
pub fn first<'a>(results: &'a Results, option: &str) -> Option<&'a GrowthRung> {
    let own = results.growth.iter().filter(|rung| rung.option == option && rung.months.is_some());
    own.min_by(|a, b| a.months.unwrap_or(f64::INFINITY).total_cmp(&b.months.unwrap_or(f64::INFINITY)))
}

/// What to do: ask now or by when, nothing, or how many accounts carry it.
#[must_use]
pub fn to_do(rung: &GrowthRung, asked: &GrowthAsked) -> String {
    let horizon = number::plain(asked.horizon_months);
    let what = if rung.ask.is_some() { "ask for" } else { "plan" };
    match (rung.kind.as_str(), rung.adjustable, rung.needed, rung.accounts) {
        ("simulated", ..) if rung.months.is_some_and(|months| months < asked.horizon_months) => {
            "another option, or faster services".into()
        }
        ("traffic", true, None, _) if rung.limit.is_none() && rung.months.is_some_and(|m| m < asked.horizon_months) => {
            "more or faster targets".into()
        }
        (_, true, Some(needed), _) if rung.ask_now => format!("{what} {} now", number::plain(needed)),
        (_, true, Some(needed), _) => format!("{what} {} in time", number::plain(needed)),
        (_, false, _, Some(accounts)) => format!("no increase helps: {accounts} accounts with an API each carry it"),
        (_, false, ..) if rung.months.is_some_and(|months| months < asked.horizon_months) => {
            "no increase helps, nor do more accounts".into()
        }
        _ => format!("nothing within {horizon} months"),
    }
}

/// `account throttle full in 10.0 months: ask for 20,000 in time`, without the last half where nothing is to be done yet.
#[must_use]
pub fn end(rung: &GrowthRung, asked: &GrowthAsked) -> String {
    let name = rung.name.split(',').next().unwrap_or(&rung.name);
    let to_do =
        rung.months.filter(|months| *months < asked.horizon_months).map(|_| format!(": {}", to_do(rung, asked)));
    format!("{name} full {}{}", when(rung), to_do.unwrap_or_default())
}

/// `2 more services a month, traffic x 1.4 a year`; none where the scenario does not say.
#[must_use]
pub fn rate(results: &Results) -> Option<String> {
    let asked = results.growth_asked.as_ref()?;
    let services = if asked.services_per_month == 1.0 { "service" } else { "services" };
    Some(format!(
        "{} more {services} a month, traffic × {} a year",
        number::plain(asked.services_per_month),
        number::plain(asked.traffic_per_year)
    ))
}

/// How fast it grows and where that leads, in a sentence; empty where the scenario does not say.
#[must_use]
pub fn sentence(results: &Results) -> String {
    let Some(asked) = &results.growth_asked else { return String::new() };
    let rate = asked.rate.map_or(String::new(), |rate| format!(" and {} requests/s", number::fixed(rate, 0)));
    format!(
        "{} more a month and traffic times {} a year: {}{rate} in {} months.",
        number::plain(asked.services_per_month)
            + if asked.services_per_month == 1.0 { " service" } else { " services" },
        number::plain(asked.traffic_per_year),
        number::counted_services(asked.services),
        number::plain(asked.horizon_months),
    )
}

/// The growth of one limit of an option.
#[must_use]
pub fn find<'a>(results: &'a Results, option: &str, quota: &str) -> Option<&'a GrowthRung> {
    results.growth.iter().find(|rung| rung.option == option && rung.quota == quota)
}

/// The first limit on traffic and the first that cannot be raised, of those that growth meets: what a ladder of units does not show.
#[must_use]
pub fn ends<'a>(results: &'a Results, option: &str) -> Vec<&'a GrowthRung> {
    let own = || results.growth.iter().filter(|rung| rung.option == option && rung.months.is_some());
    let traffic = own().find(|rung| rung.kind == "traffic");
    let wall = own().find(|rung| !rung.adjustable && rung.kind != "simulated");
    let mut ends = Vec::from_iter(traffic);
    ends.extend(wall.filter(|wall| traffic.is_none_or(|traffic| traffic.quota != wall.quota)));
    ends
}

/// Limits to ask for now, each quota once with the largest value.
#[must_use]
pub fn now(results: &Results) -> Vec<&GrowthRung> {
    let mut kept: Vec<&GrowthRung> = Vec::new();
    for rung in results.growth.iter().filter(|rung| rung.ask_now && rung.ask.is_some()) {
        match kept.iter_mut().find(|other| other.quota == rung.quota) {
            Some(other) if other.needed < rung.needed => *other = rung,
            Some(_) => {}
            None => kept.push(rung),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_says_when_and_what_to_do() {
        let asked = GrowthAsked { horizon_months: 36.0, ..GrowthAsked::default() };
        let rung =
            |months, adjustable| GrowthRung { months, adjustable, kind: "structure".into(), ..GrowthRung::default() };
        let mut albs = rung(Some(2.5), true);
        (albs.needed, albs.ask, albs.ask_now) = (Some(117.0), Some("aws ...".into()), true);
        assert_eq!((when(&albs), to_do(&albs, &asked)), ("in 2.5 months".into(), "ask for 117 now".into()));
        albs.ask_now = false;
        albs.date = Some("2027-02-12".into());
        assert_eq!(
            (when(&albs), to_do(&albs, &asked)),
            ("2027-02-12, in 2.5 months".into(), "ask for 117 in time".into())
        );
        let mut wall = rung(Some(0.0), false);
        assert_eq!(
            (when(&wall), to_do(&wall, &asked)),
            ("today".into(), "no increase helps, nor do more accounts".into())
        );
        wall.accounts = Some(2);
        assert_eq!(to_do(&wall, &asked), "no increase helps: 2 accounts with an API each carry it");
        let far = rung(None, true);
        assert_eq!(
            (when(&far), to_do(&far, &asked)),
            ("not within ten years".into(), "nothing within 36 months".into())
        );
    }
}
