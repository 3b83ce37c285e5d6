//! Do 95 % intervals contain the truth 95 times in 100? Each experiment is what a user gets: warm-up, ten replications, t.

use rayon::prelude::*;

use crate::measure::{outcome, scenario};

/// 100 experiments on M/M/1 at rho 0.5. With true coverage 0.95 fewer than 87 hits come once in a thousand times; intervals
/// that forget the number of replications, or that treat requests as independent, fall far below (16 to 86 were measured).
#[test]
fn intervals_cover() {
    let text = "[workload]\nrate = \"50/s\"\n[run]\nrequests = 5_000\nwarmup = 500\nreplications = 10\n\
                [[hop]]\nname = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 1\n";
    let base = scenario(text);
    let exact = [("latency.mean", 20.0), ("latency.p50", 20.0 * 2_f64.ln()), ("hop.service.utilisation", 0.5)];
    let hits = |seed: u64| {
        let mut scenario = base.clone();
        scenario.seed = seed;
        let outcome = outcome(&scenario);
        exact.map(|(metric, truth)| {
            let interval = outcome.measured.estimate(metric, 0.95).unwrap();
            u32::from(interval.low.unwrap() <= truth && truth <= interval.high.unwrap())
        })
    };
    let all: Vec<[u32; 3]> = (1..=100_u64).into_par_iter().map(hits).collect();
    for (index, (metric, _)) in exact.iter().enumerate() {
        let covered: u32 = all.iter().map(|hits| hits[index]).sum();
        assert!((87..=100).contains(&covered), "{metric}: {covered} of 100 intervals contain the truth");
    }
}
