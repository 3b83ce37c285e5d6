//! Tests of dates and roundings, and of who answers an attempt and when.

use super::record::{Answer, Trail};
use super::time::{clf, epoch_ms, iso, rounded_ms};
use crate::engine::observer::Begins;
use crate::engine::tally::Outcome;

const MS: u64 = 1_000_000;
const S: u64 = 1_000 * MS;
const DAY: u64 = 86_400 * S;

#[test]
fn dates_are_those_of_the_calendar() {
    assert_eq!(iso(0, false), "2026-01-01T00:00:00.000000Z");
    assert_eq!(iso(86_399 * S + 999_999_999, false), "2026-01-01T23:59:59.999999Z");
    assert_eq!(iso(86_399 * S + 999_999_999, true), "2026-01-01T23:59:59.999000Z");
    assert_eq!(iso(58 * DAY, true), "2026-02-28T00:00:00.000000Z");
    assert_eq!(iso(59 * DAY, true), "2026-03-01T00:00:00.000000Z");
    // 2028 is a leap year: 365 + 365 + 59 days after 2026-01-01.
    assert_eq!(iso(789 * DAY, true), "2028-02-29T00:00:00.000000Z");
    assert_eq!(iso(790 * DAY, true), "2028-03-01T00:00:00.000000Z");
    // 2100 is none: 74 years and 18 leap days after 2026-01-01 it is 2100-01-01.
    assert_eq!(iso((74 * 365 + 18 + 58) * DAY, true), "2100-02-28T00:00:00.000000Z");
    assert_eq!(iso((74 * 365 + 18 + 59) * DAY, true), "2100-03-01T00:00:00.000000Z");
    assert_eq!(clf(364 * DAY + 3_661 * S), "31/Dec/2026:01:01:01 +0000");
    assert_eq!(epoch_ms(1_500 * MS + 999_999), 1_767_225_601_500);
}

#[test]
fn durations_are_rounded_to_the_nearest_millisecond() {
    let cases = [(0, 0), (499_999, 0), (500_000, 1), (MS, 1), (1_499_999, 1), (1_500_000, 2), (29 * S, 29_000)];
    for (ns, ms) in cases {
        assert_eq!(rounded_ms(ns), ms, "{ns} ns");
    }
}

/// An attempt that the API has admitted at 20 ms and turned to the integration at 30 ms, with a connection that took 4 ms.
fn trail() -> Trail {
    let begins = Begins { request: 0, number: 0, class: 0, at: 0, measured: true };
    Trail { reached: 20 * MS, set_up: 4 * MS, admitted: true, integration: 30 * MS, ..Trail::new(begins) }
}

#[test]
fn whoever_answers_first_decides_the_status() {
    let timeout = (100 * MS, 504);
    let answer = |outcome, end| trail().answer(outcome, end, timeout);
    assert_eq!(answer(Outcome::Ok, 90 * MS), (Answer::Target(200), 90 * MS));
    // The connection is part of the integration: 30 - 4 + 100 ms, and an answer at that very instant is in time.
    assert_eq!(answer(Outcome::Ok, 126 * MS), (Answer::Target(200), 126 * MS));
    assert_eq!(answer(Outcome::Ok, 127 * MS), (Answer::TimedOut(504), 126 * MS));
    assert_eq!(answer(Outcome::Failed(504), 126 * MS), (Answer::TimedOut(504), 126 * MS));
    assert_eq!(answer(Outcome::Rejected, 40 * MS), (Answer::Target(503), 40 * MS));
    assert_eq!(answer(Outcome::Failed(0), 40 * MS), (Answer::Target(500), 40 * MS));
    // A failure is the ALB's answer where it had the request and lost its target, or had no capacity; the deadline comes first.
    let at_alb = Trail { alb: Some((31 * MS, 32 * MS)), ..trail() };
    let of_lost = |end| Trail { lost: Some((7, false)), ..at_alb }.answer(Outcome::Failed(502), end, timeout);
    assert_eq!(of_lost(33 * MS), (Answer::Balancer(502), 33 * MS));
    assert_eq!(of_lost(126 * MS), (Answer::TimedOut(502), 126 * MS));
    let exhausted = Trail { exhausted: true, ..at_alb };
    assert_eq!(exhausted.answer(Outcome::Failed(503), 33 * MS, timeout), (Answer::Balancer(503), 33 * MS));
    // Without an ALB it is the API that finds out.
    let by_nlb = Trail { lost: Some((7, false)), ..trail() };
    assert_eq!(by_nlb.answer(Outcome::Failed(504), 33 * MS, timeout), (Answer::TimedOut(504), 33 * MS));
    let outside = Trail { admitted: false, ..trail() };
    assert_eq!(outside.answer(Outcome::Throttled, 20 * MS, timeout), (Answer::Throttled, 20 * MS));
    assert_eq!(outside.answer(Outcome::Failed(503), 20 * MS, timeout), (Answer::Refused(503), 20 * MS));
    assert_eq!(trail().latencies(90 * MS), (70 * MS, Some(64 * MS)));
    assert_eq!(outside.latencies(20 * MS), (0, None));
}
