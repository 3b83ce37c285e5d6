//! Any bytes as an access log of an NLB.
#![no_main]

use gatecap::calibrate::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::log(Kind::Nlb, None, bytes));
