//! From the tally of logs to laws: of every part of the path, of services, of arrivals, each with what speaks for it.

mod heldout;
pub mod json;
pub mod overlay;
pub mod screen;
#[cfg(test)]
mod tests;

pub use heldout::{HeldOut, Prediction};

use rayon::prelude::*;

use crate::calibrate::arrivals::{self, Series, Zipf, zipf};
use crate::calibrate::fit;
use crate::calibrate::slots::Part;
use crate::calibrate::summary::grouped;
use crate::calibrate::tally::Tally;
use crate::calibrate::times::Times;

/// Most services that are told apart in a calibration; those with most requests.
pub const LISTED: usize = 50;
/// Times of a service below which it has no law of its own.
const OWN_LAW: u64 = 200;
/// Rows, or times of a part of the path, below which nothing is stated in an overlay.
pub const LEAST: u64 = 100;
/// What the times of services hold that a simulation adds once more.
const WAITING: &str = "These times hold what requests waited in the targets' own queues, and a simulation with a limited \
     `concurrency` lets them wait once more. Calibrate with a log of quiet hours, whose times hardly hold any waiting, or leave \
     `concurrency` so high that nothing waits; then waiting stays what it was, whatever the load.";
/// Share of the rows that the first part of the log has where nothing else is asked for.
pub const FIRST_PART: f64 = 0.7;

/// A part of the path.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// Which one.
    pub part: Part,
    /// What the log can tell apart, milliseconds.
    pub resolution_ms: f64,
    /// Its law.
    pub law: fit::Calibrated,
    /// What the first part of the log says of the rest; `None` where all rows lie in one stretch.
    pub held_out: Option<HeldOut>,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// As the log names it.
    pub name: String,
    /// Its requests.
    pub rows: u64,
    /// Its share of the requests whose service is known.
    pub share: f64,
    /// Its law of times; `None` with fewer than 200.
    pub law: Option<fit::Calibrated>,
}

/// Services of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Services {
    /// The 50 with most requests, in falling order.
    pub listed: Vec<Service>,
    /// How many there are.
    pub number: usize,
    /// Requests to all of them.
    pub rows: u64,
    /// Zipf's law of their shares; `None` with fewer than 3.
    pub zipf: Option<Zipf>,
}

/// All that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Parts of the path, in the order of [`Part`].
    pub hops: Vec<Hop>,
    /// Services.
    pub services: Services,
    /// Arrivals; `None` without any.
    pub arrivals: Option<arrivals::Calibrated>,
    /// The mean rate of the first part against that of the rest.
    pub rate_held_out: Option<Prediction>,
    /// Share of the rows in the first part.
    pub first_part: f64,
    /// Rows that were used.
    pub rows: u64,
}

impl Calibration {
    /// The laws of a tally; the first `share` of its rows predict the rest.
    #[must_use]
    pub fn of(tally: &Tally, share: f64) -> Calibration {
        let whole = tally.slots.whole();
        let split = tally.slots.split(share);
        let parts: Vec<(&Part, &Times)> = whole.times.iter().collect();
        let hop = |(part, times): &(&Part, &Times)| {
            let mut law = fit::calibrate_times(times, whole.longer.get(part))?;
            // The mean of what was logged, the same in every table: the middles of cells would put 0 ms at a quarter of one.
            if law.cut_off == 0 {
                law.mean_ms = times.mean_ms().unwrap_or(law.mean_ms);
            }
            let held_out = split.as_ref().and_then(|(first, rest, _)| heldout::times(first, rest, **part));
            Some(Hop { part: **part, resolution_ms: times.resolution_ms(), law, held_out })
        };
        let series = Series::of(&tally.arrivals);
        let arrivals = arrivals::calibrate(&series);
        let index = arrivals.as_ref().and_then(|found| found.windows.last()).map_or(1.0, |last| last.measured.index);
        let rate_held_out =
            split.as_ref().and_then(|(.., cut_us)| heldout::rate(&series, cut_us.div_euclid(1_000_000), index));
        Calibration {
            hops: parts.par_iter().filter_map(hop).collect(),
            services: services(tally),
            arrivals,
            rate_held_out,
            first_part: share,
            rows: whole.rows,
        }
    }

    /// The hop of this part, if the log has it.
    #[must_use]
    pub fn hop(&self, part: Part) -> Option<&Hop> {
        self.hops.iter().find(|hop| hop.part == part)
    }
}

/// `1 row`, `2,000 rows`.
fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn services(tally: &Tally) -> Services {
    let all = tally.services.by_rows();
    let rows: u64 = all.iter().map(|(_, service)| service.rows).sum();
    let listed = all.par_iter().take(LISTED).map(|(name, service)| Service {
        name: name.clone(),
        rows: service.rows,
        share: service.rows as f64 / rows.max(1) as f64,
        law: if service.times.n() >= OWN_LAW {
            fit::calibrate_times(&service.times, Some(&service.longer))
        } else {
            None
        },
    });
    let counts: Vec<u64> = all.iter().map(|(_, service)| service.rows).collect();
    Services { listed: listed.collect(), number: all.len(), rows, zipf: zipf(&counts) }
}
