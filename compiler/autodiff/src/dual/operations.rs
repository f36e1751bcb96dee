//! The tangents of operations on arrays and matrices, and of their adjoints. Both are linear in what is active, or products.

use super::Dual;
use crate::activity::is_active;
use crate::rules;
use borel_distributions::{Function as Entry, ParameterKind, ValueKind};
use borel_flow::runtime::{Named, Special};
use borel_flow::{Expr, Local, Operand, Runtime, Stmt, Ty};

/// Whether a function makes the shadow of something.
pub fn makes_shadow(runtime: Runtime) -> bool {
    use Named::*;
    matches!(runtime, Runtime::Named(Shadow | ShadowArray | ShadowUnique | ShadowSlice | ShadowJoin))
}

/// Whether the results are varied if the arguments are.
pub fn carries(runtime: Runtime) -> bool {
    match runtime {
        Runtime::Named(Named::MatrixSetAdjoint) => true,
        Runtime::Distribution(_, function) if function.is_gradient() => true,
        _ => rules::carries(runtime),
    }
}

/// Whether there is a rule for a function of which some argument is varied.
pub fn is_known(runtime: Runtime, args: &[Operand], active: &[bool]) -> bool {
    use Named::*;
    let varied = |at: usize| args.get(at).is_some_and(|arg| is_active(*arg, active));
    match runtime {
        Runtime::Distribution(kind, function) => {
            let entry = kind.entry();
            let reals =
                entry.value == ValueKind::Real || entry.value == ValueKind::Int || entry.value == ValueKind::Bool;
            let is_scalar = |kind| matches!(kind, ParameterKind::Real | ParameterKind::Int);
            let scalars = reals && entry.parameters.iter().all(|parameter| is_scalar(parameter.kind));
            match function {
                Entry::LogDensity | Entry::Cdf | Entry::Ccdf | Entry::LogCdf | Entry::LogCcdf => scalars,
                _ => !function.is_gradient() && (rules::carries(runtime) || rules::is_constant(runtime)),
            }
        }
        Runtime::Special(_) => rules::carries(runtime),
        Runtime::Named(MatrixArithmetic | MatrixArithmeticAdjoint) => {
            args[0] != Operand::Int(DIVIDE) || !(varied(1) || varied(2))
        }
        Runtime::Named(SpecialSlope | MatrixCholeskyAdjoint | MatrixInverseAdjoint | MatrixLogDeterminantAdjoint) => {
            false
        }
        Runtime::Named(MatrixCholesky | MatrixSolve | MatrixInverse | MatrixLogDeterminant | MatrixSolveAdjoint) => {
            false
        }
        Runtime::Named(_) => true,
    }
}

/// What a function is called in programs; of the derivative of a special function, that one.
pub fn name(runtime: Runtime, args: &[Operand]) -> &'static str {
    match (runtime, args) {
        (Runtime::Named(Named::SpecialSlope), [Operand::Int(number), ..]) => Special::ALL[*number as usize].name(),
        _ => crate::name(runtime),
    }
}

/// The number of division in [`Named::MatrixArithmetic`], and of multiplication.
const DIVIDE: i64 = 3;
const MULTIPLY: i64 = 2;

impl Dual<'_> {
    /// A function of the runtime that is none of Reals.
    pub(super) fn operation(&mut self, stmt: &Stmt, results: &[Local], named: Named, args: &[Operand]) {
        use Named::*;
        let result = results.first().copied().filter(|local| self.is_varied(Operand::Local(*local)));
        match (named, result) {
            (Shadow | ShadowArray, Some(result)) => {
                self.out.push(stmt.clone());
                let tangent = self.tangent(result);
                self.perform(vec![tangent], named, args.to_vec());
            }
            // Which object it is tells the address; what the shadow has, the shadow.
            (ShadowUnique | ShadowSlice, Some(result)) => {
                let of_shadow = self.tangent_of(args[2]);
                self.out.push(stmt.clone());
                let tangent = self.tangent(result);
                self.perform(vec![tangent], named, vec![args[0], args[1], of_shadow]);
            }
            (ShadowJoin, Some(result)) => {
                let parts = [self.tangent_of(args[1]), self.tangent_of(args[2])];
                self.out.push(stmt.clone());
                let tangent = self.tangent(result);
                self.perform(vec![tangent], named, vec![args[0], parts[0], parts[1]]);
            }
            (MatrixArithmetic | MatrixProduct | Dot | MatrixVector | VectorMatrix, Some(result)) => {
                self.product(stmt, result, named, args);
            }
            (_, Some(result)) if args.iter().any(|arg| self.is_varied(*arg)) => {
                // Linear, and indices beside what it is linear in.
                let changes: Vec<Operand> = args.iter().map(|arg| self.linear(*arg)).collect();
                let changed = self.local("", self.type_of(Operand::Local(result)));
                self.perform(vec![changed], named, changes);
                self.out.push(stmt.clone());
                let tangent = self.tangent(result);
                self.out.push(Stmt::Let(tangent, Expr::Use(Operand::Local(changed))));
            }
            (_, Some(result)) => {
                self.out.push(stmt.clone());
                self.unchanged(result);
            }
            (_, None) => {
                self.out.push(stmt.clone());
                if results.is_empty() && args.iter().any(|arg| self.is_varied(*arg)) {
                    self.adjoint(named, args);
                }
            }
        }
    }

    /// An argument of the same operation on tangents.
    fn linear(&mut self, arg: Operand) -> Operand {
        if matches!(self.type_of(arg), Ty::Real | Ty::Pointer) && arg != Operand::Null {
            self.tangent_of(arg)
        } else {
            arg
        }
    }

    /// d(a b) = da b + a db.
    fn product(&mut self, stmt: &Stmt, result: Local, named: Named, args: &[Operand]) {
        self.out.push(stmt.clone());
        let tangent = self.tangent(result);
        if named == Named::MatrixArithmetic && args[0] != Operand::Int(MULTIPLY) {
            // A sum or a difference; or a quotient of what is not varied.
            let given = match args[0] {
                Operand::Int(DIVIDE) => return self.unchanged(result),
                _ => vec![args[0], self.tangent_of(args[1]), self.tangent_of(args[2])],
            };
            return self.perform(vec![tangent], named, given);
        }
        let first = usize::from(named == Named::MatrixArithmetic);
        let (a, b) = (args[first], args[first + 1]);
        let head = &args[..first];
        let term = |a: Operand, b: Operand| head.iter().copied().chain([a, b]).collect::<Vec<_>>();
        match named {
            Named::Dot => {
                let mut terms = Vec::new();
                for (a, b) in self.terms(a, b) {
                    terms.push(self.named(Ty::Real, named, term(a, b)));
                }
                let change = self.sum(&terms);
                self.out.push(Stmt::Let(tangent, Expr::Use(change)));
            }
            Named::MatrixVector | Named::VectorMatrix => {
                // The adjoint of the transposed product adds the product to what is there.
                self.perform(vec![tangent], Named::ShadowArray, vec![Operand::Local(result)]);
                let (into, like) = (Operand::Local(tangent), Operand::Local(result));
                for (a, b) in self.terms(a, b) {
                    match named {
                        Named::MatrixVector => {
                            self.perform(Vec::new(), Named::VectorMatrixAdjoint, vec![like, a, b, into, Operand::Null]);
                        }
                        _ => {
                            self.perform(Vec::new(), Named::MatrixVectorAdjoint, vec![b, like, a, Operand::Null, into])
                        }
                    }
                }
            }
            _ => {
                let mut sum = None;
                for (a, b) in self.terms(a, b) {
                    let product = self.named(Ty::Pointer, named, term(a, b));
                    sum = Some(match sum {
                        None => product,
                        Some(sum) => {
                            self.named(Ty::Pointer, Named::MatrixArithmetic, vec![Operand::Int(0), sum, product])
                        }
                    });
                }
                match sum {
                    Some(sum) => self.out.push(Stmt::Let(tangent, Expr::Use(sum))),
                    None => self.unchanged(result),
                }
            }
        }
    }

    /// The pairs whose products add up to the tangent of a product.
    fn terms(&mut self, a: Operand, b: Operand) -> Vec<(Operand, Operand)> {
        let mut terms = Vec::new();
        if self.is_varied(a) {
            terms.push((self.tangent_of(a), b));
        }
        if self.is_varied(b) {
            terms.push((a, self.tangent_of(b)));
        }
        terms
    }

    /// What adds to shadows: the tangents are added to theirs.
    fn adjoint(&mut self, named: Named, args: &[Operand]) {
        use Named::*;
        match named {
            ShadowFold
            | SliceAdjoint
            | JoinAdjoint
            | MatrixAtAdjoint
            | MatrixRowAdjoint
            | MatrixFromRowsAdjoint
            | MatrixToRowsAdjoint
            | MatrixTransposeAdjoint
            | MatrixDiagonalAdjoint
            | MatrixSumAdjoint
            | ElementsAdjoint => {
                let changes = args.iter().map(|arg| self.linear(*arg)).collect();
                self.perform(Vec::new(), named, changes);
            }
            MatrixProductAdjoint | MatrixVectorAdjoint | VectorMatrixAdjoint | DotAdjoint => {
                self.product_adjoint(named, &[], args, true);
            }
            MatrixArithmeticAdjoint => {
                self.product_adjoint(named, &args[..1], &args[1..], args[0] == Operand::Int(MULTIPLY));
            }
            _ => {}
        }
    }

    /// Of operands, the shadow of the product, and those of the operands: each of the latter gets a product of the shadow and the other operand.
    fn product_adjoint(&mut self, named: Named, head: &[Operand], args: &[Operand], by_value: bool) {
        let [a, b, adjoint, of_a, of_b] = args[..] else { return };
        let call = |dual: &mut Self, a, b, adjoint, of_a, of_b| {
            let given = head.iter().copied().chain([a, b, adjoint, of_a, of_b]).collect();
            dual.perform(Vec::new(), named, given);
        };
        let (into_a, into_b) = (self.linear(of_a), self.linear(of_b));
        if self.is_varied(adjoint) {
            let change = self.tangent_of(adjoint);
            call(self, a, b, change, into_a, into_b);
        }
        if by_value && self.is_varied(a) && of_b != Operand::Null {
            let change = self.tangent_of(a);
            call(self, change, b, adjoint, Operand::Null, into_b);
        }
        if by_value && self.is_varied(b) && of_a != Operand::Null {
            let change = self.tangent_of(b);
            call(self, a, change, adjoint, into_a, Operand::Null);
        }
    }
}
