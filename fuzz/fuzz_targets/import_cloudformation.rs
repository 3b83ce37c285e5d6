//! Any bytes as a CloudFormation template.
#![no_main]

use gatecap::import::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::import(Kind::CloudFormation, bytes));
