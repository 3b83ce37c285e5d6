//! Keyed draws: every random number is a function of its name, not of how many were drawn before it.
//!
//! A [`RunKey`] stands for (seed, replication), an [`AttemptKey`] adds (request, attempt), a [`StreamId`] stands for
//! (entity name, purpose). A draw mixes an attempt key with a stream: one multiplication-heavy finaliser, no state.
//! What statistical tests say of it: docs/generator.md.

/// (seed, replication), mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey(u64);

/// (seed, replication, request, attempt), mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptKey(u64);

/// (entity name, purpose), hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamId(u64);

/// 2^64 divided by the golden ratio, odd: spreads consecutive counters over the whole range (Weyl sequence).
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// David Stafford's variant 13 of the 64-bit finaliser, as SplitMix64 uses it: a bijection with full avalanche.
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
#[inline]
const fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The `n`th output (1, 2, ...) of SplitMix64 started at `start`.
#[inline]
pub(super) const fn split_mix(start: u64, n: u64) -> u64 {
    finalise(start.wrapping_add(n.wrapping_mul(GOLDEN)))
}

impl RunKey {
    /// The key of replication `replication` (0, 1, ...) of a run seeded with `seed`.
    #[must_use]
    pub const fn new(seed: u64, replication: u32) -> RunKey {
        let seeded = finalise(seed.wrapping_add(GOLDEN));
        RunKey(finalise(seeded ^ finalise((replication as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93))))
    }

    /// The key of attempt `attempt` (0 is the first) of request `request`.
    #[inline]
    #[must_use]
    pub const fn attempt(self, request: u64, attempt: u32) -> AttemptKey {
        let mixed = finalise(self.0 ^ request.wrapping_mul(GOLDEN));
        AttemptKey(if attempt == 0 {
            mixed
        } else {
            finalise(mixed.wrapping_add((attempt as u64).wrapping_mul(0xA076_1D64_78BD_642F)))
        })
    }
}

impl StreamId {
    /// The stream of draws for `purpose` at `entity`: FNV-1a over both names, then finalised.
    #[must_use]
    pub const fn new(entity: &str, purpose: &str) -> StreamId {
        let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
        let mut part = 0;
        while part < 2 {
            let bytes = if part == 0 { entity.as_bytes() } else { purpose.as_bytes() };
            let mut i = 0;
            while i < bytes.len() {
                hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01B3);
                i += 1;
            }
            hash = (hash ^ 0xFF).wrapping_mul(0x0000_0100_0000_01B3);
            part += 1;
        }
        StreamId(finalise(hash))
    }
}

impl AttemptKey {
    /// 64 uniform bits of this attempt in `stream`.
    #[inline]
    #[must_use]
    pub const fn bits(self, stream: StreamId) -> u64 {
        finalise(self.0.wrapping_add(stream.0))
    }

    /// A uniform number in [0, 1) with 53 bits.
    #[inline]
    #[must_use]
    pub fn uniform(self, stream: StreamId) -> f64 {
        (self.bits(stream) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u64 = 1 << 22;
    const BINS: usize = 1 << 12;

    /// Chi-square of `DRAWS` draws over `BINS` bins by `shift`ed bits, in standard deviations from its mean.
    fn chi_square(shift: u32, draw: impl Fn(u64) -> u64) -> f64 {
        let mut counts = vec![0_u32; BINS];
        for i in 0..DRAWS {
            counts[(draw(i) >> shift) as usize % BINS] += 1;
        }
        let expected = DRAWS as f64 / BINS as f64;
        let sum: f64 = counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
        let freedom = (BINS - 1) as f64;
        (sum - freedom) / (2.0 * freedom).sqrt()
    }

    /// Correlation of neighbouring uniforms, in standard deviations.
    fn serial(draw: impl Fn(u64) -> u64) -> f64 {
        let uniform = |i| draw(i) as f64 / 18_446_744_073_709_551_616.0 - 0.5;
        let sum: f64 = (0..DRAWS).map(|i| uniform(i) * uniform(i + 1)).sum();
        12.0 * sum / (DRAWS as f64).sqrt()
    }

    type Walk = Box<dyn Fn(u64) -> u64>;

    /// The ways in which a simulation walks through keys: each must look like independent uniform bits.
    fn walks() -> Vec<(&'static str, Walk)> {
        let stream = StreamId::new("service", "demand");
        let other = StreamId::new("service", "gap");
        let run = RunKey::new(1, 0);
        let streams: Vec<StreamId> = (0..1024).map(|i| StreamId::new(&format!("service-{i}"), "demand")).collect();
        vec![
            ("requests", Box::new(move |i| run.attempt(i, 0).bits(stream))),
            ("replications", Box::new(move |i| RunKey::new(1, i as u32).attempt(0, 0).bits(stream))),
            ("seeds", Box::new(move |i| RunKey::new(i, 0).attempt(5, 0).bits(stream))),
            ("attempts", Box::new(move |i| run.attempt(i / 4, (i % 4) as u32).bits(stream))),
            ("streams", Box::new(move |i| run.attempt(i / 1024, 0).bits(streams[(i % 1024) as usize]))),
            ("two streams", Box::new(move |i| run.attempt(i / 2, 0).bits(if i % 2 == 0 { stream } else { other }))),
        ]
    }

    #[test]
    fn every_walk_is_evenly_spread_and_uncorrelated() {
        for (name, draw) in walks() {
            for shift in [52, 20, 0] {
                let deviation = chi_square(shift, &draw);
                assert!(deviation.abs() < 4.5, "{name}, bits from {shift}: {deviation}");
            }
            let deviation = serial(&draw);
            assert!(deviation.abs() < 4.5, "{name}: serial correlation {deviation}");
        }
    }

    #[test]
    fn pairs_of_neighbours_fill_the_square() {
        for (name, draw) in walks() {
            // Six bits of a draw and six of the next one.
            let deviation = chi_square(52, |i| (draw(2 * i) >> 58 << 58) | (draw(2 * i + 1) >> 58 << 52));
            assert!(deviation.abs() < 4.5, "{name}: {deviation}");
        }
    }

    #[test]
    fn one_bit_of_a_name_changes_half_of_the_draw() {
        let draw = |seed: u64, replication: u32, request: u64, attempt: u32| {
            RunKey::new(seed, replication).attempt(request, attempt).bits(StreamId::new("a", "b"))
        };
        const TRIALS: u64 = 2_000;
        for bit in 0..32 {
            let flip = 1_u64 << bit;
            let mut changed = [[0_u32; 64]; 4];
            for trial in 0..TRIALS {
                // Small numbers, as real keys are.
                let (seed, replication, request, attempt) = (trial % 7, (trial % 11) as u32, trial, (trial % 3) as u32);
                let plain = draw(seed, replication, request, attempt);
                let flipped = [
                    draw(seed ^ flip, replication, request, attempt),
                    draw(seed, replication ^ flip as u32, request, attempt),
                    draw(seed, replication, request ^ flip, attempt),
                    draw(seed, replication, request, attempt ^ flip as u32),
                ];
                for (counts, bits) in changed.iter_mut().zip(flipped) {
                    for (place, count) in counts.iter_mut().enumerate() {
                        *count += ((plain ^ bits) >> place & 1) as u32;
                    }
                }
            }
            // Binomial(2000, 1/2) has a standard deviation of 22.4; 8192 counts are looked at, so six of them.
            let off = changed.iter().flatten().map(|&count| count.abs_diff(1_000)).max().unwrap_or(0);
            assert!(off < 135, "bit {bit}: {off}");
        }
    }

    #[test]
    fn names_do_not_run_into_each_other() {
        assert_ne!(StreamId::new("ab", "c"), StreamId::new("a", "bc"));
        assert_ne!(StreamId::new("", "a"), StreamId::new("a", ""));
        let key = RunKey::new(7, 3).attempt(11, 2);
        // Frozen: a change here changes every result.
        assert_eq!(key.bits(StreamId::new("service", "demand")), 4_908_161_922_479_093_773);
        assert!(
            (0..1000).all(|r| (0.0..1.0).contains(&RunKey::new(r, 0).attempt(r, 0).uniform(StreamId::new("a", "b"))))
        );
    }
}
