//! Templates as people write them, and as nobody should.

mod bodies;
mod functions;
mod hostile;
mod resources;
mod stacks;

use std::collections::BTreeMap;

use super::*;
use crate::import::Source;
use crate::import::estate::{Forward, Id, NoteKind, Reference};
use crate::import::syntax;

/// A document of a text.
fn document(name: &str, text: &str) -> (String, Parsed) {
    let source = Source { name: name.to_string(), bytes: text.as_bytes().to_vec() };
    let parsed = syntax::parse(&source).unwrap_or_else(|issue| panic!("{name}: {}\n{text}", issue.message));
    (name.to_string(), parsed)
}

/// The estate of one template, `t.yaml`.
fn estate(text: &str) -> Estate {
    read(&[document("t.yaml", text)], &BTreeMap::new())
}

/// The estate of several files.
fn together(files: &[(&str, &str)]) -> Estate {
    let documents: Vec<(String, Parsed)> = files.iter().map(|(name, text)| document(name, text)).collect();
    read(&documents, &BTreeMap::new())
}

/// Notes of a kind, as texts.
fn notes(estate: &Estate, kind: NoteKind) -> Vec<&str> {
    estate.notes.iter().filter(|note| note.kind == kind).map(|note| note.text.as_str()).collect()
}

/// A reference in short: `#Name` for a thing of the file, `=text` for a name, `?why` for what is not known.
fn short(reference: &Reference) -> String {
    match reference {
        Reference::To(Id(id)) => id.strip_prefix("t.yaml").unwrap_or(id).to_string(),
        Reference::Named(name) => format!("={name}"),
        Reference::Unknown(why) => format!("?{why}"),
    }
}

/// Several references in short.
/// Target groups with their weights, where those are not 1.
fn weighted(forwards: &[Forward]) -> String {
    let one = |one: &Forward| match one.weight {
        1 => short(&one.group),
        weight => format!("{}={weight}", short(&one.group)),
    };
    forwards.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn shorts(references: &[Reference]) -> String {
    references.iter().map(short).collect::<Vec<_>>().join(" ")
}

/// Every route in short: API, method, path, kind, link, target, URI.
fn routes(estate: &Estate) -> Vec<String> {
    let each = estate.routes.iter().map(|route| {
        let integration = &route.integration;
        let optional = |reference: &Option<Reference>| reference.as_ref().map_or("-".to_string(), short);
        format!(
            "{} {} {} {:?} {} {} {}",
            short(&route.api),
            if route.method.is_empty() { "-" } else { &route.method },
            route.path,
            integration.kind,
            optional(&integration.link),
            optional(&integration.target),
            integration.uri.as_deref().unwrap_or("-")
        )
    });
    each.collect()
}
