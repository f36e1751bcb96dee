//! `mem_state(initial, draw)`: memoisation of a function that keeps a state in a cell of the execution.
//!
//! ```text
//! let cell = cell initial
//! mem (fn(x) { let (value, next) = draw(take cell, x); put cell next; value })
//! ```

use borel_core::{self as core, Atom, Op};
use borel_source::Span;
use borel_typed::Type;

use crate::Lowering;
use crate::lift::Value;

impl Lowering<'_> {
    pub(crate) fn mem_state(&mut self, values: &[Value], result: &Type, span: Span) -> Atom {
        let ([initial, draw], Type::Function(params, drawn)) = (values, result) else { return Atom::Unit };
        let [param] = params.as_slice() else { return Atom::Unit };
        let (int, ty) = (self.core.int(), self.core_concrete(result));
        let (param, value) = (self.core_concrete(param), self.core_concrete(drawn));
        let state = self.core_concrete(&initial.ty);
        let cell = self.emit_named(Op::Cell(initial.atom.clone()), int, "cell", span);
        let x = self.core.fresh("x", param);
        let body = self.block(|this| {
            let pair = this.core.tuple(vec![value, state]);
            let before = this.emit_named(Op::Take(cell.clone()), state, "before", span);
            let drawn = this.emit(Op::Apply(draw.atom.clone(), vec![before, Atom::Var(x)]), pair, span);
            let after = this.emit_named(Op::Project(drawn.clone(), 1), state, "after", span);
            this.perform(Op::Put(cell, after), span);
            this.emit(Op::Project(drawn, 0), value, span)
        });
        let lambda = core::Lambda { params: vec![x], result: value, body };
        let closure = self.emit_named(Op::Lambda(Box::new(lambda)), ty, "f", span);
        self.emit_named(Op::Mem(closure), ty, "memo", span)
    }
}
