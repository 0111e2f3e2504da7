#![no_main]
//! See `reticent_e2e::fuzz::key_list`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reticent_e2e::fuzz::key_list(bytes));
