//! Stations that are lost and come back: what becomes of the attempts there. Losses are known ahead of the clock, so that fates are
//! settled on arrival like departures: who is not served by the instant of the next loss is lost at it.

use super::attempt::Attempt;
use super::network::{Loss, StationKind};
use super::observer::{Observer, Passes};
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
        self.observer.stops(walker.key, Passes { hop, at, start, end: lost, station: Some(station) });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixture;
    use crate::engine::network::{Network, Steps};
    use crate::engine::station::Stations;
    use crate::random::{Distribution, RunKey, Sampler, StreamId};

    const STREAM: StreamId = StreamId::new("losses", "test");
    const SILENT: Loss = Loss::Silent { connect: 3, answer: 7, status: 504 };

    fn kind(servers: u32, queue: u32, losses: &[(u64, Loss)]) -> StationKind {
        let patience = Some((Sampler::new(&Distribution::constant(900.0)), STREAM));
        StationKind { patience, losses: Steps::new(losses.to_vec()), ..fixture::kind(STREAM, 1.0, servers, queue) }
    }

    fn network(kind: StationKind) -> Network {
        fixture::network(kind, 1)
    }

    /// What a station makes of 2,000 attempts, as many as it can serve and a little more, and its work at each arrival.
    fn fates(kind: StationKind) -> Vec<(Admission, u128)> {
        let servers = u64::from(kind.servers);
        let net = network(kind);
        let mut stations = Stations::new(&net);
        let one = |i: u64| {
            let (at, key) = (1_000 * i / servers, RunKey::new(4, 0).attempt(i, 0));
            let kind = stations.kind(0);
            if kind.loss_at(at) != Loss::None {
                return (Admission::Lost { start: at, at }, stations.backlog(0, at));
            }
            let until = kind.lost_after(at).map_or(u64::MAX, |(lost, _)| lost);
            let demand = Some(key.bits(STREAM) >> 53);
            let admission = stations.arrive_until::<true>(0, at, key, demand, false, until);
            (admission, stations.backlog(0, at))
        };
        (0..2_000).map(one).collect()
    }

    #[test]
    fn servers_of_all_forms_are_lost_alike() {
        for servers in [1, 3, 8, 9, 20] {
            for queue in [3, u32::MAX] {
                let length = 2_000_000 / u64::from(servers);
                let losses: Vec<(u64, Loss)> =
                    (1..20).map(|i| (i * length / 20, if i % 2 == 1 { SILENT } else { Loss::None })).collect();
                let plain = kind(servers, queue, &losses);
                let varying = StationKind { server_changes: Steps::new(vec![(u64::MAX - 1, 1)]), ..plain.clone() };
                let fates = (fates(plain), fates(varying));
                assert!(fates.0 == fates.1, "{servers} servers, {queue} places");
                let lost =
                    fates.0.iter().filter(|(fate, _)| matches!(fate, Admission::Lost { start, at } if start < at));
                assert!(lost.count() > 4, "{servers} servers, {queue} places: hardly any was lost");
            }
        }
    }

    #[test]
    fn nobody_is_in_service_after_a_loss() {
        let kind = kind(2, u32::MAX, &[(1_500, SILENT), (9_000, Loss::None)]);
        let net = network(kind);
        let mut stations = Stations::new(&net);
        let key = RunKey::new(1, 0).attempt(0, 0);
        let mut arrive = |at, demand| stations.arrive_until::<true>(0, at, key, Some(demand), false, 1_500);
        // Done at the very instant; in service; gone before the loss; waiting.
        assert_eq!(arrive(500, 1_000), Admission::Served { start: 500, end: 1_500 });
        assert_eq!(arrive(500, 1_001), Admission::Lost { start: 500, at: 1_500 });
        assert_eq!(arrive(599, 1), Admission::Abandons(1_499));
        assert_eq!(arrive(700, 1), Admission::Lost { start: 1_500, at: 1_500 });
        assert_eq!((stations.backlog(0, 1_000), stations.backlog(0, 1_500)), (1_000, 0));
    }

    #[test]
    fn a_lost_station_has_no_capacity() {
        let mut kind = kind(2, 0, &[(10, SILENT), (20, Loss::Refuses { status: 503 }), (30, Loss::None), (40, SILENT)]);
        kind.server_changes = Steps::new(vec![(35, 5)]);
        assert_eq!(kind.capacity(0, 100), 2 * 10 + 2 * 5 + 5 * 5);
        assert_eq!((kind.capacity(15, 32), kind.capacity(40, 60)), (4, 0));
    }

    #[test]
    fn a_connection_is_kept_where_nobody_knows_better() {
        let kind = kind(1, 0, &[(10, SILENT), (20, Loss::Refuses { status: 503 }), (30, Loss::None)]);
        let kept = [(5, 9), (5, 10), (5, 19), (5, 20), (5, 30), (25, 30), (30, 40)];
        let kept = kept.map(|(since, at)| kind.keeps_connection(since, at));
        assert_eq!(kept, [true, true, true, false, false, false, true]);
    }
}
