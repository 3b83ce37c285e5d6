//! States that other people's projects keep as test data: what each holds, counted by hand from its text.

use gatecap::import::estate::{Estate, Forward, Note, Reference};
use gatecap::import::{Source, syntax, terraform};

/// A file and what stands in it: a line for each thing of the estate and for each note.
type Reviewed = (&'static str, &'static [&'static str]);

const REVIEWED: [Reviewed; 16] = [
    // A mock integration of an API, method and resource that are in other files.
    ("driftctl-aws_api_gateway_integration.tfstate", &["route u7jce3lokk: GET /${z9ag20} Mock 29000"]),
    ("driftctl-aws_api_gateway_method.tfstate", &["route vryjzimtj1: GET /${hl7ksq} None -"]),
    (
        "driftctl-aws_api_gateway_resource.tfstate",
        &[
            "PassedOver: `aws_api_gateway_resource.bar` is a path of an API that is not in the files: `3of73v5ob4`",
            "PassedOver: `aws_api_gateway_resource.foo` is a path of an API that is not in the files: `1jitcobwol`",
        ],
    ),
    // The body of `bar` has one path with one method, over the internet; `foo` has no body.
    (
        "driftctl-aws_api_gateway_rest_api.tfstate",
        &[
            "api bar: Rest Edge [] 0",
            "api foo: Rest Edge [] 0",
            "route arn:aws:apigateway:us-east-1::/restapis/3of73v5ob4: GET /path1 Public -",
        ],
    ),
    (
        "driftctl-aws_api_gateway_stage.tfstate",
        &[
            "PassedOver: `aws_api_gateway_stage.bar` is a stage of an API that is not in the files: `3of73v5ob4`",
            "PassedOver: `aws_api_gateway_stage.foo` is a stage of an API that is not in the files: `3of73v5ob4`",
        ],
    ),
    (
        "driftctl-aws_api_gateway_vpc_link.tfstate",
        &[
            "link foo: V1 [arn:aws:elasticloadbalancing:us-east-1:047081014315:loadbalancer/net/example/ffbc3a2463857d4e]",
        ],
    ),
    ("driftctl-aws_apigatewayv2_api.tfstate", &["api example-websocket-api: WebSocket Regional [] 0"]),
    (
        "driftctl-aws_apigatewayv2_integration.tfstate",
        &["PassedOver: no route of the files leads to the integration `aws_apigatewayv2_integration.example`"],
    ),
    ("driftctl-aws_apigatewayv2_route.tfstate", &["route abcd:  $default None -"]),
    (
        "driftctl-aws_apigatewayv2_stage.tfstate",
        &["PassedOver: `aws_apigatewayv2_stage.example` is a stage of an API that is not in the files: `hn5fxpwfae`"],
    ),
    (
        "driftctl-aws_apigatewayv2_vpc_link.tfstate",
        &["link foo: V2 [subnet-06e2e690aa9cfcb4e, subnet-0b536f373c65d780a]"],
    ),
    // Two subnets that are in another file; under the older name of the type.
    ("driftctl-aws_lb.tfstate", &["balancer test-lb-tf: Alb internet 2 subnets vpc-0ae1f138a09749ef1 zones - idle 60"]),
    // One of the two subnets is in the file, so the zones are not all known.
    (
        "driftctl-aws_lb_listener.tfstate",
        &[
            "balancer test-lb-tf: Alb internet 2 subnets vpc-069eb1208f4f62f3c zones - idle 60",
            "listener front_end: 80 HTTP [arn:aws:elasticloadbalancing:us-east-1:533948124879:targetgroup/tf-example-lb-tg/\
             9e43d546683d8b35]",
            "group tf-example-lb-tg: Instance vpc-069eb1208f4f62f3c",
            "PassedOver: 1 resource of the type `azurerm_resource_group`",
            "PassedOver: 1 resource of the type `aws_internet_gateway`",
            "PassedOver: 1 resource of the type `aws_security_group`",
        ],
    ),
    // Values were cut to ids, in the flat form of Terraform 0.12: the type of the balancer is the provider's default.
    (
        "inframap-aws_state_multiple_hanging_edges.tfstate.json",
        &[
            "balancer load-balancer: Alb - 0 subnets - zones - idle -",
            "PassedOver: 1 resource of the type `aws_ecs_cluster`",
            "PassedOver: 4 resources of the type `aws_security_group`",
            "PassedOver: 9 resources of the type `aws_security_group_rule`",
            "Inferred: `module.tf-8-wordpress-demo.aws_lb.load-balancer` states no type: taken as an Application Load Balancer, \
             the default",
            "PassedOver: `module.tf-8-wordpress-demo.aws_ecs_service.wordpress` registers its targets nowhere",
        ],
    ),
    (
        "inframap-aws_state_sg.tfstate.json",
        &[
            "balancer tQBgz: Alb - 0 subnets - zones - idle -",
            "PassedOver: 1 resource of the type `aws_db_instance`",
            "PassedOver: 1 resource of the type `aws_launch_template`",
            "PassedOver: 3 resources of the type `aws_security_group`",
            "PassedOver: 1 resource of the type `aws_security_group_rule`",
            "Inferred: `module.lemp.aws_lb.tQBgz` states no type: taken as an Application Load Balancer, the default",
        ],
    ),
    // Another cloud: nothing private in it.
    (
        "inframap-multi_module_state.tfstate.json",
        &[
            "PassedOver: 1 resource of the type `scaleway_instance_placement_group`",
            "PassedOver: 1 resource of the type `scaleway_k8s_cluster_beta`",
            "PassedOver: 1 resource of the type `scaleway_k8s_pool_beta`",
        ],
    ),
];

pub fn reference(reference: &Reference) -> String {
    match reference {
        Reference::To(id) => id.0.clone(),
        Reference::Named(name) => name.clone(),
        Reference::Unknown(_) => "?".into(),
    }
}

fn forwards(forwards: &[Forward]) -> String {
    references(&forwards.iter().map(|one| one.group.clone()).collect::<Vec<_>>())
}

pub fn references(all: &[Reference]) -> String {
    format!("[{}]", all.iter().map(reference).collect::<Vec<_>>().join(", "))
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

/// An estate as lines.
pub fn lines(estate: &Estate) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(estate.apis.iter().map(|api| {
        let (kind, endpoint) = (api.kind.map(|kind| format!("{kind:?}")), api.endpoint.map(|at| format!("{at:?}")));
        let (kind, endpoint) = (or_dash(kind), or_dash(endpoint));
        format!("api {}: {kind} {endpoint} [{}] {}", api.identity.name, api.stages.join(", "), api.resources)
    }));
    lines.extend(estate.routes.iter().map(|route| {
        let (api, kind) = (reference(&route.api), route.integration.kind);
        format!("route {api}: {} {} {kind:?} {}", route.method, route.path, or_dash(route.integration.timeout_ms))
    }));
    lines.extend(estate.links.iter().map(|link| {
        let all = [link.targets.as_slice(), link.subnets.as_slice()].concat();
        format!("link {}: {:?} {}", link.identity.name, link.generation, references(&all))
    }));
    lines.extend(estate.balancers.iter().map(|one| {
        let internal = or_dash(one.internal.map(|internal| if internal { "internal" } else { "internet" }));
        let (vpc, subnets) = (or_dash(one.vpc.as_ref().map(reference)), one.subnets.len());
        let (zones, idle) = (or_dash(one.zones), or_dash(one.idle_timeout_s));
        format!(
            "balancer {}: {:?} {internal} {subnets} subnets {vpc} zones {zones} idle {idle}",
            one.identity.name, one.kind
        )
    }));
    lines.extend(estate.listeners.iter().map(|one| {
        let (port, protocol) = (or_dash(one.port), or_dash(one.protocol.clone()));
        format!("listener {}: {port} {protocol} {}", one.identity.name, forwards(&one.forwards))
    }));
    lines.extend(estate.rules.iter().map(|one| format!("rule {}: {}", one.identity.name, forwards(&one.forwards))));
    lines.extend(estate.target_groups.iter().map(|one| {
        let targets = if one.targets.is_empty() { String::new() } else { format!(" {}", references(&one.targets)) };
        format!("group {}: {:?} {}{targets}", one.identity.name, one.kind, or_dash(one.vpc.as_ref().map(reference)))
    }));
    lines.extend(estate.discoveries.iter().map(|one| format!("discovery {}", one.identity.name)));
    let note = |note: &Note| format!("{:?}: {}", note.kind, note.text);
    lines.extend(estate.notes.iter().map(note));
    lines
}

#[test]
fn states_of_other_projects() {
    let Some(folder) = crate::shared("inputs/terraform") else { return };
    let mut wrong = Vec::new();
    for (name, expected) in REVIEWED {
        let source = Source { name: name.into(), bytes: std::fs::read(folder.join(name)).unwrap() };
        assert!(terraform::foreign(&source).is_none(), "{name}");
        let found = terraform::read(&[(name.to_string(), syntax::parse(&source).unwrap())]).unwrap();
        if lines(&found) != expected {
            wrong.push(format!("{name}:\n{:#?}\nbut by hand\n{expected:#?}", lines(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A state of version 2 is refused, with what to run.
    let name = "inframap-invalid_version_state.tfstate.json";
    let source = Source { name: name.into(), bytes: std::fs::read(folder.join(name)).unwrap() };
    let issues = terraform::read(&[(name.to_string(), syntax::parse(&source).unwrap())]).unwrap_err();
    assert!(issues[0].message.ends_with("is a Terraform state of version 2, but version 4 is read"));
    assert!(issues[0].hint.is_some());
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, REVIEWED.len() + 1, "every file of the folder is reviewed");
}

#[test]
fn states_that_belong_together() {
    let Some(folder) = crate::shared("inputs/terraform") else { return };
    let read = |name: &str| {
        let source = Source { name: name.into(), bytes: std::fs::read(folder.join(name)).unwrap() };
        (name.to_string(), syntax::parse(&source).unwrap())
    };
    // The stages and one of the resources are of APIs that a third file has.
    let found = terraform::read(&[
        read("driftctl-aws_api_gateway_stage.tfstate"),
        read("driftctl-aws_api_gateway_rest_api.tfstate"),
        read("driftctl-aws_api_gateway_resource.tfstate"),
    ]);
    let found = found.unwrap();
    assert_eq!(
        lines(&found),
        [
            "api bar: Rest Edge [baz, foo] 2",
            "api foo: Rest Edge [] 2",
            "route arn:aws:apigateway:us-east-1::/restapis/3of73v5ob4: GET /path1 Public -",
        ]
    );
}
