//! The review as Markdown for a pull request or a wiki: GitHub's tables, charts as links to files beside it.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value};

use super::terminal::turns;
use super::{Figure, page};
use crate::issue::Issue;
use crate::results::Results;

const TEMPLATE: &str = include_str!("report.md.j2");

/// `report.md`; figures are linked as `charts/NAME.svg`, their drawings are not used.
///
/// # Errors
/// None that input can cause: a broken template is our error, and said to be.
pub fn markdown(results: &Results, figures: &[Figure]) -> Result<String, Issue> {
    let mut environment = Environment::new();
    environment.set_formatter(|out, _, value| {
        let text = value.to_string();
        let text = if value.is_safe() { text } else { escaped(&text) };
        out.write_str(&text)?;
        Ok(())
    });
    environment.add_filter("verbatim", |text: String| Value::from_safe_string(in_a_fence(&text)));
    let mut render = || -> Result<String, minijinja::Error> {
        environment.set_syntax(
            SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?,
        );
        let template = environment.template_from_named_str("report.md", TEMPLATE)?;
        template.render(Value::from(Serde(page::page(results, figures))))
    };
    render()
        .map_err(|error| Issue::new(format!("the report's Markdown template is broken, which is our error: {error:#}")))
}

/// Takes the meaning from what Markdown, HTML and tables would read as markup and from bidirectional controls, and keeps a cell on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '[' | ']' | '#' | '~' | '@' => {
                out.push('\\');
                out.push(c);
            }
            '_' => out.push_str("\\_"),
            c if c.is_control() => out.push(' '),
            c if turns(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A line inside a fence, where nothing is markup but the fence's end.
fn in_a_fence(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ").replace(turns, "\u{fffd}").replace("```", "` ` `")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::fixture::storm;

    #[test]
    fn tables_have_as_many_cells_as_heads() {
        let figure = Figure { name: "ladder", title: "Ladder", description: "what holds", plot: "", svg_inline: "" };
        for results in
            [fixture::orders(), fixture::four(), fixture::studied(), fixture::queue(), storm(), Results::default()]
        {
            let text = markdown(&results, &[figure]).unwrap();
            let mut cells = 0;
            for line in text.lines() {
                let here = line.replace("\\|", "").matches('|').count();
                assert!(cells == 0 || here == 0 || here == cells, "{line}\n{text}");
                cells = here;
            }
            assert!(text.contains("(charts/ladder.svg)") && !text.contains("\n\n\n"), "{text}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut results = fixture::orders();
        results.title = "<script>alert(1)</script> | [x](javascript:y)\n# head\u{202e}\u{2066}".into();
        let text = markdown(&results, &[]).unwrap();
        assert!(!text.contains("<script") && !text.contains("[x]") && !text.contains("\n# head"), "{text}");
        assert!(text.contains("head\u{fffd}\u{fffd}") && !text.contains(turns), "{text}");
    }
}
