//! Which stations of a group take new attempts as that changes, and which of them one takes.

use super::attempt::{choose, cumulative, fewest};
use super::network::{Balancing, Group, Network, Rotation};
use super::station::Stations;
use crate::random::AttemptKey;

/// Whether who takes attempts at a group changes, or what becomes of them at its stations.
pub(super) fn changes(net: &Network, group: &Group) -> bool {
    let loses = |kind: u16| !net.kinds[usize::from(kind)].losses.is_empty();
    let stations = group.first as usize..(group.first + group.count) as usize;
    !group.rotations.is_empty() || group.scaling.is_some() || net.stations[stations].iter().copied().any(loses)
}

/// The groups that change.
#[derive(Clone, Debug)]
pub(super) struct Rotations<'a> {
    /// Of each group its place in `groups`; empty where none changes.
    places: Vec<Option<u32>>,
    groups: Vec<InRotation<'a>>,
}

impl<'a> Rotations<'a> {
    pub(super) fn new(net: &'a Network) -> Rotations<'a> {
        let mut groups = Vec::new();
        let place = |group| {
            changes(net, group).then(|| {
                groups.push(InRotation::new(net, group));
                groups.len() as u32 - 1
            })
        };
        let places: Vec<Option<u32>> = net.groups.iter().map(place).collect();
        Rotations { places: if groups.is_empty() { Vec::new() } else { places }, groups }
    }

    /// A group as it is at `at` (ns, not before the last call's), if it changes.
    #[inline]
    pub(super) fn of(&mut self, group: u32, at: u64) -> Option<&mut InRotation<'a>> {
        let place = (*self.places.get(group as usize)?)?;
        let state = &mut self.groups[place as usize];
        state.come_to(at);
        Some(state)
    }
}

/// Who of a group takes new attempts; stations by their number within the group.
#[derive(Clone, Debug)]
pub(super) struct InRotation<'a> {
    pub group: &'a Group,
    rotations: &'a [Rotation],
    /// Changes that have come.
    come: usize,
    /// Only the first so many are there.
    there: u32,
    /// Those that take attempts, rising, at least one.
    members: Vec<u32>,
    /// Cumulative weights of the members over 2^64; empty: even ones.
    thresholds: Vec<u64>,
    /// Weight of each member, and what it has of it that was not used up, in turn by weight; empty: even ones.
    credits: Vec<(f64, f64)>,
    /// Next in turn.
    turn: u32,
    /// Since when each station takes attempts, ns; `u64::MAX`: it does not.
    joined: Vec<u64>,
    /// Where the fewest outstanding are looked for: from and to when attempts hang at each station that is silent, ns.
    hanging: Vec<Vec<(u64, u64)>>,
}

impl<'a> InRotation<'a> {
    fn new(net: &'a Network, group: &'a Group) -> InRotation<'a> {
        let counted = matches!(group.balancing, Balancing::LeastOutstanding(_));
        let scaling = group.scaling.and_then(|scaling| net.scalings.get(scaling as usize));
        let mut state = InRotation {
            group,
            rotations: &net.rotations,
            come: 0,
            there: scaling.map_or(group.count, |scaling| scaling.initial.clamp(1, group.count)),
            members: Vec::new(),
            thresholds: Vec::new(),
            credits: Vec::new(),
            turn: 0,
            joined: vec![u64::MAX; group.count as usize],
            hanging: vec![Vec::new(); if counted { group.count as usize } else { 0 }],
        };
        state.settle(0);
        state
    }

    /// Changes that come by `at` are made.
    #[inline]
    fn come_to(&mut self, at: u64) {
        while let Some(&(change, _)) = self.group.rotations.changes().get(self.come).filter(|change| change.0 <= at) {
            self.come += 1;
            self.settle(change);
        }
    }

    /// Only the first `there` stations are there from `at` on.
    pub(super) fn resize(&mut self, there: u32, at: u64) {
        self.there = there.clamp(1, self.group.count);
        self.settle(at);
    }

    /// Finds who takes attempts from `at` on.
    fn settle(&mut self, at: u64) {
        let rotation = self.come.checked_sub(1).map(|last| self.group.rotations.changes()[last].1);
        let weights = rotation.and_then(|index| self.rotations.get(index as usize)).map_or(&[][..], |r| &r.weights);
        let weight = |station: u32| weights.get(station as usize).copied().filter(|weight| *weight > 0.0);
        let known = (0..self.there).any(|station| weight(station).is_some());
        let own = |station: u32| if known { weight(station) } else { Some(self.own_weight(station)) };
        let (members, weights): (Vec<u32>, Vec<f64>) =
            (0..self.there).filter_map(|station| own(station).map(|weight| (station, weight))).unzip();
        self.thresholds = match &self.group.balancing {
            Balancing::Weighted(_, own) if !known && self.there == self.group.count => own.to_vec(),
            _ => cumulative(weights.iter().copied()),
        };
        let even = weights.iter().all(|weight| *weight == weights[0]);
        self.credits = if even { Vec::new() } else { weights.into_iter().map(|weight| (weight, 0.0)).collect() };
        let mut is_in = vec![false; self.joined.len()];
        members.iter().for_each(|&member| is_in[member as usize] = true);
        for (joined, is_in) in self.joined.iter_mut().zip(is_in) {
            *joined = if is_in { at.min(*joined) } else { u64::MAX };
        }
        self.members = members;
    }

    /// The weight that the balancing itself gives a station.
    fn own_weight(&self, station: u32) -> f64 {
        let Balancing::Weighted(_, thresholds) = &self.group.balancing else { return 1.0 };
        let upto = |stations: u32| stations.checked_sub(1).and_then(|last| thresholds.get(last as usize)).copied();
        let (from, to) = (upto(station).unwrap_or(0), upto(station + 1));
        to.map_or(1.0, |to| (to - from) as f64)
    }

    /// By 64 uniform bits.
    pub(super) fn draw(&self, bits: u64) -> u32 {
        self.members[choose(bits, &self.thresholds, self.members.len()) as usize]
    }

    /// Whether a connection that became idle at `since` is still there: its station took attempts ever since.
    pub(super) fn keeps(&self, station: u32, since: u64) -> bool {
        self.joined.get(station as usize).is_some_and(|joined| *joined <= since)
    }

    /// The station that an attempt takes which comes at `at`, `connected` to one of them or not; whether others ask how many are
    /// outstanding there.
    pub(super) fn take(
        &mut self,
        key: AttemptKey,
        connected: Option<u32>,
        at: u64,
        stations: &mut Stations<'_>,
    ) -> (u32, bool) {
        let station = match (&self.group.balancing, connected) {
            (Balancing::Random(stream), _) | (Balancing::Weighted(stream, _), None) => self.draw(key.bits(*stream)),
            (Balancing::Weighted(..) | Balancing::ByConnection, Some(target)) => target,
            (Balancing::ByConnection, None) => self.members[0],
            (Balancing::RoundRobin, _) => self.in_turn(),
            (Balancing::LeastOutstanding(stream), _) => {
                return (self.fewest_outstanding(key.bits(*stream), at, stations), true);
            }
        };
        (station, false)
    }

    /// In turn: where weights differ, everyone earns its weight, and who has most takes the attempt and pays for it, so that those
    /// of high weight do not come in a row (as nginx does: smooth weighted round robin).
    fn in_turn(&mut self) -> u32 {
        if self.credits.is_empty() {
            let place = self.members.partition_point(|&member| member < self.turn);
            let station = self.members.get(place).copied().unwrap_or(self.members[0]);
            self.turn = station + 1;
            return station;
        }
        let (mut total, mut most) = (0.0, 0);
        for place in 0..self.credits.len() {
            let (weight, credit) = &mut self.credits[place];
            *credit += *weight;
            total += *weight;
            if self.credits[place].1 > self.credits[most].1 {
                most = place;
            }
        }
        self.credits[most].1 -= total;
        self.turn = self.members[most] + 1;
        self.members[most]
    }

    fn fewest_outstanding(&mut self, bits: u64, at: u64, stations: &mut Stations<'_>) -> u32 {
        let InRotation { group, members, hanging, .. } = self;
        fewest(members.iter().copied(), bits, |member| {
            let hanging = &mut hanging[member as usize];
            hanging.retain(|&(_, to)| to > at);
            let hang = hanging.iter().filter(|&&(from, _)| from <= at).count();
            hang + stations.outstanding(group.first + member, at)
        })
    }

    /// An attempt hangs at a station that is silent from `from` to `to` (ns).
    pub(super) fn hangs(&mut self, station: u32, from: u64, to: u64) {
        if let Some(hanging) = self.hanging.get_mut(station as usize) {
            hanging.push((from, to));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::fixture;
    use crate::engine::network::Steps;
    use crate::random::{RunKey, StreamId};

    const STREAM: StreamId = StreamId::new("s", "time");

    /// Stations of one server and 10 ns each, with rotations from these instants on.
    fn network(balancing: Balancing, rotations: &[(u64, &[f64])]) -> Network {
        let count = rotations.first().map_or(1, |(_, weights)| weights.len() as u32);
        let steps = rotations.iter().zip(0..).map(|(&(at, _), index)| (at, index)).collect();
        Network {
            groups: vec![Group { first: 0, count, balancing, rotations: Steps::new(steps), scaling: None }],
            rotations: rotations.iter().map(|(_, weights)| Rotation { weights: weights.to_vec() }).collect(),
            ..fixture::network(fixture::kind(STREAM, 10.0, 1, u32::MAX), count as usize)
        }
    }

    /// The stations taken at these instants, none of which serves anybody.
    fn taken(net: &Network, instants: &[u64]) -> Vec<u32> {
        let (mut rotations, mut stations) = (Rotations::new(net), Stations::new(net));
        let key = RunKey::new(1, 0).attempt(0, 0);
        let one = |&at: &u64| rotations.of(0, at).map(|state| state.take(key, None, at, &mut stations).0);
        instants.iter().filter_map(one).collect()
    }

    #[test]
    fn in_turn_goes_on_where_it_was() {
        let without = [1.0, 0.0, 1.0, 1.0];
        let net = network(Balancing::RoundRobin, &[(10, &without), (20, &[7.0; 4]), (30, &[0.0; 4])]);
        assert_eq!(taken(&net, &[1, 2, 10, 11, 12, 13, 20, 21, 29, 30, 31]), [0, 1, 2, 3, 0, 2, 3, 0, 1, 2, 3]);
    }

    #[test]
    fn in_turn_by_weight_is_smooth() {
        let net = network(Balancing::RoundRobin, &[(0, &[5.0, 1.0, 1.0])]);
        assert_eq!(taken(&net, &[1; 14]), [0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
    }

    #[test]
    fn a_draw_goes_by_weight_and_where_all_are_out_by_what_the_balancing_has() {
        let own = std::sync::Arc::new(vec![1 << 63, 1 << 63, u64::MAX]);
        let balancing = Balancing::Weighted(STREAM, own);
        let net = network(balancing, &[(10, &[1.0, 0.0, 3.0]), (20, &[0.0, 2.0, 2.0]), (30, &[0.0; 3])]);
        let mut rotations = Rotations::new(&net);
        let mut draws = |at| {
            let state = rotations.of(0, at).unwrap();
            [0, (1 << 62) - 1, 1 << 62, (1 << 63) - 1, 1 << 63, u64::MAX].map(|bits| state.draw(bits))
        };
        assert_eq!(draws(9), [0, 0, 0, 0, 2, 2]);
        assert_eq!(draws(10), [0, 0, 2, 2, 2, 2]);
        assert_eq!(draws(20), [1, 1, 1, 1, 2, 2]);
        assert_eq!(draws(30), [0, 0, 0, 0, 2, 2]);
    }

    #[test]
    fn a_connection_is_closed_when_its_station_leaves() {
        let net = network(Balancing::ByConnection, &[(10, &[1.0, 0.0]), (20, &[1.0, 1.0])]);
        let mut rotations = Rotations::new(&net);
        let mut kept = |at, since| [0, 1].map(|station| rotations.of(0, at).unwrap().keeps(station, since));
        assert_eq!(kept(9, 5), [true, true]);
        assert_eq!(kept(15, 5), [true, false]);
        // It came back, but the connection did not; one that was released while it was out is closed too.
        assert_eq!(kept(25, 5), [true, false]);
        assert_eq!(kept(25, 19), [true, false]);
        assert_eq!(kept(25, 20), [true, true]);
    }

    #[test]
    fn who_hangs_is_outstanding() {
        let net = network(Balancing::LeastOutstanding(STREAM), &[(0, &[1.0, 1.0, 0.0])]);
        let (mut rotations, mut stations) = (Rotations::new(&net), Stations::new(&net));
        // A request that takes the first where both have none.
        let state = rotations.of(0, 1).unwrap();
        let key = |request| RunKey::new(1, 0).attempt(request, 0);
        let mut first = |request: &u64| state.take(key(*request), None, 1, &mut stations) == (0, true);
        let key = key((0..100).find(|request| first(request)).unwrap());
        state.hangs(0, 2, 8);
        assert_eq!([1, 2, 7, 8].map(|at| state.take(key, None, at, &mut stations).0), [0, 1, 1, 0]);
    }
}
