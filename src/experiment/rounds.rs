//! The replications of a point: simulated in rounds, each taken from the store where that has it.

use std::borrow::Cow;

use rayon::prelude::*;

use super::control::Control;
use super::point::{Outcome, PointError, PointSpec};
use super::shards::name::{self, Name};
use super::shards::plan::{self, Unit};
use super::warmup::Cut;
use crate::engine::{EngineError, Network, Tally, Window, simulate_by, simulate_until};
use crate::random::RunKey;
use crate::topology::{Legend, build};

/// A point whose replications come in rounds: those of a round continue the numbers of the one before, so that more rounds
/// repeat what fewer found.
#[derive(Debug)]
pub struct Rounds<'a> {
    spec: &'a PointSpec<'a>,
    cut: &'a Cut,
    network: Network,
    legend: Legend,
    tallies: Vec<Tally>,
    /// The names of the point's place and of the point, where there is a store.
    names: Option<(Name, Name)>,
}

/// A network over a window, and the name of its point where there is a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Simulated<'a> {
    pub network: &'a Network,
    pub window: &'a Window,
    pub point: Option<Name>,
    pub cut: &'a Cut,
    pub seed: u64,
    /// Whether what the store has not is simulated here.
    pub mine: bool,
}

impl<'a> Rounds<'a> {
    /// No replication yet.
    #[must_use]
    pub fn new(spec: &'a PointSpec<'a>, cut: &'a Cut) -> Rounds<'a> {
        let (network, legend) = build(spec.request(cut));
        Rounds { spec, cut, network, legend, tallies: Vec::new(), names: None }
    }

    /// Replications so far.
    #[must_use]
    pub fn replications(&self) -> u32 {
        self.tallies.len() as u32
    }

    /// What they counted, in their order.
    pub(super) fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Simulates `more` replications.
    ///
    /// # Errors
    /// As [`PointSpec::run`].
    pub fn add(&mut self, more: u32, control: &Control) -> Result<(), PointError> {
        let first = self.replications();
        let last = first + more;
        if control.store().is_some() && self.names.is_none() {
            let place = name::of_place(self.spec.scenario, self.spec.services);
            self.names = Some((place, name::of_point_at(place, self.spec)));
        }
        let Some((store, names)) = control.store().filter(|store| store.is_partial()).zip(self.names) else {
            let all = (first..last).into_par_iter().map(|replication| self.one(replication, true, control));
            let tallies: Vec<Tally> = all.collect::<Result<_, PointError>>()?;
            self.tallies.extend(tallies);
            return Ok(());
        };
        // All of them, whatever becomes of one: each unit that is missing is to be asked for.
        let units = plan::parts(self.spec, (&self.network, &self.legend), names, self.cut, (first, last));
        let of_unit = |unit: &Unit| -> Vec<Result<Tally, PointError>> {
            let mine = store.is_mine(unit.name);
            (unit.from..unit.to).into_par_iter().map(|replication| self.one(replication, mine, control)).collect()
        };
        let found: Vec<Vec<Result<Tally, PointError>>> = units.par_iter().map(of_unit).collect();
        let here = units.iter().any(|unit| store.is_mine(unit.name));
        for (unit, found) in units.into_iter().zip(&found) {
            if found.iter().any(|found| matches!(found, Err(PointError::Elsewhere))) {
                store.ask(unit);
            }
        }
        let tallies: Vec<Tally> = found.into_iter().flatten().collect::<Result<_, PointError>>()?;
        // The plan did without what is simulated here: none of its units follows from it, so nobody needs it summed up.
        if here {
            return Err(PointError::Elsewhere);
        }
        self.tallies.extend(tallies);
        Ok(())
    }

    /// One replication.
    fn one(&self, replication: u32, mine: bool, control: &Control) -> Result<Tally, PointError> {
        let run = |network: &Network, window: &Window, cut: &Cut| {
            let (point, seed) = (self.names.map(|names| names.1), self.spec.scenario.seed);
            simulate_one(Simulated { network, window, point, cut, seed, mine }, replication, control)
        };
        let (network, window, cut) = replication_of(self.spec, self.cut, &self.network, run)?;
        let tally = run(&network, &window, &cut)?;
        control.finish(tally.audit.arrived);
        Ok(tally)
    }

    /// The estimates of all replications so far.
    #[must_use]
    pub fn sum_up(&self) -> Outcome {
        self.spec.sum_up(&self.network, self.legend.clone(), self.cut, &self.tallies)
    }
}

/// What one replication runs, of a point with this `network`: where times count from the end of a warm-up that is a number of
/// requests, the instant at which the last of them arrives is found by running that far.
pub(super) fn replication_of<'n>(
    spec: &PointSpec<'_>,
    cut: &Cut,
    network: &'n Network,
    run: impl FnOnce(&Network, &Window, &Cut) -> Result<Tally, PointError>,
) -> Result<(Cow<'n, Network>, Window, Cut), PointError> {
    if cut.requests == 0 || !spec.has_times() {
        return Ok((Cow::Borrowed(network), spec.window(cut), cut.clone()));
    }
    let ahead = Window { requests: 1, observe: Vec::new(), slices: None, until_ns: u64::MAX, ..spec.window(cut) };
    let opened = run(network, &ahead, cut)?.opened;
    let cut = Cut::bare(opened, 0, cut.auto);
    Ok((Cow::Owned(spec.network(&cut)), spec.window(&cut), cut))
}

/// What the engine says, as a point says it.
pub(super) fn simulated(tally: Result<Tally, EngineError>) -> Result<Tally, PointError> {
    tally.map_err(|error| match error {
        EngineError::Stopped => PointError::Stopped,
        error => PointError::Engine(error),
    })
}

/// One replication, from the store where that has it, unless `control` says stop.
pub(super) fn simulate_one(what: Simulated<'_>, replication: u32, control: &Control) -> Result<Tally, PointError> {
    if control.stopped() {
        return Err(PointError::Stopped);
    }
    let Simulated { network, window, cut, .. } = what;
    let kept = control.store().zip(what.point).map(|(store, point)| {
        // What a name is made from is checked again by its shape, before anything is looked up in it by number.
        (store, name::of_tally(point, cut, window, replication))
    });
    let known = kept.and_then(|(store, name)| store.tally(name).filter(|tally| fits(tally, network, window)));
    if let Some(tally) = known {
        return Ok(tally);
    }
    if !what.mine {
        return Err(PointError::Elsewhere);
    }
    let key = RunKey::new(what.seed, replication);
    let tally = simulated(match control.way() {
        None => simulate_until(network, window, key, control.flag()),
        Some(way) => simulate_by(way, network, window, key, control.flag()),
    })?;
    if let Some((store, name)) = kept {
        store.keep(name, &tally);
    }
    Ok(tally)
}

/// Whether a tally has the hops, the members and the instants of a network and a window.
fn fits(tally: &Tally, network: &Network, window: &Window) -> bool {
    let members = |tally: &Tally| {
        tally.hops.iter().map(|hop| hop.members.len()).eq(network.hops.iter().map(|hop| hop.members.len()))
    };
    let instants = window.observe.len();
    let windows = window.slices.map_or(0, |slices| slices.number());
    members(tally)
        && tally.slices.len() == windows
        && tally.observed.len() == instants
        && tally.completions.len() == instants.saturating_sub(1)
}
