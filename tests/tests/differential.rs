//! Random programs: native code against the oracle, and its views against each other.

use borel::{Data, Inference, Posterior, Program};
use borel_driver::front::analyse;
use borel_driver::loader::MemoryLoader;
use borel_tests::generate::{deterministic_program, program};
use borel_tests::oracle::{Execution, Stop, Value, enumerate};
use std::collections::BTreeMap;

/// How many programs; the oracle gives up on some (too many executions), and those do not count.
const PROGRAMS: u64 = 500;

/// The log evidence, and the probability of each value, by its text.
type Law = (f64, BTreeMap<String, f64>);

#[test]
fn enumeration_agrees_with_the_oracle() {
    compare_all("enumeration", program, |model, text| {
        let native = Inference::enumerate().run(model);
        compare(native.map_err(|error| error.to_string()), oracle(text)?, text)
    });
}

#[test]
fn every_view_gives_the_weight_of_the_one_execution() {
    compare_all("views", deterministic_program, |model, text| {
        let expected = oracle(text)?;
        let views = [
            ("enumerate", Inference::enumerate()),
            ("importance", Inference::importance(1)),
            ("smc", Inference::smc(1)),
            ("smc of three", Inference::smc(3)),
        ];
        let mut compared = false;
        for (name, view) in views {
            let native = view.run(model).map_err(|error| error.to_string());
            compared = compare(native, expected.clone(), text).map_err(|problem| format!("{name}: {problem}"))?;
        }
        Ok(compared)
    });
}

#[test]
fn optimisation_changes_no_draw_and_no_weight() {
    compare_all("optimisation", program, |model, text| {
        let plain = Program::compile(text).and_then(|p| p.optimised(false).sole_model()).map_err(|d| d.to_string())?;
        let plain = plain.bind(&Data::new()).map_err(|d| d.to_string())?;
        for (name, inference) in [("smc", Inference::smc(30)), ("importance", Inference::importance(30))] {
            let run =
                |model| inference.run(model).map(|p| (p.log_evidence(), p.draws_csv())).map_err(|e| e.to_string());
            let (optimised, plain) = (run(model), run(&plain));
            if optimised != plain {
                return Err(format!("{name}: optimised {optimised:?}\nplain {plain:?}\n{text}"));
            }
        }
        Ok(true)
    });
}

/// What the oracle says of a program.
#[derive(Clone)]
enum Answer {
    Law(Law),
    /// All executions have weight zero, or one stops with an error.
    Nothing,
    /// Some executions stop with an error.
    Partly,
    Unsupported,
}

fn oracle(text: &str) -> Result<Answer, String> {
    let front = analyse("<program>", text, &MemoryLoader::new());
    let executions = match enumerate(&front.program, front.program.models[0], &[], 3000) {
        Ok(executions) => executions,
        Err(Stop::Unsupported(_)) => return Ok(Answer::Unsupported),
        Err(other) => return Err(format!("{other:?}\n{text}")),
    };
    let stops = executions.iter().any(Result::is_err);
    let (evidence, law) = law(executions.into_iter().flatten());
    Ok(match (law.is_empty(), stops) {
        (true, _) => Answer::Nothing,
        (false, true) => Answer::Partly,
        (false, false) => Answer::Law((evidence, law)),
    })
}

/// Whether there was something to compare; the difference if there is one.
fn compare(native: Result<Posterior, String>, expected: Answer, text: &str) -> Result<bool, String> {
    match (native, expected) {
        (_, Answer::Unsupported) => Ok(false),
        // An execution that stops after its weight has become zero may be left unexplored.
        (Ok(_), Answer::Nothing | Answer::Partly) => Ok(false),
        (Err(_), Answer::Nothing | Answer::Partly) => Ok(true),
        (Err(error), Answer::Law(_)) => Err(format!("stopped: {error}\n{text}")),
        (Ok(posterior), Answer::Law((evidence, law))) => {
            let mut found = BTreeMap::new();
            for (value, weight) in posterior.texts("return").ok_or("no return")? {
                *found.entry(value).or_insert(0.0) += weight;
            }
            found.retain(|_, p| *p > 0.0);
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
            let agree =
                found.len() == law.len() && found.iter().zip(&law).all(|((a, p), (b, q))| a == b && near(*p, *q));
            let log_evidence = posterior.log_evidence().unwrap_or(f64::NAN);
            if agree && near(log_evidence, evidence) {
                return Ok(true);
            }
            Err(format!("expected {evidence}: {law:?}\nfound {log_evidence}: {found:?}\n{text}"))
        }
    }
}

/// Compiles the programs and compares, on a thread with the stack that the oracle's recursion needs.
fn compare_all(
    what: &'static str,
    generate: fn(u64) -> String,
    compare: fn(&borel::Bound, &str) -> Result<bool, String>,
) {
    let one = move |seed: u64| -> Result<bool, String> {
        let text = generate(seed);
        let model = Program::compile(&text).and_then(|p| p.sole_model()).map_err(|d| format!("{d}\n{text}"))?;
        compare(&model.bind(&Data::new()).map_err(|d| d.to_string())?, &text)
    };
    let all = move || {
        let (mut compared, mut failures) = (0, Vec::new());
        for seed in 0..PROGRAMS {
            match one(seed) {
                Ok(something) => compared += u64::from(something),
                Err(problem) => failures.push(format!("--- {what}: seed {seed} ---\n{problem}")),
            }
        }
        let shown = failures.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
        assert!(failures.is_empty(), "{} of {PROGRAMS} differ\n{shown}", failures.len());
        assert!(compared * 2 > PROGRAMS, "only {compared} of {PROGRAMS} programs were compared");
    };
    let thread = std::thread::Builder::new().stack_size(1 << 28).spawn(all).expect("a thread");
    thread.join().expect("agreement");
}

/// The log evidence and the probability of each value; empty if all weights are zero.
fn law(executions: impl Iterator<Item = Execution>) -> Law {
    let mut law = BTreeMap::new();
    for execution in executions {
        let Value::String(text) = &execution.value else { continue };
        *law.entry(text.to_string()).or_insert(0.0) += (execution.log_prior + execution.log_weight).exp();
    }
    law.retain(|_, p| *p > 0.0);
    let total: f64 = law.values().sum();
    law.values_mut().for_each(|p| *p /= total);
    (total.ln(), law)
}
