//! Results as CSV tables, one function a file. Columns are named after metrics with the unit last; the order is fixed by `columns`.

mod as_built;
mod columns;
mod planning;
mod points;
mod sensitivity;
mod theory;
mod timeline;

use std::collections::BTreeSet;

use super::types::{Ceiling, Estimate, Results};

pub use as_built::{lints, moves, today};
pub use planning::deployments;
pub use points::{hops, points};
pub use sensitivity::sensitivity;
pub use timeline::{timeline, triggers};

/// The tables that a sweep writes: file name and content. A table without rows is its header.
#[must_use]
pub fn tables(results: &Results) -> Vec<(&'static str, String)> {
    vec![
        ("points.csv", points(results)),
        ("hops.csv", hops(results)),
        ("ceilings.csv", ceilings(results)),
        ("saturation.csv", saturation(results)),
        ("comparisons.csv", comparisons(results)),
        ("sensitivity.csv", sensitivity(results)),
        ("costs.csv", costs(results)),
        ("deployments.csv", deployments(results)),
        ("today.csv", today(results)),
        ("moves.csv", moves(results)),
        ("lints.csv", lints(results)),
        ("timeline.csv", timeline(results)),
        ("triggers.csv", triggers(results)),
    ]
}

/// The ladder of every option, a rung a row. `pressed_by` joins its texts with `; `.
#[must_use]
pub fn ceilings(results: &Results) -> String {
    let header = [
        "option",
        "kind",
        "quota",
        "code",
        "name",
        "limit",
        "used",
        "adjustable",
        "lead_time",
        "services",
        "binding",
        "pressed_by",
        "value_from",
        "source",
        "date",
        "ask",
    ];
    let row = |c: &Ceiling| {
        vec![
            c.option.clone(),
            c.kind.clone(),
            c.quota.clone(),
            c.code.clone().unwrap_or_default(),
            c.name.clone(),
            number(c.limit),
            number(c.used),
            c.adjustable.to_string(),
            c.lead_time.clone(),
            c.services.to_string(),
            c.binding.to_string(),
            c.pressed_by.join("; "),
            c.value_from.clone(),
            c.source.clone(),
            c.date.clone(),
            c.ask.clone().unwrap_or_default(),
        ]
    };
    table(&header, results.ceilings.iter().map(row))
}

/// Where each option saturates; the values are in the unit of the axis. Further axes of the sweep have a column each, as in points.csv.
#[must_use]
pub fn saturation(results: &Results) -> String {
    let axes: BTreeSet<&str> = results.saturation.iter().flat_map(|end| end.axes.keys().map(String::as_str)).collect();
    let mut header = vec!["option".to_string(), "vary".to_string()];
    header.extend(axes.iter().map(|axis| axis.replace('.', "_")));
    header.extend(["value", "fails_at", "criterion", "by", "reason", "decided", "low", "high"].map(String::from));
    let rows = results.saturation.iter().map(|s| {
        let mut row = vec![s.option.clone().unwrap_or_default(), s.vary.clone()];
        row.extend(axes.iter().map(|axis| optional(s.axes.get(*axis).copied())));
        row.extend([optional(s.value), optional(s.fails_at), s.criterion.clone(), s.by.clone(), s.reason.clone()]);
        row.extend([s.decided.to_string(), optional(s.low), optional(s.high)]);
        row
    });
    table(&header, rows)
}

/// Paired differences, A minus B, in the unit of the metric (ms, per second, or a share): the interval of each by itself, and the
/// ends of the one that holds for all pairs of the metric at once.
#[must_use]
pub fn comparisons(results: &Results) -> String {
    let header = [
        "a",
        "b",
        "services",
        "metric",
        "difference",
        "difference_low",
        "difference_high",
        "variance_ratio",
        "joint_low",
        "joint_high",
    ];
    let rows = results.comparisons.iter().map(|c| {
        let mut row =
            vec![c.a.clone(), c.b.clone(), c.services.map(|n| n.to_string()).unwrap_or_default(), c.metric.clone()];
        row.extend(three(&c.difference));
        row.extend([c.variance_ratio, c.joint.low, c.joint.high].map(optional));
        row
    });
    table(&header, rows)
}

/// What each point costs in a month, a line a row; an empty amount is unknown, not 0. Further axes of the sweep have a column each.
#[must_use]
pub fn costs(results: &Results) -> String {
    let axes: BTreeSet<&str> = results.costs.iter().flat_map(|line| line.axes.keys().map(String::as_str)).collect();
    let mut header = ["option", "item", "monthly_usd", "basis", "source", "services"].map(String::from).to_vec();
    header.extend(axes.iter().map(|axis| axis.replace('.', "_")));
    let rest =
        ["monthly_usd_low", "monthly_usd_high", "per_million_usd", "quantity", "unit", "dimension", "price", "grade"];
    header.extend(rest.map(String::from));
    let rows = results.costs.iter().map(|c| {
        let mut row = vec![c.option.clone(), c.item.clone(), optional(c.monthly), c.basis.clone(), c.source.clone()];
        row.push(c.services.map(|n| n.to_string()).unwrap_or_default());
        row.extend(axes.iter().map(|axis| optional(c.axes.get(*axis).copied())));
        row.extend([c.low, c.high, c.per_million, c.quantity].map(optional));
        row.extend([&c.unit, &c.dimension, &c.price, &c.grade].map(String::clone));
        row
    });
    table(&header, rows)
}

/// Writes a table; quotes where RFC 4180 asks for it.
fn table<H: AsRef<[u8]>>(header: &[H], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail, and every row has the header's length.
    let mut done = writer.write_record(header);
    for row in rows {
        debug_assert_eq!(row.len(), header.len());
        done = done.and_then(|()| writer.write_record(&row));
    }
    debug_assert!(done.is_ok());
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// The shortest decimal that reads back the same; an exponent only below 1e-9 and from 1e16; empty where not finite.
fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        String::new()
    } else if value != 0.0 && !(1e-9..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

fn optional(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

fn three(estimate: &Estimate) -> [String; 3] {
    [optional(estimate.value), optional(estimate.low), optional(estimate.high)]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::results::{CostLine, SaturationPoint};

    #[test]
    fn numbers_are_the_shortest_that_read_back() {
        for (value, text) in
            [(50.0, "50"), (0.1, "0.1"), (1e-6, "0.000001"), (1e20, "1e20"), (f64::NAN, ""), (2.5e-12, "2.5e-12")]
        {
            assert_eq!(number(value), text);
        }
        assert_eq!(number(1.0 / 3.0).parse::<f64>().unwrap(), 1.0 / 3.0);
    }

    #[test]
    fn every_table_has_its_header_without_rows() {
        for (name, text) in tables(&Results::default()) {
            assert_eq!(text.lines().count(), 1, "{name}");
        }
    }

    #[test]
    fn unknown_is_empty_and_text_is_quoted() {
        let line = CostLine { option: "a,\"b\"\n".into(), item: "VPC links".into(), ..CostLine::default() };
        let results = Results { costs: vec![line], ..Results::default() };
        let text = costs(&results);
        assert!(text.starts_with("option,item,monthly_usd,basis,source,services,monthly_usd_low,"), "{text}");
        assert!(text.ends_with("\n\"a,\"\"b\"\"\n\",VPC links,,,,,,,,,,,,\n"), "{text}");
    }

    #[test]
    fn saturation_has_a_column_for_each_axis() {
        let end = |axes: &[(&str, f64)]| SaturationPoint {
            vary: "services".into(),
            axes: axes.iter().map(|(axis, value)| ((*axis).to_string(), *value)).collect(),
            value: Some(30.0),
            criterion: "none".into(),
            ..SaturationPoint::default()
        };
        let results = Results { saturation: vec![end(&[("workload.rate", 40.0)]), end(&[])], ..Results::default() };
        let text = saturation(&results);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "option,vary,workload_rate,value,fails_at,criterion,by,reason,decided,low,high");
        assert_eq!((lines[1], lines[2]), (",services,40,30,,none,,,false,,", ",services,,30,,none,,,false,,"));
    }
}
