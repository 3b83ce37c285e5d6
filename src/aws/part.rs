//! The parts that an option's path is made of.

/// A part of AWS that a path may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// API Gateway REST API.
    RestApi,
    /// API Gateway HTTP API.
    HttpApi,
    /// VPC link of the first generation (REST, to one NLB).
    VpcLinkV1,
    /// VPC link of the second generation (to load balancers and Cloud Map of one VPC).
    VpcLinkV2,
    /// Network Load Balancer.
    Nlb,
    /// Application Load Balancer.
    Alb,
    /// Cloud Map service discovery.
    CloudMap,
}
