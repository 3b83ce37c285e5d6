//! Random networks for the laws: a plan drawn from a seed, which can be written as a scenario or simulated naively.

use std::fmt::Write as _;

use gatecap::engine::network::{Loss, Scaling};
use gatecap::random::{RunKey, StreamId};

/// What a plan may contain.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Everything.
    Any,
    /// What the naive simulator knows: no token buckets, copies chosen at random.
    Naive,
}

/// One hop of a plan; times in ms.
#[derive(Clone, Debug)]
pub struct HopPlan {
    pub name: String,
    /// TOML of the service law.
    pub law: String,
    /// Its mean.
    pub mean: f64,
    /// None: a pure delay.
    pub servers: Option<u32>,
    pub queue: Option<u32>,
    /// Constant patience.
    pub patience: Option<u32>,
    pub failure: f64,
    pub copies: u32,
    /// Balancing over copies, as in the file.
    pub balancing: &'static str,
    /// Rate per second and burst of a bucket before it.
    pub bucket: Option<(f64, u32)>,
    /// What a scenario's text does not say.
    pub changes: Changes,
}

/// What changes at a hop while the network runs; times in ns.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Weights of the copies, from when on.
    pub rotations: Vec<(u64, Vec<f64>)>,
    /// Of each copy (or none) when it is lost and comes back.
    pub losses: Vec<Vec<(u64, Loss)>>,
    /// Share of the attempts that are lost before the hop, from when on.
    pub gate: Vec<(u64, f64)>,
    /// How long after, and with which status these fail.
    pub gate_end: (u64, u16),
    pub scaling: Option<Scaling>,
}

/// A network, its load and its client.
#[derive(Clone, Debug)]
pub struct Plan {
    pub rate: f64,
    pub hops: Vec<HopPlan>,
    /// ms.
    pub timeout: Option<u32>,
    /// Further attempts, and the constant pause before each, ms.
    pub retries: Option<(u32, u32)>,
}

/// Named draws of the plan itself.
pub struct Dice {
    pub run: RunKey,
    pub throws: u64,
}

impl Dice {
    pub fn uniform(&mut self) -> f64 {
        self.throws += 1;
        self.run.attempt(self.throws, 0).uniform(StreamId::new("plan", "choice"))
    }

    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.uniform() * f64::from(high - low + 1)) as u32
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.uniform() * of.len() as f64) as usize]
    }
}

/// The plan of a seed: one to four hops, loads of 0.3 to 0.9 at the stations, bounded ones up to 1.5.
pub fn plan(seed: u64, kind: Kind) -> Plan {
    let mut dice = Dice { run: RunKey::new(seed, 0), throws: 0 };
    let rate = f64::from(dice.between(20, 400));
    let retries = dice.chance(0.5).then(|| (dice.between(1, 3), dice.between(1, 80)));
    // Retries can more than double the load: leave room for them where nothing bounds the queue.
    let room = if retries.is_some() { 0.4 } else { 0.9 };
    let count = dice.between(1, 4);
    let hops = (0..count).map(|index| hop(&mut dice, index, rate, room, kind)).collect();
    let timeout = dice.chance(0.4).then(|| dice.between(20, 200));
    Plan { rate, hops, timeout, retries }
}

fn hop(dice: &mut Dice, index: u32, rate: f64, room: f64, kind: Kind) -> HopPlan {
    let name = format!("stage{index}");
    if dice.chance(0.25) {
        let ms = dice.between(1, 20);
        let (law, mean) = law(dice, f64::from(ms));
        let failure = if dice.chance(0.3) { 0.05 } else { 0.0 };
        let hop = HopPlan { name, law, mean, failure, ..HopPlan::delay() };
        return HopPlan { bucket: bucket(dice, rate, kind), ..hop };
    }
    let servers = dice.between(1, 6);
    let copies = if dice.chance(0.3) { dice.between(2, 5) } else { 1 };
    let queue = dice.chance(0.4).then(|| dice.between(0, 12));
    let load = (0.3 + 0.6 * dice.uniform()) * if queue.is_some() { 1.6 } else { room };
    let (law, mean) = law(dice, 1e3 * load * f64::from(servers * copies) / rate);
    HopPlan {
        name,
        law,
        mean,
        servers: Some(servers),
        queue,
        patience: dice.chance(0.3).then(|| dice.between(5, 60)),
        failure: if dice.chance(0.3) { 0.1 } else { 0.0 },
        copies,
        balancing: match kind {
            Kind::Any => dice.pick(&["random", "round-robin", "least-outstanding"]),
            Kind::Naive => "random",
        },
        bucket: bucket(dice, rate, kind),
        changes: Changes::default(),
    }
}

fn bucket(dice: &mut Dice, rate: f64, kind: Kind) -> Option<(f64, u32)> {
    let wanted = dice.chance(0.25);
    let spec = ((0.8 + 0.8 * dice.uniform()) * rate, dice.between(1, 30));
    (wanted && matches!(kind, Kind::Any)).then_some(spec)
}

fn law(dice: &mut Dice, ms: f64) -> (String, f64) {
    let law = dice.pick(&["exponential", "constant", "lognormal", "gamma", "uniform"]);
    let text = match law {
        "exponential" => format!("{{ exponential = {{ mean = \"{ms}ms\" }} }}"),
        "constant" => format!("{{ constant = \"{ms}ms\" }}"),
        "lognormal" => format!("{{ lognormal = {{ mean = \"{ms}ms\", scv = 1.5 }} }}"),
        "gamma" => format!("{{ gamma = {{ mean = \"{ms}ms\", shape = 2 }} }}"),
        _ => format!("{{ uniform = {{ from = \"{}ms\", to = \"{}ms\" }} }}", 0.5 * ms, 1.5 * ms),
    };
    (text, ms)
}

/// One overloaded station with little room whose requests lose patience: those who will leave take places that others want.
pub fn impatient(seed: u64) -> Plan {
    let mut dice = Dice { run: RunKey::new(seed, 1), throws: 0 };
    let (law, mean) = law(&mut dice, 10.0);
    let station = HopPlan {
        name: "station".into(),
        law,
        mean,
        servers: Some(dice.between(1, 3)),
        queue: Some(dice.between(1, 4)),
        patience: Some(dice.between(4, 25)),
        ..HopPlan::delay()
    };
    Plan { rate: 400.0, hops: vec![station], timeout: None, retries: None }
}

impl HopPlan {
    fn delay() -> HopPlan {
        HopPlan {
            name: String::new(),
            law: String::new(),
            mean: 0.0,
            servers: None,
            queue: None,
            patience: None,
            failure: 0.0,
            copies: 1,
            balancing: "random",
            bucket: None,
            changes: Changes::default(),
        }
    }
}

impl Plan {
    /// The plan as a scenario.
    pub fn text(&self, requests: u64, replications: u32) -> String {
        let mut text = format!("seed = 5\n[workload]\nrate = \"{}/s\"\n[client]\n", self.rate);
        if let Some(ms) = self.timeout {
            let _ = writeln!(text, "timeout = \"{ms}ms\"");
        }
        if let Some((max, ms)) = self.retries {
            let _ = writeln!(text, "retries = {{ max = {max}, backoff = {{ constant = \"{ms}ms\" }} }}");
        }
        let _ = writeln!(text, "[run]\nrequests = {requests}\nreplications = {replications}");
        for hop in &self.hops {
            let _ = writeln!(text, "[[hop]]\nname = \"{}\"\ntime = {}\nfailure = {}", hop.name, hop.law, hop.failure);
            if let Some(servers) = hop.servers {
                let _ = writeln!(text, "servers = {servers}");
            }
            if let Some(queue) = hop.queue {
                let _ = writeln!(text, "queue = {queue}");
            }
            if let Some(ms) = hop.patience {
                let _ = writeln!(text, "patience = {{ constant = \"{ms}ms\" }}");
            }
            if hop.copies > 1 {
                let _ = writeln!(text, "copies = {}\nbalancing = \"{}\"", hop.copies, hop.balancing);
            }
            if let Some((rate, burst)) = hop.bucket {
                let _ = writeln!(text, "bucket = {{ rate = \"{rate}/s\", burst = {burst} }}");
            }
        }
        text
    }
}
