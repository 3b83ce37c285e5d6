//! What would change the answer, as a user gets it: in the results, as a table, as a chart, in the reports; the same on any number of
//! threads; switched off where it is not wanted.

use crate::program::run;

const TWO: &str = "options = [\"http-fan-out\", \"rest-link-per-service\"]\n[run]\nrequests = 400\nreplications = 3\n\
                   [sweep]\nservices = [4]\n[sensitivity]\ninputs = [{ field = \"services.targets\", low = 2, high = 6 }]\n";

#[test]
fn a_sweep_says_what_each_input_does() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), TWO).unwrap();
    let swept = |threads: &str, more: &[&str]| {
        let flags = ["sweep", "a.toml", "--quiet", "--json", "--out", "out", "--threads", threads];
        let ran = run(folder.path(), &[&flags[..], more].concat());
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
        ran.stdout
    };
    let one = swept("1", &[]);
    let document: serde_json::Value = serde_json::from_str(&one).unwrap();
    let study = &document["sensitivity"];
    let inputs: Vec<&str> =
        study["inputs"].as_array().unwrap().iter().map(|input| input["name"].as_str().unwrap()).collect();
    for name in ["client", "http-api", "rest_over_http", "alb", "service", "connection_reuse", "burst_rate"] {
        assert!(inputs.contains(&name), "{inputs:?}");
    }
    assert_eq!(inputs.last(), Some(&"services.targets"), "the user's own come last");
    assert!(!inputs.contains(&"zone-leg-cross"), "measured: evidence A");
    assert_eq!((&study["requests"], &study["replications"]), (&400.into(), &3.into()));

    let table = std::fs::read_to_string(folder.path().join("out/sensitivity.csv")).unwrap();
    // Two ends of each input and both sides of all at once, two metrics, two options.
    assert_eq!(table.lines().count(), 1 + (2 * inputs.len() + 2) * 4);
    let nothing = |line: &&str| line.starts_with("nlb,ms,D,") && line.contains(",http-fan-out,");
    assert!(
        table.lines().filter(nothing).all(|line| line.ends_with(",0,0,0"))
            && table.lines().filter(nothing).count() == 4
    );
    for file in ["report.md", "report.html"] {
        let text = std::fs::read_to_string(folder.path().join("out").join(file)).unwrap();
        assert!(text.contains("What would change the answer") && text.contains("services.targets"), "{file}");
    }
    assert!(folder.path().join("out/charts/tornado.svg").exists());

    assert_eq!(swept("2", &[]), one, "the same on two threads");
    let off: serde_json::Value = serde_json::from_str(&swept("2", &["--set", "sensitivity.enabled=false"])).unwrap();
    assert!(off["sensitivity"].is_null() && off["points"] == document["points"]);
}

#[test]
fn an_input_that_cannot_be_varied_is_refused_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), TWO.replace("services.targets", "services.tragets")).unwrap();
    let ran = run(folder.path(), &["sweep", "a.toml", "--quiet"]);
    assert_eq!(ran.status, 2);
    for words in ["`services.tragets` cannot be 2", "did you mean `targets`?", "a.toml:8:"] {
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}
