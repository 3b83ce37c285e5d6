//! What every engine is told of a sharded sweep: the program, the scenario, how many shards, where they go.

use std::path::PathBuf;

use gatecap::issue::{Issue, Issues};

use crate::cli::args;

/// A sweep to be spread over a cluster.
#[derive(Clone, Debug)]
pub struct Job {
    /// Name of the job: letters, digits and `-`, beginning with a letter, at most 40 characters.
    pub name: String,
    /// The program as the nodes find it.
    pub program: String,
    /// The scenario as the nodes find it.
    pub scenario: String,
    /// Flags of `sweep` that change what is simulated, ready for a command line.
    pub flags: Vec<String>,
    /// Flags of `merge` beside where it reads and writes.
    pub merge_flags: Vec<String>,
    /// Shards, 1 or more.
    pub shards: u32,
    /// Threads of a shard, 1 or more.
    pub threads: u16,
    /// Folder of the shards, as the nodes find it.
    pub folder: String,
    /// Folder of the merged results, as the nodes find it.
    pub out: String,
}

impl Job {
    /// The command line of one shard; `index` is a number from 1 or what a shell puts in its place.
    #[must_use]
    pub fn shard(&self, index: &str) -> Vec<String> {
        let mut words = vec![self.program.clone(), "sweep".into(), self.scenario.clone()];
        words.extend(self.flags.iter().cloned());
        words.extend(["--shard".into(), index.into(), "--out".into(), self.folder.clone()]);
        words.extend(["--threads".into(), self.threads.to_string(), "--quiet".into()]);
        words
    }

    /// The command line of the merge.
    #[must_use]
    pub fn merge(&self) -> Vec<String> {
        let words = [self.program.as_str(), "merge", &self.folder, "--out", &self.out, "--quiet"];
        words.into_iter().map(str::to_string).chain(self.merge_flags.iter().cloned()).collect()
    }
}

/// A name that Slurm, Kubernetes and AWS Batch all take, from a scenario's stem.
#[must_use]
pub fn name(stem: &str) -> String {
    let kept: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let short: String = kept.chars().take(31).collect();
    format!("gatecap-{}", short.trim_matches('-')).trim_end_matches('-').to_string()
}

/// The flags of `sweep` that change what is simulated, as they were given.
#[must_use]
pub fn flags(flags: &args::Flags) -> Vec<String> {
    let mut words = Vec::new();
    let mut put = |flag: &str, value: Option<String>| {
        words.extend(value.into_iter().flat_map(|value| [flag.to_string(), value]));
    };
    put("--seed", flags.seed.map(|n| n.to_string()));
    put("--replications", flags.replications.map(|n| n.to_string()));
    put("--requests", flags.requests.map(|n| n.to_string()));
    for set in &flags.set {
        put("--set", Some(set.clone()));
    }
    put("--date", (!flags.date.is_empty()).then(|| flags.date.clone()));
    if flags.copies {
        words.push("--copies".into());
    }
    words
}

/// A word as a POSIX shell reads it back.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A path as every node of a shared folder finds it.
///
/// # Errors
/// A path that is no UTF-8 text or whose folder does not exist.
pub fn absolute(path: &std::path::Path) -> Result<PathBuf, Issues> {
    let whole = std::path::absolute(path)
        .map_err(|error| vec![Issue::new(format!("`{}` cannot be made an absolute path: {error}", path.display()))])?;
    let text = whole.to_str().filter(|text| !text.chars().any(char::is_control));
    text.map(PathBuf::from)
        .ok_or_else(|| vec![Issue::new(format!("`{}` holds bytes that a job script cannot carry", path.display()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_that_changes_results_is_passed_on() {
        let given = args::Flags {
            seed: Some(7),
            replications: Some(3),
            requests: Some(200),
            set: vec!["workload.rate=50/s".into()],
            copies: true,
            date: "2026-11-25".into(),
            ..args::Flags::default()
        };
        let expected = "--seed 7 --replications 3 --requests 200 --set workload.rate=50/s --date 2026-11-25 --copies";
        assert_eq!(flags(&given).join(" "), expected);
        assert!(flags(&args::Flags::default()).is_empty());
    }

    #[test]
    fn names_suit_every_engine() {
        assert_eq!(name("Shop & Co_2"), "gatecap-shop---co-2");
        assert_eq!(name("---"), "gatecap");
        assert_eq!(name(""), "gatecap");
        assert!(name(&"x".repeat(300)).len() <= 40);
    }

    #[test]
    fn a_shell_reads_words_back() {
        assert_eq!(quoted("plain-1.toml"), "plain-1.toml");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("a b$(x)"), "'a b$(x)'");
        assert_eq!(quoted(""), "''");
    }
}
