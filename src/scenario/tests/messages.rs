//! One bad scenario per rule, and all that is said about it: line and column, message, ` = ` note, ` ? ` hint.

use super::complaints;

fn check(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(complaints(text), *wanted, "{text}");
    }
}

#[test]
#[rustfmt::skip]
fn syntax() {
    check(&[
        ("[workload\nrate = \n", "1:10 this is not TOML: unclosed table, expected `]`"),
        ("seed = 1\nseed = 2\n", "2:1 `seed` is written twice ? keep one of the two"),
        ("a = [1,\nb = \"\n", "2:1 this is not TOML: string values must be quoted, expected literal string\n2:3 this is not TOML: unexpected `=` in array, expected value, `]`\n2:5 this is not TOML: missing comma between array elements, expected `,`\n2:6 this is not TOML: unclosed array, expected `]`\n2:6 this is not TOML: invalid basic string, expected `\"`"),
        ("title = \"\\q\"\n", "1:11 this is not TOML: missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\\`, `\"`, `x`, `u`, `U`"),
        ("seed = 1e\nrun = {\n", "1:10 this is not TOML: invalid exponent, expected digits\n2:8 this is not TOML: unclosed inline table, expected `}`"),
        ("é = 1\n", "1:1 this is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn top_level() {
    check(&[
        ("sede = 1\n", "1:1 `sede` is not a field of the scenario ? did you mean `seed`?"),
        ("seed = \"x\"\n", "1:8 `seed` is `x`, but it must be a whole number from 0 to 18,446,744,073,709,551,615"),
        ("seed = -1\n", "1:8 `seed` is -1, but it must be a whole number from 0 to 18,446,744,073,709,551,615"),
        ("seed = 1.5\n", "1:8 `seed` is 1.5, but it must be a whole number from 0 to 18,446,744,073,709,551,615"),
        ("title = 5\n", "1:9 `title` is 5, but it must be text in quotes"),
        ("title = \"a\\u0007b\"\n", "1:9 `title` is `ab`, but it may not hold control characters"),
        ("workload = 3\n", "1:12 `[workload]` is 3, but it must be a table"),
        ("[[run]]\nrequests = 5\n", "1:1 `[run]` is a list, but it must be a table"),
        ("hop = []\n", "1:1 a hops scenario needs a load: `rate`, `clients`, or arrivals that bring a rate ? add `rate = \"100/s\"` to `[workload]`\n1:7 `hop` is empty, but it must hold at least one entry"),
        ("hop = 5\n", "1:1 a hops scenario needs a load: `rate`, `clients`, or arrivals that bring a rate ? add `rate = \"100/s\"` to `[workload]`\n1:7 `hop` is 5, but it must be a list in `[ ]`"),
        ("options = []\n", "1:11 `options` is empty, but it must hold at least one entry"),
    ]);
}

#[test]
#[rustfmt::skip]
fn workload() {
    check(&[
        ("[workload]\nrte = \"3/s\"\n", "2:1 `rte` is not a field of `[workload]` ? did you mean `rate`?"),
        ("[workload]\nrate = 3\n", "2:8 `rate` is 3, but it needs a unit: `/s`, `/min` or `/h` ? write `\"3/s\"`"),
        ("[workload]\nrate = \"-3/s\"\n", "2:8 `rate` is `-3/s`, but a rate must be above 0"),
        ("[workload]\nrate = \"0/s\"\n", "2:8 `rate` is `0/s`, but a rate must be above 0"),
        ("[workload]\nrate = \"nan/s\"\n", "2:8 `rate` is `nan/s`, but `nan/s` is not one of the units `/s`, `/min` or `/h`"),
        ("[workload]\nrate = \"inf/s\"\n", "2:8 `rate` is `inf/s`, but `inf/s` is not one of the units `/s`, `/min` or `/h`"),
        ("[workload]\nrate = \"1e300/s\"\n", "2:8 `rate` is `1e300/s`, but it may be at most `1000000000/s`"),
        ("[workload]\nrate = \"3 parsecs\"\n", "2:8 `rate` is `3 parsecs`, but `parsecs` is not one of the units `/s`, `/min` or `/h`"),
        ("[workload]\nrate = true\n", "2:8 `rate` is true, but it must be text with a unit, as `\"100/s\"`"),
        ("[workload]\nrate = [\"3/s\"]\n", "2:8 `rate` is a list, but it must be text with a unit, as `\"100/s\"`"),
        ("[workload]\nrate = \"3/s\"\nrate_per_service = \"3/s\"\n", "3:1 `rate` and `rate_per_service` both say how much arrives, but one of them is allowed ? keep one of the two"),
        ("[workload]\nthink = { constant = \"1s\" }\n", "2:1 `think` is the pause of closed clients, but there are no `clients` ? add `clients = 400`"),
        ("[workload]\nclients = 0\n", "2:11 `clients` is 0, but it must be a whole number from 1 to 100,000"),
        ("[workload]\nclients = 5\narrivals = \"poisson\"\n", "3:1 `arrivals` shapes open arrivals, but `clients` are closed ? clients start again when they have thought: leave it out"),
        ("[workload]\nclients = 5\nprofile = [{ at = \"0s\", factor = 2 }]\n", "3:1 `profile` shapes open arrivals, but `clients` are closed ? clients start again when they have thought: leave it out"),
        ("[workload]\narrivals = \"posson\"\n", "2:12 `arrivals` is `posson`, but it must be one of `poisson` or `constant` ? did you mean `poisson`?"),
        ("[workload]\narrivals = { gamm = { shape = 3 } }\n", "2:12 `arrivals` must be `poisson`, `constant`, or exactly one of `gamma`, `hyperexponential`, `mmpp` and `trace` ? did you mean `gamma`?"),
        ("[workload]\narrivals = { gamma = { shape = 0 } }\n", "2:32 `arrivals.gamma.shape` is 0, but it must be a number above 0, at most 1,000,000"),
        ("[workload]\narrivals = { gamma = { shape = 3 }, mmpp = { rate = [\"1/s\"], sojourn = [\"1s\"] } }\n", "2:12 `arrivals` must be `poisson`, `constant`, or exactly one of `gamma`, `hyperexponential`, `mmpp` and `trace`"),
        ("[workload]\narrivals = { mmpp = { rate = [\"1/s\"], sojourn = [\"1s\", \"2s\"] } }\n", "2:21 `arrivals.mmpp` has 1 of `rate` and 2 of `sojourn`: one each"),
        ("[workload]\narrivals = { mmpp = { rate = [\"0/s\", \"0/s\"], sojourn = [\"1s\", \"2s\"] } }\n", "2:21 `arrivals.mmpp` needs at least one phase with a rate above 0"),
        ("[workload]\nrate = \"5/s\"\narrivals = { mmpp = { rate = [\"1/s\", \"2/s\"], sojourn = [\"1s\", \"2s\"] } }\n", "2:1 `rate` is stated, but these `arrivals` bring their own rate ? leave it out"),
        ("[workload]\npopularity = \"zipf\"\n", "2:14 `popularity` is `zipf`, but it must be `\"uniform\"`, `{ zipf = 1.0 }` or `{ weights = [..] }`"),
        ("[workload]\npopularity = { zipf = -1 }\n", "2:23 `popularity.zipf` is -1, but it must be a number from 0 to 10"),
        ("[workload]\npopularity = { weights = [1, 2] }\n", "2:26 `weights` has 2 entries, but there are 4 services: one each"),
        ("[workload]\npopularity = { weights = [0, 0, 0, 0] }\n", "2:26 `popularity.weights` add up to 0, but at least one must be above 0"),
        ("[workload]\npopularity = { weights = [1, 2, 3, nan] }\n", "2:36 `popularity.weights[3]` is NaN, but it must be a number of 0 or more"),
        ("[workload]\nprofile = [{ at = \"1s\", factor = 1 }, { at = \"1s\", factor = 2 }]\n", "2:46 `profile[1].at` is `1s`, but instants of a profile must rise"),
        ("[workload]\nprofile = [{ at = \"1s\", factor = 0 }]\n", "2:11 `profile` must end with a factor above 0, or requests stop for ever"),
        ("[workload]\nprofile = [{ factor = 1 }]\n", "2:12 `profile[0].at` is missing ? an instant from the end of warm-up, as `\"0s\"`"),
        ("[workload]\npeak_to_mean = 0.5\n", "2:16 `peak_to_mean` is 0.5, but it must be a number of 1 or more"),
        ("[workload]\nrequest = \"2KB\"\n", "2:11 `request` is `2KB`, but `KB` is not one of the units `B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB`"),
        ("[workload]\nrequest = 2048\n", "2:11 `request` is 2048, but it needs a unit: `B`, `KiB`, `MiB`, `GiB`, `kB`, `MB` or `GB` ? write `\"2048B\"`"),
        ("[[hop]]\nname = \"a\"\n", "1:3 a hops scenario needs a load: `rate`, `clients`, or arrivals that bring a rate ? add `rate = \"100/s\"` to `[workload]`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn client_and_run() {
    check(&[
        ("[client]\ntimeout = \"99999999999999999999d\"\n", "2:11 `timeout` is `99999999999999999999d`, but a time may be at most 100 years"),
        ("[client]\ntimeout = \"0s\"\n", "2:11 `timeout` is `0s`, but it must be above 0: the shortest is `1ns`"),
        ("[client]\ntimeout = 30\n", "2:11 `timeout` is 30, but it needs a unit: `ns`, `us`, `ms`, `s`, `min`, `h` or `d` ? write `\"30ms\"`"),
        ("[client]\nretries = 3\n", "2:11 `retries` is 3, but it must be a table in `{ }`"),
        ("[client]\nretries = { max = 101, backoff = { constant = \"1s\" } }\n", "2:19 `retries.max` is 101, but it must be a whole number from 0 to 100 ? leave `retries` out for clients that never retry"),
        ("[client]\nretries = { max = 2 }\n", "2:11 `retries.backoff` is missing ? a distribution, as `{ exponential = { mean = \"100ms\" } }`"),
        ("[client]\nretries = { policy = \"aws\" }\n", "2:22 `retries.policy` is `aws`, but it must be `aws-sdk-standard`"),
        ("[client]\nretries = { policy = \"aws-sdk-standard\", attempts = 0 }\n", "2:53 `retries.attempts` is 0, but it must be a whole number from 1 to 101"),
        ("[run]\nrequests = 0\n", "2:12 `requests` is 0, but it must be a whole number from 1 to 1,000,000,000,000"),
        ("[run]\nrequests = 99999999999999999999999999\n", "2:12 `requests` is 99999999999999999999999999, but it must be a whole number from 1 to 1,000,000,000,000"),
        ("[run]\nrequests = 1\nduration = \"1s\"\n", "3:1 `requests` and `duration` both say how much is measured, but one of them is allowed ? keep one of the two"),
        ("[run]\nduration = \"0s\"\n", "2:12 `duration` is `0s`, but it must be above 0: the shortest is `1ns`"),
        ("[run]\nwarmup = -1\n", "2:10 `warmup` is -1, but it must be a whole number from 0 to 1,000,000,000,000"),
        ("[run]\nwarmup = \"soon\"\n", "2:10 `warmup` is `soon`, but it must be `\"auto\"`, a time as `\"30s\"`, or a number of requests"),
        ("[run]\nreplications = 0\n", "2:16 `replications` is 0, but it must be a whole number from 1 to 100,000"),
        ("[run]\nconfidence = 1\n", "2:14 `confidence` is 1, but it must be a number between 0 and 1, as `0.95`"),
        ("[run]\nconfidence = nan\n", "2:14 `confidence` is NaN, but it must be a number between 0 and 1, as `0.95`"),
        ("[run]\nsamplers = \"exakt\"\n", "2:12 `samplers` is `exakt`, but it must be one of `tables` or `exact` ? did you mean `exact`?"),
        ("[run]\nobserve_at = [\"2s\", \"1s\"]\n", "2:21 `observe_at[1]` is `1s`, but instants must rise"),
        ("[run]\nobserve_at = []\n", "2:14 `observe_at` is empty, but it must hold at least one entry"),
        ("[run]\nprecision = { metric = \"latency.max\", relative = 0.02 }\n", "2:24 `precision.metric` is `latency.max`, but a maximum has no interval: watch a quantile, as `\"latency.p99\"`"),
        ("[run]\nprecision = { metric = \"latency.p99\", relative = 0.02, max_replications = 5 }\n", "2:75 `precision.max_replications` is 5, but it must be at least the 10 `replications` of a round"),
        ("[run]\nprecision = { metric = \"latency.p98\", relative = 2 }\n", "2:24 `latency.p98` is not a metric of this scenario ? did you mean `latency.p90`?\n2:50 `precision.relative` is 2, but it must be a number between 0 and 1"),
    ]);
}

#[test]
#[rustfmt::skip]
fn distributions() {
    check(&[
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = {  }\n", "5:8 `time` must hold exactly one distribution, not none"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = 5 }\n", "5:21 `time.constant` is 5, but it needs a unit: `ns`, `us`, `ms`, `s`, `min`, `h` or `d` ? write `\"5ms\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = \"5\" }\n", "5:21 `time.constant` is `5`, but it needs a unit: `ns`, `us`, `ms`, `s`, `min`, `h` or `d`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = \"-5ms\" }\n", "5:21 `time.constant` is `-5ms`, but a time may be 0 to 100 years"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { constnt = \"5ms\" }\n", "5:10 `constnt` is not a distribution ? did you mean `constant`?"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = \"1s\", exponential = { mean = \"1s\" } }\n", "5:8 `time` must hold exactly one distribution, not `constant` and `exponential`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { exponential = { mean = \"0s\" } }\n", "5:33 `time.exponential.mean` is `0s`, but it must be a time above 0"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { exponential = {} }\n", "5:24 `time.exponential.mean` is missing ? a time, as `\"10ms\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { exponential = { mean = \"1s\", shape = 2 } }\n", "5:39 `shape` is not a field of `time.exponential` ? its fields are `mean`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { lognormal = { median = \"9ms\", p99 = \"3ms\" } }\n", "5:46 `time.lognormal.p99` is `3ms`, but it must be above the median"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { lognormal = { mean = \"9ms\", p99 = \"30ms\" } }\n", "5:22 `time.lognormal` has `mean` and `p99`, but it takes exactly `median` and `p99`, or `mean` and `scv`, or `mean` and `log_sigma`, or `median` and `log_sigma`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { lognormal = { mean = \"9ms\", scv = 0 } }\n", "5:44 `time.lognormal.scv` is 0, but it must be a number above 0"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { lognormal = { mean = \"9ms\", scv = inf } }\n", "5:44 `time.lognormal.scv` is inf, but it must be a finite number"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { gamma = { mean = \"9ms\", shape = -1 } }\n", "5:42 `time.gamma.shape` is -1, but it must be a number above 0"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { hyperexponential = { p = [0.9, 0.2], mean = [\"4ms\", \"44ms\"] } }\n", "5:35 `time.hyperexponential.p` must be probabilities that add up to 1"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { hyperexponential = { p = [1], mean = [\"4ms\", \"44ms\"] } }\n", "5:35 `time.hyperexponential.p` has 1 entries and `mean` has 2: one each"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { weibull = { mean = \"1ms\", shape = 0 } }\n", "5:44 `time.weibull.shape` is 0, but it must be a number above 0"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { pareto = { minimum = \"1ms\", shape = 1 } }\n", "5:46 `time.pareto.shape` is 1, but it must be above 1: at 1 and below the mean is infinite"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { uniform = { from = \"3ms\", to = \"1ms\" } }\n", "5:41 `time.uniform.to` is `1ms`, but it must be above `from`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { mixture = [] }\n", "5:20 `time.mixture` is empty, but it must hold at least one entry"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { mixture = [{ weight = 0, of = { constant = \"1s\" } }] }\n", "5:20 `weight` of `time.mixture` must be 0 or more, and above 0 for at least one part"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { mixture = [{ weight = 1 }] }\n", "5:21 `time.mixture[0].of` is missing ? a distribution"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { empirical = { quantiles = [[0.5, \"3ms\"], [0.4, \"4ms\"]] } }\n", "5:36 `time.empirical.quantiles` must rise: each probability above the one before, no time below it"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { empirical = { quantiles = [[0.5]] } }\n", "5:37 `time.empirical.quantiles[0]` must be a pair, as `[0.5, \"3ms\"]`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { empirical = {} }\n", "5:22 `time.empirical` takes exactly one of `file` and `quantiles`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { empirical = { file = \"no.csv\", column = \"ms\" } }\n", "5:31 `no.csv` cannot be read: no such file"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { empirical = { file = \"no.csv\", column = \"latency\" } }\n", "5:50 `time.empirical.column` is `latency`, but its name does not end in a unit: `_ns`, `_us`, `_ms` or `_s` ? say it beside the column: `unit = \"ms\"`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = { constant = \"1s\", offset = \"x\" }\n", "5:36 `time.offset` is `x`, but `x` is not one of the units `ns`, `us`, `ms`, `s`, `min`, `h` or `d`"),
        ("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = \"10ms\"\n", "5:8 `time` is `10ms`, but it must be a distribution ? as `{ constant = \"10ms\" }` or `{ lognormal = { median = \"5ms\", p99 = \"60ms\" } }`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn sensitivity() {
    let inputs = |inputs: &str| complaints(&format!("[sensitivity]\ninputs = [{inputs}]\n"));
    assert_eq!(inputs(""), "2:10 `inputs` is empty, but it must hold at least one entry");
    assert_eq!(inputs("3"), "2:11 `inputs[0]` is 3, but it must be a table in `{ }`");
    assert_eq!(inputs("{ field = \"network.zones\", low = 2 }"), "2:11 `inputs[0].high` is missing ? as `{ field = \"network.connection_reuse\", low = 0.5, high = 0.99 }`");
    assert_eq!(inputs("{ field = \"network.zones\", low = 3, high = 2 }"), "2:54 the `high` of `network.zones` is 2, but it must be above its `low`, which is 3");
    assert_eq!(inputs("{ field = \"client.timeout\", low = \"5s\", high = \"90ms\" }"), "2:58 the `high` of `client.timeout` is \"90ms\", but it must have the unit of its `low`, which is \"5s\"");
    assert_eq!(inputs("{ field = \"network.conection_reuse\", low = 0.5, high = 0.9 }"), "2:54 `network.conection_reuse` cannot be 0.5: `conection_reuse` is not a field of `[network]` ? did you mean `connection_reuse`?");
    assert_eq!(inputs("{ field = \"network.connection_reuse\", low = 0.5, high = 2 }"), "2:67 `network.connection_reuse` cannot be 2: `connection_reuse` is 2, but it must be a number from 0 to 1");
    assert_eq!(inputs("{ field = \"network.zones\", low = 2, high = [3] }"), "2:54 `inputs[0].high` is a list, but an end of an input is no list and no table");
    assert_eq!(inputs("{ field = \"run.requests\", low = 10, high = 20 }"), "2:21 `inputs[0].field` is `run.requests`, but it says how the system is simulated, which is no input of it");
    let twice = "{ field = \"network.zones\", low = 2, high = 4 }";
    assert_eq!(inputs(&format!("{twice}, {twice}")), "2:59 `inputs[1]` varies `network.zones` a second time");
    check(&[
        ("[sensitivity]\nrequest = 5\n", "2:1 `request` is not a field of `[sensitivity]` ? did you mean `requests`?"),
        ("[sensitivity]\nenabled = 1\n", "2:11 `enabled` is 1, but it must be `true` or `false`"),
    ]);
}
