//! What `gatecap import` makes of files that other people wrote: services, the option by which each goes, and what is left unresolved,
//! reviewed against the files and against what their own documentation calls them.

use std::collections::BTreeMap;

use gatecap::import::estate::NoteKind;
use gatecap::import::kind::Kind;
use gatecap::import::{Source, read, services, write};

/// A service: name in the scenario, option, 1 to 5, routes or paths, targets.
type Service<'a> = (&'a str, &'a str, Option<u8>, u32, Option<u32>);

/// A file, its services in order, and the beginnings of what is unresolved, in order.
struct Reviewed {
    kind: Kind,
    file: &'static str,
    services: &'static [Service<'static>],
    unresolved: &'static [&'static str],
}

const fn reviewed(kind: Kind, file: &'static str, services: &'static [Service<'static>]) -> Reviewed {
    Reviewed { kind, file, services, unresolved: &[] }
}

const FAN_OUT: &str = "http-fan-out";
const PER_SERVICE: &str = "rest-link-per-service";
const SHARED: &str = "rest-shared-nlb";
const DIRECT: &str = "rest-alb-direct";

/// A part of a template, whose link and load balancer are in the template that includes it.
const OPENAPI: [Reviewed; 1] = [Reviewed {
    unresolved: &[
        "functions of CloudFormation (`Ref`, `Fn::Sub`) stand in the document",
        "VPC link `VpcLink` is in none of the files; taken as V2",
        "`PrivateALB`, which a route leads to, is in none of the files",
    ],
    ..reviewed(Kind::OpenApi, "openapi/sp-rest-vpclinkv2-alb-api.yaml", &[("PrivateALB", DIRECT, Some(5), 1, None)])
}];

const TEMPLATES: [Reviewed; 10] = [
    // One Fargate service of `NumberOfTasks` = 3 tasks behind `ANY /`, over an ALB, Cloud Map and an NLB.
    reviewed(
        Kind::CloudFormation,
        "cloudformation/aws-http-private-ALB-ecs.yml",
        &[("ECSService", FAN_OUT, Some(1), 1, Some(3))],
    ),
    reviewed(
        Kind::CloudFormation,
        "cloudformation/aws-http-private-AWS-Cloudmap-ecs.yml",
        &[("ECSServiceDiscovery", "http-fan-out-cloud-map", Some(1), 1, Some(3))],
    ),
    reviewed(
        Kind::CloudFormation,
        "cloudformation/aws-http-private-NLB-ecs.yml",
        &[("ECSService", "http-fan-out-nlb", Some(1), 1, Some(3))],
    ),
    // Four methods of two paths, `/` and `/{proxy+}`; one task.
    reviewed(
        Kind::CloudFormation,
        "cloudformation/cdk-cognito-rest-nlb.template.json",
        &[("FargateServiceECC8084D", PER_SERVICE, Some(2), 2, Some(1))],
    ),
    reviewed(
        Kind::CloudFormation,
        "cloudformation/cdk-http-alb-fargate.template.json",
        &[("MyFargateServiceF490C034", FAN_OUT, Some(1), 1, Some(1))],
    ),
    // One EC2 instance by its address.
    reviewed(
        Kind::CloudFormation,
        "cloudformation/sp-apigw-ec2-nlb.yaml",
        &[("NLBTargetGroup", PER_SERVICE, Some(2), 1, Some(1))],
    ),
    Reviewed {
        unresolved: &[
            "how many subnets load balancer `LoadBalancer` has is not known: parameter `PrivateSubnetIds` has no default",
            "how many subnets VPC link `VpcLink` has is not known: parameter `PrivateSubnetIds` has no default",
        ],
        ..reviewed(
            Kind::CloudFormation,
            "cloudformation/sp-http-alb.yml",
            &[("ECSService", FAN_OUT, Some(1), 1, Some(2))],
        )
    },
    // Two other accounts behind one NLB and one target group of two addresses: their hosts tell them apart.
    Reviewed {
        unresolved: &[
            "the URI `${ApiGwURLAccountA}` of `GET /fargate` is not known: parameter `ApiGwURLAccountA` has no default",
            "the URI `${ApiGwURLAccountB}` of `GET /lambda` is not known: parameter `ApiGwURLAccountB` has no default",
        ],
        ..reviewed(
            Kind::CloudFormation,
            "cloudformation/sp-multiacct-central.yaml",
            &[
                ("NLBTargetGroup-ApiGwURLAccountA", SHARED, Some(3), 1, Some(2)),
                ("NLBTargetGroup-ApiGwURLAccountB", SHARED, Some(3), 1, Some(2)),
            ],
        )
    },
    // Two paths of one service of two tasks.
    reviewed(
        Kind::CloudFormation,
        "cloudformation/sp-rest-alb-ecs.yaml",
        &[("dev-products-service", DIRECT, Some(5), 2, Some(2))],
    ),
    // A function behind the ALB: no service.
    Reviewed {
        unresolved: &["the URI `https://${AlbInternalCertificateDns}` of `GET /` is not known"],
        ..reviewed(Kind::CloudFormation, "cloudformation/sp-rest-nlb-alb-sam.yaml", &[])
    },
];

/// States of single resources: none of them has a private route with all that it leads to.
const STATES: [&str; 16] = [
    "driftctl-aws_api_gateway_integration.tfstate",
    "driftctl-aws_api_gateway_method.tfstate",
    "driftctl-aws_api_gateway_resource.tfstate",
    "driftctl-aws_api_gateway_rest_api.tfstate",
    "driftctl-aws_api_gateway_stage.tfstate",
    "driftctl-aws_api_gateway_vpc_link.tfstate",
    "driftctl-aws_apigatewayv2_api.tfstate",
    "driftctl-aws_apigatewayv2_integration.tfstate",
    "driftctl-aws_apigatewayv2_route.tfstate",
    "driftctl-aws_apigatewayv2_stage.tfstate",
    "driftctl-aws_apigatewayv2_vpc_link.tfstate",
    "driftctl-aws_lb.tfstate",
    "driftctl-aws_lb_listener.tfstate",
    "inframap-aws_state_multiple_hanging_edges.tfstate.json",
    "inframap-aws_state_sg.tfstate.json",
    "inframap-multi_module_state.tfstate.json",
];

/// Answers of single calls, none with a private route; of some the listing does not say what they are of, because the call's arguments
/// are not in its answer.
const LISTINGS: [(&str, &[&str]); 18] = [
    ("awscli-apigateway-get-integration-1.json", &["the listing does not say which API its integrations are of"]),
    (
        "awscli-apigateway-get-resources-1.json",
        &["the listing does not say which API its resources are of", "methods without their integrations: 1"],
    ),
    ("awscli-apigateway-get-rest-apis-1.json", &[]),
    ("awscli-apigateway-get-stages-1.json", &["the listing does not say which API its stages are of"]),
    ("awscli-apigatewayv2-get-apis-1.json", &[]),
    ("awscli-apigatewayv2-get-integration-1.json", &["the listing does not say which API its integrations are of"]),
    ("awscli-apigatewayv2-get-integrations-1.json", &["the listing does not say which API its integrations are of"]),
    (
        "awscli-apigatewayv2-get-routes-1.json",
        &[
            "the listing does not say which API its routes are of",
            "the integration `a1b2c3` is not in the files",
            "the integration `a1b2c4` is not in the files",
        ],
    ),
    ("awscli-apigatewayv2-get-stages-1.json", &["the listing does not say which API its stages are of"]),
    ("awscli-apigatewayv2-get-vpc-link-1.json", &[]),
    ("awscli-elbv2-describe-account-limits-1.json", &[]),
    ("awscli-elbv2-describe-listeners-1.json", &[]),
    ("awscli-elbv2-describe-listeners-2.json", &[]),
    ("awscli-elbv2-describe-load-balancers-1.json", &[]),
    ("awscli-elbv2-describe-target-groups-1.json", &[]),
    ("awscli-elbv2-describe-target-groups-2.json", &[]),
    (
        "awscli-elbv2-describe-target-health-1.json",
        &["the listing does not say which target group these targets are of"],
    ),
    (
        "awscli-elbv2-describe-target-health-2.json",
        &["the listing does not say which target group these targets are of"],
    ),
];

/// Files that cannot be read, and what is said.
const BROKEN: [(Kind, &str, &str); 2] = [
    (Kind::Terraform, "terraform/inframap-invalid_version_state.tfstate.json", "is a Terraform state of version 2"),
    // The documentation of the command lacks a comma.
    (Kind::Aws, "cli/awscli-apigatewayv2-get-vpc-links-1.json", "found `{`, but `,` or `]` belongs here"),
];

/// Holds a file against its review; the scenario that was written.
fn holds(reviewed: &Reviewed) {
    let Some(path) = crate::shared(&format!("inputs/{}", reviewed.file)) else { return };
    let name = reviewed.file.to_string();
    let source = Source { name: name.clone(), bytes: std::fs::read(path).unwrap() };
    let estate = read(reviewed.kind, &[source], &BTreeMap::new());
    let imported = services::services(estate.unwrap_or_else(|issues| panic!("{name}: {}", issues[0].message)));
    let written = write::scenario(&imported, std::slice::from_ref(&name));
    let found: Vec<Service<'_>> = imported
        .services
        .iter()
        .zip(&written.services)
        .map(|(service, named)| {
            let recognised = &imported.options[service.option];
            let option = recognised.option.name.as_str();
            (named.name.as_str(), option, recognised.number, service.routes, service.targets)
        })
        .collect();
    assert_eq!(found, reviewed.services, "{name}");
    let notes = imported.estate.notes.iter().filter(|note| note.kind == NoteKind::Unresolved);
    let unresolved: Vec<&str> = notes.map(|note| note.text.as_str()).collect();
    let agree = unresolved.len() == reviewed.unresolved.len()
        && unresolved.iter().zip(reviewed.unresolved).all(|(note, start)| note.starts_with(start));
    assert!(agree, "{name}: {unresolved:#?}");
    for service in reviewed.services {
        assert!(written.text.contains(service.0) && written.text.contains(service.1), "{name}: {}", written.text);
    }
    crate::resolves(&written.text, &name);
}

#[test]
fn every_file_has_its_services_and_options() {
    let Some(folder) = crate::shared("inputs") else { return };
    let states = STATES.map(|file| format!("terraform/{file}"));
    let listings = LISTINGS.map(|(file, _)| format!("cli/{file}"));
    let mut there: Vec<String> = Vec::new();
    for part in ["openapi", "cloudformation", "terraform", "cli"] {
        let files = std::fs::read_dir(folder.join(part)).unwrap();
        there.extend(files.map(|file| format!("{part}/{}", file.unwrap().file_name().to_string_lossy())));
    }
    let named = OPENAPI.iter().chain(&TEMPLATES).map(|one| one.file).chain(BROKEN.iter().map(|one| one.1));
    let mut known: Vec<String> = named.map(String::from).chain(states).chain(listings).collect();
    there.sort();
    known.sort();
    assert_eq!(there, known, "every file has a reviewed expectation");
    println!("{} files to be imported read", there.len());
    OPENAPI.iter().chain(&TEMPLATES).for_each(holds);
    for file in STATES {
        holds(&reviewed(Kind::Terraform, format!("terraform/{file}").leak(), &[]));
    }
    for (file, unresolved) in LISTINGS {
        holds(&Reviewed { unresolved, ..reviewed(Kind::Aws, format!("cli/{file}").leak(), &[]) });
    }
    for (kind, file, said) in BROKEN {
        let source = Source { name: file.into(), bytes: std::fs::read(folder.join(file)).unwrap() };
        let issues = read(kind, &[source], &BTreeMap::new()).unwrap_err();
        assert!(issues.len() == 1 && issues[0].message.contains(said), "{file}: {issues:?}");
    }
}
