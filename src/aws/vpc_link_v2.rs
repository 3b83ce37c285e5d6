//! The VPC link of the second generation: interfaces in the user's subnets, one VPC a link, any number of load balancers.

use super::option::Share;
use super::part::{Facts, Part};

/// What is fixed about a V2 link.
pub const FACTS: Facts = Facts {
    id: "vpc-link-v2",
    title: "VPC link V2",
    follows: &[Part::RestApi, Part::HttpApi],
    because: "a link stands between an API and what is behind it",
    legacy: None,
};

/// The pool that counts V2 links, of REST and HTTP APIs together.
pub const POOL: &str = "apigateway.vpc-links-v2";

/// V2 links that `nlbs` NLBs of one VPC need: one, unless the option states how many NLBs go behind a link.
#[must_use]
pub fn links(nlbs: u32, nlbs_per_link: Share) -> u32 {
    match nlbs_per_link {
        Share::Count(most) => nlbs.div_ceil(most.max(1)).max(1),
        Share::Max | Share::Group => 1,
    }
}
