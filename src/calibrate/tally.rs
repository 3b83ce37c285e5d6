//! What a log comes down to, whatever its length: times by part of the path, arrivals, services, statuses, and what was refused.
//! Tallies of several files merge into one that does not depend on their order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::counts::Arrivals;
use super::slots::{Part, REACHED, Slots};
use super::times::{Scale, Times};

/// Most services that are told apart.
pub const SERVICES: usize = 1024;
/// Most bytes of a service's name.
pub const NAME: usize = 256;
/// Places shown of rows that are refused for the same reason.
const PLACES: usize = 3;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// Its line, from 1.
    pub line: u64,
}

/// Rows with the same fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// How many.
    pub count: u64,
    /// The first of them by file and line, at most 3.
    pub first: Vec<Place>,
}

impl Refused {
    fn add(&mut self, place: Place) {
        let at = self.first.partition_point(|other| *other < place);
        if at < PLACES {
            self.first.insert(at, place);
            self.first.truncate(PLACES);
        }
    }
}

/// Requests to one service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Requests.
    pub rows: u64,
    /// Times that it took, where they are known.
    pub times: Times,
    /// What others had reached when they were cut off.
    pub longer: Times,
}

/// What a row says of the time that its service took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    /// So many ticks.
    Ticks(u64),
    /// Longer than so many milliseconds: it was cut off.
    Longer(u64),
    /// Nothing.
    Unknown,
}

impl From<Option<u64>> for Took {
    fn from(ticks: Option<u64>) -> Took {
        ticks.map_or(Took::Unknown, Took::Ticks)
    }
}

/// Requests by service: target groups of an ALB, routes or resources of an API.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Services {
    named: BTreeMap<Vec<u8>, Service>,
    /// Requests whose row names no service.
    pub unnamed: u64,
    /// Whether there were more than [`SERVICES`] names: then none is told apart, and `unnamed` counts all.
    pub too_many: bool,
}

impl Services {
    /// Counts a request to the service of this name; `scale` is that of its ticks.
    pub fn record(&mut self, name: &[u8], scale: Scale, took: Took) {
        let name = &name[..name.len().min(NAME)];
        if self.too_many || name.is_empty() {
            self.unnamed += 1;
            return;
        }
        if !self.named.contains_key(name) {
            let service = Service { rows: 0, times: Times::new(scale), longer: Times::new(REACHED) };
            self.named.insert(name.to_vec(), service);
        }
        if let Some(service) = self.named.get_mut(name) {
            service.rows += 1;
            match took {
                Took::Ticks(ticks) => service.times.record(ticks),
                Took::Longer(ms) => service.longer.record(ms),
                Took::Unknown => {}
            }
        }
        self.bound();
    }

    fn bound(&mut self) {
        self.too_many |= self.named.len() > SERVICES;
        if self.too_many {
            self.unnamed += self.named.values().map(|service| service.rows).sum::<u64>();
            self.named.clear();
        }
    }

    fn merge(&mut self, other: Services) {
        self.unnamed += other.unnamed;
        self.too_many |= other.too_many;
        for (name, service) in other.named {
            let mine = self.named.entry(name);
            mine.and_modify(|mine| {
                mine.rows += service.rows;
                mine.times.merge(&service.times);
                mine.longer.merge(&service.longer);
            })
            .or_insert(service);
        }
        self.bound();
    }

    /// Services, those with most requests first, then by name; empty where there were too many.
    #[must_use]
    pub fn by_rows(&self) -> Vec<(String, &Service)> {
        let named = self.named.iter().map(|(name, service)| (String::from_utf8_lossy(name).into_owned(), service));
        let mut services: Vec<_> = named.collect();
        // A stable sort: names are in order already.
        services.sort_by_key(|(_, service)| std::cmp::Reverse(service.rows));
        services
    }
}

/// Kinds of APIs whose rows name what was called differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Api {
    /// Rows with `resourcePath`.
    Rest,
    /// Rows with `routeKey`.
    Http,
}

/// All that is kept of a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Lines that are not blank.
    pub rows: u64,
    /// Rows that counted for something.
    pub used: u64,
    /// Rows of which nothing was used, by reason.
    pub refused: BTreeMap<&'static str, Refused>,
    /// Rows that were used, but lack one of the times, by reason: requests that were never dispatched, say.
    pub without: BTreeMap<&'static str, u64>,
    /// Used rows whose time in a part is not known because a client or a timeout cut it off, after what time is not known either.
    pub cut_off: BTreeMap<Part, u64>,
    /// Remarks on whole files (truncated, say), each once, in order.
    pub remarks: std::collections::BTreeSet<String>,
    /// Times by part of the path, and by part of the log.
    pub slots: Slots,
    /// When requests arrived.
    pub arrivals: Arrivals,
    /// Requests by service.
    pub services: Services,
    /// Requests by status code of the answer.
    pub statuses: BTreeMap<u16, u64>,
    /// API Gateway: requests by kind of API, where rows tell it.
    pub apis: BTreeMap<Api, u64>,
    /// The first row of each kind of API, by file and line.
    pub first_of: BTreeMap<Api, Place>,
}

impl Tally {
    /// Refuses a row.
    pub fn refuse(&mut self, why: &'static str, file: &Arc<str>, line: u64) {
        let refused = self.refused.entry(why).or_default();
        refused.count += 1;
        if refused.first.len() < PLACES || refused.first.last().is_some_and(|last| last.file >= *file) {
            refused.add(Place { file: Arc::clone(file), line });
        }
    }

    /// Notes where kinds of APIs that had no place yet were first met.
    pub fn meets(&mut self, file: &Arc<str>, line: u64) {
        if self.apis.len() > self.first_of.len() {
            for api in self.apis.keys() {
                self.first_of.entry(*api).or_insert_with(|| Place { file: Arc::clone(file), line });
            }
        }
    }

    /// Notes that a used row lacks a time.
    pub fn lacks(&mut self, why: &'static str) {
        *self.without.entry(why).or_insert(0) += 1;
    }

    /// Notes that a used row was cut off in a part, nobody knows after what time.
    pub fn cuts_off(&mut self, part: Part) {
        *self.cut_off.entry(part).or_insert(0) += 1;
    }

    /// Rows of which nothing was used.
    #[must_use]
    pub fn refused_rows(&self) -> u64 {
        self.refused.values().map(|refused| refused.count).sum()
    }

    /// Adds what another file held.
    pub fn merge(&mut self, other: Tally) {
        self.rows += other.rows;
        self.used += other.used;
        for (why, refused) in other.refused {
            let mine = self.refused.entry(why).or_default();
            mine.count += refused.count;
            refused.first.into_iter().for_each(|place| mine.add(place));
        }
        other.without.into_iter().for_each(|(why, n)| *self.without.entry(why).or_insert(0) += n);
        other.cut_off.into_iter().for_each(|(part, n)| *self.cut_off.entry(part).or_insert(0) += n);
        self.remarks.extend(other.remarks);
        self.slots.merge(other.slots);
        self.arrivals.merge(&other.arrivals);
        self.services.merge(other.services);
        other.statuses.into_iter().for_each(|(status, n)| *self.statuses.entry(status).or_insert(0) += n);
        other.apis.into_iter().for_each(|(api, n)| *self.apis.entry(api).or_insert(0) += n);
        for (api, place) in other.first_of {
            let mine = self.first_of.entry(api).or_insert_with(|| place.clone());
            *mine = place.min(mine.clone());
        }
    }
}
