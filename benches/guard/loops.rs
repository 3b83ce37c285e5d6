//! The limits: each a loop written for one system and for nothing else, with a plain generator in sequence, the ziggurat, and
//! HdrHistogram of three digits. They return the mean latency in seconds, which must be that of the simulated system.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::convert::Infallible;

use hdrhistogram::Histogram;
use rand::TryRng;
use rand_distr::{Distribution, Exp1, StandardNormal};

const SECOND: f64 = 1e9;

/// xoshiro256++. Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021).
pub struct Sequence([u64; 4]);

impl Sequence {
    pub fn new(seed: u64) -> Sequence {
        Sequence([1, 2, 3, 4].map(|i: u64| (seed + i).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    fn exponential(&mut self) -> f64 {
        Exp1.sample(self)
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(self)
    }

    /// One of `n`, evenly.
    fn index(&mut self, n: usize) -> usize {
        let Ok(bits) = self.try_next_u64();
        ((u128::from(bits) * n as u128) >> 64) as usize
    }
}

impl TryRng for Sequence {
    type Error = Infallible;

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let Sequence([a, b, c, d]) = self;
        let out = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        (*c, *d) = (*c ^ *a, *d ^ *b);
        (*b, *a) = (*b ^ *c, *a ^ *d);
        *c ^= shifted;
        *d = d.rotate_left(45);
        Ok(out)
    }

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| (bits >> 32) as u32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let Ok(bits) = self.try_next_u64();
            chunk.copy_from_slice(&bits.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

fn recorder() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 1 << 48, 3).unwrap_or_else(|error| panic!("{error}"))
}

/// M/M/1 at rho 0.8. Source: Lindley, "The theory of queues with a single server" (1952).
pub fn one_server(requests: u64, mut draws: Sequence) -> f64 {
    let mut latencies = recorder();
    let mut wait = 0.0_f64;
    for _ in 0..requests {
        let latency = wait + draws.exponential();
        latencies.saturating_record((latency * SECOND) as u64);
        wait = (latency - draws.exponential() / 0.8).max(0.0);
    }
    latencies.mean() / SECOND
}

/// M/M/8 at rho 0.85. Source: Kiefer and Wolfowitz, "On the theory of queues with many servers" (1955).
pub fn eight_servers(requests: u64, mut draws: Sequence) -> f64 {
    let mut latencies = recorder();
    let mut free: BinaryHeap<Reverse<u64>> = std::iter::repeat_n(Reverse(0), 8).collect();
    let mut now = 0_u64;
    for _ in 0..requests {
        now += (draws.exponential() * (SECOND / 6.8)) as u64;
        let Some(mut first) = free.peek_mut() else { break };
        let end = first.0.max(now) + (draws.exponential() * SECOND) as u64;
        *first = Reverse(end);
        latencies.saturating_record(end - now);
    }
    latencies.mean() / SECOND
}

/// A request on its way to its station, or waiting there.
#[derive(Clone, Copy)]
struct Coming {
    reaches: u64,
    born: u64,
    service: u64,
}

/// A station of four servers and those who come to it, by when they reach it.
#[derive(Clone, Default)]
struct Station {
    coming: VecDeque<Coming>,
    free: [u64; 4],
}

impl Station {
    /// Serves, in the order in which they reach it, those who are there by `now`: nobody can come before them any more.
    fn release(&mut self, now: u64, latencies: &mut Histogram<u64>) {
        while let Some(&Coming { reaches, born, service }) = self.coming.front().filter(|first| first.reaches <= now) {
            self.coming.pop_front();
            let first = (0..4).min_by_key(|&server| self.free[server]).unwrap_or(0);
            self.free[first] = self.free[first].max(reaches) + service;
            latencies.saturating_record(self.free[first] - born);
        }
    }

    fn expect(&mut self, coming: Coming) {
        let place =
            self.coming.iter().rposition(|other| other.reaches <= coming.reaches).map_or(0, |before| before + 1);
        self.coming.insert(place, coming);
    }
}

/// Four lognormal delays, then one of 100 stations of 4 servers at rho 0.7.
pub fn five_hops(requests: u64, mut draws: Sequence) -> f64 {
    // Median (ns) and standard deviation of the logarithm; the last one has a mean of 140 ms and an scv of 1.
    let log_sigma = libm::sqrt(core::f64::consts::LN_2);
    let delays = [(15e6, 0.5), (2e6, 0.4), (0.8e6, 0.3), (3e6, 0.4)];
    let service = (140e6 / core::f64::consts::SQRT_2, log_sigma);
    let mut latencies = recorder();
    let mut stations = vec![Station::default(); 100];
    let lognormal = |draws: &mut Sequence, (median, sigma): (f64, f64)| median * libm::exp(sigma * draws.normal());
    let mut now = 0_u64;
    for _ in 0..requests {
        now += (draws.exponential() * (SECOND / 2_000.0)) as u64;
        let delay: f64 = delays.iter().map(|&law| lognormal(&mut draws, law)).sum();
        let coming = Coming { reaches: now + delay as u64, born: now, service: lognormal(&mut draws, service) as u64 };
        let station = &mut stations[draws.index(100)];
        station.release(now, &mut latencies);
        station.expect(coming);
    }
    stations.iter_mut().for_each(|station| station.release(u64::MAX, &mut latencies));
    latencies.mean() / SECOND
}
