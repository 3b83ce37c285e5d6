//! Metrics as scenario text: a law through the percentiles of what one metric measures as a whole, and the rate of the busiest period.

use std::fmt::Write as _;

use super::super::summary::{grouped, rank};
use super::{Curve, Metric, Metrics};

/// Standard normal quantiles of 0.99 and 0.9.
const Z99: f64 = 2.326_348;
const Z90: f64 = 1.281_552;
/// How far the spreads that p90 and p99 imply may differ for a lognormal.
const ALIKE: f64 = 0.2;
/// Ranks at which a curve through few percentiles is stated, so that straight lines between them follow it.
const RANKS: [f64; 20] = [
    0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999,
];

/// A law as a scenario states it, and why it is this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// Value of `time`, as TOML.
    pub toml: String,
    /// In words.
    pub why: String,
}

/// A number of milliseconds as TOML states it, five digits.
fn ms(value: f64) -> String {
    let magnitude = if value > 0.0 { libm::floor(libm::log10(value)) as i32 } else { 0 };
    let decimals = (4 - magnitude).clamp(0, 6) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("\"{text}ms\"")
}

/// The law of a metric: lognormal through p50 and p99 where p90 implies nearly the same spread; otherwise the curve through all its
/// percentiles. `None` with fewer than two percentiles above 0.
#[must_use]
pub fn law(curve: &Curve) -> Option<Stated> {
    let quantiles: Vec<(f64, f64)> =
        curve.quantiles().into_iter().filter(|(share, ms)| *ms > 0.0 && *share > 0.0 && *share < 1.0).collect();
    let at = |share: f64| quantiles.iter().find(|(p, _)| (p - share).abs() < 1e-9).map(|(_, ms)| *ms);
    if let (Some(p50), Some(p90), Some(p99)) = (at(0.5), at(0.9), at(0.99)) {
        let (by_p99, by_p90) = (libm::log(p99 / p50) / Z99, libm::log(p90 / p50) / Z90);
        if by_p99 > 0.0 && (by_p90 / by_p99 - 1.0).abs() <= ALIKE {
            return Some(Stated {
                toml: format!("{{ lognormal = {{ median = {}, p99 = {} }} }}", ms(p50), ms(p99)),
                why: format!("lognormal: p99 implies a log_sigma of {by_p99:.3}, p90 one of {by_p90:.3}"),
            });
        }
    }
    if quantiles.len() < 2 {
        return None;
    }
    let last = quantiles[quantiles.len() - 1];
    let mut knots: Vec<(f64, f64)> =
        RANKS.iter().filter(|p| **p < last.0).map(|p| (*p, between(&quantiles, *p))).collect();
    knots.extend(&quantiles);
    knots.sort_by(|a, b| a.0.total_cmp(&b.0));
    knots.dedup_by(|a, b| (a.0 - b.0).abs() < 1e-9);
    let knots: Vec<String> = knots.iter().map(|(p, time)| format!("[{}, {}]", rounded(*p), ms(*time))).collect();
    let named: Vec<String> = quantiles.iter().map(|(p, _)| format!("p{}", rank(*p))).collect();
    Some(Stated {
        toml: format!("{{ empirical = {{ quantiles = [{}] }} }}", knots.join(", ")),
        why: format!(
            "a curve through {}, since no lognormal fits them; nothing is known beyond p{}, where it is level",
            named.join(", "),
            rank(last.0)
        ),
    })
}

/// A share with five decimals at most.
fn rounded(share: f64) -> String {
    let text = format!("{share:.5}");
    text.trim_end_matches('0').to_string()
}

/// The curve at a rank: straight between its percentiles in logarithms of time and of odds, and on beyond the first.
fn between(quantiles: &[(f64, f64)], share: f64) -> f64 {
    let odds = |p: f64| libm::log(p / (1.0 - p));
    let above = quantiles.partition_point(|(p, _)| *p < share).clamp(1, quantiles.len() - 1);
    let (a, b) = (quantiles[above - 1], quantiles[above]);
    let part = (odds(share) - odds(a.0)) / (odds(b.0) - odds(a.0));
    libm::exp(libm::log(a.1) + part * (libm::log(b.1) - libm::log(a.1)))
}

/// The text of an overlay: TOML, with comments.
#[must_use]
pub fn text(metrics: &Metrics, files: &[String]) -> String {
    let files: String = files.join(", ").chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    let mut out = format!("# Measured, by `gatecap calibrate cloudwatch`, from {files}.\n");
    let service = metrics.curves.get(&Metric::TargetResponseTime);
    if let Some((curve, stated)) = service.and_then(|curve| Some((curve, law(curve)?))) {
        let n = curve.n().map_or_else(String::new, |n| format!("{} values; ", grouped(n as u64)));
        let _ = write!(
            out,
            "\n[services]\n# TargetResponseTime: {n}{}.\ntime = {}\n\
             time_includes_zone_leg = true # measured at the load balancer\n",
            stated.why, stated.toml
        );
    }
    let mean = |metric: Metric| metrics.curves.get(&metric).and_then(Curve::mean_ms);
    if let (Some(whole), Some(integration)) = (mean(Metric::Latency), mean(Metric::IntegrationLatency)) {
        let _ = write!(
            out,
            "\n# API Gateway: mean Latency {whole:.3} ms less mean IntegrationLatency {integration:.3} ms is a mean overhead of {:.3} ms.\n\
             # Percentiles of an overhead are not differences of percentiles: `calibrate apigateway` takes them from an access log.\n",
            whole - integration
        );
    }
    if let (Some(period), Some(busiest)) = (metrics.period_s(), metrics.requests.values().copied().reduce(f64::max)) {
        let total: f64 = metrics.requests.values().sum();
        let mean = total / metrics.requests.len() as f64;
        if busiest > 0.0 {
            let _ = write!(
                out,
                "\n[workload]\n# {} requests in {} periods of {period} s; the rate is that of the busiest one.\n\
                 rate = \"{}/s\"\npeak_to_mean = {}\n",
                grouped(total as u64),
                grouped(metrics.requests.len() as u64),
                decimal(busiest / period as f64),
                decimal(busiest / mean)
            );
        }
    }
    out
}

/// A number with five decimals at most.
fn decimal(value: f64) -> String {
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
