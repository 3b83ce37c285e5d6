//! The HTTP API as a part: what it answers, how long it waits, how many services one takes.

use super::part::{Answers, Facts};
use super::quotas;
use super::system::System;

/// What is fixed about an HTTP API.
pub const FACTS: Facts = Facts {
    id: "http-api",
    title: "HTTP API",
    follows: &[],
    because: "a path has one API, at its beginning",
    legacy: None,
};

/// Status codes of the gateway's own failures: 503 with "Service Unavailable" for both failures of an integration, as seen in
/// the field (cortexlabs/cortex #1225, serverless/serverless #11222); a page of AWS groups HTTP APIs with 504.
pub const ANSWERS: Answers = Answers {
    integration_timeout: 503,
    integration_failure: 503,
    unavailable: 503,
    throttled: 429,
    source: "cortexlabs/cortex #1225 and serverless/serverless #11222; AWS, API Gateway developer guide, HTTP API throttling",
};

/// Id of the quota that is the longest integration timeout, in ms; it is also the default and cannot be raised.
pub const TIMEOUT_QUOTA: &str = "apigateway.http-timeout";

/// Services that one HTTP API takes by its routes; 0 where one service needs more than an API may have. Integrations are
/// counted apart, since several routes may share one.
#[must_use]
pub fn services_per_api(system: &System) -> f64 {
    (quotas::limit(system, "apigateway.routes-per-api") / f64::from(system.services.routes)).floor().max(0.0)
}
