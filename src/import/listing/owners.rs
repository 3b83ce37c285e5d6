//! Which API, load balancer or target group a listing is of, where it does not say so itself.

use super::pages::Page;
use crate::import::estate::{Estate, NoteKind, Reference};

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

/// The API of a page, of those whose ids are `known`; what was taken from elsewhere than the listing is noted.
pub(super) fn api(page: &Page<'_>, known: &[&str], what: &str, estate: &mut Estate) -> Reference {
    let words = words(page.file);
    if let Some(id) = known.iter().find(|id| words.contains(id)) {
        let text = format!("{what} are of the API `{id}`, which the file's name has");
        estate.note(NoteKind::Inferred, text, &page.origin);
        return Reference::Named((*id).to_string());
    }
    if let Some(id) = words.iter().rev().find(|word| is_id(word)) {
        let text = format!("{what} are of an API `{id}`: the file's name has an id that no other file knows");
        estate.note(NoteKind::Inferred, text, &page.origin);
        return Reference::Named((*id).to_string());
    }
    if let [id] = known {
        let text = format!("{what} are of the API `{id}`, the only one of its kind in the files");
        estate.note(NoteKind::Inferred, text, &page.origin);
        return Reference::Named((*id).to_string());
    }
    let why = format!(
        "the listing does not say which API its {what} are of: put its id into the file's name, as `{what}-API_ID.json`"
    );
    estate.note(NoteKind::Unresolved, why.clone(), &page.origin);
    Reference::Unknown(why)
}

/// Which of several things a page is of, by the file's name: the one whose name or last part of whose ARN it has, otherwise
/// the only one there is. `names` are pairs of ARN and name.
pub(super) fn named(page: &Page<'_>, names: &[(String, String)]) -> Option<(usize, &'static str)> {
    let file = page.file.rsplit(['/', '\\']).next().unwrap_or(page.file);
    let words = words(file);
    let last = |arn: &str| arn.rsplit('/').next().map(String::from).unwrap_or_default();
    let by_arn = names.iter().position(|(arn, _)| words.contains(&last(arn).as_str()));
    let by_name = || {
        let fits = |name: &str| !name.is_empty() && parts(file, name);
        let fitting = names.iter().enumerate().filter(|(_, (_, name))| fits(name));
        fitting.max_by_key(|(_, (_, name))| name.len()).map(|(index, _)| index)
    };
    if let Some(index) = by_arn.or_else(by_name) {
        return Some((index, "which the file's name has"));
    }
    if let [_] = names { Some((0, "the only one in the files")) } else { None }
}

/// Whether a file's name has another name in it, whole: not as a part of a word.
fn parts(file: &str, name: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    file.match_indices(name)
        .any(|(at, _)| !letter(file[..at].chars().next_back()) && !letter(file[at + name.len()..].chars().next()))
}
