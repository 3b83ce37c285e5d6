//! How much is thrown away first, where the scenario leaves it to the program.

use crate::scenario::{Arrivals, Client, Length, Load, Retries, Scenario};
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

/// The longest automatic warm-up, in lengths of the measured run.
const LONGEST: f64 = 20.0;

/// The automatic warm-up of open arrivals, s: ten relaxation times of the slowest station (and the time that an overloaded
/// waiting room takes to fill), five times the client's longest pause, ten mean phases of the arrivals and a tenth of the run,
/// whichever is longest, but no more than twenty runs; and whether that cut it short. `None` for closed clients, whose warm-up is a tenth of the requests.
#[must_use]
pub fn automatic_seconds(scenario: &Scenario, legends: &[Legend], services: u32) -> Option<(f64, bool)> {
    let rate = offered_rate(scenario, services)?;
    let run = match scenario.run.length {
        Length::Requests(requests) => requests as f64 / rate,
        Length::Time(length) => length.seconds(),
        Length::Trace => return Some((0.0, false)),
    };
    let slowest = legends.iter().flat_map(|legend| &legend.loads).filter_map(settling_seconds).fold(0.0, f64::max);
    let phases = match &scenario.workload.arrivals {
        Arrivals::Mmpp { sojourn, .. } => sojourn.iter().map(|s| s.seconds()).fold(0.0, f64::max),
        _ => 0.0,
    };
    let floor = slowest.max(RELAXATIONS * phases).max(PAUSES * pause_seconds(&scenario.client));
    Some((floor.max(SHARE * run).min(LONGEST * run), floor > LONGEST * run))
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

/// Requests of closed clients that are thrown away.
#[must_use]
pub fn automatic_requests(scenario: &Scenario) -> u64 {
    let clients = match scenario.workload.load {
        Load::Closed { clients, .. } => u64::from(clients),
        _ => 0,
    };
    match scenario.run.length {
        Length::Requests(requests) => ((requests as f64 * SHARE) as u64).max(PAUSES as u64 * clients),
        _ => PAUSES as u64 * clients,
    }
}
