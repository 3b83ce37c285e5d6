//! Where a system saturates: what decided it, and that nothing is simulated beyond what quotas allow.

use serde_json::Value;

use crate::program::run;

/// The saturations that a verb finds in a scenario, and the whole document.
fn saturation(verb: &str, scenario: &str, threads: &str) -> (Vec<Value>, Value) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), scenario).unwrap();
    let ran = run(folder.path(), &[verb, "a.toml", "--json", "--quiet", "--threads", threads]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    (document["saturation"].as_array().unwrap().clone(), document)
}

/// Services of 9/s each into one server of 100/s: the mean passes `bound` ms where 1000 / (100 - 9 n) does.
fn shared_server(bound: &str, sweep: &str, requests: u32) -> String {
    format!(
        "[objectives]\nhold = [\"{bound}\"]\n[workload]\nrate_per_service = \"9/s\"\n[run]\nrequests = {requests}\n\
         replications = 5\n[sweep]\nservices = {sweep}\n[[hop]]\nname = \"service\"\n\
         time = {{ exponential = {{ mean = \"10ms\" }} }}\nservers = 1\n"
    )
}

#[test]
fn an_end_that_intervals_decide_says_so() {
    let text = shared_server("latency.mean <= 25ms", "[1, 4, 9, 20]", 20_000);
    let (ends, _) = saturation("sweep", &text, "2");
    let end = &ends[0];
    assert_eq!((&end["value"], &end["fails_at"], &end["decided"]), (&4.into(), &9.into(), &true.into()), "{end}");
    assert_eq!((&end["low"], &end["high"], &end["criterion"]), (&4.into(), &9.into(), &"condition".into()));
}

#[test]
fn an_end_that_only_a_value_decides_says_between_which_it_lies() {
    // The mean at 6 services is 1000 / 46 ms: no interval settles on which side of just that it lies.
    let text = shared_server("latency.mean <= 21.7391304ms", "[3, 6, 9]", 20_000);
    let (ends, document) = saturation("sweep", &text, "2");
    let end = &ends[0];
    assert_eq!((&end["decided"], &end["low"], &end["high"]), (&false.into(), &3.into(), &9.into()), "{end}");
    assert!(end["reason"].as_str().unwrap().contains("not decided: "), "{end}");
    let replications = |point: &Value| point["replications"].as_u64().unwrap();
    assert!(document["points"].as_array().unwrap().iter().all(|point| replications(point) == 5), "a list is as given");
}

#[test]
fn a_refined_sweep_adds_replications_where_the_end_is_not_decided() {
    let text = shared_server("latency.mean <= 21.7391304ms", "{ from = 1, to = 12, per_decade = 4 }", 5_000);
    let (ends, document) = saturation("sweep", &text, "1");
    let points = document["points"].as_array().unwrap();
    let more = points.iter().filter(|point| point["replications"].as_u64() > Some(5));
    assert_eq!(more.map(|point| &point["services"]).collect::<Vec<_>>(), [6], "at the end and nowhere else");
    let end = &ends[0];
    assert!(end["low"].as_f64() <= Some(6.0) && end["high"].as_f64() >= Some(6.0), "{end}");
    assert_eq!(saturation("sweep", &text, "8").1, document, "the same on eight threads");
}

#[test]
fn what_is_withheld_decides_nothing() {
    let text = shared_server("latency.p99 <= 90ms", "[3, 6, 9, 12]", 2_000);
    let end = &saturation("sweep", &text, "2").0[0];
    assert_eq!((&end["value"], &end["fails_at"], &end["high"]), (&Value::Null, &12.into(), &12.into()), "{end}");
    assert_eq!((&end["criterion"], &end["decided"]), (&"stability".into(), &false.into()));
    let reason = end["reason"].as_str().unwrap();
    assert!(reason.ends_with("not decided: latency.p99 <= 90ms, too few samples for an interval"), "{reason}");
}

#[test]
fn a_search_ends_at_the_quota_without_simulating_beyond() {
    let text = "options = [\"rest-link-per-service\"]\n[workload]\nrate_per_service = \"5/s\"\n[run]\nrequests = 1_000\n\
                replications = 3\n[saturation]\nvary = \"services\"\nfrom = 1\nto = 3000\nhold = [\"outcome.ok >= 0.9\"]\n";
    let (ends, document) = saturation("run", text, "2");
    let end = &ends[0];
    assert_eq!((&end["value"], &end["fails_at"], &end["decided"]), (&20.into(), &21.into(), &true.into()), "{end}");
    assert_eq!(
        (&end["criterion"], &end["by"], &end["reason"]),
        (&"quota".into(), &"L-A4C7274F".into(), &"VPC links V1".into())
    );
    assert_eq!(document["points"].as_array().unwrap().len(), 1, "the operating point");
}

#[test]
fn a_search_says_what_it_is_sure_of() {
    let text = "seed = 5\n[workload]\nrate = \"1/s\"\n[run]\nrequests = 5_000\nreplications = 5\n[saturation]\n\
                vary = \"workload.rate\"\nfrom = \"5/s\"\nto = \"95/s\"\nhold = [\"latency.mean <= 25ms\"]\n[[hop]]\n\
                name = \"service\"\ntime = { exponential = { mean = \"10ms\" } }\nservers = 1\n";
    let end = &saturation("run", text, "2").0[0];
    let at = |key: &str| end[key].as_f64().unwrap();
    // 1000 / (100 - rate) = 25 at 60/s.
    assert!(at("low") <= 60.0 && 60.0 <= at("high") && at("high") - at("low") < 9.0, "{end}");
    assert!(at("low") <= at("value") && at("value") < at("fails_at") && at("fails_at") <= at("high"), "{end}");
    assert!((at("fails_at") / at("value") - 1.0) <= 0.0051, "{end}");
}
