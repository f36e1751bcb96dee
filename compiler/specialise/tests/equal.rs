//! Programs do the same optimised or not: the same output, the same draws for a seed under the same names, the same log
//! evidence, the same errors at the same places.

#[path = "../../../tests/src/generate.rs"]
mod generate;

use std::fs;
use std::path::{Path, PathBuf};

use borel::{Data, Inference, MemoryLoader, Method, Model, Program, RunOptions};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(repository().join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

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
        Ok(posterior) => format!("{:?}\n{}", posterior.log_evidence().map(f64::to_bits), posterior.draws_json()),
        Err(error) => error.to_string(),
    }
}

/// Compares both ways to compile a program in all ways to run it; how many runs there were.
fn compare(text: &str, folder: &Path) -> usize {
    let Ok(program) = Program::compile_with("<test>", text, &MemoryLoader::new()) else { return 0 };
    let plain = program.clone().optimised(false);
    let mut runs = 0;
    let mut check = |what: &str, run: &dyn Fn(&Program) -> String| {
        assert_eq!(run(&program), run(&plain), "{what} of\n{text}");
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

/// The sections of a golden file; all of it if it has none.
fn sections(text: &str) -> Vec<String> {
    text.split("//@ test:")
        .skip(usize::from(text.contains("//@ test:")))
        .map(|section| format!("//{section}"))
        .collect()
}

/// The programs in the code blocks of a chapter.
fn blocks(text: &str) -> Vec<String> {
    text.split("```borel").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_string).collect()
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
