//! Who of a service's targets gets new attempts, over time, as rotations of its group; and what services behind one NLB do to each
//! other's zones.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Builder;
use super::members::{Member, Span, steps};
use crate::engine::network::{Rotation, Steps};

/// When nobody comes to a target through its own zone, by zone: with cross-zone off a zone's node alone sends there.
pub(super) type Closed = Vec<Vec<Span>>;

fn is_closed(closed: &Closed, zone: u32, at: u64) -> bool {
    closed.get(zone as usize).is_some_and(|spans| spans.iter().any(|span| span.has(at)))
}

/// Shares of new attempts at an instant: each target's over that of the others, and that of those who meet nobody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shares {
    pub targets: Vec<f64>,
    pub nobody: f64,
}

/// The shares of a service's targets at an instant. Targets that are known to be lost get nothing; where all are, all that are there do
/// (fail open). With `closed` callers choose a zone evenly first, of those that have the service's targets at any time.
pub(super) fn shares(members: &[Member], closed: Option<&Closed>, at: u64) -> Shares {
    let present: Vec<f64> = members.iter().map(|member| member.present(at)).collect();
    let known: Vec<bool> = members.iter().map(|member| member.known_lost(at)).collect();
    let fit = |of: &dyn Fn(usize) -> bool| -> Vec<f64> {
        let healthy: Vec<f64> = (0..members.len()).map(|i| if of(i) && !known[i] { present[i] } else { 0.0 }).collect();
        let any = healthy.iter().any(|weight| *weight > 0.0);
        if any { healthy } else { (0..members.len()).map(|i| if of(i) { present[i] } else { 0.0 }).collect() }
    };
    let Some(closed) = closed else {
        let targets = fit(&|_| true);
        let nobody = f64::from(u8::from(targets.iter().all(|weight| *weight == 0.0)));
        return Shares { targets, nobody };
    };
    let zones: BTreeSet<u32> = members.iter().map(|member| member.zone).collect();
    let open: BTreeSet<u32> = zones.iter().copied().filter(|&zone| !is_closed(closed, zone, at)).collect();
    let (mut targets, mut nobody) = (vec![0.0; members.len()], 0.0);
    for zone in if open.is_empty() { zones } else { open } {
        let inside = fit(&|i| members[i].zone == zone);
        let total: f64 = inside.iter().sum();
        if total > 0.0 {
            targets.iter_mut().zip(inside).for_each(|(weight, own)| *weight += own / total);
        } else {
            nobody += 1.0;
        }
    }
    Shares { targets, nobody }
}

/// The rotations of a group of these targets; empty where all of them always take alike. The second value says whether some attempts meet
/// nobody: then a station that refuses them must follow the targets. With `counts` whoever balances counts what is outstanding, and sends
/// nothing to nobody while there is a target.
pub(super) fn rotations(
    builder: &mut Builder<'_>,
    members: &[Member],
    closed: Option<&Closed>,
    counts: bool,
) -> (Steps<u32>, bool) {
    let ends = closed.into_iter().flatten().flatten().flat_map(|span| [span.from, span.to]);
    let turns: Vec<u64> = members.iter().flat_map(Member::turns).chain(ends).collect();
    if turns.is_empty() {
        return (Steps::default(), false);
    }
    let mut instants: Vec<u64> = std::iter::once(0).chain(turns).filter(|at| *at < u64::MAX).collect();
    instants.sort_unstable();
    instants.dedup();
    let mut over_time: Vec<Shares> = instants.iter().map(|&at| shares(members, closed, at)).collect();
    for shares in over_time.iter_mut().filter(|shares| counts && shares.targets.iter().any(|weight| *weight > 0.0)) {
        shares.nobody = 0.0;
    }
    let nobody = over_time.iter().any(|shares| shares.nobody > 0.0);
    let all = &mut builder.network.rotations;
    let bits = |weights: &[f64]| weights.iter().map(|weight| weight.to_bits()).collect::<Vec<u64>>();
    let mut places: BTreeMap<Vec<u64>, u32> = (0..).zip(&*all).map(|(at, one)| (bits(&one.weights), at)).collect();
    let mut at_instant = BTreeMap::new();
    for (&at, Shares { targets: mut weights, nobody: share }) in instants.iter().zip(over_time) {
        weights.extend(nobody.then_some(share));
        let place = *places.entry(bits(&weights)).or_insert_with(|| {
            all.push(Rotation { weights });
            all.len() as u32 - 1
        });
        at_instant.insert(at, place);
    }
    (steps(instants.into_iter(), None, |at| at_instant.get(&at).copied().unwrap_or(0)), nobody)
}

/// When a zone that has targets of a service at some time has none that takes attempts and is not known to be lost.
fn without_healthy(members: &[Member], zone: u32) -> Vec<Span> {
    let here: Vec<&Member> = members.iter().filter(|member| member.zone == zone).collect();
    if here.is_empty() {
        return Vec::new();
    }
    let mut instants: Vec<u64> = here.iter().flat_map(|member| member.turns()).chain([0, u64::MAX]).collect();
    instants.sort_unstable();
    instants.dedup();
    let mut spans: Vec<Span> = Vec::new();
    for pair in instants.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if here.iter().any(|member| member.present(from) > 0.0 && !member.known_lost(from)) {
            continue;
        }
        match spans.last_mut() {
            Some(last) if last.to == from => last.to = to,
            _ => spans.push(Span { from, to }),
        }
    }
    spans
}

/// When each zone of an NLB without cross-zone balancing is out of what callers know: a zone leaves DNS while any of the target groups
/// has targets there, but no healthy one, and callers learn of it, both ways, `ttl` later. Source: AWS, Network Load Balancers user
/// guide (awsdocs, 2023-04), health of target groups and zonal DNS. That no target takes attempts there is known at once.
pub(super) fn out_of_dns<'m>(groups: impl Iterator<Item = &'m [Member]>, zones: u32, ttl: u64) -> Closed {
    let mut out: Closed = vec![Vec::new(); zones as usize];
    for members in groups {
        for (zone, spans) in (0..).zip(&mut out) {
            let later = |span: Span| Span { from: span.from.saturating_add(ttl), to: span.to.saturating_add(ttl) };
            spans.extend(without_healthy(members, zone).into_iter().map(later));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::members::Outage;

    fn members(number: u32) -> Vec<Member> {
        (0..number).map(|target| Member::new(target % 3)).collect()
    }

    fn lose(member: &mut Member, from: u64, to: u64) {
        let span = Span { from, to };
        member.outages.push(Outage { span, silent: true, known: Some(Span { from: from + 60, to: to + 150 }) });
    }

    #[test]
    fn a_lost_target_leaves_when_it_is_known_and_comes_back_when_it_is_known_again() {
        let mut members = members(3);
        lose(&mut members[1], 100, 500);
        let at = |at| shares(&members, None, at).targets;
        assert_eq!(at(159), [1.0; 3]);
        assert_eq!(at(160), [1.0, 0.0, 1.0]);
        assert_eq!((at(649), at(650)), (vec![1.0, 0.0, 1.0], vec![1.0; 3]));
    }

    #[test]
    fn where_all_are_lost_all_take() {
        let mut members = members(2);
        members.iter_mut().for_each(|member| lose(member, 0, 1_000));
        members.push(Member { presence: vec![(0, 0.0)], ..Member::new(0) });
        assert_eq!(shares(&members, None, 500).targets, [1.0, 1.0, 0.0], "but those that are not there");
    }

    #[test]
    fn a_closed_zone_gives_its_share_to_the_others() {
        let members = members(4);
        let open: Closed = vec![Vec::new(); 3];
        assert_eq!(shares(&members, Some(&open), 0).targets, [0.5, 1.0, 1.0, 0.5]);
        let closed: Closed = vec![Vec::new(), vec![Span { from: 10, to: 20 }], Vec::new()];
        assert_eq!(shares(&members, Some(&closed), 10).targets, [0.5, 0.0, 1.0, 0.5]);
    }

    #[test]
    fn within_a_zone_its_healthy_targets_share() {
        let mut members = members(4);
        lose(&mut members[0], 0, 1_000);
        let open: Closed = vec![Vec::new(); 3];
        assert_eq!(shares(&members, Some(&open), 100).targets, [0.0, 1.0, 1.0, 1.0]);
        lose(&mut members[3], 0, 1_000);
        assert_eq!(
            shares(&members, Some(&open), 100).targets,
            [0.5, 1.0, 1.0, 0.5],
            "its node sends to the lost ones until callers go"
        );
    }

    #[test]
    fn one_service_takes_its_zone_from_all() {
        let (mut one, other) = (members(3), members(3));
        lose(&mut one[2], 100, 500);
        let out = out_of_dns([one.as_slice(), other.as_slice()].into_iter(), 3, 60);
        assert_eq!(out, [vec![], vec![], vec![Span { from: 220, to: 710 }]]);
        assert_eq!(shares(&other, Some(&out), 219).targets, [1.0; 3]);
        assert_eq!(shares(&other, Some(&out), 220).targets, [1.0, 1.0, 0.0]);
    }

    /// Old ones go at 100, the new one takes attempts from 130 on.
    fn replaced(zone: u32) -> [Member; 2] {
        let of = |presence| Member { presence, ..Member::new(zone) };
        [of(vec![(100, 0.0)]), of(vec![(0, 0.0), (130, 1.0)])]
    }

    #[test]
    fn where_no_target_takes_attempts_they_meet_nobody() {
        let members = replaced(0);
        let at = |at| shares(&members, None, at);
        assert_eq!(at(99), Shares { targets: vec![1.0, 0.0], nobody: 0.0 });
        assert_eq!(at(100), Shares { targets: vec![0.0, 0.0], nobody: 1.0 });
        assert_eq!(at(130), Shares { targets: vec![0.0, 1.0], nobody: 0.0 });
    }

    #[test]
    fn a_zone_that_a_deployment_empties_leaves_dns_too() {
        let members = [replaced(0), [Member::new(1), Member::new(1)]].concat();
        let out = out_of_dns([members.as_slice()].into_iter(), 2, 10);
        assert_eq!(out, [vec![Span { from: 110, to: 140 }], vec![]]);
        let at = |at| shares(&members, Some(&out), at);
        assert_eq!(at(109), Shares { targets: vec![0.0, 0.0, 0.5, 0.5], nobody: 1.0 }, "callers still know it");
        assert_eq!(at(110), Shares { targets: vec![0.0, 0.0, 0.5, 0.5], nobody: 0.0 });
        assert_eq!(at(140), Shares { targets: vec![0.0, 1.0, 0.5, 0.5], nobody: 0.0 });
    }
}
