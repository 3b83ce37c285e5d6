//! The report's controls, each used with the mouse and with the keyboard, against the numbers that the page carries.

use serde_json::Value;

use super::driver::Page;
use super::report::{data, opened, report};

const LATENCY: &str = "[data-chart=latency-p99]";

fn pressed(page: &mut Page, selector: &str) -> String {
    page.attribute(selector, "aria-pressed").unwrap()
}

/// Whether something of a chart that belongs to an option is to be seen.
fn shows(page: &mut Page, chart: &str, option: u8) -> bool {
    let script = format!(
        "[...document.querySelectorAll('[data-chart={chart}] [data-option=\"{option}\"]')].some(e => e.getClientRects().length)"
    );
    page.evaluate(&script) == true
}

/// The value of a column of the first option, as its words begin.
fn number(data: &Value, column: &str, at: usize) -> f64 {
    data["options"][0][column][0][at].as_f64().unwrap()
}

/// The number at the beginning of a text, thousands joined.
fn leading(text: &str) -> f64 {
    let digits: String =
        text.trim_start_matches('$').chars().take_while(|c| c.is_ascii_digit() || ",.".contains(*c)).collect();
    digits.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?} begins with no number"))
}

fn close(shown: f64, exact: f64) {
    assert!((shown / exact - 1.0).abs() < 0.006, "{shown} for {exact}");
}

#[test]
fn the_slider_moves_every_panel() {
    let Some(mut page) = opened() else { return };
    let data = data(&mut page);
    let (last, own) = (data["places"].as_array().unwrap().len() - 1, data["own"].as_u64().unwrap() as usize);
    assert_eq!(page.text("#slid"), "4 services");
    close(leading(&page.text("#numbers tr td:nth-child(3) b")), number(&data, "p99", own));
    let marker = |page: &mut Page, chart: &str| {
        let script = format!("document.querySelector('[data-chart={chart}] .marker').getBoundingClientRect().left");
        page.evaluate(&script).as_f64().unwrap()
    };
    page.media("", &[("prefers-reduced-motion", "reduce")]);
    let before = ["ladder", "latency-p99"].map(|chart| marker(&mut page, chart));
    page.focus("#slide");
    page.press("ArrowRight");
    page.wait("document.querySelector('#slid').textContent !== '4 services'");
    close(leading(&page.text("#slid")), data["places"][own + 1].as_f64().unwrap());
    assert_eq!(page.attribute("#slide", "aria-valuetext"), Some(page.text("#slid")));
    let after = ["ladder", "latency-p99"].map(|chart| marker(&mut page, chart));
    assert!(after[0] > before[0] + 3.0 && after[1] > before[1] + 3.0, "{before:?} {after:?}");
    // By mouse, to the middle.
    page.click("#slide");
    let middle = page.evaluate("Number(document.querySelector('#slide').value)").as_u64().unwrap() as usize;
    assert!(middle > own + 1 && middle < last);
    close(leading(&page.text("#slid")), data["places"][middle].as_f64().unwrap());
    close(leading(&page.text("#numbers tr td:nth-child(2) b")), number(&data, "p50", middle));
    close(leading(&page.text("#numbers tr td:nth-child(7) b")), number(&data, "month", middle));
    let quota = data["options"][0]["quota"][middle].as_u64().unwrap() as usize;
    assert_eq!(page.text("#numbers tr td:nth-child(6)"), data["texts"][quota].as_str().unwrap());
    page.press("End");
    page.wait(&format!("Number(document.querySelector('#slide').value) === {last}"));
    // Far beyond every quota nobody meets everything any more.
    assert_eq!(page.count("#numbers .mark.met"), 0);
    assert!(page.text("#numbers tr td:nth-child(6)").starts_with("over "));
    page.click("#back");
    page.wait("document.querySelector('#slid').textContent === '4 services'");
    page.assert_quiet(&report());
}

/// The texts that are seen in a chart, as one.
fn texts(page: &mut Page, chart: &str) -> String {
    let script = format!(
        "[...document.querySelectorAll('[data-chart={chart}] svg text')].filter(t => t.getClientRects().length).map(t => t.textContent.trim()).join(' | ')"
    );
    page.evaluate(&script).as_str().unwrap().to_string()
}

#[test]
fn hops_and_percentiles_follow_the_slider() {
    let Some(mut page) = opened() else { return };
    let data = data(&mut page);
    let own = data["own"].as_u64().unwrap() as usize;
    for chart in ["hops", "percentiles"] {
        assert!(texts(&mut page, chart).contains("at 4 services"), "{chart}");
    }
    page.focus("#slide");
    page.press("ArrowRight");
    page.wait("document.querySelector('#slid').textContent !== '4 services'");
    let at = page.text("#slid");
    for chart in ["hops", "percentiles"] {
        let words = texts(&mut page, chart);
        assert!(words.contains(&format!("at {at}")) && !words.contains("at 4 services"), "{chart}: {words}");
        let told = page.attribute(&format!("[data-chart={chart}] .plot"), "aria-description");
        assert_eq!(told, Some(format!("at {at}")));
    }
    // p99 of the first option: in the legend of the curves, in the panel, and under the keyboard with its interval.
    let p99 = number(&data, "p99", own + 1);
    page.focus("[data-chart=percentiles] .plot");
    page.press("Home");
    for _ in 0..20 {
        if page.text(".tip").starts_with("99 %") {
            break;
        }
        page.press("ArrowRight");
    }
    let said = page.text(".tip");
    let line = said.lines().find(|line| line.starts_with("1 ")).unwrap_or_else(|| panic!("{said}")).to_string();
    close(leading(line.split(": ").nth(1).unwrap()), p99);
    assert!(line.contains(" – "), "{line}");
    page.press("Escape");
    // A hop: what is told is what is drawn, and the hops of a bar add up to its mean.
    let segments = data["charts"]["hops"]["follow"]["bars"][0]["segments"].as_array().unwrap().clone();
    let means: Vec<f64> = segments.iter().filter_map(|segment| segment["mean"][0][own + 1].as_f64()).collect();
    assert_eq!(page.count("[data-chart=hops] .drawn rect"), segments_at(&data, own + 1));
    page.focus("[data-chart=hops] .plot");
    page.press("Home");
    page.wait("!document.querySelector('.tip').hidden");
    let said = page.text(".tip");
    assert!(said.starts_with("option 1: "), "{said}");
    close(leading(said.rsplit(": ").next().unwrap()), means[0]);
    page.click("#shown [data-option='0']");
    page.wait("document.querySelectorAll('[data-chart=hops] .drawn rect').length > 0");
    page.focus("[data-chart=hops] .plot");
    page.press("Home");
    assert!(page.text(".tip").starts_with("option 2: "), "{}", page.text(".tip"));
    // Far beyond the throttle too, and back to what was printed.
    page.focus("#slide");
    page.press("End");
    page.wait("document.querySelector('[data-chart=hops] .drawn')");
    page.click("#back");
    page.wait("document.querySelectorAll('.chart .redrawn').length === 0");
    assert!(texts(&mut page, "hops").contains("at 4 services"));
    page.assert_quiet(&report());
}

/// Segments of all bars at a place.
fn segments_at(data: &Value, at: usize) -> usize {
    let bars = data["charts"]["hops"]["follow"]["bars"].as_array().unwrap();
    let of = |bar: &Value| bar["segments"].as_array().unwrap().iter().filter(|s| s["mean"][0][at].is_number()).count();
    bars.iter().map(of).sum()
}

#[test]
fn options_go_and_come_in_all_charts_at_once() {
    let Some(mut page) = opened() else { return };
    let charts = ["ladder", "latency-p99", "goodput", "percentiles", "hops", "map"];
    let second = "#shown [data-option='1']";
    assert_eq!(
        (pressed(&mut page, second).as_str(), page.count("#shown button"), page.count("#numbers tr")),
        ("true", 5, 5)
    );
    let charts: Vec<&str> = charts.into_iter().filter(|chart| shows(&mut page, chart, 1)).collect();
    assert!(charts.len() >= 5, "{charts:?}");
    page.click(second);
    page.wait("document.querySelector('#shown [data-option=\"1\"]').getAttribute('aria-pressed') === 'false'");
    for chart in &charts {
        assert!(!shows(&mut page, chart, 1) && shows(&mut page, chart, 2), "{chart}");
    }
    assert_eq!(page.count("#numbers tr:not(.off)"), 4);
    page.focus(&format!("{LATENCY} .plot"));
    page.press("Home");
    page.wait("!document.querySelector('.tip').hidden");
    assert_eq!(page.count(".tip p"), 5, "a heading and four options");
    for key in [" ", "Enter"] {
        page.focus(second);
        let before = pressed(&mut page, second);
        page.press(key);
        assert_ne!(pressed(&mut page, second), before, "{key:?}");
    }
    page.click("#back");
    page.wait("document.querySelectorAll('#shown [aria-pressed=false], #numbers .off, .chart .off').length === 0");
    page.assert_quiet(&report());
}

#[test]
fn a_chart_says_its_values_under_the_pointer_and_by_keyboard() {
    let Some(mut page) = opened() else { return };
    let data = data(&mut page);
    let plot = format!("{LATENCY} .plot");
    page.hover(&format!("{LATENCY} svg"), 0.3, 0.5);
    page.wait("!document.querySelector('.tip').hidden");
    let said = page.text(".tip");
    assert!(said.contains(" ms (") && said.contains(" – ") && page.count(".tip p") == 6, "{said}");
    assert_eq!(page.text("#said"), "", "a pointer is not read out");
    page.hover("h1", 0.5, 0.5);
    page.wait("document.querySelector('.tip').hidden");
    page.focus(&plot);
    page.press("ArrowRight");
    page.wait("document.querySelector('#said').textContent");
    let said = page.evaluate("document.querySelector('#said').textContent");
    let said = said.as_str().unwrap();
    assert!(said.starts_with("1 service; 1 "), "{said}");
    let value = said.split(": ").nth(1).unwrap();
    close(leading(value), number(&data, "p99", 0));
    page.press("ArrowDown");
    page.wait("document.querySelectorAll('.tip p').length === 2");
    page.press("ArrowDown");
    assert!(page.text(".tip p:last-child").starts_with("2 "));
    page.press("ArrowUp");
    page.press("ArrowUp");
    page.wait("document.querySelectorAll('.tip p').length === 6");
    page.press("End");
    assert!(page.text(".tip").contains("services"));
    page.press("ArrowLeft");
    page.press("Escape");
    page.wait("document.querySelector('.tip').hidden && !document.querySelector('#said').textContent");
    page.assert_quiet(&report());
}

#[test]
fn bars_cells_and_rungs_have_words_too() {
    let Some(mut page) = opened() else { return };
    for (chart, words) in [("ladder", "services, "), ("hops", " ms"), ("map", "/s each: ")] {
        page.focus(&format!("[data-chart={chart}] .plot"));
        page.press("ArrowRight");
        page.wait("!document.querySelector('.tip').hidden");
        let said = page.text(".tip");
        assert!(said.starts_with("option 1") && said.contains(words), "{chart}: {said}");
        assert_eq!(page.count(&format!("[data-chart={chart}] .layer rect[stroke-width='16']")), 1);
        page.press("Escape");
        page.wait("document.querySelector('.tip').hidden");
    }
    page.focus("[data-chart=tornado] .plot");
    page.press("ArrowRight");
    page.wait("/, (low|high) end /.test(document.querySelector('.tip').textContent)");
    page.hover("[data-chart=map] svg", 0.2, 0.2);
    page.wait("document.querySelector('.tip').textContent.includes('/s each: ')");
    page.focus("[data-chart=percentiles] .plot");
    page.press("Home");
    assert!(page.text(".tip").starts_with("50 %"), "{}", page.text(".tip"));
    page.assert_quiet(&report());
}

#[test]
fn scales_turn_linear_and_back() {
    let Some(mut page) = opened() else { return };
    let redrawn = |page: &mut Page| page.count(&format!("{LATENCY} .redrawn"));
    let (across, up) = (format!("{LATENCY} [data-axis=x]"), format!("{LATENCY} [data-axis=y]"));
    assert_eq!((redrawn(&mut page), pressed(&mut page, &up).as_str()), (0, "true"));
    page.click(&up);
    page.wait(&format!("document.querySelector('{up}').getAttribute('aria-pressed') === 'false'"));
    assert_eq!(redrawn(&mut page), 1);
    assert_eq!(page.text("#said"), "up: linear scale");
    assert!(page.count(&format!("{LATENCY} .drawn polyline")) >= 5);
    let ticks = "[...document.querySelectorAll('[data-chart=latency-p99] .drawn text')].map(t => t.textContent)";
    let texts = page.evaluate(ticks).to_string();
    assert!(texts.contains("\"0 ms\"") && texts.contains("objective 250 ms"), "{texts}");
    // On a linear scale equal differences are equal lengths.
    let gaps = page.evaluate(
        "(ys => ys.slice(1).map((y, i) => ys[i] - y))([...document.querySelectorAll('[data-chart=latency-p99] .drawn text')]\
         .filter(t => /^[0-9]+ ms$/.test(t.textContent)).map(t => Number(t.getAttribute('y'))))",
    );
    let gaps: Vec<f64> = gaps.as_array().unwrap().iter().map(|gap| gap.as_f64().unwrap()).collect();
    assert!(gaps.len() >= 2 && gaps.iter().all(|gap| (gap / gaps[0] - 1.0).abs() < 1e-6), "{gaps:?}");
    page.focus(&across);
    page.press("Enter");
    page.wait(&format!("document.querySelector('{across}').getAttribute('aria-pressed') === 'false'"));
    page.focus(&format!("{LATENCY} .plot"));
    page.press("Home");
    assert!(page.text(".tip").starts_with("1 service"));
    page.click(&up);
    page.focus(&across);
    page.press(" ");
    page.wait(&format!("document.querySelector('{across}').getAttribute('aria-pressed') === 'true'"));
    assert_eq!((redrawn(&mut page), page.count(&format!("{LATENCY} .drawn > *"))), (0, 0));
    page.assert_quiet(&report());
}
