#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aftercall_intake_fuzz::payload("millis", data));
