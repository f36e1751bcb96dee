//! The interactive shell: lines are definitions, statements, expressions or commands.
//!
//! A [`Session`](session::Session) takes one input and gives what to show; this module reads the inputs, from a terminal
//! with history and editing, or plainly when input comes from elsewhere.

pub mod command;
pub mod session;

use borel::Interrupt;
use reedline::{DefaultPrompt, DefaultPromptSegment, Reedline, Signal, ValidationResult, Validator};
use session::{Reply, Session};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

const GREETING: &str = "Borel. Type an expression, `let x = ..`, a definition, or :help.";

/// Runs the shell until its input ends, with a program to start with if there is one.
pub fn run(file: Option<&Path>) -> io::Result<()> {
    let interrupt = Interrupt::new();
    signal_hook::flag::register(signal_hook::consts::SIGINT, interrupt.flag())?;
    let mut session = Session::new(interrupt);
    if let Some(file) = file {
        show(&session.enter(&format!(":load {}", file.display())))?;
    }
    if io::stdin().is_terminal() { edited(&mut session) } else { plain(&mut session) }
}

/// Lines from a terminal.
fn edited(session: &mut Session) -> io::Result<()> {
    writeln!(io::stdout(), "{GREETING}")?;
    let prompt = DefaultPrompt::new(DefaultPromptSegment::Basic("borel".into()), DefaultPromptSegment::Empty);
    let mut editor = Reedline::create().with_validator(Box::new(Brackets));
    loop {
        match editor.read_line(&prompt)? {
            Signal::Success(input) => {
                if show(&session.enter(&input))? {
                    return Ok(());
                }
            }
            Signal::CtrlC => continue,
            _ => return Ok(()),
        }
    }
}

/// Lines from a pipe or file.
fn plain(session: &mut Session) -> io::Result<()> {
    let mut input = String::new();
    for line in io::stdin().lock().lines() {
        input.push_str(&line?);
        input.push('\n');
        if borel::is_complete(&input) && show(&session.enter(&std::mem::take(&mut input)))? {
            return Ok(());
        }
    }
    show(&session.enter(&input)).map(|_| ())
}

/// Whether that was the end.
fn show(reply: &Reply) -> io::Result<bool> {
    let mut stdout = io::stdout().lock();
    let result = stdout.write_all(reply.text.as_bytes()).and_then(|()| stdout.flush());
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        result => result.map(|()| reply.quit),
    }
}

/// Input goes on to the next line while a bracket is open.
struct Brackets;

impl Validator for Brackets {
    fn validate(&self, line: &str) -> ValidationResult {
        if borel::is_complete(line) { ValidationResult::Complete } else { ValidationResult::Incomplete }
    }
}
