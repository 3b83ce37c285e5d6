//! An attempt's walk along its route: delays are added up, shared steps are taken at their instant, the rest is scheduled.

use super::attempt::{Attempt, choose};
use super::calendar::Kind;
use super::network::{Balancing, Coin, Pool, Step, Steps};
use super::run::Run;
use super::station::Admission;
use super::tally::{Counts, Outcome};

/// How a step left the attempt.
enum Next {
    /// Goes on at this instant.
    On(u64),
    /// Its work is over at this instant.
    Over(Outcome, u64),
}

fn factor(ns: u64, factors: &Steps<f64>, at: u64) -> u64 {
    if factors.is_empty() { ns } else { (ns as f64 * factors.at(at, false).unwrap_or(1.0)).round() as u64 }
}

fn fails(attempt: &Attempt, coin: &Coin, changes: &Steps<f64>, at: u64) -> bool {
    let changed = if changes.is_empty() { None } else { changes.at(at, false) };
    let threshold = changed.map_or(coin.threshold, super::network::threshold);
    threshold.is_some_and(|threshold| attempt.key.bits(coin.stream) < threshold)
}

impl Run<'_> {
    /// Walks on at `at` until the attempt must wait for its turn in the calendar, or its work is over. `slot` is where the
    /// calendar keeps it, if it does.
    pub(super) fn walk(&mut self, mut attempt: Attempt, mut at: u64, slot: Option<u32>) {
        let net = self.net;
        let route = &net.routes[usize::from(attempt.route)];
        while let Some(step) = route.get(usize::from(attempt.step)) {
            let next = match step {
                Step::Delay { hop, time, stream, failure, time_factors, failure_changes, enters } => {
                    let ns = factor(time.sample(attempt.key.bits(*stream)), time_factors, at);
                    let end = at.saturating_add(ns);
                    let failed = fails(&attempt, failure, failure_changes, end);
                    if attempt.measured {
                        let hop = &mut self.tally.hops[usize::from(*hop)];
                        hop.counts.arrivals += u64::from(*enters);
                        hop.counts.served += 1;
                        hop.counts.sojourn += u128::from(ns);
                        hop.counts.failed += u64::from(failed);
                        hop.sojourn.record(ns);
                    }
                    if failed { Next::Over(Outcome::Failed(0), end) } else { Next::On(end) }
                }
                Step::Deadline { after, status } => {
                    let deadline = at.saturating_add(*after);
                    if deadline < attempt.deadline {
                        attempt.deadline = deadline;
                        attempt.deadline_status = *status;
                    }
                    Next::On(at)
                }
                _ if at > self.now => {
                    self.schedule(attempt, at, slot);
                    return;
                }
                Step::Limit { hop, limiter, by_class, enters, refund } => {
                    self.limit(&attempt, at, *hop, (*limiter, *by_class), *enters, refund)
                }
                Step::Connect { hop, pool } => self.connect(&mut attempt, at, *hop, *pool),
                Step::Serve { hop, group, by_class, enters } => {
                    let group = group + if *by_class { attempt.class } else { 0 };
                    self.serve(&attempt, at, *hop, group, *enters)
                }
            };
            match next {
                Next::On(later) => at = later,
                Next::Over(outcome, end) => {
                    self.over(attempt, outcome, end, slot);
                    return;
                }
            }
            attempt.step += 1;
        }
        self.over(attempt, Outcome::Ok, at, slot);
    }

    /// Whoever waits for the attempt gives up before `at`: the outcome is known now.
    #[inline]
    fn pass_deadline(&mut self, attempt: &mut Attempt, at: u64) {
        if !attempt.decided && at > attempt.deadline {
            let outcome =
                if attempt.deadline_status == 0 { Outcome::TimedOut } else { Outcome::Failed(attempt.deadline_status) };
            self.decide(attempt, outcome, attempt.deadline);
        }
    }

    fn schedule(&mut self, mut attempt: Attempt, at: u64, slot: Option<u32>) {
        self.pass_deadline(&mut attempt, at);
        let slot = match slot {
            Some(slot) => {
                self.slots[slot as usize] = attempt;
                slot
            }
            None => self.keep(attempt),
        };
        self.calendar.push(at, Kind::Move, slot);
    }

    /// The attempt's work is over at `end`.
    fn over(&mut self, mut attempt: Attempt, outcome: Outcome, end: u64, slot: Option<u32>) {
        self.tally.audit.over += 1;
        if let Some(slot) = slot {
            self.free_slots.push(slot);
        }
        if attempt.pool > 0 {
            self.release_connection(attempt.pool - 1, end, attempt.target);
        }
        self.pass_deadline(&mut attempt, end);
        if !attempt.decided {
            self.decide(&mut attempt, outcome, end);
        }
    }

    fn limit(
        &mut self,
        attempt: &Attempt,
        at: u64,
        hop: u16,
        (limiter, by_class): (u32, bool),
        enters: bool,
        refund: &[(u32, bool)],
    ) -> Next {
        let index = |(limiter, by_class): (u32, bool)| (limiter + if by_class { attempt.class } else { 0 }) as usize;
        let granted = self.limiters[index((limiter, by_class))].take(at);
        if !granted {
            for &earlier in refund {
                self.limiters[index(earlier)].give_back();
            }
        }
        if attempt.measured {
            let counts = &mut self.tally.hops[usize::from(hop)].counts;
            counts.arrivals += u64::from(enters);
            counts.throttled += u64::from(!granted);
        }
        if granted { Next::On(at) } else { Next::Over(Outcome::Throttled, at) }
    }

    /// Takes the connection that became idle last, or opens one.
    fn connect(&mut self, attempt: &mut Attempt, at: u64, hop: u16, pool: u16) -> Next {
        let net = self.net;
        let spec = &net.pools[usize::from(pool)];
        let index = usize::from(pool) * net.classes.len() + attempt.class as usize;
        attempt.pool = index as u32 + 1;
        let warm = match spec.reuse.threshold {
            Some(threshold) if attempt.key.bits(spec.reuse.stream) <= threshold => self.take_idle(index, at, spec),
            _ => None,
        };
        let mut end = at;
        if let Some(target) = warm {
            attempt.target = target;
        } else {
            let group = &net.groups[attempt.class as usize];
            if let Some(stream) = spec.hash {
                let thresholds = match &group.balancing {
                    Balancing::Weighted(_, thresholds) => thresholds.as_slice(),
                    _ => &[],
                };
                attempt.target = choose(attempt.key.bits(stream), thresholds, group.count as usize);
            }
            if let Some(first) = spec.flow_limiters
                && !self.limiters[(first + group.first + attempt.target) as usize].take(at)
            {
                attempt.pool = 0;
                return Next::Over(Outcome::Failed(spec.refused), at);
            }
            for (times, leg, stream) in &spec.round_trips {
                end += u64::from(*times) * leg.sample(attempt.key.bits(*stream));
            }
            end += spec.crypto.0.sample(attempt.key.bits(spec.crypto.1));
        }
        if attempt.measured {
            let hop = &mut self.tally.hops[usize::from(hop)];
            hop.counts.arrivals += 1;
            hop.counts.served += 1;
            hop.counts.waited += u64::from(warm.is_none());
            hop.counts.sojourn += u128::from(end - at);
            hop.sojourn.record(end - at);
        }
        Next::On(end)
    }

    fn take_idle(&mut self, index: usize, at: u64, spec: &Pool) -> Option<u32> {
        let idle = &mut self.idle[index];
        // Those at the end become idle only later: their answers are still on the way.
        let ready = idle.iter().rposition(|&(since, _)| since <= at)?;
        let (since, target) = idle[ready];
        if at - since > spec.idle_timeout {
            idle.drain(..=ready);
            return None;
        }
        idle.remove(ready);
        Some(target)
    }

    fn release_connection(&mut self, index: u32, at: u64, target: u32) {
        let idle = &mut self.idle[index as usize];
        let place = idle.iter().rposition(|&(since, _)| since <= at).map_or(0, |before| before + 1);
        idle.insert(place, (at, target));
    }

    /// The station of `group` that the attempt takes.
    fn station_of(&mut self, attempt: &Attempt, at: u64, group: u32) -> (u32, bool) {
        let spec = &self.net.groups[group as usize];
        if spec.count == 1 {
            return (spec.first, false);
        }
        let count = spec.count as usize;
        match &spec.balancing {
            Balancing::Random(stream) => (spec.first + choose(attempt.key.bits(*stream), &[], count), false),
            Balancing::Weighted(stream, thresholds) if attempt.pool == 0 => {
                (spec.first + choose(attempt.key.bits(*stream), thresholds, count), false)
            }
            Balancing::ByConnection | Balancing::Weighted(..) => (spec.first + attempt.target, false),
            Balancing::RoundRobin => {
                let turn = &mut self.turns[group as usize];
                let station = spec.first + *turn;
                *turn = if *turn + 1 == spec.count { 0 } else { *turn + 1 };
                (station, false)
            }
            Balancing::LeastOutstanding => {
                let mut least = (usize::MAX, spec.first);
                for station in spec.first..spec.first + spec.count {
                    let outstanding = self.stations[station as usize].outstanding(at);
                    least = least.min((outstanding, station));
                }
                (least.1, true)
            }
        }
    }

    fn serve(&mut self, attempt: &Attempt, at: u64, hop: u16, group: u32, enters: bool) -> Next {
        let (station, counted) = self.station_of(attempt, at, group);
        let net = self.net;
        let kind = &net.kinds[usize::from(net.stations[station as usize])];
        let admission = self.stations[station as usize].arrive(at, attempt.key, kind, counted);
        let failed = match admission {
            Admission::Served { end, .. } => fails(attempt, &kind.failure, &kind.failure_changes, end),
            _ => false,
        };
        if attempt.measured {
            let tally = &mut self.tally.hops[usize::from(hop)];
            count(&mut tally.counts, admission, at, enters, failed);
            if let Admission::Served { start, end, .. } = admission {
                tally.wait.record(start - at);
                tally.sojourn.record(end - at);
            }
            if !tally.members.is_empty() {
                let spec = &net.hops[usize::from(hop)];
                let by_station = spec.member_stations.is_empty();
                let member = if by_station { station - spec.stations.0 } else { attempt.class };
                let member = &mut tally.members[member as usize];
                count(&mut member.counts, admission, at, true, failed);
                if let (Some((wait, sojourn)), Admission::Served { start, end, .. }) =
                    (&mut member.recorders, admission)
                {
                    wait.record(start - at);
                    sojourn.record(end - at);
                }
            }
        }
        match admission {
            Admission::Served { end, .. } if failed => Next::Over(Outcome::Failed(0), end),
            Admission::Served { end, .. } => Next::On(end),
            Admission::Abandons(end) => Next::Over(Outcome::Abandoned, end),
            Admission::Rejected => Next::Over(Outcome::Rejected, at),
        }
    }
}

/// Counts what a station did with an attempt that reached it at `at`.
#[inline]
fn count(counts: &mut Counts, admission: Admission, at: u64, enters: bool, failed: bool) {
    counts.arrivals += u64::from(enters);
    match admission {
        Admission::Served { start, end, blocked } => {
            counts.served += 1;
            counts.waited += u64::from(start > at);
            counts.blocked += u64::from(blocked);
            counts.wait += u128::from(start - at);
            counts.wait_admitted += u128::from(start - at);
            counts.sojourn += u128::from(end - at);
            counts.failed += u64::from(failed);
        }
        Admission::Abandons(leaves) => {
            counts.blocked += 1;
            counts.abandoned += 1;
            counts.wait_admitted += u128::from(leaves - at);
        }
        Admission::Rejected => {
            counts.blocked += 1;
            counts.rejected += 1;
        }
    }
}
