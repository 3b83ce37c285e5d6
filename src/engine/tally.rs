//! What one replication counted: integers only, so that order changes nothing. Floating point begins where it is summed up.

use crate::stats::Recorder;

use super::network::Hop;
use super::timeline::Slice;

/// How a request or an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered.
    Ok,
    /// A token bucket refused.
    Throttled,
    /// A waiting room was full.
    Rejected,
    /// Patience ended.
    Abandoned,
    /// The client's own timeout.
    TimedOut,
    /// Failed; the status code of the answer, 0 for the failure coin.
    Failed(u16),
}

/// Requests by how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Answered.
    pub ok: u64,
    /// Throttled.
    pub throttled: u64,
    /// Rejected.
    pub rejected: u64,
    /// Abandoned.
    pub abandoned: u64,
    /// Timed out.
    pub timed_out: u64,
    /// Failed, by status code (0: the failure coin), rising.
    pub failed: Vec<(u16, u64)>,
}

impl Outcomes {
    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Ok => self.ok += 1,
            Outcome::Throttled => self.throttled += 1,
            Outcome::Rejected => self.rejected += 1,
            Outcome::Abandoned => self.abandoned += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Failed(code) => match self.failed.binary_search_by_key(&code, |entry| entry.0) {
                Ok(found) => self.failed[found].1 += 1,
                Err(place) => self.failed.insert(place, (code, 1)),
            },
        }
    }

    /// All that failed.
    #[must_use]
    pub fn failed_total(&self) -> u64 {
        self.failed.iter().map(|entry| entry.1).sum()
    }

    /// All that ended.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.ok + self.throttled + self.rejected + self.abandoned + self.timed_out + self.failed_total()
    }
}

/// Counts of measured attempts at a hop, or at one member of it; sums in ns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Attempts that reached it.
    pub arrivals: u64,
    /// Refused by its bucket.
    pub throttled: u64,
    /// Found it full.
    pub rejected: u64,
    /// Left unserved.
    pub abandoned: u64,
    /// Failed when their service ended.
    pub failed: u64,
    /// Lost with their station, found it lost, or lost on the way to it.
    pub lost: u64,
    /// Served (or delayed).
    pub served: u64,
    /// Served after waiting.
    pub waited: u64,
    /// Found no free server, served or not.
    pub blocked: u64,
    /// Waiting of the served.
    pub wait: u128,
    /// Waiting of all admitted, served, abandoned or lost.
    pub wait_admitted: u128,
    /// Waiting plus service of the served.
    pub sojourn: u128,
}

/// One member of a hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberTally {
    /// Counts.
    pub counts: Counts,
    /// Busy servers x ns within the window.
    pub busy: u128,
    /// Servers x ns within the window, as their number changes.
    pub capacity: u128,
    /// Waits and sojourns of the served, where asked for.
    pub recorders: Option<(Recorder, Recorder)>,
}

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HopTally {
    /// Counts.
    pub counts: Counts,
    /// Busy servers x ns within the window, all stations.
    pub busy: u128,
    /// Servers x ns within the window, all stations, as their number changes.
    pub capacity: u128,
    /// Waits of the served, ns; 2 digits.
    pub wait: Recorder,
    /// Waiting plus service of the served, ns; 2 digits.
    pub sojourn: Recorder,
    /// Members, where kept.
    pub members: Vec<MemberTally>,
}

impl HopTally {
    pub(super) fn new(hop: &Hop) -> HopTally {
        let member = MemberTally { counts: Counts::default(), busy: 0, capacity: 0, recorders: None };
        HopTally {
            members: vec![member; hop.members.len()],
            counts: Counts::default(),
            busy: 0,
            capacity: 0,
            wait: Recorder::new(2),
            sojourn: Recorder::new(2),
        }
    }
}

/// The stations in rotation of one scaled group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScalingTally {
    /// Stations in rotation x ns within the window.
    pub stations: u128,
    /// Fewest in rotation at any instant of the window.
    pub fewest: u32,
    /// Most.
    pub most: u32,
    /// How often the number changed within the window.
    pub changes: u64,
    /// Stations in rotation at each observed instant, after what changes at it.
    pub observed: Vec<u32>,
    /// Stations in rotation just before the end of each window over time.
    pub slices: Vec<u32>,
}

/// Everything one replication counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// First measured arrival, ns.
    pub opened: u64,
    /// The arrival after the last measured one, ns.
    pub closed: u64,
    /// Measured requests.
    pub requests: u64,
    /// How the measured requests ended.
    pub outcomes: Outcomes,
    /// Attempts of measured requests.
    pub attempts: u64,
    /// Latency of measured successful requests, ns; 3 digits.
    pub latency: Recorder,
    /// Sum over measured requests, however they ended, ns.
    pub client_latency: u128,
    /// Requests in the system x ns within the window.
    pub in_system: u128,
    /// Requests in the system at about twenty instants of the window, equally spaced in measured requests or in time: whether
    /// it grows. Empty where the length of the window is not known beforehand (a trace).
    pub backlog: Vec<u64>,
    /// Service still to give at the same instants, ns over all stations: what timeouts leave behind is work too.
    pub work: Vec<u128>,
    /// Requests in the system at each observed instant.
    pub observed: Vec<u64>,
    /// Completions between consecutive observed instants.
    pub completions: Vec<u64>,
    /// Dispersion of measured arrivals in windows of 1, 10 and 60 s.
    pub dispersion: [Dispersion; 3],
    /// Hops.
    pub hops: Vec<HopTally>,
    /// Scaled groups, in the order of the network's scalings.
    pub scalings: Vec<ScalingTally>,
    /// Windows over time, where asked for.
    pub slices: Vec<Slice>,
    /// Requests of the whole replication, measured or not, for the audit.
    pub audit: Audit,
}

/// Counts of arrivals in windows of one length, and their index of dispersion: 1 for a Poisson process, 0 for a clock.
///
/// Source: Gusella, "Characterizing the variability of arrival processes with indexes of dispersion", IEEE JSAC 9 (1991).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispersion {
    width: u64,
    /// End of the current window, ns.
    end: u64,
    /// Arrivals in it.
    count: u64,
    /// Whole windows.
    pub windows: u64,
    /// Sum of their counts.
    pub sum: u64,
    /// Sum of the squares of their counts.
    pub squares: u128,
}

/// ns.
const SECOND: u64 = 1_000_000_000;
const TEN: u64 = 10 * SECOND;

impl Dispersion {
    /// Windows of `seconds`, the first of which begins at `at`.
    pub(super) fn new(seconds: u64, at: u64) -> Dispersion {
        let width = seconds * SECOND;
        Dispersion { width, end: at.saturating_add(width), ..Dispersion::default() }
    }

    /// An arrival at `at`.
    #[inline]
    pub(super) fn arrive(&mut self, at: u64) {
        self.pass(at);
        self.count += 1;
    }

    /// Arrivals at instants that do not fall.
    pub(super) fn arrive_each(&mut self, instants: &[u64]) {
        match (instants.last(), self.width) {
            (None, _) => {}
            (Some(&last), _) if last < self.end => self.count += instants.len() as u64,
            // Widths that the compiler knows: dividing by them is multiplying.
            (_, SECOND) => self.spread::<SECOND>(instants),
            (_, TEN) => self.spread::<TEN>(instants),
            _ => instants.iter().for_each(|&at| self.arrive(at)),
        }
    }

    /// Arrivals over several windows of `WIDTH` ns, without a branch that depends on where they fall: a square is the sum of
    /// the first odd numbers, so each arrival adds twice its rank in its window less one.
    fn spread<const WIDTH: u64>(&mut self, instants: &[u64]) {
        let start = self.end.saturating_sub(WIDTH);
        let (mut window, mut rank, mut odd) = (0, self.count, 0_u128);
        for &at in instants {
            let own = (at - start) / WIDTH;
            rank = if own == window { rank + 1 } else { 1 };
            odd += u128::from(2 * rank - 1);
            window = own;
        }
        let square = |count: u64| u128::from(count) * u128::from(count);
        self.squares = self.squares + square(self.count) + odd - square(rank);
        self.sum += self.count + instants.len() as u64 - rank;
        self.count = rank;
        self.windows += window;
        self.end = start.saturating_add((window + 1).saturating_mul(WIDTH));
    }

    /// Closes the windows that end by `at`.
    #[inline]
    pub(super) fn pass(&mut self, at: u64) {
        if at < self.end {
            return;
        }
        self.sum += self.count;
        self.squares += u128::from(self.count) * u128::from(self.count);
        self.count = 0;
        let beyond = at - self.end;
        // A division costs more than the rest.
        let empty = if beyond < self.width { 0 } else { beyond / self.width };
        self.windows += 1 + empty;
        self.end = self.end.saturating_add((empty + 1).saturating_mul(self.width));
    }

    /// What it holds, to be kept: the width of its windows, the end and the count of the current one; windows, sum, squares.
    #[must_use]
    pub fn parts(&self) -> ([u64; 3], u64, u64, u128) {
        ([self.width, self.end, self.count], self.windows, self.sum, self.squares)
    }

    /// What [`Dispersion::parts`] gave, as it was.
    #[must_use]
    pub fn restored([width, end, count]: [u64; 3], windows: u64, sum: u64, squares: u128) -> Dispersion {
        Dispersion { width, end, count, windows, sum, squares }
    }

    /// Variance over mean of the counts; `None` with fewer than two windows or no arrivals.
    #[must_use]
    pub fn index(&self) -> Option<f64> {
        if self.windows < 2 || self.sum == 0 {
            return None;
        }
        let (n, sum) = (self.windows as f64, self.sum as f64);
        let mean = sum / n;
        Some((self.squares as f64 - sum * mean) / (n - 1.0) / mean)
    }
}

/// Conservation: nothing that arrived is lost from the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Requests that arrived.
    pub arrived: u64,
    /// Requests whose outcome is known.
    pub ended: u64,
    /// Requests still in the system.
    pub in_system: u64,
    /// Attempts begun.
    pub begun: u64,
    /// Attempts whose work is over.
    pub over: u64,
    /// Attempts still at work.
    pub at_work: u64,
}

impl Audit {
    /// Whether arrived = ended + in system, and begun = over + at work.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.arrived == self.ended + self.in_system && self.begun == self.over + self.at_work
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{RunKey, StreamId};

    #[test]
    fn arrivals_in_blocks_are_arrivals_one_by_one() {
        let stream = StreamId::new("test", "gap");
        // From hundreds in a window to a window in hundreds.
        for shift in [24, 30, 34, 40] {
            let gap = |i: u64| RunKey::new(3, 0).attempt(i, 0).bits(stream) >> (64 - shift);
            let instants: Vec<u64> = (0..1_000)
                .scan(5, |at, i| {
                    *at += gap(i);
                    Some(*at)
                })
                .collect();
            for seconds in [1, 10, 60] {
                let (mut one, mut each) = (Dispersion::new(seconds, 5), Dispersion::new(seconds, 5));
                instants.iter().for_each(|&at| one.arrive(at));
                instants.chunks(37).for_each(|block| each.arrive_each(block));
                assert_eq!(one, each, "gaps of 2^{shift} ns, {seconds} s");
            }
        }
    }
}
