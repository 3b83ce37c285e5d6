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
    let text = text.replace("/a*", "/b*");
    let imported = imported(Kind::CloudFormation, &[("t.yaml", &text)]);
    assert_eq!(labels(&imported), [""; 0]);
    assert!(says(&imported, NoteKind::PassedOver, "listener `Listen` answers `GET /a` itself"));
    assert!(says(&imported, NoteKind::PassedOver, "2 target groups are reached by no private route: `rest`, `some`"));
}

const LB: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/alb/1";
const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/alb/1/2";

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
                "ConnectionId": "${stageVariables.link}", "IntegrationUri": "${stageVariables.to}"}]}"#
                .to_string(),
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
    let path = r#"{"Field": "path-pattern", "Values": ["/a*"]}"#;
    let method = r#", {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["PUT"]}}"#;
    let same = [stage("one", "v"), stage("two", "v")].join(", ");
    let plain = account(path, "", &same);
    assert_eq!((labels(&plain), plain.services[0].link), (vec!["some"], Some(0)));
    assert_eq!(labels(&account(&format!("{path}{method}"), "", &same)), ["some", "rest"]);
    let redirect = r#"[{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}]"#;
    let answered = account(&path.replace("/a", "/b"), redirect, &same);
    assert_eq!(labels(&answered), [""; 0]);
    assert!(says(&answered, NoteKind::PassedOver, "listener `alb:80` answers `GET /a` itself"));
    let differ = account(path, "", &[stage("one", "v"), stage("two", "w")].join(", "));
    assert!(says(&differ, NoteKind::Unresolved, "stages of `h` set stage variable `link` differently"));
}
