//! What is left of the address space, as the document says it.

use serde::{Deserialize, Serialize};

/// Addresses of the fullest subnet of an option, of those that a scenario's VPCs have one of in each zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Addresses {
    /// Addresses that AWS does not keep for itself.
    pub usable: f64,
    /// Taken while services are being deployed: one for each link, load balancer and endpoint, the targets of the zone, and those that
    /// must be free where an ALB is made.
    pub used: f64,
    /// Left; below 0 where the subnet is too small.
    pub left: f64,
    /// Left if as many as AWS wants free for one ALB are kept free for every ALB, which may grow into them.
    pub left_advised: f64,
}
