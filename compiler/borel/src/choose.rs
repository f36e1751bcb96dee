//! The method for a model where none is asked for.

use crate::inference::Inference;
use crate::method::Method;
use crate::model::Bound;

/// The method, and why.
pub(crate) fn choose(_: &Inference, _: &Bound) -> (Method, String) {
    (Method::smc(Method::PARTICLES), String::new())
}
