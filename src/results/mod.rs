//! Results: plain public data, versioned, which is also a file. Everything that shows something reads only this.

pub mod types;

pub use types::*;
