//! A scenario as a file in which every default is filled in, and which reads as the same scenario again.

use std::fmt::Display;
use std::path::{Component, Path, PathBuf};

use super::events;
use super::hop::{Bucket, BucketStart, Copies, Hop, HopBalancing, Refill, Station, Stations};
use super::metrics::is_time;
use super::resolved_system;
use super::sensitivity::{Sensitivity, VariedInput};
use super::tree::{float_toml, quoted};
use super::trigger::Trigger;
use super::types::{
    Arrivals, Client, Expect, Length, Load, Model, Popularity, Retries, RetryBudget, Run, Saturation, Scenario, Sweep,
    Trace, TraceColumn, Warmup, Workload,
};
use super::written::{distribution, list, numbers, rate, time};
use crate::random::Samplers;
use crate::units::Rate;

/// Lines of a TOML file.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
}

impl Lines {
    /// A table header, after an empty line.
    pub fn header(&mut self, header: &str) {
        self.text.push_str(&format!("\n{header}\n"));
    }

    /// `key = value`, the value being TOML already.
    pub fn line(&mut self, key: &str, value: impl Display) {
        self.text.push_str(&format!("{key} = {value}\n"));
    }

    /// The same where there is a value.
    pub fn line_if(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(key, value);
        }
    }
}

/// The scenario as TOML. Paths in it are relative to `base`, the folder that the text is going to be written to.
#[must_use]
pub fn toml(scenario: &Scenario, base: &Path) -> String {
    let mut lines = Lines::default();
    lines.text.push_str("# The resolved scenario: every default filled in.\n");
    lines.line("title", quoted(&scenario.title));
    lines.line("seed", scenario.seed);
    let system = match &scenario.model {
        Model::Options(system) => Some(system.as_ref()),
        Model::Hops(_) => None,
    };
    if let Some(system) = system {
        resolved_system::options(&mut lines, system);
        lines.line_if("as_built", system.as_built.then_some(true));
    }
    lines.header("[workload]");
    workload(&mut lines, &scenario.workload, base);
    if let Some(system) = system {
        resolved_system::traffic(&mut lines, system);
    }
    client(&mut lines, &scenario.client);
    lines.header("[run]");
    run(&mut lines, &scenario.run);
    if let Some(windows) = scenario.run.windows {
        lines.line("windows", time(windows));
    } else if !scenario.events.is_empty() && matches!(scenario.run.length, Length::Time(_)) {
        lines.line("windows", quoted("none"));
    }
    events::write(&mut lines, scenario);
    if !scenario.objectives.is_empty() {
        lines.header("[objectives]");
        lines.line("hold", list(scenario.objectives.iter().map(|condition| quoted(&condition.text))));
    }
    if let Some(wanted) = &scenario.saturation {
        saturation(&mut lines, wanted);
    }
    sweep(&mut lines, &scenario.sweep);
    sensitivity(&mut lines, &scenario.sensitivity);
    if let Some(wanted) = &scenario.trigger {
        trigger(&mut lines, wanted);
    }
    match &scenario.model {
        Model::Options(system) => resolved_system::system(&mut lines, system),
        Model::Hops(hops) => {
            lines.header("[services]");
            lines.line("count", scenario.services);
            hops.iter().for_each(|known| hop(&mut lines, known));
        }
    }
    if let Some(wanted) = &scenario.expect {
        expect(&mut lines, wanted, scenario.saturation.as_ref());
    }
    lines.text
}

fn workload(lines: &mut Lines, workload: &Workload, base: &Path) {
    match &workload.load {
        Load::Total(total) => lines.line("rate", rate(*total)),
        Load::PerService(each) => lines.line("rate_per_service", rate(*each)),
        Load::FromArrivals => {}
        Load::Closed { clients, think } => {
            lines.line("clients", clients);
            lines.line("think", distribution(think));
        }
    }
    if !matches!(workload.load, Load::Closed { .. }) {
        lines.line("arrivals", arrivals(&workload.arrivals, base));
    }
    lines.line(
        "popularity",
        match &workload.popularity {
            Popularity::Uniform => quoted("uniform"),
            Popularity::Zipf(exponent) => format!("{{ zipf = {} }}", float_toml(*exponent)),
            Popularity::Weights(weights) => format!("{{ weights = {} }}", numbers(weights)),
        },
    );
    if !workload.profile.is_empty() {
        let point = |(at, factor): &(_, f64)| format!("{{ at = {}, factor = {} }}", time(*at), float_toml(*factor));
        lines.line("profile", list(workload.profile.iter().map(point)));
    }
}

fn arrivals(arrivals: &Arrivals, base: &Path) -> String {
    match arrivals {
        Arrivals::Poisson => quoted("poisson"),
        Arrivals::Constant => quoted("constant"),
        Arrivals::Gamma { shape } => format!("{{ gamma = {{ shape = {} }} }}", float_toml(*shape)),
        Arrivals::Hyperexponential(gaps) => distribution(gaps),
        Arrivals::Mmpp { rate: rates, sojourn } => {
            let one = |x: &f64| Rate::new(*x).map_or_else(|| quoted("0/s"), rate);
            let rates = list(rates.iter().map(one));
            format!("{{ mmpp = {{ rate = {rates}, sojourn = {} }} }}", list(sojourn.iter().copied().map(time)))
        }
        Arrivals::Trace(trace) => trace_table(trace, base),
    }
}

fn trace_table(trace: &Trace, base: &Path) -> String {
    let column = |column: &TraceColumn| match column {
        TraceColumn::Name(name) => quoted(name),
        TraceColumn::Number(number) => number.to_string(),
    };
    let file = quoted(&relative(&trace.file, base).display().to_string());
    let count = trace.count.as_ref().map(|count| format!(", count = {}", column(count))).unwrap_or_default();
    format!(
        "{{ trace = {{ file = {file}, column = {}{count}, header = {}, repeat = {} }} }}",
        column(&trace.column),
        trace.header,
        trace.repeat
    )
}

/// `file` as seen from `base`: below it, or by steps up where both are relative to one folder or both absolute; else as it is.
fn relative(file: &Path, base: &Path) -> PathBuf {
    if let Ok(inside) = file.strip_prefix(base) {
        return inside.to_path_buf();
    }
    let plain = |path: &Path| -> Option<Vec<PathBuf>> {
        let parts = path.components().filter(|part| *part != Component::CurDir);
        let up = path.components().any(|part| part == Component::ParentDir);
        (!up).then(|| parts.map(|part| PathBuf::from(part.as_os_str())).collect())
    };
    let (Some(to), Some(from)) = (plain(file), plain(base)) else { return file.to_path_buf() };
    if file.is_absolute() != base.is_absolute() {
        return file.to_path_buf();
    }
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(PathBuf::from(".."), from.len() - shared);
    up.chain(to.into_iter().skip(shared)).collect()
}

fn client(lines: &mut Lines, client: &Client) {
    if client.timeout.is_none() && client.retries == Retries::None {
        return;
    }
    lines.header("[client]");
    lines.line_if("timeout", client.timeout.map(time));
    match &client.retries {
        Retries::None => {}
        Retries::Backoff { max, backoff, budget } => {
            let budget = budget.map_or_else(String::new, |RetryBudget { tokens, cost, throttle_cost, processes }| {
                format!(
                    ", budget = {{ tokens = {tokens}, cost = {cost}, throttle_cost = {throttle_cost}, processes = {processes} }}"
                )
            });
            lines.line("retries", format!("{{ max = {max}, backoff = {}{budget} }}", distribution(backoff)));
        }
        Retries::AwsSdkStandard(sdk) => {
            let keys = [
                format!("policy = {}", quoted("aws-sdk-standard")),
                format!("attempts = {}", sdk.attempts),
                format!("base = {}", time(sdk.base)),
                format!("throttle_base = {}", time(sdk.throttle_base)),
                format!("cap = {}", time(sdk.cap)),
                format!("quota = {}", sdk.quota),
                format!("retry_cost = {}", sdk.retry_cost),
                format!("throttle_cost = {}", sdk.throttle_cost),
                format!("processes = {}", sdk.processes),
            ];
            lines.line("retries", format!("{{ {} }}", keys.join(", ")));
        }
    }
}

fn run(lines: &mut Lines, run: &Run) {
    match run.length {
        Length::Requests(requests) => lines.line("requests", requests),
        Length::Time(duration) => lines.line("duration", time(duration)),
        Length::Trace => {}
    }
    match run.warmup {
        Warmup::Auto => lines.line("warmup", quoted("auto")),
        Warmup::Time(duration) => lines.line("warmup", time(duration)),
        Warmup::Requests(requests) => lines.line("warmup", requests),
    }
    lines.line("replications", run.replications);
    lines.line("confidence", float_toml(run.confidence));
    let samplers = match run.samplers {
        Samplers::Tables => "tables",
        Samplers::Exact => "exact",
    };
    lines.line("samplers", quoted(samplers));
    if let Some(precision) = &run.precision {
        let (metric, relative) = (quoted(&precision.metric), float_toml(precision.relative));
        let most = precision.max_replications;
        lines.line("precision", format!("{{ metric = {metric}, relative = {relative}, max_replications = {most} }}"));
    }
    if !run.observe_at.is_empty() {
        lines.line("observe_at", list(run.observe_at.iter().copied().map(time)));
    }
}

fn saturation(lines: &mut Lines, saturation: &Saturation) {
    lines.header("[saturation]");
    lines.line("vary", quoted(&saturation.vary));
    lines.line("from", &saturation.from.toml);
    lines.line("to", &saturation.to.toml);
    if !saturation.hold.is_empty() {
        lines.line("hold", list(saturation.hold.iter().map(|condition| quoted(&condition.text))));
    }
}

fn trigger(lines: &mut Lines, trigger: &Trigger) {
    lines.header("[trigger]");
    lines.line("event", trigger.event);
    lines.line("from", time(trigger.from));
    lines.line("to", time(trigger.to));
    lines.line("seeds", trigger.seeds);
    lines.line("resolution", time(trigger.resolution));
}

fn sweep(lines: &mut Lines, sweep: &Sweep) {
    if sweep.services.is_empty() && sweep.axes.is_empty() {
        return;
    }
    lines.header("[sweep]");
    match (sweep.per_decade, sweep.services.as_slice()) {
        (Some(per_decade), [from, .., to]) => {
            lines.line("services", format!("{{ from = {from}, to = {to}, per_decade = {per_decade} }}"));
        }
        (_, []) => {}
        (_, services) => lines.line("services", list(services.iter().map(u32::to_string))),
    }
    for axis in &sweep.axes {
        lines.line(&quoted(&axis.field), list(axis.values.iter().map(|value| value.toml.clone())));
    }
}

fn sensitivity(lines: &mut Lines, wanted: &Sensitivity) {
    if *wanted == Sensitivity::default() {
        return;
    }
    lines.header("[sensitivity]");
    lines.line_if("enabled", wanted.enabled);
    lines.line_if("requests", wanted.requests);
    let input = |input: &VariedInput| {
        format!("{{ field = {}, low = {}, high = {} }}", quoted(&input.field), input.low.toml, input.high.toml)
    };
    if !wanted.inputs.is_empty() {
        lines.line("inputs", list(wanted.inputs.iter().map(input)));
    }
}

fn hop(lines: &mut Lines, hop: &Hop) {
    lines.header("[[hop]]");
    lines.line("name", quoted(&hop.name));
    lines.line_if("bucket", hop.bucket.as_ref().map(bucket));
    match &hop.stations {
        Stations::One(one) => station(lines, one),
        Stations::Copies { station: each, number, balancing } => {
            station(lines, each);
            match number {
                Copies::Number(number) => lines.line("copies", number),
                Copies::Services => lines.line("copies", quoted("services")),
            }
            match balancing {
                HopBalancing::Random => lines.line("balancing", quoted("random")),
                HopBalancing::Weights(weights) => lines.line("weights", numbers(weights)),
                HopBalancing::RoundRobin => lines.line("balancing", quoted("round-robin")),
                HopBalancing::LeastOutstanding => lines.line("balancing", quoted("least-outstanding")),
            }
        }
        Stations::Branches(branches) => {
            for (name, weight, each) in branches {
                lines.header("[[hop.branch]]");
                lines.line("name", quoted(name));
                lines.line("weight", float_toml(*weight));
                station(lines, each);
            }
        }
    }
}

fn station(lines: &mut Lines, station: &Station) {
    lines.line("time", distribution(&station.time));
    lines.line_if("servers", station.servers);
    lines.line_if("queue", station.queue);
    lines.line_if("patience", station.patience.as_ref().map(distribution));
    lines.line("failure", float_toml(station.failure));
}

fn bucket(bucket: &Bucket) -> String {
    let refill = match bucket.refill {
        Refill::Continuous => "continuous",
        Refill::Tick => "tick",
    };
    let start = match bucket.start {
        BucketStart::Auto => "auto",
        BucketStart::Full => "full",
        BucketStart::Empty => "empty",
    };
    let (rate, burst) = (rate(bucket.rate), bucket.burst);
    format!("{{ rate = {rate}, burst = {burst}, refill = {}, start = {} }}", quoted(refill), quoted(start))
}

fn expect(lines: &mut Lines, expect: &Expect, saturation: Option<&Saturation>) {
    lines.header("[expect]");
    lines.line("source", quoted(&expect.source));
    for expected in &expect.values {
        let unit = match (expected.metric.as_str(), saturation) {
            ("saturation", Some(saturation)) => saturation.from.unit.as_str(),
            (name, _) if is_time(name) => "ms",
            _ => "",
        };
        let value =
            if unit.is_empty() { float_toml(expected.value) } else { quoted(&format!("{}{unit}", expected.value)) };
        let (sigma, within) = (float_toml(expected.sigma), float_toml(expected.within));
        lines.line(&quoted(&expected.metric), format!("{{ value = {value}, sigma = {sigma}, within = {within} }}"));
    }
}
