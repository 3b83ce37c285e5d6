//! AWS quotas as data, and the value in force for a scenario: what is stated, else the Region's default, else the default.
//! What an option uses of a quota is counted in `inventory`.

use std::sync::OnceLock;

use serde::Deserialize;

use super::part::Part;
use super::regions;
use super::system::System;
use super::table;

/// The id of the only limit that follows from the scenario alone: the addresses of a subnet, by its prefix length.
pub const SUBNET_ADDRESSES: &str = "vpc.addresses-per-subnet";

/// Quotas that a running system feels, each with the part behind which it does (`None`: everywhere).
pub const FELT_WHILE_RUNNING: [(&str, Option<Part>); 5] = [
    ("apigateway.throttle-rate", None),
    ("apigateway.throttle-burst", None),
    (super::rest_api::TIMEOUT_QUOTA, Some(Part::RestApi)),
    (super::http_api::TIMEOUT_QUOTA, Some(Part::HttpApi)),
    ("elb.nlb-new-flows", Some(Part::Nlb)),
];

/// One quota: a row of `data/quotas.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Our id, as `elb.alb-per-region`; unique.
    pub id: String,
    /// AWS's quota code, as `L-53DA6B97`; `None` where Service Quotas has none. Unique.
    pub code: Option<String>,
    /// For people: "ALBs per Region".
    pub name: String,
    /// AWS's service code, as `elasticloadbalancing`.
    pub service: String,
    /// What a new account has, in `unit`.
    pub default: f64,
    /// What is counted.
    pub unit: String,
    /// Whether AWS raises it.
    pub adjustable: bool,
    /// How long a raise takes.
    pub lead_time: LeadTime,
    /// What one value is for: "account and Region", "ALB", ...
    pub scope: String,
    /// Where the fact is from.
    pub source: String,
    /// When the source said so: year, month or day.
    pub date: String,
    /// How sure the fact is.
    pub confidence: Confidence,
}

/// How long it takes to raise a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum LeadTime {
    /// A request that is usually granted without a conversation.
    #[serde(rename = "routine")]
    Routine,
    /// AWS looks at each request.
    #[serde(rename = "case by case")]
    CaseByCase,
    /// It cannot be raised.
    #[serde(rename = "never")]
    Never,
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Confidence {
    /// AWS's own text.
    H,
    /// One dated copy, or an older text.
    M,
    /// A secondary source.
    L,
}

impl Quota {
    /// Whether the account, a VPC or a subnet has one value for all that is in it, so that others can use some of it.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        matches!(self.scope.as_str(), "account and Region" | "account" | "VPC" | "subnet")
    }
}

impl LeadTime {
    /// As results have it: `routine`, `case by case` or `never`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            LeadTime::Routine => "routine",
            LeadTime::CaseByCase => "case by case",
            LeadTime::Never => "never",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    updated: String,
    quota: Vec<Quota>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("quotas.toml", include_str!("data/quotas.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// Every quota, in the table's order.
#[must_use]
pub fn all() -> &'static [Quota] {
    &table().quota
}

/// The quota of this id or AWS code.
#[must_use]
pub fn find(key: &str) -> Option<&'static Quota> {
    all().iter().find(|quota| quota.id == key || quota.code.as_deref() == Some(key))
}

/// Every name that `find` knows: ids and codes, for the nearest name to a misspelt one.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().iter().flat_map(|quota| std::iter::once(quota.id.as_str()).chain(quota.code.as_deref()))
}

/// The value in force, and where it comes from: "scenario", a file's name, the Region's default, or "AWS default".
#[must_use]
pub fn in_force(system: &System, quota: &Quota) -> (f64, String) {
    if let Some(stated) = of(&system.quotas, quota) {
        return (stated.value, stated.from.clone());
    }
    if quota.id == SUBNET_ADDRESSES {
        return (subnet_addresses(system), format!("a /{} subnet", system.network.subnet_prefix));
    }
    let regional = regions::find(&system.account.region).and_then(|region| region.quota(&quota.id));
    match regional {
        Some(value) if value != quota.default => (value, format!("AWS default in {}", system.account.region)),
        _ => (quota.default, "AWS default".into()),
    }
}

/// The value in force of a quota that the table has, by id; infinite for an unknown id, which a test excludes.
pub fn limit(system: &System, id: &str) -> f64 {
    find(id).map_or(f64::INFINITY, |quota| in_force(system, quota).0)
}

/// What everything else in the account uses of a quota, 0 where nothing is stated. Only pools can be used by others: what other
/// load balancers hold of a quota per load balancer takes nothing from those of the option.
#[must_use]
pub fn used(system: &System, quota: &Quota) -> f64 {
    if !quota.is_pool() {
        return 0.0;
    }
    of(&system.used, quota).copied().unwrap_or(0.0)
}

/// What a map by id or code holds for a quota; the id wins where both are there.
fn of<'a, T>(map: &'a std::collections::BTreeMap<String, T>, quota: &Quota) -> Option<&'a T> {
    map.get(&quota.id).or_else(|| map.get(quota.code.as_deref()?))
}

/// Usable addresses of a subnet: 2^(32 - prefix), less the five that AWS keeps (VPC user guide, subnet sizing).
fn subnet_addresses(system: &System) -> f64 {
    let host_bits = 32u32.saturating_sub(system.network.subnet_prefix).min(31);
    f64::from(1u32 << host_bits) - limit(system, "vpc.reserved-addresses")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::aws::system::QuotaValue;

    #[test]
    fn every_row_has_a_source_a_date_and_a_name_of_its_own() {
        let mut seen = BTreeSet::new();
        for quota in all() {
            assert!(quota.source.len() > 10 && quota.date.starts_with("20"), "{}", quota.id);
            assert!(quota.default >= 0.0 && !quota.unit.is_empty() && !quota.scope.is_empty(), "{}", quota.id);
            assert_eq!(quota.adjustable, quota.lead_time != LeadTime::Never, "{}", quota.id);
        }
        for name in names() {
            assert!(seen.insert(name), "{name} twice");
            assert!(find(name).is_some());
        }
        assert!(names().filter(|name| name.starts_with("L-")).all(|code| code.len() == 10));
    }

    #[test]
    fn what_is_stated_wins_over_the_region_and_the_region_over_the_default() {
        let mut system = System::aws_defaults(Vec::new());
        let Some(throttle) = find("L-8A5B8E43") else { panic!("no throttle") };
        assert_eq!(in_force(&system, throttle), (10_000.0, "AWS default".into()));
        system.account.region = "mx-central-1".into();
        assert_eq!(in_force(&system, throttle), (2_500.0, "AWS default in mx-central-1".into()));
        let stated = QuotaValue { value: 20_000.0, from: "scenario".into() };
        system.quotas.insert("apigateway.throttle-rate".into(), stated);
        assert_eq!(in_force(&system, throttle), (20_000.0, "scenario".into()));
    }

    #[test]
    fn a_slash_20_has_4091_usable_addresses_and_a_slash_24_251() {
        let mut system = System::aws_defaults(Vec::new());
        assert_eq!(limit(&system, SUBNET_ADDRESSES), 4_091.0);
        system.network.subnet_prefix = 24;
        assert_eq!(limit(&system, SUBNET_ADDRESSES), 251.0);
    }
}
