//! Metrics of CloudWatch as `aws cloudwatch get-metric-data` and `get-metric-statistics` print them, alone or in the wrapper that
//! recorders put around an answer: percentiles of latencies per period, and how many requests there were.
//!
//! Percentiles of different metrics are never subtracted: the 99th percentile of an overhead is not the difference of two others.

mod curve;
mod document;
pub mod overlay;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

pub use curve::{Curve, Period};

use super::fields::iso_text;
use super::read::{open, shown};
use super::stream::{Control, text};
use crate::issue::{Issue, Issues};

/// Most bytes of a file: a day of minutes of one metric has about 100 KiB.
const LARGEST: u64 = 16 << 20;

/// A metric that says something of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// `Latency` of API Gateway (milliseconds) or of a Classic Load Balancer (seconds, as its unit says).
    Latency,
    /// `IntegrationLatency` of API Gateway, milliseconds.
    IntegrationLatency,
    /// `TargetResponseTime` of an ALB, seconds: what its log calls target processing time.
    TargetResponseTime,
    /// `Count` of API Gateway or `RequestCount` of a load balancer.
    Requests,
}

impl Metric {
    /// Its name in CloudWatch.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Metric::Latency => "Latency",
            Metric::IntegrationLatency => "IntegrationLatency",
            Metric::TargetResponseTime => "TargetResponseTime",
            Metric::Requests => "RequestCount",
        }
    }

    /// The metric that a label or an id names.
    fn of(label: &str) -> Option<Metric> {
        let letters = label.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase());
        let letters: String = letters.take(256).collect();
        let mut words = label.split(|c: char| !c.is_ascii_alphanumeric());
        // `Count` alone is API Gateway's; `HTTPCode_Target_5XX_Count` and its like count something else.
        let is_count = words.clone().next().is_some_and(|word| word.eq_ignore_ascii_case("count"));
        if letters.contains("integrationlatency") {
            Some(Metric::IntegrationLatency)
        } else if letters.contains("targetresponsetime") {
            Some(Metric::TargetResponseTime)
        } else if letters.contains("requestcount") && !letters.contains("pertarget") || is_count {
            Some(Metric::Requests)
        } else {
            words.any(|word| word.eq_ignore_ascii_case("latency")).then_some(Metric::Latency)
        }
    }

    /// Milliseconds of its unit where a file states none.
    fn unit_ms(self) -> f64 {
        if self == Metric::TargetResponseTime { 1000.0 } else { 1.0 }
    }
}

/// What files of metrics come down to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Latencies, by metric.
    pub curves: BTreeMap<Metric, Curve>,
    /// Requests of periods by their start in seconds since 1970.
    pub requests: BTreeMap<i64, f64>,
    /// What was read and is of no use, with the reason, each once.
    pub passed_over: BTreeMap<String, &'static str>,
    /// Remarks, each once.
    pub remarks: std::collections::BTreeSet<String>,
}

impl Metrics {
    /// Notes a statistic of a period. Where two files differ, the greater counts.
    fn record(&mut self, metric: Metric, second: i64, statistic: &str, value: f64) {
        let before = if metric == Metric::Requests {
            if statistic != "Sum" && statistic != "SampleCount" {
                return;
            }
            self.requests.insert(second, value)
        } else {
            self.curves.entry(metric).or_default().set(second, statistic, value)
        };
        let Some(before) = before.filter(|before| (before - value).abs() > 0.0) else { return };
        let name = metric.name();
        self.remarks.insert(format!(
            "`{name}` {statistic} is stated more than once for a period, with different values: the greater counts"
        ));
        if before > value {
            self.record_again(metric, second, statistic, before);
        }
    }

    fn record_again(&mut self, metric: Metric, second: i64, statistic: &str, value: f64) {
        if metric == Metric::Requests {
            self.requests.insert(second, value);
        } else if let Some(curve) = self.curves.get_mut(&metric) {
            curve.set(second, statistic, value);
        }
    }

    /// Takes out periods whose percentiles fall, which no distribution has, and says so. To be called when all files are read: the
    /// percentiles of a period may lie in several.
    pub fn drop_falling(&mut self) {
        for (metric, curve) in &mut self.curves {
            let Some((periods, second, ranks)) = curve.drop_falling() else { continue };
            let [low, high] = ranks.map(|rank| f64::from(rank) / 1000.0);
            self.remarks.insert(format!(
                "`{}`: {periods} period{} left out, the first {}: p{high} is below p{low}, but percentiles rise",
                metric.name(),
                if periods == 1 { " is" } else { "s are" },
                iso_text(second.saturating_mul(1_000_000))
            ));
        }
        self.curves.retain(|_, curve| !curve.periods.is_empty());
    }

    /// Whether nothing was read that says something of a hop.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.curves.is_empty() && self.requests.is_empty()
    }

    /// Distance of the starts of periods in seconds, the least; `None` below two periods.
    #[must_use]
    pub fn period_s(&self) -> Option<i64> {
        let starts: Vec<i64> = self.requests.keys().copied().collect();
        starts.windows(2).map(|pair| pair[1] - pair[0]).min()
    }
}

/// Reads files of metrics, `-` for standard input.
///
/// # Errors
/// All files that cannot be read, are no JSON, or no metrics; that none of them says anything of a hop.
pub fn files(paths: &[PathBuf], control: &Control) -> Result<Metrics, Issues> {
    let mut metrics = Metrics::default();
    let mut issues = Issues::new();
    for path in paths {
        let read = open(path).and_then(|stream| read(stream, &shown(path), &mut metrics, control));
        issues.extend(read.err());
    }
    metrics.drop_falling();
    if issues.is_empty() && metrics.is_empty() {
        let found: Vec<String> = metrics.passed_over.keys().take(3).map(|label| format!("`{label}`")).collect();
        let found = match (found.is_empty(), metrics.remarks.is_empty()) {
            (_, false) => "no datapoint that can be used".to_string(),
            (true, true) => "no datapoint".to_string(),
            (false, true) => found.join(", "),
        };
        let uses = "Latency, IntegrationLatency, TargetResponseTime, RequestCount and Count";
        let issue = Issue::new(format!("{found} is all that the files hold, but {uses} say something of a hop"));
        let remark = metrics.remarks.first().cloned();
        let issue = remark.map_or(issue.clone(), |remark| issue.note(remark));
        issues.push(issue.hint(
            "ask for percentiles: aws cloudwatch get-metric-statistics --metric-name Latency --extended-statistics p50 p90 p99 p99.9 ...",
        ));
    }
    if issues.is_empty() { Ok(metrics) } else { Err(issues) }
}

/// Reads one file of metrics from a stream.
///
/// # Errors
/// That it cannot be read, is no JSON, or no metrics.
pub fn read(stream: impl Read, name: &str, metrics: &mut Metrics, control: &Control) -> Result<(), Issue> {
    let unreadable = |error: std::io::Error| Issue::new(format!("cannot read `{name}`: {error}"));
    let text = text(stream, control).map_err(unreadable)?;
    let mut bytes = text.head;
    text.stream.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        let issue = Issue::new(format!("`{name}` has over 16 MiB, more than metrics of a year of hours have"));
        return Err(issue.hint("ask CloudWatch for fewer metrics or longer periods, or give several files"));
    }
    document::read(&bytes, name, metrics)
}
