//! What happened over time in words: what was lost, how far attempts outgrew requests, when it was back, what a trigger may last.

use super::number;
use crate::results::{Estimate, Recovery, Results, Timeline, TimelineEvent, TriggerSearch};

/// Where the name for a failure that outlives its trigger comes from.
pub(super) const METASTABLE: &str = "Bronson et al., \"Metastable failures in distributed systems\", HotOS '21";

/// How a replication is judged to be back, for those who doubt it.
pub(super) const BACK: &str = "Back: three windows in a row, and nine of ten after them, are as good as the 99 % quantile of the windows \
     of the same runs without events, in the requests in the system at their ends and in the share lost, or as the same window there; \
     as fine as a window. Metastable: all events are over, it is not back, neither the share lost nor the work that waits falls by a \
     tenth, and retries keep it up";

/// The timelines of the reader's own combination of axes.
pub(super) fn own(results: &Results) -> impl Iterator<Item = &Timeline> {
    results.timeline.iter().filter(|timeline| timeline.axes == results.wanted.axes)
}

/// Number of an option, from 1; 0 for a hops scenario.
pub(super) fn number_of(results: &Results, option: Option<&str>) -> usize {
    option.and_then(|name| results.options.iter().position(|known| known.name == name)).map_or(0, |i| i + 1)
}

/// `12.3 (11.9-12.8)`, or the value alone where it has no interval.
pub(super) fn with_interval(estimate: &Estimate, dash: &str) -> String {
    match (estimate.value, number::interval(estimate, dash)) {
        (None, _) => "-".into(),
        (Some(_), Some(interval)) if estimate.low != estimate.high => {
            format!("{} ({interval})", number::value(estimate))
        }
        _ => number::value(estimate),
    }
}

/// A share as a percentage with its interval: `48.5 % (41.7-55.4)`.
pub(super) fn share(estimate: &Estimate, dash: &str) -> String {
    let Some(value) = estimate.value else { return "-".into() };
    let percent = |share: f64| number::percent(share).trim_end_matches(" %").to_string();
    match (estimate.low, estimate.high) {
        (Some(low), Some(high)) if low != high => {
            let digits = |share: f64| number::fixed(100.0 * share, 1).trim_end_matches(".0").to_string();
            format!("{} % ({}{dash}{})", percent(value), digits(low), digits(high))
        }
        _ => format!("{} %", percent(value)),
    }
}

/// Requests of a replication by what became of them; empty where nobody was.
pub(super) fn total(timeline: &Timeline, name: &str) -> Estimate {
    timeline.totals.get(name).copied().unwrap_or_default()
}

/// Of the lost, by how they ended; those that nobody met are left out.
pub(super) fn ends(timeline: &Timeline) -> String {
    let ends = ["throttled", "rejected", "abandoned", "timed_out", "failed"].into_iter().filter_map(|name| {
        let estimate = total(timeline, name);
        let words = name.replace('_', " ");
        estimate.value.filter(|mean| *mean > 0.0).map(|_| format!("{} {words}", number::value(&estimate)))
    });
    ends.collect::<Vec<String>>().join(", ")
}

/// `zone 1 is lost from 60 s to 180 s`.
pub(super) fn event(event: &TimelineEvent) -> String {
    let from = number::plain(event.from_s);
    match event.until_s {
        Some(until) => format!("{} from {from} s to {} s", event.name, number::plain(until)),
        None => format!("{} from {from} s on", event.name),
    }
}

/// The window in which a metric is largest, as its index and its value.
pub(super) fn worst(timeline: &Timeline, metric: &str) -> Option<(usize, Estimate)> {
    let all = timeline.metrics.get(metric)?.iter().enumerate();
    let known = all.filter_map(|(index, estimate)| Some((index, *estimate, estimate.value?)));
    known.max_by(|a, b| a.2.total_cmp(&b.2).then(b.0.cmp(&a.0))).map(|(index, estimate, _)| (index, estimate))
}

/// When it is back after its events: `5.2 s (4.9-5.5)`, with the share that is where it is not all; why not, where none is; `-` where
/// nobody looked.
pub(super) fn back(timeline: &Timeline, dash: &str) -> String {
    let Some(recovery) = &timeline.recovery else { return "-".into() };
    match recovery.recovered.value {
        _ if not_back(timeline).is_some() => not_back(timeline).unwrap_or_default(),
        Some(1.0) => format!("{} s", with_interval(&recovery.seconds, dash)),
        _ => format!("{} s in {}", number::value(&recovery.seconds), share(&recovery.recovered, dash)),
    }
}

/// Where no replication is back: `never` where the failure stays in all of them, `not by 40 s` where more time might have told, `not
/// seen` where the run is over too soon after the events.
pub(super) fn not_back(timeline: &Timeline) -> Option<String> {
    let recovery = timeline.recovery.as_ref()?;
    match (recovery.recovered.value, recovery.metastable.value) {
        (None, _) => Some("not seen".into()),
        (Some(0.0), Some(1.0)) => Some("never".into()),
        (Some(0.0), _) => Some(format!("not by {} s", number::plain(timeline.end_s))),
        _ => None,
    }
}

/// That the failure stays although its trigger is gone; none where it does not.
pub(super) fn stays(timeline: &Timeline) -> Option<String> {
    let recovery = timeline.recovery.as_ref()?;
    let stuck = recovery.metastable.value.filter(|share| *share > 0.0)?;
    let seconds = timeline.end_s - recovery.after_s;
    let amplified = recovery
        .amplification_stuck
        .map(|attempts| format!(" with {} attempts for every request", number::significant(attempts)))
        .unwrap_or_default();
    let share = if stuck == 1.0 {
        "all replications".into()
    } else {
        format!("{} of the replications", share(&recovery.metastable, "-"))
    };
    Some(format!(
        "metastable failure: the trigger is gone and the failure stays{amplified} in {share}, to the end {} s later, although the same \
         load is carried without events ({METASTABLE})",
        number::plain(seconds)
    ))
}

/// What is usual without events, by which a replication is judged to be back.
pub(super) fn usual(recovery: &Recovery) -> String {
    let lost = match recovery.most_lost {
        0.0 => "no request lost".to_string(),
        share => format!("{} of a window's requests lost", number::percent(share)),
    };
    format!("{} in the system, {lost}", number::plain(recovery.most_in_system))
}

/// How long the trigger of a search may last, in sentences.
pub(super) fn trigger(search: &TriggerSearch) -> Vec<String> {
    let mut all = Vec::new();
    let seeds = number::count(search.seeds);
    let span = |s: f64| format!("{} s", number::plain(s));
    let (first, last) =
        (search.tried.first().map_or(0.0, |t| t.seconds), search.tried.last().map_or(0.0, |t| t.seconds));
    all.push(match (search.all_recover_s, search.none_recovers_s) {
        (Some(all), Some(none)) => format!(
            "All {seeds} seeds recover from {} or less and none from {} or more{}",
            span(all),
            span(none),
            if none - all > 1.5 * search.resolution_s { "; between them chance decides" } else { "" }
        ),
        (Some(all), None) if all >= last => {
            format!("All {seeds} seeds recover from every length tried, up to {}", span(all))
        }
        (Some(all), None) => {
            format!("All {seeds} seeds recover from {} or less; some still do at {}", span(all), span(last))
        }
        (None, Some(none)) => {
            format!("None of {seeds} seeds recovers from {} or more, and not all do at {}", span(none), span(first))
        }
        (None, None) => {
            format!("Some of {seeds} seeds and not all recover from {} as from {}", span(first), span(last))
        }
    });
    let prevents = search.changes.iter().filter(|change| change.recovered.value == Some(1.0));
    let names: Vec<String> = prevents.map(|change| change.name.clone()).collect();
    if let Some(at) = search.changed_at_s {
        all.push(match names.is_empty() {
            true => format!("None of the changes tried has all seeds recover from {}", span(at)),
            false => format!("At {} all seeds recover with any of: {}", span(at), names.join("; ")),
        });
    }
    all
}

/// A line of blocks, one for each window (or some of them together), from 0 to the most: what changes over time at a glance.
pub(super) fn sparkline(values: &[Option<f64>], width: usize, most: f64) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let together = values.len().div_ceil(width.max(1)).max(1);
    let block = |group: &[Option<f64>]| {
        let known: Vec<f64> = group.iter().flatten().copied().collect();
        if known.is_empty() {
            return ' ';
        }
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let level = if most > 0.0 { (mean / most).clamp(0.0, 1.0) } else { 0.0 };
        BLOCKS[(level * (BLOCKS.len() - 1) as f64).round() as usize]
    };
    values.chunks(together).map(block).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::results::fixture::storm;

    #[test]
    fn what_happened_is_said() {
        let results = storm();
        let timeline = &results.timeline[0];
        assert_eq!(back(timeline, "-"), "never");
        let said = stays(timeline).unwrap();
        assert!(
            said.starts_with("metastable failure: the trigger is gone and the failure stays with 3.99 attempts"),
            "{said}"
        );
        assert!(said.contains("in all replications, to the end 19 s later"), "{said}");
        let (index, worst) = worst(timeline, "amplification").unwrap();
        assert_eq!((index, worst.value), (12, Some(4.0)), "the first of equals");
        assert_eq!(
            trigger(&results.triggers[0]),
            [
                "All 200 seeds recover from 0.200 s or less and none from 3 s or more; between them chance decides",
                "At 3 s all seeds recover with any of: a retry budget as the AWS SDK's quota; no retries"
            ]
        );
    }

    #[test]
    fn shares_have_their_intervals() {
        let estimate = Estimate { value: Some(0.485), low: Some(0.417), high: Some(0.5544) };
        assert_eq!(share(&estimate, "-"), "48.5 % (41.7-55.4)");
        assert_eq!(share(&Estimate { value: Some(1.0), low: Some(0.981), high: Some(1.0) }, "-"), "100 % (98.1-100)");
        let recovery =
            Recovery { recovered: estimate, seconds: Estimate { value: Some(2.5), ..estimate }, ..Recovery::default() };
        let timeline = Timeline { recovery: Some(recovery), ..Timeline::default() };
        assert!(back(&timeline, "-").ends_with(" s in 48.5 % (41.7-55.4)"), "{}", back(&timeline, "-"));
        assert_eq!((back(&Timeline::default(), "-").as_str(), stays(&timeline)), ("-", None));
    }

    #[test]
    fn never_is_said_of_what_stays_and_of_nothing_else() {
        let mut timeline = storm().timeline.remove(0);
        let mut said = |recovered, metastable| {
            let of = |value| Estimate { value, ..Estimate::default() };
            let recovery = Recovery { recovered: of(recovered), metastable: of(metastable), ..Recovery::default() };
            timeline.recovery = Some(recovery);
            back(&timeline, "-")
        };
        assert_eq!(said(Some(0.0), Some(1.0)), "never");
        assert_eq!(said(Some(0.0), Some(0.0)), "not by 30 s", "it is on its way");
        assert_eq!(said(Some(0.0), Some(0.4)), "not by 30 s", "some are on their way");
        assert_eq!(said(Some(0.0), None), "not by 30 s", "its trigger is not gone");
        assert_eq!(said(None, None), "not seen");
    }

    #[test]
    fn a_sparkline_is_as_wide_as_asked_and_shows_gaps() {
        let values: Vec<Option<f64>> = (0..8).map(|i| Some(f64::from(i))).collect();
        assert_eq!(sparkline(&values, 8, 7.0), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&values, 4, 7.0).chars().count(), 4);
        assert_eq!(sparkline(&[Some(0.0), None], 9, 0.0), "▁ ");
        assert_eq!(sparkline(&[], 9, 1.0), "");
    }
}
