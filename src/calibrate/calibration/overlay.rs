//! A calibration as scenario text: laid over a scenario it replaces defaults by what was measured, and alone it is a scenario too. Every
//! value says what it rests on.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Calibration, HeldOut, Hop, Service};
use crate::calibrate::arrivals::{self, Law, NEAR, Profile};
use crate::calibrate::fit::{self, Kind, toml};
use crate::calibrate::join::Joined;
use crate::calibrate::slots::Part;
use crate::calibrate::summary::grouped;
use crate::calibrate::words::{error, number, time};

/// What a calibration does not know of itself.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Files that were read, as the user named them.
    pub files: &'a [String],
    /// The id of the gateway's part whose overhead was measured: `rest-api` or `http-api`.
    pub gateway: &'a str,
    /// What a gateway's log and a load balancer's say together.
    pub joined: Option<&'a Joined>,
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
    comment(&mut out, "Lay it over a scenario (gatecap run SCENARIO --overlay THIS), or run it as it is.");
    hops(&mut out, found, about);
    service_times(&mut out, found);
    if let Some(arrivals) = &found.arrivals {
        workload(&mut out, found, arrivals);
    }
    services(&mut out, found, about);
    out
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
                "Held out: the law of the first {} against the other {}: {}.",
                grouped(held_out.n.0),
                grouped(held_out.n.1),
                errors.join(", ")
            ),
        );
    }
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
            let _ = writeln!(out, "\n[hops.{hop}]");
            stated(out, measured, "time");
        }
    }
    if let Some(measured) = found.hop(Part::Authorizer) {
        out.push_str("\n[gateway]\n");
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
    let _ = writeln!(out, "{key} = {}", toml(&hop.law.law));
}

/// `[services]`: the time of all services together, and their number.
fn service_times(out: &mut String, found: &Calibration) {
    let measured = service_hop(found);
    if measured.is_some() || found.services.number > 0 {
        out.push_str("\n[services]\n");
    }
    if found.services.number > 0 {
        let _ = writeln!(out, "count = {} # told apart in the log", found.services.number);
    }
    if let Some(hop) = measured {
        stated(out, hop, "time");
        out.push_str("time_includes_zone_leg = true # measured at the load balancer\n");
    } else if let Some(integration) = found.hop(Part::Integration) {
        comment(
            out,
            "The log has no times of services alone: integration times hold links, load balancers and network too, which a simulation \
             adds. Logs of the load balancer have them.",
        );
        evidence(out, "integration", integration.resolution_ms, &integration.law, integration.held_out.as_ref());
        let _ = writeln!(out, "# time = {}", toml(&integration.law.law));
    }
}

/// Times of services as a load balancer sees them.
fn service_hop(found: &Calibration) -> Option<&Hop> {
    found.hop(Part::Service).or_else(|| found.hop(Part::ClassicService))
}

fn workload(out: &mut String, found: &Calibration, arrivals: &arrivals::Calibrated) {
    out.push_str("\n[workload]\n");
    comment(
        out,
        &format!(
            "{} requests in {}: {} per second on average.",
            grouped(arrivals.total),
            time(arrivals.span_s * 1e3),
            number(arrivals.mean_rate, 4)
        ),
    );
    if let Some(held_out) = &found.rate_held_out {
        let (low, high) = held_out.interval;
        comment(
            out,
            &format!(
                "Held out: {} per second from the first part ({} to {}), {} in the rest, {}.",
                number(held_out.predicted, 4),
                number(low, 4),
                number(high, 4),
                number(held_out.found, 4),
                error(held_out.error, false)
            ),
        );
    }
    let peak = arrivals.peak_rate;
    let windows: Vec<String> = arrivals.windows.iter().map(window).collect();
    comment(out, &format!("Arrivals: {}, {}.", arrivals.name(), arrivals.why));
    if !windows.is_empty() {
        comment(out, &format!("Index of dispersion around the trend, 95 %: {}.", windows.join("; ")));
    }
    let rate = |value: f64| format!("\"{}/s\"", number(value, 5));
    match arrivals.law {
        Law::Poisson => {
            let _ = writeln!(out, "rate = {}\narrivals = \"poisson\"", rate(peak));
        }
        Law::Gamma(shape) => {
            let _ = writeln!(out, "rate = {}\narrivals = {{ gamma = {{ shape = {} }} }}", rate(peak), number(shape, 4));
        }
        Law::Mmpp(mmpp) => {
            comment(out, &format!("The process brings its rate, {} per second.", number(peak, 5)));
            let seconds = |s: f64| format!("\"{}s\"", number(s, 5));
            let _ = writeln!(
                out,
                "arrivals = {{ mmpp = {{ rate = [{}, {}], sojourn = [{}, {}] }} }}",
                rate(mmpp.factor[0] * peak),
                rate(mmpp.factor[1] * peak),
                seconds(mmpp.sojourn_s[0]),
                seconds(mmpp.sojourn_s[1])
            );
        }
    }
    let _ = writeln!(out, "peak_to_mean = {}", number(arrivals.peak_to_mean(), 4));
    match &arrivals.profile {
        Some(profile) if !profile.knots.is_empty() => self::profile(out, profile, peak, arrivals.mean_rate),
        _ => comment(out, "No profile: the rate is level within its noise, or the log is too short to tell."),
    }
    out.push_str("popularity = \"uniform\" # weights and shares stand with the services\n");
}

fn window(window: &arrivals::Window) -> String {
    let measured = window.measured;
    format!(
        "{} s {} ({} to {}), of the law {}, with the trend {}",
        measured.window_s,
        number(measured.index, 3),
        number(measured.interval.0, 3),
        number(measured.interval.1, 3),
        number(window.fitted, 3),
        number(measured.raw, 3)
    )
}

/// The profile as a comment: a run is at one rate, that of the busiest stretch, unless it is asked to follow the day.
fn profile(out: &mut String, profile: &Profile, peak: f64, mean: f64) {
    let relative = |factor: f64| number((factor * mean / peak).max(0.0), 3);
    let what = if profile.daily {
        "the mean day of the log, from its midnight (UTC) on"
    } else {
        "the log from its beginning on"
    };
    comment(
        out,
        &format!(
            "The rate over time, in straight lines between {} knots: {what}. Busiest stretch of {}: {} per second. Uncomment it for \
             runs of that duration; the rate above is that of the busiest stretch, and a short run stays at it.",
            profile.knots.len(),
            time(f64::from(profile.stretch_s) * 1e3),
            number(profile.peak_rate, 4)
        ),
    );
    let knots: Vec<String> = profile
        .knots
        .iter()
        .map(|(at, factor)| format!("{{ at = \"{}s\", factor = {} }}", number(*at, 7), relative(*factor)))
        .collect();
    let _ = writeln!(out, "# profile = [{}]", knots.join(", "));
}

/// `[[service]]`: weights where all services are listed, shares of the whole where they are too many.
fn services(out: &mut String, found: &Calibration, about: &About<'_>) {
    let services = &found.services;
    if services.listed.is_empty() {
        return;
    }
    out.push('\n');
    let all = services.listed.len() == services.number;
    let zipf = services.zipf.map_or_else(String::new, |zipf| {
        let near = if zipf.off <= NEAR { "near" } else { "not near" };
        format!(
            " Zipf's law is {near}: exponent {} ({} to {}) puts {} % of the traffic on other services.",
            number(zipf.exponent, 3),
            number(zipf.interval.0, 3),
            number(zipf.interval.1, 3),
            number(100.0 * zipf.off, 2)
        )
    });
    let which =
        if all { String::new() } else { format!(", {} of them listed; the rest share evenly", services.listed.len()) };
    comment(out, &format!("{} services in {} requests{which}.{zipf}", services.number, grouped(services.rows)));
    let mut taken = BTreeSet::new();
    let mean = services.rows as f64 / services.number.max(1) as f64;
    for service in &services.listed {
        let name = unique(&service.name, &mut taken, about.legal);
        let _ = writeln!(out, "\n[[service]]\nname = \"{name}\"\ntitle = {}", quoted(&service.name));
        let share = if all { ("weight", service.rows as f64 / mean) } else { ("share", service.share) };
        let _ = writeln!(out, "{} = {} # {} requests", share.0, number(share.1, 5), grouped(service.rows));
        own_time(out, service, service_hop(found).is_some());
    }
}

/// The service's own law; as a comment where its times are integration times.
fn own_time(out: &mut String, service: &Service, alone: bool) {
    if let Some(law) = &service.law {
        let (what, mark) = if alone { ("times", "") } else { ("integration times", "# ") };
        comment(out, &format!("{} {what}; {}, {}.", grouped(law.n), law.name(), law.why));
        let _ = writeln!(out, "{mark}time = {}", toml(&law.law));
    }
}

/// A legal name for a service: the target group's own in its ARN, the words of a route, and a number where it is taken.
fn unique(given: &str, taken: &mut BTreeSet<String>, legal: fn(&str) -> bool) -> String {
    let own = given.split_once("targetgroup/").map_or(given, |(_, rest)| rest.split('/').next().unwrap_or(rest));
    let mut name = String::new();
    for c in own.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => name.push(c),
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let name: String = name.trim_end_matches('-').chars().take(48).collect();
    let base = if legal(&name) { name } else { format!("service-{name}").trim_end_matches('-').to_string() };
    let candidates = std::iter::once(base.clone()).chain((2_u64..).map(|number| format!("{base}-{number}")));
    let free = candidates.into_iter().find(|name| !taken.contains(name)).unwrap_or(base);
    taken.insert(free.clone());
    free
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
