//! Samplers: a law's quantile function tabulated once, then inverted in about two nanoseconds a draw.
//!
//! The table is indexed by the bits of the smaller tail as a floating-point number would be: an octave (halving of the tail
//! probability), then [`CELLS`] equal cells in it, then a straight line inside the cell. Cells thus shrink towards both tails as
//! fast as the tails do. Beyond 2^-21, and in cells where a mixture or a given quantile function jumps, the exact quantile function
//! answers. A draw costs one uniform number and is monotone in it, which keeps common random numbers synchronised.

use std::sync::Arc;

use super::distribution::{Distribution, Law};
use super::quantile::Level;

/// Octaves of each tail that are tabulated, the first from 1/2 to 1/4: down to a tail probability of 2^-21.
const OCTAVES: usize = 20;
/// Bits that choose the cell inside an octave.
const CELL_BITS: u32 = 6;
/// Cells in an octave. With 64, linear interpolation moves no law's mean by more than 1e-4 of it (see the tests).
const CELLS: usize = 1 << CELL_BITS;
/// Cells of one tail.
const SIDE: usize = OCTAVES * CELLS;
/// 2^-53: the value of the last bit of a fraction.
const ULP: f64 = 1.0 / 9_007_199_254_740_992.0;
/// A cell of a law with jumps is answered exactly where its line is off by this share of the value ...
const RELATIVE_TOLERANCE: f64 = 1e-3;
/// ... or by so much that the cell alone would move the law's mean by this share.
const MEAN_TOLERANCE: f64 = 1e-6;

/// Draws times from one distribution by inverting its quantile function; cheap to clone (tables are shared).
#[derive(Clone, Debug)]
pub enum Sampler {
    /// Always this many nanoseconds.
    Constant(u64),
    /// Equally likely anywhere from `from` to `from + width` nanoseconds.
    Uniform {
        /// Least value, nanoseconds.
        from: f64,
        /// Greatest value less the least, nanoseconds.
        width: f64,
    },
    /// Through the tabulated quantile function.
    Table(Arc<Table>),
}

/// A straight piece of the quantile function: `base + slope x fraction`. A slope that is not a number asks for the exact value.
#[derive(Clone, Copy, Debug)]
struct Cell {
    base: f32,
    slope: f32,
}

/// A tabulated quantile function (20 KiB).
#[derive(Debug)]
pub struct Table {
    /// The lower tail, then the upper one; each from the median outwards by octave, inside an octave by rising tail probability.
    cells: Box<[Cell]>,
    /// Where both tails meet.
    median: f64,
    /// The distribution's offset and one half, for rounding by truncation.
    offset_and_half: f64,
    distribution: Distribution,
}

impl Sampler {
    /// Builds the table of `distribution` (well below a millisecond for most laws, a few for gamma laws and mixtures); build it
    /// once and clone it for equal distributions.
    #[must_use]
    pub fn new(distribution: &Distribution) -> Sampler {
        match distribution.law {
            Law::Constant(value) => Sampler::Constant(round(value + distribution.offset)),
            Law::Uniform { from, to } => Sampler::Uniform { from: from + distribution.offset, width: to - from },
            _ => Sampler::Table(Arc::new(Table::new(distribution))),
        }
    }

    /// The value at the uniform bits `u` (0 is the smallest value, `u64::MAX` the largest), in whole nanoseconds; never falls as
    /// `u` rises.
    #[inline]
    #[must_use]
    pub fn sample(&self, u: u64) -> u64 {
        match self {
            Sampler::Constant(ns) => *ns,
            Sampler::Uniform { from, width } => round(from + width * ((u >> 11) as i64 as f64 * ULP)),
            Sampler::Table(table) => table.sample(u),
        }
    }

    /// Mean of the distribution that is sampled, in nanoseconds: exact, not that of the table.
    #[must_use]
    pub fn mean_ns(&self) -> f64 {
        match self {
            Sampler::Constant(ns) => *ns as f64,
            Sampler::Uniform { from, width } => from + width / 2.0,
            Sampler::Table(table) => table.distribution.mean_ns(),
        }
    }
}

/// To the nearest whole nanosecond; 0 below 0 and for NaN, 2^63 - 1 (292 years) above it.
#[inline]
fn round(ns: f64) -> u64 {
    // By way of i64: the conversion to u64 costs twice as much.
    ((ns + 0.5) as i64).max(0) as u64
}

impl Table {
    fn new(distribution: &Distribution) -> Table {
        let law = &distribution.law;
        let median = law.at(Level::Lower(0.5)) as f32;
        let mut cells = Vec::with_capacity(2 * SIDE);
        for level in [Level::Lower as fn(f64) -> Level, Level::Upper] {
            let tolerance = law.may_jump().then(|| MEAN_TOLERANCE * distribution.mean_ns());
            fill(&mut cells, |tail| law.at(level(tail)), median, tolerance);
        }
        Table {
            cells: cells.into_boxed_slice(),
            median: f64::from(median),
            offset_and_half: distribution.offset + 0.5,
            distribution: distribution.clone(),
        }
    }

    #[inline]
    fn sample(&self, u: u64) -> u64 {
        // All ones for the upper half, so that `tail` counts from the nearer end.
        let upper = ((u as i64) >> 63) as u64;
        let tail = u ^ upper;
        let octave = tail.leading_zeros();
        // The leading one is shifted out: what remains is the place inside the octave.
        let inside = (tail << (octave & 63)) << 1;
        let index = (octave as usize).wrapping_sub(1) * CELLS + (inside >> (64 - CELL_BITS)) as usize;
        if index < SIDE
            && let Some(cell) = self.cells.get(index + (SIDE & upper as usize))
        {
            let fraction = ((inside << CELL_BITS) >> 11) as i64 as f64 * ULP;
            let value = f64::from(cell.base) + f64::from(cell.slope) * fraction + self.offset_and_half;
            if !value.is_nan() {
                return (value as i64).max(0) as u64;
            }
        }
        self.exact(u)
    }

    /// The exact quantile function, held between the neighbouring cells so that the whole stays monotone.
    #[cold]
    fn exact(&self, u: u64) -> u64 {
        const SCALE: f64 = 1.0 / 18_446_744_073_709_551_616.0;
        let upper = u >> 63 == 1;
        let tail = if upper { !u } else { u };
        let probability = (tail as f64 + 0.5) * SCALE;
        let value = self.distribution.law.at(if upper { Level::Upper(probability) } else { Level::Lower(probability) });
        let octave = tail.leading_zeros() as usize;
        let side = if upper { SIDE } else { 0 };
        let base = |index: usize| self.cells.get(side + index).map_or(f64::NAN, |cell| f64::from(cell.base));
        let (near, far) = if octave > OCTAVES {
            (base((OCTAVES - 1) * CELLS), if upper { f64::INFINITY } else { 0.0 })
        } else {
            let index = (octave - 1) * CELLS + (((tail << octave) << 1) >> (64 - CELL_BITS)) as usize;
            (following(index).map_or(self.median, base), base(index))
        };
        // `max` and `min` pass over a NaN, which stands for no bound.
        let held = if upper { value.max(near).min(far) } else { value.min(near).max(far) };
        ((held + self.offset_and_half) as i64).max(0) as u64
    }
}

/// The cell that continues cell `index` towards the median; none after the last.
fn following(index: usize) -> Option<usize> {
    match (index / CELLS, index % CELLS + 1 == CELLS) {
        (_, false) => Some(index + 1),
        (0, true) => None,
        (octave, true) => Some((octave - 1) * CELLS),
    }
}

/// Appends the cells of one tail; `at` is the quantile at a tail probability. Where `tolerance`
/// is given (nanoseconds x probability), a cell whose line misses its middle or a quarter is left to the exact function.
fn fill(cells: &mut Vec<Cell>, at: impl Fn(f64) -> f64, median: f32, tolerance: Option<f64>) {
    let side = cells.len();
    for octave in 0..OCTAVES {
        let from = libm::ldexp(1.0, -(octave as i32) - 2);
        for cell in 0..CELLS {
            let tail = from * (1.0 + cell as f64 / CELLS as f64);
            cells.push(Cell { base: at(tail) as f32, slope: 0.0 });
        }
    }
    for index in 0..SIDE {
        let base = cells[side + index].base;
        let next = following(index).map_or(median, |next| cells[side + next].base);
        let rise = f64::from(next) - f64::from(base);
        // Rounded towards zero, so that no line ends beyond where the next one begins.
        let mut slope = rise as f32;
        if f64::from(slope).abs() > rise.abs() {
            slope = if rise > 0.0 { slope.next_down() } else { slope.next_up() };
        }
        let width = libm::ldexp(1.0, -((index / CELLS) as i32) - 2) / CELLS as f64;
        let start = width * (CELLS + index % CELLS) as f64;
        let bent = tolerance.is_some_and(|tolerance| {
            [0.25, 0.5, 0.75].iter().any(|part| {
                let exact = at(start + part * width);
                let off = (exact - f64::from(base) - f64::from(slope) * part).abs();
                off > RELATIVE_TOLERANCE * exact || off * width > tolerance
            })
        });
        cells[side + index].slope = if bent || !slope.is_finite() { f32::NAN } else { slope };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::random::exact::laws;
    use crate::random::{RunKey, StreamId};

    /// Mean of what the table draws: its straight pieces, and the exact function by the midpoint rule elsewhere.
    fn table_mean(table: &Table) -> f64 {
        let law = &table.distribution.law;
        let mut sum = 0.0;
        for (index, cell) in table.cells.iter().enumerate() {
            let level = if index < SIDE { Level::Lower as fn(f64) -> Level } else { Level::Upper };
            let width = libm::ldexp(1.0, -((index % SIDE / CELLS) as i32) - 2) / CELLS as f64;
            let start = width * (CELLS + index % CELLS) as f64;
            sum += width
                * if cell.slope.is_nan() {
                    (0..1000).map(|i| law.at(level(start + width * (f64::from(i) + 0.5) / 1000.0))).sum::<f64>()
                        / 1000.0
                } else {
                    f64::from(cell.base) + f64::from(cell.slope) / 2.0
                };
        }
        // The two tails beyond the table, in 400 geometric pieces down to 2^-61.
        for level in [Level::Lower as fn(f64) -> Level, Level::Upper] {
            for piece in 0..400 {
                let edge = |i: i32| libm::exp2(-21.0 - f64::from(i) / 10.0);
                let (from, to) = (edge(piece + 1), edge(piece));
                sum += (to - from) * law.at(level((from + to) / 2.0));
            }
        }
        sum + table.distribution.offset
    }

    #[test]
    fn the_table_keeps_the_mean() {
        for (name, distribution) in laws() {
            let Sampler::Table(table) = Sampler::new(&distribution) else { continue };
            let off = table_mean(&table) / distribution.mean_ns() - 1.0;
            println!(
                "{name}: mean off by {off:.2e}, {} exact cells",
                table.cells.iter().filter(|c| c.slope.is_nan()).count()
            );
            assert!(off.abs() < 1e-4, "{name}: {off:e}");
        }
    }

    #[test]
    fn draws_follow_the_exact_quantile_function() {
        for (name, distribution) in laws() {
            let sampler = Sampler::new(&distribution);
            for i in 0..20_000_u64 {
                let u = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (i % 2 * (i % 50));
                let u = if i % 4 == 3 { !u } else { u };
                let p = (u as f64 + 0.5) / 18_446_744_073_709_551_616.0;
                let q = ((!u) as f64 + 0.5) / 18_446_744_073_709_551_616.0;
                let exact = if p < 0.5 { distribution.quantile_ns(p) } else { distribution.quantile_upper_ns(q) };
                let drawn = sampler.sample(u) as f64;
                // In a cell a curve leaves its chord by h^2/8 of its second derivative: 1e-3 covers the heaviest law here.
                assert!((drawn - exact).abs() <= 1.0 + 1e-3 * exact, "{name} at {p}: {drawn} for {exact}");
            }
        }
    }

    #[test]
    fn draws_never_fall_as_the_bits_rise() {
        for (name, distribution) in laws() {
            let sampler = Sampler::new(&distribution);
            // Around the edge of every cell, and in the extreme tails.
            let mut bits: Vec<u64> = vec![0, 1, 2, 1 << 20, 1 << 40];
            for octave in 1..=21 {
                for cell in 0..=CELLS as u64 {
                    let edge = (CELLS as u64 + cell) << (57 - octave);
                    bits.extend([edge.saturating_sub(1 << 5), edge.saturating_sub(1), edge, edge + 1, edge + (1 << 9)]);
                }
            }
            bits.extend(bits.clone().iter().map(|u| !u));
            bits.sort_unstable();
            for pair in bits.windows(2) {
                let (a, b) = (sampler.sample(pair[0]), sampler.sample(pair[1]));
                assert!(a <= b, "{name} at {:x} {:x}: {a} {b}", pair[0], pair[1]);
            }
        }
    }

    #[test]
    fn constants_and_offsets_are_exact() {
        assert_eq!(Sampler::new(&Distribution::constant(20e6).with_offset(0.4)).sample(12_345), 20_000_000);
        let sampler = Sampler::new(&Distribution::exponential(1e6).unwrap().with_offset(5e6));
        assert_eq!(sampler.sample(0), 5_000_000);
        assert!(sampler.sample(u64::MAX) > 40_000_000, "the tail beyond the table is exact");
        let uniform = Sampler::new(&Distribution::uniform(1e3, 3e3).unwrap());
        assert_eq!([uniform.sample(0), uniform.sample(1 << 63), uniform.sample(u64::MAX)], [1_000, 2_000, 3_000]);
    }

    #[test]
    fn the_atoms_of_a_mixture_keep_their_probabilities() {
        let parts = vec![(0.95, Distribution::constant(1e6)), (0.05, Distribution::constant(100e6))];
        let sampler = Sampler::new(&Distribution::mixture(parts).unwrap());
        let edge = (0.95 * 18_446_744_073_709_551_616.0) as u64;
        assert_eq!([sampler.sample(edge - (1 << 20)), sampler.sample(edge + (1 << 20))], [1_000_000, 100_000_000]);
    }

    #[test]
    fn golden_draws() {
        let key = RunKey::new(7, 0);
        let stream = StreamId::new("service", "demand");
        let mut hash = blake3::Hasher::new();
        for (_, distribution) in laws() {
            let sampler = Sampler::new(&distribution);
            for request in 0..100 {
                hash.update(&sampler.sample(key.attempt(request, 0).bits(stream)).to_le_bytes());
            }
        }
        // A change here changes every result that was ever reported: it belongs in the changelog.
        assert_eq!(&hash.finalize().to_hex()[..16], "9926753c92dabc92");
    }
}
