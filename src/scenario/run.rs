//! `[run]`: how much is measured, what is thrown away first, and how often.

use super::fields::{Field, Fields};
use super::metrics::Names;
use super::tree::Value;
use super::types::{Arrivals, Length, Precision, Run, Trace, Warmup, Workload};
use super::windows;
use crate::random::Samplers;
use crate::units::Duration;

/// Replications at which rounds end where the scenario does not say.
const MOST_REPLICATIONS: u32 = 200;
/// The most requests that a replication may measure.
pub(super) const MOST_REQUESTS: u64 = 1_000_000_000_000;

/// The words for samplers.
const SAMPLERS: [(&str, Samplers); 2] = [("tables", Samplers::Tables), ("exact", Samplers::Exact)];

/// `[run]` with its defaults; a trace changes two of them.
pub(super) fn run(top: &Fields<'_>, workload: Option<&Workload>, names: &Names) -> Option<Run> {
    let trace = workload.and_then(|workload| match &workload.arrivals {
        Arrivals::Trace(trace) => Some(trace),
        _ => None,
    });
    let defaults = Run {
        length: if trace.is_some() { Length::Trace } else { Length::Requests(100_000) },
        warmup: if trace.is_some() { Warmup::Requests(0) } else { Warmup::Auto },
        replications: 10,
        precision: None,
        confidence: 0.95,
        samplers: Samplers::default(),
        observe_at: Vec::new(),
        windows: None,
    };
    let Some(field) = top.get("run") else { return Some(defaults) };
    let fields = Fields::new(field.sink, field.node, "`[run]`")?;
    let length = length(&fields, trace, defaults.length);
    let warmup = fields.get("warmup").map_or(Some(defaults.warmup), |f| warmup(&f));
    let replications = fields.get("replications").map_or(Some(defaults.replications), |f| f.small(1));
    let precision = fields.get("precision").map_or(Some(None), |f| {
        let round = replications.unwrap_or(defaults.replications);
        precision(&f, names, round).map(Some)
    });
    let confidence = fields.get("confidence").map_or(Some(defaults.confidence), |f| {
        f.number(|x| x > 0.0 && x < 1.0, "it must be a number between 0 and 1, as `0.95`")
    });
    let samplers = fields.get("samplers").map_or(Some(defaults.samplers), |f| f.choice(&SAMPLERS));
    let observe_at = fields.get("observe_at").map_or(Some(Vec::new()), |f| instants(&f));
    let windows = match (fields.get("windows"), length) {
        (None, _) => Some(None),
        (Some(field), Some(length)) => windows::windows(&field, length),
        (Some(_), None) => None,
    };
    fields.finish();
    Some(Run {
        length: length?,
        warmup: warmup?,
        replications: replications?,
        precision: precision?,
        confidence: confidence?,
        samplers: samplers?,
        observe_at: observe_at?,
        windows: windows?,
    })
}

fn length(fields: &Fields<'_>, trace: Option<&Trace>, default: Length) -> Option<Length> {
    match (fields.get("requests"), fields.get("duration")) {
        (Some(requests), Some(duration)) => {
            let issue = duration
                .key_place
                .issue("`requests` and `duration` both say how much is measured, but one of them is allowed");
            // `--requests N` on a file that measures a time.
            let flag = requests.node.place.source.path.as_os_str() == "<command line>";
            let hint = if flag {
                "measure another time by `--set run.duration=...`, or take `duration` out of the file"
            } else {
                "keep one of the two"
            };
            fields.sink.add(issue.hint(hint));
            None
        }
        (Some(requests), None) => {
            let number = requests.count(1..=MOST_REQUESTS)?;
            let rows = trace.map_or(u64::MAX, |trace| trace.at.len() as u64);
            let once = trace.is_some_and(|trace| !trace.repeat && rows > 0);
            if once && number > rows {
                let issue = requests.refusal(format!("the trace holds {rows} arrivals"));
                fields.sink.add(issue.hint("write `repeat = true` in the trace to go round"));
                return None;
            }
            Some(Length::Requests(number))
        }
        (None, Some(duration)) => duration.positive_duration().map(Length::Time),
        (None, None) => Some(default),
    }
}

fn warmup(field: &Field<'_>) -> Option<Warmup> {
    match &field.node.value {
        Value::Text(text) if text == "auto" => Some(Warmup::Auto),
        Value::Text(text) if text.starts_with(|c: char| c.is_ascii_digit()) => field.duration().map(Warmup::Time),
        Value::Integer(_) => field.count(0..=MOST_REQUESTS).map(Warmup::Requests),
        _ => field.refuse("it must be `\"auto\"`, a time as `\"30s\"`, or a number of requests"),
    }
}

/// `precision`, in rounds of `round` replications.
fn precision(field: &Field<'_>, names: &Names, round: u32) -> Option<Precision> {
    let fields = field.table()?;
    let metric = fields.require("metric", "the watched metric, as `\"latency.p99\"`");
    let metric = metric.and_then(|f| {
        let metric = f.text()?;
        names.check(metric, &f)?;
        if metric == "latency.max" {
            return f.refuse("a maximum has no interval: watch a quantile, as `\"latency.p99\"`");
        }
        Some(metric.to_string())
    });
    let relative = fields.require("relative", "the half-width to reach over the value, as `0.02`");
    let relative = relative.and_then(|f| f.number(|x| x > 0.0 && x < 1.0, "it must be a number between 0 and 1"));
    let max = fields.get("max_replications").map_or(Some(MOST_REPLICATIONS.max(round)), |f| {
        let max = f.small(1)?;
        if max < round {
            return f.refuse(format!("it must be at least the {round} `replications` of a round"));
        }
        Some(max)
    });
    fields.finish();
    Some(Precision { metric: metric?, relative: relative?, max_replications: max? })
}

fn instants(field: &Field<'_>) -> Option<Vec<Duration>> {
    let items = field.list()?;
    let mut instants: Vec<Duration> = Vec::new();
    for item in &items {
        let at = item.duration()?;
        if instants.last().is_some_and(|last| *last >= at) {
            return item.refuse("instants must rise");
        }
        instants.push(at);
    }
    Some(instants)
}
