//! .
use borel_flow::Module;
/// .
pub fn count(_module: &mut Module) {}
