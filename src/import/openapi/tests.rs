//! OpenAPI: what is read of documents, and what is said of those that lack something.

use super::*;
use crate::import::Source;
use crate::import::estate::Endpoint;
use crate::import::syntax::parse;

fn estate(text: &str) -> Estate {
    let source = Source { name: "api.yaml".into(), bytes: text.as_bytes().to_vec() };
    read(&[("api.yaml".into(), parse(&source).unwrap())])
}

/// Each route as "METHOD path kind link target uri timeout".
fn routes(estate: &Estate) -> Vec<String> {
    let name = |reference: &Option<Reference>| match reference {
        Some(Reference::Named(name)) => name.clone(),
        Some(other) => format!("{other:?}"),
        None => "-".into(),
    };
    let line = |route: &Route| {
        let Integration { kind, link, target, uri, timeout_ms, .. } = &route.integration;
        let uri = uri.as_deref().unwrap_or("-");
        let timeout = timeout_ms.map_or("-".to_string(), |timeout| timeout.to_string());
        format!("{} {} {kind:?} {} {} {uri} {timeout}", route.method, route.path, name(link), name(target))
    };
    estate.routes.iter().map(line).collect()
}

fn notes(estate: &Estate, kind: NoteKind) -> Vec<String> {
    estate.notes.iter().filter(|note| note.kind == kind).map(|note| note.text.clone()).collect()
}

#[test]
fn swagger_with_private_and_other_integrations() {
    let estate = estate(
        r#"
swagger: "2.0"
info: {title: Orders}
x-amazon-apigateway-endpoint-configuration: {types: [PRIVATE]}
securityDefinitions:
  guard: {type: apiKey, x-amazon-apigateway-authorizer: {type: token}}
paths:
  /orders/{id}:
    get:
      security: [{guard: []}]
      x-amazon-apigateway-integration:
        type: http_proxy
        connectionType: VPC_LINK
        connectionId: abc123
        uri: http://nlb.example:8080/orders/{id}
        timeoutInMillis: 5000
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration: {type: mock}
  /fn:
    post:
      x-amazon-apigateway-integration:
        type: aws_proxy
        uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations
  /queue: {post: {x-amazon-apigateway-integration: {type: aws, uri: "arn:aws:apigateway:eu-west-1:sqs:path/q"}}}
  /out: {get: {x-amazon-apigateway-integration: {type: http, uri: "https://example.com"}}}
  /bare: {get: {responses: {}}}
"#,
    );
    assert_eq!(
        routes(&estate),
        [
            "GET /orders/{id} Private abc123 - http://nlb.example:8080/orders/{id} 5000",
            "ANY /orders/{id} Mock - - - -",
            "POST /fn Lambda - - arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f/invocations -",
            "POST /queue Service - - arn:aws:apigateway:eu-west-1:sqs:path/q -",
            "GET /out Public - - https://example.com -",
            "GET /bare None - - - -",
        ]
    );
    let api = &estate.apis[0];
    assert_eq!((api.kind, api.endpoint, api.authorizer), (Some(ApiKind::Rest), Some(Endpoint::Private), true));
    assert_eq!(notes(&estate, NoteKind::Inferred), ["taken as a REST API: Swagger 2 defines REST APIs only"]);
    assert_eq!(estate.routes[0].origin.to_string(), "api.yaml:9 (paths./orders/{id}.get)");
}

#[test]
fn an_http_api_names_its_targets_and_shares_integrations() {
    let estate = estate(
        r##"
openapi: 3.0.1
info: {title: Shop}
paths:
  /$default: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: {$ref: "#/components/x-amazon-apigateway-integrations/a~1b"}}}
  /c: {get: {x-amazon-apigateway-integration: {$ref: "#/components/nothing"}}}
  /d: {get: {x-amazon-apigateway-integration: {$ref: "other.yaml#/x"}}}
  /e: {get: {x-amazon-apigateway-integration: {$ref: "#/components/loop"}}}
components:
  loop: {$ref: "#/components/loop"}
  x-amazon-apigateway-integrations:
    a/b:
      type: http_proxy
      payloadFormatVersion: "1.0"
      connectionType: VPC_LINK
      connectionId: ${stageVariables.link}
      uri: arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/a/b/c
"##,
    );
    assert_eq!(estate.apis[0].kind, Some(ApiKind::Http));
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/a/b/c";
    assert_eq!(routes(&estate)[0], format!(" $default Private ${{stageVariables.link}} {arn} {arn} -"));
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "`$ref` is `#/components/nothing`, and nothing stands there",
            "`$ref` is `other.yaml#/x`, and no other file or address is read",
            "a `$ref` leads back to itself, or through more than 32 others",
            "`connectionId` is `${stageVariables.link}`, which each stage gives a value of its own",
        ]
    );
}

#[test]
fn a_document_without_extensions_invents_no_services() {
    let estate = estate("openapi: 3.1.0\npaths: {/a/x: {get: {}}, /a/y: {get: {}}, /b: {post: {}}, x-y: {get: {}}}\n");
    assert_eq!((estate.apis[0].kind, estate.routes.len()), (None, 3));
    let said = notes(&estate, NoteKind::Unresolved);
    assert!(
        said[0].ends_with("paths begin with `/a`, `/b`: if each is a service, write `[services] count = 2`"),
        "{said:?}"
    );
    let none = super::read(&[]);
    assert!(none.apis.is_empty());
}

#[test]
fn a_fragment_of_a_template_keeps_the_names_of_its_functions() {
    let estate = estate(
        "openapi: 3.0.1\npaths:\n  /{p+}:\n    x-amazon-apigateway-any-method:\n      x-amazon-apigateway-integration:\n        type: http_proxy\n        uri: !Sub 'http://${Alb.DNSName}/{p}'\n        connectionType: VPC_LINK\n        connectionId: !Ref Link\n        integrationTarget: !GetAtt Alb.Arn\n",
    );
    assert_eq!(routes(&estate), ["ANY /{p+} Private Link Alb.Arn http://${Alb.DNSName}/{p} -"]);
    assert!(notes(&estate, NoteKind::Unresolved)[0].starts_with("functions of CloudFormation"));
}

#[test]
fn a_mapping_overwrites_the_path() {
    let estate = estate(
        r#"
openapi: "3.0.1"
paths:
  /a:
    get: {x-amazon-apigateway-integration: {type: http_proxy, connectionType: VPC_LINK, connectionId: v, payloadFormatVersion: "1.0",
      uri: "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/a/1/2", requestParameters: {"overwrite:path": /v1/a}}}
"#,
    );
    assert_eq!(estate.routes[0].integration.path.as_deref(), Some("/v1/a"));
}
