//! The paths that a route's requests have when they reach a load balancer, whose rules are held against them.

use std::collections::BTreeSet;

use super::address::Address;
use super::patterns::pattern;
use crate::import::estate::{Api, ApiKind, Route};

/// The stage that stands before no path.
const UNNAMED: &str = "$default";

/// What a route calls, as patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paths {
    /// One for each stage; where no file tells the stage, the one without its name.
    pub patterns: Vec<String>,
    /// Where no file tells the stage: the one behind any name.
    pub staged: Option<String>,
}

impl Paths {
    /// Of a route of an API of this kind, `api` where it is in the files, whose integration has this address.
    ///
    /// A REST API calls its URI. A private integration of an HTTP API gets the route's path behind the name of the stage, unless that is
    /// `$default` or a parameter mapping overwrites the path (AWS, API Gateway developer guide, private integrations for HTTP APIs).
    pub fn of(route: &Route, kind: ApiKind, address: &Address, api: Option<&Api>) -> Paths {
        let own = if route.path == UNNAMED { "/{}" } else { &route.path };
        let only = |path: &str| Paths { patterns: vec![pattern(path)], staged: None };
        if kind != ApiKind::Http {
            return only(if address.host.is_some() { &address.path } else { own });
        }
        if let Some(stated) = &route.integration.path {
            return only(&overwritten(stated, own));
        }
        let (open, known): (BTreeSet<&str>, BTreeSet<&str>) =
            api.into_iter().flat_map(|api| &api.stages).map(String::as_str).partition(|stage| stage.contains("${"));
        let mut patterns: BTreeSet<String> = known
            .into_iter()
            .map(|stage| if stage == UNNAMED { pattern(own) } else { pattern(&format!("/{stage}{own}")) })
            .collect();
        let unknown = patterns.is_empty() || !open.is_empty();
        if unknown {
            patterns.insert(pattern(own));
        }
        let staged = unknown.then(|| pattern(&format!("/{{}}{own}")));
        Paths { patterns: patterns.into_iter().collect(), staged }
    }

    /// ", which arrives as `/prod/orders/*`" where that is not what the route says.
    pub fn arriving(&self, route: &Route) -> String {
        if self.staged.is_some() || self.patterns.iter().all(|one| *one == pattern(&route.path)) {
            return String::new();
        }
        let shown: Vec<String> = self.patterns.iter().take(3).map(|one| format!("`{one}`")).collect();
        format!(", which arrives as {},", shown.join(" or "))
    }
}

/// A stated path with `{}` for what it takes from the request; `$request.path` is the route's own path, without the stage.
fn overwritten(stated: &str, own: &str) -> String {
    let in_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut made = String::new();
    let mut rest = stated;
    while let Some((before, after)) = rest.split_once('$') {
        made.push_str(before);
        let (name, after) = match after.strip_prefix('{') {
            Some(after) => after.split_once('}').unwrap_or((after, "")),
            None => after.split_at(after.find(|c: char| !in_name(c)).unwrap_or(after.len())),
        };
        made.push_str(if name == "request.path" { own } else { "{}" });
        rest = after;
    }
    made + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::services::Account;

    fn paths(path: &str, overwrite: Option<&str>, stages: &[&str]) -> (Vec<String>, Option<String>) {
        let mut estate = Account::default().api("api", ApiKind::Http).route("api", path, "link", None, None).0;
        estate.apis[0].stages = stages.iter().map(|stage| (*stage).to_string()).collect();
        estate.routes[0].integration.path = overwrite.map(str::to_string);
        let paths = Paths::of(&estate.routes[0], ApiKind::Http, &Address::of(""), estate.apis.first());
        (paths.patterns, paths.staged)
    }

    #[test]
    fn the_stage_stands_before_the_path() {
        let known = |path: &str, stages: &[&str]| {
            let (patterns, staged) = paths(path, None, stages);
            assert_eq!(staged, None);
            patterns.join(" ")
        };
        assert_eq!(known("/orders/{id}", &["$default"]), "/orders/*");
        assert_eq!(known("/orders/{id}", &["prod"]), "/prod/orders/*");
        assert_eq!(known("/a", &["prod", "$default", "prod"]), "/a /prod/a");
        assert_eq!(known("$default", &["$default"]), "/*");
        assert_eq!(known("$default", &["prod"]), "/prod/*");
    }

    #[test]
    fn a_stage_that_no_file_tells_may_be_there_or_not() {
        assert_eq!(paths("/a", None, &[]), (vec!["/a".into()], Some("/*/a".into())));
        assert_eq!(paths("/a", None, &["${Stage}"]), (vec!["/a".into()], Some("/*/a".into())));
        assert_eq!(paths("/a", None, &["${Stage}", "b"]), (vec!["/a".into(), "/b/a".into()], Some("/*/a".into())));
    }

    #[test]
    fn a_mapping_overwrites_path_and_stage() {
        for (stated, expected) in [
            ("/v1/orders/$request.path.proxy", "/v1/orders/*"),
            ("/v1/${request.path.id}/x", "/v1/*/x"),
            ("$request.path", "/orders/*"),
            ("/v2${request.path}", "/v2/orders/*"),
            ("/$context.stage/x", "/*/x"),
            ("/fixed", "/fixed"),
            ("/${Prefix}/x", "/*/x"),
            ("/odd/$", "/odd/*"),
        ] {
            assert_eq!(paths("/orders/{id}", Some(stated), &["prod"]), (vec![expected.into()], None), "{stated}");
        }
    }
}
