//! Known answers: what queueing theory says exactly, against what is simulated. Expected values are computed, never frozen
//! digits of an earlier run; the tolerance of each is a stated multiple of the standard error of a correct simulator.

use gatecap::theory::{erlang_b, erlang_c, finite_queue, md1_loss, mg1_mean_wait, mmc_mean_wait, mmc_sojourn_quantile};

use crate::measure::{outcome, scenario, value};

/// Allowed multiple of the standard error: seeds are fixed, and some 60 values are compared.
const ERRORS: f64 = 4.5;
/// Relative width of a recorder's bucket at 3 digits; the quantile's own resolution.
const RESOLUTION: f64 = 0.001;

/// Ten replications of 100,000 requests of `body`; each metric must lie within `ERRORS` standard errors of its value. The
/// last number of a row is the relative standard error of a correct simulator at 1,000,000 requests.
fn agree(body: &str, expected: &[(&str, f64, f64)]) {
    let text = format!("seed = 7\n{body}");
    let text =
        if body.contains("[run]") { text } else { format!("{text}\n[run]\nrequests = 100_000\nreplications = 10\n") };
    let outcome = outcome(&scenario(&text));
    let scale = (1e6 / outcome.point.requests as f64).sqrt();
    for &(metric, exact, sigma) in expected {
        let measured = value(&outcome, metric);
        let quantile = metric.rsplit('.').next().is_some_and(|last| last.starts_with('p') && last.len() <= 5);
        let slack = if quantile && !metric.ends_with("probability") { RESOLUTION } else { 0.0 };
        let tolerance = exact.abs() * (ERRORS * sigma * scale + slack) + 1e-9;
        assert!((measured - exact).abs() <= tolerance, "{metric}: {measured}, but {exact} +- {tolerance}\n{body}");
    }
}

fn station(rate: &str, time: &str, rest: &str) -> String {
    format!("[workload]\nrate = \"{rate}\"\n[[hop]]\nname = \"service\"\ntime = {time}\n{rest}\n")
}

const TEN_MS: &str = "{ exponential = { mean = \"10ms\" } }";

#[test]
fn erlang_c_and_its_quantiles() {
    let quantile = |p| 1e3 * mmc_sojourn_quantile(320.0, 100.0, 4, p).unwrap();
    let wait = 1e3 * mmc_mean_wait(320.0, 100.0, 4).unwrap();
    agree(
        &station("320/s", TEN_MS, "servers = 4"),
        &[
            ("hop.service.utilisation", 0.8, 0.00141),
            ("hop.service.wait.probability", erlang_c(4, 3.2).unwrap(), 0.00353),
            ("hop.service.wait.mean", wait, 0.0135),
            ("latency.mean", wait + 10.0, 0.00604),
            ("latency.p50", quantile(0.5), 0.00513),
            ("latency.p90", quantile(0.9), 0.0068),
            ("latency.p99", quantile(0.99), 0.0125),
        ],
    );
}

#[test]
fn one_server_by_the_variability_of_its_service() {
    let hyper = "{ hyperexponential = { p = [0.887298334620742, 0.112701665379258], \
                 mean = [\"5.63508326896ms\", \"44.364916731ms\"] } }";
    for (rate, time, scv, sigma) in [
        (70.0, "{ constant = \"10ms\" }", 0.0, 0.00559),
        (70.0, "{ lognormal = { mean = \"10ms\", scv = 1 } }", 1.0, 0.00843),
        (60.0, "{ gamma = { mean = \"10ms\", shape = 2 } }", 0.5, 0.00555),
        (60.0, hyper, 4.0, 0.0119),
    ] {
        let wait = 1e3 * mg1_mean_wait(rate, 0.01, scv).unwrap();
        let body = station(&format!("{rate}/s"), time, "servers = 1");
        agree(&body, &[("hop.service.wait.mean", wait, sigma), ("hop.service.wait.probability", rate / 100.0, 0.0024)]);
    }
}

#[test]
fn erlang_b_whatever_the_law_of_service() {
    let lost = erlang_b(10, 8.0);
    agree(
        &station("80/s", "{ lognormal = { mean = \"100ms\", scv = 2 } }", "servers = 10\nqueue = 0"),
        &[
            ("hop.service.rejected", lost, 0.00565),
            ("outcome.rejected", lost, 0.00565),
            ("rate.goodput", 80.0 * (1.0 - lost), 0.000872),
            ("hop.service.utilisation", 0.8 * (1.0 - lost), 0.00112),
        ],
    );
}

#[test]
fn a_bounded_queue_below_and_above_its_capacity() {
    let check = |rate: f64, servers: u32, waiting: u32, sigma: [f64; 4]| {
        let queue = finite_queue(rate, 100.0, servers, waiting).unwrap();
        agree(
            &station(&format!("{rate}/s"), TEN_MS, &format!("servers = {servers}\nqueue = {waiting}")),
            &[
                ("hop.service.rejected", queue.lost, sigma[0]),
                ("hop.service.wait.probability", queue.waits, sigma[1]),
                ("hop.service.wait.mean", 1e3 * queue.mean_wait, sigma[2]),
                ("in_system.mean", queue.mean_number, sigma[3]),
            ],
        );
    };
    check(240.0, 3, 7, [0.0145, 0.00261, 0.00535, 0.00284]);
    check(300.0, 2, 18, [0.00312, 0.0000531, 0.0017, 0.000716]);
}

/// Erlang A: birth and death with deaths min(n, c) mu + (n - c) theta. Source: Palm (1957); Garnett, Mandelbaum and Reiman,
/// "Designing a call center with impatient customers" (2002). Shares abandoning and waiting, and the busy share of servers.
fn erlang_a(arrivals: f64, service: f64, servers: usize, patience: f64) -> (f64, f64, f64) {
    let mut weights = vec![1.0_f64];
    for n in 1..2_000_usize {
        let death = n.min(servers) as f64 * service + n.saturating_sub(servers) as f64 / patience;
        weights.push(weights[n - 1] * arrivals / death);
    }
    let total: f64 = weights.iter().sum();
    let expected = |f: &dyn Fn(usize) -> f64| weights.iter().enumerate().map(|(n, w)| w / total * f(n)).sum::<f64>();
    let waiting = expected(&|n| n.saturating_sub(servers) as f64);
    let busy = expected(&|n| n.min(servers) as f64) / servers as f64;
    (waiting / patience / arrivals, expected(&|n| if n >= servers { 1.0 } else { 0.0 }), busy)
}

#[test]
fn patience_that_is_exponential() {
    let (abandoned, waits, busy) = erlang_a(550.0, 100.0, 5, 0.05);
    agree(
        &station("550/s", TEN_MS, "servers = 5\npatience = { exponential = { mean = \"50ms\" } }"),
        &[
            ("hop.service.abandoned", abandoned, 0.00535),
            ("hop.service.wait.offered_probability", waits, 0.00179),
            ("hop.service.utilisation", busy, 0.000684),
            ("rate.goodput", 550.0 * (1.0 - abandoned), 0.000822),
        ],
    );
}

/// M/M/c+D: the density of the work ahead of an arrival is p(c-1) lambda e^((lambda - c mu) x) up to the patience, and decays
/// with e^(-c mu x) beyond it. Source: Baccelli and Hebuterne, "On queues with impatient customers" (1981).
#[test]
fn patience_that_is_constant() {
    let (arrivals, service, servers, patience) = (380.0_f64, 100.0, 4, 0.05);
    let (load, drain) = (arrivals / service, f64::from(servers) * service - arrivals);
    let mut weights = vec![1.0_f64];
    (1..servers).for_each(|n| weights.push(weights[n as usize - 1] * load / f64::from(n)));
    let left = (-drain * patience).exp();
    let beyond = arrivals * weights[3] * left / (f64::from(servers) * service);
    let waits = arrivals * weights[3] * (1.0 - left) / drain + beyond;
    let total = weights.iter().sum::<f64>() + waits;
    agree(
        &station("380/s", TEN_MS, "servers = 4\npatience = { constant = \"50ms\" }"),
        &[
            ("hop.service.abandoned", beyond / total, 0.026),
            ("hop.service.wait.offered_probability", waits / total, 0.00234),
            ("hop.service.utilisation", arrivals * (1.0 - beyond / total) / 400.0, 0.00105),
        ],
    );
}

#[test]
fn a_token_bucket_refuses_what_a_constant_server_would() {
    let lost = md1_loss(100.0, 100.0, 10).unwrap();
    agree(
        "[workload]\nrate = \"100/s\"\n[[hop]]\nname = \"limit\"\nbucket = { rate = \"100/s\", burst = 10 }\n",
        &[("hop.limit.throttled", lost, 0.0108), ("rate.goodput", 100.0 * (1.0 - lost), 0.000605)],
    );
}

/// Without randomness every count is a whole number that can be worked out by hand.
#[test]
fn token_buckets_to_the_integer() {
    let run = |rate: &str, bucket: &str, requests: u64| {
        agree(
            &format!(
                "[workload]\nrate = \"{rate}\"\narrivals = \"constant\"\n[run]\nrequests = {requests}\nwarmup = 0\n\
                 replications = 1\n[[hop]]\nname = \"limit\"\nbucket = {bucket}\n"
            ),
            &[("hop.limit.throttled", if rate == "200/s" { 991.0 / 2_000.0 } else { 0.0 }, 0.0)],
        );
    };
    // Burst 10 and a token every 10 ms for requests every 5 ms: the last one comes at 9.995 s, when 999 tokens have come.
    run("200/s", "{ rate = \"100/s\", burst = 10 }", 2_000);
    run("200/s", "{ rate = \"100/s\", burst = 10, refill = \"tick\" }", 2_000);
    // Just one token back at each arrival: 0.1 has no exact binary form, so a bucket of floats refuses some.
    run("10/s", "{ rate = \"10/s\", burst = 1 }", 1_000);
    // And where the gap is no whole number of nanoseconds.
    run("3/s", "{ rate = \"3/s\", burst = 1 }", 1_000);
    run("7/s", "{ rate = \"7/s\", burst = 1, refill = \"tick\" }", 1_000);
}

#[test]
fn constant_arrivals_and_service_are_exact() {
    let fixed = "[run]\nrequests = 50_000\nwarmup = 1_000\nreplications = 1\n";
    let body = |rate: &str, ms: u32, rest: &str| {
        let station = station(rate, &format!("{{ constant = \"{ms}ms\" }}"), &format!("servers = 1\n{rest}"));
        format!("{}{fixed}", station.replace("[[hop]]", "arrivals = \"constant\"\n[[hop]]"))
    };
    agree(&body("100/s", 8, ""), &[("hop.service.wait.mean", 0.0, 0.0), ("hop.service.utilisation", 0.8, 1e-9)]);
    // At 5 ms gaps and 10 ms service every other request is lost; one that gets in finds ten others, one just leaving.
    agree(&body("200/s", 10, "queue = 10"), &[("hop.service.rejected", 0.5, 0.0), ("latency.mean", 110.0, 0.0)]);
}

#[test]
fn a_poisson_stream_split_at_random_is_poisson() {
    agree(
        &station("700/s", TEN_MS, "servers = 1\ncopies = 10"),
        &[
            ("hop.service.wait.probability", 0.7, 0.00144),
            ("latency.mean", 1e3 / 30.0, 0.00563),
            ("latency.p99", 1e3 * 100_f64.ln() / 30.0, 0.0119),
        ],
    );
}

/// Split in turn over n stations, each sees every n-th arrival: E(n)/M/1. An arrival waits with the probability s that solves
/// s = (n a / (n a + mu (1 - s)))^n, and then for 1 / (mu (1 - s)). Source: Kleinrock, *Queueing Systems* I, 6.4.
#[test]
fn a_poisson_stream_split_in_turn_is_steadier() {
    let (each, service, n) = (80.0_f64, 100.0, 3);
    let stage = f64::from(n) * each;
    let waits = (0..500).fold(0.5_f64, |s, _| (stage / (stage + service * (1.0 - s))).powi(n));
    let wait = 1e3 * waits / (service * (1.0 - waits));
    agree(
        &station("240/s", TEN_MS, "servers = 1\ncopies = 3\nbalancing = \"round-robin\""),
        &[("hop.service.wait.probability", waits, 0.0024), ("hop.service.wait.mean", wait, 0.0117)],
    );
}

/// Joining the shortest of n queues lies between one queue for all and a split at random.
#[test]
fn the_least_outstanding_lies_between_pooling_and_chance() {
    let text = station("320/s", TEN_MS, "servers = 1\ncopies = 4\nbalancing = \"least-outstanding\"");
    let wait = value(&outcome(&scenario(&text)), "hop.service.wait.mean");
    let (pooled, random) = (mmc_mean_wait(320.0, 100.0, 4).unwrap(), mmc_mean_wait(80.0, 100.0, 1).unwrap());
    assert!(1.1e3 * pooled < wait && wait < 0.5e3 * random, "{wait} ms");
}

/// Attempts fail after their service with probability f, independently: the station sees Poisson-like visits of a product-form
/// network whatever the backoff. Source: Baskett, Chandy, Muntz and Palacios (1975).
#[test]
fn retries_after_failures() {
    let (rate, f, backoff) = (150.0, 0.1_f64, 100.0);
    let visits = 1.0 + f + f * f;
    let sojourn = 10.0 + 1e3 * mmc_mean_wait(rate * visits, 100.0, 3).unwrap();
    let body = station("150/s", TEN_MS, "servers = 3\nfailure = 0.1");
    agree(
        &format!("{body}[client]\nretries = {{ max = 2, backoff = {{ exponential = {{ mean = \"100ms\" }} }} }}\n"),
        &[
            ("attempts.mean", visits, 0.000323),
            ("hop.service.arrivals", rate * visits, 0.00104),
            ("outcome.ok", 1.0 - f * f * f, 0.000032),
            ("hop.service.sojourn.mean", sojourn, 0.00202),
            ("client.latency.mean", visits * sojourn + (f + f * f) * backoff, 0.00259),
        ],
    );
}

/// The client leaves, the work stays: the share that times out is the share whose sojourn is longer.
#[test]
fn a_client_timeout_changes_nothing_for_the_server() {
    let (service, drain, limit) = (100.0_f64, 50.0, 0.05);
    let waits = erlang_c(2, 1.5).unwrap();
    let waited = (1.0 - (-(drain - service) * limit).exp()) / (drain - service);
    let late = (-service * limit).exp() * (1.0 + waits * service * waited);
    agree(
        &format!("{}[client]\ntimeout = \"50ms\"\n", station("150/s", TEN_MS, "servers = 2")),
        &[
            ("outcome.timed_out", late, 0.0165),
            ("rate.goodput", 150.0 * (1.0 - late), 0.00181),
            ("hop.service.utilisation", 0.75, 0.0014),
        ],
    );
}

/// Three attempts of 50 ms with pauses of 10 ms, none answered: nothing random is left.
#[test]
fn timeouts_and_pauses_add_up() {
    let body = "[workload]\nrate = \"5/s\"\n[client]\ntimeout = \"50ms\"\n\
                retries = { max = 2, backoff = { constant = \"10ms\" } }\n[[hop]]\nname = \"service\"\n\
                time = { constant = \"100ms\" }\n[run]\nrequests = 1_000\nreplications = 2\n";
    agree(body, &[("client.latency.mean", 170.0, 0.0), ("outcome.timed_out", 1.0, 0.0), ("attempts.mean", 3.0, 0.0)]);
}

/// N clients that think exponentially and share one server: birth and death with births (N - n) / z. Throughput is mu times
/// the share of time busy, response N / X - z. Source: Kleinrock, *Queueing Systems* I, 3.8 (the machine repairman).
#[test]
fn closed_clients_and_one_server() {
    let (clients, think, service) = (20_usize, 0.3_f64, 0.02_f64);
    let mut weights = vec![1.0_f64];
    (1..=clients).for_each(|n| weights.push(weights[n - 1] * (clients - n + 1) as f64 * service / think));
    let busy = 1.0 - weights[0] / weights.iter().sum::<f64>();
    let throughput = busy / service;
    agree(
        "[workload]\nclients = 20\nthink = { exponential = { mean = \"300ms\" } }\n[[hop]]\nname = \"service\"\n\
         time = { exponential = { mean = \"20ms\" } }\nservers = 1\n",
        &[
            ("hop.service.utilisation", busy, 0.001),
            ("rate.goodput", throughput, 0.0015),
            ("latency.mean", 1e3 * (clients as f64 / throughput - think), 0.005),
        ],
    );
}

/// Stations in series, each M/M/1 on its own: the sojourn is a sum of independent exponentials of rates mu - lambda. Source:
/// Burke (1956); Reich (1957).
#[test]
fn stations_in_series() {
    let rates = [40.0_f64, 20.0, 60.0];
    let tail = |t: f64| {
        let term = |i: usize| {
            let others = (0..3).filter(|&j| j != i).map(|j| rates[j] / (rates[j] - rates[i])).product::<f64>();
            others * (-rates[i] * t).exp()
        };
        (0..3).map(term).sum::<f64>()
    };
    let quantile = |p: f64| {
        let (mut low, mut high) = (0.0, 10.0);
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if tail(middle) > 1.0 - p { low = middle } else { high = middle }
        }
        1e3 * high
    };
    let hop = |name: &str, ms: &str| {
        format!("[[hop]]\nname = \"{name}\"\ntime = {{ exponential = {{ mean = \"{ms}ms\" }} }}\nservers = 1\n")
    };
    let hops = [hop("first", "10"), hop("second", "12.5"), hop("third", "8.33333333333")].concat();
    agree(
        &format!("[workload]\nrate = \"60/s\"\n{hops}"),
        &[
            ("latency.mean", 1e3 * rates.iter().map(|rate| 1.0 / rate).sum::<f64>(), 0.00452),
            ("latency.p50", quantile(0.5), 0.0037),
            ("latency.p99", quantile(0.99), 0.0124),
            ("hop.second.sojourn.mean", 50.0, 0.00732),
        ],
    );
}

/// MMPP/M/1 with two phases, by its matrix-geometric solution: pi(n+1) = pi(n) R, with the least R that solves
/// A0 + R A1 + R^2 A2 = 0. Mean number in the system. Source: Neuts, *Matrix-Geometric Solutions* (1981), chapter 3.
fn mmpp_mean_number(rate: [f64; 2], switch: [f64; 2], service: f64) -> f64 {
    type Matrix = [[f64; 2]; 2];
    let times = |a: Matrix, b: Matrix| -> Matrix {
        std::array::from_fn(|i| std::array::from_fn(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
    };
    let inverse = |m: Matrix| -> Matrix {
        let d = m[0][0] * m[1][1] - m[0][1] * m[1][0];
        [[m[1][1] / d, -m[0][1] / d], [-m[1][0] / d, m[0][0] / d]]
    };
    let local = |served: f64| [[rate[0] + switch[0] + served, -switch[0]], [-switch[1], rate[1] + switch[1] + served]];
    let up = [[rate[0], 0.0], [0.0, rate[1]]];
    // Natural iteration from 0: R = (A0 + R^2 A2) (-A1)^-1.
    let mut r: Matrix = [[0.0; 2]; 2];
    for _ in 0..20_000 {
        let square = times(r, r);
        let sum = std::array::from_fn(|i| std::array::from_fn(|j| up[i][j] + service * square[i][j]));
        r = times(sum, inverse(local(service)));
    }
    // Level 0: pi0 (B + R A2) = 0 and pi0 (I - R)^-1 1 = 1, with B = -local(0).
    let flow = (-local(0.0)[0][0] + service * r[0][0], -local(0.0)[1][0] + service * r[1][0]);
    let pi = [flow.1, -flow.0];
    let rest = inverse([[1.0 - r[0][0], -r[0][1]], [-r[1][0], 1.0 - r[1][1]]]);
    let row = |v: [f64; 2], m: Matrix| [v[0] * m[0][0] + v[1] * m[1][0], v[0] * m[0][1] + v[1] * m[1][1]];
    let levels = row(pi, rest);
    let number = row(row(levels, rest), r);
    (number[0] + number[1]) / (levels[0] + levels[1])
}

#[test]
fn bursty_arrivals() {
    let number = mmpp_mean_number([140.0, 40.0], [5.0, 5.0], 120.0);
    let mmpp = "arrivals = { mmpp = { rate = [\"140/s\", \"40/s\"], sojourn = [\"200ms\", \"200ms\"] } }";
    agree(
        &format!(
            "[workload]\n{mmpp}\n[[hop]]\nname = \"service\"\ntime = {{ exponential = {{ mean = \"8.33333333333ms\" }} }}\n\
             servers = 1\n"
        ),
        &[
            ("rate.goodput", 90.0, 0.00265),
            ("hop.service.utilisation", 0.75, 0.00288),
            ("latency.mean", 1e3 * number / 90.0, 0.0158),
        ],
    );
}

/// From empty, unlimited servers hold a Poisson number of mean lambda m (1 - e^(-t/m)). Source: Khinchine (1955).
#[test]
fn an_empty_system_fills_up() {
    let text = "seed = 3\n[workload]\nrate = \"1000/s\"\n[run]\nduration = \"310ms\"\nwarmup = 0\nreplications = 400\n\
                observe_at = [\"50ms\", \"100ms\", \"300ms\"]\n[[hop]]\nname = \"service\"\n\
                time = { exponential = { mean = \"100ms\" } }\n";
    let outcome = outcome(&scenario(text));
    for (instant, t) in [("50ms", 0.05_f64), ("100ms", 0.1), ("300ms", 0.3)] {
        let mean = 100.0 * (1.0 - (-t / 0.1).exp());
        let measured = value(&outcome, &format!("in_system@{instant}"));
        assert!((measured - mean).abs() < ERRORS * (mean / 400.0).sqrt(), "{instant}: {measured} for {mean}");
    }
}
