//! The work of a sweep as units: what a unit is, what it is likely to cost, and a fair share of all of them.

use serde::Serialize;

use super::name::{self, Name};
use super::room::Held;
use crate::engine::network::{Scaling, Step};
use crate::engine::{Network, Way};
use crate::experiment::point::PointSpec;
use crate::experiment::warmup::{self, Cut};
use crate::scenario::{Arrivals, Change, Copies, Hop, Length, Load, Model, Retries, Scenario, Station, Stations};
use crate::topology::{Legend, LoadKind, offered_rate};

/// What a unit takes at most, ns of one core, where a point has several replications: a point that takes longer is several units, so that
/// there is enough to share out.
const LONGEST_UNIT: f64 = 1e9;
/// ns of one core for a request of the shortest way, of the other ways, and for each step beside the first. Rough: what is fair is a
/// matter of ratios. Measured with the built-in options and `scenarios/known` on a core of 2.5 GHz.
const SHORT_NS: f64 = 25.0;
const OPEN_NS: f64 = 60.0;
const PATH_NS: f64 = 52.0;
/// What each doubling of the number of services adds on a path for a request that no bucket turns away, ns: the cache then holds less of
/// the recorders and connections.
const DOUBLING_NS: f64 = 4.0;
const FULL_NS: f64 = 110.0;
const STEP_NS: f64 = 7.0;
/// ns that any replication takes, and for each service in it: a network to be set up, recorders to be summed up.
const RUN_NS: f64 = 100_000.0;
const SERVICE_NS: f64 = 300.0;
/// ns of a data point of target tracking, and for each target in it.
const POINT_NS: f64 = 200.0;
const TARGET_NS: f64 = 15.0;
/// Queues that have more places together, those of a hop or of all targets, are not counted on to bound what waits: nearly four times
/// those of the largest point of the built-in sweep.
const MANY_PLACES: u32 = 1 << 22;
/// The part of the grid in the list of units, whose points stay in memory.
pub(in crate::experiment) const GRID: &str = "grid";
/// The part of pilots.
pub(in crate::experiment) const PILOTS: &str = "pilots";

/// Some replications of a point, or the pilots of a place, that are simulated together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unit {
    /// From 1, in the order of the list.
    pub number: u32,
    /// What it is for: `pilots`, `grid`, `map`, `saturation`, `deployments`, `sensitivity`.
    pub part: &'static str,
    /// The option; none of hops, and of pilots, which all options share.
    pub option: Option<String>,
    /// Services.
    pub services: u32,
    /// Requests per second; none of closed clients.
    pub rate: Option<f64>,
    /// First replication, from 0.
    pub from: u32,
    /// The replication after the last.
    pub to: u32,
    /// Requests to be simulated, with those of warm-ups; predicted.
    pub requests: u64,
    /// Seconds of one core; predicted.
    pub seconds: f64,
    /// The point's position among the options, for the order of the list.
    #[serde(skip)]
    pub(super) place: usize,
    #[serde(skip)]
    pub(in crate::experiment) name: Name,
    /// The name of its scenario at its number of services.
    #[serde(skip)]
    pub(super) at: Name,
    /// The pilots that it needs first.
    #[serde(skip)]
    pub(super) pilots: Option<Name>,
}

/// Units in the order of their numbers, and what they come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The units.
    pub units: Vec<Unit>,
    /// Requests of all.
    pub requests: u64,
    /// Seconds of one core for all.
    pub seconds: f64,
    /// Memory of the whole sweep on one machine, bytes, with one replication at a time; predicted.
    pub memory: u64,
    /// What of it the histograms take, bytes.
    pub histograms: u64,
}

impl Plan {
    /// Of units in any order, and what the sweep holds.
    pub(in crate::experiment) fn new(mut units: Vec<Unit>, held: Held) -> Plan {
        let part = |unit: &Unit| (unit.part != PILOTS, unit.part != GRID, unit.part);
        units.sort_by(|a, b| {
            let rate = |unit: &Unit| unit.rate.unwrap_or(0.0);
            (part(a).cmp(&part(b)))
                .then(a.place.cmp(&b.place))
                .then(a.services.cmp(&b.services))
                .then(rate(a).total_cmp(&rate(b)))
                .then_with(|| (a.from, a.name).cmp(&(b.from, b.name)))
        });
        for (unit, number) in units.iter_mut().zip(1..) {
            unit.number = number;
        }
        let requests = units.iter().map(|unit| unit.requests).sum();
        // A sum of nothing would be -0.
        let seconds = units.iter().map(|unit| unit.seconds).fold(0.0, |sum, one| sum + one);
        let (memory, histograms) = held.memory();
        Plan { units, requests, seconds, memory, histograms }
    }

    /// A hash of the names of all units.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        Name::of(|hasher| {
            self.units.iter().for_each(|unit| {
                hasher.update(&unit.name.0);
            });
        })
        .hex()
    }
}

/// Requests and abandoned attempts that may be in the system at a time in one replication, at the worst of the sweep's numbers of
/// services; predicted, by no simulation, and 0 where what may wait is bounded by queues.
///
/// Of closed clients their number. Of open arrivals every request of the run with its warm-up, where there are retries or a station's
/// queue has no bound and its load may reach 1; else, by Little's law, those that are in a delay or wait for as long as they have
/// patience. Where a timeout leaves work behind in such a queue, every attempt counts. Arrivals go on until the last measured request
/// has ended, which behind a queue without a bound takes as many times the run as the load is above 1.
#[must_use]
pub fn waiting(scenario: &Scenario) -> f64 {
    let operating = crate::experiment::operating_services(scenario);
    let services = scenario.sweep.services.iter().copied().chain([operating]);
    services.map(|services| waiting_at(scenario, services)).fold(0.0, f64::max)
}

fn waiting_at(scenario: &Scenario, services: u32) -> f64 {
    let retries = match &scenario.client.retries {
        Retries::None => 0,
        Retries::Backoff { max, .. } => *max,
        Retries::AwsSdkStandard(sdk) => sdk.attempts.saturating_sub(1),
    };
    let held = held_seconds(scenario, services);
    if retries == 0 && held == 0.0 && offered_rate(scenario, services).is_some() {
        return 0.0;
    }
    let leaves_work = scenario.client.timeout.is_some() && held.is_infinite();
    let attempts = if leaves_work { 1.0 + f64::from(retries) } else { 1.0 };
    let peak = peak(scenario);
    let factor = if matches!(scenario.run.length, Length::Time(_)) { peak } else { 1.0 };
    let longer = if held.is_infinite() { overload(scenario, services) * f64::from(1 + retries) } else { 1.0 };
    let all = requests(scenario, services, &warmup::floor(scenario, services)) * factor * attempts * longer.max(1.0);
    match (&scenario.workload.load, offered_rate(scenario, services)) {
        (Load::Closed { clients, .. }, _) if !leaves_work => f64::from(*clients),
        (_, Some(rate)) if retries == 0 && held.is_finite() => all.min(rate * peak * held),
        _ => all,
    }
}

/// The highest factor that a profile and events put on the arrival rate; 1 at least.
fn peak(scenario: &Scenario) -> f64 {
    let profile = scenario.workload.profile.iter().map(|&(_, factor)| factor).fold(1.0, f64::max);
    let factor = |change: &Change| if let Change::RateFactor(factor) = change { factor.max(1.0) } else { 1.0 };
    let surges = scenario.events.iter().filter(|event| event.hop.is_none());
    profile * surges.map(|event| factor(&event.change)).product::<f64>()
}

/// The highest load of a station at the highest rate, with the events that make it slower.
fn overload(scenario: &Scenario, services: u32) -> f64 {
    let legend = PointSpec { scenario, option: 0, services, detail: false }.legend();
    let highest = |load: &crate::topology::Load| {
        let LoadKind::Station { servers: usual, .. } = load.kind else { return 0.0 };
        let slower = |change: &Change| match change {
            Change::TimeFactor(factor) => factor.max(1.0),
            Change::Servers(left) => (f64::from(usual) / f64::from((*left).max(1))).max(1.0),
            _ => 1.0,
        };
        let here = scenario.events.iter().filter(|event| event.hop.as_deref() == Some(load.hop.as_str()));
        load.load * here.map(|event| slower(&event.change)).product::<f64>()
    };
    peak(scenario) * legend.loads.iter().map(highest).fold(0.0, f64::max)
}

/// Seconds for which stations that have no bound on what is in them hold a request; infinite where one's queue may grow for as long as
/// the run lasts.
fn held_seconds(scenario: &Scenario, services: u32) -> f64 {
    let is_many = |places: u32| places > MANY_PLACES;
    match &scenario.model {
        Model::Options(system) => {
            let usual = &system.services;
            let queue = system.listed.iter().filter_map(|one| one.queue).fold(usual.queue, u32::max);
            let targets = system.listed.iter().filter_map(|one| one.targets).fold(usual.targets, u32::max);
            let places = queue.saturating_mul(targets).saturating_mul(services);
            if is_many(places) { f64::INFINITY } else { 0.0 }
        }
        Model::Hops(hops) => {
            let settles = settles(scenario, services);
            let station = |(station, copies): (&Station, u32)| match (station.servers, &station.patience, station.queue)
            {
                (None, _, _) => station.time.mean_ns() / 1e9,
                (_, _, Some(places)) if !is_many(places.saturating_mul(copies)) => 0.0,
                (_, Some(patience), _) => patience.mean_ns() / 1e9,
                _ if settles => 0.0,
                _ => f64::INFINITY,
            };
            hops.iter().map(|hop| stations(hop, services).into_iter().map(station).fold(0.0, f64::max)).sum()
        }
    }
}

/// The stations of a hop that differ, each with the number of its copies.
fn stations(hop: &Hop, services: u32) -> Vec<(&Station, u32)> {
    match &hop.stations {
        Stations::One(station) => vec![(station, 1)],
        Stations::Copies { station, number: Copies::Number(copies), .. } => vec![(station, *copies)],
        Stations::Copies { station, number: Copies::Services, .. } => vec![(station, services)],
        Stations::Branches(branches) => branches.iter().map(|(_, _, station)| (station, 1)).collect(),
    }
}

/// Whether no station's load reaches 1 at any time: only known where load and capacity stay as they are.
fn settles(scenario: &Scenario, services: u32) -> bool {
    let (workload, client) = (&scenario.workload, &scenario.client);
    let is_steady = matches!(workload.arrivals, Arrivals::Poisson | Arrivals::Constant | Arrivals::Gamma { .. })
        && workload.profile.is_empty()
        && scenario.events.is_empty()
        && client.retries == Retries::None;
    let spec = PointSpec { scenario, option: 0, services, detail: false };
    is_steady && spec.legend().loads.iter().all(|load| load.load < 1.0 || load.kind == LoadKind::Limiter)
}

/// Replications `first` to (not with) `last` of a point in units, each with the pilots that it needs first.
pub(in crate::experiment) fn parts(
    spec: &PointSpec<'_>,
    (network, legend): (&Network, &Legend),
    (at, point): (Name, Name),
    cut: &Cut,
    (first, last): (u32, u32),
) -> Vec<Unit> {
    let (scenario, services) = (spec.scenario, spec.services);
    let requests = requests(scenario, services, cut);
    let points = data_points_ns(network, requests, offered_rate(scenario, services));
    let each = requests * request_ns(network, legend, services) + points + RUN_NS + SERVICE_NS * f64::from(services);
    let together = ((LONGEST_UNIT / each) as u32).clamp(1, last - first);
    let option = match &scenario.model {
        Model::Options(system) => system.options.get(spec.option).map(|option| option.name.clone()),
        Model::Hops(_) => None,
    };
    let unit = |from: u32| {
        let to = (from + together).min(last);
        let number = f64::from(to - from);
        Unit {
            number: 0,
            part: "",
            option: option.clone(),
            services,
            rate: offered_rate(scenario, services),
            from,
            to,
            requests: (number * requests) as u64,
            seconds: number * each / 1e9,
            place: spec.option,
            name: name::of_part(point, from, to),
            at,
            pilots: cut.pilots_of,
        }
    };
    (first..last).step_by(together as usize).map(unit).collect()
}

/// The pilots of a place as a unit: so many requests of all options together.
pub(in crate::experiment) fn pilots(scenario: &Scenario, services: u32, name: Name, requests: f64, runs: u32) -> Unit {
    Unit {
        number: 0,
        part: PILOTS,
        option: None,
        services,
        rate: offered_rate(scenario, services),
        from: 0,
        to: runs,
        requests: requests as u64,
        seconds: (requests * (OPEN_NS + 8.0 * STEP_NS) + f64::from(runs) * RUN_NS) / 1e9,
        place: 0,
        name,
        at: name,
        pilots: None,
    }
}

/// Requests of a replication, with those of the warm-up, as far as they are known without a pilot: with its floor.
fn requests(scenario: &Scenario, services: u32, cut: &Cut) -> f64 {
    let rate = offered_rate(scenario, services);
    let before = cut.requests as f64 + rate.unwrap_or(0.0) * cut.floor_ns as f64 / 1e9;
    let measured = match scenario.run.length {
        Length::Requests(requests) => requests as f64,
        Length::Time(length) => rate.unwrap_or_else(|| closed_rate(scenario)) * length.seconds(),
        Length::Trace => match &scenario.workload.arrivals {
            Arrivals::Trace(trace) => trace.at.len() as f64,
            _ => 0.0,
        },
    };
    before + measured
}

/// ns of one core for the data points of target tracking in a replication of so many requests.
fn data_points_ns(network: &Network, requests: f64, rate: Option<f64>) -> f64 {
    let lasts_ns = rate.filter(|rate| *rate > 0.0).map_or(0.0, |rate| requests / rate * 1e9);
    let each = |scaling: &Scaling| POINT_NS + TARGET_NS * f64::from(scaling.initial);
    network.scalings.iter().map(|scaling| lasts_ns / scaling.period.max(1) as f64 * each(scaling)).sum()
}

/// Requests per second of closed clients, were every request as long as a think: nobody knows before it is simulated.
fn closed_rate(scenario: &Scenario) -> f64 {
    match &scenario.workload.load {
        Load::Closed { clients, .. } => f64::from(*clients) * 10.0,
        _ => 0.0,
    }
}

/// ns of one core for a request.
fn request_ns(network: &Network, legend: &Legend, services: u32) -> f64 {
    let longest = network.routes.iter().map(Vec::len).max().unwrap_or(1);
    let connections = network.routes.iter().flatten().filter(|step| matches!(step, Step::Connect { .. })).count();
    let steps = STEP_NS * (longest.saturating_sub(1) + connections.min(1)) as f64;
    match Way::of(network) {
        Way::Short => SHORT_NS + steps,
        Way::Open => OPEN_NS + steps,
        Way::Path => {
            let admitted = legend.overrun().map_or(1.0, |bucket| 1.0 / bucket.load);
            let doublings = f64::from(services.max(1).ilog2());
            PATH_NS + admitted * (steps + DOUBLING_NS * doublings)
        }
        Way::Full | Way::Reference => FULL_NS + steps,
    }
}
