//! Which options are beaten: another one is no worse in anything that the comparison weighs, and better in something.

use super::super::ends::traffic_end;
use super::super::judge::{Judgement, Outcome, monthly};
use super::clearly_faster;
use crate::results::Results;

/// For each option the numbers of those that beat it, ascending; an option that misses a condition beats none. Weighed are the services
/// that quotas in force hold, where traffic ends, p99 (slower only beyond doubt), the month's known cost, services that share a
/// configuration and a zone's fate, and parts to run.
pub(super) fn beaten(results: &Results, options: &[Judgement]) -> Vec<Vec<usize>> {
    let beats = |a: &&Judgement, b: &Judgement| a.number != b.number && beats(results, a, b);
    options.iter().map(|b| options.iter().filter(|a| beats(a, b)).map(|a| a.number).collect()).collect()
}

fn beats(results: &Results, a: &Judgement, b: &Judgement) -> bool {
    if matches!(a.standing(), Outcome::Missed(_)) || clearly_faster(results, b, a) {
        return false;
    }
    let (ours, theirs) = (weighed(results, a), weighed(results, b));
    let pairs = || ours.iter().zip(&theirs);
    let no_worse = pairs().all(|(a, b)| a <= b);
    no_worse && (clearly_faster(results, a, b) || pairs().any(|(a, b)| a < b))
}

/// What is weighed but for p99, each so that less is better.
fn weighed(results: &Results, option: &Judgement) -> [f64; 6] {
    let holds = option.structure.map_or(f64::INFINITY, |rung| f64::from(rung.services));
    let traffic = traffic_end(results, option).map_or(f64::INFINITY, |end| end.holds());
    let fate = option.option.shared_fate.map_or(1.0, f64::from);
    // What costs nobody knows how much is not cheaper.
    let month = monthly(results, &option.option.name).map_or(f64::INFINITY, |month| month.round());
    [-holds, -traffic, month, f64::from(option.option.shared_configuration), fate, option.option.parts_total]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::report::fixture;
    use crate::report::verdict::verdict;

    #[test]
    fn an_option_that_is_worse_in_all_is_beaten_and_one_that_is_best_in_something_is_not() {
        let mut results = fixture::orders();
        for line in results.costs.iter_mut().filter(|line| line.option == "rest-nlb-alb") {
            line.monthly = line.monthly.map(|month| month + 100.0);
        }
        let beaten = verdict(&results).unwrap().beaten;
        // Option 5 has fewer parts than 4, costs less and holds as many; their p99 cannot be told apart.
        assert!(beaten[3].contains(&5), "{beaten:?}");
        // Option 3 holds the most services.
        assert!(beaten[2].is_empty(), "{beaten:?}");
        // Option 1 is out: it beats nobody.
        assert!(beaten.iter().all(|by| !by.contains(&1)), "{beaten:?}");
    }

    #[test]
    fn twins_do_not_beat_each_other() {
        let mut results = fixture::four();
        results.options.truncate(1);
        let mut twin = results.options[0].clone();
        twin.name = "twin".into();
        results.options.push(twin);
        let mut point = results.points[0].clone();
        point.option = Some("twin".into());
        results.points.push(point);
        for rung in results.ceilings.clone().into_iter().filter(|rung| rung.option == results.options[0].name) {
            results.ceilings.push(crate::results::Ceiling { option: "twin".into(), ..rung });
        }
        for line in results.costs.clone().into_iter().filter(|line| line.option == results.options[0].name) {
            results.costs.push(crate::results::CostLine { option: "twin".into(), ..line });
        }
        assert_eq!(verdict(&results).unwrap().beaten, [[0; 0], [0; 0]]);
    }
}
