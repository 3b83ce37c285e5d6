//! Trees that nobody would write, thrown at the readers of Terraform and of listings: whatever stands in them, nothing may panic or
//! go on for ever. Random trees of the words that the readers know, and real shapes with random places changed.

use super::Source;
use super::node::{Node, Value};
use super::syntax::{Parsed, parse};
use super::{listing, terraform};

/// Draws by a fixed rule: the tests are the same on every run.
struct Draws(u64);

impl Draws {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % below
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.next(words.len())]
    }
}

/// Keys of plans, states and their resources.
const TERRAFORM: [&str; 62] = [
    "version",
    "terraform_version",
    "resources",
    "instances",
    "attributes",
    "type",
    "name",
    "module",
    "mode",
    "index_key",
    "index",
    "address",
    "values",
    "root_module",
    "child_modules",
    "planned_values",
    "resource_changes",
    "change",
    "actions",
    "after",
    "after_unknown",
    "before",
    "configuration",
    "module_calls",
    "expressions",
    "references",
    "constant_value",
    "outputs",
    "expression",
    "variables",
    "value",
    "for_each_expression",
    "arn",
    "id",
    "dns_name",
    "load_balancer_arn",
    "default_action",
    "target_group_arn",
    "forward",
    "target_group",
    "rest_api_id",
    "resource_id",
    "parent_id",
    "http_method",
    "uri",
    "connection_id",
    "connection_type",
    "subnets",
    "subnet_mapping",
    "api_id",
    "target",
    "integration_uri",
    "condition",
    "path_pattern",
    "port",
    "depends_on",
    "dependencies",
    "body",
    "priority",
    "sensitive_attributes",
    "attributes_flat",
    "subnets.#",
];

/// Values of the same: types, references, texts that look like numbers and addresses.
const TERRAFORM_TEXTS: [&str; 34] = [
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_target_group",
    "aws_api_gateway_rest_api",
    "aws_api_gateway_resource",
    "aws_api_gateway_method",
    "aws_api_gateway_integration",
    "aws_apigatewayv2_route",
    "aws_apigatewayv2_integration",
    "aws_autoscaling_group",
    "aws_ecs_service",
    "aws_lb_listener_rule",
    "aws_lb_target_group_attachment",
    "a",
    "module.a",
    "module.a[\"x\"]",
    "module.a.module.a",
    "aws_lb.a",
    "aws_lb.a.arn",
    "data.aws_lb.a",
    "var.a",
    "module.a.a",
    "each.value.a",
    "local.a",
    "each",
    "data",
    ".",
    "[",
    "a[\"",
    "-1",
    "1e999",
    "",
    "VPC_LINK",
    "{\"openapi\": \"3.0.1\", \"paths\": {\"/\": null}}",
];

/// Keys of listings.
const LISTINGS: [&str; 52] = [
    "items",
    "item",
    "Items",
    "LoadBalancers",
    "Listeners",
    "Rules",
    "TargetGroups",
    "TargetHealthDescriptions",
    "Attributes",
    "Limits",
    "Services",
    "services",
    "Quotas",
    "Quota",
    "status_code",
    "data",
    "NextToken",
    "id",
    "name",
    "path",
    "resourceMethods",
    "methodIntegration",
    "httpMethod",
    "type",
    "uri",
    "cacheNamespace",
    "createdDate",
    "rootResourceId",
    "targetArns",
    "apiStages",
    "stageName",
    "methodSettings",
    "RouteKey",
    "Target",
    "IntegrationId",
    "IntegrationType",
    "ApiId",
    "ProtocolType",
    "VpcLinkId",
    "LoadBalancerArn",
    "ListenerArn",
    "RuleArn",
    "TargetGroupArn",
    "TargetGroupName",
    "TargetHealth",
    "Key",
    "Value",
    "QuotaCode",
    "Conditions",
    "Actions",
    "ResourceArns",
    "AutoScalingGroups",
];

const LISTING_TEXTS: [&str; 14] = [
    "a",
    "integrations/a",
    "GET /a",
    "$default",
    "arn:aws:elasticloadbalancing:r:1:listener-rule/app/n/1/2/3",
    "arn:",
    "/",
    "//",
    "CUSTOM",
    "default",
    "-5",
    "1e400",
    "",
    "arn:aws:apigateway:r::/restapis/a/stages/b",
];

fn node(value: Value) -> Node {
    Node { value, line: None }
}

/// A random tree; `depth` bounds it.
fn tree(draws: &mut Draws, depth: usize, keys: &[&str], texts: &[&str]) -> Node {
    let kinds = if depth == 0 { 4 } else { 9 };
    node(match draws.next(kinds) {
        0 => Value::Null,
        1 => Value::Bool(draws.next(2) == 0),
        2 => Value::Number(["0", "1", "4", "-3", "1e300", "4294967296", "0.5"][draws.next(7)].into()),
        3 => Value::Text(draws.of(texts).into()),
        4 | 5 => Value::List((0..draws.next(4)).map(|_| tree(draws, depth - 1, keys, texts)).collect()),
        _ => {
            let pairs = (0..draws.next(8)).map(|_| (draws.of(keys).to_string(), tree(draws, depth - 1, keys, texts)));
            Value::Table(pairs.collect())
        }
    })
}

/// The tree with one place in about `one_in` changed: taken away, emptied, doubled, put under another key, or random.
fn changed(from: &Node, draws: &mut Draws, one_in: usize, words: (&[&str], &[&str])) -> Node {
    if draws.next(one_in) == 0 {
        return if draws.next(3) == 0 { node(Value::Null) } else { tree(draws, 3, words.0, words.1) };
    }
    node(match &from.value {
        Value::List(entries) => {
            let mut list: Vec<Node> = entries.iter().map(|entry| changed(entry, draws, one_in, words)).collect();
            if draws.next(one_in) == 0 {
                list.extend(list.clone());
            }
            Value::List(list)
        }
        Value::Table(pairs) => {
            let mut table = Vec::new();
            for (key, below) in pairs {
                let key = if draws.next(one_in) == 0 { draws.of(words.0) } else { key };
                if draws.next(one_in) > 0 {
                    table.push((key.to_string(), changed(below, draws, one_in, words)));
                }
            }
            Value::Table(table)
        }
        other => other.clone(),
    })
}

fn whole(node: Node) -> Vec<(String, Parsed)> {
    vec![("get-routes-a1b2c3d4.json".into(), Parsed { node, further: Vec::new(), repeated: Vec::new() })]
}

fn real(text: &str) -> Node {
    parse(&Source { name: "real".into(), bytes: text.as_bytes().to_vec() }).unwrap().node
}

const PLAN: &str = r#"{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
    {"address": "aws_lb.a", "mode": "managed", "type": "aws_lb", "name": "a", "values": {"load_balancer_type": "network"}},
    {"address": "aws_api_gateway_rest_api.a", "type": "aws_api_gateway_rest_api", "name": "a", "values": {"name": "a"}},
    {"address": "aws_api_gateway_resource.a", "type": "aws_api_gateway_resource", "name": "a", "values": {"path_part": "a"}},
    {"address": "aws_api_gateway_integration.a", "type": "aws_api_gateway_integration", "name": "a",
        "values": {"type": "HTTP", "connection_type": "VPC_LINK"}}],
    "child_modules": [{"address": "module.a[\"x\"]", "resources": [
    {"address": "module.a[\"x\"].aws_lb_listener.a", "type": "aws_lb_listener", "name": "a", "index": "x",
        "values": {"port": 80}}]}]}},
    "resource_changes": [{"address": "aws_lb.a", "change": {"actions": ["create"], "after": {},
        "after_unknown": {"arn": true}}}],
    "configuration": {"root_module": {"resources": [
    {"mode": "managed", "type": "aws_api_gateway_resource", "name": "a",
        "expressions": {"parent_id": {"references": ["aws_api_gateway_resource.a"]}}},
    {"mode": "managed", "type": "aws_api_gateway_integration", "name": "a",
        "expressions": {"uri": {"references": ["aws_lb.a.dns_name"]},
     "resource_id": {"references": ["aws_api_gateway_resource.a.parent_id", "aws_api_gateway_resource.a"]}}}],
    "module_calls": {"a": {"expressions": {"a": {"references": ["module.a.a", "aws_lb.a.arn"]}},
        "for_each_expression": {"references": ["var.a"]},
    "module": {"outputs": {"a": {"expression": {"references": ["var.a", "aws_lb_listener.a.arn"]}}}, "variables": {"a": {}},
    "resources": [{"mode": "managed", "type": "aws_lb_listener", "name": "a",
        "expressions": {"load_balancer_arn": {"references": ["var.a"]}}}]}}}}}}"#;

const STATE: &str = r#"{"version": 4, "lineage": "a", "resources": [
    {"module": "module.a", "mode": "managed", "type": "aws_lb", "name": "a", "instances": [
     {"index_key": 0, "attributes": {"arn": "a", "subnets": ["a"]}, "sensitive_attributes": [[{"type": "get_attr",
         "value": "a"}]]}]},
    {"mode": "managed", "type": "aws_lb_listener", "name": "a", "instances": [{"attributes": {"load_balancer_arn": "a",
     "default_action": [{"type": "forward", "forward": [{"target_group": [{"arn": "b"}]}]}]},
         "dependencies": ["module.a.aws_lb.a"]}]},
    {"mode": "managed", "type": "aws_lb_target_group", "name": "a", "instances": [{"attributes": {"arn": "b"}}]},
    {"mode": "managed", "type": "aws_autoscaling_group", "name": "a",
        "instances": [{"attributes": {"target_group_arns": ["b"], "min_size": 2}}]},
    {"mode": "managed", "type": "aws_apigatewayv2_route", "name": "a", "instances": [{"attributes": {"api_id": "a",
        "target": "integrations/a"}}]},
    {"mode": "managed", "type": "aws_apigatewayv2_integration", "name": "a", "instances": [{"attributes_flat": {"id": "a",
        "tls_config.#": "0"}}]}]}"#;

const LISTING: &str = r#"[{"items": [{"id": "a", "name": "a", "createdDate": 1, "rootResourceId": "r"}, {"id": "r",
    "path": "/", "resourceMethods":
    {"GET": {"httpMethod": "GET", "methodIntegration": {"type": "HTTP", "connectionType": "VPC_LINK", "connectionId": "l",
        "uri": "http://a"}}, "PUT": {}}}]},
    {"Items": [{"ApiId": "b", "ProtocolType": "HTTP"}, {"RouteKey": "GET /a", "Target": "integrations/i"},
        {"IntegrationId": "i", "IntegrationType": "HTTP_PROXY"}]},
    {"item": [{"stageName": "s", "deploymentId": "d", "methodSettings": {"*/*": {"throttlingRateLimit": 5,
        "throttlingBurstLimit": 2}}}]},
    {"LoadBalancers": [{"LoadBalancerArn": "l", "Type": "network", "AvailabilityZones": [{"SubnetId": "s"}]}]},
    {"Rules": [{"RuleArn": "arn:x:listener-rule/app/n/1/2/3", "Priority": "1", "Conditions": [{"Field": "path-pattern",
        "Values": ["/a"]}], "Actions": []}]},
    {"TargetGroups": [{"TargetGroupArn": "g", "TargetGroupName": "g"}]},
        {"TargetHealthDescriptions": [{"Target": {"Id": "i"}, "TargetHealth": {}}]},
    {"Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "60"}]}, {"Quotas": [{"QuotaCode": "L-1", "Value": 1}]},
    {"services": [{"serviceName": "a", "serviceArn": "a", "desiredCount": 2, "loadBalancers": [{"targetGroupArn": "g"}]}]}]"#;

#[test]
fn no_tree_makes_the_reader_of_terraform_panic() {
    let words: (&[&str], &[&str]) = (&TERRAFORM, &TERRAFORM_TEXTS);
    let shapes = [real(PLAN), real(STATE)];
    assert!(shapes.iter().all(|shape| terraform::read(&whole(shape.clone())).is_ok()));
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    for round in 0..6_000 {
        let node = match round % 3 {
            0 => tree(&mut draws, 8, words.0, words.1),
            shape => changed(&shapes[shape - 1], &mut draws, 4 + round % 40, words),
        };
        read += usize::from(terraform::read(&whole(node)).is_ok());
    }
    assert!(read > 1_000, "most changed plans are plans still: {read}");
}

#[test]
fn no_tree_makes_the_reader_of_listings_panic() {
    let words: (&[&str], &[&str]) = (&LISTINGS, &LISTING_TEXTS);
    let shape = real(LISTING);
    assert!(listing::read(&whole(shape.clone())).is_ok());
    let mut draws = Draws(0x2545_f491_4f6c_dd1d);
    let mut read = 0;
    for round in 0..6_000 {
        let node = match round % 2 {
            0 => tree(&mut draws, 6, words.0, words.1),
            _ => changed(&shape, &mut draws, 4 + round % 40, words),
        };
        read += usize::from(listing::read(&whole(node)).is_ok());
    }
    assert!(read > 2_000, "most changed listings are listings still: {read}");
}
