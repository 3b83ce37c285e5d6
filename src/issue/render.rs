//! Issues as a person reads them: rustc's look, path:line:column and caret, the remedy on a line of its own. The only place that
//! knows annotate-snippets.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, renderer::DecorStyle};

use super::{Issue, SourceFile};

/// Issues that are shown; further ones are counted.
const SHOWN: usize = 50;

/// Characters of a line that are shown; longer ones are cut around the place.
const WIDEST: usize = 200;

/// All `issues` with their places, and a last line that counts them, without a line feed at its end. `colour` adds ANSI colours;
/// the text reads the same without.
#[must_use]
pub fn render(issues: &[Issue], colour: bool) -> String {
    let mut out = String::new();
    for issue in issues.iter().take(SHOWN) {
        out.push_str(&one(issue, colour));
        out.push('\n');
    }
    if issues.len() > SHOWN {
        out.push_str(&format!("and {} more\n\n", issues.len() - SHOWN));
    }
    out.push_str(&summary(issues));
    out
}

/// "2 errors in shop.toml; nothing was run", or that they came after the run.
fn summary(issues: &[Issue]) -> String {
    let errors = if issues.len() == 1 { "1 error".to_string() } else { format!("{} errors", issues.len()) };
    let file = issues.iter().find_map(|issue| issue.source.as_ref());
    if issues.iter().any(|issue| issue.late) {
        return format!("{errors}, after the run");
    }
    match file {
        Some(file) => format!("{errors} in {}; nothing was run", clean(&file.path.display().to_string())),
        None => format!("{errors}; nothing was run"),
    }
}

fn one(issue: &Issue, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDEST);
    let message = clean(&issue.message);
    let mut group = Level::ERROR
        .primary_title(message.as_str())
        .elements(std::iter::empty::<Snippet<'_, annotate_snippets::Annotation<'_>>>());
    let shown = issue.source.as_ref().map(|source| Line::of(source, &issue.span));
    let path = issue.source.as_ref().map(|source| clean(&source.path.display().to_string()));
    if let (Some(line), Some(path)) = (&shown, &path) {
        let annotation = AnnotationKind::Primary.span(line.span.clone());
        let snippet = Snippet::source(line.text.as_str()).path(path.as_str()).line_start(line.number);
        group = group.element(snippet.annotation(annotation));
    }
    let mut out = renderer.render(&[group]);
    out.push('\n');
    if let Some(note) = &issue.note {
        let gutter = shown.as_ref().map_or(1, |line| line.number.to_string().len());
        out.push_str(&format!("{:gutter$} = {}\n", "", clean(note)));
    }
    if let Some(hint) = &issue.hint {
        let (on, off) = if colour { ("\u{1b}[1m\u{1b}[96m", "\u{1b}[0m") } else { ("", "") };
        out.push_str(&format!("{on}hint{off}: {}\n", clean(hint)));
    }
    out
}

/// Control characters of `text` made visible, so that nothing written in a file can steer a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The line that a span begins in.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    /// From 1.
    number: usize,
    /// Without its line feed.
    text: String,
    /// The part of `text` that is meant.
    span: Range<usize>,
}

impl Line {
    fn of(source: &SourceFile, span: &Range<usize>) -> Line {
        let text = &source.text;
        let start = floor(text, span.start.min(text.len()));
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[from..to].trim_end_matches('\r');
        let start = (start - from).min(line.len());
        let end = floor(text, span.end.min(text.len())).saturating_sub(from).clamp(start, line.len());
        let number = text[..from].matches('\n').count() + 1;
        Line { number, text: line.to_string(), span: start..end }
    }
}

/// The nearest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn shown(text: &str, span: Range<usize>) -> String {
        let source = Arc::new(SourceFile { path: "scenarios/shop.toml".into(), text: text.into() });
        render(&[Issue::new("found, but allowed").at(&source, span).note("why it is so").hint("do this")], false)
    }

    #[test]
    fn message_place_note_hint_and_count() {
        let text = "\n\nmax = -1\n";
        assert_eq!(
            shown(text, 8..10),
            "error: found, but allowed
 --> scenarios/shop.toml:3:7
  |
3 | max = -1
  |       ^^
  = why it is so
hint: do this

1 error in scenarios/shop.toml; nothing was run"
        );
    }

    #[test]
    fn places_are_in_characters_whatever_the_text() {
        for (text, span, at) in [
            ("é = 'ü' # x\nß = 1", 19..20, ":2:5"),
            ("a = 1\r\nb = 2\r\n", 11..12, ":2:5"),
            ("\ta = 1", 5..6, ":1:6"),
            ("a = 1\n", 6..6, ":2:1"),
            ("", 0..0, ":1:1"),
            ("a", 5..9, ":1:2"),
        ] {
            assert!(shown(text, span.clone()).contains(&format!("shop.toml{at}\n")), "{text:?} {}", shown(text, span));
        }
    }

    #[test]
    fn a_long_line_is_cut_around_its_place() {
        let text = format!("{} = {}", "é".repeat(5_000), "x".repeat(5_000));
        let rendered = shown(&text, 10_003..10_004);
        assert!(rendered.contains(":1:5004\n"), "{rendered}");
        assert!(rendered.lines().all(|line| line.chars().count() < 230), "{rendered}");
        assert!(rendered.contains("é = xxx"), "{rendered}");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let source = Arc::new(SourceFile { path: "a\u{1b}[2J.toml".into(), text: "x = \"\u{1b}[31m\"".into() });
        let rendered = render(&[Issue::new("`\u{1b}[31m` \u{7}").at(&source, 4..11)], false);
        assert!(!rendered.contains('\u{1b}') && !rendered.contains('\u{7}'), "{rendered:?}");
    }

    #[test]
    fn many_are_counted() {
        let issues: Vec<Issue> = (0..60).map(|i| Issue::new(format!("number {i}"))).collect();
        let rendered = render(&issues, false);
        assert!(rendered.ends_with("error: number 49\n\nand 10 more\n\n60 errors; nothing was run"), "{rendered}");
    }

    /// What goes wrong when results are written came after a run.
    #[test]
    fn late_issues_do_not_say_that_nothing_was_run() {
        let late = render(&[Issue::new("cannot write `a`: no space").late()], false);
        assert!(late.ends_with("1 error, after the run"), "{late}");
    }
}
