//! Any text up to the first zero byte as the format of a stage, and what follows as its log.
#![no_main]

use gatecap::calibrate::apigateway::Format;
use gatecap::calibrate::kind::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let Ok(format) = Format::parse(&String::from_utf8_lossy(&bytes[..end])) else { return };
    gatecap_fuzz::log(Kind::ApiGateway, Some(format), &bytes[(end + 1).min(bytes.len())..]);
});
