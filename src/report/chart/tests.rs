//! Every chart on ordinary and on the worst results: well-formed, described, deterministic, and never a panic.

use super::{all, fixture, theme_css};

#[test]
fn five_options_give_every_chart() {
    let names: Vec<String> = all(&fixture::five_options()).into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["ladder", "latency-p99", "goodput", "hops", "percentiles", "map"]);
    let names: Vec<String> = all(&fixture::hops()).into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["latency-p99", "goodput", "hops", "percentiles"]);
    let names: Vec<String> = all(&crate::results::fixture::storm()).into_iter().map(|c| c.name).collect();
    assert!(names.ends_with(&["timeline".to_string(), "trigger".to_string()]), "{names:?}");
    assert!(all(&crate::results::Results::default()).is_empty());
}

#[test]
fn the_same_results_give_the_same_bytes() {
    assert_eq!(all(&fixture::five_options()), all(&fixture::five_options()));
}

/// Elements of an SVG as (name, whether it ends one), after checking that they nest.
fn check_nesting(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in svg.split('<').skip(1) {
        let inner = tag.split('>').next().unwrap_or("");
        let name = inner.trim_start_matches('/').split([' ', '/']).next().unwrap_or("");
        match (inner.starts_with('/'), inner.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name)),
            (false, false) => open.push(name),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_worst_results_still_give_honest_pictures() {
    for (case, results) in fixture::worst_cases().iter().enumerate() {
        for chart in all(results) {
            let what = format!("case {case}, {}", chart.name);
            for svg in [&chart.svg, &chart.svg_inline] {
                assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("inf"), "{what}");
                assert!(svg.contains("role=\"img\"") && svg.contains("</title>") && svg.contains("</desc>"), "{what}");
                assert!(!svg.contains("\"#01"), "{what}: a key colour got out");
                assert!(svg.len() < 400_000, "{what}: {} bytes", svg.len());
                check_nesting(svg);
            }
            assert!(!chart.svg.contains("var("), "{what}");
            assert!(chart.description.ends_with('.'), "{what}: {}", chart.description);
        }
    }
}

#[test]
fn what_cannot_be_shown_is_said() {
    let results = fixture::worst_cases().swap_remove(2);
    let latency = super::latency_p99(&results).unwrap();
    assert!(latency.svg.contains("Nothing to show: no point has a steady state"), "{}", latency.svg);
}

#[test]
fn the_theme_knows_every_variable_that_charts_use() {
    let css = theme_css();
    for chart in all(&fixture::five_options()) {
        for used in chart.svg_inline.split("var(").skip(1) {
            let name = used.split(',').next().unwrap_or("");
            assert!(css.contains(&format!("{name}:")), "{name}");
        }
    }
}
