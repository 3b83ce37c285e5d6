//! The shortest way through the commonest network: plain delays, then one station, and nobody who waits for the answer. The
//! loop does what `walk` does, without looking up what to do.

use std::sync::atomic::{AtomicBool, Ordering};

use super::ahead::BLOCK;
use super::attempt::{Attempt, Errand, Walker};
use super::calendar::{Calendar, Kind};
use super::network::{Arrivals, Network};
use super::program::{Op, Program};
use super::run::Run;
use super::simulate::EngineError;
use super::stretch::Stretch;
use super::tally::Outcome;
use super::walk::Next;

/// A route of delays `first` to `first + count` of the program and a station.
#[derive(Clone, Copy, Debug)]
pub(super) struct Short {
    pub first: u32,
    pub count: u32,
    hop: u16,
    group: u32,
    by_class: bool,
    enters: bool,
}

/// Stations that are all plain and alike, one of which was chosen ahead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain {
    /// Place of the first one's servers.
    pub place: usize,
    /// Of each.
    pub servers: usize,
    pub hop: usize,
    /// Whether there are others.
    chosen: bool,
    /// There are no delays before it, there is no other, and its hop is counted by column.
    pub columns: bool,
}

impl Plain {
    /// Number of the station that was chosen ahead, from 0.
    #[inline(always)]
    pub(super) fn station(&self, choice: u32) -> usize {
        if self.chosen { choice as usize } else { 0 }
    }
}

impl Short {
    /// The route of an open loop whose requests all take it, and come without end.
    pub(super) fn of(net: &Network, program: &Program<'_>) -> Option<Short> {
        let endless = !matches!(net.arrivals, Arrivals::Trace { .. } | Arrivals::Closed { .. });
        let (first, count, station) = match program.ops[..] {
            [station @ Op::Serve { .. }, Op::Answer] => (0, 0, station),
            [Op::Delays { first, count }, station @ Op::Serve { .. }, Op::Answer] => (first, count, station),
            _ => return None,
        };
        let Op::Serve { hop, group, by_class, enters } = station else { return None };
        endless.then_some(Short { first, count, hop, group, by_class, enters })
    }
}

impl Run<'_, true> {
    fn plain(&self, short: Short) -> Option<Plain> {
        let group = &self.net.groups[short.group as usize];
        let ahead = &self.program.ahead;
        let chosen = group.count > 1;
        if short.by_class || !short.enters || ahead.demand.is_none() || (chosen && ahead.choice.is_none()) {
            return None;
        }
        let (place, servers) = self.stations.plain(group.first)?;
        let hop = usize::from(short.hop);
        let columns = short.count == 0 && !chosen && self.meters[hop].has_columns();
        Some(Plain { place, servers, hop, chosen, columns })
    }

    /// The event loop.
    pub(super) fn go_short(&mut self, short: Short, stop: &AtomicBool) -> Result<(), EngineError> {
        let plain = self.plain(short);
        let mut stretch = Stretch::new();
        let done = self.go_by_stretches(short, plain, &mut stretch, stop);
        if let Some(plain) = plain {
            self.add_both(plain, &stretch);
        }
        done
    }

    fn go_by_stretches(
        &mut self,
        short: Short,
        plain: Option<Plain>,
        stretch: &mut Stretch,
        stop: &AtomicBool,
    ) -> Result<(), EngineError> {
        loop {
            self.ahead.count(&mut self.meters, &mut self.tally.dispersion);
            self.ahead.fill();
            let mut place = 0;
            while place < BLOCK {
                let quiet = self.stretch_from(place);
                if let Some(plain) = plain
                    && quiet > 0
                {
                    self.go_stretch(short, plain, place..place + quiet, stretch);
                    place += quiet;
                    continue;
                }
                if self.set_out_after_others(short, plain, place) {
                    return Ok(());
                }
                place += 1;
            }
            if stop.load(Ordering::Relaxed) {
                return Err(EngineError::Stopped);
            }
        }
    }

    /// The request at `place` of the block comes, after all that happens before; whether all is over.
    fn set_out_after_others(&mut self, short: Short, plain: Option<Plain>, place: usize) -> bool {
        self.calendar.tidy();
        let at = self.ahead.at(place);
        let due = at.saturating_add(self.lead);
        let order = Calendar::order(due, Kind::Start);
        while self.calendar.first() < order {
            self.land(short, plain);
            if self.is_over() {
                return true;
            }
        }
        self.now = due;
        self.set_out(short, plain, place, at);
        self.is_over()
    }

    /// A request comes and takes its delays.
    #[inline(always)]
    fn set_out(&mut self, short: Short, plain: Option<Plain>, place: usize, at: u64) {
        let (_, key, class) = self.ahead.request(place);
        let (demand, choice) = self.ahead.first_station(place);
        let mut walker = Walker { demand, choice, ..self.arrival(key, at, class) };
        if walker.measured {
            self.ahead.measure(place);
        }
        let mut arrives = at;
        if short.count > 0 {
            self.ahead.take(place, short.first, walker.measured);
            arrives = at.saturating_add(self.ahead.delay(place, short.first));
        }
        if arrives > self.now {
            let slot = self.waiting.keep(&Attempt { walker, errand: Errand::new(0, 0, 0, Outcome::Ok) });
            self.calendar.push(arrives, Kind::Move, slot);
        } else {
            self.reach(short, plain, &mut walker, arrives);
        }
    }

    /// The next request reaches its station.
    #[inline(always)]
    fn land(&mut self, short: Short, plain: Option<Plain>) {
        let Some(event) = self.calendar.pop() else { return };
        self.now = event.at;
        let mut walker = self.waiting.get(event.slot).walker;
        self.waiting.free(event.slot);
        self.reach(short, plain, &mut walker, event.at);
    }

    /// The station, and the answer.
    #[inline(always)]
    fn reach(&mut self, short: Short, plain: Option<Plain>, walker: &mut Walker, at: u64) {
        let (outcome, end) = if let Some(plain) = plain {
            let Plain { place, servers, hop, .. } = plain;
            let chosen = plain.station(walker.choice);
            let (start, end) = self.stations.arrive_plainly(place + chosen * servers, servers, at, walker.demand);
            let meter = &mut self.meters[hop];
            meter.served(meter.line_in_group(chosen), walker.measured, start - at, end - at);
            (Outcome::Ok, end)
        } else {
            let Short { hop, group, by_class, enters, .. } = short;
            let group = group + if by_class { walker.class } else { 0 };
            match self.serve(walker, None, at, hop, group, enters) {
                Next::On(end) => (Outcome::Ok, end),
                Next::Over(outcome, end) => (outcome, end),
            }
        };
        self.tally.audit.over += 1;
        self.end_request(walker, 0, outcome, end);
    }
}
