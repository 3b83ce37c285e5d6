//! What is compared without statistics: steady states, quotas, ladders, costs by their values, saturations by their brackets.

use super::{At, ExactChange, Verdict};
use crate::results::saturation::SaturationPoint;
use crate::results::types::{Ceiling, Point, Results};

/// Money that is less apart than this share is the same: sums of the same lines in floating point.
const SAME_MONEY: f64 = 1e-9;

/// Everything that differs, or whose brackets do not tell, for options that are `wanted`.
pub(super) fn changes(
    a: &Results,
    b: &Results,
    points: &[(&Point, &Point)],
    wanted: &dyn Fn(&At) -> bool,
) -> Vec<ExactChange> {
    let mut changes: Vec<ExactChange> = points.iter().flat_map(|(a, b)| states(a, b)).collect();
    for option in a.options.iter().filter(|option| b.options.iter().any(|other| other.name == option.name)) {
        let at = At { option: Some(option.name.clone()), ..At::default() };
        if wanted(&at) {
            changes.extend(ladder(a, b, &at, "structure"));
            changes.extend(ladder(a, b, &at, "traffic"));
            changes.extend(cost(a, b, at));
        }
    }
    changes.extend(saturations(a, b).filter(|change| wanted(&change.at)));
    changes
}

/// Whether a steady state exists, and whether quotas allow the point.
fn states(a: &Point, b: &Point) -> Vec<ExactChange> {
    let state = |what: &str, in_a: bool, in_b: bool| ExactChange {
        at: At::from(a),
        what: what.into(),
        a: Some(f64::from(u8::from(in_a))),
        b: Some(f64::from(u8::from(in_b))),
        by_a: if in_a { String::new() } else { a.bottleneck.clone().unwrap_or_default() },
        by_b: if in_b { String::new() } else { b.bottleneck.clone().unwrap_or_default() },
        verdict: if in_b { Verdict::Better } else { Verdict::Worse },
    };
    let of_quotas =
        ExactChange { by_a: String::new(), by_b: String::new(), ..state("fits_quotas", a.fits_quotas, b.fits_quotas) };
    let of_state = state("stable", a.stable, b.stable);
    [of_state, of_quotas].into_iter().filter(|change| change.a != change.b).collect()
}

/// The first rung of a kind: how many services it holds, and which quota it is.
fn ladder(a: &Results, b: &Results, at: &At, kind: &str) -> Option<ExactChange> {
    let first = |results: &Results| -> Option<Ceiling> {
        let of = |rung: &&Ceiling| Some(&rung.option) == at.option.as_ref() && rung.kind == kind;
        results.ceilings.iter().filter(of).min_by_key(|rung| rung.services).cloned()
    };
    let (in_a, in_b) = (first(a), first(b));
    let services = |rung: &Option<Ceiling>| rung.as_ref().map(|rung| f64::from(rung.services));
    let name = |rung: Option<Ceiling>| rung.map_or(String::new(), |rung| rung.name);
    let (held_a, held_b) = (services(&in_a), services(&in_b));
    let verdict = more_is_better(held_a.unwrap_or(f64::INFINITY), held_b.unwrap_or(f64::INFINITY))?;
    let what = format!("ceiling.{kind}");
    Some(ExactChange { at: at.clone(), what, a: held_a, b: held_b, by_a: name(in_a), by_b: name(in_b), verdict })
}

/// US$ a month of the lines that have a price. Where other lines lack one, the sums are of different things and say nothing.
fn cost(a: &Results, b: &Results, at: At) -> Option<ExactChange> {
    let lines = |results: &Results, priced: bool| -> Vec<(String, f64)> {
        let of = results.costs.iter().filter(|line| Some(&line.option) == at.option.as_ref());
        of.filter(|line| line.monthly.is_some() == priced)
            .map(|line| (line.item.clone(), line.monthly.unwrap_or_default()))
            .collect()
    };
    let sum = |results: &Results| lines(results, true).into_iter().map(|(_, monthly)| monthly).reduce(|a, b| a + b);
    let (in_a, in_b) = (sum(a), sum(b));
    let comparable = lines(a, false) == lines(b, false) && in_a.is_some() && in_b.is_some();
    let verdict = match (in_a, in_b) {
        (Some(of_a), Some(of_b)) if (of_a - of_b).abs() <= SAME_MONEY * of_a.abs().max(of_b.abs()) => return None,
        (None, None) => return None,
        _ if !comparable => Verdict::Withheld,
        _ => more_is_better(in_b?, in_a?)?,
    };
    Some(ExactChange { at, what: "cost.monthly".into(), a: in_a, b: in_b, verdict, ..ExactChange::default() })
}

fn more_is_better(a: f64, b: f64) -> Option<Verdict> {
    match b.partial_cmp(&a)? {
        std::cmp::Ordering::Less => Some(Verdict::Worse),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(Verdict::Better),
    }
}

/// Ends of the same axis that are not the same: worse or better where one shows to fail by where the other shows to hold.
fn saturations(a: &Results, b: &Results) -> impl Iterator<Item = ExactChange> {
    let same = |x: &SaturationPoint, y: &SaturationPoint| {
        let key = |p: &SaturationPoint| (p.option.clone(), p.vary.clone(), p.axes.clone(), p.ignoring_quotas);
        key(x) == key(y)
    };
    let pairs = a.saturation.iter().filter_map(move |x| Some((x, b.saturation.iter().find(|y| same(x, y))?)));
    let pairs = pairs.filter(|(x, y)| (x.value, x.fails_at) != (y.value, y.fails_at));
    pairs.map(|(x, y)| ExactChange {
        at: At { option: x.option.clone(), services: None, axes: x.axes.clone() },
        what: format!("saturation.{}{}", x.vary, if x.ignoring_quotas { ", quotas ignored" } else { "" }),
        a: x.value,
        b: y.value,
        by_a: x.reason.clone(),
        by_b: y.reason.clone(),
        verdict: if fails_before(y, x) {
            Verdict::Worse
        } else if fails_before(x, y) {
            Verdict::Better
        } else {
            Verdict::NotToldApart
        },
    })
}

/// Whether `x` is shown to fail at a value where `y` is shown to hold.
fn fails_before(x: &SaturationPoint, y: &SaturationPoint) -> bool {
    x.high.zip(y.low).is_some_and(|(fails, holds)| fails <= holds)
}
