//! Tests of the whole of `aws`: ladders worked out by hand, and the options that tests of other modules use too.

/// The five built-in options, as their files say.
pub(crate) mod options {
    use crate::aws::option::{ArchitectureOption, Share, Sharing};
    use crate::aws::part::Part::{self, *};

    pub(crate) fn all() -> Vec<ArchitectureOption> {
        ["http-fan-out", "rest-link-per-service", "rest-shared-nlb", "rest-nlb-alb", "rest-alb-direct"]
            .map(named)
            .to_vec()
    }

    pub(crate) fn named(name: &str) -> ArchitectureOption {
        let one = Share::Count(1);
        let (path, services_per_nlb): (&[Part], Share) = match name {
            "http-fan-out" => (&[HttpApi, VpcLinkV2, Alb], one),
            "rest-link-per-service" => (&[RestApi, VpcLinkV1, Nlb], one),
            "rest-shared-nlb" => (&[RestApi, VpcLinkV1, Nlb], Share::Max),
            "rest-nlb-alb" => (&[RestApi, VpcLinkV1, Nlb, Alb], one),
            "rest-alb-direct" => (&[RestApi, VpcLinkV2, Alb], one),
            other => panic!("{other} is no built-in option"),
        };
        of(name, path, services_per_nlb)
    }

    pub(crate) fn of(name: &str, path: &[Part], services_per_nlb: Share) -> ArchitectureOption {
        let nlbs_per_link = if path.contains(&VpcLinkV1) { Share::Count(1) } else { Share::Max };
        let share =
            Sharing { services_per_alb: Share::Count(1), services_per_nlb, albs_per_nlb: Share::Max, nlbs_per_link };
        let (name, title, path) = (name.to_string(), name.to_string(), path.to_vec());
        ArchitectureOption { name, title, path, share, also: None, mix: Vec::new(), as_built: false }
    }
}

use super::ceilings::{self, Kind, Rung, ladder};
use super::inventory::inventory;
use super::option::{ArchitectureOption, Share};
use super::part::Part::*;
use super::sharing::check_sharing;
use super::system::{AccountTopology, Deployment, Listed, QuotaValue, System, Throttle, TrafficRate};
use crate::units::Rate;

const V1: &str = "L-A4C7274F";
const V2: &str = "L-608BDCD4";
const ALBS: &str = "L-53DA6B97";
const NLBS: &str = "L-69A177A2";
const GROUPS: &str = "L-B22855CB";
const INTERFACES: &str = "L-DF5E4CA3";

fn defaults() -> System {
    System::aws_defaults(options::all())
}

fn set(system: &mut System, key: &str, value: f64) {
    system.quotas.insert(key.into(), QuotaValue { value, from: "scenario".into() });
}

fn alb_share(name: &str, share: Share) -> ArchitectureOption {
    let mut option = options::named(name);
    option.share.services_per_alb = share;
    option
}

/// Services and codes of the binding rungs of structure.
fn binding(option: &ArchitectureOption, system: &System) -> (u32, Vec<String>) {
    let rungs: Vec<Rung> =
        ladder(option, system).into_iter().filter(|rung| rung.kind == Kind::Structure && rung.binding).collect();
    let services = rungs[0].services;
    assert!(rungs.iter().all(|rung| rung.services == services), "ties differ: {rungs:?}");
    (services, rungs.into_iter().map(|rung| rung.code.unwrap_or(rung.quota)).collect())
}

fn holds(option: &ArchitectureOption, system: &System, services: u32, code: &str) {
    let (found, codes) = binding(option, system);
    assert_eq!((found, codes.iter().any(|c| c == code)), (services, true), "{}: {codes:?}, not {code}", option.name);
    assert_eq!(ceilings::fits(option, services, system), Ok(()), "{}", option.name);
    let exceeded = ceilings::fits(option, services + 1, system).err().unwrap_or_default();
    assert!(exceeded.iter().any(|quota| quota.code.as_deref() == Some(code) || quota.id == code), "{}", option.name);
}

fn rung(option: &ArchitectureOption, system: &System, code: &str) -> Rung {
    let ladder = ladder(option, system);
    let found = ladder.iter().find(|rung| rung.code.as_deref() == Some(code) || rung.quota == code);
    found.unwrap_or_else(|| panic!("no {code} in {ladder:#?}")).clone()
}

#[test]
fn aws_defaults() {
    let system = defaults();
    holds(&options::named("http-fan-out"), &system, 50, ALBS);
    holds(&options::named("rest-link-per-service"), &system, 20, V1);
    holds(&options::named("rest-shared-nlb"), &system, 1_000, V1);
    holds(&options::named("rest-nlb-alb"), &system, 50, ALBS);
    holds(&options::named("rest-alb-direct"), &system, 50, ALBS);
}

#[test]
fn a_hundred_services_an_alb() {
    let system = defaults();
    holds(&alb_share("http-fan-out", Share::Count(100)), &system, 3_000, GROUPS);
    holds(&alb_share("rest-nlb-alb", Share::Count(100)), &system, 2_970, GROUPS);
    holds(&alb_share("rest-alb-direct", Share::Count(100)), &system, 3_000, GROUPS);
    holds(&alb_share("rest-alb-direct", Share::Max), &system, 3_000, GROUPS);
}

#[test]
fn fifty_services_an_alb_blue_green() {
    let mut system = defaults();
    system.services.deployment = Deployment::BlueGreen;
    holds(&alb_share("http-fan-out", Share::Count(50)), &system, 1_500, GROUPS);
    holds(&alb_share("rest-nlb-alb", Share::Count(50)), &system, 1_485, GROUPS);
    holds(&alb_share("rest-alb-direct", Share::Count(50)), &system, 1_500, GROUPS);
    assert!(check_sharing(&alb_share("rest-alb-direct", Share::Count(51)), &system).is_err());
}

#[test]
fn twenty_targets_a_service() {
    let mut system = defaults();
    system.services.targets = 20;
    system.network.subnet_prefix = 18;
    holds(&options::named("rest-shared-nlb"), &system, 700, V1);
    // In place: 7 targets a zone instead of 14, so that the 50 listeners fill first.
    system.services.deployment = Deployment::InPlace;
    holds(&options::named("rest-shared-nlb"), &system, 1_000, V1);
    // Cross-zone on: 500 in all, 20 each: 25 services a link.
    system.network.nlb_cross_zone = true;
    holds(&options::named("rest-shared-nlb"), &system, 500, V1);
}

#[test]
fn forty_targets_a_service_fill_the_subnets_before_the_links() {
    let mut system = defaults();
    system.services.targets = 40;
    let option = options::named("rest-shared-nlb");
    // 80 targets while rolling, 27 a zone: 18 services an NLB. 153 services in a VPC are 4,080 addresses and 9 NLBs of 4,091.
    holds(&option, &system, 306, "vpc.addresses-per-subnet");
    assert_eq!(rung(&option, &system, V1).services, 360);
    system.network.subnet_prefix = 16;
    holds(&option, &system, 360, V1);
    // One VPC, raised quota of targets per zone: the listeners fill first again.
    system.network.vpcs = 1;
    set(&mut system, "L-B211E961", 1_350.0);
    set(&mut system, "L-EEF1AD04", 4_000.0);
    holds(&option, &system, 1_000, V1);
}

#[test]
fn v1_links_raised_to_30() {
    let mut system = defaults();
    set(&mut system, V1, 30.0);
    holds(&options::named("rest-link-per-service"), &system, 30, V1);
    holds(&options::named("rest-shared-nlb"), &system, 1_500, V1);
}

#[test]
fn albs_raised_to_120_and_cross_zone_on() {
    let mut system = defaults();
    system.network.nlb_cross_zone = true;
    set(&mut system, ALBS, 120.0);
    holds(&options::named("http-fan-out"), &system, 120, ALBS);
    holds(&options::named("rest-nlb-alb"), &system, 100, V1);
    holds(&options::named("rest-alb-direct"), &system, 120, ALBS);
}

#[test]
fn the_rungs_above_the_first() {
    let system = defaults();
    let nlb_alb = options::named("rest-nlb-alb");
    assert_eq!(rung(&nlb_alb, &system, V1).services, 200);
    assert!(rung(&nlb_alb, &system, V1).pressed_by[0].contains("20 VPC links of 10 ALBs"));
    let fan_out = options::named("http-fan-out");
    // 3 interfaces each and 6 for the two links; 3 addresses each of half the services, a link and 8 free, of 4,091.
    assert_eq!(rung(&fan_out, &system, INTERFACES).services, 1_664);
    assert_eq!(rung(&fan_out, &system, "vpc.addresses-per-subnet").services, 2 * ((4_091 - 9) / 3));
    assert_eq!(rung(&fan_out, &system, GROUPS).services, 3_000);
    // 150 services an API by its 300 routes, 600 APIs: the first hard wall, and so the end.
    let wall = ladder(&fan_out, &system).into_iter().rfind(|rung| rung.kind == Kind::Structure);
    assert_eq!(wall.map(|wall| (wall.services, wall.adjustable)), Some((90_000, false)));
    let rest = options::named("rest-alb-direct");
    assert_eq!(rung(&rest, &system, "apigateway.regional-apis").services, 600 * 149);
    let link_each = options::named("rest-link-per-service");
    assert_eq!(rung(&link_each, &system, "elb.nlb-interfaces-per-vpc").services, 800);
    let shared = rung(&options::named("rest-shared-nlb"), &system, V1);
    assert_eq!(shared.pressed_by[0], "20 VPC links of 50 listeners");
}

#[test]
fn environments_and_use_by_others_leave_less() {
    let mut system = defaults();
    system.account.environments = 2;
    holds(&options::named("http-fan-out"), &system, 25, ALBS);
    holds(&options::named("rest-link-per-service"), &system, 10, V1);
    holds(&options::named("rest-shared-nlb"), &system, 500, V1);
    system.used.insert("elb.alb-per-region".into(), 18.0);
    holds(&options::named("rest-alb-direct"), &system, 16, ALBS);
    // Three environments of two VPCs are six, and an account has five: one service, in one VPC each, still fits.
    system.account.environments = 3;
    holds(&options::named("http-fan-out"), &system, 1, "L-F678F1CE");
}

#[test]
fn two_zones_and_small_subnets() {
    let mut system = defaults();
    system.network.zones = 2;
    set(&mut system, ALBS, 5_000.0);
    assert_eq!(rung(&options::named("http-fan-out"), &system, INTERFACES).services, (5_000 - 4) / 2);
    system.network.subnet_prefix = 24;
    // 251 addresses: a link, 8 free, and 1 + 3 for each of half the services (6 targets over 2 zones).
    holds(&options::named("http-fan-out"), &system, 2 * ((251 - 9) / 4), "vpc.addresses-per-subnet");
}

#[test]
fn a_service_larger_than_a_unit_is_a_ceiling_of_zero_and_not_an_error() {
    let mut system = defaults();
    system.services.targets = 600;
    let option = options::named("http-fan-out");
    assert_eq!(check_sharing(&option, &system), Ok(()));
    let (services, codes) = binding(&option, &system);
    assert_eq!((services, codes.as_slice()), (0, &["L-7E6692B2".to_string(), "L-A0D0B863".to_string()][..]));
}

#[test]
fn v2_links_lead_to_nlbs_too() {
    let system = defaults();
    holds(&options::of("own-nlb", &[HttpApi, VpcLinkV2, Nlb], Share::Count(1)), &system, 50, NLBS);
    holds(&options::of("shared-nlb", &[RestApi, VpcLinkV2, Nlb], Share::Max), &system, 2_500, NLBS);
    let mut links = options::of("link-each", &[RestApi, VpcLinkV2, Nlb], Share::Count(1));
    links.share.nlbs_per_link = Share::Count(1);
    holds(&links, &system, 10, V2);
    let mut both = options::named("http-fan-out");
    both.also = Some(Nlb);
    both.share.services_per_nlb = Share::Count(1);
    holds(&both, &system, 100, ALBS);
    both.also = Some(CloudMap);
    let total = inventory(&both, 20, &system).total();
    assert_eq!((total.albs, total.target_groups, total.namespaces), (10.0, 10.0, 2.0));
}

#[test]
fn cloud_map_counts_instances_and_namespaces() {
    let mut system = defaults();
    let option = options::of("discovery", &[HttpApi, VpcLinkV2, CloudMap], Share::Max);
    // 333 services of 6 instances a namespace, 50 namespaces over two VPCs; addresses bind first in a /20, not in a /16.
    system.network.subnet_prefix = 16;
    holds(&option, &system, 50 * 333, "L-0FE3F50E");
    let wall = rung(&option, &system, "L-0FE3F50E");
    assert_eq!((wall.adjustable, wall.used), (true, 0.0));
}

#[test]
fn mixes_draw_on_the_same_pools() {
    let mut system = defaults();
    let listed = |i: u32| Listed { name: format!("s{i}"), option: Some("rest-nlb-alb".into()), ..Listed::default() };
    system.listed = (0..10).map(listed).collect();
    let option = options::named("http-fan-out");
    let total = inventory(&option, 30, &system).total();
    assert_eq!((total.albs, total.nlbs, total.links_v1, total.links_v2), (30.0, 2.0, 2.0, 2.0));
    assert_eq!((total.rest_apis, total.http_apis, total.target_groups), (1.0, 1.0, 40.0));
    holds(&option, &system, 50, ALBS);
}

#[test]
fn groups_share_and_services_without_one_do_not() {
    let mut system = defaults();
    let of = |group: &str| Listed { group: Some(group.into()), ..Listed::default() };
    system.listed = vec![of("shop"), of("shop"), of("post"), of("shop")];
    let total = inventory(&alb_share("http-fan-out", Share::Group), 10, &system).total();
    assert_eq!(total.albs, 2.0 + 6.0);
}

#[test]
fn accounts_of_their_own_have_pools_of_their_own() {
    let mut system = defaults();
    system.account.topology = AccountTopology::Federated;
    system.account.accounts = 3;
    holds(&options::named("http-fan-out"), &system, 150, ALBS);
    system.account.topology = AccountTopology::Central;
    // Two accounts of 50 ALBs and 50 NLBs each, and 50 endpoints in each of the API's two VPCs.
    holds(&options::named("rest-alb-direct"), &system, 100, "L-29B6F2EB");
    let central = inventory(&options::named("rest-alb-direct"), 100, &system);
    assert_eq!((central.accounts[0].rest_apis, central.accounts[1].rest_apis), (1.0, 0.0));
    assert_eq!((central.accounts[0].links_v2, central.accounts[2].nlbs), (2.0, 50.0));
    // In shared subnets every account's load balancers take addresses of the same VPCs, and each has links of its own.
    system.account.topology = AccountTopology::SharedVpc;
    let shared = inventory(&options::named("http-fan-out"), 60, &system);
    assert_eq!((shared.vpcs.len(), shared.vpcs[0].albs, shared.total().links_v2), (2, 30.0, 6.0));
}

#[test]
fn traffic_has_rungs_only_where_it_grows_with_the_services() {
    let mut system = defaults();
    let option = options::named("http-fan-out");
    let throttle = rung(&option, &system, "L-8A5B8E43");
    assert_eq!((throttle.services, throttle.kind, throttle.binding), (100, Kind::Traffic, true));
    assert_eq!(throttle.pressed_by, ["100/s a service, Poisson arrivals"]);
    system.account.region = "eu-south-1".into();
    assert_eq!(rung(&option, &system, "L-8A5B8E43").services, 25);
    system.gateway.stage_throttle = Rate::new(1_000.0).map(|rate| Throttle { rate, burst: 100 });
    assert_eq!(rung(&option, &system, "gateway.stage-throttle").services, 10);
    system.gateway.stage_throttle = None;
    system.traffic.rate = Rate::new(1_000.0).map_or(TrafficRate::Closed, TrafficRate::Total);
    assert!(ladder(&option, &system).iter().all(|rung| rung.kind == Kind::Structure));
    system.traffic.rate = TrafficRate::Closed;
    assert!(ladder(&option, &system).iter().all(|rung| rung.kind == Kind::Structure));
}

#[test]
fn new_flows_of_a_cold_service_exceed_what_one_target_takes() {
    let mut system = defaults();
    system.network.connection_reuse = 0.0;
    system.traffic.rate = Rate::new(3_000.0).map_or(TrafficRate::Closed, TrafficRate::PerService);
    // 3,000 flows/s over 3 nodes and a target each are 60,000 a minute, above 55,000.
    let flows = rung(&options::named("rest-link-per-service"), &system, "elb.nlb-new-flows");
    assert_eq!((flows.services, flows.adjustable), (0, false));
}

#[test]
fn what_is_asked_for_is_enough_for_what_is_wanted() {
    let mut system = defaults();
    let option = options::named("rest-alb-direct");
    system.services.count = 60;
    let line = "aws service-quotas request-service-quota-increase --region us-east-1 --service-code elasticloadbalancing \
                --quota-code L-53DA6B97 --desired-value 60";
    assert_eq!(rung(&option, &system, ALBS).ask.as_deref(), Some(line));
    assert_eq!(rung(&option, &system, "vpc.addresses-per-subnet").ask, None);
    assert_eq!(rung(&option, &system, "apigateway.regional-apis").ask, None);
    set(&mut system, ALBS, 60.0);
    holds(&option, &system, 60, ALBS);
}

#[test]
fn numbers_that_quotas_forbid_name_the_quota() {
    let mut system = defaults();
    system.network.nlb_cross_zone = true;
    let mut option = options::named("rest-nlb-alb");
    option.share.albs_per_nlb = Share::Count(8);
    let Err(error) = check_sharing(&option, &system) else { panic!("8 ALBs were let through") };
    assert_eq!(error.message, "`albs_per_nlb` is 8, but an NLB with cross-zone on takes 1 to 5 ALBs");
    assert_eq!(error.note, "each ALB counts as 100 of the 500 targets per zone per NLB (L-B211E961)");
    assert_eq!(error.hint, "write `\"max\"`, or raise the quota under `[quotas]` to 800");
    set(&mut system, "L-B211E961", 800.0);
    assert_eq!(check_sharing(&option, &system), Ok(()));
    let Err(error) = check_sharing(&alb_share("http-fan-out", Share::Count(101)), &system) else { panic!("101") };
    assert!(error.note.contains("L-822D1B1B") && error.hint.contains("cannot be raised"), "{error:?}");
    let mut links = options::named("rest-shared-nlb");
    links.share.nlbs_per_link = Share::Count(2);
    assert!(check_sharing(&links, &system).is_err_and(|error| error.key == "nlbs_per_link"));
}

#[test]
fn use_never_falls_as_services_are_added() {
    let mut system = defaults();
    let heavy = |i: u32| Listed { name: format!("s{i}"), targets: Some(1 + 7 * (i % 5)), ..Listed::default() };
    system.listed = (0..40).map(heavy).collect();
    let mut both = options::named("http-fan-out");
    both.also = Some(Nlb);
    let more = [alb_share("rest-nlb-alb", Share::Max), alb_share("rest-alb-direct", Share::Group), both];
    let topologies =
        [AccountTopology::Single, AccountTopology::Federated, AccountTopology::Central, AccountTopology::SharedVpc];
    for topology in topologies {
        system.account.topology = topology;
        system.account.accounts = if topology == AccountTopology::Single { 1 } else { 3 };
        for option in options::all().into_iter().chain(more.clone()) {
            never_falls(&option, &system);
        }
    }
}

fn never_falls(option: &ArchitectureOption, system: &System) {
    let mut before = Vec::new();
    for services in 1..200 {
        let now = ceilings::uses(&inventory(option, services, system), system);
        for use_ in &before {
            let ceilings::Use { quota, amount, .. } = use_;
            let later = now.iter().find(|other| other.quota == *quota).map_or(0.0, |other| other.amount);
            assert!(later >= *amount, "{} falls from {amount} at {services} of {}", quota.id, option.name);
        }
        before = now;
    }
}

#[test]
fn the_search_finds_what_counting_up_finds() {
    let mut system = defaults();
    system.services.targets = 7;
    system.network.zones = 2;
    system.listed =
        (0..9).map(|i| Listed { name: format!("s{i}"), targets: Some(3 * i), ..Listed::default() }).collect();
    for option in options::all() {
        let counted = (1..2_000).take_while(|&services| ceilings::fits(&option, services, &system).is_ok()).count();
        assert_eq!(binding(&option, &system).0 as usize, counted, "{}", option.name);
    }
}
