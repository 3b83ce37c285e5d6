//! A replication's tally as bytes, and back: exact, since it holds whole numbers only. Recorders are their buckets that hold something:
//! about a byte each.

use super::bytes::{Reader, Writer};
use crate::engine::tally::{Audit, Counts, Dispersion, HopTally, MemberTally, Outcomes, ScalingTally, Tally};
use crate::engine::timeline::Slice;
use crate::stats::Recorder;

/// Bytes for which room is made before a tally is written; one of the built-in options takes about as many.
const USUAL: usize = 16 << 10;
/// Largest count that is believed: sums over all replications of a point stay within 64 bits.
const LARGEST_COUNT: u64 = 1 << 52;
/// Memory that a tally may take when it is read, for each byte of it and at least: what bytes that somebody made up may ask for.
const ROOM: (usize, usize) = (4 << 10, 64 << 20);
/// The same, at most.
const MOST_ROOM: usize = 1 << 30;

/// The bytes of a tally.
pub(super) fn encode(tally: &Tally) -> Vec<u8> {
    let mut to = Writer { bytes: Vec::with_capacity(USUAL) };
    to.number(tally.opened);
    to.number(tally.closed);
    to.number(tally.requests);
    ends(&mut to, &tally.outcomes);
    to.number(tally.attempts);
    recorder(&mut to, &tally.latency);
    to.wide(tally.client_latency);
    to.wide(tally.in_system);
    to.numbers(&tally.backlog);
    to.number(tally.work.len() as u64);
    tally.work.iter().for_each(|&work| to.wide(work));
    to.numbers(&tally.observed);
    to.numbers(&tally.completions);
    for dispersion in &tally.dispersion {
        let ([width, end, count], windows, sum, squares) = dispersion.parts();
        [width, end, count, windows, sum].into_iter().for_each(|number| to.number(number));
        to.wide(squares);
    }
    to.number(tally.hops.len() as u64);
    tally.hops.iter().for_each(|hop| self::hop(&mut to, hop));
    to.number(tally.scalings.len() as u64);
    tally.scalings.iter().for_each(|one| scaling(&mut to, one));
    to.number(tally.slices.len() as u64);
    tally.slices.iter().for_each(|one| slice(&mut to, one));
    let Audit { arrived, ended, in_system, begun, over, at_work } = tally.audit;
    [arrived, ended, in_system, begun, over, at_work].into_iter().for_each(|count| to.number(count));
    to.bytes
}

/// The tally of bytes that [`encode`] made; none of others. Takes no more memory than 64 MiB and 4 KiB for each byte, and never more
/// than 1 GiB.
pub(super) fn decode(bytes: &[u8]) -> Option<Tally> {
    let room = bytes.len().saturating_mul(ROOM.0).saturating_add(ROOM.1).min(MOST_ROOM);
    let from = &mut Reader::new(bytes, room);
    let tally = Tally {
        opened: from.number()?,
        closed: from.number()?,
        requests: count(from)?,
        outcomes: outcomes(from)?,
        attempts: count(from)?,
        latency: read_recorder(from)?,
        client_latency: from.wide()?,
        in_system: from.wide()?,
        backlog: from.numbers()?,
        work: read_work(from)?,
        observed: from.numbers()?,
        completions: from.numbers()?,
        dispersion: [read_dispersion(from)?, read_dispersion(from)?, read_dispersion(from)?],
        hops: read_hops(from)?,
        scalings: read_scalings(from)?,
        slices: read_slices(from)?,
        audit: Audit {
            arrived: count(from)?,
            ended: count(from)?,
            in_system: count(from)?,
            begun: count(from)?,
            over: count(from)?,
            at_work: count(from)?,
        },
    };
    from.is_empty().then_some(tally)
}

fn ends(to: &mut Writer, outcomes: &Outcomes) {
    let Outcomes { ok, throttled, rejected, abandoned, timed_out, failed } = outcomes;
    [ok, throttled, rejected, abandoned, timed_out].into_iter().for_each(|&count| to.number(count));
    to.number(failed.len() as u64);
    for &(code, count) in failed {
        to.number(u64::from(code));
        to.number(count);
    }
}

fn slice(to: &mut Writer, slice: &Slice) {
    let Slice { arrivals, outcomes, attempts, ended, answered, in_system, latency } = slice;
    [arrivals, attempts, ended, answered, in_system].into_iter().for_each(|&count| to.number(count));
    ends(to, outcomes);
    recorder(to, latency);
}

fn read_slices(from: &mut Reader<'_>) -> Option<Vec<Slice>> {
    from.each(|from| {
        let [arrivals, attempts, ended, answered, in_system] =
            [count(from)?, count(from)?, count(from)?, count(from)?, count(from)?];
        let (outcomes, latency) = (outcomes(from)?, read_recorder(from)?);
        Some(Slice { arrivals, outcomes, attempts, ended, answered, in_system, latency })
    })
}

/// Buckets as (count, whether the bucket before is empty), then how many are.
fn recorder(to: &mut Writer, recorder: &Recorder) {
    to.number(u64::from(recorder.digits()));
    to.wide(recorder.sum());
    to.number(recorder.max());
    to.number(recorder.overflowed());
    to.number(recorder.places().count() as u64);
    let mut next = 0;
    for (index, count) in recorder.places() {
        let gap = u64::from(index - next);
        to.number(count << 1 | u64::from(gap > 0));
        if gap > 0 {
            to.number(gap);
        }
        next = index + 1;
    }
}

fn scaling(to: &mut Writer, scaling: &ScalingTally) {
    let ScalingTally { stations, fewest, most, changes, observed, slices } = scaling;
    to.wide(*stations);
    [u64::from(*fewest), u64::from(*most), *changes].into_iter().for_each(|number| to.number(number));
    for numbers in [observed, slices] {
        to.numbers(&numbers.iter().copied().map(u64::from).collect::<Vec<_>>());
    }
}

fn read_scalings(from: &mut Reader<'_>) -> Option<Vec<ScalingTally>> {
    let small = |number: u64| u32::try_from(number).ok();
    from.each(|from| {
        let stations = from.wide()?;
        let (fewest, most, changes) = (small(from.number()?)?, small(from.number()?)?, count(from)?);
        let observed = from.numbers()?.into_iter().map(small).collect::<Option<_>>()?;
        let slices = from.numbers()?.into_iter().map(small).collect::<Option<_>>()?;
        Some(ScalingTally { stations, fewest, most, changes, observed, slices })
    })
}

fn read_recorder(from: &mut Reader<'_>) -> Option<Recorder> {
    let digits = u8::try_from(from.number()?).ok()?;
    let (sum, max, overflowed) = (from.wide()?, from.number()?, count(from)?);
    let buckets = from.count()?;
    let mut recorder = Recorder::restored(digits, sum, max, overflowed)?;
    let (mut next, mut took, mut all) = (0_u32, 0, 0_u64);
    for _ in 0..buckets {
        let coded = from.number()?;
        let count = Some(coded >> 1).filter(|count| (1..=LARGEST_COUNT).contains(count))?;
        all = all.checked_add(count).filter(|all| *all <= LARGEST_COUNT)?;
        let gap = if coded & 1 == 1 { u32::try_from(from.number()?).ok().filter(|gap| *gap > 0)? } else { 0 };
        let index = next.checked_add(gap)?;
        let takes = recorder.bytes_at(index)?;
        from.takes(takes.saturating_sub(took))?;
        took = took.max(takes);
        recorder.restore(index, count)?;
        next = index + 1;
    }
    Some(recorder)
}

fn counts(to: &mut Writer, counts: &Counts) {
    let Counts {
        arrivals,
        throttled,
        rejected,
        abandoned,
        failed,
        lost,
        served,
        waited,
        blocked,
        wait,
        wait_admitted,
        sojourn,
    } = counts;
    for count in [arrivals, throttled, rejected, abandoned, failed, lost, served, waited, blocked] {
        to.number(*count);
    }
    [wait, wait_admitted, sojourn].into_iter().for_each(|&sum| to.wide(sum));
}

fn read_counts(from: &mut Reader<'_>) -> Option<Counts> {
    Some(Counts {
        arrivals: count(from)?,
        throttled: count(from)?,
        rejected: count(from)?,
        abandoned: count(from)?,
        failed: count(from)?,
        lost: count(from)?,
        served: count(from)?,
        waited: count(from)?,
        blocked: count(from)?,
        wait: from.wide()?,
        wait_admitted: from.wide()?,
        sojourn: from.wide()?,
    })
}

fn hop(to: &mut Writer, hop: &HopTally) {
    counts(to, &hop.counts);
    to.wide(hop.busy);
    to.wide(hop.capacity);
    recorder(to, &hop.wait);
    recorder(to, &hop.sojourn);
    to.number(hop.members.len() as u64);
    for member in &hop.members {
        counts(to, &member.counts);
        to.wide(member.busy);
        to.wide(member.capacity);
        to.number(u64::from(member.recorders.is_some()));
        if let Some((wait, sojourn)) = &member.recorders {
            recorder(to, wait);
            recorder(to, sojourn);
        }
    }
}

fn read_hops(from: &mut Reader<'_>) -> Option<Vec<HopTally>> {
    from.each(|from| {
        let (counts, busy, capacity) = (read_counts(from)?, from.wide()?, from.wide()?);
        let (wait, sojourn) = (read_recorder(from)?, read_recorder(from)?);
        Some(HopTally { counts, busy, capacity, wait, sojourn, members: from.each(read_member)? })
    })
}

fn read_member(from: &mut Reader<'_>) -> Option<MemberTally> {
    let (counts, busy, capacity) = (read_counts(from)?, from.wide()?, from.wide()?);
    let recorders = match from.number()? {
        0 => None,
        1 => Some((read_recorder(from)?, read_recorder(from)?)),
        _ => return None,
    };
    Some(MemberTally { counts, busy, capacity, recorders })
}

fn outcomes(from: &mut Reader<'_>) -> Option<Outcomes> {
    let mut outcomes = Outcomes {
        ok: count(from)?,
        throttled: count(from)?,
        rejected: count(from)?,
        abandoned: count(from)?,
        timed_out: count(from)?,
        failed: Vec::new(),
    };
    for _ in 0..from.count()? {
        from.takes(size_of::<(u16, u64)>())?;
        outcomes.failed.push((u16::try_from(from.number()?).ok()?, count(from)?));
    }
    Some(outcomes)
}

fn read_work(from: &mut Reader<'_>) -> Option<Vec<u128>> {
    from.each(Reader::wide)
}

fn read_dispersion(from: &mut Reader<'_>) -> Option<Dispersion> {
    let clock = [from.number()?, from.number()?, from.number()?];
    Some(Dispersion::restored(clock, from.number()?, count(from)?, from.wide()?))
}

fn count(from: &mut Reader<'_>) -> Option<u64> {
    from.number().filter(|count| *count <= LARGEST_COUNT)
}
