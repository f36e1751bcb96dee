//! Random programs: native code against the oracle.

use borel::{Data, Inference, Program};
use borel_driver::front::analyse;
use borel_driver::loader::MemoryLoader;
use borel_tests::generate::program;
use borel_tests::oracle::{Execution, Stop, Value, enumerate};
use std::collections::BTreeMap;

/// How many programs; the oracle gives up on some (too many executions), and those do not count.
const PROGRAMS: u64 = 400;

#[test]
fn enumeration_agrees_with_the_oracle() {
    // The oracle recurses as the program does.
    let work = std::thread::Builder::new().stack_size(1 << 28).spawn(compare_all);
    work.expect("a thread").join().expect("agreement");
}

fn compare_all() {
    let (mut compared, mut failures) = (0, Vec::new());
    for seed in 0..PROGRAMS {
        match compare(seed) {
            Ok(true) => compared += 1,
            Ok(false) => {}
            Err(problem) => failures.push(format!("--- seed {seed} ---\n{problem}")),
        }
    }
    let shown = failures.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {PROGRAMS} differ\n{shown}", failures.len());
    assert!(compared * 2 > PROGRAMS, "only {compared} of {PROGRAMS} programs were compared");
}

/// Whether the oracle had an answer to compare with; the difference if they differ.
fn compare(seed: u64) -> Result<bool, String> {
    let text = program(seed);
    let front = analyse("<program>", &text, &MemoryLoader::new());
    if front.has_errors() {
        return Err(Program::compile(&text).err().map_or(String::new(), |d| format!("{d}\n{text}")));
    }
    let executions = match enumerate(&front.program, front.program.models[0], &[], 3000) {
        Ok(executions) => executions,
        Err(Stop::Unsupported(_)) => return Ok(false),
        Err(other) => return Err(format!("{other:?}\n{text}")),
    };
    let model = Program::compile(&text).and_then(|p| p.sole_model()).map_err(|d| d.to_string())?;
    let bound = model.bind(&Data::new()).map_err(|d| d.to_string())?;
    let native = Inference::enumerate().run(&bound);
    let stops = executions.iter().any(Result::is_err);
    let expected = law(executions.into_iter().flatten());
    match native {
        Err(_) if stops || expected.is_empty() => Ok(true),
        Err(error) => Err(format!("stopped: {error}\n{text}")),
        // An execution that stops after its weight has become zero may be left unexplored.
        Ok(_) if stops => Ok(false),
        Ok(posterior) => {
            let mut found = BTreeMap::new();
            for (text, weight) in posterior.texts("return").ok_or("no return")? {
                *found.entry(text).or_insert(0.0) += weight;
            }
            found.retain(|_, p| *p > 0.0);
            let agree = found.len() == expected.len()
                && found.iter().zip(&expected).all(|((a, p), (b, q))| a == b && (p - q).abs() < 1e-9);
            if agree { Ok(true) } else { Err(format!("expected {expected:?}\nfound {found:?}\n{text}")) }
        }
    }
}

/// The probability of each value; empty if all weights are zero.
fn law(executions: impl Iterator<Item = Execution>) -> BTreeMap<String, f64> {
    let mut law = BTreeMap::new();
    for execution in executions {
        let Value::String(text) = &execution.value else { continue };
        *law.entry(text.to_string()).or_insert(0.0) += (execution.log_prior + execution.log_weight).exp();
    }
    law.retain(|_, p| *p > 0.0);
    let total: f64 = law.values().sum();
    law.values_mut().for_each(|p| *p /= total);
    law
}
