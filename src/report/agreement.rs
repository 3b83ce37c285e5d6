//! How well known answers agree with what was measured, in words.

use super::number;
use crate::results::{Agreement, KnownAnswers};

/// Share of a standard normal variable beyond two standard deviations: 2 (1 - Φ(2)).
const NORMAL_BEYOND_2: f64 = 0.0455;

/// A deviation in standard errors, with its sign; `none` where there is none.
pub(super) fn z(value: Option<f64>, none: &str) -> String {
    value.map_or_else(|| none.to_string(), |z| format!("{z:+.2}"))
}

/// How many hold, and whether the deviations look like noise.
pub(super) fn sentence(sum: &Agreement) -> String {
    let mut text = format!(
        "{} of {} known answers of {} hold",
        number::count(sum.passed),
        number::count(sum.answers),
        number::numbered(sum.cases as usize, "case", "cases")
    );
    if let Some(beyond) = sum.beyond_2 {
        text.push_str(&format!(
            "; of {} with a standard error the mean z is {}, {} lie beyond 2 (of a normal law {}), the worst {} ({})",
            number::count(sum.scored),
            z(sum.mean_z, "-"),
            number::percent(beyond),
            number::percent(NORMAL_BEYOND_2),
            z(sum.worst_z, "-"),
            sum.worst
        ));
    }
    text
}

/// Which program was compared, when where that is known, and how where that was asked for: `gatecap 0.1.0, 2026-11-25`.
pub(super) fn of_version(known: &KnownAnswers) -> String {
    let date = if known.date.is_empty() { String::new() } else { format!(", {}", known.date) };
    format!("gatecap {}{date}{}", known.gatecap, manner(known).iter().map(|how| format!(", {how}")).collect::<String>())
}

/// How known answers were compared, where it was not the usual way: `by the reference path`, `with exact samplers`.
pub(super) fn manner(known: &KnownAnswers) -> Vec<String> {
    let path = known.reference.then(|| "by the reference path".to_string());
    let samplers = if known.samplers.is_empty() { None } else { Some(format!("with samplers `{}`", known.samplers)) };
    path.into_iter().chain(samplers).collect()
}

/// The same for a screen that is about something else.
pub(super) fn line(known: &KnownAnswers) -> String {
    let (passed, answers) = (number::count(known.all.passed), number::count(known.all.answers));
    format!("{passed} of {answers} known answers hold ({}); again: gatecap validate", of_version(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::known_answers;

    #[test]
    fn the_summary_compares_with_a_normal_law() {
        let text = sentence(&known_answers().all);
        assert!(text.starts_with("30 of 31 known answers of 4 cases hold; of 20 with"), "{text}");
        assert!(text.contains("mean z is -0.10, 5 % lie beyond 2 (of a normal law 4.5 %), the worst +2.40"), "{text}");
    }

    #[test]
    fn a_result_without_a_date_has_none() {
        let mut known = known_answers();
        assert_eq!(line(&known), "30 of 31 known answers hold (gatecap 0.1.0, 2026-11-25); again: gatecap validate");
        known.date.clear();
        assert!(line(&known).contains("(gatecap 0.1.0);"));
    }
}
