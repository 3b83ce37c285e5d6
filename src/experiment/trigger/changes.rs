//! What might have prevented that a failure stays: changes of client and system, the gentlest first, each as what one would write into
//! the scenario.

use crate::aws::system::{Listed, System};
use crate::random::Distribution;
use crate::scenario::{Affected, Event, Hop, Model, Override, Retries, Scenario, Station, Stations};
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

/// The changes that apply to the scenario whose event changes `ours`.
pub(super) fn candidates(scenario: &Scenario, ours: &[Event]) -> Vec<Change> {
    let hop = ours.iter().find_map(|event| event.hop.as_deref());
    let about = ours.iter().find_map(|event| event.change.service()).unwrap_or(Affected::All);
    let mut all = retries(&scenario.client.retries);
    all.extend(waiting_room(scenario, hop, about));
    if let Some(timeout) = scenario.client.timeout {
        let twice = Duration(timeout.0.saturating_mul(2));
        all.push(change(
            format!("clients wait {twice} instead of {timeout}"),
            &[("client.timeout".into(), format!("\"{twice}\""))],
        ));
    }
    all.extend(servers(scenario, hop, about));
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

/// The listed services that the event is about, each with its field of `[[service]]`; and whether it is about any service that is not
/// listed. Services of a table with `count` have no field of their own: a change of one is no change of the scenario, and is left out.
fn listed(system: &System, about: Affected) -> (Vec<(String, &Listed)>, bool) {
    let field = |listed: &Listed| format!("service.{}", listed.name);
    let ours = |index: usize| u32::try_from(index).is_ok_and(|index| about.has(index));
    let all = system.listed.iter().enumerate().filter(|(index, _)| ours(*index));
    let others = match about {
        Affected::All => system.services.count as usize > system.listed.len(),
        Affected::One(index) => index as usize >= system.listed.len(),
    };
    (all.map(|(_, listed)| (field(listed), listed)).collect(), others)
}

/// Shorter waiting rooms of the services that the event is about: one for those that go by `[services]`, one each for those that state
/// something of their own.
fn queues(system: &System, about: Affected, timeout: Duration) -> Vec<(String, String)> {
    let services = &system.services;
    let room = |listed: Option<&Listed>| {
        let concurrency = listed.and_then(|one| one.concurrency).unwrap_or(services.concurrency);
        let time = listed.and_then(|one| one.time.as_ref()).unwrap_or(&services.time);
        let queue = u64::from(listed.and_then(|one| one.queue).unwrap_or(services.queue));
        places(concurrency, time, timeout).filter(|places| *places < queue)
    };
    let own = |one: &Listed| one.queue.is_some() || one.concurrency.is_some() || one.time.is_some();
    let (ours, others) = listed(system, about);
    let common = (others || ours.iter().any(|(_, one)| !own(one))).then(|| room(None)).flatten();
    let mut set: Vec<(String, String)> =
        common.map(|places| ("services.queue".to_string(), places.to_string())).into_iter().collect();
    for (field, one) in ours.into_iter().filter(|(_, one)| own(one)) {
        // A room that is short enough stays, whatever the common one becomes.
        let stays = (common.is_some() && one.queue.is_none()).then_some(u64::from(services.queue));
        set.extend(room(Some(one)).or(stays).map(|places| (format!("{field}.queue"), places.to_string())));
    }
    set
}

/// More targets for the services that the event is about, by `more`: for those that go by `[services]`, and each that states its own.
fn targets(system: &System, about: Affected, more: impl Fn(u32) -> u32) -> (String, Vec<(String, String)>) {
    let (ours, others) = listed(system, about);
    let common = (others || ours.iter().any(|(_, one)| one.targets.is_none())).then_some(system.services.targets);
    let own = ours.iter().filter_map(|(field, one)| Some((format!("{field}.targets"), one.targets?)));
    let all: Vec<(String, u32)> =
        common.map(|targets| ("services.targets".to_string(), targets)).into_iter().chain(own).collect();
    let words = match all[..] {
        [(_, first), ref rest @ ..] if rest.iter().all(|(_, targets)| *targets == first) => {
            format!("{} targets instead of {first}", more(first))
        }
        _ => "half as many targets more".into(),
    };
    (words, all.into_iter().map(|(field, targets)| (field, more(targets).to_string())).collect())
}

/// A waiting room that turns away whom it could not serve in time.
fn waiting_room(scenario: &Scenario, hop: Option<&str>, about: Affected) -> Option<Change> {
    let timeout = scenario.client.timeout?;
    let name = "a waiting room that turns away whom it cannot serve in time";
    let set: Vec<(String, String)> = match &scenario.model {
        Model::Options(system) => queues(system, about, timeout),
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
fn servers(scenario: &Scenario, hop: Option<&str>, about: Affected) -> Option<Change> {
    let more = |servers: u32| servers.saturating_add(servers.div_ceil(2));
    let (name, set): (String, Vec<(String, String)>) = match &scenario.model {
        Model::Options(system) => targets(system, about, more),
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
        let all = candidates(&scenario, &scenario.events);
        assert_eq!(all.len(), 7);
        for change in &all {
            let changed = document.resolve(&change.overrides).unwrap();
            assert_ne!(changed, scenario, "{}", change.name);
        }
        let set = |i: usize| (all[i].overrides[0].field.as_str(), all[i].overrides[0].toml.as_str());
        assert_eq!(set(4), ("hop.service.queue", "27"), "28 of 25 ms each with 4 servers, less one in service: 200 ms");
        assert_eq!(set(6), ("hop.service.servers", "6"));
    }

    /// Two services that state something of their own, of three.
    const LISTED: &str = "options = [\"rest-alb-direct\"]\n[workload]\nrate = \"50/s\"\n[client]\ntimeout = \"200ms\"\n\
        [services]\ncount = 3\ntargets = 4\nconcurrency = 1\nqueue = 1000\ntime = { constant = \"50ms\" }\n\
        [[service]]\nname = \"orders\"\ntargets = 6\nconcurrency = 2\n[[service]]\nname = \"users\"\nqueue = 1\n\
        [run]\nduration = \"60s\"\n[[event]]\nat = \"10s\"\nuntil = \"20s\"\ntime_factor = 6\n";

    #[test]
    fn services_that_state_their_own_are_changed_where_they_stand() {
        let set = |service: &str| -> Vec<(String, Vec<(String, String)>)> {
            let text = format!("{LISTED}service = {service}\n");
            let document = Document::parse(&text, "listed", std::path::Path::new(".")).unwrap();
            let scenario = document.resolve(&[]).unwrap();
            let all = candidates(&scenario, &scenario.events);
            for change in &all {
                assert!(document.resolve(&change.overrides).unwrap() != scenario, "{}", change.name);
            }
            let all = all.into_iter().filter(|change| !change.name.starts_with("clients"));
            let fields = |change: Change| change.overrides.into_iter().map(|set| (set.field, set.toml)).collect();
            all.map(|change| (change.name.clone(), fields(change))).collect()
        };
        let room = "a waiting room that turns away whom it cannot serve in time";
        let is = |name: &str, fields: &[(&str, &str)]| {
            (name.to_string(), fields.iter().map(|(field, to)| ((*field).into(), (*to).into())).collect())
        };
        let orders = is("9 targets instead of 6", &[("service.orders.targets", "9")]);
        assert_eq!(set("\"orders\""), [is(room, &[("service.orders.queue", "5")]), orders]);
        let users = is("6 targets instead of 4", &[("services.targets", "6")]);
        assert_eq!(set("\"users\""), [users], "its queue is short enough");
        let both = [("services.targets", "6"), ("service.orders.targets", "9")];
        let rooms = [("services.queue", "2"), ("service.orders.queue", "5")];
        assert_eq!(set("\"*\""), [is(room, &rooms), is("half as many targets more", &both)]);
        assert_eq!(set("3")[0], is(room, &[("services.queue", "2")]));
    }
}
