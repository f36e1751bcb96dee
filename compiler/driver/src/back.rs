//! From a typed program to native code, for one use of one function.
use borel_diagnostics::Diagnostic;
use borel_typed::{FunctionId, Program};

/// Which view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// Run as it is
    Main,
    /// Importance
    Weigh,
    /// SMC
    Step,
    /// Enumeration
    Enumerate,
}

/// What to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The function
    pub function: FunctionId,
    /// The view
    pub purpose: Use,
    /// Named choices are recorded
    pub record: bool,
}
/// Native code.
pub struct Executable {}
/// b
pub fn build(_: &Program, _: &Target) -> Result<Executable, Vec<Diagnostic>> { todo!() }
pub(crate) fn lower(_: &Program, _: &Target) -> borel_core::Program { todo!() }
pub(crate) fn specialise(_: borel_core::Program) -> borel_core::Program { todo!() }
pub(crate) fn flatten(_: &borel_core::Program, _: &Target) -> Result<borel_flow::Module, Vec<Diagnostic>> { todo!() }
pub(crate) fn listing(_: &borel_flow::Module) -> Result<(String, String), Vec<Diagnostic>> { todo!() }
