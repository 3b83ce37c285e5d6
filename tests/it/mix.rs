//! The bank of `scenarios/bank.toml`: what is chosen, what is out and why, and what callers see.

use gatecap::aws::ceilings::fits;
use gatecap::aws::mix::Score;
use gatecap::aws::option::ArchitectureOption;
use gatecap::aws::system::{QuotaValue, System};
use gatecap::experiment::{Control, Source, simulate};
use gatecap::report::{markdown::markdown, terminal};
use gatecap::results::Results;
use gatecap::scenario::{Document, Model, Override};

use crate::program::repository;

fn source() -> Source {
    let document = Document::read(&repository().join("scenarios/bank.toml")).unwrap();
    let set = |field: &str, toml: &str| Override::set(field.to_string(), toml.to_string());
    let overrides = vec![set("run.requests", "4000"), set("run.replications", "3")];
    Source { overrides, ..Source::from(document) }
}

fn system() -> System {
    match source().scenario(&[]).unwrap().model {
        Model::Options(system) => *system,
        Model::Hops(_) => panic!("not an options scenario"),
    }
}

fn named<'a>(system: &'a System, name: &str) -> &'a ArchitectureOption {
    system.options.iter().find(|option| option.name == name).unwrap()
}

/// The codes of the quotas that an option exceeds.
fn exceeded(name: &str, system: &System) -> Vec<String> {
    let quotas = fits(named(system, name), 72, system).err().unwrap_or_default();
    quotas.iter().map(|quota| quota.code.clone().unwrap_or_default()).collect()
}

#[test]
fn the_bank_mixes_apis_on_an_alb_per_domain() {
    let mut system = system();
    let mix = named(&system, "best-mix");
    assert_eq!(mix.title, "Mix: REST API for 12, HTTP API for 60, an ALB per group");
    assert!(mix.legacy().is_none() && exceeded("best-mix", &system).is_empty());
    // Links and NLBs for each service, or ALBs for each service, do not fit; ALBs do once their quota is raised.
    assert_eq!(exceeded("rest-link-per-service", &system), ["L-A4C7274F", "L-69A177A2"]);
    for dedicated in ["http-fan-out", "rest-nlb-alb", "rest-alb-direct"] {
        assert_eq!(exceeded(dedicated, &system), ["L-53DA6B97"], "{dedicated}");
    }
    system.quotas.insert("L-53DA6B97".into(), QuotaValue { value: 90.0, from: "test".into() });
    assert!(exceeded("rest-alb-direct", &system).is_empty());
    let month = |name: &str| Score::of(named(&system, name), &system).month;
    assert!(month("best-mix") < month("http-fan-out") && month("best-mix") < 0.55 * month("rest-shared-nlb"));
}

#[test]
fn the_mix_is_simulated_and_shown_beside_the_pure_options() {
    let results: Results = simulate(&source(), "bank.toml", false, false, &Control::default()).unwrap().results;
    assert_eq!(results.points.len(), 6);
    for point in &results.points {
        let p99 = point.metrics["latency.p99"].value.unwrap();
        assert!(p99 < 150.0, "{:?}: latency does not decide, {p99} ms", point.option);
    }
    let mix = results.options.last().unwrap();
    assert_eq!((mix.mix.len(), mix.lacks.len(), results.options[0].lacks.len()), (2, 0, 1));
    let point = results.points.iter().find(|point| point.option.as_deref() == Some("best-mix")).unwrap();
    let hop = |point: &gatecap::results::Point, name: &str| {
        point.hops.iter().find(|hop| hop.name == name).map_or(0.0, |hop| hop.mean_ms)
    };
    let mean = |name: &str| {
        let point = results.points.iter().find(|point| point.option.as_deref() == Some(name)).unwrap();
        hop(point, "rest-api") + hop(point, "http-api")
    };
    // 15 % of the requests pass the REST API, the others the HTTP API; all hops together are the latency.
    let rest = hop(point, "rest-api") / mean("rest-alb-direct");
    let http = hop(point, "http-api") / mean("http-fan-out");
    assert!((rest - 0.15).abs() < 0.02 && (http - 0.85).abs() < 0.03, "{rest} and {http}");
    let sum: f64 = point.hops.iter().map(|hop| hop.mean_ms).sum();
    let latency = point.metrics["latency.mean"].value.unwrap();
    assert!((sum / latency - 1.0).abs() < 1e-9, "{sum} ms of hops, {latency} ms");
    for text in
        [markdown(&results, &[]).unwrap(), terminal::run(&results, false), terminal::limits(&results, false, false)]
    {
        assert!(text.contains("12 services that need usage plans"), "{text}");
    }
}

/// Along an axis the mix stays the architecture that is best at the scenario's own values.
#[test]
fn an_axis_does_not_change_the_mix() {
    let at = |toml: &str| {
        let scenario = source().scenario(&[Override::set("workload.rate".to_string(), toml.to_string())]).unwrap();
        let Model::Options(system) = scenario.model else { panic!("not an options scenario") };
        system.options.last().cloned().unwrap()
    };
    assert_eq!(at("\"1/s\""), at("\"9000/s\""));
}
