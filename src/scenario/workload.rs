//! `[workload]`: open arrivals at a rate, closed clients, or a trace; popularity and profile.

use std::path::Path;

use super::decode::Context;
use super::fields::{Field, Fields, listing};
use super::laws::{distribution, phases};
use super::profile::profile;
use super::trace::trace;
use super::tree::{Place, Value};
use super::types::{Arrivals, Load, Popularity, Workload};
use crate::aws::system::{Traffic, TrafficRate};
use crate::issue::nearest;
use crate::random::Distribution;
use crate::units::{Bytes, Duration, Rate};

/// What `[workload]` says: for the simulation, and for ceilings and cost (options).
pub(super) struct Read {
    pub workload: Workload,
    pub traffic: Option<Traffic>,
}

impl Read {
    /// Whether the popularity is a list of weights, which fits one number of services only.
    pub fn by_weights(&self) -> bool {
        matches!(self.workload.popularity, Popularity::Weights(_))
    }
}

/// Requests per second of a service where an options scenario states no rate.
const DEFAULT_RATE: f64 = 100.0;

/// `[workload]`, or its defaults. `first_hop` is where a hops scenario without a rate is told so.
pub(super) fn workload(
    top: &Fields<'_>,
    is_hops: bool,
    first_hop: Option<&Place>,
    services: u32,
    context: &Context<'_>,
) -> Option<Read> {
    let table = top.get("workload");
    let fields = match &table {
        Some(field) => Some(Fields::new(field.sink, field.node, "`[workload]`")?),
        None => None,
    };
    let get = |key: &'static str| fields.as_ref().and_then(|fields| fields.get(key));
    let load = load(&get, context);
    let arrivals = get("arrivals").map_or(Some(Arrivals::Poisson), |f| arrivals(&f, stated_rate(&load), context));
    let popularity = get("popularity").map_or(Some(Popularity::Uniform), |f| popularity(&f, services));
    let profile = get("profile").map_or(Some(Vec::new()), |f| profile(&f, context.base, context.load));
    let sizes = if is_hops { None } else { Some(sizes(&get)) };
    let place = fields.as_ref().map_or(first_hop, |fields| Some(fields.place));
    let load = reconcile(top, &get, load, arrivals.as_ref(), is_hops, place);
    if let Some(fields) = &fields {
        fields.finish();
    }
    let workload = Workload { load: load?, arrivals: arrivals?, popularity: popularity?, profile: profile? };
    let traffic = sizes.and_then(|sizes| sizes).map(|(peak_to_mean, request, response)| Traffic {
        rate: traffic_rate(&workload),
        peak_to_mean,
        request,
        response,
        arrivals: in_words(&workload),
    });
    if !is_hops && traffic.is_none() {
        return None;
    }
    Some(Read { workload, traffic })
}

/// What is stated about the load, before the arrivals have their say. The outer `None` is an error, the inner one nothing.
fn load<'a>(get: &impl Fn(&'static str) -> Option<Field<'a>>, context: &Context<'_>) -> Option<Option<Load>> {
    let (rate, per_service, clients, think) = (get("rate"), get("rate_per_service"), get("clients"), get("think"));
    let given: Vec<&Field<'_>> = [&rate, &per_service, &clients].into_iter().flatten().collect();
    if let [first, second, ..] = given.as_slice() {
        let message =
            format!("`{}` and `{}` both say how much arrives, but one of them is allowed", first.name, second.name);
        second.sink.add(second.key_place.issue(message).hint("keep one of the two"));
        return None;
    }
    if let (Some(think), None) = (&think, &clients) {
        let issue = think.key_place.issue("`think` is the pause of closed clients, but there are no `clients`");
        think.sink.add(issue.hint("add `clients = 400`"));
        return None;
    }
    if let Some(rate) = rate {
        return rate.rate().map(|rate| Some(Load::Total(rate)));
    }
    if let Some(rate) = per_service {
        return rate.rate().map(|rate| Some(Load::PerService(rate)));
    }
    if let Some(clients) = clients {
        let think = think.map_or_else(|| Some(Distribution::constant(0.0)), |f| distribution(&f, context.base));
        return Some(Some(Load::Closed { clients: clients.small(1)?, think: think? }));
    }
    Some(None)
}

fn stated_rate(load: &Option<Option<Load>>) -> Option<Rate> {
    match load {
        Some(Some(Load::Total(rate))) => Some(*rate),
        _ => None,
    }
}

/// The load once the arrivals are known: some bring their own rate, closed clients allow none.
fn reconcile<'a>(
    top: &Fields<'_>,
    get: &impl Fn(&'static str) -> Option<Field<'a>>,
    load: Option<Option<Load>>,
    arrivals: Option<&Arrivals>,
    is_hops: bool,
    place: Option<&Place>,
) -> Option<Load> {
    let load = load?;
    if let Some(Load::Closed { .. }) = load {
        for key in ["arrivals", "profile"] {
            if let Some(field) = get(key) {
                let issue = field.key_place.issue(format!("`{key}` shapes open arrivals, but `clients` are closed"));
                field.sink.add(issue.hint("clients start again when they have thought: leave it out"));
                return None;
            }
        }
        return load;
    }
    if let (Some(Arrivals::Trace(_)), Some(field)) = (arrivals, get("profile")) {
        let issue = field.key_place.issue("`profile` changes a rate, but a trace is replayed as it is");
        field.sink.add(issue.hint("leave it out"));
        return None;
    }
    let given = get("rate").or_else(|| get("rate_per_service"));
    match (arrivals?, load) {
        (Arrivals::Hyperexponential(_) | Arrivals::Mmpp { .. }, None) | (Arrivals::Trace(_), None) => {
            Some(Load::FromArrivals)
        }
        (Arrivals::Hyperexponential(_) | Arrivals::Mmpp { .. }, Some(_)) => {
            let field = given?;
            let issue =
                field.key_place.issue(format!("`{}` is stated, but these `arrivals` bring their own rate", field.name));
            field.sink.add(issue.hint("leave it out"));
            None
        }
        (Arrivals::Trace(_), Some(Load::PerService(_))) => {
            let field = given?;
            let issue =
                field.key_place.issue("`rate_per_service` does not go with a trace, but `rate` does: it rescales time");
            field.sink.add(issue);
            None
        }
        (_, Some(load)) => Some(load),
        (_, None) if !is_hops => Rate::new(DEFAULT_RATE).map(Load::PerService),
        (_, None) => {
            let place = place.unwrap_or(top.place);
            let issue = place.issue("a hops scenario needs a load: `rate`, `clients`, or arrivals that bring a rate");
            top.sink.add(issue.hint("add `rate = \"100/s\"` to `[workload]`"));
            None
        }
    }
}

fn arrivals(field: &Field<'_>, rate: Option<Rate>, context: &Context<'_>) -> Option<Arrivals> {
    const TAGS: [&str; 4] = ["gamma", "hyperexponential", "mmpp", "trace"];
    if let Value::Text(_) = field.node.value {
        let chosen = field.choice(&[("poisson", false), ("constant", true)])?;
        return Some(if chosen { Arrivals::Constant } else { Arrivals::Poisson });
    }
    let fields = field.table()?;
    let given: Vec<Field<'_>> = TAGS.iter().filter_map(|tag| fields.get(tag)).collect();
    let [tag] = given.as_slice() else {
        let found = field.node.table().map_or(&[][..], |table| &table.entries);
        let stranger = found.iter().find(|entry| !TAGS.contains(&entry.key.as_str()));
        let hint = stranger.and_then(|entry| nearest(&entry.key, TAGS));
        let issue =
            field.issue(format!("`arrivals` must be `poisson`, `constant`, or exactly one of {}", listing(TAGS)));
        field.sink.add(match hint {
            Some(name) => issue.hint(format!("did you mean `{name}`?")),
            None => issue,
        });
        return None;
    };
    fields.finish();
    let inner = tag.table()?;
    if tag.name.ends_with("trace") {
        return trace(&inner, context.base, rate, context.load).map(Arrivals::Trace);
    }
    let arrivals = if tag.name.ends_with("gamma") {
        inner
            .require("shape", "a number above 0: below 1 is burstier than Poisson")
            .and_then(|f| f.factor())
            .map(|shape| Arrivals::Gamma { shape })
    } else if tag.name.ends_with("mmpp") {
        mmpp(tag, &inner)
    } else {
        phases(&inner).map(Arrivals::Hyperexponential)
    };
    inner.finish();
    arrivals
}

fn mmpp(field: &Field<'_>, fields: &Fields<'_>) -> Option<Arrivals> {
    let rate = fields.require("rate", "a rate for each phase, as `[\"140/s\", \"40/s\"]`");
    let sojourn = fields.require("sojourn", "the mean time in each phase, as `[\"200ms\", \"200ms\"]`");
    let rate = rate.and_then(|f| f.list_of(rate_or_zero));
    let sojourn = sojourn.and_then(|f| f.list_of(Field::positive_duration));
    let (rate, sojourn) = (rate?, sojourn?);
    if rate.len() != sojourn.len() {
        return field.fault(format!("has {} of `rate` and {} of `sojourn`: one each", rate.len(), sojourn.len()));
    }
    if rate.len() < 2 {
        return field.fault("needs at least two phases");
    }
    if rate.iter().all(|rate| *rate == 0.0) {
        return field.fault("needs at least one phase with a rate above 0");
    }
    let time: f64 = sojourn.iter().map(|mean| mean.seconds()).sum();
    let arrivals: f64 = rate.iter().zip(&sojourn).map(|(rate, mean)| rate * mean.seconds()).sum();
    if arrivals / rate.len() as f64 * MOST_PHASES < 1.0 {
        let apart = Duration((time / arrivals * 1e9) as u64);
        return field.fault(format!(
            "changes its phase over {MOST_PHASES} times between two arrivals, which are {apart} apart: that is Poisson \
             arrivals at the mean rate"
        ));
    }
    Some(Arrivals::Mmpp { rate, sojourn })
}

/// Most changes of phase between two arrivals, on average: beyond, phases average out and only cost time.
const MOST_PHASES: f64 = 10_000.0;

/// A phase may be silent.
fn rate_or_zero(field: &Field<'_>) -> Option<f64> {
    match &field.node.value {
        Value::Text(text) if matches!(text.trim(), "0/s" | "0/min" | "0/h") => Some(0.0),
        _ => field.rate().map(Rate::per_second),
    }
}

fn popularity(field: &Field<'_>, services: u32) -> Option<Popularity> {
    const ALLOWED: &str = "it must be `\"uniform\"`, `{ zipf = 1.0 }` or `{ weights = [..] }`";
    match &field.node.value {
        Value::Text(text) if text == "uniform" => return Some(Popularity::Uniform),
        Value::Table(_) => {}
        _ => return field.refuse(ALLOWED),
    }
    let fields = field.table()?;
    let (zipf, weights) = (fields.get("zipf"), fields.get("weights"));
    fields.finish();
    match (zipf, weights) {
        (Some(zipf), None) => {
            zipf.number(|x| (0.0..=10.0).contains(&x), "it must be a number from 0 to 10").map(Popularity::Zipf)
        }
        (None, Some(field)) => {
            let weights = weights_of(&field)?;
            if weights.len() as u64 == u64::from(services) {
                return Some(Popularity::Weights(weights));
            }
            let found = weights.len();
            field.sink.add(
                field.issue(format!("`weights` has {found} entries, but there are {services} services: one each")),
            );
            None
        }
        _ => field.fault("takes exactly one of `zipf` and `weights`"),
    }
}

/// Weights of 0 or more that do not all vanish, normalised; those that add up to 1 already stay as they are.
pub(super) fn weights_of(field: &Field<'_>) -> Option<Vec<f64>> {
    let weights =
        field.list_of(|item| item.number(|w| (0.0..=1e12).contains(&w), "it must be a number of 0 or more"))?;
    match normalised(&weights) {
        Some(weights) => Some(weights),
        None => {
            field.sink.add(field.issue(format!("`{}` add up to 0, but at least one must be above 0", field.name)));
            None
        }
    }
}

/// `weights` over their sum; unchanged where that is 1 but for rounding, so that normalising twice changes nothing.
pub(super) fn normalised(weights: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let divisor = if (total - 1.0).abs() < 1e-12 { 1.0 } else { total };
    Some(weights.iter().map(|weight| weight / divisor).collect())
}

/// Peak over mean, bytes of a request, bytes of a response where they are stated.
fn sizes<'a>(get: &impl Fn(&'static str) -> Option<Field<'a>>) -> Option<(f64, Option<Bytes>, Option<Bytes>)> {
    let ratio = get("peak_to_mean")
        .map_or(Some(1.0), |f| f.number(|x| (1.0..=1e6).contains(&x), "it must be a number of 1 or more"));
    let size = |key| get(key).map_or(Some(None), |f| f.bytes().map(Some));
    let (request, response) = (size("request"), size("response"));
    Some((ratio?, request?, response?))
}

fn traffic_rate(workload: &Workload) -> TrafficRate {
    match (&workload.load, &workload.arrivals) {
        (Load::Total(rate), _) => TrafficRate::Total(*rate),
        (Load::PerService(rate), _) => TrafficRate::PerService(*rate),
        (Load::Closed { .. }, _) => TrafficRate::Closed,
        (Load::FromArrivals, arrivals) => own_rate(arrivals).map_or(TrafficRate::Closed, TrafficRate::Total),
    }
}

/// Mean rate of arrivals that bring their own; `None` for a trace that was not read.
fn own_rate(arrivals: &Arrivals) -> Option<Rate> {
    match arrivals {
        Arrivals::Mmpp { rate, sojourn } => {
            let time: f64 = sojourn.iter().map(|d| d.seconds()).sum();
            Rate::new(rate.iter().zip(sojourn).map(|(rate, d)| rate * d.seconds()).sum::<f64>() / time)
        }
        Arrivals::Trace(trace) => Rate::new(trace.at.len() as f64 / trace.length as f64 * 1e9),
        Arrivals::Hyperexponential(gaps) => match &gaps.law {
            crate::random::Law::Hyperexponential { p, mean } => {
                Rate::new(1e9 / p.iter().zip(mean).map(|(p, mean)| p * mean).sum::<f64>())
            }
            _ => None,
        },
        Arrivals::Poisson | Arrivals::Constant | Arrivals::Gamma { .. } => None,
    }
}

fn in_words(workload: &Workload) -> String {
    match (&workload.load, &workload.arrivals) {
        (Load::Closed { .. }, _) => "closed clients".into(),
        (_, Arrivals::Poisson) => "Poisson".into(),
        (_, Arrivals::Constant) => "constant".into(),
        (_, Arrivals::Gamma { shape }) => format!("gamma, shape {shape}"),
        (_, Arrivals::Hyperexponential(_)) => "hyperexponential".into(),
        (_, Arrivals::Mmpp { .. }) => "MMPP".into(),
        (_, Arrivals::Trace(trace)) => {
            format!("trace {}", Path::new(trace.file.file_name().unwrap_or_default()).display())
        }
    }
}
