//! `compare` against what is known: the share of false alarms among equal systems, and a slower service that must be noticed.

use std::path::Path;

use gatecap::experiment::{Control, Source, simulate};
use gatecap::results::Results;
use gatecap::results::compare::{Chosen, Verdict, compare};
use gatecap::scenario::Document;

/// An M/M/1 queue of 50 requests a second, and services that take `mean_ms`.
fn queue(seed: u64, mean_ms: f64, requests: u64) -> Results {
    let text = format!(
        "seed = {seed}\n[workload]\nrate = \"50/s\"\n[run]\nrequests = {requests}\nreplications = 10\nwarmup = \"10s\"\n\
         [[hop]]\nname = \"service\"\ntime = {{ exponential = {{ mean = \"{mean_ms}ms\" }} }}\nservers = 1\n"
    );
    let source = Source::from(Document::parse(text, "queue", Path::new(".")).unwrap());
    simulate(&source, "scenario.toml", false, true, &Control::default()).unwrap().results
}

/// Equal systems under other seeds: at most 5 % of comparisons may find anything, however many metrics each has.
#[test]
fn false_alarms_are_as_rare_as_promised() {
    let alarms = (0..40)
        .filter(|pair| {
            let (a, b) = (queue(2 * pair, 10.0, 2_000), queue(2 * pair + 1, 10.0, 2_000));
            let compared = compare(&a, &b, &Chosen::default(), None).unwrap();
            assert!(compared.tested >= 12 && !compared.common_random_numbers);
            compared.metrics.iter().any(|change| !matches!(change.verdict, Verdict::NotToldApart | Verdict::Withheld))
        })
        .count();
    // 0.1 % limit of Binomial(40, 0.05).
    assert!(alarms <= 7, "{alarms} of 40");
}

/// A service that is 10 % slower: 1/(100 - 50) s becomes 1/(100/1.1 - 50) s, by 4.44 ms, and utilisation 0.5 becomes 0.55.
#[test]
fn a_slower_service_is_noticed_and_by_how_much() {
    for seed in [3, 4] {
        let compared = compare(&queue(3, 10.0, 20_000), &queue(seed, 11.0, 20_000), &Chosen::default(), None).unwrap();
        assert_eq!(compared.common_random_numbers, seed == 3);
        let change = |metric: &str| compared.metrics.iter().find(|change| change.metric == metric).unwrap();
        let of_means = 1_000.0 / (100.0 / 1.1 - 50.0) - 20.0;
        // Sojourn times are exponential: their p99 is ln 100 times their mean.
        for (metric, truth) in [("latency.mean", of_means), ("latency.p99", 100f64.ln() * of_means)] {
            let found = change(metric);
            assert_eq!(found.verdict, Verdict::Worse, "{metric}");
            let interval = (found.difference.low.unwrap(), found.difference.high.unwrap());
            assert!(interval.0 <= truth && truth <= interval.1, "{metric}: {interval:?} without {truth}");
        }
        assert_eq!(change("hop.service.utilisation").verdict, Verdict::Higher);
        assert_eq!(change("outcome.ok").verdict, Verdict::NotToldApart);
        assert_eq!(change("rate.goodput").verdict, Verdict::NotToldApart);
    }
}
