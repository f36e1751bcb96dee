//! Programs do the same optimised or not: the same output, the same draws for a seed under the same names, the same log
//! evidence, the same errors at the same places.

#[path = "../../../tests/src/generate.rs"]
mod generate;

#[path = "common/array_programs.rs"]
mod array_programs;

#[path = "common/texts.rs"]
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use borel::{Data, Inference, MemoryLoader, Method, Model, Program, RunOptions};
use texts::{blocks, files, repository, sections};

/// The data that the program's comments name.
fn data(text: &str, folder: &Path) -> Data {
    let words = text.lines().filter(|line| line.starts_with("//@")).flat_map(str::split_whitespace);
    let paths = words.filter_map(|word| word.strip_prefix("data="));
    paths.fold(Data::new(), |data, path| {
        let more = Data::from_file(folder.join(path)).expect("data that can be read");
        data.merge(more).expect("data with other names")
    })
}

/// What running main prints, and how it ends.
fn main_output(program: &Program, seed: u64) -> String {
    let mut lines = String::new();
    let end = program.run_main(&RunOptions::new().seed(seed), |line| {
        lines.push_str(line);
        lines.push('\n');
    });
    match end {
        Ok(()) => lines,
        Err(error) => lines + &error.to_string(),
    }
}

fn posterior(model: &Model, data: &Data, method: Method, record: bool) -> String {
    let Ok(bound) = model.bind(data) else { return "needs other data".to_string() };
    match Inference::new(method).seed(3).threads(1).record(record).run(&bound) {
        Ok(posterior) if matches!(method, Method::Enumerate { .. }) => {
            format!("{:.10?}\n{:?}", posterior.log_evidence(), law(&posterior.draws_json()))
        }
        Ok(posterior) => format!("{:?}\n{}", posterior.log_evidence().map(f64::to_bits), posterior.draws_json()),
        Err(error) => error.to_string(),
    }
}

/// The probability of each draw. Enumeration joins executions that are in the same state, and fewer are where more is kept; so the
/// weights are added up in another order.
fn law(draws: &str) -> BTreeMap<String, String> {
    let draws: serde_json::Value = serde_json::from_str(draws).expect("JSON");
    let weights = draws["weights"].as_array().expect("weights");
    let columns = draws["draws"].as_object().expect("draws");
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for (row, weight) in weights.iter().enumerate() {
        let values: Vec<String> = columns.values().map(|column| column[row].to_string()).collect();
        *sums.entry(values.join(" ")).or_default() += weight.as_f64().expect("a weight");
    }
    sums.into_iter().map(|(draw, sum)| (draw, format!("{sum:.10}"))).collect()
}

/// Compares both ways to compile a program in all ways to run it; how many runs there were.
fn compare(text: &str, folder: &Path) -> usize {
    compare_by(text, folder, |a, b| a == b)
}

fn compare_by(text: &str, folder: &Path, agree: fn(&str, &str) -> bool) -> usize {
    let Ok(program) = Program::compile_with("<test>", text, &MemoryLoader::new()) else { return 0 };
    let plain = program.clone().optimised(false);
    let mut runs = 0;
    let mut check = |what: &str, run: &dyn Fn(&Program) -> String| {
        let (quick, slow) = (run(&program), run(&plain));
        assert!(agree(&quick, &slow), "{what} of\n{text}\noptimised:\n{quick}\nplain:\n{slow}");
        runs += 1;
    };
    if program.has_main() {
        for seed in 1..4 {
            check("main", &|program| main_output(program, seed));
        }
    }
    let data = data(text, folder);
    let mut methods = vec![Method::smc(60), Method::importance(60)];
    if text.contains("run: enumerate") {
        methods.push(Method::enumerate());
    }
    for index in 0..program.models().len() {
        for method in &methods {
            for record in [false, true] {
                check("a model", &|program| posterior(&program.models()[index], &data, *method, record));
            }
        }
    }
    runs
}

fn compare_all(folder: &str, extension: &str, programs: fn(&str) -> Vec<String>) -> usize {
    let mut runs = 0;
    for path in files(folder, extension) {
        let text = fs::read_to_string(&path).expect("a text");
        runs += programs(&text).iter().map(|program| compare(program, &repository().join(folder))).sum::<usize>();
    }
    runs
}

#[test]
fn examples() {
    assert!(compare_all("examples", "ppl", sections) > 20);
}

#[test]
fn golden_suite() {
    assert!(compare_all("tests/suite", "ppl", sections) > 0);
}

#[test]
fn specification() {
    assert!(compare_all("spec", "md", blocks) > 0);
}

/// How many random programs.
const PROGRAMS: u64 = 40;

#[test]
fn random_programs() {
    let seeds = (0..PROGRAMS).flat_map(|seed| [generate::program(seed), generate::deterministic_program(seed)]);
    assert!(seeds.map(|text| compare(&text, &repository())).sum::<usize>() > 0);
}

/// Arrays that are fused, products that are taken apart, and what stops them.
const ARRAYS: &[&str] = &[
    "model m() { let mu ~ Normal(0, 1)\n observe [0.5, 1.5, -2.0] ~ Normal(mu + 2 * [1.0, 2.0, 3.0], exp(mu))\n mu }",
    "model lengths() { let mu ~ Normal(0, 1)\n observe [0.5, 1.5] ~ Normal(mu * [1.0, 2.0, 3.0], 1)\n mu }",
    "model parameters() { let mu ~ Normal(0, 1)\n observe [0.5, 1.5] ~ Normal(mu, [1.0, mu - 9])\n mu }",
    "model groups() { let t ~ iid(Normal(0, 1), 2)\n observe [0.5, 1.5, 2.0] ~ [Normal(t[g], 1) for g in [0, 1, 0]]\n t }",
    "model outside() { let t ~ iid(Normal(0, 1), 2)\n observe [0.5, 1.5, 2.0] ~ [Normal(t[g], 1) for g in [0, 1, 2]]\n t }",
    "model nested() { let a ~ Normal(0, 1)\n observe [[1.0], [2.0, 3.0], []] ~ Normal(a * [[0.5], [1.0, 2.0], []], 1)\n a }",
    "model coins() { let z ~ [Bernoulli(p) for p in [0.25, 0.5]]\n let n ~ iid(DiscreteUniform(1, 3), 2)
  observe [1, 2] ~ Poisson([if z[i] { 1.0 } else { 1.5 * n[i] } for i in 0..2])\n (z, n) }",
    "model count() { let n ~ Poisson(1)\n let xs ~ iid(Normal(0, 1), n - 1)\n observe xs ~ iid(Normal(1, 1), n - 1)\n sum(xs) }",
    "model scored() { let xs ~ iid(Normal(0, 1), 3)\n factor(log_density(Normal([1.0, 2.0, 3.0], 2), xs))\n sum([x * x for x in xs]) }",
    "//@ run: enumerate\nmodel discrete() { let z ~ Bernoulli([0.5, 0.25, 0.125])\n let n ~ iid(DiscreteUniform(1, 3), 2)\n observe [1, 2] ~ Poisson([1.5 * k for k in n])\n condition(z[0] || z[1])\n (z, n) }",
    "model kinds() { let k ~ Poisson(1)\n let d = if k > 1 { Normal(k, 1) } else { if k == 1 { Normal(0, 2) } else { Cauchy(0, 1) } }
  observe 0.5 ~ d\n observe [1.0, 2.0] ~ [if x > k { Normal(x, 1) } else { Normal(k, k) } for x in [0.0, 1.5]]\n k }",
    "model halves() { let (a, b) ~ (Normal([0.0, 1.0], 1), Bernoulli([0.5, 0.25]))\n condition(b[0])\n sum(a) }",
    "model tall(){ let g ~ [iid(Normal(m, 1), 2) for m in [0.0, 5.0]]\n observe [[1.0, 2.0], [5.0, 6.0]] ~ [iid(Normal(sum(x), 1), 2) for x in g]\n g }",
    "model short(){ let g ~ Normal(0, 1)\n observe [[1.0, 2.0], [5.0]] ~ [iid(Normal(m + g, 1), 2) for m in [0.0, 5.0]]\n g }",
    "fn main() { let xs = [1, 2, 3]\n print(sum(map(fn(x) => x * 9223372036854775807, xs))) }",
    "fn main() { for y in map(fn(x) => 6 / x, [1.0, 2.0, 0.0]) { print(y) } }",
    "fn main() { for y in map(fn(x) => 6 % x, [1, 2, 0]) { print(y) } }",
    "fn main() { for y in map(fn(x) => 6 % x, [1, 2, 0]) { if y == 0 { return }\n print(y) } }",
    "fn main() { let ys = [6 % x for x in [1, 2, 0]]\n if len(ys) > 5 { print(ys[0]) } }",
    "fn main() { let ys = [sample Normal(x, 1) for x in [1, 2, 3]]\n print(sum(ys))\n for y in ys { print(y) } }",
    "fn main() { print([x + y for (x, y) in zip([1, 2], [3, 4])], sum([i * 1.5 for i in 0..10])) }",
    "fn main() { print([x + y for (x, y) in zip([1, 2], [3, 4, 5])]) }",
    "fn main() { let ys = map(fn(x) => 0 * x + -0.0, [1.0, 1.0 / 0])\n print(ys[0] + ys[1], sum([-0.0]), sum(0.0 * ys)) }",
    "fn main() { let ys = [exp(i) for i in 0..4]\n for i in 0..4 { for j in 0..4 { print(ys[i] - ys[j]) } } }",
    "fn main() { var xs = [1.0, 2.0]\n let ys = 2 * xs\n xs[0] = 5\n print([y + 1 for y in ys], xs) }",
    "fn bad() ~> Real { let a ~ Normal(0, 1)\n observe [1.0, 2.0] ~ Normal(a, [1.0, 2.0, -3.0])\n a }
fn main() { print(bad())\n print(mean(infer(fn() => bad(), importance(draws = 10)))) }",
    "model m(ys: [Real]) { let a ~ Normal(0, 1)\n observe ys ~ iid(Normal(a, 1), len(ys))\n a }
fn main() {
  let z = [sample Normal(0, 1) for i in 0..3]
  let d = [exp(x) for x in z]
  print(mean(infer(fn() => m(d), smc(particles = 50))))
}",
    "model line(ys: [Real]) { let a ~ Normal(0, 1)\n observe ys ~ Normal(a, [1.0, 2.0])\n a }
fn main() { print(line([1.0]))\n print(mean(infer(fn() => line([1.0, 2.0]), smc(particles = 50))))\n print(line([])) }",
];

#[test]
fn arrays() {
    for text in ARRAYS {
        let found = Program::compile_with("<test>", text, &MemoryLoader::new()).err();
        assert!(compare(text, &repository()) > 0, "nothing runs of\n{text}\n{found:?}");
    }
}

/// How many random programs over arrays.
const ARRAY_PROGRAMS: u64 = 60;

#[test]
fn random_arrays() {
    // Of two errors, in an array and in what reads it, either may come first.
    let agree = |a: &str, b: &str| a == b || a.starts_with("error[") && b.starts_with("error[");
    let run = |seed| compare_by(&array_programs::program(seed), &repository(), agree);
    let runs: Vec<usize> = (0..ARRAY_PROGRAMS).map(run).collect();
    assert!(runs.iter().all(|runs| *runs > 0), "{:?} do not compile", runs.iter().position(|runs| *runs == 0));
}
