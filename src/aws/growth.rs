//! When a growing system meets its limits: services added every month and traffic that grows by a factor every year, held against
//! the quotas in force. Counting only, by the same uses of quotas as the ladder's.

use super::ceilings::{self, Kind, Limit, MOST_SERVICES, Search};
use super::inventory::inventory;
use super::option::ArchitectureOption;
use super::system::{AccountTopology, System, TrafficRate};
use super::{traffic, uses};

/// Months that are looked at, whatever the horizon: what is further away than ten years is not foreseen.
pub const LOOK_AHEAD_MONTHS: f64 = 120.0;
/// Months from now in which a limit that will be met is to be asked for, where nothing is stated: no source says how many days AWS takes
/// for a request that it looks at, so this is a planning quarter and no fact.
pub const MARGIN_MONTHS: f64 = 3.0;
/// Months for which an increase is to be enough, where nothing is stated.
pub const HORIZON_MONTHS: f64 = 36.0;
/// Accounts over which a system is split, at most.
const MOST_ACCOUNTS: u32 = 1_000;

/// `[growth]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// Services added a month; 0 or more.
    pub services_per_month: f64,
    /// Factor on the traffic of each service (or of the whole system, where its rate is stated for the whole) after a year.
    pub traffic_per_year: f64,
    /// Months for which increases are to be enough, above 0.
    pub horizon_months: f64,
    /// Limits met within so many months are to be asked for now.
    pub margin_months: f64,
}

impl Default for Growth {
    /// Nothing grows.
    fn default() -> Growth {
        Growth {
            services_per_month: 0.0,
            traffic_per_year: 1.0,
            horizon_months: HORIZON_MONTHS,
            margin_months: MARGIN_MONTHS,
        }
    }
}

impl Growth {
    /// Services `months` from now, from `today`; fractions of a service stand for one that is on its way.
    #[must_use]
    pub fn services(&self, today: u32, months: f64) -> f64 {
        (f64::from(today) + self.services_per_month * months).min(f64::from(MOST_SERVICES))
    }

    /// The factor on today's traffic `months` from now.
    #[must_use]
    pub fn traffic(&self, months: f64) -> f64 {
        libm::pow(self.traffic_per_year, months / 12.0)
    }

    /// Months until there are `services`, from `today`; 0 where there are, `None` where services never come to that many.
    #[must_use]
    pub fn months_until(&self, services: f64, today: u32) -> Option<f64> {
        let missing = services - f64::from(today);
        if missing <= 0.0 {
            return Some(0.0);
        }
        (self.services_per_month > 0.0).then(|| missing / self.services_per_month)
    }
}

/// A limit that growth meets.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// Structure or traffic.
    pub kind: Kind,
    /// Quota id.
    pub quota: String,
    /// AWS quota code, where AWS has one.
    pub code: Option<String>,
    /// For people: "ALBs per Region".
    pub name: String,
    /// Value in force.
    pub limit: f64,
    /// Whether it can be raised.
    pub adjustable: bool,
    /// `routine`, `case by case` or `never`.
    pub lead_time: String,
    /// Months from now at which it is full, 0 where it is; `None`: not within [`LOOK_AHEAD_MONTHS`].
    pub months: Option<f64>,
    /// Services at that time, the last that fit where it counts units; `None` without a time.
    pub services: Option<u32>,
    /// Requests per second of the whole system at that time; `None` without a time or without a rate.
    pub rate: Option<f64>,
    /// The value that is enough until the horizon, or until the first limit that cannot be raised; `None` where nothing is to be
    /// asked for before the horizon.
    pub needed: Option<f64>,
    /// AWS CLI line that asks for it; `None` where none can be asked for.
    pub ask: Option<String>,
    /// Whether it is met within the margin and can be raised.
    pub ask_now: bool,
    /// Accounts, each with an API of its own, that carry the services of the horizon; of a limit that cannot be raised and is met before
    /// the horizon only, and `None` where no number up to 1,000 does.
    pub accounts: Option<u32>,
}

/// Every limit of an option in the order in which growth meets it, each kind up to the first that cannot be raised; those that it does
/// not meet within [`LOOK_AHEAD_MONTHS`] last.
#[must_use]
pub fn met(option: &ArchitectureOption, system: &System, growth: &Growth) -> Vec<Met> {
    let search = Search::new(option, system);
    let found = [(Kind::Structure, structure(&search, growth)), (Kind::Traffic, traffic(&search, growth))];
    let walls = found.each_ref().map(|(_, limits)| wall(limits));
    let horizon = walls.iter().flatten().copied().fold(growth.horizon_months, f64::min);
    let mut all = Vec::new();
    for ((kind, limits), wall) in found.into_iter().zip(walls) {
        let kept = limits
            .into_iter()
            .filter(|(months, _)| wall.is_none_or(|wall| months.is_some_and(|months| months <= wall)));
        all.extend(kept.map(|(months, limit)| row(&search, growth, kind, limit, (months, horizon))));
    }
    // Of tied ones the wall comes last: it ends the ladder.
    let order = |met: &Met| met.months.unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| {
        (order(a).total_cmp(&order(b))).then_with(|| (!a.adjustable, &a.quota).cmp(&(!b.adjustable, &b.quota)))
    });
    all
}

/// When the first limit that cannot be raised is met.
fn wall(limits: &[(Option<f64>, Limit)]) -> Option<f64> {
    limits.iter().filter(|(_, limit)| !limit.adjustable).filter_map(|(months, _)| *months).min_by(f64::total_cmp)
}

/// Limits on units: full when there are as many services as fit.
fn structure(search: &Search<'_>, growth: &Growth) -> Vec<(Option<f64>, Limit)> {
    let today = search.system.services.count;
    let when =
        |services: u32| growth.months_until(f64::from(services), today).filter(|months| *months <= LOOK_AHEAD_MONTHS);
    search.ceilings(Kind::Structure).into_iter().map(|(services, limit)| (when(services), limit)).collect()
}

/// Limits on traffic: full when the use at the services and the traffic of that time reaches them. Found month by month, since a rate
/// that is stated for the whole system may fall at each target while services are added.
fn traffic(search: &Search<'_>, growth: &Growth) -> Vec<(Option<f64>, Limit)> {
    let find = |id: &'static str| {
        let limit = ceilings::limit(search.system, id)?;
        let months = first(|months| use_at(search, growth, id, months) + limit.used >= limit.value);
        Some((months, limit))
    };
    search.ids(Kind::Traffic).into_iter().filter_map(find).collect()
}

/// Months until the system offers what `services` services offer today; `None` where it does not within [`LOOK_AHEAD_MONTHS`]. Where the
/// rate is one of the whole system, months until there are so many services.
#[must_use]
pub fn months_until_load(services: f64, system: &System, growth: &Growth) -> Option<f64> {
    let each_grows = matches!(system.traffic.rate, TrafficRate::PerService(_));
    first(|months| {
        let factor = if each_grows { growth.traffic(months) } else { 1.0 };
        growth.services(system.services.count, months) * factor >= services
    })
}

/// Months until a service's targets, busy for a share `load` of their time today, are busy all of it; `None` where they are not within
/// [`LOOK_AHEAD_MONTHS`]. A rate of the whole system divides over the services that are added.
#[must_use]
pub fn months_until_busy(load: f64, system: &System, growth: &Growth) -> Option<f64> {
    let today = system.services.count;
    first(|months| {
        let divided = match system.traffic.rate {
            TrafficRate::PerService(_) => 1.0,
            TrafficRate::Total(_) | TrafficRate::Closed => f64::from(today) / growth.services(today, months),
        };
        load * divided * growth.traffic(months) >= 1.0
    })
}

/// The first instant within [`LOOK_AHEAD_MONTHS`] at which something is full, looked for at whole months and then between two of
/// them, to a second.
fn first(full: impl Fn(f64) -> bool) -> Option<f64> {
    let month = (0..=LOOK_AHEAD_MONTHS as u32).map(f64::from).find(|months| full(*months))?;
    if month == 0.0 {
        return Some(0.0);
    }
    let (mut free, mut taken) = (month - 1.0, month);
    while taken - free > 1e-7 {
        let middle = free + (taken - free) / 2.0;
        if full(middle) {
            taken = middle;
        } else {
            free = middle;
        }
    }
    Some(taken)
}

/// The use of a limit on traffic: in proportion to the rate, and between two numbers of services in proportion too.
fn use_at(search: &Search<'_>, growth: &Growth, id: &str, months: f64) -> f64 {
    let services = growth.services(search.system.services.count, months);
    let at = |services: f64| search.use_of(Kind::Traffic, id, services as u32);
    let (below, above) = (at(services.floor()), at(services.ceil()));
    (below + (above - below) * services.fract()) * growth.traffic(months)
}

fn row(search: &Search<'_>, growth: &Growth, kind: Kind, limit: Limit, (months, until): (Option<f64>, f64)) -> Met {
    let system = search.system;
    let today = system.services.count;
    let services = months.map(|months| growth.services(today, months));
    let soon = months.is_some_and(|months| months < until);
    let needed = (limit.adjustable && soon).then(|| {
        let at_end = match kind {
            // A service that is on its way needs its place.
            Kind::Structure => search.use_of(kind, &limit.quota, growth.services(today, until).ceil() as u32),
            Kind::Traffic => use_at(search, growth, &limit.quota, until),
        };
        (at_end + limit.used).ceil()
    });
    let splits = !limit.adjustable && months.is_some_and(|months| months < growth.horizon_months);
    Met {
        kind,
        ask: needed.and_then(|needed| ceilings::ask(&limit, needed, &system.account.region)),
        ask_now: needed.is_some() && months.is_some_and(|months| months <= growth.margin_months),
        needed,
        rate: months
            .zip(services)
            .and_then(|(months, services)| Some(rate(system, services)? * growth.traffic(months))),
        // A hair more, so that a whole number of services that rounding made a little less stays whole.
        services: services.map(|services| (services + 1e-9).floor() as u32),
        accounts: if splits { accounts(search, growth) } else { None },
        quota: limit.quota,
        code: limit.code,
        name: limit.name,
        limit: limit.value,
        adjustable: limit.adjustable,
        lead_time: limit.lead_time.text().into(),
        months,
    }
}

/// Requests per second of `services` services (a fraction for one on its way) at today's traffic.
fn rate(system: &System, services: f64) -> Option<f64> {
    let (below, above) = (system.rate(services.floor() as u32)?, system.rate(services.ceil() as u32)?);
    Some(below + (above - below) * services.fract())
}

/// The fewest accounts with an API each, and nothing else in them, that carry the services and the traffic of the horizon against every limit that cannot be
/// raised. Accounts that share VPCs or an API cannot be told apart like that: `None`.
fn accounts(search: &Search<'_>, growth: &Growth) -> Option<u32> {
    let mut system = search.system.clone();
    if !matches!(system.account.topology, AccountTopology::Single | AccountTopology::Federated) {
        return None;
    }
    let services = growth.services(system.services.count, growth.horizon_months).ceil() as u32;
    let first = system.account.accounts.max(1) + 1;
    // What everything else uses stays where it is: new accounts are empty, and the services move to them.
    system.used.clear();
    system.account.topology = AccountTopology::Federated;
    (first..=MOST_ACCOUNTS).find(|&accounts| {
        system.account.accounts = accounts;
        carries(search.option, &system, services, growth)
    })
}

/// Whether no limit that cannot be raised is exceeded at the horizon.
fn carries(option: &ArchitectureOption, system: &System, services: u32, growth: &Growth) -> bool {
    let inventory = inventory(option, services, system);
    let factor = growth.traffic(growth.horizon_months);
    let counted = uses::structure(&inventory, system).into_iter();
    let sent = traffic::traffic(&inventory, option, system).into_iter().map(|(id, amount)| (id, amount * factor));
    counted.chain(sent).all(|(id, amount)| {
        ceilings::limit(system, id)
            .is_none_or(|limit| limit.adjustable || ceilings::fits_limit(amount + limit.used, limit.value))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::tests::options;
    use crate::units::Rate;

    fn system(services: u32) -> System {
        let mut system = System::aws_defaults(options::all());
        system.services.count = services;
        system
    }

    fn grows(services_per_month: f64, traffic_per_year: f64) -> Growth {
        Growth { services_per_month, traffic_per_year, ..Growth::default() }
    }

    fn of<'a>(all: &'a [Met], quota: &str) -> &'a Met {
        all.iter().find(|met| met.quota == quota).unwrap()
    }

    fn near(value: Option<f64>, exact: f64) {
        assert!((value.unwrap() - exact).abs() < 1e-6, "{value:?} for {exact}");
    }

    const ALBS: &str = "elb.alb-per-region";
    const THROTTLE: &str = "apigateway.throttle-rate";

    #[test]
    fn units_are_full_when_the_last_service_that_fits_is_there() {
        // 50 ALBs, one a service: the 16 that still fit come in 8 months at 2 a month; 34 + 72 services stand at the horizon.
        let all = met(&options::named("http-fan-out"), &system(34), &grows(2.0, 1.0));
        let albs = of(&all, ALBS);
        near(albs.months, 8.0);
        assert_eq!((albs.services, albs.needed, albs.ask_now), (Some(50), Some(106.0), false));
        assert!(albs.ask.as_ref().unwrap().ends_with("--desired-value 106"));
        let soon = met(&options::named("http-fan-out"), &system(45), &grows(2.0, 1.0));
        assert!(of(&soon, ALBS).ask_now, "5 services in 2.5 months, within the margin of 3");
        assert_eq!(of(&met(&options::named("http-fan-out"), &system(60), &grows(0.0, 1.0)), ALBS).months, Some(0.0));
        assert_eq!(of(&met(&options::named("http-fan-out"), &system(34), &grows(0.0, 1.0)), ALBS).months, None);
    }

    #[test]
    fn traffic_grows_by_services_and_by_the_factor_of_a_year() {
        // 100/s a service against 10,000/s: 50 services reach it when traffic has doubled, or when 50 more have come.
        let throttle = |services_per_month, traffic_per_year| {
            let all =
                met(&options::named("rest-shared-nlb"), &system(50), &grows(services_per_month, traffic_per_year));
            of(&all, THROTTLE).clone()
        };
        near(throttle(0.0, 2.0).months, 12.0);
        near(throttle(5.0, 1.0).months, 10.0);
        let both = throttle(5.0, 1.44);
        let months = both.months.unwrap();
        let reached = (50.0 + 5.0 * months) * 100.0 * libm::pow(1.44, months / 12.0);
        assert!((reached - 10_000.0).abs() < 0.01 && months < 10.0, "{reached}");
        assert!((both.rate.unwrap() - reached).abs() < 1e-6);
        // At the horizon: 230 services of 100/s x 1.44^3.
        assert_eq!(both.needed, Some((230.0f64 * 100.0 * 1.44 * 1.44 * 1.44).ceil()));
        assert_eq!(throttle(0.0, 0.5).months, None, "traffic that shrinks meets nothing");
    }

    #[test]
    fn a_rate_of_the_whole_system_grows_by_the_factor_alone() {
        let mut system = system(50);
        system.traffic.rate = TrafficRate::Total(Rate::new(5_000.0).unwrap());
        near(of(&met(&options::named("rest-shared-nlb"), &system, &grows(5.0, 2.0)), THROTTLE).months, 12.0);
    }

    #[test]
    fn targets_are_busy_when_traffic_has_grown_by_what_they_have_left() {
        near(months_until_busy(0.25, &system(4), &grows(3.0, 2.0)), 24.0);
        assert_eq!(months_until_busy(1.2, &system(4), &grows(0.0, 1.0)), Some(0.0));
        assert_eq!(months_until_busy(0.25, &system(4), &grows(3.0, 1.0)), None, "more services are no load on these");
    }

    #[test]
    fn limits_at_one_target_are_met_by_traffic_though_services_never_meet_them() {
        // 55,000 new flows a minute at one target of an NLB. A service of 100/s on 3 targets opens 5 % new connections, a third at
        // each zone and its one target: 100 a minute. 550 times that takes ln 550 / ln 10 years at tenfold traffic a year.
        let all = met(&options::named("rest-link-per-service"), &system(4), &grows(0.0, 10.0));
        near(of(&all, "elb.nlb-new-flows").months, 12.0 * libm::log(550.0) / libm::log(10.0));
    }

    #[test]
    fn what_nobody_raises_divides_the_system_over_accounts() {
        // Of 600 Regional APIs, which nobody raises, one is free: 300 resources less the root hold 149 services. From 100 at 10 a
        // month it is full in 4.9 months; two accounts that hold nothing else have 600 APIs each for the 460 services after 36 months.
        let mut growing = system(100);
        growing.used.insert("apigateway.regional-apis".into(), 599.0);
        let all = met(&options::named("rest-shared-nlb"), &growing, &grows(10.0, 1.0));
        let wall = of(&all, "apigateway.regional-apis");
        near(wall.months, 4.9);
        assert_eq!((wall.ask_now, wall.needed, wall.services, wall.accounts), (false, None, Some(149), Some(2)));
        let after = |met: &&Met| met.kind == Kind::Structure && met.months.is_none_or(|months| months > 4.9 + 1e-9);
        assert!(all.iter().find(after).is_none(), "nothing is said of what lies behind a wall: {all:?}");
    }
}
