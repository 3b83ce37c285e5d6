//! Quotas in force, as `service-quotas` and `elbv2 describe-account-limits` print them.

use std::collections::BTreeMap;

use super::pages::{Kind, Page};
use crate::import::estate::{Estate, NoteKind, QuotaValue};
use crate::import::node::Node;

/// Adds the values: an account's goes before AWS's default, and of two of one kind the later.
pub(super) fn read(all: &[Page<'_>], estate: &mut Estate) {
    let mut places: BTreeMap<String, (usize, bool)> = BTreeMap::new();
    let mut gave_way = 0;
    for page in all {
        let (code, value) = match page.kind {
            Kind::Quota => ("QuotaCode", "Value"),
            Kind::Limit => ("Name", "Max"),
            _ => continue,
        };
        for (place, entry) in &page.entries {
            let text = |key: &str| entry.get(key).and_then(Node::text);
            let number = entry.get(value).and_then(Node::number).filter(|value| *value >= 0.0);
            let (Some(code), Some(value)) = (text(code).filter(|code| !code.is_empty()), number) else {
                let text = "a quota without a code or without a value of 0 or more";
                estate.note(NoteKind::PassedOver, text, &page.at(*place, entry));
                continue;
            };
            // arn:aws:servicequotas:REGION:ACCOUNT:SERVICE/CODE; AWS's defaults have no account.
            let account = text("QuotaArn").and_then(|arn| arn.split(':').nth(4));
            let applied = page.kind == Kind::Limit || account.is_some_and(|account| !account.is_empty());
            let quota = QuotaValue { code: code.to_string(), value, origin: page.at(*place, entry) };
            match places.get_mut(code) {
                None => {
                    places.insert(code.to_string(), (estate.quotas.len(), applied));
                    estate.quotas.push(quota);
                }
                Some((at, before)) => {
                    gave_way += 1;
                    if applied || !*before {
                        *before = applied;
                        estate.quotas[*at] = quota;
                    }
                }
            }
        }
    }
    if let Some(quota) = estate.quotas.first().filter(|_| gave_way > 0) {
        let text = format!(
            "{gave_way} values of quotas stand twice: an account's goes before a default, a later one before an earlier"
        );
        let origin = crate::import::node::Origin::file(&quota.origin.file);
        estate.note(NoteKind::PassedOver, text, &origin);
    }
}
