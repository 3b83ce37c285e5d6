//! Plans before the first apply, in which no ARN is known: option 1 through modules, and references that lead nowhere.

use serde_json::{Value as Json, json};

use super::read;
use super::tests::{configured, estate, forward, nlb, notes, parsed, plan, planned, to};
use crate::import::estate::{Generation, Id, IntegrationKind, NoteKind, Reference, TargetKind};

/// The configuration of option 1: a module for the network, and one for each service,
/// which gets its surroundings as variables.
const MODULES: &str = r#"{
    "resources": [
        {"type": "aws_apigatewayv2_api", "name": "main"},
        {"type": "aws_apigatewayv2_vpc_link", "name": "main",
         "expressions": {"subnet_ids": {"references": ["module.net.subnets", "module.net"]}}},
        {"type": "aws_lb", "name": "web", "expressions": {"subnets": {"references": ["module.net.subnets", "module.net"]}}},
        {"type": "aws_lb_listener", "name": "http",
         "expressions": {"load_balancer_arn": {"references": ["aws_lb.web.arn", "aws_lb.web"]}}}],
    "module_calls": {
        "net": {"module": {
            "resources": [
                {"type": "aws_vpc", "name": "main"},
                {"type": "aws_subnet", "name": "private", "count_expression": {"constant_value": 2},
                 "expressions": {"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}}}],
            "outputs": {
                "subnets": {"expression": {"references": ["aws_subnet.private"]}},
                "vpc_id": {"expression": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}}}}},
        "svc": {
            "for_each_expression": {"references": ["var.services"]},
            "expressions": {
                "vpc_id": {"references": ["module.net.vpc_id", "module.net"]},
                "listener_arn": {"references": ["aws_lb_listener.http.arn", "aws_lb_listener.http"]},
                "api_id": {"references": ["aws_apigatewayv2_api.main.id", "aws_apigatewayv2_api.main"]},
                "link": {"references": ["aws_apigatewayv2_vpc_link.main"]}},
            "module": {
                "variables": {"vpc_id": {}, "listener_arn": {}, "api_id": {}, "link": {}},
                "resources": [
                    {"type": "aws_lb_target_group", "name": "this",
                        "expressions": {"vpc_id": {"references": ["var.vpc_id"]}}},
                    {"type": "aws_lb_listener_rule", "name": "this", "expressions": {
                        "listener_arn": {"references": ["var.listener_arn"]},
                        "action": [{"type": {"constant_value": "forward"},
                            "target_group_arn": {"references": ["aws_lb_target_group.this.arn",
                                "aws_lb_target_group.this"]}}]}},
                    {"type": "aws_ecs_service", "name": "this", "expressions": {"load_balancer": [
                        {"target_group_arn": {"references": ["aws_lb_target_group.this.arn", "aws_lb_target_group.this"]}}]}},
                    {"type": "aws_apigatewayv2_integration", "name": "this", "expressions": {
                        "api_id": {"references": ["var.api_id"]},
                        "connection_id": {"references": ["var.link.id", "var.link"]},
                        "integration_uri": {"references": ["var.listener_arn"]}}},
                    {"type": "aws_apigatewayv2_route", "name": "this", "expressions": {
                        "api_id": {"references": ["var.api_id"]},
                        "target": {"references": ["aws_apigatewayv2_integration.this.id",
                            "aws_apigatewayv2_integration.this"]}}}
                ]}}}}"#;

/// What all services share: API, link, network, load balancer, listener.
fn shared() -> Vec<(String, Json, Json)> {
    vec![
        planned(
            "aws_apigatewayv2_api.main",
            json!({"name": "shop", "protocol_type": "HTTP", "body": null}),
            json!({"id": true, "arn": true}),
        ),
        planned(
            "aws_apigatewayv2_vpc_link.main",
            json!({"name": "link"}),
            json!({"id": true, "arn": true, "subnet_ids": true}),
        ),
        planned(
            "module.net.aws_subnet.private[0]",
            json!({"availability_zone": "eu-west-1a"}),
            json!({"id": true, "vpc_id": true}),
        ),
        planned(
            "module.net.aws_subnet.private[1]",
            json!({"availability_zone": "eu-west-1b"}),
            json!({"id": true, "vpc_id": true}),
        ),
        planned("module.net.aws_vpc.main", json!({}), json!({"id": true})),
        planned(
            "aws_lb.web",
            json!({"name": "web", "internal": true, "load_balancer_type": "application", "idle_timeout": 60}),
            json!({"arn": true, "id": true, "dns_name": true, "subnets": true, "vpc_id": true}),
        ),
        planned(
            "aws_lb_listener.http",
            json!({"port": 80, "protocol": "HTTP", "default_action": [{"type": "fixed-response", "forward": []}]}),
            json!({"arn": true, "load_balancer_arn": true, "default_action": [{"target_group_arn": true}]}),
        ),
    ]
}

/// One service: target group, rule, what runs it, integration, route.
fn service(key: &str) -> Vec<(String, Json, Json)> {
    let (action, action_unknown, _) = forward("aws_lb_target_group.this");
    let path = format!("/{key}*");
    let module = format!("module.svc[\"{key}\"]");
    vec![
        planned(
            &format!("{module}.aws_lb_target_group.this"),
            json!({"name": key, "target_type": "ip"}),
            json!({"arn": true, "vpc_id": true}),
        ),
        planned(
            &format!("{module}.aws_lb_listener_rule.this"),
            json!({"priority": 10, "action": action, "condition": [{"path_pattern": [{"values": [path]}]}]}),
            json!({"arn": true, "listener_arn": true, "action": action_unknown}),
        ),
        planned(
            &format!("{module}.aws_ecs_service.this"),
            json!({"name": key, "desired_count": 3, "load_balancer": [{"container_port": 80}]}),
            json!({"load_balancer": [{"target_group_arn": true}]}),
        ),
        planned(
            &format!("{module}.aws_apigatewayv2_integration.this"),
            json!({"connection_type": "VPC_LINK", "integration_type": "HTTP_PROXY", "timeout_milliseconds": 15000}),
            json!({"id": true, "api_id": true, "connection_id": true, "integration_uri": true}),
        ),
        planned(
            &format!("{module}.aws_apigatewayv2_route.this"),
            json!({"route_key": format!("ANY /{key}/{{proxy+}}")}),
            json!({"id": true, "api_id": true, "target": true}),
        ),
    ]
}

#[test]
fn option_1_through_modules() {
    let resources = [shared(), service("orders"), service("users")].concat();
    let modules: Json = serde_json::from_str(MODULES).unwrap();
    let found = estate("p", &plan(&resources, modules));
    assert_eq!(found.links[0].generation, Generation::V2);
    let subnets = [to("module.net.aws_subnet.private[0]"), to("module.net.aws_subnet.private[1]")];
    assert_eq!(found.links[0].subnets, subnets);
    let balancer = &found.balancers[0];
    assert_eq!((&balancer.subnets[..], balancer.zones), (&subnets[..], Some(2)));
    assert_eq!(balancer.vpc, Some(to("module.net.aws_vpc.main")));
    assert_eq!(balancer.identity.aliases, ["${aws_lb.web.dns_name}"]);
    assert_eq!(found.listeners[0].balancer, to("aws_lb.web"));
    assert_eq!(found.listeners[0].forwards, []);
    for (index, key) in ["orders", "users"].iter().enumerate() {
        let group = format!("module.svc[\"{key}\"].aws_lb_target_group.this");
        let rule = &found.rules[index];
        assert_eq!(
            (&rule.listener, &rule.forwards[0].group, &rule.paths[..]),
            (&to("aws_lb_listener.http"), &to(&group), &[format!("/{key}*")][..])
        );
        let group = &found.target_groups[index];
        assert_eq!((group.kind, group.desired, group.service.as_deref()), (TargetKind::Ip, Some(3), Some(*key)));
        assert_eq!(group.vpc, Some(to("module.net.aws_vpc.main")));
        let route = &found.routes[index];
        assert_eq!((route.method.as_str(), route.path.as_str()), ("ANY", format!("/{key}/{{proxy+}}").as_str()));
        assert_eq!(route.api, to("aws_apigatewayv2_api.main"));
        let integration = &route.integration;
        assert_eq!((integration.kind, integration.timeout_ms), (IntegrationKind::Private, Some(15_000.0)));
        assert_eq!(integration.link, Some(to("aws_apigatewayv2_vpc_link.main")));
        assert_eq!(integration.target, Some(to("aws_lb_listener.http")));
    }
    assert_eq!(found.notes, []);
}

#[test]
fn references_that_lead_nowhere_or_in_circles() {
    let listener = |name: &str| {
        planned(
            &format!("aws_lb_listener.{name}"),
            json!({"port": 80}),
            json!({"arn": true, "load_balancer_arn": true}),
        )
    };
    let resources = vec![
        listener("gone"),
        listener("local"),
        listener("circle"),
        listener("two"),
        listener("var"),
        nlb("aws_lb.x[0]"),
        nlb("aws_lb.x[1]"),
    ];
    let of = |name: &str, reference: &str| {
        configured(&format!("aws_lb_listener.{name}"), &[("load_balancer_arn", &[reference])])
    };
    let root = json!({
        "resources": [of("gone", "aws_lb.none.arn"), of("local", "local.lb"), of("circle", "module.a.out"), of("two",
            "aws_lb.x"), of("var", "var.lb")],
        "variables": {"lb": {}},
        "module_calls": {"a": {
            "expressions": {"in": {"references": ["module.a.out"]}},
            "module": {"outputs": {"out": {"expression": {"references": ["var.in"]}}}, "variables": {"in": {}}}}},
    });
    let found = estate("p", &plan(&resources, root));
    let why: Vec<&str> = found
        .listeners
        .iter()
        .map(|listener| if let Reference::Unknown(why) = &listener.balancer { why.as_str() } else { "known" })
        .collect();
    assert_eq!(
        why,
        [
            "the value is known after apply only: there is no `aws_lb.none.arn` in the plan",
            "the value is known after apply only: `local.lb` is a local value, which a plan does not hold",
            "the value is known after apply only: no expression says which",
            "the value is known after apply only and may be `aws_lb.x[0]`, `aws_lb.x[1]`",
            "the value is known after apply only: variable `lb` has no value that could be read",
        ]
    );
}

#[test]
fn deletions_are_left_out_and_bodies_read() {
    let body = r#"{"openapi": "3.0.1", "paths": {"/a": {"get": {"x-amazon-apigateway-integration":
        {"type": "http_proxy", "httpMethod": "GET", "connectionType": "VPC_LINK", "connectionId": "l",
            "uri": "http://x/a"}}}}}"#;
    let resources = vec![
        planned("aws_api_gateway_rest_api.known", json!({"name": "known", "body": body}), json!({"id": true})),
        planned("aws_api_gateway_rest_api.unknown", json!({"name": "unknown"}), json!({"id": true, "body": true})),
    ];
    let mut document = plan(&resources, json!({"resources": []}));
    let change = |address: &str, actions: Json, before: Json| {
        json!({"address": address, "mode": "managed",
        "type": "aws_lb", "name": "x", "change": {"actions": actions, "before": before, "after": null}})
    };
    let changes = document["resource_changes"].as_array_mut().unwrap();
    changes.push(change("aws_lb.old", json!(["delete"]), json!({"arn": "arn:old"})));
    changes.push(change("aws_lb.kept", json!(["forget"]), json!({"arn": "arn:kept", "load_balancer_type": "network"})));
    let found = estate("p", &document);
    assert_eq!(found.balancers.len(), 1);
    assert_eq!(found.balancers[0].identity.id, Id("arn:kept".into()));
    assert!(notes(&found, NoteKind::PassedOver).contains(&"1 resource to be destroyed, left out: `aws_lb.old`"));
    assert_eq!(found.routes.len(), 1);
    assert_eq!(found.routes[0].integration.kind, IntegrationKind::Private);
    assert_eq!(
        notes(&found, NoteKind::Unresolved),
        ["`body` of `aws_api_gateway_rest_api.unknown` is known after apply only, so its routes are not in the file"]
    );
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long reading takes is what is tested")]
fn twenty_thousand_resources_are_not_each_compared_with_all() {
    let mut resources = vec![
        nlb("aws_lb.x"),
        planned(
            "aws_api_gateway_rest_api.main",
            json!({"name": "shop"}),
            json!({"id": true, "root_resource_id": true}),
        ),
    ];
    let mut configuration = vec![configured("aws_lb.x", &[]), configured("aws_api_gateway_rest_api.main", &[])];
    let api: &[&str] = &["aws_api_gateway_rest_api.main.id", "aws_api_gateway_rest_api.main"];
    for n in 0..5_000 {
        let key = format!("[\"k{n}\"]");
        resources.extend([
            planned(
                &format!("aws_lb_listener.svc{key}"),
                json!({"port": n}),
                json!({"arn": true, "load_balancer_arn": true}),
            ),
            planned(&format!("aws_lb_target_group.svc{key}"), json!({"name": n}), json!({"arn": true})),
            planned(&format!("aws_iam_role.r{n}"), json!({}), json!({})),
            planned(
                &format!("aws_api_gateway_resource.svc{key}"),
                json!({"path_part": n}),
                json!({"id": true, "rest_api_id": true, "parent_id": true}),
            ),
        ]);
    }
    configuration.extend([
        configured("aws_lb_listener.svc", &[("load_balancer_arn", &["aws_lb.x.arn", "aws_lb.x"])]),
        configured(
            "aws_api_gateway_resource.svc",
            &[("rest_api_id", api), ("parent_id", &["aws_api_gateway_rest_api.main.root_resource_id"])],
        ),
    ]);
    let files = [("p".to_string(), parsed(&plan(&resources, json!({"resources": configuration})).to_string()))];
    let begin = std::time::Instant::now();
    let found = read(&files).unwrap();
    let took = begin.elapsed();
    assert_eq!((found.listeners.len(), found.target_groups.len(), found.apis[0].resources), (5_000, 5_000, 5_001));
    assert!(found.listeners.iter().all(|listener| listener.balancer == to("aws_lb.x")));
    // Well under a second when optimised; the bound allows for a slow build on a busy machine.
    assert!(took.as_secs() < 20, "{took:?}");
}
