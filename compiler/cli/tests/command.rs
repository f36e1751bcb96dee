//! The command as scripts see it: output, messages, exit status.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn borel(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_borel"));
    command.args(arguments).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    command.output().expect("the command starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A file in a folder of the test's own.
fn file(test: &str, name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let path = folder.join(name);
    std::fs::write(&path, content).expect("a file for the test");
    path.display().to_string()
}

/// Runs, expects the status and the text on standard error.
fn refused(arguments: &[&str], status: i32, text: &str) {
    let output = borel(arguments);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {message}");
    assert!(message.contains(text), "{arguments:?}: {message}\ndoes not contain {text}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {}", stdout(&output));
}

const NILE: [&str; 4] = ["run", "examples/nile.ppl", "--data", "examples/data/nile.csv"];

fn nile(more: &[&str]) -> Output {
    borel(&[&NILE, more].concat())
}

#[test]
fn smc_on_the_nile() {
    let output = nile(&["--method", "smc", "--particles", "5000", "--seed", "1", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one JSON object");
    assert_eq!(json["model"], "local_level");
    assert_eq!(json["method"], "smc");
    assert_eq!(json["seed"], 1);
    let evidence = json["log_evidence"].as_f64().expect("a number");
    assert!((evidence + 642.45).abs() < 0.8, "{evidence}");
    let last = json["variables"]["level[99]"]["mean"].as_f64().expect("a number");
    assert!((last - 798.0).abs() < 25.0, "{last}");
    assert!(json["variables"]["return"]["ess_bulk"].is_number());
    assert!(json["seconds"]["sampling"].is_number() && json["diagnostics"]["resamplings"].is_number());
}

#[test]
fn threads_do_not_change_the_result() {
    let run = |threads| {
        let output = nile(&["--particles", "9000", "--threads", threads, "--format", "json"]);
        let mut json: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one JSON object");
        json["seconds"] = serde_json::Value::Null;
        json
    };
    assert_eq!(run("1"), run("3"));
}

#[test]
fn a_table_for_people() {
    let output = nile(&["--method", "smc", "--particles", "500"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let table = stdout(&output);
    assert!(table.lines().next().is_some_and(|header| header.contains("mean")), "{table}");
    assert!(table.contains("s_level") && table.contains("log evidence"), "{table}");
}

#[test]
fn draws_in_files() {
    for name in ["draws.csv", "draws.json"] {
        let path = file("draws_in_files", name, "");
        let output = nile(&["--particles", "50", "--no-record", "--out", &path]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = std::fs::read_to_string(&path).expect("the draws");
        assert!(text.contains("return") && !text.contains("level["), "{text}");
    }
    let output = nile(&["--particles", "50", "--out", "draws.xlsx"]);
    assert!(stderr(&output).contains(".csv or .json"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn main_is_run() {
    let path = file("main_is_run", "main.ppl", "fn main() {\n  print(1 + 1)\n  print(\"done\")\n}\n");
    let output = borel(&["run", &path]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), "2\ndone\n"), "{}", stderr(&output));
}

#[test]
fn programs_that_are_wrong() {
    let wrong = |name: &str, text: &str, code: &str| {
        let path = file("programs_that_are_wrong", name, text);
        refused(&["run", &path], 1, code);
    };
    wrong("type.ppl", "fn main() { print(1.0 + true) }\n", "E02");
    wrong("syntax.ppl", "fn main( { }\n", "E00");
    wrong("nothing.ppl", "fn f(x: Real) -> Real => x\n", "E0403");
    wrong("two.ppl", "model a() { return 1 }\nmodel b() { return 2 }\n", "E0402");
    wrong("index.ppl", "fn main() {\n  let xs = [1, 2]\n  print(xs[2])\n}\n", "E0601");
    wrong("fail.ppl", "fn main() { fail(\"no way\") }\n", "no way");
    wrong("sigma.ppl", "fn main() {\n  let s = 1.0 - 2.0\n  print(sample Normal(0, s))\n}\n", "sigma must be positive");
    wrong("deep.ppl", "fn f(n: Int) -> Int => 1 + f(n + 1)\nfn main() { print(f(0)) }\n", "E0607");
    let path = file("programs_that_are_wrong", "names.ppl", "model one() { return 1 }\n");
    refused(&["run", &path, "--model", "ome"], 1, "did you mean `one`");
    let path = file("programs_that_are_wrong", "import.ppl", "import seq.hmm\nfn main() { }\n");
    refused(&["check", &path], 1, "seq/hmm.ppl");
}

#[test]
fn data_that_are_wrong() {
    let program = file(
        "data_that_are_wrong",
        "m.ppl",
        "model m(y: [Real], n: Int) {\n  observe y ~ Normal(0, 1)\n  return n\n}\n",
    );
    let wrong = |name: &str, content: &str, text: &str| {
        let path = file("data_that_are_wrong", name, content);
        refused(&["run", &program, "--data", &path], 1, text);
    };
    wrong("a.json", "{\"y\": [1, 2, 3, \"abc\"], \"n\": 1}", "`y[3]`: expected a Real");
    wrong("b.json", "{\"y\": [1], \"n\": 1.0}", "E0505");
    wrong("c.json", "{\"y\": [1]}", "the data lack `n`");
    wrong("d.json", "", "is empty");
    wrong("e.csv", "y\n1\n\n2,3\n", "E05");
    wrong("f.txt", "y", "JSON or CSV");
    refused(&["run", &program, "--data", "missing.json"], 1, "there is no file missing.json");
    refused(&["run", &program], 1, "no data were given");
    let both = file("data_that_are_wrong", "both.json", "{\"y\": [1], \"n\": 1}");
    refused(&["run", &program, "--data", &both, "--data", &both], 1, "E0509");
}

#[test]
fn files_that_cannot_be_read() {
    refused(&["run", "missing.ppl"], 1, "there is no file missing.ppl");
    refused(&["run", "examples"], 1, "is a folder");
    let path = file("files_that_cannot_be_read", "latin.ppl", b"fn main() { print(\"\xe9\") }\n");
    refused(&["check", &path], 1, "not UTF-8");
}

#[test]
fn command_lines_that_are_wrong() {
    refused(&["run"], 2, "FILE");
    refused(&["run", "x.ppl", "--particles", "0"], 2, "above 0");
    refused(&["run", "x.ppl", "--method", "magic"], 2, "smc");
    refused(&["run", "examples/nile.ppl", "--method", "importance", "--particles", "10"], 2, "--particles");
    refused(&["frobnicate"], 2, "frobnicate");
    refused(&["explain", "Nrmal"], 2, "`Normal`");
}

#[test]
fn inference_that_fails() {
    let text = "model m() {\n  let x ~ Uniform(0, 1)\n  observe 5.0 ~ Uniform(0, x + 1)\n  return x\n}\n";
    let path = file("inference_that_fails", "m.ppl", text);
    refused(&["run", &path, "--method", "smc", "--particles", "100"], 3, "E0620");
    refused(&["run", &path, "--method", "importance", "--draws", "100"], 3, "E0620");
}

#[test]
fn time_that_is_up() {
    let text = "model m() {\n  var x = 0.0\n  while true {\n    x ~ Normal(x, 1)\n    observe 0.0 ~ Normal(x, 1)\n  }\n  return x\n}\n";
    let path = file("time_that_is_up", "m.ppl", text);
    let output = borel(&["run", &path, "--method", "smc", "--particles", "10", "--no-record", "--timeout", "300ms"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("its time was up"), "{}", stderr(&output));
    let path = file("time_that_is_up", "main.ppl", "fn main() {\n  var n = 0\n  while n < 10 { n = 0 }\n}\n");
    refused(&["run", &path, "--timeout", "300ms"], 3, "the time is up");
}

#[test]
fn warnings_do_not_stop() {
    let path = file("warnings_do_not_stop", "m.ppl", "model m() {\n  let x ~ Normal(0, 1)\n  return x\n}\n");
    let output = borel(&["run", &path, "--method", "smc", "--particles", "100"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).contains("W0401"), "{}", stderr(&output));

    let text = "model m() {\n  let x ~ Normal(0, 1)\n  observe 3.0 ~ Normal(x, 1e-9)\n  return x\n}\n";
    let path = file("warnings_do_not_stop", "collapse.ppl", text);
    for (method, code) in [("smc", "W0413"), ("importance", "W0402")] {
        let output = borel(&["run", &path, "--method", method]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stderr(&output).contains(code), "{method}: {}", stderr(&output));
        assert_eq!(stderr(&output).matches("warning[").count(), 1, "{method}: {}", stderr(&output));
    }
}

#[test]
fn check_explain_emit() {
    let output = borel(&["check", "examples/nile.ppl", "examples/birds.ppl"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&borel(&["explain", "e0502"])).starts_with("# E0502"));
    assert!(stdout(&borel(&["explain", "Gamma"])).contains("rate"));
    for name in ["infer.smc.bootstrap", "smc.bootstrap", "bootstrap"] {
        assert!(stdout(&borel(&["explain", name])).starts_with("# infer.smc.bootstrap"), "{name}");
    }
    assert!(stdout(&borel(&["explain", "infer.smc"])).contains("resample_move"));
    assert!(stdout(&borel(&["explain", "particle_gibbs"])).contains("chain"));
    for stage in ["ast", "types", "core-lowered", "core", "flow", "clif", "asm"] {
        let output = borel(&["emit", "examples/nile.ppl", "--stage", stage]);
        assert_eq!(output.status.code(), Some(0), "{stage}: {}", stderr(&output));
        assert!(output.stdout.len() > 100, "{stage}: {}", stdout(&output));
    }
}

#[test]
fn formatting() {
    let path = file("formatting", "f.ppl", "fn main( ) {print( 1 )}\n");
    refused(&["fmt", "--check", &path], 1, "is not formatted");
    assert_eq!(borel(&["fmt", &path]).status.code(), Some(0));
    assert_eq!(borel(&["fmt", "--check", &path]).status.code(), Some(0));
}

#[test]
fn a_reader_that_goes_away() {
    let path = file("a_reader_that_goes_away", "m.ppl", "fn main() {\n  for i in 0..200000 { print(i) }\n}\n");
    let mut child = Command::new(env!("CARGO_BIN_EXE_borel"))
        .args(["run", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert!(output.stderr.is_empty(), "{}", stderr(&output));
}

#[test]
fn a_repl_that_reads_a_pipe() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_borel"))
        .arg("repl")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let input = "1 + 2\nlet x = 20\nfn double(y: Real) -> Real {\n  2 * y\n}\ndouble(x) + 2\n:type double\nnonsense(\n)\n:quit\n";
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("the input is read");
    let output = child.wait_with_output().expect("the command ends");
    let text = stdout(&output);
    assert!(text.contains("3 : Int"), "{text}");
    assert!(text.contains("42.0 : Real") || text.contains("42 : Real"), "{text}");
    assert!(text.contains("double : (Real) -> Real") || text.contains("Real -> Real"), "{text}");
    assert!(text.contains("E0101"), "{text}");
}

#[test]
fn check_says_which_methods_apply() {
    let output = borel(&["check", "--methods", "examples/sprinkler.ppl", "examples/nile.ppl"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    for line in [
        "model sprinkler\n  yes  enumerate, if the values to go through are not too many\n",
        "  no   nuts, hmc, mclmc, optimize, laplace, advi\n         examples/sprinkler.ppl:8:3: Bernoulli has values that are counted",
        "  no   enumerate\n         examples/nile.ppl:",
        "  yes  mh\n",
    ] {
        assert!(text.contains(line), "{text}\ndoes not contain {line}");
    }
}

#[test]
fn check_says_what_no_one_can_draw() {
    let text = "model flat(n: Int, y: [Real]) {
  let tau ~ Flat(lower = 0)
  let mu ~ Normal(0, 1)
  for v in y { observe v ~ Normal(mu, tau) }
}
model many(n: Int) {
  let mine = distribution(log_density = fn(x: Real) => -x * x)
  let xs ~ iid(mine, n)
  return xs
}
model proper(n: Int, x: Real) {
  let mu ~ Normal(0, 1)
  observe x ~ Flat()
  return log_density(Flat(), mu)
}
";
    let path = file("check_says_what_no_one_can_draw", "m.ppl", text);
    let output = borel(&["check", "--methods", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (found, text) =
        (stdout(&output).replace(&path, "m.ppl"), "this distribution is improper: no one can draw from it");
    let models: Vec<&str> = found.split("model ").collect();
    for methods in ["importance", "smc, rmsmc, pimh, pmmh, particle_gibbs, smc2", "mh"] {
        assert!(models[1].contains(&format!("  no   {methods}\n         m.ppl:2:3: {text}")), "{found}");
        assert!(models[2].contains(&format!("  no   {methods}\n         m.ppl:8:3: {text}")), "{found}");
        assert!(models[3].contains(&format!("  yes  {methods}\n")), "{found}");
    }
    for model in [models[1], models[2]] {
        assert!(model.contains("  no   enumerate\n") && model.contains("  yes  nuts, hmc"), "{found}");
    }
}

#[test]
fn chains_of_single_choices() {
    let arguments = ["run", "examples/two_unknowns.ppl", "--method", "mh", "--draws", "200", "--format", "json"];
    let output = borel(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one JSON object");
    let rate = json["diagnostics"]["acceptance_rate"].as_f64().expect("a number");
    assert!(rate > 0.1 && rate < 0.9, "{rate}");
    assert!(json["variables"]["mean"]["r_hat"].is_number());
    refused(&["run", "examples/nile.ppl", "--method", "smc", "--thin", "3"], 2, "--thin is a setting of mh");
}
