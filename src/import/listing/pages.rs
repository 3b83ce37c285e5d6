//! What a document of the AWS CLI is, by what it holds: its entries, grouped by what they are.

use crate::import::node::{Node, Origin};

/// What entries are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `apigateway get-rest-apis`.
    RestApi,
    /// `apigateway get-resources`.
    Resource,
    /// `apigateway get-method`.
    Method,
    /// `apigateway get-integration`.
    RestIntegration,
    /// `apigateway get-stages`.
    RestStage,
    /// `apigateway get-vpc-links`.
    RestLink,
    /// `apigateway get-usage-plans`.
    UsagePlan,
    /// `apigatewayv2 get-apis`.
    Api,
    /// `apigatewayv2 get-routes`.
    Route,
    /// `apigatewayv2 get-integrations`.
    Integration,
    /// `apigatewayv2 get-stages`.
    Stage,
    /// `apigatewayv2 get-vpc-links`.
    Link,
    /// `elbv2 describe-load-balancers`, `elb describe-load-balancers`.
    Balancer,
    /// `elbv2 describe-listeners`.
    Listener,
    /// `elbv2 describe-rules`.
    Rule,
    /// `elbv2 describe-target-groups`.
    TargetGroup,
    /// `elbv2 describe-target-health`.
    Health,
    /// `elbv2 describe-load-balancer-attributes` and `describe-target-group-attributes`.
    Attribute,
    /// `elbv2 describe-account-limits`.
    Limit,
    /// `servicediscovery list-services`.
    Discovery,
    /// `service-quotas list-service-quotas` and its kin.
    Quota,
    /// `ecs describe-services`.
    EcsService,
    /// `autoscaling describe-auto-scaling-groups`.
    AutoScalingGroup,
    /// `wafv2 list-resources-for-web-acl`.
    Guarded,
    /// A list without entries, by its key.
    Empty(&'static str),
    /// Known and of no use, in words.
    Other(String),
}

/// Entries of one kind in one document.
#[derive(Clone, Debug)]
pub(super) struct Page<'a> {
    /// What they are.
    pub kind: Kind,
    /// The file's name, as the user gave it.
    pub file: &'a str,
    /// The list that they stand in.
    pub origin: Origin,
    /// The entries with their places in the list; one that stands alone has none.
    pub entries: Vec<(Option<usize>, &'a Node)>,
}

impl Page<'_> {
    /// Where an entry stands.
    pub fn at(&self, place: Option<usize>, entry: &Node) -> Origin {
        match place {
            Some(place) => self.origin.at(&place.to_string(), entry.line),
            None => Origin { line: entry.line.or(self.origin.line), ..self.origin.clone() },
        }
    }
}

/// Keys whose list holds the entries, and what entries are that nothing else tells.
const LISTS: [(&str, &str); 22] = [
    ("items", "entries of `items`"),
    ("item", "entries of `item`"),
    ("Items", "entries of `Items`"),
    ("LoadBalancers", "load balancers without an ARN"),
    ("LoadBalancerDescriptions", "Classic Load Balancers"),
    ("Listeners", "listeners without an ARN"),
    ("Rules", "rules without an ARN"),
    ("TargetGroups", "target groups without an ARN"),
    ("TargetHealthDescriptions", "targets without an id"),
    ("Attributes", "attributes"),
    ("Limits", "limits"),
    ("Services", "services"),
    ("services", "services"),
    ("Quotas", "quotas without a code"),
    ("RequestedQuotas", "requests for quotas"),
    ("ResourceArns", "resources that AWS WAF guards"),
    ("AutoScalingGroups", "groups without a name"),
    ("Namespaces", "namespaces"),
    ("Subnets", "subnets"),
    ("Vpcs", "VPCs"),
    ("TagDescriptions", "tags"),
    ("WebACLs", "web ACLs"),
];

/// Keys whose table is the one entry.
const TABLES: [&str; 2] = ["Quota", "Service"];

/// How deep lists of documents may stand in one another.
const DEEPEST: usize = 4;

/// The pages of a document; `None` where it is no listing.
pub(super) fn of<'a>(root: &'a Node, file: &'a str, at: &Origin) -> Option<Vec<Page<'a>>> {
    let mut pages = Vec::new();
    collect(root, file, at, 0, &mut pages).then_some(pages)
}

fn collect<'a>(root: &'a Node, file: &'a str, at: &Origin, depth: usize, pages: &mut Vec<Page<'a>>) -> bool {
    if let Some(list) = root.list() {
        if list.is_empty() {
            pages.push(Page { kind: Kind::Empty("[]"), file, origin: at.clone(), entries: Vec::new() });
            return true;
        }
        if list.iter().all(|entry| entry.text().is_some()) {
            let kind = Kind::Other("names alone, as `--query` prints: without it the command prints all".into());
            pages.push(Page {
                kind,
                file,
                origin: at.clone(),
                entries: list.iter().map(|entry| (None, entry)).collect(),
            });
            return true;
        }
        let mut known = false;
        let single = list.iter().enumerate().filter(|(_, entry)| kind(entry).is_some());
        add(single.map(|(place, entry)| (Some(place), entry)).collect(), file, at, "", pages);
        for (index, entry) in list.iter().enumerate().filter(|_| depth < DEEPEST) {
            known |=
                kind(entry).is_some() || collect(entry, file, &at.at(&index.to_string(), entry.line), depth + 1, pages);
        }
        return known;
    }
    let mut known = false;
    for (key, otherwise) in LISTS {
        let Some(list) = root.get(key).and_then(Node::list) else { continue };
        known = true;
        let entries = list.iter().enumerate().map(|(place, entry)| (Some(place), entry));
        let at = at.at(key, None);
        // A group without targets and a web ACL without resources are told by lists that have no entry to be known by.
        let kind = match key {
            "ResourceArns" => Some(Kind::Guarded),
            "TargetHealthDescriptions" if list.is_empty() => Some(Kind::Health),
            _ => list.is_empty().then_some(Kind::Empty(key)),
        };
        match kind {
            Some(kind) => pages.push(Page { kind, file, origin: at, entries: entries.collect() }),
            None => add(entries.collect(), file, &at, otherwise, pages),
        }
    }
    for key in TABLES {
        if let Some(entry) = root.get(key).filter(|entry| entry.table().is_some()) {
            known = true;
            add(vec![(None, entry)], file, &at.at(key, entry.line), "entries of no use here", pages);
        }
    }
    if !known && kind(root).is_some() {
        known = true;
        add(vec![(None, root)], file, at, "", pages);
    }
    known
}

/// Adds entries, a page for each kind of them.
fn add<'a>(
    entries: Vec<(Option<usize>, &'a Node)>,
    file: &'a str,
    at: &Origin,
    otherwise: &str,
    pages: &mut Vec<Page<'a>>,
) {
    let begin = pages.len();
    for (place, entry) in entries {
        let kind = kind(entry).unwrap_or_else(|| Kind::Other(otherwise.to_string()));
        match pages[begin..].iter_mut().find(|page| page.kind == kind) {
            Some(page) => page.entries.push((place, entry)),
            None => pages.push(Page { kind, file, origin: at.clone(), entries: vec![(place, entry)] }),
        }
    }
}

/// What one entry is.
fn kind(entry: &Node) -> Option<Kind> {
    entry.table()?;
    let has = |key: &str| entry.get(key).is_some();
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    let arn = |key: &str, part: &str| entry.get(key).and_then(Node::text).is_some_and(|arn| arn.contains(part));
    let kind = if has("RouteKey") && !has("ApiEndpoint") {
        Kind::Route
    } else if has("IntegrationType") || (has("IntegrationId") && !has("IntegrationResponseId")) {
        Kind::Integration
    } else if has("ProtocolType") && any(&["ApiId", "ApiEndpoint"]) {
        Kind::Api
    } else if has("VpcLinkId") {
        Kind::Link
    } else if has("StageName") {
        Kind::Stage
    } else if has("RuleArn") {
        Kind::Rule
    } else if has("ListenerArn") {
        Kind::Listener
    } else if has("TargetGroupName") && has("TargetGroupArn") {
        Kind::TargetGroup
    } else if has("LoadBalancerArn") || has("ListenerDescriptions") {
        Kind::Balancer
    } else if has("Target") && any(&["TargetHealth", "HealthCheckPort"]) {
        Kind::Health
    } else if has("QuotaCode") {
        Kind::Quota
    } else if has("AutoScalingGroupName") {
        Kind::AutoScalingGroup
    } else if has("serviceArn") || (has("serviceName") && has("desiredCount")) {
        Kind::EcsService
    } else if arn("Arn", ":servicediscovery:") && arn("Arn", ":service/") {
        Kind::Discovery
    } else if has("Name") && has("Max") {
        Kind::Limit
    } else if has("Key") && has("Value") && entry.table().is_some_and(|pairs| pairs.len() == 2) {
        Kind::Attribute
    } else {
        return first_generation(entry);
    };
    Some(kind)
}

/// What an entry of `aws apigateway` is: its keys begin with a small letter.
fn first_generation(entry: &Node) -> Option<Kind> {
    let has = |key: &str| entry.get(key).is_some();
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    let kind = if has("targetArns") {
        Kind::RestLink
    } else if has("apiStages") {
        Kind::UsagePlan
    } else if has("stageName") && any(&["deploymentId", "methodSettings"]) {
        Kind::RestStage
    } else if has("path") && has("id") {
        Kind::Resource
    } else if has("httpMethod") && any(&["authorizationType", "methodIntegration", "methodResponses"]) {
        Kind::Method
    } else if has("type") && any(&["httpMethod", "uri", "cacheNamespace", "passthroughBehavior", "connectionType"]) {
        Kind::RestIntegration
    } else if has("id") && has("name") {
        // Keys, models, validators and authorizers have an id and a name too.
        let other = ["status", "enabled", "schema", "stageKeys", "type", "quota", "throttle", "validateRequestBody"];
        let own = ["createdDate", "apiKeySource", "endpointConfiguration", "rootResourceId"];
        return (any(&own) && !any(&other)).then_some(Kind::RestApi);
    } else {
        return None;
    };
    Some(kind)
}
