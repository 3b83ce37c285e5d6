//! What the AWS CLI prints by its own documentation and in recordings: what each file holds, counted by hand from its text.

use super::import_terraform::lines;
use gatecap::import::estate::{Estate, NoteKind};
use gatecap::import::{Source, listing, syntax};

const API: &str = "put its id into the file's name, as";

/// Files and what stands in them, alone: a line for each thing; of notes only their beginning.
const REVIEWED: [(&str, &[&str]); 18] = [
    // The method of the resource `y9h6rt` is not printed, nor is its path.
    (
        "awscli-apigateway-get-integration-1.json",
        &["route ?: ANY /${y9h6rt} Lambda -", "Unresolved: the listing does not say which API its integrations are of"],
    ),
    (
        "awscli-apigateway-get-resources-1.json",
        &[
            "route ?: POST /resource/subresource None -",
            "Unresolved: the listing does not say which API its resources are of",
            "Unresolved: methods without their integrations: 1",
        ],
    ),
    ("awscli-apigateway-get-rest-apis-1.json", &["api My First API: Rest - [] 0"]),
    (
        "awscli-apigateway-get-stages-1.json",
        &[
            "Unresolved: the listing does not say which API its stages are of",
            "PassedOver: throttles of single methods of the stage `dev`, not of the whole stage",
        ],
    ),
    (
        "awscli-apigatewayv2-get-apis-1.json",
        &["api my-websocket-api: WebSocket Regional [] 0", "api my-http-api: Http Regional [] 0"],
    ),
    (
        "awscli-apigatewayv2-get-integration-1.json",
        &[
            "Unresolved: the listing does not say which API its integrations are of",
            "PassedOver: no route of the files leads to the integration `a1b2c3`",
        ],
    ),
    (
        "awscli-apigatewayv2-get-integrations-1.json",
        &[
            "Unresolved: the listing does not say which API its integrations are of",
            "PassedOver: no route of the files leads to the integration `a1b2c3`",
            "PassedOver: no route of the files leads to the integration `a1b2c4`",
        ],
    ),
    (
        "awscli-apigatewayv2-get-routes-1.json",
        &[
            "route ?: ANY /admin None -",
            "route ?:  $default None -",
            "Unresolved: the listing does not say which API its routes are of",
            "Unresolved: the integration `a1b2c3` is not in the files",
            "Unresolved: the integration `a1b2c4` is not in the files",
        ],
    ),
    ("awscli-apigatewayv2-get-stages-1.json", &["Unresolved: the listing does not say which API its stages are of"]),
    ("awscli-apigatewayv2-get-vpc-link-1.json", &["link MyVpcLink: V2 [subnet-aaaa, subnet-bbbb]"]),
    ("awscli-elbv2-describe-account-limits-1.json", &[]),
    ("awscli-elbv2-describe-listeners-1.json", &["listener my-load-balancer:80: 80 HTTP [G]"]),
    (
        "awscli-elbv2-describe-listeners-2.json",
        &["listener my-load-balancer:443: 443 HTTPS [G]", "listener my-load-balancer:80: 80 HTTP [G]"],
    ),
    (
        "awscli-elbv2-describe-load-balancers-1.json",
        &["balancer my-load-balancer: Alb internet 2 subnets vpc-3ac0fb5f zones 2 idle -"],
    ),
    ("awscli-elbv2-describe-target-groups-1.json", &["group my-targets: Instance vpc-3ac0fb5f"]),
    ("awscli-elbv2-describe-target-groups-2.json", &["PassedOver: 3 names alone, as `--query` prints"]),
    (
        "awscli-elbv2-describe-target-health-1.json",
        &["Unresolved: the listing does not say which target group these targets are of"],
    ),
    (
        "awscli-elbv2-describe-target-health-2.json",
        &["Unresolved: the listing does not say which target group these targets are of"],
    ),
];

/// Files of quotas: how many values each has, and the first of them.
const QUOTAS: [(&str, usize, &str, f64); 8] = [
    ("cli/awscli-elbv2-describe-account-limits-1.json", 23, "target-groups", 3_000.0),
    ("quotas/awscli-service-quotas-get-aws-default-service-quota-1.json", 1, "L-1216C47A", 5.0),
    ("quotas/awscli-service-quotas-get-service-quota-1.json", 1, "L-1216C47A", 1_920.0),
    ("quotas/awscli-service-quotas-list-aws-default-service-quotas-1.json", 3, "L-C6B6F05D", 50.0),
    ("quotas/awscli-service-quotas-list-service-quotas-1.json", 2, "L-87D14FB7", 60.0),
    ("quotas/c7n-test_service_quota-servicequotas.ListAWSDefaultServiceQuotas_1.json", 6, "L-D589BB26", 30.0),
    ("quotas/c7n-test_service_quota-servicequotas.ListServiceQuotas_1.json", 2, "L-355B2B67", 36.0),
    ("quotas/moto-list-aws-default-service-quotas-vpc.json", 25, "L-7E9ECCDB", 50.0),
];

/// Files that are no JSON, as AWS documents them, with the place of the fault: line and column, counted by hand.
const BROKEN: [(&str, (usize, usize)); 3] = [
    ("cli/awscli-apigatewayv2-get-vpc-links-1.json", (20, 9)),
    ("quotas/awscli-service-quotas-list-services-1.json", (16, 9)),
    ("quotas/awscli-service-quotas-list-services-2.json", (9, 9)),
];

fn source(path: &std::path::Path) -> Source {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Source { name, bytes: std::fs::read(path).unwrap() }
}

fn estate(paths: &[std::path::PathBuf]) -> Estate {
    let parsed: Vec<_> = paths
        .iter()
        .map(|path| {
            let source = source(path);
            (source.name.clone(), syntax::parse(&source).unwrap())
        })
        .collect();
    listing::read(&parsed).unwrap()
}

/// Lines with the one target group's ARN shortened, and notes cut where the expectation ends.
fn shortened(estate: &Estate, expected: &[&str]) -> Vec<String> {
    let group = "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067";
    let cut = |(line, expected): (String, Option<&&str>)| match expected {
        Some(expected) if line.starts_with(*expected) && line.contains(": ") => (*expected).to_string(),
        _ => line,
    };
    let lines = lines(estate).into_iter().map(|line| line.replace(group, "G")).enumerate();
    lines.map(|(index, line)| cut((line, expected.get(index)))).collect()
}

#[test]
fn listings_as_the_documentation_of_the_command_line_prints_them() {
    let Some(folder) = crate::shared("inputs/cli") else { return };
    for (name, expected) in REVIEWED {
        let found = estate(&[folder.join(name)]);
        assert_eq!(shortened(&found, expected), expected, "{name}");
    }
    let files = std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, REVIEWED.len() + 1, "every file of the folder is reviewed, one is no JSON");
}

#[test]
fn listings_of_one_account_together() {
    let Some(folder) = crate::shared("inputs/cli") else { return };
    let found = estate(&REVIEWED.map(|(name, _)| folder.join(name)));
    let things: Vec<String> = shortened(&found, &[]).into_iter().filter(|line| !line.contains(": the ")).collect();
    for line in [
        "api My First API: Rest - [dev] 1",
        "route 12s44z21rb: POST /resource/subresource None -",
        "route a1b2c3d5: ANY /admin Lambda 30000",
        "route a1b2c3d5:  $default Public 30000",
        "group my-targets: Instance vpc-3ac0fb5f [i-ceddcd4d, i-0f76fade]",
        "Inferred: routes are of the API `a1b2c3d5`, the only one of its kind in the files",
        "Inferred: integrations are of the API `a1b2c3d5`, whose routes name them",
    ] {
        assert!(things.iter().any(|thing| thing == line), "{line}: {things:#?}");
    }
    // Two APIs of the second generation: their stages could be of either. The methods' integrations are not printed.
    let unresolved: Vec<&str> =
        found.notes.iter().filter(|note| note.kind == NoteKind::Unresolved).map(|note| note.text.as_str()).collect();
    assert!(unresolved.len() == 2 && unresolved[0].contains(API), "{unresolved:#?}");
    assert_eq!((found.apis.len(), found.routes.len(), found.listeners.len(), found.quotas.len()), (3, 4, 2, 23));
}

#[test]
fn quotas_in_force() {
    let Some(folder) = crate::shared("inputs") else { return };
    for (name, number, code, value) in QUOTAS {
        let found = estate(&[folder.join(name)]);
        assert_eq!(
            (found.quotas.len(), found.quotas[0].code.as_str(), found.quotas[0].value),
            (number, code, value),
            "{name}"
        );
        assert_eq!(found.notes, [], "{name}");
    }
    let files = std::fs::read_dir(folder.join("quotas")).unwrap().count();
    assert_eq!(files, QUOTAS.len() - 1 + BROKEN.len() - 1, "every file of the folder is reviewed");
}

#[test]
fn broken_listings_are_located() {
    let Some(folder) = crate::shared("inputs") else { return };
    for (name, place) in BROKEN {
        let issue = syntax::parse(&source(&folder.join(name))).unwrap_err();
        let at = issue.source.as_ref().unwrap().line_and_column(issue.span.start);
        assert_eq!(at, place, "{name}: {}", issue.message);
    }
}
