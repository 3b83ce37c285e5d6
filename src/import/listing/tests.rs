//! Tests of the reader of listings: the five options joined from several files, owners by file name, pages, wrappers, quotas.

mod health;

use serde_json::{Value as Json, json};

use super::owners::words;
use super::read;
use crate::import::Source;
use crate::import::estate::{
    BalancerKind, Endpoint, Estate, Generation, IntegrationKind, NoteKind, Reference, TargetKind,
};
use crate::import::syntax::parse;

/// The estate of several files.
fn estate(files: &[(&str, Json)]) -> Estate {
    texts(&files.iter().map(|(name, json)| (*name, json.to_string())).collect::<Vec<_>>()).unwrap()
}

fn texts(files: &[(&str, String)]) -> Result<Estate, Vec<String>> {
    let parsed: Vec<_> = files
        .iter()
        .map(|(name, text)| {
            let source = Source { name: (*name).into(), bytes: text.as_bytes().to_vec() };
            ((*name).to_string(), parse(&source).unwrap())
        })
        .collect();
    read(&parsed).map_err(|issues| issues.into_iter().map(|issue| issue.message).collect())
}

fn notes(estate: &Estate, kind: NoteKind) -> Vec<&str> {
    estate.notes.iter().filter(|note| note.kind == kind).map(|note| note.text.as_str()).collect()
}

fn named(text: impl Into<String>) -> Reference {
    Reference::Named(text.into())
}

/// Listings of one account: a REST API over an NLB and the ALB behind it.
const REST_NLB_ALB: [(&str, &str); 15] = [
    (
        "apis.json",
        r#"{"items": [{"id": "a1b2c3d4e5", "name": "shop", "createdDate": 1, "rootResourceId": "r00t",
            "endpointConfiguration": {"types": ["PRIVATE"]}}]}"#,
    ),
    (
        "resources.json",
        r#"{"items": [{"id": "r00t", "path": "/"}, {"id": "res1", "parentId": "r00t", "path": "/orders", "resourceMethods": {
            "GET": {"httpMethod": "GET", "authorizationType": "CUSTOM", "methodIntegration": {"type": "HTTP_PROXY",
                "connectionType": "VPC_LINK", "connectionId": "lnk123", "uri": "http://shared.elb.example:81/orders",
                "timeoutInMillis": 12000}},
            "OPTIONS": {"httpMethod": "OPTIONS", "authorizationType": "NONE", "methodIntegration": {"type": "MOCK"}}}}]}"#,
    ),
    (
        "stages.json",
        r#"{"item": [{"stageName": "prod", "deploymentId": "d", "webAclArn": "arn:aws:wafv2:x",
            "methodSettings": {"*/*": {"throttlingRateLimit": 100.0, "throttlingBurstLimit": 50}}}]}"#,
    ),
    (
        "links.json",
        r#"{"items": [{"id": "lnk123", "name": "one", "targetArns": ["arn:x:loadbalancer/net/shared/11"]}]}"#,
    ),
    (
        "plans.json",
        r#"{"items": [{"id": "p", "name": "gold", "throttle": {"rateLimit": 1.0, "burstLimit": 1},
            "apiStages": [{"apiId": "a1b2c3d4e5", "stage": "prod"}]}]}"#,
    ),
    (
        "balancers.json",
        r#"{"LoadBalancers": [
            {"LoadBalancerArn": "arn:x:loadbalancer/net/shared/11", "LoadBalancerName": "shared", "Type": "network",
             "DNSName": "shared.elb.example", "Scheme": "internal", "VpcId": "vpc-1",
             "AvailabilityZones": [{"ZoneName": "a", "SubnetId": "subnet-a"}, {"ZoneName": "b", "SubnetId": "subnet-b"}]},
            {"LoadBalancerArn": "arn:x:loadbalancer/app/web/22", "LoadBalancerName": "web", "Type": "application"},
            {"LoadBalancerArn": "arn:x:loadbalancer/gwy/fw/33", "LoadBalancerName": "fw", "Type": "gateway"}]}"#,
    ),
    (
        "listeners.json",
        r#"{"Listeners": [
            {"ListenerArn": "arn:x:listener/net/shared/11/aa", "LoadBalancerArn": "arn:x:loadbalancer/net/shared/11",
                "Port": 81,
             "DefaultActions": [{"Type": "forward", "TargetGroupArn": "arn:x:targetgroup/alb/44"}]},
            {"ListenerArn": "arn:x:listener/app/web/22/bb", "LoadBalancerArn": "arn:x:loadbalancer/app/web/22", "Port": 80,
             "DefaultActions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
                {"TargetGroupArn": "arn:x:targetgroup/orders/55"}, {"TargetGroupArn": "arn:x:targetgroup/users/66", "Weight": 9}]}}]}]}"#,
    ),
    (
        "rules.json",
        r#"{"Rules": [
            {"RuleArn": "arn:x:listener-rule/app/web/22/bb/cc", "Priority": "7", "Conditions": [
                {"Field": "path-pattern", "Values": ["/orders*"], "PathPatternConfig": {"Values": ["/orders*"]}},
                {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example"]}}],
             "Actions": [{"Type": "forward", "TargetGroupArn": "arn:x:targetgroup/orders/55"}]},
            {"RuleArn": "arn:x:listener-rule/app/web/22/bb/dd", "Priority": "default", "IsDefault": true, "Actions": []}]}"#,
    ),
    (
        "groups.json",
        r#"{"TargetGroups": [
            {"TargetGroupArn": "arn:x:targetgroup/alb/44", "TargetGroupName": "alb", "TargetType": "alb", "VpcId": "vpc-1"},
            {"TargetGroupArn": "arn:x:targetgroup/orders/55", "TargetGroupName": "orders", "TargetType": "ip"},
            {"TargetGroupArn": "arn:x:targetgroup/users/66", "TargetGroupName": "users", "TargetType": "ip"}]}"#,
    ),
    (
        "health-alb.json",
        r#"{"TargetHealthDescriptions": [{"Target": {"Id": "arn:x:loadbalancer/app/web/22"}, "TargetHealth": {}}]}"#,
    ),
    (
        "health-55.json",
        r#"{"TargetHealthDescriptions": [{"Target": {"Id": "10.0.0.1"}, "TargetHealth": {}},
            {"Target": {"Id": "10.0.0.2"}, "TargetHealth": {}}]}"#,
    ),
    ("attributes-shared.json", r#"{"Attributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]}"#),
    ("attributes-web.json", r#"{"Attributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "30"}]}"#),
    (
        "attributes-orders.json",
        r#"{"Attributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "30"},
            {"Key": "load_balancing.cross_zone.enabled", "Value": "use_load_balancer_configuration"}]}"#,
    ),
    (
        "ecs.json",
        r#"{"services": [{"serviceName": "users-svc", "serviceArn": "arn:ecs", "desiredCount": 5,
            "loadBalancers": [{"targetGroupArn": "arn:x:targetgroup/users/66"}]}], "failures": []}"#,
    ),
];

/// An ARN as the listings of `REST_NLB_ALB` have it.
fn arn(rest: &str) -> String {
    format!("arn:x:{rest}")
}

#[test]
fn a_rest_api_over_a_network_balancer_and_an_application_balancer() {
    let found = texts(&REST_NLB_ALB.map(|(name, text)| (name, text.to_string()))).unwrap();
    let api = &found.apis[0];
    assert_eq!((api.endpoint, api.resources, api.throttle), (Some(Endpoint::Private), 2, Some((100.0, 50.0))));
    assert_eq!((api.waf, api.usage_plan, api.authorizer, api.stages.len()), (true, true, true, 1));
    let route = &found.routes[0];
    assert_eq!((route.method.as_str(), route.path.as_str(), &route.api), ("GET", "/orders", &named("a1b2c3d4e5")));
    assert_eq!((route.integration.kind, &route.integration.link), (IntegrationKind::Private, &Some(named("lnk123"))));
    assert_eq!(
        (route.integration.uri.as_deref(), route.integration.timeout_ms),
        (Some("http://shared.elb.example:81/orders"), Some(12_000.0))
    );
    assert_eq!((found.routes.len(), found.routes[1].integration.kind), (2, IntegrationKind::Mock));
    assert_eq!(
        (found.links[0].generation, &found.links[0].targets[..]),
        (Generation::V1, &[named(arn("loadbalancer/net/shared/11"))][..])
    );
    let kinds: Vec<BalancerKind> = found.balancers.iter().map(|balancer| balancer.kind).collect();
    assert_eq!(kinds, [BalancerKind::Nlb, BalancerKind::Alb, BalancerKind::Other]);
    assert_eq!(
        (found.balancers[0].cross_zone, found.balancers[0].zones, found.balancers[1].idle_timeout_s),
        (Some(true), Some(2), Some(30.0))
    );
    assert_eq!(found.balancers[0].identity.aliases, ["shared.elb.example"]);
    let forwards: Vec<_> = found.listeners[1].forwards.iter().map(|one| (one.group.clone(), one.weight)).collect();
    assert_eq!(forwards, [(named(arn("targetgroup/orders/55")), 1), (named(arn("targetgroup/users/66")), 9)]);
    let rule = &found.rules[0];
    assert_eq!((found.rules.len(), &rule.listener, rule.priority), (1, &named(arn("listener/app/web/22/bb")), Some(7)));
    assert_eq!((&rule.paths[..], &rule.hosts[..]), (&["/orders*".to_string()][..], &["shop.example".to_string()][..]));
    assert_eq!(
        (found.target_groups[0].kind, &found.target_groups[0].targets[..]),
        (TargetKind::Alb, &[named(arn("loadbalancer/app/web/22"))][..])
    );
    assert_eq!((found.target_groups[1].targets.len(), found.target_groups[1].cross_zone), (2, None));
    assert_eq!(
        (found.target_groups[2].desired, found.target_groups[2].service.as_deref()),
        (Some(5), Some("users-svc"))
    );
    assert_eq!(notes(&found, NoteKind::Unresolved), Vec::<&str>::new());
    assert_eq!(
        notes(&found, NoteKind::PassedOver),
        [
            "`fw` is a Gateway Load Balancer, which no private integration can use",
            "the throttle of the usage plan `gold` holds for each API key, not for the stage"
        ]
    );
}

#[test]
fn http_apis_by_the_names_of_their_files() {
    let routes = |path: &str, id: &str| {
        json!({"Items": [{"RouteId": "r", "RouteKey": format!("ANY /{path}"),
        "Target": format!("integrations/{id}"), "AuthorizationType": "NONE"}]})
    };
    let integration = |id: &str, uri: &str| {
        json!({"Items": [{"IntegrationId": id, "IntegrationType": "HTTP_PROXY",
        "ConnectionType": "VPC_LINK", "ConnectionId": "v2link", "IntegrationUri": uri, "TimeoutInMillis": 30000}]})
    };
    let found = estate(&[
        (
            "apis.json",
            json!({"Items": [{"ApiId": "aaaa1111", "Name": "one", "ProtocolType": "HTTP"}, {"ApiId": "bbbb2222",
                "Name": "two", "ProtocolType": "HTTP"}]}),
        ),
        ("get-routes-aaaa1111.json", routes("orders", "int1")),
        ("/tmp/x/bbbb2222.routes.json", routes("users", "int2")),
        ("integrations-aaaa1111.json", integration("int1", &arn("listener/app/web/22/bb"))),
        // No id in its name: the routes of `two` name its integration.
        ("integrations.json", integration("int2", "arn:aws:servicediscovery:eu-west-1:1:service/srv-1")),
        (
            "links.json",
            json!({"Items": [{"VpcLinkId": "v2link", "Name": "v2", "SubnetIds": ["subnet-a"], "VpcLinkVersion": "V2"}]}),
        ),
        (
            "map.json",
            json!({"Services": [{"Id": "srv-1", "Arn": "arn:aws:servicediscovery:eu-west-1:1:service/srv-1",
                "Name": "users", "InstanceCount": 4}]}),
        ),
        (
            "stages-aaaa1111.json",
            json!({"Items": [{"StageName": "$default", "DefaultRouteSettings": {"ThrottlingRateLimit": 10.5,
                "ThrottlingBurstLimit": 5}}]}),
        ),
    ]);
    let of: Vec<(&Reference, Option<&Reference>)> =
        found.routes.iter().map(|route| (&route.api, route.integration.target.as_ref())).collect();
    assert_eq!(
        of,
        [
            (&named("aaaa1111"), Some(&named(arn("listener/app/web/22/bb")))),
            (&named("bbbb2222"), Some(&named("arn:aws:servicediscovery:eu-west-1:1:service/srv-1")))
        ]
    );
    assert_eq!(
        (found.routes[0].integration.uri.as_deref(), &found.routes[0].integration.link),
        (None, &Some(named("v2link")))
    );
    assert_eq!((found.apis[0].throttle, found.discoveries[0].desired), (Some((10.5, 5.0)), Some(4)));
    assert_eq!((found.links[0].generation, found.links[0].subnets.len()), (Generation::V2, 1));
    assert_eq!(notes(&found, NoteKind::Unresolved), Vec::<&str>::new());
    assert!(
        notes(&found, NoteKind::Inferred).contains(&"integrations are of the API `bbbb2222`, whose routes name them")
    );
}

#[test]
fn rest_apis_over_links_of_either_generation() {
    // Options 2, 3 and 5: a link and a balancer for each service, ports of one balancer,
    // and an ALB without a network balancer.
    let method = |link: &str, uri: &str, more: Json| {
        let mut integration =
            json!({"type": "HTTP_PROXY", "connectionType": "VPC_LINK", "connectionId": link, "uri": uri});
        integration.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"ANY": {"httpMethod": "ANY", "authorizationType": "NONE", "methodIntegration": integration}})
    };
    let found = estate(&[
        ("all.json", json!({"items": [{"id": "api", "name": "shop", "createdDate": 1}]})),
        (
            "r.json",
            json!({"items": [
            {"id": "2", "path": "/two", "resourceMethods": method("l2", "http://two.example", json!({}))},
            {"id": "3", "path": "/three", "resourceMethods": method("l3", "http://shared.example:8081", json!({}))},
            {"id": "5", "path": "/five", "resourceMethods": method("v2", "http://web.example",
                json!({"integrationTarget": arn("loadbalancer/app/web/22")}))}]}),
        ),
        (
            "l.json",
            json!({"items": [{"id": "l2", "name": "l2", "targetArns": ["arn:two"]}, {"id": "l3", "name": "l3",
                "targetArns": ["arn:shared"]}]}),
        ),
        ("v2.json", json!({"VpcLinkId": "v2", "Name": "v2", "SubnetIds": []})),
    ]);
    let links: Vec<Option<&Reference>> = found.routes.iter().map(|route| route.integration.link.as_ref()).collect();
    assert_eq!(links, [Some(&named("l2")), Some(&named("l3")), Some(&named("v2"))]);
    assert_eq!(found.routes[2].integration.target, Some(named(arn("loadbalancer/app/web/22"))));
    assert_eq!((found.links.len(), found.apis[0].resources), (3, 3));
}

#[test]
fn what_a_listing_does_not_say() {
    let two = json!({"Items": [{"ApiId": "aaaa1111", "ProtocolType": "HTTP"}, {"ApiId": "bbbb2222",
        "ProtocolType": "HTTP"}]});
    let found = estate(&[
        ("apis.json", two),
        ("routes.json", json!({"Items": [{"RouteKey": "GET /x", "Target": "integrations/none"}], "NextToken": "abc"})),
        ("health.json", json!({"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": {}}]})),
        ("names.json", json!(["a", "b"])),
        ("other.json", json!({"TagDescriptions": [{}, {}]})),
        ("strange.json", json!({"hello": 1})),
        ("bare.json", json!({"items": [{"id": "x", "path": "/x", "resourceMethods": {"GET": {}, "PUT": {}}}]})),
        (
            "integration-GET.json",
            json!({"type": "HTTP", "httpMethod": "POST", "cacheNamespace": "x", "connectionType": "VPC_LINK",
                "connectionId": "l", "uri": "http://h"}),
        ),
    ]);
    let unresolved = notes(&found, NoteKind::Unresolved);
    for words in [
        "one page of several (`NextToken`)",
        "which API its routes are of: put its id into the file's name, as `routes-API_ID.json`",
        "the integration `none` is not in the files",
        "which target group these targets are of",
        "methods without their integrations: 2; `aws apigateway get-resources --embed methods` prints them",
    ] {
        assert!(unresolved.iter().any(|note| note.contains(words)), "{words}: {unresolved:#?}");
    }
    let passed = notes(&found, NoteKind::PassedOver);
    for words in ["2 names alone, as `--query` prints", "2 tags", "no listing that is read: it begins with `hello`"] {
        assert!(passed.iter().any(|note| note.contains(words)), "{words}: {passed:#?}");
    }
    // The integration stands alone: its cache namespace is the resource, and the file's name has the method.
    let route = found
        .routes
        .iter()
        .find(|route| route.method == "GET" && route.path == "/x" && route.integration.link.is_some());
    assert_eq!(route.unwrap().integration.uri.as_deref(), Some("http://h"));
    assert!(matches!(found.routes.last().unwrap().api, Reference::Unknown(_)));
}

#[test]
fn several_documents_wrappers_and_foreign_files() {
    let both =
        format!("{}\n{}", json!({"VpcLinkId": "a", "SubnetIds": []}), json!({"VpcLinkId": "b", "SubnetIds": []}));
    let found = texts(&[("both.json", both)]).unwrap();
    assert_eq!(found.links.len(), 2);
    let wrapped = estate(&[
        ("w.json", json!({"status_code": 200, "data": {"Items": [{"VpcLinkId": "a"}], "ResponseMetadata": {}}})),
        ("list.json", json!([{"Items": [{"VpcLinkId": "b"}]}, {"VpcLinkId": "c"}, {"VpcLinkId": "a"}])),
    ]);
    assert_eq!(wrapped.links.len(), 3);
    assert!(notes(&wrapped, NoteKind::PassedOver)[0].contains("VPC link `a` stands twice"));
    let message = |json: Json| texts(&[("f.json", json.to_string())]).unwrap_err().remove(0);
    assert_eq!(
        message(json!({"Resources": {}})),
        "`f.json` is a CloudFormation template, but listings of the AWS CLI are read"
    );
    assert_eq!(
        message(json!({"planned_values": {}})),
        "`f.json` is a Terraform plan, but listings of the AWS CLI are read"
    );
    assert_eq!(
        message(json!({"hello": 1})),
        "`f.json` is no listing of the AWS CLI that is read: it begins with `hello`"
    );
    assert_eq!(message(json!({})), "`f.json` is no listing of the AWS CLI that is read: it is an empty table");
}

#[test]
fn quotas_of_the_account_go_before_defaults() {
    let quota = |code: &str, account: &str, value: f64| {
        json!({"QuotaCode": code,
        "QuotaArn": format!("arn:aws:servicequotas:r:{account}:s/{code}"), "Value": value})
    };
    let found = estate(&[
        ("applied.json", json!({"Quotas": [quota("L-1", "123", 60.0), quota("L-2", "", 5.0)]})),
        (
            "defaults.json",
            json!({"Quotas": [quota("L-1", "", 10.0), quota("L-2", "", 6.0), {"QuotaName": "x"}, quota("L-4", "", -1.0)]}),
        ),
        ("one.json", json!({"Quota": quota("L-3", "123", 7.0)})),
        ("limits.json", json!({"Limits": [{"Name": "target-groups", "Max": "3000"}]})),
    ]);
    let values: Vec<(&str, f64)> = found.quotas.iter().map(|quota| (quota.code.as_str(), quota.value)).collect();
    assert_eq!(values, [("L-1", 60.0), ("L-2", 6.0), ("L-3", 7.0), ("target-groups", 3_000.0)]);
    assert!(notes(&found, NoteKind::PassedOver).iter().any(|note| note.starts_with("2 values of quotas stand twice")));
}

#[test]
fn names_of_files_come_apart_at_signs() {
    assert_eq!(words("/a-b/get-routes_a1b2.json"), ["get", "routes", "a1b2"]);
    assert_eq!(words("C:\\x\\r.a.json"), ["r", "a"]);
    assert_eq!(words("stdin"), ["stdin"]);
    let found = estate(&[
        (
            "g.json",
            json!({"TargetGroups": [{"TargetGroupArn": "arn:tg/1", "TargetGroupName": "web"},
                {"TargetGroupArn": "arn:tg/2", "TargetGroupName": "web-admin"}]}),
        ),
        ("health-web-admin.json", json!({"TargetHealthDescriptions": [{"Target": {"Id": "i-1"}, "TargetHealth": {}}]})),
        ("health-website.json", json!({"TargetHealthDescriptions": [{"Target": {"Id": "i-2"}, "TargetHealth": {}}]})),
    ]);
    assert_eq!((found.target_groups[0].targets.len(), &found.target_groups[1].targets[..]), (0, &[named("i-1")][..]));
    assert_eq!(notes(&found, NoteKind::Unresolved).len(), 1, "`website` is not `web`");
}
