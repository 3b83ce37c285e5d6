//! Output analysis: recording latencies, and turning replications into estimates with intervals. Plain numbers in,
//! plain numbers out; it knows neither queues nor AWS.

pub mod estimate;
pub mod histogram;
#[cfg(test)]
mod noise;
pub mod selection;
pub mod share;
pub mod stability;
pub mod student;
pub mod warmup;
pub mod welch;

pub use estimate::{Interval, Paired};
pub use histogram::{Bucket, Recorder};
pub use selection::Selection;
