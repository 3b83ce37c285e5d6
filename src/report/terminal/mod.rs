//! Terminal tables, at most 96 columns, readable without colour. Returns text; nothing here prints or asks what a terminal can do.
//!
//! Marks, also without colour: `>` chosen, `+` met today, `^` after a quota request, `?` not settled, `x` missed.

mod as_built;
mod compare;
mod differences;
mod excluded;
mod limits;
mod over_time;
mod run;
mod sweep;
mod table;
mod validate;

use anstyle::{AnsiColor, Style};

pub use compare::compare;
pub use limits::{asks, limits};
pub use run::run;
pub use sweep::sweep;
pub(super) use validate::precise;
pub use validate::{check, validate};

use super::agreement;
use super::judge::{Judgement, Outcome};
use super::number::cut;
use super::warnings::interrupted;
use crate::results::{KnownAnswers, OptionInfo, Results};

/// The widest line.
pub const WIDTH: usize = 96;
/// The widest line of running text, which may follow a mark.
const TEXT: usize = WIDTH - 3;

/// Colour, where the caller asked for it.
#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// A mark in the colour of what it says.
    fn mark(self, mark: &str) -> String {
        let colour = match mark.trim() {
            "+" => AnsiColor::Green,
            ">" => AnsiColor::Cyan,
            "^" | "?" => AnsiColor::Yellow,
            "x" => AnsiColor::Red,
            _ => return mark.to_string(),
        };
        self.with(Style::new().fg_color(Some(colour.into())).bold(), mark)
    }
}

/// That the work was stopped before its end; empty where it was not.
fn stopped(results: &Results, paint: Paint) -> String {
    interrupted(results)
        .map_or(String::new(), |why| format!("{} {}", paint.mark("?"), wrapped(&format!("stopped: {why}"), "  ")))
}

/// How known answers were met, in a line; empty where the document does not know.
fn proof(results: &Results) -> String {
    let line = |known: &KnownAnswers| format!("proof   {}", wrapped(&agreement::line(known), "        "));
    results.known_answers.as_ref().map_or(String::new(), line)
}

/// Where the services of a mix go; empty where there is none.
fn mix(results: &Results) -> String {
    super::mix::lines(results).iter().map(|line| wrapped(line, "  ")).collect()
}

fn rule() -> String {
    "-".repeat(WIDTH - 2)
}

fn outcome_mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "+",
        Outcome::AfterRaise => "^",
        Outcome::Unsettled(_) => "?",
        Outcome::Missed(_) => "x",
    }
}

fn option_label(option: &Judgement) -> String {
    label(option.number, option.option)
}

/// `5 rest-alb-direct`, with a remark where it is what is built.
fn label(number: usize, option: &OptionInfo) -> String {
    let built = if option.as_built && !option.title.starts_with("As built") { " (built)" } else { "" };
    format!("{number} {}{built}", clean(&option.name))
}

/// `text` without what would move the cursor or turn the direction of writing: control characters and bidirectional controls.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether `c` turns the direction of the writing around it: a bidirectional control.
pub(super) fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Wraps words at the screen's width; a word longer than a line is broken. Following lines begin with `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for word in clean(text).split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        if length > 0 && length + 1 + rest.len() > TEXT {
            out.push('\n');
            out.push_str(indent);
            length = indent.chars().count();
        } else if length > 0 {
            out.push(' ');
            length += 1;
        }
        while length + rest.len() > TEXT {
            let room = TEXT - length;
            out.extend(rest.drain(..room));
            out.push('\n');
            out.push_str(indent);
            length = indent.chars().count();
        }
        length += rest.len();
        out.extend(rest);
    }
    out.push('\n');
    out
}

/// A command line, broken before a flag where it would be too long, with a remark that a shell passes over.
fn command(label: &str, command: &str, remark: &str) -> String {
    let indent = " ".repeat(8);
    let mut lines: Vec<String> = vec![format!("{label:<8}")];
    for (i, flag) in clean(command).split(" --").enumerate() {
        let flag = if i == 0 { flag.to_string() } else { format!(" --{flag}") };
        let last = lines.len() - 1;
        if lines[last].chars().count() + flag.chars().count() + 2 > WIDTH && i > 0 {
            lines[last].push_str(" \\");
            lines.push(format!("{indent}  {}", flag.trim_start()));
        } else {
            lines[last].push_str(&flag);
        }
    }
    let last = lines.len() - 1;
    let remark = format!("# {}", clean(remark));
    if lines[last].chars().count() + remark.chars().count() + 3 <= WIDTH {
        lines[last].push_str(&format!("   {remark}"));
    } else {
        lines.push(format!("{indent}{}", cut(&remark, WIDTH - 8)));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::fixture::storm;

    /// Every screen of the fixtures.
    fn screens(colour: bool) -> Vec<String> {
        let mut screens = Vec::new();
        for results in [
            fixture::orders(),
            fixture::four(),
            fixture::built(),
            fixture::queue(),
            storm(),
            crate::results::Results::default(),
        ] {
            screens.push(sweep(&results, Some("output/orders"), colour));
            screens.push(run(&results, colour));
            screens.push(limits(&results, false, colour));
            screens.push(limits(&results, true, colour));
            screens.push(validate(&results, false, colour));
            screens.push(check(&results, colour));
        }
        screens
    }

    #[test]
    fn no_line_is_wider_than_the_screen_and_none_is_coloured_unasked() {
        for screen in screens(false) {
            for line in screen.lines() {
                assert!(line.chars().count() <= WIDTH, "{} columns: {line}", line.chars().count());
                assert!(!line.contains('\u{1b}') && line.trim_end() == line, "{line:?}");
            }
        }
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        for (plain, coloured) in screens(false).iter().zip(screens(true)) {
            let (mut text, mut inside) = (String::new(), false);
            for c in coloured.chars() {
                match c {
                    '\u{1b}' => inside = true,
                    'm' if inside => inside = false,
                    c if !inside => text.push(c),
                    _ => {}
                }
            }
            let trimmed: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
            assert_eq!(*plain, trimmed);
        }
    }

    #[test]
    fn an_interrupted_sweep_says_so_first() {
        let mut results = fixture::orders();
        let message = "3 of 5 points were finished".to_string();
        results.warnings.push(crate::results::Warning { kind: "interrupted".into(), message, ..Default::default() });
        for screen in [sweep(&results, None, false), run(&results, false), check(&results, false)] {
            assert!(screen.starts_with("? stopped: 3 of 5 points were finished\n"), "{screen}");
        }
    }

    #[test]
    fn hostile_names_cannot_move_the_cursor() {
        let mut results = fixture::orders();
        results.title = format!("a\u{1b}[2Jb\u{202e}{}", "x".repeat(300));
        results.options[0].name = "n\r\n\u{7}".repeat(40);
        for screen in [sweep(&results, None, false), limits(&results, true, false), run(&results, false)] {
            assert!(!screen.contains('\u{1b}') && !screen.contains('\u{202e}') && !screen.contains('\r'));
            assert!(screen.lines().all(|line| line.chars().count() <= WIDTH));
        }
    }
}
