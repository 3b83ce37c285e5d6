//! `[workload]` of the overlay: rate, process of arrivals, profile.

use std::fmt::Write as _;

use super::super::{Calibration, LEAST};
use super::{comment, line, services};
use crate::calibrate::arrivals::{self, Law, Profile};
use crate::calibrate::summary::grouped;
use crate::calibrate::words::{error, number, time};

/// `[workload]`: the process of arrivals, and the rate where no service is named.
pub(super) fn text(out: &mut String, found: &Calibration, arrivals: &arrivals::Calibrated) {
    let enough = arrivals.total >= LEAST;
    // A rate of some services must not become the rate of all.
    let whole = enough && found.services.number == 0;
    out.push('\n');
    line(out, enough, "[workload]");
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
    process(out, arrivals, peak, (enough, whole));
    line(out, enough, &format!("peak_to_mean = {}", number(arrivals.peak_to_mean(), 4)));
    match &arrivals.profile {
        Some(profile) if !profile.knots.is_empty() => self::profile(out, profile, peak, arrivals.mean_rate),
        _ => comment(out, "No profile: the rate is level within its noise, or the log is too short to tell."),
    }
    if enough && services::states(found) {
        line(out, true, "popularity = \"uniform\" # weights and shares stand with the services");
    }
}

/// `rate` and `arrivals`: whether there are `enough` arrivals to state a process, and whether they are of the `whole` system.
fn process(out: &mut String, arrivals: &arrivals::Calibrated, peak: f64, (enough, whole): (bool, bool)) {
    let rate = |value: f64| format!("\"{}/s\"", number(value, 5));
    if enough && !whole {
        comment(
            out,
            "The rate is that of the services below. Over a scenario that has more of them, add what the others get and state the sum.",
        );
    }
    if !matches!(arrivals.law, Law::Mmpp(_)) {
        line(out, whole, &format!("rate = {}", rate(peak)));
    }
    match &arrivals.law {
        Law::Poisson => line(out, enough, "arrivals = \"poisson\""),
        Law::Gamma(shape) => {
            line(out, enough, &format!("arrivals = {{ gamma = {{ shape = {} }} }}", number(*shape, 4)));
        }
        Law::Mmpp(mmpp) => {
            comment(
                out,
                &format!(
                    "The process brings its rate, {} per second; all rates times a factor are the same bursts at another rate.",
                    number(peak, 5)
                ),
            );
            let seconds = |s: f64| format!("\"{}s\"", number(s, 5));
            let rates: Vec<String> = mmpp.phases.iter().map(|phase| rate(phase.factor * peak)).collect();
            let sojourns: Vec<String> = mmpp.phases.iter().map(|phase| seconds(phase.sojourn_s)).collect();
            let (rates, sojourns) = (rates.join(", "), sojourns.join(", "));
            let process = format!("arrivals = {{ mmpp = {{ rate = [{rates}], sojourn = [{sojourns}] }} }}");
            line(out, whole, &process);
        }
    }
}

fn window(window: &arrivals::Window) -> String {
    let measured = window.measured;
    format!(
        "{} s {} ({} to {}), of the law {}, with the trend {}",
        measured.window_s,
        number(measured.index, 4),
        number(measured.interval.0, 4),
        number(measured.interval.1, 4),
        number(window.fitted, 4),
        number(measured.raw, 4)
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
