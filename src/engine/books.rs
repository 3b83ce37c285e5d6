//! What is settled at the ends of the measured window, and when all is over: integrals are cut, and the books must balance.

use super::calendar::Kind;
use super::observer::Observer;
use super::run::Run;
use super::scaling::Controlled;
use super::simulate::EngineError;
use super::tally::{Dispersion, Tally};
use super::window::{Passage, Phase};

impl<const OPEN: bool, O: Observer> Run<'_, OPEN, O> {
    /// An arrival at which the window opens or closes, or the system is looked at.
    #[cold]
    #[inline(never)]
    pub(super) fn pass_gate(&mut self, at: u64) {
        let (passage, sampled) = self.gate.pass(at);
        match passage {
            Passage::Opens => self.open_window(at),
            Passage::Closes => self.close_window(at),
            Passage::Nothing => {}
        }
        if sampled {
            let ahead = self.in_system.ahead_of(self.now.saturating_sub(self.lead));
            self.tally.backlog.push(self.gate.seen - 1 - self.tally.audit.ended + ahead);
            let stations = 0..self.net.stations.len() as u32;
            self.tally.work.push(stations.map(|station| self.stations.backlog(station, self.now)).sum());
        }
    }

    /// Stations are cut one lead later than requests, so that their window covers the same requests.
    fn open_window(&mut self, at: u64) {
        self.in_system.open(at);
        self.tally.dispersion = [1, 10, 60].map(|seconds| Dispersion::new(seconds, at));
        let cut = at + self.lead;
        for (hop, meter) in self.net.hops.iter().zip(&mut self.meters) {
            for (busy, stations) in meter.busy().zip(hop.lines()) {
                *busy = stations.map(|station| self.stations.backlog(station, cut)).sum();
            }
        }
    }

    pub(super) fn close_window(&mut self, at: u64) {
        self.in_system.close(at);
        self.ahead.count(&mut self.meters, &mut self.tally.dispersion);
        self.tally.dispersion.iter_mut().for_each(|dispersion| dispersion.pass(at));
        let (from, cut) = (self.gate.opened + self.lead, at.saturating_add(self.lead));
        let controlled = Controlled::of(&self.controllers, self.net.stations.len());
        for ((hop, meter), tally) in self.net.hops.iter().zip(&mut self.meters).zip(&mut self.tally.hops) {
            let capacity = |station| controlled.capacity(station, &self.stations, from, cut);
            for (index, (busy, stations)) in meter.busy().zip(hop.lines()).enumerate() {
                let left: u128 = stations.clone().map(|station| self.stations.backlog(station, cut)).sum();
                let (busy, capacity) = (*busy - left, stations.map(capacity).sum::<u128>());
                tally.busy += busy;
                tally.capacity += capacity;
                if let Some(member) = tally.members.get_mut(index) {
                    (member.busy, member.capacity) = (busy, capacity);
                }
            }
        }
    }

    /// Closes the books.
    pub(super) fn finish(mut self) -> Result<Tally, EngineError> {
        self.settle_answers();
        self.ahead.count(&mut self.meters, &mut self.tally.dispersion);
        let mut audit = self.tally.audit.clone();
        while let Some(event) = self.calendar.pop() {
            if matches!(event.kind, Kind::Start | Kind::Change) {
                continue;
            }
            let on_path = !self.going.is_unused();
            let walker = if on_path { self.going.walker(event.slot) } else { self.waiting.get(event.slot).walker };
            audit.at_work += u64::from(event.kind == Kind::Move);
            if event.kind != Kind::Move || !walker.decided {
                audit.in_system += 1;
                // Its end is unknown, but lies beyond all that is measured.
                self.in_system.ends(walker.arrived, u64::MAX, self.now, &self.gate);
                self.observed(walker.arrived, u64::MAX);
                self.timeline.stayed(walker.arrived, u64::MAX);
            }
        }
        audit.arrived = self.gate.seen;
        audit.begun += audit.arrived;
        let mut tally = self.tally;
        let mut present = 0_u64;
        for count in &mut tally.observed {
            present = present.wrapping_add(*count);
            *count = present;
        }
        tally.audit = audit;
        let ends = self.timeline.ends();
        tally.slices = self.timeline.finish();
        tally.opened = self.gate.opened;
        tally.closed = if self.gate.phase == Phase::Closed { self.gate.closed } else { self.gate.opened };
        tally.requests = self.gate.measured();
        tally.attempts += tally.requests;
        tally.outcomes.ok = tally.latency.count();
        tally.client_latency += tally.latency.sum();
        tally.in_system = self.in_system.total;
        let window = (tally.opened.saturating_add(self.lead), tally.closed.saturating_add(self.lead));
        tally.scalings =
            self.controllers.iter().map(|controller| controller.tally(window, &self.observe, &ends)).collect();
        for (meter, hop) in self.meters.into_iter().zip(&mut tally.hops) {
            meter.finish(hop);
        }
        if tally.audit.balances() { Ok(tally) } else { Err(EngineError::Audit(tally.audit)) }
    }
}
