//! Default times of the hops of a path as data, each with its evidence. What a scenario states goes before these.

use std::sync::OnceLock;

use serde::Deserialize;

use super::table;
use crate::random::Distribution;
use crate::units::{UnitError, parse_duration};

/// The default time of one hop.
#[derive(Clone, Debug, PartialEq)]
pub struct HopDefault {
    /// A part's id, or `client`, `waf`, `endpoint`, `zone-leg-cross`, `zone-leg-same`, `connection`, `service`.
    pub name: String,
    /// For people: "Application Load Balancer".
    pub title: String,
    /// Of request and response together.
    pub distribution: Distribution,
    /// The distribution in words: "lognormal, median 6 ms, p99 16 ms".
    pub text: String,
    /// Evidence: A measured, A- on few samples, B claimed by the vendor, C inferred, D assumed.
    pub grade: String,
    /// Low end of what is plausible, in words.
    pub low: String,
    /// High end of what is plausible, in words.
    pub high: String,
    /// The low end, for runs that ask whether a ranking holds there too.
    pub low_distribution: Distribution,
    /// The high end.
    pub high_distribution: Distribution,
    /// Where it is from.
    pub source: String,
    /// When the source said so.
    pub date: String,
}

/// A default that is a plain number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalarDefault {
    /// `connection_reuse`.
    pub name: String,
    /// For people.
    pub title: String,
    /// The number; a share lies in 0 to 1.
    pub value: f64,
    /// Evidence, as for hops.
    pub grade: String,
    /// Low end of what is plausible.
    pub low: String,
    /// High end of what is plausible.
    pub high: String,
    /// Where it is from.
    pub source: String,
    /// When the source said so.
    pub date: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    title: String,
    time: Time,
    low_time: Time,
    high_time: Time,
    text: String,
    grade: String,
    low: String,
    high: String,
    source: String,
    date: String,
}

/// A distribution in the words of the scenario format, as far as the table uses them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Time {
    constant: Option<String>,
    exponential: Option<Mean>,
    lognormal: Option<MedianP99>,
    gamma: Option<MeanShape>,
    mixture: Option<Vec<Branch>>,
    offset: Option<String>,
}

#[derive(Deserialize)]
struct Mean {
    mean: String,
}

#[derive(Deserialize)]
struct MedianP99 {
    median: String,
    p99: String,
}

#[derive(Deserialize)]
struct MeanShape {
    mean: String,
    shape: f64,
}

#[derive(Deserialize)]
struct Branch {
    weight: f64,
    of: Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    updated: String,
    hop: Vec<Row>,
    scalar: Vec<ScalarDefault>,
}

struct Table {
    updated: String,
    hops: Vec<HopDefault>,
    scalars: Vec<ScalarDefault>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let raw: Raw = table::embedded("latency.toml", include_str!("data/latency.toml"));
        // A row whose time is no distribution is left out; the test of the table counts the rows.
        Table { updated: raw.updated, hops: raw.hop.into_iter().filter_map(Row::check).collect(), scalars: raw.scalar }
    })
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// The default of the hop of this name; `None` for an authorizer, whose time must be stated, and for names that are no hop.
#[must_use]
pub fn hop_default(name: &str) -> Option<&'static HopDefault> {
    hop_defaults().iter().find(|hop| hop.name == name)
}

/// The defaults of all hops, in the table's order.
#[must_use]
pub fn hop_defaults() -> &'static [HopDefault] {
    &table().hops
}

/// The default that is a plain number, by name.
#[must_use]
pub fn scalar_default(name: &str) -> Option<&'static ScalarDefault> {
    table().scalars.iter().find(|scalar| scalar.name == name)
}

/// Every name that a scenario may give a time under `[hops.NAME]`: those of the table, and the authorizer.
pub fn names() -> impl Iterator<Item = &'static str> {
    hop_defaults().iter().map(|hop| hop.name.as_str()).chain(std::iter::once("authorizer"))
}

impl Row {
    fn check(self) -> Option<HopDefault> {
        Some(HopDefault {
            distribution: self.time.distribution()?,
            low_distribution: self.low_time.distribution()?,
            high_distribution: self.high_time.distribution()?,
            name: self.name,
            title: self.title,
            text: self.text,
            grade: self.grade,
            low: self.low,
            high: self.high,
            source: self.source,
            date: self.date,
        })
    }
}

impl Time {
    /// The distribution; `None` where the words make none.
    fn distribution(&self) -> Option<Distribution> {
        let law = if let Some(time) = &self.constant {
            Distribution::constant(ns(time).ok()?)
        } else if let Some(Mean { mean }) = &self.exponential {
            Distribution::exponential(ns(mean).ok()?).ok()?
        } else if let Some(MedianP99 { median, p99 }) = &self.lognormal {
            Distribution::lognormal_p99(ns(median).ok()?, ns(p99).ok()?).ok()?
        } else if let Some(MeanShape { mean, shape }) = &self.gamma {
            Distribution::gamma(ns(mean).ok()?, *shape).ok()?
        } else {
            let branches = self.mixture.as_ref()?.iter();
            let parts =
                branches.map(|branch| Some((branch.weight, branch.of.distribution()?))).collect::<Option<Vec<_>>>()?;
            Distribution::mixture(parts).ok()?
        };
        match &self.offset {
            Some(offset) => Some(law.with_offset(ns(offset).ok()?)),
            None => Some(law),
        }
    }
}

fn ns(text: &str) -> Result<f64, UnitError> {
    parse_duration(text).map(|duration| duration.0 as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::aws::part::Part;
    use crate::random::Law;

    #[test]
    fn every_part_has_a_default_with_its_evidence() {
        assert_eq!(hop_defaults().len(), include_str!("data/latency.toml").matches("[[hop]]").count());
        for part in Part::ALL {
            assert!(hop_default(part.id()).is_some(), "{}", part.id());
        }
        for hop in hop_defaults() {
            assert!(["A", "A-", "B", "C", "D"].contains(&hop.grade.as_str()), "{}", hop.name);
            assert!(hop.source.len() > 10 && hop.date.starts_with("20"), "{}", hop.name);
        }
        let unique: BTreeSet<_> = names().collect();
        assert_eq!(unique.len(), names().count());
        assert!(scalar_default("connection_reuse").is_some_and(|reuse| reuse.value == 0.95));
    }

    #[test]
    fn the_distributions_are_those_of_the_text() {
        let rest = hop_default("rest-api").unwrap();
        assert_eq!(rest.distribution, Distribution::lognormal_p99(6e6, 16e6).unwrap());
        let leg = &hop_default("zone-leg-cross").unwrap().distribution;
        assert_eq!(leg.offset, 850_000.0);
        assert!(matches!(&leg.law, Law::Mixture(parts) if parts.len() == 2 && parts[1].0 == 0.01));
    }
}
