//! Services: small accounts, built by hand, and what is found in them.

use super::*;
use crate::aws::option::Share;
use crate::import::estate::{
    Api, ApiKind, Balancer, BalancerKind, Discovery, Forward, Generation, Id, Identity, Integration, Link, Listener,
    Reference, Rule, TargetGroup, TargetKind,
};

fn identity(id: &str) -> Identity {
    Identity { id: Id(id.into()), aliases: Vec::new(), name: id.into(), origin: Origin::file("f"), copies: 1 }
}

fn to(id: &str) -> Reference {
    Reference::To(Id(id.into()))
}

/// A target group with its weight.
fn forward(id: &str, weight: u32) -> Forward {
    Forward { group: to(id), weight }
}

/// An account that grows by one call for each thing.
#[derive(Default)]
pub(crate) struct Account(pub Estate);

impl Account {
    pub fn api(mut self, id: &str, kind: ApiKind) -> Account {
        self.0.apis.push(Api {
            identity: identity(id),
            kind: Some(kind),
            endpoint: None,
            stages: vec!["$default".into()],
            throttle: None,
            waf: false,
            usage_plan: false,
            authorizer: false,
            resources: 0,
        });
        self
    }

    /// A route through `link`; of a REST API by `uri`, otherwise to `target`.
    pub fn route(mut self, api: &str, path: &str, link: &str, target: Option<&str>, uri: Option<&str>) -> Account {
        let integration = Integration {
            kind: IntegrationKind::Private,
            link: Some(to(link)),
            target: target.map(to),
            uri: uri.map(str::to_string),
            path: None,
            timeout_ms: None,
        };
        let (method, path, origin) = ("GET".into(), path.into(), Origin::file("f").at(path, Some(7)));
        self.0.routes.push(Route { api: to(api), method, path, integration, origin });
        self
    }

    pub fn v1(mut self, id: &str, nlb: &str) -> Account {
        let generation = Generation::V1;
        self.0.links.push(Link { identity: identity(id), generation, targets: vec![to(nlb)], subnets: Vec::new() });
        self
    }

    pub fn v2(mut self, id: &str) -> Account {
        let generation = Generation::V2;
        self.0.links.push(Link { identity: identity(id), generation, targets: Vec::new(), subnets: Vec::new() });
        self
    }

    pub fn balancer(mut self, id: &str, kind: BalancerKind) -> Account {
        self.0.balancers.push(Balancer {
            identity: identity(id),
            kind,
            internal: Some(true),
            subnets: Vec::new(),
            vpc: None,
            zones: None,
            cross_zone: None,
            idle_timeout_s: None,
        });
        self
    }

    pub fn listener(mut self, id: &str, balancer: &str, port: u32, forwards: &[&str]) -> Account {
        let forwards = forwards.iter().map(|one| forward(one, 1)).collect();
        let (identity, balancer) = (identity(id), to(balancer));
        let listener = Listener { identity, balancer, port: Some(port), protocol: None, forwards, answers: false };
        self.0.listeners.push(listener);
        self
    }

    pub fn rule(mut self, listener: &str, priority: u32, path: &str, group: &str) -> Account {
        let identity = identity(&format!("{listener}-{priority}"));
        let (paths, forwards) = (vec![path.to_string()], vec![forward(group, 1)]);
        let (listener, priority, hosts) = (to(listener), Some(priority), Vec::new());
        let (other_conditions, answers) = (false, false);
        let rule = Rule { identity, listener, priority, paths, hosts, other_conditions, forwards, answers };
        self.0.rules.push(rule);
        self
    }

    /// A target group of addresses, or with an ALB behind.
    pub fn group(mut self, id: &str, alb: Option<&str>) -> Account {
        self.0.target_groups.push(TargetGroup {
            identity: identity(id),
            kind: if alb.is_some() { TargetKind::Alb } else { TargetKind::Ip },
            targets: alb.into_iter().map(to).collect(),
            listed: false,
            zones: BTreeSet::new(),
            desired: None,
            vpc: None,
            cross_zone: None,
            service: None,
        });
        self
    }

    pub fn discovery(mut self, id: &str) -> Account {
        self.0.discoveries.push(Discovery { identity: identity(id), desired: Some(2), service: None });
        self
    }
}

/// Each service as "name option routes".
fn found(account: Account) -> Vec<String> {
    let imported = services(account.0);
    let line = |one: &Service| format!("{} {} {}", one.label, imported.options[one.option].option.name, one.routes);
    imported.services.iter().map(line).collect()
}

fn said(imported: &Imported, kind: NoteKind) -> Vec<&str> {
    imported.estate.notes.iter().filter(|note| note.kind == kind).map(|note| note.text.as_str()).collect()
}

/// An HTTP API whose routes lead to listeners of two ALBs, one of which serves two services by rules.
fn fan_out() -> Account {
    Account::default()
        .api("api", ApiKind::Http)
        .v2("link")
        .balancer("alb-a", BalancerKind::Alb)
        .balancer("alb-b", BalancerKind::Alb)
        .group("orders", None)
        .group("users", None)
        .group("cart", None)
        .listener("a-80", "alb-a", 80, &["orders"])
        .rule("a-80", 1, "/users*", "users")
        .listener("b-80", "alb-b", 80, &["cart"])
        .route("api", "/orders/{id}", "link", Some("a-80"), None)
        .route("api", "/orders", "link", Some("a-80"), None)
        .route("api", "/users", "link", Some("a-80"), None)
        .route("api", "/cart", "link", Some("b-80"), None)
}

#[test]
fn option_1_by_rules_of_shared_balancers() {
    assert_eq!(found(fan_out()), ["orders http-fan-out 2", "users http-fan-out 1", "cart http-fan-out 1"]);
    let imported = services(fan_out().0);
    let option = &imported.options[0];
    assert_eq!((option.number, option.grouped_by), (Some(1), Some(0)));
    assert_eq!(option.stated, [("services_per_alb", Share::Group)]);
}

#[test]
fn option_2_a_link_and_an_nlb_for_each() {
    let mut account = Account::default().api("api", ApiKind::Rest);
    for name in ["a", "b"] {
        let (link, nlb, listener) = (format!("link-{name}"), format!("nlb-{name}"), format!("{name}-80"));
        account = account
            .v1(&link, &nlb)
            .balancer(&nlb, BalancerKind::Nlb)
            .group(name, None)
            .listener(&listener, &nlb, 80, &[name])
            .route("api", &format!("/{name}"), &link, None, Some("http://example.com/x"));
    }
    assert_eq!(found(account), ["a rest-link-per-service 1", "b rest-link-per-service 1"]);
}

#[test]
fn option_3_ports_of_one_nlb() {
    let account = || {
        Account::default()
            .api("api", ApiKind::Rest)
            .v1("link", "nlb")
            .balancer("nlb", BalancerKind::Nlb)
            .group("a", None)
            .group("b", None)
            .listener("l1", "nlb", 8081, &["a"])
            .listener("l2", "nlb", 8082, &["b"])
            .route("api", "/a", "link", None, Some("http://example.com:8081/"))
            .route("api", "/b", "link", None, Some("http://example.com:8082/"))
            .route("api", "/b", "link", None, Some("http://example.com:8082/"))
    };
    assert_eq!(found(account()), ["a rest-shared-nlb 1", "b rest-shared-nlb 1"]);
    let wrong = services(account().route("api", "/c", "link", None, Some("http://example.com:9/")).0);
    assert_eq!(said(&wrong, NoteKind::Unresolved), ["`nlb` has no listener on port 9"]);
    assert_eq!(wrong.services.len(), 3);
}

#[test]
fn option_4_albs_behind_an_nlb() {
    let account = Account::default()
        .api("api", ApiKind::Rest)
        .v1("link", "nlb")
        .balancer("nlb", BalancerKind::Nlb)
        .balancer("alb", BalancerKind::Alb)
        .group("to-alb", Some("alb"))
        .group("a", None)
        .group("b", None)
        .listener("n", "nlb", 80, &["to-alb"])
        .listener("l", "alb", 80, &["a"])
        .rule("l", 1, "/b/*", "b")
        .route("api", "/x", "link", None, Some("http://example.com/b/{proxy}"))
        .route("api", "/y", "link", None, Some("http://example.com/a"));
    let imported = services(account.0);
    assert_eq!(imported.options[0].number, Some(4));
    assert_eq!(imported.options[0].stated, [("services_per_alb", Share::Max)]);
    assert_eq!(imported.services.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn option_5_and_paths_of_their_own() {
    let account = Account::default()
        .api("rest", ApiKind::Rest)
        .api("http", ApiKind::Http)
        .v2("link")
        .balancer("alb", BalancerKind::Alb)
        .balancer("nlb", BalancerKind::Nlb)
        .group("a", None)
        .group("n", None)
        .listener("l", "alb", 80, &["a"])
        .listener("m", "nlb", 80, &["n"])
        .discovery("map")
        .route("rest", "/a", "link", Some("alb"), Some("http://example.com/a"))
        .route("rest", "/n", "link", Some("nlb"), Some("http://example.com/n"))
        .route("http", "/m", "link", Some("map"), None);
    assert_eq!(found(account), ["a rest-alb-direct 1", "map http-fan-out-cloud-map 1", "n rest-v2-nlb 1"]);
}

#[test]
fn what_the_files_do_not_hold_is_said_and_told_apart() {
    let mut account = Account::default().api("http", ApiKind::Http).api("rest", ApiKind::Rest);
    for (index, name) in ["loadbalancer/app/shop", "loadbalancer/net/mail", "x"].iter().enumerate() {
        let arn = format!("arn:aws:elasticloadbalancing:eu-west-1:1:{name}/1");
        account = account.route("http", &format!("/{index}"), "gone", Some(&arn), None);
    }
    account = account.route("rest", "/r", "gone", None, Some("http://h.example:8080/r"));
    account.0.routes[2].integration.target = Some(Reference::Unknown("parameter `P` has no default".into()));
    let imported = services(account.0);
    let names: Vec<&str> = imported.options.iter().map(|one| one.option.name.as_str()).collect();
    assert_eq!(names, ["http-fan-out", "rest-link-per-service", "http-fan-out-nlb"]);
    assert_eq!(imported.services.len(), 4);
    let unresolved = said(&imported, NoteKind::Unresolved).join("\n");
    for part in ["VPC link `gone` is in none of the files", "what `GET /2` leads to is not known: parameter `P`"] {
        assert!(unresolved.contains(part), "{unresolved}");
    }
}

#[test]
fn a_route_by_several_ways_counts_where_most_go() {
    let account = fan_out().api("rest", ApiKind::Rest).route("rest", "/c", "link", Some("alb-b"), Some("http://h/c"));
    let imported = services(account.0);
    let cart = imported.services.iter().find(|one| one.label == "cart").unwrap();
    assert_eq!((imported.options[cart.option].number, cart.routes, cart.apis.len()), (Some(1), 2, 2));
    let inferred = said(&imported, NoteKind::Inferred);
    assert!(inferred.iter().any(|text| text.starts_with("`cart` is also reached by REST API")), "{inferred:?}");
}

#[test]
fn a_catch_all_reaches_every_service_that_rules_may_choose() {
    let account = fan_out().route("api", "$default", "link", Some("a-80"), None);
    let imported = services(account.0);
    let routes: Vec<u32> = imported.services.iter().map(|one| one.routes).collect();
    assert_eq!(routes, [3, 2, 1]);
}

#[test]
fn other_routes_are_counted_by_what_answers() {
    let mut account = fan_out().route("api", "/fn", "link", None, None).route("api", "/fn2", "link", None, None);
    for route in account.0.routes.iter_mut().skip(4) {
        route.integration.kind = IntegrationKind::Lambda;
    }
    let imported = services(account.0);
    let passed = said(&imported, NoteKind::PassedOver);
    assert_eq!(passed, ["2 routes lead to Lambda functions: no service behind a VPC link"]);
}

#[test]
fn what_two_files_describe_is_one_thing() {
    let mut account = fan_out();
    let mut twin = account.0.balancers[0].clone();
    account.0.balancers[0].identity.aliases.push("arn:aws:x".into());
    twin.identity.id = Id("other#alb-a".into());
    twin.identity.aliases.push("arn:aws:x".into());
    account.0.balancers.push(twin);
    let imported = services(account.0);
    assert_eq!(imported.estate.balancers.len(), 2);
    assert_eq!(said(&imported, NoteKind::PassedOver), ["`alb-a` is described a second time; the first counts"]);
}

#[test]
fn balancers_that_lead_to_themselves_end() {
    let account = Account::default()
        .api("api", ApiKind::Rest)
        .v1("link", "nlb")
        .balancer("nlb", BalancerKind::Nlb)
        .group("loop", Some("nlb"))
        .listener("l", "nlb", 80, &["loop"])
        .route("api", "/a", "link", None, Some("http://h/"));
    let imported = services(account.0);
    assert!(imported.services.is_empty());
    assert!(said(&imported, NoteKind::Unresolved)[0].contains("its way is none that AWS has"));
}

#[test]
fn what_a_listener_answers_itself_is_no_service() {
    let mut account = fan_out().route("api", "/favicon.ico", "link", Some("a-80"), None);
    account.0.listeners[0].forwards.clear();
    account.0.listeners[0].answers = true;
    let imported = services(account.0);
    assert_eq!(imported.services.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["users", "cart"]);
    let own = |path: &str| {
        format!("listener `a-80` answers `GET {path}` itself, by a redirect or a fixed response: no service")
    };
    let passed = said(&imported, NoteKind::PassedOver);
    assert_eq!(passed[..3], [own("/orders/{id}"), own("/orders"), own("/favicon.ico")]);
    // A rule that redirects takes the route before a default that forwards.
    let mut account = fan_out().rule("b-80", 1, "/cart*", "users");
    let rule = account.0.rules.last_mut().expect("just made");
    rule.forwards.clear();
    rule.answers = true;
    assert_eq!(found(account), ["orders http-fan-out 2", "users http-fan-out 1"]);
}

#[test]
fn a_rule_with_conditions_of_other_kinds_takes_some_requests() {
    let account = |other: bool| {
        let mut account = fan_out();
        account.0.rules[0].other_conditions = other;
        account.route("api", "/users/{id}", "link", Some("a-80"), None)
    };
    assert_eq!(found(account(false)), ["orders http-fan-out 2", "users http-fan-out 2", "cart http-fan-out 1"]);
    assert_eq!(found(account(true)), ["orders http-fan-out 4", "users http-fan-out 2", "cart http-fan-out 1"]);
    let imported = services(account(true).0);
    let text =
        "rule `a-80-1` has conditions on more than path and host; what it leads to and what follows it both count";
    assert_eq!(said(&imported, NoteKind::Inferred), [text]);
}

#[test]
fn what_no_route_reaches_is_told_once() {
    let account = fan_out().group("old-a", None).group("old-b", None).rule("gone", 1, "/old*", "old-a");
    let imported = services(account.0);
    assert_eq!(
        said(&imported, NoteKind::PassedOver),
        [
            "1 rule is of a listener in none of the files: `gone-1`",
            "2 target groups are reached by no private route: `old-a`, `old-b`",
        ]
    );
}

#[test]
fn things_of_two_regions_are_told() {
    let mut account = fan_out();
    let arn = |region: &str| format!("arn:aws:elasticloadbalancing:{region}:111122223333:loadbalancer/app/a/1");
    account.0.balancers[0].identity.aliases.push(arn("eu-west-1"));
    account.0.target_groups[0].identity.aliases.push(arn("${AWS::Region}"));
    assert_eq!(said(&services(account.0.clone()), NoteKind::Unresolved), [""; 0]);
    account.0.balancers[1].identity.aliases.push(arn("us-east-1"));
    let text = "the files are of 2 Regions (`eu-west-1`, `us-east-1`), and quotas are of one: counts are of all together; \
                import each by itself";
    assert_eq!(said(&services(account.0), NoteKind::Unresolved), [text]);
}

#[test]
fn a_port_of_no_listener_is_left_open() {
    let account = Account::default()
        .api("api", ApiKind::Rest)
        .v1("link", "nlb")
        .balancer("nlb", BalancerKind::Nlb)
        .group("orders", None)
        .listener("l", "nlb", 80, &["orders"])
        .route("api", "/a", "link", None, Some("http://nlb:81/a"));
    let text = "`nlb` has no listener on port 81; its only one, on port 80, is taken";
    assert_eq!(said(&services(account.0), NoteKind::Unresolved), [text]);
}
