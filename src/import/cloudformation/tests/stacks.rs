//! Several templates together: nested stacks, exports, loops, and what leads in circles.

use super::*;

const PARENT: &str = r#"
Parameters: {Vpc: {Type: String, Default: vpc-1}}
Resources:
  Network: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: !Sub "https://s3.amazonaws.com/${Vpc}/stacks/network.yaml?v=1"}}
  Gateway:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: gateway.yaml
      Parameters: {Nlb: !GetAtt Network.Outputs.Nlb, Host: !GetAtt Network.Outputs.Host, Port: 8443, List: !Join [',', [a, b]]}
  Lost: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: lost.yaml}}
  Out: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!GetAtt Lost.Outputs.Nlb, !GetAtt Network.Outputs.None]}}
"#;
const NETWORK: &str = r#"
Resources: {Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network, Name: inner}}}
Outputs:
  Nlb: {Value: !Ref Nlb, Export: {Name: !Sub "${AWS::StackName}-NlbArn"}}
  Host: {Value: !GetAtt Nlb.DNSName}
"#;
const GATEWAY: &str = r#"
Parameters: {Nlb: {Type: String}, Host: {Type: String}, Port: {Type: Number, Default: 1}, List: {Type: CommaDelimitedList}}
Resources:
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref Nlb]}}
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: !Join [+, !Ref List]}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: GET
      Integration: {Type: HTTP, ConnectionType: VPC_LINK, ConnectionId: !Ref Link, Uri: !Sub "https://${Host}:${Port}"}
"#;

#[test]
fn nested_stacks_get_parameters_and_give_outputs() {
    let estate = together(&[("t.yaml", PARENT), ("stacks/network.yaml", NETWORK), ("gateway.yaml", GATEWAY)]);
    assert_eq!(estate.apis[0].identity.name, "a+b");
    let expected = "gateway.yaml#Api GET / Private gateway.yaml#Link - https://${Nlb.DNSName}:8443";
    assert_eq!(routes(&estate), [expected]);
    assert!(estate.balancers[0].identity.aliases.contains(&"${Nlb.DNSName}".to_string()));
    assert_eq!(estate.links.len(), 2);
    assert_eq!(shorts(&estate.links[1].targets), "stacks/network.yaml#Nlb");
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "the template of nested stack `Lost` is not among the files: give it too",
            "a target of VPC link `Out` is not known: the template of nested stack `Lost` is not among the files",
            "a target of VPC link `Out` is not known: `stacks/network.yaml` has no output `None`",
        ]
    );
}

#[test]
fn a_template_nested_twice_makes_two_of_everything() {
    let parent = r#"
Resources:
  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: network.yaml}}
  Two: {Type: AWS::CloudFormation::Stack, Metadata: {"aws:asset:path": network.yaml}, Properties: {TemplateURL: !Sub "https://${AWS::Region}/0123.json"}}
  Link: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!GetAtt One.Outputs.Nlb, !GetAtt Two.Outputs.Nlb]}}
"#;
    let estate = together(&[("t.yaml", parent), ("network.yaml", NETWORK)]);
    let ids: Vec<&str> = estate.balancers.iter().map(|balancer| balancer.identity.id.0.as_str()).collect();
    assert_eq!(ids, ["network.yaml#Nlb", "network.yaml#Nlb@t.Two"]);
    assert_eq!(shorts(&estate.links[0].targets), "network.yaml#Nlb network.yaml#Nlb@t.Two");
    let hosts: Vec<&str> = estate.balancers.iter().map(|balancer| balancer.identity.aliases[0].as_str()).collect();
    assert_eq!(hosts, ["${Nlb}", "${network-3.Nlb}"]);
}

#[test]
fn imports_find_exports() {
    let importer = |name: &str| {
        format!(
            "Parameters: {{Stack: {{Type: String}}}}\nResources: {{K: {{Type: AWS::ApiGateway::VpcLink, Properties: {{TargetArns: [{{'Fn::ImportValue': {name}}}]}}}}}}"
        )
    };
    let exports = NETWORK.replace("!Sub \"${AWS::StackName}-NlbArn\"", "fixed-name");
    let cases = [
        ("fixed-name", exports.as_str(), "network.yaml#Nlb", 0),
        ("!Sub '${Stack}-NlbArn'", NETWORK, "network.yaml#Nlb", 1),
        ("network-NlbArn", NETWORK, "network.yaml#Nlb", 1),
        ("other", exports.as_str(), "?no file exports `other`", 0),
        ("!Sub '${Stack}-Vpc'", NETWORK, "?parameter `Stack` has no default", 0),
        ("!Ref Stack", NETWORK, "?parameter `Stack` has no default", 0),
    ];
    for (name, network, expected, inferred) in cases {
        let estate = together(&[("t.yaml", &importer(name)), ("network.yaml", network)]);
        assert_eq!(shorts(&estate.links[0].targets), expected, "{name}");
        assert_eq!(notes(&estate, NoteKind::Inferred).len(), inferred, "{name}: {:?}", estate.notes);
    }
}

#[test]
fn names_that_two_templates_share_are_told_apart() {
    let other = NETWORK.replace("inner", "outer").replace("NlbArn", "Other");
    let estate = together(&[("a/one.yaml", NETWORK), ("b/two.yaml", &other)]);
    let aliases: Vec<&str> = estate.balancers.iter().map(|balancer| balancer.identity.aliases[2].as_str()).collect();
    assert_eq!(aliases, ["${one.Nlb.DNSName}", "${two.Nlb.DNSName}"]);
    let twice = together(&[("one.yaml", NETWORK), ("one.yaml", NETWORK)]);
    assert_eq!(twice.balancers.len(), 1, "a file given twice");
    assert_eq!(notes(&twice, NoteKind::PassedOver), ["the file is given twice: it is read once"]);
}

#[test]
fn circles_end() {
    let nests = |other: &str| {
        format!(
            "Resources: {{S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}}}}}, A: {{Type: AWS::ApiGateway::RestApi}}}}"
        )
    };
    let estate = together(&[("t.yaml", &nests("u.yaml")), ("u.yaml", &nests("t.yaml")), ("v.yaml", &nests("v.yaml"))]);
    assert_eq!(estate.apis.len(), 3);
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "nested stack `S` leads back to `t.yaml`, which nests it: it is left out",
            "nested stack `S` leads back to `v.yaml`, which nests it: it is left out",
        ]
    );
    let round = r#"
Resources:
  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: c.yaml, Parameters: {P: !GetAtt Two.Outputs.O}}}
  Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: c.yaml, Parameters: {P: !GetAtt One.Outputs.O}}}
"#;
    let child = "Parameters: {P: {Type: String}}\nResources: {K: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref P]}}}\nOutputs: {O: {Value: !Ref P}}";
    let estate = together(&[("t.yaml", round), ("c.yaml", child)]);
    for link in &estate.links {
        assert!(shorts(&link.targets).contains("asks for itself"), "{:?}", link.targets);
    }
}

#[test]
fn loops_are_unrolled() {
    let estate = together(&[(
        "t.yaml",
        r#"
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "orders,baskets"}, Unset: {Type: CommaDelimitedList}}
Resources:
  Fn::ForEach::Services:
    - Name
    - !Ref Names
    - Group${Name}:
        Type: AWS::ElasticLoadBalancingV2::TargetGroup
        Properties: {Name: !Sub "${Name}-tg", TargetType: ip}
      Fn::ForEach::Ports:
        - Port
        - [80, 8.1]
        - Listener${Name}&{Port}:
            Type: AWS::ElasticLoadBalancingV2::Listener
            Properties:
              Port: !Ref Port
              LoadBalancerArn: !Ref Nlb
              DefaultActions: [{TargetGroupArn: !Ref "Group${Name}"}]
  Nlb: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Type: network}}
  Fn::ForEach::Unknown: [X, !Ref Unset, {"A${X}": {Type: T}}]
  Fn::ForEach::Broken: [X]
"#,
    )]);
    let groups: Vec<&str> = estate.target_groups.iter().map(|group| group.identity.name.as_str()).collect();
    assert_eq!(groups, ["orders-tg", "baskets-tg"]);
    let listeners: Vec<_> = estate
        .listeners
        .iter()
        .map(|one| (short(&Reference::To(one.identity.id.clone())), weighted(&one.forwards)))
        .collect();
    let expected = [
        ("#Listenerorders80", "#Grouporders"),
        ("#Listenerorders81", "#Grouporders"),
        ("#Listenerbaskets80", "#Groupbaskets"),
        ("#Listenerbaskets81", "#Groupbaskets"),
    ];
    assert_eq!(listeners, expected.map(|(listener, group)| (listener.to_string(), group.to_string())));
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "`Fn::ForEach::Unknown` runs over a collection that is not known: it is left out",
            "`Fn::ForEach::Broken` is not a list of an identifier, a collection and a table",
        ]
    );
}

#[test]
fn parameters_from_outside() {
    let text = "Parameters: {Nlb: {Type: String, Default: none}}\nResources: {K: {Type: AWS::ApiGateway::VpcLink, Properties: {TargetArns: [!Ref Nlb]}}}";
    let documents = [document("t.yaml", text)];
    let given = BTreeMap::from([("Nlb".to_string(), "arn:nlb".to_string()), ("Typo".to_string(), "x".to_string())]);
    let estate = read(&documents, &given);
    assert_eq!(shorts(&estate.links[0].targets), "=arn:nlb");
    assert_eq!(notes(&estate, NoteKind::PassedOver), ["a value is given for parameter `Typo`, which no template has"]);
}

const SUBNETS: &str = r#"
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, AvailabilityZone: z-a}}
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, AvailabilityZone: z-b}}
  Other: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: other.yaml}}
  Maker: {Type: "Custom::Subnets"}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Ids: PASSED}}}
"#;

#[test]
fn a_text_of_resources_is_a_list_where_a_parameter_takes_one() {
    let child = |kind: &str| {
        format!(
            "Parameters: {{Ids: {{Type: '{kind}'}}}}\nResources:\n  Alb: {{Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {{Subnets: !Ref Ids}}}}\n  Link: {{Type: AWS::ApiGatewayV2::VpcLink, Properties: {{SubnetIds: !Ref Ids}}}}"
        )
    };
    let other = "Resources: {C: {Type: AWS::EC2::Subnet}}\nOutputs: {C: {Value: !Ref C}}";
    let read = |kind: &str, passed: &str| {
        let parent = SUBNETS.replace("PASSED", passed);
        together(&[("t.yaml", &parent), ("child.yaml", &child(kind)), ("other.yaml", other)])
    };
    for (passed, subnets) in [
        ("!Join [',', [!Ref A, !Ref B]]", "#A #B"),
        ("!Sub '${A}, ${B}'", "#A #B"),
        ("!Sub ' ${A} ,subnet-9 '", "#A =subnet-9"),
        ("!Join [',', [!Ref A, !GetAtt Other.Outputs.C]]", "#A other.yaml#C"),
        ("' subnet-8 , subnet-9'", "=subnet-8 =subnet-9"),
        ("!Ref A", "#A"),
    ] {
        for kind in ["List<AWS::EC2::Subnet::Id>", "CommaDelimitedList"] {
            let estate = read(kind, passed);
            assert_eq!(shorts(&estate.balancers[0].subnets), subnets, "{passed}");
            assert_eq!(shorts(&estate.links[0].subnets), subnets, "{passed}");
        }
    }
    let alb = &read("CommaDelimitedList", "!Sub '${A},${B}'").balancers[0];
    assert_eq!((alb.zones, alb.vpc.as_ref().map(short).as_deref()), (Some(2), Some("#Vpc")));
    // What may be a list of any length is none of one.
    let estate = read("List<String>", "!GetAtt Maker.Ids");
    assert_eq!(shorts(&estate.balancers[0].subnets), "");
    assert_eq!(
        notes(&estate, NoteKind::Unresolved),
        [
            "how many subnets load balancer `Alb` has is not known: `${Maker.Ids}` may be a list",
            "how many subnets VPC link `Link` has is not known: `${Maker.Ids}` may be a list",
        ]
    );
}
