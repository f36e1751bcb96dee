//! Negations on the way back, moved to where they cost nothing: into sums and differences. `n = -m; s = s + n` becomes `s = s - m`, and of
//! products the sign is taken outside. All of it is exact, and what is not needed then is left out.

use borel_flow::visit::each_statement;
use borel_flow::{Binary, Block, Expr, Function, Local, LocalInfo, Operand, Stmt, Ty, Unary};
use std::collections::HashMap;

/// Moves the negations of a function.
pub fn sink(function: &mut Function) {
    let mut definitions = vec![0u32; function.locals.len()];
    function.params.iter().for_each(|param| definitions[param.0 as usize] += 1);
    each_statement(&function.body, &mut |stmt| stmt.each_definition(&mut |local| definitions[local.0 as usize] += 1));
    let locals = std::mem::take(&mut function.locals);
    let mut sinking = Sinking { definitions, locals, positive: HashMap::new() };
    sinking.block(&mut function.body);
    function.locals = sinking.locals;
    remove_unused(function);
}

struct Sinking {
    /// How often each local is assigned.
    definitions: Vec<u32>,
    locals: Vec<LocalInfo>,
    /// What a local is the negative of.
    positive: HashMap<Local, Operand>,
}

impl Sinking {
    /// What an operand is the negative of.
    fn of(&self, operand: Operand) -> Option<Operand> {
        operand.local().and_then(|local| self.positive.get(&local)).copied()
    }

    /// Whether an operand is the same wherever it is read.
    fn is_constant(&self, operand: Operand) -> bool {
        operand.local().is_none_or(|local| self.definitions.get(local.0 as usize).is_none_or(|count| *count == 1))
    }

    fn block(&mut self, block: &mut Block) {
        for mut stmt in std::mem::take(block) {
            stmt.blocks_mut().into_iter().for_each(|inner| self.block(inner));
            if let Stmt::Let(local, expr) = &mut stmt {
                self.rewrite(expr, block);
                if let Expr::Unary(Unary::Negate, a) = expr
                    && self.is_constant(Operand::Local(*local))
                    && self.is_constant(*a)
                {
                    self.positive.insert(*local, *a);
                }
            }
            block.push(stmt);
        }
    }

    fn rewrite(&mut self, expr: &mut Expr, before: &mut Block) {
        let changed = match expr {
            Expr::Binary(Binary::Add, a, b) => match (self.of(*a), self.of(*b)) {
                (_, Some(b)) => Some(Expr::Binary(Binary::Sub, *a, b)),
                (Some(a), None) => Some(Expr::Binary(Binary::Sub, *b, a)),
                _ => None,
            },
            Expr::Binary(Binary::Sub, a, b) => self.of(*b).map(|b| Expr::Binary(Binary::Add, *a, b)),
            Expr::Binary(op @ (Binary::Mul | Binary::Div), a, b) => match (self.of(*a), self.of(*b)) {
                (Some(a), Some(b)) => Some(Expr::Binary(*op, a, b)),
                (Some(a), None) => Some(self.negative_of(Expr::Binary(*op, a, *b), before)),
                (None, Some(b)) => Some(self.negative_of(Expr::Binary(*op, *a, b), before)),
                (None, None) => None,
            },
            Expr::Unary(Unary::Negate, a) => self.of(*a).map(Expr::Use),
            _ => None,
        };
        if let Some(changed) = changed {
            *expr = changed;
        }
    }

    fn negative_of(&mut self, expr: Expr, before: &mut Block) -> Expr {
        self.locals.push(LocalInfo { name: "".into(), ty: Ty::Real });
        self.definitions.push(1);
        let local = Local(self.locals.len() as u32 - 1);
        before.push(Stmt::Let(local, expr));
        Expr::Unary(Unary::Negate, Operand::Local(local))
    }
}

/// Leaves out arithmetic on Reals whose results nobody reads.
pub fn remove_unused(function: &mut Function) {
    loop {
        let mut used = vec![false; function.locals.len()];
        each_statement(&function.body, &mut |stmt| {
            stmt.each_operand(&mut |operand| {
                if let Operand::Local(local) = operand {
                    used[local.0 as usize] = true;
                }
            });
        });
        let mut removed = false;
        remove(&mut function.body, &used, &mut removed);
        if !removed {
            return;
        }
    }
}

fn remove(block: &mut Block, used: &[bool], removed: &mut bool) {
    block.retain(|stmt| {
        let is_arithmetic = |expr: &Expr| matches!(expr, Expr::Unary(..) | Expr::Binary(..) | Expr::Select(..));
        let keep = !matches!(stmt, Stmt::Let(local, expr) if !used[local.0 as usize] && is_arithmetic(expr));
        *removed |= !keep;
        keep
    });
    block.iter_mut().flat_map(Stmt::blocks_mut).for_each(|inner| remove(inner, used, removed));
}

#[cfg(test)]
mod tests {
    use super::*;
    use borel_flow::View;

    fn function(body: Block, names: &[&str]) -> Function {
        Function {
            name: "f".into(),
            view: View::Pure,
            params: vec![Local(0), Local(1)],
            owned: vec![false; 2],
            results: vec![Ty::Real],
            locals: names.iter().map(|name| LocalInfo { name: (*name).into(), ty: Ty::Real }).collect(),
            body,
            suspends: false,
            environment: Vec::new(),
            counted: false,
            gradient_of: None,
            site: None,
        }
    }

    #[test]
    fn signs_go_into_sums() {
        let local = |index| Operand::Local(Local(index));
        let mut f = function(
            vec![
                Stmt::Let(Local(2), Expr::Unary(Unary::Negate, local(0))),
                Stmt::Let(Local(3), Expr::Binary(Binary::Mul, local(2), local(1))),
                Stmt::Let(Local(4), Expr::Binary(Binary::Add, local(1), local(3))),
                Stmt::Return(vec![local(4)]),
            ],
            &["a", "b", "n", "p", "s"],
        );
        sink(&mut f);
        let [Stmt::Let(product, Expr::Binary(Binary::Mul, a, b)), Stmt::Let(_, Expr::Binary(Binary::Sub, c, d)), _] =
            &f.body[..]
        else {
            panic!("{:?}", f.body)
        };
        assert_eq!((*a, *b, *c, *d), (local(0), local(1), local(1), Operand::Local(*product)));
    }

    #[test]
    fn what_changes_stays() {
        let local = |index| Operand::Local(Local(index));
        let mut f = function(
            vec![
                Stmt::Let(Local(2), Expr::Unary(Unary::Negate, local(0))),
                Stmt::Let(Local(0), Expr::Use(Operand::Real(1.0))),
                Stmt::Let(Local(3), Expr::Binary(Binary::Add, local(1), local(2))),
                Stmt::Return(vec![local(3)]),
            ],
            &["a", "b", "n", "s"],
        );
        sink(&mut f);
        assert_eq!(f.body.len(), 4);
    }
}
