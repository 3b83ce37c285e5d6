//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

mod addresses;
mod as_built;
pub mod best;
pub mod compare;
mod cost;
pub mod csv;
pub mod directory;
mod exclusion;
#[cfg(test)]
pub(crate) mod fixture;
pub mod hgrm;
pub mod json;
pub mod known;
mod map;
mod mix;
mod pilots;
mod planning;
mod saturation;
mod sensitivity;
pub mod theory;
mod timeline;
pub mod types;

pub use addresses::Addresses;
pub use as_built::{Lint, Move, QuotaUse};
pub use best::{Best, LeftOut};
pub use compare::{Compared, resolution};
pub use cost::CostLine;
pub use exclusion::Exclusion;
pub use known::{Agreement, KnownAnswers, Validation};
pub use map::MapCell;
pub use mix::{MixOther, MixOut, MixPart};
pub use pilots::{PilotCurve, Pilots};
pub use planning::{DeploymentWait, GrowthAsked, GrowthRung, set_today};
pub use saturation::SaturationPoint;
pub use sensitivity::{Effect, Flip, InputEnd, MovedCeiling, MovedCondition, Ranking, Sensitivity, VariedInput};
pub use theory::*;
pub use timeline::{Recovery, Timeline, TimelineEvent, TriggerChange, TriggerLength, TriggerSearch};
pub use types::*;
