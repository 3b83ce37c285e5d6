//! Scenarios: what a person writes, read whole, checked, and turned into plain types that the rest believes.
//!
//! `Document` is a parsed file that can be resolved again with other values (`--set`, a sweep's axes); `Scenario` is the
//! checked result. Every mistake of a file is reported together, each at its place.

pub mod types;

pub use types::*;
