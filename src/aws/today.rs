//! How full quotas are: what an option and everything else use of each, at the system's own number of services. Counting only.

use std::collections::BTreeMap;

use super::ceilings::{self, Kind};
use super::inventory::inventory;
use super::option::ArchitectureOption;
use super::quotas;
use super::system::System;
use super::{traffic, uses};

/// The use of one limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// Quota id.
    pub quota: String,
    /// AWS quota code, where AWS has one.
    pub code: Option<String>,
    /// For people: "ALBs per Region".
    pub name: String,
    /// Units or traffic.
    pub kind: Kind,
    /// By the option: of an account's pool by the account that uses most, of a per-unit quota by the fullest unit. Units as while a
    /// service is deployed, traffic at the peak, as ladders count them.
    pub system: f64,
    /// By everything else, as the scenario states it.
    pub others: f64,
    /// Value in force.
    pub limit: f64,
    /// Whether it can be raised.
    pub adjustable: bool,
    /// `routine`, `case by case` or `never`.
    pub lead_time: &'static str,
    /// What one value is for: "account and Region", "ALB"; the stage of an API for the user's own throttle.
    pub scope: String,
    /// Where the value comes from.
    pub value_from: String,
    /// Source of the fact.
    pub source: String,
    /// Date of the source.
    pub date: String,
}

impl Use {
    /// What is used, over the value; `None` where the value is 0.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.limit > 0.0).then(|| (self.system + self.others) / self.limit)
    }
}

/// Every limit that the option or anything else uses: fullest first, of equal ones by id. A limit of 0 that is used comes first.
#[must_use]
pub fn uses(option: &ArchitectureOption, system: &System) -> Vec<Use> {
    let counted = inventory(option, system.services.count, system);
    let traffic =
        traffic::traffic(&counted, option, system).into_iter().map(|(id, amount)| (id, Kind::Traffic, amount));
    let units = uses::structure(&counted, system).into_iter().map(|(id, amount)| (id, Kind::Structure, amount));
    let mut amounts: BTreeMap<&str, (Kind, f64)> = units.chain(traffic).map(|(id, kind, n)| (id, (kind, n))).collect();
    for quota in system.used.keys().filter_map(|key| quotas::find(key)) {
        // What others use of a throttle is traffic, whether or not the option has a rate.
        let kind = if quota.unit.contains("/s") { Kind::Traffic } else { Kind::Structure };
        amounts.entry(&quota.id).or_insert((kind, 0.0));
    }
    let of = |(id, (kind, amount)): (&str, (Kind, f64))| {
        let limit = ceilings::limit(system, id)?;
        let scope = quotas::find(id).map_or_else(|| "stage".to_string(), |quota| quota.scope.clone());
        Some(Use {
            quota: limit.quota,
            code: limit.code,
            name: limit.name,
            kind,
            system: amount,
            others: limit.used,
            limit: limit.value,
            adjustable: limit.adjustable,
            lead_time: limit.lead_time.text(),
            scope,
            value_from: limit.from,
            source: limit.source,
            date: limit.date,
        })
    };
    let mut all: Vec<Use> = amounts.into_iter().filter_map(of).collect();
    all.retain(|one| one.system + one.others > 0.0);
    let share = |one: &Use| one.share().unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| share(b).total_cmp(&share(a)).then_with(|| a.quota.cmp(&b.quota)));
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::system::QuotaValue;
    use crate::aws::tests::options;

    #[test]
    fn what_the_system_and_others_use_is_held_against_the_value_in_force() {
        let mut system = System::aws_defaults(options::all());
        system.used.insert("L-53DA6B97".into(), 38.0);
        system.used.insert("apigateway.vpc-links-v1".into(), 5.0);
        system.quotas.insert("L-608BDCD4".into(), QuotaValue { value: 2.0, from: "scenario".into() });
        let all = uses(&options::named("rest-alb-direct"), &system);
        let of = |id: &str| all.iter().find(|one| one.quota == id).unwrap();
        // Four services with an ALB each, and 38 of others, of 50.
        let albs = of("elb.alb-per-region");
        assert_eq!((albs.system, albs.others, albs.limit, albs.share()), (4.0, 38.0, 50.0, Some(0.84)));
        // A link in each of two VPCs fills the two that there are; links of the other kind are only others'.
        assert_eq!((all[0].quota.as_str(), all[0].share()), ("apigateway.vpc-links-v2", Some(1.0)));
        assert_eq!((of("apigateway.vpc-links-v1").system, of("apigateway.vpc-links-v1").share()), (0.0, Some(0.25)));
        // 400 requests a second of 10,000.
        let throttle = of("apigateway.throttle-rate");
        assert_eq!((throttle.kind, throttle.share()), (Kind::Traffic, Some(0.04)));
        assert!(all.windows(2).all(|pair| pair[0].share() >= pair[1].share()), "fullest first");
    }

    #[test]
    fn a_quota_of_nothing_that_is_used_comes_first_and_has_no_share() {
        let mut system = System::aws_defaults(options::all());
        system.quotas.insert("L-53DA6B97".into(), QuotaValue { value: 0.0, from: "scenario".into() });
        let all = uses(&options::named("rest-alb-direct"), &system);
        assert_eq!((all[0].quota.as_str(), all[0].share()), ("elb.alb-per-region", None));
    }
}
