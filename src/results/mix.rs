//! Where the services of a mix go, and what that was chosen over. Counted and priced, not simulated.

use serde::{Deserialize, Serialize};

/// Services with the same needs, which go the same way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MixPart {
    /// Name of the compared option that has the path.
    pub option: String,
    /// The path for people: "HTTP API, VPC link V2, ALB".
    pub path: String,
    /// The sharing rule in words.
    pub sharing: String,
    /// Services at the operating point.
    pub services: u32,
    /// Their share of the traffic, 0 to 1.
    pub traffic: f64,
    /// What they need beside what every service needs, in words; empty for services that need nothing more.
    pub needs: Vec<String>,
    /// Whether the scenario states the way; then nothing was chosen, and the lists below are empty.
    pub stated: bool,
    /// Compared options that these services cannot take.
    pub out: Vec<MixOut>,
    /// What else was possible while all other services stay where they are: the best of every other path, and of the same path with
    /// another rule of sharing; best first.
    pub others: Vec<MixOther>,
}

/// A compared option without what some services need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MixOut {
    /// Option name.
    pub option: String,
    /// Why: "no usage plans: the path has no REST API".
    pub reason: String,
    /// Source of the fact.
    pub source: String,
}

/// Another way for services of a mix.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MixOther {
    /// The path for people.
    pub path: String,
    /// The sharing rule in words.
    pub sharing: String,
    /// US$ a month that the whole would cost more, of what has a price; negative: less.
    pub monthly_more: f64,
    /// Quotas that would have to be raised for the whole.
    pub raises: u32,
    /// The longest lead time among them; null where there are none.
    pub lead_time: Option<String>,
    /// Whether the whole would have a part that AWS advises against.
    pub legacy: bool,
    /// Units that one would run more; negative: fewer.
    pub parts_more: f64,
}
