//! Streams: empty, cut off, packed, foreign, mixed, with a line without end; and files joined on the trace id.

use std::io::{self, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{alb_row, read, reading};
use crate::calibrate::join::join;
use crate::calibrate::kind::Kind;
use crate::calibrate::lines::{LONGEST, Lines};
use crate::calibrate::read::{files, stream};
use crate::calibrate::row::Rounding;
use crate::calibrate::slots::Part;
use crate::calibrate::stream::Control;
use crate::calibrate::summary;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A stream that gives a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(self.0.len()).min(buffer.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

fn log(rows: u32) -> String {
    (0..rows).map(|second| alb_row(second, "0.001 0.010 0.000", "orders")).collect()
}

#[test]
fn lines_come_whole_however_the_stream_is_cut() {
    let text = b"a\r\n\nbc\nlast";
    for drop in 1..6 {
        let mut lines = Lines::new(Drops(&text[1..], drop), &text[..1]);
        let mut seen = Vec::new();
        while let Some(line) = lines.line().unwrap() {
            seen.push((String::from_utf8(line.bytes.to_vec()).unwrap(), line.number, line.unended));
        }
        let expected = [("a", 1, false), ("", 2, false), ("bc", 3, false), ("last", 4, true)];
        assert_eq!(seen, expected.map(|(text, number, unended)| (text.to_string(), number, unended)), "{drop}");
    }
}

#[test]
fn a_line_without_end_is_passed_over_in_bounded_memory() {
    let long = io::repeat(b'x').take(50 * LONGEST as u64);
    let text = log(3);
    let endless = text.as_bytes().chain(long).chain(&b"\n"[..]).chain(text.as_bytes());
    let tally = stream(endless, "log", &reading(Kind::Alb), &Control::default()).unwrap();
    assert_eq!((tally.used, tally.rows), (6, 7));
    let refused = &tally.refused["line of over 1 MiB"];
    assert_eq!((refused.count, refused.first[0].line), (1, 4));
    let issue = stream(io::repeat(0).take(3 << 20), "log", &reading(Kind::Alb), &Control::default()).unwrap_err();
    assert!(issue.message.contains("no ALB access log: 0 of 1 rows are usable"), "{}", issue.message);
}

#[test]
fn gzip_may_have_members_and_be_cut_off() {
    let text = log(200);
    let whole = read(Kind::Alb, &text).unwrap();
    let packed = gzip(text.as_bytes());
    assert_eq!(read(Kind::Alb, &packed).unwrap(), whole);
    let half = text.len() / 2;
    let members = [gzip(&text.as_bytes()[..half]), gzip(b""), gzip(&text.as_bytes()[half..])].concat();
    assert_eq!(read(Kind::Alb, members).unwrap(), whole, "members may end within a line");
    let cut = read(Kind::Alb, &packed[..packed.len() * 2 / 3]).unwrap();
    assert!(cut.used > 20 && cut.used < 200, "{}", cut.used);
    assert_eq!(cut.remarks.iter().next().unwrap(), "`log` is gzip that is cut off: what lies before the cut counts");
    let mut damaged = packed.clone();
    damaged.extend(b"garbage behind the last member");
    let behind = read(Kind::Alb, &damaged).unwrap();
    assert_eq!((behind.used, behind.remarks.len()), (200, 1));
    assert!(read(Kind::Alb, &packed[..5]).unwrap_err().message.contains("begins as gzip"));
    assert!(read(Kind::Alb, gzip(&packed)).unwrap_err().message.contains("gzip within gzip"));
}

#[test]
fn rows_count_once_the_checksum_over_them_is_right() {
    // Rows that differ, so that the packed text is long enough to be damaged in its middle.
    let log = |minute: u32| -> String {
        (0..3_000)
            .map(|i| alb_row(minute * 60 + i % 60, &format!("0.001 0.{:03} 0", i * i * 7 % 997), "orders"))
            .collect()
    };
    let (first, second) = (gzip(log(0).as_bytes()), gzip(log(1).as_bytes()));
    let whole = read(Kind::Alb, log(0)).unwrap();
    for at in (30..second.len()).step_by(second.len() / 25) {
        let mut damaged = second.clone();
        damaged[at] ^= 0x10;
        let mut tally = read(Kind::Alb, [first.clone(), damaged.clone(), second.clone()].concat()).unwrap();
        let remark = tally.remarks.pop_first().unwrap();
        assert!(remark.contains("is damaged gzip") && tally.remarks.is_empty(), "{at}: {remark}");
        assert_eq!(tally, whole, "{at}: what lies before the damaged member counts, nothing else");
        assert!(read(Kind::Alb, damaged).map_or(0, |tally| tally.used) == 0, "{at}: alone, nothing counts");
    }
    let sound = read(Kind::Alb, [first.clone(), second, first].concat()).unwrap();
    assert_eq!((sound.used, sound.remarks.len()), (9_000, 0));
}

#[test]
fn a_log_of_nothing_but_damage_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gz");
    let mut damaged = gzip(log(200).as_bytes());
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let control = Control::default();
    let issue = &files(std::slice::from_ref(&path), &reading(Kind::Alb), &control).unwrap_err()[0];
    assert!(issue.note.as_ref().unwrap().ends_with("200 rows since the last right checksum are left out"), "{issue:?}");
    let paths = std::slice::from_ref(&path);
    let issue = &join(paths, paths, None, Rounding::Nearest, &control).unwrap_err()[0];
    assert!(issue.message.contains("so nothing can be joined"), "{}", issue.message);
}

#[test]
fn foreign_files_are_named() {
    let found = |kind, bytes: &[u8]| read(kind, bytes).unwrap_err().message;
    assert!(found(Kind::Alb, b"\x89PNG\r\n\x1a\n").contains("`log` is a PNG picture"));
    assert!(found(Kind::Nlb, log(3).as_bytes()).contains("looks like an ALB access log"));
    let json = br#"{"latency":1,"status":200}"#;
    assert!(found(Kind::Alb, json).contains("looks like an API Gateway access log"));
    assert!(found(Kind::ApiGateway, br#"{"MetricDataResults":[]}"#).contains("metrics of CloudWatch"));
    assert!(found(Kind::Alb, &[0xff, 0x00, 0x80, b'\n', 0xfe]).contains("0 of 2 rows are usable"));
    let issue = read(Kind::ApiGateway, log(2)).unwrap_err();
    assert_eq!(issue.hint.unwrap(), "`gatecap calibrate alb log` reads it");
}

#[test]
fn mixed_files_count_the_rows_that_belong_there() {
    let foreign = "tls 2.0 2020-04-01T08:51:42 net/a/1 g 1.2.3.4:5 1.2.3.4:443 5 2 98 246\n";
    let garbage = b"\xff\xfe\x00 not a row\n";
    let mixed = [log(3).as_bytes(), foreign.as_bytes(), garbage, b"\n# a comment\n", log(2).as_bytes()].concat();
    let tally = read(Kind::Alb, &mixed).unwrap();
    assert_eq!((tally.rows, tally.used), (7, 5), "blank lines and comments are no rows");
    assert_eq!(tally.refused["row of an NLB access log"].first[0].line, 4);
    assert_eq!(tally.refused["no row of any known log"].first[0].line, 5);
    let mostly = foreign.repeat(6) + &log(5);
    assert!(read(Kind::Alb, mostly).unwrap_err().message.contains("looks like an NLB access log"));
    let cut = log(3);
    let tally = read(Kind::Alb, &cut[..cut.len() - 330]).unwrap();
    assert_eq!((tally.used, tally.refused["last row of a file, cut off"].first[0].line), (2, 3));
    let marked = [b"\xef\xbb\xbf", log(1).as_bytes()].concat();
    assert_eq!(read(Kind::Alb, marked).unwrap().used, 1);
}

#[test]
fn files_add_up_whatever_their_order_and_the_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for part in 0..7_u32 {
        let rows: String =
            (0..50).map(|i| alb_row(part * 50 + i * 3 % 50, "0.001 0.0 0", &format!("s{}", i % 4))).collect();
        let path = folder.path().join(format!("{part}.log"));
        std::fs::write(&path, if part % 2 == 0 { rows.into_bytes() } else { gzip(rows.as_bytes()) }).unwrap();
        paths.push(path);
    }
    let control = Control::default();
    let forward = files(&paths, &reading(Kind::Alb), &control).unwrap();
    paths.reverse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    assert_eq!(pool.install(|| files(&paths, &reading(Kind::Alb), &control)).unwrap(), forward);
    assert_eq!((forward.used, forward.arrivals.total(), forward.services.by_rows().len()), (350, 350, 4));
    assert!(control.read() > 100_000);
    paths.push(folder.path().join("missing"));
    paths.push(folder.path().to_path_buf());
    let issues = files(&paths, &reading(Kind::Alb), &control).unwrap_err();
    assert_eq!(issues.len(), 2);
    assert!(issues[0].message.contains("cannot read") && issues[1].message.contains("is a folder"));
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "").unwrap();
    let issues = files(std::slice::from_ref(&empty), &reading(Kind::Nlb), &control).unwrap_err();
    assert!(issues[0].message.contains("no rows in") && issues[0].hint.as_ref().unwrap().contains("TLS listeners"));
    let with_rows = files(&[empty, paths[0].clone()], &reading(Kind::Alb), &control).unwrap();
    assert!(with_rows.remarks.iter().next().unwrap().ends_with("is empty"));
    control.stop();
    assert!(files(&paths, &reading(Kind::Alb), &control).unwrap_err().is_empty());
}

#[test]
fn joined_logs_give_what_lies_between_gateway_and_alb() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, alb) = (folder.path().join("gateway"), folder.path().join("alb"));
    let row = |id: u32, ms: u32| {
        format!("{{\"integrationLatency\":{ms},\"xrayTraceId\":\"Root=1-5f-{id:08x};Sampled=1\"}}\n")
    };
    // Pairs 0 to 99: the ALB logs 11 ms, the gateway 13 or 15; 100 and 101 are in one log only; 7 and 8 are there twice.
    let mut rows: String = (0..101).map(|id| row(id, 13 + id % 2 * 2)).collect();
    rows += &row(7, 500);
    std::fs::write(&gateway, rows).unwrap();
    let ids = (0..100).chain([101, 8]);
    let rows: String = ids.map(|id| alb_row(id, "0.001 0.010 0.000", "orders")).collect();
    std::fs::write(&alb, gzip(rows.as_bytes())).unwrap();
    let control = Control::default();
    let of =
        |rounding| join(std::slice::from_ref(&gateway), std::slice::from_ref(&alb), None, rounding, &control).unwrap();
    let joined = of(Rounding::Nearest);
    assert_eq!((joined.pairs, joined.gateway_only, joined.alb_only, joined.ambiguous), (98, 1, 1, 2));
    assert!((joined.mean_ms - 3.0).abs() < 1e-9, "half of the pairs 2 ms, half 4 ms");
    // Standard deviation 1 ms times sqrt(98/97), over sqrt(98).
    assert!((joined.half_width_ms - 1.959_964 / 97_f64.sqrt()).abs() < 1e-9);
    assert!((of(Rounding::Down).mean_ms - 2.0).abs() < 1e-9);
    let none = join(std::slice::from_ref(&alb), std::slice::from_ref(&gateway), None, Rounding::Nearest, &control)
        .unwrap_err();
    assert!(none[0].message.contains("cannot be joined"));
}

#[test]
fn parts_keep_apart() {
    let tally = read(Kind::Alb, log(4)).unwrap();
    let whole = tally.slots.whole();
    assert_eq!(whole.times.keys().copied().collect::<Vec<_>>(), [Part::AlbProcessing, Part::AlbByClock, Part::Service]);
    assert_eq!(whole.rows, 4);
}

#[test]
fn rows_of_two_kinds_of_apis_are_told_apart() {
    let row = |i: u64, name: &str| {
        format!(
            "{{\"requestTimeEpoch\":{},\"responseLatency\":20,\"integrationLatency\":15,{name}}}\n",
            1_714_521_600_500 + i
        )
    };
    let http = |i| row(i, "\"routeKey\":\"GET /users\",\"resourcePath\":\"-\"");
    let rest = |i| row(i, "\"routeKey\":\"-\",\"resourcePath\":\"/orders\"");
    let said = |text: &str| {
        summary::rows(&stream(text.as_bytes(), "a.log", &reading(Kind::ApiGateway), &Control::default()).unwrap())
    };
    let both = said(&[rest(1), rest(2), http(3), rest(4)].concat());
    for words in [
        "3 with `resourcePath` (REST, the first a.log:1)",
        "1 with `routeKey` (HTTP, the first a.log:3)",
        "calibrate each",
    ] {
        assert!(both.contains(words), "{words}: {both}");
    }
    for one in [[http(1), http(2)].concat(), [rest(1), rest(2)].concat()] {
        assert!(!said(&one).contains("two kinds"), "{}", said(&one));
    }
}
