//! The contraction of every function, callees first: calls inlined, what that makes known simplified, what is left over
//! dropped.

use borel_core::{FunctionId, Program};

use crate::inline::Functions;
use crate::simplify::Tables;
use crate::{dead, effect, inline, reachable, simplify, size};

/// Rounds of simplification of one function; later ones seldom find anything.
const ROUNDS: usize = 3;

/// Inlines and simplifies.
pub(crate) fn inline(program: &mut Program) {
    each_function(program, inline::function);
}

/// Simplifies.
pub(crate) fn simplify(program: &mut Program) {
    each_function(program, |_, _, _| false);
}

/// Calls `first` on every function that the root reaches, callees first, and simplifies it.
fn each_function(program: &mut Program, first: impl Fn(&mut Program, FunctionId, &Functions) -> bool) {
    let (order, recursive) = reachable::order(program);
    let mut functions = Functions::of(program, &order, recursive);
    let summaries = effect::summaries(program, &order);
    let mut tables = Tables::default();
    for id in order {
        first(program, id, &functions);
        for _ in 0..ROUNDS {
            let simplified = simplify::function(program, id, &mut tables);
            let dropped = dead::function(program, id, &summaries);
            if !simplified && !dropped {
                break;
            }
        }
        functions.sizes[id.0 as usize] = size::block(&program.function(id).body);
    }
}
