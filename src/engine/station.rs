//! First-come-first-served stations whose departures are known at arrival: servers, waiting room, patience.
//!
//! Service is not preemptive and demands do not depend on the future, so the instant at which an arriving attempt starts is
//! settled when it arrives: the earliest at which a server is free after all before it have started (Kiefer and Wolfowitz,
//! "On the theory of queues with many servers", 1955). No departure event is needed, and what happens at one instant comes in
//! the stated order by itself: a server that becomes free at t takes an attempt that arrives at t.

use super::network::StationKind;
use crate::random::AttemptKey;

/// What became of an attempt that reached a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Served from `start` to `end`, ns; `blocked`: no server was free on arrival.
    Served {
        /// Start of service.
        start: u64,
        /// End of service.
        end: u64,
        /// Whether no server was free on arrival.
        blocked: bool,
    },
    /// Leaves unserved at this instant, its patience at an end.
    Abandons(u64),
    /// Found the waiting room full.
    Rejected,
}

/// Mutable state of one station.
#[derive(Clone, Debug)]
pub struct Station {
    /// Instants at which the servers become free: a binary heap, the earliest first. Without server changes.
    free: Vec<u64>,
    /// Instants at which waiting attempts leave the waiting room, in order of arrival; kept where someone asks.
    waiting: std::collections::VecDeque<u64>,
    /// With server changes: ends of services not yet over at `last_start`, rising.
    ends: std::collections::VecDeque<(u64, u64)>,
    last_start: u64,
    /// Nanoseconds of service given to attempts that arrived before the window closed, from its opening on.
    pub busy: u128,
    servers: u32,
}

impl Station {
    /// An empty station of a kind.
    #[must_use]
    pub fn new(kind: &StationKind) -> Station {
        let varies = !kind.server_changes.is_empty();
        Station {
            free: if varies { Vec::new() } else { vec![0; kind.servers as usize] },
            waiting: std::collections::VecDeque::new(),
            ends: std::collections::VecDeque::new(),
            last_start: 0,
            busy: 0,
            servers: kind.servers,
        }
    }

    /// Attempts waiting or in service at `at`.
    pub fn outstanding(&mut self, at: u64) -> usize {
        self.forget_started(at);
        let busy = if self.free.is_empty() {
            self.ends.iter().filter(|&&(start, end)| start <= at && end > at).count()
        } else {
            self.free.iter().filter(|&&free| free > at).count().min(self.free.len())
        };
        busy + self.waiting.len()
    }

    fn forget_started(&mut self, at: u64) {
        while self.waiting.front().is_some_and(|&leaves| leaves <= at) {
            self.waiting.pop_front();
        }
    }

    /// An attempt arrives at `at` (not before the last one did). `counted`: others ask for the number outstanding.
    pub fn arrive(&mut self, at: u64, key: AttemptKey, kind: &StationKind, counted: bool) -> Admission {
        let start = if self.free.is_empty() { self.varying_start(at, kind) } else { self.free[0].max(at) };
        let blocked = if self.free.is_empty() { start > at } else { self.free[0] > at };
        if blocked && kind.queue != u32::MAX {
            self.forget_started(at);
            if kind.patience.is_some() {
                self.waiting.retain(|&leaves| leaves > at);
            }
            if self.waiting.len() >= kind.queue as usize {
                return Admission::Rejected;
            }
        }
        let keeps_room = counted || kind.queue != u32::MAX;
        if let Some((patience, stream)) = &kind.patience
            && blocked
        {
            let leaves = at.saturating_add(patience.sample(key.bits(*stream)));
            if start > leaves {
                if keeps_room {
                    self.waiting.push_back(leaves);
                }
                return Admission::Abandons(leaves);
            }
        }
        if blocked && keeps_room {
            self.forget_started(at);
            self.waiting.push_back(start);
        }
        let mut demand = kind.time.sample(key.bits(kind.time_stream));
        if !kind.time_factors.is_empty() {
            demand = (demand as f64 * kind.time_factors.at(start, false).unwrap_or(1.0)).round() as u64;
        }
        let end = start.saturating_add(demand);
        if self.free.is_empty() {
            let place = self.ends.partition_point(|&(_, other)| other <= end);
            self.ends.insert(place, (start, end));
        } else {
            self.replace_earliest(end);
        }
        self.busy += u128::from(end - start);
        Admission::Served { start, end, blocked }
    }

    /// The server that is free first is busy until `end`.
    #[inline]
    fn replace_earliest(&mut self, end: u64) {
        let free = &mut self.free;
        let mut hole = 0;
        loop {
            let mut child = 2 * hole + 1;
            if child >= free.len() {
                break;
            }
            if child + 1 < free.len() && free[child + 1] < free[child] {
                child += 1;
            }
            if free[child] >= end {
                break;
            }
            free[hole] = free[child];
            hole = child;
        }
        free[hole] = end;
    }

    /// The start of an attempt that arrives at `at`, with a number of servers that changes: the first instant, not before the
    /// attempt ahead starts, at which fewer are in service than there are servers.
    fn varying_start(&mut self, at: u64, kind: &StationKind) -> u64 {
        let mut start = at.max(self.last_start);
        while self.ends.front().is_some_and(|&(_, end)| end <= self.last_start.min(at)) {
            self.ends.pop_front();
        }
        loop {
            let servers = kind.server_changes.at(start, start > at).unwrap_or(self.servers) as usize;
            let over = self.ends.partition_point(|&(_, end)| end <= start);
            if self.ends.len() - over < servers {
                break;
            }
            let next_end = self.ends.get(over).map(|&(_, end)| end);
            match (next_end, kind.server_changes.after(start)) {
                (Some(end), Some(change)) => start = end.min(change),
                (Some(next), None) | (None, Some(next)) => start = next,
                // No servers, nobody in service and none ever coming: the attempt waits for ever.
                (None, None) => return u64::MAX,
            }
        }
        self.last_start = start;
        start
    }

    /// Nanoseconds of service still to give at `at` to attempts that arrived before.
    #[must_use]
    pub fn backlog(&self, at: u64) -> u128 {
        if self.free.is_empty() {
            self.ends.iter().map(|&(start, end)| u128::from(end.saturating_sub(start.max(at)))).sum()
        } else {
            self.free.iter().map(|&free| u128::from(free.saturating_sub(at))).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::network::{Coin, Steps};
    use crate::random::{Distribution, RunKey, Sampler, StreamId};

    fn kind(servers: u32, queue: u32, ms: f64) -> StationKind {
        let stream = StreamId::new("s", "time");
        StationKind {
            time: Sampler::new(&Distribution::constant(ms * 1e6)),
            time_stream: stream,
            servers,
            queue,
            patience: None,
            failure: Coin::new(0.0, stream),
            server_changes: Steps::default(),
            time_factors: Steps::default(),
            failure_changes: Steps::default(),
        }
    }

    fn key() -> AttemptKey {
        RunKey::new(1, 0).attempt(0, 0)
    }

    const MS: u64 = 1_000_000;

    #[test]
    fn a_server_that_becomes_free_takes_an_arrival_of_the_same_instant() {
        let kind = kind(1, 0, 10.0);
        let mut station = Station::new(&kind);
        assert_eq!(
            station.arrive(0, key(), &kind, false),
            Admission::Served { start: 0, end: 10 * MS, blocked: false }
        );
        assert_eq!(station.arrive(5 * MS, key(), &kind, false), Admission::Rejected);
        let third = station.arrive(10 * MS, key(), &kind, false);
        assert_eq!(third, Admission::Served { start: 10 * MS, end: 20 * MS, blocked: false });
    }

    #[test]
    fn the_waiting_room_holds_exactly_its_places() {
        let kind = kind(2, 3, 10.0);
        let mut station = Station::new(&kind);
        let admitted = (0..10).filter(|_| station.arrive(1, key(), &kind, false) != Admission::Rejected).count();
        assert_eq!(admitted, 5);
        assert_eq!(station.outstanding(1), 5);
    }

    #[test]
    fn patience_that_ends_when_service_can_start_is_patience_enough() {
        let stream = StreamId::new("s", "patience");
        for (patience, served) in [(10.0, true), (9.999_999, false)] {
            let mut kind = kind(1, u32::MAX, 10.0);
            kind.patience = Some((Sampler::new(&Distribution::constant(patience * 1e6)), stream));
            let mut station = Station::new(&kind);
            let _ = station.arrive(0, key(), &kind, false);
            assert_eq!(matches!(station.arrive(0, key(), &kind, false), Admission::Served { .. }), served);
        }
    }

    #[test]
    fn a_removed_server_finishes_and_a_new_one_starts_at_once() {
        let mut kind = kind(2, u32::MAX, 10.0);
        kind.server_changes = Steps::new(vec![(5 * MS, 1), (25 * MS, 2)]);
        let mut station = Station::new(&kind);
        let starts: Vec<u64> = (0..6)
            .map(|_| match station.arrive(0, key(), &kind, false) {
                Admission::Served { start, .. } => start / MS,
                _ => u64::MAX,
            })
            .collect();
        assert_eq!(starts, [0, 0, 10, 20, 25, 30]);
    }
}
