//! The built-in cases: scenarios whose answers queueing theory or arithmetic knows, and the release's record of meeting them.
//!
//! The files below `scenarios/known/` say where their answers come from. Where an answer has a `sigma`, that is the standard
//! error of its estimate: the spread over 200 replications of other seeds, or the formula that the file names.

mod cases;

use std::path::Path;

use super::source::Source;
use crate::issue::Issues;
use crate::results::{Agreement, FORMAT, KnownAnswers, Results, Validation, json};
use crate::scenario::Document;

/// What `gatecap validate --json --date DAY` printed for this version; `.ci/run` fails where it prints something else today.
const RECORD: &str = include_str!("known/record.json");

/// Cases that test one thing.
struct Family {
    /// Folder of its files, and the first half of its cases' names.
    folder: &'static str,
    /// For people.
    title: &'static str,
    /// Name and text of each case.
    cases: &'static [(&'static str, &'static str)],
}

/// A built-in case.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// `FAMILY/NAME`.
    pub name: &'static str,
    /// The scenario as TOML, with its derivation in a comment.
    pub text: &'static str,
}

impl Case {
    /// The case as a source of scenarios.
    ///
    /// # Errors
    /// None that input can cause: a damaged case is our error, and a test reads them all.
    pub fn source(&self) -> Result<Source, Issues> {
        Document::parse(self.text, self.name, Path::new(".")).map(Source::from)
    }
}

/// The built-in cases that `name` means: all for an empty one, those of a family, or one; none where there is no such name.
#[must_use]
pub fn cases(name: &str) -> Vec<Case> {
    let all = cases::FAMILIES.iter().flat_map(|family| family.cases.iter().map(move |case| (family.folder, case)));
    all.filter(|(folder, case)| name.is_empty() || name == *folder || name == case.0)
        .map(|(_, &(name, text))| Case { name, text })
        .collect()
}

/// A hash of the record: where a version is changed so that numbers change, so does this.
#[must_use]
pub fn fingerprint() -> String {
    blake3::hash(RECORD.as_bytes()).to_hex()[..16].to_string()
}

/// How the release met the built-in cases.
#[must_use]
pub fn record() -> Option<KnownAnswers> {
    json::from_json(RECORD).ok()?.known_answers
}

/// How known answers are compared, beside the scenarios themselves.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// The caller's day, `YYYY-MM-DD`; empty for none.
    pub date: String,
    /// By the engine's reference.
    pub reference: bool,
    /// The samplers that all scenarios are made to use; empty for their own.
    pub samplers: String,
}

/// The document of `validate`: the rows, and their summary by built-in family.
#[must_use]
pub fn document(validations: Vec<Validation>, manner: &Manner) -> Results {
    let of_family = |family: &Family| {
        let inside = |row: &&Validation| family.cases.iter().any(|case| case.0 == row.file);
        Agreement::of(family.title, validations.iter().filter(inside))
    };
    let families = cases::FAMILIES.iter().map(of_family).filter(|family| family.answers > 0).collect();
    let gatecap = env!("CARGO_PKG_VERSION").to_string();
    let Manner { date, reference, samplers } = manner.clone();
    let all = Agreement::of("all", &validations);
    Results {
        gatecap: gatecap.clone(),
        format: FORMAT,
        title: "Known answers".into(),
        known_answers: Some(KnownAnswers { gatecap, date, reference, samplers, all, families }),
        validations,
        ..Results::default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::experiment::Control;
    use crate::experiment::validate::validate_all;

    fn recorded() -> Results {
        json::from_json(RECORD).unwrap()
    }

    #[test]
    fn every_file_of_the_folder_is_built_in_and_right() {
        let mut files = Vec::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/known");
        for family in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            for file in std::fs::read_dir(&family).unwrap().map(|entry| entry.unwrap().path()) {
                let below = file.strip_prefix(&folder).unwrap().with_extension("");
                files.push(below.to_string_lossy().replace('\\', "/"));
            }
        }
        files.sort();
        let mut names: Vec<&str> = cases("").iter().map(|case| case.name).collect();
        names.sort_unstable();
        assert_eq!(names, files);
        for case in cases("") {
            let scenario = case.source().unwrap().scenario(&[]).unwrap();
            assert!(case.text.starts_with("# ") && !scenario.expect.unwrap().source.is_empty(), "{}", case.name);
        }
        assert_eq!((cases("buckets/steady").len(), cases("nothing").len()), (1, 0));
    }

    #[test]
    fn the_record_is_of_these_cases_and_this_version() {
        let (recorded, known) = (recorded(), record().unwrap());
        assert_eq!(known.gatecap, env!("CARGO_PKG_VERSION"), "a release writes its record anew");
        assert!(known.all.holds() && known.date.len() == 10, "{known:?}");
        let expected: Vec<(String, String)> = cases("")
            .iter()
            .flat_map(|case| {
                let expect = case.source().unwrap().scenario(&[]).unwrap().expect.unwrap();
                // Searches are answered last.
                let (searched, measured): (Vec<_>, Vec<_>) =
                    expect.values.into_iter().partition(|value| value.metric == "saturation");
                measured.into_iter().chain(searched).map(|value| (case.name.to_string(), value.metric))
            })
            .collect();
        let rows: Vec<(String, String)> =
            recorded.validations.iter().map(|row| (row.file.clone(), row.metric.clone())).collect();
        assert_eq!(rows, expected);
        assert_eq!(
            document(recorded.validations.clone(), &Manner { date: known.date.clone(), ..Manner::default() }),
            recorded
        );
        // One in 22 lies beyond two standard errors; answers of a case move together, hence one in ten.
        assert!(known.all.beyond_2.unwrap() < 0.1 && known.all.mean_z.unwrap().abs() < 0.5, "{known:?}");
        assert!(known.all.worst_z.unwrap().abs() < 4.0, "{known:?}");
    }

    /// The whole is compared by `.ci/run`, which has a release build; what takes no time is compared here.
    #[test]
    fn what_is_exact_is_as_recorded() {
        let quick: Vec<Case> =
            [cases("deterministic"), cases("buckets/steady-tick"), cases("clients/timeout-edge")].concat();
        let sources: Vec<(String, Source)> =
            quick.iter().map(|case| (case.name.to_string(), case.source().unwrap())).collect();
        let rows = validate_all(&sources, &Control::default()).unwrap();
        assert!(rows.len() > 30, "{}", rows.len());
        let mut recorded = recorded().validations;
        recorded.retain(|row| quick.iter().any(|case| case.name == row.file));
        recorded.sort_by_key(|row| quick.iter().position(|case| case.name == row.file));
        assert_eq!(rows, recorded);
    }
}
