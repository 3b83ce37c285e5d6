//! `[client]`: the timeout of an attempt, and retries.

use super::decode::Context;
use super::fields::{Field, Fields};
use super::laws::distribution;
use super::tree::Value;
use super::types::{AwsSdk, Client, Retries, RetryBudget};
use crate::random::Distribution;
use crate::units::Duration;

/// The AWS SDKs' standard mode, in the words of scenario types. Source: AWS SDKs and Tools Reference Guide, "Retry behavior".
const AWS_SDK: AwsSdk = AwsSdk {
    attempts: 3,
    base: Duration(50_000_000),
    throttle_base: Duration(1_000_000_000),
    cap: Duration(20_000_000_000),
    quota: 500,
    retry_cost: 14,
    throttle_cost: 5,
    processes: 1,
};

/// `[client]`; absent: no timeout of its own, no retries.
pub(super) fn client(top: &Fields<'_>, context: &Context<'_>) -> Option<Client> {
    let Some(field) = top.get("client") else {
        return Some(Client { timeout: None, retries: Retries::None });
    };
    let fields = Fields::new(field.sink, field.node, "`[client]`")?;
    let timeout = fields.get("timeout").map(|f| f.positive_duration());
    let retries = fields.get("retries").map(|f| retries(&f, context));
    fields.finish();
    Some(Client {
        timeout: match timeout {
            Some(timeout) => Some(timeout?),
            None => None,
        },
        retries: match retries {
            Some(retries) => retries?,
            None => Retries::None,
        },
    })
}

fn retries(field: &Field<'_>, context: &Context<'_>) -> Option<Retries> {
    let fields = field.table()?;
    if let Some(policy) = fields.get("policy") {
        return aws_sdk(&policy, &fields);
    }
    let max = fields.require("max", "the most retries of a request, as `max = 2`").and_then(|f| {
        f.count(0..=100).or_else(|| {
            f.sink.hint_last("leave `retries` out for clients that never retry");
            None
        })
    });
    let backoff = fields.require("backoff", "a distribution, as `{ exponential = { mean = \"100ms\" } }`");
    let backoff = backoff.and_then(|f| match &f.node.value {
        Value::Text(text) if text == "none" => Some(Distribution::constant(0.0)),
        _ => distribution(&f, context.base),
    });
    let budget = fields.get("budget").map_or(Some(None), |f| budget(&f).map(Some));
    fields.finish();
    let (max, backoff, budget) = (max?, backoff?, budget?);
    Some(if max == 0 { Retries::None } else { Retries::Backoff { max: u32::try_from(max).ok()?, backoff, budget } })
}

/// `budget`, whose defaults are those of the SDKs' retry quota.
fn budget(field: &Field<'_>) -> Option<RetryBudget> {
    let fields = field.table()?;
    let count = |key, least, default| fields.get(key).map_or(Some(default), |f| f.small(least));
    let (tokens, cost) = (count("tokens", 0, AWS_SDK.quota), count("cost", 0, AWS_SDK.retry_cost));
    let throttle_cost = count("throttle_cost", 0, AWS_SDK.throttle_cost);
    let processes = count("processes", 1, AWS_SDK.processes);
    fields.finish();
    Some(RetryBudget { tokens: tokens?, cost: cost?, throttle_cost: throttle_cost?, processes: processes? })
}

fn aws_sdk(policy: &Field<'_>, fields: &Fields<'_>) -> Option<Retries> {
    let known = policy.choice(&[("aws-sdk-standard", ())]);
    let count = |key, least, default| fields.get(key).map_or(Some(default), |f| f.small(least));
    let time = |key, default| fields.get(key).map_or(Some(default), |f| f.duration());
    let attempts = fields.get("attempts").map_or(Some(u64::from(AWS_SDK.attempts)), |f| f.count(1..=101));
    let (base, throttle_base) = (time("base", AWS_SDK.base), time("throttle_base", AWS_SDK.throttle_base));
    let (cap, quota) = (time("cap", AWS_SDK.cap), count("quota", 0, AWS_SDK.quota));
    let retry_cost = count("retry_cost", 0, AWS_SDK.retry_cost);
    let throttle_cost = count("throttle_cost", 0, AWS_SDK.throttle_cost);
    let processes = count("processes", 1, AWS_SDK.processes);
    fields.finish();
    known?;
    Some(Retries::AwsSdkStandard(AwsSdk {
        attempts: u32::try_from(attempts?).ok()?,
        base: base?,
        throttle_base: throttle_base?,
        cap: cap?,
        quota: quota?,
        retry_cost: retry_cost?,
        throttle_cost: throttle_cost?,
        processes: processes?,
    }))
}
