//! Products taken apart: draws from, and scores under, arrays of distributions that the program builds become loops over one
//! distribution each; sums of arrays that it builds become loops too. Fusion then leaves nothing of the arrays.
//!
//! A whole observation stays one: the log densities are summed, and the sum is one factor, since sequential Monte Carlo may
//! resample after each. Sums run from the first to the last, as the runtime's do.

use borel_core::{
    Atom, Block, Bounds, ChoiceId, DistKind, End, FunctionId, Op, Prim, Program, Source, Stmt, Structural, Ty, Type,
    Var,
};
use borel_distributions::bounds::{Bound, bounds};

use crate::code::Code;
use crate::formulas::is_read;
use crate::uses::Uses;

/// Arrays given element by element are taken apart up to this length.
const UNROLLED: usize = 8;

/// Rewrites a function; whether anything was rewritten.
pub(crate) fn function(program: &mut Program, id: FunctionId) -> bool {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let vars = program.vars.len();
    let uses = Uses::of(&body, vars);
    let mut products = Products { program, parts: vec![None; vars], uses, changed: false };
    products.block(&mut body);
    let changed = products.changed;
    program.functions[index].body = body;
    changed
}

/// Whether a distribution has choices that are read as they are.
fn is_unbounded(kind: DistKind) -> bool {
    is_read(kind) && bounds(kind) == (Bound::Infinite, Bound::Infinite)
}

/// What a variable is, as far as it matters here.
#[derive(Clone)]
enum Part {
    /// An array that was built, element by element.
    Built,
    /// An array with these elements.
    Listed(Vec<Atom>),
    /// The product of an array of distributions.
    Product(Var),
    /// So many draws of a distribution.
    Iid(Atom, Atom),
    /// A distribution of the catalogue over all Reals, in the density view.
    Unbounded,
    /// A number that is not negative.
    Length,
}

struct Products<'p> {
    program: &'p mut Program,
    parts: Vec<Option<Part>>,
    uses: Uses,
    changed: bool,
}

impl Products<'_> {
    fn block(&mut self, block: &mut Block) {
        for mut stmt in std::mem::take(&mut block.stmts) {
            stmt.op.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            self.note(&stmt);
            match self.rewritten(&stmt) {
                Some(code) => {
                    self.changed = true;
                    block.stmts.extend(code);
                }
                None => block.stmts.push(stmt),
            }
        }
    }

    fn note(&mut self, stmt: &Stmt) {
        let part = match &stmt.op {
            Op::Build(..) => Part::Built,
            Op::Array(elements) if elements.len() <= UNROLLED => Part::Listed(elements.clone()),
            Op::Structural(Structural::Product, operands) => match operands.as_slice() {
                [Atom::Var(array)] => Part::Product(*array),
                _ => return,
            },
            Op::Structural(Structural::Iid, operands) => match operands.as_slice() {
                [distribution, count] => Part::Iid(distribution.clone(), count.clone()),
                _ => return,
            },
            Op::Dist(kind, _) if self.program.density && is_unbounded(*kind) => Part::Unbounded,
            Op::Prim(Prim::Len, _) => Part::Length,
            Op::Prim(Prim::MaxInt, operands) if operands.iter().any(|operand| self.is_length(operand)) => Part::Length,
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

    fn is_length(&self, atom: &Atom) -> bool {
        matches!(atom, Atom::Int(0..)) || matches!(self.part(atom), Some(Part::Length))
    }

    fn element_of(&mut self, array: &Atom) -> Option<Ty> {
        let ty = self.program.atom_ty(array);
        self.program.element(ty)
    }

    /// The statements instead of one.
    fn rewritten(&mut self, stmt: &Stmt) -> Option<Vec<Stmt>> {
        let mut code = Code::at(stmt.span);
        let op = match &stmt.op {
            Op::Sample(Source::Value(_), Some(_)) if self.program.traces => return None,
            Op::Sample(Source::Value(source), choice) => {
                if let Some(read) = self.read(source) {
                    code.stmts.push(Stmt { var: stmt.var, op: read, span: stmt.span });
                    let scored = self.observe(source, &Atom::Var(stmt.var), &mut code)?;
                    let unit = self.program.unit();
                    code.emit(self.program, "_", unit, scored);
                    self.record(*choice, stmt.var, &mut code);
                    return Some(code.stmts);
                }
                let op = self.sample(source, &mut code)?;
                code.stmts.push(Stmt { var: stmt.var, op, span: stmt.span });
                self.record(*choice, stmt.var, &mut code);
                return Some(code.stmts);
            }
            Op::Observe(Source::Value(source), value) if self.program.density => {
                self.observe(source, value, &mut code)?
            }
            Op::Observe(Source::Value(source), value) => Op::Factor(self.log_density(source, value, &mut code)?),
            Op::LogDensity(Source::Value(source), value) => Op::Atom(self.log_density(source, value, &mut code)?),
            Op::Prim(Prim::SumReal, operands) => {
                Op::Atom(self.sum(operands.first()?, Prim::Add, Atom::Real(0.0), &mut code)?)
            }
            Op::Prim(Prim::SumInt, operands) => {
                Op::Atom(self.sum(operands.first()?, Prim::AddInt, Atom::Int(0), &mut code)?)
            }
            _ => return None,
        };
        code.stmts.push(Stmt { var: stmt.var, op, span: stmt.span });
        Some(code.stmts)
    }

    /// An array of choices of one distribution over all Reals, read from the point at once.
    fn read(&self, source: &Atom) -> Option<Op> {
        let Part::Iid(distribution, count) = self.part(source)? else { return None };
        let is_plain = self.is_length(count) && matches!(self.part(distribution)?, Part::Unbounded);
        is_plain.then(|| Op::Read(Bounds::default(), Some(count.clone())))
    }

    fn record(&mut self, choice: Option<ChoiceId>, var: Var, code: &mut Code) {
        if let Some(choice) = choice {
            let unit = self.program.unit();
            code.emit(self.program, "_", unit, Op::Record(choice, Atom::Var(var)));
        }
    }

    /// The distributions of a product, or the one that is repeated.
    fn factors(&mut self, source: &Atom) -> Option<Factors> {
        match self.part(source)?.clone() {
            Part::Product(array) => match self.parts.get(array.0 as usize)?.clone()? {
                Part::Listed(distributions) => Some(Factors::Listed(distributions)),
                Part::Built => {
                    let ty = self.element_of(&Atom::Var(array))?;
                    Some(Factors::Built(Atom::Var(array), ty))
                }
                _ => None,
            },
            Part::Iid(distribution, count) => Some(Factors::Repeated(distribution, count)),
            _ => None,
        }
    }

    /// An array of draws, in order.
    fn sample(&mut self, source: &Atom, code: &mut Code) -> Option<Op> {
        let factors = self.factors(source)?;
        let Type::Dist(array) = *self.program.ty(self.type_of(source)?) else { return None };
        let element = self.program.element(array)?;
        if let Factors::Listed(distributions) = factors {
            let mut draw = |part| code.emit(self.program, "x", element, Op::Sample(Source::Value(part), None));
            return Some(Op::Array(distributions.into_iter().map(&mut draw).collect()));
        }
        let length = factors.count(self.program, code);
        let int = self.program.int();
        let index = self.program.fresh("i", int);
        let mut body = Code::at(code.span);
        let distribution = factors.factor(self.program, Atom::Var(index), &mut body);
        let draw = body.emit(self.program, "x", element, Op::Sample(Source::Value(distribution), None));
        Some(Op::Build(length, index, Block { stmts: body.stmts, end: End::Yield(draw) }))
    }

    fn type_of(&self, atom: &Atom) -> Option<Ty> {
        match atom {
            Atom::Var(var) => Some(self.program.var_ty(*var)),
            _ => None,
        }
    }

    fn log_density(&mut self, source: &Atom, value: &Atom, code: &mut Code) -> Option<Atom> {
        let factors = self.factors(source)?;
        // A draw fails for a negative count as the array of so many elements does; a score would say something else.
        if matches!(&factors, Factors::Repeated(_, count) if !self.is_length(count)) {
            return None;
        }
        let element = self.element_of(value)?;
        let length = code.length(self.program, value);
        let count = factors.count(self.program, code);
        code.check_lengths(self.program, length, count.clone());
        if let Factors::Listed(distributions) = factors {
            return Some(self.listed_density(&distributions, value, element, code));
        }
        Some(code.accumulate(self.program, count, Prim::Add, Atom::Real(0.0), |program, index, body| {
            let value = body.element(program, value, index.clone(), "y", element);
            let factor = factors.factor(program, index, body);
            log_density_of(program, factor, value, body)
        }))
    }

    /// Scores each element by itself.
    fn observe(&mut self, source: &Atom, value: &Atom, code: &mut Code) -> Option<Op> {
        let factors = self.factors(source)?;
        if matches!(&factors, Factors::Repeated(_, count) if !self.is_length(count)) {
            return None;
        }
        let element = self.element_of(value)?;
        let length = code.length(self.program, value);
        let count = factors.count(self.program, code);
        code.check_lengths(self.program, length, count.clone());
        let unit = self.program.unit();
        let score = |program: &mut Program, index: Atom, distribution: Atom, body: &mut Code| {
            let value = body.element(program, value, index, "y", element);
            body.emit(program, "_", unit, Op::Observe(Source::Value(distribution), value));
        };
        if let Factors::Listed(distributions) = factors {
            for (index, distribution) in distributions.into_iter().enumerate() {
                score(self.program, Atom::Int(index as i64), distribution, code);
            }
        } else {
            code.each(self.program, count, |program, index, body| {
                let distribution = factors.factor(program, index.clone(), body);
                score(program, index, distribution, body);
            });
        }
        Some(Op::Atom(Atom::Unit))
    }

    fn listed_density(&mut self, distributions: &[Atom], value: &Atom, element: Ty, code: &mut Code) -> Atom {
        let real = self.program.real();
        let mut total = Atom::Real(0.0);
        for (index, distribution) in distributions.iter().enumerate() {
            let value = code.element(self.program, value, Atom::Int(index as i64), "y", element);
            let term = log_density_of(self.program, distribution.clone(), value, code);
            total = code.emit(self.program, "total", real, Op::Prim(Prim::Add, vec![total, term]));
        }
        total
    }

    /// The sum of an array that is built for nothing else.
    fn sum(&mut self, array: &Atom, add: Prim, zero: Atom, code: &mut Code) -> Option<Atom> {
        let Atom::Var(var) = array else { return None };
        let ty = self.element_of(array)?;
        match self.part(array)?.clone() {
            Part::Built if self.uses.count(*var) == 1 => {
                let length = code.length(self.program, array);
                Some(code.accumulate(self.program, length, add, zero, |program, index, body| {
                    body.element(program, array, index, "x", ty)
                }))
            }
            Part::Listed(elements) => Some(elements.into_iter().fold(zero, |total, element| {
                code.emit(self.program, "total", ty, Op::Prim(add, vec![total, element]))
            })),
            _ => None,
        }
    }
}

fn log_density_of(program: &mut Program, distribution: Atom, value: Atom, code: &mut Code) -> Atom {
    let real = program.real();
    code.emit(program, "log_density", real, Op::LogDensity(Source::Value(distribution), value))
}

/// What a product is the product of.
enum Factors {
    Listed(Vec<Atom>),
    /// An array, and the type of its elements.
    Built(Atom, Ty),
    /// One distribution, so many times.
    Repeated(Atom, Atom),
}

impl Factors {
    fn count(&self, program: &mut Program, code: &mut Code) -> Atom {
        match self {
            Factors::Listed(distributions) => Atom::Int(distributions.len() as i64),
            Factors::Built(array, _) => code.length(program, array),
            Factors::Repeated(_, count) => count.clone(),
        }
    }

    /// The distribution at an index, where they are not listed.
    fn factor(&self, program: &mut Program, index: Atom, code: &mut Code) -> Atom {
        match self {
            Factors::Built(array, ty) => code.element(program, array, index, "d", *ty),
            Factors::Repeated(distribution, _) => distribution.clone(),
            Factors::Listed(distributions) => distributions.first().cloned().unwrap_or(Atom::Unit),
        }
    }
}
