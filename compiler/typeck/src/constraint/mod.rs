//! Built-in constraints on types: what overloading rests on.
//!
//! A constraint relates operand types (inputs) to a result type (output). It is solved when its operands are known well
//! enough, waits in [`Checker::pending`] until then, becomes part of a scheme when its definition is generalised, and
//! gives a default to what nothing else determines. Solving one either makes its output known or reports an error and
//! makes it the error type, so no constraint is ever lost.

mod access;
mod arithmetic;
mod comparison;
mod default;
mod display;
mod distribution;
mod elementwise;
mod sampling;

use std::rc::Rc;

use borel_distributions::Kind as DistKind;
use borel_source::{Name, Span};
use borel_typed::{Arithmetic, Builtin, Comparison};

use crate::infer::Checker;
use crate::types::Ty;

/// A constraint and the places to speak of.
#[derive(Clone, Debug)]
pub struct Constraint {
    pub kind: Kind,
    /// The expression that needs it.
    pub span: Span,
    /// Its operands, if they are written there.
    pub operands: Rc<[Span]>,
    /// For an instance of a scheme's constraint: where the definition needs it.
    pub origin: Option<Span>,
}

/// An operation of two numbers, lifted over arrays and matrices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Arithmetic(Arithmetic),
    /// `min` and `max`
    Extremum(Builtin),
}

/// How an elementwise function maps scalars.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lift {
    /// Int or Real to Real
    RealToReal,
    /// Int or Real to Int
    RealToInt,
    /// Int or Bool to Real
    CountToReal,
    /// Bool to Int
    BoolToInt,
    /// Int to Int, Real to Real
    NumberToSame,
}

/// The kinds of constraint; an output comes last.
#[derive(Clone, Debug)]
pub enum Kind {
    Binary(Operator, Ty, Ty, Ty),
    Compare(Comparison, Ty, Ty),
    /// An elementwise function; named for messages.
    Lift(Lift, &'static str, Ty, Ty),
    /// `++`: an array or a string
    Concat(Ty),
    /// `len`
    Len(Ty),
    /// `sum`
    Sum(Ty, Ty),
    /// `mean`, `variance`, `stddev`
    Moment(Builtin, Ty, Ty),
    Field(Ty, Name, Ty),
    Component(Ty, u32, Ty),
    /// With one or two indices
    Index(Ty, u32, Ty),
    Slice(Ty),
    /// Made of Reals: what gradients are taken with respect to
    Differentiable(Ty),
    /// The type of the values of a distribution with arguments of these types
    Distribution(DistKind, Rc<[Ty]>, Ty),
    /// `sample e`
    Sample(Ty, Ty),
    /// `let p ~ f(..)`: samples if the call gives something to sample, else the value is the call's
    Draw(Ty, Ty),
    /// `observe v ~ d`
    Observe(Ty, Ty),
    /// A function of a distribution over Reals, Ints or Bools (of the quantiles, of a posterior of Reals too): the type of
    /// its values
    Query(Builtin, Ty, Ty),
}

/// Whether a constraint needs to be looked at again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// It holds, or its failure has been reported.
    Done,
    /// Too little is known.
    Stuck,
}

impl Kind {
    /// Visits the operand types.
    pub fn inputs(&self, visit: &mut dyn FnMut(Ty)) {
        match self {
            Kind::Binary(_, a, b, _) | Kind::Compare(_, a, b) => {
                visit(*a);
                visit(*b);
            }
            Kind::Lift(_, _, a, _)
            | Kind::Concat(a)
            | Kind::Len(a)
            | Kind::Sum(a, _)
            | Kind::Moment(_, a, _)
            | Kind::Field(a, _, _)
            | Kind::Component(a, _, _)
            | Kind::Index(a, _, _)
            | Kind::Slice(a)
            | Kind::Differentiable(a)
            | Kind::Sample(a, _)
            | Kind::Draw(a, _)
            | Kind::Observe(a, _)
            | Kind::Query(_, a, _) => visit(*a),
            Kind::Distribution(_, args, _) => args.iter().for_each(|&arg| visit(arg)),
        }
    }

    /// The result type, if there is one.
    pub fn output(&self) -> Option<Ty> {
        match self {
            Kind::Binary(_, _, _, r)
            | Kind::Lift(_, _, _, r)
            | Kind::Sum(_, r)
            | Kind::Moment(_, _, r)
            | Kind::Field(_, _, r)
            | Kind::Component(_, _, r)
            | Kind::Index(_, _, r)
            | Kind::Distribution(_, _, r)
            | Kind::Sample(_, r)
            | Kind::Draw(_, r)
            | Kind::Observe(_, r)
            | Kind::Query(_, _, r) => Some(*r),
            Kind::Compare(..) | Kind::Concat(_) | Kind::Len(_) | Kind::Slice(_) | Kind::Differentiable(_) => None,
        }
    }

    /// Visits the result type.
    pub fn outputs(&self, visit: &mut dyn FnMut(Ty)) {
        self.output().into_iter().for_each(visit);
    }

    /// Visits all types.
    pub fn each(&self, visit: &mut dyn FnMut(Ty)) {
        self.inputs(visit);
        self.outputs(visit);
    }

    /// The same constraint on other types.
    pub fn map(&self, f: &mut dyn FnMut(Ty) -> Ty) -> Kind {
        match self {
            Kind::Binary(op, a, b, r) => Kind::Binary(*op, f(*a), f(*b), f(*r)),
            Kind::Compare(op, a, b) => Kind::Compare(*op, f(*a), f(*b)),
            Kind::Lift(lift, name, a, r) => Kind::Lift(*lift, name, f(*a), f(*r)),
            Kind::Concat(a) => Kind::Concat(f(*a)),
            Kind::Len(a) => Kind::Len(f(*a)),
            Kind::Sum(a, r) => Kind::Sum(f(*a), f(*r)),
            Kind::Moment(builtin, a, r) => Kind::Moment(*builtin, f(*a), f(*r)),
            Kind::Field(a, name, r) => Kind::Field(f(*a), name.clone(), f(*r)),
            Kind::Component(a, index, r) => Kind::Component(f(*a), *index, f(*r)),
            Kind::Index(a, count, r) => Kind::Index(f(*a), *count, f(*r)),
            Kind::Slice(a) => Kind::Slice(f(*a)),
            Kind::Differentiable(a) => Kind::Differentiable(f(*a)),
            Kind::Distribution(kind, args, r) => {
                Kind::Distribution(*kind, args.iter().map(|&arg| f(arg)).collect(), f(*r))
            }
            Kind::Sample(a, r) => Kind::Sample(f(*a), f(*r)),
            Kind::Draw(a, r) => Kind::Draw(f(*a), f(*r)),
            Kind::Observe(a, r) => Kind::Observe(f(*a), f(*r)),
            Kind::Query(builtin, a, r) => Kind::Query(*builtin, f(*a), f(*r)),
        }
    }
}

impl Constraint {
    /// A constraint of the expression at `span`.
    pub fn new(kind: Kind, span: Span, operands: &[Span]) -> Constraint {
        Constraint { kind, span, operands: operands.into(), origin: None }
    }

    /// The span of an operand, or of the whole.
    pub fn operand(&self, index: usize) -> Span {
        self.operands.get(index).copied().unwrap_or(self.span)
    }

    /// A part of this constraint.
    fn part(&self, kind: Kind) -> Constraint {
        Constraint { kind, ..self.clone() }
    }
}

impl Checker<'_> {
    /// Places a constraint: solves it now or keeps it.
    pub fn require(&mut self, constraint: Constraint) {
        if self.solve(&constraint) == Progress::Stuck {
            self.pending.push(constraint);
        }
    }

    /// Tries the waiting constraints from `mark` on again, until nothing more can be learnt.
    pub fn solve_pending(&mut self, mark: usize) {
        loop {
            let waiting = self.pending.split_off(mark);
            let before = waiting.len();
            let mut solved = 0;
            // Where the constraints of each open definition begin moves down as earlier ones are solved.
            let mut moved = self.marks.partition_point(|&start| start <= mark);
            for (index, constraint) in waiting.into_iter().enumerate() {
                while self.marks.get(moved).is_some_and(|&start| start <= mark + index) {
                    self.marks[moved] = self.pending.len();
                    moved += 1;
                }
                match self.solve(&constraint) {
                    Progress::Done => solved += 1,
                    Progress::Stuck => self.pending.push(constraint),
                }
            }
            for start in &mut self.marks[moved..] {
                *start = self.pending.len();
            }
            if solved == 0 || before == 0 {
                return;
            }
        }
    }

    /// What a type is, after trying whatever might tell.
    pub fn resolve(&mut self, ty: Ty) -> Ty {
        if self.store.is_var(ty) && !self.pending.is_empty() {
            self.solve_pending(0);
        }
        self.store.find(ty)
    }

    fn solve(&mut self, constraint: &Constraint) -> Progress {
        let mut error = false;
        constraint.kind.inputs(&mut |ty| error |= self.store.is_error(ty));
        if error {
            return self.fail(constraint);
        }
        match &constraint.kind {
            Kind::Binary(operator, a, b, r) => self.solve_binary(constraint, *operator, *a, *b, *r),
            Kind::Compare(comparison, a, b) => self.solve_compare(constraint, *comparison, *a, *b),
            Kind::Lift(lift, name, a, r) => self.solve_lift(constraint, *lift, name, *a, *r),
            Kind::Concat(a) => self.solve_sequence(constraint, "++", *a),
            Kind::Len(a) => self.solve_sequence(constraint, "len", *a),
            Kind::Slice(a) => self.solve_sequence(constraint, "[..]", *a),
            Kind::Differentiable(a) => self.solve_differentiable(constraint, *a),
            Kind::Sum(a, r) => self.solve_sum(constraint, *a, *r),
            Kind::Moment(builtin, a, r) => self.solve_moment(constraint, *builtin, *a, *r),
            Kind::Field(a, name, r) => self.solve_field(constraint, *a, name, *r),
            Kind::Component(a, index, r) => self.solve_component(constraint, *a, *index, *r),
            Kind::Index(a, count, r) => self.solve_index(constraint, *a, *count, *r),
            Kind::Distribution(kind, args, r) => self.solve_distribution(constraint, *kind, args, *r),
            Kind::Sample(a, r) => self.solve_sample(constraint, *a, *r),
            Kind::Draw(a, r) => self.solve_draw(constraint, *a, *r),
            Kind::Observe(a, r) => self.solve_observe(constraint, *a, *r),
            Kind::Query(builtin, a, r) => self.solve_query(constraint, *builtin, *a, *r),
        }
    }

    /// The result of a constraint is this type.
    fn result(&mut self, constraint: &Constraint, output: Ty, found: Ty) -> Progress {
        if self.store.unify(output, found).is_err() {
            let (found, expected) = self.show_pair(found, output);
            let mut diagnostic = borel_diagnostics::Diagnostic::error(
                "E0201",
                constraint.span,
                format!("expected {expected}, found {found}"),
                format!("this is {found}"),
            );
            if let Some(origin) = constraint.origin {
                diagnostic = diagnostic.label(origin, "because of this in the definition");
            }
            self.report(diagnostic);
        }
        Progress::Done
    }

    /// The constraint does not hold, and that has been said.
    fn fail(&mut self, constraint: &Constraint) -> Progress {
        if let Some(output) = constraint.kind.output() {
            let _ = self.store.unify(output, Ty::ERROR);
        }
        Progress::Done
    }

    /// The constraint does not hold: `message` at an operand, in the definition's terms for an instance.
    fn refuse(&mut self, constraint: &Constraint, diagnostic: borel_diagnostics::Diagnostic) -> Progress {
        let diagnostic = match constraint.origin {
            Some(origin) => diagnostic.label(origin, "the definition needs it here"),
            None => diagnostic,
        };
        self.report(diagnostic);
        self.fail(constraint)
    }
}
