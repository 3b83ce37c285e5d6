//! Each lint of an estate: what raises it, and what is just not enough to.

use super::*;
use crate::aws::lints::Severity;
use crate::import::estate::{Forward, Integration, Rule};
use crate::import::node::Origin;

fn to(name: &str) -> Reference {
    Reference::To(Id(name.into()))
}

fn identity(name: &str) -> Identity {
    let origin = Origin::file("t.yaml").at(name, Some(7));
    Identity { id: Id(name.into()), aliases: vec![format!("arn:{name}")], name: name.into(), origin, copies: 1 }
}

fn balancer(name: &str, kind: BalancerKind) -> Balancer {
    Balancer {
        identity: identity(name),
        kind,
        internal: Some(true),
        subnets: vec![to("subnet-a"), to("subnet-b")],
        vpc: Some(to("vpc")),
        zones: None,
        cross_zone: None,
        idle_timeout_s: None,
    }
}

fn forward(group: Reference) -> Forward {
    Forward { group, weight: 1 }
}

fn listener(name: &str, balancer: &str, group: &str) -> Listener {
    Listener {
        identity: identity(name),
        balancer: to(balancer),
        port: Some(80),
        protocol: None,
        forwards: vec![forward(to(group))],
        answers: false,
    }
}

fn group(name: &str, kind: TargetKind, targets: &[&str]) -> TargetGroup {
    TargetGroup {
        identity: identity(name),
        kind,
        targets: targets.iter().map(|target| to(target)).collect(),
        listed: false,
        zones: BTreeSet::new(),
        desired: None,
        vpc: Some(to("vpc")),
        cross_zone: None,
        service: None,
    }
}

fn link(name: &str, generation: Generation, targets: &[&str], subnets: &[&str]) -> Link {
    let references = |names: &[&str]| names.iter().map(|name| to(name)).collect();
    Link { identity: identity(name), generation, targets: references(targets), subnets: references(subnets) }
}

fn route(link: &str, target: Option<&str>, timeout_ms: Option<f64>) -> Route {
    let integration = Integration {
        kind: IntegrationKind::Private,
        link: Some(to(link)),
        target: target.map(to),
        uri: None,
        path: None,
        timeout_ms,
    };
    Route { api: to("api"), method: "GET".into(), path: "/a".into(), integration, origin: Origin::file("t.yaml") }
}

/// A REST API over a V2 link to an ALB with two targets: nothing is wrong with it.
fn direct() -> Estate {
    let api = Api {
        identity: identity("api"),
        kind: Some(ApiKind::Rest),
        endpoint: None,
        stages: Vec::new(),
        throttle: None,
        waf: false,
        usage_plan: false,
        authorizer: false,
        resources: 0,
    };
    Estate {
        apis: vec![api],
        routes: vec![route("link", Some("web"), None)],
        links: vec![link("link", Generation::V2, &[], &["subnet-a", "subnet-b"])],
        balancers: vec![balancer("alb", BalancerKind::Alb)],
        listeners: vec![listener("web", "alb", "targets")],
        target_groups: vec![group("targets", TargetKind::Ip, &["a", "b"])],
        ..Estate::default()
    }
}

/// The same over a V1 link and an NLB in front of the ALB.
fn nested() -> Estate {
    let mut estate = direct();
    estate.links = vec![link("link", Generation::V1, &["nlb"], &[])];
    estate.routes = vec![route("link", None, None)];
    estate.balancers.push(balancer("nlb", BalancerKind::Nlb));
    estate.listeners.push(listener("tcp", "nlb", "alb-group"));
    estate.target_groups.push(group("alb-group", TargetKind::Alb, &["arn:alb"]));
    estate
}

fn ids(estate: &Estate) -> Vec<&'static str> {
    lints(estate).iter().map(|lint| lint.id).collect()
}

#[test]
fn what_is_sound_has_none_and_an_old_link_is_a_note() {
    assert_eq!(lints(&Estate::default()), []);
    assert_eq!(lints(&direct()), []);
    let mut estate = nested();
    estate.links[0].identity.copies = 4;
    let found = lints(&estate);
    assert_eq!((found.len(), found[0].id, found[0].severity), (1, "link-v1", Severity::Note));
    assert_eq!((found[0].what.as_str(), found[0].subject.as_str()), ("4 VPC links are V1", "link"));
}

#[test]
fn gateways_that_wait_longer_than_the_alb_behind_them() {
    let of = |mut estate: Estate, timeout: Option<f64>, idle: Option<f64>| {
        estate.routes[0].integration.timeout_ms = timeout;
        estate.balancers[0].idle_timeout_s = idle;
        let found = lints(&estate);
        found.into_iter().find(|lint| lint.id == "balancer-leaves-first").map(|lint| lint.what)
    };
    for estate in [direct(), nested()] {
        assert_eq!(of(estate.clone(), None, None), None, "29 s against 60 s");
        assert_eq!(of(estate.clone(), Some(60_000.0), None), None);
        let what = "the gateway waits 61 s for an answer, but ALB `alb` has an idle timeout of 60 s";
        assert_eq!(of(estate.clone(), Some(61_000.0), None).as_deref(), Some(what));
        assert!(of(estate.clone(), None, Some(28.0)).is_some(), "29 s is what a REST API has");
    }
}

#[test]
fn cross_zone_that_differs() {
    let of = |nlb: Option<bool>, group: Option<bool>| {
        let mut estate = nested();
        (estate.balancers[1].cross_zone, estate.target_groups[0].cross_zone) = (nlb, group);
        ids(&estate).contains(&"cross-zone-differs")
    };
    let differing = [(Some(true), Some(false)), (Some(false), Some(true)), (None, Some(true))];
    assert!(differing.into_iter().all(|(nlb, group)| of(nlb, group)));
    let alike = [(None, None), (Some(true), None), (Some(true), Some(true)), (None, Some(false)), (Some(false), None)];
    assert!(!alike.into_iter().any(|(nlb, group)| of(nlb, group)));
}

#[test]
fn an_alb_behind_three_nlbs() {
    let mut estate = nested();
    let more = |estate: &mut Estate, number: u32| {
        estate.balancers.push(balancer(&format!("nlb-{number}"), BalancerKind::Nlb));
        estate.listeners.push(listener(&format!("tcp-{number}"), &format!("nlb-{number}"), &format!("group-{number}")));
        estate.target_groups.push(group(&format!("group-{number}"), TargetKind::Alb, &["alb"]));
    };
    more(&mut estate, 2);
    // A second listener of the same NLB is no second NLB.
    estate.listeners.push(listener("tcp-again", "nlb", "alb-group"));
    assert_eq!(ids(&estate), ["link-v1"]);
    more(&mut estate, 3);
    let found = lints(&estate);
    assert_eq!(found[0].what, "ALB `alb` stands behind 3 NLBs, and may behind 2");
    assert_eq!(found[0].subject, "alb at t.yaml:7 (alb)");
}

#[test]
fn a_listener_that_leads_nowhere() {
    let mut estate = direct();
    estate.target_groups[0].targets.clear();
    assert_eq!(lints(&estate), [], "addresses register themselves: not listed is not empty");
    estate.target_groups[0].listed = true;
    let found = lints(&estate);
    assert_eq!((found[0].id, found[0].severity), ("listener-without-targets", Severity::Fault));
    assert_eq!(
        found[0].what,
        "listener `web` leads to `targets`, for which the files name no target that gets requests"
    );
    // Groups of a template that writes the targets of others of their kind, and of their kind only.
    let mut written = estate.clone();
    (written.target_groups[0].listed, written.target_groups[0].kind) = (false, TargetKind::Instance);
    for kind in [TargetKind::Ip, TargetKind::Alb] {
        written.target_groups.push(group(&format!("{kind:?}"), kind, &["a", "b"]));
        assert_eq!(lints(&written), []);
    }
    written.target_groups.push(group("other", TargetKind::Instance, &["a", "b"]));
    assert_eq!(ids(&written), ["listener-without-targets"]);
    // What is running registers them elsewhere, unless its own are listed.
    written.target_groups[0].identity = identity("arn:web");
    written.listeners[0].forwards = vec![forward(to("arn:web"))];
    assert_eq!(lints(&written), []);
    written.target_groups[0].listed = true;
    assert_eq!(ids(&written), ["listener-without-targets"]);
    // A service that registers its own, a group of another file, a rule with targets, a redirect: nothing is wrong.
    let sound = |change: &dyn Fn(&mut Estate)| {
        let mut estate = estate.clone();
        change(&mut estate);
        assert_eq!(lints(&estate), []);
    };
    sound(&|estate| estate.target_groups[0].service = Some("web".into()));
    sound(&|estate| estate.target_groups[0].desired = Some(2));
    sound(&|estate| estate.listeners[0].forwards = vec![forward(Reference::Named("arn:elsewhere".into()))]);
    sound(&|estate| estate.listeners[0].forwards.clear());
    sound(&|estate| {
        estate.target_groups.push(group("more", TargetKind::Ip, &["a", "b"]));
        let (listener, forwards) = (to("web"), vec![forward(to("more"))]);
        let (paths, hosts) = (Vec::new(), Vec::new());
        let (identity, priority, other_conditions, answers) = (identity("rule"), None, false, false);
        let rule = Rule { identity, listener, priority, paths, hosts, other_conditions, forwards, answers };
        estate.rules.push(rule);
    });
}

#[test]
fn load_balancers_in_another_vpc() {
    let mut estate = direct();
    // A second ALB tells the VPC of the link's subnets.
    estate.balancers.push(balancer("other", BalancerKind::Alb));
    estate.balancers[0].vpc = Some(to("vpc-2"));
    estate.balancers[0].subnets = vec![to("subnet-c"), to("subnet-d")];
    let found = lints(&estate);
    assert_eq!(found[0].what, "load balancer `alb` is in another VPC than its link `link`");
    estate.links[0].subnets.push(Reference::Unknown("parameter".into()));
    assert_eq!(ids(&estate), [""; 0], "not to be known");
    let mut estate = nested();
    estate.balancers[0].vpc = Some(to("vpc-2"));
    assert_eq!(ids(&estate), ["balancer-in-other-vpc", "link-v1"]);
    estate.balancers[0].vpc = Some(Reference::Named("vpc-2".into()));
    assert_eq!(ids(&estate), ["link-v1"], "a name and an id may be the same VPC");
}

#[test]
fn one_zone_and_one_target() {
    let mut estate = direct();
    estate.balancers[0].subnets = vec![Reference::Named("subnet-0a1".into())];
    assert_eq!(ids(&estate), ["single-zone"]);
    estate.balancers[0].subnets = vec![Reference::Unknown("parameter `Subnets`".into())];
    assert_eq!(ids(&estate), [""; 0], "a list that a template is given");
    estate.balancers[0].zones = Some(1);
    assert_eq!(ids(&estate), ["single-zone"]);
    let mut estate = direct();
    estate.target_groups[0].targets.pop();
    assert_eq!(ids(&estate), ["single-target-zone"]);
    estate.target_groups[0].desired = Some(3);
    assert_eq!(ids(&estate), [""; 0]);
}

/// Ten thousand listeners and rules of one load balancer take no time to speak of.
#[test]
fn a_large_estate_is_gone_through_in_one_pass() {
    let mut estate = direct();
    for number in 0..10_000 {
        estate.target_groups.push(group(&format!("g{number}"), TargetKind::Ip, &["a", "b"]));
        estate.listeners.push(listener(&format!("l{number}"), "alb", &format!("g{number}")));
        estate.routes.push(route("link", Some(&format!("l{number}")), Some(29_000.0)));
    }
    assert_eq!(lints(&estate), []);
}

#[test]
fn a_port_on_which_nothing_listens() {
    let of = |uri: &str| {
        let mut estate = nested();
        estate.routes[0].integration.uri = Some(uri.into());
        lints(&estate).into_iter().find(|lint| lint.id == "port-without-listener").map(|lint| lint.what)
    };
    assert_eq!(of("http://nlb/a"), None);
    assert_eq!(of("HTTP://nlb/a"), None);
    assert_eq!(of("http://nlb:${Port}/a"), None);
    let what = |port: u32| format!("`GET /a` calls port {port} of `nlb`, which listens on 80");
    assert_eq!(of("http://nlb:81/a"), Some(what(81)));
    assert_eq!(of("https://nlb/a"), Some(what(443)));
    // A listener whose port is not known may be the one, and a load balancer without listeners has them elsewhere.
    let mut estate = nested();
    estate.routes[0].integration.uri = Some("http://nlb:81/a".into());
    estate.listeners[1].port = None;
    assert_eq!(ids(&estate), ["link-v1"]);
    estate.listeners.pop();
    assert_eq!(ids(&estate), ["link-v1"]);
}

#[test]
fn targets_in_fewer_zones_than_their_nlb() {
    let of = |zones: &[&str], change: &dyn Fn(&mut Estate)| {
        let mut estate = nested();
        let mut targets = group("spread", TargetKind::Instance, &["a", "b"]);
        targets.zones = zones.iter().map(|zone| (*zone).to_string()).collect();
        estate.target_groups.push(targets);
        estate.listeners.push(listener("tcp-2", "nlb", "spread"));
        change(&mut estate);
        lints(&estate).into_iter().find(|lint| lint.id == "zones-without-target").map(|lint| lint.what)
    };
    let what = "all targets of `spread` are in one zone (`a`), and NLB `nlb` is in 2 with cross-zone off";
    assert_eq!(of(&["a"], &|_| ()).as_deref(), Some(what));
    assert_eq!(of(&["a", "b"], &|_| ()), None);
    assert_eq!(of(&[], &|_| ()), None, "not known");
    assert_eq!(of(&["a"], &|estate| estate.balancers[1].cross_zone = Some(true)), None);
    assert_eq!(of(&["a"], &|estate| estate.target_groups[2].cross_zone = Some(true)), None);
    assert_eq!(of(&["a"], &|estate| estate.balancers[1].zones = Some(1)), None);
    assert_eq!(of(&["a"], &|estate| estate.balancers[1].subnets.push(Reference::Unknown("x".into()))), None);
    let what = "all targets of `spread` are in 2 zones (`a`, `b`), and NLB `nlb` is in 3 with cross-zone off";
    assert_eq!(of(&["a", "b"], &|estate| estate.balancers[1].zones = Some(3)).as_deref(), Some(what));
}

#[test]
fn targets_of_an_alb_in_one_zone() {
    let of = |zones: &[&str], cross_zone: Option<bool>| {
        let mut estate = direct();
        estate.balancers[0].zones = Some(3);
        let group = &mut estate.target_groups[0];
        (group.zones, group.cross_zone) = (zones.iter().map(|zone| (*zone).to_string()).collect(), cross_zone);
        let found = lints(&estate);
        found.into_iter().map(|lint| (lint.id, lint.what)).collect::<Vec<_>>()
    };
    let one = ("single-zone", "all targets of `targets` are in one zone (`a`)".to_string());
    let what = "all targets of `targets` are in one zone (`a`), and ALB `alb` is in 3 with cross-zone off".to_string();
    // An ALB is cross-zone where its target group does not say otherwise.
    for on in [None, Some(true)] {
        assert_eq!(of(&["a"], on), std::slice::from_ref(&one));
    }
    assert_eq!(of(&["a"], Some(false)), [one, ("zones-without-target", what)]);
    let what =
        "all targets of `targets` are in 2 zones (`a`, `b`), and ALB `alb` is in 3 with cross-zone off".to_string();
    assert_eq!(of(&["a", "b"], Some(false)), [("zones-without-target", what)]);
    assert_eq!(of(&["a", "b"], None), []);
    assert_eq!(of(&["a", "b", "c"], Some(false)), []);
    assert_eq!(of(&[], Some(false)), [], "not known");
}
