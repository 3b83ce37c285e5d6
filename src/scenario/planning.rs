//! `[deployments]` and `[growth]`: what the comparison of options looks at beside one operating point.

use super::fields::{Field, Fields};
use crate::aws::deployments::Deployments;
use crate::aws::growth::{Growth, LOOK_AHEAD_MONTHS};
use crate::units::Duration;

/// Shortest time above 0 for which a change holds something, and the longest: simulated times stay exact between them.
const SHORTEST_HOLD: Duration = Duration(1_000_000_000);
const LONGEST_HOLD: Duration = Duration(30 * 86_400 * 1_000_000_000);

/// `[deployments]` with its defaults; `None` where there is no such table.
pub(super) fn deployments(top: &Fields<'_>) -> Option<Deployments> {
    let field = top.get("deployments")?;
    let fields = Fields::new(field.sink, field.node, "`[deployments]`")?;
    let mut deployments = Deployments::default();
    let often = |x: f64| x == 0.0 || (0.001..=10_000.0).contains(&x);
    if let Some(changes) = fields.get("per_service_per_day") {
        let allowed = "it must be 0, or a number from 0.001 to 10,000";
        deployments.per_service_per_day = changes.number(often, allowed).unwrap_or(0.0);
    }
    if let Some(hours) = fields.get("hours_per_day") {
        let hours = hours.number(|x| (0.5..=24.0).contains(&x), "it must be a number of hours from 0.5 to 24");
        deployments.hours_per_day = hours.unwrap_or(24.0);
    }
    if let Some(holds) = fields.get("hold").and_then(|f| f.table()) {
        deployments.code = holds.get("code").and_then(|f| hold(&f)).unwrap_or(deployments.code);
        deployments.traffic_shift = holds.get("traffic_shift").and_then(|f| hold(&f));
        deployments.routes = holds.get("routes").and_then(|f| hold(&f)).unwrap_or(deployments.routes);
        holds.finish();
    }
    fields.finish();
    Some(deployments)
}

fn hold(field: &Field<'_>) -> Option<Duration> {
    let hold = field.duration()?;
    if hold.0 == 0 || (SHORTEST_HOLD..=LONGEST_HOLD).contains(&hold) {
        Some(hold)
    } else {
        field.refuse("it must be `0s`, or from `1s` to `30d`")
    }
}

/// `[growth]` with its defaults; `None` where there is no such table.
pub(super) fn growth(top: &Fields<'_>) -> Option<Growth> {
    let field = top.get("growth")?;
    let fields = Fields::new(field.sink, field.node, "`[growth]`")?;
    let mut growth = Growth::default();
    let number = |key: &'static str, range: std::ops::RangeInclusive<f64>, allowed: &str, default: f64| {
        fields.get(key).and_then(|f| f.number(|x| range.contains(&x), allowed)).unwrap_or(default)
    };
    let (most, ten_years) = (100_000.0, LOOK_AHEAD_MONTHS);
    growth.services_per_month =
        number("services_per_month", 0.0..=most, "it must be a number from 0 to 100,000", growth.services_per_month);
    growth.traffic_per_year = number(
        "traffic_per_year",
        0.01..=100.0,
        "it must be a factor from 0.01 to 100: 1.4 is 40 % more after a year",
        growth.traffic_per_year,
    );
    let months = "it must be a number of months from 1 to 120";
    growth.horizon_months = number("horizon_months", 1.0..=ten_years, months, growth.horizon_months);
    let months = "it must be a number of months from 0 to 120";
    growth.margin_months = number("margin_months", 0.0..=ten_years, months, growth.margin_months);
    fields.finish();
    Some(growth)
}
