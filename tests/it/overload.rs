//! Overload and change: retry quotas that run dry, growth that withholds latencies, servers that come and go, warm-ups of full
//! waiting rooms. Each case is one in which a plausible shortcut gives a wrong number with a narrow interval.

use crate::measure::{outcome, scenario, value};

fn measured(text: &str) -> gatecap::experiment::Outcome {
    outcome(&scenario(text))
}

#[test]
fn a_retry_quota_returns_what_the_retry_took_wherever_the_success_ends() {
    let storm = |more: &str| {
        format!(
            "[workload]\nrate = \"100/s\"\n[client]\nretries = {{ policy = \"aws-sdk-standard\", processes = 1 }}\n\
             [run]\nrequests = 20_000\nreplications = 3\n[[hop]]\nname = \"a\"\nbucket = {{ rate = \"60/s\", burst = 1 }}\n{more}"
        )
    };
    let at_once = measured(&storm(""));
    let later = measured(&storm("[[hop]]\nname = \"b\"\ntime = { constant = \"1us\" }\n"));
    let (at_once, later) = (value(&at_once, "attempts.mean"), value(&later, "attempts.mean"));
    assert!((at_once / later - 1.0).abs() < 0.01, "{at_once} and {later}");
    assert!(at_once < 1.2, "throttled retries cost 5 tokens and soon find none: {at_once}");
}

#[test]
fn growth_over_the_window_withholds_latencies() {
    let text = |rate: &str, more: &str| {
        format!(
            "[workload]\nrate = \"{rate}\"\n{more}[run]\nrequests = 20_000\nreplications = 10\n[[hop]]\nname = \"a\"\n\
             servers = 1\ntime = {{ exponential = {{ mean = \"10ms\" }} }}\n"
        )
    };
    let tripled = measured(&text("50/s", "profile = [ { at = \"0s\", factor = 3.0 } ]\n"));
    assert!(!tripled.point.stable && tripled.point.metrics["latency.mean"].value.is_none());
    assert!(!measured(&text("102/s", "")).point.stable, "rho 1.02");
    let near = measured(&text("95/s", ""));
    assert!(near.point.stable && near.point.metrics["latency.mean"].value.is_some(), "rho 0.95");
}

#[test]
fn work_that_timeouts_leave_behind_counts_as_growth() {
    let text = "[workload]\nrate = \"95/s\"\n[client]\ntimeout = \"20ms\"\n\
                retries = { max = 10, backoff = { exponential = { mean = \"10ms\" } } }\n\
                [run]\nrequests = 10_000\nreplications = 5\n\
                [[hop]]\nname = \"a\"\nservers = 1\ntime = { exponential = { mean = \"9ms\" } }\n";
    assert!(!measured(text).point.stable, "every request is given up and its work piles up");
}

#[test]
fn losses_upstream_spare_the_hop_behind() {
    let text = "[workload]\nrate = \"100/s\"\n[run]\nrequests = 5_000\nreplications = 2\n\
                [[hop]]\nname = \"a\"\nservers = 1\nqueue = 0\ntime = { exponential = { mean = \"100ms\" } }\n\
                [[hop]]\nname = \"b\"\nservers = 1\ntime = { exponential = { mean = \"50ms\" } }\n";
    assert!(measured(text).point.stable, "the first hop passes at most 10/s on, the second serves 20/s");
}

#[test]
fn utilisation_counts_the_servers_that_are_there() {
    let text = "[workload]\nrate = \"50/s\"\n[run]\nrequests = 5_000\nwarmup = \"10s\"\nreplications = 3\n\
                [[event]]\nat = \"0s\"\nhop = \"a\"\nservers = 10\n\
                [[hop]]\nname = \"a\"\nservers = 2\ntime = { exponential = { mean = \"20ms\" } }\n";
    let busy = value(&measured(text), "hop.a.utilisation");
    assert!((busy - 0.1).abs() < 0.01, "1 of 10 servers is busy: {busy}");
}

#[test]
fn a_full_waiting_room_is_waited_for() {
    let text = "[workload]\nrate = \"110/s\"\n[run]\nrequests = 20_000\nreplications = 2\n[[hop]]\nname = \"a\"\n\
                servers = 100\nqueue = 2_000\ntime = { exponential = { mean = \"1s\" } }\n";
    let ok = value(&measured(text), "outcome.ok");
    assert!((ok - 100.0 / 110.0).abs() < 0.02, "100/s of 110/s are served once the room is full: {ok}");
}

/// Who hangs is in the system and keeps no server busy.
#[test]
fn a_fault_that_lasts_to_the_end_is_no_overload() {
    let text = |rate: u32, event: &str| {
        format!(
            "[workload]\nrate = \"{rate}/s\"\n[run]\nduration = \"60s\"\nwarmup = \"5s\"\nreplications = 4\n\
             [[hop]]\nname = \"a\"\ntime = {{ constant = \"10ms\" }}\n\
             [[hop]]\nname = \"b\"\nservers = 1\ntime = {{ constant = \"10ms\" }}\n[[event]]\n{event}\n"
        )
    };
    let hangs = "at = \"45s\"\nhop = \"a\"\ntime_factor = 1_000";
    let fault = measured(&text(10, hangs)).point;
    assert!(fault.stable && fault.metrics["latency.mean"].value.is_some(), "{:?}", fault.warnings);
    assert!(fault.warnings.iter().any(|warning| warning.kind == "transient"), "{:?}", fault.warnings);
    let passes = measured(&text(10, &format!("{hangs}\nuntil = \"46s\""))).point;
    assert!(passes.warnings.iter().all(|warning| warning.kind != "transient"), "{:?}", passes.warnings);
    assert!(!measured(&text(120, hangs)).point.stable, "rho 1.2 without any event");
    let little = "at = \"45s\"\nhop = \"b\"\nservers = 2\nuntil = \"46s\"";
    assert!(!measured(&text(120, little)).point.stable, "rho 1.2 for all but a second");
}
