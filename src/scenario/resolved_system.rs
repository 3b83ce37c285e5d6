//! The tables of an options scenario, as `resolved` writes them.

use super::changing;
use super::options;
use super::prices;
use super::resolved::Lines;
use super::tree::{float_toml, quoted};
use super::written::{distribution, list, rate, time};
use crate::aws::as_built;
use crate::aws::deployments::Deployments;
use crate::aws::growth::Growth;
use crate::aws::mix;
use crate::aws::option::{ArchitectureOption, Share};
use crate::aws::part::Part;
use crate::aws::system::{
    Account, AccountTopology, Balancing, Deployment, Gateway, Listed, Network, Services, System, Throttle,
};
use crate::units::{Bytes, Duration};

/// Built-in options by name, the others as tables, so that the file needs no other.
pub(super) fn options(lines: &mut Lines, system: &System) {
    lines.line(
        "options",
        list(
            // A mix is found anew from what the file says, as is what is built.
            system
                .options
                .iter()
                .filter(|option| option.name != mix::NAME && option.name != as_built::NAME)
                .map(|option| if is_built_in(option) { quoted(&option.name) } else { inline(option) }),
        ),
    );
}

fn is_built_in(option: &ArchitectureOption) -> bool {
    options::built_in(&option.name)
        .is_some_and(|known| known.title == option.title && known.path == option.path && known.also == option.also)
}

fn inline(option: &ArchitectureOption) -> String {
    let path = list(option.path.iter().map(|part| quoted(part.id())));
    let also = option.also.map(|part| format!(", also = {}", quoted(part.id()))).unwrap_or_default();
    let rules: Vec<String> = rules(option).into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    let (name, title) = (quoted(&option.name), quoted(&option.title));
    format!("{{ name = {name}, title = {title}, path = {path}{also}, share = {{ {} }} }}", rules.join(", "))
}

/// The sharing rules that apply to the option's path.
fn rules(option: &ArchitectureOption) -> Vec<(&'static str, String)> {
    let value = |share: Share| match share {
        Share::Count(number) => number.to_string(),
        Share::Max => quoted("max"),
        Share::Group => quoted("group"),
    };
    let last = |part| option.path.last() == Some(&part) || option.also == Some(part);
    let has = |part| option.path.contains(&part) || option.also == Some(part);
    let both = option.path.contains(&Part::Alb) && option.path.contains(&Part::Nlb);
    [
        ("services_per_alb", has(Part::Alb), option.share.services_per_alb),
        ("services_per_nlb", last(Part::Nlb), option.share.services_per_nlb),
        ("albs_per_nlb", both, option.share.albs_per_nlb),
        ("nlbs_per_link", has(Part::Nlb), option.share.nlbs_per_link),
    ]
    .into_iter()
    .filter(|(_, applies, _)| *applies)
    .map(|(key, _, share)| (key, value(share)))
    .collect()
}

/// What `[workload]` says for ceilings and cost.
pub(super) fn traffic(lines: &mut Lines, system: &System) {
    lines.line("peak_to_mean", float_toml(system.traffic.peak_to_mean));
    let bytes = |size: Option<Bytes>| size.map(|bytes| quoted(&format!("{}B", bytes.0)));
    lines.line_if("request", bytes(system.traffic.request));
    lines.line_if("response", bytes(system.traffic.response));
}

/// Every table that only options have.
pub(super) fn system(lines: &mut Lines, system: &System) {
    services(lines, &system.services);
    system.listed.iter().for_each(|service| listed(lines, service));
    network(lines, &system.network);
    account(lines, &system.account);
    gateway(lines, &system.gateway);
    changing::write(lines, system);
    if !system.needs.is_empty() {
        lines.header("[requirements]");
        lines.line("needs", list(system.needs.iter().map(|need| quoted(need))));
    }
    if !system.used.is_empty() {
        lines.header("[used]");
        system.used.iter().for_each(|(key, value)| lines.line(&quoted(key), float_toml(*value)));
    }
    if !system.quotas.is_empty() {
        lines.header("[quotas]");
        system.quotas.iter().for_each(|(key, quota)| lines.line(&quoted(key), float_toml(quota.value)));
    }
    prices::write(lines, &system.prices);
    if let Some(wanted) = &system.deployments {
        deployments(lines, wanted);
    }
    if let Some(wanted) = &system.growth {
        growth(lines, wanted);
    }
    for (name, time) in &system.hop_times {
        lines.header(&format!("[hops.{name}]"));
        lines.line("time", distribution(time));
    }
    for option in system.options.iter().filter(|option| is_built_in(option)) {
        lines.header(&format!("[option.{}]", option.name));
        rules(option).iter().for_each(|(key, value)| lines.line(key, value));
    }
}

fn deployments(lines: &mut Lines, deployments: &Deployments) {
    lines.header("[deployments]");
    lines.line("per_service_per_day", float_toml(deployments.per_service_per_day));
    lines.line("hours_per_day", float_toml(deployments.hours_per_day));
    let shift = deployments.traffic_shift.map(|hold| format!("traffic_shift = {}, ", time(hold))).unwrap_or_default();
    let (code, routes) = (time(deployments.code), time(deployments.routes));
    lines.line("hold", format!("{{ code = {code}, {shift}routes = {routes} }}"));
}

fn growth(lines: &mut Lines, growth: &Growth) {
    lines.header("[growth]");
    lines.line("services_per_month", float_toml(growth.services_per_month));
    lines.line("traffic_per_year", float_toml(growth.traffic_per_year));
    lines.line("horizon_months", float_toml(growth.horizon_months));
    lines.line("margin_months", float_toml(growth.margin_months));
}

fn services(lines: &mut Lines, services: &Services) {
    lines.header("[services]");
    lines.line("count", services.count);
    lines.line("targets", services.targets);
    lines.line("concurrency", services.concurrency);
    lines.line("queue", services.queue);
    lines.line("time", distribution(&services.time));
    lines.line("time_includes_zone_leg", services.time_includes_zone_leg);
    let balancing = match services.balancing {
        Balancing::Inherit => "inherit",
        Balancing::RoundRobin => "round-robin",
        Balancing::LeastOutstanding => "least-outstanding",
        Balancing::Random => "random",
    };
    lines.line("balancing", quoted(balancing));
    let deployment = match services.deployment {
        Deployment::Rolling => "rolling",
        Deployment::BlueGreen => "blue-green",
        Deployment::InPlace => "in-place",
    };
    lines.line("deployment", quoted(deployment));
    lines.line("surge", float_toml(services.surge));
    lines.line("routes", services.routes);
    lines.line("interface_per_target", services.interface_per_target);
    lines.line_if("groups", services.groups);
    lines.line_if("autoscaling", services.autoscaling.as_ref().map(changing::written));
}

fn listed(lines: &mut Lines, listed: &Listed) {
    lines.header("[[service]]");
    lines.line("name", quoted(&listed.name));
    lines.line_if("title", listed.title.as_deref().map(quoted));
    lines.line_if("group", listed.group.as_deref().map(quoted));
    lines.line_if("option", listed.option.as_deref().map(quoted));
    lines.line_if("targets", listed.targets);
    lines.line_if("autoscaling", listed.autoscaling.as_ref().map(changing::written));
    lines.line_if("concurrency", listed.concurrency);
    lines.line_if("queue", listed.queue);
    lines.line_if("time", listed.time.as_ref().map(distribution));
    lines.line_if("weight", listed.weight.map(float_toml));
    lines.line_if("share", listed.share.map(float_toml));
    if !listed.needs.is_empty() {
        lines.line("needs", list(listed.needs.iter().map(|need| quoted(need))));
    }
}

fn network(lines: &mut Lines, network: &Network) {
    lines.header("[network]");
    lines.line("zones", network.zones);
    lines.line("vpcs", network.vpcs);
    lines.line("subnet", quoted(&format!("/{}", network.subnet_prefix)));
    lines.line("nlb_cross_zone", network.nlb_cross_zone);
    lines.line("connection_reuse", float_toml(network.connection_reuse));
    lines.line_if("zone_share", network.zone_share.map(float_toml));
}

fn account(lines: &mut Lines, account: &Account) {
    lines.header("[account]");
    lines.line("region", quoted(&account.region));
    lines.line("environments", account.environments);
    let topology = match account.topology {
        AccountTopology::Single => "single",
        AccountTopology::Federated => "federated",
        AccountTopology::Central => "central",
        AccountTopology::SharedVpc => "shared-vpc",
    };
    lines.line("topology", quoted(topology));
    lines.line("accounts", account.accounts);
}

fn gateway(lines: &mut Lines, gateway: &Gateway) {
    lines.header("[gateway]");
    let timeout =
        gateway.integration_timeout.map_or_else(|| "auto".to_string(), |timeout: Duration| timeout.to_string());
    lines.line("integration_timeout", quoted(&timeout));
    lines.line("waf", gateway.waf);
    lines.line("refund_tokens", gateway.refund_tokens);
    lines.line_if("authorizer", gateway.authorizer.as_ref().map(distribution));
    lines.line_if("stage_throttle", gateway.stage_throttle.as_ref().map(throttle));
    lines.line_if("route_throttle", gateway.route_throttle.as_ref().map(throttle));
}

fn throttle(throttle: &Throttle) -> String {
    format!("{{ rate = {}, burst = {} }}", rate(throttle.rate), throttle.burst)
}
