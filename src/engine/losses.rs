//! Stations that are lost and come back: what becomes of the attempts there. Losses are known ahead of the clock, so that fates are
//! settled on arrival like departures: who is not served by the instant of the next loss is lost at it.

use super::attempt::Attempt;
use super::network::{Loss, StationKind};
use super::observer::Observer;
use super::run::Run;
use super::station::Admission;
use super::tally::Outcome;
use super::walk::Next;

impl StationKind {
    /// Whether the station is lost at `at`, and how.
    fn loss_at(&self, at: u64) -> Loss {
        self.losses.at(at, true).unwrap_or_default()
    }

    /// The next loss after `at`, at which the station is there: when, and how.
    fn lost_after(&self, at: u64) -> Option<(u64, Loss)> {
        let changes = self.losses.changes();
        let next = changes.partition_point(|&(time, _)| time <= at);
        changes[next..].iter().copied().find(|&(_, loss)| loss != Loss::None)
    }

    /// Whether a connection that became idle at `since` may be taken at `at`: the station was not lost in between, or is silent
    /// now, so that nobody knows.
    pub(super) fn keeps_connection(&self, since: u64, at: u64) -> bool {
        let lost = self.lost_after(since).is_some_and(|(lost, _)| lost <= at) || self.loss_at(since) != Loss::None;
        !lost || matches!(self.loss_at(at), Loss::Silent { .. })
    }

    /// Servers x ns within [`from`, `to`] while the station is there.
    pub(super) fn capacity(&self, from: u64, to: u64) -> u128 {
        let all = self.server_changes.integral(self.servers, from, to);
        let mut lost = 0;
        let changes = self.losses.changes();
        for (index, &(begins, loss)) in changes.iter().enumerate() {
            let ends = changes.get(index + 1).map_or(u64::MAX, |next| next.0);
            let (begins, ends) = (begins.max(from), ends.min(to));
            if loss != Loss::None && begins < ends {
                lost += self.server_changes.integral(self.servers, begins, ends);
            }
        }
        all - lost
    }
}

impl Loss {
    /// When those at hand at the loss, which was at `lost`, learn that they failed, and with which status.
    fn answered(self, lost: u64) -> (u64, u16) {
        match self {
            Loss::Silent { answer, status, .. } => (lost.saturating_add(answer), status),
            Loss::Refuses { status } => (lost, status),
            Loss::None => (lost, 0),
        }
    }

    /// When an attempt that comes at `at` fails, and with which status; `None`: the station is there.
    fn fails(self, at: u64) -> Option<(u64, u16)> {
        match self {
            Loss::Silent { connect, status, .. } => Some((at.saturating_add(connect), status)),
            Loss::Refuses { status } => Some((at, status)),
            Loss::None => None,
        }
    }
}

impl<const OPEN: bool, O: Observer> Run<'_, OPEN, O> {
    /// As [`Run::serve`], of a group where who takes attempts changes, or what becomes of them.
    pub(super) fn serve_changing(
        &mut self,
        attempt: &mut Attempt,
        connected: Option<u32>,
        at: u64,
        (hop, group, enters): (u16, u32, bool),
    ) -> Next {
        let walker = &mut attempt.walker;
        let Some(state) = self.rotations.of(group, at) else {
            return self.serve(walker, connected, at, hop, group, enters);
        };
        let (number, counted) = state.take(walker.key, connected, at, &mut self.stations);
        let station = state.group.first + number;
        let demand = walker.take_demand();
        let kind = self.stations.kind(station);
        let next = kind.lost_after(at);
        let (admission, (fails, status)) = match kind.loss_at(at).fails(at) {
            Some(fails) => (Admission::Lost { start: at, at }, fails),
            None => {
                let until = next.map_or(u64::MAX, |(lost, _)| lost);
                let admission = self.stations.arrive_until::<true>(station, at, walker.key, demand, counted, until);
                (admission, next.map_or((until, 0), |(lost, loss)| loss.answered(lost)))
            }
        };
        if let Some(controller) = state.group.scaling.and_then(|index| self.controllers.get_mut(index as usize)) {
            controller.reached(number, admission);
        }
        let Admission::Lost { start, at: lost } = admission else {
            return self.served(walker, at, (hop, station, enters), admission);
        };
        state.hangs(number, lost, fails);
        let meter = &mut self.meters[usize::from(hop)];
        let line = meter.line_of(station, walker.class);
        meter.worked(line, lost - start);
        if walker.measured {
            meter.inside += u64::from(!enters);
            meter.turned(line, at, admission);
        }
        // Nobody will use its connection again.
        attempt.errand.pool = 0;
        Next::Over(Outcome::Failed(status), fails)
    }
}
