//! The programs of the repository, as texts.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a folder with this extension, sorted.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(repository().join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

/// The sections of a golden file; all of it if it has none.
pub fn sections(text: &str) -> Vec<String> {
    text.split("//@ test:")
        .skip(usize::from(text.contains("//@ test:")))
        .map(|section| format!("//{section}"))
        .collect()
}

/// The programs in the code blocks of a chapter.
pub fn blocks(text: &str) -> Vec<String> {
    text.split("```borel").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_string).collect()
}
