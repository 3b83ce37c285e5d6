//! Any bytes as a listing of the AWS CLI.
#![no_main]

use gatecap::import::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::import(Kind::Aws, bytes));
