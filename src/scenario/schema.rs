//! The JSON Schema of a scenario file, for completion and checks in editors. It mirrors the format; reading does not use it.

mod changing;
mod laws;
mod measured;
mod system;
mod tables;

/// The schema as JSON text, draft 2020-12, ending in a line feed. A copy is kept at `scenarios/scenario.schema.json`.
#[must_use]
pub fn json() -> String {
    let schema = schemars::schema_for!(tables::Scenario);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::Value;

    use super::json;

    #[test]
    fn the_committed_copy_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/scenario.schema.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == json(), "stale: `gatecap schema > scenarios/scenario.schema.json`");
    }

    /// The tables and keys of `node` that the schema does not know.
    fn unknown(node: &toml::Value, schema: &Value, root: &Value, path: &str, missing: &mut Vec<String>) {
        let schema = resolve(schema, root);
        match node {
            toml::Value::Array(items) => {
                for item in items {
                    unknown(item, &schema["items"], root, path, missing);
                }
            }
            toml::Value::Table(table) => {
                for (key, value) in table {
                    let known = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
                    match known {
                        Some(Value::Bool(false)) | None => missing.push(format!("{path}.{key}")),
                        Some(known) => unknown(value, known, root, &format!("{path}.{key}"), missing),
                    }
                }
            }
            _ => {}
        }
    }

    /// Follows references, and takes of alternatives the one with fields.
    fn resolve<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
            return resolve(&root["$defs"][name], root);
        }
        let alternatives = schema["anyOf"].as_array().into_iter().flatten();
        let mut best = alternatives.map(|one| resolve(one, root));
        best.find(|one| one.get("properties").is_some()).unwrap_or(schema)
    }

    #[test]
    fn it_knows_every_key_of_the_default_scenario() {
        let root: Value = serde_json::from_str(&json()).unwrap();
        let file: toml::Value = toml::from_str(crate::scenario::init::text()).unwrap();
        let mut missing = Vec::new();
        unknown(&file, &root, &root, "", &mut missing);
        assert!(missing.is_empty(), "{missing:?}");
    }
}
