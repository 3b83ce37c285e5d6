//! Samplers: a law's quantile function tabulated once, then inverted in two to three nanoseconds a draw.
//!
//! A uniform number is folded to its distance from the nearer end, and that tail probability, as a floating-point
//! number, is the address: exponent and leading bits of the fraction choose the cell, the bits after them the place
//! inside it, where the quantile function is a straight line. So cells shrink towards both ends as fast as the tails
//! do. Beyond 2^-21, and in cells where a mixture or a given quantile function jumps, the exact quantile function
//! answers. A draw costs one uniform number and is monotone in it, which keeps common random numbers synchronised.

use std::sync::Arc;

use super::distribution::{Distribution, Law};
use super::exact::{self, KeyedGenerator};
use super::mixture::{self, Part};
use super::quantile::Level;
use super::stream::{AttemptKey, StreamId};

/// Octaves (halvings) of each tail that are tabulated: tail probabilities from 1/2 down to 2^-21.
const OCTAVES: usize = 20;
/// Bits of the fraction that choose the cell inside an octave. With 6, straight lines move no law's mean by more than
/// 1e-4 of it (see the tests).
const CELL_BITS: u32 = 6;
/// Cells in an octave.
const CELLS: usize = 1 << CELL_BITS;
/// Cells of one tail, without the one for its inner end.
const SIDE: usize = OCTAVES * CELLS;
/// Cells of one tail: by rising tail probability, the last one is the median.
const ROW: usize = SIDE + 1;
/// Bits of an f64 after its sign and exponent.
const FRACTION_BITS: u32 = 52;
/// Exponent and leading fraction bits of 2^43, as a whole number: the address of the outermost cell (a tail of 2^43 /
/// 2^64).
const FIRST: usize = (1023 + 63 - OCTAVES) << CELL_BITS;
/// 2^-53: the value of the last bit of a fraction.
const ULP: f64 = 1.0 / 9_007_199_254_740_992.0;
/// 2^51 ns (26 days): up to it, adding [`MAGIC`] rounds to a whole number.
const ROUNDABLE: f64 = 2_251_799_813_685_248.0;
/// 2^52: the last bit of a number of this size is worth 1.
const MAGIC: f64 = 4_503_599_627_370_496.0;
/// A cell of a law with jumps is answered exactly where its line is off by this share of the value ...
const RELATIVE_TOLERANCE: f64 = 1e-3;
/// ... or by so much that the cell alone would move the law's mean by this share.
const MEAN_TOLERANCE: f64 = 1e-6;

/// How times are drawn from their laws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Samplers {
    /// By tables of their quantile functions.
    #[default]
    Tables,
    /// By the algorithms of [`super::exact`], which have no table.
    Exact,
}

impl Samplers {
    /// The sampler of `distribution`; as [`Sampler::new`] for tables.
    #[must_use]
    pub fn sampler(self, distribution: &Distribution) -> Sampler {
        match self {
            Samplers::Exact if distribution.as_constant().is_none() => Sampler::Exact(Arc::new(distribution.clone())),
            _ => Sampler::new(distribution),
        }
    }
}

/// Draws times from one distribution, each from one uniform number; cheap to clone (tables are shared). Equal ones draw the same.
#[derive(Clone, Debug, PartialEq)]
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
    /// One of several, chosen by the same uniform number whose place inside the part's share then draws from the part.
    Mixture(Arc<[Part]>),
    /// Through the law's own algorithm, which the uniform number seeds.
    Exact(Arc<Distribution>),
}

/// A straight piece of the quantile function: `base + slope x fraction`. A slope that is not a number asks for the
/// exact value.
#[derive(Clone, Copy, Debug)]
struct Cell {
    base: f32,
    slope: f32,
}

/// A tabulated quantile function (20 KiB).
#[derive(Debug)]
pub struct Table {
    /// The lower tail, then the upper one.
    cells: [Cell; 2 * ROW],
    offset: f64,
    distribution: Distribution,
}

impl PartialEq for Table {
    /// The distribution decides all of it.
    fn eq(&self, other: &Table) -> bool {
        self.distribution == other.distribution
    }
}

impl Sampler {
    /// Builds the table of `distribution` (well below a millisecond for most laws, a few for gamma laws and mixtures);
    /// build it once and clone it for equal distributions.
    #[must_use]
    pub fn new(distribution: &Distribution) -> Sampler {
        if let Some(ns) = distribution.as_constant() {
            return Sampler::Constant(ns);
        }
        match distribution.law {
            Law::Uniform { from, to } => Sampler::Uniform { from: from + distribution.offset, width: to - from },
            Law::Mixture(ref parts) => Sampler::Mixture(mixture::parts(parts, distribution.offset)),
            _ => Sampler::Table(Arc::new(Table::new(distribution))),
        }
    }

    /// The value at the uniform bits `u`, in whole nanoseconds. But for exact samplers 0 gives the smallest value, `u64::MAX`
    /// the largest, and it never falls as `u` rises.
    #[inline]
    #[must_use]
    pub fn sample(&self, u: u64) -> u64 {
        match self {
            Sampler::Constant(ns) => *ns,
            Sampler::Uniform { from, width } => round(from + width * ((u >> 11) as i64 as f64 * ULP)),
            Sampler::Table(table) => table.sample(u),
            Sampler::Mixture(parts) => mixture::draw(parts, u),
            Sampler::Exact(distribution) => exactly(distribution, u),
        }
    }

    /// Fills `times` with the values of attempts in a stream, one for each key, in whole nanoseconds: what [`Sampler::sample`]
    /// gives, in half the time.
    pub fn sample_each(&self, keys: &[AttemptKey], stream: StreamId, times: &mut [u64]) {
        let draws = times.iter_mut().zip(keys.iter().map(|key| key.bits(stream)));
        match self {
            Sampler::Constant(ns) => times.fill(*ns),
            Sampler::Table(table) => draws.for_each(|(time, u)| *time = table.sample(u)),
            Sampler::Mixture(parts) => match mixture::pair(parts) {
                Some(pair) => draws.for_each(|(time, u)| {
                    let (table, u) = mixture::of_two(&pair, u);
                    *time = table.sample(u);
                }),
                None => draws.for_each(|(time, u)| *time = mixture::draw(parts, u)),
            },
            _ => draws.for_each(|(time, u)| *time = self.sample(u)),
        }
    }

    /// Mean of the distribution that is sampled, in nanoseconds: exact, not that of the table.
    #[must_use]
    pub fn mean_ns(&self) -> f64 {
        match self {
            Sampler::Constant(ns) => *ns as f64,
            Sampler::Uniform { from, width } => from + width / 2.0,
            Sampler::Table(table) => table.distribution.mean_ns(),
            Sampler::Mixture(parts) => parts.iter().map(|part| part.sampler.mean_ns() / part.stretch).sum(),
            Sampler::Exact(distribution) => distribution.mean_ns(),
        }
    }
}

/// Not inlined, so that the samplers before it are.
#[inline(never)]
fn exactly(distribution: &Distribution, u: u64) -> u64 {
    round(exact::draw(distribution, &mut KeyedGenerator::new(u)))
}

/// To the nearest whole nanosecond, ties to even; 0 below 0 and for NaN, 2^63 - 1 (292 years) above it.
#[inline]
fn round(ns: f64) -> u64 {
    // A conversion instruction costs three times as much as this addition.
    if (0.0..ROUNDABLE).contains(&ns) { (ns + MAGIC).to_bits() - MAGIC.to_bits() } else { (ns as i64).max(0) as u64 }
}

/// The fold of `u` about the middle: all ones if it lies in the upper half, and its distance from the nearer end.
#[inline]
fn fold(u: u64) -> (u64, u64) {
    let upper = ((u as i64) >> 63) as u64;
    (upper, u ^ upper)
}

impl Table {
    fn new(distribution: &Distribution) -> Table {
        let law = &distribution.law;
        let mut cells = [Cell { base: 0.0, slope: 0.0 }; 2 * ROW];
        let (lower, upper) = cells.split_at_mut(ROW);
        let tolerance = law.may_jump().then(|| MEAN_TOLERANCE * distribution.mean_ns());
        fill(lower, |tail| law.at(Level::Lower(tail)), tolerance);
        fill(upper, |tail| law.at(Level::Upper(tail)), tolerance);
        // The two rows must meet in the same median, or draws could fall across it.
        upper[SIDE] = lower[SIDE];
        Table { cells, offset: distribution.offset, distribution: distribution.clone() }
    }

    #[inline]
    fn sample(&self, u: u64) -> u64 {
        let (upper, tail) = fold(u);
        let bits = (tail as i64 as f64).to_bits();
        let index = ((bits >> (FRACTION_BITS - CELL_BITS)) as usize).wrapping_sub(FIRST);
        if index < ROW {
            let cell = self.cells[index + (ROW & upper as usize)];
            // The bits after the cell's, as a number from 1 to 2.
            let place = f64::from_bits((bits << CELL_BITS & ((1 << FRACTION_BITS) - 1)) | 1.0_f64.to_bits());
            let value = f64::from(cell.base) + f64::from(cell.slope) * (place - 1.0) + self.offset;
            // Also false for the NaN of a cell without a line. Never below 0: lines join values of 0 or more.
            if value < ROUNDABLE {
                return (value + MAGIC).to_bits() - MAGIC.to_bits();
            }
        }
        self.exact(u)
    }

    /// The exact quantile function, held between the neighbouring cells so that the whole stays monotone.
    #[cold]
    fn exact(&self, u: u64) -> u64 {
        let (upper, tail) = fold(u);
        let probability = (tail as f64 + 0.5) * (ULP / 2048.0);
        let level = if upper == 0 { Level::Lower(probability) } else { Level::Upper(probability) };
        let value = self.distribution.law.at(level);
        let row = &self.cells[ROW & upper as usize..];
        let index = (((tail as f64).to_bits() >> (FRACTION_BITS - CELL_BITS)) as usize).checked_sub(FIRST);
        let inner = index.map_or(0, |index| (index + 1).min(SIDE));
        let (inner, outer) = (f64::from(row[inner].base), index.map(|index| f64::from(row[index.min(SIDE)].base)));
        let held = if upper == 0 {
            value.min(inner).max(outer.unwrap_or(0.0))
        } else {
            value.max(inner).min(outer.unwrap_or(f64::INFINITY))
        };
        round(held + self.offset)
    }
}

/// Tail probability at the outer edge of cell `index`, and the cell's width.
fn edge(index: usize) -> (f64, f64) {
    let octave = libm::ldexp(1.0, (index / CELLS) as i32 - OCTAVES as i32 - 1);
    let width = octave / CELLS as f64;
    (octave + (index % CELLS) as f64 * width, width)
}

/// Fills the row of one tail; `at` is the quantile at a tail probability. Where `tolerance` is given (nanoseconds x
/// probability), a cell whose line misses its middle or a quarter is left to the exact function.
fn fill(row: &mut [Cell], at: impl Fn(f64) -> f64, tolerance: Option<f64>) {
    for (index, cell) in row.iter_mut().enumerate() {
        cell.base = at(edge(index).0) as f32;
    }
    for index in 0..SIDE {
        let base = f64::from(row[index].base);
        let rise = f64::from(row[index + 1].base) - base;
        // Rounded towards zero, so that no line ends beyond where the next one begins.
        let mut slope = rise as f32;
        if f64::from(slope).abs() > rise.abs() {
            slope = if rise > 0.0 { slope.next_down() } else { slope.next_up() };
        }
        let (start, width) = edge(index);
        let bent = tolerance.is_some_and(|tolerance| {
            [0.25, 0.5, 0.75].iter().any(|part| {
                let exact = at(start + part * width);
                let off = (exact - base - f64::from(slope) * part).abs();
                off > RELATIVE_TOLERANCE * exact || off * width > tolerance
            })
        });
        row[index].slope = if bent || !slope.is_finite() { f32::NAN } else { slope };
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::random::exact::{extremes, laws};
    use crate::random::{RunKey, StreamId};

    /// Mean of what the table draws: its straight pieces, and the exact function by the midpoint rule elsewhere.
    fn table_mean(table: &Table) -> f64 {
        let law = &table.distribution.law;
        let mut sum = 0.0;
        for (index, cell) in table.cells.iter().enumerate().filter(|(index, _)| index % ROW != SIDE) {
            let level = if index < ROW { Level::Lower as fn(f64) -> Level } else { Level::Upper };
            let (start, width) = edge(index % ROW);
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
        for (name, distribution) in laws().into_iter().chain(extremes()) {
            let Sampler::Table(table) = Sampler::new(&distribution) else { continue };
            let off = table_mean(&table) / distribution.mean_ns() - 1.0;
            assert!(off.abs() < 1e-4, "{name}: {off:e}");
        }
    }

    #[test]
    fn draws_follow_the_exact_quantile_function() {
        for (name, distribution) in laws().into_iter().filter(|(_, law)| !matches!(law.law, Law::Mixture(_))) {
            let sampler = Sampler::new(&distribution);
            for i in 0..20_000_u64 {
                let u = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (i % 2 * (i % 50));
                let u = if i % 4 == 3 { !u } else { u };
                let p = (u as f64 + 0.5) / 18_446_744_073_709_551_616.0;
                let q = ((!u) as f64 + 0.5) / 18_446_744_073_709_551_616.0;
                let exact = if p < 0.5 { distribution.quantile_ns(p) } else { distribution.quantile_upper_ns(q) };
                let drawn = sampler.sample(u) as f64;
                // In a cell a curve leaves its chord by h^2/8 of its second derivative: 1e-3 covers the heaviest law
                // here.
                assert!((drawn - exact).abs() <= 1.0 + 1e-3 * exact, "{name} at {p}: {drawn} for {exact}");
            }
        }
    }

    #[test]
    fn draws_never_fall_as_the_bits_rise() {
        for (name, distribution) in laws().into_iter().filter(|(_, law)| !matches!(law.law, Law::Mixture(_))) {
            let sampler = Sampler::new(&distribution);
            // Around the edge of every cell, and in the extreme tails.
            let mut bits: Vec<u64> = vec![0, 1, 2, 1 << 20, 1 << 40];
            for octave in 1..=21 {
                for cell in 0..=CELLS as u64 {
                    let edge = (CELLS as u64 + cell) << (57 - octave);
                    // Below 2^11 from the edge the number is rounded to it.
                    bits.extend([
                        edge.saturating_sub(1 << 12),
                        edge.saturating_sub(1 << 5),
                        edge.saturating_sub(1),
                        edge,
                        edge + 1,
                        edge + (1 << 9),
                    ]);
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
        assert_eq!(&hash.finalize().to_hex()[..16], "03df4c9c2f2e6ede");
    }
}
