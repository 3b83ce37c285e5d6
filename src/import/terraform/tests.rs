//! Tests of the reader of states, and the small builder of plans that all tests of this room share.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::address;
use super::{foreign, read};
use crate::import::estate::{ApiKind, BalancerKind, Estate, Generation, Id, IntegrationKind, NoteKind, Reference};
use crate::import::syntax::{Parsed, parse};
use crate::import::{Source, node::Node};

/// A JSON text as the reader of syntax gives it.
pub(super) fn parsed(text: &str) -> Parsed {
    parse(&Source { name: "test".into(), bytes: text.as_bytes().to_vec() }).unwrap()
}

/// The estate of one document.
pub(super) fn estate(name: &str, json: &Json) -> Estate {
    read(&[(name.to_string(), parsed(&json.to_string()))]).unwrap()
}

/// Notes of a kind, as texts.
pub(super) fn notes(estate: &Estate, kind: NoteKind) -> Vec<&str> {
    estate.notes.iter().filter(|note| note.kind == kind).map(|note| note.text.as_str()).collect()
}

/// One resource of a plan: its address, what is known of it, what is known after apply only.
pub(super) fn planned(address: &str, values: Json, unknown: Json) -> (String, Json, Json) {
    (address.to_string(), values, unknown)
}

/// `type`, `name`, `index` and the address of the module of an address.
fn parts(address: &str) -> (Json, String) {
    let (modules, rest) = address::split_modules(address::steps(address));
    let data = rest[0].name == "data";
    let rest = &rest[usize::from(data)..];
    let mut table = json!({"address": address, "mode": if data { "data" } else { "managed" }, "type": rest[0].name,
        "name": rest[1].name});
    if let Some(key) = &rest[1].key {
        table["index"] = key.parse::<u32>().map_or(json!(key), |index| json!(index));
    }
    let own = format!("{}{}.{}", if data { "data." } else { "" }, rest[0].name, rest[1].name);
    let end = if modules.is_empty() { 0 } else { address.rfind(&own).unwrap() - 1 };
    (table, address[..end].to_string())
}

/// A plan of some resources, with a configuration.
pub(super) fn plan(resources: &[(String, Json, Json)], root_module: Json) -> Json {
    let mut modules: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    let mut changes = Vec::new();
    for (address, values, unknown) in resources {
        let (mut resource, module) = parts(address);
        let mut change = resource.clone();
        change["module_address"] = json!(module);
        change["change"] = json!({"actions": ["create"], "before": null, "after": values, "after_unknown": unknown});
        changes.push(change);
        resource["values"] = values.clone();
        modules.entry(module).or_default().push(resource);
    }
    let root = modules.remove("").unwrap_or_default();
    let children: Vec<Json> =
        modules.into_iter().map(|(address, resources)| json!({"address": address, "resources": resources})).collect();
    json!({
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": root, "child_modules": children}},
        "resource_changes": changes,
        "configuration": {"root_module": root_module},
    })
}

/// A resource of a configuration: expressions of attributes by their references.
pub(super) fn configured(address: &str, references: &[(&str, &[&str])]) -> Json {
    let (mut resource, _) = parts(address);
    let expressions: Map<String, Json> =
        references.iter().map(|(key, references)| ((*key).to_string(), json!({"references": references}))).collect();
    resource["expressions"] = Json::Object(expressions);
    resource
}

/// What `To` leads to in the plan `p`.
pub(super) fn to(address: &str) -> Reference {
    Reference::To(Id(format!("p#{address}")))
}

/// An action that forwards, before apply: value, what is unknown, expression.
pub(super) fn forward(group: &str) -> (Json, Json, Json) {
    let references = json!([format!("{group}.arn"), group]);
    (
        json!([{"type": "forward", "forward": []}]),
        json!([{"target_group_arn": true, "forward": []}]),
        json!([{"type": {"constant_value": "forward"}, "target_group_arn": {"references": references}}]),
    )
}

/// A configured resource with one block whose entries have expressions.
pub(super) fn with_block(address: &str, references: &[(&str, &[&str])], block: &str, expressions: Json) -> Json {
    let mut resource = configured(address, references);
    resource["expressions"][block] = expressions;
    resource
}

/// A network balancer before it exists.
pub(super) fn nlb(address: &str) -> (String, Json, Json) {
    planned(
        address,
        json!({"load_balancer_type": "network", "internal": true}),
        json!({"arn": true, "id": true, "dns_name": true}),
    )
}

/// A state file of resources with one instance each: type, name, attributes.
fn state(resources: &[(&str, &str, &str)]) -> Json {
    let resources: Vec<Json> = resources
        .iter()
        .map(|(kind, name, attributes)| {
            let attributes: Json = serde_json::from_str(attributes).unwrap();
            json!({"mode": "managed", "type": kind, "name": name, "provider": "aws",
                   "instances": [{"schema_version": 0, "attributes": attributes}]})
        })
        .collect();
    json!({"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "x", "resources": resources})
}

/// Attributes of the resources of one state: type, name, attributes as JSON.
const SHARED: [(&str, &str, &str); 18] = [
    (
        "aws_api_gateway_rest_api",
        "shop",
        r#"{"id": "a1b2c3d4e5", "name": "shop", "root_resource_id": "r00t",
            "endpoint_configuration": [{"types": ["PRIVATE"]}],
            "arn": "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5"}"#,
    ),
    (
        "aws_api_gateway_resource",
        "orders",
        r#"{"id": "res1", "parent_id": "r00t", "path_part": "orders", "rest_api_id": "a1b2c3d4e5"}"#,
    ),
    (
        "aws_api_gateway_resource",
        "order",
        r#"{"id": "res2", "parent_id": "res1", "path_part": "{id}", "rest_api_id": "a1b2c3d4e5"}"#,
    ),
    (
        "aws_api_gateway_method",
        "get",
        r#"{"rest_api_id": "a1b2c3d4e5", "resource_id": "res2", "http_method": "GET", "authorization": "CUSTOM"}"#,
    ),
    (
        "aws_api_gateway_method",
        "root",
        r#"{"rest_api_id": "a1b2c3d4e5", "resource_id": "r00t", "http_method": "ANY", "authorization": "NONE"}"#,
    ),
    (
        "aws_api_gateway_integration",
        "get",
        r#"{"rest_api_id": "a1b2c3d4e5", "resource_id": "res2", "http_method": "GET", "type": "HTTP_PROXY",
            "connection_type": "VPC_LINK", "connection_id": "lnk123", "uri": "http://shared.example:8080/orders/{id}",
            "timeout_milliseconds": 20000}"#,
    ),
    ("aws_api_gateway_vpc_link", "link", r#"{"id": "lnk123", "name": "link", "target_arns": ["arn:net/shared/1"]}"#),
    (
        "aws_api_gateway_stage",
        "prod",
        r#"{"rest_api_id": "a1b2c3d4e5", "stage_name": "prod",
            "arn": "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/stages/prod"}"#,
    ),
    (
        "aws_api_gateway_method_settings",
        "all",
        r#"{"rest_api_id": "a1b2c3d4e5", "stage_name": "prod", "method_path": "*/*",
            "settings": [{"throttling_rate_limit": 500, "throttling_burst_limit": 100}]}"#,
    ),
    (
        "aws_api_gateway_usage_plan",
        "gold",
        r#"{"name": "gold", "api_stages": [{"api_id": "a1b2c3d4e5", "stage": "prod"}]}"#,
    ),
    (
        "aws_wafv2_web_acl_association",
        "waf",
        r#"{"resource_arn": "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/stages/prod"}"#,
    ),
    (
        "aws_lb",
        "shared",
        r#"{"arn": "arn:net/shared/1", "id": "arn:net/shared/1", "name": "shared", "load_balancer_type": "network",
            "internal": true, "dns_name": "shared.example", "subnets": ["subnet-a", "subnet-b"],
            "enable_cross_zone_load_balancing": false}"#,
    ),
    ("aws_subnet", "a", r#"{"id": "subnet-a", "availability_zone": "eu-west-1a", "vpc_id": "vpc-1"}"#),
    ("aws_subnet", "b", r#"{"id": "subnet-b", "availability_zone": "eu-west-1b", "vpc_id": "vpc-1"}"#),
    (
        "aws_lb_listener",
        "tcp",
        r#"{"arn": "arn:listener", "load_balancer_arn": "arn:net/shared/1", "port": 8080, "protocol": "TCP",
            "default_action": [{"type": "forward", "target_group_arn": "arn:group"}]}"#,
    ),
    (
        "aws_lb_target_group",
        "orders",
        r#"{"arn": "arn:group", "name": "orders", "target_type": "ip", "load_balancing_cross_zone_enabled": "true",
            "vpc_id": "vpc-1"}"#,
    ),
    (
        "aws_ecs_service",
        "orders",
        r#"{"name": "orders-svc", "desired_count": 4, "load_balancer": [{"target_group_arn": "arn:group"}]}"#,
    ),
    ("aws_iam_role", "r", "{}"),
];

#[test]
fn a_state_of_a_shared_network_balancer() {
    let found = estate("s.tfstate", &state(&SHARED));
    let api = &found.apis[0];
    assert_eq!(
        (api.kind, api.resources, api.waf, api.usage_plan, api.authorizer),
        (Some(ApiKind::Rest), 3, true, true, true)
    );
    assert_eq!((api.stages.as_slice(), api.throttle), (["prod".to_string()].as_slice(), Some((500.0, 100.0))));
    assert_eq!(api.identity.aliases, ["a1b2c3d4e5"]);
    let routes: Vec<(&str, &str, IntegrationKind)> =
        found.routes.iter().map(|route| (route.method.as_str(), route.path.as_str(), route.integration.kind)).collect();
    assert_eq!(routes, [("GET", "/orders/{id}", IntegrationKind::Private), ("ANY", "/", IntegrationKind::None)]);
    let integration = &found.routes[0].integration;
    assert_eq!(integration.link, Some(Reference::Named("lnk123".into())));
    assert_eq!(
        (integration.uri.as_deref(), integration.timeout_ms),
        (Some("http://shared.example:8080/orders/{id}"), Some(20_000.0))
    );
    let balancer = &found.balancers[0];
    assert_eq!((balancer.kind, balancer.zones, balancer.cross_zone), (BalancerKind::Nlb, Some(2), Some(false)));
    assert_eq!(balancer.vpc, Some(Reference::Named("vpc-1".into())));
    assert_eq!(found.links[0].targets, [Reference::Named("arn:net/shared/1".into())]);
    let group = &found.target_groups[0];
    assert_eq!((group.desired, group.service.as_deref(), group.cross_zone), (Some(4), Some("orders-svc"), Some(true)));
    assert_eq!(notes(&found, NoteKind::PassedOver), ["1 resource of the type `aws_iam_role`"]);
}

#[test]
fn counts_keys_and_what_is_left_behind() {
    let found = estate(
        "s.tfstate",
        &json!({"version": 4, "lineage": "x", "resources": [
            {"module": "module.net", "mode": "managed", "type": "aws_lb", "name": "a", "instances": [
                {"index_key": 0, "attributes": {"arn": "arn:1", "load_balancer_type": "application"}},
                {"index_key": 1, "attributes": {"arn": "arn:2", "load_balancer_type": "gateway"}},
                {"index_key": 1, "attributes": {"arn": "arn:2", "load_balancer_type": "gateway"}},
                {"index_key": 0, "deposed": "12ab", "attributes": {"arn": "arn:0"}}]},
            {"mode": "managed", "type": "aws_lb", "name": "none", "instances": null},
            {"mode": "managed", "type": "aws_lb_listener", "name": "l", "instances": [
                {"index_key": "x.y", "attributes": {"arn": "arn:l"}, "dependencies": ["module.net.aws_vpc.v"]},
                {"index_key": "z", "attributes": null}]}]}),
    );
    let addresses: Vec<&str> = found.balancers.iter().map(|balancer| balancer.identity.origin.path.as_str()).collect();
    assert_eq!(addresses, ["module.net.aws_lb.a[0]", "module.net.aws_lb.a[1]"]);
    assert_eq!(found.listeners[0].identity.origin.path, "aws_lb_listener.l[\"x.y\"]");
    assert_eq!(
        found.listeners[0].balancer,
        Reference::Unknown("`load_balancer_arn` of `aws_lb_listener.l[\"x.y\"]` is not stated".into())
    );
    assert_eq!(
        notes(&found, NoteKind::PassedOver),
        [
            "`module.net.aws_lb.a[0]` left an object behind that waits to be destroyed (`12ab`)",
            "1 entries of `resources` have no type or no list of instances",
            "`module.net.aws_lb.a[1]` stands twice in the files; the first is read",
            "`module.net.aws_lb.a[1]` is a Gateway Load Balancer, which no private integration can use",
        ]
    );
}

#[test]
fn dependencies_stand_in_for_hidden_values() {
    let found = estate(
        "s.tfstate",
        &json!({"version": 4, "lineage": "x", "resources": [
            {"mode": "managed", "type": "aws_alb", "name": "web", "instances": [{"attributes": {"id": "1"}}]},
            {"mode": "managed", "type": "aws_alb_listener", "name": "l", "instances": [{
                "attributes": {"load_balancer_arn": "arn:secret", "port": 80},
                "sensitive_attributes": [[{"type": "get_attr", "value": "load_balancer_arn"}]],
                "dependencies": ["aws_alb.web", "aws_subnet.a"]}]}]}),
    );
    // A value that is marked sensitive is not read.
    assert_eq!(found.listeners[0].port, Some(80));
    assert_eq!(found.listeners[0].balancer, Reference::To(found.balancers[0].identity.id.clone()));
    assert!(!format!("{found:?}").contains("arn:secret"));
    let flat = estate(
        "s.tfstate",
        &json!({"version": 4, "lineage": "x", "resources": [
            {"mode": "managed", "type": "aws_lb", "name": "web", "instances": [{"attributes_flat": {
                "id": "1", "subnets.#": "2", "subnets.0": "subnet-a", "subnets.1": "subnet-b",
                    "load_balancer_type": "network"}}]},
            {"mode": "managed", "type": "aws_lb_listener", "name": "l", "instances": [{"attributes_flat": {"id": "2"},
                "depends_on": ["aws_lb.web"]}]}]}),
    );
    assert_eq!(flat.balancers[0].subnets, [Reference::Named("subnet-a".into()), Reference::Named("subnet-b".into())]);
    assert_eq!(flat.listeners[0].balancer, Reference::To(flat.balancers[0].identity.id.clone()));
    assert_eq!(
        notes(&flat, NoteKind::Inferred),
        ["`load_balancer_arn` of `aws_lb_listener.l` is `aws_lb.web`, on which it depends"]
    );
}

#[test]
fn a_shown_state_of_an_http_api() {
    let resource = |kind: &str, name: &str, values: Json| {
        json!({"address": format!("{kind}.{name}"), "mode": "managed",
        "type": kind, "name": name, "values": values})
    };
    let listener = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/web/1/2";
    let shown = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {
        "resources": [
            resource("aws_apigatewayv2_api", "api", json!({"id": "h1", "name": "http", "protocol_type": "HTTP"})),
            resource("aws_apigatewayv2_stage", "s", json!({"api_id": "h1", "name": "$default",
                "default_route_settings": [{"throttling_rate_limit": 0, "throttling_burst_limit": 0}]})),
            resource("aws_apigatewayv2_integration", "i", json!({"id": "int1", "api_id": "h1",
                "integration_type": "HTTP_PROXY", "connection_type": "VPC_LINK",
                "connection_id": "v2", "integration_uri": listener})),
            resource("aws_apigatewayv2_integration", "f", json!({"id": "int2", "api_id": "h1",
                "integration_type": "AWS_PROXY", "integration_uri": "arn:aws:lambda:x"})),
            resource("aws_apigatewayv2_route", "r", json!({"api_id": "h1", "route_key": "GET /a",
                "target": "integrations/int1"})),
            resource("aws_apigatewayv2_route", "d", json!({"api_id": "h1", "route_key": "$default",
                "target": "integrations/int2"})),
            resource("aws_apigatewayv2_route", "x", json!({"api_id": "h1", "route_key": "GET /gone",
                "target": "integrations/int3"}))],
        "child_modules": [{"address": "module.net", "resources": [
            {"address": "module.net.aws_apigatewayv2_vpc_link.l", "mode": "managed", "type": "aws_apigatewayv2_vpc_link",
                "name": "l",
             "values": {"id": "v2", "name": "l", "subnet_ids": ["subnet-a"]}, "sensitive_values": {"name": true}}]}]}}});
    let found = estate("show.json", &shown);
    assert_eq!((found.apis[0].kind, found.apis[0].throttle), (Some(ApiKind::Http), None));
    assert_eq!(found.links[0].generation, Generation::V2);
    assert_eq!(found.links[0].identity.name, "l");
    let kinds: Vec<(&str, IntegrationKind)> =
        found.routes.iter().map(|route| (route.path.as_str(), route.integration.kind)).collect();
    assert_eq!(
        kinds,
        [("/a", IntegrationKind::Private), ("$default", IntegrationKind::Lambda), ("/gone", IntegrationKind::None)]
    );
    assert_eq!(found.routes[0].integration.target, Some(Reference::Named(listener.into())));
    assert_eq!(found.routes[0].integration.uri, None);
    assert_eq!(
        notes(&found, NoteKind::Unresolved),
        ["the integration of `aws_apigatewayv2_route.x` is not in the files: `int3`"]
    );
}

#[test]
fn files_of_other_kinds_say_what_to_run() {
    let source = |name: &str, text: &str| Source { name: name.into(), bytes: text.as_bytes().to_vec() };
    for (file, words) in [
        (source("plan", "PK\u{3}\u{4}..."), "binary form"),
        (source("main.tf", "# a comment\n"), "Terraform source"),
        (source("x", "\nresource \"aws_lb\" \"main\" {\n}\n"), "Terraform source"),
        (source("log.json", "{\"@level\":\"info\"}\n{}"), "the log that"),
    ] {
        let issue = foreign(&file).unwrap();
        assert!(
            issue.message.contains(words) && issue.hint.unwrap().contains("terraform show -json"),
            "{}",
            issue.message
        );
    }
    assert!(foreign(&source("x.json", "{\"version\": 4}")).is_none());
    for (text, words) in [
        (json!({"version": 2, "serial": 3}), "of version 2, but version 4"),
        (json!({"version": 5, "lineage": "x"}), "of version 5, but version 4"),
        (json!({"resource": {"aws_lb": {}}}), "source in JSON"),
        (json!({"Resources": {}}), "it begins with `Resources`"),
        (json!([1]), "no table with keys"),
    ] {
        let issues = read(&[("f.json".into(), parsed(&text.to_string()))]).unwrap_err();
        assert!(issues[0].message.contains(words) && issues[0].hint.is_some(), "{}", issues[0].message);
    }
    let both = [("a".to_string(), parsed("[1]")), ("b".to_string(), parsed("{\"version\": 3, \"serial\": 1}"))];
    assert_eq!(read(&both).unwrap_err().len(), 2);
    let empty = estate("e", &json!({"format_version": "1.0"}));
    assert_eq!(notes(&empty, NoteKind::PassedOver), ["the file holds no resources"]);
}

#[test]
fn addresses_come_apart_at_dots_outside_indexes() {
    let steps = address::steps("module.a[\"x.y\"].aws_lb.main[0].arn");
    let texts: Vec<(&str, Option<&str>)> = steps.iter().map(|step| (step.name.as_str(), step.key.as_deref())).collect();
    assert_eq!(texts, [("module", None), ("a", Some("x.y")), ("aws_lb", None), ("main", Some("0")), ("arn", None)]);
    assert_eq!(address::longest(&["a.b.c", "a.b", "a.bc", "a.b[0]"]), ["a.b.c", "a.bc", "a.b[0]"]);
    assert_eq!(address::steps("").len(), 1);
    assert_eq!(address::steps("a[").len(), 1);
    let node = |text: &str| Node::made(crate::import::node::Value::Text(text.into()));
    assert_eq!(address::index(Some(&node("k"))), "[\"k\"]");
}
