//! Requests drawn ahead of the clock, a block at a time. Draws have names, so they are the same whenever they are made; made
//! in columns they do not wait for one another, and one table after the other is in the cache. What was drawn together is
//! counted together, once the block is used up.

use std::ops::Range;

use super::attempt::choose;
use super::meter::HopMeter;
use super::program::Program;
use super::source::Source;
use super::tally::Dispersion;
use crate::random::AttemptKey;

/// Requests in a block.
pub(super) const BLOCK: usize = 64;

/// A service time that was not drawn ahead.
pub(super) const NOT_DRAWN: u64 = u64::MAX;
/// A choice of a station that was not drawn ahead.
pub(super) const NOT_CHOSEN: u32 = u32::MAX;

/// The next requests, at places 0 to [`BLOCK`] - 1.
#[derive(Debug)]
pub(super) struct Ahead<'a> {
    program: &'a Program<'a>,
    source: Source,
    /// Number of the request at place 0.
    first: u64,
    len: usize,
    /// Instants of arrival, ns.
    at: [u64; BLOCK],
    keys: [AttemptKey; BLOCK],
    classes: [u32; BLOCK],
    /// Service times at the first station, ns, or [`NOT_DRAWN`].
    demands: [u64; BLOCK],
    /// Which station of the first group, or [`NOT_CHOSEN`].
    choices: [u32; BLOCK],
    /// Of each plain delay before the first station its times, ns.
    delays: Vec<[u64; BLOCK]>,
    /// Of each chain of them the sums, ns; kept for the first of a chain.
    sums: Vec<[u64; BLOCK]>,
    /// Requests that are measured, a bit for each place.
    measured: u64,
    /// Those of them that took each delay; kept for the first of a chain.
    taken: Vec<u64>,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(program: &'a Program<'a>, source: Source) -> Ahead<'a> {
        Ahead {
            program,
            source,
            first: 0,
            len: 0,
            at: [0; BLOCK],
            keys: [AttemptKey::default(); BLOCK],
            classes: [0; BLOCK],
            demands: [NOT_DRAWN; BLOCK],
            choices: [NOT_CHOSEN; BLOCK],
            delays: vec![[0; BLOCK]; program.ahead.delays.len()],
            sums: vec![[0; BLOCK]; program.ahead.delays.len()],
            measured: 0,
            taken: vec![0; program.ahead.delays.len()],
        }
    }

    /// The place after `place` (none: before all) in this block.
    #[inline]
    pub(super) fn after(&self, place: Option<usize>) -> Option<usize> {
        let next = place.map_or(0, |place| place + 1);
        (next < self.len).then_some(next)
    }

    /// Instant of arrival at a place, ns.
    #[inline]
    pub(super) fn at(&self, place: usize) -> u64 {
        self.at[place % BLOCK]
    }

    /// Instants of arrival from a place on, ns.
    #[inline]
    pub(super) fn instants(&self, place: usize) -> &[u64] {
        &self.at[place..self.len]
    }

    /// Instants of arrival and service times at the first station at some places, ns.
    #[inline]
    pub(super) fn arrivals(&self, places: Range<usize>) -> (&[u64], &[u64]) {
        (&self.at[places.clone()], &self.demands[places])
    }

    /// Number, key and class of the request at a place.
    #[inline]
    pub(super) fn request(&self, place: usize) -> (u64, AttemptKey, u32) {
        (self.first + place as u64, self.keys[place % BLOCK], self.classes[place % BLOCK])
    }

    /// Service time and choice at the first station of the request at a place.
    #[inline]
    pub(super) fn first_station(&self, place: usize) -> (u64, u32) {
        (self.demands[place % BLOCK], self.choices[place % BLOCK])
    }

    /// What the request at a place spends in the chain of delays that begins with number `first` of the program, ns.
    #[inline]
    pub(super) fn delay(&self, place: usize, first: u32) -> u64 {
        self.sums[first as usize - self.program.ahead.delays.start][place % BLOCK]
    }

    /// Marks the request at a place as measured.
    #[inline]
    pub(super) fn measure(&mut self, place: usize) {
        self.measured |= 1 << (place % BLOCK);
    }

    /// Marks the requests at these places as measured.
    pub(super) fn measure_each(&mut self, places: Range<usize>) {
        self.measured |= mask(places);
    }

    /// The request at a place, measured or not, takes the chain of delays that begins with number `first`.
    #[inline]
    pub(super) fn take(&mut self, place: usize, first: u32, measured: bool) {
        self.taken[first as usize - self.program.ahead.delays.start] |= u64::from(measured) << (place % BLOCK);
    }

    /// The requests at these places, all measured or none, take the chain of delays that begins with number `first`.
    pub(super) fn take_each(&mut self, places: Range<usize>, first: u32, measured: bool) {
        self.taken[first as usize - self.program.ahead.delays.start] |= if measured { mask(places) } else { 0 };
    }

    /// The instant of the last arrival, ns.
    pub(super) fn last(&self) -> u64 {
        self.source.last()
    }

    /// Counts the block: who was measured, and the delays that they took.
    pub(super) fn count(&mut self, meters: &mut [HopMeter], dispersion: &mut [Dispersion]) {
        let measured = std::mem::take(&mut self.measured);
        // Who is measured comes in one run.
        let from = measured.trailing_zeros() as usize;
        let instants = &self.at[from.min(BLOCK)..][..measured.count_ones() as usize];
        dispersion.iter_mut().for_each(|dispersion| dispersion.arrive_each(instants));
        let range = self.program.ahead.delays.clone();
        let mut taken = 0;
        for (index, times) in range.clone().zip(&self.delays) {
            let delay = &self.program.delays[index];
            if delay.begins_chain {
                taken = std::mem::take(&mut self.taken[index - range.start]);
            }
            let recorder = &mut meters[usize::from(delay.hop)].sojourn;
            if taken == u64::MAX {
                recorder.record_each(times.iter().copied());
            } else {
                recorder.record_each(bits(taken).map(|place| times[place]));
            }
        }
    }

    /// Draws the next block, which is empty where there are no more requests.
    #[inline(never)]
    pub(super) fn fill(&mut self) {
        let program = self.program;
        self.first += self.len as u64;
        self.len = self.source.fill(&mut self.at, &mut self.keys);
        let keys = &self.keys[..self.len];
        if program.classes() > 1 {
            for (class, &key) in self.classes.iter_mut().zip(keys) {
                *class = program.class_of(key);
            }
        }
        let mut chain = 0;
        for (index, delay) in program.delays[program.ahead.delays.clone()].iter().enumerate() {
            let times = &mut self.delays[index];
            delay.time.sample_each(keys, delay.stream, times);
            if delay.begins_chain {
                chain = index;
                self.sums[chain] = *times;
            } else {
                self.sums[chain].iter_mut().zip(times).for_each(|(sum, time)| *sum = sum.saturating_add(*time));
            }
        }
        if let Some((time, stream)) = program.ahead.demand {
            time.sample_each(keys, stream, &mut self.demands);
        }
        if let Some((stream, count)) = program.ahead.choice {
            for (choice, key) in self.choices.iter_mut().zip(keys) {
                *choice = choose(key.bits(stream), &[], count);
            }
        }
    }
}

/// A bit for each of these places.
fn mask(places: Range<usize>) -> u64 {
    if places.is_empty() { 0 } else { (u64::MAX >> (BLOCK - places.len())) << places.start }
}

/// The places of the bits that are set.
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (place < BLOCK).then_some(place)
    })
}
