//! Addresses as Terraform writes them, taken apart: `module.web["a"].aws_lb.main[0].arn`.

use crate::import::node::Node;

/// One part of an address between dots, with its index where it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// The name.
    pub name: String,
    /// The index without brackets and quotes; `None` where there is none, or all are meant (`[*]`).
    pub key: Option<String>,
}

/// Splits an address at the dots outside brackets. Text that is no address gives steps that match nothing.
pub(super) fn steps(address: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = Step::default();
    let mut rest = address.chars();
    while let Some(c) = rest.next() {
        match c {
            '.' => steps.push(std::mem::take(&mut step)),
            '[' => {
                let key = bracket(&mut rest);
                step.key = Some(key).filter(|key| key != "*");
            }
            _ => step.name.push(c),
        }
    }
    steps.push(step);
    steps
}

/// The index after an opening bracket, up to the closing one outside quotes.
fn bracket(rest: &mut std::str::Chars<'_>) -> String {
    let (mut key, mut quoted) = (String::new(), false);
    while let Some(c) = rest.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => key.extend(rest.next()),
            ']' if !quoted => break,
            _ => key.push(c),
        }
    }
    key
}

/// The modules that an address leads through, and the steps after them.
pub(super) fn split_modules(steps: Vec<Step>) -> (Vec<Step>, Vec<Step>) {
    let mut modules = Vec::new();
    let mut rest = steps.into_iter().peekable();
    while rest.peek().is_some_and(|step| step.name == "module" && step.key.is_none()) {
        rest.next();
        modules.extend(rest.next());
    }
    (modules, rest.collect())
}

/// The modules of a module's address, as `module.a.module.b[0]`; none for the root.
pub(super) fn modules(address: &str) -> Vec<Step> {
    if address.is_empty() { Vec::new() } else { split_modules(steps(address)).0 }
}

/// Names of modules without their indexes: how the configuration knows them.
pub(super) fn plain(modules: &[Step]) -> Vec<String> {
    modules.iter().map(|step| step.name.clone()).collect()
}

/// An index as Terraform writes it behind an address: `[0]`, `["orders"]`; empty for none.
pub(super) fn index(key: Option<&Node>) -> String {
    match key.map(|key| (&key.value, key.text())) {
        Some((crate::import::node::Value::Text(text), _)) => format!("[\"{text}\"]"),
        Some((_, Some(number))) => format!("[{number}]"),
        _ => String::new(),
    }
}

/// Of references as a plan lists them (`aws_lb.main.arn`, `aws_lb.main`) those that no longer one repeats.
pub(super) fn longest<'a>(references: &[&'a str]) -> Vec<&'a str> {
    let mut kept: Vec<&'a str> = Vec::new();
    for reference in references {
        let repeats = |longer: &&str| {
            longer.strip_prefix(reference).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        if !kept.iter().any(repeats) {
            kept.push(reference);
        }
    }
    kept
}
