//! From the resources of all stacks to an estate: which are there, which matter, and in what order they are read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::item::{Inside, Item, Variables};
use super::stack::World;
use super::{Truth, Value};
use crate::import::estate::{Api, ApiKind, Estate, Id, Identity, Integration, IntegrationKind, NoteKind, Reference};
use crate::import::node::{Node, Origin};
use crate::import::openapi;
use crate::import::syntax::Parsed;

/// Types that are read only for what they say of others, and those that say nothing: no note is needed of them.
const QUIET: [&str; 12] = [
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::CDK::Metadata",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::ECS::Service",
    "AWS::ServiceDiscovery::HttpNamespace",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::PublicDnsNamespace",
    "AWS::WAFv2::WebACLAssociation",
];

/// Rates and bursts that limit an API.
#[derive(Debug, Default)]
pub(super) struct Throttles {
    /// Of its stages.
    pub(super) stages: Vec<(f64, f64)>,
    /// Of usage plans that name it.
    pub(super) plans: Vec<(f64, f64)>,
}

/// What is known while reading.
#[derive(Debug)]
pub(super) struct Reader<'w, 'a> {
    /// All stacks.
    pub(super) world: &'w World<'a>,
    /// What was read so far.
    pub(super) estate: Estate,
    /// Where each API stands in the estate.
    pub(super) apis: BTreeMap<Id, usize>,
    /// The API of each stage that is a resource.
    pub(super) stages: BTreeMap<Id, Reference>,
    /// Stage variables by API.
    pub(super) variables: BTreeMap<Id, Variables>,
    /// Throttles by API.
    pub(super) throttles: BTreeMap<Id, Throttles>,
}

/// Reads documents; see `cloudformation::read`.
pub(super) fn read(files: &[(String, Parsed)], parameters: &BTreeMap<String, String>) -> Estate {
    let world = World::new(files, parameters);
    let items = items(&world);
    let mut reader = Reader {
        world: &world,
        estate: Estate::default(),
        apis: BTreeMap::new(),
        stages: BTreeMap::new(),
        variables: BTreeMap::new(),
        throttles: BTreeMap::new(),
    };
    reader.apis(&items);
    reader.stages(&items);
    reader.bodies(&items);
    reader.methods(&items);
    reader.http_routes(&items);
    reader.events(&items);
    reader.balancers(&items);
    reader.backing(&items);
    reader.throttled();
    reader.passed_over(&items);
    let mut estate = reader.estate;
    let mut notes = world.notes.take();
    notes.append(&mut estate.notes);
    let order: BTreeMap<&str, usize> =
        files.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).rev().collect();
    notes.sort_by_key(|note| (order.get(&*note.origin.file).copied(), note.origin.line));
    estate.notes = notes;
    estate
}

/// The resources that are there, in the order of the files, with notes of those that are not.
fn items<'w, 'a>(world: &'w World<'a>) -> Vec<Item<'w, 'a>> {
    let mut found = Vec::new();
    let mut conditional: BTreeMap<(usize, String), (Truth, Origin, Vec<&str>)> = BTreeMap::new();
    for (stack, place) in world.stacks.iter().enumerate() {
        let file = Origin::file(&place.file).at("Resources", None);
        let resources = place.template.get("Resources").and_then(Node::table).unwrap_or_default();
        // Of a name that stands twice the last is kept, as everywhere.
        let kept = |(index, (name, _)): &(usize, &(String, Node))| place.resources.get(name) == Some(index);
        for (_, (name, node)) in resources.iter().enumerate().filter(kept) {
            let origin = file.at(name, node.line);
            let truth = world.present(stack, node);
            if truth != Truth::Yes {
                let condition = node.get("Condition").and_then(Node::text).unwrap_or_default().to_string();
                let entry = conditional.entry((stack, condition));
                entry.or_insert_with(|| (truth.clone(), origin.clone(), Vec::new())).2.push(name);
            }
            if truth == Truth::No {
                continue;
            }
            let Some(kind) = node.get("Type").and_then(Node::text) else {
                world.note(NoteKind::PassedOver, &origin, format!("resource `{name}` has no type"));
                continue;
            };
            found.push(Item { world, stack, name, kind, properties: node.get("Properties"), origin });
        }
    }
    for ((_, condition), (truth, origin, names)) in conditional {
        let these = listed(&names);
        match truth {
            Truth::Open(why) => {
                let text = format!("condition `{condition}` is not decided ({why}), so {these} is taken as there");
                world.note(NoteKind::Inferred, &origin, text);
            }
            _ => world.note(
                NoteKind::PassedOver,
                &origin,
                format!("condition `{condition}` is false, which leaves out {these}"),
            ),
        }
    }
    found
}

/// The first names of several, and how many more there are.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    let more = names.len() - shown.len();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

impl Reader<'_, '_> {
    /// Adds an API, or its further half where an implicit one is there already.
    pub(super) fn add_api(&mut self, identity: Identity, kind: ApiKind) -> &mut Api {
        let index = *self.apis.entry(identity.id.clone()).or_insert(self.estate.apis.len());
        if index == self.estate.apis.len() {
            self.estate.apis.push(Api {
                identity,
                kind: Some(kind),
                endpoint: None,
                stages: Vec::new(),
                throttle: None,
                waf: false,
                usage_plan: false,
                authorizer: false,
                resources: 0,
            });
        }
        &mut self.estate.apis[index]
    }

    /// The API that a reference leads to.
    pub(super) fn api(&mut self, reference: &Reference) -> Option<&mut Api> {
        let Reference::To(id) = reference else { return None };
        let index = *self.apis.get(id)?;
        self.estate.apis.get_mut(index)
    }

    /// Stage variables of the API that a reference leads to.
    pub(super) fn variables(&self, api: &Reference) -> Option<&Variables> {
        let Reference::To(id) = api else { return None };
        self.variables.get(id)
    }

    /// Notes that something needed is not known, where it is not.
    pub(super) fn need(&mut self, reference: &Reference, what: impl FnOnce() -> String, origin: &Origin) {
        if let Reference::Unknown(why) = reference {
            self.estate.note(NoteKind::Unresolved, format!("{} is not known: {why}", what()), origin);
        }
    }

    /// References to each entry of a list, with a note of those that are not known; a list that is not known at all gives none.
    pub(super) fn references(&mut self, list: &Value, what: &str, origin: &Origin) -> Vec<Reference> {
        let found: Vec<Reference> = list.entries().iter().map(Value::reference).collect();
        for reference in &found {
            self.need(reference, || what.to_string(), origin);
        }
        found
    }

    /// Adds a stage and what it says of its API: variables and a throttle.
    pub(super) fn add_stage(
        &mut self,
        api: &Reference,
        name: Option<String>,
        variables: &Value,
        throttle: Option<(f64, f64)>,
    ) {
        if let (Some(api), Some(name)) = (self.api(api), name)
            && !api.stages.contains(&name)
        {
            api.stages.push(name);
        }
        let Reference::To(id) = api else { return };
        if let Value::Table(pairs) = variables {
            let known = self.variables.entry(id.clone()).or_default();
            for (name, value) in pairs {
                known.entry(name.clone()).or_default().push(value.clone());
            }
        }
        if let Some(throttle) = throttle {
            self.throttles.entry(id.clone()).or_default().stages.push(throttle);
        }
    }

    /// Gives each API the lowest throttle of its stages or, where no stage has one, of its usage plans.
    fn throttled(&mut self) {
        for (id, throttles) in &self.throttles {
            let stated = if throttles.stages.is_empty() { &throttles.plans } else { &throttles.stages };
            let Some(&index) = self.apis.get(id) else { continue };
            self.estate.apis[index].throttle = None;
            for throttle in stated {
                if let Some(text) = self.estate.apis[index].throttled(Some(*throttle)) {
                    let origin = self.estate.apis[index].identity.origin.clone();
                    self.estate.note(NoteKind::Inferred, text, &origin);
                }
            }
        }
    }

    /// Reads the definition of an API that stands in a template or, by its file name, beside it. True where there was one.
    pub(super) fn definition(&mut self, item: &Item, inline: &str, elsewhere: &str) -> bool {
        let id = item.id();
        let path = item.origin.at("Properties", None);
        if let Some(body) = item.properties.and_then(|properties| properties.get(inline)) {
            self.document(item.stack, body, &id, &path.at(inline, body.line));
            return true;
        }
        let location = item.get(elsewhere);
        if location.is_absent() {
            return false;
        }
        let path = path.at(elsewhere, None);
        let key = if matches!(location, Value::Table(_)) { location.get("Key") } else { &location };
        let shown = key.shown().unwrap_or_default();
        match self.world.document(&shown) {
            Some(index) => {
                self.world.used.borrow_mut().insert(index);
                let (file, parsed) = &self.world.documents[index];
                self.document(item.stack, &parsed.node, &id, &Origin::file(file));
            }
            None => {
                let text =
                    format!("the definition of API `{}`, `{shown}`, is not among the files: give it too", item.name);
                self.estate.note(NoteKind::Unresolved, text, &path);
            }
        }
        true
    }

    fn document(&mut self, stack: usize, body: &Node, api: &Id, at: &Origin) {
        let inside = Inside { world: self.world, stack, variables: self.variables.get(api), open: RefCell::default() };
        let body = match crate::import::Resolve::node(&inside, body) {
            Some(body)
                if body
                    .table()
                    .is_some_and(|pairs| !matches!(pairs, [(key, _)] if super::functions::is_function(key))) =>
            {
                body
            }
            _ => {
                let text = "the definition of the API is not known: it is no table once its functions are worked out"
                    .to_string();
                return self.estate.note(NoteKind::Unresolved, text, at);
            }
        };
        let before = self.estate.routes.len();
        openapi::document(&body, api, at, &inside, &mut self.estate);
        let open = inside.open.take();
        for index in before..self.estate.routes.len() {
            let route = &self.estate.routes[index];
            let Integration { kind: IntegrationKind::Private, target, uri: Some(uri), .. } = &route.integration else {
                continue;
            };
            // What stages would set is noted with the definition, and a target that is not known when the route is walked.
            let said = uri.contains("${stageVariables.") || matches!(target, Some(Reference::Unknown(_)));
            if let (false, Some(why)) = (said, open.get(uri)) {
                let text = format!("the URI `{uri}` of `{} {}` is not known: {why}", route.method, route.path);
                let origin = route.origin.clone();
                self.estate.note(NoteKind::Unresolved, text, &origin);
            }
        }
    }

    /// Notes of what was given and not used: types, nested stacks, files, parameters.
    fn passed_over(&mut self, items: &[Item]) {
        let mut types: BTreeMap<&str, (usize, &Origin)> = BTreeMap::new();
        for item in items {
            match item.kind {
                "AWS::CloudFormation::Stack" | "AWS::Serverless::Application"
                    if self.world.is_lost(item.stack, item.name) =>
                {
                    let text =
                        format!("the template of nested stack `{}` is not among the files: give it too", item.name);
                    self.estate.note(NoteKind::Unresolved, text, &item.origin);
                }
                "AWS::CloudFormation::Stack" | "AWS::Serverless::Application" => {}
                kind if QUIET.contains(&kind) || READ.contains(&kind) => {}
                kind => types.entry(kind).or_insert((0, &item.origin)).0 += 1,
            }
        }
        for (kind, (number, origin)) in types {
            let resources = if number == 1 { "resource" } else { "resources" };
            self.estate.note(NoteKind::PassedOver, format!("{number} {resources} of type `{kind}`"), origin);
        }
        let used = self.world.used.borrow();
        let stacks: BTreeSet<usize> = self.world.stacks.iter().map(|stack| stack.document).collect();
        for (index, (file, parsed)) in self.world.documents.iter().enumerate() {
            if !parsed.further.is_empty() {
                let text = format!("documents after the first are not read: {}", parsed.further.len());
                self.estate.note(NoteKind::PassedOver, text, &Origin::file(file));
            }
            let twice = self.world.documents[..index].iter().any(|(earlier, _)| earlier == file);
            if twice {
                self.estate.note(NoteKind::PassedOver, "the file is given twice: it is read once", &Origin::file(file));
            } else if !used.contains(&index) && !stacks.contains(&index) {
                let text = "the file is no template (it has no `Resources`), and no template names it";
                self.estate.note(NoteKind::PassedOver, text, &Origin::file(file));
            }
        }
        for name in self.world.given_in_vain() {
            let file = self.world.documents.first().map_or("", |(file, _)| file);
            let text = format!("a value is given for parameter `{name}`, which no template has");
            self.estate.note(NoteKind::PassedOver, text, &Origin::file(file));
        }
    }
}

/// Types whose resources become a part of the estate, or are noted one by one.
const READ: [&str; 22] = [
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::VpcLink",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::StateMachine",
    "AWS::ServiceDiscovery::Service",
];
