//! The client's answer to a failed attempt: whether it tries again, and when.

use super::network::{Retry, SdkRetry};
use super::tally::Outcome;
use crate::random::{AttemptKey, RunKey, StreamId};

const JITTER: StreamId = StreamId::new("client", "jitter");

/// State of the retry policy: the retry quota of each client process, where there is one.
#[derive(Clone, Debug)]
pub struct Retrying {
    /// Retry quotas of the processes, tokens.
    quota: Vec<u32>,
}

impl Retrying {
    pub(super) fn new(retry: &Retry) -> Retrying {
        match retry {
            Retry::Sdk(sdk) => Retrying { quota: vec![sdk.quota; sdk.processes as usize] },
            _ => Retrying { quota: Vec::new() },
        }
    }

    /// After attempt `attempt` (0 is the first) of `request` ended with `outcome`: the pause before the next one, ns, or
    /// `None` where it is given up. Must be called at the instant of the end where quotas are kept.
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
            Retry::Backoff { max, backoff, stream } => {
                (attempt < *max).then(|| backoff.sample(run.attempt(request, attempt).bits(*stream)))
            }
            Retry::Sdk(sdk) => self.sdk_pause(sdk, run.attempt(request, attempt), request, attempt, outcome),
        }
    }

    fn sdk_pause(
        &mut self,
        sdk: &SdkRetry,
        key: AttemptKey,
        request: u64,
        attempt: u32,
        outcome: Outcome,
    ) -> Option<u64> {
        if attempt + 1 >= sdk.attempts {
            return None;
        }
        let quota = &mut self.quota[(request % u64::from(sdk.processes)) as usize];
        let cost = sdk.cost(outcome);
        *quota = quota.checked_sub(cost)?;
        let base = if outcome == Outcome::Throttled { sdk.throttle_base } else { sdk.base };
        let longest = base.saturating_mul(1u64.checked_shl(attempt).unwrap_or(u64::MAX)).min(sdk.cap);
        Some((key.uniform(JITTER) * longest as f64).round() as u64)
    }

    /// A success after `attempt` (0 is the first), the retry before it having followed `last_failure`: a first success earns
    /// a token, a later one has the cost of its last retry returned.
    pub(super) fn succeeded(&mut self, retry: &Retry, request: u64, attempt: u32, last_failure: Outcome) {
        if let Retry::Sdk(sdk) = retry {
            let earned = if attempt == 0 { 1 } else { sdk.cost(last_failure) };
            let quota = &mut self.quota[(request % u64::from(sdk.processes)) as usize];
            *quota = (*quota + earned).min(sdk.quota);
        }
    }
}

impl SdkRetry {
    fn cost(&self, outcome: Outcome) -> u32 {
        if outcome == Outcome::Throttled { self.throttle_cost } else { self.retry_cost }
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
            state.succeeded(&retry, request, 0, Outcome::Ok);
        }
        assert!(state.pause(&retry, run, 200, 0, Outcome::Failed(503)).is_some(), "10 left over and 4 earned");
        state.succeeded(&retry, 200, 1, Outcome::Failed(503));
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
}
