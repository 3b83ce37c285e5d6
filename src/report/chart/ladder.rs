//! The chart `ladder`: how many services each option holds, and what stops it, quota after quota.

use super::axis::{Axis, Scale, Unit, tick_row};
use super::canvas::{Canvas, Dash, Part, Stroke, Tie, Type, span};
use super::label::{HEADING, Lanes, WIDTH, key, name, name_indent, over};
use super::plot::{Along, Plot, Spot};
use super::style::Paint;
use super::text::{self, bold, clean, count, cut};
use super::{Chart, Face};
use crate::results::{Ceiling, GrowthAsked, OptionInfo, Results};

const LEFT: f64 = 2.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = HEADING + 22.0;
const BAR: f64 = 14.0;
const LINE: f64 = 14.0;
const SMALL: Type = Type::plain(11.0, Paint::Muted);

/// A place on an option's bar.
struct Rung {
    services: f64,
    words: String,
}

/// A word near a bar: where, and in which line away from the bar.
struct Word {
    x: f64,
    tie: Tie,
    lane: usize,
    text: String,
}

/// One option, laid out.
struct Row {
    index: u8,
    title: String,
    /// Structure, up to the first that cannot be raised.
    rungs: Vec<Rung>,
    traffic: Vec<Rung>,
    /// Lines away from the bar, upwards; the title is in the last.
    above: Vec<Word>,
    below: Vec<Word>,
    lines_above: usize,
    lines_below: usize,
}

/// Services that every option holds by structure, solid on today's quotas and hatched after each raise, with traffic limits as
/// diamonds and the reader's own number as a line. `None` without options.
#[must_use]
pub fn ladder(results: &Results) -> Option<Chart> {
    if results.options.is_empty() {
        return None;
    }
    let face = Face {
        name: "ladder",
        title: "How many services each option holds".into(),
        subtitle: "by structure, a rung for each quota that stops it, up to the first that cannot be raised".into(),
        description: describe(results),
    };
    let mut rows: Vec<Row> = results.options.iter().zip(0..u8::MAX).map(|(o, i)| row(results, o, i)).collect();
    let rungs = || rows.iter().flat_map(|r| r.rungs.iter().chain(&r.traffic)).map(|r| r.services);
    if rungs().next().is_none() {
        return Some(face.empty("no quota is known to stop any option"));
    }
    let own = results.wanted.services.map(f64::from).filter(|n| *n > 0.0);
    let least = rungs().chain(own).filter(|s| *s >= 1.0).fold(f64::INFINITY, f64::min);
    let grown = results.growth_asked.as_ref().map(|asked| (f64::from(asked.services), asked.horizon_months));
    let most = rungs().chain(own).chain(grown.map(|grown| grown.0)).fold(1.0, f64::max);
    let least = if least.is_finite() { least } else { 1.0 };
    let x = Axis::new(Scale::Log, Unit::Number, ((least / 2.5).max(0.5), (most * 1.1).max(least * 4.0)), (LEFT, RIGHT));
    rows.iter_mut().for_each(|r| lay_out(r, x));
    let height = |r: &Row| LINE * (r.lines_above + r.lines_below) as f64 + BAR + 10.0;
    let bottom = TOP + rows.iter().map(height).sum::<f64>();
    Some(face.chart((WIDTH, bottom + 48.0), |canvas| {
        let ticks = x.ticks();
        for tick in ticks.iter().filter(|t| t.label.is_some()) {
            let at = x.at(tick.value);
            canvas.line(&[(at, TOP), (at, bottom)], Stroke(Paint::Faint, 1.0, Dash::Solid));
        }
        tick_row(canvas, x, &ticks, bottom + 8.0);
        let mut top = TOP;
        for row in &rows {
            canvas.part(Part::Option(row.index), || bars(canvas, row, x, top + LINE * row.lines_above as f64));
            top += height(row);
        }
        canvas.plot(Plot { x: Some(Along::new(x, "services", true)), ..Plot::default() });
        let mut lanes = Lanes::new(1, LEFT, WIDTH);
        let mut mark = |at: f64, words: String, dash| {
            canvas.line(&[(x.at(at), TOP - 6.0), (x.at(at), bottom)], Stroke(Paint::Ink, 1.6, dash));
            over(canvas, &mut lanes, x.at(at), TOP - 13.0, (&words, ""), Paint::Ink);
        };
        if let Some(own) = own {
            let services = if own == 1.0 { "service" } else { "services" };
            mark(own, format!("your {} {services}", count(own)), Dash::Solid);
        }
        if let Some((services, months)) = grown {
            mark(services, format!("{} in {} months", count(services), text::number(months)), Dash::Dashed);
        }
        let mut top = TOP;
        for row in &rows {
            canvas.part(Part::Option(row.index), || words(canvas, row, x, top + LINE * row.lines_above as f64));
            spots(canvas, row, x, top + LINE * row.lines_above as f64);
            top += height(row);
        }
        legend(canvas, bottom + 34.0, rows.iter().any(|row| !row.traffic.is_empty()));
    }))
}

fn row(results: &Results, option: &OptionInfo, index: u8) -> Row {
    let of = |kind: &str| {
        let mut mine: Vec<&Ceiling> =
            results.ceilings.iter().filter(|c| c.option == option.name && c.kind == kind).collect();
        mine.sort_by_key(|c| c.services);
        mine
    };
    let mut structure = of("structure");
    if let Some(wall) = structure.iter().position(|c| !c.adjustable) {
        // Every rung tied with the wall still counts.
        let at = structure[wall].services;
        structure.retain(|c| c.services <= at);
    }
    Row {
        index,
        title: super::select::title_of(results, Some(&option.name)),
        rungs: merged(&structure),
        traffic: merged(&of("traffic")),
        above: Vec::new(),
        below: Vec::new(),
        lines_above: 1,
        lines_below: 1,
    }
}

/// One rung for each number of services, however many quotas stop there.
fn merged(ceilings: &[&Ceiling]) -> Vec<Rung> {
    let mut out: Vec<(Rung, usize)> = Vec::new();
    for ceiling in ceilings {
        let services = f64::from(ceiling.services);
        match out.last_mut() {
            Some((rung, more)) if rung.services == services => *more += 1,
            _ => out.push((Rung { services, words: short(&ceiling.name) }, 0)),
        }
    }
    let named = |(rung, more): (Rung, usize)| match more {
        0 => rung,
        _ => Rung { words: format!("{} and {more} more", rung.words), ..rung },
    };
    out.into_iter().map(named).collect()
}

/// A quota's name up to its first comma, behind which the tables keep the unit, and no wider than a third of the chart.
fn short(name: &str) -> String {
    let name = clean(name);
    cut(name.split(',').next().unwrap_or(&name), SMALL.size, false, 190.0)
}

/// Places the words of a row: the title first, then the first rung and the wall, then what still fits.
fn lay_out(row: &mut Row, x: Axis) {
    let mut below = Lanes::new(2, LEFT, WIDTH);
    let last = row.rungs.len().saturating_sub(1);
    let mut order: Vec<usize> = (0..row.rungs.len()).collect();
    order.sort_by_key(|&i| (i != 0 && i != last, i));
    for i in order {
        let rung = &row.rungs[i];
        let at = x.within(rung.services);
        let text = format!("{} {}", bold(&count(rung.services)), rung.words);
        let places = [0, 1].into_iter().flat_map(|lane| [Tie::Right, Tie::Middle, Tie::Left].map(|tie| (lane, tie)));
        let found = places.into_iter().find(|&(lane, tie)| below.take_in(lane, span(at, &text, tie, SMALL)));
        if let Some((lane, tie)) = found {
            row.below.push(Word { x: at, tie, lane, text });
        }
    }
    row.lines_below = row.below.iter().map(|w| w.lane + 1).max().unwrap_or(0).max(1);
    let mut above = Lanes::new(2, LEFT, WIDTH);
    row.title = cut(&row.title, 12.0, false, 380.0);
    above.take_in(0, (LEFT, LEFT + name_indent("99", 12.0) + text::width(&row.title, 12.0, false)));
    if let Some(rung) = row.traffic.first() {
        let at = x.within(rung.services);
        let text = format!("{} {}", bold(&count(rung.services)), rung.words);
        for (lane, tie) in [(0, Tie::Left), (1, Tie::Left), (1, Tie::Right), (1, Tie::Middle)] {
            let from = match tie {
                Tie::Left => at + 8.0,
                Tie::Middle => at,
                Tie::Right => at - 8.0,
            };
            if above.take_in(lane, span(from, &text, tie, SMALL)) {
                row.above.push(Word { x: from, tie, lane, text });
                row.lines_above = lane + 1;
                break;
            }
        }
    }
}

fn bars(canvas: &Canvas, row: &Row, x: Axis, top: f64) {
    let paint = Paint::Series(row.index);
    let Some((first, last)) = row.rungs.first().zip(row.rungs.last()) else { return };
    let (stop, end) = (x.within(first.services), x.within(last.services));
    canvas.rect((LEFT, top), (stop - LEFT, BAR), paint, 1.0);
    canvas.rect((stop, top), (end - stop, BAR), Paint::Hatch(row.index), 1.0);
    for rung in &row.rungs {
        let at = x.within(rung.services);
        canvas.line(&[(at, top - 1.0), (at, top + BAR + 3.0)], Stroke(paint, 2.0, Dash::Solid));
    }
}

fn words(canvas: &Canvas, row: &Row, x: Axis, top: f64) {
    let line = top - LINE * row.lines_above as f64 + 5.0;
    let number = (row.index + 1).to_string();
    name(canvas, (LEFT, line), (&number, Paint::Series(row.index)), &row.title, (12.0, WIDTH));
    // Only the first: a raised throttle meets the next limit, but the tables tell that better than a row of diamonds.
    if let Some(rung) = row.traffic.first() {
        let at = x.within(rung.services);
        canvas.line(&[(at, top - 6.0), (at, top + BAR)], Stroke(Paint::Ink, 1.0, Dash::Solid));
        canvas.diamond((at, top - 6.0), 4.5, Paint::Ink);
    }
    for word in &row.above {
        let y = line + LINE * word.lane as f64;
        canvas.boxed((word.x, y), &word.text, word.tie, Type::plain(11.0, Paint::Ink));
    }
    for word in &row.below {
        let y = top + BAR + 10.0 + LINE * word.lane as f64;
        canvas.boxed((word.x, y), &word.text, word.tie, SMALL);
    }
    if row.rungs.is_empty() {
        canvas.text((LEFT, top + BAR / 2.0), "no structural quota stops it", Tie::Left, SMALL);
    }
}

/// What every rung and the first traffic limit say under the pointer.
fn spots(canvas: &Canvas, row: &Row, x: Axis, top: f64) {
    let say = |rung: &Rung, kind: &str, y: f64| {
        let text = format!("{} services, {kind}{}", count(rung.services), rung.words);
        canvas.spot(Spot::new((x.within(rung.services) - 4.0, y), (8.0, BAR + 4.0), Some(row.index), &text));
    };
    row.rungs.iter().for_each(|rung| say(rung, "", top));
    row.traffic.first().into_iter().for_each(|rung| say(rung, "traffic: ", top - 10.0));
}

/// The key, of the limits of traffic only where a row has one.
fn legend(canvas: &Canvas, top: f64, traffic: bool) {
    let mut words = vec!["on today's quotas (structure)".to_string(), "once the quota before it is raised".to_string()];
    words.extend(traffic.then(|| "first traffic limit".to_string()));
    key(canvas, top, WIDTH, &words, |i, x, y| match i {
        0 => canvas.rect((x, y - 5.0), (16.0, 10.0), Paint::Series(4), 1.0),
        1 => canvas.rect((x, y - 5.0), (16.0, 10.0), Paint::Hatch(4), 1.0),
        _ => canvas.diamond((x + 8.0, y), 4.5, Paint::Ink),
    });
}

fn describe(results: &Results) -> String {
    let one = |option: &OptionInfo, i: u8| {
        let row = row(results, option, i);
        let first = row.rungs.first()?;
        let traffic = row.traffic.first().map(|t| format!(" (traffic: {})", count(t.services)));
        Some(format!("option {} {}{}", i + 1, count(first.services), traffic.unwrap_or_default()))
    };
    let each: Vec<String> = results.options.iter().zip(0..u8::MAX).filter_map(|(o, i)| one(o, i)).collect();
    let own = results.wanted.services.map(|n| format!(", against your {n}")).unwrap_or_default();
    let grown =
        |asked: &GrowthAsked| format!(" and {} in {} months", asked.services, text::number(asked.horizon_months));
    let grown = results.growth_asked.as_ref().map(grown).unwrap_or_default();
    let each = if each.is_empty() { String::new() } else { format!(": {}", text::list(&each)) };
    format!("Services that each option holds on today's quotas{own}{grown}{each}.")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn the_ladder_ends_at_the_first_wall_and_merges_ties() {
        let mut results = fixture::five_options();
        let places = |row: &Row| row.rungs.iter().map(|r| r.services as u32).collect::<Vec<_>>();
        let first = row(&results, &results.options[0], 0);
        assert_eq!(places(&first), [50, 908, 1_664, 3_000]);
        assert_eq!(first.rungs[3].words, "target groups and 1 more");
        assert_eq!(first.traffic[0].words, "account throttle");
        results.ceilings.iter_mut().filter(|c| c.services == 908).for_each(|c| c.adjustable = false);
        assert_eq!(places(&row(&results, &results.options[0], 0)), [50, 908]);
    }

    #[test]
    fn every_word_has_its_own_place() {
        let results = fixture::five_options();
        let x = Axis::new(Scale::Log, Unit::Number, (8.0, 3_300.0), (LEFT, RIGHT));
        for (option, i) in results.options.iter().zip(0..) {
            let mut row = row(&results, option, i);
            lay_out(&mut row, x);
            assert!(row.below.len() >= 2, "the first rung and the wall are named");
            let spans: Vec<_> = row.below.iter().map(|w| (w.lane, span(w.x, &w.text, w.tie, SMALL))).collect();
            for (n, (lane, (from, to))) in spans.iter().enumerate() {
                let free = |(other, (a, b)): &(usize, (f64, f64))| other != lane || b <= from || to <= a;
                assert!(spans[n + 1..].iter().all(free), "option {i}: {spans:?}");
            }
        }
    }

    #[test]
    fn the_description_holds_the_numbers() {
        let chart = ladder(&fixture::five_options()).unwrap();
        assert!(chart.description.contains("against your 60: option 1 50 (traffic: 200), option 2 20"));
        let mut growing = fixture::five_options();
        let asked = GrowthAsked { services: 132, horizon_months: 36.0, ..GrowthAsked::default() };
        growing.growth_asked = Some(asked);
        let chart = ladder(&growing).unwrap();
        assert!(
            chart.description.contains("against your 60 and 132 in 36 months: option 1 50"),
            "{}",
            chart.description
        );
    }
}
