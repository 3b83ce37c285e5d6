//! For the engine's tests: a station that does nothing special, and a network of such and nothing around them.

use super::network::{Arrivals, Client, Coin, Network, Retry, StationKind, Steps};
use crate::random::{Distribution, Sampler, StreamId};

/// Service of `ns`, drawn in `stream`; nothing fails, changes or is lost, and nobody loses patience.
pub(super) fn kind(stream: StreamId, ns: f64, servers: u32, queue: u32) -> StationKind {
    StationKind {
        time: Sampler::new(&Distribution::constant(ns)),
        time_stream: stream,
        servers,
        queue,
        patience: None,
        failure: Coin::new(0.0, stream),
        server_changes: Steps::default(),
        time_factors: Steps::default(),
        failure_changes: Steps::default(),
        losses: Steps::default(),
    }
}

/// So many stations of one kind; no routes, classes or groups.
pub(super) fn network(kind: StationKind, stations: usize) -> Network {
    Network {
        arrivals: Arrivals::Constant { rate: 1.0 },
        profile: Vec::new(),
        client: Client { timeout: None, retry: Retry::None },
        classes: Vec::new(),
        routes: Vec::new(),
        limiters: Vec::new(),
        pools: Vec::new(),
        groups: Vec::new(),
        kinds: vec![kind],
        stations: vec![0; stations],
        hops: Vec::new(),
        rotations: Vec::new(),
        scalings: Vec::new(),
    }
}
