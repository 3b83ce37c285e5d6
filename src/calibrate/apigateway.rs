//! Rows of an API Gateway stage's access log, whose shape the owner of the stage decides: JSON with keys of any name, or with
//! `--format` anything else. Latencies are whole milliseconds, `-` where there is none.
//!
//! Source: awsdocs/amazon-api-gateway-developer-guide @781597d, "$context variables for access logging".

mod format;
mod loose;
mod names;

use std::collections::BTreeMap;

pub use format::Format;
use names::{ITEMS, Item};

use super::fields::{Number, clf, iso, number};
use super::kind::Kind;
use super::row::{Refusal, Rounding, is_cut_off, status, trace_root};
use super::slots::Part;
use super::tally::{Api, Tally, Took};
use super::times::Scale;

/// Keys that are remembered, so that their meaning is looked up once.
const REMEMBERED: usize = 256;

/// What a row says, as far as it is used. Times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row<'a> {
    /// When the request came, in microseconds since 1970.
    pub at_us: Option<i64>,
    /// From the request to the answer.
    pub response: Option<u64>,
    /// Of that, the integration.
    pub integration: Option<u64>,
    /// Of that, WAF.
    pub waf: Option<u64>,
    /// Of that, authentication, authorizer and authorization.
    pub authorizer: Option<u64>,
    /// Of the answer.
    pub status: Option<u16>,
    /// Whether the integration's answer was not waited for, by its status and time.
    pub timed_out: bool,
    /// Resource or route; else the first segment of the path; empty where neither is there.
    pub resource: &'a [u8],
    /// What the name of the resource says of the API: a resource path is of a REST API, a route key of an HTTP API.
    pub api: Option<Api>,
    /// Root of the trace id; empty where there is none.
    pub trace: &'a [u8],
}

/// Reads rows.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    format: Option<Format>,
    keys: BTreeMap<Vec<u8>, [Option<Item>; 2]>,
}

type Values<'a> = [Option<&'a [u8]>; ITEMS];

impl Reader {
    /// A reader of rows of a format; without one, of rows in JSON whose keys tell what they are.
    #[must_use]
    pub fn new(format: Option<Format>) -> Reader {
        Reader { format, keys: BTreeMap::new() }
    }

    fn item(&mut self, depth: usize, key: &[u8]) -> Option<Item> {
        if let Some(Format::Json(keys)) = &self.format {
            return keys.get(key).copied();
        }
        let deep = usize::from(depth > 1);
        if let Some(known) = self.keys.get(key) {
            return known[deep];
        }
        let items = [names::item(key, 1), names::item(key, 2)];
        if self.keys.len() < REMEMBERED {
            self.keys.insert(key.to_vec(), items);
        }
        items[deep]
    }

    /// The first row of a line, and what is left of it: delivery streams may put several rows on a line.
    ///
    /// # Errors
    /// Why there is none.
    pub fn row<'a>(&mut self, line: &'a [u8]) -> Result<(Row<'a>, &'a [u8]), Refusal> {
        let (values, rest) = if let Some(Format::Text(segments)) = &self.format {
            let refusal = match Kind::of(line) {
                Some(kind) => Refusal::foreign(kind.foreign()),
                None => Refusal::foreign("row that is not of the format given"),
            };
            (format::values(segments, line).ok_or(refusal)?, &line[line.len()..])
        } else {
            self.json(line)?
        };
        let row = made(&values)?;
        Ok((row, rest))
    }

    fn json<'a>(&mut self, line: &'a [u8]) -> Result<(Values<'a>, &'a [u8]), Refusal> {
        // CloudWatch Logs puts an instant, and the name of the stream, before each row that it exports.
        let start = memchr::memchr(b'{', line).ok_or(match Kind::of(line) {
            Some(kind) => Refusal::foreign(kind.foreign()),
            None => Refusal::foreign("row that is not JSON"),
        })?;
        if start > 0 && line[0] != b'[' && Kind::of(line).is_some_and(|kind| kind != Kind::ApiGateway) {
            return Err(Refusal::foreign("row of a load balancer's access log"));
        }
        let mut values = [None; ITEMS];
        let text = &line[start..];
        let length = loose::scan(text, |depth, key, value| {
            if let Some(item) = self.item(depth, key) {
                values[item as usize].get_or_insert(value);
            }
        });
        let length = length.ok_or(Refusal::damaged("JSON that is cut off"))?;
        Ok((values, text[length..].trim_ascii_start()))
    }

    /// Counts the rows of a line.
    ///
    /// # Errors
    /// Why the line counts for nothing; of several rows on a line those before a fault count.
    pub fn count(&mut self, line: &[u8], rounding: Rounding, tally: &mut Tally) -> Result<(), Refusal> {
        let (mut row, mut rest) = self.row(line)?;
        loop {
            count(&row, rounding, tally);
            if !rest.starts_with(b"{") {
                return Ok(());
            }
            // The caller counts one row a line: whatever becomes of the last.
            tally.rows += 1;
            tally.used += 1;
            (row, rest) = self.row(rest)?;
        }
    }
}

/// A latency in milliseconds; logs of other programs may have a fraction.
fn millis(value: Option<&[u8]>) -> Result<Option<u64>, Refusal> {
    match value.map_or(Number::Absent, number) {
        Number::Millionths(millionths) => Ok(Some((millionths + 500_000) / 1_000_000)),
        Number::Absent => Ok(None),
        Number::Bad => Err(Refusal::damaged("latency that is no number")),
    }
}

/// The instant of a row.
fn instant(values: &Values<'_>) -> Option<i64> {
    let epoch = values[Item::Epoch as usize].map_or(Number::Absent, number);
    let time = values[Item::Time as usize].unwrap_or_default();
    // A timestamp may be milliseconds since 1970 too; since 5138 in seconds nobody logs.
    let number = if epoch == Number::Absent { number(time) } else { epoch };
    match number {
        Number::Millionths(millionths) if millionths >= 100_000_000_000 * 1_000_000 => Some((millionths / 1000) as i64),
        Number::Millionths(millionths) => Some(millionths as i64),
        _ => iso(time).or_else(|| clf(time)),
    }
}

/// Whether the gateway gave the integration up: it answered 504 (REST) or 503 (HTTP) itself, so that the integration has no status. Where
/// the log does not have that, 504 is taken for it: who answers it has waited for somebody.
fn timed_out(answer: Option<u16>, integration: Option<&[u8]>) -> bool {
    match integration {
        Some(of_integration) => matches!(answer, Some(503 | 504)) && status(of_integration).is_none(),
        None => answer == Some(504),
    }
}

fn made<'a>(values: &Values<'a>) -> Result<Row<'a>, Refusal> {
    let of = |item: Item| values[item as usize];
    let phases = [of(Item::Authenticate), of(Item::Authorizer), of(Item::Authorize)];
    let mut authorizer = None;
    for phase in phases {
        if let Some(ms) = millis(phase)? {
            authorizer = Some(authorizer.unwrap_or(0) + ms);
        }
    }
    let path = of(Item::Path).filter(|path| *path != b"-").unwrap_or_default();
    let segment = path.iter().skip(1).position(|byte| matches!(byte, b'/' | b'?')).map_or(path.len(), |at| at + 1);
    let response = millis(of(Item::Response))?;
    let name = |item: Item| of(item).filter(|name| *name != b"-");
    let (resource, route) = (name(Item::Resource), name(Item::Route));
    let row = Row {
        at_us: instant(values),
        response: if response.is_some() { response } else { millis(of(Item::Latency))? },
        integration: millis(of(Item::Integration))?,
        waf: millis(of(Item::Waf))?,
        authorizer,
        status: of(Item::Status).and_then(status),
        timed_out: timed_out(of(Item::Status).and_then(status), of(Item::IntegrationStatus)),
        resource: resource.or(route).unwrap_or(&path[..segment]),
        api: match (resource, route) {
            (Some(_), None) => Some(Api::Rest),
            (None, Some(_)) => Some(Api::Http),
            _ => None,
        },
        trace: of(Item::Trace).map_or(&path[..0], trace_root),
    };
    // A time alone says nothing: every program that logs JSON has one.
    let dated = row.at_us.is_some() && (row.status.is_some() || of(Item::Epoch).is_some());
    let says_something = row.response.is_some() || row.integration.is_some() || dated;
    if says_something { Ok(row) } else { Err(Refusal::foreign("JSON without a latency or a time of a request")) }
}

fn count(row: &Row<'_>, rounding: Rounding, tally: &mut Tally) {
    let scale = Scale::stated(1000, rounding.shift(1));
    match row.at_us {
        Some(at_us) => tally.arrivals.record(at_us),
        None => tally.lacks("no time of the request"),
    }
    if let Some(api) = row.api {
        *tally.apis.entry(api).or_insert(0) += 1;
    }
    if let Some(status) = row.status {
        *tally.statuses.entry(status).or_insert(0) += 1;
    }
    // A time at which the gateway stopped waiting is not that of the integration, which took longer.
    let reached = row.integration.filter(|_| row.timed_out);
    tally.services.record(row.resource, scale, reached.map_or(row.integration.into(), Took::Longer));
    let slot = tally.slots.at(row.at_us);
    slot.rows += 1;
    let single = [
        (Part::Response, row.response),
        (Part::Integration, row.integration),
        (Part::Waf, row.waf),
        (Part::Authorizer, row.authorizer),
    ];
    for (part, time) in single {
        match time {
            Some(ms) if row.timed_out && part == Part::Integration => slot.cut_off(part, ms),
            Some(ms) => slot.record(part, scale, ms),
            None => {}
        }
    }
    match (row.response, row.integration) {
        (Some(response), Some(integration)) => {
            let others = integration + row.waf.unwrap_or(0) + row.authorizer.unwrap_or(0);
            let terms = 1 + u8::from(row.waf.is_some()) + u8::from(row.authorizer.is_some());
            slot.record(Part::GatewayOverhead, rounding.less(terms), response.saturating_sub(others));
            if response < others {
                tally.lacks("overhead below 0, counted as 0: the parts are rounded one by one");
            }
        }
        (Some(_), None) => {
            tally.lacks("no integration latency: the gateway answered itself, or does not log it");
            if is_cut_off(row.status) {
                tally.cuts_off(Part::Integration);
            }
        }
        (None, _) => tally.lacks("no response latency"),
    }
}
