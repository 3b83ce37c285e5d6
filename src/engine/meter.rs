//! What a replication counts at its hops while it runs: as few numbers as say it all, made into tallies at the end.

use super::network::Hop;
use super::station::Admission;
use super::tally::{Counts, HopTally, MemberTally};
use crate::stats::Recorder;

/// What the stations of one member of a hop (or of the whole hop, where members are not kept) did with attempts: one cache
/// line, the only one of the counters that most attempts touch.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
pub(super) struct Line {
    /// Measured attempts served.
    served: u64,
    /// Those of them that waited.
    waited: u64,
    /// Their waiting, ns.
    wait: u128,
    /// Their waiting and service, ns.
    sojourn: u128,
    /// Service of all attempts, measured or not, that arrived from the opening of the window on, ns.
    busy: u128,
}

/// Measured attempts that the stations of a member did not serve to a good end.
#[derive(Clone, Debug, Default)]
struct Turned {
    rejected: u64,
    abandoned: u64,
    failed: u64,
    lost: u64,
    /// Those of the lost that waited.
    lost_waited: u64,
    /// Waiting of the abandoned and the lost, ns.
    wait: u128,
}

/// Whose line counts an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Only,
    OfStation,
    OfClass,
}

/// A service that is not counted yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    pub line: u32,
    pub measured: bool,
    /// ns.
    pub wait: u64,
    /// ns.
    pub sojourn: u64,
}

impl Passed {
    #[inline(always)]
    fn count(&self, counts: &mut Line, waits: &mut Recorder, sojourns: &mut Recorder) {
        self.count_sums(counts);
        if self.measured {
            waits.place(self.wait);
            sojourns.place(self.sojourn);
        }
    }

    /// As `count` for one of many members, whose recorders are not in the cache: who did not wait is left for the end, where
    /// their number is known.
    #[inline(always)]
    fn count_member(&self, counts: &mut Line, waits: &mut Recorder, sojourns: &mut Recorder) {
        self.count_sums(counts);
        if self.measured {
            if self.wait > 0 {
                waits.place(self.wait);
            }
            sojourns.place(self.sojourn);
        }
    }

    #[inline(always)]
    fn count_sums(&self, counts: &mut Line) {
        counts.busy += u128::from(self.sojourn - self.wait);
        if self.measured {
            counts.served += 1;
            counts.waited += u64::from(self.wait > 0);
            counts.wait += u128::from(self.wait);
            counts.sojourn += u128::from(self.sojourn);
        }
    }
}

/// Services that are counted at a time: many at once, whose lines and buckets are fetched side by side.
const TOGETHER: usize = 64;

/// The counters of one hop.
#[derive(Clone, Debug)]
pub(super) struct HopMeter {
    /// Delays and connections; of stations waiting plus service of the served, where members do not record.
    pub sojourn: Recorder,
    wait: Recorder,
    /// What buckets and connections counted, and failures at the end of delays. Served and arrived attempts follow from the
    /// recorders and the lines.
    pub counts: Counts,
    /// Attempts whose arrival an earlier step of the hop has counted.
    pub inside: u64,
    /// One for each member, or a single one; none without stations.
    lines: Vec<Line>,
    passed: Vec<Passed>,
    turned: Vec<Turned>,
    recorders: Vec<(Recorder, Recorder)>,
    member: Member,
    first_station: u32,
}

impl HopMeter {
    pub(super) fn new(hop: &Hop) -> HopMeter {
        let (first_station, stations) = hop.stations;
        let (lines, member) = match (stations, hop.members.len()) {
            (0, _) => (0, Member::Only),
            (_, 0) => (1, Member::Only),
            (_, members) if hop.member_stations.is_empty() => (members, Member::OfStation),
            (_, members) => (members, Member::OfClass),
        };
        let recorded = if hop.member_quantiles && member != Member::Only { lines } else { 0 };
        HopMeter {
            sojourn: Recorder::new(2),
            wait: Recorder::new(2),
            counts: Counts::default(),
            inside: 0,
            lines: vec![Line::default(); lines],
            passed: Vec::with_capacity(if lines > 0 { TOGETHER } else { 0 }),
            turned: vec![Turned::default(); lines],
            recorders: vec![(Recorder::new(2), Recorder::new(2)); recorded],
            member,
            first_station,
        }
    }

    /// The line of an attempt of `class` at `station`.
    #[inline]
    pub(super) fn line_of(&self, station: u32, class: u32) -> usize {
        match self.member {
            Member::Only => 0,
            Member::OfStation => (station - self.first_station) as usize,
            Member::OfClass => class as usize,
        }
    }

    /// The line of station number `place` of the hop, where that does not depend on the class.
    #[inline]
    pub(super) fn line_in_group(&self, place: usize) -> usize {
        if self.member == Member::OfStation { place } else { 0 }
    }

    /// Counts an attempt, measured or not, that a station serves.
    #[inline]
    pub(super) fn served(&mut self, line: usize, measured: bool, wait: u64, sojourn: u64) {
        self.passed.push(Passed { line: line as u32, measured, wait, sojourn });
        if self.passed.len() == TOGETHER {
            self.settle();
        }
    }

    /// Counts the services that are not counted yet.
    #[inline(never)]
    fn settle(&mut self) {
        let mut passed = std::mem::take(&mut self.passed);
        self.count_each(passed.iter().copied());
        passed.clear();
        self.passed = passed;
    }

    /// Counts services.
    #[inline]
    pub(super) fn count_each(&mut self, passed: impl Iterator<Item = Passed>) {
        if let [line] = &mut self.lines[..]
            && self.recorders.is_empty()
        {
            // In registers from one end of the block to the other.
            let mut counts = std::mem::take(line);
            passed.for_each(|passed| passed.count(&mut counts, &mut self.wait, &mut self.sojourn));
            *line = counts;
        } else {
            for passed in passed {
                let counts = &mut self.lines[passed.line as usize];
                match self.recorders.get_mut(passed.line as usize) {
                    Some((waits, sojourns)) => passed.count_member(counts, waits, sojourns),
                    None => passed.count(counts, &mut self.wait, &mut self.sojourn),
                }
            }
        }
    }

    /// Whether services may be counted by column: there is one line, and no member records.
    pub(super) fn has_columns(&self) -> bool {
        self.lines.len() == 1 && self.recorders.is_empty()
    }

    /// Counts services, all measured or none, by their waiting and their sojourn, ns, of a hop that has columns. The caller
    /// records the sojourns of the measured ones and hands them in with [`HopMeter::add_sojourns`].
    pub(super) fn count_columns(&mut self, measured: bool, waits: &[u64], sojourns: &[u64]) {
        let line = &mut self.lines[0];
        let sum = |times: &[u64]| times.iter().map(|&ns| u128::from(ns)).sum::<u128>();
        let (wait, sojourn) = (sum(waits), sum(sojourns));
        line.busy += sojourn - wait;
        if measured {
            line.served += waits.len() as u64;
            line.waited += waits.iter().filter(|&&wait| wait > 0).count() as u64;
            line.wait += wait;
            line.sojourn += sojourn;
            waits.iter().for_each(|&wait| self.wait.place(wait));
        }
    }

    /// Adds sojourns whose sum the line holds already.
    pub(super) fn add_sojourns(&mut self, sojourns: &Recorder) {
        self.sojourn.merge_places(sojourns);
    }

    /// The service given at each line, which may be set anew.
    pub(super) fn busy(&mut self) -> impl Iterator<Item = &mut u128> {
        self.settle();
        self.lines.iter_mut().map(|line| &mut line.busy)
    }

    /// Counts a measured attempt that a station turned away, lost, or failed when its service ended.
    #[cold]
    pub(super) fn turned(&mut self, line: usize, at: u64, admission: Admission) {
        let turned = &mut self.turned[line];
        match admission {
            Admission::Served { .. } => turned.failed += 1,
            Admission::Rejected => turned.rejected += 1,
            Admission::Abandons(leaves) => {
                turned.abandoned += 1;
                turned.wait += u128::from(leaves - at);
            }
            Admission::Lost { start, .. } => {
                turned.lost += 1;
                turned.lost_waited += u64::from(start > at);
                turned.wait += u128::from(start - at);
            }
        }
    }

    /// Service that was not brought to an end, ns, whoever's it was.
    pub(super) fn worked(&mut self, line: usize, ns: u64) {
        self.lines[line].busy += u128::from(ns);
    }

    /// The tally, but for busy servers and capacities, which the end of the window has settled in `tally`.
    pub(super) fn finish(mut self, tally: &mut HopTally) {
        self.settle();
        let mut counts = self.counts;
        if self.lines.is_empty() {
            let passed = self.sojourn.count();
            counts.served += passed;
            counts.arrivals += passed - self.inside;
            counts.sojourn += self.sojourn.sum();
        } else {
            let members: Vec<Counts> =
                self.lines.iter().zip(&self.turned).map(|(line, turned)| line.with(turned)).collect();
            members.iter().for_each(|member| counts.add(member));
            counts.arrivals -= self.inside;
            for (index, (wait, sojourn)) in self.recorders.iter_mut().enumerate() {
                wait.place_times(0, members[index].served - members[index].waited);
                wait.add_sum(members[index].wait);
                sojourn.add_sum(members[index].sojourn);
                self.wait.merge(wait);
                self.sojourn.merge(sojourn);
            }
            if self.recorders.is_empty() {
                self.wait.add_sum(counts.wait);
                self.sojourn.add_sum(counts.sojourn);
            }
            let mut recorders = self.recorders.into_iter();
            for (tally, counts) in tally.members.iter_mut().zip(members) {
                *tally = MemberTally { counts, recorders: recorders.next(), ..*tally };
            }
        }
        tally.counts = counts;
        tally.wait = self.wait;
        tally.sojourn = self.sojourn;
    }
}

impl Line {
    fn with(&self, turned: &Turned) -> Counts {
        let &Turned { rejected, abandoned, failed, lost, lost_waited, wait } = turned;
        Counts {
            arrivals: self.served + rejected + abandoned + lost,
            rejected,
            abandoned,
            failed,
            served: self.served,
            waited: self.waited,
            lost,
            // Whoever waited, lost patience or was turned away found no free server, and nobody else.
            blocked: self.waited + rejected + abandoned + lost_waited,
            wait: self.wait,
            wait_admitted: self.wait + wait,
            sojourn: self.sojourn,
            ..Counts::default()
        }
    }
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.arrivals += other.arrivals;
        self.throttled += other.throttled;
        self.rejected += other.rejected;
        self.abandoned += other.abandoned;
        self.failed += other.failed;
        self.lost += other.lost;
        self.served += other.served;
        self.waited += other.waited;
        self.blocked += other.blocked;
        self.wait += other.wait;
        self.wait_admitted += other.wait_admitted;
        self.sojourn += other.sojourn;
    }
}
