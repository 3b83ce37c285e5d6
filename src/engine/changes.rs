//! What may change at the stations of a network while it runs, as data: who takes attempts, what is lost, how many there are.

/// Which stations of a group take new attempts, and how much of them: a relative weight each, 0 or more, in the order of stations;
/// one of weight 0 is out, and so is one beyond the end. All 0: nobody is known to be well, so all take attempts as if there were no
/// rotation (fail open).
///
/// How a balancing uses the weights: at random and by connection, the draw goes by weight; in turn, smoothly by weight (equal ones:
/// plainly in turn, going on where the turn was); fewest outstanding, any weight above 0 is in and nothing more.
#[derive(Clone, Debug, PartialEq)]
pub struct Rotation {
    /// Relative weights.
    pub weights: Vec<f64>,
}

/// What becomes of attempts at a station that is lost, for as long as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// The station is there.
    #[default]
    None,
    /// Somebody answers at once that there is nobody: a new attempt fails immediately with `status`, those waiting or in service at
    /// the instant of the loss.
    Refuses {
        /// Status of the failure.
        status: u16,
    },
    /// Silence: a new attempt fails `connect` later, those waiting or in service `answer` after the loss, unless somebody (a
    /// deadline, the client) gave up on them before.
    Silent {
        /// Until a new attempt fails, ns; `u64::MAX`: never.
        connect: u64,
        /// From the loss until those at hand fail, ns; `u64::MAX`: never.
        answer: u64,
        /// Status of the failure.
        status: u16,
    },
}

/// What a target is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingMetric {
    /// Busy servers over servers, 0 to 1, of the stations in rotation.
    Utilisation,
    /// Attempts per second that each station in rotation gets.
    RequestsPerStation,
}

/// Target tracking of the number of a group's stations that take attempts: always the first so many. Times in ns.
///
/// At the end of each period there is a data point, the metric over the stations then in rotation (lost ones and those of weight 0
/// as well) and the time that each was in it within the period; it is known `delay` later. After `out_after` data points in a row
/// above the target, and with each further one, the number becomes the smallest that would bring it to the target, m x metric /
/// target rounded up, if that is larger. m is the number wanted before or, within `cool_out` of an increase, the number that the
/// metric is over on average, so that what was added counts as if it were there and only a larger number counts then. After
/// `in_after` data points in a row below `in_below` x target the number falls to the same expression, not within `cool_in` of the last
/// decrease. A new station takes attempts after `warm_up`; one that leaves finishes what it has. Within one instant these changes
/// come after the arrivals.
///
/// Source: the semantics of target tracking as services document them: alarms on data points in a row, proportional steps, cool-downs
/// within which what was added counts as if it were there.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// What is measured.
    pub metric: ScalingMetric,
    /// What it should be, above 0: a share, or attempts per second and station.
    pub target: f64,
    /// Fewest stations, 1 or more.
    pub min: u32,
    /// Stations at time 0, from `min` to `max`.
    pub initial: u32,
    /// Most stations, no more than the group has.
    pub max: u32,
    /// Length of what a data point sums up, above 0.
    pub period: u64,
    /// Until a data point is known.
    pub delay: u64,
    /// From the decision until a new station takes attempts.
    pub warm_up: u64,
    /// Data points in a row above the target, 1 or more, until the number grows.
    pub out_after: u32,
    /// Data points in a row below `in_below` x target, 1 or more, until it falls.
    pub in_after: u32,
    /// Share of the target, 0 to 1.
    pub in_below: f64,
    /// After an increase.
    pub cool_out: u64,
    /// After a decrease.
    pub cool_in: u64,
}
