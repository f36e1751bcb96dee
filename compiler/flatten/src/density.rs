//! Choices in the density view: each is read from the unconstrained point, through the transform of its support, and scored with
//! its log density and the logarithm of the transform's Jacobian (Stan Reference Manual, "Constraint transforms").

use crate::body::Body;
use borel_abi::ctx::offset;
use borel_abi::point;
use borel_core::{self as core, Atom, DistKind};
use borel_distributions::bounds::{Bound, Transform, bounds, size_parameter, transform};
use borel_distributions::{Discreteness, ParameterKind, ValueKind};
use borel_flow::runtime::{Named, Special, value_type};
use borel_flow::{Binary, Expr, Operand, Runtime, Stmt, Ty, Unary, View};

/// What to use for a model without a density.
const HELP: &str = "sum it out (`log_sum_exp` over its values, or `Mixture`), or use `smc` or `enumerate`";

/// What stands for the number of columns of an array.
const ARRAY: Operand = Operand::Int(-1);

impl Body<'_, '_> {
    /// Whether this is the density of a trace: the point has the values of its choices, in order, those that are counted by their bits.
    pub fn is_of_trace(&self) -> bool {
        self.view == View::Density && self.flattener.differentiates
    }

    /// Says that what comes is not differentiated where the density is that of a trace.
    pub fn forgo_gradient(&mut self) {
        self.flattener.is_not_differentiable |= self.is_of_trace();
    }

    /// A choice of a trace.
    fn read_traced(&mut self, kind: DistKind, parameters: Vec<Operand>) -> Operand {
        let value = match kind.entry().value {
            ValueKind::Real | ValueKind::Int | ValueKind::Bool => {
                let position = self.planned_position();
                let number = self.read_number(position);
                match value_type(kind) {
                    Ty::Real => number,
                    counted => {
                        let word = self.unary(Ty::Int, Unary::Bits, number);
                        self.of_word(word, counted)
                    }
                }
            }
            ValueKind::RealArray | ValueKind::Matrix => {
                let (rows, columns) = self.shape_of_values(kind, &parameters);
                self.constrain(Transform::Reals, rows, columns)
            }
            ValueKind::IntArray => return self.refuse_choice("its values are arrays of Ints".into(), Ty::Pointer),
        };
        let log_density = self.known_log_density(kind, parameters, vec![value]);
        self.score(log_density);
        value
    }

    /// A choice of a distribution of the catalogue.
    pub fn read_choice(&mut self, kind: DistKind, parameters: Vec<Operand>) -> Operand {
        if self.is_of_trace() {
            return self.read_traced(kind, parameters);
        }
        let entry = kind.entry();
        if entry.discreteness != Discreteness::Continuous {
            return self.refuse_choice(
                format!("{} has values that are counted: there is no derivative", entry.name),
                value_type(kind),
            );
        }
        if entry.value != ValueKind::Real {
            return self.read_object(kind, parameters);
        }
        let (lower, upper) = bounds(kind);
        let (lower, upper) = (self.bound(lower, &parameters), self.bound(upper, &parameters));
        let value = self.read_between(lower, upper);
        let log_density = self.known_log_density(kind, parameters, vec![value]);
        self.score(log_density);
        value
    }

    /// A choice whose score is said elsewhere.
    pub fn read(&mut self, bounds: &core::Bounds, count: Option<&Atom>) -> Operand {
        let Some(count) = count else {
            let mut operand = |bound: &Option<Atom>| bound.as_ref().map(|bound| self.word(bound));
            let (lower, upper) = (operand(&bounds.lower), operand(&bounds.upper));
            return self.read_between(lower, upper);
        };
        let count = self.word(count);
        self.constrain(Transform::Reals, count, ARRAY)
    }

    /// An array or matrix from the next numbers of the point.
    fn constrain(&mut self, mut transform: Transform, rows: Operand, columns: Operand) -> Operand {
        if self.flattener.request.constrained {
            self.perform(Named::PointIn, vec![Operand::Int(transform as i64), rows, columns]);
            transform = Transform::Reals;
        }
        let results = self.locals_for("value", Named::Constrain.signature().results);
        let args = vec![Operand::Int(transform as i64), rows, columns];
        let site = self.site();
        self.emit(Stmt::Runtime(results.clone(), Runtime::Named(Named::Constrain), args, site));
        if transform != Transform::Reals {
            self.score_jacobian(Operand::Local(results[1]));
        }
        Operand::Local(results[0])
    }

    /// How many rows and columns the values of a distribution over arrays or matrices have, [`ARRAY`] of arrays.
    pub fn shape_of_values(&mut self, kind: DistKind, parameters: &[Operand]) -> (Operand, Operand) {
        let size = size_parameter(kind);
        let (parameter, operand) = (kind.entry().parameters[size].kind, parameters[size]);
        let rows = match parameter {
            ParameterKind::Int => operand,
            _ => self.define("rows", Ty::Int, Expr::Length(operand)),
        };
        let columns = match (kind.entry().value, parameter) {
            (ValueKind::Matrix, ParameterKind::Matrix) => self.named(Named::MatrixColumns, vec![operand]),
            (ValueKind::Matrix, _) => rows,
            _ => ARRAY,
        };
        (rows, columns)
    }

    /// A choice of arrays or matrices.
    fn read_object(&mut self, kind: DistKind, parameters: Vec<Operand>) -> Operand {
        let (rows, columns) = self.shape_of_values(kind, &parameters);
        let value = self.constrain(transform(kind), rows, columns);
        let log_density = self.known_log_density(kind, parameters, vec![value]);
        self.score(log_density);
        value
    }

    /// Notes the place at which the log density stops being finite.
    pub fn blame(&mut self, log_density: Operand) {
        let size = self.unary(Ty::Real, Unary::Abs, log_density);
        let is_finite = self.binary(Ty::Bool, Binary::Le, size, Operand::Real(f64::MAX));
        let site = Operand::Int(i64::from(self.site().0));
        self.when(is_finite, |_| {}, |b| b.perform(Named::PointBlame, vec![site]));
    }

    /// Says why there is no density.
    pub fn refuse_choice(&mut self, reason: String, word: Ty) -> Operand {
        self.refuse(reason, HELP.into());
        self.no_value(word)
    }

    /// Says that random functions have no density.
    pub fn refuse_lazy_choices(&mut self) {
        if self.view == View::Density {
            let reason =
                "a random function draws its values as they are asked for, which no fixed number of choices stands for";
            self.refuse(reason.into(), "draw what it is needed at as an array, or use `smc` or `importance`".into());
        }
    }

    /// Says that a posterior by draws is no function of the point.
    pub fn refuse_estimates(&mut self, method: Option<&Operand>) {
        if self.view == View::Density && method != Some(&Operand::Int(0)) {
            let reason = "`infer` by draws gives another posterior each time, so there is no density to differentiate";
            self.refuse(
                reason.into(),
                "infer with `enumerate(..)`, which is exact, or use `smc` or `importance`".into(),
            );
        }
    }

    fn bound(&mut self, bound: Bound, parameters: &[Operand]) -> Option<Operand> {
        match bound {
            Bound::Infinite => None,
            Bound::Constant(value) => Some(Operand::Real(value)),
            Bound::Parameter(index, 0.0) => Some(parameters[index]),
            Bound::Parameter(index, shift) => {
                Some(self.binary(Ty::Real, Binary::Add, parameters[index], Operand::Real(shift)))
            }
        }
    }

    /// A number between bounds that are known to be finite or not there.
    fn read_between(&mut self, lower: Option<Operand>, upper: Option<Operand>) -> Operand {
        let position = self.planned_position();
        if self.flattener.request.constrained {
            let infinite = Operand::Real(f64::INFINITY);
            let bounds = vec![lower.unwrap_or(Operand::Real(f64::NEG_INFINITY)), upper.unwrap_or(infinite)];
            self.perform(Named::PointBetween, bounds);
            return self.read_number(position);
        }
        let u = self.read_number(position);
        match (lower, upper) {
            (None, None) => u,
            (Some(lower), None) => {
                let distance = self.named(Named::Exp, vec![u]);
                self.score_jacobian(u);
                if let (Operand::Real(0.0), Operand::Local(local)) = (lower, distance) {
                    self.exponents.insert(local, u);
                    return distance;
                }
                self.binary(Ty::Real, Binary::Add, lower, distance)
            }
            (None, Some(upper)) => {
                let distance = self.named(Named::Exp, vec![u]);
                self.score_jacobian(u);
                self.binary(Ty::Real, Binary::Sub, upper, distance)
            }
            (Some(lower), Some(upper)) => self.read_inside(u, lower, upper),
        }
    }

    /// Scores a part of the logarithm of a Jacobian, if that is part of the density.
    fn score_jacobian(&mut self, log_jacobian: Operand) {
        if self.flattener.request.jacobian {
            self.score(log_jacobian);
        }
    }

    /// lower + (upper - lower) / (1 + exp(-u)).
    fn read_inside(&mut self, u: Operand, lower: Operand, upper: Operand) -> Operand {
        let special = |b: &mut Self, special, x| b.runtime(Runtime::Special(special), Ty::Real, vec![x]);
        let share = special(self, Special::InvLogit, u);
        let negative = self.unary(Ty::Real, Unary::Negate, u);
        for side in [u, negative] {
            let log_share = special(self, Special::LogInvLogit, side);
            self.score_jacobian(log_share);
        }
        if (lower, upper) == (Operand::Real(0.0), Operand::Real(1.0)) {
            return share;
        }
        let width = self.binary(Ty::Real, Binary::Sub, upper, lower);
        let log_width = self.named(Named::Log, vec![width]);
        self.score_jacobian(log_width);
        let distance = self.binary(Ty::Real, Binary::Mul, width, share);
        self.binary(Ty::Real, Binary::Add, lower, distance)
    }

    /// The same with bounds of which only the run tells whether they are infinite.
    pub fn read_between_unknown(&mut self, lower: Operand, upper: Operand) -> Operand {
        let value = self.local("value", Ty::Real);
        let has_lower = self.binary(Ty::Bool, Binary::Lt, Operand::Real(f64::NEG_INFINITY), lower);
        let has_upper = self.binary(Ty::Bool, Binary::Lt, upper, Operand::Real(f64::INFINITY));
        let case = |b: &mut Self, lower: Option<Operand>, upper: Option<Operand>| {
            let read = b.read_between(lower, upper);
            b.assign(&[value], &[read]);
        };
        self.when(
            has_lower,
            |b| b.when(has_upper, |b| case(b, Some(lower), Some(upper)), |b| case(b, Some(lower), None)),
            |b| b.when(has_upper, |b| case(b, None, Some(upper)), |b| case(b, None, None)),
        );
        Operand::Local(value)
    }

    /// Where the next number of the point is. What the plan says of it is checked first.
    fn planned_position(&mut self) -> Operand {
        let site = i64::from(self.site().0);
        let position = self.define("position", Ty::Int, Expr::Context(offset::POSITION));
        let planned = self.define("planned", Ty::Int, Expr::Plan(position));
        let is_planned = self.binary(Ty::Bool, Binary::EqInt, planned, Operand::Int(point::entry(site, 1)));
        let asked = vec![Operand::Int(site), Operand::Int(1)];
        self.when(is_planned, |_| {}, |b| b.perform(Named::PointExtend, asked));
        position
    }

    /// The next number of the point.
    fn read_number(&mut self, position: Operand) -> Operand {
        let number = self.define("u", Ty::Real, Expr::Point(position));
        let next = self.binary(Ty::Int, Binary::AddInt, position, Operand::Int(1));
        self.emit(Stmt::SetContext(offset::POSITION, next));
        number
    }
}
