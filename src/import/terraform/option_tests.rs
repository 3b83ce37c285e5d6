//! Plans of options 2 to 5 before the first apply, in which no ARN is known.

use serde_json::{Value as Json, json};

use super::tests::{configured, estate, forward, nlb, notes, plan, planned, to, with_block};
use crate::import::estate::{Estate, Id, NoteKind, Reference, TargetKind};

/// A REST API in front of network balancers, before apply: methods and integrations of some services by their key.
fn rest(
    keys: &[&str],
    uri: &[&str],
    link: &[&str],
    more: (Vec<(String, Json, Json)>, Vec<Json>),
) -> (Vec<(String, Json, Json)>, Vec<Json>) {
    let mut resources = vec![planned(
        "aws_api_gateway_rest_api.main",
        json!({"name": "shop", "body": null, "endpoint_configuration": [{"types": ["REGIONAL"]}]}),
        json!({"id": true, "arn": true, "root_resource_id": true}),
    )];
    for key in keys {
        let index = format!("[\"{key}\"]");
        resources.extend([
            planned(
                &format!("aws_api_gateway_resource.svc{index}"),
                json!({"path_part": key}),
                json!({"id": true, "path": true, "parent_id": true, "rest_api_id": true}),
            ),
            planned(
                &format!("aws_api_gateway_method.svc{index}"),
                json!({"http_method": "GET", "authorization": "NONE"}),
                json!({"resource_id": true, "rest_api_id": true}),
            ),
            planned(
                &format!("aws_api_gateway_integration.svc{index}"),
                json!({"http_method": "GET", "type": "HTTP_PROXY", "connection_type": "VPC_LINK"}),
                json!({"resource_id": true, "rest_api_id": true, "connection_id": true, "uri": true}),
            ),
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
        each(
            "aws_api_gateway_resource.svc",
            &[
                ("rest_api_id", api),
                ("parent_id", &["aws_api_gateway_rest_api.main.root_resource_id", "aws_api_gateway_rest_api.main"]),
            ],
        ),
        each(
            "aws_api_gateway_method.svc",
            &[("rest_api_id", api), ("resource_id", &["aws_api_gateway_resource.svc", "each.key"])],
        ),
        each(
            "aws_api_gateway_integration.svc",
            &[
                ("rest_api_id", api),
                ("resource_id", &["aws_api_gateway_method.svc", "each.key"]),
                ("uri", uri),
                ("connection_id", link),
            ],
        ),
    ];
    // The resource of an integration is often taken from its method.
    root[3]["expressions"]["resource_id"] = json!({"references": ["aws_api_gateway_resource.svc", "each.key"]});
    resources.extend(more.0);
    root.extend(more.1);
    (resources, root)
}

/// A link for each service, or one for all.
fn routes(found: &Estate) -> Vec<(String, Option<Reference>, Option<Reference>)> {
    found
        .routes
        .iter()
        .map(|route| (route.path.clone(), route.integration.link.clone(), route.integration.target.clone()))
        .collect()
}

#[test]
fn option_2_a_link_and_a_network_balancer_for_each_service() {
    let mut resources = Vec::new();
    for key in ["a", "b"] {
        resources.extend([
            nlb(&format!("aws_lb.svc[\"{key}\"]")),
            planned(
                &format!("aws_lb_listener.svc[\"{key}\"]"),
                json!({"port": 80, "protocol": "TCP"}),
                json!({"arn": true, "load_balancer_arn": true}),
            ),
            planned(
                &format!("aws_api_gateway_vpc_link.svc[\"{key}\"]"),
                json!({"name": key}),
                json!({"id": true, "target_arns": true}),
            ),
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
    let (resources, root) = rest(
        &["a", "b"],
        &["aws_lb.svc", "each.key"],
        &["aws_api_gateway_vpc_link.svc", "each.key"],
        (resources, configuration),
    );
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
    let mut resources = vec![
        nlb("aws_lb.shared"),
        planned("aws_api_gateway_vpc_link.one", json!({"name": "one"}), json!({"id": true, "target_arns": true})),
    ];
    for (name, port) in [("aws_lb_listener.orders", 8081), ("aws_lb_listener.users", 8082)] {
        resources.push(planned(
            name,
            json!({"port": port, "protocol": "TCP"}),
            json!({"arn": true, "load_balancer_arn": true}),
        ));
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
    assert!(
        notes(&unknown, NoteKind::Unresolved)[0].contains("which of 2 listeners of `aws_lb.shared`"),
        "{:?}",
        unknown.notes
    );
    document["variables"] = json!({"services": {"value": {"orders": {"port": 8081}, "users": {"port": 8082}}}});
    let found = estate("p", &document);
    let targets: Vec<_> = routes(&found).into_iter().map(|(path, _, target)| (path, target)).collect();
    assert_eq!(
        targets,
        [("/orders".into(), Some(to("aws_lb_listener.orders"))), ("/users".into(), Some(to("aws_lb_listener.users")))]
    );
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
        planned(
            "aws_lb.alb",
            json!({"load_balancer_type": "application", "internal": true}),
            json!({"arn": true, "id": true, "dns_name": true}),
        ),
        planned(
            "aws_lb_target_group.alb",
            json!({"target_type": "alb", "name": "alb", "port": 80}),
            json!({"arn": true, "id": true}),
        ),
        planned(
            "aws_lb_target_group_attachment.alb",
            json!({"port": 80}),
            json!({"target_group_arn": true, "target_id": true}),
        ),
        planned(
            "aws_lb_listener.tcp",
            json!({"port": 80, "protocol": "TCP", "default_action": action}),
            json!({"arn": true, "load_balancer_arn": true, "default_action": unknown}),
        ),
        planned("aws_api_gateway_vpc_link.one", json!({"name": "one"}), json!({"id": true, "target_arns": true})),
    ];
    let configuration = vec![
        configured("aws_lb_target_group.alb", &[]),
        configured(
            "aws_lb_target_group_attachment.alb",
            &[
                ("target_group_arn", &["aws_lb_target_group.alb.arn", "aws_lb_target_group.alb"]),
                ("target_id", &["aws_lb.alb.id", "aws_lb.alb"]),
            ],
        ),
        with_block(
            "aws_lb_listener.tcp",
            &[("load_balancer_arn", &["aws_lb.nlb.arn", "aws_lb.nlb"])],
            "default_action",
            expression,
        ),
        configured("aws_api_gateway_vpc_link.one", &[("target_arns", &["aws_lb.nlb.arn", "aws_lb.nlb"])]),
    ];
    let (resources, root) =
        rest(&["orders"], &["local.host"], &["aws_api_gateway_vpc_link.one.id"], (resources, configuration));
    let found = estate("p", &plan(&resources, json!({"resources": root})));
    assert_eq!(found.target_groups[0].kind, TargetKind::Alb);
    assert_eq!(found.target_groups[0].targets, [to("aws_lb.alb")]);
    assert_eq!(found.listeners[0].forwards[0].group, to("aws_lb_target_group.alb"));
    // The host is a local value, which no plan holds: the link's only balancer and its only listener stand in.
    assert_eq!(routes(&found)[0].2, Some(to("aws_lb_listener.tcp")));
    assert_eq!(found.routes[0].integration.uri.as_deref(), Some("${local.host}"));
}

#[test]
fn option_5_a_link_of_the_second_generation_to_an_application_balancer() {
    let resources = vec![
        planned("aws_apigatewayv2_vpc_link.v2", json!({"name": "v2", "subnet_ids": ["subnet-a"]}), json!({"id": true})),
        planned(
            "data.aws_lb.web",
            json!({"arn": "arn:web", "load_balancer_type": "application", "dns_name": "web.example"}),
            json!({}),
        ),
    ];
    let (mut resources, mut root) = rest(
        &["orders"],
        &["data.aws_lb.web.dns_name", "data.aws_lb.web"],
        &["aws_apigatewayv2_vpc_link.v2.id", "aws_apigatewayv2_vpc_link.v2"],
        (resources, vec![]),
    );
    let integration =
        resources.iter_mut().find(|resource| resource.0.starts_with("aws_api_gateway_integration")).unwrap();
    integration.1["integration_target"] = json!("arn:web");
    integration.1["uri"] = json!("http://web.example/orders");
    integration.2["uri"] = json!(false);
    root.push(configured("aws_apigatewayv2_vpc_link.v2", &[]));
    let found = estate("p", &plan(&resources, json!({"resources": root})));
    assert_eq!(found.balancers[0].identity.id, Id("arn:web".into()));
    let route = &found.routes[0];
    assert_eq!(
        (&route.integration.link, &route.integration.target),
        (&Some(to("aws_apigatewayv2_vpc_link.v2")), &Some(Reference::Named("arn:web".into())))
    );
    assert_eq!(route.integration.uri.as_deref(), Some("http://web.example/orders"));
}

#[test]
fn attachments_say_the_zones_of_their_targets() {
    let zones = |zones: [Json; 2]| {
        let mut resources = vec![planned("aws_lb_target_group.web", json!({"arn": "arn:web"}), json!({}))];
        for (number, zone) in zones.into_iter().enumerate() {
            let values = json!({"target_group_arn": "arn:web", "target_id": format!("10.0.0.{number}"),
                "availability_zone": zone});
            resources.push(planned(&format!("aws_lb_target_group_attachment.web[{number}]"), values, json!({})));
        }
        let found = estate("p.json", &plan(&resources, json!({})));
        assert_eq!(found.target_groups[0].targets.len(), 2);
        found.target_groups[0].zones.iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(zones([json!("z-a"), json!("z-a")]), ["z-a"]);
    assert_eq!(zones([json!("z-a"), json!("z-b")]), ["z-a", "z-b"]);
    assert_eq!(zones([json!("z-a"), json!("all")]), [""; 0]);
    assert_eq!(zones([json!("z-a"), Json::Null]), [""; 0]);
}
