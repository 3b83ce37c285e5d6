//! How much is thrown away first, where the scenario leaves it to the program.

use rayon::prelude::*;

use super::control::Control;
use super::pilots::{self, Pilot, Span};
use super::point::{PointError, PointSpec};
use super::shards::{name, name::Name, plan};
use crate::scenario::{Arrivals, Client, Length, Load, Model, Retries, Scenario, Warmup};
use crate::stats::warmup::relaxation_seconds;
use crate::topology::{Legend, Load as StationLoad, LoadKind, offered_rate};
use crate::units::Duration;

/// Relaxation times to wait: after ten of them what is left of the empty start is e^-10 of it (methods: relaxation time of
/// M/M/c as the floor of every warm-up).
const RELAXATIONS: f64 = 10.0;
/// The share of the measured length that is thrown away at least.
const SHARE: f64 = 0.1;
/// Longest pauses of the client to wait.
const PAUSES: f64 = 5.0;

/// The longest automatic warm-up, and the longest pilot, in lengths of the measured run.
const LONGEST: f64 = 20.0;
/// Requests of a pilot at least: enough to see a lightly loaded station settle.
const PILOT_REQUESTS: f64 = 2_000.0;

/// Where measuring begins: one cut for all replications and all options at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Not before this instant, ns ...
    pub ns: u64,
    /// ... and not before so many requests have arrived.
    pub requests: u64,
    /// Found by the program, not stated by the scenario.
    pub auto: bool,
    /// What is thrown away whatever the pilots say, ns; 0 for closed clients, whose floor is a number of requests.
    pub floor_ns: u64,
    /// Why the floor is not what this load needs, where it is not.
    pub too_long: Option<String>,
    /// What the pilots showed, of each option that needed some.
    pub pilots: Vec<Pilot>,
    /// The pilots that it rests on, where there is a store; without them it is the floor for the time being.
    pub pilots_of: Option<Name>,
}

impl Cut {
    /// A cut that needs no pilot.
    #[must_use]
    pub fn bare(ns: u64, requests: u64, auto: bool) -> Cut {
        Cut { ns, requests, auto, floor_ns: ns, too_long: None, pilots: Vec::new(), pilots_of: None }
    }

    /// Why the start may still be felt behind the cut, for one option; none where it is not.
    #[must_use]
    pub fn doubt(&self, option: usize) -> Option<String> {
        let unsettled = self.pilots.iter().find(|pilot| pilot.option == option && pilot.settled_ns.is_none());
        self.too_long.clone().or_else(|| {
            let seconds = unsettled?.length_ns() as f64 / 1e9;
            Some(format!("MSER-5 finds no end of the start-up transient in pilots of {seconds:.3} s"))
        })
    }
}

/// The warm-up at so many services. Where the scenario leaves it to the program, its [`floor`] or, if longer, what the pilots of
/// every option need until their number in the system has settled: MSER-5 on the mean over ten.
///
/// Options that are decided before anything is simulated (a station without a steady state; a bucket that is offered more than
/// its rate, which starts empty) need no pilots, unless retries feed back. A floor that is too long to reach has none, nor has a
/// trace, which cannot be replicated.
///
/// # Errors
/// As [`PointSpec::run`].
pub fn cut(scenario: &Scenario, services: u32, control: &Control) -> Result<Cut, PointError> {
    if let Some(stated) = stated(scenario) {
        return Ok(stated);
    }
    let legends = legends(scenario, services);
    let mut cut = floor_of(scenario, services, &legends);
    let traced = scenario.run.length == Length::Trace || matches!(scenario.workload.arrivals, Arrivals::Trace(_));
    if cut.too_long.is_some() || traced {
        return Ok(cut);
    }
    let feeds_back = scenario.client.retries != Retries::None;
    let decided = |legend: &Legend| legend.unstable().is_some() || (legend.overrun().is_some() && !feeds_back);
    let all = options(scenario, services).into_iter().zip(&legends);
    let specs: Vec<PointSpec<'_>> = all.filter(|(_, legend)| !decided(legend)).map(|(spec, _)| spec).collect();
    let Some(first) = specs.first() else { return Ok(cut) };
    cut.pilots_of = control.store().map(|_| name::of_place(scenario, services));
    let mine = control.store().zip(cut.pilots_of).is_none_or(|(store, name)| store.is_mine(name));
    let needed = floor_seconds(scenario, &legends);
    let found =
        open_span(scenario, services, needed).map_or_else(|| closed_span(first, mine, control), Ok).and_then(|span| {
            let longest = span.run.saturating_mul(LONGEST as u64).max(2 * span.first);
            let settle = |spec: &PointSpec<'_>| pilots::settle(spec, span, longest, mine, control);
            specs.par_iter().map(settle).collect::<Result<Vec<Pilot>, PointError>>()
        });
    match (found, control.store().zip(cut.pilots_of)) {
        (Err(PointError::Elsewhere), Some((store, name))) => {
            let requests = pilot_requests(scenario, services, needed) * f64::from(pilots::PILOTS) * specs.len() as f64;
            store.ask(plan::pilots(scenario, services, name, requests, pilots::PILOTS));
        }
        (found, _) => cut.pilots = found?,
    }
    cut.ns = cut.pilots.iter().filter_map(|pilot| pilot.settled_ns).fold(cut.floor_ns, u64::max);
    Ok(cut)
}

/// The spans of open arrivals, which need so many seconds; none of closed clients.
fn open_span(scenario: &Scenario, services: u32, needed: f64) -> Option<Span> {
    let (rate, run) = open_run(scenario, services)?;
    let first = nanoseconds(needed.max(PILOT_REQUESTS / rate));
    Some(Span { first, run: nanoseconds(run) })
}

/// Requests of a pilot, were the first long enough.
fn pilot_requests(scenario: &Scenario, services: u32, needed: f64) -> f64 {
    match open_run(scenario, services) {
        Some((rate, _)) => PILOT_REQUESTS.max(needed * rate),
        None => PILOT_REQUESTS.max(PAUSES * f64::from(clients(scenario))),
    }
}

/// The warm-up without pilots. Where the scenario leaves it to the program, the longest of: ten relaxation times of the slowest
/// station (and the time that an overloaded waiting room takes to fill), five times the client's longest pause, ten mean phases
/// of the arrivals, and a tenth of the run; but no more than twenty runs. Of closed clients a tenth of the requests, or five for
/// each client.
#[must_use]
pub fn floor(scenario: &Scenario, services: u32) -> Cut {
    stated(scenario).unwrap_or_else(|| floor_of(scenario, services, &legends(scenario, services)))
}

/// The warm-up that the scenario states; none where it leaves it to the program.
fn stated(scenario: &Scenario) -> Option<Cut> {
    match scenario.run.warmup {
        Warmup::Time(length) => Some(Cut::bare(length.0, 0, false)),
        Warmup::Requests(requests) => Some(Cut::bare(0, requests, false)),
        Warmup::Auto => None,
    }
}

/// The floor, with the loads of every option at the place.
fn floor_of(scenario: &Scenario, services: u32, legends: &[Legend]) -> Cut {
    let Some((_, run)) = open_run(scenario, services) else { return Cut::bare(0, floor_requests(scenario), true) };
    let floor = if scenario.run.length == Length::Trace { 0.0 } else { floor_seconds(scenario, legends) };
    let mut cut = Cut::bare(nanoseconds(floor.max(SHARE * run).min(LONGEST * run)), 0, true);
    if floor > LONGEST * run {
        cut.too_long = Some(format!("this load needs {floor:.3} s of warm-up, more than twenty runs"));
    }
    cut
}

/// Every option at a place.
fn options(scenario: &Scenario, services: u32) -> Vec<PointSpec<'_>> {
    let options = match &scenario.model {
        Model::Options(system) => system.options.len(),
        Model::Hops(_) => 1,
    };
    (0..options).map(|option| PointSpec { scenario, option, services, detail: false }).collect()
}

/// Loads against limits of every option at a place.
fn legends(scenario: &Scenario, services: u32) -> Vec<Legend> {
    options(scenario, services).iter().map(PointSpec::legend).collect()
}

/// Requests per second and measured seconds of open arrivals; `None` for closed clients.
fn open_run(scenario: &Scenario, services: u32) -> Option<(f64, f64)> {
    let rate = offered_rate(scenario, services)?;
    let run = match scenario.run.length {
        Length::Requests(requests) => requests as f64 / rate,
        Length::Time(length) => length.seconds(),
        Length::Trace => 0.0,
    };
    Some((rate, run))
}

fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// Seconds that open arrivals need whatever pilots say.
fn floor_seconds(scenario: &Scenario, legends: &[Legend]) -> f64 {
    let loads = legends.iter().flat_map(|legend| &legend.loads);
    let slowest = loads.filter_map(settling_seconds).fold(0.0, f64::max);
    let phases = match &scenario.workload.arrivals {
        Arrivals::Mmpp { sojourn, .. } => sojourn.iter().map(|s| s.seconds()).fold(0.0, f64::max),
        _ => 0.0,
    };
    slowest.max(RELAXATIONS * phases).max(PAUSES * pause_seconds(&scenario.client))
}

/// The spans of closed clients, whose rate nobody knows beforehand: found by letting one pilot run until enough requests came.
fn closed_span(spec: &PointSpec<'_>, mine: bool, control: &Control) -> Result<Span, PointError> {
    let clients = f64::from(clients(spec.scenario));
    let requests = PILOT_REQUESTS.max(PAUSES * clients);
    let first = pilots::instant_of(spec, requests as u64, mine, control)?;
    let run = match spec.scenario.run.length {
        Length::Requests(measured) => (first as f64 / requests * measured as f64) as u64,
        Length::Time(length) => length.0,
        Length::Trace => 0,
    };
    Ok(Span { first, run })
}

fn clients(scenario: &Scenario) -> u32 {
    match scenario.workload.load {
        Load::Closed { clients, .. } => clients,
        _ => 0,
    }
}

/// Seconds until a station has forgotten that it began empty; `None` for buckets and for stations without a steady state.
///
/// With an unlimited queue ten relaxation times of M/M/c. With a waiting room of K places the number in system walks between
/// two walls: its relaxation time is at most 2 (K + c)^2 / (pi^2 (lambda + c mu)) (the slowest mode of a symmetric walk, which
/// drift only shortens), and at overload the room fills at lambda - c mu first.
fn settling_seconds(load: &StationLoad) -> Option<f64> {
    let LoadKind::Station { servers, queue, .. } = load.kind else { return None };
    let capacity = f64::from(servers) / load.service_s;
    let free = relaxation_seconds(load.rate, 1.0 / load.service_s, servers);
    let Some(queue) = queue else { return free.map(|seconds| RELAXATIONS * seconds) };
    if !(load.rate > 0.0 && capacity.is_finite() && capacity > 0.0) {
        return None;
    }
    let places = f64::from(queue) + f64::from(servers);
    let walk = 2.0 * places * places / (std::f64::consts::PI * std::f64::consts::PI * (load.rate + capacity));
    let gap = libm::sqrt(capacity) - libm::sqrt(load.rate);
    let relaxation = walk.min(1.0 / (gap * gap));
    let fill = if load.rate > capacity { (places / (load.rate - capacity)).min(RELAXATIONS * walk) } else { 0.0 };
    Some(fill + RELAXATIONS * relaxation)
}

/// The client's timeout plus the mean of its longest pause between attempts, s.
fn pause_seconds(client: &Client) -> f64 {
    let backoff = match &client.retries {
        Retries::None => return 0.0,
        Retries::Backoff { backoff, .. } => backoff.mean_ns() * 1e-9,
        Retries::AwsSdkStandard(sdk) => {
            let doublings = f64::from(sdk.attempts.saturating_sub(2).min(62));
            (sdk.throttle_base.seconds() * libm::exp2(doublings)).min(sdk.cap.seconds())
        }
    };
    backoff + client.timeout.map_or(0.0, Duration::seconds)
}

/// Requests of closed clients that are thrown away whatever pilots say.
fn floor_requests(scenario: &Scenario) -> u64 {
    let starts = PAUSES as u64 * u64::from(clients(scenario));
    match scenario.run.length {
        Length::Requests(requests) => ((requests as f64 * SHARE) as u64).max(starts),
        _ => starts,
    }
}
