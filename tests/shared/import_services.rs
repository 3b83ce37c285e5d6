//! What is made of templates that other people wrote: services, and the option by which each goes, as the list of the files has it.

use std::collections::BTreeMap;

use gatecap::import::kind::Kind;
use gatecap::import::services::{Imported, services};
use gatecap::import::{Source, read, write};
use gatecap::scenario::Document;

/// File, and its services as "number option targets: parts".
const REVIEWED: [(&str, &[&str]); 11] = [
    ("cloudformation/aws-http-private-ALB-ecs.yml", &["1 http-fan-out 3: http-api vpc-link-v2 alb"]),
    (
        "cloudformation/aws-http-private-AWS-Cloudmap-ecs.yml",
        &["1 http-fan-out-cloud-map 3: http-api vpc-link-v2 cloud-map"],
    ),
    ("cloudformation/aws-http-private-NLB-ecs.yml", &["1 http-fan-out-nlb 3: http-api vpc-link-v2 nlb"]),
    ("cloudformation/cdk-cognito-rest-nlb.template.json", &["2 rest-link-per-service 1: rest-api vpc-link-v1 nlb"]),
    ("cloudformation/cdk-http-alb-fargate.template.json", &["1 http-fan-out 1: http-api vpc-link-v2 alb"]),
    ("cloudformation/sp-apigw-ec2-nlb.yaml", &["2 rest-link-per-service 1: rest-api vpc-link-v1 nlb"]),
    ("cloudformation/sp-http-alb.yml", &["1 http-fan-out 2: http-api vpc-link-v2 alb"]),
    // Two accounts behind one NLB, told apart by host.
    ("cloudformation/sp-multiacct-central.yaml", &["3 rest-shared-nlb 2: rest-api vpc-link-v1 nlb"; 2]),
    ("cloudformation/sp-rest-alb-ecs.yaml", &["5 rest-alb-direct 2: rest-api vpc-link-v2 alb"]),
    // The target of the ALB is a function.
    ("cloudformation/sp-rest-nlb-alb-sam.yaml", &["4 rest-nlb-alb -: rest-api vpc-link-v1 nlb alb"]),
    // The ALB is in the template that includes it.
    ("openapi/sp-rest-vpclinkv2-alb-api.yaml", &["5 rest-alb-direct -: rest-api vpc-link-v2 alb"]),
];

fn imported(kind: Kind, file: &str) -> Option<Imported> {
    let path = super::shared("inputs")?.join(file);
    let source = Source { name: file.into(), bytes: std::fs::read(path).unwrap() };
    Some(services(read(kind, &[source], &BTreeMap::new()).unwrap()))
}

#[test]
fn services_and_options_are_those_that_were_found_by_hand() {
    for (file, expected) in REVIEWED {
        let kind = if file.starts_with("openapi") { Kind::OpenApi } else { Kind::CloudFormation };
        let Some(imported) = imported(kind, file) else { return };
        let line = |one: &gatecap::import::services::Service| {
            let recognised = &imported.options[one.option];
            let number = recognised.number.map_or("-".to_string(), |number| number.to_string());
            let targets = one.targets.map_or("-".to_string(), |targets| targets.to_string());
            let path: Vec<&str> = one.path.iter().map(|part| part.id()).collect();
            format!("{number} {} {targets}: {}", recognised.option.name, path.join(" "))
        };
        let found: Vec<String> = imported.services.iter().map(line).collect();
        assert_eq!(found, expected, "{file}");
    }
}

/// Every template, plan, state and listing becomes a scenario that gatecap takes; those of no use here, too.
#[test]
fn every_file_becomes_a_scenario_or_is_told() {
    let Some(folder) = super::shared("inputs") else { return };
    let broken = [
        "vpc-links-1.json",
        "list-services-1.json",
        "list-services-2.json",
        "inframap-invalid_version_state.tfstate.json",
    ];
    let mut read_well = 0;
    for (sub, kind) in [
        ("openapi", Kind::OpenApi),
        ("cloudformation", Kind::CloudFormation),
        ("terraform", Kind::Terraform),
        ("cli", Kind::Aws),
        ("quotas", Kind::Aws),
    ] {
        for entry in std::fs::read_dir(folder.join(sub)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let source = Source { name: name.clone(), bytes: std::fs::read(&path).unwrap() };
            match read(kind, &[source], &BTreeMap::new()) {
                Err(issues) => assert!(broken.iter().any(|one| name.ends_with(one)), "{name}: {issues:?}"),
                Ok(estate) => {
                    read_well += 1;
                    let text = write::scenario(&services(estate), &[name.clone()]).text;
                    let document = Document::parse(text.clone(), "imported.toml", &folder).unwrap();
                    let resolved = document.resolve(&[]);
                    assert!(
                        resolved.is_ok(),
                        "{name}: {}\n{text}",
                        gatecap::issue::render(&resolved.unwrap_err(), false)
                    );
                }
            }
        }
    }
    assert!(read_well > 50, "{read_well}");
}
