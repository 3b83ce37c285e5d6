//! `[[service]]` of the overlay: shares, names and times of each service.

use std::collections::BTreeSet;

use super::super::{Calibration, LEAST, Service, counted};
use super::{About, comment, line, quoted, service_hop};
use crate::calibrate::arrivals::NEAR;
use crate::calibrate::fit::toml;
use crate::calibrate::summary::grouped;
use crate::calibrate::words::number;

/// `[[service]]`: weights where all services are listed, shares of the whole where they are too many.
pub(super) fn text(out: &mut String, found: &Calibration, about: &About<'_>) {
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
    comment(
        out,
        &format!(
            "{} in {}{which}.{zipf}",
            counted(services.number as u64, "service"),
            counted(services.rows, "request")
        ),
    );
    let states = states(found);
    let routes = service_hop(found).is_none();
    if routes {
        comment(
            out,
            "These are routes of an API, which need not be services: uncomment a table once its name is that of a service of your \
             scenario.",
        );
    } else if !states {
        comment(out, &format!("Fewer than {LEAST} requests: uncomment what you trust."));
    }
    let mut taken = BTreeSet::new();
    let mean = services.rows as f64 / services.number.max(1) as f64;
    for service in &services.listed {
        let others =
            || services.listed.iter().filter(|other| other.name != service.name).map(|other| plain(&other.name));
        let given =
            if others().any(|other| other == plain(&service.name)) { &service.name } else { plain(&service.name) };
        let name = unique(given, &mut taken, about.legal);
        out.push('\n');
        line(out, states, "[[service]]");
        line(out, states, &format!("name = \"{name}\""));
        line(out, states, &format!("title = {}", quoted(&service.name)));
        let share = if all { ("weight", service.rows as f64 / mean) } else { ("share", service.share) };
        line(out, states, &format!("{} = {} # {}", share.0, number(share.1, 5), counted(service.rows, "request")));
        own_time(out, service, states, routes);
    }
}

/// Whether services are stated: those that a load balancer names, and enough of them. Routes of an API need not be services.
pub(super) fn states(found: &Calibration) -> bool {
    service_hop(found).is_some() && found.services.rows >= LEAST
}

/// A route without its method, `GET /orders` as `/orders`.
fn plain(name: &str) -> &str {
    match name.split_once(' ') {
        Some((method, path)) if path.starts_with('/') && method.bytes().all(|b| b.is_ascii_uppercase()) => path,
        _ => name,
    }
}

/// The service's own law; as a comment where its times are integration times.
fn own_time(out: &mut String, service: &Service, states: bool, routes: bool) {
    if let Some(law) = &service.law {
        let what = if routes { "integration times" } else { "times" };
        comment(out, &format!("{} {what}; {}, {}.", grouped(law.n), law.name(), law.why));
        line(out, states, &format!("time = {}", toml(&law.law)));
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
