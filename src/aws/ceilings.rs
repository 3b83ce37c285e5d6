//! Ceilings: how many services fit each quota, as a ladder of rungs up to the first that cannot be raised. Found by search on the
//! use of quotas, which grows with the services; no closed formula of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::inventory::{Inventory, inventory};
use super::option::ArchitectureOption;
use super::pressure;
use super::quotas::{self, LeadTime, Quota};
use super::system::System;
use super::traffic::{self, STAGE_THROTTLE};
use super::uses::{self, Uses};

/// The most services that a scenario may have, and so the end of every search.
pub const MOST_SERVICES: u32 = 100_000;

/// Which sort of limit a rung is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Counts units.
    Structure,
    /// Counts requests, connections or bytes.
    Traffic,
}

impl Kind {
    /// As results have it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Kind::Structure => "structure",
            Kind::Traffic => "traffic",
        }
    }
}

/// One rung of an option's ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    /// Option name.
    pub option: String,
    /// Structure or traffic.
    pub kind: Kind,
    /// Quota id.
    pub quota: String,
    /// AWS quota code, where AWS has one.
    pub code: Option<String>,
    /// For people: "ALBs per Region".
    pub name: String,
    /// Value in force.
    pub limit: f64,
    /// Used by everything else.
    pub used: f64,
    /// Whether it can be raised (a subnet: whether it can be made larger).
    pub adjustable: bool,
    /// `routine`, `case by case` or `never`.
    pub lead_time: String,
    /// The most services that fit; 0 where a single one exceeds it.
    pub services: u32,
    /// Whether it is the first of its kind, every tied one included.
    pub binding: bool,
    /// What presses on it, in words.
    pub pressed_by: Vec<String>,
    /// AWS CLI line that asks for enough; `None` where none can be asked for.
    pub ask: Option<String>,
    /// Where the value comes from.
    pub value_from: String,
    /// Source of the fact.
    pub source: String,
    /// Date of the source.
    pub date: String,
}

/// A limit in force, of AWS or of the scenario.
pub(super) struct Limit {
    pub quota: String,
    pub code: Option<String>,
    service: String,
    pub name: String,
    pub value: f64,
    pub used: f64,
    pub adjustable: bool,
    pub lead_time: LeadTime,
    pub from: String,
    pub source: String,
    pub date: String,
}

/// What an option uses at each number of services, each computed once.
pub(super) struct Search<'a> {
    pub option: &'a ArchitectureOption,
    pub system: &'a System,
    known: RefCell<BTreeMap<u32, (Uses, Uses)>>,
}

impl<'a> Search<'a> {
    pub fn new(option: &'a ArchitectureOption, system: &'a System) -> Search<'a> {
        Search { option, system, known: RefCell::default() }
    }

    /// The use of a limit by so many services; 0 where the option does not touch it.
    pub fn use_of(&self, kind: Kind, id: &str, services: u32) -> f64 {
        let mut known = self.known.borrow_mut();
        let (structure, traffic) = known.entry(services).or_insert_with(|| {
            let inventory = inventory(self.option, services, self.system);
            (uses::structure(&inventory, self.system), traffic::traffic(&inventory, self.option, self.system))
        });
        let uses = if kind == Kind::Structure { structure } else { traffic };
        uses.get(id).copied().unwrap_or(0.0)
    }

    /// Every limit of a kind that the option touches.
    pub fn ids(&self, kind: Kind) -> Vec<&'static str> {
        self.use_of(kind, "", MOST_SERVICES);
        let known = self.known.borrow();
        let at_end = known.get(&MOST_SERVICES);
        at_end
            .map(|(structure, traffic)| if kind == Kind::Structure { structure } else { traffic })
            .map(|uses| uses.keys().copied().collect())
            .unwrap_or_default()
    }

    /// The most services whose use fits `limit`; `None` where all fit.
    fn ceiling(&self, kind: Kind, id: &str, limit: &Limit) -> Option<u32> {
        largest(|services| fits_limit(self.use_of(kind, id, services) + limit.used, limit.value))
    }

    /// The limits of a kind that some number of services exceeds, each with the most services that fit.
    pub fn ceilings(&self, kind: Kind) -> Vec<(u32, Limit)> {
        let found = |id| {
            let limit = limit(self.system, id)?;
            Some((self.ceiling(kind, id, &limit)?, limit))
        };
        self.ids(kind).into_iter().filter_map(found).collect()
    }
}

/// The largest number of services that fits, where a larger one never fits again; `None` where all fit. Doubles until one does not
/// fit, then halves the bracket.
fn largest(fits: impl Fn(u32) -> bool) -> Option<u32> {
    if fits(MOST_SERVICES) {
        return None;
    }
    let (mut good, mut bad) = (0, 1);
    while bad < MOST_SERVICES && fits(bad) {
        (good, bad) = (bad, bad.saturating_mul(2).min(MOST_SERVICES));
    }
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(good)
}

/// Whether a use fits a limit, but for the rounding of a sum of rates.
pub(super) fn fits_limit(amount: f64, limit: f64) -> bool {
    amount <= limit * (1.0 + 1e-12)
}

/// The ladder of an option: rungs of both kinds by services, each kind up to the first that cannot be raised. A quota whose use
/// stops growing below its value has no rung. `ask` is for the system's own number of services, or the next rung beyond it.
#[must_use]
pub fn ladder(option: &ArchitectureOption, system: &System) -> Vec<Rung> {
    let search = Search::new(option, system);
    let mut ladder = rungs(&search, Kind::Structure);
    ladder.extend(rungs(&search, Kind::Traffic));
    ladder.sort_by_key(|rung| (rung.services, rung.kind));
    ladder
}

fn rungs(search: &Search<'_>, kind: Kind) -> Vec<Rung> {
    let mut found = search.ceilings(kind);
    // Of tied ones the wall comes last: it ends the ladder.
    found.sort_by(|(a, x), (b, y)| (a, !x.adjustable, &x.quota).cmp(&(b, !y.adjustable, &y.quota)));
    let wall = found.iter().find(|(_, limit)| !limit.adjustable).map(|(services, _)| *services);
    found.retain(|(services, _)| wall.is_none_or(|wall| *services <= wall));
    let first = found.first().map(|(services, _)| *services);
    let ceilings: Vec<u32> = found.iter().map(|(services, _)| *services).collect();
    let rung = |(services, limit): (u32, Limit)| {
        let next = ceilings.iter().copied().find(|other| *other > services).unwrap_or(services.saturating_add(1));
        let wanted = search.system.services.count;
        let enough_for = if wanted > services { wanted } else { next.min(MOST_SERVICES) };
        let needed = search.use_of(kind, &limit.quota, enough_for) + limit.used;
        let at = inventory(search.option, services, search.system);
        Rung {
            option: search.option.name.clone(),
            kind,
            pressed_by: pressure::words(search.option, search.system, kind, &limit.quota, limit.value, &at),
            ask: ask(&limit, needed, &search.system.account.region),
            quota: limit.quota,
            code: limit.code,
            name: limit.name,
            limit: limit.value,
            used: limit.used,
            adjustable: limit.adjustable,
            lead_time: limit.lead_time.text().into(),
            services,
            binding: Some(services) == first,
            value_from: limit.from,
            source: limit.source,
            date: limit.date,
        }
    };
    found.into_iter().map(rung).collect()
}

/// The limit of this id: a quota, or the user's own stage throttle.
pub(super) fn limit(system: &System, id: &str) -> Option<Limit> {
    if id == STAGE_THROTTLE {
        return system.gateway.stage_throttle.map(|throttle| Limit {
            quota: id.into(),
            code: None,
            service: String::new(),
            name: "stage throttle, requests per second".into(),
            value: throttle.rate.per_second(),
            used: 0.0,
            adjustable: true,
            lead_time: LeadTime::Routine,
            from: "scenario".into(),
            source: "`[gateway] stage_throttle` of the scenario".into(),
            date: String::new(),
        });
    }
    quotas::find(id).map(|quota| {
        let (value, from) = quotas::in_force(system, quota);
        Limit {
            quota: quota.id.clone(),
            code: quota.code.clone(),
            service: quota.service.clone(),
            name: quota.name.clone(),
            value,
            used: quotas::used(system, quota),
            adjustable: quota.adjustable,
            lead_time: quota.lead_time,
            from,
            source: quota.source.clone(),
            date: quota.date.clone(),
        }
    })
}

/// The AWS CLI line that asks for `needed` of a limit; `None` where it cannot be raised or has no code.
pub(super) fn ask(limit: &Limit, needed: f64, region: &str) -> Option<String> {
    let code = limit.code.as_ref().filter(|_| limit.adjustable)?;
    Some(format!(
        "aws service-quotas request-service-quota-increase --region {region} --service-code {} --quota-code {code} \
         --desired-value {}",
        limit.service,
        needed.ceil()
    ))
}

/// Whether the quotas in force, of units and addresses, allow so many services; traffic is not asked.
///
/// # Errors
/// Every quota that is exceeded, in the order of their ids.
pub fn fits(option: &ArchitectureOption, services: u32, system: &System) -> Result<(), Vec<&'static Quota>> {
    let exceeded = exceeded(&inventory(option, services, system), system);
    if exceeded.is_empty() { Ok(()) } else { Err(exceeded) }
}

/// Every quota of units and addresses in force that an inventory exceeds, in the order of their ids.
#[must_use]
pub fn exceeded(inventory: &Inventory, system: &System) -> Vec<&'static Quota> {
    let exceeds = |used: &Use| !fits_limit(used.amount + used.used, used.limit);
    uses(inventory, system).into_iter().filter(exceeds).map(|used| used.quota).collect()
}

/// What an inventory uses of one quota.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The quota.
    pub quota: &'static Quota,
    /// What the option uses: of an account's pool, or of the fullest unit or VPC.
    pub amount: f64,
    /// What everything else uses.
    pub used: f64,
    /// The value in force.
    pub limit: f64,
}

/// The use of every quota that counts units and that the option touches, in the order of quota ids.
#[must_use]
pub fn uses(inventory: &Inventory, system: &System) -> Vec<Use> {
    let with_limit = |(id, amount): (&'static str, f64)| {
        let quota = quotas::find(id)?;
        let (limit, used) = (quotas::in_force(system, quota).0, quotas::used(system, quota));
        Some(Use { quota, amount, used, limit })
    };
    uses::structure(inventory, system).into_iter().filter_map(with_limit).collect()
}
