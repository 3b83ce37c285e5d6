//! Scenarios: what a person writes, read whole, checked, and turned into plain types that the rest believes.
//!
//! `Document` is a parsed file that can be resolved again with other values (`--set`, a sweep's axes); `Scenario` is the
//! checked result. Every mistake of a file is reported together, each at its place.
//!
//! ```text
//! text -> tree (TOML with places) -> fields (known keys, types, ranges) -> one file per table -> decode (the whole) -> Scenario
//! ```

mod account;
mod changing;
mod client;
mod conditions;
mod decode;
mod document;
mod event;
mod event_words;
mod events;
mod expect;
mod fields;
mod folder;
mod hop;
mod hops;
pub mod init;
mod instant;
mod laws;
mod listed;
mod many;
mod measured;
mod metrics;
mod names;
mod option_file;
mod options;
mod overlay;
mod path;
mod planning;
pub mod prices;
mod profile;
mod requirements;
pub mod resolved;
mod resolved_system;
mod rows;
mod run;
pub mod schema;
mod sensitivity;
mod sweep;
mod system;
#[cfg(test)]
mod tests;
mod trace;
mod tree;
mod trigger;
pub mod types;
mod windows;
mod workload;
mod written;

pub use document::Document;
pub use event::*;
pub use event_words::event_words;
pub use hop::*;
pub use names::is_name;
pub use options::built_in as built_in_option;
pub use path::Override;
pub use sensitivity::{Sensitivity, VariedInput};
pub use trigger::{CERTAIN_WINDOWS, Trigger};
pub use types::*;
