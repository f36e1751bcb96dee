//! Products taken apart: draws from, and scores under, arrays of distributions that the program builds become loops over one
//! distribution each, so that neither the array nor the distributions are built.
//!
//! A whole observation stays one: the log densities are summed, and the sum is one factor, since sequential Monte Carlo may
//! resample after each. The sum runs from the first to the last, as the runtime's does.

use borel_core::{
    Atom, Block, ChoiceId, End, Failure, FunctionId, Op, Prim, Program, Source, Stmt, Structural, Ty, Var,
};
use borel_source::Span;

/// Takes the products of every function apart.
pub(crate) fn products(program: &mut Program) {
    for id in 0..program.functions.len() as u32 {
        function(program, FunctionId(id));
    }
}

fn function(program: &mut Program, id: FunctionId) {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let vars = program.vars.len();
    Products { program, parts: vec![None; vars] }.block(&mut body);
    program.functions[index].body = body;
}

/// What a variable is, as far as it matters here.
#[derive(Clone)]
enum Part {
    /// An array that was built in a loop.
    Built,
    /// An array with these elements.
    Listed(Vec<Atom>),
    /// The product of an array of distributions.
    Product(Var),
    /// So many draws of a distribution.
    Iid(Atom, Atom),
}

struct Products<'p> {
    program: &'p mut Program,
    parts: Vec<Option<Part>>,
}

/// Statements in the making.
struct Code {
    stmts: Vec<Stmt>,
    span: Span,
}

impl Code {
    fn emit(&mut self, program: &mut Program, name: &str, ty: Ty, op: Op) -> Atom {
        let var = program.fresh(name, ty);
        self.stmts.push(Stmt { var, op, span: self.span });
        Atom::Var(var)
    }
}

impl Products<'_> {
    fn block(&mut self, block: &mut Block) {
        let stmts = std::mem::take(&mut block.stmts);
        for mut stmt in stmts {
            stmt.op.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            self.note(&stmt);
            match self.rewritten(&stmt) {
                Some(code) => block.stmts.extend(code),
                None => block.stmts.push(stmt),
            }
        }
    }

    fn note(&mut self, stmt: &Stmt) {
        let part = match &stmt.op {
            Op::Build(..) => Part::Built,
            Op::Array(elements) => Part::Listed(elements.clone()),
            Op::Structural(Structural::Product, operands) => match operands.as_slice() {
                [Atom::Var(array)] => Part::Product(*array),
                _ => return,
            },
            Op::Structural(Structural::Iid, operands) => match operands.as_slice() {
                [distribution, count] => Part::Iid(distribution.clone(), count.clone()),
                _ => return,
            },
            _ => return,
        };
        if let Some(slot) = self.parts.get_mut(stmt.var.0 as usize) {
            *slot = Some(part);
        }
    }

    fn part(&self, atom: &Atom) -> Option<&Part> {
        let Atom::Var(var) = atom else { return None };
        self.parts.get(var.0 as usize)?.as_ref()
    }

    fn rewritten(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        let mut code = Code { stmts: Vec::new(), span: stmt.span };
        let last = match &stmt.op {
            Op::Sample(Source::Value(source), choice) => {
                let ty = self.program.var_ty(stmt.var);
                self.sample(source, *choice, ty, stmt.var, &mut code)?
            }
            Op::Observe(Source::Value(source), value) => {
                let total = self.log_density(source, value, &mut code)?;
                Op::Factor(total)
            }
            Op::LogDensity(Source::Value(source), value) => Op::Atom(self.log_density(source, value, &mut code)?),
            Op::Prim(prim @ (Prim::SumReal | Prim::SumInt), operands) => {
                Op::Atom(self.sum(*prim, operands.first()?, &mut code)?)
            }
            _ => return None,
        };
        // A draw ends with the statement of its variable; the others, here.
        if !matches!(stmt.op, Op::Sample(..)) {
            code.stmts.push(Stmt { var: stmt.var, op: last, span: stmt.span });
        }
        Some(code.stmts)
    }

    /// Emits a draw as `var`, and the record of its name; gives nothing of use.
    fn sample(&mut self, source: &Atom, choice: Option<ChoiceId>, ty: Ty, var: Var, code: &mut Code) -> Option<Op> {
        let element = self.program.element(ty)?;
        let op = match self.part(source)?.clone() {
            Part::Product(array) => match self.parts.get(array.0 as usize)?.clone()? {
                Part::Listed(distributions) => {
                    let draws = distributions
                        .into_iter()
                        .map(|part| code.emit(self.program, "x", element, Op::Sample(Source::Value(part), None)))
                        .collect();
                    Op::Array(draws)
                }
                Part::Built => {
                    let distribution = self.program.element(self.program.var_ty(array))?;
                    let length = self.length(&Atom::Var(array), code);
                    self.draws(length, element, code.span, |this, index, code| {
                        let part = Op::Prim(Prim::IndexUnchecked, vec![Atom::Var(array), index]);
                        code.emit(this.program, "d", distribution, part)
                    })
                }
                _ => return None,
            },
            Part::Iid(distribution, count) => {
                let Atom::Int(0..) = count else { return None };
                self.draws(count, element, code.span, |_, _, _| distribution)
            }
            _ => return None,
        };
        code.stmts.push(Stmt { var, op, span: code.span });
        if let Some(choice) = choice {
            let unit = self.program.unit();
            code.emit(self.program, "_", unit, Op::Record(choice, Atom::Var(var)));
        }
        Some(Op::Checkpoint)
    }

    fn length(&mut self, array: &Atom, code: &mut Code) -> Atom {
        let int = self.program.int();
        code.emit(self.program, "n", int, Op::Prim(Prim::Len, vec![array.clone()]))
    }

    /// The array of a draw for each index.
    fn draws(
        &mut self,
        length: Atom,
        element: Ty,
        span: Span,
        distribution: impl FnOnce(&mut Self, Atom, &mut Code) -> Atom,
    ) -> Op {
        let int = self.program.int();
        let index = self.program.fresh("i", int);
        let mut body = Code { stmts: Vec::new(), span };
        let distribution = distribution(self, Atom::Var(index), &mut body);
        let draw = body.emit(self.program, "x", element, Op::Sample(Source::Value(distribution), None));
        Op::Build(length, index, Block { stmts: body.stmts, end: End::Yield(draw) })
    }

    fn log_density(&mut self, source: &Atom, value: &Atom, code: &mut Code) -> Option<Atom> {
        match self.part(source)?.clone() {
            Part::Product(array) => match self.parts.get(array.0 as usize)?.clone()? {
                Part::Listed(distributions) => self.listed_density(&distributions, value, code),
                Part::Built => {
                    let distribution = self.program.element(self.program.var_ty(array))?;
                    let length = self.length(&Atom::Var(array), code);
                    self.looped_density(length, value, code, |this, index, body| {
                        let part = Op::Prim(Prim::IndexUnchecked, vec![Atom::Var(array), index]);
                        body.emit(this.program, "d", distribution, part)
                    })
                }
                _ => None,
            },
            Part::Iid(distribution, count) => self.looped_density(count, value, code, |_, _, _| distribution),
            _ => None,
        }
    }

    fn listed_density(&mut self, distributions: &[Atom], value: &Atom, code: &mut Code) -> Option<Atom> {
        let real = self.program.real();
        let element = self.element_of(value)?;
        self.check_lengths(Atom::Int(distributions.len() as i64), value, code);
        let mut total = Atom::Real(0.0);
        for (index, distribution) in distributions.iter().enumerate() {
            let index = Atom::Int(index as i64);
            let part = Op::Prim(Prim::IndexUnchecked, vec![value.clone(), index]);
            let part = code.emit(self.program, "y", element, part);
            let term = Op::LogDensity(Source::Value(distribution.clone()), part);
            let term = code.emit(self.program, "l", real, term);
            total = code.emit(self.program, "total", real, Op::Prim(Prim::Add, vec![total, term]));
        }
        Some(total)
    }

    fn looped_density(
        &mut self,
        length: Atom,
        value: &Atom,
        code: &mut Code,
        distribution: impl FnOnce(&mut Self, Atom, &mut Code) -> Atom,
    ) -> Option<Atom> {
        let real = self.program.real();
        let element = self.element_of(value)?;
        self.check_lengths(length.clone(), value, code);
        Some(self.accumulate(length, Prim::Add, Atom::Real(0.0), code, |this, index, body| {
            let part = Op::Prim(Prim::IndexUnchecked, vec![value.clone(), index.clone()]);
            let part = body.emit(this.program, "y", element, part);
            let distribution = distribution(this, index, body);
            body.emit(this.program, "l", real, Op::LogDensity(Source::Value(distribution), part))
        }))
    }

    fn element_of(&mut self, array: &Atom) -> Option<Ty> {
        let ty = self.program.atom_ty(array);
        self.program.element(ty)
    }

    /// Sums of arrays that were built.
    fn sum(&mut self, prim: Prim, array: &Atom, code: &mut Code) -> Option<Atom> {
        let Part::Built = self.part(array)? else { return None };
        let element = self.element_of(array)?;
        let (add, zero) = match prim {
            Prim::SumReal => (Prim::Add, Atom::Real(0.0)),
            _ => (Prim::AddInt, Atom::Int(0)),
        };
        let length = self.length(array, code);
        Some(self.accumulate(length, add, zero, code, |this, index, body| {
            body.emit(this.program, "x", element, Op::Prim(Prim::IndexUnchecked, vec![array.clone(), index]))
        }))
    }

    /// Stops the program unless the array has this length.
    fn check_lengths(&mut self, length: Atom, array: &Atom, code: &mut Code) {
        let (bool, unit) = (self.program.bool(), self.program.unit());
        let own = self.length(array, code);
        let same = Op::Prim(Prim::EqInt, vec![length.clone(), own.clone()]);
        let same = code.emit(self.program, "same", bool, same);
        let mut wrong = Code { stmts: Vec::new(), span: code.span };
        wrong.emit(self.program, "_", unit, Op::Fail(Failure::Lengths(own, length)));
        let wrong = Block { stmts: wrong.stmts, end: End::Unreachable };
        code.emit(self.program, "_", unit, Op::If(same, Block::of(Atom::Unit), wrong));
    }

    /// A loop that adds up a term for each index.
    fn accumulate(
        &mut self,
        length: Atom,
        add: Prim,
        zero: Atom,
        code: &mut Code,
        term: impl FnOnce(&mut Self, Atom, &mut Code) -> Atom,
    ) -> Atom {
        let (int, bool, unit) = (self.program.int(), self.program.bool(), self.program.unit());
        let ty = self.program.atom_ty(&zero);
        let label = self.program.fresh_label();
        let (index, total) = (self.program.fresh("i", int), self.program.fresh("total", ty));
        let (index_atom, total_atom) = (Atom::Var(index), Atom::Var(total));

        let mut next = Code { stmts: Vec::new(), span: code.span };
        let term = term(self, index_atom.clone(), &mut next);
        let sum = next.emit(self.program, "total", ty, Op::Prim(add, vec![total_atom.clone(), term]));
        let step = Op::Prim(Prim::AddInt, vec![index_atom.clone(), Atom::Int(1)]);
        let step = next.emit(self.program, "i", int, step);
        let next = Block { stmts: next.stmts, end: End::Continue(label, vec![step, sum]) };

        let mut body = Code { stmts: Vec::new(), span: code.span };
        let more = body.emit(self.program, "more", bool, Op::Prim(Prim::LtInt, vec![index_atom, length]));
        let done = Block { stmts: Vec::new(), end: End::Break(label, total_atom) };
        body.emit(self.program, "_", unit, Op::If(more, next, done));
        let body = Block { stmts: body.stmts, end: End::Unreachable };
        let params = vec![(index, Atom::Int(0)), (total, zero)];
        code.emit(self.program, "total", ty, Op::Loop(label, params, body))
    }
}
