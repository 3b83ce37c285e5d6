//! Closed forms of queueing theory with their citations: what a simulation must agree with, and what can be said before
//! simulating. Times in seconds, rates per second. Unless stated otherwise a result is `None` where the system has no
//! steady state, or a rate is not above 0.

pub mod bucket;
pub mod finite;
pub mod gaps;
pub mod general;
pub mod markov;
pub mod opinion;
pub mod single;

pub use bucket::md1_loss;
pub use finite::{FiniteQueue, finite_queue};
pub use gaps::Gaps;
pub use general::Computed;
pub use markov::{allen_cunneen_wait, erlang_b, erlang_c, mmc_mean_wait, mmc_sojourn_quantile, mmc_wait_quantile};
pub use opinion::{Answer, Formula, Queue, Service};
pub use single::{mg1_mean_wait, mm1_rate_at, mm1_sojourn_quantile};
