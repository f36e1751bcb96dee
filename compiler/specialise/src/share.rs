//! Common subexpressions: what has been computed already, of the same operands, is not computed again.
//!
//! A primitive gives the same each time, also where it may fail: had it failed, the second would not be reached. Arrays are
//! not shared, since one that is used twice is copied when it changes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use borel_core::{Atom, Block, DistKind, FunctionId, Op, Prim, Program, Quantity, Source, Type, Var};
use borel_source::Name;

/// Shares what a function computes twice; whether there was anything.
pub(crate) fn function(program: &mut Program, id: FunctionId) -> bool {
    let index = id.0 as usize;
    let mut body = std::mem::take(&mut program.functions[index].body);
    let mut sharing = Sharing { program, known: HashMap::new(), same: HashMap::new() };
    sharing.block(&mut body);
    let changed = !sharing.same.is_empty();
    program.functions[index].body = body;
    changed
}

/// A computation.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Prim(Prim, Vec<Operand>),
    Project(Var, u32),
    Normaliser(DistKind, Vec<Operand>),
}

/// An operand, constants by their bits.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Operand {
    Var(Var),
    Unit,
    Bool(bool),
    Int(i64),
    Real(u64),
    String(Name),
}

impl Operand {
    fn of(atom: &Atom) -> Operand {
        match atom {
            Atom::Var(var) => Operand::Var(*var),
            Atom::Unit => Operand::Unit,
            Atom::Bool(value) => Operand::Bool(*value),
            Atom::Int(value) => Operand::Int(*value),
            Atom::Real(value) => Operand::Real(value.to_bits()),
            Atom::String(value) => Operand::String(value.clone()),
        }
    }
}

struct Sharing<'p> {
    program: &'p Program,
    /// What has been computed in scope.
    known: HashMap<Key, Var>,
    /// Variables that are the same as an earlier one.
    same: HashMap<Var, Var>,
}

impl Sharing<'_> {
    fn block(&mut self, block: &mut Block) {
        let mut added = Vec::new();
        for stmt in &mut block.stmts {
            stmt.op.each_atom_mut(&mut |atom| self.resolve(atom));
            if let Some(key) = self.key(stmt.var, &stmt.op) {
                match self.known.entry(key) {
                    Entry::Occupied(earlier) => {
                        self.same.insert(stmt.var, *earlier.get());
                        stmt.op = Op::Atom(Atom::Var(*earlier.get()));
                    }
                    Entry::Vacant(entry) => {
                        added.push(entry.key().clone());
                        entry.insert(stmt.var);
                    }
                }
            }
            self.inner(&mut stmt.op);
        }
        block.end.atoms_mut().into_iter().for_each(|atom| self.resolve(atom));
        for key in &added {
            self.known.remove(key);
        }
    }

    fn inner(&mut self, op: &mut Op) {
        if let Op::Lambda(lambda) = op {
            // What a closure would share, it would capture.
            let known = std::mem::take(&mut self.known);
            self.block(&mut lambda.body);
            self.known = known;
        } else {
            op.blocks_mut().into_iter().for_each(|inner| self.block(inner));
        }
    }

    fn resolve(&self, atom: &mut Atom) {
        if let Atom::Var(var) = atom
            && let Some(earlier) = self.same.get(var)
        {
            *var = *earlier;
        }
    }

    fn key(&self, var: Var, op: &Op) -> Option<Key> {
        match op {
            Op::Prim(prim, operands) => {
                let is_read = matches!(prim, Prim::Index | Prim::IndexUnchecked | Prim::Cholesky | Prim::Inverse);
                let shared = is_read || self.is_scalar(var);
                shared.then(|| Key::Prim(*prim, operands.iter().map(Operand::of).collect()))
            }
            Op::Quantity(Quantity::Normaliser, Source::Known(kind, parameters), _) => {
                Some(Key::Normaliser(*kind, parameters.iter().map(Operand::of).collect()))
            }
            Op::Project(Atom::Var(tuple), index) => Some(Key::Project(*tuple, *index)),
            _ => None,
        }
    }

    fn is_scalar(&self, var: Var) -> bool {
        matches!(self.program.ty(self.program.var_ty(var)), Type::Bool | Type::Int | Type::Real)
    }
}
