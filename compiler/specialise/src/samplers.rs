//! The samplers of distributions that are made of functions: they draw and do nothing else that shows. Those that score are
//! found, to be refused, and their choices lose their names: the draw is one choice, under its own name.
//!
//! Which lambda a sampler is, is followed through copies, parameters and results of functions. What comes out of data is not
//! known here; where it is drawn from, compiled code sees to it that the weight stays.

use std::collections::{HashMap, HashSet};

use borel_core::{Atom, Block, End, FunctionId, Lambda, Op, Part, Program, Source, Stmt, Structural, Var};
use borel_source::Span;

use crate::unname;

/// A sampler that scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// What scores.
    pub score: Span,
    /// The distribution that it is the sampler of.
    pub distribution: Span,
}

/// The samplers that score, by where they do.
pub fn scoring_samplers(program: &Program) -> Vec<Scoring> {
    let map = Map::of(program);
    let mut found = Vec::new();
    for (sampler, distribution) in &map.samplers {
        for lambda in map.lambdas_of(*sampler) {
            let mut search = Search { map: &map, seen: HashSet::new(), functions: HashSet::new() };
            if let Some(score) = search.block(&lambda.body) {
                found.push(Scoring { score, distribution: *distribution });
            }
        }
    }
    found.dedup();
    found
}

/// The choices in samplers lose their names.
pub(crate) fn unname(program: &mut Program) {
    let map = Map::of(program);
    let lambdas: HashSet<Var> = map.samplers.iter().flat_map(|(sampler, _)| map.origins(*sampler)).collect();
    if lambdas.is_empty() {
        return;
    }
    let mut functions = std::mem::take(&mut program.functions);
    functions.iter_mut().for_each(|function| unname_in(program, &mut function.body, &lambdas));
    program.functions = functions;
}

fn unname_in(program: &mut Program, block: &mut Block, lambdas: &HashSet<Var>) {
    for stmt in &mut block.stmts {
        match &mut stmt.op {
            Op::Lambda(lambda) if lambdas.contains(&stmt.var) => unname::block(program, &mut lambda.body),
            op => op.blocks_mut().into_iter().for_each(|inner| unname_in(program, inner, lambdas)),
        }
    }
}

/// Where values come from.
enum Origin<'p> {
    Lambda(&'p Lambda),
    Copy(Var),
    /// A parameter, of a function, with its index
    Param(FunctionId, usize),
    Call(FunctionId),
    /// What blocks yield
    Yielded(Vec<Var>),
}

/// What is known of a program.
struct Map<'p> {
    program: &'p Program,
    origins: HashMap<Var, Origin<'p>>,
    /// The arguments of the calls of each function.
    calls: HashMap<FunctionId, Vec<&'p [Atom]>>,
    /// Samplers, with the place of their distribution.
    samplers: Vec<(Var, Span)>,
}

impl<'p> Map<'p> {
    fn of(program: &'p Program) -> Map<'p> {
        let mut map = Map { program, origins: HashMap::new(), calls: HashMap::new(), samplers: Vec::new() };
        for (id, function) in program.functions.iter().enumerate() {
            for (index, param) in function.params.iter().enumerate() {
                map.origins.insert(*param, Origin::Param(FunctionId(id as u32), index));
            }
            map.block(&function.body);
        }
        map
    }

    fn block(&mut self, block: &'p Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
            stmt.op.blocks().into_iter().for_each(|inner| self.block(inner));
        }
    }

    fn stmt(&mut self, stmt: &'p Stmt) {
        let origin = match &stmt.op {
            Op::Lambda(lambda) => Origin::Lambda(lambda),
            Op::Atom(Atom::Var(var)) => Origin::Copy(*var),
            Op::If(..) | Op::Match(..) | Op::Scoped(..) => {
                Origin::Yielded(stmt.op.blocks().into_iter().filter_map(yielded).collect())
            }
            Op::Call(function, arguments) => {
                self.calls.entry(*function).or_default().push(arguments);
                Origin::Call(*function)
            }
            Op::Structural(Structural::Custom(given), operands) => {
                let sampler = given.position(Part::Sample).and_then(|index| operands.get(index));
                if let Some(Atom::Var(sampler)) = sampler {
                    self.samplers.push((*sampler, stmt.span));
                }
                return;
            }
            _ => return,
        };
        self.origins.insert(stmt.var, origin);
    }

    /// The variables bound to the lambdas that a variable may be.
    fn origins(&self, var: Var) -> Vec<Var> {
        let (mut found, mut seen, mut work) = (Vec::new(), HashSet::new(), vec![var]);
        while let Some(var) = work.pop() {
            if !seen.insert(var) {
                continue;
            }
            match self.origins.get(&var) {
                Some(Origin::Lambda(_)) => found.push(var),
                Some(Origin::Copy(other)) => work.push(*other),
                Some(Origin::Yielded(vars)) => work.extend(vars),
                Some(Origin::Call(function)) => work.extend(yielded(&self.program.function(*function).body)),
                Some(Origin::Param(function, index)) => {
                    let arguments = self.calls.get(function).into_iter().flatten();
                    work.extend(arguments.filter_map(|arguments| variable(arguments.get(*index)?)));
                }
                None => {}
            }
        }
        found
    }

    fn lambdas_of(&self, var: Var) -> Vec<&'p Lambda> {
        let lambda = |var| match self.origins.get(&var) {
            Some(Origin::Lambda(lambda)) => Some(*lambda),
            _ => None,
        };
        self.origins(var).into_iter().filter_map(lambda).collect()
    }
}

fn variable(atom: &Atom) -> Option<Var> {
    match atom {
        Atom::Var(var) => Some(*var),
        _ => None,
    }
}

fn yielded(block: &Block) -> Option<Var> {
    match &block.end {
        End::Yield(value) | End::Return(value) => variable(value),
        _ => None,
    }
}

/// A search for scores in what a sampler runs.
struct Search<'m, 'p> {
    map: &'m Map<'p>,
    /// Closures and functions that have been looked at.
    seen: HashSet<Var>,
    functions: HashSet<FunctionId>,
}

impl Search<'_, '_> {
    fn block(&mut self, block: &Block) -> Option<Span> {
        block.stmts.iter().find_map(|stmt| match &stmt.op {
            Op::Observe(..) | Op::Factor(_) => Some(stmt.span),
            Op::Lambda(_) => None,
            Op::Call(function, _) => {
                let is_new = self.functions.insert(*function);
                let found = is_new.then(|| self.block(&self.map.program.function(*function).body)).flatten();
                found.map(|_| stmt.span)
            }
            Op::Apply(closure, _) => self.applied(closure).map(|_| stmt.span),
            // A draw from a distribution is that of its sampler, which is looked at for itself.
            Op::Sample(Source::Value(_) | Source::Known(..), _) => None,
            op => op.blocks().into_iter().find_map(|inner| self.block(inner)),
        })
    }

    fn applied(&mut self, closure: &Atom) -> Option<Span> {
        let var = variable(closure)?;
        if !self.seen.insert(var) {
            return None;
        }
        self.map.lambdas_of(var).into_iter().find_map(|lambda| self.block(&lambda.body))
    }
}
