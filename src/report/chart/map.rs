//! The chart `map`: which limit is nearest over services and rate, a panel for each option.

use std::collections::BTreeMap;

use super::axis::TICK;
use super::canvas::{At, Canvas, Dash, Part, Stroke, Tie, Type, span};
use super::label::{HEADING, WIDTH, key, name};
use super::plot::Spot;
use super::style::{Paint, heat};
use super::text::{self, count, number};
use super::{Chart, Face};
use crate::results::{MapCell, Results};

/// Width of a chart with more than one panel.
const WIDE: f64 = 1140.0;
const GAP: f64 = 24.0;
/// Room for the rates at the left of a panel.
const RATES: f64 = 46.0;
/// Room for title above and services below the cells.
const ABOVE: f64 = 26.0;
const BELOW: f64 = 34.0;
const SERVICE: Paint = Paint::Fixed(128, 0, 38);
const QUOTA: Paint = Paint::Fixed(214, 219, 225);

/// One option's cells by rate (as ordered bits) and services.
struct Panel<'a> {
    index: u8,
    title: String,
    services: Vec<u32>,
    rates: Vec<f64>,
    cells: BTreeMap<(u32, u64), &'a MapCell>,
}

/// Load of the nearest traffic limit in per cent over services and rate, and what stops each cell. `None` without a map.
#[must_use]
pub fn map(results: &Results) -> Option<Chart> {
    if results.map.is_empty() {
        return None;
    }
    let panels: Vec<Panel> = panels(results);
    let columns = panels.len().clamp(1, 3);
    let columns = if panels.len() == 4 { 2 } else { columns };
    let width = if columns == 1 { WIDTH } else { WIDE };
    let face = Face {
        name: "map",
        title: "Which limit is met first".into(),
        subtitle: "per cent of the nearest traffic limit, by services (across) and requests/s of each of them (up)"
            .into(),
        description: describe(results, &panels),
    };
    if panels.is_empty() {
        return Some(face.empty("no cell belongs to an option"));
    }
    let panel = (width - GAP * (columns - 1) as f64) / columns as f64;
    let tallest = panels.iter().map(|p| p.rates.len()).max().unwrap_or(1).max(1) as f64;
    let high = (260.0 / tallest).clamp(9.0, 28.0);
    let step = ABOVE + high * tallest + BELOW + 8.0;
    let bottom = HEADING + step * panels.len().div_ceil(columns) as f64;
    Some(face.chart((width, bottom + if width > WIDTH { 24.0 } else { 58.0 }), |canvas| {
        for (i, one) in panels.iter().enumerate() {
            let at = ((panel + GAP) * (i % columns) as f64, HEADING + step * (i / columns) as f64);
            canvas.part(Part::Option(one.index), || draw_panel(canvas, results, one, at, (panel, high)));
        }
        legend(canvas, bottom + 10.0, width, panels.iter().any(|p| own(results, p).is_some()));
    }))
}

fn panels(results: &Results) -> Vec<Panel<'_>> {
    let known = results.options.iter().zip(0..u8::MAX).map(|(option, index)| {
        let mine = results.map.iter().filter(|c| c.option == option.name && c.rate_per_service.is_finite());
        // Positive floats order like their bits.
        let cells: BTreeMap<(u32, u64), &MapCell> =
            mine.map(|c| ((c.services, c.rate_per_service.max(0.0).to_bits()), c)).collect();
        let mut services: Vec<u32> = cells.keys().map(|k| k.0).collect();
        services.dedup();
        let mut rates: Vec<u64> = cells.keys().map(|k| k.1).collect();
        rates.sort_unstable();
        rates.dedup();
        let rates = rates.into_iter().map(f64::from_bits).collect();
        Panel { index, title: super::select::title_of(results, Some(&option.name)), services, rates, cells }
    });
    known.filter(|p| !p.cells.is_empty()).collect()
}

fn draw_panel(canvas: &Canvas, results: &Results, panel: &Panel, (left, top): At, (width, high): At) {
    let place = (panel.index + 1).to_string();
    let at = (left + 2.0, top + 10.0);
    name(canvas, at, (&place, Paint::Series(panel.index)), &panel.title, (12.0, left + width));
    let (from, top) = (left + RATES, top + ABOVE);
    let wide = (width - RATES) / panel.services.len() as f64;
    let bottom = top + high * panel.rates.len() as f64;
    column_labels(canvas, results, panel, (from, bottom + 10.0), wide);
    canvas.text((left + width, bottom + 25.0), "services", Tie::Right, TICK);
    let every = (12.0 / high).ceil() as usize;
    for (row, rate) in panel.rates.iter().enumerate() {
        let y = bottom - high * (row as f64 + 1.0);
        if row % every == 0 {
            canvas.text((from - 6.0, y + high / 2.0), &format!("{}/s", number(*rate)), Tie::Right, TICK);
        }
        for (column, services) in panel.services.iter().enumerate() {
            if let Some(cell) = panel.cells.get(&(*services, rate.to_bits())) {
                let at = (from + wide * column as f64, y);
                draw_cell(canvas, cell, at, (wide, high));
                canvas.spot(spot(cell, panel.index, at, (wide, high)));
            }
        }
    }
    if let Some((column, row)) = own(results, panel) {
        let at = (from + wide * column as f64, bottom - high * (row as f64 + 1.0));
        canvas.outline(at, (wide, high), Stroke(Paint::Own, 2.6, Dash::Solid));
    }
}

/// Numbers of services below the columns: short where the long ones do not fit, and the reader's own before all others.
fn column_labels(canvas: &Canvas, results: &Results, panel: &Panel, (from, height): At, wide: f64) {
    let fits = |words: &str| text::width(words, TICK.size, false) + 3.0 <= wide;
    let all_fit = panel.services.iter().all(|n| fits(&count(f64::from(*n))));
    let own = |n: u32| results.wanted.services == Some(n);
    let mut order: Vec<usize> = (0..panel.services.len()).collect();
    order.sort_by_key(|&i| (!own(panel.services[i]), i));
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for column in order {
        let services = panel.services[column];
        let at = from + wide * (column as f64 + 0.5);
        let words = if all_fit { count(f64::from(services)) } else { short_count(services) };
        let look = if own(services) { Type::bold(TICK.size, Paint::Own) } else { TICK };
        let (a, b) = span(at, &words, Tie::Middle, look);
        if taken.iter().all(|(c, d)| b + 2.0 <= *c || *d + 2.0 <= a) {
            canvas.text((at, height), &words, Tie::Middle, look);
            taken.push((a, b));
        }
    }
}

/// `950`, `1k`, `2.5k`, `3M`; a count that has more digits than that stays as it is.
fn short_count(n: u32) -> String {
    let (unit, letter) = if n >= 1_000_000 { (1_000_000, "M") } else { (1_000, "k") };
    match n {
        0..1_000 => n.to_string(),
        _ if n.is_multiple_of(unit) => format!("{}{letter}", n / unit),
        _ if n.is_multiple_of(unit / 10) => format!("{}.{}{letter}", n / unit, n / (unit / 10) % 10),
        _ => count(f64::from(n)),
    }
}

/// Fill, word and whether it carries the corner of a quota, for a cell.
fn look(cell: &MapCell) -> (Paint, String, bool) {
    let load = if cell.load.is_finite() { number((cell.load * 100.0).round()) } else { "–".into() };
    match cell.stopped_by.as_str() {
        // Nothing is left there, whatever the cell says of what stops it.
        "ok" | "" if cell.load > 1.0 => (SERVICE, "full".into(), false),
        "service" if cell.load >= 1.0 => (SERVICE, "full".into(), false),
        "throttle" => (Paint::Shut, "429".into(), false),
        "service" if cell.by.starts_with("latency.") => {
            let metric = cell.by["latency.".len()..].split_whitespace().next().unwrap_or("");
            (SERVICE, metric.replace('_', "."), false)
        }
        "service" if cell.by.contains(['<', '>']) => (SERVICE, "miss".into(), false),
        "service" => (SERVICE, "full".into(), false),
        "quota" => (QUOTA, load, true),
        _ => (heat(cell.load), load, false),
    }
}

fn draw_cell(canvas: &Canvas, cell: &MapCell, (x, y): At, (wide, high): At) {
    let (paint, words, corner) = look(cell);
    let (wide, high) = (wide - 1.0, high - 1.0);
    canvas.rect((x, y), (wide, high), paint, 1.0);
    if corner {
        let leg = (high * 0.42).min(wide * 0.42);
        canvas.polygon(&[(x + wide - leg, y), (x + wide, y), (x + wide, y + leg)], Paint::Shut, 1.0);
    }
    let ty = Type { size: 10.5, bold: paint == SERVICE || paint == Paint::Shut, paint: paint.text_on() };
    if text::width(&words, ty.size, ty.bold) + 3.0 <= wide && high >= 11.0 {
        canvas.text((x + wide / 2.0, y + high / 2.0), &words, Tie::Middle, ty);
    }
}

/// What a cell says under the pointer.
fn spot(cell: &MapCell, option: u8, at: At, size: At) -> Spot {
    let state = match cell.stopped_by.as_str() {
        "ok" | "" => String::new(),
        _ => format!("; stopped by {}", text::clean(&cell.by)),
    };
    let load = if cell.load.is_finite() { number((cell.load * 100.0).round()) } else { "–".into() };
    let text = format!("{}/s each: {load} %{state}", number(cell.rate_per_service));
    Spot { services: Some(cell.services), ..Spot::new(at, size, Some(option), &text) }
}

/// Column and row of the reader's own cell, where the map has exactly that.
fn own(results: &Results, panel: &Panel) -> Option<(usize, usize)> {
    let (services, rate) = (results.wanted.services?, results.wanted.rate_per_service?);
    let column = panel.services.iter().position(|n| *n == services)?;
    let row = panel.rates.iter().position(|r| (r - rate).abs() <= 1e-9 * rate.abs())?;
    panel.cells.contains_key(&(services, panel.rates[row].to_bits())).then_some((column, row))
}

/// The last entry only where a panel has the reader's own cell.
fn legend(canvas: &Canvas, top: f64, width: f64, own: bool) {
    let words = [
        "load, per cent of the nearest traffic limit",
        "needs a quota first",
        "account throttled (429)",
        "full (100 % or more), or objective missed",
        "yours",
    ];
    let words = words.map(String::from);
    let shown = if own { &words[..] } else { &words[..words.len() - 1] };
    key(canvas, top, width, shown, |i, x, y| {
        let (at, size) = ((x, y - 6.0), (16.0, 12.0));
        match i {
            0 => (0..4).for_each(|k| {
                canvas.rect((x + 4.0 * f64::from(k), y - 6.0), (4.0, 12.0), heat(f64::from(k) * 0.3), 1.0)
            }),
            1 => {
                canvas.rect(at, size, QUOTA, 1.0);
                canvas.polygon(&[(x + 9.0, y - 6.0), (x + 16.0, y - 6.0), (x + 16.0, y + 1.0)], Paint::Shut, 1.0);
            }
            2 => canvas.rect(at, size, Paint::Shut, 1.0),
            3 => canvas.rect(at, size, SERVICE, 1.0),
            _ => canvas.outline(at, size, Stroke(Paint::Own, 2.4, Dash::Solid)),
        }
    });
}

fn describe(results: &Results, panels: &[Panel]) -> String {
    let one = |panel: &Panel| {
        let (column, row) = own(results, panel)?;
        let cell = panel.cells.get(&(panel.services[column], panel.rates[row].to_bits()))?;
        let state = match cell.stopped_by.as_str() {
            "ok" | "" => format!("at {} %", number((cell.load * 100.0).round())),
            _ => format!("stopped by {}", text::clean(&cell.by)),
        };
        Some(format!("option {} is {state}", panel.index + 1))
    };
    let each: Vec<String> = panels.iter().filter_map(one).collect();
    let own = if each.is_empty() { String::new() } else { format!("; at your own point {}", text::list(&each)) };
    format!("Load of the nearest traffic limit over services and rate for each option{own}.")
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_cell_says_what_stops_it() {
        let cell = |stopped_by: &str, by: &str| MapCell {
            load: 0.36,
            stopped_by: stopped_by.into(),
            by: by.into(),
            ..MapCell::default()
        };
        assert_eq!(look(&cell("ok", "")), (heat(0.36), "36".into(), false));
        assert_eq!(look(&cell("quota", "ALBs")), (QUOTA, "36".into(), true));
        assert_eq!(look(&cell("throttle", "account throttle")).1, "429");
        assert_eq!(look(&cell("service", "latency.p99_9 <= 250ms")).1, "p99.9");
        assert_eq!(look(&cell("service", "service targets")).1, "full");
        assert_eq!(look(&cell("service", "outcome.ok >= 0.999")).1, "miss");
        for stopped_by in ["ok", "service"] {
            let full = MapCell { load: 1.01, ..cell(stopped_by, "latency.p99 <= 250ms") };
            assert_eq!(look(&full), (SERVICE, "full".into(), false));
        }
    }

    #[test]
    fn only_the_own_cell_is_outlined() {
        let mut results = fixture::five_options();
        let at = |results: &Results| own(results, &panels(results)[0]);
        assert_eq!(at(&results), Some((3, 2)));
        results.wanted.services = Some(61);
        assert_eq!(at(&results), None);
        results.wanted.services = Some(60);
        results.wanted.rate_per_service = Some(51.0);
        assert_eq!(at(&results), None);
    }

    #[test]
    fn long_counts_are_shortened() {
        assert_eq!([950, 1_000, 2_500, 2_371, 3_000_000].map(short_count), ["950", "1k", "2.5k", "2,371", "3M"]);
    }
}
