//! Stage variables in integrations: what all stages of an API set alike stands in their place.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Names;
use crate::import::estate::{Estate, Integration, IntegrationKind, NoteKind, Reference};

const OPEN: &str = "${stageVariables.";

/// What the stages of an API set each variable to.
type Variables = BTreeMap<String, BTreeSet<String>>;

/// Puts values in the place of `${stageVariables.Name}` wherever the stages that were read agree; notes where they differ.
pub(super) fn resolve(estate: &mut Estate) {
    if estate.stage_variables.is_empty() {
        return;
    }
    let apis = Names::of(estate.apis.iter().map(|one| &one.identity));
    let mut of_api: BTreeMap<usize, Variables> = BTreeMap::new();
    for one in &estate.stage_variables {
        if let Some(api) = apis.one(&one.api) {
            let values = of_api.entry(api).or_default().entry(one.name.clone()).or_default();
            values.insert(one.value.clone());
        }
    }
    let mut differ: BTreeMap<(usize, String), crate::import::node::Origin> = BTreeMap::new();
    for route in &mut estate.routes {
        let Some((api, variables)) = apis.one(&route.api).and_then(|api| Some((api, of_api.get(&api)?))) else {
            continue;
        };
        for name in put(&mut route.integration, variables) {
            differ.entry((api, name)).or_insert_with(|| route.origin.clone());
        }
    }
    let texts: Vec<_> = differ
        .into_iter()
        .map(|((api, name), origin)| {
            let api = &estate.apis[api].identity.name;
            (format!("stages of `{api}` set stage variable `{name}` differently"), origin)
        })
        .collect();
    for (text, origin) in texts {
        estate.note(NoteKind::Unresolved, text, &origin);
    }
}

/// Fills the texts of an integration; returns the variables that stages set differently.
fn put(integration: &mut Integration, variables: &Variables) -> BTreeSet<String> {
    let mut differ = BTreeSet::new();
    for reference in [&mut integration.link, &mut integration.target].into_iter().flatten() {
        if let Reference::Named(text) = reference {
            *text = filled(text, variables, &mut differ);
        }
    }
    for text in [&mut integration.uri, &mut integration.path].into_iter().flatten() {
        *text = filled(text, variables, &mut differ);
    }
    // An ARN is the target itself, which could not be seen before.
    let is_arn = integration.uri.as_ref().is_some_and(|uri| uri.starts_with("arn:"));
    if integration.kind == IntegrationKind::Private && integration.target.is_none() && is_arn {
        integration.target = integration.uri.take().map(Reference::Named);
    }
    differ
}

fn filled(text: &str, variables: &Variables, differ: &mut BTreeSet<String>) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((name, after)) = after.split_once('}') else { break };
        made.push_str(before);
        let values = variables.get(name);
        match values.and_then(BTreeSet::first).filter(|_| values.is_some_and(|values| values.len() == 1)) {
            Some(value) => made.push_str(value),
            None => {
                if values.is_some() {
                    differ.insert(name.to_string());
                }
                made.push_str(OPEN);
                made.push_str(name);
                made.push('}');
            }
        }
        rest = after;
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::estate::{ApiKind, Reference, StageVariable};
    use crate::import::services::Account;

    fn account(values: &[(&str, &str)]) -> Estate {
        let mut estate = Account::default().api("api", ApiKind::Rest).route("api", "/a", "link", None, None).0;
        let integration = &mut estate.routes[0].integration;
        integration.link = Some(Reference::Named("${stageVariables.link}".into()));
        integration.uri = Some("http://${stageVariables.host}:${stageVariables.port}/a".into());
        for (name, value) in values {
            let (api, name, value) = (estate.routes[0].api.clone(), (*name).into(), (*value).into());
            estate.stage_variables.push(StageVariable { api, name, value });
        }
        resolve(&mut estate);
        estate
    }

    #[test]
    fn what_stages_set_alike_is_put_in() {
        let estate = account(&[("link", "v1"), ("host", "nlb"), ("link", "v1")]);
        let integration = &estate.routes[0].integration;
        assert_eq!(integration.link, Some(Reference::Named("v1".into())));
        assert_eq!(integration.uri.as_deref(), Some("http://nlb:${stageVariables.port}/a"));
        assert_eq!(estate.notes, []);
    }

    #[test]
    fn what_they_set_differently_stays_and_is_told() {
        let estate = account(&[("link", "v1"), ("link", "v2")]);
        assert_eq!(estate.routes[0].integration.link, Some(Reference::Named("${stageVariables.link}".into())));
        let texts: Vec<&str> = estate.notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(texts, ["stages of `api` set stage variable `link` differently"]);
    }
}
