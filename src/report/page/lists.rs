//! The three short lists under the table of options: what to ask AWS for, what would change the answer, what is not known.

use serde::Serialize;

use crate::report::asks::{self, is_subnet};
use crate::report::growth;
use crate::report::month;
use crate::report::number::{self, counted, list};
use crate::report::sensitivity;
use crate::report::verdict::Verdict;
use crate::results::Results;

/// Entries of a list.
const MOST: usize = 3;

/// One list.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct List {
    /// Its heading.
    pub title: &'static str,
    /// Its entries, three at most.
    pub items: Vec<Item>,
    /// What is said below, or where there are none.
    pub note: String,
}

/// An entry.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Item {
    /// The sentence, without full stop.
    pub text: String,
    /// A line for the shell; empty where there is none.
    pub command: String,
}

impl From<String> for Item {
    fn from(text: String) -> Item {
        Item { text, command: String::new() }
    }
}

pub(super) fn lists(results: &Results, verdict: &Verdict) -> Vec<List> {
    vec![requests(results, verdict), changes(results, verdict), unknown(results, verdict)]
}

/// The first three of a list, and how many more there are where.
fn short(title: &'static str, mut items: Vec<Item>, place: &str, none: String) -> List {
    let more = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    let note = match (items.len(), more) {
        (0, _) => none,
        (_, 0) => String::new(),
        (_, more) => format!("{more} more under {place}."),
    };
    List { title, items, note }
}

/// Requests to file: those that the chosen option needs, then those that growth needs soon. Larger subnets are planned, not asked
/// for, so they come last.
fn requests(results: &Results, verdict: &Verdict) -> List {
    let title = "Ask AWS this week";
    let Some(chosen) = verdict.chosen else {
        return short(title, Vec::new(), "", "Nothing: no request makes an option meet what is asked.".into());
    };
    let name = &verdict.options[chosen].option.name;
    let needed = asks::asks(results, |i| i == chosen);
    let mut items: Vec<Item> = Vec::new();
    for ask in &needed {
        let (asked, now) = (number::plain(asks::asked(ask.line)), number::plain(ask.rung.limit));
        items.push(Item {
            text: format!("More {}: {asked} for {now} now", ask.rung.name),
            command: ask.line.to_string(),
        });
    }
    let soon = growth::now(results).into_iter().filter(|rung| rung.option == *name);
    for rung in soon.filter(|rung| !needed.iter().any(|ask| ask.rung.quota == rung.quota)) {
        let text = format!("More {}, which growth fills {}", rung.name, growth::when(rung));
        items.push(Item { text, command: rung.ask.clone().unwrap_or_default() });
    }
    let subnets = verdict.ask.iter().filter(|rung| is_subnet(rung));
    items.extend(subnets.map(|rung| Item::from(format!("Plan larger subnets: {} are too few", rung.name))));
    let services = number::counted_services(results.wanted.services.unwrap_or(0));
    short(title, items, "Quotas", format!("Nothing: no quota request is needed for {services}."))
}

/// What would change the answer, with thresholds: what is not decided, conditions that fail at an end of an input, orders of options
/// that turn.
fn changes(results: &Results, verdict: &Verdict) -> List {
    let chosen = verdict.chosen.map(|chosen| &verdict.options[chosen]);
    let open = chosen.map_or(Vec::new(), |option| option.unsettled());
    let mut items: Vec<Item> = open.into_iter().map(Item::from).collect();
    items.extend(sensitivity::failing(results, verdict.chosen).into_iter().map(Item::from));
    let told = |items: &[Item], text: &String| items.iter().any(|item| item.text == *text);
    for sentence in &verdict.not_settled {
        if !told(&items, sentence) {
            items.push(sentence.clone().into());
        }
    }
    short("What would change the answer", items, "What would change it", "Nothing that was varied.".into())
}

/// What the numbers do not hold: prices, inputs that nobody measured, what the scenario does not state.
fn unknown(results: &Results, verdict: &Verdict) -> List {
    let mut items: Vec<Item> = Vec::new();
    let name = verdict.chosen.map(|chosen| verdict.options[chosen].option.name.as_str());
    let without = name.and_then(|name| month::month(results, name)).map(|month| month.without).unwrap_or_default();
    if name.is_some_and(|name| month::month(results, name).is_none()) {
        items.push("What a month costs: no prices are known here (`--prices FILE` gives them)".to_string().into());
    }
    if !without.is_empty() {
        items.push(format!("The month is without {}", list(&without)).into());
    }
    let on_path =
        |options: &Vec<String>| options.is_empty() || name.is_none_or(|name| options.iter().any(|o| o == name));
    let graded = |grade: &str| -> Vec<String> {
        let own = results.assumptions.iter().filter(|input| input.grade == grade && on_path(&input.options));
        own.map(|input| input.input.clone()).collect()
    };
    let (assumed, inferred) = (graded("D"), graded("C"));
    if !assumed.is_empty() {
        items.push(format!("Nobody has measured {}: assumed, grade D", list(&assumed)).into());
    }
    if !inferred.is_empty() {
        let inputs = counted(inferred.len(), "input is", "inputs are");
        items.push(format!("{} inferred, grade C: {}", capital(&inputs), list(&inferred)).into());
    }
    short("Not known", items, "Assumptions", "Nothing that the question needs.".into())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::verdict::verdict;

    #[test]
    fn lists_are_short_and_say_what_to_do() {
        let mut results = fixture::orders();
        results.options[2].lacks = results.wanted.needs.clone();
        let lists = lists(&results, &verdict(&results).unwrap());
        assert_eq!(lists.len(), 3);
        assert_eq!(lists[0].items[0].text, "More ALBs per Region: 60 for 50 now");
        assert!(lists[0].items[0].command.starts_with("aws service-quotas request-service-quota-increase"));
        assert!(lists.iter().all(|list| list.items.len() <= MOST));
        assert!(lists[2].items[0].text.contains("VPC links"), "{:?}", lists[2]);
    }

    #[test]
    fn where_nothing_has_to_be_asked_it_is_said() {
        let results = fixture::four();
        let lists = lists(&results, &verdict(&results).unwrap());
        assert!(lists[0].items.is_empty());
        assert_eq!(lists[0].note, "Nothing: no quota request is needed for 4 services.");
    }
}
