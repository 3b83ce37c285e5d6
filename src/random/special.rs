//! Special functions that the laws need: normal tails and quantiles, incomplete gamma. On `libm` alone, so that every
//! platform computes the same bits; not a general library.

/// Relative change below which a series or continued fraction has converged.
const EPSILON: f64 = 1e-16;
/// More terms than any shape up to [`LARGE_SHAPE`] needs (a few times its square root).
const MAX_TERMS: usize = 10_000;
/// From this shape on, a gamma law is treated through the Wilson-Hilferty cube root: quantiles are then within 2e-7 of
/// the exact ones up to three standard deviations and 2e-6 up to five (see the tests), and building a table stays fast.
pub(super) const LARGE_SHAPE: f64 = 1e4;

/// P(Z < -z) of a standard normal Z: the upper tail beyond `z`.
pub(super) fn normal_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

/// Numerators (A, C, E) and denominators (B, D, F) of AS 241: the middle, the tails, the far tails.
const A: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const B: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const C: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    0.000_774_545_014_278_341_4,
];
const D: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    0.000_547_593_808_499_534_5,
    1.050_750_071_644_416_9e-9,
];
const E: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    0.000_027_115_555_687_434_876,
    2.010_334_399_292_288_1e-7,
];
const F: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    0.000_786_869_131_145_613_2,
    0.000_018_463_183_175_100_548,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// The z that a standard normal variable exceeds with probability `q`, for `q` in (0, 0.5]; relative error about 1e-16.
///
/// Source: Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988).
pub(super) fn normal_upper(q: f64) -> f64 {
    let centred = 0.5 - q;
    if centred <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * polynomial(&A, r) / polynomial(&B, r);
    }
    let r = libm::sqrt(-libm::log(q));
    if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    }
}

/// Density of the gamma law of this shape and scale 1 at `x` > 0.
pub(super) fn gamma_density(shape: f64, x: f64) -> f64 {
    libm::exp((shape - 1.0) * libm::log(x) - x - libm::lgamma(shape))
}

/// Lower and upper tail (P, Q) of the gamma law of this shape and scale 1 at `x`; P + Q = 1, each accurate where it is
/// small.
///
/// Power series below the mean, Legendre's continued fraction (evaluated after Lentz) above it.
/// Source: Abramowitz and Stegun 6.5.29 and 6.5.31; Wilson and Hilferty (1931) for shapes of [`LARGE_SHAPE`] and more.
pub(super) fn gamma_tails(shape: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if shape >= LARGE_SHAPE {
        let z = (libm::cbrt(x / shape) - 1.0 + 1.0 / (9.0 * shape)) * 3.0 * libm::sqrt(shape);
        return (normal_tail(-z), normal_tail(z));
    }
    if !x.is_finite() {
        return (1.0, 0.0);
    }
    let front = libm::exp(shape * libm::log(x) - x - libm::lgamma(shape));
    if x < shape + 1.0 {
        let (mut term, mut sum) = (1.0 / shape, 1.0 / shape);
        for n in 1..MAX_TERMS {
            term *= x / (shape + n as f64);
            sum += term;
            if term < sum * EPSILON {
                break;
            }
        }
        let lower = (front * sum).min(1.0);
        return (lower, 1.0 - lower);
    }
    let mut b = x + 1.0 - shape;
    let (mut c, mut d) = (f64::MAX, 1.0 / b);
    let mut fraction = d;
    for n in 1..MAX_TERMS {
        let a = n as f64 * (shape - n as f64);
        b += 2.0;
        d = 1.0 / nonzero(a * d + b);
        c = nonzero(b + a / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < EPSILON {
            break;
        }
    }
    let upper = (front * fraction).min(1.0);
    (1.0 - upper, upper)
}

/// Lentz's guard against a denominator that vanishes.
fn nonzero(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// A first guess at the gamma quantile (scale 1) whose normal deviate is `z`; the lower tail `p` helps small shapes.
/// Source: Wilson and Hilferty, "The distribution of chi-square", PNAS 17 (1931).
pub(super) fn gamma_guess(shape: f64, z: f64, p: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * libm::sqrt(shape));
    let guess = shape * root * root * root;
    // Near zero the distribution function is x^shape / Gamma(shape + 1), which the cube root does not know.
    let small = libm::exp((libm::log(p) + libm::lgamma(shape + 1.0)) / shape);
    if root <= 0.0 || small < 0.2 * (shape + 1.0) { small } else { guess }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantile_inverts_the_tail() {
        for q in [0.5, 0.3, 0.1, 0.074, 0.01, 1e-3, 1e-6, 1e-10, 1e-12, 1e-20, 1e-60] {
            let back = normal_tail(normal_upper(q));
            assert!((back / q - 1.0).abs() < 1e-13 * (1.0 - libm::log(q)), "{q}: {back}");
        }
        assert!((normal_upper(0.01) - crate::random::distribution::Z99).abs() < 1e-14);
    }

    #[test]
    fn gamma_tails_at_known_points() {
        // Shape 1 is exponential, shape 2 is Erlang: Q = e^-x (1 + x); shape 1/2 is a squared normal: Q = erfc(sqrt x).
        for x in [0.01, 0.5, 1.0, 1.9, 2.5, 10.0, 40.0] {
            let (e, q2) = (libm::exp(-x), libm::exp(-x) * (1.0 + x));
            assert!((gamma_tails(1.0, x).1 / e - 1.0).abs() < 1e-13, "{x}");
            assert!((gamma_tails(2.0, x).1 / q2 - 1.0).abs() < 1e-13, "{x}");
            assert!((gamma_tails(0.5, x).1 / libm::erfc(libm::sqrt(x)) - 1.0).abs() < 1e-12, "{x}");
        }
        // The Poisson sum over k < 900 with mean 1000.
        let (p, q) = gamma_tails(900.0, 1_000.0);
        assert!((p + q - 1.0).abs() < 1e-15 && (q / 6.225_977_842_749e-4 - 1.0).abs() < 1e-11, "{q}");
    }

    #[test]
    fn the_cube_root_is_close_where_it_takes_over() {
        let shape = 0.999 * LARGE_SHAPE;
        for (z, limit) in [(-5.0, 2e-6), (-3.0, 2e-7), (0.0, 2e-7), (2.0, 2e-7), (3.0, 2e-7), (5.0, 2e-6)] {
            let x = gamma_guess(shape, z, normal_tail(-z));
            let off = (gamma_tails(shape, x).1 - normal_tail(z)) / gamma_density(shape, x) / x;
            assert!(off.abs() < limit, "{z}: {off:e}");
        }
    }
}
