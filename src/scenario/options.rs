//! `options` and `[option.NAME]`: which architectures are compared, and their sharing rules in this scenario.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::decode::Context;
use super::fields::{Field, Fields, Sink};
use super::option_file::{self, Shares};
use super::rows::io_message;
use super::tree::{self, Place, Value, shorten};
use crate::aws::option::ArchitectureOption;
use crate::issue::{Issue, SourceFile, nearest};

/// The options that are embedded, as name and text.
const BUILT_IN: [(&str, &str); 5] = [
    ("http-fan-out", include_str!("../../scenarios/options/http-fan-out.toml")),
    ("rest-link-per-service", include_str!("../../scenarios/options/rest-link-per-service.toml")),
    ("rest-shared-nlb", include_str!("../../scenarios/options/rest-shared-nlb.toml")),
    ("rest-nlb-alb", include_str!("../../scenarios/options/rest-nlb-alb.toml")),
    ("rest-alb-direct", include_str!("../../scenarios/options/rest-alb-direct.toml")),
];

/// The largest option file.
const LARGEST: u64 = 1024 * 1024;

/// An option and where its sharing rules are written, those of the scenario before those of its own file.
pub(super) struct Loaded {
    pub option: ArchitectureOption,
    shares: Shares,
    /// Where the scenario names the option; `None` for the default list.
    entry: Option<Place>,
}

impl Loaded {
    /// Where the sharing rule `key` is written last, or where the option is named.
    pub fn place_of(&self, key: &str) -> Option<&Place> {
        self.shares.iter().rev().find(|(known, _)| *known == key).map(|(_, place)| place).or(self.entry.as_ref())
    }
}

/// The names of the built-in options, in the order of the comparison.
pub(super) fn built_in_names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The built-in option of that name; `None` for other names.
#[must_use]
pub fn built_in(name: &str) -> Option<ArchitectureOption> {
    let sink = Sink::default();
    load_built_in(name, &sink).map(|(option, _)| option).filter(|_| sink.is_empty())
}

fn load_built_in(name: &str, sink: &Sink) -> Option<(ArchitectureOption, Shares)> {
    // Read once: a sweep resolves its scenario for every value of its axes.
    static READ: [OnceLock<(ArchitectureOption, Shares)>; BUILT_IN.len()] = [const { OnceLock::new() }; BUILT_IN.len()];
    let index = BUILT_IN.iter().position(|(known, _)| *known == name)?;
    if let Some(read) = READ[index].get() {
        return Some(read.clone());
    }
    let path = PathBuf::from(format!("built-in option {name}"));
    let read = load(Arc::new(SourceFile { path, text: BUILT_IN[index].1.to_string() }), sink)?;
    Some(READ[index].get_or_init(|| read).clone())
}

fn load(source: Arc<SourceFile>, sink: &Sink) -> Option<(ArchitectureOption, Shares)> {
    match tree::parse(&source) {
        Ok(root) => option_file::option(&root, "an option file", sink),
        Err(issues) => {
            issues.into_iter().for_each(|issue| sink.add(issue));
            None
        }
    }
}

/// The options to compare, with the scenario's sharing rules applied.
pub(super) fn options(top: &Fields<'_>, context: &Context<'_>) -> Vec<Loaded> {
    let mut loaded: Vec<Loaded> = Vec::new();
    match top.get("options") {
        None => {
            let all = built_in_names().filter_map(|name| load_built_in(name, top.sink));
            loaded.extend(all.map(|(option, shares)| Loaded { option, shares, entry: None }));
        }
        Some(field) => {
            for item in field.list().unwrap_or_default() {
                let Some((option, shares)) = entry(&item, context) else { continue };
                if loaded.iter().any(|other| other.option.name == option.name) {
                    item.sink.add(item.issue(format!("option `{}` is listed twice", option.name)));
                    continue;
                }
                loaded.push(Loaded { option, shares, entry: Some(item.node.place.clone()) });
            }
        }
    }
    sharing(top, &mut loaded);
    loaded
}

/// One entry of `options`: a built-in name, the path of a file, or the option itself as a table.
fn entry(item: &Field<'_>, context: &Context<'_>) -> Option<(ArchitectureOption, Shares)> {
    if let Value::Table(_) = item.node.value {
        return option_file::option(item.node, "an option", item.sink);
    }
    let text = item.text()?;
    if let Some(option) = load_built_in(text, item.sink) {
        return Some(option);
    }
    let path = context.base.file(item, text)?;
    let looks_like_path = text.contains(['/', '\\']) || text.ends_with(".toml");
    if !looks_like_path && !path.exists() {
        let issue = item.issue(format!("`{}` is not an option", shorten(text)));
        item.sink.add(match nearest(text, built_in_names()) {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue
                .hint("options are the five built-in ones, and option files by their paths, as `options/mine.toml`"),
        });
        return None;
    }
    match read(&path, context.file) {
        Ok(text) => load(Arc::new(SourceFile { path, text }), item.sink),
        Err(message) => {
            item.sink.add(item.issue(format!("option file `{}` {message}", shorten(text))));
            None
        }
    }
}

/// The text of an option file, or what is wrong with it.
fn read(path: &Path, scenario: &Path) -> Result<String, String> {
    let unreadable = |error: &std::io::Error| format!("cannot be read: {}", io_message(error));
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err("is a directory, but an option is a file".into());
    }
    if metadata.len() > LARGEST {
        return Err("is larger than 1 MiB, but an option is a few lines".into());
    }
    let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if same(path, scenario) {
        return Err("is this scenario itself, but an option is a file of its own".into());
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_string())
}

/// `[option.NAME]`: sharing rules changed for this scenario. Built-in options that are not compared are checked all the same.
fn sharing(top: &Fields<'_>, loaded: &mut [Loaded]) {
    let Some(field) = top.get("option") else { return };
    let Some(fields) = Fields::new(field.sink, field.node, "`[option]`") else { return };
    for (key, field) in fields.every() {
        let name = key.key.as_str();
        let title = format!("`[option.{name}]`");
        let Some(rules) = Fields::new(top.sink, field.node, title) else { continue };
        if let Some(option) = loaded.iter_mut().find(|loaded| loaded.option.name == name) {
            option_file::share(&rules, &mut option.option, &mut option.shares);
            rules.finish();
        } else if let Some((mut option, mut shares)) = load_built_in(name, top.sink) {
            option_file::share(&rules, &mut option, &mut shares);
            rules.finish();
        } else {
            let names: Vec<&str> = loaded.iter().map(|loaded| loaded.option.name.as_str()).collect();
            top.sink.add(unknown(&key.key_place, name, &names));
        }
    }
}

fn unknown(place: &Place, name: &str, names: &[&str]) -> Issue {
    let issue = place.issue(format!("`{}` is not one of the compared options", shorten(name)));
    match nearest(name, names.iter().copied()) {
        Some(near) => issue.hint(format!("did you mean `{near}`?")),
        None => issue.hint(format!("they are {}", super::fields::listing(names.iter().copied()))),
    }
}
