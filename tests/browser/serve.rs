//! The page of `gatecap serve` as a person uses it: every control by mouse and keyboard, hostile names, light and dark, wide and narrow.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::driver::Page;

/// A sweep of a second over all options.
const SCENARIO: &str = "title = \"Shop\"\nseed = 8\n[run]\nrequests = 10_000\nreplications = 3\n\
                        [sweep]\nservices = [1, 4, 60]\n[sensitivity]\nenabled = false\n";

/// A server that is ended with the test.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server of a scenario.
pub fn serve(text: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.toml"), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatecap"));
    command.args(["serve", "shop.toml", "--port", "0", "--quiet"]).current_dir(folder.path());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
    Server { child, address: address.trim_end().trim_end_matches('/').to_string(), folder }
}

/// The page of a server whose first sweep is shown.
pub fn open(text: &str) -> Option<(Server, Page)> {
    let mut page = Page::new("the page of gatecap serve")?;
    let server = serve(text);
    page.go(&server.address);
    ran(&mut page, 1);
    Some((server, page))
}

/// Waits until a sweep and its charts are shown.
fn ran(page: &mut Page, id: u32) {
    page.wait(&format!("document.body.dataset.charts === '{id}'"));
}

/// Types a value in place of what an input has, and leaves it.
fn fill(page: &mut Page, input: &str, value: &str) {
    let selector = format!("[data-input={input}]");
    page.focus(&selector);
    page.evaluate(&format!("document.querySelector('{selector}').select()"));
    page.type_text(value);
}

fn row(page: &mut Page, option: &str) -> String {
    page.text(&format!("tr[data-name={option}]"))
}

fn keep(picture: &[u8], name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join(name), picture).unwrap();
}

#[test]
fn the_largest_number_of_services_is_found_by_keyboard_alone() {
    let Some((server, mut page)) = open(SCENARIO) else { return };
    page.viewport(1200, 900);
    let bottom =
        page.evaluate("document.querySelector('tr[data-name=rest-alb-direct]').getBoundingClientRect().bottom");
    assert!(bottom.as_f64().unwrap() < 900.0, "the answer is seen without scrolling: {bottom}");
    assert_eq!(page.text("label[for=input-bound]"), "p99 at or below");
    // Every option: the one that holds most is said first.
    assert!(page.text("#headline").contains("Option 3 holds"), "{}", page.text("#headline"));
    page.focus("#whose");
    page.press("5");
    page.wait("document.querySelector('#whose').value === 'rest-alb-direct' && document.querySelector('tr.asked')");
    fill(&mut page, "bound", "200");
    page.press("Enter");
    ran(&mut page, 2);
    let headline = page.text("#headline");
    assert!(headline.starts_with("Option 5 holds 50 services with p99 at most 200 ms"), "{headline}");
    assert!(headline.contains("At 51: too many ALBs per Region for today's AWS quota."), "{headline}");
    assert!(headline.contains("Once AWS raises that quota: "), "{headline}");
    let text = row(&mut page, "rest-alb-direct");
    assert!(
        text.starts_with("5 REST API, VPC link V2, ALB") && text.contains("50") && text.contains("ALBs per Region"),
        "{text}"
    );
    assert!(page.text("#answer-for").contains("p99 is at most 200 ms"));
    let difference = page.text("#difference-body");
    assert!(difference.contains("objectives.hold") && difference.contains("200ms"), "{difference}");
    assert!(page.text("#said").contains("Option 5: 50 services"));
    fill(&mut page, "bound", "3");
    page.press("Control+Enter");
    ran(&mut page, 3);
    let text = row(&mut page, "rest-alb-direct");
    assert!(text.contains("none") && text.contains("worse"), "{text}");
    assert!(
        page.text("#headline").starts_with("Option 5 holds no service with p99 at most 3 ms"),
        "{}",
        page.text("#headline")
    );
    page.assert_quiet(&server.address);
}

#[test]
fn every_control_does_what_it_says() {
    let Some((server, mut page)) = open(SCENARIO) else { return };
    let text = |page: &mut Page| page.evaluate("document.getElementById('text').value").as_str().unwrap().to_string();
    for (input, value, written) in [
        ("rate", "50", "rate_per_service = \"50/s\""),
        ("median", "6", "median = \"6ms\""),
        ("slowest", "70", "p99 = \"70ms\""),
        ("ok", "0.99", "outcome.ok >= 0.99\""),
        ("count", "6", "count = 6"),
        ("targets", "4", "targets = 4"),
        ("concurrency", "2", "concurrency = 2"),
        ("queue", "64", "queue = 64"),
        ("zones", "2", "zones = 2"),
        ("vpcs", "1", "vpcs = 1"),
        ("requests", "5000", "requests = 5000"),
        ("replications", "4", "replications = 4"),
        ("seed", "9", "seed = 9"),
    ] {
        fill(&mut page, input, value);
        page.press("Tab");
        let written = json!(written);
        page.wait(&format!("document.getElementById('text').value.includes({written})"));
    }
    let choose = |page: &mut Page, selector: &str, value: &str| {
        page.evaluate(&format!(
            "(e => {{ e.value = '{value}'; e.dispatchEvent(new Event('change')) }})(document.querySelector('{selector}'))"
        ));
    };
    choose(&mut page, "[data-input=metric]", "latency.p95");
    page.wait("document.getElementById('text').value.includes('latency.p95 <= 250ms')");
    choose(&mut page, "#exact", "0");
    page.wait("document.getElementById('text').value.includes('requests = 10000')");
    page.click("[data-option=rest-nlb-alb]");
    page.wait("document.getElementById('text').value.includes('options = [')");
    page.wait(
        "document.querySelector('[data-option=rest-alb-direct]').nextElementSibling.textContent.startsWith('4 ')",
    );
    assert!(!text(&mut page).contains("rest-nlb-alb"));
    page.wait("document.querySelector('#answer.stale')");
    page.click("#run");
    ran(&mut page, 2);
    assert_eq!(page.count("#rows tr"), 4);

    for (button, file) in [("#save-scenario", "mine.toml"), ("#save-report", "mine-report/report.html")] {
        page.evaluate("document.getElementById('name').select()");
        page.type_text("mine");
        page.click(button);
        page.wait(&format!("document.getElementById('saved').textContent.includes({})", json!(file)));
        assert!(server.folder.path().join(file).is_file());
        page.click(button);
        page.wait("document.getElementById('saved').textContent.includes('is there already')");
    }
    page.click("#over");
    page.click("#save-report");
    page.wait("document.querySelector('#saved a')");
    assert_eq!(std::fs::read_to_string(server.folder.path().join("mine.toml")).unwrap(), text(&mut page));
    page.assert_quiet(&server.address);
    let link = page.attribute("#saved a", "href").unwrap();
    page.go(&format!("{}{link}", server.address));
    assert!(page.text("#verdict").contains("services") && page.count("figure svg") >= 4);
    page.assert_quiet(&server.address);
}

#[test]
fn mistakes_stand_at_their_place_and_a_sweep_can_be_stopped() {
    let Some((server, mut page)) = open(SCENARIO) else { return };
    fill(&mut page, "targets", "0");
    page.press("Tab");
    page.wait("document.querySelector('[data-input=targets]').getAttribute('aria-invalid') === 'true'");
    assert!(page.text("#trouble").contains("targets") && page.text("#mistakes").contains("line "));
    page.click("#mistakes button");
    let marked = "(t => t.value.slice(t.selectionStart, t.selectionEnd))(document.getElementById('text'))";
    assert_eq!(page.evaluate(marked), "0");
    fill(&mut page, "targets", "many");
    page.press("Tab");
    page.wait("document.getElementById('input-targets-fault').textContent === 'write a whole number'");
    fill(&mut page, "targets", "3");
    page.press("Tab");
    page.wait("document.getElementById('trouble').hidden && !document.querySelector('#mistakes li')");
    page.focus("#text");
    page.evaluate("document.getElementById('text').select()");
    page.type_text("[run]\nrequests = 400_000\nreplications = 50\n[sensitivity]\nenabled = false\n");
    page.wait("document.querySelector('[data-input=replications]').value === '50'");
    page.click("#run");
    page.wait("document.getElementById('bar').value > 0 && document.getElementById('bar').value < 1 && document.querySelector('.holds').textContent.startsWith('at most')");
    page.click("#stop");
    page.wait("document.getElementById('status').textContent.includes('stopped')");
    page.wait("document.getElementById('stop').disabled");
    page.assert_quiet(&server.address);
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    let hostile = format!(
        "<script>document.title='x'</script><img src=x onerror=alert(1)>' \\\" \u{202e}olleh {}",
        "w".repeat(190)
    );
    let text = format!(
        "title = \"{hostile}\"\nseed = 8\noptions = [{{ name = \"odd\", title = \"{hostile}\", path = [\"rest-api\", \"vpc-link-v2\", \"alb\"] }}]\n\
                        [run]\nrequests = 500\nreplications = 2\n[sweep]\nservices = [1, 4]\n[sensitivity]\nenabled = false\n"
    );
    let Some((server, mut page)) = open(&text) else { return };
    assert!(row(&mut page, "odd").contains("<script>document.title"));
    assert_eq!(page.count("main img") + page.count("main script"), 0);
    assert_eq!(page.evaluate("document.title"), "gatecap: how many services fit");
    page.viewport(400, 900);
    assert_eq!(page.evaluate("document.documentElement.scrollWidth <= 400"), true, "a long word breaks somewhere");
    page.focus("#text");
    page.evaluate("document.getElementById('text').select()");
    page.type_text(&format!("[[\"{hostile}\"]]\nx = 1"));
    page.wait("document.querySelector('#mistakes li')");
    assert_eq!(page.count("main img") + page.count("main script"), 0);
    page.assert_quiet(&server.address);
}

#[test]
fn it_is_readable_in_the_dark_on_a_telephone_and_by_ear() {
    let Some((server, mut page)) = open(SCENARIO) else { return };
    for scheme in ["light", "dark"] {
        page.media("", &[("prefers-color-scheme", scheme)]);
        for width in [1200, 400] {
            page.viewport(width, 900);
            keep(&page.screenshot(), &format!("serve-{scheme}-{width}.png"));
            assert_eq!(
                page.evaluate(&format!("document.documentElement.scrollWidth <= {width}")),
                true,
                "{scheme} {width}"
            );
        }
        for selector in ["body", ".muted", "thead th", "#run", "legend", "#rows th", "#rows small"] {
            page.viewport(1200, 900);
            let ratio = contrast(&mut page, selector);
            assert!(ratio >= 4.5, "{scheme}: {selector} has a contrast of {ratio:.2}");
        }
    }
    let nodes = page.accessibility();
    let named = |role: &str| -> Vec<String> {
        let of = |node: &&Value| node["role"]["value"] == role;
        nodes.iter().filter(of).map(|node| node["name"]["value"].as_str().unwrap_or("").to_string()).collect()
    };
    for role in ["textbox", "button", "checkbox", "combobox", "progressbar", "table"] {
        let names = named(role);
        assert!(!names.is_empty() && names.iter().all(|name| !name.trim().is_empty()), "{role}: {names:?}");
    }
    assert_eq!(named("heading")[0], "What is the largest number of services that holds this?");
    page.assert_quiet(&server.address);
}

/// Contrast of an element's text with what is behind it, as WCAG 2 computes it.
fn contrast(page: &mut Page, selector: &str) -> f64 {
    let script = format!(
        "(e => {{ const rgb = c => c.match(/[0-9.]+/g).map(Number); let b = e; \
         while (b && rgb(getComputedStyle(b).backgroundColor)[3] === 0) b = b.parentElement; \
         const l = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4) \
         .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0); \
         const x = l(rgb(getComputedStyle(e).color)), y = l(b ? rgb(getComputedStyle(b).backgroundColor) : [255, 255, 255]); \
         return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05) }})(document.querySelector('{selector}'))"
    );
    page.evaluate(&script).as_f64().unwrap()
}
