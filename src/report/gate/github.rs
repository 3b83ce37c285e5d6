//! The gate as annotations that GitHub shows beside the lines of a pull request.
//!
//! Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of the toolkit's `command.ts`.

use super::{Standing, Suite};

/// Where a condition is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// Line and column, both from 1; none where the file does not state the condition.
    pub at: Option<(usize, usize)>,
}

/// A line for each condition that is missed (`::error`) or undecided (`::warning`); `place` says where a condition is written, none
/// where there is no file. Empty where everything holds.
#[must_use]
pub fn annotations(suites: &[Suite], place: impl Fn(&str) -> Option<Place>) -> String {
    let mut out = String::new();
    for suite in suites {
        for case in &suite.cases {
            let command = match case.standing {
                Standing::Pass => continue,
                Standing::Undecided => "warning",
                Standing::Fail => "error",
            };
            let mut properties = Vec::new();
            if let Some(place) = place(&case.condition) {
                properties.push(format!("file={}", property(&place.file)));
                if let Some((line, column)) = place.at {
                    properties.push(format!("line={line},col={column}"));
                }
            }
            properties.push(format!("title={}", property(&format!("{}: {}", suite.name, case.condition))));
            out.push_str(&format!("::{command} {}::{}\n", properties.join(","), data(&case.why)));
        }
    }
    out
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Case;

    fn suite(standing: Standing, why: &str) -> Suite {
        let condition = "latency.p99 <= 250ms".to_string();
        let case = Case { condition, standing, why: why.into(), measured: String::new(), decided_by: "simulation" };
        Suite { name: "a,b".into(), cases: vec![case] }
    }

    #[test]
    fn escapes_are_those_that_github_documents() {
        let place = |_: &str| Some(Place { file: "a:b,c%.toml".into(), at: Some((3, 9)) });
        let said = annotations(&[suite(Standing::Fail, "90 % missed:\r\nno, really")], place);
        assert_eq!(
            said,
            "::error file=a%3Ab%2Cc%25.toml,line=3,col=9,title=a%2Cb%3A latency.p99 <= 250ms::90 %25 missed:%0D%0Ano, really\n"
        );
    }

    #[test]
    fn what_holds_is_silent_and_what_is_undecided_warns() {
        let nowhere = |_: &str| None;
        assert_eq!(annotations(&[suite(Standing::Pass, "")], nowhere), "");
        let said = annotations(&[suite(Standing::Undecided, "open")], nowhere);
        assert_eq!(said, "::warning title=a%2Cb%3A latency.p99 <= 250ms::open\n");
    }
}
