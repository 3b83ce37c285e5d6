//! The addresses of the server: what each takes, and what it answers.

use std::sync::Arc;

use gatecap::results::json as document;
use gatecap::scenario::Document;
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::folder::{Folder, Place};
use super::guard::{self, Refusal};
use super::reply::{self, Kind, Reply};
use super::runs::{Finished, Found, Runs};
use super::{answer as told, form, issues, listen, live, page, work};

/// Requests that read or check something at a time, and that wait for it; a page has one of them under way.
const MOST_READERS: usize = 2;
const MOST_READING: usize = 16;

/// What a server serves.
pub struct Site {
    /// Where it is reached.
    pub port: u16,
    /// Where it reads and saves.
    pub folder: Folder,
    /// The scenario that it began with: name and text.
    pub start: (String, String),
    /// Its sweeps.
    pub runs: Runs,
    readers: Semaphore,
    reading: Semaphore,
    /// Streams of progress.
    pub streams: Arc<Semaphore>,
}

impl Site {
    /// A site that begins with this scenario.
    pub fn new(port: u16, folder: Folder, start: (String, String)) -> Site {
        let (readers, reading) = (Semaphore::new(MOST_READERS), Semaphore::new(MOST_READING));
        let streams = Arc::new(Semaphore::new(live::MOST_STREAMS));
        Site { port, folder, start, runs: Runs::default(), readers, reading, streams }
    }

    /// The scenario of this name and text, with its files in the folder.
    ///
    /// # Errors
    /// 400: no name; or everything that is wrong with the text.
    pub fn document(&self, name: &str, text: &str) -> Result<Result<Document, gatecap::issue::Issues>, Refusal> {
        let read = Document::confined(text, &self.folder.scenario(name)?);
        Ok(read.and_then(|document| work::check(&document).map(|_| document)))
    }
}

/// A scenario of the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    text: String,
}

/// A scenario and what the form wants of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    name: String,
    text: String,
    changes: Vec<form::Change>,
}

/// A sweep.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Numbered {
    id: u64,
}

/// A scenario to be saved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    name: String,
    text: String,
    over: bool,
}

/// A report to be saved.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reported {
    name: String,
    id: u64,
    over: bool,
}

/// Answers a request.
///
/// # Errors
/// What is refused, and why.
pub async fn answer(request: Request<Incoming>, site: Arc<Site>) -> Result<Reply, Refusal> {
    let (head, body) = request.into_parts();
    guard::check(&head, site.port)?;
    let path = head.uri.path().to_string();
    let is_change = path.starts_with("/api/do/");
    match (&head.method, is_change) {
        (&Method::GET | &Method::HEAD, false) => get(&path, site).await,
        (&Method::POST, true) if CHANGES.contains(&path.as_str()) => {
            let bytes = listen::body(body).await?;
            if path == STOP {
                return change(&path, &bytes, &site);
            }
            apart(site, move |site| change(&path, &bytes, site)).await
        }
        (_, true) if CHANGES.contains(&path.as_str()) => Ok(reply::not_allowed("POST")),
        (_, true) => Err(nothing_here()),
        _ => Ok(reply::not_allowed("GET, HEAD")),
    }
}

/// Addresses that take changes.
const CHANGES: [&str; 6] =
    ["/api/do/check", "/api/do/form", "/api/do/run", STOP, "/api/do/save-scenario", "/api/do/save-report"];
/// The one of them that waits for no other.
const STOP: &str = "/api/do/stop";

fn nothing_here() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "there is nothing here")
}

async fn get(path: &str, site: Arc<Site>) -> Result<Reply, Refusal> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        [""] => Ok(reply::whole(StatusCode::OK, Kind::Page, page::HTML)),
        ["style.css"] => Ok(reply::whole(StatusCode::OK, Kind::Style, page::style())),
        ["script.js"] => Ok(reply::whole(StatusCode::OK, Kind::Script, page::SCRIPT)),
        ["form.js"] => Ok(reply::whole(StatusCode::OK, Kind::Script, page::FORM)),
        ["answer.js"] => Ok(reply::whole(StatusCode::OK, Kind::Script, page::ANSWER)),
        ["api", "start"] => {
            apart(site, |site| {
                let (name, text) = &site.start;
                let checked = checked(site, name, text)?;
                Ok(reply::json(StatusCode::OK, &json!({ "folder": site.folder.shown(), "checked": checked })))
            })
            .await
        }
        ["api", "events"] => live::open(site),
        ["api", "runs", id] => {
            let id = number(id)?;
            apart(site, move |site| run(id, site)).await
        }
        ["api", "runs", id, "results.json"] => {
            let id = number(id)?;
            apart(site, move |site| {
                with_found(site, id, |found| {
                    Ok(reply::whole(StatusCode::OK, Kind::Json, document::pretty(&found.computed.results)))
                })
            })
            .await
        }
        ["api", "runs", id, "charts", name] => {
            let (id, name) = (number(id)?, (*name).to_string());
            apart(site, move |site| {
                with_found(site, id, |found| {
                    let chart = found.charts.iter().find(|chart| name.strip_suffix(".svg") == Some(&chart.name));
                    let svg = chart.ok_or_else(nothing_here)?.svg_inline.clone();
                    Ok(reply::whole(StatusCode::OK, Kind::Picture, svg))
                })
            })
            .await
        }
        ["reports", name] => {
            let name = (*name).to_string();
            apart(site, move |site| Ok(reply::whole(StatusCode::OK, Kind::Report, site.folder.report(&name)?))).await
        }
        _ => Err(nothing_here()),
    }
}

fn number(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| nothing_here())
}

/// Does what takes time on a thread of its own, few at a time, so that progress and Stop never wait for it.
async fn apart(
    site: Arc<Site>,
    work: impl FnOnce(&Site) -> Result<Reply, Refusal> + Send + 'static,
) -> Result<Reply, Refusal> {
    let busy = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too much is asked at once: try again");
    let _waiting = site.reading.try_acquire().map_err(|_| busy())?;
    let _place = site.readers.acquire().await.map_err(|_| busy())?;
    let broken = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "a bug of gatecap: its words are in the terminal");
    let other = Arc::clone(&site);
    tokio::task::spawn_blocking(move || work(&other)).await.map_err(broken)?
}

/// A sweep that runs, as far as quotas say, or that ended.
fn run(id: u64, site: &Site) -> Result<Reply, Refusal> {
    if let Some(finished) = site.runs.finished(id) {
        return Ok(reply::json(StatusCode::OK, &told::finished(&finished, &site.runs)));
    }
    let counted = site.runs.counted(id).ok_or_else(nothing_here)?;
    Ok(reply::json(StatusCode::OK, &json!({ "id": id, "counted": true, "answers": *counted })))
}

fn with_found(site: &Site, id: u64, show: impl FnOnce(&Found) -> Result<Reply, Refusal>) -> Result<Reply, Refusal> {
    let finished: Arc<Finished> = site.runs.finished(id).ok_or_else(nothing_here)?;
    show(finished.found().ok_or_else(nothing_here)?)
}

fn change(path: &str, bytes: &[u8], site: &Site) -> Result<Reply, Refusal> {
    let ok = |value: Value| Ok(reply::json(StatusCode::OK, &value));
    match path {
        "/api/do/check" => {
            let Written { name, text } = read(bytes)?;
            ok(checked(site, &name, &text)?)
        }
        "/api/do/form" => {
            let Filled { name, text, changes } = read(bytes)?;
            let text = match form::write(&text, &changes) {
                Ok(text) => text,
                Err((input, why)) => {
                    return ok(json!({ "input": input, "error": why }));
                }
            };
            ok(json!({ "checked": checked(site, &name, &text)? }))
        }
        "/api/do/run" => {
            let Written { name, text } = read(bytes)?;
            match site.document(&name, &text)? {
                Err(wrong) => {
                    let found = json!({ "error": "the scenario is wrong", "issues": located(&text, &wrong) });
                    Ok(reply::json(StatusCode::UNPROCESSABLE_ENTITY, &found))
                }
                Ok(document) => {
                    let full = || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "enough sweeps wait already: stop one");
                    let id = site.runs.ask(name, document).ok_or_else(full)?;
                    Ok(reply::json(StatusCode::ACCEPTED, &json!({ "id": id })))
                }
            }
        }
        STOP => {
            let Numbered { id } = read(bytes)?;
            if site.runs.stop(id) { ok(json!({})) } else { Err(nothing_here()) }
        }
        "/api/do/save-scenario" => {
            let Saved { name, text, over } = read(bytes)?;
            ok(saved(&site.folder.save_scenario(&name, &text, over)?))
        }
        "/api/do/save-report" => {
            let Reported { name, id, over } = read(bytes)?;
            with_found(site, id, |found| {
                let mut place = saved(&site.folder.save_report(&name, &found.computed, over)?);
                place["link"] = json!(format!("/reports/{name}"));
                ok(place)
            })
        }
        _ => Err(nothing_here()),
    }
}

/// Where something is saved, or that its name is taken.
fn saved(place: &Place) -> Value {
    match place {
        Place::Written(path) => json!({ "path": path.display().to_string() }),
        Place::Taken(path) => json!({ "taken": path.display().to_string() }),
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error.to_string()))
}

/// A text, the form of it, and what is wrong with it.
fn checked(site: &Site, name: &str, text: &str) -> Result<Value, Refusal> {
    let wrong = site.document(name, text)?.err();
    let found = wrong.map(|wrong| located(text, &wrong));
    Ok(json!({ "name": name, "text": text, "form": form::read(text), "issues": found }))
}

/// What is wrong, each with the input of the form that it is about.
fn located(text: &str, wrong: &[gatecap::issue::Issue]) -> Value {
    let mut found = issues::json(wrong);
    for issue in found["list"].as_array_mut().into_iter().flatten() {
        let at = |end: usize| issue["place"]["bytes"][end].as_u64().and_then(|at| usize::try_from(at).ok());
        let input = at(0).zip(at(1)).and_then(|(from, to)| form::input_at(text, &(from..to)));
        issue["input"] = json!(input);
    }
    found
}

/// A piece of a stream of events.
pub fn event(name: &str, data: &Value) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}
