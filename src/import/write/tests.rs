//! The scenario text: what it says for small accounts. That it is always a valid scenario is tested through the program, since
//! scenarios are read in a room that this one does not know.

use super::scenario;
use crate::import::estate::{ApiKind, BalancerKind, Endpoint, Generation, Id, QuotaValue, Reference};
use crate::import::node::Origin;
use crate::import::services::{Account, services};

/// Two services of option 3 on one NLB, and things that no service uses.
fn account() -> Account {
    Account::default()
        .api("api", ApiKind::Rest)
        .api("socket", ApiKind::WebSocket)
        .v1("link", "nlb")
        .v1("spare", "nlb2")
        .balancer("nlb", BalancerKind::Nlb)
        .balancer("nlb2", BalancerKind::Nlb)
        .balancer("alb", BalancerKind::Alb)
        .group("a \"b\"\nc", None)
        .group("b", None)
        .group("unused", None)
        .listener("l1", "nlb", 8081, &["a \"b\"\nc"])
        .listener("l2", "nlb", 8082, &["b"])
        .route("api", "/a", "link", None, Some("http://example.com:8081/"))
        .route("api", "/b", "link", None, Some("http://example.com:8082/"))
}

fn text(account: Account) -> String {
    scenario(&services(account.0), &["f".to_string()]).text
}

fn lines<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    let value = |line: &'a str| line.split(" #").next().unwrap_or("").trim_end();
    text.lines().filter(|line| line.starts_with(start)).map(value).collect()
}

#[test]
fn services_with_names_titles_and_places() {
    let text = text(account());
    assert_eq!(lines(&text, "name ="), ["name = \"a-b-c\"", "name = \"b\""]);
    assert_eq!(lines(&text, "title ="), ["title = \"Imported from f\"", "title = 'a \"b\" c'"]);
    assert_eq!(lines(&text, "option ="), ["option = \"rest-shared-nlb\""; 2]);
    assert_eq!(lines(&text, "count ="), ["count = 2"]);
    assert!(text.contains("# route GET /a at f:7 (/a)\n"), "{text}");
}

/// Of the pools, the model counts one API, one link, one NLB and two target groups; the files hold the rest.
#[test]
fn what_else_the_files_hold_is_used() {
    let text = text(account());
    let rows = lines(&text, "\"L-");
    let expected =
        ["\"L-AA0FF27B\" = 1", "\"L-A4C7274F\" = 1", "\"L-53DA6B97\" = 1", "\"L-69A177A2\" = 1", "\"L-B22855CB\" = 1"];
    assert_eq!(rows, expected);
}

#[test]
fn stated_quotas_go_in_where_they_differ_from_the_default() {
    let mut account = account();
    for (code, value) in
        [("L-53DA6B97", 60.0), ("network-load-balancers", 70.0), ("target-groups", 3000.0), ("L-0", 1.0)]
    {
        account.0.quotas.push(QuotaValue { code: code.into(), value, origin: Origin::file("q.json") });
    }
    let text = text(account);
    let quotas = &text[text.find("[quotas]").unwrap()..];
    assert_eq!(lines(quotas, "\"L-"), ["\"L-53DA6B97\" = 60", "\"L-69A177A2\" = 70"]);
    assert!(
        text.contains("1 quota values that gatecap does not count by") && text.contains("# 1 stated quota values are")
    );
}

#[test]
fn a_timeout_that_all_state_goes_in_and_others_are_listed() {
    let with = |timeouts: [Option<f64>; 2]| {
        let mut account = account();
        for (route, timeout) in account.0.routes.iter_mut().zip(timeouts) {
            route.integration.timeout_ms = timeout;
        }
        let text = text(account);
        text.lines().find(|line| line.contains("timeout")).map(|line| line.split("  ").next().unwrap().to_string())
    };
    assert_eq!(with([None, None]), None);
    assert_eq!(with([Some(29_000.0), Some(29_000.0)]), None);
    assert_eq!(with([Some(5_000.0), Some(5_000.0)]).unwrap(), "integration_timeout = \"5s\"");
    assert_eq!(with([Some(5_000.0), None]).unwrap(), "# integration timeouts differ: 5000 ms, or none stated");
    assert_eq!(with([Some(60_000.0), Some(60_000.0)]).unwrap(), "# integration_timeout = \"60s\"");
}

#[test]
fn private_routes_without_a_service_are_not_called_none() {
    let mut account = Account::default()
        .api("api", ApiKind::Http)
        .v2("link")
        .balancer("alb", BalancerKind::Alb)
        .listener("l", "alb", 80, &[])
        .route("api", "/a", "link", Some("l"), None);
    account.0.listeners[0].answers = true;
    let text = text(account);
    assert!(text.contains("No service is listed: routes go through a VPC link"), "{text}");
    assert!(!text.contains("Nothing private"));
}

#[test]
fn nothing_private_is_still_a_scenario() {
    let text = text(Account::default().api("api", ApiKind::Http));
    assert!(
        text.contains("Nothing private is in them")
            && !text.contains("as_built")
            && text.contains("\"L-AA0FF27B\" = 1")
    );
    toml::from_str::<toml::Table>(&text).unwrap();
}

#[test]
fn needs_of_all_stand_once_and_others_with_their_service() {
    let mut account =
        account().api("second", ApiKind::Rest).route("second", "/b", "link", None, Some("http://example.com:8082/"));
    account.0.apis[0].waf = true;
    account.0.apis[2].usage_plan = true;
    let text = text(account);
    assert_eq!(lines(&text, "needs ="), ["needs = [\"waf-before-gateway\"]", "needs = [\"usage-plans\"]"]);
}

/// Accounts whose things name each other at random, round and round and into nothing: services have ways that AWS has, and the text
/// is TOML.
#[test]
fn whatever_names_whatever_a_scenario_comes_out() {
    let mut state = 5_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let names = [
        "a",
        "b",
        "c",
        "d",
        "http://a:80/x",
        "${a.DNSName}",
        "arn:aws:elasticloadbalancing:eu-west-1:1:listener/net/n/1/2",
    ];
    let mut found = 0;
    for _ in 0..2_000 {
        let mut account = Account::default();
        for _ in 0..4 + draw(20) {
            let (one, two, three) = (names[draw(7)], names[draw(7)], names[draw(7)]);
            account = match draw(11) {
                0 => account.api(one, [ApiKind::Rest, ApiKind::Http, ApiKind::WebSocket][draw(3)]),
                1 => account.v1(one, two),
                2 => account.v2(one),
                3 => account.balancer(one, [BalancerKind::Alb, BalancerKind::Nlb, BalancerKind::Other][draw(3)]),
                4 => account.listener(one, two, 80 + draw(2) as u32, &[three]),
                5 => account.rule(one, draw(3) as u32, two, three),
                6 => account.group(one, [None, Some(two)][draw(2)]),
                7 => account.discovery(one),
                8 => account.route(one, two, three, Some(names[draw(7)]), None),
                9 => account.route(one, two, three, None, Some(names[draw(7)])),
                _ => account.route(one, two, three, Some(names[draw(7)]), Some(names[draw(7)])),
            };
        }
        let imported = services(account.0);
        found += imported.services.len();
        let text = scenario(&imported, &["f".to_string()]).text;
        toml::from_str::<toml::Table>(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    assert!(found > 1_000, "{found}");
}

#[test]
fn many_files_are_counted_and_folders_left_out_of_the_title() {
    let of = |count: usize| {
        let files: Vec<String> = (1..=count).map(|at| format!("folder/file-{at}.json")).collect();
        scenario(&services(account().0), &files).text
    };
    assert_eq!(lines(&of(3), "title = \"Imp"), ["title = \"Imported from file-1.json, file-2.json, file-3.json\""]);
    let many = of(60);
    assert_eq!(lines(&many, "title = \"Imp"), ["title = \"Imported from 60 files\""]);
    assert!(many.contains("#   read: folder/file-5.json\n#   and 55 more\n"), "{many}");
}

#[test]
fn cross_zone_that_differs_is_off_and_told() {
    let of = |stated: [Option<bool>; 2]| {
        let mut account = account().group("c", None).listener("l3", "nlb2", 8083, &["c"]).route(
            "api",
            "/c",
            "spare",
            None,
            Some("http://example.com:8083/"),
        );
        for (balancer, stated) in account.0.balancers.iter_mut().zip(stated) {
            balancer.cross_zone = stated;
        }
        text(account)
    };
    let value = |text: &str| lines(text, "nlb_cross_zone").concat();
    for (stated, expected) in [
        ([None, None], ""),
        ([Some(true), Some(true)], "nlb_cross_zone = true"),
        ([Some(false), None], "nlb_cross_zone = false"),
        ([Some(true), Some(false)], "nlb_cross_zone = false"),
        ([Some(true), None], "nlb_cross_zone = false"),
    ] {
        assert_eq!(value(&of(stated)), expected, "{stated:?}");
    }
    let differ = of([Some(true), Some(false)]);
    assert!(differ.contains("#   on at 1 (nlb)\n#   off at 1 (nlb2)\n"), "{differ}");
    assert!(of([Some(true), None]).contains("#   not stated, which is off, at 1 (nlb2)\n"));
}

/// What most services share today, others would share as well: their ALBs are no part of what a move costs.
#[test]
fn other_options_share_albs_as_what_is_built_does() {
    let shared = Account::default()
        .api("api", ApiKind::Http)
        .v2("link")
        .balancer("alb", BalancerKind::Alb)
        .group("a", None)
        .group("b", None)
        .listener("l", "alb", 80, &[])
        .rule("l", 1, "/a", "a")
        .rule("l", 2, "/b", "b")
        .route("api", "/a", "link", Some("l"), None)
        .route("api", "/b", "link", Some("l"), None);
    let text = text(shared);
    assert_eq!(lines(&text, "option ="), ["option = \"http-fan-out\""; 2], "{text}");
    assert_eq!(
        lines(&text, "[option."),
        ["[option.http-fan-out]", "[option.rest-nlb-alb]", "[option.rest-alb-direct]"]
    );
    assert_eq!(lines(&text, "services_per_alb"), ["services_per_alb = \"max\""; 3]);
    assert!(!self::text(account()).contains("services_per_alb"), "no ALB is shared where there is none");
}

#[test]
fn throttles_that_differ_are_listed_and_none_is_used() {
    let of = |throttles: [Option<(f64, f64)>; 2]| {
        let mut account = account().api("second", ApiKind::Rest).route(
            "second",
            "/b",
            "link",
            None,
            Some("http://example.com:8082/"),
        );
        (account.0.apis[0].throttle, account.0.apis[2].throttle) = (throttles[0], throttles[1]);
        text(account)
    };
    let same = of([Some((50.0, 20.0)); 2]);
    assert_eq!(lines(&same, "stage_throttle"), ["stage_throttle = { rate = \"50/s\", burst = 20 }"]);
    let differ = of([Some((50.0, 20.0)), Some((70.0, 20.0))]);
    assert!(differ.contains("#   `api`: 50 a second, burst 20\n#   `second`: 70 a second, burst 20\n"), "{differ}");
    assert!(of([Some((50.0, 20.0)), None]).contains("#   `second`: none stated\n"));
    assert!(!of([None, None]).contains("throttle") && lines(&differ, "stage_throttle").is_empty());
}

#[test]
fn the_lower_throttle_of_two_stages_counts_and_is_noted() {
    let mut api = account().0.apis.remove(0);
    assert_eq!(api.throttled(Some((50.0, 20.0))), None);
    assert_eq!((api.throttled(None), api.throttled(Some((50.0, 20.0)))), (None, None));
    let noted = api.throttled(Some((40.0, 30.0))).unwrap();
    assert!(noted.contains("40 a second, burst 30 and of 50 a second, burst 20"), "{noted}");
    assert_eq!(api.throttle, Some((40.0, 30.0)));
}

#[test]
fn an_authorizer_of_code_is_told_where_only_some_services_have_it() {
    let mut account =
        account().api("second", ApiKind::Rest).route("second", "/c", "link", None, Some("http://example.com:8082/"));
    assert!(!text(Account(account.0.clone())).contains("authorizer"));
    account.0.apis[0].authorizer = true;
    assert!(text(account).contains("# unresolved: an authorizer of code stands before "));
}

/// AWS makes no ALB in one zone: a file that tells of one tells too little.
#[test]
fn an_alb_is_in_two_zones_at_least() {
    let zones = |kind: BalancerKind, zones: u32| {
        let mut account = Account::default()
            .api("api", ApiKind::Rest)
            .v1("link", "lb")
            .balancer("lb", kind)
            .group("a", None)
            .listener("l1", "lb", 80, &["a"])
            .route("api", "/a", "link", None, Some("http://example.com/"));
        account.0.balancers[0].zones = Some(zones);
        if kind == BalancerKind::Alb {
            account.0.routes[0].integration.target = Some(Reference::To(Id("lb".into())));
            (account.0.links[0].generation, account.0.links[0].targets) = (Generation::V2, Vec::new());
        }
        let text = text(account);
        text.lines().find(|line| line.starts_with("zones =")).unwrap().to_string()
    };
    assert!(zones(BalancerKind::Nlb, 1).starts_with("zones = 1 "));
    assert!(zones(BalancerKind::Alb, 3).starts_with("zones = 3 "));
    let raised = zones(BalancerKind::Alb, 1);
    assert!(raised.starts_with("zones = 2 ") && raised.contains("# inferred: "), "{raised}");
}

/// What is said of the targets of `[services]` is true of the services.
#[test]
fn the_usual_targets_are_whose_they_are() {
    let of = |targets: &[u32]| {
        let mut account = Account::default().api("api", ApiKind::Http).v2("link").balancer("alb", BalancerKind::Alb);
        for (at, count) in targets.iter().enumerate() {
            let name = format!("s{at}");
            account = account.group(&name, None).listener(&format!("l{at}"), "alb", 80 + at as u32, &[&name]);
            account.0.target_groups[at].desired = Some(*count);
            account = account.route("api", &format!("/{at}"), "link", Some(&format!("l{at}")), None);
        }
        let text = text(account);
        let line = text.lines().find(|line| line.starts_with("targets =")).unwrap();
        (line.split_once(" # ").map(|(value, why)| format!("{} {why}", value.trim_end())).unwrap(), text)
    };
    assert_eq!(of(&[2, 2, 4]).0, "targets = 2 as most services have");
    assert_eq!(of(&[2, 2, 4, 5]).0, "targets = 2 as 2 of 4 services have; no number is that of most");
    let (line, text) = of(&[2, 3, 4]);
    assert_eq!(line, "targets = 4 as `s2` has; no number is that of most services");
    assert_eq!(lines(&text, "targets ="), ["targets = 4", "targets = 2", "targets = 3"]);
}

#[test]
fn targets_that_weights_hold_back_are_explained_at_their_service() {
    let mut account = Account::default()
        .api("api", ApiKind::Http)
        .v2("link")
        .balancer("alb", BalancerKind::Alb)
        .group("a", None)
        .group("b", None)
        .listener("l", "alb", 80, &["a", "b"])
        .route("api", "/a", "link", Some("l"), None);
    account.0.target_groups[0].desired = Some(6);
    account.0.target_groups[1].desired = Some(2);
    let text = text(account);
    let why = "targets = 4                                 # what 8 carry: groups of 6, 2 have weights 1, 1, so one is full before the others";
    assert!(text.contains(why), "{text}");
}

/// An API is one API, wherever it is reached.
#[test]
fn an_api_is_counted_once() {
    let of = |endpoint: Option<Endpoint>, others: &[Option<Endpoint>]| {
        let mut account = account();
        account.0.apis.remove(1);
        account.0.apis[0].endpoint = endpoint;
        for (at, other) in others.iter().enumerate() {
            account = account.api(&format!("other-{at}"), ApiKind::Rest);
            account.0.apis.last_mut().unwrap().endpoint = *other;
        }
        let text = text(account);
        let apis = text.lines().filter(|line| line.contains("APIs per Region"));
        (apis.map(str::to_string).collect::<Vec<_>>(), text)
    };
    let (regional, edge, private) = (Some(Endpoint::Regional), Some(Endpoint::Edge), Some(Endpoint::Private));
    let all = "all counted with the services, as Regional APIs, which is what the options have";
    assert_eq!(of(regional, &[]).0, [""; 0]);
    assert_eq!(of(private, &[]).0, [format!("# private APIs per Region: the files hold 1, {all}")]);
    let silent = of(None, &[]);
    assert_eq!(silent.0, [format!("# edge-optimized APIs per Region: the files hold 1, {all}")]);
    assert!(
        silent.1.contains(
            "1 REST API states no endpoint type and is taken as edge-optimized, which is AWS's default: `api`"
        )
    );
    let rows = |found: (Vec<String>, String)| {
        let tight = |row: &String| row.split_whitespace().collect::<Vec<_>>().join(" ");
        found.0.iter().map(tight).collect::<Vec<_>>()
    };
    assert_eq!(
        rows(of(edge, &[edge, None, private])),
        [
            "\"L-B97207D0\" = 2 # edge-optimized APIs per Region: the files hold 3, the rest is counted with the services, as Regional APIs",
            "\"L-A966AB5C\" = 1 # private APIs per Region: the files hold 1, for no service here",
        ]
    );
    assert_eq!(
        rows(of(regional, &[edge])),
        ["\"L-B97207D0\" = 1 # edge-optimized APIs per Region: the files hold 1, for no service here"]
    );
}
