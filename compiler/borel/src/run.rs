//! stub
use crate::error::Error; use crate::inference::Inference; use crate::model::Bound; use crate::posterior::Posterior; use crate::program::{Program,RunOptions}; use crate::method::Method; use borel_driver::back::Use; use borel_typed::FunctionId;
pub(crate) fn run(_: &Program, _: FunctionId, _: &RunOptions, _: impl FnMut(&str) + Send) -> Result<(), Error> { todo!() }
pub(crate) fn infer(_: &Inference, _: &Bound) -> Result<Posterior, Error> { todo!() }
pub(crate) fn purpose(_: &Method) -> Use { Use::Step }
