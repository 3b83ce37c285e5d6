//! Listings: the JSON that `aws apigateway`, `apigatewayv2`, `elbv2`, `servicediscovery`, `service-quotas` and a few more print for
//! `get-...`, `list-...` and `describe-...`, several files together, into an estate.
//!
//! A file is known by what it holds, not by its name. Where a listing does not say which API or load balancer it is of, the file's
//! name may, as `get-routes-a1b2c3d4.json`.

mod balancers;
mod gateway;
mod health;
mod owners;
mod pages;
mod quotas;
mod routes;
#[cfg(test)]
mod tests;

use super::estate::{Estate, NoteKind};
use super::node::{Node, Origin};
use super::syntax::Parsed;
use crate::issue::{Issue, Issues};
use pages::{Kind, Page};

/// Keys by which a listing says that there is more of it.
const MORE: [&str; 5] = ["NextToken", "nextToken", "NextMarker", "Marker", "position"];

/// What is read, for a file that is not.
const HINT: &str = "save what the `aws` commands of docs/import-aws.md print, a file for each command";

/// Keys with which files of other kinds begin.
const FOREIGN: [(&str, &str); 8] = [
    ("AWSTemplateFormatVersion", "a CloudFormation template"),
    ("Resources", "a CloudFormation template"),
    ("openapi", "an OpenAPI document"),
    ("swagger", "a Swagger document"),
    ("planned_values", "a Terraform plan"),
    ("resource_changes", "a Terraform plan"),
    ("terraform_version", "a Terraform state"),
    ("format_version", "a Terraform state"),
];

/// Reads listings, several together; `files` are names and what was parsed of each. Entries of a list that stands alone are read
/// as if each were a document.
///
/// # Errors
/// Files of another kind, and, where no file is a listing, all that are none.
pub fn read(files: &[(String, Parsed)]) -> Result<Estate, Issues> {
    let mut estate = Estate::default();
    let mut issues = Issues::new();
    let mut strange: Vec<(String, Origin)> = Vec::new();
    let mut all: Vec<Page<'_>> = Vec::new();
    for (name, parsed) in files {
        let file = Origin::file(name);
        for (index, root) in std::iter::once(&parsed.node).chain(&parsed.further).enumerate() {
            let at = if index == 0 { file.clone() } else { file.at(&format!("document {}", index + 1), root.line) };
            match document(root, name, &at, &mut estate) {
                Ok(Some(pages)) => all.extend(pages),
                Ok(None) => strange.push((begins(root), at)),
                Err(issue) => issues.push(*issue),
            }
        }
    }
    for (begins, at) in strange {
        if all.is_empty() {
            let message = format!("`{}` is no listing of the AWS CLI that is read: {begins}", at.file);
            issues.push(Issue::new(message).hint(HINT));
        } else {
            estate.note(NoteKind::PassedOver, format!("no listing that is read: {begins}"), &at);
        }
    }
    if !issues.is_empty() {
        return Err(issues);
    }
    balancers::read(&all, &mut estate);
    gateway::read(&all, &mut estate);
    quotas::read(&all, &mut estate);
    others(&all, &mut estate);
    Ok(estate)
}

/// The pages of one document; `None` where it is no listing.
fn document<'a>(
    root: &'a Node,
    name: &'a str,
    at: &Origin,
    estate: &mut Estate,
) -> Result<Option<Vec<Page<'a>>>, Box<Issue>> {
    // A recorder's wrapper: {"status_code": 200, "data": {...}}.
    let wrapped = root.get("data").filter(|data| root.get("status_code").is_some() && data.table().is_some());
    let root = wrapped.unwrap_or(root);
    if let Some((_, what)) = FOREIGN.iter().find(|(key, _)| root.get(key).is_some()) {
        let message = format!("`{name}` is {what}, but listings of the AWS CLI are read");
        return Err(Box::new(Issue::new(message).hint(HINT)));
    }
    let more = MORE.iter().find(|key| root.get(key).and_then(Node::text).is_some_and(|text| !text.is_empty()));
    if let Some(key) = more {
        let text = format!(
            "the listing is one page of several (`{key}`): without `--max-items`, `--no-paginate` and `--page-size` the command \
             prints all"
        );
        estate.note(NoteKind::Unresolved, text, at);
    }
    Ok(pages::of(root, name, at))
}

/// How a document begins, for messages.
fn begins(root: &Node) -> String {
    let cut = |text: &str| text.chars().take(40).collect::<String>();
    match (root.table(), root.list(), root.text()) {
        (Some([(key, _), ..]), _, _) => format!("it begins with `{}`", cut(key)),
        (Some([]), _, _) => "it is an empty table".into(),
        (_, Some(list), _) => format!("it is a list of {} other things", list.len()),
        (_, _, Some(text)) => format!("it is a single value, `{}`", cut(text)),
        _ => "it is empty".into(),
    }
}

/// Notes what was known and is of no use here, and, all in one, lists without entries.
fn others(all: &[Page<'_>], estate: &mut Estate) {
    let mut keys: Vec<String> = Vec::new();
    let mut first: Option<(&Origin, usize)> = None;
    for page in all {
        if let Kind::Empty(key) = page.kind {
            first = Some(first.map_or((&page.origin, 1), |(origin, number)| (origin, number + 1)));
            let key = format!("`{key}`");
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        if let Kind::Other(what) = &page.kind {
            let text = format!("{} {what}", page.entries.len());
            estate.note(NoteKind::PassedOver, text, &page.origin);
        }
    }
    if let Some((origin, number)) = first {
        let lists = if number == 1 { "list has" } else { "lists have" };
        let text = format!("{number} {lists} no entries: {}", keys.join(", "));
        estate.note(NoteKind::PassedOver, text, origin);
    }
}
