//! Names of metrics that a scenario may use, and their units: the grammar of the results format with this scenario's hops.

use super::fields::Field;
use super::hop::{Copies, Hop, Stations};
use super::tree::shorten;
use crate::aws::system::System;
use crate::issue::nearest;
use crate::units::{Duration, parse_duration};

/// What a metric is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A latency, in milliseconds.
    Milliseconds,
    /// A rate, per second.
    PerSecond,
    /// A share of 0 to 1.
    Share,
    /// A number of 0 or more.
    Number,
}

const SYSTEM: [(&str, Unit); 27] = [
    ("latency.mean", Unit::Milliseconds),
    ("latency.p50", Unit::Milliseconds),
    ("latency.p90", Unit::Milliseconds),
    ("latency.p95", Unit::Milliseconds),
    ("latency.p99", Unit::Milliseconds),
    ("latency.p99_9", Unit::Milliseconds),
    ("latency.max", Unit::Milliseconds),
    ("client.latency.mean", Unit::Milliseconds),
    ("rate.offered", Unit::PerSecond),
    ("rate.attempts", Unit::PerSecond),
    ("rate.goodput", Unit::PerSecond),
    ("attempts.mean", Unit::Number),
    ("outcome.ok", Unit::Share),
    ("outcome.throttled", Unit::Share),
    ("outcome.rejected", Unit::Share),
    ("outcome.abandoned", Unit::Share),
    ("outcome.timed_out", Unit::Share),
    ("outcome.failed", Unit::Share),
    ("in_system.mean", Unit::Number),
    ("arrivals.rate", Unit::PerSecond),
    ("arrivals.idc@1s", Unit::Number),
    ("arrivals.idc@10s", Unit::Number),
    ("arrivals.idc@60s", Unit::Number),
    ("outcome.failed.500", Unit::Share),
    ("outcome.failed.502", Unit::Share),
    ("outcome.failed.503", Unit::Share),
    ("outcome.failed.504", Unit::Share),
];

/// Of `SYSTEM`, those at the end that need status codes, which only options have.
const BY_STATUS: usize = 4;

const HOP: [(&str, Unit); 16] = [
    ("arrivals", Unit::PerSecond),
    ("throttled", Unit::Share),
    ("rejected", Unit::Share),
    ("abandoned", Unit::Share),
    ("failed", Unit::Share),
    ("utilisation", Unit::Share),
    ("wait.mean", Unit::Milliseconds),
    ("wait.p99", Unit::Milliseconds),
    ("wait.probability", Unit::Share),
    ("wait.offered_probability", Unit::Share),
    ("wait.all_mean", Unit::Milliseconds),
    ("sojourn.mean", Unit::Milliseconds),
    ("sojourn.p50", Unit::Milliseconds),
    ("sojourn.p90", Unit::Milliseconds),
    ("sojourn.p99", Unit::Milliseconds),
    ("sojourn.p99_9", Unit::Milliseconds),
];

/// Names of the fixed hops of an options scenario.
pub(super) const AWS_HOPS: [&str; 15] = [
    "client",
    "waf",
    "authorizer",
    "http-api",
    "rest-api",
    "vpc-link-v1",
    "vpc-link-v2",
    "zone-leg-cross",
    "zone-leg-same",
    "nlb",
    "alb",
    "cloud-map",
    "endpoint",
    "connection",
    "service",
];

/// Whether a metric of this name, known to be one, is a time.
pub(super) fn is_time(name: &str) -> bool {
    let in_hop = HOP.iter().any(|(metric, unit)| *unit == Unit::Milliseconds && name.ends_with(&format!(".{metric}")));
    name.starts_with("latency.") || name.starts_with("client.latency.") || (name.starts_with("hop.") && in_hop)
}

/// One hop and what it divides into.
#[derive(Clone, Debug)]
struct HopName {
    name: String,
    /// Copies by number; 0 where they have none.
    copies: u32,
    branches: Vec<String>,
}

/// The metric names of one scenario.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// `None` where the hops could not be read: then any may be meant.
    hops: Option<Vec<HopName>>,
    options: bool,
    /// `None` where `[run]` could not be read.
    observed: Option<Vec<Duration>>,
}

impl Names {
    pub fn of_hops(hops: Option<&[Hop]>) -> Names {
        let name = |hop: &Hop| {
            let (copies, branches) = match &hop.stations {
                Stations::One(_) => (0, Vec::new()),
                Stations::Copies { number: Copies::Number(number), .. } => (*number, Vec::new()),
                Stations::Copies { number: Copies::Services, .. } => (super::fields::MOST as u32, Vec::new()),
                Stations::Branches(branches) => (0, branches.iter().map(|(name, _, _)| name.clone()).collect()),
            };
            HopName { name: hop.name.clone(), copies, branches }
        };
        Names { hops: hops.map(|hops| hops.iter().map(name).collect()), options: false, observed: Some(Vec::new()) }
    }

    pub fn of_options(system: Option<&System>, services: u32) -> Names {
        let listed = |system: &System| system.listed.iter().map(|listed| listed.name.clone()).collect();
        let hop = |name: &&str| {
            let copies = if *name == "service" { services } else { 0 };
            let branches = if *name == "service" { system.map_or_else(Vec::new, listed) } else { Vec::new() };
            HopName { name: (*name).to_string(), copies, branches }
        };
        let hops = system.map(|_| AWS_HOPS.iter().map(hop).collect());
        Names { hops, options: true, observed: Some(Vec::new()) }
    }

    /// The same with the instants of `observe_at`.
    pub fn observed(mut self, at: Option<&[Duration]>) -> Names {
        self.observed = at.map(<[Duration]>::to_vec);
        self
    }

    /// The unit of the metric `name`; an issue at `field`, with the nearest name, where there is none of that name.
    pub fn check(&self, name: &str, field: &Field<'_>) -> Option<Unit> {
        self.check_at(name, &field.node.place, field.sink)
    }

    /// The same at a place of its own.
    pub fn check_at(&self, name: &str, place: &super::tree::Place, sink: &super::fields::Sink) -> Option<Unit> {
        let unit = self.unit(name);
        if unit.is_none() {
            let issue = place.issue(format!("`{}` is not a metric of this scenario", shorten(name)));
            let all = self.all();
            sink.add(match nearest(name, all.iter().map(String::as_str)) {
                Some(near) => issue.hint(format!("did you mean `{near}`?")),
                None => issue.hint(self.remedy(name)),
            });
        }
        unit
    }

    fn remedy(&self, name: &str) -> String {
        if name.starts_with("in_system@") || name.starts_with("completions@") {
            return "instants are those of `observe_at` in `[run]`".into();
        }
        let hops: Vec<&str> = self.hops.iter().flatten().map(|hop| hop.name.as_str()).collect();
        if name.starts_with("hop.") && !hops.is_empty() {
            return format!("hops are {}", super::fields::listing(hops));
        }
        "metrics are `latency.p99`, `outcome.ok`, `rate.goodput`, `hop.NAME.utilisation` and so on".into()
    }

    fn unit(&self, name: &str) -> Option<Unit> {
        if let Some((_, unit)) = self.system().iter().find(|(known, _)| *known == name) {
            return Some(*unit);
        }
        if let Some(at) = name.strip_prefix("in_system@") {
            return self.is_observed(at).then_some(Unit::Number);
        }
        if let Some(between) = name.strip_prefix("completions@") {
            let (from, to) = between.split_once('-')?;
            return (self.is_observed(from) && self.is_observed(to)).then_some(Unit::Number);
        }
        let (hop, rest) = name.strip_prefix("hop.")?.split_once('.')?;
        let Some(hops) = &self.hops else {
            return HOP.iter().find(|(known, _)| rest.ends_with(known)).map(|(_, unit)| *unit);
        };
        let hop = hops.iter().find(|known| known.name == hop)?;
        let metric = |rest: &str| HOP.iter().find(|(known, _)| *known == rest).map(|(_, unit)| *unit);
        metric(rest).or_else(|| metric(hop.part(rest)?))
    }

    /// The metrics of the whole system.
    fn system(&self) -> &'static [(&'static str, Unit)] {
        if self.options { &SYSTEM } else { &SYSTEM[..SYSTEM.len() - BY_STATUS] }
    }

    fn is_observed(&self, text: &str) -> bool {
        parse_duration(text).is_ok_and(|at| self.observed.as_ref().is_none_or(|observed| observed.contains(&at)))
    }

    /// Every name, but those of numbered copies.
    fn all(&self) -> Vec<String> {
        let mut all: Vec<String> = self.system().iter().map(|(name, _)| (*name).to_string()).collect();
        all.extend(self.observed.iter().flatten().map(|at| format!("in_system@{at}")));
        for hop in self.hops.iter().flatten() {
            for (metric, _) in HOP {
                all.push(format!("hop.{}.{metric}", hop.name));
                all.extend(hop.branches.iter().map(|branch| format!("hop.{}.{branch}.{metric}", hop.name)));
            }
        }
        all
    }
}

impl HopName {
    /// What follows the name of a branch, the number of a copy, or a summary of the copies.
    fn part<'n>(&self, rest: &'n str) -> Option<&'n str> {
        let (part, metric) = rest.split_once('.')?;
        if part == "copies" && self.copies > 0 {
            return metric.strip_prefix("min.").or(metric.strip_prefix("median.")).or(metric.strip_prefix("max."));
        }
        let copy = part.parse::<u32>().is_ok_and(|number| number < self.copies);
        (copy || self.branches.iter().any(|branch| branch == part)).then_some(metric)
    }
}
