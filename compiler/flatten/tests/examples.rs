//! Every example program flattens, in every view, specialised or not, and passes the verifier.

mod common;

use borel_flatten::Request;
use common::{EVERYTHING, try_flow};

fn check(text: &str, name: &str) {
    for specialised in [false, true] {
        for record in [false, true] {
            let everything = Request { record, ..EVERYTHING };
            assert!(try_flow(text, name, specialised, &everything).is_ok(), "{name}");
            // The enumerate view may be refused, but not go wrong.
            let enumerate = Request { enumerate: true, record, ..Request::default() };
            if let Err(refusals) = try_flow(text, name, specialised, &enumerate) {
                assert!(!refusals.is_empty());
            }
        }
    }
}

macro_rules! examples {
    ($($test:ident: $file:literal $root:literal;)*) => {
        $(#[test]
        fn $test() {
            check(include_str!(concat!("../../../examples/", $file)), $root);
        })*
    };
}

examples! {
    agents: "agents.ppl" "main";
    birds: "birds.ppl" "birds";
    conjugate: "conjugate.ppl" "conjugate";
    dirichlet_process: "dirichlet_process.ppl" "clusters";
    earthquakes: "earthquakes.ppl" "earthquakes";
    galaxies: "galaxies.ppl" "galaxies";
    nile: "nile.ppl" "local_level";
    parsing: "parsing.ppl" "parse";
    piecewise: "piecewise.ppl" "piecewise";
    programs: "programs.ppl" "programs";
    regression: "regression.ppl" "regression";
    sprinkler: "sprinkler.ppl" "sprinkler";
    volatility: "volatility.ppl" "volatility";
}
