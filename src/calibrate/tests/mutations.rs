//! Rows with bytes changed, lost, doubled and moved by chance: whatever they become, they are read or refused, and the books balance.

use super::{alb_row, reading};
use crate::calibrate::apigateway::Format;
use crate::calibrate::cloudwatch::{Metrics, read as read_metrics};
use crate::calibrate::kind::Kind;
use crate::calibrate::read::{Reading, stream};
use crate::calibrate::stream::Control;
use crate::calibrate::{document, summary};

/// Marsaglia's xorshift with 64 bits.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    /// A text with one to eight changes.
    fn mutated(&mut self, text: &[u8]) -> Vec<u8> {
        const PIECES: [&[u8]; 16] = [
            b"\"",
            b" ",
            b"-",
            b"\\",
            b"\n",
            b"{",
            b"}",
            b"[",
            b":",
            b",",
            b"-1",
            b"9999999999999999999",
            b"\0",
            b"\xff",
            b"0.",
            b"9999-12-31T23:59:59Z",
        ];
        let mut text = text.to_vec();
        for _ in 0..=self.below(8) {
            let at = self.below(text.len() + 1);
            let end = (at + self.below(12)).min(text.len());
            match self.below(5) {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, PIECES[self.below(PIECES.len())].iter().copied())),
                2 => drop(text.splice(at..end, PIECES[self.below(PIECES.len())].iter().copied())),
                3 => {
                    let piece = text[at..end].to_vec();
                    let to = self.below(text.len() + 1);
                    drop(text.splice(to..to, piece));
                }
                _ => text.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (at % 8)),
            }
        }
        text
    }
}

fn check(reading: &Reading, text: &[u8]) -> bool {
    let Ok(tally) = stream(text, "log", reading, &Control::default()) else { return false };
    let whole = tally.slots.whole();
    assert_eq!((tally.rows, whole.rows), (tally.used + tally.refused_rows(), tally.used));
    for times in whole.times.values() {
        assert_eq!(times.cells().map(|cell| cell.count).sum::<u64>(), times.n());
        let cells: Vec<_> = times.cells().collect();
        assert!(cells.windows(2).all(|pair| pair[0].high_ms <= pair[1].low_ms));
    }
    let shown = summary::rows(&tally) + &summary::times(&tally) + &summary::arrivals(&tally);
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!document::log("log", &tally, None).to_string().is_empty());
    true
}

#[test]
fn changed_rows_are_read_or_refused() {
    let nlb = "tls 2.0 2020-04-01T08:51:42 net/a/c6 g3d4 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn - x tlsv12 - d \
               h2 h2 \"h2\",\"http/1.1\" 2020-04-01T08:51:20\n";
    let classic = "2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \
                   \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -\n";
    let gateway = "{\"requestTimeEpoch\":\"1700000000123\",\"status\":200,\"responseLatency\":25,\"integrationLatency\":-,\"path\":\"/a/b\"}\n";
    let text = "29/Feb/2024:12:34:56 +0000|200|17|15\n";
    let format =
        Format::parse("$context.requestTime|$context.status|$context.responseLatency|$context.integrationLatency").ok();
    let logs = [
        (reading(Kind::Alb), alb_row(1, "0.001 0.010 0.000", "orders").repeat(3)),
        (reading(Kind::Nlb), nlb.repeat(3)),
        (reading(Kind::ClassicElb), classic.repeat(3)),
        (reading(Kind::ApiGateway), gateway.repeat(3)),
        (Reading { format, ..reading(Kind::ApiGateway) }, text.repeat(3)),
    ];
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for (reading, text) in &logs {
        let read = (0..3000).filter(|_| check(reading, &chance.mutated(text.as_bytes()))).count();
        assert!(read > 1000, "only {read} of 3,000 {:?} were read", reading.kind);
    }
}

#[test]
fn changed_metrics_are_read_or_refused() {
    let text = br#"{"MetricDataResults":[{"Id":"latency_p99_9","Label":"Latency p50","Timestamps":["2024-05-01T00:00:00Z",1714521660],
        "Values":[80,90]},{"Id":"c","Label":"Count","Timestamps":["2024-05-01T00:00:00Z"],"Values":[600]}],"data":{"Label":"Latency",
        "Datapoints":[{"Timestamp":{"year":2019,"month":6,"day":25},"SampleCount":3,"ExtendedStatistics":{"p50":1,"p99":2}}]}}"#;
    let mut chance = Chance(0x1234_5678_9abc_def1);
    for _ in 0..3000 {
        let mut metrics = Metrics::default();
        if read_metrics(&chance.mutated(text)[..], "m", &mut metrics, &Control::default()).is_ok() {
            for curve in metrics.curves.values() {
                assert!(curve.quantiles().windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
            }
            assert!(!document::metrics(&metrics).to_string().is_empty());
            assert!(summary::metrics(&metrics).chars().all(|c| c == '\n' || !c.is_control()));
        }
    }
}
