//! Journals and shards.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gatecap_fuzz::shard(bytes));
