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
}

/// A need that an option does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The need as the scenario has it.
    pub need: String,
    /// Why: "no usage plans: only a REST API has them".
    pub reason: String,
    /// Source of the fact; empty for a need that no table row names.
    pub source: String,
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

/// The feature of this id; `usage_plans` is taken for `usage-plans`.
#[must_use]
pub fn find(id: &str) -> Option<&'static Feature> {
    let id = id.replace('_', "-");
    table().feature.iter().find(|feature| feature.id == id)
}

/// Which of `needs` the option's path does not meet, in the order of `needs`; a need that is no feature counts as lacking.
#[must_use]
pub fn lacking(option: &ArchitectureOption, needs: &[String]) -> Vec<Lack> {
    let lack = |need: &String| {
        let Some(feature) = find(need) else {
            return Some(Lack { need: need.clone(), reason: "no such feature is known".into(), source: String::new() });
        };
        if feature.given_by.iter().any(|giver| gives(option, giver)) {
            return None;
        }
        let source = format!("{} ({})", feature.source, feature.date);
        Some(Lack { need: need.clone(), reason: reason(feature), source })
    };
    needs.iter().filter_map(lack).collect()
}

fn gives(option: &ArchitectureOption, giver: &str) -> bool {
    match giver.strip_prefix('!') {
        Some(absent) => Part::from_id(absent).is_some_and(|part| !option.has(part)),
        None => Part::from_id(giver).is_some_and(|part| option.has(part)),
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
            format!("not {}: the path has a {}", feature.title, titles.join(" and a "))
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
            for giver in &feature.given_by {
                assert!(Part::from_id(giver.trim_start_matches('!')).is_some(), "{giver} in {}", feature.id);
            }
        }
        let unique: std::collections::BTreeSet<_> = ids().collect();
        assert_eq!(unique.len(), ids().count());
    }

    #[test]
    fn an_http_api_lacks_usage_plans_but_has_a_waf_at_its_alb() {
        let needs = ["waf", "usage_plans", "waf-before-gateway"].map(String::from);
        let lacks =
            |name: &str| lacking(&options::named(name), &needs).iter().map(|l| l.need.clone()).collect::<Vec<_>>();
        assert_eq!(lacks("http-fan-out"), ["usage_plans", "waf-before-gateway"]);
        assert!(lacks("rest-shared-nlb").is_empty());
        let legacy = lacking(&options::named("rest-shared-nlb"), &["no-legacy".into()]);
        assert!(legacy[0].reason.contains("VPC link V1"), "{legacy:?}");
    }
}
