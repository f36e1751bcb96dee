//! Builtins: the type of each, with its constraints.

use borel_diagnostics::Diagnostic;
use borel_source::Span;
use borel_syntax::ast;
use borel_typed::{Builtin, Expr, ExprKind};

use super::argument::{Called, Default, Parameter};
use super::{Checker, node};
use crate::constraint::{Constraint, Kind, Lift, Operator};
use crate::effect::Effect;
use crate::types::{Node, Ty};

/// A use of a builtin.
struct Use {
    params: Vec<Ty>,
    effect: Effect,
    result: Ty,
    constraint: Option<Kind>,
}

impl Use {
    fn pure(params: &[Ty], result: Ty) -> Use {
        Use { params: params.to_vec(), effect: Effect::Pure, result, constraint: None }
    }

    fn random(params: &[Ty], result: Ty) -> Use {
        Use { effect: Effect::Random, ..Use::pure(params, result) }
    }

    fn constrained(params: &[Ty], result: Ty, constraint: Kind) -> Use {
        Use { constraint: Some(constraint), ..Use::pure(params, result) }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn call_builtin(&mut self, builtin: Builtin, args: &'a [ast::Argument], span: Span) -> Expr {
        if builtin == Builtin::Print {
            return self.call_print(args, span);
        }
        let parameters = parameters(builtin);
        let called = Called { name: builtin.name(), defined: None };
        let Some(sources) = self.arrange(called, &parameters, args, span) else {
            self.infer_arguments(args);
            return self.error(span);
        };
        let usage = self.builtin_use(builtin);
        // The point where a density is taken is of the type of the distribution, which must be known before.
        let first = matches!(
            builtin,
            Builtin::LogDensity
                | Builtin::Cdf
                | Builtin::Ccdf
                | Builtin::LogCdf
                | Builtin::LogCcdf
                | Builtin::Quantile
                | Builtin::QuantileCcdf
        );
        if first && let Some(kind) = usage.constraint.clone() {
            self.require(Constraint::new(kind, span, &[args.first().map_or(span, |arg| arg.value.span)]));
        }
        let checked = self.check_sources(&sources, &usage.params, self.module, span);
        if builtin == Builtin::Distribution {
            self.moments_fit(&checked, &usage);
        }
        if let (Some(kind), false) = (usage.constraint, first) {
            let spans: Vec<Span> = checked.iter().map(|arg| arg.span).collect();
            self.require(Constraint::new(kind, span, &spans));
        }
        if usage.effect == Effect::Random {
            self.perform(Effect::Random, span, &format!("`{}`", builtin.name()));
        }
        node(ExprKind::Builtin(builtin, checked), usage.result, span)
    }

    /// The functions that give the mean and the variance of a distribution give them in the shape of its values.
    fn moments_fit(&mut self, checked: &[Expr], usage: &Use) {
        for index in MOMENTS {
            let is_given = checked.get(index).is_some_and(|arg| self.ty(arg) != Ty::UNIT);
            if let (true, Node::Function(_, _, moment)) = (is_given, self.store.node(usage.params[index]).clone()) {
                let kind = Kind::Moment(Builtin::Mean, usage.result, moment);
                let place = checked[index].span;
                self.require(Constraint::new(kind, place, &[place]));
            }
        }
    }

    fn call_print(&mut self, args: &'a [ast::Argument], span: Span) -> Expr {
        if !self.positional(args) {
            self.infer_arguments(args);
            return self.error(span);
        }
        let args = args.iter().map(|arg| self.infer(&arg.value)).collect();
        node(ExprKind::Builtin(Builtin::Print, args), Ty::UNIT, span)
    }

    pub(super) fn builtin_value(&mut self, builtin: Builtin, span: Span) -> Expr {
        if matches!(builtin, Builtin::Infer | Builtin::Spawn | Builtin::SpawnTraced | Builtin::Distribution) {
            let name = builtin.name();
            let diagnostic =
                Diagnostic::error("E0204", span, format!("`{name}` must be called"), "used as a value here").help(
                    match builtin {
                        Builtin::Infer => "write `fn(model) => infer(model, ..)`",
                        Builtin::Spawn | Builtin::SpawnTraced => "write `fn(model) => spawn(model, ..)`",
                        _ => "write a function that calls it with the functions it is to be made of",
                    },
                );
            self.report(diagnostic);
            return self.error(span);
        }
        let usage = self.builtin_use(builtin);
        if let Some(kind) = usage.constraint {
            self.require(Constraint::new(kind, span, &[]));
        }
        self.eta_expand(&usage.params, usage.effect, usage.result, span, |args| ExprKind::Builtin(builtin, args))
    }

    fn builtin_use(&mut self, builtin: Builtin) -> Use {
        use Builtin as B;
        match builtin {
            B::Exp | B::Log | B::Log1p | B::Expm1 | B::Sqrt | B::Sin | B::Cos | B::Tan | B::Atan | B::Tanh => {
                self.elementwise(builtin, Lift::RealToReal)
            }
            B::Special(special) => match special.arguments().len() {
                1 => self.elementwise(builtin, Lift::RealToReal),
                count => Use::pure(&vec![Ty::REAL; count], Ty::REAL),
            },
            B::Abs | B::JustBelow => self.elementwise(builtin, Lift::NumberToSame),
            B::Floor | B::Ceil | B::Round => self.elementwise(builtin, Lift::RealToInt),
            B::Real => self.elementwise(builtin, Lift::CountToReal),
            B::Int => self.elementwise(builtin, Lift::BoolToInt),
            B::Min | B::Max | B::Midpoint => {
                let (a, b, r) = (self.store.fresh(), self.store.fresh(), self.store.fresh());
                Use::constrained(&[a, b], r, Kind::Binary(Operator::Extremum(builtin), a, b, r))
            }
            B::Len => {
                let a = self.store.fresh();
                Use::constrained(&[a], Ty::INT, Kind::Len(a))
            }
            B::Sum => {
                let (a, r) = (self.store.fresh(), self.store.fresh());
                Use::constrained(&[a], r, Kind::Sum(a, r))
            }
            B::Mean | B::Variance | B::Stddev => {
                let (a, r) = (self.store.fresh(), self.store.fresh());
                Use::constrained(&[a], r, Kind::Moment(builtin, a, r))
            }
            B::IsNan => Use::pure(&[Ty::REAL], Ty::BOOL),
            B::Div => Use::pure(&[Ty::INT, Ty::INT], Ty::INT),
            B::Str => Use::pure(&[self.store.fresh()], Ty::STRING),
            B::Print => Use::pure(&[self.store.fresh()], Ty::UNIT),
            B::Fail => Use::pure(&[Ty::STRING], self.store.fresh()),
            B::Matrix
            | B::ToRows
            | B::Rows
            | B::Columns
            | B::Transpose
            | B::Identity
            | B::Diagonal
            | B::Cholesky
            | B::Solve
            | B::SolveLower
            | B::SolveUpper
            | B::Inverse
            | B::LogDeterminant => self.matrix_use(builtin),
            _ => self.probabilistic_use(builtin),
        }
    }

    fn elementwise(&mut self, builtin: Builtin, lift: Lift) -> Use {
        let (a, r) = (self.store.fresh(), self.store.fresh());
        Use::constrained(&[a], r, Kind::Lift(lift, builtin.name(), a, r))
    }

    fn matrix_use(&mut self, builtin: Builtin) -> Use {
        use Builtin as B;
        let vector = self.store.array(Ty::REAL);
        let rows = self.store.array(vector);
        match builtin {
            B::Matrix => Use::pure(&[rows], Ty::MATRIX),
            B::ToRows => Use::pure(&[Ty::MATRIX], rows),
            B::Rows | B::Columns => Use::pure(&[Ty::MATRIX], Ty::INT),
            B::Identity => Use::pure(&[Ty::INT], Ty::MATRIX),
            B::Diagonal => Use::pure(&[vector], Ty::MATRIX),
            B::Solve | B::SolveLower | B::SolveUpper => Use::pure(&[Ty::MATRIX, vector], vector),
            B::LogDeterminant => Use::pure(&[Ty::MATRIX], Ty::REAL),
            _ => Use::pure(&[Ty::MATRIX], Ty::MATRIX),
        }
    }

    fn probabilistic_use(&mut self, builtin: Builtin) -> Use {
        use Builtin as B;
        let a = self.store.fresh();
        match builtin {
            B::Factor => Use::random(&[Ty::REAL], Ty::UNIT),
            B::Condition => Use::random(&[Ty::BOOL], Ty::UNIT),
            B::Checkpoint => Use::random(&[], Ty::UNIT),
            B::LogDensity => {
                let d = self.store.fresh();
                Use::constrained(&[d, a], Ty::REAL, Kind::Observe(d, a))
            }
            B::Distribution => self.distribution_use(a),
            B::Cdf | B::Ccdf | B::LogCdf | B::LogCcdf => {
                let d = self.store.fresh();
                Use::constrained(&[d, a], Ty::REAL, Kind::Query(builtin, d, a))
            }
            B::Quantile | B::QuantileCcdf => {
                let d = self.store.fresh();
                Use::constrained(&[d, Ty::REAL], a, Kind::Query(builtin, d, a))
            }
            B::LowerBound | B::UpperBound => {
                let d = self.store.fresh();
                Use::constrained(&[d], Ty::REAL, Kind::Query(builtin, d, a))
            }
            B::Entropy => Use::pure(&[self.store.dist(a)], Ty::REAL),
            B::Delta => Use::pure(&[a], self.store.dist(a)),
            B::Iid => {
                let (one, array) = (self.store.dist(a), self.store.array(a));
                Use::pure(&[one, Ty::INT], self.store.dist(array))
            }
            B::Mem => {
                let b = self.store.fresh();
                let random = self.store.function(&[a], Effect::Random, b);
                Use::random(&[random], self.store.function(&[a], Effect::Pure, b))
            }
            B::MemState => {
                let (state, b) = (self.store.fresh(), self.store.fresh());
                let drawn = self.store.tuple(&[b, state]);
                let draw = self.store.function(&[state, a], Effect::Random, drawn);
                Use::random(&[state, draw], self.store.function(&[a], Effect::Pure, b))
            }
            B::Infer => {
                let model = self.store.function(&[], Effect::Random, a);
                Use::random(&[model, Ty::METHOD], self.store.posterior(a))
            }
            B::Grad | B::ValueAndGrad => {
                let function = self.store.function(&[a], Effect::Pure, Ty::REAL);
                let given = if builtin == B::Grad { a } else { self.store.tuple(&[Ty::REAL, a]) };
                let gradient = self.store.function(&[a], Effect::Pure, given);
                Use::constrained(&[function], gradient, Kind::Differentiable(a))
            }
            B::MethodEnumerate => Use::pure(&[Ty::REAL], Ty::METHOD),
            B::MethodImportance => Use::pure(&[Ty::INT], Ty::METHOD),
            B::MethodMh => Use::pure(&[Ty::INT, Ty::INT, Ty::INT], Ty::METHOD),
            B::MethodSmc => Use::pure(&[Ty::INT, Ty::STRING, Ty::REAL], Ty::METHOD),
            B::Draws => {
                let posterior = self.store.posterior(a);
                Use::pure(&[posterior], self.store.array(a))
            }
            B::Weights => {
                let posterior = self.store.posterior(a);
                Use::pure(&[posterior], self.store.array(Ty::REAL))
            }
            B::LogEvidence => Use::pure(&[self.store.posterior(a)], Ty::REAL),
            _ => self.batch_use(builtin, a),
        }
    }
}

impl Checker<'_> {
    /// What is done with batches of executions with values of a type.
    fn batch_use(&mut self, builtin: Builtin, a: Ty) -> Use {
        use Builtin as B;
        let batch = self.store.suspended(a);
        let (ints, reals) = (self.store.array(Ty::INT), self.store.array(Ty::REAL));
        let gained = self.store.tuple(&[batch, reals]);
        match builtin {
            B::Spawn | B::SpawnTraced => {
                let model = self.store.function(&[], Effect::Random, a);
                Use::pure(&[model, Ty::INT], batch)
            }
            B::LogWeights => Use::pure(&[batch], reals),
            B::Advance | B::Finish => Use::random(&[batch], gained),
            B::Select => Use::pure(&[batch, ints], batch),
            B::SelectJoined => Use::pure(&[batch, batch, ints], batch),
            B::Join | B::Follow => Use::pure(&[batch, batch], batch),
            B::IsStopping => Use::random(&[], Ty::BOOL),
            B::Shared => Use::pure(&[batch, batch], ints),
            B::Weighted => {
                let values = self.store.array(a);
                Use::pure(&[values, reals, Ty::REAL], self.store.posterior(a))
            }
            B::IsFinished => Use::pure(&[batch], Ty::BOOL),
            B::Size => Use::pure(&[batch], Ty::INT),
            B::Results => Use::pure(&[batch], self.store.array(a)),
            B::Choices => Use::pure(&[batch, Ty::STRING], self.store.array(ints)),
            B::Names => {
                let names = self.store.array(Ty::STRING);
                Use::pure(&[batch], self.store.array(names))
            }
            B::Values | B::LogDensities | B::Gradients | B::LowerBounds | B::UpperBounds | B::Spacings => {
                Use::pure(&[batch], self.store.array(reals))
            }
            B::Revise => {
                let (at, to) = (self.store.array(ints), self.store.array(reals));
                Use::random(&[batch, at, to], gained)
            }
            B::Redraw => {
                let at = self.store.array(ints);
                Use::random(&[batch, at], gained)
            }
            // Every other builtin has been dealt with by `builtin_use`.
            _ => Use::pure(&[], Ty::ERROR),
        }
    }

    /// A distribution made of functions, with these values.
    fn distribution_use(&mut self, a: Ty) -> Use {
        let sample = self.store.function(&[], Effect::Random, a);
        let of_value = self.store.function(&[a], Effect::Pure, Ty::REAL);
        let quantile = self.store.function(&[Ty::REAL], Effect::Pure, a);
        let (mean, variance) = (self.store.fresh(), self.store.fresh());
        let mean = self.store.function(&[], Effect::Pure, mean);
        let variance = self.store.function(&[], Effect::Pure, variance);
        let entropy = self.store.function(&[], Effect::Pure, Ty::REAL);
        let transform = self.store.function(&[], Effect::Random, a);
        let params = [
            sample,
            of_value,
            of_value,
            of_value,
            quantile,
            quantile,
            mean,
            variance,
            entropy,
            transform,
            Ty::REAL,
            Ty::REAL,
        ];
        Use::pure(&params, self.store.dist(a))
    }
}

/// Which arguments of `distribution` give the mean and the variance.
const MOMENTS: [usize; 2] = [6, 7];

/// The names and defaults of a builtin's parameters.
fn parameters(builtin: Builtin) -> Vec<Parameter<'static>> {
    use Builtin as B;
    let with = |name, default| Parameter { name: Some(name), default };
    let required = |name| Parameter::required(Some(name));
    match builtin {
        B::MethodEnumerate => vec![with("mass", Default::Real(1.0 - 1e-9))],
        B::MethodImportance => vec![with("draws", Default::Int(1000))],
        B::MethodMh => {
            vec![with("draws", Default::Int(1000)), with("warmup", Default::Int(1000)), with("thin", Default::Int(10))]
        }
        B::MethodSmc => vec![
            with("particles", Default::Int(1000)),
            with("resampling", Default::String("systematic")),
            with("threshold", Default::Real(0.5)),
        ],
        B::Distribution => {
            let parts = [
                "sampler",
                "log_density",
                "log_cdf",
                "log_ccdf",
                "quantile",
                "quantile_ccdf",
                "mean",
                "variance",
                "entropy",
                "transform",
            ];
            let bounds = [("lower", f64::NEG_INFINITY), ("upper", f64::INFINITY)];
            let parts = parts.into_iter().map(|name| with(name, Default::Absent));
            parts.chain(bounds.map(|(name, bound)| with(name, Default::Real(bound)))).collect()
        }
        B::Cdf | B::Ccdf | B::LogCdf | B::LogCcdf => vec![required("distribution"), required("x")],
        B::Quantile => vec![required("distribution"), required("p")],
        B::QuantileCcdf => vec![required("distribution"), required("q")],
        B::LowerBound | B::UpperBound | B::Entropy => vec![required("distribution")],
        B::Infer => vec![required("model"), required("method")],
        B::Spawn | B::SpawnTraced => vec![required("model"), required("count")],
        B::Select => vec![required("batch"), required("numbers")],
        B::Join => vec![required("first"), required("second")],
        B::SelectJoined => vec![required("first"), required("second"), required("numbers")],
        B::Choices => vec![required("batch"), required("name")],
        B::Revise => vec![required("batch"), required("choices"), required("values")],
        B::Redraw => vec![required("batch"), required("choices")],
        B::Shared => vec![required("first"), required("second")],
        B::Weighted => vec![required("values"), required("weights"), required("log_evidence")],
        B::Follow => vec![required("batch"), required("traces")],
        B::MemState => vec![required("initial"), required("draw")],
        B::Checkpoint | B::IsStopping => Vec::new(),
        B::Min | B::Max | B::Midpoint | B::Div => vec![required("a"), required("b")],
        B::LogDensity => vec![required("distribution"), required("value")],
        B::Iid => vec![required("distribution"), required("n")],
        B::Solve | B::SolveLower | B::SolveUpper => vec![required("a"), required("b")],
        B::Special(special) => special.arguments().iter().map(|_| Parameter::required(None)).collect(),
        _ => vec![Parameter::required(None)],
    }
}
