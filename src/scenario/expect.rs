//! `[expect]`: the values that a correct simulator finds, for `validate`.

use super::conditions::{bound_of, check_number};
use super::fields::{Field, Fields};
use super::metrics::{Names, Unit};
use super::sweep::number_and_unit;
use super::tree::Value;
use super::types::{Expect, Expected, Saturation};

/// `[expect]`; every key but `source` is the name of a metric, or `saturation`.
pub(super) fn expect(top: &Fields<'_>, names: &Names, saturation: Option<&Saturation>) -> Option<Option<Expect>> {
    let Some(field) = top.get("expect") else { return Some(None) };
    let fields = Fields::new(field.sink, field.node, "`[expect]`")?;
    let mut source = String::new();
    let mut values = Vec::new();
    let before = fields.sink.count();
    for (entry, field) in fields.every() {
        if entry.key == "source" {
            source = field.prose().unwrap_or_default();
        } else if let Value::Table(_) = field.node.value {
            expected(&entry.key, &field, names, saturation, &mut values);
        } else {
            let issue = field.refusal("it must be a table");
            field.sink.add(issue.hint("as `{ value = \"17.5ms\", sigma = 0.006 }`"));
        }
    }
    (fields.sink.count() == before).then_some(Some(Expect { source, values }))
}

/// One value, or several where dotted keys were written without quotes.
fn expected(
    metric: &str,
    field: &Field<'_>,
    names: &Names,
    saturation: Option<&Saturation>,
    values: &mut Vec<Expected>,
) -> Option<()> {
    let table = field.node.table()?;
    if table.get("value").is_none() && table.entries.iter().any(|entry| entry.node.table().is_some()) {
        for entry in &table.entries {
            let name = format!("{metric}.{}", entry.key);
            let inner = Field { sink: field.sink, name: name.clone(), key_place: &entry.key_place, node: &entry.node };
            if entry.node.table().is_none() {
                return inner.refuse("it must be a table, as `{ value = 0.8, sigma = 0.001 }`");
            }
            expected(&name, &inner, names, saturation, values);
        }
        return Some(());
    }
    let fields = field.table()?;
    let value = fields.require("value", "the expected value");
    let positive = |f: Field<'_>| f.number(|x| x >= 0.0, "it must be a number of 0 or more");
    let sigma = fields.get("sigma").map_or(Some(0.0), positive);
    let within = fields.get("within").map_or(Some(0.0), positive);
    fields.finish();
    let value = if metric == "saturation" {
        let Some(saturation) = saturation else {
            let issue = field.key_place.issue("`saturation` is expected, but the scenario has no `[saturation]`");
            field.sink.add(issue.hint("add the table with `vary`, `from`, `to` and `hold`"));
            return None;
        };
        axis_value(&value?, saturation)
    } else {
        let unit = names.check_at(metric, field.key_place, field.sink)?;
        metric_value(&value?, unit)
    };
    values.push(Expected { metric: metric.to_string(), value: value?, sigma: sigma?, within: within? });
    Some(())
}

fn metric_value(field: &Field<'_>, unit: Unit) -> Option<f64> {
    if unit == Unit::Milliseconds {
        return match &field.node.value {
            Value::Text(text) => match bound_of(text, unit) {
                Ok(value) => Some(value),
                Err(why) => field.refuse(why),
            },
            _ => field.duration().map(|duration| duration.millis()),
        };
    }
    let value = field.number(|_| true, "it must be a bare number")?;
    match check_number(value, unit) {
        Ok(()) => Some(value),
        Err(why) => field.refuse(why),
    }
}

/// A value of the saturation's axis, with the axis' unit.
fn axis_value(field: &Field<'_>, saturation: &Saturation) -> Option<f64> {
    let (number, unit) = match &field.node.value {
        Value::Integer(number) => (*number as f64, String::new()),
        Value::Float(number) => (*number, String::new()),
        Value::Text(text) => number_and_unit(text).unwrap_or((f64::NAN, String::new())),
        _ => (f64::NAN, String::new()),
    };
    if number.is_finite() && unit == saturation.from.unit {
        return Some(number);
    }
    field.refuse(format!("it must be a value of the axis `{}`, as {}", saturation.vary, saturation.from.toml))
}
