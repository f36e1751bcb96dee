//! Simplification: copies propagated, constants folded, known constructors, tuples and conditions taken apart, known
//! closures called in place, known distributions used without being built.
//!
//! One walk over a function, forwards: each statement is rewritten with what is known of the variables before it. Facts
//! about a variable hold wherever it is in scope, since it is bound once.

mod control;
mod fold;
mod known;
mod scope;
mod value;

use std::collections::HashMap;

use borel_core::{
    Atom, Block, DistKind, End, Failure, FunctionId, Label, Lambda, Op, Prim, Program, Stmt, Structural, Var,
};
use borel_source::Span;

use crate::bounds::Bounds;
use crate::uses::Uses;

/// What is known of a variable's value.
#[derive(Clone, Debug, Default)]
pub(crate) enum Fact {
    /// Nothing.
    #[default]
    Unknown,
    Tuple(Vec<Atom>),
    /// A component of a tuple.
    Project(Atom, u32),
    Construct(u32, Vec<Atom>),
    Array(Vec<Atom>),
    /// An array of this length.
    Build(Atom),
    Dist(DistKind, Vec<Atom>),
    Structural(Structural, Vec<Atom>),
    Prim(Prim, Vec<Atom>),
}

/// A closure that may be called in place.
struct KnownLambda {
    lambda: Lambda,
    /// There is but one use, which gets the body itself and no copy.
    once: bool,
    /// Its body names choices: not to be called in place inside a loop.
    names: bool,
}

/// Closures up to this size are copied to several calls.
const SMALL_LAMBDA: usize = 30;
/// Functions that distributions are made of, up to this: what draws or scores is worth more than a call.
const PART: usize = 120;
/// A closure may come to itself through a data type; copies inside copies end here.
const DEEPEST: usize = 24;
/// And all copies in a walk over a function here, in statements.
const COPIED: usize = 4000;

/// How a walk over statements goes on.
enum Flow {
    /// With the next statement.
    Next,
    /// Not at all: the block ends so.
    Ended(End),
}

/// What is known by variable. The tables are shared by the functions of a program, which have no variable in common.
#[derive(Default)]
pub(crate) struct Tables {
    /// What stands for a variable, if it is another operand.
    replaced: Vec<Option<Atom>>,
    facts: Vec<Fact>,
    /// Variables with an entry, to be cleared.
    touched: Vec<Var>,
}

impl Tables {
    fn clear(&mut self) {
        for var in self.touched.drain(..) {
            self.replaced[var.0 as usize] = None;
            self.facts[var.0 as usize] = Fact::Unknown;
        }
    }

    /// The tables grow with the variables that copies bring.
    fn room(&mut self, var: Var) {
        let wanted = var.0 as usize + 1;
        if self.replaced.len() < wanted {
            self.replaced.resize(wanted, None);
            self.facts.resize_with(wanted, Fact::default);
        }
    }
}

/// One function being simplified.
pub(crate) struct Simplifier<'p> {
    program: &'p mut Program,
    tables: &'p mut Tables,
    lambdas: HashMap<Var, KnownLambda>,
    uses: Uses,
    bounds: Bounds,
    /// The lengths of arrays that have been asked for in scope.
    lengths: Vec<(Var, Atom)>,
    /// Variables that are known to be something else up to the end of the block.
    assumed: Vec<Var>,
    /// Whether names of choices have the number of an iteration here.
    indexed: bool,
    /// How many copies of closures are around, and how large all copies are so far.
    depth: usize,
    copied: usize,
    changed: bool,
}

/// Simplifies a function; whether anything changed beyond copies.
pub(crate) fn function(program: &mut Program, id: FunctionId, tables: &mut Tables) -> bool {
    let index = id.0 as usize;
    let body = std::mem::take(&mut program.functions[index].body);
    let vars = program.vars.len();
    let uses = Uses::of(&body, vars);
    let mut simplifier = Simplifier {
        program,
        tables,
        lambdas: HashMap::new(),
        uses,
        bounds: Bounds::default(),
        lengths: Vec::new(),
        assumed: Vec::new(),
        indexed: false,
        depth: 0,
        copied: 0,
        changed: false,
    };
    let mut body = simplifier.block(body);
    // At the top of a function, to return is to yield.
    if let End::Return(value) = body.end {
        body.end = End::Yield(value);
    }
    let changed = simplifier.changed;
    simplifier.tables.clear();
    program.functions[index].body = body;
    changed
}

impl Simplifier<'_> {
    fn block(&mut self, block: Block) -> Block {
        let mut out = Vec::with_capacity(block.stmts.len());
        let (lengths, bounds, assumed) = (self.lengths.len(), self.bounds.len(), self.assumed.len());
        let end = self.run(block, &mut out);
        for var in self.assumed.split_off(assumed) {
            self.restore(var);
        }
        self.lengths.truncate(lengths);
        self.bounds.truncate(bounds);
        Block { stmts: out, end }
    }

    /// Appends the block's statements, simplified; gives how it ends.
    fn run(&mut self, block: Block, out: &mut Vec<Stmt>) -> End {
        for stmt in block.stmts {
            if let Flow::Ended(end) = self.stmt(stmt, out) {
                return end;
            }
        }
        self.end(block.end)
    }

    fn end(&mut self, mut end: End) -> End {
        end.atoms_mut().into_iter().for_each(|atom| self.resolve(atom));
        end
    }

    /// Puts what stands for a variable in its place.
    fn resolve(&self, atom: &mut Atom) {
        while let Atom::Var(var) = atom {
            match self.tables.replaced.get(var.0 as usize) {
                Some(Some(replacement)) => *atom = replacement.clone(),
                _ => return,
            }
        }
    }

    fn replace(&mut self, var: Var, by: Atom) {
        self.tables.room(var);
        self.tables.touched.push(var);
        self.tables.replaced[var.0 as usize] = Some(by);
    }

    fn restore(&mut self, var: Var) {
        self.tables.replaced[var.0 as usize] = None;
    }

    fn learn(&mut self, var: Var, fact: Fact) {
        self.tables.room(var);
        self.tables.touched.push(var);
        self.tables.facts[var.0 as usize] = fact;
    }

    fn fact(&self, atom: &Atom) -> &Fact {
        match atom {
            Atom::Var(var) => self.tables.facts.get(var.0 as usize).unwrap_or(&Fact::Unknown),
            _ => &Fact::Unknown,
        }
    }

    /// Adds a statement to those done.
    fn push(&mut self, var: Var, op: Op, span: Span, out: &mut Vec<Stmt>) -> Flow {
        out.push(Stmt { var, op, span });
        Flow::Next
    }

    /// Stops the program.
    fn fail(&mut self, var: Var, failure: Failure, span: Span, out: &mut Vec<Stmt>) -> Flow {
        out.push(Stmt { var, op: Op::Fail(failure), span });
        Flow::Ended(End::Unreachable)
    }

    /// The variable is another operand after all.
    fn becomes(&mut self, var: Var, atom: Atom) -> Flow {
        self.replace(var, atom);
        Flow::Next
    }

    /// Puts the statements of a block where the variable's statement was; its yield is the variable.
    fn splice(&mut self, var: Var, block: Block, out: &mut Vec<Stmt>) -> Flow {
        self.changed = true;
        match self.run(block, out) {
            End::Yield(value) => self.becomes(var, value),
            end => Flow::Ended(end),
        }
    }

    fn stmt(&mut self, stmt: Stmt, out: &mut Vec<Stmt>) -> Flow {
        let Stmt { var, mut op, span } = stmt;
        op.each_atom_mut(&mut |atom| self.resolve(atom));
        match op {
            Op::Atom(atom) => self.becomes(var, atom),
            Op::Prim(prim, operands) => self.prim(var, prim, operands, span, out),
            Op::Project(tuple, index) => self.project(var, tuple, index, span, out),
            Op::Tuple(components) => self.tuple(var, components, span, out),
            Op::Construct(data, constructor, fields) => {
                self.learn(var, Fact::Construct(constructor, fields.clone()));
                self.push(var, Op::Construct(data, constructor, fields), span, out)
            }
            Op::Array(elements) => {
                self.learn(var, Fact::Array(elements.clone()));
                self.push(var, Op::Array(elements), span, out)
            }
            Op::Dist(kind, parameters) => {
                self.learn(var, Fact::Dist(kind, parameters.clone()));
                self.push(var, Op::Dist(kind, parameters), span, out)
            }
            Op::Structural(kind, operands) => {
                self.learn(var, Fact::Structural(kind, operands.clone()));
                self.push(var, Op::Structural(kind, operands), span, out)
            }
            Op::Lambda(lambda) => self.lambda(var, *lambda, span, out),
            Op::Apply(closure, arguments) => self.apply(var, closure, arguments, span, out),
            Op::Sample(source, choice) => self.sample(var, source, choice, span, out),
            Op::Observe(source, value) => self.observe(var, source, value, span, out),
            Op::LogDensity(source, value) => self.log_density(var, source, value, span, out),
            Op::Quantity(quantity, source, operands) => self.quantity(var, quantity, source, operands, span, out),
            Op::Fail(failure) => self.fail(var, failure, span, out),
            Op::Match(..) | Op::If(..) | Op::Loop(..) | Op::Block(..) | Op::Build(..) | Op::Scoped(..) => {
                self.control(var, op, span, out)
            }
            Op::Record(choice, value) => self.record(var, choice, value, span, out),
            Op::Call(..)
            | Op::Read(..)
            | Op::Factor(_)
            | Op::Checkpoint
            | Op::Infer(..)
            | Op::Batch(..)
            | Op::Gradient(..)
            | Op::Print(_) => self.push(var, op, span, out),
            Op::Mem(_) | Op::Cell(_) | Op::Take(_) | Op::Put(..) => self.push(var, op, span, out),
        }
    }

    /// The simplified blocks of a loop, a scope or a closure, in which names of choices are other than around it.
    fn inside(&mut self, indexed: bool, block: Block) -> Block {
        let outside = std::mem::replace(&mut self.indexed, indexed);
        let block = self.block(block);
        self.indexed = outside;
        block
    }

    fn label(&mut self) -> Label {
        self.program.fresh_label()
    }
}
