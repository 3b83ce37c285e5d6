//! What became of the precision that was wanted, in a sentence. Not the warnings of single points.

use crate::report::number;
use crate::results::{Point, Results};

/// Where the rounds of replications ended, and what ended them; none where no precision was wanted.
#[must_use]
pub fn sentence(results: &Results) -> Option<String> {
    let wanted = results.wanted.precision.as_ref()?;
    let metric = &wanted.metric;
    let mut parts = Vec::new();
    for (ended, words) in [
        ("precision", "reached".to_string()),
        ("max_replications", "not reached by `max_replications`".to_string()),
        ("withheld", format!("out of reach, {metric} having no interval,")),
        ("interrupted", "cut off".to_string()),
    ] {
        let points: Vec<&Point> =
            results.points.iter().filter(|point| point.stopped_by.as_deref() == Some(ended)).collect();
        if let Some(after) = replications(&points) {
            let share = if points.len() == results.points.len() && points.len() > 1 {
                format!("all {} points", number::count(points.len() as u32))
            } else {
                number::counted(points.len(), "point", "points")
            };
            parts.push(format!("{words} at {share} after {after}"));
        }
    }
    let target = number::percent(wanted.relative);
    (!parts.is_empty()).then(|| format!("precision: {metric} to {target}, {}", parts.join("; ")))
}

/// `20 replications`, `20 to 60 replications`; none for no point.
fn replications(points: &[&Point]) -> Option<String> {
    let least = points.iter().map(|point| point.replications).min()?;
    let most = points.iter().map(|point| point.replications).max()?;
    let most = number::numbered(most as usize, "replication", "replications");
    Some(if points.iter().all(|point| point.replications == least) {
        most
    } else {
        format!("{} to {most}", number::count(least))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::Target;

    #[test]
    fn what_ended_the_rounds_is_said_for_all_points() {
        let mut results = fixture::orders();
        assert_eq!(sentence(&results), None);
        let target = Target { metric: "latency.p99".into(), relative: 0.02, max_replications: 60 };
        results.wanted.precision = Some(target);
        for (i, point) in results.points.iter_mut().enumerate() {
            point.replications = 20 + 10 * i as u32;
            point.stopped_by = Some("precision".into());
        }
        let all = sentence(&results).unwrap();
        assert_eq!(all, "precision: latency.p99 to 2 %, reached at all 5 points after 20 to 60 replications");
        results.points[4].stopped_by = Some("max_replications".into());
        let some = sentence(&results).unwrap();
        assert!(some.ends_with("; not reached by `max_replications` at one point after 60 replications"), "{some}");
    }
}
