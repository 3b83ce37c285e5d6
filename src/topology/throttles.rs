//! The throttles of API Gateway as token buckets, in AWS's order.

use super::builder::Builder;
use super::options::hop_names as names;
use super::{Load, LoadKind, timeline};
use crate::aws::quotas;
use crate::aws::system::{System, Throttle};
use crate::engine::network::{LimiterSpec, Refill, Steps};
use crate::scenario::Change;

/// Ids of the quotas that are an account's rate and its burst.
const THROTTLE_RATE: &str = "apigateway.throttle-rate";
const THROTTLE_BURST: &str = "apigateway.throttle-burst";

fn account_throttle(system: &System) -> (f64, f64) {
    (quotas::limit(system, THROTTLE_RATE), quotas::limit(system, THROTTLE_BURST))
}

/// What is offered to the throttles, in requests per second.
pub(super) struct Offered {
    /// In all.
    pub rate: f64,
    /// To the busiest service.
    pub busiest: f64,
    /// To each account with an API, and how many services that serves.
    pub accounts: Vec<(f64, u32)>,
}

impl Offered {
    /// To the busiest account.
    fn account(&self) -> f64 {
        if self.accounts.len() > 1 {
            self.accounts.iter().map(|(rate, _)| *rate).fold(0.0, f64::max)
        } else {
            self.rate
        }
    }
}

/// A throttle of a route: the hop's name, its first limiter, whether it has one for each class.
#[derive(Clone, Copy)]
pub(super) struct Throttling {
    pub hop: &'static str,
    pub first: u32,
    pub by_class: bool,
}

/// Share of the offered rate that the throttles let through in the long run, at the busiest account.
pub(super) fn throttle_share(system: &System, offered: &Offered) -> f64 {
    let rate = offered.account();
    let mut share = (account_throttle(system).0 / rate).min(1.0);
    if let Some(stage) = system.gateway.stage_throttle {
        share = share.min(stage.rate.per_second() / rate);
    }
    if let Some(route) = system.gateway.route_throttle {
        share = share.min(route.rate.per_second() / offered.busiest);
    }
    share
}

/// The throttles in AWS's order: route or method, one for each class; stage and account, one for each account.
pub(super) fn throttles(builder: &mut Builder<'_>, system: &System, offered: &Offered) -> Vec<Throttling> {
    let mut all = Vec::new();
    let mut rates: Vec<f64> = offered.accounts.iter().map(|(rate, _)| *rate).collect();
    if let [only] = rates.as_mut_slice() {
        *only = offered.rate;
    }
    let auto = builder.request.auto_warmup;
    if let Some(Throttle { rate: allowed, burst }) = system.gateway.route_throttle {
        let allowed = allowed.per_second();
        let classes: u32 = offered.accounts.iter().map(|(_, services)| *services).sum();
        let changes = rate_changes(builder, names::ROUTE_THROTTLE, allowed);
        let spec = bucket(auto, allowed, f64::from(burst), offered.busiest);
        let first =
            limiters(builder, (0..classes).map(|_| LimiterSpec { rate_changes: changes.clone(), ..spec.clone() }));
        builder.legend.loads.push(limiter_load(names::ROUTE_THROTTLE, offered.busiest, allowed));
        all.push(Throttling { hop: names::ROUTE_THROTTLE, first, by_class: true });
        for (rate, (_, services)) in rates.iter_mut().zip(&offered.accounts) {
            *rate = rate.min(allowed * f64::from(*services));
        }
    }
    let stage = system.gateway.stage_throttle.map(|stage| (stage.rate.per_second(), f64::from(stage.burst)));
    let shared = [(names::STAGE_THROTTLE, stage), (names::ACCOUNT_THROTTLE, Some(account_throttle(system)))];
    for (hop, allowed, burst) in
        shared.into_iter().filter_map(|(hop, known)| known.map(|(rate, burst)| (hop, rate, burst)))
    {
        let changes = rate_changes(builder, hop, allowed);
        let bursts = burst_changes(builder, hop, burst);
        let spec = |rate: &f64| LimiterSpec {
            rate_changes: changes.clone(),
            burst_changes: bursts.clone(),
            ..bucket(auto, allowed, burst, *rate)
        };
        let first = limiters(builder, rates.iter().map(spec));
        let busiest = rates.iter().copied().fold(0.0, f64::max);
        builder.legend.loads.push(limiter_load(hop, busiest, allowed));
        all.push(Throttling { hop, first, by_class: false });
        rates.iter_mut().for_each(|rate| *rate = rate.min(allowed));
    }
    all
}

/// Later rates of a throttle of the rate `base`: by a factor on its hop, and of an account's by its quota. The event that began last
/// holds.
fn rate_changes(builder: &Builder<'_>, hop: &str, base: f64) -> Steps<f64> {
    timeline::picked(builder.request.scenario, builder.request.warmup_ns, base, |event| match event.change {
        Change::RateFactor(factor) if event.hop.as_deref() == Some(hop) => Some(base * factor),
        Change::Quota { id, value } if hop == names::ACCOUNT_THROTTLE && id == THROTTLE_RATE => Some(value),
        _ => None,
    })
}

/// Later capacities of an account's throttle, by its quota.
fn burst_changes(builder: &Builder<'_>, hop: &str, base: f64) -> Steps<u32> {
    let whole = |burst: f64| burst.max(1.0) as u32;
    timeline::picked(builder.request.scenario, builder.request.warmup_ns, whole(base), |event| match event.change {
        Change::Quota { id, value } if hop == names::ACCOUNT_THROTTLE && id == THROTTLE_BURST => Some(whole(value)),
        _ => None,
    })
}

/// The throttles that services of one account pass.
pub(super) fn of_account(throttles: &[Throttling], account: u32) -> Vec<Throttling> {
    let own = |throttle: &Throttling| if throttle.by_class { 0 } else { account };
    throttles.iter().map(|throttle| Throttling { first: throttle.first + own(throttle), ..*throttle }).collect()
}

/// Adds limiters and returns the index of the first.
fn limiters(builder: &mut Builder<'_>, specs: impl Iterator<Item = LimiterSpec>) -> u32 {
    let first = builder.network.limiters.len() as u32;
    specs.for_each(|spec| {
        builder.limiter(spec);
    });
    first
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
        burst_changes: Steps::default(),
    }
}
