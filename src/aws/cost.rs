//! An option's month, line by line: requests, load balancers and their capacity units, PrivateLink, what crosses zones. What has no
//! price, or whose quantity nobody states, is unknown and never 0.

use super::capacity::{self, GB, HOUR_S, Passing};
use super::inventory::{Inventory, inventory};
use super::latency;
use super::option::ArchitectureOption;
use super::part::Part;
use super::place;
use super::prices::{self, Range, figure};
use super::system::{AccountTopology, System};

/// Hours that AWS bills for a month.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// One line of an option's month.
#[derive(Clone, Debug, PartialEq)]
pub struct CostLine {
    /// What is paid for.
    pub item: String,
    /// Id of its price; empty where no table has a row for it.
    pub price: &'static str,
    /// US$ a month; `None` where it is not known.
    pub monthly: Option<Range>,
    /// How many units a month; `None` where it is not known.
    pub quantity: Option<Range>,
    /// What one unit is; empty where the quantity is not known.
    pub unit: String,
    /// Of capacity units, the dimension that is the largest; empty otherwise.
    pub dimension: &'static str,
    /// How it was counted, or why it is not known.
    pub basis: String,
    /// Source of the price; empty where there is none.
    pub source: String,
    /// Evidence of the price; empty where there is none.
    pub grade: String,
}

/// What a simulation saw of the requests that were offered, each figure for one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed {
    /// Requests offered per second; for closed clients, who have no rate of their own.
    pub rate: f64,
    /// Attempts of a request, the first included.
    pub attempts: f64,
    /// Attempts of a request that a throttle refused.
    pub throttled: f64,
    /// Connections opened for a request.
    pub opened: f64,
}

/// The month of `option` at `services` services, at the prices in force: the peak over `peak_to_mean` in one environment, load balancers
/// of every environment. Without `observed`, every request is one attempt that no throttle refuses, and connections are opened as
/// often as `connection_reuse` says.
#[must_use]
pub fn cost(option: &ArchitectureOption, services: u32, system: &System, observed: Option<&Observed>) -> Vec<CostLine> {
    let month = Month::new(option, services, system, observed);
    let mut lines = month.requests();
    lines.extend(month.load_balancers());
    lines.extend(month.endpoints());
    lines.extend(month.zones());
    lines.extend(month.others());
    lines
}

/// Requests offered in a month at the mean rate, in millions; `None` where no rate is known.
#[must_use]
pub fn millions(services: u32, system: &System, observed: Option<&Observed>) -> Option<f64> {
    Some(mean_rate(services, system, observed)? * HOURS_PER_MONTH * HOUR_S / 1e6)
}

fn mean_rate(services: u32, system: &System, observed: Option<&Observed>) -> Option<f64> {
    let peak = system.rate(services).or(observed.map(|seen| seen.rate))?;
    Some(peak / system.traffic.peak_to_mean)
}

/// Requests a second at the mean rate, by what they meet.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    all: f64,
    rest: f64,
    http: f64,
    alb: f64,
    nlb: f64,
}

struct Month<'a> {
    option: &'a ArchitectureOption,
    system: &'a System,
    inventory: Inventory,
    observed: Option<&'a Observed>,
    flow: Option<Flow>,
}

impl<'a> Month<'a> {
    fn new(
        option: &'a ArchitectureOption,
        services: u32,
        system: &'a System,
        observed: Option<&'a Observed>,
    ) -> Month<'a> {
        let flow = mean_rate(services, system, observed).map(|mean| flow(option, services, system, mean));
        Month { option, system, inventory: inventory(option, services, system), observed, flow }
    }

    /// Attempts of a request, and those of them that a throttle refused.
    fn attempts(&self) -> (f64, f64) {
        self.observed.map_or((1.0, 0.0), |seen| (seen.attempts, seen.throttled))
    }

    fn requests(&self) -> Vec<CostLine> {
        let Some(flow) = self.flow else {
            let id = if self.option.api() == Part::HttpApi { "api.http" } else { "api.rest" };
            return vec![self.line("API requests", id, None, NO_RATE.into())];
        };
        let (attempts, throttled) = self.attempts();
        let share = figure(self.system, "api.throttled-share");
        let billed = share.each(|billed| attempts - throttled * (1.0 - billed));
        let millions = |rate: f64| billed.each(|each| each * rate * HOURS_PER_MONTH * HOUR_S / 1e6);
        let seen = match self.observed {
            Some(_) => format!("{attempts:.4} attempts a request and {throttled:.4} throttled, as simulated"),
            None => "not simulated: each request once, none throttled".into(),
        };
        let mut lines = Vec::new();
        if flow.rest > 0.0 {
            let basis = format!("{:.1} requests/s on average; {seen}", flow.rest);
            lines.push(self.line("REST API requests", "api.rest", Some(millions(flow.rest)), basis));
        }
        if flow.http > 0.0 {
            let increment = figure(self.system, "api.http-increment").expected;
            let larger = self.system.traffic.larger();
            let times = larger.map_or(1.0, |bytes| (bytes / increment).ceil().max(1.0));
            let size = if larger.is_some() { "" } else { "; no size is stated, 512 KiB or less assumed" };
            let each = if times > 1.0 { format!(", each billed {times} times") } else { String::new() };
            let basis = format!("{:.1} requests/s on average{each}; {seen}{size}", flow.http);
            lines.push(self.line(
                "HTTP API requests",
                "api.http",
                Some(millions(flow.http).each(|m| m * times)),
                basis,
            ));
        }
        lines
    }

    fn load_balancers(&self) -> Vec<CostLine> {
        let total = self.inventory.total();
        let kinds = [
            (Part::Alb, "ALB", total.albs, ["alb.hour", "alb.lcu-hour"]),
            (Part::Nlb, "NLB", total.nlbs, ["nlb.hour", "nlb.lcu-hour"]),
        ];
        let mut lines = Vec::new();
        for (kind, name, count, [hour, unit_hour]) in kinds.into_iter().filter(|(_, _, count, _)| *count > 0.0) {
            let basis = format!("{count} load balancers for {HOURS_PER_MONTH} hours");
            lines.push(self.line(&format!("{name} hours"), hour, hours(count), basis));
            lines.push(self.capacity(kind, &format!("{name} capacity units"), unit_hour));
        }
        lines
    }

    fn capacity(&self, kind: Part, item: &str, price: &'static str) -> CostLine {
        let Some(flow) = self.flow else { return self.line(item, price, None, NO_RATE.into()) };
        let passes = if kind == Part::Alb { flow.alb } else { flow.nlb };
        let passing = Passing {
            requests: passes * self.admitted(),
            opened: self.opened().each(|opened| opened * passes),
            bytes: self.system.traffic.bytes(),
        };
        let units = capacity::units(kind, passing, self.option, &self.inventory, self.system);
        let (known, dimension) = (units.known, units.dimension);
        let line = match units.units {
            Some(amount) => {
                let basis = format!("{known:.2} units on average by {dimension}, the largest dimension");
                self.line(item, price, Some(amount.each(|units| units * HOURS_PER_MONTH)), basis)
            }
            None => {
                let basis = format!("{known:.2} units on average or more by {dimension}; {NO_BYTES}");
                self.line(item, price, None, basis)
            }
        };
        CostLine { dimension: if line.quantity.is_some() { dimension } else { "" }, ..line }
    }

    /// Attempts of a request that pass the throttles.
    fn admitted(&self) -> f64 {
        let (attempts, throttled) = self.attempts();
        attempts - throttled
    }

    /// Connections opened for a request: as simulated, within what is plausible of the reuse where that is the default.
    fn opened(&self) -> Range {
        let own = self.system.network.connection_reuse;
        let expected = self.observed.map_or((1.0 - own) * self.admitted(), |seen| seen.opened);
        let plausible = latency::scalar_default("connection_reuse").filter(|default| default.value == Some(own));
        let (least, most) = plausible.map_or((own, own), |range| (range.low, range.high));
        let opened = |reuse: f64| (1.0 - reuse) * self.admitted();
        Range { low: opened(most).min(expected), expected, high: opened(least).max(expected) }
    }

    /// GB a month of so many passes a second; `None` where sizes or rates are not known.
    fn gb(&self, passes: impl Fn(Flow) -> f64) -> Option<f64> {
        let bytes = self.system.traffic.bytes()?;
        Some(passes(self.flow?) * self.admitted() * bytes * HOURS_PER_MONTH * HOUR_S / GB)
    }

    /// Why bytes are not known.
    fn why_no_bytes(&self) -> String {
        if self.flow.is_none() { NO_RATE.into() } else { NO_BYTES.into() }
    }

    /// Interface endpoints of a central API, an hour and zone, and what passes them.
    fn endpoints(&self) -> Vec<CostLine> {
        let endpoints = self.inventory.total().endpoints;
        if endpoints <= 0.0 {
            return Vec::new();
        }
        let zones = f64::from(self.system.network.zones);
        let basis = format!("{endpoints} endpoints in {zones} zones for {HOURS_PER_MONTH} hours");
        let gb = self.gb(|flow| flow.all);
        let data =
            gb.map_or_else(|| self.why_no_bytes(), |_| "requests and responses, each through one endpoint".into());
        vec![
            self.line("interface endpoint hours", "endpoint.hour", hours(endpoints * zones), basis),
            self.line("interface endpoint data", "endpoint.gb", gb.map(Range::exactly), data),
        ]
    }

    /// What load balancers send to other zones: of an NLB with cross-zone on the share that crosses, with it off nothing; what an
    /// ALB sends, which is always cross-zone, is billed as far as the table says.
    fn zones(&self) -> Vec<CostLine> {
        let (crossing, _) = self.system.network.crossing();
        let of_nlb = if self.system.network.nlb_cross_zone { crossing } else { 0.0 };
        let of_alb = crossing * figure(self.system, "alb.zone-share").expected;
        let total = self.inventory.total();
        let (nlbs, albs) = (total.nlbs > 0.0, total.albs > 0.0);
        let crosses = nlbs && of_nlb > 0.0 || albs && of_alb > 0.0;
        let gb = if crosses { self.gb(|flow| flow.nlb * of_nlb + flow.alb * of_alb) } else { Some(0.0) };
        let mut basis = Vec::new();
        if nlbs {
            basis.push(if of_nlb > 0.0 { "NLBs send across zones" } else { "NLBs stay in their zone" });
        }
        if albs {
            basis.push("what ALBs send across zones is free as far as is known (grade D)");
        }
        if basis.is_empty() {
            return Vec::new();
        }
        let basis = if gb.is_some() { basis.join("; ") } else { self.why_no_bytes() };
        vec![self.line("data between zones", "zone.gb", gb.map(Range::exactly), basis)]
    }

    /// What is on the path and has no known price, or whose quantity nobody states.
    fn others(&self) -> Vec<CostLine> {
        let total = self.inventory.total();
        let links = hours(total.links_v1 + total.links_v2);
        let mut lines = vec![self.line("VPC links", "vpc-link.hour", links, "hours of all links".into())];
        let needed = self.system.all_needs().any(|need| need.starts_with("waf"));
        if needed || self.system.gateway.waf {
            let requests = self.flow.map(|flow| self.attempts().0 * flow.all * HOURS_PER_MONTH * HOUR_S / 1e6);
            let basis = "every attempt; rules are not counted".into();
            lines.push(self.line("AWS WAF", "waf.request", requests.map(Range::exactly), basis));
        }
        if self.option.has(Part::CloudMap) {
            lines.push(unknown("Cloud Map", "no price was looked up"));
        }
        lines.push(unknown("data to callers", "where callers are is not stated; the same for every option"));
        lines
    }

    fn line(&self, item: &str, id: &'static str, quantity: Option<Range>, basis: String) -> CostLine {
        let price = prices::in_force(self.system, id);
        let unit = prices::row(id).filter(|_| quantity.is_some()).map(|row| row.unit.clone()).unwrap_or_default();
        let basis = match price {
            Some(_) => basis,
            None => format!("{basis}; {}", prices::why_unknown(self.system, id)),
        };
        let source = |price: &prices::Price| match price.date.as_str() {
            "" => price.source.clone(),
            date => format!("{} ({date})", price.source),
        };
        CostLine {
            item: item.into(),
            price: id,
            monthly: quantity.zip(price).map(|(units, price)| price.of(units)),
            quantity,
            unit,
            dimension: "",
            basis,
            source: price.map(source).unwrap_or_default(),
            grade: price.map(|price| price.grade.clone()).unwrap_or_default(),
        }
    }
}

const NO_RATE: &str = "closed clients have no rate of their own, and nothing was simulated";
const NO_BYTES: &str = "the scenario states no `request` and `response` in `[workload]`";

fn hours(count: f64) -> Option<Range> {
    Some(Range::exactly(count * HOURS_PER_MONTH))
}

fn unknown(item: &str, basis: &str) -> CostLine {
    CostLine {
        item: item.into(),
        price: "",
        monthly: None,
        quantity: None,
        unit: String::new(),
        dimension: "",
        basis: basis.into(),
        source: String::new(),
        grade: String::new(),
    }
}

/// Divides the mean rate over parts by the options that services go by. With a central API every request passes two NLBs, the
/// API account's and the service account's.
fn flow(option: &ArchitectureOption, services: u32, system: &System, mean: f64) -> Flow {
    let central = system.account.topology == AccountTopology::Central;
    let mut flow = Flow { all: mean, ..Flow::default() };
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
        flow.nlb += match (central, lot.option.has(Part::Nlb)) {
            (true, _) => 2.0 * rate,
            (false, true) => rate * share,
            (false, false) => 0.0,
        };
    }
    flow
}

#[cfg(test)]
mod tests;
