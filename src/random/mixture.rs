//! Mixtures: one uniform number chooses the part, and its place inside the part's share draws from the part.

use std::sync::Arc;

use super::distribution::{Distribution, Law};
use super::sampler::{Sampler, Table};

/// One part of a mixture: the uniform numbers from `from` up to the next part's are its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    from: u64,
    /// 2^64 over the width of its share: stretches a place inside the share to the whole range.
    pub(super) stretch: f64,
    pub(super) sampler: Sampler,
}

/// Parts without weight take no draw. A table of the whole would have jumps where one part's values end and another's begin,
/// and cost an inversion there.
pub(super) fn parts(parts: &[(f64, Distribution)], offset: f64) -> Arc<[Part]> {
    let mut flat = Vec::new();
    flatten(parts, 1.0, offset, &mut flat);
    let mut sum = 0.0;
    flat.into_iter()
        .map(|(weight, of)| {
            let from = (sum * 18_446_744_073_709_551_616.0) as u64;
            sum += weight;
            Part { from, stretch: 1.0 / weight, sampler: Sampler::new(&of) }
        })
        .collect()
}

/// Not inlined: it is the only way back into `sample`, which would not be inlined anywhere otherwise.
#[inline(never)]
pub(super) fn draw(parts: &[Part], u: u64) -> u64 {
    let mut chosen = &parts[0];
    for part in &parts[1..] {
        if part.from > u {
            break;
        }
        chosen = part;
    }
    chosen.sampler.sample(((u - chosen.from) as f64 * chosen.stretch) as u64)
}

/// Two parts that have tables: the table, the beginning of the share, what stretches it.
pub(super) type Pair<'a> = [(&'a Table, u64, f64); 2];

/// A mixture as a pair, if it is one.
pub(super) fn pair(parts: &[Part]) -> Option<Pair<'_>> {
    match parts {
        [Part { sampler: Sampler::Table(first), from, stretch }, second] => match &second.sampler {
            Sampler::Table(table) => Some([(first, *from, *stretch), (table, second.from, second.stretch)]),
            _ => None,
        },
        _ => None,
    }
}

/// Which table draws, and at which bits. Looked up, since which part it is can be foretold by nobody.
#[inline(always)]
pub(super) fn of_two<'a>(pair: &Pair<'a>, u: u64) -> (&'a Table, u64) {
    let (table, from, stretch) = pair[usize::from(u >= pair[1].1)];
    (table, ((u - from) as f64 * stretch) as u64)
}

/// The parts of a mixture, those of mixtures inside it in their place, with their share of the whole and all offsets.
fn flatten(parts: &[(f64, Distribution)], share: f64, offset: f64, into: &mut Vec<(f64, Distribution)>) {
    for (weight, part) in parts.iter().filter(|(weight, _)| *weight > 0.0) {
        match &part.law {
            Law::Mixture(inner) => flatten(inner, share * weight, offset + part.offset, into),
            _ => into.push((share * weight, part.clone().with_offset(offset))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_atoms_of_a_mixture_keep_their_probabilities() {
        let parts = vec![(0.95, Distribution::constant(1e6)), (0.05, Distribution::constant(100e6))];
        let sampler = Sampler::new(&Distribution::mixture(parts).unwrap());
        let edge = (0.95 * 18_446_744_073_709_551_616.0) as u64;
        assert_eq!([sampler.sample(edge - (1 << 20)), sampler.sample(edge + (1 << 20))], [1_000_000, 100_000_000]);
    }

    #[test]
    fn a_mixture_draws_from_its_parts_as_they_draw_alone() {
        let part = Distribution::lognormal(5e6, 1.0).unwrap();
        let parts = vec![(0.25, Distribution::constant(1e6)), (0.75, part.clone())];
        let (whole, alone) = (Sampler::new(&Distribution::mixture(parts).unwrap()), Sampler::new(&part));
        let mut below = 0;
        for i in 0..40_000_u64 {
            let u = (i << 48) + (i << 8);
            let place = (u as f64 / 18_446_744_073_709_551_616.0 - 0.25) / 0.75;
            let drawn = whole.sample(u);
            if place < 0.0 {
                assert_eq!(drawn, 1_000_000);
            } else {
                let expected = alone.sample((place * 18_446_744_073_709_551_616.0) as u64);
                assert!(drawn.abs_diff(expected) <= 2 + expected / 1_000_000, "{drawn} for {expected}");
                below += u64::from(drawn < 5_000_000);
            }
        }
        assert!(below > 0);
    }
}
