//! Networks that change while they run: random ones for the naive simulator, and answers known by hand or from theory.

use gatecap::engine::network::{
    Balancing, Coin, Hop, Loss, Pool, Rotation, Scaling, ScalingMetric, StationKind, Step, Steps,
};
use gatecap::engine::tally::Counts;
use gatecap::engine::{Network, Tally, Window};
use gatecap::random::{RunKey, Sampler, StreamId};

use crate::measure::{network, scenario, tally, window};
use crate::networks::{Changes, Dice, HopPlan, Kind, Plan, plan};

/// A random network with changes at its stations: about 500 requests long.
pub fn changing(seed: u64) -> Plan {
    let mut plan = plan(seed, Kind::Naive);
    let mut dice = Dice { run: RunKey::new(seed, 2), throws: 0 };
    let length = (500e9 / plan.rate) as u64;
    for hop in &mut plan.hops {
        if hop.servers.is_some() {
            if dice.chance(0.7) {
                hop.copies = dice.between(2, 6);
            }
            hop.balancing = dice.pick(&["random", "round-robin", "least-outstanding"]);
            hop.changes = changes(&mut dice, hop, length);
        }
        if dice.chance(0.3) {
            hop.changes.gate = instants(&mut dice, length).into_iter().map(|at| (at, 0.4 * dice.uniform())).collect();
            hop.changes.gate_end = (u64::from(dice.between(0, 40)) * 1_000_000, 504);
        }
    }
    plan
}

/// A few rising instants within `length` ns.
fn instants(dice: &mut Dice, length: u64) -> Vec<u64> {
    let mut at: Vec<u64> = (0..dice.between(1, 6)).map(|_| (dice.uniform() * length as f64) as u64).collect();
    at.sort_unstable();
    at.dedup();
    at
}

fn changes(dice: &mut Dice, hop: &HopPlan, length: u64) -> Changes {
    let mut changes = Changes::default();
    if hop.copies > 1 && dice.chance(0.6) {
        let weights = |dice: &mut Dice| (0..hop.copies).map(|_| dice.pick(&[0.0, 0.0, 1.0, 1.0, 2.0, 0.3])).collect();
        changes.rotations = instants(dice, length).into_iter().map(|at| (at, weights(dice))).collect();
    }
    if dice.chance(0.6) {
        let ns = |dice: &mut Dice, most: f64| (dice.uniform() * most * length as f64) as u64;
        let loss = |dice: &mut Dice| match dice.between(0, 3) {
            0 | 1 => Loss::None,
            2 => Loss::Refuses { status: 503 },
            _ => Loss::Silent { connect: ns(dice, 0.02), answer: ns(dice, 0.05), status: 502 },
        };
        let of_copy = |dice: &mut Dice| instants(dice, length).into_iter().map(|at| (at, loss(dice))).collect();
        changes.losses = (0..hop.copies).map(|_| of_copy(dice)).collect();
    }
    if hop.copies > 1 && dice.chance(0.6) {
        changes.scaling = Some(scaling(dice, hop, length));
    }
    changes
}

fn scaling(dice: &mut Dice, hop: &HopPlan, length: u64) -> Scaling {
    let period = length / u64::from(dice.between(10, 60));
    let periods = |dice: &mut Dice, most: u32| u64::from(dice.between(0, most)) * period / 2;
    let by_load = dice.chance(0.5);
    let servers = f64::from(hop.servers.unwrap_or(1));
    let target = 0.2 + 0.5 * dice.uniform();
    Scaling {
        metric: if by_load { ScalingMetric::Utilisation } else { ScalingMetric::RequestsPerStation },
        target: if by_load { target } else { target * servers * 1e3 / hop.mean },
        min: 1,
        initial: dice.between(1, hop.copies),
        max: hop.copies,
        period,
        delay: periods(dice, 3),
        warm_up: periods(dice, 5),
        out_after: dice.between(1, 2),
        in_after: dice.between(1, 4),
        in_below: 0.5 + 0.5 * dice.uniform(),
        cool_out: periods(dice, 8),
        cool_in: periods(dice, 8),
    }
}

/// Puts the changes of a plan into the network that was built from its text.
pub fn change(network: &mut Network, plan: &Plan) {
    for (index, hop) in plan.hops.iter().enumerate() {
        let (of_hop, changes) = (index as u16, &hop.changes);
        let route = &mut network.routes[0];
        let group = route.iter().find_map(|step| match step {
            Step::Serve { hop, group, .. } if *hop == of_hop => Some(*group as usize),
            _ => None,
        });
        if !changes.gate.is_empty() {
            let first =
                |step: &Step| matches!(step, Step::Delay { hop, .. } | Step::Serve { hop, .. } if *hop == of_hop);
            let place = route.iter().position(first).unwrap();
            let (after, status) = changes.gate_end;
            let stream = StreamId::new(&hop.name, "gate");
            let share = Steps::new(changes.gate.clone());
            route.insert(place, Step::Gate { hop: of_hop, share, stream, after, status, warm_pass: false });
        }
        let Some(group) = group else { continue };
        let rotations = changes.rotations.iter().map(|(at, weights)| {
            network.rotations.push(Rotation { weights: weights.clone() });
            (*at, network.rotations.len() as u32 - 1)
        });
        network.groups[group].rotations = Steps::new(rotations.collect());
        if let Some(scaling) = &changes.scaling {
            network.groups[group].scaling = Some(network.scalings.len() as u32);
            network.scalings.push(scaling.clone());
        }
        let first = network.groups[group].first as usize;
        for (station, losses) in (first..).zip(&changes.losses) {
            let mut kind = network.kinds[usize::from(network.stations[station])].clone();
            kind.losses = Steps::new(losses.clone());
            network.stations[station] = network.kinds.len() as u16;
            network.kinds.push(kind);
        }
    }
}

const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MS;

/// So many ms as ns.
fn ns(ms: u64) -> u128 {
    u128::from(ms * MS)
}

/// Copies of a station with constant arrivals and service.
fn clockwork(per_second: u32, ms: u32, copies: u32, balancing: &str) -> Network {
    let copies = if copies > 1 { format!("copies = {copies}\nbalancing = \"{balancing}\"\n") } else { String::new() };
    network(&scenario(&format!(
        "[workload]\nrate = \"{per_second}/s\"\narrivals = \"constant\"\n[run]\nrequests = 1_000\n\
         [[hop]]\nname = \"station\"\nservers = 1\ntime = {{ constant = \"{ms}ms\" }}\n{copies}"
    )))
}

/// Arrivals every 10 ms, 15 ms of service, and a loss from 52 ms to 100 ms that nobody notices.
///
/// Served before it are those of 0, 10 and 20 ms, from 0, 15 and 30 ms on. That of 30 ms is in service since 45 ms, and those of 40 and
/// 50 ms wait: all three fail at 52 + 20 = 72 ms. Those of 60 to 90 ms fail 5 ms after they came. That of 100 ms finds an empty
/// station, and that of 110 ms waits for 5 ms.
#[test]
fn a_loss_by_hand() {
    let mut network = clockwork(100, 15, 1, "");
    let silent = Loss::Silent { connect: 5 * MS, answer: 20 * MS, status: 504 };
    network.kinds[0].losses = Steps::new(vec![(52 * MS, silent), (100 * MS, Loss::None)]);
    let tally = tally(&network, &window(0, 12), 1, 0);
    assert_eq!((tally.outcomes.ok, tally.outcomes.failed.as_slice()), (5, &[(504, 7)][..]));
    let failed = 42 + 32 + 22 + 4 * 5;
    assert_eq!(tally.client_latency, ns(15 + 20 + 25 + failed + 15 + 20));
    // The window is closed by the arrival of 120 ms, before that of 110 ms is done.
    assert_eq!(tally.in_system, tally.client_latency - ns(10));
    let hop = &tally.hops[0];
    assert_eq!((hop.busy, hop.capacity), (ns(52 + 20), ns(120 - 48)));
    let Counts { arrivals, lost, served, waited, blocked, wait, wait_admitted, .. } = hop.counts;
    assert_eq!((arrivals, lost, served, waited, blocked), (12, 7, 5, 3, 6));
    assert_eq!((wait, wait_admitted), (ns(5 + 10 + 5), ns(5 + 10 + 15 + 12 + 2 + 5)));
}

/// As before, but the client waits for 30 ms at most: those at hand end at 60, 70 and 72 ms. And where somebody answers that there is
/// nobody, they end at the instant of the loss, and new ones at once.
#[test]
fn a_loss_is_noticed_by_whoever_is_first() {
    let mut network = clockwork(100, 15, 1, "");
    let silent = Loss::Silent { connect: 5 * MS, answer: 20 * MS, status: 504 };
    network.kinds[0].losses = Steps::new(vec![(52 * MS, silent), (100 * MS, Loss::None)]);
    network.client.timeout = Some(30 * MS);
    let patient = tally(&network, &window(0, 10), 1, 0);
    assert_eq!((patient.outcomes.timed_out, patient.outcomes.failed.as_slice()), (2, &[(504, 5)][..]));
    assert_eq!(patient.client_latency, ns(15 + 20 + 25 + 30 + 30 + 22 + 4 * 5));
    network.kinds[0].losses = Steps::new(vec![(52 * MS, Loss::Refuses { status: 503 }), (100 * MS, Loss::None)]);
    let told = tally(&network, &window(0, 10), 1, 0);
    assert_eq!((told.outcomes.ok, told.outcomes.failed.as_slice()), (3, &[(503, 7)][..]));
    assert_eq!(told.client_latency, ns(15 + 20 + 25 + 22 + 12 + 2));
}

/// Two stations of 1 server and 18 ms, 100 arrivals a second in turn: each is busy for 18 of 20 ms, so data points of 1 s are about 0.9
/// (exactly 0.896 and 0.9) and above the target of 0.65. The second of them, of 2 s, is known at 2.5 s and asks for 2 x 0.9 / 0.65 =
/// 2.8, so 3 stations; the third takes attempts from 3.5 s on. Then each is busy for 18 of 30 ms, 0.6: neither above the target nor below
/// 0.9 of it. From 10 s on there are 50 a second: 0.3. The data points of 11, 12 and 13 s are below, and the last of them, known at
/// 13.5 s, asks for 3 x 0.3 / 0.65 = 1.4, so 2 stations at once. Theirs is 0.45, which is below too, but 2 x 0.45 / 0.65 = 1.4 again.
#[test]
fn a_scaling_by_hand() {
    let mut network = clockwork(100, 18, 4, "round-robin");
    network.profile = vec![(10 * SECOND, 1.0), (10 * SECOND, 0.5)];
    network.groups[0].scaling = Some(0);
    network.scalings.push(Scaling {
        metric: ScalingMetric::Utilisation,
        target: 0.65,
        min: 1,
        initial: 2,
        max: 4,
        period: SECOND,
        delay: SECOND / 2,
        warm_up: SECOND,
        out_after: 2,
        in_after: 3,
        in_below: 0.9,
        cool_out: 5 * SECOND,
        cool_in: 2 * SECOND,
    });
    let changes = [3_500, 13_500].map(|ms| ms * MS);
    let observe = changes.iter().flat_map(|at| [at - 1, *at]).collect();
    let window = Window { until_ns: 20 * SECOND, requests: u64::MAX, observe, ..window(0, 0) };
    let tally = tally(&network, &window, 1, 0);
    let scaling = &tally.scalings[0];
    assert_eq!(scaling.observed, [2, 3, 3, 2]);
    assert_eq!((scaling.fewest, scaling.most, scaling.changes), (2, 3, 2));
    // 2 for 3.5 s, 3 for 10 s, 2 for 6.5 s.
    assert_eq!(scaling.stations, u128::from(50 * SECOND));
    // The arrival of 3.5 s, number 350, takes the first, the next the second, and 352, 355 ... 1,174 the third: 275. The last of them
    // comes at 10 + 174 x 0.02 = 13.48 s and is over before 13.5 s, so that nobody is left.
    assert_eq!(tally.hops[0].members[2].counts.arrivals, 275);
    assert_eq!(tally.hops[0].capacity, scaling.stations);
    assert_eq!((tally.outcomes.ok, tally.hops[0].members[3].counts.arrivals), (1_500, 0));
}

/// Three M/M/1 of 100/s behind 150/s, split at random: with one out of rotation the others get 75/s each, and with one that refuses in
/// it a third of the attempts fail, and the others get 50/s each. Sojourn 1 / (mu - lambda): 40 and 20 ms.
#[test]
fn poisson_splits_over_what_is_in_rotation() {
    let text = "[workload]\nrate = \"150/s\"\n[run]\nrequests = 1_000\n[[hop]]\nname = \"station\"\nservers = 1\ncopies = 3\n\
                time = { exponential = { mean = \"10ms\" } }\n";
    for (in_rotation, ms, failed) in [(false, 40.0, 0.0), (true, 20.0, 1.0 / 3.0)] {
        let mut network = network(&scenario(text));
        network.rotations.push(Rotation { weights: vec![1.0, f64::from(u8::from(in_rotation)), 1.0] });
        network.groups[0].rotations = Steps::new(vec![(0, 0)]);
        let lost =
            StationKind { losses: Steps::new(vec![(0, Loss::Refuses { status: 503 })]), ..network.kinds[0].clone() };
        network.kinds.push(lost);
        network.stations[1] = 1;
        let tally = tally(&network, &window(5_000, 400_000), 7, 0);
        let mean = tally.latency.mean().unwrap() / 1e6;
        assert!((mean / ms - 1.0).abs() < 0.03, "{mean} ms for {ms}");
        let share = tally.outcomes.failed_total() as f64 / 400_000.0;
        assert!((share - failed).abs() < 0.003, "{share} for {failed}");
        let counts = |member: usize| &tally.hops[0].members[member].counts;
        assert_eq!((counts(1).served, counts(1).lost), (0, tally.outcomes.failed_total()));
        assert!((counts(0).served as f64 / counts(2).served as f64 - 1.0).abs() < 0.01);
    }
}

/// A quarter of the attempts is lost on the way from 1 s on, 30 ms after they set out; the server side gives up after 20 ms.
#[test]
fn a_gate_loses_its_share_and_a_deadline_is_earlier() {
    let mut network = clockwork(1_000, 1, 1, "");
    let gate = |after| Step::Gate {
        hop: 0,
        share: Steps::new(vec![(SECOND, 0.25)]),
        stream: StreamId::new("station", "gate"),
        after,
        status: 502,
        warm_pass: false,
    };
    let deadline = Step::Deadline { after: 20 * MS, changes: Steps::default(), status: 504 };
    network.routes[0].splice(0..0, [deadline, gate(30 * MS)]);
    let before = tally(&network, &window(0, 1_000), 3, 0);
    assert_eq!((before.outcomes.ok, before.hops[0].counts.lost), (1_000, 0));
    let after = tally(&network, &window(1_000, 40_000), 3, 0);
    let lost = after.outcomes.failed_total();
    assert!((lost as f64 / 40_000.0 - 0.25).abs() < 0.008, "{lost}");
    assert_eq!((after.outcomes.failed.as_slice(), after.hops[0].counts.lost), (&[(504, lost)][..], lost));
    let [ms_20, ms_1] = [20, 1].map(|ms| u128::from(ms * MS));
    assert_eq!(after.client_latency, u128::from(lost) * ms_20 + u128::from(40_000 - lost) * ms_1);
    network.routes[0][1] = gate(7 * MS);
    let sooner = tally(&network, &window(1_000, 40_000), 3, 0);
    assert_eq!(sooner.outcomes.failed, [(502, lost)]);
}

/// A pool of connections before the stations: an attempt takes an idle one whenever there is one.
fn pooled(network: &mut Network) {
    let stream = StreamId::new("connection", "any");
    network.groups[0].balancing = Balancing::ByConnection;
    network.pools.push(Pool {
        reuse: Coin::new(1.0, stream),
        idle_timeout: u64::MAX,
        round_trips: Vec::new(),
        crypto: (Sampler::Constant(2 * MS), stream),
        hash: Some(StreamId::new("connection", "hash")),
        flow_limiters: None,
        refused: 503,
    });
    let hop = Hop { name: "connection".into(), stations: (0, 0), members: Vec::new(), ..network.hops[0].clone() };
    network.hops.push(hop);
    network.routes[0].insert(0, Step::Connect { hop: 1, pool: 0 });
}

/// One request a second, done long before the next. The one connection is closed when its station leaves, at 9.5 s, and the next goes to
/// the other one, where it stays when the first is back.
#[test]
fn connections_follow_the_rotation() {
    let mut network = clockwork(1, 10, 2, "random");
    pooled(&mut network);
    let first = tally(&network, &window(0, 30), 5, 0);
    let of = |tally: &Tally| [0, 1].map(|member: usize| tally.hops[0].members[member].counts.served);
    let target = of(&first).iter().position(|served| *served == 30).unwrap();
    assert_eq!(first.hops[1].counts.waited, 1);
    let mut weights = vec![1.0; 2];
    weights[target] = 0.0;
    network.rotations.extend([weights, vec![1.0; 2]].map(|weights| Rotation { weights }));
    network.groups[0].rotations = Steps::new(vec![(9_500 * MS, 0), (19_500 * MS, 1)]);
    let rotated = tally(&network, &window(0, 30), 5, 0);
    assert_eq!((of(&rotated)[target], of(&rotated)[1 - target], rotated.hops[1].counts.waited), (10, 20, 2));
}

/// One request a second at one station, which is lost from 4.5 to 8.5 s. Where it refuses, the connection is known to be gone: those of
/// 5, 6, 7, 8 and 9 s open one, as the first did. Where it is silent, that of 5 s takes the idle one and fails on it; and where it is
/// lost between two requests, one more is opened.
#[test]
fn connections_do_not_survive_a_loss() {
    let cases = [
        (4_500, 8_500, Loss::Refuses { status: 503 }, 4, 6),
        (4_500, 8_500, Loss::Silent { connect: 100 * MS, answer: 0, status: 504 }, 4, 5),
        (4_200, 4_800, Loss::Silent { connect: 100 * MS, answer: 0, status: 504 }, 0, 2),
    ];
    for (from, to, loss, failed, opened) in cases {
        let mut network = clockwork(1, 10, 1, "");
        pooled(&mut network);
        network.kinds[0].losses = Steps::new(vec![(from * MS, loss), (to * MS, Loss::None)]);
        let tally = tally(&network, &window(0, 20), 5, 0);
        assert_eq!((tally.outcomes.failed_total(), tally.hops[1].counts.waited), (failed, opened), "{loss:?}");
    }
}
