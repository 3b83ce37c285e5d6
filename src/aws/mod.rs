//! What AWS allows and how its parts behave: quotas, prices, features and latency defaults as data, parts as code, options as
//! files, and the inventory that counts what an option needs. Nothing here simulates.

pub mod features;
pub mod latency;
pub mod option;
pub mod part;
pub mod quotas;
pub mod sharing;
pub mod system;
