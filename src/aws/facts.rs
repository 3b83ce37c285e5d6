//! Tables of facts: a value each, with its unit, what is plausible, its evidence and its source.

use serde::Deserialize;

/// A fact: a row of one of the tables below `data/` that hold nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Its id, as `hold-routes`; unique in its table.
    pub id: String,
    /// For people.
    pub title: String,
    /// The value, in `unit`.
    pub value: f64,
    /// `s`, `min`, `h`, `a day` and the like; empty for a plain number.
    pub unit: String,
    /// Low end of what is plausible, in words.
    pub low: String,
    /// High end of what is plausible, in words.
    pub high: String,
    /// Evidence, as for hops.
    pub grade: String,
    /// Where it is from.
    pub source: String,
    /// When the source said so.
    pub date: String,
}

/// A table of facts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Facts {
    /// The day on which it was last gone through.
    pub updated: String,
    /// Its rows, in the table's order.
    pub fact: Vec<Fact>,
}

impl Facts {
    /// The fact of this id.
    pub fn find(&self, id: &str) -> Option<&Fact> {
        self.fact.iter().find(|fact| fact.id == id)
    }

    /// The value of a fact in its own unit; not a number for an unknown id, which a test excludes.
    pub fn value(&self, id: &str) -> f64 {
        self.find(id).map_or(f64::NAN, |fact| fact.value)
    }

    /// What every such table must have: ids that differ, grades and sources with a date.
    #[cfg(test)]
    pub fn check(&self) {
        let mut ids = std::collections::BTreeSet::new();
        for fact in &self.fact {
            assert!(ids.insert(&fact.id), "{} twice", fact.id);
            assert!(["A", "A-", "B", "C", "D"].contains(&fact.grade.as_str()), "{}", fact.id);
            assert!(fact.source.len() > 10 && fact.date.starts_with("20"), "{}", fact.id);
        }
    }
}
