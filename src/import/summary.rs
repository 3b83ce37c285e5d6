//! What an import tells beside the scenario: a listing for the terminal and a document for programs.

use serde::Serialize;

use super::estate::{Estate, Note, NoteKind};
use super::services::{Imported, counted};
use super::write::{Written, by_option, clean, merged};
use crate::aws::lints::Lint;

/// Most notes of one kind on the terminal; the scenario lists them all.
const SHOWN: usize = 12;

/// The document of `--json`.
#[derive(Debug, Serialize)]
struct Document<'a> {
    services: Vec<One<'a>>,
    inferred: Vec<Said>,
    unresolved: Vec<Said>,
    passed_over: Vec<Said>,
    lints: Vec<Found<'a>>,
    counts: Vec<Counted>,
}

/// One service.
#[derive(Debug, Serialize)]
struct One<'a> {
    name: &'a str,
    title: &'a str,
    option: &'a str,
    /// 1 to 5; absent for a path of its own.
    number: Option<u8>,
    path: Vec<&'static str>,
    group: Option<&'a str>,
    routes: u32,
    targets: Option<u32>,
    count: u32,
    from: String,
    route: &'a str,
}

/// One note.
#[derive(Debug, Serialize)]
struct Said {
    text: String,
    at: String,
}

/// One lint.
#[derive(Debug, Serialize)]
struct Found<'a> {
    id: &'a str,
    severity: &'a str,
    subject: &'a str,
    what: &'a str,
    why: &'a str,
    source: &'a str,
    change: &'a str,
}

/// How many of one kind of thing were read.
#[derive(Debug, Serialize)]
struct Counted {
    what: &'static str,
    count: usize,
}

/// What was read, thing by thing.
fn counts(estate: &Estate) -> Vec<Counted> {
    let counts = [
        ("API", estate.apis.len()),
        ("route", estate.routes.len()),
        ("VPC link", estate.links.len()),
        ("load balancer", estate.balancers.len()),
        ("listener", estate.listeners.len()),
        ("rule", estate.rules.len()),
        ("target group", estate.target_groups.len()),
        ("Cloud Map service", estate.discoveries.len()),
        ("quota value", estate.quotas.len()),
    ];
    counts.into_iter().map(|(what, count)| Counted { what, count }).collect()
}

fn of(estate: &Estate, kind: NoteKind) -> impl Iterator<Item = &Note> {
    estate.notes.iter().filter(move |note| note.kind == kind)
}

/// One JSON document: services, what was inferred, left unresolved and passed over, and what was read.
#[must_use]
pub fn json(imported: &Imported, written: &Written) -> String {
    let said = |kind| {
        let one = |note: &Note| Said { text: note.text.clone(), at: note.origin.to_string() };
        of(&imported.estate, kind).map(one).collect::<Vec<Said>>()
    };
    let one = |(service, named)| one(imported, service, named);
    let document = Document {
        services: imported.services.iter().zip(&written.services).map(one).collect(),
        inferred: said(NoteKind::Inferred),
        unresolved: said(NoteKind::Unresolved),
        passed_over: said(NoteKind::PassedOver),
        lints: imported.lints.iter().map(found).collect(),
        counts: counts(&imported.estate),
    };
    // Texts, numbers and lists only: nothing that JSON cannot hold.
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn found(lint: &Lint) -> Found<'_> {
    let Lint { id, severity, subject, what, why, source, change } = lint;
    Found { id, severity: severity.text(), subject, what, why, source, change }
}

fn one<'a>(imported: &'a Imported, service: &'a super::services::Service, named: &'a super::write::Named) -> One<'a> {
    let recognised = &imported.options[service.option];
    One {
        name: &named.name,
        title: &service.label,
        option: &recognised.option.name,
        number: recognised.number,
        path: service.path.iter().map(|part| part.id()).collect(),
        group: named.group.as_deref(),
        routes: service.routes,
        targets: service.targets,
        count: service.copies,
        from: service.origin.to_string(),
        route: &service.route.0,
    }
}

/// The listing for the terminal: what was read, the services, and every note up to twelve of a kind, those of one cause as one.
#[must_use]
pub fn listing(imported: &Imported) -> String {
    let estate = &imported.estate;
    let read: Vec<String> = counts(estate)
        .into_iter()
        .filter(|one| one.count > 0)
        .map(|one| counted(u32::try_from(one.count).unwrap_or(u32::MAX), one.what))
        .collect();
    let read = if read.is_empty() { "nothing that gatecap counts".to_string() } else { read.join(", ") };
    let services = match imported.services.len() {
        0 => "none: nothing private is in the files".to_string(),
        _ => by_option(imported),
    };
    let mut lines = vec![format!("read         {read}"), format!("services     {services}")];
    for (kind, word) in
        [(NoteKind::Unresolved, "unresolved"), (NoteKind::Inferred, "inferred"), (NoteKind::PassedOver, "passed over")]
    {
        let notes = merged(estate, kind);
        for note in notes.iter().take(SHOWN) {
            lines.push(format!("{word:<12} {}, at {}", clean(&note.text), note.place()));
        }
        if notes.len() > SHOWN {
            lines.push(format!("{word:<12} and {} more, which the scenario lists", notes.len() - SHOWN));
        }
    }
    for lint in imported.lints.iter().take(SHOWN) {
        let what = clean(&format!("`{}`: {}; {}", lint.subject, lint.what, lint.change));
        lines.push(format!("{:<12} {what}", lint.severity.text()));
    }
    lines.join("\n")
}
