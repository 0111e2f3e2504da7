#![no_main]
//! See `reticent_e2e::fuzz::replica`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reticent_e2e::fuzz::replica(bytes));
