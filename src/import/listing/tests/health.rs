//! Which listed targets count, in which zones, and what lists without entries say.

use super::*;
use crate::import::lints::lints;

/// A listener at an ALB that leads to one group, whose health is listed: ids, ports, zones and states.
fn listed(targets: &[(&str, u16, &str, &str)]) -> Estate {
    let of = |&(id, port, zone, state): &(&str, u16, &str, &str)| {
        let mut entry = json!({"Target": {"Id": id}, "TargetHealth": {}});
        if port > 0 {
            entry["Target"]["Port"] = json!(port);
        }
        for (text, path) in [(zone, "/Target/AvailabilityZone"), (state, "/TargetHealth/State")] {
            let (table, key) = path.rsplit_once('/').unwrap();
            if !text.is_empty() {
                entry.pointer_mut(table).unwrap()[key] = json!(text);
            }
        }
        entry
    };
    let health: Vec<Json> = targets.iter().map(of).collect();
    estate(&[
        (
            "lb.json",
            json!({"LoadBalancers": [{"LoadBalancerArn": "arn:x:loadbalancer/app/web/1", "Type": "application"}]}),
        ),
        (
            "listeners.json",
            json!({"Listeners": [{"ListenerArn": "arn:x:listener/app/web/1/2", "LoadBalancerArn": "arn:x:loadbalancer/app/web/1",
                "Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": "arn:x:targetgroup/web/3"}]}]}),
        ),
        (
            "groups.json",
            json!({"TargetGroups": [{"TargetGroupArn": "arn:x:targetgroup/web/3", "TargetGroupName": "web"}]}),
        ),
        ("health.json", json!({"TargetHealthDescriptions": health})),
    ])
}

fn ids(estate: &Estate) -> Vec<&'static str> {
    lints(estate).iter().map(|lint| lint.id).collect()
}

#[test]
fn a_group_whose_list_is_empty_has_no_targets() {
    let found = listed(&[]);
    assert!(found.target_groups[0].listed);
    assert_eq!(ids(&found), ["listener-without-targets"]);
    assert_eq!(notes(&found, NoteKind::PassedOver), [""; 0]);
}

#[test]
fn other_lists_without_entries_are_noted_in_one_line() {
    let found = estate(&[
        ("a.json", json!({"Items": [{"VpcLinkId": "a"}]})),
        ("b.json", json!({"Items": []})),
        ("c.json", json!({"Rules": []})),
        ("d.json", json!({"Items": []})),
        ("e.json", json!([])),
    ]);
    assert_eq!(notes(&found, NoteKind::PassedOver), ["4 lists have no entries: `Items`, `Rules`, `[]`"]);
    let one = estate(&[("b.json", json!({"Items": []}))]);
    assert_eq!(notes(&one, NoteKind::PassedOver), ["1 list has no entries: `Items`"]);
}

#[test]
fn targets_that_leave_or_fail_are_not_counted() {
    let found = listed(&[
        ("10.0.0.1", 80, "a", "healthy"),
        ("10.0.0.2", 80, "b", "initial"),
        ("10.0.0.3", 80, "c", "draining"),
        ("10.0.0.4", 80, "c", "draining"),
        ("10.0.0.5", 80, "c", "unused"),
        ("10.0.0.6", 80, "c", "unhealthy"),
        ("10.0.0.7", 80, "b", "unavailable"),
        ("10.0.0.8", 80, "b", ""),
    ]);
    let group = &found.target_groups[0];
    assert_eq!(group.targets, ["10.0.0.1", "10.0.0.2", "10.0.0.7", "10.0.0.8"].map(named));
    assert_eq!(group.zones.iter().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        notes(&found, NoteKind::PassedOver),
        ["targets of `web` that get no new requests are not counted: 2 draining, 1 unhealthy, 1 unused"]
    );
    assert!(
        notes(&found, NoteKind::Inferred)
            .contains(&"targets of `web` that are in their first health checks are counted: 1"),
        "{:?}",
        found.notes
    );
}

#[test]
fn a_load_balancer_calls_unhealthy_targets_where_none_is_healthy() {
    let found =
        listed(&[("10.0.0.1", 80, "a", "unhealthy"), ("10.0.0.2", 80, "b", "unhealthy"), ("x", 80, "b", "draining")]);
    assert_eq!(found.target_groups[0].targets.len(), 2);
    let text = "no target of `web` is healthy, so that a load balancer calls those that are not: 2 counted";
    assert!(notes(&found, NoteKind::Inferred).contains(&text), "{:?}", found.notes);
    assert_eq!(
        notes(&found, NoteKind::PassedOver),
        ["targets of `web` that get no new requests are not counted: 1 draining"]
    );
    let none = listed(&[("10.0.0.1", 80, "a", "draining")]);
    assert_eq!(ids(&none), ["listener-without-targets"]);
}

#[test]
fn each_port_of_an_instance_is_a_target() {
    let ports = |zone: &str| listed(&[("i-1", 32768, zone, ""), ("i-1", 32769, zone, ""), ("i-1", 32769, zone, "")]);
    for (zone, shown) in [("a", "a"), ("", "that of i-1")] {
        let found = ports(zone);
        assert_eq!(found.target_groups[0].targets.len(), 2);
        let told = lints(&found);
        assert_eq!((told.len(), told[0].id), (1, "single-zone"));
        assert_eq!(told[0].what, format!("all targets of `web` are in one zone (`{shown}`)"));
    }
    assert_eq!(ids(&listed(&[("i-1", 80, "", ""), ("i-2", 80, "", "")])), [""; 0], "not known");
    assert_eq!(ids(&listed(&[("i-1", 80, "all", ""), ("i-2", 80, "a", "")])), [""; 0], "not known");
}
