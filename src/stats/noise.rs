//! Uniform numbers for the tests of this module, so that they depend on no other one. Not for simulation.

/// Number `i` of series `series`, in [0, 1): SplitMix64's finaliser over both.
pub(super) fn uniform(series: u64, i: u64) -> f64 {
    let mut z = (series << 40 ^ i).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
}

/// As [`uniform`], exponential with mean 1.
pub(super) fn exponential(series: u64, i: u64) -> f64 {
    -libm::log1p(-uniform(series, i))
}
