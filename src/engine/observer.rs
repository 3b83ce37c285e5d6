//! What somebody beside the tally may see of a replication: each attempt as it begins, passes its steps and ends.
//!
//! An observer changes nothing. Ordinary runs have none, `()`, whose calls the compiler leaves out.

use super::tally::Outcome;
use crate::random::AttemptKey;

/// An attempt that begins; times in ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begins {
    /// Its request, by number from 0.
    pub request: u64,
    /// 0 is the first attempt of the request.
    pub number: u32,
    /// The request's class.
    pub class: u32,
    /// When it sets out.
    pub at: u64,
    /// Whether its request is measured.
    pub measured: bool,
}

/// An attempt that goes through a step, as it is settled: the end may lie ahead of the clock. Times in ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// The hop, an index into [`super::Network::hops`].
    pub hop: u16,
    /// When it comes to the step.
    pub at: u64,
    /// When its service starts; `at` where there is nothing to wait for.
    pub start: u64,
    /// When it goes on, or when it is turned away: `at` for a full station.
    pub end: u64,
    /// The station that it took, an index into [`super::Network::stations`]; none for delays and connections.
    pub station: Option<u32>,
}

/// Who is told of attempts, each by its key. The calls of one attempt come in the order of its life: `begins`, any number of
/// `passes`, and `leaves` when its work is over. `ends` comes once, when the client's knowledge of it comes: before `leaves`
/// where somebody gave up on the attempt, and around it otherwise. With the reference ([`super::simulate_observed`]) the
/// calls of `ends` come in the order of time.
///
/// What a token bucket, a refused connection or a gate turned away, or was lost with its station, ends without a `passes` of that hop;
/// of buckets and stations `stops` says where.
pub trait Observer {
    /// An attempt begins.
    fn begins(&mut self, key: AttemptKey, attempt: Begins);
    /// It goes through a step.
    fn passes(&mut self, key: AttemptKey, step: Passes);
    /// It goes no further than this step, `passes` of which there are none: a bucket has no token for it (`at`, without a station), or its
    /// station is lost at `end`, `at` where it came to one that was lost already. How its work ends and when is told by `leaves`.
    fn stops(&mut self, _key: AttemptKey, _step: Passes) {}
    /// The client knows its outcome at `at` (ns); an answer of the server side in the place of what is still at work, too.
    fn ends(&mut self, key: AttemptKey, outcome: Outcome, at: u64);
    /// Its work is over at `at` (ns), with this outcome had nobody given up on it.
    fn leaves(&mut self, key: AttemptKey, outcome: Outcome, at: u64);
}

/// Nobody.
impl Observer for () {
    #[inline(always)]
    fn begins(&mut self, _: AttemptKey, _: Begins) {}
    #[inline(always)]
    fn passes(&mut self, _: AttemptKey, _: Passes) {}
    #[inline(always)]
    fn stops(&mut self, _: AttemptKey, _: Passes) {}
    #[inline(always)]
    fn ends(&mut self, _: AttemptKey, _: Outcome, _: u64) {}
    #[inline(always)]
    fn leaves(&mut self, _: AttemptKey, _: Outcome, _: u64) {}
}

impl<O: Observer> Observer for &mut O {
    fn begins(&mut self, key: AttemptKey, attempt: Begins) {
        (**self).begins(key, attempt);
    }
    fn passes(&mut self, key: AttemptKey, step: Passes) {
        (**self).passes(key, step);
    }
    fn stops(&mut self, key: AttemptKey, step: Passes) {
        (**self).stops(key, step);
    }
    fn ends(&mut self, key: AttemptKey, outcome: Outcome, at: u64) {
        (**self).ends(key, outcome, at);
    }
    fn leaves(&mut self, key: AttemptKey, outcome: Outcome, at: u64) {
        (**self).leaves(key, outcome, at);
    }
}
