//! One sweep of a page: whether it is small enough to be run beside a browser, and what `gatecap sweep` does with it.

use std::sync::Arc;

use gatecap::experiment::shards::{Store, predicted_memory, waiting, waiting_bytes};
use gatecap::experiment::{Control, ExperimentError, PointError, Source, limits, simulate, survey};
use gatecap::issue::{Issue, Issues};
use gatecap::report::answers::answers;
use gatecap::report::chart::{self, Chart};
use gatecap::scenario::{Document, Override, Scenario};
use rayon::prelude::*;

use super::runs::{Ended, Found, Job, Watch};
use crate::cli::verbs::{fault_of, on_threads};
use crate::cli::work::free_memory;

/// What a sweep may be likely to take in memory, bytes: five times the built-in one. The results of three of them are kept.
const MOST_MEMORY: u64 = 512 << 20;
/// What a sweep may be likely to take on one core, seconds, before refinement: half an hour on two cores.
const MOST_SECONDS: f64 = 3_600.0;
/// Results name no path: the resolved scenario stands beside them under this name.
const FILE: &str = "scenario.toml";

/// The scenario as it would be read from its file, checked.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(document: &Document) -> Result<gatecap::scenario::Scenario, Issues> {
    Source::from(document.clone()).scenario(&[])
}

/// Runs a sweep on so many threads (none: one for each core).
pub fn sweep(job: &Job, watch: &Watch<'_>, threads: Option<u16>) -> Ended {
    let source = Source::from(job.document.clone());
    let found = on_threads(threads, || {
        fits(&source)?;
        watch.counted(answers(&limits(&source, FILE)?));
        match simulate(&source, FILE, true, false, watch.control) {
            Ok(computed) if computed.results.points.is_empty() => Ok(None),
            Ok(computed) => {
                let charts: Vec<Chart> = chart::MAKERS
                    .par_iter()
                    .filter_map(|make| make(&computed.results))
                    .filter(|chart| !chart.is_empty)
                    .collect();
                Ok(Some(Found { computed, charts }))
            }
            Err(ExperimentError::Fault(PointError::Stopped)) => Ok(None),
            Err(error) => Err(fault_of(error)),
        }
    });
    match found.and_then(|found| found) {
        Ok(Some(found)) => Ended::With(Box::new(found)),
        Ok(None) => Ended::Stopped,
        Err(issues) => Ended::Wrong(issues),
    }
}

/// Refuses a sweep that is likely to take more memory or time than a page should.
fn fits(source: &Source) -> Result<(), Issues> {
    let hint =
        "fewer numbers of services, axes or requests; or save the scenario and run `gatecap sweep` on it in a terminal";
    let (scenario, beside) = (source.scenario(&[])?, rayon::current_num_threads());
    let predicted = predicted_memory(&scenario, false, beside);
    // What waits is told apart, at the worst of all axes.
    let memory = predicted.bytes - predicted.waiting;
    let most = free_memory().map_or(MOST_MEMORY, |free| free.min(MOST_MEMORY));
    if memory > most {
        let (needed, most) = (memory as f64 / 1e9, most as f64 / 1e9);
        let message = format!("this sweep needs about {needed:.1} GB of memory, but a page may take {most:.1} GB");
        return Err(vec![Issue::new(message).hint(hint)]);
    }
    let waiting = most_waiting(source)?;
    let needed = waiting_bytes(waiting, beside);
    if needed + memory as f64 > most as f64 {
        let (waiting, needed, most) = (waiting / 1e6, needed / 1e9, most as f64 / 1e9);
        let message = format!(
            "up to {waiting:.1} million requests may wait at a time in each replication, which takes about {needed:.1} GB of memory \
             with the replications that run beside it, but a page may take {most:.1} GB"
        );
        let hint = "a `queue` or `patience` for stations without, no retries, a lower rate, fewer clients, a shorter run, or fewer \
                    `--threads`; or save the scenario and run `gatecap sweep` on it in a terminal";
        return Err(vec![Issue::new(message).hint(hint)]);
    }
    // A list of the work, of which nothing is done.
    let control = Control::default().with_store(Arc::new(Store::new().only(&[])));
    let plan = survey(source, false, &control).map_err(fault_of)?;
    if plan.seconds > MOST_SECONDS {
        let (hours, most) = (plan.seconds / 3_600.0, MOST_SECONDS / 3_600.0);
        let message = format!("this sweep takes about {hours:.1} hours of one core, but a page may take {most:.0}");
        return Err(vec![Issue::new(message).hint(hint)]);
    }
    Ok(())
}

/// Requests that may wait at a time in one replication, at the worst point of the grid and of the search.
fn most_waiting(source: &Source) -> Result<f64, Issues> {
    let mut scenario = source.scenario(&[])?;
    let grid = source.combinations(&scenario.sweep.axes)?;
    let mut most = grid.iter().map(|(_, scenario)| waiting(scenario)).fold(0.0, f64::max);
    let Some(search) = scenario.saturation.take() else { return Ok(most) };
    for end in [search.from, search.to] {
        let probed: Scenario = if search.vary == "services" {
            scenario.sweep.services = vec![end.number as u32];
            scenario.clone()
        } else {
            source.scenario(&[Override::set(search.vary.clone(), end.toml)])?
        };
        most = most.max(waiting(&probed));
    }
    Ok(most)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;

    fn refused(text: &str) -> String {
        let document = Document::confined(text, Path::new("a.toml")).unwrap();
        fits(&Source::from(document)).map_or_else(|issues| issues[0].message.clone(), |()| String::new())
    }

    #[test]
    fn a_sweep_that_is_too_large_is_not_begun() {
        assert_eq!(refused("[run]\nrequests = 1_000\n"), "");
        let axis = |field: &str, count: u32| {
            let values: Vec<String> = (1..=count).map(|n| n.to_string()).collect();
            format!("\"{field}\" = [{}]\n", values.join(", "))
        };
        let wide = format!("[sweep]\n{}{}", axis("services.targets", 300), axis("services.concurrency", 300));
        assert!(refused(&wide).contains("GB of memory, but a page may take"), "{}", refused(&wide));
        let targets = refused("[services]\ncount = 300\ntargets = 3_300\n[run]\nrequests = 100\n");
        assert_eq!(targets.contains("GB of memory"), rayon::current_num_threads() > 1, "{targets}");
        let points = "[services]\nautoscaling = { target = 0.5, max = 3, period = \"1s\" }\n[workload]\nrate = \"1/h\"\n\
                      [run]\nrequests = 1_000\n";
        assert!(refused(points).contains("hours of one core"), "data points alone take that long: {}", refused(points));
        let long = refused("[run]\nrequests = 100_000_000\nreplications = 1000\n");
        assert!(long.contains("hours of one core, but a page may take 1"), "{long}");
    }

    #[test]
    fn what_may_wait_counts() {
        // 200 million requests of a replication: 12.8 GB on one core already.
        let hops = |rate: &str, client: &str, station: &str| {
            refused(&format!(
                "[workload]\nrate = \"{rate}\"\n{client}[run]\nduration = \"200s\"\nwarmup = \"0s\"\nreplications = 1\n\
                 [[hop]]\nname = \"a\"\n{station}\n"
            ))
        };
        let (one, many) =
            ("servers = 1\ntime = { constant = \"1ms\" }\n", "servers = 2_000\ntime = { constant = \"1ms\" }\n");
        let retries = "[client]\nretries = { max = 1, backoff = { constant = \"1ms\" } }\n";
        for (client, station) in [
            ("", one.to_string()),
            ("", format!("{one}patience = {{ constant = \"100s\" }}")),
            ("", "time = { constant = \"100s\" }".to_string()),
            ("", format!("{one}copies = 100\nqueue = 100_000")),
            (retries, format!("{many}queue = 10")),
        ] {
            let said = hops("1000000/s", client, &station);
            assert!(said.contains("million requests may wait at a time"), "{client}{station}: {said}");
        }
        for station in
            [many.to_string(), format!("{one}queue = 10"), format!("{one}patience = {{ constant = \"1ms\" }}")]
        {
            assert_eq!(hops("1000000/s", "", &station), "", "{station}");
        }
        assert_eq!(hops("110/s", "", "servers = 1\ntime = { constant = \"10ms\" }\n"), "");
        // 110,000 requests, but they take 500 times as long to be served, and others arrive all the while.
        let drained = refused(
            "[workload]\nrate = \"500000/s\"\n[run]\nrequests = 100_000\nwarmup = 10_000\n\
             [[hop]]\nname = \"a\"\nservers = 1\ntime = { constant = \"1ms\" }\n",
        );
        assert!(drained.contains("55.0 million requests may wait at a time"), "{drained}");
        let closed = "[workload]\nclients = 10\nthink = { constant = \"1s\" }\n[[hop]]\nname = \"a\"\nservers = 1\n";
        assert_eq!(refused(closed), "");
        let searched = "[workload]\nrate = \"1/s\"\n[run]\nduration = \"200s\"\n[[hop]]\nname = \"a\"\nservers = 1\n\
                        time = { constant = \"1ms\" }\n[saturation]\nvary = \"workload.rate\"\nfrom = \"1/s\"\nto = \"1000000/s\"\n";
        assert!(refused(searched).contains("may wait at a time"), "{}", refused(searched));
    }
}
