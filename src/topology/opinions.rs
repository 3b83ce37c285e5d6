//! What queueing theory says about each hop before anything is simulated: a walk along the routes that carries the streams of
//! attempts from hop to hop and asks `theory` about every bucket and station on the way.

use std::collections::BTreeMap;

use super::opinion::{Found, Opinion, Part};
use super::streams::{Stream, Unknown, nothing_to_say, sources};
use super::tails::{never_fills, settling_seconds, tail_share, typical_wait};
use super::{Legend, Request};
use crate::engine::Network;
use crate::engine::network::{Group, LimiterSpec, Refill, Step};
use crate::random::Law;
use crate::theory::{Formula, Gaps, Queue, Service, md1_loss};

/// A loss below this leaves a stream what it was.
const NEGLIGIBLE: f64 = 1e-6;
/// Longest burst for which the chain of M/D/1/b is solved: its cost grows with it.
const LONGEST_BURST: u32 = 200_000;
/// Error, as a share of a wait, of taking a stream behind a connection pool for what it was before: whether an attempt pays for a
/// set-up depends a little on what is in service. At loads of 0.6 and any share of reuse less than 0.003 was found.
const POOLED: f64 = 0.01;
/// Samples beyond a quantile for it to say anything; the rule of all quantiles.
const BEYOND: f64 = 100.0;
/// Share of the mean wait that comes from service times too rare to be seen, above which nothing is said.
const MOSTLY_UNSEEN: f64 = 0.5;

/// What theory says about every hop with a bucket or stations, by number of hop. `samples` is the number of measured requests.
#[must_use]
pub fn opinions(request: Request<'_>, network: &Network, legend: &Legend, samples: u64) -> BTreeMap<u16, Opinion> {
    let scaled = (!network.scalings.is_empty()).then_some("the number of stations follows the load");
    let nothing = nothing_to_say(request.scenario, legend).or(scaled);
    let mut streams = sources(request.scenario, network, request.services);
    let offered: f64 = streams.iter().map(|stream| stream.rate).sum();
    let mut walk = Walk { network, legend, nothing, rare: 1.0, last: None, found: BTreeMap::new() };
    let longest = network.routes.iter().map(Vec::len).max().unwrap_or(0);
    for position in 0..longest {
        walk.limit_all(position, &mut streams);
        let reaching: f64 = streams.iter().map(|stream| stream.rate).sum();
        walk.rare = (BEYOND * offered / reaching / samples as f64).min(1.0);
        for (class, stream) in streams.iter_mut().enumerate() {
            let route = &network.routes[usize::from(network.classes[class].route)];
            match route.get(position) {
                Some(Step::Serve { hop, group, by_class, .. }) => {
                    let group = *group as usize + if *by_class { class } else { 0 };
                    walk.serve(*hop, &network.groups[group], stream);
                }
                Some(step) => stream.pass(step, network),
                None => {}
            }
        }
    }
    walk.found.into_iter().map(|(hop, found)| (hop, found.summed())).collect()
}

struct Walk<'a> {
    network: &'a Network,
    legend: &'a Legend,
    nothing: Option<&'static str>,
    /// Service times exceeded with this probability are seen too seldom where the walk is.
    rare: f64,
    /// The last answer: most stations are like the one before.
    last: Option<(usize, Stream, Part)>,
    found: BTreeMap<u16, Found>,
}

impl Walk<'_> {
    /// Passes the buckets at one position of the routes. One that several classes share sees all their streams: together they are
    /// Poisson where each is.
    fn limit_all(&mut self, position: usize, streams: &mut [Stream]) {
        let mut shared: BTreeMap<u32, (u16, bool, Vec<usize>)> = BTreeMap::new();
        for (class, kind) in self.network.classes.iter().enumerate() {
            let step = self.network.routes[usize::from(kind.route)].get(position);
            if let Some(Step::Limit { hop, limiter, by_class, refund, .. }) = step {
                let limiter = limiter + if *by_class { class as u32 } else { 0 };
                let refunds = !refund.is_empty();
                shared.entry(limiter).or_insert((*hop, refunds, Vec::new())).2.push(class);
            }
        }
        for (limiter, (hop, refunds, classes)) in shared {
            let spec = &self.network.limiters[limiter as usize];
            let rate: f64 = classes.iter().map(|&class| streams[class].rate).sum();
            let gaps = match classes.as_slice() {
                [only] => streams[*only].gaps.clone(),
                several => several.iter().try_fold(Gaps::Exponential, |_, &class| streams[class].gaps.clone()),
            };
            let found = self.found.entry(hop).or_default();
            let lost = match (self.nothing, gaps) {
                (Some(reason), _) => Err(reason.to_string()),
                (None, Err(unknown)) => Err(unknown.reason(self.network)),
                (None, Ok(gaps)) => refused(spec, rate, &gaps).map(|lost| (lost, gaps)),
            };
            let passes = match &lost {
                Ok((lost, gaps)) => {
                    found.bucket(spec, rate, gaps, *lost);
                    1.0 - lost
                }
                Err(reason) => {
                    found.opinion.none.clone_from(reason);
                    (spec.rate / rate).min(1.0)
                }
            };
            let shapes = lost.is_err() || passes < 1.0 - NEGLIGIBLE;
            for class in classes {
                streams[class].rate *= passes;
                if shapes && streams[class].gaps.is_ok() {
                    streams[class].gaps = Err(Unknown::Throttled(hop));
                }
            }
            if shapes && refunds {
                self.forget_earlier_buckets(hop);
            }
        }
    }

    /// A bucket that gets tokens back from a later one is no queue.
    fn forget_earlier_buckets(&mut self, hop: u16) {
        let name = &self.network.hops[usize::from(hop)].name;
        for (_, found) in self.found.iter_mut().filter(|(earlier, found)| **earlier != hop && found.refused.is_some()) {
            let none = format!("{name} gives tokens back");
            *found = Found { opinion: Opinion { none, ..Opinion::default() }, ..Found::default() };
        }
    }

    fn serve(&mut self, hop: u16, group: &Group, stream: &mut Stream) {
        let split = match self.nothing {
            Some(reason) => Err(reason.to_string()),
            None => stream.split(group.count, &group.balancing),
        };
        let answered = split.and_then(|stations| {
            let mut first = group.first;
            let answer = |(alike, each): (u32, Stream)| {
                let kind = self.network.stations[first as usize];
                first += alike;
                self.answer(usize::from(kind), alike, &each)
            };
            stations.into_iter().map(answer).collect::<Result<Vec<Part>, String>>()
        });
        let found = self.found.entry(hop).or_default();
        let kind = &self.network.kinds[usize::from(self.network.stations[group.first as usize])];
        match answered {
            Ok(parts) => {
                // Burke: what leaves M/M/c is Poisson as what came.
                let burke = |part: &Part| match part.answer.formula {
                    Formula::ErlangC => true,
                    Formula::BirthDeath => part.answer.lost < NEGLIGIBLE,
                    _ => false,
                };
                let poisson = stream.gaps == Ok(Gaps::Exponential) && parts.iter().all(burke);
                let lost: f64 = parts.iter().map(|part| part.arrivals * part.answer.lost).sum();
                stream.rate -= lost;
                if !poisson {
                    stream.gaps = Err(Unknown::Served(hop));
                }
                found.inexact |= stream.pooled;
                found.parts.extend(parts);
            }
            Err(reason) => {
                found.opinion.none = reason;
                stream.gaps = Err(Unknown::Served(hop));
            }
        }
        stream.fail(&kind.failure);
    }

    /// The answer for `alike` stations of a kind, each reached by `stream`.
    fn answer(&mut self, kind: usize, alike: u32, stream: &Stream) -> Result<Part, String> {
        let one = match &self.last {
            Some((known, same, part)) if *known == kind && same == stream => part.clone(),
            _ => self.one(kind, stream)?,
        };
        self.last = Some((kind, stream.clone(), one.clone()));
        let alike = f64::from(alike);
        Ok(Part { arrivals: alike * one.arrivals, servers: alike * one.servers, ..one })
    }

    fn one(&self, kind: usize, stream: &Stream) -> Result<Part, String> {
        let (spec, law) = (&self.network.kinds[kind], &self.legend.laws[kind]);
        let gaps = stream.gaps.clone().map_err(|unknown| unknown.reason(self.network))?;
        if spec.patience.is_some() {
            return Err("those who wait too long leave".into());
        }
        let service = Service {
            mean: law.mean_ns() * 1e-9,
            scv: law.scv(),
            exponential: law.offset == 0.0 && matches!(law.law, Law::Exponential { .. }),
            usual: law.offset == 0.0 && !matches!(law.law, Law::Pareto { .. } | Law::Mixture(_) | Law::Quantiles(_)),
        };
        let mut queue = Queue { arrivals: stream.rate, gaps, service, servers: spec.servers, waiting: None };
        // Where the room matters, or has an exact formula, it counts.
        let exact = queue.gaps == Gaps::Exponential && service.exponential;
        let matters = exact || !never_fills(&queue, spec.queue, law);
        queue.waiting = (spec.queue != u32::MAX && matters).then_some(spec.queue);
        let mut answer = queue.opinion()?;
        let general = answer.mean_wait.is_some() && !service.exponential;
        let unseen = if general { tail_share(law, self.rare) } else { 0.0 };
        if unseen > MOSTLY_UNSEEN {
            return Err(
                "not compared: the waits hang on a few longest service times: more requests are needed to see them"
                    .into(),
            );
        }
        if stream.pooled {
            for computed in [&mut answer.waits, &mut answer.mean_wait].into_iter().flatten() {
                computed.error += POOLED * computed.value;
            }
        }
        Ok(Part {
            arrivals: stream.rate,
            servers: f64::from(spec.servers),
            typical_wait: typical_wait(&queue),
            settles_s: settling_seconds(&queue),
            unseen,
            answer,
        })
    }
}

/// Share that a bucket refuses of `rate` per second in the long run.
fn refused(spec: &LimiterSpec, rate: f64, gaps: &Gaps) -> Result<f64, String> {
    match gaps {
        // Between two arrivals at least one token comes back, by either clock.
        Gaps::Constant if rate <= spec.rate => Ok(0.0),
        _ if spec.refill == Refill::Tick => Err("tokens come back by a clock of their own".into()),
        Gaps::Exponential if spec.burst > LONGEST_BURST => {
            Err("not compared: a burst this long is not computed".into())
        }
        Gaps::Exponential => md1_loss(rate, spec.rate, spec.burst).ok_or_else(|| "rates out of range".into()),
        _ => Err("a bucket whose arrivals are not Poisson".into()),
    }
}
