//! Actions of load balancers: weights of target groups, and functions among them.

use super::*;
use crate::import::estate::{ApiKind, BalancerKind, Forward, Id, Reference, TargetKind};

/// An ALB whose only listener shares requests out to groups of so many targets by these weights.
fn shared(groups: &[(u32, u32)]) -> Account {
    let names: Vec<String> = (0..groups.len()).map(|at| format!("g{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut account = Account::default()
        .api("api", ApiKind::Http)
        .v2("link")
        .balancer("alb", BalancerKind::Alb)
        .listener("l", "alb", 80, &names);
    for (name, (targets, _)) in names.iter().zip(groups) {
        account = account.group(name, None);
        let group = account.0.target_groups.last_mut().expect("just made");
        group.desired = Some(*targets).filter(|count| *count > 0);
    }
    for (forward, (_, weight)) in account.0.listeners[0].forwards.iter_mut().zip(groups) {
        forward.weight = *weight;
    }
    account.route("api", "/a", "link", Some("l"), None)
}

fn said(imported: &Imported, text: &str) -> Vec<NoteKind> {
    imported.estate.notes.iter().filter(|note| note.text.contains(text)).map(|note| note.kind).collect()
}

#[test]
fn targets_are_what_weights_let_them_carry() {
    for (groups, targets, explained) in [
        (&[(6, 100), (2, 0)][..], 6, false),
        (&[(9, 100), (9, 0)], 9, false),
        (&[(3, 1), (3, 1)], 6, false),
        (&[(9, 90), (1, 10)], 10, false),
        (&[(6, 1), (2, 1)], 4, true),
        (&[(10, 95), (1, 5)], 10, true),
        (&[(1, 1), (50, 999)], 50, true),
        (&[(1, 999), (50, 1)], 1, true),
        (&[(6, 1), (0, 1)], 6, true),
        (&[(6, 0), (2, 0)], 4, true),
        (&[(u32::MAX, u32::MAX); 3], u32::MAX, false),
    ] {
        let imported = services(shared(groups).0);
        let found: Vec<_> = imported.services.iter().map(|one| (one.targets, one.targets_why.is_some())).collect();
        assert_eq!(found, [(Some(targets), explained)], "{groups:?}");
    }
}

#[test]
fn a_group_of_weight_0_takes_nothing_and_is_told() {
    let idle = services(shared(&[(6, 100), (2, 0)]).0);
    assert_eq!(said(&idle, "target group `g1` has weight 0 beside others"), [NoteKind::PassedOver]);
    assert_eq!(said(&idle, "reached by no private route"), []);
    let all = services(shared(&[(6, 0), (2, 0)]).0);
    assert_eq!(said(&all, "has weight 0, as all of its action"), [NoteKind::Unresolved; 2]);
    // One that is in no file still takes them all.
    let mut account = shared(&[(6, 0)]);
    account.0.listeners[0].forwards.push(Forward { group: Reference::To(Id("gone".into())), weight: 1 });
    let gone = services(account.0);
    assert_eq!(gone.services.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["gone"]);
    // Other weights for the same groups elsewhere.
    let mut account = shared(&[(6, 1), (2, 1)]).listener("m", "alb", 81, &["g0", "g1"]);
    account.0.listeners[1].forwards[0].weight = 3;
    let differ = services(account.route("api", "/b", "link", Some("m"), None).0);
    assert_eq!((differ.services.len(), differ.services[0].targets), (1, Some(4)));
    assert_eq!(said(&differ, "`g0` and `g1` have other weights in another action"), [NoteKind::Inferred]);
}

#[test]
fn a_function_behind_a_load_balancer_is_a_service_of_unknown_size() {
    let mut account = shared(&[(0, 1)]);
    account.0.target_groups[0].kind = TargetKind::Lambda;
    let found = services(account.0);
    assert_eq!((found.services.len(), found.services[0].targets), (1, None));
    assert_eq!(said(&found, "leads to a Lambda function"), [NoteKind::Inferred]);
}

#[test]
fn every_alb_of_an_action_of_an_nlb_is_followed() {
    let mut account = Account::default()
        .api("api", ApiKind::Rest)
        .v1("link", "nlb")
        .balancer("nlb", BalancerKind::Nlb)
        .listener("n", "nlb", 80, &["to-x", "to-y", "to-z"]);
    for name in ["x", "y", "z"] {
        account = account.balancer(name, BalancerKind::Alb).group(&format!("to-{name}"), Some(name));
        let (listener, group) = (format!("l-{name}"), format!("s-{name}"));
        account = account.group(&group, None).listener(&listener, name, 80, &[&group]);
    }
    account.0.listeners[0].forwards[1].weight = 0;
    let found = services(account.route("api", "/a", "link", None, Some("http://nlb/a")).0);
    assert_eq!(found.services.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["s-x", "s-z"]);
}
