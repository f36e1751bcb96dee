//! A session: definitions and statements so far, and what one more input does.
//!
//! Invariant: definitions and kept statements together are a program that checks. An input is compiled together with
//! them, as a hidden function that repeats the statements; it is kept only if it runs to its end. So a session is always the
//! program that its inputs make, and needs no second way of running programs.

use crate::command::{self, Command, HELP};
use borel::{Data, Diagnostics, FileLoader, Interrupt, Program, ReplInput, RunOptions};
use std::path::Path;

/// The hidden function that an input becomes.
const FUNCTION: &str = "repl_input";
/// The variable that holds an expression's value.
const VALUE: &str = "repl_value";
/// What is printed before the output of the input itself: what comes before it are repeated statements.
const MARK: &str = "\u{1}";

/// What an input leads to.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// What to show, with its line ends.
    pub text: String,
    /// Whether the session is over.
    pub quit: bool,
}

impl Reply {
    fn text(text: impl Into<String>) -> Reply {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Reply { text, quit: false }
    }
}

/// A session.
pub struct Session {
    /// Definitions: name and text.
    definitions: Vec<(String, String)>,
    /// Statements.
    statements: Vec<String>,
    /// Inputs since the last kept statement: each uses random numbers of its own.
    evaluations: usize,
    data: Data,
    loader: FileLoader,
    interrupt: Interrupt,
}

impl Session {
    /// A session without definitions. The interrupt stops what is being evaluated.
    pub fn new(interrupt: Interrupt) -> Session {
        Session {
            definitions: Vec::new(),
            statements: Vec::new(),
            evaluations: 0,
            data: Data::new(),
            loader: FileLoader::new(""),
            interrupt,
        }
    }

    /// Takes one input.
    pub fn enter(&mut self, input: &str) -> Reply {
        self.interrupt.reset();
        if input.trim().is_empty() {
            return Reply::default();
        }
        let result = match command::parse(input) {
            None => self.program_text(input),
            Some(Err(problem)) => Err(problem),
            Some(Ok(Command::Quit)) => return Reply { text: String::new(), quit: true },
            Some(Ok(Command::Help)) => Ok(HELP.to_string()),
            Some(Ok(Command::Type(expression))) => self.type_of(&expression),
            Some(Ok(Command::Load(file))) => self.load(&file),
            Some(Ok(Command::Data(file))) => self.load_data(file.as_deref()),
            Some(Ok(Command::Infer(words))) => self.infer(&words),
        };
        Reply::text(result.unwrap_or_else(|problem| problem))
    }

    fn program_text(&mut self, input: &str) -> Result<String, String> {
        match borel::parse_repl(input).map_err(|diagnostics| diagnostics.to_string())? {
            ReplInput::Definitions(names) => self.define(names),
            ReplInput::Expression => self.evaluate(input.trim()),
            ReplInput::Statements => self.execute(input.trim()),
        }
    }

    fn define(&mut self, definitions: Vec<(String, String)>) -> Result<String, String> {
        let before = self.definitions.clone();
        for (name, text) in &definitions {
            self.definitions.retain(|(other, _)| other != name);
            self.definitions.push((name.clone(), text.clone()));
        }
        match self.compile("") {
            Ok(program) => {
                let signature = |(name, _): &(String, String)| Some(format!("{name} : {}", program.signature(name)?));
                Ok(definitions.iter().filter_map(signature).collect::<Vec<_>>().join("\n"))
            }
            Err(diagnostics) => {
                self.definitions = before;
                Err(diagnostics.to_string())
            }
        }
    }

    fn evaluate(&mut self, expression: &str) -> Result<String, String> {
        let value = format!("{}let {VALUE} =\n{expression}\n", self.fresh_randomness());
        let program = self.compile(&value).map_err(|diagnostics| diagnostics.to_string())?;
        let ty = program.local_type(VALUE).unwrap_or_else(|| "()".into());
        if ty == "()" {
            let output = self.run(&program);
            self.evaluations += 1;
            return output;
        }
        // What cannot be printed is shown by its type alone.
        let (program, shown) = match self.compile(&format!("{value}print({VALUE})\n")) {
            Ok(printing) => (printing, true),
            Err(_) => (program, false),
        };
        let output = self.run(&program)?;
        self.evaluations += 1;
        Ok(if shown { format!("{output} : {ty}") } else { format!("{output}_ : {ty}") })
    }

    fn execute(&mut self, statement: &str) -> Result<String, String> {
        if let Some(name) = constant(statement)
            && self.define(vec![(name.to_string(), statement.to_string())]).is_ok()
        {
            return Ok(String::new());
        }
        let body = format!("{}{statement}\n", self.fresh_randomness());
        let program = self.compile(&body).map_err(|diagnostics| diagnostics.to_string())?;
        let output = self.run(&program)?;
        self.statements.push(body);
        self.evaluations = 0;
        Ok(output)
    }

    fn type_of(&mut self, expression: &str) -> Result<String, String> {
        if let Ok(program) = self.compile("")
            && let Some(signature) = program.signature(expression)
        {
            return Ok(format!("{expression} : {signature}"));
        }
        let program = self.compile(&format!("let {VALUE} =\n{expression}\n")).map_err(|d| d.to_string())?;
        let ty = program.local_type(VALUE).unwrap_or_else(|| "()".into());
        Ok(format!("{expression} : {ty}"))
    }

    fn load(&mut self, file: &str) -> Result<String, String> {
        let path = Path::new(file);
        let text = borel::read_program(path).map_err(|diagnostics| diagnostics.to_string())?;
        let definitions = borel::definitions(file, &text).map_err(|diagnostics| diagnostics.to_string())?;
        let before = self.loader.clone();
        self.loader = FileLoader::beside(path);
        self.define(definitions).inspect_err(|_| self.loader = before)
    }

    fn load_data(&mut self, file: Option<&str>) -> Result<String, String> {
        match file {
            None => {}
            Some("clear") => self.data = Data::new(),
            Some(file) => {
                let data = Data::from_file(file).map_err(|diagnostics| diagnostics.to_string())?;
                self.data = self.data.clone().merge(data).map_err(|diagnostics| diagnostics.to_string())?;
            }
        }
        let names: Vec<&str> = self.data.names().collect();
        Ok(if names.is_empty() { "no data".into() } else { format!("data: {}", names.join(", ")) })
    }

    fn infer(&mut self, words: &[String]) -> Result<String, String> {
        let (name, inference) = command::inference(words)?;
        let program = self.compile("").map_err(|diagnostics| diagnostics.to_string())?;
        let model = match name {
            Some(name) => program.model(&name),
            None => program.sole_model(),
        };
        let model = model.map_err(|diagnostics| diagnostics.to_string())?;
        let bound = model.bind(&self.data).map_err(|diagnostics| diagnostics.to_string())?;
        let posterior = inference.interrupt(&self.interrupt).run(&bound).map_err(|error| error.to_string())?;
        let explanation = posterior.choice().map_or(String::new(), |why| format!("{why}\n"));
        Ok(explanation + &posterior.table())
    }

    fn compile(&self, body: &str) -> Result<Program, Diagnostics> {
        let mut text: String = self.definitions.iter().flat_map(|(_, text)| [text.as_str(), "\n"]).collect();
        text.push_str(&format!("fn {FUNCTION}() {{\n"));
        self.statements.iter().for_each(|statement| text.push_str(statement));
        if !body.is_empty() {
            text.push_str(&format!("print(\"{}\")\n{body}", MARK.escape_unicode()));
        }
        text.push_str("}\n");
        Program::compile_with("<repl>", &text, &self.loader)
    }

    /// Runs the hidden function and gives the output of the input itself.
    fn run(&self, program: &Program) -> Result<String, String> {
        let mut lines = Vec::new();
        let options = RunOptions::new().interrupt(&self.interrupt);
        let result = program.run_function(FUNCTION, &options, |line| {
            if line.trim_end() == MARK { lines.clear() } else { lines.push(line.trim_end_matches('\n').to_string()) }
        });
        let output = lines.join("\n");
        let problem = match result {
            Ok(()) => return Ok(output),
            Err(_) if self.interrupt.is_set() => "interrupted".to_string(),
            Err(error) => error.to_string(),
        };
        Err(if output.is_empty() { problem } else { format!("{output}\n{problem}") })
    }

    /// Statements that pass over random numbers which inputs before this one have used.
    fn fresh_randomness(&self) -> String {
        match self.evaluations * 4096 {
            0 => String::new(),
            draws => format!(
                "var repl_skipped = 0.0\nfor repl_i in 0..{draws} {{ repl_skipped = repl_skipped + sample Uniform(0, 1) }}\n\
                 if repl_skipped < 0 {{ print(repl_skipped) }}\n"
            ),
        }
    }
}

/// The name that `let name = ..` binds: if its value is pure and uses no earlier statement, it can be a definition, which
/// functions may refer to.
fn constant(statement: &str) -> Option<&str> {
    let rest = statement.strip_prefix("let ")?;
    let (name, _) = rest.split_once('=')?;
    let name = name.split(':').next()?.trim();
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each input leads to.
    fn replies(inputs: &[&str]) -> Vec<String> {
        let mut session = Session::new(Interrupt::new());
        inputs.iter().map(|input| session.enter(input).text).collect()
    }

    fn last(inputs: &[&str]) -> String {
        replies(inputs).pop().unwrap_or_default()
    }

    #[test]
    fn expressions_are_evaluated() {
        assert_eq!(last(&["1 + 2"]), "3 : Int\n");
        assert_eq!(last(&["[1.5, 2.0]"]), "[1.5, 2.0] : [Real]\n");
        assert_eq!(last(&["print(\"a\")"]), "a\n");
    }

    #[test]
    fn statements_and_definitions_are_kept() {
        assert_eq!(last(&["let x = 3", "x + 1"]), "4 : Int\n");
        assert_eq!(last(&["let x = 3", "fn f(y: Int) -> Int => x + y", "f(2)"]), "5 : Int\n");
        assert_eq!(last(&["var n = 1", "n = n + 1", "n"]), "2 : Int\n");
        assert_eq!(last(&["fn f() => 1", "fn f() => 2", "f()"]), "2 : Int\n");
        assert_eq!(last(&["type Colour = Red | Green", "Red"]), "Red : Colour\n");
        assert_eq!(last(&["print(1)", "print(2)"]), "2\n");
        assert_eq!(last(&["for i in 0..2 { print(i) }", "5"]), "5 : Int\n");
    }

    #[test]
    fn draws_are_kept_and_new_ones_are_new() {
        let replies = replies(&["let x ~ Normal(0, 1)", "x", "x", "sample Normal(0, 1)", "sample Normal(0, 1)", "x"]);
        assert_eq!(replies[1], replies[2]);
        assert_eq!(replies[1], replies[5]);
        assert_ne!(replies[3], replies[4]);
    }

    #[test]
    fn mistakes_change_nothing() {
        let replies = replies(&["let x = 3", "let x = 3 + true", "fn f() => y", "1 +", "x", "f()"]);
        assert!(replies[1].contains("error") && replies[2].contains("error") && replies[3].contains("error"));
        assert_eq!(replies[4], "3 : Int\n");
        assert!(replies[5].contains("E0101"), "{}", replies[5]);
    }

    #[test]
    fn errors_in_a_run_change_nothing() {
        let replies = replies(&["var xs = [1]", "xs = [xs[3]]", "xs"]);
        assert!(replies[1].contains("E0601"), "{}", replies[1]);
        assert_eq!(replies[2], "[1] : [Int]\n");
    }

    #[test]
    fn commands() {
        assert_eq!(last(&["fn f(x: Real) -> Real => x", ":type f"]), "f : (Real) -> Real\n");
        assert_eq!(last(&[":type 1.5 + 1"]), "1.5 + 1 : Real\n");
        assert_eq!(last(&[":data"]), "no data\n");
        assert!(last(&[":help"]).contains(":infer"));
        assert!(last(&["model m() { let x ~ Bernoulli(0.25)\n return x }", ":infer m enumerate"]).contains("0.25"));
        assert!(Session::new(Interrupt::new()).enter(":quit").quit);
    }
}
