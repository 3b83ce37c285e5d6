//! Events as the resolved scenario has them.

use super::super::event::{Affected, Change, Event};
use super::super::resolved::Lines;
use super::super::tree::{float_toml, quoted};
use super::super::types::{Model, Scenario};
use super::super::written::time;
use crate::aws::system::Deployment;
use crate::units::Duration;

/// Every event of the scenario, a table each.
pub(in crate::scenario) fn write(lines: &mut Lines, scenario: &Scenario) {
    let listed: Vec<&str> = match &scenario.model {
        Model::Options(system) => system.listed.iter().map(|one| one.name.as_str()).collect(),
        Model::Hops(_) => Vec::new(),
    };
    for event in &scenario.events {
        lines.header("[[event]]");
        lines.line("at", time(event.at));
        lines.line_if("until", event.until.map(time));
        lines.line_if("ramp", Some(event.ramp).filter(|ramp| *ramp > Duration(0)).map(time));
        lines.line_if("hop", event.hop.as_deref().map(quoted));
        change(lines, event, &listed);
    }
}

fn change(lines: &mut Lines, event: &Event, listed: &[&str]) {
    let name = |service: Affected| match service {
        Affected::All => quoted("*"),
        Affected::One(index) => listed.get(index as usize).map_or_else(|| (index + 1).to_string(), |name| quoted(name)),
    };
    match event.change {
        Change::Servers(servers) => lines.line("servers", servers),
        Change::TimeFactor(factor) => lines.line("time_factor", float_toml(factor)),
        Change::RateFactor(factor) => lines.line("rate_factor", float_toml(factor)),
        Change::Failure(p) => lines.line("failure", float_toml(p)),
        Change::ZoneLost { zone } => lines.line("az", zone + 1),
        Change::TargetsLost { service, targets, black_hole } => {
            lines.line("service", name(service));
            lines.line("targets_lost", targets);
            lines.line("black_hole", black_hole);
        }
        Change::TargetsSlow { service, factor, targets } => {
            lines.line("service", name(service));
            lines.line("time_factor", float_toml(factor));
            lines.line_if("targets", targets);
        }
        Change::Deploy(deploy) => {
            lines.line("deploy", name(deploy.service));
            let kind = match deploy.kind {
                Deployment::Rolling => "rolling",
                Deployment::BlueGreen => "blue-green",
                Deployment::InPlace => "in-place",
            };
            lines.line("kind", quoted(kind));
            lines.line("batch", float_toml(deploy.batch));
            lines.line("every", time(deploy.every));
            if deploy.slow_start > Duration(0) {
                lines.line("slow_start", time(deploy.slow_start));
                lines.line("cold_factor", float_toml(deploy.cold_factor));
            }
        }
        Change::Quota { id, value } => {
            lines.line("quota", quoted(id));
            lines.line("value", float_toml(value));
        }
        Change::LinkIdle { wake } => {
            lines.line("link_idle", true);
            lines.line("wake", time(wake));
        }
    }
}
