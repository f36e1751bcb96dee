//! Any bytes as a program: diagnostics or a program that formats to itself, compiles and runs within limits, never a panic.
//!
//! `cargo +nightly fuzz run program tests/suite examples`

#![no_main]

use borel::{Data, Inference, Program, RunOptions};
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

const TIME: Duration = Duration::from_millis(200);
const MEMORY: u64 = 64 << 20;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(formatted) = borel::format("<program>", &text) {
        assert_eq!(borel::format("<program>", &formatted).as_ref().ok(), Some(&formatted));
    }
    let Ok(program) = Program::compile(&text) else { return };
    if program.has_main() {
        let limits = RunOptions::new().timeout(TIME).max_memory(MEMORY);
        let _ = program.run_main(&limits, |_| {});
    }
    for model in program.models() {
        if let Ok(bound) = model.bind(&Data::new()) {
            let _ = Inference::smc(10).timeout(TIME).max_memory(MEMORY).run(&bound);
        }
    }
});
