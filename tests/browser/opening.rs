//! What a reader meets first: the table of options at every width, and of what changes over time the answer before anything else.

use std::path::Path;

use super::driver::{Page, address};
use super::report::{gatecap, opened, report};

#[test]
fn the_table_of_options_is_whole_at_every_width() {
    let Some(mut page) = opened() else { return };
    for width in [1600, 1280, 1200, 1010, 1000, 800, 400] {
        page.viewport(width, 900);
        let fits =
            page.evaluate("(b => b.scrollWidth <= b.clientWidth)(document.querySelector('.options').parentElement)");
        assert_eq!(fits, true, "{width}");
        let right = "Math.max(...[...document.querySelectorAll('.options tbody td:last-child')].map(e => e.getBoundingClientRect().right))";
        assert!(page.evaluate(right).as_f64().unwrap() <= f64::from(width), "{width}");
        assert_eq!(page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "{width}");
    }
    // Cards are a table to those who listen.
    let cells = page.accessibility().into_iter().filter(|node| node["role"]["value"] == "cell").count();
    assert!(cells >= 40, "{cells}");
    page.assert_quiet(&report());
}

#[test]
fn a_table_that_scrolls_shows_that_there_is_more() {
    let Some(mut page) = opened() else { return };
    page.viewport(400, 900);
    let shaded = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).map(e => getComputedStyle(e).backgroundAttachment)";
    let shaded = page.evaluate(shaded);
    let all = shaded.as_array().unwrap();
    assert!(
        !all.is_empty() && all.iter().all(|how| how.as_str().unwrap().contains("local, local, scroll")),
        "{shaded}"
    );
}

/// The report of a run of a file of the repository.
fn run(folder: &Path, file: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/what-if").join(file);
    let out = folder.join(file.file_stem().unwrap());
    gatecap(folder, &["run", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    address(&out.join("report.html"))
}

#[test]
fn a_run_of_events_opens_with_what_came_of_them() {
    let Some(mut page) = Page::new("reports of events") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (file, first, chart) in [
        ("retry-storm-constant.toml", "seeds recover from", "trigger"),
        ("retry-storm-budget.toml", "seeds recover from", "trigger"),
        ("shared-fate.toml", "of the requests are lost", "timeline"),
        ("zone-loss-cross-zone-on.toml", "of the requests are lost", "timeline"),
        ("blue-green.toml", "no request is lost", "timeline"),
        ("idle-link.toml", "Option 1, ", "timeline"),
    ] {
        let address = run(folder.path(), file);
        page.heard.requests.clear();
        page.go(&address);
        assert!(page.text(".verdict").contains(first), "{file}: {}", page.text(".verdict"));
        let charts = page.evaluate("document.querySelector('figure').dataset.chart");
        assert_eq!(charts, chart, "{file}");
        for width in [1200, 400] {
            page.viewport(width, 900);
            let top = page.evaluate("document.querySelector('figure').getBoundingClientRect().top + scrollY");
            assert!(width < 1200 || top.as_f64().unwrap() < 500.0, "{file}: the answer's chart begins at {top}");
            assert_eq!(page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, "{file} {width}");
        }
        let said = page.evaluate("document.body.textContent.includes('Nothing to show') || document.body.textContent.includes('Nothing that was varied')");
        assert_eq!(said, false, "{file}");
        let bare = page.evaluate("[...document.querySelectorAll('h2, h3')].filter(h => !h.closest('.hidden') && !h.classList.contains('hidden') && !h.nextElementSibling).map(h => h.textContent)");
        assert_eq!(bare.as_array().unwrap().len(), 0, "{file}: {bare}");
        for hidden in ["#explore", ".slide"] {
            let shown = page.evaluate(&format!("document.querySelector('{hidden}').getClientRects().length"));
            assert_eq!(shown, 0, "{file}: {hidden}");
        }
        page.assert_quiet(&address);
    }
}
