//! Rows of every kind of log, with the traps that they have.

use super::{alb_row, read};
use crate::calibrate::apigateway::{Format, Reader};
use crate::calibrate::fields::{Fields, Number, clf, iso, iso_text, number};
use crate::calibrate::kind::Kind;
use crate::calibrate::read::{Reading, stream};
use crate::calibrate::row::{Rounding, trace_root};
use crate::calibrate::slots::Part;
use crate::calibrate::stream::Control;
use crate::calibrate::tally::Tally;
use crate::calibrate::times::Times;
use crate::calibrate::{alb, row};

fn part(tally: &Tally, part: Part) -> Times {
    tally.slots.whole().times[&part].clone()
}

#[test]
fn fields_may_hold_spaces_and_quotes() {
    let fields = |row: &'static str| -> Vec<&str> {
        Fields::new(row.as_bytes()).map(|field| std::str::from_utf8(field).unwrap()).collect()
    };
    assert_eq!(fields(r#"a "b c" - "d \" e" "" "f"g" h"#), ["a", "b c", "-", "d \\\" e", "", "f\"g", "h"]);
    assert_eq!(fields(r#"  a   "cut off"#), ["a", "cut off"]);
    assert_eq!(fields(r#""h2","http/1.1" x"#), [r#"h2","http/1.1"#, "x"]);
    assert_eq!(fields("\"\\"), ["\\"]);
    assert!(fields("   ").is_empty());
}

#[test]
fn numbers_are_read_to_the_millionth() {
    for (text, expected) in [
        ("0.001", Number::Millionths(1000)),
        ("12", Number::Millionths(12_000_000)),
        ("\"7\"", Number::Millionths(7_000_000)),
        ("0.0000019", Number::Millionths(1)),
        ("10000000000000.999999", Number::Millionths(10_000_000_000_000_999_999)),
        ("-1", Number::Absent),
        ("-0.5", Number::Absent),
        ("-", Number::Absent),
        ("", Number::Absent),
        ("null", Number::Absent),
        ("1e3", Number::Bad),
        ("1.2.3", Number::Bad),
        ("10000000000000", Number::Millionths(10_000_000_000_000_000_000)),
        ("10000000000001", Number::Bad),
        (".", Number::Bad),
        ("--1", Number::Bad),
        ("NaN", Number::Bad),
    ] {
        assert_eq!(number(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn instants_are_read_as_logs_write_them() {
    // 2024-02-29T12:34:56Z is 1,709,210,096 s after 1970 began.
    let at = 1_709_210_096_000_000;
    for text in ["2024-02-29T12:34:56Z", "2024-02-29T12:34:56", "2024-02-29 12:34:56Z", "2024-02-29T14:34:56+02:00"] {
        assert_eq!(iso(text.as_bytes()), Some(at), "{text}");
    }
    assert_eq!(iso(b"2024-02-29T12:34:56.000001Z"), Some(at + 1));
    assert_eq!(iso(b"2024-02-29T12:34:56.5"), Some(at + 500_000));
    assert_eq!(iso(b"2024-02-29T12:34:56.123456789Z"), Some(at + 123_456));
    assert_eq!(iso(b"1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(clf(b"29/Feb/2024:12:34:56 +0000"), Some(at));
    assert_eq!(clf(b"29/Feb/2024:07:34:56 -0500"), Some(at));
    for text in [
        "2023-02-29T12:34:56Z",
        "2024-13-01T00:00:00Z",
        "2024-01-01",
        "-",
        "1969-12-31T23:59:59Z",
        "2024-02-29T24:00:00Z",
    ] {
        assert_eq!(iso(text.as_bytes()), None, "{text}");
    }
    for text in [
        "1970-01-01T00:00:00Z",
        "2024-02-29T12:34:56Z",
        "2023-12-31T23:59:59Z",
        "2000-03-01T00:00:00Z",
        "9999-12-31T00:00:00Z",
    ] {
        assert_eq!(iso_text(iso(text.as_bytes()).unwrap()), text);
    }
    assert_eq!(clf(b"29/Foo/2024:12:34:56 +0000"), None);
}

#[test]
fn an_alb_row_gives_its_times_its_group_and_its_trace() {
    let text = alb_row(61, "0.002 0.017 0.001", "orders");
    let row = alb::row(text.trim().as_bytes()).unwrap();
    assert_eq!(row.times_us, Some([2000, 17_000, 1000]));
    assert_eq!(row.at_us, iso(b"2024-05-01T00:01:01.4Z").unwrap());
    assert_eq!(row.whole_us, Some(100_000));
    assert_eq!(row.status, Some(200));
    assert_eq!(row.group, b"targetgroup/orders/1");
    assert_eq!(row.trace, b"1-5f-0000003d");
    let tally = read(Kind::Alb, &text).unwrap();
    assert_eq!((tally.rows, tally.used), (1, 1));
    assert_eq!(part(&tally, Part::AlbProcessing).sum_ticks(), 3);
    assert_eq!(part(&tally, Part::Service).sum_ticks(), 17);
    assert_eq!(part(&tally, Part::AlbByClock).sum_ticks(), 83, "100 ms less 17 ms");
}

#[test]
fn an_alb_row_may_have_any_number_of_fields_from_twelve() {
    let whole = alb_row(0, "0.002 0.017 0.001", "orders");
    let more = format!("{} TID_12 \"-\" \"/x y\" - \"new\"", whole.trim());
    assert_eq!(alb::row(more.as_bytes()), alb::row(whole.trim().as_bytes()));
    // Logs of 2016 end before the creation of the request: then the end less the times stands for it.
    let fields: Vec<&str> = whole.split(' ').collect();
    let old = fields[..12].join(" ");
    let row = alb::row(old.as_bytes()).unwrap();
    assert_eq!(row.at_us, iso(b"2024-05-01T00:00:00.48Z").unwrap());
    assert_eq!((row.whole_us, row.group, row.trace), (None, &b""[..], &b""[..]));
    assert_eq!(alb::row(fields[..11].join(" ").as_bytes()).unwrap_err().why, "fewer than 12 fields");
    let ipv6 = whole.replace("10.0.0.1:4000", "[2001:db8::1]:443").replace("10.0.1.1:80", "[fe80::1]:80");
    assert_eq!(alb::row(ipv6.trim().as_bytes()).unwrap().group, b"targetgroup/orders/1");
}

#[test]
fn requests_that_were_not_dispatched_count_as_arrivals_only() {
    let text = alb_row(0, "-1 -1 -1", "orders") + &alb_row(1, "0.001 -1 -1", "orders") + &alb_row(2, "0 1 0", "orders");
    let tally = read(Kind::Alb, text).unwrap();
    assert_eq!((tally.used, tally.arrivals.total(), part(&tally, Part::Service).n()), (3, 3, 1));
    assert_eq!(tally.without.values().sum::<u64>(), 2);
    assert_eq!(tally.services.by_rows()[0].1.rows, 3);
}

#[test]
fn times_of_months_are_damage() {
    for times in ["10000001 0 0", "0 10000000000000 10000000000000", "0 0 1e3"] {
        let text = alb_row(0, times, "orders");
        assert_eq!(alb::row(text.trim().as_bytes()).unwrap_err().why, "no times in fields 6 to 8", "{times}");
    }
    assert!(alb::row(alb_row(0, "10000000 10000000 10000000", "orders").trim().as_bytes()).is_ok());
}

#[test]
fn a_sum_of_two_times_that_are_cut_off_lies_a_millisecond_higher() {
    let reading = Reading { kind: Kind::Alb, rounding: Rounding::Down, format: None };
    let text = alb_row(0, "0.002 0.017 0.001", "orders");
    let tally = stream(text.as_bytes(), "log", &reading, &Control::default()).unwrap();
    assert_eq!(part(&tally, Part::AlbProcessing).mean_ms(), Some(4.0));
    assert_eq!(part(&tally, Part::Service).mean_ms(), Some(17.5));
}

#[test]
fn rows_of_classic_and_network_load_balancers() {
    let classic = "2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \
                   \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -\n";
    let tcp = "2015-05-13T23:39:44.945958Z my-lb 192.168.131.39:2817 - -1 -1 -1 503 0 0 0 \"- - - \" \"-\" - -\n";
    let tally = read(Kind::ClassicElb, [classic, tcp].concat()).unwrap();
    assert_eq!(part(&tally, Part::ClassicProcessing).mean_ms(), Some(0.13));
    assert_eq!(part(&tally, Part::ClassicService).sum_ticks(), 1048);
    assert_eq!(tally.statuses.into_iter().collect::<Vec<_>>(), [(200, 1), (503, 1)]);
    let nlb = "tls 2.0 2020-04-01T08:51:42 net/my-nlb/c6e7 g3d4 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn - x \
               tlsv12 - d h2 h2 \"h2\",\"http/1.1\" 2020-04-01T08:51:20\n";
    let failed =
        "tls 2.0 2020-04-01T08:51:42 net/my-nlb/c6e7 g3d4 72.21.218.154:51341 - 5 - 98 246 - arn - - - - - - - - -\n";
    let tally = read(Kind::Nlb, [nlb, failed].concat()).unwrap();
    assert_eq!((part(&tally, Part::NlbHandshake).sum_ticks(), part(&tally, Part::NlbConnection).sum_ticks()), (2, 10));
    assert_eq!(tally.arrivals.range_us().unwrap().0, iso(b"2020-04-01T08:51:20").unwrap());
    assert_eq!(Kind::of(classic.as_bytes()), Some(Kind::ClassicElb));
    assert_eq!(Kind::of(tcp.as_bytes()), Some(Kind::ClassicElb));
    assert_eq!(Kind::of(nlb.as_bytes()), Some(Kind::Nlb));
    assert_eq!(Kind::of(b"2024-05-01T00:00:00Z 10.0.0.1 4000 443 TLSv1.2 X 0.003 - - -"), None, "a connection log");
}

#[test]
fn gateway_rows_in_json_may_have_quoted_bare_and_missing_numbers() {
    let rows = [
        r#"{"requestTimeEpoch":"1700000000123","status":"200","responseLatency":"25","integrationLatency":"20","resourcePath":"/orders/{id}"}"#,
        r#"{"requestTimeEpoch":1700000001123,"status":429,"responseLatency":3,"integrationLatency":-}"#,
        r#"{ "status": 200, "response_latency": 30, "integration.latency": 22, "wafLatency": 4, "authorizerLatency": 1 }"#,
        r#"2023-11-14T22:13:20.123Z {"agent":"a "quoted" agent, {x}","$context.responseLatency":9,"$context.integrationLatency":8}"#,
        r#"{"latency":5,"integration":{"latency":99,"integrationLatency":"2"},"tags":["a","latency"]}{"latency":6,"integrationLatency":1}"#,
    ];
    let tally = read(Kind::ApiGateway, rows.join("\r\n")).unwrap();
    assert_eq!((tally.rows, tally.used, tally.refused_rows()), (6, 6, 0), "two rows on the last line");
    let overhead = part(&tally, Part::GatewayOverhead);
    assert_eq!((overhead.n(), overhead.sum_ticks()), (5, 5 + (30 - 22 - 4 - 1) + 1 + 3 + 5));
    assert_eq!(part(&tally, Part::Integration).sum_ticks(), 20 + 22 + 8 + 2 + 1);
    assert_eq!((part(&tally, Part::Waf).sum_ticks(), part(&tally, Part::Authorizer).sum_ticks()), (4, 1));
    assert_eq!(tally.arrivals.range_us(), Some((1_700_000_000_123_000, 1_700_000_001_123_000)));
    assert_eq!(tally.services.by_rows()[0].0, "/orders/{id}");
    assert_eq!(tally.statuses[&429], 1);
}

#[test]
fn gateway_rows_of_no_use_are_refused() {
    let refusal = |text: &str| Reader::default().row(text.as_bytes()).unwrap_err();
    assert_eq!(refusal(r#"{"a":1}"#).why, "JSON without a latency or a time of a request");
    assert_eq!(
        refusal(r#"{"time":"2024-05-01T00:00:00Z","level":"info"}"#).why,
        refusal(r#"{"a":1}"#).why,
        "a program's log"
    );
    assert_eq!(refusal(r#"{"latency":"fast"}"#).why, "latency that is no number");
    assert_eq!(refusal(r#"{"latency":12,"path":"/a"#).why, "JSON that is cut off");
    assert!(refusal("text").foreign && !refusal(r#"{"latency":"#).foreign);
    assert_eq!(refusal(&alb_row(0, "0 0 0", "{x}")).why, "row of a load balancer's access log");
    let deep = "{\"a\":".repeat(10_000) + "1" + &"}".repeat(10_000);
    assert_eq!(refusal(&deep).why, "JSON without a latency or a time of a request");
}

#[test]
fn a_path_counts_by_its_first_segment() {
    for (path, service) in
        [("/orders/12?x=1", "/orders"), ("/orders", "/orders"), ("/", "/"), ("/a?b", "/a"), ("-", "")]
    {
        let text = format!("{{\"latency\":1,\"path\":\"{path}\"}}");
        assert_eq!(Reader::default().row(text.as_bytes()).unwrap().0.resource, service.as_bytes(), "{path}");
    }
}

#[test]
fn a_format_tells_what_keys_and_places_mean() {
    let json = Format::parse(
        r#"{"rl":"$context.responseLatency","il":$context.integrationLatency,"latency":"$context.domainName"}"#,
    );
    let mut reader = Reader::new(Some(json.unwrap()));
    let (row, _) = reader.row(br#"{"latency":"x","il":7,"rl":"9"}"#).unwrap();
    assert_eq!((row.response, row.integration), (Some(9), Some(7)));
    let clf = "$context.identity.sourceIp - - [$context.requestTime] \"$context.httpMethod $context.resourcePath\" $context.status \
               $context.responseLatency";
    let mut reader = Reader::new(Some(Format::parse(clf).unwrap()));
    let (row, _) = reader.row(b"1.2.3.4 - - [29/Feb/2024:12:34:56 +0000] \"GET /a b\" 200 17").unwrap();
    assert_eq!((row.at_us, row.status, row.response), (Some(1_709_210_096_000_000), Some(200), Some(17)));
    assert_eq!(row.resource, b"/a b");
    assert!(reader.row(b"{}").is_err() && reader.row(b"1.2.3.4 - -").is_err());
    let xml = "<r><l>$context.responseLatency</l><i>$context.integration.latency</i></r>";
    let mut reader = Reader::new(Some(Format::parse(xml).unwrap()));
    assert_eq!(reader.row(b"<r><l>5</l><i>-</i></r>").unwrap().0.response, Some(5));
    for bad in
        ["", "plain", "$context.requestId", "$context.status$context.responseLatency", "{\"a\":\"$context.status\""]
    {
        assert!(Format::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn trace_ids_have_a_root() {
    assert_eq!(trace_root(b"Self=1-67-a;Root=1-58-b;Sampled=1"), b"1-58-b");
    assert_eq!(trace_root(b"1-58-b"), b"1-58-b");
    assert_eq!(trace_root(b"-"), b"");
    assert_eq!((row::status(b"200"), row::status(b"-"), row::status(b"000")), (Some(200), None, None));
}

#[test]
fn rows_that_were_cut_off_are_counted_by_part() {
    let row =
        |times: &str, status: u32| alb_row(1, times, "orders").replace(" 200 200 1 2 ", &format!(" {status} - 1 2 "));
    let text = alb_row(0, "0.001 0.010 0.000", "orders").repeat(6) + &row("-1 -1 -1", 460) + &row("0.001 -1 -1", 504);
    // A 503 was never dispatched: it says nothing of the target's time. A row that names no target does not say whether it was.
    let nowhere = row("-1 -1 -1", 460).replacen("10.0.1.1:80", "-", 1);
    let tally = read(Kind::Alb, text + &row("-1 -1 -1", 503) + &nowhere).unwrap();
    assert_eq!(tally.cut_off.iter().map(|(part, n)| (*part, *n)).collect::<Vec<_>>(), [(Part::Service, 1)]);
    assert_eq!(tally.without.values().sum::<u64>(), 4);
    // A tenth of a second passed, less what lay before the target and the millisecond to which the beginning is known.
    let longer = &tally.slots.whole().longer[&Part::Service];
    assert_eq!((longer.n(), longer.range_ticks()), (2, Some((98, 99))));
    let services = tally.services.by_rows();
    assert_eq!((services[0].1.rows, services[0].1.times.n(), services[0].1.longer.n()), (10, 6, 2));
}

#[test]
fn whoever_got_no_connection_was_not_cut_off() {
    let row = |times: &str| alb_row(1, times, "orders").replace(" 200 200 1 2 ", " 504 - 1 2 ");
    let text = alb_row(0, "0.001 0.010 0.000", "orders").repeat(6) + &row("-1 -1 -1");
    let tally = read(Kind::Alb, text.clone()).unwrap();
    assert!(tally.cut_off.is_empty() && tally.slots.whole().longer.is_empty(), "{:?}", tally.cut_off);
    let tally = read(Kind::Alb, text + &row("0.001 -1 -1")).unwrap();
    assert_eq!(tally.slots.whole().longer[&Part::Service].n(), 1, "sent on, and not answered in time");
}

#[test]
fn a_timeout_of_the_gateway_is_a_time_that_was_longer() {
    let row = |status: u32, of_integration: &str| {
        format!(
            r#"{{"requestTimeEpoch":"1714521600000","resourcePath":"/a","status":"{status}","responseLatency":"29004",
            "integrationLatency":"29000"{of_integration}}}"#
        )
        .replace('\n', "")
            + "\n"
    };
    let with = |of_integration: &str| format!(r#","integrationStatus":"{of_integration}""#);
    for (status, of_integration, longer) in [
        (504, with("-"), 1),
        (503, with("-"), 1),
        (504, String::new(), 1),
        // Answers of the service itself, however bad.
        (504, with("504"), 0),
        (503, with("503"), 0),
        (503, String::new(), 0),
        (500, with("-"), 0),
    ] {
        let whole = read(Kind::ApiGateway, row(status, &of_integration)).unwrap().slots.whole();
        let n = |of: &std::collections::BTreeMap<Part, Times>| of.get(&Part::Integration).map_or(0, Times::n);
        assert_eq!((n(&whole.longer), n(&whole.times)), (longer, 1 - longer), "{status} {of_integration}");
        assert_eq!(whole.times[&Part::GatewayOverhead].range_ticks(), Some((4, 4)));
    }
}
