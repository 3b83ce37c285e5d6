//! Prices that are not those of the tables: `[[price]]` of a scenario, and files of the same shape as the program's own table.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::fields::{Field, Fields, Sink};
use super::resolved::Lines;
use super::tree::{self, float_toml, quoted};
use super::written::list;
use crate::aws::prices::{self, Price, Tier};
use crate::issue::{Issues, SourceFile, nearest};

/// Prices by id.
pub type Prices = BTreeMap<String, Price>;

/// The prices of a file's text; `shown` is the file's name in messages, and the source of its rows that name none.
///
/// # Errors
/// Text that is no TOML, or everything that is wrong with its rows, each at its place.
pub fn read(text: &str, shown: &Path) -> Result<Prices, Issues> {
    let source = Arc::new(SourceFile { path: shown.to_path_buf(), text: text.into() });
    let root = tree::parse(&source)?;
    let sink = Sink::default();
    let name = shown.file_name().map_or_else(|| "a file".into(), |name| name.to_string_lossy().into_owned());
    let mut found = Prices::new();
    if let Some(fields) = Fields::new(&sink, &root, "a prices file") {
        for key in ["updated", "region"] {
            fields.get(key).map(|field| field.prose());
        }
        match fields.require("price", "rows, as `price = [{ id = \"alb.hour\", tiers = [{ price = 0.0252 }] }]`") {
            Some(field) => found = rows(&field, &name),
            None => return Err(sink.into_issues(shown)),
        }
        fields.finish();
    }
    if sink.is_empty() { Ok(found) } else { Err(sink.into_issues(shown)) }
}

/// `[[price]]` of a scenario.
pub(super) fn stated(top: &Fields<'_>) -> Prices {
    top.get("price").map(|field| rows(&field, "the scenario")).unwrap_or_default()
}

fn rows(field: &Field<'_>, from: &str) -> Prices {
    let mut found = Prices::new();
    for item in field.list().unwrap_or_default() {
        let Some(price) = row(&item, from) else { continue };
        if found.contains_key(&price.id) {
            item.sink.add(item.issue(format!("`{}` has a price already", price.id)).hint("keep one of the two"));
        }
        found.insert(price.id.clone(), price);
    }
    found
}

fn row(item: &Field<'_>, from: &str) -> Option<Price> {
    let fields = Fields::new(item.sink, item.node, "`[[price]]`")?;
    let known = fields.require("id", "prices are referred to by id, as `id = \"alb.hour\"`").and_then(|f| known(&f));
    let tiers = fields.require("tiers", "US$ a unit, as `tiers = [{ price = 0.0252 }]`").and_then(|f| tiers(&f));
    let text = |key: &'static str| fields.get(key).map(|f| f.prose().unwrap_or_default());
    let (name, unit, source, date, grade) = (text("name"), text("unit"), text("source"), text("date"), text("grade"));
    let everywhere = fields.get("everywhere").and_then(|f| f.boolean());
    fields.finish();
    let known = known?;
    Some(Price {
        id: known.id.clone(),
        name: name.unwrap_or_else(|| known.name.clone()),
        unit: unit.unwrap_or_else(|| known.unit.clone()),
        tiers: tiers?,
        everywhere: everywhere.unwrap_or(known.everywhere),
        source: source.unwrap_or_else(|| from.into()),
        date: date.unwrap_or_default(),
        grade: grade.unwrap_or_else(|| "yours".into()),
    })
}

/// The table's row of the id that stands here.
fn known(id: &Field<'_>) -> Option<&'static Price> {
    let text = id.text()?;
    let row = prices::row(text);
    if row.is_none() {
        let ids = || prices::all().iter().map(|price| price.id.as_str());
        let issue = id.issue(format!("`{}` is not the id of a price", tree::shorten(text)));
        id.sink.add(match nearest(text, ids()) {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue.hint(format!("prices are {}", super::fields::listing(ids()))),
        });
    }
    row
}

/// Tiers whose ends rise, the last one without an end. An empty list is a price that is not known.
fn tiers(field: &Field<'_>) -> Option<Vec<Tier>> {
    if matches!(&field.node.value, tree::Value::List(items) if items.is_empty()) {
        return Some(Vec::new());
    }
    let items = field.list()?;
    let read: Vec<Tier> = items.iter().map(tier).collect::<Option<_>>()?;
    for (i, tier) in read.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|before| read[before].to);
        let last = i + 1 == read.len();
        match (before, tier.to) {
            (Some(before), Some(to)) if to <= before => {
                return items[i]
                    .fault(format!("ends at {to}, but the tier before it ends at {before}: ends must rise"));
            }
            (_, None) if !last => return items[i].fault("has no `to`, but only the last tier goes on for ever"),
            (_, Some(_)) if last => return items[i].fault("is the last tier and ends: leave its `to` out"),
            _ => {}
        }
    }
    Some(read)
}

fn tier(item: &Field<'_>) -> Option<Tier> {
    let fields = item.table()?;
    let amount = |f: Field<'_>| f.number(|x| (0.0..=1e12).contains(&x), "it must be a number of 0 or more");
    let before = item.sink.count();
    let to = fields.get("to").and_then(|f| f.number(|x| x > 0.0, "it must be a number above 0"));
    let price = fields.require("price", "US$ a unit, as `price = 0.0252`").and_then(amount);
    let (low, high) = (fields.get("low").map(amount), fields.get("high").map(amount));
    fields.finish();
    if item.sink.count() > before {
        return None;
    }
    let tier = Tier { to, price: price?, low: low.flatten(), high: high.flatten() };
    if tier.low.is_some_and(|low| low > tier.price) || tier.high.is_some_and(|high| high < tier.price) {
        return item.fault("has a `price` that does not lie between its `low` and `high`");
    }
    Some(tier)
}

/// Prices as `[[price]]` tables, for the resolved scenario.
pub(super) fn write(lines: &mut Lines, prices: &Prices) {
    let tier = |tier: &Tier| {
        let parts = [("to", tier.to), ("price", Some(tier.price)), ("low", tier.low), ("high", tier.high)];
        let stated = parts.iter().filter_map(|(key, value)| Some(format!("{key} = {}", float_toml((*value)?))));
        format!("{{ {} }}", stated.collect::<Vec<_>>().join(", "))
    };
    for price in prices.values() {
        lines.header("[[price]]");
        for (key, text) in [("id", &price.id), ("name", &price.name), ("unit", &price.unit)] {
            lines.line(key, quoted(text));
        }
        lines.line("tiers", list(price.tiers.iter().map(tier)));
        lines.line("everywhere", price.everywhere);
        for (key, text) in [("source", &price.source), ("date", &price.date), ("grade", &price.grade)] {
            lines.line(key, quoted(text));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn message(rows: &str) -> String {
        let issues = read(&format!("price = [{rows}]\n"), Path::new("p.toml")).unwrap_err();
        let issue = &issues[0];
        format!("{} ? {}", issue.message, issue.hint.clone().unwrap_or_default())
    }

    #[test]
    fn the_programs_own_table_is_a_prices_file() {
        let found = read(include_str!("../aws/data/prices.toml"), Path::new("prices.toml")).unwrap();
        assert_eq!(found.len(), prices::all().len());
        assert_eq!(Some(&found["api.rest"]), prices::row("api.rest"));
    }

    #[test]
    fn a_row_needs_its_id_and_tiers_only() {
        let found = read("price = [{ id = \"alb.hour\", tiers = [{ price = 0.03 }] }]", Path::new("a/p.toml")).unwrap();
        let price = &found["alb.hour"];
        assert_eq!((price.unit.as_str(), price.source.as_str(), price.grade.as_str()), ("hour", "p.toml", "yours"));
    }

    #[test]
    fn wrong_rows_are_told_what_is_allowed() {
        for (rows, wanted) in [
            ("{ id = \"alb.hours\", tiers = [] }", "`alb.hours` is not the id of a price ? did you mean `alb.hour`?"),
            ("{ id = \"alb.hour\", tiers = [{ price = -1 }] }", "is -1, but it must be a number of 0 or more"),
            ("{ id = \"alb.hour\" }", "`tiers` is missing"),
            (
                "{ id = \"alb.hour\", tiers = [{ to = 5, price = 1 }, { to = 5, price = 1 }, { price = 1 }] }",
                "ends must rise",
            ),
            ("{ id = \"alb.hour\", tiers = [{ price = 1 }, { price = 1 }] }", "only the last tier goes on for ever"),
            ("{ id = \"alb.hour\", tiers = [{ to = 5, price = 1 }] }", "leave its `to` out"),
            ("{ id = \"alb.hour\", tiers = [{ price = 1, low = 2 }] }", "does not lie between"),
            ("{ id = \"alb.hour\", tiers = [] }, { id = \"alb.hour\", tiers = [] }", "has a price already"),
        ] {
            let found = message(rows);
            assert!(found.contains(wanted), "{found}");
        }
        assert!(read("prices = 1\n", Path::new("p.toml")).is_err());
    }
}
