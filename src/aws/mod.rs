//! What AWS allows and how its parts behave: quotas, prices, features and latency defaults as data, parts as code, options as
//! files, and the inventory that counts what an option needs. Nothing here simulates.
//!
//! ```text
//! option + n services + system -> place (which VPC, which account) -> packing (which load balancer) -> inventory (counts)
//!     -> uses (one number per quota) -> ceilings (the largest n that fits, by search on that one function)
//! ```

pub mod alb;
pub mod as_built;
mod capacity;
pub mod ceilings;
mod central;
pub mod changes;
pub mod cloud_map;
pub mod compare;
pub mod cost;
pub mod demand;
pub mod deployments;
pub mod facts;
pub mod features;
pub mod fleet;
pub mod growth;
pub mod http_api;
pub mod inventory;
pub mod latency;
pub mod lints;
pub mod mix;
pub mod names;
pub mod nlb;
pub mod option;
mod packing;
pub mod part;
mod place;
mod pool;
mod pressure;
pub mod prices;
pub mod quotas;
pub mod regions;
pub mod rest_api;
pub mod service_quotas;
pub mod sharing;
pub mod system;
mod table;
pub mod today;
mod traffic;
mod uses;
pub mod vpc_link_v1;
pub mod vpc_link_v2;

pub use place::accounts_of_apis;

/// The day on which each data table was last gone through, by the table's name.
#[must_use]
pub fn data_dates() -> std::collections::BTreeMap<String, String> {
    let tables = [
        ("changes", changes::updated()),
        ("deployments", deployments::updated()),
        ("features", features::updated()),
        ("latency", latency::updated()),
        ("lints", lints::updated()),
        ("prices", prices::updated()),
        ("quotas", quotas::updated()),
        ("regions", regions::updated()),
    ];
    tables.into_iter().map(|(name, day)| (name.to_string(), day.to_string())).collect()
}

#[cfg(test)]
mod tests;
