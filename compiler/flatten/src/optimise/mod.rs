//! .
use borel_flow::Module;
/// .
pub fn optimise(_module: &mut Module) {}
