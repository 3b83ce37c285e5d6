//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

mod addresses;
pub mod best;
mod cost;
pub mod csv;
pub mod directory;
mod exclusion;
pub mod hgrm;
pub mod json;
pub mod known;
mod mix;
mod pilots;
mod saturation;
pub mod theory;
pub mod types;

pub use addresses::Addresses;
pub use best::{Best, LeftOut};
pub use cost::CostLine;
pub use exclusion::Exclusion;
pub use known::{Agreement, KnownAnswers, Validation};
pub use mix::{MixOther, MixOut, MixPart};
pub use pilots::{PilotCurve, Pilots};
pub use saturation::SaturationPoint;
pub use theory::*;
pub use types::*;
