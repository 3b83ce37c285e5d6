//! How much is thrown away first, where the scenario leaves it to the program.

use crate::scenario::{Arrivals, Client, Length, Load, Retries, Scenario};
use crate::stats::warmup::relaxation_seconds;
use crate::topology::{Legend, LoadKind, offered_rate};
use crate::units::Duration;

/// Relaxation times to wait: after ten of them what is left of the empty start is e^-10 of it (methods: relaxation time of
/// M/M/c as the floor of every warm-up).
const RELAXATIONS: f64 = 10.0;
/// The share of the measured length that is thrown away at least.
const SHARE: f64 = 0.1;
/// Longest pauses of the client to wait.
const PAUSES: f64 = 5.0;

/// The automatic warm-up of open arrivals, s: ten relaxation times of the slowest stable station, five times the client's
/// longest pause, ten mean phases of the arrivals and a tenth of the run, whichever is longest, but no more than the run
/// itself. `None` for closed clients, whose warm-up is a tenth of the requests.
#[must_use]
pub fn automatic_seconds(scenario: &Scenario, legends: &[Legend], services: u32) -> Option<f64> {
    let rate = offered_rate(scenario, services)?;
    let run = match scenario.run.length {
        Length::Requests(requests) => requests as f64 / rate,
        Length::Time(length) => length.seconds(),
        Length::Trace => return Some(0.0),
    };
    let slowest = legends
        .iter()
        .flat_map(|legend| &legend.loads)
        .filter_map(|load| match load.kind {
            LoadKind::Station { servers, .. } => relaxation_seconds(load.rate, 1.0 / load.service_s, servers),
            LoadKind::Limiter => None,
        })
        .fold(0.0, f64::max);
    let phases = match &scenario.workload.arrivals {
        Arrivals::Mmpp { sojourn, .. } => sojourn.iter().map(|s| s.seconds()).fold(0.0, f64::max),
        _ => 0.0,
    };
    let floor = (RELAXATIONS * slowest.max(phases)).max(PAUSES * pause_seconds(&scenario.client));
    Some(floor.max(SHARE * run).min(run))
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
