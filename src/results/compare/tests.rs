//! Comparisons of invented results: verdicts by direction, what is withheld, what only one side has, brackets.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::results::{Ceiling, CostLine, OptionInfo, SaturationPoint};
use crate::stats::student::t_two_sided;

fn estimate(value: f64, half: f64) -> Estimate {
    Estimate { value: Some(value), low: Some(value - half), high: Some(value + half) }
}

fn results(metrics: &[(&str, Estimate)]) -> Results {
    let metrics = metrics.iter().map(|(name, estimate)| ((*name).to_string(), *estimate)).collect();
    let point = Point {
        option: Some("o".into()),
        services: Some(4),
        replications: 10,
        metrics,
        stable: true,
        fits_quotas: true,
        ..Point::default()
    };
    let option = OptionInfo { name: "o".into(), ..OptionInfo::default() };
    Results { confidence: 0.95, points: vec![point], options: vec![option], ..Results::default() }
}

fn compared(a: &Results, b: &Results) -> Compared {
    compare(a, b, &Chosen::default(), None).unwrap()
}

fn verdict_of(compared: &Compared, metric: &str) -> Verdict {
    compared.metrics.iter().find(|change| change.metric == metric).unwrap().verdict
}

#[test]
fn directions_decide_what_is_worse() {
    let a = results(&[
        ("latency.mean", estimate(50.0, 0.5)),
        ("outcome.ok", estimate(0.9, 0.001)),
        ("hop.alb.utilisation", estimate(0.5, 0.001)),
        ("latency.p50", estimate(20.0, 5.0)),
    ]);
    let b = results(&[
        ("latency.mean", estimate(55.0, 0.5)),
        ("outcome.ok", estimate(0.95, 0.001)),
        ("hop.alb.utilisation", estimate(0.6, 0.001)),
        ("latency.p50", estimate(21.0, 5.0)),
    ]);
    let forth = compared(&a, &b);
    let found = ["latency.mean", "outcome.ok", "hop.alb.utilisation", "latency.p50"].map(|m| verdict_of(&forth, m));
    assert_eq!(found, [Verdict::Worse, Verdict::Better, Verdict::Higher, Verdict::NotToldApart]);
    assert!(forth.is_worse() && forth.tested == 4);
    let back = compared(&b, &a);
    let found = ["latency.mean", "outcome.ok", "hop.alb.utilisation"].map(|m| verdict_of(&back, m));
    assert_eq!(found, [Verdict::Better, Verdict::Worse, Verdict::Lower]);
}

/// By hand: equal half-widths h at 10 replications each have squared errors (h/t)^2 and 18 degrees of freedom together; two
/// differences share 5 %.
#[test]
fn the_interval_is_that_of_all_differences_at_once() {
    let pair = |mean: f64| results(&[("latency.mean", estimate(mean, 1.0)), ("attempts.mean", estimate(1.0, 0.1))]);
    let found = compared(&pair(50.0), &pair(52.0));
    let half = t_two_sided(18.0, 0.975) * 2f64.sqrt() / t_two_sided(9.0, 0.95);
    let difference = found.metrics.iter().find(|change| change.metric == "latency.mean").unwrap().difference;
    assert!((difference.low.unwrap() - (2.0 - half)).abs() < 1e-9);
    assert!((difference.high.unwrap() - (2.0 + half)).abs() < 1e-9);
}

#[test]
fn what_has_no_interval_on_a_side_says_so() {
    let a = results(&[("latency.p99", estimate(50.0, 1.0)), ("latency.mean", estimate(9.0, 1.0))]);
    let bare = Estimate { value: Some(90.0), low: None, high: None };
    let found = compared(&a, &results(&[("latency.p99", bare), ("latency.mean", estimate(9.0, 1.0))]));
    assert_eq!((verdict_of(&found, "latency.p99"), found.tested, found.is_worse()), (Verdict::Withheld, 1, false));
    let found = compared(&a, &results(&[("latency.mean", estimate(9.0, 1.0))]));
    assert_eq!(verdict_of(&found, "latency.p99"), Verdict::Withheld);
}

#[test]
fn points_of_one_side_are_listed_and_none_in_common_is_an_error() {
    let a = results(&[("latency.mean", estimate(9.0, 1.0))]);
    let mut b = a.clone();
    b.points.push(Point { services: Some(5), ..b.points[0].clone() });
    let found = compared(&a, &b);
    assert_eq!((found.only_a.len(), found.only_b.len(), found.only_b[0].services), (0, 1, Some(5)));
    assert!(found.identical && found.common_random_numbers);
    b.points.remove(0);
    assert!(compare(&a, &b, &Chosen::default(), None).unwrap_err().message.contains("no point in common"));
    let typo = Chosen { metrics: vec!["latency.meen".into()], ..Chosen::default() };
    assert_eq!(compare(&a, &a, &typo, None).unwrap_err().hint.unwrap(), "did you mean `latency.mean`?");
    let other = Chosen { options: vec!["nowhere".into()], ..Chosen::default() };
    assert!(compare(&a, &a, &other, None).is_err());
}

#[test]
fn what_is_counted_is_compared_exactly() {
    let mut a = results(&[("latency.mean", estimate(9.0, 1.0))]);
    let rung = |services| Ceiling { option: "o".into(), kind: "structure".into(), services, ..Ceiling::default() };
    let line = |monthly| CostLine { option: "o".into(), item: "requests".into(), monthly, ..CostLine::default() };
    a.ceilings = vec![rung(50), rung(80)];
    a.costs = vec![line(Some(10.0)), line(Some(5.0))];
    let mut b = a.clone();
    assert_eq!(compared(&a, &b).exact, []);
    b.ceilings = vec![rung(40), rung(90)];
    b.costs[0].monthly = Some(9.0);
    b.points[0].stable = false;
    let said = |found: &Compared| -> Vec<(String, Option<f64>, Option<f64>, Verdict)> {
        found.exact.iter().map(|c| (c.what.clone(), c.a, c.b, c.verdict)).collect()
    };
    let expected = [
        ("stable".to_string(), Some(1.0), Some(0.0), Verdict::Worse),
        ("ceiling.structure".to_string(), Some(50.0), Some(40.0), Verdict::Worse),
        ("cost.monthly".to_string(), Some(15.0), Some(14.0), Verdict::Better),
    ];
    assert_eq!(said(&compared(&a, &b)), expected);
    // The ladders and costs of `limits`, which simulates nothing.
    for results in [&mut a, &mut b] {
        results.points.clear();
    }
    assert_eq!(said(&compared(&a, &b)), expected[1..]);
    // A line without a price on one side alone: the sums are of different things.
    b.costs[0].monthly = None;
    assert_eq!(said(&compared(&a, &b))[1].3, Verdict::Withheld);
}

#[test]
fn saturations_differ_where_their_brackets_do() {
    let with = |value: f64, fails_at: f64, low: f64, high: f64| {
        let mut results = results(&[("latency.mean", estimate(9.0, 1.0))]);
        let (value, fails_at, low, high) = (Some(value), Some(fails_at), Some(low), Some(high));
        results.saturation =
            vec![SaturationPoint { vary: "services".into(), value, fails_at, low, high, ..SaturationPoint::default() }];
        results.options.clear();
        results.points[0].option = None;
        results
    };
    let verdict = |a: &Results, b: &Results| compared(a, b).exact.first().map(|change| change.verdict);
    let (fifty, forty) = (with(50.0, 51.0, 50.0, 51.0), with(40.0, 41.0, 40.0, 41.0));
    assert_eq!(verdict(&fifty, &forty), Some(Verdict::Worse));
    assert_eq!(verdict(&forty, &fifty), Some(Verdict::Better));
    assert_eq!(verdict(&fifty, &fifty), None);
    assert_eq!(verdict(&fifty, &with(48.0, 49.0, 44.0, 55.0)), Some(Verdict::NotToldApart));
}
