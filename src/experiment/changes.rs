//! What a scenario with events, target tracking or load balancers that follow load assumes, with its evidence.

use super::assemble::users_of;
use crate::aws::changes::{self, Autoscaling, Checks, Health, ScalingMetric};
use crate::aws::facts::Fact;
use crate::aws::part::Part;
use crate::aws::system::System;
use crate::results::Assumption;
use crate::scenario::{Change, Scenario};

/// A fact as it is used: with the scenario's value in its place, if that is another one.
pub(super) fn assumption(fact: &Fact, used: f64, options: Vec<String>) -> Assumption {
    let own = used != fact.value && !used.is_nan();
    Assumption {
        input: fact.title.clone(),
        value: format!("{} {}", if own { used } else { fact.value }, fact.unit),
        grade: if own { "yours".into() } else { fact.grade.clone() },
        low: fact.low.clone(),
        high: fact.high.clone(),
        source: if own { "the scenario".into() } else { fact.source.clone() },
        options,
    }
}

/// The assumptions about what changes, those alone that can matter here.
pub(super) fn assumptions(scenario: &Scenario, system: &System) -> Vec<Assumption> {
    let any = |of: &dyn Fn(&Change) -> bool| scenario.events.iter().any(|event| of(&event.change));
    let lost = any(&|change| matches!(change, Change::ZoneLost { .. } | Change::TargetsLost { .. }));
    let deployed = any(&|change| matches!(change, Change::Deploy(_)));
    let mut all = Vec::new();
    for part in Health::PARTS {
        let users = users_of(system, part.id());
        let users = if users.len() == system.options.len() { None } else { Some(users) };
        if users.as_ref().is_some_and(Vec::is_empty) {
            continue;
        }
        let checks = system.health.of(part);
        for fact in changes::facts(changes::name(part)) {
            let (used, of_deployments) = in_force(&checks, fact);
            if if of_deployments { deployed } else { lost } {
                all.push(assumption(fact, used, users.clone().unwrap_or_default()));
            }
        }
    }
    for event in &scenario.events {
        match event.change {
            Change::Deploy(deploy) => {
                all.extend(one("deploy.batch", deploy.batch));
                all.extend(one("deploy.every", deploy.every.seconds()));
            }
            Change::LinkIdle { wake } => all.extend(one("link.wake", wake.seconds() / 60.0)),
            _ => {}
        }
    }
    let listed = system.listed.iter().filter_map(|one| one.autoscaling);
    if let Some(scaling) = system.services.autoscaling.into_iter().chain(listed).next() {
        all.extend(changes::facts("autoscaling").map(|fact| assumption(fact, of_scaling(&scaling, fact), Vec::new())));
    }
    if system.load_balancers.follow_load {
        for (what, part) in [("alb-growth", Part::Alb), ("nlb-growth", Part::Nlb)] {
            let users = users_of(system, part.id());
            let followed = changes::facts(what).filter(|_| !users.is_empty());
            all.extend(followed.map(|fact| {
                let headroom = fact.id == "alb-growth.headroom";
                let used = if headroom { system.load_balancers.alb_headroom } else { fact.value };
                assumption(fact, used, if users.len() == system.options.len() { Vec::new() } else { users.clone() })
            }));
        }
    }
    let mut seen = Vec::new();
    all.retain(|one| {
        let new = !seen.contains(&(one.input.clone(), one.value.clone()));
        seen.push((one.input.clone(), one.value.clone()));
        new
    });
    all
}

fn one(id: &str, used: f64) -> Option<Assumption> {
    let (what, _) = id.split_once('.')?;
    changes::facts(what).find(|fact| fact.id == id).map(|fact| assumption(fact, used, Vec::new()))
}

/// The value in force of a fact about health checks, and whether deployments alone need it.
fn in_force(checks: &Checks, fact: &Fact) -> (f64, bool) {
    let what = fact.id.split_once('.').map_or("", |(_, what)| what);
    match what {
        "interval" => (checks.interval.seconds(), false),
        "unhealthy" => (f64::from(checks.unhealthy), false),
        "healthy" => (f64::from(checks.healthy), false),
        "dns-ttl" => (checks.dns_ttl.seconds(), false),
        "connect-timeout" => (checks.connect_timeout.seconds(), false),
        "deregistration" => (checks.deregistration.seconds(), true),
        _ => (checks.first_healthy.seconds(), true),
    }
}

fn of_scaling(scaling: &Autoscaling, fact: &Fact) -> f64 {
    let defaults = Autoscaling::tracking(ScalingMetric::Utilisation, 1.0, 1, 1);
    let what = fact.id.split_once('.').map_or("", |(_, what)| what);
    let pick = |of: &Autoscaling| match what {
        "period" => of.period.seconds(),
        "delay" => of.delay.seconds(),
        "warm-up" => of.warm_up.seconds(),
        "cooldown-out" => of.cooldown_out.seconds(),
        "cooldown-in" => of.cooldown_in.seconds(),
        "out-after" => f64::from(of.out_after),
        "in-after" => f64::from(of.in_after),
        _ => of.in_below,
    };
    if pick(scaling) == pick(&defaults) { fact.value } else { pick(scaling) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Document, Model};

    fn inputs(text: &str) -> Vec<(String, String)> {
        let read = Document::parse(text, "changes", std::path::Path::new(".")).and_then(|read| read.resolve(&[]));
        let Ok(scenario) = read else { panic!("{text}") };
        let Model::Options(system) = &scenario.model else { panic!("{text}") };
        assumptions(&scenario, system).into_iter().map(|one| (one.value, one.grade)).collect()
    }

    #[test]
    fn what_can_matter_is_told_and_what_is_stated_is_yours() {
        assert!(inputs("").is_empty());
        let zone = "options = [\"rest-shared-nlb\"]\n[[event]]\nat = \"1s\"\naz = 1\n[health]\ninterval = \"10s\"\n";
        let said = inputs(zone);
        assert_eq!(said.len(), 5, "an NLB's checks, and nothing of deployments: {said:?}");
        assert_eq!(said[0], ("10 s".to_string(), "yours".to_string()));
        assert_eq!(said[1], ("2 checks".to_string(), "B".to_string()));
        assert_eq!(inputs("[services]\nautoscaling = { target = 0.6, max = 9 }\n").len(), 8);
        let twice = "[[event]]\nat = \"1s\"\nlink_idle = true\n[[event]]\nat = \"1h\"\nlink_idle = true\n";
        assert_eq!(inputs(twice), [("3 min".to_string(), "C".to_string())]);
    }
}
