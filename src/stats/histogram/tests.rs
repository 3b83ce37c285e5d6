//! Tests of the recorder.

use super::*;

/// A spread of values over all magnitudes up to 2^`bits`.
fn values(n: u64, bits: u32) -> impl Iterator<Item = u64> {
    (1..=n).map(move |i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits + (i % u64::from(bits)) as u32))
}

#[test]
fn every_value_lies_in_its_bucket_and_buckets_join() {
    for digits in 1..=5 {
        let recorder = Recorder::new(digits);
        for value in values(50_000, 48).chain([0, 1, 2047, 2048, 4095, 4096, LARGEST]) {
            let (low, high) = recorder.bounds(recorder.index(value));
            assert!(low <= value && value <= high, "{value}: {low}..={high}");
            assert!((high - low) as f64 <= value as f64 / 10_f64.powi(i32::from(digits)), "{value}: {low}..={high}");
            assert_eq!(
                recorder.index(high) + 1,
                recorder.index(high + 1).max(recorder.index(high) + usize::from(high == LARGEST))
            );
        }
    }
}

#[test]
fn quantiles_are_those_of_hdrhistogram() {
    for digits in [2, 3] {
        let mut recorder = Recorder::new(digits);
        let mut reference = Histogram::<u64>::new_with_bounds(1, LARGEST, digits).unwrap();
        for value in values(30_000, 44) {
            recorder.record(value);
            reference.record(value).unwrap();
        }
        let hdr = recorder.to_hdr();
        assert_eq!(hdr.len(), reference.len());
        for q in [0.0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0] {
            let top = reference.value_at_quantile(q);
            assert_eq!(reference.lowest_equivalent(hdr.value_at_quantile(q)), reference.lowest_equivalent(top));
            let ours = recorder.quantile(q).unwrap();
            assert!(reference.equivalent(ours, top), "{q}: {ours} {top}");
        }
    }
}

#[test]
fn quantiles_are_within_half_a_bucket_of_the_sorted_values() {
    let mut recorder = Recorder::new(3);
    let mut sorted: Vec<u64> = values(20_000, 40).collect();
    sorted.iter().for_each(|&value| recorder.record(value));
    sorted.sort_unstable();
    for rank in [1, 10, 10_000, 19_800, 19_980, 20_000] {
        let exact = sorted[rank - 1];
        let ours = recorder.quantile((rank as f64 - 0.5) / 20_000.0).unwrap();
        assert!(ours.abs_diff(exact) as f64 <= 0.0005 * exact as f64 + 0.5, "{rank}: {ours} {exact}");
    }
    assert_eq!(recorder.sum(), sorted.iter().map(|&v| u128::from(v)).sum());
    assert_eq!(recorder.max(), *sorted.last().unwrap());
}

#[test]
fn merging_is_recording() {
    let (mut all, mut odd, mut even) = (Recorder::new(3), Recorder::new(3), Recorder::new(3));
    for (i, value) in values(10_000, 50).chain([u64::MAX]).enumerate() {
        all.record(value);
        if i % 2 == 0 { even.record(value) } else { odd.record(value) }
    }
    let mut other_way = odd.clone();
    other_way.merge(&even);
    even.merge(&odd);
    assert_eq!(even, all);
    assert_eq!(other_way, all);
    assert!(all.overflowed() > 0);
}

#[test]
fn counts_pass_16_and_32_bits() {
    let mut recorder = Recorder::new(2);
    (0..70_000).for_each(|_| recorder.record(5));
    recorder.record(9);
    assert_eq!(recorder.buckets().map(|bucket| bucket.count).collect::<Vec<_>>(), [70_000, 1]);
    for _ in 0..17 {
        recorder.merge(&recorder.clone());
    }
    assert_eq!(recorder.buckets().map(|bucket| bucket.count).collect::<Vec<_>>(), [70_000 << 17, 1 << 17]);
    assert_eq!((recorder.count(), recorder.quantile(1.0)), (70_001 << 17, Some(9)));
}

#[test]
fn edges_and_size() {
    let mut recorder = Recorder::new(3);
    assert_eq!((recorder.quantile(0.5), recorder.mean()), (None, None));
    recorder.record(u64::MAX);
    recorder.record(0);
    assert_eq!((recorder.overflowed(), recorder.max(), recorder.count()), (1, u64::MAX, 2));
    assert_eq!(recorder.quantile(0.5), Some(0));
    assert!(recorder.low.len() * 2 <= 110 * 1024);
    let mut coarse = Recorder::new(2);
    coarse.record(LARGEST);
    assert!(coarse.low.len() * 2 <= 15 * 1024);
}
