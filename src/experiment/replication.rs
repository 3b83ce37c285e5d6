//! One replication: which network and window it has, and the way in which the engine goes through it.

use std::borrow::Cow;

use super::control::Control;
use super::point::{PointError, PointSpec};
use super::warmup::Cut;
use crate::engine::{EngineError, Network, Tally, Window, simulate_by, simulate_until};
use crate::random::RunKey;
use crate::topology::build;

/// One replication, unless `control` says stop.
pub(super) fn simulate_one(
    network: &Network,
    window: &Window,
    key: RunKey,
    control: &Control,
) -> Result<Tally, PointError> {
    if control.stopped() {
        return Err(PointError::Stopped);
    }
    simulated(match control.way() {
        None => simulate_until(network, window, key, control.flag()),
        Some(way) => simulate_by(way, network, window, key, control.flag()),
    })
}

/// What the engine says, as a point says it.
pub(super) fn simulated(tally: Result<Tally, EngineError>) -> Result<Tally, PointError> {
    tally.map_err(|error| match error {
        EngineError::Stopped => PointError::Stopped,
        error => PointError::Engine(error),
    })
}

impl PointSpec<'_> {
    /// The network that every replication runs, but for the times that count from the end of a warm-up of so many requests.
    pub(super) fn network(&self, cut: &Cut) -> Network {
        build(self.request(cut)).0
    }

    /// What one replication runs, of a point with this `network`: where times count from the end of a warm-up that is a number of
    /// requests, the instant at which the last of them arrives is found by running that far.
    pub(super) fn replication<'n>(
        &self,
        cut: &Cut,
        network: &'n Network,
        key: RunKey,
        control: &Control,
    ) -> Result<(Cow<'n, Network>, Window), PointError> {
        if cut.requests == 0 || !self.has_times() {
            return Ok((Cow::Borrowed(network), self.window(cut)));
        }
        let ahead = Window { requests: 1, observe: Vec::new(), until_ns: u64::MAX, ..self.window(cut) };
        let opened = simulate_one(network, &ahead, key, control)?.opened;
        let cut = Cut::bare(opened, 0, cut.auto);
        Ok((Cow::Owned(self.network(&cut)), self.window(&cut)))
    }
}
