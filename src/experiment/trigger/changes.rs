//! What might have prevented that a failure stays: changes of client and system, the gentlest first, each as what one would write into
//! the scenario.

use crate::random::Distribution;
use crate::scenario::{Hop, Model, Override, Retries, Scenario, Station, Stations};
use crate::units::Duration;

/// Tokens of a client process and of a retry: the AWS SDKs' retry quota.
const BUDGET: &str = "{ tokens = 500, cost = 14, throttle_cost = 5 }";

/// A change to try.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// In words.
    pub name: String,
    /// As overrides of the scenario.
    pub overrides: Vec<Override>,
}

fn change(name: impl Into<String>, set: &[(String, String)]) -> Change {
    let overrides = set.iter().map(|(field, toml)| Override::set(field.clone(), toml.clone())).collect();
    Change { name: name.into(), overrides }
}

/// The changes that apply to the scenario whose event is about `hop`; none: about none or all.
pub(super) fn candidates(scenario: &Scenario, hop: Option<&str>) -> Vec<Change> {
    let mut all = retries(&scenario.client.retries);
    all.extend(waiting_room(scenario, hop));
    if let Some(timeout) = scenario.client.timeout {
        let twice = Duration(timeout.0.saturating_mul(2));
        all.push(change(
            format!("clients wait {twice} instead of {timeout}"),
            &[("client.timeout".into(), format!("\"{twice}\""))],
        ));
    }
    all.extend(servers(scenario, hop));
    all
}

fn retries(retries: &Retries) -> Vec<Change> {
    let field = |name: &str| format!("client.retries.{name}");
    let paced = |attempts: u32| {
        let set =
            format!("{{ policy = \"aws-sdk-standard\", attempts = {attempts}, retry_cost = 0, throttle_cost = 0 }}");
        change("exponential backoff with full jitter (50 ms to 20 s)", &[("client.retries".into(), set)])
    };
    match retries {
        Retries::None => Vec::new(),
        Retries::Backoff { max, budget, .. } => {
            let mut all = Vec::new();
            if budget.is_none() {
                all.push(change("a retry budget as the AWS SDK's quota", &[(field("budget"), BUDGET.into())]));
            }
            all.push(paced(max.saturating_add(1)));
            if *max > 1 {
                all.push(change("one attempt less", &[(field("max"), (max - 1).to_string())]));
            }
            all.push(change("no retries", &[(field("max"), "0".into())]));
            all
        }
        Retries::AwsSdkStandard(sdk) => {
            let mut all = Vec::new();
            if sdk.retry_cost == 0 {
                all.push(change("a retry budget as the AWS SDK's quota", &[(field("retry_cost"), "14".into())]));
            }
            if sdk.attempts > 2 {
                all.push(change("one attempt less", &[(field("attempts"), (sdk.attempts - 1).to_string())]));
            }
            if sdk.attempts > 1 {
                all.push(change("no retries", &[(field("attempts"), "1".into())]));
            }
            all
        }
    }
}

/// The stations that the event is about, each with its dotted name: those of its hop, of all hops where it names none.
fn stations(hops: &[Hop], named: Option<&str>) -> Vec<(String, Station)> {
    let of = |hop: &Hop| -> Vec<(String, Station)> {
        match &hop.stations {
            Stations::One(station) | Stations::Copies { station, .. } => {
                vec![(format!("hop.{}", hop.name), station.clone())]
            }
            Stations::Branches(branches) => branches
                .iter()
                .map(|(name, _, station)| (format!("hop.{}.branch.{name}", hop.name), station.clone()))
                .collect(),
        }
    };
    hops.iter().filter(|hop| named.is_none_or(|name| hop.name == name)).flat_map(of).collect()
}

/// Places from which nobody waits longer than the client does, while service takes as long as it should: whoever finds `q` others
/// waiting for `servers` servers leaves after (q + 1) / servers + 1 service times on average.
fn places(servers: u32, time: &Distribution, timeout: Duration) -> Option<u64> {
    let services = timeout.0 as f64 / time.mean_ns();
    services.is_finite().then(|| (f64::from(servers) * (services - 1.0) - 1.0).max(0.0) as u64)
}

/// A waiting room that turns away whom it could not serve in time.
fn waiting_room(scenario: &Scenario, hop: Option<&str>) -> Option<Change> {
    let timeout = scenario.client.timeout?;
    let name = "a waiting room that turns away whom it cannot serve in time";
    let set: Vec<(String, String)> = match &scenario.model {
        Model::Options(system) => {
            let services = &system.services;
            let places = places(services.concurrency, &services.time, timeout)?;
            let shorter = places < u64::from(services.queue);
            shorter.then(|| ("services.queue".to_string(), places.to_string())).into_iter().collect()
        }
        Model::Hops(hops) => {
            let bounded = |(name, station): (String, Station)| {
                let places = places(station.servers?, &station.time, timeout)?;
                let shorter = station.queue.is_none_or(|queue| places < u64::from(queue));
                shorter.then(|| (format!("{name}.queue"), places.to_string()))
            };
            stations(hops, hop).into_iter().filter_map(bounded).collect()
        }
    };
    (!set.is_empty()).then(|| change(name, &set))
}

/// Half as many servers more, rounded up.
fn servers(scenario: &Scenario, hop: Option<&str>) -> Option<Change> {
    let more = |servers: u32| servers.saturating_add(servers.div_ceil(2));
    let (name, set): (String, Vec<(String, String)>) = match &scenario.model {
        Model::Options(system) => {
            let targets = system.services.targets;
            let set = ("services.targets".to_string(), more(targets).to_string());
            (format!("{} targets instead of {targets}", more(targets)), vec![set])
        }
        Model::Hops(hops) => {
            let all = stations(hops, hop);
            let with: Vec<(&String, u32)> =
                all.iter().filter_map(|(name, station)| Some((name, station.servers?))).collect();
            let words = match with[..] {
                [(_, servers)] => format!("{} servers instead of {servers}", more(servers)),
                _ => "half as many servers more".into(),
            };
            (
                words,
                with.iter().map(|(name, servers)| (format!("{name}.servers"), more(*servers).to_string())).collect(),
            )
        }
    };
    (!set.is_empty()).then(|| change(name, &set))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scenario::Document;

    const STORM: &str = "[workload]\nrate = \"50/s\"\n[client]\ntimeout = \"200ms\"\n\
        retries = { max = 3, backoff = \"none\" }\n[run]\nduration = \"30s\"\n\
        [[event]]\nat = \"10s\"\nuntil = \"11s\"\nhop = \"service\"\ntime_factor = 4.0\n\
        [[hop]]\nname = \"service\"\nservers = 4\ntime = { constant = \"25ms\" }\n";

    #[test]
    fn each_change_makes_a_scenario_and_says_what_it_sets() {
        let document = Document::parse(STORM, "storm", std::path::Path::new(".")).unwrap();
        let scenario = document.resolve(&[]).unwrap();
        let all = candidates(&scenario, Some("service"));
        assert_eq!(all.len(), 7);
        for change in &all {
            let changed = document.resolve(&change.overrides).unwrap();
            assert_ne!(changed, scenario, "{}", change.name);
        }
        let set = |i: usize| (all[i].overrides[0].field.as_str(), all[i].overrides[0].toml.as_str());
        assert_eq!(set(4), ("hop.service.queue", "27"), "28 of 25 ms each with 4 servers, less one in service: 200 ms");
        assert_eq!(set(6), ("hop.service.servers", "6"));
    }
}
