//! The VPC link of the first generation: PrivateLink from a REST API to one NLB. Legacy, and a pool of its own.

use super::part::{Facts, Part};

/// What is fixed about a V1 link.
pub const FACTS: Facts = Facts {
    id: "vpc-link-v1",
    title: "VPC link V1",
    follows: &[Part::RestApi],
    because: "only a REST API uses V1 links",
    legacy: Some("AWS calls VPC links V1 legacy and recommends not to create new ones"),
};

/// Where a V1 link leads, for messages.
pub const LEADS_TO: &str = "a V1 link leads to one NLB";

/// NLBs behind one V1 link: `targetArns` takes one (botocore 1.44.5, `CreateVpcLink`).
pub const NLBS: u32 = 1;

/// The pool that counts V1 links.
pub const POOL: &str = "apigateway.vpc-links-v1";
