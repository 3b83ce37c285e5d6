//! Stub of the quota table.

/// A quota.
pub struct Quota {
    /// Its id.
    pub id: &'static str,
    /// Its L-code.
    pub code: Option<&'static str>,
}

static QUOTAS: [Quota; 3] = [
    Quota { id: "elb.alb-per-region", code: Some("L-53DA6B97") },
    Quota { id: "apigateway.vpc-links-v1", code: Some("L-A4C7274F") },
    Quota { id: "apigateway.throttle-rate", code: Some("L-8A5B8E43") },
];

/// The quota of that id or code.
#[must_use]
pub fn find(key: &str) -> Option<&'static Quota> {
    QUOTAS.iter().find(|quota| quota.id == key || quota.code == Some(key))
}

/// Ids and codes.
pub fn names() -> impl Iterator<Item = &'static str> {
    QUOTAS.iter().map(|quota| quota.id).chain(QUOTAS.iter().filter_map(|quota| quota.code))
}
