//! What happened over time: what was lost, how it came back, and how long a trigger may last.

use serde::Serialize;

use super::Drawing;
use crate::report::{number, over_time};
use crate::results::{Results, Timeline, TriggerSearch};

/// The section; no rows where nothing was cut into windows.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Section {
    /// What changes and when.
    pub events: Vec<String>,
    /// One row for each option.
    pub rows: Vec<Row>,
    /// What stays, of each option.
    pub stays: Vec<String>,
    /// What the words of the table mean.
    pub note: String,
    /// The charts.
    pub figures: Vec<Drawing>,
    /// How long an event may last, of each option.
    pub triggers: Vec<Trigger>,
    /// The charts of that.
    pub trigger_figures: Vec<Drawing>,
}

/// One option.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Row {
    /// Number of the option; 0 for a hops scenario.
    pub number: usize,
    /// Its name.
    pub title: String,
    /// Requests of a replication.
    pub requests: String,
    /// Lost, and its interval.
    pub lost: String,
    /// Lost that would not have been without events.
    pub by_events: String,
    /// Of the lost, by how they ended; those that nobody met are left out.
    pub ends: String,
    /// Retries.
    pub retries: String,
    /// Attempts for a request at worst, and when.
    pub amplification: (String, String),
    /// p99 at worst, and when.
    pub p99: (String, String),
    /// When it is back.
    pub back: String,
    /// By what it is judged.
    pub usual: String,
    /// Share that is metastable.
    pub metastable: String,
    /// `missed` where the failure stays.
    pub class: &'static str,
}

/// How long an event may last.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Trigger {
    /// Number of the option; 0 for a hops scenario.
    pub number: usize,
    /// Its name.
    pub title: String,
    /// The event.
    pub name: String,
    /// What was found.
    pub sentences: Vec<String>,
    /// Length, share that recovers, share that is metastable, time to recover.
    pub tried: Vec<[String; 4]>,
    /// The length at which changes were tried.
    pub at: String,
    /// Change, what to set, share that recovers, time to recover.
    pub changes: Vec<[String; 4]>,
}

fn title(results: &Results, option: Option<&str>) -> String {
    let known = results.options.iter().find(|known| Some(known.name.as_str()) == option);
    known.map_or_else(|| option.unwrap_or("this system").to_string(), |known| known.title.clone())
}

pub(super) fn section(results: &Results, figures: Vec<Drawing>, trigger_figures: Vec<Drawing>) -> Section {
    let timelines: Vec<&Timeline> = over_time::own(results).collect();
    let Some(first) = timelines.first() else {
        return Section { triggers: triggers(results), trigger_figures, ..Section::default() };
    };
    let stays = |timeline: &&Timeline| {
        let said = over_time::stays(timeline)?;
        let option = over_time::number_of(results, timeline.option.as_deref());
        Some(if option > 0 { format!("Option {option}: {said}") } else { said })
    };
    let judged = timelines.iter().any(|timeline| timeline.recovery.is_some());
    Section {
        events: first.events.iter().map(over_time::event).collect(),
        rows: timelines.iter().map(|timeline| row(results, timeline)).collect(),
        stays: timelines.iter().filter_map(stays).collect(),
        note: format!(
            "Means of {} replications, with intervals of {}; windows of {} s.{}",
            number::count(first.replications),
            number::percent(results.confidence),
            number::plain(first.window_s),
            if judged { format!(" {}.", over_time::BACK) } else { String::new() }
        ),
        figures,
        triggers: triggers(results),
        trigger_figures,
    }
}

fn row(results: &Results, timeline: &Timeline) -> Row {
    const DASH: &str = " – ";
    let total = |name: &str| over_time::total(timeline, name);
    let whole = |name: &str| over_time::with_interval(&total(name), DASH);
    let at =
        |index: usize| timeline.from_s.get(index).map(|s| format!("at {} s", number::plain(*s))).unwrap_or_default();
    let worst = |metric: &str, unit: &str| match over_time::worst(timeline, metric) {
        Some((index, estimate)) => {
            let interval = number::interval(&estimate, DASH).map(|ends| format!("{ends}, ")).unwrap_or_default();
            (format!("{}{unit}", number::value(&estimate)), format!("{interval}{}", at(index)))
        }
        None => ("–".into(), String::new()),
    };
    let recovery = timeline.recovery.as_ref();
    let stuck = recovery.and_then(|recovery| recovery.metastable.value).unwrap_or(0.0);
    Row {
        number: over_time::number_of(results, timeline.option.as_deref()),
        title: title(results, timeline.option.as_deref()),
        requests: number::value(&total("requests")),
        lost: whole("lost"),
        by_events: if timeline.totals.contains_key("lost_by_events") { whole("lost_by_events") } else { String::new() },
        ends: over_time::ends(timeline),
        retries: whole("retries"),
        amplification: worst("amplification", "×"),
        p99: worst("latency.p99", " ms"),
        back: over_time::back(timeline, DASH),
        usual: recovery.map(over_time::usual).unwrap_or_default(),
        metastable: recovery.map_or("–".into(), |recovery| over_time::share(&recovery.metastable, DASH)),
        class: if stuck > 0.0 { "missed" } else { "" },
    }
}

fn triggers(results: &Results) -> Vec<Trigger> {
    const DASH: &str = " – ";
    let time = |estimate: &crate::results::Estimate| match estimate.value {
        Some(_) => format!("{} s", over_time::with_interval(estimate, DASH)),
        None => "–".into(),
    };
    let one = |search: &TriggerSearch| Trigger {
        number: over_time::number_of(results, search.option.as_deref()),
        title: title(results, search.option.as_deref()),
        name: search.name.clone(),
        sentences: over_time::trigger(search),
        tried: search
            .tried
            .iter()
            .map(|tried| {
                let length = format!("{} s", number::plain(tried.seconds));
                [
                    length,
                    over_time::share(&tried.recovered, DASH),
                    over_time::share(&tried.metastable, DASH),
                    time(&tried.recovery_s),
                ]
            })
            .collect(),
        at: search.changed_at_s.map(|at| format!("{} s", number::plain(at))).unwrap_or_default(),
        changes: search
            .changes
            .iter()
            .map(|change| {
                [
                    change.name.clone(),
                    change.set.clone(),
                    over_time::share(&change.recovered, DASH),
                    time(&change.recovery_s),
                ]
            })
            .collect(),
    };
    results.triggers.iter().map(one).collect()
}
