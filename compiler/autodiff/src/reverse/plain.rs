//! Statements without blocks, both ways. The shadow of an active pointer is made where the pointer is, and goes where it goes.

use super::Back;
use crate::emit::Emit;
use crate::tree::Node;
use borel_abi::ctx::offset;
use borel_abi::layout::LayoutId;
use borel_flow::runtime::Named;
use borel_flow::{Binary, Block, Expr, Local, Operand, Runtime, Stmt, Ty, Unary};

/// Where the node with this index ends the replacement of a pointer in an array: the index of its first node. The pointer that was there is
/// loaded, released, and overwritten.
pub(super) fn replaced_pointer(nodes: &[Node], index: usize) -> Option<usize> {
    let first = index.checked_sub(2)?;
    match &nodes[first..=index] {
        [
            Node::Plain(Stmt::Let(old, Expr::LoadElement(..))),
            Node::Plain(Stmt::Release(Operand::Local(gone))),
            Node::Plain(Stmt::StoreElement(..)),
        ] if old == gone => Some(first),
        _ => None,
    }
}

impl Back<'_, '_> {
    /// A statement; its way forward.
    pub(super) fn plain(&mut self, stmt: &Stmt) -> Block {
        match stmt {
            Stmt::Let(local, expr) => self.assignment(*local, expr),
            Stmt::New(local, layout, slots) => self.new_object(stmt, *local, *layout, slots),
            Stmt::NewArray(local, ..) => {
                let mut forward = vec![stmt.clone()];
                if self.reverse.is_active_local(*local) {
                    let shadow = self.reverse.shadow(*local);
                    forward.push(self.named(shadow, Named::ShadowArray, vec![Operand::Local(*local)]));
                }
                forward
            }
            Stmt::StoreElement(array, index, stride, word, value) => {
                self.store(stmt, (*array, *index), (*stride, *word), *value)
            }
            Stmt::SetContext(offset::LOG_WEIGHT, weight) => {
                self.add(*weight, Operand::Real(1.0));
                vec![stmt.clone()]
            }
            Stmt::Call(..) => self.call_function(stmt),
            Stmt::Runtime(..) => self.call_runtime(stmt),
            _ => vec![stmt.clone()],
        }
    }

    pub(super) fn named(&self, local: Local, named: Named, args: Vec<Operand>) -> Stmt {
        Stmt::Runtime(vec![local], Runtime::Named(named), args, self.site)
    }

    /// The shadow of a pointer on the way forward: its own, or a new one of zeros if it is not active.
    pub fn forward_shadow(&mut self, pointer: Operand, forward: &mut Block) -> Operand {
        match pointer {
            Operand::Local(local) if self.reverse.is_active_local(local) => Operand::Local(self.reverse.shadow(local)),
            Operand::Local(_) | Operand::Static(_) => {
                let made = self.reverse.local("shadow", Ty::Pointer, self.region);
                forward.push(self.named(made, Named::Shadow, vec![pointer]));
                Operand::Local(made)
            }
            constant => constant,
        }
    }

    fn new_object(&mut self, stmt: &Stmt, local: Local, layout: LayoutId, slots: &[Operand]) -> Block {
        if !self.reverse.is_active_local(local) {
            return vec![stmt.clone()];
        }
        let object = self.shadow_value(Operand::Local(local));
        for (slot, operand) in slots.iter().enumerate() {
            if self.reverse.type_of(*operand) == Ty::Real && self.is_active(*operand) {
                let adjoint = self.define(Ty::Real, Expr::Load(object, layout, slot as u32));
                self.add(*operand, adjoint);
            }
        }
        let mut forward = vec![stmt.clone()];
        let shadow = self.reverse.shadow(local);
        let mut words = Vec::with_capacity(slots.len());
        for (slot, operand) in slots.iter().enumerate() {
            words.push(match self.reverse.type_of(*operand) {
                Ty::Real => Operand::Real(0.0),
                Ty::Int => Operand::Int(0),
                Ty::Bool => Operand::Bool(false),
                _ if self.reverse.activity.holds(layout, slot as u32) => self.forward_shadow(*operand, &mut forward),
                _ => Operand::Null,
            });
        }
        forward.push(Stmt::New(shadow, layout, words));
        forward
    }

    fn store(
        &mut self,
        stmt: &Stmt,
        (array, index): (Operand, Operand),
        (stride, word): (u32, u32),
        value: Operand,
    ) -> Block {
        if !self.is_active(array) {
            return vec![stmt.clone()];
        }
        let mut forward = vec![stmt.clone()];
        if self.reverse.type_of(value) == Ty::Pointer {
            let shadow = self.forward_shadow(array, &mut forward);
            let value = self.forward_shadow(value, &mut forward);
            forward.push(Stmt::StoreElement(shadow, index, stride, word, value));
        } else if self.reverse.type_of(value) == Ty::Real {
            let (shadow, index) = (self.shadow_value(array), self.value(index));
            let adjoint = self.define(Ty::Real, Expr::LoadElement(shadow, index, stride, word));
            // What was there before has no effect from here on.
            self.out.push(Stmt::StoreElement(shadow, index, stride, word, Operand::Real(0.0)));
            self.add(value, adjoint);
        }
        forward
    }

    /// The replacement of a pointer in an array; see [`replaced_pointer`].
    pub(super) fn replace_pointer(&mut self, nodes: &[Node]) -> Block {
        let mut forward = Vec::new();
        let mut shadowed = Vec::new();
        for node in nodes {
            let Node::Plain(stmt) = node else { continue };
            self.forget_copies(stmt);
            forward.push(stmt.clone());
            match stmt {
                Stmt::Let(old, Expr::LoadElement(array, index, stride, word)) if self.is_active(*array) => {
                    let (shadow, array) = (self.reverse.shadow(*old), self.forward_shadow(*array, &mut forward));
                    shadowed.push(Stmt::Let(shadow, Expr::LoadElement(array, *index, *stride, *word)));
                    shadowed.push(Stmt::Release(Operand::Local(shadow)));
                }
                Stmt::StoreElement(array, index, stride, word, value) if self.is_active(*array) => {
                    // The new shadow is there before the old one is let go.
                    let value = self.forward_shadow(*value, &mut forward);
                    let array = self.forward_shadow(*array, &mut forward);
                    shadowed.push(Stmt::StoreElement(array, *index, *stride, *word, value));
                }
                _ => {}
            }
        }
        forward.extend(shadowed);
        forward
    }

    fn assignment(&mut self, local: Local, expr: &Expr) -> Block {
        let mut forward = vec![Stmt::Let(local, expr.clone())];
        if !self.reverse.is_active_local(local) {
            return forward;
        }
        if self.reverse.type_of(Operand::Local(local)) == Ty::Pointer {
            let shadow = self.reverse.shadow(local);
            let value = match expr {
                Expr::Load(object, layout, slot) => {
                    Expr::Load(self.forward_shadow(*object, &mut forward), *layout, *slot)
                }
                Expr::LoadElement(array, index, stride, word) => {
                    Expr::LoadElement(self.forward_shadow(*array, &mut forward), *index, *stride, *word)
                }
                Expr::Use(pointer) => Expr::Use(self.forward_shadow(*pointer, &mut forward)),
                _ => Expr::Use(Operand::Null),
            };
            forward.push(Stmt::Let(shadow, value));
            return forward;
        }
        if let Some(adjoint) = self.taken(local) {
            self.arithmetic(local, expr, adjoint);
        }
        forward
    }

    /// Hands the adjoint of a Real on to what it is computed from.
    fn arithmetic(&mut self, local: Local, expr: &Expr, adjoint: Operand) {
        match expr {
            Expr::Use(a) => self.add(*a, adjoint),
            Expr::Unary(op, a) => self.unary_rule(*op, *a, local, adjoint),
            Expr::Binary(op, a, b) => self.binary_rule(*op, *a, *b, local, adjoint),
            Expr::Select(condition, a, b) => {
                let condition = self.value(*condition);
                for (operand, yes, no) in [(*a, adjoint, Operand::Real(0.0)), (*b, Operand::Real(0.0), adjoint)] {
                    if self.is_active(operand) {
                        let term = self.select(condition, yes, no);
                        self.add(operand, term);
                    }
                }
            }
            Expr::Load(object, layout, slot) => {
                let shadow = self.shadow_value(*object);
                let before = self.define(Ty::Real, Expr::Load(shadow, *layout, *slot));
                let after = self.binary(Binary::Add, before, adjoint);
                self.out.push(Stmt::Store(shadow, *slot, after));
            }
            Expr::LoadElement(array, index, stride, word) => {
                let (shadow, index) = (self.shadow_value(*array), self.value(*index));
                let before = self.define(Ty::Real, Expr::LoadElement(shadow, index, *stride, *word));
                let after = self.binary(Binary::Add, before, adjoint);
                self.out.push(Stmt::StoreElement(shadow, index, *stride, *word, after));
            }
            Expr::Point(index) => {
                let index = self.value(*index);
                self.out.push(Stmt::AddDerivative(index, adjoint));
            }
            _ => {}
        }
    }

    fn unary_rule(&mut self, op: Unary, a: Operand, local: Local, adjoint: Operand) {
        match op {
            Unary::Negate => self.subtract(a, adjoint),
            Unary::Abs => {
                let a_value = self.value(a);
                let is_positive = self.compare(Binary::Lt, Operand::Real(0.0), a_value);
                let is_negative = self.compare(Binary::Lt, a_value, Operand::Real(0.0));
                let negative = self.unary(Unary::Negate, adjoint);
                let below = self.select(is_negative, negative, Operand::Real(0.0));
                let term = self.select(is_positive, adjoint, below);
                self.add(a, term);
            }
            Unary::Sqrt => {
                let root = self.value(Operand::Local(local));
                let twice = self.binary(Binary::Mul, Operand::Real(2.0), root);
                self.add_quotient(a, adjoint, twice);
            }
            _ => {}
        }
    }

    fn binary_rule(&mut self, op: Binary, a: Operand, b: Operand, local: Local, adjoint: Operand) {
        match op {
            Binary::Add => {
                self.add(a, adjoint);
                self.add(b, adjoint);
            }
            Binary::Sub => {
                self.add(a, adjoint);
                self.subtract(b, adjoint);
            }
            Binary::Mul if a == b => {
                let twice = self.binary(Binary::Mul, Operand::Real(2.0), adjoint);
                let a_value = self.value(a);
                self.add_product(a, twice, a_value);
            }
            Binary::Mul => {
                if self.is_active(a) {
                    let b = self.value(b);
                    self.add_product(a, adjoint, b);
                }
                if self.is_active(b) {
                    let a = self.value(a);
                    self.add_product(b, adjoint, a);
                }
            }
            Binary::Div if a == Operand::Real(1.0) => {
                // The derivative of 1 / b is -(1 / b)^2.
                let quotient = self.value(Operand::Local(local));
                let once = self.binary(Binary::Mul, adjoint, quotient);
                let twice = self.binary(Binary::Mul, once, quotient);
                self.subtract(b, twice);
            }
            Binary::Div => {
                let below = self.value(b);
                let share = self.binary(Binary::Div, adjoint, below);
                self.add(a, share);
                if self.is_active(b) {
                    let quotient = self.value(Operand::Local(local));
                    let product = self.binary(Binary::Mul, share, quotient);
                    self.subtract(b, product);
                }
            }
            Binary::Min | Binary::Max => {
                let (x, y) = (self.value(a), self.value(b));
                let is_first = match op {
                    Binary::Min => self.compare(Binary::Le, x, y),
                    _ => self.compare(Binary::Le, y, x),
                };
                for (operand, yes, no) in [(a, adjoint, Operand::Real(0.0)), (b, Operand::Real(0.0), adjoint)] {
                    if self.is_active(operand) {
                        let term = self.select(is_first, yes, no);
                        self.add(operand, term);
                    }
                }
            }
            _ => {}
        }
    }
}
