//! Connections: an attempt takes an idle one from its class's pool, or pays for a new one.

use super::attempt::{Attempt, Walker, choose};
use super::network::{Balancing, Coin};
use super::observer::{Observer, Passes};
use super::run::Run;
use super::tally::Outcome;
use super::walk::Next;
use crate::random::{Sampler, StreamId};

/// A pool of connections in front of a class's stations.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Probability that an attempt takes an idle connection, if there is one.
    pub reuse: Coin,
    /// Idle connections are closed after this, ns.
    pub idle_timeout: u64,
    /// Set-up of a new connection: round trips of these samplers, each drawn once per count, then crypto.
    pub round_trips: Vec<(u32, Sampler, StreamId)>,
    /// Set-up time beside the round trips.
    pub crypto: (Sampler, StreamId),
    /// Which station of the class's group a new connection leads to, where the balancer balances connections:
    /// cumulative weights over 2^64 for each class.
    pub hash: Option<StreamId>,
    /// Limiters of new flows; `None`: no limit.
    pub flow_limiters: Option<FlowLimits>,
    /// Status of an attempt that could not open its connection.
    pub refused: u16,
}

/// Which limiter counts a new flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowLimits {
    /// That of the station it leads to; the first limiter, in the order of stations.
    Targets(u32),
    /// That of its class (a load balancer of its own stands behind); the first limiter, in the order of classes.
    Classes(u32),
}

impl<const OPEN: bool, O: Observer> Run<'_, OPEN, O> {
    /// The attempt takes a connection, or ends where it may open none.
    pub(super) fn connect(&mut self, attempt: &mut Attempt, at: u64, hop: u16, pool: u16) -> Next {
        let Attempt { walker, errand } = attempt;
        let Some((target, end, idle_since)) = self.connection(walker, at, hop, pool) else {
            return Next::Over(Outcome::Failed(self.net.pools[usize::from(pool)].refused), at);
        };
        errand.pool = (self.pool_of(pool, walker.class) + 1) as u32;
        (errand.target, errand.set_up, errand.idle_since) = (target, end - at, idle_since);
        self.observer.passes(walker.key, Passes { hop, at, start: at, end, station: None });
        Next::On(end)
    }

    /// Which list of idle connections those of a class in a pool are in.
    #[inline(always)]
    pub(super) fn pool_of(&self, pool: u16, class: u32) -> usize {
        usize::from(pool) * self.net.classes.len() + class as usize
    }

    /// Takes the connection that became idle last, or opens one: the station, within the class's group, that it leads to, when
    /// it is open, and since when it was idle (`u64::MAX`: a new one). `None`: there may be no new one.
    #[inline(always)]
    pub(super) fn connection(&mut self, walker: &Walker, at: u64, hop: u16, pool: u16) -> Option<(u32, u64, u64)> {
        let net = self.net;
        let spec = &net.pools[usize::from(pool)];
        let warm = match spec.reuse.threshold {
            Some(threshold) if walker.key.bits(spec.reuse.stream) <= threshold => {
                self.take_idle(self.pool_of(pool, walker.class), at, spec, walker.class)
            }
            _ => None,
        };
        let (target, end, idle_since) = match warm {
            Some((target, since)) => (target, at, since),
            None => {
                let (target, end) = self.open_connection(walker, at, hop, spec)?;
                (target, end, u64::MAX)
            }
        };
        if walker.measured {
            let meter = &mut self.meters[usize::from(hop)];
            meter.counts.waited += u64::from(warm.is_none());
            meter.sojourn.record(end - at);
        }
        Some((target, end, idle_since))
    }

    /// Opens a connection, which takes until the instant given.
    #[inline(never)]
    fn open_connection(&mut self, walker: &Walker, at: u64, hop: u16, spec: &Pool) -> Option<(u32, u64)> {
        let net = self.net;
        let group = &net.groups[walker.class as usize];
        let mut target = 0;
        if let Some(stream) = spec.hash {
            let chosen = self.rotations.of(walker.class, at).map(|state| state.draw(walker.key.bits(stream)));
            let thresholds = match &group.balancing {
                Balancing::Weighted(_, thresholds) => thresholds.as_slice(),
                _ => &[],
            };
            let draw = || choose(walker.key.bits(stream), thresholds, group.count as usize);
            target = chosen.unwrap_or_else(draw);
        }
        if let Some(limits) = spec.flow_limiters {
            let index = match limits {
                FlowLimits::Targets(first) => first + group.first + target,
                FlowLimits::Classes(first) => first + walker.class,
            };
            if !self.limiters[index as usize].take(at) {
                if walker.measured {
                    let counts = &mut self.meters[usize::from(hop)].counts;
                    counts.arrivals += 1;
                    counts.failed += 1;
                }
                return None;
            }
        }
        let trips = spec
            .round_trips
            .iter()
            .map(|(times, leg, stream)| u64::from(*times) * leg.sample(walker.key.bits(*stream)));
        Some((target, at + trips.sum::<u64>() + spec.crypto.0.sample(walker.key.bits(spec.crypto.1))))
    }

    #[inline(never)]
    fn take_idle(&mut self, index: usize, at: u64, spec: &Pool, class: u32) -> Option<(u32, u64)> {
        loop {
            let (target, since) = self.idle[index].take(at, spec.idle_timeout)?;
            if spec.hash.is_none() || self.is_kept(class, target, since, at) {
                return Some((target, since));
            }
        }
    }

    /// Whether a connection to a station of the class's group that became idle at `since` is still there at `at`.
    fn is_kept(&mut self, class: u32, target: u32, since: u64, at: u64) -> bool {
        let Some(state) = self.rotations.of(class, at) else { return true };
        let station = state.group.first + target;
        state.keeps(target, since) && self.stations.kind(station).keeps_connection(since, at)
    }

    #[inline(never)]
    pub(super) fn release_connection(&mut self, index: u32, at: u64, target: u32) {
        let timeout = || self.net.pools[index as usize / self.net.classes.len()].idle_timeout;
        self.idle[index as usize].release(at, target, self.now, timeout);
    }
}
