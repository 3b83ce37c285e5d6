//! Randomness: laws of times, samplers that invert them (or draw from them exactly), and keyed streams in which every draw has a name.
//!
//! A draw is a pure function of (seed, replication, entity name, purpose, request, attempt): nothing that one option,
//! hop or retry does moves another's draws.

mod between;
mod describe;
pub mod distribution;
pub mod exact;
pub mod mixture;
mod moments;
mod quantile;
pub mod sampler;
mod special;
pub mod stream;
#[cfg(test)]
mod tests;

pub use distribution::{Distribution, Law};
pub use exact::KeyedGenerator;
pub use sampler::{Sampler, Samplers};
pub use stream::{AttemptKey, RunKey, StreamId};
