//! Keyed draws: every random number is a function of its name, not of how many were drawn before it.
//!
//! A [`RunKey`] stands for (seed, replication), an [`AttemptKey`] adds (request, attempt), a [`StreamId`] stands for
//! (entity name, purpose). A draw mixes an attempt key with a stream: one multiplication-heavy finaliser, no state.

/// (seed, replication), mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey(u64);

/// (seed, replication, request, attempt), mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
