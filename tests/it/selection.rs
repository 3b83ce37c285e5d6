//! Which option is best, through the program: an option against its own copy, words and bounds, who is left out.

use serde_json::Value;

use crate::program::{repository, run};

/// The document of `run` on a scenario, beside a copy of an option's file under another name.
fn document(scenario: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let original = std::fs::read_to_string(repository().join("scenarios/options/rest-nlb-alb.toml")).unwrap();
    let copy = original.replace("name = \"rest-nlb-alb\"", "name = \"copy\"");
    assert_ne!(copy, original);
    std::fs::write(folder.path().join("copy.toml"), copy).unwrap();
    std::fs::write(folder.path().join("a.toml"), scenario).unwrap();
    let ran = run(folder.path(), &["run", "a.toml", "--json", "--quiet"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The statement on a metric.
fn best<'a>(document: &'a Value, metric: &str) -> &'a Value {
    document["best"].as_array().unwrap().iter().find(|best| best["metric"] == metric).unwrap()
}

#[test]
fn an_option_and_its_copy_differ_by_nothing() {
    let document = document(
        "options = [\"rest-nlb-alb\", \"copy.toml\"]\n[run]\nrequests = 12_000\nreplications = 4\n[services]\ncount = 3\n\
         [client]\nretries = { max = 1, backoff = { exponential = { mean = \"50ms\" } } }\n",
    );
    let points = document["points"].as_array().unwrap();
    assert_eq!((points[0]["option"].as_str(), points[1]["option"].as_str()), (Some("rest-nlb-alb"), Some("copy")));
    assert!(points[0]["metrics"].as_object().unwrap().len() > 100);
    assert_eq!(points[0]["metrics"], points[1]["metrics"], "every metric, with its interval");
    let pairs = document["comparisons"].as_array().unwrap();
    assert_eq!(pairs.len(), 2, "{pairs:?}");
    for pair in pairs {
        for interval in ["difference", "joint"] {
            assert_eq!(pair[interval], serde_json::json!({ "value": 0, "low": 0, "high": 0 }), "{pair}");
        }
    }
    let best = best(&document, "latency.p99");
    assert_eq!((&best["best"], &best["spread"], &best["lead"]), (&Value::Null, &0.into(), &Value::Null));
    assert_eq!(best["words"], "latency.p99 at 3 services: rest-nlb-alb and copy are equal in every replication");
}

#[test]
fn the_best_is_named_with_its_bounds_and_its_error() {
    let document = document(
        "options = [\"rest-nlb-alb\", \"http-fan-out\", \"copy.toml\"]\n[run]\nrequests = 12_000\nreplications = 5\n",
    );
    let best = best(&document, "latency.mean");
    assert_eq!(best["best"], "http-fan-out", "{best}");
    let lead = best["lead"].as_f64().unwrap();
    let pairs = document["comparisons"].as_array().unwrap();
    let pair = pairs.iter().find(|pair| pair["a"] == "rest-nlb-alb" && pair["metric"] == "latency.mean").unwrap();
    assert_eq!(pair["joint"]["low"].as_f64(), Some(lead), "{pair}");
    assert!(pair["joint"]["low"].as_f64() < pair["difference"]["low"].as_f64(), "all pairs at once is more to say");
    assert!((best["error_probability"].as_f64().unwrap() - 0.05).abs() < 1e-12 && best["replications"] == 5);
    let words = best["words"].as_str().unwrap();
    assert!(words.starts_with("latency.mean at 4 services: http-fan-out is best (95 %), at least "), "{words}");
}

#[test]
fn what_cannot_take_part_is_left_out_by_name() {
    // 51 ALBs are more than an account has; 2,000 requests are too few for a p99.
    let scenario = "options = [\"rest-nlb-alb\", \"rest-shared-nlb\", \"copy.toml\"]\n[services]\ncount = 51\n\
                    [workload]\nrate_per_service = \"10/s\"\n[run]\nrequests = 2_000\nreplications = 3\n";
    let document = document(scenario);
    let mean = best(&document, "latency.mean");
    assert_eq!((&mean["best"], &mean["spread"]), (&Value::Null, &Value::Null), "{mean}");
    let left: Vec<&Value> = mean["left_out"].as_array().unwrap().iter().map(|left| &left["reason"]).collect();
    assert_eq!(left, ["does not fit today's quotas"; 2]);
    let p99 = best(&document, "latency.p99");
    assert_eq!(
        p99["words"],
        "latency.p99 at 51 services: fewer than two options can be compared; left out: rest-nlb-alb (does not fit today's \
         quotas), rest-shared-nlb (too few samples for an interval), copy (does not fit today's quotas)"
    );
    assert!(document["comparisons"].as_array().unwrap().iter().all(|pair| pair["metric"] == "latency.mean"));
}
