//! Unification, with the occurs check and the adjustment of levels in one walk.

use crate::effect::EffectConflict;
use crate::types::{Node, Store, Ty};

/// Why two types cannot be made equal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Mismatch {
    /// They differ.
    Different,
    /// A type would contain itself.
    Infinite,
    /// A random function stands where a pure one is wanted.
    Effect(EffectConflict),
}

impl From<EffectConflict> for Mismatch {
    fn from(conflict: EffectConflict) -> Mismatch {
        Mismatch::Effect(conflict)
    }
}

impl Store {
    /// Makes two types equal.
    pub fn unify(&mut self, a: Ty, b: Ty) -> Result<(), Mismatch> {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return Ok(());
        }
        match (self.node(a).clone(), self.node(b).clone()) {
            (Node::Error, _) | (_, Node::Error) => Ok(()),
            (Node::Var { .. }, Node::Var { .. }) => self.unify_variables(a, b),
            (Node::Var { level, number }, _) => self.bind(a, level, number, b),
            (_, Node::Var { level, number }) => self.bind(b, level, number, a),
            (Node::Tuple(xs), Node::Tuple(ys)) => self.unify_all(&xs, &ys),
            (Node::Data(i, xs), Node::Data(j, ys)) if i == j => self.unify_all(&xs, &ys),
            (Node::Array(x), Node::Array(y))
            | (Node::Dist(x), Node::Dist(y))
            | (Node::Posterior(x), Node::Posterior(y))
            | (Node::Suspended(x), Node::Suspended(y)) => self.unify(x, y),
            (Node::Record(xs), Node::Record(ys)) => {
                if xs.len() != ys.len() || xs.iter().zip(ys.iter()).any(|(x, y)| x.0 != y.0) {
                    return Err(Mismatch::Different);
                }
                xs.iter().zip(ys.iter()).try_for_each(|(x, y)| self.unify(x.1, y.1))
            }
            (Node::Function(xs, e, x), Node::Function(ys, f, y)) => {
                self.unify_all(&xs, &ys)?;
                self.unify(x, y)?;
                Ok(self.effects.equal(e, f)?)
            }
            (Node::Param(p), Node::Param(q)) if p == q => Ok(()),
            (x, y) if std::mem::discriminant(&x) == std::mem::discriminant(&y) && is_atom(&x) => Ok(()),
            _ => Err(Mismatch::Different),
        }
    }

    fn unify_all(&mut self, xs: &[Ty], ys: &[Ty]) -> Result<(), Mismatch> {
        if xs.len() != ys.len() {
            return Err(Mismatch::Different);
        }
        xs.iter().zip(ys).try_for_each(|(&x, &y)| self.unify(x, y))
    }

    fn unify_variables(&mut self, a: Ty, b: Ty) -> Result<(), Mismatch> {
        if let (Node::Var { level: i, number: m }, Node::Var { level: j, number: n }) = (self.node(a), self.node(b)) {
            let (level, number) = (*i.min(j), *m || *n);
            self.set_var(b, level, number);
            self.link(a, b);
        }
        Ok(())
    }

    fn bind(&mut self, var: Ty, level: u32, number: bool, ty: Ty) -> Result<(), Mismatch> {
        if number {
            let fits = match self.node(ty) {
                Node::Int | Node::Real => true,
                Node::Param(param) => self.params[*param as usize].number,
                _ => false,
            };
            if !fits {
                return Err(Mismatch::Different);
            }
        }
        self.enter_level(var, level, ty)?;
        self.link(var, ty);
        Ok(())
    }

    /// Makes everything unknown in `ty` belong to `level` at most; fails if `var` occurs in it.
    fn enter_level(&mut self, var: Ty, level: u32, ty: Ty) -> Result<(), Mismatch> {
        let ty = self.find(ty);
        match self.node(ty).clone() {
            Node::Var { .. } if ty == var => Err(Mismatch::Infinite),
            Node::Var { level: other, number } => {
                self.set_var(ty, level.min(other), number);
                Ok(())
            }
            Node::Tuple(items) | Node::Data(_, items) => {
                items.iter().try_for_each(|&item| self.enter_level(var, level, item))
            }
            Node::Record(fields) => fields.iter().try_for_each(|field| self.enter_level(var, level, field.1)),
            Node::Array(item) | Node::Dist(item) | Node::Posterior(item) | Node::Suspended(item) => {
                self.enter_level(var, level, item)
            }
            Node::Function(params, effect, result) => {
                self.effects.limit_level(effect, level);
                params.iter().try_for_each(|&param| self.enter_level(var, level, param))?;
                self.enter_level(var, level, result)
            }
            _ => Ok(()),
        }
    }

    /// Makes the unknowns of `ty` belong to `level` at most.
    pub fn limit_level(&mut self, ty: Ty, level: u32) {
        // A fresh variable cannot occur in `ty`, so the walk cannot fail.
        let _ = self.enter_level(Ty::ERROR, level, ty);
    }
}

fn is_atom(node: &Node) -> bool {
    matches!(node, Node::Unit | Node::Bool | Node::Int | Node::Real | Node::String | Node::Matrix | Node::Method)
}
