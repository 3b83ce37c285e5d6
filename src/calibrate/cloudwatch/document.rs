//! The JSON of CloudWatch's answers, taken apart.

use serde_json::Value;

use super::super::fields::iso;
use super::{Metric, Metrics};
use crate::issue::Issue;

/// Wrappers that are taken off one within another.
const WRAPPERS: usize = 4;

/// Why a value is passed over.
const NO_VALUE: &str = "a value below 0, above 10^12 or no number";

/// Reads a document.
///
/// # Errors
/// That it is no JSON, or no metrics.
pub fn read(bytes: &[u8], name: &str, metrics: &mut Metrics) -> Result<(), Issue> {
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("{name}:{}:{}", error.line(), error.column());
        Issue::new(format!("`{name}` is not JSON, but CloudWatch prints it: {error} ({place})"))
            .hint("give what `aws cloudwatch get-metric-data` or `get-metric-statistics` prints with `--output json`")
    })?;
    let mut answer = &document;
    for _ in 0..WRAPPERS {
        if let Some(Value::Array(results)) = answer.get("MetricDataResults") {
            results.iter().for_each(|result| metric_data(result, metrics));
            return Ok(());
        }
        if let Some(Value::Array(points)) = answer.get("Datapoints") {
            statistics(answer, points, metrics);
            return Ok(());
        }
        answer = answer.get("data").unwrap_or(&Value::Null);
    }
    let issue =
        Issue::new(format!("`{name}` has neither `MetricDataResults` nor `Datapoints`, but CloudWatch's answers do"));
    Err(issue.hint("give what `aws cloudwatch get-metric-data` or `get-metric-statistics` prints"))
}

/// An entry of `MetricDataResults`: the metric and its statistic are to be found in the label or in the id.
fn metric_data(result: &Value, metrics: &mut Metrics) {
    let text = |key: &str| result.get(key).and_then(Value::as_str).unwrap_or_default();
    let (label, id) = (text("Label"), text("Id"));
    let shown = if label.is_empty() { id } else { label };
    let Some(metric) = Metric::of(label).or_else(|| Metric::of(id)) else {
        metrics.passed_over.insert(shown.to_string(), "says nothing of a hop");
        return;
    };
    let by_default = (metric == Metric::Requests).then(|| "Sum".to_string());
    let Some(statistic) = statistic(label).or_else(|| statistic(id)).or(by_default) else {
        metrics
            .passed_over
            .insert(shown.to_string(), "no statistic in its label or id, as in `Latency p99` or `latency_p99`");
        return;
    };
    let list = |key: &str| result.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let points = list("Timestamps").iter().zip(list("Values"));
    let scale = if metric == Metric::Requests || statistic == "SampleCount" { 1.0 } else { metric.unit_ms() };
    for (at, value) in points {
        match (second(at), finite(value)) {
            (Some(second), Some(value)) => metrics.record(metric, second, &statistic, value * scale),
            _ => {
                _ = metrics
                    .passed_over
                    .insert(shown.to_string(), "a datapoint without an instant, or whose value is below 0 or no number")
            }
        }
    }
    if text("StatusCode") == "PartialData" {
        metrics.remarks.insert(format!("`{shown}` is partial data: CloudWatch had more, which was not fetched"));
    }
}

/// Percentiles, and the plain statistics, of one metric.
fn statistics(answer: &Value, points: &[Value], metrics: &mut Metrics) {
    let label = answer.get("Label").and_then(Value::as_str).unwrap_or_default();
    let Some(metric) = Metric::of(label) else {
        metrics.passed_over.insert(label.to_string(), "says nothing of a hop");
        return;
    };
    for point in points {
        let Some(second) = point.get("Timestamp").and_then(second) else {
            metrics.passed_over.insert(label.to_string(), "a datapoint without an instant");
            continue;
        };
        let unit = match point.get("Unit").and_then(Value::as_str) {
            Some("Seconds") => 1000.0,
            Some("Milliseconds") => 1.0,
            Some("Microseconds") => 0.001,
            _ => metric.unit_ms(),
        };
        for plain in ["Average", "Minimum", "Maximum", "Sum", "SampleCount"] {
            let Some(value) = point.get(plain) else { continue };
            let Some(value) = finite(value) else {
                metrics.passed_over.insert(format!("{label} {plain}"), NO_VALUE);
                continue;
            };
            let scale = if metric == Metric::Requests || plain == "SampleCount" { 1.0 } else { unit };
            metrics.record(metric, second, plain, value * scale);
        }
        for (percentile, value) in point.get("ExtendedStatistics").and_then(Value::as_object).into_iter().flatten() {
            match (statistic(percentile), finite(value)) {
                (Some(statistic), Some(value)) => metrics.record(metric, second, &statistic, value * unit),
                (None, _) => _ = metrics.passed_over.insert(format!("{label} {percentile}"), "no statistic"),
                (_, None) => _ = metrics.passed_over.insert(format!("{label} {percentile}"), NO_VALUE),
            }
        }
    }
}

/// A number that is at least 0 and no more than 10^12.
fn finite(value: &Value) -> Option<f64> {
    value.as_f64().filter(|value| (0.0..=1e12).contains(value))
}

/// An instant in whole seconds since 1970: a text, seconds as a number, or the table that recorders write for one.
fn second(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => iso(text.as_bytes()).map(|us| us.div_euclid(1_000_000)),
        Value::Number(seconds) => seconds.as_f64().filter(|s| (0.0..1e11).contains(s)).map(|seconds| seconds as i64),
        _ => {
            let part = |key: &str| value.get(key).map_or(Some(0), Value::as_u64).filter(|part| *part < 10_000);
            let (year, month, day) = (part("year")?, part("month")?, part("day")?);
            let (hour, minute, second) = (part("hour")?, part("minute")?, part("second")?);
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
            iso(text.as_bytes()).map(|us| us.div_euclid(1_000_000))
        }
    }
}

/// The statistic that a label or id names: `p99`, `p99.9` (in ids `p99_9`), or a plain one.
fn statistic(label: &str) -> Option<String> {
    let words = label.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.take(64).collect();
    let percentile = |(at, word): (usize, &&str)| {
        let digits = word.strip_prefix(['p', 'P'])?;
        let value: f64 = digits.parse().ok().filter(|value| (0.0..=100.0).contains(value))?;
        let decimals = words.get(at + 1).filter(|next| next.bytes().all(|b| b.is_ascii_digit()) && next.len() <= 3);
        match decimals.filter(|_| !digits.contains('.') && label.contains(&format!("{word}_"))) {
            Some(decimals) => Some(format!("p{digits}.{decimals}")),
            None => Some(format!("p{value}")),
        }
    };
    words.iter().enumerate().find_map(percentile).or_else(|| {
        let plain = |word: &&str| match word.to_ascii_lowercase().as_str() {
            "average" | "avg" | "mean" => Some("Average"),
            "minimum" | "min" => Some("Minimum"),
            "maximum" | "max" => Some("Maximum"),
            "samplecount" => Some("SampleCount"),
            "sum" => Some("Sum"),
            _ => None,
        };
        words.iter().find_map(plain).map(str::to_string)
    })
}
