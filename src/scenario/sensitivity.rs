//! `[sensitivity]`: which inputs a sweep varies at the operating point to see what would change the answer.

use super::decode::Trial;
use super::fields::{Field, Fields};
use super::path;
use super::run::MOST_REQUESTS;
use super::sweep::axis_value;
use super::tree::Node;
use super::types::{AxisValue, Scenario};

/// Inputs that a scenario may name.
const MOST_INPUTS: usize = 100;

/// What says how a system is simulated, and not what it is: the seed, the title, and the tables that these prefixes begin.
const NOT_OF_THE_SYSTEM: [&str; 6] = ["seed", "title", "run.", "sweep.", "saturation.", "sensitivity."];

/// `[sensitivity]`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Sensitivity {
    /// Whether a sweep varies its inputs; `None`: where options are compared, or inputs named, in a steady state.
    pub enabled: Option<bool>,
    /// Measured requests of a replication; `None`: the program chooses, but no more than a point of the sweep has.
    pub requests: Option<u64>,
    /// Inputs named by the user, in order; those of weak evidence are varied beside them.
    pub inputs: Vec<VariedInput>,
}

/// A scalar field with two values to try, one at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct VariedInput {
    /// Dotted name of the field.
    pub field: String,
    /// One end.
    pub low: AxisValue,
    /// The other end, above `low` where both are numbers.
    pub high: AxisValue,
}

/// `[sensitivity]` with its defaults.
pub(super) fn sensitivity(top: &Fields<'_>) -> Option<Sensitivity> {
    let Some(field) = top.get("sensitivity") else { return Some(Sensitivity::default()) };
    let fields = Fields::new(field.sink, field.node, "`[sensitivity]`")?;
    let enabled = fields.get("enabled").map(|f| f.boolean());
    let requests = fields.get("requests").map(|f| f.count(1..=MOST_REQUESTS));
    let inputs = fields.get("inputs").map_or(Some(Vec::new()), |f| inputs(&f));
    fields.finish();
    // A key that is there must be right.
    let (enabled, requests) =
        (enabled.map_or(Some(None), |e| e.map(Some)), requests.map_or(Some(None), |r| r.map(Some)));
    Some(Sensitivity { enabled: enabled?, requests: requests?, inputs: inputs? })
}

fn inputs(field: &Field<'_>) -> Option<Vec<VariedInput>> {
    let items = field.list()?;
    if items.len() > MOST_INPUTS {
        return field.fault(format!("has {} entries, but may have at most {MOST_INPUTS}", items.len()));
    }
    let mut all: Vec<VariedInput> = Vec::new();
    for item in &items {
        let input = input(item)?;
        if all.iter().any(|known| known.field == input.field) {
            return item.fault(format!("varies `{}` a second time", input.field));
        }
        all.push(input);
    }
    Some(all)
}

fn input(item: &Field<'_>) -> Option<VariedInput> {
    const EXAMPLE: &str = "as `{ field = \"network.connection_reuse\", low = 0.5, high = 0.99 }`";
    let fields = item.table()?;
    let name = fields.require("field", EXAMPLE);
    let (low, high) = (fields.require("low", EXAMPLE), fields.require("high", EXAMPLE));
    fields.finish();
    let name = name.and_then(|f| {
        let name = f.text()?;
        match NOT_OF_THE_SYSTEM.iter().find(|part| name.trim().starts_with(**part)) {
            Some(_) => f.refuse("it says how the system is simulated, which is no input of it"),
            None => Some(name),
        }
    });
    let end = |field: Option<Field<'_>>, index: usize| {
        let field = field?;
        axis_value(field.node, index).or_else(|| field.refuse("an end of an input is no list and no table"))
    };
    let place = high.as_ref().map(|f| f.node.place.clone());
    let (low, high) = (end(low, 0), end(high, 1));
    let (name, low, high) = (name?, low?, high?);
    let wrong = if low.unit != high.unit {
        Some("it must have the unit of")
    } else if low.number >= high.number {
        Some("it must be above")
    } else {
        None
    };
    if let (Some(wrong), Some(place)) = (wrong, place) {
        let message = format!("the `high` of `{name}` is {}, but {wrong} its `low`, which is {}", high.toml, low.toml);
        item.sink.add(place.issue(message));
        return None;
    }
    Some(VariedInput { field: name.to_string(), low, high })
}

/// Both ends of every input that the scenario names, to be tried once.
pub(super) fn ends_used(root: &Node, scenario: &Scenario) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (i, input) in scenario.sensitivity.inputs.iter().enumerate() {
        for (key, value) in [("low", &input.low), ("high", &input.high)] {
            if let Some(node) = path::find(root, &format!("sensitivity.inputs.{i}.{key}")) {
                let (field, toml) = (input.field.clone(), value.toml.clone());
                trials.push(Trial { field, toml, place: node.place.clone() });
            }
        }
    }
    trials
}
