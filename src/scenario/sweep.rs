//! `[sweep]` and `[saturation]`: the axes along which a scenario is varied.

use super::conditions::condition;
use super::decode::Trial;
use super::fields::{Field, Fields};
use super::metrics::Names;
use super::path;
use super::tree::{Entry, Node, Value, quoted};
use super::types::{Axis, AxisValue, Saturation, Scenario, Sweep};

/// Values that one axis may have.
const MOST_VALUES: usize = 1_000;

/// The services of a sweep where none are stated: from, to, per decade.
const DEFAULT_RANGE: (u32, u32, u32) = (1, 3_000, 8);

/// `[sweep]` of a system of so many services, of which events need the `least`. With popularity by weights the number of services is
/// fixed, and the default axis falls away.
pub(super) fn sweep(top: &Fields<'_>, (services, least): (u32, u32), is_hops: bool, by_weights: bool) -> Option<Sweep> {
    let default = || {
        if is_hops || by_weights {
            return Sweep::default();
        }
        let (from, to, per_decade) = DEFAULT_RANGE;
        range(from.max(least), to.max(least), per_decade, services)
    };
    let Some(field) = top.get("sweep") else { return Some(default()) };
    let fields = Fields::new(field.sink, field.node, "`[sweep]`")?;
    let mut sweep = None;
    let mut fine = true;
    let mut axes = Vec::new();
    for (entry, field) in fields.every() {
        if entry.key == "services" {
            if by_weights {
                let issue = field
                    .key_place
                    .issue("`services` is swept, but the popularity has weights for one number of services");
                field.sink.add(issue.hint("use `{ zipf = 1.0 }`, which fits any number"));
            }
            match services_axis(&field, services, least) {
                Some(axis) => sweep = Some(axis),
                None => fine = false,
            }
        } else {
            fine &= axis(&entry.key, &field, &mut axes).is_some();
        }
    }
    if !fine {
        return None;
    }
    let sweep = sweep.unwrap_or_else(default);
    Some(Sweep { axes, ..sweep })
}

/// A number of services with which every service is there that an event is about: a point without it would silently go without the
/// event, and be compared with points that have it.
fn enough(field: &Field<'_>, number: u32, least: u32) -> Option<u32> {
    if number >= least {
        return Some(number);
    }
    let issue = field.refusal(format!("an event is about service {least}, which so few services do not have"));
    field
        .sink
        .add(issue.hint(format!("begin with {least} services, or let the event be about `\"*\"`, every service")));
    None
}

fn services_axis(field: &Field<'_>, services: u32, least: u32) -> Option<Sweep> {
    if let Value::Table(_) = field.node.value {
        let fields = field.table()?;
        let from = fields.get("from").map_or(Some(least), |f| enough(&f, f.small(1)?, least));
        let to_field = fields.require("to", "the largest number of services, as `3000`");
        let to = to_field.as_ref().and_then(|f| f.small(1));
        let per_decade = fields.get("per_decade").map_or(Some(8), |f| f.count(1..=100));
        fields.finish();
        let (from, to, per_decade) = (from?, to?, u32::try_from(per_decade?).ok()?);
        if from >= to {
            return to_field?.refuse(format!("it must be above `from`, which is {from}"));
        }
        return Some(range(from, to, per_decade, services));
    }
    let mut numbers: Vec<u32> = Vec::new();
    for item in field.list()? {
        let number = enough(&item, item.small(1)?, least)?;
        if numbers.last().is_some_and(|last| *last >= number) {
            return item.refuse("numbers of services must rise");
        }
        numbers.push(number);
    }
    if numbers.len() > MOST_VALUES {
        return field.refuse("an axis may have at most 1,000 values");
    }
    Some(Sweep { services: numbers, refine: false, per_decade: None, axes: Vec::new() })
}

/// Whole numbers spaced evenly in the logarithm, with both ends and the operating point among them.
fn range(from: u32, to: u32, per_decade: u32, services: u32) -> Sweep {
    let mut numbers = vec![from, to];
    if (from..=to).contains(&services) {
        numbers.push(services);
    }
    let steps = libm::ceil(libm::log10(f64::from(to) / f64::from(from)) * f64::from(per_decade)) as u32;
    for step in 0..steps {
        let number = f64::from(from) * libm::pow(10.0, f64::from(step) / f64::from(per_decade));
        numbers.push((number.round() as u32).clamp(from, to));
    }
    numbers.sort_unstable();
    numbers.dedup();
    Sweep { services: numbers, refine: true, per_decade: Some(per_decade), axes: Vec::new() }
}

/// A further axis, or several where dotted keys were written without quotes.
fn axis(name: &str, field: &Field<'_>, axes: &mut Vec<Axis>) -> Option<()> {
    match &field.node.value {
        Value::Table(table) => {
            let mut fine = true;
            for Entry { key, key_place, node } in &table.entries {
                let name = format!("{name}.{key}");
                let inner = Field { sink: field.sink, name: name.clone(), key_place, node };
                fine &= axis(&name, &inner, axes).is_some();
            }
            return fine.then_some(());
        }
        Value::List(_) => {}
        _ => {
            let issue = field.refusal("an axis is a list of values");
            field.sink.add(issue.hint("as `\"workload.rate_per_service\" = [\"25/s\", \"100/s\"]`"));
            return None;
        }
    }
    let items = field.list()?;
    if items.len() > MOST_VALUES {
        field.sink.add(
            field.key_place.issue(format!("`{name}` has {} values, but an axis may have at most 1,000", items.len())),
        );
        return None;
    }
    let values: Vec<Option<AxisValue>> = items
        .iter()
        .enumerate()
        .map(|(i, item)| axis_value(item.node, i).or_else(|| item.refuse("a value of an axis is no list and no table")))
        .collect();
    axes.push(Axis { field: name.to_string(), values: values.into_iter().collect::<Option<_>>()? });
    Some(())
}

/// A scalar as an axis value; `index` is its number where it has none.
pub(super) fn axis_value(node: &Node, index: usize) -> Option<AxisValue> {
    let toml = node.scalar_toml()?;
    let (number, unit) = match &node.value {
        Value::Integer(number) => (*number as f64, String::new()),
        Value::Float(number) => (*number, String::new()),
        Value::Text(text) => number_and_unit(text).unwrap_or((index as f64, String::new())),
        _ => (index as f64, String::new()),
    };
    Some(AxisValue { toml, number, unit })
}

/// `"25/s"` as 25 and `/s`; `None` for text that begins with no number.
pub(super) fn number_and_unit(text: &str) -> Option<(f64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_'))).unwrap_or(text.len());
    let number: f64 = text[..end].replace('_', "").parse().ok()?;
    Some((number, text[end..].trim().to_string()))
}

/// `[saturation]`: `services` from 1, or the `least` that events need, to 3000 unless it says otherwise.
pub(super) fn saturation(top: &Fields<'_>, names: &Names, least: u32) -> Option<Option<Saturation>> {
    let Some(field) = top.get("saturation") else { return Some(None) };
    let fields = Fields::new(field.sink, field.node, "`[saturation]`")?;
    let vary = fields.get("vary").map_or(Some("services"), |f| f.text())?;
    let is_services = vary == "services";
    let (from, to) = (fields.get("from"), fields.get("to"));
    let hold = fields.get("hold").map_or(Some(Vec::new()), |f| f.list_of(|item| condition(item, names)));
    fields.finish();
    let end = |field: &Option<Field<'_>>, key: &str, default: u32| match field {
        None if is_services => {
            Some(AxisValue { toml: default.to_string(), number: f64::from(default), unit: String::new() })
        }
        None => {
            let issue = fields.place.issue(format!("`{key}` is missing"));
            top.sink.add(issue.hint(format!("the ends of `{vary}`: add `from` and `to`")));
            None
        }
        Some(field) if is_services => {
            let number = enough(field, field.small(1)?, least)?;
            Some(AxisValue { toml: number.to_string(), number: f64::from(number), unit: String::new() })
        }
        Some(field) => match axis_value(field.node, 0) {
            Some(value) if !matches!(field.node.value, Value::Boolean(_) | Value::Instant(_)) => Some(value),
            _ => field.refuse("it must be a number or a quantity with its unit"),
        },
    };
    let (first, last) = (end(&from, "from", DEFAULT_RANGE.0.max(least)), end(&to, "to", DEFAULT_RANGE.1));
    let (first, last) = (first?, last?);
    if first.unit != last.unit {
        return to?.refuse(format!("it must have the unit of `from`, which is {}", first.toml));
    }
    if first.number >= last.number || first.number.is_nan() {
        let field = to.or(from)?;
        return field.refuse(format!("`from` must be below `to`: they are {} and {}", first.toml, last.toml));
    }
    Some(Some(Saturation { vary: vary.to_string(), from: first, to: last, hold: hold? }))
}

/// Every value that an axis of the scenario gives to a field, to be tried once. The numbers of services are known to fit.
pub(super) fn fields_used(root: &Node, scenario: &Scenario) -> Vec<Trial> {
    let mut trials = Vec::new();
    if let Some(saturation) = scenario.saturation.as_ref().filter(|saturation| saturation.vary != "services") {
        for (key, value) in [("from", &saturation.from), ("to", &saturation.to)] {
            if let Some(node) = path::find(root, &format!("saturation.{key}")) {
                trials.push(Trial {
                    field: saturation.vary.clone(),
                    toml: value.toml.clone(),
                    place: node.place.clone(),
                });
            }
        }
    }
    for axis in &scenario.sweep.axes {
        let keys = [format!("sweep.{}", quoted(&axis.field)), format!("sweep.{}", axis.field)];
        let Some(list) = keys.iter().find_map(|key| path::find(root, key)) else { continue };
        let Value::List(items) = &list.value else { continue };
        for (value, node) in axis.values.iter().zip(items) {
            trials.push(Trial { field: axis.field.clone(), toml: value.toml.clone(), place: node.place.clone() });
        }
    }
    trials
}
