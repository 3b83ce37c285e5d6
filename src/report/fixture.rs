//! Results for the tests of the report: five options at 60 and at 4 services, and a hops scenario. Invented latencies.

use std::collections::BTreeMap;

use crate::results::*;

mod built;
mod proof;
mod study;

pub use built::built;
pub use proof::known_answers;
use proof::second_opinion;
pub use study::studied;

const NAMES: [(&str, &str, &str); 5] = [
    ("http-fan-out", "HTTP API, VPC link V2, ALB", "one service an ALB"),
    ("rest-link-per-service", "REST API, VPC link V1, NLB", "one service a link"),
    ("rest-shared-nlb", "REST API, VPC link V1, shared NLB", "50 services an NLB"),
    ("rest-nlb-alb", "REST API, VPC link V1, NLB, ALB", "one service an ALB, 10 ALBs an NLB"),
    ("rest-alb-direct", "REST API, VPC link V2, ALB", "one service an ALB"),
];
const P99: [(f64, f64, f64); 5] =
    [(116.2, 115.1, 117.3), (139.2, 137.3, 141.1), (139.4, 138.0, 140.9), (120.9, 120.0, 122.1), (120.2, 118.4, 121.3)];
/// Services, name, quota id, code, limit.
type Rung = (u32, &'static str, &'static str, Option<&'static str>, f64);
const ALBS: Rung = (50, "ALBs per Region", "elb.alb-per-region", Some("L-53DA6B97"), 50.0);
const GROUPS: Rung = (3_000, "target groups per Region", "elb.target-groups", Some("L-B22855CB"), 3_000.0);
const SUBNET: Rung = (908, "addresses of a /20 subnet", "vpc.subnet-addresses", None, 4_091.0);
const LINKS: Rung = (20, "VPC links V1", "apigateway.vpc-links-v1", Some("L-A4C7274F"), 20.0);
const NLBS: Rung = (50, "NLBs per Region", "elb.nlb-per-region", Some("L-69A177A2"), 50.0);

fn at(rung: Rung, services: u32) -> Rung {
    (services, rung.1, rung.2, rung.3, rung.4)
}

/// The system of the mock-up: 60 services of 50 requests/s that need a WAF.
pub fn orders() -> Results {
    let wanted = Wanted {
        services: Some(60),
        rate_per_service: Some(50.0),
        mean_rate: None,
        rate: Some(3_000.0),
        zones: 3,
        vpcs: 1,
        targets: 4,
        region: "us-east-1".into(),
        arrivals: "Poisson".into(),
        objectives: vec![Objective {
            text: "latency.p99 <= 250ms".into(),
            metric: "latency.p99".into(),
            relation: "<=".into(),
            bound: 250.0,
        }],
        requests: 200_000,
        replications: 10,
        precision: None,
        samplers: String::new(),
        axes: std::collections::BTreeMap::new(),
        file: "scenarios/orders.toml".into(),
        needs: vec!["WAF on the API".into()],
    };
    let mut results = Results {
        gatecap: "0.1.0".into(),
        format: FORMAT,
        title: "Orders platform".into(),
        scenario: "9f2c61d0b7a44e18".into(),
        seed: 42,
        confidence: 0.95,
        data: BTreeMap::from([("quotas".into(), "2026-11-22".into()), ("prices".into(), "2026-10".into())]),
        wanted,
        assumptions: assumptions(),
        ..Results::default()
    };
    let ladders = [
        vec![ALBS, SUBNET, GROUPS],
        vec![LINKS, NLBS, GROUPS],
        vec![at(LINKS, 1_000), at(NLBS, 2_500), GROUPS],
        vec![ALBS, at(LINKS, 200), at(NLBS, 500), at(GROUPS, 1_500)],
        vec![ALBS, SUBNET, GROUPS],
    ];
    for (i, ladder) in ladders.iter().enumerate() {
        add_option(&mut results, i, ladder);
    }
    results.comparisons = pairs(60);
    results.known_answers = Some(known_answers());
    results
}

/// The built-in question: 4 services, which every option holds.
pub fn four() -> Results {
    let mut results = orders();
    results.title = "Four microservices".into();
    results.wanted = Wanted {
        services: Some(4),
        rate_per_service: Some(100.0),
        rate: Some(400.0),
        file: "built-in".into(),
        objectives: Vec::new(),
        needs: Vec::new(),
        ..results.wanted
    };
    for point in &mut results.points {
        point.services = Some(4);
        point.fits_quotas = true;
    }
    for rung in results.ceilings.iter_mut().filter(|rung| rung.kind == "traffic") {
        rung.services = 100;
    }
    for end in &mut results.saturation {
        end.value = Some(100.0);
        end.fails_at = Some(101.0);
        end.criterion = "throttled".into();
    }
    results.comparisons = pairs(4);
    results.best = vec![Best {
        metric: "latency.p99".into(),
        services: Some(4),
        best: Some(NAMES[0].0.into()),
        lead: Some(3.6),
        error_probability: 0.05,
        replications: 10,
        words: "latency.p99 at 4 services: http-fan-out is best (95 %), at least 3.60 ms below every other".into(),
        ..Best::default()
    }];
    results
}

/// An M/M/1 queue as a hops scenario.
pub fn queue() -> Results {
    let theory = Some(second_opinion());
    let hop = HopInfo {
        name: "server".into(),
        title: "server".into(),
        mean_ms: 5.0,
        share: 1.0,
        theory,
        ..HopInfo::default()
    };
    let percentiles = vec![(0.5, 3.4), (0.9, 11.5), (0.99, 23.0), (0.999, 34.5)];
    let mut point =
        Point { hops: vec![hop], requests: 2_000_000, replications: 10, stable: true, percentiles, ..Point::default() };
    for (name, value, half) in [
        ("latency.mean", 5.0, 0.02),
        ("latency.p50", 3.47, 0.02),
        ("latency.p99", 23.0, 0.2),
        ("rate.offered", 800.0, 1.0),
        ("outcome.ok", 1.0, 0.0),
        ("hop.server.utilisation", 0.8, 0.001),
        ("hop.server.wait.mean", 4.0, 0.02),
    ] {
        point.metrics.insert(name.into(), estimate(value, value - half, value + half));
    }
    Results {
        gatecap: "0.1.0".into(),
        format: FORMAT,
        title: "One queue".into(),
        seed: 1,
        confidence: 0.95,
        wanted: Wanted { file: "mm1.toml".into(), replications: 10, requests: 200_000, ..Wanted::default() },
        points: vec![point],
        validations: vec![
            Validation {
                file: "mm1.toml".into(),
                metric: "latency.mean".into(),
                expected: 5.0,
                measured: Some(5.002),
                tolerance: 0.05,
                z: Some(0.31),
                pass: true,
            },
            Validation {
                file: "mm4.toml".into(),
                metric: "hop.server.wait.probability".into(),
                expected: 0.5,
                ..Validation::default()
            },
        ],
        ..Results::default()
    }
}

pub fn estimate(value: f64, low: f64, high: f64) -> Estimate {
    Estimate { value: Some(value), low: Some(low), high: Some(high) }
}

fn add_option(results: &mut Results, i: usize, ladder: &[Rung]) {
    let (name, title, sharing) = NAMES[i];
    let legacy = title.contains("V1").then(|| "AWS recommends against new V1 links".to_string());
    let total = [62.0, 120.0, 4.0, 78.0, 62.0][i];
    results.options.push(OptionInfo {
        name: name.into(),
        title: title.into(),
        path: path(i),
        sharing: sharing.into(),
        legacy,
        parts: vec![("links".into(), 2.0), ("ALBs".into(), total - 2.0)],
        parts_total: total,
        shared_configuration: [1, 1, 50, 1, 1][i],
        independence: "each service has its own balancer".into(),
        isolation: "one VPC, one account".into(),
        added_mean_ms: [6.9, 8.35, 8.35, 10.22, 9.36][i],
        lacks: if i == 0 { vec!["WAF on the API".into()] } else { Vec::new() },
        ..OptionInfo::default()
    });
    for (k, rung) in ladder.iter().enumerate() {
        results.ceilings.push(ceiling(name, *rung, "structure", k == 0));
    }
    let throttle = (200, "account throttle", "apigateway.account-throttle", Some("L-8A5B8E43"), 10_000.0);
    results.ceilings.push(ceiling(name, throttle, "traffic", true));
    results.points.push(point(i));
    results.saturation.push(SaturationPoint {
        option: Some(name.into()),
        vary: "services".into(),
        value: Some([172.0, 124.0, 123.0, 167.0, 169.0][i]),
        fails_at: Some([173.0, 125.0, 124.0, 168.0, 170.0][i]),
        criterion: "condition".into(),
        by: "latency.p99 <= 250ms".into(),
        decided: true,
        reason: "latency.p99 passes 250ms".into(),
        ..SaturationPoint::default()
    });
    for (item, monthly) in
        [("API requests", Some([7_126.0, 19_417.0, 19_417.0, 19_417.0, 19_417.0][i])), ("VPC links", None)]
    {
        let source = "https://aws.amazon.com/api-gateway/pricing/".to_string();
        results.costs.push(CostLine {
            option: name.into(),
            item: item.into(),
            monthly,
            basis: "mean rate".into(),
            source,
            ..CostLine::default()
        });
    }
    for (k, rate) in [(0, 50.0), (1, 100.0)] {
        for services in [10, 60, 300] {
            let load = f64::from(services) * rate / 10_000.0;
            let stopped_by = if load > 1.0 {
                "throttle"
            } else if services > 50 && k == 0 {
                "quota"
            } else {
                "ok"
            };
            let (by, stopped_by) = ("account throttle".to_string(), stopped_by.to_string());
            results.map.push(MapCell { option: name.into(), services, rate_per_service: rate, load, stopped_by, by });
        }
    }
}

fn path(i: usize) -> Vec<String> {
    let api = if i == 0 { "http-api" } else { "rest-api" };
    let link = if i == 0 || i == 4 { "vpc-link-v2" } else { "vpc-link-v1" };
    let balancers: &[&str] = match i {
        1 | 2 => &["nlb"],
        3 => &["nlb", "alb"],
        _ => &["alb"],
    };
    [api, link].iter().chain(balancers).map(|part| (*part).to_string()).collect()
}

fn ceiling(option: &str, rung: Rung, kind: &str, binding: bool) -> Ceiling {
    let (services, name, quota, code, limit) = rung;
    Ceiling {
        option: option.into(),
        kind: kind.into(),
        quota: quota.into(),
        code: code.map(String::from),
        name: name.into(),
        limit,
        adjustable: true,
        lead_time: "routine".into(),
        services,
        binding,
        pressed_by: vec!["one for each service".into()],
        ask: code.map(|code| {
            format!(
                "aws service-quotas request-service-quota-increase --region us-east-1 --service-code elasticloadbalancing --quota-code {code} --desired-value 60"
            )
        }),
        value_from: "AWS default".into(),
        source: "https://docs.aws.amazon.com/general/latest/gr/elb.html".into(),
        date: "2026-11-22".into(),
        ..Ceiling::default()
    }
}

fn point(i: usize) -> Point {
    let (p99, low, high) = P99[i];
    let mut metrics = BTreeMap::new();
    metrics.insert("latency.p99".to_string(), estimate(p99, low, high));
    metrics.insert("latency.mean".to_string(), estimate(40.0 + i as f64, 39.9 + i as f64, 40.1 + i as f64));
    metrics.insert("latency.p50".to_string(), estimate(34.0, 33.9, 34.1));
    metrics.insert("outcome.ok".to_string(), estimate(0.9998, 0.9997, 0.9999));
    metrics.insert("rate.offered".to_string(), estimate(3_000.0, 2_999.0, 3_001.0));
    let hops = path(i)
        .into_iter()
        .map(|name| {
            let grade = match name.as_str() {
                "http-api" => "B",
                "rest-api" => "C",
                "alb" => "A-",
                _ => "D",
            };
            let mean_ms = match name.as_str() {
                "http-api" => 4.1,
                "rest-api" => 6.56,
                "alb" => 1.19,
                _ => 0.25,
            };
            HopInfo {
                title: name.clone(),
                name,
                grade: grade.into(),
                mean_ms,
                share: mean_ms / 40.0,
                ..HopInfo::default()
            }
        })
        .collect();
    Point {
        option: Some(NAMES[i].0.into()),
        services: Some(60),
        requests: 2_000_000,
        replications: 10,
        metrics,
        stable: true,
        fits_quotas: i == 2,
        hops,
        percentiles: vec![(0.5, 34.0), (0.9, 62.0), (0.99, p99), (0.999, 210.0)],
        ..Point::default()
    }
}

fn pairs(services: u32) -> Vec<Comparison> {
    let mut pairs = Vec::new();
    for a in 0..5 {
        for b in a + 1..5 {
            let difference = P99[a].0 - P99[b].0;
            let half = if difference.abs() < 0.8 { 0.9 } else { 0.4 };
            pairs.push(Comparison {
                a: NAMES[a].0.into(),
                b: NAMES[b].0.into(),
                services: Some(services),
                metric: "latency.p99".into(),
                difference: estimate(difference, difference - half / 2.0, difference + half / 2.0),
                joint: estimate(difference, difference - half, difference + half),
                variance_ratio: Some(12.0),
            });
        }
    }
    pairs
}

fn assumptions() -> Vec<Assumption> {
    let row = |input: &str, value: &str, grade: &str, source: &str| Assumption {
        input: input.into(),
        value: value.into(),
        grade: grade.into(),
        low: "0".into(),
        high: "5 ms".into(),
        source: source.into(),
        options: Vec::new(),
    };
    vec![
        row("REST API overhead", "lognormal, median 6 ms, p99 16 ms", "C", "HTTP APIs up to 60 % faster"),
        row("NLB, own processing", "lognormal, median 0.15 ms, p99 0.6 ms", "D", "no measurement found"),
        row("Service time", "lognormal, median 12 ms, p99 90 ms", "yours", "scenarios/orders.toml:18"),
    ]
}
