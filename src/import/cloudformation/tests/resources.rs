//! What each type of resource becomes.

use super::*;
use crate::import::estate::{ApiKind, BalancerKind, Endpoint, Generation, TargetKind};

/// A REST API with a tree of resources, a V1 link, an NLB with two listeners and what stands behind it.
const REST: &str = r#"
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Select [0, !GetAZs '']}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Select [1, !GetAZs '']}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, AvailabilityZone: !Select [1, !GetAZs '']}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: shop, EndpointConfiguration: {Types: [PRIVATE]}}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Order: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: '{id}'}}
  Round: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Round, PathPart: round}}
  GetOrder:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Order
      HttpMethod: get
      AuthorizationType: CUSTOM
      Integration:
        Type: HTTP_PROXY
        ConnectionType: VPC_LINK
        ConnectionId: ${stageVariables.link}
        Uri: !Sub http://${Nlb.DNSName}:8081/orders/{id}
        TimeoutInMillis: 5000
  Root:
    Type: AWS::ApiGateway::Method
    Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt [Api, RootResourceId], HttpMethod: ANY, Integration: {Type: MOCK}}
  Turning:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Round
      HttpMethod: GET
      Integration: {Type: AWS_PROXY, Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"}
  Queue:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Elsewhere
      HttpMethod: POST
      Integration: {Type: AWS, Uri: arn:aws:apigateway:eu-west-1:sqs:path/1/queue}
  Public:
    Type: AWS::ApiGateway::Method
    Properties: {RestApiId: abc123, ResourceId: !Ref Orders, HttpMethod: PUT, Integration: {Type: HTTP, Uri: https://example.com}}
  F: {Type: AWS::Lambda::Function}
  Live:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Api
      StageName: live
      Variables: {link: !Ref Link}
      MethodSettings:
        - {ResourcePath: /slow, HttpMethod: GET, ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1}
        - {ResourcePath: /*, HttpMethod: '*', ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400}
  Deployed: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: !Ref Api, StageName: test}}
  Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties: {ApiStages: [{ApiId: !Ref Api, Stage: live}], Throttle: {RateLimit: 10, BurstLimit: 20}}
  Acl:
    Type: AWS::WAFv2::WebACLAssociation
    Properties: {ResourceArn: !Sub "arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Live}", WebACLArn: x}
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {Name: main, TargetArns: [!Ref Nlb]}}
  Nlb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Type: network
      Scheme: internal
      SubnetMappings: [{SubnetId: !Ref A}, {SubnetId: !Ref B}, {SubnetId: !Ref C}]
      LoadBalancerAttributes: [{Key: load_balancing.cross_zone.enabled, Value: 'true'}]
  One: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Nlb, Port: '8080', Protocol: TCP, DefaultActions: [{Type: forward, TargetGroupArn: !Ref Tasks}]}}
  Two:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Nlb
      Port: 8081
      Protocol: TCP
      DefaultActions: [{Type: forward, ForwardConfig: {TargetGroups: [{TargetGroupArn: !Ref Machines}, {TargetGroupArn: !Ref Machines, Weight: 7}]}}]
  Tasks: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: ip, VpcId: !Ref Vpc}}
  Machines:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {TargetGroupAttributes: [{Key: load_balancing.cross_zone.enabled, Value: 'false'}]}
  Service: {Type: AWS::ECS::Service, Properties: {ServiceName: basket, DesiredCount: 4, LoadBalancers: [{TargetGroupArn: !Ref Tasks}]}}
  Group: {Type: AWS::AutoScaling::AutoScalingGroup, Properties: {MinSize: '2', MaxSize: '9', TargetGroupARNs: [!Ref Machines]}}
"#;

#[test]
fn a_rest_api_with_all_that_stands_behind_it() {
    let estate = estate(REST);
    assert_eq!(
        routes(&estate),
        [
            "#Api GET /orders/{id} Private #Link - http://${Nlb.DNSName}:8081/orders/{id}",
            "#Api ANY / Mock - - -",
            "#Api GET /round Lambda - - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations",
            "#Api POST /${Elsewhere} Service - - arn:aws:apigateway:eu-west-1:sqs:path/1/queue",
            "=abc123 PUT /orders Public - - https://example.com",
        ]
    );
    assert_eq!(estate.routes[0].integration.timeout_ms, Some(5000.0));
    assert_eq!(estate.routes[0].origin.path, "Resources.GetOrder");
    let api = &estate.apis[0];
    assert_eq!(
        (api.identity.name.as_str(), api.kind, api.endpoint),
        ("shop", Some(ApiKind::Rest), Some(Endpoint::Private))
    );
    assert_eq!((api.stages.join(" "), api.throttle), ("live test".to_string(), Some((200.0, 400.0))));
    assert_eq!((api.waf, api.usage_plan, api.authorizer, api.resources), (true, true, true, 4));
    let link = &estate.links[0];
    assert_eq!((link.generation, shorts(&link.targets)), (Generation::V1, "#Nlb".to_string()));
    let nlb = &estate.balancers[0];
    assert_eq!(
        (nlb.kind, nlb.internal, nlb.zones, nlb.cross_zone),
        (BalancerKind::Nlb, Some(true), Some(2), Some(true))
    );
    assert_eq!((shorts(&nlb.subnets), nlb.vpc.as_ref().map(short)), ("#A #B #C".to_string(), Some("#Vpc".to_string())));
    assert!(nlb.identity.aliases.contains(&"${Nlb.DNSName}".to_string()), "{:?}", nlb.identity.aliases);
    let listeners: Vec<_> =
        estate.listeners.iter().map(|one| (one.port, short(&one.balancer), weighted(&one.forwards))).collect();
    let expected = [(Some(8080), "#Nlb", "#Tasks"), (Some(8081), "#Nlb", "#Machines=7")];
    assert_eq!(listeners, expected.map(|(port, nlb, group)| (port, nlb.to_string(), group.to_string())));
    let groups: Vec<_> = estate
        .target_groups
        .iter()
        .map(|one| (one.kind, one.desired, one.service.as_deref(), one.cross_zone))
        .collect();
    let expected =
        [(TargetKind::Ip, Some(4), Some("basket"), None), (TargetKind::Instance, Some(2), Some("Group"), Some(false))];
    assert_eq!(groups, expected);
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "the parents of a resource lead in a circle or beyond 100 levels: the rest of its path is left out",
            "the parent of a path is not known: `Elsewhere` is not in the template",
        ]
    );
    assert_eq!(notes(&estate, NoteKind::PassedOver), ["1 resource of type `AWS::Lambda::Function`"]);
}

#[test]
fn stage_variables_that_stages_set_differently_or_not_at_all() {
    let stage = |name: &str, link: &str| {
        format!(
            "  {name}: {{Type: AWS::ApiGateway::Stage, Properties: {{RestApiId: !Ref Api, StageName: {name}, Variables: {{link: {link}}}}}}}\n"
        )
    };
    let template = REST.replace("  Acl:\n", &format!("{}  Acl:\n", stage("Other", "abc")));
    let found = routes(&estate(&template));
    assert!(found[0].contains("?stages set stage variable `link` differently"), "{}", found[0]);
    let template = REST.replace("${stageVariables.link}", "${stageVariables.none}");
    let found = routes(&estate(&template));
    assert!(found[0].contains("?no stage in the files sets stage variable `none`"), "{}", found[0]);
}

/// An HTTP API with a link, an ALB with a rule, Cloud Map, and APIs of other kinds.
const HTTP: &str = r#"
Parameters: {LinkId: {Type: String}}
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: web, ProtocolType: HTTP}}
  Sockets: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: push, ProtocolType: WEBSOCKET}}
  Quick: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP, Target: "https://example.com"}}
  R1: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: 'get /a/{x}', Target: !Sub 'integrations/${ToListener}'}}
  R2: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: $default, AuthorizationType: CUSTOM, Target: !Join [/, [integrations, !Ref ToMap]]}}
  R3: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Sockets, RouteKey: $connect, Target: !Sub 'integrations/${ToCode}'}}
  R4: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: 'POST /q', Target: integrations/abc}}
  R5: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: 'POST /none'}}
  ToListener: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY, ConnectionType: VPC_LINK, ConnectionId: !Ref Link, IntegrationUri: !Ref Front}}
  ToMap: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY, ConnectionType: VPC_LINK, ConnectionId: !Ref LinkId, IntegrationUri: !GetAtt Map.Arn, TimeoutInMillis: 9000}}
  ToCode: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Sockets, IntegrationType: AWS_PROXY, IntegrationUri: x}}
  Idle: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationSubtype: SQS-SendMessage}}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default, DefaultRouteSettings: {ThrottlingRateLimit: 50, ThrottlingBurstLimit: 60}}}
  Link: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: l, SubnetIds: [subnet-1, subnet-2]}}
  Alb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [subnet-1, subnet-2]}}
  Gwlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: gateway}}
  Old: {Type: AWS::ElasticLoadBalancing::LoadBalancer, Properties: {Scheme: internal, CrossZone: true}}
  Front: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Alb, Port: 80, Protocol: HTTP, DefaultActions: [{Type: fixed-response}]}}
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Front
      Priority: 7
      Conditions:
        - {Field: path-pattern, Values: [/a*]}
        - {Field: path-pattern, PathPatternConfig: {Values: [/b*, /c*]}}
        - {Field: host-header, HostHeaderConfig: {Values: [x.example]}}
        - {Field: source-ip, SourceIpConfig: {Values: [10.0.0.0/8]}}
      Actions: [{Type: forward, TargetGroupArn: !Ref Group}]
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Name: g, TargetType: ip}}
  Space: {Type: AWS::ServiceDiscovery::PrivateDnsNamespace, Properties: {Name: shop.local, Vpc: vpc-1}}
  Map: {Type: AWS::ServiceDiscovery::Service, Properties: {Name: basket, DnsConfig: {NamespaceId: !Ref Space}}}
  S1: {Type: AWS::ECS::Service, Properties: {DesiredCount: 2, ServiceRegistries: [{RegistryArn: !GetAtt Map.Arn}]}}
  S2: {Type: AWS::ECS::Service, Properties: {DesiredCount: 3, ServiceRegistries: [{RegistryArn: !GetAtt Map.Arn}]}}
"#;

#[test]
fn an_http_api_with_rules_and_cloud_map() {
    let estate = estate(HTTP);
    assert_eq!(
        routes(&estate),
        [
            "#Quick - $default Public - - -",
            "#Api GET /a/{x} Private #Link #Front ${Front}",
            "#Api - $default Private ?parameter `LinkId` has no default #Map ${Map.Arn}",
            "#Sockets - $connect Lambda - - x",
            "#Api POST /q None - - -",
            "#Api POST /none None - - -",
        ]
    );
    let kinds: Vec<_> = estate.apis.iter().map(|api| api.kind.unwrap()).collect();
    assert_eq!(kinds, [ApiKind::Http, ApiKind::WebSocket, ApiKind::Http]);
    assert_eq!((estate.apis[0].throttle, estate.apis[0].authorizer), (Some((50.0, 60.0)), true));
    let rule = &estate.rules[0];
    assert_eq!(
        (rule.priority, short(&rule.listener), weighted(&rule.forwards)),
        (Some(7), "#Front".into(), "#Group".into())
    );
    assert_eq!((rule.paths.join(" "), rule.hosts.join(" ")), ("/a* /b* /c*".into(), "x.example".into()));
    assert_eq!(estate.listeners[0].forwards, []);
    let kinds: Vec<_> = estate.balancers.iter().map(|balancer| balancer.kind).collect();
    assert_eq!(kinds, [BalancerKind::Alb, BalancerKind::Other, BalancerKind::Other]);
    assert_eq!(
        (estate.balancers[0].internal, estate.balancers[0].zones, estate.balancers[0].subnets.len()),
        (None, None, 2)
    );
    let map = &estate.discoveries[0];
    assert_eq!((map.desired, map.service.as_deref()), (Some(5), Some("S1")));
    assert!(map.identity.aliases.contains(&"basket.shop.local".to_string()));
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        ["the integration of `POST /q` is not known: `integrations/abc` is no integration of the files"]
    );
    assert_eq!(
        notes(&estate, NoteKind::PassedOver),
        [
            "integration `Idle` answers no route",
            "load balancer `Gwlb` is neither an ALB nor an NLB, which is not simulated",
            "load balancer `Old` is a Classic Load Balancer, which is not simulated",
        ]
    );
}

#[test]
fn conditions_leave_out_or_keep() {
    let estate = estate(
        r#"
Parameters: {Stage: {Type: String, Default: dev}, Vpc: {Type: String}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  InVpc: !Equals [!Ref Vpc, vpc-1]
Resources:
  A: {Type: AWS::ApiGateway::RestApi, Condition: Prod}
  B: {Type: AWS::ApiGateway::RestApi, Condition: InVpc}
  C: {Type: AWS::ApiGateway::RestApi}
  D: {Type: AWS::SQS::Queue, Condition: Prod}
  E: {Type: AWS::SQS::Queue, Condition: Prod}
  F: {Type: AWS::SQS::Queue, Condition: Prod}
  G: {}
  M: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref A, ResourceId: !GetAtt C.RootResourceId, HttpMethod: GET}}
"#,
    );
    let names: Vec<&str> = estate.apis.iter().map(|api| api.identity.name.as_str()).collect();
    assert_eq!(names, ["B", "C"]);
    assert_eq!(
        notes(&estate, NoteKind::Inferred),
        ["condition `InVpc` is not decided (parameter `Vpc` has no default), so `B` is taken as there"]
    );
    assert_eq!(
        notes(&estate, NoteKind::PassedOver),
        ["condition `Prod` is false, which leaves out `A`, `D`, `E` and 1 more", "resource `G` has no type"]
    );
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        ["the API of method `M` is not known: `A` is left out by its condition"]
    );
}

#[test]
fn nothing_is_known_of_what_stands_around() {
    let estate = estate(
        r#"
Parameters: {Arn: {Type: String}, RootId: {Type: String}, Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}}
Resources:
  R: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: api, ParentId: !Ref RootId, PathPart: a}}
  M: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: api, ResourceId: !Ref R, HttpMethod: GET, Integration: {Type: HTTP, ConnectionType: VPC_LINK}}}
  K: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref Arn]}}
  N: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, Subnets: !Ref Subnets}}
  L: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Arn, DefaultActions: [{TargetGroupArn: !Ref Arn}]}}
  U: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Arn}}
  T: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: alb, Targets: [{Id: !Ref Arn}]}}
  W: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Ref Arn}}
  V: {Type: AWS::WAFv2::WebACLAssociation, Properties: {ResourceArn: !Ref N}}
"#,
    );
    let why = "parameter `Arn` has no default";
    let expected = [
        format!("a target of VPC link `K` is not known: {why}"),
        "how many subnets load balancer `N` has is not known: parameter `Subnets` has no default".to_string(),
        format!("the load balancer of listener `L` is not known: {why}"),
        format!("a target group of listener `L` is not known: {why}"),
        format!("the listener of rule `U` is not known: {why}"),
        format!("the ALB of target group `T` is not known: {why}"),
        format!("what AWS WAF (`W`) stands before is not known: {why}"),
    ];
    assert_eq!(notes(&estate, NoteKind::Unresolved), expected);
    assert_eq!(notes(&estate, NoteKind::Inferred), ["`${RootId}` is taken as the root of the API"]);
    assert_eq!(
        notes(&estate, NoteKind::PassedOver),
        ["AWS WAF (`V`) stands before something that is no API of the files"]
    );
}

#[test]
fn targets_say_their_zones_themselves() {
    let zones = |targets: &str| {
        let text = format!(
            "Parameters: {{Zone: {{Type: String}}}}\nResources:\n  I: {{Type: AWS::EC2::Instance, Properties: {{AvailabilityZone: z-i}}}}\n  T: {{Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {{Targets: [{targets}]}}}}"
        );
        estate(&text).target_groups[0].zones.iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(zones("{Id: 10.0.0.1, AvailabilityZone: z-a}, {Id: 10.0.0.2, AvailabilityZone: z-a}"), ["z-a"]);
    assert_eq!(zones("{Id: 10.0.0.1, AvailabilityZone: z-a}, {Id: !Ref I}"), ["z-a", "z-i"]);
    assert_eq!(zones("{Id: !Ref I, AvailabilityZone: !Ref Zone}"), ["${Zone}"]);
    for unknown in ["{Id: 10.0.0.1, AvailabilityZone: all}", "{Id: !Ref I, AvailabilityZone: all}", "{Id: 10.0.0.1}"] {
        assert_eq!(zones(&format!("{{Id: !Ref I}}, {unknown}")), [""; 0], "{unknown}");
    }
}

#[test]
fn conditions_in_a_circle_are_told() {
    let text = "Conditions: {C: !Not [{Condition: D}], D: !Not [{Condition: C}]}\nResources: {L: {Type: AWS::ApiGatewayV2::VpcLink, Condition: C}, M: {Type: AWS::ApiGatewayV2::VpcLink, Condition: D}}";
    let estate = estate(text);
    assert_eq!(estate.links.len(), 2);
    let why = "is not decided (condition `C` asks for itself), so";
    assert_eq!(
        notes(&estate, NoteKind::Inferred),
        [format!("condition `C` {why} `L` is taken as there"), format!("condition `D` {why} `M` is taken as there")]
    );
}
