//! Target tracking: data points of a group's load, and the number of stations that follows from them.

use std::collections::VecDeque;

use super::calendar::Kind;
use super::network::{Network, Scaling, ScalingMetric};
use super::observer::Observer;
use super::run::Run;
use super::station::{Admission, Stations};
use super::tally::ScalingTally;

/// Data points that differ from a whole number of stations by less are that number, so that rounding adds none.
const ROUNDING: f64 = 1e-9;

/// What sets the number of one group's stations in rotation.
#[derive(Clone, Debug)]
pub(super) struct Controller<'a> {
    spec: &'a Scaling,
    group: u32,
    /// Number of the group's first station.
    first: u32,
    /// Stations decided on; those in rotation, and those that warm up.
    wanted: u32,
    /// End of the period that runs, ns.
    point: u64,
    /// Data points that are not known yet: from when on they are, the metric, and over how many stations on average.
    points: VecDeque<(u64, f64, f64)>,
    /// Data points in a row above the target, and below what is too little.
    above: u32,
    below: u32,
    /// The last increase, and the last decrease.
    out: Option<u64>,
    last_in: Option<u64>,
    /// Numbers in rotation to come, by when.
    joining: VecDeque<(u64, u32)>,
    /// What each station did since the last data point.
    loads: Vec<Load>,
    /// Numbers in rotation: from when on.
    numbers: Vec<(u64, u32)>,
    /// When each station was in rotation or finished what it had, ns.
    stays: Vec<Vec<(u64, u64)>>,
}

/// What a station has done.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    /// Since when it is counted, ns.
    since: u64,
    /// Service given to all attempts so far, and of it what came before `since`, ns.
    given: u128,
    before: u128,
    attempts: u64,
}

impl<'a> Controller<'a> {
    /// One for each scaling; one that no group has does nothing.
    pub(super) fn all(net: &'a Network) -> Vec<Controller<'a>> {
        let mut group_of = vec![None; net.scalings.len()];
        for (index, group) in net.groups.iter().enumerate() {
            if let Some(of) = group.scaling.and_then(|scaling| group_of.get_mut(scaling as usize)) {
                *of = Some(index);
            }
        }
        net.scalings.iter().zip(group_of).map(|(spec, group)| Controller::new(net, spec, group)).collect()
    }

    fn new(net: &'a Network, spec: &'a Scaling, group: Option<usize>) -> Controller<'a> {
        let (first, count) = group.map_or((0, 0), |group| (net.groups[group].first, net.groups[group].count));
        let initial = spec.initial.clamp(1, count.max(1));
        let stay = |station| if station < initial { vec![(0, u64::MAX)] } else { Vec::new() };
        Controller {
            spec,
            group: group.unwrap_or(0) as u32,
            first,
            wanted: initial,
            point: spec.period.max(1),
            points: VecDeque::new(),
            above: 0,
            below: 0,
            out: None,
            last_in: None,
            joining: VecDeque::new(),
            loads: vec![Load::default(); count as usize],
            numbers: vec![(0, initial)],
            stays: (0..count).map(stay).collect(),
        }
    }

    /// An attempt reached a station of the group.
    pub(super) fn reached(&mut self, station: u32, admission: Admission) {
        let load = &mut self.loads[station as usize];
        load.attempts += 1;
        load.given += match admission {
            Admission::Served { start, end } => u128::from(end - start),
            Admission::Lost { start, at } => u128::from(at - start),
            Admission::Abandons(_) | Admission::Rejected => 0,
        };
    }

    fn in_rotation(&self) -> u32 {
        self.numbers.last().map_or(1, |&(_, number)| number)
    }

    /// What has been given to a station by `at`, of all that was settled.
    fn given(&self, station: u32, at: u64, stations: &Stations<'_>) -> u128 {
        self.loads[station as usize].given - stations.backlog(self.first + station, at)
    }

    /// A station is counted anew from `at` on.
    fn count_from(&mut self, station: u32, at: u64, stations: &Stations<'_>) {
        let before = self.given(station, at, stations);
        let load = &mut self.loads[station as usize];
        (load.since, load.before, load.attempts) = (at, before, 0);
    }

    /// Does what is due at `at`: a data point, decisions, who joins. Whether the number in rotation changed, and when there is
    /// something to do again.
    fn act(&mut self, at: u64, stations: &Stations<'_>) -> (bool, Vec<u64>) {
        let (before, mut again) = (self.in_rotation(), Vec::new());
        if at == self.point {
            let (metric, over) = self.measure(at, stations);
            self.points.push_back((at.saturating_add(self.spec.delay), metric, over));
            self.point = at.saturating_add(self.spec.period.max(1));
            again.extend([self.point].into_iter().chain((self.spec.delay > 0).then(|| at + self.spec.delay)));
        }
        while let Some(&(_, metric, over)) = self.points.front().filter(|point| point.0 <= at) {
            self.points.pop_front();
            if self.decide((metric, over), at) {
                again.extend((self.spec.warm_up > 0).then(|| at.saturating_add(self.spec.warm_up)));
            }
        }
        let mut number = before.min(self.wanted);
        while let Some(&(_, joined)) = self.joining.front().filter(|joining| joining.0 <= at) {
            self.joining.pop_front();
            number = number.max(joined);
        }
        self.change(before, number, at, stations);
        (number != before, again)
    }

    /// The metric of the period that ends at `at`, and over how many stations on average.
    fn measure(&mut self, at: u64, stations: &Stations<'_>) -> (f64, f64) {
        let (mut busy, mut servers, mut attempts, mut time) = (0, 0, 0, 0);
        for station in 0..self.in_rotation() {
            let Load { since, before, attempts: reached, .. } = self.loads[station as usize];
            let kind = stations.kind(self.first + station);
            busy += self.given(station, at, stations) - before;
            servers += kind.server_changes.integral(kind.servers, since, at);
            attempts += reached;
            time += u128::from(at - since);
            self.count_from(station, at, stations);
        }
        let metric = match self.spec.metric {
            ScalingMetric::Utilisation => busy as f64 / (servers.max(1)) as f64,
            ScalingMetric::RequestsPerStation => attempts as f64 * 1e9 / (time.max(1)) as f64,
        };
        (metric, time as f64 / self.spec.period.max(1) as f64)
    }

    /// A data point is known, a metric `over` so many stations on average: whether stations are added.
    fn decide(&mut self, (metric, over): (f64, f64), at: u64) -> bool {
        let &Scaling { target, min, max, out_after, in_after, in_below, cool_out, cool_in, .. } = self.spec;
        self.above = if metric > target { self.above + 1 } else { 0 };
        self.below = if metric < in_below * target { self.below + 1 } else { 0 };
        let most = max.min(self.loads.len() as u32);
        let needed = |of: f64| (((of * metric / target) - ROUNDING).ceil() as u32).clamp(min.clamp(1, most), most);
        if self.above >= out_after {
            // What was added last may not be in the metric yet, so it is reckoned from who is.
            let cools = self.out.is_some_and(|out| at - out < cool_out);
            let from = if cools { over } else { f64::from(self.wanted) };
            if needed(from) > self.wanted {
                self.wanted = needed(from);
                self.out = Some(at);
                self.joining.push_back((at.saturating_add(self.spec.warm_up), self.wanted));
                return true;
            }
        } else if self.below >= in_after
            && self.last_in.is_none_or(|last| at - last >= cool_in)
            && needed(f64::from(self.wanted)) < self.wanted
        {
            self.wanted = needed(f64::from(self.wanted));
            self.last_in = Some(at);
            self.joining.iter_mut().for_each(|joining| joining.1 = joining.1.min(self.wanted));
        }
        false
    }

    /// From `before` to `number` stations in rotation.
    fn change(&mut self, before: u32, number: u32, at: u64, stations: &Stations<'_>) {
        for station in before..number {
            self.count_from(station, at, stations);
            let stays = &mut self.stays[station as usize];
            // It may still be busy with what it had when it left.
            let from = stays.last().map_or(at, |&(_, to)| to.max(at));
            stays.push((from, u64::MAX));
        }
        for station in number..before {
            let busy_until = stations.busy_until(self.first + station);
            if let Some(stay) = self.stays[station as usize].last_mut() {
                stay.1 = at.max(busy_until);
            }
        }
        if number != before {
            self.numbers.push((at, number));
        }
    }

    /// What is told of a window, ns, of instants, and of windows that end at `ends`.
    pub(super) fn tally(&self, (from, to): (u64, u64), observe: &[u64], ends: &[u64]) -> ScalingTally {
        let number_at = |at: u64| self.numbers[self.numbers.partition_point(|&(since, _)| since <= at).max(1) - 1].1;
        let inside = || self.numbers.iter().filter(|&&(since, _)| since > from && since < to);
        let numbers = || [number_at(from)].into_iter().chain(inside().map(|&(_, number)| number));
        let mut stations = 0;
        let mut since = from;
        for (at, number) in inside().map(|&(at, _)| at).chain([to]).zip(numbers()) {
            stations += u128::from(number) * u128::from(at - since);
            since = at;
        }
        ScalingTally {
            stations,
            fewest: numbers().min().unwrap_or(0),
            most: numbers().max().unwrap_or(0),
            changes: inside().count() as u64,
            observed: observe.iter().map(|&at| number_at(at)).collect(),
            slices: ends.iter().map(|&end| number_at(end.saturating_sub(1))).collect(),
        }
    }
}

impl<const OPEN: bool, O: Observer> Run<'_, OPEN, O> {
    /// The first data point of each controller comes.
    pub(super) fn start_controllers(&mut self) {
        for (index, controller) in (0..).zip(&self.controllers).filter(|(_, controller)| !controller.loads.is_empty()) {
            self.calendar.push(controller.point, Kind::Change, index);
        }
    }

    /// A controller's turn.
    pub(super) fn control(&mut self, index: u32, at: u64) {
        let controller = &mut self.controllers[index as usize];
        let (changed, again) = controller.act(at, &self.stations);
        if changed && let Some(state) = self.rotations.of(controller.group, at) {
            state.resize(controller.in_rotation(), at);
        }
        again.into_iter().for_each(|at| self.calendar.push(at, Kind::Change, index));
    }
}

/// Of each station the controller that decides whether it is there.
pub(super) struct Controlled<'a>(Vec<Option<&'a Controller<'a>>>);

impl<'a> Controlled<'a> {
    pub(super) fn of(controllers: &'a [Controller<'a>], stations: usize) -> Controlled<'a> {
        let mut of = vec![None; if controllers.is_empty() { 0 } else { stations }];
        for controller in controllers {
            of[controller.first as usize..][..controller.loads.len()].fill(Some(controller));
        }
        Controlled(of)
    }

    /// Servers x ns of a station within [`from`, `to`]: while it is in rotation or finishes what it has, and is not lost.
    pub(super) fn capacity(&self, station: u32, stations: &Stations<'_>, from: u64, to: u64) -> u128 {
        let kind = stations.kind(station);
        let Some(controller) = self.0.get(station as usize).copied().flatten() else { return kind.capacity(from, to) };
        let stays = &controller.stays[(station - controller.first) as usize];
        stays
            .iter()
            .map(|&(begins, ends)| (begins.max(from), ends.min(to)))
            .filter(|(begins, ends)| begins < ends)
            .map(|(begins, ends)| kind.capacity(begins, ends))
            .sum()
    }
}
