//! An attempt as it walks its route, and how it chooses by weight.

use super::tally::Outcome;
use crate::random::AttemptKey;

/// One attempt of a request, as it walks its route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub request: u64,
    /// The request's arrival, ns.
    pub arrived: u64,
    /// The attempt's start, ns.
    pub started: u64,
    /// When someone answers in the place of what is still at work, ns; `u64::MAX`: never.
    pub deadline: u64,
    pub key: AttemptKey,
    pub class: u32,
    /// 0 is the first.
    pub attempt: u32,
    /// Station (within the class's group) that its connection leads to.
    pub target: u32,
    /// Index into its connection pools plus 1; 0: none is held.
    pub pool: u32,
    pub step: u16,
    pub route: u16,
    /// Status of the answer at the deadline; 0: the client's own timeout.
    pub deadline_status: u16,
    pub measured: bool,
    /// The client knows the outcome; only the work goes on.
    pub decided: bool,
    /// How the attempt before this one ended, or (in an `End` event) this one.
    pub outcome: Outcome,
}

/// Cumulative thresholds over 2^64 of relative weights; empty where they are all equal.
pub(super) fn cumulative(weights: impl Iterator<Item = f64> + Clone) -> Vec<u64> {
    let total: f64 = weights.clone().sum();
    let first = weights.clone().next().unwrap_or(1.0);
    if weights.clone().all(|weight| weight == first) {
        return Vec::new();
    }
    let mut sum = 0.0;
    weights
        .map(|weight| {
            sum += weight;
            (sum / total * 18_446_744_073_709_551_616.0) as u64
        })
        .collect()
}

/// The index that 64 uniform bits choose: by cumulative thresholds, or evenly among `n` where there are none.
#[inline]
pub(super) fn choose(bits: u64, thresholds: &[u64], n: usize) -> u32 {
    if thresholds.is_empty() {
        ((u128::from(bits) * n as u128) >> 64) as u32
    } else {
        thresholds.partition_point(|&threshold| threshold <= bits).min(n - 1) as u32
    }
}
