//! A calibration on a screen: each part of the path with its law, its distance from what was measured and what it predicted; arrivals;
//! services. Plain text, at most 120 columns.

use std::fmt::Write as _;

use super::overlay::{intervals, untold};
use super::{Calibration, Hop, LEAST, Prediction, Services, WAITING, counted};
use crate::calibrate::arrivals::{Calibrated as Arrivals, NEAR};
use crate::calibrate::fit::{self, Kind};
use crate::calibrate::slots::Part;
use crate::calibrate::summary::grouped;
use crate::calibrate::words::{UNRESOLVED, error, number, p_value, time};

/// Services that are shown.
const SERVICES: usize = 12;
/// Longest line.
const WIDTH: usize = 116;

/// The whole, with a line feed at its end; empty where nothing was found.
#[must_use]
pub fn text(found: &Calibration) -> String {
    let mut out = String::new();
    if found.rows > 0 && found.rows < LEAST {
        let rows = counted(found.rows, "row");
        let _ =
            writeln!(out, "{rows}: too few for a calibration; below {LEAST} `--out` writes all values as comments\n");
    }
    found.hops.iter().for_each(|hop| hop_text(&mut out, hop));
    if let Some(arrivals) = &found.arrivals {
        arrivals_text(&mut out, arrivals, found.rate_held_out.as_ref());
    }
    services_text(&mut out, &found.services);
    out
}

fn hop_text(out: &mut String, hop: &Hop) {
    let law = &hop.law;
    let cut_off =
        if law.cut_off > 0 { format!(", and {} that were cut off", grouped(law.cut_off)) } else { String::new() };
    let _ = writeln!(out, "{}  {}, to {}{cut_off}", hop.part.name(), counted(law.n, "time"), time(hop.resolution_ms));
    if let Some(remark) = remark(hop.part) {
        wrapped(out, remark);
    }
    if law.n < LEAST {
        wrapped(out, &format!("fewer than {LEAST} times: `--out` writes the law as a comment"));
    }
    wrapped(out, &format!("{}: {}", law.name(), law.why));
    if let Some(fit) = law.fit() {
        wrapped(out, &intervals(&fit.parameters));
        let derived: Vec<fit::Parameter> =
            fit.derived.iter().filter(|one| !fit.parameters.iter().any(|p| p.name == one.name)).cloned().collect();
        wrapped(out, &format!("so {}", intervals(&derived)));
        if let Some(chi) = fit.chi_square {
            let p = p_value(chi.p);
            let p = if p.starts_with('<') { p } else { format!("= {p}") };
            wrapped(
                out,
                &format!(
                    "chi-square {} on {} degrees of freedom (p {}); largest distance of distribution functions {}",
                    number(chi.statistic, 4),
                    number(chi.freedom, 4),
                    p,
                    number(fit.kolmogorov, 2)
                ),
            );
        }
    }
    let mut rows = vec![row(&["", "measured", "law", "error", "predicted", "95 %", "found in the rest", "error"])];
    let held_out = hop.held_out.as_ref().map_or(&[][..], |held_out| &held_out.predictions);
    let mean = ("mean".to_string(), law.mean_ms, law.law.mean_ns() / 1e6, hop.resolution_ms / 2.0);
    let quantile = |d: &fit::Distance| (format!("p{}", fit::percent(d.quantile)), d.measured_ms, d.law_ms, d.step_ms);
    for (what, measured, of_law, step) in law.distances.iter().map(quantile).chain([mean]) {
        let mut cells = vec![
            what.clone(),
            time(measured),
            time(of_law),
            error(of_law / measured - 1.0, (of_law - measured).abs() <= step),
        ];
        if let Some(p) = held_out.iter().find(|p| p.what == what) {
            let outside = if p.inside { "" } else { ", outside" };
            cells.extend([time(p.predicted), format!("{} to {}", time(p.interval.0), time(p.interval.1))]);
            cells.extend([time(p.found), format!("{}{outside}", error(p.error, p.within_a_step()))]);
        }
        rows.push(cells);
    }
    if held_out.is_empty() {
        rows[0].truncate(4);
    }
    if law.kind != Kind::Constant || hop.held_out.is_some() {
        table(out, &rows);
    }
    if let Some(untold) = untold(law) {
        wrapped(out, &untold);
    }
    if rows.iter().flatten().any(|cell| cell.ends_with(UNRESOLVED)) {
        wrapped(out, &format!("{UNRESOLVED}: nearer than times to {} can tell", time(hop.resolution_ms)));
    }
    out.push('\n');
}

/// What the name of a part does not say.
fn remark(part: Part) -> Option<&'static str> {
    match part {
        Part::AlbByClock => Some(
            "the ALB's own time once more, from the two instants of each row less the target's time: a check on its rounded fields; \
             it holds the client's reading of the answer, and `--out` leaves it out where the log has those fields",
        ),
        Part::Service | Part::ClassicService => Some(WAITING),
        _ => None,
    }
}

fn arrivals_text(out: &mut String, arrivals: &Arrivals, held_out: Option<&Prediction>) {
    let _ = writeln!(out, "arrivals  {} in {}", grouped(arrivals.total), time(arrivals.span_s * 1e3));
    let peak = match &arrivals.profile {
        Some(profile) if !profile.knots.is_empty() => format!(
            ", {} in the busiest {}; {} by straight lines between {} knots",
            number(arrivals.peak_rate, 4),
            time(f64::from(profile.stretch_s) * 1e3),
            if profile.daily { "the day" } else { "the rate over time" },
            profile.knots.len()
        ),
        Some(_) => ", level within the noise".into(),
        None => String::new(),
    };
    wrapped(out, &format!("{} per second{peak}", number(arrivals.mean_rate, 4)));
    if let Some(p) = held_out {
        let outside = if p.inside { "" } else { ", outside" };
        let interval = format!("{} to {}", number(p.interval.0, 4), number(p.interval.1, 4));
        let (predicted, found) = (number(p.predicted, 4), number(p.found, 4));
        wrapped(
            out,
            &format!(
                "first part {predicted} per second ({interval}), the rest {found}: {}{outside}",
                error(p.error, p.within_a_step())
            ),
        );
    }
    wrapped(out, &format!("{}: {}", arrivals.name(), arrivals.why));
    if !arrivals.windows.is_empty() {
        let mut rows = vec![row(&["dispersion", "around the trend", "95 %", "of the law", "with the trend"])];
        for window in &arrivals.windows {
            let m = window.measured;
            rows.push(vec![
                format!("{} s", m.window_s),
                number(m.index, 4),
                format!("{} to {}", number(m.interval.0, 3), number(m.interval.1, 3)),
                number(window.fitted, 4),
                number(m.raw, 4),
            ]);
        }
        table(out, &rows);
    }
    out.push('\n');
}

fn services_text(out: &mut String, services: &Services) {
    if services.number == 0 {
        return;
    }
    let _ = writeln!(out, "services  {} in {}", grouped(services.number as u64), counted(services.rows, "request"));
    if let Some(zipf) = services.zipf {
        let near = if zipf.off <= NEAR { "near" } else { "not near" };
        wrapped(
            out,
            &format!(
                "Zipf's law is {near}: exponent {} ({} to {}), {} % of the traffic on other services",
                number(zipf.exponent, 3),
                number(zipf.interval.0, 3),
                number(zipf.interval.1, 3),
                number(100.0 * zipf.off, 2)
            ),
        );
    }
    let mut rows = vec![row(&["share", "p50", "p99", "law", "service"])];
    for service in services.listed.iter().take(SERVICES) {
        let quantile = |q: f64| service.law.as_ref().map_or("-".into(), |law| time(law.law.quantile_ns(q) / 1e6));
        let name: String = service.name.chars().map(|c| if c.is_control() { '?' } else { c }).take(60).collect();
        let law = service.law.as_ref().map_or("too few times", fit::Calibrated::name).to_string();
        rows.push(vec![format!("{:.1} %", 100.0 * service.share), quantile(0.5), quantile(0.99), law, name]);
    }
    table(out, &rows);
    if services.number > SERVICES {
        let _ = writeln!(out, "  and {} more", grouped((services.number - SERVICES) as u64));
    }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_string()).collect()
}

/// Columns as wide as their widest cell, two spaces apart.
fn table(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "  {}", line.trim_end());
    }
}

/// `text` with two spaces before each line.
fn wrapped(out: &mut String, text: &str) {
    let mut line = String::from(" ");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
            let _ = writeln!(out, "{line}");
            line = String::from(" ");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}
