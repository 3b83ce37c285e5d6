//! Tests of the readers of logs and metrics, and of what they count in.

mod counts;
mod metrics;
mod mutations;
mod rows;
mod streams;

use super::kind::Kind;
use super::read::{Reading, stream};
use super::row::Rounding;
use super::stream::Control;
use super::tally::Tally;
use crate::issue::Issue;

/// A row of an ALB's log at a second of 2024-05-01T00:00, with its times and target group.
fn alb_row(second: u32, times: &str, group: &str) -> String {
    format!(
        "h2 2024-05-01T00:{:02}:{:02}.500000Z app/a/1 10.0.0.1:4000 10.0.1.1:80 {times} 200 200 1 2 \
         \"GET https://x.example:443/a?b=c%20d HTTP/2.0\" \"agent \\\"x\\\" y\" - - \
         arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{group}/1 \"Root=1-5f-{second:08x}\" \"-\" \"-\" 1 \
         2024-05-01T00:{:02}:{:02}.400000Z \"forward\" \"-\" \"-\" \"10.0.1.1:80\" \"200\" \"-\" \"-\"\n",
        second / 60,
        second % 60,
        second / 60,
        second % 60
    )
}

fn reading(kind: Kind) -> Reading {
    Reading { kind, rounding: Rounding::Nearest, format: None }
}

fn read(kind: Kind, text: impl AsRef<[u8]>) -> Result<Tally, Issue> {
    stream(text.as_ref(), "log", &reading(kind), &Control::default())
}
