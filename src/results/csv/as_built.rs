//! What is built as tables: how full quotas are, what moving would change; and settings that work against each other.

use super::{number, optional, table};
use crate::results::{Lint, Move, QuotaUse, Results};

/// How full each quota is today, fullest first. An empty share: the value in force is 0.
#[must_use]
pub fn today(results: &Results) -> String {
    let header = [
        "quota",
        "code",
        "name",
        "kind",
        "system",
        "others",
        "limit",
        "share",
        "headroom",
        "adjustable",
        "lead_time",
        "scope",
        "value_from",
        "source",
        "date",
    ];
    let row = |used: &QuotaUse| {
        vec![
            used.quota.clone(),
            used.code.clone().unwrap_or_default(),
            used.name.clone(),
            used.kind.clone(),
            number(used.system),
            number(used.others),
            number(used.limit),
            optional(used.share),
            number(used.headroom),
            used.adjustable.to_string(),
            used.lead_time.clone(),
            used.scope.clone(),
            used.value_from.clone(),
            used.source.clone(),
            used.date.clone(),
        ]
    };
    table(&header, results.today.iter().map(row))
}

/// What moving all services to each other option would change, against what is built. `parts_more` joins its texts with `; `.
#[must_use]
pub fn moves(results: &Results) -> String {
    let header = [
        "option",
        "services",
        "stopped_by",
        "raises",
        "lead_time",
        "parts_more",
        "monthly_usd_more",
        "without",
        "added_mean_ms_more",
        "lacks",
    ];
    let row = |one: &Move| {
        let parts: Vec<String> =
            one.parts_more.iter().map(|(name, more)| format!("{name} {}", number(*more))).collect();
        vec![
            one.option.clone(),
            one.services.map(|n| n.to_string()).unwrap_or_default(),
            one.stopped_by.clone(),
            one.raises.to_string(),
            one.lead_time.clone().unwrap_or_default(),
            parts.join("; "),
            optional(one.monthly_more),
            one.without.join("; "),
            optional(one.added_mean_ms_more),
            one.lacks.join("; "),
        ]
    };
    table(&header, results.moves.iter().map(row))
}

/// Settings that work against each other, worst first.
#[must_use]
pub fn lints(results: &Results) -> String {
    let header = ["id", "severity", "subject", "what", "why", "change", "source"];
    let row = |lint: &Lint| {
        let Lint { id, severity, subject, what, why, source, change } = lint;
        [id, severity, subject, what, why, change, source].map(String::clone).to_vec()
    };
    table(&header, results.lints.iter().map(row))
}
