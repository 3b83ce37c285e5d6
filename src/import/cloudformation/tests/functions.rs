//! Each intrinsic function and condition, used well, at its edges and badly.

use super::super::stack::World;
use super::super::value::Part;
use super::*;

/// A value in short: a known text as it is, `-` for nothing, `${X} ? why` for what is not known, `${X} -> #Id` for a resource.
fn tell(value: &Value) -> String {
    match value {
        Value::Absent => "-".to_string(),
        Value::Text(parts) => match (value.text(), value.target(), parts.as_slice()) {
            (Some(text), ..) => text,
            (_, Some(target), [Part::Resource(_)]) => {
                format!("{} -> {}", target.shown, short(&Reference::To(target.id.clone())))
            }
            _ => {
                let why = value.why().map(|why| format!(" ? {why}")).unwrap_or_default();
                format!("{}{why}", value.shown().unwrap())
            }
        },
        Value::List(entries) => format!("[{}]", entries.iter().map(tell).collect::<Vec<_>>().join("; ")),
        Value::Table(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{key}: {}", tell(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join("; "))
        }
    }
}

/// What expressions are worth in a template with these sections beside its resources.
fn check(sections: &str, cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        let text = format!(
            "{sections}\nResources:\n  Alb: {{Type: A}}\n  Gone: {{Type: A, Condition: Never}}\n  Probe:\n    Type: T\n    \
             Properties:\n      P: {expression}\n"
        );
        let documents = [document("t.yaml", &text)];
        let given = BTreeMap::from([("Given".to_string(), "from outside".to_string())]);
        let world = World::new(&documents, &given);
        let node = documents[0].1.node.find(&["Resources", "Probe", "Properties", "P"]).unwrap();
        assert_eq!(tell(&world.value(0, node, 0)), *expected, "{expression}");
    }
}

const SECTIONS: &str = r#"
Parameters:
  Env: {Type: String, Default: dev}
  Number: {Type: Number, Default: 5}
  Vpc: {Type: "AWS::EC2::VPC::Id"}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Ami: {Type: "AWS::SSM::Parameter::Value<String>", Default: /aws/ami}
  Given: {Type: String, Default: inside}
  Empty: {Type: String, Default: ""}
  Loop: {Type: String, Default: {Ref: Loop}}
Mappings:
  Sizes:
    dev: {port: 8080, list: [x, y]}
    prod: {port: 80}
  Regions:
    eu-west-1: {ami: one, same: equal}
    us-east-1: {ami: two, same: equal}
Conditions:
  Always: !Equals [!Ref Env, dev]
  Never: !Not [!Condition Always]
  Open: !Equals [!Ref Vpc, vpc-1]
"#;

#[test]
fn references() {
    check(
        SECTIONS,
        &[
            ("!Ref Env", "dev"),
            ("!Ref Number", "5"),
            ("!Ref Vpc", "${Vpc} ? parameter `Vpc` has no default"),
            ("!Ref Names", "[a; b; c]"),
            ("!Ref Subnets", "${Subnets} ? parameter `Subnets` has no default"),
            ("!Ref Ami", "${Ami} ? parameter `Ami` stands in Systems Manager"),
            ("!Ref Given", "from outside"),
            ("!Ref Empty", ""),
            ("!Ref Loop", "${Loop} ? parameter `Loop` asks for itself"),
            ("!Ref AWS::Region", "${AWS::Region}"),
            ("!Ref AWS::NoValue", "-"),
            ("!Ref Alb", "${Alb} -> #Alb"),
            ("!Ref Gone", "${Gone} ? `Gone` is left out by its condition"),
            ("!Ref Nothing", "${Nothing} ? `Nothing` is not in the template"),
            ("!Ref [a, b]", "${Ref} ? `Ref` needs a name"),
            ("{Ref: {Ref: Env}}", "${dev} ? `dev` is not in the template"),
            ("!GetAtt Alb.DNSName", "${Alb.DNSName} -> #Alb"),
            ("!GetAtt [Alb, DNSName]", "${Alb.DNSName} -> #Alb"),
            ("!GetAtt [!Sub Alb, !Sub Name.Of]", "${Alb.Name.Of} -> #Alb"),
            ("!GetAtt Alb", "${GetAtt} ? `Fn::GetAtt` needs a resource and an attribute"),
            ("!GetAtt [Alb]", "${GetAtt} ? `Fn::GetAtt` needs a resource and an attribute"),
            ("!GetAtt Alb.Outputs.X", "${Alb.Outputs.X} ? the template of nested stack `Alb` is not among the files"),
            ("'{{resolve:ssm:/a/b}}'", "${ssm..a.b} ? `{{resolve:ssm:/a/b}}` is looked up where the stack runs"),
            ("{a: !Ref AWS::NoValue, b: [1, !Ref AWS::NoValue, true, null]}", "{b: [1; true]}"),
        ],
    );
}

#[test]
fn texts() {
    check(
        SECTIONS,
        &[
            ("!Sub '${Env}-${Number}'", "dev-5"),
            ("!Sub 'http://${Alb.DNSName}:${Number}/x'", "http://${Alb.DNSName}:5/x"),
            ("!Sub ['${a}${a}-${Env}', {a: !Ref Number}]", "55-dev"),
            ("!Sub ['${Env}', {Env: shadowed}]", "shadowed"),
            ("!Sub '${!Literal}${Env}'", "${Literal}dev"),
            ("!Sub '${stageVariables.host}'", "${stageVariables.host}"),
            ("!Sub '${Vpc}'", "${Vpc} ? parameter `Vpc` has no default"),
            ("!Sub '${Names}'", "${Names} ? `Names` is no text"),
            ("!Sub 'open ${Env'", "open ${Env"),
            ("!Sub '{{resolve:ssm:${Env}}}'", "${ssm.dev} ? `{{resolve:ssm:dev}}` is looked up where the stack runs"),
            ("!Sub [[a], {}]", "${Sub} ? `Fn::Sub` needs a text"),
            ("!Sub {a: b}", "${Sub} ? `Fn::Sub` needs a text"),
            ("!Sub [a, b, c]", "${Sub} ? `Fn::Sub` is not used as CloudFormation has it"),
            ("!Join ['-', [a, !Ref Env, !Ref AWS::NoValue, 5]]", "a-dev-5"),
            ("!Join [',', !Ref Names]", "a,b,c"),
            ("!Join ['', []]", ""),
            ("!Join ['/', [integrations, !Ref Alb]]", "integrations/${Alb}"),
            ("!Join ['', [x, !Ref Subnets]]", "x${Subnets} ? parameter `Subnets` has no default"),
            ("!Join ['', [[a]]]", "${Join} ? an entry of `Fn::Join` is no text"),
            ("!Join [!Ref Vpc, [a]]", "${Join} ? the delimiter of `Fn::Join` is not known"),
            ("!Join [a]", "${Join} ? `Fn::Join` is not used as CloudFormation has it"),
            ("!Base64 ''", ""),
            ("!Base64 f", "Zg=="),
            ("!Base64 fo", "Zm8="),
            ("!Base64 foo", "Zm9v"),
            ("!Base64 foobar", "Zm9vYmFy"),
            ("!Base64 {Ref: Vpc}", "${Base64} ? a part of the text is not known"),
            (
                "{'Fn::ToJsonString': {a: 1, b: [true, !Ref Env], c: {'Fn::Sub': x}}}",
                r#"{"a":1,"b":[true,"dev"],"c":"x"}"#,
            ),
            ("{'Fn::ToJsonString': [!Ref Vpc]}", "${ToJsonString} ? a part of the value is not known"),
            ("{'Fn::Rain': a}", "${Rain} ? `Fn::Rain` is not used as CloudFormation has it"),
        ],
    );
}

#[test]
fn lists_and_maps() {
    check(
        SECTIONS,
        &[
            ("!Select [1, [a, b]]", "b"),
            ("!Select ['0', !Ref Names]", "a"),
            ("!Select [2, [a, b]]", "${Select} ? `Fn::Select` takes entry 2 of a list of 2, counted from 0"),
            ("!Select [-1, [a]]", "${Select} ? its index is no whole number from 0"),
            ("!Select [0.5, [a]]", "${Select} ? its index is no whole number from 0"),
            ("!Select [99999999999, [a]]", "${Select} ? its index is no whole number from 0"),
            ("!Select [0, []]", "${Select} ? `Fn::Select` takes entry 0 of a list of 0, counted from 0"),
            ("!Select [0, text]", "${Select} ? `Fn::Select` needs a list"),
            ("!Select [1, !Ref Subnets]", "${Subnets[1]} ? parameter `Subnets` has no default"),
            ("!Select [1, !GetAZs '']", "${GetAZs[1]} ? which zones a Region has is known only where the stack runs"),
            ("!Select [0, !GetAtt Alb.List]", "${Alb.List[0]} ? it is a part of `${Alb.List}`"),
            ("!Select [0, [!Ref AWS::NoValue, b]]", "b"),
            ("!Split [',', 'a,b,,c']", "[a; b; ; c]"),
            ("!Split ['', abc]", "${Split} ? the delimiter of `Fn::Split` is not known or empty"),
            ("!Split [',', [a]]", "${Split} ? `Fn::Split` needs a text"),
            ("!Select [1, !Split ['://', !Sub 'http://${Alb.DNSName}']]", "${Alb.DNSName} -> #Alb"),
            ("!Select [5, !Split [':', !GetAtt Alb.Arn]]", "${Alb.Arn[5]} ? it is a part of `${Alb.Arn}`"),
            ("!Cidr [10.0.0.0/16, 2, 8]", "${Cidr} ? blocks of addresses are not worked out"),
            ("{'Fn::Length': !Ref Names}", "3"),
            ("{'Fn::Length': !Ref Subnets}", "${Length} ? parameter `Subnets` has no default"),
            ("{'Fn::Length': text}", "${Length} ? `Fn::Length` needs a list"),
            ("!FindInMap [Sizes, !Ref Env, port]", "8080"),
            ("!FindInMap [Sizes, dev, list]", "[x; y]"),
            ("!FindInMap [Sizes, prod, list]", "${FindInMap} ? mapping `Sizes` has no `prod`, `list`"),
            ("!FindInMap [Sizes, prod, list, {DefaultValue: !Ref Env}]", "dev"),
            ("!FindInMap [Sizes, dev, port, {DefaultValue: other}]", "8080"),
            ("!FindInMap [None, a, b]", "${FindInMap} ? mapping `None` is not in the template"),
            ("!FindInMap [Regions, !Ref AWS::Region, same]", "equal"),
            (
                "!FindInMap [Regions, !Ref AWS::Region, ami]",
                "${FindInMap} ? `${AWS::Region}`, a key of mapping `Regions`, is known only where the stack runs",
            ),
            ("!FindInMap [Sizes, dev]", "${FindInMap} ? `Fn::FindInMap` is not used as CloudFormation has it"),
        ],
    );
}

#[test]
fn branches() {
    check(
        SECTIONS,
        &[
            ("!If [Always, yes, no]", "yes"),
            ("!If [Never, yes, no]", "no"),
            ("!If [Never, yes, !Ref AWS::NoValue]", "-"),
            ("!If [Open, same, same]", "same"),
            ("!If [Open, a, b]", "${If Open} ? condition `Open` is not decided: parameter `Vpc` has no default"),
            ("!If [Open, [a], !Ref AWS::NoValue]", "[a]"),
            ("!If [Open, !Ref AWS::NoValue, b]", "b"),
            ("!If [Open, {k: 1}, {k: 2}]", "{k: 1}"),
            (
                "!If [Unheard, a, b]",
                "${If Unheard} ? condition `Unheard` is not decided: condition `Unheard` is not in the template",
            ),
            ("!If [[x], a, b]", "${If} ? `Fn::If` names no condition"),
            ("!If [Always, a]", "${If} ? `Fn::If` is not used as CloudFormation has it"),
        ],
    );
}

#[test]
fn conditions() {
    let vpc = "parameter `Vpc` has no default";
    let cases = [
        ("!Equals [a, a]", Truth::Yes),
        ("!Equals [a, b]", Truth::No),
        ("!Equals [true, 'true']", Truth::Yes),
        ("!Equals [5, '5']", Truth::Yes),
        ("!Equals [!Ref Vpc, !Ref Vpc]", Truth::Yes),
        ("!Equals [!Ref Vpc, '']", Truth::Open(vpc.into())),
        (
            "!Equals [!Ref AWS::Region, eu-west-1]",
            Truth::Open("`${AWS::Region}` is known only where the stack runs".into()),
        ),
        ("!Equals [[a], b]", Truth::Open("lists are compared".into())),
        ("!Equals [a]", Truth::Open("`Fn::Equals` of 1 entries is no condition".into())),
        ("!And [!Equals [!Ref Vpc, x], !Equals [a, b]]", Truth::No),
        ("!And [!Equals [!Ref Vpc, x], !Equals [a, a]]", Truth::Open(vpc.into())),
        ("!And [!Condition Yes, !Equals [a, a]]", Truth::Yes),
        ("!Or [!Equals [!Ref Vpc, x], !Equals [a, a]]", Truth::Yes),
        ("!Or [!Equals [!Ref Vpc, x], !Equals [a, b]]", Truth::Open(vpc.into())),
        ("!Or [!Equals [b, a], !Equals [a, b]]", Truth::No),
        ("!Not [!Equals [!Ref Vpc, x]]", Truth::Open(vpc.into())),
        ("!Not [!Condition Yes]", Truth::No),
        ("!Condition Probe", Truth::Open("condition `Probe` asks for itself".into())),
        ("!Condition Round", Truth::Open("condition `Probe` asks for itself".into())),
        ("!Condition [a]", Truth::Open("`Condition` names none".into())),
        ("!Condition Missing", Truth::Open("condition `Missing` is not in the template".into())),
        ("true", Truth::Yes),
        ("5", Truth::Open("a condition is no condition function".into())),
        ("!FindInMap [M, a, b]", Truth::No),
        ("!And []", Truth::Open("`Fn::And` of 0 entries is no condition".into())),
    ];
    for (condition, expected) in cases {
        let text = format!(
            "Parameters: {{Vpc: {{Type: String}}}}\nMappings: {{M: {{a: {{b: false}}}}}}\nConditions:\n  Yes: !Equals [a, a]\n  \
             Round: !Not [!Condition Probe]\n  Probe: {condition}\nResources: {{}}\n"
        );
        let documents = [document("t.yaml", &text)];
        let given = BTreeMap::new();
        assert_eq!(World::new(&documents, &given).condition(0, "Probe", 0), expected, "{condition}");
    }
}
