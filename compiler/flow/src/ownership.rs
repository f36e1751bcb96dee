//! What each statement does with the pointers it reads: the one definition that inserts reference counts and that checks them.

use crate::runtime::Arg;
use crate::{Block, Expr, FunctionId, Operand, Runtime, Stmt, Suspension};
use borel_abi::ctx::{RESULTS, offset};

/// What becomes of a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// It is given away
    Consume,
    /// It is only looked through
    Borrow,
}

/// Whether writing this word of the context lends a pointer (to the runtime call that follows) instead of moving it.
pub fn lends(word: i32) -> bool {
    (offset::RESULTS..offset::RESULTS + 8 * RESULTS as i32).contains(&word)
}

/// The size of an object with so many slots, as tokens have it: words of 16 bytes, the header among them.
pub fn units(slots: usize) -> u32 {
    (8 + 8 * slots).div_ceil(16) as u32
}

/// Calls `f` with each operand of a statement, and what becomes of it if it is a pointer. `owned` says whether a function owns
/// a parameter.
pub fn each_use(stmt: &Stmt, owned: &dyn Fn(FunctionId, usize) -> bool, f: &mut dyn FnMut(Operand, Use)) {
    match stmt {
        Stmt::Let(_, Expr::Use(a)) => f(*a, Use::Consume),
        Stmt::Store(a, _, b) => {
            f(*a, Use::Borrow);
            f(*b, Use::Consume);
        }
        Stmt::StoreElement(a, i, _, _, b) => {
            f(*a, Use::Borrow);
            f(*i, Use::Borrow);
            f(*b, Use::Consume);
        }
        Stmt::New(_, _, slots) => slots.iter().for_each(|slot| f(*slot, Use::Consume)),
        Stmt::Renew(_, token, _, slots) => {
            f(*token, Use::Consume);
            slots.iter().for_each(|slot| f(*slot, Use::Consume));
        }
        Stmt::Take(_, object, _, moved) => {
            f(*object, Use::Consume);
            moved.iter().for_each(|(_, local)| f(*local, Use::Borrow));
        }
        Stmt::Push(_, values) | Stmt::Return(values) => values.iter().for_each(|value| f(*value, Use::Consume)),
        Stmt::Call(_, callee, args) => {
            for (index, arg) in args.iter().enumerate() {
                f(*arg, if owned(*callee, index) { Use::Consume } else { Use::Borrow });
            }
        }
        Stmt::Runtime(_, runtime, args, _) => {
            for (index, arg) in args.iter().enumerate() {
                f(*arg, if consumes(*runtime, index) { Use::Consume } else { Use::Borrow });
            }
        }
        Stmt::SetContext(word, a) => f(*a, if lends(*word) { Use::Borrow } else { Use::Consume }),
        Stmt::Suspend(Suspension::Choice(a, _), _) => f(*a, Use::Consume),
        _ => stmt.each_operand(&mut |operand| f(operand, Use::Borrow)),
    }
}

/// Whether a runtime function owns an argument.
pub fn consumes(runtime: Runtime, index: usize) -> bool {
    match runtime {
        Runtime::Named(named) => matches!(named.signature().args.get(index), Some(Arg::Owned)),
        Runtime::Distribution(..) | Runtime::Special(_) => false,
    }
}

/// Whether the locals a statement assigns borrow from its operand instead of being owned.
pub fn borrows(stmt: &Stmt) -> Option<Operand> {
    match stmt {
        Stmt::Let(_, Expr::Load(a, ..) | Expr::LoadElement(a, ..)) => Some(*a),
        _ => None,
    }
}

/// The pointers lent to the statement with this index by the statements right before it.
pub fn lent(block: &Block, index: usize) -> Vec<Operand> {
    if !matches!(block.get(index), Some(Stmt::Runtime(..))) {
        return Vec::new();
    }
    let mut lent = Vec::new();
    for stmt in block[..index].iter().rev() {
        match stmt {
            Stmt::SetContext(word, a) if lends(*word) => lent.push(*a),
            // Counts may stand between.
            Stmt::Retain(_) | Stmt::Release(_) => {}
            _ => break,
        }
    }
    lent
}
