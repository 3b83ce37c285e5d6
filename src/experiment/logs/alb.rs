//! A line of an ALB's access log: the 29 fields that the guide describes. Later ones tell of connections and of rewritten requests,
//! which are not simulated.
//!
//! Source of the fields: awsdocs/elb-application-load-balancers-user-guide @fb24293. A gateway that gives up closes its connection, which
//! the ALB logs as 460 (AWS, troubleshooting of ALBs), with -1 for what had not come by then. Where the ALB answers itself (502, 503, 504),
//! the target has no status, and all times are -1 if the request could not be dispatched to one.

use std::io::{self, Write};

use super::gateway::trace_id;
use super::map::{Map, Service};
use super::record::{Answer, Trail};
use super::time::{epoch_s, iso, rounded_ms};
use crate::random::{AttemptKey, StreamId};

/// The client closed the connection before the answer.
const CLIENT_CLOSED: u16 = 460;
/// The ALB's answer where its target group has nobody to send to.
const NO_TARGETS: u16 = 503;
/// The port that targets listen at.
const TARGET_PORT: u16 = 8080;

const PORT: StreamId = StreamId::new("log", "port");
const SELF: [StreamId; 2] = [StreamId::new("log", "self"), StreamId::new("log", "self-end")];

/// The address of a station, one of the 4,194,304 of 10.64.0.0/10; beyond so many they begin anew.
fn address(station: u32) -> String {
    let [_, high, middle, low] = station.to_be_bytes();
    format!("10.{}.{middle}.{low}:{TARGET_PORT}", 64 | (high & 63))
}

/// A port that nobody has reserved, 1024 and above.
fn port(key: AttemptKey) -> u64 {
    1_024 + key.bits(PORT) % 64_512
}

/// Seconds with three digits.
fn seconds(ns: u64) -> String {
    let ms = rounded_ms(ns);
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

/// Writes the attempt's line, of one that came to the ALB.
pub(super) fn line(
    out: &mut Vec<u8>,
    service: &Service,
    map: &Map,
    key: AttemptKey,
    trail: &Trail,
    (answer, at): (Answer, u64),
) -> io::Result<()> {
    let (came, sent) = trail.alb.unwrap_or((at, at));
    let none = || "-".to_string();
    let (target_status, status) = match answer {
        Answer::Target(status) => (Some(status), status),
        Answer::Balancer(status) => (None, status),
        _ => (None, CLIENT_CLOSED),
    };
    // Neither time is known of a request that was not sent on, or to a target that was not there any more.
    let chosen = trail.target.map(|(station, _)| (station, true)).or(trail.lost);
    let dispatched = sent <= at && !trail.exhausted && chosen.is_none_or(|(_, had)| had);
    let chosen = chosen.filter(|_| sent <= at && answer != Answer::Balancer(NO_TARGETS));
    let target = chosen.map_or_else(none, |(station, _)| address(station));
    let processing = if dispatched { seconds(sent - came) } else { "-1".into() };
    let (of_target, response) =
        if target_status.is_some() { (seconds(at - sent), "0.000") } else { ("-1".into(), "-1") };
    let status_of_target = target_status.map_or_else(none, |status| status.to_string());
    let sent_bytes = if status == 200 { map.bytes.1 } else { 0 };
    let name = &service.name;
    write!(
        out,
        "https {} {} 10.0.0.10:{} {target} {processing} {of_target} {response} {status} {status_of_target} {} {sent_bytes} ",
        iso(at, false),
        map.balancer,
        port(key),
        map.bytes.0
    )?;
    write!(
        out,
        "\"GET https://internal.example.com:443/{name} HTTP/1.1\" \"AmazonAPIGateway_gatecap\" TLS_AES_128_GCM_SHA256 TLSv1.3 {} \
         \"Self=1-{:08x}-{:016x}{:08x};Root={}\" \"internal.example.com\" \"{}\" ",
        service.target_group,
        epoch_s(came),
        key.bits(SELF[0]),
        key.bits(SELF[1]) >> 32,
        trace_id(key, trail.reached),
        map.certificate
    )?;
    writeln!(
        out,
        "{} {} \"forward\" \"-\" \"-\" \"{target}\" \"{status_of_target}\" \"-\" \"-\"",
        u64::from(trail.begins.class) % 50_000 + 1,
        iso(came, true)
    )
}
