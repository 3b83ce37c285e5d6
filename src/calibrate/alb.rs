//! Rows of an ALB's access log. Fields by number, as AWS documents them: 2 time, 6 to 8 times of request, target and response in
//! seconds, 9 status, 17 target group, 18 trace id, 22 creation of the request; later ones and those that AWS adds are passed over.
//!
//! Source: awsdocs/elb-application-load-balancers-user-guide @fb24293, "Access log entries".

use super::fields::{Fields, Number, iso, number};
use super::kind::Kind;
use super::row::{LONGEST_US, Refusal, Rounding, is_cut_off, status, trace_root};
use super::slots::Part;
use super::tally::{Tally, Took};
use super::times::Scale;

/// What a row says, as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// When the request came, in microseconds since 1970: field 22, or field 2 less the times where there is no field 22.
    pub at_us: i64,
    /// Fields 6, 7 and 8 in microseconds; `None` where one of them is -1: the request was not dispatched, or its connection broke.
    pub times_us: Option<[u64; 3]>,
    /// Field 6 in microseconds, where it is known; 0 where field 5 says at least that the request was dispatched.
    pub dispatched_us: Option<u64>,
    /// From field 22 to field 2 in microseconds, where both are there and in order.
    pub whole_us: Option<u64>,
    /// Field 9.
    pub status: Option<u16>,
    /// Whether its time was longer than what had passed.
    pub cut_off: bool,
    /// Field 17 from `targetgroup/` on; empty where there is none.
    pub group: &'a [u8],
    /// The root of field 18; empty where there is none.
    pub trace: &'a [u8],
    /// A connection of WebSockets: its end says nothing of the request's time.
    pub socket: bool,
}

/// Reads a row.
///
/// # Errors
/// Why it is none.
pub fn row(line: &[u8]) -> Result<Row<'_>, Refusal> {
    let mut fields = Fields::new(line);
    let kind = fields.next().unwrap_or_default();
    if !matches!(kind, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss") {
        return Err(Kind::of(line).map_or(Refusal::UNKNOWN, |kind| Refusal::foreign(kind.foreign())));
    }
    let ended = fields.next().and_then(iso).ok_or(Refusal::damaged("no time in field 2"))?;
    let target = fields.nth(2).unwrap_or_default();
    let mut times = [None; 3];
    for time in &mut times {
        match number(fields.next().ok_or(Refusal::damaged("fewer than 12 fields"))?) {
            Number::Millionths(us) if us <= LONGEST_US => *time = Some(us),
            Number::Absent => {}
            _ => return Err(Refusal::damaged("no times in fields 6 to 8")),
        }
    }
    let status = status(fields.next().ok_or(Refusal::damaged("fewer than 12 fields"))?);
    // Fields 10, 11 and 12.
    if fields.by_ref().take(3).count() < 3 {
        return Err(Refusal::damaged("fewer than 12 fields"));
    }
    // 13 to 16; then the ARN, which shows whether quotes in the request or the user agent led astray.
    let mut fields = fields.skip(4);
    let arn = fields.next().unwrap_or_default();
    let trace = trace_root(fields.next().unwrap_or_default());
    let group = memchr::memmem::find(arn, b"targetgroup/").map_or(&arn[..0], |at| &arn[at..]);
    let created = fields.nth(3).and_then(iso);
    let times_us = match times {
        [Some(request), Some(target), Some(response)] => Some([request, target, response]),
        _ => None,
    };
    let spent = times_us.map_or(0, |times| times.iter().sum::<u64>().min(i64::MAX as u64) as i64);
    Ok(Row {
        at_us: created.unwrap_or(ended.saturating_sub(spent)),
        times_us,
        dispatched_us: times[0].or_else(|| (!matches!(target, b"-" | b"")).then_some(0)),
        whole_us: created.and_then(|created| u64::try_from(ended - created).ok()),
        status,
        // Who waited for a connection and got none (504 with -1 for the ALB's own time) waited for no answer.
        cut_off: is_cut_off(status) && (status != Some(504) || times[0].is_some()),
        group,
        trace,
        socket: matches!(kind, b"ws" | b"wss"),
    })
}

/// Counts a row.
///
/// # Errors
/// Why it counts for nothing.
pub fn count(line: &[u8], rounding: Rounding, tally: &mut Tally) -> Result<(), Refusal> {
    let row = row(line)?;
    let scale = Scale::stated(1000, rounding.shift(1));
    // What the log cuts off adds up over the two times of which the processing is the sum.
    let of_two = Scale::stated(1000, rounding.shift(2));
    // The target's rounding, and the millisecond within which the request was created.
    let by_clock = Scale { tick_us: 1000, shift: -0.5, blurs: 2 };
    tally.arrivals.record(row.at_us);
    if let Some(status) = row.status {
        *tally.statuses.entry(status).or_insert(0) += 1;
    }
    let slot = tally.slots.at(Some(row.at_us));
    slot.rows += 1;
    let Some([request, target, response]) = row.times_us else {
        let dispatched = row.dispatched_us.zip(row.whole_us).filter(|_| row.cut_off && !row.socket);
        // The instant of creation is cut off to a millisecond, which makes the whole up to one longer.
        let reached = dispatched.map(|(request, whole)| whole.saturating_sub(request) / 1000);
        let reached = reached.map(|ms| ms.saturating_sub(1));
        tally.services.record(row.group, scale, reached.map_or(Took::Unknown, Took::Longer));
        if let Some(ms) = reached {
            slot.cut_off(Part::Service, ms);
        }
        tally.lacks("a time of -1: not dispatched to a target, or broken off");
        if row.cut_off && reached.is_none() {
            tally.cuts_off(Part::Service);
        }
        return Ok(());
    };
    slot.record(Part::AlbProcessing, of_two, millis(request) + millis(response));
    slot.record(Part::Service, scale, millis(target));
    // Rounding alone may put the target's time up to a millisecond above the whole; leaving those rows out would favour long ones.
    let whole = row.whole_us.filter(|whole| !row.socket && whole + 1000 >= target);
    if let Some(whole) = whole {
        slot.record(Part::AlbByClock, by_clock, whole.saturating_sub(target) / 1000);
    }
    tally.services.record(row.group, scale, Took::Ticks(millis(target)));
    Ok(())
}

/// Microseconds as the milliseconds that a log of milliseconds means.
fn millis(us: u64) -> u64 {
    (us + 500) / 1000
}
