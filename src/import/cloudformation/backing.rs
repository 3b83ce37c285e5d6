//! What stands behind target groups and before APIs: services of ECS, groups of EC2 instances, Cloud Map services, AWS WAF.

use std::collections::BTreeMap;

use super::Value;
use super::item::Item;
use super::reader::Reader;
use crate::import::estate::{Discovery, Id, NoteKind, Reference};

impl Reader<'_, '_> {
    /// Reads Cloud Map services, and then what registers with them and with target groups.
    pub(super) fn backing(&mut self, items: &[Item]) {
        let namespaces: BTreeMap<Id, String> = items
            .iter()
            .filter(|item| item.kind.starts_with("AWS::ServiceDiscovery::") && item.kind.ends_with("Namespace"))
            .filter_map(|item| Some((item.id(), item.get("Name").text()?)))
            .collect();
        for item in items.iter().filter(|item| item.kind == "AWS::ServiceDiscovery::Service") {
            let mut identity = item.identity("Name");
            let namespace = [item.get("NamespaceId"), item.get("DnsConfig").get("NamespaceId").clone()];
            let namespace = namespace.iter().find_map(|value| namespaces.get(&value.target()?.id));
            identity.aliases.extend(namespace.map(|namespace| format!("{}.{namespace}", identity.name)));
            identity.aliases.extend(["Arn", "Id"].map(|attribute| item.shown(Some(attribute))));
            self.estate.discoveries.push(Discovery { identity, desired: None, service: None });
        }
        let groups = self.estate.target_groups.iter().map(|group| &group.identity.id);
        let groups: BTreeMap<Id, usize> = groups.enumerate().map(|(index, id)| (id.clone(), index)).collect();
        let discoveries = self.estate.discoveries.iter().map(|discovery| &discovery.identity.id);
        let discoveries: BTreeMap<Id, usize> = discoveries.enumerate().map(|(index, id)| (id.clone(), index)).collect();
        for item in items {
            match item.kind {
                "AWS::ECS::Service" => {
                    let (name, desired) = (item.identity("ServiceName").name, item.get("DesiredCount").whole());
                    for balancer in item.get("LoadBalancers").entries() {
                        let other = balancer.get("AdvancedConfiguration").get("AlternateTargetGroupArn");
                        for group in [balancer.get("TargetGroupArn"), other] {
                            self.registers(group, &groups, &name, desired);
                        }
                    }
                    for registry in item.get("ServiceRegistries").entries() {
                        let found = registry.get("RegistryArn").target().and_then(|target| discoveries.get(&target.id));
                        if let Some(discovery) = found.and_then(|&index| self.estate.discoveries.get_mut(index)) {
                            add(&mut discovery.desired, &mut discovery.service, &name, desired);
                        }
                    }
                }
                "AWS::AutoScaling::AutoScalingGroup" => {
                    let name = item.identity("AutoScalingGroupName").name;
                    let desired = item.get("DesiredCapacity").whole().or_else(|| item.get("MinSize").whole());
                    for group in item.get("TargetGroupARNs").entries() {
                        self.registers(group, &groups, &name, desired);
                    }
                }
                "AWS::WAFv2::WebACLAssociation" => self.firewall(item),
                _ => {}
            }
        }
    }

    fn registers(&mut self, group: &Value, groups: &BTreeMap<Id, usize>, name: &str, desired: Option<u32>) {
        let found = group.target().and_then(|target| groups.get(&target.id));
        if let Some(group) = found.and_then(|&index| self.estate.target_groups.get_mut(index)) {
            add(&mut group.desired, &mut group.service, name, desired);
        }
    }

    /// An association of a web ACL: with a stage, by a reference or inside an ARN, or with something else.
    fn firewall(&mut self, item: &Item) {
        let resource = item.get("ResourceArn");
        let mut found = false;
        let mut known = resource.why().is_none();
        for target in resource.targets() {
            let api = self.stages.get(&target.id).cloned().unwrap_or_else(|| Reference::To(target.id.clone()));
            if let Some(api) = self.api(&api) {
                api.waf = true;
                found = true;
            }
            known &= target.shown.starts_with("${");
        }
        if !found && known {
            let text = format!("AWS WAF (`{}`) stands before something that is no API of the files", item.name);
            self.estate.note(NoteKind::PassedOver, text, &item.origin);
        } else if !found {
            let why = resource.why().unwrap_or_default();
            let text = format!("what AWS WAF (`{}`) stands before is not known: {why}", item.name);
            self.estate.note(NoteKind::Unresolved, text, &item.origin);
        }
    }
}

/// Adds a service that registers targets: their number, and the first one's name.
fn add(desired: &mut Option<u32>, service: &mut Option<String>, name: &str, more: Option<u32>) {
    if let Some(more) = more {
        *desired = Some(desired.unwrap_or_default().saturating_add(more));
    }
    service.get_or_insert_with(|| name.to_string());
}
