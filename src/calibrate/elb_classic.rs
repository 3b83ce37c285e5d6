//! Rows of a Classic Load Balancer's access log: time of arrival, then times in seconds to the microsecond in fields 5 to 7.
//!
//! Source: Elastic Load Balancing user guide for Classic Load Balancers, "Access log entries".

use super::fields::{Fields, Number, iso, number};
use super::kind::Kind;
use super::row::{LONGEST_US, Refusal, Rounding, is_cut_off, status};
use super::slots::Part;
use super::tally::Tally;
use super::times::Scale;

/// Counts a row.
///
/// # Errors
/// Why it counts for nothing.
pub fn count(line: &[u8], rounding: Rounding, tally: &mut Tally) -> Result<(), Refusal> {
    match Kind::of(line) {
        Some(Kind::ClassicElb) | None => {}
        Some(kind) => return Err(Refusal::foreign(kind.foreign())),
    }
    let mut fields = Fields::new(line);
    let at_us = fields.next().and_then(iso).ok_or(Refusal::UNKNOWN)?;
    let name = fields.next().unwrap_or_default();
    let mut fields = fields.skip(2);
    let mut times = [0; 3];
    let mut all = true;
    for time in &mut times {
        match number(fields.next().ok_or(Refusal::damaged("fewer than 8 fields"))?) {
            Number::Millionths(us) if us <= LONGEST_US => *time = us,
            // A TCP listener writes -1, or - for the times that it does not know.
            Number::Absent => all = false,
            _ => return Err(Refusal::damaged("no times in fields 5 to 7")),
        }
    }
    let status = status(fields.next().ok_or(Refusal::damaged("fewer than 8 fields"))?);
    let scale = Scale::stated(1, rounding.shift(1));
    tally.arrivals.record(at_us);
    if let Some(status) = status {
        *tally.statuses.entry(status).or_insert(0) += 1;
    }
    let slot = tally.slots.at(Some(at_us));
    slot.rows += 1;
    if all {
        let of_two = Scale::stated(1, rounding.shift(2));
        slot.record(Part::ClassicProcessing, of_two, times[0] + times[2]);
        slot.record(Part::ClassicService, scale, times[1]);
    } else {
        tally.lacks("a time of -1: not dispatched to a backend, or broken off");
        if is_cut_off(status) {
            tally.cuts_off(Part::ClassicService);
        }
    }
    tally.services.record(name, scale, all.then_some(times[1]).into());
    Ok(())
}
