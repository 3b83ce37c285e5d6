//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

pub mod best;
pub mod compare;
pub mod csv;
pub mod directory;
pub mod hgrm;
pub mod json;
pub mod known;
mod pilots;
mod saturation;
pub mod theory;
pub mod types;

pub use best::{Best, LeftOut};
pub use compare::{Compared, resolution};
pub use known::{Agreement, KnownAnswers, Validation};
pub use pilots::{PilotCurve, Pilots};
pub use saturation::SaturationPoint;
pub use theory::*;
pub use types::*;
