//! gatecap: how far each way of putting microservices behind Amazon API Gateway can be loaded, before anyone builds it.
//!
//! ```text
//! file -> scenario -> inventory (aws) -> network (topology) -> runs (engine) -> estimates (stats) -> results -> report
//! ```
//!
//! Modules in reading order; each may use only those above it, but for `report`, which knows `results` alone.

pub mod aws;
pub mod calibrate;
pub mod engine;
pub mod experiment;
pub mod import;
pub mod issue;
pub mod random;
pub mod report;
pub mod results;
pub mod scenario;
pub mod stats;
pub mod theory;
pub mod topology;
pub mod units;
