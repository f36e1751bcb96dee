//! The command `borel`: a thin shell over the library of the same name.
//!
//! Exit status: 0 done, 1 the program or its data are wrong, 2 the command line is wrong, 3 inference failed or was
//! interrupted.

mod arguments;
mod check;
mod density;
mod emit;
mod explain;
mod format;
mod interrupt;
mod output;
mod progress;
mod report;
mod run;

use arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// What was asked is done.
    Done,
    /// The program or its data are wrong.
    Wrong,
    /// The command line is wrong.
    Usage,
    /// Inference failed or was interrupted.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Done => 0,
            Status::Wrong => 1,
            Status::Usage => 2,
            Status::Failed => 3,
        })
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let status = match arguments.command {
        Command::Run(options) => run::run(&options),
        Command::Check(options) => check::check(&options),
        Command::Emit(options) => emit::emit(&options),
        Command::Density(options) => density::density(&options),
        Command::Explain(options) => explain::explain(&options),
        Command::Fmt(options) => format::format(&options),
        Command::Repl(options) => repl(options.file.as_deref()),
    };
    status.into()
}

fn repl(file: Option<&std::path::Path>) -> Status {
    match borel_repl::run(file) {
        Ok(()) => Status::Done,
        Err(error) => {
            output::error(&format!("error: {error}"));
            Status::Failed
        }
    }
}
