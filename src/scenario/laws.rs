//! Distributions as they are written: one tag with its parameters, and an optional offset. The laws themselves live in `random`.

use super::fields::{Field, Fields, listing};
use super::folder::Folder;
use super::tree::Value;
use crate::issue::nearest;
use crate::random::Distribution;
use crate::random::distribution::LawError;

const TAGS: [&str; 10] = [
    "constant",
    "exponential",
    "lognormal",
    "gamma",
    "hyperexponential",
    "weibull",
    "pareto",
    "uniform",
    "mixture",
    "empirical",
];

/// The distribution that `field` holds; files are looked for in `base`.
pub(super) fn distribution(field: &Field<'_>, base: &Folder) -> Option<Distribution> {
    let Value::Table(table) = &field.node.value else {
        let issue = field.refusal("it must be a distribution");
        field
            .sink
            .add(issue.hint("as `{ constant = \"10ms\" }` or `{ lognormal = { median = \"5ms\", p99 = \"60ms\" } }`"));
        return None;
    };
    let tags: Vec<_> = table.entries.iter().filter(|entry| entry.key != "offset").collect();
    let [tag] = tags.as_slice() else {
        let found = listing(tags.iter().map(|entry| entry.key.as_str()));
        return field.fault(format!("must hold exactly one distribution, not {found}"));
    };
    if !TAGS.contains(&tag.key.as_str()) {
        let issue = tag.key_place.issue(format!("`{}` is not a distribution", tag.key));
        field.sink.add(match nearest(&tag.key, TAGS) {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue.hint(format!("distributions are {}", listing(TAGS))),
        });
        return None;
    }
    let fields = field.table()?;
    let offset = fields.get("offset").map(|f| f.duration());
    let law = TAGS.iter().find(|name| **name == tag.key).and_then(|name| fields.get(name))?;
    let law = tagged(&tag.key, &law, base);
    match offset {
        Some(offset) => Some(law?.with_offset(offset?.0 as f64)),
        None => law,
    }
}

fn tagged(tag: &str, law: &Field<'_>, base: &Folder) -> Option<Distribution> {
    match tag {
        "constant" => return law.duration().map(|d| Distribution::constant(d.0 as f64)),
        "mixture" => return mixture(law, base),
        _ => {}
    }
    let fields = law.table()?;
    let result = match tag {
        "exponential" => exponential(&fields),
        "lognormal" => lognormal(law, &fields),
        "gamma" => gamma(law, &fields),
        "hyperexponential" => phases(&fields),
        "weibull" => weibull(&fields),
        "pareto" => pareto(&fields),
        "uniform" => uniform(&fields),
        _ => super::measured::empirical(law, &fields, base),
    };
    fields.finish();
    result
}

/// A time parameter in nanoseconds, any value of 0 or more: what the law allows, the law says.
fn time(fields: &Fields<'_>, key: &'static str) -> Option<f64> {
    fields.require(key, "a time, as `\"10ms\"`")?.duration().map(|d| d.0 as f64)
}

fn plain(fields: &Fields<'_>, key: &'static str) -> Option<f64> {
    fields.require(key, "a number, as `1.5`")?.number(|_| true, "it must be a finite number")
}

/// The distribution, or the law's complaint at the key that it names.
pub(super) fn checked(fields: &Fields<'_>, law: Result<Distribution, LawError>) -> Option<Distribution> {
    let error = match law {
        Ok(distribution) => return Some(distribution),
        Err(error) => error,
    };
    let Some(field) = fields.get(error.key) else {
        fields.sink.add(fields.place.issue(format!("`{}` {}", error.key, error.message)));
        return None;
    };
    if error.message.starts_with("must") && field.node.scalar_toml().is_some() {
        return field.refuse(format!("it {}", error.message));
    }
    field.sink.add(field.issue(format!("`{}` {}", field.name, error.message)));
    None
}

fn exponential(fields: &Fields<'_>) -> Option<Distribution> {
    checked(fields, Distribution::exponential(time(fields, "mean")?))
}

fn weibull(fields: &Fields<'_>) -> Option<Distribution> {
    let (mean, shape) = (time(fields, "mean"), plain(fields, "shape"));
    checked(fields, Distribution::weibull(mean?, shape?))
}

fn pareto(fields: &Fields<'_>) -> Option<Distribution> {
    let (minimum, shape) = (time(fields, "minimum"), plain(fields, "shape"));
    checked(fields, Distribution::pareto(minimum?, shape?))
}

fn uniform(fields: &Fields<'_>) -> Option<Distribution> {
    let (from, to) = (time(fields, "from"), time(fields, "to"));
    checked(fields, Distribution::uniform(from?, to?))
}

/// The one of `pairs` whose keys are all given and no other key of any pair is.
fn pair(
    law: &Field<'_>,
    fields: &Fields<'_>,
    pairs: &[(&'static str, &'static str)],
) -> Option<(&'static str, &'static str)> {
    let given = |key: &&'static str| fields.get(key).is_some();
    let mut keys: Vec<&'static str> = pairs.iter().flat_map(|(a, b)| [*a, *b]).filter(|key| given(key)).collect();
    keys.sort_unstable();
    keys.dedup();
    let found = pairs.iter().find(|(a, b)| keys.len() == 2 && keys.contains(a) && keys.contains(b)).copied();
    if found.is_none() {
        let wanted: Vec<String> = pairs.iter().map(|(a, b)| format!("`{a}` and `{b}`")).collect();
        let message = format!("`{}` has {}, but it takes exactly {}", law.name, listing(keys), wanted.join(", or "));
        law.sink.add(law.issue(message));
    }
    found
}

fn lognormal(law: &Field<'_>, fields: &Fields<'_>) -> Option<Distribution> {
    let pairs = [("median", "p99"), ("mean", "scv"), ("mean", "log_sigma"), ("median", "log_sigma")];
    let (a, b) = pair(law, fields, &pairs)?;
    let center = time(fields, a);
    let spread = if b == "p99" { time(fields, b) } else { plain(fields, b) };
    let (center, spread) = (center?, spread?);
    let result = match (a, b) {
        ("median", "p99") => Distribution::lognormal_p99(center, spread),
        ("mean", "scv") => Distribution::lognormal_scv(center, spread),
        ("mean", _) => Distribution::lognormal_mean(center, spread),
        _ => Distribution::lognormal(center, spread),
    };
    checked(fields, result)
}

fn gamma(law: &Field<'_>, fields: &Fields<'_>) -> Option<Distribution> {
    let (_, b) = pair(law, fields, &[("mean", "shape"), ("mean", "scv")])?;
    let (mean, spread) = (time(fields, "mean")?, plain(fields, b)?);
    if b == "scv" {
        if spread <= 0.0 {
            return fields.get("scv")?.refuse("it must be a number above 0");
        }
        return checked(fields, Distribution::gamma(mean, 1.0 / spread));
    }
    checked(fields, Distribution::gamma(mean, spread))
}

/// `{ p = [..], mean = [..] }`, for times and for gaps between arrivals.
pub(super) fn phases(fields: &Fields<'_>) -> Option<Distribution> {
    let p = fields.require("p", "probabilities that add up to 1, as `[0.9, 0.1]`");
    let mean = fields.require("mean", "a time for each probability, as `[\"4ms\", \"44ms\"]`");
    let p = p.and_then(|f| f.list_of(Field::probability));
    let mean = mean.and_then(|f| f.list_of(|item| item.positive_duration().map(|d| d.0 as f64)));
    checked(fields, Distribution::hyperexponential(p?, mean?))
}

fn mixture(law: &Field<'_>, base: &Folder) -> Option<Distribution> {
    let parts = law.list_of(|part| {
        let fields = part.table()?;
        let weight = fields.require("weight", "its share, as `0.97`");
        let weight = weight.and_then(|f| f.number(|w| w >= 0.0, "it must be a number of 0 or more"));
        let of = fields.require("of", "a distribution").and_then(|f| distribution(&f, base));
        fields.finish();
        Some((weight?, of?))
    })?;
    match Distribution::mixture(parts) {
        Ok(distribution) => Some(distribution),
        Err(error) => {
            law.sink.add(law.issue(format!("`{}` of `{}` {}", error.key, law.name, error.message)));
            None
        }
    }
}
