//! Growth: when each option meets each limit, what to ask for now, and where one account is no longer enough.

use serde::Serialize;

use crate::report::{growth, number};
use crate::results::{GrowthRung, Results};

/// The section; no rows where the scenario does not say how it grows.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Section {
    /// How fast it grows, and what the words of the table mean.
    pub lead: String,
    /// Limits that are met within ten years, option by option in order of time.
    pub rows: Vec<Row>,
    /// Lines to ask AWS with now, and the quota of each.
    pub asks: Vec<(String, String)>,
}

/// A limit that growth meets.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Row {
    /// Number of the option on its first row; 0 on the others.
    pub first: usize,
    /// Number of the option.
    pub option: usize,
    /// When it is full.
    pub when: String,
    /// The limit.
    pub name: String,
    /// `structure`, `traffic` or `simulated`.
    pub kind: String,
    /// Value in force.
    pub limit: String,
    /// Services at that time.
    pub services: String,
    /// Requests per second at that time.
    pub rate: String,
    /// How long a raise takes, as far as known.
    pub lead_time: String,
    /// What to do.
    pub to_do: String,
    /// `raise` for now, `missed` where nothing helps, else empty.
    pub class: &'static str,
}

pub(super) fn section(results: &Results) -> Section {
    let Some(asked) = results.growth_asked.as_ref().filter(|_| !results.growth.is_empty()) else {
        return Section::default();
    };
    let mut rows: Vec<Row> = Vec::new();
    for (i, option) in results.options.iter().enumerate() {
        let own = results.growth.iter().filter(|rung| rung.option == option.name && rung.months.is_some());
        for (k, rung) in own.enumerate() {
            let soon = rung.months.is_some_and(|months| months < asked.horizon_months);
            let class = match (rung.ask_now, rung.adjustable) {
                (true, _) => "raise",
                (false, false) if soon => "missed",
                _ => "",
            };
            let (first, to_do) = (if k == 0 { i + 1 } else { 0 }, growth::to_do(rung, asked));
            rows.push(Row { first, option: i + 1, class, to_do, ..row(rung) });
        }
    }
    let lead = format!(
        "{} A limit is full when the last service that fits is there, or when traffic reaches it; what is not met within ten years is left out. No source says how many days AWS takes \
         for a request, so what is full within {} months is asked for now.",
        growth::sentence(results),
        number::plain(asked.margin_months)
    );
    let line = |rung: &GrowthRung| Some((rung.ask.clone()?, rung.name.clone()));
    Section { lead, rows, asks: growth::now(results).into_iter().filter_map(line).collect() }
}

fn row(rung: &GrowthRung) -> Row {
    let name = if rung.kind == "simulated" { number::condition(&rung.name) } else { rung.name.clone() };
    Row {
        when: growth::when(rung),
        name,
        kind: rung.kind.clone(),
        limit: rung.limit.map_or("–".into(), number::plain),
        services: rung.services.map_or("–".into(), number::count),
        rate: rung.rate.map_or("–".into(), |rate| number::fixed(rate, 0)),
        lead_time: if rung.lead_time.is_empty() { "–".into() } else { rung.lead_time.clone() },
        ..Row::default()
    }
}
