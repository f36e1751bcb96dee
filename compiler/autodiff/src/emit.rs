//! Writing code: what the rules of derivatives are said with, whichever way it is to run.

use borel_flow::runtime::{Named, Special};
use borel_flow::{Binary, Expr, Local, Operand, Runtime, Site, Stmt, Ty, Unary};

/// A place that code is written to.
pub trait Emit {
    /// Adds a statement.
    fn emit(&mut self, stmt: Stmt);

    /// A new local.
    fn temporary(&mut self, ty: Ty) -> Local;

    /// The place in the program that the code comes from.
    fn site(&self) -> Site;

    /// The value that an operand of the program has where it is used.
    fn value(&mut self, operand: Operand) -> Operand;

    /// A new local with a value.
    fn define(&mut self, ty: Ty, expr: Expr) -> Operand {
        let local = self.temporary(ty);
        self.emit(Stmt::Let(local, expr));
        Operand::Local(local)
    }

    /// An operation on two Reals; factors of 1 are left out.
    fn binary(&mut self, op: Binary, a: Operand, b: Operand) -> Operand {
        match (op, a, b) {
            (Binary::Mul, Operand::Real(1.0), other) | (Binary::Mul, other, Operand::Real(1.0)) => other,
            (Binary::Mul, Operand::Real(x), Operand::Real(y)) => Operand::Real(x * y),
            (Binary::Add, Operand::Real(x), Operand::Real(y)) => Operand::Real(x + y),
            (Binary::Mul, Operand::Real(-1.0), other) | (Binary::Mul, other, Operand::Real(-1.0)) => {
                self.unary(Unary::Negate, other)
            }
            (Binary::Sub, Operand::Real(x), Operand::Real(y)) => Operand::Real(x - y),
            _ => self.define(Ty::Real, Expr::Binary(op, a, b)),
        }
    }

    /// A comparison.
    fn compare(&mut self, op: Binary, a: Operand, b: Operand) -> Operand {
        self.define(Ty::Bool, Expr::Binary(op, a, b))
    }

    /// One of two Reals.
    fn select(&mut self, condition: Operand, yes: Operand, no: Operand) -> Operand {
        self.define(Ty::Real, Expr::Select(condition, yes, no))
    }

    /// An operation on one Real.
    fn unary(&mut self, op: Unary, a: Operand) -> Operand {
        match (op, a) {
            (Unary::Negate, Operand::Real(x)) => Operand::Real(-x),
            _ => self.define(Ty::Real, Expr::Unary(op, a)),
        }
    }

    /// A function of a Real.
    fn call(&mut self, named: Named, x: Operand) -> Operand {
        self.call_with(named, vec![x])
    }

    /// A function of Reals.
    fn call_with(&mut self, named: Named, args: Vec<Operand>) -> Operand {
        self.runtime(Runtime::Named(named), args)
    }

    /// A special function.
    fn special(&mut self, special: Special, args: Vec<Operand>) -> Operand {
        self.runtime(Runtime::Special(special), args)
    }

    /// A function of the runtime that gives a Real.
    fn runtime(&mut self, runtime: Runtime, args: Vec<Operand>) -> Operand {
        let local = self.temporary(Ty::Real);
        let site = self.site();
        self.emit(Stmt::Runtime(vec![local], runtime, args, site));
        Operand::Local(local)
    }
}
