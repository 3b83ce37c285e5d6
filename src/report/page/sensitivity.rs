//! The section "What would change the answer": each input's ends and effects, orders that turn, ceilings that move.

use serde::Serialize;

use crate::report::number;
use crate::report::sensitivity::{Turn, effect, ends, metric, order, place, sentence, signed, turns};
use crate::report::verdict::Verdict;
use crate::results::{InputEnd, Results, Sensitivity, VariedInput};

/// The section; without rows where no inputs were varied.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Study {
    /// What was done.
    pub done: String,
    /// Whose latency the columns are about: `option 1`; empty without options.
    pub whose: String,
    /// An input a row.
    pub rows: Vec<Row>,
    /// Orders of options that turn, most important first.
    pub turns: Vec<String>,
    /// What is said where none does.
    pub settled: String,
    /// All inputs at once, a sentence for each side.
    pub together: Vec<String>,
    /// Ceilings and conditions.
    pub ends: Vec<String>,
}

/// An input.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Row {
    /// For people.
    pub input: String,
    /// Evidence grade.
    pub grade: String,
    /// As the scenario stands.
    pub value: String,
    /// Low end.
    pub low: String,
    /// High end.
    pub high: String,
    /// Changes of p99 at the low and the high end, ms.
    pub p99: (String, String),
    /// Changes of the mean.
    pub mean: (String, String),
    /// Where an order of options turns, or that none does.
    pub turns: String,
}

pub(super) fn study(results: &Results, verdict: Option<&Verdict<'_>>) -> Study {
    let Some(found) = &results.sensitivity else { return Study::default() };
    let chosen = verdict.map(|verdict| verdict.chosen.unwrap_or(0));
    let option = chosen.map(|index| results.options[index].name.as_str());
    let turning = turns(results, chosen.map(|index| index + 1));
    let rows = found.inputs.iter().map(|input| row(&turning, input, option)).collect();
    let turns: Vec<String> = turning.iter().map(|turn| format!("{}.", sentence(turn))).collect();
    let settled = if turns.is_empty() && results.options.len() > 1 {
        "No input, within its range, turns an order of options that is decided as the scenario stands.".to_string()
    } else {
        String::new()
    };
    Study {
        done: done(results, found),
        whose: chosen.map(|index| format!("option {}", index + 1)).unwrap_or_default(),
        rows,
        turns,
        settled,
        together: found.together.iter().filter_map(|end| together(results, found, end, option)).collect(),
        ends: ends(found, results),
    }
}

fn done(results: &Results, found: &Sensitivity) -> String {
    let inputs = number::numbered(found.inputs.len(), "input", "inputs");
    let length = if found.requests > 0 {
        format!(" of {} measured requests", number::fixed(found.requests as f64, 0))
    } else {
        String::new()
    };
    let runs = number::numbered(found.runs as usize, "system", "systems");
    let replications = number::numbered(found.replications as usize, "replication", "replications");
    let orders = if results.options.len() > 1 {
        " Intervals of orders hold for all pairs of options at one end at once, not for all inputs together."
    } else {
        ""
    };
    format!(
        "{inputs}, each at the low and the high end of what is plausible while all else stays, on the same random numbers: {runs} \
         that differ, {replications}{length} each.{orders}"
    )
}

fn row(turns: &[Turn<'_>], input: &VariedInput, option: Option<&str>) -> Row {
    let change = |metric: &str| {
        let of = |end: &InputEnd| effect(end, metric, option).map_or("–".into(), |effect| signed(&effect.difference));
        (of(&input.low), of(&input.high))
    };
    let turning: Vec<String> = turns.iter().filter(|turn| turn.input.name == input.name).map(turning).collect();
    Row {
        input: input.title.clone(),
        grade: input.grade.clone(),
        value: input.value.clone(),
        low: input.low.value.clone(),
        high: input.high.value.clone(),
        p99: change("latency.p99"),
        mean: change("latency.mean"),
        turns: if turning.is_empty() { "none".into() } else { turning.join("; ") },
    }
}

/// `1 against 2 and 3 on mean added latency: 1.25 (1.24 to 1.26)`.
fn turning(turn: &Turn<'_>) -> String {
    let place = match turn.flip.at.value {
        Some(_) => place(turn.input, &turn.flip.at),
        None => format!("undecided at the {} end", turn.flip.end),
    };
    format!("{} on {}: {place}", order(turn), metric(&turn.flip.metric))
}

/// `With every input at its faster end p99 is 40.1 ms, and the order by mean latency is 1, 2, 3, 5, 4 (now the same).`
fn together(results: &Results, found: &Sensitivity, end: &InputEnd, option: Option<&str>) -> Option<String> {
    let p99 = number::value(&effect(end, "latency.p99", option)?.at_end);
    let order = |rankings: &[crate::results::Ranking]| -> Option<String> {
        let ranking = rankings.iter().find(|ranking| ranking.metric == "latency.mean")?;
        let number_of = |name: &String| results.options.iter().position(|option| option.name == *name);
        let numbers: Vec<String> =
            ranking.options.iter().filter_map(number_of).map(|index| (index + 1).to_string()).collect();
        (numbers.len() > 1).then(|| numbers.join(", "))
    };
    let orders = match (order(&end.rankings), order(&found.rankings)) {
        (Some(there), Some(now)) if there == now => {
            format!(", and options by mean latency are in the same order, {now}")
        }
        (Some(there), Some(now)) => format!(", and options by mean latency are in the order {there}, now {now}"),
        _ => String::new(),
    };
    Some(format!("With {} p99 is {p99} ms{orders}.", end.value))
}
