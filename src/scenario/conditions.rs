//! Conditions on metrics, as `latency.p99 <= 250ms`.

use super::fields::{Field, Fields};
use super::metrics::{Names, Unit};
use super::tree::shorten;
use super::types::{Condition, Relation};
use crate::units::{TIME_UNIT_NAMES, parse_duration};

/// Longest first, so that `<` does not hide `<=`.
const RELATIONS: [(&str, Relation); 4] =
    [("<=", Relation::AtMost), (">=", Relation::AtLeast), ("<", Relation::Below), (">", Relation::Above)];

/// What an options scenario holds to where it states nothing.
const DEFAULTS: [(&str, &str, Relation, f64); 2] = [
    ("latency.p99 <= 250ms", "latency.p99", Relation::AtMost, 250.0),
    ("outcome.ok >= 0.999", "outcome.ok", Relation::AtLeast, 0.999),
];

/// `[objectives]`; absent: none for hops, latency and success for options.
pub(super) fn objectives(top: &Fields<'_>, names: &Names, is_hops: bool) -> Option<Vec<Condition>> {
    let Some(field) = top.get("objectives") else {
        let defaults = if is_hops { &[][..] } else { &DEFAULTS[..] };
        let condition = |&(text, metric, relation, bound): &(&str, &str, Relation, f64)| Condition {
            text: text.into(),
            metric: metric.into(),
            relation,
            bound,
        };
        return Some(defaults.iter().map(condition).collect());
    };
    let fields = Fields::new(field.sink, field.node, "`[objectives]`")?;
    let hold = fields.require("hold", "conditions, as `hold = [\"latency.p99 <= 250ms\"]`");
    let hold = hold.and_then(|f| f.list_of(|item| condition(item, names)));
    fields.finish();
    hold
}

/// The condition that `field` holds.
pub(super) fn condition(field: &Field<'_>, names: &Names) -> Option<Condition> {
    let text = field.text()?;
    let found = RELATIONS.iter().filter_map(|(sign, relation)| text.find(sign).map(|at| (at, *sign, *relation)));
    // The first sign in the text; of `<` and `<=` at one place, the longer, which the table has first.
    let named = found.min_by_key(|(at, _, _)| *at).filter(|(at, _, _)| !text[..*at].trim().is_empty());
    let Some((at, sign, relation)) = named else {
        let issue = field.refusal("a condition compares a metric with a bound by `<=`, `<`, `>=` or `>`");
        field.sink.add(issue.hint("as `latency.p99 <= 250ms`"));
        return None;
    };
    let metric = text[..at].trim();
    let start = text.find(metric).unwrap_or(0);
    let unit = names.check_at(metric, &field.node.place.within(text, start..start + metric.len()), field.sink)?;
    let bound_text = text[at + sign.len()..].trim();
    let bound_at = text.len() - text[at + sign.len()..].trim_start().len();
    let bound = match bound_of(bound_text, unit) {
        Ok(bound) => bound,
        Err(why) => {
            let place = field.node.place.within(text, bound_at..bound_at + bound_text.len());
            field.sink.add(place.issue(format!("the bound of `{metric}` is `{}`, but {why}", shorten(bound_text))));
            return None;
        }
    };
    Some(Condition { text: text.to_string(), metric: metric.to_string(), relation, bound })
}

/// A bound in the metric's own unit, or what is wrong with it.
pub(super) fn bound_of(text: &str, unit: Unit) -> Result<f64, String> {
    if unit == Unit::Milliseconds {
        if text.parse::<f64>().is_ok() {
            return Err(format!("it needs a unit: {TIME_UNIT_NAMES}"));
        }
        return parse_duration(text).map(|duration| duration.millis()).map_err(|error| error.0);
    }
    let Ok(number) = text.replace('_', "").parse::<f64>() else {
        return Err(match unit {
            Unit::PerSecond => "rates are bare numbers per second, as `250`".into(),
            Unit::Share => "shares are bare numbers from 0 to 1, as `0.001`".into(),
            _ => "it must be a bare number".into(),
        });
    };
    check_number(number, unit).map(|()| number).map_err(str::to_string)
}

/// Whether a number can be a value of a metric in `unit`.
pub(super) fn check_number(number: f64, unit: Unit) -> Result<(), &'static str> {
    if unit == Unit::Share && !(0.0..=1.0).contains(&number) {
        return Err("shares are bare numbers from 0 to 1, as `0.001`");
    }
    if !number.is_finite() || number < 0.0 { Err("it must be a finite number of 0 or more") } else { Ok(()) }
}
