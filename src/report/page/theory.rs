//! The second opinion of queueing theory as a table: a row for each hop that has a formula, a line for each that has none.

use serde::Serialize;

use crate::report::{number, theory};
use crate::results::{Results, Theory};

/// The metrics in the order of the columns, with their headings.
const COLUMNS: [(&str, &str); 6] = [
    ("utilisation", "Busy"),
    ("wait.probability", "Waits"),
    ("wait.mean", "Mean wait ms"),
    ("wait.p99", "Wait p99 ms"),
    ("rejected", "Rejected"),
    ("throttled", "Throttled"),
];

/// The section.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Opinions {
    /// Headings of the values that any hop has.
    pub heads: Vec<String>,
    /// Hops with a formula.
    pub rows: Vec<Row>,
    /// Hops without one, and why: `Microservice (2, 3): retries come back to the queues`.
    pub without: Vec<String>,
    /// How many agree, over all points.
    pub summary: String,
}

/// A hop with a formula.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::report) struct Row {
    /// Numbers of the options whose hop looks just so; empty where there are none.
    pub options: Vec<usize>,
    /// The hop.
    pub hop: String,
    /// Kendall's notation.
    pub model: String,
    /// The formula's name, and whether it is exact.
    pub formula: String,
    /// Computed, simulated, its interval; empty texts where nothing is computed.
    pub cells: Vec<(String, String, String)>,
    /// ✓, ✕ or –.
    pub sign: &'static str,
    /// CSS class.
    pub class: &'static str,
    /// The verdict in words.
    pub verdict: String,
}

pub(super) fn opinions(results: &Results) -> Opinions {
    let hops = theory::hops(results);
    let has = |metric: &str| hops.iter().any(|hop| hop.3.values.iter().any(|value| value.metric == metric));
    let columns: Vec<(&str, &str)> = COLUMNS.into_iter().filter(|(metric, _)| has(metric)).collect();
    let mut opinions = Opinions {
        heads: columns.iter().map(|(_, head)| (*head).to_string()).collect(),
        summary: summary(results),
        ..Opinions::default()
    };
    let mut without: Vec<(String, &str, Vec<usize>)> = Vec::new();
    for (number, point, hop, said) in hops {
        let mut name = theory::title(hop).to_string();
        if let Some(services) = point.services.filter(|_| number == 0) {
            name.push_str(&format!(", {}", number::counted_services(services)));
        }
        let options = Vec::from_iter((number > 0).then_some(number));
        if said.values.is_empty() {
            match without.iter_mut().find(|(known, note, _)| *known == name && *note == said.note) {
                Some((_, _, numbers)) => numbers.extend(options),
                None => without.push((name, &said.note, options)),
            }
            continue;
        }
        let row = row(name, said, &columns);
        match opinions.rows.iter_mut().find(|known| Row { options: Vec::new(), ..(*known).clone() } == row) {
            Some(known) => known.options.extend(options),
            None => opinions.rows.push(Row { options, ..row }),
        }
    }
    opinions.without = without.iter().map(|(name, note, numbers)| reason(name, note, numbers)).collect();
    opinions
}

fn row(hop: String, said: &Theory, columns: &[(&str, &str)]) -> Row {
    let cell = |(metric, _): &(&str, &str)| {
        let value = said.values.iter().find(|value| value.metric == *metric);
        value.map_or_else(Default::default, |value| {
            let (measured, interval) = theory::measured(value);
            (theory::computed(value), measured, interval)
        })
    };
    let (sign, class, verdict) = match said.agrees {
        Some(true) => ("✓", "met", "agrees"),
        Some(false) => ("✕", "missed", "differs"),
        None => ("–", "muted", "not compared"),
    };
    let verdict = match said.note.strip_prefix("not compared: ") {
        Some(note) => format!("{verdict}: {note}"),
        None if said.note.is_empty() => verdict.to_string(),
        None => format!("{verdict}; {}", said.note),
    };
    Row {
        options: Vec::new(),
        hop,
        model: said.model.clone(),
        formula: theory::formula(said),
        cells: columns.iter().map(cell).collect(),
        sign,
        class,
        verdict,
    }
}

fn reason(name: &str, note: &str, numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match numbers.len() {
        0 => format!("{name}: {note}"),
        1 => format!("{name} of option {}: {note}", numbers[0]),
        _ => format!("{name} of options {}: {note}", number::list(&numbers)),
    }
}

fn summary(results: &Results) -> String {
    let (agree, compared) = theory::agreement(results);
    let points = number::numbered(results.points.len(), "point", "points");
    match compared {
        0 => String::new(),
        _ if agree == compared => format!("All {} hops compared at {points} agree.", number::plain(compared as f64)),
        _ => format!("{agree} of {compared} hops compared at {points} agree."),
    }
}
