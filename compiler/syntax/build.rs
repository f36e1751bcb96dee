//! Generates the parser tables from `src/grammar.lalrpop`.

fn main() {
    lalrpop::Configuration::new().emit_rerun_directives(true).process_dir("src").expect("the grammar has no conflicts");
}
