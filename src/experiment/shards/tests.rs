//! What tallies, files, journals and shares promise: what was kept comes back as it was, and what was not written is not believed.

use std::collections::BTreeSet;
use std::path::Path;

use super::file::{HEAD, MAGIC, end, record, scan};
use super::journal::damaged;
use super::tally::{decode, encode};
use super::*;
use crate::engine::network::{Loss, Scaling, ScalingMetric, Slicing, Steps};
use crate::engine::{Tally, Window, simulate};
use crate::experiment::PointSpec;
use crate::experiment::warmup::Cut;
use crate::random::RunKey;
use crate::scenario::{Document, Scenario};
use crate::topology::build;

fn scenario(text: &str) -> Scenario {
    Document::parse(text, "test", Path::new(".")).unwrap().resolve(&[]).unwrap()
}

/// A tally with everything that one may hold: retries, failures, members with recorders, observed instants, windows over time, losses
/// and a number of stations that follows the load.
fn rich() -> Tally {
    let scenario = scenario(
        "seed = 9\n[workload]\nrate = \"300/s\"\n[client]\ntimeout = \"80ms\"\nretries = { max = 2, backoff = { constant = \"5ms\" } }\n\
         [run]\nrequests = 3_000\n[[hop]]\nname = \"gate\"\nbucket = { rate = \"280/s\", burst = 10 }\n\
         time = { lognormal = { median = \"3ms\", p99 = \"9ms\" } }\n[[hop]]\nname = \"service\"\ncopies = 3\n\
         time = { exponential = { mean = \"12ms\" } }\nservers = 1\nqueue = 8\nfailure = 0.01\n",
    );
    let spec = PointSpec { scenario: &scenario, option: 0, services: 1, detail: true };
    let (mut network, _) = build(spec.request(&Cut::bare(0, 0, false)));
    let refuses = Loss::Refuses { status: 503 };
    network.kinds[0].losses = Steps::new(vec![(3_000_000_000, refuses), (3_200_000_000, Loss::None)]);
    network.groups[0].scaling = Some(0);
    network.scalings.push(Scaling {
        metric: ScalingMetric::RequestsPerStation,
        target: 100.0,
        min: 1,
        initial: 2,
        max: 3,
        period: 500_000_000,
        delay: 0,
        warm_up: 0,
        out_after: 2,
        in_after: 9,
        in_below: 0.9,
        cool_out: 0,
        cool_in: 0,
    });
    let observe = (0..40).map(|i| i * 200_000_000).collect();
    let slices = Some(Slicing { from: 500_000_000, length: 700_000_000, end: 8_000_000_000 });
    let window = Window { warmup_ns: 0, warmup_requests: 300, requests: 3_000, until_ns: u64::MAX, observe, slices };
    simulate(&network, &window, RunKey::new(9, 0)).unwrap()
}

#[test]
fn a_tally_comes_back_as_it_was() {
    let tally = rich();
    let holds = tally.outcomes.failed_total() > 0 && tally.outcomes.throttled > 0 && tally.outcomes.rejected > 0;
    assert!(tally.hops[1].counts.lost > 0 && tally.scalings[0].changes > 0 && tally.scalings[0].slices.contains(&3));
    assert!(holds && tally.hops[1].members.iter().all(|member| member.recorders.is_some()), "{:?}", tally.outcomes);
    let bytes = encode(&tally);
    assert_eq!(decode(&bytes), Some(tally));
    // Less or more is not a tally, and no byte of it makes it take what it has not.
    assert!((0..bytes.len()).all(|length| decode(&bytes[..length]).is_none()));
    assert_eq!(decode(&[&bytes[..], &[0]].concat()), None);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] = 0xFF;
        let _ = decode(&changed);
    }
}

#[test]
fn a_recorder_that_claims_everything_has_no_room() {
    // Of a tally the first numbers, then a recorder of 5 digits whose one bucket lies at the end of its range, and so on.
    let mut to = bytes::Writer::default();
    (0..9).for_each(|_| to.number(0));
    to.number(0);
    to.number(5);
    to.numbers(&[0]);
    assert_eq!(decode(&to.bytes), None);
}

/// A shard of a few tallies with names in order.
fn shard() -> Vec<u8> {
    let share = Share { round: 1, shard: 1, of: 1, plan: "p".into(), units: vec![1] };
    let header = Header { seed: 9, text: "a = 1\n".into(), share: Some(share), ..Header::of_this_program() };
    let mut bytes = [&MAGIC[..], &record(Name::HEADER, &header.bytes()).unwrap()].concat();
    let content = encode(&Tally { hops: Vec::new(), ..rich() });
    for number in 1..=3 {
        bytes.extend(record(Name([number; 16]), &content).unwrap());
    }
    bytes.extend(end(3));
    bytes
}

#[test]
fn a_shard_is_read_whole_or_not_at_all() {
    let bytes = shard();
    let (header, tallies) = read_shard(&bytes).unwrap();
    assert_eq!((header.seed, tallies.len()), (9, 3));
    assert_eq!(tallies[1].0, Name([2; 16]));
    for length in 0..bytes.len() {
        let damage = read_shard(&bytes[..length]).unwrap_err();
        assert!(matches!(damage, Damage::Short(_)), "{length}: {damage:?}");
    }
    assert!(matches!(read_shard(&[&bytes[..], &[7]].concat()), Err(Damage::Short(_))), "bytes behind its end");
    // A change of any byte: each region by itself.
    for at in 0..bytes.len() {
        for change in [1, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= change;
            let damage = read_shard(&changed).unwrap_err();
            let right = match at {
                0..14 => matches!(damage, Damage::Foreign),
                14 | 15 => matches!(damage, Damage::Format),
                _ => matches!(damage, Damage::Changed(_) | Damage::Short(_)),
            };
            assert!(right, "byte {at}: {damage:?}");
            assert!(damaged(Path::new("x"), &damage).message.starts_with("`x` is"));
        }
    }
}

#[test]
fn records_of_other_kinds_and_orders_are_not_believed() {
    let bytes = shard();
    let header_end = MAGIC.len() + HEAD + u32::from_le_bytes(bytes[16..20].try_into().unwrap()) as usize;
    let (head, tail) = bytes.split_at(header_end);
    let second = |more: Vec<u8>| read_shard(&[head, &more].concat());
    assert!(second(end(0)).is_ok(), "a shard without work");
    assert!(matches!(second(end(1)), Err(Damage::Changed(_))), "it counts a tally that is not there");
    assert!(matches!(second([end(0), end(0)].concat()), Err(Damage::Changed(_))));
    assert!(matches!(second([head[16..].to_vec(), end(0)].concat()), Err(Damage::Changed(_))), "two headers");
    assert!(matches!(read_shard(&[&MAGIC[..], tail].concat()), Err(Damage::Changed(_))), "no header");
    let nonsense = record(Name([5; 16]), b"no tally").unwrap();
    assert!(matches!(second([nonsense, end(1)].concat()), Err(Damage::Changed(_))));
    // A length of 4 GB takes no memory.
    let mut long = head.to_vec();
    long.extend([0xFF; HEAD]);
    assert!(matches!(read_shard(&long), Err(Damage::Changed(_))));
    long.truncate(head.len());
    long.extend(((LONGEST - 1) as u32).to_le_bytes());
    long.extend([0; HEAD]);
    assert!(matches!(read_shard(&long), Err(Damage::Short(_))));
}

fn header() -> Header {
    Header { seed: 9, text: "a = 1\n".into(), ..Header::of_this_program() }
}

fn refusal(refused: Result<Journal, Refused>) -> String {
    match refused {
        Ok(journal) => panic!("{journal:?}"),
        Err(Refused::Wrong(issue) | Refused::Unwritable(issue)) => issue.message,
    }
}

#[test]
fn a_journal_torn_at_any_byte_of_its_last_record_keeps_the_others() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("out/journal");
    let mut journal = Journal::open(&path, header()).unwrap();
    let record = |number: u8| record(Name([number; 16]), &[number; 50]).unwrap();
    let places: Vec<u64> = (1..=3).map(|number| journal.append(Name([number; 16]), &record(number)).unwrap()).collect();
    assert!(journal.leave());
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, places[2] + 36 + 50);
    for length in places[2]..bytes.len() as u64 {
        std::fs::write(&path, &bytes[..length as usize]).unwrap();
        let mut journal = Journal::open(&path, header()).unwrap();
        assert_eq!(journal.found(), (2, length - places[2]));
        // It goes on behind the second.
        assert_eq!(journal.append(Name([4; 16]), &record(4)), Some(places[2]));
        assert_eq!(journal.record_at(places[1]), Some(record(2)));
        drop(journal);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), bytes.len() as u64);
    }
    // A changed byte ends what is believed, too.
    let mut changed = bytes.clone();
    changed[places[1] as usize + 40] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    assert_eq!(Journal::open(&path, header()).unwrap().found(), (1, 2 * 86));
    // Torn in its header, or before its first tally, it begins anew: for whatever sweep.
    for length in [0, 3, 16, 30, 100] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(Journal::open(&path, header()).unwrap().found().0, 0);
    }
    Journal::open(&path, header()).unwrap().leave();
    assert!(!path.exists(), "nothing is left of a journal that holds nothing");
}

#[test]
fn a_journal_is_for_one_sweep_and_one_process_at_a_time() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("journal");
    let mut first = Journal::open(&path, header()).unwrap();
    let content = record(Name([1; 16]), &[1]).unwrap();
    first.append(Name([1; 16]), &content).unwrap();
    assert!(refusal(Journal::open(&path, header())).contains("is being written by another sweep"));
    drop(first);
    let other = |header: Header| refusal(Journal::open(&path, header));
    assert!(other(Header { seed: 8, ..header() }).contains("is of seed 9, but this sweep has seed 8"));
    let lines = other(Header { text: "a = 2\n".into(), ..header() });
    assert!(lines.contains("another scenario: `a = 1` there, `a = 2` here"), "{lines}");
    assert!(other(Header { share: Some(Share::default()), ..header() }).contains("another share"));
    assert_eq!(Journal::open(&path, header()).unwrap().found(), (1, 0), "refusing changed nothing");
    std::fs::write(&path, "# my notes, which are not to be lost\n").unwrap();
    assert!(other(header()).contains("is no shard and no journal"));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("# my notes"));
    let taken = temp.path().join("journal/below");
    assert!(matches!(Journal::open(&taken, header()), Err(Refused::Unwritable(_))));
    assert!(matches!(Journal::open(temp.path(), header()), Err(Refused::Unwritable(_))), "a folder");
}

const HELD: Held = Held { points: 20, copies: 0.0, replications: 0.0 };

#[test]
fn a_shard_is_whole_although_its_folder_went_away() {
    let temp = tempfile::tempdir().unwrap();
    let (folder, share) = (temp.path().join("s"), Share { round: 1, shard: 1, of: 1, ..Share::default() });
    let path = shard_of(&folder, &share);
    let mut journal = Journal::open(&unfinished(&path), Header { share: Some(share), ..header() }).unwrap();
    journal.append(Name([7; 16]), &record(Name([7; 16]), &[7; 50]).unwrap()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let bytes = journal.into_shard(&path).unwrap();
    assert_eq!(bytes, std::fs::metadata(&path).unwrap().len());
    assert!(read(&path).is_ok());
}

#[test]
fn the_way_to_a_shard_of_a_later_round_is_told() {
    let temp = tempfile::tempdir().unwrap();
    let write = |round, shard| {
        let share = Share { round, shard, of: 2, ..Share::default() };
        let path = shard_of(temp.path(), &share);
        Journal::open(&unfinished(&path), Header { share: Some(share), ..header() })
            .unwrap()
            .into_shard(&path)
            .unwrap();
        path
    };
    let paths = [write(1, 1), write(1, 2), write(2, 1)];
    let shards = || -> Vec<Shard> { paths.iter().map(|path| read(path).unwrap()).collect() };
    let issue = whole(&shards(), None).unwrap_err().remove(0);
    assert_eq!(issue.message, "of 2 shards of round 2, 2 is missing");
    assert!(issue.hint.unwrap().ends_with("`--shard 2/2` and `--after` the shards of round 1"));
    assert_eq!(before_open_round(shards(), 2).len(), 2, "the other shard of the round is not in the way of it");
    assert_eq!(before_open_round(shards(), 3).len(), 3);
    let first: Vec<Shard> = paths[..1].iter().map(|path| read(path).unwrap()).collect();
    assert_eq!(before_open_round(first, 2).len(), 1, "the first round must be whole");
    let bytes = std::fs::read(&paths[2]).unwrap();
    std::fs::write(&paths[2], &bytes[..bytes.len() - HEAD - 8]).unwrap();
    let issue = read(&paths[2]).unwrap_err();
    assert!(issue.message.ends_with("is not whole: it lacks its end"), "{}", issue.message);
    assert!(issue.hint.unwrap().contains("`--shard 1/2` and `--after` the shards of round 1"));
}

fn unit(part: &'static str, number: u8, seconds: f64, pilots: Option<u8>) -> Unit {
    let (name, pilots) = (Name([number; 16]), pilots.map(|number| Name([number; 16])));
    let (option, rate, place) = (None, Some(1.0), usize::from(number));
    Unit {
        number: 0,
        part,
        option,
        services: 1,
        rate,
        from: 0,
        to: 10,
        requests: 1,
        seconds,
        place,
        name,
        at: name,
        pilots,
    }
}

#[test]
fn shares_are_fair_and_have_their_pilots() {
    let mut units = vec![unit(plan::PILOTS, 200, 1.0, None), unit(plan::PILOTS, 201, 1.0, None)];
    units.extend((1..=20).map(|n| unit("grid", n, f64::from(n), Some(200 + n % 2))));
    units.push(unit("map", 21, 30.0, None));
    let plan = Plan::new(units.clone(), HELD);
    assert_eq!((plan.units.len(), plan.seconds), (23, 2.0 + 210.0 + 30.0));
    assert!(plan.units.iter().zip(1..).all(|(unit, number)| unit.number == number));
    assert_eq!(plan.units.iter().map(|unit| unit.part).take(3).collect::<Vec<_>>(), ["pilots", "pilots", "grid"]);
    units.reverse();
    assert_eq!(Plan::new(units, HELD), plan, "in whatever order they were asked for");
    for of in 1..=7 {
        let shares: Vec<Vec<&Unit>> = (1..=of).map(|shard| plan.share(shard, of)).collect();
        let work = |share: &[&Unit]| -> Vec<u32> {
            share.iter().filter(|unit| unit.part != plan::PILOTS).map(|unit| unit.number).collect()
        };
        let mut all: Vec<u32> = shares.iter().flat_map(|share| work(share)).collect();
        all.sort_unstable();
        assert_eq!(all, (3..=23).collect::<Vec<u32>>(), "each unit once");
        for share in &shares {
            let has: BTreeSet<Name> = share.iter().map(|unit| unit.name).collect();
            assert!(share.iter().all(|unit| unit.pilots.is_none_or(|pilots| has.contains(&pilots))));
        }
        // No share is longer than a fair one by more than a fifth of the longest unit.
        let longest = shares.iter().map(|share| share.iter().map(|unit| unit.seconds).sum::<f64>()).fold(0.0, f64::max);
        assert!(longest <= (plan.seconds / f64::from(of)).max(31.0) + 6.0, "{of}: {longest}");
    }
    assert_eq!(plan.share(9, 9).len(), plan.share(9, 9).iter().map(|unit| unit.number).collect::<BTreeSet<_>>().len());
    assert!(plan.share(40, 40).is_empty(), "more shards than units");
}

#[test]
fn places_are_shared_out_as_a_whole_where_that_is_fair() {
    // Four places of five options each, and small units that even out: each pilots are run once.
    let mut units: Vec<Unit> = (0..4).map(|place| unit(plan::PILOTS, 200 + place, 0.1, None)).collect();
    units.extend((0..20).map(|n| unit("grid", 1 + n, 1.0, Some(200 + n % 4))));
    units.extend((0..10).map(|n| unit("map", 50 + n, 0.1, None)));
    let plan = Plan::new(units, HELD);
    let is_pilots = |unit: &&&Unit| unit.part == plan::PILOTS;
    let shares = [plan.share(1, 2), plan.share(2, 2)];
    assert_eq!(shares.iter().flatten().filter(is_pilots).count(), 4);
    let seconds = |share: &[&Unit]| share.iter().map(|unit| unit.seconds).sum::<f64>();
    assert!((seconds(&shares[0]) - seconds(&shares[1])).abs() < 0.2);
}

#[test]
fn a_scan_of_a_journal_has_no_end() {
    let bytes = shard();
    let whole = scan(&bytes[..bytes.len() - HEAD - 8]).unwrap();
    assert!(!whole.ended && whole.damage.is_none() && whole.places.len() == 3);
}
