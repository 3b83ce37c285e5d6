//! A calibration as scenario text: laid over a scenario it replaces defaults by what was measured, and alone it is a scenario too. Every
//! value says what it rests on.

mod services;
mod workload;

use std::fmt::Write as _;

use super::{Calibration, HeldOut, Hop, LEAST};
use crate::calibrate::fit::{self, Kind, toml};
use crate::calibrate::join::Joined;
use crate::calibrate::slots::Part;
use crate::calibrate::summary::grouped;
use crate::calibrate::words::{UNRESOLVED, error, number, time};

/// What a calibration does not know of itself.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Files that were read, as the user named them.
    pub files: &'a [String],
    /// The id of the gateway's part whose overhead was measured: `rest-api` or `http-api`.
    pub gateway: &'a str,
    /// What a gateway's log and a load balancer's say together.
    pub joined: Option<&'a Joined>,
    /// What else was found about the log as a whole; empty for nothing.
    pub remark: &'a str,
    /// Whether a scenario lets a service be called so.
    pub legal: fn(&str) -> bool,
}

/// Longest line of a comment.
const WIDTH: usize = 118;

/// The text of the overlay: TOML, with comments. The same calibration gives the same bytes.
#[must_use]
pub fn text(found: &Calibration, about: &About<'_>) -> String {
    let mut out = String::new();
    let files = about.files.join(", ");
    comment(&mut out, &format!("Measured, by `gatecap calibrate`, from {files}."));
    let alone =
        if found.services.number > 0 { "uncomment what is said below and run it alone" } else { "run it as it is" };
    comment(&mut out, &format!("Lay it over a scenario (gatecap run SCENARIO --overlay THIS), or {alone}."));
    if found.services.number > 0 {
        let n = found.services.number;
        let rate = found.arrivals.as_ref().map_or_else(String::new, |a| format!(", {}/s", number(a.peak_rate, 5)));
        comment(
            &mut out,
            &format!(
                "It covers {}{rate}. A log tells of no service that it does not have, so `count` and `rate` below are comments: \
                 uncomment them to run this file alone, or over a scenario of these services and no others.",
                super::counted(n as u64, "service")
            ),
        );
    }
    if !about.remark.is_empty() {
        comment(&mut out, about.remark);
    }
    if found.rows < LEAST {
        comment(
            &mut out,
            &format!(
                "{}: below {LEAST} nothing is stated, all values are comments.",
                super::counted(found.rows, "row")
            ),
        );
    }
    hops(&mut out, found, about);
    service_times(&mut out, found);
    if let Some(arrivals) = &found.arrivals {
        workload::text(&mut out, found, arrivals);
    }
    services::text(&mut out, found, about);
    out
}

/// A line that counts where `states`, else a comment that only has to be uncommented.
fn line(out: &mut String, states: bool, text: &str) {
    let _ = writeln!(out, "{}{text}", if states { "" } else { "# " });
}

fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        // No word of a file's name may end a comment.
        let word: String = word.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(&word);
    }
    out.push_str(&line);
    out.push('\n');
}

/// Number of times, law, why, distance and held-out error: the evidence of a time.
fn evidence(out: &mut String, what: &str, resolution_ms: f64, law: &fit::Calibrated, held_out: Option<&HeldOut>) {
    comment(out, &format!("{what}: {} times to {}; {}, {}.", grouped(law.n), time(resolution_ms), law.name(), law.why));
    if let Some(fit) = law.fit() {
        comment(out, &format!("95 %: {}.", intervals(&fit.parameters)));
    }
    let distances: Vec<String> = law
        .distances
        .iter()
        .map(|d| format!("p{} {} for {}", fit::percent(d.quantile), time(d.law_ms), time(d.measured_ms)))
        .collect();
    if law.kind != Kind::Constant && !distances.is_empty() {
        comment(out, &format!("Law for measured: {}.", distances.join(", ")));
    }
    if let Some(untold) = untold(law) {
        comment(out, &format!("{untold}."));
    }
    if let Some(held_out) = held_out {
        let errors: Vec<String> = held_out
            .predictions
            .iter()
            .map(|p| {
                format!(
                    "{} {}{}",
                    p.what,
                    error(p.error, p.within_a_step()),
                    if p.inside { "" } else { " (outside its interval)" }
                )
            })
            .collect();
        comment(
            out,
            &format!(
                "Held out: the law of the first {} against the other {}: {}{}.",
                grouped(held_out.n.0),
                grouped(held_out.n.1),
                errors.join(", "),
                if errors.iter().any(|one| one.contains(UNRESOLVED)) {
                    format!(" ({UNRESOLVED}: nearer than times to {} can tell)", time(resolution_ms))
                } else {
                    String::new()
                }
            ),
        );
    }
}

/// Which quantiles stand in no table, and why.
pub(super) fn untold(law: &fit::Calibrated) -> Option<String> {
    let all: Vec<String> = law.untold.iter().map(|q| format!("p{}", fit::percent(*q))).collect();
    (!all.is_empty()).then(|| format!("not told: {}, since too many times were cut off before", all.join(", ")))
}

/// `median 5 ms (4.9 ms to 5.1 ms), log_sigma 0.8 (0.79 to 0.81)`.
pub(super) fn intervals(parameters: &[fit::Parameter]) -> String {
    let shown = |parameter: &fit::Parameter, value: f64| if parameter.is_time { time(value) } else { number(value, 4) };
    let one = |parameter: &fit::Parameter| {
        let value = shown(parameter, parameter.value);
        match parameter.interval {
            Some((low, high)) => {
                format!("{} {value} ({} to {})", parameter.name, shown(parameter, low), shown(parameter, high))
            }
            None => format!("{} {value} (not determined)", parameter.name),
        }
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn hops(out: &mut String, found: &Calibration, about: &About<'_>) {
    let alb = if found.hop(Part::AlbProcessing).is_some() { Part::AlbProcessing } else { Part::AlbByClock };
    for (part, hop) in [(Part::GatewayOverhead, about.gateway), (Part::Waf, "waf"), (alb, "alb")] {
        if let Some(measured) = found.hop(part) {
            out.push('\n');
            line(out, measured.law.n >= LEAST, &format!("[hops.{hop}]"));
            stated(out, measured, "time");
        }
    }
    if let Some(measured) = found.hop(Part::Authorizer) {
        out.push('\n');
        line(out, measured.law.n >= LEAST, "[gateway]");
        stated(out, measured, "authorizer");
    }
    if let Some(joined) = about.joined.filter(|joined| joined.pairs > 1) {
        out.push('\n');
        let (mean, half) = (joined.mean_ms, joined.half_width_ms);
        comment(
            out,
            &format!(
                "VPC link, NLB and network together: mean {} ({} to {}) of {} requests that both logs have. Differences of rounded \
                 times tell a mean, no percentiles, so that no hop takes them.",
                time(mean),
                time((mean - half).max(0.0)),
                time(mean + half),
                grouped(joined.pairs)
            ),
        );
    }
}

fn stated(out: &mut String, hop: &Hop, key: &str) {
    evidence(out, hop.part.name(), hop.resolution_ms, &hop.law, hop.held_out.as_ref());
    let enough = hop.law.n >= LEAST;
    if !enough {
        comment(out, &format!("Fewer than {LEAST} times: uncomment the law if you trust it."));
    }
    line(out, enough, &format!("{key} = {}", toml(&hop.law.law)));
}

/// `[services]`: the time of all services together, and their number as a comment.
fn service_times(out: &mut String, found: &Calibration) {
    let measured = service_hop(found);
    let states = measured.is_some_and(|hop| hop.law.n >= LEAST);
    if measured.is_some() || found.services.number > 0 {
        out.push('\n');
        line(out, states, "[services]");
    }
    if found.services.number > 0 {
        line(out, false, &format!("count = {}", found.services.number));
    }
    if let Some(hop) = measured {
        comment(out, "Of services without a time of their own below.");
        stated(out, hop, "time");
        line(out, states, "time_includes_zone_leg = true # measured at the load balancer");
        comment(out, super::WAITING);
    } else if let Some(integration) = found.hop(Part::Integration) {
        comment(
            out,
            "The log has no times of services alone: integration times hold links, load balancers and network too, which a simulation \
             adds. Logs of the load balancer have them.",
        );
        evidence(out, "integration", integration.resolution_ms, &integration.law, integration.held_out.as_ref());
        line(out, false, &format!("time = {}", toml(&integration.law.law)));
    }
}

/// Times of services as a load balancer sees them.
fn service_hop(found: &Calibration) -> Option<&Hop> {
    found.hop(Part::Service).or_else(|| found.hop(Part::ClassicService))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
