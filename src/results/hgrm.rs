//! A latency histogram as the `.hgrm` text that HdrHistogram plotters read. Not the compressed log format.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hdrhistogram::Histogram;

/// Lines for each halving of the distance to 100 %: what HdrHistogram's own tools print by default.
const TICKS_PER_HALF_DISTANCE: u32 = 5;
/// Recorded nanoseconds in the printed millisecond.
const NANOS_PER_MILLI: f64 = 1e6;

/// `histogram` (nanoseconds) as text, values in milliseconds; an empty histogram gives the header and a footer of zeros.
///
/// Layout of HdrHistogram's `outputPercentileDistribution` (HistogramLogProcessor, plotFiles.html): value, percentile as a share,
/// running count, 1/(1-share), and a footer of three comment lines.
#[must_use]
pub fn text(histogram: &Histogram<u64>) -> String {
    let mut out = format!("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    if !histogram.is_empty() {
        let mut count = 0;
        for step in histogram.iter_quantiles(TICKS_PER_HALF_DISTANCE) {
            let share = step.quantile_iterated_to();
            let value = step.value_iterated_to() as f64 / NANOS_PER_MILLI;
            count += step.count_since_last_iteration();
            // Writing to a String cannot fail.
            let _ = write!(out, "{value:12.3} {share:2.12} {count:10}");
            let _ = if share < 1.0 { writeln!(out, " {:14.2}", 1.0 / (1.0 - share)) } else { writeln!(out) };
        }
    }
    let (mean, deviation) = (histogram.mean() / NANOS_PER_MILLI, histogram.stdev() / NANOS_PER_MILLI);
    let max = if histogram.is_empty() { 0.0 } else { histogram.max() as f64 / NANOS_PER_MILLI };
    let _ = writeln!(out, "#[Mean    = {mean:12.3}, StdDeviation   = {deviation:12.3}]");
    let _ = writeln!(out, "#[Max     = {max:12.3}, Total count    = {:12}]", histogram.len());
    let (buckets, sub_buckets) = layout(histogram);
    let _ = writeln!(out, "#[Buckets = {buckets:12}, SubBuckets     = {sub_buckets:12}]");
    out
}

/// Numbers of buckets and of sub-buckets, from the precision and the largest value (HdrHistogram's constructor).
fn layout(histogram: &Histogram<u64>) -> (u32, u64) {
    let sub_buckets = (2 * 10_u64.pow(u32::from(histogram.sigfig()))).next_power_of_two();
    let mut buckets = 1;
    let mut reached = sub_buckets;
    while reached <= histogram.high() {
        buckets += 1;
        match reached.checked_mul(2) {
            Some(next) => reached = next,
            None => break,
        }
    }
    (buckets, sub_buckets)
}

/// The file's name: `OPTION-sNNNN.hgrm`, further axes as `-axis=value`; what may not stand in a file name becomes `_`.
/// `option` is none for hops scenarios (`hops`), `services` where nothing counts them.
#[must_use]
pub fn file_name(option: Option<&str>, services: Option<u32>, axes: &BTreeMap<String, f64>) -> String {
    let mut name = safe(option.unwrap_or("hops"));
    if let Some(services) = services {
        let _ = write!(name, "-s{services:04}");
    }
    for (axis, value) in axes {
        let _ = write!(name, "-{}={value}", safe(axis));
    }
    name + ".hgrm"
}

fn safe(text: &str) -> String {
    let mut kept: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    // Longer names are errors of file systems (255 bytes in all).
    kept.truncate(80);
    if kept.starts_with('.') {
        kept.replace_range(0..1, "_");
    }
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_layout_of_the_reference_tools() {
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        for ms in 1..=1000 {
            histogram.record(ms * 1_000_000).unwrap();
        }
        let text = text(&histogram);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0].split_whitespace().collect::<Vec<_>>(),
            ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
        );
        assert_eq!(lines[1], "");
        let first: Vec<&str> = lines[2].split_whitespace().collect();
        assert_eq!((first[1], first[3]), ("0.000000000000", "1.00"));
        let half = lines.iter().find(|line| line.contains(" 0.5000000000")).unwrap();
        let columns: Vec<f64> = half.split_whitespace().map(|c| c.parse().unwrap()).collect();
        assert!((columns[0] - 500.0).abs() < 0.6 && columns[2] == 500.0 && columns[3] == 2.0, "{half}");
        let last = lines.iter().rfind(|line| !line.starts_with('#')).unwrap();
        assert!(last.split_whitespace().count() == 3 && last.contains("1.000000000000") && last.ends_with("1000"));
        assert!(lines[lines.len() - 2].contains("Total count    =         1000]"));
        assert!(lines[lines.len() - 1].starts_with("#[Buckets =") && lines[lines.len() - 1].ends_with("2048]"));
    }

    #[test]
    fn an_empty_histogram_is_a_header_and_zeros() {
        let text = text(&Histogram::<u64>::new(2).unwrap());
        assert_eq!(text.lines().count(), 5);
        assert!(text.contains("Total count    =            0]"));
    }

    #[test]
    fn names_are_safe_in_every_file_system() {
        let axes = BTreeMap::from([("workload.rate_per_service".to_string(), 40.0)]);
        assert_eq!(
            file_name(Some("rest-nlb-alb"), Some(64), &axes),
            "rest-nlb-alb-s0064-workload.rate_per_service=40.hgrm"
        );
        assert_eq!(file_name(Some("../<x>"), None, &BTreeMap::new()), "_.__x_.hgrm");
        assert_eq!(file_name(None, Some(12_345), &BTreeMap::new()), "hops-s12345.hgrm");
    }
}
