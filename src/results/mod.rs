//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

pub mod csv;
pub mod directory;
pub mod hgrm;
pub mod json;
mod pilots;
pub mod types;

pub use pilots::{PilotCurve, Pilots};
pub use types::*;
