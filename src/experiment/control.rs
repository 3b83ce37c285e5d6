//! What a caller may watch, stop and have done the long way: progress counters and flags, shared between threads. Nothing of it
//! enters a result.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::engine::Way;

/// Progress of a long piece of work, and the wish to stop it.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    planned: AtomicU64,
    done: AtomicU64,
    requests: AtomicU64,
    reference: bool,
}

impl Control {
    /// Has every replication simulated by the engine's reference ([`Way::Reference`]) instead of the shortest way that its
    /// network has: the same numbers, in several times the time.
    #[must_use]
    pub fn by_reference(self) -> Control {
        Control { reference: true, ..self }
    }

    /// The way that was asked for; none: the shortest.
    pub(super) fn way(&self) -> Option<Way> {
        self.reference.then_some(Way::Reference)
    }

    /// Asks for an end after the replications that are running.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether an end was asked for.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The flag that the engine looks at.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// More replications or pilots to do.
    pub(super) fn plan(&self, replications: u64) {
        self.planned.fetch_add(replications, Ordering::Relaxed);
    }

    pub(super) fn finish(&self, requests: u64) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(requests, Ordering::Relaxed);
    }

    /// Replications and pilots planned so far.
    #[must_use]
    pub fn planned(&self) -> u64 {
        self.planned.load(Ordering::Relaxed)
    }

    /// Replications and pilots done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Requests simulated, with those of warm-ups and pilots.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}
