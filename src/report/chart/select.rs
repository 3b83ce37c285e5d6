//! Which points of the results a chart shows: one line per option over one axis, or one row per option at the operating point.

use std::collections::BTreeMap;

use super::text;
use crate::results::{Estimate, Point, Results};

/// The points of one option (or of a hops scenario) in rising order of the axis.
#[derive(Debug)]
pub struct Curve<'a> {
    /// Place among the options, which gives number and colour.
    pub index: u8,
    /// The option's number for people; empty for a hops scenario.
    pub number: String,
    /// Its name.
    pub title: String,
    /// Value on the axis, and the point.
    pub points: Vec<(f64, &'a Point)>,
}

/// One line per option over one axis, all else as wanted.
#[derive(Debug)]
pub struct Sweep<'a> {
    /// `services`, or the dotted name of the field.
    pub axis: String,
    /// The lines, in order of the options.
    pub curves: Vec<Curve<'a>>,
    /// The combination of the other axes where it is not the reader's own: `workload.rate_per_service = 25`; empty where it is.
    pub other: String,
}

impl Sweep<'_> {
    /// Words for the axis.
    #[must_use]
    pub fn words(&self, results: &Results) -> String {
        // Another combination may have another rate, which the subtitle tells.
        match (self.axis.as_str(), results.wanted.rate_per_service.filter(|_| self.other.is_empty())) {
            ("services", Some(rate)) => format!("services, each {} requests/s", text::number(rate)),
            ("services", None) => "services".into(),
            (field, _) => text::clean(field),
        }
    }
}

/// Every value on the axis that some line has, rising.
#[must_use]
pub fn places(sweep: &Sweep) -> Vec<f64> {
    let mut places: Vec<f64> = sweep.curves.iter().flat_map(|curve| curve.points.iter().map(|p| p.0)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// An option at the operating point, or a point of a hops scenario.
#[derive(Debug)]
pub struct Row<'a> {
    /// Gives the colour.
    pub index: u8,
    /// The option's number for people; empty for a hops scenario.
    pub number: String,
    /// The option's name, or the value on the axis.
    pub title: String,
    /// The point.
    pub point: &'a Point,
}

/// Rows of a hops scenario that are shown at most, spread over its axis.
const ROWS: usize = 6;

/// The option names in order: those described, then any that only points have. `None` stands for a hops scenario.
fn owners(results: &Results) -> Vec<Option<&str>> {
    let mut names: Vec<Option<&str>> = results.options.iter().map(|o| Some(o.name.as_str())).collect();
    for point in &results.points {
        let name = point.option.as_deref();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(usize::from(u8::MAX));
    names
}

/// The title of an option, or its name where it has none.
#[must_use]
pub fn title_of(results: &Results, name: Option<&str>) -> String {
    let known = results.options.iter().find(|o| Some(o.name.as_str()) == name).map(|o| o.title.as_str());
    text::clean(known.filter(|t| !t.is_empty()).or(name).unwrap_or("this system"))
}

fn number_of(index: usize, name: Option<&str>) -> String {
    name.map_or_else(String::new, |_| (index + 1).to_string())
}

type Axes = BTreeMap<String, f64>;

/// The reader's own combination of the further axes where it was simulated, then that of the first point.
fn combinations(results: &Results) -> Vec<&Axes> {
    let own = &results.wanted.axes;
    let simulated = results.points.iter().any(|p| p.axes == *own);
    let mut all: Vec<&Axes> = simulated.then_some(own).into_iter().collect();
    all.extend(results.points.first().map(|p| &p.axes).filter(|first| *first != own));
    all
}

/// `workload.rate_per_service = 25, services.targets = 4`: a combination that is not the reader's own; empty for the own one.
fn named(results: &Results, axes: &Axes, but: &str) -> String {
    if *axes == results.wanted.axes {
        return String::new();
    }
    let others = axes.iter().filter(|(field, _)| *field != but);
    let words = others.map(|(field, value)| format!("{} = {}", text::clean(field), text::number(*value)));
    words.collect::<Vec<_>>().join(", ")
}

fn varies(mut values: impl Iterator<Item = f64>) -> bool {
    let first = values.next();
    values.any(|v| Some(v) != first)
}

/// One line per option over services in the reader's own combination of the further axes (the first one where the own was not
/// simulated), or over the first further axis with two values where services do not vary.
#[must_use]
pub fn sweep(results: &Results) -> Sweep<'_> {
    let points = || results.points.iter();
    let services = |p: &Point| p.services.map(f64::from);
    let combinations = combinations(results);
    let over = |axes: &&Axes| varies(points().filter(|p| p.axes == **axes).filter_map(services));
    let fields: std::collections::BTreeSet<&String> = points().flat_map(|p| p.axes.keys()).collect();
    let field = fields.into_iter().find(|f| varies(points().filter_map(|p| p.axes.get(*f).copied())));
    let along_services = |axes: &Axes| {
        let same = |p: &Point| p.axes == *axes;
        curves(results, same, |p| services(p).or(Some(1.0)))
    };
    match (combinations.iter().copied().find(over), field) {
        (Some(axes), _) => {
            Sweep { axis: "services".into(), curves: along_services(axes), other: named(results, axes, "") }
        }
        (None, Some(field)) => {
            // The operating point may be a combination of its own that has no value on the axis.
            let known = combinations.into_iter().find(|axes| axes.contains_key(field));
            let base = known.or(points().map(|p| &p.axes).find(|axes| axes.contains_key(field)));
            let same = |p: &Point| {
                let held = |axes: &Axes| axes.iter().all(|(f, v)| f == field || p.axes.get(f) == Some(v));
                p.axes.contains_key(field) && base.is_some_and(held)
            };
            let other = base.map_or_else(String::new, |axes| named(results, axes, field));
            Sweep { axis: field.clone(), curves: curves(results, same, |p| p.axes.get(field).copied()), other }
        }
        (None, None) => {
            let axes = combinations.first().copied();
            let other = axes.map_or_else(String::new, |axes| named(results, axes, ""));
            Sweep { axis: "services".into(), curves: axes.map_or_else(Vec::new, along_services), other }
        }
    }
}

fn curves<'a>(
    results: &'a Results,
    same: impl Fn(&Point) -> bool,
    value: impl Fn(&Point) -> Option<f64>,
) -> Vec<Curve<'a>> {
    let curves = owners(results).into_iter().enumerate().map(|(i, name)| {
        let mine = results.points.iter().filter(|p| p.option.as_deref() == name && same(p));
        let mut points: Vec<(f64, &Point)> = mine.filter_map(|p| value(p).map(|v| (v, p))).collect();
        points.retain(|(v, _)| v.is_finite());
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Curve { index: i as u8, number: number_of(i, name), title: title_of(results, name), points }
    });
    curves.filter(|c| !c.points.is_empty()).collect()
}

/// Each option in the reader's own combination of axes (or the first) at the wanted services, or at the nearest simulated number
/// of them; for a hops scenario up to six of its points. With the words for a combination that is not the own.
#[must_use]
pub fn rows(results: &Results) -> (Vec<Row<'_>>, String) {
    let sweep = sweep(results);
    if results.options.is_empty() && sweep.curves.len() == 1 {
        let other = sweep.other.clone();
        return (spread(results, sweep), other);
    }
    let Some(axes) = combinations(results).first().copied() else { return (Vec::new(), String::new()) };
    let wanted = results.wanted.services.map(f64::from);
    let distance = |at: f64| wanted.map_or(0.0, |w| libm::log(at.max(1e-9) / w.max(1e-9)).abs());
    let mut rows = Vec::new();
    for curve in curves(results, |p| p.axes == *axes, |p| p.services.map(f64::from).or(Some(1.0))) {
        let nearest = curve.points.iter().min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)));
        let Some(&(_, point)) = nearest else { continue };
        rows.push(Row { index: curve.index, number: curve.number, title: curve.title, point });
    }
    (rows, named(results, axes, ""))
}

fn spread<'a>(results: &Results, sweep: Sweep<'a>) -> Vec<Row<'a>> {
    let several = sweep.curves.iter().any(|c| c.points.len() > 1);
    let field = sweep.axis.rsplit('.').next().unwrap_or("").replace('_', " ");
    let Some(curve) = sweep.curves.into_iter().next() else { return Vec::new() };
    let (n, shown) = (curve.points.len(), curve.points.len().min(ROWS));
    let pick = |i: usize| if shown < 2 { 0 } else { i * (n - 1) / (shown - 1) };
    let title = |value: f64| match several {
        true => format!("{field} {}", text::number(value)),
        false => text::clean(&results.title),
    };
    let each = (0..shown).map(|i| (i, curve.points[pick(i)]));
    each.map(|(i, (v, point))| Row { index: i as u8, number: String::new(), title: title(v), point }).collect()
}

/// What a chart may do with an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// Draw it, with its interval where there is one.
    Value(f64, Option<(f64, f64)>),
    /// Too few samples to be believed: mark the place, draw no line.
    Withheld(f64),
    /// No steady state, or nothing observed.
    Missing,
}

/// What may be drawn of a metric at a point.
#[must_use]
pub fn shown(point: &Point, metric: &str) -> Shown {
    let Some(Estimate { value: Some(value), low, high }) = point.metrics.get(metric).copied() else {
        return Shown::Missing;
    };
    if !point.stable || !value.is_finite() {
        return Shown::Missing;
    }
    let warned = point.warnings.iter().any(|w| w.kind == "too_few_samples" && w.about == metric);
    match (low, high) {
        (Some(low), Some(high)) if low.is_finite() && high.is_finite() => Shown::Value(value, Some((low, high))),
        // A single replication has no interval at all; several have one unless it was withheld.
        _ if warned || point.replications > 1 => Shown::Withheld(value),
        _ => Shown::Value(value, None),
    }
}

/// The tightest upper bound that the objectives set on a metric.
#[must_use]
pub fn objective(results: &Results, metric: &str) -> Option<f64> {
    let upper = results.wanted.objectives.iter().filter(|o| o.metric == metric && o.relation.starts_with('<'));
    upper.map(|o| o.bound).filter(|b| b.is_finite() && *b > 0.0).min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn points_at_the_wanted_rate_are_chosen() {
        let results = fixture::five_options();
        let sweep = sweep(&results);
        assert_eq!(sweep.axis, "services");
        assert_eq!(sweep.curves.len(), 5);
        assert!(sweep.curves.iter().all(|c| c.points.iter().all(|(_, p)| p.axes["workload.rate_per_service"] == 50.0)));
        assert!(rows(&results).0.iter().all(|r| r.point.services == Some(60)));
        assert_eq!((sweep.other.as_str(), rows(&results).1.as_str()), ("", ""));
    }

    #[test]
    fn another_combination_is_drawn_only_where_the_own_is_missing_and_is_named() {
        let mut results = fixture::five_options();
        results.wanted.axes.clear();
        let first = sweep(&results);
        assert!(first.curves.iter().all(|c| c.points.iter().all(|(_, p)| p.axes["workload.rate_per_service"] == 25.0)));
        assert_eq!(first.other, "workload.rate_per_service = 25");
        assert_eq!(first.words(&results), "services");
        assert_eq!(rows(&results).1, "workload.rate_per_service = 25");
        // The own point as a combination of its own.
        let mut own = results.points[3].clone();
        own.axes.clear();
        results.points.push(own);
        let (rows, other) = rows(&results);
        assert_eq!((rows.len(), other.as_str()), (1, ""));
        assert!(rows[0].point.axes.is_empty());
    }

    #[test]
    fn a_further_axis_is_swept_where_services_do_not_vary() {
        let mut results = fixture::five_options();
        results.points.retain(|p| p.services == Some(60));
        let sweep = sweep(&results);
        assert_eq!((sweep.axis.as_str(), sweep.other.as_str()), ("workload.rate_per_service", ""));
        assert!(sweep.curves.iter().all(|c| c.points.len() == 3));
        assert!(rows(&results).0.iter().all(|r| r.point.axes["workload.rate_per_service"] == 50.0));
    }

    #[test]
    fn a_hops_scenario_is_one_line() {
        let results = fixture::hops();
        assert_eq!(sweep(&results).axis, "workload.rate");
        assert_eq!(rows(&results).0.len(), ROWS);
        assert!(rows(&Results::default()).0.is_empty());
    }

    #[test]
    fn withheld_is_not_missing() {
        let estimate = |value, low| Estimate { value, low, high: low };
        let mut point = Point { stable: true, replications: 10, ..Point::default() };
        point.metrics.insert("latency.p99".into(), estimate(Some(5.0), None));
        assert_eq!(shown(&point, "latency.p99"), Shown::Withheld(5.0));
        point.replications = 1;
        assert_eq!(shown(&point, "latency.p99"), Shown::Value(5.0, None));
        point.stable = false;
        assert_eq!(shown(&point, "latency.p99"), Shown::Missing);
        assert_eq!(shown(&point, "latency.p50"), Shown::Missing);
    }
}
