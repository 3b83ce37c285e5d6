//! Histograms, counts of arrivals, stretches of a log, services: bounded, and the same whatever the order.

use std::sync::Arc;

use crate::calibrate::counts::Arrivals;
use crate::calibrate::slots::{Part, Slots};
use crate::calibrate::tally::{SERVICES, Services, Tally, Took};
use crate::calibrate::times::{Cell, LONGEST, Scale, Times};

const MS: Scale = Scale { tick_us: 1000, shift: -0.5, blurs: 0 };

fn times(values: &[u64], scale: Scale) -> Times {
    let mut times = Times::new(scale);
    values.iter().for_each(|value| times.record(*value));
    times
}

#[test]
fn cells_hold_what_was_recorded_and_do_not_overlap() {
    let values = [0, 0, 1, 7, 1023, 1024, 1025, 1026, 5000, 123_456, 3_600_000, LONGEST, u64::MAX];
    let counted = times(&values, MS);
    let cells: Vec<Cell> = counted.cells().collect();
    assert_eq!(cells[0], Cell { low_ms: 0.0, high_ms: 0.5, count: 2 });
    assert_eq!(cells[1], Cell { low_ms: 0.5, high_ms: 1.5, count: 1 });
    assert_eq!(cells.iter().map(|cell| cell.count).sum::<u64>(), values.len() as u64);
    assert!(cells.windows(2).all(|pair| pair[0].high_ms <= pair[1].low_ms), "{cells:?}");
    for value in &values[..12] {
        let ms = *value as f64;
        let cell = cells.iter().find(|cell| (cell.low_ms..cell.high_ms).contains(&ms)).unwrap();
        assert!(cell.high_ms - cell.low_ms <= (ms / 512.0).max(1.0), "{cell:?} for {ms}");
    }
    assert_eq!(counted.range_ticks(), Some((0, u64::MAX)));
}

#[test]
fn what_a_count_stands_for_follows_the_rounding() {
    let cut_off = times(&[3], Scale { tick_us: 1000, shift: 0.0, blurs: 0 });
    assert_eq!(cut_off.cells().next().unwrap(), Cell { low_ms: 3.0, high_ms: 4.0, count: 1 });
    assert_eq!(cut_off.mean_ms(), Some(3.5));
    let micros = times(&[3, 5], Scale { tick_us: 1, shift: -0.5, blurs: 0 });
    assert_eq!(micros.mean_ms(), Some(0.004));
    assert_eq!(times(&[], MS).mean_ms(), None);
    assert_eq!(times(&[], MS).quantile_ms(0.5), None);
    // Ten values from 1 to 10: half of them lie below the end of the fifth.
    let ten: Vec<u64> = (1..=10).collect();
    assert_eq!(times(&ten, MS).quantile_ms(0.5), Some(5.5));
    assert_eq!(times(&ten, MS).quantile_ms(1.0), Some(10.5));
}

#[test]
fn merged_histograms_are_those_of_all_values() {
    let (a, b) = ([1, 5000, 70_000], [0, 1, 5000, 900_000_000]);
    let mut merged = times(&a, MS);
    merged.merge(&times(&b, MS));
    let together = times(&[a.as_slice(), &b].concat(), MS);
    assert!(merged.cells().eq(together.cells()));
    assert_eq!((merged.n(), merged.sum_ticks()), (together.n(), together.sum_ticks()));
}

#[test]
fn bins_of_arrivals_lengthen_with_the_span_alone() {
    let hours: Vec<i64> = (0..1500).map(|hour| hour * 3_600_000_000).collect();
    let count = |instants: &mut dyn Iterator<Item = i64>| {
        let mut arrivals = Arrivals::default();
        instants.for_each(|at| arrivals.record(at));
        arrivals
    };
    let forward = count(&mut hours.iter().copied());
    assert_eq!(forward, count(&mut hours.iter().rev().copied()));
    assert_eq!(forward.bin_s(), 10, "1,500 hours do not fit in 1,024 blocks of 3,600 s, but in blocks of 36,000 s");
    assert_eq!(forward.total(), 1500);
    assert_eq!(forward.bins().map(|(_, n)| n).sum::<u64>(), 1500);
    assert_eq!(forward.bins().nth(3).unwrap(), (3 * 3600, 1));
    let mut halves = count(&mut hours[700..].iter().copied());
    halves.merge(&count(&mut hours[..700].iter().copied()));
    assert_eq!(halves, forward);
    assert_eq!(forward.counts(1), None, "seconds are no longer known");
    assert_eq!(forward.counts(86_400).unwrap()[0], (0, 24));
    // Before 1970, and bins that start at multiples of their length.
    let early = count(&mut [-1, 0, 9_999_999, 10_000_000].into_iter());
    assert_eq!(early.counts(10).unwrap(), [(-10, 1), (0, 2), (10, 1)]);
}

#[test]
fn a_log_is_split_by_time_whatever_its_order() {
    let seconds: Vec<i64> = (0..1000).map(|i| (i * 7919) % 1000).collect();
    let fill = |seconds: &[i64]| {
        let mut slots = Slots::default();
        for second in seconds {
            let slot = slots.at(Some(second * 1_000_000));
            slot.rows += 1;
            slot.record(Part::Service, MS, *second as u64);
        }
        slots
    };
    let mut sorted = seconds.clone();
    sorted.sort_unstable();
    let (a, b) = (fill(&seconds), fill(&sorted));
    assert_eq!(a, b);
    let (first, rest, cut) = a.split(0.7).unwrap();
    // 1,000 seconds take slots of 16 s; 44 of them are 704 s.
    assert_eq!((first.rows, rest.rows, cut), (704, 296, 704_000_000));
    assert_eq!(first.times[&Part::Service].range_ticks(), Some((0, 703)));
    assert_eq!(rest.times[&Part::Service].range_ticks(), Some((704, 999)));
    let mut merged = fill(&seconds[..300]);
    merged.merge(fill(&seconds[300..]));
    assert_eq!(merged, b);
    assert!(fill(&[5, 5, 5]).split(0.7).is_none(), "one second cannot be split");
    let mut undated = Slots::default();
    undated.at(None).rows += 1;
    assert_eq!((undated.whole().rows, undated.split(0.5)), (1, None));
}

#[test]
fn too_many_services_are_not_told_apart() {
    let mut services = Services::default();
    let name = |i: usize| format!("s{i}").into_bytes();
    (0..SERVICES).for_each(|i| services.record(&name(i), MS, Took::Ticks(1)));
    services.record(&name(3), MS, Took::Unknown);
    assert_eq!(services.by_rows().len(), SERVICES);
    assert_eq!((services.by_rows()[0].0.as_str(), services.by_rows()[0].1.rows), ("s3", 2));
    services.record(&name(SERVICES), MS, Took::Ticks(1));
    assert!(services.too_many && services.by_rows().is_empty());
    assert_eq!(services.unnamed, SERVICES as u64 + 2);
}

#[test]
fn the_first_places_of_a_fault_do_not_depend_on_the_order_of_files() {
    let file = |name: &str, lines: &[u64]| {
        let mut tally = Tally::default();
        let name: Arc<str> = name.into();
        lines.iter().for_each(|line| tally.refuse("fault", &name, *line));
        tally
    };
    let (mut a, mut b) = (file("a", &[7]), file("b", &[1, 2, 3, 4]));
    let (a2, b2) = (a.clone(), b.clone());
    a.merge(b2);
    b.merge(a2);
    assert_eq!(a, b);
    let places: Vec<(&str, u64)> = a.refused["fault"].first.iter().map(|place| (&*place.file, place.line)).collect();
    assert_eq!(places, [("a", 7), ("b", 1), ("b", 2)]);
    assert_eq!(a.refused_rows(), 5);
}

#[test]
fn stretches_without_arrivals_are_told_where_chance_does_not_explain_them() {
    let of = |starts: &[i64], seconds: i64| {
        let mut arrivals = Arrivals::default();
        for start in starts {
            (0..seconds * 10).for_each(|tenth| arrivals.record((start * 10 + tenth) * 100_000));
        }
        arrivals.gaps()
    };
    assert_eq!(of(&[0, 21_600], 150), [(150, 21_600)]);
    assert_eq!(of(&[0, 1_000, 10_000], 150), [(1_150, 10_000), (150, 1_000)], "the longest first");
    assert!(of(&[0, 190], 150).is_empty(), "40 s are told of no log");
    // One request every 10 minutes: gaps of 10 minutes are what its rate gives.
    let mut sparse = Arrivals::default();
    (0..500).for_each(|i| sparse.record(i * 600_000_000));
    assert!(sparse.gaps().is_empty() && Arrivals::default().gaps().is_empty());
}

#[test]
fn no_quantile_lies_beyond_the_longest_times_interval() {
    let mut times = Times::new(Scale { tick_us: 1000, shift: -0.5, blurs: 0 });
    (0..1_000).for_each(|i| times.record(if i < 900 { 20_000 } else { 29_000 }));
    assert!(times.quantile_ms(1.0).unwrap() <= 29_000.5 && times.quantile_ms(0.0).unwrap() >= 19_999.5);
    let cells: Vec<_> = times.cells().collect();
    assert_eq!((cells[0].low_ms, cells[1].high_ms), (19_999.5, 29_000.5));
}
