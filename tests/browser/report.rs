//! The report as a reader opens it: quiet, whole without its script, harmless whatever a scenario's texts hold, and printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use super::driver::{Page, address};

const SCENARIO: &str = "seed = 8\n[run]\nrequests = 20_000\nreplications = 4\n\
                        [sweep]\nservices = { from = 1, to = 2000, per_decade = 3 }\n[sensitivity]\nrequests = 500\n";
/// What a text of a scenario may hold: markup, quotes, what turns the direction of writing, and no end.
const HOSTILE: &str =
    "</script></title><script>window.hurt = 1</script><img src=x onerror=\"window.hurt = 2\">\"'`${1}\u{202e}&amp;";

/// Runs the program in a folder.
pub fn gatecap(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatecap"));
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The folder of a small sweep over all options, made once.
fn made() -> &'static Path {
    static MADE: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, folder) = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.toml"), SCENARIO).unwrap();
        gatecap(folder.path(), &["sweep", "a.toml", "--out", "a"]);
        let made = folder.path().join("a");
        (folder, made)
    });
    folder
}

/// Its address.
pub fn report() -> String {
    address(&made().join("report.html"))
}

/// The report in a browser; none where there is no browser.
pub fn opened() -> Option<Page> {
    let mut page = Page::new("the report")?;
    page.go(&report());
    Some(page)
}

/// The table that the page's script reads.
pub fn data(page: &mut Page) -> Value {
    serde_json::from_str(page.evaluate("document.querySelector('#data').textContent").as_str().unwrap()).unwrap()
}

#[test]
fn it_opens_without_a_word_on_its_console() {
    let Some(mut page) = Page::new("the report") else { return };
    let mut addresses = vec![report()];
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("output/default/report.html");
    match default.exists() {
        true => addresses.push(address(&default)),
        false => println!("skipped: `cargo run --release` has not made its report, so only a smaller one is looked at"),
    }
    for address in addresses {
        page.heard.requests.clear();
        page.go(&address);
        assert!(page.text("#verdict").contains("services"));
        assert!(page.count("figure svg") >= 5);
        page.wait("!document.querySelector('#controls').hidden");
        page.assert_quiet(&address);
        assert_eq!(page.heard.requests, [address]);
    }
}

#[test]
fn without_its_script_every_chart_is_there_and_no_control() {
    let Some(mut page) = Page::new("the report without scripts") else { return };
    page.scripts(false);
    page.go(&report());
    for hidden in ["#controls", "#explore"] {
        assert_eq!(
            page.evaluate(&format!("document.querySelector('{hidden}').getClientRects().length")),
            0,
            "{hidden}"
        );
    }
    assert_eq!((page.count(".plot"), page.count(".scales"), page.count(".tip")), (0, 0, 0));
    let drawn = page.count("figure svg");
    assert!(drawn >= 5 && page.count("figure [data-part=plot]") >= 3);
    page.scripts(true);
    page.go(&report());
    page.wait("document.querySelector('.plot')");
    assert_eq!(page.count("figure svg"), drawn);
    page.assert_quiet(&report());
}

/// The same results with hostile texts wherever a scenario has one.
fn hostile(folder: &Path) -> String {
    let long = format!("{HOSTILE}{}", "W".repeat(300));
    let mut results: Value = serde_json::from_slice(&std::fs::read(made().join("results.json")).unwrap()).unwrap();
    results["title"] = long.as_str().into();
    for field in ["file", "arrivals"] {
        results["wanted"][field] = long.as_str().into();
    }
    let each = |list: &mut Value, fields: &[&str]| {
        for item in list.as_array_mut().unwrap() {
            fields.iter().for_each(|field| item[*field] = long.as_str().into());
        }
    };
    each(&mut results["options"], &["title", "sharing", "legacy"]);
    each(&mut results["ceilings"], &["name", "source", "value_from"]);
    each(&mut results["costs"], &["item", "basis"]);
    each(&mut results["assumptions"], &["input", "value"]);
    each(&mut results["map"], &["by"]);
    for point in results["points"].as_array_mut().unwrap() {
        each(&mut point["hops"], &["title"]);
    }
    std::fs::create_dir(folder.join("h")).unwrap();
    std::fs::write(folder.join("h/results.json"), results.to_string()).unwrap();
    std::fs::copy(made().join("scenario.toml"), folder.join("h/scenario.toml")).unwrap();
    gatecap(folder, &["report", "h"]);
    address(&folder.join("h/report.html"))
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    let Some(mut page) = Page::new("a report with hostile texts") else { return };
    let folder = tempfile::tempdir().unwrap();
    let address = hostile(folder.path());
    page.go(&address);
    page.wait("!document.querySelector('#explore').hidden");
    let figures = page.count("figure.chart .plot");
    assert!(figures >= 5);
    for chart in 0..figures {
        let said = page.evaluate(&format!("document.querySelectorAll('.plot')[{chart}].focus(), ''"));
        assert_eq!(said, "");
        page.press("ArrowRight");
        page.wait("!document.querySelector('.tip').hidden");
    }
    page.focus("[data-chart=latency-p99] .plot");
    page.press("ArrowRight");
    page.wait("document.querySelector('.tip').textContent.includes('window.hurt = 1</script>')");
    assert!(page.text("#numbers tr").contains("<script>window.hurt"));
    let label = page.attribute("#shown button", "aria-label").unwrap();
    assert!(label.contains("</script>") && !label.contains('\u{202e}'), "{label}");
    // Nothing grew out of the texts, and nothing wide pushes the page.
    assert_eq!((page.count("img"), page.count("script"), page.count("[onerror]")), (0, 2, 0));
    assert_eq!(page.evaluate("typeof window.hurt"), "undefined");
    for (width, height) in [(1200, 900), (420, 800)] {
        page.viewport(width, height);
        page.press("ArrowRight");
        let wide = page.evaluate("document.querySelector('#controls').scrollWidth <= innerWidth && document.querySelector('.tip').getBoundingClientRect().right <= innerWidth + 1");
        assert_eq!(wide, true, "{width}");
    }
    page.assert_quiet(&address);
}

/// The texts that stand for pictures in a printed page, in order.
fn pictures(pdf: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(pdf);
    text.split("/S /Figure\n/Alt (")
        .skip(1)
        .map(|rest| rest.split(['\n', '\r']).next().unwrap().chars().take(60).collect())
        .collect()
}

#[test]
fn it_prints_as_it_was_drawn_and_without_controls() {
    let Some(mut page) = opened() else { return };
    let untouched = page.pdf();
    let pages = |pdf: &[u8]| String::from_utf8_lossy(pdf).matches("/Type /Page\n").count();
    assert!(pages(&untouched) >= 3, "{} pages", pages(&untouched));
    let titles = page.evaluate("[...document.querySelectorAll('figure h3')].map(h => h.textContent)");
    let drawn = pictures(&untouched);
    assert_eq!(drawn.len(), titles.as_array().unwrap().len());
    for title in titles.as_array().unwrap() {
        let title = title.as_str().unwrap();
        assert!(drawn.iter().any(|picture| picture.starts_with(title)), "{title} in {drawn:?}");
    }
    page.click("[data-chart=latency-p99] [data-axis=y]");
    page.click("#shown [data-option='1']");
    page.focus("#slide");
    page.press("End");
    page.focus("[data-chart=latency-p99] .plot");
    page.press("ArrowRight");
    page.wait("document.querySelector('[data-chart=latency-p99] .redrawn') && !document.querySelector('.tip').hidden");
    let explored = page.pdf();
    assert_eq!((pages(&explored), pictures(&explored)), (pages(&untouched), drawn));
    page.media("print", &[]);
    for gone in ["#controls", "#explore", ".scales", ".drawn", ".layer", ".tip"] {
        let script =
            format!("[...document.querySelectorAll({gone:?})].every(e => getComputedStyle(e).display === 'none')");
        assert_eq!(page.evaluate(&script), true, "{gone}");
    }
    for back in [".chart .redrawn", ".chart .off"] {
        let script =
            format!("[...document.querySelectorAll({back:?})].every(e => getComputedStyle(e).display !== 'none')");
        assert!(page.count(back) > 0 && page.evaluate(&script) == true, "{back}");
    }
}
