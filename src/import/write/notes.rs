//! Notes as people read them: those that say the same of many things become one with their number. Programs get every one.

use std::collections::BTreeMap;

use super::clean;
use crate::import::estate::{Estate, Note, NoteKind};
use crate::import::node::Origin;

/// One or several notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged<'a> {
    /// What they say.
    pub text: String,
    /// Where the first of them comes from.
    origin: &'a Origin,
    /// How many there are, 1 or more.
    count: usize,
}

impl Merged<'_> {
    /// `template.yaml:12 (Resources.Web)`, with the number of further places.
    #[must_use]
    pub fn place(&self) -> String {
        let first = clean(&self.origin.to_string());
        match self.count {
            1 => first,
            2 => format!("{first} and 1 more place"),
            count => format!("{first} and {} more places", count - 1),
        }
    }
}

/// What several notes have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Same<'a> {
    /// A parameter of a template without a value.
    Parameter(&'a str),
    /// A file's name tells what its contents are of.
    FileName,
}

/// How a note about a parameter ends, before and after the parameter's name.
const PARAMETER: (&str, &str) = (" is not known: parameter `", "` has no default");

/// How a note about a file's name ends.
const FILE_NAME: &str = ", which the file's name has";

/// The notes of one kind, in the order of the first of each.
#[must_use]
pub fn merged(estate: &Estate, kind: NoteKind) -> Vec<Merged<'_>> {
    let mut all: Vec<(Option<Same<'_>>, &Note, usize)> = Vec::new();
    let mut places: BTreeMap<Same<'_>, usize> = BTreeMap::new();
    for note in estate.notes.iter().filter(|note| note.kind == kind) {
        let same = same(&note.text);
        if let Some(at) = same.as_ref().and_then(|same| places.get(same)) {
            all[*at].2 += 1;
            continue;
        }
        if let Some(same) = &same {
            places.insert(same.clone(), all.len());
        }
        all.push((same, note, 1));
    }
    let one = |(same, note, count): (Option<Same<'_>>, &'_ Note, usize)| text(same.as_ref(), &note.text, count);
    all.into_iter()
        .map(|(same, note, count)| Merged { text: one((same, note, count)), origin: &note.origin, count })
        .collect()
}

fn same(text: &str) -> Option<Same<'_>> {
    if text.ends_with(FILE_NAME) {
        return Some(Same::FileName);
    }
    let (_, rest) = text.split_once(PARAMETER.0)?;
    rest.strip_suffix(PARAMETER.1).map(Same::Parameter)
}

fn text(same: Option<&Same<'_>>, first: &str, count: usize) -> String {
    match same {
        Some(Same::Parameter(name)) => {
            let what = first.split(PARAMETER.0).next().unwrap_or_default();
            let value = if what.starts_with("how many ") { "a,b,c" } else { "VALUE" };
            let say = format!("say `--parameter {name}={value}`");
            match count {
                1 => format!("{first}: {say}"),
                _ => {
                    format!("parameter `{name}` has no default, so that {count} things are not known, as {what}: {say}")
                }
            }
        }
        Some(Same::FileName) if count > 1 => {
            let example = first.strip_suffix(FILE_NAME).unwrap_or(first);
            format!("what {count} files are of is taken from their names, as that {example}")
        }
        _ => first.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estate(texts: &[&str]) -> Estate {
        let mut estate = Estate::default();
        for (line, text) in (1..).zip(texts) {
            estate.note(NoteKind::Unresolved, *text, &Origin::file("t.yaml").at("A", Some(line)));
        }
        estate
    }

    #[test]
    fn one_parameter_is_told_once_with_its_number() {
        let of = |what: &str, name: &str| format!("{what} is not known: parameter `{name}` has no default");
        let texts = [
            of("how many subnets load balancer `a` has", "SubnetIds"),
            "something else".into(),
            of("how many subnets load balancer `b` has", "SubnetIds"),
            of("the URI `${Url}` of `GET /`", "Url"),
            of("how many subnets VPC link `c` has", "SubnetIds"),
        ];
        let estate = estate(&texts.each_ref().map(String::as_str));
        let told = merged(&estate, NoteKind::Unresolved);
        let texts: Vec<&str> = told.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "parameter `SubnetIds` has no default, so that 3 things are not known, as how many subnets load balancer `a` has: \
                 say `--parameter SubnetIds=a,b,c`",
                "something else",
                "the URI `${Url}` of `GET /` is not known: parameter `Url` has no default: say `--parameter Url=VALUE`"
            ]
        );
        let places: Vec<String> = told.iter().map(Merged::place).collect();
        assert_eq!(places, ["t.yaml:1 (A) and 2 more places", "t.yaml:2 (A)", "t.yaml:4 (A)"]);
        assert!(merged(&estate, NoteKind::Inferred).is_empty());
    }

    #[test]
    fn names_of_files_are_told_once_with_their_number() {
        let texts = [
            "the targets are of `a`, which the file's name has",
            "routes are of the API `b`, which the file's name has",
        ];
        let both = estate(&texts);
        let told = merged(&both, NoteKind::Unresolved);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].text, "what 2 files are of is taken from their names, as that the targets are of `a`");
        assert_eq!(told[0].place(), "t.yaml:1 (A) and 1 more place");
        assert_eq!(merged(&estate(&texts[..1]), NoteKind::Unresolved)[0].text, texts[0]);
    }
}
