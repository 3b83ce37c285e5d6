//! The client's answer to a failed attempt: whether it tries again, and when.

use super::tally::Outcome;
use crate::random::{AttemptKey, RunKey, Sampler, StreamId};

const JITTER: StreamId = StreamId::new("client", "jitter");

/// What the client does about slow and failed attempts.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Per attempt, from its start, ns; an answer at that very instant is in time.
    pub timeout: Option<u64>,
    /// What follows a failed attempt.
    pub retry: Retry,
}

/// Retry policy.
#[derive(Clone, Debug, PartialEq)]
pub enum Retry {
    /// Never.
    None,
    /// Up to `max` further attempts, each after a draw.
    Backoff {
        /// Further attempts.
        max: u32,
        /// Time from the known end to the next attempt.
        backoff: Sampler,
        /// Draws.
        stream: StreamId,
        /// What pays for them; `None`: they are free.
        budget: Option<RetryBudget>,
    },
    /// The AWS SDK's standard mode.
    Sdk(SdkRetry),
}

/// A bucket of tokens that pays for retries: the retry quota of the AWS SDKs' standard mode. A retry takes its cost and is given up
/// where there is not so much left; a request that succeeds at once earns a token, one that succeeds in a retry gets the cost of its
/// last retry back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    /// Tokens of a process at the beginning and at most.
    pub tokens: u32,
    /// Tokens of a retry.
    pub cost: u32,
    /// Tokens of a retry after a throttle.
    pub throttle_cost: u32,
    /// Client processes, 1 or more, each with a budget of its own; requests take turns among them.
    pub processes: u32,
}

impl Retry {
    /// What pays for retries, where something does.
    #[must_use]
    pub fn budget(&self) -> Option<RetryBudget> {
        match self {
            Retry::None => None,
            Retry::Backoff { budget, .. } => *budget,
            Retry::Sdk(sdk) => Some(RetryBudget {
                tokens: sdk.quota,
                cost: sdk.retry_cost,
                throttle_cost: sdk.throttle_cost,
                processes: sdk.processes,
            }),
        }
    }
}

/// The AWS SDK's standard retry mode; times in ns.
#[derive(Clone, Debug, PartialEq)]
pub struct SdkRetry {
    /// Attempts in all.
    pub attempts: u32,
    /// Base after a transient error.
    pub base: u64,
    /// Base after a throttle.
    pub throttle_base: u64,
    /// Longest backoff.
    pub cap: u64,
    /// Capacity of a process's retry quota.
    pub quota: u32,
    /// Tokens of a retry.
    pub retry_cost: u32,
    /// Tokens of a retry after a throttle.
    pub throttle_cost: u32,
    /// Client processes.
    pub processes: u32,
}

/// State of the retry policy: the budget of each client process, where there is one.
#[derive(Clone, Debug)]
pub struct Retrying {
    budget: Option<RetryBudget>,
    /// What is left to the processes, tokens.
    left: Vec<u32>,
}

impl Retrying {
    pub(super) fn new(retry: &Retry) -> Retrying {
        let budget = retry.budget();
        Retrying { budget, left: budget.map_or_else(Vec::new, |b| vec![b.tokens; b.processes as usize]) }
    }

    /// Whether the policy must act at the very instant of an end.
    pub(super) fn acts_in_turn(&self) -> bool {
        self.budget.is_some()
    }

    /// After attempt `attempt` (0 is the first) of `request` ended with `outcome`: the pause before the next one, ns, or
    /// `None` where it is given up. Must be called at the instant of the end where there is a budget.
    pub(super) fn pause(
        &mut self,
        retry: &Retry,
        run: RunKey,
        request: u64,
        attempt: u32,
        outcome: Outcome,
    ) -> Option<u64> {
        match retry {
            Retry::None => None,
            Retry::Backoff { max, backoff, stream, .. } => {
                let granted = attempt < *max && self.pays(request, outcome);
                granted.then(|| backoff.sample(run.attempt(request, attempt).bits(*stream)))
            }
            Retry::Sdk(sdk) => {
                let granted = attempt + 1 < sdk.attempts && self.pays(request, outcome);
                granted.then(|| sdk_pause(sdk, run.attempt(request, attempt), attempt, outcome))
            }
        }
    }

    /// Takes the cost of a retry from the budget of the request's process; whether there was so much.
    fn pays(&mut self, request: u64, outcome: Outcome) -> bool {
        let Some(budget) = self.budget else { return true };
        let left = &mut self.left[(request % u64::from(budget.processes)) as usize];
        let rest = left.checked_sub(budget.cost_after(outcome));
        *left = rest.unwrap_or(*left);
        rest.is_some()
    }

    /// A success after `attempt` (0 is the first), the retry before it having followed `last_failure`: a first success earns
    /// a token, a later one has the cost of its last retry returned.
    pub(super) fn succeeded(&mut self, request: u64, attempt: u32, last_failure: Outcome) {
        let Some(budget) = self.budget else { return };
        let earned = if attempt == 0 { 1 } else { budget.cost_after(last_failure) };
        let left = &mut self.left[(request % u64::from(budget.processes)) as usize];
        *left = left.saturating_add(earned).min(budget.tokens);
    }
}

/// Exponential backoff with full jitter.
fn sdk_pause(sdk: &SdkRetry, key: AttemptKey, attempt: u32, outcome: Outcome) -> u64 {
    let base = if outcome == Outcome::Throttled { sdk.throttle_base } else { sdk.base };
    let longest = base.saturating_mul(1u64.checked_shl(attempt).unwrap_or(u64::MAX)).min(sdk.cap);
    (key.uniform(JITTER) * longest as f64).round() as u64
}

impl RetryBudget {
    fn cost_after(&self, outcome: Outcome) -> u32 {
        if outcome == Outcome::Throttled { self.throttle_cost } else { self.cost }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sdk() -> Retry {
        Retry::Sdk(SdkRetry {
            attempts: 3,
            base: 50_000_000,
            throttle_base: 1_000_000_000,
            cap: 20_000_000_000,
            quota: 500,
            retry_cost: 14,
            throttle_cost: 5,
            processes: 1,
        })
    }

    #[test]
    fn the_retry_quota_runs_dry_and_is_earned_back() {
        let (retry, run) = (sdk(), RunKey::new(1, 0));
        let mut state = Retrying::new(&retry);
        let granted = (0..100).filter(|&r| state.pause(&retry, run, r, 0, Outcome::Failed(503)).is_some()).count();
        assert_eq!(granted, 35, "500 tokens pay for 35 retries of 14");
        for request in 0..4 {
            state.succeeded(request, 0, Outcome::Ok);
        }
        assert!(state.pause(&retry, run, 200, 0, Outcome::Failed(503)).is_some(), "10 left over and 4 earned");
        state.succeeded(200, 1, Outcome::Failed(503));
        assert!(state.pause(&retry, run, 201, 0, Outcome::Failed(503)).is_some(), "the cost came back");
        assert!(state.pause(&retry, run, 202, 2, Outcome::Failed(503)).is_none(), "three attempts in all");
    }

    #[test]
    fn backoff_is_fully_jittered_and_doubles() {
        let (retry, run) = (sdk(), RunKey::new(1, 0));
        let mean = |attempt, outcome| {
            let pauses =
                (0..2_000).map(|r| Retrying::new(&retry).pause(&retry, run, r, attempt, outcome).unwrap() as f64);
            pauses.sum::<f64>() / 2_000.0
        };
        assert!((mean(0, Outcome::Failed(500)) / 25e6 - 1.0).abs() < 0.05);
        assert!((mean(1, Outcome::Failed(500)) / 50e6 - 1.0).abs() < 0.05);
        assert!((mean(0, Outcome::Throttled) / 500e6 - 1.0).abs() < 0.05);
    }
    #[test]
    fn a_budget_pays_for_retries_of_any_backoff() {
        let backoff = crate::random::Sampler::Constant(7);
        let budget = Some(RetryBudget { tokens: 20, cost: 10, throttle_cost: 1, processes: 2 });
        let retry = Retry::Backoff { max: 1, backoff, stream: JITTER, budget };
        let (mut state, run) = (Retrying::new(&retry), RunKey::new(1, 0));
        assert!(state.acts_in_turn());
        let mut next = |request, attempt, outcome| state.pause(&retry, run, request, attempt, outcome);
        assert_eq!(next(0, 1, Outcome::TimedOut), None, "one retry is allowed, and a refused one costs nothing");
        assert_eq!([0, 2, 4].map(|request| next(request, 0, Outcome::TimedOut)), [Some(7), Some(7), None]);
        assert_eq!(next(4, 0, Outcome::Throttled), None, "nothing is left to the first process");
        assert_eq!(next(1, 0, Outcome::Throttled), Some(7), "the second has its own");
    }
}
