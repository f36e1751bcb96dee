//! Arithmetic: Int and Real mix, arrays and matrices are lifted over.

use borel_diagnostics::Diagnostic;
use borel_typed::Arithmetic;

use super::{Constraint, Kind, Operator, Progress};
use crate::infer::Checker;
use crate::types::{Node, Ty};

/// What matters of an operand's type.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Int,
    Real,
    /// An open Int or Real
    Number,
    Array(Ty),
    Matrix,
    Unknown,
    /// Not for arithmetic
    Other,
}

impl Operator {
    /// As written in programs.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Arithmetic(operator) => symbol(operator),
            Operator::Extremum(builtin) => builtin.name(),
        }
    }
}

/// An arithmetic operator as written.
pub fn symbol(operator: Arithmetic) -> &'static str {
    match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::Remainder => "%",
        Arithmetic::Power => "^",
        Arithmetic::MatrixProduct => "@",
        Arithmetic::Concat => "++",
    }
}

impl Checker<'_> {
    fn shape(&self, ty: Ty) -> Shape {
        match self.store.node(ty) {
            Node::Int => Shape::Int,
            Node::Real => Shape::Real,
            Node::Var { number: true, .. } => Shape::Number,
            Node::Array(item) => Shape::Array(*item),
            Node::Matrix => Shape::Matrix,
            Node::Param(param) if self.store.params[*param as usize].number => Shape::Number,
            Node::Var { .. } | Node::Param(_) => Shape::Unknown,
            _ => Shape::Other,
        }
    }

    pub(super) fn solve_binary(
        &mut self,
        constraint: &Constraint,
        operator: Operator,
        a: Ty,
        b: Ty,
        result: Ty,
    ) -> Progress {
        if operator == Operator::Arithmetic(Arithmetic::MatrixProduct) {
            return self.solve_product(constraint, a, b, result);
        }
        let divides = operator == Operator::Arithmetic(Arithmetic::Divide);
        let remainder = operator == Operator::Arithmetic(Arithmetic::Remainder);
        match (self.shape(a), self.shape(b)) {
            (Shape::Other, _) => self.refuse_operand(constraint, operator, a, b, 0),
            (_, Shape::Other) => self.refuse_operand(constraint, operator, b, a, 1),
            (Shape::Array(x), Shape::Array(y)) => self.lift_binary(constraint, operator, x, y, result),
            (Shape::Array(x), Shape::Int | Shape::Real | Shape::Number) => {
                self.lift_binary(constraint, operator, x, b, result)
            }
            (Shape::Int | Shape::Real | Shape::Number, Shape::Array(y)) => {
                self.lift_binary(constraint, operator, a, y, result)
            }
            (Shape::Unknown, _) | (_, Shape::Unknown) => self.solve_unknown(operator, a, b, result),
            (Shape::Matrix, Shape::Array(_)) | (Shape::Array(_), Shape::Matrix) => {
                self.refuse_matrix_array(constraint, operator, a, b)
            }
            (Shape::Matrix, _) | (_, Shape::Matrix) if remainder => {
                let at = if self.shape(a) == Shape::Matrix { 0 } else { 1 };
                self.refuse_operand(constraint, operator, if at == 0 { a } else { b }, Ty::INT, at)
            }
            (Shape::Matrix, _) | (_, Shape::Matrix) => self.result(constraint, result, Ty::MATRIX),
            (Shape::Real, _) if remainder => self.refuse_operand(constraint, operator, a, Ty::INT, 0),
            (_, Shape::Real) if remainder => self.refuse_operand(constraint, operator, b, Ty::INT, 1),
            _ if divides => self.result(constraint, result, Ty::REAL),
            (Shape::Real, _) | (_, Shape::Real) => self.result(constraint, result, Ty::REAL),
            (Shape::Int, Shape::Int) => self.result(constraint, result, Ty::INT),
            (Shape::Number, Shape::Int) => self.result(constraint, result, a),
            (Shape::Int, Shape::Number) => self.result(constraint, result, b),
            (Shape::Number, Shape::Number) if self.store.root(a) == self.store.root(b) => {
                self.result(constraint, result, a)
            }
            (Shape::Number, Shape::Number) => Progress::Stuck,
        }
    }

    /// The same operand twice, or an Int beside it, gives the operand's own type, whatever that is; except for `/`.
    fn solve_unknown(&mut self, operator: Operator, a: Ty, b: Ty, result: Ty) -> Progress {
        let divides = operator == Operator::Arithmetic(Arithmetic::Divide);
        let same = self.store.root(a) == self.store.root(b);
        let kept = match (self.shape(a), self.shape(b)) {
            (_, Shape::Int) => Some(a),
            (Shape::Int, _) => Some(b),
            _ if same => Some(a),
            _ => None,
        };
        if let (Some(kept), false, true) = (kept, divides, self.store.is_var(result)) {
            // The constraint still waits, to check that the type is one for arithmetic.
            let _ = self.store.unify(result, kept);
        }
        Progress::Stuck
    }

    fn lift_binary(&mut self, constraint: &Constraint, operator: Operator, a: Ty, b: Ty, result: Ty) -> Progress {
        let element = self.store.fresh();
        let array = self.store.array(element);
        self.require(constraint.part(Kind::Binary(operator, a, b, element)));
        self.result(constraint, result, array)
    }

    fn solve_product(&mut self, constraint: &Constraint, a: Ty, b: Ty, result: Ty) -> Progress {
        let operator = Operator::Arithmetic(Arithmetic::MatrixProduct);
        let vector = |checker: &Checker, ty| match checker.shape(ty) {
            Shape::Array(item) => {
                matches!(checker.shape(item), Shape::Int | Shape::Real | Shape::Number | Shape::Unknown)
            }
            _ => false,
        };
        match (self.shape(a), self.shape(b)) {
            (Shape::Matrix, Shape::Matrix) => self.result(constraint, result, Ty::MATRIX),
            (Shape::Matrix, Shape::Array(item)) if vector(self, b) => self.vector_product(constraint, &[item], result),
            (Shape::Array(item), Shape::Matrix) if vector(self, a) => self.vector_product(constraint, &[item], result),
            (Shape::Array(x), Shape::Array(y)) if vector(self, a) && vector(self, b) => {
                self.default_elements(&[x, y]);
                self.result(constraint, result, Ty::REAL)
            }
            (Shape::Matrix, Shape::Unknown)
            | (Shape::Unknown, Shape::Matrix)
            | (Shape::Unknown, Shape::Unknown)
            | (Shape::Array(_), Shape::Unknown)
            | (Shape::Unknown, Shape::Array(_)) => Progress::Stuck,
            (shape, _) => {
                let bad_first = !(shape == Shape::Matrix || vector(self, a) || shape == Shape::Unknown);
                let (at, ty) = if bad_first { (0, a) } else { (1, b) };
                let found = self.show(ty);
                let symbol = operator.symbol();
                let help = match self.shape(ty) {
                    Shape::Array(_) => "make a matrix of the rows with `matrix(..)`",
                    _ => "for an elementwise product write `*`",
                };
                let message = format!("`{symbol}` is the product of matrices and vectors, found {found}");
                let label = format!("expected Matrix or [Real], found {found}");
                let span = constraint.operand(at);
                self.refuse(constraint, Diagnostic::error("E0203", span, message, label).help(help))
            }
        }
    }

    fn vector_product(&mut self, constraint: &Constraint, items: &[Ty], result: Ty) -> Progress {
        self.default_elements(items);
        let vector = self.store.array(Ty::REAL);
        self.result(constraint, result, vector)
    }

    /// Unknown elements of vectors are Real.
    fn default_elements(&mut self, items: &[Ty]) {
        for &item in items {
            if self.store.is_var(item) && !self.store.is_number_var(item) {
                let _ = self.store.unify(item, Ty::REAL);
            }
        }
    }

    fn refuse_operand(
        &mut self,
        constraint: &Constraint,
        operator: Operator,
        bad: Ty,
        other: Ty,
        at: usize,
    ) -> Progress {
        let symbol = operator.symbol();
        let found = self.show(bad);
        let expected = match self.shape(other) {
            _ if operator == Operator::Arithmetic(Arithmetic::Remainder) => "Int".to_string(),
            Shape::Other | Shape::Unknown | Shape::Number => "a number".to_string(),
            _ => self.show(other),
        };
        let mut diagnostic = Diagnostic::error(
            "E0203",
            constraint.operand(at),
            format!("expected {expected}, found {found}"),
            format!("`{symbol}` is not defined for {found}"),
        );
        diagnostic = match self.store.node(bad) {
            Node::Bool => diagnostic.help("write `int(..)` or `real(..)` to count true as 1 and false as 0"),
            Node::String if symbol == "+" => {
                diagnostic.help("strings are joined by `++`; `str(x)` makes text of any value")
            }
            Node::Dist(_) => diagnostic.help("a distribution is not its value: draw one with `sample` or `let x ~ ..`"),
            Node::Function(..) => diagnostic.help("a function must be called to give a value: `f(..)`"),
            Node::Posterior(_) => {
                diagnostic.help("summarise a posterior with `mean(..)`, or draw from it with `sample`")
            }
            Node::Real if symbol == "%" => diagnostic.help("for Reals write `x - y * real(floor(x / y))`"),
            _ => diagnostic,
        };
        self.refuse(constraint, diagnostic)
    }

    fn refuse_matrix_array(&mut self, constraint: &Constraint, operator: Operator, a: Ty, b: Ty) -> Progress {
        let (a, b) = (self.show(a), self.show(b));
        let message = format!("`{}` is not defined between {a} and {b}", operator.symbol());
        let diagnostic = Diagnostic::error("E0203", constraint.span, message, "a matrix and an array do not mix")
            .help("the matrix product is `@`; `matrix(rows)` and `to_rows(m)` convert");
        self.refuse(constraint, diagnostic)
    }
}
