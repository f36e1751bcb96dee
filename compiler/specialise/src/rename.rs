//! Copies of code with variables and labels of their own.

use std::collections::HashMap;

use borel_core::{Atom, Block, End, Label, Lambda, Op, Program, Stmt, Var};

/// A renaming in the making.
pub(crate) struct Renaming<'p> {
    program: &'p mut Program,
    vars: HashMap<Var, Atom>,
    labels: HashMap<Label, Label>,
}

impl<'p> Renaming<'p> {
    /// Variables in `given` become these operands; those bound in the code, new variables; all others stay.
    pub(crate) fn new(program: &'p mut Program, given: impl IntoIterator<Item = (Var, Atom)>) -> Renaming<'p> {
        Renaming { program, vars: given.into_iter().collect(), labels: HashMap::new() }
    }

    pub(crate) fn atom(&self, atom: &Atom) -> Atom {
        match atom {
            Atom::Var(var) => self.vars.get(var).cloned().unwrap_or_else(|| atom.clone()),
            _ => atom.clone(),
        }
    }

    fn bind(&mut self, var: Var) -> Var {
        let new = self.program.fresh_like(var);
        self.vars.insert(var, Atom::Var(new));
        new
    }

    fn label(&mut self, label: Label) -> Label {
        let new = self.program.fresh_label();
        self.labels.insert(label, new);
        new
    }

    fn target(&self, label: Label) -> Label {
        self.labels.get(&label).copied().unwrap_or(label)
    }

    pub(crate) fn block(&mut self, block: &Block) -> Block {
        let stmts = block.stmts.iter().map(|stmt| self.stmt(stmt)).collect();
        let end = match &block.end {
            End::Yield(value) => End::Yield(self.atom(value)),
            End::Break(label, value) => End::Break(self.target(*label), self.atom(value)),
            End::Continue(label, values) => {
                End::Continue(self.target(*label), values.iter().map(|value| self.atom(value)).collect())
            }
            End::Return(value) => End::Return(self.atom(value)),
            End::Unreachable => End::Unreachable,
        };
        Block { stmts, end }
    }

    fn stmt(&mut self, stmt: &Stmt) -> Stmt {
        let op = self.op(&stmt.op);
        Stmt { var: self.bind(stmt.var), op, span: stmt.span }
    }

    fn op(&mut self, op: &Op) -> Op {
        match op {
            Op::Lambda(lambda) => Op::Lambda(Box::new(self.lambda(lambda))),
            Op::Match(scrutinee, cases, default) => {
                let scrutinee = self.atom(scrutinee);
                let cases = cases
                    .iter()
                    .map(|(index, fields, block)| {
                        let fields = fields.iter().map(|field| self.bind(*field)).collect();
                        (*index, fields, self.block(block))
                    })
                    .collect();
                Op::Match(scrutinee, cases, default.as_ref().map(|block| self.block(block)))
            }
            Op::If(condition, then, otherwise) => Op::If(self.atom(condition), self.block(then), self.block(otherwise)),
            Op::Loop(label, params, body) => {
                let first: Vec<Atom> = params.iter().map(|(_, first)| self.atom(first)).collect();
                let label = self.label(*label);
                let params = params.iter().zip(first).map(|((param, _), first)| (self.bind(*param), first)).collect();
                Op::Loop(label, params, self.block(body))
            }
            Op::Block(label, body) => Op::Block(self.label(*label), self.block(body)),
            Op::Build(length, index, body) => {
                let length = self.atom(length);
                Op::Build(length, self.bind(*index), self.block(body))
            }
            Op::Scoped(choice, body) => Op::Scoped(*choice, self.block(body)),
            flat => {
                let mut flat = flat.clone();
                flat.each_atom_mut(&mut |atom| *atom = self.atom(atom));
                flat
            }
        }
    }

    pub(crate) fn lambda(&mut self, lambda: &Lambda) -> Lambda {
        let params = lambda.params.iter().map(|param| self.bind(*param)).collect();
        Lambda { params, result: lambda.result, body: self.block(&lambda.body) }
    }
}

/// Turns returns in the block (not those of lambdas in it) into breaks of a label; whether there were any.
pub(crate) fn returns_to_breaks(block: &mut Block, label: Label) -> bool {
    let mut found = false;
    for stmt in &mut block.stmts {
        if !matches!(stmt.op, Op::Lambda(_)) {
            for inner in stmt.op.blocks_mut() {
                found |= returns_to_breaks(inner, label);
            }
        }
    }
    if let End::Return(value) = &block.end {
        block.end = End::Break(label, value.clone());
        found = true;
    }
    found
}

/// Whether the block returns somewhere.
pub(crate) fn returns(block: &Block) -> bool {
    matches!(block.end, End::Return(_))
        || block.stmts.iter().any(|stmt| !matches!(stmt.op, Op::Lambda(_)) && stmt.op.blocks().into_iter().any(returns))
}
