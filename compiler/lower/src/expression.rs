//! Expressions: each gives an operand.

use borel_core::{Atom, Op, Prim};
use borel_source::Name;
use borel_typed::{Expr, ExprKind, LocalId, Type};

use crate::Lowering;

impl<'a> Lowering<'a> {
    pub(crate) fn expr(&mut self, expr: &'a Expr) -> Atom {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Unit => Atom::Unit,
            ExprKind::Bool(value) => Atom::Bool(*value),
            ExprKind::Int(value) => Atom::Int(*value),
            ExprKind::Real(value) => Atom::Real(*value),
            ExprKind::String(text) => Atom::String(Name::new(text)),
            ExprKind::Number(value) => match self.concrete(&expr.ty) {
                Type::Real => Atom::Real(*value as f64),
                _ => Atom::Int(*value),
            },
            ExprKind::Local(local) => self.variable(*local),
            ExprKind::LocalFunction(local, arguments) => self.local_closure(*local, arguments, &expr.ty, span),
            ExprKind::Function(id, arguments) => {
                let arguments = self.concrete_all(arguments);
                let instance = self.instance(*id, arguments);
                self.closure(instance, &[], &expr.ty, span)
            }
            ExprKind::Constant(id) => self.constant(*id, span),
            ExprKind::Lambda(lambda) => self.lambda(lambda, &expr.ty, span),
            ExprKind::Call(..) | ExprKind::CallLocal(..) | ExprKind::Apply(..) => {
                let op = self.call_op(expr);
                let ty = self.core_type(&expr.ty);
                self.emit(op, ty, span)
            }
            ExprKind::Sample(source) => {
                let source = self.value(source);
                self.sample(&source, None, span)
            }
            ExprKind::Block(stmts, value) => {
                stmts.iter().for_each(|stmt| self.stmt(stmt));
                value.as_ref().map_or(Atom::Unit, |value| self.expr(value))
            }
            _ => self.composite(expr),
        }
    }

    /// Expressions made of data and operators.
    fn composite(&mut self, expr: &'a Expr) -> Atom {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Tuple(items) => {
                let atoms = self.exprs(items);
                self.tuple_of(atoms, &expr.ty, span)
            }
            ExprKind::Array(items) => {
                let atoms = self.exprs(items);
                let ty = self.core_type(&expr.ty);
                self.emit(Op::Array(atoms), ty, span)
            }
            ExprKind::Construct(_, constructor, fields) => {
                let atoms = self.exprs(fields);
                let ty = self.core_type(&expr.ty);
                match self.core.ty(ty) {
                    borel_core::Type::Data(data) => {
                        let data = *data;
                        self.emit(Op::Construct(data, *constructor, atoms), ty, span)
                    }
                    _ => Atom::Unit,
                }
            }
            ExprKind::Record(..) | ExprKind::RecordUpdate(..) => self.record_expr(expr),
            ExprKind::Comprehension(element, clauses) => self.comprehension(element, clauses, &expr.ty, span),
            ExprKind::Range(low, high) => {
                let operands = vec![self.expr(low), self.expr(high)];
                let ty = self.core_type(&expr.ty);
                self.prim(Prim::Range, operands, ty, span)
            }
            ExprKind::Builtin(builtin, arguments) => self.builtin(*builtin, arguments, &expr.ty, span),
            ExprKind::Distribution(kind, arguments) => {
                let arguments = self.values(arguments);
                self.distribution(*kind, &arguments, span)
            }
            ExprKind::Index(..) | ExprKind::Slice(..) | ExprKind::Field(..) | ExprKind::Component(..) => {
                self.access(expr)
            }
            _ => self.operation(expr),
        }
    }

    fn operation(&mut self, expr: &'a Expr) -> Atom {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Negate(operand) => {
                let operand = self.value(operand);
                self.negate(operand, span)
            }
            ExprKind::Not(operand) => {
                let operand = self.expr(operand);
                self.bool_prim(Prim::Not, vec![operand], span)
            }
            ExprKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                let result = self.concrete(&expr.ty);
                self.arithmetic(*op, a, b, &result, span)
            }
            ExprKind::Compare(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                self.compare(*op, a, b, span)
            }
            ExprKind::And(a, b) => self.short_circuit(a, b, true, span),
            ExprKind::Or(a, b) => self.short_circuit(a, b, false, span),
            ExprKind::If(condition, then, otherwise) => {
                self.if_else(condition, then, otherwise.as_deref(), &expr.ty, span)
            }
            ExprKind::Match(scrutinee, arms) => self.match_arms(scrutinee, arms, &expr.ty, span),
            ExprKind::ToReal(operand) => {
                let operand = self.value(operand);
                let result = self.concrete(&expr.ty);
                self.convert(operand.atom, &operand.ty, &result, span)
            }
            // Every other kind has been taken by the callers.
            _ => Atom::Unit,
        }
    }

    pub(crate) fn exprs(&mut self, exprs: &'a [Expr]) -> Vec<Atom> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// The current value of a variable.
    pub(crate) fn variable(&self, local: LocalId) -> Atom {
        self.scope.values.get(&local).cloned().unwrap_or(Atom::Unit)
    }

    /// The call that an expression is, its operands evaluated.
    pub(crate) fn call_op(&mut self, expr: &'a Expr) -> Op {
        match &expr.kind {
            ExprKind::Call(id, types, arguments) => {
                let atoms = self.exprs(arguments);
                let types = self.concrete_all(types);
                Op::Call(self.instance(*id, types), atoms)
            }
            ExprKind::CallLocal(local, types, arguments) => {
                let atoms = self.exprs(arguments);
                self.call_local(*local, types, atoms)
            }
            ExprKind::Apply(function, arguments) => {
                let function = self.expr(function);
                let atoms = self.exprs(arguments);
                Op::Apply(function, atoms)
            }
            _ => Op::Atom(self.expr(expr)),
        }
    }

    pub(crate) fn tuple_of(&mut self, atoms: Vec<Atom>, ty: &Type, span: borel_source::Span) -> Atom {
        if atoms.is_empty() {
            return Atom::Unit;
        }
        let ty = self.core_type(ty);
        self.emit(Op::Tuple(atoms), ty, span)
    }
}
