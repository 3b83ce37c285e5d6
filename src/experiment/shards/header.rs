//! What a file of tallies says of itself: everything that the sweep needs to be the same sweep again.

use serde::{Deserialize, Serialize};

use crate::experiment::known;
use crate::issue::Issue;
use crate::results::QuotaRead;

/// Lines of two scenarios that a message shows.
const SHOWN: usize = 3;

/// Of which sweep a journal or a shard is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of gatecap.
    pub gatecap: String,
    /// Hash of the release's record of known answers: other numbers, another hash.
    pub numbers: String,
    /// Hash of the resolved scenario, as result documents have it.
    pub scenario: String,
    /// Master seed.
    pub seed: u64,
    /// What result documents call the scenario's file.
    pub file: String,
    /// The scenario's name.
    pub name: String,
    /// Where relative paths of the scenario start; empty where it names none.
    pub folder: String,
    /// Metrics of every copy, branch or service.
    pub copies: bool,
    /// The day of `--date`; empty: none.
    pub date: String,
    /// Rows of quotas files and what became of them.
    pub quotas_read: Vec<QuotaRead>,
    /// The resolved scenario, TOML.
    pub text: String,
    /// Which part of the work it holds; none of a journal.
    pub share: Option<Share>,
}

/// A part of the work.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// 1: pilots and all that is known to be needed beforehand; 2 and more: what the rounds before made needed.
    pub round: u32,
    /// Which one, 1 to `of`.
    pub shard: u32,
    /// Of how many.
    pub of: u32,
    /// Hash of the names of all units of the round.
    pub plan: String,
    /// Numbers of the units that it holds, from 1, as `--plan` has them.
    pub units: Vec<u32>,
}

impl Header {
    /// Version and numbers of this program; the rest is left open.
    #[must_use]
    pub fn of_this_program() -> Header {
        Header { gatecap: env!("CARGO_PKG_VERSION").into(), numbers: known::fingerprint(), ..Header::default() }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        // A struct of numbers, texts and lists always has a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Header> {
        serde_json::from_slice(bytes).ok()
    }

    /// What makes the tallies of `other`, which is `what`, useless to this sweep; none where they are of the same one. Says what
    /// differs: the version, the seed, the first lines of the scenario.
    #[must_use]
    pub fn differs(&self, other: &Header, what: &str) -> Option<Issue> {
        if other.gatecap != self.gatecap {
            let (theirs, ours) = (&other.gatecap, &self.gatecap);
            return Some(Issue::new(format!("{what} is of gatecap {theirs}, but this is gatecap {ours}")));
        }
        if other.numbers != self.numbers {
            return Some(Issue::new(format!(
                "{what} is of another build of gatecap {}, whose numbers differ",
                self.gatecap
            )));
        }
        if other.seed != self.seed {
            return Some(Issue::new(format!(
                "{what} is of seed {}, but this sweep has seed {}",
                other.seed, self.seed
            )));
        }
        if other.text != self.text {
            let lines = changed_lines(&other.text, &self.text);
            return Some(Issue::new(format!("{what} is of another scenario: {lines}")));
        }
        if other.copies != self.copies {
            let with = |copies: bool| if copies { "with `--copies`" } else { "without `--copies`" };
            return Some(Issue::new(format!(
                "{what} is {}, but this sweep is {}",
                with(other.copies),
                with(self.copies)
            )));
        }
        None
    }

    /// As [`Header::differs`], and what else would make another document of the same tallies.
    #[must_use]
    pub fn differs_in_words(&self, other: &Header, what: &str) -> Option<Issue> {
        let day =
            |date: &str| if date.is_empty() { "without `--date`".to_string() } else { format!("of `--date {date}`") };
        self.differs(other, what).or_else(|| {
            if other.date != self.date {
                let (theirs, ours) = (day(&other.date), day(&self.date));
                return Some(Issue::new(format!("{what} is {theirs}, but the others are {ours}")));
            }
            let same = other.quotas_read == self.quotas_read && other.file == self.file && other.name == self.name;
            (!same)
                .then(|| Issue::new(format!("{what} is of other input: the name of the scenario or its quotas files")))
        })
    }
}

/// The first lines that one text has and the other has not, in words.
fn changed_lines(theirs: &str, ours: &str) -> String {
    let (there, here): (Vec<&str>, Vec<&str>) = (theirs.lines().collect(), ours.lines().collect());
    let pairs = there.iter().zip(&here).filter(|(there, here)| there != here);
    let mut said: Vec<String> =
        pairs.map(|(there, here)| format!("`{there}` there, `{here}` here")).take(SHOWN).collect();
    if said.is_empty() {
        said.push(format!("{} lines there, {} here", there.len(), here.len()));
    }
    said.join("; ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said() {
        let ours = Header { seed: 4, text: "a = 1\nb = 2\n".into(), ..Header::of_this_program() };
        assert!(ours.differs(&ours.clone(), "`x`").is_none());
        let said = |other: Header| ours.differs_in_words(&other, "`x`").unwrap().message;
        assert!(said(Header { gatecap: "9.9".into(), ..ours.clone() }).starts_with("`x` is of gatecap 9.9, but this"));
        assert!(said(Header { numbers: "0".into(), ..ours.clone() }).contains("another build"));
        assert_eq!(said(Header { seed: 5, ..ours.clone() }), "`x` is of seed 5, but this sweep has seed 4");
        let text = said(Header { text: "a = 1\nb = 3\n".into(), ..ours.clone() });
        assert_eq!(text, "`x` is of another scenario: `b = 3` there, `b = 2` here");
        assert!(said(Header { text: "a = 1\n".into(), ..ours.clone() }).ends_with("1 lines there, 2 here"));
        assert!(said(Header { copies: true, ..ours.clone() }).contains("with `--copies`, but this sweep is without"));
        assert!(said(Header { date: "2026-11-25".into(), ..ours.clone() }).contains("`--date 2026-11-25`"));
        assert!(said(Header { file: "built-in".into(), ..ours.clone() }).contains("quotas files"));
        assert_eq!(Header::from_bytes(&ours.bytes()), Some(ours));
    }
}
