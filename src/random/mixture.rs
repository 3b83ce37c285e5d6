//! Mixtures: one uniform number chooses the part, and its place inside the part's share draws from the part.

use std::sync::Arc;

use super::distribution::{Distribution, Law};
use super::sampler::Sampler;

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

/// The parts of a mixture, those of mixtures inside it in their place, with their share of the whole and all offsets.
fn flatten(parts: &[(f64, Distribution)], share: f64, offset: f64, into: &mut Vec<(f64, Distribution)>) {
    for (weight, part) in parts.iter().filter(|(weight, _)| *weight > 0.0) {
        match &part.law {
            Law::Mixture(inner) => flatten(inner, share * weight, offset + part.offset, into),
            _ => into.push((share * weight, part.clone().with_offset(offset))),
        }
    }
}
