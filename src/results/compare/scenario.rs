//! What differs between two resolved scenarios, field by field. It knows TOML, and nothing of what the fields mean.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// A field that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Dotted name as `--set` takes it; elements of a list by their `name`, else by their number from 0.
    pub key: String,
    /// Its value in A as TOML; null where A does not state it.
    pub a: Option<String>,
    /// Its value in B as TOML; null where B does not state it.
    pub b: Option<String>,
}

/// The fields that differ, in the order of A and then those that only B states; none where a text is not TOML.
#[must_use]
pub fn changes(a: &str, b: &str) -> Option<Vec<Change>> {
    let (a, b) = (fields(a)?, fields(b)?);
    let value = |fields: &[(String, String)], key: &str| {
        fields.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    };
    let only_b = b.iter().filter(|(key, _)| value(&a, key).is_none());
    let keys = a.iter().chain(only_b).map(|(key, _)| key);
    let change = |key: &String| Change { key: key.clone(), a: value(&a, key), b: value(&b, key) };
    Some(keys.map(change).filter(|change| change.a != change.b).collect())
}

fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let table: Table = text.parse().ok()?;
    let mut fields = Vec::new();
    of_table(&table, "", &mut fields);
    Some(fields)
}

fn of_table(table: &Table, path: &str, fields: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let key = if key.contains('.') { format!("\"{key}\"") } else { key.clone() };
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        of_value(value, path, fields);
    }
}

fn of_value(value: &Value, path: String, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Table(table) => of_table(table, &path, fields),
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_table) => {
            for (i, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Value::as_str).map_or_else(|| i.to_string(), str::to_string);
                of_value(item, format!("{path}.{name}"), fields);
            }
        }
        value => fields.push((path, value.to_string())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_by_the_names_that_set_takes() {
        let a = "seed = 1\n[workload]\nrate = \"50/s\"\n[[hop]]\nname = \"x\"\nservers = 2\n";
        let b = "seed = 1\n[workload]\nrate = \"60/s\"\n[[hop]]\nname = \"x\"\nservers = 2\npatience = \"1s\"\n";
        let change = |key: &str, a: Option<&str>, b: Option<&str>| Change {
            key: key.into(),
            a: a.map(str::to_string),
            b: b.map(str::to_string),
        };
        let expected = [
            change("workload.rate", Some("\"50/s\""), Some("\"60/s\"")),
            change("hop.x.patience", None, Some("\"1s\"")),
        ];
        assert_eq!(changes(a, b).unwrap(), expected);
        assert_eq!(changes(a, a).unwrap(), []);
        assert_eq!(changes(a, "= 1"), None);
    }
}
