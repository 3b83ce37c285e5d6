//! Whether the report can be used without a mouse, without sight and with weak sight: names, focus, contrast, motion.

use super::driver::Page;
use super::report::{opened, report};

#[test]
fn everything_that_can_be_operated_has_a_role_and_a_name() {
    let Some(mut page) = opened() else { return };
    let tree = page.accessibility();
    let named = |role: &str| -> Vec<String> {
        let nodes = tree.iter().filter(|node| node["role"]["value"] == role);
        nodes.map(|node| node["name"]["value"].as_str().unwrap_or_default().to_string()).collect()
    };
    for role in ["button", "slider", "application", "link", "region", "image"] {
        let names = named(role);
        assert!(!names.is_empty() && names.iter().all(|name| !name.trim().is_empty()), "{role}: {names:?}");
    }
    assert_eq!(named("slider"), ["Services"]);
    assert!(named("button").iter().any(|name| name.starts_with("Option 3: REST API")));
    assert_eq!(named("application").len(), page.count(".plot"));
    assert_eq!(page.attribute("#said", "aria-live").as_deref(), Some("polite"));
}

#[test]
fn tab_reaches_every_control_in_the_order_of_the_page() {
    let Some(mut page) = opened() else { return };
    let wanted = "[...document.querySelectorAll('#controls input, #controls button, .plot, .scales button')]";
    let all = page.evaluate(&format!("{wanted}.forEach((e, i) => {{ e.dataset.tour = i }}); {wanted}.length"));
    let all = all.as_u64().unwrap();
    let mut reached = Vec::new();
    for _ in 0..400 {
        page.press("Tab");
        let at = page
            .evaluate("document.activeElement.dataset.tour ?? (document.activeElement === document.body ? 'end' : '')");
        match at.as_str().unwrap() {
            "end" if !reached.is_empty() => break,
            "" | "end" => {}
            place => {
                reached.push(place.parse::<u64>().unwrap());
                let outlined = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'");
                assert_eq!(outlined, true, "the focus is to be seen at {place}");
            }
        }
        if reached.len() as u64 == all {
            break;
        }
    }
    assert_eq!(reached, (0..all).collect::<Vec<_>>());
    page.assert_quiet(&report());
}

/// The least contrast (WCAG 2.2) of the texts of the controls, the panel and the tooltip against their ground.
const CONTRAST: &str = "(() => {
  const parse = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
  const texts = [...document.querySelectorAll('#controls *, #explore *, .scales *, .tip *')].filter(e => e.getClientRects().length
    && !e.closest('.hidden') && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  const ratios = texts.map(e => { const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.className + ' ' + e.textContent.slice(0, 30)] });
  return [texts.length, ...ratios.sort((a, b) => a[0] - b[0])[0]];
})()";

fn explored(page: &mut Page) {
    page.click("#shown [data-option='1']");
    page.focus("[data-chart=latency-p99] .plot");
    page.press("ArrowRight");
    page.wait("!document.querySelector('.tip').hidden");
}

#[test]
fn texts_stand_out_light_and_dark() {
    let Some(mut page) = opened() else { return };
    explored(&mut page);
    for scheme in ["light", "dark"] {
        page.media("", &[("prefers-color-scheme", scheme)]);
        let dark = page.evaluate("getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'");
        assert_eq!(dark, scheme == "dark");
        let least = page.evaluate(CONTRAST);
        assert!(least[0].as_u64().unwrap() > 40 && least[1].as_f64().unwrap() >= 4.5, "{scheme}: {least}");
    }
    page.assert_quiet(&report());
}

#[test]
fn nothing_moves_for_those_who_ask_for_that() {
    let Some(mut page) = opened() else { return };
    let moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration.split(', ').some(d => parseFloat(d) > 0) \
                  || getComputedStyle(e).animationName !== 'none').length";
    page.media("", &[("prefers-reduced-motion", "no-preference")]);
    assert!(page.evaluate(moving).as_u64() > Some(0));
    page.media("", &[("prefers-reduced-motion", "reduce")]);
    assert_eq!(page.evaluate(moving), 0);
}
