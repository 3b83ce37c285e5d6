//! What a report of something that changes over time opens with: how long it may last, what prevents that it stays, what was lost and
//! when it was back. A sweep opens with its verdict, whatever else happened in it.

use super::chart::select::{places, sweep};
use super::number;
use super::over_time;
use crate::results::{Estimate, Results, Timeline, TriggerSearch};

/// Words to stress (may be empty) and the rest of a sentence.
type Sentence = (String, String);

/// What the report opens with, and what else to know of it; both empty where nothing changes over time or where something is swept.
pub(super) fn sentences(results: &Results) -> (Vec<Sentence>, Vec<Sentence>) {
    if is_swept(results) {
        return (Vec::new(), Vec::new());
    }
    let searched: Vec<Sentence> = results.triggers.iter().flat_map(|search| lengths(results, search)).collect();
    let happened: Vec<Sentence> = over_time::own(results).flat_map(|timeline| happened(results, timeline)).collect();
    if searched.is_empty() { (happened, Vec::new()) } else { (searched, happened) }
}

/// Whether there is more than one place to compare.
pub(super) fn is_swept(results: &Results) -> bool {
    places(&sweep(results)).len() > 1
}

/// `Option 2: `, where there are several.
fn whose(results: &Results, option: Option<&str>) -> String {
    match over_time::number_of(results, option) {
        number if number > 0 && results.options.len() > 1 => format!("Option {number}, "),
        _ => String::new(),
    }
}

/// The trigger's verdict: the longest that all recover from, the shortest that none does, and what prevents it.
fn lengths(results: &Results, search: &TriggerSearch) -> Vec<Sentence> {
    let mut said = over_time::trigger(search).into_iter();
    let when = format!("{}when {}:", whose(results, search.option.as_deref()), number::cut(&search.name, 120));
    let mut all = vec![(String::new(), number::capital(&when))];
    all.extend(said.next().map(|first| (first, ".".to_string())));
    all.extend(said.map(|next| (String::new(), format!("{next}."))));
    all
}

/// What one run showed: the events, what was lost, when it was back.
fn happened(results: &Results, timeline: &Timeline) -> Vec<Sentence> {
    let events: Vec<String> = timeline.events.iter().map(over_time::event).collect();
    let when = format!("{}{}:", whose(results, timeline.option.as_deref()), events.join("; "));
    let (total, lost) = (over_time::total(timeline, "requests"), over_time::total(timeline, "lost"));
    let (stressed, rest) = match (total.value, lost.value) {
        (Some(total), Some(lost)) if total > 0.0 && lost > 0.0 => {
            let ends = over_time::ends(timeline);
            let of = format!(" ({} of {}: {ends})", number::value(&whole(lost)), number::value(&whole(total)));
            (format!("{} of the requests are lost", number::percent(lost / total)), of)
        }
        (Some(_), Some(_)) => ("no request is lost".to_string(), String::new()),
        _ => ("nothing was counted".to_string(), String::new()),
    };
    let back = back(timeline).map(|back| format!("; {back}")).unwrap_or_default();
    let mut all = vec![(String::new(), number::capital(&when)), (stressed, format!("{rest}{back}."))];
    all.extend(over_time::stays(timeline).map(|stays| (String::new(), format!("{}.", number::capital(&stays)))));
    all
}

fn whole(value: f64) -> Estimate {
    Estimate { value: Some(value.round()), low: None, high: None }
}

/// When it is back; none where nobody looked.
fn back(timeline: &Timeline) -> Option<String> {
    let recovery = timeline.recovery.as_ref()?;
    let lasts = timeline.events.iter().any(|event| event.until_s.is_none());
    let since = if lasts { "it began" } else { "it is over" };
    let after = match recovery.seconds.value {
        Some(0.0) if lasts => return Some("as good as without it from the beginning".into()),
        Some(0.0) => format!("at once when {since}"),
        Some(_) => format!("{} s after {since}", over_time::with_interval(&recovery.seconds, "-")),
        None => String::new(),
    };
    let rest = number::plain((timeline.end_s - recovery.after_s).max(0.0));
    let Some(recovered) = recovery.recovered.value else {
        return Some("the run ends too soon after it to see when it is back".into());
    };
    Some(match recovered {
        0.0 => format!("not back by the end, {rest} s after {since}"),
        1.0 => format!("back {after}"),
        _ => format!("back {after} in {} of the replications", over_time::share(&recovery.recovered, "-")),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::{chart, fixture};
    use crate::results::fixture::storm;

    fn said(all: &[Sentence]) -> String {
        all.iter().map(|(stressed, rest)| format!("{stressed}{rest}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_trigger_opens_with_what_is_survived_and_what_prevents_it() {
        let mut results = storm();
        let (opening, more) = sentences(&results);
        assert!(
            opening[1].0.starts_with("All 200 seeds recover from 0.200 s or less and none from 3 s"),
            "{opening:?}"
        );
        assert!(said(&opening).contains("At 3 s all seeds recover with any of"), "{opening:?}");
        let more = said(&more);
        assert!(more.contains("66 % of the requests are lost (990 of 1,500: 990 timed out)"), "{more}");
        assert!(more.contains("not back by the end, 19 s after it is over"), "{more}");
        results.triggers.clear();
        let (opening, more) = sentences(&results);
        assert!(said(&opening).contains("Metastable failure") && more.is_empty());
    }

    #[test]
    fn what_lasts_is_counted_from_its_beginning() {
        let mut results = storm();
        let timeline = &mut results.timeline[0];
        timeline.events[0].until_s = None;
        let recovery = timeline.recovery.as_mut().unwrap();
        recovery.recovered.value = Some(1.0);
        recovery.seconds.value = Some(0.0);
        assert_eq!(back(timeline).as_deref(), Some("as good as without it from the beginning"));
        timeline.recovery.as_mut().unwrap().seconds.value = Some(7.0);
        assert_eq!(back(timeline).as_deref(), Some("back 7.00 s after it began"));
    }

    #[test]
    fn a_sweep_and_a_run_without_events_open_as_ever() {
        for results in [chart::fixture::five_options(), fixture::orders(), fixture::queue(), Results::default()] {
            assert_eq!(sentences(&results), (Vec::new(), Vec::new()));
        }
    }
}
