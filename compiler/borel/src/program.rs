//! Programs.

use crate::applicable::Applicability;
use crate::data::bind::type_text;
use crate::diagnostics::Diagnostics;
use crate::error::Error;
use crate::files::{FileLoader, read_program};
use crate::interrupt::Interrupt;
use crate::method::Method;
use crate::model::Model;
use crate::run;
use borel_abi::stack::with_stack;
use borel_diagnostics::{Diagnostic, suggest};
use borel_driver::back::{self, Executable, Target, Use};
use borel_driver::emit::{self, Stage};
use borel_driver::front::{self, Front};
use borel_driver::loader::{Loader, MemoryLoader};
use borel_driver::timings::Timings;
use borel_source::{FileId, Span};
use borel_typed::{Function, FunctionId};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Stack for the passes of the compiler, which recurse over programs; only reserved until it is used.
pub(crate) const COMPILER_STACK: usize = 1 << 30;

/// A program that checks. Cheap to clone.
#[derive(Clone)]
pub struct Program {
    inner: Arc<Inner>,
    optimise: bool,
}

struct Inner {
    front: Front,
    warnings: Diagnostics,
    /// What has been compiled to native code.
    executables: Mutex<HashMap<Target, Arc<Executable>>>,
    /// The programs that infer with its models by methods of the library, by their texts.
    inferring: Mutex<HashMap<String, Program>>,
}

impl Program {
    /// The program of this text; it can import nothing.
    pub fn compile(text: &str) -> Result<Program, Diagnostics> {
        Program::compile_with("<program>", text, &MemoryLoader::new())
    }

    /// The program in a file; it imports from the folder of the file.
    pub fn compile_file(path: impl AsRef<Path>) -> Result<Program, Diagnostics> {
        let path = path.as_ref();
        Program::compile_with(&path.display().to_string(), &read_program(path)?, &FileLoader::beside(path))
    }

    /// The program of a text with a name for messages and a source of modules.
    pub fn compile_with(name: &str, text: &str, loader: &dyn Loader) -> Result<Program, Diagnostics> {
        let front = with_stack(COMPILER_STACK, || front::analyse(name, text, loader));
        let found = Diagnostics::new(front.sources.clone(), front.diagnostics.clone());
        if front.has_errors() {
            return Err(found);
        }
        Ok(Program {
            inner: Arc::new(Inner {
                front,
                warnings: found,
                executables: Mutex::default(),
                inferring: Mutex::default(),
            }),
            optimise: true,
        })
    }

    /// The program of a text that goes on from its own, compiled when it is first asked for.
    pub(crate) fn continued(
        &self,
        text: String,
        compile: impl FnOnce(&str) -> Result<Program, Diagnostics>,
    ) -> Result<Program, Diagnostics> {
        let mut known = self.inner.inferring.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = known.get(&text) {
            return Ok(program.clone());
        }
        let program = compile(&text)?;
        known.insert(text, program.clone());
        Ok(program)
    }

    /// The same program with optimisation on, as it is at first, or off. The draws for a seed are the same either way; how
    /// long compiling and running take is not.
    pub fn optimised(mut self, optimise: bool) -> Program {
        self.optimise = optimise;
        self
    }

    pub(crate) fn optimises(&self) -> bool {
        self.optimise
    }

    /// What looks suspicious.
    pub fn warnings(&self) -> &Diagnostics {
        &self.inner.warnings
    }

    /// How long parsing and checking took.
    pub fn timings(&self) -> &Timings {
        &self.inner.front.timings
    }

    /// The models of the file, in the order written.
    pub fn models(&self) -> Vec<Model> {
        self.front().program.models.iter().map(|&function| Model::new(self.clone(), function)).collect()
    }

    /// The model of this name.
    pub fn model(&self, name: &str) -> Result<Model, Diagnostics> {
        let models = self.models();
        let names: Vec<&str> = models.iter().map(Model::name).collect();
        if let Some(index) = names.iter().position(|other| *other == name) {
            return Ok(models[index].clone());
        }
        let help = match suggest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "it has none".to_string(),
            None => format!("its models are {}", names.join(", ")),
        };
        Err(Diagnostics::message("E0401", format!("{} has no model `{name}`", self.name()), help))
    }

    /// The model, if there is just one.
    pub fn sole_model(&self) -> Result<Model, Diagnostics> {
        let models = self.models();
        match models.as_slice() {
            [model] => Ok(model.clone()),
            [] => {
                let message = format!("{} has neither a model nor a main: there is nothing to run", self.name());
                Err(Diagnostics::message(
                    "E0403",
                    message,
                    "write `model name(data: [Real]) { .. }` or `fn main() { .. }`",
                ))
            }
            models => {
                let names: Vec<&str> = models.iter().map(Model::name).collect();
                let message = format!("{} has several models: {}", self.name(), names.join(", "));
                Err(Diagnostics::message("E0402", message, format!("say which: --model {}", names[0])))
            }
        }
    }

    /// Which methods can run a model, and why others cannot.
    ///
    /// ```
    /// let program = borel::Program::compile("model m() { let k ~ Poisson(3)\n return k }")?;
    /// let found = program.applicability(&program.sole_model()?);
    /// let refused: Vec<&str> = found.iter().filter(|one| one.refusal.is_some()).flat_map(|one| one.methods.iter().copied()).collect();
    /// assert_eq!(refused, ["nuts", "hmc", "mclmc", "optimize", "laplace", "advi"]);
    /// # Ok::<(), borel::Error>(())
    /// ```
    pub fn applicability(&self, model: &Model) -> Vec<Applicability> {
        crate::applicable::applicability(self, model)
    }

    /// Whether there is a `main`.
    pub fn has_main(&self) -> bool {
        self.front().program.main.is_some()
    }

    /// Runs `main`; `output` gets each line that it prints, without the line end.
    pub fn run_main(&self, options: &RunOptions, output: impl FnMut(&str) + Send) -> Result<(), Error> {
        match self.front().program.main {
            Some(main) => run::run(self, main, options, output),
            None => Err(Diagnostics::message("E0403", format!("{} has no main", self.name()), "").into()),
        }
    }

    /// Runs a function of the file that has no parameters, as [`Program::run_main`] does.
    pub fn run_function(&self, name: &str, options: &RunOptions, output: impl FnMut(&str) + Send) -> Result<(), Error> {
        match self.functions().find(|(_, function)| *function.name == *name && function.params.is_empty()) {
            Some((id, _)) => run::run(self, id, options, output),
            None => {
                let message = format!("{} has no function `{name}` without parameters", self.name());
                Err(Diagnostics::message("E0403", message, "").into())
            }
        }
    }

    /// The type of a function or model of the program or the library, with its effects.
    pub fn signature(&self, name: &str) -> Option<String> {
        let all =
            self.functions().chain(self.front().program.functions.iter().map(|function| (FunctionId(0), function)));
        all.map(|(_, function)| function).find(|function| *function.name == *name).map(|f| f.signature.clone())
    }

    /// The type of the last local variable of this name.
    pub fn local_type(&self, name: &str) -> Option<String> {
        let program = &self.front().program;
        program.locals.iter().rev().find(|local| *local.name == *name).map(|local| type_text(&local.ty, program))
    }

    /// What a phase of the compiler gives, as text: for a model (or `main`) by its name, or the one there is, and a method.
    pub fn emit(&self, stage: Stage, function: Option<&str>, method: Option<Method>) -> Result<String, Diagnostics> {
        let front = self.front();
        if let Some(text) = emit::front(front, stage) {
            return Ok(text);
        }
        let target = match (function, front.program.main) {
            (Some("main"), Some(main)) | (None, Some(main)) => {
                Target { function: main, purpose: Use::Main, record: false, optimise: self.optimise }
            }
            _ => {
                let model = function.map_or_else(|| self.sole_model(), |name| self.model(name))?;
                let purpose = match method {
                    _ if stage == Stage::Gradient => Use::Density,
                    Some(method) => run::purpose(&method),
                    None => Use::Step,
                };
                // Gradients are of densities that do not record.
                let record = purpose != Use::Density;
                Target { function: model.function_id(), purpose, record, optimise: self.optimise }
            }
        };
        let result = with_stack(COMPILER_STACK, || emit::back(&front.program, &target, stage));
        result.map_err(|list| self.diagnostics(list))
    }

    /// Native code for one use of a function.
    pub(crate) fn executable(&self, target: Target) -> Result<Arc<Executable>, Vec<Diagnostic>> {
        let cache = || self.inner.executables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(executable) = cache().get(&target) {
            return Ok(executable.clone());
        }
        let executable = Arc::new(with_stack(COMPILER_STACK, || back::build(&self.front().program, &target))?);
        cache().insert(target, executable.clone());
        Ok(executable)
    }

    /// The draws of a function from distributions that only have a density.
    pub(crate) fn improper_draws(&self, target: &Target) -> Vec<Diagnostic> {
        with_stack(COMPILER_STACK, || back::improper_draws(&self.front().program, target))
    }

    pub(crate) fn front(&self) -> &Front {
        &self.inner.front
    }

    pub(crate) fn function(&self, id: FunctionId) -> &Function {
        &self.front().program.functions[id.0 as usize]
    }

    /// Messages about this program.
    pub(crate) fn diagnostics(&self, list: Vec<Diagnostic>) -> Diagnostics {
        Diagnostics::new(self.front().sources.clone(), list)
    }

    fn name(&self) -> &str {
        &self.front().sources.file(FileId(0)).name
    }

    /// The functions of the root file.
    fn functions(&self) -> impl Iterator<Item = (FunctionId, &Function)> {
        let in_root = |span: Span| span.file == FileId(0);
        let functions = self.front().program.functions.iter().enumerate();
        functions.filter(move |(_, f)| in_root(f.span)).map(|(index, function)| (FunctionId(index as u32), function))
    }
}

/// Settings of a run of `main`.
#[derive(Clone, Debug)]
pub struct RunOptions {
    pub(crate) seed: u64,
    pub(crate) interrupt: Interrupt,
    pub(crate) timeout: Option<Duration>,
    pub(crate) max_memory: Option<u64>,
}

impl RunOptions {
    /// Seed 1, no limits.
    pub fn new() -> RunOptions {
        RunOptions { seed: 1, interrupt: Interrupt::new(), timeout: None, max_memory: None }
    }

    /// With a seed for the random numbers.
    pub fn seed(mut self, seed: u64) -> RunOptions {
        self.seed = seed;
        self
    }

    /// With a way to stop the run from outside.
    pub fn interrupt(mut self, interrupt: &Interrupt) -> RunOptions {
        self.interrupt = interrupt.clone();
        self
    }

    /// Stopped after this time.
    pub fn timeout(mut self, timeout: Duration) -> RunOptions {
        self.timeout = Some(timeout);
        self
    }

    /// Stopped when it needs more memory than this, in bytes.
    pub fn max_memory(mut self, bytes: u64) -> RunOptions {
        self.max_memory = Some(bytes);
        self
    }
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions::new()
    }
}
