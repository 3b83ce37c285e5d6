//! Times by the part of the log in which they lie, so that a law can be fitted to the first part and held against the rest after a
//! single reading, whatever the order of the rows.

use std::collections::BTreeMap;

use super::times::{Scale, Times};

/// Most slots that hold rows. Slots are 1 s at first and double until they fit.
const SLOTS: usize = 64;
/// The longest slots: 2^40 s, which hold every instant.
const LONGEST: u32 = 40;

/// What a log tells a time of: a hop of a request, or a phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// API Gateway: response latency less integration latency, and less what WAF and authorizers took where the log has it.
    GatewayOverhead,
    /// API Gateway: from the request to the integration until its answer; holds links, load balancers, network and service.
    Integration,
    /// API Gateway: the whole, as the gateway sees it.
    Response,
    /// API Gateway: WAF.
    Waf,
    /// API Gateway: authorizer, authentication and authorization together.
    Authorizer,
    /// ALB: request and response processing time, as logged to the millisecond.
    AlbProcessing,
    /// ALB: from the creation of the request (cut off to a millisecond) to the end of its response, less the target's time, cut off
    /// to a millisecond: on average right whatever the ALB's rounding rule, but with the client's reading in it.
    AlbByClock,
    /// ALB: target processing time: service, its queue and the way from the ALB to it and back.
    Service,
    /// Classic ELB: request and response processing time.
    ClassicProcessing,
    /// Classic ELB: backend processing time.
    ClassicService,
    /// NLB with TLS listener: how long the connection stood.
    NlbConnection,
    /// NLB with TLS listener: handshake of a new connection.
    NlbHandshake,
}

impl Part {
    /// All parts, in their order.
    pub const ALL: [Part; 12] = [
        Part::GatewayOverhead,
        Part::Integration,
        Part::Response,
        Part::Waf,
        Part::Authorizer,
        Part::AlbProcessing,
        Part::AlbByClock,
        Part::Service,
        Part::ClassicProcessing,
        Part::ClassicService,
        Part::NlbConnection,
        Part::NlbHandshake,
    ];

    /// Its name for people and for JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::GatewayOverhead => "gateway overhead",
            Part::Integration => "integration",
            Part::Response => "gateway response",
            Part::Waf => "waf",
            Part::Authorizer => "authorizer",
            Part::AlbProcessing => "alb processing",
            Part::AlbByClock => "alb processing by clock",
            Part::Service => "service",
            Part::ClassicProcessing => "classic elb processing",
            Part::ClassicService => "classic elb backend",
            Part::NlbConnection => "nlb connection",
            Part::NlbHandshake => "nlb tls handshake",
        }
    }
}

/// What a time had reached when it was cut off, in whole milliseconds that had passed.
pub const REACHED: Scale = Scale { tick_us: 1000, shift: 0.0, blurs: 0 };

/// Rows and times of one stretch of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slot {
    /// Rows that were used.
    pub rows: u64,
    /// Times of each part.
    pub times: BTreeMap<Part, Times>,
    /// What times of each part had reached when they were cut off.
    pub longer: BTreeMap<Part, Times>,
}

impl Slot {
    /// Counts one time.
    pub fn record(&mut self, part: Part, scale: Scale, ticks: u64) {
        let times = self.times.entry(part).or_insert_with(|| Times::new(scale));
        times.blurred(scale);
        times.record(ticks);
    }

    /// Counts a time that was cut off after `ms` milliseconds.
    pub fn cut_off(&mut self, part: Part, ms: u64) {
        self.longer.entry(part).or_insert_with(|| Times::new(REACHED)).record(ms);
    }

    /// Adds what another slot counted.
    pub fn merge(&mut self, other: &Slot) {
        self.rows += other.rows;
        for (mine, theirs) in [(&mut self.times, &other.times), (&mut self.longer, &other.longer)] {
            for (part, times) in theirs {
                mine.entry(*part).or_insert_with(|| Times::new(times.scale())).merge(times);
            }
        }
    }
}

/// Stretches of equal length that hold rows; how long they are depends on what was counted alone, not on its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Slots {
    doublings: u32,
    slots: BTreeMap<i64, Slot>,
    /// Rows without an instant.
    undated: Slot,
}

impl Slots {
    /// The slot of an instant in microseconds since 1970, to count a row in.
    pub fn at(&mut self, at_us: Option<i64>) -> &mut Slot {
        let Some(at_us) = at_us else { return &mut self.undated };
        let second = at_us.div_euclid(1_000_000);
        while self.slots.len() >= SLOTS && !self.slots.contains_key(&(second >> self.doublings)) {
            self.double();
        }
        self.slots.entry(second >> self.doublings).or_default()
    }

    fn double(&mut self) {
        if self.doublings >= LONGEST {
            return;
        }
        self.doublings += 1;
        for (at, slot) in std::mem::take(&mut self.slots) {
            let longer = self.slots.entry(at >> 1);
            longer.and_modify(|longer| longer.merge(&slot)).or_insert(slot);
        }
    }

    /// Adds what was counted in another log.
    pub fn merge(&mut self, mut other: Slots) {
        while self.doublings < other.doublings {
            self.double();
        }
        while other.doublings < self.doublings {
            other.double();
        }
        self.undated.merge(&other.undated);
        for (at, slot) in other.slots {
            self.slots.entry(at).and_modify(|mine| mine.merge(&slot)).or_insert(slot);
        }
        while self.slots.len() > SLOTS && self.doublings < LONGEST {
            self.double();
        }
    }

    /// Everything together, rows without an instant included.
    #[must_use]
    pub fn whole(&self) -> Slot {
        let mut whole = self.undated.clone();
        self.slots.values().for_each(|slot| whole.merge(slot));
        whole
    }

    /// The first part of the log, the rest, and the instant between them in microseconds since 1970.
    ///
    /// The cut is the border of slots at which the first part's share of the rows is nearest to `share`; `None` where all rows lie in
    /// one slot. Rows without an instant are in neither.
    #[must_use]
    pub fn split(&self, share: f64) -> Option<(Slot, Slot, i64)> {
        let total: u64 = self.slots.values().map(|slot| slot.rows).sum();
        let mut before = 0;
        let borders = self.slots.iter().map(|(at, slot)| {
            let border = (*at, (before as f64 - share * total as f64).abs());
            before += slot.rows;
            border
        });
        let (cut, _) = borders.skip(1).min_by(|a, b| a.1.total_cmp(&b.1))?;
        let (mut first, mut rest) = (Slot::default(), Slot::default());
        self.slots.range(..cut).for_each(|(_, slot)| first.merge(slot));
        self.slots.range(cut..).for_each(|(_, slot)| rest.merge(slot));
        Some((first, rest, (cut << self.doublings) * 1_000_000))
    }
}
