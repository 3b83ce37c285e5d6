//! Syntax: what is read of JSON and YAML, where, and what is refused in which words.

use super::*;
use crate::import::node::Value;

fn source(bytes: &[u8]) -> Source {
    Source { name: "f".into(), bytes: bytes.to_vec() }
}

fn good(text: &str) -> Parsed {
    parse(&source(text.as_bytes())).unwrap_or_else(|issue| panic!("{text}: {}", issue.message))
}

/// "line:column message" of a refused file.
fn bad(bytes: &[u8]) -> String {
    let issue = parse(&source(bytes)).expect_err(&String::from_utf8_lossy(&bytes[..bytes.len().min(200)]));
    match &issue.source {
        Some(file) => {
            let (line, column) = file.line_and_column(issue.span.start);
            format!("{line}:{column} {}", issue.message)
        }
        None => issue.message,
    }
}

/// The tree as one line, texts in quotes.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(text) => text.clone(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(entries) => format!("[{}]", entries.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Table(pairs) => {
            let pair = |(key, node): &(String, Node)| format!("{key}={}", shown(node));
            format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn json_with_lines_numbers_as_written_and_keys_that_stand_twice() {
    let parsed =
        good("\u{feff}{\n \"b\": [1.50, -2e3,\n true, null],\n \"a\": {\"x\": \"\\u00e9\\n\",\n \"x\": \"z\"}\n}\n");
    assert_eq!(shown(&parsed.node), "{b=[1.50,-2e3,true,null],a={x=\"z\"}}");
    assert_eq!(parsed.repeated, [("a.x".to_string(), Some(5))]);
    let b = parsed.node.get("b").unwrap();
    assert_eq!((parsed.node.line, b.line, b.list().unwrap()[2].line), (Some(1), Some(2), Some(3)));
    assert_eq!(shown(&good("{\"a\":\"\\u00e9\\ud83d\\ude00\"}").node), "{a=\"é😀\"}");
}

#[test]
fn json_texts_that_follow_each_other() {
    let parsed = good("{\"a\":1}\n{\"b\":2}[3]");
    assert_eq!(parsed.further.iter().map(shown).collect::<Vec<_>>(), ["{b=2}", "[3]"]);
    assert_eq!(bad(b"{} x"), "1:4 found `x`, but the document ended before it");
}

#[test]
fn broken_json_is_located() {
    for (text, message) in [
        ("{\"a\": [1, 2,]}", "1:12 found `,` before `]`, but JSON has none after the last entry"),
        ("{\"a\": 1,\n}", "1:8 found `,` before `}`, but JSON has none after the last entry"),
        ("{\"a\": 1\n \"b\": 2}", "2:2 found `\"`, but `,` or `}` belongs here"),
        ("{\"a\": 01}", "1:7 found `01`, but JSON writes numbers as `-12.5e3`"),
        ("{\"a\": tru}", "1:7 found `t`, but a JSON value belongs here"),
        ("{\"a\" 1}", "1:6 found `1`, but a `:` belongs after a key"),
        ("[\"a\nb\"]", "1:4 found a line break or control character in a text, but JSON escapes them"),
        ("[\"a\\x\"]", "1:2 this text holds a `\\` escape that JSON does not know"),
        ("[\"\\ud800\"]", "1:2 this text holds a `\\` escape that JSON does not know"),
        ("[\"a", "1:2 this text has no closing quote"),
        ("[\"a\\", "1:2 this text has no closing quote"),
        ("{\"a\": [1,", "1:10 the file ends here, but a JSON value belongs here"),
        ("{\"a\": ...}", "1:7 found `.`, but a JSON value belongs here"),
    ] {
        assert_eq!(bad(text.as_bytes()), message, "{text}");
    }
}

#[test]
fn json_is_what_serde_json_takes() {
    let pieces = [
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\\n\"", "1", "-0", "-", "0.5", "1e9", "00", "true", "null", " ",
        "\n", "tr",
    ];
    let mut state = 7_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut accepted = 0;
    for _ in 0..200_000 {
        let length = 1 + draw(9);
        let text: String = (0..length).map(|_| pieces[draw(pieces.len())]).collect();
        let whole = format!("[{text}");
        let ours = parse(&source(whole.as_bytes()));
        let theirs: Result<Vec<serde_json::Value>, _> =
            serde_json::Deserializer::from_str(&whole).into_iter().collect();
        // What is beyond a double is a number here all the same: it is kept as it is written.
        if theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range")) {
            continue;
        }
        // Texts and numbers may follow each other for serde_json; here a further document is a table or list.
        let same = ours.is_ok()
            == theirs.as_ref().is_ok_and(|all| all.iter().all(|value| value.is_array() || value.is_object()));
        assert!(same, "{whole:?}: {ours:?} {theirs:?}");
        accepted += usize::from(ours.is_ok());
    }
    assert!(accepted > 1_000, "{accepted}");
}

#[test]
fn yaml_scalars_by_the_core_schema() {
    let text = "a: yes\nb: 012345678901\nc: 1.5e3\nd: '7'\ne: ~\nf:\ng: True\nh: |\n  x\n  y\ni: !!str 8\nj:\n 200: ok\nk: 1.2.3\n";
    assert_eq!(
        shown(&good(text).node),
        "{a=\"yes\",b=012345678901,c=1.5e3,d=\"7\",e=null,f=null,g=true,h=\"x\\ny\\n\",i=\"8\",j={200=\"ok\"},k=\"1.2.3\"}"
    );
}

#[test]
fn short_tags_are_written_out() {
    for (text, tree) in [
        ("!Ref A", "{Ref=\"A\"}"),
        ("!Condition C", "{Condition=\"C\"}"),
        ("!GetAtt A.Arn", "{Fn::GetAtt=\"A.Arn\"}"),
        ("!GetAtt [A, Arn]", "{Fn::GetAtt=[\"A\",\"Arn\"]}"),
        ("!Sub 'x ${A}'", "{Fn::Sub=\"x ${A}\"}"),
        ("!If [C, !Ref A, !Ref \"AWS::NoValue\"]", "{Fn::If=[\"C\",{Ref=\"A\"},{Ref=\"AWS::NoValue\"}]}"),
        ("!Join\n- ','\n- [a, b]", "{Fn::Join=[\",\",[\"a\",\"b\"]]}"),
        ("!FindInMap {a: 1}", "{Fn::FindInMap={a=1}}"),
        ("!Transform {Name: AWS::Include}", "{Fn::Transform={Name=\"AWS::Include\"}}"),
        ("a: !GetAZs ''", "{a={Fn::GetAZs=\"\"}}"),
        ("a: !GetAZs", "{a={Fn::GetAZs=null}}"),
    ] {
        assert_eq!(shown(&good(text).node), tree, "{text}");
    }
}

#[test]
fn yaml_lines_are_those_of_the_keys() {
    let node = good("# c\na:\n  b: 1\n  c:\n    - x\n    - y\n").node;
    assert_eq!(node.get("a").unwrap().line, Some(2));
    assert_eq!(node.find(&["a", "c"]).unwrap().line, Some(4));
    assert_eq!(node.find(&["a", "c"]).unwrap().list().unwrap()[1].line, Some(6));
}

#[test]
fn yaml_anchors_merge_keys_streams_and_keys_that_stand_twice() {
    let parsed = good(
        "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: {<<: [{a: 5}, *x]}\nw: *x\n'<<': 4\nx2: {a: 1, a: 2}\n---\nd\n...\n---\n",
    );
    assert_eq!(shown(&parsed.node), "{x={a=1,b=2},y={b=3,a=1},z={a=5,b=2},w={a=1,b=2},<<=4,x2={a=2}}");
    assert_eq!(parsed.further.iter().map(shown).collect::<Vec<_>>(), ["\"d\""]);
    assert_eq!(parsed.repeated, [("x2.a".to_string(), Some(6))]);
    assert_eq!(shown(&good("{a: 1, b: [x]}").node), "{a=1,b=[\"x\"]}");
}

#[test]
fn bad_yaml_is_located() {
    for (text, start) in [
        ("a: &a [*a]", "1:8 this alias stands inside the value that it names"),
        ("a: *b", "1:4 this is not YAML: "),
        ("a: b: c", "1:"),
        ("a:\n\t- b", "2:"),
        ("a: [1, 2", "1:"),
        ("? [a]\n: b", "1:3 found a table or list as a key, but keys are texts"),
        ("a: {{ b }}", "1:5 found a table or list as a key, but keys are texts"),
        ("a: 'x", "1:"),
        ("a: @b", "1:4"),
    ] {
        assert!(bad(text.as_bytes()).starts_with(start), "{text}: {}", bad(text.as_bytes()));
    }
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let names = vec![format!("*a{}", level - 1); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{names}]\n"));
    }
    assert!(bad(text.as_bytes()).contains("anchors and aliases copy more than 1000000 values or 64 MiB"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), vec!["*a"; 100].join(", "));
    assert!(bad(long.as_bytes()).contains("anchors and aliases copy more than"));
}

#[test]
fn deep_nesting_is_refused_whatever_the_syntax() {
    let deep = 10_000;
    let block: String = (0..deep).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let aliases: String = (0..100)
        .map(|i| format!("a{i}: &a{i} [[[{}]]]\n", if i == 0 { "x".into() } else { format!("*a{}", i - 1) }))
        .collect();
    for text in [
        "[".repeat(deep),
        "{\"a\":".repeat(deep),
        format!("a: {}", "[".repeat(deep)),
        format!("a: {}", "{a: ".repeat(deep)),
        "- ".repeat(deep),
        block,
        aliases,
    ] {
        assert!(bad(text.as_bytes()).contains("nested more than 200 deep"), "{}", bad(text.as_bytes()));
    }
    let fits = format!("{}1{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST));
    assert_eq!(shown(&good(&fits).node), fits);
    assert!(parse(&source(format!("a: {fits}").as_bytes())).is_err());
    assert!(bad(format!("[{fits}]").as_bytes()).starts_with("1:201 "));
}

#[test]
fn files_that_are_no_text() {
    for (bytes, message) in [
        (&b""[..], "`f` is empty"),
        (b" \n\t", "`f` is empty"),
        (b"# only this\n", "`f` is empty"),
        (b"---\n", "`f` is empty"),
        (b"{\"a\": \"\xe9\"}", "`f` is not UTF-8: byte 7 begins no character"),
        (b"\xff\xfe{\0\"\0", "`f` looks like UTF-16, but UTF-8 is read"),
        (b"{\0\"\0a\0\"\0", "`f` looks like UTF-16, but UTF-8 is read"),
        (b"PK\x03\x04....", "`f` is a zip archive, but JSON or YAML is read"),
        (b"\x1f\x8b\x08....", "`f` is compressed by gzip, but JSON or YAML is read"),
        (b"abcdefghijklmnopqrstuvwxyz\0", "`f` is binary: byte 26 is 0, but JSON or YAML is read"),
    ] {
        assert_eq!(bad(bytes), message);
    }
}

#[test]
fn nothing_panics_whatever_the_bytes() {
    let seeds: [&[u8]; 4] = [
        b"a: &x !Sub {b: [1, 'c', \"d\\n\"], <<: *x}\n? k\n: - e\n  - |\n    t\n---\n%TAG ! !\n",
        b"{\"a\": [1, -2.5e3, \"\\u00e9\", {\"b\": null}], \"c\": true}",
        b"Resources:\n  A:\n    Type: AWS::X\n    Properties: {B: !GetAtt C.Arn}\n",
        b"- - - a\n  - b: >-\n      c\n# d\n\xef\xbb\xbf- \xc3\xa9\n",
    ];
    let mut state = 3_u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let special = b"{}[]:,&*!|>'\"%@`#-? \n\t\\\r~<\x00\xff\xc2\x85";
    for _ in 0..40_000 {
        let mut bytes = seeds[draw(seeds.len())].to_vec();
        for _ in 0..1 + draw(6) {
            let at = draw(bytes.len());
            match draw(3) {
                0 => bytes[at] = special[draw(special.len())],
                1 => bytes.insert(at, special[draw(special.len())]),
                _ => drop(bytes.remove(at)),
            }
        }
        let _ = parse(&source(&bytes));
    }
}
