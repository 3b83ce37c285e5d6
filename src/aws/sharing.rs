//! Whether a stated sharing number is one that the quotas of a unit allow.

use super::demand::Demand;
use super::option::{ArchitectureOption, Share};
use super::packing;
use super::part::Part;
use super::quotas::{self, Quota};
use super::system::System;
use super::{alb, nlb, vpc_link_v1};

/// A stated number that a quota forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharingError {
    /// The key of `[share]` or `[option.NAME]`, as `albs_per_nlb`.
    pub key: &'static str,
    /// What was found and what is allowed.
    pub message: String,
    /// Why: the quota, by name and code.
    pub note: String,
    /// How to mend it.
    pub hint: String,
}

/// A kind of unit, what goes into it, and what each takes of its quotas.
struct Rule<'a> {
    key: &'static str,
    stated: Share,
    unit: &'a str,
    what: &'a str,
    ids: [&'static str; 3],
    limits: [f64; 3],
    load: [f64; 3],
}

/// Checks the numbers that the option states against the quotas in force, for services as `[services]` describes them. A number
/// is not at fault where a single service already exceeds a quota: that is a ceiling of 0.
///
/// # Errors
/// The first number that a quota of its unit forbids, or an `nlbs_per_link` other than 1 of a V1 link.
pub fn check_sharing(option: &ArchitectureOption, system: &System) -> Result<(), SharingError> {
    if let Share::Count(count) = option.share.nlbs_per_link
        && option.has(Part::VpcLinkV1)
        && count != vpc_link_v1::NLBS
    {
        return Err(SharingError {
            key: "nlbs_per_link",
            message: format!("`nlbs_per_link` is {count}, but {}", vpc_link_v1::LEADS_TO),
            note: "AWS takes one load balancer as the target of a V1 link".into(),
            hint: "leave the key out, or take `vpc-link-v2`, which leads to several load balancers".into(),
        });
    }
    rules(option, system).iter().try_for_each(|rule| rule.check(system))
}

fn rules<'a>(option: &ArchitectureOption, system: &System) -> Vec<Rule<'a>> {
    let demand = Demand::of(system, None);
    let share = &option.share;
    let last = option.last_balancer();
    let mut rules = Vec::new();
    if last == Some(Part::Alb) || option.also == Some(Part::Alb) {
        let (limits, load) = (alb::limits(system), alb::service_load(system, &demand));
        let stated = share.services_per_alb;
        let key = "services_per_alb";
        rules.push(Rule { key, stated, unit: "an ALB", what: "service", ids: alb::PER_ALB, limits, load });
    }
    let unit = if system.network.nlb_cross_zone { "an NLB with cross-zone on" } else { "an NLB" };
    let (ids, limits) = (nlb::PER_NLB, nlb::limits(system));
    if last == Some(Part::Nlb) || option.also == Some(Part::Nlb) {
        let load = nlb::service_load(system, &demand);
        rules.push(Rule {
            key: "services_per_nlb",
            stated: share.services_per_nlb,
            unit,
            what: "service",
            ids,
            limits,
            load,
        });
    }
    if option.balancers().count() > 1 {
        let load = nlb::alb_load(system);
        rules.push(Rule { key: "albs_per_nlb", stated: share.albs_per_nlb, unit, what: "ALB", ids, limits, load });
    }
    rules
}

impl Rule<'_> {
    fn check(&self, system: &System) -> Result<(), SharingError> {
        let Share::Count(count) = self.stated else { return Ok(()) };
        let (most, _) = packing::room(self.limits, [0.0; 3], self.load);
        if most == 0 || count <= most {
            return Ok(());
        }
        let Some((quota, load, limit)) = self.tightest(most) else { return Ok(()) };
        let Rule { key, unit, what, .. } = self;
        let range = if most == 1 { format!("1 {what}") } else { format!("1 to {most} {what}s") };
        let code = quota.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        let need = load * f64::from(count) + quotas::used(system, quota);
        let hint = if quota.adjustable {
            format!("write `\"max\"`, or raise the quota under `[quotas]` to {need}")
        } else {
            format!("write `\"max\"` or a number up to {most}: this quota cannot be raised")
        };
        Err(SharingError {
            key,
            message: format!("`{key}` is {count}, but {unit} takes {range}"),
            note: format!("each {what} counts as {load} of the {limit} {}{code}", quota.name),
            hint,
        })
    }

    /// The quota that allows no more than `most`; of tied ones the one that cannot be raised.
    fn tightest(&self, most: u32) -> Option<(&'static Quota, f64, f64)> {
        let rows = (0..3).filter_map(|i| Some((quotas::find(self.ids[i])?, self.load[i], self.limits[i])));
        rows.filter(|(_, load, limit)| *load > 0.0 && (limit / load).floor() == f64::from(most))
            .min_by_key(|(quota, _, _)| quota.adjustable)
    }
}
