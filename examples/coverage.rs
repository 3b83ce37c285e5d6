//! How often do the answers contain the truth? The full suite, each experiment what a user gets, on systems whose truth is known.
//!
//! `cargo run --release --example coverage -- DATE > docs/coverage.md` takes about eight minutes of CPU, prints the record as
//! Markdown, and ends with status 1 where a count lies outside its band. `cargo test` has the small one, `tests/it/coverage.rs`.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use gatecap::experiment::{Control, Outcome, PointSpec, Source, best, saturate};
use gatecap::scenario::{Document, Scenario};
use gatecap::stats::Interval;
use gatecap::stats::estimate::{paired, paired_quantile};
use gatecap::theory::finite::finite_queue;
use gatecap::theory::markov::{mmc_mean_wait, mmc_sojourn_quantile};
use rayon::prelude::*;
use statrs::distribution::{Binomial, Discrete};

/// The level of every interval.
const CONFIDENCE: f64 = 0.95;

/// One count of the record.
struct Check {
    about: &'static str,
    size: &'static str,
    counted: u64,
    of: u64,
    band: (u64, u64),
}

impl Check {
    /// A count that is binomial with probability `p`, which a correct program leaves once in a thousand records.
    fn covers(about: &'static str, size: &'static str, hits: &[bool], p: f64) -> Check {
        let of = hits.len() as u64;
        Check { about, size, counted: count(hits), of, band: band(of, p) }
    }

    /// A count with stated limits.
    fn within(about: &'static str, size: &'static str, hits: &[bool], band: (u64, u64)) -> Check {
        Check { about, size, counted: count(hits), of: hits.len() as u64, band }
    }

    fn passes(&self) -> bool {
        (self.band.0..=self.band.1).contains(&self.counted)
    }
}

fn count(hits: &[bool]) -> u64 {
    hits.iter().filter(|hit| **hit).count() as u64
}

/// The least and the greatest count that is not in the lower or upper 0.05 % of a binomial law.
fn band(n: u64, p: f64) -> (u64, u64) {
    let law = Binomial::new(p, n).unwrap();
    let beyond = |k: &u64, sum: &mut f64| {
        *sum += law.pmf(*k);
        *sum > 0.0005
    };
    let (mut below, mut above) = (0.0, 0.0);
    let low = (0..=n).find(|k| beyond(k, &mut below));
    (low.unwrap(), (0..=n).rev().find(|k| beyond(k, &mut above)).unwrap())
}

/// Requests per second into one station of exponential servers.
struct Queue {
    rate: f64,
    mean_ms: f64,
    servers: u32,
    /// Further lines of the station.
    more: &'static str,
    name: &'static str,
}

const MM1: Queue = Queue { rate: 80.0, mean_ms: 10.0, servers: 1, more: "", name: "service" };
const MM4: Queue = Queue { rate: 320.0, mean_ms: 10.0, servers: 4, more: "", name: "service" };
/// Attempts that fail, and so come again.
const RETRIED: &str = "failure = 0.25\n";

impl Queue {
    fn scenario(&self, run: &str, client: &str) -> Scenario {
        let Queue { rate, mean_ms, servers, more, name } = self;
        let text = format!(
            "{client}[workload]\nrate = \"{rate}/s\"\n[run]\n{run}\n[[hop]]\nname = \"{name}\"\n\
             time = {{ exponential = {{ mean = \"{mean_ms}ms\" }} }}\nservers = {servers}\n{more}"
        );
        let document = Document::parse(text.clone(), "coverage", Path::new(".")).unwrap();
        document.resolve(&[]).unwrap_or_else(|issues| panic!("{issues:?}\n{text}"))
    }

    fn mean(&self) -> f64 {
        mmc_mean_wait(self.rate, 1e3 / self.mean_ms, self.servers).unwrap() * 1e3 + self.mean_ms
    }

    fn quantile(&self, p: f64) -> f64 {
        mmc_sojourn_quantile(self.rate, 1e3 / self.mean_ms, self.servers, p).unwrap() * 1e3
    }
}

fn seeded(scenario: &Scenario, seed: u64) -> Scenario {
    Scenario { seed, ..scenario.clone() }
}

fn simulated(scenario: &Scenario, seed: u64) -> Outcome {
    let scenario = seeded(scenario, seed);
    PointSpec { scenario: &scenario, option: 0, services: 1, detail: false }.run(&Control::default()).unwrap()
}

/// What `one` finds with the master seeds from 1 on.
fn experiments<T: Send>(number: u64, one: impl Fn(u64) -> T + Sync + Send) -> Vec<T> {
    (1..=number).into_par_iter().map(one).collect()
}

fn contains(interval: Option<Interval>, truth: f64) -> bool {
    interval.is_some_and(|i| i.low.is_some_and(|low| low <= truth) && i.high.is_some_and(|high| truth <= high))
}

/// For each metric, whether the interval contains its truth, by experiment.
fn coverage(scenario: &Scenario, number: u64, truths: &[(&str, f64)]) -> Vec<Vec<bool>> {
    let each = experiments(number, |seed| {
        let outcome = simulated(scenario, seed);
        truths
            .iter()
            .map(|(metric, truth)| contains(outcome.measured.estimate(metric, CONFIDENCE), *truth))
            .collect::<Vec<bool>>()
    });
    (0..truths.len()).map(|metric| each.iter().map(|hits| hits[metric]).collect()).collect()
}

fn latencies(checks: &mut Vec<Check>) {
    const SIZE: &str = "10 x 20,000 after 2,000";
    let run = "requests = 20_000\nwarmup = 2_000";
    let numbers = [1_000, 400];
    let names = [
        ["M/M/1 at 0.8: mean", "M/M/1 at 0.8: p50", "M/M/1 at 0.8: p99, whose tail of 200 samples is skewed (0.93)"],
        ["M/M/4 at 0.8: mean", "M/M/4 at 0.8: p50", "M/M/4 at 0.8: p99, likewise (0.93)"],
    ];
    for ((queue, number), names) in [MM1, MM4].iter().zip(numbers).zip(names) {
        let truths = [
            ("latency.mean", queue.mean()),
            ("latency.p50", queue.quantile(0.5)),
            ("latency.p99", queue.quantile(0.99)),
        ];
        let hits = coverage(&queue.scenario(run, ""), number, &truths);
        for ((name, hits), p) in names.iter().zip(&hits).zip([0.95, 0.95, 0.93]) {
            checks.push(Check::covers(name, SIZE, hits, p));
        }
    }
    // So short runs have skewed averages: however long the warm-up, the intervals of 1,000 requests cover 91 % of the time, those of
    // 5,000 nearly 94 %.
    let short = [
        ("M/M/1 at 0.8 from empty: mean", "10 x 5,000 after the automatic warm-up", 0.95),
        ("the same, whose shorter runs have skewed averages (0.91)", "10 x 1,000 after the automatic warm-up", 0.91),
    ];
    for ((about, size, p), requests) in short.into_iter().zip([5_000, 1_000]) {
        let scenario = MM1.scenario(&format!("requests = {requests}"), "");
        let hits = coverage(&scenario, 400, &[("latency.mean", MM1.mean())]);
        checks.push(Check::covers(about, size, &hits[0], p));
    }
    long_runs(checks);
    let loss = finite_queue(240.0, 100.0, 3, 7).unwrap().lost;
    let queue = Queue { rate: 240.0, mean_ms: 10.0, servers: 3, more: "queue = 7\n", name: "service" };
    let hits = coverage(&queue.scenario(run, ""), 400, &[("outcome.rejected", loss)]);
    checks.push(Check::covers("M/M/3/10 at 0.8: share rejected", SIZE, &hits[0], 0.95));
}

fn long_runs(checks: &mut Vec<Check>) {
    const SIZE: &str = "20 x 50,000 after 5,000";
    let scenario = MM1.scenario("requests = 50_000\nwarmup = 5_000\nreplications = 20", "");
    let hits = experiments(200, |seed| {
        let measured = simulated(&scenario, seed).measured;
        let estimate = |metric: &str| measured.estimate(metric, CONFIDENCE);
        let withheld = estimate("latency.p99_9").is_some_and(|estimate| estimate.low.is_none());
        [
            contains(estimate("latency.mean"), MM1.mean()),
            contains(estimate("latency.p99"), MM1.quantile(0.99)),
            withheld,
        ]
    });
    let of = |index: usize| hits.iter().map(|hits| hits[index]).collect::<Vec<bool>>();
    checks.push(Check::covers("M/M/1 at 0.8, long: mean", SIZE, &of(0), 0.95));
    checks.push(Check::covers("M/M/1 at 0.8, long: p99", SIZE, &of(1), 0.95));
    checks.push(Check::within("M/M/1 at 0.8, long: p99.9 of 50 samples is withheld", SIZE, &of(2), (200, 200)));
}

/// Two systems on the same random numbers; the words say how much variance that saved.
fn differences(checks: &mut Vec<Check>) -> String {
    const SIZE: &str = "10 x 20,000 after 2,000";
    let faster = Queue { mean_ms: 1e3 / 104.0, ..MM4 };
    let run = "requests = 20_000\nwarmup = 2_000";
    let (slow, fast) = (MM4.scenario(run, ""), faster.scenario(run, ""));
    let found = experiments(400, |seed| {
        let (a, b) = (simulated(&slow, seed), simulated(&fast, seed));
        let series = |outcome: &Outcome, metric: &str| outcome.series(metric).unwrap().clone();
        let (mean_a, mean_b) = (series(&a, "latency.mean"), series(&b, "latency.mean"));
        let (p99_a, p99_b) = (series(&a, "latency.p99"), series(&b, "latency.p99"));
        let mean = paired(&mean_a.values, &mean_b.values, CONFIDENCE);
        let merged = (p99_a.merged.unwrap(), p99_b.merged.unwrap());
        (mean, paired_quantile(merged, &p99_a.values, &p99_b.values, 0.001, false, CONFIDENCE))
    });
    let mean = MM4.mean() - faster.mean();
    let p99 = MM4.quantile(0.99) - faster.quantile(0.99);
    let means: Vec<bool> = found.iter().map(|pair| contains(Some(pair.0.difference), mean)).collect();
    let p99s: Vec<bool> = found.iter().map(|pair| contains(Some(pair.1.difference), p99)).collect();
    let saves: Vec<bool> = found.iter().map(|pair| pair.0.variance_ratio > 4.0).collect();
    checks.push(Check::covers("M/M/4, 100/s less 104/s a server: difference of means", SIZE, &means, 0.95));
    checks.push(Check::covers("the same: difference of p99 (0.93)", SIZE, &p99s, 0.93));
    let median = |of: &dyn Fn(usize) -> f64| {
        let mut ratios: Vec<f64> = (0..found.len()).map(of).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    // Ten replications know a ratio of variances to a factor of two or three: the median must be above 4, most of them are.
    checks.push(Check::within("the same: pairing saves more than 4 times the variance", SIZE, &saves, (380, 400)));
    let (mean, p99) = (median(&|i| found[i].0.variance_ratio), median(&|i| found[i].1.variance_ratio));
    format!(
        "Pairing saves {mean:.1} times the variance of a difference of means and {p99:.1} times that of p99 (medians)."
    )
}

/// Rounds of ten replications until the half-width is 5 % of the mean.
fn stopping(checks: &mut Vec<Check>) {
    let precision = "precision = { metric = \"latency.mean\", relative = 0.05 }";
    let scenario = MM1.scenario(&format!("requests = 5_000\nwarmup = 1_000\n{precision}"), "");
    let hits = experiments(300, |seed| {
        let scenario = seeded(&scenario, seed);
        let spec = PointSpec { scenario: &scenario, option: 0, services: 1, detail: false };
        let outcome = spec.run(&Control::default()).unwrap();
        contains(outcome.measured.estimate("latency.mean", CONFIDENCE), MM1.mean())
    });
    let size = "rounds of 10 x 5,000 until 5 % of the mean";
    checks.push(Check::covers("M/M/1 at 0.8, stopped by precision: mean", size, &hits, 0.95));
}

/// Four systems on the same arrivals: all the same in law, or one of them better.
fn selection(checks: &mut Vec<Check>) -> String {
    let names = ["one", "two", "three", "four"];
    let queue = |name: &'static str, mean_ms: f64| Queue { rate: 50.0, mean_ms, servers: 1, more: "", name };
    let (base, better) = (queue("one", 10.0), queue("better", 9.5));
    let run = "requests = 10_000\nwarmup = 500";
    let equal: Vec<Scenario> = names.iter().map(|name| queue(name, 10.0).scenario(run, "")).collect();
    let fourth = better.scenario(run, "");
    let gaps =
        [("latency.mean", base.mean() - better.mean()), ("latency.p99", base.quantile(0.99) - better.quantile(0.99))];
    let wrong = experiments(400, |seed| {
        let outcomes: Vec<Outcome> = equal.iter().map(|scenario| simulated(scenario, seed)).collect();
        let fourth = simulated(&fourth, seed);
        let same: Vec<(&str, &Outcome)> = names.iter().copied().zip(&outcomes).collect();
        let mut mixed = same.clone();
        mixed[3] = ("better", &fourth);
        gaps.map(|(metric, gap)| {
            let among_equals = best::best(&same, None, metric, CONFIDENCE).unwrap();
            let found = best::best(&mixed, None, metric, CONFIDENCE).unwrap();
            let other = found.best.as_ref().is_some_and(|name| name != "better");
            let lost = found.best.is_none() && !found.inseparable.iter().any(|name| name == "better");
            let bounds = found.lead.is_some_and(|lead| lead > gap) || found.spread.is_some_and(|spread| spread < gap);
            [among_equals.inseparable.len() < 4, other || lost || bounds, found.best.is_some()]
        })
    });
    let of = |metric: usize, which: usize| wrong.iter().map(|wrong| wrong[metric][which]).collect::<Vec<bool>>();
    let size = "4 x 10 x 10,000 after 500";
    checks.push(Check::within("four equal systems: a wrong word on the mean", size, &of(0, 0), (0, 35)));
    checks.push(Check::within("four equal systems: a wrong word on p99", size, &of(1, 0), (0, 35)));
    checks.push(Check::within("three equal, one 5 % faster: a wrong word on the mean", size, &of(0, 1), (0, 35)));
    checks.push(Check::within("three equal, one 5 % faster: a wrong word on p99", size, &of(1, 1), (0, 35)));
    let found = [count(&of(0, 2)), count(&of(1, 2))];
    format!("The better system was named best {} times of 400 on the mean and {} times on p99.", found[0], found[1])
}

/// The largest rate at which p99 of M/M/1 is at most 250 ms.
fn bisection(checks: &mut Vec<Check>) -> String {
    let truth = 100.0 - 100.0_f64.ln() / 0.25;
    let text = "[workload]\nrate = \"1/s\"\n[run]\nrequests = 10_000\n[saturation]\nvary = \"workload.rate\"\nfrom = \"5/s\"\n\
                to = \"120/s\"\nhold = [\"latency.p99 <= 250ms\"]\n[[hop]]\nname = \"service\"\n\
                time = { exponential = { mean = \"10ms\" } }\nservers = 1\n";
    let ends = experiments(100, |seed| {
        let text = format!("seed = {seed}\n{text}");
        let document = Document::parse(text, "coverage", Path::new(".")).unwrap();
        let source = Source { document, overrides: Vec::new(), quotas: BTreeMap::new(), prices: BTreeMap::new() };
        let scenario = source.scenario(&[]).unwrap();
        saturate::search(&source, &scenario, &Control::default()).unwrap().remove(0)
    });
    let inside = |low: Option<f64>, high: Option<f64>| {
        low.is_some_and(|low| low <= truth) && high.is_none_or(|high| truth <= high)
    };
    let sure: Vec<bool> = ends.iter().map(|end| inside(end.low, end.high)).collect();
    let size = "probes of up to 200 x 10,000";
    checks.push(Check::within("M/M/1, rate at which p99 passes 250 ms: the sure bracket", size, &sure, (87, 100)));
    let narrow = ends.iter().filter(|end| inside(end.value, end.fails_at)).count();
    let width: f64 = ends.iter().map(|end| (end.high.unwrap() - end.low.unwrap()) / truth).sum();
    let off: f64 = ends.iter().map(|end| (end.value.unwrap() / truth - 1.0).abs()).fold(0.0, f64::max);
    format!(
        "The sure bracket is {width:.1} % wide on average. The narrow one, whose ends values may decide, contains the truth \
         {narrow} times of 100; its lower end is off by at most {:.1} %.",
        off * 100.0
    )
}

/// Whether a queue that grows is told from one that does not, by its load and (with retries, which loads leave out) by its growth.
fn instability(checks: &mut Vec<Check>) {
    let retries = "[client]\nretries = { max = 50, backoff = { exponential = { mean = \"10ms\" } } }\n";
    let run = "requests = 20_000\nwarmup = 2_000";
    let cases = [
        ("M/M/1 at 0.95 is called unstable", 95.0, false, (0, 1)),
        ("M/M/1 at 1.05 is called unstable", 105.0, false, (60, 60)),
        ("a quarter retried, 0.95 with the retries, is called unstable", 71.25, true, (0, 1)),
        ("a quarter retried, 1.05 with the retries, is called unstable", 78.75, true, (60, 60)),
    ];
    for (about, rate, retried, band) in cases {
        let queue = Queue { rate, more: if retried { RETRIED } else { "" }, ..MM1 };
        let scenario = queue.scenario(run, if retried { retries } else { "" });
        let flags = experiments(60, |seed| !simulated(&scenario, seed).point.stable);
        checks.push(Check::within(about, "10 x 20,000 after 2,000", &flags, band));
    }
}

fn main() -> ExitCode {
    let Some(date) = std::env::args().nth(1) else {
        eprintln!(
            "error: the date of the record is missing\nhint: cargo run --release --example coverage -- 2026-01-31"
        );
        return ExitCode::from(2);
    };
    let mut checks = Vec::new();
    latencies(&mut checks);
    let saved = differences(&mut checks);
    stopping(&mut checks);
    let named = selection(&mut checks);
    let narrow = bisection(&mut checks);
    instability(&mut checks);
    println!(
        "# How often the answers contain the truth\n\n\
         Each experiment is what a user gets, with a seed of its own, on a system whose truth is a closed form. A correct program \
         leaves\na band about once in a thousand records; seeds are fixed, so this record repeats until a number changes.\n\n\
         gatecap {}, {date}: `cargo run --release --example coverage -- {date} > docs/coverage.md`\n\n\
         | what | replications x requests | counted | of | band | |\n|---|---|--:|--:|--:|---|",
        env!("CARGO_PKG_VERSION")
    );
    for check in &checks {
        let Check { about, size, counted, of, band: (low, high) } = check;
        let verdict = if check.passes() { "in" } else { "**out**" };
        println!("| {about} | {size} | {counted} | {of} | {low}-{high} | {verdict} |");
    }
    println!("\n{saved} {named} {narrow}");
    if checks.iter().all(Check::passes) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
