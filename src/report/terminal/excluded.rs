//! The needs that options do not meet, for every screen that compares options.

use super::{Paint, wrapped};
use crate::results::Results;

/// A line for each option and need that it does not meet, with the reason and its source; empty where nothing is lacking.
pub(super) fn excluded(results: &Results, paint: Paint) -> String {
    let mut out = String::new();
    for (i, option) in results.options.iter().enumerate() {
        for exclusion in &option.exclusions {
            let source = format!("{} ({})", exclusion.source, exclusion.date);
            let line = format!("{} {}: {}; {source}", i + 1, option.name, exclusion.reason);
            out.push_str(&format!(" {} {}", paint.mark("x"), wrapped(&line, "   ")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::Exclusion;

    #[test]
    fn every_exclusion_has_its_reason_and_source() {
        let mut results = fixture::orders();
        assert_eq!(excluded(&results, Paint { colour: false }), "");
        results.options[1].exclusions.push(Exclusion {
            reason: "no usage plans: the path has no REST API".into(),
            source: "AWS".into(),
            date: "2025".into(),
            ..Exclusion::default()
        });
        let text = excluded(&results, Paint { colour: false });
        assert_eq!(text, " x 2 rest-link-per-service: no usage plans: the path has no REST API; AWS (2025)\n");
    }
}
