//! What the plain simulator knows of changes: who takes attempts, and target tracking, each looked up anew from all that happened.

use gatecap::engine::network::{Loss, Scaling, ScalingMetric};
use gatecap::engine::tally::{Outcome, ScalingTally};

use crate::naive::{Copy, Event, Naive, within};
use crate::networks::HopPlan;

/// Who takes attempts at a hop; times in ns.
pub struct Taking {
    /// Copies in rotation, from when on.
    numbers: Vec<(u64, u32)>,
    wanted: u32,
    /// The last data point.
    measured: u64,
    /// Data points not yet known: from when on, the metric, and over how many copies on average.
    points: Vec<(u64, f64, f64)>,
    above: u32,
    below: u32,
    increase: Option<u64>,
    decrease: Option<u64>,
    joining: Vec<(u64, u32)>,
    /// Which copy each attempt took, and when.
    taken: Vec<(usize, u64)>,
    /// The copy after the last one taken.
    turn: usize,
    /// What copies have saved up, and which change it was that they began at.
    credits: Vec<f64>,
    credits_since: (usize, usize),
}

impl Taking {
    pub fn new(hop: &HopPlan) -> Taking {
        let number = hop.changes.scaling.as_ref().map_or(hop.copies, |scaling| scaling.initial);
        Taking {
            numbers: vec![(0, number)],
            wanted: number,
            measured: 0,
            points: Vec::new(),
            above: 0,
            below: 0,
            increase: None,
            decrease: None,
            joining: Vec::new(),
            taken: Vec::new(),
            turn: 0,
            credits: vec![0.0; hop.copies as usize],
            credits_since: (0, 1),
        }
    }

    fn number(&self) -> u32 {
        self.numbers.last().unwrap().1
    }

    fn number_at(&self, at: u64) -> u32 {
        self.numbers.iter().rfind(|(since, _)| *since <= at).unwrap().1
    }
}

impl Naive<'_> {
    /// Schedules the changes that the plan knows beforehand, and the first data points.
    pub fn plan_changes(&mut self) {
        let plan = self.plan;
        for (hop, changes) in plan.hops.iter().map(|hop| &hop.changes).enumerate() {
            for (copy, losses) in changes.losses.iter().enumerate() {
                for (change, &(at, _)) in losses.iter().enumerate() {
                    self.schedule(at, Event::Loss { hop, copy, change });
                }
            }
            if let Some(scaling) = &changes.scaling {
                self.schedule(scaling.period, Event::Scaling { hop });
            }
        }
    }

    /// A copy is lost or comes back.
    pub fn lose(&mut self, hop: usize, copy: usize, change: usize) {
        let (_, loss) = self.plan.hops[hop].changes.losses[copy][change];
        let before = std::mem::replace(&mut self.copies[hop][copy].loss, loss);
        if before != Loss::None || loss == Loss::None {
            return;
        }
        let served = std::mem::take(&mut self.copies[hop][copy].served);
        let waiting = std::mem::take(&mut self.copies[hop][copy].waiting);
        for &attempt in &served {
            self.services[hop][self.attempts[attempt].service].to = self.now;
        }
        let at_hand = served.iter().map(|&attempt| (attempt, self.attempts[attempt].started));
        for (attempt, started) in at_hand.chain(waiting.iter().map(|&attempt| (attempt, self.now))).collect::<Vec<_>>()
        {
            let waited = u128::from(started - self.attempts[attempt].reached);
            self.count(attempt, hop, |counts| {
                counts.lost += 1;
                counts.wait_admitted += waited;
            });
            match loss {
                Loss::Silent { answer, status, .. } => self.hang((hop, copy), attempt, answer, status),
                Loss::Refuses { status } => self.over(attempt, Outcome::Failed(status)),
                Loss::None => {}
            }
        }
    }

    /// Whether an attempt finds the copy lost, and what becomes of it.
    pub fn is_lost(&mut self, hop: usize, copy: usize, attempt: usize) -> bool {
        let loss = self.copies[hop][copy].loss;
        if loss != Loss::None {
            self.count(attempt, hop, |counts| counts.lost += 1);
        }
        match loss {
            Loss::Silent { connect, status, .. } => self.hang((hop, copy), attempt, connect, status),
            Loss::Refuses { status } => self.over(attempt, Outcome::Failed(status)),
            Loss::None => {}
        }
        loss != Loss::None
    }

    fn hang(&mut self, (hop, copy): (usize, usize), attempt: usize, ns: u64, status: u16) {
        self.copies[hop][copy].hanging += 1;
        self.schedule(self.now.saturating_add(ns), Event::Fails { attempt, status, hung: Some((hop, copy)) });
    }

    /// Attempts waiting, in service or hanging at a copy.
    fn outstanding(&self, hop: usize, copy: usize) -> usize {
        let Copy { served, waiting, hanging, .. } = &self.copies[hop][copy];
        served.len() + waiting.len() + hanging
    }

    /// The copy that an attempt takes, by 64 uniform bits where chance decides.
    pub fn choose(&mut self, hop: usize, bits: u64) -> usize {
        let plan = &self.plan.hops[hop];
        let there = self.taking[hop].number() as usize;
        let come = plan.changes.rotations.iter().filter(|(at, _)| *at <= self.now).count();
        let given = come.checked_sub(1).map(|last| &plan.changes.rotations[last].1);
        let given = given.filter(|weights| weights[..there].iter().any(|weight| *weight > 0.0));
        let weight = |copy: usize| given.map_or(1.0, |weights| weights[copy]);
        let members: Vec<usize> = (0..there).filter(|&copy| weight(copy) > 0.0).collect();
        let even = members.iter().all(|&copy| weight(copy) == weight(members[0]));
        let total: f64 = members.iter().map(|&copy| weight(copy)).sum();
        let copy = match plan.balancing {
            "random" if even => members[((u128::from(bits) * members.len() as u128) >> 64) as usize],
            "random" => {
                let mut upto = 0.0;
                let reaches = |copy: &usize| {
                    upto += weight(*copy);
                    (upto / total * 18_446_744_073_709_551_616.0) as u64 > bits
                };
                members.iter().copied().find(reaches).unwrap()
            }
            "round-robin" if even => {
                let turn = self.taking[hop].turn;
                members.iter().copied().find(|&copy| copy >= turn).unwrap_or(members[0])
            }
            "round-robin" => {
                let Taking { credits, credits_since, numbers, .. } = &mut self.taking[hop];
                if *credits_since != (come, numbers.len()) {
                    (*credits_since, *credits) = ((come, numbers.len()), vec![0.0; credits.len()]);
                }
                members.iter().for_each(|&copy| credits[copy] += weight(copy));
                // The first of those that have most.
                let richest =
                    members.iter().copied().reduce(|a, b| if credits[b] > credits[a] { b } else { a }).unwrap();
                credits[richest] -= total;
                richest
            }
            _ => {
                let fewest = members.iter().map(|&copy| self.outstanding(hop, copy)).min().unwrap();
                let tied: Vec<usize> =
                    members.iter().copied().filter(|&copy| self.outstanding(hop, copy) == fewest).collect();
                tied[((u128::from(bits) * tied.len() as u128) >> 64) as usize]
            }
        };
        self.taking[hop].turn = copy + 1;
        self.taking[hop].taken.push((copy, self.now));
        copy
    }

    /// A data point, a decision, new copies: whatever is due now.
    pub fn scale(&mut self, hop: usize) {
        let plan = self.plan;
        let scaling = plan.hops[hop].changes.scaling.as_ref().unwrap();
        let now = self.now;
        if now.is_multiple_of(scaling.period) && self.taking[hop].measured < now {
            let (metric, over) = self.metric(hop, scaling);
            self.taking[hop].measured = now;
            self.taking[hop].points.push((now + scaling.delay, metric, over));
            for later in [scaling.period, scaling.delay, scaling.delay + scaling.warm_up] {
                self.schedule(now + later, Event::Scaling { hop });
            }
        }
        let due: Vec<(f64, f64)> =
            self.taking[hop].points.iter().filter(|point| point.0 == now).map(|point| (point.1, point.2)).collect();
        self.taking[hop].points.retain(|point| point.0 > now);
        due.into_iter().for_each(|metric| decide(&mut self.taking[hop], scaling, metric, now));
        let taking = &mut self.taking[hop];
        let joined = taking.joining.iter().filter(|(at, _)| *at <= now).map(|(_, number)| *number).max().unwrap_or(0);
        taking.joining.retain(|(at, _)| *at > now);
        let number = taking.number().min(taking.wanted).max(joined);
        if number != taking.number() {
            taking.numbers.push((now, number));
        }
    }

    /// The metric of the period that ends now.
    fn metric(&self, hop: usize, scaling: &Scaling) -> (f64, f64) {
        let taking = &self.taking[hop];
        let (mut busy, mut attempts, mut time) = (0, 0, 0);
        for copy in 0..taking.number() as usize {
            let joined = taking.numbers.iter().rposition(|&(_, number)| number as usize <= copy);
            let joined = joined.map_or(0, |out| taking.numbers[out + 1].0);
            let from = joined.max(self.now - scaling.period);
            let of_copy = self.services[hop].iter().filter(|service| service.copy == copy);
            busy += of_copy.map(|service| within((service.from, service.to), (from, self.now))).sum::<u128>();
            attempts += taking.taken.iter().filter(|&&(taken, at)| taken == copy && at > from).count();
            time += u128::from(self.now - from);
        }
        let servers = u128::from(self.plan.hops[hop].servers.unwrap());
        let metric = match scaling.metric {
            ScalingMetric::Utilisation => busy as f64 / (servers * time) as f64,
            ScalingMetric::RequestsPerStation => attempts as f64 * 1e9 / time as f64,
        };
        (metric, time as f64 / scaling.period as f64)
    }

    /// What is told of a scaled hop in a window.
    pub fn scaled(&self, hop: usize, (open, close): (u64, u64)) -> ScalingTally {
        let taking = &self.taking[hop];
        let ends = taking.numbers.iter().skip(1).map(|&(at, _)| at).chain([u64::MAX]);
        let spans = taking.numbers.iter().zip(ends);
        let stations = spans.map(|(&(from, number), to)| u128::from(number) * within((from, to), (open, close))).sum();
        let inside: Vec<u32> =
            taking.numbers.iter().filter(|(at, _)| *at > open && *at < close).map(|&(_, number)| number).collect();
        let all = || inside.iter().copied().chain([taking.number_at(open)]);
        ScalingTally {
            stations,
            fewest: all().min().unwrap(),
            most: all().max().unwrap(),
            changes: inside.len() as u64,
            observed: Vec::new(),
            slices: Vec::new(),
        }
    }

    /// Servers x ns of a hop in a window: of copies that are not lost and in rotation, or not done with what they have.
    pub fn capacity(&self, hop: usize, window: (u64, u64)) -> u128 {
        let plan = &self.plan.hops[hop];
        let numbers = &self.taking[hop].numbers;
        let mut sum = 0;
        for copy in 0..plan.copies as usize {
            let mut there: Vec<(u64, u64)> = Vec::new();
            for (index, &(from, number)) in numbers.iter().enumerate() {
                let to = numbers.get(index + 1).map_or(u64::MAX, |next| next.0);
                let served = self.services[hop].iter().filter(|service| service.copy == copy && service.reached <= to);
                let done = served.map(|service| service.to).max().unwrap_or(0).max(to);
                if number as usize > copy {
                    // What was there before is not there twice.
                    let from = there.last().map_or(from, |last| last.1.max(from));
                    there.push((from, done.max(from)));
                }
            }
            let losses = plan.changes.losses.get(copy).map_or(&[][..], |losses| losses);
            for (from, to) in there {
                sum += within((from, to), window);
                for (index, &(lost, loss)) in losses.iter().enumerate().filter(|(_, (_, loss))| *loss != Loss::None) {
                    let back = losses.get(index + 1).map_or(u64::MAX, |next| next.0);
                    debug_assert!(loss != Loss::None);
                    sum -= within((lost.max(from), back.min(to).max(lost.max(from))), window);
                }
            }
        }
        sum * u128::from(plan.servers.unwrap())
    }
}

/// A data point is known.
fn decide(taking: &mut Taking, scaling: &Scaling, (metric, over): (f64, f64), now: u64) {
    taking.above = if metric > scaling.target { taking.above + 1 } else { 0 };
    taking.below = if metric < scaling.in_below * scaling.target { taking.below + 1 } else { 0 };
    let needed = |of: f64| {
        let number = (of * metric / scaling.target - 1e-9).ceil();
        number.clamp(f64::from(scaling.min), f64::from(scaling.max)) as u32
    };
    let wanted = taking.wanted;
    if taking.above >= scaling.out_after {
        let recent = taking.increase.is_some_and(|at| now < at + scaling.cool_out);
        let of = if recent { over } else { f64::from(wanted) };
        if needed(of) > wanted {
            taking.wanted = needed(of);
            taking.increase = Some(now);
            taking.joining.push((now + scaling.warm_up, taking.wanted));
        }
        return;
    }
    let rests = taking.decrease.is_some_and(|at| now < at + scaling.cool_in);
    if taking.below >= scaling.in_after && !rests && needed(f64::from(wanted)) < wanted {
        taking.wanted = needed(f64::from(wanted));
        taking.decrease = Some(now);
        taking.joining.iter_mut().for_each(|joining| joining.1 = joining.1.min(taking.wanted));
    }
}
