//! Prices as data, and an option's month as far as prices are known: what has no price is said to be unknown, never 0.

use std::sync::OnceLock;

use serde::Deserialize;

use super::inventory::inventory;
use super::option::ArchitectureOption;
use super::part::Part;
use super::place;
use super::system::System;
use super::table;

/// Hours that AWS bills for a month.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// One price: a row of `data/prices.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Its id, as `alb.hour`.
    pub id: String,
    /// For people.
    pub name: String,
    /// What one unit is.
    pub unit: String,
    /// Price by tier, cheapest last.
    pub tiers: Vec<Tier>,
    /// Where the fact is from.
    pub source: String,
    /// When the source said so.
    pub date: String,
}

/// One tier of a price.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// End of the tier in units a month; `None`: no end.
    pub to: Option<f64>,
    /// US$ a unit (capacity-unit sizes: units).
    pub price: f64,
}

/// One line of an option's month.
#[derive(Clone, Debug, PartialEq)]
pub struct CostLine {
    /// What is paid for.
    pub item: String,
    /// US$ a month; `None` where it is not known.
    pub monthly: Option<f64>,
    /// How it was counted, or why it is not known.
    pub basis: String,
    /// Source of the price; empty where there is none.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    updated: String,
    region: String,
    price: Vec<Price>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("prices.toml", include_str!("data/prices.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// The Region whose list prices the table holds.
#[must_use]
pub fn region() -> &'static str {
    &table().region
}

/// The price of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Price> {
    table().price.iter().find(|price| price.id == id)
}

impl Price {
    /// US$ for so many units in a month, tier by tier.
    #[must_use]
    pub fn of(&self, units: f64) -> f64 {
        let mut from = 0.0;
        let mut total = 0.0;
        for tier in &self.tiers {
            let to = tier.to.unwrap_or(f64::INFINITY);
            total += (units.min(to) - from).max(0.0) * tier.price;
            from = to;
        }
        total
    }

    /// The first tier's figure: what a unit holds, for rows that are sizes.
    fn size(&self) -> f64 {
        self.tiers.first().map_or(1.0, |tier| tier.price)
    }
}

/// What of the traffic meets which part, per second at the mean rate.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    rest: f64,
    http: f64,
    alb: f64,
    nlb: f64,
}

/// The month at `services` services, at list prices of us-east-1 whatever the Region: requests at the mean rate, which is the
/// peak over `peak_to_mean`, of one environment; load balancers of every environment. Lines without a price say why.
#[must_use]
pub fn cost(option: &ArchitectureOption, services: u32, system: &System) -> Vec<CostLine> {
    let total = inventory(option, services, system).total();
    let mut lines = Vec::new();
    let mean = system.rate(services).map(|peak| peak / system.traffic.peak_to_mean);
    let flow = mean.map(|mean| flow(option, services, system, mean));
    requests(&mut lines, option, system, flow);
    for (id, item, count) in [("alb.hour", "ALB hours", total.albs), ("nlb.hour", "NLB hours", total.nlbs)] {
        if count > 0.0 {
            let basis = format!("{count} load balancers for {HOURS_PER_MONTH} hours");
            lines.push(line(item, id, Some(count * HOURS_PER_MONTH), basis));
        }
    }
    if total.albs > 0.0 {
        capacity(
            &mut lines,
            "ALB capacity units",
            ("alb.lcu-hour", "lcu.alb-new-connections"),
            flow.map(|f| f.alb),
            system,
        );
    }
    if total.nlbs > 0.0 {
        capacity(&mut lines, "NLB capacity units", ("nlb.lcu-hour", "lcu.nlb-new-flows"), flow.map(|f| f.nlb), system);
    }
    if total.endpoints > 0.0 {
        let hours = total.endpoints * f64::from(system.network.zones) * HOURS_PER_MONTH;
        let basis = format!("{} endpoints in {} zones; data not counted", total.endpoints, system.network.zones);
        lines.push(line("interface endpoint hours", "endpoint.hour", Some(hours), basis));
    }
    lines.extend(unknown(option, system));
    lines
}

/// Divides the mean rate over parts by the options that services go by.
fn flow(option: &ArchitectureOption, services: u32, system: &System, mean: f64) -> Flow {
    let mut flow = Flow::default();
    let (listed, other, total) = system.traffic(services);
    let mut listed = listed.into_iter();
    for lot in place::lots(option, services, system) {
        // Listed services come first and in order, one to a lot.
        let each = if lot.listed.is_some() { listed.next().unwrap_or(0.0) } else { other };
        let rate = if total > 0.0 { mean * (each * f64::from(lot.count)) / total } else { 0.0 };
        match lot.option.api() {
            Part::HttpApi => flow.http += rate,
            _ => flow.rest += rate,
        }
        // Services that alternate between two kinds of load balancer send half to each.
        let share = if lot.option.also.is_some() { 0.5 } else { 1.0 };
        flow.alb += if lot.option.has(Part::Alb) { rate * share } else { 0.0 };
        flow.nlb += if lot.option.has(Part::Nlb) { rate * share } else { 0.0 };
    }
    flow
}

fn requests(lines: &mut Vec<CostLine>, option: &ArchitectureOption, system: &System, flow: Option<Flow>) {
    let Some(flow) = flow else {
        let id = if option.api() == Part::HttpApi { "api.http" } else { "api.rest" };
        lines.push(line("API requests", id, None, "closed clients have no rate of their own".into()));
        return;
    };
    let millions = |rate: f64| rate * HOURS_PER_MONTH * 3_600.0 / 1e6;
    if flow.rest > 0.0 {
        let count = millions(flow.rest);
        lines.push(line("REST API requests", "api.rest", Some(count), format!("{count:.0} million requests")));
    }
    if flow.http > 0.0 {
        let increment = find("api.http-increment").map_or(f64::INFINITY, Price::size);
        let bytes = system.traffic.request.0.max(system.traffic.response.0) as f64;
        let count = millions(flow.http) * (bytes / increment).ceil().max(1.0);
        lines.push(line(
            "HTTP API requests",
            "api.http",
            Some(count),
            format!("{count:.0} million requests of 512 KiB"),
        ));
    }
}

/// Capacity units by bytes and by new connections, the larger; active connections and rules are not known.
fn capacity(lines: &mut Vec<CostLine>, item: &str, (price, new): (&str, &str), rate: Option<f64>, system: &System) {
    let units = rate.map(|rate| {
        let bytes = (system.traffic.request.0 + system.traffic.response.0) as f64;
        let by_bytes = rate * bytes * 3_600.0 / 1e9 / find("lcu.gb-per-hour").map_or(1.0, Price::size);
        let opened = rate * (1.0 - system.network.connection_reuse);
        by_bytes.max(opened / find(new).map_or(1.0, Price::size))
    });
    let basis = match units {
        Some(units) => format!("{units:.1} units by bytes and new connections, at least"),
        None => "closed clients have no rate of their own".into(),
    };
    lines.push(line(item, price, units.map(|units| units * HOURS_PER_MONTH), basis));
}

/// What is on the path and has no known price.
fn unknown(option: &ArchitectureOption, system: &System) -> Vec<CostLine> {
    let line = |item: &str, basis: &str| CostLine {
        item: item.into(),
        monthly: None,
        basis: basis.into(),
        source: String::new(),
    };
    let mut lines = vec![line("VPC links", "AWS publishes no charge for a link; none was found")];
    if option.has(Part::CloudMap) {
        lines.push(line("Cloud Map", "no price is in the table"));
    }
    if system.gateway.waf {
        lines.push(line("AWS WAF", "no price is in the table"));
    }
    lines.push(line("data transfer", "between zones and to the internet; not counted"));
    lines
}

fn line(item: &str, id: &str, units: Option<f64>, basis: String) -> CostLine {
    let price = find(id);
    CostLine {
        item: item.into(),
        monthly: units.zip(price).map(|(units, price)| price.of(units)),
        basis,
        source: price.map(|price| format!("{} ({})", price.source, price.date)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::system::TrafficRate;
    use crate::aws::tests::options;

    fn monthly(lines: &[CostLine], item: &str) -> Option<f64> {
        lines.iter().find(|line| line.item == item).and_then(|line| line.monthly)
    }

    #[test]
    fn tiers_add_up_as_the_price_list_says() {
        // A thousand million: 300 x 1.00 + 700 x 0.90, and 333 x 3.50 + 667 x 2.80.
        let of = |id: &str, units: f64| find(id).map(|price| (price.of(units) * 10.0).round() / 10.0);
        assert_eq!(of("api.http", 1_000.0), Some(930.0));
        assert_eq!(of("api.rest", 1_000.0), Some(3_033.1));
        assert_eq!(of("api.rest", 10.0), Some(35.0));
    }

    #[test]
    fn ten_services_pay_for_ten_albs_and_one_nlb() {
        let system = System::aws_defaults(options::all());
        let lines = cost(&options::named("rest-nlb-alb"), 10, &system);
        let cents = |item: &str| monthly(&lines, item).map(|us| (us * 100.0).round());
        assert_eq!(cents("ALB hours"), Some(16_425.0));
        // Ten services in two VPCs: five ALBs behind an NLB each.
        assert_eq!(cents("NLB hours"), Some(3_285.0));
        // 1,000/s of 10 KiB are 36.9 GB an hour.
        assert_eq!(cents("ALB capacity units"), Some((36.864_f64 * 730.0 * 0.8).round()));
        assert!(lines.iter().any(|line| line.item == "VPC links" && line.monthly.is_none()));
        assert!(table().price.iter().all(|price| price.source.len() > 10 && price.date.starts_with("20")));
    }

    #[test]
    fn without_a_rate_the_requests_are_unknown_and_not_free() {
        let mut system = System::aws_defaults(options::all());
        system.traffic.rate = TrafficRate::Closed;
        let lines = cost(&options::named("http-fan-out"), 10, &system);
        assert!(lines.iter().any(|line| line.item == "API requests" && line.monthly.is_none()));
        assert!(monthly(&lines, "ALB hours").is_some());
    }
}
