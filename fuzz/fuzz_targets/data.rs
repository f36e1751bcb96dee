//! Any bytes as data, JSON and CSV: values or diagnostics that can be drawn, never a panic.
//!
//! `cargo +nightly fuzz run data`

#![no_main]

use borel::{Data, Program};
use libfuzzer_sys::fuzz_target;

const MODEL: &str = "
type Tree = Leaf(Real) | Node(Tree, Tree)
model m(a: [Real], b: Matrix, c: Int, d: { x: Bool, y: [String] }, e: Tree) { let z ~ Normal(0, 1) }";

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let model = Program::compile(MODEL).and_then(|program| program.sole_model()).expect("a right program");
    for data in [Data::from_json("data.json", &text), Data::from_csv("data.csv", &text)] {
        let result = data.and_then(|data| model.bind(&data));
        if let Err(diagnostics) = result {
            diagnostics.render(false);
        }
    }
});
