//! Features that a requirement may name, as data, and what an option's path lacks of them.

use std::sync::OnceLock;

use serde::Deserialize;

use super::option::ArchitectureOption;
use super::part::Part;
use super::table;

/// One feature: a row of `data/features.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its id, as `usage-plans`.
    pub id: String,
    /// For people, as part of a sentence: "usage plans".
    pub title: String,
    /// Ids of the parts that give it, any one of which will do; `!part` where the absence of a part gives it.
    pub given_by: Vec<String>,
    /// Where the fact is from.
    pub source: String,
    /// When the source said so.
    pub date: String,
    /// Evidence: B what AWS states, C inferred or from a copy of a page.
    pub grade: String,
}

/// A need that an option does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The need as the scenario has it.
    pub need: String,
    /// The need in words, as part of a sentence.
    pub title: String,
    /// Why: "no usage plans: the path has no REST API".
    pub reason: String,
    /// Source of the fact; empty for a need that no table row names.
    pub source: String,
    /// When the source said so.
    pub date: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    updated: String,
    feature: Vec<Feature>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("features.toml", include_str!("data/features.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// Ids of all features, for checks and the nearest name.
pub fn ids() -> impl Iterator<Item = &'static str> {
    table().feature.iter().map(|feature| feature.id.as_str())
}

/// The feature of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Feature> {
    table().feature.iter().find(|feature| feature.id == id)
}

/// Which of `needs` the option's path does not meet, in the order of `needs`; a need that is no feature counts as lacking. Where
/// services alternate between two kinds of load balancer, both kinds must meet a need.
#[must_use]
pub fn lacking(option: &ArchitectureOption, needs: &[String]) -> Vec<Lack> {
    needs.iter().filter_map(|need| lack(option, need)).collect()
}

fn lack(option: &ArchitectureOption, need: &str) -> Option<Lack> {
    let Some(feature) = find(need) else {
        let reason = "no such feature is known".into();
        let (source, date) = (String::new(), String::new());
        return Some(Lack { need: need.into(), title: need.into(), reason, source, date });
    };
    let met = |path: &Vec<Part>| feature.given_by.iter().any(|giver| gives(path, giver));
    if paths(option).iter().all(met) {
        return None;
    }
    Some(Lack {
        need: need.into(),
        title: feature.title.clone(),
        reason: reason(feature),
        source: feature.source.clone(),
        date: feature.date.clone(),
    })
}

/// The paths that services take: the option's own, and the one that ends in its second kind of load balancer.
fn paths(option: &ArchitectureOption) -> Vec<Vec<Part>> {
    let mut paths = vec![option.path.clone()];
    if let (Some(also), [head @ .., _]) = (option.also, option.path.as_slice()) {
        paths.push([head, &[also]].concat());
    }
    paths
}

fn gives(path: &[Part], giver: &str) -> bool {
    let held = |id: &str| Part::from_id(id).map(|part| path.contains(&part));
    match giver.strip_prefix('!') {
        Some(absent) => held(absent) == Some(false),
        None => held(giver) == Some(true),
    }
}

fn reason(feature: &Feature) -> String {
    let titles: Vec<&str> = feature
        .given_by
        .iter()
        .filter_map(|giver| Part::from_id(giver.trim_start_matches('!')))
        .map(Part::title)
        .collect();
    match titles.as_slice() {
        [] => format!("no {}: none of the parts that gatecap knows gives this", feature.title),
        _ if feature.given_by.iter().any(|giver| giver.starts_with('!')) => {
            format!("not {}: the path has {}", feature.title, titles.join(" and "))
        }
        givers => format!("no {}: the path has no {}", feature.title, givers.join(" and no ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::tests::options;

    #[test]
    fn every_row_has_a_source_and_names_parts() {
        for feature in &table().feature {
            assert!(feature.source.len() > 10 && feature.date.starts_with("20"), "{}", feature.id);
            assert!(["B", "C"].contains(&feature.grade.as_str()), "{}", feature.id);
            for giver in &feature.given_by {
                assert!(Part::from_id(giver.trim_start_matches('!')).is_some(), "{giver} in {}", feature.id);
            }
        }
        let unique: std::collections::BTreeSet<_> = ids().collect();
        assert_eq!(unique.len(), ids().count());
    }

    #[test]
    fn needs_are_met_at_the_api_or_at_the_load_balancer() {
        let needs = ["waf", "usage-plans", "waf-before-gateway", "jwt", "jwt-validation"].map(String::from);
        let lacks =
            |name: &str| lacking(&options::named(name), &needs).iter().map(|l| l.need.clone()).collect::<Vec<_>>();
        assert_eq!(lacks("http-fan-out"), ["usage-plans", "waf-before-gateway"]);
        assert_eq!(lacks("rest-shared-nlb"), ["jwt", "jwt-validation"]);
        assert_eq!(lacks("rest-alb-direct"), ["jwt"]);
        let legacy = lacking(&options::named("rest-shared-nlb"), &["no-legacy".into()]);
        assert!(legacy[0].reason.contains("VPC link V1") && legacy[0].source.contains("legacy"), "{legacy:?}");
        assert_eq!(lacking(&options::named("rest-nlb-alb"), &["one-load-balancer".into()]).len(), 1);
        assert!(lacking(&options::named("rest-alb-direct"), &["one-load-balancer".into()]).is_empty());
    }

    #[test]
    fn both_kinds_of_load_balancer_must_meet_a_need() {
        let mut option = options::named("http-fan-out");
        let need = ["path-rules".to_string()];
        assert!(lacking(&option, &need).is_empty());
        option.also = Some(Part::Nlb);
        assert_eq!(lacking(&option, &need)[0].title, "path, host and header rules at the load balancer");
    }

    #[test]
    fn what_no_part_gives_every_option_lacks() {
        let lack = lacking(&options::named("rest-alb-direct"), &["websocket".into()]);
        assert!(lack[0].reason.contains("none of the parts"), "{lack:?}");
    }
}
