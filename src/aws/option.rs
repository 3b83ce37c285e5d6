//! Options: an architecture as a path of parts and a sharing rule, read from a file.

use super::part::Part;

/// One way of putting services behind API Gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchitectureOption {
    /// Unique name, as `rest-nlb-alb`.
    pub name: String,
    /// For people: "REST API, VPC link V1, NLB, ALB".
    pub title: String,
    /// Parts in the order in which a request meets them. Begins with an API; checked for what may follow what.
    pub path: Vec<Part>,
    /// How services share the parts.
    pub share: Sharing,
    /// A second kind of last load balancer: services alternate between the path's last one and this one, so that both pools
    /// hold some. Only for paths with one load balancer; `None` is the usual.
    pub also: Option<Part>,
}

/// How many of one thing another holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// So many.
    Count(u32),
    /// As many as the quotas allow.
    Max,
    /// Those of one group (`group` of a `[[service]]`).
    Group,
}

/// `[share]` of an option file; keys that do not belong to the path's parts are errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Services per ALB (paths with an ALB).
    pub services_per_alb: Share,
    /// Services per NLB (paths whose last balancer is an NLB): a listener each.
    pub services_per_nlb: Share,
    /// ALBs per NLB (paths with both).
    pub albs_per_nlb: Share,
    /// NLBs per VPC link (V1: always 1).
    pub nlbs_per_link: Share,
}
