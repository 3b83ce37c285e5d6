//! The throttles of API Gateway as token buckets, in AWS's order.

use super::builder::Builder;
use super::options::hop_names as names;
use super::{Load, LoadKind};
use crate::aws::quotas;
use crate::aws::system::{System, Throttle};
use crate::engine::network::{LimiterSpec, Refill, Steps};

fn account_throttle(system: &System) -> (f64, f64) {
    (quotas::limit(system, "apigateway.throttle-rate"), quotas::limit(system, "apigateway.throttle-burst"))
}

/// Share of the offered rate that the throttles let through in the long run.
pub(super) fn throttle_share(system: &System, rate: f64, busiest: f64) -> f64 {
    let mut share = (account_throttle(system).0 / rate).min(1.0);
    if let Some(stage) = system.gateway.stage_throttle {
        share = share.min(stage.rate.per_second() / rate);
    }
    if let Some(route) = system.gateway.route_throttle {
        share = share.min(route.rate.per_second() / busiest);
    }
    share
}

/// The throttles in AWS's order: route or method, stage, account (hop name, first limiter, one per class).
pub(super) fn throttles(
    builder: &mut Builder<'_>,
    system: &System,
    rate: f64,
    busiest: f64,
    classes: u32,
) -> Vec<(&'static str, u32, bool)> {
    let mut all = Vec::new();
    let mut offered = rate;
    if let Some(Throttle { rate: allowed, burst }) = system.gateway.route_throttle {
        let allowed = allowed.per_second();
        let first = builder.limiter(bucket(builder.request.auto_warmup, allowed, f64::from(burst), busiest));
        for _ in 1..classes {
            builder.limiter(bucket(builder.request.auto_warmup, allowed, f64::from(burst), busiest));
        }
        builder.legend.loads.push(limiter_load(names::ROUTE_THROTTLE, busiest, allowed));
        all.push((names::ROUTE_THROTTLE, first, true));
        offered = offered.min(allowed * f64::from(classes));
    }
    if let Some(Throttle { rate: allowed, burst }) = system.gateway.stage_throttle {
        let allowed = allowed.per_second();
        let index = builder.limiter(bucket(builder.request.auto_warmup, allowed, f64::from(burst), offered));
        builder.legend.loads.push(limiter_load(names::STAGE_THROTTLE, offered, allowed));
        all.push((names::STAGE_THROTTLE, index, false));
        offered = offered.min(allowed);
    }
    let (allowed, burst) = account_throttle(system);
    let index = builder.limiter(bucket(builder.request.auto_warmup, allowed, burst, offered));
    builder.legend.loads.push(limiter_load(names::ACCOUNT_THROTTLE, offered, allowed));
    all.push((names::ACCOUNT_THROTTLE, index, false));
    all
}

fn limiter_load(hop: &str, offered: f64, allowed: f64) -> Load {
    Load { hop: hop.into(), load: offered / allowed, rate: offered, service_s: 0.0, kind: LoadKind::Limiter }
}

pub(super) fn bucket(auto_warmup: bool, rate: f64, burst: f64, offered: f64) -> LimiterSpec {
    LimiterSpec {
        rate,
        burst: burst.max(1.0) as u32,
        refill: Refill::Continuous,
        starts_full: !(auto_warmup && offered > rate),
        rate_changes: Steps::default(),
    }
}
