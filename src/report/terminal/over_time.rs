//! What happened over time, on the screen: a row an option, a line of blocks for what was answered, and how long a trigger may last.

use super::table::{Align, Table};
use super::{Paint, label, wrapped};
use crate::report::{number, over_time};
use crate::results::{Estimate, Results, Timeline, TriggerSearch};

/// Columns of a line of blocks.
const BLOCKS: usize = 60;
/// Columns that the time to be back has beside counts of five digits.
const ROOM: usize = 12;

/// Everything; empty where nothing was cut into windows.
pub(super) fn over_time(results: &Results, paint: Paint) -> String {
    let timelines: Vec<&Timeline> = over_time::own(results).collect();
    let mut out = String::new();
    if let Some(first) = timelines.first() {
        out.push('\n');
        out.push_str(&table(results, &timelines).text(paint));
        for timeline in &timelines {
            out.push_str(&blocks(results, timeline));
        }
        for event in &first.events {
            let until = event.until_s.map_or("on".into(), |until| format!("to {} s", number::plain(until)));
            out.push_str(&format!(
                "event   {}",
                wrapped(&format!("{} from {} s {until}", event.name, number::plain(event.from_s)), "        ")
            ));
        }
        for timeline in &timelines {
            if let Some(said) = over_time::stays(timeline) {
                let who = over_time::number_of(results, timeline.option.as_deref());
                let said = if who > 0 { format!("{who} {said}") } else { said };
                out.push_str(&format!("{} {}", paint.mark("x"), wrapped(&said, "  ")));
            }
        }
    }
    for search in &results.triggers {
        out.push_str(&trigger(results, search, paint));
    }
    out
}

fn who(results: &Results, option: Option<&str>) -> String {
    let at = results.options.iter().position(|known| Some(known.name.as_str()) == option);
    at.map_or_else(|| "this system".into(), |at| label(at + 1, &results.options[at]))
}

fn table(results: &Results, timelines: &[&Timeline]) -> Table {
    let mut table = Table::new(&[
        ("over time", Align::Cut),
        ("requests", Align::Right),
        ("lost", Align::Right),
        ("throttled", Align::Right),
        ("rejected", Align::Right),
        ("timed out", Align::Right),
        ("failed", Align::Right),
        ("retries", Align::Right),
        ("attempts", Align::Right),
        ("back after", Align::Right),
    ]);
    for timeline in timelines {
        let total = |name: &str| number::value(&over_time::total(timeline, name));
        let worst = over_time::worst(timeline, "amplification").map(|(_, worst)| number::value(&worst));
        table.row(vec![
            who(results, timeline.option.as_deref()),
            total("requests"),
            total("lost"),
            total("throttled"),
            total("rejected"),
            total("timed_out"),
            total("failed"),
            total("retries"),
            worst.unwrap_or_else(|| "-".into()),
            back(timeline),
        ]);
    }
    table
}

/// When it is back. A number is not cut short: where the end of the run takes too much room it stands in the line of blocks below.
fn back(timeline: &Timeline) -> String {
    let back = over_time::back(timeline, "-");
    if back.starts_with("not by") && back.chars().count() > ROOM { "not by end".into() } else { back }
}

/// What share of what came in each window was answered, how late, and by how many targets where their number follows the load.
fn blocks(results: &Results, timeline: &Timeline) -> String {
    let of = |metric: &str| -> Vec<Option<f64>> {
        timeline.metrics.get(metric).into_iter().flatten().map(|estimate: &Estimate| estimate.value).collect()
    };
    let values = of("outcome.ok");
    if values.is_empty() {
        return String::new();
    }
    let number = over_time::number_of(results, timeline.option.as_deref());
    let number = if number > 0 { number.to_string() } else { String::new() };
    let line = over_time::sparkline(&values, BLOCKS, 1.0);
    let (from, to) = (timeline.from_s.first().copied().unwrap_or(0.0), timeline.end_s);
    let answered = format!("ok {number:<4} {line}  {} to {} s\n", number::plain(from), number::plain(to));
    let scaled = |metric: &str, word: &str, unit: &str| {
        let values = of(metric);
        let known = || values.iter().flatten().copied();
        let (Some(least), Some(most)) = (known().reduce(f64::min), known().reduce(f64::max)) else {
            return String::new();
        };
        let line = over_time::sparkline(&values, BLOCKS, most);
        format!("{word} {number:<3} {line}  {} to {}{unit}\n", number::plain(least), number::plain(most))
    };
    answered + &scaled("latency.p99", "p99", " ms") + &scaled("targets", "run", " targets")
}

fn trigger(results: &Results, search: &TriggerSearch, paint: Paint) -> String {
    let time = |estimate: &Estimate| estimate.value.map_or("-".into(), |_| number::value(estimate));
    let mut lengths = Table::new(&[
        ("event lasts", Align::Right),
        ("seeds that recover", Align::Right),
        ("failure stays", Align::Right),
        ("back after, s", Align::Right),
    ]);
    for tried in &search.tried {
        lengths.row(vec![
            format!("{} s", number::plain(tried.seconds)),
            over_time::share(&tried.recovered, "-"),
            over_time::share(&tried.metastable, "-"),
            time(&tried.recovery_s),
        ]);
    }
    let heading = format!("trigger: {} ({})", search.name, who(results, search.option.as_deref()));
    let mut out = format!("\n{}\n{}", paint.bold(wrapped(&heading, "").trim_end()), lengths.text(paint));
    for sentence in over_time::trigger(search) {
        out.push_str(&wrapped(&sentence, "  "));
    }
    let mut changes = Table::new(&[
        ("change", Align::Wrap),
        ("set", Align::Wrap),
        ("seeds that recover", Align::Right),
        ("back after, s", Align::Right),
    ]);
    for change in &search.changes {
        changes.row(vec![
            change.name.clone(),
            change.set.clone(),
            over_time::share(&change.recovered, "-"),
            time(&change.recovery_s),
        ]);
    }
    if !changes.is_empty() {
        out.push_str(&changes.text(paint));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::storm;

    #[test]
    fn a_storm_is_named_and_shown() {
        let text = over_time(&storm(), Paint { colour: false });
        for part in [
            "x metastable failure: the trigger is gone",
            "ok      ██████████▁▁",
            "retries attempts",
            "4.00",
            "event   service takes 4 times as long from 10 s to 11 s",
            "All 200 seeds recover from 0.200 s or less",
            "client.retries.max = 0",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= super::super::WIDTH), "{text}");
        assert_eq!(over_time(&Results::default(), Paint { colour: false }), "");
    }

    #[test]
    fn what_is_late_is_told_in_full() {
        let mut results = storm();
        let timeline = &mut results.timeline[0];
        timeline.recovery = Some(crate::results::Recovery {
            recovered: Estimate { value: Some(0.0), ..Estimate::default() },
            ..crate::results::Recovery::default()
        });
        for name in ["requests", "lost", "timed_out"] {
            let many = Estimate { value: Some(36_103.0), ..Estimate::default() };
            timeline.totals.insert(name.into(), many);
        }
        for (end, told) in [(300.0, " not by 300 s\n"), (86_400.0, " not by end\n")] {
            results.timeline[0].end_s = end;
            let text = over_time(&results, Paint { colour: false });
            assert!(text.contains(told), "{text}");
        }
    }
}
