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
}

impl Sweep<'_> {
    /// Words for the axis.
    #[must_use]
    pub fn words(&self, results: &Results) -> String {
        match (self.axis.as_str(), results.wanted.rate_per_service) {
            ("services", Some(rate)) => format!("services, each {} requests/s", text::number(rate)),
            ("services", None) => "services".into(),
            (field, _) => text::clean(field),
        }
    }
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

/// The values of the further axes at the operating point; those of the first point where none agrees with what is wanted.
fn base_axes(results: &Results) -> BTreeMap<String, f64> {
    let agrees = |field: &str, value: f64| {
        let wanted = match field.rsplit('.').next() {
            Some("rate_per_service") => results.wanted.rate_per_service,
            Some("rate") => results.wanted.rate,
            _ => None,
        };
        wanted.is_none_or(|w| (w - value).abs() <= 1e-9 * w.abs())
    };
    let all = |p: &&Point| p.axes.iter().all(|(field, value)| agrees(field, *value));
    results.points.iter().find(all).or(results.points.first()).map(|p| p.axes.clone()).unwrap_or_default()
}

/// One line per option over services, or over the first further axis with two values where services do not vary.
#[must_use]
pub fn sweep(results: &Results) -> Sweep<'_> {
    let base = base_axes(results);
    let varies = |of: &dyn Fn(&Point) -> Option<f64>| {
        let mut values = results.points.iter().filter_map(of);
        let first = values.next();
        values.any(|v| Some(v) != first)
    };
    let services = |p: &Point| p.services.map(f64::from);
    let axis = if varies(&services) {
        "services".to_string()
    } else {
        let field = base.keys().find(|f| varies(&|p: &Point| p.axes.get(*f).copied()));
        field.cloned().unwrap_or_else(|| "services".into())
    };
    let value = |p: &Point| if axis == "services" { services(p).or(Some(1.0)) } else { p.axes.get(&axis).copied() };
    let same = |p: &Point| p.axes.iter().all(|(field, v)| *field == axis || base.get(field).is_none_or(|b| b == v));
    let curves = owners(results).into_iter().enumerate().map(|(i, name)| {
        let mine = results.points.iter().filter(|p| p.option.as_deref() == name && same(p));
        let mut points: Vec<(f64, &Point)> = mine.filter_map(|p| value(p).map(|v| (v, p))).collect();
        points.retain(|(v, _)| v.is_finite());
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Curve { index: i as u8, number: number_of(i, name), title: title_of(results, name), points }
    });
    let curves = curves.filter(|c| !c.points.is_empty()).collect();
    Sweep { axis, curves }
}

/// Each option at the wanted services, or at the nearest simulated number of them; for a hops scenario up to six of its points.
#[must_use]
pub fn rows<'a>(results: &'a Results) -> Vec<Row<'a>> {
    let sweep = sweep(results);
    if results.options.is_empty() && sweep.curves.len() == 1 {
        return spread(results, sweep);
    }
    let wanted = match sweep.axis.as_str() {
        "services" => results.wanted.services.map(f64::from),
        field => base_axes(results).get(field).copied(),
    };
    let distance = |at: f64| wanted.map_or(0.0, |w| libm::log(at.max(1e-9) / w.max(1e-9)).abs());
    let nearest = |curve: Curve<'a>| {
        let point = curve.points.iter().min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)))?.1;
        Some(Row { index: curve.index, number: curve.number, title: curve.title, point })
    };
    sweep.curves.into_iter().filter_map(nearest).collect()
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
        assert!(rows(&results).iter().all(|r| r.point.services == Some(60)));
    }

    #[test]
    fn a_hops_scenario_is_one_line() {
        let results = fixture::hops();
        assert_eq!(sweep(&results).axis, "workload.rate");
        assert_eq!(rows(&results).len(), ROWS);
        assert!(rows(&Results::default()).is_empty());
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
