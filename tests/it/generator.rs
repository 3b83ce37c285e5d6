//! Named draws look like independent uniform bits along every way that simulations walk: the small one of
//! `examples/generator`, and that it sees a generator that is not one.

#[path = "../../examples/generator/statistics.rs"]
mod statistics;
#[path = "../../examples/generator/walks.rs"]
mod walks;

/// The smallest p-value times their number.
fn bonferroni(p: impl Iterator<Item = f64> + Clone) -> f64 {
    p.clone().fold(1.0, f64::min) * p.count() as f64
}

#[test]
fn named_draws_look_uniform_and_independent() {
    let findings = walks::all_findings(23);
    let worst = findings.iter().min_by(|a, b| a.p.total_cmp(&b.p)).unwrap();
    let bound = bonferroni(findings.iter().map(|finding| finding.p));
    let all = findings.len() >= 13 * walks::walks().len();
    assert!(all && bound > 0.01, "{}, {}, {} draws: p = {}", worst.walk, worst.test, worst.draws, worst.p);
}

#[test]
fn what_is_not_random_is_seen() {
    // Weyl's sequence fills its cells too evenly, a number that is written twice repeats, and a copy of an input bit is no avalanche.
    let poor: [Box<dyn Fn(u64) -> u64>; 2] = [
        Box::new(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        Box::new(|i| {
            gatecap::random::RunKey::new(1, 0).attempt(i / 2, 0).bits(gatecap::random::StreamId::new("a", "b"))
        }),
    ];
    for draw in poor {
        let found = statistics::of_walk(&draw, 1 << 18);
        assert!(bonferroni(found.iter().map(|test| test.2)) < 1e-9, "{found:?}");
    }
    assert!(statistics::avalanche(64, 1 << 8, |i| i, |_, i| i) < 1e-9);
}
