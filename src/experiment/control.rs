//! What a caller may watch, stop and have done the long way: progress counters and flags, shared between threads. Nothing of it
//! enters a result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::shards::Store;
use crate::engine::Way;

/// Progress of a long piece of work, and the wish to stop it.
#[derive(Debug, Default)]
pub struct Control {
    stop: AtomicBool,
    planned: AtomicU64,
    done: AtomicU64,
    requests: AtomicU64,
    reference: bool,
    few_histograms: bool,
    store: Option<Arc<Store>>,
}

impl Control {
    /// Has every replication simulated by the engine's reference ([`Way::Reference`]) instead of the shortest way that its
    /// network has: the same numbers, in several times the time.
    #[must_use]
    pub fn by_reference(self) -> Control {
        Control { reference: true, ..self }
    }

    /// Takes from `store` what it has, and keeps there what is simulated.
    #[must_use]
    pub fn with_store(self, store: Arc<Store>) -> Control {
        Control { store: Some(store), ..self }
    }

    /// The store; none where each replication is simulated, nor by the reference, whose tallies differ in their audit.
    pub(super) fn store(&self) -> Option<&Store> {
        self.store.as_deref().filter(|_| !self.reference)
    }

    /// Whether some of the work is left to others, so that there is no result.
    pub(super) fn is_partial(&self) -> bool {
        self.store().is_some_and(Store::is_partial)
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

    /// More replications or pilots to do; of a share of the work it is known beforehand, see [`Control::expect`].
    pub(super) fn plan(&self, replications: u64) {
        if !self.is_partial() {
            self.planned.fetch_add(replications, Ordering::Relaxed);
        }
    }

    /// How many replications and pilots a share of the work has.
    pub fn expect(&self, replications: u64) {
        self.planned.store(replications, Ordering::Relaxed);
    }

    /// Keeps the histograms of operating points only: of ten thousand points the others take gigabytes.
    #[must_use]
    pub fn with_few_histograms(self) -> Control {
        Control { few_histograms: true, ..self }
    }

    /// Whether histograms of other points than the operating one are not kept.
    pub(super) fn has_few_histograms(&self) -> bool {
        self.few_histograms
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

    /// Requests simulated, now or in a run that this one goes on from, with those of warm-ups and pilots.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Tallies that were not simulated, since the store had them, and their requests.
    #[must_use]
    pub fn reused(&self) -> (u64, u64) {
        self.store.as_ref().map_or((0, 0), |store| store.reused())
    }
}
