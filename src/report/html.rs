//! The architecture review as one HTML file: opens offline, loads nothing, reads well in print and in the dark.
//! Its one script, named by hash in the content security policy, lets a reader explore the charts; without it everything is there.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context, escape_formatter};

use super::terminal::turns;
use super::{Figure, explore, page, sha256};
use crate::issue::Issue;
use crate::results::Results;

const TEMPLATE: &str = include_str!("report.html.j2");
const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// `report.html`. Every text is escaped and turns no writing round; of `figures` only `svg_inline` is taken as markup, and
/// `figure_style` (CSS variables that the drawings use; may be empty) as CSS.
///
/// # Errors
/// None that input can cause: a broken template is our error, and said to be.
pub fn html(results: &Results, figures: &[Figure], figure_style: &str) -> Result<String, Issue> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() && text.contains(turns) => {
            escape_formatter(out, state, &Value::from(text.replace(turns, "\u{fffd}")))
        }
        _ => escape_formatter(out, state, value),
    });
    let mut render = || -> Result<String, minijinja::Error> {
        environment.set_syntax(
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
        );
        let template = environment.template_from_named_str("report.html", TEMPLATE)?;
        let page = Value::from(Serde(page::page(results, figures)));
        let safe = |text: &str| Value::from_safe_string(text.to_string());
        template.render(context! {
            page, version => results.gatecap.as_str(), style => safe(STYLE), figure_style => safe(figure_style),
            script => safe(SCRIPT), script_hash => safe(&sha256::base64(SCRIPT)), data => safe(&explore::data(results, figures)),
        })
    };
    render().map_err(|error| Issue::new(format!("the report's HTML template is broken, which is our error: {error:#}")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::fixture::storm;

    fn figures() -> Vec<Figure<'static>> {
        let figure = |name, title| Figure {
            name,
            title,
            description: "what it shows",
            plot: "{}",
            svg_inline: "<svg viewBox=\"0 0 560 340\" role=\"img\"><rect width=\"560\" height=\"340\" fill=\"#8883\"/></svg>",
        };
        vec![
            figure("ladder", "How many services each option holds"),
            figure("latency-p99", "What callers feel as services are added"),
            figure("hops", "Where the time goes"),
            figure("percentiles", "How slow the slow ones are"),
            figure("map", "What is nearest to its limit"),
            figure("goodput", "What gets through"),
        ]
    }

    /// Tags that were opened and not closed, or closed without being open.
    fn unbalanced(html: &str) -> Vec<String> {
        // What a script says is no markup.
        let html = html.replace(SCRIPT, "");
        let void = ["meta", "br", "hr", "rect", "!doctype", "wbr", "input"];
        let (mut open, mut wrong): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for tag in html.split('<').skip(1) {
            let name: String =
                tag.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect::<String>().to_lowercase();
            match name.strip_prefix('/') {
                Some(closed) => {
                    if open.pop().as_deref() != Some(closed) {
                        wrong.push(name.clone());
                    }
                }
                None if void.contains(&name.as_str()) => {}
                None => open.push(name),
            }
        }
        wrong.extend(open);
        wrong
    }

    #[test]
    fn every_page_is_well_formed_and_loads_nothing() {
        for results in
            [fixture::orders(), fixture::four(), fixture::studied(), fixture::queue(), storm(), Results::default()]
        {
            let html = html(&results, &figures(), "").unwrap();
            assert_eq!(unbalanced(&html), Vec::<String>::new());
            let hash = sha256::base64(SCRIPT);
            let policy =
                format!("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{hash}'");
            assert!(html.contains(&policy) && html.contains(&format!("<script>{SCRIPT}</script>")));
            assert_eq!(html.matches("<script").count(), 2, "the data and the script");
            for loading in [" src=", "<link", "@import", "url(", "<iframe", " onload"] {
                assert!(!html.contains(loading), "{loading}");
            }
            let (h1, h2) = (html.matches("<h1").count(), html.matches("<h2").count());
            assert!(h1 == 1 && h2 >= 1);
            assert_eq!(html.matches("<th>").count() + html.matches("<th class").count(), 0, "a th without scope");
        }
    }

    #[test]
    fn the_script_can_stand_in_a_page() {
        assert!(!SCRIPT.to_lowercase().contains("</script") && !SCRIPT.contains("<!--"));
        for markup in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http:", "https:"] {
            assert!(!SCRIPT.replace("http://www.w3.org/2000/svg", "").contains(markup), "{markup}");
        }
        assert!(SCRIPT.lines().count() <= 600);
    }

    #[test]
    fn the_verdict_and_each_reason_come_before_the_first_chart() {
        let html = html(&fixture::orders(), &figures(), "").unwrap();
        let chart = html.find("<svg").unwrap();
        for text in ["Choose option 3", "no WAF on the API", "needs two quota requests", "Good until", "VPC links V1"] {
            assert!(html.find(text).unwrap_or(usize::MAX) < chart, "{text}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let hostile = format!("</title><script>alert('x')</script>\" onload=\"y\u{202e}{}", "x".repeat(300));
        let mut results = fixture::orders();
        results.title.clone_from(&hostile);
        results.wanted.file.clone_from(&hostile);
        for option in &mut results.options {
            option.title.clone_from(&hostile);
        }
        for rung in &mut results.ceilings {
            rung.source = "javascript:alert(1) https://x.example/\"onclick=\"z".into();
            rung.name.clone_from(&hostile);
        }
        let html = html(&results, &[], "").unwrap();
        assert_eq!(html.to_lowercase().matches("<script").count(), 2);
        assert!(html.ends_with(&format!("</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")));
        let markup = &html[..html.find("<script").unwrap()];
        assert!(html.contains("y\u{fffd}xxx") && !html.contains(turns));
        assert!(!markup.contains("\" onload=") && !markup.contains("href=\"javascript"));
        assert_eq!(unbalanced(&html), Vec::<String>::new());
    }
}
