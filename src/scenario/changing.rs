//! `[health]`, `[load_balancers]` and `autoscaling`: how AWS behaves while something changes. A reader that finds something wrong
//! tells the sink and gives the default.

use super::fields::{Field, Fields};
use super::resolved::Lines;
use super::tree::{float_toml, quoted};
use super::written::time;
use crate::aws::changes::{self, Autoscaling, Checks, Health, LoadBalancers, ScalingMetric};
use crate::aws::part::Part;
use crate::aws::system::{System, TrafficRate};
use crate::units::{Duration, Rate};

/// Largest number of data points or checks in a row.
const MOST_IN_A_ROW: u64 = 1_000;

/// `[health]`: what stands there is for every kind of balancer, what stands in `[health.alb]` and so on for one.
pub(super) fn health(top: &Fields<'_>) -> Health {
    let mut health = Health::default();
    let Some(field) = top.get("health") else { return health };
    let Some(fields) = Fields::new(field.sink, field.node, "`[health]`") else { return health };
    let of_all = Stated::read(&fields);
    for part in Health::PARTS {
        of_all.apply(health.of_mut(part));
        let name = changes::name(part);
        if let Some(own) = fields.get(name)
            && let Some(own) = Fields::new(own.sink, own.node, format!("`[health.{name}]`"))
        {
            Stated::read(&own).apply(health.of_mut(part));
            own.finish();
        }
    }
    fields.finish();
    health
}

/// What a table of health checks states.
struct Stated {
    interval: Option<Duration>,
    unhealthy: Option<u64>,
    healthy: Option<u64>,
    dns_ttl: Option<Duration>,
    connect_timeout: Option<Duration>,
    deregistration: Option<Duration>,
    first_healthy: Option<Duration>,
}

impl Stated {
    fn read(fields: &Fields<'_>) -> Stated {
        let row = |key| fields.get(key).and_then(|f| f.count(1..=MOST_IN_A_ROW));
        let positive = |key| fields.get(key).and_then(|f| f.positive_duration());
        let any = |key| fields.get(key).and_then(|f| f.duration());
        Stated {
            interval: positive("interval"),
            unhealthy: row("unhealthy_threshold"),
            healthy: row("healthy_threshold"),
            dns_ttl: any("dns_ttl"),
            connect_timeout: positive("connect_timeout"),
            deregistration: any("deregistration_delay"),
            first_healthy: any("first_healthy"),
        }
    }

    fn apply(&self, checks: &mut Checks) {
        checks.interval = self.interval.unwrap_or(checks.interval);
        checks.unhealthy = self.unhealthy.map_or(checks.unhealthy, |number| number as u32);
        checks.healthy = self.healthy.map_or(checks.healthy, |number| number as u32);
        checks.dns_ttl = self.dns_ttl.unwrap_or(checks.dns_ttl);
        checks.connect_timeout = self.connect_timeout.unwrap_or(checks.connect_timeout);
        checks.deregistration = self.deregistration.unwrap_or(checks.deregistration);
        checks.first_healthy = self.first_healthy.unwrap_or(checks.first_healthy);
    }
}

/// `[load_balancers]`.
pub(super) fn load_balancers(top: &Fields<'_>) -> LoadBalancers {
    let mut balancers = LoadBalancers::default();
    let Some(field) = top.get("load_balancers") else { return balancers };
    let Some(fields) = Fields::new(field.sink, field.node, "`[load_balancers]`") else { return balancers };
    balancers.follow_load = fields.get("follow_load").and_then(|f| f.boolean()).unwrap_or(balancers.follow_load);
    let allowed = "it must be a number from 1 to 1,000";
    balancers.alb_headroom = fields
        .get("alb_headroom")
        .and_then(|f| f.number(|x| (1.0..=1e3).contains(&x), allowed))
        .unwrap_or(balancers.alb_headroom);
    fields.finish();
    balancers
}

/// Whether load balancers that are to follow load can know it.
pub(super) fn check(top: &Fields<'_>, system: &System) {
    let field = top.get("load_balancers").filter(|_| system.load_balancers.follow_load);
    let Some(field) = field else { return };
    let complain = |message: &str, hint: &str| field.sink.add(field.key_place.issue(message).hint(hint));
    if system.traffic.rate == TrafficRate::Closed {
        complain("load balancers follow an arrival rate, but `clients` are closed", "leave `follow_load` out");
    }
    let has_nlb = system.options.iter().any(|option| option.has(Part::Nlb));
    if has_nlb && system.traffic.larger().is_none_or(|bytes| bytes <= 0.0) {
        complain(
            "the capacity of an NLB is in bits per second, but nobody says how large requests and responses are",
            "add `request = \"2KiB\"` and `response = \"8KiB\"` to `[workload]`",
        );
    }
}

/// `autoscaling = { ... }` of `[services]` or of a service.
pub(super) fn autoscaling(field: &Field<'_>) -> Option<Autoscaling> {
    const METRICS: [(&str, ScalingMetric); 2] =
        [("utilisation", ScalingMetric::Utilisation), ("requests-per-target", ScalingMetric::RequestsPerTarget)];
    let fields = field.table()?;
    let metric = fields.get("metric").map_or(Some(METRICS[0].1), |f| f.choice(&METRICS));
    let hint = "as `target = 0.6` of the targets' concurrency, or `\"50/s\"` with `metric = \"requests-per-target\"`";
    let target = fields.require("target", hint);
    let target = metric.and_then(|metric| target.and_then(|f| wanted(&f, metric)));
    let min = fields.get("min").map_or(Some(1), |f| f.small(1));
    let max_field = fields.require("max", "the most targets that may run, as `max = 20`");
    let max = max_field.as_ref().and_then(|f| f.small(1));
    if let (Some(field), Some(min), Some(max)) = (&max_field, min, max)
        && max < min
    {
        return field.refuse(format!("it must be `min` or more, which is {min}"));
    }
    let mut scaling = Autoscaling::tracking(metric?, target?, min?, max?);
    let before = field.sink.count();
    let read = |key, to: &mut Duration| *to = fields.get(key).and_then(|f| f.duration()).unwrap_or(*to);
    scaling.period = fields.get("period").and_then(|f| period(&f)).unwrap_or(scaling.period);
    read("delay", &mut scaling.delay);
    read("warm_up", &mut scaling.warm_up);
    read("cooldown_out", &mut scaling.cooldown_out);
    read("cooldown_in", &mut scaling.cooldown_in);
    let row = |key| fields.get(key).and_then(|f| f.count(1..=MOST_IN_A_ROW)).map(|number| number as u32);
    scaling.out_after = row("out_after").unwrap_or(scaling.out_after);
    scaling.in_after = row("in_after").unwrap_or(scaling.in_after);
    let allowed = "it must be a number above 0, at most 1";
    scaling.in_below =
        fields.get("in_below").and_then(|f| f.number(|x| x > 0.0 && x <= 1.0, allowed)).unwrap_or(scaling.in_below);
    fields.finish();
    (field.sink.count() == before).then_some(scaling)
}

/// The length of a data point. Each is a turn of the simulation, whatever happens in it, so they may not be as short as anybody likes.
fn period(field: &Field<'_>) -> Option<Duration> {
    let shortest = changes::time("cloudwatch.shortest-period");
    let period = field.duration()?;
    if period < shortest {
        return field
            .refuse(format!("it must be at least `{shortest}`, the shortest period of a metric in CloudWatch"));
    }
    Some(period)
}

fn wanted(field: &Field<'_>, metric: ScalingMetric) -> Option<f64> {
    match metric {
        ScalingMetric::Utilisation => {
            // A metric is compared with `>`, and no share is above 1.
            let allowed = "it must be a share above 0 and below 1 of the targets' concurrency: they are never busier than 1, so \
                           that nothing would ever be above it";
            field.number(|x| x > 0.0 && x < 1.0, allowed)
        }
        ScalingMetric::RequestsPerTarget => field.rate().map(Rate::per_second),
    }
}

/// `[health]` and `[load_balancers]` as the resolved scenario has them.
pub(super) fn write(lines: &mut Lines, system: &System) {
    for part in Health::PARTS {
        let checks = system.health.of(part);
        lines.header(&format!("[health.{}]", changes::name(part)));
        lines.line("interval", time(checks.interval));
        lines.line("unhealthy_threshold", checks.unhealthy);
        lines.line("healthy_threshold", checks.healthy);
        lines.line("dns_ttl", time(checks.dns_ttl));
        lines.line("connect_timeout", time(checks.connect_timeout));
        lines.line("deregistration_delay", time(checks.deregistration));
        lines.line("first_healthy", time(checks.first_healthy));
    }
    lines.header("[load_balancers]");
    lines.line("follow_load", system.load_balancers.follow_load);
    lines.line("alb_headroom", float_toml(system.load_balancers.alb_headroom));
}

/// `autoscaling` as the resolved scenario has it.
pub(super) fn written(scaling: &Autoscaling) -> String {
    let (metric, target) = match scaling.metric {
        ScalingMetric::Utilisation => ("utilisation", float_toml(scaling.target)),
        ScalingMetric::RequestsPerTarget => ("requests-per-target", quoted(&format!("{}/s", scaling.target))),
    };
    let times = [
        ("period", scaling.period),
        ("delay", scaling.delay),
        ("warm_up", scaling.warm_up),
        ("cooldown_out", scaling.cooldown_out),
        ("cooldown_in", scaling.cooldown_in),
    ];
    let times: Vec<String> = times.iter().map(|(key, value)| format!("{key} = {}", time(*value))).collect();
    format!(
        "{{ metric = {}, target = {target}, min = {}, max = {}, {}, out_after = {}, in_after = {}, in_below = {} }}",
        quoted(metric),
        scaling.min,
        scaling.max,
        times.join(", "),
        scaling.out_after,
        scaling.in_after,
        float_toml(scaling.in_below)
    )
}
