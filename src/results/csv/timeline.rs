//! What happened over time, and how long an event may last, as tables.

use std::collections::BTreeSet;

use super::{columns, number, optional, table, three};
use crate::results::{Estimate, Results, Timeline, TriggerSearch};

/// One row a window of an option: its place, its ends (s from the end of the warm-up), the events in force (joined with `; `), its
/// metrics.
#[must_use]
pub fn timeline(results: &Results) -> String {
    let of_all = |of: fn(&Timeline) -> Vec<&str>| -> Vec<&str> {
        results.timeline.iter().flat_map(of).collect::<BTreeSet<&str>>().into_iter().collect()
    };
    let axes = of_all(|timeline| timeline.axes.keys().map(String::as_str).collect());
    let mut metrics = of_all(|timeline| timeline.metrics.keys().map(String::as_str).collect());
    columns::sort(&mut metrics);
    let mut header: Vec<String> = ["option", "services"].map(String::from).into();
    header.extend(axes.iter().map(|axis| axis.replace('.', "_")));
    header.extend(["from_s", "to_s", "events"].map(String::from));
    header.extend(metrics.iter().flat_map(|metric| {
        let column = columns::name(metric);
        [column.clone(), format!("{column}_low"), format!("{column}_high")]
    }));
    let row = |timeline: &Timeline, index: usize| {
        let mut row = place(&timeline.option, timeline.services);
        row.extend(axes.iter().map(|axis| optional(timeline.axes.get(*axis).copied())));
        row.push(number(timeline.from_s[index]));
        row.push(number(timeline.from_s.get(index + 1).copied().unwrap_or(timeline.end_s)));
        let names = timeline.in_force.get(index).into_iter().flatten();
        let names = names.filter_map(|event| timeline.events.get(*event as usize)).map(|event| event.name.as_str());
        row.push(names.collect::<Vec<&str>>().join("; "));
        let estimate = |metric: &&str| timeline.metrics.get(*metric).and_then(|all| all.get(index)).copied();
        row.extend(metrics.iter().flat_map(|metric| three(&estimate(metric).unwrap_or_default())));
        row
    };
    let row = &row;
    let rows = results.timeline.iter().flat_map(|one| (0..one.from_s.len()).map(move |index| row(one, index)));
    table(&header, rows)
}

/// One row a length tried (`kind` is `length`) and one a change tried at the length that fails (`change`).
#[must_use]
pub fn triggers(results: &Results) -> String {
    let header = [
        "option",
        "services",
        "event",
        "kind",
        "seconds",
        "change",
        "set",
        "seeds",
        "recovered",
        "recovered_low",
        "recovered_high",
        "metastable",
        "metastable_low",
        "metastable_high",
        "recovery_s",
        "recovery_s_low",
        "recovery_s_high",
    ];
    let row = |search: &TriggerSearch, kind: &str, seconds, (change, set): (&str, &str), shares: [&Estimate; 3]| {
        let mut row = place(&search.option, search.services);
        let first = [&search.event.to_string(), kind, &optional(seconds), change, set, &search.seeds.to_string()];
        row.extend(first.map(String::from));
        row.extend(shares.into_iter().flat_map(three));
        row
    };
    let rows = results.triggers.iter().flat_map(|search| {
        let lengths = search.tried.iter().map(move |tried| {
            let shares = [&tried.recovered, &tried.metastable, &tried.recovery_s];
            row(search, "length", Some(tried.seconds), ("", ""), shares)
        });
        let changes = search.changes.iter().map(move |tried| {
            let shares = [&tried.recovered, &Estimate::default(), &tried.recovery_s];
            row(search, "change", search.changed_at_s, (&tried.name, &tried.set), shares)
        });
        lengths.chain(changes).collect::<Vec<_>>()
    });
    table(&header, rows)
}

fn place(option: &Option<String>, services: Option<u32>) -> Vec<String> {
    vec![option.clone().unwrap_or_default(), services.map(|n| n.to_string()).unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::storm;

    #[test]
    fn a_row_is_a_window_and_names_what_is_in_force() {
        let results = storm();
        let text = timeline(&results);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + results.timeline[0].from_s.len());
        assert!(
            lines[0].starts_with("option,services,from_s,to_s,events,latency_p50_ms,latency_p50_ms_low,"),
            "{}",
            lines[0]
        );
        assert!(lines[11].starts_with(",,10,11,service takes 4 times as long,"), "{}", lines[11]);
        assert!(lines[12].starts_with(",,11,12,,"), "{}", lines[12]);
    }

    #[test]
    fn lengths_and_changes_stand_in_one_table() {
        let text = triggers(&storm());
        assert!(text.contains("\n,,1,length,0.2,,,200,1,0.98,1,0,0,0.02,"), "{text}");
        assert!(text.contains("\n,,1,change,3,no retries,client.retries.max = 0,200,1,"), "{text}");
    }
}
