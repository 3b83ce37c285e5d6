//! The ladder of quotas with its sources, and the lines that ask AWS for more.

use serde::Serialize;

use super::address;
use crate::report::asks::{self, desired};
use crate::report::number;
use crate::report::verdict::Verdict;
use crate::results::{Ceiling, Results};

/// One rung.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Rung {
    /// Number of the option on its first rung; 0 on the others.
    pub first: usize,
    /// Number of the option.
    pub option: usize,
    /// The most services that fit.
    pub services: String,
    /// Quota for people.
    pub name: String,
    /// `structure` or `traffic`.
    pub kind: String,
    /// AWS code, a dash where there is none.
    pub code: String,
    /// Value in force.
    pub limit: String,
    /// Used by everything else; empty for nothing.
    pub used: String,
    /// Whether AWS raises it.
    pub raise: String,
    /// What uses it up.
    pub presses: String,
    /// `enough`, `ask`, `plan` or `the end`.
    pub verdict: String,
    /// Whether it lies below the wanted services.
    pub need: bool,
    /// First of its kind.
    pub binding: bool,
    /// Where the value comes from.
    pub from: String,
    /// Source in words.
    pub source: String,
    /// Its `https` address, if any.
    pub address: String,
    /// Its date.
    pub date: String,
}

/// Lines of one option to ask AWS with.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Ask {
    /// Which option, for how many services.
    pub title: String,
    /// Command and remark.
    pub lines: Vec<(String, String)>,
}

pub(super) fn rungs(results: &Results) -> Vec<Rung> {
    let mut rows: Vec<Rung> = Vec::new();
    for (i, option) in results.options.iter().enumerate() {
        let own = results.ceilings.iter().filter(|rung| rung.option == option.name);
        for (k, rung) in own.enumerate() {
            let mut row = row(rung, results.wanted.services.unwrap_or(0));
            row.option = i + 1;
            row.first = if k == 0 { i + 1 } else { 0 };
            rows.push(row);
        }
    }
    rows
}

fn row(rung: &Ceiling, wanted: u32) -> Rung {
    let need = rung.services < wanted;
    let raise = match (rung.adjustable, rung.lead_time.as_str()) {
        _ if asks::is_subnet(rung) => "larger subnets",
        (false, _) => "never",
        (true, "case by case") => "case by case",
        (true, _) => "yes, by request",
    };
    let verdict = match (need, rung.adjustable) {
        (false, _) => "enough",
        (true, _) if asks::is_subnet(rung) => "plan",
        (true, true) => "ask",
        (true, false) => "the end",
    };
    Rung {
        services: number::count(rung.services),
        name: rung.name.clone(),
        kind: rung.kind.clone(),
        code: rung.code.clone().unwrap_or_else(|| "–".into()),
        limit: number::plain(rung.limit),
        used: if rung.used > 0.0 { number::plain(rung.used) } else { String::new() },
        raise: raise.into(),
        presses: rung.pressed_by.join("; "),
        verdict: verdict.into(),
        need,
        binding: rung.binding,
        from: rung.value_from.clone(),
        source: rung.source.clone(),
        address: address(&rung.source),
        date: rung.date.clone(),
        ..Rung::default()
    }
}

/// The chosen option's lines, then what the others need beyond them; a quota once in each, with the largest value.
pub(super) fn asks(results: &Results, verdict: &Verdict) -> Vec<Ask> {
    let services = results.wanted.services.map(number::counted_services).unwrap_or_default();
    let own = asks::asks(results, |i| Some(i) == verdict.chosen);
    let covered = |ask: &asks::Ask| {
        own.iter().any(|ours| ours.rung.quota == ask.rung.quota && desired(ours.rung) >= desired(ask.rung))
    };
    let mut others = asks::asks(results, |i| Some(i) != verdict.chosen);
    others.retain(|ask| !covered(ask));
    let remark = |ask: &asks::Ask, named: bool| {
        let numbers: Vec<String> = ask.options.iter().map(ToString::to_string).collect();
        let who = if numbers.len() == 1 { "option" } else { "options" };
        let who = if named { format!("; {who} {}", number::list(&numbers)) } else { String::new() };
        format!("{}, now {}{who}", ask.rung.name, number::plain(ask.rung.limit))
    };
    let block = |title: String, asks: &[asks::Ask], named: bool| {
        let lines = asks.iter().map(|ask| (ask.line.to_string(), remark(ask, named))).collect();
        (!asks.is_empty()).then_some(Ask { title, lines })
    };
    let chosen = verdict.chosen.map_or(0, |i| i + 1);
    let rest = if verdict.chosen.is_some() { "the other options" } else { "every option" };
    let blocks = [
        block(format!("option {chosen}, chosen: room for {services}"), &own, false),
        block(format!("{rest}: room for {services}"), &others, true),
    ];
    blocks.into_iter().flatten().collect()
}
