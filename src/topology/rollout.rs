//! A deployment as a timetable: when new targets come, when they get traffic and how much of it, when old ones leave and are gone.

use super::members::{Member, Span};
use crate::aws::changes::Checks;
use crate::aws::system::Deployment;
use crate::scenario::Deploy;

/// Steps into which a slow start's line is cut; each has the value of its middle.
const PIECES: u64 = 10;

/// Replaces the targets `current` from `at` on, in batches; the new ones are put at the end of `members`. Returns their indices, and when
/// they have all of the traffic, ns. `surge` is the most targets over the current ones while it lasts; `ramps`: whether the balancer lets
/// new targets start slowly.
pub(super) fn roll_out(
    members: &mut Vec<Member>,
    current: &[usize],
    deploy: &Deploy,
    at: u64,
    checks: &Checks,
    (surge, ramps): (f64, bool),
) -> (Vec<usize>, u64) {
    let new: Vec<usize> = (members.len()..members.len() + current.len()).collect();
    members.extend(current.iter().map(|&old| Member::new(members[old].zone)).collect::<Vec<_>>());
    let rollout = Rollout { deploy, at, checks, ramps };
    if deploy.kind == Deployment::BlueGreen {
        let done = rollout.shift(members, current, &new);
        return (new, done);
    }
    let number = current.len();
    // A hair less, so that 0.2 of 5 is one target and 1.1 times 10 leaves room for one.
    let batch = ((deploy.batch * number as f64 - 1e-9).ceil() as usize).clamp(1, number.max(1));
    let room = ((surge - 1.0) * number as f64 + 1e-9).floor() as usize;
    let new_first = deploy.kind == Deployment::Rolling && room >= batch;
    let pause = deploy.every.0.max(checks.first_healthy.0);
    let mut done = at;
    for (index, (old, new)) in current.chunks(batch).zip(new.chunks(batch)).enumerate() {
        let begins = at.saturating_add(pause.saturating_mul(index as u64));
        let healthy = begins.saturating_add(checks.first_healthy.0);
        for &target in old {
            rollout.leave(&mut members[target], if new_first { healthy } else { begins });
        }
        for &target in new {
            done = rollout.enter(&mut members[target], begins, healthy);
        }
    }
    (new, done)
}

struct Rollout<'a> {
    deploy: &'a Deploy,
    at: u64,
    checks: &'a Checks,
    ramps: bool,
}

impl Rollout<'_> {
    /// No new attempts from `at` on; gone after the deregistration delay.
    fn leave(&self, member: &mut Member, at: u64) {
        member.presence.push((at, 0.0));
        let from = member.runs.map_or(0, |runs| runs.from);
        member.runs = Some(Span { from, to: at.saturating_add(self.checks.deregistration.0) });
    }

    /// Runs from `begins` on, takes attempts from `healthy` on: less than its share at first behind an ALB with slow start. Returns
    /// when it takes all of it.
    fn enter(&self, member: &mut Member, begins: u64, healthy: u64) -> u64 {
        member.runs = Some(Span { from: begins, to: u64::MAX });
        member.presence.push((0, 0.0));
        let slow = self.deploy.slow_start.0;
        if self.ramps && slow > 0 {
            let piece =
                |piece: u64| (healthy.saturating_add(slow / PIECES * piece), (piece as f64 + 0.5) / PIECES as f64);
            member.presence.extend((0..PIECES).map(piece));
        }
        let full = healthy.saturating_add(if self.ramps { slow } else { 0 });
        member.presence.push((full, 1.0));
        self.cold(member, healthy);
        full
    }

    fn cold(&self, member: &mut Member, from: u64) {
        let slow = self.deploy.slow_start.0;
        if slow > 0 && self.deploy.cold_factor != 1.0 {
            member.slow.push((Span { from, to: from.saturating_add(slow) }, self.deploy.cold_factor));
        }
    }

    /// Blue/green: all new targets come at once, then traffic shifts a batch at a time. Its target group has no warm target before, so
    /// that slow start does not ramp (AWS, Application Load Balancers user guide, slow start mode). Returns when all of it is shifted.
    fn shift(&self, members: &mut [Member], old: &[usize], new: &[usize]) -> u64 {
        let healthy = self.at.saturating_add(self.checks.first_healthy.0);
        for &target in new {
            let member = &mut members[target];
            member.runs = Some(Span { from: self.at, to: u64::MAX });
            member.presence.push((0, 0.0));
            self.cold(member, healthy);
        }
        let shifts = (1.0 / self.deploy.batch - 1e-9).ceil().max(1.0) as u64;
        let turn = |shift: u64| healthy.saturating_add(self.deploy.every.0.saturating_mul(shift));
        for shift in 0..shifts {
            let at = turn(shift);
            let share = if shift + 1 == shifts { 1.0 } else { self.deploy.batch * (shift + 1) as f64 };
            new.iter().for_each(|&target| members[target].presence.push((at, share)));
            for &target in old {
                if shift + 1 == shifts {
                    self.leave(&mut members[target], at);
                } else {
                    members[target].presence.push((at, 1.0 - share));
                }
            }
        }
        turn(shifts - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::part::Part;
    use crate::scenario::Affected;
    use crate::units::Duration;

    const S: u64 = 1_000_000_000;

    fn deploy(kind: Deployment, batch: f64, slow_start: u64) -> Deploy {
        let (every, slow_start) = (Duration(60 * S), Duration(slow_start * S));
        Deploy { service: Affected::All, kind, batch, every, slow_start, cold_factor: 3.0 }
    }

    /// Four targets, replaced from 100 s on; an ALB's new target is healthy after 30 s.
    fn rolled(deploy: &Deploy, surge: f64) -> Vec<Member> {
        let mut members: Vec<Member> = (0..4).map(|target| Member::new(target % 3)).collect();
        let (new, done) = roll_out(&mut members, &[0, 1, 2, 3], deploy, 100 * S, &Checks::of(Part::Alb), (surge, true));
        assert_eq!(new, [4, 5, 6, 7]);
        let full = |at: u64| new.iter().all(|&target| members[target].present(at) == 1.0);
        assert!(full(done) && !full(done - 1));
        members
    }

    #[test]
    fn with_room_new_targets_come_first() {
        let members = rolled(&deploy(Deployment::Rolling, 0.25, 0), 2.0);
        // The second of four batches begins at 160 s and is healthy at 190 s.
        assert_eq!(members[1].presence, [(190 * S, 0.0)]);
        assert_eq!(members[1].runs, Some(Span { from: 0, to: 490 * S }));
        assert_eq!(members[5].presence, [(0, 0.0), (190 * S, 1.0)]);
        assert_eq!(members[5].runs, Some(Span { from: 160 * S, to: u64::MAX }));
        let at = |at: u64| members.iter().map(|member| member.present(at * S)).sum::<f64>();
        assert_eq!([0, 129, 130, 200, 500].map(at), [4.0; 5]);
    }

    #[test]
    fn without_room_old_ones_go_first() {
        for (kind, surge) in [(Deployment::Rolling, 1.0), (Deployment::InPlace, 2.0)] {
            let members = rolled(&deploy(kind, 0.5, 0), surge);
            let at = |at: u64| members.iter().map(|member| member.present(at * S)).sum::<f64>();
            assert_eq!([99, 100, 129, 130, 160, 190].map(at), [4.0, 2.0, 2.0, 4.0, 2.0, 4.0], "{kind:?}");
        }
    }

    #[test]
    fn a_slow_start_ramps_and_is_cold() {
        let members = rolled(&deploy(Deployment::Rolling, 1.0, 10), 2.0);
        let at = |at: u64| members[4].present(at * S);
        assert_eq!([129, 130, 135, 139, 140].map(at), [0.0, 0.05, 0.55, 0.95, 1.0]);
        assert_eq!(members[4].slow, [(Span { from: 130 * S, to: 140 * S }, 3.0)]);
    }

    #[test]
    fn blue_green_shifts_traffic() {
        let members = rolled(&deploy(Deployment::BlueGreen, 0.5, 10), 2.0);
        let at = |at: u64| (members[0].present(at * S), members[4].present(at * S));
        assert_eq!([129, 130, 190].map(at), [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)]);
        assert_eq!(members[0].runs.map(|runs| runs.to), Some(490 * S));
    }
}
