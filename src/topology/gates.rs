//! Where attempts are lost by chance on their way: nodes of load balancers in a lost zone until callers go elsewhere, and V2 links
//! that are idle.

use super::members::{Span, steps};
use crate::aws::changes::Checks;
use crate::engine::network::Steps;
use crate::scenario::{Change, Scenario};

/// Lost zones and idle links of a scenario, on the replication's clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Gates {
    lost: Vec<(u32, Span)>,
    idle: Vec<Span>,
}

impl Gates {
    pub(super) fn new(scenario: &Scenario, warmup_ns: u64) -> Gates {
        let mut gates = Gates::default();
        for event in &scenario.events {
            let span = Span::of(event, warmup_ns);
            match event.change {
                Change::ZoneLost { zone } => gates.lost.push((zone, span)),
                Change::LinkIdle { wake } => {
                    gates.idle.push(Span { to: span.from.saturating_add(wake.0), ..span });
                }
                _ => {}
            }
        }
        gates
    }

    /// Whether any zone is lost.
    pub(super) fn any_zone(&self) -> bool {
        !self.lost.is_empty()
    }

    /// When each of the zones is lost.
    pub(super) fn lost_zones(&self, zones: u32) -> Vec<Vec<Span>> {
        let of = |zone: u32| self.lost.iter().filter(|(lost, _)| *lost == zone).map(|(_, span)| *span).collect();
        (0..zones).map(of).collect()
    }

    /// Probability that a sender which balances over the nodes of `nodes` zones meets one that is lost: it chooses evenly among those
    /// it knows, and learns by `checks` and then `ttl` later who is gone and who is back.
    pub(super) fn through_nodes(&self, nodes: u32, checks: &Checks, ttl: u64) -> Steps<f64> {
        let ours = || self.lost.iter().filter(|(zone, _)| *zone < nodes);
        let gone = |span: &Span| {
            let known = span.known(checks)?;
            Some(Span { from: known.from.saturating_add(ttl), to: known.to.saturating_add(ttl) })
        };
        let ends = ours().flat_map(|(_, span)| [Some(*span), gone(span)]).flatten();
        let share = |at: u64| {
            let zones = |of: &dyn Fn(&Span) -> bool| {
                let has = |zone: &u32| ours().any(|(lost, span)| lost == zone && of(span));
                (0..nodes).map(|zone| has(&zone)).collect::<Vec<bool>>()
            };
            let dead = zones(&|span| span.has(at));
            let out = zones(&|span| gone(span).is_some_and(|gone| gone.has(at)));
            let all_out = out.iter().all(|out| *out);
            let known = (0..nodes as usize).filter(|&zone| all_out || !out[zone]);
            let met = known.clone().filter(|&zone| dead[zone]).count();
            met as f64 / known.count() as f64
        };
        steps(ends.flat_map(|span| [span.from, span.to]), Some(0.0), share)
    }

    /// Probability that an attempt meets a link that is not awake.
    pub(super) fn through_link(&self) -> Steps<f64> {
        let ends = self.idle.iter().flat_map(|span| [span.from, span.to]);
        steps(ends, Some(0.0), |at| f64::from(u8::from(self.idle.iter().any(|span| span.has(at)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::part::Part;

    const S: u64 = 1_000_000_000;

    fn gates(lost: &[(u32, u64, u64)]) -> Gates {
        let span = |&(zone, from, to): &(u32, u64, u64)| (zone, Span { from: from * S, to: to.saturating_mul(S) });
        Gates { lost: lost.iter().map(span).collect(), idle: Vec::new() }
    }

    fn shares(gates: &Gates, ttl: u64) -> Vec<(u64, f64)> {
        let steps = gates.through_nodes(3, &Checks::of(Part::Nlb), ttl * S);
        steps.instants().map(|at| at / S).zip(steps.values()).collect()
    }

    #[test]
    fn a_third_is_lost_until_detection_and_the_ttl() {
        assert_eq!(shares(&gates(&[(1, 10, u64::MAX)]), 60), [(10, 1.0 / 3.0), (130, 0.0)]);
        assert_eq!(shares(&gates(&[(1, 10, u64::MAX)]), 0), [(10, 1.0 / 3.0), (70, 0.0)]);
        assert_eq!(shares(&gates(&[(1, 10, 40)]), 60), [(10, 1.0 / 3.0), (40, 0.0)], "back before anybody noticed");
    }

    #[test]
    fn the_second_of_three_zones_is_half_of_what_is_left() {
        assert_eq!(shares(&gates(&[(1, 10, u64::MAX), (2, 200, u64::MAX)]), 60)[2..], [(200, 0.5), (320, 0.0)]);
    }

    #[test]
    fn where_no_zone_is_left_everything_is_lost() {
        let all = [(0, 10, u64::MAX), (1, 10, u64::MAX), (2, 10, u64::MAX)];
        assert_eq!(shares(&gates(&all), 60), [(10, 1.0)]);
    }
}
