//! Results to draw: five options with plausible invented numbers, a hops scenario, and the worst that a file may hold. Tests only.

use std::collections::BTreeMap;

use crate::results::fixture::storm;
use crate::results::{Ceiling, Estimate, HopInfo, MapCell, Objective, OptionInfo, Point, Results, Wanted};

const SERVICES: [u32; 12] = [1, 10, 20, 35, 50, 60, 80, 100, 120, 150, 180, 220];
const RATES: [f64; 3] = [25.0, 50.0, 100.0];
/// Name, title, base p99 in ms, services at which the queue has no end, hops with their means and grades.
type Spec = (&'static str, &'static str, f64, f64, &'static [(&'static str, f64, &'static str)]);
const OPTIONS: [Spec; 5] = [
    (
        "http-fan-out",
        "HTTP API, an ALB each",
        92.0,
        230.0,
        &[
            ("HTTP API", 3.9, "B"),
            ("VPC link V2", 0.3, "D"),
            ("Application Load Balancer", 1.2, "A-"),
            ("service", 4.1, ""),
        ],
    ),
    (
        "rest-link-per-service",
        "REST API, a link each",
        110.0,
        160.0,
        &[
            ("REST API", 6.6, "A-"),
            ("VPC link V1", 0.3, "D"),
            ("Network Load Balancer", 0.4, "D"),
            ("service", 6.3, ""),
        ],
    ),
    (
        "rest-shared-nlb",
        "REST API, shared NLBs",
        111.0,
        158.0,
        &[
            ("REST API", 6.6, "A-"),
            ("VPC link V1", 0.3, "D"),
            ("Network Load Balancer", 0.4, "D"),
            ("service", 6.4, ""),
        ],
    ),
    (
        "rest-nlb-alb",
        "REST API, NLB and ALB",
        96.0,
        222.0,
        &[
            ("REST API", 6.6, "A-"),
            ("VPC link V1", 0.3, "D"),
            ("Network Load Balancer", 0.4, "D"),
            ("Application Load Balancer", 1.2, "A-"),
            ("service", 4.1, ""),
        ],
    ),
    (
        "rest-alb-direct",
        "REST API, an ALB each",
        94.0,
        226.0,
        &[
            ("REST API", 6.6, "A-"),
            ("VPC link V2", 0.3, "D"),
            ("Application Load Balancer", 1.2, "A-"),
            ("service", 4.1, ""),
        ],
    ),
];

fn estimate(value: f64, spread: f64) -> Estimate {
    Estimate { value: Some(value), low: Some(value * (1.0 - spread)), high: Some(value * (1.0 + spread)) }
}

fn point(spec: &Spec, services: u32, rate: f64) -> Point {
    let (name, _, base, end, hops) = *spec;
    let load = f64::from(services) * rate / 50.0 / end;
    let offered = f64::from(services) * rate;
    let stable = load < 0.97;
    let p99 = base * (1.0 + 0.22 * load / (1.0 - load.min(0.98)));
    let mut metrics = BTreeMap::new();
    let spread = 0.008 + 0.12 * load.min(1.0).powi(4);
    metrics.insert("latency.p99".into(), if stable { estimate(p99, spread) } else { Estimate::default() });
    metrics.insert("rate.offered".into(), estimate(offered, 0.001));
    metrics.insert("rate.goodput".into(), estimate(offered.min(9_900.0 * (end / 230.0)) * 0.999, 0.004));
    let slow = 1.0 + 0.5 * load.min(0.97).powi(2);
    let hops: Vec<HopInfo> = hops
        .iter()
        .map(|(title, ms, grade)| HopInfo {
            name: title.to_lowercase().replace(' ', "-"),
            title: (*title).into(),
            grade: (*grade).into(),
            mean_ms: ms * if *title == "service" { slow } else { 1.0 },
            share: 0.2,
            ..HopInfo::default()
        })
        .collect();
    let quantiles = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1.0];
    let percentiles = quantiles.map(|q: f64| (q, p99 * (0.18 + 0.41 * -(1.0 - q).max(1e-5).log10())));
    Point {
        option: Some(name.into()),
        services: Some(services),
        axes: BTreeMap::from([("workload.rate_per_service".into(), rate)]),
        requests: 2_000_000,
        replications: 10,
        metrics,
        stable,
        fits_quotas: services <= if name == "rest-link-per-service" { 20 } else { 50 } || name == "rest-shared-nlb",
        hops,
        percentiles: if stable { percentiles.to_vec() } else { Vec::new() },
        ..Point::default()
    }
}

fn ceiling(option: &str, kind: &str, name: &str, services: u32, adjustable: bool) -> Ceiling {
    let throttle = name.starts_with("account");
    Ceiling {
        option: option.into(),
        kind: kind.into(),
        quota: if throttle { "apigateway.throttle-rate" } else { "elb.some-quota" }.into(),
        name: name.into(),
        limit: if throttle { 10_000.0 } else { f64::from(services) },
        services,
        adjustable,
        ..Ceiling::default()
    }
}

fn ceilings(option: &str) -> Vec<Ceiling> {
    let structure: &[(&str, u32, bool)] = match option {
        "rest-link-per-service" => &[
            ("VPC links V1 per Region", 20, true),
            ("NLBs per Region", 50, true),
            ("NLB interfaces per VPC", 800, true),
            ("resources of an API", 3_000, false),
        ],
        "rest-shared-nlb" => &[("20 links × 50 listeners", 1_000, true), ("target groups", 3_000, false)],
        "rest-nlb-alb" => &[
            ("ALBs per Region", 50, true),
            ("VPC links V1", 100, true),
            ("NLBs per Region", 250, true),
            ("subnet addresses", 889, true),
            ("target groups", 1_500, false),
        ],
        _ => &[
            ("ALBs per Region", 50, true),
            ("addresses of a /20", 908, true),
            ("network interfaces per Region", 1_664, true),
            ("target groups", 3_000, true),
            ("something tied with it", 3_000, false),
        ],
    };
    let mut out: Vec<Ceiling> =
        structure.iter().map(|(name, n, raise)| ceiling(option, "structure", name, *n, *raise)).collect();
    out.push(ceiling(option, "traffic", "account throttle, requests per second", 200, true));
    out.push(ceiling(option, "traffic", "connections of an NLB target", 700, true));
    out
}

fn cell(spec: &Spec, services: u32, rate: f64) -> MapCell {
    let load = (f64::from(services) * rate / 10_000.0).max(0.1 + rate * f64::from(services) / 50.0 / spec.3);
    let (stopped_by, by) = match () {
        () if f64::from(services) * rate > 10_000.0 => ("throttle", "account throttle"),
        () if load > 0.95 => ("service", "latency.p99 <= 250ms"),
        () if services > 60 && spec.0 != "rest-shared-nlb" => ("quota", "ALBs per Region"),
        () => ("ok", "service targets"),
    };
    MapCell {
        option: spec.0.into(),
        services,
        rate_per_service: rate,
        load,
        stopped_by: stopped_by.into(),
        by: by.into(),
    }
}

/// Five options, twelve numbers of services, three rates.
pub fn five_options() -> Results {
    let info = |s: &Spec| OptionInfo { name: s.0.into(), title: s.1.into(), ..OptionInfo::default() };
    let mut results = Results {
        title: "Orders platform".into(),
        confidence: 0.95,
        wanted: Wanted {
            services: Some(60),
            rate_per_service: Some(50.0),
            rate: Some(3_000.0),
            axes: BTreeMap::from([("workload.rate_per_service".into(), 50.0)]),
            replications: 10,
            objectives: vec![Objective {
                text: "latency.p99 <= 250ms".into(),
                metric: "latency.p99".into(),
                relation: "<=".into(),
                bound: 250.0,
            }],
            ..Wanted::default()
        },
        options: OPTIONS.iter().map(info).collect(),
        ..Results::default()
    };
    for spec in &OPTIONS {
        for rate in RATES {
            results.points.extend(SERVICES.map(|n| point(spec, n, rate)));
        }
        results.ceilings.extend(ceilings(spec.0));
        for rate in [10.0, 25.0, 50.0, 75.0, 100.0, 150.0] {
            results.map.extend([10, 20, 40, 60, 80, 100, 150, 200, 300].map(|n| cell(spec, n, rate)));
        }
    }
    results
}

/// A hops scenario over one axis: no options, no services.
pub fn hops() -> Results {
    let mut results = Results { title: "M/M/3 with patience".into(), confidence: 0.95, ..Results::default() };
    results.wanted.replications = 10;
    for rate in [10.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1_600.0] {
        let mut point = point(&OPTIONS[0], 60, rate / 10.0);
        point.option = None;
        point.services = None;
        point.fits_quotas = true;
        point.axes = BTreeMap::from([("workload.rate".into(), rate)]);
        results.points.push(point);
    }
    results
}

/// Every shape of trouble: hostile titles, nothing stable, withheld values, zeros, infinities, huge and equal numbers.
pub fn worst_cases() -> Vec<Results> {
    let ours = five_options;
    let mut hostile = ours();
    hostile.title = "<script>alert(\"x\")</script>".repeat(20);
    for (i, option) in hostile.options.iter_mut().enumerate() {
        let titles = ["<script>\"'&", "\u{202E}مرحبا بالعالم", "ünïcode ☃ 漢字 \u{0}\u{FFFF}", "", "w"];
        option.title = titles[i].repeat(if i == 4 { 300 } else { 1 });
    }
    hostile.ceilings.iter_mut().for_each(|c| c.name = "a very <long> name of a quota ".repeat(10));
    hostile.points.iter_mut().flat_map(|p| &mut p.hops).for_each(|h| h.title = format!("<b>{}</b>", h.title.repeat(9)));
    let mut unstable = ours();
    unstable.points.iter_mut().for_each(|p| (p.stable, p.metrics) = (false, BTreeMap::new()));
    let mut withheld = ours();
    for estimate in withheld.points.iter_mut().flat_map(|p| p.metrics.values_mut()) {
        (estimate.low, estimate.high) = (None, None);
    }
    let mut single = ours();
    single.points.truncate(1);
    single.map.truncate(1);
    single.ceilings.truncate(1);
    let with = |value: f64| {
        let mut results = ours();
        for estimate in results.points.iter_mut().flat_map(|p| p.metrics.values_mut()) {
            *estimate = Estimate { value: Some(value), low: Some(value), high: Some(value) };
        }
        results.points.iter_mut().flat_map(|p| &mut p.hops).for_each(|h| h.mean_ms = value);
        results.points.iter_mut().for_each(|p| p.percentiles = vec![(0.5, value), (value, 1.0), (1.0, value)]);
        results.map.iter_mut().for_each(|c| c.load = value);
        results.ceilings.iter_mut().for_each(|c| c.limit = value);
        results.wanted.objectives[0].bound = value;
        results
    };
    let mut odd = ours();
    odd.wanted.services = Some(0);
    odd.ceilings.iter_mut().for_each(|c| c.services = 0);
    odd.map.iter_mut().for_each(|c| c.rate_per_service = f64::NAN);
    let mut far = ours();
    far.wanted.services = Some(u32::MAX);
    far.ceilings.iter_mut().for_each(|c| c.services = u32::MAX);
    far.points.iter_mut().for_each(|p| p.services = p.services.map(|s| s.saturating_mul(20_000_000)));
    let mut empty = ours();
    (empty.points, empty.ceilings, empty.map) = (Vec::new(), Vec::new(), Vec::new());
    let mut crowd = ours();
    for i in 0..40 {
        crowd.options.push(OptionInfo { name: format!("o{i}"), title: format!("Option {i}"), ..OptionInfo::default() });
    }
    let values = [0.0, -1.0, 1e300, 1e-300, f64::INFINITY, f64::NAN].map(with);
    let mut all = vec![Results::default(), hostile, unstable, withheld, single, odd, far, empty, crowd, hops()];
    all.extend(values);
    all.extend([0.0, -1.0, 1e300, 1e-300, f64::INFINITY, f64::NAN].map(strange_storm));
    all
}

/// A storm of windows, lengths and estimates that are all one value, under a hostile name.
fn strange_storm(value: f64) -> Results {
    let mut results = storm();
    let odd = Estimate { value: Some(value), low: Some(value), high: Some(value) };
    for timeline in &mut results.timeline {
        timeline.metrics.values_mut().flatten().for_each(|estimate| *estimate = odd);
        timeline.from_s.iter_mut().for_each(|from| *from = value);
        timeline.end_s = value;
        for event in &mut timeline.events {
            event.name = "<script>\"'&\u{202E}".repeat(40);
            (event.from_s, event.until_s) = (value, Some(value));
        }
        if let Some(recovery) = &mut timeline.recovery {
            (recovery.recovered, recovery.seconds) = (odd, odd);
        }
    }
    for search in &mut results.triggers {
        search.name = "<script>\"'&\u{202E}".repeat(40);
        search.tried.iter_mut().for_each(|tried| (tried.seconds, tried.recovered) = (value, odd));
    }
    results
}
