//! The month of every option, and the needs that options do not meet.

use serde::Serialize;

use super::address;
use crate::report::month::{self, Month, month, range};
use crate::report::number;
use crate::report::verdict::Verdict;
use crate::results::{CostLine, Results};

/// The month of every option at the operating point.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Costs {
    /// What is paid for, with its amount for each option.
    pub lines: Vec<(String, Vec<Cell>)>,
    /// Sums of what has a price; empty where nothing was counted.
    pub totals: Vec<Cell>,
    /// The same for a million offered requests.
    pub per_million: Vec<String>,
    /// What no sum holds, since its price or quantity is not known.
    pub without: String,
    /// How items were counted, with the evidence of their prices.
    pub notes: Vec<String>,
    /// Sources of prices, each with its address where it has one.
    pub sources: Vec<(String, String)>,
}

/// An amount of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Cell {
    /// US$, `unknown`, or a dash where the option has no such item.
    pub amount: String,
    /// Its range, and the dimension that is the largest; empty where there is neither.
    pub detail: String,
}

/// A need that an option does not meet.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Excluded {
    /// Number and name of the option.
    pub option: String,
    /// Why.
    pub reason: String,
    /// Source of the fact, with its date.
    pub source: String,
    /// Its address; empty where it has none.
    pub address: String,
}

pub(super) fn excluded(results: &Results) -> Vec<Excluded> {
    let of_option = |(i, option): (usize, &crate::results::OptionInfo)| {
        let name = format!("{} {}", i + 1, number::cut(&option.name, 60));
        let row = move |exclusion: &crate::results::Exclusion| Excluded {
            option: name.clone(),
            reason: exclusion.reason.clone(),
            source: format!("{} ({})", exclusion.source, exclusion.date),
            address: address(&exclusion.source),
        };
        option.exclusions.iter().map(row).collect::<Vec<_>>()
    };
    results.options.iter().enumerate().flat_map(of_option).collect()
}

pub(super) fn costs(results: &Results, verdict: &Verdict) -> Costs {
    let names: Vec<&str> = verdict.options.iter().map(|option| option.option.name.as_str()).collect();
    let here: Vec<(usize, &CostLine)> =
        names.iter().enumerate().flat_map(|(i, name)| month::lines(results, name).map(move |line| (i, line))).collect();
    let mut items: Vec<&str> = Vec::new();
    for (_, line) in &here {
        if !items.contains(&line.item.as_str()) {
            items.push(&line.item);
        }
    }
    // What nobody has a price for stands below the rest.
    items.sort_by_key(|item| here.iter().all(|(_, line)| line.item != *item || line.monthly.is_none()));
    let cell = |item: &str, option: usize| {
        here.iter().find(|(i, line)| *i == option && line.item == item).map_or_else(dash, |(_, line)| amount(line))
    };
    let row = |item: &&str| ((*item).to_string(), (0..names.len()).map(|option| cell(item, option)).collect());
    let months: Vec<Option<Month>> = names.iter().map(|name| month(results, name)).collect();
    let total =
        |month: &Option<Month>| month.as_ref().map_or_else(dash, |m| Cell { amount: m.total(), detail: m.range() });
    let per_million = |month: &Option<Month>| {
        month.as_ref().and_then(|m| m.per_million).map_or("–".to_string(), |each| number::fixed(each, 2))
    };
    let mut without: Vec<String> = Vec::new();
    for item in months.iter().flatten().flat_map(|month| &month.without) {
        if !without.contains(item) {
            without.push(item.clone());
        }
    }
    Costs {
        lines: items.iter().map(row).collect(),
        totals: if items.is_empty() { Vec::new() } else { months.iter().map(total).collect() },
        per_million: if items.is_empty() { Vec::new() } else { months.iter().map(per_million).collect() },
        without: number::list(&without),
        notes: notes(&here),
        sources: sources(&here),
    }
}

fn dash() -> Cell {
    Cell { amount: "–".into(), detail: String::new() }
}

fn amount(line: &CostLine) -> Cell {
    let Some(monthly) = line.monthly else { return Cell { amount: "unknown".into(), detail: String::new() } };
    let mut detail = range(line.low.unwrap_or(monthly), line.high.unwrap_or(monthly));
    if !line.dimension.is_empty() {
        let joint = if detail.is_empty() { "" } else { ", " };
        detail.push_str(&format!("{joint}by {}", line.dimension));
    }
    Cell { amount: number::fixed(monthly, 0), detail }
}

/// `ALB hours (evidence B; options 1 and 4): 10 load balancers for 730 hours`, once for all options that count alike.
fn notes(lines: &[(usize, &CostLine)]) -> Vec<String> {
    let mut known: Vec<(&CostLine, Vec<String>)> = Vec::new();
    for &(option, line) in lines.iter().filter(|(_, line)| !line.basis.is_empty()) {
        let number = (option + 1).to_string();
        match known.iter_mut().find(|(other, _)| other.item == line.item && other.basis == line.basis) {
            Some((_, options)) => options.push(number),
            None => known.push((line, vec![number])),
        }
    }
    let note = |(line, options): &(&CostLine, Vec<String>)| {
        let evidence = if line.grade.is_empty() { String::new() } else { format!("evidence {}; ", line.grade) };
        let options = format!("{} {}", if options.len() == 1 { "option" } else { "options" }, number::list(options));
        format!("{} ({evidence}{options}): {}", line.item, line.basis)
    };
    known.iter().map(note).collect()
}

fn sources(lines: &[(usize, &CostLine)]) -> Vec<(String, String)> {
    let mut sources: Vec<(String, String)> = Vec::new();
    for (_, line) in lines.iter().filter(|(_, line)| !line.source.is_empty()) {
        if !sources.iter().any(|(known, _)| *known == line.source) {
            sources.push((line.source.clone(), address(&line.source)));
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::verdict::verdict;

    #[test]
    fn sums_say_what_they_are_without() {
        let mut results = fixture::orders();
        results.costs[0].high = Some(8_000.0);
        results.costs[0].dimension = "processed bytes".into();
        let Some(verdict) = verdict(&results) else { panic!("no verdict") };
        let costs = costs(&results, &verdict);
        assert_eq!(costs.lines[0].1[0].detail, "7,126 – 8,000, by processed bytes");
        assert_eq!(
            (costs.lines[1].1[0].amount.as_str(), costs.totals[0].amount.as_str()),
            ("unknown", "at least 7,126")
        );
        assert_eq!((costs.without.as_str(), costs.per_million[0].as_str()), ("VPC links", "–"));
        assert_eq!(costs.notes.len(), 2, "{:?}", costs.notes);
    }
}
