//! What a node of a template is worth once its functions are worked out: known text, another resource, or unknown with a reason,
//! alone or in lists and tables.

use crate::import::estate::{Id, Reference};
use crate::import::node::{Node, Value as Plain};

/// One piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Known.
    Text(String),
    /// A resource or an attribute of one.
    Resource(Target),
    /// Not to be known from the files.
    Unknown {
        /// How it stands in texts, as `${VpcId}`.
        shown: String,
        /// Why, ready to follow a colon.
        why: String,
    },
}

/// A resource as another names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Its id over all files.
    pub(super) id: Id,
    /// The attribute asked for; `None`: the resource itself, as `Ref` gives it.
    pub(super) attribute: Option<String>,
    /// How it stands in texts, as `${PrivateNlb.DNSName}`.
    pub(super) shown: String,
}

/// The worth of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// `AWS::NoValue`, `null`, or nothing there.
    Absent,
    /// A text of one or more pieces; numbers and truth values are texts here, as CloudFormation has it.
    Text(Vec<Part>),
    /// A list without absent entries.
    List(Vec<Value>),
    /// A table without absent entries.
    Table(Vec<(String, Value)>),
}

impl Value {
    /// A known text.
    pub(super) fn known(text: impl Into<String>) -> Value {
        Value::Text(vec![Part::Text(text.into())])
    }

    /// Something that cannot be known; `name` is shown as `${name}`.
    pub(super) fn unknown(name: &str, why: impl Into<String>) -> Value {
        Value::Text(vec![Part::Unknown { shown: format!("${{{name}}}"), why: why.into() }])
    }

    /// The text, where all of it is known.
    pub(super) fn text(&self) -> Option<String> {
        let Value::Text(parts) = self else { return None };
        let mut text = String::new();
        for part in parts {
            let Part::Text(piece) = part else { return None };
            text.push_str(piece);
        }
        Some(text)
    }

    /// The text with `${Name}` where it is not known; `None` for lists and tables.
    pub(super) fn shown(&self) -> Option<String> {
        let Value::Text(parts) = self else { return None };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Resource(Target { shown, .. }) | Part::Unknown { shown, .. } => text.push_str(shown),
            }
        }
        Some(text)
    }

    /// Why it is not known: the reason of its first unknown piece that is no pseudo parameter, `None` where there is no such piece.
    pub(super) fn why(&self) -> Option<&str> {
        let Value::Text(parts) = self else { return None };
        parts.iter().find_map(|part| match part {
            Part::Unknown { shown, why } if !shown.starts_with("${AWS::") => Some(why.as_str()),
            _ => None,
        })
    }

    /// A finite number.
    pub(super) fn number(&self) -> Option<f64> {
        self.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A whole number from 0 to 4,294,967,295.
    pub(super) fn whole(&self) -> Option<u32> {
        let number = self.number()?;
        (number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0).then_some(number as u32)
    }

    /// A truth value in any case.
    pub(super) fn boolean(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The value at a key of a table; absent for everything else.
    pub(super) fn get(&self, key: &str) -> &Value {
        let Value::Table(pairs) = self else { return &Value::Absent };
        pairs.iter().find(|(name, _)| name == key).map_or(&Value::Absent, |(_, value)| value)
    }

    /// The entries of a list; a lone value counts as a list of one, as CloudFormation often takes it.
    pub(super) fn entries(&self) -> &[Value] {
        match self {
            Value::Absent => &[],
            Value::List(entries) => entries,
            other => std::slice::from_ref(other),
        }
    }

    /// Whether nothing is there.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }

    /// The only resource among its pieces.
    pub(super) fn target(&self) -> Option<&Target> {
        let Value::Text(parts) = self else { return None };
        let mut targets =
            parts.iter().filter_map(|part| if let Part::Resource(target) = part { Some(target) } else { None });
        let first = targets.next()?;
        targets.next().is_none().then_some(first)
    }

    /// All resources among its pieces.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target> {
        let parts: &[Part] = if let Value::Text(parts) = self { parts } else { &[] };
        parts.iter().filter_map(|part| if let Part::Resource(target) = part { Some(target) } else { None })
    }

    /// What it names: the one resource in it (alone, or in an ARN or path that is built around it), a text, or nothing known.
    pub(super) fn reference(&self) -> Reference {
        if let Some(target) = self.target() {
            return Reference::To(target.id.clone());
        }
        if let Some(why) = self.why() {
            return Reference::Unknown(why.to_string());
        }
        match self {
            Value::Text(_) => Reference::Named(self.shown().unwrap_or_default()),
            Value::Absent => Reference::Unknown("it is not stated".to_string()),
            Value::List(_) => Reference::Unknown("a list stands where a name is expected".to_string()),
            Value::Table(_) => Reference::Unknown("a table stands where a name is expected".to_string()),
        }
    }

    /// The same as a node; what is not known stands in it as `${Name}`.
    pub(super) fn node(&self) -> Node {
        Node::made(match self {
            Value::Absent => Plain::Null,
            Value::Text(_) => Plain::Text(self.shown().unwrap_or_default()),
            Value::List(entries) => Plain::List(entries.iter().map(Value::node).collect()),
            Value::Table(pairs) => Plain::Table(pairs.iter().map(|(key, value)| (key.clone(), value.node())).collect()),
        })
    }

    /// The entry `index` of something whose entries are not known, as `${SubnetIds[0]}`.
    pub(super) fn part_of(&self, index: &str) -> Value {
        let shown = self.shown().unwrap_or_default();
        let inner = shown.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).unwrap_or(&shown);
        let why = self.why().map_or_else(|| format!("it is a part of `{shown}`"), str::to_string);
        Value::unknown(&format!("{inner}[{index}]"), why)
    }
}
