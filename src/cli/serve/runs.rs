//! Sweeps that a page asked for: one at a time, few waiting, the last ones kept. What goes wrong with one of them ends that one alone.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use gatecap::experiment::{Computed, Control};
use gatecap::issue::{Issue, Issues};
use gatecap::report::answers::Answers;
use gatecap::report::chart::Chart;
use gatecap::scenario::Document;
use serde_json::{Value, json};

use crate::cli::progress::now;

/// Sweeps that may wait for the one that runs.
pub const MOST_WAITING: usize = 2;
/// Sweeps that are kept when they have ended: the one that is shown, the one before it, and one more.
const MOST_KEPT: usize = 3;

/// A sweep that is to be run.
pub struct Job {
    /// From 1, in the order of asking.
    pub id: u64,
    /// What the scenario is called.
    pub name: String,
    /// The scenario.
    pub document: Document,
}

/// How a sweep ended.
#[derive(Debug)]
pub enum Ended {
    /// With results; whole, or as far as they were when it was stopped.
    With(Box<Found>),
    /// Stopped before there was any result.
    Stopped,
    /// It was not run, or broke off: why.
    Wrong(Issues),
}

/// What a sweep found.
#[derive(Debug)]
pub struct Found {
    /// As `gatecap sweep` computes it.
    pub computed: Computed,
    /// The charts of its results.
    pub charts: Vec<Chart>,
}

/// A sweep that ended.
#[derive(Debug)]
pub struct Finished {
    /// Its number.
    pub id: u64,
    /// What the scenario is called.
    pub name: String,
    /// Seconds that it took.
    pub seconds: f64,
    /// How it ended.
    pub ended: Ended,
}

impl Finished {
    /// What it found, where it found anything.
    pub fn found(&self) -> Option<&Found> {
        if let Ended::With(found) = &self.ended { Some(found) } else { None }
    }

    fn state(&self) -> &'static str {
        match &self.ended {
            Ended::With(found) if found.computed.stopped => "stopped",
            Ended::With(_) => "done",
            Ended::Stopped => "stopped",
            Ended::Wrong(_) => "failed",
        }
    }
}

/// The sweep that runs.
struct Running {
    id: u64,
    control: Arc<Control>,
    started: Instant,
    /// What is known before the first point: what quotas alone allow.
    counted: Option<Arc<Answers>>,
}

#[derive(Default)]
struct Inner {
    last: u64,
    waiting: VecDeque<Job>,
    running: Option<Running>,
    kept: VecDeque<Arc<Finished>>,
    is_closed: bool,
}

/// Every sweep of a server.
#[derive(Default)]
pub struct Runs {
    inner: Mutex<Inner>,
    changed: Condvar,
}

/// What a sweep is run with: what it may be watched and stopped by, and where it says what quotas allow.
pub struct Watch<'a> {
    /// Progress, and the wish to stop.
    pub control: &'a Control,
    runs: &'a Runs,
}

impl Watch<'_> {
    /// Says what is known before the first point.
    pub fn counted(&self, answers: Answers) {
        if let Some(running) = &mut self.runs.lock().running {
            running.counted = Some(Arc::new(answers));
        }
    }
}

impl Runs {
    /// Nothing that is locked here is left half done by a panic.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a sweep wait for its turn; none where too many wait.
    pub fn ask(&self, name: String, document: Document) -> Option<u64> {
        let mut inner = self.lock();
        if inner.waiting.len() >= MOST_WAITING || inner.is_closed {
            return None;
        }
        inner.last += 1;
        let id = inner.last;
        inner.waiting.push_back(Job { id, name, document });
        drop(inner);
        self.changed.notify_all();
        Some(id)
    }

    /// Stops a sweep, whether it runs or waits; false where it does neither.
    pub fn stop(&self, id: u64) -> bool {
        let mut inner = self.lock();
        if let Some(running) = inner.running.as_ref().filter(|running| running.id == id) {
            running.control.stop();
            return true;
        }
        let Some(at) = inner.waiting.iter().position(|job| job.id == id) else { return false };
        let job = inner.waiting.remove(at);
        if let Some(Job { id, name, .. }) = job {
            keep(&mut inner, Finished { id, name, seconds: 0.0, ended: Ended::Stopped });
        }
        true
    }

    /// Stops everything and lets nothing more begin; whether a sweep was cut off by that.
    pub fn close(&self) -> bool {
        let mut inner = self.lock();
        inner.is_closed = true;
        let is_cut_off = inner.running.is_some() || !inner.waiting.is_empty();
        inner.waiting.clear();
        if let Some(running) = &inner.running {
            running.control.stop();
        }
        drop(inner);
        self.changed.notify_all();
        is_cut_off
    }

    /// A sweep that ended, while it is kept.
    pub fn finished(&self, id: u64) -> Option<Arc<Finished>> {
        self.lock().kept.iter().find(|finished| finished.id == id).cloned()
    }

    /// The last sweep with results before this one, while it is kept.
    pub fn before(&self, id: u64) -> Option<Arc<Finished>> {
        let inner = self.lock();
        inner.kept.iter().rev().find(|finished| finished.id < id && finished.found().is_some()).cloned()
    }

    /// What quotas alone allow in the sweep that runs, where that is known.
    pub fn counted(&self, id: u64) -> Option<Arc<Answers>> {
        self.lock().running.as_ref().filter(|running| running.id == id)?.counted.clone()
    }

    /// How every sweep stands, as a page is told.
    pub fn state(&self) -> Value {
        let inner = self.lock();
        let running = inner.running.as_ref().map(|running| {
            let Running { id, control, started, counted } = running;
            let (done, planned, requests) = (control.done(), control.planned(), control.requests());
            let seconds = started.elapsed().as_secs_f64();
            let left = if done == 0 { None } else { Some(seconds * planned.saturating_sub(done) as f64 / done as f64) };
            json!({
                "id": id, "done": done, "planned": planned, "requests": requests, "seconds": seconds, "left": left,
                "rate": requests as f64 / seconds.max(1e-3), "stopping": control.stopped(), "counted": counted.is_some(),
            })
        });
        let waiting: Vec<u64> = inner.waiting.iter().map(|job| job.id).collect();
        let ended = |finished: &Arc<Finished>| {
            let has_found = finished.found().is_some();
            json!({ "id": finished.id, "state": finished.state(), "seconds": finished.seconds, "found": has_found })
        };
        let ended: Vec<Value> = inner.kept.iter().map(ended).collect();
        json!({ "running": running, "waiting": waiting, "ended": ended })
    }

    /// Runs one sweep after the other by `work`, until it is closed. A panic in `work` ends its sweep.
    pub fn work(&self, work: impl Fn(&Job, &Watch<'_>) -> Ended) {
        while let Some((job, control)) = self.next() {
            let started = now();
            let watch = Watch { control: &control, runs: self };
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&job, &watch)));
            let ended = ended.unwrap_or_else(|_| {
                let issue = Issue::new(
                    "this sweep broke off: a bug of gatecap, whose words are in the terminal that it runs in",
                );
                Ended::Wrong(vec![issue.hint("please report it with the scenario")])
            });
            let Job { id, name, .. } = job;
            let mut inner = self.lock();
            inner.running = None;
            keep(&mut inner, Finished { id, name, seconds: started.elapsed().as_secs_f64(), ended });
        }
    }

    /// The next sweep, once there is one; none when it is closed.
    fn next(&self) -> Option<(Job, Arc<Control>)> {
        let mut inner = self.lock();
        loop {
            if inner.is_closed {
                return None;
            }
            if let Some(job) = inner.waiting.pop_front() {
                let control = Arc::new(Control::default());
                let watched = Arc::clone(&control);
                inner.running = Some(Running { id: job.id, control: watched, started: now(), counted: None });
                return Some((job, control));
            }
            inner = self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn keep(inner: &mut Inner, finished: Finished) {
    inner.kept.push_back(Arc::new(finished));
    while inner.kept.len() > MOST_KEPT {
        inner.kept.pop_front();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Runs what `work` does with jobs of these names, in this order.
    fn all(names: &[&str], work: impl Fn(&Job, &Watch<'_>) -> Ended + Send) -> Runs {
        let runs = Runs::default();
        std::thread::scope(|scope| {
            scope.spawn(|| runs.work(work));
            for name in names {
                while runs.ask((*name).into(), Document::built_in()).is_none() {
                    std::thread::yield_now();
                }
            }
            while runs.finished(names.len() as u64).is_none() {
                std::thread::yield_now();
            }
            runs.close();
        });
        runs
    }

    #[test]
    fn a_panic_ends_its_own_sweep_and_no_other() {
        let runs =
            all(&["bad", "good"], |job, _| if job.name == "bad" { panic!("on purpose") } else { Ended::Stopped });
        let state = runs.state();
        assert_eq!((&state["ended"][0]["state"], &state["ended"][1]["state"]), (&json!("failed"), &json!("stopped")));
        let Ended::Wrong(issues) = &runs.finished(1).unwrap().ended else { panic!("{state}") };
        assert!(issues[0].message.contains("a bug of gatecap"));
    }

    #[test]
    fn the_last_ones_are_kept_and_memory_is_bounded() {
        let runs = all(&["a", "b", "c", "d", "e"], |_, _| Ended::Stopped);
        assert!(runs.finished(2).is_none() && runs.finished(3).is_some() && runs.finished(5).is_some());
        assert!(runs.before(5).is_none(), "none of them found anything");
    }

    #[test]
    fn few_wait_and_what_waits_or_runs_can_be_stopped() {
        let runs = Runs::default();
        let ask = |name: &str| runs.ask(name.into(), Document::built_in());
        assert_eq!((ask("a"), ask("b"), ask("c")), (Some(1), Some(2), None));
        assert!(runs.stop(2) && !runs.stop(2) && !runs.stop(9));
        assert_eq!(runs.state()["ended"][0]["state"], "stopped");
        let (job, control) = runs.next().unwrap();
        assert!(job.id == 1 && runs.stop(1) && control.stopped());
        assert!(runs.close() && runs.next().is_none() && ask("d").is_none());
    }
}
