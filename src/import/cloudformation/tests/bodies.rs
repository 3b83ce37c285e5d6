//! Definitions of APIs inside templates and beside them, and the short forms of SAM.

use super::*;
use crate::import::estate::{ApiKind, Endpoint};

#[test]
fn a_definition_with_functions_and_an_included_one() {
    let body = r#"
          paths:
            /orders:
              get:
                x-amazon-apigateway-integration:
                  type: http_proxy
                  connectionType: VPC_LINK
                  connectionId: !Ref Link
                  uri: !Sub 'http://${Nlb.DNSName}:${Port}/orders'
            /hidden: !If [Never, {get: {}}, !Ref AWS::NoValue]
            /open:
              get:
                x-amazon-apigateway-integration: {type: http, connectionType: VPC_LINK, connectionId: !Ref Unset, uri: !Ref Unset}
"#;
    let template = format!(
        r#"
Parameters: {{Port: {{Type: Number, Default: 8080}}, Unset: {{Type: String}}}}
Conditions: {{Never: !Equals [a, b]}}
Resources:
  Inline: {{Type: AWS::ApiGateway::RestApi, Properties: {{Body: {{"Fn::If": [Never, {{}}, {{swagger: "2.0", "Fn::Transform": {{Name: AWS::Include, Parameters: {{Location: !Sub "s3://b/${{Port}}.yaml"}}}}}}]}}}}}}
  Beside: {{Type: AWS::ApiGateway::RestApi, Properties: {{BodyS3Location: {{Bucket: b, Key: path/beside.yaml}}}}}}
  Missing: {{Type: AWS::Serverless::Api, Properties: {{DefinitionUri: ./missing.yaml, StageName: v1}}}}
  Unknown: {{Type: AWS::ApiGateway::RestApi, Properties: {{Body: !Ref Unset}}}}
  Whole:
    Type: AWS::ApiGatewayV2::Api
    Properties:
        Body:
          openapi: 3.0.1{body}
  Rest: {{Type: AWS::ApiGateway::RestApi, Properties: {{Body: {{paths: {{/rest: {{get: {{x-amazon-apigateway-integration: {{type: http, connectionType: VPC_LINK, connectionId: !Ref Link, uri: !Sub "http://${{Unset}}"}}}}}}}}}}}}}}
  Link: {{Type: AWS::ApiGateway::VpcLink, Properties: {{TargetArns: [!Ref Nlb]}}}}
  Nlb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Type: network}}}}
"#
    );
    let included = "paths:\n  /included: {get: {x-amazon-apigateway-integration: {type: mock}}}\n";
    let beside = "swagger: '2.0'\npaths:\n  /beside: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: 'a:lambda:b'}}}\n";
    let estate = together(&[
        ("t.yaml", &template),
        ("8080.yaml", included),
        ("api/beside.yaml", beside),
        ("stray.yaml", "a: 1"),
    ]);
    assert_eq!(
        routes(&estate),
        [
            "#Inline GET /included Mock - - -",
            "#Beside GET /beside Lambda - - a:lambda:b",
            "#Whole GET /orders Private #Link #Nlb http://${Nlb.DNSName}:8080/orders",
            "#Whole GET /open Private ?parameter `Unset` has no default ?parameter `Unset` has no default ${Unset}",
            "#Rest GET /rest Private #Link - http://${Unset}",
        ]
    );
    let why = "parameter `Unset` has no default";
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "the definition of API `Missing`, `./missing.yaml`, is not among the files: give it too".to_string(),
            "the definition of the API is not known: it is no table once its functions are worked out".to_string(),
            format!("the URI `http://${{Unset}}` of `GET /rest` is not known: {why}"),
        ]
    );
    assert_eq!(
        notes(&estate, NoteKind::PassedOver),
        ["the file is no template (it has no `Resources`), and no template names it"]
    );
}

/// Functions and a state machine with events, and APIs in short form.
const SAM: &str = r#"
Transform: AWS::Serverless-2016-10-31
Globals:
  Api: {EndpointConfiguration: {Type: REGIONAL}}
  HttpApi: {Auth: {Authorizers: {Guard: {FunctionArn: !GetAtt F.Arn}}}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {Type: Api, Properties: {Path: /a, Method: get}}
        B: {Type: Api, Properties: {Path: /b, Method: any, RestApiId: !Ref Named}}
        C: {Type: HttpApi}
        D: {Type: HttpApi, Properties: {Path: /d, Method: '*', ApiId: !Ref Web}}
        E: {Type: Api, Properties: {Path: /e, Method: get, RestApiId: !Ref Defined}}
        S: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  M:
    Type: AWS::Serverless::StateMachine
    Properties: {Events: {A: {Type: Api, Properties: {Path: /m, Method: post}}}}
  Named:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      EndpointConfiguration: PRIVATE
      Auth: {UsagePlan: {CreateUsagePlan: PER_API, Throttle: {RateLimit: 5, BurstLimit: 6}}}
  Web: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {Authorizers: {J: {JwtConfiguration: {issuer: x}}}}}}
  Defined:
    Type: AWS::Serverless::Api
    Properties: {StageName: v1, DefinitionBody: {swagger: "2.0", paths: {/e: {get: {x-amazon-apigateway-integration: {type: mock}}}}}}
  Stage: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: !Ref ServerlessRestApi}]}}
Outputs: {Url: {Value: !Sub "https://${ServerlessRestApi}/${Named.Stage}"}}
"#;

#[test]
fn sam_makes_apis_of_events() {
    let estate = estate(SAM);
    assert_eq!(
        routes(&estate),
        [
            "#Defined GET /e Mock - - -",
            "#ServerlessRestApi GET /a Lambda - - -",
            "#Named ANY /b Lambda - - -",
            "#ServerlessHttpApi - $default Lambda - - -",
            "#Web ANY /d Lambda - - -",
            "#ServerlessRestApi POST /m Service - - -",
        ]
    );
    let apis: Vec<_> = estate
        .apis
        .iter()
        .map(|api| {
            (
                api.identity.name.as_str(),
                api.kind.unwrap(),
                api.endpoint,
                api.stages.join(" "),
                api.authorizer,
                api.usage_plan,
            )
        })
        .collect();
    assert_eq!(
        apis,
        [
            ("ServerlessRestApi", ApiKind::Rest, Some(Endpoint::Regional), "Prod".into(), false, true),
            ("ServerlessHttpApi", ApiKind::Http, None, "$default".into(), true, false),
            ("Named", ApiKind::Rest, Some(Endpoint::Private), "live".into(), false, true),
            ("Web", ApiKind::Http, None, "$default".into(), false, false),
            ("Defined", ApiKind::Rest, Some(Endpoint::Regional), "v1".into(), false, false),
        ]
    );
    assert_eq!(estate.apis[2].throttle, Some((5.0, 6.0)));
    assert_eq!(
        notes(&estate, NoteKind::PassedOver),
        ["event `E` of `F` makes no route: the definition of its API has them"]
    );
    assert_eq!(notes(&estate, NoteKind::Unresolved), [""; 0]);
}
