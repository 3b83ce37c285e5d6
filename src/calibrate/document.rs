//! What was read, as JSON: the same as the summary, with every service.

use serde_json::{Map, Value, json};

use super::cloudwatch::Metrics;
use super::fields::iso_text;
use super::join::Joined;
use super::summary::{QUANTILES, rank};
use super::tally::{Api, Tally};
use super::times::Times;

/// Times of one part: milliseconds, quantiles by the names of percentiles.
fn times(times: &Times) -> Value {
    let quantiles = QUANTILES.iter().filter_map(|q| Some((format!("p{}", rank(*q)), json!(times.quantile_ms(*q)?))));
    let tick = times.resolution_ms();
    json!({
        "n": times.n(),
        "resolution_ms": tick,
        "mean_ms": times.mean_ms(),
        "quantiles_ms": quantiles.collect::<Map<String, Value>>(),
        "min_ms": times.range_ticks().map(|(min, _)| min as f64 * tick),
        "max_ms": times.range_ticks().map(|(_, max)| max as f64 * tick),
    })
}

/// A log.
#[must_use]
pub fn log(kind: &str, tally: &Tally, joined: Option<&Joined>) -> Value {
    let refused = tally.refused.iter().map(|(why, refused)| {
        let first: Vec<String> = refused.first.iter().map(|place| format!("{}:{}", place.file, place.line)).collect();
        json!({ "why": why, "count": refused.count, "first": first })
    });
    let used_in_part = tally.without.iter().map(|(why, count)| json!({ "why": why, "count": count }));
    let cut_off = tally.cut_off.iter().map(|(part, n)| (part.name().to_string(), json!(n)));
    let gaps = tally.arrivals.gaps().into_iter();
    let gaps = gaps.map(|(from, to)| json!([iso_text(from * 1_000_000), iso_text(to * 1_000_000)]));
    let whole = tally.slots.whole();
    let parts = whole.times.iter().map(|(part, counted)| (part.name().to_string(), times(counted)));
    let longer = whole.longer.iter().map(|(part, counted)| (part.name().to_string(), times(counted)));
    let services = tally
        .services
        .by_rows()
        .into_iter()
        .map(|(name, service)| json!({ "name": name, "requests": service.rows, "time": times(&service.times) }));
    let statuses = tally.statuses.iter().map(|(status, n)| (status.to_string(), json!(n)));
    let range = tally.arrivals.range_us();
    json!({
        "kind": kind,
        "rows": tally.rows,
        "used": tally.used,
        "refused": refused.collect::<Vec<_>>(),
        "used_in_part": used_in_part.collect::<Vec<_>>(),
        "cut_off": cut_off.collect::<Map<String, Value>>(),
        "longer_than": longer.collect::<Map<String, Value>>(),
        "remarks": tally.remarks,
        "times": parts.collect::<Map<String, Value>>(),
        "arrivals": {
            "n": tally.arrivals.total(),
            "first": range.map(|(first, _)| iso_text(first)),
            "last": range.map(|(_, last)| iso_text(last)),
            "bin_s": tally.arrivals.bin_s(),
            "gaps": gaps.collect::<Vec<_>>(),
        },
        "statuses": statuses.collect::<Map<String, Value>>(),
        "services": services.collect::<Vec<_>>(),
        "without_service": tally.services.unnamed,
        "rows_by_api": { "rest": tally.apis.get(&Api::Rest).unwrap_or(&0), "http": tally.apis.get(&Api::Http).unwrap_or(&0) },
        "joined": joined.map(join),
    })
}

fn join(joined: &Joined) -> Value {
    json!({
        "pairs": joined.pairs,
        "mean_ms": joined.mean_ms,
        "half_width_ms": joined.half_width_ms.is_finite().then_some(joined.half_width_ms),
        "lower_by_ms_if_cut_off": joined.if_cut_off_ms,
        "negative": joined.negative,
        "gateway_only": joined.gateway_only,
        "alb_only": joined.alb_only,
        "ambiguous": joined.ambiguous,
    })
}

/// Metrics.
#[must_use]
pub fn metrics(metrics: &Metrics) -> Value {
    let curves = metrics.curves.iter().map(|(metric, curve)| {
        let quantiles = curve.quantiles().into_iter().map(|(q, ms)| (format!("p{}", rank(q)), json!(ms)));
        let curve = json!({
            "periods": curve.periods.len(),
            "n": curve.n(),
            "mean_ms": curve.mean_ms(),
            "quantiles_ms": quantiles.collect::<Map<String, Value>>(),
        });
        (metric.name().to_string(), curve)
    });
    json!({
        "kind": "cloudwatch",
        "metrics": curves.collect::<Map<String, Value>>(),
        "requests": {
            "n": metrics.requests.values().sum::<f64>(),
            "periods": metrics.requests.len(),
            "period_s": metrics.period_s(),
        },
        "passed_over": metrics.passed_over,
        "remarks": metrics.remarks,
    })
}
