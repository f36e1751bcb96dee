//! Lists the pages of `spec/errors` in a table, so that a page exists for `explain` as soon as its file does.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = cargo_path("CARGO_MANIFEST_DIR")?.join("../../spec/errors");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let code = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
        if let Some(code) = code
            && path.extension().is_some_and(|extension| extension == "md")
        {
            println!("cargo::rerun-if-changed={}", path.display());
            pages.push((code, fs::canonicalize(path)?));
        }
    }
    pages.sort();
    let mut table = String::from("&[\n");
    for (code, path) in pages {
        let _ = writeln!(table, "    ({code:?}, include_str!({:?})),", path.display().to_string());
    }
    table.push(']');
    fs::write(cargo_path("OUT_DIR")?.join("pages.rs"), table)
}

/// Read as the script runs: a copy of the repository may share a target folder with the one it was compiled in.
fn cargo_path(variable: &str) -> io::Result<PathBuf> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("cargo sets {variable}")))
}
