//! Gateway and ALB logs joined on the trace id: what the integration took beyond all that the ALB logged is VPC link, NLB and network,
//! which no log states.
//!
//! Integration latency less the ALB's three times, request by request, has a resolution of a millisecond or two: the mean of many
//! requests says something, percentiles do not. Memory is bounded: ids are taken in turns by their hash, as many turns as it needs.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::alb;
use super::apigateway::{Format, Reader};
use super::lines::Lines;
use super::read::{open, shown};
use super::row::Rounding;
use super::stream::{Control, text};
use crate::issue::{Issue, Issues};

/// Ids of a turn: 48 MiB.
const TURN: u64 = 1 << 21;
/// Half-width of a 95 % interval in standard errors of a mean of many.
const Z95: f64 = 1.959_964;

/// What two logs say together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Joined {
    /// Requests that both logs have, once each, with their times.
    pub pairs: u64,
    /// Mean of VPC link, NLB and network over the pairs in milliseconds; 0 where there are no pairs.
    pub mean_ms: f64,
    /// Half of its 95 % interval in milliseconds, from the spread of the pairs alone; infinite below two pairs.
    pub half_width_ms: f64,
    /// By how much the mean would be lower if both logs cut milliseconds off instead of rounding them, in milliseconds: 1 with
    /// [`Rounding::Nearest`]; with [`Rounding::Down`] that is taken off already, and this is 0.
    pub if_cut_off_ms: f64,
    /// Pairs whose ALB times are longer than the integration: rounding, or clocks that were set.
    pub negative: u64,
    /// Requests with times that the gateway log alone has.
    pub gateway_only: u64,
    /// Requests with times that the ALB log alone has.
    pub alb_only: u64,
    /// Trace ids that one of the logs has more than once, which are left out: retries, or several requests of a trace.
    pub ambiguous: u64,
}

/// A request of the gateway's log, and what the other log says of it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    id: u64,
    integration_ms: u32,
    alb_us: u32,
    gateway_rows: u8,
    alb_rows: u8,
}

/// A hash of a trace id (FNV-1a, 64 bits, the last step mixed): equal on every machine.
fn hash(id: &[u8]) -> u64 {
    let folded = id
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    (folded ^ (folded >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Shows `visit` the lines of files, as far as they can be read; damaged gzip is refused, since the rows that
/// were shown cannot be taken back.
fn lines(paths: &[PathBuf], control: &Control, mut visit: impl FnMut(&[u8])) -> Result<(), Issues> {
    for path in paths {
        let stream = open(path).map_err(|issue| vec![issue])?;
        let unreadable = |error| vec![Issue::new(format!("cannot read `{}`: {error}", shown(path)))];
        let text = text(stream, control).map_err(unreadable)?;
        let mut lines = Lines::new(text.stream, &text.head);
        loop {
            let before = lines.position();
            match lines.line() {
                Ok(Some(line)) => visit(line.bytes.trim_ascii()),
                Err(error) if error.kind() != ErrorKind::UnexpectedEof && before > text.sound.bytes() => {
                    let issue =
                        Issue::new(format!("`{}` is damaged gzip ({error}), so nothing can be joined", shown(path)));
                    return Err(vec![issue.hint("give an undamaged copy, or leave it out")]);
                }
                _ => break,
            }
        }
    }
    if control.stopped() { Err(Issues::new()) } else { Ok(()) }
}

/// The log of the gateway, which gives the ids.
struct Gateway<'a> {
    paths: &'a [PathBuf],
    format: Option<Format>,
}

impl Gateway<'_> {
    /// Shows `visit` the id's hash and the integration latency in milliseconds of each request that has both.
    fn requests(&self, control: &Control, mut visit: impl FnMut(u64, u32)) -> Result<(), Issues> {
        let mut reader = Reader::new(self.format.clone());
        lines(self.paths, control, |line| {
            let mut rest = line;
            while let Ok((row, after)) = reader.row(rest) {
                if let Some(ms) = row.integration.filter(|_| !row.trace.is_empty()) {
                    visit(hash(row.trace), u32::try_from(ms).unwrap_or(u32::MAX));
                }
                rest = after;
            }
        })
    }
}

/// Sums over pairs, in microseconds.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    sum: i128,
    squares: i128,
}

/// Joins the rows of gateway logs with those of ALB logs. Files are read several times, so none may be standard input.
///
/// # Errors
/// Files that cannot be read; logs that have no trace id in common. Empty where `control` stopped it.
pub fn join(
    gateway: &[PathBuf],
    alb: &[PathBuf],
    format: Option<Format>,
    rounding: Rounding,
    control: &Control,
) -> Result<Joined, Issues> {
    let gateway = Gateway { paths: gateway, format };
    let mut ids = 0_u64;
    gateway.requests(control, |_, _| ids += 1)?;
    let turns = ids.div_ceil(TURN).max(1);
    let (mut joined, mut sums) = (Joined::default(), Sums::default());
    for turn in 0..turns {
        one_turn(&gateway, alb, (turn, turns), control, &mut joined, &mut sums)?;
    }
    if joined.pairs == 0 {
        let found = if ids == 0 { "no row of the gateway's log has one" } else { "no row of the two logs shares one" };
        let issue = Issue::new(format!("the logs cannot be joined on the trace id: {found} with its latency"));
        return Err(vec![issue.hint(
            "log `$context.xrayTraceId` and `$context.integrationLatency`, and turn X-Ray tracing of the stage on",
        )]);
    }
    let n = joined.pairs as f64;
    let mean_us = sums.sum as f64 / n;
    let variance = (sums.squares as f64 - n * mean_us * mean_us).max(0.0) / (n - 1.0);
    joined.half_width_ms = if joined.pairs > 1 { Z95 * (variance / n).sqrt() / 1e3 } else { f64::INFINITY };
    // One time less three: cut off, half a millisecond is missing of the first, and of each of the others.
    let cut = if rounding == Rounding::Down { 1.0 } else { 0.0 };
    joined.mean_ms = mean_us / 1e3 - cut;
    joined.if_cut_off_ms = 1.0 - cut;
    Ok(joined)
}

/// Joins the ids whose turn it is.
fn one_turn(
    gateway: &Gateway<'_>,
    alb: &[PathBuf],
    (turn, turns): (u64, u64),
    control: &Control,
    joined: &mut Joined,
    sums: &mut Sums,
) -> Result<(), Issues> {
    let is_its_turn = |id: u64| (id >> 32) % turns == turn;
    let mut entries: Vec<Entry> = Vec::new();
    gateway.requests(control, |id, integration_ms| {
        if is_its_turn(id) {
            entries.push(Entry { id, integration_ms, alb_us: 0, gateway_rows: 1, alb_rows: 0 });
        }
    })?;
    entries.sort_unstable_by_key(|entry| entry.id);
    entries.dedup_by(|other, kept| {
        let same = other.id == kept.id;
        kept.gateway_rows = kept.gateway_rows.saturating_add(u8::from(same));
        same
    });
    lines(alb, control, |line| {
        let Ok(row) = alb::row(line) else { return };
        let Some(times) = row.times_us.filter(|_| !row.trace.is_empty()) else { return };
        let id = hash(row.trace);
        if !is_its_turn(id) {
            return;
        }
        let Ok(at) = entries.binary_search_by_key(&id, |entry| entry.id) else {
            joined.alb_only += 1;
            return;
        };
        entries[at].alb_us = u32::try_from(times.iter().sum::<u64>()).unwrap_or(u32::MAX);
        entries[at].alb_rows = entries[at].alb_rows.saturating_add(1);
    })?;
    for entry in &entries {
        match (entry.gateway_rows, entry.alb_rows) {
            (1, 0) => joined.gateway_only += 1,
            (1, 1) => {
                let us = i128::from(entry.integration_ms) * 1000 - i128::from(entry.alb_us);
                joined.pairs += 1;
                joined.negative += u64::from(us < 0);
                sums.sum += us;
                sums.squares += us * us;
            }
            _ => joined.ambiguous += 1,
        }
    }
    Ok(())
}
