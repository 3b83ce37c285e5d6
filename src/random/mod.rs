//! Randomness: laws of times, samplers that invert them, and keyed streams in which every draw has a name.
//!
//! A draw is a pure function of (seed, replication, entity name, purpose, request, attempt): nothing that one option, hop or
//! retry does moves another's draws.

pub mod distribution;
pub mod sampler;
pub mod stream;

pub use distribution::{Distribution, Law};
pub use sampler::Sampler;
pub use stream::{AttemptKey, RunKey, StreamId};
