//! What the comparison says beside one operating point: waits for one's turn to deploy, and when growth meets each limit.

use serde::{Deserialize, Serialize};

use super::types::{Estimate, Results};

/// How long a team waits for its turn to change what its service shares with others, at the fullest unit. Times are minutes of the
/// hours in which changes are made. Simulated, but for the columns that say what was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeploymentWait {
    /// Option name.
    pub option: String,
    /// Services.
    pub services: u32,
    /// What is changed: `code`, `traffic_shift` or `routes`.
    pub change: String,
    /// What the change holds, in words: "listeners of one NLB".
    pub unit: String,
    /// Services that share the fullest such unit.
    pub shared_by: u32,
    /// Changes of this kind a day at that unit.
    pub changes_per_day: f64,
    /// For how long a change holds it, min.
    pub hold_min: f64,
    /// Time held over the time in which changes are made; from 1 on there is no steady state: some never get their turn.
    pub utilisation: f64,
    /// Whether everybody gets a turn.
    pub stable: bool,
    /// Mean wait, min; null without a steady state.
    pub wait_mean_min: Estimate,
    /// The wait that one change in ten exceeds, min; null without a steady state.
    pub wait_p90_min: Estimate,
    /// Mean wait by the formula of Pollaczek and Khinchine for Poisson changes and a constant hold, exact, min; null without a
    /// steady state.
    pub theory_mean_min: Option<f64>,
}

/// When growth meets a limit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GrowthRung {
    /// Option name.
    pub option: String,
    /// `structure`, `traffic`, or `simulated` for the end that a sweep over services found.
    pub kind: String,
    /// Quota id; the criterion of a simulated end.
    pub quota: String,
    /// AWS quota code; null where AWS has none.
    pub code: Option<String>,
    /// For people: "ALBs per Region", "latency.p99 <= 250ms".
    pub name: String,
    /// Value in force; null for a simulated end.
    pub limit: Option<f64>,
    /// Whether it can be raised.
    pub adjustable: bool,
    /// `routine`, `case by case` or `never`; empty for a simulated end.
    pub lead_time: String,
    /// Months from now at which it is full: 0 where it is already, null where it is not within ten years.
    pub months: Option<f64>,
    /// The same as a day, where today was given: YYYY-MM-DD.
    pub date: Option<String>,
    /// Services at that time.
    pub services: Option<u32>,
    /// Requests per second of the whole system at that time.
    pub rate: Option<f64>,
    /// Value that is enough until the horizon, or until the first limit that cannot be raised.
    pub needed: Option<f64>,
    /// AWS CLI line that asks for it.
    pub ask: Option<String>,
    /// Whether it is met within the margin and can be raised.
    pub ask_now: bool,
    /// Where it cannot be raised and is met before the horizon: accounts, each with an API of its own, that carry the horizon's
    /// services; null where no number up to 1,000 does.
    pub accounts: Option<u32>,
}

/// How fast the system grows, and what was looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GrowthAsked {
    /// Services added a month.
    pub services_per_month: f64,
    /// Factor on traffic after a year.
    pub traffic_per_year: f64,
    /// Months for which increases are to be enough.
    pub horizon_months: f64,
    /// Limits met within so many months are asked for now.
    pub margin_months: f64,
    /// Services at the horizon.
    pub services: u32,
    /// Requests per second of the whole system at the horizon; null for closed clients.
    pub rate: Option<f64>,
    /// Today, where it was given: YYYY-MM-DD.
    pub today: Option<String>,
}

/// Gives the growth of a document its days, counted from `today` (YYYY-MM-DD; empty: the document stays as it is).
pub fn set_today(results: &mut Results, today: &str) {
    let Some(asked) = results.growth_asked.as_mut().filter(|_| !today.is_empty()) else { return };
    asked.today = Some(today.to_string());
    for rung in &mut results.growth {
        rung.date = rung.months.and_then(|months| day_after(today, months));
    }
}

/// Mean length of a month of the Gregorian calendar, days: 400 years have 146,097 days.
const DAYS_PER_MONTH: f64 = 146_097.0 / 4_800.0;

/// The day so many months, of the calendar's mean length, after `today` (YYYY-MM-DD); `None` where that is no day.
fn day_after(today: &str, months: f64) -> Option<String> {
    let mut parts = today.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !months.is_finite() {
        return None;
    }
    let (year, month, day) = civil(days(year, month, day) + (months * DAYS_PER_MONTH).floor() as i64);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// Days from 1970-01-01 to a day; years begin in March, so that the leap day is the last.
///
/// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day so many days after 1970-01-01. Source: as for `days`, civil_from_days.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_after_a_day() {
        let after = |today: &str, months: f64| day_after(today, months);
        assert_eq!(after("2026-11-28", 0.0).as_deref(), Some("2026-11-28"));
        // A mean month has 30.436875 days.
        assert_eq!(after("2026-11-28", 1.0).as_deref(), Some("2026-12-28"));
        assert_eq!(after("2026-11-28", 12.0).as_deref(), Some("2027-11-28"));
        assert_eq!(after("2028-02-28", 1.5 / 30.0).as_deref(), Some("2028-02-29"));
        assert_eq!(after("2000-03-01", 4_800.0).as_deref(), Some("2400-03-01"));
        assert_eq!((after("", 1.0), after("2026-13-01", 1.0), after("2026-11-28", f64::NAN)), (None, None, None));
    }
}
