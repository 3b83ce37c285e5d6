//! Templates that nobody writes by accident: huge, deep, growing, and trees of chance.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::*;
use crate::import::node::Value as Plain;

/// Wall time is looked at only to see that nothing hangs: each takes less than a second, and a busy machine may take thirty times
/// as long.
#[allow(clippy::disallowed_methods, reason = "a bound on time is what is tested")]
fn within(what: &str, run: impl FnOnce()) {
    let start = Instant::now();
    run();
    assert!(start.elapsed() < Duration::from_secs(60), "{what} took {:?}", start.elapsed());
}

#[test]
fn ten_thousand_resources() {
    let mut text = "Resources:\n  Api: {Type: AWS::ApiGateway::RestApi}\n  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref Nlb]}}\n  \
                    Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}\n"
        .to_string();
    for index in 0..5_000 {
        let _ = write!(
            text,
            "  R{index}: {{Type: AWS::ApiGateway::Resource, Properties: {{RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: p{index}}}}}\n  \
             M{index}: {{Type: AWS::ApiGateway::Method, Properties: {{RestApiId: !Ref Api, ResourceId: !Ref R{index}, HttpMethod: GET, \
             Integration: {{Type: HTTP, ConnectionType: VPC_LINK, ConnectionId: !Ref Link, Uri: !Sub \"http://${{Nlb.DNSName}}:80/{index}\"}}}}}}\n"
        );
    }
    let documents = [document("t.yaml", &text)];
    within("10,003 resources", || {
        let estate = read(&documents, &BTreeMap::new());
        assert_eq!((estate.routes.len(), estate.apis[0].resources), (5_000, 5_001));
        assert_eq!(estate.notes, []);
    });
}

#[test]
fn what_grows_by_doubling_stops() {
    let mut sub = "x".to_string();
    for _ in 0..40 {
        sub = format!("{{'Fn::Sub': ['${{a}}${{a}}', {{a: {sub}}}]}}");
    }
    let chain = |text: &str| {
        format!("Resources: {{K: {{Type: AWS::ApiGateway::VpcLink, Properties: {{TargetArns: [{text}]}}}}}}")
    };
    within("a text that doubles", || {
        let estate = estate(&chain(&sub));
        assert_eq!(shorts(&estate.links[0].targets), "?a text is longer than 65536 bytes");
    });
    // A long text that is asked for again and again.
    let many = vec!["!Ref P"; 20_000].join(", ");
    let long = format!("Parameters: {{P: {{Type: String, Default: {}}}}}\n{}", "x".repeat(60_000), chain(&many));
    within("copies of a long text", || {
        let estate = estate(&long);
        let targets = &estate.links[0].targets;
        let known = targets.iter().filter(|target| matches!(target, Reference::Named(_))).count();
        assert!(targets.len() == 20_000 && (1..100).contains(&known), "{known} of {}", targets.len());
    });
    // Each stack gets twice what the one before it gives.
    let mut parent = "Resources:\n".to_string();
    for index in 0..60_usize {
        let before = index.saturating_sub(1);
        let value = if index == 0 {
            "x".to_string()
        } else {
            format!("!Sub '${{S{before}.Outputs.O}}${{S{before}.Outputs.O}}'")
        };
        let _ = writeln!(
            parent,
            "  S{index}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: c.yaml, Parameters: {{P: {value}}}}}}}"
        );
    }
    let child = "Parameters: {P: {Type: String}}\nResources: {K: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref P]}}}\nOutputs: {O: {Value: !Ref P}}";
    within("outputs that double", || {
        let estate = together(&[("t.yaml", &parent), ("c.yaml", child)]);
        assert_eq!(estate.links.len(), 60);
    });
    // Four loops of a hundred within each other.
    let list: Vec<String> = (0..100).map(|index| index.to_string()).collect();
    let mut body = "{'K${a}x${b}x${c}x${d}': {Type: T}}".to_string();
    for name in ["a", "b", "c", "d"] {
        body = format!("{{'Fn::ForEach::{name}': [{name}, [{}], {body}]}}", list.join(","));
    }
    within("loops in loops", || {
        let estate = estate(&format!("Resources: {body}"));
        let said = notes(&estate, NoteKind::Unresolved);
        assert_eq!(said, ["loops and included files make more than 500000 values: the rest is left out"]);
    });
}

#[test]
fn what_includes_or_nests_itself_stops() {
    let include = "{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: i.yaml}}, A: 1, B: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: i.yaml}}}}";
    within("a file that includes itself twice", || {
        let template = format!("Resources: {{X: {{Type: T, Properties: {include}}}}}");
        let estate = together(&[("t.yaml", &template), ("i.yaml", include)]);
        assert!(estate.notes.len() < 10, "{}", estate.notes.len());
    });
    // Stacks that nest the next one twice: 2^20 of them, were there no bound.
    let name = |index: usize| format!("s{index}.yaml");
    let files: Vec<(String, Parsed)> = (0..20)
        .map(|index| {
            let nest = |name: &str| {
                format!(
                    "{name}: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: s{}.yaml}}}}",
                    index + 1
                )
            };
            document(
                &name(index),
                &format!("Resources: {{{}, {}, G: {{Type: AWS::ApiGateway::RestApi}}}}", nest("A"), nest("B")),
            )
        })
        .collect();
    within("stacks that double", || {
        assert_eq!(read(&files, &BTreeMap::new()).apis.len(), 1_000);
    });
}

#[test]
fn deep_trees_are_read_without_the_stack_running_out() {
    let mut node = Node::made(Plain::Text("x".to_string()));
    for depth in 0..199 {
        node = match depth % 3 {
            0 => Node::made(Plain::List(vec![node])),
            1 => Node::made(Plain::Table(vec![("Fn::Sub".to_string(), node)])),
            _ => Node::made(Plain::Table(vec![("a".to_string(), node)])),
        };
    }
    let table = |pairs: Vec<(&str, Node)>| {
        Node::made(Plain::Table(pairs.into_iter().map(|(key, node)| (key.to_string(), node)).collect()))
    };
    let text = |text: &str| Node::made(Plain::Text(text.to_string()));
    let link =
        table(vec![("Type", text("AWS::ApiGateway::VpcLink")), ("Properties", table(vec![("TargetArns", node)]))]);
    let documents = [file("t.yaml", table(vec![("Resources", table(vec![("K", link)]))]))];
    assert_eq!(read(&documents, &BTreeMap::new()).links.len(), 1);
}

/// A file of one tree.
fn file(name: &str, node: Node) -> (String, Parsed) {
    (name.to_string(), Parsed { node, further: Vec::new(), repeated: Vec::new() })
}

/// Numbers of chance, the same in every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A tree of the words of templates, put together by chance.
    fn node(&mut self, depth: usize) -> Node {
        let value = match self.below(if depth == 0 { 4 } else { 10 }) {
            0 => Plain::Text(self.pick(&WORDS).to_string()),
            1 => Plain::Text(format!("{}${{{}}}/{}", self.pick(&WORDS), self.pick(&WORDS), self.pick(&WORDS))),
            2 => Plain::Number(self.pick(&["0", "1", "-1", "1e999", "80", "99999999999999999999", "0.5"]).to_string()),
            3 => [Plain::Null, Plain::Bool(true), Plain::Bool(false)][self.below(3)].clone(),
            4 | 5 => Plain::List((0..self.below(4)).map(|_| self.node(depth - 1)).collect()),
            6 | 7 => {
                let function = self.pick(&FUNCTIONS).to_string();
                Plain::Table(vec![(function, self.node(depth - 1))])
            }
            _ => {
                Plain::Table((0..self.below(5)).map(|_| (self.pick(&KEYS).to_string(), self.node(depth - 1))).collect())
            }
        };
        Node { value, line: Some(self.below(100) as u32) }
    }

    /// A tree that looks like a template, with anything in its places.
    fn template(&mut self) -> Node {
        let mut sections = Vec::new();
        for section in ["Parameters", "Mappings", "Conditions", "Outputs", "Globals", "Transform"] {
            if self.below(3) > 0 {
                sections.push((section.to_string(), self.named(4)));
            }
        }
        let mut resources = Vec::new();
        for _ in 0..self.below(12) {
            let mut pairs = vec![("Type".to_string(), Node::made(Plain::Text(self.pick(&TYPES).to_string())))];
            let properties = (0..self.below(8)).map(|_| (self.pick(&KEYS).to_string(), self.node(4))).collect();
            pairs.push(("Properties".to_string(), Node::made(Plain::Table(properties))));
            if self.below(4) == 0 {
                pairs.push(("Condition".to_string(), self.node(0)));
            }
            let name = if self.below(12) == 0 { "Fn::ForEach::X" } else { self.pick(&WORDS) };
            resources.push((
                name.to_string(),
                if self.below(15) == 0 { self.node(3) } else { Node::made(Plain::Table(pairs)) },
            ));
        }
        sections.push(("Resources".to_string(), Node::made(Plain::Table(resources))));
        Node::made(Plain::Table(sections))
    }

    fn named(&mut self, depth: usize) -> Node {
        Node::made(Plain::Table(
            (0..self.below(5)).map(|_| (self.pick(&WORDS).to_string(), self.node(depth))).collect(),
        ))
    }
}

const WORDS: [&str; 14] = [
    "A",
    "B",
    "C",
    "D",
    "A.Outputs.B",
    "AWS::NoValue",
    "AWS::Region",
    "a.yaml",
    "b.yaml",
    "{{resolve:ssm:A}}",
    "",
    "ü\u{202e}",
    "${",
    "GET /x",
];
const FUNCTIONS: [&str; 22] = [
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::GetAZs",
    "Fn::Length",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ForEach::A",
    "Fn::Equals",
    "Fn::And",
    "Fn::Or",
    "Fn::Not",
    "Condition",
    "Fn::Nothing",
];
const KEYS: [&str; 40] = [
    "Name",
    "Body",
    "RestApiId",
    "ApiId",
    "ResourceId",
    "ParentId",
    "PathPart",
    "HttpMethod",
    "Integration",
    "Type",
    "ConnectionType",
    "ConnectionId",
    "Uri",
    "TargetArns",
    "Subnets",
    "SubnetIds",
    "LoadBalancerArn",
    "DefaultActions",
    "Actions",
    "Conditions",
    "Targets",
    "Events",
    "Properties",
    "DefinitionBody",
    "DefinitionUri",
    "TemplateURL",
    "Parameters",
    "Default",
    "Value",
    "Export",
    "ApiStages",
    "Variables",
    "MethodSettings",
    "ResourceArn",
    "Target",
    "RouteKey",
    "IntegrationUri",
    "paths",
    "/a",
    "x-amazon-apigateway-integration",
];
const TYPES: [&str; 24] = [
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::VpcLink",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::ServiceDiscovery::Service",
    "AWS::ECS::Service",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::EC2::Subnet",
    "AWS::Serverless::Api",
    "AWS::Serverless::Function",
    "AWS::CloudFormation::Stack",
    "Custom::Thing",
];

#[test]
fn any_tree_is_read_and_gives_the_same_again() {
    let mut chance = Chance(1);
    for round in 0..4_000 {
        let documents = [
            file("a.yaml", chance.template()),
            file("b.yaml", if round % 3 == 0 { chance.node(6) } else { chance.template() }),
        ];
        let given = BTreeMap::from([("A".to_string(), "B".to_string())]);
        let estate = read(&documents, &given);
        assert_eq!(estate, read(&documents, &given), "round {round}");
        let mut ids: Vec<&Id> = estate.apis.iter().map(|api| &api.identity.id).collect();
        ids.extend(estate.links.iter().map(|link| &link.identity.id));
        ids.extend(estate.balancers.iter().map(|balancer| &balancer.identity.id));
        ids.extend(estate.listeners.iter().map(|listener| &listener.identity.id));
        let number = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), number, "round {round}: ids are unique");
    }
}
