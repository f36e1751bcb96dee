//! Arrays, and distributions, that need not be: products taken apart, what is computed twice shared, then fusion and what that makes known, until
//! nothing is left to do.

use borel_core::Program;

use crate::simplify::Tables;
use crate::{branch, dead, effect, fuse, product, reachable, share, simplify};

/// Rounds for one function: nested arrays take one for each depth.
const ROUNDS: usize = 4;

/// Takes arrays away in every function.
pub(crate) fn arrays(program: &mut Program) {
    let (order, _) = reachable::order(program);
    let summaries = effect::summaries(program, &order);
    let mut tables = Tables::default();
    for id in order {
        let mut simplified = false;
        for _ in 0..ROUNDS {
            let chosen = branch::function(program, id);
            let taken_apart = product::function(program, id);
            let shared = share::function(program, id);
            let fused = fuse::function(program, id, &summaries);
            if !chosen && !taken_apart && !shared && !fused && !simplified {
                break;
            }
            simplified = simplify::function(program, id, &mut tables);
            dead::function(program, id, &summaries);
        }
    }
}
