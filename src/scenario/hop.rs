//! The checked hops of a hops scenario: plain types. How they are written is `hops`' business.

use crate::random::Distribution;
use crate::units::Rate;

/// One hop of a hops scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Hop {
    /// Unique name.
    pub name: String,
    /// The stations of the hop; one without copies, several alike with `copies`, different ones with branches.
    pub stations: Stations,
    /// Token bucket before the hop.
    pub bucket: Option<Bucket>,
}

/// The stations of a hop.
#[derive(Clone, Debug, PartialEq)]
pub enum Stations {
    /// One.
    One(Station),
    /// Parallel copies of one station.
    Copies {
        /// Each copy.
        station: Station,
        /// Their number.
        number: Copies,
        /// Which copy an attempt takes.
        balancing: HopBalancing,
    },
    /// Stations that differ, chosen at random by weight (normalised).
    Branches(Vec<(String, f64, Station)>),
}

/// Number of copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// So many.
    Number(u32),
    /// As many as services.
    Services,
}

/// Which copy an attempt takes.
#[derive(Clone, Debug, PartialEq)]
pub enum HopBalancing {
    /// Evenly at random.
    Random,
    /// At random by these weights, normalised.
    Weights(Vec<f64>),
    /// In turn.
    RoundRobin,
    /// Fewest waiting or in service; ties to the first.
    LeastOutstanding,
}

/// A station.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// Service or delay time; absent: constant 0.
    pub time: Distribution,
    /// Servers; `None`: unlimited, a pure delay.
    pub servers: Option<u32>,
    /// Waiting places; `None`: unlimited.
    pub queue: Option<u32>,
    /// Longest wait of a request.
    pub patience: Option<Distribution>,
    /// Probability that the attempt fails when its service ends.
    pub failure: f64,
}

/// Token bucket of a hop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Tokens per second.
    pub rate: Rate,
    /// Capacity, 1 or more.
    pub burst: u32,
    /// How tokens come.
    pub refill: Refill,
    /// How full it is at time 0.
    pub start: BucketStart,
}

/// How tokens come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// Continuously.
    Continuous,
    /// One whole token every 1/rate on a clock that runs from time 0.
    Tick,
}

/// How full a bucket is at time 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketStart {
    /// Full, except empty under automatic warm-up where more than the rate is offered.
    Auto,
    /// Full.
    Full,
    /// Empty.
    Empty,
}
