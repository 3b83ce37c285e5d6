//! Services that have more work than they can do although the system as a whole has not, named with the reason that is most likely.

use super::number::{self, list};
use crate::results::{Point, Results};

/// Share of the time that all targets of a service work from which on it is taken to be overloaded.
const BUSY: f64 = 0.995;

/// Services that are named.
const NAMED: usize = 3;

/// A sentence for each set of overloaded services at the operating point, without its full stop; options that have the same one share it.
#[must_use]
pub(super) fn sentences(results: &Results) -> Vec<String> {
    let here = |point: &&Point| point.option.is_some() && point.services == results.wanted.services;
    let mut said: Vec<String> = Vec::new();
    for point in results.points.iter().filter(here) {
        let Some(load) = point.bottleneck_load.filter(|load| *load >= 1.0 && ends_at_service(point)) else { continue };
        let names = overloaded(point);
        if names.is_empty() {
            continue;
        }
        let more = names.len().saturating_sub(NAMED);
        let mut shown: Vec<String> = names.iter().take(NAMED).map(|name| (*name).to_string()).collect();
        shown.extend((more > 0).then(|| format!("{more} more")));
        let who = number::numbered(names.len(), "service is", "services are");
        said.push(format!(
            "{who} overloaded, with all targets busy all the time: {}; the busiest is offered {} of what it can do. A target works on \
             `concurrency` requests at once, which is 1 where nothing is stated",
            list(&shown),
            number::percent(load)
        ));
    }
    // Loads of services are those of the traffic, and differ between options by noise alone.
    let key = |sentence: &String| sentence.split(';').next().map(String::from);
    said.dedup_by(|a, b| key(a) == key(b));
    said
}

fn ends_at_service(point: &Point) -> bool {
    point.bottleneck.as_deref().is_some_and(|name| name == "hop.service" || name.starts_with("hop.service."))
}

/// Names of the services that are busy all the time, busiest first and of equal ones by name.
fn overloaded(point: &Point) -> Vec<&str> {
    let busy = point.metrics.iter().filter_map(|(metric, estimate)| {
        let name = metric.strip_prefix("hop.service.")?.strip_suffix(".utilisation")?;
        Some((name, estimate.value.filter(|value| *value >= BUSY)?))
    });
    let mut busy: Vec<(&str, f64)> = busy.collect();
    busy.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    busy.into_iter().map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::results::Estimate;

    #[test]
    fn services_that_are_busy_all_the_time_are_named_once() {
        let mut results = fixture::built();
        let services = results.wanted.services;
        assert!(sentences(&results).is_empty());
        for point in results.points.iter_mut().filter(|point| point.services == services) {
            (point.bottleneck, point.bottleneck_load) = (Some("hop.service".into()), Some(1.195));
            for (name, busy) in [("a", 1.0), ("b", 0.8), ("c", 1.0), ("d", 1.0), ("e", 0.999)] {
                let estimate = Estimate { value: Some(busy), ..Estimate::default() };
                point.metrics.insert(format!("hop.service.{name}.utilisation"), estimate);
            }
        }
        let said = sentences(&results);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains(" services are overloaded, with all targets busy all the time: a, c, d and 1 more; "),
            "{said:?}"
        );
        results.points.iter_mut().for_each(|point| point.bottleneck_load = Some(0.9));
        assert!(sentences(&results).is_empty());
    }
}
