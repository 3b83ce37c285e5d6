//! Which API, load balancer or target group a listing is of, where it does not say so itself.

use std::collections::{BTreeMap, BTreeSet};

use super::pages::Page;
use crate::import::estate::{Api, Estate, NoteKind, Reference};

/// Words of commands that look like ids.
const WORDS: [&str; 4] = ["apigatewayv2", "elbv2", "wafv2", "apigateway2"];

/// Parts of a file's name between signs, without its folders and its ending.
pub(super) fn words(file: &str) -> Vec<&str> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a word may be an id of API Gateway: 8 to 10 small letters and digits, both of them.
fn is_id(word: &str) -> bool {
    (8..=10).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_lowercase())
        && !WORDS.contains(&word)
}

/// The APIs of the estate by their ids, and by what they are.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Places in the estate.
    pub places: BTreeMap<String, usize>,
    /// REST APIs.
    pub rest: BTreeSet<String>,
    /// HTTP APIs, and those that do not say what they are.
    pub http: BTreeSet<String>,
    /// HTTP and WebSocket APIs.
    pub second: BTreeSet<String>,
}

impl Known {
    /// The API that a reference names.
    pub fn find<'e>(&self, estate: &'e mut Estate, of: &Reference) -> Option<&'e mut Api> {
        let Reference::Named(id) = of else { return None };
        estate.apis.get_mut(*self.places.get(id)?)
    }
}

/// The API of a page, of those whose ids are `known`; what was taken from elsewhere than the listing is noted.
pub(super) fn api(page: &Page<'_>, known: &BTreeSet<String>, what: &str, estate: &mut Estate) -> Reference {
    let words = words(page.file);
    let by_name = words.iter().rev().find(|word| known.contains(**word));
    let only = known.first().filter(|_| known.len() == 1);
    let (id, why) = if let Some(id) = by_name {
        (*id, "which the file's name has")
    } else if let Some(id) = words.iter().rev().find(|word| is_id(word)) {
        (*id, "by the file's name; no other file knows it")
    } else if let Some(id) = only {
        (id.as_str(), "the only one of its kind in the files")
    } else {
        let why = format!(
            "the listing does not say which API its {what} are of: put its id into the file's name, as `{what}-API_ID.json`"
        );
        estate.note(NoteKind::Unresolved, why.clone(), &page.origin);
        return Reference::Unknown(why);
    };
    let text = format!("{what} are of the API `{id}`, {why}");
    estate.note(NoteKind::Inferred, text, &page.origin);
    Reference::Named(id.to_string())
}

/// Things that a file's name may name: load balancers, or target groups.
#[derive(Debug, Default)]
pub(super) struct Names<'f> {
    /// ARNs and names, in the order of the estate.
    pub all: Vec<(String, String)>,
    by_arn: BTreeMap<String, usize>,
    answers: BTreeMap<&'f str, Option<(usize, &'static str)>>,
}

impl<'f> Names<'f> {
    /// Of pairs of ARN and name.
    pub fn of(all: Vec<(String, String)>) -> Names<'f> {
        let last = |arn: &str| arn.rsplit('/').next().map(String::from).unwrap_or_default();
        let by_arn = all.iter().enumerate().map(|(index, (arn, _))| (last(arn), index)).collect();
        Names { all, by_arn, answers: BTreeMap::new() }
    }

    /// The one that a page is of, by the file's name: the one whose name or last part of whose ARN it has, otherwise the only one
    /// there is.
    pub fn find(&mut self, page: &Page<'f>) -> Option<(usize, &'static str)> {
        if let Some(known) = self.answers.get(page.file) {
            return *known;
        }
        let file = page.file.rsplit(['/', '\\']).next().unwrap_or(page.file);
        let by_arn = words(file).into_iter().find_map(|word| self.by_arn.get(word).copied());
        let by_name = || {
            let fits = |name: &str| !name.is_empty() && parts(file, name);
            let fitting = self.all.iter().enumerate().filter(|(_, (_, name))| fits(name));
            fitting.max_by_key(|(_, (_, name))| name.len()).map(|(index, _)| index)
        };
        let named = by_arn.or_else(by_name).map(|index| (index, "which the file's name has"));
        let found = named.or(if self.all.len() == 1 { Some((0, "the only one in the files")) } else { None });
        self.answers.insert(page.file, found);
        found
    }
}

/// Whether a file's name has another name in it, whole: not as a part of a word.
fn parts(file: &str, name: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    file.match_indices(name)
        .any(|(at, _)| !letter(file[..at].chars().next_back()) && !letter(file[at + name.len()..].chars().next()))
}
