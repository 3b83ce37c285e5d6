//! Capacity units of load balancers: what AWS bills beside their hours, by whichever dimension is the largest.

use super::inventory::Inventory;
use super::option::ArchitectureOption;
use super::part::Part;
use super::prices::{Range, figure};
use super::quotas;
use super::system::System;

/// Seconds of an hour, and bytes of a GB as price lists count them.
pub(super) const HOUR_S: f64 = 3_600.0;
pub(super) const GB: f64 = 1e9;

/// What passes all load balancers of a kind in a second of the mean month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passing {
    /// Requests that reach one.
    pub requests: f64,
    /// Connections opened.
    pub opened: Range,
    /// Bytes of a request and its response; `None` where nobody says.
    pub bytes: Option<f64>,
}

/// The capacity units of all load balancers of a kind, on average.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Units {
    /// Units; `None` where a dimension that may be the largest is not known.
    pub units: Option<Range>,
    /// The largest dimension of those that are known.
    pub dimension: &'static str,
    /// Units by that dimension, as expected.
    pub known: f64,
}

/// Units of `kind`, which is an NLB or an ALB. AWS takes the largest dimension of each load balancer in each hour; here services
/// are spread evenly, so that one dimension is the largest at all of them.
pub(super) fn units(
    kind: Part,
    passing: Passing,
    option: &ArchitectureOption,
    inventory: &Inventory,
    system: &System,
) -> Units {
    let per = |id: &str, amount: Range| {
        let size = figure(system, id).expected;
        amount.each(|amount| amount / size)
    };
    let idle = idle_timeout(option, system);
    let active = passing.opened.each(|opened| opened * idle);
    let mut all = match kind {
        Part::Alb => vec![
            ("new connections", per("lcu.alb-new-connections", passing.opened)),
            ("active connections", per("lcu.alb-active-connections", active)),
            ("rule evaluations", per("lcu.alb-rule-evaluations", evaluations(passing, inventory, system))),
        ],
        _ => vec![
            ("new flows", per("lcu.nlb-new-flows", passing.opened)),
            ("active flows", per("lcu.nlb-active-flows", active)),
        ],
    };
    if let Some(bytes) = passing.bytes {
        let an_hour = Range::exactly(passing.requests * bytes * HOUR_S / GB);
        all.push(("processed bytes", per("lcu.gb-per-hour", an_hour)));
    }
    let largest = all.iter().fold(Range::default(), |most, (_, units)| most.with(*units, f64::max));
    let (dimension, known) = all
        .iter()
        .max_by(|a, b| a.1.expected.total_cmp(&b.1.expected))
        .map_or(("", 0.0), |(name, units)| (*name, units.expected));
    Units { units: passing.bytes.map(|_| largest), dimension, known }
}

/// After how many seconds without use a connection is closed: by the ALB that it ends at, or the NLB that it passes.
fn idle_timeout(option: &ArchitectureOption, system: &System) -> f64 {
    let ends_at_alb = option.has(Part::Alb) && option.also.is_none();
    quotas::limit(system, if ends_at_alb { "elb.alb-idle-timeout" } else { "elb.nlb-idle-timeout" })
}

/// Rule evaluations a second that are billed. Of k rules, each for a service and equally often the one that matches, a request is held
/// against (k + 1) / 2 on average; those beyond the free ones count. From none (the busy services stand first) to all k.
fn evaluations(passing: Passing, inventory: &Inventory, system: &System) -> Range {
    let rules = f64::from(inventory.services_per_alb);
    let beyond = (rules - figure(system, "lcu.alb-free-rules").expected).max(0.0);
    let average = if rules > 0.0 { beyond * (beyond + 1.0) / (2.0 * rules) } else { 0.0 };
    Range { low: 0.0, expected: average, high: beyond }.each(|rules| rules * passing.requests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::inventory::inventory;
    use crate::aws::option::Share;
    use crate::aws::tests::options;

    fn of(kind: Part, per_alb: u32, passing: Passing) -> Units {
        let mut option = options::named("rest-nlb-alb");
        option.share.services_per_alb = Share::Count(per_alb);
        let system = System::aws_defaults(options::all());
        units(kind, passing, &option, &inventory(&option, 2 * per_alb, &system), &system)
    }

    #[test]
    fn each_dimension_rules_where_it_is_the_largest() {
        let passing = |requests: f64, opened: f64, bytes: Option<f64>| Passing {
            requests,
            opened: Range::exactly(opened),
            bytes,
        };
        // 1,000/s of 10,000 bytes are 36 GB an hour.
        let bytes = of(Part::Alb, 1, passing(1_000.0, 50.0, Some(1e4)));
        assert_eq!((bytes.dimension, bytes.units), ("processed bytes", Some(Range::exactly(36.0))));
        // 500 new connections a second are 20 units of 25; of 60 s each, 30,000 are open: 10 units of 3,000.
        let new = of(Part::Alb, 1, passing(1_000.0, 500.0, Some(100.0)));
        assert_eq!((new.dimension, new.known), ("new connections", 20.0));
        // Behind the NLB the ALB closes after 60 s too: 30,000 of 100,000 flows, but 500 of 800 new ones.
        let flows = of(Part::Nlb, 1, passing(1_000.0, 500.0, Some(100.0)));
        assert_eq!((flows.dimension, flows.known), ("new flows", 0.625));
        // Of 50 rules a request meets 40 x 41 / 100 = 16.4 that are not free: 16,400 a second.
        let rules = of(Part::Alb, 50, passing(1_000.0, 1.0, Some(100.0)));
        assert_eq!((rules.dimension, rules.known), ("rule evaluations", 16.4));
        assert_eq!(rules.units.map(|units| units.high), Some(40.0));
    }

    #[test]
    fn without_sizes_the_units_are_unknown_and_what_is_known_is_said() {
        let passing = Passing { requests: 10.0, opened: Range::exactly(5.0), bytes: None };
        let units = of(Part::Alb, 1, passing);
        assert_eq!((units.units, units.dimension, units.known), (None, "new connections", 0.2));
    }
}
