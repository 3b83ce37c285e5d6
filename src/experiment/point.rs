//! One point: a scenario, an option and a number of services, simulated by independent replications.

use super::control::Control;
use super::costs::Billed;
use super::hops::{self, Steady};
use super::metrics::{HopShape, Measured, Series};
use super::precision;
pub use super::rounds::Rounds;
use super::timeline::OverTime;
use super::warmup::{self, Cut};
use crate::engine::network::{Slicing, Step};
use crate::engine::{EngineError, Network, Tally, Window};
use crate::results::{Point, Warning};
use crate::scenario::{Length, Model, Scenario};
use crate::stats::{Recorder, stability};
use crate::topology::{Legend, Load, Request, build, opinions};
use crate::units::Duration;

/// What is simulated.
#[derive(Clone, Debug)]
pub struct PointSpec<'a> {
    /// The scenario, axes applied.
    pub scenario: &'a Scenario,
    /// Index of the option; 0 for hops.
    pub option: usize,
    /// Services.
    pub services: u32,
    /// Keep statistics of every copy, branch or service.
    pub detail: bool,
}

/// A simulated point, with what comparisons and percentile files need.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The public part.
    pub point: Point,
    /// Values per replication, by metric.
    pub measured: Measured,
    /// Latency of successful answers, merged.
    pub latency: Recorder,
    /// Loads against limits, computed.
    pub legend: Legend,
    /// What the requests were billed for.
    pub billed: Billed,
    /// What happened over time, where there are windows.
    pub(super) over_time: Option<OverTime>,
}

/// Why a point has no result.
#[derive(Clone, Debug)]
pub enum PointError {
    /// The caller asked to stop.
    Stopped,
    /// A part of it is left to others: what is missing was asked for.
    Elsewhere,
    /// The engine could not go on.
    Engine(EngineError),
}

impl PointSpec<'_> {
    pub(super) fn request(&self, cut: &Cut) -> Request<'_> {
        Request {
            scenario: self.scenario,
            option: self.option,
            services: self.services,
            warmup_ns: cut.ns,
            auto_warmup: cut.auto,
            detail: self.detail,
        }
    }

    /// The network that every replication runs, but for the times that count from the end of a warm-up of so many requests.
    pub(super) fn network(&self, cut: &Cut) -> Network {
        build(self.request(cut)).0
    }

    /// The names and loads of the point without a simulation.
    #[must_use]
    pub fn legend(&self) -> Legend {
        build(self.request(&Cut::bare(0, 0, true))).1
    }

    pub(super) fn window(&self, cut: &Cut) -> Window {
        let (requests, until_ns) = match self.scenario.run.length {
            Length::Requests(requests) => (requests, u64::MAX),
            Length::Time(length) => (u64::MAX, cut.ns.saturating_add(length.0)),
            Length::Trace => (u64::MAX, u64::MAX),
        };
        let observe = self.scenario.run.observe_at.iter().map(|at| cut.ns.saturating_add(at.0)).collect();
        let sliced = |length: Duration| Slicing { from: cut.ns, length: length.0, end: until_ns };
        let here = until_ns < u64::MAX && self.services == super::operating_services(self.scenario);
        let slices = self.scenario.run.windows.filter(|_| here).map(sliced);
        Window { warmup_ns: cut.ns, warmup_requests: cut.requests, requests, until_ns, observe, slices }
    }

    /// Whether something happens at times that count from the end of the warm-up.
    pub(super) fn has_times(&self) -> bool {
        let run = &self.scenario.run;
        !self.scenario.events.is_empty()
            || !self.scenario.workload.profile.is_empty()
            || !run.observe_at.is_empty()
            || matches!(run.length, Length::Time(_))
    }

    /// Finds the warm-up, simulates all replications on the current rayon pool (rounds of them, where a precision is to be
    /// reached) and sums them up in index order.
    ///
    /// # Errors
    /// [`PointError::Stopped`] where `control` says so, [`PointError::Engine`] where the engine could not go on.
    pub fn run(&self, control: &Control) -> Result<Outcome, PointError> {
        self.run_from(&warmup::cut(self.scenario, self.services, control)?, control)
    }

    /// As [`PointSpec::run`] with a warm-up that other options at the same place share.
    ///
    /// # Errors
    /// As [`PointSpec::run`].
    pub fn run_from(&self, cut: &Cut, control: &Control) -> Result<Outcome, PointError> {
        let mut rounds = Rounds::new(self, cut);
        rounds.add(self.scenario.run.replications, control)?;
        match &self.scenario.run.precision {
            None => Ok(rounds.sum_up()),
            Some(wanted) => precision::reach(&mut rounds, wanted, &self.scenario.run, control),
        }
    }

    pub(super) fn sum_up(&self, network: &Network, legend: Legend, cut: &Cut, tallies: &[Tally]) -> Outcome {
        let names: Vec<String> = network.hops.iter().map(|hop| hop.name.clone()).collect();
        let members: Vec<Vec<String>> = network.hops.iter().map(|hop| hop.members.clone()).collect();
        let shapes = shapes(network);
        let run = &self.scenario.run;
        let mut measured = Measured::new(tallies, &names, &members, &shapes, &run.observe_at);
        let mut latency = Recorder::new(3);
        for tally in tallies {
            latency.merge(&tally.latency);
        }
        let unstable = legend.unstable().cloned();
        let growing = if legend.open { growing(tallies) } else { None };
        let transient = self.is_transient(&legend);
        let stable = unstable.is_none() && (growing.is_none() || transient);
        if !stable {
            measured.growth(tallies);
        }
        let unsettled = cut.doubt(self.option).filter(|_| stable);
        if unsettled.is_some() {
            measured.withhold_unsettled();
        }
        let mut warnings = std::mem::take(&mut measured.warnings);
        // Of a point that has no latencies nobody asks for more samples.
        warnings.retain(|_| stable);
        warnings.extend(doubts(unstable.as_ref(), (growing, transient), unsettled, tallies));
        let (bottleneck, bottleneck_load) = nearest_limit(&legend, &measured, self.is_steady(&legend));
        let opened = tallies.iter().map(|tally| tally.opened as f64 / 1e9).sum::<f64>() / tallies.len().max(1) as f64;
        let requests = tallies.iter().map(|tally| tally.requests).sum();
        let steady = Steady { stable, seconds: mean_seconds(tallies), confidence: self.scenario.run.confidence };
        let opinions = opinions(self.request(cut), network, &legend, requests);
        let (hops, contradicted) = hops::infos(network, &legend, tallies, &measured, &opinions, steady);
        warnings.extend(contradicted);
        let point = Point {
            option: match &self.scenario.model {
                Model::Options(system) => system.options.get(self.option).map(|option| option.name.clone()),
                Model::Hops(_) => None,
            },
            services: self.counts_services().then_some(self.services),
            requests,
            replications: tallies.len() as u32,
            warmup_s: if cut.requests > 0 { opened } else { cut.ns as f64 / 1e9 },
            metrics: measured.estimates(run.confidence, stable),
            stable,
            fits_quotas: true,
            bottleneck: bottleneck.map(|hop| format!("hop.{hop}")),
            bottleneck_load,
            hops,
            percentiles: percentiles(&latency, stable),
            warnings,
            ..Point::default()
        };
        let billed = Billed::of(&names, tallies);
        let over_time = OverTime::of(self.scenario, self.window(cut).slices, tallies);
        Outcome { point, measured, latency, legend, billed, over_time }
    }

    /// Whether loads computed from means say it all: open arrivals at one rate, nothing that changes, no retries.
    fn is_steady(&self, legend: &Legend) -> bool {
        let scenario = self.scenario;
        let scales = matches!(&scenario.model, Model::Options(system) if system.scales());
        legend.open
            && !scales
            && scenario.events.is_empty()
            && scenario.workload.profile.is_empty()
            && scenario.client.retries == crate::scenario::Retries::None
    }

    /// Whether growth is what events do within a stated time, and not a want of capacity: no station whose queue is not bounded is
    /// offered as much as it can serve without them. A fault that lasts to the end leaves more in the system than there was before it,
    /// however idle the servers are: attempts that hang until they time out.
    fn is_transient(&self, legend: &Legend) -> bool {
        let timed = matches!(self.scenario.run.length, Length::Time(_));
        timed && !self.scenario.events.is_empty() && !legend.is_full()
    }

    /// Whether the number of services means something here.
    fn counts_services(&self) -> bool {
        match &self.scenario.model {
            Model::Options(_) => true,
            Model::Hops(hops) => super::uses_services(self.scenario, hops),
        }
    }
}

impl Outcome {
    /// The values of a metric in the replications.
    #[must_use]
    pub fn series(&self, metric: &str) -> Option<&Series> {
        self.measured.series.get(metric)
    }
}

/// The hop nearest to its limit and its load over it: computed from means, but measured (utilisation) where `steady` is false:
/// closed clients, retries, rates or servers that change.
fn nearest_limit(legend: &Legend, measured: &Measured, steady: bool) -> (Option<String>, Option<f64>) {
    let load_of = |load: &Load| {
        let name = format!("hop.{}.utilisation", load.hop);
        let used = measured.estimate(&name, 0.95).filter(|_| !steady).map_or(0.0, |interval| interval.value);
        load.load.max(used)
    };
    let nearest = legend.loads.iter().map(|load| (load_of(load), &load.hop)).max_by(|a, b| a.0.total_cmp(&b.0));
    (nearest.map(|(_, hop)| hop.clone()), nearest.map(|(load, _)| load))
}

/// What a reader should know before believing the point's estimates.
fn doubts(
    unstable: Option<&Load>,
    (growing, transient): (Option<&str>, bool),
    unsettled: Option<String>,
    tallies: &[Tally],
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(load) = unstable {
        warnings.push(Warning {
            kind: "unstable".into(),
            about: format!("hop.{}", load.hop),
            message: format!(
                "hop {} has no steady state: it is offered {:.4} of what it can serve; latencies are withheld",
                load.hop, load.load
            ),
        });
    }
    if let (None, Some(growing)) = (unstable, growing) {
        let (kind, message) = if transient {
            let message = format!(
                "{growing} is more at the end than at the beginning: numbers are of this run and its events, not of a \
                                   state that lasts"
            );
            ("transient", message)
        } else {
            ("unstable", format!("more comes than is done: {growing} grows over the window; latencies are withheld"))
        };
        warnings.push(Warning { kind: kind.into(), about: "in_system.mean".into(), message });
    }
    if let Some(why) = unsettled {
        warnings.push(Warning {
            kind: "warmup_not_reached".into(),
            about: "latency".into(),
            message: format!(
                "the start from an empty system may still be felt: {why}; intervals of latencies are withheld; measure \
                 more requests, or state `warmup`"
            ),
        });
    }
    if tallies.iter().any(|tally| tally.requests == 0) {
        warnings.push(Warning {
            kind: "nothing_measured".into(),
            about: "rate.offered".into(),
            message: "a replication measured no request: make the run longer".into(),
        });
    }
    warnings
}

/// Which of the number in the system and the work that waits for servers keeps growing over the window: more than a hundredth of
/// what comes is left over, and the slope over replications is clear (methods of instability 2 and 3).
fn growing(tallies: &[Tally]) -> Option<&'static str> {
    let arrived: u64 = tallies.iter().map(|tally| tally.requests).sum();
    let served: u128 = tallies.iter().flat_map(|tally| &tally.hops).map(|hop| hop.busy).sum();
    let number = tallies.iter().map(|tally| tally.backlog.iter().map(|&n| n as f64).collect()).collect();
    let work = tallies.iter().map(|tally| tally.work.iter().map(|&ns| ns as f64).collect()).collect();
    if series_grows(number, arrived as f64) {
        Some("what is in the system")
    } else if series_grows(work, served as f64) {
        Some("the work that waits for servers, left behind by timeouts too,")
    } else {
        None
    }
}

/// Whether levels sampled along the window, a series for each replication, end above where they began by more than a hundredth of
/// `all`, with a clear slope.
pub(super) fn series_grows(mut series: Vec<Vec<f64>>, all: f64) -> bool {
    let shortest = series.iter().map(Vec::len).min().unwrap_or(0);
    for levels in &mut series {
        levels.truncate(shortest);
    }
    let left: f64 = series.iter().filter_map(|levels| Some(levels.last()? - levels.first()?)).sum();
    stability::unstable(None, left / all.max(1.0), stability::growth(&series))
}

fn shapes(network: &Network) -> Vec<HopShape> {
    let mut shapes: Vec<HopShape> = network
        .hops
        .iter()
        .map(|hop| HopShape { stations: hop.stations.1 > 0, bucket_only: hop.stations.1 == 0 })
        .collect();
    for step in network.routes.iter().flatten() {
        if let Step::Delay { hop, .. } | Step::Connect { hop, .. } = step {
            shapes[usize::from(*hop)].bucket_only = false;
        }
    }
    shapes
}

/// Mean length of the measured window, s.
fn mean_seconds(tallies: &[Tally]) -> f64 {
    let all: u64 = tallies.iter().map(|tally| tally.closed.saturating_sub(tally.opened)).sum();
    all as f64 / 1e9 / tallies.len().max(1) as f64
}

/// The merged latency at quantiles that lie evenly on the axis 1 / (1 - q), as far as at least ten samples lie beyond.
fn percentiles(latency: &Recorder, stable: bool) -> Vec<(f64, f64)> {
    if !stable {
        return Vec::new();
    }
    (0..=50)
        .map(|step| 1.0 - libm::pow(10.0, -f64::from(step) / 10.0))
        .filter(|q| latency.count() as f64 * (1.0 - q) >= 10.0)
        .filter_map(|q| latency.quantile(q).map(|ns| (q, ns as f64 / 1e6)))
        .collect()
}
