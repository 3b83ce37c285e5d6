//! Plans before the first apply, in which no ARN is known: the five options, modules, indexes, and references that lead nowhere.

use serde_json::{Value as Json, json};

use super::read;
use super::tests::{configured, estate, notes, parsed, plan, planned};
use crate::import::estate::{Estate, Generation, Id, IntegrationKind, NoteKind, Reference, TargetKind};

/// What `To` leads to in the plan `p`.
fn to(address: &str) -> Reference {
    Reference::To(Id(format!("p#{address}")))
}

/// An action that forwards, before apply: value, what is unknown, expression.
fn forward(group: &str) -> (Json, Json, Json) {
    let references = json!([format!("{group}.arn"), group]);
    (
        json!([{"type": "forward", "forward": []}]),
        json!([{"target_group_arn": true, "forward": []}]),
        json!([{"type": {"constant_value": "forward"}, "target_group_arn": {"references": references}}]),
    )
}

/// A configured resource with one block whose entries have expressions.
fn with_block(address: &str, references: &[(&str, &[&str])], block: &str, expressions: Json) -> Json {
    let mut resource = configured(address, references);
    resource["expressions"][block] = expressions;
    resource
}

#[test]
fn option_1_through_modules() {
    let (action, action_unknown, action_expression) = forward("aws_lb_target_group.this");
    let mut resources = vec![
        planned("aws_apigatewayv2_api.main", json!({"name": "shop", "protocol_type": "HTTP", "body": null}), json!({"id": true, "arn": true})),
        planned("aws_apigatewayv2_vpc_link.main", json!({"name": "link"}), json!({"id": true, "arn": true, "subnet_ids": true})),
        planned("module.net.aws_subnet.private[0]", json!({"availability_zone": "eu-west-1a"}), json!({"id": true, "vpc_id": true})),
        planned("module.net.aws_subnet.private[1]", json!({"availability_zone": "eu-west-1b"}), json!({"id": true, "vpc_id": true})),
        planned("module.net.aws_vpc.main", json!({}), json!({"id": true})),
        planned("aws_lb.web", json!({"name": "web", "internal": true, "load_balancer_type": "application", "idle_timeout": 60}),
            json!({"arn": true, "id": true, "dns_name": true, "subnets": true, "vpc_id": true})),
        planned("aws_lb_listener.http", json!({"port": 80, "protocol": "HTTP", "default_action": [{"type": "fixed-response", "forward": []}]}),
            json!({"arn": true, "load_balancer_arn": true, "default_action": [{"target_group_arn": true}]})),
    ];
    for (key, path) in [("orders", "/orders*"), ("users", "/users*")] {
        let module = format!("module.svc[\"{key}\"]");
        resources.extend([
            planned(&format!("{module}.aws_lb_target_group.this"), json!({"name": key, "target_type": "ip"}), json!({"arn": true, "vpc_id": true})),
            planned(&format!("{module}.aws_lb_listener_rule.this"), json!({"priority": 10, "action": action, "condition": [{"path_pattern": [{"values": [path]}]}]}),
                json!({"arn": true, "listener_arn": true, "action": action_unknown})),
            planned(&format!("{module}.aws_ecs_service.this"), json!({"name": key, "desired_count": 3, "load_balancer": [{"container_port": 80}]}),
                json!({"load_balancer": [{"target_group_arn": true}]})),
            planned(&format!("{module}.aws_apigatewayv2_integration.this"),
                json!({"connection_type": "VPC_LINK", "integration_type": "HTTP_PROXY", "timeout_milliseconds": 15000}),
                json!({"id": true, "api_id": true, "connection_id": true, "integration_uri": true})),
            planned(&format!("{module}.aws_apigatewayv2_route.this"), json!({"route_key": format!("ANY /{key}/{{proxy+}}")}),
                json!({"id": true, "api_id": true, "target": true})),
        ]);
    }
    let service = json!({
        "resources": [
            configured("aws_lb_target_group.this", &[("vpc_id", &["var.vpc_id"])]),
            with_block("aws_lb_listener_rule.this", &[("listener_arn", &["var.listener_arn"])], "action", action_expression),
            with_block("aws_ecs_service.this", &[], "load_balancer", json!([{"target_group_arn": {"references": ["aws_lb_target_group.this.arn", "aws_lb_target_group.this"]}}])),
            configured("aws_apigatewayv2_integration.this", &[("api_id", &["var.api_id"]), ("connection_id", &["var.link.id", "var.link"]), ("integration_uri", &["var.listener_arn"])]),
            configured("aws_apigatewayv2_route.this", &[("api_id", &["var.api_id"]), ("target", &["aws_apigatewayv2_integration.this.id", "aws_apigatewayv2_integration.this"])]),
        ],
        "variables": {"vpc_id": {}, "listener_arn": {}, "api_id": {}, "link": {}},
    });
    let root = json!({
        "resources": [
            configured("aws_apigatewayv2_api.main", &[]),
            configured("aws_apigatewayv2_vpc_link.main", &[("subnet_ids", &["module.net.subnets", "module.net"])]),
            configured("aws_lb.web", &[("subnets", &["module.net.subnets", "module.net"])]),
            configured("aws_lb_listener.http", &[("load_balancer_arn", &["aws_lb.web.arn", "aws_lb.web"])]),
        ],
        "module_calls": {
            "net": {"module": {
                "resources": [configured("aws_subnet.private[0]", &[("vpc_id", &["aws_vpc.main.id", "aws_vpc.main"])]), configured("aws_vpc.main", &[])],
                "outputs": {"subnets": {"expression": {"references": ["aws_subnet.private"]}}, "vpc_id": {"expression": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}}}}},
            "svc": {
                "for_each_expression": {"references": ["var.services"]},
                "expressions": {
                    "vpc_id": {"references": ["module.net.vpc_id", "module.net"]},
                    "listener_arn": {"references": ["aws_lb_listener.http.arn", "aws_lb_listener.http"]},
                    "api_id": {"references": ["aws_apigatewayv2_api.main.id", "aws_apigatewayv2_api.main"]},
                    "link": {"references": ["aws_apigatewayv2_vpc_link.main"]}},
                "module": service}},
    });
    let found = estate("p", &plan(&resources, root));
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
        assert_eq!((&rule.listener, &rule.forwards[..], &rule.paths[..]), (&to("aws_lb_listener.http"), &[to(&group)][..], &[format!("/{key}*")][..]));
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

/// A REST API in front of network balancers, before apply: methods and integrations of some services by their key.
fn rest(keys: &[&str], uri: &[&str], link: &[&str], more: (Vec<(String, Json, Json)>, Vec<Json>)) -> (Vec<(String, Json, Json)>, Vec<Json>) {
    let mut resources = vec![planned("aws_api_gateway_rest_api.main", json!({"name": "shop", "body": null, "endpoint_configuration": [{"types": ["REGIONAL"]}]}),
        json!({"id": true, "arn": true, "root_resource_id": true}))];
    for key in keys {
        let index = format!("[\"{key}\"]");
        resources.extend([
            planned(&format!("aws_api_gateway_resource.svc{index}"), json!({"path_part": key}), json!({"id": true, "path": true, "parent_id": true, "rest_api_id": true})),
            planned(&format!("aws_api_gateway_method.svc{index}"), json!({"http_method": "GET", "authorization": "NONE"}), json!({"resource_id": true, "rest_api_id": true})),
            planned(&format!("aws_api_gateway_integration.svc{index}"), json!({"http_method": "GET", "type": "HTTP_PROXY", "connection_type": "VPC_LINK"}),
                json!({"resource_id": true, "rest_api_id": true, "connection_id": true, "uri": true})),
        ]);
    }
    let api: &[&str] = &["aws_api_gateway_rest_api.main.id", "aws_api_gateway_rest_api.main"];
    let each = |address: &str, references: &[(&str, &[&str])]| {
        let mut resource = configured(address, references);
        resource["for_each_expression"] = json!({"references": ["var.services"]});
        resource
    };
    let mut root = vec![
        configured("aws_api_gateway_rest_api.main", &[]),
        each("aws_api_gateway_resource.svc", &[("rest_api_id", api), ("parent_id", &["aws_api_gateway_rest_api.main.root_resource_id", "aws_api_gateway_rest_api.main"])]),
        each("aws_api_gateway_method.svc", &[("rest_api_id", api), ("resource_id", &["aws_api_gateway_resource.svc", "each.key"])]),
        each("aws_api_gateway_integration.svc", &[("rest_api_id", api), ("resource_id", &["aws_api_gateway_method.svc", "each.key"]), ("uri", uri), ("connection_id", link)]),
    ];
    // The resource of an integration is often taken from its method.
    root[3]["expressions"]["resource_id"] = json!({"references": ["aws_api_gateway_resource.svc", "each.key"]});
    resources.extend(more.0);
    root.extend(more.1);
    (resources, root)
}

fn nlb(address: &str) -> (String, Json, Json) {
    planned(address, json!({"load_balancer_type": "network", "internal": true}), json!({"arn": true, "id": true, "dns_name": true}))
}

/// A link for each service, or one for all.
fn routes(found: &Estate) -> Vec<(String, Option<Reference>, Option<Reference>)> {
    found.routes.iter().map(|route| (route.path.clone(), route.integration.link.clone(), route.integration.target.clone())).collect()
}

#[test]
fn option_2_a_link_and_a_network_balancer_for_each_service() {
    let mut resources = Vec::new();
    for key in ["a", "b"] {
        resources.extend([
            nlb(&format!("aws_lb.svc[\"{key}\"]")),
            planned(&format!("aws_lb_listener.svc[\"{key}\"]"), json!({"port": 80, "protocol": "TCP"}), json!({"arn": true, "load_balancer_arn": true})),
            planned(&format!("aws_api_gateway_vpc_link.svc[\"{key}\"]"), json!({"name": key}), json!({"id": true, "target_arns": true})),
        ]);
    }
    // `for_each = aws_lb.svc` and `each.value.arn`: chained.
    let mut listener = configured("aws_lb_listener.svc", &[("load_balancer_arn", &["each.value.arn", "each.value"])]);
    listener["for_each_expression"] = json!({"references": ["aws_lb.svc"]});
    let configuration = vec![
        configured("aws_lb.svc", &[]),
        listener,
        configured("aws_api_gateway_vpc_link.svc", &[("target_arns", &["aws_lb.svc", "each.key"])]),
    ];
    let (resources, root) =
        rest(&["a", "b"], &["aws_lb.svc", "each.key"], &["aws_api_gateway_vpc_link.svc", "each.key"], (resources, configuration));
    let found = estate("p", &plan(&resources, json!({"resources": root})));
    assert_eq!(found.listeners[1].balancer, to("aws_lb.svc[\"b\"]"));
    assert_eq!(found.links[1].targets, [to("aws_lb.svc[\"b\"]")]);
    let link = |key: &str| Some(to(&format!("aws_api_gateway_vpc_link.svc[\"{key}\"]")));
    let listener = |key: &str| Some(to(&format!("aws_lb_listener.svc[\"{key}\"]")));
    assert_eq!(routes(&found), [("/a".into(), link("a"), listener("a")), ("/b".into(), link("b"), listener("b"))]);
    assert_eq!(found.routes[0].integration.uri.as_deref(), Some("${aws_lb.svc[\"a\"].dns_name}"));
    assert_eq!((found.apis[0].resources, notes(&found, NoteKind::Unresolved)), (3, vec![]));
}

#[test]
fn option_3_services_by_port_on_one_network_balancer() {
    let mut resources = vec![nlb("aws_lb.shared"), planned("aws_api_gateway_vpc_link.one", json!({"name": "one"}), json!({"id": true, "target_arns": true}))];
    for (name, port) in [("aws_lb_listener.orders", 8081), ("aws_lb_listener.users", 8082)] {
        resources.push(planned(name, json!({"port": port, "protocol": "TCP"}), json!({"arn": true, "load_balancer_arn": true})));
    }
    let of: &[(&str, &[&str])] = &[("load_balancer_arn", &["aws_lb.shared.arn", "aws_lb.shared"])];
    let configuration = vec![
        configured("aws_lb.shared", &[]),
        configured("aws_api_gateway_vpc_link.one", &[("target_arns", &["aws_lb.shared.arn", "aws_lb.shared"])]),
        configured("aws_lb_listener.orders", of),
        configured("aws_lb_listener.users", of),
    ];
    let uri = ["aws_lb.shared.dns_name", "aws_lb.shared", "each.value.port", "each.value"];
    let link = ["aws_api_gateway_vpc_link.one.id", "aws_api_gateway_vpc_link.one"];
    let (resources, root) = rest(&["orders", "users"], &uri, &link, (resources, configuration));
    let mut document = plan(&resources, json!({"resources": root}));
    let unknown = estate("p", &document);
    assert!(notes(&unknown, NoteKind::Unresolved)[0].contains("which of 2 listeners of `aws_lb.shared`"), "{:?}", unknown.notes);
    document["variables"] = json!({"services": {"value": {"orders": {"port": 8081}, "users": {"port": 8082}}}});
    let found = estate("p", &document);
    let targets: Vec<_> = routes(&found).into_iter().map(|(path, _, target)| (path, target)).collect();
    assert_eq!(targets, [("/orders".into(), Some(to("aws_lb_listener.orders"))), ("/users".into(), Some(to("aws_lb_listener.users")))]);
    assert_eq!(
        notes(&found, NoteKind::Inferred)[0],
        "`uri` of `aws_api_gateway_integration.svc[\"orders\"]` leads to `aws_lb_listener.orders`, whose port the expression names"
    );
}

#[test]
fn option_4_an_application_balancer_behind_the_network_balancer() {
    let (action, unknown, expression) = forward("aws_lb_target_group.alb");
    let resources = vec![
        nlb("aws_lb.nlb"),
        planned("aws_lb.alb", json!({"load_balancer_type": "application", "internal": true}), json!({"arn": true, "id": true, "dns_name": true})),
        planned("aws_lb_target_group.alb", json!({"target_type": "alb", "name": "alb", "port": 80}), json!({"arn": true, "id": true})),
        planned("aws_lb_target_group_attachment.alb", json!({"port": 80}), json!({"target_group_arn": true, "target_id": true})),
        planned("aws_lb_listener.tcp", json!({"port": 80, "protocol": "TCP", "default_action": action}), json!({"arn": true, "load_balancer_arn": true, "default_action": unknown})),
        planned("aws_api_gateway_vpc_link.one", json!({"name": "one"}), json!({"id": true, "target_arns": true})),
    ];
    let configuration = vec![
        configured("aws_lb_target_group.alb", &[]),
        configured("aws_lb_target_group_attachment.alb", &[("target_group_arn", &["aws_lb_target_group.alb.arn", "aws_lb_target_group.alb"]), ("target_id", &["aws_lb.alb.id", "aws_lb.alb"])]),
        with_block("aws_lb_listener.tcp", &[("load_balancer_arn", &["aws_lb.nlb.arn", "aws_lb.nlb"])], "default_action", expression),
        configured("aws_api_gateway_vpc_link.one", &[("target_arns", &["aws_lb.nlb.arn", "aws_lb.nlb"])]),
    ];
    let (resources, root) = rest(&["orders"], &["local.host"], &["aws_api_gateway_vpc_link.one.id"], (resources, configuration));
    let found = estate("p", &plan(&resources, json!({"resources": root})));
    assert_eq!(found.target_groups[0].kind, TargetKind::Alb);
    assert_eq!(found.target_groups[0].targets, [to("aws_lb.alb")]);
    assert_eq!(found.listeners[0].forwards, [to("aws_lb_target_group.alb")]);
    // The host is a local value, which no plan holds: the link's only balancer and its only listener stand in.
    assert_eq!(routes(&found)[0].2, Some(to("aws_lb_listener.tcp")));
    assert_eq!(found.routes[0].integration.uri.as_deref(), Some("${local.host}"));
}

#[test]
fn option_5_a_link_of_the_second_generation_to_an_application_balancer() {
    let resources = vec![
        planned("aws_apigatewayv2_vpc_link.v2", json!({"name": "v2", "subnet_ids": ["subnet-a"]}), json!({"id": true})),
        planned("data.aws_lb.web", json!({"arn": "arn:web", "load_balancer_type": "application", "dns_name": "web.example"}), json!({})),
    ];
    let (mut resources, mut root) =
        rest(&["orders"], &["data.aws_lb.web.dns_name", "data.aws_lb.web"], &["aws_apigatewayv2_vpc_link.v2.id", "aws_apigatewayv2_vpc_link.v2"], (resources, vec![]));
    let integration = resources.iter_mut().find(|resource| resource.0.starts_with("aws_api_gateway_integration")).unwrap();
    integration.1["integration_target"] = json!("arn:web");
    integration.1["uri"] = json!("http://web.example/orders");
    integration.2["uri"] = json!(false);
    root.push(configured("aws_apigatewayv2_vpc_link.v2", &[]));
    let found = estate("p", &plan(&resources, json!({"resources": root})));
    assert_eq!(found.balancers[0].identity.id, Id("arn:web".into()));
    let route = &found.routes[0];
    assert_eq!((&route.integration.link, &route.integration.target), (&Some(to("aws_apigatewayv2_vpc_link.v2")), &Some(Reference::Named("arn:web".into()))));
    assert_eq!(route.integration.uri.as_deref(), Some("http://web.example/orders"));
}

#[test]
fn references_that_lead_nowhere_or_in_circles() {
    let listener = |name: &str| planned(&format!("aws_lb_listener.{name}"), json!({"port": 80}), json!({"arn": true, "load_balancer_arn": true}));
    let resources = vec![listener("gone"), listener("local"), listener("circle"), listener("two"), listener("var"), nlb("aws_lb.x[0]"), nlb("aws_lb.x[1]")];
    let of = |name: &str, reference: &str| configured(&format!("aws_lb_listener.{name}"), &[("load_balancer_arn", &[reference])]);
    let root = json!({
        "resources": [of("gone", "aws_lb.none.arn"), of("local", "local.lb"), of("circle", "module.a.out"), of("two", "aws_lb.x"), of("var", "var.lb")],
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
        {"type": "http_proxy", "httpMethod": "GET", "connectionType": "VPC_LINK", "connectionId": "l", "uri": "http://x/a"}}}}}"#;
    let resources = vec![
        planned("aws_api_gateway_rest_api.known", json!({"name": "known", "body": body}), json!({"id": true})),
        planned("aws_api_gateway_rest_api.unknown", json!({"name": "unknown"}), json!({"id": true, "body": true})),
    ];
    let mut document = plan(&resources, json!({"resources": []}));
    let change = |address: &str, actions: Json, before: Json| {
        json!({"address": address, "mode": "managed", "type": "aws_lb", "name": "x", "change": {"actions": actions, "before": before, "after": null}})
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
    assert_eq!(notes(&found, NoteKind::Unresolved), ["`body` of `aws_api_gateway_rest_api.unknown` is known after apply only, so its routes are not in the file"]);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long reading takes is what is tested")]
fn twenty_thousand_resources_are_not_each_compared_with_all() {
    let mut resources = vec![nlb("aws_lb.x"), planned("aws_api_gateway_rest_api.main", json!({"name": "shop"}), json!({"id": true, "root_resource_id": true}))];
    let mut configuration = vec![configured("aws_lb.x", &[]), configured("aws_api_gateway_rest_api.main", &[])];
    let api: &[&str] = &["aws_api_gateway_rest_api.main.id", "aws_api_gateway_rest_api.main"];
    for n in 0..5_000 {
        let key = format!("[\"k{n}\"]");
        resources.extend([
            planned(&format!("aws_lb_listener.svc{key}"), json!({"port": n}), json!({"arn": true, "load_balancer_arn": true})),
            planned(&format!("aws_lb_target_group.svc{key}"), json!({"name": n}), json!({"arn": true})),
            planned(&format!("aws_iam_role.r{n}"), json!({}), json!({})),
            planned(&format!("aws_api_gateway_resource.svc{key}"), json!({"path_part": n}), json!({"id": true, "rest_api_id": true, "parent_id": true})),
        ]);
    }
    configuration.extend([
        configured("aws_lb_listener.svc", &[("load_balancer_arn", &["aws_lb.x.arn", "aws_lb.x"])]),
        configured("aws_api_gateway_resource.svc", &[("rest_api_id", api), ("parent_id", &["aws_api_gateway_rest_api.main.root_resource_id"])]),
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
