//! Rows of an NLB's access log, which only TLS listeners write: one row a connection, not a request. Fields 8 and 9 are how long the
//! connection stood and how long its handshake took, in milliseconds; 22 is when it began, in logs that have it.
//!
//! Source: awsdocs/elb-network-load-balancers-user-guide @d08f999, "Access log entries"; field 22 after Athena's documentation.

use super::fields::{Fields, Number, iso, number};
use super::kind::Kind;
use super::row::{Refusal, Rounding};
use super::slots::Part;
use super::tally::{Tally, Took};
use super::times::Scale;

/// Counts a row.
///
/// # Errors
/// Why it counts for nothing.
pub fn count(line: &[u8], rounding: Rounding, tally: &mut Tally) -> Result<(), Refusal> {
    let mut fields = Fields::new(line);
    if fields.next() != Some(b"tls") {
        return Err(Kind::of(line).map_or(Refusal::UNKNOWN, |kind| Refusal::foreign(kind.foreign())));
    }
    let logged = fields.nth(1).and_then(iso).ok_or(Refusal::damaged("no time in field 3"))?;
    let listener = fields.nth(1).unwrap_or_default();
    let mut fields = fields.skip(2);
    let mut times = [None; 2];
    for time in &mut times {
        match number(fields.next().ok_or(Refusal::damaged("fewer than 9 fields"))?) {
            Number::Millionths(millionths) => *time = Some(millionths / 1_000_000),
            Number::Absent => {}
            Number::Bad => return Err(Refusal::damaged("no times in fields 8 and 9")),
        }
    }
    let at_us = fields.nth(12).and_then(iso).unwrap_or(logged);
    let scale = Scale::stated(1000, rounding.shift(1));
    tally.arrivals.record(at_us);
    let slot = tally.slots.at(Some(at_us));
    slot.rows += 1;
    for (part, time) in [Part::NlbConnection, Part::NlbHandshake].into_iter().zip(times) {
        if let Some(time) = time {
            slot.record(part, scale, time);
        }
    }
    tally.services.record(listener, scale, Took::Unknown);
    if times[1].is_none() {
        tally.lacks("no time of a TLS handshake: it failed");
    }
    Ok(())
}
