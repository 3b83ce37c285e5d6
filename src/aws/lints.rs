//! Lints: settings that are allowed and work against each other, each with why, source and what to change. What is wrong is data; here
//! is what can be seen of it in a scenario. What an account's own resources show is seen where they are imported.

use std::sync::OnceLock;

use serde::Deserialize;

use super::mix;
use super::option::ArchitectureOption;
use super::part::Part;
use super::quotas;
use super::system::System;
use super::table;
use crate::units::Duration;

/// Names of services that a lint lists.
const NAMED: usize = 3;

/// How bad it is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Requests fail, or the configuration cannot be.
    Fault,
    /// Requests fail when something else goes wrong.
    Risk,
    /// Work is wasted, or AWS advises against it.
    Note,
}

impl Severity {
    /// As results have it: `fault`, `risk` or `note`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Severity::Fault => "fault",
            Severity::Risk => "risk",
            Severity::Note => "note",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// Which row of the table, as `single-zone`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about: a service, a load balancer, `callers`.
    pub subject: String,
    /// What was found, ready to precede a colon.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// Where that is from, with its date.
    pub source: String,
    /// What to change.
    pub change: &'static str,
}

impl Lint {
    /// What was found, why it matters and what to change, without a full stop and without the source.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}: {}; {}", self.what, self.why, self.change)
    }
}

/// What callers do, as far as lints depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Timeout of an attempt; `None`: they wait for what the gateway answers.
    pub timeout: Option<Duration>,
    /// Attempts of a request, the first included; 1 or more.
    pub attempts: u32,
    /// All pauses between attempts together, as expected.
    pub pauses: Duration,
    /// The slowest answer that the scenario accepts, and the condition that says so.
    pub accepts: Option<(Duration, String)>,
}

/// A row of `data/lints.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    severity: Severity,
    why: String,
    change: String,
    source: String,
    date: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    updated: String,
    lint: Vec<Row>,
}

fn rows() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("lints.toml", include_str!("data/lints.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &rows().updated
}

/// The lint of this id about `subject`, where `what` was found; `None` for an id that the table does not have.
#[must_use]
pub fn lint(id: &str, subject: impl Into<String>, what: impl Into<String>) -> Option<Lint> {
    let row = rows().lint.iter().find(|row| row.id == id)?;
    Some(Lint {
        id: &row.id,
        severity: row.severity,
        subject: subject.into(),
        what: what.into(),
        why: &row.why,
        source: format!("{}, {}", row.source, row.date),
        change: &row.change,
    })
}

/// Everything that a scenario shows, worst first. Of a system as built its own way is judged, otherwise every compared option.
#[must_use]
pub fn lints(system: &System, caller: &Caller) -> Vec<Lint> {
    let mut found: Vec<Lint> = Vec::new();
    found.extend(timeouts(system, caller));
    found.extend(patience(system, caller));
    found.extend(legacy_links(system));
    found.extend(zones(system));
    found.sort_by_key(|lint| lint.severity);
    found
}

/// The options that are judged.
fn judged(system: &System) -> impl Iterator<Item = &ArchitectureOption> {
    system.options.iter().filter(|option| !system.as_built || option.as_built).flat_map(ArchitectureOption::ways)
}

/// What an option's gateway waits for an integration.
fn integration(option: &ArchitectureOption, system: &System) -> Option<Duration> {
    let (default, _) = option.api().integration_timeout(system)?;
    Some(system.gateway.integration_timeout.unwrap_or(default))
}

/// The longest that a gateway of the judged options waits.
fn longest_integration(system: &System) -> Option<Duration> {
    judged(system).filter_map(|option| integration(option, system)).max()
}

/// Along the path each should wait longer than the next: callers, the gateway, the ALB.
fn timeouts(system: &System, caller: &Caller) -> Vec<Lint> {
    let mut found = Vec::new();
    let waits = longest_integration(system);
    if let (Some(timeout), Some(waits)) = (caller.timeout, waits)
        && timeout < waits
    {
        let what = format!("callers leave after {timeout}, but the gateway waits {waits} for an answer");
        found.extend(lint("callers-leave-first", "callers", what));
    }
    let idle = Duration::from_millis(quotas::limit(system, ALB_IDLE) * 1_000.0);
    let over = judged(system).filter(|option| option.has(Part::Alb)).filter_map(|option| integration(option, system));
    if let Some(waits) = over.max().filter(|waits| *waits > idle) {
        let what = format!("the gateway waits {waits} for an answer, but an ALB has an idle timeout of {idle}");
        found.extend(lint("balancer-leaves-first", "gateway", what));
    }
    found
}

/// The quota that has the idle timeout of an ALB, in seconds.
const ALB_IDLE: &str = "elb.alb-idle-timeout";

/// The idle timeout of an ALB that nobody changed, in seconds.
#[must_use]
pub fn alb_idle_timeout_s() -> f64 {
    quotas::find(ALB_IDLE).map_or(f64::INFINITY, |quota| quota.default)
}

/// The NLBs that one ALB may stand behind.
#[must_use]
pub fn nlbs_per_alb() -> f64 {
    quotas::find("elb.nlbs-per-alb").map_or(f64::INFINITY, |quota| quota.default)
}

fn patience(system: &System, caller: &Caller) -> Option<Lint> {
    let (accepted, condition) = caller.accepts.as_ref().filter(|_| caller.attempts > 1)?;
    let longest = longest_integration(system);
    let each = caller.timeout.into_iter().chain(longest).min()?;
    let all = each.0.saturating_mul(u64::from(caller.attempts)).saturating_add(caller.pauses.0);
    if all <= accepted.0 {
        return None;
    }
    let what = format!(
        "{} attempts of up to {each} with their pauses take up to {}, but callers are to have `{condition}`",
        caller.attempts,
        // Pauses are draws: no finer than a tenth of a second, or a millisecond below one.
        rounded(Duration(all)),
    );
    lint("retries-outlast-patience", "callers", what)
}

fn rounded(time: Duration) -> Duration {
    let unit = if time.0 >= 1_000_000_000 { 100_000_000 } else { 1_000_000 };
    Duration(time.0.div_ceil(unit).saturating_mul(unit))
}

/// Services that go through links which AWS advises against, today or as the scenario states it. What compared options have of
/// them is said of the options.
fn legacy_links(system: &System) -> Option<Lint> {
    let count = system.services.count;
    let listed = system.listed.iter().take(count as usize);
    let old = |option: &ArchitectureOption| option.path.contains(&Part::VpcLinkV1);
    let mut names: Vec<&str> = Vec::new();
    let mut number = 0;
    if let Some(built) = system.options.iter().find(|option| system.as_built && option.as_built) {
        let theirs = listed.filter(|one| old(mix::way(built, Some(one), system)));
        names.extend(theirs.map(|one| one.name.as_str()));
        let unlisted = count.saturating_sub(system.listed.len() as u32);
        number += if old(mix::way(built, None, system)) { unlisted } else { 0 };
    } else if !system.as_built {
        let stated = |name: &String| system.options.iter().any(|option| option.name == *name && old(option));
        let theirs = listed.filter(|one| one.option.as_ref().is_some_and(stated));
        names.extend(theirs.map(|one| one.name.as_str()));
    }
    number += names.len() as u32;
    let today = if system.as_built { " today" } else { "" };
    let what = format!("{} through a VPC link V1{today}", who(number, count, "goes", "go"));
    (number > 0).then(|| lint("link-v1", subject(&names), what)).flatten()
}

/// Targets and zones: all in one, or some zone without a target of a service.
fn zones(system: &System) -> Vec<Lint> {
    let (zones, count) = (system.network.zones, system.services.count);
    if zones == 1 {
        return lint("single-zone", "network", "every target is in one zone").into_iter().collect();
    }
    let listed = || system.listed.iter().take(count as usize);
    let unlisted = count.saturating_sub(system.listed.len() as u32);
    let few = |fits: &dyn Fn(u32) -> bool| {
        let theirs = listed().filter(|one| fits(one.targets.unwrap_or(system.services.targets)));
        let names: Vec<&str> = theirs.map(|one| one.name.as_str()).collect();
        let others = if fits(system.services.targets) { unlisted } else { 0 };
        (names.len() as u32 + others, names)
    };
    let mut found = Vec::new();
    let (number, names) = few(&|targets| targets == 1);
    if number > 0 {
        let what = format!("{} a single target, in one of {zones} zones", who(number, count, "has", "have"));
        found.extend(lint("single-target-zone", subject(&names), what));
    }
    let zonal = !system.network.nlb_cross_zone
        && judged(system).any(|option| option.last_balancer() == Some(Part::Nlb) || option.also == Some(Part::Nlb));
    let (number, names) = few(&|targets| targets < zones);
    if zonal && number > 0 {
        let whose = if number == 1 || number == count { "its NLB" } else { "their NLBs" };
        let what = format!(
            "{} fewer targets than the {zones} zones of {whose}, with cross-zone off",
            who(number, count, "has", "have")
        );
        found.extend(lint("zones-without-target", subject(&names), what));
    }
    found
}

/// `1 of 4 services goes`, `every service goes`.
fn who(number: u32, of: u32, one: &str, many: &str) -> String {
    match number {
        _ if number == of => format!("every service {one}"),
        1 => format!("1 of {of} services {one}"),
        _ => format!("{number} of {of} services {many}"),
    }
}

/// The first names, and how many more there are.
fn subject(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names[..names.len().min(NAMED)].join(", ");
    match (names.is_empty(), more) {
        (true, _) => "services".into(),
        (_, 0) => shown,
        _ => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
