//! Pilots: short runs from an empty start, before anything is measured, that show when a system has settled.

use rayon::prelude::*;

use super::control::Control;
use super::point::{PointError, PointSpec, series_grows};
use super::rounds::{Simulated, simulate_one};
use super::shards::name::{self, Name};
use super::warmup::Cut;
use crate::engine::{Network, Tally, Window};
use crate::scenario::Load;
use crate::stats::warmup::{self, mser5};
use crate::topology::build;

/// Pilots of an option.
pub const PILOTS: u32 = 10;
/// Number of the first pilot as a replication: no main replication reaches it, so that its draws are its own.
const FIRST: u32 = 1 << 31;
/// Points of the time grid, 40 batches of MSER-5: fewer settle less surely, and more would resolve no finer than is needed.
const INSTANTS: u64 = 200;
/// Measured runs after which growth is taken for a system without a steady state rather than for a slow start.
const GROWTH_RUNS: u64 = 4;
/// The end of the warm-up as far as a pilot knows, ns: events and profiles count from there, and it sees none of them.
const NEVER: u64 = 1 << 62;

/// How long pilots are, ns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first ones.
    pub first: u64,
    /// A measured run.
    pub run: u64,
}

/// What the pilots of one option showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pilot {
    /// Index of the option.
    pub option: usize,
    /// From one point of the grid to the next, ns.
    pub step_ns: u64,
    /// Mean over the pilots at `step_ns`, 2 `step_ns`, ...: the number in the system, or of closed clients, whose number is given,
    /// the completions since the point before.
    pub mean: Vec<f64>,
    /// Where MSER-5 cuts, ns; none where it finds no end of the transient.
    pub settled_ns: Option<u64>,
}

impl Pilot {
    /// How long each pilot ran, ns.
    #[must_use]
    pub fn length_ns(&self) -> u64 {
        self.step_ns * self.mean.len() as u64
    }
}

/// Runs pilots of `spec`, each time twice as long, until MSER-5 finds a cut in their mean or they are `longest`. Earlier where
/// they are several times as long as a measured run and what is in the system still clearly grows: then longer ones would too.
/// Unless they are `mine`, only what the store has.
pub(super) fn settle(
    spec: &PointSpec<'_>,
    span: Span,
    longest: u64,
    mine: bool,
    control: &Control,
) -> Result<Pilot, PointError> {
    let watched = Watched::new(spec, mine, control);
    let mut length = span.first.min(longest);
    loop {
        let step_ns = (length / INSTANTS).max(1);
        let tallies = watched.run(step_ns)?;
        let series: Vec<Vec<f64>> = tallies.iter().map(|tally| levels(spec, tally)).collect();
        let mean = mean(&series);
        let settled_ns = match mser5(&mean) {
            warmup::Warmup::Truncation(points) => Some(step_ns * points as u64),
            warmup::Warmup::Invalid => None,
        };
        let arrived: u64 = tallies.iter().map(|tally| tally.audit.arrived).sum();
        let hopeless = length >= longest || (length / GROWTH_RUNS >= span.run && series_grows(series, arrived as f64));
        if settled_ns.is_some() || hopeless {
            return Ok(Pilot { option: spec.option, step_ns, mean, settled_ns });
        }
        length = length.saturating_mul(2).min(longest);
    }
}

/// The instant at which request number `requests` of the first pilot arrives, ns.
pub(super) fn instant_of(
    spec: &PointSpec<'_>,
    requests: u64,
    mine: bool,
    control: &Control,
) -> Result<u64, PointError> {
    control.plan(1);
    let window = Window { warmup_requests: requests, ..watch(Vec::new()) };
    Watched::new(spec, mine, control).one(&window, FIRST).map(|tally| tally.opened)
}

/// A system from empty, during a warm-up without end.
struct Watched<'a> {
    network: Network,
    cut: Cut,
    seed: u64,
    point: Option<Name>,
    mine: bool,
    control: &'a Control,
}

impl<'a> Watched<'a> {
    fn new(spec: &PointSpec<'_>, mine: bool, control: &'a Control) -> Watched<'a> {
        let cut = Cut::bare(NEVER, 0, true);
        let network = build(spec.request(&cut)).0;
        let point = control.store().map(|_| name::of_point(spec));
        Watched { network, cut, seed: spec.scenario.seed, point, mine, control }
    }

    fn run(&self, step_ns: u64) -> Result<Vec<Tally>, PointError> {
        self.control.plan(u64::from(PILOTS));
        let grid = (0..=INSTANTS).map(|i| step_ns * i);
        // Arrivals enter the calendar one lead late: only then have all before the last point of the grid been seen.
        let window = watch(grid.chain([step_ns * INSTANTS + self.network.lead()]).collect());
        (FIRST..FIRST + PILOTS).into_par_iter().map(|number| self.one(&window, number)).collect()
    }

    fn one(&self, window: &Window, number: u32) -> Result<Tally, PointError> {
        let Watched { network, cut, seed, point, mine, .. } = self;
        let what = Simulated { network, window, point: *point, cut, seed: *seed, mine: *mine };
        let tally = simulate_one(what, number, self.control)?;
        self.control.finish(tally.audit.arrived);
        Ok(tally)
    }
}

/// A window of one request, after which nothing is measured: the run goes on until the last instant is observed.
fn watch(observe: Vec<u64>) -> Window {
    Window { warmup_ns: 0, warmup_requests: 0, requests: 1, until_ns: u64::MAX, observe, slices: None }
}

/// What is watched of one pilot. The number in the system of closed clients that never think is constant whatever happens, so
/// that of them it is the completions.
fn levels(spec: &PointSpec<'_>, tally: &Tally) -> Vec<f64> {
    let watched = match spec.scenario.workload.load {
        Load::Closed { .. } => &tally.completions,
        _ => &tally.observed[1..],
    };
    watched.iter().take(INSTANTS as usize).map(|&n| n as f64).collect()
}

/// The mean over series of one length, point by point.
fn mean(series: &[Vec<f64>]) -> Vec<f64> {
    let points = series.first().map_or(0, Vec::len);
    (0..points).map(|i| series.iter().map(|levels| levels[i]).sum::<f64>() / series.len() as f64).collect()
}
