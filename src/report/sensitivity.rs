//! What would change the answer, in words: rankings that an input turns, ceilings that move, the size of each effect.

use super::number::{self, list};
use crate::results::{Effect, Estimate, Flip, InputEnd, Results, Sensitivity, VariedInput};

/// Turns that agree to this share of their value are one.
const SAME: f64 = 0.005;

/// An order of options that an end of an input turns or leaves undecided, with all options of which the same is true.
#[derive(Clone, Debug)]
pub(super) struct Turn<'a> {
    /// The input.
    pub input: &'a VariedInput,
    /// What happens, of the first pair.
    pub flip: &'a Flip,
    /// Numbers of the options that are faster as the scenario stands.
    pub faster: Vec<usize>,
    /// Numbers of the others.
    pub slower: Vec<usize>,
}

/// What turns, most important first: what the option of number `chosen` takes part in, what turns before what is undecided, and what
/// turns nearer to the scenario's own value before what turns further away.
pub(super) fn turns(results: &Results, chosen: Option<usize>) -> Vec<Turn<'_>> {
    let Some(found) = &results.sensitivity else { return Vec::new() };
    let number_of = |name: &str| results.options.iter().position(|option| option.name == name).map_or(0, |i| i + 1);
    let mut pairs: Vec<Turn<'_>> = Vec::new();
    for input in &found.inputs {
        for flip in &input.flips {
            let turn =
                Turn { input, flip, faster: vec![number_of(&flip.faster)], slower: vec![number_of(&flip.slower)] };
            match pairs.iter_mut().find(|known| known.faster == turn.faster && alike(known, &turn)) {
                Some(known) => known.slower.extend(turn.slower),
                None => pairs.push(turn),
            }
        }
    }
    // Then what is true of several faster ones before the same slower ones.
    let mut turns: Vec<Turn<'_>> = Vec::new();
    for turn in pairs {
        match turns.iter_mut().find(|known| known.slower == turn.slower && alike(known, &turn)) {
            Some(known) => known.faster.extend(turn.faster),
            None => turns.push(turn),
        }
    }
    let apart = |turn: &Turn<'_>| chosen.is_some_and(|own| !turn.faster.contains(&own) && !turn.slower.contains(&own));
    let way = |turn: &Turn<'_>| turn.flip.way.unwrap_or(1.0);
    turns.sort_by(|a, b| {
        let undecided = |turn: &Turn<'_>| turn.flip.verdict != "turns";
        (apart(a), undecided(a)).cmp(&(apart(b), undecided(b))).then(way(a).total_cmp(&way(b)))
    });
    turns
}

/// Whether the same happens on the same metric at the same end of the same input, at about the same value.
fn alike(a: &Turn<'_>, b: &Turn<'_>) -> bool {
    let key = |flip: &Flip| (flip.metric.clone(), flip.end.clone(), flip.verdict.clone());
    let near = match (a.flip.at.value, b.flip.at.value) {
        (Some(a), Some(b)) => (a - b).abs() <= SAME * a.abs().max(b.abs()),
        (a, b) => a == b,
    };
    a.input.name == b.input.name && key(a.flip) == key(b.flip) && near
}

/// The most important turns in a sentence each, without full stop; at most `most`, one for each input and order of options.
pub(super) fn sentences(results: &Results, chosen: Option<usize>, most: usize) -> Vec<String> {
    let mut told: Vec<(&str, &str, Vec<usize>, Vec<usize>)> = Vec::new();
    let mut sentences = Vec::new();
    for turn in turns(results, chosen) {
        let key = (turn.input.name.as_str(), turn.flip.end.as_str(), turn.faster.clone(), turn.slower.clone());
        if sentences.len() < most && !told.contains(&key) {
            told.push(key);
            sentences.push(sentence(&turn));
        }
    }
    sentences
}

/// `Option 1 against 2 and 3 on mean added latency rests on the overhead of a REST API over that of an HTTP API (inferred, grade C): below 1.25
/// (1.24 to 1.26) it turns`.
pub(super) fn sentence(turn: &Turn<'_>) -> String {
    let side = if turn.flip.end == "low" { "below" } else { "above" };
    let at_end = || match end(turn).number {
        Some(value) => place(turn.input, &Estimate { value: Some(value), low: None, high: None }),
        None => end(turn).value.clone(),
    };
    let outcome = match (turn.flip.verdict.as_str(), turn.flip.at.value) {
        ("turns", Some(_)) => format!("{side} {} it turns", place(turn.input, &turn.flip.at)),
        ("turns", None) => format!("at its {} end, {}, it turns", turn.flip.end, at_end()),
        _ => format!("at its {} end, {}, it cannot be told", turn.flip.end, at_end()),
    };
    let (options, rest) = if turn.faster.len() == 1 { ("Option", "rests") } else { ("Options", "rest") };
    format!(
        "{options} {} on {} {rest} on {} ({}): {outcome}",
        order(turn),
        metric(&turn.flip.metric),
        what(turn.input),
        evidence(&turn.input.grade)
    )
}

/// `1 against 2 and 3`.
pub(super) fn order(turn: &Turn<'_>) -> String {
    let words = |numbers: &[usize]| list(&numbers.iter().map(ToString::to_string).collect::<Vec<String>>());
    format!("{} against {}", words(&turn.faster), words(&turn.slower))
}

fn end<'a>(turn: &Turn<'a>) -> &'a InputEnd {
    if turn.flip.end == "low" { &turn.input.low } else { &turn.input.high }
}

/// The number of an input where something turns, with its range: `1.25 (1.24 to 1.26)`, `a mean of 5.11 ms (5.09 to 5.13)`.
pub(super) fn place(input: &VariedInput, at: &Estimate) -> String {
    let range = number::interval(at, " to ").filter(|_| at.low < at.high);
    let range = range.map_or(String::new(), |range| format!(" ({range})"));
    let value = number::value(at);
    match input.unit.as_str() {
        "ms" if input.grade != "yours" => format!("a mean of {value} ms{range}"),
        "" => format!("{value}{range}"),
        unit if unit.starts_with('/') => format!("{value}{unit}{range}"),
        unit => format!("{value} {unit}{range}"),
    }
}

/// The input as what something rests on.
fn what(input: &VariedInput) -> String {
    match (input.unit.as_str(), input.grade.as_str()) {
        (_, "yours") => input.title.clone(),
        ("ms", _) => format!("the hop time of {}", input.title),
        _ => format!("the {}", input.title),
    }
}

/// `inferred, grade C`.
fn evidence(grade: &str) -> String {
    match grade {
        "B" => "claimed, grade B".into(),
        "C" => "inferred, grade C".into(),
        "D" => "assumed, grade D".into(),
        "yours" => "yours".into(),
        other => format!("grade {other}"),
    }
}

/// `p99` for `latency.p99`, `mean latency` for `latency.mean`, `mean added latency` for what the path adds to client and service.
pub(super) fn metric(name: &str) -> String {
    match name {
        "latency.mean" => "mean latency".into(),
        "latency.added" => "mean added latency".into(),
        name => name.strip_prefix("latency.").unwrap_or(name).replace('_', "."),
    }
}

/// The effect of an end on a metric of an option; of the only system where there is no option.
pub(super) fn effect<'a>(end: &'a InputEnd, metric: &str, option: Option<&str>) -> Option<&'a Effect> {
    end.effects.iter().find(|effect| effect.metric == metric && effect.option.as_deref() == option)
}

/// Whether an end's effect is shown not to be 0.
pub(super) fn is_clear(effect: &Effect) -> bool {
    matches!((effect.difference.low, effect.difference.high), (Some(low), Some(high)) if low > 0.0 || high < 0.0)
}

/// A difference in ms with its sign: `+1.45`, `-0.31`, `0` where it is 0 or rounds to it.
pub(super) fn signed(difference: &Estimate) -> String {
    let Some(value) = difference.value else { return "–".into() };
    let shown = number::value(difference);
    match shown.trim_matches(['-', '0', '.']).is_empty() {
        true => "0".into(),
        false if value > 0.0 => format!("+{shown}"),
        false => shown,
    }
}

/// What the ends do to ceilings and conditions, a sentence for each end; what they leave alone in a last one.
pub(super) fn ends(found: &Sensitivity, results: &Results) -> Vec<String> {
    let mut sentences = Vec::new();
    for input in &found.inputs {
        for end in [&input.low, &input.high] {
            let mut said: Vec<(String, Vec<usize>)> = Vec::new();
            let mut tell = |text: String, option: Option<&str>| {
                let number =
                    results.options.iter().position(|known| Some(known.name.as_str()) == option).map(|i| i + 1);
                match said.iter_mut().find(|(known, _)| *known == text) {
                    Some((_, numbers)) => numbers.extend(number),
                    None => said.push((text, number.into_iter().collect())),
                }
            };
            for c in &end.ceilings {
                let (from, to) = (number::count(c.from), number::counted_services(c.to));
                tell(format!("{to} instead of {from} fit ({})", c.by), Some(&c.option));
            }
            for c in &end.conditions {
                let condition = number::condition(&c.condition);
                tell(
                    format!("{condition} {} ({} as the scenario stands)", outcome(&c.to), outcome(&c.from)),
                    c.option.as_deref(),
                );
            }
            if !said.is_empty() {
                let said: Vec<String> =
                    said.iter().map(|(text, numbers)| format!("{text}{}", whose(numbers, results))).collect();
                sentences.push(format!("{} at {}: {}.", input.title, end.value, said.join("; ")));
            }
        }
    }
    sentences.push(
        "Quotas count units and requests, not milliseconds: a hop's time moves no ceiling, unless a condition fails at the \
         operating point already."
            .into(),
    );
    sentences
}

/// Conditions of the option at index `chosen` that an end of an input makes fail or leaves open, a sentence each without full stop.
pub(super) fn failing(results: &Results, chosen: Option<usize>) -> Vec<String> {
    let (Some(found), Some(option)) = (&results.sensitivity, chosen.and_then(|i| results.options.get(i))) else {
        return Vec::new();
    };
    let mut sentences = Vec::new();
    for input in &found.inputs {
        for end in [&input.low, &input.high] {
            let own = end.conditions.iter().filter(|c| c.option.as_deref() == Some(&option.name) && c.from == "holds");
            for c in own {
                let condition = number::condition(&c.condition);
                let (what, evidence) = (what(input), evidence(&input.grade));
                sentences.push(format!("{condition} {} where {what} ({evidence}) is {}", outcome(&c.to), end.value));
            }
        }
    }
    sentences
}

fn outcome(word: &str) -> &str {
    if word == "undecided" { "is undecided" } else { word }
}

/// ` for options 1 and 4`, ` for all options`; empty where there are none.
fn whose(numbers: &[usize], results: &Results) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => format!(" for option {one}"),
        all if all.len() == results.options.len() => " for all options".into(),
        some => format!(" for options {}", list(some)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn options_of_which_the_same_is_true_share_a_sentence() {
        let results = fixture::studied();
        let told = "Option 1 against 2 and 3 on mean added latency rests on the overhead of a REST API over that of an HTTP API \
                    (inferred, grade C): below 1.246 (1.241 to 1.251) it turns";
        assert_eq!(sentences(&results, Some(1), 3), [told]);
        assert!(sentences(&results, Some(1), 0).is_empty());
    }

    #[test]
    fn the_nearest_turn_of_the_chosen_option_goes_first() {
        let mut results = fixture::studied();
        let flip = |faster: usize, slower: usize, way: Option<f64>| Flip {
            metric: "latency.p99".into(),
            faster: results.options[faster].name.clone(),
            slower: results.options[slower].name.clone(),
            end: "high".into(),
            verdict: if way.is_some() { "turns" } else { "undecided" }.into(),
            at: Estimate { value: way.map(|way| 1.2 + way), low: None, high: None },
            way,
        };
        let flips = vec![flip(0, 3, None), flip(3, 4, Some(0.1)), flip(0, 4, Some(0.3))];
        if let Some(found) = &mut results.sensitivity {
            found.inputs[1].flips = flips;
        }
        let said = sentences(&results, Some(1), 9);
        let begins: Vec<&str> = said.iter().map(|sentence| sentence.split(" rests").next().unwrap_or("")).collect();
        let added = "Option 1 against 2 and 3 on mean added latency";
        assert_eq!(
            begins,
            ["Option 1 against 5 on p99", added, "Option 1 against 4 on p99", "Option 4 against 5 on p99"]
        );
        assert!(
            said[0].ends_with(
                "the hop time of Application Load Balancer (inferred, grade C): above a mean of 1.50 ms it turns"
            ),
            "{}",
            said[0]
        );
        assert!(said[2].ends_with("at its high end, a mean of 2.50 ms, it cannot be told"), "{}", said[2]);
    }

    #[test]
    fn ceilings_that_move_are_told() {
        let results = fixture::studied();
        let said = results.sensitivity.as_ref().map(|found| ends(found, &results)).unwrap_or_default();
        assert_eq!(
            said[0],
            "client round trip at 150 ms: 74 services instead of 100 fit (account throttle) for option 1."
        );
        assert!(said.len() == 2 && said[1].starts_with("Quotas count units"), "{said:?}");
    }
}
