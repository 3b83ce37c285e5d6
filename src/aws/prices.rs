//! Prices as data: a table for each Region that was looked up, and the user's own in front of it. What has no price here is
//! unknown, never 0. What the prices are multiplied with is in `cost`.

use std::sync::OnceLock;

use serde::Deserialize;

use super::system::System;
use super::table;

/// One price: a row of `data/prices.toml` or of a prices file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Its id, as `alb.hour`.
    pub id: String,
    /// For people.
    pub name: String,
    /// What one unit is.
    pub unit: String,
    /// Price by tier, cheapest last; empty where none is known.
    pub tiers: Vec<Tier>,
    /// Whether it holds in every Region.
    #[serde(default)]
    pub everywhere: bool,
    /// Where the fact is from.
    pub source: String,
    /// When the source said so; empty where it does not say.
    pub date: String,
    /// Evidence: B what AWS states, C third parties alone, D assumed; `yours` where the user states it.
    pub grade: String,
}

/// One tier of a price.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// End of the tier in units a month; `None`: no end.
    pub to: Option<f64>,
    /// US$ a unit (capacity-unit sizes: units; shares: 0 to 1).
    pub price: f64,
    /// Low end of what the evidence allows; `None`: the price itself.
    pub low: Option<f64>,
    /// High end of what the evidence allows; `None`: the price itself.
    pub high: Option<f64>,
}

/// A quantity or an amount with what the evidence allows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Range {
    /// Low end.
    pub low: f64,
    /// What is expected.
    pub expected: f64,
    /// High end.
    pub high: f64,
}

impl Range {
    /// One value without doubt.
    #[must_use]
    pub fn exactly(value: f64) -> Range {
        Range { low: value, expected: value, high: value }
    }

    /// Low end, expected value and high end, each by `f`.
    #[must_use]
    pub fn each(self, f: impl Fn(f64) -> f64) -> Range {
        Range { low: f(self.low), expected: f(self.expected), high: f(self.high) }
    }

    /// End by end with another range.
    #[must_use]
    pub fn with(self, other: Range, f: impl Fn(f64, f64) -> f64) -> Range {
        Range {
            low: f(self.low, other.low),
            expected: f(self.expected, other.expected),
            high: f(self.high, other.high),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    updated: String,
    region: String,
    price: Vec<Price>,
}

/// The tables, one a Region; the first one also holds what holds everywhere.
const FILES: [(&str, &str); 1] = [("prices.toml", include_str!("data/prices.toml"))];

fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| FILES.iter().map(|(name, text)| table::embedded(name, text)).collect())
}

/// The day on which the tables were last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &tables()[0].updated
}

/// Every row of the first table, priced or not: what a prices file may give.
#[must_use]
pub fn all() -> &'static [Price] {
    &tables()[0].price
}

/// The row of this id, whatever the Region: its name and unit hold everywhere, its tiers need not.
#[must_use]
pub fn row(id: &str) -> Option<&'static Price> {
    all().iter().find(|price| price.id == id)
}

/// The price of this id in the system's Region: the user's own, or the table's; `None` where none is known.
#[must_use]
pub fn in_force<'a>(system: &'a System, id: &str) -> Option<&'a Price> {
    let listed = || {
        let here = tables().iter().find(|table| table.region == system.account.region);
        let own = here.and_then(|table| table.price.iter().find(|price| price.id == id));
        own.or_else(|| row(id).filter(|price| price.everywhere))
    };
    system.prices.get(id).or_else(listed).filter(|price| !price.tiers.is_empty())
}

/// Why no price of this id is known, ready to follow a colon.
#[must_use]
pub fn why_unknown(system: &System, id: &str) -> String {
    let Some(known) = row(id) else { return format!("`{id}` is no price") };
    if known.tiers.is_empty() {
        return known.source.clone();
    }
    format!("no price list of {} is in the tables: `--prices FILE` gives `{id}`", system.account.region)
}

/// What a unit or a share of this id is; 0 for an id that no table has, which a test excludes.
#[must_use]
pub fn figure(system: &System, id: &str) -> Range {
    let tier = in_force(system, id).and_then(|price| price.tiers.first());
    tier.map_or_else(Range::default, |tier| tier.range())
}

impl Tier {
    fn range(&self) -> Range {
        Range { low: self.low.unwrap_or(self.price), expected: self.price, high: self.high.unwrap_or(self.price) }
    }
}

impl Price {
    /// US$ for so many units in a month, tier by tier; the low end is that of few units at low prices.
    #[must_use]
    pub fn of(&self, units: Range) -> Range {
        let mut from = 0.0;
        let mut total = Range::default();
        for tier in &self.tiers {
            let to = tier.to.unwrap_or(f64::INFINITY);
            let within = units.each(|units| (units.min(to) - from).max(0.0));
            total = total.with(within.with(tier.range(), |units, price| units * price), |sum, part| sum + part);
            from = to;
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_add_up_as_the_price_list_says() {
        // A thousand million: 300 x 1.00 + 700 x 0.90, and 333 x 3.50 + 667 x 2.80.
        let of = |id: &str, units: f64| {
            row(id).map(|price| (price.of(Range::exactly(units)).expected * 10.0).round() / 10.0)
        };
        assert_eq!(of("api.http", 1_000.0), Some(930.0));
        assert_eq!(of("api.rest", 1_000.0), Some(3_033.1));
        assert_eq!(of("api.rest", 10.0), Some(35.0));
    }

    #[test]
    fn every_row_has_its_evidence_and_tiers_that_rise() {
        let mut ids = std::collections::BTreeSet::new();
        for price in tables().iter().flat_map(|table| &table.price) {
            assert!(price.source.len() > 10 && price.date.starts_with("20"), "{}", price.id);
            assert!(["B", "C", "D"].contains(&price.grade.as_str()), "{}", price.id);
            let ends: Vec<f64> = price.tiers.iter().map(|tier| tier.to.unwrap_or(f64::INFINITY)).collect();
            assert!(ends.windows(2).all(|pair| pair[0] < pair[1]), "{}", price.id);
            assert!(ends.last().is_none_or(|end| end.is_infinite()), "{}", price.id);
            let ordered =
                |range: Range| 0.0 <= range.low && range.low <= range.expected && range.expected <= range.high;
            assert!(price.tiers.iter().all(|tier| ordered(tier.range())), "{}", price.id);
            assert!(ids.insert(&price.id), "{}", price.id);
        }
    }

    #[test]
    fn another_region_has_sizes_but_no_prices_until_the_user_gives_them() {
        let mut system = System::aws_defaults(Vec::new());
        assert!(in_force(&system, "alb.hour").is_some() && in_force(&system, "vpc-link.hour").is_none());
        system.account.region = "eu-west-1".into();
        assert!(in_force(&system, "alb.hour").is_none() && in_force(&system, "lcu.nlb-new-flows").is_some());
        assert!(why_unknown(&system, "alb.hour").contains("eu-west-1"));
        let own = Price { grade: "yours".into(), ..all()[2].clone() };
        system.prices.insert(own.id.clone(), own);
        assert_eq!(in_force(&system, "alb.hour").map(|price| price.grade.as_str()), Some("yours"));
    }
}
