//! A system as it is built today: how full its quotas are, and what moving all services to another option would change.

use serde::{Deserialize, Serialize};

/// The use of one limit by the system as built and by everything else in the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotaUse {
    /// Quota id.
    pub quota: String,
    /// AWS quota code; null where AWS has none.
    pub code: Option<String>,
    /// For people: "ALBs per Region".
    pub name: String,
    /// `structure` or `traffic`.
    pub kind: String,
    /// By the system at its number of services: units as while a service is deployed, traffic at the peak. Of a quota per unit, by
    /// the fullest unit.
    pub system: f64,
    /// By everything else.
    pub others: f64,
    /// Value in force.
    pub limit: f64,
    /// What is used over the value; null where the value is 0.
    pub share: Option<f64>,
    /// What is left; negative where too much is used.
    pub headroom: f64,
    /// Whether it can be raised.
    pub adjustable: bool,
    /// `routine`, `case by case` or `never`.
    pub lead_time: String,
    /// What one value is for: "account and Region", "ALB".
    pub scope: String,
    /// Where the value comes from: "AWS default", "scenario", a file's name.
    pub value_from: String,
    /// Source of the fact.
    pub source: String,
    /// Date of the source.
    pub date: String,
}

/// What all services moved to another option would change, against what is built.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Option name.
    pub option: String,
    /// The most services that the quotas in force hold then; null where none ends it.
    pub services: Option<u32>,
    /// What stops it first; empty where nothing does.
    pub stopped_by: String,
    /// Quotas that have to be raised for the wanted services, and how long the slowest takes; null where none.
    pub raises: u32,
    /// The longest lead time among them: `routine`, `case by case` or `never`; null where there are none.
    pub lead_time: Option<String>,
    /// How many more of each kind one would run ("VPC links V1", "ALBs", "listeners"); negative: fewer. Kinds that do not change
    /// are left out.
    pub parts_more: Vec<(String, f64)>,
    /// US$ a month that it would cost more, of what has a price; negative: less. Null where either month has no price.
    pub monthly_more: Option<f64>,
    /// What neither or only one of the months holds, since it has no known price or quantity.
    pub without: Vec<String>,
    /// Mean latency that the path would add more, ms; negative: less. Null where nothing was simulated.
    pub added_mean_ms_more: Option<f64>,
    /// What is needed and it does not have.
    pub lacks: Vec<String>,
}

/// Settings that work against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lint {
    /// Stable id: `callers-leave-first`, `single-zone`, ...
    pub id: String,
    /// `fault`, `risk` or `note`.
    pub severity: String,
    /// What it is about: a service, a load balancer, `callers`.
    pub subject: String,
    /// What was found.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// Where that is from, with its date.
    pub source: String,
    /// What to change.
    pub change: String,
}
