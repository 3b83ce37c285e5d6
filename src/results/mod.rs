//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

pub mod best;
pub mod csv;
pub mod directory;
pub mod hgrm;
pub mod json;
pub mod known;
mod mix;
mod pilots;
mod saturation;
pub mod theory;
pub mod types;

pub use best::{Best, LeftOut};
pub use known::{Agreement, KnownAnswers, Validation};
pub use mix::{MixOther, MixOut, MixPart};
pub use pilots::{PilotCurve, Pilots};
pub use saturation::SaturationPoint;
pub use theory::*;
pub use types::*;
