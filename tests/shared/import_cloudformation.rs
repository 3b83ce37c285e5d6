//! Templates that other people wrote: what each holds, counted by hand from its text.

use std::collections::BTreeMap;

use gatecap::import::estate::{Estate, Forward, Id, NoteKind, Reference};
use gatecap::import::{Source, cloudformation, syntax};

/// A template and what stands in it: one line for each thing of the estate, and of the notes those that are not of a type.
struct Reviewed {
    file: &'static str,
    lines: &'static [&'static str],
    /// Resources of types that are passed over.
    passed_over: u32,
}

const REVIEWED: [Reviewed; 10] = [
    Reviewed {
        file: "aws-http-private-ALB-ecs.yml",
        lines: &[
            "api HttpApiALB: alb-HTTP-api Http - [$default] 0",
            "route HttpApiALB: ANY / Private PrivateAPIGWvpcLink > PrivateLoadBalancerListener -",
            "link PrivateAPIGWvpcLink: V2 3 subnets []",
            "balancer PrivateLoadBalancer: Alb internal VPC 3 subnets 3 zones idle 30",
            "listener PrivateLoadBalancerListener: PrivateLoadBalancer 80 HTTP [ELBTargetGroupPrivate]",
            "group ELBTargetGroupPrivate: Ip [] 3 of ECSService",
        ],
        // InternetGateway, attachment, 4 route tables, 4 routes, 6 associations, 3 EIP, 3 NAT, cluster, 3 security groups,
        // launch configuration, profile, 4 roles, 2 ingress rules, task definition.
        passed_over: 35,
    },
    Reviewed {
        file: "aws-http-private-AWS-Cloudmap-ecs.yml",
        lines: &[
            "api CloudMapHttpApi: cloudmap-HTTP-api Http - [$default] 0",
            "route CloudMapHttpApi: ANY / Private PrivateAPIGWvpcLink > DiscoveryService -",
            "link PrivateAPIGWvpcLink: V2 3 subnets []",
            "discovery DiscoveryService: a-cloudmap-service 3 of ECSServiceDiscovery",
        ],
        // As before with 2 security groups and 1 ingress rule.
        passed_over: 33,
    },
    Reviewed {
        file: "aws-http-private-NLB-ecs.yml",
        lines: &[
            "api HttpApiNLB: nlb-HTTP-api Http - [$default] 0",
            "route HttpApiNLB: ANY / Private PrivateAPIGWvpcLink > NLBListener -",
            "link PrivateAPIGWvpcLink: V2 3 subnets []",
            "balancer PrivateNetworkLoadBalancer: Nlb internal VPC 3 subnets 3 zones idle -",
            "listener NLBListener: PrivateNetworkLoadBalancer 80 TCP [NLBTargetGroup]",
            "group NLBTargetGroup: Ip [] 3 of ECSService",
        ],
        passed_over: 33,
    },
    Reviewed {
        file: "cdk-cognito-rest-nlb.template.json",
        lines: &[
            "api PrivateRestApi01AD4528: PrivateRestApi Rest Private [prod] 2",
            "route PrivateRestApi01AD4528: ANY / Private VpcLink42ED6FF0 > - http://${FargateServiceLBB353E155.DNSName}/",
            "route PrivateRestApi01AD4528: GET / Private VpcLink42ED6FF0 > - http://${FargateServiceLBB353E155.DNSName}/",
            "route PrivateRestApi01AD4528: ANY /{proxy+} Private VpcLink42ED6FF0 > - http://${FargateServiceLBB353E155.DNSName}/{proxy}",
            "route PrivateRestApi01AD4528: GET /{proxy+} Private VpcLink42ED6FF0 > - http://${FargateServiceLBB353E155.DNSName}/{proxy}",
            "link VpcLink42ED6FF0: V1 0 subnets [FargateServiceLBB353E155]",
            "balancer FargateServiceLBB353E155: Nlb internal Vpc8378EB38 2 subnets 2 zones idle -",
            "listener FargateServiceLBPublicListener4B4929CA: FargateServiceLBB353E155 80 TCP [FargateServiceLBPublicListenerECSGroupBE57E081]",
            "group FargateServiceLBPublicListenerECSGroupBE57E081: Ip [] 1 of FargateServiceECC8084D",
        ],
        passed_over: 41,
    },
    Reviewed {
        file: "cdk-http-alb-fargate.template.json",
        lines: &[
            "api HttpApiGateway9C0C92DC: ApigwFargate Http - [$default] 0",
            "route HttpApiGateway9C0C92DC: GET / Private HttpVpcLink > MyFargateServiceLBPublicListener61A1042F -",
            "link HttpVpcLink: V2 2 subnets []",
            "balancer MyFargateServiceLBDE830E97: Alb internal MyVpcF9F0CA6F 2 subnets 2 zones idle -",
            "listener MyFargateServiceLBPublicListener61A1042F: MyFargateServiceLBDE830E97 80 HTTP [MyFargateServiceLBPublicListenerECSGroup4A3EDF05]",
            "group MyFargateServiceLBPublicListenerECSGroup4A3EDF05: Ip [] 1 of MyFargateServiceF490C034",
        ],
        passed_over: 28,
    },
    Reviewed {
        file: "sp-apigw-ec2-nlb.yaml",
        lines: &[
            "api ApiGatewayRestApi: PublicApiViaCFN Rest Regional [v0] 1",
            // The link is a stage variable, which the one stage sets; the NLB is an ARN joined of five parts.
            "route ApiGatewayRestApi: GET / Private VPCLink > - http://${EC2.PrivateIp} 10000",
            "link VPCLink: V1 0 subnets [NetworkLoadBalancer]",
            "balancer NetworkLoadBalancer: Nlb internal - 2 subnets - zones idle -",
            "listener NetworkLoadBalancerListener: NetworkLoadBalancer 80 TCP [NetworkLoadBalancerTargetGroup]",
            "group NetworkLoadBalancerTargetGroup: Ip [EC2] - of -",
        ],
        // Endpoint, instance, model.
        passed_over: 3,
    },
    Reviewed {
        file: "sp-http-alb.yml",
        lines: &[
            "api APIGWHTTPEndpoint: serverlessland-pvt-endpoint Http - [$default] 0",
            "route APIGWHTTPEndpoint: ANY /{proxy+} Private VpcLink > LoadBalancerListener -",
            "link VpcLink: V2 0 subnets []",
            "balancer LoadBalancer: Alb internal - 0 subnets - zones idle -",
            "listener LoadBalancerListener: LoadBalancer 80 HTTP [LoadBalancerListenerTargetGroupECS]",
            "group LoadBalancerListenerTargetGroupECS: Ip [] 2 of ECSService",
            "Unresolved how many subnets load balancer `LoadBalancer` has is not known: parameter `PrivateSubnetIds` has no default",
            "Unresolved how many subnets VPC link `VpcLink` has is not known: parameter `PrivateSubnetIds` has no default",
        ],
        // 2 security groups, egress, ingress, cluster, task definition, 2 roles.
        passed_over: 8,
    },
    Reviewed {
        file: "sp-multiacct-central.yaml",
        lines: &[
            "api MyApi: MyApi Rest Private [Prod] 0",
            "route MyApi: GET /fargate Private ApiGatewayVpcLink > - ${ApiGwURLAccountA}",
            "route MyApi: GET /lambda Private ApiGatewayVpcLink > - ${ApiGwURLAccountB}",
            "link ApiGatewayVpcLink: V1 0 subnets [MyNLB]",
            "balancer MyNLB: Nlb internal - 2 subnets - zones idle -",
            "listener NLBListener: MyNLB 443 TCP [NLBTargetGroup]",
            "group NLBTargetGroup: Ip [GetPrivateIPs GetPrivateIPs] - of -",
            "Unresolved the URI `${ApiGwURLAccountA}` of `GET /fargate` is not known: parameter `ApiGwURLAccountA` has no default",
            "Unresolved the URI `${ApiGwURLAccountB}` of `GET /lambda` is not known: parameter `ApiGwURLAccountB` has no default",
        ],
        // Instance, key pair, 2 security groups, endpoint, ingress, custom resource.
        passed_over: 7,
    },
    Reviewed {
        file: "sp-rest-alb-ecs.yaml",
        lines: &[
            "api ProductsRestAPI: dev-products-api Rest Regional [dev] 3",
            "route ProductsRestAPI: GET /products Private VPCLinkV2 > ApplicationLoadBalancer http://${ApplicationLoadBalancer.DNSName}/products",
            "route ProductsRestAPI: GET /health Private VPCLinkV2 > ApplicationLoadBalancer http://${ApplicationLoadBalancer.DNSName}/health",
            "link VPCLinkV2: V2 2 subnets []",
            "balancer ApplicationLoadBalancer: Alb internal ProductsVPC 2 subnets 2 zones idle -",
            "listener ALBListener: ApplicationLoadBalancer 80 HTTP [ALBTargetGroup]",
            "group ALBTargetGroup: Ip [] 2 of dev-products-service",
        ],
        // Gateway, attachment, 2 EIP, 2 NAT, 3 route tables, 3 routes, 4 associations, 4 security groups, 4 endpoints, egress,
        // 2 ingress, 2 roles, cluster, log group, task definition.
        passed_over: 32,
    },
    Reviewed {
        file: "sp-rest-nlb-alb-sam.yaml",
        lines: &[
            "api PrivateIntApi: apigw-with-alb Rest Regional [Prod] 0",
            "route PrivateIntApi: GET / Private VPCLinkRest > - https://${AlbInternalCertificateDns} 29000",
            "link VPCLinkRest: V1 0 subnets [PrivateNLB]",
            "balancer PrivateALB: Alb internal EC2VPC 2 subnets 2 zones idle -",
            "balancer PrivateNLB: Nlb internal EC2VPC 2 subnets 2 zones idle -",
            "listener ALBHttpListener: PrivateALB 443 HTTPS [ALBTargetGroup]",
            "listener NLBHttpListener: PrivateNLB 443 TCP [NLBTargetGroup]",
            "group ALBTargetGroup: Lambda [LambdaFunction] - of -",
            "group NLBTargetGroup: Alb [PrivateALB] - of -",
            "Unresolved the URI `https://${AlbInternalCertificateDns}` of `GET /` is not known: parameter `AlbInternalCertificateDns` has no default",
        ],
        // Security group, permission.
        passed_over: 2,
    },
];

fn name(Id(id): &Id) -> &str {
    id.rsplit('#').next().unwrap()
}

fn short(reference: &Reference) -> String {
    match reference {
        Reference::To(id) => name(id).to_string(),
        other => format!("{other:?}"),
    }
}

fn forwards(forwards: &[Forward]) -> String {
    shorts(&forwards.iter().map(|one| one.group.clone()).collect::<Vec<_>>())
}

fn shorts(references: &[Reference]) -> String {
    format!("[{}]", references.iter().map(short).collect::<Vec<_>>().join(" "))
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or("-".to_string(), |value| value.to_string())
}

/// The estate in lines.
fn lines(estate: &Estate) -> Vec<String> {
    let mut lines = Vec::new();
    for api in &estate.apis {
        let (kind, endpoint) =
            (api.kind.map(|kind| format!("{kind:?}")), api.endpoint.map(|endpoint| format!("{endpoint:?}")));
        let (id, stages) = (name(&api.identity.id), api.stages.join(" "));
        lines.push(format!(
            "api {id}: {} {} {} [{stages}] {}",
            api.identity.name,
            or_dash(kind),
            or_dash(endpoint),
            api.resources
        ));
    }
    for route in &estate.routes {
        let integration = &route.integration;
        let [link, target] =
            [&integration.link, &integration.target].map(|reference| or_dash(reference.as_ref().map(short)));
        // What an HTTP API's integration names stands as its target.
        let named = |uri: &&str| integration.target.is_none() || uri.starts_with("http");
        let uri = or_dash(integration.uri.as_deref().filter(named));
        let timeout = integration.timeout_ms.map(|timeout| format!(" {timeout}")).unwrap_or_default();
        let (api, kind) = (short(&route.api), integration.kind);
        lines.push(format!("route {api}: {} {} {kind:?} {link} > {target} {uri}{timeout}", route.method, route.path));
    }
    for link in &estate.links {
        let (id, number) = (name(&link.identity.id), link.subnets.len());
        lines.push(format!("link {id}: {:?} {number} subnets {}", link.generation, shorts(&link.targets)));
    }
    for balancer in &estate.balancers {
        let (id, number) = (name(&balancer.identity.id), balancer.subnets.len());
        let internal = if balancer.internal == Some(true) { "internal" } else { "open" };
        let (vpc, zones, idle) =
            (or_dash(balancer.vpc.as_ref().map(short)), or_dash(balancer.zones), or_dash(balancer.idle_timeout_s));
        lines.push(format!(
            "balancer {id}: {:?} {internal} {vpc} {number} subnets {zones} zones idle {idle}",
            balancer.kind
        ));
    }
    for listener in &estate.listeners {
        let (id, groups) = (name(&listener.identity.id), forwards(&listener.forwards));
        let (port, protocol) = (or_dash(listener.port), or_dash(listener.protocol.as_deref()));
        lines.push(format!("listener {id}: {} {port} {protocol} {groups}", short(&listener.balancer)));
    }
    for rule in &estate.rules {
        lines.push(format!("rule {}", name(&rule.identity.id)));
    }
    for group in &estate.target_groups {
        let (id, desired, service) =
            (name(&group.identity.id), or_dash(group.desired), or_dash(group.service.as_deref()));
        lines.push(format!("group {id}: {:?} {} {desired} of {service}", group.kind, shorts(&group.targets)));
    }
    for discovery in &estate.discoveries {
        let (id, desired, service) =
            (name(&discovery.identity.id), or_dash(discovery.desired), or_dash(discovery.service.as_deref()));
        lines.push(format!("discovery {id}: {} {desired} of {service}", discovery.identity.name));
    }
    for note in estate.notes.iter().filter(|note| !note.text.contains(" of type `")) {
        let kind = if note.kind == NoteKind::Unresolved { "Unresolved" } else { "noted" };
        lines.push(format!("{kind} {}", note.text));
    }
    lines
}

#[test]
fn templates_hold_what_a_reader_finds_in_them() {
    let Some(folder) = super::shared("inputs/cloudformation") else { return };
    let mut there: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    let reviewed: Vec<&str> = REVIEWED.iter().map(|reviewed| reviewed.file).collect();
    assert_eq!(there, reviewed, "every file has a reviewed expectation");
    for Reviewed { file, lines: expected, passed_over } in &REVIEWED {
        let source = Source { name: file.to_string(), bytes: std::fs::read(folder.join(file)).unwrap() };
        let parsed = syntax::parse(&source).unwrap_or_else(|issue| panic!("{file}: {}", issue.message));
        let estate = cloudformation::read(&[(source.name.clone(), parsed)], &BTreeMap::new());
        assert_eq!(lines(&estate), *expected, "{file}");
        let of_types = estate.notes.iter().filter(|note| note.text.contains(" of type `"));
        let number: u32 = of_types.map(|note| note.text.split(' ').next().unwrap().parse::<u32>().unwrap()).sum();
        assert_eq!(number, *passed_over, "{file}: {:#?}", estate.notes);
    }
}

#[test]
fn templates_of_one_account_are_read_together() {
    let Some(folder) = super::shared("inputs/cloudformation") else { return };
    let documents: Vec<_> = REVIEWED
        .iter()
        .map(|reviewed| {
            let source =
                Source { name: reviewed.file.to_string(), bytes: std::fs::read(folder.join(reviewed.file)).unwrap() };
            (source.name.clone(), syntax::parse(&source).unwrap())
        })
        .collect();
    let estate = cloudformation::read(&documents, &BTreeMap::new());
    let routes: usize =
        REVIEWED.iter().map(|one| one.lines.iter().filter(|line| line.starts_with("route ")).count()).sum();
    assert_eq!((estate.apis.len(), estate.routes.len(), estate.balancers.len()), (10, routes, 10));
    let mut hosts: Vec<&String> =
        estate.balancers.iter().flat_map(|one| &one.identity.aliases).filter(|one| one.contains(".DNSName}")).collect();
    hosts.sort();
    hosts.dedup();
    assert_eq!(hosts.len(), 10, "no two load balancers share a host");
}
