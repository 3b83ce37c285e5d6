//! Stretches of arrivals at which nothing happens to the measured window, through plain delays and a plain station: all of a
//! stretch set out together, those who reach the station meanwhile are served in one go, and what they did is counted by column.

use std::ops::Range;

use super::ahead::BLOCK;
use super::attempt::{Attempt, Errand, Walker};
use super::calendar::{Calendar, Kind};
use super::meter::{HopMeter, Passed};
use super::run::Run;
use super::servers::in_order;
use super::short::{Plain, Short};
use super::station::Stations;
use super::tally::Outcome;
use super::window::Phase;
use crate::stats::Recorder;

/// A request that its station has served.
#[derive(Clone, Copy, Debug)]
struct Served {
    passed: Passed,
    /// Its arrival, ns.
    arrived: u64,
    /// Its end, ns.
    end: u64,
}

impl Served {
    /// Of a request, its arrival and whether it is measured, that reaches the station of its choice at `at`.
    #[inline(always)]
    fn at(
        plain: Plain,
        (stations, meter): (&mut Stations<'_>, &HopMeter),
        choice: u32,
        at: u64,
        demand: u64,
        (arrived, measured): (u64, bool),
    ) -> Served {
        let chosen = plain.station(choice);
        let (start, end) = stations.arrive_plainly(plain.place + chosen * plain.servers, plain.servers, at, demand);
        let line = meter.line_in_group(chosen) as u32;
        Served { passed: Passed { line, measured, wait: start - at, sojourn: end - at }, arrived, end }
    }
}

/// Room for those of a stretch, used again for the next one.
#[derive(Debug)]
pub(super) struct Stretch {
    /// When and in which slot those wait that are due.
    due: Vec<(u64, u32)>,
    served: Vec<Served>,
    /// Of measured requests that went through one station and nothing else: their latencies, which are their sojourns there. The
    /// buckets of two digits are made of those of three, so one recorder does for both.
    both: Recorder,
}

impl Stretch {
    pub(super) fn new() -> Stretch {
        Stretch { due: Vec::new(), served: Vec::new(), both: Recorder::new(3) }
    }
}

impl Run<'_, true> {
    /// How many requests of the block from `place` on come in one stretch; 0 where the next one must be taken by itself.
    #[inline]
    pub(super) fn stretch_from(&self, place: usize) -> usize {
        if self.observe.is_empty() { self.gate.quiet(self.ahead.instants(place)) } else { 0 }
    }

    /// The requests at `places`, which are a stretch.
    pub(super) fn go_stretch(&mut self, short: Short, plain: Plain, places: Range<usize>, stretch: &mut Stretch) {
        self.gate.seen += places.len() as u64;
        let measured = self.gate.phase == Phase::Open;
        if measured {
            self.ahead.measure_each(places.clone());
        }
        self.now = self.ahead.at(places.end - 1).saturating_add(self.lead);
        if short.count > 0 {
            self.set_out_each(short, places, measured);
            self.calendar.take_before(Calendar::order(self.now, Kind::Start), &mut stretch.due);
            self.serve_due(plain, stretch);
        } else if plain.columns {
            self.serve_in_order(plain, places, measured, &mut stretch.both);
            return;
        } else {
            self.serve_at_once(plain, places, measured, stretch);
        }
        self.count_served(plain, &stretch.served);
    }

    /// No delays and a single station.
    fn serve_in_order(&mut self, plain: Plain, places: Range<usize>, measured: bool, both: &mut Recorder) {
        let (at, demands) = self.ahead.arrivals(places);
        let count = at.len();
        // Waiting times first, then service added.
        let (mut waits, mut sojourns) = ([0; BLOCK], [0; BLOCK]);
        in_order(self.stations.few_mut(plain.place, plain.servers), at, demands, &mut waits);
        for ((sojourn, wait), (&at, &demand)) in sojourns.iter_mut().zip(&waits).zip(at.iter().zip(demands)) {
            *sojourn = (at + wait).saturating_add(demand) - at;
        }
        let (waits, sojourns) = (&waits[..count], &sojourns[..count]);
        self.meters[plain.hop].count_columns(measured, waits, sojourns);
        let lives = at.iter().zip(sojourns).map(|(&at, sojourn)| (at, at + sojourn));
        self.in_system.end_each(lives, self.now.saturating_sub(self.lead), &self.gate);
        self.ended(count);
        if measured {
            self.settled += count as u64;
            both.record_each(sojourns.iter().copied());
        }
    }

    /// No delays: the requests are at their stations when they come.
    fn serve_at_once(&mut self, plain: Plain, places: Range<usize>, measured: bool, stretch: &mut Stretch) {
        let (ahead, stations, meter) = (&self.ahead, &mut self.stations, &self.meters[plain.hop]);
        stretch.served.clear();
        stretch.served.extend(places.map(|place| {
            let at = ahead.at(place);
            let (demand, choice) = ahead.first_station(place);
            Served::at(plain, (stations, meter), choice, at, demand, (at, measured))
        }));
    }

    /// The requests take their delays and wait for their turn at the station.
    fn set_out_each(&mut self, short: Short, places: Range<usize>, measured: bool) {
        self.ahead.take_each(places.clone(), short.first, measured);
        for place in places {
            let (_, key, class) = self.ahead.request(place);
            let (demand, choice) = self.ahead.first_station(place);
            let at = self.ahead.at(place);
            let walker = Walker { demand, choice, ..self.walker(key, at, class, measured) };
            let reached = at.saturating_add(self.ahead.delay(place, short.first));
            let slot = self.waiting.keep(&Attempt { walker, errand: Errand::new(0, 0, 0, Outcome::Ok) });
            self.calendar.append(reached, slot);
        }
    }

    /// The station serves those whose turn has come.
    fn serve_due(&mut self, plain: Plain, stretch: &mut Stretch) {
        let (waiting, stations, meter) = (&mut self.waiting, &mut self.stations, &self.meters[plain.hop]);
        stretch.served.clear();
        stretch.served.extend(stretch.due.iter().map(|&(at, slot)| {
            let Walker { demand, choice, arrived, measured, .. } = waiting.get(slot).walker;
            waiting.free(slot);
            Served::at(plain, (stations, meter), choice, at, demand, (arrived, measured))
        }));
    }

    /// Counts the services and the ends of the requests.
    fn count_served(&mut self, plain: Plain, served: &[Served]) {
        self.meters[plain.hop].count_each(served.iter().map(|served| served.passed));
        let lives = served.iter().map(|served| (served.arrived, served.end));
        self.in_system.end_each(lives, self.now.saturating_sub(self.lead), &self.gate);
        self.ended(served.len());
        let measured = || served.iter().filter(|served| served.passed.measured);
        self.settled += measured().count() as u64;
        self.tally.latency.record_each(measured().map(|served| served.end - served.arrived));
    }

    /// Adds what was recorded once for two.
    pub(super) fn add_both(&mut self, plain: Plain, stretch: &Stretch) {
        self.tally.latency.merge(&stretch.both);
        self.meters[plain.hop].add_sojourns(&stretch.both);
    }

    /// Counts requests whose end is known.
    fn ended(&mut self, requests: usize) {
        self.tally.audit.over += requests as u64;
        self.tally.audit.ended += requests as u64;
    }
}
