#![no_main]
//! See `reticent_e2e::fuzz::needles`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reticent_e2e::fuzz::needles(bytes));
