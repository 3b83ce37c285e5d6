//! Bad scenarios: one for each sort of mistake, with the whole message as a person sees it.

use crate::program::with_input;

/// The message about a scenario on standard input.
fn message(text: &str) -> String {
    let ran = with_input(&std::env::temp_dir(), &["run", "-"], text.as_bytes());
    assert!(ran.status == 2 && ran.stdout.is_empty(), "status {} of:\n{text}{}", ran.status, ran.stderr);
    ran.stderr
}

#[track_caller]
fn says(text: &str, expected: &str) {
    let message = message(text);
    assert_eq!(message.trim_end(), expected.trim_matches('\n'), "\n{message}");
}

/// The message has all of `parts`, in this order.
#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    let message = message(text);
    let mut rest = message.as_str();
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("`{part}` is not (in order) in:\n{message}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn a_misspelt_field_has_its_nearest_name() {
    says(
        "titel = \"x\"\n",
        r#"
error: `titel` is not a field of the scenario
 --> <stdin>:1:1
  |
1 | titel = "x"
  | ^^^^^
hint: did you mean `title`?

1 error in <stdin>; nothing was run"#,
    );
}

#[test]
fn a_bare_number_lists_the_units() {
    says(
        "[workload]\nrate = 5\n",
        r#"
error: `rate` is 5, but it needs a unit: `/s`, `/min` or `/h`
 --> <stdin>:2:8
  |
2 | rate = 5
  |        ^
hint: write `"5/s"`

1 error in <stdin>; nothing was run"#,
    );
}

#[test]
fn found_comes_before_allowed() {
    says(
        "[client]\nretries = { max = -1, backoff = { constant = \"1ms\" } }\n",
        r#"
error: `retries.max` is -1, but it must be a whole number from 0 to 100
 --> <stdin>:2:19
  |
2 | retries = { max = -1, backoff = { constant = "1ms" } }
  |                   ^^
hint: leave `retries` out for clients that never retry

1 error in <stdin>; nothing was run"#,
    );
}

#[test]
fn all_mistakes_come_at_once_in_file_order() {
    says(
        "[run]\nrequests = 1\nduration = \"5s\"\nconfidence = 1.5\n",
        r#"
error: `requests` and `duration` both say how much is measured, but one of them is allowed
 --> <stdin>:3:1
  |
3 | duration = "5s"
  | ^^^^^^^^
hint: keep one of the two

error: `confidence` is 1.5, but it must be a number between 0 and 1, as `0.95`
 --> <stdin>:4:14
  |
4 | confidence = 1.5
  |              ^^^

2 errors in <stdin>; nothing was run"#,
    );
}

#[test]
fn a_number_of_requests_for_a_file_that_measures_a_time_says_what_to_write() {
    let text = b"[run]\nduration = \"5s\"\n";
    let ran = with_input(&std::env::temp_dir(), &["run", "-", "--requests", "5"], text);
    let hint = "hint: measure another time by `--set run.duration=...`, or take `duration` out of the file";
    assert!(ran.status == 2 && ran.stderr.contains(hint), "{ran:?}");
}

/// A scenario, and what its message must have, in order: what is wrong, where, and what to do.
const RULES: [(&str, &[&str]); 22] = [
    ("[[event]]\nat = \"1s\"\naz = 4\n", &["no zone 4", "has 3", "<stdin>:3:6"]),
    ("a = [1,\n", &["not TOML", "<stdin>:1:"]),
    ("seed = 1\nseed = 2\n", &["`seed` is written twice", ":2:1"]),
    ("seed = -1\n", &["`seed` is -1", ":1:8"]),
    ("[services]\ncount = 0\n", &["`count` is 0", "1 to 100,000", ":2:9"]),
    ("[services]\ncount = 100_001\n", &["`count` is 100", "1 to 100,000", ":2:9"]),
    ("[services]\ntime = \"5\"\n", &["time", ":2:8"]),
    ("[services]\ntime = { lognormal = { median = \"5ms\" } }\n", &["`median` and `p99`", "`mean` and `scv`", ":2:22"]),
    (
        "[services]\ntime = { lognromal = { median = \"5ms\", p99 = \"9ms\" } }\n",
        &["`lognromal`", "did you mean `lognormal`?"],
    ),
    ("[services]\ntime = { lognormal = { median = \"5ms\", p99 = \"3ms\" } }\n", &["above the median", ":2:46"]),
    ("[services]\ntime = { exponential = { mean = \"-5ms\" } }\n", &["`-5ms`", ":2:"]),
    ("[services]\ntime = { exponential = { mean = \"5 parsec\" } }\n", &["`parsec`", "`ms`", ":2:"]),
    (
        "[services]\ntime = { hyperexponential = { p = [0.9, 0.3], mean = [\"4ms\", \"44ms\"] } }\n",
        &["add up to 1", ":2:35"],
    ),
    ("[objectives]\nhold = [\"latency.p98 <= 5ms\"]\n", &["`latency.p98`", "did you mean `latency.p9"]),
    ("[objectives]\nhold = [\"latency.p99 <= 5\"]\n", &["`latency.p99`", "needs a unit", ":2:25"]),
    ("[objectives]\nhold = [\"latency.p99 about 5ms\"]\n", &["compares a metric with a bound", ":2:9"]),
    ("options = [\"rest-alb\"]\n", &["`rest-alb` is not an option", "hint: "]),
    ("options = []\n", &["options", ":1:"]),
    ("[[event]]\nat = \"5s\"\nuntil = \"1s\"\nrate_factor = 2\n", &["`until` is `1s`", "after `at`", ":3:9"]),
    ("[quotas]\n\"L-NOPE\" = 5\n", &["`L-NOPE`", ":2:1", "hint: "]),
    (
        "[workload]\narrivals = { trace = { file = \"gone.csv\", column = 1 } }\n",
        &["`gone.csv`", "no such file", ":2:31"],
    ),
    ("[sweep]\nservices = { from = 9, to = 3, per_decade = 4 }\n", &["`services.to` is 3", ":2:29"]),
];

#[test]
fn every_rule_names_its_place() {
    for (text, parts) in RULES {
        holds(text, &[&["error: "], parts].concat());
    }
}

#[test]
fn hops_have_rules_of_their_own() {
    let station = "[[hop]]\nname = \"service\"\ntime = { constant = \"5ms\" }\n";
    let load = "[workload]\nrate = \"5/s\"\n";
    let cases: [(&str, &[&str]); 7] = [
        ("[[hop]]\nname = \"service\"\n", &["`service`", "has that name already", ":7:8"]),
        ("[services]\ncount = 3\n[gateway]\nwaf = true\n", &["gateway"]),
        ("[[hop]]\nname = \"b\"\nqueue = 5\n", &["queue"]),
        ("[[hop]]\nname = \"b\"\nservers = 2\nfailure = 1.5\n", &["`failure` is 1.5", ":"]),
        ("[[hop]]\nname = \"7\"\n", &["7"]),
        ("[[hop]]\nname = \"b\"\nbucket = { rate = \"5/s\", burst = 0 }\n", &["burst", "0"]),
        ("[[event]]\nat = \"1s\"\nhop = \"servce\"\nservers = 2\n", &["`servce`", "`service`"]),
    ];
    for (more, parts) in cases {
        holds(&format!("{load}{station}{more}"), &[&["error: "], parts].concat());
    }
    holds(station, &["error: "]);
}
