//! What is wrong with a scenario, as a page shows it: the place, the words, and the message as a terminal would have it.

use gatecap::issue::{Issue, render};
use serde_json::{Value, json};

/// Issues that are sent; further ones are counted by the page's last line.
const MOST: usize = 50;

/// All of them, in file order.
pub fn json(issues: &[Issue]) -> Value {
    let all: Vec<Value> = issues.iter().take(MOST).map(one).collect();
    json!({ "list": all, "count": issues.len(), "text": render(issues, false) })
}

fn one(issue: &Issue) -> Value {
    let place = issue.source.as_ref().map(|source| {
        let (line, column) = source.line_and_column(issue.span.start);
        // A browser counts UTF-16 units.
        let units = |to: usize| source.text.get(..to).map_or(0, |text| text.encode_utf16().count());
        json!({
            "file": source.path.display().to_string(), "line": line, "column": column,
            "from": units(issue.span.start), "to": units(issue.span.end), "bytes": [issue.span.start, issue.span.end],
        })
    });
    json!({ "message": issue.message, "hint": issue.hint, "note": issue.note, "place": place })
}
