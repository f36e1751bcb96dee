//! The only place of the library that reads files.

use crate::diagnostics::Diagnostics;
use borel_driver::loader::{LoadError, Loaded, Loader};
use borel_source::Name;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Imports modules from files: `import seq.hmm` is `seq/hmm.ppl` in a folder.
#[derive(Clone, Debug)]
pub struct FileLoader {
    folder: PathBuf,
}

impl FileLoader {
    /// From this folder.
    pub fn new(folder: impl Into<PathBuf>) -> FileLoader {
        FileLoader { folder: folder.into() }
    }

    /// From the folder of a file.
    pub fn beside(file: &Path) -> FileLoader {
        FileLoader::new(file.parent().unwrap_or(Path::new("")))
    }
}

impl Loader for FileLoader {
    fn load(&self, module: &[Name]) -> Result<Loaded, LoadError> {
        let mut path: PathBuf = self.folder.clone();
        path.extend(module.iter().map(Name::as_str));
        path.set_extension("ppl");
        match std::fs::read(&path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Loaded { name: path.display().to_string(), text }),
                Err(_) => Err(LoadError { reason: format!("{} is not UTF-8 text", path.display()), is_missing: false }),
            },
            Err(error) => {
                let is_missing = error.kind() == ErrorKind::NotFound;
                Err(LoadError { reason: reason(&path, &error), is_missing })
            }
        }
    }
}

/// The text of a program.
pub fn read_program(path: &Path) -> Result<String, Diagnostics> {
    read_text(path, "E0510")
}

/// A text file; `code` for what can go wrong.
pub(crate) fn read_text(path: &Path, code: &'static str) -> Result<String, Diagnostics> {
    let bytes = std::fs::read(path).map_err(|error| Diagnostics::message(code, reason(path, &error), ""))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let message = format!("{} is not UTF-8 text: byte {offset} is not part of a character", path.display());
        Diagnostics::message(code, message, "save it as UTF-8")
    })
}

fn reason(path: &Path, error: &std::io::Error) -> String {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => format!("there is no file {path}"),
        ErrorKind::IsADirectory => format!("{path} is a folder, not a file"),
        ErrorKind::PermissionDenied => format!("{path} may not be read"),
        _ => format!("{path} cannot be read: {error}"),
    }
}
