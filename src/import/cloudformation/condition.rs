//! Conditions of a template: true, false, or not to be decided from the files. A condition that asks for itself is not decided.

use super::stack::{Memo, World};
use super::{DEPTH, TOO_LARGE, Value};
use crate::import::node::Node;

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Not to be known; why, ready to follow a colon.
    Open(String),
}

impl Truth {
    fn of(holds: bool) -> Truth {
        if holds { Truth::Yes } else { Truth::No }
    }

    fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            open @ Truth::Open(_) => open,
        }
    }
}

impl World<'_> {
    /// Whether the condition `name` of a stack holds.
    pub(super) fn condition(&self, stack: usize, name: &str, depth: usize) -> Truth {
        let place = &self.stacks[stack];
        match place.conditions.borrow().get(name) {
            Some(Memo::Known(truth)) => return truth.clone(),
            Some(Memo::Asked) => return Truth::Open(format!("condition `{name}` asks for itself")),
            None => {}
        }
        let Some(node) = place.template.find(&["Conditions", name]) else {
            return Truth::Open(format!("condition `{name}` is not in the template"));
        };
        place.conditions.borrow_mut().insert(name.to_string(), Memo::Asked);
        let truth = self.truth(stack, node, depth + 1);
        place.conditions.borrow_mut().insert(name.to_string(), Memo::Known(truth.clone()));
        truth
    }

    /// Whether what stands in a condition holds.
    fn truth(&self, stack: usize, node: &Node, depth: usize) -> Truth {
        if depth > DEPTH || !self.spend(1) {
            return Truth::Open(TOO_LARGE.to_string());
        }
        if let Some(holds) = node.boolean() {
            return Truth::of(holds);
        }
        let Some([(function, argument)]) = node.table() else {
            return Truth::Open("a condition is no condition function".to_string());
        };
        let entries = argument.list().unwrap_or(std::slice::from_ref(argument));
        match (function.as_str(), entries) {
            ("Condition", _) => match argument.text() {
                Some(name) => self.condition(stack, name, depth + 1),
                None => Truth::Open("`Condition` names none".to_string()),
            },
            ("Fn::Not", [inner]) => self.truth(stack, inner, depth + 1).not(),
            ("Fn::And", [_, ..]) => self.all(stack, entries, &Truth::No, depth),
            ("Fn::Or", [_, ..]) => self.all(stack, entries, &Truth::Yes, depth),
            ("Fn::Equals", [left, right]) => {
                let [left, right] = [left, right].map(|side| self.value(stack, side, depth + 1));
                equal(&left, &right)
            }
            ("Fn::If" | "Ref" | "Fn::FindInMap", _) => {
                let value = self.value(stack, node, depth + 1);
                let why = || value.why().unwrap_or("a condition is no truth value").to_string();
                value.boolean().map_or_else(|| Truth::Open(why()), Truth::of)
            }
            _ => Truth::Open(format!("`{function}` of {} entries is no condition", entries.len())),
        }
    }

    /// `Fn::And` and `Fn::Or`: `decides` is the truth that one entry is enough for.
    fn all(&self, stack: usize, entries: &[Node], decides: &Truth, depth: usize) -> Truth {
        let mut open = None;
        for entry in entries {
            match self.truth(stack, entry, depth + 1) {
                truth if truth == *decides => return truth,
                Truth::Open(why) => open = open.or(Some(Truth::Open(why))),
                _ => {}
            }
        }
        open.unwrap_or_else(|| decides.clone().not())
    }
}

/// Whether two values are equal; texts with the same unknown pieces are.
fn equal(left: &Value, right: &Value) -> Truth {
    if left == right && !left.is_absent() {
        return Truth::Yes;
    }
    match (left.text(), right.text()) {
        (Some(left), Some(right)) => Truth::of(left == right),
        _ if matches!((left, right), (Value::List(_) | Value::Table(_), _) | (_, Value::List(_) | Value::Table(_))) => {
            Truth::Open("lists are compared".to_string())
        }
        _ => {
            let pseudo = |value: &Value| value.shown().filter(|_| value.text().is_none());
            let why = left.why().or(right.why()).map(str::to_string);
            let shown = || pseudo(left).or_else(|| pseudo(right)).unwrap_or_default();
            Truth::Open(why.unwrap_or_else(|| format!("`{}` is known only where the stack runs", shown())))
        }
    }
}
