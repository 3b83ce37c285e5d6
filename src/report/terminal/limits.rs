//! The screen of `limits`: the ladder of every option, where traffic ends, what to ask AWS for. Computed, not simulated.

use super::as_built;
use super::excluded::excluded;
use super::table::{Align, Table};
use super::{Paint, command, label, mix, wrapped};
use crate::report::asks::{self, Ask, is_subnet};
use crate::report::growth;
use crate::report::number::{self, cut, list};
use crate::report::warnings::warnings;
use crate::results::{Ceiling, GrowthRung, Results};

/// Rungs of an option that are shown without `all`.
const SHOWN: usize = 4;

/// The ladders; with `all` every rung, else the first few.
#[must_use]
pub fn limits(results: &Results, all: bool, colour: bool) -> String {
    let paint = Paint { colour };
    if results.options.is_empty() {
        return "no options, so no quotas: `limits` is for scenarios with `[services]`\n".to_string();
    }
    let own = results.ceilings.iter().any(|rung| rung.code.is_some() && !rung.value_from.starts_with("AWS default"));
    let quotas = if own { "your quotas where given" } else { "AWS default quotas" };
    let wanted = results.wanted.services.map_or(String::new(), |n| format!(", {} wanted", number::count(n)));
    let title = format!("{}: services each option holds, {quotas}{wanted}", cut(&results.title, 40));
    let mut out = paint.bold(wrapped(&title, "").trim_end());
    out.push_str("\n\n");
    out.push_str(&as_built::today(results, all, paint));
    out.push_str(&ladder_table(results, all).text(paint));
    let holding = holding(results);
    if !holding.is_empty() && results.wanted.services.is_some() {
        out.push_str(&format!(
            "{} holds the {} today\n",
            paint.mark("+"),
            number::count(results.wanted.services.unwrap_or(0))
        ));
    }
    out.push_str(&excluded(results, paint));
    for line in traffic_lines(results) {
        out.push_str(&wrapped(&line, "  "));
    }
    out.push_str(&mix(results));
    out.push_str(&as_built::moves(results, paint));
    for warning in warnings(results) {
        out.push_str(&format!("{} {}", paint.mark("?"), wrapped(&warning, "  ")));
    }
    out.push_str(&growth_lines(results));
    let asks = asks::asks(results, |_| true);
    if !asks.is_empty() {
        out.push('\n');
    }
    for (i, ask) in asks.iter().enumerate() {
        out.push_str(&command(if i == 0 { "ask" } else { "" }, ask.line, &who(ask)));
    }
    if !asks.is_empty() {
        out.push_str("        gatecap limits --ask  prints the lines for every option\n");
    } else if results.wanted.services.is_some() {
        out.push_str(&wrapped(&format!("ask: {}", asks::nothing(results)), "  "));
    }
    out
}

/// How fast the system grows, when traffic or a wall ends which option, and what to ask for before it is needed.
fn growth_lines(results: &Results) -> String {
    let Some(asked) = &results.growth_asked else { return String::new() };
    let mut out = wrapped(&format!("growth: {}", growth::sentence(results)), "  ");
    let mut ends: Vec<(String, Vec<String>)> = Vec::new();
    for (i, option) in results.options.iter().enumerate() {
        let number = (i + 1).to_string();
        for rung in growth::ends(results, &option.name) {
            let words = growth::end(rung, asked);
            match ends.iter_mut().find(|(known, _)| *known == words) {
                Some((_, numbers)) => numbers.push(number.clone()),
                None => ends.push((words, vec![number.clone()])),
            }
        }
    }
    for (words, numbers) in ends {
        let who = match numbers.len() {
            all if all == results.options.len() => "every option".to_string(),
            1 => format!("option {}", numbers[0]),
            _ => format!("options {}", list(&numbers)),
        };
        out.push_str(&wrapped(&format!("growth: {who}: {words}"), "  "));
    }
    // What is short today is asked for below.
    let asked = asks::asks(results, |_| true);
    for rung in growth::now(results).into_iter().filter(|rung| !asked.iter().any(|ask| ask.rung.quota == rung.quota)) {
        out.push_str(&command("soon", rung.ask.as_deref().unwrap_or_default(), &rung.name));
    }
    out
}

/// A line for each quota that ends an option below the wanted services, or that none is needed; what `limits --ask` prints.
#[must_use]
pub fn asks(results: &Results) -> String {
    let asks = asks::asks(results, |_| true);
    if asks.is_empty() {
        return format!("# {}\n", asks::nothing(results));
    }
    let mut out = String::new();
    for ask in asks {
        let (name, limit) = (super::clean(&ask.rung.name), number::plain(ask.rung.limit));
        out.push_str(&format!("# {name}, now {limit}: {}\n{}\n", who(&ask), super::clean(ask.line)));
    }
    out
}

/// `option 2`, `options 1, 4 and 5`.
fn who(ask: &Ask) -> String {
    let numbers: Vec<String> = ask.options.iter().map(ToString::to_string).collect();
    format!("{} {}", if numbers.len() == 1 { "option" } else { "options" }, list(&numbers))
}

fn rungs(results: &Results, option: usize, keep: impl Fn(&Ceiling) -> bool) -> Vec<&Ceiling> {
    let name = &results.options[option].name;
    results.ceilings.iter().filter(|rung| rung.option == *name && keep(rung)).collect()
}

fn holding(results: &Results) -> Vec<usize> {
    let wanted = results.wanted.services.unwrap_or(0);
    let holds =
        |&i: &usize| results.options[i].lacks.is_empty() && rungs(results, i, |rung| rung.services < wanted).is_empty();
    (0..results.options.len()).filter(holds).collect()
}

fn ladder_table(results: &Results, all: bool) -> Table {
    let mut columns = vec![
        ("", Align::Mark),
        ("option", Align::Cut),
        ("services", Align::Right),
        ("stopped by", Align::Cut),
        ("quota", Align::Left),
        ("now", Align::Right),
        ("raise?", Align::Left),
    ];
    if let Some(asked) = &results.growth_asked {
        columns.push(if asked.today.is_some() { ("full", Align::Left) } else { ("months", Align::Right) });
    }
    let mut table = Table::new(&columns);
    let holding = holding(results);
    let (built, others): (Vec<_>, Vec<_>) = results.options.iter().enumerate().partition(|(_, option)| option.as_built);
    for (i, option) in built.into_iter().chain(others) {
        let structure = rungs(results, i, |rung| rung.kind == "structure");
        let shown = if all { structure.len() } else { structure.len().min(SHOWN) };
        let label = label(i + 1, option);
        let mark = match (option.lacks.is_empty(), holding.contains(&i)) {
            (false, _) => "x",
            (true, true) => "+",
            (true, false) => "",
        };
        if structure.is_empty() {
            table.row(vec![mark.into(), label.clone(), "-".into(), "no quota".into()]);
        }
        for (k, rung) in structure.iter().take(shown).enumerate() {
            let first = k == 0;
            let mut row = vec![
                if first { mark.into() } else { String::new() },
                if first { label.clone() } else { String::new() },
                number::count(rung.services),
                stopped_by(rung, all),
                rung.code.clone().unwrap_or_else(|| "-".into()),
                number::plain(rung.limit),
                raise(rung, results.wanted.services),
            ];
            row.extend(growth::find(results, &option.name, &rung.quota).map(full));
            table.row(row);
        }
        if structure.len() > shown {
            let more = number::counted(structure.len() - shown, "more rung", "more rungs");
            table.row(vec![String::new(), String::new(), String::new(), format!("{more}: --all")]);
        }
    }
    table
}

/// The day on which a limit is full, or the months until then; a dash where growth does not meet it.
fn full(rung: &GrowthRung) -> String {
    match (rung.months, &rung.date) {
        (Some(months), Some(date)) if months > 0.0 => date.clone(),
        (Some(months), None) if months > 0.0 => number::fixed(months, 1),
        (Some(_), _) => "now".into(),
        (None, _) => "-".into(),
    }
}

/// The quota, with what presses on it where that is not one for one.
fn stopped_by(rung: &Ceiling, all: bool) -> String {
    match rung.pressed_by.first() {
        Some(pressed) if all => format!("{}: {pressed}", rung.name),
        _ => rung.name.clone(),
    }
}

fn raise(rung: &Ceiling, wanted: Option<u32>) -> String {
    if is_subnet(rung) {
        return "larger subnets".to_string();
    }
    if !rung.adjustable {
        return "never".to_string();
    }
    let by_request = if rung.lead_time == "routine" { "yes" } else { "case by case" };
    let desired = rung.ask.as_deref().and_then(|ask| ask.split("--desired-value ").nth(1)).unwrap_or_default();
    match wanted {
        Some(wanted) if rung.services < wanted && !desired.is_empty() => format!("{by_request}, to {}", desired.trim()),
        _ => by_request.to_string(),
    }
}

/// Where traffic ends the options, equal ends in one line.
fn traffic_lines(results: &Results) -> Vec<String> {
    let mut ends: Vec<(&Ceiling, Vec<String>)> = Vec::new();
    for i in 0..results.options.len() {
        for rung in rungs(results, i, |rung| rung.kind == "traffic" && rung.binding) {
            let number = (i + 1).to_string();
            match ends.iter_mut().find(|(other, _)| other.quota == rung.quota && other.services == rung.services) {
                Some((_, numbers)) => numbers.push(number),
                None => ends.push((rung, vec![number])),
            }
        }
    }
    let assumed = crate::report::as_built::assumed_traffic(results);
    let at = assumed.map(|rate| format!(" at the assumed {rate}")).unwrap_or_default();
    let line = |(rung, numbers): &(&Ceiling, Vec<String>)| {
        let who = match numbers.len() {
            all if all == results.options.len() => "no option passes".to_string(),
            1 => format!("option {} ends at", numbers[0]),
            _ => format!("options {} end at", list(numbers)),
        };
        let raise = if rung.adjustable { "can be raised" } else { "never raised" };
        let code = rung.code.as_deref().map_or(String::new(), |code| format!("{code}, "));
        let services = number::counted_services(rung.services);
        format!("traffic{at}: {who} {services}, {} {}/s ({code}{raise})", rung.name, number::plain(rung.limit))
    };
    ends.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn ladders_show_codes_values_and_raises() {
        let screen = limits(&fixture::orders(), false, false);
        assert!(
            screen.starts_with("Orders platform: services each option holds, AWS default quotas, 60 wanted\n"),
            "{screen}"
        );
        let line = screen.lines().find(|line| line.contains("5 rest-alb-direct")).unwrap_or_default();
        assert!(
            line.contains("50 ALBs per Region") && line.contains("L-53DA6B97") && line.ends_with("yes, to 60"),
            "{line}"
        );
        assert!(screen.lines().any(|line| line.starts_with("+ 3 rest-shared-nlb")), "{screen}");
        assert!(
            screen.contains(
                "traffic: no option passes 200 services, account throttle 10,000/s (L-8A5B8E43, can be raised)"
            )
        );
        assert!(screen.contains("# options 4 and 5"), "{screen}");
    }

    #[test]
    fn all_shows_every_rung() {
        let mut results = fixture::orders();
        let extra: Vec<Ceiling> =
            (0..3).map(|i| Ceiling { services: 4_000 + i, ..results.ceilings[0].clone() }).collect();
        results.ceilings.extend(extra);
        assert!(limits(&results, false, false).contains("two more rungs: --all"));
        assert!(!limits(&results, true, false).contains("--all"));
    }

    #[test]
    fn only_what_is_short_is_asked_for_once() {
        let lines = asks(&fixture::orders());
        assert_eq!(lines.lines().filter(|line| line.starts_with("aws ")).count(), 3, "{lines}");
        assert!(lines.contains("\n# ALBs per Region, now 50: options 4 and 5\naws "), "{lines}");
        assert_eq!(asks(&fixture::four()), "# no quota request is needed for 4 services\n");
    }
}
