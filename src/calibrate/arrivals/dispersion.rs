//! The index of dispersion for counts: variance over mean of the arrivals in windows of some length, with and without the trend.
//!
//! It is 1 at every length for Poisson arrivals; above, arrivals are bursty (Fischer and Meier-Hellstern, "The Markov-modulated Poisson
//! process (MMPP) cookbook", Performance Evaluation 18, 1993). A rate that changes over the day makes it large without any burst, so the
//! index that laws are fitted to is taken around a straight line in every block of 20 minutes.

use super::series::Series;
use crate::calibrate::words::Z95;
use crate::stats::student::t_two_sided;

/// Seconds of a block: what changes more slowly is the profile's, what changes faster is a burst.
const BLOCK_S: u32 = 1_200;
/// Least windows of a block.
const LEAST_WINDOWS: usize = 10;
/// Least windows of the whole log: of fewer, an index has a relative standard error of a third and more.
pub(super) const LEAST_OF_ALL: usize = 20;
/// Blocks from which the interval rests on how they differ.
const BLOCKS: usize = 8;

/// The index at one length of windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispersion {
    /// Length of the windows in seconds.
    pub window_s: u32,
    /// Whole windows.
    pub windows: usize,
    /// Variance over mean of all counts: what a simulation of the log as a trace reports.
    pub raw: f64,
    /// The same around the trend.
    pub index: f64,
    /// Its standard error.
    pub error: f64,
    /// 95 % interval of `index`.
    pub interval: (f64, f64),
}

/// Sums over one block, or several.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    /// Squares around the line, and how many of them are free.
    pub squares: f64,
    pub freedom: f64,
    /// Third powers around the line.
    pub cubes: f64,
    /// Arrivals and windows.
    pub arrivals: f64,
    pub windows: f64,
}

impl Block {
    fn of(counts: &[f64]) -> Block {
        let n = counts.len() as f64;
        let mean = counts.iter().sum::<f64>() / n;
        let middle = (n - 1.0) / 2.0;
        let (mut cross, mut spread) = (0.0, 0.0);
        for (i, count) in counts.iter().enumerate() {
            let x = i as f64 - middle;
            cross += x * count;
            spread += x * x;
        }
        let slope = cross / spread;
        let rest = |i: usize, count: f64| count - mean - slope * (i as f64 - middle);
        let mut block = Block { freedom: n - 2.0, arrivals: mean * n, windows: n, ..Block::default() };
        for (i, count) in counts.iter().enumerate() {
            let rest = rest(i, *count);
            block.squares += rest * rest;
            block.cubes += rest * rest * rest;
        }
        block
    }
}

/// The blocks of the windows of `window_s`; empty where they are too few.
pub(super) fn blocks(series: &Series, window_s: u32) -> Vec<Block> {
    let Some(pieces) = series.pieces(window_s) else { return Vec::new() };
    let all: usize = pieces.iter().map(Vec::len).sum();
    let whole = if series.span_s() >= 2.0 * f64::from(BLOCK_S) { (BLOCK_S / window_s) as usize } else { all };
    if whole < LEAST_WINDOWS {
        return Vec::new();
    }
    let chunks = pieces.iter().flat_map(|windows| windows.chunks(whole));
    chunks.filter(|chunk| chunk.len() >= LEAST_WINDOWS).map(Block::of).collect()
}

/// `a` with the sums of `b` times `sign`.
fn with(a: Block, b: &Block, sign: f64) -> Block {
    Block {
        squares: a.squares + sign * b.squares,
        freedom: a.freedom + sign * b.freedom,
        cubes: a.cubes + sign * b.cubes,
        arrivals: a.arrivals + sign * b.arrivals,
        windows: a.windows + sign * b.windows,
    }
}

/// All blocks as one.
pub(super) fn together(blocks: &[Block]) -> Block {
    blocks.iter().fold(Block::default(), |sum, block| with(sum, block, 1.0))
}

fn index(sum: &Block) -> f64 {
    (sum.squares / sum.freedom) / (sum.arrivals / sum.windows)
}

/// The index at `window_s` seconds; `None` where there are fewer than 20 whole windows, or no arrivals in them.
#[must_use]
pub fn dispersion(series: &Series, window_s: u32) -> Option<Dispersion> {
    let windows = series.windows(window_s)?;
    if windows.len() < LEAST_OF_ALL {
        return None;
    }
    let blocks = blocks(series, window_s);
    let n = windows.len() as f64;
    let mean = windows.iter().sum::<f64>() / n;
    let squares: f64 = windows.iter().map(|count| (count - mean).powi(2)).sum();
    let raw = squares / (n - 1.0) / mean;
    let sum = together(&blocks);
    let estimate = index(&sum);
    if !estimate.is_finite() || !raw.is_finite() {
        return None;
    }
    let (error, z) = error(&blocks, &sum);
    // On the scale of the logarithm, where it is nearer to normal, and never below 0.
    let factor = libm::exp(z * error / estimate.max(1e-12));
    let interval = (estimate / factor, estimate * factor);
    Some(Dispersion { window_s, windows: windows.len(), raw, index: estimate, error, interval })
}

/// Standard error of the index, and how many of them a 95 % interval reaches.
fn error(blocks: &[Block], sum: &Block) -> (f64, f64) {
    let number = blocks.len() as f64;
    if blocks.len() < BLOCKS {
        // Of independent normal counts.
        return (index(sum) * (2.0 / sum.freedom).sqrt(), Z95);
    }
    // Leaving one block out at a time, the jackknife, knows of what lasts longer than a window.
    let others: Vec<f64> = blocks.iter().map(|block| index(&with(*sum, block, -1.0))).collect();
    let mean = others.iter().sum::<f64>() / number;
    let spread: f64 = others.iter().map(|other| (other - mean).powi(2)).sum();
    ((spread * (number - 1.0) / number).sqrt(), t_two_sided(number - 1.0, 0.95))
}
