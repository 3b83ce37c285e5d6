//! The runs of a study: options of many scenarios at the operating point, each network simulated once.

use std::sync::Arc;

use rayon::prelude::*;

use super::State;
use crate::engine::Network;
use crate::experiment::control::Control;
use crate::experiment::operating_services;
use crate::experiment::point::{Outcome, PointError, PointSpec};
use crate::experiment::warmup::{self, Cut};
use crate::scenario::{Model, Scenario};
use crate::topology::build;

/// Networks that were simulated, with their outcomes. All runs share seed and length, so that equal networks have equal outcomes:
/// what an input does not touch is not run again.
pub(super) struct Runs<'a> {
    known: Vec<(Network, Arc<Outcome>)>,
    cut: Cut,
    control: &'a Control,
    /// What `control` had counted before the first run.
    before: u64,
}

/// A network that is still to be simulated.
struct Job<'s> {
    network: Network,
    spec: PointSpec<'s>,
    cut: Cut,
}

fn options(scenario: &Scenario) -> usize {
    match &scenario.model {
        Model::Options(system) => system.options.len(),
        Model::Hops(_) => 1,
    }
}

impl<'a> Runs<'a> {
    /// No run yet; finds the warm-up of the scenario as it stands.
    pub fn new(standing: &Scenario, control: &'a Control) -> Result<Runs<'a>, PointError> {
        let before = control.requests();
        let cut = warmup::cut(standing, operating_services(standing), control)?;
        Ok(Runs { known: Vec::new(), cut, control, before })
    }

    /// Networks simulated so far.
    pub fn made(&self) -> u32 {
        self.known.len() as u32
    }

    /// Requests simulated so far, with those of warm-ups and pilots.
    pub fn simulated(&self) -> u64 {
        self.control.requests() - self.before
    }

    /// The outcomes of every option of each scenario, what is not known yet simulated in parallel.
    pub fn states(&mut self, scenarios: Vec<Scenario>) -> Result<Vec<State>, PointError> {
        // Building them, with the tables of laws that no other has, takes longer than finding the equal ones.
        let built = |scenario| self.built(scenario, &(0..options(scenario)).collect::<Vec<usize>>());
        let built: Vec<Vec<Job<'_>>> = scenarios.par_iter().map(built).collect();
        let mut jobs = Vec::new();
        let places: Vec<Vec<usize>> = built.into_iter().map(|built| self.places(built, &mut jobs)).collect();
        self.run(jobs)?;
        let states = scenarios.into_iter().zip(places);
        Ok(states.map(|(scenario, places)| State { scenario, outcomes: self.at(places) }).collect())
    }

    /// The outcomes of some options of a scenario.
    pub fn outcomes(&mut self, scenario: &Scenario, options: &[usize]) -> Result<Vec<Arc<Outcome>>, PointError> {
        let mut jobs = Vec::new();
        let places = self.places(self.built(scenario, options), &mut jobs);
        self.run(jobs)?;
        Ok(self.at(places))
    }

    fn at(&self, places: Vec<usize>) -> Vec<Arc<Outcome>> {
        places.into_iter().map(|place| Arc::clone(&self.known[place].1)).collect()
    }

    fn run(&mut self, jobs: Vec<Job<'_>>) -> Result<(), PointError> {
        let replications = |job: &Job<'_>| u64::from(job.spec.scenario.run.replications);
        self.control.plan(jobs.iter().map(replications).sum());
        // All of them, whatever becomes of one: what is left to others is to be asked for.
        let outcomes: Vec<Result<Outcome, PointError>> =
            jobs.par_iter().map(|job| job.spec.run_from(&job.cut, self.control)).collect();
        let outcomes: Vec<Outcome> = outcomes.into_iter().collect::<Result<_, _>>()?;
        let networks: Vec<Network> = jobs.into_iter().map(|job| job.network).collect();
        self.known.extend(networks.into_iter().zip(outcomes.into_iter().map(Arc::new)));
        Ok(())
    }

    /// Some options of a scenario, to be simulated.
    fn built<'s>(&self, scenario: &'s Scenario, options: &[usize]) -> Vec<Job<'s>> {
        let services = operating_services(scenario);
        let cut = self.cut_of(scenario, services);
        let job = |&option: &usize| {
            let spec = PointSpec { scenario, option, services, detail: false };
            Job { network: build(spec.request(&cut)).0, spec, cut: cut.clone() }
        };
        options.iter().map(job).collect()
    }

    /// For each of the built ones where its outcome is going to be among the known ones, those in `jobs` behind the others.
    fn places<'s>(&self, built: Vec<Job<'s>>, jobs: &mut Vec<Job<'s>>) -> Vec<usize> {
        let place = |job: Job<'s>| {
            let known = self.known.iter().map(|(known, _)| known);
            let planned = known.chain(jobs.iter().map(|job| &job.network)).position(|other| *other == job.network);
            planned.unwrap_or_else(|| {
                jobs.push(job);
                self.known.len() + jobs.len() - 1
            })
        };
        built.into_iter().map(place).collect()
    }

    /// The warm-up of the scenario as it stands, or the floor of this one where that is longer.
    fn cut_of(&self, scenario: &Scenario, services: u32) -> Cut {
        let floor = warmup::floor(scenario, services);
        let longer = floor.ns > self.cut.ns || floor.too_long.is_some();
        if !longer {
            return Cut { floor_ns: floor.floor_ns, ..self.cut.clone() };
        }
        Cut { pilots: self.cut.pilots.clone(), pilots_of: self.cut.pilots_of, ..floor }
    }
}
