//! The REST API as a part: what it answers, how long it waits, how many services one takes.

use super::part::{Answers, Facts};
use super::quotas;
use super::system::System;

/// What is fixed about a REST API.
pub const FACTS: Facts = Facts {
    id: "rest-api",
    title: "REST API",
    follows: &[],
    because: "a path has one API, at its beginning",
    legacy: None,
};

/// Status codes of the gateway's own failures: 504 for INTEGRATION_TIMEOUT and for INTEGRATION_FAILURE, 429 for THROTTLED; 500
/// ("Execution failed due to configuration error") for a VPC link that does not work (AWS re:Post, api-gateway-500-error-vpc, 2022).
pub const ANSWERS: Answers = Answers {
    integration_timeout: 504,
    integration_failure: 504,
    unavailable: 500,
    throttled: 429,
    source: "AWS, API Gateway developer guide, gateway response types (awsdocs, 2023-06)",
};

/// Id of the quota that is the longest integration timeout, in ms; it is also the default.
pub const TIMEOUT_QUOTA: &str = "apigateway.rest-timeout";

/// Resources that every REST API has before a service adds its own: the root.
pub const ROOT_RESOURCES: f64 = 1.0;

/// Services that one REST API takes by its resources; 0 where one service needs more than an API may have.
#[must_use]
pub fn services_per_api(system: &System) -> f64 {
    let resources = quotas::limit(system, "apigateway.resources-per-api") - ROOT_RESOURCES;
    (resources / f64::from(system.services.routes)).floor().max(0.0)
}
