//! What an expression of a plan refers to: from references such as `aws_lb.main.arn`, `var.listener_arn`, `module.net.link_id` to
//! the resources that will be there, through the inputs and outputs of modules.

use std::collections::BTreeSet;

use super::address::{Step, longest, plain, split_modules, steps};
use super::context::Context;
use super::item::{Item, View};
use crate::import::node::Node;

/// References followed one into another.
const DEEPEST: usize = 64;
/// References followed for one value.
const MOST: usize = 2_000;

/// Attributes of a wanted type that name another thing of that type.
const LEADS_ON: [&str; 2] = ["parent_id", "root_resource_id"];

/// What a reference leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    /// An item of a wanted type, by its index.
    Item(usize),
    /// The root resource of a REST API, by the index of the API.
    Root(usize),
    /// A value that is known.
    Text(String),
}

/// Where a reference is written.
#[derive(Clone, Debug)]
struct Scope<'a> {
    document: usize,
    modules: Vec<Step>,
    /// The index of the resource or module call that the expression belongs to.
    key: Option<String>,
    /// The resource or module call itself, for its `for_each_expression`.
    owner: Option<&'a Node>,
}

/// A search for what references lead to.
pub(super) struct Search<'c, 'a> {
    context: &'c Context<'a>,
    want: &'c [&'c str],
    /// What was found, in the order of the references, each once.
    pub found: Vec<Found>,
    /// Why some led nowhere.
    pub reasons: Vec<String>,
    seen: BTreeSet<(Vec<Step>, Option<String>, String)>,
    pushed: BTreeSet<Found>,
}

impl<'c, 'a> Search<'c, 'a> {
    /// What the references of a value lead to: items of the types `want`, or texts.
    pub fn of(context: &'c Context<'a>, item: &Item<'a>, view: View<'_>, want: &'c [&'c str]) -> Search<'c, 'a> {
        let mut search = Search {
            context,
            want,
            found: Vec::new(),
            reasons: Vec::new(),
            seen: BTreeSet::new(),
            pushed: BTreeSet::new(),
        };
        let references: Vec<&str> = if context.spend(1) { view.references() } else { Vec::new() };
        search.all(&scope(item), &references, &[], 0);
        search
    }

    /// The items that were found.
    pub fn items(&self) -> Vec<usize> {
        let items =
            self.found.iter().filter_map(|found| if let Found::Item(index) = found { Some(*index) } else { None });
        items.collect()
    }

    /// The texts that were found.
    pub fn texts(&self) -> Vec<&String> {
        self.found.iter().filter_map(|found| if let Found::Text(text) = found { Some(text) } else { None }).collect()
    }

    fn push(&mut self, found: Found) {
        if self.pushed.insert(found.clone()) {
            self.found.push(found);
        }
    }

    fn fail(&mut self, reason: String) {
        if self.reasons.len() < 3 && !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    /// Follows the references of one expression; `tail` is what is taken of their value.
    fn all(&mut self, scope: &Scope<'a>, references: &[&str], tail: &[Step], depth: usize) {
        let keyed =
            references.iter().any(|reference| reference.starts_with("each.") || reference.starts_with("count."));
        for reference in longest(references) {
            let named = format!("{reference}{}", tail.iter().map(|step| format!(".{}", step.name)).collect::<String>());
            let spent = !self.context.spend(1) || self.found.len() >= MOST;
            if depth >= DEEPEST || self.seen.len() >= MOST || spent {
                self.fail(format!(
                    "`{reference}` is more than {DEEPEST} references away, or there are too many of them"
                ));
                return;
            }
            if !self.seen.insert((scope.modules.clone(), scope.key.clone(), named)) {
                continue;
            }
            let steps: Vec<Step> = steps(reference).into_iter().chain(tail.iter().cloned()).collect();
            match steps[0].name.as_str() {
                "var" => self.variable(scope, &steps, depth),
                "module" => self.output(scope, steps, depth),
                "each" => self.each(scope, &steps, depth),
                "local" => self.fail(format!("`{reference}` is a local value, which a plan does not hold")),
                "count" | "path" | "self" | "terraform" => {}
                _ => self.resource(scope, &steps, reference, (keyed, depth)),
            }
        }
    }

    fn expression(&mut self, scope: &Scope<'a>, expression: Option<&'a Node>, tail: &[Step], depth: usize) -> bool {
        let Some(expression) = expression else { return false };
        if let Some(value) = expression.get("constant_value") {
            return self.value(value, tail);
        }
        let list = expression.get("references").and_then(Node::list).unwrap_or_default();
        let references: Vec<&str> = list.iter().filter_map(Node::text).collect();
        self.all(scope, &references, tail, depth + 1);
        !references.is_empty()
    }

    /// Takes a known value, or the part of it that the steps lead to.
    fn value(&mut self, value: &Node, tail: &[Step]) -> bool {
        let mut node = value;
        for step in tail {
            let Some(below) = node.get(&step.name) else { return false };
            node = below;
            if let Some(key) = &step.key {
                let entry = || node.list()?.get(key.parse::<usize>().ok()?);
                let Some(below) = node.get(key).or_else(entry) else { return false };
                node = below;
            }
        }
        let texts: Vec<&str> = match node.list() {
            Some(entries) => entries.iter().filter_map(Node::text).collect(),
            None => node.text().into_iter().collect(),
        };
        texts.iter().filter(|text| !text.is_empty()).for_each(|text| self.push(Found::Text((*text).to_string())));
        !texts.is_empty()
    }

    fn variable(&mut self, scope: &Scope<'a>, steps: &[Step], depth: usize) {
        let Some(Step { name, key }) = steps.get(1) else { return };
        // An index right behind the name is one more step into the value.
        let mut tail: Vec<Step> = key.iter().map(|key| Step { name: key.clone(), key: None }).collect();
        tail.extend_from_slice(&steps[2..]);
        let configuration = self.context.configuration(scope.document);
        let path = plain(&scope.modules);
        let default = configuration.module(&path).and_then(|module| module.find(&["variables", name, "default"]));
        let known = match scope.modules.split_last() {
            None => {
                let stated = configuration.variables.and_then(|variables| variables.find(&[name, "value"]));
                stated.or(default).is_some_and(|value| self.value(value, &tail))
            }
            Some((last, parents)) => {
                let call = configuration.call(&path);
                let outside =
                    Scope { document: scope.document, modules: parents.to_vec(), key: last.key.clone(), owner: call };
                let given = call.and_then(|call| call.find(&["expressions", name]));
                self.expression(&outside, given, &tail, depth)
                    || (given.is_none() && default.is_some_and(|value| self.value(value, &tail)))
            }
        };
        if !known {
            self.fail(format!("variable `{name}` has no value that could be read"));
        }
    }

    fn output(&mut self, scope: &Scope<'a>, steps: Vec<Step>, depth: usize) {
        let (called, rest) = split_modules(steps);
        let (Some(called), Some(output)) = (called.first(), rest.first()) else { return };
        let mut modules = scope.modules.clone();
        modules.push(called.clone());
        let configuration = self.context.configuration(scope.document);
        let Some(module) = configuration.module(&plain(&modules)) else {
            self.fail(format!("there is no module `{}`", called.name));
            return;
        };
        // `module.net[each.key].id`: the instance with the same index, where there is one; otherwise all instances.
        if let Some(last) = modules.last_mut().filter(|last| last.key.is_none()) {
            last.key.clone_from(&scope.key);
        }
        if !self.context.has_module(scope.document, &modules)
            && let Some(last) = modules.last_mut()
        {
            last.key.clone_from(&called.key);
        }
        let inside = Scope { document: scope.document, modules, key: None, owner: None };
        let expression = module.find(&["outputs", &output.name, "expression"]);
        if !self.expression(&inside, expression, &rest[1..], depth) {
            self.fail(format!("module `{}` has no output `{}` that could be read", called.name, output.name));
        }
    }

    /// `each.value`: what `for_each` goes over, at the same index; `each.key` is the index itself and refers to nothing.
    fn each(&mut self, scope: &Scope<'a>, steps: &[Step], depth: usize) {
        if steps.get(1).is_none_or(|step| step.name != "value") {
            return;
        }
        let over = scope.owner.and_then(|owner| owner.get("for_each_expression"));
        let key = scope.key.iter().map(|key| Step { name: key.clone(), key: None });
        let tail: Vec<Step> = key.chain(steps[2..].iter().cloned()).collect();
        if !self.expression(scope, over, &tail, depth) {
            self.fail("what `each.value` stands for could not be read".into());
        }
    }

    fn resource(&mut self, scope: &Scope<'a>, steps: &[Step], reference: &str, (keyed, depth): (bool, usize)) {
        let data = steps[0].name == "data";
        let [kind, name, rest @ ..] = &steps[usize::from(data)..] else { return };
        let context = self.context;
        let kind = super::item::canonical(&kind.name);
        let resource = format!("{}{kind}.{}", if data { "data." } else { "" }, name.name);
        let all = |key: Option<&str>| context.instances(scope.document, &scope.modules, &resource, key);
        let (mut meant, mut rest) = (Vec::new(), rest);
        if let Some(key) = &name.key {
            meant = all(Some(key));
        } else {
            if let Some(first) = rest.first() {
                // What `each.value` stands for: the index comes as a step of its own.
                meant = all(Some(&first.name));
                rest = if meant.is_empty() { rest } else { &rest[1..] };
            }
            if let (Some(key), true, true) = (&scope.key, keyed, meant.is_empty()) {
                meant = all(Some(key));
            }
            if meant.is_empty() {
                meant = all(None);
            }
        }
        if !context.spend(meant.len()) {
            meant.clear();
        }
        if meant.is_empty() {
            self.fail(format!("there is no `{reference}` in the plan"));
        }
        for index in meant {
            if self.want.contains(&kind.as_str())
                && rest.first().is_none_or(|step| !LEADS_ON.contains(&step.name.as_str()))
            {
                self.push(Found::Item(index));
            } else if let Some(attribute) = rest.first() {
                self.attribute(index, &attribute.name, depth);
            }
        }
    }

    /// A value of another resource, which may lead on to a wanted one: `aws_api_gateway_method.get.resource_id`.
    fn attribute(&mut self, index: usize, name: &str, depth: usize) {
        let context = self.context;
        let item = &context.items[index];
        if name == "root_resource_id" && self.want.contains(&"aws_api_gateway_resource") {
            self.push(Found::Root(index));
            return;
        }
        let view = item.get(name);
        if view.value.is_some() && !view.is_unknown() {
            let one = view.text().map(|text| vec![text.to_string()]);
            one.unwrap_or_else(|| view.texts()).into_iter().for_each(|text| self.push(Found::Text(text)));
            return;
        }
        let references = view.references();
        if references.is_empty() {
            self.fail(format!("`{}.{name}` {}", item.address, view.why()));
        }
        self.all(&scope(item), &references, &[], depth + 1);
    }
}

/// The scope of a resource's own expressions.
fn scope<'a>(item: &Item<'a>) -> Scope<'a> {
    Scope { document: item.document, modules: item.modules.clone(), key: item.key.clone(), owner: item.config }
}
