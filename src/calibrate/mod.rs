//! From access logs and metrics to laws of times and arrivals: what a team measures, in place of the defaults.
//!
//! ```text
//! bytes -> lines -> records (alb | apigateway | elb_classic | nlb | cloudwatch) -> tallies -> fits -> overlay scenario
//! ```
//!
//! Memory does not grow with the log: a record is read, counted and forgotten.

pub mod alb;
pub mod apigateway;
pub mod arrivals;
pub mod calibration;
pub mod cloudwatch;
pub mod counts;
pub mod document;
pub mod elb_classic;
pub mod fields;
pub mod fit;
pub mod join;
pub mod kind;
pub mod lines;
pub mod nlb;
pub mod read;
pub mod row;
pub mod slots;
pub mod stream;
pub mod summary;
pub mod tally;
pub mod times;
mod words;

#[cfg(test)]
mod tests;
