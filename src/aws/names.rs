//! What services, groups and options may be called, so that files, metrics and reports can name them without quotes.

/// Words that metric names are made of, which no hop, branch or service may be called.
pub const METRIC_WORDS: [&str; 35] = [
    "latency",
    "client",
    "rate",
    "attempts",
    "outcome",
    "in_system",
    "completions",
    "arrivals",
    "hop",
    "saturation",
    "mean",
    "p50",
    "p90",
    "p95",
    "p99",
    "p99_9",
    "max",
    "min",
    "median",
    "copies",
    "offered",
    "goodput",
    "ok",
    "throttled",
    "rejected",
    "abandoned",
    "timed_out",
    "failed",
    "idc",
    "utilisation",
    "wait",
    "probability",
    "offered_probability",
    "all_mean",
    "sojourn",
];

/// Most characters of a name.
pub const LONGEST: usize = 64;

/// Whether a text is a name: letters, digits, `-` and `_`, 1 to 64 of them, not digits alone, no word of a metric's name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=LONGEST).contains(&text.len())
        && text.chars().all(legal)
        && !text.bytes().all(|byte| byte.is_ascii_digit())
        && !METRIC_WORDS.contains(&text)
}
