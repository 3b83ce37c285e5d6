//! What names mean in a stack: parameters, resources and their attributes, outputs of nested stacks, exports of other stacks.

use super::stack::{Memo, World};
use super::value::{Part, Target};
use super::{Truth, Value, functions};
use crate::import::estate::Id;
use crate::import::node::{Node, Origin};

impl World<'_> {
    /// Whether a resource or output is there, by its condition.
    pub(super) fn present(&self, stack: usize, node: &Node) -> Truth {
        self.fresh();
        self.present_at(stack, node, 0)
    }

    /// The same in the middle of a value.
    fn present_at(&self, stack: usize, node: &Node, depth: usize) -> Truth {
        let condition = node.get("Condition").and_then(Node::text);
        condition.map_or(Truth::Yes, |condition| self.condition(stack, condition, depth + 1))
    }

    /// A resource of a stack and its place.
    pub(super) fn resource(&self, stack: usize, name: &str) -> Option<(&Node, Origin)> {
        let stack = &self.stacks[stack];
        let resources = stack.template.get("Resources")?.table()?;
        let (_, node) = resources.get(*stack.resources.get(name)?)?;
        Some((node, Origin::file(&stack.file).at("Resources", None).at(name, node.line)))
    }

    /// The id of a resource.
    pub(super) fn id(&self, stack: usize, name: &str) -> Id {
        let stack = &self.stacks[stack];
        let by = stack.parent.as_ref().filter(|_| stack.repeated);
        let by = by.map(|(parent, name)| format!("@{}.{name}", self.stacks[*parent].label));
        Id(format!("{}#{name}{}", stack.file, by.unwrap_or_default()))
    }

    /// How a resource, or an attribute of it, stands in texts: `${Alb.DNSName}`, with the stack where the name alone is not unique.
    pub(super) fn shown(&self, stack: usize, name: &str, attribute: Option<&str>) -> String {
        let place = &self.stacks[stack];
        let qualified = place.repeated || self.shared_names.contains(name);
        let label = if qualified { format!("{}.", place.label) } else { String::new() };
        format!("${{{label}{name}{}}}", attribute.map(|attribute| format!(".{attribute}")).unwrap_or_default())
    }

    /// What `Ref` gives.
    pub(super) fn named(&self, stack: usize, name: &str, depth: usize) -> Value {
        match name {
            "AWS::NoValue" => return Value::Absent,
            _ if name.starts_with("AWS::") => {
                return Value::unknown(name, format!("`{name}` is known only where the stack runs"));
            }
            _ => {}
        }
        if self.stacks[stack].template.find(&["Parameters", name]).is_some() {
            return self.parameter(stack, name, depth);
        }
        self.target(stack, name, None, depth)
    }

    /// A resource of the stack as a value.
    fn target(&self, stack: usize, name: &str, attribute: Option<&str>, depth: usize) -> Value {
        let known = match self.resource(stack, name) {
            Some((node, _)) if self.present_at(stack, node, depth) == Truth::No => {
                return Value::unknown(name, format!("`{name}` is left out by its condition"));
            }
            Some(_) => true,
            None => matches!(name, "ServerlessRestApi" | "ServerlessHttpApi"),
        };
        if !known {
            return Value::unknown(name, format!("`{name}` is not in the template"));
        }
        let shown = self.shown(stack, name, attribute);
        Value::Text(vec![Part::Resource(Target {
            id: self.id(stack, name),
            attribute: attribute.map(str::to_string),
            shown,
        })])
    }

    /// What `Fn::GetAtt` gives: outputs of nested stacks, and names of attributes.
    pub(super) fn attribute_of(&self, stack: usize, name: &str, attribute: &str, depth: usize) -> Value {
        let child = self.children.get(&(stack, name.to_string()));
        match (child, attribute.strip_prefix("Outputs.")) {
            (Some(&child), Some(output)) => self.output(child, output, depth),
            (None, Some(_)) if self.stacks[stack].resources.contains_key(name) => {
                let why = if self.is_lost(stack, name) { "is not among the files" } else { "is left out" };
                let why = format!("the template of nested stack `{name}` {why}");
                Value::unknown(&format!("{name}.{attribute}"), why)
            }
            _ => self.target(stack, name, Some(attribute), depth),
        }
    }

    /// The value of an output.
    fn output(&self, stack: usize, name: &str, depth: usize) -> Value {
        let place = &self.stacks[stack];
        match place.outputs.borrow().get(name) {
            Some(Memo::Known(value)) => return self.charged(value.clone()),
            Some(Memo::Asked) => return Value::unknown(name, format!("output `{name}` asks for itself")),
            None => {}
        }
        let Some(node) = place.template.find(&["Outputs", name, "Value"]) else {
            return Value::unknown(name, format!("`{}` has no output `{name}`", place.file));
        };
        place.outputs.borrow_mut().insert(name.to_string(), Memo::Asked);
        let value = self.value(stack, node, depth + 1);
        place.outputs.borrow_mut().insert(name.to_string(), Memo::Known(value.clone()));
        value
    }

    /// What `Fn::ImportValue` gives: an export of the same name or, where both names begin with what only the account knows, the
    /// only one that ends alike.
    pub(super) fn import(&self, name: &Value, depth: usize) -> Value {
        let Some(shown) = name.shown() else {
            return Value::unknown("ImportValue", "`Fn::ImportValue` needs a text");
        };
        if let Some((_, stack, output)) = self.exports.iter().find(|(export, ..)| *export == shown) {
            return self.output(*stack, output, depth);
        }
        let alike = |export: &str| {
            let known_end = |open: &str, other: &str| {
                after_placeholder(open).is_some_and(|end| end.len() > 1 && other.ends_with(end))
            };
            known_end(export, &shown) || known_end(&shown, export)
        };
        let mut found = self.exports.iter().filter(|(export, ..)| alike(export));
        match (found.next(), found.next()) {
            (Some((export, stack, output)), None) => {
                self.infer(*stack, None, format!("`Fn::ImportValue` of `{shown}` is taken as the export `{export}`"));
                self.output(*stack, output, depth)
            }
            _ => {
                let why = name.why().map_or_else(|| format!("no file exports `{shown}`"), str::to_string);
                Value::unknown(shown.trim_start_matches("${").trim_end_matches('}'), why)
            }
        }
    }

    /// The value of a parameter: what the stack around gives, what the caller gave, the default.
    fn parameter(&self, stack: usize, name: &str, depth: usize) -> Value {
        let place = &self.stacks[stack];
        match place.parameters.borrow().get(name) {
            Some(Memo::Known(value)) => return self.charged(value.clone()),
            Some(Memo::Asked) => return Value::unknown(name, format!("parameter `{name}` asks for itself")),
            None => {}
        }
        place.parameters.borrow_mut().insert(name.to_string(), Memo::Asked);
        let value = self.parameter_value(stack, name, depth);
        place.parameters.borrow_mut().insert(name.to_string(), Memo::Known(value.clone()));
        self.charged(value)
    }

    fn parameter_value(&self, stack: usize, name: &str, depth: usize) -> Value {
        let place = &self.stacks[stack];
        let declared = place.template.find(&["Parameters", name]);
        let kind = declared.and_then(|node| node.get("Type")).and_then(Node::text).unwrap_or("String");
        let passed = place.parent.as_ref().and_then(|(parent, child)| {
            let node = self.resource(*parent, child)?.0.find(&["Properties", "Parameters", name])?;
            Some(self.value(*parent, node, depth + 1)).filter(|value| !value.is_absent())
        });
        let given = || self.given.get(name).map(|text| Value::known(text.as_str()));
        let default = || declared.and_then(|node| node.get("Default")).map(|node| self.value(stack, node, depth + 1));
        let value = match passed.or_else(given).or_else(default) {
            None | Some(Value::Absent) => return Value::unknown(name, format!("parameter `{name}` has no default")),
            Some(value) => value,
        };
        if kind.starts_with("AWS::SSM::Parameter::Value") && value.text().is_some() {
            return Value::unknown(name, format!("parameter `{name}` stands in Systems Manager"));
        }
        let list = kind.starts_with("List<") || kind == "CommaDelimitedList";
        if list && matches!(value, Value::Text(_)) { functions::at_commas(&value) } else { value }
    }

    /// Names that were given for parameters that no template has.
    pub(super) fn given_in_vain(&self) -> Vec<String> {
        let has = |name: &str| self.stacks.iter().any(|stack| stack.template.find(&["Parameters", name]).is_some());
        self.given.keys().filter(|name| !has(name)).cloned().collect()
    }

    /// Whether the template of a nested stack is not among the files.
    pub(super) fn is_lost(&self, stack: usize, name: &str) -> bool {
        let key = (stack, name.to_string());
        !self.children.contains_key(&key) && !self.refused.contains(&key)
    }
}

/// What follows the placeholder that a text begins with.
fn after_placeholder(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.split_once('}').map(|(_, end)| end)
}
