//! What the script of the page explores: one table of the swept points for all charts and for the panel of numbers, and what each
//! chart tells of itself. As JSON that is safe inside a `<script>` element; no markup.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::chart::select::{Curve, Sweep, places, sweep};
use super::chart::stops::beyond;
use super::chart::{estimates, rounded, text};
use super::judge::{Outcome, judge_at};
use super::{Figure, month, number};
use crate::results::{Ceiling, Point, Results, Wanted};

/// Everything of the page that its script reads.
#[derive(Serialize)]
struct Data<'a> {
    /// What is swept, and the values at which there are points, rising; fewer than two are nothing to slide over.
    axis: String,
    places: Vec<f64>,
    /// The reader's own place among them; null where it is none of them.
    own: Option<usize>,
    options: Vec<Column>,
    /// Sentences that the columns name by their place.
    texts: Vec<String>,
    /// By the name of the chart.
    charts: BTreeMap<&'a str, Value>,
}

/// An option over the places, null where there is no point or nothing to show.
#[derive(Serialize)]
struct Column {
    option: u8,
    number: String,
    title: String,
    p50: [Vec<Option<f64>>; 3],
    p99: [Vec<Option<f64>>; 3],
    ok: [Vec<Option<f64>>; 3],
    offered: [Vec<Option<f64>>; 3],
    goodput: [Vec<Option<f64>>; 3],
    /// Load of the entity nearest to its limit, over that limit.
    load: Vec<Option<f64>>,
    /// Whether the place lies beyond today's quotas.
    beyond: Vec<bool>,
    /// US$ a month as expected, at the low and at the high end; `least` where parts have no price, so that these are lower bounds.
    month: [Vec<Option<f64>>; 3],
    least: bool,
    /// Sentences: which quota is in force there, and how the conditions stand, the latter after its class.
    quota: Vec<Option<usize>>,
    verdict: Vec<Option<(&'static str, usize)>>,
}

/// Sentences, each once.
#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    fn place(&mut self, text: String) -> usize {
        // A few dozen different ones at most.
        let known = self.0.iter().position(|known| *known == text);
        known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        })
    }
}

/// The data block of the page: JSON without `<`, so that no text in it can end the element that holds it.
#[must_use]
pub fn data(results: &Results, figures: &[Figure]) -> String {
    let sweep = sweep(results);
    let places = places(&sweep);
    let own = match sweep.axis.as_str() {
        "services" => results.wanted.services.map(f64::from),
        field => results.wanted.axes.get(field).copied(),
    };
    let mut texts = Texts::default();
    let mut options: Vec<Column> = sweep.curves.iter().map(|curve| column(results, curve, &places)).collect();
    judge_all(results, &sweep, &places, &mut options, &mut texts);
    let charts = figures.iter().filter_map(|figure| Some((figure.name, serde_json::from_str(figure.plot).ok()?)));
    let data = Data {
        axis: text::clean(&sweep.axis),
        own: own.and_then(|own| places.iter().position(|place| *place == own)),
        options,
        texts: texts.0,
        charts: charts.collect(),
        places,
    };
    // Plain data of ours: writing it cannot fail.
    serde_json::to_string(&data).unwrap_or_default().replace('<', "\\u003c")
}

/// What is measured and paid at every place.
fn column(results: &Results, curve: &Curve, places: &[f64]) -> Column {
    let points: Vec<Option<&Point>> = places.iter().map(|place| at(curve, *place)).collect();
    let known: Vec<(f64, &Point)> = curve.points.clone();
    let spread = |values: [Vec<Option<f64>>; 3]| {
        values.map(|values| {
            let by_place = |place: &f64| known.iter().position(|(at, _)| at == place).and_then(|i| values[i]);
            places.iter().map(by_place).collect()
        })
    };
    let metric = |name: &str, digits: usize| spread(estimates(curve, name, digits));
    let plain = |name: &str| {
        let value = |point: &Option<&Point>| point.as_ref()?.metrics.get(name)?.value.map(rounded);
        [points.iter().map(value).collect(), Vec::new(), Vec::new()]
    };
    let option = results.options.get(usize::from(curve.index)).map(|option| option.name.as_str());
    let months: Vec<Option<month::Month>> =
        points.iter().map(|point| month::of_point(results, option?, (*point)?)).collect();
    let dollars = |of: fn(&month::Month) -> f64| months.iter().map(|m| m.as_ref().map(|m| rounded(of(m)))).collect();
    Column {
        option: curve.index,
        number: curve.number.clone(),
        title: curve.title.clone(),
        p50: metric("latency.p50", 4),
        p99: metric("latency.p99", 4),
        // A share near 1 is told from 1 by its last digits.
        ok: metric("outcome.ok", 7),
        // Rates are honest without a steady state too.
        offered: plain("rate.offered"),
        goodput: plain("rate.goodput"),
        load: points.iter().map(|point| point.as_ref()?.bottleneck_load.map(rounded)).collect(),
        beyond: points.iter().map(|point| point.is_some_and(beyond)).collect(),
        month: [dollars(|m| m.expected), dollars(|m| m.low), dollars(|m| m.high)],
        least: months.iter().flatten().any(|month| !month.without.is_empty()),
        quota: vec![None; places.len()],
        verdict: vec![None; places.len()],
    }
}

fn at<'a>(curve: &Curve<'a>, place: f64) -> Option<&'a Point> {
    curve.points.iter().find(|(at, _)| *at == place).map(|(_, point)| *point)
}

/// The quota in force and the verdict of every option at every place of a sweep over services; other sweeps have neither.
fn judge_all(results: &Results, sweep: &Sweep, places: &[f64], options: &mut [Column], texts: &mut Texts) {
    if sweep.axis != "services" || results.options.is_empty() {
        return;
    }
    for (i, place) in places.iter().enumerate() {
        let services = *place as u32;
        let axes = sweep.curves.iter().find_map(|curve| at(curve, *place)).map(|point| point.axes.clone());
        let rate = results.wanted.rate_per_service.filter(|_| sweep.other.is_empty()).map(|rate| rate * place);
        let wanted = Wanted {
            services: Some(services),
            axes: axes.unwrap_or_default(),
            rate: rate.or(results.wanted.rate),
            ..results.wanted.clone()
        };
        let judged = judge_at(results, &wanted);
        for column in options.iter_mut() {
            let Some(judgement) = judged.get(usize::from(column.option)) else { continue };
            if judgement.point.is_none() {
                continue;
            }
            let rungs = [judgement.structure, judgement.traffic].into_iter().flatten();
            column.quota[i] = rungs.min_by_key(|rung| rung.services).map(|rung| texts.place(quota(rung, services)));
            let (class, words) = match judgement.standing() {
                Outcome::Met => ("met", "meets all conditions".to_string()),
                Outcome::AfterRaise => ("raise", after(&judgement.raises)),
                Outcome::Unsettled(_) => ("open", judgement.unsettled().join("; ")),
                Outcome::Missed(_) => ("missed", judgement.misses().join("; ")),
            };
            column.verdict[i] = Some((class, texts.place(text::one_line(&number::condition(&words)))));
        }
    }
}

/// `ALBs per Region: 50 services`, or how far beyond it the place is.
fn quota(rung: &Ceiling, services: u32) -> String {
    let name = text::clean(&rung.name);
    match rung.services {
        most if services > most => format!("over {name}: {} services", number::count(most)),
        most => format!("{name}: {} services", number::count(most)),
    }
}

fn after(raises: &[&Ceiling]) -> String {
    let mut names: Vec<String> = raises.iter().map(|rung| text::clean(&rung.name)).collect();
    names.dedup();
    match names.len() {
        0 => "after a quota request".into(),
        1..=2 => format!("after raising {}", number::list(&names)),
        more => format!("after raising {} and {} more", names[0], more - 1),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::{chart, fixture};

    fn parsed(results: &Results) -> serde_json::Value {
        serde_json::from_str(&data(results, &[])).unwrap()
    }

    #[test]
    fn the_table_holds_the_points_of_the_sweep_with_their_verdicts() {
        let results = chart::fixture::five_options();
        let data = parsed(&results);
        let (places, own) = (data["places"].as_array().unwrap(), data["own"].as_u64().unwrap() as usize);
        assert_eq!((data["options"].as_array().unwrap().len(), places[own].as_f64()), (5, Some(60.0)));
        for (option, curve) in data["options"].as_array().unwrap().iter().zip(sweep(&results).curves) {
            let point = at(&curve, 60.0).unwrap();
            let p99 = point.metrics["latency.p99"].value.unwrap();
            assert!((option["p99"][0][own].as_f64().unwrap() / p99 - 1.0).abs() < 6e-4);
            assert_eq!(option["p99"][0].as_array().unwrap().len(), places.len());
            let words = |i: usize| data["texts"][i].as_str().unwrap();
            let quota = words(option["quota"][own].as_u64().unwrap() as usize);
            assert!(quota.ends_with(" services"), "{quota}");
            // At the reader's own place the verdict is that of the report.
            let judged = &super::super::judge::judge(&results)[usize::from(curve.index)];
            let class = ["met", "raise", "open", "missed"][usize::from(judged.rank())];
            assert_eq!(option["verdict"][own][0], class);
        }
    }

    #[test]
    fn the_further_one_goes_the_worse_it_gets() {
        let data = parsed(&chart::fixture::five_options());
        let first = &data["options"][0]["quota"];
        let words = |at: &serde_json::Value| data["texts"][at.as_u64().unwrap() as usize].as_str().unwrap().to_string();
        let last = first.as_array().unwrap().last().unwrap();
        assert!(!words(&first[0]).starts_with("over ") && words(last).starts_with("over "));
    }

    #[test]
    fn no_text_ends_the_block_or_turns_its_direction() {
        let mut results = chart::fixture::five_options();
        for option in &mut results.options {
            option.title = format!("</script><script>alert(1)</script>\"'\u{202e}{}", "x".repeat(300));
        }
        results.ceilings.iter_mut().for_each(|rung| rung.name = "</SCRIPT ><!--\u{2066}".into());
        let text = data(&results, &[]);
        assert!(!text.contains(['<', '\u{202e}', '\u{2066}']));
        let data = parsed(&results);
        let title = data["options"][0]["title"].as_str().unwrap();
        assert!(title.starts_with("</script>") && title.chars().count() <= 121, "{title}");
    }

    #[test]
    fn results_without_a_sweep_have_no_table() {
        for results in [fixture::queue(), Results::default()] {
            assert!(parsed(&results)["places"].as_array().unwrap().len() < 2);
        }
    }
}
