//! What is known of the stream of attempts at each place of the network: its rate and its gaps, or what made it unknown.

use crate::engine::network::{Balancing, Coin, Step};
use crate::engine::{Network, network};
use crate::random::Sampler;
use crate::random::distribution::Law;
use crate::scenario::{Arrivals, Model, Retries, Scenario};
use crate::theory::Gaps;

use super::{Legend, offered_rate};

/// Why nothing exact is known of a stream's gaps; numbers are those of hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// A delay moved arrivals that are not Poisson by chance.
    Delayed(u16),
    /// A bucket refused some.
    Throttled(u16),
    /// They are what a queue lets go.
    Served(u16),
    /// Connections that run into a limit of new flows refuse some.
    Flows(u16),
}

impl Unknown {
    pub(super) fn reason(self, network: &Network) -> String {
        let name = |hop: u16| &network.hops[usize::from(hop)].name;
        match self {
            Unknown::Delayed(hop) => format!("{} shifts arrivals that are not Poisson", name(hop)),
            Unknown::Throttled(hop) => format!("arrivals are what {} lets through", name(hop)),
            Unknown::Served(hop) => format!("arrivals are the departures of {}, not a Poisson stream", name(hop)),
            Unknown::Flows(hop) => format!("new flows may be refused at {}", name(hop)),
        }
    }
}

/// The attempts of one class at one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stream {
    /// Per second.
    pub rate: f64,
    /// Independent gaps, or why they are not known.
    pub gaps: Result<Gaps, Unknown>,
    /// Came through a connection pool, whose set-up times depend a little on what is in service.
    pub pooled: bool,
}

/// Why theory has nothing to say about any hop of a scenario.
pub(super) fn nothing_to_say(scenario: &Scenario, legend: &Legend) -> Option<&'static str> {
    let workload = &scenario.workload;
    match &workload.arrivals {
        _ if !legend.open => Some("closed clients wait for their answers"),
        _ if scenario.client.retries != Retries::None => Some("retries come back to the queues"),
        _ if !(scenario.events.is_empty() && workload.profile.is_empty()) => Some("load or servers change over time"),
        _ if scales(scenario) => Some("the number of targets follows the load"),
        Arrivals::Trace(_) => Some("recorded arrivals"),
        Arrivals::Mmpp { .. } => Some("arrivals in phases (MMPP)"),
        Arrivals::Hyperexponential(law) if source_gaps(law).is_none() => Some("gaps of no law with a formula"),
        _ => None,
    }
}

/// Whether the number of any service's targets follows its load.
fn scales(scenario: &Scenario) -> bool {
    match &scenario.model {
        Model::Options(system) => system.scales(),
        Model::Hops(_) => false,
    }
}

fn source_gaps(gaps: &crate::random::Distribution) -> Option<Gaps> {
    match &gaps.law {
        Law::Hyperexponential { p, mean } if gaps.offset == 0.0 => {
            let all = gaps.mean_ns();
            Some(Gaps::Hyperexponential(p.iter().zip(mean).map(|(p, mean)| (*p, mean / all)).collect()))
        }
        _ => None,
    }
}

/// The stream of each class at the start of its route.
pub(super) fn sources(scenario: &Scenario, network: &Network, services: u32) -> Vec<Stream> {
    let rate = offered_rate(scenario, services).unwrap_or(0.0);
    let gaps = match &scenario.workload.arrivals {
        Arrivals::Constant => Gaps::Constant,
        Arrivals::Gamma { shape } => Gaps::Gamma(*shape),
        Arrivals::Hyperexponential(law) => source_gaps(law).unwrap_or(Gaps::Exponential),
        _ => Gaps::Exponential,
    };
    let total: f64 = network.classes.iter().map(|class| class.weight).sum();
    let stream = |class: &network::Class| {
        let share = class.weight / total;
        Stream { rate: rate * share, gaps: Ok(gaps.clone().at_random(share)), pooled: false }
    };
    network.classes.iter().map(stream).collect()
}

/// Probability that a coin shows heads.
fn probability(coin: &Coin) -> f64 {
    coin.threshold.map_or(0.0, |threshold| threshold as f64 / 18_446_744_073_709_551_616.0)
}

impl Stream {
    /// What is left when each attempt goes on with probability `share`, by chance.
    pub(super) fn keep(&mut self, share: f64) {
        self.rate *= share;
        if let Ok(gaps) = &mut self.gaps {
            *gaps = std::mem::replace(gaps, Gaps::Constant).at_random(share);
        }
    }

    /// Loses the attempts that fail at the end of a service or delay.
    pub(super) fn fail(&mut self, coin: &Coin) {
        self.keep(1.0 - probability(coin));
    }

    /// Passes a step that is neither bucket nor station. A Poisson stream whose arrivals are moved independently stays Poisson
    /// (the displacement theorem: Kingman, *Poisson Processes*, 5.5); of other streams only a constant delay keeps the gaps.
    pub(super) fn pass(&mut self, step: &Step, network: &Network) {
        match step {
            Step::Delay { hop, time, failure, .. } => {
                let constant = matches!(time, Sampler::Constant(_));
                if !constant && self.gaps.as_ref().is_ok_and(|gaps| *gaps != Gaps::Exponential) {
                    self.gaps = Err(Unknown::Delayed(*hop));
                }
                self.fail(failure);
            }
            Step::Connect { hop, pool } => {
                self.pooled = true;
                let limits = network.pools[usize::from(*pool)].flow_limiters;
                // Any of them: they are alike. One that is never offered its rate, even by every attempt, refuses nobody.
                let limiter = limits.map(|limits| match limits {
                    network::FlowLimits::Targets(first) | network::FlowLimits::Classes(first) => first,
                });
                let refuses = |limiter: u32| self.rate >= network.limiters[limiter as usize].rate;
                if limiter.is_some_and(refuses) {
                    self.gaps = Err(Unknown::Flows(*hop));
                }
            }
            // Where gates are, things change over time, and nothing is said at all.
            Step::Gate { .. } | Step::Deadline { .. } | Step::Limit { .. } | Step::Serve { .. } => {}
        }
    }

    /// The streams of a group's stations: how many alike, and the stream of each. Else why not.
    pub(super) fn split(&self, count: u32, balancing: &Balancing) -> Result<Vec<(u32, Stream)>, String> {
        let part = |stations: u32, share: f64| {
            let mut stream = self.clone();
            stream.keep(share);
            (stations, stream)
        };
        match balancing {
            _ if count == 1 => Ok(vec![(1, self.clone())]),
            Balancing::Random(_) => Ok(vec![part(count, 1.0 / f64::from(count))]),
            Balancing::RoundRobin => {
                let gaps = self.gaps.clone().map(|gaps| gaps.in_turn(count));
                Ok(vec![(count, Stream { rate: self.rate / f64::from(count), gaps, ..*self })])
            }
            Balancing::Weighted(_, thresholds) if !self.pooled => {
                let ends = thresholds.iter().map(|end| *end as f64 / 18_446_744_073_709_551_616.0);
                let mut before = 0.0;
                let shares = ends.map(|end| end - std::mem::replace(&mut before, end));
                Ok(shares.filter(|share| *share > 0.0).map(|share| part(1, share)).collect())
            }
            Balancing::Weighted(..) | Balancing::ByConnection => Err("requests stay on their connections".into()),
            Balancing::LeastOutstanding(_) => Err("the least outstanding is chosen".into()),
        }
    }
}
