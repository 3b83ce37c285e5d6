//! What happened over time: a point's windows, when it was back after an event, and how long an event may last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::types::Estimate;

/// One option at the operating point, window by window. Times count from the end of the warm-up, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Option name; null for hops scenarios.
    pub option: Option<String>,
    /// Services; null for hops scenarios without a services axis.
    pub services: Option<u32>,
    /// Values of further axes, by dotted field name.
    pub axes: BTreeMap<String, f64>,
    /// Replications.
    pub replications: u32,
    /// Length of a window, s; the last one may be shorter.
    pub window_s: f64,
    /// Where each window begins, s.
    pub from_s: Vec<f64>,
    /// Where the last one ends, s.
    pub end_s: f64,
    /// What changes.
    pub events: Vec<TimelineEvent>,
    /// For each window the events in force during some of it, as indices into `events`.
    pub in_force: Vec<Vec<u32>>,
    /// An estimate for each window, by metric name: `rate.offered`, `rate.attempts`, `rate.goodput` (answers given in the window, per
    /// second), `outcome.*` (of the requests that arrived in it), `amplification` (attempts begun in it over requests that arrived in
    /// it), `latency.p50`, `latency.p99` (of the requests that arrived in it and were answered, ms), `in_system` (just before its end).
    pub metrics: BTreeMap<String, Vec<Estimate>>,
    /// Requests of a replication over all windows, mean, by name: `requests`, `lost` (not answered in the end), `throttled`,
    /// `rejected`, `abandoned`, `timed_out`, `failed`, `retries`, and `lost_by_events` (less what is lost on the same draws without
    /// events, where something was simulated without).
    pub totals: BTreeMap<String, Estimate>,
    /// Whether and when it was back; null where nothing changes, or something that changes stays.
    pub recovery: Option<Recovery>,
}

/// Something that changes for a while.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// In words: `service takes 4 times as long`.
    pub name: String,
    /// From, s.
    pub from_s: f64,
    /// Until, s; null: it stays.
    pub until_s: Option<f64>,
}

/// Whether and when replications are back after the last event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// When the last event is over, or where one lasts when the last one began, s.
    pub after_s: f64,
    /// Share of the replications that are back by the end, with its score interval; nulls where fewer than three windows follow, so
    /// that it was not seen.
    pub recovered: Estimate,
    /// Of those, mean time from then until they are back, s; nulls where none is.
    pub seconds: Estimate,
    /// The longest such time, s.
    pub longest_s: Option<f64>,
    /// Share of the replications in which the failure stays although its trigger is gone: not back, not on the way back, and kept up
    /// by retries. Nulls while an event lasts.
    pub metastable: Estimate,
    /// Requests in the system at the end of a window without events: their 99 % quantile over windows and replications.
    pub most_in_system: f64,
    /// Share of the requests of a window that were lost without events: its 99 % quantile over windows and replications.
    pub most_lost: f64,
    /// Attempts per request in the last half of the time after the events, over the replications that are not back; null where all are.
    pub amplification_stuck: Option<f64>,
}

/// How long an event may last before the system does not come back from it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerSearch {
    /// Option name; null for hops scenarios.
    pub option: Option<String>,
    /// Services; null for hops scenarios without a services axis.
    pub services: Option<u32>,
    /// The event whose length varies, from 1 in file order.
    pub event: u32,
    /// It in words.
    pub name: String,
    /// Seeds of each length.
    pub seeds: u32,
    /// How near the ends were brought together, s.
    pub resolution_s: f64,
    /// Every length tried, rising.
    pub tried: Vec<TriggerLength>,
    /// The longest length tried up to which all seeds recover at every length tried; null where some do not even at the shortest.
    pub all_recover_s: Option<f64>,
    /// The shortest length tried from which on no seed recovers at any length tried; null where some do even at the longest.
    pub none_recovers_s: Option<f64>,
    /// The length at which changes were tried: the shortest from which none recovers, or the longest tried where some still do.
    pub changed_at_s: Option<f64>,
    /// What was changed to prevent it, in the order in which it was tried; empty where all lengths are recovered from.
    pub changes: Vec<TriggerChange>,
}

/// One length of a trigger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerLength {
    /// Length, s.
    pub seconds: f64,
    /// Share of the seeds that recover, with its score interval.
    pub recovered: Estimate,
    /// Share in which the failure stays although the trigger is gone.
    pub metastable: Estimate,
    /// Mean time to recover of those that do, s.
    pub recovery_s: Estimate,
}

/// A change that might prevent that the failure stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerChange {
    /// In words: `no retries`.
    pub name: String,
    /// What to write into the scenario: `client.retries.max = 0`.
    pub set: String,
    /// Share of the seeds that recover with it.
    pub recovered: Estimate,
    /// Mean time to recover of those that do, s.
    pub recovery_s: Estimate,
}
