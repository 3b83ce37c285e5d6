//! Which option is best and the paired differences behind it, as text for the terminal.

use super::table::{Align, Table};
use super::{Paint, wrapped};
use crate::report::{differences, number};
use crate::results::{Comparison, Results};

/// Metrics of the table with their heads.
const METRICS: [&str; 2] = ["latency.mean", "latency.p99"];

/// A sentence for each metric.
pub(super) fn best(results: &Results) -> String {
    differences::statements(results).iter().map(|statement| wrapped(statement, "  ")).collect()
}

/// A row for each pair of options: difference, its interval among all pairs at once, and how much variance the same draws saved;
/// empty where nothing was compared.
pub(super) fn table(results: &Results, paint: Paint) -> String {
    let mut table = Table::new(&[
        ("A minus B", Align::Left),
        ("mean ms", Align::Right),
        ("all pairs at once", Align::Left),
        ("saved", Align::Right),
        ("p99 ms", Align::Right),
        ("all pairs at once", Align::Left),
        ("saved", Align::Right),
    ]);
    let number_of = |name: &str| {
        let place = results.options.iter().position(|option| option.name == name);
        place.map_or_else(|| name.to_string(), |i| (i + 1).to_string())
    };
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for pair in results.comparisons.iter().map(|c| (c.a.as_str(), c.b.as_str())) {
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    for (a, b) in pairs {
        let mut row = vec![format!("{} - {}", number_of(a), number_of(b))];
        for metric in METRICS {
            let here = |c: &&Comparison| c.a == a && c.b == b && c.metric == metric;
            row.extend(results.comparisons.iter().find(here).map_or([const { String::new() }; 3], cells));
        }
        table.row(row);
    }
    if table.is_empty() {
        return String::new();
    }
    let grain = differences::grain(results).map_or(String::new(), |note| wrapped(note, "  "));
    let saved =
        wrapped("saved: variance with draws of its own for each option over that with the same draws for all", "  ");
    format!("\n{}{saved}{grain}", table.text(paint))
}

fn cells(pair: &Comparison) -> [String; 3] {
    let interval = number::outward(&pair.joint, "-").map_or(String::new(), |interval| format!("({interval})"));
    let saved = pair.variance_ratio.map_or("-".into(), |ratio| format!("{}x", number::significant(ratio)));
    [pair.joint.value.map_or("-".into(), number::significant), interval, saved]
}

#[cfg(test)]
mod tests {
    use crate::report::fixture;
    use crate::report::terminal::{run, sweep};

    #[test]
    fn the_statement_is_on_both_screens_and_the_pairs_are_on_that_of_run() {
        let results = fixture::four();
        let said = "latency.p99 at 4 services: http-fan-out is best (95 %), at least 3.60 ms below every other.\n";
        let (run, sweep) = (run(&results, false), sweep(&results, None, false));
        assert!(run.contains(said) && sweep.contains(said), "{run}\n{sweep}");
        let row = run.lines().find(|line| line.starts_with("1 - 4")).unwrap_or_default();
        assert_eq!(row.split_whitespace().skip(3).collect::<Vec<_>>(), ["-4.70", "(-5.10", "to", "-4.30)", "12.0x"]);
        assert!(!sweep.contains("1 - 4"), "{sweep}");
    }
}
