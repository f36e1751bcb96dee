//! Distributions that are known where they are used.

use borel_core::{Atom, Block, ChoiceId, End, Failure, Given, Op, Part, Prim, Quantity, Source, Stmt, Structural, Var};
use borel_source::{Name, Span};

use super::{Fact, Flow, Simplifier};

impl Simplifier<'_> {
    /// The source without a distribution value, if its kind and parameters are known.
    pub(super) fn source(&mut self, source: Source) -> Source {
        if let Source::Value(atom) = &source
            && let Fact::Dist(kind, parameters) = self.fact(atom)
        {
            let known = Source::Known(*kind, parameters.clone());
            self.changed = true;
            return known;
        }
        source
    }

    pub(super) fn sample(
        &mut self,
        var: Var,
        source: Source,
        choice: Option<ChoiceId>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        let source = self.source(source);
        if let Some(cases) = self.told_apart(&source) {
            let flow = self.each_case(var, cases, |part| Op::Sample(part, None), span, out);
            return self.named(flow, var, choice, span, out);
        }
        if !self.program.density
            && let Some(custom) = self.custom(&source)
        {
            self.changed = true;
            let flow = match custom.part(Part::Sample) {
                Ok(sampler) => self.apply(var, sampler, Vec::new(), span, out),
                Err(missing) => self.fail(var, missing, span, out),
            };
            return self.named(flow, var, choice, span, out);
        }
        if let Source::Value(atom) = &source
            && let Fact::Structural(Structural::Delta, operands) = self.fact(atom)
        {
            let value = operands.first().cloned().unwrap_or(Atom::Unit);
            self.changed = true;
            if let Some(choice) = choice {
                let unit = self.program.unit();
                let recorded = self.program.fresh("_", unit);
                self.record(recorded, choice, value.clone(), span, out);
            }
            return self.becomes(var, value);
        }
        self.push(var, Op::Sample(source, choice), span, out)
    }

    /// The functions that the source is made of, if that is known.
    fn custom(&self, source: &Source) -> Option<Custom> {
        let Source::Value(atom) = source else { return None };
        match self.fact(atom) {
            Fact::Structural(Structural::Custom(given), operands) => {
                Some(Custom { given: *given, operands: operands.clone() })
            }
            _ => None,
        }
    }

    pub(super) fn observe(&mut self, var: Var, source: Source, value: Atom, span: Span, out: &mut Vec<Stmt>) -> Flow {
        let source = self.source(source);
        if self.custom(&source).is_none() && self.told_apart(&source).is_none() {
            return self.push(var, Op::Observe(source, value), span, out);
        }
        let real = self.program.real();
        let log_density = self.program.fresh("log_density", real);
        match self.log_density(log_density, source, value, span, out) {
            Flow::Next => {
                let mut weight = Atom::Var(log_density);
                self.resolve(&mut weight);
                self.push(var, Op::Factor(weight), span, out)
            }
            ended => ended,
        }
    }

    pub(super) fn log_density(
        &mut self,
        var: Var,
        source: Source,
        value: Atom,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        let source = self.source(source);
        if let Some(cases) = self.told_apart(&source) {
            return self.each_case(var, cases, |part| Op::LogDensity(part, value.clone()), span, out);
        }
        let Some(custom) = self.custom(&source) else {
            return self.push(var, Op::LogDensity(source, value), span, out);
        };
        self.changed = true;
        match custom.part(Part::LogDensity) {
            Ok(density) => self.apply(var, density, vec![value], span, out),
            Err(missing) => self.fail(var, missing, span, out),
        }
    }

    pub(super) fn quantity(
        &mut self,
        var: Var,
        quantity: Quantity,
        source: Source,
        operands: Vec<Atom>,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        let source = self.source(source);
        if let Some(cases) = self.told_apart(&source) {
            return self.each_case(var, cases, |part| Op::Quantity(quantity, part, operands.clone()), span, out);
        }
        let Some(custom) = self.custom(&source) else {
            return self.push(var, Op::Quantity(quantity, source, operands), span, out);
        };
        self.changed = true;
        let Some(part) = quantity.part() else {
            let bound = custom.bound(quantity);
            return self.becomes(var, bound);
        };
        let function = match custom.part(part) {
            Ok(function) => function,
            Err(missing) => return self.fail(var, missing, span, out),
        };
        if !matches!(quantity, Quantity::Cdf | Quantity::Ccdf) {
            return self.apply(var, function, operands, span, out);
        }
        let real = self.program.real();
        let log = self.program.fresh("log", real);
        match self.apply(log, function, operands, span, out) {
            Flow::Next => {
                let mut log = Atom::Var(log);
                self.resolve(&mut log);
                self.prim(var, Prim::Exp, vec![log], span, out)
            }
            ended => ended,
        }
    }

    /// The value that a draw has come to gets its name.
    fn named(&mut self, flow: Flow, var: Var, choice: Option<ChoiceId>, span: Span, out: &mut Vec<Stmt>) -> Flow {
        if let (Flow::Next, Some(choice)) = (&flow, choice) {
            let (mut value, unit) = (Atom::Var(var), self.program.unit());
            self.resolve(&mut value);
            let recorded = self.program.fresh("_", unit);
            self.record(recorded, choice, value, span, out);
        }
        flow
    }

    /// Only variables are recorded, so a constant that has turned out to be the value gets one.
    pub(super) fn record(&mut self, var: Var, choice: ChoiceId, value: Atom, span: Span, out: &mut Vec<Stmt>) -> Flow {
        let value = match value {
            Atom::Var(_) => value,
            constant => {
                let ty = self.program.atom_ty(&constant);
                let copy = self.program.fresh("constant", ty);
                out.push(Stmt { var: copy, op: Op::Atom(constant), span });
                Atom::Var(copy)
            }
        };
        self.push(var, Op::Record(choice, value), span, out)
    }
}

impl Simplifier<'_> {
    /// The distributions of a short list, all of them known, that `[array, index]` reads.
    pub(super) fn listed(&self, operands: &[Atom]) -> Option<(Vec<Atom>, Atom)> {
        let [array, index] = operands else { return None };
        let Fact::Array(elements) = self.fact(array) else { return None };
        let is_known = |atom: &Atom| matches!(self.fact(atom), Fact::Dist(..) | Fact::Structural(..));
        let fits = (2..=LISTED).contains(&elements.len()) && elements.iter().all(is_known);
        fits.then(|| (elements.clone(), index.clone()))
    }

    /// Stops the program if the index is outside the list.
    pub(super) fn check_listed(&mut self, operands: &[Atom], span: Span, out: &mut Vec<Stmt>) {
        let Some((elements, index)) = self.listed(operands) else { return };
        let (bool, unit) = (self.program.bool(), self.program.unit());
        let length = Atom::Int(elements.len() as i64);
        let prim = |var, prim, operands| Stmt { var, op: Op::Prim(prim, operands), span };
        let [positive, below, inside] = std::array::from_fn(|_| self.program.fresh("inside", bool));
        let [checked, failed] = std::array::from_fn(|_| self.program.fresh("_", unit));
        out.push(prim(positive, Prim::LeInt, vec![Atom::Int(0), index.clone()]));
        let then = Block {
            stmts: vec![prim(below, Prim::LtInt, vec![index.clone(), length.clone()])],
            end: End::Yield(Atom::Var(below)),
        };
        let op = Op::If(Atom::Var(positive), then, Block::of(Atom::Bool(false)));
        out.push(Stmt { var: inside, op, span });
        let fail = Stmt { var: failed, op: Op::Fail(Failure::OutOfBounds(index, length)), span };
        let otherwise = Block { stmts: vec![fail], end: End::Unreachable };
        let op = Op::If(Atom::Var(inside), Block::of(Atom::Unit), otherwise);
        out.push(Stmt { var: checked, op, span });
    }

    /// What a source is that was read from a list.
    fn told_apart(&self, source: &Source) -> Option<(Vec<Atom>, Atom)> {
        let Source::Value(atom) = source else { return None };
        match self.fact(atom) {
            Fact::Prim(Prim::Index | Prim::IndexUnchecked, operands) => self.listed(operands),
            _ => None,
        }
    }

    /// One branch for each distribution of a list, in which it is known.
    fn each_case(
        &mut self,
        var: Var,
        (elements, index): (Vec<Atom>, Atom),
        op: impl Fn(Source) -> Op,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        self.changed = true;
        let (bool, ty) = (self.program.bool(), self.program.var_ty(var));
        let mut rest: Option<Block> = None;
        for (position, element) in elements.into_iter().enumerate().rev() {
            let answer = self.program.fresh("case", ty);
            let op = op(Source::Value(element));
            let own = Block { stmts: vec![Stmt { var: answer, op, span }], end: End::Yield(Atom::Var(answer)) };
            rest = Some(match rest {
                None => own,
                Some(others) => {
                    let (is, chosen) = (self.program.fresh("is", bool), self.program.fresh("case", ty));
                    let operands = vec![index.clone(), Atom::Int(position as i64)];
                    let condition = Stmt { var: is, op: Op::Prim(Prim::EqInt, operands), span };
                    let choice = Stmt { var: chosen, op: Op::If(Atom::Var(is), own, others), span };
                    Block { stmts: vec![condition, choice], end: End::Yield(Atom::Var(chosen)) }
                }
            });
        }
        match rest {
            Some(block) => self.splice(var, block, out),
            None => Flow::Next,
        }
    }
}

/// Lists of distributions up to this length are told apart by branches.
const LISTED: usize = 8;

/// A distribution made of functions.
struct Custom {
    given: Given,
    operands: Vec<Atom>,
}

impl Custom {
    /// The function that is a part, or how the program stops for want of it.
    fn part(&self, part: Part) -> Result<Atom, Failure> {
        let function = self.given.position(part).and_then(|index| self.operands.get(index));
        function.cloned().ok_or_else(|| Failure::Message(Atom::String(Name::new(borel_core::missing(part)))))
    }

    /// The bounds come last.
    fn bound(&self, quantity: Quantity) -> Atom {
        let from_end = if quantity == Quantity::LowerBound { 2 } else { 1 };
        let index = self.operands.len().checked_sub(from_end);
        index.and_then(|index| self.operands.get(index)).cloned().unwrap_or(Atom::Real(f64::NAN))
    }
}
