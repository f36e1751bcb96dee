//! Primitives on arrays.

use crate::body::{Body, operands};
use borel_core as core;
use borel_core::{Atom, Prim, Type};
use borel_flow::runtime::Named;
use borel_flow::{Binary, Checked, Expr, Operand, Stmt, Trap, Ty};

impl Body<'_, '_> {
    /// The type of the elements of an array type.
    pub fn element_type(&self, array: core::Ty) -> core::Ty {
        match self.flattener.program.ty(array) {
            Type::Array(element) => *element,
            _ => array,
        }
    }

    /// A primitive on arrays.
    pub fn array_prim(&mut self, prim: Prim, atoms: &[Atom], args: Vec<Operand>, result: core::Ty) -> Vec<Operand> {
        let value = match prim {
            Prim::Len => self.length(args[0]),
            Prim::Index => {
                let words = self.words(result);
                self.check_bounds(args[0], args[1]);
                return self.element(args[0], args[1], &words);
            }
            Prim::IndexUnchecked => {
                let words = self.words(result);
                return self.element(args[0], args[1], &words);
            }
            Prim::Set => self.set(args[0], args[1], &args[2..]),
            Prim::Push => self.push(args[0], &args[1..]),
            Prim::Slice => self.named(Named::Slice, args),
            Prim::Concat => self.named(Named::Concat, args),
            Prim::Range => self.named(Named::Range, args),
            Prim::WeightedQuantile => self.named(Named::WeightedQuantile, args),
            Prim::SumReal => self.sum(args[0], Ty::Real, Operand::Real(0.0)),
            Prim::SumInt => self.sum(args[0], Ty::Int, Operand::Int(0)),
            _ => {
                debug_assert!(false, "{prim:?} of {atoms:?} has no meaning");
                return args;
            }
        };
        vec![value]
    }

    /// The length of an array.
    pub fn length(&mut self, array: Operand) -> Operand {
        self.define("length", Ty::Int, Expr::Length(array))
    }

    /// Traps unless the index is below the length.
    fn check_bounds(&mut self, array: Operand, index: Operand) {
        let length = self.length(array);
        let inside = self.binary(Ty::Bool, Binary::LtUnsigned, index, length);
        let site = self.site();
        self.when(inside, |_| {}, |b| b.emit(Stmt::Trap(Trap::OutOfBounds, vec![index, length], site)));
    }

    /// The words of an element.
    pub fn element(&mut self, array: Operand, index: Operand, words: &[Ty]) -> Vec<Operand> {
        let stride = words.len() as u32;
        let load =
            |(word, ty): (usize, &Ty)| self.define("", *ty, Expr::LoadElement(array, index, stride, word as u32));
        words.iter().enumerate().map(load).collect()
    }

    fn set(&mut self, array: Operand, index: Operand, value: &[Operand]) -> Operand {
        self.check_bounds(array, index);
        let unique = self.named(Named::Unique, vec![array]);
        let stride = value.len() as u32;
        for (word, new) in value.iter().enumerate() {
            let word = word as u32;
            if self.type_of(*new) == Ty::Pointer {
                let old = self.define("old", Ty::Pointer, Expr::LoadElement(unique, index, stride, word));
                self.emit(Stmt::Release(old));
            }
            self.emit(Stmt::StoreElement(unique, index, stride, word, *new));
        }
        unique
    }

    fn push(&mut self, array: Operand, value: &[Operand]) -> Operand {
        let index = self.length(array);
        let grown = self.named(Named::Grow, vec![array]);
        for (word, new) in value.iter().enumerate() {
            self.emit(Stmt::StoreElement(grown, index, value.len() as u32, word as u32, *new));
        }
        grown
    }

    /// An array of given elements.
    pub fn array(&mut self, atoms: &[Atom], ty: core::Ty) -> Vec<Operand> {
        let element = self.element_type(ty);
        let layout = self.flattener.representation.array(element);
        if let Some(constant) = self.flattener.array_constant(layout, atoms) {
            return vec![Operand::Static(constant)];
        }
        let (array, site) = (self.local("array", Ty::Pointer), self.site());
        self.emit(Stmt::NewArray(array, layout, Operand::Int(atoms.len() as i64), site));
        for (i, atom) in atoms.iter().enumerate() {
            let value = self.atom(atom);
            self.fill(array, Operand::Int(i as i64), &value, false);
        }
        operands(&[array])
    }

    fn sum(&mut self, array: Operand, ty: Ty, zero: Operand) -> Operand {
        let length = self.length(array);
        let total = self.local("total", ty);
        self.emit(Stmt::Let(total, Expr::Use(zero)));
        let sum = Operand::Local(total);
        self.count_to(length, |b, i| {
            let element = b.define("", ty, Expr::LoadElement(array, i, 1, 0));
            let next = match ty {
                Ty::Real => b.binary(Ty::Real, Binary::Add, sum, element),
                _ => b.checked(Checked::Add, sum, element),
            };
            b.assign(&[total], &[next]);
        });
        sum
    }
}
