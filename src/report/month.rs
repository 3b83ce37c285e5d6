//! What an option costs in a month at the operating point: the lines that have a price together, with what the rest leaves open.

use std::collections::BTreeMap;

use super::number;
use crate::results::{CostLine, Point, Results};

/// The lines of an option's month that have a price, summed up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Month {
    /// US$, low end of what the evidence allows.
    pub low: f64,
    /// US$ as expected.
    pub expected: f64,
    /// US$, high end.
    pub high: f64,
    /// US$ for a million offered requests; none where no rate is known.
    pub per_million: Option<f64>,
    /// What is not in it, since its price or quantity is not known.
    pub without: Vec<String>,
}

/// The lines of an option at the operating point, in order. Documents of earlier versions have no other ones and say no services.
pub fn lines<'a>(results: &'a Results, option: &'a str) -> impl Iterator<Item = &'a CostLine> {
    let wanted = &results.wanted;
    lines_at(results, option, wanted.services, &wanted.axes)
}

fn lines_at<'a>(
    results: &'a Results,
    option: &'a str,
    services: Option<u32>,
    axes: &'a BTreeMap<String, f64>,
) -> impl Iterator<Item = &'a CostLine> {
    let at = move |line: &CostLine| line.services.is_none() || line.services == services && line.axes == *axes;
    results.costs.iter().filter(move |line| line.option == option && at(line))
}

/// The month of an option at the operating point; none where no line has a price.
#[must_use]
pub fn month(results: &Results, option: &str) -> Option<Month> {
    sum(lines(results, option))
}

/// The month of an option at a point.
#[must_use]
pub fn of_point(results: &Results, option: &str, point: &Point) -> Option<Month> {
    sum(lines_at(results, option, point.services, &point.axes))
}

fn sum<'a>(lines: impl Iterator<Item = &'a CostLine>) -> Option<Month> {
    let mut month = Month::default();
    let mut priced = 0;
    for line in lines {
        match line.monthly {
            Some(expected) => {
                priced += 1;
                month.expected += expected;
                month.low += line.low.unwrap_or(expected);
                month.high += line.high.unwrap_or(expected);
                month.per_million = line.per_million.map(|each| each + month.per_million.unwrap_or(0.0));
            }
            None => month.without.push(line.item.clone()),
        }
    }
    (priced > 0).then_some(month)
}

/// What the sums of the options do not hold, in a sentence; none where every line has a price, or no option was counted.
#[must_use]
pub fn footnote(results: &Results) -> Option<String> {
    if !results.costs.is_empty() && results.options.iter().all(|option| month(results, &option.name).is_none()) {
        let region = &results.wanted.region;
        return Some(format!("$/month: no prices are known for {region}; `--prices FILE` gives them"));
    }
    let mut without: Vec<String> = Vec::new();
    for month in results.options.iter().filter_map(|option| month(results, &option.name)) {
        without.extend(month.without);
    }
    let mut seen = std::collections::BTreeSet::new();
    without.retain(|item| seen.insert(item.clone()));
    (!without.is_empty()).then(|| format!("$/month is without {}, which are not known", number::list(&without)))
}

impl Month {
    /// US$ as expected: "16,425", or "at least 16,425" where something has no price.
    #[must_use]
    pub fn total(&self) -> String {
        let sum = number::fixed(self.expected, 0);
        if self.without.is_empty() { sum } else { format!("at least {sum}") }
    }

    /// "15,000 – 17,000" where the evidence allows more than one value; empty otherwise.
    #[must_use]
    pub fn range(&self) -> String {
        range(self.low, self.high)
    }
}

/// Both ends in whole US$; empty where they are the same.
#[must_use]
pub fn range(low: f64, high: f64) -> String {
    let (low, high) = (number::fixed(low, 0), number::fixed(high, 0));
    if low == high { String::new() } else { format!("{low} – {high}") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn unknown_lines_are_named_and_other_points_do_not_count() {
        let mut results = fixture::orders();
        let first = month(&results, "http-fan-out").unwrap();
        assert_eq!(
            (first.total().as_str(), first.without.as_slice()),
            ("at least 7,126", &["VPC links".to_string()][..])
        );
        let elsewhere = CostLine { services: Some(1), monthly: Some(1e6), ..results.costs[0].clone() };
        results.costs.push(elsewhere);
        assert_eq!(month(&results, "http-fan-out"), Some(first));
        let here = CostLine { services: results.wanted.services, low: Some(1.0), ..results.costs[0].clone() };
        results.costs = vec![here];
        let only = month(&results, "http-fan-out").unwrap();
        assert_eq!((only.total(), only.range()), ("7,126".into(), "1 – 7,126".into()));
        results.costs.clear();
        assert_eq!(month(&results, "http-fan-out"), None);
    }
}
