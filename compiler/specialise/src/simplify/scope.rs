//! Scopes of names. What a scope yields is made outside of it where that is only the allocation of something known: then the
//! closure that `let f ~ random_line()` gives is known where it is called. Its parts leave the scope instead.

use std::collections::HashMap;

use borel_core::{Atom, Block, ChoiceId, End, Op, Stmt, Var};
use borel_source::Span;

use super::{Flow, Simplifier};
use crate::rename::Renaming;
use crate::uses::free_vars;

impl Simplifier<'_> {
    pub(super) fn scoped(&mut self, var: Var, choice: ChoiceId, body: Block, span: Span, out: &mut Vec<Stmt>) -> Flow {
        let body = self.inside(false, body);
        // Inside a loop, a scope makes the iterations be numbered.
        if !self.indexed && !acts_under_names(&body) {
            self.changed = true;
            let Block { stmts, end } = body;
            out.extend(stmts);
            return match end {
                End::Yield(value) => self.becomes(var, value),
                end => Flow::Ended(end),
            };
        }
        match Parts::of(&body) {
            Some(parts) => self.taken_apart(var, choice, body, parts, span, out),
            None => self.push(var, Op::Scoped(choice, body), span, out),
        }
    }

    fn taken_apart(
        &mut self,
        var: Var,
        choice: ChoiceId,
        mut body: Block,
        parts: Parts,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Flow {
        self.changed = true;
        let outside: Vec<Var> = parts.leaves.iter().map(|leaf| self.program.fresh_like(*leaf)).collect();
        let types: Vec<_> = parts.leaves.iter().map(|leaf| self.program.var_ty(*leaf)).collect();
        let leaves: Vec<Atom> = parts.leaves.iter().map(|leaf| Atom::Var(*leaf)).collect();
        match leaves.as_slice() {
            [] => {
                body.end = End::Yield(Atom::Unit);
                let ty = self.program.unit();
                let nothing = self.program.fresh("_", ty);
                out.push(Stmt { var: nothing, op: Op::Scoped(choice, body), span });
            }
            [leaf] => {
                body.end = End::Yield(leaf.clone());
                out.push(Stmt { var: outside[0], op: Op::Scoped(choice, body), span });
            }
            _ => {
                let ty = self.program.tuple(types);
                let (inner, outer) = (self.program.fresh("parts", ty), self.program.fresh("parts", ty));
                body.stmts.push(Stmt { var: inner, op: Op::Tuple(leaves), span });
                body.end = End::Yield(Atom::Var(inner));
                out.push(Stmt { var: outer, op: Op::Scoped(choice, body), span });
                let parts = outside.iter().enumerate();
                out.extend(parts.map(|(index, var)| Stmt {
                    var: *var,
                    op: Op::Project(Atom::Var(outer), index as u32),
                    span,
                }));
            }
        }
        let given = parts.leaves.iter().copied().zip(outside.into_iter().map(Atom::Var));
        let made = Block { stmts: parts.made, end: End::Yield(Atom::Var(parts.value)) };
        let made = Renaming::new(self.program, given).block(&made);
        out.extend(made.stmts);
        match made.end {
            End::Yield(value) => self.becomes(var, value),
            end => Flow::Ended(end),
        }
    }
}

/// How what a block yields is made.
struct Parts {
    value: Var,
    /// Allocations, in order.
    made: Vec<Stmt>,
    /// What they need that the block computes.
    leaves: Vec<Var>,
}

impl Parts {
    /// None if what the block yields is no allocation.
    fn of(block: &Block) -> Option<Parts> {
        let End::Yield(Atom::Var(value)) = block.end else { return None };
        let computed: HashMap<Var, &Stmt> = block.stmts.iter().map(|stmt| (stmt.var, stmt)).collect();
        computed.get(&value).filter(|stmt| is_allocation(&stmt.op))?;
        let mut parts = Parts { value, made: Vec::new(), leaves: Vec::new() };
        parts.need(value, &computed);
        // A tuple of what the block computes is what the parts leave the block as.
        let is_apart = matches!(parts.made.as_slice(), [Stmt { op: Op::Tuple(_), .. }]);
        (!is_apart).then_some(parts)
    }

    fn need(&mut self, var: Var, computed: &HashMap<Var, &Stmt>) {
        let known = |stmt: &Stmt| stmt.var == var;
        let Some(stmt) = computed.get(&var) else { return };
        if self.leaves.contains(&var) || self.made.iter().any(known) {
            return;
        }
        if !is_allocation(&stmt.op) {
            return self.leaves.push(var);
        }
        let mut needed: Vec<Var> = Vec::new();
        stmt.op.each_atom(&mut |atom| needed.extend(variable(atom)));
        if let Op::Lambda(lambda) = &stmt.op {
            needed.extend(free_vars(&lambda.params, &lambda.body));
        }
        needed.into_iter().for_each(|var| self.need(var, computed));
        self.made.push(Stmt::clone(stmt));
    }
}

fn variable(atom: &Atom) -> Option<Var> {
    match atom {
        Atom::Var(var) => Some(*var),
        _ => None,
    }
}

fn is_allocation(op: &Op) -> bool {
    matches!(op, Op::Lambda(_) | Op::Dist(..) | Op::Structural(..) | Op::Tuple(_) | Op::Construct(..))
}

/// Whether the block or what it calls may name choices, so that a prefix matters.
fn acts_under_names(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| match &stmt.op {
        Op::Sample(_, Some(_)) | Op::Record(..) | Op::Call(..) | Op::Apply(..) | Op::Scoped(..) => true,
        Op::Lambda(_) => false,
        op => op.blocks().into_iter().any(acts_under_names),
    })
}
