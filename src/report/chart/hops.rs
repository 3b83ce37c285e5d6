//! The chart `hops`: where the time goes, hop by hop, at the operating point.

use super::axis::{Axis, Scale, Unit, tick_row};
use super::canvas::{Canvas, Dash, Part, Stroke, Tie, Type};
use super::finish::fill;
use super::follow::{self, Bar, Follow, Segment};
use super::label::{HEADING, WIDTH, key, name};
use super::percentiles::place;
use super::plot::{Along, Plot, Spot};
use super::select::{Row, rows};
use super::style::{Paint, hop_paints};
use super::text::{self, clean, cut, figure, list, measured};
use super::{Chart, Face};
use crate::results::{Estimate, HopInfo, Point, Results};

const LEFT: f64 = 2.0;
const RIGHT: f64 = WIDTH - 78.0;
const TOP: f64 = HEADING + 4.0;
const BAR: f64 = 22.0;
const ROW: f64 = 48.0;
/// Height of the name over a bar.
const NAME: f64 = 17.0;
const NAME_OF_CHART: &str = "hops";

/// A hop as every row paints it.
struct Look<'a> {
    name: &'a str,
    title: String,
    paint: u8,
    /// Whether it is an assumption in any row.
    assumed: bool,
}

/// Mean latency by hop, stacked, for every option at the wanted services; hops whose default is an assumption (evidence grade D)
/// are hatched. `None` only without any point.
#[must_use]
pub fn hops(results: &Results) -> Option<Chart> {
    if results.points.is_empty() {
        return None;
    }
    let (rows, other) = rows(results);
    let place = place(&rows, &other);
    let face = Face {
        name: NAME_OF_CHART,
        title: "Where the time goes".into(),
        subtitle: format!("mean ms of each hop{place}; hatched: assumed, not measured (grade D)"),
        description: describe(&rows, &place),
    };
    let rows: Vec<Row> = rows.into_iter().filter(|r| total(r) > 0.0).collect();
    let most = rows.iter().map(total).fold(0.0, f64::max);
    if most <= 0.0 {
        return Some(face.empty("no point has a steady state and a mean for its hops"));
    }
    let looks = looks(&rows);
    let x = Axis::new(Scale::Linear, Unit::Number, (0.0, most), (LEFT, RIGHT));
    let bottom = TOP + ROW * rows.len() as f64;
    let words: Vec<String> = looks.iter().map(|l| l.title.clone()).collect();
    let lines = key_lines(&words);
    Some(face.chart((WIDTH, bottom + 52.0 + 17.0 * lines as f64), |canvas| {
        let top = |i: usize| TOP + ROW * i as f64;
        canvas.part(Part::Plot, || grid(canvas, x, bottom));
        for (i, row) in rows.iter().enumerate() {
            let number = (row.number.as_str(), Paint::Series(row.index));
            let write = || name(canvas, (LEFT, top(i) + 8.0), number, &row.title, (12.0, WIDTH - 2.0));
            canvas.part(Part::Option(row.index), write);
            let draw = || canvas.part(Part::Option(row.index), || bar(canvas, row, x, top(i) + NAME, &looks));
            canvas.part(Part::Plot, draw);
        }
        canvas.text((RIGHT + 14.0, bottom + 8.0), "ms", Tie::Left, super::axis::TICK);
        let follow = followed(results, &place, &rows, &looks);
        let along = follow.is_some().then(|| Along::new(x, "ms", false));
        canvas.plot(Plot { x: along, follow, ..Plot::default() });
        let below = key(canvas, bottom + 32.0, WIDTH, &words, |i, x, y| {
            canvas.rect((x, y - 5.0), (16.0, 10.0), paint(looks[i].paint, looks[i].assumed), 1.0);
        });
        let at = (2.0, bottom + 35.0 + below);
        canvas.text(at, "means over all measured requests", Tie::Left, Type::plain(11.0, Paint::Muted));
    }))
}

fn grid(canvas: &Canvas, x: Axis, bottom: f64) {
    let ticks = x.ticks();
    for tick in &ticks {
        let at = x.at(tick.value);
        canvas.line(&[(at, TOP), (at, bottom)], Stroke(Paint::Faint, 1.0, Dash::Solid));
    }
    tick_row(canvas, x, &ticks, bottom + 8.0);
}

/// The lines that the key will take: the same wrapping as [`key`], without drawing.
fn key_lines(words: &[String]) -> usize {
    let (mut x, mut lines) = (2.0, 1);
    for word in words {
        let wide = 22.0 + text::width(&cut(word, 11.0, false, WIDTH - 30.0), 11.0, false);
        if x > 2.0 && x + wide > WIDTH {
            (x, lines) = (2.0, lines + 1);
        }
        x += wide + 16.0;
    }
    lines
}

fn paint(index: u8, assumed: bool) -> Paint {
    if assumed { Paint::HopHatch(index) } else { Paint::Hop(index) }
}

/// The hops that can be drawn, in path order. Where services of an option go several ways, the hops of one way follow those of another
/// and all ways end at the service, so it stands last.
fn drawn(point: &Point) -> impl Iterator<Item = &HopInfo> {
    let drawn = move |h: &&HopInfo| point.stable && h.mean_ms.is_finite() && h.mean_ms > 0.0;
    let last = move |h: &&HopInfo| point.option.is_some() && h.name == "service";
    let before = point.hops.iter().filter(move |h| !last(h));
    before.chain(point.hops.iter().filter(last)).filter(drawn)
}

fn total(row: &Row) -> f64 {
    drawn(row.point).map(|h| h.mean_ms).sum()
}

/// For people: `Zone leg to the ALB`.
fn title(hop: &HopInfo) -> String {
    let title = clean(if hop.title.is_empty() { &hop.name } else { &hop.title });
    match title.strip_prefix("Zone leg to the ") {
        Some(to @ ("alb" | "nlb")) => format!("Zone leg to the {}", to.to_uppercase()),
        _ => title,
    }
}

/// All hops by first appearance.
fn looks<'a>(rows: &[Row<'a>]) -> Vec<Look<'a>> {
    let mut looks: Vec<Look> = Vec::new();
    for hop in rows.iter().flat_map(|row| drawn(row.point)) {
        let assumed = hop.grade == "D";
        match looks.iter_mut().find(|l| l.name == hop.name) {
            Some(look) => look.assumed |= assumed,
            None => looks.push(Look { name: &hop.name, title: title(hop), paint: 0, assumed }),
        }
    }
    let paints = hop_paints(&looks.iter().map(|l| l.name).collect::<Vec<_>>());
    looks.iter_mut().zip(paints).for_each(|(look, paint)| look.paint = paint);
    looks
}

/// The bars at every place of the slider.
fn followed(results: &Results, place: &str, rows: &[Row], looks: &[Look]) -> Option<Follow> {
    let (sweep, places) = follow::followed(results)?;
    let bar = |(i, row): (usize, &Row)| {
        let points = follow::points(&sweep, &places, row.index);
        let segment = |hop: &HopInfo| {
            let look = looks.iter().find(|look| look.name == hop.name)?;
            let mean = |point: &Option<&Point>| {
                let point = (*point)?;
                let hop = drawn(point).find(|there| there.name == hop.name)?;
                Some(follow::mean_of(point, &hop.name, hop.mean_ms))
            };
            let assumed = hop.grade == "D";
            let paint = paint(look.paint, assumed);
            let ink = if assumed { Paint::Ink } else { paint.text_on() };
            let means: Vec<Option<Estimate>> = points.iter().map(mean).collect();
            let name = format!("{}{}", look.title, if assumed { ", assumed" } else { "" });
            Some(Segment { name, fill: fill(paint, NAME_OF_CHART), ink: ink.themed(), mean: follow::with_ends(&means) })
        };
        let top = TOP + ROW * i as f64 + NAME;
        Bar { option: row.index, top, height: BAR, segments: drawn(row.point).filter_map(segment).collect() }
    };
    let bars = rows.iter().enumerate().map(bar).collect();
    Some(Follow { place: place.to_string(), bars, ..Follow::default() })
}

fn bar(canvas: &Canvas, row: &Row, x: Axis, top: f64, looks: &[Look]) {
    let mut sum = 0.0;
    for hop in drawn(row.point) {
        let (from, to) = (x.at(sum), x.at(sum + hop.mean_ms));
        sum += hop.mean_ms;
        let index = looks.iter().find(|l| l.name == hop.name).map_or(0, |l| l.paint);
        let assumed = hop.grade == "D";
        // A hair of page between neighbours, but never more than the segment itself.
        let gap = 1.0_f64.min((to - from) / 3.0);
        canvas.rect((from, top), (to - from - gap, BAR), paint(index, assumed), 1.0);
        let evidence = if assumed { ", assumed" } else { "" };
        let mean = follow::mean_of(row.point, &hop.name, hop.mean_ms);
        let around = match (mean.low, mean.high) {
            (Some(low), Some(high)) if low != high => format!(" ({} – {})", measured(low), measured(high)),
            _ => String::new(),
        };
        let said = format!("{}{evidence}: {}{around}", title(hop), measured(hop.mean_ms));
        canvas.spot(Spot::new((from, top), (to - from, BAR), (!row.number.is_empty()).then_some(row.index), &said));
        let (words, middle) = (figure(hop.mean_ms), ((from + to - gap) / 2.0, top + BAR / 2.0));
        if text::width(&words, 11.0, false) + 8.0 > to - from {
            continue;
        }
        if assumed {
            canvas.boxed(middle, &words, Tie::Middle, Type::plain(11.0, Paint::Ink));
        } else {
            canvas.text(middle, &words, Tie::Middle, Type::plain(11.0, Paint::Hop(index).text_on()));
        }
    }
    canvas.text((x.at(sum) + 7.0, top + BAR / 2.0), &measured(sum), Tie::Left, Type::bold(12.0, Paint::Ink));
}

fn describe(rows: &[Row], place: &str) -> String {
    let one = |row: &Row| {
        let largest = drawn(row.point).max_by(|a, b| a.mean_ms.total_cmp(&b.mean_ms))?;
        Some(format!("{} {}, most of it in {}", clean(&row.title), measured(total(row)), title(largest)))
    };
    let each: Vec<String> = rows.iter().filter_map(one).collect();
    format!("Mean latency by hop{place}: {}.", list(&each))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn the_service_stands_behind_all_ways_to_it() {
        let hop = |name: &str, mean_ms: f64| HopInfo { name: name.into(), mean_ms, ..HopInfo::default() };
        let hops = vec![hop("http-api", 1.0), hop("service", 9.0), hop("rest-api", 2.0), hop("waf", 0.0)];
        let of = |option: Option<&str>| {
            let option = option.map(String::from);
            let point = crate::results::Point { option, stable: true, hops: hops.clone(), ..Default::default() };
            drawn(&point).map(|hop| hop.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(Some("as-built")), ["http-api", "rest-api", "service"]);
        assert_eq!(of(None), ["http-api", "service", "rest-api"], "a path that somebody wrote stands as it is");
    }

    #[test]
    fn hops_keep_their_colour_in_every_chart() {
        let mut results = fixture::five_options();
        let of = |results: &Results, name: &str| {
            looks(&rows(results).0).iter().find(|l| l.name == name).map(|l| (l.paint, l.assumed))
        };
        let whole = (of(&results, "service"), of(&results, "vpc-link-v2"));
        assert!(whole.0.is_some() && whole.1.unwrap().1);
        results.points.retain(|p| p.option.as_deref() == Some("rest-alb-direct"));
        assert_eq!((of(&results, "service"), of(&results, "vpc-link-v2")), whole);
        let leg = HopInfo { name: "zone-leg-alb".into(), title: "Zone leg to the alb".into(), ..HopInfo::default() };
        assert_eq!(title(&leg), "Zone leg to the ALB");
    }
}
