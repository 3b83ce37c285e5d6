//! The observer that writes: follows each measured attempt from hop to hop and writes its lines when the API has answered.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::map::{Map, Role};
use super::record::{Answer, Trail};
use super::{alb, gateway};
use crate::engine::Observer;
use crate::engine::observer::{Begins, Passes};
use crate::engine::tally::Outcome;
use crate::random::AttemptKey;

/// Lines written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub gateway: u64,
    pub alb: u64,
    /// Attempts without a line.
    pub unfinished: u64,
}

/// Follows attempts and writes what becomes of them.
pub(super) struct Logging<'a> {
    map: &'a Map,
    under_way: BTreeMap<AttemptKey, Trail>,
    gateway: &'a mut dyn Write,
    alb: Option<&'a mut dyn Write>,
    line: Vec<u8>,
    written: Written,
    /// The first write that failed; nothing is written after it.
    failed: Option<io::Error>,
}

impl<'a> Logging<'a> {
    pub(super) fn new(map: &'a Map, gateway: &'a mut dyn Write, alb: Option<&'a mut dyn Write>) -> Logging<'a> {
        let (under_way, line) = (BTreeMap::new(), Vec::with_capacity(1_024));
        Logging { map, under_way, gateway, alb, line, written: Written::default(), failed: None }
    }

    /// Writes what clients gave up on and the engine did not follow to its end, as far as its end is known: the target had it.
    pub(super) fn finish(mut self) -> io::Result<Written> {
        let mut left: Vec<(u64, AttemptKey, Trail)> = Vec::new();
        for (key, trail) in std::mem::take(&mut self.under_way) {
            match trail.target {
                Some((_, end)) => left.push((end, key, trail)),
                None => self.written.unfinished += 1,
            }
        }
        left.sort_by_key(|&(end, key, _)| (end, key));
        for (end, key, trail) in left {
            self.write(key, &trail, Outcome::Ok, end);
        }
        self.failed.map_or(Ok(self.written), Err)
    }

    /// The attempt's lines; its work ends with `outcome` at `end` if the API waits for it.
    fn write(&mut self, key: AttemptKey, trail: &Trail, outcome: Outcome, end: u64) {
        if self.failed.is_some() {
            return;
        }
        let service = &self.map.services[trail.begins.class as usize];
        let (answer, at) = trail.answer(outcome, end, service.timeout);
        self.line.clear();
        let mut written = gateway::line(&mut self.line, service, self.map, key, trail, (answer, at));
        written = written.and_then(|()| self.gateway.write_all(&self.line));
        self.written.gateway += 1;
        // What the API gave up on before the ALB had it never comes there.
        if let (Some(alb), Some((came, _))) = (&mut self.alb, trail.alb)
            && came <= at
        {
            self.line.clear();
            written = written
                .and_then(|()| alb::line(&mut self.line, service, self.map, key, trail, (answer, at)))
                .and_then(|()| alb.write_all(&self.line));
            self.written.alb += 1;
        }
        self.failed = written.err();
    }
}

impl Observer for Logging<'_> {
    fn begins(&mut self, key: AttemptKey, attempt: Begins) {
        if attempt.measured {
            self.under_way.insert(key, Trail::new(attempt));
        }
    }

    fn passes(&mut self, key: AttemptKey, step: Passes) {
        let Some(trail) = self.under_way.get_mut(&key) else { return };
        let Passes { hop, at, end, station, .. } = step;
        match self.map.roles[usize::from(hop)] {
            Role::Client => (trail.reached, trail.integration) = (end, end),
            Role::Connection => trail.set_up = end - at,
            Role::Api => (trail.admitted, trail.integration) = (true, end),
            Role::Waf => (trail.waf, trail.integration) = (Some(end - at), end),
            Role::Authorizer => (trail.authorizer, trail.integration) = (Some(end - at), end),
            Role::Alb => trail.alb = Some((at, end)),
            Role::Service => trail.target = station.map(|station| (station, end)),
            Role::Other => {}
        }
    }

    fn stops(&mut self, key: AttemptKey, step: Passes) {
        let Some(trail) = self.under_way.get_mut(&key) else { return };
        let Passes { hop, at, end, station, .. } = step;
        match self.map.roles[usize::from(hop)] {
            Role::Alb => (trail.alb, trail.exhausted) = (Some((at, at)), true),
            Role::Service => trail.lost = station.map(|station| (station, end > at)),
            _ => {}
        }
    }

    fn ends(&mut self, key: AttemptKey, outcome: Outcome, at: u64) {
        // Of a client that goes away the API knows nothing: the attempt is followed to the end of its work.
        if outcome == Outcome::TimedOut
            && let Some(trail) = self.under_way.get_mut(&key)
            && trail.over.is_none()
        {
            trail.left_alone = true;
            return;
        }
        if let Some(trail) = self.under_way.remove(&key) {
            let (outcome, end) = trail.over.filter(|_| outcome == Outcome::TimedOut).unwrap_or((outcome, at));
            self.write(key, &trail, outcome, end);
        }
    }

    fn leaves(&mut self, key: AttemptKey, outcome: Outcome, at: u64) {
        let Some(trail) = self.under_way.get_mut(&key) else { return };
        trail.over = Some((outcome, at));
        if trail.left_alone
            && let Some(trail) = self.under_way.remove(&key)
        {
            self.write(key, &trail, outcome, at);
        }
    }
}

impl Answer {
    /// The status that the client gets; `throttled` is the API's.
    pub(super) fn status(self, throttled: u16) -> u16 {
        match self {
            Answer::Throttled => throttled,
            Answer::Target(status) | Answer::Balancer(status) | Answer::Refused(status) | Answer::TimedOut(status) => {
                status
            }
        }
    }
}
