//! The second opinion of queueing theory as a table: a row for each hop that has a formula, a line for each that has none.

use serde::Serialize;

use super::latency;
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

/// What the section's words and signs stand for.
const MEANING: &str = "The ± beside a computed value is the greatest error of its formula. They agree where they differ by no more than \
    the sum of both errors: half the simulated interval at 99.999 %, the error of the formula, what service times too rare to be seen \
    in the run may add, 1 % of a p99, and what a hundred attempts out of the ordinary bring.";

/// The section.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Opinions {
    /// Headings of the values that any hop has.
    pub heads: Vec<String>,
    /// Hops with a formula.
    pub rows: Vec<Row>,
    /// The rows are of several points of a system without options.
    pub by_point: bool,
    /// Hops that have none or are not compared, and why: `Microservice of options 2 and 3, no closed form: retries come back`.
    pub without: Vec<String>,
    /// What agreement and ± mean; empty where nothing was compared.
    pub meaning: &'static str,
    /// How many agree, over all points.
    pub summary: String,
}

/// A hop with a formula.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(in crate::report) struct Row {
    /// Numbers of the options whose hop looks just so; empty where there are none.
    pub options: Vec<usize>,
    /// Its point; empty where there is a single one, or one for each option.
    pub point: String,
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
    let has = |metric: &str| hops.iter().any(|hop| theory::values(hop.3).any(|value| value.metric == metric));
    let columns: Vec<(&str, &str)> = COLUMNS.into_iter().filter(|(metric, _)| has(metric)).collect();
    let summary = match theory::agreement(results) {
        none if none.is_empty() => none,
        all => all + ".",
    };
    let mut opinions = Opinions {
        heads: columns.iter().map(|(_, head)| (*head).to_string()).collect(),
        meaning: if summary.is_empty() { "" } else { MEANING },
        by_point: results.options.is_empty() && results.points.len() > 1,
        summary,
        ..Opinions::default()
    };
    let mut without: Vec<(&str, &str, Vec<String>)> = Vec::new();
    for (number, point, hop, said) in hops {
        let name = theory::title(hop);
        let place = latency::place(results, number, point);
        if said.values.is_empty() {
            let place = if number > 0 { number.to_string() } else { place };
            let places = Some(place).filter(|place| !place.is_empty());
            match without.iter_mut().find(|(known, note, _)| *known == name && *note == said.note) {
                Some((_, _, known)) => known.extend(places),
                None => without.push((name, &said.note, Vec::from_iter(places))),
            }
            continue;
        }
        let options = Vec::from_iter((number > 0).then_some(number));
        let row = Row { point: place, ..row(name, said, &columns) };
        match opinions.rows.iter_mut().find(|known| Row { options: Vec::new(), ..(*known).clone() } == row) {
            Some(known) => known.options.extend(options),
            None => opinions.rows.push(Row { options, ..row }),
        }
    }
    let of_options = !results.options.is_empty();
    opinions.without = without.iter().map(|(name, note, places)| reason(name, note, places, of_options)).collect();
    opinions
}

fn row(hop: &str, said: &Theory, columns: &[(&str, &str)]) -> Row {
    let cell = |(metric, _): &(&str, &str)| {
        let value = theory::values(said).find(|value| value.metric == *metric);
        value.map_or_else(Default::default, |value| {
            let (measured, interval) = theory::measured(value, " – ");
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
        point: String::new(),
        hop: hop.to_string(),
        model: said.model.clone(),
        formula: theory::formula(said),
        cells: columns.iter().map(cell).collect(),
        sign,
        class,
        verdict,
    }
}

fn reason(name: &str, note: &str, places: &[String], of_options: bool) -> String {
    let which = match (places.len(), of_options) {
        (0, _) => String::new(),
        (1, true) => format!(" of option {}", places[0]),
        (_, true) => format!(" of options {}", number::list(places)),
        (_, false) => format!(" at {}", number::list(places)),
    };
    format!("{name}{which}, {}", theory::without(note))
}
