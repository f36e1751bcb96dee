//! How often each variable is used.

use std::collections::HashSet;

use borel_core::{Atom, Block, Op, Structural, Var};

/// Counts by variable.
#[derive(Default)]
pub(crate) struct Uses {
    all: Vec<u32>,
    applied: Vec<u32>,
    /// Functions that distributions are made of.
    parts: HashSet<Var>,
}

impl Uses {
    /// The uses in a block, of variables below `vars`.
    pub(crate) fn of(block: &Block, vars: usize) -> Uses {
        let mut uses = Uses { all: vec![0; vars], applied: vec![0; vars], parts: HashSet::new() };
        uses.block(block);
        uses
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            stmt.op.each_atom(&mut |atom| self.add(atom));
            if let Op::Apply(Atom::Var(var), _) = &stmt.op {
                self.applied[var.0 as usize] += 1;
            }
            if let Op::Structural(Structural::Custom(_), operands) = &stmt.op {
                self.parts.extend(operands.iter().filter_map(|operand| match operand {
                    Atom::Var(var) => Some(*var),
                    _ => None,
                }));
            }
            stmt.op.blocks().into_iter().for_each(|inner| self.block(inner));
        }
        block.end.atoms().into_iter().for_each(|atom| self.add(atom));
    }

    fn add(&mut self, atom: &Atom) {
        if let Atom::Var(var) = atom {
            self.all[var.0 as usize] += 1;
        }
    }

    /// All uses.
    pub(crate) fn count(&self, var: Var) -> u32 {
        self.all.get(var.0 as usize).copied().unwrap_or(0)
    }

    /// Whether a distribution is made of the variable.
    pub(crate) fn is_part(&self, var: Var) -> bool {
        self.parts.contains(&var)
    }

    /// Whether every use calls the variable.
    pub(crate) fn only_applied(&self, var: Var) -> bool {
        let index = var.0 as usize;
        self.all.get(index).is_some_and(|all| *all > 0 && *all == self.applied[index])
    }
}

/// The free variables of a block in the order they are met, each once.
pub(crate) fn free_vars(params: &[Var], block: &Block) -> Vec<Var> {
    let mut search = FreeVars { bound: params.iter().copied().collect(), free: Vec::new() };
    search.block(block);
    search.free
}

struct FreeVars {
    /// Variables are bound once, so what has been bound anywhere is not free elsewhere.
    bound: HashSet<Var>,
    free: Vec<Var>,
}

impl FreeVars {
    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            stmt.op.each_atom(&mut |atom| self.atom(atom));
            self.bound.extend(stmt.op.binders());
            stmt.op.blocks().into_iter().for_each(|inner| self.block(inner));
            self.bound.insert(stmt.var);
        }
        block.end.atoms().into_iter().for_each(|atom| self.atom(atom));
    }

    fn atom(&mut self, atom: &Atom) {
        if let Atom::Var(var) = atom
            && !self.bound.contains(var)
            && !self.free.contains(var)
        {
            self.free.push(*var);
        }
    }
}
