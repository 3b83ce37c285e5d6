//! From simulated cells to the result document: what was wanted, options, ladders, costs, assumptions, comparisons.

use rayon::prelude::*;

use super::control::Control;
use super::sweep::{Cell, Combination, saturation};
use super::{as_built, best, changes, costs, deployments, growth, known, map, mix};
use crate::aws::option::ArchitectureOption;
use crate::aws::part::Part;
use crate::aws::system::{AccountTopology, System, TrafficRate};
use crate::aws::{ceilings, compare, data_dates, features, latency};
use crate::random::Samplers;
use crate::results::{
    Addresses, Assumption, Ceiling, Exclusion, FORMAT, Objective, OptionInfo, Results, Target, Wanted, Warning,
};
use crate::scenario::{Arrivals, Condition, Length, Model, Relation, Scenario};
use crate::topology::offered_rate;

/// The head of a result document: version, seed, what was wanted, ladders; no point yet.
#[must_use]
pub fn head(scenario: &Scenario, file: &str, hash: &str) -> Results {
    let mut results = Results {
        gatecap: env!("CARGO_PKG_VERSION").into(),
        format: FORMAT,
        title: scenario.title.clone(),
        scenario: hash.into(),
        seed: scenario.seed,
        confidence: scenario.run.confidence,
        data: data_dates(),
        wanted: wanted(scenario, file),
        known_answers: known::record(),
        ..Results::default()
    };
    if let Model::Options(system) = &scenario.model {
        results.options = options(system);
        results.ceilings = system.options.par_iter().flat_map_iter(|option| rungs(option, system)).collect();
        results.costs = costs::unsimulated(system);
        (results.growth_asked, results.growth) = growth::of(scenario, system);
        results.assumptions = assumptions(system);
        results.assumptions.extend(changes::assumptions(scenario, system));
        results.warnings.extend(unknown_sizes(system));
        results.warnings.extend(mix::warnings(system));
        results.warnings.extend(untimed_authorizer(system));
        results.lints = as_built::lints(scenario, system);
        results.today = as_built::today(system);
        results.moves = as_built::moves(&results);
    }
    results
}

/// The whole document of a run or a sweep; `own` is the index of the combination that is the user's operating point.
#[must_use]
pub fn document(
    mut results: Results,
    combinations: &[Combination],
    own: usize,
    cells: &[Cell],
    whole_sweep: bool,
    control: &Control,
) -> Results {
    results.wanted.axes = combinations.get(own).map(|combination| combination.axes.clone()).unwrap_or_default();
    (results.comparisons, results.best) = best::at_operating_point(combinations, own, cells);
    if whole_sweep {
        results.saturation = saturation(combinations, cells);
        results.map = map::cells(combinations, own, cells, control);
    }
    results.warnings.extend(warnings(&results));
    if let Some(Model::Options(system)) = combinations.get(own).map(|combination| &combination.scenario.model) {
        results.warnings.extend(untimed_waf(system));
    }
    costs::simulated(&mut results, combinations, cells);
    results.points = cells.iter().map(|cell| cell.outcome.point.clone()).collect();
    results
}

fn wanted(scenario: &Scenario, file: &str) -> Wanted {
    let services = super::operating_services(scenario);
    let mut wanted = Wanted {
        rate: offered_rate(scenario, services),
        arrivals: arrivals_in_words(&scenario.workload.arrivals).into(),
        objectives: scenario.objectives.iter().map(objective).collect(),
        requests: match scenario.run.length {
            Length::Requests(requests) => requests,
            Length::Time(_) | Length::Trace => 0,
        },
        replications: scenario.run.replications,
        precision: scenario.run.precision.as_ref().map(|wanted| Target {
            metric: wanted.metric.clone(),
            relative: wanted.relative,
            max_replications: wanted.max_replications,
        }),
        samplers: if scenario.run.samplers == Samplers::Exact { "exact".into() } else { String::new() },
        file: file.into(),
        ..Wanted::default()
    };
    match &scenario.model {
        Model::Options(system) => {
            wanted.services = Some(services);
            wanted.mean_rate = system.rate(services).map(|peak| peak / system.traffic.peak_to_mean);
            wanted.zones = system.network.zones;
            wanted.vpcs = system.network.vpcs;
            wanted.targets = system.services.targets;
            wanted.region.clone_from(&system.account.region);
            wanted.needs = crate::aws::mix::needs(system);
            if let TrafficRate::PerService(rate) = system.traffic.rate {
                wanted.rate_per_service = Some(rate.per_second());
            }
        }
        Model::Hops(hops) => wanted.services = super::uses_services(scenario, hops).then_some(services),
    }
    wanted
}

fn arrivals_in_words(arrivals: &Arrivals) -> &'static str {
    match arrivals {
        Arrivals::Poisson => "Poisson arrivals",
        Arrivals::Constant => "constant arrivals",
        Arrivals::Gamma { .. } => "gamma renewal arrivals",
        Arrivals::Hyperexponential(_) => "hyperexponential renewal arrivals",
        Arrivals::Mmpp { .. } => "Markov-modulated Poisson arrivals",
        Arrivals::Trace(_) => "recorded arrivals",
    }
}

fn objective(condition: &Condition) -> Objective {
    let relation = match condition.relation {
        Relation::AtMost => "<=",
        Relation::Below => "<",
        Relation::AtLeast => ">=",
        Relation::Above => ">",
    };
    Objective {
        text: condition.text.clone(),
        metric: condition.metric.clone(),
        relation: relation.into(),
        bound: condition.bound,
    }
}

fn options(system: &System) -> Vec<OptionInfo> {
    system
        .options
        .iter()
        .map(|option| {
            let compared = compare::at(option, system.services.count, system);
            let exclusions = exclusions(option, system);
            OptionInfo {
                name: option.name.clone(),
                title: option.title.clone(),
                path: option.path.iter().map(|part| part.id().to_string()).collect(),
                sharing: option.sharing_text(),
                legacy: option.legacy().map(str::to_string),
                parts: compared.parts,
                parts_total: compared.parts_total,
                shared_configuration: compared.shared_configuration,
                shared_fate: Some(compared.shared_fate),
                minutes_per_deployment: compared.minutes_per_deployment,
                independence: compared.independence,
                isolation: compared.isolation,
                lacks: exclusions.iter().map(|exclusion| exclusion.need.clone()).collect(),
                exclusions,
                mix: mix::parts(option, system),
                as_built: option.as_built,
                addresses: compared.addresses.map(|subnet| Addresses {
                    usable: subnet.usable,
                    used: subnet.used,
                    left: subnet.usable - subnet.used,
                    left_advised: subnet.usable - subnet.advised,
                }),
                ..OptionInfo::default()
            }
        })
        .collect()
}

/// The needs that an option does not meet, each with its reason.
fn exclusions(option: &ArchitectureOption, system: &System) -> Vec<Exclusion> {
    let exclusion = |lack: features::Lack| Exclusion {
        feature: lack.need,
        need: lack.title,
        reason: lack.reason,
        source: lack.source,
        date: lack.date,
    };
    crate::aws::mix::lacks(option, system).into_iter().map(exclusion).collect()
}

fn rungs(option: &ArchitectureOption, system: &System) -> Vec<Ceiling> {
    ceilings::ladder(option, system)
        .into_iter()
        .map(|rung| Ceiling {
            option: rung.option,
            kind: rung.kind.text().into(),
            quota: rung.quota,
            code: rung.code,
            name: rung.name,
            limit: rung.limit,
            used: rung.used,
            adjustable: rung.adjustable,
            lead_time: rung.lead_time,
            services: rung.services,
            binding: rung.binding,
            pressed_by: rung.pressed_by,
            ask: rung.ask,
            value_from: rung.value_from,
            source: rung.source,
            date: rung.date,
        })
        .collect()
}

/// The default times on the options' paths, each with its evidence; what the scenario states is the user's own.
fn assumptions(system: &System) -> Vec<Assumption> {
    let mut all = Vec::new();
    for hop in latency::hop_defaults() {
        let users = users_of(system, &hop.name);
        if users.is_empty() {
            continue;
        }
        let stated = match hop.name.as_str() {
            "service" => (!system.services.time_is_default).then_some(&system.services.time),
            name => system.hop_times.get(name),
        };
        all.push(Assumption {
            input: hop.title.clone(),
            value: stated.map_or_else(|| hop.text.clone(), crate::random::Distribution::describe),
            grade: if stated.is_some() { "yours".into() } else { hop.grade.clone() },
            low: hop.low.clone(),
            high: hop.high.clone(),
            source: if stated.is_some() { "the scenario".into() } else { hop.source.clone() },
            options: if users.len() == system.options.len() { Vec::new() } else { users },
        });
    }
    if let Some(reuse) = latency::scalar_default("connection_reuse") {
        let own = reuse.value != Some(system.network.connection_reuse);
        all.push(Assumption {
            input: reuse.title.clone(),
            value: system.network.connection_reuse.to_string(),
            grade: if own { "yours".into() } else { reuse.grade.clone() },
            low: reuse.low.to_string(),
            high: reuse.high.to_string(),
            source: if own { "the scenario".into() } else { reuse.source.clone() },
            options: Vec::new(),
        });
    }
    all.extend(system.deployments.as_ref().map(deployments::assumptions).unwrap_or_default());
    all
}

/// Names of the options whose path has a hop.
pub(super) fn users_of(system: &System, hop: &str) -> Vec<String> {
    let central = system.account.topology == AccountTopology::Central;
    let on_path = |option: &&ArchitectureOption| match hop {
        "waf" => system.gateway.waf && option.has(Part::RestApi),
        "authorizer" => system.gateway.authorizer.is_some(),
        "client" | "connection" | "service" | "zone-leg-same" => true,
        "zone-leg-cross" => system.network.zones > 1,
        "endpoint" => central,
        "nlb" if central => true,
        part => Part::from_id(part).is_some_and(|part| option.has(part)),
    };
    system.options.iter().filter(on_path).map(|option| option.name.clone()).collect()
}

fn warnings(results: &Results) -> Vec<Warning> {
    let assumed: Vec<&str> = results.assumptions.iter().filter(|a| a.grade == "D").map(|a| a.input.as_str()).collect();
    if assumed.is_empty() {
        return Vec::new();
    }
    vec![Warning {
        kind: "assumed_evidence".into(),
        about: "latency".into(),
        message: format!("no measurement was found for {}: these are assumptions", assumed.join(", ")),
    }]
}

/// Without sizes nothing that counts bytes is computed, and nobody should think that it was.
fn unknown_sizes(system: &System) -> Option<Warning> {
    let bounded = system.account.topology == AccountTopology::Central
        || system.options.iter().any(|option| option.has(Part::VpcLinkV1));
    let rung = if bounded { ", and the bandwidth of PrivateLink is in no ladder" } else { "" };
    system.traffic.bytes().is_none().then(|| Warning {
        kind: "size_not_stated".into(),
        about: "costs".into(),
        message: format!(
            "capacity units and other costs by bytes are unknown{rung}: `[workload]` states no `request` and `response`"
        ),
    })
}

/// The need for AWS WAF anywhere says nothing of where it stands, so its time is on no path unless `[gateway] waf` puts it there.
fn untimed_waf(system: &System) -> Option<Warning> {
    let untimed = system.all_needs().any(|need| need == "waf") && !system.gateway.waf;
    untimed.then(|| Warning {
        kind: "waf_not_simulated".into(),
        about: "latency".into(),
        message: "AWS WAF is needed, but no latency holds its time: `[gateway] waf = true` puts it before REST APIs, at a load \
                  balancer its time is not known"
            .into(),
    })
}

/// No evidence was found of what an authorizer of code takes, so its time is on no path until somebody states it.
fn untimed_authorizer(system: &System) -> Option<Warning> {
    let untimed = system.all_needs().any(|need| need == "lambda-auth") && system.gateway.authorizer.is_none();
    untimed.then(|| Warning {
        kind: "authorizer_not_simulated".into(),
        about: "latency".into(),
        message: "an authorizer of code is needed, but its time is not in any latency: state `[gateway] authorizer`"
            .into(),
    })
}

/// The warning of a document that was stopped before its end.
#[must_use]
pub fn interrupted(done: u64, planned: u64) -> Warning {
    Warning {
        kind: "interrupted".into(),
        about: "all".into(),
        message: format!("interrupted after {done} of {planned} runs: what was not finished is missing"),
    }
}

/// Adds the mean latency that an option's path adds to the round trip and the service, from its simulated point.
pub fn added_means(results: &mut Results) {
    let (services, axes) = (results.wanted.services, results.wanted.axes.clone());
    for option in &mut results.options {
        let here = |p: &&crate::results::Point| p.services == services && p.axes == axes;
        let point = results.points.iter().filter(here).find(|p| p.option.as_deref() == Some(&option.name));
        if let Some(point) = point {
            let own = |name: &str| !matches!(name, "client" | "service");
            option.added_mean_ms = point.hops.iter().filter(|hop| own(&hop.name)).map(|hop| hop.mean_ms).sum();
        }
    }
}
