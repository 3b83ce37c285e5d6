//! What is said of the differences between options as a whole: which is best, and why some are exactly 0.

use super::number;
use crate::results::{Comparison, Results};

/// A sentence for each statement on which option is best; metrics of which the same is said share one.
pub(super) fn statements(results: &Results) -> Vec<String> {
    let mut said: Vec<(&str, Vec<String>)> = Vec::new();
    for best in &results.best {
        let rest = best.words.strip_prefix(best.metric.as_str()).unwrap_or(&best.words);
        match said.iter_mut().find(|(known, _)| *known == rest) {
            Some((_, metrics)) => metrics.push(best.metric.clone()),
            None if rest.len() < best.words.len() => said.push((rest, vec![best.metric.clone()])),
            None => said.push((rest, Vec::new())),
        }
    }
    said.iter().map(|(rest, metrics)| format!("{}{rest}.", number::list(metrics))).collect()
}

/// A note on differences of quantiles that are exactly 0 though they vary; none where there are none.
pub(super) fn grain(results: &Results) -> Option<&'static str> {
    let within = |c: &&Comparison| {
        let joint = c.joint;
        let here = results.wanted.services.is_none() || c.services == results.wanted.services;
        here && c.metric.contains(".p") && joint.value == Some(0.0) && joint.low < joint.high
    };
    let note = "A p99 difference of exactly 0 says that both fall into the same bucket of the recorder: differences of \
                quantiles are multiples of a bucket's width, and the interval is no narrower.";
    results.comparisons.iter().find(within).map(|_| note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::Best;

    #[test]
    fn the_same_statement_on_two_metrics_is_made_once() {
        let words = |metric: &str| format!("{metric} at 4 services: fewer than two options can be compared");
        let best = |metric: &str| Best { metric: metric.into(), words: words(metric), ..Best::default() };
        let results = Results { best: vec![best("latency.mean"), best("latency.p99")], ..Results::default() };
        let said = "latency.mean and latency.p99 at 4 services: fewer than two options can be compared.";
        assert_eq!(statements(&results), [said]);
    }

    #[test]
    fn a_difference_of_exactly_nothing_is_explained() {
        let mut results = fixture::four();
        assert_eq!(grain(&results), None);
        results.comparisons[0].joint = fixture::estimate(0.0, -4.0, 4.0);
        assert!(grain(&results).is_some());
        results.comparisons[0].joint = fixture::estimate(0.0, 0.0, 0.0);
        assert_eq!(grain(&results), None, "the same path");
    }
}
