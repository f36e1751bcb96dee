//! What to assume where a program leaves a type open: the most common meaning, or an error that asks for an annotation.

use borel_diagnostics::Diagnostic;
use borel_distributions::ParameterKind;

use super::{Constraint, Kind, Lift, Operator};
use crate::infer::Checker;
use crate::types::{Node, Ty};
use borel_typed::Arithmetic;

impl Checker<'_> {
    /// Assumes something for the pending constraint at `index`; whether anything changed.
    pub fn default_constraint(&mut self, index: usize) -> bool {
        let constraint = self.pending[index].clone();
        match constraint.kind.clone() {
            Kind::Binary(operator, a, b, _) => self.default_binary(operator, a, b),
            Kind::Compare(_, a, b) => self.default_pair(a, b),
            Kind::Lift(lift, _, a, _) => {
                let ty = match lift {
                    Lift::RealToReal | Lift::RealToInt | Lift::NumberToSame => Ty::REAL,
                    Lift::CountToReal => Ty::INT,
                    Lift::BoolToInt => Ty::BOOL,
                };
                self.assume(a, ty)
            }
            Kind::Differentiable(a) => self.assume(a, Ty::REAL),
            Kind::Concat(a) | Kind::Len(a) | Kind::Slice(a) => {
                let item = self.store.fresh();
                let array = self.store.array(item);
                self.assume(a, array)
            }
            Kind::Sum(a, _) | Kind::Moment(_, a, _) => self.default_reals(a),
            Kind::Index(a, 1, result) => {
                let array = self.store.array(result);
                self.assume(a, array)
            }
            Kind::Index(a, _, _) => self.assume(a, Ty::MATRIX),
            Kind::Field(..) | Kind::Component(..) | Kind::Sample(..) | Kind::Observe(..) => {
                self.ask_annotation(index, &constraint)
            }
            Kind::Query(_, a, value) => {
                if let Node::Dist(_) = self.store.node(a) {
                    return self.assume(value, Ty::REAL);
                }
                let distribution = self.store.dist(value);
                self.assume(a, distribution)
            }
            Kind::Draw(a, result) => {
                self.pending.remove(index);
                let _ = self.store.unify(result, a);
                true
            }
            Kind::Distribution(kind, args, _) => {
                let mut changed = false;
                for (&arg, parameter) in args.iter().zip(kind.entry().parameters) {
                    let ty = match parameter.kind {
                        ParameterKind::Real => Ty::REAL,
                        ParameterKind::Int => Ty::INT,
                        ParameterKind::RealArray => self.store.array(Ty::REAL),
                        ParameterKind::Matrix => Ty::MATRIX,
                    };
                    changed |= self.assume_innermost(arg, ty);
                }
                changed
            }
        }
    }

    /// Whether an unknown has become known: each assumption must, or settling would not end.
    fn assume(&mut self, var: Ty, ty: Ty) -> bool {
        self.store.is_var(var) && self.store.root(var) != self.store.root(ty) && self.store.unify(var, ty).is_ok()
    }

    /// The unknown at the bottom of arrays is what makes the whole `ty`, or its innermost element.
    fn assume_innermost(&mut self, at: Ty, ty: Ty) -> bool {
        if let Node::Array(item) = *self.store.node(at) {
            let inner = match *self.store.node(ty) {
                Node::Array(inner) => inner,
                _ => ty,
            };
            return self.assume_innermost(item, inner);
        }
        self.assume(at, ty)
    }

    fn default_reals(&mut self, a: Ty) -> bool {
        if let Node::Array(item) = *self.store.node(a) {
            return self.assume(item, Ty::REAL);
        }
        let array = self.store.array(Ty::REAL);
        self.assume(a, array)
    }

    fn default_binary(&mut self, operator: Operator, a: Ty, b: Ty) -> bool {
        match operator {
            Operator::Arithmetic(Arithmetic::Remainder) => self.assume(a, Ty::INT) | self.assume(b, Ty::INT),
            Operator::Arithmetic(Arithmetic::MatrixProduct) => {
                let vector = self.store.array(Ty::REAL);
                let other = if self.store.is_var(a) && self.store.is_var(b) { Ty::MATRIX } else { vector };
                self.assume(a, other) | self.assume(b, vector)
            }
            _ => self.default_pair(a, b),
        }
    }

    /// An unknown beside a known type is the same; two unknowns are Reals, or Ints if one is an integer literal.
    fn default_pair(&mut self, a: Ty, b: Ty) -> bool {
        match (self.store.is_var(a), self.store.is_var(b)) {
            (true, false) => {
                let element = self.innermost(b);
                self.assume(a, element)
            }
            (false, true) => {
                let element = self.innermost(a);
                self.assume(b, element)
            }
            (true, true) => {
                let number = self.store.is_number_var(a) || self.store.is_number_var(b);
                self.assume(a, if number { Ty::INT } else { Ty::REAL })
            }
            (false, false) => false,
        }
    }

    fn innermost(&self, ty: Ty) -> Ty {
        match self.store.node(ty) {
            Node::Array(item) => self.innermost(*item),
            Node::Var { .. } => Ty::REAL,
            _ => ty,
        }
    }

    fn ask_annotation(&mut self, index: usize, constraint: &Constraint) -> bool {
        self.pending.remove(index);
        let what = match &constraint.kind {
            Kind::Field(_, name, _) => format!("the type of this must be known to take the field `{name}`"),
            Kind::Component(_, index, _) => format!("the type of this must be known to take the component `{index}`"),
            Kind::Sample(..) => "what is sampled here is not known".to_string(),
            _ => "what is observed here is not known".to_string(),
        };
        let diagnostic = Diagnostic::error("E0207", constraint.operand(0), what, "unknown type")
            .help("annotate the parameter or variable it comes from, for example `fn(p: { x: Real }) => ..`");
        self.report(diagnostic);
        if let Some(output) = constraint.kind.output() {
            let _ = self.store.unify(output, Ty::ERROR);
        }
        true
    }
}
