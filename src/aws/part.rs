//! The parts that an option's path is made of: their names, and which may follow which. What each part counts and how it
//! behaves is in the file of its own name.

use super::quotas;
use super::system::System;
use super::{alb, cloud_map, http_api, nlb, rest_api, vpc_link_v1, vpc_link_v2};
use crate::units::Duration;

/// A part of AWS that a path may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// API Gateway REST API.
    RestApi,
    /// API Gateway HTTP API.
    HttpApi,
    /// VPC link of the first generation (REST, to one NLB).
    VpcLinkV1,
    /// VPC link of the second generation (to load balancers and Cloud Map of one VPC).
    VpcLinkV2,
    /// Network Load Balancer.
    Nlb,
    /// Application Load Balancer.
    Alb,
    /// Cloud Map service discovery.
    CloudMap,
}

/// What is fixed about a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The id that files and results use, as `vpc-link-v1`; also the name of the hop.
    pub id: &'static str,
    /// For people: "VPC link V1".
    pub title: &'static str,
    /// Parts that may come directly before it; empty: only the start of a path.
    pub follows: &'static [Part],
    /// Why nothing else may come before it, ready to follow a colon.
    pub because: &'static str,
    /// Why AWS advises against it for new builds, if it does.
    pub legacy: Option<&'static str>,
}

/// What an API answers for the gateway's own failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// The integration took longer than its timeout.
    pub integration_timeout: u16,
    /// The integration could not be reached or broke off.
    pub integration_failure: u16,
    /// The link or all that is behind it is not available.
    pub unavailable: u16,
    /// A throttle refused.
    pub throttled: u16,
    /// Where the codes are from.
    pub source: &'static str,
}

/// Why parts make no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// Index of the part at fault; the path's length where something is missing at the end.
    pub index: usize,
    /// What was found, then why it cannot be.
    pub message: String,
    /// How to mend it.
    pub hint: String,
}

impl Part {
    /// Every part, APIs first.
    pub const ALL: [Part; 7] =
        [Part::RestApi, Part::HttpApi, Part::VpcLinkV1, Part::VpcLinkV2, Part::Nlb, Part::Alb, Part::CloudMap];

    /// What is fixed about this part.
    #[must_use]
    pub fn facts(self) -> &'static Facts {
        match self {
            Part::RestApi => &rest_api::FACTS,
            Part::HttpApi => &http_api::FACTS,
            Part::VpcLinkV1 => &vpc_link_v1::FACTS,
            Part::VpcLinkV2 => &vpc_link_v2::FACTS,
            Part::Nlb => &nlb::FACTS,
            Part::Alb => &alb::FACTS,
            Part::CloudMap => &cloud_map::FACTS,
        }
    }

    /// The part with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.id() == id)
    }

    /// The id that files and results use.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// The name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// What an API answers for the gateway's own failures; `None` for other parts.
    #[must_use]
    pub fn answers(self) -> Option<Answers> {
        match self {
            Part::RestApi => Some(rest_api::ANSWERS),
            Part::HttpApi => Some(http_api::ANSWERS),
            _ => None,
        }
    }

    /// Id of the quota that is the longest integration timeout of an API, in ms; `None` for other parts.
    #[must_use]
    pub fn timeout_quota(self) -> Option<&'static str> {
        match self {
            Part::RestApi => Some(rest_api::TIMEOUT_QUOTA),
            Part::HttpApi => Some(http_api::TIMEOUT_QUOTA),
            _ => None,
        }
    }

    /// The integration timeout of an API where none is stated, 29 s or 30 s, and the longest that the quotas in force allow;
    /// `None` for other parts.
    #[must_use]
    pub fn integration_timeout(self, system: &System) -> Option<(Duration, Duration)> {
        let quota = quotas::find(self.timeout_quota()?)?;
        Some((Duration::from_millis(quota.default), Duration::from_millis(quotas::in_force(system, quota).0)))
    }

    /// Whether it is a load balancer.
    #[must_use]
    pub fn is_balancer(self) -> bool {
        matches!(self, Part::Nlb | Part::Alb)
    }
}

/// Whether the parts make a path: an API, a VPC link, then load balancers (at most an NLB before an ALB) or Cloud Map.
///
/// # Errors
/// The first part that cannot stand where it does, or the part that is missing at the end.
pub fn check_path(path: &[Part]) -> Result<(), PathError> {
    let example = "as `path = [\"rest-api\", \"vpc-link-v2\", \"alb\"]`";
    for (index, &part) in path.iter().enumerate() {
        let facts = part.facts();
        let before = index.checked_sub(1).map(|i| path[i]);
        let message = match before {
            None if facts.follows.is_empty() => continue,
            None => format!("the path begins with `{}`, but a path begins with `rest-api` or `http-api`", facts.id),
            Some(before) if facts.follows.contains(&before) => match reaches_cloud_map_from_rest(&path[..=index]) {
                true => "`cloud-map` cannot follow a REST API: AWS supports Cloud Map only behind an HTTP API".into(),
                false => continue,
            },
            Some(before) => format!("`{}` cannot follow `{}`: {}", facts.id, before.id(), because(part, before)),
        };
        return Err(PathError { index, message, hint: hint(part, example) });
    }
    let complete = path.last().is_some_and(|last| last.is_balancer() || *last == Part::CloudMap);
    if complete {
        return Ok(());
    }
    let message = match path.last() {
        None => "the path is empty, but it needs an API, a VPC link and a load balancer".into(),
        Some(last) => format!("the path ends with `{}`, but it must lead to a load balancer or Cloud Map", last.id()),
    };
    Err(PathError { index: path.len(), message, hint: format!("write the whole path, {example}") })
}

fn reaches_cloud_map_from_rest(path: &[Part]) -> bool {
    path.first() == Some(&Part::RestApi) && path.last() == Some(&Part::CloudMap)
}

/// The reason of the part at fault, or that of the link before it, which knows better where it leads.
fn because(part: Part, before: Part) -> &'static str {
    match before {
        Part::VpcLinkV1 => vpc_link_v1::LEADS_TO,
        _ => part.facts().because,
    }
}

fn hint(part: Part, example: &str) -> String {
    match part.facts().follows {
        [] => format!("leave out the second API; write the path {example}"),
        follows => {
            let ids: Vec<String> = follows.iter().map(|before| format!("`{}`", before.id())).collect();
            format!("`{}` follows {}", part.id(), ids.join(" or "))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Part::*;
    use super::*;
    use crate::aws::system::QuotaValue;

    #[test]
    fn ids_are_unique_and_lead_back() {
        for part in Part::ALL {
            assert_eq!(Part::from_id(part.id()), Some(part));
        }
        assert_eq!(Part::from_id("elb"), None);
    }

    #[test]
    fn apis_wait_and_answer_as_aws_says() {
        let mut system = System::aws_defaults(Vec::new());
        let seconds = |part: Part, system: &System| {
            part.integration_timeout(system).map(|(usual, longest)| (usual.seconds(), longest.seconds()))
        };
        assert_eq!(seconds(RestApi, &system), Some((29.0, 29.0)));
        assert_eq!(seconds(HttpApi, &system), Some((30.0, 30.0)));
        assert_eq!(seconds(Alb, &system), None);
        let raised = QuotaValue { value: 60_000.0, from: "scenario".into() };
        system.quotas.insert("L-E5AE38E3".into(), raised);
        assert_eq!(seconds(RestApi, &system), Some((29.0, 60.0)));
        assert_eq!(RestApi.answers().map(|answers| answers.integration_timeout), Some(504));
        assert_eq!(HttpApi.answers().map(|answers| answers.integration_timeout), Some(503));
    }

    #[test]
    fn the_paths_that_aws_builds_are_paths() {
        for path in [
            &[HttpApi, VpcLinkV2, Alb][..],
            &[HttpApi, VpcLinkV2, Nlb],
            &[HttpApi, VpcLinkV2, CloudMap],
            &[HttpApi, VpcLinkV2, Nlb, Alb],
            &[RestApi, VpcLinkV1, Nlb],
            &[RestApi, VpcLinkV1, Nlb, Alb],
            &[RestApi, VpcLinkV2, Alb],
            &[RestApi, VpcLinkV2, Nlb],
        ] {
            assert_eq!(check_path(path), Ok(()), "{path:?}");
        }
    }

    #[test]
    fn what_aws_refuses_is_an_error_at_its_place() {
        let error = |path: &[Part]| check_path(path).unwrap_err();
        let alb = error(&[RestApi, VpcLinkV1, Alb]);
        assert_eq!(
            (alb.index, alb.message.as_str()),
            (2, "`alb` cannot follow `vpc-link-v1`: a V1 link leads to one NLB")
        );
        assert!(error(&[RestApi, VpcLinkV2, CloudMap]).message.contains("only behind an HTTP API"));
        assert_eq!(error(&[HttpApi, VpcLinkV1, Nlb]).index, 1);
        assert_eq!(error(&[VpcLinkV2, Alb]).index, 0);
        assert_eq!(error(&[HttpApi, VpcLinkV2]).index, 2);
        assert_eq!(error(&[]).index, 0);
        assert_eq!(error(&[RestApi, VpcLinkV2, Alb, Nlb]).index, 3);
        assert_eq!(error(&[RestApi, VpcLinkV2, Alb, Alb]).index, 3);
        assert_eq!(error(&[RestApi, HttpApi, VpcLinkV2, Alb]).index, 1);
    }
}
