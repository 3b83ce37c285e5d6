//! `[network]`, `[account]` and `[gateway]`. A reader that finds something wrong tells the sink and gives the default.

use super::decode::Context;
use super::fields::{Field, Fields};
use super::laws::distribution;
use super::requirements::WAF_BEFORE_GATEWAY;
use crate::aws::regions;
use crate::aws::system::{Account, AccountTopology, Gateway, Network, Throttle};
use crate::issue::nearest;

pub(super) fn network(top: &Fields<'_>) -> Network {
    let mut network = Network::default();
    let Some(field) = top.get("network") else { return network };
    let Some(fields) = Fields::new(field.sink, field.node, "`[network]`") else { return network };
    if let Some(zones) = fields.get("zones").and_then(|f| f.count(1..=6)) {
        network.zones = zones as u32;
    }
    network.vpcs = fields.get("vpcs").and_then(|f| f.small(1)).unwrap_or(network.vpcs);
    network.subnet_prefix = fields.get("subnet").and_then(|f| prefix(&f)).unwrap_or(network.subnet_prefix);
    network.nlb_cross_zone = fields.get("nlb_cross_zone").and_then(|f| f.boolean()).unwrap_or(network.nlb_cross_zone);
    network.connection_reuse =
        fields.get("connection_reuse").and_then(|f| f.probability()).unwrap_or(network.connection_reuse);
    network.zone_share = fields.get("zone_share").and_then(|f| f.probability());
    fields.finish();
    network
}

/// `"/20"` as 20. VPC subnets are /16 to /28. Source: Amazon VPC User Guide, "Subnet CIDR blocks".
fn prefix(field: &Field<'_>) -> Option<u32> {
    const ALLOWED: &str = "a subnet must be `/16` to `/28`";
    let text = field.text()?;
    match text.strip_prefix('/').and_then(|digits| digits.parse::<u32>().ok()) {
        Some(prefix) if (16..=28).contains(&prefix) => Some(prefix),
        _ => field.refuse(ALLOWED),
    }
}

const TOPOLOGIES: [(&str, AccountTopology); 4] = [
    ("single", AccountTopology::Single),
    ("federated", AccountTopology::Federated),
    ("central", AccountTopology::Central),
    ("shared-vpc", AccountTopology::SharedVpc),
];

pub(super) fn account(top: &Fields<'_>) -> Account {
    let mut account = Account::default();
    let Some(field) = top.get("account") else { return account };
    let Some(fields) = Fields::new(field.sink, field.node, "`[account]`") else { return account };
    account.region = fields.get("region").and_then(|f| region(&f)).unwrap_or(account.region);
    account.environments = fields.get("environments").and_then(|f| f.small(1)).unwrap_or(1);
    let topology = fields.get("topology");
    if let Some(chosen) = topology.as_ref().and_then(|f| f.choice(&TOPOLOGIES)) {
        account.topology = chosen;
    }
    let accounts = fields.get("accounts");
    account.accounts = accounts.as_ref().and_then(|f| f.small(1)).unwrap_or(1);
    match (account.topology, &accounts, &topology) {
        (AccountTopology::Central, Some(field), _) if account.accounts < 2 => {
            let issue = field.refusal("a central API has an account of its own beside those of the services");
            field.sink.add(issue.hint("write `accounts = 2` or more"));
        }
        (AccountTopology::Single, Some(field), _) if account.accounts > 1 => {
            let issue = field.refusal("the topology is `single`, which is one account");
            field.sink.add(issue.hint("add `topology = \"federated\"` or `\"shared-vpc\"`"));
        }
        (AccountTopology::Federated | AccountTopology::Central | AccountTopology::SharedVpc, None, Some(field)) => {
            field.sink.add(field.refusal("`accounts` is missing").hint("add `accounts = 3`"));
        }
        _ => {}
    }
    fields.finish();
    account
}

/// A Region's name by its form: lower case words, a number at the end. The words must be those of a Region that is known; the
/// number need not, since most new Regions are a further one of a known place.
fn region(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let legal = match parts.as_slice() {
        [words @ .., number] => {
            words.len() >= 2
                && words.iter().all(word)
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        [] => false,
    };
    if !legal {
        return field.refuse("it must be the name of an AWS Region, as `us-east-1`");
    }
    let place = |name: &str| name.rsplit_once('-').map(|(place, _)| place.to_string());
    if regions::names().any(|known| place(known) == place(text)) {
        return Some(text.to_string());
    }
    let issue = field.issue(format!("`region` is `{text}`, but no AWS Region has such a name"));
    field.sink.add(match nearest(text, regions::names()) {
        Some(name) => issue.hint(format!("did you mean `{name}`?")),
        None => issue.hint("`us-east-1` is one"),
    });
    None
}

/// `needs` are those of `[requirements]`: AWS WAF before the gateway is a hop on every path that can have it, so naming the need
/// puts the hop there as `waf = true` does.
pub(super) fn gateway(top: &Fields<'_>, needs: &[String], context: &Context<'_>) -> Gateway {
    let needs_waf = needs.iter().any(|need| need == WAF_BEFORE_GATEWAY);
    let mut gateway = Gateway { waf: needs_waf, ..Gateway::default() };
    let Some(field) = top.get("gateway") else { return gateway };
    let Some(fields) = Fields::new(field.sink, field.node, "`[gateway]`") else { return gateway };
    gateway.integration_timeout =
        fields.get("integration_timeout").and_then(|f| match f.node.scalar_toml().as_deref() {
            Some("\"auto\"") => None,
            _ => f.duration().and_then(|timeout| match timeout.millis() {
                50.0..=300_000.0 => Some(timeout),
                _ => f.refuse("it must be `\"auto\"` or from `50ms` to `5min`"),
            }),
        });
    let waf = fields.get("waf");
    gateway.waf = waf.as_ref().and_then(|f| f.boolean()).unwrap_or(needs_waf);
    if let (Some(field), true, false) = (&waf, needs_waf, gateway.waf) {
        let issue = field.refusal(format!("`{WAF_BEFORE_GATEWAY}` is needed"));
        field.sink.add(issue.hint("leave `waf` out, or the need"));
    }
    gateway.refund_tokens = fields.get("refund_tokens").and_then(|f| f.boolean()).unwrap_or(false);
    gateway.authorizer = fields.get("authorizer").and_then(|f| distribution(&f, context.base));
    gateway.stage_throttle = fields.get("stage_throttle").and_then(|f| throttle(&f));
    gateway.route_throttle = fields.get("route_throttle").and_then(|f| throttle(&f));
    fields.finish();
    gateway
}

fn throttle(field: &Field<'_>) -> Option<Throttle> {
    let fields = field.table()?;
    let rate = fields.require("rate", "requests per second, as `\"5000/s\"`").and_then(|f| f.rate());
    let burst = fields.require("burst", "the most requests at once, as `2000`").and_then(|f| f.small(1));
    fields.finish();
    Some(Throttle { rate: rate?, burst: burst? })
}
