//! AWS Regions as data: which there are, and quotas whose default differs between them.

use std::sync::OnceLock;

use serde::Deserialize;

use super::table;

/// One Region: a row of `data/regions.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its name, as `us-east-1`.
    pub id: String,
    /// Account throttle, requests per second.
    pub throttle_rate: f64,
    /// Bucket of the account throttle, requests.
    pub throttle_burst: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    updated: String,
    source: String,
    date: String,
    region: Vec<Region>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("regions.toml", include_str!("data/regions.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// Source of the table and the source's date.
#[must_use]
pub fn source() -> (&'static str, &'static str) {
    (&table().source, &table().date)
}

/// The Region of this name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Region> {
    table().region.iter().find(|region| region.id == id)
}

/// Names of all Regions, in the table's order.
pub fn names() -> impl Iterator<Item = &'static str> {
    table().region.iter().map(|region| region.id.as_str())
}

impl Region {
    /// The Region's own default of a quota, by id; `None` where Regions do not differ.
    #[must_use]
    pub fn quota(&self, id: &str) -> Option<f64> {
        match id {
            "apigateway.throttle-rate" => Some(self.throttle_rate),
            "apigateway.throttle-burst" => Some(self.throttle_burst),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn regions_are_unique_and_the_table_has_a_source() {
        let unique: BTreeSet<_> = names().collect();
        assert_eq!(unique.len(), names().count());
        assert!(source().0.starts_with("AWS") && source().1.starts_with("20") && updated().starts_with("20"));
        assert_eq!(find("eu-south-1").map(|region| region.throttle_rate), Some(2_500.0));
        assert!(find("mars-north-1").is_none());
    }
}
