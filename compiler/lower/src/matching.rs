//! Matches: the decision tree as Core. An arm that several leaves of the tree reach stands once, after a block that they leave.

use std::collections::HashMap;

use borel_core::{Atom, Block, End, Failure, Label, Op, Prim};
use borel_source::Span;
use borel_typed::{Arm, Expr, LocalId, Type};

use crate::Lowering;
use crate::decision::{Bindings, Builder, Decision, Literal, Occurrence, Origin, Tree};
use crate::emit::{Join, yields};
use crate::walk::Effects;

/// A match being lowered.
struct Match<'a> {
    arms: &'a [Arm],
    join: Join,
    occurrences: Vec<(Origin, Type)>,
    /// The block that all arms leave, if some arm is shared.
    exit: Option<Label>,
    /// The block behind which a shared arm stands, by arm.
    shared: HashMap<usize, Label>,
    span: Span,
}

/// The values of the parts that are known at a place.
type Parts = HashMap<Occurrence, Atom>;

impl<'a> Lowering<'a> {
    pub(crate) fn match_arms(&mut self, scrutinee: &'a Expr, arms: &'a [Arm], ty: &Type, span: Span) -> Atom {
        let value = self.expr(scrutinee);
        let decision = self.decision(scrutinee, arms);
        let effects = Effects::of(arms.iter().flat_map(|arm| arm.guard.iter().chain([&arm.body])));
        let ty = self.concrete(ty);
        let join = self.join(&ty, effects.assigned);
        let mut uses = vec![0; arms.len()];
        count_leaves(&decision.tree, &mut uses);
        let shared: Vec<usize> = (0..arms.len()).filter(|arm| uses[*arm] > 1).collect();
        let labels = shared.iter().map(|arm| (*arm, self.core.fresh_label())).collect();
        let exit = if shared.is_empty() { None } else { Some(self.core.fresh_label()) };
        let context = Match { arms, join, occurrences: decision.occurrences, exit, shared: labels, span };
        let parts = HashMap::from([(Occurrence(0), value)]);
        let before = self.current(&context.join.locals);
        let packed = match exit {
            None => self.tree(&context, &decision.tree, parts),
            Some(exit) => {
                let body = self.block(|this| this.shared_arms(&context, &shared, &decision.tree, parts));
                self.emit(Op::Block(exit, body), context.join.packed, span)
            }
        };
        self.restore(&context.join.locals, before);
        self.unpack(&context.join, packed, span)
    }

    fn decision(&mut self, scrutinee: &Expr, arms: &[Arm]) -> Decision {
        let ty = self.concrete(&scrutinee.ty);
        let constructors = |ty: &Type| match ty {
            Type::Data(id, _) => self.typed.datas[id.0 as usize].constructors.len(),
            _ => 0,
        };
        Builder::decide(arms, ty, &|ty| self.concrete(ty), &constructors)
    }

    /// The tree inside a block for each shared arm, the arm behind its block.
    fn shared_arms(&mut self, context: &Match<'a>, shared: &[usize], tree: &Tree, parts: Parts) -> Atom {
        let Some((arm, others)) = shared.split_first() else {
            return self.tree(context, tree, parts);
        };
        let locals = bound(&context.arms[*arm]);
        // The variables of the pattern travel out of the block as a value.
        let types: Vec<Type> = locals.iter().map(|local| self.local_type(*local)).collect();
        let types: Vec<_> = types.iter().map(|ty| self.core_concrete(ty)).collect();
        let packed = match types.as_slice() {
            [] => self.core.unit(),
            [one] => *one,
            _ => self.core.tuple(types.clone()),
        };
        let before = self.current(&context.join.locals);
        let body = self.block(|this| this.shared_arms(context, others, tree, parts));
        self.restore(&context.join.locals, before);
        let taken = self.emit(Op::Block(context.shared[arm], body), packed, context.span);
        for (index, local) in locals.iter().enumerate() {
            let value = match types.len() {
                1 => taken.clone(),
                _ => self.emit(Op::Project(taken.clone(), index as u32), types[index], context.span),
            };
            self.bind_local(*local, value);
        }
        let value = self.expr(&context.arms[*arm].body);
        self.deliver(context, value)
    }

    /// The value of the match and the variables as one atom; with shared arms, leaves the block around.
    fn deliver(&mut self, context: &Match<'a>, value: Atom) -> Atom {
        let packed = self.pack(&context.join, value);
        if let Some(exit) = context.exit {
            self.end(End::Break(exit, packed));
            return Atom::Unit;
        }
        packed
    }

    /// What the tree gives, packed.
    fn tree(&mut self, context: &Match<'a>, tree: &Tree, mut parts: Parts) -> Atom {
        match tree {
            Tree::Unreachable => {
                self.perform(Op::Fail(Failure::Unreachable), context.span);
                self.end(End::Unreachable);
                Atom::Unit
            }
            Tree::Leaf(arm, bindings) => self.leaf(context, *arm, bindings, &mut parts),
            Tree::Guard(arm, bindings, otherwise) => {
                self.bind_parts(context, bindings, &mut parts);
                let guard = context.arms[*arm].guard.as_ref().map_or(Atom::Bool(true), |guard| self.expr(guard));
                let then = self.tree_block(context, |this| this.leaf(context, *arm, bindings, &mut parts.clone()));
                let otherwise = self.tree_block(context, |this| this.tree(context, otherwise, parts.clone()));
                self.emit_branches(context, vec![then, otherwise], |mut blocks| {
                    let otherwise = blocks.pop().unwrap_or_default();
                    Op::If(guard, blocks.pop().unwrap_or_default(), otherwise)
                })
            }
            Tree::Constructors { at, cases, default } => {
                let value = self.part(context, *at, &mut parts);
                let cases = cases.iter().map(|(index, fields, tree)| self.case(context, *index, fields, tree, &parts));
                let cases: Vec<_> = cases.collect();
                let default = default
                    .as_ref()
                    .map(|tree| self.tree_block(context, |this| this.tree(context, tree, parts.clone())));
                let comes_back = cases.iter().any(|case| yields(&case.2)) || default.as_ref().is_some_and(yields);
                self.emit_packed(context, Op::Match(value, cases, default), comes_back)
            }
            Tree::Test { at, literal, then, otherwise } => {
                let value = self.part(context, *at, &mut parts);
                let (condition, swap) = self.test(value, literal, context.span);
                let (then, otherwise) = if swap { (otherwise, then) } else { (then, otherwise) };
                let then = self.tree_block(context, |this| this.tree(context, then, parts.clone()));
                let otherwise = self.tree_block(context, |this| this.tree(context, otherwise, parts.clone()));
                self.emit_branches(context, vec![then, otherwise], |mut blocks| {
                    let otherwise = blocks.pop().unwrap_or_default();
                    Op::If(condition, blocks.pop().unwrap_or_default(), otherwise)
                })
            }
        }
    }

    fn case(
        &mut self,
        context: &Match<'a>,
        constructor: u32,
        fields: &[Occurrence],
        tree: &Tree,
        parts: &Parts,
    ) -> (u32, Vec<borel_core::Var>, Block) {
        let mut parts = parts.clone();
        let mut vars = Vec::new();
        for field in fields {
            let ty = self.core_concrete(&context.occurrences[field.0 as usize].1);
            let var = self.core.fresh("t", ty);
            parts.insert(*field, Atom::Var(var));
            vars.push(var);
        }
        let block = self.tree_block(context, |this| this.tree(context, tree, parts));
        (constructor, vars, block)
    }

    fn leaf(&mut self, context: &Match<'a>, arm: usize, bindings: &Bindings, parts: &mut Parts) -> Atom {
        self.bind_parts(context, bindings, parts);
        let Some(label) = context.shared.get(&arm) else {
            let value = self.expr(&context.arms[arm].body);
            return self.deliver(context, value);
        };
        let locals = bound(&context.arms[arm]);
        let mut values = self.current(&locals);
        let value = match values.len() {
            0 => Atom::Unit,
            1 => values.remove(0),
            _ => {
                let types = locals.iter().map(|local| self.local_type(*local)).collect::<Vec<_>>();
                let types = types.iter().map(|ty| self.core_concrete(ty)).collect();
                let packed = self.core.tuple(types);
                self.emit(Op::Tuple(values), packed, context.span)
            }
        };
        self.end(End::Break(*label, value));
        Atom::Unit
    }

    fn bind_parts(&mut self, context: &Match<'a>, bindings: &Bindings, parts: &mut Parts) {
        for (local, at) in bindings {
            let value = self.part(context, *at, parts);
            self.bind_local(*local, value);
        }
    }

    /// The value of a part: components are taken when they are first needed.
    fn part(&mut self, context: &Match<'a>, at: Occurrence, parts: &mut Parts) -> Atom {
        if let Some(known) = parts.get(&at) {
            return known.clone();
        }
        let (origin, ty) = &context.occurrences[at.0 as usize];
        let Origin::Component(of, index) = origin else { return Atom::Unit };
        let whole = self.part(context, *of, parts);
        let value = self.project(whole, *index, ty, context.span);
        parts.insert(at, value.clone());
        value
    }

    /// A condition for the literal, and whether it is the opposite.
    fn test(&mut self, value: Atom, literal: &Literal, span: Span) -> (Atom, bool) {
        match literal {
            Literal::Bool(true) => (value, false),
            Literal::Bool(false) => (value, true),
            Literal::Int(_) => (self.bool_prim(Prim::EqInt, vec![value, literal.atom()], span), false),
            Literal::String(_) => (self.bool_prim(Prim::EqAny, vec![value, literal.atom()], span), false),
        }
    }

    /// A branch of the tree: variables have their values of before after it.
    fn tree_block(&mut self, context: &Match<'a>, body: impl FnOnce(&mut Self) -> Atom) -> Block {
        let before = self.current(&context.join.locals);
        let block = self.block(body);
        self.restore(&context.join.locals, before);
        block
    }

    fn emit_branches(&mut self, context: &Match<'a>, blocks: Vec<Block>, op: impl FnOnce(Vec<Block>) -> Op) -> Atom {
        let comes_back = blocks.iter().any(yields);
        self.emit_packed(context, op(blocks), comes_back)
    }

    fn emit_packed(&mut self, context: &Match<'a>, op: Op, comes_back: bool) -> Atom {
        let packed = self.emit(op, context.join.packed, context.span);
        if !comes_back {
            self.end(End::Unreachable);
        }
        packed
    }
}

/// The variables of an arm's pattern in order of their numbers.
fn bound(arm: &Arm) -> Vec<LocalId> {
    let mut locals = Vec::new();
    crate::pattern::bound_locals(&arm.pattern, &mut locals);
    locals.sort_unstable();
    locals
}

fn count_leaves(tree: &Tree, uses: &mut [usize]) {
    match tree {
        Tree::Unreachable => {}
        Tree::Leaf(arm, _) => uses[*arm] += 1,
        Tree::Guard(arm, _, otherwise) => {
            uses[*arm] += 1;
            count_leaves(otherwise, uses);
        }
        Tree::Constructors { cases, default, .. } => {
            cases.iter().for_each(|(_, _, tree)| count_leaves(tree, uses));
            default.iter().for_each(|tree| count_leaves(tree, uses));
        }
        Tree::Test { then, otherwise, .. } => {
            count_leaves(then, uses);
            count_leaves(otherwise, uses);
        }
    }
}
