//! The targets of one service over time: which are there, which are lost or slow, and what whoever balances over them knows of it.
//!
//! Everything that events say is compiled ahead, on the replication's clock: a target is a station whose kind has its losses, factors
//! and servers as step functions; who gets new attempts is a rotation of its group (`rotation`).

use super::rollout::roll_out;
use crate::aws::changes::Checks;
use crate::aws::part::{Answers, Part};
use crate::aws::system::{Balancing as Wanted, System};
use crate::engine::network::{Loss, StationKind, Steps};
use crate::scenario::{Change, Deploy, Event, Scenario};

/// A stretch of time, ns: from (with) to (without).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    pub(super) fn has(&self, at: u64) -> bool {
        self.from <= at && at < self.to
    }

    /// That of an event that lasts from `at` until `until` of the scenario, on the clock; without an end it never ends.
    pub(super) fn of(event: &Event, warmup_ns: u64) -> Span {
        let on_clock = |at: u64| warmup_ns.saturating_add(at);
        Span { from: on_clock(event.at.0), to: event.until.map_or(u64::MAX, |until| on_clock(until.0)) }
    }

    /// When the balancer knows: from detection until recovery; nothing where it is over before anybody noticed.
    pub(super) fn known(&self, checks: &Checks) -> Option<Span> {
        let from = self.from.saturating_add(checks.detection().0);
        (from < self.to).then(|| Span { from, to: self.to.saturating_add(checks.recovery().0) })
    }
}

/// A target that is not there for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    pub span: Span,
    /// Nobody answers; else connections are refused.
    pub silent: bool,
    /// When the balancer knows.
    pub known: Option<Span>,
}

/// One target.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Member {
    /// The zone it stands in, from 0.
    pub zone: u32,
    /// Its share of new attempts over that of a full target: changes in rising order of time; before the first it is 1.
    pub presence: Vec<(u64, f64)>,
    pub outages: Vec<Outage>,
    /// Service times times this, for a while.
    pub slow: Vec<(Span, f64)>,
    /// When it runs at all; `None`: always.
    pub runs: Option<Span>,
}

impl Member {
    pub(super) fn new(zone: u32) -> Member {
        Member { zone, ..Member::default() }
    }

    /// Its share of new attempts at an instant.
    pub(super) fn present(&self, at: u64) -> f64 {
        let passed = self.presence.partition_point(|&(from, _)| from <= at);
        passed.checked_sub(1).map_or(1.0, |last| self.presence[last].1)
    }

    /// Whether the balancer knows at an instant that it is lost.
    pub(super) fn known_lost(&self, at: u64) -> bool {
        self.outages.iter().filter_map(|outage| outage.known).any(|known| known.has(at))
    }

    /// Instants at which its part in a rotation changes.
    pub(super) fn turns(&self) -> impl Iterator<Item = u64> + '_ {
        let known = self.outages.iter().filter_map(|outage| outage.known);
        self.presence.iter().map(|change| change.0).chain(known.flat_map(|known| [known.from, known.to]))
    }

    /// Whether anything ever happens to it.
    pub(super) fn changes(&self) -> bool {
        !(self.presence.is_empty() && self.outages.is_empty() && self.slow.is_empty() && self.runs.is_none())
    }

    /// The kind of station it is: `base`, with what happens to it.
    pub(super) fn kind(&self, base: &StationKind, answers: &Lost) -> StationKind {
        let mut kind = base.clone();
        kind.losses = self.losses(answers);
        if !self.slow.is_empty() {
            let ends = self.slow.iter().flat_map(|(span, _)| [span.from, span.to]);
            let factor = |at: u64| {
                let own = self.slow.iter().filter(|(span, _)| span.has(at)).map(|(_, factor)| factor).product::<f64>();
                own * base.time_factors.at(at, true).unwrap_or(1.0)
            };
            kind.time_factors = steps(ends.chain(base.time_factors.instants()), Some(1.0), factor);
        }
        if let Some(runs) = self.runs {
            let servers = |at: u64| {
                if runs.has(at) { base.server_changes.at(at, true).unwrap_or(base.servers) } else { 0 }
            };
            let instants = [0, runs.from, runs.to].into_iter().chain(base.server_changes.instants());
            kind.server_changes = steps(instants, Some(base.servers), servers);
        }
        kind
    }

    fn losses(&self, answers: &Lost) -> Steps<Loss> {
        let ends = self.outages.iter().flat_map(|outage| [outage.span.from, outage.span.to]);
        let gone = self.runs.map(|runs| runs.to);
        let loss = |at: u64| {
            let silent = self.outages.iter().filter(|outage| outage.span.has(at)).map(|outage| outage.silent).max();
            match silent {
                Some(true) => answers.silent,
                Some(false) => answers.refuses,
                None if gone.is_some_and(|gone| gone <= at) => answers.gone,
                None => Loss::None,
            }
        };
        steps(ends.chain(gone), Some(Loss::None), loss)
    }
}

/// A step function that has these values at these instants, without steps that change nothing; `first` is its value before them.
pub(super) fn steps<T: Copy + PartialEq>(
    instants: impl Iterator<Item = u64>,
    first: Option<T>,
    value: impl Fn(u64) -> T,
) -> Steps<T> {
    let mut instants: Vec<u64> = instants.filter(|at| *at < u64::MAX).collect();
    instants.sort_unstable();
    instants.dedup();
    let mut last = first;
    let mut all = Vec::new();
    for at in instants {
        let value = value(at);
        if last != Some(value) {
            all.push((at, value));
            last = Some(value);
        }
    }
    Steps::new(all)
}

/// What becomes of attempts at lost targets, by who balances over them and which API asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    pub silent: Loss,
    pub refuses: Loss,
    /// After the deregistration delay.
    pub gone: Loss,
    /// Where no target takes attempts.
    pub nobody: Loss,
}

/// An ALB's own answers: 502 for a refused connection and for a request that outlives its target, 504 where nobody answers. Source:
/// AWS, Application Load Balancers user guide, troubleshooting (awsdocs, 2023-04), which also has the 503 without targets.
const BAD_GATEWAY: u16 = 502;
const NO_TARGETS: u16 = 503;
const GATEWAY_TIMEOUT: u16 = 504;

impl Lost {
    /// Behind an ALB those in flight hang until its idle timeout, unless the gateway's integration timeout is earlier; an NLB resets
    /// their connections when it finds the target unhealthy; Cloud Map does nothing for them, so that only the gateway ends them.
    pub(super) fn behind(balancer: Part, checks: &Checks, answers: Option<Answers>, idle_timeout_ns: u64) -> Lost {
        let failure = answers.map_or(0, |answers| answers.integration_failure);
        let connect = checks.connect_timeout.0;
        let (answer, silent, refused) = match balancer {
            Part::Alb => (idle_timeout_ns, GATEWAY_TIMEOUT, BAD_GATEWAY),
            Part::Nlb => (checks.detection().0, failure, failure),
            _ => (u64::MAX, failure, failure),
        };
        let refuses = Loss::Refuses { status: refused };
        let nobody = Loss::Refuses { status: if balancer == Part::Alb { NO_TARGETS } else { failure } };
        Lost { silent: Loss::Silent { connect, answer, status: silent }, refuses, gone: refuses, nobody }
    }

    /// What stands in the place of targets where none takes attempts: it has no servers and refuses whoever comes.
    pub(super) fn nobody(&self, base: &StationKind) -> StationKind {
        let (losses, server_changes) = (Steps::new(vec![(0, self.nobody)]), Steps::new(vec![(0, 0)]));
        StationKind { losses, server_changes, ..base.clone() }
    }
}

/// What a service's targets are over time. `number` of them stand there at the start.
pub(super) struct Timeline<'a> {
    pub scenario: &'a Scenario,
    pub system: &'a System,
    pub warmup_ns: u64,
    /// The service's number, from 0.
    pub service: u32,
    pub number: u32,
    /// The last balancer of its path.
    pub balancer: Part,
}

impl Timeline<'_> {
    /// Its targets: those at the start, then those that deployments bring, generation by generation.
    pub(super) fn members(&self) -> Vec<Member> {
        let zones = self.system.network.zones;
        let mut members: Vec<Member> = (0..self.number).map(|target| Member::new(target % zones)).collect();
        let mut current: Vec<usize> = (0..members.len()).collect();
        let deployments = self.scenario.events.iter().filter_map(|event| match event.change {
            Change::Deploy(deploy) if deploy.service.has(self.service) => {
                Some((Span::of(event, self.warmup_ns).from, deploy))
            }
            _ => None,
        });
        let mut deployments: Vec<(u64, Deploy)> = deployments.collect();
        deployments.sort_by_key(|(at, _)| *at);
        let (checks, mut done) = (self.checks(), 0);
        for (at, deploy) in deployments {
            // One follows the other: the next has to wait until this one's targets have the traffic.
            let at = done.max(at);
            // An ALB alone ramps a new target up; it does not where it counts the outstanding requests.
            let by_turns = matches!(self.system.services.balancing, Wanted::Inherit | Wanted::RoundRobin);
            let ramps = self.balancer == Part::Alb && by_turns;
            (current, done) =
                roll_out(&mut members, &current, &deploy, at, &checks, (self.system.services.surge, ramps));
        }
        for event in &self.scenario.events {
            self.happen(event, &mut members, &checks);
        }
        members
    }

    pub(super) fn checks(&self) -> Checks {
        self.system.health.of(self.balancer)
    }

    fn happen(&self, event: &Event, members: &mut [Member], checks: &Checks) {
        let span = Span::of(event, self.warmup_ns);
        let outage = |silent| Outage { span, silent, known: span.known(checks) };
        // The first so many that run when it happens, of both generations while one follows the other. Those of a later deployment
        // are sound.
        let first = |members: &mut [Member], number: u32, hit: &dyn Fn(&mut Member)| {
            let generations = members.chunks_mut(self.number.max(1) as usize);
            let first = generations.flat_map(|generation| generation.iter_mut().take(number as usize));
            first.filter(|member| member.runs.is_none_or(|runs| runs.has(span.from))).for_each(hit);
        };
        match event.change {
            Change::ZoneLost { zone } => {
                for member in members.iter_mut().filter(|member| member.zone == zone) {
                    member.outages.push(outage(true));
                }
            }
            Change::TargetsLost { service, targets, black_hole } if service.has(self.service) => {
                first(members, targets, &|member| member.outages.push(outage(black_hole)));
            }
            Change::TargetsSlow { service, factor, targets } if service.has(self.service) => {
                let slow = |member: &mut Member| member.slow.push((span, factor));
                match targets {
                    Some(targets) => first(members, targets, &slow),
                    None => members.iter_mut().for_each(slow),
                }
            }
            _ => {}
        }
    }
}

/// Whether any event is about targets.
pub(super) fn any(scenario: &Scenario) -> bool {
    scenario.events.iter().any(|event| {
        matches!(
            event.change,
            Change::ZoneLost { .. } | Change::TargetsLost { .. } | Change::TargetsSlow { .. } | Change::Deploy(_)
        )
    })
}
