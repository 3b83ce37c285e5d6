//! sensitivity.csv: a row for each input, end, option and metric.

use super::{optional, table, three};
use crate::results::{Effect, InputEnd, Results, VariedInput};

const HEADER: [&str; 14] = [
    "input",
    "unit",
    "grade",
    "default",
    "end",
    "number",
    "metric",
    "option",
    "value",
    "value_low",
    "value_high",
    "difference",
    "difference_low",
    "difference_high",
];

/// What each end of each input does to each option, in ms; the rows of all inputs at once have `together` as their input, and `fast` or
/// `slow` as their end.
#[must_use]
pub fn sensitivity(results: &Results) -> String {
    let Some(found) = &results.sensitivity else { return table(&HEADER, std::iter::empty()) };
    let all = VariedInput { name: "together".into(), ..VariedInput::default() };
    let ends = found.inputs.iter().flat_map(|input| [(input, "low", &input.low), (input, "high", &input.high)]);
    let together = ["fast", "slow"].into_iter().zip(&found.together).map(|(name, end)| (&all, name, end));
    table(
        &HEADER,
        ends.chain(together)
            .flat_map(|(input, name, end)| end.effects.iter().map(move |effect| row(input, name, end, effect))),
    )
}

fn row(input: &VariedInput, name: &str, end: &InputEnd, effect: &Effect) -> Vec<String> {
    let mut row =
        vec![input.name.clone(), input.unit.clone(), input.grade.clone(), optional(input.number), name.into()];
    row.extend([optional(end.number), effect.metric.clone(), effect.option.clone().unwrap_or_default()]);
    row.extend(three(&effect.at_end));
    row.extend(three(&effect.difference));
    row
}
