//! What the three readers say of rules, answers, zones and stages, seen at the services that come out.

use std::collections::BTreeMap;

use super::estate::NoteKind;
use super::kind::Kind;
use super::services::{Imported, services};
use super::{Source, read};

fn imported(kind: Kind, files: &[(&str, &str)]) -> Imported {
    let source = |(name, text): &(&str, &str)| Source { name: (*name).into(), bytes: text.as_bytes().to_vec() };
    let sources: Vec<Source> = files.iter().map(source).collect();
    services(read(kind, &sources, &BTreeMap::new()).expect("read"))
}

fn labels(imported: &Imported) -> Vec<&str> {
    imported.services.iter().map(|one| one.label.as_str()).collect()
}

fn says(imported: &Imported, kind: NoteKind, text: &str) -> bool {
    imported.estate.notes.iter().any(|note| note.kind == kind && note.text.contains(text))
}

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP, Name: api}}
  Link: {Type: AWS::ApiGatewayV2::VpcLink, Properties: {Name: l, SubnetIds: [subnet-1]}}
  Alb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: alb, Subnets: [subnet-1, subnet-2]}}
  Listen: {Type: AWS::ElasticLoadBalancingV2::Listener, Properties: {LoadBalancerArn: !Ref Alb, Port: 80,
    DefaultActions: [{Type: DEFAULT, TargetGroupArn: !Ref Rest}]}}
  First: {Type: AWS::ElasticLoadBalancingV2::ListenerRule, Properties: {ListenerArn: !Ref Listen, Priority: 1,
    Conditions: [{Field: path-pattern, Values: ["/a*"]}CONDITION], Actions: [{Type: forward, TargetGroupArn: !Ref Some}]}}
  Some: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Name: some, TargetType: ip}}
  Rest: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Name: rest, TargetType: ip}}
  In: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: HTTP_PROXY,
    ConnectionType: VPC_LINK, ConnectionId: !Ref Link, IntegrationUri: !Ref Listen}}
  R: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: "GET /a",
    Target: !Join [/, [integrations, !Ref In]]}}
"#;

#[test]
fn rules_and_answers_of_templates() {
    let of = |condition: &str, default: &str| {
        let text = TEMPLATE.replace("CONDITION", condition).replace("DEFAULT", default);
        imported(Kind::CloudFormation, &[("t.yaml", &text)])
    };
    assert_eq!(labels(&of("", "forward")), ["some"]);
    for other in [
        ", {Field: http-header, HttpHeaderConfig: {HttpHeaderName: x, Values: [y]}}",
        ", {Field: http-request-method, HttpRequestMethodConfig: {Values: [PUT]}}",
        ", {Field: query-string, QueryStringConfig: {Values: [{Value: y}]}}",
        ", {Field: source-ip, SourceIpConfig: {Values: [10.0.0.0/8]}}",
    ] {
        assert_eq!(labels(&of(other, "forward")), ["some", "rest"], "{other}");
    }
    let text = TEMPLATE.replace("CONDITION", "").replace("DEFAULT, TargetGroupArn: !Ref Rest", "fixed-response");
    let text = text.replace("/a*", "/b*")
        + "  S: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: $default}}\n";
    let imported = imported(Kind::CloudFormation, &[("t.yaml", &text)]);
    assert_eq!(labels(&imported), [""; 0]);
    assert!(says(&imported, NoteKind::PassedOver, "listener `Listen` answers `GET /a` itself"));
    assert!(says(&imported, NoteKind::PassedOver, "2 target groups are reached by no private route: `rest`, `some`"));
}

/// The stage stands before the path, unless a mapping overwrites it; whatever the stage, an unknown one loses no service.
#[test]
fn stages_and_mappings_of_templates() {
    let of = |rule: &str, more: &str, mapped: &str| {
        let text = TEMPLATE.replace("CONDITION", "").replace("DEFAULT, TargetGroupArn: !Ref Rest", "fixed-response");
        let text = text
            .replace("/a*", rule)
            .replace("ApiId: !Ref Api, IntegrationType", &format!("ApiId: !Ref Api,{mapped} IntegrationType"));
        imported(Kind::CloudFormation, &[("t.yaml", &format!("{text}{more}"))])
    };
    let stage = |name: &str| {
        format!("  S: {{Type: AWS::ApiGatewayV2::Stage, Properties: {{ApiId: !Ref Api, StageName: {name}}}}}\n")
    };
    let (prod, default) = (stage("prod"), stage("$default"));
    assert_eq!(labels(&of("/prod/a*", &prod, "")), ["some"]);
    assert_eq!(labels(&of("/a*", &default, "")), ["some"]);
    assert_eq!(labels(&of("/prod/a*", &default, "")), [""; 0]);
    let answered = of("/a*", &prod, "");
    assert_eq!(labels(&answered), [""; 0]);
    assert!(says(&answered, NoteKind::PassedOver, "answers `GET /a`, which arrives as `/prod/a`, itself"));
    let mapped = |path: &str| format!(" RequestParameters: {{'overwrite:path': {path}}},");
    assert_eq!(labels(&of("/a*", &prod, &mapped("$request.path"))), ["some"]);
    assert_eq!(labels(&of("/v1/*", &prod, &mapped("/v1/x"))), ["some"]);
    assert_eq!(labels(&of("/prod/a*", &prod, &mapped("/v1/x"))), [""; 0]);
    // No stage in the files: the plain path, or one behind any name.
    for rule in ["/a*", "/prod/a*"] {
        let open = of(rule, "", "");
        assert_eq!(labels(&open), ["some"], "{rule}");
        assert!(says(&open, NoteKind::Unresolved, "no file tells the stage of `api`"));
    }
    assert_eq!(labels(&of("/prod/a*", &stage("!Ref Unknown"), "")), ["some"]);
}

/// What a state says of stages, mappings, weights and functions.
fn state(stage: &str, mapping: &str, rule: &str, weights: [u32; 3]) -> Imported {
    let resource = |kind: &str, name: &str, values: &str| {
        format!(
            r#"{{"mode": "managed", "type": "{kind}", "name": "{name}", "instances": [{{"attributes": {{"id": "{name}", "arn": "{name}", {values}}}}}]}}"#
        )
    };
    let group = |name: &str, kind: &str, count: u32| {
        [
            resource("aws_lb_target_group", name, &format!(r#""name": "{name}", "target_type": "{kind}""#)),
            resource(
                "aws_ecs_service",
                &format!("ecs-{name}"),
                &format!(r#""desired_count": {count}, "load_balancer": [{{"target_group_arn": "{name}"}}]"#),
            ),
        ]
    };
    let weighted = ["blue", "green", "fn"].iter().zip(weights);
    let weighted: Vec<String> =
        weighted.map(|(name, weight)| format!(r#"{{"arn": "{name}", "weight": {weight}}}"#)).collect();
    let mut all = vec![
        resource("aws_apigatewayv2_api", "api", r#""name": "api", "protocol_type": "HTTP""#),
        resource("aws_apigatewayv2_stage", "stage", &format!(r#""api_id": "api", "name": "{stage}""#)),
        resource("aws_apigatewayv2_vpc_link", "link", r#""name": "link", "subnet_ids": []"#),
        resource("aws_lb", "alb", r#""name": "alb", "load_balancer_type": "application""#),
        resource(
            "aws_lb_listener",
            "front",
            r#""load_balancer_arn": "alb", "port": 80, "default_action": [{"type": "fixed-response"}]"#,
        ),
        resource(
            "aws_lb_listener_rule",
            "rule",
            &format!(
                r#""listener_arn": "front", "priority": 1, "condition": [{{"path_pattern": [{{"values": ["{rule}"]}}]}}],
                "action": [{{"type": "forward", "target_group_arn": "", "forward": [{{"target_group": [{}]}}]}}]"#,
                weighted.join(", ")
            ),
        ),
        resource(
            "aws_apigatewayv2_integration",
            "to",
            &format!(
                r#""api_id": "api", "integration_type": "HTTP_PROXY", "connection_type": "VPC_LINK",
                "connection_id": "link", "integration_uri": "front", "request_parameters": {mapping}"#
            ),
        ),
        resource(
            "aws_apigatewayv2_route",
            "route",
            r#""api_id": "api", "route_key": "GET /a/{id}", "target": "integrations/to""#,
        ),
    ];
    all.extend(group("blue", "ip", 6));
    all.extend(group("green", "ip", 2));
    all.push(resource("aws_lb_target_group", "fn", r#""name": "fn", "target_type": "lambda""#));
    let text = format!(r#"{{"version": 4, "terraform_version": "1.9.0", "resources": [{}]}}"#, all.join(", "));
    imported(Kind::Terraform, &[("t.tfstate", &text)])
}

#[test]
fn stages_mappings_weights_and_functions_of_states() {
    let targets = |imported: &Imported| imported.services.iter().map(|one| one.targets).collect::<Vec<_>>();
    let found = state("prod", "null", "/prod/a/*", [100, 0, 0]);
    assert_eq!((labels(&found), targets(&found)), (vec!["ecs-blue"], vec![Some(6)]));
    assert!(says(&found, NoteKind::PassedOver, "target group `green` has weight 0 beside others"));
    assert_eq!(labels(&state("prod", "null", "/a/*", [1, 0, 0])), [""; 0]);
    assert_eq!(labels(&state("$default", "null", "/a/*", [1, 0, 0])), ["ecs-blue"]);
    let mapping = r#"{"overwrite:path": "/v1/$request.path.id"}"#;
    assert_eq!(labels(&state("prod", mapping, "/v1/*", [1, 0, 0])), ["ecs-blue"]);
    // Half of the requests fill 2 targets when 4 are busy.
    let halves = state("prod", mapping, "/v1/*", [5, 5, 0]);
    assert_eq!((halves.services.len(), targets(&halves)), (1, vec![Some(4)]));
    assert_eq!(targets(&state("prod", mapping, "/v1/*", [75, 25, 0])), [Some(8)]);
    let function = state("prod", mapping, "/v1/*", [0, 0, 1]);
    assert_eq!((labels(&function), targets(&function)), (vec!["fn"], vec![None]));
    assert!(says(&function, NoteKind::Inferred, "target group `fn` leads to a Lambda function"));
}

const LB: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/alb/1";
const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/alb/1/2";

/// What maps every path to another.
const MAPPED: &str = r#", "RequestParameters": {"overwrite:path": "/mapped/$request.path.id"}"#;

fn account(condition: &str, default: &str, stages: &str) -> Imported {
    let group = |name: &str| format!("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/{name}/3");
    let group_of = |name: &str| {
        let arn = group(name);
        format!(r#"{{"TargetGroupArn": "{arn}", "TargetGroupName": "{name}", "TargetType": "ip"}}"#)
    };
    let forward = |name: &str| format!(r#"[{{"Type": "forward", "TargetGroupArn": "{}"}}]"#, group(name));
    let default = if default.is_empty() { forward("rest") } else { default.to_string() };
    let rule = LISTENER.replace(":listener/", ":listener-rule/");
    let files = [
        (
            "apis.json",
            r#"{"Items": [{"ApiId": "h", "Name": "h", "ProtocolType": "HTTP", "RouteSelectionExpression": ""}]}"#
                .into(),
        ),
        (
            "links.json",
            r#"{"Items": [{"VpcLinkId": "v", "Name": "v", "SubnetIds": [], "VpcLinkStatus": "AVAILABLE"}]}"#.into(),
        ),
        ("routes-h.json", r#"{"Items": [{"RouteId": "r", "RouteKey": "GET /a", "Target": "integrations/i"}]}"#.into()),
        (
            "integrations-h.json",
            r#"{"Items": [{"IntegrationId": "i", "IntegrationType": "HTTP_PROXY", "ConnectionType": "VPC_LINK",
                "ConnectionId": "${stageVariables.link}", "IntegrationUri": "${stageVariables.to}" MAPPED}]}"#
                .replace("MAPPED", if condition.contains("/mapped") { MAPPED } else { "" }),
        ),
        ("stages-h.json", format!(r#"{{"Items": [{stages}]}}"#)),
        (
            "lbs.json",
            format!(
                r#"{{"LoadBalancers": [{{"LoadBalancerArn": "{LB}", "LoadBalancerName": "alb", "Type": "application"}}]}}"#
            ),
        ),
        (
            "listeners.json",
            format!(
                r#"{{"Listeners": [{{"ListenerArn": "{LISTENER}", "LoadBalancerArn": "{LB}", "Port": 80, "DefaultActions": {default}}}]}}"#
            ),
        ),
        (
            "rules.json",
            format!(
                r#"{{"Rules": [{{"RuleArn": "{rule}/9", "Priority": "1", "Conditions": [{condition}], "Actions": {}}}]}}"#,
                forward("some")
            ),
        ),
        ("groups.json", format!(r#"{{"TargetGroups": [{}, {}]}}"#, group_of("some"), group_of("rest"))),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    imported(Kind::Aws, &files)
}

#[test]
fn rules_answers_and_stage_variables_of_listings() {
    let stage = |name: &str, link: &str| {
        format!(r#"{{"StageName": "{name}", "StageVariables": {{"link": "{link}", "to": "{LISTENER}"}}}}"#)
    };
    let path = r#"{"Field": "path-pattern", "Values": ["/one/a*", "/two/a*"]}"#;
    let method = r#", {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}}"#;
    let same = [stage("one", "v"), stage("two", "v")].join(", ");
    let plain = account(path, "", &same);
    assert_eq!((labels(&plain), plain.services[0].link), (vec!["some"], Some(0)));
    assert_eq!(labels(&account(&format!("{path}{method}"), "", &same)), ["some", "rest"]);
    assert_eq!(labels(&account(&path.replace("/one/a*", "/mapped/*"), "", &same)), ["some"]);
    let redirect = r#"[{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}]"#;
    let answered = account(&path.replace("/a", "/b"), redirect, &same);
    assert_eq!(labels(&answered), [""; 0]);
    assert!(says(
        &answered,
        NoteKind::PassedOver,
        "listener `alb:80` answers `GET /a`, which arrives as `/one/a` or `/two/a`, itself"
    ));
    let differ = account(path, "", &[stage("one", "v"), stage("two", "w")].join(", "));
    assert!(says(&differ, NoteKind::Unresolved, "stages of `h` set stage variable `link` differently"));
}
