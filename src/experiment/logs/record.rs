//! One attempt as its logs will tell it: what the observer saw, and what API and ALB made of it.

use crate::engine::observer::Begins;
use crate::engine::tally::Outcome;

/// An attempt under way; instants and durations in ns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trail {
    pub begins: Begins,
    /// When it reaches the API: the client's round trip lies before it.
    pub reached: u64,
    /// Spent on a new connection of the integration, which the engine pays for before the API's own overhead.
    pub set_up: u64,
    /// Whether it was let through to the API's own work.
    pub admitted: bool,
    /// When the API turns to the integration.
    pub integration: u64,
    pub waf: Option<u64>,
    pub authorizer: Option<u64>,
    /// From when until when the ALB has the request, before the target.
    pub alb: Option<(u64, u64)>,
    /// The target that was lost: an index of all stations, and whether it had the request by then.
    pub lost: Option<(u32, bool)>,
    /// The ALB had no capacity left for it.
    pub exhausted: bool,
    /// The target, an index of all stations, and when it is done.
    pub target: Option<(u32, u64)>,
    /// The client gave up; the API does not know.
    pub left_alone: bool,
    /// How its work ended and when, once that is known.
    pub over: Option<(Outcome, u64)>,
}

/// What the API answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The target's answer, by its status.
    Target(u16),
    /// The ALB's own answer in the place of a target's, by its status.
    Balancer(u16),
    /// A throttle refused before anything else.
    Throttled,
    /// No connection to the integration could be opened; the API's status.
    Refused(u16),
    /// The integration took longer than its timeout; the API's status.
    TimedOut(u16),
}

/// Status of a target that fails a request: the failure coin of an event.
const FAILED: u16 = 500;
/// Status of a target whose waiting room is full.
const FULL: u16 = 503;

impl Trail {
    pub(super) fn new(begins: Begins) -> Trail {
        Trail {
            begins,
            reached: begins.at,
            set_up: 0,
            admitted: false,
            integration: begins.at,
            waf: None,
            authorizer: None,
            alb: None,
            lost: None,
            exhausted: false,
            target: None,
            left_alone: false,
            over: None,
        }
    }

    /// What the API answers and when, where its work ends with `outcome` at `end`; `timeout` (ns, status) is the integration's.
    pub(super) fn answer(&self, outcome: Outcome, end: u64, timeout: (u64, u16)) -> (Answer, u64) {
        let deadline = self.integration.saturating_sub(self.set_up).saturating_add(timeout.0);
        if self.admitted && end > deadline {
            return (Answer::TimedOut(timeout.1), deadline);
        }
        let answer = match outcome {
            Outcome::Throttled => Answer::Throttled,
            Outcome::Failed(0) => Answer::Target(FAILED),
            // At the deadline itself the API is told nothing any more.
            Outcome::Failed(status) if self.answered_by_alb() && end < deadline => Answer::Balancer(status),
            Outcome::Failed(status) if self.admitted => Answer::TimedOut(status),
            Outcome::Failed(status) => Answer::Refused(status),
            Outcome::Rejected | Outcome::Abandoned => Answer::Target(FULL),
            Outcome::Ok | Outcome::TimedOut => Answer::Target(200),
        };
        (answer, end)
    }

    /// Whether a failure is what the ALB answers: it had the request, and no capacity or a target that was lost.
    fn answered_by_alb(&self) -> bool {
        self.alb.is_some() && (self.exhausted || self.lost.is_some())
    }

    /// The API's own latency at `end`, and that of the integration, where it was turned to.
    pub(super) fn latencies(&self, end: u64) -> (u64, Option<u64>) {
        let integration = self.admitted.then(|| end.saturating_sub(self.integration) + self.set_up);
        (end.saturating_sub(self.reached), integration)
    }
}
