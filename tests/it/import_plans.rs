//! `import terraform` and `import aws` through the program: a plan before its first apply becomes a scenario that `limits` reads,
//! listings are joined, and files of other kinds are refused with what to run.

use std::path::Path;

use crate::program::{run, with_input};

/// Two services by port on one NLB, before the first apply: no ARN, no id, no DNS name is known.
const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0",
  "variables": {"services": {"value": {"orders": {"port": 8081}, "users": {"port": 8082}}}},
  "planned_values": {"root_module": {"resources": [
    {"address": "aws_api_gateway_rest_api.m", "type": "aws_api_gateway_rest_api", "name": "m", "values": {"name": "shop"}},
    {"address": "aws_api_gateway_vpc_link.l", "type": "aws_api_gateway_vpc_link", "name": "l", "values": {"name": "l"}},
    {"address": "aws_lb.n", "type": "aws_lb", "name": "n",
     "values": {"name": "shared", "load_balancer_type": "network", "internal": true, "subnets": ["subnet-a", "subnet-b"]}},
    @SERVICES@
    {"address": "aws_iam_role.r", "type": "aws_iam_role", "name": "r", "values": {}}]}},
  "configuration": {"root_module": {"resources": [
    {"type": "aws_api_gateway_vpc_link", "name": "l", "expressions": {"target_arns": {"references": ["aws_lb.n.arn", "aws_lb.n"]}}},
    {"type": "aws_api_gateway_resource", "name": "s", "expressions": {
      "rest_api_id": {"references": ["aws_api_gateway_rest_api.m.id"]},
      "parent_id": {"references": ["aws_api_gateway_rest_api.m.root_resource_id"]}}},
    {"type": "aws_api_gateway_integration", "name": "s", "for_each_expression": {"references": ["var.services"]}, "expressions": {
      "rest_api_id": {"references": ["aws_api_gateway_rest_api.m.id"]},
      "resource_id": {"references": ["aws_api_gateway_resource.s", "each.key"]},
      "connection_id": {"references": ["aws_api_gateway_vpc_link.l.id"]},
      "uri": {"references": ["aws_lb.n.dns_name", "aws_lb.n", "each.value.port", "each.value"]}}},
    {"type": "aws_lb_listener", "name": "s", "expressions": {
      "load_balancer_arn": {"references": ["aws_lb.n.arn"]},
      "default_action": [{"target_group_arn": {"references": ["aws_lb_target_group.s", "each.key"]}}]}},
    {"type": "aws_ecs_service", "name": "s", "expressions": {
      "load_balancer": [{"target_group_arn": {"references": ["aws_lb_target_group.s", "each.key"]}}]}}]}}}"#;

/// What each service adds to the plan.
const SERVICE: &str = r#"
    {"address": "aws_api_gateway_resource.s[\"KEY\"]", "type": "aws_api_gateway_resource", "name": "s", "index": "KEY",
     "values": {"path_part": "KEY"}},
    {"address": "aws_api_gateway_integration.s[\"KEY\"]", "type": "aws_api_gateway_integration", "name": "s", "index": "KEY",
     "values": {"http_method": "ANY", "type": "HTTP_PROXY", "connection_type": "VPC_LINK", "timeout_milliseconds": 20000}},
    {"address": "aws_lb_listener.s[\"KEY\"]", "type": "aws_lb_listener", "name": "s", "index": "KEY",
     "values": {"port": PORT, "protocol": "TCP", "default_action": [{"type": "forward"}]}},
    {"address": "aws_lb_target_group.s[\"KEY\"]", "type": "aws_lb_target_group", "name": "s", "index": "KEY",
     "values": {"name": "KEY", "target_type": "ip"}},
    {"address": "aws_ecs_service.s[\"KEY\"]", "type": "aws_ecs_service", "name": "s", "index": "KEY",
     "values": {"name": "KEY", "desired_count": 4, "load_balancer": [{"container_port": 80}]}},"#;

fn plan() -> String {
    let service = |key: &str, port: &str| SERVICE.replace("KEY", key).replace("PORT", port);
    PLAN.replace("@SERVICES@", &format!("{}{}", service("orders", "8081"), service("users", "8082")))
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

#[test]
fn a_plan_before_its_first_apply() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "plan.json", &plan());
    let ran = run(folder.path(), &["import", "terraform", "plan.json"]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.matches("option = \"rest-shared-nlb\"").count(), 2, "{}", ran.stdout);
    for line in ["name = \"orders\"", "name = \"users\"", "count = 2", "zones = 2", "integration_timeout = \"20s\""] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("targets = 4"), "each service runs four tasks: {}", ran.stdout);
    assert!(
        ran.stderr.contains("whose port the expression names") && ran.stderr.contains("`aws_iam_role`"),
        "{}",
        ran.stderr
    );
    let again = with_input(folder.path(), &["import", "terraform", "-"], plan().as_bytes());
    assert_eq!(again.status, 0, "{}", again.stderr);
    assert_eq!(again.stdout.matches("rest-shared-nlb\"").count(), ran.stdout.matches("rest-shared-nlb\"").count());
    let limits = with_input(folder.path(), &["limits", "-"], ran.stdout.as_bytes());
    assert_eq!(limits.status, 0, "{}", limits.stderr);
}

#[test]
fn listings_are_joined() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let lb = "arn:aws:elasticloadbalancing:eu-west-1:1";
    write(at, "apis.json", r#"{"Items": [{"ApiId": "a1b2c3d4e5", "Name": "shop", "ProtocolType": "HTTP"}]}"#);
    let routes = r#"{"Items": [{"RouteKey": "ANY /orders", "Target": "integrations/i1"}]}"#;
    write(at, "routes-a1b2c3d4e5.json", routes);
    let integration = r#"{"Items": [{"IntegrationId": "i1", "IntegrationType": "HTTP_PROXY", "ConnectionType": "VPC_LINK",
        "ConnectionId": "v2", "IntegrationUri": "ARN:listener/app/web/1/2"}]}"#;
    write(at, "integrations.json", &integration.replace("ARN", lb));
    write(at, "links.json", r#"{"Items": [{"VpcLinkId": "v2", "Name": "v2", "SubnetIds": ["subnet-a"]}]}"#);
    let listener = r#"{"Listeners": [{"ListenerArn": "ARN:listener/app/web/1/2", "LoadBalancerArn": "ARN:loadbalancer/app/web/1",
        "Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": "ARN:targetgroup/orders/3"}]}]}
        {"LoadBalancers": [{"LoadBalancerArn": "ARN:loadbalancer/app/web/1", "LoadBalancerName": "web", "Type": "application"}]}
        {"TargetGroups": [{"TargetGroupArn": "ARN:targetgroup/orders/3", "TargetGroupName": "orders", "TargetType": "ip"}]}"#;
    write(at, "balancers.json", &listener.replace("ARN", lb));
    let files = ["apis.json", "routes-a1b2c3d4e5.json", "integrations.json", "links.json", "balancers.json"];
    let ran = run(at, &[&["import", "aws"], files.as_slice()].concat());
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("name = \"orders\"") && ran.stdout.contains("option = \"http-fan-out\""),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_terraform_has_to_turn_into_json_first() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "main.tf", "resource \"aws_lb\" \"main\" {\n  internal = true\n}\n");
    write(folder.path(), "plan", "PK\u{3}\u{4}zip");
    write(folder.path(), "old.tfstate", "{\"version\": 3, \"serial\": 1}");
    write(folder.path(), "template.json", "{\"Resources\": {}}");
    let ran = run(folder.path(), &["import", "terraform", "main.tf", "plan"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("`main.tf` is Terraform source") && ran.stderr.contains("binary form"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("terraform show -json plan > plan.json"), "{}", ran.stderr);
    let old = run(folder.path(), &["import", "terraform", "old.tfstate"]);
    assert_eq!(old.status, 2);
    assert!(old.stderr.contains("of version 3, but version 4 is read"), "{}", old.stderr);
    let other = run(folder.path(), &["import", "terraform", "template.json"]);
    assert!(other.status == 2 && other.stderr.contains("gatecap import cloudformation"), "{}", other.stderr);
}
