//! What points cost: the requests, attempts and connections that a simulation counted, and the month that follows from them.

use super::sweep::{Cell, Combination};
use crate::aws::cost::{self, Observed};
use crate::aws::option::ArchitectureOption;
use crate::aws::system::System;
use crate::engine::Tally;
use crate::results::{CostLine, Results};
use crate::scenario::Model;
use crate::topology::hop_names;

/// What was counted of the measured requests of all replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Billed {
    /// Requests.
    pub requests: u64,
    /// Their attempts, the first ones included.
    pub attempts: u64,
    /// Attempts that a throttle of the API refused.
    pub throttled: u64,
    /// Attempts that opened a connection.
    pub opened: u64,
    /// Length of the windows, ns.
    pub window_ns: u64,
}

impl Billed {
    /// Sums up the tallies; `names` are those of the hops.
    #[must_use]
    pub fn of(names: &[String], tallies: &[Tally]) -> Billed {
        let mut billed = Billed::default();
        for tally in tallies {
            billed.requests += tally.requests;
            billed.attempts += tally.attempts;
            billed.window_ns += tally.closed.saturating_sub(tally.opened);
            for (name, hop) in names.iter().zip(&tally.hops) {
                let throttle = hop_names::THROTTLES.contains(&name.as_str());
                billed.throttled += if throttle { hop.counts.throttled } else { 0 };
                billed.opened += if name == hop_names::CONNECTION { hop.counts.waited } else { 0 };
            }
        }
        billed
    }

    /// The same for one request; `None` where none was measured.
    #[must_use]
    pub fn observed(&self) -> Option<Observed> {
        let each = |count: u64| count as f64 / self.requests as f64;
        (self.requests > 0 && self.window_ns > 0).then(|| Observed {
            rate: self.requests as f64 / (self.window_ns as f64 / 1e9),
            attempts: each(self.attempts),
            throttled: each(self.throttled),
            opened: each(self.opened),
        })
    }
}

/// The month of every option at the operating point, where nothing was simulated.
#[must_use]
pub fn unsimulated(system: &System) -> Vec<CostLine> {
    let services = system.services.count;
    system.options.iter().flat_map(|option| lines(option, services, system, None)).collect()
}

/// Puts the months of all simulated points in the place of those that were not simulated, point by point. An option whose operating
/// point is missing, since the work was stopped, keeps its line without a simulation.
pub(super) fn simulated(results: &mut Results, combinations: &[Combination], cells: &[Cell]) {
    let wanted = &results.wanted;
    let own =
        |cell: &Cell| Some(cell.services) == wanted.services && combinations[cell.combination].axes == wanted.axes;
    let names: Vec<&str> =
        cells.iter().filter(|cell| own(cell)).filter_map(|cell| cell.outcome.point.option.as_deref()).collect();
    results.costs.retain(|line| !names.contains(&line.option.as_str()));
    results.costs.iter_mut().for_each(|line| line.axes.clone_from(&wanted.axes));
    for cell in cells {
        let combination = &combinations[cell.combination];
        let Model::Options(system) = &combination.scenario.model else { continue };
        let observed = cell.outcome.billed.observed();
        let of_point = lines(&system.options[cell.option], cell.services, system, observed.as_ref());
        results.costs.extend(of_point.map(|line| CostLine { axes: combination.axes.clone(), ..line }));
    }
}

fn lines<'a>(
    option: &'a ArchitectureOption,
    services: u32,
    system: &'a System,
    observed: Option<&Observed>,
) -> impl Iterator<Item = CostLine> + use<'a> {
    let millions = cost::millions(services, system, observed).filter(|millions| *millions > 0.0);
    cost::cost(option, services, system, observed).into_iter().map(move |line| CostLine {
        option: option.name.clone(),
        item: line.item,
        monthly: line.monthly.map(|month| month.expected),
        basis: line.basis,
        source: line.source,
        services: Some(services),
        low: line.monthly.map(|month| month.low),
        high: line.monthly.map(|month| month.high),
        per_million: line.monthly.zip(millions).map(|(month, millions)| month.expected / millions),
        quantity: line.quantity.map(|quantity| quantity.expected),
        unit: line.unit,
        dimension: line.dimension.into(),
        price: line.price.into(),
        grade: line.grade,
        ..CostLine::default()
    })
}
