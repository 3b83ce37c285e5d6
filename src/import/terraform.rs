//! Terraform: plans and states as `terraform show -json` prints them, and the state file (version 4), into an estate.
//!
//! ```text
//! state v4 | show state | show plan -> items -> context (index, references) -> balancers, apis, rest, http -> Estate
//! ```
//!
//! Nothing is evaluated that Terraform has not evaluated: where a plan leaves a value unknown, the references of its expression
//! tell which resource it will come from. Values that are marked sensitive are not read.

mod address;
mod apis;
mod balancers;
mod body;
mod context;
mod http;
mod item;
#[cfg(test)]
mod option_tests;
mod plan;
#[cfg(test)]
mod plan_tests;
mod references;
mod rest;
mod state;
#[cfg(test)]
mod tests;
mod uri;

use std::collections::BTreeMap;

use super::Source;
use super::estate::{Estate, NoteKind};
use super::node::{Node, Origin};
use super::syntax::Parsed;
use crate::issue::{Issue, Issues};
use context::Context;
use plan::{Configuration, count};

/// The version of the state file that is read; Terraform has written it since 0.12.
const STATE_VERSION: f64 = 4.0;

/// What to run for a file that Terraform can turn into JSON.
const SHOW: &str = "`terraform show -json` prints the state as JSON; `terraform plan -out plan` and \
                    `terraform show -json plan > plan.json` a plan";

/// Resource types that are read; of all others the notes tell how many there are.
const READ: [&str; 29] = [
    "aws_api_gateway_authorizer",
    "aws_api_gateway_deployment",
    "aws_api_gateway_integration",
    "aws_api_gateway_method",
    "aws_api_gateway_method_settings",
    "aws_api_gateway_resource",
    "aws_api_gateway_rest_api",
    "aws_api_gateway_stage",
    "aws_api_gateway_usage_plan",
    "aws_api_gateway_vpc_link",
    "aws_apigatewayv2_api",
    "aws_apigatewayv2_authorizer",
    "aws_apigatewayv2_integration",
    "aws_apigatewayv2_route",
    "aws_apigatewayv2_stage",
    "aws_apigatewayv2_vpc_link",
    "aws_autoscaling_attachment",
    "aws_autoscaling_group",
    "aws_ecs_service",
    "aws_elb",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_lb_target_group_attachment",
    "aws_service_discovery_instance",
    "aws_service_discovery_service",
    "aws_wafregional_web_acl_association",
    "aws_wafv2_web_acl_association",
];

/// Types that only place others.
const PLACES: [&str; 2] = ["aws_subnet", "aws_vpc"];

/// What a file is that Terraform reads or writes but that is no JSON, to be asked before it is parsed.
#[must_use]
pub fn foreign(source: &Source) -> Option<Issue> {
    let name = &source.name;
    if source.bytes.starts_with(b"PK\x03\x04") {
        let message = format!("`{name}` is a plan in Terraform's own binary form, but a plan is read as JSON");
        return Some(Issue::new(message).hint(format!("run `terraform show -json {name} > plan.json`")));
    }
    let start: Vec<u8> = source.bytes.iter().copied().skip_while(u8::is_ascii_whitespace).take(4096).collect();
    let text = String::from_utf8_lossy(&start);
    if text.starts_with("{\"@level\"") || text.starts_with("{\"@message\"") {
        let message = format!("`{name}` is the log that `terraform plan -json` prints, which does not hold the plan");
        return Some(Issue::new(message).hint(SHOW));
    }
    let blocks = ["resource \"", "module \"", "provider \"", "variable \"", "terraform {", "locals {", "data \""];
    let ending = std::path::Path::new(name).extension().and_then(|ending| ending.to_str());
    let hcl = matches!(ending, Some("tf" | "hcl" | "tfvars"))
        || text.lines().any(|line| blocks.iter().any(|block| line.starts_with(block)));
    (hcl && !text.starts_with(['{', '['])).then(|| {
        let message =
            format!("`{name}` is Terraform source, which only Terraform can evaluate: a plan or state is read");
        Issue::new(message).hint(SHOW)
    })
}

/// The kinds of documents that are read.
enum Kind<'a> {
    /// The state file.
    State,
    /// `terraform show -json` of a state: its `values`.
    Shown(&'a Node),
    /// `terraform show -json` of a plan.
    Plan,
    /// Either without any resource.
    Empty,
}

/// Reads plans and states, several together; `files` are names and what was parsed of each.
///
/// # Errors
/// Files that are neither plans nor states, or states of another version; all of them at once.
pub fn read(files: &[(String, Parsed)]) -> Result<Estate, Issues> {
    let mut issues = Issues::new();
    let mut estate = Estate::default();
    let mut context = Context::default();
    let mut items = Vec::new();
    for (index, (name, parsed)) in files.iter().enumerate() {
        let (file, root) = (Origin::file(name), &parsed.node);
        if !parsed.further.is_empty() {
            let text = format!("{} after the first are not read", count(parsed.further.len(), "document"));
            estate.note(NoteKind::PassedOver, text, &file);
        }
        context.files.push(name.clone());
        let mut configuration = Configuration::default();
        match kind(name, root) {
            Ok(Kind::State) => state::raw(index, &file, root, &mut items, &mut estate),
            Ok(Kind::Shown(values)) => {
                let module = values.get("root_module").unwrap_or(values);
                state::values(index, &file, module, &mut items, &mut estate);
            }
            Ok(Kind::Plan) => {
                configuration = Configuration::of(root);
                plan::read(index, &file, root, &configuration, &mut items, &mut estate);
                if root.get("errored").and_then(Node::boolean) == Some(true) {
                    let text = "the plan ended with errors, so resources may be missing";
                    estate.note(NoteKind::Unresolved, text, &file);
                }
            }
            Ok(Kind::Empty) => estate.note(NoteKind::PassedOver, "the file holds no resources", &file),
            Err(issue) => issues.push(*issue),
        }
        context.configurations.push(configuration);
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    context.items = items;
    context.index(&mut estate);
    others(&context, &mut estate);
    balancers::read(&context, &mut estate);
    let apis = apis::read(&context, &mut estate);
    rest::read(&context, &apis, &mut estate);
    http::read(&context, &apis, &mut estate);
    Ok(estate)
}

/// What kind of document it is.
fn kind<'a>(name: &str, root: &'a Node) -> Result<Kind<'a>, Box<Issue>> {
    let has = |key: &str| root.get(key).is_some();
    if has("planned_values") || has("resource_changes") {
        return Ok(Kind::Plan);
    }
    if let Some(values) =
        root.get("values").filter(|values| has("format_version") || values.get("root_module").is_some())
    {
        return Ok(Kind::Shown(values));
    }
    if has("format_version") && has("terraform_version")
        || (has("format_version") && root.table().map_or(0, <[_]>::len) == 1)
    {
        return Ok(Kind::Empty);
    }
    if has("version") && (has("terraform_version") || has("lineage") || has("serial")) {
        let version = root.get("version").and_then(Node::text).unwrap_or("nothing");
        if version.parse() == Ok(STATE_VERSION) {
            return Ok(Kind::State);
        }
        let message = format!("`{name}` is a Terraform state of version {version}, but version 4 is read");
        let old = version.parse().is_ok_and(|version: f64| version < STATE_VERSION);
        let hint = if old {
            "let Terraform 0.13 or later write the state anew (`terraform init`, `terraform apply -refresh-only`), or save \
             what `terraform show -json` prints"
        } else {
            "save what `terraform show -json` prints, whose form does not depend on the version"
        };
        return Err(Box::new(Issue::new(message).hint(hint)));
    }
    let issue = if has("resource") || has("module") || has("provider") || has("terraform") {
        let message = format!(
            "`{name}` is Terraform source in JSON, which only Terraform can evaluate, but a plan or a state is read"
        );
        Issue::new(message).hint(SHOW)
    } else {
        let first = root.table().and_then(|pairs| pairs.first());
        let begins = match first {
            Some((key, _)) => format!("it begins with `{}`", key.chars().take(40).collect::<String>()),
            None => "it holds no table with keys".into(),
        };
        let message = format!("`{name}` is neither a plan nor a state of Terraform: {begins}");
        Issue::new(message).hint(SHOW)
    };
    Err(Box::new(issue))
}

/// Notes what is of no use here: one line for each type.
fn others(context: &Context<'_>, estate: &mut Estate) {
    let mut types: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (index, item) in context.items.iter().enumerate() {
        let kind = item.kind.as_str();
        if READ.binary_search(&kind).is_err() && !PLACES.contains(&kind) {
            types.entry(kind).or_insert((index, 0)).1 += 1;
        }
    }
    let mut types: Vec<(&str, (usize, usize))> = types.into_iter().collect();
    types.sort_by_key(|(_, (first, _))| *first);
    for (kind, (first, number)) in types {
        let text = format!("{} of the type `{kind}`", count(number, "resource"));
        estate.note(NoteKind::PassedOver, text, &context.origin(&context.items[first]));
    }
}
