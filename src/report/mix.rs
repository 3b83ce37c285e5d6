//! Where the services of a mix go and what else was possible, in words.

use serde::Serialize;

use super::number::{self, list};
use crate::results::{MixOther, MixPart, OptionInfo, Results};

/// What was searched, for readers of the numbers.
pub(super) const RULE: &str = "Services with the same needs go the same way; where there are groups, no load balancer serves two \
    of them. Every combination of ways was counted and priced (where there are thousands of them, changes of one kind at a time \
    until none was better). First comes what fits today's quotas, then what routine requests mend, then what AWS decides case by \
    case; then no part that AWS advises against, the lower known cost of a month, fewer requests to AWS, fewer parts. Latency has \
    no say: the mix is simulated beside the others.";

/// A mix: the number of its option, and its kinds of services.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Mix {
    /// Place among the options, from 1.
    pub number: usize,
    /// Whether it is what is built, which a section of its own tells of.
    pub built: bool,
    /// For people.
    pub title: String,
    /// How it was found; empty where the scenario states every way.
    pub rule: &'static str,
    /// One for each kind of services.
    pub rows: Vec<Row>,
}

/// One kind of services.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Row {
    /// How many, and what they need: "12 services that need usage plans".
    pub who: String,
    /// Their share of the traffic.
    pub traffic: String,
    /// The path.
    pub goes: String,
    /// The sharing rule.
    pub sharing: String,
    /// Why not another way, each in a sentence.
    pub why: Vec<String>,
}

/// Every mix of the document, in the order of its options; one at most in those of this version.
pub(super) fn mixes(results: &Results) -> Vec<Mix> {
    let of = |(index, option): (usize, &OptionInfo)| Mix {
        number: index + 1,
        built: option.as_built,
        title: option.title.clone(),
        rule: if option.mix.iter().all(|part| part.stated) { "" } else { RULE },
        rows: option.mix.iter().map(row).collect(),
    };
    results.options.iter().enumerate().filter(|(_, option)| !option.mix.is_empty()).map(of).collect()
}

/// A line for each kind of services, with the next best way only.
pub(super) fn lines(results: &Results) -> Vec<String> {
    let line = |number: usize, built: bool, part: &MixPart| {
        let Row { who, traffic, goes, sharing, .. } = row(part);
        let who = if built { number::counted_services(part.services) } else { who };
        let next = part.others.first().map_or(String::new(), |next| format!("; next best {}", other(next)));
        let lead = if built { "as built, " } else { "mix of " };
        format!("{lead}option {number}: {who}, {traffic} of the traffic: {goes} ({sharing}){next}")
    };
    let of = |(index, option)| {
        let OptionInfo { mix, as_built, .. }: &OptionInfo = option;
        mix.iter().map(move |part| line(index + 1, *as_built && part.stated, part))
    };
    results.options.iter().enumerate().flat_map(of).collect()
}

fn row(part: &MixPart) -> Row {
    let services = number::counted_services(part.services);
    let who = match (part.needs.as_slice(), part.stated) {
        (_, true) => format!("{services} whose way the scenario states"),
        ([], _) => services,
        (needs, _) => {
            let verb = if part.services == 1 { "needs" } else { "need" };
            format!("{services} that {verb} {}", list(needs))
        }
    };
    let mut why: Vec<String> = part.others.iter().map(other).collect();
    why.extend(part.out.iter().map(|out| format!("not {}: {}", out.option, out.reason)));
    Row { who, traffic: number::percent(part.traffic), goes: part.path.clone(), sharing: part.sharing.clone(), why }
}

fn other(other: &MixOther) -> String {
    format!("{} ({}): {}", other.path, other.sharing, against(other))
}

/// What another way would change for the whole.
fn against(other: &MixOther) -> String {
    let mut words: Vec<String> = Vec::new();
    match other.monthly_more {
        more if more >= 0.5 => words.push(format!("{} a month more", number::dollars(more))),
        less if less <= -0.5 => words.push(format!("{} a month less", number::dollars(-less))),
        _ => {}
    }
    let requests =
        |after: &str| format!("{} to AWS{after}", number::numbered(other.raises as usize, "request", "requests"));
    let parts = |number: f64| number::numbered(number as usize, "part", "parts");
    match other.lead_time.as_deref() {
        None => {}
        Some("never") => words.push("a quota that is never raised forbids it".into()),
        Some("routine") => words.push(requests("")),
        Some(time) => words.push(requests(&format!(", decided {time}"))),
    }
    match other.parts_more {
        more if more > 0.0 => words.push(format!("{} more", parts(more))),
        fewer if fewer < 0.0 => words.push(format!("{} fewer", parts(-fewer))),
        _ => {}
    }
    if other.legacy {
        words.push("a part that AWS advises against".into());
    }
    if words.is_empty() { "no difference in cost, requests and parts".into() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_who_goes_where_and_what_another_way_would_change() {
        let other = MixOther {
            path: "REST API, VPC link V1, NLB".into(),
            sharing: "1 service per NLB".into(),
            monthly_more: 3_323.4,
            raises: 2,
            lead_time: Some("case by case".into()),
            legacy: true,
            parts_more: 18.0,
        };
        let part = MixPart {
            path: "HTTP API, VPC link V2, ALB".into(),
            sharing: "1 service per ALB".into(),
            services: 1,
            traffic: 0.25,
            needs: vec!["caching".into(), "usage plans".into()],
            others: vec![other],
            ..MixPart::default()
        };
        let row = row(&part);
        assert_eq!((row.who.as_str(), row.traffic.as_str()), ("1 service that needs caching and usage plans", "25 %"));
        assert_eq!(
            row.why,
            [
                "REST API, VPC link V1, NLB (1 service per NLB): $3,323 a month more, 2 requests to AWS, decided case by case, \
              18 parts more, a part that AWS advises against"
            ]
        );
        assert_eq!(against(&MixOther::default()), "no difference in cost, requests and parts");
        let results =
            Results { options: vec![OptionInfo { mix: vec![part], ..OptionInfo::default() }], ..Results::default() };
        assert!(lines(&results)[0].starts_with("mix of option 1: 1 service"), "{:?}", lines(&results));
    }
}
