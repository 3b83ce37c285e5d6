//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

pub mod best;
pub mod csv;
pub mod directory;
pub mod hgrm;
pub mod json;
pub mod known;
mod pilots;
mod saturation;
mod sensitivity;
pub mod theory;
pub mod types;

pub use best::{Best, LeftOut};
pub use known::{Agreement, KnownAnswers, Validation};
pub use pilots::{PilotCurve, Pilots};
pub use saturation::SaturationPoint;
pub use sensitivity::{Effect, Flip, InputEnd, MovedCeiling, MovedCondition, Ranking, Sensitivity, VariedInput};
pub use theory::*;
pub use types::*;
