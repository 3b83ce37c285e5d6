//! How AWS behaves while something changes: health checks, target tracking and load balancers that follow load. Types with their
//! defaults, and the table of facts that the defaults are. What follows from them over time is compiled in `topology`.

use std::sync::OnceLock;

use super::facts::{Fact, Facts};
use super::part::Part;
use super::system::{Listed, System};
use super::table;
use crate::units::Duration;

fn table() -> &'static Facts {
    static TABLE: OnceLock<Facts> = OnceLock::new();
    TABLE.get_or_init(|| table::embedded("changes.toml", include_str!("data/changes.toml")))
}

/// The day on which the table was last gone through.
#[must_use]
pub fn updated() -> &'static str {
    &table().updated
}

/// The facts whose id begins with `what` and a dot, in the table's order.
pub fn facts(what: &str) -> impl Iterator<Item = &'static Fact> {
    let is_of = move |fact: &&Fact| fact.id.strip_prefix(what).is_some_and(|rest| rest.starts_with('.'));
    table().fact.iter().filter(is_of)
}

/// The value of a fact in its own unit, by id; not a number for an unknown id, which a test excludes.
#[must_use]
pub fn value(id: &str) -> f64 {
    table().value(id)
}

/// The value of a fact that is a time.
#[must_use]
pub fn time(id: &str) -> Duration {
    let unit = table().find(id).map_or("", |fact| fact.unit.as_str());
    Duration::from_millis(value(id) * if unit == "min" { 60_000.0 } else { 1_000.0 })
}

fn number(id: &str) -> u32 {
    value(id) as u32
}

/// What finds out that a target is lost, and how callers learn of it: `[health]` for one kind of balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Time between two checks.
    pub interval: Duration,
    /// Failed checks in a row after which a target is unhealthy, 1 or more.
    pub unhealthy: u32,
    /// Passed checks in a row after which an unhealthy target is healthy again, 1 or more.
    pub healthy: u32,
    /// For how long callers keep the address of a node that has left DNS.
    pub dns_ttl: Duration,
    /// After which time whoever connects to a silent target or node gives up.
    pub connect_timeout: Duration,
    /// For how long a target that has left may finish what it has.
    pub deregistration: Duration,
    /// Time from a target's registration to its first request.
    pub first_healthy: Duration,
}

impl Checks {
    /// The defaults of a load balancer or of Cloud Map; those of an ALB for other parts.
    #[must_use]
    pub fn of(part: Part) -> Checks {
        let name = name(part);
        let id = |fact: &str| format!("{name}.{fact}");
        Checks {
            interval: time(&id("interval")),
            unhealthy: number(&id("unhealthy")),
            healthy: number(&id("healthy")),
            dns_ttl: time(&id("dns-ttl")),
            connect_timeout: time(&id("connect-timeout")),
            deregistration: time(&id("deregistration")),
            first_healthy: time(&id("first-healthy")),
        }
    }

    /// Time from a loss to the balancer's knowing of it: interval times threshold. A check's own timeout is not added.
    #[must_use]
    pub fn detection(&self) -> Duration {
        Duration(self.interval.0.saturating_mul(u64::from(self.unhealthy)))
    }

    /// Time from the end of a loss to the balancer's knowing of it.
    #[must_use]
    pub fn recovery(&self) -> Duration {
        Duration(self.interval.0.saturating_mul(u64::from(self.healthy)))
    }
}

/// The name under which a balancer's facts stand, as in `[health.NAME]`.
#[must_use]
pub fn name(part: Part) -> &'static str {
    match part {
        Part::Nlb | Part::CloudMap => part.id(),
        _ => Part::Alb.id(),
    }
}

/// `[health]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Of ALBs.
    pub alb: Checks,
    /// Of NLBs.
    pub nlb: Checks,
    /// Of Cloud Map.
    pub cloud_map: Checks,
}

impl Default for Health {
    fn default() -> Health {
        Health { alb: Checks::of(Part::Alb), nlb: Checks::of(Part::Nlb), cloud_map: Checks::of(Part::CloudMap) }
    }
}

impl Health {
    /// The kinds of balancers that have checks.
    pub const PARTS: [Part; 3] = [Part::Alb, Part::Nlb, Part::CloudMap];

    /// The checks of a balancer or of Cloud Map; those of ALBs for other parts.
    #[must_use]
    pub fn of(&self, part: Part) -> Checks {
        match part {
            Part::Nlb => self.nlb,
            Part::CloudMap => self.cloud_map,
            _ => self.alb,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, part: Part) -> &mut Checks {
        match part {
            Part::Nlb => &mut self.nlb,
            Part::CloudMap => &mut self.cloud_map,
            _ => &mut self.alb,
        }
    }
}

/// What target tracking holds at its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingMetric {
    /// Busy share of the targets' concurrency, 0 to 1.
    Utilisation,
    /// Requests per second and target.
    RequestsPerTarget,
}

/// `autoscaling` of `[services]` or of a service: target tracking of the number of targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaling {
    /// What is held.
    pub metric: ScalingMetric,
    /// Where it is held: above 0 and at most 1, or requests per second and target above 0.
    pub target: f64,
    /// Fewest targets, 1 or more.
    pub min: u32,
    /// Most targets, `min` or more.
    pub max: u32,
    /// Length of a data point.
    pub period: Duration,
    /// Time after which a data point is known.
    pub delay: Duration,
    /// Time from the decision to a new target's first request.
    pub warm_up: Duration,
    /// Time after scaling out in which it is not done again.
    pub cooldown_out: Duration,
    /// Time after scaling in in which it is not done again.
    pub cooldown_in: Duration,
    /// Data points in a row above the target before scaling out, 1 or more.
    pub out_after: u32,
    /// Data points in a row below `in_below` of the target before scaling in, 1 or more.
    pub in_after: u32,
    /// Share of the target, above 0 and at most 1.
    pub in_below: f64,
}

impl Autoscaling {
    /// AWS's defaults around what has none.
    #[must_use]
    pub fn tracking(metric: ScalingMetric, target: f64, min: u32, max: u32) -> Autoscaling {
        Autoscaling {
            metric,
            target,
            min,
            max,
            period: time("autoscaling.period"),
            delay: time("autoscaling.delay"),
            warm_up: time("autoscaling.warm-up"),
            cooldown_out: time("autoscaling.cooldown-out"),
            cooldown_in: time("autoscaling.cooldown-in"),
            out_after: number("autoscaling.out-after"),
            in_after: number("autoscaling.in-after"),
            in_below: value("autoscaling.in-below"),
        }
    }
}

/// `[load_balancers]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadBalancers {
    /// Capacity follows load with lag; else it is always enough.
    pub follow_load: bool,
    /// Capacity of an ALB over the load that it has adapted to, 1 or more.
    pub alb_headroom: f64,
}

impl Default for LoadBalancers {
    fn default() -> LoadBalancers {
        LoadBalancers { follow_load: false, alb_headroom: value("alb-growth.headroom") }
    }
}

impl System {
    /// How the number of a service's targets follows load, if it does; `None` for `listed` asks for a service that is not listed.
    #[must_use]
    pub fn autoscaling_of(&self, listed: Option<&Listed>) -> Option<Autoscaling> {
        listed.and_then(|one| one.autoscaling).or(self.services.autoscaling)
    }

    /// Targets of a service at the start.
    #[must_use]
    pub fn targets_of(&self, listed: Option<&Listed>) -> u32 {
        let stated = listed.and_then(|one| one.targets).unwrap_or(self.services.targets);
        self.autoscaling_of(listed).map_or(stated, |scaling| stated.clamp(scaling.min, scaling.max))
    }

    /// The most targets of a service that may run, deployments apart.
    #[must_use]
    pub fn most_targets_of(&self, listed: Option<&Listed>) -> u32 {
        self.autoscaling_of(listed).map_or_else(|| self.targets_of(listed), |scaling| scaling.max)
    }

    /// Whether any service's number of targets follows load.
    #[must_use]
    pub fn scales(&self) -> bool {
        self.services.autoscaling.is_some() || self.listed.iter().any(|one| one.autoscaling.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_its_evidence_and_every_default_a_fact() {
        table().check();
        for part in Health::PARTS {
            let checks = Checks::of(part);
            assert!(checks.interval.0 > 0 && checks.unhealthy > 0 && checks.healthy > 0, "{part:?}");
            assert_eq!(facts(name(part)).count(), 7, "{part:?}");
        }
        let scaling = Autoscaling::tracking(ScalingMetric::Utilisation, 0.6, 1, 9);
        assert!(scaling.period.0 > 0 && scaling.out_after > 0 && scaling.in_after > 0 && scaling.in_below > 0.0);
        for id in ["nlb-growth.initial", "nlb-growth.step", "deploy.batch", "alb-growth.headroom"] {
            assert!(value(id) > 0.0, "{id}");
        }
        for id in ["deploy.every", "link.wake", "alb-growth.period"] {
            assert!(time(id).0 > 0, "{id}");
        }
    }

    #[test]
    fn a_loss_is_noticed_after_interval_times_threshold() {
        let health = Health::default();
        assert_eq!(
            (health.of(Part::Nlb).detection().seconds(), health.of(Part::Alb).recovery().seconds()),
            (60.0, 150.0)
        );
    }

    #[test]
    fn quotas_hold_what_may_run() {
        let mut system = System::aws_defaults(Vec::new());
        assert_eq!((system.targets_of(None), system.most_targets_of(None), system.scales()), (3, 3, false));
        system.services.autoscaling = Some(Autoscaling::tracking(ScalingMetric::Utilisation, 0.6, 4, 20));
        assert_eq!((system.targets_of(None), system.most_targets_of(None), system.scales()), (4, 20, true));
    }
}
