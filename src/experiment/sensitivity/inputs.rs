//! Which inputs a study varies, their values at both ends and between, and the scenario with such values in place.

use super::super::assemble::users_of;
use super::super::source::Source;
use crate::aws::latency::{self, HopDefault, ScalarDefault};
use crate::aws::system::{System, TrafficRate};
use crate::issue::Issues;
use crate::random::Distribution;
use crate::results;
use crate::scenario::Document;
use crate::scenario::{Arrivals, AxisValue, Load, Model, Override, Scenario, VariedInput, resolved};
use crate::units::Rate;

const HTTP: &str = "http-api";
const REST: &str = "rest-api";
/// The ratio that takes the place of a REST API's own overhead where both kinds of APIs are compared: what is claimed is the ratio.
const RATIO: &str = "rest_over_http";
/// The factor on the rate of arrivals.
const BURST: &str = "burst_rate";

/// A value of an input.
#[derive(Clone, Debug)]
pub(super) enum Setting {
    /// The time of a hop, by its name in the table.
    Hop(String, Distribution),
    /// An HTTP API's overhead, and a REST API's, which is so many times that.
    Apis(Distribution, f64),
    /// A REST API's overhead over an HTTP API's.
    Ratio(f64),
    /// The rate of arrivals over what the scenario says.
    Rate(f64),
    /// A scalar field.
    Field(String, AxisValue),
}

/// An input with its ends.
#[derive(Debug)]
pub(super) struct Input {
    name: String,
    title: String,
    unit: String,
    value: String,
    grade: String,
    source: String,
    /// As the scenario stands; none of a field that has no value there.
    pub standing: Option<Setting>,
    pub low: Setting,
    pub high: Setting,
    words: (String, String),
    /// Takes whole numbers only.
    whole: bool,
}

/// The inputs of weak evidence that the options use and the scenario leaves to the table, then the user's own.
pub(super) fn all(source: &Source, scenario: &Scenario) -> Vec<Input> {
    let named = &scenario.sensitivity.inputs;
    let mut inputs = match &scenario.model {
        Model::Options(system) => of_table(scenario, system),
        Model::Hops(_) => Vec::new(),
    };
    let is_named = |setting: &Setting| match setting {
        Setting::Field(field, _) => named.iter().any(|own| own.field == *field),
        _ => false,
    };
    inputs.retain(|input| !is_named(&input.low));
    let text =
        Document::parse(resolved::toml(scenario, std::path::Path::new("")), "resolved", std::path::Path::new(""));
    let standing = |field: &str| text.as_ref().ok()?.value(field);
    inputs.extend(named.iter().map(|own| of_user(own, standing(&own.field), source)));
    inputs
}

/// Evidence that leaves a value open: claimed, inferred or assumed.
fn is_weak(grade: &str) -> bool {
    !grade.starts_with('A')
}

fn of_table(scenario: &Scenario, system: &System) -> Vec<Input> {
    let stated = |hop: &str| match hop {
        "service" => !system.services.time_is_default,
        name => system.hop_times.contains_key(name),
    };
    let used = |hop: &str| !stated(hop) && !users_of(system, hop).is_empty();
    let both = used(HTTP) && used(REST);
    let ratio = latency::scalar_default(RATIO).filter(|_| both);
    let mut inputs = Vec::new();
    for hop in latency::hop_defaults().iter().filter(|hop| is_weak(&hop.grade) && used(&hop.name)) {
        match (ratio, hop.name.as_str()) {
            (Some(ratio), HTTP) => inputs.extend(ratio.value.map(|ratio| of_apis(hop, ratio))),
            (Some(ratio), REST) => inputs.extend(of_number(ratio, ratio.value, Setting::Ratio)),
            _ => inputs.push(of_hop(hop)),
        }
    }
    let open = matches!(scenario.workload.load, Load::Total(_) | Load::PerService(_));
    for number in latency::scalar_defaults().iter().filter(|number| is_weak(&number.grade)) {
        if number.name == BURST && open && scenario.workload.arrivals == Arrivals::Poisson {
            inputs.extend(of_number(number, number.value, Setting::Rate));
        }
        let Some(field) = &number.field else { continue };
        let network = &system.network;
        let standing = match field.as_str() {
            "network.connection_reuse" => Some(network.connection_reuse).filter(|own| Some(*own) == number.value),
            "network.zone_share" => (network.zones > 1 && network.zone_share.is_none()).then(|| network.crossing().0),
            _ => None,
        };
        inputs.extend(of_number(number, standing, |value| Setting::Field(field.clone(), plain(value))));
    }
    inputs
}

fn of_hop(hop: &HopDefault) -> Input {
    let setting = |time: &Distribution| Setting::Hop(hop.name.clone(), time.clone());
    Input {
        name: hop.name.clone(),
        title: hop.title.clone(),
        unit: "ms".into(),
        value: hop.text.clone(),
        grade: hop.grade.clone(),
        source: hop.source.clone(),
        standing: Some(setting(&hop.distribution)),
        low: setting(&hop.low_distribution),
        high: setting(&hop.high_distribution),
        words: (hop.low.clone(), hop.high.clone()),
        whole: false,
    }
}

/// The overhead of an HTTP API where that of a REST API is known by their ratio alone, and moves with it.
fn of_apis(hop: &HopDefault, ratio: f64) -> Input {
    let setting = |time: &Distribution| Setting::Apis(time.clone(), ratio);
    Input {
        title: format!("{}, and a REST API in proportion", hop.title),
        standing: Some(setting(&hop.distribution)),
        low: setting(&hop.low_distribution),
        high: setting(&hop.high_distribution),
        ..of_hop(hop)
    }
}

/// A number of the table where the scenario stands at `standing`; none where it does not stand there by the table's will.
fn of_number(number: &ScalarDefault, standing: Option<f64>, setting: impl Fn(f64) -> Setting) -> Option<Input> {
    let standing = standing?;
    Some(Input {
        name: number.name.clone(),
        title: number.title.clone(),
        unit: String::new(),
        value: rounded(standing),
        grade: number.grade.clone(),
        source: number.source.clone(),
        standing: Some(setting(standing)),
        low: setting(number.low),
        high: setting(number.high),
        words: (rounded(number.low), rounded(number.high)),
        whole: false,
    })
}

/// A share or ratio in at most three decimals.
fn rounded(value: f64) -> String {
    ((value * 1e3).round() / 1e3).to_string()
}

fn plain(value: f64) -> AxisValue {
    AxisValue { toml: format!("{value:?}"), number: value, unit: String::new() }
}

fn of_user(own: &VariedInput, standing: Option<AxisValue>, source: &Source) -> Input {
    let bare = |value: &AxisValue| value.toml.trim_matches('"').to_string();
    let setting = |value: &AxisValue| Setting::Field(own.field.clone(), value.clone());
    let half = AxisValue { toml: format!("{:?}", own.low.number.floor() + 0.5), ..own.low.clone() };
    let whole = own.low.unit.is_empty()
        && own.low.is_number()
        && source.scenario(&[Override::set(own.field.clone(), half.toml)]).is_err();
    Input {
        name: own.field.clone(),
        title: own.field.clone(),
        unit: own.low.unit.clone(),
        value: standing.as_ref().map_or_else(|| "not stated".into(), bare),
        grade: "yours".into(),
        source: "the scenario".into(),
        standing: standing.as_ref().map(setting),
        low: setting(&own.low),
        high: setting(&own.high),
        words: (bare(&own.low), bare(&own.high)),
        whole,
    }
}

impl Input {
    /// The result row, with what was found of both ends.
    pub fn result(
        &self,
        low: results::InputEnd,
        high: results::InputEnd,
        flips: Vec<results::Flip>,
    ) -> results::VariedInput {
        let end = |end: results::InputEnd, words: &str, setting: &Setting| results::InputEnd {
            value: words.into(),
            number: setting.number(),
            ..end
        };
        results::VariedInput {
            name: self.name.clone(),
            title: self.title.clone(),
            unit: self.unit.clone(),
            value: self.value.clone(),
            number: self.standing.as_ref().and_then(Setting::number),
            grade: self.grade.clone(),
            source: self.source.clone(),
            low: end(low, &self.words.0, &self.low),
            high: end(high, &self.words.1, &self.high),
            flips,
        }
    }

    /// The setting at `share` of the way from where the scenario stands to an end of this input; none where numbers lead no way. Of
    /// whole numbers the nearest one.
    pub fn towards(&self, end: &Setting, share: f64) -> Option<Setting> {
        let way = |from: f64, to: f64| from + share * (to - from);
        Some(match (self.standing.as_ref()?, end) {
            (Setting::Hop(name, from), Setting::Hop(_, to)) => Setting::Hop(name.clone(), from.between(to, share)),
            (Setting::Apis(from, ratio), Setting::Apis(to, _)) => Setting::Apis(from.between(to, share), *ratio),
            (Setting::Ratio(from), Setting::Ratio(to)) => Setting::Ratio(way(*from, *to)),
            (Setting::Rate(from), Setting::Rate(to)) => Setting::Rate(way(*from, *to)),
            (Setting::Field(field, from), Setting::Field(_, to)) => {
                if !(from.is_number() && to.is_number() && from.unit == to.unit) {
                    return None;
                }
                let number = way(from.number, to.number);
                let number = if self.whole { number.round() } else { number };
                let toml = match (self.whole, to.unit.as_str()) {
                    (true, "") => format!("{number:.0}"),
                    (_, "") => format!("{number:?}"),
                    (_, unit) => format!("\"{number}{unit}\""),
                };
                Setting::Field(field.clone(), AxisValue { toml, number, unit: to.unit.clone() })
            }
            _ => return None,
        })
    }
}

impl Setting {
    /// The value as a number: of a hop its mean, ms; none where it is text.
    pub fn number(&self) -> Option<f64> {
        match self {
            Setting::Hop(_, time) | Setting::Apis(time, _) => Some(time.mean_ns() / 1e6),
            Setting::Ratio(number) | Setting::Rate(number) => Some(*number),
            Setting::Field(_, value) => value.is_number().then_some(value.number),
        }
    }

    /// Whether quotas may be used otherwise: by anything but latencies.
    pub fn moves_quotas(&self) -> bool {
        !matches!(self, Setting::Hop(..) | Setting::Apis(..) | Setting::Ratio(_))
    }
}

/// `standing` with the settings in place: fields by reading the document again, the rest in their order.
///
/// # Errors
/// A value that makes no scenario.
pub(super) fn with(source: &Source, standing: &Scenario, settings: &[&Setting]) -> Result<Scenario, Issues> {
    let field = |setting: &&Setting| match setting {
        Setting::Field(field, value) => Some(Override::set(field.clone(), value.toml.clone())),
        _ => None,
    };
    let overrides: Vec<Override> = settings.iter().filter_map(field).collect();
    let mut scenario =
        if overrides.is_empty() { standing.clone() } else { super::shortened(&source.scenario(&overrides)?) };
    for setting in settings {
        put(setting, &mut scenario);
    }
    Ok(scenario)
}

fn put(setting: &Setting, scenario: &mut Scenario) {
    if let (Setting::Rate(factor), Some(rate)) = (setting, rate_of(&mut scenario.workload.load)) {
        *rate = times(*rate, *factor);
    }
    let Model::Options(system) = &mut scenario.model else { return };
    match setting {
        Setting::Hop(name, time) if name == "service" => system.services.time = time.clone(),
        Setting::Hop(name, time) => {
            system.hop_times.insert(name.clone(), time.clone());
        }
        Setting::Apis(http, ratio) => {
            system.hop_times.insert(HTTP.into(), http.clone());
            system.hop_times.insert(REST.into(), http.scaled(*ratio));
        }
        Setting::Ratio(ratio) => {
            let known = latency::hop_default(HTTP).map(|hop| hop.distribution.clone());
            if let Some(http) = system.hop_times.get(HTTP).cloned().or(known) {
                system.hop_times.insert(REST.into(), http.scaled(*ratio));
            }
        }
        Setting::Rate(factor) => {
            if let TrafficRate::PerService(rate) | TrafficRate::Total(rate) = &mut system.traffic.rate {
                *rate = times(*rate, *factor);
            }
        }
        Setting::Field(..) => {}
    }
}

fn rate_of(load: &mut Load) -> Option<&mut Rate> {
    match load {
        Load::Total(rate) | Load::PerService(rate) => Some(rate),
        Load::FromArrivals | Load::Closed { .. } => None,
    }
}

fn times(rate: Rate, factor: f64) -> Rate {
    Rate::new(rate.per_second() * factor).unwrap_or(rate)
}
