//! The resolved scenario reads as the same scenario.

use std::path::Path;

use crate::scenario::{Document, resolved};

/// Resolves `text`, writes it with its defaults, reads that, and compares.
fn same(text: &str) {
    let here = Path::new(".");
    let read = |text: &str| Document::parse(text, "same", here).and_then(|document| document.resolve(&[]));
    let first = read(text).map_err(|issues| crate::issue::render(&issues, false)).unwrap();
    let written = resolved::toml(&first, here);
    let again =
        read(&written).map_err(|issues| format!("{}\n{written}", crate::issue::render(&issues, false))).unwrap();
    assert!(again == first, "{written}\n{first:#?}\n{again:#?}");
    assert_eq!(resolved::toml(&again, here), written);
}

const HOP: &str = "[[hop]]\nname = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 4\n";

#[test]
fn defaults_and_options() {
    same("");
    same("[deployments]\n[growth]\n");
    same("as_built = true\n[[service]]\nname = \"a\"\noption = \"rest-nlb-alb\"\n");
    same(
        "as_built = true\n[[service]]\nname = \"a\"\noption = \"rest-nlb-alb\"\n[[service]]\nname = \"b\"\noption = \"http-fan-out\"\n",
    );
    same(
        "[deployments]\nper_service_per_day = 0.5\nhours_per_day = 8\nhold = { code = \"10s\", traffic_shift = \"35min\", routes = \"0s\" }\n",
    );
    same("[growth]\nservices_per_month = 2.5\ntraffic_per_year = 1.4\nhorizon_months = 24\nmargin_months = 0\n");
    same("[run]\nsamplers = \"exact\"\n");
    same(
        "options = [\"rest-nlb-alb\", { name = \"mine\", path = [\"rest-api\", \"vpc-link-v2\", \"nlb\"], share = { services_per_nlb = \"group\" } }]\n[option.mine]\nnlbs_per_link = 3\n[option.rest-nlb-alb]\nservices_per_alb = 10\nalbs_per_nlb = 2\n",
    );
    same(
        "options = [{ name = \"both\", title = \"A \\\"b\\\" <c>\", path = [\"http-api\", \"vpc-link-v2\", \"alb\"], also = \"nlb\" }]\n",
    );
    same(
        "[used]\n\"L-53DA6B97\" = 18\n[quotas]\n\"L-8A5B8E43\" = 20_000\n[hops.rest-api]\ntime = { lognormal = { median = \"6ms\", p99 = \"16ms\" } }\n",
    );
    same(
        "[services]\ncount = 3\ntime = { constant = \"3ms\" }\nbalancing = \"least-outstanding\"\ndeployment = \"in-place\"\n[workload]\npopularity = { weights = [1, 2, 4] }\n",
    );
    same(
        "[[service]]\nname = \"orders\"\ntitle = \"Orders\"\ngroup = \"checkout\"\noption = \"rest-alb-direct\"\ntargets = 9\nweight = 2.5\ntime = { constant = \"3ms\" }\n",
    );
    same(
        "[services]\ncount = 20\ngroups = 9\n[[service]]\nname = \"keyed\"\ncount = 7\nshare = 0.15\nneeds = [\"usage-plans\", \"caching\"]\n[requirements]\nneeds = [\"waf\", \"no-legacy\"]\n",
    );
    same(
        "[gateway]\nintegration_timeout = \"12s\"\nwaf = true\nauthorizer = { constant = \"7ms\" }\nstage_throttle = { rate = \"5000/s\", burst = 2000 }\n[account]\ntopology = \"federated\"\naccounts = 3\n[network]\nsubnet = \"/24\"\n",
    );
    same(
        "[workload]\nrequest = \"2KiB\"\nresponse = \"0B\"\n[requirements]\nneeds = [\"waf-before-gateway\", \"usage-plans\"]\n[account]\ntopology = \"central\"\naccounts = 4\n[hops.endpoint]\ntime = { constant = \"1ms\" }\n[[price]]\nid = \"zone.gb\"\ntiers = [{ to = 10.5, price = 0.02, low = 0.01 }, { price = 0 }]\n[[price]]\nid = \"waf.request\"\ntiers = []\nname = \"ours\"\n",
    );
    same(
        "[sensitivity]\nenabled = true\nrequests = 20_000\ninputs = [{ field = \"network.connection_reuse\", low = 0.5, high = 0.99 }, { field = \"workload.rate_per_service\", low = \"50/s\", high = \"200/s\" }]\n[network]\nzone_share = 0.25\n",
    );
    same(
        "[[event]]\nat = \"1s\"\nuntil = \"90s\"\nrate_factor = 3\n[sweep]\nservices = [1, 5, 9]\nnetwork.zones = [2, 3]\n\"services.concurrency\" = [1, 2]\n",
    );
}

#[test]
fn events_of_options() {
    let listed = "[[service]]\nname = \"orders\"\ntargets = 4\n";
    let events = [
        "az = 2\nuntil = \"90s\"",
        "service = \"orders\"\ntargets_lost = 2\nblack_hole = true",
        "service = \"*\"\ntargets_lost = 1",
        "service = 3\ntime_factor = 10\ntargets = 1",
        "deploy = \"orders\"\nbatch = 0.25\nslow_start = \"30s\"\ncold_factor = 3",
        "deploy = 2\nkind = \"blue-green\"\nevery = \"5s\"",
        "quota = \"L-8A5B8E43\"\nvalue = 20_000",
        "link_idle = true\nwake = \"45s\"",
        "hop = \"alb\"\ntime_factor = 3\nfailure = 0.25",
        "hop = \"account-throttle\"\nrate_factor = 0.5",
        "rate_factor = 3\nramp = \"30s\"\nuntil = \"60s\"",
    ];
    for event in events {
        same(&format!("{listed}[[event]]\nat = \"10s\"\n{event}\n"));
    }
    same(&format!("{listed}[health]\ninterval = \"10s\"\n[health.nlb]\nunhealthy_threshold = 3\ndns_ttl = \"5s\"\n"));
    same(
        "[services]\nautoscaling = { target = 0.6, max = 20 }\n[[service]]\nname = \"a\"\nautoscaling = { metric = \"requests-per-target\", target = \"50/s\", min = 2, max = 9, period = \"10s\", delay = \"0s\", in_below = 0.8, out_after = 1 }\n[load_balancers]\nfollow_load = true\nalb_headroom = 1.5\n[workload]\nrequest = \"2KiB\"\nresponse = \"8KiB\"\n",
    );
}

#[test]
fn workloads_and_clients() {
    for workload in [
        "rate = \"0.2/min\"",
        "rate_per_service = \"60/s\"\npopularity = { zipf = 0.9 }\narrivals = { gamma = { shape = 0.3 } }",
        "arrivals = { hyperexponential = { p = [0.887298334620742, 0.112701665379258], mean = [\"8.05011895566ms\", \"63.3784524729ms\"] } }",
        "arrivals = { mmpp = { rate = [\"140/s\", \"0/s\"], sojourn = [\"200ms\", \"1.5s\"] } }",
        "clients = 200\nthink = { uniform = { from = \"0s\", to = \"90s\" } }",
        "rate = \"9/s\"\narrivals = \"constant\"\nprofile = [ { at = \"0s\", factor = 1.0 }, { at = \"5min\", factor = 3 } ]",
    ] {
        same(&format!("[workload]\n{workload}\n{HOP}"));
    }
    for client in [
        "timeout = \"50ms\"\nretries = { max = 2, backoff = { exponential = { mean = \"100ms\" } } }",
        "retries = { policy = \"aws-sdk-standard\", processes = 7, base = \"40ms\" }",
    ] {
        same(&format!("[workload]\nrate = \"9/s\"\n[client]\n{client}\n{HOP}"));
    }
}

#[test]
fn distributions() {
    for law in [
        "constant = \"0s\"",
        "constant = \"1.5us\", offset = \"1ns\"",
        "exponential = { mean = \"8.33333333333ms\" }",
        "lognormal = { median = \"5ms\", p99 = \"60ms\" }",
        "lognormal = { median = \"800us\", log_sigma = 0.3 }",
        "lognormal = { mean = \"140ms\", scv = 1 }",
        "lognormal = { mean = \"0.5ms\", log_sigma = 1.7 }",
        "gamma = { mean = \"10ms\", scv = 3 }",
        "weibull = { mean = \"10ms\", shape = 0.7 }",
        "pareto = { minimum = \"1ms\", shape = 2.5 }",
        "empirical = { quantiles = [[0.5, \"3ms\"], [0.99, \"20ms\"]] }",
        "mixture = [ { weight = 97, of = { constant = \"1ms\" } }, { weight = 6, of = { gamma = { mean = \"7ms\", shape = 3 } } }, { weight = 0.7, of = { uniform = { from = \"1ms\", to = \"3ms\" } } } ]",
    ] {
        same(&format!("[workload]\nrate = \"9/s\"\n[[hop]]\nname = \"a\"\ntime = {{ {law} }}\n"));
    }
}

#[test]
fn hops_events_and_expectations() {
    same(&format!(
        "[workload]\nrate = \"300/s\"\n[run]\nduration = \"31s\"\nwarmup = \"60s\"\nreplications = 400\nobserve_at = [\"0s\", \"5s\"]\n[[event]]\nat = \"0s\"\nuntil = \"10s\"\nhop = \"service\"\nservers = 2\ntime_factor = 1.5\nfailure = 0.25\n{HOP}[expect]\nsource = \"exact\"\n\"in_system@5s\" = {{ value = 505.24528, within = 0.03 }}\n\"latency.mean\" = {{ value = \"17.4554059ms\", sigma = 0.00604 }}\n"
    ));
    same(&format!(
        "[workload]\nrate = \"1/s\"\n[saturation]\nvary = \"workload.rate\"\nfrom = \"5/s\"\nto = \"120/s\"\nhold = [\"latency.p99 <= 250ms\"]\n[objectives]\nhold = [\"hop.service.utilisation < 0.9\"]\n{HOP}[expect]\n\"saturation\" = {{ value = \"81.579319256/s\", within = 0.0195 }}\n"
    ));
    same(
        "[workload]\nrate_per_service = \"60/s\"\n[services]\ncount = 7\n[[hop]]\nname = \"a\"\nservers = 1\nqueue = 0\ncopies = \"services\"\nbalancing = \"round-robin\"\npatience = { constant = \"50ms\" }\n",
    );
    same(
        "[workload]\nrate = \"6/s\"\n[[hop]]\nname = \"a\"\nweights = [4, 3, 2, 1.7]\nbucket = { rate = \"100/s\", burst = 50, refill = \"tick\", start = \"empty\" }\n[[hop]]\nname = \"b\"\n[[hop.branch]]\nname = \"x\"\nweight = 0.4\nservers = 3\n[[hop.branch]]\nname = \"y\"\nweight = 7\nfailure = 0.1\n",
    );
}
