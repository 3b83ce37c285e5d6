//! Intrinsic functions, worked out from what the files hold and nothing else. What they cannot know they name and give a reason for.

use super::stack::World;
use super::value::Part;
use super::{DEPTH, LIST, TEXT, TOO_LARGE, Truth, Value};
use crate::import::node::{Node, Value as Plain};

/// What dynamic references begin with.
const DYNAMIC: &str = "{{resolve:";

/// Whether a key of a table names a function.
pub(super) fn is_function(key: &str) -> bool {
    key == "Ref" || key.starts_with("Fn::")
}

impl World<'_> {
    /// What `node` is worth in a stack.
    pub(super) fn value(&self, stack: usize, node: &Node, depth: usize) -> Value {
        if depth > DEPTH || !self.spend(1) {
            return Value::unknown("TooLarge", TOO_LARGE);
        }
        match &node.value {
            Plain::Null => Value::Absent,
            Plain::Text(text) if text.contains(DYNAMIC) => bounded(vec![Part::Text(text.clone())]),
            Plain::Text(_) | Plain::Number(_) | Plain::Bool(_) => Value::known(node.text().unwrap_or_default()),
            Plain::List(entries) => {
                let values = entries.iter().map(|entry| self.value(stack, entry, depth + 1));
                Value::List(values.filter(|value| !value.is_absent()).collect())
            }
            Plain::Table(pairs) => match pairs.as_slice() {
                [(name, argument)] if is_function(name) => {
                    self.charged(self.function(stack, name, argument, depth + 1))
                }
                _ => {
                    let values = pairs.iter().map(|(key, node)| (key.clone(), self.value(stack, node, depth + 1)));
                    Value::Table(values.filter(|(_, value)| !value.is_absent()).collect())
                }
            },
        }
    }

    /// What a function of a stack gives.
    fn function(&self, stack: usize, name: &str, argument: &Node, depth: usize) -> Value {
        let bare = name.strip_prefix("Fn::").unwrap_or(name);
        let entries = argument.list().unwrap_or_default();
        let worth = |node: &Node| self.value(stack, node, depth + 1);
        match (bare, entries) {
            ("Ref", _) => match worth(argument).text() {
                Some(target) => self.named(stack, &target, depth),
                None => Value::unknown("Ref", "`Ref` needs a name"),
            },
            ("GetAtt", _) => self.attribute(stack, argument, depth),
            ("Sub", [text, variables]) => self.sub(stack, text, Some(variables), depth),
            ("Sub", []) | ("Sub", [_]) => self.sub(stack, entries.first().unwrap_or(argument), None, depth),
            ("Join", [delimiter, list]) => join(&worth(delimiter), &worth(list)),
            ("Select", [index, list]) => select(&worth(index), &worth(list)),
            ("Split", [delimiter, text]) => split(&worth(delimiter), &worth(text)),
            ("FindInMap", [map, top, second, rest @ ..]) if rest.len() <= 1 => {
                let keys = [map, top, second].map(worth);
                let default = rest.first().and_then(|options| options.get("DefaultValue"));
                self.in_map(stack, &keys, default, depth)
            }
            ("If", [condition, yes, no]) => self.choose(stack, condition, yes, no, depth),
            ("ImportValue", _) => self.import(&worth(argument), depth),
            ("Base64", _) => match worth(argument).text() {
                Some(text) => bounded(vec![Part::Text(base64(text.as_bytes()))]),
                None => Value::unknown("Base64", "a part of the text is not known"),
            },
            ("GetAZs", _) => Value::unknown("GetAZs", "which zones a Region has is known only where the stack runs"),
            ("Cidr", _) => Value::unknown("Cidr", "blocks of addresses are not worked out"),
            ("Length", _) => match worth(argument) {
                Value::List(entries) => Value::known(entries.len().to_string()),
                other => Value::unknown("Length", other.why().unwrap_or("`Fn::Length` needs a list")),
            },
            ("ToJsonString", _) => match self.json(stack, argument, depth) {
                Some(json) => bounded(vec![Part::Text(json.to_string())]),
                None => Value::unknown("ToJsonString", "a part of the value is not known"),
            },
            ("Transform", _) => Value::unknown("Transform", "a macro runs only where the stack is made"),
            _ => Value::unknown(bare, format!("`{name}` is not used as CloudFormation has it")),
        }
    }

    /// `Fn::If`: the branch that holds. Of branches that cannot be told apart the one that is there or, where the other is a text,
    /// nothing; structures take the first, with a note.
    fn choose(&self, stack: usize, condition: &Node, yes: &Node, no: &Node, depth: usize) -> Value {
        let Some(name) = condition.text() else {
            return Value::unknown("If", "`Fn::If` names no condition");
        };
        let why = match self.condition(stack, name, depth + 1) {
            Truth::Yes => return self.value(stack, yes, depth + 1),
            Truth::No => return self.value(stack, no, depth + 1),
            Truth::Open(why) => why,
        };
        let values = [yes, no].map(|node| self.value(stack, node, depth + 1));
        let line = condition.line.or(yes.line);
        match values {
            [first, second] if first == second => first,
            [Value::Text(_), Value::Text(_)] => {
                Value::unknown(&format!("If {name}"), format!("condition `{name}` is not decided: {why}"))
            }
            [first, second] => {
                let text = format!("condition `{name}` is not decided ({why}), what it would add is taken as there");
                self.infer(stack, line, text);
                if first.is_absent() { second } else { first }
            }
        }
    }

    /// `Fn::GetAtt`, as `Resource.Attribute` or as a list.
    fn attribute(&self, stack: usize, argument: &Node, depth: usize) -> Value {
        let names = match argument.list() {
            Some([resource, attribute]) => {
                let [resource, attribute] = [resource, attribute].map(|node| self.value(stack, node, depth + 1));
                resource.text().zip(attribute.text())
            }
            Some(_) => None,
            None => self.value(stack, argument, depth + 1).text().and_then(|text| {
                text.split_once('.').map(|(resource, attribute)| (resource.to_string(), attribute.to_string()))
            }),
        };
        match names {
            Some((resource, attribute)) => self.attribute_of(stack, &resource, &attribute, depth),
            None => Value::unknown("GetAtt", "`Fn::GetAtt` needs a resource and an attribute"),
        }
    }

    /// `Fn::Sub`, with its variables where it has some.
    fn sub(&self, stack: usize, text: &Node, variables: Option<&Node>, depth: usize) -> Value {
        let Some(text) = text.text() else {
            return Value::unknown("Sub", "`Fn::Sub` needs a text");
        };
        let variables = variables.and_then(Node::table).unwrap_or_default();
        let mut worked_out: Vec<Option<Value>> = vec![None; variables.len()];
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(end) = rest[start..].find('}') else { break };
            let name = rest[start + 2..start + end].trim();
            parts.push(Part::Text(rest[..start].to_string()));
            let value = if let Some(literal) = name.strip_prefix('!') {
                Value::known(format!("${{{literal}}}"))
            } else if let Some(index) = variables.iter().position(|(key, _)| key == name) {
                let slot = &mut worked_out[index];
                slot.get_or_insert_with(|| self.value(stack, &variables[index].1, depth + 1)).clone()
            } else if name.starts_with("stageVariables.") {
                // Meant for API Gateway and not escaped; CloudFormation would refuse it, and it can mean one thing only.
                Value::known(format!("${{{name}}}"))
            } else if let Some((resource, attribute)) = name.split_once('.') {
                self.attribute_of(stack, resource, attribute, depth)
            } else {
                self.named(stack, name, depth)
            };
            match value {
                Value::Text(inner) => parts.extend(inner),
                _ => parts.push(Part::Unknown { shown: format!("${{{name}}}"), why: format!("`{name}` is no text") }),
            }
            rest = &rest[start + end + 1..];
            if !self.spend(1) || length(&parts) > TEXT {
                break;
            }
        }
        parts.push(Part::Text(rest.to_string()));
        bounded(parts)
    }

    /// `Fn::FindInMap`. Where a key is not known, as the Region is not, the value that all keys share.
    fn in_map(&self, stack: usize, keys: &[Value; 3], default: Option<&Node>, depth: usize) -> Value {
        let shown = |key: &Value| key.shown().unwrap_or_default();
        let [name, top, second] = keys;
        let Some(map) = name.text().and_then(|name| self.stacks[stack].template.find(&["Mappings", &name])) else {
            return Value::unknown("FindInMap", format!("mapping `{}` is not in the template", shown(name)));
        };
        fn at<'n>(table: &'n Node, key: &Value) -> Vec<&'n Node> {
            match key.text() {
                Some(key) => table.get(&key).into_iter().collect(),
                None => table.table().unwrap_or_default().iter().map(|(_, node)| node).collect(),
            }
        }
        let found: Vec<&Node> = at(map, top).into_iter().flat_map(|table| at(table, second)).collect();
        self.spend(found.len() as u64);
        let alike = found.windows(2).all(|pair| pair[0].value == pair[1].value);
        let value = match found.first() {
            Some(node) if alike => return self.value(stack, node, depth + 1),
            Some(_) => {
                let key = if top.text().is_none() { top } else { second };
                format!("`{}`, a key of mapping `{}`, is known only where the stack runs", shown(key), shown(name))
            }
            None => format!("mapping `{}` has no `{}`, `{}`", shown(name), shown(top), shown(second)),
        };
        match default {
            Some(node) if found.is_empty() => self.value(stack, node, depth + 1),
            _ => Value::unknown("FindInMap", value),
        }
    }

    /// A value as JSON, with numbers and truth values as they stand; `None` where a part is not known.
    fn json(&self, stack: usize, node: &Node, depth: usize) -> Option<serde_json::Value> {
        use serde_json::Value as Json;
        if depth > DEPTH || !self.spend(1) {
            return None;
        }
        match &node.value {
            Plain::Null => Some(Json::Null),
            Plain::Bool(truth) => Some(Json::Bool(*truth)),
            Plain::Number(number) => serde_json::from_str(number).ok().or_else(|| Some(Json::String(number.clone()))),
            Plain::Text(text) => Some(Json::String(text.clone())),
            Plain::List(entries) => entries.iter().map(|entry| self.json(stack, entry, depth + 1)).collect(),
            Plain::Table(pairs) => match pairs.as_slice() {
                [(name, _)] if is_function(name) => match self.value(stack, node, depth + 1) {
                    Value::Text(parts) => Value::Text(parts).text().map(Json::String),
                    Value::Absent => Some(Json::Null),
                    other => self.json(stack, &other.node(), depth + 1),
                },
                _ => {
                    let values =
                        pairs.iter().map(|(key, node)| Some((key.clone(), self.json(stack, node, depth + 1)?)));
                    Some(Json::Object(values.collect::<Option<_>>()?))
                }
            },
        }
    }
}

/// Bytes of a text as it is shown.
fn length(parts: &[Part]) -> usize {
    let bytes = parts.iter().map(|part| match part {
        Part::Text(text) => text.len(),
        Part::Resource(target) => target.shown.len(),
        Part::Unknown { shown, .. } => shown.len(),
    });
    bytes.sum()
}

/// A text of these pieces, neighbours joined, or unknown where it is longer than `TEXT`.
fn bounded(parts: Vec<Part>) -> Value {
    if length(&parts) > TEXT {
        return Value::unknown("TooLong", format!("a text is longer than {TEXT} bytes"));
    }
    let mut joined: Vec<Part> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
            (_, part) => joined.push(part),
        }
    }
    if joined.iter().any(|part| matches!(part, Part::Text(text) if text.contains(DYNAMIC))) {
        joined = joined.into_iter().flat_map(dynamic).collect();
    }
    joined.retain(|part| *part != Part::Text(String::new()));
    if joined.is_empty() { Value::known("") } else { Value::Text(joined) }
}

/// A piece with its dynamic references as pieces of their own: what they stand for is looked up where the stack runs.
fn dynamic(part: Part) -> Vec<Part> {
    let Part::Text(text) = &part else { return vec![part] };
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(DYNAMIC) {
        let Some((name, after)) = after.split_once("}}") else { break };
        let why = format!("`{DYNAMIC}{name}}}}}` is looked up where the stack runs");
        // Neither colons nor slashes, so that the placeholder can stand for a host in a URI.
        let shown = format!("${{{}}}", name.replace([':', '/'], "."));
        parts.extend([Part::Text(before.to_string()), Part::Unknown { shown, why }]);
        rest = after;
    }
    parts.push(Part::Text(rest.to_string()));
    parts
}

fn join(delimiter: &Value, list: &Value) -> Value {
    let Some(delimiter) = delimiter.text() else {
        return Value::unknown("Join", "the delimiter of `Fn::Join` is not known");
    };
    let mut parts = Vec::new();
    let mut bytes = 0;
    for (index, entry) in list.entries().iter().enumerate() {
        if index > 0 {
            parts.push(Part::Text(delimiter.clone()));
        }
        match entry {
            Value::Text(inner) => parts.extend(inner.iter().cloned()),
            _ => return Value::unknown("Join", "an entry of `Fn::Join` is no text"),
        }
        bytes += delimiter.len() + length(if let Value::Text(inner) = entry { inner } else { &[] });
        if bytes > TEXT + delimiter.len() {
            break;
        }
    }
    bounded(parts)
}

fn select(index: &Value, list: &Value) -> Value {
    let Some(at) = index.whole() else {
        let why = index.why().unwrap_or("its index is no whole number from 0");
        return Value::unknown("Select", why.to_string());
    };
    match list {
        Value::List(entries) => entries.get(at as usize).cloned().unwrap_or_else(|| {
            Value::unknown(
                "Select",
                format!("`Fn::Select` takes entry {at} of a list of {}, counted from 0", entries.len()),
            )
        }),
        Value::Text(_) if list.text().is_none() => list.part_of(&at.to_string()),
        _ => Value::unknown("Select", "`Fn::Select` needs a list"),
    }
}

/// Splits at delimiters that are known; a text that is one unknown piece stays one.
fn split(delimiter: &Value, text: &Value) -> Value {
    let Some(delimiter) = delimiter.text().filter(|delimiter| !delimiter.is_empty()) else {
        return Value::unknown("Split", "the delimiter of `Fn::Split` is not known or empty");
    };
    let Value::Text(parts) = text else {
        return Value::unknown("Split", "`Fn::Split` needs a text");
    };
    let mut pieces: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        let Part::Text(known) = part else {
            if let Some(piece) = pieces.last_mut() {
                piece.push(part.clone());
            }
            continue;
        };
        for (index, word) in known.split(delimiter.as_str()).enumerate() {
            if index > 0 {
                pieces.push(Vec::new());
            }
            if let Some(piece) = pieces.last_mut() {
                piece.push(Part::Text(word.to_string()));
            }
            if pieces.len() > LIST {
                return Value::unknown("Split", format!("a list is longer than {LIST} entries"));
            }
        }
    }
    if pieces.len() == 1 && text.text().is_none() {
        // One opaque piece: how many entries it has is not known.
        return Value::Text(parts.clone());
    }
    Value::List(pieces.into_iter().map(bounded).collect())
}

/// The list that a text stands for where a parameter takes lists: its entries between commas, without the spaces around them.
pub(super) fn at_commas(text: &Value) -> Value {
    let mut value = split(&Value::known(","), text);
    if let Value::List(entries) = &mut value {
        for parts in
            entries.iter_mut().filter_map(|entry| if let Value::Text(parts) = entry { Some(parts) } else { None })
        {
            if let Some(Part::Text(first)) = parts.first_mut() {
                *first = first.trim_start().to_string();
            }
            if let Some(Part::Text(last)) = parts.last_mut() {
                *last = last.trim_end().to_string();
            }
            // A space before a resource is no part of its name. What is empty alone is an entry all the same.
            if parts.len() > 1 {
                parts.retain(|part| *part != Part::Text(String::new()));
            }
        }
    }
    value
}

/// Base64 of RFC 4648, section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let value = (word >> (18 - 6 * digit)) & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    text
}
