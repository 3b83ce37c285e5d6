//! Stub of the feature table.

/// Ids of features.
pub fn ids() -> impl Iterator<Item = &'static str> {
    ["waf", "usage-plans"].into_iter()
}
