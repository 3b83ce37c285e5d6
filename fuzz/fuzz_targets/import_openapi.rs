//! Any bytes as an OpenAPI or Swagger document.
#![no_main]

use gatecap::import::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::import(Kind::OpenApi, bytes));
