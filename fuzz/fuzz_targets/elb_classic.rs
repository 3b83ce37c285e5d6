//! Any bytes as an access log of a Classic Load Balancer.
#![no_main]

use gatecap::calibrate::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::log(Kind::ClassicElb, None, bytes));
