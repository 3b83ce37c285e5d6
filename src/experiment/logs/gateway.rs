//! A line of API Gateway's access log: a JSON object of `$context` variables, all of them as strings.
//!
//! Source of names and meanings: AWS, API Gateway developer guide, variables for access logging of REST APIs and of HTTP APIs. HTTP APIs
//! have no `$context.xrayTraceId`; its key is here all the same, so that both logs can be joined.

use std::io::{self, Write};

use super::map::{Map, Service};
use super::record::{Answer, Trail};
use super::time::{clf, epoch_ms, epoch_s, rounded_ms};
use crate::aws::part::Part;
use crate::random::{AttemptKey, StreamId};

const TRACE: [StreamId; 2] = [StreamId::new("log", "trace"), StreamId::new("log", "trace-end")];
const REQUEST: [StreamId; 2] = [StreamId::new("log", "request"), StreamId::new("log", "request-end")];

/// The trace id of an attempt that reaches the API at `reached` (ns), in X-Ray's form: the second in hex, then 96 bits.
pub(super) fn trace_id(key: AttemptKey, reached: u64) -> String {
    format!("1-{:08x}-{:016x}{:08x}", epoch_s(reached), key.bits(TRACE[0]), key.bits(TRACE[1]) >> 32)
}

/// A random UUID (version 4) of the attempt.
fn request_id(key: AttemptKey) -> String {
    let (high, low) = (key.bits(REQUEST[0]), key.bits(REQUEST[1]));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        0x8000 | (low >> 48 & 0x3FFF),
        low & 0xFFFF_FFFF_FFFF
    )
}

/// Milliseconds, or the dash of a variable without a value.
fn or_dash(ns: Option<u64>) -> String {
    ns.map_or_else(|| "-".into(), |ns| rounded_ms(ns).to_string())
}

/// Writes the attempt's line.
pub(super) fn line(
    out: &mut Vec<u8>,
    service: &Service,
    map: &Map,
    key: AttemptKey,
    trail: &Trail,
    (answer, at): (Answer, u64),
) -> io::Result<()> {
    let (name, reached) = (&service.name, trail.reached);
    let (response, integration) = trail.latencies(at);
    let (integration_status, length) = match answer {
        Answer::Target(status) => (status.to_string(), if status == 200 { map.bytes.1 } else { 0 }),
        // To the API the ALB is the integration.
        Answer::Balancer(status) => (status.to_string(), 0),
        _ => ("-".into(), 0),
    };
    write!(
        out,
        "{{\"requestId\":\"{}\",\"requestTime\":\"{}\",\"requestTimeEpoch\":\"{}\",\"ip\":\"192.0.2.1\",\"httpMethod\":\"GET\",",
        request_id(key),
        clf(reached),
        epoch_ms(reached)
    )?;
    match service.api {
        Part::HttpApi => write!(out, "\"routeKey\":\"GET /{name}\",\"path\":\"/{name}\",")?,
        _ => write!(out, "\"resourcePath\":\"/{name}\",\"path\":\"/prod/{name}\",")?,
    }
    write!(
        out,
        "\"protocol\":\"HTTP/1.1\",\"status\":\"{}\",\"responseLength\":\"{length}\",\"responseLatency\":\"{}\",\
         \"integrationLatency\":\"{}\",\"integrationStatus\":\"{integration_status}\",",
        answer.status(service.throttled),
        rounded_ms(response),
        or_dash(integration)
    )?;
    if trail.waf.is_some() {
        write!(out, "\"wafLatency\":\"{}\",", or_dash(trail.waf))?;
    }
    if trail.authorizer.is_some() {
        write!(out, "\"authorizerLatency\":\"{}\",", or_dash(trail.authorizer))?;
    }
    writeln!(out, "\"xrayTraceId\":\"{}\"}}", trace_id(key, reached))
}
