//! `[[hop]]`: the stations that requests visit in order, spelled out.

use super::decode::Context;
use super::fields::{Field, Fields};
use super::hop::{Bucket, BucketStart, Copies, Hop, HopBalancing, Refill, Station, Stations};
use super::laws::distribution;
use super::names::unique;
use super::tree::Value;
use super::workload::{normalised, weights_of};
use crate::random::Distribution;

/// Keys of a station, which a hop with branches may not have itself.
const STATION_KEYS: [&str; 5] = ["time", "servers", "queue", "patience", "failure"];

/// Every hop of the file, in order.
pub(super) fn hops(list: &Field<'_>, context: &Context<'_>) -> Option<Vec<Hop>> {
    let mut taken = Vec::new();
    let hops: Vec<Option<Hop>> = list.list()?.iter().map(|field| hop(field, &mut taken, context)).collect();
    hops.into_iter().collect()
}

fn hop(field: &Field<'_>, taken: &mut Vec<String>, context: &Context<'_>) -> Option<Hop> {
    let fields = Fields::new(field.sink, field.node, "`[[hop]]`")?;
    let name = fields.require("name", "hops are referred to by name").and_then(|f| unique(&f, taken));
    let bucket = fields.get("bucket").map(|f| bucket(&f));
    let stations = match fields.get("branch") {
        Some(branches) => branched(&fields, &branches, context),
        None => alike(&fields, context),
    };
    fields.finish();
    let bucket = match bucket {
        Some(bucket) => Some(bucket?),
        None => None,
    };
    Some(Hop { name: name?, stations: stations?, bucket })
}

fn station(fields: &Fields<'_>, context: &Context<'_>) -> Option<Station> {
    let time = fields.get("time").map_or_else(|| Some(Distribution::constant(0.0)), |f| distribution(&f, context.base));
    let servers = fields.get("servers").map(|f| f.small(1));
    let queue = fields.get("queue");
    let queue_places = queue.as_ref().map(|f| f.small(0));
    let patience = fields.get("patience");
    let patience_law = patience.as_ref().map(|f| distribution(f, context.base));
    let failure = fields.get("failure").map_or(Some(0.0), |f| f.probability());
    if servers.is_none() {
        for (field, what) in [(&queue, "a queue"), (&patience, "patience")] {
            if let Some(field) = field {
                let issue =
                    field.key_place.issue(format!("{what} needs `servers`, but a hop without them is a pure delay"));
                field.sink.add(issue.hint("add `servers = 1`, or leave it out"));
                return None;
            }
        }
    }
    Some(Station {
        time: time?,
        servers: transpose(servers)?,
        queue: transpose(queue_places)?,
        patience: transpose(patience_law)?,
        failure: failure?,
    })
}

/// A key that may be absent, but if it is there must be right.
fn transpose<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(value) => value.map(Some),
        None => Some(None),
    }
}

fn alike(fields: &Fields<'_>, context: &Context<'_>) -> Option<Stations> {
    let station = station(fields, context);
    let copies = fields.get("copies");
    let number = match &copies {
        Some(field) => Some(number(field)?),
        None => None,
    };
    let balancing = fields.get("balancing");
    let chosen = match &balancing {
        Some(field) => Some(field.choice(&[("random", 0_u8), ("round-robin", 1), ("least-outstanding", 2)])?),
        None => None,
    };
    let weights = fields.get("weights");
    if let Some(field) = &weights {
        let weights = weights_of(field)?;
        let size = u32::try_from(weights.len()).ok()?;
        if number.is_some_and(|number| number != Copies::Number(size)) {
            let message = format!("`weights` has {size} entries, but `copies` says otherwise: one each");
            field.sink.add(field.issue(message).hint("leave `copies` out: the weights tell their number"));
            return None;
        }
        if let (Some(balancing), Some(1 | 2)) = (&balancing, chosen) {
            return balancing.refuse("weights go with `random` balancing only");
        }
        return Some(Stations::Copies {
            station: station?,
            number: Copies::Number(size),
            balancing: HopBalancing::Weights(weights),
        });
    }
    let Some(number) = number else {
        if let Some(field) = balancing {
            let issue = field.key_place.issue("`balancing` chooses among copies, but this hop has one station");
            field.sink.add(issue.hint("add `copies = 2`, or leave it out"));
            return None;
        }
        return Some(Stations::One(station?));
    };
    let balancing = match chosen.unwrap_or(0) {
        1 => HopBalancing::RoundRobin,
        2 => HopBalancing::LeastOutstanding,
        _ => HopBalancing::Random,
    };
    Some(Stations::Copies { station: station?, number, balancing })
}

fn number(field: &Field<'_>) -> Option<Copies> {
    match &field.node.value {
        Value::Text(text) if text == "services" => Some(Copies::Services),
        Value::Text(_) => field.refuse("it must be a whole number, or `\"services\"`"),
        _ => field.small(1).map(Copies::Number),
    }
}

fn branched(fields: &Fields<'_>, branches: &Field<'_>, context: &Context<'_>) -> Option<Stations> {
    for key in STATION_KEYS.into_iter().chain(["copies", "balancing", "weights"]) {
        if let Some(field) = fields.get(key) {
            let issue =
                field.key_place.issue(format!("`{key}` stands beside branches, but a hop has one or the other"));
            field.sink.add(issue.hint("move it into the `[[hop.branch]]` that it is meant for"));
        }
    }
    let mut taken = Vec::new();
    let read = branches.list()?;
    let branches_read: Vec<Option<(String, f64, Station)>> = read
        .iter()
        .map(|field| {
            let fields = Fields::new(field.sink, field.node, "`[[hop.branch]]`")?;
            let name = fields.require("name", "branches are referred to by name").and_then(|f| unique(&f, &mut taken));
            let weight = fields.require("weight", "its share of the requests, as `0.4`");
            let weight =
                weight.and_then(|f| f.number(|w| (0.0..=1e12).contains(&w), "it must be a number of 0 or more"));
            let station = station(&fields, context);
            fields.finish();
            Some((name?, weight?, station?))
        })
        .collect();
    let branches_read: Vec<(String, f64, Station)> = branches_read.into_iter().collect::<Option<_>>()?;
    let weights: Vec<f64> = branches_read.iter().map(|(_, weight, _)| *weight).collect();
    let Some(weights) = normalised(&weights) else {
        branches
            .sink
            .add(branches.key_place.issue("the weights of the branches add up to 0, but at least one must be above 0"));
        return None;
    };
    let with_weights =
        branches_read.into_iter().zip(weights).map(|((name, _, station), weight)| (name, weight, station));
    Some(Stations::Branches(with_weights.collect()))
}

fn bucket(field: &Field<'_>) -> Option<Bucket> {
    let fields = field.table()?;
    let rate = fields.require("rate", "tokens per second, as `\"100/s\"`").and_then(|f| f.rate());
    let burst = fields.require("burst", "the most tokens it holds, as `50`").and_then(|f| f.small(1));
    let refill = fields
        .get("refill")
        .map_or(Some(Refill::Continuous), |f| f.choice(&[("continuous", Refill::Continuous), ("tick", Refill::Tick)]));
    let start = fields.get("start").map_or(Some(BucketStart::Auto), |f| {
        f.choice(&[("auto", BucketStart::Auto), ("full", BucketStart::Full), ("empty", BucketStart::Empty)])
    });
    fields.finish();
    Some(Bucket { rate: rate?, burst: burst?, refill: refill?, start: start? })
}
