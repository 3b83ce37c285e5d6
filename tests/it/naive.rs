//! A second simulator, as plain as can be: every start, departure, end of patience, timeout and retry is an event in a binary
//! heap, and a waiting room is a list of who waits. It shares the engine's named draws and nothing else, so that both must
//! agree to the nanosecond.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use gatecap::engine::network::{Loss, Network, Step};
use gatecap::engine::tally::{Counts, Outcome};
use gatecap::random::{Distribution, RunKey, Sampler, StreamId};

use crate::naive_changes::Taking;
use crate::networks::{HopPlan, Plan};

/// What happens at one instant comes in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    Departure {
        hop: usize,
        copy: usize,
        attempt: usize,
    },
    /// Somebody says that the attempt failed, which a lost copy or a way that leads nowhere had.
    Fails {
        attempt: usize,
        status: u16,
        hung: Option<(usize, usize)>,
    },
    /// A copy is lost, or comes back: change number so many of its own.
    Loss {
        hop: usize,
        copy: usize,
        change: usize,
    },
    Arrives {
        hop: usize,
        attempt: usize,
    },
    PatienceEnds {
        hop: usize,
        copy: usize,
        attempt: usize,
    },
    Timeout {
        attempt: usize,
    },
    Retry {
        request: u64,
        number: u32,
    },
    NewRequest {
        request: u64,
    },
    /// Whoever decides how many copies there are has something to do.
    Scaling {
        hop: usize,
    },
}

pub(crate) struct Attempt {
    request: u64,
    number: u32,
    /// When it reached the hop where it is.
    pub reached: u64,
    /// When its service there started, and its number among the hop's services.
    pub started: u64,
    pub service: usize,
    /// Its request has an outcome, or another attempt: the work goes on unseen.
    left: bool,
    over: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Copy {
    /// Who is in service.
    pub served: Vec<usize>,
    pub waiting: VecDeque<usize>,
    /// How many hang there since it is silent.
    pub hanging: usize,
    /// What becomes of those who come.
    pub loss: Loss,
}

/// A service at a hop, whoever's it was; ns.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub copy: usize,
    /// When the attempt reached the copy.
    pub reached: u64,
    pub from: u64,
    pub to: u64,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    pub outcome: Outcome,
    /// ns.
    pub latency: u64,
}

/// Requests followed beyond the measured ones, so that what happens while the window closes is known.
const BEYOND: u64 = 100;

/// The part of `from` to `to` that lies within a window.
pub(crate) fn within((from, to): (u64, u64), (open, close): (u64, u64)) -> u128 {
    u128::from(to.min(close).saturating_sub(from.max(open)))
}

/// The simulator's state.
pub struct Naive<'a> {
    pub(crate) plan: &'a Plan,
    run: RunKey,
    samplers: Vec<Sampler>,
    gap: Sampler,
    heap: BinaryHeap<Reverse<(u64, Event, u64)>>,
    scheduled: u64,
    pub(crate) now: u64,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) copies: Vec<Vec<Copy>>,
    /// Who takes attempts at each hop.
    pub(crate) taking: Vec<Taking>,
    arrived: Vec<u64>,
    /// Fates of the requests, by number.
    pub fates: Vec<Option<Fate>>,
    /// Counts of each hop, of the measured requests only.
    pub counts: Vec<Counts>,
    pub(crate) services: Vec<Vec<Service>>,
    /// Start of every attempt.
    begun: Vec<u64>,
    measured: u64,
}

impl<'a> Naive<'a> {
    /// Simulates until the first `measured` requests and some more have ended. Service laws are taken from `network`, which the program
    /// built from the same plan.
    pub fn run(plan: &'a Plan, network: &Network, run: RunKey, measured: u64) -> Naive<'a> {
        let sampler_of = |step: &Step| match step {
            Step::Delay { time, .. } => Some(time.clone()),
            Step::Serve { group, .. } => {
                let station = network.groups[*group as usize].first;
                Some(network.kinds[usize::from(network.stations[station as usize])].time.clone())
            }
            _ => None,
        };
        let gap = Distribution::exponential(1e9 / plan.rate).unwrap();
        let mut naive = Naive {
            plan,
            run,
            samplers: network.routes[0].iter().filter_map(sampler_of).collect(),
            gap: Sampler::new(&gap),
            heap: BinaryHeap::new(),
            scheduled: 0,
            now: 0,
            attempts: Vec::new(),
            taking: plan.hops.iter().map(Taking::new).collect(),
            copies: plan.hops.iter().map(|hop| vec![Copy::default(); hop.copies as usize]).collect(),
            arrived: Vec::new(),
            fates: Vec::new(),
            counts: vec![Counts::default(); plan.hops.len()],
            services: vec![Vec::new(); plan.hops.len()],
            begun: Vec::new(),
            measured,
        };
        naive.next_request(0);
        naive.plan_changes();
        let known = measured + BEYOND;
        while naive.fates.iter().take(known as usize).flatten().count() < known as usize {
            // Looking through all fates each time would be quadratic: a batch of events goes between two looks.
            for _ in 0..1_000 {
                naive.step();
            }
        }
        naive
    }

    pub(crate) fn schedule(&mut self, at: u64, event: Event) {
        self.scheduled += 1;
        self.heap.push(Reverse((at, event, self.scheduled)));
    }

    fn next_request(&mut self, request: u64) {
        let gap = self.gap.sample(self.run.attempt(request, 0).bits(StreamId::new("arrivals", "gap")));
        self.schedule(self.now + gap, Event::NewRequest { request });
    }

    fn step(&mut self) {
        let Some(Reverse((at, event, _))) = self.heap.pop() else { return };
        self.now = at;
        match event {
            Event::NewRequest { request } => {
                self.arrived.push(at);
                self.fates.push(None);
                self.begin(request, 0);
                self.next_request(request + 1);
            }
            Event::Retry { request, number } => self.begin(request, number),
            Event::Arrives { hop, attempt } => self.arrive(hop, attempt),
            Event::Departure { hop, copy, attempt } => {
                // Whoever was lost does not depart.
                if self.copies[hop][copy].served.contains(&attempt) {
                    self.depart(hop, copy, attempt);
                }
            }
            Event::Fails { attempt, status, hung } => {
                if let Some((hop, copy)) = hung {
                    self.copies[hop][copy].hanging -= 1;
                }
                self.over(attempt, Outcome::Failed(status));
            }
            Event::Loss { hop, copy, change } => self.lose(hop, copy, change),
            Event::Scaling { hop } => self.scale(hop),
            Event::PatienceEnds { hop, copy, attempt } => {
                let waiting = &mut self.copies[hop][copy].waiting;
                if let Some(place) = waiting.iter().position(|&other| other == attempt) {
                    waiting.remove(place);
                    let waited = u128::from(at - self.attempts[attempt].reached);
                    self.count(attempt, hop, |counts| {
                        counts.abandoned += 1;
                        counts.wait_admitted += waited;
                    });
                    self.over(attempt, Outcome::Abandoned);
                }
            }
            Event::Timeout { attempt } => {
                if !self.attempts[attempt].over {
                    self.end(attempt, Outcome::TimedOut);
                    self.attempts[attempt].left = true;
                }
            }
        }
    }

    fn begin(&mut self, request: u64, number: u32) {
        self.begun.push(self.now);
        let attempt = self.attempts.len();
        self.attempts.push(Attempt {
            request,
            number,
            reached: self.now,
            started: 0,
            service: 0,
            left: false,
            over: false,
        });
        if let Some(ms) = self.plan.timeout {
            self.schedule(self.now + u64::from(ms) * 1_000_000, Event::Timeout { attempt });
        }
        self.arrive(0, attempt);
    }

    fn bits(&self, attempt: usize, entity: &str, purpose: &str) -> u64 {
        let attempt = &self.attempts[attempt];
        self.run.attempt(attempt.request, attempt.number).bits(StreamId::new(entity, purpose))
    }

    pub(crate) fn count(&mut self, attempt: usize, hop: usize, with: impl FnOnce(&mut Counts)) {
        if self.attempts[attempt].request < self.measured {
            with(&mut self.counts[hop]);
        }
    }

    fn arrive(&mut self, hop: usize, attempt: usize) {
        let Some(plan) = self.plan.hops.get(hop) else {
            self.over(attempt, Outcome::Ok);
            return;
        };
        self.attempts[attempt].reached = self.now;
        self.count(attempt, hop, |counts| counts.arrivals += 1);
        let changes = &plan.changes;
        let lost = changes.gate.iter().rfind(|(from, _)| *from <= self.now).map_or(0.0, |&(_, share)| share);
        if self.bits(attempt, &plan.name, "gate") < (lost * 18_446_744_073_709_551_616.0) as u64 {
            self.count(attempt, hop, |counts| counts.lost += 1);
            let (after, status) = changes.gate_end;
            self.schedule(self.now + after, Event::Fails { attempt, status, hung: None });
            return;
        }
        let Some(servers) = plan.servers else {
            self.start(hop, 0, attempt);
            return;
        };
        let copy = self.choose(hop, self.bits(attempt, &plan.name, "copy"));
        if self.is_lost(hop, copy, attempt) {
            return;
        }
        if self.copies[hop][copy].served.len() < servers as usize {
            self.start(hop, copy, attempt);
            return;
        }
        self.count(attempt, hop, |counts| counts.blocked += 1);
        if plan.queue.is_some_and(|places| self.copies[hop][copy].waiting.len() >= places as usize) {
            self.count(attempt, hop, |counts| counts.rejected += 1);
            self.over(attempt, Outcome::Rejected);
            return;
        }
        self.copies[hop][copy].waiting.push_back(attempt);
        if let Some(ms) = plan.patience {
            let end = self.now + u64::from(ms) * 1_000_000;
            self.schedule(end, Event::PatienceEnds { hop, copy, attempt });
        }
    }

    fn start(&mut self, hop: usize, copy: usize, attempt: usize) {
        self.copies[hop][copy].served.push(attempt);
        let time = self.samplers[hop].sample(self.bits(attempt, &self.plan.hops[hop].name, "time"));
        (self.attempts[attempt].started, self.attempts[attempt].service) = (self.now, self.services[hop].len());
        self.services[hop].push(Service {
            copy,
            reached: self.attempts[attempt].reached,
            from: self.now,
            to: self.now + time,
        });
        self.schedule(self.now + time, Event::Departure { hop, copy, attempt });
    }

    /// Requests in the system x ns within a window that the simulation has left behind.
    pub fn in_system(&self, window: (u64, u64)) -> u128 {
        let stay = |(from, fate): (&u64, &Option<Fate>)| (*from, fate.map_or(u64::MAX, |fate| from + fate.latency));
        self.arrived.iter().zip(&self.fates).map(|pair| within(stay(pair), window)).sum()
    }

    /// Busy servers of a hop x ns within such a window.
    pub fn busy(&self, hop: usize, window: (u64, u64)) -> u128 {
        self.services[hop].iter().map(|service| within((service.from, service.to), window)).sum()
    }

    /// The first instant at which two attempts set out at once, as retries of those do that were lost together: which of them comes
    /// first is nobody's to say.
    pub fn tie(&self) -> u64 {
        let mut begun = self.begun.clone();
        begun.sort_unstable();
        begun.windows(2).find(|pair| pair[0] == pair[1]).map_or(u64::MAX, |pair| pair[0])
    }

    /// Instant at which a request arrived.
    pub fn arrival(&self, request: u64) -> u64 {
        self.arrived[request as usize]
    }

    /// A window that the simulation has left behind: requests that arrived, attempts begun, requests ended, answers among them, and
    /// requests in the system just before its end.
    pub fn slice(&self, (from, to): (u64, u64)) -> [u64; 5] {
        let inside = |at: u64| (from..to).contains(&at);
        let lives = || {
            let end = |(from, fate): (&u64, &Option<Fate>)| fate.map(|fate| (from + fate.latency, fate.outcome));
            self.arrived.iter().zip(&self.fates).map(move |pair| (*pair.0, end(pair)))
        };
        let ends = || lives().filter_map(|(_, end)| end).filter(|(at, _)| inside(*at));
        let present = lives().filter(|(came, end)| *came < to && end.is_none_or(|(at, _)| at >= to));
        [
            self.arrived.iter().filter(|at| inside(**at)).count() as u64,
            self.begun.iter().filter(|at| inside(**at)).count() as u64,
            ends().count() as u64,
            ends().filter(|(_, outcome)| *outcome == Outcome::Ok).count() as u64,
            present.count() as u64,
        ]
    }

    fn depart(&mut self, hop: usize, copy: usize, attempt: usize) {
        self.copies[hop][copy].served.retain(|&other| other != attempt);
        let Attempt { reached, started, .. } = self.attempts[attempt];
        let (waited, stayed) = (u128::from(started - reached), u128::from(self.now - reached));
        self.count(attempt, hop, |counts| {
            counts.served += 1;
            counts.waited += u64::from(waited > 0);
            counts.wait += waited;
            counts.wait_admitted += waited;
            counts.sojourn += stayed;
        });
        if let Some(next) = self.copies[hop][copy].waiting.pop_front() {
            self.start(hop, copy, next);
        }
        let HopPlan { name, failure, .. } = &self.plan.hops[hop];
        let threshold = (failure * 18_446_744_073_709_551_616.0) as u64;
        if self.bits(attempt, name, "failure") < threshold {
            self.count(attempt, hop, |counts| counts.failed += 1);
            self.over(attempt, Outcome::Failed(0));
        } else {
            self.schedule(self.now, Event::Arrives { hop: hop + 1, attempt });
        }
    }

    /// The attempt's work is done; its client learns of it if it still waits.
    pub(crate) fn over(&mut self, attempt: usize, outcome: Outcome) {
        self.attempts[attempt].over = true;
        if !self.attempts[attempt].left {
            self.end(attempt, outcome);
        }
    }

    fn end(&mut self, attempt: usize, outcome: Outcome) {
        let Attempt { request, number, .. } = self.attempts[attempt];
        if let Some((_, ms)) = self.plan.retries.filter(|&(max, _)| outcome != Outcome::Ok && number < max) {
            self.schedule(self.now + u64::from(ms) * 1_000_000, Event::Retry { request, number: number + 1 });
            return;
        }
        let latency = self.now - self.arrived[request as usize];
        self.fates[request as usize] = Some(Fate { outcome, latency });
    }
}
