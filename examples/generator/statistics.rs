//! Tests of uniform bits, each ending in a two-sided p-value. Sources: Knuth, *The Art of Computer Programming* 2, 3.3 (equidistribution,
//! serial, gap, runs); Marsaglia, "A current view of random number generators" (1985; birthday spacings); L'Ecuyer and Simard,
//! "TestU01", ACM TOMS 33 (2007; dependence of Hamming weights).

use statrs::function::erf::erfc;
use statrs::function::gamma::gamma_ur;

/// Draws that are made at a time: the birthdays of a year.
pub const BLOCK: usize = 1 << 12;
/// Draws that the birthday test looks at: beyond that, the error of its Poisson law would show.
const BIRTHDAYS: u64 = 1 << 24;
/// Coinciding spacings to expect of a block in 2^32 days: BLOCK^3 / 2^34.
const COINCIDENCES: f64 = 4.0;
/// Hamming weights up to each of these are a class, and those above the last one.
const CLASSES: [u32; 4] = [29, 31, 32, 34];
/// Gaps that are counted one by one; a gap ends where four bits are 0.
const GAPS: usize = 63;

struct Counts {
    /// By the 16 highest and by the 16 lowest bits.
    cells: [Vec<u64>; 2],
    /// By the highest and by the lowest byte of two draws.
    pairs: [Vec<u64>; 2],
    /// By the classes of the Hamming weights of two draws.
    weights: Vec<u64>,
    /// By length, those of the highest four bits; and the one that has begun.
    gaps: Vec<u64>,
    gap: usize,
    /// How often the highest and the lowest bit differ from those of the draw before.
    changes: [u64; 2],
    /// Sum of products of neighbours, as numbers from -2^31 to 2^31.
    products: i128,
    /// Coinciding spacings of the highest and of the lowest 32 bits of a block.
    coincidences: [u64; 2],
}

fn class(draw: u64) -> usize {
    CLASSES.iter().filter(|&&most| draw.count_ones() > most).count()
}

/// Spacings of birthdays that occur again.
fn coincidences(mut days: Vec<u32>) -> u64 {
    days.sort_unstable();
    let mut spacings: Vec<u32> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    spacings.sort_unstable();
    spacings.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
}

impl Counts {
    fn new() -> Counts {
        let two = |len| [vec![0; len], vec![0; len]];
        Counts {
            cells: two(1 << 16),
            pairs: two(1 << 16),
            weights: vec![0; (CLASSES.len() + 1).pow(2)],
            gaps: vec![0; GAPS + 1],
            gap: 0,
            changes: [0; 2],
            products: 0,
            coincidences: [0; 2],
        }
    }

    /// Counts a block, whose draws are neighbours; `before` is the one before it.
    fn count(&mut self, block: &[u64], mut before: Option<u64>) {
        let centred = |draw: u64| (draw >> 32) as i64 - (1 << 31);
        for &draw in block {
            self.cells[0][(draw >> 48) as usize] += 1;
            self.cells[1][(draw & 0xFFFF) as usize] += 1;
            if draw >> 60 == 0 {
                self.gaps[self.gap.min(GAPS)] += 1;
                self.gap = 0;
            } else {
                self.gap += 1;
            }
            if let Some(before) = before {
                self.changes[0] += (draw ^ before) >> 63;
                self.changes[1] += (draw ^ before) & 1;
                self.products += i128::from(centred(draw) * centred(before));
            }
            before = Some(draw);
        }
        for pair in block.chunks_exact(2) {
            self.pairs[0][(pair[0] >> 56 << 8 | pair[1] >> 56) as usize] += 1;
            self.pairs[1][((pair[0] & 0xFF) << 8 | pair[1] & 0xFF) as usize] += 1;
            self.weights[class(pair[0]) * (CLASSES.len() + 1) + class(pair[1])] += 1;
        }
    }

    fn count_birthdays(&mut self, block: &[u64]) {
        for (shift, sum) in [32, 0].into_iter().zip(&mut self.coincidences) {
            *sum += coincidences(block.iter().map(|draw| (draw >> shift) as u32).collect());
        }
    }

    /// The tests, with the draws that each looked at and its p-value.
    fn findings(&self, draws: u64) -> Vec<(&'static str, u64, f64)> {
        let even = |counts: &[u64]| chi_square(counts, &vec![1.0 / counts.len() as f64; counts.len()]);
        let bytes = |counts: &[u64]| -> Vec<u64> { counts.chunks(256).map(|chunk| chunk.iter().sum()).collect() };
        let low_bytes =
            |counts: &[u64]| -> Vec<u64> { (0..256).map(|byte| counts[byte..].iter().step_by(256).sum()).collect() };
        let born = draws.min(BIRTHDAYS);
        let neighbours = (draws - 1) as f64;
        let half = |count: u64| normal((count as f64 - neighbours / 2.0) / (neighbours / 4.0).sqrt());
        let correlation = self.products as f64 / (1_u64 << 32) as f64 / (1_u64 << 32) as f64 * 12.0 / neighbours.sqrt();
        let expected = COINCIDENCES * (born / BLOCK as u64) as f64;
        let poisson = self.coincidences.map(|count| normal((count as f64 - expected) / expected.sqrt()));
        vec![
            ("256 cells of the highest bits", draws, even(&bytes(&self.cells[0]))),
            ("65,536 cells of the highest bits", draws, even(&self.cells[0])),
            ("256 cells of the lowest bits", draws, even(&low_bytes(&self.cells[1]))),
            ("65,536 cells of the lowest bits", draws, even(&self.cells[1])),
            ("256 x 256 pairs of highest bytes", draws, even(&self.pairs[0])),
            ("256 x 256 pairs of lowest bytes", draws, even(&self.pairs[1])),
            ("serial correlation", draws, normal(correlation)),
            ("runs of the highest bit", draws, half(self.changes[0])),
            ("runs of the lowest bit", draws, half(self.changes[1])),
            ("gaps of the highest bits", draws, chi_square(&self.gaps, &gaps())),
            ("Hamming weights of neighbours", draws, chi_square(&self.weights, &weights())),
            ("birthday spacings of the highest bits", born, poisson[0]),
            ("birthday spacings of the lowest bits", born, poisson[1]),
        ]
    }
}

/// The tests of a walk's first `draws` draws (whole blocks): name, draws looked at, p-value.
pub fn of_walk(draw: &dyn Fn(u64) -> u64, draws: u64) -> Vec<(&'static str, u64, f64)> {
    let mut counts = Counts::new();
    let mut block = vec![0; BLOCK];
    let mut before = None;
    for first in (0..draws).step_by(BLOCK) {
        block.iter_mut().zip(first..).for_each(|(place, i)| *place = draw(i));
        counts.count(&block, before);
        before = block.last().copied();
        if first < BIRTHDAYS {
            counts.count_birthdays(&block);
        }
    }
    counts.findings(draws)
}

/// Whether a change of any one of the lowest `bits` of a number changes each bit of a draw half of the time: over `trials` numbers,
/// the number in each trial and the draw of a number in it being given.
pub fn avalanche(bits: u32, trials: u64, number: impl Fn(u64) -> u64, draw: impl Fn(u64, u64) -> u64) -> f64 {
    let mut sum = 0.0;
    for bit in 0..bits {
        let mut changed = [0_u32; 64];
        for trial in 0..trials {
            let plain = number(trial);
            let difference = draw(trial, plain) ^ draw(trial, plain ^ 1 << bit);
            changed.iter_mut().enumerate().for_each(|(place, count)| *count += (difference >> place & 1) as u32);
        }
        let half = trials as f64 / 2.0;
        sum += changed.iter().map(|&count| (f64::from(count) - half).powi(2) / (half / 2.0)).sum::<f64>();
    }
    of_chi_square(sum, 64.0 * f64::from(bits))
}

/// Probabilities of each length of a gap between draws of which one in 16 ends it.
fn gaps() -> Vec<f64> {
    let beyond = |length: i32| (15.0_f64 / 16.0).powi(length);
    (0..GAPS as i32).map(|length| beyond(length) / 16.0).chain([beyond(GAPS as i32)]).collect()
}

/// Probabilities of the classes of two Hamming weights.
fn weights() -> Vec<f64> {
    let mut one = vec![0.0; CLASSES.len() + 1];
    let mut probability = 0.5_f64.powi(64);
    for weight in 0..=64_u32 {
        one[CLASSES.iter().filter(|&&most| weight > most).count()] += probability;
        probability *= f64::from(64 - weight) / f64::from(weight + 1);
    }
    one.iter().flat_map(|a| one.iter().map(move |b| a * b)).collect()
}

fn chi_square(counts: &[u64], probabilities: &[f64]) -> f64 {
    let all = counts.iter().sum::<u64>() as f64;
    let off = |(&count, p): (&u64, &f64)| (count as f64 - p * all).powi(2) / (p * all);
    let sum: f64 = counts.iter().zip(probabilities).map(off).sum();
    of_chi_square(sum, (counts.len() - 1) as f64)
}

/// Of a deviation in standard errors.
fn normal(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

fn of_chi_square(sum: f64, freedom: f64) -> f64 {
    let upper = if sum > 0.0 { gamma_ur(freedom / 2.0, sum / 2.0) } else { 1.0 };
    (2.0 * upper.min(1.0 - upper)).clamp(0.0, 1.0)
}
