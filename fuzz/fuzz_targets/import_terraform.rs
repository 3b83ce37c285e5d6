//! Any bytes as a Terraform plan or state.
#![no_main]

use gatecap::import::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::import(Kind::Terraform, bytes));
