//! First-come-first-served stations whose departures are known at arrival: servers, waiting room, patience.
//!
//! Service is not preemptive and demands do not depend on the future, so the instant at which an arriving attempt starts is
//! settled when it arrives: the earliest at which a server is free after all before it have started (Kiefer and Wolfowitz,
//! "On the theory of queues with many servers", 1955). No departure event is needed, and what happens at one instant comes in
//! the stated order by itself: a server that becomes free at t takes an attempt that arrives at t.
//!
//! All stations of a network lie in a few arrays: of a station with few servers, most attempts touch only the instants at
//! which these become free.

use std::collections::VecDeque;

use super::network::{Network, StationKind};
use super::servers::{Heap, Varying, least};
use crate::random::AttemptKey;

/// What became of an attempt that reached a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Served from `start` to `end`, ns.
    Served {
        /// Start of service.
        start: u64,
        /// End of service.
        end: u64,
    },
    /// Leaves unserved at this instant, its patience at an end.
    Abandons(u64),
    /// Found the waiting room full.
    Rejected,
    /// Lost with its station, or found it lost.
    Lost {
        /// Start of the service that it had, or until when it waited for one.
        start: u64,
        /// When.
        at: u64,
    },
}

/// Servers up to which the earliest is found by looking at all of them.
const FEW: u32 = 8;

/// How the servers of a station are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// So many, side by side in `free`.
    Few(u32),
    /// In a heap of their own.
    Many,
    /// Their number changes.
    Varying,
}

/// All stations of a network.
#[derive(Clone, Debug)]
pub struct Stations<'a> {
    kinds: &'a [StationKind],
    kind: &'a [u16],
    forms: Vec<Form>,
    /// Where each station is in the array of its form.
    place: Vec<u32>,
    free: Vec<u64>,
    heaps: Vec<Heap>,
    varying: Vec<Varying>,
    /// Instants at which waiting attempts leave each waiting room, in order of arrival; kept where someone asks.
    rooms: Vec<VecDeque<u64>>,
}

impl<'a> Stations<'a> {
    /// Empty stations.
    #[must_use]
    pub fn new(net: &'a Network) -> Stations<'a> {
        let form = |kind: &StationKind| match kind.servers {
            _ if !kind.server_changes.is_empty() => Form::Varying,
            servers @ ..=FEW => Form::Few(servers),
            _ => Form::Many,
        };
        let mut stations = Stations {
            kinds: &net.kinds,
            kind: &net.stations,
            forms: net.kinds.iter().map(form).collect(),
            place: Vec::with_capacity(net.stations.len()),
            free: Vec::new(),
            heaps: Vec::new(),
            varying: Vec::new(),
            rooms: vec![VecDeque::new(); net.stations.len()],
        };
        for &kind in &net.stations {
            let place = match stations.forms[usize::from(kind)] {
                Form::Few(servers) => {
                    stations.free.resize(stations.free.len() + servers as usize, 0);
                    stations.free.len() - servers as usize
                }
                Form::Many => {
                    stations.heaps.push(Heap::new(net.kinds[usize::from(kind)].servers));
                    stations.heaps.len() - 1
                }
                Form::Varying => {
                    stations.varying.push(Varying::default());
                    stations.varying.len() - 1
                }
            };
            stations.place.push(place as u32);
        }
        stations
    }

    /// The kind of a station.
    #[inline]
    #[must_use]
    pub fn kind(&self, station: u32) -> &'a StationKind {
        &self.kinds[usize::from(self.kind[station as usize])]
    }

    /// Where the servers of a station are among those side by side, and how many these are, where it is a plain one: few
    /// servers that never change, unlimited waiting without end, no failure.
    pub(super) fn plain(&self, station: u32) -> Option<(usize, usize)> {
        let kind = self.kind(station);
        let waits = kind.queue == u32::MAX && kind.patience.is_none();
        let changes = !(kind.time_factors.is_empty() && kind.failure_changes.is_empty());
        match self.forms[usize::from(self.kind[station as usize])] {
            Form::Few(servers) if waits && !changes && kind.failure.threshold.is_none() => {
                Some((self.place[station as usize] as usize, servers as usize))
            }
            _ => None,
        }
    }

    /// An attempt arrives at `at` at a plain station with `servers` from `place` on: start and end of its service.
    #[inline(always)]
    pub(super) fn arrive_plainly(&mut self, place: usize, servers: usize, at: u64, demand: u64) -> (u64, u64) {
        let free = &mut self.free[place..place + servers];
        let (server, earliest) = least(free);
        let start = earliest.max(at);
        let end = start.saturating_add(demand);
        free[server] = end;
        (start, end)
    }

    /// When the servers of a plain station become free, ns, in any order.
    pub(super) fn few_mut(&mut self, place: usize, servers: usize) -> &mut [u64] {
        &mut self.free[place..place + servers]
    }

    /// Attempts waiting or in service at `at`.
    pub fn outstanding(&mut self, station: u32, at: u64) -> usize {
        let room = &mut self.rooms[station as usize];
        room.retain(|&leaves| leaves > at);
        room.len() + self.servers(station, at)
    }

    /// Busy servers at `at`, counting also those whose next service has been settled.
    fn servers(&self, station: u32, at: u64) -> usize {
        let place = self.place[station as usize] as usize;
        match self.forms[usize::from(self.kind[station as usize])] {
            Form::Few(servers) => self.few(place, servers).iter().filter(|&&free| free > at).count(),
            Form::Many => self.heaps[place].free().iter().filter(|&&free| free > at).count(),
            Form::Varying => self.varying[place].in_service(at),
        }
    }

    fn few(&self, place: usize, servers: u32) -> &[u64] {
        &self.free[place..place + servers as usize]
    }

    /// An attempt arrives at `at` (not before the last one did), its `demand` (ns) drawn or not. `counted`: others ask for the
    /// number outstanding.
    #[inline(always)]
    pub fn arrive(&mut self, station: u32, at: u64, key: AttemptKey, demand: Option<u64>, counted: bool) -> Admission {
        self.arrive_until::<false>(station, at, key, demand, counted, u64::MAX)
    }

    /// As [`Stations::arrive`], at a station that with `LOSING` is lost at `until`, after `at`: whoever is not served by then.
    #[inline(always)]
    pub(super) fn arrive_until<const LOSING: bool>(
        &mut self,
        station: u32,
        at: u64,
        key: AttemptKey,
        demand: Option<u64>,
        counted: bool,
        until: u64,
    ) -> Admission {
        let number = usize::from(self.kind[station as usize]);
        let (kind, form) = (&self.kinds[number], self.forms[number]);
        let place = self.place[station as usize] as usize;
        let (server, free) = match form {
            Form::Few(servers) => least(self.few(place, servers)),
            Form::Many => (0, self.heaps[place].earliest(at)),
            Form::Varying => (0, self.varying[place].start(at, kind)),
        };
        let start = free.max(at);
        if LOSING && start >= until && form == Form::Varying {
            // Whoever would start at the loss or later never does.
            self.varying[place].lose_before(until);
        }
        let minded = counted || kind.queue != u32::MAX || kind.patience.is_some();
        if minded
            && start > at
            && let Some(turned) = self.wait(station, at, if LOSING { start.min(until) } else { start }, key, counted)
        {
            return turned;
        }
        let mut demand = demand.unwrap_or_else(|| kind.time.sample(key.bits(kind.time_stream)));
        if !kind.time_factors.is_empty() {
            demand = (demand as f64 * kind.time_factors.at(start, false).unwrap_or(1.0)).round() as u64;
        }
        let mut end = start.saturating_add(demand);
        let mut admission = Admission::Served { start, end };
        if LOSING && end > until {
            // At the loss everybody goes, and all servers are free.
            admission = Admission::Lost { start: start.min(until), at: until };
            end = until;
            if start >= until {
                return admission;
            }
        }
        match form {
            Form::Few(_) => self.free[place + server] = end,
            Form::Many => self.heaps[place].replace_earliest(at, end),
            Form::Varying => self.varying[place].serve(start, end),
        }
        admission
    }

    /// When the last of the attempts that have come so far is over, ns; 0 where there were none.
    pub(super) fn busy_until(&self, station: u32) -> u64 {
        let place = self.place[station as usize] as usize;
        let last = |free: &[u64]| free.iter().copied().max().unwrap_or(0);
        match self.forms[usize::from(self.kind[station as usize])] {
            Form::Few(servers) => last(self.few(place, servers)),
            Form::Many => last(self.heaps[place].free()),
            Form::Varying => self.varying[place].busy_until(),
        }
    }

    /// No server is free before `start`: what becomes of the attempt if it is not served then; its place in the waiting room.
    #[inline]
    fn wait(&mut self, station: u32, at: u64, start: u64, key: AttemptKey, counted: bool) -> Option<Admission> {
        let kind = self.kind(station);
        let bounded = kind.queue != u32::MAX;
        let room = &mut self.rooms[station as usize];
        while room.front().is_some_and(|&leaves| leaves <= at) {
            room.pop_front();
        }
        if bounded {
            if kind.patience.is_some() {
                room.retain(|&leaves| leaves > at);
            }
            if room.len() >= kind.queue as usize {
                return Some(Admission::Rejected);
            }
        }
        let patience = kind.patience.as_ref();
        let leaves = patience.map_or(u64::MAX, |(time, stream)| at.saturating_add(time.sample(key.bits(*stream))));
        if bounded || counted {
            room.push_back(start.min(leaves));
        }
        (start > leaves).then_some(Admission::Abandons(leaves))
    }

    /// Nanoseconds of service still to give at `at` to attempts that arrived at the station before.
    #[must_use]
    pub fn backlog(&self, station: u32, at: u64) -> u128 {
        let place = self.place[station as usize] as usize;
        let left = |free: &[u64]| free.iter().map(|&free| u128::from(free.saturating_sub(at))).sum();
        match self.forms[usize::from(self.kind[station as usize])] {
            Form::Few(servers) => left(self.few(place, servers)),
            Form::Many => left(self.heaps[place].free()),
            Form::Varying => self.varying[place].backlog(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixture;
    use crate::engine::network::Steps;
    use crate::random::{Distribution, RunKey, Sampler, StreamId};

    fn kind(servers: u32, queue: u32, ms: f64) -> StationKind {
        fixture::kind(StreamId::new("s", "time"), ms * 1e6, servers, queue)
    }

    fn network(kind: StationKind) -> Network {
        fixture::network(kind, 1)
    }

    fn key() -> AttemptKey {
        RunKey::new(1, 0).attempt(0, 0)
    }

    const MS: u64 = 1_000_000;

    #[test]
    fn a_server_that_becomes_free_takes_an_arrival_of_the_same_instant() {
        let net = network(kind(1, 0, 10.0));
        let mut station = Stations::new(&net);
        assert_eq!(station.arrive(0, 0, key(), None, false), Admission::Served { start: 0, end: 10 * MS });
        assert_eq!(station.arrive(0, 5 * MS, key(), None, false), Admission::Rejected);
        assert_eq!(station.arrive(0, 10 * MS, key(), None, false), Admission::Served { start: 10 * MS, end: 20 * MS });
    }

    #[test]
    fn the_waiting_room_holds_exactly_its_places() {
        for servers in [2, 20] {
            let net = network(kind(servers, 3, 10.0));
            let mut station = Stations::new(&net);
            let arrivals = (0..100).map(|_| station.arrive(0, 1, key(), None, false));
            assert_eq!(arrivals.filter(|admission| *admission != Admission::Rejected).count(), servers as usize + 3);
            assert_eq!(station.outstanding(0, 1), servers as usize + 3);
        }
    }

    #[test]
    fn patience_that_ends_when_service_can_start_is_patience_enough() {
        let stream = StreamId::new("s", "patience");
        for (patience, served) in [(10.0, true), (9.999_999, false)] {
            let mut kind = kind(1, u32::MAX, 10.0);
            kind.patience = Some((Sampler::new(&Distribution::constant(patience * 1e6)), stream));
            let net = network(kind);
            let mut station = Stations::new(&net);
            let _ = station.arrive(0, 0, key(), None, false);
            assert_eq!(matches!(station.arrive(0, 0, key(), None, false), Admission::Served { .. }), served);
        }
    }

    #[test]
    fn a_removed_server_finishes_and_a_new_one_starts_at_once() {
        let mut kind = kind(2, u32::MAX, 10.0);
        kind.server_changes = Steps::new(vec![(5 * MS, 1), (25 * MS, 2)]);
        let net = network(kind);
        let mut station = Stations::new(&net);
        let starts: Vec<u64> = (0..6)
            .map(|_| match station.arrive(0, 0, key(), None, false) {
                Admission::Served { start, .. } => start / MS,
                _ => u64::MAX,
            })
            .collect();
        assert_eq!(starts, [0, 0, 10, 20, 25, 30]);
    }
}
