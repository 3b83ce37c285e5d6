//! The table of options, the conditions and the comparison by criteria.

use serde::Serialize;

use super::Mark;
use crate::report::asks::wants;
use crate::report::ends::{End, traffic_end};
use crate::report::judge::{Judgement, Outcome};
use crate::report::month::{Month, month};
use crate::report::number::{self, cut, cut_words};
use crate::report::today::{Today, today};
use crate::report::verdict::Verdict;
use crate::results::{Addresses, DeploymentWait, MixPart, Results};

/// One option.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct OptionRow {
    /// From 1.
    pub number: usize,
    /// For people, cut.
    pub title: String,
    /// Unique name, cut.
    pub name: String,
    /// Whether the verdict chooses it.
    pub chosen: bool,
    /// `Choose`, `Keep`, `Out`, `Fall-back`, `Undecided` or `Not chosen`.
    pub label: String,
    /// `choose`, `out`, `fallback`, `open` or `other`.
    pub class: &'static str,
    /// Why, in a few words.
    pub reason: String,
    /// Why AWS advises against a part of it; empty where it does not.
    pub legacy: String,
    /// Services that fit the quotas in force.
    pub holds: String,
    /// Whether these are enough.
    pub holds_mark: Mark,
    /// First rung of structure.
    pub stopped_by: String,
    /// What quotas on parts alone allow, where something else stops it sooner; empty where nothing does.
    pub parts_allow: String,
    /// Services at the first quota that cannot be raised, and that quota; empty where the ladder has none.
    pub wall: String,
    /// Requests per second at which traffic ends it.
    pub traffic: String,
    /// The same in services.
    pub traffic_services: String,
    /// At the operating point, ms.
    pub p99: String,
    /// Its ends, or why there are none.
    pub p99_interval: String,
    /// Services that share one load-balancer configuration, at most.
    pub shared: String,
    /// How many share the zone health of an NLB.
    pub fate: String,
    /// Minutes that the path's load balancers add to a deployment.
    pub minutes: String,
    /// How long nine of ten wait at most for their turn to shift traffic; empty where the scenario does not ask.
    pub turn: String,
    /// What one runs.
    pub parts: String,
    /// By kind.
    pub parts_detail: String,
    /// US$ a month of what has a price.
    pub cost: String,
    /// Its ends; empty where they are the same.
    pub cost_range: String,
    /// `4 of 6`.
    pub met: String,
    /// Worst of all conditions.
    pub met_mark: Mark,
    /// After what, or what is missed.
    pub met_detail: String,
}

/// A condition and how each option stands to it.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Requirement {
    /// In words.
    pub text: String,
    /// Table, ladder or simulation.
    pub decided_by: &'static str,
    /// One for each option.
    pub marks: Vec<Mark>,
}

/// A criterion of the comparison, a text for each option.
#[derive(Clone, Debug, Default, Serialize)]
pub(in crate::report) struct Criterion {
    /// Unique name, cut.
    pub name: &'static str,
    /// What it asks.
    pub meaning: &'static str,
    /// One for each option.
    pub cells: Vec<String>,
}

/// The title, with a remark where it is what is built.
fn title(option: &Judgement) -> String {
    let title = &option.option.title;
    if option.option.as_built && !title.starts_with("As built") { format!("As built: {title}") } else { title.clone() }
}

/// One row each, by verdict: what is met today first, of equals the chosen one.
pub(super) fn rows(results: &Results, verdict: &Verdict) -> Vec<OptionRow> {
    let row = |(i, option): (usize, &Judgement)| {
        let (label, reason) = verdict.reasons[i].clone();
        let class = match label.as_str() {
            "Choose" | "Keep" => "choose",
            "Out" => "out",
            "Fall-back" => "fallback",
            "Undecided" => "open",
            _ => "other",
        };
        let p99 = option.metric("latency.p99");
        let overloaded = option.point.is_some_and(|point| !point.stable);
        let (traffic, traffic_services) = traffic(results, option);
        let month = month(results, &option.option.name);
        let today = today(results, option);
        let met = option.checks.iter().filter(|c| matches!(c.outcome, Outcome::Met | Outcome::AfterRaise)).count();
        OptionRow {
            number: option.number,
            title: cut(&title(option), 80),
            name: cut(&option.option.name, 60),
            chosen: verdict.chosen == Some(i),
            label,
            class,
            reason: cut_words(&reason, 160),
            legacy: option.option.legacy.clone().filter(|_| !reason.contains("legacy")).unwrap_or_default(),
            wall: wall(results, option),
            holds: today.holds.clone(),
            holds_mark: today.outcome(option).as_ref().map(Mark::of).unwrap_or_default(),
            stopped_by: today.by.clone(),
            parts_allow: parts_allow(option, &today),
            traffic,
            traffic_services,
            p99: if overloaded { "∞".into() } else { number::value(&p99) },
            p99_interval: if overloaded {
                "overloaded".into()
            } else {
                number::interval(&p99, " – ").unwrap_or_else(|| "no interval".into())
            },
            shared: number::count(option.option.shared_configuration.max(1)),
            fate: fate(option),
            turn: turn(results, option),
            minutes: option
                .option
                .minutes_per_deployment
                .map_or("–".into(), |minutes| format!("+{}", number::plain(minutes))),
            parts: known(option.option.parts_total, number::plain),
            parts_detail: parts(option),
            cost: month.as_ref().map_or("–".into(), |month| thousands(month.expected)),
            cost_range: month.as_ref().map_or(String::new(), cost_range),
            met: format!("{met} of {}", option.checks.len()),
            met_mark: Mark::of(&option.standing()),
            met_detail: met_detail(option),
        }
    };
    let mut order: Vec<usize> = (0..verdict.options.len()).collect();
    order.sort_by_key(|&i| (verdict.options[i].rank(), verdict.chosen != Some(i), i));
    order.into_iter().map(|i| row((i, &verdict.options[i]))).collect()
}

/// Number and title of every option in the order of the scenario, which is that of all tables with a column for each.
pub(super) fn columns(verdict: &Verdict) -> Vec<(usize, String)> {
    verdict.options.iter().map(|option| (option.number, cut(&option.option.title, 80))).collect()
}

/// `3,000 (target groups per Region)`: the first quota of the ladder that cannot be raised.
fn wall(results: &Results, option: &Judgement) -> String {
    let own = results.ceilings.iter().filter(|rung| rung.option == option.option.name && !rung.adjustable);
    own.min_by_key(|rung| rung.services)
        .map_or(String::new(), |rung| format!("{} ({})", number::count(rung.services), rung.name))
}

/// `2 share a zone's fate`, where any do.
fn fate(option: &Judgement) -> String {
    match option.option.shared_fate {
        Some(services) if services > 1 => format!("{} share zone health", number::count(services)),
        Some(_) => "own zone health".into(),
        None => String::new(),
    }
}

/// `turn in 11 min`, `never gets its turn`: what nine of ten shifts of traffic wait at most at the wanted services.
fn turn(results: &Results, option: &Judgement) -> String {
    let asked = |wait: &&DeploymentWait| {
        wait.option == option.option.name
            && wait.change == "traffic_shift"
            && Some(wait.services) == results.wanted.services
    };
    match results.deployments.iter().find(asked) {
        Some(wait) if !wait.stable => "never gets its turn".into(),
        Some(wait) => wait.wait_p90_min.value.map_or(String::new(), |min| match min {
            none if none < 0.05 => "no wait".into(),
            min => format!("turn in {} min", number::significant(min)),
        }),
        None => String::new(),
    }
}

/// `$1.0k – $1.3k`, or `or more` where something has no price.
fn cost_range(month: &Month) -> String {
    let ends = (thousands(month.low), thousands(month.high));
    let more = if month.without.is_empty() { "" } else { " or more" };
    if ends.0 == ends.1 { more.trim().to_string() } else { format!("{} – {}{more}", ends.0, ends.1) }
}

/// A dash for what was not counted: no path is without parts, none adds nothing.
fn known(value: f64, text: impl Fn(f64) -> String) -> String {
    if value > 0.0 { text(value) } else { "–".to_string() }
}

/// `1,000 (VPC links V1)`: what quotas on parts alone allow, where something else ends the option sooner.
fn parts_allow(option: &Judgement, today: &Today) -> String {
    let rung = option.structure.filter(|rung| rung.name != today.by);
    rung.map_or(String::new(), |rung| format!("{} ({})", number::count(rung.services), rung.name))
}

fn met_detail(option: &Judgement) -> String {
    match option.rank() {
        0 => "today".to_string(),
        1 => format!("after {}", wants(option)),
        2 => "not settled".to_string(),
        _ => cut_words(&option.misses().join(", "), 60),
    }
}

fn thousands(sum: f64) -> String {
    if sum >= 10_000.0 { format!("${}k", number::fixed(sum / 1_000.0, 1)) } else { number::dollars(sum) }
}

/// Rate and services at which traffic ends the option.
fn traffic(results: &Results, option: &Judgement) -> (String, String) {
    let Some(end) = traffic_end(results, option) else { return ("–".into(), String::new()) };
    let rate = results.wanted.rate_per_service.map_or("–".into(), |rate| end.text(rate));
    (rate, format!("{} {}", end.text(1.0), if end == End::At(1.0) { "service" } else { "services" }))
}

/// What one has to run, every kind: the units that make up the total, which the inventory names first.
fn parts(option: &Judgement) -> String {
    let mut so_far = 0.0;
    let mut words: Vec<String> = Vec::new();
    for (unit, count) in option.option.parts.iter().filter(|(_, count)| *count > 0.0) {
        if so_far >= option.option.parts_total {
            break;
        }
        so_far += count;
        let unit = if *count == 1.0 { number::singular(unit) } else { unit.clone() };
        words.push(format!("{} {unit}", number::plain(*count)));
    }
    words.join(", ")
}

pub(super) fn note(results: &Results) -> String {
    let requests = results.points.iter().map(|point| point.requests).max().unwrap_or(0);
    if results.points.is_empty() || requests == 0 {
        return "No simulation: quotas alone.".to_string();
    }
    format!(
        "{} requests a point, common random numbers, {} intervals.",
        number::fixed(requests as f64, 0),
        number::percent(results.confidence)
    )
}

pub(super) fn requirements(verdict: &Verdict) -> Vec<Requirement> {
    let Some(first) = verdict.options.first() else { return Vec::new() };
    let requirement = |k: usize| Requirement {
        text: number::condition(&first.checks[k].text),
        decided_by: first.checks[k].decided_by,
        marks: verdict
            .options
            .iter()
            .filter_map(|option| option.checks.get(k))
            .map(|check| Mark::of(&check.outcome))
            .collect(),
    };
    (0..first.checks.len()).map(requirement).collect()
}

/// `3,900 of 4,091 left; 3,700 if every ALB grows`.
fn addresses(known: &Option<Addresses>) -> String {
    let Some(subnet) = known else { return "not counted".into() };
    let advised = if subnet.left_advised < subnet.left {
        format!("; {} if 8 stay free for every ALB", number::plain(subnet.left_advised))
    } else {
        String::new()
    };
    format!("{} of {} left{advised}", number::plain(subnet.left), number::plain(subnet.usable))
}

/// The criteria that an architect weighs, in the order of the question.
pub(super) fn criteria(results: &Results, verdict: &Verdict) -> Vec<Criterion> {
    let each = |text: &dyn Fn(&Judgement) -> String| -> Vec<String> { verdict.options.iter().map(text).collect() };
    let path = |o: &Judgement| match o.option.mix.as_slice() {
        [] => o.option.path.join(" → "),
        parts => {
            let part = |part: &MixPart| format!("{}: {}", number::counted_services(part.services), part.path);
            parts.iter().map(part).collect::<Vec<_>>().join("; ")
        }
    };
    let scale = |o: &Judgement| {
        let Today { holds, by, .. } = today(results, o);
        if by.is_empty() { holds } else { format!("{holds}: {by}") }
    };
    let latency = |o: &Judgement| {
        let p99 = o.metric("latency.p99");
        let interval = number::interval(&p99, " – ").map_or(String::new(), |ends| format!(" ({ends})"));
        format!("p99 {} ms{interval}; path adds {} ms", number::value(&p99), number::fixed(o.option.added_mean_ms, 1))
    };
    let complexity = |o: &Judgement| format!("{} to run: {}", number::plain(o.option.parts_total), parts(o));
    let cost = |o: &Judgement| {
        month(results, &o.option.name).map_or("not counted".into(), |month| format!("US$ {} a month", month.total()))
    };
    let beaten = |o: &Judgement| match verdict.beaten[o.number - 1].as_slice() {
        [] => "nobody: best in something".to_string(),
        by => {
            let numbers: Vec<String> = by.iter().map(ToString::to_string).collect();
            format!("option{} {}", if by.len() == 1 { "" } else { "s" }, number::list(&numbers))
        }
    };
    let criterion = |name, meaning, cells| Criterion { name, meaning, cells };
    vec![
        criterion("Path", "in the order in which a request meets it", each(&path)),
        criterion("Sharing", "what services have in common", each(&|o| o.option.sharing.clone())),
        criterion("Scale", "services before a quota stops you", each(&scale)),
        criterion("Latency", "what callers wait, and the path's share", each(&latency)),
        criterion("Independent deployments", "who waits for whom", each(&|o| o.option.independence.clone())),
        criterion("Complexity", "what someone has to run", each(&complexity)),
        criterion("Isolation", "VPCs and accounts", each(&|o| o.option.isolation.clone())),
        criterion("Addresses", "left in the fullest subnet", each(&|o| addresses(&o.option.addresses))),
        criterion("Cost", "what has a price", each(&cost)),
        criterion(
            "Beaten by",
            "who is no worse in ceiling, traffic, p99, cost, sharing and parts, and better in one (Pareto)",
            each(&beaten),
        ),
        criterion(
            "Outlook",
            "what AWS says of its parts",
            each(&|o| o.option.legacy.clone().unwrap_or_else(|| "current".into())),
        ),
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::verdict::verdict;

    #[test]
    fn rows_go_by_verdict_and_columns_by_number() {
        let results = fixture::orders();
        let verdict = verdict(&results).unwrap();
        let rows: Vec<usize> = rows(&results, &verdict).iter().map(|row| row.number).collect();
        assert_eq!(rows, [3, 2, 4, 5, 1], "today, after raises, out");
        let columns: Vec<usize> = columns(&verdict).into_iter().map(|(number, _)| number).collect();
        assert_eq!(columns, [1, 2, 3, 4, 5]);
        let scale = criteria(&results, &verdict).into_iter().find(|criterion| criterion.name == "Scale").unwrap();
        assert!(scale.cells[2].starts_with("123: "), "{:?}", scale.cells);
    }
}
