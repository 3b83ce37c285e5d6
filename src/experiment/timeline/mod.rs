//! What happens over time at the operating point: windows summed up over replications, and when the system is back after its events.
//!
//! A yardstick is simulated beside it: the same scenario on the same draws without its events.

mod recovery;
mod windows;

use recovery::histories;
pub(super) use recovery::{After, Fate, History, Yardstick, fates, shares};
pub(super) use windows::OverTime;

use rayon::prelude::*;

use super::control::Control;
use super::point::{PointError, PointSpec, Rounds};
use super::sweep::{Cell, Combination};
use super::warmup;
use crate::results::Timeline;
use crate::scenario::Scenario;

/// The scenario with nothing that changes at events.
pub(super) fn without_events(scenario: &Scenario) -> Scenario {
    Scenario { events: Vec::new(), ..scenario.clone() }
}

/// The timelines of the cells that have windows, in their order, each with what became of it after its events.
///
/// # Errors
/// Only [`PointError::Engine`]: what was stopped or is left to others has no recovery.
pub(super) fn study(
    combinations: &[Combination],
    cells: &[Cell],
    control: &Control,
) -> Result<Vec<Timeline>, PointError> {
    let watched: Vec<(&Cell, &OverTime)> =
        cells.iter().filter_map(|cell| Some((cell, cell.outcome.over_time.as_ref()?))).collect();
    let one = |&(cell, seen): &(&Cell, &OverTime)| {
        let point = &cell.outcome.point;
        let mut timeline = Timeline {
            option: point.option.clone(),
            services: point.services,
            axes: point.axes.clone(),
            ..seen.timeline.clone()
        };
        let scenario = &combinations[cell.combination].scenario;
        let Some(after) = After::new(&scenario.events, seen.slicing) else { return Ok(timeline) };
        let calm = without_events(scenario);
        match yardstick(&calm, (cell.option, cell.services), point.replications, control) {
            Ok(calm) => {
                timeline.recovery = Some(recovery::summed_up(&seen.histories, &calm, after, scenario.run.confidence));
                seen.compare(&calm, &mut timeline, scenario.run.confidence);
            }
            Err(PointError::Stopped | PointError::Elsewhere) => {}
            Err(fault) => return Err(fault),
        }
        Ok(timeline)
    };
    watched.par_iter().map(one).collect()
}

/// What an option does without events: `replications` of the `calm` scenario.
///
/// # Errors
/// As [`PointSpec::run`].
pub(super) fn yardstick(
    calm: &Scenario,
    (option, services): (usize, u32),
    replications: u32,
    control: &Control,
) -> Result<Yardstick, PointError> {
    let cut = warmup::cut(calm, services, control)?;
    let spec = PointSpec { scenario: calm, option, services, detail: false };
    let mut rounds = Rounds::new(&spec, &cut);
    control.plan(u64::from(replications));
    rounds.add(replications, control)?;
    Ok(Yardstick::of(rounds.tallies()))
}

/// What becomes of an option in `replications` of a scenario, window by window.
///
/// # Errors
/// As [`PointSpec::run`].
pub(super) fn simulated(
    scenario: &Scenario,
    (option, services): (usize, u32),
    replications: u32,
    control: &Control,
) -> Result<Vec<History>, PointError> {
    let cut = warmup::cut(scenario, services, control)?;
    let spec = PointSpec { scenario, option, services, detail: false };
    let mut rounds = Rounds::new(&spec, &cut);
    control.plan(u64::from(replications));
    rounds.add(replications, control)?;
    Ok(histories(rounds.tallies()))
}
