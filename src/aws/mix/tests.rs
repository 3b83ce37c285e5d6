//! Mixes counted by hand, and the search held against everything that it must not lose to.

use super::*;
use crate::aws::system::{Deployment, TrafficRate, hold_shares};
use crate::aws::tests::options;
use crate::random::{RunKey, StreamId};
use crate::units::Rate;

/// A bank: 72 services in 9 domains over 3 VPCs, blue/green, 12 of them with usage plans and 15 % of the traffic.
fn bank() -> System {
    let mut system = System::aws_defaults(options::all());
    system.services.count = 72;
    system.services.groups = Some(9);
    system.services.deployment = Deployment::BlueGreen;
    system.network.vpcs = 3;
    system.needs = vec!["waf".into()];
    system.traffic.peak_to_mean = 32.0 / 9.0;
    system.traffic.rate = Rate::new(3_200.0).map_or(TrafficRate::Closed, TrafficRate::Total);
    let keyed = |i: u32| Listed {
        name: format!("p{i}"),
        share: Some(0.15 / 12.0),
        needs: vec!["usage-plans".into()],
        ..Listed::default()
    };
    system.listed = (0..12).map(keyed).collect();
    system.used.insert("L-53DA6B97".into(), 18.0);
    system.used.insert("L-A4C7274F".into(), 6.0);
    system
}

fn found(system: &System) -> ArchitectureOption {
    best(system).unwrap_or_else(|| panic!("no mix"))
}

#[test]
fn the_bank_is_counted_by_hand() {
    let system = bank();
    let mix = found(&system);
    assert_eq!(mix.title, "Mix: REST API for 12, HTTP API for 60, an ALB per group");
    let counted = inventory(&mix, 72, &system);
    let total = counted.total();
    // An ALB for each domain, whose REST and HTTP services share it; a link for each VPC; an API of each kind.
    assert_eq!((total.albs, total.links_v2, total.links_v1, total.nlbs), (9.0, 3.0, 0.0, 0.0));
    assert_eq!((total.rest_apis, total.http_apis, compare::parts_total(&counted)), (1.0, 1.0, 14.0));
    // Two listeners an ALB; blue/green: a rule at each listener, two target groups and 6 targets a service.
    assert_eq!((total.listeners, total.rules, total.target_groups, total.targets), (18.0, 144.0, 144.0, 432.0));
    // Two resources of a REST service beside the root, two routes of an HTTP service, an integration for each ALB.
    assert_eq!((total.resources, total.routes, total.integrations), (25.0, 120.0, 9.0));
    assert_eq!((counted.services_per_alb, counted.vpcs.len()), (8, 3));
    assert!(counted.vpcs.iter().all(|vpc| vpc.albs == 3.0 && vpc.services == 24.0));
}

#[test]
fn the_banks_month_is_counted_by_hand() {
    let system = bank();
    let requests = |option: &ArchitectureOption| {
        let lines = cost::cost(option, 72, &system, None).into_iter().filter(|line| line.item.contains("requests"));
        lines.filter_map(|line| line.monthly).map(|month| month.expected).sum::<f64>()
    };
    // 900/s are 2,365.2 million a month; 15 % are 354.78 million at REST prices, 2,010.42 million at HTTP prices.
    let mixed = 333.0 * 3.5 + 21.78 * 2.8 + 300.0 + 1_710.42 * 0.9;
    let rest = 333.0 * 3.5 + 667.0 * 2.8 + 1_365.2 * 2.38;
    assert!((requests(&found(&system)) - mixed).abs() < 0.01 && (mixed / rest - 0.488).abs() < 0.001);
    assert!((requests(&options::named("rest-alb-direct")) - rest).abs() < 0.01);
}

/// A system drawn from a seed: options, needs, groups, sizes, what others use.
fn random_system(seed: u64) -> System {
    let run = RunKey::new(seed, 0);
    let pick =
        |what: u64, of: u32| (run.attempt(what, 0).uniform(StreamId::new("mix", "choice")) * f64::from(of)) as u32;
    let mut all = options::all();
    all.push(options::of("rest-v2-nlb", &[Part::RestApi, Part::VpcLinkV2, Part::Nlb], Share::Max));
    all.push(options::of("discovery", &[Part::HttpApi, Part::VpcLinkV2, Part::CloudMap], Share::Max));
    all.rotate_left(pick(1, 7) as usize);
    let mut system = System::aws_defaults(all);
    system.services.count = 1 + pick(2, 200);
    system.services.groups = Some(1 + pick(3, 12)).filter(|_| pick(4, 2) == 0);
    system.network.vpcs = 1 + pick(5, 4);
    system.account.environments = 1 + pick(6, 2);
    system.traffic.rate = Rate::new(10.0 + f64::from(pick(7, 5_000))).map_or(TrafficRate::Closed, TrafficRate::Total);
    system.used.insert("L-53DA6B97".into(), f64::from(pick(8, 50)));
    system.used.insert("L-A4C7274F".into(), f64::from(pick(9, 20)));
    let needs = ["usage-plans", "jwt", "static-ip", "path-rules"];
    // Services whose way is stated have no needs, which that way might not meet.
    let listed = |i: u64| {
        let stated = pick(200 + i, 8) == 0;
        let needy = !stated && pick(300 + i, 3) == 0;
        Listed {
            name: format!("s{i}"),
            group: (pick(100 + i, 4) == 0).then(|| "cards".to_string()),
            option: stated.then(|| "rest-nlb-alb".to_string()),
            needs: needy.then(|| needs[pick(400 + i, 4) as usize].to_string()).into_iter().collect(),
            ..Listed::default()
        }
    };
    system.listed = (0..u64::from(pick(10, 12).min(system.services.count))).map(listed).collect();
    system
}

#[test]
fn no_pure_option_and_no_single_change_is_better() {
    let mut mixes = 0;
    for seed in 1..=60 {
        let system = random_system(seed);
        let Some(mix) = best(&system) else { continue };
        let score = Score::of(&mix, &system);
        let groups = has_groups(&system);
        assert!(lacks(&mix, &system).is_empty(), "{seed}: {}", mix.title);
        for pure in system.options.iter().filter(|pure| !groups || keeps_groups_apart(pure)) {
            let fair = lacks(pure, &system).is_empty();
            assert!(!fair || Score::of(pure, &system).order(&score) != Ordering::Less, "{seed}: {}", pure.name);
        }
        for (index, kind) in kinds(&system).iter().enumerate() {
            for candidate in &kind.candidates {
                let mut changed = mix.clone();
                changed.mix[index].option = candidate.clone();
                let order = Score::of(&changed, &system).order(&score);
                assert!(order != Ordering::Less, "{seed}: {} for {:?}", candidate.name, kind.needs);
            }
        }
        mixes += usize::from(mix.title.starts_with("Mix"));
    }
    assert!(mixes > 10, "{mixes} of the systems are mixed");
}

#[test]
fn single_changes_find_what_no_single_change_betters() {
    for seed in 1..=30 {
        let system = random_system(seed);
        let kinds = kinds(&system);
        if kinds.is_empty() || kinds.iter().any(|kind| kind.candidates.is_empty()) {
            continue;
        }
        let sizes: Vec<usize> = kinds.iter().map(|kind| kind.candidates.len()).collect();
        let search = Search { system: &system, kinds: &kinds };
        let Some((score, chosen)) = search.by_single_changes(&sizes) else { panic!("{seed}: nothing found") };
        for kind in 0..kinds.len() {
            for index in 0..sizes[kind] {
                let mut changed = chosen.clone();
                changed[kind] = index;
                assert!(search.score(&changed).order(&score) != Ordering::Less, "{seed}");
            }
        }
        assert!(score.order(&Score::of(&found(&system), &system)) != Ordering::Less, "{seed}: all tried is not worse");
    }
}

#[test]
fn no_load_balancer_serves_two_groups() {
    let mut system = System::aws_defaults(options::all());
    (system.services.count, system.services.groups, system.network.vpcs) = (40, Some(7), 3);
    for option in candidates(&[], &system) {
        let counted = inventory(&option, 40, &system);
        assert!(counted.services_per_alb <= 6 && counted.services_per_nlb <= 6, "{}: {counted:?}", option.name);
    }
    // Seven groups over three VPCs, each whole in one of them.
    let mix = found(&system);
    assert_eq!(mix.title, "HTTP API, VPC link V2, ALB, an ALB per group");
    let albs: Vec<f64> = inventory(&mix, 40, &system).vpcs.iter().map(|vpc| vpc.albs).collect();
    assert_eq!(albs, [3.0, 2.0, 2.0]);
}

#[test]
fn a_compared_option_that_is_best_as_it_stands_is_marked() {
    let mut system = bank();
    system.listed.clear();
    system.options[0].share.services_per_alb = Share::Group;
    let base = system.clone();
    add(&mut system, &base);
    assert_eq!((system.options.len(), system.options[0].mix.len()), (5, 1));
    assert_eq!(divisions(&system.options[0], &system).len(), 1);
    add(&mut system, &bank());
    assert_eq!(system.options.last().map(|option| option.name.as_str()), Some(NAME));
}

#[test]
fn what_no_option_has_leaves_no_mix() {
    let mut system = bank();
    system.listed[0].needs = vec!["cors-auto".into(), "usage-plans".into()];
    assert_eq!(best(&system), None);
    let words = ["AWS WAF", "automatic CORS preflight for 1 service", "usage plans for 12 services"];
    let said = needs(&system);
    assert!(words.iter().all(|word| said.iter().any(|need| need.contains(word))), "{said:?}");
    let lacking = lacks(&options::named("rest-alb-direct"), &system);
    assert!(lacking.len() == 1 && lacking[0].title.ends_with("for 1 service"), "{lacking:?}");
}

#[test]
fn others_are_what_a_kind_could_do_instead() {
    let mut system = bank();
    add(&mut system, &bank());
    let mix = system.options.last().cloned().unwrap_or_else(|| panic!("no mix"));
    let divided = divisions(&mix, &system);
    assert_eq!(divided.iter().map(|one| one.services).collect::<Vec<_>>(), [12, 60]);
    assert!((divided[0].traffic - 0.15).abs() < 1e-12 && (divided[1].traffic - 0.85).abs() < 1e-12);
    assert_eq!(divided[0].out[0].0, "http-fan-out");
    // No other way of the twelve is an HTTP API; the nearest of the sixty is the REST API on the same load balancers.
    assert!(divided[0].others.iter().all(|other| other.option.api() == Part::RestApi));
    assert_eq!(divided[1].others[0].option.name, "rest-alb-direct");
    let best = Score::of(&mix, &system);
    assert!(divided.iter().flat_map(|one| &one.others).all(|other| other.score.order(&best) == Ordering::Greater));
}

#[test]
fn stated_shares_are_of_the_whole() {
    let mut weights = [1.0, 4.0, 2.0, 6.0];
    hold_shares(&mut weights, &[Some(0.3), None, Some(0.1), None]);
    let off = weights.iter().zip([0.3, 0.24, 0.1, 0.36]).map(|(a, b): (&f64, f64)| (a - b).abs()).fold(0.0, f64::max);
    assert!(off < 1e-12, "{weights:?}");
    let (listed, other, total) = bank().traffic(72);
    assert!((listed.iter().sum::<f64>() / total - 0.15).abs() < 1e-12 && (other * 60.0 / total - 0.85).abs() < 1e-12);
    // Of five services, all listed, each has a fifth.
    let (listed, other, total) = bank().traffic(5);
    assert!(other == 0.0 && listed.len() == 5 && (listed[0] / total - 0.2).abs() < 1e-12);
}
