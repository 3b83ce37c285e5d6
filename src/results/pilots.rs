//! What the pilots of a warm-up showed: in the result document where it was asked for.

use serde::{Deserialize, Serialize};

/// Pilots from an empty start, and where their warm-up ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pilots {
    /// What was watched: "requests in the system", or of closed clients "completions".
    pub watched: String,
    /// Pilots of an option.
    pub number: u32,
    /// The cut in force, s.
    pub cut_s: f64,
    /// What is thrown away whatever pilots show, s; null for closed clients, where it is a number of requests.
    pub floor_s: Option<f64>,
    /// Each option that needed pilots, in order.
    pub curves: Vec<PilotCurve>,
}

/// The pilots of one option.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PilotCurve {
    /// Option name; null for hops scenarios.
    pub option: Option<String>,
    /// From one point of the mean to the next, s; the first is one step after the start.
    pub step_s: f64,
    /// Mean over the pilots.
    pub mean: Vec<f64>,
    /// Where MSER-5 cuts, s; null where it finds no end of the transient.
    pub settled_s: Option<f64>,
}
