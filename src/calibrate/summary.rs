//! What was read, for people: rows and what became of them, times of each part of the path, arrivals, statuses, services.

use super::arrivals::Series;
use super::cloudwatch::Metrics;
use super::fields::iso_text;
use super::join::Joined;
use super::tally::{Api, Service, Tally};
use super::times::Times;

/// Quantiles that are shown.
pub(super) const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// Services of which it is said how busy they are: those with most requests.
const BUSY: usize = 4;

/// A whole number with a comma between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds, to the digit that the resolution allows.
fn ms(value: Option<f64>, resolution_ms: f64) -> String {
    let decimals = if resolution_ms < 0.1 { 3 } else { 2 };
    value.map_or_else(|| "-".into(), |ms| format!("{ms:.decimals$}"))
}

/// Rows of cells with each column as wide as it must be; the first to the left, all others to the right.
fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (column, cell) in row.iter().enumerate() {
            let width = width(column).unwrap_or(0);
            let cell = if column == 0 { format!(" {cell:width$}") } else { format!("  {cell:>width$}") };
            line.push_str(&cell);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What became of the rows of logs.
#[must_use]
pub fn rows(tally: &Tally) -> String {
    let mut text = format!("{} rows, {} used\n", grouped(tally.rows), grouped(tally.used));
    for (why, refused) in &tally.refused {
        let places: Vec<String> = refused.first.iter().map(|place| format!("{}:{}", place.file, place.line)).collect();
        let more = if refused.count > places.len() as u64 { ", ..." } else { "" };
        text += &format!("  refused {}: {why} ({}{more})\n", grouped(refused.count), places.join(", "));
    }
    for (why, count) in &tally.without {
        text += &format!("  used in part {}: {why}\n", grouped(*count));
    }
    let whole = tally.slots.whole();
    for (part, longer) in &whole.longer {
        let share = 100.0 * longer.n() as f64 / (whole.times.get(part).map_or(0, Times::n) + longer.n()) as f64;
        text += &format!(
            "  {}: {} times ({share:.2} %) were cut off after {} ms and more: the law counts each as longer than that\n",
            part.name(),
            grouped(longer.n()),
            grouped(longer.range_ticks().map_or(0, |range| range.0))
        );
    }
    for (part, cut) in &tally.cut_off {
        let share = 100.0 * *cut as f64 / (whole.times.get(part).map_or(0, Times::n) + cut) as f64;
        text += &format!(
            "  {}: the tail is understated: {} rows ({share:.1} %) were cut off (460 or 504), their times are not known\n",
            part.name(),
            grouped(*cut)
        );
    }
    for remark in &tally.remarks {
        text += &format!("  {remark}\n");
    }
    text + &two_apis(tally)
}

/// That rows of a REST and of an HTTP API stand in one log, whose overheads differ; empty where they do not.
#[must_use]
pub fn two_apis(tally: &Tally) -> String {
    let (Some(rest), Some(http)) = (tally.apis.get(&Api::Rest), tally.apis.get(&Api::Http)) else {
        return String::new();
    };
    let first = |api: Api| {
        let place = tally.first_of.get(&api);
        place.map_or_else(String::new, |place| format!(", the first {}:{}", printable(&place.file), place.line))
    };
    format!(
        "  rows of two kinds of APIs are taken as one: {} with `resourcePath` (REST{}), {} with `routeKey` (HTTP{});\n  \
         their overheads differ: calibrate each API's log by itself\n",
        grouped(*rest),
        first(Api::Rest),
        grouped(*http),
        first(Api::Http)
    )
}

/// Times of each part of the path.
#[must_use]
pub fn times(tally: &Tally) -> String {
    let whole = tally.slots.whole();
    let heads = ["times in ms", "requests", "resolution", "mean", "p50", "p90", "p99", "p99.9", "longest"];
    let mut rows = vec![heads.map(String::from).to_vec()];
    let row = |name: &str, times: &Times| {
        let resolution = times.resolution_ms();
        let mut row =
            vec![name.to_string(), grouped(times.n()), resolution.to_string(), ms(times.mean_ms(), resolution)];
        // Below 10 rows beyond it a quantile says nothing.
        let quantile = |q: f64| times.quantile_ms(q).filter(|_| (1.0 - q) * times.n() as f64 >= 10.0 || q <= 0.5);
        let longest = times.range_ticks().map(|(_, max)| max as f64 * resolution);
        // The step of the longest time reaches beyond it: quantiles that fall there are not shown as longer.
        let no_longer = |value: Option<f64>| Some(value?.min(longest?));
        row.extend(QUANTILES.map(|q| ms(no_longer(quantile(q)), resolution)));
        row.push(ms(longest, resolution));
        row
    };
    rows.extend(whole.times.iter().map(|(part, times)| row(part.name(), times)));
    if rows.len() > 1 { table(&rows) } else { String::new() }
}

/// When requests came, and how they ended.
#[must_use]
pub fn arrivals(tally: &Tally) -> String {
    let mut text = String::new();
    if let Some((first, last)) = tally.arrivals.range_us() {
        let n = tally.arrivals.total();
        let busiest = tally.arrivals.bins().map(|(_, count)| count).max().unwrap_or(0);
        text += &format!("{} arrivals from {} to {}", grouped(n), iso_text(first), iso_text(last));
        if last > first && n > 1 {
            text += &format!(", {} a second", rate(Series::of(&tally.arrivals).mean_rate()));
        }
        text += &match tally.arrivals.bin_s() {
            1 => format!("; {} in the busiest second\n", grouped(busiest)),
            bin => format!("; {} in the busiest {} s, the shortest bins kept\n", grouped(busiest), grouped(bin.into())),
        };
    }
    text += &gaps(tally);
    let statuses: Vec<String> = tally.statuses.iter().map(|(status, n)| format!("{status}: {}", grouped(*n))).collect();
    if !statuses.is_empty() {
        text += &format!("statuses {}\n", statuses.join(", "));
    }
    if tally.services.too_many {
        let most = grouped(super::tally::SERVICES as u64);
        text += &format!("services: over {most} names, so none is told apart; log the resource, not the path\n");
    } else if tally.services.unnamed > 0 && tally.services.unnamed < tally.used {
        text += &format!("without a service: {}\n", grouped(tally.services.unnamed));
    }
    text
}

/// Stretches in which nothing came, and how busy services were in the others.
fn gaps(tally: &Tally) -> String {
    let gaps = tally.arrivals.gaps();
    let mut text = String::new();
    if let Some((from, to)) = gaps.first() {
        let more = match gaps.len() - 1 {
            0 => String::new(),
            1 => ", and in a shorter stretch".to_string(),
            shorter => format!(", and in {shorter} shorter stretches"),
        };
        let taken = if tally.arrivals.missing().is_empty() {
            "so many are\n  taken for how the traffic is; if logs are missing, calibrate each piece by itself"
        } else {
            "taken for a\n  log that is missing, so neither rate nor bursts hold it; if nobody came, the true rate is lower"
        };
        text += &format!(
            "  no arrivals from {} to {}{more}: {taken}\n",
            iso_text(from * 1_000_000),
            iso_text(to * 1_000_000)
        );
    }
    let Some((first, last)) = tally.arrivals.range_us() else { return text };
    let span_ms = (last - first) as f64 / 1e3 - gaps.iter().map(|(from, to)| (to - from) as f64 * 1e3).sum::<f64>();
    let busy = |(name, service): &(String, &Service)| {
        let busy = service.times.mean_ms()? * service.times.n() as f64 / span_ms;
        (span_ms >= 1e3).then(|| format!("{} {busy:.3}", printable(name).chars().take(40).collect::<String>()))
    };
    let busy: Vec<String> = tally.services.by_rows().iter().take(BUSY).filter_map(busy).collect();
    if !busy.is_empty() {
        text += &format!("busy on average (rate x mean time): {}\n", busy.join(", "));
    }
    text
}

fn rate(per_second: f64) -> String {
    let decimals = if per_second < 10.0 { 3 } else { 1 };
    format!("{per_second:.decimals$}")
}

/// A name out of a log without what would move a terminal's cursor.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// What two logs say together.
#[must_use]
pub fn joined(joined: &Joined) -> String {
    let Joined { pairs, mean_ms, half_width_ms, if_cut_off_ms, .. } = *joined;
    let spread = if half_width_ms.is_finite() { format!(" +- {half_width_ms:.3} (95 %)") } else { String::new() };
    let mut text = format!(
        "vpc link, nlb and network: mean {mean_ms:.3} ms{spread}, from {} requests that both logs have\n",
        grouped(pairs)
    );
    if if_cut_off_ms > 0.0 {
        text += &format!(
            "  {if_cut_off_ms:.0} ms less if the logs cut milliseconds off instead of rounding them: see --rounding\n"
        );
    }
    if pairs < 10_000 {
        text += "  of fewer than 10,000 requests: a log of milliseconds says little of parts of one\n";
    }
    text += &format!(
        "  gateway only {}, alb only {}, trace id more than once {}, alb longer than the integration {}\n",
        grouped(joined.gateway_only),
        grouped(joined.alb_only),
        grouped(joined.ambiguous),
        grouped(joined.negative)
    );
    text
}

/// Metrics of CloudWatch.
#[must_use]
pub fn metrics(metrics: &Metrics) -> String {
    let mut text = String::new();
    for (metric, curve) in &metrics.curves {
        let n = curve.n().map_or_else(|| "an unknown number of".into(), |n| grouped(n as u64));
        text += &format!("{}: {}, {n} values", metric.name(), periods(curve.periods.len()));
        if let Some(mean) = curve.mean_ms() {
            text += &format!(", mean {mean:.3} ms");
        }
        let quantiles = curve.quantiles();
        let shown: Vec<String> = quantiles.iter().map(|(q, ms)| format!("p{} {ms:.3} ms", rank(*q))).collect();
        text += &if shown.is_empty() { ", no percentiles\n".into() } else { format!(", {}\n", shown.join(", ")) };
        if curve.periods.len() > 1 && !shown.is_empty() {
            text +=
                "  of all periods together, by adding up their distributions: percentiles do not add up themselves\n";
        }
    }
    if !metrics.requests.is_empty() {
        let total: f64 = metrics.requests.values().sum();
        text += &format!("requests: {} in {}", grouped(total as u64), periods(metrics.requests.len()));
        text += &metrics.period_s().map_or_else(|| "\n".into(), |s| format!(" of {} s\n", grouped(s as u64)));
    }
    metrics
        .passed_over
        .iter()
        .for_each(|(label, why)| text += &format!("  passed over `{}`: {why}\n", printable(label)));
    metrics.remarks.iter().for_each(|remark| text += &format!("  {}\n", printable(remark)));
    text
}

/// So many periods.
fn periods(n: usize) -> String {
    format!("{} period{}", grouped(n as u64), if n == 1 { "" } else { "s" })
}

/// A share as the percentile's rank: 0.999 is 99.9.
pub(super) fn rank(share: f64) -> String {
    let rank = format!("{:.3}", share * 100.0);
    rank.trim_end_matches('0').trim_end_matches('.').to_string()
}
