//! Files beside the scenario: the scenario itself, option files, traces, measured times.

use std::path::Path;

use crate::aws::option::Share;
use crate::aws::part::Part;
use crate::issue::render;
use crate::scenario::{Arrivals, Document, Length, Model, Scenario, Warmup, built_in_option};

/// The scenario `text` in a folder with `files`; the path of the folder is cut out of messages.
fn with(text: &str, files: &[(&str, &str)]) -> Result<Scenario, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let path = folder.path().join("shop.toml");
    std::fs::write(&path, text).unwrap();
    let result = Document::read(&path).and_then(|document| document.resolve(&[]));
    result.map_err(|issues| render(&issues, false).replace(&format!("{}/", folder.path().display()), ""))
}

fn trace(rows: &str, table: &str) -> Result<(Vec<u64>, u64), String> {
    let hop = "[[hop]]\nname = \"a\"\nservers = 1\n";
    let scenario = with(&format!("[workload]\n{table}\n{hop}"), &[("a.csv", rows)])?;
    assert!(matches!((scenario.run.length, scenario.run.warmup), (Length::Trace, Warmup::Requests(0))));
    match scenario.workload.arrivals {
        Arrivals::Trace(trace) => Ok((trace.at.to_vec(), trace.length)),
        _ => Err("no trace".into()),
    }
}

const BY_NAME: &str = "arrivals = { trace = { file = \"a.csv\", column = \"t\" } }";

#[test]
fn instants_from_the_first_row_and_ties_in_order() {
    let (at, length) = trace(
        "x,t\n1,2023-11-16 18:17:03.5\n2,2023-11-16 18:17:04\n3,2023-11-16 18:17:04\n4,2023-11-16T18:17:05Z\n",
        BY_NAME,
    )
    .unwrap();
    assert_eq!((at, length), (vec![0, 500_000_000, 500_000_000, 1_500_000_000], 2_000_000_000));
}

#[test]
fn bins_spread_evenly_and_rates_rescale() {
    let table = "rate = \"4/s\"\narrivals = { trace = { file = \"a.csv\", column = 1, count = 2, header = false } }";
    let rows = "1998-05-04 22:00,2\n1998-05-04 22:01,0\n1998-05-04 22:03,1\n";
    let (at, length) = trace(rows, &table.replace("rate = \"4/s\"\n", "")).unwrap();
    let second = 1_000_000_000;
    assert_eq!((at, length), (vec![15 * second, 45 * second, 210 * second], 240 * second));
    let (at, length) = trace(rows, table).unwrap();
    assert_eq!((at, length), (vec![46_875_000, 140_625_000, 656_250_000], 750_000_000));
}

#[test]
fn bad_lines_are_named_and_counted() {
    let rows = "t\n5\n4\nx\n6\n-\n\n3\nNaN\n1e400\n5.5,7";
    let wrong = trace(rows, BY_NAME).unwrap_err();
    for line in [
        "line 3 of `a.csv`: `4` is before the line above it",
        "line 4 of `a.csv`: `x` is not an instant",
        "line 6 of",
        "line 8 of",
        "line 9 of",
    ] {
        assert!(wrong.contains(line), "{line}: {wrong}");
    }
    assert!(wrong.contains("= 2 more lines of the file are wrong") && wrong.contains("shop.toml:2:31"), "{wrong}");
}

#[test]
fn traces_that_are_none() {
    for (rows, table, said) in [
        ("t\n", BY_NAME, "`a.csv` cannot be read: it holds no rows"),
        ("", BY_NAME, "`a.csv` cannot be read: it holds no rows"),
        ("time\n1\n", BY_NAME, "there is no column `t` in `a.csv`"),
        (
            "1\n2\n",
            "arrivals = { trace = { file = \"a.csv\", column = 3, header = false } }",
            "line 1 of `a.csv`: it has 1 columns, but column 3",
        ),
        ("1\n2\n", "arrivals = { trace = { file = \"a.csv\", column = 0 } }", "`arrivals.trace.column` is 0"),
        (
            "1\n2\n",
            "arrivals = { trace = { file = \"a.csv\", column = \"t\", header = false } }",
            "without a header, columns are numbers from 1",
        ),
        (
            "t,n\n1,5\n2,-5\n",
            "arrivals = { trace = { file = \"a.csv\", column = \"t\", count = \"n\" } }",
            "`-5` is not a count",
        ),
        (
            "t,n\n1,0\n2,0\n",
            "arrivals = { trace = { file = \"a.csv\", column = \"t\", count = \"n\" } }",
            "it holds no arrivals",
        ),
        (
            "t,n\n1,40000000\n2,40000000\n",
            "arrivals = { trace = { file = \"a.csv\", column = \"t\", count = \"n\" } }",
            "it holds 80,000,000 arrivals, but a trace may have at most 50,000,000",
        ),
        (
            "t\n1\n1\n",
            "arrivals = { trace = { file = \"a.csv\", column = \"t\", repeat = true } }",
            "all its arrivals share one instant",
        ),
        ("t\n1\n2\n", "arrivals = { trace = { file = \".\", column = \"t\" } }", "it is a directory"),
    ] {
        let wrong = trace(rows, table).unwrap_err();
        assert!(wrong.contains(said), "{said}: {wrong}");
    }
}

#[test]
fn an_option_file_needs_no_recompile() {
    let mine = "name = \"mine\"\ntitle = \"Mine\"\npath = [\"http-api\", \"vpc-link-v2\", \"nlb\"]\n[share]\nservices_per_nlb = \"max\"\n";
    let scenario =
        with("options = [\"mine.toml\", \"rest-nlb-alb\"]\n[option.mine]\nnlbs_per_link = 2\n", &[("mine.toml", mine)])
            .unwrap();
    let Model::Options(system) = scenario.model else { panic!("options") };
    assert_eq!(system.options[0].path, [Part::HttpApi, Part::VpcLinkV2, Part::Nlb]);
    let share = system.options[0].share;
    assert_eq!((share.services_per_nlb, share.nlbs_per_link), (Share::Max, Share::Count(2)));
}

#[test]
fn mistakes_of_an_option_file_are_shown_in_it() {
    for (mine, said) in [
        ("name = \"mine\"\npath = [\"http-api\", \"vpc-link-v2\", \"nlp\"]\n", "mine.toml:2:36"),
        ("name = \"mine\"\npath = [\"rest-api\", \"vpc-link-v1\", \"alb\"]\n", "mine.toml:2:36"),
        (
            "name = \"mine\"\npath = [\"http-api\", \"vpc-link-v2\", \"nlb\"]\n[share]\nservices_per_link = 2\n",
            "mine.toml:4:1",
        ),
        ("nam = \"mine\"\n", "did you mean `name`?"),
        ("name = \n", "mine.toml:1:8"),
    ] {
        let wrong = with("options = [\"mine.toml\"]\n", &[("mine.toml", mine)]).unwrap_err();
        assert!(wrong.contains(said), "{said}: {wrong}");
    }
    let wrong = with("options = [\"shop.toml\"]\n", &[]).unwrap_err();
    assert!(wrong.contains("option file `shop.toml` is this scenario itself"), "{wrong}");
}

#[test]
fn every_shipped_option_and_scenario_reads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder.join("options")).unwrap() {
        let path = entry.unwrap().path();
        let text = format!("options = [{:?}]\n", path.display().to_string());
        let scenario = with(&text, &[]).unwrap();
        let Model::Options(system) = scenario.model else { panic!("options") };
        assert_eq!(Some(system.options[0].name.as_str()), path.file_stem().and_then(|stem| stem.to_str()));
        names.push(system.options[0].name.clone());
    }
    assert!(names.len() >= 10);
    for name in ["http-fan-out", "rest-link-per-service", "rest-shared-nlb", "rest-nlb-alb", "rest-alb-direct"] {
        assert_eq!(built_in_option(name).map(|option| option.name).as_deref(), Some(name));
    }
    let quickstart = Document::read(&folder.join("quickstart.toml")).and_then(|document| document.resolve(&[]));
    assert_eq!(quickstart.unwrap().services, 60);
}

#[test]
fn files_that_are_no_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: &Path| render(&Document::read(path).unwrap_err(), false);
    assert!(said(&folder.path().join("none.toml")).contains("cannot be read: no such file"));
    assert!(said(folder.path()).contains("is a directory, but a scenario is a file"));
    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"seed = 1\n\xff\n").unwrap();
    assert!(said(&binary).contains("is not UTF-8 text: byte 9, in line 2, begins no character"));
    let large = folder.path().join("large.toml");
    std::fs::File::create(&large).unwrap().set_len(200 * 1024 * 1024).unwrap();
    assert!(said(&large).contains("is larger than 16 MiB"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink("gone.toml", &link).unwrap();
        assert!(said(&link).contains("it is a link to a file that is not there"));
    }
}

#[test]
fn measured_times_become_a_distribution() {
    let text = "[workload]\nrate = \"1/s\"\n[[hop]]\nname = \"a\"\ntime = { empirical = { file = \"a.csv\", column = \"took_ms\" } }\n";
    let scenario = with(text, &[("a.csv", "took_ms\n3\n1\n2\n")]).unwrap();
    let written = crate::scenario::resolved::toml(&scenario, Path::new("."));
    assert!(written.contains("quantiles = [[0.0, \"1ms\"], [0.5, \"2ms\"], [1.0, \"3ms\"]]"), "{written}");
    let wrong = with(text, &[("a.csv", "took_ms\n3\nslow\n-1\n")]).unwrap_err();
    assert!(wrong.contains("line 3 of `a.csv`: `slow` is not a time") && wrong.contains("line 4"), "{wrong}");
}
