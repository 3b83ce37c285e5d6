//! Access logs of a simulated replication, as API Gateway and an ALB would have written them: `run --emit-logs`.
//!
//! The first replication of the operating point is simulated once more, by the engine's reference with an observer, so that the results
//! themselves are made as always and stay the same to the byte. Every option has a folder with [`GATEWAY`] and, where its path has an
//! ALB, [`ALB`]. Lines are written as attempts end and not kept: memory holds the attempts that are under way, as the engine itself
//! does. What is simulated and what is an invented constant: docs/calibrate.md.

mod alb;
mod gateway;
mod map;
mod observer;
mod record;
#[cfg(test)]
mod tests;
mod time;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use rayon::prelude::*;

use self::map::Map;
use self::observer::Logging;
use super::control::Control;
use super::point::PointSpec;
use super::rounds::{replication_of, simulated};
use super::source::Source;
use super::warmup;
use super::{ExperimentError, operating_services};
use crate::engine::{Network, Tally, Window, simulate_observed, simulate_until};
use crate::issue::{Issue, Issues};
use crate::random::RunKey;
use crate::results::directory::Stream;
use crate::scenario::{Model, Scenario};

/// The access log of the API in an option's folder: a JSON object a line.
pub const GATEWAY: &str = "apigateway.log";
/// The access log of the option's ALBs.
pub const ALB: &str = "alb.log";

/// The replication whose requests are logged.
const REPLICATION: u32 = 0;

/// What was written of one option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// Its name, which is its folder's.
    pub option: String,
    /// Lines of the API's log: attempts of measured requests.
    pub gateway: u64,
    /// Lines of its ALBs' log; none where no path has an ALB.
    pub alb: Option<u64>,
    /// Attempts that have no line, because their client had given up on them and they were still on the way at the end.
    pub unfinished: u64,
}

/// Writes the logs of every option at the operating point into folders of `dir`, each file whole or not at all.
///
/// # Errors
/// A scenario that spells hops out, or is wrong; a file that cannot be written; as [`PointSpec::run`].
pub fn emit(source: &Source, dir: &Path, control: &Control) -> Result<Vec<Emitted>, ExperimentError> {
    let scenario = source.scenario(&[]).map_err(ExperimentError::Issues)?;
    let options = check(&scenario).map_err(ExperimentError::Issues)?;
    let services = operating_services(&scenario);
    let cut = warmup::cut(&scenario, services, control)?;
    control.plan(options.len() as u64);
    let one = |(option, name): (usize, &String)| {
        let spec = PointSpec { scenario: &scenario, option, services, detail: false };
        let key = RunKey::new(scenario.seed, REPLICATION);
        let folder = dir.join(name);
        let unwritable = |error: io::Error| ExperimentError::Issues(vec![unwritable(&folder, &error)]);
        let network = spec.network(&cut);
        let ahead = |network: &Network, window: &Window, _: &warmup::Cut| {
            simulated(simulate_until(network, window, key, control.flag()))
        };
        let (network, window, _) = replication_of(&spec, &cut, &network, ahead)?;
        let map = Map::new(&scenario, &network, option);
        let mut gateway = Stream::create(&folder.join(GATEWAY)).map_err(unwritable)?;
        let alb = map.has_alb().then(|| Stream::create(&folder.join(ALB)));
        let mut alb = alb.transpose().map_err(unwritable)?;
        let mut logging = Logging::new(&map, &mut gateway, alb.as_mut().map(|alb| alb as &mut dyn Write));
        let tally: Tally = simulated(simulate_observed(&network, &window, key, control.flag(), &mut logging))?;
        let written = logging.finish().map_err(unwritable)?;
        gateway.finish().map_err(unwritable)?;
        match alb {
            Some(alb) => alb.finish().map_err(unwritable)?,
            // Of an earlier run, when this option had one: it belongs to other lines of the gateway.
            None => remove(&folder.join(ALB)).map_err(unwritable)?,
        }
        control.finish(tally.audit.arrived);
        Ok(Emitted {
            option: name.clone(),
            gateway: written.gateway,
            alb: map.has_alb().then_some(written.alb),
            unfinished: written.unfinished,
        })
    };
    options.par_iter().enumerate().map(one).collect()
}

/// The names of the options whose logs can be written, before anything is simulated.
///
/// # Errors
/// A scenario that spells hops out: it has no gateway and no balancer whose log there could be.
pub fn check(scenario: &Scenario) -> Result<Vec<String>, Issues> {
    match &scenario.model {
        Model::Options(system) => Ok(system.options.iter().map(|option| option.name.clone()).collect()),
        Model::Hops(_) => {
            let issue =
                Issue::new("`--emit-logs` is given, but the scenario spells hops out, which have no AWS access log");
            Err(vec![issue.hint("leave `--emit-logs` out, or describe the system by options")])
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn unwritable(folder: &Path, error: &io::Error) -> Issue {
    let issue = Issue::new(format!("cannot write logs into `{}`: {error}", folder.display()));
    issue.hint("give another directory with `--emit-logs`, or fewer requests with `--requests`")
}
