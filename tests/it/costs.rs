//! What a month costs, by hand: the arithmetic below, `docs/costs.md` and `costs.csv` must say the same, to the cent.

use std::collections::BTreeMap;

use crate::program::{repository, run, with_input};

/// A row of `costs.csv` by column.
type Row = BTreeMap<String, String>;

fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let row = |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(String::from)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The rows that a sweep of the scenario writes.
fn swept(scenario: &str, more: &[&str]) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["sweep", "-", "--out", "out", "--quiet", "--threads", "1"], more].concat();
    let ran = with_input(folder.path(), &arguments, scenario.as_bytes());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    rows(&std::fs::read_to_string(folder.path().join("out/costs.csv")).unwrap())
}

fn line<'r>(rows: &'r [Row], option: &str, services: &str, item: &str) -> &'r Row {
    let fits = |row: &&Row| row["option"] == option && row["services"] == services && row["item"] == item;
    rows.iter().find(fits).unwrap_or_else(|| panic!("{option}, {services}, {item}: {rows:?}"))
}

fn cents(row: &Row, column: &str) -> i64 {
    let amount: f64 = row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"));
    (amount * 100.0).round() as i64
}

/// The first block of a kind in the page.
fn block<'p>(page: &'p str, fence: &str) -> &'p str {
    let start = page.find(fence).unwrap() + fence.len();
    &page[start..start + page[start..].find("```").unwrap()]
}

/// Items and amounts in cents of the tables below a heading.
fn amounts(page: &str, heading: &str) -> Vec<(String, i64)> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    let tables = section.lines().filter(|line| line.starts_with("| ")).map(cells);
    tables
        .filter_map(|cells| Some((cells[1].clone(), (cells[3].parse::<f64>().ok()? * 100.0).round() as i64)))
        .collect()
}

#[test]
fn two_bills_agree_to_the_cent() {
    let page = std::fs::read_to_string(repository().join("docs/costs.md")).unwrap();
    let rows = swept(block(&page, "```toml\n"), &[]);
    let seconds = 730.0 * 3_600.0;

    // Ten services at 10/s on average behind REST API, V1 links and ten NLBs.
    let requests = 10.0 * 10.0 * seconds;
    let gb = requests * 10_000.0 / 1e9;
    let by_hand = [
        ("REST API requests", requests / 1e6 * 3.50),
        ("NLB hours", 10.0 * 730.0 * 0.0225),
        ("NLB capacity units", 100.0 * 10_000.0 * 3_600.0 / 1e9 * 730.0 * 0.006),
        ("data between zones", gb * 2.0 / 3.0 * 0.01),
    ];
    let written = amounts(&page, "Ten services");
    assert_eq!(written.len(), by_hand.len());
    for ((item, amount), (named, cents_written)) in by_hand.into_iter().zip(written) {
        let row = line(&rows, "rest-link-per-service", "10", item);
        let wanted = (amount * 100.0_f64).round() as i64;
        assert_eq!((item, wanted, wanted), (named.as_str(), cents_written, cents(row, "monthly_usd")));
        assert_eq!(cents(row, "per_million_usd"), (amount / 262.8 * 100.0).round() as i64, "{item}");
    }

    // Forty at 10/s behind an HTTP API and forty ALBs.
    let millions = 40.0 * 10.0 * seconds / 1e6;
    let by_hand = [
        ("HTTP API requests", 300.0 * 1.00 + (millions - 300.0) * 0.90),
        ("ALB hours", 40.0 * 730.0 * 0.0225),
        ("ALB capacity units", 400.0 * 10_000.0 * 3_600.0 / 1e9 * 730.0 * 0.008),
        ("data between zones", 0.0),
    ];
    let written = amounts(&page, "Forty services");
    assert_eq!(written.len(), by_hand.len());
    for ((item, amount), (named, cents_written)) in by_hand.into_iter().zip(written) {
        let row = line(&rows, "http-fan-out", "40", item);
        let wanted = (amount * 100.0_f64).round() as i64;
        assert_eq!((item, wanted, wanted), (named.as_str(), cents_written, cents(row, "monthly_usd")));
    }

    let units = line(&rows, "http-fan-out", "40", "ALB capacity units");
    assert_eq!((units["dimension"].as_str(), units["unit"].as_str()), ("processed bytes", "LCU-hour"));
    let links = line(&rows, "http-fan-out", "40", "VPC links");
    assert!(links["monthly_usd"].is_empty() && links["basis"].contains("no charge"), "{links:?}");
}

#[test]
fn without_sizes_or_prices_amounts_are_unknown() {
    let scenario =
        "options = [\"rest-alb-direct\"]\n[run]\nrequests = 1000\nreplications = 2\n[sweep]\nservices = [4]\n";
    let rows = swept(scenario, &[]);
    assert!(line(&rows, "rest-alb-direct", "4", "ALB capacity units")["monthly_usd"].is_empty());
    assert!(!line(&rows, "rest-alb-direct", "4", "ALB hours")["monthly_usd"].is_empty());
    let elsewhere = swept(&format!("{scenario}[account]\nregion = \"eu-west-1\"\n"), &[]);
    assert!(elsewhere.iter().all(|row| row["monthly_usd"].is_empty()), "{elsewhere:?}");
}

#[test]
fn a_prices_file_goes_before_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let table = repository().join("src/aws/data/prices.toml");
    std::fs::write(
        folder.path().join("p.toml"),
        "price = [{ id = \"alb.hour\", tiers = [{ price = 0.03, high = 0.04 }] }]",
    )
    .unwrap();
    std::fs::write(folder.path().join("bad.toml"), "price = [{ id = \"alb.hours\", tiers = [{ price = -1 }] }]\n")
        .unwrap();
    let prices = folder.path().join("p.toml");
    let scenario = "options = [\"rest-alb-direct\"]\n[account]\nregion = \"eu-west-1\"\n[run]\nrequests = 1000\nreplications = 2\n\
                    [sweep]\nservices = [4]\n";
    let rows = swept(scenario, &["--prices", prices.to_str().unwrap()]);
    let hours = line(&rows, "rest-alb-direct", "4", "ALB hours");
    assert_eq!((cents(hours, "monthly_usd"), cents(hours, "monthly_usd_high")), (8_760, 11_680));
    assert_eq!((hours["source"].as_str(), hours["grade"].as_str()), ("p.toml", "yours"));
    // The program's own table is such a file.
    let ran = run(folder.path(), &["limits", "--prices", table.to_str().unwrap(), "--json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let ran = run(folder.path(), &["limits", "--prices", "bad.toml"]);
    assert_eq!(ran.status, 2);
    for part in ["bad.toml:1:17", "did you mean `alb.hour`?", "bad.toml:1:49", "0 or more"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert_eq!(run(folder.path(), &["limits", "--prices", "none.toml"]).status, 2);
}
