//! Tuples and data types.

use crate::body::{Body, Destination};
use borel_core as core;
use borel_core::{Atom, DataId, Type, Var};
use borel_flow::{Expr, Operand, Stmt, Ty};

impl<'a> Body<'_, 'a> {
    /// A component of a tuple or record.
    pub fn project(&mut self, atom: &Atom, index: u32) -> Vec<Operand> {
        let words = self.atom(atom);
        let Some(Type::Tuple(parts, _)) = self.var_type(atom).map(|ty| self.flattener.program.ty(ty)) else {
            return words;
        };
        let size = |part: &core::Ty| self.flattener.representation.words(*part).len();
        let start: usize = parts[..index as usize].iter().map(size).sum();
        words[start..start + size(&parts[index as usize])].to_vec()
    }

    /// A value of a data type.
    pub fn construct(&mut self, data: DataId, index: u32, atoms: &[Atom]) -> Vec<Operand> {
        let constructor = &self.flattener.program.datas[data.0 as usize].constructors[index as usize];
        if constructor.fields.is_empty() {
            return vec![Operand::Immediate(index)];
        }
        let slots = self.atoms(atoms);
        let layout = self.flattener.representation.constructor(data, index);
        let local = self.local(&constructor.name, Ty::Pointer);
        self.emit(Stmt::New(local, layout, slots));
        vec![Operand::Local(local)]
    }

    /// One case for each constructor, the value of the case taken to the destination.
    pub fn match_into(
        &mut self,
        scrutinee: &Atom,
        arms: &'a [(u32, Vec<Var>, core::Block)],
        default: Option<&'a core::Block>,
        destination: &Destination,
    ) {
        let Some(Type::Data(data)) = self.var_type(scrutinee).map(|ty| self.flattener.program.ty(ty)) else {
            return self.unreachable();
        };
        let value = self.word(scrutinee);
        let (data, layouts) = (*data, self.flattener.representation.constructors(*data));
        let exhaustive = default.is_none() || arms.len() == layouts.len();
        let on = if exhaustive && arms.len() == 1 {
            Operand::Int(0)
        } else {
            self.define("tag", Ty::Int, Expr::Tag(value, layouts))
        };
        let mut cases = Vec::new();
        for (index, fields, block) in arms {
            let case = self.block(|b| {
                b.load_fields(value, data, *index, fields);
                b.core_block(block, destination);
            });
            cases.push((i64::from(*index), case));
        }
        if let Some(block) = default.filter(|_| !exhaustive) {
            cases.push((-1, self.block(|b| b.core_block(block, destination))));
        }
        self.switch(on, cases);
    }

    fn load_fields(&mut self, object: Operand, data: DataId, constructor: u32, fields: &[Var]) {
        if fields.is_empty() {
            return;
        }
        let layout = self.flattener.representation.constructor(data, constructor);
        let mut slot = 0;
        for field in fields {
            for local in self.bind(*field) {
                self.emit(Stmt::Let(local, Expr::Load(object, layout, slot)));
                slot += 1;
            }
        }
    }
}
