//! How many targets a service has: as many as answer together before the first of its target groups is full.

use super::walk::End;
use crate::import::estate::{Estate, TargetKind};

/// Targets of an end: what its service runs, or those that are listed; with what must be said where that is not simply their number.
/// `weights` are those of its target groups, in their order.
///
/// A load balancer shares requests out by weight, however many targets a group has: a group of 2 that gets half of them is full when one
/// of 6 beside it still has room, so both carry what 4 do.
pub(super) fn targets(end: &End, estate: &Estate, weights: &[u32]) -> (Option<u32>, Option<String>) {
    let places = match end {
        End::Groups(places, _) => places,
        End::Discovery(at) => return (estate.discoveries[*at].desired.filter(|count| *count > 0), None),
        End::Named(..) => return (None, None),
    };
    let weights = weights.iter().copied().chain(std::iter::repeat(1));
    let groups: Vec<(u128, u128)> = places
        .iter()
        .zip(weights)
        .map(|(at, weight)| (&estate.target_groups[*at], u128::from(weight)))
        .filter(|(group, _)| matches!(group.kind, TargetKind::Instance | TargetKind::Ip))
        .map(|(group, weight)| (group.desired.map_or(group.targets.len() as u128, u128::from), weight))
        .collect();
    let sum: u128 = groups.iter().map(|(count, _)| count).sum();
    let told = groups.iter().filter(|(count, _)| *count > 0).count();
    let as_count = |count: u128| Some(u32::try_from(count).unwrap_or(u32::MAX)).filter(|count| *count > 0);
    if told < groups.len() {
        let why = format!("those of {told} of {} target groups; no file tells the others'", groups.len());
        return (as_count(sum), (told > 0).then_some(why));
    }
    let all: u128 = groups.iter().map(|(_, weight)| weight).sum();
    let carried =
        groups.iter().map(|(count, weight)| count * all / (*weight).max(1)).min().unwrap_or(0).max(sum.min(1));
    let why = (carried < sum).then(|| {
        let words = |of: fn(&(u128, u128)) -> u128| {
            groups.iter().take(5).map(|one| of(one).to_string()).collect::<Vec<_>>().join(", ")
        };
        let (counts, weights) = (words(|one| one.0), words(|one| one.1));
        format!("what {sum} carry: groups of {counts} have weights {weights}, so one is full before the others")
    });
    (as_count(carried), why)
}
