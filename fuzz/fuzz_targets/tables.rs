//! Any bytes as quotas that the AWS CLI printed, and as a table of prices.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::tables(bytes));
