//! What is built today in words: how full quotas are, what breaks first, and what moving to each other option would change. Where a
//! scenario does not say what is built, everything here is empty.

use serde::Serialize;

use super::number::{self, list};
use crate::results::{ASSUMED_TRAFFIC, Ceiling, Comparison, Estimate, Move, OptionInfo, QuotaUse, Results};

/// Share of a quota from which on it is marked: the next few services, or one deployment, may fill it.
const NEARLY_FULL: f64 = 0.8;

/// Kinds of things that a move is told in: what one asks AWS for, runs and changes.
const TOLD: [&str; 7] = ["REST APIs", "HTTP APIs", "VPC links V1", "VPC links V2", "NLBs", "ALBs", "listeners"];

/// What is said in the place of a number of services that nothing ends.
const NO_LIMIT: &str = "no limit";

/// How full one quota is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    /// For people.
    pub name: String,
    /// AWS quota code, `-` where it has none.
    pub code: String,
    /// What one value is for.
    pub scope: String,
    /// Used by the system.
    pub system: String,
    /// Used by everything else.
    pub others: String,
    /// Value in force.
    pub limit: String,
    /// In percent.
    pub share: String,
    /// What is left.
    pub headroom: String,
    /// `full` where nothing is left or more is used than there is, `nearly` from [`NEARLY_FULL`] on, else empty.
    pub mark: &'static str,
    /// Whether it can be raised.
    pub raise: String,
    /// Where the value comes from, where that is not AWS's default.
    pub from: String,
    /// Source of the fact with its date.
    pub source: String,
}

/// What a move to another option changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Moved {
    /// Place among the options, from 1.
    pub number: usize,
    /// Unique name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Services that it holds.
    pub holds: String,
    /// What stops it first.
    pub stopped_by: String,
    /// More and fewer of what one runs.
    pub parts: String,
    /// The month against today's.
    pub month: String,
    /// The latency of the path against today's; empty where nothing was simulated.
    pub latency: String,
    /// What has to be raised first, and what it lacks.
    pub needs: String,
}

/// What is built: its place among the options, from 1, and itself.
#[must_use]
pub(super) fn built(results: &Results) -> Option<(usize, &OptionInfo)> {
    results.options.iter().enumerate().find(|(_, option)| option.as_built).map(|(index, option)| (index + 1, option))
}

/// How full every quota is, fullest first.
#[must_use]
pub(super) fn rows(results: &Results) -> Vec<Row> {
    let assumed = assumed_traffic(results).is_some();
    let named = |used: &QuotaUse| {
        let own = assumed && used.kind == "traffic" && used.system > 0.0;
        Row { name: if own { format!("{} (assumed)", used.name) } else { used.name.clone() }, ..row(used) }
    };
    results.today.iter().map(named).collect()
}

/// The traffic that was counted by although nobody stated it, as `100/s a service`.
#[must_use]
pub(super) fn assumed_traffic(results: &Results) -> Option<&str> {
    let found = results.warnings.iter().find(|warning| warning.kind == ASSUMED_TRAFFIC);
    found.map(|warning| warning.about.as_str())
}

fn row(used: &QuotaUse) -> Row {
    let mark = match used.share {
        None => "full",
        Some(share) if share >= 1.0 => "full",
        Some(share) if share >= NEARLY_FULL => "nearly",
        Some(_) => "",
    };
    let raise = match (used.adjustable, used.lead_time.as_str()) {
        _ if used.code.is_none() && used.quota.contains("addresses") => "larger subnets",
        (false, _) => "never",
        (true, "routine") => "yes",
        (true, other) => other,
    };
    Row {
        name: used.name.clone(),
        code: used.code.clone().unwrap_or_else(|| "-".into()),
        scope: used.scope.clone(),
        system: number::plain(used.system),
        others: if used.others > 0.0 { number::plain(used.others) } else { "-".into() },
        limit: number::plain(used.limit),
        share: used.share.map_or_else(|| "-".into(), number::percent),
        headroom: number::plain(used.headroom),
        mark,
        raise: raise.into(),
        from: if used.value_from == "AWS default" { String::new() } else { used.value_from.clone() },
        source: if used.date.is_empty() { used.source.clone() } else { format!("{} ({})", used.source, used.date) },
    }
}

/// What breaks first and how many services still fit, in one sentence without its full stop; empty where nothing is built.
#[must_use]
pub(super) fn first_break(results: &Results) -> String {
    let (Some((number, built)), Some(today)) = (built(results), results.wanted.services) else { return String::new() };
    let rungs = || results.ceilings.iter().filter(|rung| rung.option == built.name);
    let lead = format!("As built (option {number}),");
    let Some(first) = rungs().min_by_key(|rung| rung.services) else {
        return format!("{lead} no quota stops the system");
    };
    let tied: Vec<String> = rungs().filter(|rung| rung.services == first.services).map(breaks).collect();
    let (stop, end) = (list(&tied), number::counted_services(first.services));
    match first.services.checked_sub(today) {
        None => {
            let today = number::count(today);
            format!("{lead} the quotas in force hold {end}, not the {today} of today; the first stop is {stop}")
        }
        Some(0) => format!("{lead} no further service fits; the first stop is {stop} at {end}"),
        Some(1) => format!("{lead} 1 more service fits; the first stop is {stop} at {end}"),
        Some(more) => format!("{lead} {} more services fit; the first stop is {stop} at {end}", number::count(more)),
    }
}

/// `VPC links V1 (L-A4C7274F)`.
fn breaks(rung: &Ceiling) -> String {
    let name = number::condition(&rung.name);
    rung.code.as_ref().map_or_else(|| name.clone(), |code| format!("{name} ({code})"))
}

/// What moving to each other option would change, in the order of the options.
#[must_use]
pub(super) fn moves(results: &Results) -> Vec<Moved> {
    results.moves.iter().filter_map(|one| moved(results, one)).collect()
}

fn moved(results: &Results, one: &Move) -> Option<Moved> {
    let index = results.options.iter().position(|option| option.name == one.option)?;
    let mut needs: Vec<String> = one.lacks.iter().map(|lack| format!("it has no {lack}")).collect();
    match one.lead_time.as_deref() {
        None => {}
        Some("never") => needs.push("a quota that is never raised forbids it".into()),
        Some(time) => {
            let requests = number::counted(one.raises as usize, "quota to be raised", "quotas to be raised");
            needs.push(format!("{requests} first ({time})"));
        }
    }
    Some(Moved {
        number: index + 1,
        name: one.option.clone(),
        title: results.options[index].title.clone(),
        holds: one.services.map_or_else(|| NO_LIMIT.into(), number::count),
        stopped_by: one.stopped_by.clone(),
        parts: list(&parts(one)),
        month: month(one),
        latency: latency(results, one),
        needs: needs.join("; "),
    })
}

/// `2 fewer VPC links V1`, of the kinds that are told.
fn parts(one: &Move) -> Vec<String> {
    let told = TOLD.iter().filter_map(|kind| one.parts_more.iter().find(|(name, _)| name == kind));
    let words = |(name, more): &(String, f64)| {
        let name = if more.abs() == 1.0 { number::singular(name) } else { name.clone() };
        let which = if *more > 0.0 { "more" } else { "fewer" };
        format!("{} {which} {name}", number::plain(more.abs()))
    };
    told.map(words).collect()
}

/// `$310 a month less`; half a dollar is no difference.
fn month(one: &Move) -> String {
    match one.monthly_more {
        None => "its month is not known".into(),
        Some(more) if more >= 0.5 => format!("{} a month more", number::dollars(more)),
        Some(less) if less <= -0.5 => format!("{} a month less", number::dollars(-less)),
        Some(_) => "the same a month".into(),
    }
}

/// By the paired difference of mean latencies and the interval that holds for all pairs, where there is one: `1.47 ms sooner on average
/// (1.38-1.56)`. Empty where nothing was simulated or compared.
fn latency(results: &Results, one: &Move) -> String {
    let Some((_, built)) = built(results).filter(|_| one.added_mean_ms_more.is_some()) else { return String::new() };
    let pair = |pair: &&Comparison| {
        let names = [&pair.a, &pair.b];
        pair.metric == "latency.mean"
            && pair.services == results.wanted.services
            && names.contains(&&one.option)
            && names.contains(&&built.name)
    };
    let found = results.comparisons.iter().find(pair);
    let ends =
        found.and_then(|pair| Some((pair.difference.value?, pair.joint.low?, pair.joint.high?, pair.a == one.option)));
    match ends {
        // Every replication is alike.
        Some((_, 0.0, 0.0, _)) => "as soon".into(),
        Some((value, low, high, moved_first)) if low > 0.0 || high < 0.0 => {
            let sooner = (value < 0.0) == moved_first;
            let ends = if value < 0.0 { (-high, -low) } else { (low, high) };
            let size = Estimate { value: Some(value.abs()), low: Some(ends.0), high: Some(ends.1) };
            let range = number::outward(&size, "-").unwrap_or_default();
            let word = if sooner { "sooner" } else { "later" };
            format!("{} ms {word} on average ({range})", number::significant(value.abs()))
        }
        Some(_) => "as soon as far as can be told".into(),
        None => String::new(),
    }
}

/// `all moved to option 5 (rest-alb-direct): holds 50 services (ALBs per Region); 2 fewer NLBs; $310 a month less`.
#[must_use]
pub(super) fn line(moved: &Moved) -> String {
    let by = if moved.stopped_by.is_empty() { String::new() } else { format!(" ({})", moved.stopped_by) };
    let first = match moved.holds.as_str() {
        NO_LIMIT => "no quota stops it".to_string(),
        "1" => format!("holds 1 service{by}"),
        many => format!("holds {many} services{by}"),
    };
    let answers = if moved.latency.is_empty() { String::new() } else { format!("answers {}", moved.latency) };
    let all = [&first, &moved.parts, &moved.month, &answers, &moved.needs];
    let all: Vec<&str> = all.into_iter().map(String::as_str).filter(|words| !words.is_empty()).collect();
    format!("all moved to option {} ({}): {}", moved.number, moved.name, all.join("; "))
}

/// The sentence of the first screen: what is built, what ends it, and what moving to option `number` (from 1) would change. Empty where
/// nothing is built; without the move where that is what is built.
#[must_use]
pub(super) fn sentence(results: &Results, number: Option<usize>) -> (String, String) {
    let first = first_break(results);
    if first.is_empty() {
        return (String::new(), String::new());
    }
    let moved = number.and_then(|number| moves(results).into_iter().find(|moved| moved.number == number));
    let then = moved.map_or(String::new(), |moved| {
        let limit = match moved.holds.as_str() {
            NO_LIMIT => "be stopped by no quota".to_string(),
            holds => format!("hold {holds}"),
        };
        let mut words = vec![limit];
        words.extend((!moved.parts.is_empty()).then(|| format!("run {}", moved.parts)));
        words.push(match moved.month.as_str() {
            "its month is not known" => "cost what is not known".to_string(),
            month => format!("cost {month}"),
        });
        words.extend((!moved.latency.is_empty()).then(|| format!("answer {}", moved.latency)));
        let but = if moved.needs.is_empty() { String::new() } else { format!("; {}", moved.needs) };
        format!("; moving to option {} would {}{but}", moved.number, list(&words))
    });
    let (stressed, rest) = first.split_once(" (").unwrap_or((&first, ""));
    (stressed.to_string(), format!(" ({rest}{then}."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_quota_is_marked_from_eighty_percent_on_and_where_it_is_full() {
        let used = |system: f64, limit: f64| QuotaUse {
            system,
            limit,
            share: (limit > 0.0).then(|| system / limit),
            headroom: limit - system,
            ..QuotaUse::default()
        };
        let marks = [(39.9, 50.0), (40.0, 50.0), (49.0, 50.0), (50.0, 50.0), (51.0, 50.0), (1.0, 0.0)];
        let marks: Vec<&str> = marks.iter().map(|(system, limit)| row(&used(*system, *limit)).mark).collect();
        assert_eq!(marks, ["", "nearly", "nearly", "full", "full", "full"]);
        assert_eq!(row(&used(51.0, 50.0)).headroom, "-1");
    }

    #[test]
    fn traffic_that_nobody_stated_is_called_assumed() {
        let mut results = fixture::built();
        let throttle =
            QuotaUse { name: "account throttle".into(), kind: "traffic".into(), system: 400.0, ..QuotaUse::default() };
        results.today = vec![throttle, QuotaUse { name: "ALBs per Region".into(), system: 4.0, ..QuotaUse::default() }];
        let names = |results: &Results| rows(results).into_iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(names(&results), ["account throttle", "ALBs per Region"]);
        let warning = crate::results::Warning {
            kind: ASSUMED_TRAFFIC.into(),
            about: "100/s a service".into(),
            ..Default::default()
        };
        results.warnings.push(warning);
        assert_eq!(names(&results), ["account throttle (assumed)", "ALBs per Region"]);
    }

    #[test]
    fn the_first_break_counts_from_what_is_there_today() {
        let results = fixture::built();
        assert_eq!(
            first_break(&results),
            "As built (option 2), 16 more services fit; the first stop is VPC links V1 (L-A4C7274F) at 20 services"
        );
        let at = |services: u32| {
            let mut results = fixture::built();
            results.wanted.services = Some(services);
            first_break(&results)
        };
        assert!(at(19).starts_with("As built (option 2), 1 more service fits; "), "{}", at(19));
        assert!(at(20).contains(" no further service fits; the first stop is VPC links V1"), "{}", at(20));
        assert!(at(21).contains(" hold 20 services, not the 21 of today; "), "{}", at(21));
        assert_eq!(first_break(&fixture::four()), "");
    }

    #[test]
    fn a_move_says_what_it_holds_and_what_it_changes() {
        let results = fixture::built();
        let moves = moves(&results);
        assert_eq!(moves.len(), 1);
        assert_eq!(
            line(&moves[0]),
            "all moved to option 5 (rest-alb-direct): holds 50 services (ALBs per Region); 4 fewer VPC links V1, 1 more VPC link V2, 4 fewer NLBs and \
             4 more ALBs; $310 a month less; answers 0.910 ms sooner on average (0.500-1.30)"
        );
        let endless = Moved { holds: NO_LIMIT.into(), stopped_by: String::new(), ..moves[0].clone() };
        assert!(line(&endless).contains("): no quota stops it; 4 fewer"), "{}", line(&endless));
        let (stressed, rest) = sentence(&results, Some(5));
        assert_eq!(stressed, "As built");
        assert!(rest.starts_with(" (option 2), 16 more services fit; "), "{rest}");
        assert!(rest.contains("; moving to option 5 would hold 50, run 4 fewer VPC links V1"), "{rest}");
        assert!(
            rest.ends_with(", cost $310 a month less and answer 0.910 ms sooner on average (0.500-1.30)."),
            "{rest}"
        );
        assert!(sentence(&results, Some(2)).1.ends_with("at 20 services."), "built is no move");
    }
}
